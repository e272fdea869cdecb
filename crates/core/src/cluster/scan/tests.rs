use super::*;
use crate::error::Error;
use h3o::{LatLng, Resolution};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// All windows by enumeration: (sorted units, start, end).
fn windows_by_enumeration(
    points: &[[f64; 2]],
    measure: &[f64],
    share: f64,
    radius: Option<f64>,
    spans: &Spans,
) -> BTreeSet<(Vec<usize>, usize, usize)> {
    let limit = share * measure.iter().sum::<f64>() * (1.0 + 1e-12);
    let mut all = BTreeSet::new();
    for center in points {
        let square = |p: &[f64; 2]| (p[0] - center[0]).powi(2) + (p[1] - center[1]).powi(2);
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|a, b| {
            let key = |i: usize| [square(&points[i]), points[i][0], points[i][1]];
            key(*a).partial_cmp(&key(*b)).unwrap()
        });
        for n in 1..=order.len() {
            let whole = n == order.len() || points[order[n]] != points[order[n - 1]];
            let within = radius.is_none_or(|r| square(&points[order[n - 1]]) <= r * r);
            if whole && within && order[..n].iter().map(|u| measure[*u]).sum::<f64>() <= limit {
                let mut units = order[..n].to_vec();
                units.sort_unstable();
                all.extend(spans.iter().map(|(s, e)| (units.clone(), s, e)));
            }
        }
    }
    all
}

/// The largest LLR over enumerated windows.
fn maximum_by_enumeration(
    windows: &BTreeSet<(Vec<usize>, usize, usize)>,
    cases: &[u32],
    fitted: &Fitted,
    steps: usize,
    params: &ScanParams,
) -> f64 {
    windows.iter().fold(0.0, |best: f64, (units, start, end)| {
        let c: u32 = units.iter().map(|u| cases[u * steps + start..u * steps + end].iter().sum::<u32>()).sum();
        let e: f64 = units.iter().map(|u| fitted.expected[u * steps + start..u * steps + end].iter().sum::<f64>()).sum();
        let looked_for = match params.rates {
            Rates::High => f64::from(c) > e + 1e-9 && c >= params.min_cases,
            Rates::Low => f64::from(c) < e - 1e-9,
            Rates::Both => f64::from(c) < e - 1e-9 || f64::from(c) > e + 1e-9 && c >= params.min_cases,
        };
        if looked_for { best.max(fitted.statistic.llr(f64::from(c), e)) } else { best }
    })
}

/// A small problem with everything in it.
#[derive(Debug, Clone)]
struct Small {
    points: Vec<[f64; 2]>,
    cases: Vec<u32>,
    persons: Vec<u32>,
    lengths: Vec<f64>,
    kind: u8,
    params: ScanParams,
    radius: Option<f64>,
}

impl Small {
    fn scan_input<'a>(&'a self, population: &'a [f64]) -> ScanInput<'a> {
        let model = match self.kind {
            0 => Model::Poisson { population },
            1 => Model::Bernoulli { population: &self.persons },
            _ => Model::SpaceTimePermutation,
        };
        let places = Places::Circles { centers: &self.points, max_radius_m: self.radius };
        ScanInput { places, cases: &self.cases, step_lengths: &self.lengths, model }
    }

    fn population(&self) -> Vec<f64> {
        self.persons.iter().map(|p| f64::from(*p) * 1.25).collect()
    }
}

