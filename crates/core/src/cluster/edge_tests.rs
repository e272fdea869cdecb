//! Every public function of the family on input at the edge of meaning: an answer that makes sense, or a typed error.

use super::NOISE;
use super::dbscan::dbscan;
use super::ellipse::{EllipseConvention, Hull, ellipse, hull, mean_center};
use super::hdbscan::{HdbscanParams, SingleCluster, hdbscan};
use super::scan::{
    GiniParams, Gumbel, Model, MonteCarlo, Period, Places, Rates, Scan, ScanInput, ScanParams, Stop, UncertainCases, bernoulli_llr,
    gini_of_clusters, poisson_llr, scan, scan_uncertain,
};
use super::st_dbscan::{StDbscanParams, st_dbscan};
use crate::error::{Error, Result};
use geo::Area;
use h3o::{CellIndex, LatLng, Resolution};

/// Points with their name: nothing, one, all at one place, on a line, too near and too far apart, and no points at all.
fn point_sets() -> Vec<(&'static str, Vec<[f64; 2]>)> {
    let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let mut sets = vec![
        ("none", vec![]),
        ("one", vec![[530_000.0, 180_000.0]]),
        ("two", vec![[0.0, 0.0], [3.0, 4.0]]),
        ("one place", vec![[7.0, -7.0]; 30]),
        ("two places", [[0.0, 0.0], [1e4, 0.0]].repeat(15)),
        ("zero and minus zero", vec![[-0.0, 5.0], [0.0, 3.0], [0.0, 5.0], [-0.0, 3.0], [0.0, -0.0]]),
        ("a line", (0..30).map(|i| [f64::from(i), 2.0 * f64::from(i)]).collect()),
        ("a lattice", (0..36).map(|i| [f64::from(i % 6), f64::from(i / 6)]).collect()),
        ("hardly apart", (0..30).map(|i| [1.0 + f64::from(i) * f64::EPSILON, f64::from(i) * 5e-324]).collect()),
        ("far off", (0..30).map(|i| [1e15 + f64::from(i), -1e15]).collect()),
        ("near the limits of squares", (0..9).map(|i| [f64::from(i) * 1e148, f64::from(i * i) * 1e147]).collect()),
        ("beyond the limits of squares", (0..9).map(|i| [f64::from(i) * 1e300, f64::from(i * i) * 1e300]).collect()),
        ("the ends of the numbers", vec![[f64::MAX, f64::MIN], [f64::MIN, f64::MAX], [0.0, 0.0]]),
    ];
    for bad in bad {
        sets.push(("not finite", vec![[bad, 0.0]]));
        sets.push(("not finite among others", vec![[0.0, 0.0], [1.0, 1.0], [2.0, bad], [0.0, 1.0]]));
    }
    sets
}

/// An error is one that names the input; whether it must be one.
fn answer<T>(name: &str, result: Result<T>) -> Option<T> {
    match result {
        Ok(answer) => {
            assert!(!name.starts_with("not finite"), "{name}: an answer");
            Some(answer)
        }
        Err(Error::OutOfRange { .. } | Error::NoReference) => None,
        Err(other) => panic!("{name}: {other}"),
    }
}

fn labels_are_sound(name: &str, labels: &[i32], sizes: &[u32], n: usize) {
    assert_eq!(labels.len(), n, "{name}");
    for (label, size) in (0..).zip(sizes) {
        assert!(*size > 0 && labels.iter().filter(|l| **l == label).count() == *size as usize, "{name}");
    }
    assert!(labels.iter().all(|l| *l == NOISE || (*l as usize) < sizes.len() && *l >= 0), "{name}");
}

