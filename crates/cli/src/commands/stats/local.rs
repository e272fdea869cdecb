//! Local and global association.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::local::{
    AdjustmentArg, FdrArgs, GlobalArgs, InferenceArg, LocalGArgs, LocalGearyArgs, LocalMoranArgs, MoranArgs, TailsArg, TestArgs,
    UnitsArgs,
};
use crate::failure::{Done, Failure};
use hotspot_core::local::calibration::{TieBounds, local_g_ties, local_moran_ties};
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli, bonferroni};
use hotspot_core::local::geary::local_geary as geary_of_units;
use hotspot_core::local::getis_ord::local_g_test;
use hotspot_core::local::global::{
    GlobalAssociation, GlobalTest, geary as global_geary, general_g as global_g, moran as global_moran,
};
use hotspot_core::local::max_statistic::{MaxStatistic, local_g_max, local_moran_max, max_statistic};
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

const fn permutations(replicates: u32, stop_after: u32, seed: u64) -> Permutations {
    match stop_after {
        0 => Permutations::fixed(replicates, seed),
        enough => Permutations::sequential(replicates, enough, seed),
    }
}

fn test(args: &TestArgs, null: Null) -> LocalTest {
    let permutations = permutations(args.replicates, args.stop_after, args.seed);
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

/// q of the p values, and how it was made.
fn adjusted(
    args: &TestArgs,
    p: &[f64],
    largest: impl FnOnce(Alternative) -> hotspot_core::Result<MaxStatistic>,
) -> Done<(Vec<f64>, String)> {
    let name = |name: &str| format!("{name} over all units");
    Ok(match args.adjustment {
        AdjustmentArg::BenjaminiHochberg => (computed(benjamini_hochberg(p))?, name("Benjamini-Hochberg")),
        AdjustmentArg::BenjaminiYekutieli => (computed(benjamini_yekutieli(p))?, name("Benjamini-Yekutieli")),
        AdjustmentArg::Bonferroni => (computed(bonferroni(p))?, name("Bonferroni")),
        AdjustmentArg::MaxStatistic => {
            let tail = match args.alternative {
                TailsArg::Greater => Alternative::Greater,
                TailsArg::Less => Alternative::Less,
                TailsArg::TwoSided => Alternative::TwoSided,
                TailsArg::Directed | TailsArg::Folded => {
                    return Err(Failure::cannot("--adjustment max-statistic needs --alternative greater, less or two-sided"));
                }
            };
            let how = format!("largest z of {} joint permutations, seed {}", args.replicates, args.seed);
            (computed(largest(tail))?.p, how)
        }
    })
}

/// Tie bounds, if they are wanted and the test has them.
fn ties(
    wanted: bool,
    args: &TestArgs,
    bounds: impl FnOnce() -> hotspot_core::Result<Vec<TieBounds>>,
) -> Done<Option<Vec<TieBounds>>> {
    let tail = matches!(args.alternative, TailsArg::Greater | TailsArg::Less);
    if wanted && !(tail && args.inference != InferenceArg::Analytical && args.stop_after == 0) {
        return Err(Failure::cannot(
            "--ties needs --alternative greater or less, and exact inference or permutations without --stop-after",
        ));
    }
    wanted.then(|| computed(bounds())).transpose()
}

/// Permutations that each unit took, and p without ties and with half of them, as columns.
fn with_details(mut answer: Answer, replicates: Option<Vec<u32>>, ties: Option<Vec<TieBounds>>) -> Answer {
    if let Some(replicates) = replicates {
        answer = answer.column("replicates", replicates);
    }
    let Some(ties) = ties else { return answer };
    answer
        .column("p_strict", ties.iter().map(|t| t.strict).collect::<Vec<_>>())
        .column("p_mid", ties.iter().map(TieBounds::mid_p).collect::<Vec<_>>())
}

/// `hotspot stats local-g`
pub fn local_g(args: &LocalGArgs) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let own = args.own.into();
    let values = units.table.numbers("value")?;
    let test = test(&args.test, args.null);
    let g = computed(local_g_test(&values, &units.weights, own, &test))?;
    let largest = |tail| local_g_max(&values, &units.weights, own, tail, args.test.replicates, args.test.seed);
    let (q, adjustment) = adjusted(&args.test, &g.p, largest)?;
    let ties = ties(args.ties, &args.test, || local_g_ties(&values, &units.weights, own, &test))?;
    let answer = Answer::new("local-g")
        .fact("statistic", if own == SelfWeight::Included { "Gi*" } else { "Gi" })
        .fact("units", units.ids.len())
        .fact("inference", inference(g.inference))
        .fact("null", g.null.id())
        .fact("alternative", g.alternative.id())
        .fact("q", adjustment)
        .column("id", units.ids)
        .column("value", values)
        .column("neighbors", g.neighbors)
        .column("z", g.z)
        .column("p", g.p)
        .column("q", q);
    Ok(with_details(answer, g.replicates, ties))
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
    let LocalMoranArgs { of: args, ties: with_ties } = args;
    let units = Units::read(&args.units)?;
    let (values, what) = values(&units, args.rates.population.as_deref())?;
    let test = test(&args.test, Null::Conditional);
    let moran = computed(moran_of_units(&values, &units.weights, args.scaling, &test))?;
    let largest = |tail| local_moran_max(&values, &units.weights, tail, args.test.replicates, args.test.seed);
    let (q, adjustment) = adjusted(&args.test, &moran.p, largest)?;
    let ties = ties(*with_ties, &args.test, || local_moran_ties(&values, &units.weights, &test))?;
    let answer = Answer::new("local-moran")
        .fact("of", what)
        .fact("units", units.ids.len())
        .fact("inference", inference(moran.inference))
        .fact("alternative", moran.alternative.id())
        .fact("scaling", moran.scaling.id())
        .fact("q", adjustment)
        .column("id", units.ids)
        .column("value", values)
        .column("i", moran.i)
        .column("z", moran.z)
        .column("p", moran.p)
        .column("q", q)
        .column("quadrant", names(&moran.quadrant));
    Ok(with_details(answer, moran.replicates, ties))
}

