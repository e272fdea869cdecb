//! Local Moran: I, moments and quadrants alone, with exact p, and with simulated p; local Geary with simulated p.
//!
//! With `HOTSPOT_PEERS_WORK` it does the peers' task `c_moran` (p, in the peers' convention: exact; `_999` simulated with as many
//! replicates as they; `_two_sided` ours).

use divan::{Bencher, black_box};
use hotspot_core::local::geary::local_geary;
use hotspot_core::local::moran::local_moran;
use hotspot_core::local::{Alternative, LocalMoran, LocalTest, Permutations, Scaling, Tails};
use hotspot_core::weights::{SpatialWeights, h3_disks};

mod lattice;
mod peer;
use lattice::{CELLS, Lattice};
use peer::cells::{RUNS, cells, counts, p_check};

fn main() {
    if peer::work().is_some() {
        for (resolution, size) in RUNS {
            beside_the_peers(resolution, size);
        }
    } else {
        divan::main();
    }
}

const WORK: [(usize, u32); 4] = [(2_500, 2_000), (CELLS[0], 25_000), (CELLS[0], 250_000), (CELLS[1], 250_000)];

fn input((cells, incidents): (usize, u32)) -> (Vec<f64>, SpatialWeights) {
    let lattice = Lattice::new(cells, incidents);
    (lattice.counts.iter().map(|c| f64::from(*c)).collect(), lattice.weights.row_standardized())
}

fn moran(values: &[f64], weights: &SpatialWeights, test: &LocalTest) -> LocalMoran {
    local_moran(values, weights, Scaling::Population, test).expect("valid")
}

#[divan::bench(args = WORK)]
fn analytical(bencher: Bencher, work: (usize, u32)) {
    let (values, weights) = input(work);
    bencher.bench(|| moran(black_box(&values), &weights, &LocalTest::analytical(Alternative::TwoSided)));
}

#[divan::bench(args = WORK)]
fn exact(bencher: Bencher, work: (usize, u32)) {
    let (values, weights) = input(work);
    bencher.bench(|| moran(black_box(&values), &weights, &LocalTest::exact(Alternative::TwoSided)));
}

#[divan::bench(args = WORK)]
fn simulated(bencher: Bencher, work: (usize, u32)) {
    let (values, weights) = input(work);
    let test = LocalTest::permutation(Alternative::TwoSided, Permutations::fixed(999, 1));
    bencher.bench(|| moran(black_box(&values), &weights, &test));
}

#[divan::bench(args = [Permutations::fixed(999, 1), Permutations::sequential(99_999, 50, 1)])]
fn geary(bencher: Bencher, permutations: Permutations) {
    let (values, weights) = input(WORK[1]);
    let test = LocalTest::permutation(Alternative::TwoSided, permutations);
    bencher.bench(|| local_geary(black_box(&values), &weights, Scaling::Population, &test));
}

fn beside_the_peers(resolution: u8, size: usize) {
    let (Some(cells), Some(incidents)) = (cells(resolution), peer::incidents(size)) else { return };
    let values: Vec<f64> = counts(&cells, &incidents).iter().map(|c| f64::from(*c)).collect();
    let weights = h3_disks(&cells, 1).expect("a set").row_standardized();
    let threads = rayon::current_num_threads();
    let run = |task: &str, test: &LocalTest| {
        peer::measure(task, cells.len(), threads, || moran(&values, &weights, test), |m| p_check(&m.p));
    };
    run("c_moran", &LocalTest::exact(Tails::Directed));
    run("c_moran_two_sided", &LocalTest::exact(Alternative::TwoSided));
    run("c_moran_999", &LocalTest::permutation(Tails::Directed, Permutations::fixed(999, 1)));
}
