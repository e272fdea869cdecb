//! HDBSCAN with clusters of at least 20 points and 20 neighbours.

use divan::{Bencher, black_box};
use hotspot_core::cluster::hdbscan::{HdbscanParams, hdbscan};

mod crowd;
mod peer;
use crowd::SIZES;

fn main() {
    if peer::work().is_none() {
        return divan::main();
    }
    crowd::on_threads(|threads| {
        for size in SIZES {
            let Some(all) = peer::incidents(size) else { continue };
            let points: Vec<[f64; 2]> = all.easting.into_iter().zip(all.northing).map(|(x, y)| [x, y]).collect();
            peer::measure(
                "d_hdbscan",
                size,
                threads,
                || hdbscan(&points, HdbscanParams::new(20)).expect("valid input"),
                |found| crowd::check(&found.labels, &found.sizes),
            );
        }
    });
}

#[divan::bench(args = SIZES)]
fn space(bencher: Bencher, n: usize) {
    let points = crowd::crowd(n);
    bencher.bench(|| hdbscan(black_box(&points), HdbscanParams::new(20)));
}
