use super::*;
use proptest::prelude::*;

/// A square lattice with rook neighbours.
fn lattice(side: usize) -> SpatialWeights {
    let lists: Vec<Vec<u32>> = (0..side * side)
        .map(|i| {
            let (x, y) = (i % side, i / side);
            let mut near = Vec::new();
            if x > 0 {
                near.push(i as u32 - 1);
            }
            if x + 1 < side {
                near.push(i as u32 + 1);
            }
            if y > 0 {
                near.push((i - side) as u32);
            }
            if y + 1 < side {
                near.push((i + side) as u32);
            }
            near
        })
        .collect();
    SpatialWeights::from_lists(&lists).unwrap()
}

fn run(side: usize, counts: &[u32], points: &[(u32, [f64; 2])], params: &DetectParams) -> Detection {
    let area = vec![0.1; side * side];
    let neighbors = lattice(side);
    detect(&DetectInput { counts, reference: &area, area_km2: &area, neighbors: &neighbors, points }, params).unwrap()
}

/// 1,600 units with about one incident in each fifth, and peaks where they are given.
fn counts_with(peaks: &[(usize, u32)]) -> Vec<u32> {
    let mut counts: Vec<u32> = (0..1600).map(|i| u32::from(i % 5 == 0)).collect();
    for (row, n) in peaks {
        counts[*row] = *n;
    }
    counts
}

#[test]
fn the_hot_set_is_the_largest_whose_mean_error_is_within_the_rate() {
    let mut counts = counts_with(&[]);
    for (i, c) in counts.iter_mut().enumerate() {
        // A smooth tail from nothing to very hot, so that the cut falls between doubtful units.
        *c = if i % 9 == 0 { (i / 90) as u32 } else { u32::from(i % 5 == 0) };
    }
    let params = DetectParams::default();
    let found = run(40, &counts, &[], &params);
    let rates = found.rates.as_ref().unwrap();
    let mut p: Vec<f64> =
        (0..1600).filter(|i| counts[*i] > 0).map(|i| rates.posterior(i, counts[i]).exceedance(params.threshold)).collect();
    p.sort_by(|a, b| b.total_cmp(a));
    let largest =
        (0..=p.len()).rev().find(|k| *k == 0 || p[..*k].iter().map(|p| 1.0 - p).sum::<f64>() <= params.fdr * *k as f64).unwrap();
    let hot: usize = found.places.iter().map(|p| p.units.len()).sum();
    assert!(hot > 0 && hot < p.len(), "{hot} of {}", p.len());
    assert_eq!(hot, largest);
}

#[test]
fn a_unit_without_an_incident_never_belongs() {
    // Everything around the peak is hot enough to pull its neighbours up, and they stay out.
    let found = run(40, &counts_with(&[(820, 90), (822, 80)]), &[], &DetectParams::default());
    let units: Vec<u32> = found.places.iter().flat_map(|p| p.units.clone()).collect();
    assert!(units.contains(&820) && units.contains(&822) && !units.contains(&821));
    assert_eq!(found.places.len(), 2);
}

#[test]
fn near_incidents_join_units_that_do_not_touch_and_far_ones_do_not() {
    let counts = counts_with(&[(820, 90), (822, 80)]);
    let at = |gap: f64| vec![(820, [0.0, 0.0]), (822, [gap, 0.0]), (0, [75.0, 0.0])];
    assert_eq!(run(40, &counts, &at(150.0), &DetectParams::default()).places.len(), 1);
    assert_eq!(run(40, &counts, &at(150.1), &DetectParams::default()).places.len(), 2);
    let joined = run(40, &counts, &at(150.0), &DetectParams::default());
    assert_eq!((joined.places[0].n, joined.places[0].peak), (170, 820));
}

#[test]
fn a_place_larger_than_allowed_is_split_between_its_peaks() {
    // A ridge of 16 units of 0.1 km² with two peaks and a saddle between them.
    let ridge: Vec<(usize, u32)> =
        (0..16).map(|i| (800 + i, [40, 44, 50, 60, 50, 44, 40, 36, 36, 40, 44, 50, 62, 50, 44, 40][i])).collect();
    let found = run(40, &counts_with(&ridge), &[], &DetectParams::default());
    assert!(found.places.iter().all(|p| p.area_km2 <= 1.0 + 1e-9), "{:?}", found.places);
    let of = |row: u32| found.places.iter().position(|p| p.units.contains(&row)).unwrap();
    assert_ne!(of(803), of(812), "each peak has its own place");
    let mut units: Vec<u32> = found.places.iter().flat_map(|p| p.units.clone()).collect();
    units.sort_unstable();
    assert!((800..816).all(|u| units.binary_search(&u).is_ok()), "every unit of the ridge is in a place");
}

