//! Hotspots over time as tables, and back.

use crate::error::{Result, Stage};
use crate::frame::{Table, TableWriter};
use crate::schema::time::{attribution, effect, event, excess, history, hotspot_excess};
use hotspot_core::hotspot::StrandAnalysis;
use hotspot_core::hotspot::attribution::{Attribution, StrandExcess};
use hotspot_core::hotspot::event::{Event, EventEffect, Excess};
use hotspot_core::hotspot::history::{EmergingPlace, History, MonthlyChart, Part, Present, Reason, TimeOfWeek};
use hotspot_core::hotspot::over_time::{AnalysisOverTime, Effect, OverTime};
use hotspot_core::month::{date_of_day, day_number};
use hotspot_core::time::control_chart::{ChartKind, Rule, Side, Signal};
use hotspot_core::time::emerging::EmergingPattern;
use hotspot_core::time::near_repeats::{NearRepeatParams, NearRepeats};
use hotspot_core::{Month, MonthRange};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

const STAGE: Stage = Stage::Release;

const HISTORY: &str = "history.parquet";
const ATTRIBUTION: &str = "attribution.parquet";
const HOTSPOT_EXCESS: &str = "hotspot_excess.parquet";
const EVENTS: &str = "events.parquet";
const EFFECTS: &str = "effects.parquet";

/// Every table, by the name of its file.
pub(crate) fn to_parquet(over_time: &OverTime, path: &Path) -> Result<BTreeMap<&'static str, Vec<u8>>> {
    let analyses = &over_time.analyses;
    let rows = || (0..).zip(analyses);
    let histories: Vec<(u32, &History)> = rows().flat_map(|(row, a)| a.histories.iter().map(move |h| (row, h))).collect();
    let attributions: Vec<(u32, &str, &Part<Attribution>)> = rows()
        .flat_map(|(row, a)| a.histories.iter().zip(&a.attributions).map(move |(h, part)| (row, h.id.as_str(), part)))
        .collect();
    let effects: Vec<(u32, &Effect)> = rows().flat_map(|(row, a)| a.effects.iter().map(move |e| (row, e))).collect();
    let excesses: Vec<(u32, &StrandExcess)> = (0..)
        .zip(&attributions)
        .flat_map(|(row, (.., part))| part.iter().flat_map(move |a| a.by_strands.iter().map(move |s| (row, s))))
        .collect();
    Ok(BTreeMap::from([
        (HISTORY, history_table(&histories).into_parquet(STAGE, path)?),
        (ATTRIBUTION, attribution_table(&attributions).into_parquet(STAGE, path)?),
        (HOTSPOT_EXCESS, hotspot_excess_table(&excesses).into_parquet(STAGE, path)?),
        (EVENTS, event_table(&over_time.calendar).into_parquet(STAGE, path)?),
        (EFFECTS, effect_table(&effects).into_parquet(STAGE, path)?),
    ]))
}

/// Reads them back; they must fit the analyses.
pub(crate) fn from_tables(open: impl Fn(&str) -> Result<Table>, analyses: &[StrandAnalysis]) -> Result<OverTime> {
    let calendar = events_from(&open(EVENTS)?)?;
    let mut all: Vec<AnalysisOverTime> = Vec::new();
    let table = open(HISTORY)?;
    for (row, (number, found)) in histories_from(&table)?.into_iter().enumerate() {
        let of = analysis(&table, row, number, analyses, &mut all)?;
        let hotspots = &analyses[number as usize].hotspots;
        if hotspots.get(of.histories.len()).is_none_or(|hotspot| hotspot.identity.id != found.id) {
            return Err(table.error_at(row, history::HOTSPOT.name, "the hotspots of the release stand in another order"));
        }
        of.histories.push(found);
    }
    let table = open(ATTRIBUTION)?;
    for (row, (number, found)) in attributions_from(&table, &open(HOTSPOT_EXCESS)?)?.into_iter().enumerate() {
        analysis(&table, row, number, analyses, &mut all)?.attributions.push(found);
    }
    let table = open(EFFECTS)?;
    for (row, (number, found)) in effects_from(&table)?.into_iter().enumerate() {
        if found.event as usize >= calendar.len() {
            return Err(table.error_at(row, effect::EVENT.name, "there is no such event"));
        }
        analysis(&table, row, number, analyses, &mut all)?.effects.push(found);
    }
    // A release without a row was asked all the same, unless it has hotspots.
    if analyses.iter().all(|a| a.hotspots.is_empty()) || !all.is_empty() {
        all.resize_with(analyses.len(), AnalysisOverTime::default);
    }
    Ok(OverTime { calendar, analyses: all })
}

