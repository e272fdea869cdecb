//! The hotspot rule's arithmetic: prior by maximum marginal likelihood, and exceedance of every cell that has an incident.

use divan::{Bencher, black_box};
use hotspot_core::rate::fit_gamma_poisson;

mod lattice;
use lattice::{CELLS, Lattice};

fn main() {
    divan::main();
}

const WORK: [(usize, u32); 5] =
    [(CELLS[0], 25_000), (CELLS[0], 250_000), (CELLS[0], 774_312), (CELLS[1], 25_000), (CELLS[1], 250_000)];

#[divan::bench(args = WORK)]
fn fit(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    bencher.bench(|| fit_gamma_poisson(black_box(&lattice.counts), &lattice.expected));
}

#[divan::bench(args = WORK)]
fn exceedance_of_cells_with_incidents(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    let prior = fit_gamma_poisson(&lattice.counts, &lattice.expected).expect("valid input");
    bencher.bench(|| {
        let mut sum = 0.0;
        for (count, expected) in lattice.counts.iter().zip(&lattice.expected) {
            if *count > 0 {
                sum += prior.posterior(*count, *expected).exceedance(black_box(2.0));
            }
        }
        sum
    });
}
