//! Forecast accuracy and concentration.

use super::{level, positive};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct PaiArgs {
    /// Units: columns id, predicted, observed, area_km2 and, for PEI*, allowed (1 or 0)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Numbers of units to flag
    #[arg(long, value_delimiter = ',', required_unless_present = "shares", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Vec<u32>,
    /// Shares of the area to flag
    #[arg(long, value_delimiter = ',', value_parser = positive)]
    pub shares: Vec<f64>,
    /// Units are flagged by density (predicted per area) or score
    #[arg(long, value_enum, default_value = "density")]
    pub order: OrderArg,
    /// Periods that the observed incidents cover
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub periods: f64,
    /// Level of the interval of PAI
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    Density,
    Score,
}

#[derive(Debug, ClapArgs)]
pub struct GiniArgs {
    /// Places: columns id, count, the empty ones too
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Replicates of a random London for the benchmark
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: u32,
    /// Seed of the replicates
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Level of the benchmark's interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}
