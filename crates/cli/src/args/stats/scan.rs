//! Scan statistics.

use super::{level, positive};
use clap::{ArgGroup, Args as ClapArgs, ValueEnum};
use hotspot_core::cluster::scan::{Rates, Secondary};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("duration").args(["max_duration", "max_duration_share"])))]
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
    /// Windows are circles round the units, or h3-disks: rings round H3 cells, with a column cell instead of places
    #[arg(long, value_enum, default_value = "circles")]
    pub shape: ShapeArg,
    /// Largest share of the population (or cases) in a window
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = positive)]
    pub max_population: f64,
    /// Largest radius of a circle, metres
    #[arg(long, value_name = "METRES", value_parser = positive)]
    pub max_radius: Option<f64>,
    /// Most rings of a disk of cells
    #[arg(long, value_name = "RINGS", default_value_t = 10)]
    pub max_rings: u32,
    /// The longest a cluster may last, steps
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_duration: Option<u32>,
    /// The longest a cluster may last, as a share of all steps
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = positive)]
    pub max_duration_share: f64,
    /// A cluster of high rate has at least so many cases (SaTScan: 2)
    #[arg(long, value_name = "CASES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_cases: u32,
    /// Only clusters that are there at the last step
    #[arg(long)]
    pub prospective: bool,
    /// The watch has been kept since this step, as in column time: p allows for all analyses since
    #[arg(long, value_name = "TIME", requires = "prospective")]
    pub since: Option<String>,
    /// Which clusters are reported beside the best; names as SaTScan's
    #[arg(long, value_enum, default_value = "no-geographical-overlap")]
    pub secondary: SecondaryArg,
    /// Most clusters that are reported
    #[arg(long, value_name = "CLUSTERS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_clusters: u32,
    /// Report the set of significant clusters with the largest Gini coefficient instead
    #[arg(long)]
    pub gini: bool,
    /// Clusters with a p of at most this belong to such a set
    #[arg(long, default_value_t = 0.05, value_parser = level, requires = "gini")]
    pub gini_alpha: f64,
    /// Replicas for p
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub replicates: u32,
    /// Stop after so many replicas above the best cluster; 0 makes them all
    #[arg(long, default_value_t = 0)]
    pub stop_after: u32,
    /// Seed of the replicas
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Add columns: radius (metres) or rings, relative_risk and recurrence_steps (prospective: 1/p, in steps)
    #[arg(long)]
    pub details: bool,
    /// Column of --cases with metres within which a case may have happened; cases then have x, y (or lon, lat) and no id. Written
    /// is for each unit how often it was in the best cluster (columns id, share_in_best)
    #[arg(long, value_name = "COLUMN", requires_all = ["cases", "areas"], conflicts_with_all = ["gini", "details"])]
    pub uncertainty: Option<String>,
    /// How often uncertain cases are placed
    #[arg(long, default_value_t = 199, value_parser = clap::value_parser!(u32).range(1..=1_000_000), requires = "uncertainty")]
    pub draws: u32,
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

impl From<RatesArg> for Rates {
    fn from(arg: RatesArg) -> Self {
        match arg {
            RatesArg::High => Self::High,
            RatesArg::Low => Self::Low,
            RatesArg::Both => Self::Both,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShapeArg {
    Circles,
    H3Disks,
}

#[expect(clippy::enum_variant_names, reason = "the names are SaTScan's")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecondaryArg {
    /// Those that share no unit with a more likely one
    NoGeographicalOverlap,
    /// Those whose centre is in no more likely one, and that hold no centre of one
    NoCentersInOther,
    /// Those whose centre is in no more likely one
    NoCentersInMoreLikely,
    /// Those that hold no centre of a more likely one
    NoCentersInLessLikely,
    /// Those that do not, with a more likely one, hold the centre of each other
    NoPairsOfCenters,
    /// The best of each centre
    NoRestrictions,
}

impl From<SecondaryArg> for Secondary {
    fn from(arg: SecondaryArg) -> Self {
        match arg {
            SecondaryArg::NoGeographicalOverlap => Self::NoGeographicalOverlap,
            SecondaryArg::NoCentersInOther => Self::NoCentersInOther,
            SecondaryArg::NoCentersInMoreLikely => Self::NoCentersInMoreLikely,
            SecondaryArg::NoCentersInLessLikely => Self::NoCentersInLessLikely,
            SecondaryArg::NoPairsOfCenters => Self::NoPairsOfCenters,
            SecondaryArg::NoRestrictions => Self::NoRestrictions,
        }
    }
}
