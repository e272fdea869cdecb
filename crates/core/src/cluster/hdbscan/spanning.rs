//! The minimum spanning tree of mutual reachability: Borůvka's algorithm on a tree of points.
//!
//! In each round every component finds its lightest link to a point outside. A point keeps the link that it found, which holds
//! until the other end joins its own component, and a bound below which it has none, which only rises: so most points are not
//! asked again. What is left is asked leaf by leaf, and leaves and nodes that lie wholly in the asker's component, or beyond the
//! lightest link known for it, are passed over.
//!
//! Which of equally light links is taken depends on the threads; the components at each distance do not, and nothing else is
//! made of the tree.

use super::tree::Tree;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A link of the spanning tree, its ends in the order of the tree. Links are ordered by mutual reachability, equal ones by
/// distance: a core distance is the mutual reachability of many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Link {
    /// Mutual reachability distance, squared.
    pub squared: f64,
    /// Distance of the ends, squared.
    pub apart: f64,
    pub ends: [u32; 2],
}

/// No point, or no single component.
const NONE: u32 = u32::MAX;

/// Leaves searched as one share of work, as levels above the leaves.
const SHARE_LEVELS: u32 = 4;

/// What a point knows of its lightest link to another component.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Mutual reachability and distance, squared, of the link to `end`.
    squared: f64,
    apart: f64,
    /// The other end; [`NONE`] when the point knows no link.
    end: u32,
    /// That link is the lightest: it stays so as long as its end is outside.
    settled: bool,
    /// No link is lighter than this.
    at_least: f64,
}

impl Known {
    fn nothing(at_least: f64) -> Self {
        Self { squared: f64::INFINITY, apart: f64::INFINITY, end: NONE, settled: false, at_least }
    }

    fn lighter(&self, other: &Self) -> bool {
        (self.squared, self.apart) < (other.squared, other.apart)
    }
}

/// Disjoint sets with halved paths.
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    pub fn find(&mut self, mut i: u32) -> u32 {
        while self.0[i as usize] != i {
            let above = self.0[self.0[i as usize] as usize];
            self.0[i as usize] = above;
            i = above;
        }
        i
    }

    /// Puts the set of root `low` under root `high`.
    pub fn put_under(&mut self, low: u32, high: u32) {
        self.0[low as usize] = high;
    }
}

/// The n − 1 links, in no particular order, given the squared core distance of each point of the tree.
pub(super) fn spanning_tree(tree: &Tree, core: &[f64]) -> Vec<Link> {
    let n = tree.len();
    let mut round = Round {
        tree,
        core,
        least_core: tree.gathered(|points| core[points].iter().copied().fold(f64::INFINITY, f64::min), |a, b| a.min(*b)),
        component: (0..n as u32).collect(),
        of_node: Vec::new(),
        lightest: (0..n).map(|_| AtomicU64::new(0)).collect(),
    };
    let mut known: Vec<Known> = core.iter().copied().map(Known::nothing).collect();
    let mut sets = Sets::new(n);
    let mut links = Vec::with_capacity(n.saturating_sub(1));
    let mut chosen = vec![NONE; n];
    while links.len() + 1 < n {
        round.prepare(&mut known);
        round.search(&mut known);
        // The lightest of each component, by its root.
        for i in (0..n as u32).filter(|i| known[*i as usize].end != NONE) {
            let best = &mut chosen[round.component[i as usize] as usize];
            if *best == NONE || known[i as usize].lighter(&known[*best as usize]) {
                *best = i;
            }
        }
        for best in chosen.iter_mut().filter(|b| **b != NONE) {
            let Known { squared, apart, end, .. } = known[*best as usize];
            let (a, b) = (sets.find(*best), sets.find(end));
            // The same link may be the lightest of both its components.
            if a != b {
                sets.put_under(a.max(b), a.min(b));
                links.push(Link { squared, apart, ends: [*best, end] });
            }
            *best = NONE;
        }
        for (i, component) in round.component.iter_mut().enumerate() {
            *component = sets.find(i as u32);
        }
    }
    links
}

struct Round<'a> {
    tree: &'a Tree,
    core: &'a [f64],
    /// Smallest core distance in each node.
    least_core: Vec<f64>,
    component: Vec<u32>,
    /// Component of all points of each node, or [`NONE`].
    of_node: Vec<u32>,
    /// Weight of the lightest link known for each component, as bits: those of positive numbers are in the order of the numbers.
    lightest: Vec<AtomicU64>,
}