fn small() -> impl Strategy<Value = Small> {
    let shape = (1usize..14, 1usize..6);
    shape.prop_flat_map(|(units, steps)| {
        let points = prop::collection::vec((0i32..5, 0i32..5), units);
        let cells = prop::collection::vec((prop_oneof![Just(0u32), 0u32..4, 0u32..30], 0u32..40), units * steps);
        let lengths = prop::collection::vec(prop_oneof![Just(1.0), 0.5f64..2.0], steps);
        let rates = prop_oneof![Just(Rates::High), Just(Rates::Low), Just(Rates::Both)];
        let period = prop_oneof![
            3 => Just(Period::Retrospective),
            1 => Just(Period::Prospective { since: None }),
            1 => (0..steps as u32).prop_map(|s| Period::Prospective { since: Some(s) })
        ];
        let limits = (0.05f64..=1.0, 1..=steps as u32, 1u32..4, prop::option::of(0.0f64..5.0));
        (points, cells, lengths, 0u8..3, rates, period, limits, any::<u64>()).prop_map(
            |(points, cells, lengths, kind, rates, period, (share, longest, min_cases, radius), seed)| Small {
                points: points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect(),
                cases: cells.iter().map(|c| c.0).collect(),
                persons: cells.iter().map(|c| c.0 + c.1).collect(),
                lengths,
                kind,
                params: ScanParams {
                    rates,
                    max_population: share,
                    max_duration: MaxDuration::Steps(longest),
                    period,
                    min_cases,
                    replicates: 40,
                    seed,
                    ..ScanParams::default()
                },
                radius,
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_maximum_is_that_over_all_windows(small in small()) {
        prop_assume!(small.persons.iter().any(|p| *p > 0));
        let population = small.population();
        let input = small.scan_input(&population);
        let prepared = Prepared::new(&input, &small.params).unwrap();
        let steps = small.lengths.len();
        let measure = &prepared.fitted.measure;
        let windows = |spans: &Spans| windows_by_enumeration(&small.points, measure, small.params.max_population, small.radius, spans);
        let found = prepared.scan(&input, &small.params);

        let of_data = windows(&prepared.data_spans);
        let best = maximum_by_enumeration(&of_data, &small.cases, &prepared.fitted, steps, &small.params);
        let top = found.clusters.first().map_or(0.0, |c| c.llr);
        prop_assert!((best - top).abs() < 1e-8 * (1.0 + best), "{top} is not {best}");

        let of_replicas = windows(&prepared.replica_spans);
        for (replica, maximum) in found.inference.maxima.iter().enumerate() {
            let mut cases = vec![0; small.cases.len()];
            prepared.fitted.null.draw(&mut replicas::stream(small.params.seed, replica as u32), &mut cases);
            prop_assert_eq!(cases.iter().sum::<u32>(), small.cases.iter().sum::<u32>());
            let best = maximum_by_enumeration(&of_replicas, &cases, &prepared.fitted, steps, &small.params);
            prop_assert!((best - maximum).abs() < 1e-8 * (1.0 + best), "replica {}: {} is not {}", replica, maximum, best);
        }
    }

    #[test]
    fn clusters_are_what_they_say(small in small()) {
        prop_assume!(small.persons.iter().any(|p| *p > 0));
        let population = small.population();
        let found = scan(&small.scan_input(&population), &small.params).unwrap();
        let (steps, limit) = (small.lengths.len() as u32, f64::from(small.cases.iter().sum::<u32>()));
        let mut taken = BTreeSet::new();
        for (cluster, rank) in found.clusters.iter().zip(1..) {
            prop_assert_eq!(cluster.rank, rank);
            prop_assert!(cluster.start <= cluster.end && cluster.end < steps);
            prop_assert!(cluster.units.iter().all(|u| taken.insert(*u)), "clusters overlap");
            prop_assert!(small.points[cluster.units[0] as usize] == small.points[cluster.center as usize]);
            let cells = |u: u32| (u * steps + cluster.start) as usize..=(u * steps + cluster.end) as usize;
            prop_assert_eq!(cluster.cases, cluster.units.iter().map(|u| small.cases[cells(*u)].iter().sum::<u32>()).sum::<u32>());
            prop_assert!(cluster.expected <= limit * (1.0 + 1e-9));
            let p = cluster.p.unwrap();
            prop_assert!(p > 0.0 && p <= 1.0 && cluster.p_gumbel.is_none_or(|p| p > 0.0 && p <= 1.0));
            match small.params.rates {
                Rates::High => prop_assert!(f64::from(cluster.cases) > cluster.expected),
                Rates::Low => prop_assert!(f64::from(cluster.cases) < cluster.expected),
                Rates::Both => {}
            }
            match small.params.period {
                Period::Retrospective => prop_assert!(cluster.recurrence_steps.is_none()),
                Period::Prospective { since } => {
                    prop_assert_eq!(cluster.end, steps - 1);
                    prop_assert_eq!(cluster.recurrence_steps, since.is_none().then(|| 1.0 / p));
                }
            }
        }
        prop_assert!(found.clusters.windows(2).all(|w| w[0].llr >= w[1].llr - 1e-8 && w[0].p <= w[1].p));
    }

    #[test]
    fn the_order_of_the_units_and_the_scale_of_the_population_do_not_matter(small in small(), turn in 0usize..13) {
        prop_assume!(small.persons.iter().any(|p| *p > 0));
        let (units, steps) = (small.points.len(), small.lengths.len());
        let population = small.population();
        let none = ScanParams { replicates: 0, ..small.params.clone() };
        let found = scan(&small.scan_input(&population), &none).unwrap();
        let mut other = small.clone();
        other.points.rotate_left(turn % units);
        other.cases.rotate_left(turn % units * steps);
        other.persons.rotate_left(turn % units * steps);
        for length in &mut other.lengths {
            *length *= 30.0;
        }
        let population: Vec<f64> = other.population().iter().map(|p| p * 7.0).collect();
        let again = scan(&other.scan_input(&population), &none).unwrap();
        prop_assert_eq!(found.clusters.is_empty(), again.clusters.is_empty());
        if let (Some(a), Some(b)) = (found.clusters.first(), again.clusters.first()) {
            prop_assert!((a.llr - b.llr).abs() < 1e-8 * (1.0 + a.llr));
        }
        prop_assert_eq!((found.windows, found.total), (again.windows, again.total));
    }
}

fn line(n: usize) -> Vec<[f64; 2]> {
    (0..n).map(|i| [i as f64 * 100.0, 0.0]).collect()
}

fn spatial<'a>(centers: &'a [[f64; 2]], cases: &'a [u32], population: &'a [f64]) -> ScanInput<'a> {
    ScanInput {
        places: Places::Circles { centers, max_radius_m: None },
        cases,
        step_lengths: &[1.0],
        model: Model::Poisson { population },
    }
}

#[test]
fn the_permutation_model_has_the_expected_numbers_of_the_reference() {
    // Three places, four months; C = 26. Place 1 in month 4: c = 6, E = 9 · 10/26.
    let cases = [2, 1, 0, 6, 3, 2, 2, 3, 1, 3, 2, 1];
    let fitted = Fitted::new(Model::SpaceTimePermutation, &cases, &[1.0; 4]).unwrap();
    assert!((fitted.expected[3] - 3.461538).abs() < 5e-7);
    assert!((fitted.statistic.llr(6.0, fitted.expected[3]) - 0.910458).abs() < 5e-7);
    // Alone in its circle, it is the best window of the scan: three places in a line.
    let input = ScanInput {
        places: Places::Circles { centers: &line(3), max_radius_m: None },
        cases: &cases,
        step_lengths: &[1.0; 4],
        model: Model::SpaceTimePermutation,
    };
    let found = scan(&input, &ScanParams::default()).unwrap();
    let best = &found.clusters[0];
    assert_eq!((best.center, best.start, best.end, best.cases), (0, 3, 3, 6));
    assert!((best.llr - 0.910458).abs() < 5e-7 && best.relative_risk.is_none());
    assert_eq!(found.model.id(), "space-time-permutation");
}

#[test]
fn months_count_by_their_days() {
    // 31 and 28 cases where the months have as many days: no cluster at all.
    let input = ScanInput { step_lengths: &[31.0, 28.0], ..spatial(&[[0.0, 0.0], [9.0, 0.0]], &[31, 28, 62, 56], &[1.0, 2.0]) };
    let found = scan(&input, &ScanParams { replicates: 0, ..ScanParams::default() }).unwrap();
    assert!(found.clusters.is_empty(), "{:?}", found.clusters);
    // A population that changes with time is taken as it is: by unit and step.
    let input = ScanInput { step_lengths: &[1.0, 1.0], model: Model::Poisson { population: &[31.0, 28.0, 62.0, 56.0] }, ..input };
    assert!(scan(&input, &ScanParams { replicates: 0, ..ScanParams::default() }).unwrap().clusters.is_empty());
}

#[test]
fn results_do_not_depend_on_threads_nor_on_early_stops() {
    let centers: Vec<[f64; 2]> = (0..60).map(|i| [f64::from(i * 7 % 60), f64::from(i * 13 % 60)]).collect();
    let population: Vec<f64> = (0..60).map(|i| f64::from(20 + i % 5)).collect();
    for lengths in [&[1.0][..], &[1.0, 2.0][..]] {
        let mut cases = vec![0; 60 * lengths.len()];
        let even = Fitted::new(Model::Poisson { population: &population }, &vec![3; cases.len()], lengths).unwrap();
        even.null.draw(&mut replicas::stream(4, 4), &mut cases);
        let input = ScanInput { step_lengths: lengths, ..spatial(&centers, &cases, &population) };
        let with = |threads: usize, stop: Stop| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| scan(&input, &ScanParams { stop, replicates: 500, ..ScanParams::default() }).unwrap())
        };
        let full = with(1, Stop::Never);
        assert_eq!(full, with(3, Stop::Never));
        let stopped = with(1, Stop::Exceedances(5));
        assert_eq!(stopped, with(5, Stop::Exceedances(5)));
        let made = stopped.inference.maxima.len();
        assert!(stopped.inference.stopped && made < 500);
        assert_eq!(stopped.inference.maxima, full.inference.maxima[..made]);
        // The last one made is the fifth to reach the best.
        let best = stopped.clusters[0].llr;
        let reached = |m: &[f64]| m.iter().filter(|m| **m >= best - 1e-9 * (1.0 + best)).count();
        assert_eq!((reached(&stopped.inference.maxima), reached(&stopped.inference.maxima[..made - 1])), (5, 4));
        assert_eq!(stopped.clusters[0].p, Some(5.0 / made as f64));
    }
}

