//! What is shown below the analyst, from a file to the page: nothing small is in it, nothing that was published changes, and what is altered
//! afterwards is seen.

use crate::program::{Serving, json, root, run, simulated, succeed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Published {
    _dir: tempfile::TempDir,
    releases: PathBuf,
    protected: PathBuf,
}

/// Six months of London, released and protected in September and in October.
fn published() -> Published {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let (store, releases, protected) = (at("store"), at("releases"), at("protected"));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let links = text(&simulated().links);
    succeed(["ingest", &text(&simulated().incidents), "--store", &text(&store), "--class", "synthetic", "--links", &links]);
    for (month, months) in [("2025-09", "5"), ("2025-10", "6")] {
        let of = ["--store", &text(&store), "--releases", &text(&releases), "--month", month, "--months", months];
        succeed(["analyse"].into_iter().chain(of));
        let said = succeed(["protect", "--releases", &text(&releases), "--protected", &text(&protected)]);
        assert!(said.contains(": protected, with a proof of ") && said.contains("hotspots of all records"), "{said}");
    }
    Published { releases, protected, _dir: dir }
}

fn folders(protected: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(protected).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

/// What stands in a file of figures, by place, period and strand.
fn figures(folder: &Path) -> BTreeMap<[String; 3], String> {
    let mut reader = csv::Reader::from_path(folder.join("figures.csv")).unwrap();
    let rows = reader.records().map(|r| r.unwrap());
    rows.map(|r| ([r[0].to_owned(), r[1].to_owned(), r[2].to_owned()], r[3].to_owned())).collect()
}

fn doctor(protected: &Path) -> (bool, String) {
    let output = run(["doctor", "--protected", protected.to_str().unwrap()]);
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn what_is_protected_follows_what_was_and_holds_nothing_small() {
    let published = published();
    let folders = folders(&published.protected);
    assert_eq!(folders.len(), 2);
    let (before, after) = (figures(&folders[0]), figures(&folders[1]));
    assert!(before.iter().all(|(key, figure)| after.get(key) == Some(figure)), "what was published stays");
    assert!(after.len() > before.len());
    let numbers: Vec<u32> = after.values().filter_map(|f| f.parse().ok()).collect();
    assert!(numbers.len() > 100 && numbers.iter().all(|n| *n >= 5));
    assert!(after.values().all(|f| f == "[c]" || f.parse::<u32>().is_ok()));
    // Months make the quarter, and boroughs make London with what lies in none.
    let of = |place: &str, period: &str| after.get(&[place, period, "all"].map(str::to_owned)).and_then(|f| f.parse::<u32>().ok());
    let months: u32 = ["2025-07", "2025-08", "2025-09"].iter().map(|m| of("all", m).unwrap()).sum();
    assert_eq!(of("all", "2025-Q3"), Some(months));
    let boroughs: u32 = after
        .keys()
        .filter(|k| k[0].starts_with("E09") && k[1] == "2025-Q3" && k[2] == "all")
        .filter_map(|k| of(&k[0], &k[1]))
        .sum();
    assert!(boroughs <= months && boroughs > months / 2, "{boroughs} of {months}");
    // Once more is nothing more.
    let [releases, protected] = [&published.releases, &published.protected].map(|p| p.to_str().unwrap());
    assert!(succeed(["protect", "--releases", releases, "--protected", protected]).contains("already protected, nothing to do"));
    // Exact counts lie where only their owner gets, and a reader of the figures is not led there.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folders[0].join("restricted")).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn the_doctor_sees_what_was_altered() {
    let published = published();
    let (whole, said) = doctor(&published.protected);
    assert!(whole && said.matches("its proof holds").count() == 2, "{said}");
    let first = folders(&published.protected).remove(0);
    let path = first.join("figures.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("[c]", "7", 1)).unwrap();
    let (whole, said) = doctor(&published.protected);
    assert!(!whole && said.contains("figures.csv"), "{said}");
    std::fs::write(&path, &text).unwrap();
    // Whoever can write the manifest too is found by the chain: the next folder names the digest of the true one.
    let manifest = first.join("manifest.json");
    let true_manifest = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, true_manifest.replacen("\"threshold\": 5", "\"threshold\": 4", 1)).unwrap();
    assert!(!doctor(&published.protected).0);
    std::fs::write(&manifest, &true_manifest).unwrap();
    std::fs::remove_dir_all(&first).unwrap();
    let (whole, said) = doctor(&published.protected);
    assert!(!whole && said.contains("does not follow"), "{said}");
}

#[test]
fn the_server_shows_the_protected_figures_and_no_file_beside_them() {
    let published = published();
    let server = Serving::with(&published.releases, &["--protected", published.protected.to_str().unwrap()]);
    let summary = server.json("/api/v1/protected");
    assert_eq!((summary["label"].as_str(), summary["policy"]["threshold"].as_u64()), (Some("SYNTHETIC"), Some(5)));
    assert_eq!(summary["counted"], json("{\"from\": \"2025-07\", \"to\": \"2025-09\"}"));
    assert_eq!(summary["policy"]["geography"], "adaptive");
    // A part at a time, and of a strand, without a script; none of them large.
    let part = |query: &str| String::from_utf8(server.get(&format!("/protected{query}")).2).unwrap();
    let tables = [
        ("?part=hotspots", "Hotspots, all records: incidents"),
        ("?part=hotspots&strand=race", "Hotspots, race: incidents"),
        ("?part=boroughs", "Incidents by borough: the last months"),
        ("?part=months", "Incidents by borough and month: all records"),
        ("?part=months&strand=race", "Incidents by borough and month: race"),
        ("?strand=race", "Incidents by borough and month: race"),
        ("?part=policy", "The policy 2026-11"),
    ];
    for (query, said) in tables {
        let page = part(query);
        assert!(page.contains(said) && page.matches("<caption>").count() <= 1 && page.len() < 250_000, "{query}: {}", page.len());
        assert_eq!(page.contains("<option value=\"race\" selected>"), query.contains("race"), "{query}");
    }
    let shown = server.json("/api/v1/protected/figures");
    let incidents = shown["incidents"].as_array().unwrap();
    assert!(incidents.iter().all(|n| n.is_null() || n.as_u64().unwrap() >= 5));
    assert_eq!(incidents.len(), shown["place"].as_array().unwrap().len());
    let areas = server.json("/api/v1/protected/areas");
    let hotspots = server.json("/api/v1/protected/hotspots");
    let codes: Vec<&Value> = areas["features"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    for hotspot in hotspots["hotspots"].as_array().unwrap() {
        // An object, with what follows from its count only where that is shown; none of its cells, places or times.
        let has: Vec<&str> = hotspot.as_object().unwrap().keys().map(String::as_str).collect();
        for secret in ["cells", "geometry", "peak", "months", "week", "lat", "lon", "premises", "near_repeats"] {
            assert!(!has.contains(&secret), "{secret}");
        }
        assert_eq!(hotspot["incidents"].is_null(), hotspot["rank"].is_null());
        assert_eq!(hotspot["incidents"].is_null(), hotspot["ratio"].is_null());
        assert!(hotspot["areas"].as_array().unwrap().iter().all(|a| codes.contains(&a)));
    }
    let (status, _, page) = server.get("/protected");
    let page = String::from_utf8(page).unwrap();
    assert!(status == 200 && page.contains("<svg") && page.contains("[c]"));
    for path in [
        "/protected/restricted/base.csv.gz",
        "/restricted/certificate.txt",
        "/api/v1/protected/figures?place=all",
        "/protected?x=1",
        "/protected?part=everything",
        "/protected?part=map&strand=race",
    ] {
        assert!([400, 404].contains(&server.get(path).0), "{path}");
    }
    // Without the folder the page says how it is given.
    let bare = Serving::start(&published.releases);
    assert_eq!(bare.get("/api/v1/protected").0, 404);
    assert!(String::from_utf8(bare.get("/protected").2).unwrap().contains("hotspot protect"));
}

#[test]
fn the_month_for_oversight_is_made_of_protected_figures_alone_and_is_the_same_again() {
    let published = published();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("oversight");
    let [protected, to] = [&published.protected, &out].map(|p| p.to_str().unwrap());
    let of = ["summary", "--tier", "oversight", "--protected", protected, "--out", to];
    let said = succeed(of);
    assert!(said.starts_with("2025-10: for oversight, policy ") && said.contains("they are not shown"), "{said}");
    let folder = out.join("2025-10");
    let file = |part: &str| folder.join(format!("recorded-hate-crime-2025-10{part}"));
    let mut reader = csv::Reader::from_path(file("-figures.csv")).unwrap();
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 300, "{}", rows.len());
    let protected_figures = figures(folders(&published.protected).last().unwrap());
    for row in &rows {
        let key = [&row[at("code")], &row[at("period")], &row[at("strand")]].map(str::to_owned);
        let shown = if row[at("records")].is_empty() { &row[at("status")] } else { &row[at("records")] };
        assert_eq!(Some(shown), protected_figures.get(&key).map(String::as_str), "{key:?}");
        // What changed only where both are shown.
        let [change, before] = ["change_on_before", "before"].map(|name| row[at(name)].parse::<i64>().ok());
        let n = row[at("records")].parse::<i64>().ok();
        assert_eq!(change, n.zip(before).map(|(n, before)| n - before), "{key:?}");
    }
    let page = std::fs::read_to_string(file(".html")).unwrap();
    assert!(page.contains("What is not shown, and why") && page.contains("SYNTHETIC") && !page.contains("<script"));
    let bytes = || -> BTreeMap<PathBuf, Vec<u8>> {
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).map(|p| (p.clone(), std::fs::read(p).unwrap())).collect()
    };
    let first = bytes();
    succeed(of);
    assert_eq!(bytes(), first, "once more is nothing more");
    // Exact figures stand in a folder of their own.
    let store = published.releases.with_file_name("store");
    let refused = run(["summary", "--store", store.to_str().unwrap(), "--out", to, "--month", "2025-09"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is for oversight"), "{refused:?}");
}

#[test]
fn a_policy_of_polygons_is_refused_for_cells() {
    let published = published();
    let dir = tempfile::tempdir().unwrap();
    let [policy, protected] = ["policy.toml", "protected"].map(|name| dir.path().join(name));
    let text = std::fs::read_to_string(root().join("data/policy/tiers.toml")).unwrap();
    std::fs::write(&policy, text.replacen("geography = \"adaptive\"", "geography = \"units\"", 1)).unwrap();
    let [releases, policy, protected] = [&published.releases, &policy, &protected].map(|p| p.to_str().unwrap());
    let refused = run(["protect", "--releases", releases, "--protected", protected, "--policy", policy]);
    // Wherever its lines were broken.
    let words = |text: &[u8]| String::from_utf8_lossy(text).replace('|', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let said = words(&refused.stderr);
    assert!(!refused.status.success() && said.contains("the release is of cells"), "{said}");
}
