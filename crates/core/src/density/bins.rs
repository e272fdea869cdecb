//! Points filed by rows of a box, so that those within a distance of a place lie in a few runs of memory.

/// Points taken at a time in the inner loop. Every row of the file ends with one point fewer than that at infinity, so that a run
/// is always read in whole chunks: what is read beyond it lies out of reach and adds zero.
const LANES: usize = 4;

/// Where a row's padding lies: its squared distance from anything is finite and beyond every reach.
const NOWHERE: f64 = 1e150;

/// Rows of the file to one reach.
const ROWS_PER_REACH: f64 = 4.0;

/// Columns of the file to one reach. More columns cost memory, not time: a row is read from one column to another.
const COLUMNS_PER_REACH: f64 = 16.0;

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
    xs: Vec<f64>,
    ys: Vec<f64>,
    marks: Option<Marks>,
}

/// What points carry when they are not all alike, in the order of the file.
#[derive(Debug)]
struct Marks {
    weights: Vec<f64>,
    /// Squared distances are multiplied by it.
    scales: Vec<f64>,
}

/// One point that is not like the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) weight: f64,
    pub(super) scale: f64,
}

impl PointBins {
    /// Files points for questions of about this reach; `marks`, if given, are as many as the points. Coordinates must be finite.
    pub(super) fn new(points: &[[f64; 2]], marks: Option<&[Mark]>, reach: f64) -> Self {
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for p in points {
            low = [low[0].min(p[0]), low[1].min(p[1])];
            high = [high[0].max(p[0]), high[1].max(p[1])];
        }
        if points.is_empty() {
            (low, high) = ([0.0; 2], [0.0; 2]);
        }
        let [width, height] = [high[0] - low[0], high[1] - low[1]].map(|span| if span > 0.0 { span } else { 1.0 });
        let n = points.len().max(1) as f64;
        let rows = (height / reach * ROWS_PER_REACH).ceil().clamp(1.0, n);
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
            xs: Vec::new(),
            ys: Vec::new(),
            marks: None,
        };
        bins.file(points, marks);
        bins
    }

    /// Counting sort by row and column; within a column points keep their order.
    fn file(&mut self, points: &[[f64; 2]], marks: Option<&[Mark]>) {
        let width = self.columns + 1;
        let mut starts = vec![0_u32; self.rows * width];
        let places: Vec<u32> = points
            .iter()
            .map(|p| {
                let row = (((p[1] - self.south) * self.rows_per_metre) as usize).min(self.rows - 1);
                let column = (((p[0] - self.west) * self.columns_per_metre) as usize).min(self.columns - 1);
                let place = row * width + column;
                starts[place] += 1;
                place as u32
            })
            .collect();
        let mut total = 0;
        for row in starts.chunks_exact_mut(width) {
            for start in row {
                let count = *start;
                *start = total;
                total += count;
            }
            total += LANES as u32 - 1;
        }
        let total = total as usize;
        self.xs = vec![NOWHERE; total];
        self.ys = vec![NOWHERE; total];
        let mut filed = marks.map(|_| Marks { weights: vec![0.0; total], scales: vec![1.0; total] });
        for (n, (p, place)) in points.iter().zip(&places).enumerate() {
            let next = &mut starts[*place as usize];
            let slot = *next as usize;
            *next += 1;
            self.xs[slot] = p[0] - self.west;
            self.ys[slot] = p[1] - self.south;
            if let (Some(filed), Some(marks)) = (&mut filed, marks) {
                filed.weights[slot] = marks[n].weight;
                filed.scales[slot] = marks[n].scale;
            }
        }
        // Each start has moved to its column's end, which is where the next one begins.
        for row in starts.chunks_exact_mut(width) {
            row.copy_within(0..width - 1, 1);
            row[0] = 0;
        }
        let mut begin = 0;
        for row in starts.chunks_exact_mut(width) {
            row[0] = begin;
            begin = row[width - 1] + LANES as u32 - 1;
        }
        self.starts = starts;
        self.marks = filed;
    }

    /// Calls `run(from, to)` for every run of the file that may hold points within `reach` of a place; `to - from` is a
    /// multiple of [`LANES`].
    #[inline]
    fn runs(&self, x: f64, y: f64, reach: f64, mut run: impl FnMut(usize, usize)) {
        let reach = reach + self.slack;
        let last_row = (self.rows - 1) as f64;
        let (first, last) = (((y - reach) * self.rows_per_metre).floor(), ((y + reach) * self.rows_per_metre).floor());
        if last < 0.0 || first > last_row {
            return;
        }
        let width = self.columns + 1;
        let last_column = (self.columns - 1) as f64;
        for row in first.max(0.0) as usize..=last.min(last_row) as usize {
            let low = row as f64 * self.row_height;
            // How far the row lies above or below; points in its rounding are within the slack.
            let away = (low - y).max(y - low - self.row_height).max(0.0) - self.slack;
            let half = if away > 0.0 { (reach * reach - away * away).max(0.0).sqrt() } else { reach };
            let (from, to) = ((x - half) * self.columns_per_metre, (x + half) * self.columns_per_metre);
            if to < 0.0 || from >= last_column + 1.0 {
                continue;
            }
            // Casts saturate: below the first column is the first one.
            let starts = &self.starts[row * width..(row + 1) * width];
            let from = starts[from as usize] as usize;
            let to = starts[to.min(last_column) as usize + 1] as usize;
            if from < to {
                run(from, from + (to - from).next_multiple_of(LANES));
            }
        }
    }

    /// Sum of a kernel of the squared distance, over the points within `reach` of a place. The kernel must be zero at and
    /// beyond the reach, whatever it is given.
    #[inline]
    pub(super) fn sum(&self, at: [f64; 2], reach: f64, kernel: impl Fn(f64) -> f64) -> f64 {
        let (x, y) = (at[0] - self.west, at[1] - self.south);
        let mut sums = [0.0; LANES];
        self.runs(x, y, reach, |from, to| {
            let (xs, _) = self.xs[from..to].as_chunks::<LANES>();
            let (ys, _) = self.ys[from..to].as_chunks::<LANES>();
            if let Some(marks) = &self.marks {
                let (weights, _) = marks.weights[from..to].as_chunks::<LANES>();
                let (scales, _) = marks.scales[from..to].as_chunks::<LANES>();
                for (((px, py), w), s) in xs.iter().zip(ys).zip(weights).zip(scales) {
                    for lane in 0..LANES {
                        let (dx, dy) = (px[lane] - x, py[lane] - y);
                        sums[lane] += w[lane] * kernel((dx * dx + dy * dy) * s[lane]);
                    }
                }
            } else {
                for (px, py) in xs.iter().zip(ys) {
                    for lane in 0..LANES {
                        let (dx, dy) = (px[lane] - x, py[lane] - y);
                        sums[lane] += kernel(dx * dx + dy * dy);
                    }
                }
            }
        });
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }
}
