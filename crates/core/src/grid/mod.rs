//! H3 cells of a study area at several resolutions: the units of analysis.
//!
//! The finest level holds every cell that the study area touches (`Covers`), also those in which nothing happened; coarser
//! levels are exactly the set of its parents, never a second tiling. So every incident inside has a cell at every
//! resolution, and a coarse count is the sum of finer ones.
//!
//! Whether an incident is inside is decided by the polygon, which cell it has by H3's index. A border cell carries the exact
//! area of its part inside beside its H3 area: a rate there is per square kilometre of the study area, not of the river
//! bank opposite.

pub(crate) mod clip;
mod cover;
pub mod level;
pub mod locator;
pub mod study_area;

pub use level::GridLevel;
pub use locator::CellLocator;
pub use study_area::StudyArea;

use crate::areas::edges::{EdgeBins, PolygonEdges};
use crate::error::{Error, Result};
use crate::projection::LonLat;
use geo::{Coord, MapCoords};
use h3o::{CellIndex, Resolution};
use rayon::prelude::*;

#[cfg(test)]
mod tests;

/// H3 cells of a study area at several resolutions.
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use h3o::Resolution;
/// use hotspot_core::LonLat;
/// use hotspot_core::grid::{CellGrid, StudyArea};
/// let square = polygon![(x: -1.8, y: 53.7), (x: -1.7, y: 53.7), (x: -1.7, y: 53.8), (x: -1.8, y: 53.8)];
/// let area = StudyArea::new("A tenth of a degree", MultiPolygon::from(square))?;
/// let grid = CellGrid::cover(area, Resolution::Nine, Resolution::Seven)?;
/// let row = grid.locate(LonLat { lon: -1.75, lat: 53.75 }).expect("inside");
/// let mut counts = vec![0; grid.finest().len()];
/// counts[row as usize] = 3;
/// let coarse = grid.roll_up(&counts, Resolution::Seven).expect("a level of the grid");
/// assert_eq!(coarse.iter().sum::<u32>(), 3);
/// assert_eq!(coarse[grid.ancestors(Resolution::Seven).expect("a level")[row as usize] as usize], 3);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
#[derive(Debug)]
pub struct CellGrid {
    study_area: StudyArea,
    inside: PolygonEdges,
    /// Finest first.
    levels: Vec<GridLevel>,
    /// For each level, the row of each finest row.
    ancestors: Vec<Vec<u32>>,
    /// Of each finest row: whether the study area's edge touches the cell.
    border: Vec<bool>,
}

impl CellGrid {
    /// Covers a study area at the finest resolution and adds the parents up to the coarsest.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the coarsest resolution is finer than the finest, [`Error::EmptyArea`] when no cell is
    /// touched.
    pub fn cover(area: StudyArea, finest: Resolution, coarsest: Resolution) -> Result<Self> {
        if coarsest > finest {
            return Err(Error::OutOfRange { what: "coarsest resolution", must: "at most the finest" });
        }
        let inside = PolygonEdges::new(&area.polygon);
        let bins = EdgeBins::new([&area.polygon], locator::reach_degrees(finest));
        let cells = cover::cells(&area.polygon, &inside, &bins, finest);
        if cells.is_empty() {
            return Err(Error::EmptyArea);
        }
        let locator = CellLocator::new(finest, cells);
        let h3_area: Vec<f64> = locator.cells().par_iter().map(|c| c.area_km2()).collect();
        let share = shares(&locator, &bins, &inside);
        let border: Vec<bool> = share.iter().map(Option::is_some).collect();
        let area_inside = h3_area.iter().zip(&share).map(|(a, s)| a * s.unwrap_or(1.0)).collect();
        let projection = area.projection;
        let mut grid = Self {
            study_area: area,
            inside,
            ancestors: vec![(0..h3_area.len() as u32).collect()],
            levels: vec![GridLevel::new(locator, h3_area, area_inside, projection)],
            border,
        };
        let mut resolution = finest;
        while resolution > coarsest {
            resolution = resolution.pred().expect("resolution 0 is not above the coarsest");
            grid.add_parents(resolution);
        }
        Ok(grid)
    }

    /// Greater London at resolutions 10, 9 and 8: 118,000, 17,000 and 2,500 cells.
    pub fn london() -> Self {
        Self::cover(StudyArea::london(), Resolution::Ten, Resolution::Eight).expect("London has cells")
    }

    fn add_parents(&mut self, resolution: Resolution) {
        let children = self.levels.last().expect("a grid has a finest level");
        let parent_of: Vec<CellIndex> =
            children.cells().iter().map(|c| c.parent(resolution).expect("a coarser resolution has a parent")).collect();
        let mut parents = parent_of.clone();
        parents.sort_unstable();
        parents.dedup();
        let locator = CellLocator::new(resolution, parents);
        let rows: Vec<u32> = parent_of.iter().map(|p| locator.row(*p).expect("every parent is in its level")).collect();
        let mut area = vec![0.0; locator.cells().len()];
        for (row, a) in rows.iter().zip(children.area_km2()) {
            area[*row as usize] += a;
        }
        let h3_area = locator.cells().iter().map(|c| c.area_km2()).collect();
        let ancestors = self.ancestors.last().expect("as many as levels").iter().map(|child| rows[*child as usize]).collect();
        self.levels.push(GridLevel::new(locator, h3_area, area, self.study_area.projection));
        self.ancestors.push(ancestors);
    }

