//! Who lives where, and who is stopped where, as supplied: tables of the user's own.

use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::schema::input::people as column;
use hotspot_core::resource::fairness::{People, Stops};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most rows of a file.
const MOST: usize = 200_000;
/// Most groups: each is asked about on its own.
const MOST_GROUPS: usize = 200;
/// Longest text of a field, in characters.
const MOST_TEXT: usize = 200;

/// A file of people or of stops, read.
#[derive(Debug)]
pub struct Supplied<T> {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// One a row, in the order of the file.
    pub rows: Vec<T>,
    table: PlainTable,
}

impl<T> Supplied<T> {
    fn of(path: &Path, table: PlainTable, rows: Vec<T>) -> Self {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { file, sha256: table.sha256().to_owned(), rows, table }
    }

    /// An error at a row (from 0): `rule` must not hold a value.
    pub fn refused(&self, row: u32, rule: &str) -> Error {
        self.table.refused(row as usize, column::AREA, rule)
    }
}

/// Reads a CSV or Parquet table with the columns `area_code` (a borough, or an area of a release on polygons), `group` (such as `ethnicity: Asian`),
/// `people` (a whole number) and `source`.
///
/// # Errors
/// When the file cannot be read, a column is missing, a field breaks its rule, or a group stands twice in an area; file, row, column and rule are named.
pub fn read_people(path: &Path) -> Result<Supplied<People>> {
    let table = read(path)?;
    let (areas, groups, sources) = (texts(&table, column::AREA)?, texts(&table, column::GROUP)?, texts(&table, column::SOURCE)?);
    let people = table.counts(column::PEOPLE)?;
    let mut seen = BTreeSet::new();
    let mut rows = Vec::with_capacity(table.len());
    for (row, ((area, group), source)) in areas.into_iter().zip(groups).zip(sources).enumerate() {
        if !seen.insert((area.clone(), group.clone())) {
            return Err(table.refused(row, column::GROUP, "the group stands in an earlier row of the same area already"));
        }
        rows.push(People { area, group, people: people[row].into(), source });
    }
    if rows.iter().map(|r| &r.group).collect::<BTreeSet<_>>().len() > MOST_GROUPS {
        return Err(Error::refused(Stage::Ingest, path, format!("{MOST_GROUPS} groups at most")));
    }
    Ok(Supplied::of(path, table, rows))
}

/// Reads a CSV or Parquet table with the columns `area_code`, `period_start` and `period_end` (`YYYY-MM-DD`, both days included), `group` and `stops` (a
/// whole number).
///
/// # Errors
/// When the file cannot be read, a column is missing, a field breaks its rule, or periods of a group overlap in an area; file, row, column and rule are
/// named.
pub fn read_stops(path: &Path) -> Result<Supplied<Stops>> {
    let table = read(path)?;
    let (areas, groups) = (texts(&table, column::AREA)?, texts(&table, column::GROUP)?);
    let (from, to) = (days(&table, column::PERIOD_START)?, days(&table, column::PERIOD_END)?);
    let stops = table.counts(column::STOPS)?;
    let mut held: BTreeMap<(&str, &str), BTreeMap<Date, Date>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        if to[row] < from[row] {
            return Err(table.refused(row, column::PERIOD_END, "the period ends before it begins"));
        }
        let periods = held.entry((&areas[row], &groups[row])).or_default();
        // Of those that begin by its end, the last is the only one that can reach into it: the others do not overlap.
        if periods.range(..=to[row]).next_back().is_some_and(|(_, end)| *end >= from[row]) {
            return Err(table.refused(row, column::PERIOD_START, "the period overlaps another of the same area and group"));
        }
        periods.insert(from[row], to[row]);
        rows.push(Stops {
            area: areas[row].clone(),
            from: from[row],
            to: to[row],
            group: groups[row].clone(),
            stops: stops[row].into(),
        });
    }
    Ok(Supplied::of(path, table, rows))
}

