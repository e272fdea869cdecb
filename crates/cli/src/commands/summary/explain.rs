//! How a figure came about, from rows to table.

use super::{Counted, Supplied};
use crate::args::SummaryArgs;
use crate::commands::say;
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::cube::FactKind;
use hotspot_core::summary::figures::JUDGED;
use hotspot_core::summary::tables::strand_id;
use hotspot_core::summary::{Basis, Cube, Marked, Measure, Series, Summary, Tally, strands};
use hotspot_core::time::control_chart::ChartKind;
use hotspot_core::{Month, PlaceKind, Strand};
use hotspot_pipeline::summary::{Before, Editions};

/// Prints it.
pub fn run(args: &SummaryArgs, asked: &[String]) -> Done {
    let parts: Vec<&str> = asked.iter().flat_map(|part| part.split(',')).map(str::trim).filter(|p| !p.is_empty()).collect();
    let [name, month, strand] = parts.as_slice() else {
        return Err(Failure::cannot("--explain: a place, a month and a strand, as in --explain camden 2026-09 race"));
    };
    let month: Month = month.parse().map_err(|e| Failure::cannot(format!("--explain: {e}")))?;
    let strand = strands().find(|s| strand_id(*s) == strand.to_lowercase()).ok_or_else(|| {
        let known: Vec<&str> = strands().map(strand_id).collect();
        Failure::cannot(format!("--explain: the strand is one of {}", known.join(", ")))
    })?;
    let bar = progress::spinner("reading the store");
    let editions = match &args.out {
        Some(out) if out.exists() => Some(Editions::look(out)?),
        _ => None,
    };
    // What stands in the edition of the month is explained as it was known then.
    let published = editions.as_ref().map(|e| e.known_on(month)).transpose()?.flatten();
    let counted = Counted::load(args, &Supplied::read(args)?, Some(month), args.as_known_on.or(published), &bar)?;
    let before = editions.as_ref().map(|e| e.before(month)).transpose()?.flatten();
    let place = place_of(&counted.cube, name)?;
    let summary = Summary::of(&counted.input(before.as_ref()))?;
    bar.finish_and_clear();
    rows(&counted)?;
    for basis in counted.cube.bases() {
        let series = summary.series(*basis, place, strand).expect("every place has every strand");
        figure(&counted, &summary, series)?;
    }
    revisions(&summary, before.as_ref(), place, month, strand)
}

/// A place by its name, a part of it that only one has, or its code.
fn place_of(cube: &Cube, name: &str) -> Done<u16> {
    let wanted = name.to_lowercase().replace(['-', '_'], " ");
    let places = || (0u16..).zip(cube.places());
    let exact = places().find(|(_, p)| p.name.to_lowercase() == wanted || (!p.code.is_empty() && p.code.to_lowercase() == wanted));
    if let Some((row, _)) = exact {
        return Ok(row);
    }
    let like: Vec<(u16, &str)> =
        places().filter(|(_, p)| p.name.to_lowercase().contains(&wanted)).map(|(row, p)| (row, p.name.as_str())).collect();
    match like.as_slice() {
        [(row, _)] => Ok(*row),
        [] => Err(Failure::cannot("--explain: there is no such place; a borough, a command unit, London, or a GSS code")),
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|(_, name)| *name).collect();
            Err(Failure::cannot(format!("--explain: several places have this in their name: {}", names.join(", "))))
        }
    }
}

/// From files to records in force.
fn rows(counted: &Counted) -> Done {
    let known = &counted.then.known;
    say(format_args!("Rows, as known on {}", counted.then.as_known_on))?;
    say(format_args!("  {} files: {}", known.inputs.len(), known.account))?;
    match known.kind {
        FactKind::Events => say(format_args!("  {} records after links are counted", counted.placed.facts.len())),
        FactKind::Counts => {
            say(format_args!("  {} published figures are counted as the publisher gives them", counted.placed.facts.len()))
        }
    }
}

