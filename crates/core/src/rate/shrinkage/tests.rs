use super::*;

fn near(got: f64, wanted: f64, relative: f64) {
    assert!((got / wanted - 1.0).abs() < relative, "{got} is not {wanted}");
}

#[test]
fn shrunk_means_have_the_published_values() {
    let prior = GammaPrior { shape: 4.0, rate: 4.0 };
    for (count, expected, mean) in [(0, 0.5, 0.888889), (6, 2.0, 1.666667), (60, 20.0, 2.666667)] {
        assert!((prior.posterior(count, expected).mean() - mean).abs() < 1e-6);
    }
}

#[test]
fn the_fitted_prior_is_the_maximum_found_with_thirty_digits() {
    // mpmath: roots of the score of the negative binomial likelihood.
    let cases: [(&[u32], &[f64], f64, f64); 4] = [
        (&[0, 3, 1, 12, 0, 2], &[1.0, 2.0, 2.0, 3.0, 1.0, 2.0], 1.37732744406164, 1.03057208955118),
        (&[5000, 20, 3, 1500, 0], &[10.0, 1.0, 1.0, 8.0, 2.0], 0.248820251132604, 0.00174977013019289),
        (
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
            &[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3],
            0.0698386060717661,
            0.0262022660984924,
        ),
        (
            &[1, 0, 2, 1, 0, 4, 0, 0, 1, 0, 9, 0],
            &[1.0, 0.5, 1.5, 1.0, 0.25, 2.0, 1.0, 1.0, 1.0, 0.75, 1.0, 1.0],
            0.641708262870217,
            0.464372356198498,
        ),
    ];
    for (counts, expected, shape, rate) in cases {
        let prior = fit_gamma_poisson(counts, expected).expect("valid input");
        near(prior.shape, shape, 1e-9);
        near(prior.rate, rate, 1e-9);
    }
}

#[test]
fn the_derivatives_are_those_of_the_value() {
    let counts = [0, 3, 1, 12, 0, 2, 3000, 1100];
    let likelihood = Likelihood::new(&counts, &[1.0, 2.0, 0.5, 3.0, 1.0, 2.0, 200.0, 40.0]);
    let h = 1e-5;
    for (alpha, m) in [(-3.0, 0.2), (0.4, 1.0), (5.0, -1.0), (9.0, 2.0)] {
        let at = likelihood.at(alpha, m);
        let (left, right) = (likelihood.at(alpha - h, m), likelihood.at(alpha + h, m));
        let (down, up) = (likelihood.at(alpha, m - h), likelihood.at(alpha, m + h));
        let scale = at.value.abs().max(1.0);
        for (analytic, numeric) in [
            (at.d_alpha, (right.value - left.value) / (2.0 * h)),
            (at.d_m, (up.value - down.value) / (2.0 * h)),
            (at.d_alpha_alpha, (right.d_alpha - left.d_alpha) / (2.0 * h)),
            (at.d_alpha_m, (up.d_alpha - down.d_alpha) / (2.0 * h)),
            (at.d_m_m, (up.d_m - down.d_m) / (2.0 * h)),
        ] {
            assert!((analytic - numeric).abs() < 1e-6 * scale, "at {alpha}, {m}: {analytic} is not {numeric}");
        }
    }
}

#[test]
fn large_counts_sum_like_small_ones() {
    for a in [1e-6, 0.3, 7.0, 1e3, 1e6] {
        let direct: f64 = (1024..5000).map(|j| (f64::from(j) / a).ln_1p()).sum();
        near(rising(a, 1024.0, 5000.0).0, direct, 1e-12);
        let slope: f64 = (1024..5000).map(|j| -f64::from(j) / (a + f64::from(j))).sum();
        near(rising(a, 1024.0, 5000.0).1, slope, 1e-9);
        let curvature: f64 = (1024..5000).map(|j| a * f64::from(j) / (a + f64::from(j)).powi(2)).sum();
        near(rising(a, 1024.0, 5000.0).2, curvature, 1e-6);
    }
}

