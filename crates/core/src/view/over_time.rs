//! One hotspot with its story, and what the events of the calendar did.

use super::HotspotsView;
use crate::hotspot::StrandAnalysis;
use crate::hotspot::attribution::Attribution;
use crate::hotspot::event::{Event, EventEffect};
use crate::hotspot::history::{History, Part};
use crate::hotspot::over_time::{AnalysisOverTime, Effect};
use crate::incident::StrandSet;
use crate::release::Release;
use crate::{MonthRange, SeriesBreak, Strand};
use std::collections::BTreeSet;

/// All that a release knows of one hotspot.
#[derive(Debug, Clone, PartialEq)]
pub struct HotspotView {
    /// What the list of its strand has of it, first, and of the next one, if there is one: its order is beside that.
    pub list: HotspotsView,
    /// Its months; `None` where the release was not asked.
    pub history: Option<History>,
    /// The recording break after which the months begin.
    pub after: Option<SeriesBreak>,
    /// What of it is attributed to events; `None` without a calendar.
    pub attribution: Option<Part<Attribution>>,
    /// The events that it is attributed to, or could have been: those that the attribution names.
    pub events: Vec<Event>,
}

impl HotspotView {
    /// The hotspot with this identifier; `None` when the release has none.
    pub fn of(release: &Release, id: &str) -> Option<Self> {
        let (row, place) = release.analyses.iter().enumerate().find_map(|(row, analysis)| {
            let place = analysis.hotspots.iter().position(|hotspot| hotspot.identity.id == id)?;
            Some((row, place))
        })?;
        let analysis = &release.analyses[row];
        let over_time = release.over_time.analyses.get(row);
        let history = over_time.and_then(|o| o.histories.get(place)).cloned();
        let attribution = over_time.and_then(|o| o.attributions.get(place)).cloned();
        let after = history.as_ref().and_then(|h| h.after.as_deref());
        let named = |event: &&Event| {
            let mut sets = attribution.iter().flatten().flat_map(|a| &a.by_strands);
            sets.any(|set| set.events.contains(&event.id))
        };
        let StrandAnalysis { strand, window, n, verdict, prior, .. } = *analysis;
        let hotspots = analysis.hotspots.iter().skip(place).take(2).cloned().collect();
        let alone = StrandAnalysis { strand, window, n, verdict, prior, hotspots, ended: Vec::new() };
        Some(Self {
            list: HotspotsView::made(release, alone),
            after: after.and_then(|id| release.breaks.all().iter().find(|b| b.id == id)).cloned(),
            events: release.over_time.calendar.iter().filter(named).cloned().collect(),
            history,
            attribution,
        })
    }
}

/// Whether each hotspot of an analysis, or of a part of it, is one only by events.
pub(super) fn only_by_events(release: &Release, analysis: &StrandAnalysis) -> Vec<bool> {
    let row = release.analyses.iter().position(|a| a.strand == analysis.strand);
    let over_time = row.and_then(|row| release.over_time.analyses.get(row));
    let ids: BTreeSet<&str> = over_time.into_iter().flat_map(AnalysisOverTime::only_by_events).collect();
    analysis.hotspots.iter().map(|hotspot| ids.contains(hotspot.identity.id.as_str())).collect()
}

/// What the events of the calendar did to the records of a strand.
#[derive(Debug, Clone, PartialEq)]
pub struct EventsView {
    /// The strand, or all records.
    pub strand: Option<Strand>,
    /// Months held, up to the last of the window.
    pub months: MonthRange,
    /// Events in the calendar, whatever strand they concern; 0 without one.
    pub calendar: u32,
    /// Those that concern the strand, by first day.
    pub rows: Vec<EventRow>,
}

/// What one event did.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// The event, as the calendar has it.
    pub event: Event,
    /// The strands whose records were counted; empty for all.
    pub strands: StrandSet,
    /// The effect, or why there is none.
    pub effect: Part<EventEffect>,
}

impl EventsView {
    /// The effects on a strand, or on all records; `None` when the release does not analyse it.
    pub fn of(release: &Release, strand: Option<Strand>) -> Option<Self> {
        let row = release.analyses.iter().position(|a| a.strand == strand)?;
        let calendar = &release.over_time.calendar;
        let effects = release.over_time.analyses.get(row).map(|o| o.effects.as_slice()).unwrap_or_default();
        let row = |effect: &Effect| {
            let event = calendar.get(effect.event as usize)?.clone();
            Some(EventRow { event, strands: effect.strands, effect: effect.effect.clone() })
        };
        let months = MonthRange::new(release.months.from(), release.months.to().min(release.window.to()));
        Some(Self {
            strand,
            months: months.unwrap_or(release.window),
            calendar: calendar.len() as u32,
            rows: effects.iter().filter_map(row).collect(),
        })
    }
}
