//! A "hotspot" of one victim reaches no tile, list or answer, and the worklist has it.

use crate::program::{Serving, run, simulated, succeed};
use std::fmt::Write;
use std::path::Path;

/// A quiet place in Havering, and the planted victim's own address.
const PLACE: [f64; 2] = [0.2405, 51.5605];
const VICTIM: &str = "planted-victim-0001";

#[test]
fn a_planted_single_victim_is_nowhere_but_on_the_worklist() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let mut planted = String::from("id,known_on,occurred_from,lon,lat,strands,offence,victim\n");
    for i in 0..24 {
        // Three months, two records a week: a burst that any count calls hot.
        let (month, day) = (8 + i / 8, 1 + i % 8 * 3);
        writeln!(planted, "P-{i},2025-10-31,2025-{month:02}-{day:02},{},{},race,violence,{VICTIM}", PLACE[0], PLACE[1]).unwrap();
    }
    std::fs::write(path("planted.csv"), planted).unwrap();
    let (store, releases) = (path("store"), path("releases"));
    let incidents = simulated().incidents.to_str().unwrap();
    succeed(["ingest", incidents, &path("planted.csv"), "--store", &store, "--class", "synthetic"]);
    succeed(["analyse", "--store", &store, "--releases", &releases, "--months", "6"]);

    let server = Serving::start(Path::new(&releases));
    let release = &server.json("/api/v1/releases")["releases"][0];
    let id = release["id"].as_str().unwrap();
    let check = &release["person_check"];
    assert!(check["possible"] == true && check["withheld"].as_u64().unwrap() >= 24, "{check}");
    // Nothing at or round the place, whatever is asked: every layer, strand, period, resolution.
    let bbox = format!("{},{},{},{}", PLACE[0] - 0.004, PLACE[1] - 0.003, PLACE[0] + 0.004, PLACE[1] + 0.003);
    for layer in ["count", "density", "probability", "scan", "kde"] {
        for strand in ["all", "race"] {
            for (from, to) in [("2025-05", "2025-10"), ("2025-08", "2025-10"), ("2025-10", "2025-10"), ("2025-09", "2025-09")] {
                for resolution in [8, 9, 10] {
                    let path = format!(
                        "/api/v1/cells?release={id}&layer={layer}&strand={strand}&from={from}&to={to}&resolution={resolution}&bbox={bbox}"
                    );
                    let answer = server.json(&path);
                    let most = answer["cells"]["n"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).max().unwrap_or(0);
                    assert!(most < 6, "{path}: {most}");
                }
            }
        }
    }
    for strand in ["all", "race"] {
        let hotspots = server.json(&format!("/api/v1/hotspots?release={id}&strand={strand}"));
        for hotspot in hotspots["features"].as_array().unwrap() {
            let inside = hotspot["geometry"]["coordinates"].to_string().contains("0.240");
            assert!(!inside || hotspot["properties"]["area_code"] != "E09000016", "{}", hotspot["properties"]);
        }
    }
    // Its borough still counts it, and no answer names the victim.
    let boroughs = server.json(&format!("/api/v1/boroughs?release={id}&strand=race"));
    let havering = boroughs["rows"].as_array().unwrap().iter().find(|b| b["code"] == "E09000016").unwrap();
    assert!(havering["n"].as_u64().unwrap() >= 24, "{havering}");

    let out = path("worklist.csv");
    let run_list = || run(["worklist", "--store", &store, "--out", &out, "--months", "6"]);
    let first = run_list();
    let said = String::from_utf8(first.stderr).unwrap();
    assert!(first.status.success() && first.stdout.is_empty() && !said.contains(VICTIM), "{said}");
    let list = std::fs::read_to_string(&out).unwrap();
    let case: Vec<&str> =
        list.lines().find(|l| l.contains(VICTIM)).expect("the planted victim is on the list").split(',').collect();
    assert_eq!(case[..3], ["repeat-1", "victim", VICTIM]);
    assert!(case[3].contains("Havering") && case[4].contains("race"), "{case:?}");
    assert_eq!((case[5], case[9], case[10], case[12], case[13]), ("24", "yes", "yes", "yes", "24"));
    assert!(case[14].contains("P-0;"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Never over another file, never on the screen.
    assert_eq!(run_list().status.code(), Some(2));
    assert_eq!(run(["worklist", "--store", &store, "--out", "-"]).status.code(), Some(2));
    // No file of the release knows the victim, the record, or the spot.
    for entry in walk(Path::new(&releases)) {
        let bytes = std::fs::read(&entry).unwrap();
        for secret in [VICTIM.as_bytes(), b"P-12"] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{}", entry.display());
        }
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
