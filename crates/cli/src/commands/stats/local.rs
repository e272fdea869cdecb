//! Local and global association.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::local::{
    FdrArgs, GlobalArgs, InferenceArg, LocalGArgs, LocalMoranArgs, SelfArg, TailsArg, TestArgs, UnitsArgs,
};
use crate::failure::Done;
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli, bonferroni};
use hotspot_core::local::geary::local_geary as geary_of_units;
use hotspot_core::local::getis_ord::local_g_test;
use hotspot_core::local::global::{GlobalAssociation, GlobalTest, geary as global_geary, moran as global_moran};
use hotspot_core::local::moran::local_moran as moran_of_units;
use hotspot_core::local::standardized_rate::empirical_bayes_index;
use hotspot_core::local::{Alternative, Inference, LocalTest, Null, Permutations, Tails, Wanted};
use hotspot_core::weights::{SelfWeight, SpatialWeights, from_edges, from_weighted_edges};
use std::path::Path;

/// Units, their values and their neighbours.
struct Units {
    table: Table,
    ids: Vec<String>,
    weights: SpatialWeights,
}

impl Units {
    fn read(args: &UnitsArgs) -> Done<Self> {
        let table = Table::read(&args.values)?;
        let ids = table.names("id")?;
        let weights = weights(&args.weights, &ids)?;
        Ok(Self { table, ids, weights: if args.row_standardise { weights.row_standardized() } else { weights } })
    }
}

/// Weights of the units from a table of links.
pub fn weights(path: &Path, units: &[String]) -> Done<SpatialWeights> {
    let links = Table::read(path)?;
    let (from, to) = (links.rows_in("from", units)?, links.rows_in("to", units)?);
    let rows: Vec<u32> = (0..units.len() as u32).collect();
    let edges = from.into_iter().zip(to);
    computed(if links.has("weight") {
        from_weighted_edges(&rows, edges.zip(links.numbers("weight")?).map(|((from, to), weight)| (from, to, weight)))
    } else {
        from_edges(&rows, edges)
    })
}

fn test(args: &TestArgs, null: Null) -> LocalTest {
    let permutations = match args.stop_after {
        0 => Permutations::fixed(args.replicates, args.seed),
        enough => Permutations::sequential(args.replicates, enough, args.seed),
    };
    let inference = match args.inference {
        InferenceArg::Auto => Wanted::Auto(permutations),
        InferenceArg::Analytical => Wanted::Analytical,
        InferenceArg::Exact => Wanted::Exact,
        InferenceArg::Permutation => Wanted::Permutation(permutations),
    };
    let tails = match args.alternative {
        TailsArg::Greater => Tails::Of(Alternative::Greater),
        TailsArg::Less => Tails::Of(Alternative::Less),
        TailsArg::TwoSided => Tails::Of(Alternative::TwoSided),
        TailsArg::Directed => Tails::Directed,
        TailsArg::Folded => Tails::Folded,
    };
    LocalTest { inference, alternative: tails, null }
}

/// What was done, in words.
fn inference(inference: Inference) -> String {
    match inference {
        Inference::Analytical => "analytical (normal distribution of z)".to_owned(),
        Inference::Exact => "exact".to_owned(),
        Inference::Permutation { replicates, seed } => format!("{replicates} permutations, seed {seed}"),
        Inference::Sequential { replicates, exceedances, seed } => {
            format!("up to {replicates} permutations, ended after {exceedances} as extreme, seed {seed}")
        }
    }
}

/// `hotspot stats local-g`
pub fn local_g(args: &LocalGArgs) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let own = match args.own {
        SelfArg::Include => SelfWeight::Included,
        SelfArg::Exclude => SelfWeight::Excluded,
    };
    let values = units.table.numbers("value")?;
    let g = computed(local_g_test(&values, &units.weights, own, &test(&args.test, args.null)))?;
    let q = computed(benjamini_hochberg(&g.p))?;
    Ok(Answer::new("local-g")
        .fact("statistic", if own == SelfWeight::Included { "Gi*" } else { "Gi" })
        .fact("units", units.ids.len())
        .fact("inference", inference(g.inference))
        .fact("null", g.null.id())
        .fact("alternative", g.alternative.id())
        .fact("q", "Benjamini-Hochberg over all units")
        .column("id", units.ids)
        .column("value", values)
        .column("neighbors", g.neighbors)
        .column("z", g.z)
        .column("p", g.p)
        .column("q", q))
}

