use super::*;
use proptest::prelude::*;

fn measure<'a>(name: &'a str, values: &'a [f64]) -> Measure<'a> {
    Measure { name, values }
}

/// Alike units with about twenty reports each, and a last one with `n`.
fn alike(n: u32) -> Vec<u32> {
    (0..60).map(|i| 16 + i % 9).chain([n]).collect()
}

#[test]
fn predictive_tails_are_those_of_the_negative_binomial() {
    // Shape 2, p = ½: P(0) = ¼, P(1) = ¼, P(2) = 3/16.
    let prior = GammaPrior { shape: 2.0, rate: 4.0 };
    for (count, below) in [(0, 0.25), (1, 0.5), (2, 0.6875)] {
        assert!((prior.predictive_tails(count, 4.0)[0] - below).abs() < 1e-14);
    }
    assert!((prior.predictive_tails(2, 4.0)[1] - 0.5).abs() < 1e-14);
    // Poisson at the limit.
    let tails = GammaPrior { shape: 1e6, rate: 1e6 }.predictive_tails(3, 5.0);
    assert!((tails[0] - 0.265_026).abs() < 1e-5, "{tails:?}");
    assert_eq!(prior.predictive_tails(0, 0.0), [1.0, 1.0]);
    assert_eq!(prior.predictive_tails(1, 0.0), [1.0, 0.0]);
    assert_eq!(prior.predictive_tails(3, f64::INFINITY), [0.0, 1.0]);
    assert!(prior.predictive_tails(3, f64::NAN)[0].is_nan() && prior.predictive_tails(3, -1.0)[1].is_nan());
}

#[test]
fn a_quiet_ward_is_named_and_its_bounds_give_back_its_count() {
    let reports = alike(1);
    let found = silence(&reports, &[measure("residents", &[1.0; 61])], &SilenceParams::default()).unwrap();
    assert_eq!((found.tested, found.expecting, found.places.len()), (61, 61, 1));
    let place = &found.places[0];
    let prior = found.measures[0].1;
    let expected = reports.iter().sum::<u32>() as f64 / 61.0;
    assert!((place.predicted - expected).abs() < 1e-6, "alike units predict their mean");
    assert!((place.p - prior.predictive_tails(1, expected)[0]).abs() < 1e-15 && (place.q - 61.0 * place.p).abs() < 1e-12);
    let [lo, hi] = place.reporting;
    assert!((prior.predictive_tails(1, lo * expected)[1] - 0.025).abs() < 1e-9);
    assert!((prior.predictive_tails(1, hi * expected)[0] - 0.025).abs() < 1e-9);
    // Nearly Poisson: the exact limits of 1 over what is expected.
    assert!((lo * expected - 0.0253).abs() < 0.01 && (hi * expected - 5.57).abs() < 0.5, "{lo} {hi}");
    // None is named when it reports like the others, or when too little is expected of it.
    assert!(silence(&alike(16), &[measure("residents", &[1.0; 61])], &SilenceParams::default()).unwrap().places.is_empty());
    let most = SilenceParams { minimum: 30.0, ..SilenceParams::default() };
    let few = silence(&reports, &[measure("residents", &[1.0; 61])], &most).unwrap();
    assert_eq!((few.places.len(), few.expecting), (0, 0));
}

#[test]
fn every_source_must_say_so() {
    let reports = alike(1);
    let mut shops = [1.0; 61];
    shops[60] = 0.05;
    let both = [measure("residents", &[1.0; 61]), measure("all crime", &shops)];
    assert!(silence(&reports, &both, &SilenceParams::default()).unwrap().places.is_empty());
    shops[60] = 1.2;
    let both = [measure("residents", &[1.0; 61]), measure("all crime", &shops)];
    let found = silence(&reports, &both, &SilenceParams::default()).unwrap();
    let place = &found.places[0];
    assert_eq!(place.by_measure.len(), 2);
    assert_eq!(place.p, place.by_measure.iter().map(|m| m.p).fold(0.0, f64::max));
    assert_eq!(place.predicted, place.by_measure.iter().map(|m| m.reports).fold(f64::INFINITY, f64::min));
    // Without a population a unit is not asked about.
    shops[60] = 0.0;
    let both = [measure("residents", &[1.0; 61]), measure("all crime", &shops)];
    assert_eq!(silence(&reports, &both, &SilenceParams::default()).unwrap().tested, 60);
}

