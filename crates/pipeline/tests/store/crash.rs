//! Programs killed at random moments leave the old state or the new one.

use crate::sample::{TODAY, batch, day, grid, incident, release};
use hotspot_core::Incident;
use hotspot_core::release::{DataClass, Units};
use hotspot_pipeline::Batch;
use hotspot_pipeline::check::check;
use hotspot_pipeline::release::write_release;
use hotspot_pipeline::store::Store;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const FOLDER: &str = "HOTSPOT_TEST_CRASH_FOLDER";
/// Rows of each file.
const ROWS: u64 = 400;

fn file(number: usize) -> Batch {
    let rows: Vec<Incident> = (0..ROWS).map(|i| incident(&format!("f{number}-{i}"), day(1), (i % 5) as u8)).collect();
    batch(&format!("f{number}"), rows)
}

/// What is killed: adds file after file, two in a step, and releases after each.
#[test]
fn child_of_the_crash_test() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    println!("ready");
    let done = Store::open(&folder.join("store")).map_or(0, |store| store.batches().len() / 2);
    for number in done.. {
        let mut store = Store::create_or_open(&folder.join("store"), None, None).unwrap();
        store.append(&[file(2 * number), file(2 * number + 1)], None, TODAY).unwrap();
        let made = release(Units::Cells(grid()), DataClass::Synthetic, 1 + number as u32 % 40);
        write_release(&folder.join("releases"), &made).unwrap();
    }
}

fn run_and_kill(folder: &Path, after: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child_of_the_crash_test", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    assert!(out.lines().map_while(Result::ok).any(|line| line.contains("ready")), "the child runs");
    std::thread::sleep(after);
    assert!(child.try_wait().unwrap().is_none(), "it did not end by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_state_or_the_new_one() {
    let kills = if std::env::var_os("HOTSPOT_PROVE").is_some() { 100 } else { 10 };
    let dir = tempfile::tempdir().unwrap();
    let (store, releases) = (dir.path().join("store"), dir.path().join("releases"));
    let mut seed = 20_261_123u64;
    let (mut batches, mut left_over) = (0, 0);
    for kill in 0..kills {
        // A linear congruential step (Knuth's MMIX) is random enough for a delay.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        run_and_kill(dir.path(), Duration::from_micros(seed >> 46));
        let checked = check(&store, &releases).unwrap_or_else(|e| panic!("after kill {kill}: {e}"));
        assert_eq!(checked.batches % 2, 0, "both files of a step or none");
        assert_eq!(checked.records, checked.batches as u64 * ROWS, "every row of every file, once");
        assert!(checked.batches >= batches, "nothing that was there is gone");
        batches = checked.batches;
        left_over += usize::from(data_files(&store) > batches);
    }
    assert!(batches > 0, "the test got as far as writing");
    println!("{kills} kills, {left_over} of them between data and manifest, {batches} files in the store");
    // The next writer goes on and cleans up.
    Store::create_or_open(&store, None, None).unwrap().append(&[file(1_000_000)], None, TODAY).unwrap();
    assert_eq!(data_files(&store), batches + 1);
    check(&store, &releases).unwrap();
}

fn data_files(store: &Path) -> usize {
    std::fs::read_dir(store.join("data")).map_or(0, Iterator::count)
}
