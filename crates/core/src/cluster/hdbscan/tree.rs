//! A balanced tree of points, and the distance of each to its k-th nearest.

use rayon::prelude::*;
use std::ops::Range;

/// Most points of a leaf.
const LEAF: usize = 16;

/// Fewest points whose halves are worth two threads.
const WORTH_SHARING: usize = 1 << 14;

/// Box around points: the lowest and the highest corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    low: [f64; 2],
    high: [f64; 2],
}

impl Bounds {
    const EMPTY: Self = Self { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2] };

    fn add(&mut self, p: [f64; 2]) {
        self.low = [self.low[0].min(p[0]), self.low[1].min(p[1])];
        self.high = [self.high[0].max(p[0]), self.high[1].max(p[1])];
    }

    /// Square of the smallest distance between points of the two; rounding never makes it larger than that of any pair.
    pub fn squared_to(&self, other: &Self) -> f64 {
        let gap = |k: usize| (other.low[k] - self.high[k]).max(self.low[k] - other.high[k]).max(0.0);
        gap(0) * gap(0) + gap(1) * gap(1)
    }

    /// The same for one point.
    pub fn squared_to_point(&self, p: [f64; 2]) -> f64 {
        let gap = |k: usize| (p[k] - self.high[k]).max(self.low[k] - p[k]).max(0.0);
        gap(0) * gap(0) + gap(1) * gap(1)
    }
}

/// Points in the order of the leaves of a complete binary tree. Node 0 is the root, 2 i + 1 and 2 i + 2 are the halves of i.
#[derive(Debug)]
pub(super) struct Tree {
    /// Row of each point in the caller's table.
    pub rows: Vec<u32>,
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    pub bounds: Vec<Bounds>,
    /// Levels below the root.
    pub depth: u32,
}