/// The entry of an analysis.
fn analysis<'a>(
    table: &Table,
    row: usize,
    number: u32,
    analyses: &[StrandAnalysis],
    all: &'a mut Vec<AnalysisOverTime>,
) -> Result<&'a mut AnalysisOverTime> {
    all.resize_with(analyses.len(), AnalysisOverTime::default);
    all.get_mut(number as usize).ok_or_else(|| table.error_at(row, history::ANALYSIS.name, "there is no such analysis"))
}

/// A column of reasons.
fn reasons<'a, T: 'a>(parts: impl Iterator<Item = &'a Part<T>>) -> Vec<Option<String>> {
    parts.map(|part| part.as_ref().err().map(reason_to_text)).collect()
}

fn reason_to_text(reason: &Reason) -> String {
    match reason {
        Reason::NoMonth => "no_month".to_owned(),
        Reason::TooFewMonths { months, needed } => format!("too_few_months {months} {needed}"),
        Reason::TooFewDays { days, needed } => format!("too_few_days {days} {needed}"),
        Reason::NoIncident => "no_incident".to_owned(),
        Reason::NoDay => "no_day".to_owned(),
        Reason::NoDayAndPosition => "no_day_and_position".to_owned(),
        Reason::NoHour => "no_hour".to_owned(),
        Reason::NotHeld => "not_held".to_owned(),
    }
}

fn reason_from_text(text: &str) -> Option<Reason> {
    let mut words = text.split(' ');
    let name = words.next()?;
    let mut number = || words.next()?.parse::<u32>().ok();
    Some(match name {
        "no_month" => Reason::NoMonth,
        "too_few_months" => Reason::TooFewMonths { months: u16::try_from(number()?).ok()?, needed: u16::try_from(number()?).ok()? },
        "too_few_days" => Reason::TooFewDays { days: number()?, needed: number()? },
        "no_incident" => Reason::NoIncident,
        "no_day" => Reason::NoDay,
        "no_day_and_position" => Reason::NoDayAndPosition,
        "no_hour" => Reason::NoHour,
        "not_held" => Reason::NotHeld,
        _ => return None,
    })
}

/// A part is its answer, or its reason.
fn part<T>(table: &Table, row: usize, column: &str, answer: Option<T>, reason: Option<&str>) -> Result<Part<T>> {
    match (answer, reason.map(reason_from_text)) {
        (Some(answer), None) => Ok(Ok(answer)),
        (None, Some(Some(reason))) => Ok(Err(reason)),
        _ => Err(table.error_at(row, column, "neither an answer nor a reason that there is none")),
    }
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Above => "above",
        Side::Below => "below",
    }
}

fn signals_to_text(signals: &[Signal]) -> String {
    let one = |s: &Signal| format!("{} {} {} {}", s.rule.id(), side(s.side), s.from, s.to);
    signals.iter().map(one).collect::<Vec<_>>().join(",")
}

fn signals_from_text(text: &str) -> Option<Vec<Signal>> {
    let one = |text: &str| {
        let mut words = text.split(' ');
        let rule = words.next()?;
        let rule = Rule::ALL.into_iter().find(|r| r.id() == rule)?;
        let word = words.next()?;
        let side = [Side::Above, Side::Below].into_iter().find(|s| side(*s) == word)?;
        Some(Signal { rule, side, from: words.next()?.parse().ok()?, to: words.next()?.parse().ok()? })
    };
    text.split(',').filter(|text| !text.is_empty()).map(one).collect()
}

/// The two charts that a history has.
const CHARTS: [(ChartKind, &str); 2] = [(ChartKind::Xmr, "xmr"), (ChartKind::Poisson, "poisson")];

fn date(day: i32) -> Date {
    date_of_day(day).unwrap_or(Date::MIN)
}

