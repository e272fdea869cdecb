//! Places to engage as they may be shown.

use crate::MonthRange;
use crate::hotspot::engagement::SilenceMap;
use crate::release::Release;
use geo::MultiPolygon;

/// The map of silence with the outlines of its places.
#[derive(Debug, Clone, PartialEq)]
pub struct SilenceView {
    /// Months of the reports.
    pub window: MonthRange,
    /// Places to engage, and how far the question could see.
    pub map: SilenceMap,
    /// Outline of each place, WGS84 degrees.
    pub outlines: Vec<MultiPolygon<f64>>,
}

impl SilenceView {
    /// The map of silence of a release.
    pub fn of(release: &Release) -> Self {
        let map = release.silence.clone();
        let outlines = map.places.iter().map(|place| release.units.outline(map.resolution, &[place.unit])).collect();
        Self { window: release.window, map, outlines }
    }
}