impl Tree {
    /// The tree of at least one point.
    pub fn new(points: &[[f64; 2]]) -> Self {
        let mut order: Vec<([f64; 2], u32)> = points.iter().copied().zip(0..).collect();
        let depth = points.len().div_ceil(LEAF).next_power_of_two().ilog2();
        halve(&mut order, depth);
        let mut tree = Self {
            rows: order.iter().map(|(_, row)| *row).collect(),
            xs: order.iter().map(|(p, _)| p[0]).collect(),
            ys: order.iter().map(|(p, _)| p[1]).collect(),
            bounds: Vec::new(),
            depth,
        };
        tree.bounds = tree.gathered(
            |points| {
                let mut bounds = Bounds::EMPTY;
                points.for_each(|i| bounds.add(tree.point(i)));
                bounds
            },
            |a, b| {
                let mut both = *a;
                both.add(b.low);
                both.add(b.high);
                both
            },
        );
        tree
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn point(&self, i: usize) -> [f64; 2] {
        [self.xs[i], self.ys[i]]
    }

    /// Number of the first leaf among the nodes.
    pub fn first_leaf(&self) -> usize {
        (1 << self.depth) - 1
    }

    /// Points of a node.
    pub fn points(&self, node: usize) -> Range<usize> {
        let level = (node + 1).ilog2();
        let place = node + 1 - (1 << level);
        split(self.len(), place, level)..split(self.len(), place + 1, level)
    }

    /// One value for each node: of the leaves from their points, of the others from their halves.
    pub fn gathered<T: Clone + Send>(&self, leaf: impl Fn(Range<usize>) -> T + Sync, both: impl Fn(&T, &T) -> T) -> Vec<T> {
        let first = self.first_leaf();
        let mut reversed: Vec<T> = (first..2 * first + 1).into_par_iter().rev().map(|node| leaf(self.points(node))).collect();
        for node in (0..first).rev() {
            // Node i stands at 2 first − i.
            let of = |i: usize| &reversed[2 * first - i];
            let value = both(of(2 * node + 1), of(2 * node + 2));
            reversed.push(value);
        }
        reversed.reverse();
        reversed
    }

    /// Square of the distance of each point to its k-th nearest other point; 0 for k = 0. There must be more than k points.
    pub fn squared_core_distances(&self, k: usize) -> Vec<f64> {
        let leaves = self.first_leaf()..2 * self.first_leaf() + 1;
        leaves
            .into_par_iter()
            .map_init(Search::default, |search, leaf| search.core_distances(self, leaf, k))
            .collect::<Vec<_>>()
            .concat()
    }
}

/// The first point of the `place`-th of 2^level parts of n points.
fn split(n: usize, place: usize, level: u32) -> usize {
    ((place as u64 * n as u64) >> level) as usize
}

/// Puts points in the order of the leaves `depth` levels below: the wider side is cut at the median.
fn halve(points: &mut [([f64; 2], u32)], depth: u32) {
    fn part(points: &mut [([f64; 2], u32)], n: usize, place: usize, level: u32, depth: u32) {
        if level == depth {
            return;
        }
        let mut bounds = Bounds::EMPTY;
        for (p, _) in &*points {
            bounds.add(*p);
        }
        let axis = usize::from(bounds.high[1] - bounds.low[1] > bounds.high[0] - bounds.low[0]);
        let middle = split(n, 2 * place + 1, level + 1) - split(n, place, level);
        if middle < points.len() {
            points.select_nth_unstable_by(middle, |(a, _), (b, _)| a[axis].total_cmp(&b[axis]));
        }
        let (low, high) = points.split_at_mut(middle);
        if low.len() > WORTH_SHARING {
            rayon::join(|| part(low, n, 2 * place, level + 1, depth), || part(high, n, 2 * place + 1, level + 1, depth));
        } else {
            part(low, n, 2 * place, level + 1, depth);
            part(high, n, 2 * place + 1, level + 1, depth);
        }
    }
    part(points, points.len(), 0, 0, depth);
}

/// Space for the search of one leaf.
#[derive(Default)]
struct Search {
    xs: Vec<f64>,
    ys: Vec<f64>,
    squared: Vec<f64>,
    stack: Vec<usize>,
}

impl Search {
    fn core_distances(&mut self, tree: &Tree, leaf: usize, k: usize) -> Vec<f64> {
        let own = tree.points(leaf);
        if k == 0 {
            return vec![0.0; own.len()];
        }
        // A first bound from the smallest node around that has enough points; the point itself is one of them, at 0.
        let mut node = leaf;
        while tree.points(node).len() <= k {
            node = (node - 1) / 2;
        }
        let near = tree.points(node);
        let mut bounds = Vec::with_capacity(own.len());
        for i in own.clone() {
            let [x, y] = tree.point(i);
            self.squared.clear();
            let columns = tree.xs[near.clone()].iter().zip(&tree.ys[near.clone()]);
            self.squared.extend(columns.map(|(a, b)| (a - x) * (a - x) + (b - y) * (b - y)));
            bounds.push(*self.squared.select_nth_unstable_by(k, f64::total_cmp).1);
        }
        let widest = bounds.iter().copied().fold(0.0, f64::max);
        // Everything that can be nearer than the bounds.
        self.xs.clear();
        self.ys.clear();
        self.stack.clear();
        self.stack.push(0);
        while let Some(node) = self.stack.pop() {
            if tree.bounds[node].squared_to(&tree.bounds[leaf]) >= widest {
                continue;
            }
            if node >= tree.first_leaf() {
                let points = tree.points(node);
                self.xs.extend_from_slice(&tree.xs[points.clone()]);
                self.ys.extend_from_slice(&tree.ys[points]);
            } else {
                self.stack.extend([2 * node + 2, 2 * node + 1]);
            }
        }
        for (i, bound) in own.zip(&mut bounds) {
            let [x, y] = tree.point(i);
            self.squared.clear();
            self.squared.resize(self.xs.len(), 0.0);
            let mut nearer = 0;
            for (a, b) in self.xs.iter().zip(&self.ys) {
                let squared = (a - x) * (a - x) + (b - y) * (b - y);
                self.squared[nearer] = squared;
                nearer += usize::from(squared < *bound);
            }
            if nearer > k {
                *bound = *self.squared[..nearer].select_nth_unstable_by(k, f64::total_cmp).1;
            }
        }
        bounds
    }
}
