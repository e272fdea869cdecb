//! Repeat victims and places: how many have more than one incident, how much they bear, and how soon the next comes.
//!
//! # Definition
//! A *subject* is a victim or a place, known by an opaque identifier (a keyed pseudonym; a place may be its coordinates in whole
//! decimetres). Within a window of days, usually twelve months:
//!
//! - a *repeat subject* has two or more incidents in the window; its share of the subjects, and of the incidents, follow;
//! - a *recurrence* is an incident of the window with another of the same subject in the [`RepeatParams::lookback_days`] before it, inside
//!   or before the window: the "victim in the last twelve months" of a rolling count;
//! - the *top share* is the part of all incidents borne by the x % of subjects with most ([`Repeats::top_share`]), k = ⌈x · subjects⌉
//!   of them;
//! - the *time to next* is a survival curve from each incident to the subject's next ([`time_to_next`]), censored where the window
//!   ends first ([`super::survival`]).
//!
//! # By chance
//! Some repeats come by chance alone. If n incidents fell on N people at random, the number of people with any is N (1 − (1 − 1/N)^n),
//! and that with two or more less by n (1 − 1/N)^(n−1): [`Repeats::share_by_chance`] for a population that you state.
//!
//! # Pitfalls
//! Only subjects with an identifier are seen: incidents without one must be counted beside the result. Victims who stop reporting
//! look like victims of one incident. One event that is recorded as two crimes is no repeat: [`SameDay::OneIncident`]. A window twice as
//! long has more repeats. A large premises (a hospital, a shopping centre) is a repeat place by its size. Share and top share of few
//! subjects identify people: the output is for named roles, never a tile.
//!
//! # Cost
//! One sort.

use super::survival::{Survival, Wait, WaitEnd, kaplan_meier};
use crate::error::{Error, Result};

/// Several incidents of one subject on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SameDay {
    /// Each counts.
    #[default]
    Separate,
    /// They count as one.
    OneIncident,
}

/// Which incidents count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepeatParams {
    /// First day of the window.
    pub from_day: i64,
    /// The day after its last.
    pub until_day: i64,
    /// Days before an incident in which another makes it a recurrence; 365 by default.
    pub lookback_days: u32,
    /// Several incidents of one subject on one day; separate by default.
    pub same_day: SameDay,
}

impl RepeatParams {
    /// A window, a lookback of 365 days, incidents of one day separate.
    pub const fn new(from_day: i64, until_day: i64) -> Self {
        Self { from_day, until_day, lookback_days: 365, same_day: SameDay::Separate }
    }
}

/// Repeats within a window. Holds no identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeats {
    /// What was asked.
    pub params: RepeatParams,
    /// Incidents in the window.
    pub incidents: u64,
    /// Subjects with any.
    pub subjects: u64,
    /// Subjects with two or more.
    pub repeat_subjects: u64,
    /// Incidents of those.
    pub repeat_incidents: u64,
    /// Incidents with another of the same subject in the days before.
    pub recurrences: u64,
    /// Subjects with any of these.
    pub recurrent_subjects: u64,
    /// Incidents of each subject in the window, most first.
    pub counts: Vec<u32>,
}

/// The incidents borne by the subjects with most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopShare {
    /// How many subjects they are.
    pub subjects: u64,
    /// How many incidents they have.
    pub incidents: u64,
    /// Their part of all incidents.
    pub share: f64,
}

impl Repeats {
    /// Repeat subjects over subjects; `None` without subjects.
    pub fn share_of_subjects(&self) -> Option<f64> {
        (self.subjects > 0).then(|| self.repeat_subjects as f64 / self.subjects as f64)
    }

    /// Incidents of repeat subjects over incidents; `None` without incidents.
    pub fn share_of_incidents(&self) -> Option<f64> {
        (self.incidents > 0).then(|| self.repeat_incidents as f64 / self.incidents as f64)
    }

    /// What the given part of the subjects, those with most, bears; `None` without subjects or for a part not in 0 to 1.
    pub fn top_share(&self, part: f64) -> Option<TopShare> {
        if self.subjects == 0 || !(0.0..=1.0).contains(&part) {
            return None;
        }
        // 0.1 · 30 is a little more than 3.
        let subjects = (part * self.subjects as f64 * (1.0 - 1e-12)).ceil() as usize;
        let incidents = self.counts[..subjects].iter().map(|c| u64::from(*c)).sum::<u64>();
        Some(TopShare { subjects: subjects as u64, incidents, share: incidents as f64 / self.incidents as f64 })
    }

