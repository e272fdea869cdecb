//! Where a set of points lies and how it is stretched: mean centre, standard distance, standard deviational ellipse, hulls.
//!
//! # Definition
//! With points (x_i, y_i) of weight w_i, N = Σ w_i, mean centre (x̄, ȳ) and the sums of squares and products around it,
//! the axes of the ellipse are the directions in which the sum of squares is largest and smallest: the eigenvectors of
//!
//! ```text
//! | Σ w dx²   Σ w dx dy |
//! | Σ w dx dy   Σ w dy² |      λ = ½ ( Sxx + Syy ± √( (Sxx − Syy)² + 4 Sxy² ) )
//! ```
//!
//! (Lefever, *American Journal of Sociology* 32, 1926; Yuill, *Geografiska Annaler* 53 B, 1971.) The semi-axes are c √(λ / D); tools
//! disagree about c and D, so [`EllipseConvention`] names them. The bearing is that of the longer axis, clockwise from north, from 0 up
//! to 180 degrees.
//!
//! | convention | c | D | standard distance | known elsewhere as |
//! | --- | --- | --- | --- | --- |
//! | [`EllipseConvention::Yuill`] | 1 | N | √(Σ d² / N) | the textbook's; ArcGIS up to 10.2 |
//! | [`EllipseConvention::CrimeStat`] | √2 | N − 2 | √(Σ d² / (N − 2)) | CrimeStat, `aspace::calc_sde` |
//! | [`EllipseConvention::ArcGis`] | √2 | N | √(Σ d² / N) | Directional Distribution (ArcGIS), one standard deviation |
//!
//! Of a normal cloud the plain ellipse covers 1 − exp(−½) = 39 % and the one with √2 covers 1 − exp(−1) = 63 %, neither of them the 68 %
//! that "one standard deviation" suggests.
//!
//! `pointpats` 2.5.5 has the same axes (earlier ones wrote the second as x sin θ − y cos θ where x sin θ + y cos θ is perpendicular to
//! the first: 42.75 in their own test, where 47.95 is right). Its angle runs from the east against the clock, and with weights it corrects for
//! N − 2 by the number of rows. `sfdep` calls sx the major axis, which is whichever lies across its angle.
//!
//! # What they are for
//! Shapes that police analysts know, to describe a cluster that was found by other means. An ellipse around points that are not one
//! cloud covers the gap between the clouds, where nothing happened; it is a summary, not a hotspot.
//!
//! # Hulls
//! [`hull`] gives the smallest convex polygon around points, or a concave one that follows them more closely (Park and Oh,
//! *Journal of Information Science and Engineering* 28, 2012, in the form of `concaveman`). The outermost incidents lie *on* a hull: outlines that are
//! published give their places away.
//!
//! # Cost
//! One pass for centre and ellipse; n log n for the convex hull.

use crate::error::{Error, Result};
use crate::incident::UnknownName;
use geo::concave_hull::ConcaveHullOptions;
use geo::{Area, ConcaveHull, ConvexHull, LineString, MultiPoint, Polygon};
use std::f64::consts::{PI, TAU};
use std::fmt;
use std::str::FromStr;

/// Divisor and factor of the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EllipseConvention {
    /// Plain standard deviations along the axes.
    Yuill,
    /// Two degrees of freedom less, axes √2 longer.
    #[default]
    CrimeStat,
    /// Axes √2 longer.
    ArcGis,
}

impl EllipseConvention {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Yuill => "yuill",
            Self::CrimeStat => "crimestat",
            Self::ArcGis => "arcgis",
        }
    }

    const fn squared_factor(self) -> f64 {
        match self {
            Self::Yuill => 1.0,
            Self::CrimeStat | Self::ArcGis => 2.0,
        }
    }

    fn divisor(self, n: f64) -> f64 {
        match self {
            Self::CrimeStat => n - 2.0,
            Self::Yuill | Self::ArcGis => n,
        }
    }
}

impl fmt::Display for EllipseConvention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for EllipseConvention {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        let text = text.trim();
        [Self::Yuill, Self::CrimeStat, Self::ArcGis]
            .into_iter()
            .find(|c| c.id() == text)
            .ok_or(UnknownName { what: "ellipse convention", allowed: "yuill, crimestat, arcgis" })
    }
}

/// A standard deviational ellipse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    /// Convention of axes and standard distance.
    pub convention: EllipseConvention,
    /// Number of points, or the sum of their weights.
    pub n: f64,
    /// Mean centre, metres.
    pub center: [f64; 2],
    /// Standard distance, metres.
    pub standard_distance_m: f64,
    /// Half of the longer axis, metres.
    pub semi_major_m: f64,
    /// Half of the shorter axis, metres; 0 when the points lie on a line.
    pub semi_minor_m: f64,
    /// Direction of the longer axis, clockwise from north, 0 up to 180 degrees; `None` for a circle.
    pub bearing_degrees: Option<f64>,
}

