//! Is a run of incidents in a short window surprising, when every window of that length was looked at?
//!
//! # Definition
//! Incidents of a Poisson process over a time T are scanned with a window of length w that moves freely. With L = T / w and the mean ψ
//! in one window, the probability that some window holds k or more is (Naus, *J. Am. Stat. Assoc.* 77, 1982)
//!
//! ```text
//! P ≈ 1 − Q₂ (Q₃ / Q₂)^(L − 2)
//! ```
//!
//! with `Q₂` and `Q₃` the probabilities that none does in 2 and in 3 window lengths, which are exact. The error is of the order of 0.001
//! at most, and the probability of k or more in one *fixed* window, P(X ≥ k), is far smaller: with one incident a week, six in a
//! fixed week have 0.0006, six in some seven days of five years 0.49.
//!
//! # Pitfalls
//! Choose the window before looking. The mean must come from elsewhere than the run itself. Hate crime comes with trigger
//! events: the process is not Poisson, so a small P says "more than chance", not which cause. L counts windows, not periods:
//! five years of fortnights are 130.
//!
//! `ptools::scanw` has the exponent L − (periods in a window) in place of L − 2, and its last sum lacks a term: 0.4868 for 260
//! weeks, mean 1 and count 6, where this gives 0.4856 and a simulation of three million series 0.4859 ± 0.0003.
//!
//! # Cost
//! In proportion to k.

use super::poisson::poisson_tails;
use crate::error::{Error, Result};

/// The probability that some window holds `count` incidents or more. `windows` is the time over the length of a window (2 at least,
/// need not be whole), `mean` the expected number in one window.
///
/// # Errors
/// [`Error::OutOfRange`] when there are fewer than 2 windows, or the mean is negative; both must be finite; or when the count is above 100,000.
///
/// ```
/// // Six deaths in a fortnight, 16 a year, over eight years (Aberdein and Spiegelhalter, Significance, 2013).
/// let p = hotspot_core::rate::naus(208.0, 0.6, 6)?;
/// assert!((p - 0.0390).abs() < 5e-5);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn naus(windows: f64, mean: f64, count: u64) -> Result<f64> {
    if !(windows >= 2.0 && windows.is_finite()) {
        return Err(Error::OutOfRange { what: "number of windows", must: "2 at least, and finite" });
    }
    if !(mean >= 0.0 && mean.is_finite()) {
        return Err(Error::OutOfRange { what: "mean of a window", must: "zero or more, and finite" });
    }
    if count > 100_000 {
        return Err(Error::OutOfRange { what: "count of a window", must: "100,000 at most" });
    }
    if count == 0 {
        return Ok(1.0);
    }
    if mean == 0.0 {
        return Ok(0.0);
    }
    if count == 1 {
        // None at all in the whole time.
        return Ok(-(-mean * windows).exp_m1());
    }
    let (in_two, in_three) = some_in_two_and_three(mean, count as i64);
    if in_two >= 1.0 || in_three >= 1.0 {
        return Ok(1.0);
    }
    let log_none = (-in_two).ln_1p() + (windows - 2.0) * ((-in_three).ln_1p() - (-in_two).ln_1p());
    Ok((-log_none.exp_m1()).clamp(0.0, 1.0))
}

/// 1 − Q₂ and 1 − Q₃: kept as the complement, so that a small probability keeps its digits.
fn some_in_two_and_three(mean: f64, k: i64) -> (f64, f64) {
    let term = |n: i64| if n < 0 { 0.0 } else { poisson_term(n as u64, mean) };
    let below = |n: i64| if n < 0 { 0.0 } else { poisson_tails(n as u64, mean)[0] };
    // P(X ≥ k), in which all else is small.
    let rare = poisson_tails(k as u64, mean)[1];
    let kf = k as f64;
    let two = rare * (2.0 - rare) + (kf - 1.0) * term(k) * term(k - 2) + (kf - 1.0 - mean) * term(k) * below(k - 3);
    let first = 2.0 * term(k) * below(k - 1) * ((kf - 1.0) * below(k - 2) - mean * below(k - 3));
    let second = 0.5
        * term(k).powi(2)
        * ((kf - 1.0) * (kf - 2.0) * below(k - 3) - 2.0 * (kf - 2.0) * mean * below(k - 4) + mean * mean * below(k - 5));
    let (mut third, mut fourth) = (0.0, 0.0);
    for r in 1..k {
        let far = term(2 * k - r);
        if far == 0.0 {
            continue;
        }
        third += far * below(r - 1).powi(2);
        if r >= 2 {
            fourth += far * term(r) * ((r as f64 - 1.0) * below(r - 2) - mean * below(r - 3));
        }
    }
    let three = rare * (3.0 - rare * (3.0 - rare)) + first - second - third + fourth;
    (two, three)
}

