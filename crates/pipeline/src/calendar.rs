//! The calendar of events that an analyst supplies: what happened when, which strands it may set off, and where.

use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::schema::input::calendar;
use hotspot_core::hotspot::event::{Event, meant};
use hotspot_core::month::{date_of_day, day_number};
use hotspot_core::release::ReportingArea;
use hotspot_core::{Month, Strand, StrandSet};
use jiff::civil::Date;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Most events of a calendar.
pub const MAX_EVENTS: usize = 1_000;
/// Longest name of an event, in characters.
const MAX_NAME: usize = 200;

/// A calendar, read.
#[derive(Debug)]
pub struct CalendarFile {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The events, in the order of the file.
    pub events: Vec<Event>,
    path: PathBuf,
    table: PlainTable,
}

/// Reads a calendar: columns `id`, `name`, `from`, `to` (`YYYY-MM-DD`, both days included), `strands`, `areas` (lists with spaces or `;`
/// between their entries; blank: all). CSV, plain or gzip.
///
/// # Errors
/// When the file cannot be read, a column is missing, an identifier is blank, repeated or has a space in it, a day is none, an event ends
/// before it begins, a strand is none, or there are more than [`MAX_EVENTS`]; file, row, column and rule are named.
pub fn read_calendar(path: &Path) -> Result<CalendarFile> {
    let bytes = std::fs::read(path).map_err(|e| Error::source(Stage::Ingest, path, e))?;
    let table = PlainTable::read(path, &mut |_, _| {})?;
    if table.len() > MAX_EVENTS {
        return Err(Error::refused(Stage::Ingest, path, format!("more than {MAX_EVENTS} events")));
    }
    let ids = table.names(calendar::ID)?;
    if let Some(row) = ids.iter().position(|id| id.contains(char::is_whitespace)) {
        return Err(table.refused(row, calendar::ID, "an identifier has no space in it"));
    }
    let names = table.texts(calendar::NAME)?;
    if let Some(row) = names.iter().position(|name| name.chars().count() > MAX_NAME) {
        return Err(table.refused(row, calendar::NAME, "longer than 200 characters"));
    }
    let from = days(&table, calendar::FROM)?;
    let to = days(&table, calendar::TO)?;
    if let Some(row) = (0..ids.len()).find(|row| to[*row] < from[*row]) {
        return Err(table.refused(row, calendar::TO, "the event ends before it begins"));
    }
    let strands = strands(&table)?;
    let areas = table.fields(calendar::AREAS)?.into_iter().map(|text| list(text).map(str::to_owned).collect());
    let rows = ids.into_iter().zip(names).zip(from.into_iter().zip(to)).zip(strands.into_iter().zip(areas));
    let event = |(((id, name), (from, to)), (strands, areas))| Event { id, name, from, to, strands, areas };
    let events = rows.map(event).collect();
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(CalendarFile { file, sha256: sha256_hex(&bytes), events, path: path.to_owned(), table })
}

impl CalendarFile {
    /// Refuses an event in an area of which no record is told apart: it would set off nothing, and nobody would know why.
    ///
    /// # Errors
    /// The first such row.
    pub fn areas_are_of(&self, reporting: &[ReportingArea]) -> Result<()> {
        let known = |code: &String| reporting.iter().any(|area| area.code == *code);
        let Some(row) = self.events.iter().position(|event| !event.areas.iter().all(known)) else { return Ok(()) };
        if reporting.iter().all(|area| area.code.is_empty()) {
            let what = format!("this release has no reporting areas; the column {} stays blank", calendar::AREAS);
            return Err(Error::refused(Stage::Ingest, &self.path, what));
        }
        Err(self.table.refused(row, calendar::AREAS, "not the code of a reporting area of this release"))
    }
}

/// Entries of a list.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ';' || c.is_whitespace()).filter(|entry| !entry.is_empty())
}

fn days(table: &PlainTable, column: &str) -> Result<Vec<i32>> {
    let day = |(row, text): (usize, &str)| {
        let date = (text.len() == "YYYY-MM-DD".len()).then(|| text.parse::<Date>().ok()).flatten();
        let date = date.filter(|date| Month::of(*date).is_some());
        date.map(day_number).ok_or_else(|| table.refused(row, column, "not a day of 1900 to 2199; write YYYY-MM-DD"))
    };
    table.fields(column)?.into_iter().enumerate().map(day).collect()
}

fn strands(table: &PlainTable) -> Result<Vec<StrandSet>> {
    let parse = |(row, text): (usize, &str)| {
        let named = list(text).map(str::parse::<Strand>).collect::<std::result::Result<Vec<_>, _>>();
        let named = named.map_err(|_| {
            let what = format!("not a strand; allowed are {}, with spaces or ; between them", Strand::NAMES);
            table.refused(row, calendar::STRANDS, &what)
        })?;
        // A set means its lowest members: a strand that is named beside one above it adds nothing, and must not narrow it.
        let above = |strand: Strand| std::iter::successors(strand.parent(), |s| s.parent());
        Ok(named.iter().copied().filter(|strand| !above(*strand).any(|s| named.contains(&s))).collect())
    };
    table.fields(calendar::STRANDS)?.into_iter().enumerate().map(parse).collect()
}