impl Ellipse {
    /// Area, square kilometres.
    pub fn area_km2(&self) -> f64 {
        PI * self.semi_major_m * self.semi_minor_m / 1e6
    }

    /// Square root of 1 − (shorter / longer)²: 0 for a circle, 1 for a line; 0 when all points are at one place.
    pub fn eccentricity(&self) -> f64 {
        if self.semi_major_m == 0.0 { 0.0 } else { (1.0 - (self.semi_minor_m / self.semi_major_m).powi(2)).max(0.0).sqrt() }
    }

    /// Unit vectors along the longer and the shorter axis.
    fn axes(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.bearing_degrees.unwrap_or(0.0).to_radians().sin_cos();
        [[sin, cos], [cos, -sin]]
    }

    /// Whether a place is inside the ellipse made `times` as long, or on it.
    pub fn contains(&self, place: [f64; 2], times: f64) -> bool {
        let d = [place[0] - self.center[0], place[1] - self.center[1]];
        let [along, across] = self.axes().map(|axis| d[0] * axis[0] + d[1] * axis[1]);
        // Without division: axes may be 0.
        let (a, b) = (times * self.semi_major_m, times * self.semi_minor_m);
        (along * b).powi(2) + (across * a).powi(2) <= (a * b).powi(2) && along.abs() <= a && across.abs() <= b
    }

    /// The ellipse made `times` as long, as a polygon of so many corners on it, counter-clockwise.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] with fewer than 3 corners or when `times` is not positive and finite.
    pub fn outline(&self, times: f64, corners: usize) -> Result<Polygon<f64>> {
        if corners < 3 {
            return Err(Error::OutOfRange { what: "number of corners", must: "at least 3" });
        }
        if !(times > 0.0 && times.is_finite()) {
            return Err(Error::OutOfRange { what: "size of the ellipse", must: "positive and finite" });
        }
        let [major, minor] = self.axes();
        let corner = |i: usize| {
            // The second axis lies to the right of the first, so the turn is backwards.
            let (sin, cos) = (-TAU * i as f64 / corners as f64).sin_cos();
            let (a, b) = (times * self.semi_major_m * cos, times * self.semi_minor_m * sin);
            (self.center[0] + a * major[0] + b * minor[0], self.center[1] + a * major[1] + b * minor[1])
        };
        Ok(Polygon::new(LineString::from((0..corners).map(corner).collect::<Vec<_>>()), Vec::new()))
    }
}

/// Sums around the mean centre.
struct Moments {
    n: f64,
    center: [f64; 2],
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Moments {
    fn new(points: &[[f64; 2]], weights: Option<&[f64]>) -> Result<Self> {
        if points.iter().flatten().any(|c| !c.is_finite()) {
            return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
        }
        if let Some(weights) = weights {
            if weights.len() != points.len() {
                return Err(Error::Length { what: "weights", got: weights.len(), expected: points.len() });
            }
            if weights.iter().any(|w| !(*w >= 0.0 && w.is_finite())) {
                return Err(Error::OutOfRange { what: "weight", must: "finite and not negative" });
            }
        }
        let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
        let n: f64 = (0..points.len()).map(weight).sum();
        if n.is_infinite() {
            return Err(Error::OutOfRange { what: "weight", must: "finite in all" });
        }
        if n <= 0.0 {
            return Err(Error::OutOfRange { what: "number of points", must: "at least 1 of positive weight" });
        }
        // Around the first point: no digits are lost to the distance from the origin.
        let origin = points[0];
        let mean = |axis: usize| {
            origin[axis] + points.iter().enumerate().map(|(row, p)| weight(row) * (p[axis] - origin[axis])).sum::<f64>() / n
        };
        let center = [mean(0), mean(1)];
        let [mut xx, mut xy, mut yy] = [0.0; 3];
        for (row, p) in points.iter().enumerate() {
            let (w, dx, dy) = (weight(row), p[0] - center[0], p[1] - center[1]);
            xx += w * dx * dx;
            xy += w * dx * dy;
            yy += w * dy * dy;
        }
        // The axes need the product.
        if !(xx * yy).is_finite() {
            return Err(Error::OutOfRange { what: "coordinate", must: "less than 10⁷⁵ from the others" });
        }
        Ok(Self { n, center, xx, xy, yy })
    }
}

/// Mean centre of points, metres.
///
/// # Errors
/// [`Error::OutOfRange`] without points of positive weight, or when a coordinate or weight is not as it must be; [`Error::Length`] when there
/// are not as many weights as points.
///
/// ```
/// use hotspot_core::cluster::ellipse::mean_center;
/// assert_eq!(mean_center(&[[0.0, 0.0], [4.0, 8.0]], Some(&[3.0, 1.0]))?, [1.0, 2.0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn mean_center(points: &[[f64; 2]], weights: Option<&[f64]>) -> Result<[f64; 2]> {
    Moments::new(points, weights).map(|m| m.center)
}

