//! What an event of a supplied calendar set off: observed minus expected from its first day on, with its decay.
//!
//! # Definition
//! An event (an attack, a match, a march, a vote) lasts from a day to a day, sets off one or more strands, everywhere or in named areas, and
//! decays: after its last day its effect halves every *half-life* h. Its **window** is its own days and the 4 h days from the last one on,
//! after which a sixteenth is left (28 days at the default), never beyond a recording break or the days held.
//!
//! With N incidents in the L days of the window, and M in the B days before the event that lie
//! in no window of another event ([`EventParams::baseline_days`], since the last break),
//!
//! ```text
//! expected = M L / B        excess = N − expected
//! ```
//!
//! with limits by square-and-add (MOVER: Zou and Donner, *Statistics in Medicine* 27, 2008) of the exact Poisson limits of N and of M
//! ([`rate::exact_limits`](crate::rate::exact_limits)), widened by √φ, φ the variance of the baseline's daily counts over their mean, at least
//! 1 (the negative binomial whose variance is φ times its mean, for large counts). The **rise** r on the event's own days is that of the
//! Poisson model `M/B (1 + r 2^{−(days since)/h})` with greatest likelihood; the half-life is given, or is the one of greatest likelihood
//! from [`SHORTEST`] to [`LONGEST`] days.
//!
//! At hotspots: [`super::attribution`].
//!
//! # What the numbers mean
//! Coincidence in time, and no more: an incident in the weeks after an attack is not known to be because of it.
//!
//! # Parameters
//! Half-life 7 days: monthly rises after attacks fade within a month or two (Hanes and Machin, *Journal of Contemporary Criminal Justice*
//! 30, 2014, for hate crime in Britain after 2001 and 2005), daily ones faster. Baseline 84 days: twelve of every weekday, and little season.
//! Level 0.95.
//!
//! # Pitfalls
//! - The calendar decides. An event is entered for reasons of its own, before the counts are looked at; one chosen because of a spike
//!   explains the spike by itself.
//! - Events with overlapping windows cannot be told apart: [`EventEffect::together`] names them, and their excesses are not to be added.
//! - A fitted half-life of [`LONGEST`] is no decay but a season or a trend; and with it the window is four months. Give one then.
//! - Records without a day take no part. Late reports of the last weeks are missing.
//! - A rise of reporting after an event looks like a rise of what is reported.
//!
//! # Cost
//! One pass over the facts for each set of strands and areas; fitting the half-life, 55 fits of one number.

use super::analysis::Analysis;
use super::history::{Held, Part, Reason, day_of};
use crate::cube::{Filter, NO_AREA};
use crate::error::{Error, Result};
use crate::incident::{Strand, StrandSet};
use crate::month::{MonthRange, SeriesBreak, day_number};
use crate::rate::exact_limits;
use std::collections::BTreeMap;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// Half-lives after which a window ends.
pub const HALF_LIVES: f64 = 4.0;
/// Half-life by default, days.
pub const HALF_LIFE: f64 = 7.0;
/// Shortest half-life that is fitted, days.
pub const SHORTEST: f64 = 1.0;
/// Longest half-life that is fitted, days.
pub const LONGEST: f64 = 28.0;
/// Fewest days of a baseline.
pub const BASELINE_DAYS: u32 = 28;

/// An event of the calendar. Days are counted since 1 January 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Stable identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its first day.
    pub from: i32,
    /// Its last day.
    pub to: i32,
    /// The strands that it sets off; empty for all records.
    pub strands: StrandSet,
    /// Codes of the areas that it concerns; empty for all.
    pub areas: Vec<String>,
}

impl Event {
    /// Whether records with these strands are set off by it.
    fn sets_off(&self, strands: StrandSet) -> bool {
        are_of(self.strands, strands)
    }

    /// The event as far as a strand is concerned, with the strands that it sets off there: the strand itself where the event means it or
    /// one above it, those below it that the event means; `None` where it means others. All of it for all records.
    pub(super) fn within(&self, strand: Option<Strand>) -> Option<Self> {
        let Some(strand) = strand else { return Some(self.clone()) };
        let is_of = |inner: Strand, outer: Strand| StrandSet::from_iter([inner]).contains(outer);
        let strands: StrandSet = if self.strands.is_empty() {
            std::iter::once(strand).collect()
        } else {
            let common = |meant| {
                if is_of(strand, meant) { Some(strand) } else { Some(meant).filter(|meant| is_of(*meant, strand)) }
            };
            meant(self.strands).filter_map(common).collect()
        };
        (!strands.is_empty()).then(|| Self { strands, ..self.clone() })
    }

    /// Whether it concerns a strand, or all records: it means the strand, one above it or one below it.
    pub fn concerns(&self, strand: Option<Strand>) -> bool {
        self.within(strand).is_some()
    }

