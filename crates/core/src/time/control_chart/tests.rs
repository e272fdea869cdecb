use super::*;
use proptest::prelude::*;

const MONTHS: [f64; 12] = [12.0, 15.0, 11.0, 14.0, 13.0, 18.0, 12.0, 16.0, 14.0, 15.0, 13.0, 31.0];

fn said(chart: &ControlChart) -> Vec<String> {
    chart.signals.iter().map(Signal::to_string).collect()
}

#[test]
fn xmr_has_the_limits_of_the_published_series() {
    let chart = xmr(&MONTHS, &ChartParams::new(0..11)).expect("valid");
    let p = chart.points[11];
    assert!((chart.mean - 13.909091).abs() < 1e-6 && (chart.mean_moving_range.expect("moving ranges") - 3.1).abs() < 1e-12);
    assert!((p.lower - 5.663091).abs() < 1e-6 && (p.upper - 22.155091).abs() < 1e-6);
    assert!((chart.moving_range_limit.expect("a limit") - 3.268 * 3.1).abs() < 1e-12);
    assert_eq!(said(&chart), ["point 12 is above the upper limit"]);
    assert_eq!((chart.kind, chart.baseline.clone(), &chart.cautions[..]), (ChartKind::Xmr, 0..11, &[Caution::ShortBaseline][..]));
    // With the event in the baseline the limits widen; the point still lies outside them.
    let thawed = xmr(&MONTHS, &ChartParams::new(0..12)).expect("valid").points[0];
    assert!((thawed.lower - 3.484).abs() < 5e-4 && (thawed.upper - 27.182).abs() < 5e-4);
}

#[test]
fn the_moving_range_signals_when_asked() {
    let rules = Rule::ALL.into_iter().collect();
    let chart = xmr(&MONTHS, &ChartParams { rules, ..ChartParams::new(0..11) }).expect("valid");
    assert_eq!(
        said(&chart),
        ["point 12 is above the upper limit", "the step up from point 11 to point 12 is larger than its limit"]
    );
}

/// A baseline of mean 10 and mean moving range 1, limits 7.34 and 12.66, near 8.227 and 11.773; then `after`.
fn after(after: &[f64]) -> Vec<String> {
    let mut values: Vec<f64> = (0..20).map(|i| if i % 2 == 0 { 9.5 } else { 10.5 }).collect();
    values.extend_from_slice(after);
    said(&xmr(&values, &ChartParams::new(0..20)).expect("valid"))
}

#[test]
fn each_rule_needs_what_it_says() {
    assert!(after(&[]).is_empty());
    // Run: seven on one side, ended by a point on the line.
    assert!(after(&[9.5, 10.1, 10.3, 10.1, 10.2, 10.4, 10.1]).is_empty());
    assert_eq!(after(&[9.5, 10.1, 10.3, 10.1, 10.2, 10.4, 10.1, 10.6]), ["points 22 to 28, 7 in a row, are above the centre line"]);
    assert!(after(&[9.5, 10.1, 10.3, 10.1, 10.0, 10.4, 10.1, 10.6]).is_empty());
    assert_eq!(after(&[9.9, 9.8, 9.9, 9.7, 9.9, 9.8, 9.9, 9.6]), ["points 21 to 28, 8 in a row, are below the centre line"]);
    // Trend: seven points, six steps; equal neighbours end it.
    assert_eq!(after(&[9.4, 9.6, 9.8, 9.9, 10.1, 10.2, 10.3]), ["points 21 to 27, 7 in a row, rise"]);
    assert!(after(&[9.5, 9.6, 9.8, 9.9, 9.9, 10.2, 10.3]).is_empty());
    assert_eq!(after(&[10.4, 10.2, 10.1, 9.9, 9.8, 9.6, 9.5]), ["points 20 to 27, 8 in a row, fall"]);
    // Two of three near a limit, the third on the same side.
    assert_eq!(after(&[11.9, 10.2, 12.0]), ["of points 21 to 23 at least two of three are near the upper limit"]);
    assert_eq!(after(&[11.9, 10.2, 12.0, 12.1]), ["of points 21 to 24 at least two of three are near the upper limit"]);
    assert!(after(&[11.9, 9.9, 12.0]).is_empty());
    assert_eq!(after(&[8.0, 8.1, 9.9]), ["of points 21 to 23 at least two of three are near the lower limit"]);
    // A point outside is a signal of its own and not near.
    assert_eq!(after(&[13.0, 10.2, 12.0]), ["point 21 is above the upper limit"]);
    assert_eq!(after(&[7.0]), ["point 21 is below the lower limit"]);
}

#[test]
fn rules_are_a_set() {
    assert_eq!(Rules::default(), Rules::MAKING_DATA_COUNT);
    assert!(Rule::ALL.iter().all(|r| Rules::MAKING_DATA_COUNT.contains(*r) == (*r != Rule::MovingRange)));
    let only = Rules::from_iter([Rule::Trend]);
    let chart = xmr(&MONTHS, &ChartParams { rules: only, ..ChartParams::new(0..11) }).expect("valid");
    assert!(chart.signals.is_empty() && chart.rules == only);
    assert_eq!(std::collections::BTreeSet::from(Rule::ALL.map(Rule::id)).len(), 5);
}

