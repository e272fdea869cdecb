use super::*;
use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR};
use crate::grid::{CellGrid, StudyArea};
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};
use geo::Rect;
use rand::Rng;
use rand_pcg::Pcg64;

struct World {
    units: Units,
    facts: Facts,
    metres: Vec<[f64; 2]>,
    months: MonthRange,
}

impl World {
    /// About 7 by 8 km at resolution 9, without incidents.
    fn empty(months: usize) -> Self {
        let area = Rect::new((-0.2, 51.46), (-0.1, 51.53)).to_polygon().into();
        let grid = CellGrid::cover(StudyArea::new("Test", area).expect("a rectangle"), Resolution::Nine, Resolution::Eight);
        let from: Month = "2024-01".parse().expect("a month");
        let months = MonthRange::new(from, from.plus(months as u16 - 1)).expect("in order");
        Self { units: Units::Cells(grid.expect("a grid")), facts: Facts::new(FactKind::Events), metres: Vec::new(), months }
    }

    fn add(&mut self, unit: u32, month: usize, count: usize) {
        let month = self.months.from().plus(month as u16);
        for _ in 0..count {
            self.metres.push(self.units.centers_m(9).expect("cells")[unit as usize]);
            self.facts.push(Fact {
                unit,
                area: NO_AREA,
                month,
                recorded: month,
                strands: StrandSet::from_iter([Strand::Race]),
                offence: Offence::PublicOrder,
                sources: SourceSet::only(Source::Victim),
                status: FlagStatus::Confirmed,
                setting: Setting::Street,
                outcome: Outcome::Unknown,
                hour_of_week: NO_HOUR,
                place: PlaceKind::Mapped,
                count: 1,
            });
        }
    }

    /// Every month `each` incidents in each of some cells, and `around` anywhere.
    fn with(months: usize, hot: &[u32], each: usize, around: usize) -> Self {
        let mut world = Self::empty(months);
        let mut random = Pcg64::new(7, 7);
        let sums: Vec<f64> = world
            .units
            .level(9)
            .expect("cells")
            .area_km2
            .iter()
            .scan(0.0, |sum, area| {
                *sum += area;
                Some(*sum)
            })
            .collect();
        for month in 0..months {
            for unit in hot {
                world.add(*unit, month, each);
            }
            for _ in 0..around {
                let at = (random.next_u64() >> 11) as f64 / 2.0_f64.powi(53) * sums[sums.len() - 1];
                world.add(sums.partition_point(|sum| *sum <= at) as u32, month, 1);
            }
        }
        world
    }

    fn test(&self, methods: &[Method], params: &BacktestParams) -> Backtest {
        let input =
            BacktestInput { units: &self.units, resolution: 9, facts: &self.facts, metres: &self.metres, months: self.months };
        backtest(&input, None, methods, params).expect("valid input")
    }
}

#[test]
fn origins_roll_to_the_last_month_and_no_month_is_tested_twice() {
    let world = World::with(16, &[3], 1, 5);
    let months = |train, test| -> Vec<String> {
        let params = BacktestParams { train, test, ..BacktestParams::default() };
        origins(world.months, &params).iter().map(ToString::to_string).collect()
    };
    assert_eq!(months(6, 1).len(), 10);
    assert_eq!((months(6, 1)[0].as_str(), months(6, 1)[9].as_str()), ("2024-06", "2025-03"));
    assert_eq!(months(12, 3), ["2025-01"]);
    assert_eq!(months(10, 3), ["2024-10", "2025-01"]);
    assert!(months(16, 1).is_empty());
}

