//! Which borough holds a point: one table look-up for most, the exact test for the rest.

use super::edges::{EdgeBins, PolygonEdges};
use crate::atlas::Borough;
use crate::grid::CellGrid;
use crate::grid::clip::{near_cell, reach_of};
use crate::grid::locator::{CellLocator, center_of, reach_degrees};
use crate::projection::LonLat;
use geo::MultiPolygon;
use rayon::prelude::*;

/// A cell that lies in no borough.
const NONE: u8 = 255;
/// A cell that a border touches.
const BORDER: u8 = 254;
/// A place in the table where the grid has no cell.
const NO_CELL: u8 = 253;
/// Boroughs that fit below the marks.
const MOST: usize = 253;

/// Assigns points to boroughs.
///
/// A cell of the finest level that no border touches lies wholly in one borough or in none, so its points need one look-up.
/// In the other cells (6 % of London at resolution 10) the point is tested exactly against the two or three boroughs whose
/// borders are near, and points beyond the grid against all. The answer is that of the exact test always: the row of the
/// borough that holds the point, the lowest if polygons overlap.
///
/// ```
/// use hotspot_core::LonLat;
/// use hotspot_core::areas::BoroughIndex;
/// use hotspot_core::atlas::Atlas;
/// use hotspot_core::grid::CellGrid;
/// let (grid, boroughs) = (CellGrid::london(), Atlas::london().boroughs());
/// let index = BoroughIndex::new(&grid, boroughs);
/// let trafalgar_square = LonLat { lon: -0.1281, lat: 51.5080 };
/// let row = index.locate(trafalgar_square).expect("in London");
/// assert_eq!(boroughs[usize::from(row)].name, "Westminster");
/// ```
#[derive(Debug, Clone)]
pub struct BoroughIndex {
    locator: CellLocator,
    /// By slot of the locator's lattice: a borough's row or a mark. Empty when the cells have no lattice.
    by_slot: Vec<u8>,
    /// By row of the finest level: a borough's row or a mark.
    by_row: Vec<u8>,
    /// By row: the borough of the centre.
    of_cell: Vec<u8>,
    /// For each row, where its candidates end; those of a border cell are the boroughs to test, ascending.
    ends: Vec<u32>,
    candidates: Vec<u8>,
    polygons: Vec<PolygonEdges>,
}

impl BoroughIndex {
    /// Prepares boroughs for the finest level of a grid; rows are the places in `boroughs`.
    ///
    /// # Panics
    /// With more than 253 boroughs.
    pub fn new(grid: &CellGrid, boroughs: &[Borough]) -> Self {
        let polygons: Vec<&MultiPolygon<f64>> = boroughs.iter().map(|b| &b.polygon).collect();
        Self::of_polygons(grid.finest().locator().clone(), &polygons)
    }

    fn of_polygons(locator: CellLocator, boroughs: &[&MultiPolygon<f64>]) -> Self {
        assert!(boroughs.len() <= MOST, "a borough's row fits a byte");
        let polygons: Vec<PolygonEdges> = boroughs.par_iter().map(|p| PolygonEdges::new(p)).collect();
        let reach = reach_degrees(locator.resolution());
        let bins = EdgeBins::new(boroughs.iter().copied(), reach);
        let cells: Vec<(Option<u8>, Vec<u8>)> = locator
            .cells()
            .par_iter()
            .map_init(Vec::new, |scratch, cell| {
                let home = holder(&polygons, center_of(*cell));
                let Some(near) = near_cell(*cell, reach_of(*cell, reach), &bins, scratch) else { return (home, Vec::new()) };
                let mut candidates: Vec<u8> = near.edges.iter().map(|e| e.owner as u8).chain(home).collect();
                candidates.sort_unstable();
                candidates.dedup();
                (home, candidates)
            })
            .collect();
        let of_cell: Vec<u8> = cells.iter().map(|(home, _)| home.unwrap_or(NONE)).collect();
        let by_row: Vec<u8> = cells.iter().map(|(home, c)| if c.is_empty() { home.unwrap_or(NONE) } else { BORDER }).collect();
        let mut index = Self {
            by_slot: Vec::new(),
            by_row,
            of_cell,
            ends: Vec::with_capacity(cells.len()),
            candidates: Vec::new(),
            polygons,
            locator,
        };
        for (_, candidates) in cells {
            index.candidates.extend(candidates);
            index.ends.push(index.candidates.len() as u32);
        }
        if let Some(lattice) = index.locator.lattice() {
            let mark = |slot| lattice.row_at(slot).map_or(NO_CELL, |row| index.by_row[row as usize]);
            index.by_slot = (0..lattice.slots()).map(mark).collect();
        }
        index
    }

