//! Damaged files, made by the thousand: each gives a located error or located rejects, and never a value.
//!
//! 1,000 files in an ordinary run; 10,000 with the environment variable `HOTSPOT_PROVE` set.

use crate::damage::{CANARY, COLUMNS, Dice, collection, csv, damaged, geojson, gzip, table};
use crate::{options, read};
use hotspot_pipeline::Rule;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::io::Cursor;

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

#[test]
fn malformed_files_are_located_and_never_quoted() {
    let cases = if std::env::var_os("HOTSPOT_PROVE").is_some() { 10_000 } else { 1_000 };
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(20_261_101);
    let mut rules: BTreeMap<Rule, u32> = BTreeMap::new();
    let mut damages: BTreeMap<&str, u32> = BTreeMap::new();
    for case in 0..cases {
        let (damage, name, bytes) = damaged(&mut dice, parquet);
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
        *damages.entry(damage).or_default() += 1;
    }
    println!(
        "figure S2 library: {cases} files, {} kinds of damage, {} rules: every one located, none quoted",
        damages.len(),
        rules.len()
    );
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
