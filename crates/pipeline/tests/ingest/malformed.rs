//! Damaged files, made by the hundred: each gives a located error or located rejects, and never a value.
//!
//! 200 files in an ordinary run; 2,000 with the environment variable `HOTSPOT_PROVE` set.

use crate::{options, read};
use flate2::{Compression, write::GzEncoder};
use hotspot_pipeline::Rule;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};

const CANARY: &str = "CANARY";

/// SplitMix64: the same files on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `n` − 1.
    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

const COLUMNS: [&str; 9] = ["id", "occurred_from", "strands", "recorded_on", "lon", "lat", "place", "offence", "victim"];

/// A good table of our own schema, full of canaries.
fn table(dice: &mut Dice) -> Vec<Vec<String>> {
    (0..5 + dice.below(30))
        .map(|i| {
            let day = 1 + dice.below(28);
            [
                format!("{CANARY}-é-{i}"),
                format!("2026-05-{day:02}T{:02}:15", dice.below(24)),
                dice.of(&["race", "religion;disability", "", "antisemitic"]).to_owned(),
                "2026-06-01".to_owned(),
                format!("-0.{:04}", 800 + dice.below(800)),
                format!("51.{:04}", 4900 + dice.below(300)),
                "point".to_owned(),
                dice.of(&["violence", "public_order"]).to_owned(),
                format!("{CANARY}-v-{i}"),
            ]
            .to_vec()
        })
        .collect()
}

fn csv(header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let lines = std::iter::once(header.join(",")).chain(rows.iter().map(|r| r.join(",")));
    lines.flat_map(|l| (l + "\n").into_bytes()).collect()
}