fn history_table(all: &[(u32, &History)]) -> TableWriter {
    let of = || all.iter().map(|(_, h)| *h);
    let months: Vec<Option<[Month; 2]>> = of().map(|h| h.months.map(|m| [m.from(), m.to()])).collect();
    let present = || of().map(|h| h.present.as_ref().ok());
    let emerging = || of().map(|h| h.emerging.as_ref().ok());
    let patterns: Vec<Option<String>> = emerging().map(|e| e.map(|e| e.pattern.id().to_owned())).collect();
    let chart = || of().map(|h| h.chart.as_ref().ok());
    let kind = |c: &MonthlyChart| CHARTS.iter().find(|(kind, _)| *kind == c.kind).map_or("", |(_, id)| id).to_owned();
    let kinds: Vec<Option<String>> = chart().map(|c| c.map(kind)).collect();
    let signals: Vec<Option<String>> = chart().map(|c| c.map(|c| signals_to_text(&c.signals))).collect();
    let near = || of().map(|h| h.near_repeats.as_ref().ok());
    let days: Vec<Option<[Date; 2]>> = near().map(|n| n.map(|n| [n.params.first_day, n.params.last_day].map(date))).collect();
    let week = || of().map(|h| h.week.as_ref().ok());
    let weeks: Vec<Option<Vec<u32>>> = week().map(|w| w.map(|w| w.counts.as_flattened().to_vec())).collect();
    let why = [
        reasons(of().map(|h| &h.present)),
        reasons(of().map(|h| &h.emerging)),
        reasons(of().map(|h| &h.chart)),
        reasons(of().map(|h| &h.near_repeats)),
        reasons(of().map(|h| &h.week)),
    ];
    let [no_presence, no_pattern, no_chart, no_near, no_week] = &why;
    TableWriter::new()
        .with(history::ANALYSIS, all.iter().map(|(row, _)| row))
        .with(history::HOTSPOT, of().map(|h| &h.id))
        .with_optional(history::MONTHS_FROM, months.iter().map(|m| m.as_ref().map(|m| &m[0])))
        .with_optional(history::MONTHS_TO, months.iter().map(|m| m.as_ref().map(|m| &m[1])))
        .with_optional(history::AFTER_BREAK, of().map(|h| h.after.as_ref()))
        .with(history::COUNTS, of().map(|h| &h.counts))
        .with_optional(history::MONTHS_PRESENT, present().map(|p| p.map(|p| &p.months)))
        .with_optional(history::MONTHS, present().map(|p| p.map(|p| &p.of)))
        .with_optional(history::FIRST, present().map(|p| p.map(|p| &p.first)))
        .with_optional(history::LAST, present().map(|p| p.map(|p| &p.last)))
        .with_optional(history::PRESENT_REASON, no_presence.iter().map(Option::as_ref))
        .with_optional(history::PATTERN, patterns.iter().map(Option::as_ref))
        .with_optional(history::ALIKE, emerging().map(|e| e.map(|e| &e.alike)))
        .with_optional(history::HOT_SHARE, emerging().map(|e| e.map(|e| &e.hot_share)))
        .with_optional(history::Z_LAST, emerging().map(|e| e.and_then(|e| e.z_last.as_ref())))
        .with_optional(history::PATTERN_REASON, no_pattern.iter().map(Option::as_ref))
        .with_optional(history::CHART, kinds.iter().map(Option::as_ref))
        .with_optional(history::BASELINE, chart().map(|c| c.map(|c| &c.baseline)))
        .with_optional(history::CENTER, chart().map(|c| c.map(|c| &c.center)))
        .with_optional(history::LOWER, chart().map(|c| c.map(|c| &c.lower)))
        .with_optional(history::UPPER, chart().map(|c| c.map(|c| &c.upper)))
        .with_optional(history::SIGNALS, signals.iter().map(Option::as_ref))
        .with_optional(history::CHART_REASON, no_chart.iter().map(Option::as_ref))
        .with_optional(history::NEAR_METRES, near().map(|n| n.map(|n| &n.params.distance_m)))
        .with_optional(history::NEAR_DAYS, near().map(|n| n.map(|n| &n.params.days)))
        .with_optional(history::NEAR_FROM, days.iter().map(|d| d.as_ref().map(|d| &d[0])))
        .with_optional(history::NEAR_TO, days.iter().map(|d| d.as_ref().map(|d| &d[1])))
        .with_optional(history::NEAR_REPEATS, near().map(|n| n.map(|n| &n.repeats)))
        .with_optional(history::JUDGED, near().map(|n| n.map(|n| &n.judged)))
        .with_optional(history::NOT_JUDGED, near().map(|n| n.map(|n| &n.not_judged)))
        .with_optional(history::BY_CHANCE, near().map(|n| n.map(|n| &n.by_chance)))
        .with_optional(history::NEAR_REASON, no_near.iter().map(Option::as_ref))
        .with_optional(history::HOUR_KNOWN, week().map(|w| w.map(|w| &w.known)))
        .with_optional(history::HOUR_OF, week().map(|w| w.map(|w| &w.of)))
        .with_optional(history::WEEK, weeks.iter().map(Option::as_ref))
        .with_optional(history::WEEK_REASON, no_week.iter().map(Option::as_ref))
}

