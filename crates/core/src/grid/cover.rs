//! Which cells a polygon touches.
//!
//! The set is that of h3o's `Tiler` with `ContainmentMode::Covers`: every cell whose outline, straight in degrees, meets the
//! polygon. h3o relates each cell to the whole polygon, which takes seconds for the nine thousand vertices of London; here
//! a cell meets only the edges near it.

use super::clip::{Outline, reach_of};
use super::locator::{center_of, reach_degrees};
use super::study_area::EARTH_RADIUS_KM;
use crate::areas::edges::{EdgeBins, PolygonEdges, directed_edges};
use geo::MultiPolygon;
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Every cell that the polygon touches, sorted; `inside` and `bins` hold the polygon's edges.
///
/// Cells along the edges are tried one by one; from those that no edge touches and whose centre is inside, the rest is filled
/// in: between neighbours that no edge touches there is no way out.
pub(super) fn cells(polygon: &MultiPolygon<f64>, inside: &PolygonEdges, bins: &EdgeBins, resolution: Resolution) -> Vec<CellIndex> {
    let along = cells_along(polygon, resolution);
    let reach = reach_degrees(resolution);
    let met: Vec<Meeting> = along
        .par_iter()
        .map_init(Vec::new, |scratch, cell| {
            bins.near(reach_of(*cell, reach), scratch);
            let outline = Outline::of(*cell);
            if scratch.iter().any(|n| outline.clip(bins.edge(*n), 0.0).is_some()) {
                Meeting::Edge
            } else if inside.contains(center_of(*cell)) {
                Meeting::Inside
            } else {
                Meeting::Outside
            }
        })
        .collect();
    let mut seen: CellSet = along.iter().copied().collect();
    let of = |kind: Meeting| along.iter().zip(&met).filter(move |(_, m)| **m == kind).map(|(cell, _)| *cell);
    let mut covered: Vec<CellIndex> = of(Meeting::Edge).collect();
    let mut front: Vec<CellIndex> = of(Meeting::Inside).collect();
    while let Some(cell) = front.pop() {
        covered.push(cell);
        for next in cell.grid_disk_safe(1) {
            if seen.insert(next) {
                front.push(next);
            }
        }
    }
    covered.sort_unstable();
    covered
}

/// How a cell meets the polygon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    /// An edge touches it.
    Edge,
    /// It lies inside as a whole.
    Inside,
    /// It lies outside as a whole.
    Outside,
}

/// Every cell that an edge can touch, and the cells around them, sorted.
///
/// Samples lie half a cell side apart, so an edge is never further from a sample than a quarter of a side, and cells that do
/// not share a side are a whole one apart: what an edge touches is a sample's cell or next to one. One ring more makes sure
/// that the first cells inside are there to fill from.
fn cells_along(polygon: &MultiPolygon<f64>, resolution: Resolution) -> Vec<CellIndex> {
    let step = (0.5 * resolution.edge_length_km() / EARTH_RADIUS_KM).to_degrees();
    let mut sampled: Vec<CellIndex> = Vec::new();
    for [a, b] in directed_edges(polygon) {
        let shrink = a.y.abs().min(b.y.abs()).to_radians().cos();
        let steps = (((b.x - a.x) * shrink).hypot(b.y - a.y) / step).ceil().max(1.0);
        for k in 0..steps as usize {
            let t = k as f64 / steps;
            let ll = LatLng::new(a.y + (b.y - a.y) * t, a.x + (b.x - a.x) * t).expect("a sound polygon has finite coordinates");
            let cell = ll.to_cell(resolution);
            if sampled.last() != Some(&cell) {
                sampled.push(cell);
            }
        }
    }
    for _ in 0..2 {
        sampled.sort_unstable();
        sampled.dedup();
        sampled = sampled.iter().flat_map(|cell| cell.grid_disk_safe(1)).collect();
    }
    sampled.sort_unstable();
    sampled.dedup();
    sampled
}

type CellSet = HashSet<CellIndex, BuildHasherDefault<IndexHasher>>;

/// Hashes an index by one multiplication (Fibonacci hashing): the keys are ours, nobody chooses them to collide.
#[derive(Default)]
struct IndexHasher(u64);

impl Hasher for IndexHasher {
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(u64::from(*b));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
