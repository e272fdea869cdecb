//! DBSCAN: clusters are dense regions of any shape, and what lies outside them is noise.
//!
//! # Definition
//! Ester, Kriegel, Sander and Xu, *KDD-96*, 226–231; Schubert, Sander, Ester, Kriegel and Xu, *ACM Transactions on Database
//! Systems* 42(3), 2017. Two points are neighbours when they lie at most `eps_m` metres apart, as the crow flies. With at least
//! `min_points` neighbours, **itself counted**, a point is a *core point*. Core points that are neighbours belong to the same
//! cluster, and so on along every chain of them. A point that is no core point but has a core point as neighbour is a *border
//! point*; every other point is *noise* (label [`NOISE`](super::NOISE)).
//!
//! # Choices, where programs differ
//! - The ball is closed (d ≤ ε) and the point counts itself, as in scikit-learn and in R's `dbscan`. Distances are compared as
//!   `dx² + dy² ≤ ε²` in double precision.
//! - **A border point belongs to the cluster of its nearest core point.** The paper and nearly every program give it to the
//!   cluster that happens to find it first (scikit-learn, R's `dbscan`), which changes with the order of the rows; the parallel
//!   one of Wang, Gu and Shun has yet another order. Of core points at exactly the same distance the westernmost decides, then
//!   the southernmost. Core points, the partition of core points and noise are the same in all of them.
//! - Clusters are numbered from 0 by size, border points counted, the largest first; of equal ones the one whose westernmost
//!   (then southernmost) core point lies farther west comes first.
//!
//! So every point has the same label in whatever order the rows come, and on any number of threads.
//!
//! # Parameters
//! `eps_m` is the distance at which two incidents are "at the same place": 100 to 300 m suits streets. `min_points` is the fewest
//! that make a place dense; 4 is the paper's choice for two dimensions, and noisy data want more. Neither has a default: the
//! answer is theirs. With `min_points` 1 there is no noise, with 2 it is single linkage cut at `eps_m`.
//!
//! # Pitfalls
//! One density for all: an `eps_m` that fits the suburbs makes the centre of the city a single cluster, and one that fits the
//! centre calls suburban hotspots noise; [`super::hdbscan`] has no such distance. Nothing is tested: chance makes clusters too,
//! and so do many people at a place. A cluster may reach far along a street by chaining. Incidents geocoded to the same spot
//! count as often as they come: `min_points` of them are a cluster on their own.
//!
//! # Cost
//! Points are sorted into cells of the side ε/√2 and compared with points at most two cells away, each with few: time grows as n
//! times `min_points` at the worst, however dense the data, and memory as n (about 60 bytes a point). A million points take a
//! tenth of a second on one thread.

use super::cells::{Cells, Reach};
use super::reachability::clusters;
use crate::error::{Error, Result};

/// The clusters of points, by row of the input.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dbscan {
    /// Largest distance of neighbours, in metres.
    pub eps_m: f64,
    /// Fewest neighbours of a core point, itself counted.
    pub min_points: u32,
    /// Cluster of each point, from 0, or [`NOISE`](super::NOISE).
    pub labels: Vec<i32>,
    /// Whether each point is a core point. A point with a label that is not is a border point.
    pub core: Vec<bool>,
    /// Points of each cluster, border points counted: in descending order.
    pub sizes: Vec<u32>,
}

impl Dbscan {
    /// Points that belong to no cluster.
    pub fn noise(&self) -> usize {
        self.labels.len() - self.sizes.iter().map(|s| *s as usize).sum::<usize>()
    }
}

/// Clusters of `points`, easting and northing in metres.
///
/// # Errors
/// [`Error::OutOfRange`] when a coordinate is not finite, `eps_m` is not positive or less than a hundred-millionth of the extent
/// of the points, or `min_points` is 0.
///
/// ```
/// use hotspot_core::cluster::{NOISE, dbscan::dbscan};
///
/// // The example of scikit-learn's documentation.
/// let points = [[1.0, 2.0], [2.0, 2.0], [2.0, 3.0], [8.0, 7.0], [8.0, 8.0], [25.0, 80.0]];
/// let clusters = dbscan(&points, 3.0, 2)?;
/// assert_eq!(clusters.labels, [0, 0, 0, 1, 1, NOISE]);
/// assert_eq!(clusters.sizes, [3, 2]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn dbscan(points: &[[f64; 2]], eps_m: f64, min_points: u32) -> Result<Dbscan> {
    if min_points == 0 {
        return Err(Error::OutOfRange { what: "min_points", must: "at least 1" });
    }
    let cells = Cells::<false>::new(points, &[], Reach { eps_m, eps_time: 0.0 })?;
    let found = clusters(&cells, min_points);
    Ok(Dbscan { eps_m, min_points, labels: found.labels, core: found.core, sizes: found.sizes })
}

#[cfg(test)]
mod tests;