fn histories_from(table: &Table) -> Result<Vec<(u32, History)>> {
    let number = table.column(history::ANALYSIS)?;
    let id = table.column(history::HOTSPOT)?;
    let from = table.optional(history::MONTHS_FROM)?;
    let to = table.optional(history::MONTHS_TO)?;
    let after = table.optional(history::AFTER_BREAK)?;
    let counts = table.column(history::COUNTS)?;
    let months = table.optional(history::MONTHS_PRESENT)?;
    let of = table.optional(history::MONTHS)?;
    let first = table.optional(history::FIRST)?;
    let last = table.optional(history::LAST)?;
    let no_presence = table.optional(history::PRESENT_REASON)?;
    let patterns = patterns_from(table)?;
    let charts = charts_from(table)?;
    let near = near_from(table)?;
    let weeks = weeks_from(table)?;
    let rows = id.into_iter().zip(after).zip(counts).zip(patterns).zip(charts).zip(near).zip(weeks).enumerate();
    rows.map(|(row, ((((((id, after), counts), emerging), chart), near_repeats), week))| {
        let months_used = match (from[row], to[row]) {
            (None, None) => None,
            (Some(from), Some(to)) if MonthRange::new(from, to).is_some_and(|m| m.len() == counts.len()) => {
                MonthRange::new(from, to)
            }
            _ => return Err(table.error_at(row, history::COUNTS.name, "not one count for each month")),
        };
        let present = months[row].zip(of[row]).zip(first[row]).zip(last[row]);
        let present = present.map(|(((months, of), first), last)| Present { months, of, first, last });
        let present = part(table, row, history::PRESENT_REASON.name, present, no_presence[row].as_deref())?;
        Ok((number[row], History { id, months: months_used, after, counts, present, emerging, chart, near_repeats, week }))
    })
    .collect()
}

fn patterns_from(table: &Table) -> Result<Vec<Part<EmergingPlace>>> {
    let pattern = table.optional(history::PATTERN)?;
    let alike = table.optional(history::ALIKE)?;
    let hot_share = table.optional(history::HOT_SHARE)?;
    let z_last = table.optional(history::Z_LAST)?;
    let reason = table.optional(history::PATTERN_REASON)?;
    (0..table.len())
        .map(|row| {
            let pattern = pattern[row].as_deref().and_then(EmergingPattern::from_id);
            let found = pattern.zip(alike[row]).zip(hot_share[row]);
            let found = found.map(|((pattern, alike), hot_share)| EmergingPlace { pattern, alike, hot_share, z_last: z_last[row] });
            part(table, row, history::PATTERN_REASON.name, found, reason[row].as_deref())
        })
        .collect()
}

fn charts_from(table: &Table) -> Result<Vec<Part<MonthlyChart>>> {
    let kind = table.optional(history::CHART)?;
    let baseline = table.optional(history::BASELINE)?;
    let center = table.optional(history::CENTER)?;
    let lower = table.optional(history::LOWER)?;
    let upper = table.optional(history::UPPER)?;
    let signals = table.optional(history::SIGNALS)?;
    let reason = table.optional(history::CHART_REASON)?;
    (0..table.len())
        .map(|row| {
            let found = || {
                let kind = kind[row].as_deref()?;
                Some(MonthlyChart {
                    kind: CHARTS.iter().find(|(_, id)| *id == kind)?.0,
                    baseline: baseline[row]?,
                    center: center[row]?,
                    lower: lower[row]?,
                    upper: upper[row]?,
                    signals: signals_from_text(signals[row].as_deref()?)?,
                })
            };
            part(table, row, history::CHART_REASON.name, found(), reason[row].as_deref())
        })
        .collect()
}

