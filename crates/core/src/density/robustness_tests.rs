//! Every public function of the family with nothing, one point, all alike, and what is not a number: a defined result or a typed error.

use super::bandwidth::choose;
use super::cross_validation::geometric_candidates;
use super::edge::share_inside;
use super::*;
use crate::error::{Error, Result};
use geo::{MultiPolygon, polygon};

const ONE: [[f64; 2]; 1] = [[530_000.0, 180_000.0]];
const ALIKE: [[f64; 2]; 6] = [[530_000.0, 180_000.0]; 6];

const BANDWIDTHS: [Bandwidth; 3] = [
    Bandwidth::Fixed { meters: 300.0 },
    Bandwidth::Abramson { meters: 300.0, pilot_m: 300.0, trim: 5.0 },
    Bandwidth::Nearest { neighbors: 1, least_m: 300.0 },
];

fn square() -> MultiPolygon<f64> {
    let (x, y) = (530_000.0, 180_000.0);
    polygon![(x: x - 900., y: y - 900.), (x: x + 900., y: y - 900.), (x: x + 900., y: y + 900.), (x: x - 900., y: y + 900.)].into()
}

/// Every way to compute a density.
fn densities(points: Points<'_>, at: &[[f64; 2]]) -> Vec<(KdeParams<'static>, Result<Kde>)> {
    let (square, area_km2) = (square(), [0.01]);
    let masks = [Mask::Polygon(&square), Mask::Cells { centers: &ONE, area_km2: &area_km2 }];
    let edges = masks
        .into_iter()
        .flat_map(|mask| [EdgeCorrection::Diggle, EdgeCorrection::Uniform].map(|correction| Some(Edge { correction, mask })));
    let mut all = Vec::new();
    for edge in edges.chain([None]) {
        for kernel in Kernel::ALL {
            for bandwidth in BANDWIDTHS {
                let params = KdeParams { kernel, bandwidth, edge };
                all.push((KdeParams { edge: None, ..params }, kde(points, at, &params)));
            }
        }
    }
    all
}

#[test]
fn no_points_no_weight_and_no_places_have_no_density() {
    let nothing = [0.0; 6];
    for points in [Points::each(&[]), Points::weighted(&ALIKE, &nothing)] {
        for (params, found) in densities(points, &ONE) {
            match (params.bandwidth, found) {
                (Bandwidth::Nearest { .. }, found) => {
                    assert!(matches!(found, Err(Error::OutOfRange { .. })), "no neighbour: {found:?}");
                }
                (_, Ok(found)) => {
                    assert_eq!((found.density_per_km2, found.n, found.mass), (vec![0.0], 0, 0.0), "{params:?}");
                }
                (_, Err(Error::OutOfRange { what: "edge correction", .. })) => {}
                (_, found) => panic!("{params:?}: {found:?}"),
            }
        }
    }
    for (_, found) in densities(Points::each(&ALIKE), &[]) {
        assert!(found.is_err() || found.is_ok_and(|found| found.density_per_km2.is_empty()));
    }
    let none = kde_of_counts(&[], &[], &ONE, &KdeParams::fixed(300.0)).expect("valid input");
    assert_eq!((none.n, none.density_per_km2), (0, vec![0.0]));
    let zero = kde_of_counts(&[0], &ONE, &ONE, &KdeParams::fixed(300.0)).expect("valid input");
    assert_eq!((zero.n, zero.density_per_km2), (0, vec![0.0]));
}

#[test]
fn one_place_has_the_height_of_its_kernels() {
    for (places, alone) in [(&ONE[..], true), (&ALIKE[..], false)] {
        for (params, found) in densities(Points::each(places), &ONE) {
            match (params.bandwidth, found) {
                (Bandwidth::Nearest { .. }, found) if alone => assert!(matches!(found, Err(Error::OutOfRange { .. }))),
                (_, Ok(found)) => {
                    assert_eq!(found.n, places.len(), "{params:?}");
                    assert!(found.range_m.iter().all(|h| (h - 300.0).abs() < 1e-9), "{params:?}: {found:?}");
                    if found.edge.is_none() {
                        let wanted = places.len() as f64 * params.kernel.at(0.0, 300.0) * 1e6;
                        assert!((found.density_per_km2[0] / wanted - 1.0).abs() < 1e-12, "{params:?}");
                    }
                    assert!(found.density_per_km2[0] > 0.0 && found.density_per_km2[0].is_finite(), "{params:?}");
                }
                (_, Err(Error::OutOfRange { what: "edge correction", .. })) => {}
                (_, found) => panic!("{params:?}: {found:?}"),
            }
        }
    }
}