/// Standard deviational ellipse of points in metres.
///
/// # Errors
/// As [`mean_center`], and [`Error::OutOfRange`] when the convention needs more than two points.
///
/// ```
/// use hotspot_core::cluster::ellipse::{EllipseConvention, ellipse};
/// // Four points along the road to the north-east, and two beside it.
/// let points = [[0.0, 0.0], [100.0, 100.0], [200.0, 200.0], [300.0, 300.0], [130.0, 170.0], [170.0, 130.0]];
/// let found = ellipse(&points, None, EllipseConvention::CrimeStat)?;
/// assert!((found.bearing_degrees.expect("not a circle") - 45.0).abs() < 1e-9);
/// assert!((found.semi_major_m - 100_000_f64.sqrt() / 2_f64.sqrt()).abs() < 1.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn ellipse(points: &[[f64; 2]], weights: Option<&[f64]>, convention: EllipseConvention) -> Result<Ellipse> {
    let Moments { n, center, xx, xy, yy } = Moments::new(points, weights)?;
    let divisor = convention.divisor(n);
    if divisor <= 0.0 {
        return Err(Error::OutOfRange { what: "number of points", must: "more than 2 for this convention" });
    }
    let spread = (xx - yy).hypot(2.0 * xy);
    let largest = 0.5 * (xx + yy + spread);
    // The product of both is the determinant: no cancellation where the ellipse is thin.
    let smallest = if largest > 0.0 { ((xx * yy - xy * xy) / largest).max(0.0) } else { 0.0 };
    let semi = |sum: f64| (convention.squared_factor() * sum / divisor).sqrt();
    // The longer axis makes the angle ½ atan2(2 Sxy, Sxx − Syy) with the east, counter-clockwise.
    let bearing = || {
        let degrees = (90.0 - 0.5 * (2.0 * xy).atan2(xx - yy).to_degrees()).rem_euclid(180.0);
        if degrees >= 180.0 { 0.0 } else { degrees }
    };
    Ok(Ellipse {
        convention,
        n,
        center,
        standard_distance_m: ((xx + yy) / divisor).sqrt(),
        semi_major_m: semi(largest),
        semi_minor_m: semi(smallest),
        bearing_degrees: (spread > 1e-12 * (xx + yy)).then(bearing),
    })
}

/// Which hull.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hull {
    /// The smallest convex one.
    Convex,
    /// One that follows the points.
    Concave {
        /// How far: 1 follows closely, infinity is convex; 2 is usual.
        concavity: f64,
        /// Sides shorter than this are left as they are, metres.
        shortest_m: f64,
    },
}

/// Hull of points in metres, counter-clockwise; `None` when they have no area: fewer than three, or all on a line.
///
/// # Errors
/// [`Error::OutOfRange`] when a coordinate is not finite, the concavity is not positive or the shortest side is negative.
///
/// ```
/// use geo::Area;
/// use hotspot_core::cluster::ellipse::{Hull, hull};
/// let points = [[0.0, 0.0], [30.0, 0.0], [10.0, 20.0], [0.0, 40.0], [5.0, 5.0]];
/// let outline = hull(&points, Hull::Convex)?.expect("an area");
/// assert_eq!(outline.unsigned_area(), 600.0);
/// assert_eq!(hull(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], Hull::Convex)?, None);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn hull(points: &[[f64; 2]], kind: Hull) -> Result<Option<Polygon<f64>>> {
    // Products of the differences must be finite.
    if points.iter().flatten().any(|c| c.is_nan() || c.abs() >= 1e150) {
        return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
    }
    if let Hull::Concave { concavity, shortest_m } = kind {
        if concavity.is_nan() || concavity <= 0.0 {
            return Err(Error::OutOfRange { what: "concavity", must: "positive" });
        }
        if shortest_m.is_nan() || shortest_m < 0.0 {
            return Err(Error::OutOfRange { what: "shortest side", must: "not negative" });
        }
    }
    let points: MultiPoint<f64> = points.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>().into();
    let convex = points.convex_hull();
    if convex.unsigned_area() == 0.0 {
        return Ok(None);
    }
    Ok(Some(match kind {
        Hull::Convex => convex,
        Hull::Concave { concavity, shortest_m } => {
            points.concave_hull_with_options(ConcaveHullOptions { concavity, length_threshold: shortest_m })
        }
    }))
}

#[cfg(test)]
#[path = "ellipse_tests.rs"]
mod tests;