    /// The region that the grid covers.
    pub const fn study_area(&self) -> &StudyArea {
        &self.study_area
    }

    /// The finest level.
    pub fn finest(&self) -> &GridLevel {
        &self.levels[0]
    }

    /// The level of a resolution.
    pub fn level(&self, resolution: Resolution) -> Option<&GridLevel> {
        self.levels.get(self.place(resolution)?)
    }

    /// All levels, finest first.
    pub fn levels(&self) -> &[GridLevel] {
        &self.levels
    }

    /// For each row of the finest level, the row of its ancestor at a resolution (itself at the finest).
    pub fn ancestors(&self, resolution: Resolution) -> Option<&[u32]> {
        self.ancestors.get(self.place(resolution)?).map(Vec::as_slice)
    }

    fn place(&self, resolution: Resolution) -> Option<usize> {
        usize::from(u8::from(self.finest().resolution())).checked_sub(usize::from(u8::from(resolution)))
    }

    /// Row at the finest level of the cell that holds the point; `None` outside the study area.
    ///
    /// The polygon decides, exactly; only points in border cells are put to that test. A cell's sides are arcs and the
    /// polygon's edges are straight in degrees, so a point inside may lie in a cell beyond the grid, by less than a millimetre
    /// at resolution 10: it is given to the nearest cell of the grid.
    #[inline]
    pub fn locate(&self, p: LonLat) -> Option<u32> {
        match self.finest().locator().row_of(p) {
            Some(row) if !self.border[row as usize] => Some(row),
            Some(row) => self.inside.contains(p).then_some(row),
            None if self.inside.contains(p) => self.nearest_row(p),
            None => None,
        }
    }

    /// Row at the finest level of the cell that holds the point, inside the study area or not; of a point less than a cell beyond the
    /// grid, the nearest.
    pub(crate) fn near(&self, p: LonLat) -> Option<u32> {
        self.finest().locator().row_of(p).or_else(|| self.nearest_row(p))
    }

    /// The same cells under a study area that was moved by `offset_m` metres, east and north: where the grid would lie had H3 begun
    /// elsewhere. Every corner of the polygon is moved in the study area's own metres, which stay as they are.
    ///
    /// # Errors
    /// [`Error::Projection`] when it is moved off its projection, and what [`Self::cover`] finds wrong.
    pub fn moved(&self, offset_m: [f64; 2]) -> Result<Self> {
        let StudyArea { name, polygon, projection } = self.study_area.clone();
        let polygon = polygon.try_map_coords(|c| {
            let [x, y] = projection.metres_from_lonlat(LonLat { lon: c.x, lat: c.y })?;
            let p = projection.lonlat_from_metres([x + offset_m[0], y + offset_m[1]])?;
            Ok::<_, Error>(Coord { x: p.lon, y: p.lat })
        })?;
        let coarsest = self.levels.last().expect("a grid has a finest level").resolution();
        Self::cover(StudyArea { name, polygon, projection }, self.finest().resolution(), coarsest)
    }

    /// The cell of the grid nearest to a point just beyond it.
    #[cold]
    fn nearest_row(&self, p: LonLat) -> Option<u32> {
        let finest = self.finest();
        let cell = finest.locator().cell_of(p)?;
        let ring: Vec<CellIndex> = cell.grid_disk(1);
        let shrink = p.lat.to_radians().cos();
        let distance = |row: u32| {
            let c = finest.center(row);
            ((c.lon - p.lon) * shrink).hypot(c.lat - p.lat)
        };
        ring.into_iter().filter_map(|c| finest.row(c)).min_by(|a, b| distance(*a).total_cmp(&distance(*b)).then(a.cmp(b)))
    }

    /// Whether the study area's edge touches a cell of the finest level (or passes within centimetres of it).
    ///
    /// # Panics
    /// When the row is not in the finest level.
    pub fn is_border(&self, finest_row: u32) -> bool {
        self.border[finest_row as usize]
    }

    /// Sums counts of the finest level by their ancestors; `None` for a resolution that the grid has not, or when the
    /// counts are not one for each finest cell.
    pub fn roll_up(&self, finest_counts: &[u32], resolution: Resolution) -> Option<Vec<u32>> {
        let (level, ancestors) = (self.level(resolution)?, self.ancestors(resolution)?);
        if finest_counts.len() != ancestors.len() {
            return None;
        }
        let mut counts = vec![0; level.len()];
        for (row, n) in ancestors.iter().zip(finest_counts) {
            counts[*row as usize] += n;
        }
        Some(counts)
    }
}

/// Share of each cell inside the polygon; `None` for cells that no edge touches, which lie inside as a whole.
fn shares(locator: &CellLocator, bins: &EdgeBins, inside: &PolygonEdges) -> Vec<Option<f64>> {
    let reach = locator::reach_degrees(locator.resolution());
    locator
        .cells()
        .par_iter()
        .map_init(Vec::new, |scratch, cell| {
            let near = clip::near_cell(*cell, clip::reach_of(*cell, reach), bins, scratch)?;
            Some(near.outline.share_inside(&near.edges, inside))
        })
        .collect()
}
