//! The edges of a polygon, arranged so that "is this point inside?" and "which edges are near?" look at few of them.

use crate::projection::LonLat;
use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::{Coord, LineString, MultiPolygon, coord};

/// One edge with its lower end first: `[lon, lat, lon, lat]`, the second latitude larger.
type Upward = [f64; 4];

/// Exact point-in-polygon test in the plane of degrees, where a polygon's edges are straight.
///
/// A ray runs east from the point; the point is inside when it crosses an odd number of edges. An edge owns its lower end
/// and not its upper one, and a point exactly on an edge counts as lying east of it. The rule does not depend on the
/// direction in which a ring is drawn, so of two polygons that share an edge exactly one has each point of it. The side of
/// an edge is decided by an adaptive-precision predicate (Shewchuk 1997): there is no tolerance.
///
/// Edges are filed by slabs of latitude; a query looks at the edges of one slab, usually fewer than ten.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolygonEdges {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    slabs_per_degree: f64,
    slabs: usize,
    offsets: Vec<u32>,
    edges: Vec<Upward>,
}

impl PolygonEdges {
    /// Files the edges of a polygon; its rings must not cross one another.
    pub(crate) fn new(polygon: &MultiPolygon<f64>) -> Self {
        let upward: Vec<Upward> = directed_edges(polygon)
            .filter(|[a, b]| a.y != b.y)
            .map(|[a, b]| if a.y < b.y { [a.x, a.y, b.x, b.y] } else { [b.x, b.y, a.x, a.y] })
            .collect();
        if upward.is_empty() {
            return Self::default();
        }
        let bound = |pick: fn(&Upward) -> f64, fold: fn(f64, f64) -> f64, start: f64| upward.iter().map(pick).fold(start, fold);
        let west = bound(|e| e[0].min(e[2]), f64::min, f64::INFINITY);
        let east = bound(|e| e[0].max(e[2]), f64::max, f64::NEG_INFINITY);
        let south = bound(|e| e[1], f64::min, f64::INFINITY);
        let north = bound(|e| e[3], f64::max, f64::NEG_INFINITY);
        let slabs = upward.len().clamp(1, 1 << 16);
        let mut filed = Self {
            west,
            south,
            east,
            north,
            slabs_per_degree: slabs as f64 / (north - south),
            slabs,
            offsets: vec![0; slabs + 2],
            edges: Vec::new(),
        };
        if !filed.slabs_per_degree.is_finite() {
            filed.slabs_per_degree = 0.0;
        }
        // Counting sort by slab. `slab` grows with the latitude even after rounding, so an edge that a query must see is in
        // its slab.
        let range = |f: &Self, e: &Upward| f.slab(e[1])..=f.slab(e[3]);
        for e in &upward {
            for s in range(&filed, e) {
                filed.offsets[s + 2] += 1;
            }
        }
        for s in 2..filed.offsets.len() {
            filed.offsets[s] += filed.offsets[s - 1];
        }
        filed.edges = vec![[0.0; 4]; filed.offsets.last().copied().unwrap_or(0) as usize];
        for e in &upward {
            for s in range(&filed, e) {
                filed.edges[filed.offsets[s + 1] as usize] = *e;
                filed.offsets[s + 1] += 1;
            }
        }
        filed.offsets.pop();
        filed
    }

    /// `[west, south, east, north]`, degrees.
    pub(crate) const fn bounds(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }

    fn slab(&self, lat: f64) -> usize {
        (((lat - self.south) * self.slabs_per_degree) as usize).min(self.slabs - 1)
    }

    /// Whether the point is inside. Never for a coordinate that is not a number.
    #[inline]
    pub(crate) fn contains(&self, p: LonLat) -> bool {
        if !(p.lon >= self.west && p.lon <= self.east && p.lat >= self.south && p.lat <= self.north) || self.edges.is_empty() {
            return false;
        }
        let slab = self.slab(p.lat);
        let mut inside = false;
        for e in &self.edges[self.offsets[slab] as usize..self.offsets[slab + 1] as usize] {
            if e[1] <= p.lat && p.lat < e[3] {
                inside ^= lies_west(e, p);
            }
        }
        inside
    }
}

/// Whether a point within an edge's span of latitude lies strictly west of it.
#[inline]
fn lies_west(e: &Upward, p: LonLat) -> bool {
    if p.lon < e[0].min(e[2]) {
        true
    } else if p.lon >= e[0].max(e[2]) {
        false
    } else {
        let turn = RobustKernel::orient2d(coord! { x: e[0], y: e[1] }, coord! { x: e[2], y: e[3] }, coord! { x: p.lon, y: p.lat });
        turn == Orientation::CounterClockwise
    }
}

