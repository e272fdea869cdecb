//! What is shown below the analyst: figures of areas and boroughs, and hotspots as objects.

use super::hotspots::geometry;
use super::{Period as Months, bytes};
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::protected::{Figure, Geography, Key, Period, ProtectedHotspot, ProtectedRelease};
use hotspot_core::release::DataClass;
use hotspot_core::{MonthRange, Strand};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What a protected release says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProtectedSummary<'a> {
    release: &'a str,
    /// `SYNTHETIC` when it is about nobody.
    label: Option<&'static str>,
    month: String,
    /// Months in which hotspots were found.
    window: Months,
    /// Months in which hotspots and areas are counted: the last four quarters that are complete.
    counted: Option<Months>,
    as_known_on: String,
    policy: ProtectedPolicy<'a>,
    hidden: HiddenEntry,
    /// How many incidents hotspots are to expect in as many months for each one counted, by analysis: of counts below 10, below 20, below 40, more.
    regression: BTreeMap<&'static str, [f64; 4]>,
    /// Periods that have figures, oldest first.
    periods: Vec<String>,
    boroughs: Vec<BoroughEntry<'a>>,
    areas: usize,
}

/// How figures are protected.
#[derive(Debug, Serialize, ToSchema)]
struct ProtectedPolicy<'a> {
    version: &'a str,
    /// Counts below this are not shown, zero among them.
    threshold: u32,
    /// What areas are: adaptive (as fine as their people and incidents allow), or units (the polygons of the release).
    geography: &'static str,
    /// Incidents that an area of adaptive size has in a quarter, on average, and a strand of a borough in the periods that it is told by.
    area_incidents: u32,
    /// Residents that an area has.
    area_residents: u32,
    /// Records that a reader may know beside everything published.
    known_records: u32,
}

/// How much is hidden.
#[derive(Debug, Serialize, ToSchema)]
struct HiddenEntry {
    figures: usize,
    /// Too small.
    small: usize,
    /// Hidden so that a small one stays hidden.
    beside: usize,
    /// Hotspots of all records, and those of them without a count.
    hotspots: [usize; 2],
    /// The same of hotspots of strands.
    of_strands: [usize; 2],
}

#[derive(Debug, Serialize, ToSchema)]
struct BoroughEntry<'a> {
    code: &'a str,
    name: &'a str,
}

/// Figures in columns of equal length.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ProtectedFigures<'a> {
    /// Code of an area or borough, others (boroughs of which the strand is not told in such periods), or all.
    place: Vec<&'a str>,
    /// 2026, 2026-Q4 or 2026-10.
    period: Vec<String>,
    /// all, or a strand.
    strand: Vec<&'static str>,
    /// Null where it is withheld ([c]): too small, or protects one that is.
    incidents: Vec<Option<u32>>,
}

/// A hotspot as an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProtectedHotspotEntry<'a> {
    id: &'a str,
    strand: &'static str,
    name: &'a str,
    /// Code of its borough.
    borough: Option<&'a str>,
    /// Codes of the areas that it touches: its outline, rounded out.
    areas: &'a [String],
    /// In the months counted; null where a band is told, and where it is withheld ([c]).
    incidents: Option<u32>,
    /// Where a band is told in its place, such as 0 to 4: the least and the most.
    band: Option<[u32; 2]>,
    rank: Option<u32>,
    /// Number expected if incidents followed the reference measure.
    expected: Option<f64>,
    /// Times the study area's rate, with exact 95 % Poisson limits.
    ratio: Option<[f64; 3]>,
    /// clear, weak or cannot_tell.
    evidence: &'static str,
    /// first, new, continued, grew, shrank, split or merged.
    change: &'static str,
    first_seen: String,
    /// Strands that are told: those where neither they nor the others are few.
    strands: BTreeMap<&'static str, u32>,
    /// Different victims among the records that name one, as a class.
    victims: &'static str,
    /// Of these, those of more than one record.
    repeat_victims: &'static str,
}

/// The hotspots of a protected release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProtectedHotspots<'a> {
    release: &'a str,
    /// Months in which they are counted; null when no quarter is complete.
    counted: Option<Months>,
    hotspots: Vec<ProtectedHotspotEntry<'a>>,
}

