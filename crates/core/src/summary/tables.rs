//! The tables of a publication: columns with their units and meanings, from which every file is printed.
//!
//! | table | a row |
//! | --- | --- |
//! | [`FIGURES`] | what is measured of a place and strand in the month |
//! | [`HISTORY`] | the records of a place, strand and month, beside what earlier editions said; the next edition is compared with it |
//! | [`BREAKDOWN`] | the records of the month by place, strand, offence group and source, and how many of them are provisional |
//! | [`OUTCOMES`] | the records of a month of recording by where their investigation stands |
//! | [`REVISIONS`] | a figure that the edition before had otherwise |
//! | [`SIGNALS`] | a signal of a control chart in the last three months |
//! | [`SIMILAR`] | a borough of a group of similar ones |
//! | [`HOTSPOTS`] | a hotspot of the release, or one that has ended |
//! | [`DICTIONARY`] | a table, a column, a measure or a marker |
//!
//! A decimal is rounded to [`DECIMALS`] places here, so that every file has the same number.

use super::figures::{Gap, JUDGED, Marked};
use super::measure::status;
use super::{Basis, Counted, Cube, Groups, Measure, Place, Summary};
use crate::hotspot::{Hotspot, StrandAnalysis};
use crate::incident::{FlagStatus, Offence, Outcome, Source as Reported, Strand};
use crate::month::{Month, MonthRange};
use crate::release::DataClass;
use crate::time::control_chart::{Rule, Side};

/// Identifier of the table of figures.
pub const FIGURES: &str = "figures";
/// Identifier of the table of all months.
pub const HISTORY: &str = "history";
/// Identifier of the table of parts of the month.
pub const BREAKDOWN: &str = "breakdown";
/// Identifier of the table of outcomes.
pub const OUTCOMES: &str = "outcomes";
/// Identifier of the table of revisions.
pub const REVISIONS: &str = "revisions";
/// Identifier of the table of signals.
pub const SIGNALS: &str = "signals";
/// Identifier of the table of similar boroughs.
pub const SIMILAR: &str = "similar";
/// Identifier of the table of hotspots.
pub const HOTSPOTS: &str = "hotspots";
/// Identifier of the table of columns.
pub const DICTIONARY: &str = "dictionary";

/// Decimal places of a number that is not whole.
pub const DECIMALS: i32 = 4;

/// What stands beside a figure, or in place of one.
pub const MARKERS: [(&str, &str); 6] = [
    ("[b]", "Not compared across a break in the series."),
    ("[c]", "Withheld by the publisher, or would tell a figure that is."),
    ("[p]", "Provisional: some of the records have a hate flag that is still under review."),
    ("[r]", "Revised: the edition before had another figure."),
    ("[x]", "Not available: no figure is there, months are too few, or late reports are still to come."),
    ("[z]", "Not applicable, such as a rate without a fit denominator or a percentage of a small base."),
];

/// Months of recording whose outcomes are given.
pub const OUTCOME_MONTHS: u16 = 36;

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Text; empty for none.
    Text(Vec<String>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Decimal numbers, finite.
    Decimal(Vec<Option<f64>>),
}

impl Values {
    /// Number of rows.
    pub const fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Decimal(v) => v.len(),
        }
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Identifier of the type: `text`, `integer`, `decimal`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "integer",
            Self::Decimal(_) => "decimal",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Identifier.
    pub name: &'static str,
    /// Unit of a number, or the form of a text; empty for plain text.
    pub unit: &'static str,
    /// Meaning.
    pub what: &'static str,
    /// Values.
    pub values: Values,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Identifier.
    pub id: &'static str,
    /// What a row is.
    pub what: &'static str,
    /// Columns of equal length.
    pub columns: Vec<Column>,
}

impl Table {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column with this identifier.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// From what the tables are made.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What was counted.
    pub cube: &'a Cube,
    /// What is said of it.
    pub summary: &'a Summary,
    /// Similar boroughs.
    pub groups: &'a Groups,
    /// Hotspots of the release of the month, where there is one.
    pub hotspots: Option<&'a [StrandAnalysis]>,
    /// Class of the records: stands in every row.
    pub class: DataClass,
}

/// Every table that has a row, the dictionary of their columns last. Of revisions and signals it is said that there is none.
pub fn tables(from: &Source<'_>) -> Vec<Table> {
    let mut all = layouts(from);
    all.retain(|t| t.id == REVISIONS || t.id == SIGNALS || !t.is_empty());
    all.push(dictionary(&all, &Measure::ALL, &MARKERS));
    all
}

