//! The truth behind a simulation as JSON: written by `hotspot simulate --truth`, read back to judge what was found.

use crate::as_text;
use crate::error::{Error, Result, Stage};
use h3o::CellIndex;
use hotspot_core::simulate::{AlsoStrand, PlantedPlace, StrandBackground, Truth, TruthCell, TruthHotspot, TruthMonth};
use hotspot_core::{Month, MonthRange, Strand};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Significant digits of expected numbers: enough to judge by, and 36 months stay under 20 MB.
const DIGITS: usize = 5;

#[derive(Debug, Serialize, Deserialize)]
struct File {
    label: String,
    seed: u64,
    /// H3 resolution of every cell.
    resolution: u8,
    #[serde(with = "as_text")]
    from: Month,
    #[serde(with = "as_text")]
    to: Month,
    months: Vec<MonthEntry>,
    background: Vec<Background>,
    also: Vec<Also>,
    places: Vec<Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MonthEntry {
    #[serde(with = "as_text")]
    month: Month,
    #[serde(with = "as_text")]
    strand: Strand,
    /// Factor of the strand's background in this month.
    scale: f64,
    /// Cells with a planted part; every other has `scale` times its background.
    cells: Vec<Cell>,
    hotspots: Vec<Hotspot>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Cell {
    #[serde(with = "as_text")]
    h3: CellIndex,
    intensity: f64,
    background: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Hotspot {
    id: String,
    /// The fewest cells with 95 % of its records.
    #[serde(with = "cells_as_text")]
    cells: Vec<CellIndex>,
    #[serde(with = "as_text")]
    born: Date,
    #[serde(with = "as_text")]
    ends: Date,
    /// Expected records in the month.
    strength: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Background {
    #[serde(with = "as_text")]
    strand: Strand,
    cells: Vec<Share>,
}

/// A number for a cell.
#[derive(Debug, Serialize, Deserialize)]
struct Share {
    #[serde(with = "as_text")]
    h3: CellIndex,
    n: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Also {
    #[serde(with = "as_text")]
    leading: Strand,
    #[serde(with = "as_text", rename = "also")]
    second: Strand,
    share: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    id: String,
    #[serde(with = "as_text")]
    born: Date,
    #[serde(with = "as_text")]
    ends: Date,
    /// Share of its records by cell.
    cells: Vec<Share>,
}

mod cells_as_text {
    use h3o::CellIndex;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(cells: &[CellIndex], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(cells.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CellIndex>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|t| t.parse().map_err(|_error: h3o::error::InvalidCellIndex| D::Error::custom("not an H3 cell"))).collect()
    }
}

/// Writes the truth.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_truth(truth: &Truth, out: impl Write) -> Result<()> {
    let shares = |cells: &[(CellIndex, f64)]| cells.iter().map(|(h3, n)| Share { h3: *h3, n: rounded(*n) }).collect();
    let file = File {
        label: "SYNTHETIC".to_owned(),
        seed: truth.seed,
        resolution: 9,
        from: truth.range.from(),
        to: truth.range.to(),
        months: truth
            .months
            .iter()
            .map(|m| MonthEntry {
                month: m.month,
                strand: m.strand,
                scale: rounded(m.scale),
                cells: m
                    .cells
                    .iter()
                    .map(|c| Cell { h3: c.cell, intensity: rounded(c.intensity), background: rounded(c.background) })
                    .collect(),
                hotspots: m
                    .hotspots
                    .iter()
                    .map(|h| {
                        let place = &truth.places[h.place];
                        let (id, cells) = (place.id.clone(), place.core_cells());
                        Hotspot { id, cells, born: place.born, ends: place.ends, strength: rounded(h.strength) }
                    })
                    .collect(),
            })
            .collect(),
        background: truth.background.iter().map(|b| Background { strand: b.strand, cells: shares(&b.cells) }).collect(),
        also: truth.also.iter().map(|a| Also { leading: a.leading, second: a.also, share: a.share }).collect(),
        places: truth
            .places
            .iter()
            .map(|p| Place { id: p.id.clone(), born: p.born, ends: p.ends, cells: shares(&p.cells) })
            .collect(),
    };
    serde_json::to_writer(out, &file).map_err(|e| Error::source(Stage::Write, Path::new("truth"), e))
}

/// Reads what [`write_truth`] wrote; numbers have five significant digits.
///
/// # Errors
/// When the file cannot be read, is no such file, or a month names a place that is not listed.
pub fn read_truth(path: &Path) -> Result<Truth> {
    let refused = |what: String| Error::refused(Stage::Areas, path, what);
    let bytes = std::fs::read(path).map_err(|e| Error::source(Stage::Areas, path, e))?;
    let file: File = serde_json::from_slice(&bytes)
        .map_err(|e| refused(format!("not the truth of a simulation at line {}, column {}", e.line(), e.column())))?;
    let range = MonthRange::new(file.from, file.to).ok_or_else(|| refused("its months end before they start".to_owned()))?;
    let pairs = |cells: Vec<Share>| cells.into_iter().map(|s| (s.h3, s.n)).collect();
    let places: Vec<PlantedPlace> =
        file.places.into_iter().map(|p| PlantedPlace { id: p.id, born: p.born, ends: p.ends, cells: pairs(p.cells) }).collect();
    let rows: HashMap<&str, usize> = places.iter().enumerate().map(|(row, p)| (p.id.as_str(), row)).collect();
    let months = file
        .months
        .into_iter()
        .map(|m| {
            let hotspots = m.hotspots.into_iter().map(|h| {
                let place =
                    rows.get(h.id.as_str()).ok_or_else(|| refused("a month names a place that is not listed".to_owned()))?;
                Ok(TruthHotspot { place: *place, strength: h.strength })
            });
            Ok(TruthMonth {
                month: m.month,
                strand: m.strand,
                scale: m.scale,
                hotspots: hotspots.collect::<Result<_>>()?,
                cells: m
                    .cells
                    .into_iter()
                    .map(|c| TruthCell { cell: c.h3, intensity: c.intensity, background: c.background })
                    .collect(),
            })
        })
        .collect::<Result<_>>()?;
    Ok(Truth {
        seed: file.seed,
        range,
        background: file.background.into_iter().map(|b| StrandBackground { strand: b.strand, cells: pairs(b.cells) }).collect(),
        also: file.also.into_iter().map(|a| AlsoStrand { leading: a.leading, also: a.second, share: a.share }).collect(),
        places,
        months,
    })
}

fn rounded(x: f64) -> f64 {
    format!("{x:.*e}", DIGITS - 1).parse().expect("a formatted number is a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::simulate::{SimulateParams, simulate};

    #[test]
    fn the_truth_comes_back_to_five_digits_and_three_years_stay_under_20_mb() {
        let start = "2023-11".parse().unwrap();
        let truth = simulate(&SimulateParams { seed: 7, start, months: 36 }).truth;
        let mut bytes = Vec::new();
        write_truth(&truth, &mut bytes).unwrap();
        assert!(bytes.len() < 20_000_000, "{} bytes", bytes.len());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("truth.json");
        std::fs::write(&path, &bytes).unwrap();
        let back = read_truth(&path).unwrap();
        assert_eq!((back.seed, back.range, back.months.len()), (7, truth.range, truth.months.len()));
        let (a, b) = (truth.intensity(Some(Strand::Religion), truth.range), back.intensity(Some(Strand::Religion), truth.range));
        assert_eq!(a.len(), b.len());
        for (cell, x) in &a {
            assert!((x - b[cell]).abs() <= 2e-4 * x, "{x} {}", b[cell]);
        }
        assert_eq!(truth.places[3].cells.len(), back.places[3].cells.len());
    }

    #[test]
    fn another_file_is_refused_without_being_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("truth.json");
        std::fs::write(&path, r#"{"seed": "secret"}"#).unwrap();
        let message = read_truth(&path).unwrap_err().to_string();
        assert!(message.contains("truth.json") && !message.contains("secret"), "{message}");
    }
}