    /// The share of repeat subjects that would be expected if the incidents fell at random on a population of this size; `None`
    /// without incidents or population.
    pub fn share_by_chance(&self, population: u64) -> Option<f64> {
        if self.incidents == 0 || population == 0 {
            return None;
        }
        let (n, all) = (self.incidents as f64, population as f64);
        // (1 − 1/N)^n without losing the digits of 1/N.
        let spared = if population == 1 { 0.0 } else { ((-1.0 / all).ln_1p() * n).exp_m1() };
        let any = if population == 1 { 1.0 } else { -all * spared };
        let once = if population == 1 {
            if self.incidents == 1 { 1.0 } else { 0.0 }
        } else {
            n * ((-1.0 / all).ln_1p() * (n - 1.0)).exp()
        };
        Some(((any - once) / any).max(0.0))
    }
}

/// Repeats of incidents, each a subject and a day (whole numbers from any origin), in any order.
///
/// # Errors
/// [`Error::OutOfRange`] when the window ends before it begins. No error holds an identifier.
///
/// ```
/// use hotspot_core::time::repeats::{RepeatParams, repeats};
///
/// let incidents = [("a", 3), ("b", 10), ("a", 40), ("a", 41), ("c", 90), ("b", 400)];
/// let year = repeats(&incidents, &RepeatParams::new(0, 365))?;
/// assert_eq!((year.incidents, year.subjects, year.repeat_subjects, year.repeat_incidents), (5, 3, 1, 3));
/// assert_eq!(year.top_share(0.2).expect("subjects").share, 0.6);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn repeats<I: Ord>(incidents: &[(I, i64)], params: &RepeatParams) -> Result<Repeats> {
    let mut result = Repeats {
        params: *params,
        incidents: 0,
        subjects: 0,
        repeat_subjects: 0,
        repeat_incidents: 0,
        recurrences: 0,
        recurrent_subjects: 0,
        counts: Vec::new(),
    };
    for days in by_subject(incidents, params)? {
        let inside = params.within(&days);
        if inside.is_empty() {
            continue;
        }
        let count = inside.len() as u64;
        let recurs = |place: usize| place > 0 && days[place].abs_diff(days[place - 1]) <= u64::from(params.lookback_days);
        let recurrences = inside.filter(|place| recurs(*place)).count() as u64;
        result.incidents += count;
        result.subjects += 1;
        result.counts.push(count as u32);
        result.recurrences += recurrences;
        result.recurrent_subjects += u64::from(recurrences > 0);
        if count > 1 {
            result.repeat_subjects += 1;
            result.repeat_incidents += count;
        }
    }
    result.counts.sort_unstable_by(|a, b| b.cmp(a));
    Ok(result)
}

/// From which incidents waits begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitsFrom {
    /// From every incident of the window: what an officer at any incident may expect. Waits of one subject are not independent.
    EveryIncident,
    /// From each subject's first incident of the window: independent waits.
    FirstIncident,
}

/// Survival curve of the days from an incident to the same subject's next, up to the end of the window.
///
/// # Errors
/// As [`repeats`]; and when the level is not between 0 and 1.
///
/// ```
/// use hotspot_core::time::repeats::{RepeatParams, WaitsFrom, time_to_next};
///
/// let incidents = [("a", 0), ("a", 10), ("b", 5), ("c", 90)];
/// let curve = time_to_next(&incidents, &RepeatParams::new(0, 100), WaitsFrom::FirstIncident, 0.95)?;
/// // Of three, one comes again after 10 days; the third has been watched for 9 only.
/// assert_eq!(curve.at(10.0), Some(0.5));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn time_to_next<I: Ord>(incidents: &[(I, i64)], params: &RepeatParams, from: WaitsFrom, level: f64) -> Result<Survival> {
    let mut waits = Vec::new();
    for days in by_subject(incidents, params)? {
        let inside = params.within(&days);
        let starts = if from == WaitsFrom::FirstIncident { inside.start..inside.end.min(inside.start + 1) } else { inside.clone() };
        for place in starts {
            let next = (place + 1 < inside.end).then(|| days[place + 1]);
            // The last day that was watched is the one before the window ends.
            let (until, end) = next.map_or((params.until_day - 1, WaitEnd::Censored), |day| (day, WaitEnd::Event));
            waits.push(Wait { time: until.abs_diff(days[place]) as f64, end });
        }
    }
    kaplan_meier(&waits, level)
}