#[test]
fn sums_side_by_side_are_those_one_by_one() {
    let expected: Vec<f64> = (0..1000).map(|i| 0.1 + f64::from(i * 37 % 101) / 50.0).collect();
    for scale in [1e-12, 1e-5, 0.004, 0.006, 0.3, 1e4, 1e36, 1e60] {
        let t = || expected.iter().map(|e| e * scale);
        let [logs, u, w] = sums_of_shares(&expected, 2.1, scale);
        near(logs, t().map(f64::ln_1p).sum(), 1e-13);
        near(u, t().map(|t| t / (1.0 + t)).sum(), 1e-13);
        near(w, t().map(|t| t / (1.0 + t) / (1.0 + t)).sum(), 1e-13);
    }
    assert_eq!(sums_of_shares(&[], 0.0, 1.0), [0.0; 3]);
}

#[test]
fn no_nearby_prior_is_more_probable() {
    let counts: Vec<u32> = (0..400_u32).map(|i| if i % 7 == 0 { i % 29 } else { i % 2 }).collect();
    let expected: Vec<f64> = (0..400).map(|i| 0.2 + f64::from(i % 13) / 5.0).collect();
    let prior = fit_gamma_poisson(&counts, &expected).expect("valid input");
    let likelihood = Likelihood::new(&counts, &expected);
    let (alpha, m) = (prior.shape.ln(), (prior.shape / prior.rate).ln());
    let best = likelihood.at(alpha, m).value;
    for i in -40..=40 {
        for j in -40..=40 {
            let other = likelihood.at(alpha + f64::from(i) * 0.1, m + f64::from(j) * 0.05).value;
            assert!(other <= best + 1e-9 * best.abs());
        }
    }
}

#[test]
fn counts_that_vary_like_poisson_counts_have_the_prior_of_equal_rates() {
    let prior = fit_gamma_poisson(&[2, 2, 2, 2], &[1.0, 1.0, 1.0, 1.0]).expect("valid input");
    near(prior.shape, MAX_SHAPE, 1e-9);
    near(prior.shape / prior.rate, 2.0, 1e-9);
    let one = fit_gamma_poisson(&[5], &[2.0]).expect("valid input");
    near(one.shape, MAX_SHAPE, 1e-9);
    near(one.shape / one.rate, 2.5, 1e-9);
}

#[test]
fn no_incident_still_gives_a_proper_prior() {
    let prior = fit_gamma_poisson(&[0, 0, 0], &[1.0, 2.0, 3.0]).expect("valid input");
    assert_eq!(prior, GammaPrior { shape: 0.5, rate: 6.0 });
}

#[test]
fn units_without_expectation_say_nothing() {
    let with = fit_gamma_poisson(&[0, 3, 1, 9, 12, 0, 2], &[1.0, 2.0, 2.0, 0.0, 3.0, 1.0, 2.0]).expect("valid input");
    let without = fit_gamma_poisson(&[0, 3, 1, 12, 0, 2], &[1.0, 2.0, 2.0, 3.0, 1.0, 2.0]).expect("valid input");
    assert_eq!(with, without);
    let posterior = with.posterior(9, 0.0);
    assert_eq!((posterior.shape, posterior.rate), (with.shape, with.rate));
}

#[test]
fn wrong_input_is_named() {
    assert_eq!(fit_gamma_poisson(&[1], &[1.0, 2.0]), Err(Error::Length { what: "expected", got: 2, expected: 1 }));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(fit_gamma_poisson(&[1, 2], &[1.0, bad]), Err(Error::OutOfRange { .. })));
    }
    assert_eq!(fit_gamma_poisson(&[1, 2], &[0.0, 0.0]), Err(Error::NoReference));
    assert_eq!(fit_gamma_poisson(&[], &[]), Err(Error::NoReference));
}

#[test]
fn the_scale_of_the_expectation_only_scales_the_rate() {
    let counts = [0, 3, 1, 12, 0, 2, 40];
    let expected = [1.0, 2.0, 2.0, 3.0, 1.0, 2.0, 4.0];
    let plain = fit_gamma_poisson(&counts, &expected).expect("valid input");
    for factor in [1e-9, 0.01, 350.0, 1e12] {
        let scaled = fit_gamma_poisson(&counts, &expected.map(|e| e * factor)).expect("valid input");
        near(scaled.shape, plain.shape, 1e-9);
        near(scaled.rate, plain.rate * factor, 1e-9);
    }
}

