//! The challenge and its evidence, from a release and a file of resources to an archive that makes itself again.

use crate::program::{hotspot, json, run, simulated, succeed};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use zip::ZipArchive;

pub const HEAD: &str = "kind,place_type,place,period_start,period_end,amount,unit,status,source,note\n";
/// Texts that a file may hold and no page may run.
const SOURCE: &str = "=HYPERLINK(\"x\") <script>alert(1)</script> & 'more'";

pub type Files = BTreeMap<String, Vec<u8>>;

/// A folder with releases, resources and weights of harm, made once.
pub struct Desk {
    pub dir: tempfile::TempDir,
    /// Hotspots: identifier and code of the borough.
    pub hotspots: Vec<(String, String)>,
}

impl Desk {
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the challenge on the files by their names, in their folder.
    fn challenge(&self, more: &[&str]) -> Output {
        let ask = ["challenge", "--releases", "releases", "--resources", "what is given.csv"];
        hotspot([&ask, more].concat()).current_dir(self.dir.path()).output().unwrap()
    }

    fn pack(&self, out: &str, more: &[&str]) -> Files {
        let output = self.challenge(&[&["--out", out], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        unzip(&std::fs::read(self.path(out)).unwrap())
    }
}

pub fn unzip(bytes: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut names = Vec::new();
    let mut files = Files::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        names.push(name.clone());
        files.insert(name, bytes);
    }
    assert!(names.is_sorted(), "{names:?}");
    files
}

pub fn text<'a>(files: &'a Files, name: &str) -> &'a str {
    std::str::from_utf8(&files[name]).unwrap()
}

/// Rows of a CSV file as fields by column.
pub fn table(files: &Files, id: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files[&format!("tables/{id}.csv")].as_slice());
    let header = reader.headers().unwrap().clone();
    reader.records().map(|r| header.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()).collect()
}

pub fn desk() -> &'static Desk {
    static MADE: OnceLock<Desk> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut desk = Desk { dir: tempfile::tempdir().unwrap(), hotspots: Vec::new() };
        let path = |name: &str| desk.dir.path().join(name).to_str().unwrap().to_owned();
        succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &path("store"), "--class", "synthetic"]);
        succeed(["analyse", "--store", &path("store"), "--releases", &path("releases"), "--months", "6"]);
        let given = path("what is given.csv");
        std::fs::write(&given, format!("{HEAD}officers,all,,2025-01-01,2026-12-31,1,fte,planned,x,\n")).unwrap();
        let asked = json(&succeed(["challenge", "--releases", &path("releases"), "--resources", &given, "--json"]));
        let places = asked["kinds"][0]["places"].as_array().unwrap();
        let said = |place: &Value, key: &str| place[key].as_str().unwrap_or_default().to_owned();
        let hotspots = places.iter().filter(|p| p["is_rest"] == false).map(|p| (said(p, "id"), said(p, "borough")));
        desk.hotspots = hotspots.collect();
        let mut rows = HEAD.to_owned();
        let mut row = |kind: &str, place_type: &str, place: &str, amount: f64, unit: &str, status: &str, source: &str| {
            let quoted = source.replace('"', "\"\"");
            writeln!(rows, "{kind},{place_type},{place},2025-10-01,2025-10-31,{amount},{unit},{status},\"{quoted}\",").unwrap();
        };
        // Every unit has officers; one has far fewer than its share.
        let units: std::collections::BTreeSet<String> = places.iter().map(|p| said(p, "bcu")).collect();
        for (at, unit) in units.iter().filter(|u| *u != "City of London" && !u.is_empty()).enumerate() {
            row("officers", "bcu", unit, if at == 0 { 20.0 } else { 150.0 }, "fte", "planned", "workforce return");
        }
        // Patrol is by hotspot, beside hours for everywhere and for one borough; the first five get next to nothing.
        for (at, (id, _)) in desk.hotspots.iter().enumerate() {
            row("patrol_hours", "hotspot", id, 40.0, "hours", "planned", SOURCE);
            row("patrol_hours", "hotspot", id, if at < 5 { 1.0 } else { 38.5 }, "hours", "delivered", "duty system");
        }
        row("patrol_hours", "all", "", 3000.0, "hours", "delivered", "duty system");
        row("patrol_hours", "area", &desk.hotspots[0].1, 25.0, "hours", "delivered", "duty system");
        row("reporting_site", "point", "-0.1276 51.5072 800", 1.0, "site", "delivered", "partner");
        row("mixed", "all", "", 1.0, "fte", "planned", "x");
        row("mixed", "all", "", 1.0, "posts", "planned", "x");
        rows.push_str("officers,all,,2024-01-01,2024-12-31,900,fte,planned,of another year,\n");
        std::fs::write(&given, rows).unwrap();
        std::fs::write(desk.path("harm.csv"), "offence,weight\nviolence,100\npublic_order,3\ncriminal_damage,2\n").unwrap();
        desk
    })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Runs a command line as a shell does, with the program on its path.
