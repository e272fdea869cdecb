//! Limits of a Poisson mean from one count, and of a rate.
//!
//! # Definition
//! Exact (Garwood, *Biometrika* 28, 1936): the means for which a count as large, or as small, would have half the error
//! probability, `lower = χ²(α/2; 2O) / 2` and `upper = χ²(1 − α/2; 2O + 2) / 2`. Byar's formula approximates them (Breslow and
//! Day, *Statistical Methods in Cancer Research II*, 1987, p. 69):
//!
//! ```text
//! lower = O (1 − 1/(9O) − z/(3√O))³     upper = (O + 1) (1 − 1/(9(O + 1)) + z/(3√(O + 1)))³
//! ```
//!
//! Public Health England's tools (`PHEindicatormethods`) take the exact limits below a count of 10 and Byar's from 10:
//! [`phe_limits`]. All are limits of the *expected count*: divide by the population for limits of a rate ([`rate`]), or by the
//! expected number for limits of a ratio.
//!
//! # What the numbers mean
//! Exact limits hold the true mean with at least the stated probability, for small means with more (0.95 becomes 0.995 at a mean
//! of 0.1). Byar's formula does too, but for 0.002 percentage points, at every mean up to 400 and alone as well as with exact limits
//! below 10 (summed exactly in `tests/calibration`, at 0.8, 0.95 and 0.998). Customary levels are
//! 0.95 and 0.998.
//!
//! # Pitfalls
//! The limits know chance only: not recording practice, not that the population is an estimate, not that incidents come in
//! series. Two intervals that overlap say little about the difference: use [`super::ratio`] or [`mod@super::e_test`].
//!
//! # Cost
//! Byar: a dozen operations. Exact: some microseconds, at any count.

use super::gamma::{Tail, normal_quantile, quantile, tails};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// The customary denominator of published rates.
pub const PER_100_000: f64 = 100_000.0;

/// From this count on, Public Health England's tools use Byar's formula.
pub const PHE_BYAR_FROM: u64 = 10;

/// How the limits of a Poisson mean are obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PoissonMethod {
    /// [`exact_limits`] at every count.
    #[default]
    Exact,
    /// [`byar_limits`] at every count.
    Byar,
    /// [`phe_limits`]: exact below [`PHE_BYAR_FROM`], Byar's from there.
    Phe,
}

impl PoissonMethod {
    /// All, in the order of their definition.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Byar, Self::Phe];

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Byar => "byar",
            Self::Phe => "phe",
        }
    }

    /// Limits `[lower, upper]` of the mean of a Poisson variable that was `count`; NaN when the level is not in (0, 1).
    pub fn limits(self, count: u64, level: f64) -> [f64; 2] {
        match self {
            Self::Exact => exact_limits(count, level),
            Self::Byar => byar_limits(count, level),
            Self::Phe => phe_limits(count, level),
        }
    }
}

impl fmt::Display for PoissonMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for PoissonMethod {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        let wanted = text.trim();
        Self::ALL
            .into_iter()
            .find(|m| m.id() == wanted)
            .ok_or(UnknownName { what: "method of Poisson limits", allowed: "exact, byar, phe" })
    }
}

/// Exact limits `[lower, upper]` of the mean of a Poisson variable that was `count`; `level` in (0, 1), such as 0.95.
///
/// The lower limit of 0 is 0. A level outside (0, 1) has no limits: both are NaN.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::exact_limits(1, 0.95);
/// assert!((lower - 0.025318).abs() < 1e-6 && (upper - 5.571643).abs() < 1e-6);
/// ```
pub fn exact_limits(count: u64, level: f64) -> [f64; 2] {
    let Some(tail) = half_error(level) else { return [f64::NAN; 2] };
    let lower = if count == 0 { 0.0 } else { quantile(count as f64, tail, Tail::Lower) };
    [lower, quantile(count as f64 + 1.0, tail, Tail::Upper)]
}

