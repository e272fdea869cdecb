//! Forecast accuracy and concentration.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::evaluate::{GiniArgs, OrderArg, PaiArgs};
use crate::failure::Done;
use hotspot_core::evaluate::concentration::{BenchmarkParams, concentration, random_benchmark};
use hotspot_core::evaluate::pai::{Cut, Forecast, Order, PaiParams, Tied, pai as accuracy};

/// `hotspot stats pai`
pub fn pai(args: &PaiArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (predicted, observed, area_km2) = (table.numbers("predicted")?, table.counts("observed")?, table.numbers("area_km2")?);
    let allowed: Option<Vec<bool>> = table
        .has("allowed")
        .then(|| table.counts("allowed"))
        .transpose()?
        .map(|flags| flags.iter().map(|flag| *flag != 0).collect());
    let cuts: Vec<Cut> =
        args.top.iter().map(|k| Cut::Units(*k)).chain(args.shares.iter().map(|share| Cut::AreaShare(*share))).collect();
    let params = PaiParams {
        order: match args.order {
            OrderArg::Density => Order::Density,
            OrderArg::Score => Order::Score,
        },
        periods: args.periods,
        level: args.level,
        allowed: allowed.as_deref(),
        ..PaiParams::default()
    };
    let forecast = Forecast { predicted: &predicted, observed: &observed, area_km2: &area_km2 };
    let found = computed(accuracy(&forecast, &cuts, &params))?;
    let all =
        |of: &dyn Fn(&hotspot_core::evaluate::pai::Accuracy) -> Option<f64>| -> Vec<Option<f64>> { found.iter().map(of).collect() };
    // Ties are broken against the forecast, as ptools breaks them: what cannot be gamed.
    let worst = |tied: Option<Tied>| tied.map(|t| t.worst);
    Ok(Answer::new("pai")
        .fact("units", predicted.len())
        .fact("incidents", observed.iter().map(|n| u64::from(*n)).sum::<u64>())
        .fact("level", args.level)
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
        .column("pei", all(&|a| worst(a.pei)))
        .column("pei_star", all(&|a| worst(a.pei_star)))
        .column("recovery_ratio", all(&|a| worst(a.recovery_ratio)))
        .column("search_efficiency", all(&|a| worst(a.search_efficiency))))
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
        .column("p", vec![random.p]))
}
