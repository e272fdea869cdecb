//! Limits of a proportion.
//!
//! # Definition
//! Of n trials x succeeded. Wilson (*J. Am. Stat. Assoc.* 22, 1927) takes the shares p that the score test does not reject:
//!
//! ```text
//! ( 2x + z² ∓ z √(z² + 4x(1 − x/n)) ) / ( 2 (n + z²) )
//! ```
//!
//! Clopper and Pearson (*Biometrika* 26, 1934) take those for which x or more, or x or fewer, has at least half the error
//! probability: quantiles of the beta distribution, `B(α/2; x, n − x + 1)` and `B(1 − α/2; x + 1, n − x)`.
//!
//! # Which
//! Wilson is what Public Health England's tools print for proportions, and covers the level *on average*: for a share near 0 or 1
//! it may cover only 0.84 where 0.95 is said. Clopper–Pearson never covers less than its level, and more for small n. For
//! outcome shares and quality figures use Wilson; where the guarantee matters, Clopper–Pearson.
//!
//! # Pitfalls
//! No trial says nothing: the limits are then 0 and 1. Survey shares need the *effective* number of trials, which need not be
//! whole: Wilson takes it.
//!
//! # Cost
//! Wilson: a dozen operations. Clopper–Pearson: some microseconds, growing with the root of n.

use super::beta::quantile;
use super::gamma::{Tail, normal_quantile};
use super::poisson::half_error;

/// Wilson's score limits `[lower, upper]` of a proportion, both in 0 to 1; `level` in (0, 1), such as 0.95.
///
/// NaN for any other level, and when the successes are not in 0 to the trials.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::wilson_limits(65.0, 100.0, 0.95);
/// assert!((lower - 0.552544).abs() < 1e-6 && (upper - 0.736358).abs() < 1e-6);
/// ```
pub fn wilson_limits(successes: f64, trials: f64, level: f64) -> [f64; 2] {
    let (Some(tail), true) = (half_error(level), (0.0..=trials).contains(&successes) && trials.is_finite()) else {
        return [f64::NAN; 2];
    };
    if trials == 0.0 {
        return [0.0, 1.0];
    }
    let z = normal_quantile(tail);
    let (square, spread) = (z * z, z * (z * z + 4.0 * successes * (1.0 - successes / trials)).sqrt());
    // The lower limit in a form without a difference of nearly equal numbers.
    let share = successes / trials;
    let lower = 2.0 * successes * share / (2.0 * successes + square + spread);
    let upper = (2.0 * successes + square + spread) / (2.0 * (trials + square));
    [if successes == 0.0 { 0.0 } else { lower }, if successes == trials { 1.0 } else { upper.min(1.0) }]
}

