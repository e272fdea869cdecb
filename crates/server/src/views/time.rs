//! One hotspot with its story, and what events did.

use super::hotspots::{Geometry, HotspotEntry, geometry, hotspot_entries};
use super::{Period, bytes, rounded};
use crate::query::strand_name;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::hotspot::attribution::Attribution;
use hotspot_core::hotspot::event::{Event, EventEffect, Excess, meant};
use hotspot_core::hotspot::history::{History, MonthlyChart, Part, Reason};
use hotspot_core::incident::StrandSet;
use hotspot_core::month::date_of_day;
use hotspot_core::release::ReportingArea;
use hotspot_core::time::control_chart::{ChartKind, Side, Signal};
use hotspot_core::units::Units;
use hotspot_core::view::{EventRow, EventsView, HotspotView};
use serde::Serialize;
use utoipa::ToSchema;

/// A hotspot as a GeoJSON feature with foreign members: what the list has of it, and its story over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HotspotStory<'a> {
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    kind: &'static str,
    release: &'a str,
    strand: &'static str,
    threshold: f64,
    reference: &'a str,
    /// Settings of the robustness, in words, in the order of `holds`.
    settings: &'a [String],
    geometry: Geometry,
    properties: HotspotEntry<'a>,
    /// Its months up to the last of the period; null where the release was not asked.
    history: Option<HistoryEntry<'a>>,
    /// What of it is attributed to events; null where no calendar was supplied.
    attribution: Option<AttributionEntry<'a>>,
}

/// The months of a place since the last recording break that concerns it. A part without an answer is null, and `reasons` says why.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryEntry<'a> {
    /// The months used; null when the break leaves none.
    months: Option<Period>,
    /// The recording break after which they begin; null when they are all that are held.
    after: Option<AfterEntry<'a>>,
    /// Incidents by month used.
    counts: &'a [u32],
    present: Option<PresentEntry>,
    emerging: Option<EmergingEntry>,
    chart: Option<ChartEntry>,
    near_repeats: Option<NearRepeatsEntry>,
    week: Option<WeekEntry>,
    reasons: Reasons,
}

/// A recording break.
#[derive(Debug, Serialize, ToSchema)]
struct AfterEntry<'a> {
    id: &'a str,
    /// First day under the new recording; null where the break is no longer known.
    from: Option<String>,
    what: Option<&'a str>,
}

/// Why a part is null; null where there is an answer.
#[derive(Debug, Serialize, ToSchema)]
struct Reasons {
    present: Option<String>,
    emerging: Option<String>,
    chart: Option<String>,
    near_repeats: Option<String>,
    week: Option<String>,
}

/// Months with an incident.
#[derive(Debug, Serialize, ToSchema)]
struct PresentEntry {
    months: u16,
    of: u16,
    first: String,
    last: String,
}

/// The emerging pattern of the place's peak.
#[derive(Debug, Serialize, ToSchema)]
struct EmergingEntry {
    #[schema(example = "consecutive_hot")]
    pattern: &'static str,
    /// Units of the place with the same pattern.
    alike: u32,
    /// Share of months in which the peak was hot.
    hot_share: f64,
    z_last: Option<f64>,
}

/// Control chart of the monthly counts; every month has the same limits.
#[derive(Debug, Serialize, ToSchema)]
struct ChartEntry {
    /// xmr or poisson.
    kind: &'static str,
    /// Months of the baseline, the first ones; those after them are judged by it.
    baseline: u16,
    center: f64,
    /// A count below is a signal.
    lower: f64,
    /// A count above is a signal.
    upper: f64,
    signals: Vec<SignalEntry>,
}

/// Something unlike the baseline.
#[derive(Debug, Serialize, ToSchema)]
struct SignalEntry {
    #[schema(example = "outside")]
    rule: &'static str,
    /// above or below.
    side: &'static str,
    from: String,
    to: String,
    /// Whether it reaches into the months that are judged.
    late: bool,
}

/// Incidents that followed another of the strand nearby and soon.
#[derive(Debug, Serialize, ToSchema)]
struct NearRepeatsEntry {
    metres: f64,
    days: u16,
    repeats: u32,
    /// Incidents of which it can be said.
    judged: u32,
    /// The others: without day or position, or in the first days.
    not_judged: u32,
    /// Repeats to expect if those round each had fallen on any day alike.
    by_chance: f64,
}

/// Incidents by part of the week.
#[derive(Debug, Serialize, ToSchema)]
struct WeekEntry {
    /// By day, Monday first, then by hours 0 to 5, 6 to 11, 12 to 17, 18 to 23.
    counts: [[u32; 4]; 7],
    /// Incidents whose hour is known: the sum of the counts.
    known: u32,
    of: u32,
}

