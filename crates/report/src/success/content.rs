//! What a person reads of the measures, as the content of a page.

use super::tables::{state, strand_id};
use crate::challenge::EvidenceError;
use crate::chart::{ControlChartInput, Fit, Frame, MonthFigure, MonthlySeries, SparklineInput, control_chart, number, sparkline};
use hotspot_core::Strand;
use hotspot_core::month::MonthRange;
use hotspot_core::success::{Area, DEFINITIONS_VERSION, Definition, Estimated, Factors, Figure, Kind, Point, Series, period_words};
use hotspot_core::view::SuccessView;
use minijinja::{AutoEscape, Environment, Value, context};
use std::sync::LazyLock;

/// What the measures do not say.
pub(super) const LIMITS: [&str; 6] = [
    "The measures are not added up to a score, and none is graded: each has its own unit, its own uncertainty and its own owner.",
    "Recorded hate crime is not all hate crime. More records may mean more trust, more crime or better recording: neither way is better by \
     itself.",
    "A cohort is what was recorded in a period, followed to where it stands now. It is not a measure of what happened in that period, and the two \
     are never in one series or chart.",
    "A signal of a control chart says that something changed. It does not say what, why, or whether that is good.",
    "Measures that are read together give false alarms together: of thirty monthly charts, some signal is to be expected every few months.",
    "Strands overlap: an offence of two strands is in both, and strands are not to be added.",
];
/// Periods of a small line.
const LINE: usize = 36;
/// Months between two points of a chart with a month a point.
const MONTHLY: usize = 1;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("content", include_str!("content.html")).expect("the template is sound: a test draws it");
    environment
});

/// What was measured, in one sentence.
pub(super) fn summary(view: &SuccessView) -> String {
    let measured = Definition::all().iter().filter(|d| view.factors.of(d).next().is_some()).count();
    let signals = view.factors.series.iter().filter(|s| !s.signals().is_empty()).count();
    format!(
        "{measured} of {} measures have figures, in {} series by area and strand, as known on {}; the last figure of {} is a signal of its control \
         chart.",
        Definition::all().len(),
        number(view.factors.series.len() as f64, 0),
        view.known_on.strftime("%-d %B %Y"),
        if signals == 0 { "none".to_owned() } else { number(signals as f64, 0) }
    )
}

fn decimals(measure: &Definition) -> usize {
    usize::from(measure.kind != Kind::Count)
}

fn strand_words(strand: Option<Strand>) -> &'static str {
    strand.map_or("All records", Strand::label)
}

/// A value in its unit, or its marker.
fn value(measure: &Definition, point: &Point) -> String {
    match point.estimate {
        Ok(Estimated { value, .. }) => number(value, decimals(measure)),
        Err(why) => why.shorthand().to_owned(),
    }
}

/// Its limits, or why there are none.
fn limits(measure: &Definition, point: &Point) -> String {
    match point.estimate {
        Ok(Estimated { limits: Some([lower, upper]), .. }) => {
            let shown = |v| number(v, 1);
            format!("{} to {}", shown(lower), shown(upper))
        }
        Ok(_) if measure.kind == Kind::Complete => "all are counted".to_owned(),
        Ok(_) => "not supplied".to_owned(),
        Err(why) => why.to_string(),
    }
}

/// How many it is of.
fn n(measure: &Definition, point: &Point) -> String {
    let whole = |n: u64| number(n as f64, 0);
    match point.figure {
        Figure::Count(_) => "\u{2013}".to_owned(),
        Figure::Part { part, whole: all } if measure.kind == Kind::Complete => {
            format!("{} of {} {}, {} vacant", whole(part), whole(all), measure.kind.n(), whole(all - part))
        }
        Figure::Part { part, whole: all } => format!("{} of {} {}", whole(part), whole(all), measure.kind.n()),
        Figure::Cohort { reached, recorded, open } => {
            format!("{} of {} {}, {} open", whole(reached), whole(recorded), measure.kind.n(), whole(open))
        }
        Figure::Survey { respondents, effective, .. } => {
            format!("{} {}, effectively {}", whole(respondents), measure.kind.n(), number(effective, 1))
        }
        Figure::Median { n, .. } => format!("{} {}", whole(n), measure.kind.n()),
    }
}

/// What is said of a cohort that is still open.
fn open_words(point: &Point) -> String {
    match point.open {
        Some([least, most]) => format!("open: {} to {} in the end", number(least, 1), number(most, 1)),
        None => state(point).to_owned(),
    }
}