#[test]
fn a_single_unit_larger_than_allowed_stands_alone() {
    let counts = counts_with(&[(820, 90), (821, 80)]);
    let params = DetectParams { max_area_km2: 0.05, ..DetectParams::default() };
    assert_eq!(run(40, &counts, &[], &params).places.len(), 2);
}

#[test]
fn too_few_incidents_give_no_answer() {
    let mut counts = vec![0; 1600];
    counts[3] = 99;
    let found = run(40, &counts, &[], &DetectParams::default());
    assert_eq!(found.verdict, Verdict::CannotTell { minimum: 100 });
    assert!(found.places.is_empty() && found.rates.is_none());
    counts[9] = 1;
    assert_eq!(run(40, &counts, &[], &DetectParams::default()).verdict, Verdict::Analysed);
}

#[test]
fn incidents_where_the_reference_is_unfit_have_no_rate() {
    let mut counts = counts_with(&[(820, 90)]);
    counts[821] = 500;
    let mut reference = vec![1.0; 1600];
    reference[821] = 0.0;
    let area = vec![0.1; 1600];
    let neighbors = lattice(40);
    let found = detect(
        &DetectInput { counts: &counts, reference: &reference, area_km2: &area, neighbors: &neighbors, points: &[] },
        &DetectParams::default(),
    )
    .unwrap();
    assert_eq!(found.places.len(), 1);
    assert_eq!(found.places[0].units, [820]);
}

#[test]
fn settings_outside_their_range_are_refused() {
    let area = [0.1; 4];
    let neighbors = lattice(2);
    let input = DetectInput { counts: &[100, 0, 0, 0], reference: &area, area_km2: &area, neighbors: &neighbors, points: &[] };
    for params in [
        DetectParams { threshold: 0.0, ..DetectParams::default() },
        DetectParams { fdr: 1.0, ..DetectParams::default() },
        DetectParams { join_radius_m: f64::NAN, ..DetectParams::default() },
        DetectParams { max_area_km2: 0.0, ..DetectParams::default() },
    ] {
        assert!(matches!(detect(&input, &params), Err(Error::OutOfRange { .. })), "{params:?}");
    }
    let short = DetectInput { reference: &area[..3], ..input };
    assert!(matches!(detect(&short, &DetectParams::default()), Err(Error::Length { .. })));
    let nothing = DetectInput { reference: &[0.0; 4], ..input };
    assert_eq!(detect(&nothing, &DetectParams::default()), Err(Error::NoReference));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn places_partition_the_hot_units_and_are_connected_and_small(
        counts in prop::collection::vec(prop_oneof![8 => 0u32..2, 1 => 5u32..80], 400),
        points in prop::collection::vec((0u32..400, 0.0f64..6000.0, 0.0f64..6000.0), 0..200),
    ) {
        prop_assume!(counts.iter().sum::<u32>() >= 100);
        let points: Vec<(u32, [f64; 2])> = points.into_iter().map(|(u, x, y)| (u, [x, y])).collect();
        let found = run(20, &counts, &points, &DetectParams::default());
        let neighbors = lattice(20);
        let mut seen = std::collections::HashSet::new();
        for place in &found.places {
            prop_assert!(place.area_km2 <= 1.0 + 1e-9 || place.units.len() == 1);
            prop_assert_eq!(place.n, place.units.iter().map(|u| counts[*u as usize]).sum::<u32>());
            prop_assert!(place.ratio.lo <= place.ratio.mean && place.ratio.mean <= place.ratio.hi);
            for unit in &place.units {
                prop_assert!(seen.insert(*unit));
                prop_assert!(counts[*unit as usize] > 0);
            }
            // Connected through touching units or near incidents.
            let linked = |a: u32, b: u32| {
                neighbors.neighbors(a as usize).contains(&b)
                    || points.iter().any(|(u, p)| *u == a && points.iter().any(|(v, q)| *v == b && (p[0] - q[0]).hypot(p[1] - q[1]) <= 150.0))
            };
            let mut reached = vec![place.units[0]];
            let mut next = 0;
            while next < reached.len() {
                for unit in &place.units {
                    if !reached.contains(unit) && linked(reached[next], *unit) {
                        reached.push(*unit);
                    }
                }
                next += 1;
            }
            prop_assert_eq!(reached.len(), place.units.len());
        }
        let excess: Vec<f64> = found.places.iter().map(|p| f64::from(p.n) - p.expected).collect();
        prop_assert!(excess.windows(2).all(|w| w[0] >= w[1]));
    }
}
