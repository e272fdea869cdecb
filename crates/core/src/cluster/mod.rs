//! Clusters: groups of points, ellipses around them, and scan statistics.

pub mod ellipse;
