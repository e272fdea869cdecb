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

/// Reads a study area: all polygons of a GeoJSON file (plain or gzip, WGS84) together, named by the property `name` of its only feature, or
/// after the file.
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
    let json: GeoJson = text.parse().map_err(|_error: geojson::Error| broken(Rule::JsonInvalid))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn square(x: f64) -> String {
        let ring = [(x, 51.4), (x + 0.1, 51.4), (x + 0.1, 51.5), (x, 51.5), (x, 51.4)].map(|(x, y)| format!("[{x},{y}]"));
        format!("[[{}]]", ring.join(","))
    }

    fn collection(features: &[(&str, &str)]) -> String {
        let features: Vec<String> = features
            .iter()
            .map(|(properties, geometry)| format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#))
            .collect();
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
    }

    fn polygon(x: f64) -> String {
        format!(r#"{{"type":"Polygon","coordinates":{}}}"#, square(x))
    }

    fn parse(text: &str, code: Option<&str>) -> Result<AreaLayer> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("layer.geojson.gz");
        let mut gz = flate2::write::GzEncoder::new(std::fs::File::create(&path).expect("a file"), flate2::Compression::fast());
        gz.write_all(text.as_bytes()).expect("written");
        gz.finish().expect("written");
        parse_areas(&path, code)
    }

    #[test]
    fn codes_and_names_are_found_by_the_usual_properties() {
        let text = collection(&[
            (r#"{"LSOA21CD":"E1","LSOA21NM":"West","LAD22CD":"X"}"#, &polygon(-0.3)),
            (r#"{"LSOA21CD":"E2","LAD22CD":"X"}"#, &polygon(-0.2)),
        ]);
        let layer = parse(&text, None).expect("a layer");
        assert_eq!(
            (layer.name(), layer.codes(), layer.names()),
            ("layer", &["E1".to_owned(), "E2".to_owned()][..], &["West".to_owned(), "E2".to_owned()][..])
        );
        let joined = parse(&text, Some("LAD22CD")).expect("a layer");
        assert_eq!(joined.codes(), ["X"]);
        assert!((joined.area_km2()[0] - layer.area_km2().iter().sum::<f64>()).abs() < 1e-6, "features of one code are one area");
    }

    #[test]
    fn what_is_no_layer_is_refused_with_its_feature_and_without_its_values() {
        let good = polygon(-0.3);
        let bow = r#"{"type":"Polygon","coordinates":[[[0,51],[0,51],[0,51],[0,51]]]}"#;
        for (text, code, part) in [
            ("{".to_owned(), None, "layer.geojson.gz"),
            (good.clone(), None, "layer.geojson.gz"),
            (collection(&[]), None, "--area-code"),
            (collection(&[(r#"{"secret":"s"}"#, &good)]), None, "--area-code"),
            (collection(&[(r#"{"code":"secret"}"#, &good), (r#"{"code":" "}"#, &good)]), None, "row 2, column code"),
            (collection(&[(r#"{"code":"secret"}"#, r#"{"type":"Point","coordinates":[0,51]}"#)]), None, "row 1"),
            (collection(&[(r#"{"code":"secret"}"#, &good), (r#"{"code":"secret2"}"#, bow)]), None, "row 2"),
            (collection(&[(r#"{"code":"secret"}"#, &good)]), Some("ward"), "row 1, column ward"),
        ] {
            let message = parse(&text, code).expect_err("no layer").to_string();
            assert!(message.contains(part) && !message.contains("secret"), "{part}: {message}");
        }
    }
}
