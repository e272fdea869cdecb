use super::super::fixture::{MIDDLE, Record, Town, a_break, day, months, on};
use super::*;
use crate::cube::NO_HOUR;
use crate::incident::{Source, Strand};
use crate::projection::LonLat;
use crate::time::control_chart::Side;
use proptest::prelude::*;

fn history(town: &Town, strand: Option<Strand>) -> History {
    histories(&town.analysis(), &town.held(), &town.found(strand)).unwrap().remove(0)
}

/// So many records on the first days of every month.
fn monthly_town(held: MonthRange, counts: &[u32]) -> Town {
    let mut town = Town::new(held);
    for (month, n) in held.iter().zip(counts) {
        for _ in 0..*n {
            town.add(on(day_number(month.first_day())));
        }
    }
    town
}

#[test]
fn a_series_without_break_is_used_whole() {
    let mut counts = [2; 24];
    (counts[3], counts[23]) = (0, 9);
    let found = history(&monthly_town(months("2023-01", "2024-12"), &counts), None);
    assert_eq!((found.months, found.after.as_deref()), (Some(months("2023-01", "2024-12")), None));
    assert_eq!(found.counts, counts);
    let present = found.present.unwrap();
    assert_eq!((present.months, present.of), (23, 24));
    assert_eq!((present.first.to_string(), present.last.to_string()), ("2023-01".to_owned(), "2024-12".to_owned()));
    let chart = found.chart.as_ref().unwrap();
    assert_eq!((chart.kind, chart.baseline), (ChartKind::Poisson, 21));
    // Forty in 21 months; P(X > 7) of a mean of 1.905 is below 0.00135, P(X > 6) above.
    assert!((chart.center - 40.0 / 21.0).abs() < 1e-12);
    assert_eq!(chart.upper, 7.0);
    let latest = found.latest_signals();
    assert_eq!(latest.iter().map(|s| (s.from, s.to, s.side)).collect::<Vec<_>>(), [(23, 23, Side::Above)]);
    // Seven quiet months are no signal where most months are quiet.
    let mut quiet = [0; 24];
    (quiet[0], quiet[1]) = (2, 2);
    assert!(history(&monthly_town(months("2023-01", "2024-12"), &quiet), None).chart.unwrap().signals.is_empty());
}

#[test]
fn a_mean_of_five_makes_it_an_xmr_chart() {
    let chart = |counts: &[u32]| history(&monthly_town(months("2023-10", "2024-12"), counts), None).chart.unwrap().kind;
    assert_eq!(chart(&[5; 15]), ChartKind::Xmr);
    let mut fewer = [5; 15];
    fewer[0] = 4;
    assert_eq!(chart(&fewer), ChartKind::Poisson);
    // The months that are judged do not decide.
    (fewer[14], fewer[0]) = (0, 5);
    assert_eq!(chart(&fewer), ChartKind::Xmr);
}

#[test]
fn too_few_months_are_said_to_be() {
    let found = history(&monthly_town(months("2024-04", "2024-12"), &[3; 9]), None);
    assert_eq!(found.chart, Err(Reason::TooFewMonths { months: 9, needed: 15 }));
    assert_eq!(found.emerging, Err(Reason::TooFewMonths { months: 9, needed: 10 }));
    assert_eq!(found.present.unwrap().months, 9);
    let found = history(&monthly_town(months("2023-11", "2024-12"), &[3; 14]), None);
    assert_eq!(found.chart, Err(Reason::TooFewMonths { months: 14, needed: 15 }));
    assert!(found.emerging.is_ok());
}

#[test]
fn a_break_cuts_the_series_where_it_concerns_the_place() {
    let mut town = monthly_town(months("2022-01", "2024-12"), &[1; 36]);
    town.breaks = BreakRegistry::new(vec![a_break("everywhere", "2022-06-15", &[]), a_break("one", "2023-02-01", &["E2"])]);
    // No area is known: every break counts.
    let found = history(&town, None);
    assert_eq!((found.months, found.after.as_deref()), (Some(months("2023-02", "2024-12")), Some("one")));
    // The place lies in the first area.
    town.add(Record { area: 0, ..on(day("2024-12-01")) });
    let found = history(&town, None);
    assert_eq!((found.months, found.after.as_deref()), (Some(months("2022-07", "2024-12")), Some("everywhere")));
    assert_eq!(found.counts.iter().sum::<u32>(), 31);
    // It reaches into the second.
    town.add(Record { area: 1, ..on(day("2024-12-01")) });
    assert_eq!(history(&town, None).after.as_deref(), Some("one"));
    // A break in the last month leaves nothing to speak of.
    town.breaks = BreakRegistry::new(vec![a_break("late", "2024-12-02", &[])]);
    let found = history(&town, None);
    assert_eq!((found.months, found.after.as_deref()), (None, Some("late")));
    assert_eq!((found.present, found.week, found.chart.err()), (Err(Reason::NoMonth), Err(Reason::NoMonth), Some(Reason::NoMonth)));
}

#[test]
fn a_place_that_flares_up_at_the_end_is_new() {
    let mut counts = [0; 15];
    (counts[0], counts[14]) = (1, 30);
    let town = monthly_town(months("2023-10", "2024-12"), &counts);
    let emerging = history(&town, None).emerging.unwrap();
    assert_eq!((emerging.pattern.id(), emerging.alike), ("new_hot", 1));
    assert!(emerging.z_last.unwrap() > 3.0 && (emerging.hot_share - 1.0 / 15.0).abs() < 1e-12);
    // Of another strand there is none.
    let other = history(&town, Some(Strand::Disability));
    assert_eq!(
        (other.present, other.week, other.near_repeats),
        (Err(Reason::NoIncident), Err(Reason::NoIncident), Err(Reason::NoIncident))
    );
    assert_eq!(other.emerging.unwrap().pattern.id(), "no_pattern");
    assert_eq!(other.chart.unwrap().signals, []);
}

