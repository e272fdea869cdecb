//! Forecast accuracy and concentration.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::evaluate::{
    GiniArgs, LorenzArgs, OrderArg, PaiArgs, RecaptureArgs, SpptArgs, TopOverlapArgs, WilcoxonArgs,
};
use crate::failure::{Done, Failure};
use hotspot_core::evaluate::concentration::{BenchmarkParams, concentration, lorenz as lorenz_of, random_benchmark};
use hotspot_core::evaluate::pai::{Cut, Forecast, Optimum, Order, PaiParams, Tied, flagged, pai as accuracy, recapture_rate_index};
use hotspot_core::evaluate::stability::{OverlapParams, sppt as sppt_of, top_overlap as top_overlap_of, wilcoxon_signed_rank};
use std::collections::HashMap;

/// `hotspot stats pai`
pub fn pai(args: &PaiArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (predicted, observed, area_km2) = (table.numbers("predicted")?, table.counts("observed")?, table.positive("area_km2")?);
    let allowed: Option<Vec<bool>> = table
        .has("allowed")
        .then(|| table.counts("allowed"))
        .transpose()?
        .map(|flags| flags.iter().map(|flag| *flag != 0).collect());
    if args.flagged {
        let &[share] = args.shares.as_slice() else { return Err(Failure::cannot("--flagged needs one of --shares")) };
        return flags(args, &table, &predicted, &area_km2, share);
    }
    let of_share = if args.in_part { Cut::AreaShareInPart } else { Cut::AreaShare };
    let cuts: Vec<Cut> = args.top.iter().map(|k| Cut::Units(*k)).chain(args.shares.iter().copied().map(of_share)).collect();
    let patrol_areas = table.has("patrol_area").then(|| table.texts("patrol_area")).transpose()?.map(|names| numbered(&names));
    let params = PaiParams {
        order: match args.order {
            OrderArg::Density => Order::Density,
            OrderArg::Score => Order::Score,
        },
        periods: args.periods,
        penalty: args.penalty,
        level: args.level,
        allowed: allowed.as_deref(),
        patrol_areas: patrol_areas.as_deref(),
    };
    let forecast = Forecast { predicted: &predicted, observed: &observed, area_km2: &area_km2 };
    let found = computed(accuracy(&forecast, &cuts, &params))?;
    let all =
        |of: &dyn Fn(&hotspot_core::evaluate::pai::Accuracy) -> Option<f64>| -> Vec<Option<f64>> { found.iter().map(of).collect() };
    let bound = found.iter().any(|a| a.optimum == Optimum::Bound);
    let optimum = if bound { "an upper bound, at most one unit's incidents too high" } else { "exact" };
    // Ties are broken against the forecast, as ptools breaks them: what cannot be gamed.
    let worst = |tied: Option<Tied>| tied.map(|t| t.worst);
    Ok(Answer::new("pai")
        .fact("units", predicted.len())
        .fact("incidents", observed.iter().map(|n| u64::from(*n)).sum::<u64>())
        .fact("level", args.level)
        .fact("penalty", args.penalty)
        .fact("optimum", optimum)
        .fact("ties", "broken against the forecast; pai_expected and pai_best break them by chance and for it")
        .column("units", found.iter().map(|a| a.units).collect::<Vec<_>>())
        .column("area_share", all(&|a| Some(a.area_share)))
        .column("hits", all(&|a| Some(a.hits.worst)))
        .column("hit_rate", all(&|a| worst(a.hit_rate)))
        .column("pai", all(&|a| worst(a.pai)))
        .column("pai_expected", all(&|a| a.pai.map(|t| t.expected)))
        .column("pai_best", all(&|a| a.pai.map(|t| t.best)))
        .column("pai_lo", all(&|a| a.pai_limits.map(|l| l[0])))
        .column("pai_hi", all(&|a| a.pai_limits.map(|l| l[1])))
        .column("penalised_pai", all(&|a| worst(a.penalised_pai)))
        .column("pei", all(&|a| worst(a.pei)))
        .column("pei_star", all(&|a| worst(a.pei_star)))
        .column("recovery_ratio", all(&|a| worst(a.recovery_ratio)))
        .column("search_efficiency", all(&|a| worst(a.search_efficiency))))
}

/// The part of each unit that is flagged.
fn flags(args: &PaiArgs, table: &Table, predicted: &[f64], area_km2: &[f64], share: f64) -> Done<Answer> {
    if let Some(row) = area_km2.iter().position(|area| *area <= 0.0) {
        return Err(Failure::failed(table.refused(row, "area_km2", "not above 0")));
    }
    let score: Vec<f64> = match args.order {
        OrderArg::Density => predicted.iter().zip(area_km2).map(|(p, a)| p / a).collect(),
        OrderArg::Score => predicted.to_vec(),
    };
    Ok(Answer::new("pai")
        .fact("share", share)
        .fact("ties", "share what is left for them by area")
        .column("id", table.texts("id")?)
        .column("flagged", flagged(&score, area_km2, share)))
}

/// The same number for the same text, from 0 in the order of their first rows.
fn numbered(names: &[String]) -> Vec<u32> {
    let mut known = HashMap::new();
    names
        .iter()
        .map(|name| {
            let next = known.len() as u32;
            *known.entry(name).or_insert(next)
        })
        .collect()
}

