//! What may be shown: the closed set of views that a [`Policy`](crate::disclosure::Policy) releases.

use crate::cube::{FactKind, Filter, FilterCounts, NO_AREA, WeekSet};
use crate::error::{Error, Result};
use crate::hotspot::StrandAnalysis;
use crate::hotspot::detect::RelativeRates;
use crate::hotspot::evidence::EvidencePolicy;
use crate::hotspot::feedback::Feedback;
use crate::incident::{PlaceKind, Precision};
use crate::local::permutation::local_g_exact;
use crate::local::{Alternative, Null};
use crate::rate::poisson::exact_limits;
use crate::release::{DataClass, PersonCheck, Reconciliation, Release, RobustnessSettings};
use crate::units::UnitLevel;
use crate::weights::SelfWeight;
use crate::{Month, MonthRange, SeriesBreak, SourceSet, Strand};
use layer::Scale;
use std::collections::HashMap;

mod challenge;
mod comparison;
mod layer;
mod over_time;
mod place;
mod quality;
mod records;
mod silence;
mod success;
mod surface;

pub use challenge::{ChallengeView, EffectsView, SitesView, WhatIfView};
pub use comparison::{ComparedPlace, ComparisonView};
pub use layer::{KDE_BANDWIDTH_M, Layer, LegendClass};
pub use over_time::{EventRow, EventsView, HotspotView};
pub use place::OffMap;
pub use quality::QualityView;
pub use records::{RecordRow, RecordsView};
pub use silence::SilenceView;
pub use success::{SuccessFile, SuccessView};

/// Units with a value: what a map layer draws.
#[derive(Debug, Clone, PartialEq)]
pub struct CellsView {
    /// What the value means.
    pub layer: Layer,
    /// What was counted.
    pub filter: Filter,
    /// H3 resolution; 0 for areas.
    pub resolution: u8,
    /// Rows of the units at that resolution, ascending; the units of class 0 are left out.
    pub units: Vec<u32>,
    /// Incidents, aligned with `units`; of the borough alone where the filter names one.
    pub n: Vec<u32>,
    /// Value, aligned with `units`. But for a count it is that of the whole unit beside the whole study area, whatever the borough.
    pub value: Vec<f64>,
    /// Class, aligned with `units`: index into `legend`.
    pub class: Vec<u8>,
    /// Classes; the first (class 0) is drawn empty.
    pub legend: Vec<LegendClass>,
    /// Incidents in all units that the filter counts.
    pub total: u64,
    /// What the filter counts beside them.
    pub off_map: OffMap,
    /// Incidents that a filter by time of week leaves out because their hour is not known; `None` without one.
    pub hour_unknown: Option<u64>,
}

/// Hotspots of one strand.
#[derive(Debug, Clone, PartialEq)]
pub struct HotspotsView {
    /// The analysis.
    pub analysis: StrandAnalysis,
    /// The factor of the rule: hot means a rate above this many times the study area's.
    pub threshold: f64,
    /// Name of the reference measure.
    pub reference: String,
    /// Settings under which they were asked for again.
    pub robustness: RobustnessSettings,
    /// Strands whose counts are known beside this one: those that are recorded, of published counts those that lie in it.
    pub strands: Vec<Strand>,
    /// Why each is one and how sure that is, in plain words, by hotspot.
    pub sentences: Vec<String>,
    /// What keeps each from being clear, by hotspot.
    pub shortfalls: Vec<Vec<String>>,
    /// Identifier, name, and unit of rates of each denominator.
    pub denominators: Vec<[String; 3]>,
    /// Whether each would be none without what followed events of a supplied calendar, by hotspot.
    pub only_by_events: Vec<bool>,
    /// Of the incidents of each those whose point is known so well, in the order of [`Precision::ALL`]; none where the release does not keep it.
    pub precision: Vec<[u32; Precision::ALL.len()]>,
}

/// One reporting area (borough).
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Code; empty for a non-geographic one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Incidents.
    pub n: u64,
    /// Residents, if fit for a rate.
    pub residents: Option<u32>,
    /// Incidents per 1,000 residents a year with exact 95 % Poisson limits: rate, lower, upper.
    pub rate: Option<[f64; 3]>,
}

