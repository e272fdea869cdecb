//! A hotspot over the months held: how it came about, whether it changes, and when in the week it is.
//!
//! # Definition
//! The months are those held up to the window's last one, *never across a recording break*: where breaks that concern the place lie
//! inside, the whole months after the last of them ([`History::months`] says which, [`History::after`] why). A break concerns a place when it
//! names no area, or one of the areas that the place's incidents lie in; a place whose areas are not known is concerned by every one.
//! Over these months, of reported records of the hotspot's strand:
//!
//! | part | what | from | needs |
//! | --- | --- | --- | --- |
//! | [`History::present`] | months with an incident | | a month |
//! | [`History::emerging`] | pattern of the peak unit in the cube of monthly counts at the hotspots' resolution | [`time::emerging`](crate::time::emerging) | [`EMERGING_MONTHS`] months |
//! | [`History::chart`] | monthly counts of the place: XmR when the baseline's mean is [`XMR_MEAN`] or more, else exact Poisson limits, of which only a point outside is a signal; the baseline is all but the last [`JUDGED_MONTHS`] months | [`time::control_chart`](crate::time::control_chart) | [`BASELINE_MONTHS`] in the baseline |
//! | [`History::near_repeats`] | share of incidents that follow another of the strand within 200 m and 14 days, and the share by chance | [`time::near_repeats`](crate::time::near_repeats) | days and positions |
//! | [`History::week`] | incidents by day of the week and part of the day | | hours |
//!
//! Each is an answer or a [`Reason`]: nothing is estimated from too little, and nothing is left out without a word.
//!
//! # What the numbers mean
//! The map says *where*; this says whether the place is new or has always been so, whether its last months are unlike those before, and what
//! a presence at a time of week, or within days of an incident, could meet. No part decides whether the place is a hotspot.
//!
//! # Pitfalls
//! - A hotspot was chosen for its count in the window, of which most of the baseline is a part: limits are wide, and months after a
//!   chance peak look like a fall (regression to the mean).
//! - Poisson limits are too narrow where one quarrel makes many records: a signal asks for a look, not for a patrol.
//! - Emerging patterns of sparse cells are coarse ([`time::emerging`](crate::time::emerging)): one incident can make a neighbourhood hot.
//!   A pattern takes in the neighbours; the place's own months stand beside it.
//! - The last months are not complete: late reports and flags under review are still to come.
//! - Hours are those of records known to the minute; those made up for an unknown hour are not here, but victims round theirs.
//! - Counts by month or part of the week of one place are small: they are for the views that may show them, after disclosure control.
//!
//! # Cost
//! One cube for each set of months that occurs (one, unless breaks differ by area), one R-tree for each strand, one pass over the facts.

use super::analysis::Analysis;
use super::{Hotspot, StrandAnalysis};
use crate::cube::{Filter, NO_AREA, NO_DAY, week_part};
use crate::error::{Error, Result};
use crate::month::{BreakRegistry, Month, MonthRange, SeriesBreak, day_number};
use crate::space_time_cube::SpaceTimeCube;
use crate::time::control_chart::{ChartKind, ChartParams, ControlChart, Limits, Rule, Rules, Signal, poisson_chart, xmr};
use crate::time::emerging::{Emerging, EmergingParams, EmergingPattern, emerging};
use crate::time::near_repeats::{NearRepeatParams, NearRepeatRecord, NearRepeats};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[cfg(test)]
mod tests;

/// Fewest months of an emerging pattern.
pub const EMERGING_MONTHS: usize = 10;
/// Last months of a chart, which are judged by those before.
pub const JUDGED_MONTHS: usize = 3;
/// Fewest months of a chart's baseline.
pub const BASELINE_MONTHS: usize = 12;
/// Mean of the baseline from which the chart is XmR.
pub const XMR_MEAN: f64 = 5.0;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The last recording break leaves no whole month.
    NoMonth,
    /// Too few months since the last break, or held.
    TooFewMonths {
        /// So many there are.
        months: u16,
        /// So many are needed.
        needed: u16,
    },
    /// Too few days, since a break or outside events.
    TooFewDays {
        /// So many there are.
        days: u32,
        /// So many are needed.
        needed: u32,
    },
    /// No incident.
    NoIncident,
    /// No incident is known to the day.
    NoDay,
    /// No incident can be judged: none has both a day and a position, with the days before held.
    NoDayAndPosition,
    /// No incident is known to the hour.
    NoHour,
    /// Outside the days held.
    NotHeld,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMonth => f.write_str("no whole month since the last recording break"),
            Self::TooFewMonths { months, needed } => write!(f, "too few months: {months} where {needed} are needed"),
            Self::TooFewDays { days, needed } => write!(f, "too few days: {days} where {needed} are needed"),
            Self::NoIncident => f.write_str("no incident in these months"),
            Self::NoDay => f.write_str("no incident is known to the day"),
            Self::NoDayAndPosition => f.write_str("no incident has a day and a position with the days before it held"),
            Self::NoHour => f.write_str("no incident is known to the hour"),
            Self::NotHeld => f.write_str("outside the days held"),
        }
    }
}

