//! Residents by cell, spread over the live postcodes of their borough.
//!
//! Every live postcode of a borough carries the same share of its population. Where offices dominate
//! ([`crate::atlas::Borough::residents_fit`] is false) residents say nothing of who is there: those cells get none,
//! so that they keep their counts and have no rate.

use crate::atlas::Atlas;
use crate::grid::CellGrid;
use crate::projection::wgs84_from_bng;

/// Residents in each cell of the finest level (mid-2023, unconfirmed year of the source); zero where residents are unfit.
pub fn residents_by_cell(grid: &CellGrid, atlas: &Atlas) -> Vec<f64> {
    let mut residents = vec![0.0; grid.finest().len()];
    let postcodes = atlas.postcodes();
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
    for row in 0..postcodes.len() {
        if !postcodes.live()[row] {
            continue;
        }
        if let Some(cell) = wgs84_from_bng(postcodes.location(row)).and_then(|(p, _)| grid.locate(p)) {
            residents[cell as usize] += share[usize::from(postcodes.borough()[row])];
        }
    }
    residents
}
