//! Disks of H3 cells: who lies within k steps of whom.
//!
//! # Definition
//! Two cells of one resolution are neighbours of order k when a walk over k shared sides or fewer leads from one to the other
//! (H3's grid distance). Cells that are not in the set are walked over, but are nobody's neighbours.
//!
//! # Design
//! Inside one base cell H3 is the lattice of Eisenstein integers: the digits of an index give a cell's two coordinates by a
//! multiplication and an addition for each level, and neighbours differ by one of six steps. So the cells are drawn into a raster of
//! rows and each reads its neighbours there: 20 ns a cell, where asking H3 for each disk takes 300 and more. The last three
//! digits go through a table, and the coordinates of the others are kept for the next cell, which in sorted order nearly
//! always shares them.
//!
//! H3 itself is asked where the lattice says nothing: for cells of pentagonal base cells, for sets so scattered that their raster
//! would be mostly empty, and, when the set lies in several base cells, for cells that miss a neighbour (they lie at the rim, or
//! where two base cells meet).
//!
//! # Pitfalls
//! Steps are not metres: cells of one resolution differ in size by a factor of two over the globe (hardly within London), and
//! the twelve pentagons have five neighbours. Cells at the rim of the study area, or beside cells that were left out because they were
//! empty, have fewer neighbours than six: give *all* cells of the study area, with zeros.
//!
//! # Cost
//! `O(n k²)`; sets that H3 must be asked for `O(n (k² + log n))` with a much larger constant. Memory: 4 bytes a link, and 4 bytes a place of the raster.

use super::SpatialWeights;
use crate::error::{Error, Result};
use h3o::CellIndex;

/// The row of no cell.
const NO_ROW: u32 = u32::MAX;
/// Bits of a digit.
const DIGIT: u32 = 3;
/// Place of the base cell: all digits lie below.
const BASE_CELL: u32 = 45;
/// Digits that go through the table.
const TABLED: u32 = 3;
/// Beyond, a single disk has 300 million cells.
const MOST_STEPS: u32 = 10_000;

/// Binary weights between cells at most `k` steps apart; rows keep the order of `cells`.
///
/// # Errors
/// [`Error::OutOfRange`] when the cells are of several resolutions or one comes twice, `k` is above 10,000, or there are 2³² links or more.
///
/// ```
/// use h3o::{LatLng, Resolution};
/// use hotspot_core::weights::h3_disks;
/// let centre = LatLng::new(51.5, -0.12)?.to_cell(Resolution::Nine);
/// let cells: Vec<_> = centre.grid_disk(3);
/// let weights = h3_disks(&cells, 1)?;
/// let row = cells.iter().position(|c| *c == centre).expect("the disk holds its centre");
/// assert_eq!(weights.neighbors(row).len(), 6);
/// assert_eq!(h3_disks(&cells, 2)?.neighbors(row).len(), 18);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn h3_disks(cells: &[CellIndex], k: u32) -> Result<SpatialWeights> {
    let Some(first) = cells.first() else { return Ok(SpatialWeights::default()) };
    let resolution = first.resolution();
    if cells.iter().any(|c| c.resolution() != resolution) {
        return Err(Error::OutOfRange { what: "cells", must: "of one resolution" });
    }
    if k > MOST_STEPS {
        return Err(Error::OutOfRange { what: "steps", must: "at most 10,000" });
    }
    let places: Vec<[i32; 2]> = lattice_coordinates(cells);
    let patches = Patches::new(cells, &places, k)?;
    let asked = if patches.are_complete() { None } else { Some(Search::new(cells)?) };
    let mut offsets = Vec::with_capacity(cells.len() + 1);
    let mut neighbors = Vec::new();
    let steps = patches.steps(k);
    let mut found = Vec::with_capacity(steps.first().map_or(0, Vec::len));
    offsets.push(0);
    for (row, cell) in cells.iter().enumerate() {
        found.clear();
        let number = patches.of_cell(*cell);
        let complete = number.is_some_and(|n| {
            let slot = patches.all[n].slot(places[row]) as isize;
            let rows = &patches.all[n].rows;
            found.extend(steps[n].iter().map(|step| rows[(slot + step) as usize]).filter(|r| *r != NO_ROW));
            found.len() == steps[n].len()
        });
        if let (Some(search), false) = (&asked, complete) {
            search.disk(*cell, k, &mut found);
        }
        found.sort_unstable();
        neighbors.extend_from_slice(&found);
        offsets.push(super::end_of_row(neighbors.len())?);
    }
    Ok(SpatialWeights { offsets, neighbors, weights: None })
}