/// Every table but the dictionary, also those without a row: their columns do not depend on what was counted.
pub fn layouts(from: &Source<'_>) -> Vec<Table> {
    vec![
        figures(from),
        history(from),
        breakdown(from),
        outcomes(from),
        revisions(from),
        signals(from),
        similar(from),
        hotspots(from),
    ]
}

/// A decimal as files have it.
pub fn rounded(value: f64) -> f64 {
    let scale = 10f64.powi(DECIMALS);
    // No sign on a zero.
    (value * scale).round() / scale + 0.0
}

/// Columns under construction.
pub(super) struct Rows<'a, T> {
    rows: &'a [T],
    columns: Vec<Column>,
}

impl<'a, T> Rows<'a, T> {
    pub(super) const fn of(rows: &'a [T]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    pub(super) fn text(mut self, name: &'static str, unit: &'static str, what: &'static str, value: impl Fn(&T) -> String) -> Self {
        let values = Values::Text(self.rows.iter().map(value).collect());
        self.columns.push(Column { name, unit, what, values });
        self
    }

    pub(super) fn integer(
        mut self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        value: impl Fn(&T) -> Option<i64>,
    ) -> Self {
        let values = Values::Integer(self.rows.iter().map(value).collect());
        self.columns.push(Column { name, unit, what, values });
        self
    }

    pub(super) fn decimal(
        mut self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        value: impl Fn(&T) -> Option<f64>,
    ) -> Self {
        let values = Values::Decimal(self.rows.iter().map(|row| value(row).filter(|v| v.is_finite()).map(rounded)).collect());
        self.columns.push(Column { name, unit, what, values });
        self
    }

    fn month(self, value: impl Fn(&T) -> Month) -> Self {
        self.text("month", "YYYY-MM", "Month.", |row| value(row).to_string())
    }

    fn basis(self, value: impl Fn(&T) -> Basis) -> Self {
        let what = "By which date records are put into the month: recorded (when the police recorded them; of published counts the publisher's \
                    month) or occurred (when it happened).";
        self.text("basis", "", what, |row| value(row).id().to_owned())
    }

    fn place<'p>(self, place: impl Fn(&T) -> &'p Place) -> Self {
        self.text(
            "level",
            "",
            "What the place is: london, bcu (Basic Command Unit), borough, elsewhere (no borough) or area (supplied).",
            |row| place(row).level.id().to_owned(),
        )
        .text("code", "GSS code", "Code of the place; empty for what has none.", |row| place(row).code.clone())
        .text("place", "", "Name of the place.", |row| place(row).name.clone())
    }

    pub(super) fn strand(self, value: impl Fn(&T) -> Option<Strand>) -> Self {
        let what = "Strand, or all. Strands overlap and nest: a record with two strands stands in both; they must not be added up.";
        self.text("strand", "", what, |row| strand_id(value(row)).to_owned())
    }

    fn status(self, value: impl Fn(&T) -> &'static str) -> Self {
        let what = "Marker: [b] not compared across a break in the series, [c] withheld, [p] provisional, [r] revised, [x] not available, [z] not \
                    applicable; empty for a plain figure.";
        self.text("status", "", what, |row| value(row).to_owned())
    }

    pub(super) fn into_table(self, id: &'static str, what: &'static str, class: DataClass) -> Table {
        let table = self
            .text("class", "", "Class of the records: synthetic (about nobody), open or restricted.", |_| class.id().to_owned());
        Table { id, what, columns: table.columns }
    }
}

/// How a strand stands in files.
pub fn strand_id(strand: Option<Strand>) -> &'static str {
    strand.map_or("all", Strand::id)
}

fn records(value: Marked<u32>) -> Option<i64> {
    value.ok().map(i64::from)
}

fn figures(from: &Source<'_>) -> Table {
    let rows: Vec<_> = from
        .summary
        .series
        .iter()
        .filter(|s| from.cube.has(s.basis, s.place, s.strand) || from.cube.has(s.basis, 0, s.strand))
        .flat_map(|s| s.observations().into_iter().map(move |o| (s, o)))
        // What is never measured of published counts, or of a date, is no row.
        .filter(|(s, o)| match o.measure {
            Measure::Nowcast => s.basis == Basis::Occurred,
            Measure::Provisional | Measure::Online | Measure::NoPlace | Measure::Victims | Measure::RepeatVictims => {
                !from.cube.tallies().is_empty()
            }
            _ => true,
        })
        .collect();
    Rows::of(&rows)
        .month(|_| from.summary.month)
        .basis(|(s, _)| s.basis)
        .place(|(s, _)| &from.cube.places()[usize::from(s.place)])
        .strand(|(s, _)| s.strand)
        .text("measure", "", "What is measured: the dictionary has a row for each.", |(_, o)| o.measure.id().to_owned())
        .decimal("value", "that of the measure", "The figure; empty where the status says why there is none.", |(_, o)| {
            o.value.ok()
        })
        .decimal("lower", "that of the measure", "Lower 95% limit, or that of the control chart; empty for none.", |(_, o)| {
            o.limits.map(|l| l[0])
        })
        .decimal("upper", "that of the measure", "Upper 95% limit, or that of the control chart; empty for none.", |(_, o)| {
            o.limits.map(|l| l[1])
        })
        .status(|(_, o)| o.status())
        .into_table(FIGURES, "What is measured of a place and strand in the month.", from.class)
}

