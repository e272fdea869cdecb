//! A whole workbook.

use super::error::{Rule, WorkbookError, WriteError};
use super::page::{CONTENTS, CONTENTS_TABLE, COVER, NOTES, NOTES_TABLE};
use super::sheet::Sheet;
use super::{ods, text, xlsx};
use jiff::civil::Date;
use std::collections::HashSet;

/// The properties of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Title of the workbook: on its cover and among its properties.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// Who publishes it: author and company of the file, and a paragraph of the cover.
    pub publisher: String,
    /// Words to find it by, without commas.
    pub keywords: Vec<String>,
    /// The day on which it was made, 1900 to 9999.
    pub created: Date,
}

/// What the first sheet says, below the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// What the workbook is, a line each; at least one.
    pub summary: Vec<String>,
    /// The time that its figures cover.
    pub period: String,
    /// Who may read it: its class or handling marking.
    pub marking: String,
    /// The day as of which the data were known.
    pub known_on: Date,
    /// Whom to ask.
    pub contact: String,
    /// What else a reader should know, before the contact.
    pub sections: Vec<Section>,
}

/// A heading on the cover and the lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// Lines of plain text; at least one.
    pub lines: Vec<String>,
}

/// A workbook that meets the guidance: cover, contents, notes, then one sheet for each table.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    pub(super) about: About,
    pub(super) cover: Cover,
    pub(super) notes: Vec<String>,
    pub(super) sheets: Vec<Sheet>,
}

impl Workbook {
    /// A workbook. `notes` are numbered from 1 in their order; a text refers to one as `[note 1]`.
    ///
    /// # Errors
    /// No sheet, a line that is empty or not one line, two sheets or two tables of one name (`Cover`, `Contents` and `Notes`
    /// are taken, and so are `workbook_contents` and `workbook_notes`), a reference to a note that is not there, a date before
    /// 1900.
    pub fn new(about: About, cover: Cover, notes: Vec<String>, sheets: Vec<Sheet>) -> Result<Self, WorkbookError> {
        check_about(&about)?;
        check_cover(&cover)?;
        for (at, note) in notes.iter().enumerate() {
            text::check_line(note).map_err(|rule| rule.at(format!("note {}", at + 1)))?;
        }
        if sheets.is_empty() {
            return Err(Rule::NoSheets.at("workbook"));
        }
        let mut names: HashSet<_> = [COVER, CONTENTS, NOTES].map(str::to_lowercase).into();
        let mut tables: HashSet<_> = [CONTENTS_TABLE, NOTES_TABLE].map(str::to_lowercase).into();
        for sheet in &sheets {
            if !names.insert(sheet.name.to_lowercase()) {
                return Err(Rule::Duplicate.at(format!("worksheet {}", sheet.name)));
            }
            if !tables.insert(sheet.table.name.to_lowercase()) {
                return Err(Rule::Duplicate.at(format!("table {}", sheet.table.name)));
            }
        }
        let known = |text: &str| text::notes_in(text).all(|number| (1..=notes.len()).contains(&number));
        if !cover.lines().all(known) {
            return Err(Rule::UnknownNote.at("cover"));
        }
        if let Some(at) = notes.iter().position(|note| !known(note)) {
            return Err(Rule::UnknownNote.at(format!("note {}", at + 1)));
        }
        if let Some(sheet) = sheets.iter().find(|sheet| !sheet.texts().all(known)) {
            return Err(Rule::UnknownNote.at(format!("worksheet {}", sheet.name)));
        }
        Ok(Self { about, cover, notes, sheets })
    }

    /// The workbook as an Office Open XML file (`.xlsx`), each table a named Excel table.
    ///
    /// # Errors
    /// A file that the format cannot hold, as one over 4 GB.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, WriteError> {
        xlsx::write(self)
    }

    /// The workbook as an OpenDocument file (`.ods`), each table a named range with a header row.
    ///
    /// # Errors
    /// A file that the format cannot hold, as one over 4 GB.
    pub fn to_ods(&self) -> Result<Vec<u8>, WriteError> {
        ods::write(self)
    }

    /// Its sheets with tables, in order; cover, contents and notes are not among them.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }
}

impl Cover {
    /// Every line of the caller.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        let sections = self.sections.iter().flat_map(|section| std::iter::once(&section.heading).chain(&section.lines));
        self.summary.iter().chain([&self.period, &self.marking, &self.contact]).chain(sections).map(String::as_str)
    }
}

fn check_about(about: &About) -> Result<(), WorkbookError> {
    for (place, label) in [("title", &about.title), ("subject", &about.subject), ("publisher", &about.publisher)] {
        text::check_label(label).map_err(|rule| rule.at(format!("{place} of the workbook")))?;
    }
    for keyword in &about.keywords {
        text::check_label(keyword).map_err(|rule| rule.at("keyword of the workbook"))?;
    }
    check_date(about.created).map_err(|rule| rule.at("day on which the workbook was made"))
}

fn check_cover(cover: &Cover) -> Result<(), WorkbookError> {
    if cover.summary.is_empty() {
        return Err(Rule::Empty.at("cover, summary"));
    }
    if let Some(section) = cover.sections.iter().find(|section| section.lines.is_empty()) {
        return Err(Rule::Empty.at(format!("cover, section {}", section.heading)));
    }
    for line in cover.lines() {
        text::check_line(line).map_err(|rule| rule.at("cover, a line of it"))?;
    }
    check_date(cover.known_on).map_err(|rule| rule.at("cover, day as of which the data were known"))
}

fn check_date(date: Date) -> Result<(), Rule> {
    if date.year() < 1900 { Err(Rule::Date) } else { Ok(()) }
}
