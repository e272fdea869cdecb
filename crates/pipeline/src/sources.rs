//! What else says where reports are to be expected: a table of the user's, one column for each source.

use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::schema::input::SOURCES_ID;
use h3o::{CellIndex, Resolution};
use hotspot_core::hotspot::engagement::SourceColumn;
use hotspot_core::units::Units;
use std::path::Path;

/// Most that all units of a measure together may hold.
const MOST: f64 = 1e15;
/// Least that a unit may hold, if not 0.
const LEAST: f64 = 1e-6;

/// A file of sources, read.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFile {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// One for each column but the identifier, in the order of the file; a unit without a row has 0.
    pub columns: Vec<SourceColumn>,
    /// Rows of places that are no unit: they are left out.
    pub outside: u64,
}

/// Reads a CSV or Parquet table with the column `id` (an H3 cell in hexadecimal of one resolution from that of the units to 10, summed into
/// its unit; or the code of an area) and one further column for each source: numbers, zero or more, whose header says what they are and of
/// when. The values go to the units of `resolution` (0 for polygons).
///
/// # Errors
/// When the file cannot be read, has no source, an identifier is none or stands there twice, a value is no number or below 0, no row is of a unit,
/// or a source says nothing of any unit; row and column are named.
pub fn read_sources(path: &Path, units: &Units, resolution: u8) -> Result<SourceFile> {
    let refused = |what: &str| Error::refused(Stage::Ingest, path, what);
    let table = PlainTable::read(path, &mut |_, _| {})?;
    let ids = table.names(SOURCES_ID)?;
    let names: Vec<&str> = table.header().iter().map(String::as_str).filter(|h| !h.eq_ignore_ascii_case(SOURCES_ID)).collect();
    if names.is_empty() {
        return Err(refused("the table has no source: beside the identifier, one column each is needed"));
    }
    if names.iter().any(|name| name.is_empty()) {
        return Err(refused("a column has no name; the name says what the source is and of when"));
    }
    let rows = match units {
        Units::Areas(layer) => ids.iter().map(|id| layer.row(id)).collect(),
        Units::Cells(_) => cells(&table, &ids, resolution)?.iter().map(|cell| units.row(resolution, cell)).collect::<Vec<_>>(),
    };
    if rows.iter().all(Option::is_none) {
        return Err(refused("no row is of a unit of the study area").at_column(SOURCES_ID));
    }
    let len = units.level(resolution).map_or(0, |level| level.len());
    let columns = names.into_iter().map(|name| {
        let numbers = table.numbers(name)?;
        if let Some(row) = numbers.iter().position(|v| *v < 0.0) {
            return Err(table.refused(row, name, "below 0"));
        }
        if let Some(row) = numbers.iter().position(|v| *v > 0.0 && *v < LEAST) {
            return Err(table.refused(row, name, "above 0 and below a millionth: too small to be a measure"));
        }
        let mut values = vec![0.0; len];
        for (row, number) in rows.iter().zip(&numbers) {
            if let Some(row) = row {
                values[*row as usize] += number;
            }
        }
        if values.iter().all(|v| *v == 0.0) {
            return Err(refused("0 for every unit of the study area, so that it says nothing").at_column(name));
        }
        if values.iter().sum::<f64>() > MOST {
            return Err(refused("more than 10¹⁵ in all: no measure of people or reports is so large").at_column(name));
        }
        Ok(SourceColumn { name: name.to_owned(), values })
    });
    Ok(SourceFile {
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        sha256: table.sha256().to_owned(),
        columns: columns.collect::<Result<_>>()?,
        outside: rows.iter().filter(|row| row.is_none()).count() as u64,
    })
}

