//! What share of incidents follows another one near by and soon after?
//!
//! # Definition
//! An incident is a *near repeat* when another one lies within [`NearRepeatParams::distance_m`] of it and happened 1 to
//! [`NearRepeatParams::days`] days before it, both ends included. (The near-repeat table, [`super::knox`], counts pairs; this counts
//! incidents, so that a place can be told what part of its incidents an answer within days could have met.) Incidents of one day are
//! not repeats of one another: which came first is not known, and one event is often recorded twice.
//!
//! Only incidents are judged whose days before are all in the record: those of the first `days` days are not.
//!
//! # By chance
//! A busy place has near repeats without any contagion. [`NearRepeats::by_chance`] is the share to expect if the other incidents within the
//! distance had fallen on any day of the record alike: with m of them, `1 − (1 − w/D)^m`, w the days looked back and D the days of the
//! record, as a mean over the judged incidents. A share no larger than that says that the place is busy, and no more.
//!
//! # Defaults
//! 200 metres and 14 days: about what is found for crimes against persons (Ratcliffe and Rengert, *Security Journal* 21, 2008, for
//! shootings: a block and two weeks); burglary reaches further and longer (Johnson and Bowers, *British Journal of Criminology* 44, 2004).
//!
//! # Pitfalls
//! A season, a trend or a trigger event makes the share exceed that by chance. Places known to an anchor point make false near repeats.
//! Incidents known to an interval of days take no part.
//!
//! # Cost
//! One R-tree of all incidents, one query for each judged one.
//!
//! ```
//! use hotspot_core::time::near_repeats::{NearRepeatParams, NearRepeatRecord};
//! // Two near by, 9 days apart; one far away the day after; one at the first place after a month.
//! let points = [[0.0, 0.0], [120.0, 0.0], [5_000.0, 0.0], [0.0, 0.0]];
//! let record = NearRepeatRecord::new(&points, &[20, 29, 30, 60], &NearRepeatParams::new(0, 99))?;
//! let all = record.of(0..4);
//! assert_eq!((all.repeats, all.judged), (1, 4));
//! # Ok::<(), hotspot_core::Error>(())
//! ```

use crate::cube::NO_DAY;
use crate::error::{Error, Result};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// What is a near repeat, and in which record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearRepeatParams {
    /// Metres within which the earlier one lies; 200 by default.
    pub distance_m: f64,
    /// Days that are looked back; 14 by default.
    pub days: u16,
    /// First day of the record.
    pub first_day: i32,
    /// Last day of the record, included.
    pub last_day: i32,
}

impl NearRepeatParams {
    /// 200 metres and 14 days.
    pub const fn new(first_day: i32, last_day: i32) -> Self {
        Self { distance_m: 200.0, days: 14, first_day, last_day }
    }
}

/// Near repeats among some incidents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearRepeats {
    /// What was asked.
    pub params: NearRepeatParams,
    /// Incidents with a day, a position and all days before in the record.
    pub judged: u32,
    /// Those of them that are near repeats.
    pub repeats: u32,
    /// The others: without day or position, outside the record, or in its first days.
    pub not_judged: u32,
    /// Expected number of near repeats if the incidents round each had fallen on any day alike.
    pub by_chance: f64,
}

impl NearRepeats {
    /// Near repeats over judged incidents; `None` without any.
    pub fn share(&self) -> Option<f64> {
        (self.judged > 0).then(|| f64::from(self.repeats) / f64::from(self.judged))
    }

    /// The share to expect by chance; `None` without judged incidents.
    pub fn share_by_chance(&self) -> Option<f64> {
        (self.judged > 0).then(|| self.by_chance / f64::from(self.judged))
    }
}

/// All incidents of an area, of some of which the near repeats are asked.
#[derive(Debug, Clone)]
pub struct NearRepeatRecord<'a> {
    points: &'a [[f64; 2]],
    days: &'a [i32],
    params: NearRepeatParams,
    tree: RTree<GeomWithData<[f64; 2], i32>>,
}

impl<'a> NearRepeatRecord<'a> {
    /// Incidents by position in metres (not finite where there is none) and day ([`NO_DAY`] where it is not known).
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one day for each point, [`Error::OutOfRange`] when the distance is negative or not finite, or
    /// the record ends before it begins.
    pub fn new(points: &'a [[f64; 2]], days: &'a [i32], params: &NearRepeatParams) -> Result<Self> {
        Self::of_rows(points, days, params, 0..points.len())
    }

    /// The same of some rows of longer columns: the others are no earlier incident of anything.
    ///
    /// # Errors
    /// As [`NearRepeatRecord::new`].
    pub fn of_rows(
        points: &'a [[f64; 2]],
        days: &'a [i32],
        params: &NearRepeatParams,
        rows: impl IntoIterator<Item = usize>,
    ) -> Result<Self> {
        if days.len() != points.len() {
            return Err(Error::Length { what: "days", got: days.len(), expected: points.len() });
        }
        if !(params.distance_m >= 0.0 && params.distance_m.is_finite()) {
            return Err(Error::OutOfRange { what: "distance", must: "zero or a positive number of metres" });
        }
        if params.last_day < params.first_day {
            return Err(Error::OutOfRange { what: "last day", must: "not before the first" });
        }
        let mut record = Self { points, days, params: *params, tree: RTree::new() };
        let known = rows.into_iter().filter_map(|row| record.at(row)).map(|(at, day)| GeomWithData::new(at, day)).collect();
        record.tree = RTree::bulk_load(known);
        Ok(record)
    }

