//! Where incidents are looked for: one polygon and its plane.

use crate::areas::{edges, sound};
use crate::atlas::Atlas;
use crate::error::{Error, Result};
use crate::projection::{LonLat, Projection};
use geo::{BoundingRect, MultiPolygon};

/// Radius in kilometres of the sphere that H3 measures areas on: the authalic radius of WGS84.
pub(crate) const EARTH_RADIUS_KM: f64 = 6_371.007_180_918_475;

/// The region of an analysis. The polygon decides whether an incident is inside; its edges are straight in degrees.
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use hotspot_core::LonLat;
/// use hotspot_core::grid::StudyArea;
/// let square = polygon![(x: -1.8, y: 53.7), (x: -1.7, y: 53.7), (x: -1.7, y: 53.8), (x: -1.8, y: 53.8)];
/// let area = StudyArea::new("A tenth of a degree", MultiPolygon::from(square))?;
/// assert!(area.contains(LonLat { lon: -1.75, lat: 53.75 }));
/// assert!(!area.contains(LonLat { lon: -1.65, lat: 53.75 }));
/// assert!((area.area_km2() - 73.1).abs() < 0.1);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct StudyArea {
    /// What it is called.
    pub name: String,
    /// WGS84 degrees; valid, exterior rings counter-clockwise, holes clockwise.
    pub polygon: MultiPolygon<f64>,
    /// Metres for distances in it.
    pub projection: Projection,
}

impl StudyArea {
    /// Greater London: the boroughs and the tidal Thames.
    pub fn london() -> Self {
        Self::new("Greater London", Atlas::london().study_area().clone()).expect("the atlas holds a valid study area")
    }

    /// A study area from a polygon in WGS84 degrees. An invalid polygon is repaired (even-odd rule) and rings are given
    /// their direction.
    ///
    /// # Errors
    /// [`Error::EmptyArea`] without polygon, [`Error::Polygon`] without area, when a coordinate is not a number or beyond ±180 and ±90
    /// degrees, when it spans more than half of the globe (as one that crosses the antimeridian would), or when it cannot be
    /// repaired.
    pub fn new(name: impl Into<String>, polygon: MultiPolygon<f64>) -> Result<Self> {
        if polygon.0.is_empty() {
            return Err(Error::EmptyArea);
        }
        let (polygon, _) = sound(polygon).map_err(|rule| Error::Polygon { row: 0, rule })?;
        let bounds = bounds_of(&polygon).ok_or(Error::EmptyArea)?;
        Ok(Self { name: name.into(), polygon, projection: Projection::for_area(bounds) })
    }

    /// `[west, south, east, north]` in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        bounds_of(&self.polygon).unwrap_or([0.0; 4])
    }

    /// Whether the point is inside, edges shared out by the rule "an edge belongs to the polygon east of it".
    /// Looks at every edge: for many points use [`super::CellGrid::locate`].
    pub fn contains(&self, p: LonLat) -> bool {
        edges::contains_once(&self.polygon, p)
    }

    /// Area in square kilometres on H3's sphere, so that it is the sum of the grid's cell areas at every resolution.
    ///
    /// H3 reads geodetic latitudes as spherical ones. At London's latitude such areas are 0.37 % below those on the
    /// ellipsoid; shares and ratios, which are what analyses use, do not notice.
    pub fn area_km2(&self) -> f64 {
        steradians(&self.polygon) * EARTH_RADIUS_KM * EARTH_RADIUS_KM
    }
}

fn bounds_of(polygon: &MultiPolygon<f64>) -> Option<[f64; 4]> {
    polygon.bounding_rect().map(|r| [r.min().x, r.min().y, r.max().x, r.max().y])
}

/// Area on the unit sphere of a polygon whose edges are straight in degrees; counter-clockwise rings count positive.
pub(crate) fn steradians(polygon: &MultiPolygon<f64>) -> f64 {
    let Some([west, ..]) = bounds_of(polygon) else { return 0.0 };
    edges::directed_edges(polygon).map(|[a, b]| under_edge([a.x - west, a.y], [b.x - west, b.y])).sum()
}

/// The share of an edge in ∮ λ cos φ dφ, the area on the unit sphere, by Simpson's rule; degrees in, steradians out.
/// For the edges of maps (under a tenth of a degree) the error is below 1e-9 of the result.
pub(crate) fn under_edge(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::to_radians);
    let middle = f64::midpoint(ax, bx) * f64::midpoint(ay, by).cos();
    (by - ay) * (ax * ay.cos() + 4.0 * middle + bx * by.cos()) / 6.0
}