#[test]
fn clusters_of_any_points() {
    for (name, points) in point_sets() {
        let n = points.len();
        for (eps_m, min_points) in [(1.0, 1), (1e3, 4), (1e3, u32::MAX)] {
            if let Some(found) = answer(name, dbscan(&points, eps_m, min_points)) {
                labels_are_sound(name, &found.labels, &found.sizes, n);
                assert!(found.noise() <= n && found.core.len() == n);
            }
            for times in [vec![0.0; n], (0..n).map(|i| i as f64 * 1e9).collect(), (0..n).map(|i| -(i as f64) * 1e307).collect()] {
                let params = StDbscanParams { eps_m, eps_time: 7.0, min_points };
                if let Some(found) = answer(name, st_dbscan(&points, &times, params)) {
                    labels_are_sound(name, &found.labels, &found.sizes, n);
                }
            }
        }
        for (size, single) in [(2, SingleCluster::Refused), (5, SingleCluster::Allowed), (u32::MAX, SingleCluster::Allowed)] {
            for epsilon_m in [0.0, 10.0] {
                let params = HdbscanParams { epsilon_m, single, ..HdbscanParams::new(size) };
                if let Some(found) = answer(name, hdbscan(&points, params)) {
                    labels_are_sound(name, &found.labels, &found.sizes, n);
                    assert!(found.noise() <= n);
                    let shares = found.probabilities.iter().chain(&found.outlier_scores);
                    assert!(shares.chain(&found.persistence).all(|v| (0.0..=1.0 + 1e-12).contains(v)), "{name}: {found:?}");
                    assert!(found.stabilities.iter().all(|s| *s >= 0.0), "{name}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn shapes_of_any_points() {
    for (name, points) in point_sets() {
        for weights in [None, Some(vec![1.0; points.len()]), Some(vec![0.0; points.len()]), Some(vec![1e308; points.len()])] {
            let weights = weights.as_deref();
            let center = answer(name, mean_center(&points, weights));
            assert!(center.is_none_or(|c| c[0].is_finite() && c[1].is_finite()), "{name}");
            for convention in [EllipseConvention::Yuill, EllipseConvention::CrimeStat, EllipseConvention::ArcGis] {
                let Some(e) = answer(name, ellipse(&points, weights, convention)) else { continue };
                assert!(e.semi_major_m >= e.semi_minor_m && e.semi_minor_m >= 0.0 && e.standard_distance_m >= 0.0, "{name}: {e:?}");
                assert!((e.semi_major_m + e.standard_distance_m).is_finite(), "{name}: {e:?}");
                assert!(e.bearing_degrees.is_none_or(|b| (0.0..180.0).contains(&b)), "{name}: {e:?}");
                assert!((0.0..=1.0).contains(&e.eccentricity()) && e.area_km2() >= 0.0, "{name}: {e:?}");
                assert!(e.contains(e.center, 1.0), "{name}: {e:?}");
                for bad in [f64::NAN, f64::INFINITY] {
                    assert!(!e.contains([bad, 0.0], 1.0), "{name}");
                    assert!(e.outline(bad, 12).is_err());
                }
                // All corners of a point are one: closed without another.
                let corners = e.outline(2.0, 12).expect("valid").exterior().0.len();
                assert_eq!(corners, if e.semi_major_m == 0.0 { 12 } else { 13 }, "{name}");
            }
        }
        for kind in [
            Hull::Convex,
            Hull::Concave { concavity: 1.0, shortest_m: 0.0 },
            Hull::Concave { concavity: f64::INFINITY, shortest_m: f64::INFINITY },
            Hull::Concave { concavity: 5e-324, shortest_m: 5e-324 },
        ] {
            if let Some(Some(polygon)) = answer(name, hull(&points, kind)) {
                let area = polygon.unsigned_area();
                assert!(area > 0.0 && area.is_finite(), "{name}, {kind:?}: {area}");
            }
        }
    }
    assert!(matches!(ellipse(&[[0.0; 2]; 3], Some(&[1.0]), EllipseConvention::Yuill), Err(Error::Length { .. })));
}

#[test]
fn times_and_sizes_without_a_meaning_are_refused() {
    let points = [[0.0, 0.0], [1.0, 0.0]];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0] {
        assert!(dbscan(&points, bad, 1).is_err(), "{bad}");
        assert!(st_dbscan(&points, &[0.0; 2], StDbscanParams { eps_m: bad, eps_time: 1.0, min_points: 1 }).is_err(), "{bad}");
        if bad != 0.0 {
            assert!(st_dbscan(&points, &[0.0; 2], StDbscanParams { eps_m: 1.0, eps_time: bad, min_points: 1 }).is_err(), "{bad}");
            assert!(hdbscan(&points, HdbscanParams { epsilon_m: bad, ..HdbscanParams::new(2) }).is_err(), "{bad}");
        }
        if !bad.is_finite() {
            assert!(st_dbscan(&points, &[0.0, bad], StDbscanParams { eps_m: 1.0, eps_time: 1.0, min_points: 1 }).is_err(), "{bad}");
        }
    }
}

fn scan_is_sound(name: &str, found: &Scan) {
    for cluster in &found.clusters {
        assert!(cluster.llr > 0.0 && cluster.llr.is_finite() && cluster.expected.is_finite(), "{name}: {cluster:?}");
        assert!(cluster.p.is_none_or(|p| p > 0.0 && p <= 1.0), "{name}: {cluster:?}");
        assert!(cluster.p_gumbel.is_none_or(|p| p > 0.0 && p <= 1.0), "{name}: {cluster:?}");
        assert!(cluster.relative_risk.is_none_or(|r| r >= 0.0), "{name}: {cluster:?}");
        assert!(!cluster.units.is_empty() && cluster.cases <= found.total, "{name}: {cluster:?}");
    }
    assert!(found.inference.maxima.iter().all(|m| *m >= 0.0 && m.is_finite()), "{name}");
}

/// Settings that reach every branch.
fn settings() -> Vec<ScanParams> {
    let plain = ScanParams { replicates: 19, ..ScanParams::default() };
    let mut all = vec![
        ScanParams { replicates: 0, ..plain.clone() },
        ScanParams { max_clusters: 0, ..plain.clone() },
        ScanParams { max_population: 5e-324, ..plain.clone() },
        ScanParams { min_cases: u32::MAX, ..plain.clone() },
        ScanParams { period: Period::Prospective { since: Some(0) }, ..plain.clone() },
        ScanParams { period: Period::Prospective { since: None }, stop: Stop::Exceedances(u32::MAX), ..plain.clone() },
        ScanParams { gini: Some(GiniParams { max_populations: vec![], alpha: f64::NAN }), ..plain.clone() },
    ];
    for rates in [Rates::High, Rates::Low, Rates::Both] {
        all.push(ScanParams {
            rates,
            max_population: 1.0,
            stop: Stop::Exceedances(1),
            gini: Some(GiniParams::default()),
            ..plain.clone()
        });
    }
    all
}

#[test]
fn scans_of_any_points() {
    for (name, centers) in point_sets() {
        let n = centers.len();
        for (steps, max_radius_m) in [(1, None), (3, None), (1, Some(0.0)), (3, Some(1e300)), (1, Some(2.0))] {
            for kind in 0..5_u32 {
                let cases: Vec<u32> = (0..n * steps).map(|i| if kind == 4 { 0 } else { i as u32 % 4 }).collect();
                let (population, persons) = (vec![1.0; n], vec![3 + kind; n * steps]);
                let lengths = vec![1.0; steps];
                let model = match kind {
                    0 | 4 => Model::Poisson { population: &population },
                    1 | 3 => Model::Bernoulli { population: &persons },
                    _ => Model::SpaceTimePermutation,
                };
                let places = Places::Circles { centers: &centers, max_radius_m };
                let input = ScanInput { places, cases: &cases, step_lengths: &lengths, model };
                for params in settings() {
                    if let Some(found) = answer(name, scan(&input, &params)) {
                        scan_is_sound(name, &found);
                    }
                }
            }
        }
    }
}

#[test]
fn scans_of_any_population() {
    let centers: Vec<[f64; 2]> = (0..6).map(|i| [f64::from(i), 0.0]).collect();
    let place = Places::Circles { centers: &centers, max_radius_m: None };
    let of = |cases: &[u32], population: &[f64], lengths: &[f64], params: &ScanParams| {
        let model = Model::Poisson { population };
        scan(&ScanInput { places: place, cases, step_lengths: lengths, model }, params)
    };
    let cases = [5, 1, 0, 1, 1, 2];
    for params in settings() {
        assert_eq!(of(&[0; 6], &[0.0; 6], &[1.0], &params).map(|_| ()), Err(Error::NoReference));
        for population in [[1e308; 6], [f64::NAN; 6], [f64::INFINITY; 6], [-1.0; 6], [0.0; 6]] {
            assert!(of(&cases, &population, &[1.0], &params).is_err(), "{population:?}");
        }
        // All people in one unit, next to none, or a few of them.
        for population in [[5e-324; 6], [1e-300; 6], [1e307; 6], [1e9, 1e-9, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0, 1.0, 1.0]] {
            if let Some(found) = answer("population", of(&cases, &population, &[1.0], &params)) {
                scan_is_sound("population", &found);
            }
        }
        for lengths in [[1e-300, 1e300], [1e308, 1e308], [5e-324, 1.0]] {
            if let Some(found) = answer("lengths", of(&[1; 12], &[1.0; 6], &lengths, &params)) {
                scan_is_sound("lengths", &found);
            }
        }
        // More cases than a count holds.
        assert!(of(&[u32::MAX; 6], &[1.0; 6], &[1.0], &params).is_err());
        let heavy = of(&[u32::MAX / 8, 0, 0, 0, 0, 1], &[1.0; 6], &[1.0], &ScanParams { replicates: 0, ..params.clone() });
        scan_is_sound("many cases", &heavy.expect("valid input"));
        // Everyone is a case; no one is.
        for cases in [[3; 6], [0; 6]] {
            let model = Model::Bernoulli { population: &[3; 6] };
            let found = scan(&ScanInput { places: place, cases: &cases, step_lengths: &[1.0], model }, &params);
            assert!(found.expect("valid input").clusters.is_empty());
        }
    }
}

#[test]
fn scans_of_any_cells() {
    let cell = |resolution| LatLng::new(51.5, -0.12).expect("a place").to_cell(resolution);
    let nine = cell(Resolution::Nine);
    let all: Vec<CellIndex> = nine.grid_disk(2);
    let of = |cells: &[CellIndex], max_rings: u32, params: &ScanParams| {
        let cases: Vec<u32> = (0..cells.len() as u32).map(|i| i % 3).collect();
        let (population, places) = (vec![1.0; cells.len()], Places::Disks { cells, max_rings });
        scan(&ScanInput { places, cases: &cases, step_lengths: &[1.0], model: Model::Poisson { population: &population } }, params)
    };
    for params in settings() {
        for rings in [0, 1, 9] {
            for cells in [&[][..], &[nine], &all] {
                if let Some(found) = answer("cells", of(cells, rings, &params)) {
                    scan_is_sound("cells", &found);
                }
            }
        }
        assert!(of(&[nine, nine], 1, &params).is_err() && of(&[nine, cell(Resolution::Eight)], 1, &params).is_err());
    }
}

#[test]
fn uncertain_cases_of_any_kind() {
    for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        assert!(UncertainCases::new(&[(0, vec![(0, bad)])]).is_err(), "{bad}");
    }
    assert!(UncertainCases::new(&[(0, vec![])]).is_err());
    let (none, one) = (UncertainCases::new(&[]).expect("valid"), UncertainCases::new(&[(0, vec![(0, 5e-324)])]).expect("valid"));
    assert!(none.is_empty() && one.len() == 1);
    for (name, centers) in point_sets() {
        let population = vec![1.0; centers.len()];
        let places = Places::Circles { centers: &centers, max_radius_m: None };
        for model in [Model::Poisson { population: &population }, Model::SpaceTimePermutation] {
            let input = ScanInput { places, cases: &[], step_lengths: &[1.0], model };
            for cases in [&none, &one] {
                for params in settings() {
                    let Some(found) = answer(name, scan_uncertain(&input, cases, 3, &params)) else { continue };
                    assert!(found.llr.len() == 3 && found.llr.iter().all(|l| *l >= 0.0 && l.is_finite()), "{name}");
                    assert!(found.share_in_best.iter().all(|s| (0.0..=1.0).contains(s)), "{name}");
                    assert!(found.p.iter().all(|p| *p > 0.0 && *p <= 1.0), "{name}");
                    assert!(scan_uncertain(&input, cases, 0, &params).is_err());
                }
            }
        }
    }
}

#[test]
fn formulas_of_any_numbers() {
    let numbers = [0.0, -0.0, 1.0, -1.0, 0.5, 1e308, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    for a in numbers {
        for b in numbers {
            for c in numbers {
                // What is not a number goes through; none panics.
                let _ = (poisson_llr(a, b, c), gini_of_clusters(&[(a, b), (b, a)], c), Gumbel { location: a, scale: b }.p(c));
                for d in numbers {
                    let _ = bernoulli_llr(a, b, c, d);
                }
            }
        }
    }
    assert_eq!((poisson_llr(0.0, 0.0, 0.0), poisson_llr(3.0, 0.0, 3.0), poisson_llr(3.0, 3.0, 3.0)), (0.0, 0.0, 0.0));
    assert_eq!(
        (bernoulli_llr(0.0, 0.0, 0.0, 0.0), bernoulli_llr(0.0, 5.0, 0.0, 9.0), bernoulli_llr(5.0, 5.0, 9.0, 9.0)),
        (0.0, 0.0, 0.0)
    );
    assert_eq!((gini_of_clusters(&[], 0.0), gini_of_clusters(&[], 10.0), gini_of_clusters(&[(0.0, 0.0)], 0.0)), (0.0, 0.0, 0.0));
    let none = MonteCarlo { requested: 0, seed: 1, stop: Stop::Never, stopped: false, maxima: Vec::new(), gumbel: None };
    assert_eq!((none.replicates(), none.p(1.0), none.p_gumbel(1.0)), (0, None, None));
}
