//! A spike after an attack is not a place effect: what part of a hotspot is attributed to events.
//!
//! # Definition
//! The windows of events are those of [`super::event`]. At a hotspot, the place's own incidents of the events' strands, on the days of the
//! analysis window that lie in the windows of events that concern it, are compared with those on all other days since the last break
//! that concerns it ([`excess`]). Where the excess of two incidents or more is above 0 with its whole interval, it is **attributed** to the
//! events; else nothing is. Events with the same strands are taken together, and an incident counts for the first set of strands of which it is. The hotspot's
//! number without what is attributed is given to the caller's rule: a hotspot that is none without it is **only by events**.
//!
//! The other days are all that there are, not the 84 before: a place has few incidents, and its season matters less than their number.
//!
//! # What the numbers mean
//! Coincidence in time. Read the other way it is firm: what is *not* in those weeks is a place effect. A hotspot only by events may be
//! rightly on the map for weeks, and is not one to plan a year by.
//!
//! # Pitfalls
//! - A place is a hotspot because its count is high; whatever part of it happens to fall after an event is attributed when it is too much for
//!   chance. With events all year round there is no other day to compare with, and no answer.
//! - Of many hotspots some coincide by chance: in a synthetic London with 1,886 of all strands, a calendar of three events attributes something
//!   at 60, and the same calendar 70 days too early at 27.
//! - A small place has no power: one incident is never attributed, two only where the place is otherwise quiet.
//! - Records without a day take no part, so that too little is attributed ([`Attribution::dated`]).
//! - A place whose areas are not known is concerned by every event.
//!
//! # Cost
//! One pass over the facts, and one over the days held for each hotspot.

use super::analysis::Analysis;
use super::event::{BASELINE_DAYS, Event, EventParams, Excess, are_of, days_of, excess};
use super::history::{Held, Part, Places, Reason, day_of};
use super::{Hotspot, StrandAnalysis};
use crate::error::Result;
use crate::incident::StrandSet;
use crate::month::MonthRange;

#[cfg(test)]
mod tests;

/// Excess of a hotspot under events with the same strands.
#[derive(Debug, Clone, PartialEq)]
pub struct StrandExcess {
    /// The strands that they set off; empty for all records.
    pub strands: StrandSet,
    /// Identifiers of the events.
    pub events: Vec<String>,
    /// Excess on their days.
    pub excess: Excess,
}

/// What of a hotspot is attributed to events.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The months, since the last recording break, with whose other days the events' days are compared.
    pub months: MonthRange,
    /// Incidents of the window that are known to the day.
    pub dated: u32,
    /// By set of strands; empty when no event concerns the place in the window.
    pub by_strands: Vec<StrandExcess>,
    /// Incidents attributed.
    pub attributed: f64,
    /// Their share of the hotspot's incidents in the window.
    pub share: f64,
    /// The number without them, rounded.
    pub without: u32,
    /// Whether the place is none without them, by the caller's rule.
    pub only_by_events: bool,
}

