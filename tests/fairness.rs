//! Who is covered: groups of people and strands' incidents in places that are questioned or short, from supplied tables to the evidence.

use crate::challenge::{Desk, HEAD, by_shell, desk, table, text, unzip};
use crate::program::{hotspot, json};
use hotspot_core::atlas::Atlas;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Output;

/// A text that a spreadsheet would run, and a page.
const ODD: &str = "=1+1 <script>x</script>";

/// Officers by command unit: one unit has next to nothing. Groups: everybody, those who live there more than elsewhere, hardly anyone.
fn supplied(desk: &Desk, folder: &str) -> BTreeMap<String, BTreeMap<&'static str, u64>> {
    let dir = desk.path(folder);
    std::fs::create_dir_all(&dir).unwrap();
    let atlas = Atlas::london().boroughs();
    let mut given = vec![HEAD.to_owned()];
    let mut people = vec!["area_code,group,people,source\n".to_owned()];
    let mut stops = vec!["area_code,period_start,period_end,group,stops\n".to_owned()];
    let mut of: BTreeMap<String, BTreeMap<&'static str, u64>> = BTreeMap::new();
    for (at, borough) in atlas.iter().enumerate().filter(|(_, b)| b.bcu.is_some()) {
        let short = borough.bcu.as_deref() == Some("Central West");
        given.push(format!("officers,area,{},2025-10-01,2025-10-31,{},fte,planned,x,\n", borough.code, if short { 2 } else { 60 }));
        let groups = [
            ("everybody", u64::from(borough.population_mid2023)),
            (ODD, if short { 9_000 } else { 1_000 }),
            ("hardly anyone", u64::from(at == 0)),
        ];
        for (group, n) in groups {
            people.push(format!("{},{group},{n},census\n", borough.code));
            of.entry(borough.code.clone()).or_default().insert(group, n);
        }
        stops.push(format!("{},2025-01-01,2025-06-30,everybody,{}\n", borough.code, 100 + at));
        stops.push(format!("{},2025-07-01,2025-12-31,everybody,{}\n", borough.code, 50));
    }
    for (name, rows) in [("given.csv", given), ("people.csv", people), ("stops.csv", stops)] {
        std::fs::write(dir.join(name), rows.concat()).unwrap();
    }
    of
}

fn ask(desk: &Desk, folder: &str, more: &[&str]) -> Output {
    let fixed = ["challenge", "--releases", "../releases", "--resources", "given.csv", "--people", "people.csv"];
    hotspot([&fixed[..], more].concat()).current_dir(desk.path(folder)).output().unwrap()
}

fn answered(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json(std::str::from_utf8(&output.stdout).unwrap())
}

fn of<'a>(cover: &'a Value, name: &str) -> &'a Value {
    cover["groups"].as_array().unwrap().iter().find(|g| g["group"] == name).unwrap()
}

#[test]
fn shares_of_people_strands_and_stops_are_those_that_a_hand_makes_of_the_same_verdicts() {
    let desk = desk();
    let people = supplied(desk, "fair");
    let answer = answered(&ask(desk, "fair", &["--stops", "stops.csv", "--level", "borough", "--json"]));
    let kind = &answer["kinds"][0];
    let (places, cover) = (kind["places"].as_array().unwrap(), &kind["fairness"]);
    let number = |v: &Value| v.as_f64().unwrap();
    let questioned = |p: &Value| p["verdict"] == "questioned";
    assert!(places.iter().any(questioned), "{places:?}");
    for group in ["everybody", ODD] {
        // Offices dominate in Camden and Westminster: who lives there is not known, and they are left out.
        let known = |p: &Value| !["E09000007", "E09000033"].contains(&p["id"].as_str().unwrap());
        let n = |p: &Value| people.get(p["id"].as_str().unwrap()).filter(|_| known(p)).map_or(0, |g| g[group]) as f64;
        let all: f64 = places.iter().map(n).sum();
        let share = places.iter().filter(|p| questioned(p)).map(n).sum::<f64>() / all;
        let expected = places.iter().map(|p| n(p) * number(&p["p_under"])).sum::<f64>() / all;
        let found = of(cover, group);
        assert_eq!((&found["areas"], &found["split"], number(&found["people"])), (&30.into(), &0.into(), all));
        assert!((number(&found["cover"]["questioned"]) - share).abs() < 1e-9, "{found}");
        assert!((number(&found["cover"]["short"]["mean"]) - expected).abs() < 0.02, "{found} {expected}");
        let ratio = number(&found["cover"]["short_ratio"]["mean"]);
        assert!(if group == ODD { ratio > 1.5 } else { (0.8..1.25).contains(&ratio) }, "{group}: {ratio}");
    }
    assert_eq!(of(cover, "hardly anyone")["cover"], Value::Null, "too few people");
    // Strands need no table: the incidents of the window.
    let all = &cover["strands"][0];
    let n = |p: &Value| number(&p["incidents"]);
    let incidents: f64 = places.iter().map(n).sum();
    assert_eq!((&all["strand"], number(&all["incidents"])), (&Value::Null, incidents));
    let share = places.iter().filter(|p| questioned(p)).map(n).sum::<f64>() / incidents;
    assert!((number(&all["cover"]["questioned"]) - share).abs() < 1e-9);
    assert!(
        cover["strands"].as_array().unwrap().iter().all(|s| s["cover"].is_null() == (number(&s["incidents"]) < 10.0)),
        "{cover}"
    );
    // Stops: nothing is split by borough.
    let stops = &cover["stops"][0];
    let in_questioned = |wanted: bool| {
        let (mut stopped, mut years) = (0.0, 0.0);
        for (at, borough) in Atlas::london().boroughs().iter().enumerate().filter(|(_, b)| b.bcu.is_some()) {
            let place = places.iter().find(|p| p["id"] == borough.code).unwrap();
            if questioned(place) == wanted {
                stopped += 150.0 + at as f64;
                years += f64::from(borough.population_mid2023) * 365.0 / 365.25;
            }
        }
        (stopped, 1000.0 * stopped / years)
    };
    for (side, wanted) in [("questioned", true), ("elsewhere", false)] {
        let (stopped, rate) = in_questioned(wanted);
        assert!((number(&stops[side]["stops"]) - stopped).abs() < 1e-6, "{stops}");
        assert!((number(&stops[side]["rate"]["mean"]) - rate).abs() < 1e-9, "{stops} {rate}");
        let half = 1.96 * stopped.sqrt() / stopped * rate;
        assert!((number(&stops[side]["rate"]["hi"]) - rate - half).abs() < 0.1 * half);
    }
    assert!(answer["fairness_caveat"].as_str().unwrap().contains("not its victims"));
}

