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

    /// An outline as a path. Steps from corner to corner are small numbers, and many are the same: they take less than half of what
    /// places take once they are compressed.
    pub fn path(&self, outline: &MultiPolygon<f64>) -> String {
        let mut text = String::new();
        for polygon in &outline.simplify(COARSE) {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                let mut corners: Vec<[i64; 2]> =
                    ring.0.iter().skip(1).map(|p| self.at(p.x, p.y).map(|v| v.round() as i64)).collect();
                corners.dedup();
                let Some([x, y]) = corners.first() else { continue };
                let _ = write!(text, "M{x} {y}");
                for step in corners.windows(2) {
                    let _ = write!(text, "l{} {}", step[1][0] - step[0][0], step[1][1] - step[0][1]);
                }
                text.push('z');
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{LineString, Polygon};

    #[test]
    fn the_steps_of_a_path_lead_to_the_corners_of_its_outline() {
        let plane = Plane::of([-0.5, 51.3, 0.3, 51.7], 1000.0);
        let ring = vec![(-0.1, 51.5), (0.1, 51.5), (0.1, 51.4), (-0.1, 51.4), (-0.1, 51.5)];
        let path = plane.path(&MultiPolygon::new(vec![Polygon::new(LineString::from(ring.clone()), vec![])]));
        let steps: Vec<Vec<f64>> = path
            .trim_start_matches('M')
            .trim_end_matches('z')
            .split('l')
            .map(|step| step.split(' ').map(|v| v.parse().unwrap()).collect())
            .collect();
        assert_eq!(steps.len(), 4);
        let mut at = [0.0, 0.0];
        for (step, (lon, lat)) in steps.iter().zip(&ring[1..]) {
            at = [at[0] + step[0], at[1] + step[1]];
            let [x, y] = plane.at(*lon, *lat);
            assert!((at[0] - x).abs() <= 0.5 && (at[1] - y).abs() <= 0.5, "{at:?} for {x} {y}");
        }
    }
}
