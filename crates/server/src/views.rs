//! The JSON shapes, all of them, and the only place where they are written. What carries figures is made from released views
//! and nothing else.
#![expect(clippy::disallowed_methods, reason = "this is the one place where JSON is written")]

mod challenge;
mod comparison;
mod effect;
mod fairness;
mod feedback;
mod hotspots;
mod ledger;
mod me;
mod products;
mod protected;
mod quality;
mod records;
mod silence;
mod success;
pub(crate) mod time;

pub(crate) use challenge::{
    ChallengeAnswer, PlaceAnswer, ResourcesAnswer, ResourcesTaken, SitesAnswer, WhatIf, WhatIfBody, challenge, challenged_place,
    evidence, resources, sites, taken, what_if,
};
pub use challenge::{challenge_json, sites_json, what_if_json};
pub(crate) use comparison::{Comparison, comparison};
pub use effect::effects_json;
pub(crate) use hotspots::{Hotspots, hotspots};
pub(crate) use ledger::{
    RaiseBody, StepBody, Threads, Verified, WholeThread, Written, export, readable, threads, verified, whole_thread, written,
};
pub(crate) use me::{Me, me};
pub(crate) use products::{PartnerProducts, PublicProducts, partner, public};
pub(crate) use protected::{
    ProtectedFigures, ProtectedHotspots, ProtectedSummary, incidents_in, protected, protected_areas, protected_figures,
    protected_hotspots,
};
pub use quality::quality_json;
pub(crate) use quality::{QualityAnswer, quality};
pub(crate) use records::{Records, records};
pub(crate) use silence::{Silence, silence};
pub use success::success_json;
pub(crate) use success::{SuccessAnswer, success};

use crate::catalog::TileLayer;
use crate::problem::ApiError;
use crate::query::{DAYS, PARTS, set_name, source_name, strand_name, strands_name};
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::Released;
use hotspot_core::release::{Reconciliation, Release, ReportingArea};
use hotspot_core::units::Units;
use hotspot_core::view::{AreaRow, AreasView, CellsView, Layer, LegendClass, OffMap, ReleaseView};
use hotspot_core::{MonthRange, Offence, OffenceSet, Outcome, OutcomeSet, SeriesBreak, Setting, SettingSet, Source, Strand};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

fn bytes(shape: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(shape).expect("these shapes have text keys and no failing part")
}

/// Four decimals are enough to read, and make answers of half the size.
fn rounded(value: f64) -> f64 {
    if value.abs() < 0.001 { format!("{value:.3e}").parse().unwrap_or(value) } else { (value * 1e4).round() / 1e4 }
}

/// A probability to six decimals, and never 0 or 1: nothing here is that sure.
fn never_certain(probability: f64) -> f64 {
    ((probability * 1e6).round() / 1e6).clamp(1e-6, 1.0 - 1e-6)
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// What kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    /// The address as the service names it, such as `/api/v1/hotspots/{id}`: the one that was asked for may name somebody.
    instance: &'a str,
    /// Under this id it stands in the log.
    request_id: &'a str,
    /// The parameter that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// What may stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'a str>,
}

pub(crate) fn problem(error: &ApiError, instance: &str, request_id: &str) -> Vec<u8> {
    let (parameter, allowed) = match error {
        ApiError::BadParameter(bad) => (Some(&*bad.parameter), Some(&*bad.allowed)),
        _ => (None, None),
    };
    bytes(&Problem {
        kind: "about:blank",
        title: error.title(),
        status: error.status().as_u16(),
        detail: error.detail(),
        instance,
        request_id,
        parameter,
        allowed,
    })
}

/// Months from and to, both included.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Period {
    #[schema(example = "2025-11")]
    from: String,
    #[schema(example = "2026-10")]
    to: String,
}

impl From<MonthRange> for Period {
    fn from(months: MonthRange) -> Self {
        Self { from: months.from().to_string(), to: months.to().to_string() }
    }
}

/// The releases that are served.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Releases {
    /// Newest first.
    releases: Vec<ReleaseEntry>,
}

