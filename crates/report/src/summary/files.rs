//! The tables as CSV.

use super::Publication;
use super::named::Named;
use hotspot_core::summary::tables::{Table, Values};

/// A number as files have it; the tables round what is not whole.
pub(crate) fn number(value: f64) -> String {
    format!("{value}")
}

/// What a spreadsheet would take a text for a formula by.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\0'];

/// A text of a CSV file. Where a spreadsheet would run it as a formula, an apostrophe goes before it; so it does before an apostrophe, which lets a
/// program that takes one off read back what there was.
pub fn csv_field(text: &str) -> String {
    let inert = if text.starts_with(FORMULA) || text.starts_with('\'') { format!("'{text}") } else { text.to_owned() };
    if inert.contains([',', '"', '\n', '\r']) { format!("\"{}\"", inert.replace('"', "\"\"")) } else { inert }
}

/// A table as CSV (RFC 4180 with line feeds): numbers stay numbers, a marker stands in the column `status`. A text that begins with `=`, `+`, `-`,
/// `@`, a tab, a carriage return or an apostrophe has an apostrophe before it, so that no spreadsheet runs a name that a publisher made up;
/// JSON and Parquet have it as it is.
pub fn csv(table: &Table) -> String {
    let cell = |values: &Values, row: usize| match values {
        Values::Text(v) => csv_field(&v[row]),
        Values::Integer(v) => v[row].map(|n| n.to_string()).unwrap_or_default(),
        Values::Decimal(v) => v[row].map(number).unwrap_or_default(),
    };
    let mut text = table.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(",");
    text.push('\n');
    for row in 0..table.len() {
        let cells: Vec<String> = table.columns.iter().map(|c| cell(&c.values, row)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

impl Publication<'_> {
    /// The tables as CSV, with their identifiers.
    pub fn csv(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.tables.iter().map(|table| (table.id, csv(table)))
    }

    /// The table with this identifier, if it has a row.
    pub(super) fn named(&self, id: &str) -> Option<Named<'_>> {
        self.tables.iter().find(|t| t.id == id).map(Named)
    }
}