fn history(from: &Source<'_>) -> Table {
    Rows::of(&from.summary.history)
        .month(|r| r.month)
        .basis(|r| r.basis)
        .place(|r| &from.cube.places()[usize::from(r.place)])
        .strand(|r| r.strand)
        .integer("records", "records", "Records of the month, as known now.", |r| records(r.published.records))
        .integer("first_records", "records", "Records of the month in the edition that had it first.", |r| {
            records(r.published.first)
        })
        .text("first_status", "", "Marker of that figure: [c] or [x] where it was none.", |r| {
            status(r.published.first.err(), false, false).to_owned()
        })
        .text("first_edition", "YYYY-MM", "The month of the edition that had it first.", |r| r.published.first_edition.to_string())
        .status(|r| status(r.published.records.err(), r.provisional > 0, r.is_revised()))
        .into_table(HISTORY, "Records of a place, strand and month, beside what was published first.", from.class)
}

fn breakdown(from: &Source<'_>) -> Table {
    struct Row {
        basis: Basis,
        part: super::Part,
        all: Counted,
        provisional: Counted,
    }
    let month = from.summary.month;
    let mut rows: Vec<Row> = Vec::new();
    for basis in from.cube.bases() {
        for (part, counted) in from.cube.breakdown(*basis, month) {
            match part.status {
                None => rows.push(Row { basis: *basis, part, all: counted, provisional: Counted::default() }),
                // All of a part stand before those with a status: what is provisional is columns of that row, the rest is confirmed.
                Some(FlagStatus::Provisional) => {
                    if let Some(all) = rows.last_mut() {
                        all.provisional = counted;
                    }
                }
                Some(_) => {}
            }
        }
    }
    let all = |id: Option<&'static str>| id.unwrap_or("all").to_owned();
    Rows::of(&rows)
        .month(|_| month)
        .basis(|r| r.basis)
        .place(|r| &from.cube.places()[usize::from(r.part.place)])
        .strand(|r| r.part.strand)
        .text("offence", "", "Offence group, or all.", |r| all(r.part.offence.map(Offence::id)))
        .text("source", "", "Who reported it, or all; what several reported stands in the line of each.", |r| {
            all(r.part.source.map(Reported::id))
        })
        .integer("records", "records", "Records of the month in the part.", |r| Some(r.all.recorded.into()))
        .integer("online", "records", "Of these, records of what happened online.", |r| Some(r.all.online.into()))
        .integer("no_place", "records", "Of these, records without a place.", |r| Some(r.all.no_place.into()))
        .integer("provisional", "records", "Of the records, those whose hate flag is still under review; the others are confirmed.", |r| {
            Some(r.provisional.recorded.into())
        })
        .integer("provisional_online", "records", "Of the provisional ones, records of what happened online.", |r| {
            Some(r.provisional.online.into())
        })
        .integer("provisional_no_place", "records", "Of the provisional ones, records without a place.", |r| {
            Some(r.provisional.no_place.into())
        })
        .into_table(
            BREAKDOWN,
            "Records of the month by place, strand, offence group and source: all in a column stands for all of a kind, so lines must not be \
             added up.",
            from.class,
        )
}

fn outcomes(from: &Source<'_>) -> Table {
    let months = MonthRange::ending(from.summary.month, OUTCOME_MONTHS);
    let rows: Vec<_> = from
        .cube
        .outcomes(months)
        .into_iter()
        .flat_map(|(key, counts)| {
            let total: u32 = counts.iter().sum();
            Outcome::ALL
                .iter()
                .zip(counts)
                .filter(|(_, n)| *n > 0)
                .map(move |(outcome, n)| (key, *outcome, n, total))
                .collect::<Vec<_>>()
        })
        .collect();
    Rows::of(&rows)
        .month(|(key, ..)| key.2)
        .place(|(key, ..)| &from.cube.places()[usize::from(key.0)])
        .strand(|(key, ..)| key.1)
        .text("outcome", "", "Where the investigation stands now; under_investigation is open.", |(_, o, ..)| o.id().to_owned())
        .integer("records", "records", "Records with this outcome.", |(_, _, n, _)| Some(i64::from(*n)))
        .integer("of", "records", "All records of the cohort.", |(.., total)| Some(i64::from(*total)))
        .into_table(
            OUTCOMES,
            "Records by month of recording and where their investigation stands now: late months are still open.",
            from.class,
        )
}

