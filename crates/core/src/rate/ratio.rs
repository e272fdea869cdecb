//! The ratio of two Poisson rates, and the change of a rolling sum.
//!
//! # Definition
//! Counts `x₁`, `x₂` with exposures `n₁`, `n₂` (time, area, residents) have the rates `λ₁`, `λ₂` and the ratio `ρ = λ₁ / λ₂`. Given
//! their sum s, `x₁` is binomial of s with share `π = ρ n₁ / (ρ n₁ + n₂)`, whatever the level of the rates (Przyborowski and
//! Wilenski, *Biometrika* 31, 1940). The limits of π become those of ρ:
//!
//! * [`RatioMethod::Exact`]: Clopper–Pearson limits of π, as R's `poisson.test`; never covers less than its level.
//! * [`RatioMethod::MidP`]: counts half of the probability of the observed count (Lancaster, *J. Am. Stat. Assoc.* 56, 1961);
//!   shorter, covers about its level: for means up to 60 at least 0.949 where 0.95 is said, but 0.779 for 0.8 (`tests/calibration`).
//!
//! p is twice the smaller tail, at most 1, so that it is below α exactly when 1 lies outside the limits. (`poisson.test` adds up
//! the probabilities not above the observed one: its p may disagree with its own limits.)
//!
//! # Rolling sums
//! [`rolling_change`] is `R12(t) / R12(t − 12) − 1` with that interval. The two windows share no month; *consecutive* rolling
//! values share eleven of twelve, so no trend may be tested on them. With fewer than [`SMALL_BASE`] incidents in the base the
//! percentage is flagged: say both counts instead.
//!
//! # Pitfalls
//! Recorded crime varies more than Poisson counts (series, operations, recording): the interval is a lower bound of the
//! uncertainty.
//!
//! # Cost
//! Exact: some microseconds. Mid-p: about 0.1 ms.

use super::beta::{Share, binomial_term, quantile, share_where, tails};
use super::gamma::Tail;
use super::poisson::check_level;
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// Below this count in the base a percentage change misleads.
pub const SMALL_BASE: u64 = 30;

/// A count and what it was exposed to: months, residents, square kilometres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposed {
    /// Incidents.
    pub count: u64,
    /// Exposure, positive.
    pub exposure: f64,
}

/// Which limits of the binomial share are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RatioMethod {
    /// Clopper–Pearson.
    #[default]
    Exact,
    /// The observed count weighs half.
    MidP,
}

impl RatioMethod {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::MidP => "mid-p",
        }
    }
}

impl fmt::Display for RatioMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for RatioMethod {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "exact" => Ok(Self::Exact),
            "mid-p" => Ok(Self::MidP),
            _ => Err(UnknownName { what: "method of ratio limits", allowed: "exact, mid-p" }),
        }
    }
}

/// The ratio of two rates with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// First rate over second; `None` when the second count is 0.
    pub ratio: Option<f64>,
    /// Lower limit; 0 when the first count is 0.
    pub lower: f64,
    /// Upper limit; infinite when the second count is 0.
    pub upper: f64,
    /// Two-sided p value of equal rates, in (0, 1].
    pub p: f64,
    /// How the limits and p were obtained.
    pub method: RatioMethod,
}

