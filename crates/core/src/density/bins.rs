//! Points filed by rows of a box, so that those within a distance of a place lie in a few runs of memory.

use std::ops::Range;

/// Points taken at a time in the inner loop, and kept in one line of the cache. Every row of the file begins with a new block.
const LANES: usize = 4;

/// Where no point is: its squared distance from anything is finite and beyond every reach.
const NOWHERE: f64 = 1e150;

/// Columns of the file to one reach. More of them cost memory; fewer make a row's run read points beyond the reach.
const COLUMNS_PER_REACH: f64 = 8.0;

/// Points in a square of the reach for which rows as high as the reach are best: a lower row spares points that lie above and below
/// the circle, and costs one run more, as much as twenty points or so.
const POINTS_PER_ROW: f64 = 24.0;

/// Most rows of the file to one reach.
const ROWS_PER_REACH: f64 = 4.0;

/// Places whose runs are looked up before any of their points are read. The length of a run cannot be foreseen, and the processor
/// does not look further than the first one that it guesses wrong: so it finds the next ones while it waits.
const PLACES_AHEAD: usize = 128;

/// Points with their weights and scales, by row and column of a box. Coordinates are metres from the box's lower left corner:
/// differences between them are those of the originals to the last digit.
#[derive(Debug)]
pub(super) struct PointBins {
    west: f64,
    south: f64,
    rows: usize,
    columns: usize,
    row_height: f64,
    rows_per_metre: f64,
    columns_per_metre: f64,
    /// Against rounding in the choice of rows and columns, metres.
    slack: f64,
    /// For each row, where its columns begin, and where its last one ends.
    starts: Vec<u32>,
    blocks: Vec<Block>,
    marks: Option<Vec<MarkBlock>>,
}

/// Four points.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Block {
    xs: [f64; LANES],
    ys: [f64; LANES],
}

/// What points carry when they are not all alike, in the order of the file.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct MarkBlock {
    weights: [f64; LANES],
    /// Squared distances are multiplied by it.
    scales: [f64; LANES],
}

/// One point that is not like the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) weight: f64,
    pub(super) scale: f64,
}

/// Lower left and upper right corner of the box of points.
fn bounds(points: &[[f64; 2]]) -> [[f64; 2]; 2] {
    // By hand, in four lanes: `f64::min` must tell numbers from NaN, and each would wait for the one before.
    let grow = |[low, high]: &mut [[f64; 2]; 2], p: &[f64; 2]| {
        for axis in 0..2 {
            low[axis] = if p[axis] < low[axis] { p[axis] } else { low[axis] };
            high[axis] = if p[axis] > high[axis] { p[axis] } else { high[axis] };
        }
    };
    let mut lanes = [[[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]]; LANES];
    let (fours, rest) = points.as_chunks::<LANES>();
    for four in fours {
        for (lane, p) in lanes.iter_mut().zip(four) {
            grow(lane, p);
        }
    }
    let [mut all, others @ ..] = lanes;
    for corner in others.iter().flatten().filter(|_| !fours.is_empty()).chain(rest) {
        grow(&mut all, corner);
    }
    all
}

impl PointBins {
    /// Files points for questions of about this reach; `marks`, if given, are as many as the points. Coordinates must be finite.
    pub(super) fn new(points: &[[f64; 2]], marks: Option<&[Mark]>, reach: f64) -> Self {
        let [low, high] = if points.is_empty() { [[0.0; 2]; 2] } else { bounds(points) };
        let [width, height] = [high[0] - low[0], high[1] - low[1]].map(|span| if span > 0.0 { span } else { 1.0 });
        let n = points.len().max(1) as f64;
        let in_reach = n * (reach / width) * (reach / height);
        let best = (in_reach / POINTS_PER_ROW).sqrt();
        // Not a number where the box is infinitely high and has no width.
        let rows_per_reach = if best > 1.0 { best.min(ROWS_PER_REACH) } else { 1.0 };
        let rows = (height / reach * rows_per_reach).ceil().clamp(1.0, n);
        let columns = (width / reach * COLUMNS_PER_REACH).ceil().clamp(1.0, (2.0 * n / rows).max(1.0)).floor();
        let farthest = [low, high].into_iter().flatten().fold(0.0_f64, |far, c| far.max(c.abs()));
        let mut bins = Self {
            west: low[0],
            south: low[1],
            rows: rows as usize,
            columns: columns as usize,
            row_height: height / rows,
            rows_per_metre: rows / height,
            columns_per_metre: columns / width,
            slack: 1e-9 * reach + 1e-15 * farthest,
            starts: Vec::new(),
            blocks: Vec::new(),
            marks: None,
        };
        bins.file(points, marks);
        bins
    }