/// What of a hotspot is attributed to events. Every figure is of the hotspot's period.
#[derive(Debug, Serialize, ToSchema)]
struct AttributionEntry<'a> {
    /// Why nothing can be said; then all else is null.
    reason: Option<String>,
    /// Months with whose other days the events' days are compared.
    months: Option<Period>,
    /// Incidents known to the day.
    dated: Option<u32>,
    /// Incidents attributed, over the sets of strands.
    attributed: Option<f64>,
    share: Option<f64>,
    /// Incidents without them, rounded.
    without: Option<u32>,
    /// Whether the place would be no hotspot without them.
    only_by_events: Option<bool>,
    /// By set of strands that events set off; empty when no event concerns the place in the period.
    by_strands: Vec<StrandExcessEntry<'a>>,
}

/// Excess on the days of events that set off the same strands.
#[derive(Debug, Serialize, ToSchema)]
struct StrandExcessEntry<'a> {
    /// The strands; empty for all records.
    strands: Vec<&'static str>,
    events: Vec<NamedEvent<'a>>,
    excess: ExcessEntry,
    /// Incidents attributed: the excess of two incidents or more where its whole interval is above 0, and 0 else.
    attributed: f64,
}

/// An event by name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedEvent<'a> {
    id: &'a str,
    name: &'a str,
    #[schema(example = "2026-03-14")]
    from: String,
    to: String,
}

/// Observed minus expected, with 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
struct ExcessEntry {
    observed: u64,
    /// Days looked at.
    days: u32,
    /// Incidents expected on as many days.
    expected: f64,
    excess: f64,
    lo: f64,
    hi: f64,
    /// Incidents on the days compared with, and these days.
    baseline: u64,
    baseline_days: u32,
}

/// What the events of the calendar did.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name in the answer")]
pub(crate) struct Events<'a> {
    release: &'a str,
    strand: &'static str,
    /// Months held up to the last of the release's window.
    months: Period,
    /// Events in the calendar, whatever strand they concern; 0 where none was supplied.
    calendar: u32,
    /// Those that concern the strand, by first day.
    events: Vec<EventEntry<'a>>,
}

/// An event and its effect in the areas that it concerns; null and a reason where nothing can be said.
#[derive(Debug, Serialize, ToSchema)]
struct EventEntry<'a> {
    id: &'a str,
    name: &'a str,
    from: String,
    to: String,
    /// Strands whose records were counted; empty for all.
    strands: Vec<&'static str>,
    /// Codes of the areas; empty for all.
    areas: &'a [String],
    effect: Option<EffectEntry<'a>>,
    reason: Option<String>,
}

/// The effect of an event.
#[derive(Debug, Serialize, ToSchema)]
struct EffectEntry<'a> {
    /// Last day looked at.
    until: String,
    /// Days in which the effect halves.
    half_life: f64,
    /// Whether the half-life was fitted to the counts; else it was assumed.
    fitted: bool,
    /// Rise on the event's own days over the level before: 1 is twice as many; null where nothing happened before.
    rise: Option<f64>,
    #[serde(flatten)]
    excess: ExcessEntry,
    /// Events that cannot be told apart from it: their excesses are not to be added.
    together: &'a [String],
}

/// The answer of a part, and why there is none.
fn split<T, U>(part: &Part<T>, entry: impl FnOnce(&T) -> U) -> (Option<U>, Option<String>) {
    match part {
        Ok(answer) => (Some(entry(answer)), None),
        Err(reason) => (None, Some(Reason::to_string(reason))),
    }
}

fn day(day: i32) -> String {
    date_of_day(day).map_or_else(String::new, |date| date.to_string())
}

fn strands(set: StrandSet) -> Vec<&'static str> {
    meant(set).map(Strand::id).collect()
}

/// All that is known of a hotspot.
pub(crate) fn hotspot(
    release: &str,
    view: &Released<HotspotView>,
    units: &Units,
    resolution: u8,
    areas: &[ReportingArea],
) -> Vec<u8> {
    let list = &view.list;
    bytes(&HotspotStory {
        kind: "Feature",
        release,
        strand: strand_name(list.analysis.strand),
        threshold: list.threshold,
        reference: &list.reference,
        settings: &list.robustness.settings,
        geometry: geometry(&list.analysis.hotspots[0].outline),
        properties: hotspot_entries(list, units, resolution, areas).swap_remove(0),
        history: view.history.as_ref().map(|history| history_entry(history, view)),
        attribution: view.attribution.as_ref().map(|part| attribution_entry(part, &view.events)),
    })
}