/// Coordinates of each cell in the lattice of its base cell: neighbours differ by ±(1, 0), ±(0, 1) or ±(1, 1). They mean
/// nothing between base cells, and in a pentagonal base cell.
///
/// The cells must be of one resolution.
pub(crate) fn lattice_coordinates(cells: &[CellIndex]) -> Vec<[i32; 2]> {
    let Some(first) = cells.first() else { return Vec::new() };
    let resolution = u32::from(u8::from(first.resolution()));
    let tabled = resolution.min(TABLED);
    let low = BASE_CELL - DIGIT * resolution;
    // What the last digits add, whatever comes before them.
    let table: Vec<[i32; 2]> = (0..1_u64 << (DIGIT * tabled))
        .map(|digits| walk([0, 0], digits, resolution - tabled + 1..=resolution, |r| DIGIT * (resolution - r)))
        .collect();
    let mut before = u64::MAX;
    let mut base = [0, 0];
    cells
        .iter()
        .map(|cell| {
            let bits = u64::from(*cell) >> low;
            let leading = bits >> (DIGIT * tabled);
            if leading != before {
                before = leading;
                let start = walk([0, 0], leading, 1..=resolution - tabled, |r| DIGIT * (resolution - tabled - r));
                base = (resolution - tabled + 1..=resolution).fold(start, finer);
            }
            let [a, b] = table[(bits & ((1 << (DIGIT * tabled)) - 1)) as usize];
            [base[0] + a, base[1] + b]
        })
        .collect()
}

/// Follows digits down the levels.
fn walk(from: [i32; 2], digits: u64, levels: std::ops::RangeInclusive<u32>, place: impl Fn(u32) -> u32) -> [i32; 2] {
    /// The unit step of each digit; 7 marks a level that an index does not have.
    const UNITS: [[i32; 2]; 8] = [[0, 0], [-1, -1], [0, 1], [-1, 0], [1, 0], [0, -1], [1, 1], [0, 0]];
    levels.fold(from, |at, level| {
        let [a, b] = finer(at, level);
        let [da, db] = UNITS[(digits >> place(level)) as usize & 7];
        [a + da, b + db]
    })
}

/// The place of a cell's central child: a rotation and a stretch by √7, to the left at odd levels and to the right at even.
const fn finer([a, b]: [i32; 2], level: u32) -> [i32; 2] {
    if level % 2 == 1 { [2 * a + b, 3 * b - a] } else { [3 * a - b, a + 2 * b] }
}

fn base_cell(cell: CellIndex) -> usize {
    (u64::from(cell) >> BASE_CELL) as usize & 127
}

/// The cells of one base cell, drawn into a raster with a frame of empty places.
struct Patch {
    west: i32,
    south: i32,
    width: usize,
    rows: Vec<u32>,
}

impl Patch {
    const fn slot(&self, [a, b]: [i32; 2]) -> usize {
        (b - self.south) as usize * self.width + (a - self.west) as usize
    }
}

struct Patches {
    all: Vec<Patch>,
    /// Patch of each base cell.
    of_base: [Option<usize>; 128],
    /// Base cells in the set, drawn or not.
    base_cells: usize,
}

