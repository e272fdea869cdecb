//! Which cell of a level holds a point: h3o's answer, at a tenth of its price.
//!
//! # Design
//! H3 cells on one icosahedron face are the regular hexagons of a lattice in the face's gnomonic plane, so "which cell?" is:
//! project, then round to the nearest lattice point. h3o does that afresh for each point (nearest of 20 faces, projection,
//! up-aggregation through ten resolutions: about 300 ns). For the cells of one level the same map is prepared once:
//!
//! 1. Local IJ coordinates of all cells (h3o) are the lattice. A gnomonic projection about the middle of the grid and the
//!    face's own differ by a homography; its eight numbers are fitted to the cells' centres (h3o).
//! 2. Tiles of a few kilometres hold the map from degrees to IJ as a biquadratic polynomial (error under 1e-5 of a cell).
//! 3. A dense table turns rounded IJ into the row.
//!
//! The fit is *verified* when it is built: the map must send the centre of every cell, and every vertex of the cells at the
//! rim, to its place in the lattice within `TOLERANCE`. A face edge that crosses the grid bends the lattice and would fail
//! that check, since it must cross a rim cell; then, as for pentagons and very small grids, there is no map and h3o answers.
//!
//! A point is answered from the map only if it lies deeper inside its hexagon than `MARGIN` of a cell width (13 cm at
//! resolution 10), a hundred times the verified error; h3o itself decides the rest, 0.2 % of points. So the answers are
//! h3o's, bit for bit. A raster of degree squares that guesses a cell and walks over its sides was the other candidate: it
//! needs six half-planes per cell (17 MB for London, out of cache) instead of one table of a megabyte.

use crate::projection::LonLat;
use crate::weights::lattice_coordinates;
use h3o::{CellIndex, LatLng, Resolution};
use std::ops::RangeInclusive;

/// The row of no cell.
const NO_ROW: u32 = u32::MAX;
/// How far a cell's centre or vertex may be from its place in the lattice, in cell widths.
const TOLERANCE: f64 = 1e-5;
/// How much deeper than its edge a point must lie in a hexagon, as a share of the distance from the middle to the edge.
const MARGIN: f64 = 2e-3;
/// Cells below which a fit is not worth its work.
const FEWEST_CELLS: usize = 64;

/// Finds cells of one level by point and by index.
#[derive(Debug, Clone)]
pub struct CellLocator {
    resolution: Resolution,
    cells: Vec<CellIndex>,
    /// First row of each run of indexes that share their leading bits.
    starts: Vec<u32>,
    shift: u32,
    lattice: Option<Lattice>,
}

impl CellLocator {
    /// A locator for cells of one resolution, sorted by index, each once.
    pub fn new(resolution: Resolution, cells: Vec<CellIndex>) -> Self {
        let (starts, shift) = runs(&cells);
        let lattice = Lattice::fit(resolution, &cells);
        Self { resolution, cells, starts, shift, lattice }
    }

    /// Resolution of the cells.
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// The cells, sorted by index.
    pub fn cells(&self) -> &[CellIndex] {
        &self.cells
    }

    /// Row of a cell.
    #[inline]
    pub fn row(&self, cell: CellIndex) -> Option<u32> {
        let first = u64::from(*self.cells.first()?);
        let run = (u64::from(cell).checked_sub(first)? >> self.shift) as usize;
        let (from, to) = (*self.starts.get(run)?, *self.starts.get(run + 1)?);
        let place = self.cells[from as usize..to as usize].binary_search(&cell).ok()?;
        Some(from + place as u32)
    }

    /// Row of the cell that holds the point; `None` when the level has no such cell, or for coordinates that are no numbers.
    /// Always the row of the cell that h3o names.
    #[inline]
    pub fn row_of(&self, p: LonLat) -> Option<u32> {
        match self.lattice.as_ref().and_then(|l| l.slot(p)) {
            Some(slot) => Some(self.lattice.as_ref()?.rows[slot]).filter(|row| *row != NO_ROW),
            None => self.row(index_of(p, self.resolution)?),
        }
    }