/// From records to the table.
fn figure(counted: &Counted, summary: &Summary, series: &Series) -> Done {
    let cube = &counted.cube;
    let place = &cube.places()[usize::from(series.place)];
    let what = series.strand.map_or("all records", Strand::label);
    let by = match (series.basis, counted.then.known.kind) {
        (_, FactKind::Counts) => "the publisher's month",
        (Basis::Recorded, _) => "the month in which it was recorded",
        (Basis::Occurred, _) => "the month in which it occurred",
    };
    say(format_args!("\n{}, {}, {what}, by {by}", place.name, summary.month))?;
    let f = &series.figures;
    match f.count {
        Err(gap) => say(format_args!("  no figure: {gap} {}", gap.shorthand()))?,
        Ok(count) => {
            tallies(counted, series)?;
            let status = series.observation(Measure::Records).status();
            say(format_args!("  = {} records {status}", count.recorded))?;
            if known_victims(cube) {
                say(format_args!(
                    "  {} victims known by a pseudonym, {} with more than one record in twelve months",
                    count.victims, count.repeat_victims
                ))?;
            }
        }
    }
    let limits = |r: &[f64; 3]| format!("{:.3} ({:.3} to {:.3})", r[0], r[1], r[2]);
    let residents = place.residents.map_or_else(|| "no fit residents".to_owned(), |n| format!("{n} residents of mid-2023"));
    line("rate per 1,000 a year", f.rate.as_ref().map(|r| format!("{}: the month times 12 over {residents}", limits(r))))?;
    line("twelve months", f.year.as_ref().map(|n| format!("{n}: {}", months_of(cube, series, summary.month))))?;
    line("twelve months per 1,000", f.year_rate.as_ref().map(limits))?;
    line(
        "change on the twelve before",
        f.change.as_ref().map(|c| {
            let percent = |x: f64| format!("{:+.1} %", x * 100.0);
            let counts = format!("{} against {}", c.current, c.base);
            if c.small_base {
                format!("{counts}: no percentage on a base under 30")
            } else {
                let change = c.change.map_or_else(|| "none".to_owned(), percent);
                format!("{counts}: {change} ({} to {}), exact limits of a Poisson ratio", percent(c.lower), percent(c.upper))
            }
        }),
    )?;
    line("same month last year", f.last_year.as_ref().map(ToString::to_string))?;
    line(
        "share of London",
        f.share.as_ref().map(|[s, lo, hi]| format!("{:.2} % ({:.2} to {:.2})", s * 100.0, lo * 100.0, hi * 100.0)),
    )?;
    line(
        "most similar boroughs",
        f.similar.as_ref().map(|median| {
            let group = counted.groups.rows[usize::from(series.place)].iter().flatten();
            let names: Vec<&str> = group.map(|row| cube.places()[usize::from(*row)].name.as_str()).collect();
            format!("median {median:.3} per 1,000 of {}", names.join(", "))
        }),
    )?;
    line("among boroughs (funnel)", f.funnel.as_ref().map(|p| p.id().to_owned()))?;
    chart(series)?;
    if series.basis == Basis::Occurred {
        line(
            "expected in the end",
            f.nowcast.as_ref().map(|months| {
                let one = |m: &hotspot_core::time::delay::NowcastMonth| {
                    let end = m
                        .estimate
                        .map_or_else(|| "too little to say".to_owned(), |e| format!("{} ({} to {})", e.median, e.lower, e.upper));
                    format!("{}: {} so far, {end}", m.month, m.reported)
                };
                months.iter().map(one).collect::<Vec<_>>().join("; ")
            }),
        )?;
    }
    Ok(())
}

fn line(name: &str, value: Result<String, &hotspot_core::summary::Gap>) -> Done {
    match value {
        Ok(text) => say(format_args!("  {name}: {text}")),
        Err(gap) => say(format_args!("  {name}: {gap} {}", gap.shorthand())),
    }
}

fn known_victims(cube: &Cube) -> bool {
    cube.months().iter().any(|m| cube.bases().iter().any(|b| cube.count(*b, 0, None, m).is_ok_and(|c| c.victims > 0)))
}