#[test]
fn the_baseline_is_what_a_hand_count_says() {
    let mut world = World::empty(7);
    // Seen: 5 in one cell, 3 in another, of six months; then 4, 2, and 2 elsewhere.
    world.add(10, 0, 5);
    world.add(20, 3, 3);
    world.add(10, 6, 4);
    world.add(20, 6, 2);
    world.add(30, 6, 2);
    let level = world.units.level(9).expect("cells");
    let total: f64 = level.area_km2.iter().sum();
    let share = level.area_km2[10] / total * 0.5;
    let params = BacktestParams { shares: vec![share, 3.0 * share], ..BacktestParams::default() };
    let found = world.test(&[Method::Count], &params);
    assert_eq!(found.origins.len(), 1);
    // Half of the fullest cell: half of its 4 of 8 incidents, on half of its area.
    let first = &found.scores[0];
    assert_eq!((first.origin, first.n), (Some(found.origins[0]), 8));
    assert!((first.hits.expected - 2.0).abs() < 1e-9 && (first.pai.expect("incidents") - 0.25 / share).abs() < 1e-6);
    assert!((first.pei.expect("incidents") - 1.0).abs() < 1e-9);
    // Then half of the second, to a difference of areas.
    let third = found.scores.iter().find(|s| s.area_share > share && s.origin.is_none()).expect("two shares");
    assert!((third.hits.expected - 5.0).abs() < 0.05, "{}", third.hits.expected);
    assert_eq!((first.gain, first.against_baseline()), (None, Against::CannotTell));
}

#[test]
fn lasting_places_are_found_by_every_method_and_an_even_map_by_none() {
    let params = BacktestParams { shares: vec![0.02], replicates: 199, ..BacktestParams::default() };
    let lasting = World::with(12, &[5, 40, 41, 90], 4, 20).test(&Method::ALL, &params);
    for score in lasting.pooled() {
        assert!(score.pai.expect("incidents") > 5.0, "{} {:?}", score.method, score.pai);
        let [low, high] = score.limits.expect("an interval");
        assert!(low <= score.pai.expect("incidents") && high >= low);
        assert!(score.hits.worst <= score.hits.expected && score.hits.expected <= score.hits.best);
        assert!(score.pei.expect("incidents") <= 1.0 + 1e-9);
        assert!(score.stability.expect("several origins") > 0.3);
    }
    let even = World::with(18, &[], 0, 300).test(&[Method::Count, Method::Posterior], &params);
    for score in even.pooled() {
        assert!((0.5..1.6).contains(&score.pai.expect("incidents")), "{:?}", score.pai);
    }
    assert_eq!(even.supported(0.02), Method::Count);
}

#[test]
fn the_same_whatever_else_is_asked_and_on_any_number_of_threads() {
    let world = World::with(10, &[5, 40], 3, 30);
    let params = BacktestParams { replicates: 99, ..BacktestParams::default() };
    let all = world.test(&Method::ALL, &params);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(|| world.test(&Method::ALL, &params));
    assert_eq!(all, one);
    let kde = world.test(&[Method::Kde], &params);
    let of_all: Vec<&Score> = all.scores.iter().filter(|s| s.method == Method::Kde).collect();
    assert_eq!(kde.scores.iter().collect::<Vec<_>>(), of_all);
}

#[test]
fn what_cannot_be_tested_is_said() {
    let world = World::with(5, &[5], 3, 10);
    let input =
        BacktestInput { units: &world.units, resolution: 9, facts: &world.facts, metres: &world.metres, months: world.months };
    let of = |params: &BacktestParams| backtest(&input, None, &Method::ALL, params);
    assert!(of(&BacktestParams::default()).is_err(), "five months hold no six");
    let short = BacktestParams { train: 2, ..BacktestParams::default() };
    assert!(of(&short).is_ok());
    for wrong in [
        BacktestParams { test: 0, ..short.clone() },
        BacktestParams { shares: vec![1.5], ..short.clone() },
        BacktestParams { shares: Vec::new(), ..short.clone() },
        BacktestParams { replicates: 0, ..short.clone() },
        BacktestParams { level: 1.0, ..short.clone() },
    ] {
        assert!(of(&wrong).is_err());
    }
    // A strand without an incident has no hit rate and no interval, and no panic.
    let none = backtest(&input, Some(Strand::Disability), &Method::ALL, &short).expect("valid input");
    assert!(none.scores.iter().all(|s| s.n == 0 && s.pai.is_none() && s.limits.is_none() && s.gain.is_none()));
}
