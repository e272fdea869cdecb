//! The publication for programs: one document of the month, and one of what changed since the edition before.
//!
//! Both are printed from the tables: the names of columns are keys, what is empty in the CSV is `null` (a `status` beside a figure says why), and
//! the class, which stands in every row there, is said once. Rows of one place and strand are one object:
//!
//! | part | an object | in it |
//! | --- | --- | --- |
//! | `figures` | basis, place, strand | `measures`: of each measure value, limits, status |
//! | `history` | basis, place, strand | the other columns of the table as lists, a month after the other; not of supplied areas |
//! | `outcomes` | month of recording, place, strand | `records` by outcome; not of supplied areas |
//! | the others | a row of the table | its columns |
//!
//! Parts of the month (`breakdown`) stand in CSV and Parquet only. `data/schema/hotspot-summary.json` describes both documents.

use super::files::number;
use super::named::Named;
use super::{Edited, Publication};
use hotspot_core::Month;
use hotspot_core::summary::tables::{FIGURES, HISTORY, HOTSPOTS, OUTCOMES, REVISIONS, SIGNALS, SIMILAR, Table, Values};
use hotspot_core::summary::{Level, Measure};
use std::fmt::Write;
use std::ops::Range;

/// What the document of the month is.
pub(super) const SUMMARY_FORMAT: &str = "hotspot-summary/1";
/// What the document of changes is.
pub(super) const CHANGES_FORMAT: &str = "hotspot-summary-changes/1";
/// Columns that name a series.
pub(super) const SERIES: [&str; 5] = ["basis", "level", "code", "place", "strand"];
/// Columns that name a cohort.
pub(super) const COHORT: [&str; 6] = ["month", "level", "code", "place", "strand", "of"];
/// Columns that are said once.
pub(super) const SAID_ONCE: [&str; 1] = ["class"];
/// Columns of a figure.
pub(super) const FIGURE: [&str; 4] = ["value", "lower", "upper", "status"];
/// What the document of changes says of the twelve months of each series.
pub(super) const TWELVE_MONTHS: [Measure; 2] = [Measure::Year, Measure::Change];

/// A text in quotation marks.
pub(crate) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes all that is written to it"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text, or nothing.
pub(crate) fn said(value: &str) -> String {
    if value.is_empty() { "null".to_owned() } else { text(value) }
}

fn maybe(value: Option<String>) -> String {
    value.unwrap_or_else(|| "null".to_owned())
}

pub(crate) fn object<'k>(members: impl IntoIterator<Item = (&'k str, String)>) -> String {
    let members: Vec<String> = members.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{{}}}", members.join(", "))
}

pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// A list with an item a line, as the parts of a document are.
pub(crate) fn lines(items: &[String]) -> String {
    if items.is_empty() { "[]".to_owned() } else { format!("[\n    {}\n  ]", items.join(",\n    ")) }
}

pub(crate) fn document(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("  \"{key}\": {value}")).collect();
    format!("{{\n{}\n}}\n", members.join(",\n"))
}

impl Named<'_> {
    fn cell(self, name: &str, row: usize) -> String {
        match self.values(name) {
            Values::Text(v) => said(&v[row]),
            Values::Integer(v) => maybe(v[row].map(|n| n.to_string())),
            Values::Decimal(v) => maybe(v[row].map(number)),
        }
    }

    fn members<'k>(self, names: impl IntoIterator<Item = &'k str>, row: usize) -> Vec<(&'k str, String)> {
        names.into_iter().map(|name| (name, self.cell(name, row))).collect()
    }

    /// A row as it is.
    fn row(self, row: usize) -> String {
        object(self.members(columns(self.0), row))
    }
}

/// The columns of a table that are printed.
pub(super) fn columns(table: &Table) -> impl Iterator<Item = &'static str> + '_ {
    table.columns.iter().map(|c| c.name).filter(|name| !SAID_ONCE.contains(name))
}

/// The columns of the history that are lists.
pub(super) fn lists_of_history(table: &Table) -> impl Iterator<Item = &'static str> + '_ {
    columns(table).filter(|name| !SERIES.contains(name))
}