#[test]
fn counts_that_overflow_narrow_lanes_are_counted_all_the_same() {
    // More cases in a window, and in a unit, than 16 bits hold; in space, and in space and time.
    let small = Small {
        points: vec![[0.0, 0.0], [1.0, 0.0], [3.0, 1.0], [7.0, 0.0]],
        cases: vec![70_500, 69_900, 200, 230, 30_000, 31_000, 60_000, 60_000],
        persons: vec![400_000, 400_000, 1_000, 1_000, 180_000, 180_000, 350_000, 350_000],
        lengths: vec![1.0, 1.0],
        kind: 0,
        params: ScanParams { replicates: 50, max_duration: MaxDuration::Share(1.0), ..ScanParams::default() },
        radius: None,
    };
    for kind in [0, 1, 2] {
        for (rates, share) in [(Rates::High, 0.6), (Rates::Both, 0.5), (Rates::High, 0.3)] {
            let small =
                Small { kind, params: ScanParams { rates, max_population: share, ..small.params.clone() }, ..small.clone() };
            let population = small.population();
            let input = small.scan_input(&population);
            let prepared = Prepared::new(&input, &small.params).unwrap();
            let windows = windows_by_enumeration(&small.points, &prepared.fitted.measure, share, None, &prepared.data_spans);
            let found = prepared.scan(&input, &small.params);
            for (replica, maximum) in found.inference.maxima.iter().enumerate() {
                let mut cases = vec![0; 8];
                prepared.fitted.null.draw(&mut replicas::stream(small.params.seed, replica as u32), &mut cases);
                let best = maximum_by_enumeration(&windows, &cases, &prepared.fitted, 2, &small.params);
                assert!((best - maximum).abs() < 1e-7, "{kind} {rates:?} {share}: {maximum} is not {best}");
            }
        }
    }
}