/// The ratio of the first rate to the second, with limits at `level`.
///
/// # Errors
/// [`Error::OutOfRange`] when an exposure is not positive and finite, or the level not in (0, 1).
///
/// ```
/// use hotspot_core::rate::ratio::{Exposed, RatioMethod, rate_ratio};
///
/// let of = |count, exposure| Exposed { count, exposure };
/// let r = rate_ratio(of(45, 1.5), of(30, 2.25), 0.95, RatioMethod::Exact)?;
/// assert_eq!(r.ratio, Some(2.25));
/// assert!((r.lower - 1.386672).abs() < 1e-6 && (r.upper - 3.698960).abs() < 1e-6);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn rate_ratio(first: Exposed, second: Exposed, level: f64, method: RatioMethod) -> Result<RateRatio> {
    for exposed in [first, second] {
        if !(exposed.exposure > 0.0 && exposed.exposure.is_finite()) {
            return Err(Error::OutOfRange { what: "exposure", must: "positive and finite" });
        }
    }
    let tail = check_level(level)?;
    let (x, y) = (first.count as f64, second.count as f64);
    let by_exposure = second.exposure / first.exposure;
    let lower = if first.count == 0 {
        0.0
    } else {
        let share = match method {
            RatioMethod::Exact => quantile(x, y + 1.0, tail, Tail::Lower),
            RatioMethod::MidP => share_where(tail, |at| at_least(x, y, at, method)),
        };
        share.p / share.q * by_exposure
    };
    let upper = if second.count == 0 {
        f64::INFINITY
    } else {
        let share = match method {
            RatioMethod::Exact => quantile(x + 1.0, y, tail, Tail::Upper),
            RatioMethod::MidP => share_where(1.0 - tail, |at| 1.0 - at_least(y, x, Share { p: at.q, q: at.p }, method)),
        };
        share.p / share.q * by_exposure
    };
    let total = first.exposure + second.exposure;
    let null = Share { p: first.exposure / total, q: second.exposure / total };
    let p = if first.count + second.count == 0 {
        1.0
    } else {
        let greater = at_least(x, y, null, method);
        let less = at_least(y, x, Share { p: null.q, q: null.p }, method);
        (2.0 * greater.min(less)).clamp(f64::MIN_POSITIVE, 1.0)
    };
    let ratio = (second.count > 0).then(|| x / y * by_exposure);
    Ok(RateRatio { ratio, lower, upper, p, method })
}

/// P(X ≥ x) of a binomial of x + y trials; half of P(X = x) less for the mid-p variant.
fn at_least(x: f64, y: f64, at: Share, method: RatioMethod) -> f64 {
    let whole = if x == 0.0 { 1.0 } else { tails(x, y + 1.0, at)[0] };
    match method {
        RatioMethod::Exact => whole,
        RatioMethod::MidP => {
            let term = match (x, y) {
                (0.0, _) => at.q.powf(y),
                (_, 0.0) => at.p.powf(x),
                _ => binomial_term(x, y, at),
            };
            whole - 0.5 * term
        }
    }
}

/// A rolling sum against the one before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RollingChange {
    /// Incidents of the current window.
    pub current: u64,
    /// Incidents of the window before.
    pub base: u64,
    /// `current / base − 1`; `None` when the base is 0.
    pub change: Option<f64>,
    /// Lower limit of the change, −1 at least.
    pub lower: f64,
    /// Upper limit of the change; infinite when the base is 0.
    pub upper: f64,
    /// Two-sided p value of no change.
    pub p: f64,
    /// Whether the base has fewer than [`SMALL_BASE`] incidents: then the counts should be said, not the percentage.
    pub small_base: bool,
}

