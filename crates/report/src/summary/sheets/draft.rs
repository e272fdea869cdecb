//! A sheet under construction, column by column.

use crate::workbook::{Cell, Column, Format, NONE, Sheet, Shorthand, Table, WorkbookError};
use hotspot_core::summary::tables::rounded;
use hotspot_core::summary::{Gap, Marked, Observation};

/// Rows and the cells that were made of them so far.
pub(super) struct Draft<'a, T> {
    rows: &'a [T],
    columns: Vec<Column>,
    cells: Vec<Vec<Cell>>,
}

impl<'a, T> Draft<'a, T> {
    pub fn of(rows: &'a [T]) -> Self {
        Self { rows, columns: Vec::new(), cells: vec![Vec::new(); rows.len()] }
    }

    /// Adds a column.
    pub fn column(mut self, header: impl Into<String>, format: Format, cell: impl Fn(&T) -> Cell) -> Self {
        for (cells, row) in self.cells.iter_mut().zip(self.rows) {
            cells.push(cell(row));
        }
        self.columns.push(Column::new(header, format));
        self
    }

    /// Adds a column of text.
    pub fn text(self, header: impl Into<String>, text: impl Fn(&T) -> &str) -> Self {
        self.column(header, Format::Text, |row| said(text(row)))
    }

    /// Adds a figure.
    pub fn figure(self, header: impl Into<String>, format: Format, figure: impl Fn(&T) -> Observation) -> Self {
        self.column(header, format, |row| value(figure(row).value))
    }

    /// Adds a figure and the markers that it has.
    pub fn marked(self, header: &str, format: Format, figure: impl Fn(&T) -> Observation) -> Self {
        self.figure(header, format, &figure).text(format!("{header}: status"), |row| figure(row).status())
    }

    /// Adds the limits of a figure under two headers.
    pub fn limits(self, headers: [&str; 2], format: Format, figure: impl Fn(&T) -> Observation) -> Self {
        headers.into_iter().enumerate().fold(self, |draft, (end, header)| {
            draft.column(header, format, |row| {
                let observed = figure(row);
                let limit = observed.limits.map(|l| l[end]).filter(|l| l.is_finite());
                value(observed.value.and_then(|_| limit.ok_or(Gap::NotApplicable)))
            })
        })
    }

    /// The sheet. A table without a row has one that says so, since a sheet holds a table.
    pub fn sheet(self, name: &str, table: impl Into<String>, title: String, intro: Vec<String>) -> Result<Sheet, WorkbookError> {
        let mut cells = self.cells;
        if cells.is_empty() {
            let none = |c: &Column| if c.format == Format::Text { NONE.into() } else { Shorthand::NotApplicable.into() };
            cells.push(self.columns.iter().map(none).collect());
        }
        Sheet::new(name, title, intro, Table::new(table, self.columns, cells)?)
    }
}

/// A figure as the files have it, or the shorthand for why there is none.
pub(super) fn value(figure: Marked<f64>) -> Cell {
    match figure {
        Ok(value) => rounded(value).into(),
        Err(gap) => shorthand(gap).into(),
    }
}

pub(super) const fn shorthand(gap: Gap) -> Shorthand {
    match gap {
        Gap::Suppressed => Shorthand::Confidential,
        Gap::NotAvailable | Gap::TooFewMonths | Gap::Incomplete => Shorthand::NotAvailable,
        Gap::NotApplicable => Shorthand::NotApplicable,
        Gap::Break => Shorthand::Break,
    }
}

/// A text that a workbook can carry.
pub(super) fn said(text: &str) -> Cell {
    Cell::said(text)
}
