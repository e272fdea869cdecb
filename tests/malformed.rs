//! Damaged files and the program: it says where and why, ends with another code than 0, and leaves nothing behind.
//!
//! 60 files in an ordinary run; 600 with `HOTSPOT_PROVE`. The library reads 1,000 and 10,000 of them in the tests of the pipeline.

#[path = "../crates/pipeline/tests/ingest/damage.rs"]
#[allow(dead_code, reason = "the tests of the pipeline use all of it")]
mod damage;

use crate::program::run;
use damage::{CANARY, Dice, damaged};
use hotspot_pipeline::Rule;
use std::collections::BTreeMap;

/// A file that Polars wrote from such rows.
fn parquet(_: &[Vec<String>]) -> Vec<u8> {
    include_bytes!("fixtures/fuzz/parquet/incidents.parquet").to_vec()
}

#[test]
fn a_damaged_file_is_refused_by_name_and_rule_and_leaves_nothing() {
    let cases = if std::env::var_os("HOTSPOT_PROVE").is_some() { 600 } else { 60 };
    let mut dice = Dice(26);
    let mut codes: BTreeMap<i32, u32> = BTreeMap::new();
    for case in 0..cases {
        let dir = tempfile::tempdir().unwrap();
        let (damage, name, bytes) = damaged(&mut dice, parquet);
        if bytes == parquet(&[]) {
            // A value was damaged before Polars would have written it.
            continue;
        }
        let file = dir.path().join(name);
        std::fs::write(&file, &bytes).unwrap();
        let store = dir.path().join("store");
        let output = run([
            "ingest".as_ref(),
            file.as_os_str(),
            "--store".as_ref(),
            store.as_os_str(),
            "--max-rejected".as_ref(),
            "0".as_ref(),
        ]);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        // A row that repeats another to the letter is counted and loses nothing: the only damage that is none.
        let repeated = output.status.success() && said.contains("id-duplicate-same");
        assert!(repeated || matches!(output.status.code(), Some(1 | 2)), "case {case}: {damage}: {said}");
        assert!(!said.contains(CANARY), "case {case}: {damage} is quoted: {said}");
        if !repeated {
            // The terminal's lines may break anywhere.
            let whole: String = said.chars().filter(|c| !c.is_whitespace() && *c != '|').collect();
            assert!(whole.contains(name) || said.contains("rows refused"), "case {case}: {damage}: {said}");
            assert!(Rule::ALL.iter().any(|rule| whole.contains(rule.id())), "case {case}: {damage} names no rule: {said}");
            let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            assert_eq!(left, [name], "case {case}: {damage} leaves something");
            assert_eq!(std::fs::read(&file).unwrap(), bytes, "the input is left alone");
        }
        *codes.entry(output.status.code().unwrap()).or_default() += 1;
    }
    assert!(codes[&1] > cases / 2, "{codes:?}");
    println!(
        "figure S2 program: {cases} files, exit codes {codes:?} (0: rows that repeat another to the letter): nothing left behind, none quoted"
    );
}
