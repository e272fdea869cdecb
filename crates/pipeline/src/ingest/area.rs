//! The study area: read from GeoJSON, and asked about a million points.

use super::rule::Rule;
use crate::areas::polygons_of;
use crate::error::{Error, Result, Stage};
use flate2::read::MultiGzDecoder;
use geo::orient::Direction;
use geo::{MultiPolygon, Orient, unary_union};
use geojson::GeoJson;
use hotspot_core::LonLat;
use hotspot_core::areas::PolygonIndex;
use hotspot_core::grid::StudyArea;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

/// Largest file of polygons once expanded.
const MAX_POLYGONS: u64 = 512 << 20;

/// Reads a study area: all polygons of a GeoJSON file (plain or gzip, WGS84) together, named by the property `name` of its only feature, or after the file.
///
/// # Errors
/// When the file cannot be read, is no GeoJSON, holds something else than polygons, or no polygon at all.
pub fn read_study_area(path: &Path) -> Result<StudyArea> {
    let text = read_geojson(path)?;
    let broken = |rule| Error::rule(Stage::Areas, path, rule);
    // The message of a parser may quote the file.
    let json: GeoJson = text.parse().map_err(|_: geojson::Error| broken(Rule::JsonInvalid))?;
    let mut polygons = MultiPolygon::new(Vec::new());
    let mut add = |geometry: Option<&geojson::Geometry>, row: u64| {
        let Some(geometry) = geometry else { return Ok(()) };
        let shape = polygons_of(&geometry.value).ok_or_else(|| broken(Rule::NotPolygons).at_row(row))?;
        polygons.0.extend(shape);
        Ok(())
    };
    match &json {
        GeoJson::Geometry(geometry) => add(Some(geometry), 1)?,
        GeoJson::Feature(feature) => add(feature.geometry.as_ref(), 1)?,
        GeoJson::FeatureCollection(collection) => {
            for (row, feature) in (1..).zip(&collection.features) {
                add(feature.geometry.as_ref(), row)?;
            }
        }
    }
    if polygons.0.is_empty() {
        return Err(broken(Rule::NotPolygons));
    }
    if polygons.0.len() > 1 {
        // Parts that overlap are one area, not a hole where they do.
        let parts: Vec<_> = polygons.0.iter().map(|p| p.orient(Direction::Default)).collect();
        polygons = unary_union(&parts);
    }
    // The name of the only feature, or that of the file.
    let only = match &json {
        GeoJson::Feature(feature) => Some(feature),
        GeoJson::FeatureCollection(collection) if collection.features.len() == 1 => collection.features.first(),
        _ => None,
    };
    if let Some(name) = only.and_then(|f| f.property("name")).and_then(|n| n.as_str()).filter(|n| !n.trim().is_empty()) {
        return StudyArea::new(name.trim(), polygons).map_err(|e| Error::source(Stage::Areas, path, e));
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.trim_end_matches(".gz").trim_end_matches(".geojson").trim_end_matches(".json").to_owned();
    StudyArea::new(name, polygons).map_err(|e| Error::source(Stage::Areas, path, e))
}

/// The text of a GeoJSON file, plain or gzip.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or is larger than 512 MiB.
pub fn read_geojson(path: &Path) -> Result<String> {
    let fail = |e: std::io::Error| Error::source(Stage::Areas, path, e);
    let broken = |rule| Error::rule(Stage::Areas, path, rule);
    let bytes = std::fs::read(path).map_err(fail)?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        let mut decoder = MultiGzDecoder::new(bytes.as_slice()).take(MAX_POLYGONS + 1);
        decoder.read_to_end(&mut plain).map_err(|_: std::io::Error| broken(Rule::GzipDamaged))?;
        plain
    } else {
        bytes
    };
    if bytes.len() as u64 > MAX_POLYGONS {
        return Err(broken(Rule::FileTooLarge));
    }
    let text = String::from_utf8(bytes).map_err(|_: std::string::FromUtf8Error| broken(Rule::JsonInvalid))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// London, made once.
pub(crate) fn london() -> &'static Fence {
    static LONDON: OnceLock<Fence> = OnceLock::new();
    LONDON.get_or_init(|| Fence::new(StudyArea::london()))
}

/// A study area that answers for many points.
#[derive(Debug)]
pub(crate) struct Fence {
    area: StudyArea,
    index: PolygonIndex,
}

impl Fence {
    pub(crate) fn new(area: StudyArea) -> Self {
        Self { index: PolygonIndex::new([&area.polygon]), area }
    }

    pub(crate) const fn area(&self) -> &StudyArea {
        &self.area
    }

    /// Whether the area holds the point, by the area's own rule.
    pub(crate) fn contains(&self, p: LonLat) -> bool {
        self.index.locate(p).is_some()
    }

    /// Whether the area's bounding box holds the point.
    pub(crate) fn bounds_contain(&self, p: LonLat) -> bool {
        let [west, south, east, north] = self.area.bounds();
        (west..=east).contains(&p.lon) && (south..=north).contains(&p.lat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::LinesIter;

    #[test]
    fn polygons_that_overlap_are_one_area_whichever_way_they_turn() {
        let mut file = tempfile::Builder::new().suffix(".geojson").tempfile().unwrap();
        let square = |west: f64, turned: bool| {
            let mut ring = [[west, 53.0], [west + 0.2, 53.0], [west + 0.2, 53.2], [west, 53.2], [west, 53.0]];
            if turned {
                ring.reverse();
            }
            format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[{ring:?}]}}}}"#)
        };
        let features = [square(-1.5, false), square(-1.4, true)].join(",");
        std::io::Write::write_all(&mut file, format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#).as_bytes())
            .unwrap();
        let area = read_study_area(file.path()).unwrap();
        for lon in [-1.45, -1.35, -1.25] {
            assert!(area.contains(LonLat { lon, lat: 53.1 }), "{lon}");
        }
        assert!(!area.contains(LonLat { lon: -1.15, lat: 53.1 }));
    }

    #[test]
    fn the_fence_answers_as_the_polygon_does() {
        let fence = london();
        let [west, south, east, north] = fence.area().bounds();
        let mut inside = 0;
        for i in 0..3_000 {
            // A low-discrepancy walk over a box somewhat larger than London, and points a metre from its edges.
            let [u, v] = [f64::from(i) * 0.754_877_666, f64::from(i) * 0.569_840_291].map(f64::fract);
            let p = LonLat { lon: west - 0.02 + u * (east - west + 0.04), lat: south - 0.02 + v * (north - south + 0.04) };
            inside += u32::from(fence.contains(p));
            assert_eq!(fence.contains(p), fence.area().contains(p), "{p:?}");
        }
        assert!((1_400..2_000).contains(&inside), "{inside} of 3,000");
        for (i, corner) in fence.area().polygon.lines_iter().map(|l| l.start).enumerate().step_by(97) {
            let shift = if i % 2 == 0 { 1e-5 } else { -1e-5 };
            for p in [LonLat { lon: corner.x, lat: corner.y }, LonLat { lon: corner.x + shift, lat: corner.y }] {
                assert_eq!(fence.contains(p), fence.area().contains(p), "{p:?}");
            }
        }
        assert!(!fence.contains(LonLat { lon: f64::NAN, lat: 51.5 }));
        assert!(fence.bounds_contain(LonLat { lon: -0.1276, lat: 51.5072 }));
    }
}
