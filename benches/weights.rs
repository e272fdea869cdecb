//! Neighbours: H3 disks, distance bands, nearest, and the links that a barrier cuts.
//!
//! With `HOTSPOT_PEERS_WORK` it does the peers' task `b_weights`.

use divan::{Bencher, black_box};
use hotspot_core::weights::{Barriers, distance_band, h3_disks, k_nearest};

mod lattice;
mod peer;
use lattice::STEPS;
use peer::cells::{RUNS, cells};

fn main() {
    if peer::work().is_none() {
        divan::main();
        return;
    }
    for (resolution, _) in RUNS {
        if let Some(cells) = cells(resolution) {
            let edges = |w: &hotspot_core::weights::SpatialWeights| format!("{{\"edges\": {}}}", w.links());
            peer::measure("b_weights", cells.len(), 1, || h3_disks(&cells, 1).expect("a set"), edges);
        }
    }
}

#[divan::bench(args = STEPS, consts = [1, 2])]
fn h3<const K: u32>(bencher: Bencher, steps: u32) {
    let cells = lattice::h3_cells(steps);
    bencher.bench(|| h3_disks(black_box(&cells), K));
}

/// Cells in no order.
#[divan::bench(args = STEPS)]
fn h3_unsorted(bencher: Bencher, steps: u32) {
    let mut cells = lattice::h3_cells(steps);
    cells.sort_by_key(|c| u64::from(*c).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bencher.bench(|| h3_disks(black_box(&cells), 1));
}

/// Points of a jittered lattice, about 150 m apart.
fn points(steps: u32) -> Vec<[f64; 2]> {
    let side = (f64::from(steps) * 1.732) as u32;
    let jitter = |i: u32, j: u32, seed: f64| 150.0 * (f64::from(i * 7919 + j * 104_729) * seed).fract();
    (0..side)
        .flat_map(|i| (0..side).map(move |j| (i, j)))
        .map(|(i, j)| [f64::from(i) * 150.0 + jitter(i, j, 0.618_033_988), f64::from(j) * 150.0 + jitter(j, i, 0.754_877_666)])
        .collect()
}

#[divan::bench(args = STEPS)]
fn band_of_300_m(bencher: Bencher, steps: u32) {
    let points = points(steps);
    bencher.bench(|| distance_band(black_box(&points), 300.0));
}

#[divan::bench(args = STEPS)]
fn six_nearest(bencher: Bencher, steps: u32) {
    let points = points(steps);
    bencher.bench(|| k_nearest(black_box(&points), 6));
}

#[divan::bench(args = STEPS)]
fn river(bencher: Bencher, steps: u32) {
    let points = points(steps);
    let weights = k_nearest(&points, 6).expect("enough points");
    let width = f64::from(steps) * 260.0;
    let bends: Vec<[f64; 2]> =
        (0..2_000).map(|i| [width * f64::from(i) / 2_000.0, width * (0.5 + 0.1 * (f64::from(i) * 0.02).sin())]).collect();
    let barriers = Barriers::new(&[bends], &[]).expect("a line");
    bencher.bench(|| barriers.cut(black_box(&weights), &points));
}