/// What a release says of itself.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseEntry {
    id: String,
    /// Last month of the window.
    month: String,
    /// Months of the hotspots.
    window: Period,
    /// Months that can be asked for.
    months: Period,
    /// State of the store, `YYYY-MM-DD`.
    as_known_on: String,
    /// synthetic or open.
    class: &'static str,
    licence: Option<String>,
    study_area: String,
    /// West, south, east, north in degrees.
    bounds: [f64; 4],
    /// H3 resolution of the hotspots; 0 when the units are areas.
    resolution: u8,
    /// H3 resolutions that can be asked for.
    resolutions: Vec<u8>,
    /// Reference measure of the hotspot rule.
    reference: String,
    /// Hot means a rate above this many times the study area's.
    threshold: f64,
    reconciliation: Account,
    /// Mapped, but outside the study area.
    outside: u64,
    /// Whether hotspots were asked for dependence on one person.
    person_check: PersonCheckEntry,
    /// Thresholds of the words for evidence.
    evidence: EvidenceEntry,
    strands: Vec<StrandEntry>,
    /// The boroughs (or other reporting areas) that can be filtered for; none where the release has none.
    boroughs: Vec<AreaName>,
    sources: Vec<SourceEntry>,
    /// What the records of the window can be filtered for, all sources.
    filters: FilterEntries,
    /// How fast patrols by this map would make it come true; null when no unit has a reported record.
    feedback: Option<feedback::FeedbackEntry>,
    /// Breaks of recording across which figures must not be compared.
    breaks: Vec<BreakEntry>,
    /// What has to stand beside every figure of this release, in words: boroughs as good as not recorded, totals that are sums of strands.
    cautions: Vec<String>,
}

/// Hotspots that would not be one without the records of a single victim, reporter or address are not shown.
#[derive(Debug, Serialize, ToSchema)]
struct PersonCheckEntry {
    /// False when no record has a victim's pseudonym: then nobody knows.
    possible: bool,
    /// Records in units before the check.
    mapped: u64,
    /// Of these, with a victim's pseudonym.
    victims_known: u64,
    /// Of these, withheld from every unit; they count for their borough.
    withheld: u64,
}

/// A hotspot is clear, or weak, when it has the least of each quantity; else it cannot be told.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceEntry {
    version: String,
    thresholds: Vec<ThresholdEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ThresholdEntry {
    /// clear or weak.
    word: &'static str,
    /// incidents, probability, settings, robustness or, of restricted records, victims_known.
    quantity: &'static str,
    least: f64,
}

