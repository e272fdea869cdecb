//! Measures of success.

use super::{Period, bytes};
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::success::{DEFINITIONS_VERSION, Definition, Figure, Point, Series};
use hotspot_core::view::SuccessView;
use serde::Serialize;
use utoipa::ToSchema;

/// Measures of success. They are not added up, and none is graded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuccessAnswer<'a> {
    /// synthetic or open.
    class: &'static str,
    /// The day on which the latest of it was known.
    known_on: String,
    policy: SuccessPolicyEntry<'a>,
    /// Version of the definitions.
    definitions: &'static str,
    files: Vec<FileEntry<'a>>,
    measures: Vec<MeasureEntry<'a>>,
}

/// When a figure is given and a cohort is closed.
#[derive(Debug, Serialize, ToSchema)]
struct SuccessPolicyEntry<'a> {
    version: &'a str,
    /// Fewest effective respondents of a figure.
    minimum_effective: f64,
    /// Share of a cohort that is decided when it is closed.
    closed_share: f64,
}

/// A file that figures come from.
#[derive(Debug, Serialize, ToSchema)]
struct FileEntry<'a> {
    name: &'a str,
    sha256: &'a str,
}

/// A measure, by area and strand; without series where no figures were supplied.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureEntry<'a> {
    id: &'static str,
    title: &'static str,
    definition: &'static str,
    unit: &'static str,
    /// higher, lower or neither: which way is better.
    direction: &'static str,
    owner: &'static str,
    source: &'static str,
    /// count, proportion, survey, cohort, median or complete.
    kind: &'static str,
    /// How limits are made.
    interval: &'static str,
    /// Actions of the strategy.
    action: &'static str,
    series: Vec<SuccessSeries<'a>>,
}

/// A measure of an area and strand.
#[derive(Debug, Serialize, ToSchema)]
struct SuccessSeries<'a> {
    /// london, the name of a command unit, or the code of a borough.
    area: &'static str,
    area_name: &'static str,
    /// Null for all records.
    strand: Option<&'static str>,
    /// Months of each period.
    months: usize,
    /// Which of the periods is shown, from 0; null while no cohort is closed.
    shown: Option<usize>,
    /// What the control chart says of it, in words; empty for no signal.
    signals: Vec<String>,
    /// Why there is no control chart.
    no_chart: Option<String>,
    periods: Vec<PeriodEntry<'a>>,
}

/// A figure of a period, its value in the unit of the measure.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodEntry<'a> {
    period: Period,
    numerator: Option<u64>,
    /// Whole, cases, respondents or events.
    n: u64,
    effective_n: Option<f64>,
    /// Cases of a cohort that are not decided.
    open: Option<u64>,
    value: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    /// Why there is no value.
    status: Option<&'static str>,
    /// Of a cohort that is not closed: the least and the most that it can come to.
    range: Option<[f64; 2]>,
    /// Centre line and limits of the control chart.
    chart: Option<CourseChartEntry>,
    source: &'a str,
    note: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
struct CourseChartEntry {
    center: f64,
    lower: f64,
    upper: f64,
}

/// The measures as JSON: what the server and `hotspot factors --json` say. Of restricted figures only the analyst's own terminal gets it: the
/// server has released views alone.
pub fn success_json(view: &SuccessView) -> Vec<u8> {
    bytes(&document(view, None))
}

pub(crate) fn success(view: &Released<SuccessView>, measure: Option<&str>) -> Vec<u8> {
    bytes(&document(view, measure))
}

fn document<'a>(view: &'a SuccessView, measure: Option<&str>) -> SuccessAnswer<'a> {
    let policy = &view.factors.policy;
    SuccessAnswer {
        class: view.class.id(),
        known_on: view.known_on.to_string(),
        policy: SuccessPolicyEntry {
            version: &policy.version,
            minimum_effective: policy.minimum_effective,
            closed_share: policy.closed_share,
        },
        definitions: DEFINITIONS_VERSION,
        files: view.files.iter().map(|f| FileEntry { name: &f.name, sha256: &f.sha256 }).collect(),
        measures: Definition::all()
            .iter()
            .filter(|d| measure.is_none_or(|id| id == d.id))
            .map(|d| MeasureEntry {
                id: d.id,
                title: d.title,
                definition: d.definition,
                unit: d.unit,
                direction: d.direction.id(),
                owner: d.owner,
                source: d.source,
                kind: d.kind.id(),
                interval: d.kind.interval(),
                action: d.action,
                series: view.factors.of(d).map(series).collect(),
            })
            .collect(),
    }
}

fn series(series: &Series) -> SuccessSeries<'_> {
    SuccessSeries {
        area: series.area.id(),
        area_name: series.area.name(),
        strand: series.strand.map(Strand::id),
        months: series.months(),
        shown: series.shown,
        signals: series.signals().into_iter().map(|s| series.words(s)).collect(),
        no_chart: series.chart.as_ref().err().map(ToString::to_string),
        periods: series.points.iter().enumerate().map(|(at, point)| period(series, at, point)).collect(),
    }
}

fn period<'a>(series: &Series, at: usize, point: &'a Point) -> PeriodEntry<'a> {
    let limits = point.estimate.ok().and_then(|e| e.limits);
    let charted = series.chart.as_ref().ok().and_then(|c| Some(c.chart.points[c.rows.iter().position(|row| *row == at)?]));
    PeriodEntry {
        period: point.period.into(),
        numerator: match point.figure {
            Figure::Count(n) => Some(n),
            figure => figure.parts().map(|[part, _]| part),
        },
        n: point.figure.n(),
        effective_n: if let Figure::Survey { effective, .. } = point.figure { Some(effective) } else { None },
        open: if let Figure::Cohort { open, .. } = point.figure { Some(open) } else { None },
        value: point.estimate.ok().map(|e| e.value),
        lower: limits.map(|[lower, _]| lower),
        upper: limits.map(|[_, upper]| upper),
        status: point.estimate.err().map(hotspot_core::success::NoFigure::shorthand),
        range: point.open,
        chart: charted.map(|p| CourseChartEntry { center: p.center, lower: p.lower, upper: p.upper }),
        source: &point.source,
        note: &point.note,
    }
}