/// An answer, or why there is none.
pub type Part<T> = std::result::Result<T, Reason>;

/// What is held, aligned with the facts of an [`Analysis`].
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Months held; those after the window's last are left out.
    pub months: MonthRange,
    /// Day of each fact, since 1 January 1970 in local time; [`NO_DAY`] where it is not known.
    pub days: &'a [i32],
    /// Codes of the areas that facts point at, by their row.
    pub areas: &'a [&'a str],
    /// Recording breaks.
    pub breaks: &'a BreakRegistry,
}

/// Months with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// So many months have one.
    pub months: u16,
    /// Of so many.
    pub of: u16,
    /// The first with one.
    pub first: Month,
    /// The last with one.
    pub last: Month,
}

/// The emerging pattern of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmergingPlace {
    /// That of its peak unit.
    pub pattern: EmergingPattern,
    /// Units of the place with the same pattern.
    pub alike: u32,
    /// Share of months in which the peak was hot.
    pub hot_share: f64,
    /// z of the peak at the last month; `None` where it is not defined.
    pub z_last: Option<f64>,
}

/// Incidents by part of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfWeek {
    /// By day, Monday first, then by part of the day: hours 0 to 5, 6 to 11, 12 to 17, 18 to 23.
    pub counts: [[u32; 4]; 7],
    /// Incidents whose hour is known: the sum of the counts.
    pub known: u32,
    /// Incidents.
    pub of: u32,
}

/// Control chart of the monthly counts of a place: every month has the same limits.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlyChart {
    /// Which chart.
    pub kind: ChartKind,
    /// Months of the baseline, the first ones; those after them are judged by it.
    pub baseline: u16,
    /// Centre line.
    pub center: f64,
    /// A count below is a signal; not above 0 where no count can be.
    pub lower: f64,
    /// A count above is a signal.
    pub upper: f64,
    /// Signals by rule, then by month; months are counted from 0.
    pub signals: Vec<Signal>,
}

impl MonthlyChart {
    /// The limits of the first month, which are those of all.
    fn of(chart: ControlChart) -> Part<Self> {
        let point = chart.points.first().ok_or(Reason::NoMonth)?;
        Ok(Self {
            kind: chart.kind,
            baseline: chart.baseline.end as u16,
            center: point.center,
            lower: point.lower,
            upper: point.upper,
            signals: chart.signals,
        })
    }
}

/// What the months held say of a hotspot.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Identifier of the hotspot.
    pub id: String,
    /// The months used.
    pub months: Option<MonthRange>,
    /// Identifier of the recording break after which they begin; `None` when they are all that are held.
    pub after: Option<String>,
    /// Incidents by month used.
    pub counts: Vec<u32>,
    /// Months with an incident.
    pub present: Part<Present>,
    /// Emerging pattern.
    pub emerging: Part<EmergingPlace>,
    /// Control chart of the monthly count.
    pub chart: Part<MonthlyChart>,
    /// Near repeats.
    pub near_repeats: Part<NearRepeats>,
    /// Time of week.
    pub week: Part<TimeOfWeek>,
}

impl History {
    /// Signals of the chart that reach into the last [`JUDGED_MONTHS`] months.
    pub fn latest_signals(&self) -> Vec<Signal> {
        let Ok(chart) = &self.chart else { return Vec::new() };
        chart.signals.iter().filter(|s| s.to >= usize::from(chart.baseline)).copied().collect()
    }
}