#[test]
fn lanes_that_overflow_by_surprise_are_done_again() {
    // Expected sums that fit, and replicas that do not: all cases in one place.
    let fitted = Fitted::new(Model::Poisson { population: &[1.0, 1.0] }, &[40_000, 40_000], &[1.0]).unwrap();
    let zones = windows::circles(&[[0.0, 0.0], [1.0, 0.0]], &fitted.measure, 1.0, None);
    let [spans, _] = Spans::of(1, Period::Retrospective, MaxDuration::default()).unwrap();
    let thresholds = Thresholds::new(fitted.statistic, 1);
    let search = Search {
        zones: &zones,
        spans: &spans,
        steps: 1,
        expected: &fitted.expected,
        statistic: fitted.statistic,
        thresholds: &thresholds,
        rates: Rates::High,
        least: 1,
    };
    let best = search.maxima(0, 40, &|replica, cases| {
        cases[0] = if replica == 33 { 80_000 } else { 40_000 + replica };
        cases[1] = 80_000 - cases[0];
    });
    for (replica, best) in best.iter().enumerate() {
        let cases = if replica == 33 { 80_000.0 } else { 40_000.0 + replica as f64 };
        assert_eq!(best.llr, poisson_llr(cases, 40_000.0, 80_000.0), "replica {replica}");
    }
}

