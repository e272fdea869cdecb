use super::*;
use crate::cube::{Fact, FactKind, NO_HOUR};
use crate::grid::{CellGrid, StudyArea};
use crate::hotspot::detect::DetectParams;
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};
use crate::units::Units;
use geo::Rect;
use h3o::Resolution;

/// A city with a thin and uneven background, each record of another victim.
struct City {
    units: Units,
    facts: Facts,
    metres: Vec<[f64; 2]>,
    people: People,
    window: MonthRange,
    next: u32,
}

impl City {
    fn new() -> Self {
        let area = Rect::new((-0.25, 51.45), (-0.05, 51.55)).to_polygon().into();
        let grid = CellGrid::cover(StudyArea::new("Test", area).expect("a rectangle"), Resolution::Nine, Resolution::Eight);
        let window = MonthRange::ending("2026-10".parse().expect("a month"), 12);
        let mut city = Self {
            units: Units::Cells(grid.expect("a grid")),
            facts: Facts::new(FactKind::Events),
            metres: Vec::new(),
            people: People::default(),
            window,
            next: 1_000_000,
        };
        city.background(0);
        city
    }

    fn background(&mut self, month: u16) {
        for unit in 0..self.units.level(9).expect("cells").len() as u32 {
            for _ in 0..[0, 0, 1, 0, 0, 3, 0, 0][unit as usize % 8] {
                self.next += 1;
                self.add(unit, [self.next, NOBODY, NOBODY], month);
            }
        }
    }

    fn add(&mut self, unit: u32, keys: [u32; 3], month: u16) {
        self.metres.push(self.units.centers_m(9).expect("cells")[unit as usize]);
        self.people.push(keys);
        let month = self.window.to().minus(month);
        self.facts.push(Fact {
            unit,
            area: 3,
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

    fn strangers(&mut self, unit: u32, count: u32) {
        for i in 0..count {
            self.next += 1;
            self.add(unit, [self.next, NOBODY, NOBODY], (i % 12) as u16);
        }
    }

    fn analysis<'a>(&'a self, reference: &'a [f64]) -> Analysis<'a> {
        Analysis {
            units: &self.units,
            resolution: 9,
            facts: &self.facts,
            metres: &self.metres,
            reference,
            window: self.window,
            rule: DetectParams::default(),
            atlas: None,
            before: None,
        }
    }

    fn protected(&self) -> (Facts, Protection, Vec<Vec<u32>>) {
        let reference = self.units.level(9).expect("cells").area_km2.to_vec();
        let analysis = self.analysis(&reference);
        let (facts, metres, protection) = protect(&analysis, &self.people).expect("columns fit");
        let after = Analysis { facts: &facts, metres: &metres, ..analysis }.strand(None).expect("columns fit");
        // Small cells at the edge with three records are hot too.
        let hot = after.hotspots.iter().filter(|h| h.n >= 8).map(|h| h.units.clone()).collect();
        (facts, protection, hot)
    }

    fn count(&self, facts: &Facts, unit: u32) -> u32 {
        facts.counts(&Filter::over(self.window), self.units.level(9).expect("cells").len())[unit as usize]
    }
}

#[test]
fn a_place_of_one_victim_leaves_and_one_of_many_stays() {
    let mut city = City::new();
    for i in 0..12 {
        city.add(304, [7, NOBODY, NOBODY], i);
    }
    city.strangers(600, 14);
    let (facts, protection, hot) = city.protected();
    assert_eq!(hot, [vec![600]]);
    assert_eq!((city.count(&city.facts, 304), city.count(&facts, 304), city.count(&facts, 600)), (12, 0, 14));
    let first = &protection.dependences[0];
    assert_eq!((first.role, first.key, first.units.as_slice(), first.facts.len()), (Role::Victim, 7, &[304][..], 12));
    assert_eq!(protection.withheld().len(), 12);
    // They stay in their borough and month.
    let total =
        |facts: &Facts| facts.rows(&Filter::over(city.window)).filter(|r| facts.get(*r).is_some_and(|f| f.area == 3)).count();
    assert_eq!(total(&facts), total(&city.facts));
}

#[test]
fn a_reporter_and_an_address_count_as_a_victim_does() {
    for role in Role::ALL {
        let mut city = City::new();
        for i in 0..10 {
            city.next += 1;
            let mut keys = [city.next, NOBODY, NOBODY];
            keys[role as usize] = 9;
            city.add(304, keys, i);
        }
        let (_, protection, hot) = city.protected();
        assert!(hot.is_empty(), "{}", role.id());
        assert_eq!(protection.dependences[0].role, role);
    }
}

#[test]
fn a_victim_spread_over_neighbouring_cells_is_found_in_the_place() {
    let mut city = City::new();
    let near = city.units.level(9).expect("cells").neighbors.neighbors(304)[0];
    // Each cell stays hot without either half; the place does not stand without both... each is all of one person.
    for unit in [304, near] {
        for i in 0..8 {
            city.add(unit, [7, NOBODY, NOBODY], i);
        }
    }
    let (facts, _, hot) = city.protected();
    assert!(hot.is_empty() && city.count(&facts, 304) <= 3 && city.count(&facts, near) <= 3);
}

#[test]
fn the_surplus_of_a_cell_beside_a_true_place_leaves_and_the_place_stays() {
    let mut city = City::new();
    let near = city.units.level(9).expect("cells").neighbors.neighbors(304)[0];
    city.strangers(304, 15);
    for i in 0..9 {
        city.add(near, [7, NOBODY, NOBODY], i);
    }
    let (facts, protection, hot) = city.protected();
    assert_eq!(hot, [vec![304]]);
    assert!(city.count(&facts, near) <= 3 && city.count(&facts, 304) >= 15);
    assert_eq!(protection.dependences[0].units, [near]);
}

#[test]
fn an_earlier_year_is_looked_at_too() {
    let mut city = City::new();
    city.background(20);
    for i in 0..10 {
        city.add(304, [7, NOBODY, NOBODY], 14 + i);
    }
    let (facts, protection, _) = city.protected();
    assert!(protection.dependences.iter().any(|d| d.key == 7 && d.window.to() < city.window.from()));
    let before = MonthRange::ending(city.window.from().minus(1), 12);
    assert!(facts.counts(&Filter::over(before), 400)[304] <= 1);
}

#[test]
fn without_pseudonyms_nothing_is_withheld_and_the_check_is_not_possible() {
    let mut city = City::new();
    city.strangers(304, 12);
    city.people = People::unknown(city.facts.len());
    let (facts, protection, hot) = city.protected();
    assert!(!protection.check().possible() && protection.dependences.is_empty() && facts == city.facts && hot == [vec![304]]);
    city.people = People::unknown(1);
    let reference = city.units.level(9).expect("cells").area_km2.to_vec();
    assert!(protect(&city.analysis(&reference), &city.people).is_err());
}

#[test]
fn the_numbers_of_persons_do_not_matter() {
    let withheld = |of: fn(u32) -> u32| {
        let mut city = City::new();
        for i in 0..9 {
            city.add(304, [of(1), NOBODY, of(3)], i);
            city.add(800, [of(2), NOBODY, NOBODY], i);
        }
        city.protected().1.withheld()
    };
    assert_eq!(withheld(|key| key), withheld(|key| 1_000 - key));
}
