//! Whether supplied figures hold together: each by itself, in its series and in its family.

use super::{Area, Definition, Figure};
use crate::incident::Strand;
use crate::month::MonthRange;
use std::collections::BTreeMap;

/// A row of supplied figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What is measured.
    pub measure: &'static Definition,
    /// Of which whole months.
    pub period: MonthRange,
    /// Where.
    pub area: Area,
    /// Of which strand, or of all records.
    pub strand: Option<Strand>,
    /// How much.
    pub figure: Figure,
    /// Who says so.
    pub source: String,
    /// A remark; may be empty.
    pub note: String,
}

/// Which part of a row breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// What is measured.
    Measure,
    /// First day of the period.
    PeriodStart,
    /// Last day of the period.
    PeriodEnd,
    /// The part, or the count.
    Numerator,
    /// The whole, or the sample.
    Denominator,
    /// Effective sample.
    EffectiveN,
    /// The value.
    Value,
    /// Open cases.
    Open,
    /// Lower limit.
    Lower,
}

/// A row that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The row, from 0.
    pub row: usize,
    /// Its part.
    pub field: Field,
    /// The rule.
    pub rule: &'static str,
}

/// Whether the figures can be, each by itself, in its series and in its family.
///
/// # Errors
/// [`Broken`] names the first row in the order of the table that breaks a rule by itself, else one that does not fit those before it.
pub fn check(entries: &[Entry]) -> Result<(), Broken> {
    for (row, entry) in entries.iter().enumerate() {
        if let Some((field, rule)) = entry.figure.broken(entry.measure.kind) {
            return Err(Broken { row, field, rule });
        }
    }
    for rows in by_series(entries).values() {
        for pair in rows.windows(2) {
            let [before, after] = [pair[0], pair[1]].map(|row| entries[row].period);
            let row = pair[0].max(pair[1]);
            if after.from() <= before.to() {
                let rule = "the period overlaps that of another row of the same measure, area and strand";
                return Err(Broken { row, field: Field::PeriodStart, rule });
            }
            if after.len() != before.len() {
                let rule = "periods of one measure, area and strand are equally many months long";
                return Err(Broken { row, field: Field::PeriodEnd, rule });
            }
        }
    }
    families(entries)
}

/// Rows of every series by period.
pub(super) fn by_series(entries: &[Entry]) -> BTreeMap<(usize, Area, Option<Strand>), Vec<usize>> {
    let mut series: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (row, entry) in entries.iter().enumerate() {
        let measure = Definition::all().iter().position(|d| d.id == entry.measure.id).unwrap_or(usize::MAX);
        series.entry((measure, entry.area, entry.strand)).or_default().push(row);
    }
    for rows in series.values_mut() {
        rows.sort_by_key(|row| (entries[*row].period.from(), entries[*row].period.to(), *row));
    }
    series
}

/// Whether measures of a family fit one another.
fn families(entries: &[Entry]) -> Result<(), Broken> {
    let mut families: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (row, entry) in entries.iter().enumerate().filter(|(_, e)| !e.measure.family.is_empty()) {
        let period = (entry.period.from(), entry.period.to());
        families.entry((entry.measure.family, entry.area, entry.strand, period)).or_default().push(row);
    }
    for rows in families.into_values() {
        let parts = |row: usize| entries[row].figure.parts().unwrap_or_default();
        if let Some(row) = rows.iter().find(|row| parts(**row)[1] != parts(rows[0])[1]) {
            let rule = "measures of one family have one denominator for a period, area and strand";
            return Err(Broken { row: *row, field: Field::Denominator, rule });
        }
        for row in &rows {
            // The nearest stage before it that was supplied.
            let mut stages = std::iter::successors(entries[*row].measure.before(), |d| d.before());
            let before = stages.find_map(|d| rows.iter().find(|r| entries[**r].measure.id == d.id));
            if before.is_some_and(|before| parts(*row)[0] > parts(*before)[0]) {
                return Err(Broken { row: *row, field: Field::Numerator, rule: "at most that of the stage before it" });
            }
        }
        let staged = Definition::all().iter().any(|d| d.family == entries[rows[0]].measure.family && !d.after.is_empty());
        if !staged && rows.iter().map(|row| parts(*row)[0]).sum::<u64>() > parts(rows[0])[1] {
            let rule = "the parts of one whole together are at most the denominator";
            return Err(Broken { row: rows[rows.len() - 1], field: Field::Numerator, rule });
        }
    }
    Ok(())
}
