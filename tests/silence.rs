//! Places to engage, feedback and the order under other reporting, from a file to HTTP.

use crate::program::{Serving, json, run, simulated, succeed};
use serde_json::{Value, json as value};
use std::fmt::Write;
use std::path::Path;

/// Side of the world in areas, and of an area in degrees.
const SIDE: usize = 8;
const STEP: f64 = 0.005;
const QUIET: &str = "A35";

fn corner(i: usize) -> [f64; 2] {
    [-0.12 + (i % SIDE) as f64 * STEP, 51.47 + (i / SIDE) as f64 * STEP]
}

/// Sixty-four squares of Southwark, the reports of a year (16 to 24 in each, one in the quiet one, 30 police-generated in the first), and what
/// a third party was told in each.
fn world(folder: &Path) -> [String; 3] {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let square = |i: usize| {
        let [w, s] = corner(i);
        let ring = value!([[w, s], [w + STEP, s], [w + STEP, s + STEP], [w, s + STEP], [w, s]]);
        value!({"type": "Feature", "properties": {"code": format!("A{i}"), "name": format!("Ward {i}")}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let areas = value!({"type": "FeatureCollection", "features": (0..SIDE * SIDE).map(square).collect::<Vec<_>>()});
    std::fs::write(path("areas.geojson"), areas.to_string()).unwrap();
    let mut incidents = String::from("id,known_on,occurred_from,lon,lat,strands,source\n");
    let mut sources = String::from("id,Third-party reports 2025\n");
    for i in 0..SIDE * SIDE {
        let [w, s] = corner(i);
        let n = if format!("A{i}") == QUIET { 1 } else { 16 + i % 9 };
        for k in 0..n {
            writeln!(incidents, "R{i}-{k},2025-12-31,2025-{:02}-07,{},{},race,victim", 1 + k % 12, w + STEP / 2.0, s + STEP / 2.0)
                .unwrap();
        }
        writeln!(sources, "A{i},10").unwrap();
    }
    for k in 0..30 {
        writeln!(incidents, "P{k},2025-12-31,2025-{:02}-08,-0.1175,51.4725,race,police_generated", 1 + k % 12).unwrap();
    }
    std::fs::write(path("incidents.csv"), incidents).unwrap();
    std::fs::write(path("sources.csv"), sources).unwrap();
    ["incidents.csv", "areas.geojson", "sources.csv"].map(path)
}

/// Every key of every object in an answer.
fn keys(answer: &Value, all: &mut Vec<String>) {
    match answer {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            all.push(key.clone());
            keys(value, all);
        }),
        Value::Array(values) => values.iter().for_each(|value| keys(value, all)),
        _ => {}
    }
}

#[test]
fn a_planted_silent_quarter_is_a_place_to_engage_with_bounds_and_without_a_count() {
    let dir = tempfile::tempdir().unwrap();
    let [incidents, areas, sources] = world(dir.path());
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases) = (path("store"), path("releases"));
    succeed(["ingest", &incidents, "--store", &store, "--class", "synthetic"]);
    let analyse = |more: &[&str]| {
        succeed([&["analyse", "--store", &store, "--releases", &releases, "--areas", &areas, "--json"], more].concat())
    };
    let made = json(&analyse(&["--sources", &sources]));
    assert_eq!(
        (&made["places_to_engage"], &made["n"]),
        (&value!(1), &value!(1 + (0..64).filter(|i| *i != 35).map(|i| 16 + i % 9).sum::<u32>()))
    );
    let without = json(&analyse(&[]));
    assert_ne!(made["release"], without["release"]);
    assert!(without["places_to_engage"].is_null());

    let server = Serving::start(Path::new(&releases));
    let with = made["release"].as_str().unwrap();
    let silence = server.json(&format!("/api/v1/silence?release={with}"));
    let place = &silence["features"][0]["properties"];
    assert_eq!(
        (&place["unit"], &place["name"], silence["features"].as_array().unwrap().len()),
        (&value!(QUIET), &value!("Ward 35"), 1)
    );
    assert_eq!(
        (&silence["measures"], &silence["asked"], &silence["could_be_named"]),
        (&value!(["Third-party reports 2025"]), &value!(64), &value!(64))
    );
    let [lo, hi] = ["reporting_lo", "reporting_hi"].map(|key| place[key].as_f64().unwrap());
    assert!(lo < 0.02 && hi > 0.1 && hi < 0.5, "{place}");
    assert!(silence["features"][0]["geometry"]["coordinates"].to_string().contains("51.49"));
    // Neither how many reports came from a place nor how many were expected there may leave.
    let mut all = Vec::new();
    keys(&silence, &mut all);
    assert!(all.iter().all(|key| !["n", "reports", "count", "expected", "predicted", "p", "q"].contains(&key.as_str())), "{all:?}");
    let none = server.json(&format!("/api/v1/silence?release={}", without["release"].as_str().unwrap()));
    assert!(none["why_not"].as_str().unwrap().contains("--sources") && none["features"] == value!([]));

    // The feedback of the thirty police-generated records.
    let listed = server.json("/api/v1/releases");
    let feedback = &listed["releases"].as_array().unwrap().iter().find(|r| r["id"] == with).unwrap()["feedback"];
    let n = made["n"].as_f64().unwrap();
    assert_eq!(feedback["records"].as_f64(), Some(n + 30.0));
    assert!((feedback["cases"][0]["discovery"].as_f64().unwrap() - 30.0 / (n + 30.0)).abs() < 1e-4, "{feedback}");
    assert_eq!(feedback["cases"][1]["discovery"], value!(0.5));
    assert!(feedback["cases"][1]["by_the_loop"].as_f64() > feedback["cases"][0]["by_the_loop"].as_f64(), "{feedback}");
    assert!(feedback["sentence"].as_str().unwrap().contains("came about by police presence alone"));
}

