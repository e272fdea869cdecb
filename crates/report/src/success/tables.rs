//! The tables of measures, from which every file is printed.
//!
//! | table | a row |
//! | --- | --- |
//! | [`VALUES`] | a measure of an area, strand and period: what was supplied, its value, its limits, and what the control chart says |
//! | [`MEASURES`] | a measure: what it is, which way is better, who answers for it |

use crate::challenge::tables::{Draft, yes};
use hotspot_core::Strand;
use hotspot_core::success::{Definition, Figure, Point, Series};
use hotspot_core::summary::tables::Table;
use hotspot_core::time::control_chart::{ChartPoint, Signal};
use hotspot_core::view::SuccessView;

/// Identifier of the table of values.
pub const VALUES: &str = "values";
/// Identifier of the table of measures.
pub const MEASURES: &str = "measures";

const IN_UNIT: &str = "unit";

/// A point of a series.
struct Row<'a> {
    series: &'a Series,
    at: usize,
    point: &'a Point,
}

impl Row<'_> {
    fn charted(&self) -> Option<(usize, ChartPoint)> {
        let chart = self.series.chart.as_ref().ok()?;
        let at = chart.rows.iter().position(|row| *row == self.at)?;
        Some((at, chart.chart.points[at]))
    }

    /// The signals that end here, in words.
    fn signals(&self) -> String {
        let (Some((at, _)), Ok(chart)) = (self.charted(), &self.series.chart) else { return String::new() };
        let here = chart.chart.signals.iter().filter(|s: &&Signal| s.to == at);
        here.map(|s| self.series.words(s)).collect::<Vec<_>>().join("; ")
    }
}

/// Where a cohort stands; of a measure of periods nothing.
pub(super) fn state(point: &Point) -> &'static str {
    match (point.figure, point.open) {
        (Figure::Cohort { .. }, Some(_)) => "open",
        (Figure::Cohort { .. }, None) => "closed",
        _ => "",
    }
}

/// `all`, or a strand.
pub(super) fn strand_id(strand: Option<Strand>) -> &'static str {
    strand.map_or("all", Strand::id)
}

/// The tables of measures.
pub fn tables(view: &SuccessView) -> Vec<Table> {
    vec![values(view), measures(view)]
}

fn values(view: &SuccessView) -> Table {
    let rows: Vec<Row<'_>> = view
        .factors
        .series
        .iter()
        .flat_map(|series| series.points.iter().enumerate().map(move |(at, point)| Row { series, at, point }))
        .collect();
    let whole = |n: u64| i64::try_from(n).ok();
    let estimate = |r: &Row<'_>| r.point.estimate.ok();
    let limits = |r: &Row<'_>| estimate(r).and_then(|e| e.limits);
    Draft::of(&rows)
        .text("measure", "Measure", |r| r.series.measure.id.to_owned())
        .text("title", "What it is called", |r| r.series.measure.title.to_owned())
        .text("area", "Area: london, command unit or code of a borough", |r| r.series.area.id().to_owned())
        .text("area_name", "Name of the area", |r| r.series.area.name().to_owned())
        .text("strand", "Strand, or all records; strands overlap", |r| strand_id(r.series.strand).to_owned())
        .text("period_start", "First day", |r| r.point.period.from().first_day().to_string())
        .text("period_end", "Last day", |r| r.point.period.to().last_day().to_string())
        .text("unit", "Unit of the value", |r| r.series.measure.unit.to_owned())
        .text("direction", "Which way is better", |r| r.series.measure.direction.id().to_owned())
        .text("state", "Of a cohort: closed, or open while its value may still change", |r| state(r.point).to_owned())
        .text("shown", "Whether it is the one that the measure shows", |r| yes(r.series.shown == Some(r.at)))
        .integer("numerator", "", "Part, or count", |r| match r.point.figure {
            Figure::Count(n) => whole(n),
            figure => figure.parts().and_then(|[part, _]| whole(part)),
        })
        .integer("n", "", "Whole, cases, or respondents", |r| whole(r.point.figure.n()))
        .decimal("effective_n", "", "Effective respondents", |r| match r.point.figure {
            Figure::Survey { effective, .. } => Some(effective),
            _ => None,
        })
        .integer("open", "", "Cases of a cohort that are not decided", |r| match r.point.figure {
            Figure::Cohort { open, .. } => whole(open),
            _ => None,
        })
        .decimal("value", IN_UNIT, "Value", |r| estimate(r).map(|e| e.value))
        .decimal("lower", IN_UNIT, "Value: lower 95% limit", |r| limits(r).map(|[lower, _]| lower))
        .decimal("upper", IN_UNIT, "Value: upper 95% limit", |r| limits(r).map(|[_, upper]| upper))
        .text("status", "Marker where there is no value: [c] too few respondents, [z] nothing to take a share of", |r| {
            r.point.estimate.err().map_or_else(String::new, |why| why.shorthand().to_owned())
        })
        .decimal("least", IN_UNIT, "Of an open cohort: if none of its open cases gets there", |r| {
            r.point.open.map(|[least, _]| least)
        })
        .decimal("most", IN_UNIT, "Of an open cohort: if all of them do", |r| r.point.open.map(|[_, most]| most))
        .decimal("chart_center", IN_UNIT, "Control chart: centre line", |r| r.charted().map(|(_, p)| p.center))
        .decimal("chart_lower", IN_UNIT, "Control chart: lower limit", |r| r.charted().map(|(_, p)| p.lower))
        .decimal("chart_upper", IN_UNIT, "Control chart: upper limit", |r| r.charted().map(|(_, p)| p.upper))
        .text("signal", "Signals of the control chart that end here", Row::signals)
        .text("source", "Who says so", |r| r.point.source.clone())
        .text("note", "Remark", |r| r.point.note.clone())
        .of_class(VALUES, "A measure of an area, strand and period.", view.class)
}

fn measures(view: &SuccessView) -> Table {
    Draft::of(Definition::all())
        .text("measure", "Measure", |d| d.id.to_owned())
        .text("title", "What it is called", |d| d.title.to_owned())
        .text("definition", "What it counts", |d| d.definition.to_owned())
        .text("unit", "Unit of the value", |d| d.unit.to_owned())
        .text("direction", "Which way is better", |d| d.direction.to_string())
        .text("owner", "Who answers for it", |d| d.owner.to_owned())
        .text("source", "Where it comes from", |d| d.source.to_owned())
        .text("kind", "Kind of figure", |d| d.kind.id().to_owned())
        .text("interval", "How its limits are made", |d| d.kind.interval().to_owned())
        .text("family", "Measures with which it shares a denominator", |d| d.family.to_owned())
        .text("after", "The stage before it", |d| d.after.to_owned())
        .text("action", "Actions of the strategy", |d| d.action.to_owned())
        .integer("series", "", "Areas and strands with a figure", |d| Some(view.factors.of(d).count() as i64))
        .of_class(MEASURES, "What each measure is.", view.class)
}
