//! Scan statistics.

use super::positive;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct ScanArgs {
    /// Units: columns id, x, y in metres (or lon, lat), population and, for scans in space only, cases
    #[arg(long, value_name = "FILE", required_unless_present = "cases")]
    pub areas: Option<PathBuf>,
    /// Cases in space and time: columns id, time (YYYY-MM, or a day), count and, without --areas, x, y (or lon, lat)
    #[arg(long, value_name = "FILE")]
    pub cases: Option<PathBuf>,
    /// With what the cases are compared
    #[arg(long, value_enum, default_value = "poisson")]
    pub model: ModelArg,
    /// Which rates are looked for
    #[arg(long, value_enum, default_value = "high")]
    pub rates: RatesArg,
    /// Largest share of the population (or cases) in a window
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = positive)]
    pub max_population: f64,
    /// Largest radius of a window, metres
    #[arg(long, value_name = "METRES", value_parser = positive)]
    pub max_radius: Option<f64>,
    /// Only clusters that are there at the last step
    #[arg(long)]
    pub prospective: bool,
    /// Replicas for p
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub replicates: u32,
    /// Stop after so many replicas above the best cluster; 0 makes them all
    #[arg(long, default_value_t = 0)]
    pub stop_after: u32,
    /// Seed of the replicas
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelArg {
    /// Cases against a population
    Poisson,
    /// Cases among persons, each a case or none
    Bernoulli,
    /// Cases of a place and time against those of the place and of the time
    SpaceTimePermutation,
    /// Cases in space and time against a population
    SpaceTimePoisson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RatesArg {
    High,
    Low,
    Both,
}
