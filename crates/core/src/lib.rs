//! What is a hotspot? The pure part of the project: incidents, places, grid, statistics, hotspots and disclosure control.
//!
//! No file, clock, environment or network is touched here: time, seed and settings are passed in.

#![warn(missing_docs)]

pub mod areas;
pub mod atlas;
pub mod cluster;
pub mod cube;
pub mod density;
pub mod disclosure;
pub mod error;
pub mod evaluate;
pub mod grid;
pub mod hotspot;
pub mod incident;
pub mod local;
pub mod month;
pub mod projection;
pub mod provenance;
pub mod rate;
pub mod release;
pub mod residents;
pub mod simulate;
pub mod space_time_cube;
pub mod time;
pub mod units;
pub mod view;
pub mod weights;

pub use error::{Error, Result};
pub use incident::{
    AreaCode, FlagStatus, Incident, IncidentId, Occurred, Offence, Outcome, Place, PlaceKind, Precision, Pseudonym, Setting,
    Source, SourceSet, Strand, StrandSet, TimePrecision, UnknownName,
};
pub use month::{BreakRegistry, Month, MonthError, MonthRange, SeriesBreak};
pub use projection::{EastingNorthing, LonLat};
