//! What stands on each sheet, cell by cell: one layout for both formats.

use super::book::Workbook;
use super::cell::Cell;
use super::sheet::Sheet;
use super::shorthand::Shorthand;
use super::table::{Column, Format, Table};
use super::text::notes_in;
use super::{BODY_POINTS, HEADING_POINTS, TITLE_POINTS};
use std::borrow::Cow;
use std::collections::BTreeSet;

pub(super) const COVER: &str = "Cover";
pub(super) const CONTENTS: &str = "Contents";
pub(super) const NOTES: &str = "Notes";
pub(super) const CONTENTS_TABLE: &str = "workbook_contents";
pub(super) const NOTES_TABLE: &str = "workbook_notes";

/// Characters across a sheet without a table, whose lines are wrapped.
const PROSE_WIDTH: usize = 90;
/// Characters across the widest column of a table; longer text is wrapped.
const MAX_WIDTH: usize = 60;
/// Characters across the narrowest.
const MIN_WIDTH: usize = 8;
/// Characters of a column beyond its text: the gap to its neighbours.
const GAP: usize = 3;
/// Points of the highest row that a spreadsheet shows.
const MAX_HEIGHT: f64 = 409.5;

/// A sheet from its first row: lines in the first column, then, at most, one table.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) name: &'a str,
    pub(super) lines: Vec<Line<'a>>,
    pub(super) table: Option<Cow<'a, Table>>,
    /// Whether the first column holds names of sheets, each a link to it.
    pub(super) linked: bool,
}

#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) style: Style,
    pub(super) text: Cow<'a, str>,
}

/// How a line of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// The first cell of a sheet.
    Title,
    /// A heading on the cover.
    Heading,
    /// Plain text.
    Plain,
}

impl Style {
    pub(super) const fn points(self) -> u8 {
        match self {
            Self::Title => TITLE_POINTS,
            Self::Heading => HEADING_POINTS,
            Self::Plain => BODY_POINTS,
        }
    }
}

/// Lines of a text that is wrapped between words at so many characters.
fn lines_across(text: &str, width: usize) -> usize {
    text.split('\n')
        .map(|line| {
            let (mut lines, mut used) = (1, 0);
            for word in line.split(' ').map(|word| word.chars().count()) {
                if used > 0 && used + 1 + word > width {
                    lines += 1;
                    used = 0;
                }
                used += word + usize::from(used > 0);
                lines += used.saturating_sub(1) / width;
                used -= used.saturating_sub(1) / width * width;
            }
            lines
        })
        .sum()
}

/// Points of so many lines, in the quarters that spreadsheets count.
fn height(points: u8, lines: usize) -> f64 {
    let line = (f64::from(points) * 1.3 / 0.75).ceil() * 0.75;
    (line * lines as f64).min(MAX_HEIGHT)
}

/// Every sheet of the workbook, in order.
pub(super) fn pages(book: &Workbook) -> Vec<Page<'_>> {
    let mut pages = vec![cover(book), contents(book), notes(book)];
    pages.extend(book.sheets.iter().map(table_page));
    pages
}

impl Page<'_> {
    /// The first cell's text.
    pub(super) fn title(&self) -> &str {
        &self.lines[0].text
    }

    /// Characters across each column. The lines above a table run over the cells to their right, which are empty.
    pub(super) fn widths(&self) -> Vec<usize> {
        let Some(table) = &self.table else { return vec![PROSE_WIDTH] };
        let of_column = |(at, column): (usize, &Column)| {
            let cells = table.rows.iter().filter_map(|row| {
                let shown = column.format.shown(&row[at]);
                shown.split(['\n', '\r']).map(|line| line.chars().count()).max()
            });
            // A header is bold and wrapped between words, on about three lines.
            let header = column.header.split(' ').map(|word| word.chars().count()).max().unwrap_or_default();
            let header = header.max(column.header.chars().count().div_ceil(3));
            let header = (header * 6).div_ceil(5);
            cells.max().unwrap_or_default().max(header).saturating_add(GAP).clamp(MIN_WIDTH, MAX_WIDTH)
        };
        table.columns.iter().enumerate().map(of_column).collect()
    }

    /// Points from top to bottom of each row. Not every reader makes room for wrapped text by itself.
    pub(super) fn heights(&self) -> Vec<f64> {
        let widths = self.widths();
        let wrapped = |text: &str| if self.table.is_none() { lines_across(text, widths[0]) } else { 1 };
        let mut heights: Vec<_> = self.lines.iter().map(|line| height(line.style.points(), wrapped(&line.text))).collect();
        if let Some(table) = &self.table {
            let headers = table.columns.iter().zip(&widths);
            let header = headers.map(|(column, width)| lines_across(&column.header, width - 1)).max();
            heights.push(height(BODY_POINTS, header.unwrap_or(1)));
            heights.extend(table.rows.iter().map(|row| {
                let texts = row.iter().zip(&widths).filter_map(|(cell, width)| match cell {
                    Cell::Text(text) => Some(lines_across(text, width - GAP)),
                    _ => None,
                });
                height(BODY_POINTS, texts.max().unwrap_or(1))
            }));
        }
        heights
    }
}

