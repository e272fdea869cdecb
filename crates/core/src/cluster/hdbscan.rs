//! HDBSCAN: clusters of every density, each at the distances where it holds together best.
//!
//! # Definition
//! Campello, Moulavi and Sander, *PAKDD 2013*, 160–172; Campello, Moulavi, Zimek and Sander, *ACM TKDD* 10(1), 2015; McInnes and
//! Healy, *ICDM Workshops 2017*. The *core distance* κ of a point is the distance to its `min_samples`-th nearest; the *mutual
//! reachability distance* of two points is max(κ(a), κ(b), d(a, b)). At each distance d the points linked by mutual reachability
//! of at most d form components (those of DBSCAN without border points). As d shrinks, components fall apart: where at least two
//! parts have `min_cluster_size` points or more, the cluster *splits* into these; smaller parts *fall out*. With λ = 1/d, the
//! *stability* of a cluster born at λ₀ is the sum of λ − λ₀ over its points, λ being where each leaves it. The clusters
//! chosen are those of largest total stability, none of which lies in another ([`Selection::ExcessOfMass`]), or those that never split
//! ([`Selection::Leaf`]). Points of no chosen cluster are noise.
//!
//! # What the numbers mean
//! - `probabilities`: λ of the point over the largest of its cluster, in \[0, 1\]: 1 for the densest part, 0 for noise. A degree of
//!   belonging, not a probability of anything.
//! - `outlier_scores` (GLOSH): 1 − λ/λ_max, λ_max being the largest in the cluster that the point fell out of and all that come of
//!   it: near 1 is far from anything dense.
//! - `stabilities`: points per metre. `persistence`: stability over size times the largest λ of all, in \[0, 1\].
//!
//! # Choices, where programs differ
//! - **Whether the point is one of its own `min_samples`** ([`HdbscanParams::own`]): the paper, scikit-learn and R's `dbscan`
//!   say yes, `hdbscan` and `fast_hdbscan` no; 20 here are 21 there. The default is no, as in the two programs most used.
//!   ([`super::dbscan`] counts the point itself, as all do.)
//! - **Equal distances are one step**, as the paper has it: all links of a length go at once, and a cluster may split in three.
//!   The programs take them one by one in the order of rows, which with repeated or snapped locations makes clusters of
//!   nothing else.
//! - The spanning tree is exact, in double precision. `hdbscan` approximates it by default, `fast_hdbscan` searches in single
//!   precision.
//! - `epsilon_m` (Malzer and Baum, *MFI 2020*): clusters that split at this distance or nearer are not split. Exactly at it,
//!   `hdbscan` splits the one and climbs from the other.
//! - The cluster of all points is never chosen unless [`SingleCluster::Allowed`]; it then holds the points that stay to its end,
//!   or within `epsilon_m`, as in `hdbscan`.
//! - Clusters are numbered by size, the largest first; of equal ones that with the westernmost (then southernmost) point first.
//!
//! So every point has the same label in whatever order the rows come, and on any number of threads.
//!
//! # Pitfalls
//! Where `min_samples` points lie at exactly one spot the density is infinite: such a spot is a cluster before anything else, and
//! points near it have probability 0. Data snapped to street points need `epsilon_m` (the spacing of the points), or DBSCAN. There is no test:
//! uniform noise has clusters too. The choice is unstable where two stabilities are nearly equal; compare neighbouring parameters.
//!
//! # Cost
//! Core distances and the spanning tree (Borůvka on a balanced tree of points) take n log n for ordinary data, everything after it
//! n log n for sorting; memory grows as n, about 200 bytes a point. 250,000 points take half a second on one thread.

use super::NOISE;
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::weights::SelfWeight;
use hierarchy::{Condensed, NONE};
use std::fmt;
use std::str::FromStr;
use tree::Tree;

mod hierarchy;
mod spanning;
mod tree;

/// Which clusters of the hierarchy are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Selection {
    /// Those of largest total stability: few, large, of different densities.
    #[default]
    ExcessOfMass,
    /// Those that never split: many, small, of similar density.
    Leaf,
}

