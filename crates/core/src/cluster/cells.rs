//! A grid on which one neighbourhood is a handful of cells.
//!
//! Cells have the side ε/√2, so that all points of a cell are neighbours of one another and a point's neighbours lie at most two
//! cells away. With time there are slabs too, such that all moments of a slab are within the reach of one another and a neighbour
//! lies at most one slab away. Points are held cell by cell, cells in the order of slab, line and column: the cells of a line
//! that a neighbourhood can touch lie side by side, and so do their points.
//!
//! # Exactness
//! Two points are neighbours when `dx² + dy² ≤ ε²` (and `|dt| ≤ reach`) in double arithmetic: the cells only save comparisons.
//! The number of a cell is off by less than 2⁻²³ of a side for the [`MAX_CELLS`] allowed along an axis; the side is a millionth
//! shorter than ε/√2, which makes good for that.

use crate::error::{Error, Result};
use std::ops::Range;

/// Most cells along an axis.
const MAX_CELLS: f64 = (1_u64 << 28) as f64;

/// Cells from a point's own to the farthest with neighbours, along an axis.
const CELLS_AROUND: u64 = 2;

/// What makes two points neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    /// Largest distance in metres.
    pub eps_m: f64,
    /// Largest difference of time; without effect where points have no time.
    pub eps_time: f64,
}

/// Points by cell. `TIME`: whether they have times.
#[derive(Debug)]
pub(super) struct Cells<const TIME: bool> {
    eps_squared: f64,
    eps_time: f64,
    /// Row of each point in the caller's table.
    pub rows: Vec<u32>,
    pub coordinates: Coordinates<TIME>,
    /// Cells that hold points, ascending.
    pub keys: Vec<u64>,
    /// First point of each cell, and the number of points.
    pub starts: Vec<u32>,
    layout: Layout,
}

/// Coordinates of points, by column; no times without `TIME`.
#[derive(Debug, Default)]
pub(super) struct Coordinates<const TIME: bool> {
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    pub times: Vec<f64>,
}

/// One point: easting, northing and time (0 without time).
pub(super) type Point = [f64; 3];

impl<const TIME: bool> Coordinates<TIME> {
    fn with_capacity(n: usize) -> Self {
        let times = Vec::with_capacity(if TIME { n } else { 0 });
        Self { xs: Vec::with_capacity(n), ys: Vec::with_capacity(n), times }
    }

    pub fn push(&mut self, point: Point) {
        self.xs.push(point[0]);
        self.ys.push(point[1]);
        if TIME {
            self.times.push(point[2]);
        }
    }

    pub fn append(&mut self, mut other: Self) {
        self.xs.append(&mut other.xs);
        self.ys.append(&mut other.ys);
        self.times.append(&mut other.times);
    }

    pub fn point(&self, i: usize) -> Point {
        [self.xs[i], self.ys[i], if TIME { self.times[i] } else { 0.0 }]
    }
}

/// How slab, line and column make a key. Two free cells lie around all, so that no step from a cell ends in another line.
#[derive(Debug, Clone, Copy)]
struct Layout {
    columns: u64,
    lines: u64,
}

impl Layout {
    /// The key's change by a step.
    fn step(&self, slabs: i64, lines: i64, columns: i64) -> i64 {
        (slabs * self.lines as i64 + lines) * self.columns as i64 + columns
    }
}

/// An axis cut into cells.
struct Axis {
    low: f64,
    per_metre: f64,
    /// Cells, the free ones at both ends counted.
    cells: u64,
}

impl Axis {
    fn new(values: impl Iterator<Item = f64> + Clone, side: f64) -> Result<Self> {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let per_metre = 1.0 / side;
        let cells = (high - low) * per_metre;
        if cells < MAX_CELLS {
            return Ok(Self { low, per_metre, cells: cells as u64 + 1 + 2 * CELLS_AROUND });
        }
        Err(Error::OutOfRange { what: "eps", must: "at least a hundred-millionth of the extent of the points" })
    }

    fn cell(&self, value: f64) -> u64 {
        ((value - self.low) * self.per_metre) as u64 + CELLS_AROUND
    }
}