/// Byar's approximate limits `[lower, upper]` of the mean of a Poisson variable that was `count`; `level` in (0, 1).
///
/// For counts from about 10; below, use [`exact_limits`], as Public Health England's tools do ([`phe_limits`]). The lower limit
/// is never below 0. A level outside (0, 1) has no limits: both are NaN.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::byar_limits(65, 0.95);
/// assert!((lower - 50.163188).abs() < 1e-6 && (upper - 82.849139).abs() < 1e-6);
/// ```
pub fn byar_limits(count: u64, level: f64) -> [f64; 2] {
    let Some(tail) = half_error(level) else { return [f64::NAN; 2] };
    let z = normal_quantile(tail);
    let at = |o: f64, z: f64| o * (1.0 - 1.0 / (9.0 * o) + z / (3.0 * o.sqrt())).powi(3);
    let lower = if count == 0 { 0.0 } else { at(count as f64, -z).max(0.0) };
    [lower, at(count as f64 + 1.0, z)]
}

/// The rule of Public Health England's tools: [`exact_limits`] below a count of 10, [`byar_limits`] from 10.
///
/// ```
/// use hotspot_core::rate::{byar_limits, exact_limits, phe_limits};
/// assert_eq!(phe_limits(9, 0.95), exact_limits(9, 0.95));
/// assert_eq!(phe_limits(10, 0.95), byar_limits(10, 0.95));
/// ```
pub fn phe_limits(count: u64, level: f64) -> [f64; 2] {
    if count < PHE_BYAR_FROM { exact_limits(count, level) } else { byar_limits(count, level) }
}

/// A rate with its limits; the result says how they were obtained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Count over denominator, times the multiplier.
    pub value: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// How the limits were obtained.
    pub method: PoissonMethod,
}

/// A rate of `count` incidents per `per` of a denominator (residents, say), with limits at `level`.
///
/// # Errors
/// [`Error::OutOfRange`] when the denominator or `per` is not positive and finite, or the level not in (0, 1).
///
/// ```
/// use hotspot_core::rate::poisson::{PER_100_000, PoissonMethod, rate};
///
/// let r = rate(2, 200.0, PER_100_000, 0.95, PoissonMethod::Phe)?;
/// assert!((r.value - 1000.0).abs() < 1e-9 && (r.lower - 121.10).abs() < 0.005 && (r.upper - 3612.34).abs() < 0.005);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn rate(count: u64, denominator: f64, per: f64, level: f64, method: PoissonMethod) -> Result<Rate> {
    if !(denominator > 0.0 && denominator.is_finite()) {
        return Err(Error::OutOfRange { what: "denominator", must: "positive and finite" });
    }
    if !(per > 0.0 && per.is_finite()) {
        return Err(Error::OutOfRange { what: "multiplier of a rate", must: "positive and finite" });
    }
    check_level(level)?;
    let [lower, upper] = method.limits(count, level).map(|l| l / denominator * per);
    Ok(Rate { value: count as f64 / denominator * per, lower, upper, method })
}

/// `[P(X ≤ count), P(X ≥ count)]` of a Poisson variable of this mean: how surprising a count is where `mean` was expected.
///
/// Full relative accuracy in both tails; NaN when the mean is negative or NaN.
///
/// ```
/// let [less, greater] = hotspot_core::rate::poisson::poisson_tails(1, 2.0);
/// assert!((less - 3.0 * f64::exp(-2.0)).abs() < 1e-14 && (greater - (1.0 - f64::exp(-2.0))).abs() < 1e-14);
/// ```
pub fn poisson_tails(count: u64, mean: f64) -> [f64; 2] {
    if mean.is_nan() || mean < 0.0 {
        return [f64::NAN; 2];
    }
    let greater = if count == 0 { 1.0 } else { tails(count as f64, mean).lower };
    [tails(count as f64 + 1.0, mean).upper, greater]
}

/// Error probability of one side.
pub(super) fn half_error(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then(|| (1.0 - level) / 2.0)
}

