//! From the spanning tree to clusters: components by distance, condensed, and the choice among them.

use super::spanning::{Link, Sets};
use super::{HdbscanParams, Selection, SingleCluster};

/// No cluster.
pub(super) const NONE: u32 = u32::MAX;

/// The condensed tree: clusters that lose points as the distance shrinks, and split. Cluster 0 holds all; a cluster comes after its
/// parent.
#[derive(Debug)]
pub(super) struct Condensed {
    pub clusters: Vec<Branch>,
    /// For each point the cluster that it falls out of.
    pub of_point: Vec<u32>,
    /// For each point the distance at which it does.
    pub distances: Vec<f64>,
}

/// A cluster of the condensed tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// The cluster that it split from; [`NONE`] for all points.
    pub parent: u32,
    /// Distance at which it split off: infinite for all points.
    pub birth: f64,
    /// Smallest distance at which it lost a point or split.
    pub last: f64,
    /// The same with the clusters that come of it.
    pub last_of_all: f64,
    /// Points at birth.
    pub size: u32,
    /// Σ (1/d − 1/birth) over its points, d being where they leave it.
    pub stability: f64,
    children: Vec<u32>,
}

impl Branch {
    fn new(parent: u32, birth: f64) -> Self {
        Self { parent, birth, size: 0, last: f64::INFINITY, last_of_all: f64::INFINITY, stability: 0.0, children: Vec::new() }
    }

    fn lose(&mut self, points: u32, distance: f64) {
        self.last = distance;
        self.stability += (1.0 / distance - 1.0 / self.birth) * f64::from(points);
    }
}

/// Components at every distance, as merges of two; node n + i is the i-th merge.
struct Merges {
    n: usize,
    halves: Vec<[u32; 2]>,
    /// Mutual reachability and distance, squared, of the link that merges.
    links: Vec<(f64, f64)>,
    sizes: Vec<u32>,
}

impl Merges {
    fn new(n: usize, links: &[Link]) -> Self {
        let mut order = links.to_vec();
        order.sort_unstable_by(|a, b| a.squared.total_cmp(&b.squared).then(a.apart.total_cmp(&b.apart)));
        let mut sets = Sets::new(2 * n - 1);
        let mut all = Self { n, halves: Vec::with_capacity(n), links: Vec::with_capacity(n), sizes: Vec::with_capacity(n) };
        for link in order {
            let node = (n + all.halves.len()) as u32;
            let halves = link.ends.map(|end| sets.find(end));
            let size = all.size(halves[0]) + all.size(halves[1]);
            for half in halves {
                sets.put_under(half, node);
            }
            all.halves.push(halves);
            all.links.push((link.squared, link.apart));
            all.sizes.push(size);
        }
        all
    }

    fn size(&self, node: u32) -> u32 {
        self.merge(node).map_or(1, |merge| self.sizes[merge])
    }

    /// Which merge a node is; `None` for a point.
    fn merge(&self, node: u32) -> Option<usize> {
        (node as usize).checked_sub(self.n)
    }

    /// What a merge is made of, when all links as heavy as its own are gone at once: its parts, and the groups in which shorter
    /// links of that weight hold them together. The first is the whole; a group comes before what is in it.
    fn made_of(&self, merge: usize, min_cluster_size: u32, pieces: &mut Vec<Piece>, stack: &mut Vec<u32>) {
        pieces.clear();
        pieces.push(Piece { node: (self.n + merge) as u32, within: 0, large: 0, is_part: false, cluster: NONE });
        let mut at = 0;
        while at < pieces.len() {
            let node = pieces[at].node;
            if let Some(group) = self.merge(node).filter(|group| self.links[*group].0 == self.links[merge].0) {
                stack.clear();
                stack.extend(self.halves[group]);
                while let Some(node) = stack.pop() {
                    match self.merge(node) {
                        // Equally long as well: of the same group.
                        Some(half) if self.links[half] == self.links[group] => stack.extend(self.halves[half]),
                        _ => pieces.push(Piece { node, within: at, large: 0, is_part: false, cluster: NONE }),
                    }
                }
            } else {
                pieces[at].is_part = true;
                pieces[at].large = u32::from(self.size(node) >= min_cluster_size);
            }
            at += 1;
        }
        for at in (1..pieces.len()).rev() {
            let Piece { within, large, .. } = pieces[at];
            pieces[within].large += large;
        }
    }
}

/// A part of a merge, or a group of parts.
struct Piece {
    node: u32,
    /// The group that it is in.
    within: usize,
    /// Parts in it that are large enough for a cluster.
    large: u32,
    is_part: bool,
    /// The cluster that begins with it, or with the group that it is in.
    cluster: u32,
}