/// The summary.
pub(crate) fn protected(view: &Released<ProtectedRelease>) -> Vec<u8> {
    let (rules, hidden) = (view.rules, view.hidden);
    let periods: BTreeSet<Period> = view.figures.keys().map(|k| k.period).collect();
    bytes(&ProtectedSummary {
        release: &view.release,
        label: (view.class == DataClass::Synthetic).then_some("SYNTHETIC"),
        month: view.month.to_string(),
        window: view.window.into(),
        counted: view.counted.map(Into::into),
        as_known_on: view.as_known_on.to_string(),
        policy: ProtectedPolicy {
            version: &view.policy,
            threshold: rules.threshold,
            geography: match rules.geography {
                Geography::Adaptive => "adaptive",
                Geography::Units => "units",
            },
            area_incidents: rules.area_incidents,
            area_residents: rules.area_residents,
            known_records: rules.knowledge.records(),
        },
        hidden: HiddenEntry {
            figures: hidden.figures,
            small: hidden.small,
            beside: hidden.beside,
            hotspots: hidden.hotspots,
            of_strands: hidden.of_strands,
        },
        regression: view.regression.iter().map(|(strand, of)| (strand.map_or("all", Strand::id), of.0)).collect(),
        periods: periods.into_iter().map(|p| p.to_string()).collect(),
        boroughs: view.boroughs.iter().map(|(name, code)| BoroughEntry { code, name }).collect(),
        areas: view.areas.len(),
    })
}

const fn count(figure: Figure) -> Option<u32> {
    match figure {
        Figure::Count(n) => Some(n),
        Figure::Band { .. } | Figure::Hidden => None,
    }
}

/// All figures.
pub(crate) fn protected_figures(view: &Released<ProtectedRelease>) -> Vec<u8> {
    let mut columns = ProtectedFigures::default();
    for (key, figure) in &view.figures {
        columns.place.push(&key.place);
        columns.period.push(key.period.to_string());
        columns.strand.push(key.strand().map_or("all", Strand::id));
        columns.incidents.push(count(*figure));
    }
    bytes(&columns)
}

/// The hotspots of all records and of strands.
pub(crate) fn protected_hotspots(view: &Released<ProtectedRelease>) -> Vec<u8> {
    let hotspots = view.hotspots.iter().flat_map(|(strand, all)| all.iter().map(|h| hotspot(*strand, h))).collect();
    bytes(&ProtectedHotspots { release: &view.release, counted: view.counted.map(Into::into), hotspots })
}

fn hotspot(strand: Option<Strand>, h: &ProtectedHotspot) -> ProtectedHotspotEntry<'_> {
    ProtectedHotspotEntry {
        id: &h.id,
        strand: strand.map_or("all", Strand::id),
        name: &h.name,
        borough: h.borough.as_deref(),
        areas: &h.areas,
        incidents: count(h.n),
        band: match h.n {
            Figure::Band { low, high } => Some([low, high]),
            Figure::Count(_) | Figure::Hidden => None,
        },
        rank: h.rank,
        expected: h.expected,
        ratio: h.ratio,
        evidence: h.evidence.id(),
        change: h.change.id(),
        first_seen: h.first_seen.to_string(),
        strands: h.strands.iter().map(|(s, n)| (s.id(), *n)).collect(),
        victims: h.victims.label(),
        repeat_victims: h.repeat_victims.label(),
    }
}

/// Incidents of a place in those quarters: none where one of them is not shown.
pub(crate) fn incidents_in(view: &ProtectedRelease, place: &str, quarters: MonthRange) -> Option<u32> {
    let of = |month| {
        let key = Key { place: place.to_owned(), period: Period::Quarter(month), strand: None };
        view.figures.get(&key).copied().and_then(count)
    };
    quarters.iter().step_by(3).map(of).sum()
}

/// The areas of the year with their outlines and their incidents in the last four complete quarters.
pub(crate) fn protected_areas(view: &Released<ProtectedRelease>) -> Vec<u8> {
    let quarters = view.counted;
    let names: BTreeMap<&str, &str> = view.boroughs.iter().map(|(name, code)| (code.as_str(), name.as_str())).collect();
    let features: Vec<serde_json::Value> = view
        .areas
        .iter()
        .map(|area| {
            serde_json::json!({
                "type": "Feature",
                "id": area.code,
                "properties": {
                    "code": area.code,
                    "borough": area.borough,
                    "borough_name": names.get(area.borough.as_str()),
                    "incidents": quarters.and_then(|q| incidents_in(view, &area.code, q)),
                },
                "geometry": geometry(&area.outline),
            })
        })
        .collect();
    bytes(&serde_json::json!({
        "type": "FeatureCollection",
        "release": view.release,
        "period": quarters.map(|q| serde_json::json!({ "from": q.from().to_string(), "to": q.to().to_string() })),
        "features": features,
    }))
}
