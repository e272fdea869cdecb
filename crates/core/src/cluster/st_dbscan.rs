//! ST-DBSCAN: clusters that are dense in space and in time.
//!
//! # Definition
//! Birant and Kut, *Data & Knowledge Engineering* 60(1), 2007. Two incidents are neighbours when they lie at most `eps_m` metres
//! **and** at most `eps_time` apart: a cylinder around each, closed in both directions. Core points, border points and noise are
//! then those of [`super::dbscan`], with the same choices: a point counts itself, and a border point belongs to the cluster of
//! the nearest core point by distance (of equal ones that nearest in time, then the westernmost, the southernmost, the earliest).
//! Numbers go by size, the largest first.
//!
//! # What is left out
//! The paper has a third threshold, Δε: a point joins a cluster only while its measured value (a temperature) is within Δε of the
//! mean of those that joined before. Incidents carry no such value, and the rule makes the answer depend on the order of rows.
//! The paper's Eps1 is `eps_m`; its Eps2 bounds the difference of the values that are not spatial, here time.
//!
//! # Units
//! `times` are numbers in any one unit, `eps_time` in the same: days (0 for the same day, 7 for a week) or hours. Whole numbers
//! compare exactly; fractions of a day are as exact as their doubles.
//!
//! # Pitfalls
//! A chain of incidents a few days apart makes one cluster that lasts for years: it says that the place was never quiet for
//! longer, not that all of it is one series. There is no test here; [`crate::time`] asks whether nearness in space and time goes
//! together more often than chance. An incident with an interval in place of a moment needs one number: say which.
//!
//! # Cost
//! As [`super::dbscan`], with three slabs of time to search in place of one, and the sorting of the times.

use super::cells::{Cells, Reach};
use super::reachability::clusters;
use crate::error::{Error, Result};

/// What makes incidents neighbours, and how many make a core point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StDbscanParams {
    /// Largest distance of neighbours, in metres.
    pub eps_m: f64,
    /// Largest difference in time of neighbours, in the unit of the times; 0: the same time.
    pub eps_time: f64,
    /// Fewest neighbours of a core point, itself counted.
    pub min_points: u32,
}

/// The clusters of incidents, by row of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct StDbscan {
    /// The parameters.
    pub params: StDbscanParams,
    /// Cluster of each incident, from 0, or [`NOISE`](super::NOISE).
    pub labels: Vec<i32>,
    /// Whether each incident is a core point.
    pub core: Vec<bool>,
    /// Incidents of each cluster: in descending order.
    pub sizes: Vec<u32>,
}

/// Clusters of incidents at `points`, easting and northing in metres, and `times`.
///
/// # Errors
/// [`Error::Length`] when there is not one time for each point; [`Error::OutOfRange`] when a coordinate or time is not finite,
/// `eps_m` is not positive or tiny against the extent, `eps_time` is negative or not finite, or `min_points` is 0.
///
/// ```
/// use hotspot_core::cluster::{NOISE, st_dbscan::{StDbscanParams, st_dbscan}};
///
/// // Four at the same corner: three within a week, one a year later.
/// let corner = [[530_000.0, 180_000.0]; 4];
/// let params = StDbscanParams { eps_m: 200.0, eps_time: 7.0, min_points: 3 };
/// let clusters = st_dbscan(&corner, &[0.0, 5.0, 7.0, 372.0], params)?;
/// assert_eq!(clusters.labels, [0, 0, 0, NOISE]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn st_dbscan(points: &[[f64; 2]], times: &[f64], params: StDbscanParams) -> Result<StDbscan> {
    let StDbscanParams { eps_m, eps_time, min_points } = params;
    if times.len() != points.len() {
        return Err(Error::Length { what: "times", got: times.len(), expected: points.len() });
    }
    if min_points == 0 {
        return Err(Error::OutOfRange { what: "min_points", must: "at least 1" });
    }
    if !(eps_time >= 0.0 && eps_time.is_finite()) {
        return Err(Error::OutOfRange { what: "eps_time", must: "finite and not negative" });
    }
    if times.iter().any(|t| !t.is_finite()) {
        return Err(Error::OutOfRange { what: "time", must: "finite" });
    }
    let cells = Cells::<true>::new(points, times, Reach { eps_m, eps_time })?;
    let found = clusters(&cells, min_points);
    Ok(StDbscan { params, labels: found.labels, core: found.core, sizes: found.sizes })
}

#[cfg(test)]
mod tests;