/// The same rule without any filing: for a single question.
pub(crate) fn contains_once(polygon: &MultiPolygon<f64>, p: LonLat) -> bool {
    directed_edges(polygon)
        .map(|[a, b]| if a.y < b.y { [a.x, a.y, b.x, b.y] } else { [b.x, b.y, a.x, a.y] })
        .filter(|e| e[1] <= p.lat && p.lat < e[3] && lies_west(e, p))
        .count()
        % 2
        == 1
}

/// Every edge of every ring, in the ring's direction.
pub(crate) fn directed_edges(polygon: &MultiPolygon<f64>) -> impl Iterator<Item = [Coord<f64>; 2]> + '_ {
    rings(polygon).flat_map(|ring| ring.0.windows(2).map(|w| [w[0], w[1]]))
}

/// Every ring: exteriors and holes.
pub(crate) fn rings(polygon: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> + '_ {
    polygon.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
}

/// How far rounding can move where an edge enters a square, in degrees, and far more: 0.1 mm.
const SLACK: f64 = 1e-9;

/// Squares of degrees in columns and rows. The square of a point grows with its coordinates, even after rounding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Squares {
    west: f64,
    south: f64,
    per_lon: f64,
    per_lat: f64,
    columns: usize,
    rows: usize,
}

impl Squares {
    /// Squares over a box, about `size` degrees of latitude high and as wide in metres. At most 4,096 along each side.
    pub(crate) fn over([west, south, east, north]: [f64; 4], size: f64) -> Self {
        if !(west <= east && south <= north) {
            return Self { west: 0.0, south: 0.0, per_lon: 0.0, per_lat: 0.0, columns: 1, rows: 1 };
        }
        let columns = ((east - west) * shrink(south, north) / size).ceil().clamp(1.0, 4096.0);
        let rows = ((north - south) / size).ceil().clamp(1.0, 4096.0);
        let per = |n: f64, span: f64| if span > 0.0 { n / span } else { 0.0 };
        Self {
            west,
            south,
            per_lon: per(columns, east - west),
            per_lat: per(rows, north - south),
            columns: columns as usize,
            rows: rows as usize,
        }
    }

    /// About so many squares over a box, with one more all round, so that none at the rim has anything in it.
    pub(crate) fn with_rim([west, south, east, north]: [f64; 4], count: usize) -> Self {
        let (width, height) = ((east - west) * shrink(south, north), north - south);
        let size = (width * height / count as f64).sqrt().max(width.max(height) / 4_000.0).max(1_000.0 * SLACK);
        let rim = size / shrink(south, north);
        Self::over([west - rim, south - size, east + rim, north + size], size)
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of squares.
    pub(crate) const fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// The middle of a square.
    pub(crate) fn center(&self, column: usize, row: usize) -> LonLat {
        LonLat { lon: self.west + (column as f64 + 0.5) / self.per_lon, lat: self.south + (row as f64 + 0.5) / self.per_lat }
    }

    /// The square that holds a point, row by row; none off the squares or for a coordinate that is not a number.
    #[inline]
    pub(crate) fn square(&self, p: LonLat) -> Option<usize> {
        let (x, y) = ((p.lon - self.west) * self.per_lon, (p.lat - self.south) * self.per_lat);
        if !(x >= 0.0 && y >= 0.0) {
            return None;
        }
        let (column, row) = (x as usize, y as usize);
        (column < self.columns && row < self.rows).then(|| row * self.columns + column)
    }

    fn column(&self, lon: f64) -> usize {
        (((lon - self.west) * self.per_lon) as usize).min(self.columns - 1)
    }

    fn row(&self, lat: f64) -> usize {
        (((lat - self.south) * self.per_lat) as usize).min(self.rows - 1)
    }

    /// Every square that the edge comes into, or within the slack of: row by row, the columns between where it enters and leaves.
    fn touched(&self, e: &OwnedEdge, mut each: impl FnMut(usize)) {
        let (low, high) = if e.a[1] <= e.b[1] { (e.a, e.b) } else { (e.b, e.a) };
        let (first, last) = (self.row(low[1] - SLACK), self.row(high[1] + SLACK));
        for row in first..=last {
            let at = |lat: f64| low[0] + (high[0] - low[0]) * ((lat - low[1]) / (high[1] - low[1]));
            let (from, to) = if first == last || low[1] == high[1] {
                (low[0], high[0])
            } else {
                let bound = |row: usize| self.south + row as f64 / self.per_lat;
                let lats = [bound(row) - SLACK, bound(row + 1) + SLACK].map(|lat| lat.clamp(low[1], high[1]));
                (at(lats[0]), at(lats[1]))
            };
            for column in self.column(from.min(to) - SLACK)..=self.column(from.max(to) + SLACK) {
                each(row * self.columns + column);
            }
        }
    }
}

/// How much shorter a degree of longitude is than one of latitude, between two latitudes.
fn shrink(south: f64, north: f64) -> f64 {
    f64::midpoint(south, north).to_radians().cos().max(0.05)
}

/// Edges of several polygons in squares of degrees, to find those near a place.
#[derive(Debug)]
pub(crate) struct EdgeBins {
    squares: Squares,
    offsets: Vec<u32>,
    filed: Vec<u32>,
    edges: Vec<OwnedEdge>,
}

/// An edge in the direction of its ring, and the polygon that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnedEdge {
    pub(crate) a: [f64; 2],
    pub(crate) b: [f64; 2],
    pub(crate) owner: u32,
}

