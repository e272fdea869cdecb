//! Incidents on a disc of hexagons: the input of the benches that need no map.

#![allow(dead_code, reason = "each bench needs a part")]

use hotspot_core::weights::SpatialWeights;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use std::collections::HashMap;

/// Cells of Greater London by centre, at resolutions 9 and 10: the sizes of the peers' runs.
pub const CELLS: [usize; 2] = [16_666, 116_583];

/// Steps from the middle to the rim of discs of H3 cells with about 2,500 cells and as many as [`CELLS`].
pub const STEPS: [u32; 3] = [28, 74, 196];

/// A disc of H3 cells round London, sorted.
pub fn h3_cells(steps: u32) -> Vec<h3o::CellIndex> {
    let middle = h3o::LatLng::new(51.5, -0.12).expect("London").to_cell(h3o::Resolution::Ten);
    let mut cells: Vec<h3o::CellIndex> = middle.grid_disk(steps);
    cells.sort_unstable();
    cells
}

/// A disc of hexagons with counts and, for each, the expected number.
pub struct Lattice {
    pub weights: SpatialWeights,
    pub counts: Vec<u32>,
    pub expected: Vec<f64>,
}

impl Lattice {
    /// `incidents` on `cells` hexagons: 600 hotspots of Gaussian spread and 40 % background, as the peers' work has.
    pub fn new(cells: usize, incidents: u32) -> Self {
        let radius = (cells as f64 * 3_f64.sqrt() / (2.0 * std::f64::consts::PI)).sqrt();
        let reach = radius.ceil() as i32 + 1;
        let mut axial: Vec<(i32, i32)> =
            (-2 * reach..=2 * reach).flat_map(|q| (-2 * reach..=2 * reach).map(move |r| (q, r))).collect();
        axial.sort_by_key(|(q, r)| (q * q + q * r + r * r, *q, *r));
        axial.truncate(cells);
        axial.sort_unstable();
        let row_of: HashMap<(i32, i32), u32> = (0..).zip(&axial).map(|(row, cell)| (*cell, row)).collect();
        let around = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)];
        let lists: Vec<Vec<u32>> = axial
            .iter()
            .map(|(q, r)| around.iter().filter_map(|(dq, dr)| row_of.get(&(q + dq, r + dr)).copied()).collect())
            .collect();
        let mut random = Pcg64::new(7, 7);
        let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        // Spreads of 100 to 600 m where the disc is Greater London, 22 km in radius.
        let hotspots: Vec<((f64, f64), f64)> = (0..600)
            .map(|_| {
                let (distance, angle) = (radius * unit().sqrt(), std::f64::consts::TAU * unit());
                ((distance * angle.cos(), distance * angle.sin()), radius * (100.0 + 500.0 * unit()) / 22_000.0)
            })
            .collect();
        let mut counts = vec![0; cells];
        let mut left = incidents;
        while left > 0 {
            let (x, y) = if unit() < 0.4 {
                let (distance, angle) = (radius * unit().sqrt(), std::f64::consts::TAU * unit());
                (distance * angle.cos(), distance * angle.sin())
            } else {
                // Squaring makes the first hotspots the strongest.
                let ((x, y), spread) = hotspots[(600.0 * unit() * unit()) as usize];
                let (length, angle) = ((-2.0 * (1.0 - unit()).ln()).sqrt() * spread, std::f64::consts::TAU * unit());
                (x + length * angle.cos(), y + length * angle.sin())
            };
            // Centres (q + r/2, r √3/2); rounding in cube coordinates.
            let (r, q) = (y * 2.0 / 3_f64.sqrt(), x - y / 3_f64.sqrt());
            let (mut rq, mut rr, rs) = (q.round(), r.round(), (-q - r).round());
            let (dq, dr, ds) = ((rq - q).abs(), (rr - r).abs(), (rs + q + r).abs());
            if dq > dr && dq > ds {
                rq = -rr - rs;
            } else if dr > ds {
                rr = -rq - rs;
            }
            if let Some(row) = row_of.get(&(rq as i32, rr as i32)) {
                counts[*row as usize] += 1;
                left -= 1;
            }
        }
        // Areas vary slowly over the map, as those of H3 cells do; the rim is cut.
        let areas: Vec<f64> = axial
            .iter()
            .zip(&lists)
            .map(|((q, r), list)| {
                (1.0 + 1e-4 * f64::from(*q) + 3e-5 * f64::from(*r)) * if list.len() < 6 { 0.05 + 0.9 * unit() } else { 1.0 }
            })
            .collect();
        let total: f64 = areas.iter().sum();
        let expected = areas.iter().map(|a| a / total * f64::from(incidents)).collect();
        Self { weights: SpatialWeights::from_lists(&lists).expect("neighbours are rows"), counts, expected }
    }
}