fn near_from(table: &Table) -> Result<Vec<Part<NearRepeats>>> {
    let metres = table.optional(history::NEAR_METRES)?;
    let days = table.optional(history::NEAR_DAYS)?;
    let from = table.optional(history::NEAR_FROM)?;
    let to = table.optional(history::NEAR_TO)?;
    let repeats = table.optional(history::NEAR_REPEATS)?;
    let judged = table.optional(history::JUDGED)?;
    let not_judged = table.optional(history::NOT_JUDGED)?;
    let by_chance = table.optional(history::BY_CHANCE)?;
    let reason = table.optional(history::NEAR_REASON)?;
    (0..table.len())
        .map(|row| {
            let found = || {
                Some(NearRepeats {
                    params: NearRepeatParams {
                        distance_m: metres[row]?,
                        days: days[row]?,
                        first_day: day_number(from[row]?),
                        last_day: day_number(to[row]?),
                    },
                    judged: judged[row]?,
                    repeats: repeats[row]?,
                    not_judged: not_judged[row]?,
                    by_chance: by_chance[row]?,
                })
            };
            part(table, row, history::NEAR_REASON.name, found(), reason[row].as_deref())
        })
        .collect()
}

fn weeks_from(table: &Table) -> Result<Vec<Part<TimeOfWeek>>> {
    let known = table.optional(history::HOUR_KNOWN)?;
    let of = table.optional(history::HOUR_OF)?;
    let week = table.optional(history::WEEK)?;
    let reason = table.optional(history::WEEK_REASON)?;
    (0..table.len())
        .map(|row| {
            let found = || {
                let (parts, rest) = week[row].as_deref()?.as_chunks::<4>();
                let counts = <[[u32; 4]; 7]>::try_from(parts).ok().filter(|_| rest.is_empty())?;
                Some(TimeOfWeek { counts, known: known[row]?, of: of[row]? })
            };
            part(table, row, history::WEEK_REASON.name, found(), reason[row].as_deref())
        })
        .collect()
}

fn attribution_table(all: &[(u32, &str, &Part<Attribution>)]) -> TableWriter {
    let ids: Vec<String> = all.iter().map(|(_, id, _)| (*id).to_owned()).collect();
    let of = || all.iter().map(|(.., part)| part.as_ref().ok());
    let months: Vec<Option<[Month; 2]>> = of().map(|a| a.map(|a| [a.months.from(), a.months.to()])).collect();
    let why = reasons(all.iter().map(|(.., part)| *part));
    TableWriter::new()
        .with(attribution::ANALYSIS, all.iter().map(|(row, ..)| row))
        .with(attribution::HOTSPOT, ids.iter())
        .with_optional(attribution::MONTHS_FROM, months.iter().map(|m| m.as_ref().map(|m| &m[0])))
        .with_optional(attribution::MONTHS_TO, months.iter().map(|m| m.as_ref().map(|m| &m[1])))
        .with_optional(attribution::DATED, of().map(|a| a.map(|a| &a.dated)))
        .with_optional(attribution::ATTRIBUTED, of().map(|a| a.map(|a| &a.attributed)))
        .with_optional(attribution::SHARE, of().map(|a| a.map(|a| &a.share)))
        .with_optional(attribution::WITHOUT, of().map(|a| a.map(|a| &a.without)))
        .with_optional(attribution::ONLY_BY_EVENTS, of().map(|a| a.map(|a| &a.only_by_events)))
        .with_optional(attribution::REASON, why.iter().map(Option::as_ref))
}

