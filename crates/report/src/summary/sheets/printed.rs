//! Sheets that are a table of the publication as it is.

use super::draft::{Draft, said, value};
use super::level_label;
use super::notes::Note;
use crate::summary::named::Named;
use crate::summary::{Publication, strand_label};
use crate::workbook::{Cell, Format, Sheet, Shorthand, WorkbookError};
use hotspot_core::Strand;
use hotspot_core::summary::Level;
use hotspot_core::summary::tables::{DICTIONARY, HOTSPOTS, REVISIONS, SIGNALS, SIMILAR, Values};

/// A column of a sheet: that of the table, its header, and how it is shown.
type Printed = (&'static str, &'static str, Format);

const REVISED: [Printed; 13] = [
    ("month", "Month", Format::Month),
    ("basis", "By the month in which it was", Format::Text),
    ("level", "Level", Format::Text),
    ("code", "Code", Format::Text),
    ("place", "Place", Format::Text),
    ("strand", "Strand", Format::Text),
    ("first_edition", "First edition", Format::Month),
    ("first_records", "Records in the first edition", Format::Integer),
    ("before_records", "Records in the edition before", Format::Integer),
    ("records", "Records now", Format::Integer),
    ("change", "Change since the edition before", Format::Integer),
    ("status", "Status", Format::Text),
    ("before_status", "Status in the edition before", Format::Text),
];

const SIGNAL: [Printed; 8] = [
    ("month", "Last month of the signal", Format::Month),
    ("from", "First month of the signal", Format::Month),
    ("basis", "By the month in which it was", Format::Text),
    ("level", "Level", Format::Text),
    ("code", "Code", Format::Text),
    ("place", "Place", Format::Text),
    ("strand", "Strand", Format::Text),
    ("words", "Signal", Format::Text),
];

const ALIKE: [Printed; 5] = [
    ("code", "Code", Format::Text),
    ("place", "Borough", Format::Text),
    ("nearest", "Order, 1 for the most similar", Format::Integer),
    ("similar_code", "Code of the similar borough", Format::Text),
    ("similar_place", "Similar borough", Format::Text),
];

const HOTSPOT: [Printed; 13] = [
    ("strand", "Strand", Format::Text),
    ("from", "First month of the window", Format::Month),
    ("to", "Last month of the window", Format::Month),
    ("id", "Identifier", Format::Text),
    ("name", "Name", Format::Text),
    ("code", "Code of the borough", Format::Text),
    ("change", "Change since the release before", Format::Text),
    ("first_seen", "First seen", Format::Month),
    ("rank", "Rank", Format::Integer),
    ("incidents", "Incidents", Format::Integer),
    ("expected", "Expected incidents", Format::Decimal(1)),
    ("evidence", "Evidence", Format::Text),
    ("into", "Hotspot that holds a part of it", Format::Text),
];

const MEANING: [Printed; 5] = [
    ("table", "Table", Format::Text),
    ("column", "Column, measure or marker", Format::Text),
    ("type", "Type", Format::Text),
    ("unit", "Unit or form", Format::Text),
    ("meaning", "Meaning", Format::Text),
];

/// A month of a file.
pub(super) fn month_cell(text: &str) -> Cell {
    text.parse::<hotspot_core::Month>().map_or(Shorthand::NotApplicable.into(), Cell::Month)
}

fn cell(table: Named<'_>, (name, _, format): Printed, row: usize) -> Cell {
    match (table.values(name), format) {
        (Values::Text(v), Format::Month) => month_cell(&v[row]),
        (Values::Text(v), _) => match name {
            "level" => Level::ALL.into_iter().find(|l| l.id() == v[row]).map_or_else(|| said(&v[row]), |l| level_label(l).into()),
            "strand" => strand_label(Strand::ALL.iter().copied().find(|s| s.id() == v[row])).into(),
            // An edition's figure that was revised says so by standing here.
            _ => said(&v[row]),
        },
        (Values::Integer(v), _) => v[row].map_or_else(|| why(table, name, row), |n| value(Ok(n as f64))),
        (Values::Decimal(v), _) => v[row].map_or_else(|| why(table, name, row), |n| value(Ok(n))),
    }
}

