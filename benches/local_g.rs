//! Gi*: z alone, with exact p, and with simulated p; from given neighbours, and from nothing but the cells.
//!
//! With `HOTSPOT_PEERS_WORK` it does the peers' tasks `b_gz` (z from given neighbours), `b_gz_scratch` (cells, neighbours, z) and
//! `c_gperm` (p, in the peers' convention: exact; `_999` simulated with as many replicates as they; `_two_sided` ours).

use divan::{Bencher, black_box};
use hotspot_core::local::getis_ord::local_g;
use hotspot_core::local::permutation::{local_g_exact, local_g_permutation};
use hotspot_core::local::{Alternative, LocalG, Null, Permutations, Tails};
use hotspot_core::weights::{SelfWeight, SpatialWeights, h3_disks};

mod lattice;
mod peer;
use lattice::{CELLS, Lattice, STEPS};
use peer::cells::{RUNS, cells, counts, p_check, z_check};

fn main() {
    if peer::work().is_some() {
        for (resolution, size) in RUNS {
            beside_the_peers(resolution, size);
        }
    } else {
        divan::main();
    }
}

/// Cells, and incidents: a month, a year of hate crime, ten years of it, and a year of violence.
const WORK: [(usize, u32); 6] =
    [(2_500, 2_000), (CELLS[0], 25_000), (CELLS[0], 250_000), (CELLS[0], 774_312), (CELLS[1], 25_000), (CELLS[1], 250_000)];

#[divan::bench(args = WORK)]
fn z(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    let values: Vec<f64> = lattice.counts.iter().map(|c| f64::from(*c)).collect();
    bencher.bench(|| local_g(black_box(&values), &lattice.weights, SelfWeight::Included));
}

#[divan::bench(args = STEPS)]
fn cells_neighbours_z(bencher: Bencher, steps: u32) {
    let cells = lattice::h3_cells(steps);
    let values: Vec<f64> = (0..cells.len()).map(|i| (i % 7 / 5) as f64).collect();
    bencher.bench(|| local_g(&values, &h3_disks(black_box(&cells), 1).expect("a set"), SelfWeight::Included));
}

#[divan::bench(args = WORK)]
fn z_and_exact_p(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    bencher.bench(|| exact(black_box(&lattice.counts), &lattice.weights, Alternative::Greater));
}

#[divan::bench(args = WORK)]
fn z_and_exact_p_two_sided(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    bencher.bench(|| exact(black_box(&lattice.counts), &lattice.weights, Alternative::TwoSided));
}

#[divan::bench(args = [999, 99_999])]
fn z_and_simulated_p(bencher: Bencher, replicates: u32) {
    let lattice = Lattice::new(CELLS[0], 25_000);
    let values: Vec<f64> = lattice.counts.iter().map(|c| f64::from(*c)).collect();
    bencher.bench(|| simulated(black_box(&values), &lattice.weights, Permutations::fixed(replicates, 1)));
}

/// Weights that differ within rows: no ranks are shared.
#[divan::bench(args = [Permutations::fixed(999, 1), Permutations::sequential(99_999, 50, 1)])]
fn z_and_simulated_p_uneven_weights(bencher: Bencher, permutations: Permutations) {
    let lattice = Lattice::new(CELLS[0], 25_000);
    let values: Vec<f64> = lattice.counts.iter().map(|c| f64::from(*c)).collect();
    let lists: Vec<Vec<(u32, f64)>> = (0..values.len())
        .map(|row| lattice.weights.neighbors(row).iter().map(|j| (*j, 1.0 + f64::from(*j % 3))).collect())
        .collect();
    let weights = SpatialWeights::from_weighted_lists(&lists).expect("neighbours are rows");
    bencher.bench(|| simulated(black_box(&values), &weights, permutations));
}

fn exact(counts: &[u32], weights: &SpatialWeights, alternative: impl Into<Tails>) -> LocalG {
    local_g_exact(counts, weights, SelfWeight::Included, Null::Conditional, alternative).expect("within the limits")
}

fn simulated(values: &[f64], weights: &SpatialWeights, permutations: Permutations) -> LocalG {
    local_g_permutation(values, weights, SelfWeight::Included, Null::Conditional, Tails::Directed, permutations)
        .or_else(|_early| {
            local_g_permutation(values, weights, SelfWeight::Included, Null::Conditional, Alternative::TwoSided, permutations)
        })
        .expect("valid")
}

fn beside_the_peers(resolution: u8, size: usize) {
    let (Some(cells), Some(incidents)) = (cells(resolution), peer::incidents(size)) else { return };
    let counts = counts(&cells, &incidents);
    let values: Vec<f64> = counts.iter().map(|c| f64::from(*c)).collect();
    let weights = h3_disks(&cells, 1).expect("a set");
    let n = cells.len();
    let threads = rayon::current_num_threads();
    let z = |weights: &SpatialWeights| local_g(&values, weights, SelfWeight::Included).expect("valid");
    peer::measure("b_gz", n, 1, || z(&weights), |g| z_check(&g.z));
    peer::measure("b_gz_scratch", n, 1, || z(&h3_disks(&cells, 1).expect("a set")), |g| z_check(&g.z));
    peer::measure("c_gperm", n, threads, || exact(&counts, &weights, Tails::Directed), |g| p_check(&g.p));
    peer::measure("c_gperm_two_sided", n, threads, || exact(&counts, &weights, Alternative::TwoSided), |g| p_check(&g.p));
    let permutations = Permutations::fixed(999, 1);
    peer::measure("c_gperm_999", n, threads, || simulated(&values, &weights, permutations), |g| p_check(&g.p));
}
