//! Location quotient and share gap: is an area's mix, or its share, out of line with the whole?
//!
//! # Definition
//! Area i has `x_i` incidents of a kind among `T_i` of the reference (all incidents, residents, officers); the whole has X of T:
//!
//! ```text
//! LQ_i = (x_i / T_i) / (X / T)
//! ```
//!
//! 1 says: as much of this kind as everywhere. 12 of 80 against 900 of 12,000 is 2.0. The **share gap** of resources and needs is
//! `g_i = resource_i / Σ resource − need_i / Σ need`; gaps sum to zero, negative is less than the share of the need.
//!
//! # Interval
//! The area is part of the whole, so the two shares are not independent. With the rate ratio ρ of the area to the *rest* and the
//! area's part `w = T_i / T`, `LQ = ρ / (w ρ + 1 − w)`, which rises with ρ: the exact limits of ρ ([`super::ratio`]) become limits of
//! LQ, with the same coverage, never below the level. (The delta method that is often used takes the whole as fixed.)
//!
//! # Pitfalls
//! Do not divide tiny by tiny: below [`MIN_EXPECTED`] incidents expected, [`LocationQuotient::cannot_tell`] is true, and the
//! quotient should not be shown. A high quotient may come from a small reference, not from many incidents.
//!
//! # Cost
//! Some microseconds for each area.

use super::ratio::{Exposed, RatioMethod, rate_ratio};
use crate::error::{Error, Result};

/// Below this expected number of incidents a quotient says nothing.
pub const MIN_EXPECTED: f64 = 5.0;

/// A kind's incidents among the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Incidents of the kind.
    pub count: u64,
    /// The reference: all incidents, residents.
    pub of: f64,
}

/// The location quotient of an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocationQuotient {
    /// Area's share over the whole's; `None` when the whole has no incident.
    pub quotient: Option<f64>,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit; at most T / T_i.
    pub upper: f64,
    /// Two-sided p value of an area like the rest.
    pub p: f64,
    /// Incidents expected in the area if it were like the whole.
    pub expected: f64,
    /// Whether fewer than [`MIN_EXPECTED`] are expected.
    pub cannot_tell: bool,
}

/// The location quotient of an area within a whole that contains it, with exact limits at `level`.
///
/// # Errors
/// [`Error::OutOfRange`] when the area's reference is not positive, the area has more than the whole, a number is not finite, or
/// the level is not in (0, 1).
///
/// ```
/// use hotspot_core::rate::location_quotient::{Part, location_quotient};
///
/// let lq = location_quotient(Part { count: 12, of: 80.0 }, Part { count: 900, of: 12_000.0 }, 0.95)?;
/// assert_eq!(lq.quotient, Some(2.0));
/// assert!(lq.lower > 1.0 && lq.expected == 6.0 && !lq.cannot_tell);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn location_quotient(area: Part, whole: Part, level: f64) -> Result<LocationQuotient> {
    if !(area.of > 0.0 && area.of <= whole.of && whole.of.is_finite()) {
        return Err(Error::OutOfRange { what: "reference of an area", must: "positive, and at most that of the whole" });
    }
    if area.count > whole.count {
        return Err(Error::OutOfRange { what: "count of an area", must: "at most that of the whole" });
    }
    super::poisson::check_level(level)?;
    let expected = whole.count as f64 * (area.of / whole.of);
    let quotient = (whole.count > 0).then(|| (area.count as f64 / area.of) / (whole.count as f64 / whole.of));
    let cannot_tell = expected < MIN_EXPECTED;
    let rest = whole.of - area.of;
    if rest <= 0.0 {
        // The area is the whole.
        return Ok(LocationQuotient { quotient, lower: 1.0, upper: 1.0, p: 1.0, expected, cannot_tell });
    }
    let r = rate_ratio(
        Exposed { count: area.count, exposure: area.of },
        Exposed { count: whole.count - area.count, exposure: rest },
        level,
        RatioMethod::Exact,
    )?;
    let part = area.of / whole.of;
    let from_ratio = |rho: f64| if rho.is_infinite() { 1.0 / part } else { rho / (part * rho + (1.0 - part)) };
    Ok(LocationQuotient { quotient, lower: from_ratio(r.lower), upper: from_ratio(r.upper), p: r.p, expected, cannot_tell })
}

