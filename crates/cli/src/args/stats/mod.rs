//! What can be typed behind `hotspot stats`.

pub mod cluster;
pub mod density;
pub mod evaluate;
pub mod local;
pub mod rate;
pub mod scan;
pub mod time;

use clap::{Args as ClapArgs, Subcommand};
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
    LocalG(local::LocalGArgs),
    /// Local Moran: is a unit like its neighbours, and how?
    LocalMoran(local::LocalMoranArgs),
    /// Local Geary: does a unit differ less from its neighbours than chance would have it?
    LocalGeary(local::LocalGearyArgs),
    /// Moran's I of all units
    Moran(local::MoranArgs),
    /// Geary's C of all units
    Geary(local::MoranArgs),
    /// Getis-Ord general G of all units: are high values, or low ones, together?
    GeneralG(local::GlobalArgs),
    /// Adjusted p values when many units are tested
    Fdr(local::FdrArgs),
    /// Neighbours by distance, number, H3 cells or shared borders, as a table for --weights
    Weights(local::WeightsArgs),
    /// Kernel density per square kilometre
    Kde(density::KdeArgs),
    /// Two kernel densities compared: ratio, log ratio, difference or sum
    DualKde(density::DualKdeArgs),
    /// Bandwidths by every named rule and by cross-validation
    Bandwidth(density::BandwidthArgs),
    /// Standard deviational ellipse, mean centre and standard distance
    Ellipse(density::EllipseArgs),
    /// Convex or concave hull of points
    Hull(density::HullArgs),
    /// Clusters of points within a distance
    Dbscan(cluster::DbscanArgs),
    /// Clusters of points at whatever density
    Hdbscan(cluster::HdbscanArgs),
    /// Clusters of points in space and time
    StDbscan(cluster::StDbscanArgs),
    /// Scan statistic: is there a cluster of cases, where and when?
    Scan(scan::ScanArgs),
    /// Mann-Kendall trend of a series, with its slope
    MannKendall(time::MannKendallArgs),
    /// Emerging hot spots of a space-time cube
    Emerging(time::EmergingArgs),
    /// Near repeats: are events close in space also close in time?
    Knox(time::KnoxArgs),
    /// Knox's test with one distance and one time
    KnoxTest(time::KnoxTestArgs),
    /// When in the week, or in which month, if only an interval is known
    Aoristic(time::AoristicArgs),
    /// Control chart of a series: XmR, Poisson, negative binomial, or the time between rare events
    Xmr(time::ControlChartArgs),
    /// Repeat victims or places, and how soon the next comes
    Repeats(time::RepeatsArgs),
    /// How long until the next, when for some no next has come yet (Kaplan-Meier)
    Survival(time::SurvivalArgs),
    /// What recent months will come to once all reports are in
    Nowcast(time::NowcastArgs),
    /// Limits of a Poisson count, and of its rate
    PoissonLimits(rate::PoissonLimitsArgs),
    /// Limits of a proportion: Wilson and Clopper-Pearson
    ProportionLimits(rate::ProportionLimitsArgs),
    /// Ratio of two rates with limits, and the e-test of their difference
    RateRatio(rate::RateRatioArgs),
    /// Twelve months against the twelve before, with limits of the change
    Rolling12(rate::Rolling12Args),
    /// Rates shrunk towards the overall rate (gamma-Poisson), with exceedance probabilities and ranks
    Shrink(rate::ShrinkArgs),
    /// Empirical Bayes rates by moments (Marshall)
    EmpiricalBayes(rate::EmpiricalBayesArgs),
    /// Funnel limits around an overall ratio, with over-dispersion
    Funnel(rate::FunnelArgs),
    /// Location quotients of parts against the whole
    LocationQuotient(rate::LocationQuotientArgs),
    /// Share of the resources less share of the need, by area
    ShareGaps(rate::ShareGapsArgs),
    /// Weighted displacement difference of a treated and a control area
    Displacement(rate::DisplacementArgs),
    /// Probability that some moving window holds so many (Naus)
    Naus(rate::NausArgs),
    /// Forecast accuracy: hit rate, PAI, penalised PAI, PEI, recovery ratio
    Pai(evaluate::PaiArgs),
    /// Concentration: Gini, generalised Gini, Lorenz shares, against chance
    Gini(evaluate::GiniArgs),
    /// Lorenz curve of any values
    Lorenz(evaluate::LorenzArgs),
    /// Recapture rate index: did a flagged area keep its share of the change?
    Recapture(evaluate::RecaptureArgs),
    /// Wilcoxon's signed-rank test: is one method better than another over the same months?
    Wilcoxon(evaluate::WilcoxonArgs),
    /// Spatial point pattern test (Andresen): do two patterns agree, unit by unit?
    Sppt(evaluate::SpptArgs),
    /// How many of the top units of one period are the top of another
    TopOverlap(evaluate::TopOverlapArgs),
}

/// Points: columns `id,x,y` in metres, or `id,lon,lat` in degrees.
#[derive(Debug, ClapArgs)]
pub struct PointsArg {
    /// Points: columns id, x, y in metres, or id, lon, lat in degrees
    #[arg(long, value_name = "FILE")]
    pub points: PathBuf,
}

pub(super) fn level(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|v| 0.0 < *v && *v < 1.0).ok_or_else(|| "a level is a number between 0 and 1".to_owned())
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|v| *v > 0.0 && v.is_finite()).ok_or_else(|| "needed is a number above 0".to_owned())
}

pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|v| *v >= 0.0 && v.is_finite()).ok_or_else(|| "needed is a number, 0 or more".to_owned())
}

/// A day since 1970-01-01, as tables have it: a date or such a number.
pub(super) fn day(text: &str) -> Result<i64, String> {
    let date = || text.parse::<jiff::civil::Date>().ok().map(|d| d.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24);
    text.parse().ok().or_else(date).ok_or_else(|| "needed is a day (YYYY-MM-DD, or a whole number of days)".to_owned())
}