fn revisions(from: &Source<'_>) -> Table {
    let rows: Vec<_> = from.summary.revisions().copied().collect();
    let marker = |value: Marked<u32>| status(value.err(), false, false).to_owned();
    let before = |row: &super::HistoryRow| row.before.unwrap_or(Err(Gap::NotAvailable));
    Rows::of(&rows)
        .month(|r| r.month)
        .basis(|r| r.basis)
        .place(|r| &from.cube.places()[usize::from(r.place)])
        .strand(|r| r.strand)
        .text("first_edition", "YYYY-MM", "The month of the edition that had the figure first.", |r| {
            r.published.first_edition.to_string()
        })
        .integer("first_records", "records", "The figure in that edition.", |r| records(r.published.first))
        .text("first_status", "", "Its marker.", |r| marker(r.published.first))
        .integer("before_records", "records", "The figure in the edition before this one.", |r| records(before(r)))
        .text("before_status", "", "Its marker.", |r| marker(before(r)))
        .integer("records", "records", "The figure now.", |r| records(r.published.records))
        .integer("change", "records", "The figure now less that of the edition before.", |r| {
            Some(records(r.published.records)? - records(before(r))?)
        })
        .status(|r| status(r.published.records.err(), r.provisional > 0, true))
        .into_table(REVISIONS, "Figures that the edition before had otherwise.", from.class)
}

fn signals(from: &Source<'_>) -> Table {
    let mut rows = Vec::new();
    for series in from.summary.series.iter().filter(|s| from.cube.has(s.basis, s.place, s.strand)) {
        if let Ok(chart) = &series.figures.chart {
            let judged = chart.months.len() - JUDGED;
            rows.extend(chart.chart.signals.iter().filter(|s| s.to >= judged).map(|s| (series, chart, s)));
        }
    }
    Rows::of(&rows)
        .month(|(_, c, s)| c.months.from().plus(s.to as u16))
        .text("from", "YYYY-MM", "First month of the signal.", |(_, c, s)| c.months.from().plus(s.from as u16).to_string())
        .basis(|(s, ..)| s.basis)
        .place(|(s, ..)| &from.cube.places()[usize::from(s.place)])
        .strand(|(s, ..)| s.strand)
        .text(
            "rule",
            "",
            "outside (a month beyond a limit), run (seven or more on one side of the centre line), trend (seven or more rising or falling), \
             two_of_three (near a limit), moving_range (a step larger than its limit).",
            |(.., s)| rule_id(s.rule).to_owned(),
        )
        .text("side", "", "above or below; of a trend or step up or down.", |(.., s)| {
            if s.side == Side::Above { "above" } else { "below" }.to_owned()
        })
        .text("words", "", "The signal in words.", |(_, c, s)| {
            let at = |point: usize| c.months.from().plus(point as u16);
            s.words(at(s.from), at(s.to), s.to - s.from + 1)
        })
        .into_table(SIGNALS, "Signals of control charts that touch the last three months. A signal asks for a look; it is no finding.", from.class)
}

/// How a rule of control charts stands in files.
pub const fn rule_id(rule: Rule) -> &'static str {
    match rule {
        Rule::Outside => "outside",
        Rule::Run => "run",
        Rule::Trend => "trend",
        Rule::TwoOfThree => "two_of_three",
        Rule::MovingRange => "moving_range",
    }
}

fn similar(from: &Source<'_>) -> Table {
    let places = from.cube.places();
    let rows: Vec<_> = (0..)
        .zip(&from.groups.rows)
        .flat_map(|(row, group): (usize, _)| {
            group.iter().flat_map(|g| (1i64..).zip(g)).map(|(at, other)| (row, at, *other)).collect::<Vec<_>>()
        })
        .collect();
    Rows::of(&rows)
        .place(|(row, ..)| &places[*row])
        .integer("nearest", "", "1 for the most similar.", |(_, at, _)| Some(*at))
        .text("similar_code", "GSS code", "Code of the similar borough.", |(.., o)| places[usize::from(*o)].code.clone())
        .text("similar_place", "", "Name of the similar borough.", |(.., o)| places[usize::from(*o)].name.clone())
        .into_table(SIMILAR, "Boroughs most like a borough, with which its rate is compared.", from.class)
}