/// Incidents by reporting area, with what lies in none.
#[derive(Debug, Clone, PartialEq)]
pub struct AreasView {
    /// What was counted.
    pub filter: Filter,
    /// By area; the chosen one alone where the filter names one.
    pub rows: Vec<AreaRow>,
    /// Mapped or known to an area, but in none of these.
    pub elsewhere: u64,
    /// Online.
    pub online: u64,
    /// No place.
    pub no_place: u64,
    /// All of them.
    pub total: u64,
    /// Incidents that a filter by time of week leaves out because their hour is not known; `None` without one.
    pub hour_unknown: Option<u64>,
}

/// What a release says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseView {
    /// Identifier.
    pub id: String,
    /// Last month of the window.
    pub month: Month,
    /// Window of the hotspots.
    pub window: MonthRange,
    /// Months that the facts cover.
    pub months: MonthRange,
    /// State of the store, `YYYY-MM-DD`.
    pub as_known_on: String,
    /// Class.
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<String>,
    /// Name of the study area.
    pub study_area: String,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Resolution of the hotspots; 0 for areas.
    pub resolution: u8,
    /// Resolutions that can be asked for; empty for areas.
    pub resolutions: Vec<u8>,
    /// Account of every row.
    pub reconciliation: Reconciliation,
    /// Mapped, but outside the study area.
    pub outside: u64,
    /// What was withheld because a hotspot depended on one person.
    pub person_check: PersonCheck,
    /// Incidents and number of hotspots by strand; `None` stands for all; no number means "cannot tell".
    pub strands: Vec<(Option<Strand>, u32, Option<u32>)>,
    /// Strands that occur and are not analysed, with their incidents in units.
    pub not_analysed: Vec<(Strand, u32)>,
    /// Records of the window, all sources, by what they can be filtered for.
    pub filters: FilterCounts,
    /// Thresholds of the words for evidence.
    pub evidence: EvidencePolicy,
    /// Code and name of each area (borough) that can be filtered for.
    pub areas: Vec<[String; 2]>,
    /// Reference measure of the hotspot rule.
    pub reference: String,
    /// Factor of the hotspot rule.
    pub threshold: f64,
    /// How fast patrols by this map would make it come true.
    pub feedback: Option<Feedback>,
    /// Breaks of the series inside the months covered.
    pub breaks: Vec<SeriesBreak>,
    /// What has to stand beside every figure, in plain words.
    pub cautions: Vec<String>,
}

fn level_of(release: &Release, resolution: u8) -> Result<UnitLevel<'_>> {
    release.units.level(resolution).ok_or(Error::OutOfRange { what: "resolution", must: "one that the release has" })
}

/// What a filter by time of week cannot judge.
fn hour_unknown(release: &Release, filter: Filter) -> Option<u64> {
    let any = Filter { week: WeekSet::ALL, ..filter };
    (filter.week != WeekSet::ALL).then(|| release.facts.total(&any) - release.facts.filter_counts(&any).hour_known)
}