impl Round<'_> {
    /// Forgets links within components and takes the lightest of those that stand.
    fn prepare(&mut self, known: &mut [Known]) {
        let component = &self.component;
        self.of_node = self.tree.gathered(
            |points| {
                let first = component[points.start];
                if component[points].iter().all(|c| *c == first) { first } else { NONE }
            },
            |a, b| if a == b { *a } else { NONE },
        );
        for lightest in &mut self.lightest {
            *lightest.get_mut() = f64::INFINITY.to_bits();
        }
        for (i, known) in known.iter_mut().enumerate().filter(|(_, k)| k.end != NONE) {
            let own = self.component[i];
            if self.component[known.end as usize] == own {
                *known = Known::nothing(known.at_least);
            } else {
                let lightest = self.lightest[own as usize].get_mut();
                *lightest = (*lightest).min(known.squared.to_bits());
            }
        }
    }

    fn lightest(&self, component: u32) -> f64 {
        f64::from_bits(self.lightest[component as usize].load(Relaxed))
    }

    fn search(&self, known: &mut [Known]) {
        let level = self.tree.depth.saturating_sub(SHARE_LEVELS);
        let leaves = 1 << (self.tree.depth - level);
        let mut shares = Vec::with_capacity(1 << level);
        let mut rest = known;
        for share in 0..1_usize << level {
            let points = self.tree.points(share + (1 << level) - 1);
            let (own, after) = rest.split_at_mut(points.len());
            rest = after;
            shares.push((share, points.start, own));
        }
        shares.into_par_iter().for_each_init(Vec::new, |asking, (share, start, known)| {
            for leaf in 0..leaves {
                let leaf = self.tree.first_leaf() + share * leaves + leaf;
                let points = self.tree.points(leaf);
                self.ask(leaf, points.start, &mut known[points.start - start..points.end - start], asking);
            }
        });
    }

    /// Finds the lightest links of those points of a leaf that may have the lightest of their component.
    fn ask(&self, leaf: usize, start: usize, known: &mut [Known], asking: &mut Vec<usize>) {
        asking.clear();
        let may_gain = |i: &usize| !known[*i].settled && known[*i].at_least <= self.lightest(self.component[start + *i]);
        asking.extend((0..known.len()).filter(may_gain));
        if asking.is_empty() {
            return;
        }
        let first = self.component[start + asking[0]];
        let all_of_one = asking.iter().all(|i| self.component[start + *i] == first);
        let own = if all_of_one { first } else { NONE };
        let mut query = Query { round: self, leaf, start, known, asking, own, farthest: f64::INFINITY, heaviest: f64::INFINITY };
        query.descend(0, 0.0);
        for i in query.asking {
            let known = &mut query.known[*i];
            // What was passed over is heavier than the lightest link known for the component, then and so now.
            let lightest = self.lightest(self.component[start + *i]);
            known.settled = known.squared <= lightest;
            known.at_least = known.at_least.max(known.squared.min(lightest));
        }
    }
}

/// The search for one leaf.
struct Query<'a> {
    round: &'a Round<'a>,
    leaf: usize,
    start: usize,
    known: &'a mut [Known],
    asking: &'a [usize],
    /// Component of all that ask, or [`NONE`].
    own: u32,
    /// Nothing at this squared distance or beyond is of use to any that asks: a link of that weight that is known is no longer.
    farthest: f64,
    /// Nor any link heavier than this.
    heaviest: f64,
}

impl Query<'_> {
    fn descend(&mut self, node: usize, squared: f64) {
        let round = self.round;
        if squared >= self.farthest
            || round.least_core[node] > self.heaviest
            || (self.own != NONE && round.of_node[node] == self.own)
        {
            return;
        }
        if node >= round.tree.first_leaf() {
            self.compare(node);
            return;
        }
        let half = |node: usize| (round.tree.bounds[node].squared_to(&round.tree.bounds[self.leaf]), node);
        let (mut near, mut far) = (half(2 * node + 1), half(2 * node + 2));
        // The leaf itself lies in the half that is the nearer of two at distance 0.
        if far.0 < near.0 || (far.0 == near.0 && self.holds(far.1)) {
            std::mem::swap(&mut near, &mut far);
        }
        self.descend(near.1, near.0);
        self.descend(far.1, far.0);
    }

    /// Whether the leaf lies in a node.
    fn holds(&self, node: usize) -> bool {
        let below = (self.leaf + 1).ilog2() - (node + 1).ilog2();
        (self.leaf + 1) >> below == node + 1
    }

    /// Compares each point that asks with the points of a leaf.
    fn compare(&mut self, leaf: usize) {
        let Round { tree, core, component, lightest, .. } = self.round;
        let others = tree.points(leaf);
        (self.farthest, self.heaviest) = (-1.0, -1.0);
        for i in self.asking {
            let (at, known) = (self.start + *i, &mut self.known[*i]);
            let (p, own, own_core) = (tree.point(at), component[at], core[at]);
            let lightest = &lightest[own as usize];
            let mut limit = f64::from_bits(lightest.load(Relaxed)).min(known.squared);
            if own_core > limit {
                continue;
            }
            // No link is lighter than the own core distance: among those that are as light, only nearer ones are of use.
            let reach = |known: &Known, limit: f64| if known.squared <= own_core { known.apart } else { limit };
            if tree.bounds[leaf].squared_to_point(p) < reach(known, limit) {
                for other in others.clone() {
                    let (dx, dy) = (tree.xs[other] - p[0], tree.ys[other] - p[1]);
                    let apart = dx * dx + dy * dy;
                    let squared = apart.max(own_core).max(core[other]);
                    if squared <= limit && component[other] != own && (squared < known.squared || apart < known.apart) {
                        (known.squared, known.apart, known.end) = (squared, apart, other as u32);
                        limit = squared;
                        lightest.fetch_min(squared.to_bits(), Relaxed);
                    }
                }
            }
            self.farthest = self.farthest.max(reach(known, limit));
            self.heaviest = self.heaviest.max(limit);
        }
    }
}