fn line<'a>(style: Style, text: impl Into<Cow<'a, str>>) -> Line<'a> {
    Line { style, text: text.into() }
}

fn cover(book: &Workbook) -> Page<'_> {
    let (about, cover) = (&book.about, &book.cover);
    let mut lines = vec![line(Style::Title, &about.title)];
    lines.extend(cover.summary.iter().map(|summary| line(Style::Plain, summary)));
    let mut section = |heading: &'static str, text: Cow<'_, str>| {
        lines.extend([line(Style::Heading, heading), line(Style::Plain, text.into_owned())]);
    };
    section("Period", Cow::from(&cover.period));
    section("Publisher", Cow::from(&about.publisher));
    section("Marking", Cow::from(&cover.marking));
    section("Data as known on", cover.known_on.strftime("%-d %B %Y").to_string().into());
    for section in &cover.sections {
        lines.push(line(Style::Heading, &section.heading));
        lines.extend(section.lines.iter().map(|text| line(Style::Plain, text)));
    }
    lines.extend([line(Style::Heading, "Contact"), line(Style::Plain, &cover.contact)]);
    Page { name: COVER, lines, table: None, linked: false }
}

fn contents(book: &Workbook) -> Page<'_> {
    let own = [(COVER, book.about.title.as_str()), (NOTES, "Notes and shorthand used in this workbook")];
    let sheets = book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.title.as_str()));
    let rows = own.into_iter().chain(sheets).map(|(name, title)| vec![name.into(), title.into()]).collect();
    Page {
        name: CONTENTS,
        lines: vec![
            line(Style::Title, "Contents"),
            line(Style::Plain, "This worksheet contains one table. It lists the worksheets, each with a link to it."),
        ],
        table: Some(Cow::Owned(own_table(CONTENTS_TABLE, ["Worksheet", "Title"], rows))),
        linked: true,
    }
}

fn notes(book: &Workbook) -> Page<'_> {
    let texts = book.sheets.iter().flat_map(Sheet::texts).chain(book.notes.iter().map(String::as_str)).chain(book.cover.lines());
    let shorthand = shorthand_in(texts);
    let numbered = book.notes.iter().zip(1..).map(|(note, number)| vec![format!("note {number}").into(), note.as_str().into()]);
    let explained = shorthand.iter().map(|shorthand| vec![(*shorthand).into(), shorthand.meaning().into()]);
    let rows: Vec<Vec<Cell>> = numbered.chain(explained).collect();
    let says = if rows.is_empty() {
        "This workbook has no notes and uses no shorthand."
    } else {
        "This worksheet contains one table. It explains the notes and the shorthand used in this workbook."
    };
    let table = (!rows.is_empty()).then(|| Cow::Owned(own_table(NOTES_TABLE, ["Note or shorthand", "Meaning"], rows)));
    Page { name: NOTES, lines: vec![line(Style::Title, "Notes"), line(Style::Plain, says)], table, linked: false }
}

fn table_page(sheet: &Sheet) -> Page<'_> {
    let mut lines = vec![line(Style::Title, &sheet.title), line(Style::Plain, "This worksheet contains one table.")];
    lines.extend(sheet.intro.iter().map(|text| line(Style::Plain, text)));
    let notes: BTreeSet<_> = sheet.texts().flat_map(notes_in).collect();
    if !notes.is_empty() {
        let notes: Vec<_> = notes.iter().map(|number| format!("[note {number}]")).collect();
        lines.push(line(
            Style::Plain,
            format!("Notes used in this table: {}. The worksheet Notes explains them.", notes.join(", ")),
        ));
    }
    let shorthand = shorthand_in(sheet.texts());
    if !shorthand.is_empty() {
        let explained: Vec<_> = shorthand.iter().map(|one| format!("{} is {}", one.symbol(), one.meaning())).collect();
        lines.push(line(Style::Plain, format!("Shorthand used in this table: {}.", explained.join("; "))));
    }
    Page { name: &sheet.name, lines, table: Some(Cow::Borrowed(&sheet.table)), linked: false }
}

/// A table of text that the workbook adds itself, from texts that were checked.
fn own_table(name: &str, headers: [&str; 2], rows: Vec<Vec<Cell>>) -> Table {
    Table { name: name.to_owned(), columns: headers.map(|header| Column::new(header, Format::Text)).into(), rows }
}

fn shorthand_in<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<Shorthand> {
    let mut found = BTreeSet::new();
    for text in texts.filter(|text| text.contains('[')) {
        found.extend(Shorthand::ALL.into_iter().filter(|shorthand| text.contains(shorthand.symbol())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::lines_across;

    #[test]
    fn text_is_wrapped_between_words() {
        for (text, width, lines) in
            [("", 5, 1), ("one two", 7, 1), ("one two", 6, 2), ("one\ntwo", 7, 2), ("abcdefghijk", 5, 3), ("a abcdefghij a", 5, 4)]
        {
            assert_eq!(lines_across(text, width), lines, "{text:?} {width}");
        }
    }
}
