//! The summary as a workbook: a table a sheet, printed from the series and the tables.

mod draft;
mod months;
mod notes;
mod places;
mod printed;

use super::{Publication, ReportError};
use crate::workbook::{About, Cover, Section, Workbook};
use hotspot_core::summary::{Basis, Level};
use notes::Note;
use places::Signals;

const fn level_label(level: Level) -> &'static str {
    match level {
        Level::London => "London",
        Level::CommandUnit => "Command unit",
        Level::Borough => "Borough",
        Level::Elsewhere => "No borough",
        Level::Area => "Area",
    }
}

impl Publication<'_> {
    /// The month, as titles have it.
    fn month(&self) -> String {
        self.from.summary.month.in_words()
    }

    /// Cover, contents, notes, and a table a sheet. Sheets whose figures nobody gave (supplied areas, hotspots, parts and outcomes of published
    /// counts) are left out; revisions, signals and breaks say that there are none.
    ///
    /// # Errors
    /// [`ReportError::Workbook`] when the guidance would be broken.
    pub fn workbook(&self) -> Result<Workbook, ReportError> {
        let signals = Signals::of(self);
        let mut sheets = vec![self.records_sheet()?];
        for strand in self.strands() {
            sheets.push(self.strand_sheet(strand, &signals)?);
        }
        if self.from.cube.bases().contains(&Basis::Occurred) {
            sheets.push(self.occurred_sheet(&signals)?);
            sheets.push(self.late_sheet()?);
        }
        sheets.push(self.london_sheet()?);
        sheets.push(self.boroughs_sheet()?);
        sheets.push(self.revisions_sheet()?);
        sheets.push(self.signals_sheet()?);
        let given = [
            self.outcomes_sheet()?,
            self.offences_sheet()?,
            self.sources_sheet()?,
            self.similar_sheet()?,
            self.hotspots_sheet()?,
            self.areas_sheet()?,
        ];
        sheets.extend(given.into_iter().flatten());
        sheets.push(self.breaks_sheet()?);
        sheets.push(self.dictionary_sheet()?);
        let about = About {
            title: format!("Recorded hate crime in London, {}", self.month()),
            subject: "Recorded hate crime by borough and strand".to_owned(),
            publisher: "hotspot".to_owned(),
            keywords: ["hate crime", "London", "boroughs", "strands"].map(str::to_owned).to_vec(),
            created: self.from.known_on,
        };
        let notes = Note::ALL.map(|note| note.text(&self.from.groups.rule)).to_vec();
        Ok(Workbook::new(about, self.cover(), notes, sheets)?)
    }

    fn cover(&self) -> Cover {
        let one_line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let section = |heading: &str, lines: Vec<String>| Section { heading: heading.to_owned(), lines };
        let mut sections = Vec::new();
        if !self.from.warnings.is_empty() {
            sections.push(section("What a reader must know", self.from.warnings.iter().map(one_line).collect()));
        }
        sections.push(section(
            "Compared with",
            vec![match self.from.before {
                Some(before) => format!("The edition of {}, known on {}.", before.month.in_words(), before.known_on),
                None => "No edition: this is the first that is known here.".to_owned(),
            }],
        ));
        Cover {
            summary: vec![
                "Recorded hate crime by place and monitored strand. Most hate crime is never reported: these are records, not incidents."
                    .to_owned(),
            ],
            period: self.month(),
            marking: one_line(&self.marking()),
            known_on: self.from.known_on,
            contact: "The analyst who ran hotspot summary.".to_owned(),
            sections,
        }
    }
}