    /// Whether the two can be confused: a strand and an area in common.
    fn meets(&self, other: &Self) -> bool {
        let strands = other.strands.is_empty() || self.sets_off(other.strands) || other.sets_off(self.strands);
        let areas = self.areas.is_empty() || other.areas.is_empty() || self.areas.iter().any(|a| other.areas.contains(a));
        strands && areas
    }

    /// Its days and those that follow within a half-life's reach.
    pub(super) fn window(&self, half_life: f64) -> Range<i32> {
        self.from..self.to.saturating_add((HALF_LIVES * half_life).ceil() as i32).max(self.to.saturating_add(1))
    }

    /// How much of its effect is there on a day.
    fn strength(&self, day: i32, half_life: f64) -> f64 {
        if day < self.from { 0.0 } else { (-(f64::from(day) - f64::from(self.to)).max(0.0) / half_life).exp2() }
    }
}

/// Whether a record has one of the strands that are meant. Sets hold the parents of their members: those are not meant, or every faith
/// would be of one strand with race.
pub(super) fn are_of(strands: StrandSet, record: StrandSet) -> bool {
    strands.is_empty() || meant(strands).any(|strand| record.contains(strand))
}

/// The strands that a set means: those of which it holds no part by itself.
pub fn meant(strands: StrandSet) -> impl Iterator<Item = Strand> {
    strands.iter().filter(move |strand| !strands.iter().any(|other| other.parent() == Some(*strand)))
}

/// How fast an effect fades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfLife {
    /// So many days.
    Given(f64),
    /// By greatest likelihood, for each event; [`HALF_LIFE`] where there is no rise to fit it to, and for hotspots.
    Fitted,
}

/// How events are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventParams {
    /// How fast an effect fades; [`HALF_LIFE`] by default.
    pub half_life: HalfLife,
    /// Days before an event with which it is compared; 84 by default.
    pub baseline_days: u32,
    /// Level of the intervals; 0.95 by default.
    pub level: f64,
}

impl Default for EventParams {
    fn default() -> Self {
        Self { half_life: HalfLife::Given(HALF_LIFE), baseline_days: 84, level: 0.95 }
    }
}

impl EventParams {
    pub(super) fn check(&self, events: &[Event]) -> Result<()> {
        let positive = |h: f64| (0.1..=365.0).contains(&h);
        if matches!(self.half_life, HalfLife::Given(h) if !positive(h)) {
            return Err(Error::OutOfRange { what: "half-life", must: "0.1 to 365 days" });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::OutOfRange { what: "level", must: "between 0 and 1, such as 0.95" });
        }
        if events.iter().any(|e| e.to < e.from) {
            return Err(Error::OutOfRange { what: "last day of an event", must: "not before its first" });
        }
        Ok(())
    }

    /// The half-life of an event that is not fitted.
    pub(super) const fn given(&self) -> f64 {
        match self.half_life {
            HalfLife::Given(h) => h,
            HalfLife::Fitted => HALF_LIFE,
        }
    }
}

/// Observed minus expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Incidents on the days looked at.
    pub observed: u64,
    /// Those days.
    pub days: u32,
    /// Incidents on the days compared with.
    pub baseline: u64,
    /// Those days.
    pub baseline_days: u32,
    /// Incidents expected: the baseline's on as many days.
    pub expected: f64,
    /// Observed minus expected; may be negative.
    pub excess: f64,
    /// Lower limit.
    pub lo: f64,
    /// Upper limit.
    pub hi: f64,
    /// Variance of the baseline's daily counts over their mean, at least 1.
    pub dispersion: f64,
}

impl Excess {
    /// Incidents that are attributed: the excess where its whole interval is above 0, and 0 else. One incident alone is never: beside a
    /// long time without any the interval of one ends just above 0.
    pub fn attributed(&self) -> f64 {
        if self.lo > 0.0 && self.observed > 1 { self.excess } else { 0.0 }
    }
}