/// The same, or what is wrong with the level.
pub(crate) fn check_level(level: f64) -> Result<f64> {
    half_error(level).ok_or(Error::OutOfRange { what: "level", must: "between 0 and 1, such as 0.95" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_limits_have_the_published_values() {
        let published = [
            (0, 0.95, 0.0, 3.688879),
            (0, 0.998, 0.0, 6.907755),
            (1, 0.95, 0.025318, 5.571643),
            (1, 0.998, 0.001001, 9.233413),
            (2, 0.95, 0.242209, 7.224688),
            (2, 0.998, 0.045402, 11.228872),
            (5, 0.95, 1.623486, 11.668332),
            (5, 0.998, 0.739372, 16.454745),
        ];
        for (count, level, lower, upper) in published {
            let got = exact_limits(count, level);
            assert!((got[0] - lower).abs() < 1e-6 && (got[1] - upper).abs() < 1e-6, "{count} at {level}: {got:?}");
        }
    }

    #[test]
    fn upper_limits_are_the_published_funnel_expectations() {
        let published = [5.571645, 7.224688, 8.767274, 10.241587, 11.668333, 13.059477];
        for (count, expected) in (1..).zip(published) {
            assert!((exact_limits(count, 0.95)[1] - expected).abs() < 3e-6);
        }
    }

    #[test]
    fn byar_limits_have_the_published_values() {
        let published = [(65, 0.95, 50.163188, 82.849139), (1045, 0.95, 982.593202, 1110.331213), (10, 0.998, 2.916318, 24.193725)];
        for (count, level, lower, upper) in published {
            let got = byar_limits(count, level);
            assert!((got[0] - lower).abs() < 1e-6 && (got[1] - upper).abs() < 1e-6, "{count} at {level}: {got:?}");
            assert_eq!(phe_limits(count, level), got);
        }
    }

    #[test]
    fn byar_is_within_one_per_cent_of_exact_from_a_count_of_ten() {
        for count in [10, 30, 100, 10_000, 1_000_000] {
            let (exact, byar) = (exact_limits(count, 0.95), byar_limits(count, 0.95));
            for side in 0..2 {
                assert!((byar[side] / exact[side] - 1.0).abs() < 0.01, "{count}: {exact:?} {byar:?}");
            }
        }
    }

    #[test]
    fn limits_rise_with_the_count_and_widen_with_the_level() {
        for method in PoissonMethod::ALL {
            // The rule of both steps down a little where it changes from exact to Byar's.
            let slack = if method == PoissonMethod::Phe { 0.01 } else { 0.0 };
            for count in 0..60 {
                let (here, next) = (method.limits(count, 0.95), method.limits(count + 1, 0.95));
                assert!(here[0] < next[0] + slack && here[1] < next[1] + slack, "{method} {count}");
                let wide = method.limits(count, 0.998);
                assert!(wide[0] <= here[0] && wide[1] > here[1]);
                assert!(here[0] <= count as f64 && here[1] > count as f64);
            }
        }
    }

    #[test]
    fn a_level_that_is_none_gives_no_number() {
        for level in [0.0, 1.0, -3.0, f64::NAN, f64::INFINITY, 95.0] {
            for method in PoissonMethod::ALL {
                assert!(method.limits(3, level).iter().all(|v| v.is_nan()));
            }
            assert!(rate(3, 10.0, 1.0, level, PoissonMethod::Exact).is_err());
        }
    }

    #[test]
    fn a_rate_of_two_in_two_hundred_has_the_published_limits() {
        for method in [PoissonMethod::Exact, PoissonMethod::Phe] {
            let got = rate(2, 200.0, PER_100_000, 0.95, method).expect("valid input");
            assert!((got.value - 1000.0).abs() < 1e-9 && (got.lower - 121.10).abs() < 0.005 && (got.upper - 3612.34).abs() < 0.005);
        }
    }

    #[test]
    fn a_rate_needs_a_denominator() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(rate(1, bad, 1.0, 0.95, PoissonMethod::Exact).is_err());
            assert!(rate(1, 1.0, bad, 0.95, PoissonMethod::Exact).is_err());
        }
        let none = rate(0, 1000.0, PER_100_000, 0.95, PoissonMethod::Phe).expect("no incident is a count");
        assert_eq!((none.value, none.lower), (0.0, 0.0));
        assert!((none.upper - 368.8879).abs() < 1e-4);
    }

    #[test]
    fn the_limits_are_the_means_with_the_error_in_each_tail() {
        for count in [1, 4, 30, 2000] {
            let [lower, upper] = exact_limits(count, 0.998);
            assert!((poisson_tails(count, lower)[1] / 0.001 - 1.0).abs() < 1e-9);
            assert!((poisson_tails(count, upper)[0] / 0.001 - 1.0).abs() < 1e-9);
        }
        assert_eq!(poisson_tails(0, 0.0), [1.0, 1.0]);
        assert_eq!(poisson_tails(3, 0.0), [1.0, 0.0]);
        assert!(poisson_tails(3, -1.0)[0].is_nan());
    }

    #[test]
    fn names_go_there_and_back() {
        for method in PoissonMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!("Garwood".parse::<PoissonMethod>().is_err());
    }
}
