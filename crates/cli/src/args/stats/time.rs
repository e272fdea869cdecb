//! Series, space-time patterns, repeats.

use super::{PointsArg, level, not_negative};
use clap::{Args as ClapArgs, ValueEnum};
use hotspot_core::time::emerging::Definition;
use hotspot_core::time::knox::Metric;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct MannKendallArgs {
    /// The series in order: column value
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// p from the exact distribution instead of the normal one
    #[arg(long)]
    pub exact: bool,
    /// Level of the limits of the slope
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct EmergingArgs {
    /// The cube: columns id, time, value; what is missing counts as 0
    #[arg(long, value_name = "FILE")]
    pub cube: PathBuf,
    /// Neighbours: columns from, to
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// current (ArcGIS Pro) or earlier wording of the categories
    #[arg(long, default_value_t)]
    pub definition: Definition,
    /// Earlier steps that belong to the neighbourhood
    #[arg(long, default_value_t = 1)]
    pub lag: usize,
}

#[derive(Debug, ClapArgs)]
pub struct KnoxArgs {
    /// Events as of --points, with a column date (YYYY-MM-DD, or a whole number of days)
    #[command(flatten)]
    pub points: PointsArg,
    /// Edges of the bands of distance, metres: 0,100,200 is [0, 100) and [100, 200)
    #[arg(long, value_delimiter = ',', required = true, value_parser = not_negative)]
    pub distances: Vec<f64>,
    /// Edges of the bands of time, days
    #[arg(long, value_delimiter = ',', required = true, value_parser = not_negative)]
    pub days: Vec<f64>,
    /// euclidean or manhattan
    #[arg(long, default_value_t)]
    pub metric: Metric,
    /// Pairs nearer than this are of one place and have a row of their own, metres; 0 leaves them in the first band
    #[arg(long, value_name = "METRES", default_value_t = 1.0, value_parser = not_negative)]
    pub same_place: f64,
    /// Number of times that the times are shuffled
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: u32,
    /// Seed of the shuffles
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct ControlChartArgs {
    /// The series in order: columns time, value and, for rates, exposure
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// The first so many points make the limits, which then stay
    #[arg(long, value_name = "POINTS")]
    pub baseline: Option<usize>,
    /// What varies by chance
    #[arg(long, value_enum, default_value = "xmr")]
    pub kind: ChartArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartArg {
    /// Individual values and their moving range
    Xmr,
    /// Poisson counts
    Poisson,
    /// Counts that vary more than Poisson
    NegativeBinomial,
}

#[derive(Debug, ClapArgs)]
pub struct RepeatsArgs {
    /// Incidents: columns id (a keyed pseudonym of the victim or place), date
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Days before an incident in which another makes it a repeat
    #[arg(long, default_value_t = 365)]
    pub lookback: u32,
}

#[derive(Debug, ClapArgs)]
pub struct NowcastArgs {
    /// Reports: columns occurred, recorded (YYYY-MM), count
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Longest delay that is looked at, months
    #[arg(long, default_value_t = 12)]
    pub longest: u16,
    /// Level of the prediction interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}
