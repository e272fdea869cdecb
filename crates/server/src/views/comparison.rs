//! Two periods side by side.

use super::{BreakEntry, Counted, Period, bytes, rounded, unit_id};
use hotspot_core::comparison::{Change, LEVEL, PlaceChange};
use hotspot_core::disclosure::Released;
use hotspot_core::release::Release;
use hotspot_core::view::{ComparedPlace, ComparisonView};
use serde::Serialize;
use utoipa::ToSchema;

/// Places in two periods. A ratio is that of incidents a month, of this period by the other one, with exact 95 % limits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comparison<'a> {
    release: &'a str,
    #[serde(flatten)]
    counted: Counted,
    /// The period that it is compared with.
    versus: Period,
    /// Whether both have the same calendar months, each in the same part.
    same_season: bool,
    /// Breaks of recording between the first and the last month: a difference may be that of the recording.
    breaks: Vec<BreakEntry>,
    /// Incidents of both periods that days and hours leave out because their hour is not known; null without these.
    hour_unknown: Option<u64>,
    /// A place has more or fewer when p, adjusted over all places of its kind, is at most this.
    level: f64,
    /// All that is counted, wherever it lies: what of it lies in no unit is this without the units' n.
    total: ChangeEntry,
    /// Hotspots by rank, whole ones: of the strand where just one is asked for and analysed, else of all records; with a borough those of it. They were chosen for what was recorded in the release's window: in any other period they have
    /// less by that alone.
    hotspots: Vec<ComparedEntry<'a>>,
    boroughs: Vec<ComparedEntry<'a>>,
    resolution: u8,
    /// How many units have more, fewer, no sure change, or no incident in either period.
    legend: Vec<ChangeClassEntry>,
    units: ChangeColumns,
}

#[derive(Debug, Serialize, ToSchema)]
struct ComparedEntry<'a> {
    /// Identifier of a hotspot, or code of a borough.
    id: &'a str,
    name: &'a str,
    #[serde(flatten)]
    change: ChangeEntry,
}

#[derive(Debug, Serialize, ToSchema)]
struct ChangeEntry {
    n: u64,
    before: u64,
    /// Null when there was none before.
    ratio: Option<f64>,
    lo: f64,
    /// Null when there was none before: no limit.
    hi: Option<f64>,
    /// p adjusted over all places of its kind.
    q: f64,
    /// more, fewer, not_sure or nothing.
    change: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct ChangeClassEntry {
    /// more, fewer, not_sure or nothing.
    change: &'static str,
    units: u64,
    n: u64,
    before: u64,
}

/// Units with an incident in either period; columns of equal length.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeColumns {
    /// H3 index in hexadecimal, or code of the area.
    id: Vec<String>,
    n: Vec<u64>,
    before: Vec<u64>,
    ratio: Vec<Option<f64>>,
    lo: Vec<f64>,
    hi: Vec<Option<f64>>,
    change: Vec<&'static str>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then(|| rounded(value))
}

fn entry(change: &PlaceChange) -> ChangeEntry {
    ChangeEntry {
        n: change.now,
        before: change.before,
        ratio: change.ratio.ratio.map(rounded),
        lo: rounded(change.ratio.lower),
        hi: finite(change.ratio.upper),
        q: rounded(change.q),
        change: change.change.id(),
    }
}

fn place(place: &ComparedPlace) -> ComparedEntry<'_> {
    ComparedEntry { id: &place.id, name: &place.name, change: entry(&place.change) }
}

pub(crate) fn comparison(release: &str, view: &Released<ComparisonView>, of: &Release) -> Vec<u8> {
    let class = |change: Change| {
        let changed = || view.changes.iter().filter(move |c| c.change == change);
        ChangeClassEntry {
            change: change.id(),
            units: if change == Change::Nothing { view.empty } else { changed().count() as u64 },
            n: changed().map(|c| c.now).sum(),
            before: changed().map(|c| c.before).sum(),
        }
    };
    let column = |part: fn(&PlaceChange) -> Option<f64>| view.changes.iter().map(part).collect::<Vec<_>>();
    bytes(&Comparison {
        release,
        counted: Counted::of(view.filter, &of.areas),
        versus: view.periods.before().into(),
        same_season: view.periods.same_season(),
        breaks: view.breaks.iter().map(BreakEntry::from).collect(),
        hour_unknown: view.hour_unknown,
        level: LEVEL,
        total: entry(&view.total),
        hotspots: view.hotspots.iter().map(place).collect(),
        boroughs: view.boroughs.iter().map(place).collect(),
        resolution: view.resolution,
        legend: [Change::More, Change::Fewer, Change::NotSure, Change::Nothing].map(class).into(),
        units: ChangeColumns {
            id: view.units.iter().map(|row| unit_id(&of.units, view.resolution, *row)).collect(),
            n: view.changes.iter().map(|c| c.now).collect(),
            before: view.changes.iter().map(|c| c.before).collect(),
            ratio: column(|c| c.ratio.ratio.map(rounded)),
            lo: view.changes.iter().map(|c| rounded(c.ratio.lower)).collect(),
            hi: column(|c| finite(c.ratio.upper)),
            change: view.changes.iter().map(|c| c.change.id()).collect(),
        },
    })
}
