//! How good the records are, at a terminal and over HTTP; and the months that were published, as the server hands them on.

use crate::program::{Serving, json, simulated, succeed};
use std::path::Path;

fn made(dir: &Path) -> [String; 3] {
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let [store, releases, months] = ["store", "releases", "months"].map(path);
    let incidents = simulated().incidents.to_str().unwrap();
    succeed(["ingest", incidents, "--store", &store, "--class", "synthetic", "--known-on", "2025-10-31"]);
    succeed(["analyse", "--store", &store, "--releases", &releases, "--month", "2025-10", "--months", "6"]);
    succeed(["summary", "--store", &store, "--out", &months, "--month", "2025-10", "--formats", "json,html,csv"]);
    [store, releases, months]
}

#[test]
fn the_account_of_the_records_is_the_same_at_a_terminal_and_over_http_and_months_come_as_published() {
    let dir = tempfile::tempdir().unwrap();
    let [_, releases, months] = made(dir.path());
    let said = json(&succeed(["quality", "--releases", &releases, "--json"]));
    let server = Serving::with(Path::new(&releases), &["--summary", &months]);
    assert_eq!(server.json("/api/v1/quality"), said);

    let n = |part: &serde_json::Value| part["n"].as_u64().unwrap();
    let all = &said["total"];
    assert!(n(all) > 1_000);
    for parts in ["boroughs", "months"] {
        assert_eq!(said[parts].as_array().unwrap().iter().map(n).sum::<u64>(), n(all), "{parts}");
    }
    assert_eq!(all["placed"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).sum::<u64>(), n(all));
    let account = &said["reconciliation"];
    let of = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(of("rows"), of("mapped") + of("area_only") + of("online") + of("no_place") + of("rejected"));
    let delay = &all["delay"];
    assert!(delay["median"].as_u64() <= delay["ninetieth"].as_u64() && delay["same_month"].as_u64() <= delay["n"].as_u64());

    let text = succeed(["quality", "--releases", &releases]);
    assert!(text.contains(&format!("{} rows = {} mapped", of("rows"), of("mapped"))), "{text}");
    assert!(text.contains("What the map cannot say:") && text.contains(&format!("{} records", n(all))), "{text}");

    let name = "recorded-hate-crime-2025-10.html";
    let (status, _, page) = server.get("/month");
    assert_eq!(status, 200);
    assert!(String::from_utf8(page).unwrap().contains(&format!("/month/analyst/2025-10/{name}")));
    let (status, _, published) = server.get(&format!("/month/analyst/2025-10/{name}"));
    assert_eq!((status, published), (200, std::fs::read(Path::new(&months).join("2025-10").join(name)).unwrap()));
    for other in ["recorded-hate-crime-2025-10-record.json", "..%2Fruns.jsonl", "runs.jsonl"] {
        assert_eq!(server.get(&format!("/month/analyst/2025-10/{other}")).0, 404, "{other}");
    }
}
