//! Study areas and layers of areas from GeoJSON.

use crate::error::{Error, Result, Stage};
use crate::ingest::rule::Rule;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{FeatureCollection, GeoJson, GeometryValue, JsonObject, PolygonType};
use hotspot_core::areas::AreaLayer;
use hotspot_core::grid::StudyArea;
use std::collections::HashMap;
use std::path::Path;

pub use crate::ingest::area::read_geojson;

/// Properties that hold the code of an area, in the order in which they are looked for.
pub const CODE_PROPERTIES: [&str; 14] = [
    "code",
    "gss_code",
    "LSOA21CD",
    "lsoa_code",
    "LSOA11CD",
    "wardcode",
    "ward_code",
    "WD22CD",
    "WD21CD",
    "MSOA21CD",
    "MSOA11CD",
    "LAD22CD",
    "LAD21CD",
    "borough_code",
];

/// Reads a study area: all polygons of a GeoJSON file (plain or gzip, WGS84) together, named after the file.
///
/// # Errors
/// When the file cannot be read, is no GeoJSON, holds something else than polygons, or no polygon at all.
pub fn parse_study_area(path: &Path) -> Result<StudyArea> {
    crate::ingest::area::read_study_area(path)
}

/// Reads a layer of areas: the polygons of a GeoJSON `FeatureCollection` (plain or gzip, WGS84). The code of each is its
/// property `area_code`, or the first of [`CODE_PROPERTIES`] that the first feature has; its name the property that goes
/// with it (`LSOA21NM` with `LSOA21CD`), or `name`, or the code. Features of one code, and parts of one area, are joined.
///
/// # Errors
/// When the file cannot be read, is no GeoJSON, holds something else than polygons, lacks a code somewhere, or a polygon is
/// beyond repair; the feature (from 1) and the property are named.
pub fn parse_areas(path: &Path, area_code: Option<&str>) -> Result<AreaLayer> {
    let text = read_geojson(path)?;
    let broken = |rule| Error::rule(Stage::Areas, path, rule);
    let refused = |what: String| Error::refused(Stage::Areas, path, what);
    // The message of the parser is not passed on: it may quote the file.
    let json: GeoJson = text.parse().map_err(|_: geojson::Error| broken(Rule::JsonInvalid))?;
    let GeoJson::FeatureCollection(collection) = json else { return Err(broken(Rule::NotPolygons)) };
    let code_property = match area_code {
        Some(name) => name.to_owned(),
        None => code_property(&collection).ok_or_else(|| {
            refused(format!("no feature property holds a code ({}); name it with --area-code", CODE_PROPERTIES.join(", ")))
        })?,
    };
    let mut areas: Vec<(String, String, MultiPolygon<f64>)> = Vec::with_capacity(collection.features.len());
    // Rows of the areas in the file, to locate what the layer refuses.
    let mut rows: Vec<u64> = Vec::new();
    let mut row_of_code = HashMap::new();
    for (row, feature) in (1..).zip(collection.features) {
        let missing = || refused("the area has no code".to_owned()).at_row(row).at_column(&code_property);
        let properties = feature.properties.as_ref().ok_or_else(missing)?;
        let code = text_of(properties, &code_property).ok_or_else(missing)?;
        let geometry = feature.geometry.as_ref().ok_or_else(|| broken(Rule::NotPolygons).at_row(row))?;
        let shape = polygons_of(&geometry.value).ok_or_else(|| broken(Rule::NotPolygons).at_row(row))?;
        let at = *row_of_code.entry(code.clone()).or_insert(areas.len());
        if let Some((.., known)) = areas.get_mut(at) {
            known.0.extend(shape);
            continue;
        }
        let name = name_of(properties, &code_property).unwrap_or_else(|| code.clone());
        areas.push((code, name, shape));
        rows.push(row);
    }
    AreaLayer::new(file_stem(path), areas).map_err(|e| {
        let row = match &e {
            hotspot_core::Error::Polygon { row, .. } => rows.get(*row as usize).copied(),
            _ => None,
        };
        let error = Error::source(Stage::Areas, path, e);
        match row {
            Some(row) => error.at_row(row),
            None => error,
        }
    })
}

/// The polygons of a geometry; `None` when it is something else, or a position has fewer than two numbers.
pub fn polygons_of(geometry: &GeometryValue) -> Option<MultiPolygon<f64>> {
    let polygon = |rings: &PolygonType| {
        let mut rings = rings.iter().map(|ring| {
            let points = ring.iter().map(|p| match p.as_slice() {
                [x, y, ..] => Some(Coord { x: *x, y: *y }),
                _ => None,
            });
            points.collect::<Option<Vec<_>>>().map(LineString)
        });
        let exterior = rings.next()??;
        Some(Polygon::new(exterior, rings.collect::<Option<_>>()?))
    };
    match geometry {
        GeometryValue::Polygon { coordinates } => polygon(coordinates).map(|p| MultiPolygon(vec![p])),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().map(polygon).collect::<Option<_>>().map(MultiPolygon),
        _ => None,
    }
}

fn code_property(collection: &FeatureCollection) -> Option<String> {
    let properties = collection.features.first()?.properties.as_ref()?;
    CODE_PROPERTIES.iter().find(|name| text_of(properties, name).is_some()).map(|name| (*name).to_owned())
}

fn name_of(properties: &JsonObject, code_property: &str) -> Option<String> {
    let partner = code_property
        .strip_suffix("CD")
        .map(|stem| format!("{stem}NM"))
        .or_else(|| code_property.strip_suffix("code").map(|stem| format!("{stem}name")));
    partner.and_then(|name| text_of(properties, &name)).or_else(|| text_of(properties, "name"))
}

/// A property as text: a string that is not blank, or a whole number.
fn text_of(properties: &JsonObject, name: &str) -> Option<String> {
    match properties.get(name)? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn file_stem(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.trim_end_matches(".gz").trim_end_matches(".geojson").trim_end_matches(".json").to_owned()
}
