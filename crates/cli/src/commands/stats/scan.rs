//! Scan statistics.

use super::answer::Answer;
use super::computed;
use super::scan_input::{Input, Steps};
use crate::args::stats::scan::{ScanArgs, ShapeArg};
use crate::failure::{Done, Failure};
use hotspot_core::cluster::scan::{
    Extent, GiniParams, MaxDuration, Period, ScanCluster, ScanParams, Stop, scan as scan_of, scan_uncertain,
};
use std::path::Path;

fn params(args: &ScanArgs, steps: &Steps) -> Done<ScanParams> {
    let since = args.since.as_deref().map(|since| steps.named(since)).transpose()?;
    Ok(ScanParams {
        rates: args.rates.into(),
        max_population: args.max_population,
        max_duration: args.max_duration.map_or(MaxDuration::Share(args.max_duration_share), MaxDuration::Steps),
        period: if args.prospective { Period::Prospective { since } } else { Period::Retrospective },
        min_cases: args.min_cases,
        secondary: args.secondary.into(),
        max_clusters: args.max_clusters as usize,
        gini: args.gini.then(|| GiniParams { alpha: args.gini_alpha, ..GiniParams::default() }),
        replicates: args.replicates,
        stop: if args.stop_after == 0 { Stop::Never } else { Stop::Exceedances(args.stop_after) },
        seed: args.seed,
    })
}

/// `hotspot stats scan`
pub fn scan(args: &ScanArgs) -> Done<Answer> {
    let mut input = Input::read(args)?;
    if let (Some(column), Some(areas), Some(cases)) = (&args.uncertainty, &args.areas, &args.cases) {
        return uncertain(args, &mut input, areas, cases, column);
    }
    let (ids, steps) = (input.ids(), &input.steps);
    let found = computed(scan_of(&input.view(), &params(args, steps)?))?;
    let mut answer = Answer::new("scan")
        .fact("model", found.model.id())
        .fact("units", ids.len())
        .fact("steps", steps.names.len())
        .fact("cases", found.total)
        .fact("windows", found.windows)
        .fact("replicates", format!("{} of {} made, seed {}", found.inference.replicates(), args.replicates, args.seed))
        .fact("p_gumbel", "extrapolated from the maxima of the replicates");
    if args.shape == ShapeArg::H3Disks {
        answer = answer.fact("most_rings", args.max_rings);
    }
    let mut clusters: &[ScanCluster] = &found.clusters;
    if args.gini {
        clusters = found.gini.as_ref().map_or(&[], |set| &set.clusters);
        answer = match &found.gini {
            Some(set) => answer.fact("gini", set.gini).fact("max_population_of_the_set", set.max_population),
            None => answer.fact("gini", "no cluster is significant"),
        };
    }
    Ok(with_clusters(answer, clusters, ids, steps, args))
}

/// One row for each cluster.
fn with_clusters(answer: Answer, clusters: &[ScanCluster], ids: &[String], steps: &Steps, args: &ScanArgs) -> Answer {
    let members = |units: &[u32]| units.iter().map(|u| ids[*u as usize].as_str()).collect::<Vec<_>>().join(";");
    let answer = answer
        .column("rank", clusters.iter().map(|c| c.rank).collect::<Vec<_>>())
        .column("center", clusters.iter().map(|c| ids[c.center as usize].clone()).collect::<Vec<_>>())
        .column("members", clusters.iter().map(|c| members(&c.units)).collect::<Vec<_>>())
        .column("start", clusters.iter().map(|c| steps.names[c.start as usize].clone()).collect::<Vec<_>>())
        .column("end", clusters.iter().map(|c| steps.names[c.end as usize].clone()).collect::<Vec<_>>())
        .column("cases", clusters.iter().map(|c| c.cases).collect::<Vec<_>>())
        .column("expected", clusters.iter().map(|c| c.expected).collect::<Vec<_>>())
        .column("llr", clusters.iter().map(|c| c.llr).collect::<Vec<_>>())
        .column("p", clusters.iter().map(|c| c.p).collect::<Vec<_>>())
        .column("p_gumbel", clusters.iter().map(|c| c.p_gumbel).collect::<Vec<_>>());
    if !args.details {
        return answer;
    }
    let (name, size): (_, fn(&ScanCluster) -> f64) = match args.shape {
        ShapeArg::Circles => ("radius", |c| if let Extent::Circle { radius_m } = c.extent { radius_m } else { f64::NAN }),
        ShapeArg::H3Disks => ("rings", |c| if let Extent::Disk { rings } = c.extent { f64::from(rings) } else { f64::NAN }),
    };
    answer
        .column(name, clusters.iter().map(size).collect::<Vec<_>>())
        .column("relative_risk", clusters.iter().map(|c| c.relative_risk).collect::<Vec<_>>())
        .column("recurrence_steps", clusters.iter().map(|c| c.recurrence_steps).collect::<Vec<_>>())
}

/// How often each unit is in the best cluster when cases are placed again and again.
fn uncertain(args: &ScanArgs, input: &mut Input, areas: &Path, cases: &Path, column: &str) -> Done<Answer> {
    let (cases, alone) = input.uncertain(areas, cases, column)?;
    if cases.is_empty() {
        return Err(Failure::data("the table holds no case"));
    }
    let found = computed(scan_uncertain(&input.view(), &cases, args.draws, &params(args, &input.steps)?))?;
    let middle = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    };
    let significant = (!found.p.is_empty()).then(|| found.p.iter().filter(|p| **p <= 0.05).count() as f64 / found.p.len() as f64);
    Ok(Answer::new("scan")
        .fact("model", found.model.id())
        .fact("units", input.ids().len())
        .fact("steps", input.steps.names.len())
        .fact("cases", cases.len())
        .fact("rows_with_no_unit_so_near_taken_to_the_nearest", alone)
        .fact("draws", format!("{} placings of the cases, seed {}", args.draws, args.seed))
        .fact("llr_median", middle(&found.llr))
        .fact("p_median", middle(&found.p))
        .fact("share_of_draws_with_p_up_to_0.05", significant)
        .column("id", input.ids().to_vec())
        .column("share_in_best", found.share_in_best))
}
