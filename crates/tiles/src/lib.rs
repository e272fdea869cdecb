//! What does the map draw? GeoJSON and Mapbox vector tiles from cells, hotspots and areas.
//!
//! Everything here is a pure function from released views and the geometry of units to bytes. Values come in only as
//! [`Released`](hotspot_core::disclosure::Released) views; there is no other way to draw a number.
//!
//! * [`TileCoord`]: which tile, and the strict parser of its path.
//! * [`TileIndex`]: the cells of one resolution, projected once and kept in tile order.
//! * [`CellTiles`]: the values of one layer on a [`TileIndex`], encoded as GeoJSON or MVT.
//! * [`ShapeTiles`]: hotspots, boroughs and other polygons.

#![warn(missing_docs)]

mod cells;
mod coord;
mod index;
mod json;
mod mvt;
mod ring;
mod shapes;

pub use cells::{CellTiles, Mismatch};
pub use coord::{TileCoord, TileCoordError};
pub use index::TileIndex;
pub use shapes::ShapeTiles;

/// Units of a vector tile along each side.
pub const EXTENT: i64 = 4096;
/// Units beyond each side of a vector tile in which shapes are still drawn.
pub const BUFFER: i64 = 64;
