//! Rates of counts.

use super::{level, not_negative, positive};
use clap::Args as ClapArgs;
use hotspot_core::rate::funnel::{Dispersion, Transform};
use hotspot_core::rate::ratio::RatioMethod;
use std::path::PathBuf;

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
pub struct ProportionLimitsArgs {
    /// Proportions: columns id, successes, trials
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct RateRatioArgs {
    /// Pairs: columns id, count, base and, where the exposures differ, exposure, base_exposure
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// exact or mid-p
    #[arg(long, default_value_t)]
    pub method: RatioMethod,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct Rolling12Args {
    /// Sums of twelve months: columns id, current, base
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
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
    /// Draws from the posterior for ranks
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: u32,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct EmpiricalBayesArgs {
    /// Units: columns id, count, population
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Rates are per this many of population
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub per: f64,
}

#[derive(Debug, ClapArgs)]
pub struct FunnelArgs {
    /// Units: columns id, count, expected
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// How much more than Poisson the units vary: poisson, multiplicative or additive
    #[arg(long, default_value = "additive")]
    pub dispersion: Dispersion,
    /// Scale on which over-dispersion is estimated: square-root or raw
    #[arg(long, default_value_t)]
    pub transform: Transform,
    /// Ratio at the middle of the funnel; that of all units together when absent
    #[arg(long, value_parser = positive)]
    pub target: Option<f64>,
}

#[derive(Debug, ClapArgs)]
pub struct LocationQuotientArgs {
    /// Parts: columns id, count, of (12 of 80 burglaries ...); the whole is their sum
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct DisplacementArgs {
    /// Counts before and after in the treated area
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
    pub treated: Vec<f64>,
    /// Counts before and after in the control area
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
    pub control: Vec<f64>,
    /// Counts before and after where crime may have moved from the treated area
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
    pub displacement_treated: Option<Vec<f64>>,
    /// Counts before and after around the control area
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
    pub displacement_control: Option<Vec<f64>>,
    /// Lengths of the periods before and after
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = positive)]
    pub periods: Option<Vec<f64>>,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct NausArgs {
    /// Number of windows in the whole time
    #[arg(long, value_parser = positive)]
    pub windows: f64,
    /// Mean count of a window
    #[arg(long, value_parser = positive)]
    pub mean: f64,
    /// Count of the fullest window
    #[arg(long)]
    pub count: u64,
}
