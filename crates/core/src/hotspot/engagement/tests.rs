use super::super::fixture::{Town, months, on};
use super::*;
use crate::cube::Facts;
use crate::grid::{CellGrid, StudyArea};
use crate::hotspot::fixture::{MIDDLE, day};
use crate::incident::Source;
use crate::units::Units;
use geo::Rect;
use h3o::Resolution;

/// Twenty reports or so in every cell of resolution 8 but the one in the middle, which has `few`.
fn city(few: usize) -> (Town, u32) {
    let mut town = Town::new(months("2025-07", "2026-06"));
    let area = Rect::new((-0.2, 51.45), (-0.03, 51.56)).to_polygon().into();
    let grid = CellGrid::cover(StudyArea::new("City", area).unwrap(), Resolution::Nine, Resolution::Eight).unwrap();
    let level = grid.level(Resolution::Eight).unwrap();
    let centers: Vec<_> = (0..level.len() as u32).map(|row| level.center(row)).collect();
    let quiet = grid.ancestors(Resolution::Eight).unwrap()[grid.locate(MIDDLE).unwrap() as usize];
    town.units = Units::Cells(grid);
    town.reference = town.units.level(9).unwrap().area_km2.to_vec();
    town.facts = Facts::new(crate::cube::FactKind::Events);
    for (row, at) in (0..).zip(centers) {
        let n = if row == quiet { few } else { 16 + row as usize % 9 };
        for _ in 0..n {
            town.add(super::super::fixture::Record { at, ..on(day("2026-01-10")) });
        }
    }
    (town, quiet)
}

/// The same everywhere but in cells whose middle lies outside the city, which have no report either.
fn residents(town: &Town) -> Vec<f64> {
    let inside = |row| town.units.center(8, row).is_some_and(|at| town.units.locate(at).is_some());
    (0..town.units.level(8).unwrap().len() as u32).map(|row| if inside(row) { 1_500.0 } else { 0.0 }).collect()
}

#[test]
fn a_quiet_cell_is_named_by_residents_and_neighbours_and_no_count_is_kept() {
    let (town, quiet) = city(1);
    let residents = residents(&town);
    let map = town.analysis().silence_map(Some(&residents), &[]).unwrap();
    let inhabited = residents.iter().filter(|r| **r > 0.0).count();
    assert_eq!((map.resolution, map.measures.len(), map.tested as usize), (8, 2, inhabited));
    assert_eq!(map.places.iter().map(|p| p.unit).collect::<Vec<_>>(), [quiet]);
    assert_eq!(map.why_not(), None);
    let place = &map.places[0];
    assert!(place.name.contains("City") && place.reporting[1] < 0.6, "{place:?}");
    let words = place.sentence();
    assert!(words.contains("times as often as elsewhere") && words.contains("cannot tell"), "{words}");
    assert!(map.callable == map.expecting && map.callable > 100, "{map:?}");
    let words = map.sentence(town.months);
    assert!(words.starts_with("1 place to engage") && words.contains(&format!("of {} cells", map.tested)), "{words}");
    // A source that says nothing of the place takes it off; police-generated records do not.
    let mut values = residents.clone();
    values[quiet as usize] = 10.0;
    let source = SourceColumn { name: "third-party reports".to_owned(), values };
    let map = town.analysis().silence_map(Some(&residents), &[source]).unwrap();
    assert!(map.places.is_empty() && map.measures[2] == "third-party reports");
    assert!(map.sentence(town.months).starts_with("No place to engage was found. That does not say that all is well"));
    let (mut found, _) = city(1);
    for _ in 0..20 {
        found.add(super::super::fixture::Record { source: Source::PoliceGenerated, ..on(day("2026-01-10")) });
    }
    assert_eq!(found.analysis().silence_map(Some(&residents), &[]).unwrap().places.len(), 1);
}

#[test]
fn without_a_measure_or_a_report_there_is_no_map_and_it_says_why() {
    let (town, _) = city(1);
    let map = town.analysis().silence_map(None, &[]).unwrap();
    assert!(map.measures.is_empty() && map.places.is_empty() && map.why_not().unwrap().contains("--sources"));
    let mut none = city(1).0;
    none.facts = Facts::new(crate::cube::FactKind::Events);
    let residents = vec![1_500.0; none.units.level(8).unwrap().len()];
    let map = none.analysis().silence_map(Some(&residents), &[]).unwrap();
    assert!(map.why_not().unwrap().contains("no place has a report") && map.sentence(none.months) == map.why_not().unwrap());
}