impl EdgeBins {
    /// Files edges into squares of about `size` degrees of latitude.
    pub(crate) fn new<'a>(polygons: impl IntoIterator<Item = &'a MultiPolygon<f64>>, size: f64) -> Self {
        Self::filed(polygons, |bounds, _| Squares::over(bounds, size))
    }

    /// Files edges into squares over their bounds, of which there are `per_edge` for each edge, but no more than `most`.
    pub(crate) fn per_edge<'a>(polygons: impl IntoIterator<Item = &'a MultiPolygon<f64>>, per_edge: usize, most: usize) -> Self {
        Self::filed(polygons, |bounds, edges| Squares::with_rim(bounds, (per_edge * edges).clamp(1, most)))
    }

    fn filed<'a>(
        polygons: impl IntoIterator<Item = &'a MultiPolygon<f64>>,
        squares: impl FnOnce([f64; 4], usize) -> Squares,
    ) -> Self {
        let edges: Vec<OwnedEdge> = polygons
            .into_iter()
            .enumerate()
            .flat_map(|(owner, p)| {
                directed_edges(p).map(move |[a, b]| OwnedEdge { a: [a.x, a.y], b: [b.x, b.y], owner: owner as u32 })
            })
            .collect();
        let ends = || edges.iter().flat_map(|e| [e.a, e.b]);
        let [west, south] = ends().fold([f64::INFINITY; 2], |m, p| [m[0].min(p[0]), m[1].min(p[1])]);
        let [east, north] = ends().fold([f64::NEG_INFINITY; 2], |m, p| [m[0].max(p[0]), m[1].max(p[1])]);
        let squares = squares([west, south, east, north], edges.len());
        let mut offsets = vec![0u32; squares.len() + 2];
        for e in &edges {
            squares.touched(e, |square| offsets[square + 2] += 1);
        }
        for b in 2..offsets.len() {
            offsets[b] += offsets[b - 1];
        }
        let mut filed = vec![0u32; offsets.last().copied().unwrap_or(0) as usize];
        for (n, e) in edges.iter().enumerate() {
            squares.touched(e, |square| {
                filed[offsets[square + 1] as usize] = n as u32;
                offsets[square + 1] += 1;
            });
        }
        offsets.pop();
        Self { squares, offsets, filed, edges }
    }

    pub(crate) const fn squares(&self) -> &Squares {
        &self.squares
    }

    /// The edges that touch a square.
    pub(crate) fn in_square(&self, square: usize) -> impl Iterator<Item = &OwnedEdge> {
        self.numbers_in(square).iter().map(|n| self.edge(*n))
    }

    /// Numbers of the edges that touch a square, in the order of [`directed_edges`].
    pub(crate) fn numbers_in(&self, square: usize) -> &[u32] {
        &self.filed[self.offsets[square] as usize..self.offsets[square + 1] as usize]
    }

    /// Collects the edges of the squares that a box touches, each once: all edges in the box, and some beside it.
    pub(crate) fn near(&self, [west, south, east, north]: [f64; 4], found: &mut Vec<u32>) {
        found.clear();
        let (c0, c1) = (self.squares.column(west), self.squares.column(east));
        for row in self.squares.row(south)..=self.squares.row(north) {
            let at = row * self.squares.columns;
            found.extend_from_slice(&self.filed[self.offsets[at + c0] as usize..self.offsets[at + c1 + 1] as usize]);
        }
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
    }

    /// An edge by its number.
    pub(crate) fn edge(&self, n: u32) -> &OwnedEdge {
        &self.edges[n as usize]
    }
}
