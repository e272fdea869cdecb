//! The list of hotspots, and everything that each of them carries.

use super::{Period, bytes, never_certain, rounded, unit_id};
use crate::query::strand_name;
use hotspot_core::Precision;
use hotspot_core::disclosure::Released;
use hotspot_core::hotspot::denominator::PlaceRate;
use hotspot_core::hotspot::evidence::dependence;
use hotspot_core::hotspot::silence::{Ahead, ReportingSensitivity};
use hotspot_core::hotspot::{Hotspot, Verdict};
use hotspot_core::release::ReportingArea;
use hotspot_core::units::Units;
use hotspot_core::view::HotspotsView;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Hotspots as a GeoJSON feature collection with foreign members.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hotspots<'a> {
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    kind: &'static str,
    release: &'a str,
    strand: &'static str,
    /// analysed, or cannot_tell: too few incidents, so that nothing may be read from the empty list.
    verdict: &'static str,
    /// The least number of incidents with which the rule answers; null when it did.
    minimum: Option<u32>,
    /// Incidents in units in the window.
    n: u32,
    threshold: f64,
    reference: &'a str,
    /// Settings under which every hotspot was asked for again, the published one first.
    settings: &'a [String],
    /// Hotspots of the release before that this one has not got.
    ended: Vec<EndedEntry<'a>>,
    features: Vec<HotspotFeature<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct HotspotFeature<'a> {
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    kind: &'static str,
    geometry: Geometry,
    properties: HotspotEntry<'a>,
}

/// A GeoJSON polygon or multi-polygon.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Geometry {
    #[serde(rename = "type")]
    #[schema(example = "MultiPolygon")]
    kind: &'static str,
    /// Polygons, rings, positions.
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

/// A hotspot that has ended.
#[derive(Debug, Serialize, ToSchema)]
struct EndedEntry<'a> {
    id: &'a str,
    name: &'a str,
    /// Recorded incidents in the window of the release before.
    n: u32,
    first_seen: String,
    /// The hotspot that holds a part of it now.
    into: Option<&'a str>,
}

/// One hotspot. Every figure is of the period.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HotspotEntry<'a> {
    /// Lasts from release to release.
    id: &'a str,
    /// Month of the first release that had it.
    first_seen: String,
    /// Since the release before: first (there was none), new, continued, grew, shrank, split or merged.
    change: &'static str,
    /// Hotspots before of which it holds a part, but for itself.
    of: &'a [String],
    /// Month in which it is next due for review.
    review: String,
    rank: u32,
    name: &'a str,
    borough: Option<&'a str>,
    /// Recorded incidents.
    n: u32,
    /// Expected number if incidents followed the reference measure.
    expected: f64,
    /// How many times the study area's rate, with 95 % credible interval.
    ratio: f64,
    ratio_lo: f64,
    ratio_hi: f64,
    /// Probability that the ratio is above the threshold.
    probability: f64,
    area_km2: f64,
    per_km2_year: f64,
    /// Unit with the highest rate.
    peak: String,
    cells: Vec<String>,
    /// Incidents by strand; strands overlap. Left out is a strand of which nothing is known here.
    strands: BTreeMap<&'static str, u32>,
    /// Incidents by month of the period.
    months: &'a [u32],
    period: Period,
    /// In how many of the settings it is hot.
    robustness: RobustnessEntry<'a>,
    /// How much reporting would have to differ before its order with the next one on the list changes; null for the last one.
    order: Option<OrderEntry<'a>>,
    /// How sure it is: clear, weak or cannot_tell.
    evidence: &'static str,
    /// Whether it would still be one if any one of its incidents were not there.
    stands_without_one: bool,
    /// What keeps it from being clear.
    short_of_clear: &'a [String],
    /// Rates by named denominators, the reference measure of the rule first.
    rates: Vec<RateEntry<'a>>,
    /// Exact p of Gi* at the peak; null where counts are too large for an exact one.
    gi_star: Option<GiStarEntry>,
    /// Where the peak stands among all units; of all records only.
    peak_rank: Option<PeakRankEntry>,
    /// The scan cluster in which most of its incidents lie.
    scan: Option<ScanEntry>,
    /// Incidents whose victim, reporter and address are known by a pseudonym.
    known: KnownEntry,
    /// Incidents by how well their point is known (address, device, postcode, street, snapped, unstated); empty where the release does not keep it.
    precision: BTreeMap<&'static str, u32>,
    /// The same in words, with the metres within which the true place is taken to lie; null where the release does not keep it.
    precision_words: Option<String>,
    /// Whether it depends on one person, in words.
    dependence: String,
    /// Whether it would be none without what followed events of the calendar; false where no calendar was supplied.
    only_by_events: bool,
    /// Why it is a hotspot and how sure that is.
    sentence: &'a str,
}

