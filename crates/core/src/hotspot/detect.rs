//! The hotspot rule: which units are hot, and how they make places.

/// Settings of the hotspot rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectParams {
    /// Hot means a rate above this many times the study area's; positive. Default 2.
    pub threshold: f64,
    /// Highest mean probability of being wrong among hot units, 0 to 1. Default 0.05.
    pub fdr: f64,
    /// Incidents no further apart than this join hot units that do not touch, in metres. Default 150.
    pub join_radius_m: f64,
    /// A place larger than this is split, in square kilometres. Default 1.
    pub max_area_km2: f64,
    /// With fewer incidents than this there is no answer. Default 100.
    pub minimum: u32,
}

impl Default for DetectParams {
    fn default() -> Self {
        Self { threshold: 2.0, fdr: 0.05, join_radius_m: 150.0, max_area_km2: 1.0, minimum: 100 }
    }
}