/// The units that hold the cells, by identifier.
fn cells(table: &PlainTable, ids: &[String], resolution: u8) -> Result<Vec<String>> {
    let wanted = Resolution::try_from(resolution).ok();
    let mut first = None;
    let unit = |(row, id): (usize, &String)| {
        let cell: CellIndex = id
            .parse()
            .map_err(|_error: h3o::error::InvalidCellIndex| table.refused(row, SOURCES_ID, "not an H3 cell in hexadecimal"))?;
        if *first.get_or_insert(cell.resolution()) != cell.resolution() {
            return Err(table.refused(row, SOURCES_ID, "a cell of another resolution than the first: some would count twice"));
        }
        let parent = wanted.filter(|_| cell.resolution() <= Resolution::Ten).and_then(|wanted| cell.parent(wanted));
        let parent = parent.ok_or_else(|| {
            table.refused(
                row,
                SOURCES_ID,
                "the cell is too large or too small: needed is one resolution from that of the units to 10",
            )
        })?;
        Ok(parent.to_string())
    };
    ids.iter().enumerate().map(unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};
    use hotspot_core::areas::AreaLayer;
    use hotspot_core::grid::{CellGrid, StudyArea};

    fn square(w: f64, e: f64) -> MultiPolygon<f64> {
        MultiPolygon::from(polygon![(x: w, y: 51.47), (x: e, y: 51.47), (x: e, y: 51.5), (x: w, y: 51.5)])
    }

    fn grid() -> Units {
        let area = StudyArea::new("Square", square(-0.1, -0.06)).unwrap();
        Units::Cells(CellGrid::cover(area, Resolution::Ten, Resolution::Eight).unwrap())
    }

    fn read(text: &str, units: &Units) -> Result<SourceFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sources.csv");
        std::fs::write(&path, text).unwrap();
        read_sources(&path, units, units.resolutions()[0])
    }

    #[test]
    fn cells_are_summed_into_their_unit_and_areas_go_by_their_code() {
        let units = grid();
        let unit = units.id(8, 3).unwrap();
        let cell: CellIndex = unit.parse().unwrap();
        let children: Vec<_> = cell.children(Resolution::Ten).take(3).collect();
        let text = format!(
            "\u{feff}Centre reports 2025,ID,surgeries\r\n1,{},0\r\n2.5,{},4\r\n4,{},0\r\n9,8a2a1072b59ffff,9\r\n",
            children[0], children[1], children[2]
        );
        let file = read(&text, &units).unwrap();
        assert_eq!((file.file.as_str(), file.outside, file.sha256.len()), ("sources.csv", 1, 64));
        assert_eq!(file.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Centre reports 2025", "surgeries"]);
        for (column, sum) in file.columns.iter().zip([7.5, 4.0]) {
            assert_eq!((column.values[3], column.values.iter().sum::<f64>()), (sum, sum));
        }
        let squares =
            vec![("A".to_owned(), "West".to_owned(), square(-0.2, -0.1)), ("B".to_owned(), "East".to_owned(), square(-0.1, 0.0))];
        let units = Units::Areas(AreaLayer::new("squares".to_owned(), squares).unwrap());
        let file = read("id,reports\nB,3\nelsewhere,1\n", &units).unwrap();
        assert_eq!((file.columns[0].values.as_slice(), file.outside), ([0.0, 3.0].as_slice(), 1));
    }

    #[test]
    fn a_bad_file_is_located_and_its_values_are_not_repeated() {
        let units = grid();
        let [a, b] = [3, 4].map(|row| units.id(8, row).unwrap());
        let child = b.parse::<CellIndex>().unwrap().center_child(Resolution::Nine).unwrap();
        let coarse = a.parse::<CellIndex>().unwrap().parent(Resolution::Seven).unwrap();
        for (text, says) in [
            (format!("cell,reports\n{a},1\n"), "column id"),
            (format!("id\n{a}\n"), "no source"),
            (format!("id,,reports\n{a},1,1\n"), "a column has no name"),
            (format!("id,reports,Reports\n{a},1,1\n"), "column reports"),
            (format!("id,reports\n{a},1\n{b},-77\n"), "row 3, column reports: below 0"),
            (format!("id,reports\n{a},1\n{b},77x\n"), "row 3, column reports: not a finite number"),
            (format!("id,reports\n{a},1\n{b},\n"), "row 3, column reports"),
            (format!("id,reports\n{a},1\n{a},77\n"), "row 3, column id"),
            (format!("id,reports\n{a},1\n77x,2\n"), "row 3, column id: not an H3 cell"),
            (format!("id,reports\n{a},1\n{child},77\n"), "row 3, column id: a cell of another resolution"),
            (format!("id,reports\n{coarse},77\n"), "row 2, column id: the cell is too large"),
            ("id,reports\n8a2a1072b59ffff,77\n".to_owned(), "column id: no row is of a unit"),
            (format!("id,reports,zero\n{a},77,0\n"), "column zero: 0 for every unit"),
        ] {
            let message = read(&text, &units).unwrap_err().to_string();
            assert!(message.contains(says) && message.contains("sources.csv"), "{message} ({says})");
            // The folder has a name by chance.
            let (_, said) = message.split_once("sources.csv").unwrap();
            assert!(!said.contains("77"), "{message}");
        }
    }
}
