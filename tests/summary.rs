//! The monthly summary, from a file to what a person opens.

use crate::program::{run, simulated, succeed};
use std::collections::BTreeMap;
use std::path::Path;

/// Lines of a CSV file as fields; no field of these files has a line break.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    reader.records().map(|r| header.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()).collect()
}

#[test]
fn the_month_is_what_an_independent_count_of_the_file_gives() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, out) = (path("store"), path("out"));
    let incidents = &simulated().incidents;
    succeed(["ingest", incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let said = succeed(["summary", "--store", &store, "--out", &out, "--month", "2025-09"]);
    let file = Path::new(&out).join("2025-09/recorded-hate-crime-2025-09-by-recorded.csv");
    let figures = table(&std::fs::read_to_string(&file).unwrap());
    let figure = |level: &str, place: &str, strand: &str| -> u64 {
        let rows = figures.iter().filter(|r| r["level"] == level && (place.is_empty() || r["place"] == place));
        rows.filter(|r| r["strand"] == strand && r["measure"] == "records").map(|r| r["value"].parse::<u64>().unwrap()).sum()
    };
    // The last version of each record, if its flag was not taken off, by the month in which it was recorded.
    let mut last: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in table(&std::fs::read_to_string(incidents).unwrap()) {
        let older = last.get(&row["id"]).is_some_and(|known| known["known_on"] > row["known_on"]);
        if !older {
            last.insert(row["id"].clone(), row);
        }
    }
    let month = || last.values().filter(|r| r["status"] != "removed" && r["recorded_on"].starts_with("2025-09"));
    let race = month().filter(|r| r["strands"].split([' ', ';', '|']).any(|s| s == "race")).count() as u64;
    assert_eq!(figure("london", "London", "all"), month().count() as u64);
    assert_eq!(figure("london", "London", "race"), race);
    assert!(said.starts_with(&format!("2025-09: {} records in London", month().count())), "{said}");
    // Nothing is lost: what is no borough is a row.
    assert_eq!(figure("borough", "", "all") + figure("elsewhere", "", "all"), month().count() as u64);
    let sum_of_strands: u64 =
        ["race", "religion", "sexual_orientation", "transgender", "disability"].map(|s| figure("london", "London", s)).iter().sum();
    assert!(sum_of_strands > month().count() as u64, "strands overlap and are not added up");
}

#[test]
fn the_same_month_is_published_once_and_nothing_of_others_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, out) = (path("store"), path("out"));
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let summary = |more: &[&str]| run([&["summary", "--store", &store, "--out", &out], more].concat());
    assert!(summary(&["--month", "2025-09"]).status.success());
    let folder = Path::new(&out).join("2025-09");
    let bytes = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        names.map(|n| (n.clone(), std::fs::read(folder.join(n)).unwrap())).collect()
    };
    let first = bytes(&folder);
    assert_eq!(first.keys().map(|n| n.rsplit('.').next().unwrap()).collect::<Vec<_>>(), ["csv", "html", "ods", "xlsx"]);
    let page = String::from_utf8(first["recorded-hate-crime-2025-09-by-recorded.html"].clone()).unwrap();
    assert!(page.contains("SYNTHETIC: about nobody") && page.contains("September 2025") && !page.contains("<script"));
    let again = summary(&["--month", "2025-09"]);
    assert!(String::from_utf8(again.stderr).unwrap().contains("already published"));
    assert_eq!(bytes(&folder), first);
    // Another day of knowledge gives other figures, and says that it replaced some.
    let older = summary(&["--month", "2025-09", "--as-known-on", "2025-10-05"]);
    assert!(String::from_utf8(older.stderr).unwrap().contains("were replaced"));
    assert_ne!(bytes(&folder), first);
    for (wrong, code) in [(["--tier", "public"], 2), (["--month", "2031-01"], 2)] {
        assert_eq!(summary(&wrong).status.code(), Some(code), "{wrong:?}");
    }
    let held = bytes(&folder);
    std::fs::write(folder.join("mine.txt"), "keep").unwrap();
    assert!(!summary(&["--month", "2025-09"]).status.success());
    assert_eq!(bytes(&folder).len(), held.len() + 1, "nothing was changed");
}