#[test]
fn a_constant_baseline_has_no_width() {
    let chart = xmr(&[4.0, 4.0, 4.0, 5.0], &ChartParams::new(0..3)).expect("valid");
    assert_eq!((chart.points[0].lower, chart.points[0].upper), (4.0, 4.0));
    assert_eq!(said(&chart), ["point 4 is above the upper limit"]);
    assert!(chart.cautions.contains(&Caution::SmallCounts));
    let none = poisson_chart(&[0, 0, 0, 1], &[1.0; 4], Limits::Exact, &ChartParams::new(0..3)).expect("valid");
    assert_eq!(said(&none), ["point 4 is above the upper limit"]);
    assert_eq!(negative_binomial_chart(&[0, 0, 0, 1], &[1.0; 4], &ChartParams::new(0..3)).expect("valid").dispersion, Some(0.0));
    assert!(t_chart(&[0.0; 5], &ChartParams::new(0..5)).expect("valid").signals.is_empty());
    assert!(g_chart(&[0; 5], &ChartParams::new(0..5)).expect("valid").signals.is_empty());
}

#[test]
fn what_has_no_answer_is_refused() {
    let all = ChartParams::new(0..2);
    for bad in [0..0, 0..1, 1..2, 0..3, 5..9] {
        let params = ChartParams::new(bad.clone());
        assert!(xmr(&[1.0, 2.0], &params).is_err(), "{bad:?}");
        assert!(g_chart(&[1, 2], &params).is_err() && t_chart(&[1.0, 2.0], &params).is_err());
        assert!(poisson_chart(&[1, 2], &[1.0; 2], Limits::Exact, &params).is_err());
    }
    assert!(xmr(&[1.0, f64::NAN], &all).is_err() && xmr(&[], &ChartParams::new(0..0)).is_err());
    assert!(t_chart(&[1.0, -1.0], &all).is_err() && t_chart(&[f64::INFINITY, 1.0], &all).is_err());
    assert!(matches!(poisson_chart(&[1, 2], &[1.0], Limits::Exact, &all), Err(Error::Length { .. })));
    for exposure in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(negative_binomial_chart(&[1, 2], &[1.0, exposure], &all).is_err());
    }
    assert!(poisson_chart(&[1, 2], &[1.0; 2], Limits::MovingRange, &all).is_err());
}

/// P(X > c), term by term.
fn summed(mean: f64, dispersion: f64, c: u64) -> f64 {
    let mut term = if dispersion == 0.0 { (-mean).exp() } else { (1.0 + dispersion * mean).powf(-1.0 / dispersion) };
    let mut sum = 0.0;
    for k in 0..100_000_u64 {
        if k > c {
            sum += term;
        }
        let ratio =
            if dispersion == 0.0 { mean } else { (1.0 / dispersion + k as f64) * dispersion * mean / (1.0 + dispersion * mean) };
        term *= ratio / (k + 1) as f64;
    }
    sum
}

#[test]
fn exact_limits_leave_no_more_than_their_tails() {
    for mean in [0.1, 0.9, 2.0, 7.5, 30.0, 400.0] {
        for dispersion in [0.0, 0.02, 0.3, 2.0] {
            let [lower, upper, near_lower, near_upper] = Counts { mean, dispersion }.limits();
            for (lower, upper, tail) in [(lower, upper, OUTSIDE), (near_lower, near_upper, NEAR)] {
                let above = |c: f64| summed(mean, dispersion, c as u64);
                assert!(above(upper) <= tail && (upper == 0.0 || above(upper - 1.0) > tail), "{mean} {dispersion}: {upper}");
                assert!(lower == 0.0 || 1.0 - above(lower - 1.0) <= tail, "{mean} {dispersion}: {lower}");
                assert!(1.0 - above(lower) > tail, "{mean} {dispersion}: {lower}");
            }
        }
    }
    // The mean of 6.6 of a c chart has an exact upper limit of 16 and no lower one.
    assert_eq!(Counts { mean: 6.6, dispersion: 0.0 }.limits()[..2], [0.0, 16.0]);
    // Large means do not take long, nor end in rounding.
    let [lower, upper, ..] = Counts { mean: 1e6, dispersion: 0.0 }.limits();
    assert!((lower - (1e6 - 3e3)).abs() < 10.0 && (upper - (1e6 + 3e3)).abs() < 10.0);
}

#[test]
fn three_sigma_is_the_textbook_chart() {
    // u chart: 3 of 10 and so on; ū = 20/60.
    let chart =
        poisson_chart(&[3, 5, 4, 8], &[10.0, 20.0, 10.0, 20.0], Limits::ThreeSigma, &ChartParams::new(0..4)).expect("valid");
    assert!((chart.mean - 1.0 / 3.0).abs() < 1e-15);
    let p = chart.points[1];
    assert!((p.value - 0.25).abs() < 1e-15 && (p.upper - (1.0 / 3.0 + 3.0 * (1.0_f64 / 60.0).sqrt())).abs() < 1e-12);
    assert_eq!(p.lower, 0.0);
}