/// The records of the cell by how they are placed, their flag, and what lies beside it.
fn tallies(counted: &Counted, series: &Series) -> Done {
    let cube = &counted.cube;
    if cube.tallies().is_empty() {
        return Ok(());
    }
    let place = series.place;
    let total =
        |holds: &dyn Fn(&Tally) -> bool| -> u64 { cube.tallies().iter().filter(|t| holds(t)).map(|t| u64::from(t.count)).sum() };
    let here = |t: &Tally| cube.counts_for(t, place);
    let in_month = |t: &Tally| here(t) && t.month(series.basis) == counted.month;
    let of_strand = |t: &Tally| in_month(t) && series.strand.is_none_or(|s| t.strands.contains(s));
    say(format_args!("  {} records of all months and strands count for it", total(&here)))?;
    say(format_args!("  {} of the month", total(&in_month)))?;
    if series.strand.is_some() {
        say(format_args!("  {} of the strand (a record may be of several)", total(&of_strand)))?;
    }
    let placed = |kind: PlaceKind| total(&|t| of_strand(t) && t.placed == kind);
    say(format_args!(
        "  by place: {} by position, {} by the code of an area, {} online, {} without a place",
        placed(PlaceKind::Mapped),
        placed(PlaceKind::AreaOnly),
        placed(PlaceKind::Online),
        placed(PlaceKind::NoPlace)
    ))?;
    let flags: Vec<String> = hotspot_core::FlagStatus::ALL
        .iter()
        .map(|status| (status, total(&|t| of_strand(t) && t.status == *status)))
        .filter(|(_, n)| *n > 0)
        .map(|(status, n)| format!("{n} {}", status.label().to_lowercase()))
        .collect();
    say(format_args!("  by flag: {}", if flags.is_empty() { "none".to_owned() } else { flags.join(", ") }))
}

/// The twelve months of the rolling year.
fn months_of(cube: &Cube, series: &Series, month: Month) -> String {
    let count = |m: Month| -> Marked<u32> { cube.count(series.basis, series.place, series.strand, m).map(|c| c.recorded) };
    let one = |m: Month| format!("{m} {}", count(m).map_or_else(|gap| gap.shorthand().to_owned(), |n| n.to_string()));
    hotspot_core::MonthRange::ending(month, 12).iter().map(one).collect::<Vec<_>>().join(", ")
}

fn chart(series: &Series) -> Done {
    let text = series.figures.chart.as_ref().map(|c| {
        let kind = match c.chart.kind {
            ChartKind::Xmr => "XmR",
            ChartKind::NegativeBinomial => "negative binomial",
            _ => "Poisson",
        };
        let base = c.months.from().plus(c.months.len() as u16 - 1 - JUDGED as u16);
        let limits =
            c.chart.points.last().map_or_else(String::new, |p| format!("limits {:.1} to {:.1}", p.lower.max(0.0), p.upper));
        let month = |at: usize| c.months.from().plus(at as u16);
        let words = |s: &hotspot_core::time::control_chart::Signal| {
            let side = if s.side == hotspot_core::time::control_chart::Side::Above { "above" } else { "below" };
            format!("{} to {}, {} {side}", month(s.from), month(s.to), hotspot_core::summary::tables::rule_id(s.rule))
        };
        let late = c.chart.signals.iter().filter(|s| s.to + JUDGED >= c.months.len());
        let signals: Vec<String> = late.map(words).collect();
        let signals = if signals.is_empty() {
            "no signal in the last three months".to_owned()
        } else {
            format!("signals: {}", signals.join("; "))
        };
        format!("{kind}, baseline {} to {base}, mean {:.2}, {limits}; {signals}", c.months.from(), c.chart.mean)
    });
    line("control chart", text)
}

/// What earlier editions said.
fn revisions(summary: &Summary, before: Option<&Before>, place: u16, month: Month, strand: Option<Strand>) -> Done {
    let Some(before) = before else {
        return say("\nNo edition before this one in the folder that --out names: nothing to compare with");
    };
    say(format_args!("\nThe edition before is that of {}, as known on {}", before.edition.month, before.edition.known_on))?;
    let year = hotspot_core::MonthRange::ending(month, 25);
    let figure = |f: Marked<u32>| f.map_or_else(|gap| gap.shorthand().to_owned(), |n| n.to_string());
    let revised: Vec<String> = summary
        .revisions()
        .filter(|r| r.place == place && r.strand == strand && year.contains(r.month))
        .map(|r| {
            let (first, then, now) =
                (figure(r.published.first), r.before.map_or_else(String::new, figure), figure(r.published.records));
            format!("  {} by {}: first {first}, then {then}, now {now} [r]", r.month, r.basis.id())
        })
        .collect();
    if revised.is_empty() {
        return say("  none of the last 25 months of this series was revised since");
    }
    revised.iter().try_for_each(say)
}
