//! The monthly borough summary as bytes: every exit prints the same tables and figures.
//!
//! | exit | here |
//! | --- | --- |
//! | tidy CSV: one observation a line, a status beside it | [`Publication::csv`] |
//! | document for programs, and what changed since the edition before | [`Publication::json`], [`Publication::changes`] |
//! | workbook, as XLSX and ODS | [`Publication::workbook`] |
//! | page for people: works without JavaScript and prints | [`Publication::page`] |
//! | the month below the analyst: tables and a page | [`ForOversight`] |

mod files;
pub(crate) mod json;
mod named;
mod oversight;
mod page;
mod sheets;

pub(crate) use files::number;
pub use files::{csv, csv_field};
pub use oversight::ForOversight;

use crate::chart::ChartError;
use crate::workbook::WorkbookError;
use hotspot_core::hotspot::StrandAnalysis;
use hotspot_core::hotspot::event::Event;
use hotspot_core::release::DataClass;
use hotspot_core::summary::tables::{Source, Table, tables};
use hotspot_core::summary::{Basis, Cube, Edition, Groups, Series, Summary, strands};
use hotspot_core::{BreakRegistry, Strand};
use jiff::civil::Date;

/// From what a publication is made.
#[derive(Debug, Clone, Copy)]
pub struct Edited<'a> {
    /// What was counted.
    pub cube: &'a Cube,
    /// What is said of it.
    pub summary: &'a Summary,
    /// Similar boroughs.
    pub groups: &'a Groups,
    /// Breaks of recording.
    pub breaks: &'a BreakRegistry,
    /// What is known to have happened: drawn, never said to be a cause.
    pub events: &'a [Event],
    /// Hotspots of the release of the month.
    pub hotspots: Option<&'a [StrandAnalysis]>,
    /// The edition before.
    pub before: Option<&'a Edition>,
    /// State of the store.
    pub known_on: Date,
    /// Class of the records.
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<&'a str>,
    /// What a reader must know.
    pub warnings: &'a [String],
}

/// What is published of one month.
#[derive(Debug, Clone)]
pub struct Publication<'a> {
    from: Edited<'a>,
    tables: Vec<Table>,
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

impl<'a> Publication<'a> {
    /// Makes the tables.
    pub fn new(from: Edited<'a>) -> Self {
        let Edited { cube, summary, groups, hotspots, class, .. } = from;
        Self { from, tables: tables(&Source { cube, summary, groups, hotspots, class }) }
    }

    /// The tables of every exit.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Strands of which anything is known of any place, all records first.
    pub(crate) fn strands(&self) -> Vec<Option<Strand>> {
        let places = 0..self.from.cube.places().len() as u16;
        strands().filter(|s| places.clone().any(|p| self.from.cube.has(Basis::Recorded, p, *s))).collect()
    }

    /// What a file says of the edition when it was taken out of its folder: keys and values.
    pub fn said(&self) -> Vec<(&'static str, String)> {
        let mut said = vec![
            ("month", self.from.summary.month.to_string()),
            ("known_on", self.from.known_on.to_string()),
            ("class", self.from.class.id().to_owned()),
            ("marking", self.marking()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        said.extend(self.from.licence.map(|licence| ("licence", licence.to_owned())));
        said
    }

    /// The series of a place by the month of recording.
    pub(crate) fn series(&self, place: u16, strand: Option<Strand>) -> &Series {
        self.from.summary.series(Basis::Recorded, place, strand).expect("every place has every strand")
    }

    /// What stands in every file: the class, in words.
    pub fn marking(&self) -> String {
        marking(self.from.class, self.from.licence)
    }
}

/// The class of records, in words, as it stands in every file of them.
pub fn marking(class: DataClass, licence: Option<&str>) -> String {
    match class {
        DataClass::Synthetic => "SYNTHETIC: about nobody".to_owned(),
        DataClass::Open => format!("OPEN: {}", licence.unwrap_or("published under an open licence")),
        DataClass::Restricted => "RESTRICTED: exact figures, for analysts only".to_owned(),
    }
}
