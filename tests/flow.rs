//! From a file to the map.

use crate::program::{Serving, json, root, run, simulated, succeed};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

struct Place {
    _dir: tempfile::TempDir,
    store: String,
    releases: String,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    Place { store: path("store"), releases: path("releases"), _dir: dir }
}

fn ingest(place: &Place, files: &[&str], more: &[&str]) -> Value {
    let mut args = vec!["ingest"];
    args.extend(files);
    args.extend(["--store", &place.store, "--json"]);
    args.extend(more);
    json(&succeed(args))
}

fn assert_adds_up(account: &Value) {
    let n = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(n("rows"), n("mapped") + n("area_only") + n("online") + n("no_place") + n("rejected"), "{account}");
}

fn released(place: &Place, more: &[&str]) {
    let mut args = vec!["analyse", "--store", &place.store, "--releases", &place.releases];
    args.extend(more);
    succeed(args);
}

#[test]
fn synthetic_london_goes_from_file_to_map() {
    let place = place();
    let file = simulated().incidents.to_str().unwrap();
    let account = ingest(&place, &[file], &["--class", "synthetic", "--links", simulated().links.to_str().unwrap()]);
    assert_adds_up(&account);
    assert!(account["mapped"].as_u64().unwrap() > 5_000 && account["rejected"] == 0, "{account}");

    let again = ingest(&place, &[file], &[]);
    assert_eq!(again["added"], 0, "the same file twice adds nothing");

    released(&place, &["--months", "6"]);
    let server = Serving::start(Path::new(&place.releases));
    let releases = server.json("/api/v1/releases");
    let release = &releases["releases"][0];
    let id = release["id"].as_str().unwrap();
    assert_eq!(release["class"], "synthetic");
    assert_adds_up(&release["reconciliation"]);

    let cells = server.json(&format!("/api/v1/cells?release={id}&layer=count"));
    let n_of: HashMap<&str, u64> = cells["cells"]["id"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .zip(cells["cells"]["n"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()))
        .collect();
    let hotspots = server.json(&format!("/api/v1/hotspots?release={id}"));
    let hotspots = hotspots["features"].as_array().unwrap();
    assert!(!hotspots.is_empty());
    for hotspot in hotspots {
        let properties = &hotspot["properties"];
        let sum: u64 = properties["cells"].as_array().unwrap().iter().map(|c| n_of[c.as_str().unwrap()]).sum();
        assert_eq!(properties["n"].as_u64().unwrap(), sum, "a hotspot's n is the sum of its cells");
        assert!(properties["area_km2"].as_f64().unwrap() <= 1.0);
        let months: u64 = properties["months"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(months, sum, "its months sum to its n");
    }
    for path in ["/", "/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(server.get(path).0, 200, "{path}");
    }
    let (status, head, body) = server.get(&format!("/api/v1/cells?release={id}&strand=purple"));
    assert_eq!(status, 400);
    assert!(head.to_lowercase().contains("application/problem+json"));
    let text = String::from_utf8(body).unwrap();
    assert!(text.contains("strand") && text.contains("disability") && !text.contains("purple"), "{text}");
}

#[test]
fn every_cell_is_in_one_geojson_tile_of_a_zoom() {
    let place = place();
    ingest(&place, &[simulated().incidents.to_str().unwrap()], &["--class", "synthetic"]);
    released(&place, &["--months", "6"]);
    let server = Serving::start(Path::new(&place.releases));
    let release = &server.json("/api/v1/releases")["releases"][0];
    let id = release["id"].as_str().unwrap();
    let bounds: Vec<f64> = release["bounds"].as_array().unwrap().iter().map(|b| b.as_f64().unwrap()).collect();
    for (zoom, at_least) in [(8u32, 2_200), (11, 15_500)] {
        let tile = |lon: f64, lat: f64| {
            let scale = f64::from(1 << zoom);
            let y = (1.0 - (lat.to_radians().tan() + 1.0 / lat.to_radians().cos()).ln() / std::f64::consts::PI) / 2.0;
            (((lon + 180.0) / 360.0 * scale) as u32, (y * scale) as u32)
        };
        let ((west, north), (east, south)) = (tile(bounds[0], bounds[3]), tile(bounds[2], bounds[1]));
        let mut seen = HashSet::new();
        for x in west - 1..=east + 1 {
            for y in north - 1..=south + 1 {
                let (status, _, body) = server.get(&format!("/tiles/{id}/count/{zoom}/{x}/{y}.geojson"));
                assert!(status == 200 || status == 204, "{status}");
                if status == 204 {
                    continue;
                }
                let tile: Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(tile["type"], "FeatureCollection");
                for feature in tile["features"].as_array().unwrap() {
                    let h3 = feature["properties"]["h3"].as_str().unwrap().to_owned();
                    assert!(seen.insert(h3), "a cell is in two tiles of zoom {zoom}");
                    let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
                    assert_eq!(ring.first(), ring.last(), "rings are closed");
                }
            }
        }
        assert!(seen.len() >= at_least, "{} cells at zoom {zoom}", seen.len());
    }
}

#[test]
fn the_same_input_gives_the_same_release_on_any_number_of_threads() {
    let ids: Vec<String> = ["1", "4"]
        .into_iter()
        .map(|threads| {
            let place = place();
            ingest(&place, &[simulated().incidents.to_str().unwrap()], &["--class", "synthetic"]);
            let mut analyse = crate::program::hotspot([
                "analyse",
                "--store",
                &place.store,
                "--releases",
                &place.releases,
                "--months",
                "6",
                "--json",
            ]);
            let output = analyse.env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            json(&String::from_utf8(output.stdout).unwrap())["release"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn what_was_known_then_can_be_rebuilt() {
    let place = place();
    ingest(&place, &[simulated().incidents.to_str().unwrap()], &["--class", "synthetic"]);
    let known = |date: &str| {
        let out = succeed([
            "analyse",
            "--store",
            &place.store,
            "--releases",
            &place.releases,
            "--months",
            "3",
            "--month",
            "2025-07",
            "--as-known-on",
            date,
            "--json",
        ]);
        json(&out)["reconciliation"]["rows"].as_u64().unwrap()
    };
    let early = known("2025-08-05");
    assert!(early < known("2026-06-30"), "late reports were not known then");
    assert_eq!(early, known("2025-08-05"));
}

#[test]
fn a_county_that_is_not_built_in_goes_from_police_uk_file_to_map() {
    let place = place();
    let file = root().join("data/fixtures/2016-07-west-yorkshire-street.csv.gz");
    let account = ingest(&place, &[file.to_str().unwrap()], &["--class", "open", "--licence", "OGL v3, data.police.uk"]);
    assert_adds_up(&account);
    assert_eq!(account["rows"], 27_176);
    assert!(account["no_place"].as_u64().unwrap() > 0);
    let area = root().join("tests/fixtures/west-yorkshire.geojson");
    released(&place, &["--month", "2016-07", "--months", "1", "--study-area", area.to_str().unwrap()]);
    let server = Serving::start(Path::new(&place.releases));
    let release = &server.json("/api/v1/releases")["releases"][0];
    assert_eq!(release["study_area"], "West Yorkshire");
    let id = release["id"].as_str().unwrap();
    let hotspots = server.json(&format!("/api/v1/hotspots?release={id}"));
    assert!(hotspots["features"].as_array().unwrap().len() > 20);
    assert!(hotspots["features"][0]["properties"]["name"].as_str().unwrap().ends_with("of West Yorkshire"));
}

#[test]
fn counts_by_area_give_a_map_of_polygons() {
    let place = place();
    let dir = tempfile::tempdir().unwrap();
    let counts = dir.path().join("counts.csv");
    let mut text = "gss_code,month,offences\n".to_owned();
    let boroughs = std::fs::read_to_string(root().join("data/boroughs/borough_bcu.csv")).unwrap();
    assert!(boroughs.lines().count() > 30);
    for i in 1..=33 {
        writeln!(
            text,
            "E090000{i:02},2026-01,{}",
            match i {
                1 => 1,
                22 => 400,
                _ => 10,
            }
        )
        .unwrap();
    }
    text.push_str(",2026-01,7\n");
    std::fs::write(&counts, text).unwrap();
    let account = ingest(&place, &[counts.to_str().unwrap()], &["--class", "open", "--licence", "OGL v3"]);
    assert_adds_up(&account);
    let layer = root().join("data/boroughs/london_boroughs_s10.geojson");
    released(&place, &["--month", "2026-01", "--months", "1", "--areas", layer.to_str().unwrap()]);
    let server = Serving::start(Path::new(&place.releases));
    let id = server.json("/api/v1/releases")["releases"][0]["id"].as_str().unwrap().to_owned();
    let hotspots = server.json(&format!("/api/v1/hotspots?release={id}"));
    assert_eq!(hotspots["features"].as_array().unwrap().len(), 1);
    assert_eq!(hotspots["features"][0]["properties"]["name"], "Lambeth");
    assert_eq!(hotspots["features"][0]["properties"]["n"], 400);
}

#[test]
fn restricted_records_are_analysed_and_served_to_nobody_unknown() {
    let place = place();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("records.csv");
    let mut text = "id,occurred_from,lon,lat,strands\n".to_owned();
    for i in 0..200 {
        writeln!(text, "r{i},2026-01-{:02}T12:00,-0.11{:02},51.5{:02},race", i % 28 + 1, i % 90, i % 30).unwrap();
    }
    std::fs::write(&file, text).unwrap();
    ingest(&place, &[file.to_str().unwrap()], &[]);
    released(&place, &["--month", "2026-01", "--months", "1"]);
    let output = run(["serve", "--listen", "127.0.0.1:0", "--releases", &place.releases]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("restricted"));
    let output = run(["serve", "--listen", "0.0.0.0:0", "--releases", &place.releases]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback"));

    // Somebody who is who he says is nobody that restricted records are for; whom an issuer vouches for is.
    let output = run(["serve", "--auth", "dev", "--listen", "127.0.0.1:0", "--releases", &place.releases]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("restricted"));
    std::fs::write(dir.path().join("secret"), "swordfish").unwrap();
    std::fs::write(dir.path().join("keys.json"), r#"{"keys": []}"#).unwrap();
    let auth = dir.path().join("auth.toml");
    let text = r#"issuer = "https://login.example"
client_id = "hotspot"
client_secret_file = "secret"
redirect = "https://hotspot.example"
jwks = { file = "keys.json" }
endpoints = { authorization = "https://login.example/authorize", token = "https://login.example/token" }
roles = { claim = "roles", map = { "Analyst" = "analyst" } }
"#;
    std::fs::write(&auth, text).unwrap();
    let auth = auth.to_str().unwrap();
    let output = run(["serve", "--auth", auth, "--listen", "0.0.0.0:0", "--releases", &place.releases]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("in the clear"));
    // Who signs in is recorded: without a place for that nobody can.
    let output = run(["serve", "--auth", auth, "--listen", "127.0.0.1:0", "--releases", &place.releases]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--ledger"));
    let ledger = dir.path().join("ledger.db");
    let serving = Serving::with(Path::new(&place.releases), &["--auth", auth, "--ledger", ledger.to_str().unwrap()]);
    assert_eq!(serving.get("/healthz").0, 200);
    assert_eq!(serving.get("/api/v1/releases").0, 401);
    let (status, headers, _) = serving.get("/sign-in/start");
    assert_eq!(status, 303);
    assert!(headers.contains("https://login.example/authorize?response_type=code") && headers.contains("__Host-"), "{headers}");
}

#[test]
fn too_many_bad_rows_store_nothing_and_end_with_1() {
    let place = place();
    let dir = tempfile::tempdir().unwrap();
    let (file, rejects) = (dir.path().join("bad.csv"), dir.path().join("rejects.csv"));
    std::fs::write(&file, "id,occurred_from,lon,lat,strands\na,2026-01-02,51.5,-0.1,race\nb,2026-01-02,-0.1,51.5,canary-value\n")
        .unwrap();
    let output = run(["ingest", file.to_str().unwrap(), "--store", &place.store, "--rejects", rejects.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!Path::new(&place.store).join("manifest.json").exists());
    let listed = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains("bad.csv,2,") && listed.contains("bad.csv,3,strands"), "{listed}");
    let said = format!("{}{}{listed}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("canary-value"));
}

#[test]
fn the_truth_file_says_seed_months_cells_and_planted_hotspots() {
    let truth = json(&std::fs::read_to_string(&simulated().truth).unwrap());
    assert_eq!(truth["seed"], 11);
    let month = &truth["months"][0];
    assert!(month["month"].is_string() && month["strand"].is_string());
    assert!(
        month["cells"][0]["h3"].is_string()
            && month["cells"][0]["intensity"].is_number()
            && month["cells"][0]["background"].is_number()
    );
    let hotspot = &month["hotspots"][0];
    assert!(hotspot["id"].is_string() && hotspot["cells"].is_array() && hotspot["born"].is_string());
}