/// The histories of the hotspots of one strand, in their order.
///
/// # Errors
/// [`Error::Length`] when days or positions are not as many as the facts, [`Error::OutOfRange`] when the months held begin after the
/// window's last, a unit of a hotspot is none of the level, or the level is none of the units.
pub fn histories(analysis: &Analysis<'_>, held: &Held<'_>, found: &StrandAnalysis) -> Result<Vec<History>> {
    let places = Places::of(analysis, held, found)?;
    let mut cubes: BTreeMap<Month, Emerging> = BTreeMap::new();
    let mut records: BTreeMap<Month, NearRepeatRecord<'_>> = BTreeMap::new();
    let mut all = Vec::with_capacity(found.hotspots.len());
    for (place, hotspot) in found.hotspots.iter().enumerate() {
        let (months, after) = places.months(place, hotspot, held);
        let after = after.map(|b| b.id.clone());
        let Some(months) = months else {
            all.push(History::without_month(hotspot, after));
            continue;
        };
        let filter = Filter { strands: found.strand.into(), ..Filter::over(months) };
        let rows: Vec<usize> =
            places.rows[place].iter().map(|row| *row as usize).filter(|row| analysis.facts.matches(*row, &filter)).collect();
        if months.len() >= EMERGING_MONTHS && !cubes.contains_key(&months.from()) {
            cubes.insert(months.from(), cube(analysis, filter)?);
        }
        if let Entry::Vacant(record) = records.entry(months.from()) {
            let days = NearRepeatParams::new(day_number(months.from().first_day()), day_number(months.to().last_day()));
            let of_strand = analysis.facts.rows(&filter);
            record.insert(NearRepeatRecord::of_rows(analysis.metres, held.days, &days, of_strand)?);
        }
        let counts = monthly(analysis, &rows, months);
        all.push(History {
            id: hotspot.identity.id.clone(),
            months: Some(months),
            after,
            present: present(&counts, months),
            emerging: emerging_place(hotspot, cubes.get(&months.from()), months),
            chart: chart(&counts)?,
            near_repeats: near_repeats(&records[&months.from()], &rows),
            week: week(analysis, &rows),
            counts,
        });
    }
    Ok(all)
}

impl History {
    fn without_month(hotspot: &Hotspot, after: Option<String>) -> Self {
        Self {
            id: hotspot.identity.id.clone(),
            months: None,
            after,
            counts: Vec::new(),
            present: Err(Reason::NoMonth),
            emerging: Err(Reason::NoMonth),
            chart: Err(Reason::NoMonth),
            near_repeats: Err(Reason::NoMonth),
            week: Err(Reason::NoMonth),
        }
    }
}

/// Facts of each hotspot over all months held.
pub(super) struct Places {
    /// Months held up to the window's last.
    pub months: MonthRange,
    /// Rows of facts by hotspot, ascending.
    pub rows: Vec<Vec<u32>>,
    /// Rows of areas by hotspot.
    areas: Vec<BTreeSet<u16>>,
}

impl Places {
    pub fn of(analysis: &Analysis<'_>, held: &Held<'_>, found: &StrandAnalysis) -> Result<Self> {
        for (what, got) in [("days", held.days.len()), ("positions", analysis.metres.len())] {
            if got != analysis.facts.len() {
                return Err(Error::Length { what, got, expected: analysis.facts.len() });
            }
        }
        let months = MonthRange::new(held.months.from(), held.months.to().min(analysis.window.to()))
            .ok_or(Error::OutOfRange { what: "months held", must: "not after the window" })?;
        let mut rows = vec![Vec::new(); found.hotspots.len()];
        let mut areas = vec![BTreeSet::new(); found.hotspots.len()];
        let filter = Filter { strands: found.strand.into(), ..Filter::over(months) };
        for (place, row) in analysis.facts_of(&found.hotspots, &filter)? {
            rows[place].push(row as u32);
            if let Some(fact) = analysis.facts.get(row).filter(|fact| fact.area != NO_AREA) {
                areas[place].insert(fact.area);
            }
        }
        Ok(Self { months, rows, areas })
    }

    /// Codes of the areas in which a place lies, as far as they are known.
    pub fn codes<'a>(&self, place: usize, hotspot: &'a Hotspot, held: &Held<'a>) -> BTreeSet<&'a str> {
        let of_facts = self.areas[place].iter().filter_map(|area| held.areas.get(usize::from(*area)).copied());
        of_facts.chain(hotspot.area_code.as_deref()).collect()
    }

    /// The months since the last break that concerns a place, and that break.
    pub fn months<'a>(&self, place: usize, hotspot: &Hotspot, held: &Held<'a>) -> (Option<MonthRange>, Option<&'a SeriesBreak>) {
        let codes = self.codes(place, hotspot, held);
        held.breaks.since(self.months, |b| {
            b.areas.is_empty() || codes.is_empty() || b.areas.iter().any(|area| codes.contains(area.as_str()))
        })
    }
}