fn geojson(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter()
        .map(|r| {
            format!(
                r#"{{"type":"Feature","properties":{{"id":"{}","occurred_from":"{}","strands":"{}","offence":"{}"}},"geometry":{{"type":"Point","coordinates":[{},{}]}}}}"#,
                r[0], r[1], r[2], r[7], r[4], r[5]
            )
        })
        .collect()
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn parquet(rows: &[Vec<String>]) -> Vec<u8> {
    let columns: Vec<Column> = COLUMNS
        .iter()
        .enumerate()
        .map(|(i, name)| Column::new((*name).into(), rows.iter().map(|r| r[i].as_str()).collect::<Vec<_>>()))
        .collect();
    let mut frame = DataFrame::new(rows.len(), columns).unwrap();
    let mut out = Cursor::new(Vec::new());
    ParquetWriter::new(&mut out).with_row_group_size(Some(16)).finish(&mut frame).unwrap();
    out.into_inner()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A value that no column of its kind can hold.
fn nonsense(column: &str, dice: &mut Dice) -> String {
    match column {
        "id" => dice.of(&["", "  ", "CANARY\u{7}bell", "CANARYlong"]).replace("long", &"g".repeat(200)),
        "occurred_from" => dice
            .of(&[
                "",
                "CANARY",
                "yesterday",
                "2026-02-30",
                "31/12/2025",
                "2026-03-29T01:10",
                "2027-01-01",
                "1900-01-01",
                "2026-05-01T24:01",
                "2026-06-30T23:59:60Z",
                "-2026-05-01",
                "2026-06-02",
            ])
            .to_owned(),
        "strands" => dice.of(&["CANARY", "race,religion", "race;CANARY", "ginger"]).replace(',', ";CANARY;"),
        "recorded_on" => dice.of(&["CANARY", "2026-05", "2030-01-01", "0000-00-00", "1970-01-01"]).to_owned(),
        "lon" => dice.of(&["CANARY", "", "NaN", "inf", "-1e999", "530624", "200", "-1.55", "51.5", "0x1p3"]).to_owned(),
        "lat" => dice.of(&["CANARY", "", "nan", "-inf", "178388", "99", "-0.1", "51°30'N", "53.8"]).to_owned(),
        "place" => dice.of(&["CANARY", "online", "area", "here"]).to_owned(),
        "offence" => dice.of(&["CANARY", "rudeness"]).to_owned(),
        _ => "CANARY\u{1}".to_owned() + &"v".repeat(200),
    }
}

/// One damaged file: its name and bytes.
fn damaged(dice: &mut Dice) -> (&'static str, &'static str, Vec<u8>) {
    let mut rows = table(dice);
    let row = dice.below(rows.len());
    let text = csv(&COLUMNS, &rows);
    let lines = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    match dice.below(26) {
        0 => {
            let packed = gzip(&text);
            let cut = dice.below(packed.len());
            ("gzip cut off", "x.csv.gz", packed[..cut].to_vec())
        }
        1 => {
            let mut packed = gzip(&text);
            let at = 10 + dice.below(packed.len() - 10);
            packed[at] ^= 1 << dice.below(8);
            ("gzip bit flipped", "x.csv.gz", packed)
        }
        2 => {
            let bytes: Vec<u8> = (0..=dice.below(400)).map(|_| dice.roll() as u8).collect();
            ("noise", dice.of(&["x.csv", "x.csv.gz", "x.geojson", "x.parquet"]), bytes)
        }
        3 => {
            rows[row].pop();
            ("row too short", "x.csv", csv(&COLUMNS, &rows))
        }
        4 => {
            rows[row].insert(dice.below(9), CANARY.to_owned());
            ("row too long", "x.csv", csv(&COLUMNS, &rows))
        }
        5 => {
            let field = dice.below(9);
            rows[row][field].insert(0, '"');
            ("quote not closed", "x.csv", csv(&COLUMNS, &rows))
        }
        6 => {
            let mut text = text;
            text.insert(dice.below(text.len()), 0);
            ("NUL", "x.csv", text)
        }
        7 => {
            let mut header = COLUMNS;
            header[dice.below(3)] = "CANARY";
            ("needed column missing", "x.csv", csv(&header, &rows))
        }
        8 => {
            let mut header = COLUMNS;
            header[3 + dice.below(6)] = dice.of(&["id", "Strands", "OCCURRED_FROM"]);
            ("column twice", "x.csv", csv(&header, &rows))
        }
        9..=13 => {
            let field = dice.below(9);
            rows[row][field] = nonsense(COLUMNS[field], dice);
            if dice.below(2) == 0 { ("nonsense", "x.csv", csv(&COLUMNS, &rows)) } else { ("nonsense", "x.parquet", parquet(&rows)) }
        }
        14 => {
            let wide = String::from_utf8(text).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
            ("UTF-16", "x.csv", wide)
        }
        15 => ("CR only", "x.csv", String::from_utf8(text).unwrap().replace('\n', "\r").into_bytes()),
        16 => {
            let mut lines: Vec<Vec<u8>> = lines(&text).into_iter().map(String::into_bytes).collect();
            lines[row + 1].insert(2, dice.of(&[&0xe9u8, &0xff, &0xc0, &0x80]).to_owned());
            ("mixed encodings", "x.csv", lines.join(&b'\n'))
        }
        17 => {
            let again = rows[row].clone();
            rows.push(again);
            if dice.below(2) == 0 {
                let last = rows.len() - 1;
                "transgender".clone_into(&mut rows[last][2]);
            }
            ("identifier twice", "x.csv", csv(&COLUMNS, &rows))
        }
        18 => {
            rows[row][0] = "a".repeat(1 << 20);
            ("record too long", "x.csv", csv(&COLUMNS, &rows))
        }
        19 => {
            let json = collection(&geojson(&rows));
            let cut = json.char_indices().map(|(i, _)| i).nth(1 + dice.below(json.chars().count() - 2)).unwrap();
            ("JSON cut off", "x.geojson", json.as_bytes()[..cut].to_vec())
        }
        20 => {
            let mut features = geojson(&rows);
            let deep = "[".repeat(130 + dice.below(5000));
            features[row] = dice
                .of(&[
                    "DEEP",
                    "null",
                    "\"CANARY\"",
                    "{}",
                    r#"{"type":"Feature","properties":7}"#,
                    r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,51]}}"#,
                    r#"{"type":"Feature","properties":{"id":"CANARY"},"geometry":{"type":"Point","coordinates":[1e999,51]}}"#,
                    r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[]}}"#,
                ])
                .replace("DEEP", &deep);
            ("feature damaged", "x.geojson", collection(&features).into_bytes())
        }
        21 => {
            let json = collection(&geojson(&rows));
            let (from, to) = [
                ("FeatureCollection", "CANARY"),
                ("\"features\":[", "\"CANARY\":["),
                ("\"features\":[", "\"crs\":\"CANARY\",\"features\":["),
                ("\"occurred_from\"", "\"CANARY\""),
            ][dice.below(4)];
            ("JSON of another kind", "x.geojson", json.replace(from, to).into_bytes())
        }
        22 => {
            let bytes = parquet(&rows);
            let cut = dice.below(bytes.len());
            let mut bytes = bytes[..cut].to_vec();
            if dice.below(2) == 0 {
                bytes.extend(b"PAR1");
            }
            ("Parquet cut off", "x.parquet", bytes)
        }
        23 => {
            let mut bytes = parquet(&rows);
            let at = bytes.len() - 8;
            let truth = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let lie =
                [0, 1, truth - 1, truth + 1, truth * 2, u32::MAX, i32::MAX as u32, dice.roll() as u32 | 1 << 30][dice.below(8)];
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            ("Parquet footer lies", "x.parquet", bytes)
        }
        24 => {
            let mut bytes = parquet(&rows);
            let len = bytes.len();
            let footer = u32::from_le_bytes(bytes[len - 8..len - 4].try_into().unwrap()) as usize;
            bytes[len - 8 - footer..][..16].fill(dice.of(&[&0u8, &0xff, &0x55]).to_owned());
            ("Parquet footer overwritten", "x.parquet", bytes)
        }
        _ => {
            let mut bytes = parquet(&rows);
            // The first page of the first column begins after the magic.
            bytes[4..40].fill(dice.of(&[&0u8, &0xff, &0x7f]).to_owned());
            ("Parquet page overwritten", "x.parquet", bytes)
        }
    }
}

