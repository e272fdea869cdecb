//! Measures of success, from a table and an edition of the monthly summary to an archive.

use crate::program::{hotspot, json, run, simulated, succeed};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Output;
use zip::ZipArchive;

const HEAD: &str =
    "measure,period_start,period_end,area,strand,unit,numerator,denominator,effective_n,value,open,class,source,note";
/// A text that a file may hold and no spreadsheet and no page may run.
const SOURCE: &str = "\"=HYPERLINK(\"\"x\"\") <script>alert(1)</script>\"";

fn write(dir: &Path, name: &str, rows: &[&str]) -> String {
    let path = dir.join(name);
    std::fs::write(&path, format!("{HEAD}\n{}\n", rows.join("\n"))).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What it said on stderr, on one line.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unzip(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

fn table(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files[name].as_slice());
    let header = reader.headers().unwrap().clone();
    reader.records().map(|r| header.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()).collect()
}

/// Wilson's limits by their formula, as per cent.
fn wilson(share: f64, n: f64) -> [f64; 2] {
    let z = 1.959_963_984_540_054;
    let middle = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    [-1.0, 1.0].map(|side| 100.0 * (middle + side * spread) / (1.0 + z * z / n))
}

#[test]
fn figures_are_those_of_the_formulas_and_texts_are_inert() {
    let dir = tempfile::tempdir().unwrap();
    let satisfied = format!("victim_satisfaction,2026-01-01,2026-03-31,london,all,per cent,,410,212.5,63.4,,open,{SOURCE},'tis");
    let measures = write(
        dir.path(),
        "what was measured.csv",
        &[
            &satisfied,
            "victim_satisfaction,2026-01-01,2026-03-31,Camden,all,per cent,,40,31.0,71.0,,open,survey,",
            "liaison_in_post,2026-03-01,2026-03-31,E09000007,all,per cent,1,3,,,,open,workforce,",
            "attrition_charged,2025-07-01,2025-09-30,london,all,per cent,65,100,,,0,open,courts,",
            "attrition_charged,2025-10-01,2025-12-31,london,all,per cent,10,100,,,60,open,courts,",
        ],
    );
    let out = dir.path().join("factors.zip");
    let text = succeed(["factors", "--measures", &measures, "--out", out.to_str().unwrap()]);
    assert!(text.contains("OPEN") && text.contains("63.4 (") && text.contains("[c] too few respondents"), "{text}");
    let files = unzip(&out);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["index.html", "manifest.json", "success-factors.ods", "tables/measures.csv", "tables/values.csv"]);
    let values = table(&files, "tables/values.csv");
    let row = |measure: &str, area: &str| values.iter().find(|r| r["measure"] == measure && r["area"] == area).unwrap();
    let number = |row: &BTreeMap<String, String>, column: &str| -> f64 { row[column].parse().unwrap() };
    let london = row("victim_satisfaction", "london");
    let [lower, upper] = wilson(0.634, 212.5);
    assert!((number(london, "lower") - lower).abs() < 1e-6 && (number(london, "upper") - upper).abs() < 1e-6, "{london:?}");
    assert_eq!((london["n"].as_str(), london["effective_n"].as_str(), london["direction"].as_str()), ("410", "212.5", "higher"));
    assert!(london["source"].starts_with("'=HYPERLINK") && london["note"] == "''tis", "{london:?}");
    let camden = row("victim_satisfaction", "E09000007");
    assert_eq!((camden["value"].as_str(), camden["status"].as_str()), ("", "[c]"), "31 effective respondents are too few");
    let liaison = row("liaison_in_post", "E09000007");
    assert!((number(liaison, "value") - 100.0 / 3.0).abs() < 1e-9 && liaison["lower"].is_empty());
    let cohorts: Vec<_> = values.iter().filter(|r| r["measure"] == "attrition_charged").collect();
    assert_eq!((cohorts[0]["state"].as_str(), cohorts[0]["shown"].as_str()), ("closed", "yes"));
    assert_eq!((cohorts[1]["state"].as_str(), cohorts[1]["least"].as_str(), cohorts[1]["most"].as_str()), ("open", "10", "70"));
    let page = String::from_utf8(files["index.html"].clone()).unwrap();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "what was supplied is text");
    for said in
        ["1 of 3 posts, 2 vacant", "open: 10.0 to 70.0 in the end", "too few respondents", "No figures were supplied", "--measures"]
    {
        assert!(page.contains(said), "{said}");
    }
    for word in ["green", "amber"] {
        assert!(!page.to_lowercase().contains(word), "{word}");
    }
    // The same bytes again.
    let again = dir.path().join("again.zip");
    succeed(["factors", "--measures", &measures, "--out", again.to_str().unwrap()]);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap());
    let answer = json(&succeed(["factors", "--measures", &measures, "--json"]));
    let charged = answer["measures"].as_array().unwrap().iter().find(|m| m["id"] == "attrition_charged").unwrap();
    assert_eq!(charged["series"][0]["shown"], 0);
    assert_eq!(charged["series"][0]["periods"][1]["range"], serde_json::json!([10.0, 70.0]));
}

