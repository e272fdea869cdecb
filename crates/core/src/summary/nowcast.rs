//! How many records of the last months there will be in the end.
//!
//! # Definition
//! [`crate::time::delay::nowcast`] of the months since the last break, [`MONTHS`] at most, with delays of up to [`LONGEST`] months, as known
//! at the end of the month that is published; what has been recorded since is known too, and no estimate is below it. Later reports are not predicted, and records that are taken off later are not foreseen.
//!
//! By the month of recording there is nothing to wait for: a month is complete when it ends.
//!
//! A chart by the month of occurrence ends with the last month of which [`COMPLETE`] of all reports are expected to be in, by the delays of
//! London's records; where these are not known, [`LONGEST`] months before. A later month would look low because it is late.

use super::figures::{Gap, Marked, concerns};
use super::{Basis, Level, SummaryInput};
use crate::error::Result;
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use crate::time::delay::{NowcastMonth, ReportingTriangle, Reports, nowcast};
use std::collections::BTreeMap;

/// Longest delay in months.
pub const LONGEST: u16 = 6;
/// Months of the triangle at most: delays change over the years.
pub const MONTHS: u16 = 36;
/// Share of the reports that a month must be expected to have before it may be compared with others.
pub const COMPLETE: f64 = 0.95;

/// Reports by month of occurrence and of recording.
type ByMonths = BTreeMap<(Month, Month), u64>;

/// Reports by place, strand, month of occurrence and of recording.
pub(super) struct Nowcasts {
    months: BTreeMap<u16, MonthRange>,
    reports: BTreeMap<(u16, Option<Strand>), ByMonths>,
    given: bool,
    complete: Month,
}

impl Nowcasts {
    /// What is nowcast: every strand of London, all records of its boroughs and command units.
    ///
    /// # Errors
    /// When a count is too large.
    pub(super) fn new(input: &SummaryInput<'_>, basis: Basis) -> Result<Self> {
        let cube = input.cube;
        let mut all =
            Self { months: BTreeMap::new(), reports: BTreeMap::new(), given: basis == Basis::Occurred, complete: input.month };
        let Some(held) = MonthRange::new(cube.months().from(), input.month).filter(|_| all.given) else { return Ok(all) };
        let recent = MonthRange::new(held.from().max(MonthRange::ending(input.month, MONTHS).from()), input.month).unwrap_or(held);
        for (row, _) in (0..).zip(cube.places()).filter(|(_, p)| p.level <= Level::Borough) {
            if let (Some(months), _) = input.breaks.since(recent, |b| concerns(cube, row, b)) {
                all.months.insert(row, months);
            }
        }
        let strand_of = |place: u16, strand: Option<Strand>| place == 0 || strand.is_none();
        for tally in cube.tallies().iter().filter(|t| t.occurred <= t.recorded) {
            for place in cube.sums_of(tally.place) {
                for strand in std::iter::once(None).chain(tally.strands.iter().map(Some)).filter(|s| strand_of(place, *s)) {
                    *all.reports.entry((place, strand)).or_default().entry((tally.occurred, tally.recorded)).or_default() +=
                        u64::from(tally.count);
                }
            }
        }
        // The delay of the strands and places is that of London's records.
        all.complete = match all.of(0, None)? {
            Ok(months) => months.iter().find(|m| m.completeness < COMPLETE).map_or(input.month, |m| m.month.minus(1)),
            Err(_) => input.month.minus(LONGEST),
        };
        Ok(all)
    }

    /// The last month of which nearly all reports are in.
    pub(super) const fn complete(&self) -> Month {
        self.complete
    }

    /// The estimates of a place and strand.
    pub(super) fn of(&self, place: u16, strand: Option<Strand>) -> Result<Marked<Vec<NowcastMonth>>> {
        if !self.given {
            return Ok(Err(Gap::NotApplicable));
        }
        let (Some(months), Some(reports)) = (self.months.get(&place), self.reports.get(&(place, strand))) else {
            return Ok(Err(Gap::NotApplicable));
        };
        let known = |month: Month| -> u64 { reports.iter().filter(|((occurred, _), _)| *occurred == month).map(|(_, n)| n).sum() };
        let in_time = reports.iter().filter(|((_, recorded), _)| *recorded <= months.to());
        let in_time = in_time.map(|((occurred, recorded), n)| Reports { occurred: *occurred, recorded: *recorded, count: *n });
        let triangle = ReportingTriangle::new(in_time, *months, LONGEST)?;
        Ok(nowcast(&triangle, 0.95).map_err(|_too_few| Gap::TooFewMonths).map(|made| {
            let mut late = made.months;
            for month in &mut late {
                // What came in after the month is known too: no estimate is below it.
                month.reported = known(month.month);
                if let Some(estimate) = &mut month.estimate {
                    for end in [&mut estimate.median, &mut estimate.lower, &mut estimate.upper] {
                        *end = (*end).max(month.reported);
                    }
                }
            }
            late
        }))
    }
}