    /// The H3 cell that holds the point, in the level or not; `None` for coordinates that are no numbers.
    ///
    /// ```
    /// use h3o::{LatLng, Resolution};
    /// use hotspot_core::LonLat;
    /// use hotspot_core::grid::CellLocator;
    /// let centre = LatLng::new(51.5, -0.12)?.to_cell(Resolution::Ten);
    /// let mut cells: Vec<_> = centre.grid_disk(20);
    /// cells.sort_unstable();
    /// let locator = CellLocator::new(Resolution::Ten, cells);
    /// let p = LonLat { lon: -0.119, lat: 51.501 };
    /// assert_eq!(locator.cell_of(p), Some(LatLng::new(p.lat, p.lon)?.to_cell(Resolution::Ten)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn cell_of(&self, p: LonLat) -> Option<CellIndex> {
        let fast = self.lattice.as_ref().and_then(|l| l.slot(p).map(|slot| l.rows[slot]));
        match fast.and_then(|row| self.cells.get(row as usize)) {
            Some(cell) => Some(*cell),
            None => index_of(p, self.resolution),
        }
    }

    /// Whether points are answered from a verified map; otherwise h3o answers all.
    pub const fn is_mapped(&self) -> bool {
        self.lattice.is_some()
    }
}

/// What h3o says.
fn index_of(p: LonLat, resolution: Resolution) -> Option<CellIndex> {
    LatLng::new(p.lat, p.lon).ok().map(|ll| ll.to_cell(resolution))
}

/// Runs of sorted indexes that share leading bits, about one cell each, so that a search looks at few.
fn runs(cells: &[CellIndex]) -> (Vec<u32>, u32) {
    let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return (vec![0], 0) };
    let (first, span) = (u64::from(*first), u64::from(*last) - u64::from(*first));
    let mut shift = 0;
    while span >> shift >= 2 * cells.len() as u64 + 2 {
        shift += 1;
    }
    let count = (span >> shift) as usize + 1;
    let mut starts = vec![0u32; count + 1];
    for cell in cells {
        starts[((u64::from(*cell) - first) >> shift) as usize + 1] += 1;
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    (starts, shift)
}

/// Coordinates of a cell in the lattice, counted from the corner of the table.
#[derive(Debug, Clone, Copy)]
struct Ij {
    i: i32,
    j: i32,
}

/// Where the cells lie in the lattice: by their digits when one hexagonal base cell holds them all, else as h3o unfolds base
/// cells.
fn places(cells: &[CellIndex]) -> Option<Vec<Ij>> {
    let base = cells.first()?.base_cell();
    if !base.is_pentagon() && cells.iter().all(|cell| cell.base_cell() == base) {
        return Some(lattice_coordinates(cells).into_iter().map(|[i, j]| Ij { i, j }).collect());
    }
    let origin = cells[cells.len() / 2];
    let place = |cell: &CellIndex| cell.to_local_ij(origin).ok().map(|ij| Ij { i: ij.coord.i, j: ij.coord.j });
    cells.iter().map(place).collect()
}

/// The verified map from degrees to cells.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    tiles: Tiles,
    /// Width and height of the table, IJ from 1: an empty frame all round spares checks at its border.
    width: i32,
    height: i32,
    rows: Vec<u32>,
}

impl Lattice {
    /// Fits and verifies the map; `None` where there is none.
    fn fit(resolution: Resolution, cells: &[CellIndex]) -> Option<Self> {
        if cells.len() < FEWEST_CELLS {
            return None;
        }
        let mut places = places(cells)?;
        let span = |pick: fn(&Ij) -> i32| -> Option<RangeInclusive<i32>> {
            Some(places.iter().map(pick).min()?..=places.iter().map(pick).max()?)
        };
        let (is, js) = (span(|p| p.i)?, span(|p| p.j)?);
        let (width, height) = (is.end() - is.start() + 3, js.end() - js.start() + 3);
        if i64::from(width) * i64::from(height) > 64 * cells.len() as i64 + 4096 {
            return None;
        }
        for p in &mut places {
            *p = Ij { i: p.i - is.start() + 1, j: p.j - js.start() + 1 };
        }
        let mut rows = vec![NO_ROW; (width * height) as usize];
        for (row, p) in places.iter().enumerate() {
            let slot = &mut rows[(p.j * width + p.i) as usize];
            if *slot != NO_ROW {
                return None;
            }
            *slot = row as u32;
        }
        let centers: Vec<LonLat> = cells.iter().map(|c| center_of(*c)).collect();
        let reach = reach_degrees(resolution);
        let tiles = Tiles::new(&Homography::fit(&centers, &places)?, &centers, reach)?;
        let lattice = Self { tiles, width, height, rows };
        (lattice.holds(cells, &centers, &places)).then_some(lattice)
    }