#[test]
fn what_is_not_finite_is_refused_everywhere() {
    let square = square();
    let params = KdeParams::fixed(300.0);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for wrong in [[[bad, 0.0]], [[0.0, bad]]] {
            let points = Points::each(&wrong);
            let refused = [
                kde(points, &ONE, &params).is_err(),
                kde(Points::each(&ONE), &wrong, &params).is_err(),
                kde_of_counts(&[0], &wrong, &ONE, &params).is_err(),
                kde_of_counts(&[1], &ONE, &wrong, &params).is_err(),
                dual_kde(points, Points::each(&ONE), &ONE, &params, 1.0, Comparison::Ratio).is_err(),
                dual_kde(Points::each(&ONE), points, &ONE, &params, 1.0, Comparison::Ratio).is_err(),
                choose(BandwidthRule::Scott, points, Kernel::Quartic).is_err(),
                cross_validate(&[wrong[0], ONE[0]], Kernel::Quartic, Criterion::Likelihood, &[300.0]).is_err(),
                share_inside(Mask::Polygon(&square), Kernel::Quartic, 300.0, &wrong).is_err(),
                share_inside(Mask::Cells { centers: &wrong, area_km2: &[1.0] }, Kernel::Quartic, 300.0, &ONE).is_err(),
            ];
            assert_eq!(refused, [true; 10], "{wrong:?}");
        }
        let refused = [
            kde(Points::weighted(&ONE, &[bad]), &ONE, &params).is_err(),
            kde(Points::each(&ONE), &ONE, &KdeParams::fixed(bad)).is_err(),
            choose(BandwidthRule::Scott, Points::weighted(&ONE, &[bad]), Kernel::Quartic).is_err(),
            cross_validate(&ALIKE, Kernel::Quartic, Criterion::Likelihood, &[bad]).is_err(),
            cross_validate(&ALIKE, Kernel::Quartic, Criterion::Likelihood, &geometric_candidates(100.0, bad, 3)).is_err(),
            share_inside(Mask::Polygon(&square), Kernel::Quartic, bad, &ONE).is_err(),
            share_inside(Mask::Cells { centers: &ONE, area_km2: &[bad] }, Kernel::Quartic, 300.0, &ONE).is_err(),
            dual_kde(Points::each(&ONE), Points::each(&ONE), &ONE, &params, bad, Comparison::Sum).is_err(),
        ];
        assert_eq!(refused, [true; 8], "{bad}");
    }
}

#[test]
fn comparisons_of_nothing_are_undefined_or_zero() {
    let nothing = Points::each(&[]);
    for (first, second) in [(nothing, nothing), (Points::each(&ONE), nothing)] {
        for comparison in [Comparison::Ratio, Comparison::LogRatio] {
            let found = dual_kde(first, second, &ONE, &KdeParams::fixed(300.0), 1e-9, comparison).expect("valid input");
            assert_eq!(found.values, [None]);
        }
    }
    let found = dual_kde(nothing, nothing, &ONE, &KdeParams::fixed(300.0), 1e-9, Comparison::Sum).expect("valid input");
    assert_eq!(found.values, [Some(0.0)]);
}

#[test]
fn scores_of_points_at_one_place_are_defined() {
    let scored = cross_validate(&ALIKE, Kernel::Quartic, Criterion::Likelihood, &[100.0, 300.0]).expect("valid input");
    assert!((scored.scores[1] - 6.0 * Kernel::Quartic.at(0.0, 300.0).ln()).abs() < 1e-9);
    assert_eq!((scored.best_m, scored.at_end), (Some(100.0), true));
    assert!(cross_validate(&ONE, Kernel::Quartic, Criterion::Likelihood, &[100.0]).is_err());
    assert!(cross_validate(&[], Kernel::Quartic, Criterion::Likelihood, &[100.0]).is_err());
}

#[test]
fn points_as_far_apart_as_numbers_go_are_defined() {
    let far = [[-1.7e308, 1.7e308], [1.7e308, -1.7e308], [0.0, 0.0]];
    for kernel in Kernel::ALL {
        let found = kde(Points::each(&far), &far, &KdeParams { kernel, ..KdeParams::fixed(1e9) }).expect("valid input");
        assert!(found.density_per_km2.iter().all(|d| d.is_finite()), "{kernel}: {found:?}");
    }
}
