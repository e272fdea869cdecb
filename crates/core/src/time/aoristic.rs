//! Aoristic weights: when did it happen, if only an interval is known?
//!
//! # Definition
//! Ratcliffe and McCullagh, *Int. J. Geographical Information Science* 12, 1998; Ratcliffe, *J. Quantitative Criminology* 18, 2002. An
//! incident that lies somewhere between two times has a weight of 1, spread evenly over the interval: an hour of the week, or a
//! month, gets the share of the interval that lies in it. Overlaps are exact, in seconds; an interval longer than a week passes some
//! hours more often than others and weighs them so. An instant (both ends equal) lies in the hour that holds it.
//!
//! Hour 0 is Monday 00:00 to 01:00, hour 167 the last of Sunday.
//!
//! # Unknown ends
//! [`OpenEnd`] says what to do when one end is unknown; by default such an incident is set aside and counted, as one without any
//! time is. An end before its start is an error, not turned round. [`AoristicParams::longest_hours`] sets aside intervals that say
//! little.
//!
//! # Where tools disagree
//! `crimepy` spreads every interval longer than a week evenly over all 168 hours, takes the known start for an interval without end,
//! turns swapped ends round in silence, and gives no weight to what has no start. Tools that weigh every touched hour alike give an
//! interval from 01:50 to 02:10 half to each hour by luck, one from 01:10 to 02:10 wrongly.
//!
//! # Pitfalls
//! Even spread is an assumption: overnight damage is not as likely at noon. Times are local clock times; the hour that the clocks skip
//! or repeat is taken as any other. "00:00" often means "time unknown": set such times to unknown first. Sums of weights are no
//! counts: no Poisson limits.
//!
//! # Cost
//! At most 169 hours, or the months touched, for each interval.

use crate::error::{Error, Result};
use crate::month::Month;
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// Hours of a week.
pub const HOURS: usize = 168;

const HOUR: i64 = 3600;
const WEEK: i64 = 168 * HOUR;

/// A Monday, 00:00.
const MONDAY: DateTime = DateTime::constant(1899, 12, 25, 0, 0, 0, 0);

/// What is known of when it happened, in local clock time; parts of seconds do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Between two times, which may be equal.
    Between(DateTime, DateTime),
    /// Not before a time.
    From(DateTime),
    /// Not after a time.
    Until(DateTime),
    /// Nothing.
    Nothing,
}

/// What to do with an interval of which one end is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OpenEnd {
    /// Set it aside, and count it.
    #[default]
    SetAside,
    /// Take the known end for the time.
    AtKnownEnd,
    /// Take the interval to be so many hours long.
    Within(u32),
}

/// Which intervals are used, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AoristicParams {
    /// What to do with an interval of which one end is unknown; set aside by default.
    pub open_end: OpenEnd,
    /// Longer intervals are set aside; none is, by default.
    pub longest_hours: Option<u32>,
}

/// How many incidents have weights, and why the others have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Account {
    /// With weights, which add up to this number.
    pub weighed: u64,
    /// Without any time.
    pub unknown: u64,
    /// With one end unknown, and set aside for it.
    pub open: u64,
    /// Longer than allowed.
    pub too_long: u64,
}

/// Weights by hour of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct AoristicWeek {
    /// What was asked.
    pub params: AoristicParams,
    /// How many incidents have weights.
    pub account: Account,
    /// Sum of the weights in each hour, [`HOURS`] long.
    pub weights: Vec<f64>,
}

/// Weights by month.
#[derive(Debug, Clone, PartialEq)]
pub struct AoristicMonths {
    /// What was asked.
    pub params: AoristicParams,
    /// How many incidents have weights.
    pub account: Account,
    /// Months touched and the sum of the weights in each, in order.
    pub weights: Vec<(Month, f64)>,
}

