//! Polygons as units.

/// Polygons as units.
#[derive(Debug)]
pub struct AreaLayer {}
