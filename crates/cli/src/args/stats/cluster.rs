//! Clusters of points.

use super::local::SelfArg;
use super::{PointsArg, not_negative, positive};
use clap::Args as ClapArgs;
use hotspot_core::cluster::hdbscan::Selection;

#[derive(Debug, ClapArgs)]
pub struct DbscanArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// Points this close are neighbours, metres
    #[arg(long, value_name = "METRES", value_parser = positive)]
    pub eps: f64,
    /// A core point has so many points within --eps, itself counted
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_points: u32,
    /// Add a column core: 1 for a core point, 0 for one at the border or noise
    #[arg(long)]
    pub core: bool,
}

#[derive(Debug, ClapArgs)]
pub struct StDbscanArgs {
    /// Points as of --points, with a column t
    #[command(flatten)]
    pub points: PointsArg,
    /// Points this close are neighbours, metres
    #[arg(long, value_name = "METRES", value_parser = positive)]
    pub eps: f64,
    /// ... if they are also this close in time, in the unit of column t
    #[arg(long, value_name = "TIME", value_parser = not_negative)]
    pub eps_time: f64,
    /// A core point has so many neighbours, itself counted
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_points: u32,
    /// Add a column core: 1 for a core point, 0 for one at the border or noise
    #[arg(long)]
    pub core: bool,
}

#[derive(Debug, ClapArgs)]
pub struct HdbscanArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// Fewest points of a cluster
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..))]
    pub min_cluster_size: u32,
    /// Density is measured by the distance to so many points; as --min-cluster-size by default
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_points: Option<u32>,
    /// eom (excess of mass) or leaf
    #[arg(long, default_value_t)]
    pub selection: Selection,
    /// Clusters are not split below this distance, metres
    #[arg(long, value_name = "METRES", default_value_t = 0.0, value_parser = not_negative)]
    pub eps: f64,
    /// Let all points be one cluster if that is the most stable
    #[arg(long)]
    pub allow_single_cluster: bool,
    /// Whether a point is one of its own --min-points: exclude is as hdbscan in Python, include as dbscan in R
    #[arg(long = "self", value_enum, default_value = "exclude", id = "own")]
    pub own: SelfArg,
    /// Write one row for each cluster (columns cluster, points, stability, persistence) instead of one for each point
    #[arg(long)]
    pub clusters: bool,
}
