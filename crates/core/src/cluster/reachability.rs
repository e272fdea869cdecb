//! Core points, the clusters that they make, and the points at their border: what DBSCAN and ST-DBSCAN have in common.
//!
//! 1. A cell with `min_points` points has core points only. Elsewhere neighbours are counted, up to `min_points`.
//! 2. Cells with core points are joined when a core point of the one is near a core point of the other: pairs of cells are tried
//!    from the nearest on, and not at all once they are joined by others.
//! 3. Every other point looks for the nearest core point within reach.
//!
//! Threads share cells and change no answer: what is joined does not depend on the order of joining.

use super::cells::{Cells, Coordinates, Point};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Labels and core flags by row, and sizes by cluster.
#[derive(Debug, PartialEq)]
pub(super) struct Clusters {
    pub labels: Vec<i32>,
    pub core: Vec<bool>,
    pub sizes: Vec<u32>,
}

/// No cluster.
const NONE: u32 = u32::MAX;

/// Clusters of the points of `cells`, the largest first.
pub(super) fn clusters<const TIME: bool>(cells: &Cells<TIME>, min_points: u32) -> Clusters {
    let shares = cells.shares();
    let core = core_points(cells, &shares, min_points);
    let cores = CoreCells::new(cells, &shares, &core);
    let of_cell = cores.joined(cells);
    let members = members(cells, &shares, &core, &cores, &of_cell);
    let number = numbers(cells, &core, &members);
    let n = cells.rows.len();
    let mut clusters = Clusters { labels: vec![super::NOISE; n], core: vec![false; n], sizes: vec![0; number.len()] };
    for ((row, member), core) in cells.rows.iter().zip(members).zip(core) {
        clusters.core[*row as usize] = core;
        if member != NONE {
            let label = number[member as usize];
            clusters.labels[*row as usize] = label as i32;
            clusters.sizes[label as usize] += 1;
        }
    }
    clusters
}

/// Whether each point has `min_points` neighbours, itself counted.
fn core_points<const TIME: bool>(cells: &Cells<TIME>, shares: &[Range<usize>], min_points: u32) -> Vec<bool> {
    let of_share = |share: &Range<usize>| {
        let mut core = Vec::with_capacity((cells.starts[share.end] - cells.starts[share.start]) as usize);
        let mut strips = cells.strips(&cells.keys, cells.keys[share.start]);
        for cell in share.clone() {
            let own = cells.points(cell);
            if own.len() as u32 >= min_points {
                core.resize(core.len() + own.len(), true);
                continue;
            }
            let points = strips.around(cells.keys[cell]).map(|s| cells.starts[s.start] as usize..cells.starts[s.end] as usize);
            if points.clone().map(|p| p.len()).sum::<usize>() < min_points as usize {
                core.resize(core.len() + own.len(), false);
                continue;
            }
            for i in own.clone() {
                let point = cells.coordinates.point(i);
                let mut found = own.len() as u32;
                for strip in points.clone() {
                    // The own cell is in one of the strips, and counted already.
                    let parts = if strip.start <= own.start && own.end <= strip.end {
                        [strip.start..own.start, own.end..strip.end]
                    } else {
                        [strip, 0..0]
                    };
                    for part in parts {
                        found += cells.count(point, &cells.coordinates, part, min_points.saturating_sub(found));
                    }
                    if found >= min_points {
                        break;
                    }
                }
                core.push(found >= min_points);
            }
        }
        core
    };
    shares.par_iter().map(of_share).collect::<Vec<_>>().concat()
}

/// The core points alone, by cell.
struct CoreCells<const TIME: bool> {
    coordinates: Coordinates<TIME>,
    keys: Vec<u64>,
    starts: Vec<u32>,
}

