//! Measures of success: is what was meant to get better getting better?
//!
//! | question | here |
//! | --- | --- |
//! | what is measured, in which unit, which way is better, who answers for it? | [`Definition`] |
//! | do supplied figures hold together? | [`check`] |
//! | what is each value, how sure is it, and is the last one unlike those before? | [`factors`] |
//!
//! # What is not here
//! No score over measures and no grade: a sum of unlike things hides each of them, and a colour is an opinion without its reason.
//!
//! # Values
//! | kind | value | 95 % limits |
//! | --- | --- | --- |
//! | count | events of the period | Poisson, exact below 10, Byar's from 10 on ([`crate::rate::phe_limits`]) |
//! | proportion, cohort | 100 · part / whole | Clopper and Pearson |
//! | survey | weighted share, as supplied | Wilson on the effective number of respondents |
//! | median | as supplied | as supplied |
//! | complete | 100 · part / whole | none: all are counted |
//!
//! **Too few.** A survey figure of fewer effective respondents than [`SuccessPolicy::minimum_effective`] is not given.
//!
//! # Cohorts and periods
//! A cohort is what was *recorded* in a period, followed to where it stands now; a period measure is what *happened* in it. The two are
//! never in one series. Young cohorts look worse than they will be: a cohort is **closed** when at least
//! [`SuccessPolicy::closed_share`] of it is decided. The latest closed one is what the measure shows, only closed ones are charted, and an
//! open one is given with the range in which its value will end: all of its open cases lost, or all of them won.
//!
//! # Signals
//! A control chart of the periods that follow one another without a gap, since the last break of recording for counts of records and
//! cohorts of them; the last [`JUDGED`] are judged by those before, of which [`YEAR`] at least are needed. Counts have the chart of the
//! monthly summary, everything else XmR. A signal says that something changed, not what and not whether it is good.
//!
//! # Pitfalls
//! Thirty measures that are read together give a false alarm every few months. A share of few cases has wide limits, and its chart does
//! not know them. Twelve quarters are three years: the baseline may hold a change of its own.

mod check;
mod definition;
mod figure;

pub use check::{Broken, Entry, Field, check};
pub use definition::{DEFINITIONS, DEFINITIONS_VERSION, Definition, Direction, Kind};
pub use figure::{Estimated, Figure, NoFigure};

use crate::atlas::Atlas;
use crate::error::Result;
use crate::incident::Strand;
use crate::month::{BreakRegistry, MonthRange};
use crate::policy::quantity;
use crate::summary::figures::{JUDGED, YEAR, chart_of, judged};
use crate::time::control_chart::{ControlChart, Signal, xmr};
use check::by_series;
use std::fmt;

/// When a figure is given and a cohort is closed.
pub const POLICY: &str = include_str!("../../../../data/policy/success-1.csv");
/// Its version: the name of its file.
pub const POLICY_VERSION: &str = "success-1";

/// When a figure is given and a cohort is closed.
#[derive(Debug, Clone, PartialEq)]
pub struct SuccessPolicy {
    /// Version: the name of its file.
    pub version: String,
    /// Fewest effective respondents of a figure.
    pub minimum_effective: f64,
    /// Share of a cohort that is decided when it counts as closed.
    pub closed_share: f64,
}

impl SuccessPolicy {
    /// The policy that the program carries.
    pub fn current() -> Self {
        let value = |name| quantity(POLICY, name);
        Self {
            version: POLICY_VERSION.to_owned(),
            minimum_effective: value("minimum_effective"),
            closed_share: value("closed_share"),
        }
    }
}

/// Where something was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    /// All of London.
    London,
    /// A Basic Command Unit, by name.
    CommandUnit(&'static str),
    /// A borough, by code.
    Borough(&'static str),
}

impl Area {
    /// `london`, the name of a command unit, or the code or name of a borough; case does not matter.
    ///
    /// ```
    /// use hotspot_core::success::Area;
    ///
    /// assert_eq!(Area::of("e09000007"), Area::of("Camden"));
    /// assert_eq!(Area::of("Camden").map(Area::name), Some("Camden"));
    /// assert_eq!(Area::of("Leeds"), None);
    /// ```
    pub fn of(text: &str) -> Option<Self> {
        let wanted = text.trim();
        let is = |name: &str| name.eq_ignore_ascii_case(wanted);
        let boroughs = Atlas::london().boroughs();
        if is("london") {
            return Some(Self::London);
        }
        if let Some(borough) = boroughs.iter().find(|b| is(&b.code) || is(&b.name)) {
            return Some(Self::Borough(&borough.code));
        }
        boroughs.iter().filter_map(|b| b.bcu.as_deref()).find(|bcu| is(bcu)).map(Self::CommandUnit)
    }

    /// Identifier: `london`, a name, or a code.
    pub const fn id(self) -> &'static str {
        match self {
            Self::London => "london",
            Self::CommandUnit(id) | Self::Borough(id) => id,
        }
    }

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::London => "London",
            Self::CommandUnit(name) => name,
            Self::Borough(code) => Atlas::london().boroughs().iter().find(|b| b.code == code).map_or(code, |b| &b.name),
        }
    }
}