/// Weights of incidents by hour of the week.
///
/// # Errors
/// [`Error::OutOfRange`] when an interval ends before it begins.
///
/// ```
/// use hotspot_core::time::aoristic::{AoristicParams, Known, aoristic_week};
/// use jiff::civil::date;
///
/// // Monday, ten to two until ten past two.
/// let night = Known::Between(date(2024, 1, 1).at(1, 50, 0, 0), date(2024, 1, 1).at(2, 10, 0, 0));
/// let week = aoristic_week(&[night, Known::Nothing], AoristicParams::default())?;
/// assert_eq!((week.weights[1], week.weights[2]), (0.5, 0.5));
/// assert_eq!((week.account.weighed, week.account.unknown), (1, 1));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn aoristic_week(incidents: &[Known], params: AoristicParams) -> Result<AoristicWeek> {
    let mut week = AoristicWeek { params, account: Account::default(), weights: vec![0.0; HOURS] };
    for known in incidents {
        if let Some((from, until)) = interval(*known, params, &mut week.account)? {
            for (weight, seconds) in week.weights.iter_mut().zip(seconds_by_hour(from, until)) {
                if seconds > 0 {
                    *weight += seconds as f64 / (until - from).max(1) as f64;
                }
            }
        }
    }
    Ok(week)
}

/// Weights of incidents by month.
///
/// # Errors
/// [`Error::OutOfRange`] when an interval ends before it begins, or leaves the years 1900 to 2199.
///
/// ```
/// use hotspot_core::time::aoristic::{AoristicParams, Known, aoristic_months};
/// use jiff::civil::date;
///
/// let away = Known::Between(date(2026, 1, 31).at(0, 0, 0, 0), date(2026, 2, 4).at(0, 0, 0, 0));
/// let months = aoristic_months(&[away], AoristicParams::default())?;
/// assert_eq!(months.weights, [("2026-01".parse()?, 0.25), ("2026-02".parse()?, 0.75)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn aoristic_months(incidents: &[Known], params: AoristicParams) -> Result<AoristicMonths> {
    let mut account = Account::default();
    let mut weights: BTreeMap<Month, f64> = BTreeMap::new();
    let outside = Error::OutOfRange { what: "time", must: "in the years 1900 to 2199" };
    for known in incidents {
        let Some((from, until)) = interval(*known, params, &mut account)? else { continue };
        let month_of = |seconds: i64| {
            let date = MONDAY.checked_add(jiff::SignedDuration::from_secs(seconds)).ok().map(DateTime::date);
            date.and_then(Month::of).ok_or_else(|| outside.clone())
        };
        let (first, last) = (month_of(from)?, month_of(until)?);
        for index in first.index()..=last.index() {
            let Some(month) = Month::from_index(index) else { continue };
            let begins = seconds(month.first_day().at(0, 0, 0, 0));
            let ends = seconds(month.last_day().at(0, 0, 0, 0)) + 24 * HOUR;
            let overlap = if from == until { 1 } else { until.min(ends) - from.max(begins) };
            if overlap > 0 {
                *weights.entry(month).or_insert(0.0) += overlap as f64 / (until - from).max(1) as f64;
            }
        }
    }
    Ok(AoristicMonths { params, account, weights: weights.into_iter().collect() })
}

/// Whole seconds since [`MONDAY`].
fn seconds(at: DateTime) -> i64 {
    at.duration_since(MONDAY).as_secs() - i64::from(at < MONDAY && at.subsec_nanosecond() > 0)
}