impl Selection {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ExcessOfMass => "eom",
            Self::Leaf => "leaf",
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Selection {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "eom" => Ok(Self::ExcessOfMass),
            "leaf" => Ok(Self::Leaf),
            _ => Err(UnknownName { what: "selection", allowed: "eom, leaf" }),
        }
    }
}

/// Whether all points may be one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SingleCluster {
    /// At least two clusters, or none: data without a split are noise.
    #[default]
    Refused,
    /// The cluster of all points may be chosen as any other.
    Allowed,
}

/// What makes a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HdbscanParams {
    /// Fewest points of a cluster, at least 2.
    pub min_cluster_size: u32,
    /// Neighbours within the core distance: more make smoother clusters and more noise. With fewer points than that, all of them.
    pub min_samples: u32,
    /// Whether a point is one of its own `min_samples`.
    pub own: SelfWeight,
    /// Which clusters are chosen.
    pub selection: Selection,
    /// Clusters are not split at this distance in metres or nearer; 0: no such distance.
    pub epsilon_m: f64,
    /// Whether all points may be one cluster.
    pub single: SingleCluster,
}

impl HdbscanParams {
    /// `min_samples` as `min_cluster_size`, without the point itself; excess of mass; no `epsilon_m`; no single cluster.
    pub const fn new(min_cluster_size: u32) -> Self {
        Self {
            min_cluster_size,
            min_samples: min_cluster_size,
            own: SelfWeight::Excluded,
            selection: Selection::ExcessOfMass,
            epsilon_m: 0.0,
            single: SingleCluster::Refused,
        }
    }
}

/// The clusters of points, by row of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Hdbscan {
    /// The parameters.
    pub params: HdbscanParams,
    /// Cluster of each point, from 0, or [`NOISE`].
    pub labels: Vec<i32>,
    /// How firmly each point belongs to its cluster, 0 for noise.
    pub probabilities: Vec<f64>,
    /// How far each point is from anything dense (GLOSH).
    pub outlier_scores: Vec<f64>,
    /// Points of each cluster: in descending order.
    pub sizes: Vec<u32>,
    /// Excess of mass of each cluster, in points per metre.
    pub stabilities: Vec<f64>,
    /// The same as a share of the largest that its size allows.
    pub persistence: Vec<f64>,
}

impl Hdbscan {
    /// Points that belong to no cluster.
    pub fn noise(&self) -> usize {
        self.labels.len() - self.sizes.iter().map(|s| *s as usize).sum::<usize>()
    }
}

/// Clusters of `points`, easting and northing in metres.
///
/// # Errors
/// [`Error::OutOfRange`] when a coordinate is not finite, `min_cluster_size` is under 2, `min_samples` is 0, or `epsilon_m` is
/// negative or not finite.
///
/// ```
/// use hotspot_core::cluster::{NOISE, hdbscan::{HdbscanParams, hdbscan}};
///
/// // A dense and a thin row of six, and a point far from both.
/// let dense = (0..6).map(|i| [f64::from(i * i), 0.0]);
/// let thin = (0..6).map(|i| [500.0 + 5.0 * f64::from(i * i), 0.0]);
/// let points: Vec<[f64; 2]> = dense.chain(thin).chain([[5_000.0, 0.0]]).collect();
/// let clusters = hdbscan(&points, HdbscanParams { min_samples: 1, ..HdbscanParams::new(5) })?;
/// assert_eq!(clusters.labels, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, NOISE]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn hdbscan(points: &[[f64; 2]], params: HdbscanParams) -> Result<Hdbscan> {
    if params.min_cluster_size < 2 {
        return Err(Error::OutOfRange { what: "min_cluster_size", must: "at least 2" });
    }
    if params.min_samples == 0 {
        return Err(Error::OutOfRange { what: "min_samples", must: "at least 1" });
    }
    if !(params.epsilon_m >= 0.0 && params.epsilon_m.is_finite()) {
        return Err(Error::OutOfRange { what: "epsilon", must: "finite and not negative" });
    }
    if points.len() >= i32::MAX as usize {
        return Err(Error::OutOfRange { what: "number of points", must: "less than 2³¹" });
    }
    // Squares of the differences must be finite.
    if points.iter().flatten().any(|v| v.is_nan() || v.abs() >= 1e150) {
        return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
    }
    if points.len() < 2 {
        return Ok(Hdbscan::noise_only(points.len(), params));
    }
    let tree = Tree::new(points);
    let others = match params.own {
        SelfWeight::Included => params.min_samples - 1,
        SelfWeight::Excluded => params.min_samples,
    };
    let core = tree.squared_core_distances((others as usize).min(points.len() - 1));
    let links = spanning::spanning_tree(&tree, &core);
    let condensed = Condensed::new(points.len(), &links, params.min_cluster_size);
    Ok(Hdbscan::from_condensed(&tree, &condensed, params))
}

