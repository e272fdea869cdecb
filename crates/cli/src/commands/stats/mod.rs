//! `hotspot stats`: a plain table in, a plain table out. One file per family of methods.

mod answer;
mod local;
mod rate;

use crate::args::stats::{StatsArgs, StatsMethod};
use crate::failure::{Done, Failure};
use crate::progress;
use answer::Answer;
use hotspot_pipeline::PlainTable;
use std::path::Path;

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

/// Reads a table; `-` is stdin.
fn table(path: &Path) -> Done<PlainTable> {
    let bar = progress::spinner("reading");
    let read = |path: &Path| Ok(PlainTable::read(path, &mut |_, _| {})?);
    let table = if path.as_os_str() == "-" {
        let mut copy = tempfile::NamedTempFile::new()?;
        std::io::copy(&mut std::io::stdin().lock(), &mut copy)?;
        read(copy.path())
    } else {
        read(path)
    };
    bar.finish_and_clear();
    table
}

/// What the library refuses is a fault of the data.
fn computed<T>(result: hotspot_core::Result<T>) -> Done<T> {
    result.map_err(Failure::failed)
}