impl RepeatParams {
    /// Places of the days in the window, of days in order.
    fn within(&self, days: &[i64]) -> std::ops::Range<usize> {
        days.partition_point(|d| *d < self.from_day)..days.partition_point(|d| *d < self.until_day)
    }
}

/// Days of each subject in order.
fn by_subject<I: Ord>(incidents: &[(I, i64)], params: &RepeatParams) -> Result<Vec<Vec<i64>>> {
    if params.until_day < params.from_day {
        return Err(Error::OutOfRange { what: "end of the window", must: "not before its start" });
    }
    let mut sorted: Vec<&(I, i64)> = incidents.iter().collect();
    sorted.sort_unstable();
    let days = |group: &[&(I, i64)]| {
        let mut days: Vec<i64> = group.iter().map(|incident| incident.1).collect();
        if params.same_day == SameDay::OneIncident {
            days.dedup();
        }
        days
    };
    Ok(sorted.chunk_by(|a, b| a.0 == b.0).map(days).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Pseudonym;
    use proptest::prelude::*;

    #[test]
    fn a_window_and_the_days_before_it() {
        // Subject 1 twice inside; 2 once inside and once 300 days before; 3 once inside and once 400 days before; 4 before only.
        let incidents = [(1, 1000), (1, 1001), (2, 1010), (2, 710), (3, 1005), (3, 605), (4, 900), (5, 1100)];
        let r = repeats(&incidents, &RepeatParams::new(1000, 1100)).expect("a window");
        assert_eq!((r.incidents, r.subjects, r.repeat_subjects, r.repeat_incidents), (4, 3, 1, 2));
        assert_eq!((r.recurrences, r.recurrent_subjects), (2, 2));
        assert_eq!(r.counts, [2, 1, 1]);
        assert_eq!((r.share_of_subjects(), r.share_of_incidents()), (Some(1.0 / 3.0), Some(0.5)));
    }

    #[test]
    fn one_day_may_be_one_incident() {
        let incidents = [("a", 5), ("a", 5), ("a", 9)];
        let separate = RepeatParams::new(0, 10);
        let together = RepeatParams { same_day: SameDay::OneIncident, ..separate };
        assert_eq!(repeats(&incidents, &separate).expect("a window").counts, [3]);
        assert_eq!(repeats(&incidents, &together).expect("a window").counts, [2]);
        let curve = time_to_next(&incidents, &separate, WaitsFrom::EveryIncident, 0.9).expect("a window");
        assert_eq!(curve.points.iter().map(|p| p.time).collect::<Vec<_>>(), [0.0, 4.0]);
        let curve = time_to_next(&incidents, &together, WaitsFrom::EveryIncident, 0.9).expect("a window");
        assert_eq!((curve.waits, curve.events, curve.longest), (2, 1, Some(4.0)));
    }

    #[test]
    fn nothing_has_no_share() {
        let none = repeats::<u8>(&[], &RepeatParams::new(0, 365)).expect("a window");
        assert_eq!((none.subjects, none.share_of_subjects(), none.share_of_incidents()), (0, None, None));
        assert_eq!((none.top_share(0.1), none.share_by_chance(100)), (None, None));
        assert_eq!(time_to_next::<u8>(&[], &RepeatParams::new(0, 9), WaitsFrom::EveryIncident, 0.9).expect("a window").waits, 0);
        assert_eq!(repeats(&[(1, 5)], &RepeatParams::new(5, 5)).expect("an empty window").incidents, 0);
    }

    #[test]
    fn errors_and_results_hold_no_identifier() {
        let incidents = [(Pseudonym("secret".to_owned()), 1), (Pseudonym("secret".to_owned()), 2)];
        let error = repeats(&incidents, &RepeatParams::new(2, 1)).expect_err("a turned window");
        let result = repeats(&incidents, &RepeatParams::new(0, 9)).expect("a window");
        assert!(![format!("{error} {error:?}"), format!("{result:?}")].iter().any(|text| text.contains("secret")));
    }

    #[test]
    fn top_shares_take_whole_subjects() {
        let incidents: Vec<(u32, i64)> = (0..30).flat_map(|s| (0..if s < 3 { 10 } else { 1 }).map(move |d| (s, d))).collect();
        let r = repeats(&incidents, &RepeatParams::new(0, 365)).expect("a window");
        assert_eq!(r.top_share(0.1), Some(TopShare { subjects: 3, incidents: 30, share: 30.0 / 57.0 }));
        assert_eq!(r.top_share(0.11).expect("subjects").subjects, 4);
        assert_eq!(r.top_share(1.0).expect("subjects").share, 1.0);
        assert_eq!(r.top_share(0.0).expect("subjects").incidents, 0);
        assert!([-0.1, 1.1, f64::NAN].iter().all(|part| r.top_share(*part).is_none()));
    }

    #[test]
    fn chance_is_that_of_all_ways_to_fall() {
        // Three incidents on three people: of 27 ways 6 leave nobody twice, 18 have two people hit, 3 one.
        let r = repeats(&[(1, 0), (2, 0), (3, 0)], &RepeatParams::new(0, 1)).expect("a window");
        let (hit, repeated) = ((6.0 * 3.0 + 18.0 * 2.0 + 3.0) / 27.0, (18.0 + 3.0) / 27.0);
        assert!((r.share_by_chance(3).expect("people") - repeated / hit).abs() < 1e-12);
        assert_eq!(r.share_by_chance(1), Some(1.0));
        // 3 on ten million: about (n − 1) / (2 N).
        assert!((r.share_by_chance(10_000_000).expect("people") * 1e7 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn waits_end_with_the_window() {
        let incidents = [("a", 10), ("a", 30), ("a", 200), ("b", 95), ("c", -50), ("c", 20)];
        let every = time_to_next(&incidents, &RepeatParams::new(0, 100), WaitsFrom::EveryIncident, 0.95).expect("a window");
        // a: 20 days; then censored after 69. b: after 4. c: from 20 on, after 79.
        assert_eq!((every.waits, every.events, every.longest), (4, 1, Some(79.0)));
        assert_eq!((every.points[0].time, every.points[0].at_risk), (20.0, 3));
        let first = time_to_next(&incidents, &RepeatParams::new(0, 100), WaitsFrom::FirstIncident, 0.95).expect("a window");
        assert_eq!((first.waits, first.points[0].at_risk), (3, 2));
    }

    proptest! {
        #[test]
        fn order_and_names_do_not_matter(incidents in prop::collection::vec((0u8..12, 0i64..500), 0..80), turn in 0usize..80) {
            let params = RepeatParams::new(100, 465);
            let plain = repeats(&incidents, &params).expect("a window");
            let mut turned = incidents.clone();
            turned.rotate_left(turn.min(incidents.len()));
            let renamed: Vec<(String, i64)> = turned.iter().map(|(s, d)| (format!("{}", 99 - s), *d)).collect();
            prop_assert_eq!(&repeats(&renamed, &params).expect("a window"), &plain);
            prop_assert_eq!(plain.counts.iter().map(|c| u64::from(*c)).sum::<u64>(), plain.incidents);
            prop_assert!(plain.recurrences + plain.subjects >= plain.incidents, "all but the first within a year recur");
            prop_assert!(plain.repeat_incidents >= 2 * plain.repeat_subjects);
            let every = time_to_next(&incidents, &params, WaitsFrom::EveryIncident, 0.9).expect("a window");
            prop_assert_eq!((every.waits, every.events), (plain.incidents, plain.incidents - plain.subjects));
            let mut last = 0.0;
            for part in [0.0, 0.1, 0.3, 0.5, 1.0] {
                if let Some(top) = plain.top_share(part) {
                    prop_assert!(top.share >= last && top.share + 1e-12 >= part);
                    last = top.share;
                }
            }
        }
    }
}
