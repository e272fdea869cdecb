//! Local and global association, weights.

use super::positive;
use clap::{ArgGroup, Args as ClapArgs, ValueEnum};
use hotspot_core::local::global::Assumption;
use hotspot_core::local::moran::Scaling;
use hotspot_core::local::{Alternative, Null};
use hotspot_core::weights::SelfWeight;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct UnitsArgs {
    /// Units: columns id, value
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Neighbours: columns from, to and, if they are not all 1, weight
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// Divide the weights of each unit by their sum
    #[arg(long, alias = "row-standardize")]
    pub row_standardise: bool,
}

#[derive(Debug, ClapArgs)]
pub struct TestArgs {
    /// Where p comes from
    #[arg(long, value_enum, default_value = "auto")]
    pub inference: InferenceArg,
    /// Most permutations that are simulated
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub replicates: u32,
    /// Stop simulating a unit after so many permutations as extreme as the data; 0 never stops early
    #[arg(long, default_value_t = 0)]
    pub stop_after: u32,
    /// Seed of simulated permutations
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Which values count as extreme
    #[arg(long, value_enum, default_value = "greater")]
    pub alternative: TailsArg,
    /// How q is made of the p values of all units
    #[arg(long, value_enum, default_value = "benjamini-hochberg")]
    pub adjustment: AdjustmentArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AdjustmentArg {
    /// False discovery rate
    #[value(alias = "bh")]
    BenjaminiHochberg,
    /// False discovery rate under any dependence of the units
    #[value(alias = "by")]
    BenjaminiYekutieli,
    /// No false discovery at all
    Bonferroni,
    /// No false discovery at all, by the largest z of each of --replicates joint permutations (Westfall and Young)
    MaxStatistic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TailsArg {
    /// P(S >= s)
    Greater,
    /// P(S <= s)
    Less,
    /// Twice the smaller of both, at most 1
    TwoSided,
    /// As older esda and pygeoda have it, ties left out of the lower tail: for comparison only
    Directed,
    /// As esda's "folded": for comparison only
    Folded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InferenceArg {
    /// Exact where that is possible, else simulated; the result says which
    Auto,
    /// From the normal distribution of z
    Analytical,
    /// From the exact permutation distribution (counts, equal weights within each row)
    Exact,
    /// From simulated permutations
    Permutation,
}

#[derive(Debug, ClapArgs)]
pub struct LocalGArgs {
    #[command(flatten)]
    pub units: UnitsArgs,
    #[command(flatten)]
    pub test: TestArgs,
    /// Whether a unit belongs to its own window: include is Gi*, exclude is Gi
    #[arg(long = "self", value_enum, default_value = "include", id = "own")]
    pub own: SelfArg,
    /// What is held under permutation: conditional (the unit's own value) or window (nothing)
    #[arg(long, default_value_t)]
    pub null: Null,
    /// Add p_strict (without ties) and p_mid (half of them): for calibration plots, not to decide by
    #[arg(long)]
    pub ties: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SelfArg {
    Include,
    Exclude,
}

impl From<SelfArg> for SelfWeight {
    fn from(arg: SelfArg) -> Self {
        match arg {
            SelfArg::Include => Self::Included,
            SelfArg::Exclude => Self::Excluded,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct LocalMoranArgs {
    #[command(flatten)]
    pub of: LocalGearyArgs,
    /// Add p_strict (without ties) and p_mid (half of them): for calibration plots, not to decide by
    #[arg(long)]
    pub ties: bool,
}

#[derive(Debug, ClapArgs)]
pub struct LocalGearyArgs {
    #[command(flatten)]
    pub units: UnitsArgs,
    #[command(flatten)]
    pub test: TestArgs,
    /// Divisor of the variance: population (n) or sample (n - 1, as esda)
    #[arg(long, default_value_t)]
    pub scaling: Scaling,
    #[command(flatten)]
    pub rates: RatesArgs,
}

#[derive(Debug, ClapArgs)]
pub struct RatesArgs {
    /// Column with the population at risk: values are then counts, and empirical-Bayes standardised rates are tested
    #[arg(long, value_name = "COLUMN")]
    pub population: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct MoranArgs {
    #[command(flatten)]
    pub of: GlobalArgs,
    #[command(flatten)]
    pub rates: RatesArgs,
}

#[derive(Debug, ClapArgs)]
pub struct GlobalArgs {
    #[command(flatten)]
    pub units: UnitsArgs,
    /// Moments under randomization or normality
    #[arg(long, default_value_t)]
    pub assumption: Assumption,
    /// greater, less or two-sided
    #[arg(long, default_value = "two-sided")]
    pub alternative: Alternative,
    /// Simulate so many permutations for p instead of the normal distribution of z
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub replicates: Option<u32>,
    /// Stop simulating after so many permutations as extreme as the data; 0 never stops early
    #[arg(long, default_value_t = 0, requires = "replicates")]
    pub stop_after: u32,
    /// Seed of simulated permutations
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct FdrArgs {
    /// Tests: columns id, p
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("kind").required(true).args(["band", "nearest", "rings", "areas"])))]
pub struct WeightsArgs {
    /// Units as points: columns id, x, y in metres, or id, lon, lat; for --rings, column id with H3 cells
    #[arg(long, value_name = "FILE", required_unless_present = "areas")]
    pub points: Option<PathBuf>,
    /// Neighbours are within so many metres
    #[arg(long, value_name = "METRES", value_parser = positive)]
    pub band: Option<f64>,
    /// Neighbours are the K nearest
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub nearest: Option<u32>,
    /// Neighbours are the H3 cells within K steps
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rings: Option<u32>,
    /// Neighbours are polygons of this file that touch
    #[arg(long, value_name = "FILE.geojson")]
    pub areas: Option<PathBuf>,
    /// What counts as touching: queen (a corner does) or rook (a shared border)
    #[arg(long, value_enum, default_value = "queen")]
    pub contiguity: ContiguityArg,
    /// Property with the code of a polygon
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
    /// Lines that cut links, such as a river: columns line, x, y (or lon, lat), in order along each line
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["areas", "rings"])]
    pub barrier: Option<PathBuf>,
    /// Openings in these lines, such as bridges: columns x, y (or lon, lat), radius in metres
    #[arg(long, value_name = "FILE.csv", requires = "barrier")]
    pub gaps: Option<PathBuf>,
    /// Link both ways what is linked one way, as K nearest are
    #[arg(long)]
    pub symmetric: bool,
    /// Divide the weights of each unit by their sum
    #[arg(long, alias = "row-standardize")]
    pub row_standardise: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ContiguityArg {
    Queen,
    Rook,
}