    /// Counting sort by row and column; within a column points keep their order.
    fn file(&mut self, points: &[[f64; 2]], marks: Option<&[Mark]>) {
        let width = self.columns + 1;
        let (last_row, last_column) = (self.rows as u32 - 1, self.columns as u32 - 1);
        // A column's count, then its next free place, is kept where the next column begins: once all are filed, that it is.
        let mut starts = vec![0_u32; self.rows * width];
        let places: Vec<u32> = points
            .iter()
            .map(|p| {
                let row = (((p[1] - self.south) * self.rows_per_metre) as u32).min(last_row);
                let column = (((p[0] - self.west) * self.columns_per_metre) as u32).min(last_column);
                let place = row * width as u32 + column + 1;
                starts[place as usize] += 1;
                place
            })
            .collect();
        let mut total = 0;
        for row in starts.chunks_exact_mut(width) {
            row[0] = total;
            for start in &mut row[1..] {
                let count = *start;
                *start = total;
                total += count;
            }
            total = total.next_multiple_of(LANES as u32);
        }
        let blocks = total as usize / LANES;
        self.blocks = vec![Block { xs: [NOWHERE; LANES], ys: [NOWHERE; LANES] }; blocks];
        let mut slot_of = |place: u32| {
            let next = &mut starts[place as usize];
            let slot = *next as usize;
            *next += 1;
            (slot / LANES, slot % LANES)
        };
        if let Some(marks) = marks {
            let mut filed = vec![MarkBlock { weights: [0.0; LANES], scales: [1.0; LANES] }; blocks];
            for ((p, mark), place) in points.iter().zip(marks).zip(&places) {
                let (block, lane) = slot_of(*place);
                self.blocks[block].xs[lane] = p[0] - self.west;
                self.blocks[block].ys[lane] = p[1] - self.south;
                filed[block].weights[lane] = mark.weight;
                filed[block].scales[lane] = mark.scale;
            }
            self.marks = Some(filed);
        } else {
            for (p, place) in points.iter().zip(&places) {
                let (block, lane) = slot_of(*place);
                self.blocks[block].xs[lane] = p[0] - self.west;
                self.blocks[block].ys[lane] = p[1] - self.south;
            }
        }
        self.starts = starts;
    }

    /// Calls `run` with the blocks of every row that may hold points within `reach` of a place. No block comes twice; beside points in
    /// reach a block may have others.
    #[inline]
    fn runs(&self, [x, y]: [f64; 2], reach: f64, mut run: impl FnMut(Range<usize>)) {
        let reach = reach + self.slack;
        let (first, last) = ((y - reach) * self.rows_per_metre, (y + reach) * self.rows_per_metre);
        if last < 0.0 || first >= self.rows as f64 {
            return;
        }
        let width = self.columns + 1;
        // Casts saturate: below the first row is the first one. (They are also much faster than `floor`.)
        let (first, last) = (first as u32 as usize, (last as u32 as usize).min(self.rows - 1));
        let tables = self.starts[first * width..(last + 1) * width].chunks_exact(width);
        for (row, starts) in (first..=last).zip(tables) {
            let low = row as f64 * self.row_height;
            // How far the row lies above or below; points in its rounding are within the slack.
            let away = (low - y).max(y - low - self.row_height).max(0.0) - self.slack;
            let half = if away > 0.0 { (reach * reach - away * away).max(0.0).sqrt() } else { reach };
            let (from, to) = ((x - half) * self.columns_per_metre, (x + half) * self.columns_per_metre);
            if to < 0.0 {
                continue;
            }
            let from = starts[(from as u32 as usize).min(width - 1)] as usize / LANES;
            let to = (starts[(to as u32 as usize).saturating_add(1).min(width - 1)] as usize).div_ceil(LANES);
            if from < to {
                run(from..to);
            }
        }
    }

    /// Adds a kernel of the squared distance from a place to each point of a run, lane by lane.
    #[inline]
    fn add(&self, run: Range<usize>, [x, y]: [f64; 2], kernel: impl Fn(f64) -> f64, sums: &mut [f64; LANES]) {
        let blocks = &self.blocks[run.clone()];
        if let Some(marks) = &self.marks {
            for (block, marks) in blocks.iter().zip(&marks[run]) {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let (dx, dy) = (block.xs[lane] - x, block.ys[lane] - y);
                    *sum += marks.weights[lane] * kernel((dx * dx + dy * dy) * marks.scales[lane]);
                }
            }
        } else {
            for block in blocks {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let (dx, dy) = (block.xs[lane] - x, block.ys[lane] - y);
                    *sum += kernel(dx * dx + dy * dy);
                }
            }
        }
    }

    /// Sum of a kernel of the squared distance, over the points within `reach` of a place. The kernel must be zero at and
    /// beyond the reach, whatever it is given.
    #[inline]
    pub(super) fn sum(&self, at: [f64; 2], reach: f64, kernel: impl Fn(f64) -> f64) -> f64 {
        let at = [at[0] - self.west, at[1] - self.south];
        let mut sums = [0.0; LANES];
        self.runs(at, reach, |run| self.add(run, at, &kernel, &mut sums));
        in_all(sums)
    }

    /// [`Self::sum`] of each place, handed on in their order; faster than one by one, and the same to the last bit.
    #[inline]
    pub(super) fn sums(&self, places: &[[f64; 2]], reach: f64, kernel: impl Fn(f64) -> f64, mut hand_on: impl FnMut(f64)) {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut ends = Vec::with_capacity(PLACES_AHEAD);
        for places in places.chunks(PLACES_AHEAD) {
            runs.clear();
            ends.clear();
            let places = places.iter().map(|at| [at[0] - self.west, at[1] - self.south]);
            for at in places.clone() {
                self.runs(at, reach, |run| runs.push(run));
                ends.push(runs.len());
            }
            let mut begin = 0;
            for (at, end) in places.zip(&ends) {
                let mut sums = [0.0; LANES];
                for run in &runs[begin..*end] {
                    self.add(run.clone(), at, &kernel, &mut sums);
                }
                begin = *end;
                hand_on(in_all(sums));
            }
        }
    }
}

fn in_all(sums: [f64; LANES]) -> f64 {
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