/// A period of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its months.
    pub period: MonthRange,
    /// As supplied.
    pub figure: Figure,
    /// Value and limits, or why there is none.
    pub estimate: std::result::Result<Estimated, NoFigure>,
    /// Of a cohort that is still open: the least and the most that it can come to.
    pub open: Option<[f64; 2]>,
    /// Who says so.
    pub source: String,
    /// A remark; may be empty.
    pub note: String,
}

/// Why there is no control chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoChart {
    /// Fewer than fifteen periods in a row.
    TooFewPeriods,
    /// Fewer than fifteen since recording changed.
    Break,
}

impl fmt::Display for NoChart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot tell: fewer than {} periods in a row with a figure", YEAR + JUDGED)?;
        if *self == Self::Break { f.write_str(" since recording changed") } else { Ok(()) }
    }
}

/// Limits and signals of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesChart {
    /// The points of the series that are the points of the chart.
    pub rows: Vec<usize>,
    /// Limits and signals.
    pub chart: ControlChart,
}

/// A measure of an area and strand over its periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What is measured.
    pub measure: &'static Definition,
    /// Where.
    pub area: Area,
    /// Of which strand, or of all records.
    pub strand: Option<Strand>,
    /// By period, at least one.
    pub points: Vec<Point>,
    /// The point that the measure shows: the last, of a cohort the last closed one.
    pub shown: Option<usize>,
    /// Control chart up to the last closed period with a figure.
    pub chart: std::result::Result<SeriesChart, NoChart>,
}

impl Series {
    /// Months of each period.
    pub fn months(&self) -> usize {
        self.points[0].period.len()
    }

    /// The point that the measure shows.
    pub fn shown(&self) -> Option<&Point> {
        self.points.get(self.shown?)
    }

    /// Signals that end with the point shown.
    pub fn signals(&self) -> Vec<&Signal> {
        let Ok(SeriesChart { rows, chart }) = &self.chart else { return Vec::new() };
        chart.signals.iter().filter(|s| Some(rows[s.to]) == self.shown).collect()
    }

    /// What a signal says.
    pub fn words(&self, signal: &Signal) -> String {
        let Ok(SeriesChart { rows, .. }) = &self.chart else { return String::new() };
        let [first, last] = [signal.from, signal.to].map(|at| self.points[rows[at]].period);
        if signal.from == signal.to {
            return signal.between(&period_words(first), "", 1);
        }
        signal.between(&first.from().in_words(), &last.to().in_words(), signal.to + 1 - signal.from)
    }
}

/// `March 2026`, or `January to March 2026`.
pub fn period_words(period: MonthRange) -> String {
    let (from, to) = (period.from(), period.to());
    match (from == to, from.year() == to.year()) {
        (true, _) => from.in_words(),
        (false, true) => format!("{} to {}", from.name(), to.in_words()),
        (false, false) => format!("{} to {}", from.in_words(), to.in_words()),
    }
}

/// Every series, by measure in the order of the definitions, then area and strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// By which the figures were given.
    pub policy: SuccessPolicy,
    /// Series.
    pub series: Vec<Series>,
}

impl Factors {
    /// The series of a measure.
    pub fn of<'a>(&'a self, measure: &'a Definition) -> impl Iterator<Item = &'a Series> {
        self.series.iter().filter(move |s| s.measure.id == measure.id)
    }
}