/// P(X = n).
fn poisson_term(n: u64, mean: f64) -> f64 {
    let n = n as f64;
    (n * mean.ln() - mean - statrs::function::gamma::ln_gamma(n + 1.0)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probability_has_the_published_value() {
        // "When is a cluster real?": 0.03902238.
        assert!((naus(208.0, 0.6, 6).expect("valid input") - 0.0390).abs() < 5e-5);
    }

    #[test]
    fn the_probability_is_the_formula_of_the_paper() {
        // R 4.2.2, the formula written down a second time.
        let cases = [
            (208.0, 0.6, 6, 0.0390231055343),
            (260.0, 1.0, 6, 0.485586647892),
            (2.0, 1.0, 4, 0.0686300993925),
            (3.0, 1.0, 4, 0.113757255097),
            (10.0, 0.5, 2, 0.761202833839),
            (10.0, 0.5, 3, 0.270481465229),
            (50.0, 4.0, 12, 0.224618335828),
        ];
        for (windows, mean, count, wanted) in cases {
            let got = naus(windows, mean, count).expect("valid input");
            assert!((got - wanted).abs() < 1e-10, "{windows} {mean} {count}: {got} is not {wanted}");
        }
    }

    #[test]
    fn two_within_a_window_are_as_the_exact_product_says() {
        // No two of N points within 1 of each other on 0 to L: Σ_n e^(−λL) λ^n (L − (n − 1))^n / n!.
        for (windows, mean) in [(2.0, 0.4), (3.0, 0.7), (12.0, 0.3), (40.0, 0.1)] {
            let (mut none, mut factorial) = (0.0, 1.0);
            for n in 0..60_i32 {
                if n > 0 {
                    factorial *= f64::from(n);
                }
                let room: f64 = windows - (f64::from(n) - 1.0);
                if n > 0 && room <= 0.0 {
                    break;
                }
                none += (-mean * windows).exp() * f64::powi(mean, n) * if n == 0 { 1.0 } else { room.powi(n) } / factorial;
            }
            let got = naus(windows, mean, 2).expect("valid input");
            let bound = if windows <= 3.0 { 1e-12 } else { 2e-3 };
            assert!((got - (1.0 - none)).abs() < bound, "{windows} {mean}: {got} is not {}", 1.0 - none);
        }
    }

    #[test]
    fn a_small_probability_keeps_its_digits() {
        // Far out it is near (L − 1) times the second-order rate: k P(X = k) for each further window.
        let got = naus(100.0, 0.01, 8).expect("valid input");
        let fixed = poisson_tails(8, 0.01)[1];
        assert!(got > 100.0 * fixed && got < 1000.0 * fixed && got < 1e-16, "{got}");
    }

    #[test]
    fn it_rises_with_windows_and_mean_and_falls_with_the_count() {
        for count in 1..12 {
            let at = |windows, mean, count| naus(windows, mean, count).expect("valid input");
            assert!(at(50.0, 1.3, count) >= at(50.0, 1.3, count + 1));
            assert!(at(51.0, 1.3, count) >= at(50.0, 1.3, count));
            assert!(at(50.0, 1.4, count) >= at(50.0, 1.3, count));
            assert!(at(50.0, 1.3, count) >= poisson_tails(count, 1.3)[1]);
        }
    }

    #[test]
    fn the_ends_are_defined() {
        let at = |windows, mean, count| naus(windows, mean, count);
        assert_eq!(at(5.0, 1.0, 0), Ok(1.0));
        assert_eq!(at(5.0, 0.0, 3), Ok(0.0));
        assert!((at(5.0, 0.2, 1).expect("valid input") - (1.0 - f64::exp(-1.0))).abs() < 1e-15);
        assert!(at(1000.0, 30.0, 4).expect("valid input") > 0.999_999);
        assert!(
            at(1.5, 1.0, 3).is_err() && at(f64::NAN, 1.0, 3).is_err() && at(5.0, f64::NAN, 3).is_err() && at(5.0, -1.0, 3).is_err()
        );
        assert!(at(5.0, 1.0, u64::MAX).is_err());
    }
}