/// What the control chart says of the point shown.
fn signal_words(series: &Series) -> String {
    match &series.chart {
        Err(why) => why.to_string(),
        Ok(_) if series.signals().is_empty() => "no signal".to_owned(),
        Ok(_) => series.signals().iter().map(|s| series.words(s)).collect::<Vec<_>>().join("; "),
    }
}

/// The series that a measure is shown by: of London and all records. No borough stands for London.
fn main_series<'a>(factors: &'a Factors, measure: &'a Definition) -> Option<&'a Series> {
    factors.of(measure).find(|s| s.area == Area::London && s.strand.is_none())
}

fn place_words(series: &Series) -> String {
    match series.strand {
        None => series.area.name().to_owned(),
        Some(strand) => format!("{}, {}", series.area.name(), strand.label()),
    }
}

/// Every period between the first and the last, those without a row as gaps; `None` where periods do not follow one another in steps.
fn timeline(series: &Series) -> Option<Vec<Option<&Point>>> {
    let first = usize::from(series.points[0].period.from().index());
    let step = series.months();
    let mut line: Vec<Option<&Point>> = Vec::new();
    for point in &series.points {
        let after = usize::from(point.period.from().index()) - first;
        if after % step != 0 {
            return None;
        }
        line.resize(after / step, None);
        line.push(Some(point));
    }
    Some(line)
}

fn line(series: &Series, id: &str) -> Result<Option<String>, EvidenceError> {
    let Some(all) = timeline(series) else { return Ok(None) };
    let from = all.len().saturating_sub(LINE);
    // An open cohort would look like a fall.
    let closed = |p: &Point| if p.open.is_some() { None } else { p.estimate.ok().map(|e| e.value) };
    let values: Vec<Option<f64>> = all[from..].iter().map(|p| p.and_then(closed)).collect();
    let measure = series.measure;
    let title = format!("{}, {}, {}", measure.title, place_words(series), measure.unit);
    let input = SparklineInput { id, title: &title, values: &values, breaks: &[], limits: None, decimals: decimals(measure) };
    Ok(Some(sparkline(&input)?))
}

/// The control chart of months, with its narrow copy.
fn chart(series: &Series) -> Result<Option<String>, EvidenceError> {
    let (MONTHLY, Ok(made), Some(all)) = (series.months(), &series.chart, timeline(series)) else { return Ok(None) };
    let measure = series.measure;
    let start = series.points[0].period.from();
    let name = place_words(series);
    let n = series.points.iter().map(|p| p.figure.n()).sum();
    let mut months = MonthlySeries::new(&name, n, start, &[]);
    months.months = all
        .iter()
        .map(|point| MonthFigure {
            value: point.and_then(|p| p.estimate.ok()).map(|e| e.value),
            provisional: point.is_some_and(|p| p.open.is_some()),
            ..MonthFigure::default()
        })
        .collect();
    let place = |row: &usize| usize::from(series.points[*row].period.from().index() - start.index());
    months.add_chart(&made.rows.iter().map(place).collect::<Vec<_>>(), &made.chart)?;
    let title = format!("{}, {name}", measure.title);
    let draw = |id: &str, fit| {
        let unit = format!("{} a month{}", measure.unit, if measure.kind == Kind::Cohort { " of recording" } else { "" });
        let frame = Frame { id, title: &title, unit: &unit, decimals: decimals(measure), fit };
        control_chart(&ControlChartInput { frame, series: months.clone() })
    };
    let id = format!("chart-{}", measure.id);
    Ok(Some(format!("{}\n{}", draw(&id, Fit::Wide)?, draw(&format!("{id}-narrow"), Fit::Narrow)?)))
}

fn row(series: &Series, id: &str) -> Result<Value, EvidenceError> {
    let measure = series.measure;
    // Where no cohort is closed the latest one is said, as open.
    let point = series.shown().or_else(|| series.points.last());
    Ok(context! {
        place => series.area.name(),
        strand => strand_words(series.strand),
        period => point.map(|p| period_words(p.period)),
        value => point.map(|p| if p.open.is_some() { "[x]".to_owned() } else { value(measure, p) }),
        limits => point.map(|p| if p.open.is_some() { open_words(p) } else { limits(measure, p) }),
        n => point.map(|p| n(measure, p)),
        signal => signal_words(series),
        line => line(series, id)?,
    })
}

fn periods(series: &Series) -> Vec<Value> {
    let one = |p: &Point| {
        context! {
            period => period_words(p.period),
            value => value(series.measure, p),
            limits => limits(series.measure, p),
            n => n(series.measure, p),
            state => open_words(p),
            source => &p.source,
            note => &p.note,
        }
    };
    series.points.iter().rev().map(one).collect()
}