/// How every row is accounted for: rows = mapped + area_only + online + no_place + rejected.
#[derive(Debug, Serialize, ToSchema)]
struct Account {
    rows: u64,
    mapped: u64,
    area_only: u64,
    online: u64,
    no_place: u64,
    rejected: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct StrandEntry {
    /// all or a strand.
    id: &'static str,
    label: &'static str,
    parent: Option<&'static str>,
    /// Incidents in the window.
    n: u32,
    /// Number of hotspots; null when there are too few incidents to tell, and without an analysis.
    hotspots: Option<u32>,
    /// Whether hotspots were asked for; the records of any strand can be counted.
    analysed: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct AreaName {
    /// Such as a GSS code.
    code: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct SourceEntry {
    id: &'static str,
    label: &'static str,
}

/// Only what occurs.
#[derive(Debug, Serialize, ToSchema)]
struct FilterEntries {
    offence: Vec<ChoiceEntry>,
    setting: Vec<ChoiceEntry>,
    outcome: Vec<ChoiceEntry>,
    /// Incidents whose hour is known.
    hour_known: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ChoiceEntry {
    id: &'static str,
    label: &'static str,
    n: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct BreakEntry {
    /// First day under the new recording.
    from: String,
    /// What changed.
    what: String,
}

impl From<&SeriesBreak> for BreakEntry {
    fn from(found: &SeriesBreak) -> Self {
        Self { from: found.from.to_string(), what: found.what.clone() }
    }
}

pub(crate) fn releases(views: &[&Released<ReleaseView>]) -> Vec<u8> {
    bytes(&Releases { releases: views.iter().map(|view| release(view)).collect() })
}

const fn account(all: Reconciliation) -> Account {
    Account {
        rows: all.rows,
        mapped: all.mapped,
        area_only: all.area_only,
        online: all.online,
        no_place: all.no_place,
        rejected: all.rejected,
    }
}

fn release(view: &Released<ReleaseView>) -> ReleaseEntry {
    let strand_entry = |(strand, n, hotspots): &(Option<Strand>, u32, Option<u32>)| StrandEntry {
        id: strand_name(*strand),
        label: strand.map_or("All recorded incidents", Strand::label),
        parent: strand.and_then(Strand::parent).map(Strand::id),
        n: *n,
        hotspots: *hotspots,
        analysed: true,
    };
    let not_analysed = |(strand, n): &(Strand, u32)| StrandEntry { analysed: false, ..strand_entry(&(Some(*strand), *n, None)) };
    let together =
        [SourceEntry { id: "reported", label: "All but police-generated" }, SourceEntry { id: "all", label: "All sources" }];
    ReleaseEntry {
        id: view.id.clone(),
        month: view.month.to_string(),
        window: view.window.into(),
        months: view.months.into(),
        as_known_on: view.as_known_on.clone(),
        class: view.class.id(),
        licence: view.licence.clone(),
        study_area: view.study_area.clone(),
        bounds: view.bounds.map(|v| (v * 1e6).round() / 1e6),
        resolution: view.resolution,
        resolutions: view.resolutions.clone(),
        reference: view.reference.clone(),
        threshold: view.threshold,
        reconciliation: account(view.reconciliation),
        outside: view.outside,
        person_check: PersonCheckEntry {
            possible: view.person_check.possible(),
            mapped: view.person_check.mapped,
            victims_known: view.person_check.known[0],
            withheld: view.person_check.withheld,
        },
        evidence: EvidenceEntry {
            version: view.evidence.version.clone(),
            thresholds: view
                .evidence
                .thresholds
                .iter()
                .map(|t| ThresholdEntry { word: t.word.id(), quantity: t.quantity.id(), least: t.least })
                .collect(),
        },
        strands: {
            // All records, then what is above others, so that the list reads from the top.
            let (all, each) = view.strands.split_at(view.strands.len().min(1));
            let entries = all.iter().map(strand_entry).chain(view.not_analysed.iter().map(not_analysed));
            entries.chain(each.iter().map(strand_entry)).collect()
        },
        boroughs: view.areas.iter().map(|[code, name]| AreaName { code: code.clone(), name: name.clone() }).collect(),
        sources: together.into_iter().chain(Source::ALL.iter().map(|s| SourceEntry { id: s.id(), label: s.label() })).collect(),
        filters: FilterEntries {
            offence: view.filters.offences.iter().map(|(o, n)| ChoiceEntry { id: o.id(), label: o.label(), n: *n }).collect(),
            setting: view.filters.settings.iter().map(|(s, n)| ChoiceEntry { id: s.id(), label: s.label(), n: *n }).collect(),
            outcome: view.filters.outcomes.iter().map(|(o, n)| ChoiceEntry { id: o.id(), label: o.label(), n: *n }).collect(),
            hour_known: view.filters.hour_known,
        },
        feedback: feedback::feedback(view),
        breaks: view.breaks.iter().map(BreakEntry::from).collect(),
        cautions: view.cautions.clone(),
    }
}

/// The layers that can be drawn.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Layers {
    /// The default first.
    layers: Vec<LayerEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LayerEntry {
    id: &'static str,
    label: &'static str,
    definition: &'static str,
    /// Unit of the value; null for outlines.
    unit: Option<&'static str>,
    method: &'static str,
    /// units (cells or areas with a value) or outline.
    kind: &'static str,
    /// Classes of the value, the first drawn empty; none for outlines.
    classes: Vec<ClassEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ClassEntry {
    label: String,
    #[schema(example = "#fd8d3c")]
    color: &'static str,
}

/// The layers with the classes of each.
pub(crate) fn layers(legends: &[(Layer, Vec<LegendClass>)]) -> Vec<u8> {
    let units = legends.iter().map(|(layer, legend)| LayerEntry {
        id: layer.id(),
        label: layer.label(),
        definition: layer.definition(),
        unit: Some(layer.unit()),
        method: method(*layer),
        kind: "units",
        classes: legend.iter().map(|c| ClassEntry { label: c.label.clone(), color: c.color }).collect(),
    });
    let outline = |id, label, definition, method| LayerEntry {
        id,
        label,
        definition,
        unit: None,
        method,
        kind: "outline",
        classes: Vec::new(),
    };
    let outlines = [
        outline(
            "hotspots",
            "Hotspots",
            "Connected places whose rate of incidents is very likely above a stated multiple of the study area's.",
            "Gamma–Poisson posterior of each unit, chosen at a Bayesian false discovery rate, joined and split into walkable places",
        ),
        outline("boroughs", "Boroughs", "Outlines of the London boroughs and the City of London.", "Administrative boundaries"),
    ];
    bytes(&Layers { layers: units.chain(outlines).collect() })
}

const fn method(layer: Layer) -> &'static str {
    match layer {
        Layer::Count => "Count",
        Layer::Density => "Count divided by the area inside the study area and by the years of the period",
        Layer::Probability => "Gamma–Poisson posterior, prior by maximum marginal likelihood",
        Layer::Residents => {
            "Gamma–Poisson posterior by residents at the units of the hotspots, prior by maximum marginal likelihood"
        }
        Layer::Top => "Ranks of draws from the gamma–Poisson posteriors by area at the units of the hotspots: 199 draws of seed 1",
        Layer::GiStar => "Getis–Ord Gi*, exact conditional p, greater, not corrected for the number of cells",
        Layer::Scan => {
            "Kulldorff's Poisson scan on the units of the hotspots, area as population, circles of up to 1 km, 199 replicas of seed 1, clusters of p at most 0.05"
        }
        Layer::ResidentRate => {
            "Mean of the gamma–Poisson posterior by residents at the units of the hotspots, times the rate of the study area"
        }
        Layer::Emerging => {
            "Gi* in space and time on monthly counts, lag one month, whole cube; Benjamini and Hochberg at 0.05; Mann–Kendall trend; ArcGIS Pro's outcomes"
        }
        Layer::Robustness => "Incident-weighted mean over settings, at the units of the hotspots",
        Layer::Kde => "Quartic kernel of 500 m on the counts of resolution-10 cells, uniform edge correction",
    }
}

/// What is counted: as it is asked for, and as an answer repeats it.
#[derive(Debug, Serialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Counted {
    /// all (default), or strands separated by commas: a record with any of them counts once. Of published counts by strand one alone.
    #[param(required = false)]
    strand: String,
    /// all (default), or the code or name of a borough; an answer has the code. Records of the borough count; values of statistics are those beside
    /// the whole study area. A cell is shown whose middle lies in the borough, or which holds a record of it.
    #[param(required = false)]
    borough: String,
    /// First month, YYYY-MM; default the release's window.
    #[param(required = false)]
    from: String,
    /// Last month, YYYY-MM.
    #[param(required = false)]
    to: String,
    /// reported (default: all but police-generated), all, or a source.
    #[param(required = false)]
    source: &'static str,
    /// all (default), or groups of offences separated by commas.
    #[param(required = false)]
    offence: String,
    /// all (default), or kinds of place separated by commas.
    #[param(required = false)]
    setting: String,
    /// all (default), or states of the investigation separated by commas.
    #[param(required = false)]
    outcome: String,
    /// all (default), or some of mon, tue, wed, thu, fri, sat, sun.
    #[param(required = false)]
    days: String,
    /// all (default), or some of night, morning, afternoon, evening: six hours each from midnight, local time.
    #[param(required = false)]
    hours: String,
}

impl Counted {
    fn of(filter: Filter, areas: &[ReportingArea]) -> Self {
        let (days, parts) = (filter.week.days(), filter.week.parts());
        Self {
            strand: strands_name(filter.strands),
            borough: filter
                .area
                .and_then(|row| areas.get(usize::from(row)))
                .map_or_else(|| "all".to_owned(), |area| area.code.clone()),
            from: filter.months.from().to_string(),
            to: filter.months.to().to_string(),
            source: source_name(filter.sources),
            offence: set_name(filter.offences == OffenceSet::ALL, filter.offences.iter().map(Offence::id)),
            setting: set_name(filter.settings == SettingSet::ALL, filter.settings.iter().map(Setting::id)),
            outcome: set_name(filter.outcomes == OutcomeSet::ALL, filter.outcomes.iter().map(Outcome::id)),
            days: set_name(days.clone().count() == 7, days.map(|day| DAYS[usize::from(day)])),
            hours: set_name(parts.clone().count() == 4, parts.map(|part| PARTS[usize::from(part)])),
        }
    }
}

/// Values of one layer by unit, in columns of equal length.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name in the answer")]
pub(crate) struct Cells<'a> {
    release: &'a str,
    layer: &'static str,
    #[serde(flatten)]
    counted: Counted,
    resolution: u8,
    unit: &'static str,
    /// Incidents in all units, whatever the box.
    n: u64,
    /// What is counted beside these and lies in no unit: with `n` it is the total of /api/v1/boroughs.
    off_map: OffMapEntry,
    /// Incidents of any place that days and hours leave out because their hour is not known; null without these.
    hour_unknown: Option<u64>,
    legend: Vec<LegendEntry<'a>>,
    cells: Columns<'a>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OffMapEntry {
    /// Known to a borough or other area only, with those withheld from every unit.
    area_only: u64,
    /// Outside the study area.
    outside: u64,
    online: u64,
    no_place: u64,
}

impl From<OffMap> for OffMapEntry {
    fn from(off: OffMap) -> Self {
        Self { area_only: off.area_only, outside: off.outside, online: off.online, no_place: off.no_place }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct LegendEntry<'a> {
    label: &'a str,
    color: &'static str,
    /// Units in the class, inside the box if one was given.
    cells: u32,
    /// Incidents in them.
    incidents: u64,
}

/// Units of class 1 and up; class 0 is left out.
#[derive(Debug, Serialize, ToSchema)]
struct Columns<'a> {
    /// H3 index in hexadecimal, or code of the area.
    id: Vec<String>,
    n: &'a [u32],
    value: Vec<f64>,
    class: &'a [u8],
}

pub(crate) fn cells(release: &str, view: &Released<CellsView>, of: &Release) -> Vec<u8> {
    let legend =
        view.legend.iter().map(|c| LegendEntry { label: &c.label, color: c.color, cells: c.units, incidents: c.incidents });
    bytes(&Cells {
        release,
        layer: view.layer.id(),
        counted: Counted::of(view.filter, &of.areas),
        off_map: view.off_map.into(),
        hour_unknown: view.hour_unknown,
        resolution: view.resolution,
        unit: view.layer.unit(),
        n: view.total,
        legend: legend.collect(),
        cells: Columns {
            id: view.units.iter().map(|row| unit_id(&of.units, view.resolution, *row)).collect(),
            n: &view.n,
            value: view.value.iter().map(|v| rounded(*v)).collect(),
            class: &view.class,
        },
    })
}

fn unit_id(units: &Units, resolution: u8, row: u32) -> String {
    units.id(resolution, row).unwrap_or_default()
}

/// Incidents by borough.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Boroughs<'a> {
    release: &'a str,
    #[serde(flatten)]
    counted: Counted,
    /// Incidents that days and hours leave out because their hour is not known; null without these.
    hour_unknown: Option<u64>,
    rows: Vec<BoroughRow<'a>>,
    /// Mapped or known to an area, but in none of these.
    elsewhere: u64,
    online: u64,
    no_place: u64,
    /// All of them.
    total: u64,
}

/// One borough; without a rate where residents are no fit denominator.
#[derive(Debug, Serialize, ToSchema)]
struct BoroughRow<'a> {
    code: &'a str,
    name: &'a str,
    n: u64,
    residents: Option<u32>,
    /// Incidents per 1,000 residents a year, with exact 95 % Poisson limits.
    rate_per_1000: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
}

pub(crate) fn boroughs(release: &str, view: &Released<AreasView>, areas: &[ReportingArea]) -> Vec<u8> {
    bytes(&Boroughs {
        release,
        counted: Counted::of(view.filter, areas),
        hour_unknown: view.hour_unknown,
        rows: view.rows.iter().map(borough_row).collect(),
        elsewhere: view.elsewhere,
        online: view.online,
        no_place: view.no_place,
        total: view.total,
    })
}

fn borough_row(row: &AreaRow) -> BoroughRow<'_> {
    let part = |i: usize| row.rate.map(|rate| rounded(rate[i]));
    BoroughRow {
        code: &row.code,
        name: &row.name,
        n: row.n,
        residents: row.residents,
        rate_per_1000: part(0),
        lo: part(1),
        hi: part(2),
    }
}

