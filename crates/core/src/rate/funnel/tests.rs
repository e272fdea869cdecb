use super::*;
use crate::rate::exact_limits;

const O: [u32; 6] = [100, 150, 180, 80, 120, 225];
const E: [f64; 6] = [108.0, 112.0, 165.0, 95.0, 100.0, 220.0];

fn poisson(target: f64) -> FunnelParams {
    FunnelParams { target: Target::Fixed(target), dispersion: Dispersion::Poisson, ..FunnelParams::default() }
}

#[test]
fn counts_lie_on_the_lower_limit_at_the_published_expectations() {
    let published = [5.571645, 7.224688, 8.767274, 10.241587, 11.668333, 13.059477];
    for (count, expected) in (1_u32..).zip(published) {
        let made = funnel(&[count], &[expected], &poisson(1.0)).expect("valid input");
        let unit = made.units[0].expect("expected");
        assert!((unit.inner[0] * expected - f64::from(count)).abs() < 3e-6, "{count}: {unit:?}");
    }
}

#[test]
fn curves_pass_through_the_exact_limits_of_every_count() {
    let made = funnel(&[1], &[1.0], &poisson(1.0)).expect("valid input");
    for count in [1_u64, 2, 7, 30, 400, 50_000] {
        for level in [INNER, OUTER] {
            let [low, high] = exact_limits(count, level);
            let got = made.limits_at(high, level)[0] * high;
            assert!((got / count as f64 - 1.0).abs() < 1e-9, "{count} {level}: {got}");
            let got = made.limits_at(low, level)[1] * low;
            assert!((got / count as f64 - 1.0).abs() < 1e-9, "{count} {level}: {got}");
        }
    }
}

#[test]
fn a_unit_is_outside_exactly_when_it_is_beyond_the_curve() {
    let (mut counts, mut expected) = (Vec::new(), Vec::new());
    for e in [0.01, 0.3, 2.0, 3.7, 9.0, 44.5] {
        for o in 0..80 {
            counts.push(o);
            expected.push(e);
        }
    }
    for params in
        [poisson(1.0), poisson(0.6), FunnelParams::default(), FunnelParams { transform: Transform::Raw, ..FunnelParams::default() }]
    {
        let made = funnel(&counts, &expected, &params).expect("valid input");
        for unit in made.units.iter().flatten() {
            let by_curve = if unit.ratio > unit.outer[1] {
                Position::AboveOuter
            } else if unit.ratio > unit.inner[1] {
                Position::AboveInner
            } else if unit.ratio < unit.outer[0] {
                Position::BelowOuter
            } else if unit.ratio < unit.inner[0] {
                Position::BelowInner
            } else {
                Position::Within
            };
            assert_eq!(unit.position, by_curve, "{unit:?}");
            assert!(unit.outer[0] <= unit.inner[0] && unit.inner[1] <= unit.outer[1]);
        }
    }
}

#[test]
fn of_poisson_counts_no_more_than_the_stated_share_is_outside() {
    // Summed over the distribution of a count at its target.
    let expected: Vec<f64> = (0..200).map(|i| 0.05 * 1.05_f64.powi(i)).collect();
    for e in expected {
        let counts: Vec<u32> = (0..(e + 12.0 * e.sqrt() + 30.0) as u32).collect();
        let made = funnel(&counts, &vec![e; counts.len()], &poisson(1.0)).expect("valid input");
        let (mut term, mut inner, mut outer) = (f64::exp(-e), 0.0, 0.0);
        for (o, unit) in counts.iter().zip(made.units.iter().flatten()) {
            match unit.position {
                Position::Within => {}
                Position::AboveInner | Position::BelowInner => inner += term,
                Position::AboveOuter | Position::BelowOuter => outer += term,
            }
            term *= e / f64::from(o + 1);
        }
        assert!(inner + outer <= 0.05 + 1e-12 && outer <= 0.002 + 1e-12, "{e}: {inner} {outer}");
    }
}

#[test]
fn phi_and_tau_are_those_of_the_formulas_written_in_r() {
    // R 4.2.2, quantile type 7: about a target of 1 (the square-root method of FunnelPlotR), and about the overall rate.
    let one = funnel(&O, &E, &FunnelParams { target: Target::Fixed(1.0), ..FunnelParams::default() }).expect("valid input");
    assert!((one.phi - 2.32717825759).abs() < 1e-10 && (one.tau2 - 0.00343978015419).abs() < 1e-13, "{} {}", one.phi, one.tau2);
    let overall = funnel(&O, &E, &FunnelParams::default()).expect("valid input");
    assert!((overall.target - 1.06875).abs() < 1e-12);
    assert!((overall.phi - 1.91143062446).abs() < 1e-10 && (overall.tau2 - 0.00248246495074).abs() < 1e-13);
    let z = [-1.48720549536, 2.61339839326, 0.273918915559, -2.26399944382, 1.23282917207, -0.667572450391];
    let wide =
        funnel(&O, &E, &FunnelParams { dispersion: Dispersion::Multiplicative, ..FunnelParams::default() }).expect("valid input");
    for (i, z) in z.iter().enumerate() {
        let (additive, multiplicative) = (overall.units[i].expect("expected"), wide.units[i].expect("expected"));
        let s2 = 0.25 / E[i];
        assert!((additive.z.expect("z") - z * (s2 / (s2 + overall.tau2)).sqrt()).abs() < 1e-9);
        assert!((multiplicative.z.expect("z") - z / overall.phi.sqrt()).abs() < 1e-9);
        let reach = 1.959963984540054 * (s2 + overall.tau2).sqrt();
        let limits = [(1.06875_f64.sqrt() - reach).powi(2), (1.06875_f64.sqrt() + reach).powi(2)];
        assert!((additive.inner[0] - limits[0]).abs() < 1e-10 && (additive.inner[1] - limits[1]).abs() < 1e-10);
    }
}