#[test]
fn malformed_files_are_located_and_never_quoted() {
    let cases = if std::env::var_os("HOTSPOT_PROVE").is_some() { 2_000 } else { 200 };
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(20_261_101);
    let mut rules: BTreeMap<Rule, u32> = BTreeMap::new();
    for case in 0..cases {
        let (damage, name, bytes) = damaged(&mut dice);
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let (said, rule) = match read(&path, &options()) {
            Err(error) => {
                assert_eq!(error.path, path);
                (format!("{error} {error:?}"), error.broken_rule())
            }
            Ok(batch) => {
                assert!(batch.reconciliation.adds_up(), "case {case}: {damage}");
                assert!(!batch.rejects.is_empty(), "case {case}: {damage} went through");
                assert!(batch.rejects.iter().all(|r| r.file == name && r.row > 0));
                (format!("{:?} {:?}", batch.rejects, batch.notes), Some(batch.rejects[0].rule))
            }
        };
        assert!(!said.contains(CANARY), "case {case}: {damage} is quoted: {said}");
        let rule = rule.unwrap_or_else(|| panic!("case {case}: {damage} has no rule: {said}"));
        *rules.entry(rule).or_default() += 1;
    }
    assert!(rules.len() >= 25, "too few kinds of damage were found: {rules:?}");
}

#[test]
fn the_files_are_good_before_they_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let rows = table(&mut dice);
    let text = csv(&COLUMNS, &rows);
    for (name, bytes) in [
        ("x.csv", text.clone()),
        ("x.csv.gz", gzip(&text)),
        ("x.geojson", collection(&geojson(&rows)).into_bytes()),
        ("x.geojson.gz", gzip(collection(&geojson(&rows)).as_bytes())),
        ("x.parquet", parquet(&rows)),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let batch = read(&path, &options()).unwrap();
        assert_eq!(batch.rejects, [], "{name}");
        assert_eq!(batch.reconciliation.mapped, rows.len() as u64);
    }
}

#[test]
fn flipped_bits_in_a_parquet_file_never_panic_and_never_quote() {
    let cases = if std::env::var_os("HOTSPOT_PROVE").is_some() { 2_000 } else { 200 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let mut dice = Dice(3);
    let good = parquet(&table(&mut dice));
    for case in 0..cases {
        let mut bytes = good.clone();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        std::fs::write(&path, bytes).unwrap();
        let said = match read(&path, &options()) {
            Err(error) => format!("{error} {error:?}"),
            Ok(batch) => {
                assert!(batch.reconciliation.adds_up());
                format!("{:?} {:?}", batch.rejects, batch.notes)
            }
        };
        assert!(!said.contains(CANARY), "case {case} is quoted: {said}");
    }
}