impl Hdbscan {
    fn noise_only(n: usize, params: HdbscanParams) -> Self {
        Self {
            params,
            labels: vec![NOISE; n],
            probabilities: vec![0.0; n],
            outlier_scores: vec![0.0; n],
            sizes: Vec::new(),
            stabilities: Vec::new(),
            persistence: Vec::new(),
        }
    }

    fn from_condensed(tree: &Tree, condensed: &Condensed, params: HdbscanParams) -> Self {
        let n = tree.len();
        let mut owner = condensed.chosen(&params);
        if n < params.min_cluster_size as usize {
            owner.fill(NONE);
        }
        // Size and westernmost point of each chosen cluster.
        let mut found: Vec<(u32, [f64; 2])> = vec![(0, [f64::INFINITY; 2]); condensed.clusters.len()];
        let mut members = vec![NONE; n];
        for (i, member) in members.iter_mut().enumerate() {
            let cluster = owner[condensed.of_point[i] as usize];
            if cluster != NONE && condensed.belongs(i, cluster, params.epsilon_m) {
                *member = cluster;
                let (size, west) = &mut found[cluster as usize];
                *size += 1;
                if tree.point(i) < *west {
                    *west = tree.point(i);
                }
            }
        }
        let mut order: Vec<usize> = (0..found.len()).filter(|c| found[*c].0 > 0).collect();
        order.sort_unstable_by(|a, b| {
            let ((size_a, west_a), (size_b, west_b)) = (found[*a], found[*b]);
            size_b.cmp(&size_a).then(west_a[0].total_cmp(&west_b[0])).then(west_a[1].total_cmp(&west_b[1]))
        });
        let mut number = vec![NOISE; found.len()];
        for (label, cluster) in (0..).zip(&order) {
            number[*cluster] = label;
        }
        let mut all = Self::noise_only(n, params);
        for (i, row) in tree.rows.iter().enumerate() {
            let row = *row as usize;
            let distance = condensed.distances[i];
            if members[i] != NONE {
                all.labels[row] = number[members[i] as usize];
                all.probabilities[row] = share(condensed.clusters[members[i] as usize].last, distance);
            }
            all.outlier_scores[row] = 1.0 - share(condensed.clusters[condensed.of_point[i] as usize].last_of_all, distance);
        }
        let least = condensed.clusters[0].last_of_all;
        for cluster in order {
            let stability = condensed.clusters[cluster].stability;
            let largest = f64::from(condensed.clusters[cluster].size) / least;
            all.sizes.push(found[cluster].0);
            all.stabilities.push(stability);
            all.persistence.push(if stability.is_infinite() { 1.0 } else { stability / largest });
        }
        all
    }
}

/// (1 / distance) / (1 / least), at most 1; of points at one spot, which have no distance, 1.
fn share(least: f64, distance: f64) -> f64 {
    if distance <= least { 1.0 } else { least / distance }
}

#[cfg(test)]
mod tests;