impl CellsView {
    /// Computes a layer live from the facts. With `bounds` (west, south, east, north) only the units whose centre lies inside are
    /// valued and counted in the legend; the model is fitted to all units whatever the bounds.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a resolution that the release has not got.
    pub fn of(release: &Release, layer: Layer, filter: Filter, resolution: u8, bounds: Option<[f64; 4]>) -> Result<Self> {
        let level = level_of(release, resolution)?;
        // Models see every borough: one alone would be an island.
        let whole = Filter { area: None, ..filter };
        let counts = level.counts(&release.facts, &whole);
        let own = if filter.area.is_none() { counts.clone() } else { level.counts(&release.facts, &filter) };
        let shown = place::shown(release, &filter, resolution, &own)?;
        let any = counts.iter().any(|n| *n > 0);
        let inside = |row: usize| {
            shown[row]
                && bounds.is_none_or(|[west, south, east, north]| {
                    release
                        .units
                        .center(resolution, row as u32)
                        .is_some_and(|c| west <= c.lon && c.lon < east && south <= c.lat && c.lat < north)
                })
        };
        let scale = Scale::of(layer, release, &level);
        let mut view = Self {
            layer,
            filter,
            resolution,
            units: Vec::new(),
            n: Vec::new(),
            value: Vec::new(),
            class: Vec::new(),
            legend: scale.legend(),
            total: own.iter().map(|n| u64::from(*n)).sum(),
            off_map: OffMap::of(release, &filter),
            hour_unknown: hour_unknown(release, filter),
        };
        let years = filter.months.len() as f64 / 12.0;
        let mut add = |row: usize, value: f64, class: u8| {
            let legend = &mut view.legend[usize::from(class)];
            legend.units += 1;
            legend.incidents += u64::from(own[row]);
            if class > 0 {
                view.units.push(row as u32);
                view.n.push(own[row]);
                view.value.push(value);
                view.class.push(class);
            }
        };
        let rows = (0..counts.len()).filter(|row| inside(*row));
        match layer {
            Layer::Count => rows.for_each(|row| add(row, f64::from(own[row]), scale.class(f64::from(own[row])))),
            Layer::Density => rows.for_each(|row| {
                let density = f64::from(counts[row]) / level.area_km2[row] / years;
                add(row, density, if counts[row] == 0 { 0 } else { scale.class(density).max(1) });
            }),
            Layer::Probability => {
                // Without an incident there is no evidence for any place.
                let rates = any.then(|| RelativeRates::fit(&counts, level.area_km2)).transpose()?;
                let probability =
                    |row: usize| rates.as_ref().map_or(0.0, |r| r.posterior(row, counts[row]).exceedance(release.rule.threshold));
                rows.for_each(|row| {
                    let p = probability(row);
                    add(row, p, scale.class(p));
                });
            }
            Layer::Emerging => {
                let rows: Vec<usize> = rows.collect();
                let (share, class) = surface::emerging_classes(release, whole, resolution, &rows)?;
                for ((row, share), class) in rows.into_iter().zip(share).zip(class) {
                    add(row, share, scale.class(class));
                }
            }
            Layer::Robustness => {
                let rows: Vec<usize> = rows.collect();
                for (row, share) in rows.iter().zip(surface::robustness(release, whole, resolution, &rows)?) {
                    add(*row, share, scale.class(share));
                }
            }
            Layer::Residents | Layer::ResidentRate | Layer::Top => {
                let rows: Vec<usize> = rows.collect();
                for (row, p) in rows.iter().zip(surface::probabilities(release, layer, whole, resolution, &rows)?) {
                    add(*row, p, scale.class(p));
                }
            }
            Layer::Kde => {
                let rows: Vec<usize> = rows.collect();
                let density = surface::smoothed(release, whole, resolution, &rows)?;
                for (row, density) in rows.into_iter().zip(density) {
                    let density = density / years;
                    add(row, density, scale.class(density));
                }
            }
            Layer::Scan => {
                let rows: Vec<usize> = rows.collect();
                for (row, ratio) in rows.iter().zip(surface::scanned(release, whole, resolution, &rows)?) {
                    add(*row, ratio, scale.class(ratio));
                }
            }
            Layer::GiStar => {
                let p = if any {
                    local_g_exact(&counts, level.neighbors, SelfWeight::Included, Null::Conditional, Alternative::Greater)?.p
                } else {
                    vec![1.0; counts.len()]
                };
                rows.for_each(|row| add(row, p[row], scale.class(p[row])));
            }
        }
        Ok(view)
    }
}

impl HotspotsView {
    /// The hotspots of a strand, or of all records; `None` when the release does not analyse it.
    pub fn of(release: &Release, strand: Option<Strand>) -> Option<Self> {
        Some(Self::made(release, release.analysis(strand)?.clone()))
    }

    /// The view of an analysis, or of a part of one.
    fn made(release: &Release, analysis: StrandAnalysis) -> Self {
        let judged = |h| release.evidence.judge(h, release.class).shortfalls.iter().map(ToString::to_string).collect();
        let only_by_events = over_time::only_by_events(release, &analysis);
        let known = |strand: &Strand| {
            let lies_in_it = analysis.strand.is_none_or(|of| strand.lies_in(of));
            release.facts.all_strands().contains(*strand) && (release.facts.kind() == FactKind::Events || lies_in_it)
        };
        Self {
            only_by_events,
            strands: Strand::ALL.iter().copied().filter(known).collect(),
            precision: precision(release, &analysis),
            sentences: analysis.hotspots.iter().map(|h| release.sentence(h)).collect(),
            shortfalls: analysis.hotspots.iter().map(judged).collect(),
            denominators: release.denominators.iter().map(|d| [&d.id, &d.name, &d.unit].map(Clone::clone)).collect(),
            analysis,
            threshold: release.rule.threshold,
            reference: release.reference.clone(),
            robustness: release.robustness.clone(),
        }
    }
}

