//! Edge correction: how much of a kernel lies inside the study area, exactly.
//!
//! # Why
//! A kernel near the border spreads part of its point over land that is not looked at, and nothing comes back from there: the
//! density sinks towards the border, to one half on a straight one, as if there were no incidents.
//!
//! # Definition
//! The share of a kernel inside the mask M, for a bandwidth h around a place s, is
//!
//! ```text
//! e(s) = ∫_M K_h(|s − x|) dx
//! ```
//!
//! - [`EdgeCorrection::Uniform`] divides the density at s by e(s): right on average where the density is even. (Diggle, *Applied
//!   Statistics* 34, 1985; `density.ppp(edge = TRUE)`.)
//! - [`EdgeCorrection::Diggle`] divides the weight of each point by e of the point: all of it stays inside, so the density integrates to
//!   the sum of weights over the mask. (Jones, *Statistics and Computing* 3, 1993; `density.ppp(diggle = TRUE)`.)
//!
//! Points outside the mask are not part of the study and are left out; the result counts them.
//!
//! # The integral
//! For a polygon it is not taken on a raster but in closed form. With G(r) = ∫₀^r K(t) t dt, Green's theorem makes it a sum over
//! the edges, ∮ G(r(φ)) dφ around s; beyond the reach G is 1/2π, so only the edges within it differ from the plain angle, which adds
//! up to 2π inside and to 0 outside:
//!
//! ```text
//! e(s) = [s in M] + Σ_edges ∫ ( G(r(φ)) − 1/2π ) dφ
//! ```
//!
//! On an edge at distance p with t the way along it, r² = p² + t² and dφ = p dt / r²: polynomials of t for the quartic,
//! Epanechnikov and uniform kernels, one more logarithm for the triangular one, and for the Gaussian Owen's T function, taken by
//! Gauss–Legendre quadrature to 1e-10. (`polyCub` does the last step numerically for any kernel.)
//!
//! For cells it is the sum over their centres, Σ K_h(|s − c|) · area(c). With [`EdgeCorrection::Diggle`] the expected counts of the cells
//! (density times area) then add up to the sum of weights to the last digits, whatever the cells are. The bandwidth should be
//! at least twice the distance between centres, or e is rough.
//!
//! # Cost
//! One search of a tree of edges for each place and a few dozen operations for each edge within reach; one pass of
//! [`super::kde()`] for cells.

use super::bins::{Mark, PointBins};
use super::kde::{Near, Widths};
use super::{Kernel, M2_PER_KM2, check_bandwidth, check_places};
use crate::areas::edges::{PolygonEdges, directed_edges, rings};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::projection::LonLat;
use geo::orient::Direction;
use geo::{MultiPolygon, Orient};
use rayon::prelude::*;
use rstar::{AABB, RTree, RTreeObject};
use std::f64::consts::{PI, TAU};
use std::fmt;
use std::str::FromStr;

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;

/// Which density is divided by the share inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EdgeCorrection {
    /// That of each point, by the share of its own kernel: keeps the total.
    #[default]
    Diggle,
    /// That of each place, by the share of a kernel around it: keeps the level of an even density. Not for adaptive bandwidths,
    /// for which a place has none.
    Uniform,
}

impl EdgeCorrection {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Diggle => "diggle",
            Self::Uniform => "uniform",
        }
    }
}

impl fmt::Display for EdgeCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for EdgeCorrection {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "diggle" => Ok(Self::Diggle),
            "uniform" => Ok(Self::Uniform),
            _ => Err(UnknownName { what: "edge correction", allowed: "diggle, uniform" }),
        }
    }
}

/// The part of the plane in which incidents are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Mask<'a> {
    /// A polygon in metres. Rings must not cross; their direction does not matter.
    Polygon(&'a MultiPolygon<f64>),
    /// Cells, as their centres in metres and their areas inside the study area. What lies between the centres is not asked, so
    /// hand over only points that lie in a cell.
    Cells {
        /// Centres, metres.
        centers: &'a [[f64; 2]],
        /// Square kilometres, one for each centre.
        area_km2: &'a [f64],
    },
}

/// A correction and the mask that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Edge<'a> {
    /// Correction.
    pub correction: EdgeCorrection,
    /// Study area.
    pub mask: Mask<'a>,
}

impl Edge<'_> {
    pub(super) fn check(&self) -> Result<()> {
        self.mask.check()
    }
}

impl Mask<'_> {
    fn check(&self) -> Result<()> {
        match self {
            Self::Polygon(polygon) => {
                if rings(polygon).flat_map(|ring| &ring.0).all(|c| c.x.is_finite() && c.y.is_finite()) {
                    Ok(())
                } else {
                    Err(Error::OutOfRange { what: "coordinate of the mask", must: "finite" })
                }
            }
            Self::Cells { centers, area_km2 } => {
                check_places(centers)?;
                if area_km2.len() != centers.len() {
                    return Err(Error::Length { what: "areas of cells", got: area_km2.len(), expected: centers.len() });
                }
                if area_km2.iter().any(|a| !(*a >= 0.0 && a.is_finite())) {
                    return Err(Error::OutOfRange { what: "area of a cell", must: "finite and not negative" });
                }
                Ok(())
            }
        }
    }

    /// Whether each place is inside; `None` for cells, which do not say.
    pub(super) fn contains(&self, places: &[[f64; 2]]) -> Option<Vec<bool>> {
        let Self::Polygon(polygon) = self else { return None };
        let inside = PolygonEdges::new(polygon);
        Some(places.iter().map(|p| inside.contains(in_plane(*p))).collect())
    }
}