    /// Row of the borough that holds the point.
    #[inline]
    pub fn locate(&self, p: LonLat) -> Option<u8> {
        let Some((lattice, slot)) = self.locator.lattice().and_then(|l| l.slot(p).map(|slot| (l, slot))) else {
            return holder(&self.polygons, p);
        };
        match self.by_slot[slot] {
            NONE => None,
            BORDER => self.near_border(p, lattice.row_at(slot)?),
            NO_CELL => holder(&self.polygons, p),
            row => Some(row),
        }
    }

    /// The exact test against the candidates of a border cell.
    fn near_border(&self, p: LonLat, row: u32) -> Option<u8> {
        let row = row as usize;
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        self.candidates[from as usize..self.ends[row] as usize].iter().copied().find(|b| self.polygons[usize::from(*b)].contains(p))
    }

    /// Row of the borough that holds the centre of a cell of the finest level.
    ///
    /// # Panics
    /// When the row is not in the finest level.
    pub fn of_cell(&self, finest_row: u32) -> Option<u8> {
        Some(self.of_cell[finest_row as usize]).filter(|b| *b != NONE)
    }

    /// Whether a border touches a cell of the finest level, so that its points may lie in different boroughs.
    ///
    /// # Panics
    /// When the row is not in the finest level.
    pub fn is_border(&self, finest_row: u32) -> bool {
        self.by_row[finest_row as usize] == BORDER
    }
}

/// The first polygon that holds the point.
fn holder(polygons: &[PolygonEdges], p: LonLat) -> Option<u8> {
    polygons.iter().position(|b| b.contains(p)).map(|row| row as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Atlas;
    use geo::{Contains, Point};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;
    use std::sync::OnceLock;

    fn london() -> &'static (CellGrid, BoroughIndex) {
        static INDEX: OnceLock<(CellGrid, BoroughIndex)> = OnceLock::new();
        INDEX.get_or_init(|| {
            let grid = CellGrid::london();
            let index = BoroughIndex::new(&grid, Atlas::london().boroughs());
            (grid, index)
        })
    }

    #[test]
    fn the_table_says_what_the_polygons_say() {
        let (grid, index) = london();
        let [w, s, e, n] = grid.study_area().bounds();
        let mut rng = Pcg64Mcg::seed_from_u64(7);
        let mut looked_up = 0;
        for _ in 0..200_000 {
            let p = LonLat { lon: rng.random_range(w - 0.1..e + 0.1), lat: rng.random_range(s - 0.1..n + 0.1) };
            let home = holder(&index.polygons, p);
            assert_eq!(index.locate(p), home);
            looked_up += usize::from(home.is_some());
        }
        assert!(looked_up > 60_000);
    }

    #[test]
    fn points_on_borders_are_in_one_borough_as_the_polygons_say() {
        let (_, index) = london();
        let mut rng = Pcg64Mcg::seed_from_u64(8);
        for b in Atlas::london().boroughs() {
            for [a, c] in super::super::edges::directed_edges(&b.polygon).step_by(3) {
                let t = rng.random_range(0.0..1.0);
                let off = if rng.random_range(0..4) == 0 { 0.0 } else { 10f64.powf(rng.random_range(-9.0..-4.0)) };
                let p = LonLat { lon: a.x + (c.x - a.x) * t + off, lat: a.y + (c.y - a.y) * t };
                let brute = Atlas::london().boroughs().iter().position(|b| b.polygon.contains(&Point::new(p.lon, p.lat)));
                let ours = index.locate(p);
                assert_eq!(ours, holder(&index.polygons, p));
                // geo leaves points exactly on a border in no polygon; ours has them in one.
                if brute.is_some() {
                    assert_eq!(ours.map(usize::from), brute);
                }
            }
        }
    }

    #[test]
    fn a_cell_that_no_border_touches_lies_in_one_borough() {
        let (grid, index) = london();
        let rows = 0..grid.finest().len() as u32;
        let border = rows.clone().filter(|row| index.is_border(*row)).count();
        assert!((5_000..15_000).contains(&border), "{border}");
        for row in rows.step_by(61).filter(|row| !index.is_border(*row)) {
            let home = index.of_cell(row);
            for c in grid.finest().boundary(row).exterior() {
                assert_eq!(holder(&index.polygons, LonLat { lon: c.x, lat: c.y }), home);
            }
        }
    }

    #[test]
    fn without_a_lattice_the_polygons_answer() {
        let (grid, _) = london();
        let few = CellLocator::new(h3o::Resolution::Ten, grid.finest().cells()[..10].to_vec());
        assert!(!few.is_mapped());
        let boroughs = Atlas::london().boroughs();
        let polygons: Vec<_> = boroughs.iter().map(|b| &b.polygon).collect();
        let index = BoroughIndex::of_polygons(few, &polygons);
        let camden = boroughs.iter().position(|b| b.name == "Camden");
        assert_eq!(index.locate(LonLat { lon: -0.1426, lat: 51.5390 }).map(usize::from), camden);
    }
}
