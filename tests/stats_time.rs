//! `hotspot stats`: when, how often again, and since when.

use crate::program::{json, run, succeed};
use crate::stats::{Tables, column, near, numbers};

/// Exit code and error of a command that fails.
pub fn refused(args: &[&str]) -> (Option<i32>, String) {
    let output = run(args);
    assert!(output.stdout.is_empty(), "{args:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_interval_is_spread_over_the_hours_it_touches() {
    let tables = Tables::new();
    let known = "from,until\n2024-01-01 01:50,2024-01-01 02:10\n,\n2024-01-01 22:00,\n2024-01-31 00:00,2024-02-04 00:00\n";
    let values = tables.with("a.csv", known);
    let week = succeed(["stats", "aoristic", "--values", &values]);
    assert_eq!(week.lines().next().unwrap(), "hour,weekday,hour_of_day,weight");
    let weights = numbers(&week, "weight");
    assert_eq!(weights.len(), 168);
    near(&[weights[1], weights[2], weights[48], weights.iter().sum()], &[0.5, 0.5, 1.0 / 96.0, 2.0], 1e-12);
    assert_eq!(column(&week, "weekday")[25], "Tuesday");
    let facts = json(&succeed(["stats", "aoristic", "--values", &values, "--open-end", "known-end", "--longest", "48", "--json"]));
    assert_eq!((&facts["weighed"], &facts["without_time"], &facts["set_aside_too_long"]), (&2.into(), &1.into(), &1.into()));
    let months = succeed(["stats", "aoristic", "--values", &values, "--by", "month"]);
    assert_eq!(months, "month,weight\n2024-01,1.25\n2024-02,0.75\n");
    for (bad, said) in [
        ("from,until\n2024-01-02 10:00,2024-01-01 10:00\n", "row 2, column until: before the time in column from"),
        ("from,until\n2024-01-02,\n", "row 2, column from: not a local time"),
    ] {
        let (code, error) = refused(&["stats", "aoristic", "--values", &tables.with("bad.csv", bad)]);
        assert!(code == Some(1) && error.contains(said), "{error}");
    }
}

#[test]
fn rare_events_are_charted_by_the_time_between_them() {
    let tables = Tables::new();
    // Mean gap 4, so q = 0.8: P(gap > 29) = 0.8^30 < 0.00135, P(gap > 3) = 0.8^4 < 0.5.
    let gaps = tables.with("g.csv", "time,value\na,4\nb,2\nc,6\nd,4\ne,30\n");
    let chart = succeed(["stats", "xmr", "--kind", "geometric", "--values", &gaps, "--baseline", "4"]);
    assert_eq!((numbers(&chart, "upper")[0], numbers(&chart, "lower")[0], numbers(&chart, "center")[0]), (29.0, 0.0, 3.0));
    assert_eq!(column(&chart, "signal"), ["", "", "", "", "point 5 is above the upper limit"]);
    // The same gaps from the dates of the events.
    let dates = tables.with("d.csv", "date\n2026-01-01\n2026-01-05\n2026-01-07\n2026-01-13\n2026-01-17\n2026-02-16\n");
    let of_dates = succeed(["stats", "xmr", "--kind", "g", "--values", &dates, "--baseline", "4"]);
    assert_eq!(column(&of_dates, "value"), ["4", "2", "6", "4", "30"]);
    assert_eq!((column(&of_dates, "time")[4].as_str(), numbers(&of_dates, "upper")), ("2026-02-16", numbers(&chart, "upper")));
    let between = succeed(["stats", "xmr", "--kind", "time-between", "--values", &gaps, "--baseline", "4"]);
    let shown: Vec<f64> = [4.0_f64, 2.0, 6.0, 4.0].iter().map(|t| t.powf(1.0 / 3.6)).collect();
    let mean = shown.iter().sum::<f64>() / 4.0;
    let range = shown.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / 3.0;
    near(&numbers(&between, "upper")[..1], &[(mean + 2.66 * range).powf(3.6)], 1e-9);
    assert_eq!(refused(&["stats", "xmr", "--values", &gaps, "--baseline", "9"]).0, Some(1));
    let (code, error) =
        refused(&["stats", "xmr", "--kind", "g", "--values", &tables.with("u.csv", "date\n2026-01-05\n2026-01-01\n")]);
    assert!(code == Some(1) && error.contains("row 3, column date: earlier than the event before it"), "{error}");
}

#[test]
fn counts_have_three_sigma_limits_and_chosen_rules_when_asked() {
    let tables = Tables::new();
    let values = tables.with("c.csv", "time,value\n1,9\n2,9\n3,9\n4,9\n5,9\n6,9\n7,9\n8,20\n");
    let poisson = |more: &[&str]| {
        let base = ["stats", "xmr", "--kind", "poisson", "--values", &values, "--baseline", "7"];
        succeed([&base[..], more].concat())
    };
    near(&numbers(&poisson(&["--limits", "three-sigma"]), "upper")[..1], &[18.0], 1e-12);
    assert!(!column(&poisson(&[]), "signal")[7].is_empty());
    assert!(column(&poisson(&["--rules", "run,trend"]), "signal").iter().all(String::is_empty));
    assert_eq!(refused(&["stats", "xmr", "--values", &values, "--limits", "three-sigma"]).0, Some(2));
}

#[test]
fn closeness_in_space_and_time_has_its_mean_and_spread_over_all_shuffles() {
    let tables = Tables::new();
    // Of the three ways to pair four times, one puts close times at close places.
    let points = tables.with("k.csv", "id,x,y,date\na,0,0,2026-01-01\nb,5,0,2026-01-02\nc,900,0,2026-02-10\nd,905,0,2026-02-10\n");
    let test = succeed(["stats", "knox-test", "--points", &points, "--distance", "5", "--days", "1", "--replicates", "99"]);
    near(&numbers(&test, "close_in_space"), &[2.0], 0.0);
    near(&[numbers(&test, "observed")[0], numbers(&test, "expected")[0]], &[2.0, 2.0 / 3.0], 1e-12);
    near(&numbers(&test, "sd"), &[(8.0_f64 / 9.0).sqrt()], 1e-12);
    let table = succeed(["stats", "knox", "--points", &points, "--distances", "0,10,1000", "--days", "0,2,100"]);
    assert_eq!(column(&table, "observed"), ["0", "0", "2", "0", "0", "4"]);
    near(&numbers(&table, "sd")[2..3], &[(8.0_f64 / 9.0).sqrt()], 1e-12);
}

#[test]
fn repeats_are_counted_in_a_window_of_days() {
    let tables = Tables::new();
    let rows = "id,date\na,2024-01-04\nb,2025-01-11\na,2025-02-10\na,2025-02-11\nc,2025-04-01\nb,2026-02-05\n";
    let values = tables.with("r.csv", rows);
    let year = succeed(["stats", "repeats", "--values", &values, "--within-days", "365", "--population", "1000"]);
    assert_eq!((column(&year, "incidents"), column(&year, "repeat_subjects")), (vec!["4".to_owned()], vec!["1".to_owned()]));
    // P(two or more) over P(any) of four incidents on a thousand people.
    near(&numbers(&year, "share_of_subjects_by_chance"), &[0.001_500_249_6], 1e-9);
    let span = succeed(["stats", "repeats", "--values", &values, "--from", "2025-01-01", "--to", "2025-12-31"]);
    assert_eq!(column(&span, "subjects"), ["3"]);
    let curve = ["stats", "repeats", "--values", &values, "--from", "2025-01-01", "--to", "2025-12-31", "--curve"];
    let curve = succeed([&curve[..], &["--waits-from", "first-incident"]].concat());
    assert_eq!((column(&curve, "time"), column(&curve, "at_risk")), (vec!["1".to_owned()], vec!["3".to_owned()]));
    let (code, error) = refused(&["stats", "repeats", "--values", &values, "--from", "2027-01-01"]);
    assert!(code == Some(1) && error.contains("the window ends before it begins"), "{error}");
    assert_eq!(refused(&["stats", "repeats", "--values", &values, "--from", "yesterday"]).0, Some(2));
}

#[test]
fn waits_that_have_not_ended_count_as_long_as_they_were_seen() {
    let tables = Tables::new();
    let curve = succeed(["stats", "survival", "--values", &tables.with("s.csv", "time,event\n3,1\n5,0\n8,1\n")]);
    near(&numbers(&curve, "survival"), &[2.0 / 3.0, 0.0], 1e-12);
    // Nobody is left, and yet three waits do not say that nobody ever waits longer.
    assert!(numbers(&curve, "upper")[1] > 0.8 && numbers(&curve, "lower") == [numbers(&curve, "lower")[0], 0.0]);
    // Seven of ten go on after the third: uncensored, so the limits are those of the proportion.
    let rows: Vec<String> = (1..=10).map(|t| format!("{t},1")).collect();
    let plain = succeed(["stats", "survival", "--values", &tables.with("p.csv", &format!("time,event\n{}\n", rows.join("\n")))]);
    near(&[numbers(&plain, "lower")[2], numbers(&plain, "upper")[2]], &[0.347547, 0.933260], 1e-5);
    let (code, error) = refused(&["stats", "survival", "--values", &tables.with("b.csv", "time,event\n3,2\n")]);
    assert!(code == Some(1) && error.contains("row 2, column event"), "{error}");
}

#[test]
fn a_month_that_was_not_over_is_left_out_of_the_nowcast() {
    let tables = Tables::new();
    let month = |i: i32| format!("{}-{:02}", 2024 + i / 12, i % 12 + 1);
    let mut rows = vec!["occurred,recorded,count".to_owned()];
    for occurred in 0..24 {
        for (delay, count) in [(0, 60), (1, 30), (2, 10)] {
            if occurred + delay < 24 {
                rows.push(format!("{},{}-05,{count}", month(occurred), month(occurred + delay)));
            }
        }
    }
    rows.push("2026-01,2026-01-03,4".to_owned());
    let values = tables.with("n.csv", &rows.join("\n"));
    let nowcast = |more: &[&str]| succeed([&["stats", "nowcast", "--values", &values, "--longest", "2"], more].concat());
    let facts = json(&nowcast(&["--json"]));
    assert!(facts["caution"].as_str().unwrap().contains("--as-of"));
    let known = nowcast(&["--as-of", "2026-01-09"]);
    assert_eq!(
        (column(&known, "month"), column(&known, "estimate")),
        (vec!["2025-11".into(), "2025-12".into()], vec!["100".into(); 2])
    );
    near(&numbers(&nowcast(&["--as-of", "2026-01-09", "--by-delay"]), "completeness"), &[0.6, 0.9, 1.0], 1e-12);
    let (code, error) =
        refused(&["stats", "nowcast", "--values", &tables.with("b.csv", "occurred,recorded,count\n2026-02,2026-01,1\n")]);
    assert!(code == Some(1) && error.contains("row 2, column recorded: before the month in column occurred"), "{error}");
}

#[test]
fn a_trend_and_an_emerging_hot_spot_are_found() {
    let tables = Tables::new();
    let trend = succeed(["stats", "mann-kendall", "--values", &tables.with("m.csv", "value\n3\n5\n7\n90\n11\n"), "--exact"]);
    near(&[numbers(&trend, "s")[0], numbers(&trend, "slope")[0]], &[8.0, 2.0], 1e-12);
    // Sixty units in a row over twelve months; the first three flare up at the end.
    let count = |unit: usize, month: usize| if unit < 3 && month == 11 { 30 } else { (unit * 5 + month * 3) % 4 };
    let rows: Vec<String> = (0..60).flat_map(|u| (0..12).map(move |m| format!("{u},2026-{:02},{}", m + 1, count(u, m)))).collect();
    let links: Vec<String> = (0..59).map(|u| format!("{u},{}\n{},{u}", u + 1, u + 1)).collect();
    let cube = tables.with("cube.csv", &format!("id,time,value\n{}\n", rows.join("\n")));
    let weights = tables.with("w.csv", &format!("from,to\n{}\n", links.join("\n")));
    let emerging = |more: &[&str]| succeed([&["stats", "emerging", "--cube", &cube, "--weights", &weights], more].concat());
    let found = emerging(&[]);
    assert_eq!(found.lines().next().unwrap(), "id,pattern,z_last,hot_share,mk_z,mk_p");
    assert_eq!((column(&found, "pattern")[1].as_str(), column(&found, "pattern")[30].as_str()), ("new_hot", "no_pattern"));
    let steps = emerging(&["--by-step"]);
    assert_eq!((steps.lines().count(), column(&steps, "time")[11].as_str()), (1 + 720, "2026-12"));
    near(&numbers(&steps, "z")[11..12], &numbers(&found, "z_last")[..1], 1e-12);
    // Nothing is significant at this level.
    assert!(column(&emerging(&["--alpha", "1e-300", "--reference", "same-steps"]), "pattern").iter().all(|p| p == "no_pattern"));
}