fn attributions_from(table: &Table, sets: &Table) -> Result<Vec<(u32, Part<Attribution>)>> {
    let number = table.column(attribution::ANALYSIS)?;
    let from = table.optional(attribution::MONTHS_FROM)?;
    let to = table.optional(attribution::MONTHS_TO)?;
    let dated = table.optional(attribution::DATED)?;
    let attributed = table.optional(attribution::ATTRIBUTED)?;
    let share = table.optional(attribution::SHARE)?;
    let without = table.optional(attribution::WITHOUT)?;
    let only_by_events = table.optional(attribution::ONLY_BY_EVENTS)?;
    let reason = table.optional(attribution::REASON)?;
    let mut by_strands: BTreeMap<u32, Vec<StrandExcess>> = BTreeMap::new();
    let of = sets.column(hotspot_excess::ATTRIBUTION)?;
    let strands = sets.column(hotspot_excess::STRANDS)?;
    let events = sets.column(hotspot_excess::EVENTS)?;
    for (row, figures) in excesses_from(sets)?.into_iter().enumerate() {
        if of[row] as usize >= table.len() {
            return Err(sets.error_at(row, hotspot_excess::ATTRIBUTION.name, "there is no such attribution"));
        }
        let excess = figures.ok_or_else(|| sets.error_at(row, excess::OBSERVED.name, "a value is missing"))?;
        by_strands.entry(of[row]).or_default().push(StrandExcess { strands: strands[row], events: words(&events[row]), excess });
    }
    (0..table.len())
        .map(|row| {
            let found = (|| {
                Some(Attribution {
                    months: MonthRange::new(from[row]?, to[row]?)?,
                    dated: dated[row]?,
                    by_strands: by_strands.remove(&(row as u32)).unwrap_or_default(),
                    attributed: attributed[row]?,
                    share: share[row]?,
                    without: without[row]?,
                    only_by_events: only_by_events[row]?,
                })
            })();
            Ok((number[row], part(table, row, attribution::REASON.name, found, reason[row].as_deref())?))
        })
        .collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The columns of an excess, behind those that are there already.
fn with_excess<'a>(table: TableWriter, all: impl Fn() -> Vec<Option<&'a Excess>>) -> TableWriter {
    let of = all();
    let of = || of.iter().copied();
    table
        .with_optional(excess::OBSERVED, of().map(|e| e.map(|e| &e.observed)))
        .with_optional(excess::DAYS, of().map(|e| e.map(|e| &e.days)))
        .with_optional(excess::BASELINE, of().map(|e| e.map(|e| &e.baseline)))
        .with_optional(excess::BASELINE_DAYS, of().map(|e| e.map(|e| &e.baseline_days)))
        .with_optional(excess::EXPECTED, of().map(|e| e.map(|e| &e.expected)))
        .with_optional(excess::EXCESS, of().map(|e| e.map(|e| &e.excess)))
        .with_optional(excess::LO, of().map(|e| e.map(|e| &e.lo)))
        .with_optional(excess::HI, of().map(|e| e.map(|e| &e.hi)))
        .with_optional(excess::DISPERSION, of().map(|e| e.map(|e| &e.dispersion)))
}

fn excesses_from(table: &Table) -> Result<Vec<Option<Excess>>> {
    let observed = table.optional(excess::OBSERVED)?;
    let days = table.optional(excess::DAYS)?;
    let baseline = table.optional(excess::BASELINE)?;
    let baseline_days = table.optional(excess::BASELINE_DAYS)?;
    let expected = table.optional(excess::EXPECTED)?;
    let difference = table.optional(excess::EXCESS)?;
    let lo = table.optional(excess::LO)?;
    let hi = table.optional(excess::HI)?;
    let dispersion = table.optional(excess::DISPERSION)?;
    let one = |row: usize| {
        Some(Excess {
            observed: observed[row]?,
            days: days[row]?,
            baseline: baseline[row]?,
            baseline_days: baseline_days[row]?,
            expected: expected[row]?,
            excess: difference[row]?,
            lo: lo[row]?,
            hi: hi[row]?,
            dispersion: dispersion[row]?,
        })
    };
    Ok((0..table.len()).map(one).collect())
}

fn hotspot_excess_table(all: &[(u32, &StrandExcess)]) -> TableWriter {
    let events: Vec<String> = all.iter().map(|(_, s)| s.events.join(" ")).collect();
    let table = TableWriter::new()
        .with(hotspot_excess::ATTRIBUTION, all.iter().map(|(row, _)| row))
        .with(hotspot_excess::STRANDS, all.iter().map(|(_, s)| &s.strands))
        .with(hotspot_excess::EVENTS, events.iter());
    with_excess(table, || all.iter().map(|(_, s)| Some(&s.excess)).collect())
}