/// The values to test, and a line on what they are.
fn values(units: &Units, population: Option<&str>) -> Done<(Vec<f64>, String)> {
    let Some(column) = population else { return Ok((units.table.numbers("value")?, "values".to_owned())) };
    let index = computed(empirical_bayes_index(&units.table.counts("value")?, &units.table.numbers(column)?))?;
    let what =
        format!("empirical-Bayes standardised rates (overall rate {:?}, between-unit variance {:?})", index.rate, index.variance);
    Ok((index.z, what))
}

/// `hotspot stats local-moran`
pub fn local_moran(args: &LocalMoranArgs) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let (values, what) = values(&units, args.population.as_deref())?;
    let moran = computed(moran_of_units(&values, &units.weights, args.scaling, &test(&args.test, Null::Conditional)))?;
    let q = computed(benjamini_hochberg(&moran.p))?;
    Ok(Answer::new("local-moran")
        .fact("of", what)
        .fact("units", units.ids.len())
        .fact("inference", inference(moran.inference))
        .fact("alternative", moran.alternative.id())
        .fact("scaling", moran.scaling.id())
        .column("id", units.ids)
        .column("value", values)
        .column("i", moran.i)
        .column("z", moran.z)
        .column("p", moran.p)
        .column("q", q)
        .column("quadrant", names(&moran.quadrant)))
}

/// `hotspot stats local-geary`
pub fn local_geary(args: &LocalMoranArgs) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let (values, what) = values(&units, args.population.as_deref())?;
    let geary = computed(geary_of_units(&values, &units.weights, args.scaling, &test(&args.test, Null::Conditional)))?;
    let q = computed(benjamini_hochberg(&geary.p))?;
    Ok(Answer::new("local-geary")
        .fact("of", what)
        .fact("units", units.ids.len())
        .fact("inference", inference(geary.inference))
        .fact("alternative", geary.alternative.id())
        .column("id", units.ids)
        .column("value", values)
        .column("c", geary.c)
        .column("z", geary.z)
        .column("p", geary.p)
        .column("q", q)
        .column("pattern", names(&geary.pattern)))
}

/// Names of what is known of each unit; blank where nothing is.
fn names<T: ToString>(of: &[Option<T>]) -> Vec<String> {
    of.iter().map(|one| one.as_ref().map_or_else(String::new, ToString::to_string)).collect()
}

/// `hotspot stats moran`
pub fn moran(args: &GlobalArgs) -> Done<Answer> {
    global("moran", args, global_moran)
}

/// `hotspot stats geary`
pub fn geary(args: &GlobalArgs) -> Done<Answer> {
    global("geary", args, global_geary)
}

fn global(
    method: &'static str,
    args: &GlobalArgs,
    compute: fn(&[f64], &SpatialWeights, &GlobalTest) -> hotspot_core::Result<GlobalAssociation>,
) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let test = GlobalTest {
        assumption: args.assumption,
        alternative: args.alternative,
        permutations: args.replicates.map(|r| Permutations::fixed(r, args.seed)),
    };
    let result = computed(compute(&units.table.numbers("value")?, &units.weights, &test))?;
    Ok(Answer::new(method)
        .fact("units", units.ids.len())
        .fact("assumption", result.assumption.id())
        .fact("alternative", result.alternative.id())
        .fact("inference", inference(result.inference))
        .column("statistic", vec![result.statistic])
        .column("expected", vec![result.expected])
        .column("variance", vec![result.variance])
        .column("z", vec![result.z])
        .column("p", vec![result.p]))
}

/// `hotspot stats fdr`
pub fn fdr(args: &FdrArgs) -> Done<Answer> {
    let tests = Table::read(&args.values)?;
    let p = tests.numbers("p")?;
    let (bh, by) = (computed(benjamini_hochberg(&p))?, computed(benjamini_yekutieli(&p))?);
    Ok(Answer::new("fdr")
        .fact("tests", p.len())
        .column("id", tests.texts("id")?)
        .column("bonferroni", computed(bonferroni(&p))?)
        .column("p", p)
        .column("q_benjamini_hochberg", bh)
        .column("q_benjamini_yekutieli", by))
}
