use super::super::fixture::{Record, Town, a_break, day, months, on};
use super::*;
use crate::cube::NO_DAY;
use crate::month::BreakRegistry;
use proptest::prelude::*;

fn event(id: &str, from: &str, strands: &[Strand]) -> Event {
    let from = day(from);
    Event { id: id.to_owned(), name: id.to_owned(), from, to: from, strands: strands.iter().copied().collect(), areas: Vec::new() }
}

/// Two a day, and `more` on the days from a day on.
fn town(more: &[(i32, u32)]) -> Town {
    let mut town = Town::new(months("2024-01", "2024-12"));
    for d in day("2024-01-01")..=day("2024-12-31") {
        let extra = more.iter().filter(|(at, _)| *at == d).map(|(_, n)| n).sum::<u32>();
        for _ in 0..2 + extra {
            town.add(on(d));
        }
    }
    town
}

fn one(town: &Town, events: &[Event], params: &EventParams) -> Part<EventEffect> {
    effects(&town.analysis(), &town.held(), events, params).unwrap().remove(0).1
}

#[test]
fn observed_minus_expected_by_hand() {
    let from = day("2024-07-01");
    let town = town(&[(from, 20), (from + 7, 10), (from + 27, 1), (from + 28, 50)]);
    let found = one(&town, &[event("attack", "2024-07-01", &[Strand::Race])], &EventParams::default()).unwrap();
    assert_eq!((found.window.clone(), found.half_life, found.fitted), (from..from + 28, 7.0, false));
    let e = found.excess;
    assert_eq!((e.observed, e.days, e.baseline, e.baseline_days), (56 + 31, 28, 168, 84));
    assert_eq!((e.expected, e.excess, e.dispersion), (56.0, 31.0, 1.0));
    // Exact limits of 87: 69.68 and 107.31; of 168 times a third: 47.85 and 65.14.
    let [lo, hi] = exact_limits(87, 0.95);
    let [e_lo, e_hi] = exact_limits(168, 0.95).map(|l| l / 3.0);
    assert!((e.lo - (31.0 - (87.0 - lo).hypot(e_hi - 56.0))).abs() < 1e-12);
    assert!((e.hi - (31.0 + (hi - 87.0).hypot(56.0 - e_lo))).abs() < 1e-12);
    assert!((lo - 69.68).abs() < 0.01 && (hi - 107.31).abs() < 0.01 && e.lo > 0.0);
    assert_eq!(e.attributed(), 31.0);
    assert!(found.rise > 1.0 && found.together.is_empty());
}

#[test]
fn a_decay_is_found_again() {
    let from = day("2024-07-01");
    // Two a day and a rise of ten times that, halved every five days.
    let more: Vec<(i32, u32)> = (0..60).map(|d| (from + d, (20.0 * (-f64::from(d) / 5.0).exp2()).round() as u32)).collect();
    let fitted = EventParams { half_life: HalfLife::Fitted, ..EventParams::default() };
    let found = one(&town(&more), &[event("attack", "2024-07-01", &[])], &fitted).unwrap();
    assert!(found.fitted && (4.5..=5.5).contains(&found.half_life), "{}", found.half_life);
    assert!((found.rise - 10.0).abs() < 0.5, "{}", found.rise);
    assert_eq!(found.window.len(), (4.0 * found.half_life).ceil() as usize);
    let quiet = one(&town(&[]), &[event("attack", "2024-07-01", &[])], &fitted).unwrap();
    assert_eq!((quiet.fitted, quiet.half_life, quiet.rise, quiet.excess.excess), (false, 7.0, 0.0, 0.0));
    assert_eq!(quiet.excess.attributed(), 0.0);
}