/// TileJSON 3.0.0.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TileJson<'a> {
    #[schema(example = "3.0.0")]
    tilejson: &'static str,
    name: &'a str,
    description: &'a str,
    attribution: String,
    version: &'static str,
    scheme: &'static str,
    /// Vector tiles.
    tiles: Vec<String>,
    minzoom: u8,
    maxzoom: u8,
    bounds: [f64; 4],
    vector_layers: [VectorLayer; 1],
}

#[derive(Debug, Serialize, ToSchema)]
struct VectorLayer {
    id: &'static str,
    description: &'static str,
    fields: BTreeMap<&'static str, &'static str>,
    minzoom: u8,
    maxzoom: u8,
}

pub(crate) fn tilejson(view: &Released<ReleaseView>, layer: TileLayer, origin: Option<&str>, query: Option<&str>) -> Vec<u8> {
    let (name, description, fields): (_, _, &[(&str, &str)]) = match layer {
        TileLayer::Units(layer) if view.resolution == 0 => (layer.label(), layer.definition(), &AREA_FIELDS),
        TileLayer::Units(layer) => (layer.label(), layer.definition(), &CELL_FIELDS),
        TileLayer::Hotspots => ("Hotspots", "Connected places with a very likely high rate.", &HOTSPOT_FIELDS),
        TileLayer::Boroughs => ("Boroughs", "Outlines of boroughs.", &AREA_FIELDS[..2]),
    };
    let query = query.filter(|q| !q.is_empty()).map(|q| format!("?{q}")).unwrap_or_default();
    let address = format!("{}/tiles/{}/{}/{{z}}/{{x}}/{{y}}.mvt{query}", origin.unwrap_or_default(), view.id, layer.id());
    let licence = view.licence.as_deref().map(|l| format!("; {l}")).unwrap_or_default();
    bytes(&TileJson {
        tilejson: "3.0.0",
        name,
        description,
        attribution: format!("{} records, {}{licence}", view.class.id(), view.study_area),
        version: "1.0.0",
        scheme: "xyz",
        tiles: vec![address],
        minzoom: 0,
        maxzoom: hotspot_tiles::TileCoord::MAX_ZOOM,
        bounds: view.bounds.map(|v| (v * 1e6).round() / 1e6),
        vector_layers: [VectorLayer {
            id: layer.id(),
            description: layer.id(),
            fields: fields.iter().copied().collect(),
            minzoom: 0,
            maxzoom: hotspot_tiles::TileCoord::MAX_ZOOM,
        }],
    })
}

static CELL_FIELDS: [(&str, &str); 4] =
    [("h3", "H3 index, hexadecimal"), ("n", "Incidents"), ("class", "Class of the legend"), ("value", "Value; none in class 0")];
static AREA_FIELDS: [(&str, &str); 5] = [
    ("code", "Code of the area"),
    ("name", "Name of the area"),
    ("n", "Incidents"),
    ("class", "Class of the legend"),
    ("value", "Value; none in class 0"),
];
static HOTSPOT_FIELDS: [(&str, &str); 6] = [
    ("id", "Identifier in its release and strand"),
    ("rank", "1 for the largest excess"),
    ("name", "Name of the place"),
    ("n", "Incidents"),
    ("probability", "Probability of a rate above the threshold"),
    ("evidence", "How sure it is: clear, weak or cannot_tell"),
];

/// A GeoJSON feature collection; cells have the properties h3, n, class and value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TileBody {
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    kind: &'static str,
    features: Vec<serde_json::Value>,
}

pub(crate) fn openapi(document: &utoipa::openapi::OpenApi) -> Vec<u8> {
    serde_json::to_vec_pretty(document).expect("the document has text keys and no failing part")
}