/// The filed polygon is planar; its columns are named after degrees.
const fn in_plane([x, y]: [f64; 2]) -> LonLat {
    LonLat { lon: x, lat: y }
}

/// The share of a kernel's mass that lies inside a mask, for each place, between 0 and 1 (of cells, roughly so).
///
/// For polygons it is exact to rounding, but for the Gaussian (2e-8, where it is cut). A place on the outline or at a corner is asked
/// for a little beside it, by 4e-12 of the largest coordinate or a few times that: in the National Grid micrometres, which change a
/// share by less than 3e-8 at 300 m.
///
/// # Errors
/// [`Error::OutOfRange`] when the bandwidth, a coordinate or an area is not as it must be, [`Error::Length`] when there are not as many
/// areas as centres.
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use hotspot_core::density::{Kernel, Mask, edge::share_inside};
/// let square = MultiPolygon::from(polygon![(x: 0., y: 0.), (x: 900., y: 0.), (x: 900., y: 900.), (x: 0., y: 900.)]);
/// let shares = share_inside(Mask::Polygon(&square), Kernel::Quartic, 300.0, &[[450.0, 450.0], [0.0, 450.0], [0.0, 0.0]])?;
/// assert!((shares[0] - 1.0).abs() < 1e-9 && (shares[1] - 0.5).abs() < 1e-9);
/// assert!((shares[2] - 0.25).abs() < 1e-9);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn share_inside(mask: Mask<'_>, kernel: Kernel, bandwidth_m: f64, places: &[[f64; 2]]) -> Result<Vec<f64>> {
    check_bandwidth(bandwidth_m)?;
    check_places(places)?;
    mask.check()?;
    shares(mask, kernel, places, &Widths::One(bandwidth_m))
}

/// As [`share_inside`], with a bandwidth for each place, on checked input.
pub(super) fn shares(mask: Mask<'_>, kernel: Kernel, places: &[[f64; 2]], widths: &Widths) -> Result<Vec<f64>> {
    match mask {
        Mask::Polygon(polygon) => {
            let outline = Outline::new(polygon)?;
            let share = |(row, place): (usize, &[f64; 2])| outline.share(*place, kernel, widths.of(row));
            Ok(places.par_iter().enumerate().map(share).collect())
        }
        Mask::Cells { centers, area_km2 } => {
            let marks: Vec<Mark> = area_km2.iter().map(|a| Mark { weight: a * M2_PER_KM2, scale: 1.0 }).collect();
            let typical = if places.is_empty() {
                1.0
            } else {
                (0..places.len()).map(|row| widths.of(row)).sum::<f64>() / places.len() as f64
            };
            let cells = PointBins::new(centers, Some(&marks), kernel.reach(typical));
            let share = |(row, place): (usize, &[f64; 2])| {
                let h = widths.of(row);
                kernel.shape(h, Near { points: &cells, place: *place, reach: kernel.reach(h) }) * kernel.scale(h)
            };
            Ok(places.par_iter().enumerate().map(share).collect())
        }
    }
}

/// An edge of a polygon with its inside on the left.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Side {
    from: [f64; 2],
    to: [f64; 2],
}

impl RTreeObject for Side {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

/// A polygon that can be asked for shares.
struct Outline {
    inside: PolygonEdges,
    sides: RTree<Side>,
    /// A place as near as this to an edge lies on it, for all that the digits say.
    doubt_m: f64,
}

impl Outline {
    fn new(polygon: &MultiPolygon<f64>) -> Result<Self> {
        let sides: Vec<Side> = directed_edges(&polygon.orient(Direction::Default))
            .filter(|[a, b]| a != b)
            .map(|[a, b]| Side { from: [a.x, a.y], to: [b.x, b.y] })
            .collect();
        if sides.is_empty() {
            return Err(Error::EmptyArea);
        }
        let farthest = sides.iter().flat_map(|s| s.from).fold(0.0_f64, |far, c| far.max(c.abs()));
        Ok(Self { inside: PolygonEdges::new(polygon), sides: RTree::bulk_load(sides), doubt_m: 1e-12 * farthest })
    }

    fn share(&self, place: [f64; 2], kernel: Kernel, h: f64) -> f64 {
        // On an edge, "inside" and the sign of the distance may be rounded to different sides: one step off it, there is no doubt.
        // The share changes by no more than the step divided by the bandwidth.
        for turn in 0..8 {
            let step = 4.0 * self.doubt_m * f64::from(turn);
            let angle = 2.4 * f64::from(turn);
            let moved = [place[0] + step * angle.cos(), place[1] + step * angle.sin()];
            if let Some(share) = self.share_off_edges(moved, kernel, h) {
                return share;
            }
        }
        0.5
    }

