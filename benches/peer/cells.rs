//! The peers' cells of Greater London and the counts of their incidents.

#![allow(dead_code, clippy::disallowed_methods, reason = "each bench needs a part; a measurement reads its input")]

use h3o::{CellIndex, LatLng, Resolution};
use std::path::PathBuf;

/// Runs that the peers make: resolution, and incidents.
pub const RUNS: [(u8, usize); 2] = [(9, 25_000), (10, 250_000)];

/// The folder that `PEERS_SCRATCH` names, by default `scratch` beside the work.
fn scratch() -> Option<PathBuf> {
    let named = std::env::var_os("PEERS_SCRATCH").map(PathBuf::from);
    named.or_else(|| Some(super::work()?.parent()?.join("scratch")))
}

/// Centres of the cells in the British National Grid to the millimetre, in their order: `kde_at_r9.csv`, `kde_at_r10.csv`.
pub fn places(resolution: u8) -> Option<Vec<[f64; 2]>> {
    let name = scratch()?.join(format!("kde_at_r{resolution}.csv"));
    let rows = super::table(&name.to_string_lossy(), &["x", "y"])?;
    Some(rows.iter().map(|row| [0, 1].map(|axis| row[axis].parse().expect("a number"))).collect())
}

/// The cells whose centre is in a borough, sorted: `cells_r9.npy`, `cells_r10.npy` of the scratch folder.
pub fn cells(resolution: u8) -> Option<Vec<CellIndex>> {
    let path = scratch()?.join(format!("cells_r{resolution}.npy"));
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    };
    // Magic, version 1, length of the header as u16; then the numbers, little-endian.
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = String::from_utf8_lossy(&bytes[10..header]);
    assert!(bytes.starts_with(b"\x93NUMPY\x01") && text.contains("'<u8'"), "cells are 64-bit numbers: {text}");
    let number = |eight: &[u8]| u64::from_le_bytes(eight.try_into().expect("eight bytes"));
    Some(bytes[header..].chunks_exact(8).map(|eight| CellIndex::try_from(number(eight)).expect("a cell")).collect())
}

/// Incidents in each cell.
pub fn counts(cells: &[CellIndex], incidents: &super::Incidents) -> Vec<u32> {
    let resolution: Resolution = cells[0].resolution();
    let mut counts = vec![0; cells.len()];
    for (lat, lon) in incidents.lat.iter().zip(&incidents.lon) {
        if let Ok(row) = cells.binary_search(&LatLng::new(*lat, *lon).expect("a place").to_cell(resolution)) {
            counts[row] += 1;
        }
    }
    counts
}

/// Checksum of z scores, with the peers' keys.
pub fn z_check(z: &[Option<f64>]) -> String {
    let z: Vec<f64> = z.iter().map(|z| z.unwrap_or(f64::NAN)).collect();
    let count = |hold: fn(f64) -> bool| z.iter().filter(|z| hold(**z)).count();
    format!(
        "{{\"z_sum\": {:.6}, \"z_max\": {:.6}, \"hot_1.96\": {}, \"hot_2.58\": {}, \"cold_1.96\": {}}}",
        z.iter().sum::<f64>(),
        z.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        count(|z| z > 1.96),
        count(|z| z > 2.5758),
        count(|z| z < -1.96)
    )
}

/// Checksum of p values, with the peers' keys.
pub fn p_check(p: &[f64]) -> String {
    let count = |level: f64| p.iter().filter(|p| **p <= level).count();
    let mean = p.iter().sum::<f64>() / p.len() as f64;
    format!("{{\"p05\": {}, \"p01\": {}, \"p001\": {}, \"p_mean\": {mean:.5}}}", count(0.05), count(0.01), count(0.001))
}
