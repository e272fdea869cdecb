//! Residents by cell, spread over the live postcodes of their borough.
//!
//! Every live postcode of a borough carries the same share of its population. Where offices dominate
//! ([`crate::atlas::Borough::residents_fit`] is false) residents say nothing of who is there: those cells get none,
//! so that they keep their counts and have no rate.

use crate::areas::AreaLayer;
use crate::atlas::Atlas;
use crate::error::{Error, Result};
use crate::grid::CellGrid;
use crate::projection::{LonLat, Projection};

/// What the residents of London are, in words.
pub const RESIDENTS_NAME: &str = "residents, mid-2023 (unconfirmed), spread over live postcodes; none where offices dominate";

/// Residents as points: what a denominator is before it has cells, so that it can be put on any grid.
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use h3o::Resolution;
/// use hotspot_core::grid::{CellGrid, StudyArea};
/// use hotspot_core::residents::ResidentPoints;
/// let square = polygon![(x: -1.8, y: 53.7), (x: -1.7, y: 53.7), (x: -1.7, y: 53.8), (x: -1.8, y: 53.8)];
/// let area = StudyArea::new("A tenth of a degree", MultiPolygon::from(square))?;
/// let metres = area.projection;
/// let grid = CellGrid::cover(area, Resolution::Nine, Resolution::Nine)?;
/// let houses = ResidentPoints::new(metres, vec![[415_000.0, 430_000.0], [0.0, 0.0]], vec![250.0, 40.0])?;
/// let residents = houses.on(&grid, [0.0, 0.0]);
/// assert_eq!(residents.iter().sum::<f64>(), 250.0); // the second lies outside
/// # Ok::<(), hotspot_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ResidentPoints {
    projection: Projection,
    at: Vec<[f64; 2]>,
    residents: Vec<f64>,
}

impl ResidentPoints {
    /// Points in metres of a projection and how many live at each.
    ///
    /// # Errors
    /// [`Error::Length`] when the columns differ, [`Error::OutOfRange`] when a number is negative or not finite.
    pub fn new(projection: Projection, at: Vec<[f64; 2]>, residents: Vec<f64>) -> Result<Self> {
        if at.len() != residents.len() {
            return Err(Error::Length { what: "residents", got: residents.len(), expected: at.len() });
        }
        if residents.iter().any(|r| !(*r >= 0.0 && r.is_finite())) {
            return Err(Error::OutOfRange { what: "residents", must: "zero or more, and finite" });
        }
        Ok(Self { projection, at, residents })
    }

    /// Live postcodes with their share of the borough's residents (mid-2023, unconfirmed year of the source); those of boroughs
    /// where residents are unfit are left out.
    pub fn of(atlas: &Atlas) -> Self {
        let share: Vec<f64> = atlas
            .boroughs()
            .iter()
            .map(|b| {
                if b.residents_fit && b.live_postcodes > 0 {
                    f64::from(b.population_mid2023) / f64::from(b.live_postcodes)
                } else {
                    0.0
                }
            })
            .collect();
        let postcodes = atlas.postcodes();
        let mut points = Self { projection: Projection::BritishNationalGrid, at: Vec::new(), residents: Vec::new() };
        for row in (0..postcodes.len()).filter(|row| postcodes.live()[*row]) {
            let residents = share[usize::from(postcodes.borough()[row])];
            if residents > 0.0 {
                let at = postcodes.location(row);
                points.at.push([at.easting, at.northing]);
                points.residents.push(residents);
            }
        }
        points
    }

    /// Residents in each cell of the finest level once every point is moved by `offset_m`, east and north; points outside the study
    /// area live in no cell.
    pub fn on(&self, grid: &CellGrid, offset_m: [f64; 2]) -> Vec<f64> {
        self.sums(grid.finest().len(), offset_m, |p| grid.locate(p))
    }

    /// Residents in each polygon.
    pub fn in_areas(&self, layer: &AreaLayer) -> Vec<f64> {
        self.sums(layer.len(), [0.0; 2], |p| layer.locate(p))
    }

    fn sums(&self, units: usize, offset_m: [f64; 2], locate: impl Fn(LonLat) -> Option<u32>) -> Vec<f64> {
        let mut residents = vec![0.0; units];
        for (at, n) in self.at.iter().zip(&self.residents) {
            let p = self.projection.lonlat_from_metres([at[0] + offset_m[0], at[1] + offset_m[1]]);
            if let Some(unit) = p.ok().and_then(&locate) {
                residents[unit as usize] += n;
            }
        }
        residents
    }
}

/// Residents in each cell of the finest level; zero where residents are unfit.
pub fn residents_by_cell(grid: &CellGrid, atlas: &Atlas) -> Vec<f64> {
    ResidentPoints::of(atlas).on(grid, [0.0; 2])
}