/// Why a number is not there: the marker that stands in the column of its status.
fn why(table: Named<'_>, name: &str, row: usize) -> Cell {
    let status = match name {
        "records" => "status",
        "first_records" => "first_status",
        "before_records" => "before_status",
        _ => return Shorthand::NotApplicable.into(),
    };
    let marker = table.text(status, row);
    let gaps = [Shorthand::Confidential, Shorthand::NotAvailable, Shorthand::NotApplicable, Shorthand::Break];
    gaps.into_iter().find(|s| marker.contains(s.symbol())).unwrap_or(Shorthand::NotAvailable).into()
}

impl Publication<'_> {
    /// A sheet of a table, be it empty.
    fn printed_sheet(
        &self,
        id: &str,
        columns: &[Printed],
        [name, table_name]: [&str; 2],
        title: String,
        intro: &str,
    ) -> Result<Sheet, WorkbookError> {
        let table = self.named(id);
        let rows: Vec<usize> = table.map_or(0..0, Named::rows).collect();
        columns
            .iter()
            .fold(Draft::of(&rows), |draft, printed| {
                draft.column(printed.1, printed.2, |row| table.map_or(Shorthand::NotApplicable.into(), |t| cell(t, *printed, *row)))
            })
            .sheet(name, table_name, title, vec![intro.to_owned()])
    }

    pub(super) fn revisions_sheet(&self) -> Result<Sheet, WorkbookError> {
        let against = match self.from.before {
            Some(before) => {
                format!("Unit: records. Compared with the edition of {}, known on {}.", before.month.in_words(), before.known_on)
            }
            None => "Unit: records. There is no edition before this one to compare with.".to_owned(),
        };
        let title = format!("Figures that the edition before had otherwise, {} {}", self.month(), Note::Revised);
        self.printed_sheet(REVISIONS, &REVISED, ["Revisions", "revisions_of_records"], title, &against)
    }

    pub(super) fn signals_sheet(&self) -> Result<Sheet, WorkbookError> {
        let title = format!("Signals of control charts in the last three months, {} {}", self.month(), Note::Chart);
        let intro = "A signal asks for a look; it is no finding.";
        self.printed_sheet(SIGNALS, &SIGNAL, ["Signals", "signals_in_words"], title, intro)
    }

    pub(super) fn similar_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        if self.named(SIMILAR).is_none() {
            return Ok(None);
        }
        let title = format!("Boroughs most like each, with which its rate is compared {}", Note::Similar);
        self.printed_sheet(SIMILAR, &ALIKE, ["Similar boroughs", "similar_boroughs"], title, "A row for each pair.").map(Some)
    }

    pub(super) fn hotspots_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        if self.from.hotspots.is_none() {
            return Ok(None);
        }
        let title = format!("Hotspots of the release of {}, and those that have ended", self.month());
        let intro = "Unit: incidents in the window. A hotspot is a place with more incidents than expected; it says nothing of who lives there.";
        self.printed_sheet(HOTSPOTS, &HOTSPOT, ["Hotspots", "hotspots_of_the_release"], title, intro).map(Some)
    }

    pub(super) fn dictionary_sheet(&self) -> Result<Sheet, WorkbookError> {
        let title = "Data dictionary of the files in CSV, Parquet and JSON".to_owned();
        let intro = "A table is a file of its own in CSV and Parquet, whose name ends with the table's; JSON has the same columns.";
        self.printed_sheet(DICTIONARY, &MEANING, ["Dictionary", "data_dictionary"], title, intro)
    }

    /// Changes of recording inside the months that are held.
    pub(super) fn breaks_sheet(&self) -> Result<Sheet, WorkbookError> {
        let rows: Vec<_> = self.from.breaks.inside(self.from.cube.months()).collect();
        let areas = |codes: &[String]| {
            let name = |code: &String| {
                let known = self.from.cube.places().iter().find(|p| p.code == *code);
                known.map_or_else(|| code.clone(), |p| p.name.clone())
            };
            if codes.is_empty() { "All of London".to_owned() } else { codes.iter().map(name).collect::<Vec<_>>().join(", ") }
        };
        Draft::of(&rows)
            .column("First day under the new recording", Format::Text, |b| b.from.strftime("%-d %B %Y").to_string().into())
            .column("Whose figures", Format::Text, |b| said(&areas(&b.areas)))
            .column("What changed", Format::Text, |b| said(&b.what))
            .column("Source", Format::Text, |b| said(&b.source))
            .sheet(
                "Breaks",
                "breaks_in_the_series",
                "Breaks in the series: figures before and after do not compare".to_owned(),
                vec!["No figure of this workbook compares months across a break.".to_owned()],
            )
    }
}
