//! Points that the tests of this family share.

use proptest::prelude::*;

/// The twelve points of the `pointpats` tests.
pub(crate) const TWELVE: [[f64; 2]; 12] = [
    [66.22, 32.54],
    [22.52, 22.39],
    [31.01, 81.21],
    [9.47, 31.02],
    [30.78, 60.10],
    [75.21, 58.93],
    [79.26, 7.68],
    [8.23, 39.93],
    [98.73, 77.17],
    [89.78, 42.53],
    [65.19, 92.08],
    [54.46, 8.48],
];

/// Up to 120 points of the National Grid in four clusters, a third of them at their middle.
pub(super) fn cloud() -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec((0..4_i32, -300.0..300.0_f64, -300.0..300.0_f64, 0..3_u8), 1..120).prop_map(|points| {
        points
            .into_iter()
            .map(|(cluster, x, y, tied)| {
                let [cx, cy] = [530_000.0 + 700.0 * f64::from(cluster), 180_000.0 - 400.0 * f64::from(cluster % 2)];
                if tied == 0 { [cx, cy] } else { [cx + x, cy + y] }
            })
            .collect()
    })
}