/// The change from the window before to the current one, of equal length, with exact Poisson-ratio limits at `level`.
///
/// # Errors
/// [`Error::OutOfRange`] when the level is not in (0, 1).
///
/// ```
/// use hotspot_core::rate::rolling_change;
///
/// let c = rolling_change(310, 262, 0.95)?;
/// assert!((c.change.expect("a base") - 0.183206).abs() < 1e-6);
/// assert!((c.lower - 0.000504).abs() < 1e-6 && (c.upper - 0.400123).abs() < 1e-6 && !c.small_base);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn rolling_change(current: u64, base: u64, level: f64) -> Result<RollingChange> {
    let of = |count| Exposed { count, exposure: 1.0 };
    let r = rate_ratio(of(current), of(base), level, RatioMethod::Exact)?;
    Ok(RollingChange {
        current,
        base,
        change: r.ratio.map(|ratio| ratio - 1.0),
        lower: r.lower - 1.0,
        upper: r.upper - 1.0,
        p: r.p,
        small_base: base < SMALL_BASE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(x: u64, y: u64, n: f64, m: f64, method: RatioMethod) -> RateRatio {
        rate_ratio(Exposed { count: x, exposure: n }, Exposed { count: y, exposure: m }, 0.95, method).expect("valid input")
    }

    /// `poisson.test` of R 4.2.2: counts, exposures, limits, ratio.
    const R: [(u64, u64, f64, f64, f64, f64, f64); 6] = [
        (10, 5, 1.0, 1.0, 0.622859554349, 7.45729591086, 2.0),
        (0, 3, 1.0, 1.0, 0.0, 2.41995189335, 0.0),
        (3, 0, 2.0, 1.0, 0.206615677515, f64::INFINITY, f64::INFINITY),
        (12, 888, 80.0, 11920.0, 1.03645105872, 3.53495485316, 2.01351351351),
        (310, 262, 1.0, 1.0, 1.00050407857, 1.40012289938, 1.18320610687),
        (45, 30, 1.5, 2.25, 1.38667196771, 3.69896026816, 2.25),
    ];

    #[test]
    fn exact_limits_are_those_of_r() {
        for (x, y, n, m, lower, upper, estimate) in R {
            let got = ratio(x, y, n, m, RatioMethod::Exact);
            for (got, wanted) in [(got.lower, lower), (got.upper, upper), (got.ratio.unwrap_or(f64::INFINITY), estimate)] {
                assert!(got == wanted || (got - wanted).abs() < 1e-10, "{x} {y}: {got} is not {wanted}");
            }
        }
    }

    #[test]
    fn p_is_below_alpha_exactly_when_one_is_outside() {
        for method in [RatioMethod::Exact, RatioMethod::MidP] {
            for x in 0..25 {
                for y in 0..25 {
                    let r = ratio(x, y, 1.0, 1.7, method);
                    assert_eq!(r.p < 0.05, r.lower > 1.0 || r.upper < 1.0, "{x} {y} {r:?}");
                    assert!(r.p > 0.0 && r.p <= 1.0);
                }
            }
        }
    }

    #[test]
    fn the_limits_have_half_the_error_in_each_tail() {
        for (x, y) in [(1_u64, 1_u64), (4, 9), (30, 2)] {
            let (a, b) = (x as f64, y as f64);
            let mid = ratio(x, y, 1.0, 1.0, RatioMethod::MidP);
            let share = |rho: f64| Share { p: rho / (1.0 + rho), q: 1.0 / (1.0 + rho) };
            assert!((at_least(a, b, share(mid.lower), RatioMethod::MidP) - 0.025).abs() < 1e-12);
            let turned = share(1.0 / mid.upper);
            assert!((at_least(b, a, turned, RatioMethod::MidP) - 0.025).abs() < 1e-12);
            let exact = ratio(x, y, 1.0, 1.0, RatioMethod::Exact);
            assert!(exact.lower < mid.lower && mid.upper < exact.upper);
        }
    }

    #[test]
    fn the_inverse_ratio_has_the_inverse_limits() {
        for method in [RatioMethod::Exact, RatioMethod::MidP] {
            for (x, y) in [(3, 8), (0, 4), (700, 650)] {
                let (a, b) = (ratio(x, y, 2.0, 3.0, method), ratio(y, x, 3.0, 2.0, method));
                assert!((a.upper * b.lower - 1.0).abs() < 1e-12 || a.upper.is_infinite());
                assert!((a.lower * b.upper - 1.0).abs() < 1e-12 || a.lower == 0.0);
                assert!((a.p - b.p).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn nothing_against_nothing_can_be_anything() {
        for method in [RatioMethod::Exact, RatioMethod::MidP] {
            let r = ratio(0, 0, 1.0, 1.0, method);
            assert_eq!((r.ratio, r.lower, r.upper, r.p), (None, 0.0, f64::INFINITY, 1.0));
        }
        let one = Exposed { count: 1, exposure: 1.0 };
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(rate_ratio(one, Exposed { count: 1, exposure: bad }, 0.95, RatioMethod::Exact).is_err());
        }
        assert!(rate_ratio(one, one, 1.0, RatioMethod::Exact).is_err());
    }

    #[test]
    fn a_change_says_its_small_base() {
        let none = rolling_change(7, 0, 0.95).expect("valid level");
        assert_eq!((none.change, none.small_base), (None, true));
        assert!(none.upper.is_infinite() && none.lower > -1.0);
        assert!(rolling_change(40, 29, 0.95).expect("valid level").small_base);
        assert!(!rolling_change(40, 30, 0.95).expect("valid level").small_base);
        let same = rolling_change(500, 500, 0.95).expect("valid level");
        assert!(same.change == Some(0.0) && same.lower < 0.0 && same.upper > 0.0 && same.p == 1.0);
    }

    #[test]
    fn large_counts_have_limits() {
        let r = ratio(1_000_000, 1_010_000, 1.0, 1.0, RatioMethod::Exact);
        assert!(r.lower < r.ratio.expect("a ratio") && r.ratio.expect("a ratio") < r.upper && r.upper / r.lower < 1.006);
    }

    #[test]
    fn names_go_there_and_back() {
        for method in [RatioMethod::Exact, RatioMethod::MidP] {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!("score".parse::<RatioMethod>().is_err());
    }
}