/// Values, limits, charts and signals of figures that [`check`] let through.
///
/// # Errors
/// [`crate::Error::Row`] when the figures break a rule of [`check`].
///
/// ```
/// use hotspot_core::month::{BreakRegistry, MonthRange};
/// use hotspot_core::success::{Area, Definition, Entry, Figure, SuccessPolicy, factors};
///
/// let entry = Entry {
///     measure: Definition::of("victim_satisfaction").expect("a measure"),
///     period: MonthRange::ending("2026-03".parse()?, 12),
///     area: Area::London,
///     strand: None,
///     figure: Figure::Survey { percent: 65.0, respondents: 140, effective: 100.0 },
///     source: "survey".to_owned(),
///     note: String::new(),
/// };
/// let made = factors(&[entry], &BreakRegistry::default(), &SuccessPolicy::current())?;
/// let shown = made.series[0].shown().expect("a point");
/// let limits = shown.estimate.expect("enough respondents").limits.expect("limits");
/// assert!((limits[0] - 55.2544).abs() < 1e-4 && (limits[1] - 73.6358).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn factors(entries: &[Entry], breaks: &BreakRegistry, policy: &SuccessPolicy) -> Result<Factors> {
    check(entries).map_err(|broken| crate::Error::Row { table: "measures", row: broken.row as u32, rule: broken.rule })?;
    let series = by_series(entries)
        .into_values()
        .map(|rows| one(&rows.iter().map(|row| &entries[*row]).collect::<Vec<_>>(), breaks, policy))
        .collect::<Result<_>>()?;
    Ok(Factors { policy: policy.clone(), series })
}

fn one(entries: &[&Entry], breaks: &BreakRegistry, policy: &SuccessPolicy) -> Result<Series> {
    let Entry { measure, area, strand, .. } = entries[0];
    let points: Vec<Point> = entries
        .iter()
        .map(|entry| Point {
            period: entry.period,
            figure: entry.figure,
            estimate: entry.figure.estimate(measure.kind, policy),
            open: open(&entry.figure, policy),
            source: entry.source.clone(),
            note: entry.note.clone(),
        })
        .collect();
    let shown = points.iter().rposition(|p| p.open.is_none());
    let chart = chart(&points, measure.kind, *area, breaks)?;
    Ok(Series { measure, area: *area, strand: *strand, points, shown, chart })
}

/// The range in which a cohort will end, where too much of it is open.
fn open(figure: &Figure, policy: &SuccessPolicy) -> Option<[f64; 2]> {
    let Figure::Cohort { reached, recorded, open } = *figure else { return None };
    let share = |n: u64| 100.0 * n as f64 / recorded as f64;
    let decided = (recorded - open) as f64;
    (recorded > 0 && decided < policy.closed_share * recorded as f64).then(|| [share(reached), share(reached + open)])
}

fn chart(points: &[Point], kind: Kind, area: Area, breaks: &BreakRegistry) -> Result<std::result::Result<SeriesChart, NoChart>> {
    let fit = |p: &Point| p.open.is_none() && p.estimate.is_ok();
    let Some(last) = points.iter().rposition(fit) else { return Ok(Err(NoChart::TooFewPeriods)) };
    let follows = |at: &usize| *at == last || points[*at].period.to().plus(1) == points[at + 1].period.from();
    let mut rows: Vec<usize> = (0..=last).rev().take_while(|at| fit(&points[*at]) && follows(at)).collect();
    rows.reverse();
    let in_a_row = rows.len();
    if matches!(kind, Kind::Count | Kind::Cohort) {
        rows = unbroken(points, rows, area, breaks);
    }
    if rows.len() < YEAR + JUDGED {
        return Ok(Err(if rows.len() < in_a_row { NoChart::Break } else { NoChart::TooFewPeriods }));
    }
    let of = |at: &usize| points[*at].figure;
    let counts: Vec<u64> = rows.iter().filter_map(|at| if let Figure::Count(n) = of(at) { Some(n) } else { None }).collect();
    let chart = if kind == Kind::Count {
        chart_of(&counts)?
    } else {
        let values: Vec<f64> = rows.iter().filter_map(|at| points[*at].estimate.ok()).map(|e| e.value).collect();
        xmr(&values, &judged(values.len()))?
    };
    Ok(Ok(SeriesChart { rows, chart }))
}

/// The rows since the last break that concerns the area: their periods have none but whole months after it.
fn unbroken(points: &[Point], mut rows: Vec<usize>, area: Area, breaks: &BreakRegistry) -> Vec<usize> {
    let [Some(first), Some(last)] = [rows.first(), rows.last()].map(|row| row.map(|at| points[*at].period)) else { return rows };
    let Some(range) = MonthRange::new(first.from(), last.to()) else { return rows };
    let codes: &[&str] = if let Area::Borough(code) = area { &[code] } else { &[] };
    let (whole, _) = breaks.since(range, |b| b.concerns(codes.iter().copied()));
    rows.retain(|at| whole.is_some_and(|whole| points[*at].period.from() >= whole.from()));
    rows
}

#[cfg(test)]
mod tests;
