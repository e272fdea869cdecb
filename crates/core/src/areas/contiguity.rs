//! Which polygons touch.

use super::edges::{directed_edges, rings};
use crate::error::Result;
use crate::weights::SpatialWeights;
use geo::MultiPolygon;
use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, RTree};
use std::collections::BTreeMap;

/// How near two borders must come to count as one, in metres. Borders of one publisher meet to a millimetre; generalising
/// to 20 m at 6 decimals leaves gaps of centimetres where three areas meet.
const TOLERANCE_M: f64 = 1.0;

/// How long a border two areas must share to be neighbours by [`Contiguity::Rook`], in metres. Two borders that part at a corner stay
/// within [`TOLERANCE_M`] of each other for about a metre at a right angle and for ten at six degrees.
const SHARED_M: f64 = 10.0;

/// What makes two areas neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Contiguity {
    /// Their borders come within a metre of one another, at an edge or a corner.
    #[default]
    Queen,
    /// They share at least ten metres of border, to within a metre: a corner is not enough.
    Rook,
}

/// Areas that touch; coordinates in metres.
pub(super) fn contiguity(polygons: &[MultiPolygon<f64>], kind: Contiguity) -> Result<SpatialWeights> {
    match kind {
        Contiguity::Queen => queen(polygons),
        Contiguity::Rook => rook(polygons),
    }
}

/// Queen contiguity: two polygons are neighbours when a vertex of one lies within [`TOLERANCE_M`] of an edge of the other.
///
/// Shared edges have vertices at their ends, and a shared corner is a vertex of at least one of the two, so edges and
/// corners are both found. Coordinates in metres. `O(e log e)` in the number of edges.
fn queen(polygons: &[MultiPolygon<f64>]) -> Result<SpatialWeights> {
    let tree = edges_of(polygons);
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

type Edges = RTree<GeomWithData<Line<[f64; 2]>, u32>>;

/// Every edge with the row of its polygon.
fn edges_of(polygons: &[MultiPolygon<f64>]) -> Edges {
    let of = |(row, p): (usize, &MultiPolygon<f64>)| {
        directed_edges(p).map(|[a, b]| GeomWithData::new(Line::new([a.x, a.y], [b.x, b.y]), row as u32)).collect::<Vec<_>>()
    };
    RTree::bulk_load(polygons.iter().enumerate().flat_map(of).collect())
}

/// Rook contiguity: the parts of one polygon's edges that lie within [`TOLERANCE_M`] of the other's add up to [`SHARED_M`].
fn rook(polygons: &[MultiPolygon<f64>]) -> Result<SpatialWeights> {
    let tree = edges_of(polygons);
    let mut lists = vec![Vec::new(); polygons.len()];
    let mut parts: Vec<(u32, [f64; 2])> = Vec::new();
    for (row, polygon) in polygons.iter().enumerate() {
        let mut shared: BTreeMap<u32, f64> = BTreeMap::new();
        for [a, b] in directed_edges(polygon) {
            let (a, b) = ([a.x, a.y], [b.x, b.y]);
            let low = [a[0].min(b[0]) - TOLERANCE_M, a[1].min(b[1]) - TOLERANCE_M];
            let high = [a[0].max(b[0]) + TOLERANCE_M, a[1].max(b[1]) + TOLERANCE_M];
            parts.clear();
            for edge in tree.locate_in_envelope_intersecting(AABB::from_corners(low, high)) {
                if edge.data as usize != row
                    && let Some(part) = part_near([a, b], [edge.geom().from, edge.geom().to])
                {
                    parts.push((edge.data, part));
                }
            }
            // Parts of one neighbour may overlap where its edges meet: each metre counts once.
            parts.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1[0].total_cmp(&b.1[0])));
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            for of_one in parts.chunk_by(|a, b| a.0 == b.0) {
                let mut covered = 0.0;
                let mut until = 0.0_f64;
                for (_, [from, to]) in of_one {
                    covered += (to - from.max(until)).max(0.0);
                    until = until.max(*to);
                }
                *shared.entry(of_one[0].0).or_default() += covered * length;
            }
        }
        for (other, length) in shared {
            if length >= SHARED_M {
                lists[row].push(other);
                lists[other as usize].push(row as u32);
            }
        }
    }
    SpatialWeights::from_lists(&lists)
}

/// The part of the segment from `a` to `b`, as shares of its length, that lies within [`TOLERANCE_M`] of the segment from `c` to `d`.
fn part_near([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> Option<[f64; 2]> {
    let minus = |p: [f64; 2], q: [f64; 2]| [p[0] - q[0], p[1] - q[1]];
    let dot = |p: [f64; 2], q: [f64; 2]| p[0] * q[0] + p[1] * q[1];
    let (along, other) = (minus(b, a), minus(d, c));
    let (length2, other2) = (dot(along, along), dot(other, other));
    if length2 == 0.0 {
        return None;
    }
    // What is near a segment is a rectangle and a disc at either end: convex together, so the part is one piece.
    let mut part: Option<[f64; 2]> = None;
    let mut add = |from: f64, to: f64| {
        let (from, to) = (from.max(0.0), to.min(1.0));
        if from < to {
            let [low, high] = part.unwrap_or([from, to]);
            part = Some([low.min(from), high.max(to)]);
        }
    };
    for end in [c, d] {
        let from = minus(a, end);
        let middle = -dot(along, from) / length2;
        let half2 = middle * middle - (dot(from, from) - TOLERANCE_M * TOLERANCE_M) / length2;
        if half2 > 0.0 {
            add(middle - half2.sqrt(), middle + half2.sqrt());
        }
    }
    if other2 > 0.0 {
        let unit = [other[0] / other2.sqrt(), other[1] / other2.sqrt()];
        let across = [-unit[1], unit[0]];
        let mut range = [0.0_f64, 1.0_f64];
        for (axis, low, high) in [(unit, 0.0, other2.sqrt()), (across, -TOLERANCE_M, TOLERANCE_M)] {
            let (start, slope) = (dot(minus(a, c), axis), dot(along, axis));
            if slope.abs() > 1e-12 {
                let (t, u) = ((low - start) / slope, (high - start) / slope);
                range = [range[0].max(t.min(u)), range[1].min(t.max(u))];
            } else if start < low || start > high {
                range = [1.0, 0.0];
            }
        }
        add(range[0], range[1]);
    }
    part
}