/// The rate by one denominator. Without numbers the denominator is unfit for this place.
#[derive(Debug, Serialize, ToSchema)]
struct RateEntry<'a> {
    denominator: &'a str,
    name: &'a str,
    /// Per what the rate is, a year.
    unit: &'a str,
    /// Incidents where the denominator is known.
    n: Option<u32>,
    /// With exact 95 % Poisson limits.
    rate: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
    /// How many times the study area's rate, with 95 % credible interval.
    ratio: Option<f64>,
    ratio_lo: Option<f64>,
    ratio_hi: Option<f64>,
    /// Probability that the ratio is above the threshold.
    probability: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GiStarEntry {
    /// Conditional, greater.
    p: f64,
    /// Adjusted for all units (Benjamini and Hochberg).
    q: f64,
}

/// 1 is the highest rate.
#[derive(Debug, Serialize, ToSchema)]
struct PeakRankEntry {
    /// 95 % interval of the rank.
    lo: u32,
    hi: u32,
    of: u32,
    /// Probability of being among the highest 1 %.
    in_top: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ScanEntry {
    /// From 1, the strongest.
    cluster: u32,
    /// Incidents in the whole cluster.
    n: u32,
    expected: f64,
    /// Adjusted for all circles.
    p: f64,
    /// Incidents of the hotspot in it.
    shared: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct KnownEntry {
    victim: u32,
    reporter: u32,
    premises: u32,
}

/// A hotspot and the next one on the list (by rank), by their recorded rates: incidents by what the reference measure expects.
#[derive(Debug, Serialize, ToSchema)]
struct OrderEntry<'a> {
    /// Identifier of the next one.
    next: &'a str,
    /// this or next: whose recorded rate is the higher; neither when they are equal.
    higher: &'static str,
    /// Whether that order is sure if reporting is alike.
    stands: bool,
    /// The higher rate over the lower one: if reporting differs by more, the order is the other; null without bound.
    factor: Option<f64>,
    /// Lower 95 % limit of the factor: so far the order stands.
    factor_lo: f64,
}

/// The analysis made again under other settings.
#[derive(Debug, Serialize, ToSchema)]
struct RobustnessEntry<'a> {
    /// Mean over its incidents of the share of settings in which their place is hot; null when no setting says anything.
    share: Option<f64>,
    /// Settings in which it is hot, and that say anything of it.
    held: usize,
    said: usize,
    /// Settings in which it is not.
    fails: Vec<&'a str>,
    /// By setting of the list: 1 hot, 0 not hot, - nothing is said.
    #[schema(example = "11-0")]
    holds: String,
}

pub(crate) fn hotspots(
    release: &str,
    view: &Released<HotspotsView>,
    units: &Units,
    resolution: u8,
    areas: &[ReportingArea],
) -> Vec<u8> {
    let analysis = &view.analysis;
    let (verdict, minimum) = match analysis.verdict {
        Verdict::Analysed => ("analysed", None),
        Verdict::CannotTell { minimum } => ("cannot_tell", Some(minimum)),
    };
    let entries = hotspot_entries(view, units, resolution, areas);
    let features = analysis.hotspots.iter().zip(entries).map(|(hotspot, properties)| HotspotFeature {
        kind: "Feature",
        geometry: geometry(&hotspot.outline),
        properties,
    });
    bytes(&Hotspots {
        kind: "FeatureCollection",
        release,
        strand: strand_name(analysis.strand),
        verdict,
        minimum,
        n: analysis.n,
        threshold: view.threshold,
        reference: &view.reference,
        settings: &view.robustness.settings,
        ended: analysis
            .ended
            .iter()
            .map(|e| EndedEntry { id: &e.id, name: &e.name, n: e.n, first_seen: e.first_seen.to_string(), into: e.into.as_deref() })
            .collect(),
        features: features.collect(),
    })
}

/// The hotspots of a list, each with its order beside the next one.
pub(super) fn hotspot_entries<'a>(
    view: &'a HotspotsView,
    units: &Units,
    resolution: u8,
    areas: &'a [ReportingArea],
) -> Vec<HotspotEntry<'a>> {
    let hotspots = &view.analysis.hotspots;
    let orders = view.analysis.orders();
    let nexts = hotspots.iter().skip(1).map(Some).chain(std::iter::once(None));
    let entry = |(row, (next, order)): (usize, (Option<&'a Hotspot>, &Option<ReportingSensitivity>))| HotspotEntry {
        order: next.zip(order.as_ref()).map(|(next, order)| order_entry(next, order)),
        ..hotspot_entry(row, view, units, resolution, areas, &view.robustness.settings)
    };
    nexts.zip(&orders).take(hotspots.len()).enumerate().map(entry).collect()
}