fn cube(analysis: &Analysis<'_>, filter: Filter) -> Result<Emerging> {
    let level = analysis.level()?;
    let cube = SpaceTimeCube::of_facts_by(analysis.facts, &filter, level.len(), |unit| level.row_of(unit));
    emerging(&cube, level.neighbors, &EmergingParams::default())
}

fn monthly(analysis: &Analysis<'_>, rows: &[usize], months: MonthRange) -> Vec<u32> {
    let mut counts = vec![0; months.len()];
    for fact in rows.iter().filter_map(|row| analysis.facts.get(*row)) {
        counts[usize::from(fact.month.index() - months.from().index())] += fact.count;
    }
    counts
}

fn present(counts: &[u32], months: MonthRange) -> Part<Present> {
    let mut with = months.iter().zip(counts).filter(|(_, n)| **n > 0).map(|(month, _)| month);
    let first = with.next().ok_or(Reason::NoIncident)?;
    let (number, last) = with.fold((1, first), |(number, _), month| (number + 1, month));
    Ok(Present { months: number, of: months.len() as u16, first, last })
}

fn emerging_place(hotspot: &Hotspot, found: Option<&Emerging>, months: MonthRange) -> Part<EmergingPlace> {
    let found = found.filter(|_| months.len() >= EMERGING_MONTHS);
    let too_few = Reason::TooFewMonths { months: months.len() as u16, needed: EMERGING_MONTHS as u16 };
    let found = found.ok_or(too_few)?;
    let peak = hotspot.peak as usize;
    let pattern = found.pattern[peak];
    let alike = hotspot.units.iter().filter(|unit| found.pattern[**unit as usize] == pattern).count() as u32;
    Ok(EmergingPlace { pattern, alike, hot_share: found.hot_share[peak], z_last: found.z_last[peak] })
}

/// Chart of monthly counts; the baseline ends before the months that are judged.
fn chart(counts: &[u32]) -> Result<Part<MonthlyChart>> {
    let needed = BASELINE_MONTHS + JUDGED_MONTHS;
    if counts.len() < needed {
        return Ok(Err(Reason::TooFewMonths { months: counts.len() as u16, needed: needed as u16 }));
    }
    let mut params = ChartParams::new(0..counts.len() - JUDGED_MONTHS);
    let baseline = &counts[params.baseline.clone()];
    let mean = baseline.iter().map(|n| f64::from(*n)).sum::<f64>() / baseline.len() as f64;
    let chart = if mean >= XMR_MEAN {
        xmr(&counts.iter().map(|n| f64::from(*n)).collect::<Vec<_>>(), &params)?
    } else {
        // Most months of a quiet place are below its mean: a run there is no news.
        params.rules = Rules::from_iter([Rule::Outside]);
        let counts: Vec<u64> = counts.iter().map(|n| u64::from(*n)).collect();
        poisson_chart(&counts, &vec![1.0; counts.len()], Limits::Exact, &params)?
    };
    Ok(MonthlyChart::of(chart))
}

fn near_repeats(record: &NearRepeatRecord<'_>, rows: &[usize]) -> Part<NearRepeats> {
    if rows.is_empty() {
        return Err(Reason::NoIncident);
    }
    let found = record.of(rows.iter().copied());
    if found.judged == 0 { Err(Reason::NoDayAndPosition) } else { Ok(found) }
}

fn week(analysis: &Analysis<'_>, rows: &[usize]) -> Part<TimeOfWeek> {
    let mut found = TimeOfWeek { counts: [[0; 4]; 7], known: 0, of: 0 };
    for fact in rows.iter().filter_map(|row| analysis.facts.get(*row)) {
        found.of += fact.count;
        if let Some((day, part)) = week_part(fact.hour_of_week) {
            found.counts[day][part] += fact.count;
            found.known += fact.count;
        }
    }
    match (found.of, found.known) {
        (0, _) => Err(Reason::NoIncident),
        (_, 0) => Err(Reason::NoHour),
        _ => Ok(found),
    }
}

/// The day of a fact, if it is known and among those held.
pub(super) fn day_of(held: &Held<'_>, row: usize) -> Option<i32> {
    held.days.get(row).copied().filter(|day| *day != NO_DAY)
}
