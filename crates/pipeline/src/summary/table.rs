//! Tables of a publication as Parquet, and the table of an earlier edition read again.

use crate::error::{Result, Stage};
use crate::frame::{self, Col, TableWriter};
use hotspot_core::summary::revision::{FigureKey, Published};
use hotspot_core::summary::tables::{Table, Values};
use hotspot_core::summary::{Basis, Gap, Level, Marked, strands};
use hotspot_core::{Month, Strand};
use std::collections::BTreeMap;
use std::path::Path;

/// A table as Parquet: text as UTF-8, whole numbers as `i64`, decimals as `f64`. The file's metadata has the meaning of every column under its
/// name, and what is said of the edition under `edition.` and a key, so that a file that was taken out of its folder still says what it is.
/// The same table gives the same bytes.
///
/// # Errors
/// When the table cannot be written.
pub fn parquet(table: &Table, edition: &[(&str, String)]) -> Result<Vec<u8>> {
    let mut writer = TableWriter::new().with_metadata("edition.table", format!("{}: {}", table.id, table.what));
    for (key, value) in edition {
        writer = writer.with_metadata(&format!("edition.{key}"), value.clone());
    }
    for column in &table.columns {
        writer = match &column.values {
            Values::Text(values) => writer.with(Col::new(column.name), values.iter()),
            Values::Integer(values) => writer.with_optional(Col::new(column.name), values.iter().map(Option::as_ref)),
            Values::Decimal(values) => writer.with_optional(Col::new(column.name), values.iter().map(Option::as_ref)),
        };
        let unit = if column.unit.is_empty() { String::new() } else { format!(" [{}]", column.unit) };
        writer = writer.with_metadata(column.name, format!("{}{unit}", column.what));
    }
    writer.into_parquet(Stage::Write, Path::new(table.id))
}

const MONTH: Col<String> = Col::new("month");
const BASIS: Col<String> = Col::new("basis");
const LEVEL: Col<String> = Col::new("level");
const CODE: Col<String> = Col::new("code");
const PLACE: Col<String> = Col::new("place");
const STRAND: Col<String> = Col::new("strand");
const RECORDS: Col<i64> = Col::new("records");
const STATUS: Col<String> = Col::new("status");
const FIRST_RECORDS: Col<i64> = Col::new("first_records");
const FIRST_STATUS: Col<String> = Col::new("first_status");
const FIRST_EDITION: Col<String> = Col::new("first_edition");

/// The figures of an edition, from its table of all months.
pub(super) fn read_history(path: &Path, bytes: Vec<u8>) -> Result<BTreeMap<FigureKey, Published>> {
    let table = frame::Table::from_parquet(Stage::Write, path, bytes, &[])?;
    let broken = |row, column: &str| table.error_at(row, column, "this is no value that an edition has");
    let month = |row: usize, text: &str, column| text.parse::<Month>().map_err(|_| broken(row, column));
    let (months, bases, levels) = (table.column(MONTH)?, table.column(BASIS)?, table.column(LEVEL)?);
    let (codes, names, of_strands) = (table.column(CODE)?, table.column(PLACE)?, table.column(STRAND)?);
    let (records, statuses) = (table.optional(RECORDS)?, table.column(STATUS)?);
    let (firsts, first_statuses) = (table.optional(FIRST_RECORDS)?, table.column(FIRST_STATUS)?);
    let editions = table.column(FIRST_EDITION)?;
    let marked = |row, value: Option<i64>, status: &str, column| -> Result<Marked<u32>> {
        match value {
            Some(n) => u32::try_from(n).map(Ok).map_err(|_| broken(row, column)),
            None if status.starts_with(Gap::Suppressed.shorthand()) => Ok(Err(Gap::Suppressed)),
            None if status.starts_with(Gap::NotApplicable.shorthand()) => Ok(Err(Gap::NotApplicable)),
            None => Ok(Err(Gap::NotAvailable)),
        }
    };
    let mut figures = BTreeMap::new();
    for row in 0..table.len() {
        let strand = strands().find(|s| of_strands[row] == s.map_or("all", Strand::id)).ok_or_else(|| broken(row, STRAND.name))?;
        let key = FigureKey {
            basis: Basis::ALL.into_iter().find(|b| b.id() == bases[row]).ok_or_else(|| broken(row, BASIS.name))?,
            level: Level::ALL.into_iter().find(|l| l.id() == levels[row]).ok_or_else(|| broken(row, LEVEL.name))?,
            code: codes[row].clone(),
            name: names[row].clone(),
            strand,
            month: month(row, &months[row], MONTH.name)?,
        };
        let published = Published {
            records: marked(row, records[row], &statuses[row], RECORDS.name)?,
            first: marked(row, firsts[row], &first_statuses[row], FIRST_RECORDS.name)?,
            first_edition: month(row, &editions[row], FIRST_EDITION.name)?,
        };
        figures.insert(key, published);
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::summary::tables::Column;
    use polars::prelude::*;

    const WHAT: &str = "Meaning.";

    fn table() -> Table {
        let column = |name, unit, values| Column { name, unit, what: WHAT, values };
        let places: Vec<String> = (0..5000).map(|n| ["London", "=1+1", "", "Camden, \"north\""][n % 4].to_owned()).collect();
        let records = (0..5000).map(|n| (n % 7 > 0).then_some(n - 3)).collect();
        let rates = (0..5000).map(|n| (n % 5 > 0).then(|| f64::from(n) * 0.0001)).collect();
        Table {
            id: "figures",
            what: "What a row is.",
            columns: vec![
                column("place", "", Values::Text(places)),
                column("records", "records", Values::Integer(records)),
                column("rate", "per 1,000", Values::Decimal(rates)),
            ],
        }
    }

    #[test]
    fn a_table_comes_back_from_parquet_value_by_value_and_in_the_same_bytes() {
        let table = table();
        let said = [("class", "synthetic".to_owned()), ("month", "2026-10".to_owned())];
        let bytes = parquet(&table, &said).unwrap();
        assert_eq!(bytes, parquet(&table, &said).unwrap());
        assert!(bytes.len() < 50_000, "texts that repeat are written once: {} bytes", bytes.len());
        let frame = ParquetReader::new(std::io::Cursor::new(bytes.clone())).finish().unwrap();
        assert_eq!(frame.height(), table.len());
        for column in &table.columns {
            let read = frame.column(column.name).unwrap();
            match &column.values {
                Values::Text(v) => {
                    let read: Vec<&str> = read.str().unwrap().iter().map(Option::unwrap).collect();
                    assert_eq!(&read, v);
                }
                Values::Integer(v) => assert_eq!(&read.i64().unwrap().iter().collect::<Vec<_>>(), v),
                Values::Decimal(v) => assert_eq!(&read.f64().unwrap().iter().collect::<Vec<_>>(), v),
            }
        }
        // Taken out of its folder, it still says what it is.
        let text = String::from_utf8_lossy(&bytes);
        for known in ["edition.class", "synthetic", "edition.month", "2026-10", "figures: What a row is.", "Meaning. [per 1,000]"] {
            assert!(text.contains(known), "{known}");
        }
    }
}
