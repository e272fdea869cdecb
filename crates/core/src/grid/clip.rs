//! Cells at the border of polygons: which they are, and how much of them lies inside.

use super::study_area::under_edge;
use crate::areas::edges::{EdgeBins, OwnedEdge, PolygonEdges};
use crate::projection::LonLat;
use h3o::{CellIndex, LatLng};

/// A cell's outline in degrees, counter-clockwise, not closed; convex.
pub(crate) struct Outline {
    vertices: Vec<[f64; 2]>,
    /// Cosine of the latitude of the cell: what a degree of longitude is worth.
    shrink: f64,
}

impl Outline {
    pub(crate) fn of(cell: CellIndex) -> Self {
        let vertices: Vec<[f64; 2]> = cell.boundary().iter().map(|v| [v.lng(), v.lat()]).collect();
        let shrink = LatLng::from(cell).lat_radians().cos();
        Self { vertices, shrink }
    }

    /// `[west, south, east, north]`, degrees.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        self.vertices.iter().fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |b, v| {
            [b[0].min(v[0]), b[1].min(v[1]), b[2].max(v[0]), b[3].max(v[1])]
        })
    }

    fn sides(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
        let n = self.vertices.len();
        (0..n).map(move |k| (self.vertices[k], self.vertices[(k + 1) % n]))
    }

    /// The part `[t0, t1]` of an edge inside the outline grown by `margin` degrees of latitude; Cyrus and Beck (1978).
    pub(crate) fn clip(&self, edge: &OwnedEdge, margin: f64) -> Option<[f64; 2]> {
        let (mut t0, mut t1) = (0.0f64, 1.0f64);
        for (p, q) in self.sides() {
            let along = [(q[0] - p[0]) * self.shrink, q[1] - p[1]];
            let length = along[0].hypot(along[1]);
            // Distance to the left of the side, in degrees of latitude, at both ends of the edge.
            let left = |c: [f64; 2]| (along[0] * (c[1] - p[1]) - along[1] * (c[0] - p[0]) * self.shrink) / length + margin;
            let (at_a, at_b) = (left(edge.a), left(edge.b));
            if at_a < 0.0 && at_b < 0.0 {
                return None;
            }
            if at_a < 0.0 {
                t0 = t0.max(at_a / (at_a - at_b));
            } else if at_b < 0.0 {
                t1 = t1.min(at_a / (at_a - at_b));
            }
        }
        (t0 <= t1).then_some([t0, t1])
    }

    /// The share of the cell's area inside a polygon, from the polygon's edges near the cell.
    ///
    /// Green's theorem: the area is the integral of λ cos φ dφ along the boundary of the common part, which consists of the
    /// polygon's edges inside the cell and the cell's sides inside the polygon. The sides are cut where edges cross them, and
    /// each piece is inside when its middle is.
    pub(crate) fn share_inside(&self, near: &[OwnedEdge], polygon: &PolygonEdges) -> f64 {
        let origin = self.vertices[0][0];
        let under = |a: [f64; 2], b: [f64; 2]| under_edge([a[0] - origin, a[1]], [b[0] - origin, b[1]]);
        let whole: f64 = self.sides().map(|(p, q)| under(p, q)).sum();
        let mut inside = 0.0;
        for edge in near {
            if let Some([t0, t1]) = self.clip(edge, 0.0) {
                inside += under(between(edge.a, edge.b, t0), between(edge.a, edge.b, t1));
            }
        }
        let mut cuts = Vec::new();
        for (p, q) in self.sides() {
            cuts.clear();
            cuts.extend([0.0, 1.0]);
            cuts.extend(near.iter().filter_map(|e| crossing(p, q, e)));
            cuts.sort_unstable_by(f64::total_cmp);
            for w in cuts.windows(2) {
                let [x, y] = between(p, q, f64::midpoint(w[0], w[1]));
                if w[0] < w[1] && polygon.contains(LonLat { lon: x, lat: y }) {
                    inside += under(between(p, q, w[0]), between(p, q, w[1]));
                }
            }
        }
        (inside / whole).clamp(0.0, 1.0)
    }
}

fn between(a: [f64; 2], b: [f64; 2], t: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

/// Where on the side `p`–`q` (0 to 1) an edge crosses it. An edge that ends on the side counts: a cut too many does no harm.
fn crossing(p: [f64; 2], q: [f64; 2], edge: &OwnedEdge) -> Option<f64> {
    const SLACK: f64 = 1e-9;
    let side = [q[0] - p[0], q[1] - p[1]];
    let along = [edge.b[0] - edge.a[0], edge.b[1] - edge.a[1]];
    let from = [edge.a[0] - p[0], edge.a[1] - p[1]];
    let turn = side[0] * along[1] - side[1] * along[0];
    let t = (from[0] * along[1] - from[1] * along[0]) / turn;
    let u = (from[0] * side[1] - from[1] * side[0]) / turn;
    (t > 0.0 && t < 1.0 && (-SLACK..=1.0 + SLACK).contains(&u)).then_some(t)
}

/// How far beyond its outline a cell may reach, in degrees of latitude: the outline is straight in degrees, the cell's sides
/// are arcs of great circles.
///
/// An arc of length `L` leaves the straight line by at most `L² tan φ / 8R` (plus the same order for the bend of meridians):
/// 0.2 mm for the 76 m of resolution 10 in London. A fixed 5 cm and 2 % of the square cover every resolution up to latitude 80.
pub(crate) fn slack_degrees(bounds: [f64; 4]) -> f64 {
    let size = (bounds[3] - bounds[1]).to_radians();
    let bend = size * size * bounds[1].abs().max(bounds[3].abs()).min(85.0).to_radians().tan();
    5e-7 + bend.to_degrees()
}

/// What the edges near a cell say of it.
pub(crate) struct Near {
    pub(crate) outline: Outline,
    /// Edges that come into the cell, or within the slack of it.
    pub(crate) edges: Vec<OwnedEdge>,
}

/// The edges that touch a cell, or `None` when no edge does: the cell then lies wholly inside or outside of every polygon.
/// `reach` is a box of degrees that holds the cell; `scratch` is working memory.
pub(crate) fn near_cell(cell: CellIndex, reach: [f64; 4], bins: &EdgeBins, scratch: &mut Vec<u32>) -> Option<Near> {
    bins.near(reach, scratch);
    if scratch.is_empty() {
        return None;
    }
    let outline = Outline::of(cell);
    let slack = slack_degrees(outline.bounds());
    let edges: Vec<OwnedEdge> = scratch.iter().map(|n| *bins.edge(*n)).filter(|e| outline.clip(e, slack).is_some()).collect();
    (!edges.is_empty()).then_some(Near { outline, edges })
}

/// A box of degrees that holds a cell; `reach` is the bound of [`super::locator::reach_degrees`].
pub(crate) fn reach_of(cell: CellIndex, reach: f64) -> [f64; 4] {
    let LonLat { lon, lat } = super::locator::center_of(cell);
    let reach_lon = reach / (lat.abs() + reach).min(89.9).to_radians().cos();
    [lon - reach_lon, lat - reach, lon + reach_lon, lat + reach]
}
