//! Points of a city: the input of the benches of clusters, and the checksum of their answers.

#![allow(dead_code, reason = "each bench needs a part")]

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// A year of hate crime in London, ten years of it, and a million.
pub const SIZES: [usize; 3] = [25_000, 250_000, 1_000_000];

/// `n` points in metres: 600 hotspots of Gaussian spread, 100 to 600 m, and 40 % background on 55 by 45 km.
pub fn crowd(n: usize) -> Vec<[f64; 2]> {
    let mut random = Pcg64::new(11, 11);
    let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let anywhere = |a: f64, b: f64| [530_000.0 + 55_000.0 * (a - 0.5), 180_000.0 + 45_000.0 * (b - 0.5)];
    let hotspots: Vec<([f64; 2], f64)> = (0..600).map(|_| (anywhere(unit(), unit()), 100.0 + 500.0 * unit())).collect();
    (0..n)
        .map(|_| {
            if unit() < 0.4 {
                return anywhere(unit(), unit());
            }
            // Few hotspots are much fuller than the others.
            let ([x, y], spread) = hotspots[(600.0 * unit().powi(3)) as usize];
            let (radius, angle) = (spread * (-2.0 * (1.0 - unit()).ln()).sqrt(), std::f64::consts::TAU * unit());
            [x + radius * angle.cos(), y + radius * angle.sin()]
        })
        .collect()
}

/// The peers' checksum of labels and sizes in descending order.
pub fn check(labels: &[i32], sizes: &[u32]) -> String {
    let noise = labels.iter().filter(|l| **l < 0).count();
    let squares: u64 = sizes.iter().map(|s| u64::from(*s).pow(2)).sum();
    format!(
        "{{\"clusters\": {}, \"noise\": {noise}, \"largest\": {:?}, \"size_sq_sum\": {squares}}}",
        sizes.len(),
        &sizes[..sizes.len().min(5)]
    )
}

/// Runs `body` on its own pool of each number of threads.
pub fn on_threads(body: impl Fn(usize) + Sync) {
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| body(threads));
    }
}