#[test]
fn units_that_differ_much_cannot_be_silent() {
    // Rates from 0 to 200 without order: shape near 1.
    let reports: Vec<u32> = (0..100).map(|i| (-20.0 * ((f64::from(i) + 0.5) / 100.0).ln()) as u32).collect();
    let found = silence(&reports, &[measure("residents", &[1.0; 100])], &SilenceParams::default()).unwrap();
    assert!(found.measures[0].1.shape < 1.5);
    assert!(found.places.is_empty() && found.expecting == 100);
}

#[test]
fn neighbours_lend_their_rate_and_no_unit_its_own() {
    let lists: Vec<Vec<u32>> =
        (0..20u32).map(|i| [i.checked_sub(1), (i < 19).then_some(i + 1)].into_iter().flatten().collect()).collect();
    let weights = SpatialWeights::from_lists(&lists).unwrap();
    let mut reports: Vec<u32> = (0..20).map(|i| if i < 10 { 30 } else { 3 }).collect();
    let of = |reports: &[u32]| neighbour_measure(reports, &[10.0; 20], &weights).unwrap();
    let measure = of(&reports);
    assert!(measure[5] > 3.0 * measure[15] && measure[5] > measure[10]);
    let rates = RelativeRates::fit(&reports, &[10.0; 20]).unwrap();
    let by_hand = 10.0 * (rates.prior.shape + 60.0) / (rates.prior.rate + 2.0 * rates.expected[0]);
    assert!((measure[5] - by_hand).abs() < 1e-12);
    // An island has the rate of all.
    let islands = SpatialWeights::from_lists(&vec![Vec::<u32>::new(); 20]).unwrap();
    let alone = neighbour_measure(&reports, &[10.0; 20], &islands).unwrap();
    assert!(alone.iter().all(|m| (m - 10.0 * rates.prior.shape / rates.prior.rate).abs() < 1e-12));
    reports[0] = 0;
    assert!(neighbour_measure(&reports[1..], &[10.0; 19], &weights).is_err());
}

#[test]
fn an_order_stands_until_reporting_differs_by_the_ratio() {
    let of = |count, exposure| Exposed { count, exposure };
    let a = reporting_sensitivity(of(45, 1.5), of(30, 2.25), 0.95).unwrap();
    let b = reporting_sensitivity(of(30, 2.25), of(45, 1.5), 0.95).unwrap();
    assert_eq!((a.ahead, b.ahead), (Ahead::First, Ahead::Second));
    assert_eq!((a.factor, a.lo, a.hi), (b.factor, b.lo, b.hi));
    let close = reporting_sensitivity(of(11, 1.0), of(10, 1.0), 0.95).unwrap();
    assert!((close.factor - 1.1).abs() < 1e-12 && !close.order_stands());
    let silent = reporting_sensitivity(of(9, 1.0), of(0, 1.0), 0.95).unwrap();
    assert!(silent.factor == f64::INFINITY && silent.hi == f64::INFINITY && silent.lo > 1.0);
    for same in [of(0, 2.0), of(4, 2.0)] {
        let none = reporting_sensitivity(same, same, 0.95).unwrap();
        assert!(none.ahead == Ahead::Neither && none.factor == 1.0 && none.lo < 1.0 && none.hi > 1.0 && !none.order_stands());
    }
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(reporting_sensitivity(of(1, wrong), of(1, 1.0), 0.95).is_err());
    }
    assert!(reporting_sensitivity(of(1, 1.0), of(1, 1.0), 1.0).is_err());
}

#[test]
fn what_is_wrong_is_said() {
    let params = SilenceParams::default();
    assert!(silence(&[1], &[], &params).is_err());
    assert!(matches!(silence(&[1, 2], &[measure("m", &[1.0])], &params), Err(Error::Length { .. })));
    assert_eq!(silence(&[1, 2], &[measure("m", &[0.0; 2])], &params), Err(Error::NoReference));
    assert!(silence(&[], &[measure("m", &[])], &params).is_err());
    assert!(silence(&[0, 0], &[measure("m", &[1.0; 2])], &params).is_err());
    assert!(silence(&[1, 2], &[measure("m", &[1.0, f64::NAN])], &params).is_err());
    for bad in
        [SilenceParams { q: 0.0, ..params }, SilenceParams { level: 1.0, ..params }, SilenceParams { minimum: f64::NAN, ..params }]
    {
        assert!(silence(&[1], &[measure("m", &[1.0])], &bad).is_err());
    }
    // One unit, equal units: nobody is silent.
    for reports in [&[7][..], &[5, 5, 5]] {
        let ones = vec![1.0; reports.len()];
        assert!(silence(reports, &[measure("m", &ones)], &params).unwrap().places.is_empty());
    }
}

