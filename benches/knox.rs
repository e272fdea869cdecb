//! The near-repeat table: close pairs and shuffled times.

use divan::{Bencher, black_box};
use hotspot_core::time::knox::{KnoxParams, KnoxTable, KnoxTest, Metric, knox, knox_test};
use jiff::civil::DateTime;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

mod peer;

fn main() {
    if peer::work().is_some() {
        beside_the_peers();
    } else {
        divan::main();
    }
}

const SIZES: [usize; 3] = [10_000, 25_000, 250_000];
const REPLICATES: u32 = 999;

/// The peers' events: the first rows of a year, in whole days since the first of them; the largest size is of ten years.
fn incidents(size: usize) -> Option<(Vec<[f64; 2]>, Vec<i64>)> {
    let mut rows = peer::table(&format!("incidents_{}.csv", size.max(25_000)), &["easting", "northing", "occurred_at"])?;
    rows.truncate(size);
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let points = rows.iter().map(|row| [number(&row[0]), number(&row[1])]).collect();
    let times: Vec<DateTime> = rows.iter().map(|row| row[2].parse().expect("a time")).collect();
    let first = times.iter().copied().min()?;
    Some((points, times.iter().map(|t| t.duration_since(first).as_secs() / 86_400).collect()))
}

/// The same work as the peers': 200 m and 14 days, both inclusive, then the whole near-repeat table.
fn beside_the_peers() {
    let params = KnoxParams::new(&[0.0, 100.0, 200.0, f64::INFINITY], &[0.0, 7.0, 14.0, f64::INFINITY], 1);
    for size in SIZES {
        let Some((points, days)) = incidents(size) else { return };
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let test = || knox_test(&points, &days, 200.0, 14, Metric::Euclidean, REPLICATES, 1).expect("valid");
            let check = |test: &KnoxTest| {
                let both = test.both;
                format!(
                    "{{\"nst\": {}, \"spatial_pairs\": {}, \"sim_mean\": {:.2}, \"sim_sd\": {:.2}, \"p\": {}, \"expected\": {:.2}, \"sd\": {:.2}}}",
                    both.observed, test.close_in_space, both.simulated_mean, both.simulated_sd, both.p, both.expected, both.sd
                )
            };
            let table = || knox(&points, &days, &params).expect("valid");
            let observed = |table: &KnoxTable| format!("{:?}", table.cells.iter().map(|c| c.observed).collect::<Vec<_>>());
            pool.install(|| {
                peer::measure("g_knox", size, threads, test, check);
                peer::measure("g_knox_table", size, threads, table, observed);
            });
        }
    }
}

/// Events of a year on a square as crowded as the peers', a twelfth of them near an earlier one.
fn events(size: usize) -> (Vec<[f64; 2]>, Vec<i64>) {
    let mut random = Pcg64::new(11, 11);
    let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut events: Vec<([f64; 2], i64)> = Vec::with_capacity(size);
    for i in 0..size {
        let event = if i > 0 && unit() < 0.08 {
            let ([x, y], day) = events[(unit() * i as f64) as usize];
            ([x + 140.0 * (unit() - 0.5), y + 140.0 * (unit() - 0.5)], day + (unit() * 10.0) as i64)
        } else {
            ([40_000.0 * unit() * unit(), 40_000.0 * unit() * unit()], (unit() * 365.0) as i64)
        };
        events.push(event);
    }
    events.into_iter().unzip()
}

#[divan::bench(args = [2_500, 10_000, 25_000])]
fn one_threshold(bencher: Bencher, size: usize) {
    let (points, days) = events(size);
    bencher.bench(|| knox_test(black_box(&points), &days, 200.0, 14, Metric::Euclidean, REPLICATES, 1));
}

#[divan::bench(args = [2_500, 10_000, 25_000])]
fn near_repeat_table(bencher: Bencher, size: usize) {
    let (points, days) = events(size);
    let params = KnoxParams::new(&[0.0, 100.0, 200.0, f64::INFINITY], &[0.0, 7.0, 14.0, f64::INFINITY], 1);
    bencher.bench(|| knox(black_box(&points), &days, &params));
}
