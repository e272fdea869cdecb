//! Series, space-time patterns, repeats.

use super::answer::Answer;
use super::computed;
use super::local::weights;
use super::points::MetrePoints;
use super::table::Table;
use crate::args::stats::time::{ChartArg, ControlChartArgs, EmergingArgs, KnoxArgs, MannKendallArgs, NowcastArgs, RepeatsArgs};
use crate::failure::{Done, Failure};
use hotspot_core::space_time_cube::SpaceTimeCube;
use hotspot_core::time::control_chart::{ChartParams, Limits, negative_binomial_chart, poisson_chart, xmr};
use hotspot_core::time::delay::{ReportingTriangle, Reports, nowcast as nowcast_of};
use hotspot_core::time::emerging::{EmergingParams, emerging as emerging_of};
use hotspot_core::time::knox::{KnoxParams, SamePlace, knox as knox_of};
use hotspot_core::time::mann_kendall::{mann_kendall as trend_of, mann_kendall_exact, sen_slope};
use hotspot_core::time::repeats::{RepeatParams, WaitsFrom, repeats as repeats_of, time_to_next};
use hotspot_core::{Month, MonthRange};
use std::collections::{BTreeMap, BTreeSet};

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
    let cube = computed(SpaceTimeCube::new(units.len(), steps.len(), cube))?;
    let params = EmergingParams { lag: args.lag, definition: args.definition, ..EmergingParams::default() };
    let found = computed(emerging_of(&cube, &weights(&args.weights, &units)?, &params))?;
    Ok(Answer::new("emerging")
        .fact("units", units.len())
        .fact("steps", found.steps)
        .fact("order_of_steps", "that of the texts in column time")
        .fact("missing_taken_for_0", missing)
        .fact("definition", args.definition.to_string())
        .fact("reference", "Gi* against the whole cube, false discovery rate 0.05")
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
    let params = KnoxParams {
        metric: args.metric,
        same_place: if args.same_place > 0.0 { SamePlace::Within(args.same_place) } else { SamePlace::InFirstBand },
        replicates: args.replicates,
        ..KnoxParams::new(&args.distances, &args.days, args.seed)
    };
    let table = computed(knox_of(&points.places, &days, &params))?;
    let cells: Vec<_> = table.iter().collect();
    let all = |of: &dyn Fn(
        &(hotspot_core::time::knox::Band, hotspot_core::time::knox::Band, &hotspot_core::time::knox::KnoxCell),
    ) -> f64|
     -> Vec<f64> { cells.iter().map(of).collect() };
    Ok(Answer::new("knox")
        .fact("events", table.events)
        .fact("pairs", table.pairs)
        .fact("bands", "half-open: from is in, until is not")
        .fact("metric", table.metric.id())
        .fact("expected", "row total times column total over all pairs, of the bands given")
        .fact("p", format!("{} shuffles of the times, seed {}", args.replicates, args.seed))
        .column("distance_from", all(&|c| c.0.from))
        .column("distance_until", all(&|c| c.0.until))
        .column("days_from", all(&|c| c.1.from))
        .column("days_until", all(&|c| c.1.until))
        .column("observed", cells.iter().map(|c| c.2.observed as i64).collect::<Vec<_>>())
        .column("expected", all(&|c| c.2.expected))
        .column("ratio", cells.iter().map(|c| c.2.ratio).collect::<Vec<_>>())
        .column("p", all(&|c| c.2.p))
        .column("near_repeat", cells.iter().map(|c| i64::from(c.2.is_near_repeat())).collect::<Vec<_>>()))
}