/// Writes a calendar in the form that [`read_calendar`] reads.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_calendar_csv(events: &[Event], out: impl Write) -> Result<()> {
    let at = Path::new("calendar");
    let fail = |e: csv::Error| Error::source(Stage::Write, at, e);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(calendar::ALL).map_err(fail)?;
    let date = |day: i32| date_of_day(day).map_or_else(String::new, |date| date.to_string());
    for event in events {
        let strands: Vec<&str> = meant(event.strands).map(Strand::id).collect();
        let areas = event.areas.join(" ");
        writer
            .write_record([&event.id, &event.name, &date(event.from), &date(event.to), &strands.join(" "), &areas])
            .map_err(fail)?;
    }
    writer.flush().map_err(|e| Error::source(Stage::Write, at, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "id,name,from,to,strands,areas\n";

    fn read(text: &str) -> Result<CalendarFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.csv");
        std::fs::write(&path, text).unwrap();
        read_calendar(&path)
    }

    fn of(strands: &[Strand]) -> StrandSet {
        strands.iter().copied().collect()
    }

    #[test]
    fn a_calendar_comes_back_as_it_was_written() {
        let text = format!(
            "{HEADER}a-1,\"An attack, far away\",2024-10-07,2024-10-09,antisemitic;islamophobic,E09000028 E09000001\nvote,A vote,2024-06-23,2024-06-23,,\n"
        );
        let found = read(&text).unwrap();
        assert_eq!((found.file.as_str(), found.sha256.len(), found.events.len()), ("events.csv", 64, 2));
        let attack = &found.events[0];
        assert_eq!((attack.name.as_str(), attack.to - attack.from), ("An attack, far away", 2));
        assert_eq!(attack.strands, of(&[Strand::Antisemitic, Strand::Islamophobic]));
        assert_eq!(attack.areas, ["E09000028", "E09000001"]);
        assert_eq!(date_of_day(attack.from).unwrap().to_string(), "2024-10-07");
        assert!(found.events[1].strands.is_empty() && found.events[1].areas.is_empty());
        let mut out = Vec::new();
        write_calendar_csv(&found.events, &mut out).unwrap();
        assert_eq!(read(&String::from_utf8(out).unwrap()).unwrap().events, found.events);
    }

    #[test]
    fn a_strand_beside_one_above_it_means_the_one_above() {
        let found = read(&format!("{HEADER}a,A,2024-01-01,2024-01-01,antisemitic religion,\n")).unwrap();
        assert_eq!(found.events[0].strands, of(&[Strand::Religion]));
    }

    #[test]
    fn what_is_wrong_is_located_and_not_quoted() {
        for (row, column, what) in [
            ("secret 7,A,2024-01-01,2024-01-01,,", "id", "no space"),
            (",A,2024-01-01,2024-01-01,,", "id", "blank"),
            ("secret,,2024-01-01,2024-01-01,,", "name", "blank"),
            ("secret,A,2024-02-30,2024-03-01,,", "from", "YYYY-MM-DD"),
            ("secret,A,19000,2024-03-01,,", "from", "YYYY-MM-DD"),
            ("secret,A,2024-01-01,2024-01-01T10:00,,", "to", "YYYY-MM-DD"),
            ("secret,A,2024-01-02,2024-01-01,,", "to", "before it begins"),
            ("secret,A,2024-01-01,2024-01-01,secret,", "strands", "antisemitic"),
            ("fine,A,2024-01-01,2024-01-01,,", "id", "earlier row"),
        ] {
            let message = read(&format!("{HEADER}fine,A,2024-01-01,2024-01-01,,\n{row}\n")).unwrap_err().to_string();
            let located = format!("row 3, column {column}");
            assert!(message.contains(&located) && message.contains(what) && !message.contains("secret"), "{row}: {message}");
        }
        let message = read("id,name,from,to,strands\n").unwrap_err().to_string();
        assert!(message.contains("areas"), "{message}");
        let many = (0..=MAX_EVENTS).fold(HEADER.to_owned(), |text, i| text + &format!("e{i},A,2024-01-01,2024-01-01,,\n"));
        assert!(read(&many).unwrap_err().to_string().contains("more than 1000 events"));
    }

    #[test]
    fn an_area_that_no_record_is_in_is_refused() {
        let area = |code: &str| ReportingArea { code: code.to_owned(), name: String::new(), residents: None };
        let found = read(&format!("{HEADER}a,A,2024-01-01,2024-01-01,,\nb,B,2024-01-01,2024-01-01,,E1 E3\n")).unwrap();
        assert!(found.areas_are_of(&[area("E1"), area("E3")]).is_ok());
        let message = found.areas_are_of(&[area("E1"), area("E2")]).unwrap_err().to_string();
        assert!(message.contains("row 3, column areas") && !message.contains("E3"), "{message}");
        assert!(found.areas_are_of(&[]).unwrap_err().to_string().contains("no reporting areas"));
    }
}
