//! Series, space-time patterns, repeats.

use super::{PointsArg, day, level, not_negative};
use clap::{Args as ClapArgs, ValueEnum};
use hotspot_core::time::aoristic::OpenEnd;
use hotspot_core::time::control_chart::Rule;
use hotspot_core::time::emerging::{Adjustment, Definition, Reference};
use hotspot_core::time::knox::Metric;
use std::path::PathBuf;
use std::str::FromStr;

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
    /// With what a neighbourhood is compared
    #[arg(long, value_enum, default_value = "whole-cube")]
    pub reference: ReferenceArg,
    /// How the p values of all units and steps are adjusted
    #[arg(long, value_enum, default_value = "benjamini-hochberg")]
    pub adjustment: StepAdjustmentArg,
    /// A step is hot or cold when its p is at most this
    #[arg(long, default_value_t = 0.05, value_parser = level)]
    pub alpha: f64,
    /// A trend is one when its p is at most this
    #[arg(long, default_value_t = 0.05, value_parser = level)]
    pub trend_alpha: f64,
    /// Write z of Gi* at every step (columns id, time, z) instead of the outcomes
    #[arg(long)]
    pub by_step: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReferenceArg {
    /// Every unit at every step: a rise everywhere makes the last steps hot everywhere
    WholeCube,
    /// Every unit at the steps of the neighbourhood: a rise everywhere makes nothing hot
    SameSteps,
}

