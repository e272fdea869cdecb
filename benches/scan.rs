//! Kulldorff's scan: in space, in space and time, and with a cap on the radius as the map asks for it.
//!
//! `HOTSPOT_PEERS_WORK=… cargo bench -p hotspot-core --bench scan` runs the peers' work instead (`t_scan.py`).

use divan::{Bencher, black_box};
use hotspot_core::cluster::scan::{Model, Places, ScanInput, ScanParams, scan};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

mod peer;

fn main() {
    if peer::work().is_some() { beside_the_peers() } else { divan::main() }
}

/// Units at random on a square, a square kilometre each, and cases on them.
struct Country {
    centers: Vec<[f64; 2]>,
    cases: Vec<u32>,
    population: Vec<f64>,
    step_lengths: Vec<f64>,
}

impl Country {
    fn new(units: usize, steps: usize, cases: u32, per_km2: f64) -> Self {
        let mut random = Pcg64::new(7, 7);
        let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let side = (units as f64 / per_km2).sqrt() * 1_000.0;
        let centers: Vec<[f64; 2]> = (0..units).map(|_| [unit() * side, unit() * side]).collect();
        let population: Vec<f64> = (0..units).map(|_| 1_000.0 + 1_000.0 * unit()).collect();
        let mut counts = vec![0; units * steps];
        for _ in 0..cases {
            counts[(unit() * units as f64) as usize * steps + (unit() * steps as f64) as usize] += 1;
        }
        // One place has more, all the time.
        for cell in counts.iter_mut().take(steps) {
            *cell += 30 / steps as u32;
        }
        Self { centers, cases: counts, population, step_lengths: vec![1.0; steps] }
    }

    fn input(&self, max_radius_m: Option<f64>) -> ScanInput<'_> {
        ScanInput {
            places: Places::Circles { centers: &self.centers, max_radius_m },
            cases: &self.cases,
            step_lengths: &self.step_lengths,
            model: Model::Poisson { population: &self.population },
        }
    }
}

/// 999 replicas, half of the population; the peers' task is 4,835 units.
#[divan::bench(args = [1_000, 4_835, 10_000], sample_count = 3)]
fn space(bencher: Bencher, units: usize) {
    let country = Country::new(units, 1, 5 * units as u32, 3.0);
    bencher.bench(|| scan(black_box(&country.input(None)), &ScanParams::default()));
}

/// The map's layer: cells of resolution 9, a year of incidents, circles of at most a kilometre.
#[divan::bench(args = [4_250, 8_500, 17_000], sample_count = 3)]
fn space_within_a_kilometre(bencher: Bencher, units: usize) {
    let country = Country::new(units, 1, units as u32 * 20 / 17, 9.5);
    bencher.bench(|| scan(black_box(&country.input(Some(1_000.0))), &ScanParams::default()));
}

/// 99 replicas, half of the population, half of 36 months; the peers' task is 625 units.
#[divan::bench(args = [156, 312, 625], sample_count = 3)]
fn space_and_time(bencher: Bencher, units: usize) {
    let country = Country::new(units, 36, 120 * units as u32, 0.4);
    bencher.bench(|| scan(black_box(&country.input(None)), &ScanParams { replicates: 99, ..ScanParams::default() }));
}

/// Days of each month of 2022 to 2024.
fn days(month: usize) -> f64 {
    match month % 12 {
        1 if month / 12 == 2 => 29.0,
        1 => 28.0,
        3 | 5 | 8 | 10 => 30.0,
        _ => 31.0,
    }
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

fn beside_the_peers() {
    let areas = |name: &str| -> Option<Country> {
        let rows = peer::table(name, &["easting", "northing", "pop"])?;
        Some(Country {
            centers: rows.iter().map(|r| [number(&r[0]), number(&r[1])]).collect(),
            population: rows.iter().map(|r| number(&r[2])).collect(),
            cases: Vec::new(),
            step_lengths: vec![1.0],
        })
    };
    if let Some(mut country) = areas("lsoa.csv") {
        country.cases = peer::table("lsoa.csv", &["cases"]).expect("the same file").iter().map(|r| number(&r[0])).collect();
        side_by_side("f_scan_space", &country);
    }
    if let (Some(mut country), Some(cases)) = (areas("msoa_pop.csv"), peer::table("msoa_cases.csv", &["id", "month", "cases"])) {
        country.step_lengths = (0..36).map(days).collect();
        country.cases = vec![0; country.centers.len() * 36];
        for row in cases {
            country.cases[number::<usize>(&row[0]) * 36 + number::<usize>(&row[1])] = number(&row[2]);
        }
        side_by_side("f_scan_spacetime", &country);
    }
}

fn side_by_side(task: &str, country: &Country) {
    let params = ScanParams::default();
    let mut threads = vec![1, rayon::current_num_threads()];
    threads.dedup();
    for threads in threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let body = || pool.install(|| scan(&country.input(None), &params).expect("the peers' work is valid"));
        peer::measure(task, country.centers.len(), threads, body, |found| {
            let best = &found.clusters[0];
            let mut maxima = found.inference.maxima.clone();
            maxima.sort_by(f64::total_cmp);
            format!(
                "{{\"llr\": {:.6}, \"center\": {}, \"n_in\": {}, \"start\": {}, \"months\": {}, \"cases\": {}, \"expected\": {:.2}, \"p\": {}, \"sim_q95\": {:.4}, \"windows\": {}}}",
                best.llr,
                best.center,
                best.units.len(),
                best.start,
                best.end - best.start + 1,
                best.cases,
                best.expected,
                best.p.expect("replicas were made"),
                maxima[maxima.len() * 95 / 100],
                found.windows
            )
        });
    }
}
