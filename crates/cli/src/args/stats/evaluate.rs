//! Forecast accuracy and concentration.

use super::{level, not_negative, positive};
use clap::{Args as ClapArgs, ValueEnum};
use hotspot_core::evaluate::stability::Adjustment;
use hotspot_core::local::Alternative;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct PaiArgs {
    /// Units: columns id, predicted, observed, area_km2 and, for PEI*, allowed (1 or 0) and patrol_area (taken as a whole)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Numbers of units to flag
    #[arg(long, value_delimiter = ',', required_unless_present = "shares", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Vec<u32>,
    /// Shares of the area to flag
    #[arg(long, value_delimiter = ',', value_parser = positive)]
    pub shares: Vec<f64>,
    /// Flag the last unit in part, so that exactly each share is flagged: methods are compared at equal area
    #[arg(long, requires = "shares")]
    pub in_part: bool,
    /// Write which part of each unit is so flagged (columns id, flagged), for one share
    #[arg(long, requires = "in_part", conflicts_with = "top")]
    pub flagged: bool,
    /// Units are flagged by density (predicted per area) or score
    #[arg(long, value_enum, default_value = "density")]
    pub order: OrderArg,
    /// Periods that the observed incidents cover
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub periods: f64,
    /// Power of the area in the penalised PAI: 1 is PAI itself, 0 the hit rate
    #[arg(long, default_value_t = 0.5, value_parser = not_negative)]
    pub penalty: f64,
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

#[derive(Debug, ClapArgs)]
pub struct LorenzArgs {
    /// Places: columns id, value (counts, harm, resources), the empty ones too
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct RecaptureArgs {
    /// Counts before and after in the flagged area
    #[arg(long, required = true, num_args = 2, value_names = ["BEFORE", "AFTER"])]
    pub inside: Vec<u64>,
    /// Counts before and after everywhere
    #[arg(long, required = true, num_args = 2, value_names = ["BEFORE", "AFTER"])]
    pub everywhere: Vec<u64>,
}

#[derive(Debug, ClapArgs)]
pub struct WilcoxonArgs {
    /// Pairs, one for each month or area: columns first, second
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Whether the first are looked for to be greater, less or either: greater, less or two-sided
    #[arg(long, default_value = "two-sided")]
    pub alternative: Alternative,
}

#[derive(Debug, ClapArgs)]
pub struct SpptArgs {
    /// Units: columns id, first, second (counts of the two patterns)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Units differ when q is at most this
    #[arg(long, default_value_t = 0.05, value_parser = level)]
    pub alpha: f64,
    /// How p values are adjusted
    #[arg(long, value_enum, default_value = "benjamini-yekutieli")]
    pub adjustment: PatternAdjustmentArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PatternAdjustmentArg {
    /// Not at all
    None,
    /// False discovery rate
    #[value(alias = "bh")]
    BenjaminiHochberg,
    /// False discovery rate under any dependence of the units
    #[value(alias = "by")]
    BenjaminiYekutieli,
}

impl From<PatternAdjustmentArg> for Adjustment {
    fn from(arg: PatternAdjustmentArg) -> Self {
        match arg {
            PatternAdjustmentArg::None => Self::None,
            PatternAdjustmentArg::BenjaminiHochberg => Self::BenjaminiHochberg,
            PatternAdjustmentArg::BenjaminiYekutieli => Self::BenjaminiYekutieli,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct TopOverlapArgs {
    /// Units: columns id, first, second (counts of the two periods)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Numbers of units that are the top
    #[arg(long, required = true, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Vec<u32>,
    /// Replicates of the interval
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: u32,
    /// Seed of the replicates
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Level of the interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}
