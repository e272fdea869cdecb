//! Points for the tests of clusters.

pub(super) use crate::density::test_points::TWELVE;
use proptest::prelude::*;
use rand_pcg::{Pcg64, rand_core::Rng};
use std::ops::Range;

/// Points that crowd, repeat and lie on a lattice, so that distances tie; some lie on the lattice only, some nowhere on it.
pub(super) fn crowded(number: Range<usize>) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let lattice = (0_i32..12, 0_i32..12).prop_map(|(x, y)| [f64::from(x) * 30.0, f64::from(y) * 40.0]);
    let anywhere = (0.0..400.0_f64, 0.0..400.0_f64).prop_map(|(x, y)| [x, y]);
    let dense = (100.0..135.0_f64, 100.0..135.0_f64).prop_map(|(x, y)| [x, y]);
    let mixed = prop::collection::vec(prop_oneof![lattice.clone(), anywhere.clone(), dense.clone()], number.clone());
    let free = prop::collection::vec(prop_oneof![anywhere, dense], number.clone());
    prop_oneof![2 => mixed, 1 => free, 1 => prop::collection::vec(lattice, number)]
}

/// A city of `n` points: a fifth anywhere, a fifth snapped to street points, the rest in crowds of several densities.
pub(super) fn city(n: usize) -> Vec<[f64; 2]> {
    let mut random = Pcg64::new(5, 5);
    let mut unit = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    (0..n)
        .map(|i| match i % 5 {
            0 => [unit() * 9e3, unit() * 9e3],
            1 => [(unit() * 12.0).floor() * 250.0, (unit() * 12.0).floor() * 250.0],
            k => [unit() * unit() * 900.0 * k as f64, 5e3 + unit() * unit() * unit() * 3e3],
        })
        .collect()
}

/// Runs a method on one thread and on several.
pub(super) fn on_any_threads<T: PartialEq + std::fmt::Debug + Send>(method: impl Fn() -> T + Sync) -> T {
    let run = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(&method);
    let one = run(1);
    for threads in [2, 3, 7] {
        assert_eq!(run(threads), one, "on {threads} threads");
    }
    one
}