impl Condensed {
    /// Condenses the hierarchy of at least two points: a component with fewer than `min_cluster_size` points is no cluster, its
    /// points fall out of the cluster that it leaves. Where that cluster splits, they go with the only large part that links of
    /// the same weight, the shortest first, join them to.
    pub fn new(n: usize, links: &[Link], min_cluster_size: u32) -> Self {
        let merges = Merges::new(n, links);
        let mut all =
            Self { clusters: vec![Branch::new(NONE, f64::INFINITY)], of_point: vec![0; n], distances: vec![f64::INFINITY; n] };
        all.clusters[0].size = n as u32;
        let mut alive = vec![(n - 2, 0_u32)];
        let (mut pieces, mut stack) = (Vec::new(), Vec::new());
        while let Some((merge, cluster)) = alive.pop() {
            let distance = merges.links[merge].0.sqrt();
            merges.made_of(merge, min_cluster_size, &mut pieces, &mut stack);
            let splits = pieces[0].large > 1;
            let mut lost = 0;
            for at in 0..pieces.len() {
                let Piece { node, within, large, is_part, .. } = pieces[at];
                let mut into = pieces[within].cluster;
                if into == NONE && splits && large == 1 {
                    into = all.split_off(cluster, distance);
                }
                pieces[at].cluster = into;
                if !is_part {
                    continue;
                }
                let size = merges.size(node);
                if large == 0 {
                    all.drop_out(&merges, node, if into == NONE { cluster } else { into }, distance, &mut stack);
                } else if let Some(merge) = merges.merge(node) {
                    alive.push((merge, if splits { into } else { cluster }));
                }
                if splits || large == 0 {
                    lost += size;
                }
                if let Some(new) = all.clusters.get_mut(into as usize) {
                    new.size += size;
                }
            }
            if lost > 0 {
                all.clusters[cluster as usize].lose(lost, distance);
            }
        }
        for cluster in (0..all.clusters.len()).rev() {
            let last = all.clusters[cluster].last_of_all.min(all.clusters[cluster].last);
            all.clusters[cluster].last_of_all = last;
            let parent = all.clusters[cluster].parent as usize;
            if let Some(parent) = all.clusters.get_mut(parent) {
                parent.last_of_all = parent.last_of_all.min(last);
            }
        }
        all
    }

    fn split_off(&mut self, parent: u32, distance: f64) -> u32 {
        let new = self.clusters.len() as u32;
        self.clusters.push(Branch::new(parent, distance));
        self.clusters[parent as usize].children.push(new);
        new
    }

    fn drop_out(&mut self, merges: &Merges, part: u32, cluster: u32, distance: f64, stack: &mut Vec<u32>) {
        stack.clear();
        stack.push(part);
        while let Some(node) = stack.pop() {
            if let Some(merge) = merges.merge(node) {
                stack.extend(merges.halves[merge]);
            } else {
                self.of_point[node as usize] = cluster;
                self.distances[node as usize] = distance;
            }
        }
    }

    /// For each cluster the chosen one that it is or lies in, or [`NONE`].
    pub fn chosen(&self, params: &HdbscanParams) -> Vec<u32> {
        let root_counts = params.single == SingleCluster::Allowed;
        let mut chosen: Vec<bool> = match params.selection {
            Selection::Leaf => self.clusters.iter().map(|c| c.children.is_empty()).collect(),
            Selection::ExcessOfMass => self.heaviest(),
        };
        chosen[0] &= root_counts;
        let mut owner = self.owners(&chosen);
        if params.epsilon_m > 0.0 && owner[0] == NONE {
            let mut merged = vec![false; self.clusters.len()];
            for cluster in (0..self.clusters.len()).filter(|c| owner[*c] == *c as u32) {
                merged[self.climbed(cluster, params.epsilon_m, root_counts)] = true;
            }
            owner = self.owners(&merged);
        }
        owner
    }

    /// Whether each cluster weighs at least as much as the heaviest choice among those that come of it.
    fn heaviest(&self) -> Vec<bool> {
        let mut chosen = vec![true; self.clusters.len()];
        let mut weight: Vec<f64> = self.clusters.iter().map(|c| c.stability).collect();
        for (cluster, branch) in self.clusters.iter().enumerate().rev() {
            let mut below: Vec<f64> = branch.children.iter().map(|c| weight[*c as usize]).collect();
            // A sum that does not depend on the order of children.
            below.sort_unstable_by(f64::total_cmp);
            let below: f64 = below.iter().sum();
            if below > weight[cluster] {
                weight[cluster] = below;
                chosen[cluster] = false;
            }
        }
        chosen
    }

    /// Upwards from a cluster that was born at `epsilon` or nearer, to the first that was born farther out.
    fn climbed(&self, mut cluster: usize, epsilon: f64, root_counts: bool) -> usize {
        while self.clusters[cluster].birth <= epsilon {
            let parent = self.clusters[cluster].parent as usize;
            if parent == 0 && !root_counts {
                break;
            }
            cluster = parent;
        }
        cluster
    }

    /// The uppermost chosen cluster at or above each.
    fn owners(&self, chosen: &[bool]) -> Vec<u32> {
        let mut owner = vec![NONE; self.clusters.len()];
        for (cluster, branch) in self.clusters.iter().enumerate() {
            let above = if branch.parent == NONE { NONE } else { owner[branch.parent as usize] };
            owner[cluster] = if above == NONE && chosen[cluster] { cluster as u32 } else { above };
        }
        owner
    }

    /// Whether a point of a chosen cluster belongs to it. It always does, except in the cluster of all points: there those do
    /// that stay to its end, or until `epsilon_m`.
    pub fn belongs(&self, point: usize, cluster: u32, epsilon_m: f64) -> bool {
        cluster != 0 || self.distances[point] <= if epsilon_m > 0.0 { epsilon_m } else { self.clusters[0].last }
    }
}