/// Exact limits `[lower, upper]` of a proportion (Clopper and Pearson); `level` in (0, 1), such as 0.95.
///
/// NaN for any other level, and when there are more successes than trials.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::clopper_pearson_limits(0, 10, 0.95);
/// assert!(lower == 0.0 && (upper - 0.308497).abs() < 1e-6);
/// ```
pub fn clopper_pearson_limits(successes: u64, trials: u64, level: f64) -> [f64; 2] {
    let (Some(tail), true) = (half_error(level), successes <= trials) else { return [f64::NAN; 2] };
    let (x, rest) = (successes as f64, (trials - successes) as f64);
    let lower = if successes == 0 { 0.0 } else { quantile(x, rest + 1.0, tail, Tail::Lower).p };
    let upper = if successes == trials { 1.0 } else { quantile(x + 1.0, rest, tail, Tail::Upper).p };
    [lower, upper]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::beta::{Share, binomial_term};

    type Case = (u64, u64, f64, [f64; 2], [f64; 2]);

    /// `binom.test` and `prop.test(correct = FALSE)` of R 4.2.2: successes, trials, level, exact limits, score limits.
    const R: [Case; 10] = [
        (65, 100, 0.95, [0.548150638176, 0.742706221469], [0.552544432969, 0.736357517569]),
        (65, 100, 0.998, [0.491375611494, 0.788278142246], [0.495494657407, 0.778354061409]),
        (0, 10, 0.95, [0.0, 0.308497107819], [0.0, 0.277532799863]),
        (0, 10, 0.998, [0.0, 0.498812766373], [0.0, 0.488478900453]),
        (10, 10, 0.95, [0.691502892181, 1.0], [0.722467200137, 1.0]),
        (10, 10, 0.998, [0.501187233627, 1.0], [0.511521099547, 1.0]),
        (1045, 5000, 0.95, [0.197802395764, 0.220538351396], [0.1979554988, 0.220491303732]),
        (1045, 5000, 0.998, [0.191530746409, 0.227254781066], [0.19179381799, 0.227315629025]),
        (1, 3000, 0.95, [8.43923371756e-6, 0.00185579999449], [5.88439418716e-5, 0.0018858188843]),
        (1, 3000, 0.998, [3.33500055583e-7, 0.00307358455746], [2.90815692767e-5, 0.0038085478065]),
    ];

    #[test]
    fn limits_are_those_of_r() {
        for (x, n, level, exact, score) in R {
            let got = [clopper_pearson_limits(x, n, level), wilson_limits(x as f64, n as f64, level)];
            for (got, wanted) in got.iter().flatten().zip(exact.iter().chain(&score)) {
                assert!((got - wanted).abs() < 1e-10, "{x} of {n} at {level}: {got} is not {wanted}");
            }
        }
    }

    fn coverage(n: u64, p: f64, limits: impl Fn(u64) -> [f64; 2]) -> f64 {
        let at = Share { p, q: 1.0 - p };
        let term = |x: u64| match (x, n - x) {
            (0, rest) => at.q.powi(rest as i32),
            (x, 0) => at.p.powi(x as i32),
            (x, rest) => binomial_term(x as f64, rest as f64, at),
        };
        let holds = |x: &u64| {
            let [lower, upper] = limits(*x);
            lower <= p && p <= upper
        };
        (0..=n).filter(holds).map(term).sum()
    }

    #[test]
    fn exact_limits_cover_at_least_their_level() {
        for n in [1, 7, 30, 200] {
            for i in 1..150 {
                let p = f64::from(i) / 150.0;
                for level in [0.9, 0.95, 0.998] {
                    let covered = coverage(n, p, |x| clopper_pearson_limits(x, n, level));
                    assert!(covered >= level - 1e-12, "{p} of {n} is covered with {covered} at {level}");
                }
            }
        }
    }

    #[test]
    fn wilson_covers_its_level_on_average_and_at_worst_as_documented() {
        for n in [10, 50, 200] {
            let all: Vec<f64> =
                (0..999).map(|i| coverage(n, (f64::from(i) + 0.5) / 999.0, |x| wilson_limits(x as f64, n as f64, 0.95))).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            assert!((mean - 0.95).abs() < 0.01, "{n}: {mean}");
            let worst = all.iter().fold(1.0_f64, |a, b| a.min(*b));
            assert!(worst > 0.82 && worst < 0.94, "{n}: {worst}");
        }
    }

    #[test]
    fn failures_mirror_successes() {
        for (x, n) in [(0, 9), (2, 9), (700, 4000)] {
            for limits in [clopper_pearson_limits, |x, n, level| wilson_limits(x as f64, n as f64, level)] {
                let ([a, b], [c, d]) = (limits(x, n, 0.95), limits(n - x, n, 0.95));
                assert!((a + d - 1.0).abs() < 1e-14 && (b + c - 1.0).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn what_has_no_limits_is_said_so() {
        assert_eq!(wilson_limits(0.0, 0.0, 0.95), [0.0, 1.0]);
        assert_eq!(clopper_pearson_limits(0, 0, 0.95), [0.0, 1.0]);
        assert!(clopper_pearson_limits(3, 2, 0.95)[0].is_nan() && clopper_pearson_limits(1, 2, 1.0)[1].is_nan());
        for (x, n, level) in
            [(3.0, 2.0, 0.95), (-1.0, 2.0, 0.95), (1.0, f64::INFINITY, 0.95), (f64::NAN, 2.0, 0.95), (1.0, 2.0, 0.0)]
        {
            assert!(wilson_limits(x, n, level).iter().all(|v| v.is_nan()));
        }
        // An effective sample may be broken.
        let [lower, upper] = wilson_limits(0.445, 1.0, 0.95);
        assert!(lower > 0.0 && upper < 1.0);
    }
}
