//! Measures of success as a page and as one archive.
//!
//! | question | here |
//! | --- | --- |
//! | what does a person read? | [`content`], which is put into a page |
//! | what are the figures? | [`tables`] |
//! | one archive, the same bytes on any machine | [`SuccessPack::pack`] |
//!
//! # Files
//! `index.html` (needs nothing else, no script, prints), `success-factors.ods`, every table as `tables/….csv`, and `manifest.json`. The class of
//! the figures stands in each. No score and no colour of good and bad is in any of them.

mod book;
mod content;
pub mod tables;

pub use content::content;

use crate::challenge::EvidenceError;
use crate::challenge::command::quoted;
use crate::challenge::manifest::sha256;
use crate::summary::json::{document, lines, list, object, text};
use crate::summary::{csv, marking};
use hotspot_core::success::{DEFINITIONS, DEFINITIONS_VERSION, POLICY};
use hotspot_core::view::SuccessView;
use minijinja::{AutoEscape, Environment, context};

/// What the manifest is.
const FORMAT: &str = "hotspot-success/1";
/// Heading of the page.
pub const TITLE: &str = "Success factors";

/// The class of the figures, in words.
pub fn marking_of(view: &SuccessView) -> String {
    marking(view.class, view.licence.as_deref())
}

/// From what the archive is made.
#[derive(Debug, Clone, Copy)]
pub struct SuccessPack<'a> {
    /// The measures.
    pub view: &'a SuccessView,
    /// Name of the folder of the edition, where one went in.
    pub edition: Option<&'a str>,
}

impl SuccessPack<'_> {
    /// Every file, by name: path in the archive and bytes.
    ///
    /// # Errors
    /// [`EvidenceError`] when a chart, the page or the workbook cannot be made.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, EvidenceError> {
        let tables = tables::tables(self.view);
        let mut files: Vec<(String, Vec<u8>)> = vec![
            ("index.html".to_owned(), self.page()?.into_bytes()),
            ("success-factors.ods".to_owned(), self.workbook(&tables)?.to_ods()?),
        ];
        files.extend(tables.iter().map(|table| (format!("tables/{}.csv", table.id), csv(table).into_bytes())));
        files.sort();
        let manifest = self.manifest(&files);
        files.push(("manifest.json".to_owned(), manifest.into_bytes()));
        files.sort();
        Ok(files)
    }

    /// The command that makes the archive again, in a folder that holds what went in.
    pub fn command(&self) -> String {
        let edition = self.edition.map_or_else(String::new, |folder| format!(" --summary {}", quoted(folder)));
        let measures = self.view.files.first().map_or("", |file| &file.name);
        format!("hotspot factors --measures {}{edition} --out factors.zip", quoted(measures))
    }

    /// The files as a zip archive.
    ///
    /// # Errors
    /// As [`SuccessPack::files`].
    pub fn pack(&self) -> Result<Vec<u8>, EvidenceError> {
        Ok(crate::workbook::pack(&self.files()?)?)
    }

    fn page(&self) -> Result<String, EvidenceError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_template("page", include_str!("success/page.html"))?;
        Ok(environment.get_template("page")?.render(context! {
            title => TITLE,
            style => crate::STYLE,
            marking => marking_of(self.view),
            content => content(self.view)?,
            command => self.command(),
            version => env!("CARGO_PKG_VERSION"),
        })?)
    }

    fn manifest(&self, files: &[(String, Vec<u8>)]) -> String {
        let digest = |name: &str, sha256: &str| object([("file", text(name)), ("sha256", text(sha256))]);
        let policy = &self.view.factors.policy.version;
        document(&[
            ("format", text(FORMAT)),
            ("version", text(env!("CARGO_PKG_VERSION"))),
            ("class", text(self.view.class.id())),
            ("marking", text(&marking_of(self.view))),
            ("known_on", text(&self.view.known_on.to_string())),
            ("command", text(&self.command())),
            ("inputs", list(self.view.files.iter().map(|f| digest(&f.name, &f.sha256)))),
            (
                "policy",
                list([
                    digest(&format!("{policy}.csv"), &sha256(POLICY.as_bytes())),
                    digest(&format!("{DEFINITIONS_VERSION}.csv"), &sha256(DEFINITIONS.as_bytes())),
                ]),
            ),
            ("files", lines(&files.iter().map(|(name, bytes)| digest(name, &sha256(bytes))).collect::<Vec<_>>())),
        ])
    }
}
