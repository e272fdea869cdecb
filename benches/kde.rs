//! Quartic kernel density of 500 m at the cells of Greater London: from points, and from counts per cell.
//!
//! With `HOTSPOT_PEERS_WORK` it does the peers' task `e_kde` (`t_kde.py`).

use divan::{Bencher, black_box};
use hotspot_core::density::{KdeParams, Points, kde, kde_of_counts};

mod crowd;
mod peer;
use crowd::SIZES;

const REACH_M: f64 = 500.0;

fn main() {
    if peer::work().is_some() { beside_the_peers() } else { divan::main() }
}

/// 16,666 centres of hexagons as large as the cells of resolution 9, row by row, under the points of [`crowd::crowd`].
fn cells() -> Vec<[f64; 2]> {
    let (columns, rows, step) = (164, 102, 335.0);
    let center = |row: usize, column: usize| {
        let shift = if row.is_multiple_of(2) { 0.0 } else { 0.5 };
        [
            530_000.0 + step * (column as f64 + shift - 0.5 * columns as f64),
            180_000.0 + step * 0.75_f64.sqrt() * (row as f64 - 0.5 * rows as f64),
        ]
    };
    (0..16_666).map(|i| center(i / columns, i % columns)).collect()
}

#[divan::bench(args = SIZES)]
fn points(bencher: Bencher, n: usize) {
    let (points, cells) = (crowd::crowd(n), cells());
    bencher.bench(|| kde(Points::each(black_box(&points)), &cells, &KdeParams::fixed(REACH_M)));
}

#[divan::bench]
fn counts(bencher: Bencher) {
    let cells = cells();
    let counts: Vec<u32> = (0..cells.len() as u32).map(|i| i * 7919 % 31).collect();
    bencher.bench(|| kde_of_counts(black_box(&counts), &cells, &cells, &KdeParams::fixed(REACH_M)));
}

fn beside_the_peers() {
    let Some(cells) = peer::cells::places(9) else { return };
    for size in SIZES {
        let Some(all) = peer::incidents(size) else { continue };
        let points: Vec<[f64; 2]> = all.easting.into_iter().zip(all.northing).map(|(x, y)| [x, y]).collect();
        crowd::on_threads(|threads| {
            let of_all = || kde(Points::each(&points), &cells, &KdeParams::fixed(REACH_M)).expect("valid input");
            peer::measure("e_kde", size, threads, of_all, |found| check(&found.density_per_km2));
        });
    }
}

/// The peers' checksum: of densities per square metre.
fn check(per_km2: &[f64]) -> String {
    let largest = per_km2.iter().copied().fold(0.0, f64::max);
    format!(
        "{{\"sum\": {:.8e}, \"max\": {:.8e}, \"argmax\": {}, \"zeros\": {}}}",
        per_km2.iter().sum::<f64>() * 1e-6,
        largest * 1e-6,
        per_km2.iter().position(|d| *d == largest).unwrap_or(0),
        per_km2.iter().filter(|d| **d == 0.0).count()
    )
}