fn event_table(calendar: &[Event]) -> TableWriter {
    let days: Vec<[Date; 2]> = calendar.iter().map(|e| [e.from, e.to].map(date)).collect();
    let areas: Vec<String> = calendar.iter().map(|e| e.areas.join(" ")).collect();
    TableWriter::new()
        .with(event::ID, calendar.iter().map(|e| &e.id))
        .with(event::NAME, calendar.iter().map(|e| &e.name))
        .with(event::FROM, days.iter().map(|d| &d[0]))
        .with(event::TO, days.iter().map(|d| &d[1]))
        .with(event::STRANDS, calendar.iter().map(|e| &e.strands))
        .with(event::AREAS, areas.iter())
}

fn events_from(table: &Table) -> Result<Vec<Event>> {
    let id = table.column(event::ID)?;
    let name = table.column(event::NAME)?;
    let from = table.column(event::FROM)?;
    let to = table.column(event::TO)?;
    let strands = table.column(event::STRANDS)?;
    let areas = table.column(event::AREAS)?;
    let rows = id.into_iter().zip(name).enumerate();
    let one = |(row, (id, name)): (usize, (String, String))| Event {
        id,
        name,
        from: day_number(from[row]),
        to: day_number(to[row]),
        strands: strands[row],
        areas: words(&areas[row]),
    };
    Ok(rows.map(one).collect())
}

fn effect_table(all: &[(u32, &Effect)]) -> TableWriter {
    let of = || all.iter().map(|(_, e)| e.effect.as_ref().ok());
    let windows: Vec<Option<[Date; 2]>> = of().map(|e| e.map(|e| [date(e.window.start), date(e.window.end - 1)])).collect();
    let together: Vec<Option<String>> = of().map(|e| e.map(|e| e.together.join(" "))).collect();
    let why = reasons(all.iter().map(|(_, e)| &e.effect));
    let table = TableWriter::new()
        .with(effect::ANALYSIS, all.iter().map(|(row, _)| row))
        .with(effect::EVENT, all.iter().map(|(_, e)| &e.event))
        .with(effect::STRANDS, all.iter().map(|(_, e)| &e.strands))
        .with_optional(effect::FROM, windows.iter().map(|w| w.as_ref().map(|w| &w[0])))
        .with_optional(effect::UNTIL, windows.iter().map(|w| w.as_ref().map(|w| &w[1])))
        .with_optional(effect::HALF_LIFE, of().map(|e| e.map(|e| &e.half_life)))
        .with_optional(effect::FITTED, of().map(|e| e.map(|e| &e.fitted)))
        .with_optional(effect::RISE, of().map(|e| e.map(|e| &e.rise)));
    with_excess(table, || of().map(|e| e.map(|e| &e.excess)).collect())
        .with_optional(effect::TOGETHER, together.iter().map(Option::as_ref))
        .with_optional(effect::REASON, why.iter().map(Option::as_ref))
}

fn effects_from(table: &Table) -> Result<Vec<(u32, Effect)>> {
    let number = table.column(effect::ANALYSIS)?;
    let event = table.column(effect::EVENT)?;
    let strands = table.column(effect::STRANDS)?;
    let from = table.optional(effect::FROM)?;
    let until = table.optional(effect::UNTIL)?;
    let half_life = table.optional(effect::HALF_LIFE)?;
    let fitted = table.optional(effect::FITTED)?;
    let rise = table.optional(effect::RISE)?;
    let together = table.optional(effect::TOGETHER)?;
    let reason = table.optional(effect::REASON)?;
    let rows = excesses_from(table)?.into_iter().enumerate();
    rows.map(|(row, excess)| {
        let found = || {
            Some(EventEffect {
                window: day_number(from[row]?)..day_number(until[row]?) + 1,
                half_life: half_life[row]?,
                fitted: fitted[row]?,
                rise: rise[row]?,
                excess: excess?,
                together: words(together[row].as_deref()?),
            })
        };
        let effect = part(table, row, effect::REASON.name, found(), reason[row].as_deref())?;
        Ok((number[row], Effect { event: event[row], strands: strands[row], effect }))
    })
    .collect()
}