fn read(path: &Path) -> Result<PlainTable> {
    let table = PlainTable::read(path, &mut |_, _| {})?;
    if table.is_empty() || table.len() > MOST {
        return Err(Error::refused(Stage::Ingest, path, format!("1 to {MOST} rows are needed")));
    }
    Ok(table)
}

fn texts(table: &PlainTable, name: &str) -> Result<Vec<String>> {
    let texts = table.texts(name)?;
    match texts.iter().position(|t| t.chars().count() > MOST_TEXT || t.chars().any(char::is_control)) {
        Some(row) => Err(table.refused(row, name, "longer than 200 characters, or not plain text")),
        None => Ok(texts.into_iter().map(|t| t.trim().to_owned()).collect()),
    }
}

fn days(table: &PlainTable, name: &str) -> Result<Vec<Date>> {
    let day = |(row, text): (usize, &str)| {
        let date = (text.len() == "YYYY-MM-DD".len()).then(|| text.parse::<Date>().ok()).flatten();
        date.filter(|d| (1900..2200).contains(&d.year()))
            .ok_or_else(|| table.refused(row, name, "not a day of 1900 to 2199; write YYYY-MM-DD"))
    };
    table.fields(name)?.into_iter().enumerate().map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn people_are_read_and_a_bad_field_is_named_and_never_quoted() {
        let read = |rows: &str| read_people(written(&format!("area_code,group,people,source\n{rows}\n")).path());
        let good = read("E09000007,ethnicity: Asian,52000,census 2021\nE09000007,ethnicity: Black, 17000 ,census 2021").unwrap();
        assert_eq!((good.rows[0].people, good.rows[1].group.as_str(), good.sha256.len()), (52_000, "ethnicity: Black", 64));
        for (rows, column, word) in [
            ("E09000007,secret,-3,x", "people", "whole number"),
            ("E09000007,secret,3.5,x", "people", "whole number"),
            ("E09000007,,3,x", "group", "blank"),
            (",secret,3,x", "area_code", "blank"),
            ("E09000007,secret,3,", "source", "blank"),
        ] {
            let message = read(rows).unwrap_err().to_string();
            assert!(message.contains("row 2") && message.contains(column) && message.contains(word), "{rows}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
        let twice = read("E09000007,a,3,x\nE09000007,b,3,x\nE09000007,a,4,y").unwrap_err().to_string();
        assert!(twice.contains("row 4") && twice.contains("earlier row"), "{twice}");
        let many: Vec<String> = (0..201).map(|at| format!("E09000007,g{at},1,x")).collect();
        assert!(read(&many.join("\n")).unwrap_err().to_string().contains("200 groups"));
    }

    #[test]
    fn stops_are_read_and_periods_do_not_overlap() {
        let read = |rows: &str| read_stops(written(&format!("area_code,period_start,period_end,group,stops\n{rows}\n")).path());
        let good =
            read("E09000007,2026-01-01,2026-03-31,a,10\nE09000007,2026-04-01,2026-06-30,a,0\nE09000007,2026-01-01,2026-03-31,b,7")
                .unwrap();
        assert_eq!((good.rows.len(), good.rows[1].stops), (3, 0));
        for (rows, row, word) in [
            ("E09000007,2026-01-01,2026-03-31,a,many", "row 2", "whole number"),
            ("E09000007,01/01/2026,2026-03-31,a,1", "row 2", "YYYY-MM-DD"),
            ("E09000007,2026-03-31,2026-01-01,a,1", "row 2", "before it begins"),
            ("E09000007,2026-01-01,2026-12-31,a,1\nE09000007,2026-03-01,2026-03-31,a,1", "row 3", "overlaps"),
            ("E09000007,2026-03-01,2026-03-31,a,1\nE09000007,2026-01-01,2026-12-31,a,1", "row 3", "overlaps"),
        ] {
            let message = read(rows).unwrap_err().to_string();
            assert!(message.contains(row) && message.contains(word), "{rows}: {message}");
        }
    }
}
