//! The monthly summary, from a file to what a person opens.

use crate::program::{run, simulated, succeed};
use hotspot_core::Month;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

type Row = BTreeMap<String, String>;

/// Lines of a CSV file as fields.
fn table(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    reader.records().map(|r| header.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()).collect()
}

/// A table of an edition.
fn read(out: &Path, month: &str, id: &str) -> Vec<Row> {
    let file = out.join(month).join(format!("recorded-hate-crime-{month}-{id}.csv"));
    table(&std::fs::read_to_string(file).unwrap())
}

/// A store of records, and where editions go.
struct Desk {
    dir: TempDir,
}

impl Desk {
    /// Of a file.
    fn of(incidents: &Path, more: &[&str]) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap() };
        succeed([&["ingest", incidents.to_str().unwrap(), "--store", &desk.path("store")], more].concat());
        desk
    }

    /// Of a text.
    fn of_text(text: &str, more: &[&str]) -> Self {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Self::of(file.path(), more)
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn summary(&self, more: &[&str]) -> std::process::Output {
        run([&["summary", "--store", &self.path("store"), "--out", &self.path("out")], more].concat())
    }

    fn publish(&self, more: &[&str]) -> String {
        let output = self.summary(more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Bytes of the files of a folder.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.map(|n| (n.clone(), std::fs::read(folder.join(n)).unwrap())).collect()
}

/// The last version of each record that was known on a day, if its flag was not taken off then.
fn known_on<'a>(rows: &'a [Row], day: &str) -> Vec<&'a Row> {
    let mut last: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in rows.iter().filter(|r| r["known_on"].as_str() <= day) {
        let older = last.get(row["id"].as_str()).is_some_and(|known| known["known_on"] > row["known_on"]);
        if !older {
            last.insert(&row["id"], row);
        }
    }
    last.into_values().filter(|r| r["status"] != "removed").collect()
}

/// The month of a day, or of an instant in London.
fn month_of(text: &str) -> String {
    let local = |at: jiff::Timestamp| at.in_tz("Europe/London").unwrap().strftime("%Y-%m").to_string();
    text.parse().map_or_else(|_no_instant| text[..7].to_owned(), local)
}

fn is_of(row: &Row, strand: &str) -> bool {
    let has = |s: &str| row["strands"].split([' ', ';', '|']).any(|named| named == s);
    match strand {
        "all" => true,
        "religion" => ["religion", "antisemitic", "islamophobic"].into_iter().any(has),
        strand => has(strand),
    }
}

#[test]
fn the_month_is_what_an_independent_count_of_the_file_gives() {
    let incidents = &simulated().incidents;
    let desk = Desk::of(incidents, &["--class", "synthetic"]);
    let said = desk.publish(&["--month", "2025-09"]);
    let figures = read(&desk.out(), "2025-09", "figures");
    let figure = |basis: &str, level: &str, strand: &str| -> u64 {
        let rows = figures.iter().filter(|r| r["basis"] == basis && r["level"] == level && r["strand"] == strand);
        rows.filter(|r| r["measure"] == "records").map(|r| r["value"].parse::<u64>().unwrap()).sum()
    };
    let rows = table(&std::fs::read_to_string(incidents).unwrap());
    let records = known_on(&rows, "9999");
    for (basis, column) in [("recorded", "recorded_on"), ("occurred", "occurred_from")] {
        for strand in ["all", "race", "religion", "antisemitic", "disability"] {
            let expected = records.iter().filter(|r| month_of(&r[column]) == "2025-09" && is_of(r, strand)).count() as u64;
            assert_eq!(figure(basis, "london", strand), expected, "{basis} {strand}");
            // Nothing is lost: what is no borough is a row.
            assert_eq!(figure(basis, "borough", strand) + figure(basis, "elsewhere", strand), expected);
        }
    }
    assert!(said.starts_with(&format!("2025-09: {} records in London", figure("recorded", "london", "all"))), "{said}");
    let sum: u64 = ["race", "religion", "sexual_orientation", "transgender", "disability"]
        .map(|s| figure("recorded", "london", s))
        .iter()
        .sum();
    assert!(sum > figure("recorded", "london", "all"), "strands overlap and are not added up");
    // The parts of the month add up to it where nothing overlaps.
    let breakdown = read(&desk.out(), "2025-09", "breakdown");
    let parts = |offence: &dyn Fn(&str) -> bool| -> u64 {
        let london = breakdown.iter().filter(|r| r["basis"] == "recorded" && r["level"] == "london" && r["strand"] == "all");
        let of = london.filter(|r| r["source"] == "all" && offence(&r["offence"]));
        of.map(|r| r["records"].parse::<u64>().unwrap()).sum()
    };
    assert_eq!(parts(&|o| o == "all"), figure("recorded", "london", "all"));
    assert_eq!(parts(&|o| o != "all"), figure("recorded", "london", "all"));
}