fn hotspot_entry<'a>(
    row: usize,
    view: &'a HotspotsView,
    units: &Units,
    resolution: u8,
    areas: &'a [ReportingArea],
    settings: &'a [String],
) -> HotspotEntry<'a> {
    let window = view.analysis.window;
    let hotspot = &view.analysis.hotspots[row];
    let standing = &hotspot.standing;
    HotspotEntry {
        id: &hotspot.identity.id,
        first_seen: hotspot.identity.first_seen.to_string(),
        change: hotspot.identity.change.id(),
        of: &hotspot.identity.of,
        review: hotspot.identity.review(window.to()).to_string(),
        rank: hotspot.rank,
        name: &hotspot.name,
        borough: borough_of(hotspot.area_code.as_deref(), areas),
        n: hotspot.n,
        expected: rounded(hotspot.expected),
        ratio: rounded(hotspot.ratio.mean),
        ratio_lo: rounded(hotspot.ratio.lo),
        ratio_hi: rounded(hotspot.ratio.hi),
        probability: never_certain(hotspot.probability),
        area_km2: rounded(hotspot.area_km2),
        per_km2_year: rounded(f64::from(hotspot.n) / hotspot.area_km2 * 12.0 / window.len() as f64),
        peak: unit_id(units, resolution, hotspot.peak),
        cells: hotspot.units.iter().map(|row| unit_id(units, resolution, *row)).collect(),
        strands: view.strands.iter().map(|s| (s.id(), hotspot.strands[usize::from(s.code())])).collect(),
        months: &hotspot.months,
        period: window.into(),
        robustness: RobustnessEntry {
            share: hotspot.robustness.share.map(rounded),
            held: hotspot.robustness.held().0,
            said: hotspot.robustness.held().1,
            fails: settings
                .iter()
                .zip(&hotspot.robustness.holds)
                .filter(|(_, holds)| **holds == Some(false))
                .map(|(setting, _)| setting.as_str())
                .collect(),
            holds: hotspot.robustness.holds.iter().map(|h| h.map_or('-', |hot| if hot { '1' } else { '0' })).collect(),
        },
        evidence: standing.evidence.id(),
        stands_without_one: hotspot.stands_without_one,
        short_of_clear: &view.shortfalls[row],
        rates: view.denominators.iter().zip(&standing.rates).map(|(names, rate)| rate_entry(names, rate.as_ref())).collect(),
        gi_star: standing.gi_star.map(|[p, q]| GiStarEntry { p: rounded(p), q: rounded(q) }),
        peak_rank: standing.peak.map(|p| PeakRankEntry { lo: p.rank[0], hi: p.rank[1], of: p.of, in_top: rounded(p.in_top) }),
        scan: standing.scan.map(|s| ScanEntry {
            cluster: s.cluster,
            n: s.cases,
            expected: rounded(s.expected),
            p: rounded(s.p),
            shared: s.shared,
        }),
        known: KnownEntry { victim: standing.known[0], reporter: standing.known[1], premises: standing.known[2] },
        dependence: dependence(hotspot),
        order: None,
        precision_words: Precision::words(view.precision[row]),
        precision: Precision::ALL.iter().map(|p| p.id()).zip(view.precision[row]).filter(|(_, n)| *n > 0).collect(),
        only_by_events: view.only_by_events[row],
        sentence: &view.sentences[row],
    }
}

fn rate_entry<'a>([denominator, name, unit]: &'a [String; 3], rate: Option<&PlaceRate>) -> RateEntry<'a> {
    let of = |part: fn(&PlaceRate) -> f64| rate.map(|r| rounded(part(r)));
    RateEntry {
        denominator,
        name,
        unit,
        n: rate.map(|r| r.n),
        rate: of(|r| r.rate[0]),
        lo: of(|r| r.rate[1]),
        hi: of(|r| r.rate[2]),
        ratio: of(|r| r.ratio.mean),
        ratio_lo: of(|r| r.ratio.lo),
        ratio_hi: of(|r| r.ratio.hi),
        probability: rate.map(|r| never_certain(r.probability)),
    }
}

fn order_entry<'a>(next: &'a Hotspot, order: &ReportingSensitivity) -> OrderEntry<'a> {
    OrderEntry {
        next: &next.identity.id,
        higher: match order.ahead {
            Ahead::First => "this",
            Ahead::Second => "next",
            Ahead::Neither => "neither",
        },
        stands: order.order_stands(),
        factor: Some(order.factor).filter(|factor| factor.is_finite()).map(rounded),
        factor_lo: rounded(order.lo),
    }
}

pub(super) fn borough_of<'a>(code: Option<&str>, areas: &'a [ReportingArea]) -> Option<&'a str> {
    code.and_then(|code| areas.iter().find(|a| a.code == code)).map(|a| a.name.as_str())
}

pub(super) fn geometry(outline: &geo::MultiPolygon<f64>) -> Geometry {
    let ring = |line: &geo::LineString<f64>| line.0.iter().map(|c| [c.x, c.y].map(|v| (v * 1e6).round() / 1e6)).collect();
    let polygon = |part: &geo::Polygon<f64>| std::iter::once(part.exterior()).chain(part.interiors()).map(ring).collect();
    // RFC 7946: exterior rings counterclockwise, interior ones clockwise.
    let outline = geo::Orient::orient(outline, geo::orient::Direction::Default);
    Geometry { kind: "MultiPolygon", coordinates: outline.iter().map(polygon).collect() }
}
