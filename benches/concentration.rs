//! How concentrated counts are: Gini, Lorenz curve, and the random benchmark.

use divan::{Bencher, black_box};
use hotspot_core::evaluate::concentration::{BenchmarkParams, concentration, lorenz, random_benchmark};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

fn main() {
    divan::main();
}

const PLACES: [usize; 3] = [16_666, 116_583, 1_000_000];

/// Most places empty, few with many.
fn counts(places: usize) -> Vec<u32> {
    let mut random = Pcg64::new(7, 7);
    (0..places).map(|_| (random.next_u64() >> 32) as u32).map(|r| r.leading_zeros().pow(2) / 4).collect()
}

#[divan::bench(args = PLACES)]
fn of_counts(bencher: Bencher, places: usize) {
    let counts = counts(places);
    bencher.bench(|| concentration(black_box(&counts)));
}

#[divan::bench(args = PLACES)]
fn lorenz_of_values(bencher: Bencher, places: usize) {
    let mut random = Pcg64::new(9, 9);
    let values: Vec<f64> = (0..places).map(|_| (random.next_u64() >> 11) as f64).collect();
    bencher.bench(|| lorenz(black_box(&values)));
}

#[divan::bench(args = PLACES, sample_count = 3)]
fn random_benchmark_with_999_replicates(bencher: Bencher, places: usize) {
    // 1.5 incidents a place at most, as 25,000 on the cells of resolution 9.
    let mut counts = vec![0; places];
    for i in 0..25_000 {
        counts[(i * 7919) % places] += 1;
    }
    let observed = concentration(&counts).expect("incidents");
    bencher.bench(|| random_benchmark(black_box(&observed), &BenchmarkParams::default()));
}
