//! What can be typed behind `hotspot stats`.

pub mod cluster;
pub mod counts;
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
    /// Points counted by borough (or other polygons), month and category, from millions of rows
    #[command(after_help = "Writes: code, name, month, category, count")]
    BoroughCounts(counts::BoroughCountsArgs),
    /// Getis-Ord Gi and Gi*: is the sum around a unit high?
    #[command(after_help = "Writes: id, value, neighbors, z, p, q")]
    LocalG(local::LocalGArgs),
    /// Local Moran: is a unit like its neighbours, and how?
    #[command(after_help = "Writes: id, value, i, z, p, q, quadrant")]
    LocalMoran(local::LocalMoranArgs),
    /// Local Geary: does a unit differ less from its neighbours than chance would have it?
    #[command(after_help = "Writes: id, value, c, z, p, q, pattern")]
    LocalGeary(local::LocalGearyArgs),
    /// Moran's I of all units
    #[command(after_help = "Writes: statistic, expected, variance, z, p")]
    Moran(local::MoranArgs),
    /// Geary's C of all units
    #[command(after_help = "Writes: statistic, expected, variance, z, p")]
    Geary(local::MoranArgs),
    /// Getis-Ord general G of all units: are high values, or low ones, together?
    #[command(after_help = "Writes: statistic, expected, variance, z, p")]
    GeneralG(local::GlobalArgs),
    /// Adjusted p values when many units are tested
    #[command(after_help = "Writes: id, bonferroni, p, q_benjamini_hochberg, q_benjamini_yekutieli")]
    Fdr(local::FdrArgs),
    /// Neighbours by distance, number, H3 cells or shared borders, as a table for --weights
    #[command(after_help = "Writes: from, to, weight")]
    Weights(local::WeightsArgs),
    /// Kernel density per square kilometre
    #[command(after_help = "Writes: id, density")]
    Kde(density::KdeArgs),
    /// Two kernel densities compared: ratio, log ratio, difference or sum
    #[command(after_help = "Writes: id, density, density_against, value")]
    DualKde(density::DualKdeArgs),
    /// Bandwidths by every named rule and by cross-validation
    #[command(after_help = "Writes: rule, metres")]
    Bandwidth(density::BandwidthArgs),
    /// Standard deviational ellipse, mean centre and standard distance
    #[command(after_help = "Writes: n, center_x, center_y, standard_distance_m, semi_major_m, semi_minor_m, \
        bearing_degrees, area_km2, eccentricity")]
    Ellipse(density::EllipseArgs),
    /// Convex or concave hull of points
    #[command(after_help = "Writes: corner, x, y")]
    Hull(density::HullArgs),
    /// Clusters of points within a distance
    #[command(after_help = "Writes: id, cluster")]
    Dbscan(cluster::DbscanArgs),
    /// Clusters of points at whatever density
    #[command(after_help = "Writes: id, cluster, probability, outlier_score")]
    Hdbscan(cluster::HdbscanArgs),
    /// Clusters of points in space and time
    #[command(after_help = "Writes: id, cluster")]
    StDbscan(cluster::StDbscanArgs),
    /// Scan statistic: is there a cluster of cases, where and when?
    #[command(after_help = "Writes: rank, center, members, start, end, cases, expected, llr, p, p_gumbel")]
    Scan(scan::ScanArgs),
    /// Mann-Kendall trend of a series, with its slope
    #[command(after_help = "Writes: s, variance, z, tau, p, slope, slope_lo, slope_hi")]
    MannKendall(time::MannKendallArgs),
    /// Emerging hot spots of a space-time cube
    #[command(after_help = "Writes: id, pattern, z_last, hot_share, mk_z, mk_p")]
    Emerging(time::EmergingArgs),
    /// Near repeats: are events close in space also close in time?
    #[command(after_help = "Writes: distance_from, distance_until, days_from, days_until, observed, expected, sd, ratio, p, \
        near_repeat")]
    Knox(time::KnoxArgs),
    /// Knox's test with one distance and one time
    #[command(after_help = "Writes: close_in_space, close_in_time, observed, expected, sd, ratio, p, p_poisson")]
    KnoxTest(time::KnoxTestArgs),
    /// When in the week, or in which month, if only an interval is known
    #[command(after_help = "Writes: hour, weekday, hour_of_day, weight")]
    Aoristic(time::AoristicArgs),
    /// Control chart of a series: XmR, Poisson, negative binomial, or the time between rare events
    #[command(after_help = "Writes: time, value, center, lower, upper, signal")]
    Xmr(time::ControlChartArgs),
    /// Repeat victims or places, and how soon the next comes
    #[command(after_help = "Writes: incidents, subjects, repeat_subjects, share_of_subjects, share_of_incidents, \
        recurrences, recurrent_subjects, top_1_percent_share, top_10_percent_share, median_days_to_next, next_within_30_days, \
        next_within_365_days")]
    Repeats(time::RepeatsArgs),
    /// How long until the next, when for some no next has come yet (Kaplan-Meier)
    #[command(after_help = "Writes: time, at_risk, events, survival, std_error, lower, upper")]
    Survival(time::SurvivalArgs),
    /// What recent months will come to once all reports are in
    #[command(after_help = "Writes: month, reported, completeness, estimate, estimate_lo, estimate_hi")]
    Nowcast(time::NowcastArgs),
    /// Limits of a Poisson count, and of its rate
    #[command(after_help = "Writes: id, count, exact_lo, exact_hi, byar_lo, byar_hi, phe_lo, phe_hi, rate, rate_lo, \
        rate_hi, p_less, p_greater")]
    PoissonLimits(rate::PoissonLimitsArgs),
    /// Limits of a proportion: Wilson and Clopper-Pearson
    #[command(after_help = "Writes: id, proportion, wilson_lo, wilson_hi, exact_lo, exact_hi, successes, trials")]
    ProportionLimits(rate::ProportionLimitsArgs),
    /// Ratio of two rates with limits, and the e-test of their difference
    #[command(after_help = "Writes: id, ratio, ratio_lo, ratio_hi, p, difference, p_e_test")]
    RateRatio(rate::RateRatioArgs),
    /// Twelve months against the twelve before, with limits of the change
    #[command(after_help = "Writes: id, current, base, change, change_lo, change_hi, p")]
    Rolling12(rate::Rolling12Args),
    /// Rates shrunk towards the overall rate (gamma-Poisson), with exceedance probabilities and ranks
    #[command(after_help = "Writes: id, count, expected, ratio, shrunk, shrunk_lo, shrunk_hi, exceedance, rank, rank_lo, \
        rank_hi, in_top")]
    Shrink(rate::ShrinkArgs),
    /// Empirical Bayes rates by moments (Marshall)
    #[command(after_help = "Writes: id, rate, weight, smoothed, standardised")]
    EmpiricalBayes(rate::EmpiricalBayesArgs),
    /// Funnel limits around an overall ratio, with over-dispersion
    #[command(after_help = "Writes: id, ratio, z, p, lo95, hi95, lo998, hi998, position")]
    Funnel(rate::FunnelArgs),
    /// Location quotients of parts against the whole
    #[command(after_help = "Writes: id, quotient, quotient_lo, quotient_hi, expected, p")]
    LocationQuotient(rate::LocationQuotientArgs),
    /// Share of the resources less share of the need, by area
    #[command(after_help = "Writes: id, resource_share, need_share, gap")]
    ShareGaps(rate::ShareGapsArgs),
    /// Weighted displacement difference of a treated and a control area
    #[command(after_help = "Writes: local, displaced, total, variance, z, p, total_lo, total_hi")]
    Displacement(rate::DisplacementArgs),
    /// Probability that some moving window holds so many (Naus)
    #[command(after_help = "Writes: p")]
    Naus(rate::NausArgs),
    /// Forecast accuracy: hit rate, PAI, penalised PAI, PEI, recovery ratio
    #[command(after_help = "Writes: units, area_share, hits, hit_rate, pai, pai_expected, pai_best, pai_lo, pai_hi, \
        penalised_pai, pei, pei_star, recovery_ratio, search_efficiency")]
    Pai(evaluate::PaiArgs),
    /// Concentration: Gini, generalised Gini, Lorenz shares, against chance
    #[command(after_help = "Writes: gini, generalised_gini, unbiased_gini, places_with_quarter, places_with_half, \
        random_gini, random_generalised_gini, random_lo, random_hi, above_random, p")]
    Gini(evaluate::GiniArgs),
    /// Lorenz curve of any values
    #[command(after_help = "Writes: places, share")]
    Lorenz(evaluate::LorenzArgs),
    /// Recapture rate index: did a flagged area keep its share of the change?
    #[command(after_help = "Writes: index")]
    Recapture(evaluate::RecaptureArgs),
    /// Wilcoxon's signed-rank test: is one method better than another over the same months?
    #[command(after_help = "Writes: pairs, v, p")]
    Wilcoxon(evaluate::WilcoxonArgs),
    /// Spatial point pattern test (Andresen): do two patterns agree, unit by unit?
    #[command(after_help = "Writes: id, first_share, second_share, p, q")]
    Sppt(evaluate::SpptArgs),
    /// How many of the top units of one period are the top of another
    #[command(after_help = "Writes: top, jaccard, jaccard_lo, jaccard_hi, at_random")]
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