pub fn by_shell(command: &str, folder: &Path) {
    let program = Path::new(env!("CARGO_BIN_EXE_hotspot")).parent().unwrap().to_path_buf();
    let paths =
        std::env::join_paths([program].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))).unwrap();
    let output = std::process::Command::new("sh").args(["-c", command]).current_dir(folder).env("PATH", paths).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_archive_makes_itself_again_and_its_manifest_is_right() {
    let desk = desk();
    let more = ["--harm", "harm.csv", "--apportion", "area", "--months", "6"];
    let files = desk.pack("first.zip", &more);
    let bytes = std::fs::read(desk.path("first.zip")).unwrap();
    // On one thread, by other paths and to another place.
    let there = tempfile::tempdir().unwrap();
    let out = there.path().join("second.zip");
    let whole = |name: &str| desk.path(name).to_str().unwrap().to_owned();
    let status = hotspot(["challenge", "--releases", &whole("releases"), "--resources", &whole("what is given.csv")])
        .args(["--harm", &whole("harm.csv"), "--apportion", "area", "--months", "6", "--out", out.to_str().unwrap()])
        .env("RAYON_NUM_THREADS", "1")
        .env("POLARS_MAX_THREADS", "1")
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    assert_eq!(std::fs::read(&out).unwrap(), bytes);

    let manifest = json(text(&files, "manifest.json"));
    let held = manifest["files"].as_array().unwrap();
    assert_eq!(held.len(), files.len() - 1, "every file but the manifest");
    for file in held {
        let bytes = &files[file["file"].as_str().unwrap()];
        assert_eq!(file["sha256"], sha256(bytes));
        assert_eq!(file["bytes"], bytes.len());
    }
    let input = |name: &str| sha256(&std::fs::read(desk.path(name)).unwrap());
    assert_eq!(manifest["resources"]["sha256"], input("what is given.csv"));
    assert_eq!(manifest["harm"]["sha256"], input("harm.csv"));
    let current = std::fs::read_to_string(desk.path("releases/current")).unwrap();
    assert_eq!(manifest["release"]["id"], current.trim());
    let policy = std::fs::read(crate::program::root().join("data/policy/challenge-1.csv")).unwrap();
    assert_eq!(manifest["policy"]["sha256"], sha256(&policy));
    assert_eq!(manifest["parameters"]["on"], "2025-10-31", "a default is stated");
    assert_eq!((&manifest["seed"], &manifest["class"]), (&1.into(), &"synthetic".into()));

    // The command that it holds, in a folder with the inputs.
    let command = manifest["command"].as_str().unwrap();
    assert!(!command.contains(desk.dir.path().to_str().unwrap()), "no folder of a machine: {command}");
    by_shell(command, desk.dir.path());
    assert_eq!(std::fs::read(desk.path("pack.zip")).unwrap(), bytes, "{command}");
    for page in ["index.html", "method.md"] {
        let typed = text(&files, page).replace("&#x27;", "'").replace("&#x2f;", "/");
        assert!(typed.contains(command), "{page} says how to make it again");
    }
}