    /// Position and day of a row that has both, within the record.
    fn at(&self, row: usize) -> Option<([f64; 2], i32)> {
        let (at, day) = (*self.points.get(row)?, *self.days.get(row)?);
        let inside = day != NO_DAY && (self.params.first_day..=self.params.last_day).contains(&day);
        (inside && at[0].is_finite() && at[1].is_finite()).then_some((at, day))
    }

    /// Near repeats among the rows, which are rows of the record.
    pub fn of(&self, rows: impl IntoIterator<Item = usize>) -> NearRepeats {
        let NearRepeatParams { distance_m, days, first_day, last_day } = self.params;
        let length = f64::from(last_day) - f64::from(first_day) + 1.0;
        let spared = 1.0 - (f64::from(days) / length).min(1.0);
        let mut found = NearRepeats { params: self.params, judged: 0, repeats: 0, not_judged: 0, by_chance: 0.0 };
        for row in rows {
            let judged = self.at(row).filter(|(_, day)| i64::from(*day) - i64::from(first_day) >= i64::from(days));
            let Some((at, day)) = judged else {
                found.not_judged += 1;
                continue;
            };
            found.judged += 1;
            let (mut round, mut repeat) = (0i32, false);
            for other in self.tree.locate_within_distance(at, distance_m * distance_m) {
                round += 1;
                repeat |= (1..=i64::from(days)).contains(&(i64::from(day) - i64::from(other.data)));
            }
            found.repeats += u32::from(repeat);
            // Itself is one of those round it.
            found.by_chance += 1.0 - spared.powi((round - 1).max(0));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_of_distance_and_days_are_included_and_the_same_day_is_not() {
        let found = |points: &[[f64; 2]], days: &[i32]| {
            NearRepeatRecord::new(points, days, &NearRepeatParams::new(0, 364)).unwrap().of(0..points.len()).repeats
        };
        assert_eq!(found(&[[0.0, 0.0], [200.0, 0.0]], &[100, 114]), 1);
        assert_eq!(found(&[[0.0, 0.0], [200.1, 0.0]], &[100, 114]), 0);
        assert_eq!(found(&[[0.0, 0.0], [200.0, 0.0]], &[100, 115]), 0);
        assert_eq!(found(&[[0.0, 0.0], [0.0, 0.0]], &[100, 100]), 0);
        assert_eq!(found(&[[0.0, 0.0]; 3], &[101, 100, 101]), 2);
    }

    #[test]
    fn what_has_no_day_no_position_or_no_days_before_is_not_judged() {
        let points = [[0.0, 0.0], [0.0, 0.0], [f64::NAN; 2], [0.0, 0.0], [0.0, 0.0]];
        let days = [13, 14, 30, NO_DAY, 400];
        let record = NearRepeatRecord::new(&points, &days, &NearRepeatParams::new(0, 364)).unwrap();
        let found = record.of(0..5);
        // The second follows the first, which is too early to be judged itself.
        assert_eq!((found.judged, found.repeats, found.not_judged), (1, 1, 4));
        assert_eq!(record.of(0..0).share(), None);
        assert!((found.by_chance - 14.0 / 365.0).abs() < 1e-12, "one other within reach");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let params = NearRepeatParams::new(0, 9);
        assert!(NearRepeatRecord::new(&[[0.0; 2]], &[], &params).is_err());
        assert!(NearRepeatRecord::new(&[], &[], &NearRepeatParams::new(0, -1)).is_err());
        for distance_m in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(NearRepeatRecord::new(&[], &[], &NearRepeatParams { distance_m, ..params }).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_all_pairs_find(incidents in prop::collection::vec(((0u16..600, 0u16..600), 0i32..120), 0..60)) {
            let points: Vec<[f64; 2]> = incidents.iter().map(|((x, y), _)| [f64::from(*x), f64::from(*y)]).collect();
            let days: Vec<i32> = incidents.iter().map(|(_, day)| *day).collect();
            let found = NearRepeatRecord::new(&points, &days, &NearRepeatParams::new(0, 119)).unwrap().of(0..points.len());
            let near = |i: usize, j: usize| (points[i][0] - points[j][0]).hypot(points[i][1] - points[j][1]) <= 200.0;
            let repeat = |i: &usize| (0..days.len()).any(|j| near(*i, j) && (1..=14).contains(&(days[*i] - days[j])));
            let judged: Vec<usize> = (0..days.len()).filter(|i| days[*i] >= 14).collect();
            prop_assert_eq!(found.judged as usize, judged.len());
            prop_assert_eq!(found.repeats as usize, judged.iter().copied().filter(repeat).count());
            prop_assert!(found.by_chance >= 0.0 && found.by_chance <= f64::from(found.judged));
        }
    }
}
