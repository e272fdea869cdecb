//! H3 cells of a study area.

/// H3 cells at several resolutions.
#[derive(Debug)]
pub struct CellGrid {}
