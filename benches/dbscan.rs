//! DBSCAN at 150 m and 20 points, and ST-DBSCAN with four weeks.

use divan::{Bencher, black_box};
use hotspot_core::cluster::dbscan::dbscan;
use hotspot_core::cluster::st_dbscan::{StDbscanParams, st_dbscan};

mod crowd;
mod peer;
use crowd::SIZES;

const EPS_M: f64 = 150.0;
const MIN_POINTS: u32 = 20;

fn main() {
    if peer::work().is_none() {
        return divan::main();
    }
    crowd::on_threads(|threads| {
        for size in SIZES {
            let Some(all) = peer::incidents(size) else { continue };
            let points: Vec<[f64; 2]> = all.easting.into_iter().zip(all.northing).map(|(x, y)| [x, y]).collect();
            peer::measure(
                "d_dbscan",
                size,
                threads,
                || dbscan(&points, EPS_M, MIN_POINTS).expect("valid input"),
                |found| crowd::check(&found.labels, &found.sizes),
            );
        }
    });
}

#[divan::bench(args = SIZES)]
fn space(bencher: Bencher, n: usize) {
    let points = crowd::crowd(n);
    bencher.bench(|| dbscan(black_box(&points), EPS_M, MIN_POINTS));
}

#[divan::bench(args = SIZES)]
fn space_and_time(bencher: Bencher, n: usize) {
    let points = crowd::crowd(n);
    let days: Vec<f64> = (0..n).map(|i| (i * 7919 % 3653) as f64).collect();
    let params = StDbscanParams { eps_m: EPS_M, eps_time: 28.0, min_points: MIN_POINTS };
    bencher.bench(|| st_dbscan(black_box(&points), &days, params));
}