/// First moments of slabs: each reaches from its first moment over all that are within `reach` of it. A moment of one slab is
/// farther than that from all moments of the next slab but one.
fn slabs(times: &[f64], reach: f64) -> Vec<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut first: Vec<f64> = Vec::new();
    for time in sorted {
        if first.last().is_none_or(|f| time - f > reach) {
            first.push(time);
        }
    }
    first
}

impl<const TIME: bool> Cells<TIME> {
    /// Points, at least one, by cell; `times` is empty without `TIME`.
    pub fn new(points: &[[f64; 2]], times: &[f64], reach: Reach) -> Result<Self> {
        let eps_squared = reach.eps_m * reach.eps_m;
        if !(eps_squared.is_normal() && reach.eps_m > 0.0) {
            return Err(Error::OutOfRange { what: "eps", must: "positive and finite" });
        }
        if points.len() >= i32::MAX as usize {
            return Err(Error::OutOfRange { what: "number of points", must: "less than 2³¹" });
        }
        if points.iter().flatten().any(|v| !v.is_finite()) {
            return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
        }
        let side = reach.eps_m * std::f64::consts::FRAC_1_SQRT_2 * (1.0 - 1e-6);
        let across = Axis::new(points.iter().map(|p| p[0]), side)?;
        let along = Axis::new(points.iter().map(|p| p[1]), side)?;
        let layout = Layout { columns: across.cells, lines: along.cells };
        let plane = |p: &[f64; 2]| along.cell(p[1]) * layout.columns + across.cell(p[0]);
        let keys: Vec<u64> = if TIME {
            let first = slabs(times, reach.eps_time);
            let area = layout.columns * layout.lines;
            if area.checked_mul(first.len() as u64 + 2).is_none_or(|all| all > i64::MAX as u64) {
                return Err(Error::OutOfRange { what: "eps", must: "larger for an extent and a duration like these" });
            }
            points.iter().zip(times).map(|(p, time)| first.partition_point(|f| f <= time) as u64 * area + plane(p)).collect()
        } else {
            points.iter().map(plane).collect()
        };
        let (keys, rows) = sorted(&keys);
        let mut coordinates = Coordinates::with_capacity(points.len());
        for row in &rows {
            let [x, y] = points[*row as usize];
            coordinates.push([x, y, if TIME { times[*row as usize] } else { 0.0 }]);
        }
        let mut starts = Vec::new();
        let mut distinct = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            if distinct.last() != Some(key) {
                distinct.push(*key);
                starts.push(i as u32);
            }
        }
        starts.push(keys.len() as u32);
        Ok(Self { eps_squared, eps_time: reach.eps_time, rows, coordinates, keys: distinct, starts, layout })
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Points of a cell.
    pub fn points(&self, cell: usize) -> Range<usize> {
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// Runs of cells, each of some thousand points: the shares of the threads.
    pub fn shares(&self) -> Vec<Range<usize>> {
        const POINTS: u32 = 4096;
        let mut shares = Vec::new();
        let mut from = 0;
        for cell in 0..self.len() {
            if self.starts[cell + 1] - self.starts[from] >= POINTS || cell + 1 == self.len() {
                shares.push(from..cell + 1);
                from = cell + 1;
            }
        }
        shares
    }

    /// Squared distance.
    pub fn squared(a: Point, b: Point) -> f64 {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        dx * dx + dy * dy
    }

    pub fn near(&self, a: Point, b: Point) -> bool {
        Self::squared(a, b) <= self.eps_squared && (!TIME || (a[2] - b[2]).abs() <= self.eps_time)
    }

    /// Whether a ball around `a` touches a box, given by its lowest and highest corner.
    pub fn near_box(&self, a: Point, low: Point, high: Point) -> bool {
        // Rounding keeps order: what is within reach is never refused.
        let nearest = [0, 1, 2].map(|k| a[k].clamp(low[k], high[k]));
        self.near(a, nearest)
    }

    /// How many of `points` are neighbours of `a`; it may stop once there are `enough`.
    pub fn count(&self, a: Point, points: &Coordinates<TIME>, range: Range<usize>, enough: u32) -> u32 {
        const AT_ONCE: usize = 32;
        let mut found = 0;
        let mut from = range.start;
        while from < range.end && found < enough {
            let part = from..range.end.min(from + AT_ONCE);
            let mut in_part = 0_u64;
            if TIME {
                let columns = points.xs[part.clone()].iter().zip(&points.ys[part.clone()]).zip(&points.times[part.clone()]);
                for ((x, y), time) in columns {
                    in_part += u64::from(self.near(a, [*x, *y, *time]));
                }
            } else {
                for (x, y) in points.xs[part.clone()].iter().zip(&points.ys[part.clone()]) {
                    in_part += u64::from(self.near(a, [*x, *y, 0.0]));
                }
            }
            found += in_part as u32;
            from = part.end;
        }
        found
    }

    /// Steps from a cell to half of the cells with neighbours (the others step to it), the nearest first.
    pub fn steps(&self) -> Vec<i64> {
        let around = CELLS_AROUND as i64;
        let slabs = if TIME { 0..=1 } else { 0..=0 };
        let mut steps: Vec<(i64, i64)> = slabs
            .flat_map(|slab| (-around..=around).map(move |line| (slab, line)))
            .flat_map(|(slab, line)| (-around..=around).map(move |column| (slab, line, column)))
            .map(|(slab, line, column)| (slab * slab + line * line + column * column, self.layout.step(slab, line, column)))
            .filter(|(_, step)| *step > 0)
            .collect();
        steps.sort_unstable();
        steps.into_iter().map(|(_, step)| step).collect()
    }

    /// The strips of cells around one cell after the other, `keys` being the cells looked for.
    pub fn strips<'a>(&self, keys: &'a [u64], first: u64) -> Strips<'a> {
        let around = CELLS_AROUND as i64;
        let slabs = if TIME { -1..=1 } else { 0..=0 };
        let mut rows: Vec<(i64, i64)> = slabs
            .flat_map(|slab| (-around..=around).map(move |line| (slab, line)))
            .map(|(slab, line)| (slab * slab + line * line, self.layout.step(slab, line, 0)))
            .collect();
        rows.sort_unstable();
        let strips = rows
            .into_iter()
            .map(|(_, step)| {
                let middle = first.wrapping_add_signed(step);
                let start = keys.partition_point(|k| *k < middle - CELLS_AROUND);
                Strip { step, cells: start..start }
            })
            .collect();
        Strips { keys, strips }
    }
}