fn history_entry<'a>(history: &'a History, view: &'a HotspotView) -> HistoryEntry<'a> {
    let (present, no_presence) = split(&history.present, |p| PresentEntry {
        months: p.months,
        of: p.of,
        first: p.first.to_string(),
        last: p.last.to_string(),
    });
    let (emerging, no_pattern) = split(&history.emerging, |e| EmergingEntry {
        pattern: e.pattern.id(),
        alike: e.alike,
        hot_share: rounded(e.hot_share),
        z_last: e.z_last.map(rounded),
    });
    let (chart, no_chart) = split(&history.chart, |chart| chart_entry(chart, history));
    let (near_repeats, no_repeats) = split(&history.near_repeats, |n| NearRepeatsEntry {
        metres: n.params.distance_m,
        days: n.params.days,
        repeats: n.repeats,
        judged: n.judged,
        not_judged: n.not_judged,
        by_chance: rounded(n.by_chance),
    });
    let (week, no_week) = split(&history.week, |w| WeekEntry { counts: w.counts, known: w.known, of: w.of });
    HistoryEntry {
        months: history.months.map(Period::from),
        after: history.after.as_deref().map(|id| AfterEntry {
            id,
            from: view.after.as_ref().map(|b| b.from.to_string()),
            what: view.after.as_ref().map(|b| b.what.as_str()),
        }),
        counts: &history.counts,
        present,
        emerging,
        chart,
        near_repeats,
        week,
        reasons: Reasons { present: no_presence, emerging: no_pattern, chart: no_chart, near_repeats: no_repeats, week: no_week },
    }
}

fn chart_entry(chart: &MonthlyChart, history: &History) -> ChartEntry {
    let month = |at: usize| history.months.map_or_else(String::new, |m| m.from().plus(at as u16).to_string());
    let signal = |s: &Signal| SignalEntry {
        rule: s.rule.id(),
        side: if s.side == Side::Above { "above" } else { "below" },
        from: month(s.from),
        to: month(s.to),
        late: s.to >= usize::from(chart.baseline),
    };
    ChartEntry {
        kind: if chart.kind == ChartKind::Xmr { "xmr" } else { "poisson" },
        baseline: chart.baseline,
        center: rounded(chart.center),
        lower: rounded(chart.lower),
        upper: rounded(chart.upper),
        signals: chart.signals.iter().map(signal).collect(),
    }
}

fn attribution_entry<'a>(part: &'a Part<Attribution>, events: &'a [Event]) -> AttributionEntry<'a> {
    let (found, reason) = match part {
        Ok(found) => (Some(found), None),
        Err(reason) => (None, Some(reason.to_string())),
    };
    let named = |id: &String| {
        let event = events.iter().find(|event| event.id == *id)?;
        Some(NamedEvent { id: &event.id, name: &event.name, from: day(event.from), to: day(event.to) })
    };
    let sets = found.map_or(&[][..], |a| &a.by_strands).iter().map(|set| StrandExcessEntry {
        strands: strands(set.strands),
        events: set.events.iter().filter_map(named).collect(),
        excess: excess_entry(&set.excess),
        attributed: rounded(set.excess.attributed()),
    });
    AttributionEntry {
        reason,
        months: found.map(|a| a.months.into()),
        dated: found.map(|a| a.dated),
        attributed: found.map(|a| rounded(a.attributed)),
        share: found.map(|a| rounded(a.share)),
        without: found.map(|a| a.without),
        only_by_events: found.map(|a| a.only_by_events),
        by_strands: sets.collect(),
    }
}

fn excess_entry(excess: &Excess) -> ExcessEntry {
    ExcessEntry {
        observed: excess.observed,
        days: excess.days,
        expected: rounded(excess.expected),
        excess: rounded(excess.excess),
        lo: rounded(excess.lo),
        hi: rounded(excess.hi),
        baseline: excess.baseline,
        baseline_days: excess.baseline_days,
    }
}

/// What events did.
pub(crate) fn events(release: &str, view: &Released<EventsView>) -> Vec<u8> {
    bytes(&Events {
        release,
        strand: strand_name(view.strand),
        months: view.months.into(),
        calendar: view.calendar,
        events: view.rows.iter().map(event_entry).collect(),
    })
}

fn event_entry(row: &EventRow) -> EventEntry<'_> {
    let together = row.effect.as_ref().map_or(&[][..], |effect| &effect.together);
    let entry = |effect: &EventEffect| EffectEntry {
        until: day(effect.window.end - 1),
        half_life: effect.half_life,
        fitted: effect.fitted,
        rise: Some(effect.rise).filter(|rise| rise.is_finite()).map(rounded),
        excess: excess_entry(&effect.excess),
        together,
    };
    let (effect, reason) = split(&row.effect, entry);
    EventEntry {
        id: &row.event.id,
        name: &row.event.name,
        from: day(row.event.from),
        to: day(row.event.to),
        strands: strands(row.strands),
        areas: &row.event.areas,
        effect,
        reason,
    }
}