impl<const TIME: bool> CoreCells<TIME> {
    fn new(cells: &Cells<TIME>, shares: &[Range<usize>], core: &[bool]) -> Self {
        let of_share = |share: &Range<usize>| {
            let mut all = Self { coordinates: Coordinates::default(), keys: Vec::new(), starts: Vec::new() };
            for cell in share.clone() {
                let start = all.coordinates.xs.len() as u32;
                for i in cells.points(cell).filter(|i| core[*i]) {
                    all.coordinates.push(cells.coordinates.point(i));
                }
                if all.coordinates.xs.len() as u32 > start {
                    all.keys.push(cells.keys[cell]);
                    all.starts.push(start);
                }
            }
            all
        };
        let mut all = Self { coordinates: Coordinates::default(), keys: Vec::new(), starts: Vec::new() };
        for mut part in shares.par_iter().map(of_share).collect::<Vec<_>>() {
            let before = all.coordinates.xs.len() as u32;
            all.starts.extend(part.starts.iter().map(|s| s + before));
            all.keys.append(&mut part.keys);
            all.coordinates.append(part.coordinates);
        }
        all.starts.push(all.coordinates.xs.len() as u32);
        all
    }

    fn points(&self, cell: usize) -> Range<usize> {
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// A number for each cell, the same for those that are joined: 0, 1, 2 … in the order of cells.
    fn joined(&self, cells: &Cells<TIME>) -> Vec<u32> {
        const SHARE: usize = 1024;
        let sets = Sets::new(self.keys.len());
        let shares: Vec<Range<usize>> =
            (0..self.keys.len()).step_by(SHARE).map(|from| from..self.keys.len().min(from + SHARE)).collect();
        for step in cells.steps() {
            shares.par_iter().for_each(|share| {
                let mut other = self.keys.partition_point(|k| *k < self.keys[share.start].wrapping_add_signed(step));
                for cell in share.clone() {
                    let wanted = self.keys[cell].wrapping_add_signed(step);
                    while other < self.keys.len() && self.keys[other] < wanted {
                        other += 1;
                    }
                    if other == self.keys.len() {
                        break;
                    }
                    if self.keys[other] == wanted
                        && sets.find(cell as u32) != sets.find(other as u32)
                        && self.touch(cells, self.points(cell), self.points(other))
                    {
                        sets.unite(cell as u32, other as u32);
                    }
                }
            });
        }
        let mut number = vec![NONE; self.keys.len()];
        let mut next = 0;
        for cell in 0..self.keys.len() {
            let root = sets.find(cell as u32) as usize;
            if number[root] == NONE {
                number[root] = next;
                next += 1;
            }
            number[cell] = number[root];
        }
        number
    }

    /// Whether a point of `a` is near one of `b`.
    fn touch(&self, cells: &Cells<TIME>, a: Range<usize>, b: Range<usize>) -> bool {
        let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let any = |i: usize| cells.count(self.coordinates.point(i), &self.coordinates, many.clone(), 1) > 0;
        if any(few.start) {
            return true;
        }
        if few.len() * many.len() <= 64 {
            return few.skip(1).any(any);
        }
        let (mut low, mut high) = (self.coordinates.point(many.start), self.coordinates.point(many.start));
        for i in many.clone() {
            let point = self.coordinates.point(i);
            for k in 0..3 {
                low[k] = low[k].min(point[k]);
                high[k] = high[k].max(point[k]);
            }
        }
        few.skip(1).any(|i| cells.near_box(self.coordinates.point(i), low, high) && any(i))
    }

    /// The cell of the nearest core point within reach, from cells in the given strips.
    fn nearest(&self, cells: &Cells<TIME>, point: Point, strips: impl Iterator<Item = Range<usize>>) -> Option<usize> {
        let mut best: Option<(f64, Point, usize)> = None;
        for strip in strips {
            for cell in strip {
                for i in self.points(cell) {
                    let other = self.coordinates.point(i);
                    let distance = Cells::<TIME>::squared(point, other);
                    if best.is_none_or(|(least, _, _)| distance <= least) && cells.near(point, other) {
                        let nearer = best.is_none_or(|(least, at, _)| {
                            let gap = |p: Point| (p[2] - point[2]).abs();
                            (distance, gap(other)) < (least, gap(at))
                                || (distance, gap(other)) == (least, gap(at)) && western(other, at) == Ordering::Less
                        });
                        if nearer {
                            best = Some((distance, other, cell));
                        }
                    }
                }
            }
        }
        best.map(|(_, _, cell)| cell)
    }
}

/// Order by easting, then northing, then time.
fn western(a: Point, b: Point) -> Ordering {
    a.iter().zip(&b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Cluster of each point, by its number among the joined cells, or [`NONE`].
fn members<const TIME: bool>(
    cells: &Cells<TIME>,
    shares: &[Range<usize>],
    core: &[bool],
    cores: &CoreCells<TIME>,
    of_cell: &[u32],
) -> Vec<u32> {
    let of_share = |share: &Range<usize>| {
        let first = cells.keys[share.start];
        let mut members = Vec::with_capacity((cells.starts[share.end] - cells.starts[share.start]) as usize);
        let mut strips = cores.strips_of(cells, first);
        let mut own = cores.keys.partition_point(|k| *k < first);
        for cell in share.clone() {
            let key = cells.keys[cell];
            while own < cores.keys.len() && cores.keys[own] < key {
                own += 1;
            }
            let points = cells.points(cell);
            if core[points.clone()].iter().all(|c| *c) {
                members.resize(members.len() + points.len(), of_cell[own]);
                continue;
            }
            let around = strips.around(key);
            for i in points {
                members.push(if core[i] {
                    of_cell[own]
                } else {
                    cores.nearest(cells, cells.coordinates.point(i), around.clone()).map_or(NONE, |cell| of_cell[cell])
                });
            }
        }
        members
    };
    shares.par_iter().map(of_share).collect::<Vec<_>>().concat()
}

impl<const TIME: bool> CoreCells<TIME> {
    fn strips_of(&self, cells: &Cells<TIME>, first: u64) -> super::cells::Strips<'_> {
        cells.strips(&self.keys, first)
    }
}

/// The final number of each cluster: by size, the largest first; of equal ones that whose westernmost core point lies farther
/// west (of equals the farther south, then the earlier).
fn numbers<const TIME: bool>(cells: &Cells<TIME>, core: &[bool], members: &[u32]) -> Vec<u32> {
    let clusters = members.iter().filter(|m| **m != NONE).max().map_or(0, |m| *m as usize + 1);
    let mut order: Vec<(u32, Point, u32)> = (0..clusters as u32).map(|c| (0, [f64::INFINITY; 3], c)).collect();
    for (i, member) in members.iter().enumerate().filter(|(_, m)| **m != NONE) {
        let of = &mut order[*member as usize];
        of.0 += 1;
        if core[i] && cells.coordinates.xs[i] <= of.1[0] {
            let point = cells.coordinates.point(i);
            if western(point, of.1) == Ordering::Less {
                of.1 = point;
            }
        }
    }
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| western(a.1, b.1)));
    let mut number = vec![0; clusters];
    for (rank, (_, _, cluster)) in (0..).zip(order) {
        number[cluster as usize] = rank;
    }
    number
}

/// Disjoint sets that threads may join at the same time; the result is the same in any order.
struct Sets(Vec<AtomicU32>);

impl Sets {
    fn new(n: usize) -> Self {
        Self((0..n as u32).map(AtomicU32::new).collect())
    }

    /// The lowest of the set, as far as is known at this moment.
    fn find(&self, mut i: u32) -> u32 {
        loop {
            let parent = self.0[i as usize].load(Relaxed);
            if parent == i {
                return i;
            }
            let above = self.0[parent as usize].load(Relaxed);
            // Shortens the path; another thread may have done so first, which is as good.
            let _ = self.0[i as usize].compare_exchange(parent, above, Relaxed, Relaxed);
            i = above;
        }
    }

    fn unite(&self, a: u32, b: u32) {
        loop {
            let (a, b) = (self.find(a), self.find(b));
            if a == b {
                return;
            }
            let (low, high) = (a.min(b), a.max(b));
            if self.0[high as usize].compare_exchange(high, low, Relaxed, Relaxed).is_ok() {
                return;
            }
        }
    }
}
