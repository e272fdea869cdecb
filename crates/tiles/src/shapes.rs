//! Hotspots, boroughs and other polygons, as tiles.

use crate::cells::Mismatch;
use crate::coord::{Frame, TileCoord, place, world_from_lonlat};
use crate::{BUFFER, EXTENT, json};
use fast_mvt::{MvtLayerBuilder, MvtPolygon, MvtValueRef};
use geo::orient::Direction;
use geo::{
    Area, BooleanOps, BoundingRect, ConvexHull, Coord, LineString, MakeValid, MapCoords, MultiPolygon, Orient, Polygon, Rect,
    RemoveRepeatedPoints, Simplify, Validation,
};
use hotspot_core::disclosure::Released;
use hotspot_core::view::{CellsView, HotspotsView};

/// Polygons of one layer, ready to be cut into tiles.
///
/// GeoJSON: a shape comes whole in the tile that holds the middle of its bounding box, half-open, so once at every zoom.
/// MVT: it is in every tile that it touches, cut to the buffer, with the same id. At most some thousand shapes are expected:
/// a tile looks at the bounding box of each.
#[derive(Debug)]
pub struct ShapeTiles {
    layer: &'static str,
    shapes: Vec<Shape>,
}

#[derive(Debug)]
struct Shape {
    id: u64,
    properties: Vec<(&'static str, Property)>,
    /// In world units.
    outline: MultiPolygon<f64>,
    bounds: Rect<f64>,
    center: [u32; 2],
    /// The GeoJSON feature.
    feature: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
enum Property {
    Text(String),
    Whole(u64),
    Number(f64),
}

impl ShapeTiles {
    /// Hotspots: properties `id`, `rank`, `name`, `n`, `probability`, `evidence`; the MVT id is the rank.
    pub fn hotspots(view: &Released<HotspotsView>) -> Self {
        let shapes = view.analysis.hotspots.iter().filter_map(|hotspot| {
            let properties = vec![
                ("id", Property::Text(hotspot.identity.id.clone())),
                ("rank", Property::Whole(u64::from(hotspot.rank))),
                ("name", Property::Text(hotspot.name.clone())),
                ("n", Property::Whole(u64::from(hotspot.n))),
                ("probability", Property::Number(hotspot.probability)),
                ("evidence", Property::Text(hotspot.standing.evidence.id().to_owned())),
            ];
            Shape::new(u64::from(hotspot.rank), properties, &hotspot.outline)
        });
        Self { layer: "hotspots", shapes: shapes.collect() }
    }

    /// Outlines that carry no figures, such as boroughs: properties `code`, `name`; the MVT id is the place in the list,
    /// from 1.
    pub fn outlines<'a>(layer: &'static str, areas: impl IntoIterator<Item = (&'a str, &'a str, &'a MultiPolygon<f64>)>) -> Self {
        let shape = |(i, (code, name, outline)): (usize, (&str, &str, &MultiPolygon<f64>))| {
            let properties = vec![("code", Property::Text(code.to_owned())), ("name", Property::Text(name.to_owned()))];
            Shape::new(i as u64 + 1, properties, outline)
        };
        Self { layer, shapes: areas.into_iter().enumerate().filter_map(shape).collect() }
    }

    /// Polygons as units: properties `code`, `name`, `n`, `class`, and `value` unless the class is 0; the MVT id is the row
    /// plus 1. `codes`, `names` and `outlines` are aligned by row.
    ///
    /// # Errors
    /// [`Mismatch`] when the views are not of these areas or of one filter.
    pub fn areas(
        codes: &[String],
        names: &[String],
        outlines: &[MultiPolygon<f64>],
        values: &Released<CellsView>,
        counts: &Released<CellsView>,
    ) -> Result<Self, Mismatch> {
        if values.resolution != 0 || counts.resolution != 0 {
            return Err(Mismatch::Resolution);
        }
        if values.filter != counts.filter {
            return Err(Mismatch::Filter);
        }
        let mut figures = vec![(0u32, 0u8, 0f64); outlines.len()];
        for (row, n) in counts.units.iter().zip(&counts.n) {
            figures.get_mut(*row as usize).ok_or(Mismatch::Row)?.0 = *n;
        }
        for (i, row) in values.units.iter().enumerate() {
            *figures.get_mut(*row as usize).ok_or(Mismatch::Row)? = (values.n[i], values.class[i], values.value[i]);
        }
        let shapes = figures.into_iter().enumerate().filter_map(|(row, (n, class, value))| {
            let mut properties = vec![
                ("code", Property::Text(codes[row].clone())),
                ("name", Property::Text(names[row].clone())),
                ("n", Property::Whole(u64::from(n))),
                ("class", Property::Whole(u64::from(class))),
            ];
            if class > 0 {
                properties.push(("value", Property::Number(value)));
            }
            Shape::new(row as u64 + 1, properties, &outlines[row])
        });
        Ok(Self { layer: values.layer.id(), shapes: shapes.collect() })
    }

    /// Name of the layer.
    pub const fn layer(&self) -> &'static str {
        self.layer
    }

    /// Memory that the shapes take, in bytes, about.
    pub fn bytes(&self) -> usize {
        self.shapes.iter().map(|shape| 256 + shape.feature.len() * 2).sum()
    }

    /// The shapes whose middle the tile holds, whole, as a GeoJSON feature collection.
    pub fn geojson(&self, tile: TileCoord) -> Vec<u8> {
        let frame = Frame::of(tile);
        let held = |shape: &&Shape| (0..2).all(|a| (0..frame.side).contains(&(i64::from(shape.center[a]) - frame.origin[a])));
        let features: Vec<&[u8]> = self.shapes.iter().filter(held).map(|s| s.feature.as_slice()).collect();
        let mut out = br#"{"type":"FeatureCollection","features":["#.to_vec();
        out.extend_from_slice(&features.join(&b','));
        out.extend_from_slice(b"]}");
        out
    }

    /// The shapes that touch the tile or its buffer, cut to the buffer, as one MVT layer; no byte at all when there is none.
    pub fn mvt(&self, tile: TileCoord) -> Vec<u8> {
        let frame = Frame::of(tile);
        let mut layer = MvtLayerBuilder::new(self.layer).expect("a layer has a name");
        for shape in &self.shapes {
            for copy in frame.copies() {
                let Some(parts) = shape.drawn(frame, copy) else { continue };
                let mut feature = layer.feature_of(fast_mvt::MvtGeomType::Polygon);
                feature.id(Some(shape.id));
                for (key, value) in &shape.properties {
                    let value = match value {
                        Property::Text(text) => MvtValueRef::String(text),
                        Property::Whole(n) => MvtValueRef::UInt(*n),
                        Property::Number(v) => MvtValueRef::Double(*v),
                    };
                    feature.tag_ref(key, value).expect("a layer has fewer than 2^32 values");
                }
                for part in &parts {
                    for (i, ring) in std::iter::once(part.exterior()).chain(part.interiors()).enumerate() {
                        feature.ring(ring.0.iter().copied(), i == 0).expect("rings are not empty");
                    }
                }
                layer = feature.end();
            }
        }
        if layer.num_features() == 0 { Vec::new() } else { layer.encode() }
    }
}

impl Shape {
    /// `None` without an outline.
    fn new(id: u64, properties: Vec<(&'static str, Property)>, outline: &MultiPolygon<f64>) -> Option<Self> {
        let outline = outline.orient(Direction::Default);
        let bounds = outline.bounding_rect()?;
        let middle = bounds.center();
        let feature = feature(&properties, &outline);
        let outline = outline.map_coords(|c| {
            let [x, y] = world_from_lonlat(c.x, c.y);
            Coord { x: x as f64, y: y as f64 }
        });
        let bounds = outline.bounding_rect()?;
        Some(Self { id, properties, outline, bounds, center: place(world_from_lonlat(middle.x, middle.y)), feature })
    }

    /// What the tile shows, in its units; `None` when that is nothing.
    fn drawn(&self, frame: Frame, copy: i64) -> Option<Vec<MvtPolygon>> {
        let scale = (1u64 << frame.shift) as f64;
        let [x0, y0] = [frame.origin[0] - copy, frame.origin[1]].map(|v| v as f64);
        let tile = |c: Coord<f64>| Coord { x: (c.x - x0) / scale, y: (c.y - y0) / scale };
        let bounds = Rect::new(tile(self.bounds.min()), tile(self.bounds.max()));
        // A copy across the edge of the map counts when it reaches the tile itself.
        let edge = if copy == 0 { BUFFER as f64 } else { 0.0 };
        let far = EXTENT as f64 + edge;
        if bounds.max().x < -edge || bounds.max().y < -edge || bounds.min().x > far || bounds.min().y > far {
            return None;
        }
        let [lo, hi] = [-BUFFER as f64, (EXTENT + BUFFER) as f64];
        let view = Rect::new((lo, lo), (hi, hi));
        let whole = bounds.min().x >= lo && bounds.min().y >= lo && bounds.max().x <= hi && bounds.max().y <= hi;
        let outline = self.outline.map_coords(tile);
        let seen = if whole { outline } else { outline.intersection(&view.to_polygon()) };
        let seen_bounds = seen.bounding_rect()?;
        // Corners closer to the outline than half a unit cannot be seen, and take most of the time at low zooms.
        let mut parts = snapped(&seen.simplify(0.5));
        if parts.0.is_empty() {
            let corner = seen_bounds.min().x.round().clamp(lo, hi - 1.0);
            let top = seen_bounds.min().y.round().clamp(lo, hi - 1.0);
            parts.0.push(Rect::new((corner, top), (corner + 1.0, top + 1.0)).to_polygon());
        }
        Some(parts.map_coords(|c| Coord { x: c.x as i32, y: c.y as i32 }).0)
    }
}

/// Corners on whole units, and still valid: rounding can fold a ring, so it is repaired and rounded again.
fn snapped(outline: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let mut rounded = round(outline);
    for _ in 0..3 {
        if rounded.is_valid() {
            return rounded;
        }
        match rounded.make_valid() {
            Ok(repaired) => rounded = round(&repaired),
            Err(_) => break,
        }
    }
    // What still folds is drawn as the hull of each part: at most a unit or two beyond the outline.
    rounded.0.retain(Validation::is_valid);
    if rounded.0.is_empty() {
        let hull = round(&MultiPolygon::new(vec![outline.convex_hull()]));
        if hull.is_valid() {
            return hull;
        }
    }
    if rounded.is_valid() { rounded } else { rounded.0.iter().fold(MultiPolygon::new(vec![]), disjoint) }
}

fn disjoint(mut all: MultiPolygon<f64>, part: &Polygon<f64>) -> MultiPolygon<f64> {
    all.0.push(part.clone());
    if !all.is_valid() {
        all.0.pop();
    }
    all
}

/// Whole units; rings without area are gone.
fn round(outline: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let ring = |line: &LineString<f64>| {
        let line = line.map_coords(|c| Coord { x: c.x.round(), y: c.y.round() }).remove_repeated_points();
        (line.0.len() >= 4 && Polygon::new(line.clone(), vec![]).unsigned_area() >= 0.5).then_some(line)
    };
    let parts = outline.iter().filter_map(|part| {
        let exterior = ring(part.exterior())?;
        Some(Polygon::new(exterior, part.interiors().iter().filter_map(ring).collect()))
    });
    MultiPolygon::new(parts.collect())
}

fn feature(properties: &[(&'static str, Property)], outline: &MultiPolygon<f64>) -> Vec<u8> {
    let mut out = br#"{"type":"Feature","properties":{"#.to_vec();
    for (i, (key, value)) in properties.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::text(&mut out, key);
        out.push(b':');
        match value {
            Property::Text(text) => json::text(&mut out, text),
            Property::Whole(n) => json::whole(&mut out, *n),
            Property::Number(v) => json::number(&mut out, *v),
        }
    }
    out.extend_from_slice(br#"},"geometry":"#);
    geometry(&mut out, outline);
    out.push(b'}');
    out
}

fn geometry(out: &mut Vec<u8>, outline: &MultiPolygon<f64>) {
    let polygon = |out: &mut Vec<u8>, part: &Polygon<f64>| {
        out.push(b'[');
        for (i, line) in std::iter::once(part.exterior()).chain(part.interiors()).enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let corners = line.0.len().saturating_sub(1);
            let micro = |degrees: f64| (degrees * 1e6).round() as i32;
            json::ring(out, line.0[..corners].iter().map(|c| [micro(c.x), micro(c.y)]));
        }
        out.push(b']');
    };
    if let [one] = outline.0.as_slice() {
        out.extend_from_slice(br#"{"type":"Polygon","coordinates":"#);
        polygon(out, one);
    } else {
        out.extend_from_slice(br#"{"type":"MultiPolygon","coordinates":["#);
        for (i, part) in outline.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            polygon(out, part);
        }
        out.push(b']');
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_mvt::MvtReaderRef;
    use geo::polygon;
    use proptest::prelude::*;

    /// A jagged ring with a hole, about two kilometres wide.
    fn jagged(lon: f64, lat: f64, spikes: usize) -> MultiPolygon<f64> {
        let at = |i: usize, r: f64| {
            let angle = std::f64::consts::TAU * i as f64 / (spikes * 2) as f64;
            let r = if i.is_multiple_of(2) { r } else { r * 0.6 };
            Coord { x: lon + r * angle.cos(), y: lat + r * 0.6 * angle.sin() }
        };
        let ring = |r: f64| LineString::new((0..spikes * 2).map(|i| at(i, r)).collect());
        MultiPolygon::new(vec![Polygon::new(ring(0.015), vec![ring(0.004)])])
    }

    fn read(bytes: &[u8]) -> Vec<(u64, MultiPolygon<f64>)> {
        let reader = MvtReaderRef::new(bytes).unwrap();
        let mut all = Vec::new();
        for layer in reader.layers() {
            for feature in layer.features() {
                let parts = match feature.geometry().unwrap() {
                    geo::Geometry::Polygon(p) => MultiPolygon::new(vec![p]),
                    geo::Geometry::MultiPolygon(p) => p,
                    other => panic!("{other:?}"),
                };
                all.push((feature.id().unwrap(), parts.map_coords(|c| Coord { x: f64::from(c.x), y: f64::from(c.y) })));
            }
        }
        all
    }

    #[test]
    fn an_outline_comes_once_at_every_zoom_and_reads_back() {
        let shape = jagged(-0.1, 51.5, 9);
        let tiles = ShapeTiles::outlines("boroughs", [("E09000001", "City \"of\" London", &shape)]);
        for z in 0..=16u8 {
            let home = TileCoord::holding(z, -0.1, 51.5).unwrap();
            let mut seen = 0;
            for dx in -1..=1i64 {
                for dy in -1..=1i64 {
                    let (x, y) = (i64::from(home.x()) + dx, i64::from(home.y()) + dy);
                    let Some(tile) = u32::try_from(x).ok().zip(u32::try_from(y).ok()).and_then(|(x, y)| TileCoord::new(z, x, y))
                    else {
                        continue;
                    };
                    let text = String::from_utf8(tiles.geojson(tile)).unwrap();
                    let collection: geojson::FeatureCollection = text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap();
                    for feature in &collection.features {
                        assert_eq!(feature.property("name").unwrap(), "City \"of\" London");
                        let polygon: Polygon<f64> = feature.geometry.clone().unwrap().try_into().unwrap();
                        assert!(polygon.is_valid() && polygon.interiors().len() == 1);
                        assert!((polygon.unsigned_area() / shape.unsigned_area() - 1.0).abs() < 1e-3);
                        seen += 1;
                    }
                }
            }
            assert_eq!(seen, 1, "zoom {z}");
        }
    }

    #[test]
    fn a_shape_far_away_is_not_drawn() {
        let square = MultiPolygon::new(vec![polygon![(x: 0.0, y: 50.0), (x: 0.1, y: 50.0), (x: 0.1, y: 50.1), (x: 0.0, y: 50.1)]]);
        let tiles = ShapeTiles::outlines("boroughs", [("a", "b", &square)]);
        assert!(tiles.mvt(TileCoord::new(10, 0, 0).unwrap()).is_empty());
        assert_eq!(read(&tiles.mvt(TileCoord::new(0, 0, 0).unwrap())).len(), 1);
    }

    /// Draws a jagged shape in the tile that holds its middle.
    fn drawn_as_it_is(lon: f64, lat: f64, spikes: usize, z: u8) -> Result<(), TestCaseError> {
        let shape = jagged(lon, lat, spikes);
        let tiles = ShapeTiles::outlines("boroughs", [("a", "b", &shape)]);
        let tile = TileCoord::holding(z, lon, lat).unwrap();
        let drawn = read(&tiles.mvt(tile));
        prop_assert_eq!(drawn.len(), 1);
        let (id, parts) = &drawn[0];
        prop_assert_eq!(*id, 1);
        prop_assert!(parts.is_valid(), "{:?}", parts);
        for c in parts.iter().flat_map(|p| p.exterior().0.iter()) {
            prop_assert!((-64.0..=4160.0).contains(&c.x) && (-64.0..=4160.0).contains(&c.y));
        }
        let frame = Frame::of(tile);
        let scale = (1u64 << frame.shift) as f64;
        let exact = shape.map_coords(|c| {
            let [x, y] = world_from_lonlat(c.x, c.y);
            Coord { x: (x - frame.origin[0]) as f64 / scale, y: (y - frame.origin[1]) as f64 / scale }
        });
        let view = Rect::new((-64.0, -64.0), (4160.0, 4160.0)).to_polygon();
        let expected = exact.intersection(&view).unsigned_area();
        // Each corner moves by less than a unit: the area changes by less than the length of the outline.
        let slack = 2.0 + 60.0 * scale.recip() * (1u64 << 20) as f64 + expected * 0.05;
        prop_assert!((parts.unsigned_area() - expected).abs() <= slack, "{} {}", parts.unsigned_area(), expected);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_drawn_shape_is_valid_and_keeps_its_area(lon in -0.3..0.2f64, lat in 51.3..51.6f64, spikes in 3usize..40, z in 6u8..=14) {
            drawn_as_it_is(lon, lat, spikes, z)?;
        }
    }

    /// Its corners fall together at this zoom so that the repair meets intervals out of order.
    #[test]
    fn a_shape_whose_corners_fall_together_is_drawn() {
        drawn_as_it_is(0.0, 51.3, 11, 6).unwrap();
    }
}