/// Excess of some days, by their daily counts, over others.
///
/// # Errors
/// [`Error::OutOfRange`] when there is no day on either side, or the level is not in (0, 1).
///
/// ```
/// use hotspot_core::hotspot::event::excess;
/// // Ten in five days where one a day is usual.
/// let found = excess(&[4, 3, 2, 1, 0], &[1; 50], 0.95)?;
/// assert_eq!((found.expected, found.excess, found.dispersion), (5.0, 5.0, 1.0));
/// assert!(found.lo < 0.0 && found.hi > 13.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn excess(days: &[u32], baseline: &[u32], level: f64) -> Result<Excess> {
    if days.is_empty() || baseline.is_empty() {
        return Err(Error::OutOfRange { what: "number of days", must: "one or more" });
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::OutOfRange { what: "level", must: "between 0 and 1, such as 0.95" });
    }
    let sum = |counts: &[u32]| counts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let (observed, before) = (sum(days), sum(baseline));
    let share = days.len() as f64 / baseline.len() as f64;
    let (n, expected) = (observed as f64, before as f64 * share);
    let dispersion = dispersion(baseline);
    let [n_lo, n_hi] = exact_limits(observed, level);
    let [e_lo, e_hi] = exact_limits(before, level).map(|limit| limit * share);
    let spread = dispersion.sqrt();
    Ok(Excess {
        observed,
        days: days.len() as u32,
        baseline: before,
        baseline_days: baseline.len() as u32,
        expected,
        excess: n - expected,
        lo: n - expected - spread * (n - n_lo).hypot(e_hi - expected),
        hi: n - expected + spread * (n_hi - n).hypot(expected - e_lo),
        dispersion,
    })
}

/// Variance over mean, at least 1.
fn dispersion(counts: &[u32]) -> f64 {
    let mean = counts.iter().map(|n| f64::from(*n)).sum::<f64>() / counts.len() as f64;
    if counts.len() < 2 || mean == 0.0 {
        return 1.0;
    }
    let squares: f64 = counts.iter().map(|n| (f64::from(*n) - mean).powi(2)).sum();
    (squares / (counts.len() - 1) as f64 / mean).max(1.0)
}

/// What an event did in the areas that it concerns.
#[derive(Debug, Clone, PartialEq)]
pub struct EventEffect {
    /// Days looked at.
    pub window: Range<i32>,
    /// Half-life in days.
    pub half_life: f64,
    /// Whether it was fitted.
    pub fitted: bool,
    /// Rise on the event's own days over the level before, 0 or more: 1 is twice as many.
    pub rise: f64,
    /// Excess in the window.
    pub excess: Excess,
    /// Identifiers of other events whose windows overlap this one, with a strand and an area in common.
    pub together: Vec<String>,
}

/// What each event did, in the order of the calendar: reported records of its strands in its areas, wherever they lie.
///
/// # Errors
/// [`Error::Length`] when days are not as many as the facts; [`Error::OutOfRange`] when an event ends before it begins, the half-life is not
/// 0.1 to 365 days, the level is not in (0, 1), or the months held begin after the window's last.
pub fn effects(
    analysis: &Analysis<'_>,
    held: &Held<'_>,
    events: &[Event],
    params: &EventParams,
) -> Result<Vec<(String, Part<EventEffect>)>> {
    params.check(events)?;
    let months = held_months(analysis, held)?;
    if held.days.len() != analysis.facts.len() {
        return Err(Error::Length { what: "days", got: held.days.len(), expected: analysis.facts.len() });
    }
    // Most events set off the same strands in the same areas: one pass for all of these.
    let mut counts: BTreeMap<(StrandSet, &[String]), Option<Daily>> = BTreeMap::new();
    let mut effects = Vec::with_capacity(events.len());
    for event in events {
        let daily = counts.entry((event.strands, &event.areas)).or_insert_with(|| Daily::of(analysis, held, months, event));
        effects.push((event.id.clone(), effect(daily.as_ref(), held, months, event, events, params)?));
    }
    Ok(effects)
}

