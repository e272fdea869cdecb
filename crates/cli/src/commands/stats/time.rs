//! Trends, space-time patterns, times of the week.

use super::answer::Answer;
use super::computed;
use super::local::weights;
use super::points::MetrePoints;
use super::table::Table;
use crate::args::stats::time::{
    AoristicArgs, EmergingArgs, KnoxArgs, KnoxTestArgs, MannKendallArgs, PeriodArg, ReferenceArg, StepAdjustmentArg,
};
use crate::failure::{Done, Failure};
use hotspot_core::space_time_cube::SpaceTimeCube;
use hotspot_core::time::aoristic::{Account, AoristicParams, Known, aoristic_months, aoristic_week};
use hotspot_core::time::emerging::{EmergingParams, emerging as emerging_of, space_time_gi_star};
use hotspot_core::time::knox::{Band, KnoxCell, KnoxParams, SamePlace, knox as knox_of, knox_test as knox_test_of};
use hotspot_core::time::mann_kendall::{mann_kendall as trend_of, mann_kendall_exact, sen_slope};
use std::collections::{BTreeMap, BTreeSet};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `hotspot stats mann-kendall`
pub fn mann_kendall(args: &MannKendallArgs) -> Done<Answer> {
    let values = Table::read(&args.values)?.numbers("value")?;
    let trend = computed(if args.exact { mann_kendall_exact(&values) } else { trend_of(&values) })?;
    let slope = computed(sen_slope(&values, args.level))?;
    Ok(Answer::new("mann-kendall")
        .fact("steps", trend.n)
        .fact("p", if args.exact { "exact" } else { "normal distribution of z, ties corrected" })
        .fact("slope", format!("Theil-Sen, per step, level {}", args.level))
        .column("s", vec![trend.s])
        .column("variance", vec![trend.variance])
        .column("z", vec![trend.z])
        .column("tau", vec![trend.tau])
        .column("p", vec![trend.p])
        .column("slope", vec![slope.as_ref().map(|s| s.slope)])
        .column("slope_lo", vec![slope.as_ref().map(|s| s.lower)])
        .column("slope_hi", vec![slope.as_ref().map(|s| s.upper)]))
}

/// `hotspot stats emerging`
pub fn emerging(args: &EmergingArgs) -> Done<Answer> {
    let table = Table::read(&args.cube)?;
    let (ids, times, values) = (table.texts("id")?, table.texts("time")?, table.numbers("value")?);
    let steps: BTreeSet<&String> = times.iter().collect();
    let step_of: BTreeMap<&String, usize> = steps.iter().enumerate().map(|(i, t)| (*t, i)).collect();
    let mut units: Vec<String> = Vec::new();
    let mut unit_of: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &ids {
        unit_of.entry(id).or_insert_with(|| {
            units.push(id.clone());
            units.len() - 1
        });
    }
    let mut cube = vec![0.0; units.len() * steps.len()];
    let mut seen = vec![false; cube.len()];
    for (row, ((id, time), value)) in ids.iter().zip(&times).zip(&values).enumerate() {
        let at = unit_of[id.as_str()] * steps.len() + step_of[time];
        if seen[at] {
            return Err(Failure::failed(table.refused(row, "time", "an earlier row has this unit and time already")));
        }
        (cube[at], seen[at]) = (*value, true);
    }
    let missing = seen.iter().filter(|s| !**s).count();
    let steps: Vec<String> = steps.into_iter().cloned().collect();
    let cube = computed(SpaceTimeCube::new(units.len(), steps.len(), cube))?;
    let neighbors = weights(&args.weights, &units)?;
    let reference = match args.reference {
        ReferenceArg::WholeCube => "Gi* against the whole cube",
        ReferenceArg::SameSteps => "Gi* against all units at the steps of the neighbourhood",
    };
    let answer = Answer::new("emerging")
        .fact("units", units.len())
        .fact("steps", steps.len())
        .fact("order_of_steps", "that of the texts in column time")
        .fact("missing_taken_for_0", missing)
        .fact("reference", reference)
        .fact("lag", args.lag);
    if args.by_step {
        let z = computed(space_time_gi_star(&cube, &neighbors, args.lag, args.reference.into()))?;
        let rows = || units.iter().flat_map(|unit| steps.iter().map(move |step| (unit, step)));
        return Ok(answer
            .column("id", rows().map(|(unit, _)| unit.clone()).collect::<Vec<_>>())
            .column("time", rows().map(|(_, step)| step.clone()).collect::<Vec<_>>())
            .column("z", z));
    }
    let params = EmergingParams {
        lag: args.lag,
        reference: args.reference.into(),
        adjustment: args.adjustment.into(),
        alpha: args.alpha,
        trend_alpha: args.trend_alpha,
        definition: args.definition,
    };
    let found = computed(emerging_of(&cube, &neighbors, &params))?;
    Ok(answer
        .fact("definition", args.definition.to_string())
        .fact("alpha", args.alpha)
        .fact("trend_alpha", args.trend_alpha)
        .fact(
            "adjustment",
            if args.adjustment == StepAdjustmentArg::None { "none" } else { "Benjamini-Hochberg, over all units and steps" },
        )
        .column("id", units)
        .column("pattern", found.pattern.iter().map(ToString::to_string).collect::<Vec<_>>())
        .column("z_last", found.z_last)
        .column("hot_share", found.hot_share)
        .column("mk_z", found.mk_z)
        .column("mk_p", found.mk_p))
}

