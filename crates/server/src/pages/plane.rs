//! Outlines on a flat picture.

use geo::{MultiPolygon, Simplify};
use std::fmt::Write as _;

/// How far a drawn outline may be from the true one, degrees: less than a line is wide.
const COARSE: f64 = 0.0004;

/// Degrees to the units of a picture; degrees of longitude are shorter than those of latitude.
pub(super) struct Plane {
    west: f64,
    north: f64,
    narrow: f64,
    scale: f64,
    /// Height of the picture.
    pub height: f64,
}

impl Plane {
    /// Of what lies between these degrees (west, south, east, north), in a picture of a width.
    pub fn of([west, south, east, north]: [f64; 4], width: f64) -> Self {
        let narrow = f64::midpoint(south, north).to_radians().cos();
        let scale = width / ((east - west) * narrow);
        Self { west, north, narrow, scale, height: ((north - south) * scale).ceil() }
    }

    /// Where a point is.
    pub fn at(&self, x: f64, y: f64) -> [f64; 2] {
        [(x - self.west) * self.narrow * self.scale, (self.north - y) * self.scale]
    }

    /// An outline as a path.
    pub fn path(&self, outline: &MultiPolygon<f64>) -> String {
        let mut text = String::new();
        for polygon in &outline.simplify(COARSE) {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for (number, point) in ring.0.iter().skip(1).enumerate() {
                    let [x, y] = self.at(point.x, point.y);
                    let _ = write!(text, "{}{x:.0} {y:.0}", if number == 0 { 'M' } else { 'L' });
                }
                if ring.0.len() > 1 {
                    text.push('Z');
                }
            }
        }
        text
    }
}