/// Cells side by side in a line.
#[derive(Debug)]
struct Strip {
    step: i64,
    cells: Range<usize>,
}

/// The strips of cells within reach, for cells in ascending order.
#[derive(Debug)]
pub(super) struct Strips<'a> {
    keys: &'a [u64],
    strips: Vec<Strip>,
}

impl Strips<'_> {
    /// The strips around the cell `key`, which is not before those asked for so far: the nearest lines first.
    pub fn around(&mut self, key: u64) -> impl Iterator<Item = Range<usize>> + Clone {
        for Strip { step, cells } in &mut self.strips {
            let middle = key.wrapping_add_signed(*step);
            let (low, high) = (middle - CELLS_AROUND, middle + CELLS_AROUND);
            while cells.start < self.keys.len() && self.keys[cells.start] < low {
                cells.start += 1;
            }
            cells.end = cells.end.max(cells.start);
            while cells.end < self.keys.len() && self.keys[cells.end] <= high {
                cells.end += 1;
            }
        }
        self.strips.iter().map(|s| s.cells.clone())
    }
}

/// Keys in ascending order and where they came from; equal keys keep their order.
fn sorted(keys: &[u64]) -> (Vec<u64>, Vec<u32>) {
    const DIGIT: u32 = 11;
    let highest = keys.iter().copied().max().unwrap_or(0);
    let bits = u64::BITS - highest.leading_zeros();
    let passes = bits.div_ceil(DIGIT).max(1);
    let digit = bits.div_ceil(passes).max(1);
    let mut from: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
    let mut to = vec![(0, 0); keys.len()];
    for pass in 0..passes {
        let place = |key: u64| ((key >> (pass * digit)) & ((1 << digit) - 1)) as usize;
        let mut next = vec![0_u32; 1 << digit];
        for (key, _) in &from {
            next[place(*key)] += 1;
        }
        let mut sum = 0;
        for count in &mut next {
            sum += std::mem::replace(count, sum);
        }
        for pair in &from {
            let at = &mut next[place(pair.0)];
            to[*at as usize] = *pair;
            *at += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    from.into_iter().unzip()
}