/// `hotspot stats local-geary`
pub fn local_geary(args: &LocalGearyArgs) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let (values, what) = values(&units, args.rates.population.as_deref())?;
    let geary = computed(geary_of_units(&values, &units.weights, args.scaling, &test(&args.test, Null::Conditional)))?;
    let z = |x: &[f64]| Ok(geary_of_units(x, &units.weights, args.scaling, &LocalTest::analytical(Alternative::Greater))?.z);
    let largest = |tail| max_statistic(&values, z, tail, args.test.replicates, args.test.seed);
    let (q, adjustment) = adjusted(&args.test, &geary.p, largest)?;
    let answer = Answer::new("local-geary")
        .fact("of", what)
        .fact("units", units.ids.len())
        .fact("inference", inference(geary.inference))
        .fact("alternative", format!("{}; less is alike, greater is a break", geary.alternative.id()))
        .fact("q", adjustment)
        .column("id", units.ids)
        .column("value", values)
        .column("c", geary.c)
        .column("z", geary.z)
        .column("p", geary.p)
        .column("q", q)
        .column("pattern", names(&geary.pattern));
    Ok(with_details(answer, geary.replicates, None))
}

/// Names of what is known of each unit; blank where nothing is.
fn names<T: ToString>(of: &[Option<T>]) -> Vec<String> {
    of.iter().map(|one| one.as_ref().map_or_else(String::new, ToString::to_string)).collect()
}

/// `hotspot stats moran`
pub fn moran(args: &MoranArgs) -> Done<Answer> {
    global("moran", &args.of, args.rates.population.as_deref(), global_moran)
}

/// `hotspot stats geary`
pub fn geary(args: &MoranArgs) -> Done<Answer> {
    global("geary", &args.of, args.rates.population.as_deref(), global_geary)
}

/// `hotspot stats general-g`
pub fn general_g(args: &GlobalArgs) -> Done<Answer> {
    global("general-g", args, None, global_g)
}

fn global(
    method: &'static str,
    args: &GlobalArgs,
    population: Option<&str>,
    compute: fn(&[f64], &SpatialWeights, &GlobalTest) -> hotspot_core::Result<GlobalAssociation>,
) -> Done<Answer> {
    let units = Units::read(&args.units)?;
    let (values, what) = values(&units, population)?;
    let test = GlobalTest {
        assumption: args.assumption,
        alternative: args.alternative,
        permutations: args.replicates.map(|replicates| permutations(replicates, args.stop_after, args.seed)),
    };
    let result = computed(compute(&values, &units.weights, &test))?;
    Ok(Answer::new(method)
        .fact("of", what)
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
    if let Some(row) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Failure::failed(tests.refused(row, "p", "not in 0 to 1")));
    }
    let (bh, by) = (computed(benjamini_hochberg(&p))?, computed(benjamini_yekutieli(&p))?);
    Ok(Answer::new("fdr")
        .fact("tests", p.len())
        .column("id", tests.texts("id")?)
        .column("bonferroni", computed(bonferroni(&p))?)
        .column("p", p)
        .column("q_benjamini_hochberg", bh)
        .column("q_benjamini_yekutieli", by))
}
