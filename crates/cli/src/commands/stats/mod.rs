//! `hotspot stats`: a plain table in, a plain table out. One file per family of methods.

mod answer;
mod local;
mod rate;
mod table;

use crate::args::stats::{StatsArgs, StatsMethod};
use crate::failure::{Done, Failure};

/// Computes one statistic and writes it.
pub fn run(args: &StatsArgs) -> Done {
    let answer = match &args.method {
        StatsMethod::LocalG(args) => local::local_g(args)?,
        StatsMethod::Fdr(args) => local::fdr(args)?,
        StatsMethod::PoissonLimits(args) => rate::poisson_limits(args)?,
        StatsMethod::Shrink(args) => rate::shrink(args)?,
    };
    answer.write(&args.out, args.json)
}

/// What the library refuses is a fault of the data.
fn computed<T>(result: hotspot_core::Result<T>) -> Done<T> {
    result.map_err(Failure::failed)
}
