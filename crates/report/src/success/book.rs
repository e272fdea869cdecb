//! The tables as a workbook.

use super::content::{LIMITS, summary};
use super::tables::VALUES;
use super::{SuccessPack, TITLE, marking_of};
use crate::challenge::EvidenceError;
use crate::challenge::book::sheet_table;
use crate::workbook::{About, Cover, Section, Sheet, Workbook};
use hotspot_core::month::MonthRange;
use hotspot_core::success::period_words;
use hotspot_core::summary::tables::Table as Figures;

impl SuccessPack<'_> {
    /// Cover, contents, notes, and a table a sheet.
    pub(super) fn workbook(&self, tables: &[Figures]) -> Result<Workbook, EvidenceError> {
        let view = self.view;
        let mut sheets = Vec::new();
        for table in tables {
            let (name, intro) = if table.id == VALUES {
                (
                    "Values",
                    "Every value is in the unit of its row. Limits are at 95%; those of control charts are not limits of a value.",
                )
            } else {
                ("Measures", "Definitions are the project's: who supplies figures cannot change them.")
            };
            let made = sheet_table(&format!("success_{}", table.id), table)?;
            sheets.push(Sheet::new(name, format!("{} [note 1]", table.what.trim_end_matches('.')), vec![intro.to_owned()], made)?);
        }
        let points = || view.factors.series.iter().flat_map(|s| &s.points).map(|p| p.period);
        let (from, to) = (points().map(MonthRange::from).min(), points().map(MonthRange::to).max());
        let period = from.zip(to).and_then(|(from, to)| MonthRange::new(from, to)).map_or_else(|| "none".to_owned(), period_words);
        Ok(Workbook::new(
            About {
                title: TITLE.to_owned(),
                subject: "Measures of success against hate crime".to_owned(),
                publisher: "hotspot".to_owned(),
                keywords: ["hate crime", "success factors"].map(str::to_owned).to_vec(),
                created: view.known_on,
            },
            Cover {
                summary: vec![summary(view)],
                period,
                marking: marking_of(view),
                known_on: view.known_on,
                contact: "The analyst who ran hotspot factors.".to_owned(),
                sections: vec![Section { heading: "To make it again".to_owned(), lines: vec![self.command()] }],
            },
            LIMITS.iter().map(|l| (*l).to_owned()).collect(),
            sheets,
        )?)
    }
}