impl Publication<'_> {
    fn rows_of(&self, id: &str) -> Vec<String> {
        self.named(id).map_or_else(Vec::new, |t| t.rows().map(|row| t.row(row)).collect())
    }

    fn edition(&self) -> String {
        let Edited { cube, summary, groups, breaks, before, known_on, class, licence, warnings, .. } = self.from;
        let break_of = |b: &hotspot_core::SeriesBreak| {
            object([
                ("id", text(&b.id)),
                ("from", text(&b.from.to_string())),
                ("areas", list(b.areas.iter().map(|a| text(a)))),
                ("what", text(&b.what)),
                ("source", said(&b.source)),
            ])
        };
        let before = before.map(|b| object([("month", text(&b.month.to_string())), ("known_on", text(&b.known_on.to_string()))]));
        object([
            ("month", text(&summary.month.to_string())),
            ("known_on", text(&known_on.to_string())),
            ("class", text(class.id())),
            ("marking", text(&self.marking())),
            ("licence", maybe(licence.map(text))),
            ("version", text(env!("CARGO_PKG_VERSION"))),
            ("before", maybe(before)),
            ("bases", list(cube.bases().iter().map(|b| text(b.id())))),
            ("similar_rule", text(&groups.rule)),
            ("breaks", list(breaks.inside(cube.months()).map(break_of))),
            ("warnings", list(warnings.iter().map(|w| text(w)))),
        ])
    }

    fn figures(&self) -> Vec<String> {
        let Some(table) = self.named(FIGURES) else { return Vec::new() };
        let one = |run: Range<usize>| {
            let first = run.start;
            let measures = object(run.map(|row| (table.text("measure", row), object(table.members(FIGURE, row)))));
            object(table.members(SERIES, first).into_iter().chain([("measures", measures)]))
        };
        table.runs(&SERIES).into_iter().map(one).collect()
    }

    fn history(&self) -> Vec<String> {
        let Some(table) = self.named(HISTORY) else { return Vec::new() };
        let one = |run: Range<usize>| {
            let lists = lists_of_history(table.0).map(|name| (name, list(run.clone().map(|row| table.cell(name, row)))));
            object(table.members(SERIES, run.start).into_iter().chain(lists))
        };
        table.runs(&SERIES).into_iter().filter(|run| !table.is_of(Level::Area, run.start)).map(one).collect()
    }

    fn outcomes(&self) -> Vec<String> {
        let Some(table) = self.named(OUTCOMES) else { return Vec::new() };
        let one = |run: Range<usize>| {
            let first = run.start;
            let records = object(run.map(|row| (table.text("outcome", row), table.cell("records", row))));
            object(table.members(COHORT, first).into_iter().chain([("records", records)]))
        };
        table.runs(&COHORT).into_iter().filter(|run| !table.is_of(Level::Area, run.start)).map(one).collect()
    }

    /// The whole publication for programs.
    pub fn json(&self) -> String {
        document(&[
            ("format", text(SUMMARY_FORMAT)),
            ("edition", self.edition()),
            ("figures", lines(&self.figures())),
            ("history", lines(&self.history())),
            ("revisions", lines(&self.rows_of(REVISIONS))),
            ("signals", lines(&self.rows_of(SIGNALS))),
            ("outcomes", lines(&self.outcomes())),
            ("similar", lines(&self.rows_of(SIMILAR))),
            ("hotspots", maybe(self.from.hotspots.map(|_| lines(&self.rows_of(HOTSPOTS))))),
        ])
    }

    /// What changed since the edition before: figures that are others, signals that end in a month that it did not hold, twelve months against
    /// the twelve before of London and its boroughs, hotspots that began and ended.
    pub fn changes(&self) -> String {
        let after = self.from.before.map_or(self.from.summary.month.minus(1), |b| b.month);
        let is_new = |month: &str| month.parse::<Month>().is_ok_and(|m| m > after);
        let signals = self
            .named(SIGNALS)
            .map_or_else(Vec::new, |t| t.rows().filter(|row| is_new(t.text("month", *row))).map(|row| t.row(row)).collect());
        let revisions = self.rows_of(REVISIONS);
        let with_change = |wanted: &str| {
            let rows = self.named(HOTSPOTS).map_or_else(Vec::new, |t| {
                t.rows().filter(|row| t.text("change", *row) == wanted).map(|row| t.row(row)).collect::<Vec<_>>()
            });
            self.from.hotspots.map(|_| rows)
        };
        let (began, ended) = (with_change("new"), with_change("ended"));
        let n = |rows: &[String]| rows.len().to_string();
        let counts = object([
            ("revised_figures", n(&revisions)),
            ("new_signals", n(&signals)),
            ("hotspots_began", maybe(began.as_deref().map(n))),
            ("hotspots_ended", maybe(ended.as_deref().map(n))),
        ]);
        document(&[
            ("format", text(CHANGES_FORMAT)),
            ("edition", self.edition()),
            ("counts", counts),
            ("revisions", lines(&revisions)),
            ("signals", lines(&signals)),
            ("twelve_months", lines(&self.twelve_months())),
            ("hotspots_began", maybe(began.as_deref().map(lines))),
            ("hotspots_ended", maybe(ended.as_deref().map(lines))),
        ])
    }

    fn twelve_months(&self) -> Vec<String> {
        let Some(table) = self.named(FIGURES) else { return Vec::new() };
        let one = |run: Range<usize>| {
            let first = run.start;
            let wanted = TWELVE_MONTHS.map(|measure| {
                let row = run.clone().find(|row| table.text("measure", *row) == measure.id());
                (measure.id(), maybe(row.map(|row| object(table.members(FIGURE, row)))))
            });
            object(table.members(SERIES, first).into_iter().chain(wanted))
        };
        table
            .runs(&SERIES)
            .into_iter()
            .filter(|run| [Level::London, Level::Borough].iter().any(|level| table.is_of(*level, run.start)))
            .map(one)
            .collect()
    }
}
