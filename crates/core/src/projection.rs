//! British National Grid and local metres from WGS84 degrees, and back.

/// A point in WGS84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Longitude, −180 to 180.
    pub lon: f64,
    /// Latitude, −90 to 90.
    pub lat: f64,
}

/// A point of the British National Grid (EPSG:27700), in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EastingNorthing {
    /// Metres east of the false origin.
    pub easting: f64,
    /// Metres north of the false origin.
    pub northing: f64,
}

/// How a datum shift was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatumShift {
    /// OSTN15 grid: centimetres. London only.
    Ostn15,
    /// Single seven-parameter Helmert transformation: about 2 m, at most 5 m.
    Helmert,
}

/// Metres in the plane for one study area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Projection {
    /// British National Grid.
    BritishNationalGrid,
    /// Transverse Mercator on WGS84 with its origin here and scale 1: for study areas outside Great Britain.
    Local {
        /// Origin.
        origin: LonLat,
    },
}
