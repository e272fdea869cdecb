use super::super::event::HalfLife;
use super::super::fixture::{Record, Town, day, months, on};
use super::*;
use crate::incident::Strand;
use proptest::prelude::*;

fn event(id: &str, from: &str, strands: &[Strand]) -> Event {
    let from = day(from);
    Event { id: id.to_owned(), name: id.to_owned(), from, to: from, strands: strands.iter().copied().collect(), areas: Vec::new() }
}

fn of(town: &Town, events: &[Event], stays_hot: impl Fn(&Hotspot, u32) -> bool) -> Part<Attribution> {
    let found = town.found(None);
    attributions(&town.analysis(), &town.held(), &found, events, &EventParams::default(), stays_hot).unwrap().remove(0)
}

/// One on the first of each of 24 months, and twelve in the two weeks from 1 July 2024 on.
fn spiky() -> Town {
    let mut town = Town::new(months("2023-01", "2024-12"));
    for month in town.months.iter() {
        town.add(on(crate::month::day_number(month.first_day())));
    }
    for d in 0..12 {
        town.add(on(day("2024-07-02") + d));
    }
    town
}

#[test]
fn a_spike_after_an_attack_is_not_a_place_effect() {
    let found = of(&spiky(), &[event("attack", "2024-07-01", &[])], |_, n| n >= 14).unwrap();
    let excess = found.by_strands[0].excess;
    // 13 in 28 days; 23 on the other 703 days of two years.
    assert_eq!((excess.observed, excess.days, excess.baseline, excess.baseline_days), (13, 28, 23, 703));
    assert!((excess.excess - (13.0 - 23.0 * 28.0 / 703.0)).abs() < 1e-12 && excess.lo > 0.0);
    assert_eq!((found.attributed, found.dated), (excess.excess, 24));
    assert!((found.share - excess.excess / 24.0).abs() < 1e-12);
    assert_eq!((found.without, found.only_by_events), (12, true));
    // A rule that twelve satisfy keeps it.
    assert!(!of(&spiky(), &[event("attack", "2024-07-01", &[])], |_, n| n >= 12).unwrap().only_by_events);
}

#[test]
fn what_does_not_coincide_is_not_attributed() {
    let never = |_: &Hotspot, _: u32| panic!("nothing is attributed");
    // Another time, another strand, another area, before the window.
    let mut elsewhere = event("elsewhere", "2024-07-01", &[]);
    elsewhere.areas = vec!["E2".to_owned()];
    let mut town = spiky();
    town.add(Record { area: 0, ..on(day("2024-12-24")) });
    for e in [
        event("later", "2024-10-01", &[]),
        event("other", "2024-07-01", &[Strand::Antisemitic]),
        elsewhere,
        event("before", "2023-07-01", &[]),
    ] {
        let found = of(&town, &[e], never).unwrap();
        assert_eq!((found.attributed, found.without, found.only_by_events), (0.0, 25, false));
    }
    assert!(of(&town, &[], never).unwrap().by_strands.is_empty());
}

#[test]
fn an_incident_counts_for_one_set_of_strands() {
    let events = [
        event("race", "2024-07-01", &[Strand::Race]),
        event("again", "2024-07-10", &[Strand::Race]),
        event("all", "2024-07-01", &[]),
    ];
    let found = of(&spiky(), &events, |_, _| true).unwrap();
    assert_eq!(found.by_strands.len(), 1, "all incidents are of race, and taken by the first");
    assert_eq!(found.by_strands[0].events, ["race", "again"]);
    // Both windows together: 1 July to 6 August.
    assert_eq!((found.by_strands[0].excess.days, found.by_strands[0].excess.observed), (37, 14));
}

#[test]
fn what_cannot_be_attributed_says_why() {
    let always = |_: &Hotspot, _: u32| true;
    let mut undated = Town::new(months("2024-01", "2024-12"));
    undated.add_undated("2024-05");
    assert_eq!(of(&undated, &[event("a", "2024-07-01", &[])], always), Err(Reason::NoDay));
    let empty = Town::new(months("2024-01", "2024-12"));
    assert_eq!(of(&empty, &[event("a", "2024-07-01", &[])], always), Err(Reason::NoIncident));
    let mut all_year = event("always", "2023-01-01", &[]);
    all_year.to = day("2024-12-31");
    assert_eq!(of(&spiky(), &[all_year], always), Err(Reason::TooFewDays { days: 0, needed: 28 }));
    let town = spiky();
    let wrong = EventParams { half_life: HalfLife::Given(-1.0), ..EventParams::default() };
    assert!(attributions(&town.analysis(), &town.held(), &town.found(None), &[], &wrong, always).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_more_is_attributed_than_there_is(
        days in prop::collection::vec(0i32..731, 1..50), events in prop::collection::vec((0i32..731, 0i32..20), 0..4),
    ) {
        let mut town = Town::new(months("2023-01", "2024-12"));
        for d in days {
            town.add(on(day("2023-01-01") + d));
        }
        let at = |(i, (from, length)): (usize, &(i32, i32))| {
            let from = day("2023-01-01") + from;
            let strands = if i % 2 == 0 { vec![Strand::Race] } else { Vec::new() };
            Event { from, to: from + length, ..event(&i.to_string(), "2024-01-01", &strands) }
        };
        let events: Vec<Event> = events.iter().enumerate().map(at).collect();
        let n = town.found(None).hotspots[0].n;
        if let Ok(found) = of(&town, &events, |_, _| false) {
            prop_assert!(found.attributed >= 0.0 && found.attributed <= f64::from(n));
            prop_assert!(found.without <= n && (0.0..=1.0).contains(&found.share));
            prop_assert_eq!(found.only_by_events, found.attributed > 0.0);
            prop_assert_eq!(found.dated, n);
        }
    }
}
