//! The tables as CSV.

use super::Publication;
use hotspot_core::summary::tables::{Table, Values};

/// A number as files have it: whole numbers whole, others to four decimals.
pub(crate) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value:.4}") }
}

/// A table as CSV (RFC 4180 with line feeds): numbers stay numbers, a marker stands in the column `status`.
pub fn csv(table: &Table) -> String {
    let quoted = |field: &str| {
        if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
    };
    let cell = |values: &Values, row: usize| match values {
        Values::Text(v) => quoted(&v[row]),
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
}
