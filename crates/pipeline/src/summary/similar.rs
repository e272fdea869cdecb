//! A supplied table of similar boroughs.

use super::record::Given;
use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::schema::input::similar;
use hotspot_core::summary::{Cube, Groups, Level};
use std::path::Path;

/// Reads groups of similar boroughs: columns `code` and `similar`, codes of boroughs, a row for each pair, the most similar first. CSV, plain
/// or gzip.
///
/// # Errors
/// When the file cannot be read, a column is missing, a code is no borough's, a borough is like itself, or a pair is repeated; file, row,
/// column and rule are named.
pub fn read_similar(path: &Path, cube: &Cube) -> Result<(Groups, Given)> {
    let bytes = std::fs::read(path).map_err(|e| Error::source(Stage::Ingest, path, e))?;
    let table = PlainTable::read(path, &mut |_, _| {})?;
    let places = cube.places();
    let rows_of = |column: &str| -> Result<Vec<u16>> {
        let row_of = |(row, text): (usize, &str)| {
            let found = places.iter().position(|p| p.level == Level::Borough && p.code == text.trim());
            found.map(|at| at as u16).ok_or_else(|| table.refused(row, column, "not the code of a borough"))
        };
        table.fields(column)?.into_iter().enumerate().map(row_of).collect()
    };
    let mut groups: Vec<Option<Vec<u16>>> = vec![None; places.len()];
    for (row, (code, other)) in rows_of(similar::CODE)?.into_iter().zip(rows_of(similar::SIMILAR)?).enumerate() {
        if code == other {
            return Err(table.refused(row, similar::SIMILAR, "a borough is not similar to itself"));
        }
        let group = groups[usize::from(code)].get_or_insert_default();
        if group.contains(&other) {
            return Err(table.refused(row, similar::SIMILAR, "the pair stands in the table already"));
        }
        group.push(other);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let rule = format!("those of the supplied table {name}");
    Ok((Groups { rule, rows: groups }, Given { name, sha256: sha256_hex(&bytes) }))
}
