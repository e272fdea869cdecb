//! The tables as a workbook.

use super::tables::SHARE;
use super::words::{self, level_words};
use super::{Evidence, EvidenceError};
use crate::workbook::{About, Cell, Column, Cover, Format, NONE, Section, Sheet, Shorthand, Table, Workbook, WorkbookError};
use hotspot_core::summary::tables::{Column as Values, Table as Figures, Values as Of};

/// How a column is shown.
fn format(column: &Values) -> Format {
    match (&column.values, column.unit) {
        (Of::Text(_), _) => Format::Text,
        (Of::Integer(_), _) => Format::Integer,
        (Of::Decimal(_), SHARE) => Format::Percent(2),
        (Of::Decimal(_), "probability") => Format::Decimal(4),
        (Of::Decimal(_), _) => Format::Decimal(2),
    }
}

fn cell(column: &Values, row: usize) -> Cell {
    let number = |value: Option<f64>| value.map_or_else(|| Shorthand::NotApplicable.into(), Cell::Number);
    match &column.values {
        Of::Text(v) => Cell::said(&v[row]),
        Of::Integer(v) => number(v[row].map(|n| n as f64)),
        Of::Decimal(v) => number(v[row]),
    }
}

/// What the header of a column says.
fn header(column: &Values) -> String {
    match column.unit {
        "" | SHARE | "probability" | "ratio" | "settings" | "unit" => column.what.to_owned(),
        unit => format!("{} ({unit})", column.what),
    }
}

/// A table as it stands on a sheet.
pub(crate) fn sheet_table(name: &str, table: &Figures) -> Result<Table, WorkbookError> {
    let mut cells: Vec<Vec<Cell>> = (0..table.len()).map(|row| table.columns.iter().map(|c| cell(c, row)).collect()).collect();
    if cells.is_empty() {
        let none = |c: &Values| if format(c) == Format::Text { NONE.into() } else { Shorthand::NotApplicable.into() };
        cells.push(table.columns.iter().map(none).collect());
    }
    Table::new(name, table.columns.iter().map(|c| Column::new(header(c), format(c))).collect(), cells)
}

impl Evidence<'_> {
    /// Cover, contents, notes, and a table a sheet.
    pub(super) fn workbook(&self, tables: &[Figures]) -> Result<Workbook, EvidenceError> {
        let release = self.input.release;
        let window = self.answer.window;
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let [_, several] = level_words(self.answer.level);
        let title = format!("Resources and need by {}, release {}", several, release.id);
        let mut sheets = Vec::new();
        for table in tables {
            let sheet = words::capital(table.id);
            let made = sheet_table(&format!("challenge_{}", table.id), table)?;
            sheets.push(Sheet::new(sheet, format!("{} [note 1]", table.what.trim_end_matches('.')), intro(table.id), made)?);
        }
        let mut notes: Vec<String> = words::LIMITS.iter().map(|l| one_line(l)).collect();
        notes.extend(words::method(&self.input).into_iter().map(|(heading, text)| format!("{heading}: {}", one_line(&text))));
        let made = Workbook::new(
            About {
                title: title.clone(),
                subject: "Resources against need".to_owned(),
                publisher: "hotspot".to_owned(),
                keywords: ["hate crime", "resources", "need"].map(str::to_owned).to_vec(),
                created: release.as_known_on,
            },
            Cover {
                summary: vec![one_line(&words::asked(&self.input, self.answer))],
                period: format!("{} to {}", window.from().in_words(), window.to().in_words()),
                marking: one_line(&self.marking()),
                known_on: release.as_known_on,
                contact: "The analyst who ran hotspot challenge.".to_owned(),
                sections: vec![
                    Section {
                        heading: "What is said".to_owned(),
                        lines: self
                            .answer
                            .kinds
                            .iter()
                            .flat_map(|k| words::overall(&self.input, k))
                            .map(|l| one_line(&l))
                            .collect(),
                    },
                    Section { heading: "To make it again".to_owned(), lines: vec![one_line(&self.command())] },
                ],
            },
            notes,
            sheets,
        )?;
        Ok(made)
    }
}

fn intro(id: &str) -> Vec<String> {
    let unit = match id {
        super::tables::RESOURCES => "Amounts as supplied; they were not checked.",
        super::tables::SIMILAR => "A group says what places alike get, not what is right.",
        super::tables::EFFECTS => hotspot_core::resource::effect::NO_CAUSE,
        super::tables::COVERED | super::tables::STOPS => hotspot_core::resource::fairness::ECOLOGICAL,
        super::tables::FUNNEL => "Outside a limit is a question, not a finding.",
        _ => "Shares are of all places together; gaps are differences of shares, in percentage points. Limits are at 95%.",
    };
    vec![unit.to_owned()]
}
