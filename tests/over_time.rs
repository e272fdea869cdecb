//! A hotspot's months, and a spike after an attack, from the calendar to the answer.

use crate::program::{Serving, json, root, run, simulated, succeed};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// A quiet place in Havering.
const PLACE: [f64; 2] = [0.2405, 51.5605];
const HEADER: &str = "id,name,from,to,strands,areas\n";

#[test]
fn a_spike_after_an_attack_is_on_the_map_and_known_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let mut planted = String::from("id,known_on,occurred_from,lon,lat,strands,offence,victim\n");
    for i in 0..24 {
        writeln!(planted, "P-{i},2025-10-31,2025-08-{:02} 21:00,{},{},race,violence,v{i}", 5 + i % 12, PLACE[0], PLACE[1]).unwrap();
    }
    std::fs::write(path("planted.csv"), planted).unwrap();
    std::fs::write(path("events.csv"), format!("{HEADER}attack,An attack far away,2025-08-04,2025-08-04,race,\n")).unwrap();
    let (store, releases) = (path("store"), path("releases"));
    succeed(["ingest", simulated().incidents.to_str().unwrap(), &path("planted.csv"), "--store", &store, "--class", "synthetic"]);
    let analyse = |more: &[&str]| {
        let mut args = vec!["analyse", "--store", &store, "--releases", &releases, "--months", "6", "--json"];
        args.extend(more);
        run(args)
    };
    let without = json(&String::from_utf8(analyse(&[]).stdout).unwrap());
    let with = json(&String::from_utf8(analyse(&["--events", &path("events.csv")]).stdout).unwrap());
    assert_ne!(without["release"], with["release"], "a calendar makes another release");
    assert_eq!((&without["events"], &without["only_by_events"]), (&Value::from(0), &Value::from(0)));
    assert!(with["events"] == 1 && with["only_by_events"].as_u64().unwrap() > 0, "{with}");

    let server = Serving::start(Path::new(&releases));
    let story = |made: &Value, strand: &str| {
        let release = made["release"].as_str().unwrap();
        let list = server.json(&format!("/api/v1/hotspots?release={release}&strand={strand}"));
        let here = |h: &&Value| {
            let [lon, lat] = [0, 1].map(|i| h["geometry"]["coordinates"][0][0][0][i].as_f64().unwrap());
            (lon - PLACE[0]).abs() < 0.01 && (lat - PLACE[1]).abs() < 0.01
        };
        let listed = &list["features"].as_array().unwrap().iter().find(here).unwrap()["properties"];
        assert_eq!(listed["only_by_events"], made["events"] == 1, "the list marks it");
        let id = listed["id"].as_str().unwrap();
        server.json(&format!("/api/v1/hotspots/{id}?release={release}"))
    };
    for strand in ["all", "race"] {
        let found = story(&with, strand);
        let attribution = &found["attribution"];
        assert!(attribution["only_by_events"] == true && attribution["attributed"].as_f64().unwrap() > 20.0, "{attribution}");
        assert_eq!(attribution["by_strands"][0]["events"][0]["name"], "An attack far away");
        let history = &found["history"];
        assert_eq!(history["months"], serde_json::json!({"from": "2025-05", "to": "2025-10"}));
        assert_eq!(history["reasons"]["chart"], "too few months: 6 where 15 are needed");
        assert!(history["week"]["counts"].as_array().unwrap().iter().any(|day| day[3].as_u64().unwrap() >= 3), "evenings");
        assert!(history["near_repeats"]["repeats"].as_u64().unwrap() >= 20);
    }
    assert!(story(&without, "all")["attribution"].is_null());
    let effects = server.json(&format!("/api/v1/events?release={}&strand=race", with["release"].as_str().unwrap()));
    assert!(effects["events"][0]["effect"]["observed"].as_u64().unwrap() >= 24);
    let none = server.json(&format!("/api/v1/events?release={}&strand=disability", with["release"].as_str().unwrap()));
    assert_eq!((none["calendar"].as_u64(), none["events"].as_array().unwrap().len()), (Some(1), 0));

    for (row, what) in [
        ("b,Secret,2025-08-40,2025-08-04,,", "row 3, column from"),
        ("b,Secret,2025-08-04,2025-08-04,secret,", "row 3, column strands"),
        ("b,Secret,2025-08-04,2025-08-04,,Secret", "row 3, column areas"),
    ] {
        std::fs::write(path("bad.csv"), format!("{HEADER}a,A,2025-08-04,2025-08-04,,\n{row}\n")).unwrap();
        let refused = analyse(&["--events", &path("bad.csv")]);
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && message.contains("bad.csv") && message.contains(what), "{message}");
        assert!(!message.to_lowercase().contains("secret"), "{message}");
    }
}

#[test]
fn the_sample_calendar_is_that_of_the_demo() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    succeed(["simulate", "--months", "36", "--seed", "1", "--out", &path("incidents.csv"), "--events", &path("events.csv")]);
    let made = std::fs::read(path("events.csv")).unwrap();
    assert_eq!(made, std::fs::read(root().join("data/samples/events.csv")).unwrap());
}