/// `hotspot stats gini`
pub fn gini(args: &GiniArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let found = computed(concentration(&table.counts("count")?))?;
    let params = BenchmarkParams { replicates: args.replicates, seed: args.seed, level: args.level };
    let random = computed(random_benchmark(&found, &params))?;
    Ok(Answer::new("gini")
        .fact("places", found.places)
        .fact("incidents", found.incidents)
        .fact("benchmark", format!("{} random placements of as many incidents, seed {}", args.replicates, args.seed))
        .column("gini", vec![found.gini])
        .column("generalised_gini", vec![found.generalised_gini])
        .column("unbiased_gini", vec![found.unbiased_gini])
        .column("places_with_quarter", vec![found.places_with_quarter])
        .column("places_with_half", vec![found.places_with_half])
        .column("random_gini", vec![random.gini])
        .column("random_generalised_gini", vec![random.generalised_gini])
        .column("random_lo", vec![random.limits[0]])
        .column("random_hi", vec![random.limits[1]])
        .column("above_random", vec![random.above_random])
        .column("p", vec![random.p]))
}

/// `hotspot stats lorenz`
pub fn lorenz(args: &LorenzArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let values = table.numbers("value")?;
    let curve = computed(lorenz_of(&values))?;
    let at = |axis: usize| curve.vertices.iter().map(|v| v[axis]).collect::<Vec<_>>();
    Ok(Answer::new("lorenz")
        .fact("places", values.len())
        .fact("gini", curve.gini())
        .fact("places_with_quarter", curve.places_holding(0.25))
        .fact("places_with_half", curve.places_holding(0.5))
        .fact("held_by_the_highest_tenth", curve.held_by(0.1))
        .fact("curve", "from the highest place down; straight between the rows")
        .column("places", at(0))
        .column("share", at(1)))
}

/// `hotspot stats recapture`
pub fn recapture(args: &RecaptureArgs) -> Done<Answer> {
    let pair = |counts: &[u64]| [counts[0], counts[1]];
    let (inside, everywhere) = (pair(&args.inside), pair(&args.everywhere));
    if inside.iter().zip(&everywhere).any(|(part, whole)| part > whole) {
        return Err(Failure::data("more are inside than everywhere"));
    }
    Ok(Answer::new("recapture")
        .fact("index", "above 1 the area kept more than its share of the change; blank when a count before, or all after, is 0")
        .column("index", vec![recapture_rate_index(inside, everywhere)]))
}

/// `hotspot stats wilcoxon`
pub fn wilcoxon(args: &WilcoxonArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let differences: Vec<f64> = table.numbers("first")?.iter().zip(table.numbers("second")?).map(|(a, b)| a - b).collect();
    let test = computed(wilcoxon_signed_rank(&differences, args.alternative))?;
    Ok(Answer::new("wilcoxon")
        .fact("differences", "first less second; pairs without one are left out")
        .fact("inference", test.inference.id())
        .fact("alternative", test.alternative.id())
        .column("pairs", vec![test.pairs])
        .column("v", vec![test.v])
        .column("p", vec![test.p]))
}

/// `hotspot stats sppt`
pub fn sppt(args: &SpptArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (first, second) = (table.counts("first")?, table.counts("second")?);
    let test = computed(sppt_of(&first, &second, args.alpha, args.adjustment.into()))?;
    let share = |counts: &[u32]| -> Vec<Option<f64>> {
        let all: f64 = counts.iter().map(|c| f64::from(*c)).sum();
        counts.iter().map(|c| (all > 0.0).then(|| f64::from(*c) / all)).collect()
    };
    Ok(Answer::new("sppt")
        .fact("s", test.s)
        .fact("robust_s", test.robust_s)
        .fact("alpha", args.alpha)
        .fact(
            "test",
            "Fisher's exact test of each unit's share; s is the share of units that do not differ, robust_s that of units with any",
        )
        .column("id", table.texts("id")?)
        .column("first_share", share(&first))
        .column("second_share", share(&second))
        .column("p", test.p)
        .column("q", test.q))
}

/// `hotspot stats top-overlap`
pub fn top_overlap(args: &TopOverlapArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (first, second) = (table.counts("first")?, table.counts("second")?);
    let of = |top: &u32| {
        let params = OverlapParams { top: *top, replicates: args.replicates, seed: args.seed, level: args.level };
        top_overlap_of(&first, &second, &params)
    };
    let found = computed(args.top.iter().map(of).collect::<Result<Vec<_>, _>>())?;
    Ok(Answer::new("top-overlap")
        .fact("units", first.len())
        .fact("level", args.level)
        .fact("interval", format!("percentiles of {} resamplings of the incidents, seed {}", args.replicates, args.seed))
        .column("top", args.top.clone())
        .column("jaccard", found.iter().map(|o| o.value).collect::<Vec<_>>())
        .column("jaccard_lo", found.iter().map(|o| o.lower).collect::<Vec<_>>())
        .column("jaccard_hi", found.iter().map(|o| o.upper).collect::<Vec<_>>())
        .column("at_random", found.iter().map(|o| o.at_random).collect::<Vec<_>>()))
}