/// How well the points of the incidents of each hotspot are known.
fn precision(release: &Release, analysis: &StrandAnalysis) -> Vec<[u32; Precision::ALL.len()]> {
    let mut counts = vec![[0; Precision::ALL.len()]; analysis.hotspots.len()];
    let Some(level) = release.units.level(release.resolution) else { return counts };
    let hotspot_of: HashMap<u32, usize> =
        analysis.hotspots.iter().enumerate().flat_map(|(at, h)| h.units.iter().map(move |unit| (*unit, at))).collect();
    let filter = Filter { strands: analysis.strand.into(), ..Filter::over(release.window) };
    for row in release.facts.rows(&filter) {
        let unit = release.facts.unit(row).and_then(|unit| level.row_of(unit));
        let hotspot = unit.and_then(|unit| hotspot_of.get(&unit));
        if let (Some(hotspot), Some(precision), Some(fact)) = (hotspot, release.facts.precision(row), release.facts.get(row)) {
            counts[*hotspot][usize::from(precision.code())] += fact.count;
        }
    }
    counts
}

/// Strands that occur in units in the window and have no analysis.
fn not_analysed(release: &Release) -> Vec<(Strand, u32)> {
    let Some(level) = release.units.level(release.resolution) else { return Vec::new() };
    let n = |strand: Strand| -> u32 {
        level.counts(&release.facts, &Filter { strands: strand.into(), ..Filter::over(release.window) }).iter().sum()
    };
    let without = Strand::ALL.iter().copied().filter(|strand| release.analysis(Some(*strand)).is_none());
    without.map(|strand| (strand, n(strand))).filter(|(_, n)| *n > 0).collect()
}

impl AreasView {
    /// Incidents by reporting area, with rates where residents are a fit denominator.
    pub fn of(release: &Release, filter: Filter) -> Self {
        let mut counts = vec![0u64; release.areas.len()];
        let hour_unknown = hour_unknown(release, filter);
        let mut view = Self { filter, rows: Vec::new(), elsewhere: 0, online: 0, no_place: 0, total: 0, hour_unknown };
        for row in release.facts.rows(&filter) {
            let Some(fact) = release.facts.get(row) else { continue };
            let n = u64::from(fact.count);
            view.total += n;
            match (fact.place, counts.get_mut(usize::from(fact.area))) {
                (PlaceKind::Online, _) => view.online += n,
                (PlaceKind::NoPlace, _) => view.no_place += n,
                (_, Some(count)) if fact.area != NO_AREA => *count += n,
                _ => view.elsewhere += n,
            }
        }
        let years = filter.months.len() as f64 / 12.0;
        view.rows = release
            .areas
            .iter()
            .zip(counts)
            .enumerate()
            .filter(|(row, _)| filter.area.is_none_or(|area| usize::from(area) == *row))
            .map(|(_, (area, n))| {
                let rate = area.residents.filter(|r| *r > 0).map(|residents| {
                    let per = 1000.0 / f64::from(residents) / years;
                    let [lo, hi] = exact_limits(n, 0.95);
                    [n as f64 * per, lo * per, hi * per]
                });
                AreaRow { code: area.code.clone(), name: area.name.clone(), n, residents: area.residents, rate }
            })
            .collect();
        view
    }
}

impl ReleaseView {
    /// What the release says of itself.
    pub fn of(release: &Release) -> Self {
        let strands = release
            .recorded_analyses()
            .map(|a| (a.strand, a.n, (a.verdict == crate::hotspot::Verdict::Analysed).then_some(a.hotspots.len() as u32)))
            .collect();
        Self {
            id: release.id.clone(),
            month: release.month,
            window: release.window,
            months: release.months,
            as_known_on: release.as_known_on.to_string(),
            class: release.class,
            licence: release.licence.clone(),
            study_area: release.study_area.clone(),
            bounds: release.units.bounds(),
            resolution: release.resolution,
            resolutions: release.units.resolutions(),
            reconciliation: release.reconciliation,
            outside: release.outside,
            person_check: release.person_check,
            strands,
            not_analysed: not_analysed(release),
            filters: release.facts.filter_counts(&Filter { sources: SourceSet::ALL, ..Filter::over(release.window) }),
            evidence: release.evidence.clone(),
            areas: release.areas.iter().filter(|a| !a.code.is_empty()).map(|a| [a.code.clone(), a.name.clone()]).collect(),
            reference: release.reference.clone(),
            threshold: release.rule.threshold,
            feedback: release.feedback.clone(),
            breaks: release.breaks.inside(release.months).cloned().collect(),
            cautions: release.cautions(),
        }
    }
}