#[test]
fn a_file_of_sources_that_cannot_be_used_is_located_and_nothing_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let [incidents, areas, sources] = world(dir.path());
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases) = (path("store"), path("releases"));
    succeed(["ingest", &incidents, "--store", &store, "--class", "synthetic"]);
    let text = std::fs::read_to_string(&sources).unwrap().replace("A7,10", "A7,-4711");
    std::fs::write(&sources, text).unwrap();
    let output = run(["analyse", "--store", &store, "--releases", &releases, "--areas", &areas, "--sources", &sources]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(said.contains("row 9") && said.contains("Third-party reports 2025") && !said.contains("4711"), "{said}");
    assert!(!Path::new(&releases).join("current").exists());
}

#[test]
fn in_london_residents_and_neighbours_are_asked_and_every_hotspot_is_compared_with_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases) = (path("store"), path("releases"));
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let said = succeed(["analyse", "--store", &store, "--releases", &releases, "--months", "6"]);
    assert!(said.contains("cells asked about (2025-05 to 2025-10, by every one of 2 measures)"), "{said}");
    assert!(said.contains("came about by police presence alone"), "{said}");
    let server = Serving::start(Path::new(&releases));
    let silence = server.json("/api/v1/silence");
    assert_eq!((&silence["resolution"], silence["measures"].as_array().unwrap().len()), (&value!(8), 2));
    assert!(silence["asked"].as_u64().unwrap() > 2000);
    let hotspots = server.json("/api/v1/hotspots");
    let spots: Vec<&Value> = hotspots["features"].as_array().unwrap().iter().map(|f| &f["properties"]).collect();
    assert!(spots.len() > 2);
    for pair in spots.windows(2) {
        let (order, rate) = (&pair[0]["order"], |spot: &Value| spot["n"].as_f64().unwrap() / spot["expected"].as_f64().unwrap());
        let ratio = rate(pair[0]) / rate(pair[1]);
        assert_eq!(order["next"], pair[1]["id"]);
        // Answers are rounded: rates that are all but equal may look turned round.
        assert!((ratio - 1.0).abs() < 1e-3 || order["higher"] == if ratio > 1.0 { "this" } else { "next" }, "{order} {ratio}");
        let (factor, lo) = (order["factor"].as_f64().unwrap(), order["factor_lo"].as_f64().unwrap());
        assert!((factor / ratio.max(1.0 / ratio) - 1.0).abs() < 1e-2 && lo < factor, "{order}");
        assert_eq!(order["stands"], lo > 1.0, "{order}");
    }
    assert!(spots.last().unwrap()["order"].is_null());
}
