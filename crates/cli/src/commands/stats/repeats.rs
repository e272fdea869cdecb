//! Repeats, and waits until the next.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::time::{RepeatsArgs, SameDayArg, SurvivalArgs, WaitsFromArg};
use crate::failure::{Done, Failure};
use hotspot_core::time::repeats::{RepeatParams, SameDay, WaitsFrom, repeats as repeats_of, time_to_next};
use hotspot_core::time::survival::{Survival, Wait, WaitEnd, kaplan_meier};

/// Window, lookback and what one day counts.
fn params(args: &RepeatsArgs, days: impl Iterator<Item = i64> + Clone) -> Done<RepeatParams> {
    let last = args.to.or_else(|| days.clone().max()).unwrap_or(0);
    let first = match args.within_days {
        Some(within) => last - i64::from(within) + 1,
        None => args.from.or_else(|| days.min()).unwrap_or(0),
    };
    if first > last {
        return Err(Failure::data("the window ends before it begins: see --from and --to"));
    }
    Ok(RepeatParams {
        lookback_days: args.lookback,
        same_day: match args.same_day {
            SameDayArg::Separate => SameDay::Separate,
            SameDayArg::OneIncident => SameDay::OneIncident,
        },
        ..RepeatParams::new(first, last + 1)
    })
}

/// `hotspot stats repeats`
pub fn repeats(args: &RepeatsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let incidents: Vec<(String, i64)> = table.texts("id")?.into_iter().zip(table.days("date")?).collect();
    let params = params(args, incidents.iter().map(|i| i.1))?;
    let from = match args.waits_from {
        WaitsFromArg::EveryIncident => WaitsFrom::EveryIncident,
        WaitsFromArg::FirstIncident => WaitsFrom::FirstIncident,
    };
    let waits = computed(time_to_next(&incidents, &params, from, args.level))?;
    let outside = incidents.iter().filter(|i| !(params.from_day..params.until_day).contains(&i.1)).count();
    let day = |day: i64| {
        jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).map_or(day.to_string(), |d| d.to_string())
    };
    let answer = Answer::new("repeats")
        .fact(
            "window",
            format!("{} to {}, {} days", day(params.from_day), day(params.until_day - 1), params.until_day - params.from_day),
        )
        .fact("incidents_outside", outside)
        .fact("lookback_days", args.lookback);
    if args.curve {
        return Ok(curve(answer.fact("time", "days to the next incident of the same id"), &waits));
    }
    let found = computed(repeats_of(&incidents, &params))?;
    let top = |part: f64| found.top_share(part).map(|t| t.share);
    let mut answer = answer
        .column("incidents", vec![found.incidents as i64])
        .column("subjects", vec![found.subjects as i64])
        .column("repeat_subjects", vec![found.repeat_subjects as i64])
        .column("share_of_subjects", vec![found.share_of_subjects()])
        .column("share_of_incidents", vec![found.share_of_incidents()])
        .column("recurrences", vec![found.recurrences as i64])
        .column("recurrent_subjects", vec![found.recurrent_subjects as i64])
        .column("top_1_percent_share", vec![top(0.01)])
        .column("top_10_percent_share", vec![top(0.1)])
        .column("median_days_to_next", vec![waits.median()])
        .column("next_within_30_days", vec![waits.at(30.0).map(|s| 1.0 - s)])
        .column("next_within_365_days", vec![waits.at(365.0).map(|s| 1.0 - s)]);
    if let Some(population) = args.population {
        answer =
            answer.fact("population", population).column("share_of_subjects_by_chance", vec![found.share_by_chance(population)]);
    }
    Ok(answer)
}

/// `hotspot stats survival`
pub fn survival(args: &SurvivalArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let events = table.counts("event")?;
    if let Some(row) = events.iter().position(|event| *event > 1) {
        return Err(Failure::failed(table.refused(row, "event", "neither 1 (it ended) nor 0 (observation stopped first)")));
    }
    let end = |event: &u32| if *event == 1 { WaitEnd::Event } else { WaitEnd::Censored };
    let waits: Vec<Wait> = table.numbers("time")?.iter().zip(&events).map(|(time, e)| Wait { time: *time, end: end(e) }).collect();
    Ok(curve(Answer::new("survival"), &computed(kaplan_meier(&waits, args.level))?))
}

fn curve(answer: Answer, curve: &Survival) -> Answer {
    let points = || curve.points.iter();
    answer
        .fact("waits", curve.waits)
        .fact("ended", curve.events)
        .fact("median", curve.median())
        .fact("longest", curve.longest)
        .fact("level", curve.level)
        .fact("limits", "beta product (Fay, Brittain and Proschan); without censoring those of Clopper and Pearson")
        .column("time", points().map(|p| p.time).collect::<Vec<_>>())
        .column("at_risk", points().map(|p| p.at_risk as i64).collect::<Vec<_>>())
        .column("events", points().map(|p| p.events as i64).collect::<Vec<_>>())
        .column("survival", points().map(|p| p.survival).collect::<Vec<_>>())
        .column("std_error", points().map(|p| p.std_error).collect::<Vec<_>>())
        .column("lower", points().map(|p| p.limits[0]).collect::<Vec<_>>())
        .column("upper", points().map(|p| p.limits[1]).collect::<Vec<_>>())
}
