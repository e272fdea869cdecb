//! Hotspots over time, in a release and back.

use crate::releases::text;
use crate::sample::{TODAY, batch, day, grid, incident, month, release};
use hotspot_core::cube::NO_DAY;
use hotspot_core::hotspot::attribution::{Attribution, StrandExcess};
use hotspot_core::hotspot::event::{Event, EventEffect, Excess};
use hotspot_core::hotspot::history::{EmergingPlace, History, MonthlyChart, Part, Present, Reason, TimeOfWeek};
use hotspot_core::hotspot::over_time::{AnalysisOverTime, Effect, OverTime};
use hotspot_core::hotspot::{Hotspot, StrandAnalysis};
use hotspot_core::month::date_of_day;
use hotspot_core::release::{DataClass, Release, Units};
use hotspot_core::time::control_chart::{ChartKind, Rule, Side, Signal};
use hotspot_core::time::emerging::{Course, EmergingPattern};
use hotspot_core::time::near_repeats::{NearRepeatParams, NearRepeats};
use hotspot_core::{Incident, MonthRange, Strand, StrandSet, TimePrecision};
use hotspot_pipeline::Batch;
use hotspot_pipeline::facts::{facts_on_grid, load};
use hotspot_pipeline::links::{Link, LinkFile};
use hotspot_pipeline::release::{read_release, write_release};
use hotspot_pipeline::store::Store;

const THIRD: f64 = 1.0 / 3.0;

fn months() -> MonthRange {
    MonthRange::new(month("2024-03"), month("2024-05")).unwrap()
}

fn excess(observed: u64) -> Excess {
    Excess {
        observed,
        days: 28,
        baseline: 9,
        baseline_days: 84,
        expected: 3.0,
        excess: observed as f64 - 3.0,
        lo: -THIRD,
        hi: 20.0 * THIRD,
        dispersion: 1.0 + THIRD,
    }
}

fn answered(id: &str) -> (History, Part<Attribution>) {
    let signals = vec![
        Signal { rule: Rule::Outside, side: Side::Above, from: 2, to: 2 },
        Signal { rule: Rule::TwoOfThree, side: Side::Below, from: 0, to: 2 },
    ];
    let history = History {
        id: id.to_owned(),
        months: Some(months()),
        after: Some("connect".to_owned()),
        counts: vec![2, 0, 9],
        present: Ok(Present { months: 2, of: 3, first: month("2024-03"), last: month("2024-05") }),
        emerging: Ok(EmergingPlace { pattern: EmergingPattern::Hot(Course::New), alike: 3, hot_share: THIRD, z_last: None }),
        chart: Ok(MonthlyChart { kind: ChartKind::Poisson, baseline: 2, center: THIRD, lower: -0.1, upper: 5.0, signals }),
        near_repeats: Ok(NearRepeats {
            params: NearRepeatParams::new(-3, 19_000),
            judged: 8,
            repeats: 3,
            not_judged: 3,
            by_chance: 0.1 + 0.2,
        }),
        week: Ok(TimeOfWeek { counts: std::array::from_fn(|d| std::array::from_fn(|p| (4 * d + p) as u32)), known: 378, of: 400 }),
    };
    let set = |strands: &[Strand], events: &[&str]| StrandExcess {
        strands: strands.iter().copied().collect(),
        events: events.iter().map(|e| (*e).to_owned()).collect(),
        excess: excess(7),
    };
    let attribution = Attribution {
        months: months(),
        dated: 6,
        by_strands: vec![set(&[], &["vote"]), set(&[Strand::Antisemitic], &["attack", "war"])],
        attributed: 4.0,
        share: 4.0 * THIRD,
        without: 3,
        only_by_events: true,
    };
    (history, Ok(attribution))
}

/// Every part without an answer, for one reason; the chart and the attribution for another.
fn unanswered(id: &str, reason: Reason, other: Reason) -> (History, Part<Attribution>) {
    let history = History {
        id: id.to_owned(),
        months: None,
        after: None,
        counts: Vec::new(),
        present: Err(reason),
        emerging: Err(reason),
        chart: Err(other),
        near_repeats: Err(reason),
        week: Err(reason),
    };
    (history, Err(other))
}

fn calendar() -> Vec<Event> {
    let event = |id: &str, from: i32, strands: &[Strand], areas: &[&str]| Event {
        id: id.to_owned(),
        name: "An event, \"far away\"".to_owned(),
        from,
        to: from + 2,
        strands: strands.iter().copied().collect(),
        areas: areas.iter().map(|a| (*a).to_owned()).collect(),
    };
    vec![event("war", -400, &[Strand::Race], &["E09000028", "E09000001"]), event("vote", 19_800, &[], &[])]
}

/// What goes with the one hotspot of the sample.
pub fn over_time(analysed: &StrandAnalysis) -> OverTime {
    let (history, attribution) = answered(&analysed.hotspots[0].identity.id);
    let effect = EventEffect {
        window: 19_800..19_831,
        half_life: 7.5,
        fitted: true,
        rise: f64::INFINITY,
        excess: excess(12),
        together: vec!["war".to_owned(), "other".to_owned()],
    };
    let effects = vec![
        Effect { event: 0, strands: StrandSet::EMPTY, effect: Err(Reason::NotHeld) },
        Effect { event: 1, strands: std::iter::once(Strand::Race).collect(), effect: Ok(effect) },
    ];
    let of_all = AnalysisOverTime { histories: vec![history], attributions: vec![attribution], effects };
    OverTime { calendar: calendar(), analyses: vec![of_all, AnalysisOverTime::default()] }
}