/// The interval in seconds, when it has weights; the account is kept either way.
fn interval(known: Known, params: AoristicParams, account: &mut Account) -> Result<Option<(i64, i64)>> {
    let hours = |n: u32| i64::from(n) * HOUR;
    let ends = match (known, params.open_end) {
        (Known::Nothing, _) => {
            account.unknown += 1;
            return Ok(None);
        }
        (Known::Between(from, until), _) => (seconds(from), seconds(until)),
        (_, OpenEnd::SetAside) => {
            account.open += 1;
            return Ok(None);
        }
        (Known::From(at) | Known::Until(at), OpenEnd::AtKnownEnd) => (seconds(at), seconds(at)),
        (Known::From(from), OpenEnd::Within(n)) => (seconds(from), seconds(from) + hours(n)),
        (Known::Until(until), OpenEnd::Within(n)) => (seconds(until) - hours(n), seconds(until)),
    };
    if ends.1 < ends.0 {
        return Err(Error::OutOfRange { what: "end of an interval", must: "not before its start" });
    }
    if params.longest_hours.is_some_and(|longest| ends.1 - ends.0 > hours(longest)) {
        account.too_long += 1;
        return Ok(None);
    }
    account.weighed += 1;
    Ok(Some(ends))
}

/// Seconds of the interval in each hour of the week; an instant has one second.
fn seconds_by_hour(from: i64, until: i64) -> [i64; HOURS] {
    let until = until.max(from + 1);
    let mut by_hour = [(until - from) / WEEK * HOUR; HOURS];
    let mut at = from;
    let end = from + (until - from) % WEEK;
    while at < end {
        let next = (at.div_euclid(HOUR) + 1) * HOUR;
        by_hour[(at.div_euclid(HOUR).rem_euclid(HOURS as i64)) as usize] += next.min(end) - at;
        at = next;
    }
    by_hour
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Of January 2024, which began on a Monday.
    fn at(day: i8, hour: i8, minute: i8) -> DateTime {
        date(2024, 1, day).at(hour, minute, 0, 0)
    }

    /// Hours with weight.
    fn weights(known: Known) -> Vec<(usize, f64)> {
        let week = aoristic_week(&[known], AoristicParams::default()).expect("valid");
        week.weights.into_iter().enumerate().filter(|(_, w)| *w > 0.0).collect()
    }

    #[test]
    fn hours_get_their_share() {
        let between = |a, b| weights(Known::Between(a, b));
        assert_eq!(between(at(1, 1, 0), at(1, 1, 0)), [(1, 1.0)]);
        assert_eq!(between(at(1, 1, 0), at(1, 1, 30)), [(1, 1.0)]);
        assert_eq!(between(at(1, 1, 0), at(1, 2, 0)), [(1, 1.0)], "the end is not in the next hour");
        assert_eq!(between(at(1, 1, 50), at(1, 2, 10)), [(1, 0.5), (2, 0.5)]);
        assert_eq!(between(at(1, 1, 0), at(1, 2, 30)), [(1, 60.0 / 90.0), (2, 30.0 / 90.0)]);
        // Over midnight, and from Sunday to Monday.
        assert_eq!(between(at(1, 23, 30), at(2, 1, 15)), [(23, 30.0 / 105.0), (24, 60.0 / 105.0), (25, 15.0 / 105.0)]);
        assert_eq!(between(at(7, 23, 0), at(8, 1, 0)), [(0, 0.5), (167, 0.5)]);
    }

    #[test]
    fn more_than_a_week_passes_some_hours_twice() {
        let eight_days = weights(Known::Between(at(1, 12, 0), at(9, 12, 0)));
        assert_eq!(eight_days.len(), HOURS);
        for (hour, weight) in eight_days {
            assert_eq!(weight, if (12..36).contains(&hour) { 2.0 / 192.0 } else { 1.0 / 192.0 });
        }
        assert!(weights(Known::Between(at(1, 5, 30), at(15, 5, 30))).iter().all(|(_, w)| *w == 1.0 / 168.0));
    }

    #[test]
    fn unknown_ends_are_set_aside_or_taken_as_told() {
        let incidents =
            [Known::From(at(1, 15, 30)), Known::Until(at(1, 15, 30)), Known::Nothing, Known::Between(at(1, 0, 0), at(4, 0, 1))];
        let week = |open_end| aoristic_week(&incidents, AoristicParams { open_end, longest_hours: Some(72) }).expect("valid");
        let aside = week(OpenEnd::SetAside);
        assert_eq!(aside.account, Account { weighed: 0, unknown: 1, open: 2, too_long: 1 });
        assert!(aside.weights.iter().all(|w| *w == 0.0));
        let known = week(OpenEnd::AtKnownEnd);
        assert_eq!((known.account.weighed, known.weights[15]), (2, 2.0));
        let within = week(OpenEnd::Within(2));
        assert_eq!(within.weights[13..18], [0.25, 0.5, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn ends_that_are_turned_round_are_refused() {
        let swapped = [Known::Between(at(1, 14, 30), at(1, 12, 15))];
        let refused = Err(Error::OutOfRange { what: "end of an interval", must: "not before its start" });
        assert_eq!(aoristic_week(&swapped, AoristicParams::default()), refused);
        assert!(aoristic_months(&swapped, AoristicParams::default()).is_err());
    }

    #[test]
    fn months_get_their_days() {
        let months = |a, b| aoristic_months(&[Known::Between(a, b)], AoristicParams::default()).expect("valid").weights;
        let month = |text: &str| text.parse::<Month>().expect("a month");
        let midnight = |y, m, d| date(y, m, d).at(0, 0, 0, 0);
        assert_eq!(months(midnight(2024, 2, 10), midnight(2024, 2, 10)), [(month("2024-02"), 1.0)]);
        assert_eq!(months(midnight(2024, 2, 1), midnight(2024, 3, 1)), [(month("2024-02"), 1.0)]);
        assert_eq!(months(midnight(2024, 1, 1), midnight(2025, 1, 1))[1], (month("2024-02"), 29.0 / 366.0));
        assert_eq!(months(midnight(1900, 1, 1), midnight(1900, 1, 1))[0].0, month("1900-01"));
        let early = [Known::Between(midnight(1899, 12, 31), midnight(1900, 1, 2))];
        assert!(aoristic_months(&early, AoristicParams::default()).is_err());
        assert!(aoristic_week(&early, AoristicParams::default()).is_ok());
    }

    #[test]
    fn parts_of_seconds_do_not_count() {
        let ancient = date(1850, 1, 1).at(0, 0, 0, 500_000_000);
        assert_eq!(weights(Known::Between(ancient, ancient)).len(), 1);
        let just_before = date(2024, 1, 1).at(0, 59, 59, 999_999_999);
        assert_eq!(weights(Known::Between(just_before, just_before)), [(0, 1.0)]);
    }

    proptest! {
        #[test]
        fn weights_add_up_to_the_incidents(intervals in prop::collection::vec((0i64..30_000_000, 0i64..5_000_000), 0..20)) {
            let start = at(1, 0, 0);
            let after = |s: i64| start.checked_add(jiff::SignedDuration::from_secs(s)).expect("in range");
            let incidents: Vec<Known> = intervals.iter().map(|(a, d)| Known::Between(after(*a), after(a + d))).collect();
            let week = aoristic_week(&incidents, AoristicParams::default()).expect("valid");
            prop_assert!((week.weights.iter().sum::<f64>() - incidents.len() as f64).abs() < 1e-9);
            prop_assert_eq!(week.account.weighed, incidents.len() as u64);
            let months = aoristic_months(&incidents, AoristicParams::default()).expect("valid");
            prop_assert!((months.weights.iter().map(|m| m.1).sum::<f64>() - incidents.len() as f64).abs() < 1e-9);
        }

        #[test]
        fn an_hour_has_the_seconds_that_fall_in_it(from in 0i64..1_000_000, length in 1i64..40_000) {
            let by_hour = seconds_by_hour(from, from + length);
            let mut counted = [0; HOURS];
            for second in from..from + length {
                counted[(second / HOUR % HOURS as i64) as usize] += 1;
            }
            prop_assert_eq!(by_hour, counted);
        }
    }
}
