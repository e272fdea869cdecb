use super::*;
use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR};
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, StrandSet};
use proptest::prelude::*;

fn two(params: LockInParams, records: [u32; 2], need: [f64; 2]) -> LockIn {
    lock_in(&records, &need, &LockInParams { top: 0.5, ..params }).unwrap()
}

fn median(found: &LockIn, map: Map) -> f64 {
    found.figure(map).unwrap().excess[1]
}

#[test]
fn one_round_is_what_the_definition_says() {
    // A million records of twelve rounds, 60 % in the first of two alike units; nothing falls off. One round adds N = 83,333 of which half are
    // reported (half to each) and half found (in proportion to the patrols): 0.5 · 0.5 + 0.5 · 0.6 = 0.55 to the first.
    let params = LockInParams { rounds: 1, memory: None, runs: 5, ..LockInParams::new(0.5) };
    let found = two(params, [600_000, 400_000], [1.0, 1.0]);
    assert_eq!((found.top_units, found.need_share, found.start_share), (1, 0.5, 0.6));
    let after = |share: f64, added: f64| (0.6 * 12.0 + share * added) / (12.0 + added) - 0.5;
    assert!((median(&found, Map::All) - after(0.55, 1.0)).abs() < 2e-4);
    assert!((median(&found, Map::Corrected) - after(0.5, 1.0)).abs() < 2e-4);
    assert!((median(&found, Map::Reported) - after(0.5, 0.5)).abs() < 2e-4);
    // With need 3 : 1, found are 0.6 · 3 : 0.4 · 1 and reported 3 : 1.
    let found = two(params, [600_000, 400_000], [3.0, 1.0]);
    let added = 0.5 * 0.75 + 0.5 * (1.8 / 2.2);
    assert!((median(&found, Map::All) + 0.75 - (0.6 * 12.0 + added) / 13.0).abs() < 2e-4);
    assert!((median(&found, Map::Corrected) + 0.75 - (0.6 * 12.0 + 0.75) / 13.0).abs() < 2e-4);
}

#[test]
fn a_map_of_found_records_runs_away_and_the_corrected_one_does_not() {
    let params = LockInParams { rounds: 240, runs: 5, ..LockInParams::new(1.0) };
    let found = two(params, [66_000, 54_000], [0.55, 0.45]);
    for run in &found.runs {
        assert!(run.courses[0].excess > 0.4, "{}", run.courses[0].excess);
        assert!(run.courses[0].locked.is_some_and(|round| round > 5));
        assert!(run.courses[1].excess.abs() < 0.03 && run.courses[1].locked.is_none(), "{}", run.courses[1].excess);
    }
    let figure = found.figure(Map::All).unwrap();
    assert_eq!(figure.locked, 5);
    assert!(figure.rounds.is_some() && found.figure(Map::Corrected).unwrap().rounds.is_none());
}

#[test]
fn with_few_found_records_the_map_settles_at_the_fixed_point() {
    let w = 0.2;
    let found = two(LockInParams { rounds: 200, runs: 5, ..LockInParams::new(w) }, [120_000, 80_000], [0.6, 0.4]);
    // x = (1 − w) λ + w x λ / (x λ + (1 − x) (1 − λ)), iterated.
    let mut x = 0.6;
    for _ in 0..1000 {
        x = (1.0 - w) * 0.6 + w * x * 0.6 / (x * 0.6 + (1.0 - x) * 0.4);
    }
    assert!((median(&found, Map::All) - (x - 0.6)).abs() < 0.004, "{} {}", median(&found, Map::All), x - 0.6);
    assert!(median(&found, Map::Reported).abs() < 0.003 && median(&found, Map::Corrected).abs() < 0.004);
    assert!((found.by_the_loop().unwrap() - (x - 0.6)).abs() < 0.004);
}

#[test]
fn without_discovery_all_maps_are_one_and_chance_peaks_fade() {
    let records: Vec<u32> = (0..200).map(|i| if i < 2 { 40 } else { 5 }).collect();
    let found = lock_in(&records, &[1.0; 200], &LockInParams { runs: 3, ..LockInParams::new(0.0) }).unwrap();
    for run in &found.runs {
        assert_eq!(run.courses[0], run.courses[1]);
        assert_eq!(run.courses[0], run.courses[2]);
        assert!(run.courses[0].excess < 0.02 && run.courses[0].shares.len() == 25);
    }
    assert_eq!(found.by_the_loop(), Some(0.0));
    assert!((found.start_share - 80.0 / 1070.0).abs() < 1e-12);
}