    /// Whether the map sends every centre, and every vertex of the cells at the rim, to its place.
    fn holds(&self, cells: &[CellIndex], centers: &[LonLat], places: &[Ij]) -> bool {
        let centred = centers.iter().zip(places).all(|(c, p)| {
            self.tiles.ij(*c).is_some_and(|[i, j]| (i - f64::from(p.i)).abs() < TOLERANCE && (j - f64::from(p.j)).abs() < TOLERANCE)
        });
        centred
            && cells.iter().zip(places).all(|(cell, p)| {
                if self.around((p.j * self.width + p.i) as usize).iter().all(|row| *row != NO_ROW) {
                    return true;
                }
                let boundary = cell.boundary();
                boundary.len() == 6
                    && boundary.iter().all(|v| {
                        let at = self.tiles.ij(LonLat { lon: v.lng(), lat: v.lat() });
                        at.is_some_and(|[i, j]| is_corner(i - f64::from(p.i), j - f64::from(p.j)))
                    })
            })
    }

    /// The table's slot for a point; `None` when h3o has to say.
    #[inline]
    pub(crate) fn slot(&self, p: LonLat) -> Option<usize> {
        let [a, b] = self.tiles.ij(p)?;
        // Cube coordinates: neighbours differ by 1, −1 and 0 in some order.
        let (x, y, z) = (a, b - a, -b);
        let (mut rx, ry, mut rz) = (nearest(x), nearest(y), nearest(z));
        let (dx, dy, dz) = ((rx - x).abs(), (ry - y).abs(), (rz - z).abs());
        if rx + ry + rz != 0.0 {
            if dx > dy && dx > dz {
                rx = -ry - rz;
            } else if dz >= dy {
                rz = -rx - ry;
            }
        }
        let (fx, fz) = (x - rx, z - rz);
        let fy = -fx - fz;
        let depth = (fx - fy).abs().max((fy - fz).abs()).max((fz - fx).abs());
        let (i, j) = (rx as i32, -rz as i32);
        let framed = (i as u32) < self.width as u32 && (j as u32) < self.height as u32;
        (depth < 1.0 - MARGIN && framed).then(|| j as usize * self.width as usize + i as usize)
    }

    /// Rows around an inner slot.
    fn around(&self, slot: usize) -> [u32; 6] {
        let w = self.width as usize;
        [slot - w - 1, slot - w, slot - 1, slot + 1, slot + w, slot + w + 1].map(|n| self.rows[n])
    }
}

/// Nearest whole number, ties either way, for numbers far below 2^51.
#[inline]
fn nearest(x: f64) -> f64 {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    (x + SHIFT) - SHIFT
}

/// Whether a vertex at this offset from its cell's centre is a corner of the lattice's hexagon.
fn is_corner(i: f64, j: f64) -> bool {
    let mut cube = [i, j - i, -j].map(f64::abs);
    cube.sort_unstable_by(f64::total_cmp);
    let third = 1.0 / 3.0;
    (cube[0] - third).abs() < TOLERANCE && (cube[1] - third).abs() < TOLERANCE && (cube[2] - 2.0 * third).abs() < TOLERANCE
}

/// The centre of a cell.
pub(crate) fn center_of(cell: CellIndex) -> LonLat {
    let ll = LatLng::from(cell);
    LonLat { lon: ll.lng(), lat: ll.lat() }
}

/// An upper bound of the distance from a cell's centre to its vertices, in degrees of latitude: half as much again as in a
/// regular hexagon of twice the average area (cells vary by less than a factor of two, and are stretched by less than 1.3).
pub(crate) fn reach_degrees(resolution: Resolution) -> f64 {
    let area = 2.0 * resolution.area_km2();
    let radius_km = 1.3 * (2.0 * area / (3.0 * 3f64.sqrt())).sqrt();
    (radius_km / super::study_area::EARTH_RADIUS_KM).to_degrees()
}

/// A gnomonic projection about a point near the middle of the grid, then a homography to IJ.
#[derive(Debug)]
struct Homography {
    lon: f64,
    sin_lat: f64,
    cos_lat: f64,
    /// `i = (h0 + h1 x + h2 y) / (1 + h6 x + h7 y)`, `j = (h3 + h4 x + h5 y) / (the same)`.
    h: [f64; 8],
}

