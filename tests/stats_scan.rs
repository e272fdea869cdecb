//! `hotspot stats scan`, with its settings.

use crate::program::{json, succeed};
use crate::stats::{Tables, column, near, numbers};
use crate::stats_time::refused;

/// A row of ten units, a hundred persons each; the cases lie round unit 3.
fn row(tables: &Tables) -> String {
    let cases = [1, 0, 6, 7, 6, 1, 0, 1, 0, 1];
    let rows: Vec<String> = cases.iter().enumerate().map(|(i, c)| format!("u{i},{},0,{c},100", i * 500)).collect();
    tables.with("areas.csv", &format!("id,x,y,cases,population\n{}\n", rows.join("\n")))
}

#[test]
fn a_cluster_has_its_size_and_risk_when_asked() {
    let tables = Tables::new();
    let areas = row(&tables);
    let scan = |more: &[&str]| succeed([&["stats", "scan", "--areas", &areas, "--replicates", "99"], more].concat());
    assert_eq!(scan(&[]).lines().next().unwrap(), "rank,center,members,start,end,cases,expected,llr,p,p_gumbel");
    let found = scan(&["--details"]);
    assert_eq!((column(&found, "center")[0].as_str(), column(&found, "members")[0].as_str()), ("u3", "u3;u2;u4"));
    near(&[numbers(&found, "radius")[0], numbers(&found, "cases")[0]], &[500.0, 19.0], 0.0);
    near(&numbers(&found, "relative_risk")[..1], &[(19.0 / 6.9) / (4.0 / 16.1)], 1e-12);
    // Half of the units are too few for 19 cases of at least 20.
    assert!(column(&scan(&["--min-cases", "20"]), "members").iter().all(|m| m != "u3;u2;u4"));
    assert_eq!(column(&scan(&["--secondary", "no-restrictions", "--max-clusters", "4"]), "rank"), ["1", "2", "3", "4"]);
    let set = json(&scan(&["--gini", "--json"]));
    near(&[set["gini"].as_f64().unwrap()], &[19.0 / 23.0 - 0.3], 1e-9);
    assert_eq!(set["rows"].as_array().unwrap().len(), 1);
    for wrong in [
        ["--max-duration", "2", "--max-duration-share", "0.2"],
        ["--draws", "9", "--seed", "1"],
        ["--since", "2026-01", "--seed", "1"],
    ] {
        assert_eq!(refused(&[&["stats", "scan", "--areas", &areas], &wrong[..]].concat()).0, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_watch_has_a_recurrence_interval_and_a_beginning() {
    let tables = Tables::new();
    let areas = row(&tables);
    let mut rows = vec!["id,time,count".to_owned()];
    for unit in 0..10 {
        rows.extend(
            (1..=6).map(|month| format!("u{unit},2026-{month:02},{}", if (2..5).contains(&unit) && month == 6 { 9 } else { 1 })),
        );
    }
    let cases = tables.with("cases.csv", &rows.join("\n"));
    let watch = |more: &[&str]| {
        let base = ["stats", "scan", "--areas", &areas, "--cases", &cases, "--model", "space-time-poisson", "--prospective"];
        succeed([&base[..], &["--replicates", "99", "--details", "--max-duration", "1"], more].concat())
    };
    let alone = watch(&[]);
    let first = |csv: &str, name: &str| column(csv, name)[0].clone();
    assert_eq!((first(&alone, "start"), first(&alone, "end")), ("2026-06".to_owned(), "2026-06".to_owned()));
    near(&[numbers(&alone, "recurrence_steps")[0] * numbers(&alone, "p")[0]], &[1.0], 1e-12);
    assert_eq!(first(&watch(&["--since", "2026-04"]), "recurrence_steps"), "");
    let base = ["stats", "scan", "--areas", &areas, "--cases", &cases, "--model", "space-time-poisson", "--prospective"];
    let (code, error) = refused(&[&base[..], &["--since", "2030-01"]].concat());
    assert!(code == Some(1) && error.contains("2026-01 to 2026-06"), "{error}");
}

#[test]
fn days_are_named_as_the_table_names_them() {
    let tables = Tables::new();
    let text = |day: fn(i32) -> String| {
        let mut rows = vec!["id,x,y,time,count".to_owned()];
        for unit in 0..6 {
            rows.extend(
                (1..=4).map(|d| format!("u{unit},{},0,{},{}", unit * 900, day(d), if unit == 2 && d == 4 { 9 } else { 1 })),
            );
        }
        rows.join("\n")
    };
    let last = |name: &str, text: &str| {
        let cases = tables.with(name, text);
        column(&succeed(["stats", "scan", "--cases", &cases, "--model", "space-time-permutation", "--replicates", "9"]), "end")[0]
            .clone()
    };
    assert_eq!(last("dates.csv", &text(|d| format!("2026-03-{d:02}"))), "2026-03-04");
    assert_eq!(last("numbers.csv", &text(|d| d.to_string())), "4");
}

#[test]
fn windows_may_be_disks_of_cells() {
    let tables = Tables::new();
    // A cell, the six round it, and one far away.
    let cells = [
        "8928308280fffff",
        "8928308280bffff",
        "89283082873ffff",
        "89283082877ffff",
        "8928308283bffff",
        "89283082807ffff",
        "89283082803ffff",
    ];
    let rows: Vec<String> = cells.iter().enumerate().map(|(i, cell)| format!("{i},{cell},9,100")).collect();
    let text = format!("id,cell,cases,population\n{}\nfar,89194ad32a3ffff,1,2000\n", rows.join("\n"));
    let base = ["stats", "scan", "--shape", "h3-disks", "--details", "--replicates", "99", "--areas"];
    let areas = tables.with("cells.csv", &text);
    let found = succeed([&base[..], &[&areas]].concat());
    assert_eq!((column(&found, "rings")[0].as_str(), column(&found, "members")[0].split(';').count()), ("1", 7));
    let alone = succeed([&base[..], &[&areas, "--max-rings", "0"]].concat());
    assert!(column(&alone, "members").iter().all(|m| !m.contains(';')));
    let (code, error) = refused(&[&base[..], &[&tables.with("bad.csv", &text.replace("89283082873ffff", "here"))]].concat());
    assert!(code == Some(1) && error.contains("row 4, column cell: not an H3 cell") && !error.contains("here"), "{error}");
    assert_eq!(refused(&[&base[..], &[&areas, "--max-radius", "500"]].concat()).0, Some(2));
}

#[test]
fn cases_may_be_known_to_some_metres_only() {
    let tables = Tables::new();
    let rows: Vec<String> = (0..8).map(|i| format!("u{i},{},0,100", i * 500)).collect();
    let areas = tables.with("areas.csv", &format!("id,x,y,population\n{}\n", rows.join("\n")));
    let uncertain = |metres: u32| {
        let mut rows = vec![format!("1100,0,{metres},20")];
        rows.extend((0..8).map(|i| format!("{},0,0,1", i * 500)));
        let cases = tables.with("cases.csv", &format!("x,y,within,count\n{}\n", rows.join("\n")));
        let base = ["stats", "scan", "--areas", &areas, "--cases", &cases, "--uncertainty", "within", "--max-population", "0.25"];
        succeed([&base[..], &["--draws", "50", "--replicates", "19"]].concat())
    };
    // Nearest is unit 2; within 450 m are units 2 and 3 alike.
    let sure = numbers(&uncertain(0), "share_in_best");
    assert_eq!((sure[2], sure[7]), (1.0, 0.0));
    let unsure = numbers(&uncertain(450), "share_in_best");
    assert!(unsure[2] > 0.9 && unsure[3] > 0.9, "{unsure:?}");
    let bad = tables.with("bad.csv", "x,y,within\n0,0,-5\n");
    let (code, error) = refused(&["stats", "scan", "--areas", &areas, "--cases", &bad, "--uncertainty", "within"]);
    assert!(code == Some(1) && error.contains("row 2, column within: a distance below 0"), "{error}");
}