fn effect(
    counts: Option<&Daily>,
    held: &Held<'_>,
    months: MonthRange,
    event: &Event,
    events: &[Event],
    params: &EventParams,
) -> Result<Part<EventEffect>> {
    let concerns =
        |b: &SeriesBreak| b.areas.is_empty() || event.areas.is_empty() || b.areas.iter().any(|a| event.areas.contains(a));
    let breaks = || held.breaks.all().iter().filter(|b| concerns(b)).map(|b| day_number(b.from));
    let first = breaks().filter(|day| *day <= event.from).max().unwrap_or(i32::MIN).max(day_number(months.from().first_day()));
    let end = day_number(months.to().last_day()) + 1;
    let end = breaks().filter(|day| *day > event.from).min().unwrap_or(end).min(end);
    if event.from < first || event.from >= end {
        return Ok(Err(Reason::NotHeld));
    }
    let others: Vec<&Event> = events.iter().filter(|other| other.id != event.id && event.meets(other)).collect();
    let free = |day: &i32| !others.iter().any(|other| other.window(params.given()).contains(day));
    let earliest = first.max(event.from.saturating_sub_unsigned(params.baseline_days));
    let before: Vec<i32> = (earliest..event.from).filter(free).collect();
    if (before.len() as u32) < BASELINE_DAYS {
        return Ok(Err(Reason::TooFewDays { days: before.len() as u32, needed: BASELINE_DAYS }));
    }
    let Some(counts) = counts else { return Ok(Err(Reason::NoDay)) };
    let baseline: Vec<u32> = before.iter().map(|day| counts.on(*day)).collect();
    let level = baseline.iter().map(|n| f64::from(*n)).sum::<f64>() / baseline.len() as f64;
    let until = |half_life: f64| event.from..event.window(half_life).end.min(end);
    let rise = |half_life: f64, days: Range<i32>| {
        let observed: Vec<(f64, f64)> = days.map(|day| (f64::from(counts.on(day)), event.strength(day, half_life))).collect();
        (fit_rise(&observed, level), observed)
    };
    let fitted = match params.half_life {
        HalfLife::Given(_) => None,
        HalfLife::Fitted => fit_half_life(level, |half_life| rise(half_life, until(LONGEST / 2.0))),
    };
    let half_life = fitted.unwrap_or_else(|| params.given());
    let window = until(half_life);
    let days: Vec<u32> = window.clone().map(|day| counts.on(day)).collect();
    let overlaps = |other: &&&Event| {
        let theirs = other.window(params.given());
        theirs.start < window.end && window.start < theirs.end
    };
    Ok(Ok(EventEffect {
        half_life,
        fitted: fitted.is_some(),
        rise: rise(half_life, window.clone()).0,
        excess: excess(&days, &baseline, params.level)?,
        together: others.iter().filter(overlaps).map(|other| other.id.clone()).collect(),
        window,
    }))
}

/// r of greatest likelihood of Poisson counts of mean `level (1 + r k)`: the root of `Σ y k / (1 + r k) = level Σ k`, or 0. Infinite where
/// nothing happened before.
fn fit_rise(observed: &[(f64, f64)], level: f64) -> f64 {
    let strength: f64 = observed.iter().map(|(_, k)| k).sum();
    let score = |r: f64| observed.iter().map(|(y, k)| y * k / (1.0 + r * k)).sum::<f64>() - level * strength;
    if score(0.0) <= 0.0 {
        return 0.0;
    }
    if level == 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while score(high) > 0.0 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if score(middle) > 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The half-life of greatest likelihood, by half days; `None` where no half-life finds a rise.
fn fit_half_life(level: f64, rise: impl Fn(f64) -> (f64, Vec<(f64, f64)>)) -> Option<f64> {
    if level == 0.0 {
        return None;
    }
    let candidates = (0..=((LONGEST - SHORTEST) * 2.0) as u32).map(|step| SHORTEST + f64::from(step) / 2.0);
    let mut best: Option<(f64, f64)> = None;
    for half_life in candidates {
        let (r, observed) = rise(half_life);
        let gain: f64 = observed.iter().map(|(y, k)| y * (r * k).ln_1p() - level * r * k).sum();
        if r > 0.0 && best.is_none_or(|(most, _)| gain > most) {
            best = Some((gain, half_life));
        }
    }
    best.map(|(_, half_life)| half_life)
}

/// Counts by day.
struct Daily {
    first: i32,
    counts: Vec<u32>,
}

impl Daily {
    /// Reported records of an event's strands and areas; `None` when no record of the months has a day.
    fn of(analysis: &Analysis<'_>, held: &Held<'_>, months: MonthRange, event: &Event) -> Option<Self> {
        let first = day_number(months.from().first_day());
        let mut counts = vec![0; (day_number(months.to().last_day()) - first + 1) as usize];
        let mut dated = false;
        for row in analysis.facts.rows(&Filter::over(months)) {
            let Some(day) = day_of(held, row) else { continue };
            dated = true;
            let Some(fact) = analysis.facts.get(row) else { continue };
            let code = if fact.area == NO_AREA { None } else { held.areas.get(usize::from(fact.area)) };
            let there = event.areas.is_empty() || code.is_some_and(|code| event.areas.iter().any(|area| area == code));
            if there
                && event.sets_off(fact.strands)
                && let Some(count) = counts.get_mut((i64::from(day) - i64::from(first)) as usize)
            {
                *count += fact.count;
            }
        }
        dated.then_some(Self { first, counts })
    }

    fn on(&self, day: i32) -> u32 {
        self.counts.get((i64::from(day) - i64::from(self.first)) as usize).copied().unwrap_or(0)
    }
}

/// Days of months.
pub(super) fn days_of(months: MonthRange) -> Range<i32> {
    day_number(months.from().first_day())..day_number(months.to().last_day()) + 1
}

fn held_months(analysis: &Analysis<'_>, held: &Held<'_>) -> Result<MonthRange> {
    MonthRange::new(held.months.from(), held.months.to().min(analysis.window.to()))
        .ok_or(Error::OutOfRange { what: "months held", must: "not after the window" })
}