impl Patches {
    fn new(cells: &[CellIndex], places: &[[i32; 2]], k: u32) -> Result<Self> {
        /// Lowest and highest place, and number of cells.
        type Bound = ([i32; 2], [i32; 2], usize);
        let mut bounds: [Option<Bound>; 128] = [None; 128];
        for (cell, p) in cells.iter().zip(places) {
            let bound = &mut bounds[base_cell(*cell)];
            let (low, high, count) = bound.get_or_insert((*p, *p, 0));
            for axis in 0..2 {
                low[axis] = low[axis].min(p[axis]);
                high[axis] = high[axis].max(p[axis]);
            }
            *count += 1;
        }
        let mut patches = Self { all: Vec::new(), of_base: [None; 128], base_cells: 0 };
        for (base, bound) in bounds.iter().enumerate() {
            let Some((low, high, count)) = bound else { continue };
            patches.base_cells += 1;
            let pentagonal = h3o::BaseCell::try_from(base as u8).is_ok_and(h3o::BaseCell::is_pentagon);
            // Far from a pentagon in terms of k, or two cells might be nearer by a way round it.
            let resolution = i32::from(u8::from(cells[0].resolution()));
            let distant = f64::from(k) * 8.0 < 7_f64.powf(f64::from(resolution) / 2.0) || k == 1;
            let side = |axis: usize| i64::from(high[axis]) - i64::from(low[axis]) + 1 + 2 * i64::from(k);
            let (width, height) = (side(0), side(1));
            if pentagonal || !distant || width.saturating_mul(height) > 64 * *count as i64 + 4096 {
                continue;
            }
            let frame = k as i32;
            patches.of_base[base] = Some(patches.all.len());
            patches.all.push(Patch {
                west: low[0] - frame,
                south: low[1] - frame,
                width: width as usize,
                rows: vec![NO_ROW; (width * height) as usize],
            });
        }
        for (row, (cell, p)) in cells.iter().zip(places).enumerate() {
            let Some(n) = patches.of_cell(*cell) else { continue };
            let patch = &mut patches.all[n];
            let slot = patch.slot(*p);
            if std::mem::replace(&mut patch.rows[slot], row as u32) != NO_ROW {
                return Err(TWICE);
            }
        }
        Ok(patches)
    }

    fn of_cell(&self, cell: CellIndex) -> Option<usize> {
        self.of_base[base_cell(cell)]
    }

    /// Whether a neighbour that is in no raster is not in the set.
    const fn are_complete(&self) -> bool {
        self.base_cells == 1 && self.all.len() == 1
    }

    /// Of each patch, the steps in its raster to the places within `k`, without the place itself.
    fn steps(&self, k: u32) -> Vec<Vec<isize>> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let k = k as i32;
        let near = (-k..=k).flat_map(|b| (-k..=k).map(move |a| [a, b])).filter(|[a, b]| (a - b).abs() <= k && [*a, *b] != [0, 0]);
        let near: Vec<[i32; 2]> = near.collect();
        let step = |patch: &Patch, [a, b]: [i32; 2]| b as isize * patch.width as isize + a as isize;
        self.all.iter().map(|patch| near.iter().map(|p| step(patch, *p)).collect()).collect()
    }
}

const TWICE: Error = Error::OutOfRange { what: "cell", must: "named once" };

/// The cells in order, to be searched.
struct Search {
    sorted: Vec<(u64, u32)>,
}

impl Search {
    fn new(cells: &[CellIndex]) -> Result<Self> {
        let mut sorted: Vec<(u64, u32)> = cells.iter().map(|c| u64::from(*c)).zip(0..).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(TWICE);
        }
        Ok(Self { sorted })
    }

    fn disk(&self, cell: CellIndex, k: u32, found: &mut Vec<u32>) {
        let disk: Vec<CellIndex> = cell.grid_disk(k);
        let row = |c: CellIndex| self.sorted.binary_search_by_key(&u64::from(c), |(bits, _)| *bits).ok().map(|n| self.sorted[n].1);
        found.clear();
        found.extend(disk.into_iter().filter(|c| *c != cell).filter_map(row));
    }
}