fn measure(factors: &Factors, definition: &'static Definition) -> Result<Value, EvidenceError> {
    let all: Vec<&Series> = factors.of(definition).collect();
    // Boroughs by strand are in the files: a table of them would not be read.
    let on_page = |s: &&&Series| s.area == Area::London || s.strand.is_none();
    let shown: Vec<&&Series> = all.iter().filter(on_page).collect();
    let rows: Vec<Value> = shown
        .iter()
        .map(|s| {
            let strand = strand_id(s.strand).replace('_', "-");
            let area: String = s.area.id().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            row(s, &format!("line-{}-{area}-{strand}", definition.id))
        })
        .collect::<Result<_, _>>()?;
    let main = main_series(factors, definition);
    let head = main.map(|series| {
        let point = series.shown();
        context! {
            place => place_words(series),
            value => point.map_or_else(|| "[x]".to_owned(), |p| value(definition, p)),
            limits => point.map_or_else(|| "no cohort is closed yet".to_owned(), |p| limits(definition, p)),
            n => point.or_else(|| series.points.last()).map(|p| n(definition, p)),
            period => point.or_else(|| series.points.last()).map(|p| period_words(p.period)),
            signal => signal_words(series),
            periods => periods(series),
        }
    });
    Ok(context! {
        id => definition.id,
        title => definition.title,
        definition => definition.definition,
        unit => definition.unit,
        direction => definition.direction.to_string(),
        owner => definition.owner,
        source => definition.source,
        action => definition.action,
        interval => definition.kind.interval(),
        cohort => definition.kind == Kind::Cohort,
        head,
        rows,
        more => all.len() - shown.len(),
        chart => main.map(chart).transpose()?.flatten(),
    })
}

/// The stages of London's latest cohort that is closed at every stage that was supplied.
fn funnel(factors: &Factors) -> Option<Value> {
    let stages: Vec<&Series> = Definition::all()
        .iter()
        .filter(|d| !d.family.is_empty() && d.kind == Kind::Cohort)
        .filter_map(|d| main_series(factors, d))
        .collect();
    let first = stages.first()?;
    let of = |series: &&Series, period: MonthRange| series.points.iter().find(|p| p.period == period).cloned();
    let rows = |period: MonthRange| stages.iter().map(|s| Some((s.measure, of(s, period)?))).collect::<Option<Vec<_>>>();
    let closed = first.points.iter().rev().find_map(|p| {
        let rows = rows(p.period)?;
        rows.iter().all(|(_, p)| p.open.is_none() && p.estimate.is_ok()).then_some((p.period, rows))
    });
    let Some((period, rows)) = closed else { return Some(context! { none => true }) };
    let recorded = rows.first().map_or(0, |(_, p)| p.figure.n());
    let rows: Vec<Value> = rows
        .iter()
        .map(|(measure, p)| {
            let [reached, _] = p.figure.parts().unwrap_or_default();
            let open = if let Figure::Cohort { open, .. } = p.figure { open } else { 0 };
            context! {
                title => measure.title,
                reached => number(reached as f64, 0),
                open => number(open as f64, 0),
                value => value(measure, p),
                limits => limits(measure, p),
            }
        })
        .collect();
    Some(context! { period => period_words(period), recorded => number(recorded as f64, 0), rows })
}

/// The content of a page with the measures: HTML without a head, for a page that has the classes of `base.html` of the server.
///
/// # Errors
/// [`EvidenceError`] when a chart cannot be drawn.
pub fn content(view: &SuccessView) -> Result<String, EvidenceError> {
    let factors = &view.factors;
    let of = |cohorts: bool| -> Result<Vec<Value>, EvidenceError> {
        let wanted = Definition::all().iter().filter(|d| (d.kind == Kind::Cohort) == cohorts);
        wanted.map(|d| measure(factors, d)).collect()
    };
    Ok(TEMPLATES.get_template("content")?.render(context! {
        summary => summary(view),
        limits => LIMITS,
        groups => [
            context! { title => "Measures of periods", cohort => false, measures => of(false)? },
            context! { title => "Measures of cohorts, by period of recording", cohort => true, measures => of(true)? },
        ],
        funnel => funnel(factors),
        minimum => number(factors.policy.minimum_effective, 0),
        closed => number(100.0 * factors.policy.closed_share, 0),
        policy => &factors.policy.version,
        definitions => DEFINITIONS_VERSION,
        files => view.files.iter().map(|f| context! { name => &f.name, sha256 => &f.sha256 }).collect::<Vec<_>>(),
    })?)
}