#[test]
fn answers_and_every_reason_come_back_to_the_last_bit() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = release(Units::Cells(grid()), DataClass::Open, 3);
    let hotspot = made.analyses[0].hotspots[0].clone();
    let named = |id: &str| {
        let mut hotspot = hotspot.clone();
        id.clone_into(&mut hotspot.identity.id);
        hotspot
    };
    let reasons = [
        (Reason::NoMonth, Reason::TooFewMonths { months: 9, needed: 15 }),
        (Reason::NoIncident, Reason::TooFewDays { days: 3, needed: 28 }),
        (Reason::NoDay, Reason::NoDayAndPosition),
        (Reason::NoHour, Reason::NotHeld),
    ];
    for (number, (reason, other)) in reasons.into_iter().enumerate() {
        let id = format!("all-2026-02-{number}");
        made.analyses[0].hotspots.push(named(&id));
        let (history, attribution) = unanswered(&id, reason, other);
        made.over_time.analyses[0].histories.push(history);
        made.over_time.analyses[0].attributions.push(attribution);
    }
    let id = write_release(dir.path(), &made).unwrap().id;
    let back = read_release(dir.path(), Some(&id)).unwrap();
    assert_eq!(back.over_time, made.over_time);
    assert_eq!(text(&back), text(&made));
}

#[test]
fn a_release_that_was_not_asked_says_nothing_and_another_calendar_is_another_release() {
    let dir = tempfile::tempdir().unwrap();
    let make = |over_time: OverTime| Release { over_time, ..release(Units::Cells(grid()), DataClass::Open, 3) };
    let asked = release(Units::Cells(grid()), DataClass::Open, 3);
    let none = write_release(dir.path(), &make(OverTime::default())).unwrap().id;
    assert_eq!(read_release(dir.path(), Some(&none)).unwrap().over_time, OverTime::default());
    let mut other = asked.over_time.clone();
    other.calendar[0].name.push('!');
    let ids = [write_release(dir.path(), &asked).unwrap().id, write_release(dir.path(), &make(other)).unwrap().id];
    assert!(ids[0] != ids[1] && !ids.contains(&none));
}

#[test]
fn histories_of_other_hotspots_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = release(Units::Cells(grid()), DataClass::Open, 3);
    let other: Hotspot = made.analyses[0].hotspots[0].clone();
    made.analyses[0].hotspots.insert(0, other);
    "all-2026-02-9".clone_into(&mut made.analyses[0].hotspots[0].identity.id);
    let id = write_release(dir.path(), &made).unwrap().id;
    let message = read_release(dir.path(), Some(&id)).unwrap_err().to_string();
    assert!(message.contains("history.parquet, row 1, column hotspot"), "{message}");
}

/// From, to and how exactly, in UTC.
fn happened(id: &str, from: &str, to: &str, precision: TimePrecision) -> Incident {
    let mut incident = incident(id, day(1), 3);
    (incident.occurred.from, incident.occurred.to) = (from.parse().unwrap(), to.parse().unwrap());
    (incident.occurred.precision, incident.occurred.month) = (precision, month("2026-07"));
    incident.occurred.hour_of_week = None;
    incident
}

/// Days of the facts on the grid, as text, sorted.
fn days_of(batches: &[Batch], links: Vec<Link>) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    let links = LinkFile { file: "links.csv".to_owned(), sha256: "77".to_owned(), links };
    store.append(batches, Some(&links), TODAY).unwrap();
    let known = load(&Store::open(dir.path()).unwrap(), TODAY).unwrap();
    let placed = facts_on_grid(&known, &grid(), &[]).unwrap();
    assert_eq!(placed.days.len(), placed.facts.len());
    let text = |day: &i32| if *day == NO_DAY { "-".to_owned() } else { date_of_day(*day).unwrap().to_string() };
    let mut days: Vec<String> = placed.days.iter().map(text).collect();
    days.sort();
    days
}

#[test]
fn the_day_of_a_fact_is_local_and_known_only_where_one_record_says_it() {
    let evening = |id: &str| happened(id, "2026-07-14T23:30:00Z", "2026-07-14T23:30:00Z", TimePrecision::Minute);
    // Half past midnight in London's summer time; a day; an afternoon; a night; a month; a month's first second.
    let records = vec![
        evening("a"),
        happened("b", "2026-07-09T23:00:00Z", "2026-07-10T22:59:59Z", TimePrecision::Day),
        happened("c", "2026-07-11T12:00:00Z", "2026-07-11T16:00:00Z", TimePrecision::Interval),
        happened("d", "2026-07-12T20:00:00Z", "2026-07-13T04:00:00Z", TimePrecision::Interval),
        happened("e", "2026-06-30T23:00:00Z", "2026-07-31T22:59:59Z", TimePrecision::Month),
        happened("f", "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z", TimePrecision::Month),
    ];
    let found = days_of(&[batch("a", records)], Vec::new());
    assert_eq!(found, ["-", "-", "-", "2026-07-10", "2026-07-11", "2026-07-15"]);
    // Of one event, the first record that knows the day says it.
    let night = happened("n", "2026-07-12T20:00:00Z", "2026-07-13T04:00:00Z", TimePrecision::Interval);
    let link = Link { id: "n".to_owned(), same_as: "a".to_owned(), basis: "quoted".to_owned(), known_on: day(1) };
    assert_eq!(days_of(&[batch("a", vec![night, evening("a")])], vec![link]), ["2026-07-15"]);
}
