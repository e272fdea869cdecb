//! Local association.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::{FdrArgs, InferenceArg, LocalArgs, SelfArg};
use crate::failure::Done;
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli};
use hotspot_core::local::getis_ord::local_g as analytical;
use hotspot_core::local::permutation::{local_g_exact, local_g_permutation};
use hotspot_core::weights::{SelfWeight, SpatialWeights};
use std::path::Path;

/// `hotspot stats local-g`
pub fn local_g(args: &LocalArgs) -> Done<Answer> {
    let values = Table::read(&args.values)?;
    let ids = values.texts("id")?;
    let weights = weights(&args.weights, &values)?;
    let own = match args.own {
        SelfArg::Include => SelfWeight::Included,
        SelfArg::Exclude => SelfWeight::Excluded,
    };
    let x = values.numbers("value")?;
    let g = computed(match args.inference {
        InferenceArg::Analytical => analytical(&x, &weights, own),
        InferenceArg::Exact => local_g_exact(&values.counts("value")?, &weights, own, args.null, args.alternative),
        InferenceArg::Permutation => {
            local_g_permutation(&x, &weights, own, args.null, args.alternative, args.replicates, args.seed)
        }
    })?;
    let q = computed(benjamini_hochberg(&g.p))?;
    Ok(Answer::new("local-g")
        .fact("units", ids.len())
        .fact("statistic", if own == SelfWeight::Included { "Gi*" } else { "Gi" })
        .fact("inference", format!("{:?}", g.inference))
        .fact("null", g.null.id())
        .fact("alternative", g.alternative.id())
        .column("id", ids)
        .column("value", x)
        .column("neighbors", g.neighbors)
        .column("z", g.z)
        .column("p", g.p)
        .column("q", q))
}

/// `hotspot stats fdr`
pub fn fdr(args: &FdrArgs) -> Done<Answer> {
    let tests = Table::read(&args.values)?;
    let p = tests.numbers("p")?;
    let (bh, by) = (computed(benjamini_hochberg(&p))?, computed(benjamini_yekutieli(&p))?);
    Ok(Answer::new("fdr")
        .fact("tests", p.len())
        .column("id", tests.texts("id")?)
        .column("p", p)
        .column("q_benjamini_hochberg", bh)
        .column("q_benjamini_yekutieli", by))
}

/// Weights of the rows of `units` from a table of links.
fn weights(path: &Path, units: &Table) -> Done<SpatialWeights> {
    let links = Table::read(path)?;
    let names = units.names("id")?;
    let (from, to) = (links.rows_in("from", &names)?, links.rows_in("to", &names)?);
    if links.has("weight") {
        let mut lists = vec![Vec::new(); units.len()];
        for ((from, to), weight) in from.iter().zip(&to).zip(links.numbers("weight")?) {
            lists[*from as usize].push((*to, weight));
        }
        return computed(SpatialWeights::from_weighted_lists(&lists));
    }
    let mut lists = vec![Vec::new(); units.len()];
    for (from, to) in from.iter().zip(&to) {
        lists[*from as usize].push(*to);
    }
    computed(SpatialWeights::from_lists(&lists))
}