#[test]
fn low_rates_are_found_by_name() {
    let (centers, population) = (line(9), [10.0; 9]);
    let cases = [10, 10, 10, 1, 0, 1, 10, 10, 10];
    let of = |rates| {
        scan(&spatial(&centers, &cases, &population), &ScanParams { rates, ..ScanParams::default() }).unwrap().clusters[0].clone()
    };
    let low = of(Rates::Low);
    assert_eq!((low.center, low.cases, low.units.len()), (4, 2, 3));
    assert!(low.relative_risk < Some(0.2) && low.p < Some(0.01));
    assert_eq!(of(Rates::Both), ScanCluster { p: of(Rates::Both).p, p_gumbel: of(Rates::Both).p_gumbel, ..low });
    let high = of(Rates::High);
    assert!(f64::from(high.cases) > high.expected);
}

#[test]
fn a_prospective_scan_finds_only_what_reaches_the_last_step() {
    let centers = line(8);
    let mut cases = vec![2; 8 * 6];
    for step in 1..3 {
        cases[3 * 6 + step] = 30; // over by now
    }
    cases[6 * 6 + 5] = 12; // and one that begins
    let input = ScanInput { step_lengths: &[1.0; 6], ..spatial(&centers, &cases, &[1.0; 8]) };
    let with = |period| scan(&input, &ScanParams { period, ..ScanParams::default() }).unwrap();
    let past = &with(Period::Retrospective).clusters[0];
    assert_eq!((past.center, past.start, past.end), (3, 1, 2));
    let now = with(Period::Prospective { since: None });
    let alone = &now.clusters[0];
    assert_eq!((alone.center, alone.start, alone.end, alone.cases), (6, 5, 5, 12));
    assert_eq!(alone.recurrence_steps, alone.p.map(|p| 1.0 / p));
    // Allowing for earlier analyses, replicas have more windows to be found in.
    let adjusted = with(Period::Prospective { since: Some(1) });
    assert!(adjusted.clusters[0].p >= alone.p && adjusted.clusters[0].recurrence_steps.is_none());
    assert!(adjusted.inference.maxima.iter().zip(&now.inference.maxima).all(|(a, b)| a >= b));
    assert!(adjusted.inference.maxima.iter().zip(&now.inference.maxima).any(|(a, b)| a > b));
}

#[test]
fn secondary_clusters_are_chosen_by_the_rule_that_is_named() {
    // Best windows, by hand: {0 1 2} round 1; {2 3} round 3; {1 2 3 4} round 2; {6} round 6.
    let zone = |center: u32, units: &[u32]| Zone { center, units: units.to_vec(), ends: None };
    let zones = [zone(1, &[1, 0, 2]), zone(3, &[3, 2]), zone(2, &[2, 1, 3, 4]), zone(6, &[6]), zone(0, &[0, 1, 2])];
    let best: Vec<Best> = zones
        .iter()
        .zip([9.0, 8.0, 7.0, 6.0, 9.0])
        .zip(0..)
        .map(|((z, llr), zone)| Best { llr, zone, length: z.units.len() as u32, start: 0, end: 1 })
        .collect();
    let of = |secondary| {
        clusters::choose(&best, &zones, 7, secondary, 100).iter().map(|b| zones[b.zone as usize].center).collect::<Vec<_>>()
    };
    assert_eq!(of(Secondary::NoGeographicalOverlap), [1, 6]);
    assert_eq!(of(Secondary::NoCentersInOther), [1, 3, 6], "2 is in the first and holds its centre");
    assert_eq!(of(Secondary::NoCentersInMoreLikely), [1, 3, 6]);
    assert_eq!(of(Secondary::NoCentersInLessLikely), [1, 3, 6]);
    assert_eq!(of(Secondary::NoPairsOfCenters), [1, 3, 6]);
    assert_eq!(of(Secondary::NoRestrictions), [1, 3, 2, 6], "the same set once");
    assert_eq!(clusters::choose(&best, &zones, 7, Secondary::NoRestrictions, 2).len(), 2);
    // One in whose list the centres lie one way only tells the three rules apart.
    let zones = [zone(1, &[1, 0, 2]), zone(2, &[2, 3]), zone(4, &[4, 3, 2, 1])];
    let best: Vec<Best> = zones
        .iter()
        .zip([9.0, 8.0, 7.0])
        .zip(0..)
        .map(|((z, llr), zone)| Best { llr, zone, length: z.units.len() as u32, start: 0, end: 1 })
        .collect();
    let of = |secondary| {
        clusters::choose(&best, &zones, 7, secondary, 100).iter().map(|b| zones[b.zone as usize].center).collect::<Vec<_>>()
    };
    assert_eq!(of(Secondary::NoCentersInMoreLikely), [1, 4], "2 is inside the first; 4 is not");
    assert_eq!(of(Secondary::NoCentersInLessLikely), [1, 2], "4 holds the centre of the first");
    assert_eq!(of(Secondary::NoPairsOfCenters), [1, 2, 4]);
    assert_eq!(of(Secondary::NoCentersInOther), [1]);
}