proptest! {
    #[test]
    fn the_scale_of_a_measure_does_not_matter_and_fewer_reports_are_more_surprising(
        units in prop::collection::vec((0u32..60, 1u32..50), 3..50), scale in 0.001..1000.0f64, which in 0usize..50,
    ) {
        let reports: Vec<u32> = units.iter().map(|u| u.0).collect();
        prop_assume!(reports.iter().any(|n| *n > 0));
        let values: Vec<f64> = units.iter().map(|u| f64::from(u.1)).collect();
        let scaled: Vec<f64> = values.iter().map(|v| v * scale).collect();
        let all = SilenceParams { q: 0.999_999, minimum: 0.0, ..SilenceParams::default() };
        let a = silence(&reports, &[measure("m", &values)], &all).unwrap();
        let b = silence(&reports, &[measure("m", &scaled)], &all).unwrap();
        prop_assert_eq!(a.places.len(), b.places.len());
        for place in &a.places {
            let other = b.places.iter().find(|p| p.unit == place.unit).unwrap();
            prop_assert!((place.p - other.p).abs() < 1e-6 && place.p <= place.q + 1e-15);
            prop_assert!(place.reporting[0] <= place.reporting[1]);
        }
        let prior = a.measures[0].1;
        let n = reports[which % reports.len()];
        prop_assert!(prior.predictive_tails(n, 7.0)[0] <= prior.predictive_tails(n + 1, 7.0)[0]);
        prop_assert!(prior.predictive_tails(n, 7.0)[0] >= prior.predictive_tails(n, 8.0)[0] - 1e-14);
    }
}

#[test]
fn callable_units_are_those_that_the_rule_would_take_with_no_report_of_theirs() {
    // Twenty p values, some of them small: each unit in turn gets another p, and the rule is applied again.
    let p: Vec<f64> = (0..20).map(|i| [0.002, 0.004, 0.02, 0.3, 0.012][i % 5] * (1.0 + i as f64 / 40.0)).collect();
    for level in [0.01, 0.05, 0.2] {
        for factor in [0.05, 0.3, 1.0] {
            let instead: Vec<f64> = p.iter().map(|p| p * factor).collect();
            let called = called_alone(&p, &instead, level);
            for unit in 0..p.len() {
                let mut changed = p.clone();
                changed[unit] = instead[unit];
                assert_eq!(called[unit], benjamini_hochberg(&changed).unwrap()[unit] <= level, "{level} {factor} {unit}");
            }
        }
    }
    // All alike and enough expected: each could be named. Nothing expected: none.
    let found = silence(&alike(1), &[measure("residents", &[1.0; 61])], &SilenceParams::default()).unwrap();
    assert_eq!(found.callable, 61);
    let few: Vec<u32> = (0..60).map(|i| u32::from(i % 3 == 0)).collect();
    assert_eq!(silence(&few, &[measure("residents", &[1.0; 60])], &SilenceParams::default()).unwrap().callable, 0);
}

#[test]
fn each_hotspot_is_compared_with_the_next_on_the_list() {
    use crate::hotspot::fixture::{Town, months};
    let mut analysis = Town::new(months("2025-07", "2026-06")).found(None);
    let one = analysis.hotspots[0].clone();
    let of = |n, expected| crate::hotspot::Hotspot { n, expected, ..one.clone() };
    analysis.hotspots = vec![of(90, 30.0), of(45, 5.0), of(44, 5.0)];
    let orders = analysis.orders();
    assert_eq!(orders.len(), 3);
    let [Some(first), Some(second), None] = orders[..] else { panic!("{orders:?}") };
    assert!(first.ahead == Ahead::Second && first.order_stands() && (first.factor - 3.0).abs() < 1e-12, "{first:?}");
    assert!(second.ahead == Ahead::First && !second.order_stands());
}
