//! Clusters: groups of points, ellipses around them, and scan statistics.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | where do incidents crowd within a given distance? | [`dbscan::dbscan`] | Density-based Clustering (ArcGIS, QGIS), `sklearn.cluster.DBSCAN`, R `dbscan::dbscan` |
//! | where and when do they crowd? | [`st_dbscan::st_dbscan`] | ST-DBSCAN (QGIS), `st_dbscan` |
//! | where do they crowd, at whatever density? | [`hdbscan::hdbscan`] | Self-adjusting (ArcGIS), `hdbscan`, `fast_hdbscan`, R `dbscan::hdbscan` |
//! | how far and in which direction do they spread? | [`ellipse::ellipse`], [`ellipse::hull`] | Directional Distribution (ArcGIS), `aspace`, CrimeStat standard deviational ellipse |
//! | is there a cluster at all, and how surprising is it? | [`scan::scan`] | SaTScan, `smerc`, `SpatialEpi::kulldorff` |

mod cells;
pub mod dbscan;
pub mod ellipse;
pub mod hdbscan;
mod reachability;
pub mod scan;
pub mod st_dbscan;

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod samples;

/// Label of a point that belongs to no cluster.
pub const NOISE: i32 = -1;
