//! A table: columns with headers, rows without gaps.

use super::cell::Cell;
use super::error::{Rule, WorkbookError};
use super::text;
use std::collections::HashSet;

/// Rows of a table. A sheet holds 1,048,576; the rest is for the lines above.
const MAX_ROWS: usize = 1_000_000;
/// Columns of a sheet.
const MAX_COLUMNS: usize = 16_384;
/// March 1900, in months since January.
const FIRST_MONTH: u16 = 2;
/// A spreadsheet keeps fifteen digits; a column as wide as the table allows shows them all.
const TOO_MANY_DIGITS: f64 = 1e15;
/// Decimal places that can be shown.
const MAX_DECIMALS: u8 = 9;

/// How a column is shown, and so what its cells may hold; any may hold a [`Shorthand`](super::Shorthand).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Text, left aligned.
    Text,
    /// Whole numbers: `1,204`.
    Integer,
    /// Numbers with so many decimal places, at most 9: `1,204.50`.
    Decimal(u8),
    /// Shares of 1, shown as a percentage with so many decimal places, at most 9: 0.25 is `25%`.
    Percent(u8),
    /// Months: `October 2026`.
    Month,
}

impl Format {
    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Text)
    }

    /// A cell as a reader sees it. The writers pass on the cell itself; this is its width, and what a plain reader of ODS shows.
    pub(super) fn shown(self, cell: &Cell) -> String {
        match (cell, self) {
            (Cell::Text(text), _) => text.clone(),
            (Cell::Shorthand(shorthand), _) => shorthand.symbol().to_owned(),
            (Cell::Month(month), _) => jiff::civil::date(month.year(), month.month() as i8, 1).strftime("%B %Y").to_string(),
            (Cell::Number(number), Self::Percent(decimals)) => rounded(number * 100.0, decimals) + "%",
            (Cell::Number(number), Self::Decimal(decimals)) => grouped(&rounded(*number, decimals)),
            (Cell::Number(number), _) => grouped(&rounded(*number, 0)),
        }
    }

    fn check(self, cell: &Cell) -> Result<(), Rule> {
        match (cell, self) {
            (Cell::Shorthand(_), _) => Ok(()),
            (Cell::Month(month), Self::Month) => {
                if month.index() < FIRST_MONTH {
                    Err(Rule::Month)
                } else {
                    Ok(())
                }
            }
            (Cell::Text(text), Self::Text) => text::check(text),
            (Cell::Number(number), Self::Integer | Self::Decimal(_) | Self::Percent(_)) => {
                if !number.is_finite() {
                    Err(Rule::NotFinite)
                } else if number.abs() >= TOO_MANY_DIGITS {
                    Err(Rule::Digits)
                } else if self == Self::Integer && number.fract() != 0.0 {
                    Err(Rule::NotWhole)
                } else {
                    Ok(())
                }
            }
            _ => Err(Rule::Format),
        }
    }
}

/// Half away from zero, as a spreadsheet rounds what it shows.
fn rounded(number: f64, decimals: u8) -> String {
    let scale = 10f64.powi(decimals.into());
    format!("{:.*}", decimals.into(), (number * scale).round() / scale)
}

/// Commas between the thousands of a number in decimal digits.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut shown = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// One line of at most 255 characters, with its unit where it has one; no other column of the table may have it.
    pub header: String,
    /// How its cells are shown.
    pub format: Format,
}

impl Column {
    /// A column.
    pub fn new(header: impl Into<String>, format: Format) -> Self {
        Self { header: header.into(), format }
    }
}

/// A table without gaps: every row has a cell for every column, and every cell something to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table by the name that the marked-up table has in the file.
    ///
    /// The name begins with four letters, so that it cannot be taken for a cell, and goes on with letters, digits and
    /// underscores. A negative zero becomes zero.
    ///
    /// ```
    /// use hotspot_report::workbook::{Cell, Column, Format, Rule, Table};
    ///
    /// let columns = vec![Column::new("Library", Format::Text), Column::new("Visits", Format::Integer)];
    /// let refused = Table::new("visits", columns, vec![vec!["North".into(), Cell::Number(f64::NAN)]]).unwrap_err();
    /// assert_eq!(refused.rule, Rule::NotFinite);
    /// assert_eq!(refused.place, "table visits, row 1, column Visits");
    /// ```
    ///
    /// # Errors
    /// A name that a table cannot have, no column or row, too many, a header that is empty, of several lines or there twice,
    /// a row of another length, an empty cell, a cell that does not fit its column, a number that is not finite or has more
    /// than fifteen digits before the point, a fraction among whole numbers, text that a workbook cannot carry.
    pub fn new(name: impl Into<String>, columns: Vec<Column>, mut rows: Vec<Vec<Cell>>) -> Result<Self, WorkbookError> {
        let name = name.into();
        check_name(&name)?;
        if columns.is_empty() || rows.is_empty() {
            return Err(Rule::NoCells.at(format!("table {name}")));
        }
        if columns.len() > MAX_COLUMNS || rows.len() > MAX_ROWS {
            return Err(Rule::TooLarge.at(format!("table {name}")));
        }
        let mut headers = HashSet::new();
        for (at, column) in columns.iter().enumerate() {
            let place = || format!("table {name}, header of column {}", at + 1);
            text::check_label(&column.header).map_err(|rule| rule.at(place()))?;
            if column.header.contains("_x") {
                return Err(Rule::Escape.at(place()));
            }
            if !headers.insert(column.header.to_lowercase()) {
                return Err(Rule::Duplicate.at(place()));
            }
            if matches!(column.format, Format::Decimal(n) | Format::Percent(n) if n > MAX_DECIMALS) {
                return Err(Rule::Decimals.at(place()));
            }
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if row.len() != columns.len() {
                return Err(Rule::Ragged.at(format!("table {name}, row {}", at + 1)));
            }
            for (cell, column) in row.iter_mut().zip(&columns) {
                column
                    .format
                    .check(cell)
                    .map_err(|rule| rule.at(format!("table {name}, row {}, column {}", at + 1, column.header)))?;
                if let Cell::Number(number) = cell
                    && *number == 0.0
                {
                    *number = 0.0;
                }
            }
        }
        Ok(Self { name, columns, rows })
    }

    /// The name of the marked-up table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Its rows, a cell for each column.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// Every text of the table: headers, then cells.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let headers = self.columns.iter().map(|column| column.header.as_str());
        let cells = self.rows.iter().flatten().filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            Cell::Shorthand(shorthand) => Some(shorthand.symbol()),
            Cell::Number(_) | Cell::Month(_) => None,
        });
        headers.chain(cells)
    }
}