#[test]
fn near_repeats_follow_an_incident_inside_or_outside_the_place() {
    let mut town = Town::new(months("2024-01", "2024-12"));
    // 139 m and 417 m east of the middle.
    let east = |metres: f64| LonLat { lon: MIDDLE.lon + metres / 69_300.0, lat: MIDDLE.lat };
    town.add(on(day("2024-03-01")));
    town.add(on(day("2024-03-15")));
    town.add(on(day("2024-06-10")));
    town.add(Record { at: east(139.0), ..on(day("2024-06-01")) });
    town.add(on(day("2024-09-10")));
    town.add(Record { at: east(417.0), ..on(day("2024-09-09")) });
    town.add(Record { source: Source::PoliceGenerated, ..on(day("2024-09-08")) });
    town.add(on(day("2024-01-10")));
    town.add_undated("2024-05");
    let found = history(&town, None).near_repeats.unwrap();
    // 15 March follows 1 March, 10 June what happened 139 m away; the one 417 m away and that of the police do not count.
    assert_eq!(found.repeats, 2);
    // The incident in January is too early, one has no day; those 139 m away may be of the same cell or not.
    assert!((4..=5).contains(&found.judged) && found.not_judged == 2);
    assert!(found.share_by_chance().unwrap() > 0.1);
    let mut undated = Town::new(months("2024-01", "2024-12"));
    undated.add_undated("2024-05");
    assert_eq!(history(&undated, None).near_repeats, Err(Reason::NoDayAndPosition));
}

#[test]
fn the_week_has_seven_days_of_four_parts() {
    let mut town = Town::new(months("2024-01", "2024-12"));
    let hours = [0, 5, 6, 23, 24, 167, 7 * 24 - 13, NO_HOUR];
    for hour_of_week in hours {
        town.add(Record { hour_of_week, ..on(day("2024-07-01")) });
    }
    let week = history(&town, None).week.unwrap();
    assert_eq!((week.known, week.of), (7, 8));
    assert_eq!(week.counts[0], [2, 1, 0, 1]);
    assert_eq!(week.counts[1], [1, 0, 0, 0]);
    assert_eq!(week.counts[6], [0, 1, 0, 1]);
    let mut none = Town::new(months("2024-01", "2024-12"));
    none.add(on(day("2024-07-01")));
    assert_eq!(history(&none, None).week, Err(Reason::NoHour));
}

#[test]
fn what_is_wrong_is_said() {
    let town = monthly_town(months("2024-01", "2024-12"), &[1; 12]);
    let found = town.found(None);
    let short = Held { days: &town.days[1..], ..town.held() };
    assert!(matches!(histories(&town.analysis(), &short, &found), Err(Error::Length { what: "days", .. })));
    let late = Held { months: months("2025-01", "2025-02"), ..town.held() };
    assert!(histories(&town.analysis(), &late, &found).is_err());
    let mut beyond = found.clone();
    beyond.hotspots[0].units = vec![u32::MAX];
    assert!(histories(&town.analysis(), &town.held(), &beyond).is_err());
    let none = StrandAnalysis { hotspots: Vec::new(), ..found };
    assert_eq!(histories(&town.analysis(), &town.held(), &none), Ok(Vec::new()));
    assert!(histories(&Analysis { resolution: 4, ..town.analysis() }, &town.held(), &none).is_err());
    let empty = Town::new(months("2023-01", "2024-12"));
    let found = history(&empty, None);
    assert_eq!((found.present, found.counts), (Err(Reason::NoIncident), vec![0; 24]));
}

#[test]
fn reasons_are_sentences() {
    assert_eq!(Reason::TooFewMonths { months: 9, needed: 15 }.to_string(), "too few months: 9 where 15 are needed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn parts_add_up_and_the_order_of_facts_does_not_matter(
        incidents in prop::collection::vec((0i32..731, 0u8..=168, 0u16..250), 1..60), turn in 0usize..60,
    ) {
        let town = |incidents: &[(i32, u8, u16)]| {
            let mut town = Town::new(months("2023-01", "2024-12"));
            for (offset, hour, east) in incidents {
                let at = LonLat { lon: MIDDLE.lon + f64::from(*east) / 69_300.0, lat: MIDDLE.lat };
                let hour_of_week = if *hour == 168 { NO_HOUR } else { *hour };
                town.add(Record { at, hour_of_week, ..on(day("2023-01-01") + offset) });
            }
            town
        };
        let found = history(&town(&incidents), None);
        let mut turned = incidents.clone();
        turned.rotate_left(turn % incidents.len());
        let again = history(&town(&turned), None);
        prop_assert_eq!((&found.counts, &found.present, &found.week, &found.chart), (&again.counts, &again.present, &again.week, &again.chart));
        if let (Ok(a), Ok(b)) = (found.near_repeats, again.near_repeats) {
            prop_assert_eq!((a.judged, a.repeats), (b.judged, b.repeats));
            prop_assert!((a.by_chance - b.by_chance).abs() < 1e-9);
        }
        let n: u32 = found.counts.iter().sum();
        if let Ok(week) = found.week {
            prop_assert_eq!(week.of, n);
            prop_assert_eq!(week.counts.iter().flatten().sum::<u32>(), week.known);
        }
        if let Ok(near) = found.near_repeats {
            prop_assert_eq!(near.judged + near.not_judged, n);
        }
    }
}