impl Homography {
    /// Least squares over a sample of the cells.
    fn fit(centers: &[LonLat], places: &[Ij]) -> Option<Self> {
        let middle = centers[centers.len() / 2];
        let (sin_lat, cos_lat) = middle.lat.to_radians().sin_cos();
        let mut fitted = Self { lon: middle.lon, sin_lat, cos_lat, h: [0.0; 8] };
        let sample: Vec<usize> = (0..centers.len()).step_by((centers.len() / 512).max(1)).collect();
        let plane: Vec<[f64; 2]> = sample.iter().map(|n| fitted.plane(centers[*n])).collect::<Option<_>>()?;
        let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0f64, |m, v| m.max(v.abs()));
        let scale = largest(&mut plane.iter().flatten().copied());
        let cells = largest(&mut sample.iter().flat_map(|n| [f64::from(places[*n].i), f64::from(places[*n].j)]));
        if scale == 0.0 {
            return None;
        }
        let mut normal = [[0.0f64; 9]; 8];
        for (n, [x, y]) in sample.iter().zip(&plane) {
            let (x, y) = (x / scale, y / scale);
            let (i, j) = (f64::from(places[*n].i) / cells, f64::from(places[*n].j) / cells);
            for row in [[1.0, x, y, 0.0, 0.0, 0.0, -i * x, -i * y, i], [0.0, 0.0, 0.0, 1.0, x, y, -j * x, -j * y, j]] {
                for (r, line) in normal.iter_mut().enumerate() {
                    for (sum, value) in line.iter_mut().zip(row) {
                        *sum += row[r] * value;
                    }
                }
            }
        }
        let u = solve(normal)?;
        let (c, s) = (cells, scale);
        fitted.h = [u[0] * c, u[1] * c / s, u[2] * c / s, u[3] * c, u[4] * c / s, u[5] * c / s, u[6] / s, u[7] / s];
        Some(fitted)
    }

    /// Gnomonic plane; `None` beyond 60 degrees from the middle.
    fn plane(&self, p: LonLat) -> Option<[f64; 2]> {
        let (sin_lat, cos_lat) = p.lat.to_radians().sin_cos();
        let (sin_lon, cos_lon) = (p.lon - self.lon).to_radians().sin_cos();
        let cos = self.sin_lat * sin_lat + self.cos_lat * cos_lat * cos_lon;
        (cos > 0.5).then(|| [cos_lat * sin_lon / cos, (self.cos_lat * sin_lat - self.sin_lat * cos_lat * cos_lon) / cos])
    }

    fn ij(&self, p: LonLat) -> Option<[f64; 2]> {
        let [x, y] = self.plane(p)?;
        let h = &self.h;
        let w = 1.0 + h[6] * x + h[7] * y;
        (w > 0.1).then(|| [(h[0] + h[1] * x + h[2] * y) / w, (h[3] + h[4] * x + h[5] * y) / w])
    }
}