/// No cell has an address that begins with four letters, in `A1` or in `R1C1` notation.
fn check_name(name: &str) -> Result<(), WorkbookError> {
    let begins = name.len() >= 4 && name.bytes().take(4).all(|byte| byte.is_ascii_alphabetic());
    let goes_on = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let constant = name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false");
    if begins && goes_on && !constant && name.len() <= 255 { Ok(()) } else { Err(Rule::TableName.at("name of a table")) }
}

#[cfg(test)]
mod tests {
    use super::super::Shorthand;
    use super::*;

    fn refused(columns: &[(&str, Format)], rows: Vec<Vec<Cell>>) -> WorkbookError {
        let columns = columns.iter().map(|(header, format)| Column::new(*header, *format)).collect();
        Table::new("table_1", columns, rows).unwrap_err()
    }

    #[test]
    fn a_table_has_no_gap_and_no_cell_of_another_kind() {
        use Format::{Decimal, Integer, Month, Percent, Text};
        let row = |cell: Cell| vec![vec![cell]];
        for (format, cell, rule) in [
            (Text, Cell::from(""), Rule::Empty),
            (Text, " \n".into(), Rule::Empty),
            (Text, 1.0.into(), Rule::Format),
            (Text, "\u{1}".into(), Rule::ControlCharacter),
            (Integer, "1".into(), Rule::Format),
            (Integer, 0.5.into(), Rule::NotWhole),
            (Integer, f64::INFINITY.into(), Rule::NotFinite),
            (Decimal(1), f64::NAN.into(), Rule::NotFinite),
            (Integer, 1e15.into(), Rule::Digits),
            (Decimal(2), (-1e15).into(), Rule::Digits),
            (Decimal(10), 1.0.into(), Rule::Decimals),
            (Percent(10), 1.0.into(), Rule::Decimals),
            (Month, 1.0.into(), Rule::Format),
            (Month, Cell::Month("1900-02".parse().unwrap()), Rule::Month),
        ] {
            assert_eq!(refused(&[("a", format)], row(cell.clone())).rule, rule, "{format:?} {cell:?}");
        }
        let ragged = refused(&[("a", Text), ("b", Text)], vec![vec!["x".into(), "y".into()], vec!["x".into()]]);
        assert_eq!(ragged, Rule::Ragged.at("table table_1, row 2"));
        assert_eq!(refused(&[], vec![vec![]]).rule, Rule::NoCells);
        assert_eq!(refused(&[("a", Text)], vec![]).rule, Rule::NoCells);
    }

    #[test]
    fn headers_are_short_lines_that_differ_by_more_than_capitals() {
        let row = || vec![vec!["x".into(), "y".into()]];
        for (headers, rule) in [
            (["a", "A"], Rule::Duplicate),
            (["a", ""], Rule::Empty),
            (["a", "b\nc"], Rule::OneLine),
            (["a", "b "], Rule::OneLine),
            (["a", "b_x0041_"], Rule::Escape),
        ] {
            let columns = headers.map(|header| (header, Format::Text));
            assert_eq!(refused(&columns, row()), rule.at("table table_1, header of column 2"));
        }
    }

    #[test]
    fn a_table_is_not_named_like_a_cell() {
        for name in ["", "a", "abc1", "R1C1", "r_c", "1abc", "with space", "tableé", "true", "fal se", "=sum"] {
            let columns = vec![Column::new("a", Format::Text)];
            let refused = Table::new(name, columns, vec![vec!["x".into()]]).unwrap_err();
            assert_eq!(refused.rule, Rule::TableName, "{name}");
        }
    }

    #[test]
    fn cells_are_shown_as_a_spreadsheet_shows_them() {
        for (format, cell, shown) in [
            (Format::Integer, Cell::from(1234567.0), "1,234,567"),
            (Format::Integer, (-123.0).into(), "-123"),
            (Format::Decimal(2), (-1234.5).into(), "-1,234.50"),
            (Format::Decimal(1), 101.25.into(), "101.3"),
            (Format::Percent(1), 0.4125.into(), "41.3%"),
            (Format::Month, Cell::Month("2026-10".parse().unwrap()), "October 2026"),
            (Format::Integer, Shorthand::Low.into(), "[low]"),
        ] {
            assert_eq!(format.shown(&cell), shown);
        }
    }
}
