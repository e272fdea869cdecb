//! The cells of one resolution.

use super::locator::{CellLocator, center_of};
use crate::projection::{LonLat, Projection};
use crate::weights::{SpatialWeights, h3_disks};
use geo::{LineString, Polygon};
use h3o::{CellIndex, Resolution};
use std::sync::OnceLock;

/// The cells of a [`super::CellGrid`] at one resolution, sorted by index; a cell's place in that order is its row.
#[derive(Debug)]
pub struct GridLevel {
    locator: CellLocator,
    area_km2: Vec<f64>,
    h3_area_km2: Vec<f64>,
    neighbors: SpatialWeights,
    /// By row, made when first asked for: a box on the map asks for all of them at every move.
    centers: OnceLock<Vec<LonLat>>,
    projection: Projection,
    centers_m: OnceLock<Vec<[f64; 2]>>,
}

impl GridLevel {
    pub(super) fn new(locator: CellLocator, h3_area_km2: Vec<f64>, area_km2: Vec<f64>, projection: Projection) -> Self {
        let neighbors = h3_disks(locator.cells(), 1).expect("a level has each cell once");
        Self { locator, area_km2, h3_area_km2, neighbors, centers: OnceLock::new(), projection, centers_m: OnceLock::new() }
    }

    /// Resolution.
    pub const fn resolution(&self) -> Resolution {
        self.locator.resolution()
    }

    /// Cells by row, ascending.
    pub fn cells(&self) -> &[CellIndex] {
        self.locator.cells()
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells().len()
    }

    /// Never true: a grid has cells.
    pub fn is_empty(&self) -> bool {
        self.cells().is_empty()
    }

    /// Row of a cell.
    pub fn row(&self, cell: CellIndex) -> Option<u32> {
        self.locator.row(cell)
    }

    /// Area of the part of each cell inside the study area, square kilometres. Finest level: the cell's own area, of a
    /// border cell the share that clipping gives; coarser levels: the sum over the children. The sum is
    /// [`super::StudyArea::area_km2`] at every level.
    pub fn area_km2(&self) -> &[f64] {
        &self.area_km2
    }

    /// Area of each whole cell, square kilometres on H3's sphere.
    pub fn h3_area_km2(&self) -> &[f64] {
        &self.h3_area_km2
    }

    /// Cells that share a side, both in the grid; binary.
    pub const fn neighbors(&self) -> &SpatialWeights {
        &self.neighbors
    }

    /// Finds cells by point, fast.
    pub const fn locator(&self) -> &CellLocator {
        &self.locator
    }

    /// Centre of a cell.
    ///
    /// # Panics
    /// When the row is not in the level.
    pub fn center(&self, row: u32) -> LonLat {
        // One after the other: a parallel iterator inside the lock could wait for itself.
        self.centers.get_or_init(|| self.cells().iter().map(|cell| center_of(*cell)).collect())[row as usize]
    }

    /// Centres of all cells in metres of the study area, by row; made when first asked for.
    pub fn centers_m(&self) -> &[[f64; 2]] {
        let metres =
            |row: u32| self.projection.metres_from_lonlat(self.center(row)).expect("a grid lies within its own projection");
        // One after the other, as above.
        self.centers_m.get_or_init(|| (0..self.len() as u32).map(metres).collect())
    }

    /// Outline of a cell in degrees, as h3o gives it.
    ///
    /// # Panics
    /// When the row is not in the level.
    pub fn boundary(&self, row: u32) -> Polygon<f64> {
        Polygon::new(LineString::from(self.cells()[row as usize].boundary()), Vec::new())
    }
}