#[test]
fn every_file_has_the_figures_of_the_answer() {
    let desk = desk();
    let files = desk.pack("figures.zip", &[]);
    let output = desk.challenge(&["--json"]);
    let answer = json(std::str::from_utf8(&output.stdout).unwrap());
    let gaps = table(&files, "gaps");
    let map = json(text(&files, "places.geojson"));
    let features = map["features"].as_array().unwrap();
    let kinds = answer["kinds"].as_array().unwrap();
    assert_eq!(
        kinds.iter().map(|k| k["kind"].as_str().unwrap()).collect::<Vec<_>>(),
        ["officers", "patrol_hours", "reporting_site"]
    );
    let same = |cell: &str, value: &Value| match value {
        Value::Null => cell.is_empty(),
        Value::Bool(holds) => cell == if *holds { "yes" } else { "no" },
        Value::String(said) => cell == said,
        Value::Number(number) => {
            let (a, b) = (cell.parse::<f64>().unwrap(), number.as_f64().unwrap());
            (a - b).abs() <= 1e-12 * b.abs()
        }
        _ => false,
    };
    let mut row = 0;
    for kind in kinds {
        for place in kind["places"].as_array().unwrap() {
            let (cells, feature) = (&gaps[row], &features[row]["properties"]);
            let agree = |column: &str, value: &Value| {
                assert!(same(&cells[column], value), "{column}: {} for {value}", cells[column]);
                let figure = &feature[column];
                let said = figure.as_str().map_or_else(|| figure.to_string(), str::to_owned);
                assert!(figure == value || same(&said, value), "{column}: {figure} for {value}");
            };
            for column in ["kind", "unit", "status"] {
                agree(column, &kind[column]);
            }
            for column in ["id", "name", "is_rest", "borough", "bcu", "incidents", "expected", "amount", "apportioned", "planned"] {
                agree(column, &place[column]);
            }
            for column in ["resource_share", "p_under", "rank", "verdict", "holds_in", "settings"] {
                agree(column, &place[column]);
            }
            for column in ["need_share", "gap", "location_quotient"] {
                for (end, suffix) in [("mean", ""), ("lo", "_lo"), ("hi", "_hi")] {
                    agree(&format!("{column}{suffix}"), &place[column][end]);
                }
            }
            agree("rank_lo", &place["rank_limits"][0]);
            agree("rank_hi", &place["rank_limits"][1]);
            // Rests have no outline, hotspots a closed one.
            let geometry = &features[row]["geometry"];
            assert_eq!(geometry.is_null(), place["is_rest"] == true);
            if let Some(ring) = geometry["coordinates"][0][0].as_array() {
                assert!(ring.len() > 3 && ring.first() == ring.last());
            }
            row += 1;
        }
    }
    assert_eq!((row, features.len()), (gaps.len(), gaps.len()));

    // "Holds in" counts the rows of the settings.
    let settings = table(&files, "settings");
    for gap in &gaps {
        let of = |holds: &[&str]| {
            let rows = settings.iter().filter(|s| s["kind"] == gap["kind"] && s["id"] == gap["id"]);
            rows.filter(|s| holds.contains(&s["holds"].as_str())).count().to_string()
        };
        assert_eq!((of(&["yes"]), of(&["yes", "no"])), (gap["holds_in"].clone(), gap["settings"].clone()));
    }
    // Shares are what is given and nothing else.
    let shares = table(&files, "shares");
    let sum = |kind: &str, status: &str| -> f64 {
        let rows = shares.iter().filter(|s| s["kind"] == kind && s["status"] == status);
        rows.map(|s| s["amount"].parse::<f64>().unwrap()).sum()
    };
    let hotspots = desk.hotspots.len() as f64;
    assert!((sum("patrol_hours", "planned") - 40.0 * hotspots).abs() < 1e-6);
    assert!((sum("patrol_hours", "delivered") - (5.0 + 38.5 * (hotspots - 5.0) + 3025.0)).abs() < 1e-6);
    let curve = table(&files, "curve");
    let last = curve.iter().rfind(|p| p["kind"] == "patrol_hours").unwrap();
    assert_eq!((last["need_share"].as_str(), last["resource_share"].as_str()), ("1", "1"));
    assert!(same(&last["gini"], &kinds[1]["gini"]) && same(&last["misplaced"], &kinds[1]["misplaced"]));
    // Only what was used stands there.
    let used = table(&files, "resources");
    assert!(used.iter().all(|r| r["kind"] != "mixed" && r["source"] != "of another year"));
    assert_eq!(used.iter().filter(|r| r["kind"] == "patrol_hours").count(), 2 * desk.hotspots.len() + 2);

    // Every verdict is a sentence, and what is said of a place that is questioned is a question.
    let page = text(&files, "index.html");
    let questioned = gaps.iter().filter(|g| g["verdict"] == "questioned").count();
    assert!(questioned > 0, "the planted shortfall is found");
    assert_eq!(page.matches("This is questioned.").count(), questioned);
    assert_eq!(page.matches("<h4>").count(), questioned, "a chart of settings for each");
    assert!(page.contains("several units") && page.contains("planned against delivered"));
    // The planned shares are apart from the delivered ones.
    assert!(gaps.iter().any(|g| g["kind"] == "patrol_hours" && g["planned"] == "40"));
}

