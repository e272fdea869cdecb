//! The monthly borough summary as bytes: every exit prints the same rows.
//!
//! | exit | here |
//! | --- | --- |
//! | tidy CSV: one observation a line, a status beside it | [`Publication::csv`] |
//! | workbook, as XLSX and ODS | [`Publication::workbook`] |
//! | page for people: works without JavaScript and prints | [`Publication::page`] |

mod observation;
mod page;
mod sheets;

pub use observation::{Measure, Observation};

use crate::chart::ChartError;
use crate::workbook::WorkbookError;
use hotspot_core::release::DataClass;
use hotspot_core::summary::{Cube, Summary, strands};
use hotspot_core::{BreakRegistry, Strand};
use jiff::civil::Date;

/// What is published of one month.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// What was counted.
    pub cube: &'a Cube,
    /// What is said of it.
    pub summary: &'a Summary,
    /// Breaks of recording.
    pub breaks: &'a BreakRegistry,
    /// State of the store.
    pub known_on: Date,
    /// Class of the records.
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<&'a str>,
}

/// Why there is no publication.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A workbook would break the guidance.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// The page's template.
    #[error("the page cannot be made")]
    Page(#[from] minijinja::Error),
}

/// What a strand is called where all records are one of them.
pub(crate) fn strand_label(strand: Option<Strand>) -> &'static str {
    strand.map_or("All records", Strand::label)
}

impl Publication<'_> {
    /// Strands of which anything is known, all records first.
    pub(crate) fn strands(&self) -> Vec<Option<Strand>> {
        let known = |s: Option<Strand>| self.cube.column(self.summary.basis, 0, s).is_some();
        strands().filter(|s| known(*s)).collect()
    }

    /// What stands in every file: the class, in words.
    pub(crate) fn marking(&self) -> String {
        match self.class {
            DataClass::Synthetic => "SYNTHETIC: about nobody".to_owned(),
            DataClass::Open => format!("OPEN: {}", self.licence.unwrap_or("published under an open licence")),
            DataClass::Restricted => "RESTRICTED: exact figures, for analysts only".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
