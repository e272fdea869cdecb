//! Ranks of every cell with their intervals, from simulated posteriors: what a league table costs.

use divan::{Bencher, black_box};
use hotspot_core::rate::rank::{RankParams, rank_intervals};
use hotspot_core::rate::{GammaPosterior, fit_gamma_poisson};

mod lattice;
use lattice::{CELLS, Lattice};

fn main() {
    divan::main();
}

#[divan::bench(args = [1_000, CELLS[0], CELLS[1]], sample_count = 3)]
fn of_cells_with_999_replicates(bencher: Bencher, cells: usize) {
    let lattice = Lattice::new(cells, 25_000);
    let prior = fit_gamma_poisson(&lattice.counts, &lattice.expected).expect("valid input");
    let posteriors: Vec<GammaPosterior> =
        lattice.counts.iter().zip(&lattice.expected).map(|(count, expected)| prior.posterior(*count, *expected)).collect();
    bencher.bench(|| rank_intervals(black_box(&posteriors), &RankParams::default()));
}
