//! Which polygon holds a point: one look into a table of squares for most, the exact test for the rest.

use super::edges::{EdgeBins, PolygonEdges, Squares};
use crate::projection::LonLat;
use geo::MultiPolygon;
use rayon::prelude::*;
use std::collections::HashMap;

/// A square that lies in no polygon.
const NONE: u32 = u32::MAX >> 1;
/// From here on: a square with edges in it, and the number of its list of candidates.
const BORDER: u32 = NONE + 1;
/// Squares for each edge: with more the table costs more to make, with fewer more squares have an edge.
const SQUARES_PER_EDGE: usize = 64;
/// Most squares: 4 MB. Over Greater London they are 50 m wide, and edges of official boundaries come into 2 % of them.
const MOST_SQUARES: usize = 1 << 20;

/// Finds the polygon that holds a point.
///
/// The box of all polygons is cut into squares. A square that no edge touches lies wholly in one polygon or in none, so its
/// points need one look-up. In the other squares the point is tested exactly against the few polygons that have edges there.
/// The answer is that of the exact test always: the row of the polygon that holds the point, the lowest if polygons overlap.
/// Edges are straight in degrees, and of two polygons that share an edge exactly one has each point of it.
///
/// ```
/// use hotspot_core::LonLat;
/// use hotspot_core::areas::PolygonIndex;
/// use hotspot_core::atlas::Atlas;
/// let boroughs = Atlas::london().boroughs();
/// let index = PolygonIndex::new(boroughs.iter().map(|b| &b.polygon));
/// let trafalgar_square = LonLat { lon: -0.1281, lat: 51.5080 };
/// let row = index.locate(trafalgar_square).expect("in London");
/// assert_eq!(boroughs[row as usize].name, "Westminster");
/// ```
#[derive(Debug, Clone)]
pub struct PolygonIndex {
    squares: Squares,
    /// By square: a polygon's row, [`NONE`], or [`BORDER`] and more.
    tags: Vec<u32>,
    /// Lists of polygons to test, ascending.
    candidates: Vec<Vec<u32>>,
    polygons: Vec<PolygonEdges>,
}

impl PolygonIndex {
    /// Prepares polygons in WGS84 degrees, whose rings do not cross one another; rows are their places.
    ///
    /// # Panics
    /// With 2³¹ polygons or more.
    pub fn new<'a>(polygons: impl IntoIterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let shapes: Vec<&MultiPolygon<f64>> = polygons.into_iter().collect();
        assert!(shapes.len() < NONE as usize, "rows stay below the marks");
        let polygons: Vec<PolygonEdges> = shapes.par_iter().map(|p| PolygonEdges::new(p)).collect();
        let bins = EdgeBins::per_edge(shapes, SQUARES_PER_EDGE, MOST_SQUARES);
        let squares = *bins.squares();
        let (columns, rows) = (squares.columns(), squares.rows());
        let mut index = Self { squares, tags: Vec::with_capacity(columns * rows), candidates: Vec::new(), polygons };
        let mut lists: HashMap<Vec<u32>, u32> = HashMap::new();
        // Polygons that hold the square at hand and have no edge in it, ascending.
        let mut around: Vec<u32> = Vec::new();
        let mut owners: Vec<u32> = Vec::new();
        for row in 0..rows {
            // Nothing lies at the western rim.
            around.clear();
            for column in 0..columns {
                owners.clear();
                owners.extend(bins.in_square(row * columns + column).map(|e| e.owner));
                if owners.is_empty() {
                    index.tags.push(around.first().copied().unwrap_or(NONE));
                    continue;
                }
                owners.sort_unstable();
                owners.dedup();
                around.retain(|p| owners.binary_search(p).is_err());
                let whole = around.first().copied();
                let list: Vec<u32> = owners.iter().copied().filter(|o| whole.is_none_or(|w| *o < w)).chain(whole).collect();
                let number = *lists.entry(list).or_insert_with_key(|list| {
                    index.candidates.push(list.clone());
                    index.candidates.len() as u32 - 1
                });
                index.tags.push(BORDER + number);
                // Into the next square a polygon goes on unless it has an edge there.
                let next = squares.center(column + 1, row);
                around.extend(owners.iter().filter(|o| index.polygons[**o as usize].contains(next)));
                around.sort_unstable();
            }
        }
        index
    }

    /// Row of the polygon that holds the point, the lowest where polygons overlap. None for a coordinate that is not a number.
    #[inline]
    pub fn locate(&self, p: LonLat) -> Option<u32> {
        match self.tags[self.squares.square(p)?] {
            NONE => None,
            row @ ..NONE => Some(row),
            border => {
                let mut candidates = self.candidates[(border - BORDER) as usize].iter().copied();
                candidates.find(|row| self.polygons[*row as usize].contains(p))
            }
        }
    }

    /// Number of polygons.
    pub const fn len(&self) -> usize {
        self.polygons.len()
    }

    /// Whether there is no polygon.
    pub const fn is_empty(&self) -> bool {
        self.polygons.is_empty()
    }

    /// The polygons, ready for exact tests.
    pub(crate) fn polygons(&self) -> &[PolygonEdges] {
        &self.polygons
    }
}

