//! Which polygons touch.

use super::edges::{directed_edges, rings};
use crate::error::Result;
use crate::weights::SpatialWeights;
use geo::MultiPolygon;
use rstar::RTree;
use rstar::primitives::{GeomWithData, Line};

/// How near two borders must come to count as one, in metres. Borders of one publisher meet to a millimetre; generalising
/// to 20 m at 6 decimals leaves gaps of centimetres where three areas meet.
const TOLERANCE_M: f64 = 1.0;

/// Queen contiguity: two polygons are neighbours when a vertex of one lies within [`TOLERANCE_M`] of an edge of the other.
///
/// Shared edges have vertices at their ends, and a shared corner is a vertex of at least one of the two, so edges and
/// corners are both found. Coordinates in metres. `O(e log e)` in the number of edges.
pub(super) fn queen(polygons: &[MultiPolygon<f64>]) -> Result<SpatialWeights> {
    let edges: Vec<GeomWithData<Line<[f64; 2]>, u32>> = polygons
        .iter()
        .enumerate()
        .flat_map(|(row, p)| directed_edges(p).map(move |[a, b]| GeomWithData::new(Line::new([a.x, a.y], [b.x, b.y]), row as u32)))
        .collect();
    let tree = RTree::bulk_load(edges);
    let mut lists = vec![Vec::new(); polygons.len()];
    for (row, polygon) in polygons.iter().enumerate() {
        let row = row as u32;
        for ring in rings(polygon) {
            for c in ring.0.iter().skip(1) {
                for edge in tree.locate_within_distance([c.x, c.y], TOLERANCE_M * TOLERANCE_M) {
                    let other = edge.data;
                    if other != row && !lists[row as usize].contains(&other) {
                        lists[row as usize].push(other);
                    }
                }
            }
        }
    }
    for row in 0..lists.len() {
        for n in 0..lists[row].len() {
            let other = lists[row][n] as usize;
            if !lists[other].contains(&(row as u32)) {
                lists[other].push(row as u32);
            }
        }
    }
    SpatialWeights::from_lists(&lists)
}