#[test]
fn extreme_counts_have_a_prior() {
    for counts in [vec![0, 0, 0, u32::MAX], vec![u32::MAX; 4], vec![1, 1, 1, u32::MAX], vec![0, 0, 0, 1]] {
        let prior = fit_gamma_poisson(&counts, &[1.0, 1e-3, 1e3, 1.0]).expect("valid input");
        assert!(prior.shape >= MIN_SHAPE && prior.shape <= MAX_SHAPE && prior.rate > 0.0 && prior.rate.is_finite(), "{prior:?}");
    }
    let mut one_place = vec![0; 100_000];
    one_place[77] = 50_000;
    let prior = fit_gamma_poisson(&one_place, &vec![0.5; 100_000]).expect("valid input");
    assert!(prior.shape < 1e-4 && prior.posterior(50_000, 0.5).exceedance(2.0) > 0.999_999);
}

#[test]
fn a_planted_prior_is_found() {
    // Quantiles of a gamma of shape 2 and mean 1 as the rates; Poisson counts by inverse transform of a low-discrepancy sequence.
    let n = 20_000;
    let truth = GammaPosterior { shape: 2.0, rate: 2.0 };
    let mut counts = Vec::with_capacity(n);
    for i in 0..n {
        let rate = 3.0 * truth.quantile((i as f64 + 0.5) / n as f64);
        let mut left = (i as f64 * 0.618_033_988_749_895).fract();
        let (mut term, mut count) = (f64::exp(-rate), 0_u32);
        while left > term && count < 200 {
            left -= term;
            count += 1;
            term *= rate / f64::from(count);
        }
        counts.push(count);
    }
    let prior = fit_gamma_poisson(&counts, &vec![3.0; n]).expect("valid input");
    near(prior.shape, 2.0, 0.05);
    near(prior.shape / prior.rate, 1.0, 0.02);
}

#[test]
fn exceedance_and_its_complement_are_one() {
    let posterior = GammaPosterior { shape: 7.3, rate: 2.2 };
    for k in [0.1, 1.0, 2.0, 3.3, 9.0] {
        assert!((posterior.exceedance(k) + posterior.cdf(k) - 1.0).abs() < 1e-14);
    }
    assert_eq!(posterior.exceedance(0.0), 1.0);
    assert_eq!(posterior.exceedance(-1.0), 1.0);
}

#[test]
fn exceedance_of_a_whole_shape_is_a_poisson_sum() {
    // P(Gamma(n, 1) > x) = P(Poisson(x) < n).
    for (n, x) in [(1_u32, 3.0_f64), (5, 40.0), (12, 6.0), (60, 200.0)] {
        let mut term = (-x).exp();
        let mut sum = term;
        for j in 1..n {
            term *= x / f64::from(j);
            sum += term;
        }
        near(GammaPosterior { shape: f64::from(n), rate: 1.0 }.exceedance(x), sum, 1e-12);
    }
}

#[test]
fn an_interval_leaves_half_the_error_on_each_side() {
    let posterior = GammaPosterior { shape: 3.4, rate: 0.7 };
    let interval = posterior.interval(0.95);
    near(posterior.cdf(interval.lo), 0.025, 1e-10);
    near(posterior.exceedance(interval.hi), 0.025, 1e-10);
    assert!(posterior.interval(1.0).lo.is_nan());
}

#[test]
fn a_weighted_mean_keeps_mean_and_variance() {
    let parts = [
        (0.5, GammaPosterior { shape: 3.0, rate: 1.0 }),
        (2.0, GammaPosterior { shape: 30.0, rate: 8.0 }),
        (1.0, GammaPosterior { shape: 1.2, rate: 2.0 }),
    ];
    let whole = GammaPosterior::weighted_mean(&parts).expect("three units");
    let total: f64 = parts.iter().map(|(w, _)| w).sum();
    near(whole.mean(), parts.iter().map(|(w, p)| w * p.mean()).sum::<f64>() / total, 1e-12);
    near(whole.variance(), parts.iter().map(|(w, p)| w * w * p.variance()).sum::<f64>() / total.powi(2), 1e-12);
    assert_eq!(GammaPosterior::weighted_mean(&[]), None);
    assert_eq!(GammaPosterior::weighted_mean(&[(0.0, parts[0].1)]), None);
    assert_eq!(GammaPosterior::weighted_mean(&[(-1.0, parts[0].1)]), None);
}
