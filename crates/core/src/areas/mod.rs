//! Polygons as units: LSOA, wards, boroughs.

mod contiguity;
pub(crate) mod edges;
mod polygon_index;
mod simple;
#[cfg(test)]
mod tests;

pub use contiguity::Contiguity;
pub use polygon_index::PolygonIndex;

use crate::atlas::Borough;
use crate::error::{Error, Result};
use crate::grid::study_area::steradians;
use crate::projection::{LonLat, Projection};
use crate::weights::SpatialWeights;
use geo::orient::Direction;
use geo::{Area, BoundingRect, Centroid, Coord, InteriorPoint, MakeValid, MapCoords, MultiPolygon, Orient, Validation};
use std::collections::HashMap;

/// Polygons that are units of analysis, each with a code and a name, found by point through a [`PolygonIndex`].
///
/// Polygons should not overlap: neighbours share edges. Edges are straight in degrees, and of two polygons that share an
/// edge exactly one has each point of it.
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use hotspot_core::LonLat;
/// use hotspot_core::areas::AreaLayer;
/// let square = |lon: f64| {
///     let ring = polygon![(x: lon, y: 51.5), (x: lon + 0.01, y: 51.5), (x: lon + 0.01, y: 51.51), (x: lon, y: 51.51)];
///     MultiPolygon::from(ring)
/// };
/// let layer = AreaLayer::new(
///     "Two squares".to_owned(),
///     vec![("W".to_owned(), "West".to_owned(), square(-0.1)), ("E".to_owned(), "East".to_owned(), square(-0.09))],
/// )?;
/// assert_eq!(layer.locate(LonLat { lon: -0.085, lat: 51.505 }), Some(1));
/// assert_eq!(layer.locate(LonLat { lon: -0.09, lat: 51.505 }), Some(1), "a point on the shared edge is in one of them");
/// assert_eq!(layer.neighbors().neighbors(0), [1]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
#[derive(Debug)]
pub struct AreaLayer {
    name: String,
    codes: Vec<String>,
    names: Vec<String>,
    polygons: Vec<MultiPolygon<f64>>,
    area_km2: Vec<f64>,
    neighbors: SpatialWeights,
    projection: Projection,
    bounds: [f64; 4],
    repaired: Vec<u32>,
    rows: HashMap<String, u32>,
    index: PolygonIndex,
}

impl AreaLayer {
    /// A layer from `(code, name, polygon in WGS84 degrees)`; rows keep this order. Invalid polygons are repaired
    /// (even-odd rule): [`Self::repaired`] says which.
    ///
    /// # Errors
    /// [`Error::EmptyArea`] without polygons; [`Error::Polygon`] with the row (from 0) and the rule: a blank code, a code
    /// that occurs twice, a coordinate that is not a number or out of range, a polygon without area or beyond repair;
    /// [`Error::Projection`] when the layer is too wide for one plane.
    pub fn new(name: String, areas: Vec<(String, String, MultiPolygon<f64>)>) -> Result<Self> {
        let mut layer = Self {
            name,
            codes: Vec::with_capacity(areas.len()),
            names: Vec::with_capacity(areas.len()),
            polygons: Vec::with_capacity(areas.len()),
            area_km2: Vec::with_capacity(areas.len()),
            neighbors: SpatialWeights::default(),
            projection: Projection::BritishNationalGrid,
            bounds: [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
            repaired: Vec::new(),
            rows: HashMap::with_capacity(areas.len()),
            index: PolygonIndex::new([]),
        };
        for (row, (code, name, polygon)) in areas.into_iter().enumerate() {
            let row = row as u32;
            let fail = |rule| Error::Polygon { row, rule };
            if code.trim().is_empty() {
                return Err(fail("an area needs a code"));
            }
            if layer.rows.insert(code.clone(), row).is_some() {
                return Err(fail("a code occurs once"));
            }
            let (polygon, repair) = sound(polygon).map_err(fail)?;
            if repair == Repair::Made {
                layer.repaired.push(row);
            }
            layer.codes.push(code);
            layer.names.push(name);
            layer.polygons.push(polygon);
        }
        if layer.codes.is_empty() {
            return Err(Error::EmptyArea);
        }
        layer.index = PolygonIndex::new(&layer.polygons);
        for [west, south, east, north] in layer.index.polygons().iter().map(edges::PolygonEdges::bounds) {
            let all = &mut layer.bounds;
            *all = [all[0].min(west), all[1].min(south), all[2].max(east), all[3].max(north)];
        }
        layer.projection = Projection::for_area(layer.bounds);
        let plane = layer.plane()?;
        layer.area_km2 = plane.iter().map(|p| p.unsigned_area() / 1e6).collect();
        layer.neighbors = contiguity::contiguity(&plane, Contiguity::Queen)?;
        Ok(layer)
    }

    /// Boroughs as a layer, in their order.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_boroughs(boroughs: &[Borough]) -> Result<Self> {
        let outlines = boroughs.iter().map(|b| (b.code.clone(), b.name.clone(), b.polygon.clone())).collect();
        Self::new("London boroughs".to_owned(), outlines)
    }

