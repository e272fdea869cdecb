//! What recent months will come to.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::time::NowcastArgs;
use crate::failure::{Done, Failure};
use hotspot_core::time::delay::{NowcastMonth, ReportingTriangle, Reports, nowcast as nowcast_of};
use hotspot_core::{Month, MonthRange};
use jiff::civil::Date;

/// Months of a column that holds months or days.
fn months(table: &Table, column: &str) -> Done<Vec<Month>> {
    let month = |text: &str| text.parse().ok().or_else(|| text.parse().ok().and_then(Month::of));
    let of_row = |(row, text): (usize, &String)| {
        month(text).ok_or_else(|| Failure::failed(table.refused(row, column, "not a month (YYYY-MM), nor a day (YYYY-MM-DD)")))
    };
    table.texts(column)?.iter().enumerate().map(of_row).collect()
}

/// The last month that was over on that day.
fn last_complete(as_of: Date) -> Done<Month> {
    let month = Month::of(as_of).ok_or_else(|| Failure::cannot("--as-of is outside the years 1900 to 2199"))?;
    Ok(if month.last_day() == as_of { month } else { month.minus(1) })
}

/// `hotspot stats nowcast`
pub fn nowcast(args: &NowcastArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (occurred, recorded, counts) = (months(&table, "occurred")?, months(&table, "recorded")?, table.counts("count")?);
    if let Some(row) = occurred.iter().zip(&recorded).position(|(o, r)| r < o) {
        return Err(Failure::failed(table.refused(row, "recorded", "before the month in column occurred")));
    }
    let last = match args.as_of {
        Some(day) => Some(last_complete(day)?),
        None => recorded.iter().max().copied(),
    };
    let range = occurred.iter().min().zip(last).and_then(|(first, last)| MonthRange::new(*first, last));
    let range = range.ok_or_else(|| Failure::data("the table holds no report of a month that is over"))?;
    let left_out: u64 = recorded.iter().zip(&counts).filter(|(r, _)| **r > range.to()).map(|(_, n)| u64::from(*n)).sum();
    let reports =
        occurred.iter().zip(&recorded).zip(&counts).map(|((o, r), n)| Reports { occurred: *o, recorded: *r, count: u64::from(*n) });
    let triangle = computed(ReportingTriangle::new(reports, range, args.longest))?;
    let mut answer = Answer::new("nowcast")
        .fact("as_known_at_the_end_of", range.to().to_string())
        .fact("longest_delay_months", args.longest)
        .fact("reported_later", triangle.beyond())
        .fact("recorded_after_it_and_left_out", left_out);
    if args.as_of.is_none() {
        answer = answer.fact("caution", "the last month of recording is taken to be over; if it was not, give --as-of");
    }
    if args.by_delay {
        let shares = triangle.completeness().ok_or_else(|| Failure::data("too little is reported to say how long it takes"))?;
        return Ok(answer.column("delay", (0..shares.len() as u32).collect::<Vec<_>>()).column("completeness", shares));
    }
    let made = computed(nowcast_of(&triangle, args.level))?;
    let whole = |of: &dyn Fn(&NowcastMonth) -> Option<u64>| -> Vec<Option<f64>> {
        made.months.iter().map(|m| of(m).map(|n| n as f64)).collect()
    };
    Ok(answer
        .fact("level", made.level)
        .fact("spread", made.spread)
        .column("month", made.months.iter().map(|m| m.month.to_string()).collect::<Vec<_>>())
        .column("reported", made.months.iter().map(|m| m.reported as i64).collect::<Vec<_>>())
        .column("completeness", made.months.iter().map(|m| m.completeness).collect::<Vec<_>>())
        .column("estimate", whole(&|m| m.estimate.as_ref().map(|e| e.median)))
        .column("estimate_lo", whole(&|m| m.estimate.as_ref().map(|e| e.lower)))
        .column("estimate_hi", whole(&|m| m.estimate.as_ref().map(|e| e.upper))))
}