#[test]
fn over_dispersion_only_widens() {
    let limits = |dispersion| {
        let made = funnel(&O, &E, &FunnelParams { dispersion, ..FunnelParams::default() }).expect("valid input");
        made.units.iter().flatten().map(|u| u.inner).collect::<Vec<_>>()
    };
    let chance = limits(Dispersion::Poisson);
    for wide in [limits(Dispersion::Multiplicative), limits(Dispersion::Additive)] {
        assert!(chance.iter().zip(&wide).all(|(c, w)| w[0] < c[0] && c[1] < w[1]));
    }
    // Counts at their target: no widening, though φ is below 1.
    let even = funnel(&[10, 10, 10], &[10.0, 10.0, 10.0], &FunnelParams::default()).expect("valid input");
    assert_eq!((even.phi, even.tau2), (0.0, 0.0));
}

#[test]
fn an_outlier_does_not_hide_itself() {
    let mut counts = vec![100; 32];
    for (i, c) in counts.iter_mut().enumerate() {
        *c = if i % 2 == 0 { 92 } else { 108 };
    }
    counts.push(300);
    let expected = vec![100.0; 33];
    let of = |winsorise| {
        funnel(&counts, &expected, &FunnelParams { target: Target::Fixed(1.0), winsorise, ..FunnelParams::default() })
            .expect("valid input")
    };
    assert_eq!(of(0.1).units[32].expect("expected").position, Position::AboveOuter);
    assert!(of(0.0).phi > 5.0 * of(0.1).phi);
}

#[test]
fn the_unit_of_the_population_does_not_matter() {
    for transform in Transform::ALL {
        for dispersion in Dispersion::ALL {
            let params = FunnelParams { dispersion, transform, ..FunnelParams::default() };
            let (a, b) =
                (funnel(&O, &E, &params).expect("valid input"), funnel(&O, &E.map(|e| e * 1000.0), &params).expect("valid input"));
            assert!((a.phi - b.phi).abs() < 1e-9);
            for (a, b) in a.units.iter().flatten().zip(b.units.iter().flatten()) {
                assert!((a.z.expect("z") - b.z.expect("z")).abs() < 1e-9 && a.position == b.position);
                assert!((a.inner[1] / b.inner[1] / 1000.0 - 1.0).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn the_ends_are_defined() {
    let made = funnel(&[3, 0, 7], &[2.0, 0.0, 8.0], &FunnelParams::default()).expect("valid input");
    assert!(made.units[1].is_none() && made.units[0].is_some());
    let one = funnel(&[3], &[2.0], &FunnelParams::default()).expect("valid input");
    assert_eq!((one.tau2, one.units[0].expect("expected").position), (0.0, Position::Within));
    for dispersion in Dispersion::ALL {
        let params = FunnelParams { dispersion, ..FunnelParams::default() };
        let none = funnel(&[0, 0], &[2.0, 3.0], &params).expect("valid input");
        let unit = none.units[0].expect("expected");
        assert_eq!((none.target, unit.z, unit.p, unit.position, unit.inner), (0.0, None, 1.0, Position::Within, [0.0; 2]));
        let never = funnel(&[1], &[2.0], &FunnelParams { target: Target::Fixed(0.0), ..params }).expect("valid input");
        assert_eq!(never.units[0].expect("expected").position, Position::AboveOuter);
    }
    assert_eq!(funnel(&[], &[], &FunnelParams::default()), Err(Error::NoReference));
    assert_eq!(funnel(&[1], &[0.0], &FunnelParams::default()), Err(Error::NoReference));
    assert!(funnel(&[1], &[], &FunnelParams::default()).is_err());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(funnel(&[1], &[bad], &FunnelParams::default()).is_err());
        assert!(funnel(&[1], &[1.0], &poisson(bad)).is_err());
    }
    for winsorise in [-0.1, 0.5, f64::NAN] {
        assert!(funnel(&[1], &[1.0], &FunnelParams { winsorise, ..FunnelParams::default() }).is_err());
    }
    assert!(made.limits_at(0.0, 0.95)[0].is_nan() && made.limits_at(1.0, 95.0)[1].is_nan());
}

#[test]
fn names_go_there_and_back() {
    for dispersion in Dispersion::ALL {
        assert_eq!(dispersion.to_string().parse(), Ok(dispersion));
    }
    for transform in Transform::ALL {
        assert_eq!(transform.to_string().parse(), Ok(transform));
    }
    for position in Position::ALL {
        assert_eq!(position.to_string().parse(), Ok(position));
    }
    assert!("log".parse::<Transform>().is_err());
}