/// Share of the resources less share of the need, of every area: negative where there is less than the need's share.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when a number is negative or not finite,
/// [`Error::NoReference`] when either column is zero everywhere.
///
/// ```
/// let gaps = hotspot_core::rate::share_gaps(&[10.0, 30.0], &[50.0, 50.0])?;
/// assert_eq!(gaps, [-0.25, 0.25]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn share_gaps(resources: &[f64], needs: &[f64]) -> Result<Vec<f64>> {
    if resources.len() != needs.len() {
        return Err(Error::Length { what: "needs", got: needs.len(), expected: resources.len() });
    }
    if resources.iter().chain(needs).any(|v| !(*v >= 0.0 && v.is_finite())) {
        return Err(Error::OutOfRange { what: "resource or need", must: "zero or more, and finite" });
    }
    let (all, need): (f64, f64) = (resources.iter().sum(), needs.iter().sum());
    if all == 0.0 || need == 0.0 {
        return Err(Error::NoReference);
    }
    Ok(resources.iter().zip(needs).map(|(r, n)| r / all - n / need).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lq(x: u64, t: f64, all: u64, of: f64) -> LocationQuotient {
        location_quotient(Part { count: x, of: t }, Part { count: all, of }, 0.95).expect("valid input")
    }

    #[test]
    fn twelve_of_eighty_against_nine_hundred_of_twelve_thousand_is_two() {
        let got = lq(12, 80.0, 900, 12_000.0);
        assert_eq!((got.quotient, got.expected), (Some(2.0), 6.0));
        // From the limits of R's poisson.test(c(12, 888), c(80, 11920)).
        let from = |rho: f64| rho / (rho * 80.0 / 12_000.0 + 1.0 - 80.0 / 12_000.0);
        assert!((got.lower - from(1.03645105872)).abs() < 1e-9 && (got.upper - from(3.53495485316)).abs() < 1e-9);
    }

    #[test]
    fn limits_cover_at_least_their_level_for_binomial_shares() {
        // The area draws from 80 with share p, the rest from 400 with share q: summed over all outcomes.
        let terms = |n: u32, p: f64| {
            let mut all = vec![(1.0 - p).powi(n as i32)];
            for k in 0..n {
                all.push(all[k as usize] * f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p));
            }
            all
        };
        for (p, q) in [(0.02, 0.02), (0.1, 0.05), (0.05, 0.1), (0.3, 0.2)] {
            let (area, rest) = (terms(80, p), terms(400, q));
            let truth = p / ((80.0 * p + 400.0 * q) / 480.0);
            let mut covered = 0.0;
            for (x, a) in area.iter().enumerate().filter(|(_, a)| **a > 1e-9) {
                for (y, b) in rest.iter().enumerate().filter(|(_, b)| **b > 1e-9) {
                    let got = lq(x as u64, 80.0, (x + y) as u64, 480.0);
                    if got.lower <= truth + 1e-12 && truth <= got.upper + 1e-12 {
                        covered += a * b;
                    }
                }
            }
            assert!(covered >= 0.95 - 1e-5, "{p} {q}: {covered}");
        }
    }

    #[test]
    fn quotients_weighted_by_their_reference_are_one() {
        let (counts, of) = ([3_u64, 0, 40, 7], [10.0, 5.0, 100.0, 35.0]);
        let mean: f64 = counts.iter().zip(of).map(|(x, t)| lq(*x, t, 50, 150.0).quotient.expect("incidents") * t / 150.0).sum();
        assert!((mean - 1.0).abs() < 1e-12);
        for (x, t) in counts.iter().zip(of) {
            let got = lq(*x, t, 50, 150.0);
            let quotient = got.quotient.expect("incidents");
            assert!(got.lower <= quotient && quotient <= got.upper && got.upper <= 150.0 / t + 1e-12);
        }
    }

    #[test]
    fn the_ends_are_defined() {
        let none = lq(0, 10.0, 0, 50.0);
        assert!(none.quotient.is_none() && none.cannot_tell && none.p == 1.0 && none.lower == 0.0 && none.upper == 5.0);
        let whole = lq(9, 50.0, 9, 50.0);
        assert_eq!((whole.quotient, whole.lower, whole.upper), (Some(1.0), 1.0, 1.0));
        let all_here = lq(9, 10.0, 9, 50.0);
        assert_eq!((all_here.quotient, all_here.upper), (Some(5.0), 5.0));
        let part = |count, of| Part { count, of };
        for (area, all) in [
            (part(1, 0.0), part(2, 1.0)),
            (part(3, 1.0), part(2, 2.0)),
            (part(1, 3.0), part(2, 2.0)),
            (part(1, 1.0), part(2, f64::NAN)),
        ] {
            assert!(location_quotient(area, all, 0.95).is_err());
        }
        assert!(location_quotient(part(1, 1.0), part(2, 2.0), 1.0).is_err());
    }

    #[test]
    fn gaps_sum_to_zero() {
        let gaps = share_gaps(&[3.0, 0.0, 9.5, 2.0], &[1.0, 4.0, 4.0, 0.5]).expect("valid input");
        assert!(gaps.iter().sum::<f64>().abs() < 1e-15);
        assert!(share_gaps(&[1.0], &[1.0, 2.0]).is_err() && share_gaps(&[0.0], &[1.0]).is_err() && share_gaps(&[], &[]).is_err());
        assert!(share_gaps(&[1.0, f64::NAN], &[1.0, 1.0]).is_err() && share_gaps(&[1.0, 1.0], &[1.0, -1.0]).is_err());
    }
}