impl From<ReferenceArg> for Reference {
    fn from(arg: ReferenceArg) -> Self {
        match arg {
            ReferenceArg::WholeCube => Self::WholeCube,
            ReferenceArg::SameSteps => Self::SameSteps,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepAdjustmentArg {
    /// Over all units and steps
    BenjaminiHochberg,
    /// Not at all: among thousands of cells hundreds are hot by chance
    None,
}

impl From<StepAdjustmentArg> for Adjustment {
    fn from(arg: StepAdjustmentArg) -> Self {
        match arg {
            StepAdjustmentArg::BenjaminiHochberg => Self::FalseDiscoveryRate,
            StepAdjustmentArg::None => Self::Unadjusted,
        }
    }
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
pub struct KnoxTestArgs {
    /// Events as of --points, with a column date (YYYY-MM-DD, or a whole number of days)
    #[command(flatten)]
    pub points: PointsArg,
    /// Pairs at most so many metres apart are close in space
    #[arg(long, value_name = "METRES", value_parser = not_negative)]
    pub distance: f64,
    /// Pairs at most so many days apart are close in time
    #[arg(long)]
    pub days: u32,
    /// euclidean or manhattan
    #[arg(long, default_value_t)]
    pub metric: Metric,
    /// Number of times that the times are shuffled
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: u32,
    /// Seed of the shuffles
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct AoristicArgs {
    /// Incidents: columns from, until (local time, YYYY-MM-DD HH:MM; blank when not known)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Weights by hour of the week (columns hour, weekday, hour_of_day, weight) or by month (month, weight)
    #[arg(long, value_enum, default_value = "hour")]
    pub by: PeriodArg,
    /// An interval with one end unknown: set-aside, known-end (it happened then), or so many hours long
    #[arg(long, value_name = "set-aside|known-end|HOURS", default_value = "set-aside")]
    pub open_end: OpenEndArg,
    /// Longer intervals are set aside, hours
    #[arg(long, value_name = "HOURS")]
    pub longest: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeriodArg {
    Hour,
    Month,
}

/// What is done with an interval that is open at one end.
#[derive(Debug, Clone, Copy)]
pub struct OpenEndArg(pub OpenEnd);

impl FromStr for OpenEndArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "set-aside" => Ok(Self(OpenEnd::SetAside)),
            "known-end" => Ok(Self(OpenEnd::AtKnownEnd)),
            hours => match hours.parse() {
                Ok(hours) if hours > 0 => Ok(Self(OpenEnd::Within(hours))),
                _ => Err("needed is set-aside, known-end or a whole number of hours".to_owned()),
            },
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct ControlChartArgs {
    /// The series in order: columns time, value and, for rates, exposure; for geometric and time-between without value, one row
    /// for each event with a column date
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// The first so many points make the limits, which then stay
    #[arg(long, value_name = "POINTS")]
    pub baseline: Option<usize>,
    /// What varies by chance
    #[arg(long, value_enum, default_value = "xmr")]
    pub kind: ChartArg,
    /// Limits of a Poisson chart
    #[arg(long, value_enum, default_value = "exact")]
    pub limits: LimitsArg,
    /// What makes a signal
    #[arg(long, value_enum, value_delimiter = ',', default_value = "outside,run,trend,two-of-three")]
    pub rules: Vec<RuleArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartArg {
    /// Individual values and their moving range
    Xmr,
    /// Poisson counts (c chart), or rates (u chart)
    #[value(aliases = ["c", "u"])]
    Poisson,
    /// Counts that vary more than Poisson
    NegativeBinomial,
    /// Days, or cases, between rare events (g chart)
    #[value(alias = "g")]
    Geometric,
    /// Times between rare events in any unit (t chart)
    #[value(alias = "t")]
    TimeBetween,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LimitsArg {
    /// Tails of the distribution, as likely to be passed as three standard deviations of a normal one
    Exact,
    /// Three standard deviations
    ThreeSigma,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RuleArg {
    /// A point outside the limits
    Outside,
    /// Seven points in a row on one side of the centre
    Run,
    /// Seven points in a row, each above or each below the one before
    Trend,
    /// Of three points in a row on one side, two near the limit
    TwoOfThree,
    /// A moving range above its limit (xmr and time-between)
    MovingRange,
}

impl From<RuleArg> for Rule {
    fn from(arg: RuleArg) -> Self {
        match arg {
            RuleArg::Outside => Self::Outside,
            RuleArg::Run => Self::Run,
            RuleArg::Trend => Self::Trend,
            RuleArg::TwoOfThree => Self::TwoOfThree,
            RuleArg::MovingRange => Self::MovingRange,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct RepeatsArgs {
    /// Incidents: columns id (a keyed pseudonym of the victim or place), date
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// First day of the window (YYYY-MM-DD, or a number as in the table); that of the first incident when absent
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "within_days", allow_negative_numbers = true)]
    pub from: Option<i64>,
    /// Last day of the window; that of the last incident when absent
    #[arg(long, value_name = "DAY", value_parser = day, allow_negative_numbers = true)]
    pub to: Option<i64>,
    /// The window is the last so many days up to --to, such as 365
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub within_days: Option<u32>,
    /// Days before an incident, inside or before the window, in which another makes it a recurrence
    #[arg(long, default_value_t = 365)]
    pub lookback: u32,
    /// Several incidents of one id on one day
    #[arg(long, value_enum, default_value = "separate")]
    pub same_day: SameDayArg,
    /// Number of people (or places) that could have been hit: adds the share of repeat subjects that chance alone would make
    #[arg(long)]
    pub population: Option<u64>,
    /// Write how long it takes to the next incident (columns of survival) instead of the summary
    #[arg(long)]
    pub curve: bool,
    /// From which incidents waits begin
    #[arg(long, value_enum, default_value = "every-incident")]
    pub waits_from: WaitsFromArg,
    /// Level of the limits of the curve
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SameDayArg {
    /// Each counts
    Separate,
    /// They count as one
    OneIncident,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WaitsFromArg {
    /// Every incident of the window: waits of one id are not independent
    EveryIncident,
    /// The first incident of each id
    FirstIncident,
}

#[derive(Debug, ClapArgs)]
pub struct SurvivalArgs {
    /// Waits: columns time and event (1: it ended; 0: observation stopped first)
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Level of the limits
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
}

#[derive(Debug, ClapArgs)]
pub struct NowcastArgs {
    /// Reports: columns occurred, recorded (YYYY-MM, or a day), count
    #[arg(long, value_name = "FILE")]
    pub values: PathBuf,
    /// Longest delay that is looked at, months
    #[arg(long, default_value_t = 12)]
    pub longest: u16,
    /// Level of the prediction interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub level: f64,
    /// Day on which the table was drawn: its month is left out when it was not over
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<jiff::civil::Date>,
    /// Write the share that is reported by each delay (columns delay, completeness) instead of the months
    #[arg(long)]
    pub by_delay: bool,
}