#[test]
fn who_is_over_at_the_start_is_locked_in_at_round_zero() {
    let found = two(LockInParams { runs: 2, rounds: 0, ..LockInParams::new(0.1) }, [90, 10], [1.0, 1.0]);
    for course in found.runs.iter().flat_map(|run| &run.courses) {
        assert_eq!((course.locked, course.shares.len()), (Some(0), 1));
        assert!((course.excess - 0.4).abs() < 1e-12);
    }
    assert_eq!(found.figure(Map::All).unwrap().rounds, Some(0));
}

#[test]
fn the_discovery_share_is_that_of_records_by_the_police_alone() {
    let month = "2026-01".parse().unwrap();
    let mut facts = Facts::new(FactKind::Events);
    let police = SourceSet::only(Source::PoliceGenerated);
    let filter = Filter::over(crate::month::MonthRange::ending(month, 1));
    assert_eq!(discovery_share(&facts, &filter), None);
    for sources in
        [police, SourceSet::only(Source::Victim), police.union(SourceSet::only(Source::Witness)), SourceSet::only(Source::App)]
    {
        facts.push(Fact {
            unit: 0,
            area: NO_AREA,
            month,
            recorded: month,
            strands: StrandSet::EMPTY,
            offence: Offence::Other,
            sources,
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count: 1,
        });
    }
    assert_eq!(discovery_share(&facts, &filter), Some(0.25));
}

#[test]
fn what_is_wrong_is_said() {
    let params = LockInParams::new(0.1);
    assert!(matches!(lock_in(&[1, 2], &[1.0], &params), Err(Error::Length { .. })));
    assert_eq!(lock_in(&[1, 2], &[0.0, 0.0], &params), Err(Error::NoReference));
    assert_eq!(lock_in(&[], &[], &params), Err(Error::NoReference));
    assert!(lock_in(&[0, 0], &[1.0, 1.0], &params).is_err());
    for need in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(lock_in(&[1, 1], &[1.0, need], &params).is_err());
    }
    for bad in [
        LockInParams { discovery: 1.1, ..params },
        LockInParams { discovery: f64::NAN, ..params },
        LockInParams { memory: Some(0), ..params },
        LockInParams { memory: Some(6), ..params },
        LockInParams { start_rounds: 0, ..params },
        LockInParams { top: 0.0, ..params },
        LockInParams { margin: -0.1, ..params },
    ] {
        assert!(lock_in(&[1, 1], &[1.0, 1.0], &bad).is_err());
    }
    let none = lock_in(&[1, 1], &[1.0, 1.0], &LockInParams { runs: 0, ..params }).unwrap();
    assert_eq!((none.figure(Map::All), none.by_the_loop()), (None, None));
    // One record, and need only where there is none: patrols find nothing there until somebody reports.
    let odd = lock_in(&[1, 0], &[0.0, f64::MAX], &LockInParams::new(0.5)).unwrap();
    assert!(odd.runs.iter().flat_map(|r| &r.courses).all(|c| c.shares.iter().all(|s| (0.0..=1.0).contains(s))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn shares_are_shares_and_the_seed_decides(
        units in prop::collection::vec((0u32..30, 0u32..9), 2..40), discovery in 0.0..=1.0f64, seed in 0u64..1000,
    ) {
        let records: Vec<u32> = units.iter().map(|u| u.0).collect();
        let need: Vec<f64> = units.iter().map(|u| f64::from(u.1)).collect();
        prop_assume!(records.iter().sum::<u32>() > 0 && need.iter().sum::<f64>() > 0.0);
        let params = LockInParams { seed, runs: 3, top: 0.2, ..LockInParams::new(discovery) };
        let found = lock_in(&records, &need, &params).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        prop_assert_eq!(&found, &pool.install(|| lock_in(&records, &need, &params)).unwrap());
        // Need in another unit of measurement is the same need.
        let eightfold: Vec<f64> = need.iter().map(|n| 8.0 * n).collect();
        prop_assert_eq!(&found, &lock_in(&records, &eightfold, &params).unwrap());
        for course in found.runs.iter().flat_map(|run| &run.courses) {
            prop_assert!(course.shares.iter().all(|s| (0.0..=1.0 + 1e-12).contains(s)));
            prop_assert!((course.excess - (course.shares[24] - found.need_share)).abs() < 1e-12);
        }
    }
}