/// What of each hotspot of a strand is attributed to events, in the order of the hotspots. `stays_hot` says whether a hotspot would
/// be one with so many incidents; it is asked only where something is attributed.
///
/// # Errors
/// As [`effects`](super::event::effects), and what [`histories`](super::history::histories) finds wrong.
pub fn attributions(
    analysis: &Analysis<'_>,
    held: &Held<'_>,
    found: &StrandAnalysis,
    events: &[Event],
    params: &EventParams,
    stays_hot: impl Fn(&Hotspot, u32) -> bool,
) -> Result<Vec<Part<Attribution>>> {
    params.check(events)?;
    let places = Places::of(analysis, held, found)?;
    let attribution = |(place, hotspot): (usize, &Hotspot)| {
        let (Some(months), _) = places.months(place, hotspot, held) else { return Ok(Err(Reason::NoMonth)) };
        let codes = places.codes(place, hotspot, held);
        // A place whose areas are not known is concerned by every event, as it is by every break.
        let concerned: Vec<&Event> = events
            .iter()
            .filter(|e| e.areas.is_empty() || codes.is_empty() || e.areas.iter().any(|area| codes.contains(area.as_str())))
            .collect();
        let mut groups: Vec<Group<'_>> = Vec::new();
        for event in concerned {
            match groups.iter_mut().find(|g| g.strands == event.strands) {
                Some(group) => group.events.push(event),
                None => groups.push(Group { strands: event.strands, events: vec![event] }),
            }
        }
        let mut by_strands = Vec::new();
        let window = days_of(analysis.window);
        let mut rows = Dated::of(analysis, held, &places.rows[place], months);
        if rows.0.is_empty() {
            return Ok(Err(if places.rows[place].is_empty() { Reason::NoIncident } else { Reason::NoDay }));
        }
        let dated = rows.0.iter().filter(|row| window.contains(&row.day)).map(|row| row.count).sum();
        for group in groups {
            let own = rows.take(group.strands);
            if own.is_empty() {
                continue;
            }
            let looked_at = |day: &i32| window.contains(day) && group.covers(*day, params.given());
            let days: Vec<i32> = days_of(months).filter(looked_at).collect();
            if days.is_empty() {
                continue;
            }
            let other: Vec<i32> = days_of(months).filter(|day| !group.covers(*day, params.given())).collect();
            if (other.len() as u32) < BASELINE_DAYS {
                return Ok(Err(Reason::TooFewDays { days: other.len() as u32, needed: BASELINE_DAYS }));
            }
            let first = days_of(months).start;
            let mut counts = vec![0u32; days_of(months).len()];
            for row in own {
                counts[(row.day - first) as usize] += row.count;
            }
            let on = |days: &[i32]| days.iter().map(|day| counts[(day - first) as usize]).collect::<Vec<u32>>();
            let within = |e: &&Event| e.window(params.given()).any(|day| window.contains(&day));
            by_strands.push(StrandExcess {
                strands: group.strands,
                events: group.events.iter().copied().filter(within).map(|e| e.id.clone()).collect(),
                excess: excess(&on(&days), &on(&other), params.level)?,
            });
        }
        let attributed = by_strands.iter().fold(0.0, |sum, s| sum + s.excess.attributed()).min(f64::from(hotspot.n));
        let without = (f64::from(hotspot.n) - attributed).round() as u32;
        Ok(Ok(Attribution {
            months,
            dated,
            by_strands,
            attributed,
            share: if hotspot.n == 0 { 0.0 } else { attributed / f64::from(hotspot.n) },
            without,
            only_by_events: attributed > 0.0 && !stays_hot(hotspot, without),
        }))
    };
    found.hotspots.iter().enumerate().map(attribution).collect()
}

/// Whether a place would still be on the list with fewer incidents, by what a release keeps: as one unit with the strand's prior, the
/// probability that its rate is above the threshold is not below that of the least sure hotspot of the list.
///
/// The rule itself judges units, not places; which of its units the attributed incidents would leave is not known.
pub fn stays_hot(found: &StrandAnalysis, threshold: f64) -> impl Fn(&Hotspot, u32) -> bool {
    let prior = found.prior;
    let sure =
        move |hotspot: &Hotspot, n: u32| prior.map_or(0.0, |prior| prior.posterior(n, hotspot.expected).exceedance(threshold));
    let least = found.hotspots.iter().map(|h| sure(h, h.n)).fold(1.0, f64::min);
    move |hotspot, n| sure(hotspot, n) >= least
}

/// Events with the same strands.
struct Group<'a> {
    strands: StrandSet,
    events: Vec<&'a Event>,
}

impl Group<'_> {
    fn covers(&self, day: i32, half_life: f64) -> bool {
        self.events.iter().any(|e| e.window(half_life).contains(&day))
    }
}

/// An incident by day.
#[derive(Debug, Clone, Copy)]
struct DatedRow {
    day: i32,
    strands: StrandSet,
    count: u32,
}

/// Incidents that no set of strands has taken yet.
struct Dated(Vec<DatedRow>);

impl Dated {
    fn of(analysis: &Analysis<'_>, held: &Held<'_>, rows: &[u32], months: MonthRange) -> Self {
        let days = days_of(months);
        let dated = |row: &u32| {
            let (day, fact) = (day_of(held, *row as usize)?, analysis.facts.get(*row as usize)?);
            days.contains(&day).then_some(DatedRow { day, strands: fact.strands, count: fact.count })
        };
        Self(rows.iter().filter_map(dated).collect())
    }

    fn take(&mut self, strands: StrandSet) -> Vec<DatedRow> {
        let all = std::mem::take(&mut self.0);
        let (taken, left) = all.into_iter().partition(|row| are_of(strands, row.strands));
        self.0 = left;
        taken
    }
}