fn hotspots(from: &Source<'_>) -> Table {
    struct Row<'a> {
        strand: Option<Strand>,
        window: MonthRange,
        id: &'a str,
        name: &'a str,
        first_seen: Month,
        change: &'static str,
        n: u32,
        now: Option<&'a Hotspot>,
        into: &'a str,
    }
    let rows: Vec<Row<'_>> = from
        .hotspots
        .unwrap_or_default()
        .iter()
        .flat_map(|a| {
            let row = |id, name, first_seen, change, n| Row {
                strand: a.strand,
                window: a.window,
                id,
                name,
                first_seen,
                change,
                n,
                now: None,
                into: "",
            };
            let here = a.hotspots.iter().map(move |h| Row {
                now: Some(h),
                ..row(h.identity.id.as_str(), h.name.as_str(), h.identity.first_seen, h.identity.change.id(), h.n)
            });
            let gone = a.ended.iter().map(move |e| Row {
                into: e.into.as_deref().unwrap_or_default(),
                ..row(e.id.as_str(), e.name.as_str(), e.first_seen, "ended", e.n)
            });
            here.chain(gone).collect::<Vec<_>>()
        })
        .collect();
    Rows::of(&rows)
        .strand(|r| r.strand)
        .text("from", "YYYY-MM", "First month of the window.", |r| r.window.from().to_string())
        .text("to", "YYYY-MM", "Last month of the window.", |r| r.window.to().to_string())
        .text("id", "", "Identifier: it lasts from release to release.", |r| r.id.to_owned())
        .text("name", "", "What it is called.", |r| r.name.to_owned())
        .text("code", "GSS code", "Borough of its peak.", |r| r.now.and_then(|h| h.area_code.clone()).unwrap_or_default())
        .text("change", "", "first (no release before), new, continued, grew, shrank, split, merged or ended.", |r| {
            r.change.to_owned()
        })
        .text("first_seen", "YYYY-MM", "Month of the first release that had it.", |r| r.first_seen.to_string())
        .integer("rank", "", "1 for the largest excess of incidents; empty for one that has ended.", |r| {
            r.now.map(|h| i64::from(h.rank))
        })
        .integer("incidents", "incidents", "Incidents in the window; of one that has ended in the last window that had it.", |r| {
            Some(i64::from(r.n))
        })
        .decimal("expected", "incidents", "Expected if incidents followed the reference measure.", |r| r.now.map(|h| h.expected))
        .text("evidence", "", "How sure it is: clear, weak or cannot_tell.", |r| {
            r.now.map(|h| h.standing.evidence.id().to_owned()).unwrap_or_default()
        })
        .text("into", "", "The hotspot that holds a part of one that has ended.", |r| r.into.to_owned())
        .into_table(
            HOTSPOTS,
            "Hotspots of the release of the month, and those that have ended since the release before.",
            from.class,
        )
}

/// A row for each table, each of its columns, each measure and each marker.
/// Every table, column, measure of the figures, and marker.
pub(super) fn dictionary(tables: &[Table], measures: &[Measure], markers: &[(&'static str, &'static str)]) -> Table {
    let mut rows: Vec<[&'static str; 5]> = Vec::new();
    for table in tables {
        rows.push([table.id, "", "table", "", table.what]);
        for column in &table.columns {
            rows.push([table.id, column.name, column.values.kind(), column.unit, column.what]);
        }
    }
    for measure in measures {
        let (unit, what) = measure.meaning();
        rows.push([FIGURES, measure.id(), "measure", unit, what]);
    }
    rows.extend(markers.iter().map(|(marker, what)| ["", *marker, "marker", "", *what]));
    let table = Rows::of(&rows)
        .text(
            "table",
            "",
            "Identifier of the table; of CSV and Parquet, the name of the file ends with it. Empty for a marker, which any table may have.",
            |r| r[0].to_owned(),
        )
        .text("column", "", "Identifier of the column, of the measure, or the marker; empty for what is said of the table.", |r| {
            r[1].to_owned()
        })
        .text("type", "", "table, text, integer, decimal, measure or marker.", |r| r[2].to_owned())
        .text("unit", "", "Unit of a number, or form of a text.", |r| r[3].to_owned())
        .text("meaning", "", "What it says; of a table, what a row is.", |r| r[4].to_owned());
    Table { id: DICTIONARY, what: "Every table, column, measure and marker.", columns: table.columns }
}