    /// What the layer is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of areas.
    pub const fn len(&self) -> usize {
        self.codes.len()
    }

    /// Never true: a layer has areas.
    pub const fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Codes by row.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// Names by row.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Polygons by row: WGS84 degrees, valid, exterior rings counter-clockwise.
    pub fn polygons(&self) -> &[MultiPolygon<f64>] {
        &self.polygons
    }

    /// Areas by row, square kilometres in the plane of [`Self::projection`] (in Great Britain the National Grid, as published
    /// areas are).
    pub fn area_km2(&self) -> &[f64] {
        &self.area_km2
    }

    /// Rows whose polygon was invalid and has been repaired, ascending: for the load report.
    pub fn repaired(&self) -> &[u32] {
        &self.repaired
    }

    /// Row of a code.
    pub fn row(&self, code: &str) -> Option<u32> {
        self.rows.get(code).copied()
    }

    /// Row of the area that holds the point; the lowest where areas overlap.
    pub fn locate(&self, p: LonLat) -> Option<u32> {
        self.index.locate(p)
    }

    /// Finds areas by point.
    pub const fn index(&self) -> &PolygonIndex {
        &self.index
    }

    /// Queen contiguity: areas whose borders come within a metre of one another, at an edge or a corner.
    pub const fn neighbors(&self) -> &SpatialWeights {
        &self.neighbors
    }

    /// Weights by contiguity of the chosen kind: `Queen` is [`Self::neighbors`].
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn contiguity(&self, kind: Contiguity) -> Result<SpatialWeights> {
        match kind {
            Contiguity::Queen => Ok(self.neighbors.clone()),
            Contiguity::Rook => contiguity::contiguity(&self.plane()?, kind),
        }
    }

    /// The polygons in metres.
    fn plane(&self) -> Result<Vec<MultiPolygon<f64>>> {
        self.polygons.iter().map(|p| p.try_map_coords(|c| in_metres(&self.projection, c))).collect()
    }

    /// Metres for distances in it.
    pub const fn projection(&self) -> &Projection {
        &self.projection
    }

    /// A point that stands for the area: its centroid, or a point inside when the centroid is not.
    ///
    /// # Panics
    /// When the row is not in the layer.
    pub fn center(&self, row: u32) -> LonLat {
        let polygon = &self.polygons[row as usize];
        let centroid = polygon.centroid().map(|c| LonLat { lon: c.x(), lat: c.y() });
        let inside = centroid.filter(|c| self.index.polygons()[row as usize].contains(*c));
        let other = || polygon.interior_point().map(|c| LonLat { lon: c.x(), lat: c.y() });
        inside.or_else(other).or(centroid).expect("a polygon of the layer has area")
    }

    /// `[west, south, east, north]` of all areas, degrees.
    pub const fn bounds(&self) -> [f64; 4] {
        self.bounds
    }
}

fn in_metres(projection: &Projection, c: Coord<f64>) -> Result<Coord<f64>> {
    let [x, y] = projection.metres_from_lonlat(LonLat { lon: c.x, lat: c.y })?;
    Ok(Coord { x, y })
}

/// Whether a polygon had to be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    NotNeeded,
    Made,
}

/// Checks a polygon in degrees, repairs it where it is invalid, and gives rings their direction.
/// The error is the rule that it breaks.
pub(crate) fn sound(polygon: MultiPolygon<f64>) -> std::result::Result<(MultiPolygon<f64>, Repair), &'static str> {
    for [a, b] in edges::directed_edges(&polygon) {
        for c in [a, b] {
            if !(c.x.is_finite() && c.y.is_finite()) {
                return Err("coordinates are numbers");
            }
            if c.x.abs() > 180.0 || c.y.abs() > 90.0 {
                return Err("longitudes lie within 180 and latitudes within 90 degrees");
            }
        }
    }
    if polygon.bounding_rect().is_some_and(|r| r.width() > 180.0) {
        return Err("a polygon spans less than half of the globe and does not cross the antimeridian");
    }
    let (polygon, repair) = if simple::is_simple(&polygon) || polygon.is_valid() {
        (polygon, Repair::NotNeeded)
    } else {
        (polygon.make_valid().map_err(|_cause| "an invalid polygon can be repaired")?, Repair::Made)
    };
    if polygon.0.is_empty() || steradians(&polygon.orient(Direction::Default)) <= 0.0 {
        return Err("a polygon has area");
    }
    Ok((polygon.orient(Direction::Default), repair))
}