/// `hotspot stats knox`
pub fn knox(args: &KnoxArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let days = points.table.days("date")?;
    if args.distances.get(1).is_some_and(|end| args.same_place >= *end) {
        return Err(Failure::cannot("--same-place must be below the end of the first band of --distances; 0 does without it"));
    }
    let params = KnoxParams {
        metric: args.metric,
        same_place: if args.same_place > 0.0 { SamePlace::Within(args.same_place) } else { SamePlace::InFirstBand },
        replicates: args.replicates,
        ..KnoxParams::new(&args.distances, &args.days, args.seed)
    };
    let table = computed(knox_of(&points.places, &days, &params))?;
    let cells: Vec<_> = table.iter().collect();
    let all = |of: &dyn Fn(&(Band, Band, &KnoxCell)) -> f64| -> Vec<f64> { cells.iter().map(of).collect() };
    Ok(Answer::new("knox")
        .fact("events", table.events)
        .fact("pairs", table.pairs)
        .fact("bands", "half-open: from is in, until is not")
        .fact("metric", table.metric.id())
        .fact("expected", "row total times column total over all pairs; it and sd are exact, over all ways of shuffling the times")
        .fact("p", format!("{} shuffles of the times, seed {}", args.replicates, args.seed))
        .column("distance_from", all(&|c| c.0.from))
        .column("distance_until", all(&|c| c.0.until))
        .column("days_from", all(&|c| c.1.from))
        .column("days_until", all(&|c| c.1.until))
        .column("observed", cells.iter().map(|c| c.2.observed as i64).collect::<Vec<_>>())
        .column("expected", all(&|c| c.2.expected))
        .column("sd", all(&|c| c.2.sd))
        .column("ratio", cells.iter().map(|c| c.2.ratio).collect::<Vec<_>>())
        .column("p", all(&|c| c.2.p))
        .column("near_repeat", cells.iter().map(|c| i64::from(c.2.is_near_repeat())).collect::<Vec<_>>()))
}

/// `hotspot stats knox-test`
pub fn knox_test(args: &KnoxTestArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let dates = points.table.days("date")?;
    let test = computed(knox_test_of(&points.places, &dates, args.distance, args.days, args.metric, args.replicates, args.seed))?;
    Ok(Answer::new("knox-test")
        .fact("events", test.events)
        .fact("pairs", test.pairs)
        .fact("close", format!("at most {} m and at most {} days apart", args.distance, args.days))
        .fact("metric", test.metric.id())
        .fact("p", format!("{} shuffles of the times, seed {}", args.replicates, args.seed))
        .fact("p_poisson", "right only where closeness is rare")
        .column("close_in_space", vec![test.close_in_space as i64])
        .column("close_in_time", vec![test.close_in_time as i64])
        .column("observed", vec![test.both.observed as i64])
        .column("expected", vec![test.both.expected])
        .column("sd", vec![test.both.sd])
        .column("ratio", vec![test.both.ratio])
        .column("p", vec![test.both.p])
        .column("p_poisson", vec![test.p_poisson]))
}

/// `hotspot stats aoristic`
pub fn aoristic(args: &AoristicArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (from, until) = (table.times("from")?, table.times("until")?);
    for (row, ends) in from.iter().zip(&until).enumerate() {
        if let (Some(from), Some(until)) = ends
            && from > until
        {
            return Err(Failure::failed(table.refused(row, "until", "before the time in column from")));
        }
    }
    let known: Vec<Known> = from
        .into_iter()
        .zip(until)
        .map(|ends| match ends {
            (Some(from), Some(until)) => Known::Between(from, until),
            (Some(from), None) => Known::From(from),
            (None, Some(until)) => Known::Until(until),
            (None, None) => Known::Nothing,
        })
        .collect();
    let params = AoristicParams { open_end: args.open_end.0, longest_hours: args.longest };
    let told = |account: Account| {
        Answer::new("aoristic")
            .fact("incidents", known.len())
            .fact("weighed", account.weighed)
            .fact("without_time", account.unknown)
            .fact("set_aside_one_end_unknown", account.open)
            .fact("set_aside_too_long", account.too_long)
    };
    if args.by == PeriodArg::Month {
        let months = computed(aoristic_months(&known, params))?;
        return Ok(told(months.account)
            .column("month", months.weights.iter().map(|(month, _)| month.to_string()).collect::<Vec<_>>())
            .column("weight", months.weights.iter().map(|(_, weight)| *weight).collect::<Vec<_>>()));
    }
    let week = computed(aoristic_week(&known, params))?;
    let hours = || 0..week.weights.len() as u32;
    Ok(told(week.account)
        .fact("hour", "0 is Monday 00:00 to 01:00, local time")
        .column("hour", hours().collect::<Vec<_>>())
        .column("weekday", hours().map(|hour| WEEKDAYS[hour as usize / 24].to_owned()).collect::<Vec<_>>())
        .column("hour_of_day", hours().map(|hour| hour % 24).collect::<Vec<_>>())
        .column("weight", week.weights))
}
