//! The files that are handed on: figures, areas, hotspots.

use super::STAGE;
use crate::as_text;
use crate::error::{Error, Result};
use crate::schema::protected as column;
use geo::MultiPolygon;
use geojson::{Feature, FeatureCollection, GeoJson, GeometryValue, JsonObject, JsonValue};
use hotspot_core::disclosure::products::{ProductArea, RoundedFigure};
use hotspot_core::disclosure::protected::{Figure, Figures, Key, Partition, ProtectedArea, ProtectedHotspot, STRANDS, Victims};
use hotspot_core::disclosure::signs::HIDDEN;
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::hotspot::identity::Change;
use hotspot_core::{Month, Strand};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The text of a strand, or of all records.
pub(super) fn strand_text(strand: Option<u8>) -> &'static str {
    strand.map_or("all", |row| STRANDS[usize::from(row)].id())
}

/// The text is not that of a strand.
#[derive(Debug)]
pub(super) struct NoStrand;

pub(super) fn strand_of(text: &str) -> std::result::Result<Option<u8>, NoStrand> {
    if text == "all" {
        return Ok(None);
    }
    STRANDS.iter().position(|s| s.id() == text).map(|row| Some(row as u8)).ok_or(NoStrand)
}

pub(super) fn figure_text(figure: Figure) -> String {
    match figure {
        Figure::Count(n) => n.to_string(),
        Figure::Band { low, high } => format!("{low}-{high}"),
        Figure::Hidden => HIDDEN.to_owned(),
    }
}

pub(super) fn figure_of(text: &str) -> Option<Figure> {
    if text == HIDDEN {
        return Some(Figure::Hidden);
    }
    match text.split_once('-') {
        Some((low, high)) => Some(Figure::Band { low: low.parse().ok()?, high: high.parse().ok()? }),
        None => text.parse().ok().map(Figure::Count),
    }
}

pub(super) fn places_to_text(places: &BTreeSet<String>) -> String {
    places.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

pub(super) fn to_csv(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let memory = "writing to memory does not fail";
    writer.write_record(header).expect(memory);
    rows.for_each(|row| writer.write_record(row).expect(memory));
    writer.into_inner().expect(memory)
}

/// The rows of a file that the program wrote, with their numbers.
pub(super) fn rows(path: &Path, bytes: &[u8], columns: usize) -> Result<Vec<(u64, Vec<String>)>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut all = Vec::new();
    for (record, row) in reader.records().zip(2..) {
        let record = record.map_err(|_| Error::refused(STAGE, path, "it is damaged").at_row(row))?;
        if record.len() != columns {
            return Err(Error::refused(STAGE, path, "it is damaged").at_row(row));
        }
        all.push((row, record.iter().map(str::to_owned).collect()));
    }
    Ok(all)
}

pub(super) fn figures_to_csv(figures: &Figures) -> Vec<u8> {
    let of = |(key, figure): (&Key, &Figure)| {
        vec![key.place.clone(), key.period.to_string(), strand_text(key.strand).to_owned(), figure_text(*figure)]
    };
    to_csv(&[column::PLACE, column::PERIOD, column::STRAND, column::INCIDENTS], figures.iter().map(of))
}

pub(super) fn figures_of(path: &Path, bytes: &[u8]) -> Result<Figures> {
    let mut figures = Figures::new();
    for (row, fields) in rows(path, bytes, 4)? {
        let bad = || Error::refused(STAGE, path, "it is damaged").at_row(row);
        let key = Key {
            place: fields[0].clone(),
            period: fields[1].parse().map_err(|_| bad())?,
            strand: strand_of(&fields[2]).map_err(|_| bad())?,
        };
        figures.insert(key, figure_of(&fields[3]).ok_or_else(bad)?);
    }
    Ok(figures)
}