#[test]
fn the_same_month_is_published_once_and_nothing_of_others_is_touched() {
    let desk = Desk::of(&simulated().incidents, &["--class", "synthetic"]);
    desk.publish(&["--month", "2025-09"]);
    let folder = desk.out().join("2025-09");
    let first = bytes(&folder);
    let page = String::from_utf8(first["recorded-hate-crime-2025-09.html"].clone()).unwrap();
    assert!(page.contains("SYNTHETIC: about nobody") && page.contains("September 2025") && !page.contains("<script"));
    let again = desk.summary(&["--month", "2025-09"]);
    assert!(String::from_utf8(again.stderr).unwrap().contains("already published"));
    assert_eq!(bytes(&folder), first);
    // One thread gives the same bytes.
    let one = run_on_one_thread(&desk, "2025-09");
    assert_eq!(one, first);
    // Another day of knowledge gives other figures, and says that it replaced some.
    let refused = desk.summary(&["--month", "2025-09", "--as-known-on", "2025-10-05"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("published already") && said.contains("--replace"), "{said}");
    assert_eq!(bytes(&folder), first, "what was published stays");
    let older = desk.summary(&["--month", "2025-09", "--as-known-on", "2025-10-05", "--replace"]);
    assert!(String::from_utf8(older.stderr).unwrap().contains("were replaced"));
    assert_ne!(bytes(&folder), first);
    let runs = std::fs::read_to_string(desk.out().join("runs.jsonl")).unwrap();
    let outcomes: Vec<String> = runs.lines().map(|l| crate::program::json(l)["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["published", "already published", "replaced"]);
    for (wrong, code) in [
        (["--tier", "public"], 2),
        (["--tier", "oversight"], 2),
        (["--month", "2031-01"], 2),
        (["--months", "2025-09..2025-08"], 2),
    ] {
        assert_eq!(desk.summary(&wrong).status.code(), Some(code), "{wrong:?}");
    }
    let held = bytes(&folder);
    std::fs::write(folder.join("mine.txt"), "keep").unwrap();
    assert!(!desk.summary(&["--month", "2025-09"]).status.success());
    assert_eq!(bytes(&folder).len(), held.len() + 1, "nothing was changed");
}

fn run_on_one_thread(desk: &Desk, month: &str) -> BTreeMap<String, Vec<u8>> {
    let out = desk.path("one");
    let status = crate::program::hotspot(["summary", "--store", &desk.path("store"), "--out", &out, "--month", month])
        .env("RAYON_NUM_THREADS", "1")
        .env("POLARS_MAX_THREADS", "1")
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    bytes(&Path::new(&out).join(month))
}

/// Months in a row, each as known on the sixth of the month after: every figure and every revision is what the versions of the file give.
fn rebuilt(incidents: &Path, from: &str, to: &str) -> (usize, usize) {
    let desk = Desk::of(incidents, &["--class", "synthetic"]);
    desk.publish(&["--months", &format!("{from}..{to}"), "--formats", "csv"]);
    let rows = table(&std::fs::read_to_string(incidents).unwrap());
    let months: Vec<String> = bytes_of_months(&desk.out());
    let (mut editions, mut revisions) = (0, 0);
    let mut before: Option<BTreeMap<(String, String, String), u64>> = None;
    let mut first: BTreeMap<(String, String, String), (u64, String)> = BTreeMap::new();
    for month in months.iter().filter(|m| m.as_str() >= from && m.as_str() <= to) {
        let day = format!("{}-06", month.parse::<Month>().unwrap().plus(1));
        let mut now: BTreeMap<(String, String, String), u64> = BTreeMap::new();
        for record in known_on(&rows, &day) {
            for (basis, column) in [("recorded", "recorded_on"), ("occurred", "occurred_from")] {
                for strand in ["all", "race", "religion", "sexual_orientation"].into_iter().filter(|s| is_of(record, s)) {
                    let of = month_of(&record[column]);
                    if of <= *month {
                        *now.entry((basis.to_owned(), strand.to_owned(), of)).or_default() += 1;
                    }
                }
            }
        }
        let published = read(&desk.out(), month, "history");
        let known =
            |r: &&Row| r["level"] == "london" && ["all", "race", "religion", "sexual_orientation"].contains(&r["strand"].as_str());
        let key = |r: &Row| (r["basis"].clone(), r["strand"].clone(), r["month"].clone());
        let mut seen = 0;
        for row in published.iter().filter(known) {
            let expected = now.get(&key(row)).copied().unwrap_or(0);
            if row["records"].is_empty() {
                assert_eq!(expected, 0, "{month}: {row:?}");
                continue;
            }
            seen += expected;
            assert_eq!(row["records"], expected.to_string(), "{month}: {row:?}");
            let (n, edition) = first.entry(key(row)).or_insert_with(|| (expected, month.clone()));
            assert_eq!((&row["first_records"], &row["first_edition"]), (&n.to_string(), &*edition), "{month}: {row:?}");
        }
        assert_eq!(seen, now.values().sum::<u64>(), "{month}: every record stands in a month");
        let said: BTreeMap<_, _> = read(&desk.out(), month, "revisions")
            .iter()
            .filter(known)
            .filter(|r| !r["before_records"].is_empty())
            .map(|r| (key(r), (r["before_records"].parse::<u64>().unwrap(), r["records"].parse::<u64>().unwrap())))
            .collect();
        let mut expected = BTreeMap::new();
        for (key, old) in before.iter().flatten() {
            let new = now.get(key).copied().unwrap_or(0);
            if new != *old {
                expected.insert(key.clone(), (*old, new));
            }
        }
        assert_eq!(said, expected, "{month}");
        revisions += said.len();
        editions += 1;
        before = Some(now);
    }
    (editions, revisions)
}

fn bytes_of_months(out: &Path) -> Vec<String> {
    let mut months: Vec<String> = std::fs::read_dir(out)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.len() == 7 && n.as_bytes()[4] == b'-')
        .collect();
    months.sort();
    months
}

#[test]
fn months_rebuilt_in_a_row_are_as_known_then_and_their_revisions_are_the_files_own() {
    if std::env::var_os("HOTSPOT_PROVE").is_some() {
        let dir = tempfile::tempdir().unwrap();
        let incidents = dir.path().join("incidents.csv");
        let path = incidents.to_str().unwrap();
        succeed(["simulate", "--months", "42", "--seed", "20261126", "--start", "2023-05", "--out", path]);
        let (editions, revisions) = rebuilt(&incidents, "2023-11", "2026-10");
        println!("seed 20261126: {editions} editions, {revisions} revised figures of London, each as the file's versions give it");
        assert_eq!(editions, 36);
        return;
    }
    let (editions, revisions) = rebuilt(&simulated().incidents, "2025-07", "2025-10");
    assert!(editions == 4 && revisions > 10, "{editions} {revisions}");
}

#[test]
fn published_counts_give_the_same_summary_and_what_is_withheld_is_no_zero() {
    let mut text = String::from("gss_code,borough,month,strand,offences\n");
    // The boroughs of the Metropolitan Police: without one of them there is no London.
    let named = [("E09000007", "Camden"), ("E09000033", "Westminster"), ("E09000022", "Lambeth"), ("", "Aviation Security(SO18)")];
    let others: Vec<String> =
        (2..=33).map(|n| format!("E090000{n:02}")).filter(|c| !named.iter().any(|(code, _)| code == c)).collect();
    let boroughs: Vec<(&str, &str)> = named.into_iter().chain(others.iter().map(|c| (c.as_str(), "Another"))).collect();
    let mut months = Vec::new();
    for year in 2023..2026 {
        for month in 1..=12 {
            months.push(format!("{year}-{month:02}"));
        }
    }
    for (at, month) in months.iter().enumerate() {
        for (row, (code, name)) in boroughs.iter().enumerate() {
            let n = if row < 4 { 10 * (row + 1) + at % 3 } else { 0 };
            let disability = if row == 0 { "[c]".to_owned() } else { (at % 2).to_string() };
            for (strand, figure) in [("", n.to_string()), ("race", (n / 2).to_string()), ("disability", disability)] {
                text += &[code, name, month.as_str(), strand, &figure].join(",");
                text.push('\n');
            }
        }
    }
    let desk = Desk::of_text(&text, &["--class", "open", "--licence", "OGL v3", "--known-on", "2026-01-06"]);
    desk.publish(&["--month", "2025-12"]);
    let figures = read(&desk.out(), "2025-12", "figures");
    let figure = |place: &str, strand: &str, measure: &str| -> (String, String) {
        let row = figures.iter().find(|r| r["place"] == place && r["strand"] == strand && r["measure"] == measure).unwrap();
        (row["value"].clone(), row["status"].clone())
    };
    let of = |value: &str, status: &str| (value.to_owned(), status.to_owned());
    // 12 + 22 + 32 + 42, and nothing elsewhere.
    assert_eq!(figure("London", "all", "records"), of("108", ""));
    assert_eq!(figure("Aviation Security(SO18)", "all", "records"), of("42", ""));
    assert_eq!(figure("London", "race", "records"), of("54", ""));
    // A sum that would tell what is withheld is withheld too.
    assert_eq!(figure("Camden", "disability", "records"), of("", "[c]"));
    assert_eq!(figure("London", "disability", "records"), of("", "[c]"));
    assert_eq!(figure("Lambeth", "disability", "records"), of("1", ""));
    assert!(!figures.iter().any(|r| r["measure"] == "victims" || r["basis"] == "occurred"), "what counts cannot say is no row");
    let page = String::from_utf8(bytes(&desk.out().join("2025-12"))["recorded-hate-crime-2025-12.html"].clone()).unwrap();
    assert!(page.contains("OPEN: OGL v3"));
}

/// A line of our own schema, synthetic.
fn incident(id: &str, day: &str, place: &str, strands: &str) -> String {
    format!("{id},{day},{day},{place},{strands},synthetic\n")
}

const SCHEMA: &str = "id,occurred_from,recorded_on,area_code,strands,class\n";

#[test]
fn a_month_without_records_and_a_borough_without_any_are_zeros_and_say_so() {
    let mut text = SCHEMA.to_owned();
    for (at, month) in ["2025-01", "2025-02", "2025-03", "2025-05"].iter().enumerate() {
        text += &incident(&format!("a{at}"), &format!("{month}-03"), "E09000007", "race");
    }
    let desk = Desk::of_text(&text, &["--class", "synthetic"]);
    desk.publish(&["--month", "2025-04"]);
    let figures = read(&desk.out(), "2025-04", "figures");
    let of = |place: &str, measure: &str| {
        let row = figures
            .iter()
            .find(|r| r["place"] == place && r["strand"] == "all" && r["measure"] == measure && r["basis"] == "recorded");
        row.map(|r| (r["value"].clone(), r["status"].clone())).unwrap()
    };
    assert_eq!(of("London", "records"), ("0".to_owned(), String::new()));
    assert_eq!(of("Barnet", "records"), ("0".to_owned(), String::new()));
    assert_eq!(of("London", "share_of_london_percent").1, "[z]");
    assert_eq!(of("London", "twelve_months").1, "[x]");
}

#[test]
fn wards_stand_beside_boroughs_and_in_no_sum_and_a_supplied_table_names_similar_boroughs() {
    let square = |code: &str, lon: f64| {
        let ring = format!("[[{lon},51.5],[{},51.5],[{},51.52],[{lon},51.52],[{lon},51.5]]", lon + 0.02, lon + 0.02);
        format!(
            r#"{{"type":"Feature","properties":{{"wardcode":"{code}","name":"Ward {code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let desk = Desk::of(&simulated().incidents, &["--class", "synthetic"]);
    let (wards, similar) = (desk.path("wards.geojson"), desk.path("similar.csv"));
    let features = [square("W1", -0.16), square("W2", -0.14)].join(",");
    std::fs::write(&wards, format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)).unwrap();
    std::fs::write(&similar, "code,similar\nE09000007,E09000033\nE09000007,E09000019\nE09000007,E09000022\n").unwrap();
    desk.publish(&["--month", "2025-09", "--areas", &wards, "--similar", &similar, "--formats", "csv"]);
    let figures = read(&desk.out(), "2025-09", "figures");
    let total = |level: &str| -> u64 {
        let rows = figures
            .iter()
            .filter(|r| r["basis"] == "recorded" && r["level"] == level && r["strand"] == "all" && r["measure"] == "records");
        rows.map(|r| r["value"].parse::<u64>().unwrap()).sum()
    };
    assert!(total("area") > 0, "two squares of central London hold records");
    assert_eq!(total("london"), total("borough") + total("elsewhere"));
    let groups = read(&desk.out(), "2025-09", "similar");
    assert_eq!(groups.iter().map(|r| r["similar_code"].as_str()).collect::<Vec<_>>(), ["E09000033", "E09000019", "E09000022"]);
    std::fs::write(&similar, "code,similar\nE09000007,E09000007\n").unwrap();
    let wrong = desk.summary(&["--month", "2025-09", "--similar", &similar]);
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(wrong.status.code() == Some(2) && said.contains("row 2") && said.contains("similar"), "{said}");
}

#[test]
fn a_figure_is_explained_from_rows_to_table() {
    let desk = Desk::of(&simulated().incidents, &["--class", "synthetic"]);
    desk.publish(&["--months", "2025-08..2025-09", "--formats", "csv"]);
    let figures = read(&desk.out(), "2025-09", "figures");
    let row = figures
        .iter()
        .find(|r| r["basis"] == "recorded" && r["place"] == "Camden" && r["strand"] == "race" && r["measure"] == "records")
        .unwrap();
    for asked in [vec!["camden", "2025-09", "race"], vec!["Camden,2025-09,race"], vec!["E09000007,2025-09", "race"]] {
        let said = desk.publish(&[&["--explain"], asked.as_slice()].concat());
        assert!(said.contains("as known on 2025-10-06") && said.contains(&format!("= {} records", row["value"])), "{said}");
        assert!(said.contains("by flag: ") && said.contains("The edition before is that of 2025-08"), "{said}");
    }
    for (wrong, word) in [
        (["nowhere", "2025-09", "race"], "no such place"),
        (["camden", "2025-09", "wrath"], "strand"),
        (["hackney", "race", "2025-09"], "month"),
    ] {
        let output = desk.summary(&[&["--explain"], wrong.as_slice()].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(word), "{wrong:?}: {said}");
    }
}

#[test]
fn the_hotspots_of_the_release_of_the_month_are_named_and_one_that_knew_more_is_not() {
    let desk = Desk::of(&simulated().incidents, &["--class", "synthetic"]);
    let releases = desk.path("releases");
    for month in ["2025-08", "2025-09"] {
        succeed(["analyse", "--store", &desk.path("store"), "--releases", &releases, "--month", month, "--months", "3"]);
    }
    desk.publish(&["--month", "2025-09", "--releases", &releases, "--formats", "csv"]);
    let hotspots = read(&desk.out(), "2025-09", "hotspots");
    assert!(hotspots.iter().any(|r| r["strand"] == "all" && r["change"] != "ended" && !r["evidence"].is_empty()), "{hotspots:?}");
    assert!(hotspots.iter().any(|r| r["change"] == "ended" && r["rank"].is_empty()));
    let early = desk.summary(&[
        "--month",
        "2025-09",
        "--as-known-on",
        "2025-10-06",
        "--releases",
        &releases,
        "--formats",
        "csv",
        "--replace",
    ]);
    let said = String::from_utf8(early.stderr).unwrap();
    assert!(early.status.success() && said.contains("no hotspots are named"), "{said}");
}