#[test]
fn strands_areas_breaks_and_other_events_are_kept_apart() {
    let from = day("2024-07-01");
    let mut town = town(&[(from, 30)]);
    let params = EventParams::default();
    // Race and religion have a parent in common; an antisemitic event is none of race.
    let faith = one(&town, &[event("faith", "2024-07-01", &[Strand::Antisemitic])], &params).unwrap();
    assert_eq!((faith.excess.observed, faith.excess.expected), (0, 0.0));
    let parent = one(&town, &[event("any", "2024-07-01", &[Strand::RaceOrReligion])], &params).unwrap();
    assert_eq!(parent.excess.excess, 30.0);
    let mut there = event("there", "2024-07-01", &[]);
    there.areas = vec!["E2".to_owned()];
    town.add(Record { area: 1, ..on(from + 1) });
    assert_eq!(one(&town, &[there], &params).unwrap().excess.observed, 1);
    // An earlier event is no baseline, and a later one within the window is named.
    let all = [event("a", "2024-07-01", &[]), event("b", "2024-06-01", &[]), event("c", "2024-07-20", &[])];
    let found = one(&town, &all, &params).unwrap();
    assert_eq!((found.excess.baseline_days, found.together), (84 - 28, vec!["c".to_owned()]));
    // A break ends the window, and begins the baseline.
    town.breaks = BreakRegistry::new(vec![a_break("x", "2024-07-11", &[]), a_break("y", "2024-05-20", &[])]);
    let found = one(&town, &[event("a", "2024-07-01", &[])], &params).unwrap();
    assert_eq!((found.window.len(), found.excess.baseline_days), (10, 42));
    town.breaks = BreakRegistry::new(vec![a_break("x", "2024-06-11", &[])]);
    let short = one(&town, &[event("a", "2024-07-01", &[])], &params);
    assert_eq!(short, Err(Reason::TooFewDays { days: 20, needed: 28 }));
}

#[test]
fn what_cannot_be_measured_says_why() {
    let params = EventParams::default();
    let full = town(&[]);
    for from in ["2025-01-01", "2023-12-31"] {
        assert_eq!(one(&full, &[event("a", from, &[])], &params), Err(Reason::NotHeld));
    }
    let mut undated = Town::new(months("2024-01", "2024-12"));
    undated.add_undated("2024-03");
    assert_eq!(one(&undated, &[event("a", "2024-07-01", &[])], &params), Err(Reason::NoDay));
    let bad = |change: &dyn Fn(&mut Event, &mut EventParams)| {
        let (mut e, mut p) = (event("a", "2024-07-01", &[]), params);
        change(&mut e, &mut p);
        effects(&full.analysis(), &full.held(), &[e], &p).is_err()
    };
    assert!(bad(&|e, _| e.to = e.from - 1));
    assert!(bad(&|_, p| p.level = 1.0));
    for h in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(bad(&|_, p| p.half_life = HalfLife::Given(h)));
    }
    assert!(excess(&[], &[1], 0.95).is_err() && excess(&[1], &[], 0.95).is_err() && excess(&[1], &[1], f64::NAN).is_err());
    // The largest days there are do not overflow.
    let far = Event { from: i32::MAX - 1, to: i32::MAX, ..event("far", "2024-07-01", &[]) };
    let early = Event { from: NO_DAY, to: NO_DAY, ..event("early", "2024-07-01", &[]) };
    for e in [far, early] {
        assert_eq!(one(&full, &[e], &params), Err(Reason::NotHeld));
    }
}

#[test]
fn over_dispersed_days_have_wider_limits() {
    let steady = excess(&[8; 10], &[4; 40], 0.95).unwrap();
    let bursts: Vec<u32> = (0..40).map(|d| if d % 4 == 0 { 16 } else { 0 }).collect();
    let wild = excess(&[8; 10], &bursts, 0.95).unwrap();
    assert_eq!((steady.excess, wild.excess), (40.0, 40.0));
    // Variance 48 · 40/39 over a mean of 4.
    assert!((wild.dispersion - 48.0 * 40.0 / 39.0 / 4.0).abs() < 1e-12);
    assert!((wild.hi - 40.0) / (steady.hi - 40.0) - wild.dispersion.sqrt() < 1e-12);
    assert!(steady.lo > 0.0 && wild.lo < 0.0);
}

#[test]
fn one_incident_beside_a_long_time_without_any_is_not_attributed() {
    let mut days = [0; 28];
    days[3] = 1;
    let found = excess(&days, &[0; 600], 0.95).unwrap();
    assert!(found.lo > 0.0 && found.attributed() == 0.0, "{found:?}");
    days[9] = 1;
    assert_eq!(excess(&days, &[0; 600], 0.95).unwrap().attributed(), 2.0);
}

proptest! {
    #[test]
    fn limits_hold_the_excess_and_narrow_with_the_level(
        days in prop::collection::vec(0u32..40, 1..40), baseline in prop::collection::vec(0u32..40, 1..90),
    ) {
        let wide = excess(&days, &baseline, 0.99).unwrap();
        let found = excess(&days, &baseline, 0.9).unwrap();
        prop_assert!(wide.lo <= found.lo && found.lo <= found.excess && found.excess <= found.hi && found.hi <= wide.hi);
        prop_assert!(found.dispersion >= 1.0 && found.attributed() >= 0.0 && found.attributed() <= found.observed as f64);
    }
}
