//! `hotspot stats`: a plain table in, a plain table out. One file per family of methods.

pub mod answer;
mod cluster;
mod control_chart;
mod counts;
mod density;
mod evaluate;
mod local;
mod nowcast;
mod points;
mod rate;
mod repeats;
mod scan;
mod scan_input;
mod table;
mod time;
mod weights;

use crate::args::stats::{StatsArgs, StatsMethod as Method};
use crate::failure::{Done, Failure};

/// Computes one statistic and writes it.
pub fn run(args: &StatsArgs) -> Done {
    let answer = match &args.method {
        Method::LocalG(args) => local::local_g(args)?,
        Method::LocalMoran(args) => local::local_moran(args)?,
        Method::LocalGeary(args) => local::local_geary(args)?,
        Method::Moran(args) => local::moran(args)?,
        Method::Geary(args) => local::geary(args)?,
        Method::GeneralG(args) => local::general_g(args)?,
        Method::Fdr(args) => local::fdr(args)?,
        Method::BoroughCounts(args) => counts::borough_counts(args)?,
        Method::Weights(args) => weights::weights(args)?,
        Method::Kde(args) => density::kde(args)?,
        Method::DualKde(args) => density::dual_kde(args)?,
        Method::Bandwidth(args) => density::bandwidth(args)?,
        Method::Ellipse(args) => density::ellipse(args)?,
        Method::Hull(args) => density::hull(args)?,
        Method::Dbscan(args) => cluster::dbscan(args)?,
        Method::Hdbscan(args) => cluster::hdbscan(args)?,
        Method::StDbscan(args) => cluster::st_dbscan(args)?,
        Method::Scan(args) => scan::scan(args)?,
        Method::MannKendall(args) => time::mann_kendall(args)?,
        Method::Emerging(args) => time::emerging(args)?,
        Method::Knox(args) => time::knox(args)?,
        Method::KnoxTest(args) => time::knox_test(args)?,
        Method::Aoristic(args) => time::aoristic(args)?,
        Method::Xmr(args) => control_chart::control_chart(args)?,
        Method::Repeats(args) => repeats::repeats(args)?,
        Method::Survival(args) => repeats::survival(args)?,
        Method::Nowcast(args) => nowcast::nowcast(args)?,
        Method::PoissonLimits(args) => rate::poisson_limits(args)?,
        Method::ProportionLimits(args) => rate::proportion_limits(args)?,
        Method::RateRatio(args) => rate::rate_ratio(args)?,
        Method::Rolling12(args) => rate::rolling_12(args)?,
        Method::Shrink(args) => rate::shrink(args)?,
        Method::EmpiricalBayes(args) => rate::empirical_bayes(args)?,
        Method::Funnel(args) => rate::funnel(args)?,
        Method::LocationQuotient(args) => rate::location_quotient(args)?,
        Method::ShareGaps(args) => rate::share_gaps(args)?,
        Method::Displacement(args) => rate::displacement(args)?,
        Method::Naus(args) => rate::naus(args)?,
        Method::Pai(args) => evaluate::pai(args)?,
        Method::Gini(args) => evaluate::gini(args)?,
        Method::Lorenz(args) => evaluate::lorenz(args)?,
        Method::Recapture(args) => evaluate::recapture(args)?,
        Method::Wilcoxon(args) => evaluate::wilcoxon(args)?,
        Method::Sppt(args) => evaluate::sppt(args)?,
        Method::TopOverlap(args) => evaluate::top_overlap(args)?,
    };
    answer.write(&args.out, args.json)
}

/// What the library refuses is a fault of the data.
fn computed<T>(result: hotspot_core::Result<T>) -> Done<T> {
    result.map_err(Failure::failed)
}