#[cfg(test)]
mod tests {
    use super::super::edges::directed_edges;
    use super::*;
    use crate::atlas::Atlas;
    use geo::{Contains, Point, polygon};
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;
    use std::sync::OnceLock;

    fn london() -> &'static PolygonIndex {
        static INDEX: OnceLock<PolygonIndex> = OnceLock::new();
        INDEX.get_or_init(|| PolygonIndex::new(Atlas::london().boroughs().iter().map(|b| &b.polygon)))
    }

    /// The first polygon that holds the point: the rule itself.
    fn holder(index: &PolygonIndex, p: LonLat) -> Option<u32> {
        index.polygons.iter().position(|b| b.contains(p)).map(|row| row as u32)
    }

    #[test]
    fn the_table_says_what_the_polygons_say() {
        let index = london();
        let mut rng = Pcg64Mcg::seed_from_u64(7);
        let mut looked_up = 0;
        for _ in 0..200_000 {
            let p = LonLat { lon: rng.random_range(-0.65..0.45), lat: rng.random_range(51.2..51.8) };
            let home = holder(index, p);
            assert_eq!(index.locate(p), home);
            looked_up += usize::from(home.is_some());
        }
        assert!(looked_up > 60_000);
    }

    #[test]
    fn points_on_borders_are_in_one_borough_as_the_polygons_say() {
        let index = london();
        let mut rng = Pcg64Mcg::seed_from_u64(8);
        for b in Atlas::london().boroughs() {
            for [a, c] in directed_edges(&b.polygon).step_by(3) {
                let t = rng.random_range(0.0..1.0);
                let off = if rng.random_range(0..4) == 0 { 0.0 } else { 10f64.powf(rng.random_range(-9.0..-4.0)) };
                for p in [LonLat { lon: a.x + (c.x - a.x) * t + off, lat: a.y + (c.y - a.y) * t }, LonLat { lon: a.x, lat: a.y }] {
                    let brute = Atlas::london().boroughs().iter().position(|b| b.polygon.contains(&Point::new(p.lon, p.lat)));
                    let ours = index.locate(p);
                    assert_eq!(ours, holder(index, p));
                    // geo leaves points exactly on a border in no polygon; ours has them in one.
                    if brute.is_some() {
                        assert_eq!(ours.map(|row| row as usize), brute);
                    }
                }
            }
        }
    }

    #[test]
    fn points_at_the_sides_of_squares_are_found() {
        let index = london();
        let squares = &index.squares;
        for column in (0..squares.columns()).step_by(7) {
            for row in (0..squares.rows()).step_by(11) {
                let (here, beyond) = (squares.center(column, row), squares.center(column + 1, row + 1));
                let corner = LonLat { lon: f64::midpoint(here.lon, beyond.lon), lat: f64::midpoint(here.lat, beyond.lat) };
                for p in [corner, LonLat { lon: corner.lon.next_up(), ..corner }, LonLat { lat: corner.lat.next_down(), ..corner }]
                {
                    assert_eq!(index.locate(p), holder(index, p), "{p:?}");
                }
            }
        }
    }

    #[test]
    fn most_of_london_needs_one_look() {
        let border = london().tags.iter().filter(|tag| **tag >= BORDER).count();
        let share = border as f64 / london().tags.len() as f64;
        assert!((0.005..0.06).contains(&share), "{share}");
        assert!(PolygonIndex::new([]).locate(LonLat { lon: 0.0, lat: 0.0 }).is_none());
    }

    proptest! {
        #[test]
        fn of_polygons_that_overlap_the_lowest_row_holds(
            boxes in prop::collection::vec((0u8..12, 0u8..12, 1u8..9, 1u8..9), 1..6),
            points in prop::collection::vec((0.0f64..2.5, 0.0f64..2.5), 32),
        ) {
            // On a lattice, so that sides and corners coincide.
            let at = |n: u8| f64::from(n) * 0.125;
            let shapes: Vec<MultiPolygon<f64>> = boxes
                .iter()
                .map(|&(x, y, w, h)| {
                    let (west, south, east, north) = (at(x), at(y), at(x + w), at(y + h));
                    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)].into()
                })
                .collect();
            let index = PolygonIndex::new(&shapes);
            for (lon, lat) in points {
                for p in [LonLat { lon, lat }, LonLat { lon: (lon * 8.0).round() / 8.0, lat }, LonLat { lon: (lon * 8.0).round() / 8.0, lat: (lat * 8.0).round() / 8.0 }] {
                    prop_assert_eq!(index.locate(p), holder(&index, p));
                }
            }
        }
    }
}
