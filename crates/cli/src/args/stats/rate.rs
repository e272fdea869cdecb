//! Rates of counts.

use super::{level, not_negative, positive};
use clap::Args as ClapArgs;
use hotspot_core::local::Alternative;
use hotspot_core::rate::e_test::Variance;
use hotspot_core::rate::funnel::{Dispersion, Transform};
use hotspot_core::rate::poisson::PoissonMethod;
use hotspot_core::rate::ratio::RatioMethod;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct PoissonLimitsArgs {
    /// Counts: columns id, count and, for rates, population; for p of as few and as many, expected
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
    /// Rates are per this many of population
    #[arg(long, default_value_t = 1000.0, value_parser = positive)]
    pub per: f64,
    /// Limits of the rate: exact, byar, or phe (exact below a count of 10, Byar's from 10)
    #[arg(long, default_value_t)]
    pub method: PoissonMethod,
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
    /// Limits of the ratio: exact or mid-p
    #[arg(long, default_value_t)]
    pub method: RatioMethod,
    /// Variance in the e-test: unpooled (the paper, SciPy) or pooled (ptools)
    #[arg(long, default_value_t)]
    pub variance: Variance,
    /// Which differences the e-test counts as extreme: greater, less or two-sided
    #[arg(long, default_value = "two-sided")]
    pub alternative: Alternative,
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
    /// Share of the units that is the top, for the probability of being in it
    #[arg(long, default_value_t = 0.01, value_parser = positive)]
    pub top_share: f64,
    /// Column with groups of units: one row for each group, its rate the mean of its units' by expected number
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,
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
    /// Share of the z that is drawn in at each end before over-dispersion is estimated
    #[arg(long, default_value_t = 0.1, value_parser = not_negative)]
    pub winsorise: f64,
    /// Write the curves of the funnel at so many expected numbers instead of the units
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub curve: Option<u32>,
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
pub struct ShareGapsArgs {
    /// Areas: columns id, resource, need
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct DisplacementArgs {
    /// Counts before and after in the treated area
    #[arg(long, required = true, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
    pub treated: Vec<f64>,
    /// Counts before and after in the control area
    #[arg(long, required = true, num_args = 2, value_names = ["BEFORE", "AFTER"], value_parser = not_negative)]
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
    /// Sizes of the treated and the control area and of the two displacement zones, where they differ
    #[arg(long, num_args = 4, value_names = ["TREATED", "CONTROL", "DISPLACEMENT_TREATED", "DISPLACEMENT_CONTROL"], value_parser = positive)]
    pub areas: Option<Vec<f64>>,
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
