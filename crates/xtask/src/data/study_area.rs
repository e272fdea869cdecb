//! The study area: boroughs and tidal Thames as one shape.

use geo::algorithm::buffer::{Buffer, BufferStyle, LineJoin};
use geo::{Area, BooleanOps, MapCoords, MultiPolygon, Polygon, Validation, unary_union};
use hotspot_core::projection::{EastingNorthing, LonLat, bng_from_wgs84, bng_from_wgs84_by_helmert, wgs84_from_bng};

/// Half the width of the slivers that are closed. The outlines of the boroughs and of the river were simplified apart from one
/// another, so that gaps of some tens of metres lie between them.
const SLIVER_M: f64 = 60.0;

/// Boroughs, river, and the slivers between them: of the closing of their union (grown and shrunk by [`SLIVER_M`]) the part within
/// that distance of the river, and every hole. Away from the river the outline is exactly that of the boroughs.
pub fn study_area(boroughs: &[MultiPolygon<f64>], thames: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, String> {
    let metres: Vec<_> = boroughs.iter().map(metres_from_degrees).collect();
    let river = metres_from_degrees(thames);
    let union = without_holes(unary_union(&metres).union(&river));
    let grow = |shape: &MultiPolygon<f64>, by: f64| shape.buffer_with_style(BufferStyle::new(by).line_join(LineJoin::Miter(0.1)));
    let closed = grow(&grow(&union, SLIVER_M), -SLIVER_M);
    let slivers = closed.intersection(&grow(&river, SLIVER_M));
    let whole = without_holes(union.union(&slivers));
    // Crumbs that touch the whole in a point only.
    let whole = MultiPolygon(whole.0.into_iter().filter(|p| p.unsigned_area() > 100.0).collect());
    let degrees = degrees_from_metres(&whole);
    degrees.check_validation().map_err(|e| format!("study area: {e}"))?;
    if degrees.0.len() != 1 {
        return Err(format!("study area: {} pieces", degrees.0.len()));
    }
    Ok(degrees)
}

/// An outline of the packages put right: spData brought the boroughs to WGS84 with the Helmert transformation, 1.8 m off in London.
/// Converted back the same way they have the published areas, and from there OSTN15 puts them where the postcodes are.
pub fn put_right(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    degrees_from_metres(&shape.map_coords(|c| {
        let p = bng_from_wgs84_by_helmert(LonLat { lon: c.x, lat: c.y }).expect("London lies in the National Grid");
        geo::Coord { x: p.easting, y: p.northing }
    }))
}

fn degrees_from_metres(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape.map_coords(|c| {
        let p = EastingNorthing { easting: c.x, northing: c.y };
        let (p, _) = wgs84_from_bng(p).expect("London lies in the National Grid");
        geo::Coord { x: micro(p.lon), y: micro(p.lat) }
    })
}

/// Rounded to the six decimals that the atlas keeps.
fn micro(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn without_holes(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    MultiPolygon(shape.0.into_iter().map(|p| Polygon::new(p.into_inner().0, vec![])).collect())
}

fn metres_from_degrees(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape.map_coords(|c| {
        let (p, _) = bng_from_wgs84(LonLat { lon: c.x, lat: c.y }).expect("London lies in the National Grid");
        geo::Coord { x: p.easting, y: p.northing }
    })
}
