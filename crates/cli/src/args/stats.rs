//! What can be typed behind `hotspot stats`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use hotspot_core::local::{Alternative, Null};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct StatsArgs {
    #[command(subcommand)]
    pub method: StatsMethod,
    /// Where to write the result; - for stdout
    #[arg(long, global = true, value_name = "FILE", default_value = "-")]
    pub out: PathBuf,
    /// Write JSON instead of CSV
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum StatsMethod {
    /// Getis-Ord Gi and Gi*: is the sum around a unit high?
    LocalG(LocalArgs),
    /// Adjusted p values when many units are tested
    Fdr(FdrArgs),
    /// Limits of a Poisson count, and of its rate
    PoissonLimits(PoissonLimitsArgs),
    /// Rates shrunk towards the overall rate (gamma-Poisson), with exceedance probabilities
    Shrink(ShrinkArgs),
}

#[derive(Debug, ClapArgs)]
pub struct LocalArgs {
    /// Units: columns id, value
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Neighbours: columns from, to and, if they are not all 1, weight
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// Whether a unit belongs to its own window: include is Gi*, exclude is Gi
    #[arg(long = "self", value_enum, default_value = "include", id = "own")]
    pub own: SelfArg,
    /// Where p comes from
    #[arg(long, value_enum, default_value = "exact")]
    pub inference: InferenceArg,
    /// Replicates of --inference permutation
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub replicates: u32,
    /// Seed of --inference permutation
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// greater, less or two-sided
    #[arg(long, default_value_t)]
    pub alternative: Alternative,
    /// What is held under permutation: conditional (the unit's own value) or window (nothing)
    #[arg(long, default_value_t)]
    pub null: Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SelfArg {
    Include,
    Exclude,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InferenceArg {
    /// From the normal distribution of z
    Analytical,
    /// From the exact permutation distribution (counts, equal weights within each row)
    Exact,
    /// From simulated permutations
    Permutation,
}

#[derive(Debug, ClapArgs)]
pub struct FdrArgs {
    /// Tests: columns id, p
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct PoissonLimitsArgs {
    /// Counts: columns id, count and, for rates, population
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
    /// Rates are per this many of population
    #[arg(long, default_value_t = 1000.0, value_parser = positive)]
    pub per: f64,
}

#[derive(Debug, ClapArgs)]
pub struct ShrinkArgs {
    /// Units: columns id, count, expected
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Shape and rate of the gamma prior; fitted by maximum marginal likelihood when absent
    #[arg(long, num_args = 2, value_names = ["A", "B"], value_parser = positive)]
    pub prior: Option<Vec<f64>>,
    /// The exceedance probability is that of a rate above this many times the expected
    #[arg(long, default_value_t = 2.0, value_parser = positive)]
    pub threshold: f64,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

fn level(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|v| 0.0 < *v && *v < 1.0).ok_or_else(|| "a level is a number between 0 and 1".to_owned())
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|v| *v > 0.0 && v.is_finite()).ok_or_else(|| "needed is a number above 0".to_owned())
}