    /// `None` on an edge.
    fn share_off_edges(&self, place: [f64; 2], kernel: Kernel, h: f64) -> Option<f64> {
        let reach = kernel.reach(h);
        let near = AABB::from_corners(place.map(|c| c - reach), place.map(|c| c + reach));
        let whole = if kernel == Kernel::Gaussian { 1.0 - GAUSSIAN_CUT } else { 1.0 };
        let mut share = if self.inside.contains(in_plane(place)) { whole } else { 0.0 };
        for side in self.sides.locate_in_envelope_intersecting(near) {
            let along = [side.to[0] - side.from[0], side.to[1] - side.from[1]];
            let length = along[0].hypot(along[1]);
            let [ex, ey] = along.map(|c| c / length);
            let [ax, ay] = [side.from[0] - place[0], side.from[1] - place[1]];
            let [bx, by] = [side.to[0] - place[0], side.to[1] - place[1]];
            // Both ends by their own differences, and the distance by the nearer one's: beside a corner these are small numbers of
            // full precision, and the angles of its two edges add up.
            let (from, to) = (ax * ex + ay * ey, bx * ex + by * ey);
            let distance = if from.abs() < to.abs() { ax * ey - ay * ex } else { bx * ey - by * ex };
            if distance.abs() <= self.doubt_m && from <= self.doubt_m && to >= -self.doubt_m {
                return None;
            }
            if distance.abs() < reach {
                let half = (reach * reach - distance * distance).sqrt();
                let (t0, t1) = (from.max(-half), to.min(half));
                if t0 < t1 {
                    share += lost(kernel, distance / h, t0 / h, t1 / h);
                }
            }
        }
        // Rounding of a sum of terms of size 1.
        Some(share.clamp(0.0, 1.0))
    }
}

/// What the Gaussian kernel loses by being cut.
const GAUSSIAN_CUT: f64 = 1.522_997_974_471_263e-8;

/// ∫ ( G(r) − 1/2π ) dφ along the part of an edge within reach, for bandwidth 1: at a distance p with the inside on the left, from t0 to t1.
fn lost(kernel: Kernel, p: f64, t0: f64, t1: f64) -> f64 {
    let p2 = p * p;
    // Without cancellation where the edge is short or far.
    let angle = (p * (t1 - t0)).atan2(p2 + t0 * t1);
    // ∫ G(r) / r² dt
    let grown = |t: f64| {
        let t2 = t * t;
        let second = t * (p2 + t2 / 3.0);
        match kernel {
            Kernel::Quartic => 3.0 / PI * (t / 2.0 - second / 2.0 + t * (p2 * p2 + t2 * (2.0 / 3.0 * p2 + t2 / 5.0)) / 6.0),
            Kernel::Epanechnikov => 2.0 / PI * (t / 2.0 - second / 4.0),
            Kernel::Triangular => {
                let root = (p2 + t2).sqrt();
                let length = if p == 0.0 { t * root } else { t * root + p2 * (t / p.abs()).asinh() };
                3.0 / PI * (t / 2.0 - length / 6.0)
            }
            Kernel::Uniform => t / TAU,
            Kernel::Gaussian => 0.0,
        }
    };
    if kernel == Kernel::Gaussian {
        return (GAUSSIAN_CUT * angle - owen(p, t0, t1)) / TAU;
    }
    p * (grown(t1) - grown(t0)) - angle / TAU
}

/// ∫ exp(−r²/2) dφ along an edge, r² = p² + t². With t = |p| sinh v the integrand is as smooth for small p as for large.
fn owen(p: f64, t0: f64, t1: f64) -> f64 {
    /// Nodes and weights of the Gauss–Legendre rule of eight points on (−1, 1), the positive half.
    const RULE: [[f64; 2]; 4] = [
        [0.183_434_642_495_649_8, 0.362_683_783_378_362],
        [0.525_532_409_916_329, 0.313_706_645_877_887_3],
        [0.796_666_477_413_626_7, 0.222_381_034_453_374_47],
        [0.960_289_856_497_536_3, 0.101_228_536_290_376_26],
    ];
    if p == 0.0 {
        return 0.0;
    }
    let (v0, v1) = ((t0 / p.abs()).asinh(), (t1 / p.abs()).asinh());
    let panels = ((v1 - v0) / PANEL).ceil().max(1.0);
    let half = 0.5 * (v1 - v0) / panels;
    let value = |v: f64| {
        let c = v.cosh();
        (-0.5 * p * p * c * c).exp() / c
    };
    let mut sum = 0.0;
    for panel in 0..panels as usize {
        let middle = v0 + (2.0 * panel as f64 + 1.0) * half;
        sum += RULE.iter().map(|[node, weight]| weight * (value(middle - half * node) + value(middle + half * node))).sum::<f64>();
    }
    p.signum() * half * sum
}

/// Longest step of the quadrature, in v.
const PANEL: f64 = 0.5;