/// `hotspot stats xmr`
pub fn control_chart(args: &ControlChartArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let times = table.texts("time")?;
    let values = table.numbers("value")?;
    let params = ChartParams::new(0..args.baseline.unwrap_or(values.len()));
    let counts = || -> Done<Vec<u64>> { Ok(table.counts("value")?.into_iter().map(u64::from).collect()) };
    let exposure = || if table.has("exposure") { table.numbers("exposure") } else { Ok(vec![1.0; values.len()]) };
    let chart = computed(match args.kind {
        ChartArg::Xmr => xmr(&values, &params),
        ChartArg::Poisson => poisson_chart(&counts()?, &exposure()?, Limits::Exact, &params),
        ChartArg::NegativeBinomial => negative_binomial_chart(&counts()?, &exposure()?, &params),
    })?;
    let words = |at: usize| {
        let of: Vec<String> = chart.signals.iter().filter(|s| (s.from..=s.to).contains(&at)).map(ToString::to_string).collect();
        of.join("; ")
    };
    let mut answer = Answer::new("xmr")
        .fact("mean", chart.mean)
        .fact("mean_moving_range", chart.mean_moving_range)
        .fact("moving_range_limit", chart.moving_range_limit)
        .fact("dispersion", chart.dispersion)
        .fact("baseline", format!("the first {} points", chart.baseline.len()))
        .fact("signals", chart.signals.len());
    if !chart.cautions.is_empty() {
        answer = answer.fact("caution", chart.cautions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    Ok(answer
        .column("time", times)
        .column("value", chart.points.iter().map(|p| p.value).collect::<Vec<_>>())
        .column("center", chart.points.iter().map(|p| p.center).collect::<Vec<_>>())
        .column("lower", chart.points.iter().map(|p| p.lower).collect::<Vec<_>>())
        .column("upper", chart.points.iter().map(|p| p.upper).collect::<Vec<_>>())
        .column("signal", (0..chart.points.len()).map(words).collect::<Vec<_>>()))
}

/// `hotspot stats repeats`
pub fn repeats(args: &RepeatsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let incidents: Vec<(String, i64)> = table.texts("id")?.into_iter().zip(table.days("date")?).collect();
    let first = incidents.iter().map(|i| i.1).min().unwrap_or(0);
    let last = incidents.iter().map(|i| i.1).max().unwrap_or(0);
    let params = RepeatParams { lookback_days: args.lookback, ..RepeatParams::new(first, last + 1) };
    let found = computed(repeats_of(&incidents, &params))?;
    let waits = computed(time_to_next(&incidents, &params, WaitsFrom::EveryIncident, 0.95))?;
    let top = |part: f64| found.top_share(part).map(|t| t.share);
    Ok(Answer::new("repeats")
        .fact("window", format!("{} days, from the first to the last incident", last - first + 1))
        .fact("lookback_days", args.lookback)
        .column("incidents", vec![found.incidents as i64])
        .column("subjects", vec![found.subjects as i64])
        .column("repeat_subjects", vec![found.repeat_subjects as i64])
        .column("share_of_subjects", vec![found.share_of_subjects()])
        .column("share_of_incidents", vec![found.share_of_incidents()])
        .column("recurrences", vec![found.recurrences as i64])
        .column("top_1_percent_share", vec![top(0.01)])
        .column("top_10_percent_share", vec![top(0.1)])
        .column("median_days_to_next", vec![waits.median()])
        .column("next_within_30_days", vec![waits.at(30.0).map(|s| 1.0 - s)])
        .column("next_within_365_days", vec![waits.at(365.0).map(|s| 1.0 - s)]))
}

/// `hotspot stats nowcast`
pub fn nowcast(args: &NowcastArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let months = |column: &str| -> Done<Vec<Month>> {
        let month = |(row, text): (usize, &String)| {
            text.parse().map_err(|_no_month| Failure::failed(table.refused(row, column, "not a month (YYYY-MM)")))
        };
        table.texts(column)?.iter().enumerate().map(month).collect()
    };
    let (occurred, recorded, counts) = (months("occurred")?, months("recorded")?, table.counts("count")?);
    let range = occurred.iter().min().zip(recorded.iter().max()).and_then(|(first, last)| MonthRange::new(*first, *last));
    let range = range.ok_or_else(|| Failure::data("the table holds no report"))?;
    let reports =
        occurred.iter().zip(&recorded).zip(&counts).map(|((o, r), n)| Reports { occurred: *o, recorded: *r, count: u64::from(*n) });
    let triangle = computed(ReportingTriangle::new(reports, range, args.longest))?;
    let made = computed(nowcast_of(&triangle, args.level))?;
    let whole = |of: &dyn Fn(&hotspot_core::time::delay::NowcastMonth) -> Option<u64>| -> Vec<Option<f64>> {
        made.months.iter().map(|m| of(m).map(|n| n as f64)).collect()
    };
    Ok(Answer::new("nowcast")
        .fact("level", made.level)
        .fact("longest_delay_months", made.longest)
        .fact("spread", made.spread)
        .fact("reported_later", triangle.beyond())
        .column("month", made.months.iter().map(|m| m.month.to_string()).collect::<Vec<_>>())
        .column("reported", made.months.iter().map(|m| m.reported as i64).collect::<Vec<_>>())
        .column("completeness", made.months.iter().map(|m| m.completeness).collect::<Vec<_>>())
        .column("estimate", whole(&|m| m.estimate.as_ref().map(|e| e.median)))
        .column("estimate_lo", whole(&|m| m.estimate.as_ref().map(|e| e.lower)))
        .column("estimate_hi", whole(&|m| m.estimate.as_ref().map(|e| e.upper))))
}
