//! A table of the publication, its columns by name.

use hotspot_core::summary::Level;
use hotspot_core::summary::tables::{Table, Values};
use std::ops::Range;

/// A table whose columns are asked for by name. Only names that the table has may be asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a>(pub &'a Table);

impl<'a> Named<'a> {
    pub fn values(self, name: &str) -> &'a Values {
        &self.0.column(name).expect("the tables have the columns that are printed").values
    }

    /// A text; empty for a number.
    pub fn text(self, name: &str, row: usize) -> &'a str {
        match self.values(name) {
            Values::Text(v) => &v[row],
            _ => "",
        }
    }

    /// A whole number.
    pub fn integer(self, name: &str, row: usize) -> Option<i64> {
        match self.values(name) {
            Values::Integer(v) => v[row],
            _ => None,
        }
    }

    /// Every row.
    pub fn rows(self) -> Range<usize> {
        0..self.0.len()
    }

    /// Rows one after the other that agree in these columns.
    pub fn runs(self, keys: &[&str]) -> Vec<Range<usize>> {
        let columns: Vec<&Values> = keys.iter().map(|key| self.values(key)).collect();
        let same = |a: usize, b: usize| {
            columns.iter().all(|values| match values {
                Values::Text(v) => v[a] == v[b],
                Values::Integer(v) => v[a] == v[b],
                Values::Decimal(v) => v[a] == v[b],
            })
        };
        let mut runs: Vec<Range<usize>> = Vec::new();
        for row in self.rows() {
            match runs.last_mut().filter(|run| same(run.start, row)) {
                Some(run) => run.end = row + 1,
                None => runs.push(row..row + 1),
            }
        }
        runs
    }

    /// Whether a row is about a place of this level.
    pub fn is_of(self, level: Level, row: usize) -> bool {
        self.text("level", row) == level.id()
    }
}
