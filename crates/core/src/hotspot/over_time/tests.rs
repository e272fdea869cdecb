use super::super::fixture::{Record, Town, day, months, on};
use super::*;
use crate::incident::Strand;

fn event(id: &str, from: &str, strands: &[Strand]) -> Event {
    let from = day(from);
    Event { id: id.to_owned(), name: id.to_owned(), from, to: from, strands: strands.iter().copied().collect(), areas: Vec::new() }
}

/// One of race on the first of every month, one antisemitic on the second, and twelve antisemitic ones in July 2024.
fn town() -> Town {
    let mut town = Town::new(months("2023-01", "2024-12"));
    for month in town.months.iter() {
        let first = crate::month::day_number(month.first_day());
        town.add(on(first));
        town.add(Record { strand: Strand::Antisemitic, ..on(first + 1) });
    }
    for d in 0..12 {
        town.add(Record { strand: Strand::Antisemitic, ..on(day("2024-07-03") + d) });
    }
    town
}

fn asked(town: &Town, calendar: &[Event]) -> OverTime {
    let strands = [None, Some(Strand::Religion), Some(Strand::Antisemitic), Some(Strand::Race)];
    let found = strands.map(|strand| town.found(strand));
    OverTime::of(&town.analysis(), &town.held(), &found, calendar.to_vec(), &EventParams::default()).unwrap()
}

#[test]
fn an_event_is_measured_in_every_strand_that_it_concerns_and_in_no_other() {
    let found = asked(&town(), &[event("attack", "2024-07-01", &[Strand::Antisemitic])]);
    let observed = |row: usize| {
        let effects = &found.analyses[row].effects;
        effects.first().map(|e| (e.strands, e.effect.as_ref().unwrap().excess.observed))
    };
    let antisemitic: StrandSet = std::iter::once(Strand::Antisemitic).collect();
    assert_eq!([observed(0), observed(1), observed(2)], [Some((antisemitic, 13)); 3]);
    assert_eq!(observed(3), None);
    // At the place: what was attributed of race is nothing, without a calendar nothing is asked.
    let attributed = |row: usize| found.analyses[row].attributions[0].as_ref().unwrap().attributed;
    assert!(attributed(0) > 10.0 && attributed(2) > 10.0);
    assert_eq!(attributed(3), 0.0);
    let without = asked(&town(), &[]);
    assert!(without.analyses.iter().all(|a| a.attributions.is_empty() && a.effects.is_empty() && a.histories.len() == 1));
}

#[test]
fn an_event_for_all_records_is_measured_on_each_strand_by_itself() {
    let found = asked(&town(), &[event("vote", "2024-07-01", &[])]);
    let observed: Vec<u64> = found.analyses.iter().map(|a| a.effects[0].effect.as_ref().unwrap().excess.observed).collect();
    assert_eq!(observed, [14, 13, 13, 1]);
    // An event for religion is one for its part, and none for race.
    let religion = event("march", "2024-07-01", &[Strand::Religion]);
    assert_eq!(religion.within(Some(Strand::Antisemitic)).unwrap().strands, std::iter::once(Strand::Antisemitic).collect());
    assert_eq!(religion.within(Some(Strand::Race)), None);
}

#[test]
fn the_order_of_the_calendar_changes_nothing() {
    let events = [event("b", "2024-07-01", &[]), event("a", "2024-07-01", &[Strand::Race]), event("c", "2024-02-01", &[])];
    let mut turned = events.clone();
    turned.rotate_left(1);
    assert_eq!(asked(&town(), &events), asked(&town(), &turned));
    assert_eq!(asked(&town(), &events).calendar.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
}