/// Rounded figures of an export, each with the name of the borough that its place is or lies in, and with what every row says of it.
pub(crate) fn figure_file<'a>(
    figures: &[RoundedFigure],
    borough: impl Fn(&str) -> &'a str,
    mark: &[(&'static str, String)],
) -> Vec<u8> {
    let own = [column::PLACE, column::BOROUGH, column::PERIOD, column::STRAND, column::INCIDENTS];
    let header: Vec<&str> = own.into_iter().chain(mark.iter().map(|(name, _)| *name)).collect();
    let of = |f: &RoundedFigure| {
        let n = f.n.map_or_else(|| HIDDEN.to_owned(), |n| n.to_string());
        let own =
            [f.place.clone(), borough(&f.place).to_owned(), f.period.to_string(), f.strand.map_or("all", Strand::id).to_owned(), n];
        own.into_iter().chain(mark.iter().map(|(_, value)| value.clone())).collect()
    };
    to_csv(&header, figures.iter().map(of))
}

/// Outlines of an export, with what the file and each of them says of it.
pub(crate) fn outline_file(areas: &[ProductArea], mark: &[(&'static str, String)]) -> Vec<u8> {
    let mark: JsonObject = mark.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let of = |area: &ProductArea| {
        let mut properties = mark.clone();
        properties.insert(column::CODE.to_owned(), area.code.as_str().into());
        properties.insert(column::BOROUGH.to_owned(), area.borough.as_str().into());
        Some(feature(area.outline.as_ref()?, properties))
    };
    marked(areas.iter().filter_map(of).collect(), Some([("mark".to_owned(), mark.clone().into())].into_iter().collect()))
}

fn collection(features: Vec<Feature>) -> Vec<u8> {
    marked(features, None)
}

fn marked(features: Vec<Feature>, foreign_members: Option<JsonObject>) -> Vec<u8> {
    let mut text = GeoJson::FeatureCollection(FeatureCollection { bbox: None, features, foreign_members }).to_string();
    text.push('\n');
    text.into_bytes()
}

fn feature(outline: &MultiPolygon<f64>, properties: JsonObject) -> Feature {
    Feature {
        geometry: Some(geojson::Geometry::new(GeometryValue::from(outline))),
        properties: Some(properties),
        ..Feature::default()
    }
}

fn features(path: &Path, bytes: &[u8]) -> Result<Vec<(MultiPolygon<f64>, JsonObject)>> {
    let damaged = || Error::refused(STAGE, path, "it is damaged");
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let Ok(GeoJson::FeatureCollection(collection)) = text.parse::<GeoJson>() else { return Err(damaged()) };
    let of = |feature: Feature| {
        let outline = MultiPolygon::<f64>::try_from(feature.geometry?.value).ok()?;
        Some((outline, feature.properties?))
    };
    collection.features.into_iter().map(of).collect::<Option<_>>().ok_or_else(damaged)
}

fn text(properties: &JsonObject, name: &str) -> Option<String> {
    properties.get(name)?.as_str().map(str::to_owned)
}

pub(super) fn areas_to_geojson(partitions: &[Partition]) -> Vec<u8> {
    let of = |partition: &Partition| {
        let year = partition.year;
        let area = move |area: &ProtectedArea| {
            let properties = [
                (column::CODE, area.code.as_str().into()),
                (column::BOROUGH, area.borough.as_str().into()),
                (column::YEAR, year.into()),
                (column::RESIDENTS, area.residents.into()),
            ];
            feature(
                &area.outline,
                properties.map(|(name, value): (&str, JsonValue)| (name.to_owned(), value)).into_iter().collect(),
            )
        };
        partition.areas.iter().map(area).collect::<Vec<_>>()
    };
    collection(partitions.iter().flat_map(of).collect())
}

/// Areas with the year that they were made for, without what they are made of.
pub(super) fn areas_of(path: &Path, bytes: &[u8]) -> Result<Vec<(i16, ProtectedArea)>> {
    let of = |(outline, properties): (MultiPolygon<f64>, JsonObject)| {
        let year = properties.get(column::YEAR)?.as_i64()?.try_into().ok()?;
        let (code, borough) = (text(&properties, column::CODE)?, text(&properties, column::BOROUGH)?);
        // A folder of before has none: then they are not known.
        let residents = properties.get(column::RESIDENTS).and_then(JsonValue::as_u64).and_then(|n| n.try_into().ok());
        Some((year, ProtectedArea { code, borough, residents, places: Vec::new(), outline }))
    };
    let areas = features(path, bytes)?.into_iter().map(of).collect::<Option<_>>();
    areas.ok_or_else(|| Error::refused(STAGE, path, "it is damaged"))
}

/// A hotspot in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    strand: String,
    name: String,
    borough: Option<String>,
    /// Codes of the areas that it touches: its outline, rounded out.
    areas: Vec<String>,
    /// A number, a band or [c].
    incidents: String,
    rank: Option<u32>,
    expected: Option<f64>,
    /// Times the study area's rate, with exact 95 % Poisson limits.
    ratio: Option<[f64; 3]>,
    evidence: String,
    change: String,
    #[serde(with = "as_text")]
    first_seen: Month,
    strands: BTreeMap<String, u32>,
    victims: String,
    repeat_victims: String,
}

const CLASSES: [Victims; 5] =
    [Victims::Unknown, Victims::UnderFive, Victims::FiveToNine, Victims::TenToNineteen, Victims::TwentyOrMore];

pub(super) fn hotspots_to_json(hotspots: &[(Option<Strand>, Vec<ProtectedHotspot>)]) -> Vec<u8> {
    let of = |strand: Option<Strand>, h: &ProtectedHotspot| Entry {
        id: h.id.clone(),
        strand: strand.map_or("all", Strand::id).to_owned(),
        name: h.name.clone(),
        borough: h.borough.clone(),
        areas: h.areas.clone(),
        incidents: figure_text(h.n),
        rank: h.rank,
        expected: h.expected,
        ratio: h.ratio,
        evidence: h.evidence.id().to_owned(),
        change: h.change.id().to_owned(),
        first_seen: h.first_seen,
        strands: h.strands.iter().map(|(s, n)| (s.id().to_owned(), *n)).collect(),
        victims: h.victims.label().to_owned(),
        repeat_victims: h.repeat_victims.label().to_owned(),
    };
    let entries: Vec<Entry> = hotspots.iter().flat_map(|(strand, all)| all.iter().map(|h| of(*strand, h))).collect();
    let mut bytes = serde_json::to_vec_pretty(&entries).expect("hotspots are JSON");
    bytes.push(b'\n');
    bytes
}

pub(super) fn hotspots_of(path: &Path, bytes: &[u8]) -> Result<Vec<(Option<Strand>, Vec<ProtectedHotspot>)>> {
    let damaged = || Error::refused(STAGE, path, "it is damaged");
    let entries: Vec<Entry> = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    let mut all: Vec<(Option<Strand>, Vec<ProtectedHotspot>)> = Vec::new();
    for entry in entries {
        let strand = strand_of(&entry.strand).map_err(|_| damaged())?.map(|row| STRANDS[usize::from(row)]);
        let hotspot = hotspot_of(entry).ok_or_else(damaged)?;
        match all.iter_mut().find(|(of, _)| *of == strand) {
            Some((_, hotspots)) => hotspots.push(hotspot),
            None => all.push((strand, vec![hotspot])),
        }
    }
    Ok(all)
}

fn hotspot_of(entry: Entry) -> Option<ProtectedHotspot> {
    let class = |label: &str| CLASSES.into_iter().find(|c| c.label() == label);
    let strands = entry.strands.iter().map(|(id, n)| Some((STRANDS.into_iter().find(|s| s.id() == id)?, *n)));
    Some(ProtectedHotspot {
        n: figure_of(&entry.incidents)?,
        evidence: Evidence::ALL.into_iter().find(|e| e.id() == entry.evidence)?,
        change: Change::from_id(&entry.change)?,
        strands: strands.collect::<Option<_>>()?,
        victims: class(&entry.victims)?,
        repeat_victims: class(&entry.repeat_victims)?,
        id: entry.id,
        name: entry.name,
        borough: entry.borough,
        areas: entry.areas,
        rank: entry.rank,
        expected: entry.expected,
        ratio: entry.ratio,
        first_seen: entry.first_seen,
    })
}
