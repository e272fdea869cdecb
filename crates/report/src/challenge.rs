//! The evidence for a challenge of what is given where, as one archive that says how to make it again.
//!
//! | question | here |
//! | --- | --- |
//! | what is said of a place, of a kind, of the method? | [`words`] |
//! | what are the figures? | [`tables`] |
//! | all of it as files? | [`Evidence::files`] |
//! | one archive, the same bytes on any machine | [`Evidence::pack`] |
//!
//! # Files
//! `index.html` (needs nothing else, no script, prints), `challenge.ods`, every table as `tables/….csv`, the outlines of the places with the
//! same figures as `places.geojson`, the charts as `charts/….svg`, `method.md`, and `manifest.json`: inputs, parameters, the SHA-256 of every
//! other file, and the command that makes the archive again. The class of the records stands in each.

pub(crate) mod book;
mod charts;
pub(crate) mod command;
pub(crate) mod manifest;
mod page;
mod places;
pub mod tables;
pub mod words;

pub use charts::{Charts, Drawn};
pub use command::borough_named;
pub use page::beside_similar;

use crate::chart::ChartError;
use crate::summary::{csv, marking};
use crate::workbook::{WorkbookError, WriteError};
use hotspot_core::atlas::Borough;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, HarmWeights, KindAnswer};
use hotspot_core::resource::gap::{Gap, by_shortfall};

/// A file that went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputFile<'a> {
    /// Its name, without its folder.
    pub name: &'a str,
    /// SHA-256 in lower-case hex.
    pub sha256: &'a str,
}

/// Areas that went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaFile<'a> {
    /// Their file.
    pub file: InputFile<'a>,
    /// The property that holds their codes, where it was named.
    pub code: Option<&'a str>,
}

/// From what the evidence is made.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What was asked.
    pub input: ChallengeInput<'a>,
    /// The answer.
    pub answer: &'a Challenge,
    /// Whose places the letter and the pages are about; all places without one. Files hold every place: shares are of the whole.
    pub borough: Option<&'a Borough>,
    /// The resources.
    pub resources: InputFile<'a>,
    /// Who lives where.
    pub people: Option<InputFile<'a>>,
    /// Who is stopped where.
    pub stops: Option<InputFile<'a>>,
    /// Name of the folder of releases, for the command that makes the archive again.
    pub releases: &'a str,
    /// Name of the folder of protected figures, where these are asked and not the records.
    pub protected: Option<&'a str>,
    /// The areas.
    pub areas: Option<AreaFile<'a>>,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A workbook would break the guidance.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// An archive cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The page's template.
    #[error("the page cannot be made")]
    Page(#[from] minijinja::Error),
}

/// Places of a kind by shortfall, the largest first, with their rows.
pub fn in_order(kind: &KindAnswer) -> Vec<(usize, &Gap)> {
    by_shortfall(&kind.gaps).into_iter().map(|row| (row, &kind.gaps[row])).collect()
}

fn of_weights(harm: &HarmWeights) -> InputFile<'_> {
    InputFile { name: &harm.version, sha256: &harm.sha256 }
}

/// Name of the page.
const PAGE: &str = "index.html";
/// Name of the manifest.
const MANIFEST: &str = "manifest.json";

impl Evidence<'_> {
    /// Rows of the places that the pages are about.
    pub fn subjects(&self) -> Vec<usize> {
        let about = |at: &usize| {
            let place = &self.answer.places[*at];
            self.borough.is_none_or(|b| !place.is_rest && place.borough.as_deref() == Some(&b.code))
        };
        (0..self.answer.places.len()).filter(about).collect()
    }

    /// The weights of harm.
    fn harm(&self) -> Option<InputFile<'_>> {
        self.input.harm.map(of_weights)
    }

    /// The other weights of harm.
    fn other_harm(&self) -> impl Iterator<Item = InputFile<'_>> {
        self.input.other_harm.iter().map(of_weights)
    }

    /// The class of the records, in words.
    pub fn marking(&self) -> String {
        marking(self.input.release.class, self.input.release.licence.as_deref())
    }

    /// Every file, by name: path in the archive and bytes.
    ///
    /// # Errors
    /// [`EvidenceError`] when a chart, the page or the workbook cannot be made.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, EvidenceError> {
        let tables = tables::tables(&self.input, self.answer);
        let mut files: Vec<(String, Vec<u8>)> = vec![
            (PAGE.to_owned(), self.page()?.into_bytes()),
            ("challenge.ods".to_owned(), self.workbook(&tables)?.to_ods()?),
            ("places.geojson".to_owned(), self.geojson(&tables).into_bytes()),
            ("method.md".to_owned(), self.method().into_bytes()),
        ];
        files.extend(tables.iter().map(|table| (format!("tables/{}.csv", table.id), csv(table).into_bytes())));
        files.extend(self.drawn()?.into_iter().map(|(name, svg)| (format!("charts/{name}.svg"), svg.into_bytes())));
        files.sort();
        let manifest = self.manifest(&files);
        files.push((MANIFEST.to_owned(), manifest.into_bytes()));
        files.sort();
        Ok(files)
    }

    /// The files as a zip archive.
    ///
    /// # Errors
    /// As [`Evidence::files`].
    pub fn pack(&self) -> Result<Vec<u8>, EvidenceError> {
        Ok(crate::workbook::pack(&self.files()?)?)
    }

    fn method(&self) -> String {
        let mut parts = vec![format!("# Method\n\n{}\n\n{}\n", self.marking(), words::asked(&self.input, self.answer))];
        parts.extend(words::method(&self.input).into_iter().map(|(heading, words)| format!("\n## {heading}\n\n{words}\n")));
        parts.push("\n## What it does not say\n\n".to_owned());
        parts.extend(words::LIMITS.iter().map(|limit| format!("- {limit}\n")));
        parts.push(format!("\n## To make it again\n\n    {}\n", self.command()));
        parts.concat()
    }
}
