//! A million records; 20,000 without the environment variable `HOTSPOT_PROVE`.

use crate::sample::{TODAY, batch, day, incident};
use h3o::Resolution;
use hotspot_core::atlas::Atlas;
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::{Incident, LonLat, Place, Precision};
use hotspot_pipeline::facts::{facts_on_grid, load};
use hotspot_pipeline::store::Store;
use std::time::Instant;

/// Most memory that this process has had, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

#[test]
fn a_million_rows_go_in_and_come_out_under_two_gib() {
    let count: u32 = if std::env::var_os("HOTSPOT_PROVE").is_some() { 1_000_000 } else { 20_000 };
    let rows: Vec<Incident> = (0..count)
        .map(|i| {
            // Weyl sequences fill the box evenly.
            let share = |step: f64| (f64::from(i) * step).fract();
            let location = LonLat { lon: -0.5 + 0.8 * share(0.618_033_988_75), lat: 51.3 + 0.38 * share(0.754_877_666_25) };
            let place = Place::Point { location, precision: Precision::Snapped };
            Incident { place, ..incident(&format!("{i:064x}"), day(1), 3) }
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let first = batch("first", rows);
    println!("{count} records in memory: {} MiB", peak_mib());
    let timed = |what: &str, from: Instant| println!("{what}: {:.1} s, peak {} MiB", from.elapsed().as_secs_f64(), peak_mib());
    let from = Instant::now();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    store.append(std::slice::from_ref(&first), None, TODAY).unwrap();
    timed("append of new rows", from);
    let from = Instant::now();
    let again = hotspot_pipeline::Batch { sha256: "again".to_owned(), ..first };
    assert_eq!(store.append(&[again], None, TODAY).unwrap().already_known(), u64::from(count));
    timed("append of known rows", from);
    let from = Instant::now();
    let known = load(&store, TODAY).unwrap();
    timed("load", from);
    let from = Instant::now();
    let area = StudyArea::new("London", Atlas::london().study_area().clone()).unwrap();
    let grid = CellGrid::cover(area, Resolution::Nine, Resolution::Eight).unwrap();
    timed("grid", from);
    let from = Instant::now();
    let placed = facts_on_grid(&known, &grid, Atlas::london().boroughs()).unwrap();
    timed("facts", from);
    assert_eq!(placed.facts.len(), count as usize);
    assert!(peak_mib() < 2048, "{} MiB", peak_mib());
}