#[test]
fn dispersion_is_that_of_the_moments() {
    // Mean 30, s² = 250: φ = 220/900.
    let counts = [10, 20, 30, 40, 50];
    let chart = negative_binomial_chart(&counts, &[1.0; 5], &ChartParams::new(0..5)).expect("valid");
    assert!((chart.dispersion.expect("estimated") - 220.0 / 900.0).abs() < 1e-12);
    assert_eq!(negative_binomial_chart(&[10, 11, 9, 10], &[1.0; 4], &ChartParams::new(0..4)).expect("valid").dispersion, Some(0.0));
    let poisson = poisson_chart(&[10, 11, 9, 10], &[1.0; 4], Limits::Exact, &ChartParams::new(0..4)).expect("valid");
    let other = negative_binomial_chart(&[10, 11, 9, 10], &[1.0; 4], &ChartParams::new(0..4)).expect("valid");
    assert_eq!(poisson.points, other.points);
}

#[test]
fn gaps_of_a_geometric_have_its_quantiles() {
    // Mean 9, q = 0.9: P(gap > 62) = 0.9⁶³ = 0.00131, P(gap > 61) = 0.00146; P(gap < 1) = 0.1 already.
    let gaps = [9, 9, 9, 9, 70, 62];
    let chart = g_chart(&gaps, &ChartParams::new(0..4)).expect("valid");
    let p = chart.points[0];
    assert_eq!((p.lower, p.upper, p.center), (0.0, 62.0, 6.0));
    assert_eq!(said(&chart)[0], "point 5 is above the upper limit");
    // Mean 9999: P(gap < 13) = 0.0013, P(gap < 14) = 0.0014.
    let rare = g_chart(&[9_999, 9_999, 12], &ChartParams::new(0..2)).expect("valid");
    assert_eq!(rare.points[0].lower, 13.0);
    assert_eq!(said(&rare), ["point 3 is below the lower limit"]);
}

#[test]
fn times_between_are_charted_on_their_transformed_scale() {
    let times = [30.0, 41.0, 25.0, 60.0, 33.0, 48.0, 0.01];
    let chart = t_chart(&times, &ChartParams::new(0..6)).expect("valid");
    let shown: Vec<f64> = times.iter().map(|t| t.powf(1.0 / 3.6)).collect();
    let same = xmr(&shown, &ChartParams::new(0..6)).expect("valid");
    for (t, x) in chart.points.iter().zip(&same.points) {
        assert!((t.upper - x.upper.powf(3.6)).abs() < 1e-9 && (t.center - x.center.powf(3.6)).abs() < 1e-9);
    }
    assert_eq!(chart.signals, same.signals);
    assert_eq!(said(&chart), ["point 7 is below the lower limit"]);
}

proptest! {
    #[test]
    fn a_chart_moves_with_its_values(values in prop::collection::vec(0u8..50, 4..40), a in 1u8..9, b in -100i32..100) {
        let x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let moved: Vec<f64> = x.iter().map(|v| f64::from(a) * v + f64::from(b)).collect();
        let half = ChartParams { rules: Rule::ALL.into_iter().collect(), ..ChartParams::new(0..x.len() / 2) };
        let (plain, other) = (xmr(&x, &half).expect("valid"), xmr(&moved, &half).expect("valid"));
        for (p, o) in plain.points.iter().zip(&other.points) {
            prop_assert!((f64::from(a) * p.upper + f64::from(b) - o.upper).abs() < 1e-9);
            prop_assert!((f64::from(a) * p.near_lower + f64::from(b) - o.near_lower).abs() < 1e-9);
        }
        // Turned upside down, every signal is on the other side.
        let turned: Vec<f64> = x.iter().map(|v| -v).collect();
        let turned = xmr(&turned, &half).expect("valid").signals;
        prop_assert_eq!(turned.len(), plain.signals.len());
        for (t, p) in turned.iter().zip(&plain.signals) {
            prop_assert_eq!((t.rule, t.from, t.to), (p.rule, p.from, p.to));
            prop_assert!(t.side != p.side);
        }
    }

    #[test]
    fn limits_do_not_depend_on_what_follows(counts in prop::collection::vec(0u64..90, 12..30), late in 0u64..5000) {
        let exposure = vec![28.0; counts.len()];
        let before = negative_binomial_chart(&counts, &exposure, &ChartParams::new(0..6)).expect("valid");
        let mut changed = counts.clone();
        changed[10] = late;
        let after = negative_binomial_chart(&changed, &exposure, &ChartParams::new(0..6)).expect("valid");
        for (b, a) in before.points.iter().zip(&after.points) {
            prop_assert_eq!((b.lower, b.upper, b.near_lower, b.near_upper), (a.lower, a.upper, a.near_lower, a.near_upper));
            prop_assert!(b.lower <= b.near_lower && b.near_lower <= b.near_upper && b.near_upper <= b.upper);
        }
    }
}
