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
//! **Clopper–Pearson where the level is to be kept**: it never covers less, and more for small n. Wilson is what Public Health England's
//! tools print; it covers the level *on average*, and does not keep it. Where 0.95 is said it covers at the worst 0.79 for a single
//! trial, 0.84 however many trials for a share near 0 or 1, and 0.919 for 20 trials and more and shares from 0.1 to 0.9; where 0.8 is
//! said 0.50 and 0.716, for 0.998 it is 0.905 and 0.992 (summed exactly in `tests/calibration`). Use it beside published figures.
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