#[test]
fn several_small_clusters_win_over_the_large_one_that_holds_them() {
    // Two dense spots near each other in a wide, even country: a circle over both has the larger LLR.
    let centers: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i), 0.0]).collect();
    let mut cases = vec![10; 40];
    for spot in [10, 11, 13, 14] {
        cases[spot] = 45;
    }
    let params = ScanParams { gini: Some(GiniParams::default()), ..ScanParams::default() };
    let found = scan(&spatial(&centers, &cases, &[1.0; 40]), &params).unwrap();
    assert_eq!(found.clusters[0].units.len(), 5, "10 to 14");
    let gini = found.gini.unwrap();
    let sets: Vec<BTreeSet<u32>> = gini.clusters.iter().map(|c| c.units.iter().copied().collect()).collect();
    assert_eq!(sets, [BTreeSet::from([10, 11]), BTreeSet::from([13, 14])]);
    assert_eq!(gini.max_population, 0.05);
    let total = f64::from(cases.iter().sum::<u32>());
    assert!((gini.gini - (180.0 / total - 4.0 / 40.0)).abs() < 1e-12);
    assert!(gini.tried.iter().all(|(_, tried, _)| *tried <= gini.gini + 1e-12) && gini.tried.len() == 15);
    // Nothing significant: no set.
    let even = scan(&spatial(&centers, &[10; 40], &[1.0; 40]), &params).unwrap();
    assert!(even.clusters.is_empty() && even.gini.is_none());
}

#[test]
fn gini_limits_give_what_a_scan_with_that_limit_gives() {
    let centers: Vec<[f64; 2]> = (0..50).map(|i| [f64::from(i * 7 % 50), f64::from(i * i % 31)]).collect();
    let cases: Vec<u32> = (0..150).map(|i| i * i % 11).collect();
    let input = ScanInput { step_lengths: &[1.0; 3], ..spatial(&centers, &cases, &[1.0; 50]) };
    let params = ScanParams { replicates: 0, ..ScanParams::default() };
    let prepared = Prepared::new(&input, &params).unwrap();
    let shares = [0.1, 0.25, 0.5];
    let limits = shares.map(|share| limit(&prepared.fitted, share));
    let together =
        observed::best_by_zone(&prepared.search(&params, &prepared.data_spans), &cases, &prepared.fitted.measure, &limits);
    for (share, best) in shares.iter().zip(together) {
        let alone =
            scan(&input, &ScanParams { max_population: *share, secondary: Secondary::NoRestrictions, ..params.clone() }).unwrap();
        let of_zones: Vec<f64> =
            clusters::choose(&best, &prepared.zones, 50, Secondary::NoRestrictions, 1_000).iter().map(|b| b.llr).collect();
        assert_eq!(of_zones, alone.clusters.iter().map(|c| c.llr).collect::<Vec<_>>());
    }
}

#[test]
fn disks_of_cells_are_scanned() {
    let middle = LatLng::new(51.5, -0.12).unwrap().to_cell(Resolution::Nine);
    let mut cells: Vec<CellIndex> = middle.grid_disk(5);
    cells.sort_unstable();
    let spot: Vec<CellIndex> = cells[40].grid_disk(1);
    let cases: Vec<u32> = cells.iter().map(|c| if spot.contains(c) { 9 } else { 1 }).collect();
    let population = vec![1.0; cells.len()];
    let input = ScanInput { places: Places::Disks { cells: &cells, max_rings: 3 }, ..spatial(&[], &cases, &population) };
    let found = scan(&input, &ScanParams::default()).unwrap();
    let best = &found.clusters[0];
    assert_eq!((best.center, best.extent), (40, Extent::Disk { rings: 1 }));
    assert!(best.units.iter().all(|u| spot.contains(&cells[*u as usize])) && best.p == Some(0.001));
}

