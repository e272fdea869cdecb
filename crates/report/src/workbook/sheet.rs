//! A sheet with one table.

use super::error::{Rule, WorkbookError};
use super::table::Table;
use super::text;

/// Characters that a sheet's name may not have: those that a spreadsheet refuses, and the quote round a name in a link.
const FORBIDDEN: [char; 8] = ['[', ']', ':', '*', '?', '/', '\\', '\''];

/// A sheet with one table, its title in the first cell and lines of plain text between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) intro: Vec<String>,
    pub(super) table: Table,
}

impl Sheet {
    /// A sheet by the name of its tab and the title in its first cell.
    ///
    /// `intro` are lines of their own below the line that says what the sheet contains: source, unit, how to read it. The
    /// notes and the shorthand that the table uses are added below them. They are not wrapped: keep each short.
    ///
    /// # Errors
    /// A name that a sheet cannot have, a title or a line that is empty or not one line.
    pub fn new(name: impl Into<String>, title: impl Into<String>, intro: Vec<String>, table: Table) -> Result<Self, WorkbookError> {
        let (name, title) = (name.into(), title.into());
        let place = "name of a worksheet";
        text::check_line(&name).map_err(|rule| rule.at(place))?;
        if name.encode_utf16().count() >= 31 || name.contains(FORBIDDEN) || name.eq_ignore_ascii_case("history") {
            return Err(Rule::SheetName.at(place));
        }
        text::check_label(&title).map_err(|rule| rule.at(format!("worksheet {name}, title")))?;
        for (at, line) in intro.iter().enumerate() {
            text::check_line(line).map_err(|rule| rule.at(format!("worksheet {name}, line {} above the table", at + 1)))?;
        }
        Ok(Self { name, title, intro, table })
    }

    /// The name of its tab.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The title in its first cell.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Every text of the sheet, from the top.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.title.as_str()).chain(self.intro.iter().map(String::as_str)).chain(self.table.texts())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Format};
    use super::*;

    #[test]
    fn a_sheet_has_a_name_that_every_spreadsheet_takes() {
        let table = Table::new("table_1", vec![Column::new("a", Format::Text)], vec![vec!["x".into()]]).unwrap();
        let named = |name: &str| Sheet::new(name, "Title", vec![], table.clone()).map_err(|error| error.rule);
        assert!(named(&"a".repeat(30)).is_ok());
        assert_eq!(named(&"a".repeat(31)), Err(Rule::SheetName));
        for character in FORBIDDEN {
            assert_eq!(named(&format!("a{character}b")), Err(Rule::SheetName));
        }
        assert_eq!(named("History"), Err(Rule::SheetName));
        assert_eq!(named(""), Err(Rule::Empty));
        assert_eq!(named("a\nb"), Err(Rule::OneLine));
        let refused = Sheet::new("a", "Title", vec!["one".into(), String::new()], table.clone()).unwrap_err();
        assert_eq!(refused, Rule::Empty.at("worksheet a, line 2 above the table"));
    }
}
