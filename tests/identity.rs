//! Hotspots keep their names from release to release.

use crate::program::{Serving, json, simulated, succeed};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Hotspots of all records in a release.
fn hotspots(server: &Serving, release: &str) -> Value {
    server.json(&format!("/api/v1/hotspots?release={release}"))
}

fn ids(answer: &Value) -> BTreeSet<String> {
    answer["features"].as_array().unwrap().iter().map(|f| f["properties"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn monthly_releases_continue_one_another_and_say_what_ended() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let store = path("store");
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let months = ["2025-08", "2025-09", "2025-10"];
    let chain = |releases: &str| -> Vec<String> {
        let analyse = |month: &&str| {
            let args = ["analyse", "--store", &store, "--releases", releases, "--month", month, "--months", "4", "--json"];
            json(&succeed(args))["release"].as_str().unwrap().to_owned()
        };
        months.iter().map(analyse).collect()
    };
    let releases = chain(&path("one"));
    assert_eq!(releases, chain(&path("two")), "the same store and settings give the same names");

    let server = Serving::start(Path::new(&path("one")));
    let [first, second, third] = [0, 1, 2].map(|i| hotspots(&server, &releases[i]));
    let all_first = first["features"].as_array().unwrap().iter().all(|f| f["properties"]["change"] == "first");
    assert!(all_first && first["ended"].as_array().unwrap().is_empty());
    for (before, now, month) in [(&first, &second, months[1]), (&second, &third, months[2])] {
        let (before, names) = (ids(before), ids(now));
        assert_eq!(names.len(), now["features"].as_array().unwrap().len(), "no name is used twice");
        let ended: BTreeSet<String> =
            now["ended"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect();
        // Everyone before goes on or has ended, and nobody does both.
        let went_on: BTreeSet<String> = before.intersection(&names).cloned().collect();
        assert!(went_on.len() > before.len() / 2, "{} of {}", went_on.len(), before.len());
        assert_eq!(before.difference(&went_on).cloned().collect::<BTreeSet<_>>(), ended);
        for feature in now["features"].as_array().unwrap() {
            let p = &feature["properties"];
            let id = p["id"].as_str().unwrap();
            let fresh = !before.contains(id);
            assert_eq!(fresh, p["first_seen"] == month, "{p}");
            assert_eq!(fresh, id.starts_with(&format!("all-{month}-")), "{id}");
            assert!(!fresh || p["change"] == "new" || p["change"] == "split", "{p}");
            assert!(p["review"].as_str().unwrap() > month);
            assert!(p["of"].as_array().unwrap().iter().all(|o| before.contains(o.as_str().unwrap())));
        }
        for e in now["ended"].as_array().unwrap() {
            assert!(e["into"].is_null() || names.contains(e["into"].as_str().unwrap()));
        }
    }
}