#[test]
fn uncertain_places_blur_the_cluster() {
    let (centers, population) = (line(20), [10.0; 20]);
    let placed = |blur: &[(i32, f64)]| {
        let at = |unit: i32| blur.iter().map(|(by, weight)| (((unit + by).rem_euclid(20)) as u32, *weight)).collect::<Vec<_>>();
        let mut cases: Vec<(u32, Vec<(u32, f64)>)> = (0..20).map(|unit| (0, at(unit))).collect();
        cases.extend((0..16).map(|i| (0, at(9 + i % 2))));
        UncertainCases::new(&cases).unwrap()
    };
    let input = spatial(&centers, &[], &population);
    let params = ScanParams { replicates: 199, ..ScanParams::default() };
    let exact = scan_uncertain(&input, &placed(&[(0, 1.0)]), 50, &params).unwrap();
    assert!(exact.llr.iter().all(|llr| *llr == exact.llr[0]), "certain places are always the same");
    assert_eq!((exact.share_in_best[9], exact.share_in_best[10], exact.share_in_best[0]), (1.0, 1.0, 0.0));
    let mut counts = vec![1; 20];
    (counts[9], counts[10]) = (9, 9);
    let plain = scan(&spatial(&centers, &counts, &population), &params).unwrap();
    assert_eq!(exact.llr[0], plain.clusters[0].llr);
    assert_eq!(Some(exact.p[0]), plain.clusters[0].p);
    let blurred = scan_uncertain(&input, &placed(&[(-2, 1.0), (-1, 1.0), (0, 1.0), (1, 1.0), (2, 1.0)]), 200, &params).unwrap();
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    assert!(mean(&blurred.llr) < exact.llr[0] && mean(&blurred.p) > exact.p[0]);
    assert!(blurred.share_in_best[9] > blurred.share_in_best[15] && blurred.share_in_best[9] < 1.0);
    assert_eq!(
        blurred,
        scan_uncertain(&input, &placed(&[(-2, 1.0), (-1, 1.0), (0, 1.0), (1, 1.0), (2, 1.0)]), 200, &params).unwrap()
    );
}

#[test]
fn uncertain_cases_of_the_permutation_model_are_scanned_one_by_one() {
    let centers = line(6);
    let cases: Vec<(u32, Vec<(u32, f64)>)> =
        (0..60).map(|i| (i % 4, vec![(i % 6, 2.0), ((i + 1) % 6, 1.0)])).chain((0..10).map(|_| (3, vec![(2, 1.0)]))).collect();
    let input = ScanInput {
        places: Places::Circles { centers: &centers, max_radius_m: None },
        cases: &[],
        step_lengths: &[1.0; 4],
        model: Model::SpaceTimePermutation,
    };
    let cases = UncertainCases::new(&cases).unwrap();
    let found = scan_uncertain(&input, &cases, 20, &ScanParams { replicates: 19, ..ScanParams::default() }).unwrap();
    assert_eq!((found.llr.len(), found.p.len(), found.share_in_best.len()), (20, 20, 6));
    assert!(found.share_in_best[2] > 0.5, "{:?}", found.share_in_best);
    let none = scan_uncertain(&input, &cases, 20, &ScanParams { replicates: 0, ..ScanParams::default() }).unwrap();
    assert!(none.p.is_empty() && none.llr == found.llr);
}

#[test]
fn empty_and_degenerate_input_has_no_cluster() {
    let params = ScanParams::default();
    let nothing = scan(&spatial(&[], &[], &[]), &params);
    assert_eq!(nothing.map(|s| s.clusters), Err(Error::NoReference), "no unit has a population");
    for (centers, cases, population) in [
        (line(1), vec![7], vec![3.0]),                      // everything is in the only window
        (line(3), vec![0, 0, 0], vec![1.0; 3]),             // no case
        (line(4), vec![5; 4], vec![2.0; 4]),                // no difference
        (vec![[1.0, 1.0]; 3], vec![9, 0, 0], vec![1.0; 3]), // one place
        (line(2), vec![1, 9], vec![1.0, 99.0]),             // fewer cases than expected wherever a window may be
    ] {
        let found = scan(&spatial(&centers, &cases, &population), &ScanParams { replicates: 19, ..params.clone() }).unwrap();
        assert!(found.clusters.iter().all(|c| c.p.is_some()), "{found:?}");
        assert!(found.clusters.is_empty() || centers.len() == 2, "{found:?}");
    }
    let three = line(3);
    let permutation = ScanInput { model: Model::SpaceTimePermutation, ..spatial(&three, &[], &[]) };
    assert!(scan(&ScanInput { cases: &[0, 0, 0], ..permutation }, &params).unwrap().clusters.is_empty());
    assert!(scan(&ScanInput { cases: &[3, 1, 9], ..permutation }, &params).unwrap().clusters.is_empty(), "one step");
    // A unit without population is in windows and adds nothing.
    let found = scan(&spatial(&line(4), &[9, 0, 1, 1], &[1.0, 0.0, 1.0, 1.0]), &params).unwrap();
    assert_eq!((found.clusters[0].center, found.clusters[0].cases), (0, 9));
}