/// Gaussian elimination with partial pivoting; `None` when there is no single solution.
fn solve(mut m: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for k in 0..8 {
        let pivot = (k..8).max_by(|a, b| m[*a][k].abs().total_cmp(&m[*b][k].abs()))?;
        m.swap(k, pivot);
        if m[k][k].abs() < 1e-300 {
            return None;
        }
        let line = m[k];
        for below in m.iter_mut().skip(k + 1) {
            let factor = below[k] / line[k];
            for (value, above) in below.iter_mut().zip(line) {
                *value -= factor * above;
            }
        }
    }
    let mut x = [0.0; 8];
    for k in (0..8).rev() {
        let known: f64 = (k + 1..8).map(|c| m[k][c] * x[c]).sum();
        x[k] = (m[k][8] - known) / m[k][k];
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

/// The map from degrees to IJ, tile by tile.
#[derive(Debug, Clone)]
struct Tiles {
    west: f64,
    south: f64,
    per_lon: f64,
    per_lat: f64,
    columns: usize,
    rows: usize,
    /// Coefficients of `u^m v^n` for `i` and `j`, at `3 n + m`; `u` and `v` run from −½ to ½.
    polynomials: Vec<[[f64; 2]; 9]>,
}

impl Tiles {
    /// Tiles over the cells, small enough that the polynomials are exact to a fifth of `TOLERANCE`.
    fn new(map: &Homography, centers: &[LonLat], reach: f64) -> Option<Self> {
        let fold = |pick: fn(&LonLat) -> f64, f: fn(f64, f64) -> f64, start: f64| centers.iter().map(pick).fold(start, f);
        let south = fold(|c| c.lat, f64::min, f64::INFINITY) - reach;
        let north = fold(|c| c.lat, f64::max, f64::NEG_INFINITY) + reach;
        let steepest = south.abs().max(north.abs());
        if steepest > 85.0 {
            return None;
        }
        let reach_lon = reach / steepest.to_radians().cos();
        let west = fold(|c| c.lon, f64::min, f64::INFINITY) - reach_lon;
        let east = fold(|c| c.lon, f64::max, f64::NEG_INFINITY) + reach_lon;
        if west < -180.0 || east > 180.0 || east - west > 90.0 {
            return None;
        }
        for halvings in 2..9 {
            let count = 1usize << halvings;
            let mut tiles = Self {
                west,
                south,
                per_lon: count as f64 / (east - west),
                per_lat: count as f64 / (north - south),
                columns: count,
                rows: count,
                polynomials: Vec::with_capacity(count * count),
            };
            for row in 0..count {
                for column in 0..count {
                    tiles.polynomials.push(tiles.polynomial(map, column, row)?);
                }
            }
            if tiles.agree_with(map)? {
                return Some(tiles);
            }
        }
        None
    }

    fn degrees(&self, column: usize, row: usize, u: f64, v: f64) -> LonLat {
        LonLat {
            lon: self.west + (column as f64 + 0.5 + u) / self.per_lon,
            lat: self.south + (row as f64 + 0.5 + v) / self.per_lat,
        }
    }

    /// Interpolates the map at three by three points of a tile.
    fn polynomial(&self, map: &Homography, column: usize, row: usize) -> Option<[[f64; 2]; 9]> {
        // From values at −½, 0 and ½ to coefficients of 1, t and t².
        let quadratic = |[low, mid, high]: [f64; 3]| [mid, high - low, 2.0 * (low + high - 2.0 * mid)];
        let mut coefficients = [[0.0; 2]; 9];
        let mut values = [[[0.0; 3]; 3]; 2];
        for (n, v) in [-0.5, 0.0, 0.5].into_iter().enumerate() {
            for (m, u) in [-0.5, 0.0, 0.5].into_iter().enumerate() {
                let ij = map.ij(self.degrees(column, row, u, v))?;
                values[0][n][m] = ij[0];
                values[1][n][m] = ij[1];
            }
        }
        for (axis, lines) in values.into_iter().enumerate() {
            let across = lines.map(quadratic);
            for m in 0..3 {
                for (n, c) in quadratic([across[0][m], across[1][m], across[2][m]]).into_iter().enumerate() {
                    coefficients[3 * n + m][axis] = c;
                }
            }
        }
        Some(coefficients)
    }

    /// Whether the polynomials are exact enough where their error is largest, between the nodes.
    fn agree_with(&self, map: &Homography) -> Option<bool> {
        for row in 0..self.rows {
            for column in 0..self.columns {
                for (u, v) in [(-0.29, -0.29), (0.29, -0.29), (-0.29, 0.29), (0.29, 0.29), (-0.49, 0.29), (0.29, 0.49)] {
                    let p = self.degrees(column, row, u, v);
                    let (exact, fast) = (map.ij(p)?, self.ij(p)?);
                    if (exact[0] - fast[0]).abs().max((exact[1] - fast[1]).abs()) > TOLERANCE / 5.0 {
                        return Some(false);
                    }
                }
            }
        }
        Some(true)
    }

    /// IJ of a point; `None` off the tiles.
    #[inline]
    fn ij(&self, p: LonLat) -> Option<[f64; 2]> {
        let (x, y) = ((p.lon - self.west) * self.per_lon, (p.lat - self.south) * self.per_lat);
        if !(x >= 0.0 && y >= 0.0) {
            return None;
        }
        let (column, row) = (x as usize, y as usize);
        if column >= self.columns || row >= self.rows {
            return None;
        }
        let c = &self.polynomials[row * self.columns + column];
        let (u, v) = (x - column as f64 - 0.5, y - row as f64 - 0.5);
        let line = |n: usize, axis: usize| c[n][axis] + u * (c[n + 1][axis] + u * c[n + 2][axis]);
        let at = |axis: usize| line(0, axis) + v * (line(3, axis) + v * line(6, axis));
        Some([at(0), at(1)])
    }
}