#[test]
fn hotspots_split_areas_and_the_evidence_has_all_of_it_and_makes_itself_again() {
    let desk = desk();
    supplied(desk, "fair again");
    let answer = answered(&ask(desk, "fair again", &["--stops", "stops.csv", "--json"]));
    let cover = &answer["kinds"][0]["fairness"];
    assert!(of(cover, "everybody")["split"].as_u64().unwrap() > 20, "{cover}");
    let out = desk.path("fair again").join("first.zip");
    let made = ask(desk, "fair again", &["--stops", "stops.csv", "--out", "first.zip"]);
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success() && said.contains("Who is covered by officers") && said.contains("not its victims"), "{said}");
    let bytes = std::fs::read(&out).unwrap();
    let files = unzip(&bytes);
    let rows = table(&files, "covered");
    let groups: Vec<&BTreeMap<String, String>> = rows.iter().filter(|r| r["of"] == "people").collect();
    assert_eq!(groups.len(), 3);
    assert!(groups.iter().any(|r| r["group"] == format!("'{ODD}")), "a formula is none: {groups:?}");
    for row in groups.iter().filter(|r| !r["short"].is_empty()) {
        let found = of(cover, row["group"].trim_start_matches('\''));
        assert!((row["short"].parse::<f64>().unwrap() - found["cover"]["short"]["mean"].as_f64().unwrap()).abs() < 1e-9);
    }
    assert_eq!(table(&files, "stops").len(), 1);
    let page = text(&files, "index.html");
    assert!(page.contains("who lives where") && page.contains("not its victims") && !page.contains("<script"), "escaped");
    for word in ["deserve", "caused", "because of"] {
        assert!(!page.contains(word), "{word}");
    }
    let manifest = json(text(&files, "manifest.json"));
    assert_eq!((&manifest["people"]["file"], &manifest["stops"]["file"]), (&"people.csv".into(), &"stops.csv".into()));
    // In a folder that holds the releases and the inputs.
    let whole = desk.path("fair again");
    for name in ["given.csv", "people.csv", "stops.csv"] {
        std::fs::copy(whole.join(name), desk.path(name)).unwrap();
    }
    by_shell(
        &manifest["command"].as_str().unwrap().replace("pack.zip", "fair pack.zip").replace("fair pack.zip", "'fair pack.zip'"),
        desk.dir.path(),
    );
    assert_eq!(std::fs::read(desk.path("fair pack.zip")).unwrap(), bytes);
}

#[test]
fn a_table_that_does_not_fit_is_named_with_its_row_and_never_quoted() {
    let desk = desk();
    supplied(desk, "unfair");
    let write = |name: &str, text: &str| std::fs::write(desk.path("unfair").join(name), text).unwrap();
    let refused = |more: &[&str], words: &[&str]| {
        let output = ask(desk, "unfair", more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && words.iter().all(|w| said.contains(w)) && !said.contains("secret"),
            "{words:?}: {said}"
        );
    };
    let stops = "area_code,period_start,period_end,group,stops\n";
    write("stops.csv", &format!("{stops}E09000007,2025-01-01,2025-06-30,secret,3\n"));
    refused(&["--stops", "stops.csv"], &["stops.csv", "row 2", "one of the table of people"]);
    write(
        "stops.csv",
        &format!("{stops}E09000007,2025-01-01,2025-06-30,everybody,3\nE09secret,2025-01-01,2025-06-30,everybody,3\n"),
    );
    refused(&["--stops", "stops.csv"], &["stops.csv", "row 3", "this group in this area"]);
    write("people.csv", "area_code,group,people,source\nE09000007,a,5,x\nE99secret,a,5,x\n");
    refused(&[], &["people.csv", "row 3", "area_code", "code of a borough"]);
    write("people.csv", "area_code,group,people\nE09000007,a,5\n");
    refused(&[], &["people.csv", "source"]);
    let alone = ["challenge", "--releases", "releases", "--resources", "x.csv", "--stops", "stops.csv"];
    assert_eq!(hotspot(alone).output().unwrap().status.code(), Some(2), "stops need people");
}