#[test]
fn input_that_means_nothing_is_refused() {
    let (centers, cases, population) = (line(3), [1, 2, 3], [1.0, 1.0, 1.0]);
    let input = spatial(&centers, &cases, &population);
    let params = ScanParams::default();
    let refused = |input: ScanInput<'_>| scan(&input, &params).expect_err("refused");
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        refused(ScanInput { model: Model::Poisson { population: &[1.0, bad, 1.0] }, ..input });
        refused(ScanInput { step_lengths: &[bad], ..input });
        refused(ScanInput { places: Places::Circles { centers: &centers, max_radius_m: Some(bad) }, ..input });
    }
    refused(ScanInput {
        places: Places::Circles { centers: &[[0.0, f64::NAN], [1.0, 1.0], [2.0, 2.0]], max_radius_m: None },
        ..input
    });
    assert_eq!(
        refused(ScanInput { model: Model::Poisson { population: &[1.0, 0.0, 1.0] }, ..input }),
        Error::OutOfRange { what: "population", must: "positive where there are cases" }
    );
    assert_eq!(refused(ScanInput { cases: &[0; 3], model: Model::Poisson { population: &[0.0; 3] }, ..input }), Error::NoReference);
    refused(ScanInput { model: Model::Bernoulli { population: &[1, 1, 9] }, ..input });
    refused(ScanInput { step_lengths: &[], ..input });
    assert!(matches!(refused(ScanInput { cases: &[1, 2], ..input }), Error::Length { what: "cases", got: 2, expected: 3 }));
    assert!(matches!(refused(ScanInput { model: Model::Poisson { population: &[1.0] }, ..input }), Error::Length { .. }));
    assert!(matches!(refused(ScanInput { model: Model::Bernoulli { population: &[1] }, ..input }), Error::Length { .. }));
    let with = |params: ScanParams| scan(&input, &params).expect_err("refused");
    for share in [0.0, -0.1, 1.1, f64::NAN] {
        with(ScanParams { max_population: share, ..params.clone() });
        with(ScanParams { gini: Some(GiniParams { max_populations: vec![share], alpha: 0.05 }), ..params.clone() });
    }
    with(ScanParams { stop: Stop::Exceedances(0), ..params.clone() });
    let uncertain = |cases: &[(u32, Vec<(u32, f64)>)]| scan_uncertain(&input, &UncertainCases::new(cases)?, 5, &params);
    assert!(
        uncertain(&[(0, vec![])]).is_err()
            && uncertain(&[(0, vec![(0, -1.0)])]).is_err()
            && uncertain(&[(0, vec![(0, 0.0)])]).is_err()
    );
    assert!(uncertain(&[(0, vec![(3, 1.0)])]).is_err() && uncertain(&[(1, vec![(0, 1.0)])]).is_err());
    assert!(uncertain(&[(0, vec![(0, 1.0)])]).is_ok() && uncertain(&[]).is_ok());
    let persons = ScanInput { model: Model::Bernoulli { population: &[9, 9, 9] }, ..input };
    assert!(scan_uncertain(&persons, &UncertainCases::default(), 5, &params).is_err());
}

#[test]
fn model_names_go_there_and_back() {
    for name in [ModelName::Poisson, ModelName::Bernoulli, ModelName::SpaceTimePermutation, ModelName::SpaceTimePoisson] {
        assert_eq!(name.to_string().parse(), Ok(name));
    }
    assert!("normal".parse::<ModelName>().is_err());
}
