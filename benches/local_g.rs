//! Gi* from given neighbours: z alone, and with exact p.

use divan::{Bencher, black_box};
use hotspot_core::local::getis_ord::local_g;
use hotspot_core::local::permutation::local_g_exact;
use hotspot_core::local::{Alternative, Null};
use hotspot_core::weights::SelfWeight;

mod lattice;
use lattice::{CELLS, Lattice};

fn main() {
    divan::main();
}

/// Cells, and incidents: a year of hate crime, ten years of it, and a year of violence.
const WORK: [(usize, u32); 5] =
    [(CELLS[0], 25_000), (CELLS[0], 250_000), (CELLS[0], 774_312), (CELLS[1], 25_000), (CELLS[1], 250_000)];

#[divan::bench(args = WORK)]
fn z(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    let values: Vec<f64> = lattice.counts.iter().map(|c| f64::from(*c)).collect();
    bencher.bench(|| local_g(black_box(&values), &lattice.weights, SelfWeight::Included));
}

#[divan::bench(args = WORK)]
fn z_and_exact_p(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    bencher.bench(|| {
        let g = local_g_exact(
            black_box(&lattice.counts),
            &lattice.weights,
            SelfWeight::Included,
            Null::Conditional,
            Alternative::Greater,
        );
        g.expect("within the limits")
    });
}

#[divan::bench(args = WORK)]
fn z_and_exact_p_two_sided(bencher: Bencher, (cells, incidents): (usize, u32)) {
    let lattice = Lattice::new(cells, incidents);
    bencher.bench(|| {
        let g = local_g_exact(
            black_box(&lattice.counts),
            &lattice.weights,
            SelfWeight::Included,
            Null::Conditional,
            Alternative::TwoSided,
        );
        g.expect("within the limits")
    });
}