#[test]
fn a_borough_has_a_letter_and_its_own_places() {
    let desk = desk();
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    desk.hotspots.iter().for_each(|(_, borough)| *of.entry(borough).or_default() += 1);
    let code = desk.hotspots[0].1.as_str();
    let files = desk.pack("borough.zip", &["--borough", code]);
    let page = text(&files, "index.html");
    let manifest = json(text(&files, "manifest.json"));
    assert_eq!(manifest["parameters"]["borough"], code);
    let name = page.split("Questions about resources in ").nth(1).unwrap().split('<').next().unwrap();
    assert!(page.contains("class=\"letter\"") && page.contains("What this cannot say") && page.contains("Our questions"));
    for word in ["deserve", "significant", "caused", "because of"] {
        assert!(!page.contains(word), "{word}");
    }
    // The page's table has the places of the borough for each kind; files have all.
    let rows = page.split("<tr").filter(|row| desk.hotspots.iter().any(|(id, _)| row.contains(&format!(">{id}</span>"))));
    assert_eq!(rows.count(), 3 * of[code]);
    assert_eq!(table(&files, "gaps").len(), table(&desk.pack("all.zip", &[]), "gaps").len());
    // By its name it is the same but for nothing.
    let bytes = std::fs::read(desk.path("borough.zip")).unwrap();
    desk.pack("named.zip", &["--borough", &name.to_lowercase()]);
    assert_eq!(std::fs::read(desk.path("named.zip")).unwrap(), bytes);
    by_shell(manifest["command"].as_str().unwrap(), desk.dir.path());

    // A strand has hotspots in some boroughs alone.
    let strand = ["--strand", "disability"];
    let asked = json(std::str::from_utf8(&desk.challenge(&[&strand[..], &["--json"]].concat()).stdout).unwrap());
    let places = asked["kinds"][0]["places"].as_array().unwrap();
    let atlas = hotspot_core::atlas::Atlas::london().boroughs();
    let without = atlas.iter().find(|b| !places.iter().any(|p| p["borough"] == b.code.as_str())).unwrap();
    let output = desk.challenge(&[&strand[..], &["--out", "x.zip", "--borough", &without.name]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no hotspot of the answer") && !desk.path("x.zip").exists());
    for (ask, code, words) in [
        (["--out", "x.zip", "--borough", "Atlantis"], 2, "name of a borough"),
        (["--strand", "all", "--borough", "Camden"], 2, "--out"),
        (["--out", "what is given.csv", "--seed", "1"], 2, "an input"),
    ] {
        let output = desk.challenge(&ask);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(code) && said.contains(words), "{ask:?}: {said}");
        assert!(!desk.path("x.zip").exists());
    }
    let output = desk.challenge(&["--out", "x.zip", "--borough", "Camden", "--level", "bcu"]);
    assert!(output.status.code() == Some(2) && String::from_utf8(output.stderr).unwrap().contains("more than a borough"));
    assert!(std::fs::read_to_string(desk.path("what is given.csv")).unwrap().starts_with(HEAD), "the input is as it was");
}

#[test]
fn every_file_says_what_the_records_are_and_nothing_runs() {
    let desk = desk();
    for level in ["hotspot", "borough", "bcu"] {
        let files = desk.pack(&format!("{level}.zip"), &["--level", level]);
        for (name, bytes) in &files {
            let said = match Path::new(name).extension().and_then(|e| e.to_str()).unwrap() {
                "ods" => text(&unzip_ods(bytes), "content.xml").to_owned(),
                _ => String::from_utf8(bytes.clone()).unwrap(),
            };
            let word = if name.starts_with("tables/") { "synthetic" } else { "SYNTHETIC: about nobody" };
            assert!(said.contains(word), "{level}: {name} has no class");
            // A table of text runs nothing.
            assert!(name.starts_with("tables/") || !said.contains("<script"), "{level}: {name}");
        }
        let page = text(&files, "index.html");
        assert!(!page.contains("http://") || page.matches("http://").count() == page.matches("http://www.w3.org/2000/svg").count());
        assert!(!page.contains("https://") && !page.contains("src=") && !page.contains("@import"), "it needs nothing else");
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "{level}: ids are unique");
        // A text that a spreadsheet would run has an apostrophe before it.
        let sources: Vec<String> = table(&files, "resources").into_iter().map(|r| r["source"].clone()).collect();
        assert!(sources.iter().any(|s| *s == format!("'{SOURCE}")));
        let charts = files.keys().filter(|name| name.starts_with("charts/")).count();
        assert!(charts >= 3 * 2, "{level}: {charts} charts");
    }
    let restricted = tempfile::tempdir().unwrap();
    let path = |name: &str| restricted.path().join(name).to_str().unwrap().to_owned();
    let text_of = std::fs::read_to_string(&simulated().incidents).unwrap().replace(",synthetic\n", ",restricted\n");
    std::fs::write(path("incidents.csv"), text_of).unwrap();
    succeed(["ingest", &path("incidents.csv"), "--store", &path("s"), "--class", "restricted"]);
    succeed(["analyse", "--store", &path("s"), "--releases", &path("r"), "--months", "6"]);
    let given = path("given.csv");
    std::fs::write(&given, format!("{HEAD}officers,all,,2025-01-01,2026-12-31,9,fte,planned,x,\n")).unwrap();
    let output = run(["challenge", "--releases", &path("r"), "--resources", &given, "--out", "-"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = unzip(&output.stdout);
    for name in ["index.html", "method.md", "manifest.json", "places.geojson"] {
        assert!(text(&files, name).contains("RESTRICTED: exact figures, for analysts only"), "{name}");
    }
}

/// Squares of a grid over London, as wards.
fn wards() -> String {
    let feature = |at: usize| {
        let (w, s) = (-0.52 + 0.15 * (at % 6) as f64, 51.28 + 0.105 * (at / 6) as f64);
        let ring = [[w, s], [w + 0.15, s], [w + 0.15, s + 0.105], [w, s + 0.105], [w, s]];
        let geometry = serde_json::json!({"type": "Polygon", "coordinates": [ring]});
        serde_json::json!({"type": "Feature", "properties": {"wardcode": format!("W{at:02}"), "name": format!("Ward {at}")}, "geometry": geometry})
    };
    serde_json::json!({"type": "FeatureCollection", "features": (0..24).map(feature).collect::<Vec<_>>()}).to_string()
}

#[test]
fn wards_are_asked_about_where_they_are_supplied() {
    let desk = desk();
    std::fs::write(desk.path("wards.geojson"), wards()).unwrap();
    let mut given = HEAD.to_owned();
    given.push_str("officers,bcu,Central West,2025-10-01,2025-10-31,100,fte,planned,x,\n");
    given.push_str("officers,area,W14,2025-10-01,2025-10-31,7,fte,planned,x,\n");
    std::fs::write(desk.path("by ward.csv"), given).unwrap();
    let ask = |more: &[&str]| {
        let words = ["challenge", "--releases", "releases", "--resources", "by ward.csv", "--level", "area"];
        hotspot([&words, more].concat()).current_dir(desk.dir.path()).output().unwrap()
    };
    let output = ask(&["--areas", "wards.geojson", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = json(std::str::from_utf8(&output.stdout).unwrap());
    assert_eq!((&answer["level"], &answer["need"]), (&"area".into(), &"incidents".into()));
    let places = answer["kinds"][0]["places"].as_array().unwrap();
    assert!(places.len() > 15 && places.iter().all(|p| p["id"].as_str().unwrap().starts_with('W') && p["is_rest"] == false));
    // What is stated for a ward is that ward's, what is stated for a unit is spread, and nothing is lost.
    let sum = |key: &str| places.iter().map(|p| p[key].as_f64().unwrap()).sum::<f64>();
    let lost = answer["kinds"][0]["outside"].as_f64().unwrap();
    assert!((sum("amount") + lost - 107.0).abs() < 1e-9 && (sum("apportioned") - 100.0).abs() < 1e-9);
    let own = places.iter().find(|p| p["id"] == "W14").unwrap();
    assert!((own["amount"].as_f64().unwrap() - own["apportioned"].as_f64().unwrap() - 7.0).abs() < 1e-9);
    // The archive makes itself again from the wards too.
    let files = {
        let output = ask(&["--areas", "wards.geojson", "--area-code", "wardcode", "--out", "wards.zip"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        unzip(&std::fs::read(desk.path("wards.zip")).unwrap())
    };
    let manifest = json(text(&files, "manifest.json"));
    assert_eq!(manifest["areas"]["sha256"], sha256(wards().as_bytes()));
    let there = tempfile::tempdir().unwrap();
    for name in ["by ward.csv", "wards.geojson"] {
        std::fs::copy(desk.path(name), there.path().join(name)).unwrap();
    }
    std::os::unix::fs::symlink(desk.path("releases"), there.path().join("releases")).unwrap();
    by_shell(manifest["command"].as_str().unwrap(), there.path());
    assert_eq!(std::fs::read(there.path().join("pack.zip")).unwrap(), std::fs::read(desk.path("wards.zip")).unwrap());
    // Without them there are none.
    for (more, words) in [(vec![], "row 3"), (vec!["--area-code", "wardcode"], "--areas")] {
        let output = ask(&more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && (said.contains(words) || said.contains("no areas are supplied")), "{said}");
    }
}

#[test]
fn victims_are_the_need_and_incidents_stand_beside() {
    let desk = desk();
    let ask = |need: &str| {
        let output = desk.challenge(&["--need", need, "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        json(std::str::from_utf8(&output.stdout).unwrap())
    };
    let [incidents, victims, repeats] = ["incidents", "victims", "repeat-victims"].map(ask);
    let by_id = |answer: &Value| -> BTreeMap<String, [f64; 3]> {
        let places = answer["kinds"][0]["places"].as_array().unwrap();
        let figure = |p: &Value, key: &str| p[key].as_f64().unwrap();
        let row = |p: &Value| [figure(p, "incidents"), figure(p, "expected"), figure(p, "expected_incidents")];
        places.iter().map(|p| (p["id"].as_str().unwrap().to_owned(), row(p))).collect()
    };
    let [of_incidents, of_victims, of_repeats] = [&incidents, &victims, &repeats].map(by_id);
    assert_eq!(repeats["need"], "repeat-victims");
    for (id, [counted, expected, _]) in &of_incidents {
        let ([n, victims, same], [_, repeats, _]) = (of_victims[id], of_repeats[id]);
        assert!(n == *counted && (same - expected).abs() < 1e-9, "{id}: incidents stay what they are");
        assert!(victims <= expected + 1e-9 && repeats < victims, "{id}: {repeats} {victims} {expected}");
    }
    let total = |of: &BTreeMap<String, [f64; 3]>| of.values().map(|v| v[1]).sum::<f64>();
    assert!(total(&of_victims) < 0.999 * total(&of_incidents), "somebody is a victim twice");
    let files = desk.pack("victims.zip", &["--need", "repeat-victims"]);
    let page = text(&files, "index.html");
    assert!(page.contains("expected repeat victims") && page.contains("withheld because a place depended on one person"));
    assert!(json(text(&files, "manifest.json"))["command"].as_str().unwrap().contains("--need repeat-victims"));
    let refused = desk.challenge(&["--need", "victims", "--harm", "harm.csv"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn each_place_stands_beside_those_most_alike() {
    let desk = desk();
    for level in ["hotspot", "borough"] {
        let files = desk.pack(&format!("similar {level}.zip"), &["--level", level]);
        let gaps = table(&files, "gaps");
        let rows = table(&files, "similar");
        let number = |row: &BTreeMap<String, String>, key: &str| row[key].parse::<f64>().unwrap();
        let rate = |kind: &str, id: &str| {
            let gap = gaps.iter().find(|g| g["kind"] == kind && g["id"] == id).unwrap();
            number(gap, "amount") / number(gap, "expected")
        };
        assert!(rows.len() >= gaps.iter().filter(|g| g["is_rest"] == "no").count() - 3, "{level}");
        for row in &rows {
            let kind = row["kind"].as_str();
            let others: Vec<&str> = row["others"].split("; ").collect();
            assert!((5..=7).contains(&others.len()) && !others.contains(&row["id"].as_str()));
            let mut rates: Vec<f64> = others.iter().map(|id| rate(kind, id)).collect();
            rates.sort_by(f64::total_cmp);
            let median = f64::midpoint(rates[(rates.len() - 1) / 2], rates[rates.len() / 2]);
            for (key, value) in [("median", median), ("lowest", rates[0]), ("highest", rates[rates.len() - 1])] {
                assert!((number(row, key) - value).abs() <= 1e-9 * value.max(1e-9), "{level} {key}");
            }
            let below = rates.iter().filter(|r| **r < rate(kind, &row["id"]) * (1.0 - 1e-9)).count();
            assert_eq!(number(row, "rank"), 1.0 + below as f64);
        }
        let page = text(&files, "index.html");
        assert!(page.contains("beside the places most alike") && page.contains("all of them may get too little"));
    }
}

fn unzip_ods(bytes: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut content = Vec::new();
    archive.by_name("content.xml").unwrap().read_to_end(&mut content).unwrap();
    Files::from([("content.xml".to_owned(), content)])
}