#[test]
fn a_row_that_cannot_be_stops_it_with_its_place_and_without_its_value() {
    let dir = tempfile::tempdir().unwrap();
    let good = "attrition_charged,2025-07-01,2025-09-30,london,all,per cent,65,100,,,0,open,courts,";
    for (bad, column, word) in [
        ("secret,2025-07-01,2025-09-30,london,all,per cent,65,100,,,0,open,courts,", "measure", "no measure"),
        ("attrition_charged,2025-10-01,2025-12-31,london,all,count,65,100,,,0,open,courts,", "unit", "per cent"),
        ("attrition_charged,2025-09-01,2025-11-30,london,all,per cent,65,100,,,0,open,courts,", "period_start", "overlaps"),
        ("attrition_charged,2025-10-01,2025-12-31,london,all,per cent,101,100,,,0,open,courts,", "numerator", "denominator"),
        ("victim_satisfaction,2025-10-01,2025-12-31,london,all,per cent,,100,101,63,,open,x,", "effective_n", "sample"),
        ("attrition_convicted,2025-07-01,2025-09-30,london,all,per cent,66,100,,,0,open,courts,", "numerator", "stage before"),
        ("attrition_charged,2025-10-01,2025-12-31,london,all,per cent,65,100,,,0,synthetic,courts,", "class", "one class"),
    ] {
        let measures = write(dir.path(), "bad.csv", &[good, bad]);
        let out = dir.path().join("none.zip");
        let output = run(["factors", "--measures", &measures, "--out", out.to_str().unwrap()]);
        let told = said(&output);
        assert!(!output.status.success() && !out.exists(), "{bad}");
        assert!(told.contains("row 3") && told.contains(&format!("column {column}")) && told.contains(word), "{bad}: {told}");
        assert!(!told.contains("secret"), "{told}");
    }
}

#[test]
fn records_and_signals_are_those_of_the_edition() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    // Long enough for a control chart.
    succeed(["simulate", "--months", "20", "--seed", "5", "--start", "2024-09", "--out", &path("incidents.csv")]);
    succeed(["ingest", &path("incidents.csv"), "--store", &path("store"), "--class", "synthetic"]);
    succeed(["summary", "--store", &path("store"), "--out", &path("out"), "--formats", "json,csv"]);
    let folder = std::fs::read_dir(dir.path().join("out")).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    let month = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let portal = "portal_open,2025-03-01,2025-03-31,london,all,per cent,5,20,,,,CLASS,x,";
    let measures = write(dir.path(), "measures.csv", &[&portal.replace("CLASS", "synthetic")]);
    let ask = |measures: &str| {
        hotspot(["factors", "--measures", measures, "--summary", folder.to_str().unwrap(), "--json"]).output().unwrap()
    };
    let output = ask(&measures);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = json(&String::from_utf8(output.stdout).unwrap());
    let edition = json(&std::fs::read_to_string(folder.join(format!("recorded-hate-crime-{month}.json"))).unwrap());
    let measures_of = |id: &str| {
        answer["measures"].as_array().unwrap().iter().find(|m| m["id"] == id).unwrap()["series"].as_array().unwrap().clone()
    };
    let recorded = measures_of("recorded_hate_crime");
    let mut compared = 0;
    for history in edition["history"].as_array().unwrap().iter().filter(|h| h["basis"] == "recorded") {
        let area = if history["level"] == "london" { "london".into() } else { history["code"].clone() };
        let strand = if history["strand"] == "all" { serde_json::Value::Null } else { history["strand"].clone() };
        let Some(series) = recorded.iter().find(|s| s["area"] == area && s["strand"] == strand) else { continue };
        let given: Vec<_> = series["periods"].as_array().unwrap().iter().map(|p| p["value"].as_f64()).collect();
        let stated: Vec<_> =
            history["records"].as_array().unwrap().iter().filter(|n| !n.is_null()).map(serde_json::Value::as_f64).collect();
        assert_eq!(given, stated);
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
    // A signal of London's last month stands in both or in neither.
    let london = recorded.iter().find(|s| s["area"] == "london" && s["strand"].is_null()).unwrap();
    let stated: Vec<_> = edition["signals"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["basis"] == "recorded" && s["level"] == "london" && s["strand"] == "all" && s["month"] == month.as_str())
        .map(|s| s["words"].clone())
        .collect();
    assert_eq!(london["signals"].as_array().unwrap(), &stated);
    assert_eq!(london["no_chart"], serde_json::Value::Null);
    assert!(!measures_of("outcome_charged").is_empty());
    // The same series twice, and real figures beside synthetic ones.
    for (row, column) in [
        ("recorded_hate_crime,2025-03-01,2025-03-31,london,all,records,5,,,,,synthetic,x,".to_owned(), "measure"),
        (portal.replace("CLASS", "open"), "class"),
    ] {
        let output = ask(&write(dir.path(), "other.csv", &[&row]));
        let told = said(&output);
        assert!(!output.status.success() && told.contains("row 2") && told.contains(&format!("column {column}")), "{told}");
    }
    // A folder that is no edition, and one that was changed.
    let output = hotspot(["factors", "--measures", &measures, "--summary", dir.path().to_str().unwrap()]).output().unwrap();
    assert!(said(&output).contains("no edition"));
    let file = folder.join(format!("recorded-hate-crime-{month}.json"));
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replacen("london", "London", 1)).unwrap();
    assert!(said(&ask(&measures)).contains("damaged"));
}

#[test]
fn restricted_measures_are_not_served() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &path("store"), "--class", "synthetic"]);
    succeed(["analyse", "--store", &path("store"), "--releases", &path("releases"), "--months", "6"]);
    let measures = write(dir.path(), "m.csv", &["portal_open,2025-03-01,2025-03-31,london,all,per cent,5,20,,,,restricted,x,"]);
    let output = run(["serve", "--releases", &path("releases"), "--listen", "127.0.0.1:0", "--measures", &measures]);
    assert!(said(&output).contains("no release policy"));
}
