//! Histories, events, silence and the urn on a synthetic London, printed with `-- --nocapture`.
#![expect(clippy::disallowed_methods, reason = "a test prints how long it took")]

use hotspot_core::atlas::Atlas;
use hotspot_core::cube::Filter;
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::attribution::{attributions, stays_hot};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::event::{Event, EventParams, HalfLife, effects};
use hotspot_core::hotspot::history::{Held, histories};
use hotspot_core::hotspot::lock_in::{LockInParams, Map, discovery_share, lock_in};
use hotspot_core::hotspot::silence::{Measure, SilenceParams, neighbour_measure, silence};
use hotspot_core::month::day_number;
use hotspot_core::residents::residents_by_cell;
use hotspot_core::simulate::{SimulateParams, Simulation, simulate};
use hotspot_core::units::Units;
use hotspot_core::{MonthRange, StrandSet};
use std::collections::BTreeMap;
use std::time::Instant;

/// Trigger events that have a place of their own: the calendar that an analyst could know.
fn calendar(london: &Simulation, shift: i32) -> Vec<Event> {
    let truth = &london.truth;
    let local = truth.places.iter().enumerate().filter(|(_, place)| place.id.contains("-t"));
    let event = |(row, place): (usize, &hotspot_core::simulate::PlantedPlace)| {
        let of_place = truth.months.iter().filter(|m| m.hotspots.iter().any(|h| h.place == row)).map(|m| m.strand);
        let from = day_number(place.born) + shift;
        let strands: StrandSet = of_place.collect();
        Event { id: place.id.clone(), name: place.id.clone(), from, to: from, strands, areas: Vec::new() }
    };
    local.map(event).collect()
}

#[test]
fn a_synthetic_london_over_time() {
    // The nineteen months between two recording breaks.
    let held_months = MonthRange::new("2024-03".parse().unwrap(), "2025-09".parse().unwrap()).unwrap();
    let window = MonthRange::ending(held_months.to(), 12);
    let of_seed = |seed| simulate(&SimulateParams { seed, start: held_months.from(), months: held_months.len() as u16 });
    // The first London of which the calendar has an event in the window.
    let in_window = |e: &Event| e.from >= day_number(window.from().first_day()) && e.from <= day_number(window.to().first_day());
    let (seed, london) = (1..20).map(|seed| (seed, of_seed(seed))).find(|(_, l)| calendar(l, 0).iter().any(in_window)).unwrap();
    println!("seed {seed}");
    let grid = CellGrid::london();
    let (facts, metres) = london.facts(&grid).unwrap();
    let days = london.days();
    let residents = residents_by_cell(&grid, Atlas::london());
    let units = Units::Cells(grid);
    let level = units.level(9).unwrap();
    let analysis = Analysis {
        units: &units,
        resolution: 9,
        facts: &facts,
        metres: &metres,
        reference: level.area_km2,
        window,
        rule: DetectParams::default(),
        atlas: None,
        before: None,
    };
    let held = Held { months: held_months, days: &days, areas: &[], breaks: Atlas::london().breaks() };
    let strands = analysis.all().unwrap();

    let start = Instant::now();
    let mut near = (0, 0, 0.0);
    for found in &strands {
        let all = histories(&analysis, &held, found).unwrap();
        assert_eq!(all.len(), found.hotspots.len());
        let mut patterns: BTreeMap<&str, u32> = BTreeMap::new();
        for (history, hotspot) in all.iter().zip(&found.hotspots) {
            assert_eq!(history.months, Some(held_months), "no break lies within these months");
            let of_window: u32 = history.counts[held_months.len() - 12..].iter().sum();
            assert_eq!(of_window, hotspot.n, "the history of a place holds its window");
            *patterns.entry(history.emerging.unwrap().pattern.id()).or_default() += 1;
            if let (None, Ok(repeats)) = (found.strand, history.near_repeats) {
                near = (near.0 + repeats.repeats, near.1 + repeats.judged, near.2 + repeats.by_chance);
            }
        }
        let signals = all.iter().filter(|h| !h.latest_signals().is_empty()).count();
        let charts = all.iter().filter(|h| h.chart.is_ok()).count();
        println!("{:?}: {} hotspots, {charts} charts, {signals} with a late signal, {patterns:?}", found.strand, all.len());
    }
    println!("near repeats {} of {}, by chance {:.1}; all histories {:?}", near.0, near.1, near.2, start.elapsed());
    // One event in six follows another at its site.
    assert!(f64::from(near.0) > 1.1 * near.2);

    let start = Instant::now();
    let fitted = EventParams { half_life: HalfLife::Fitted, ..EventParams::default() };
    for (name, effect) in effects(&analysis, &held, &calendar(&london, 0), &fitted).unwrap() {
        println!("{name}: {effect:?}");
    }
    let mut by_calendar = [[0; 3]; 2];
    for (sums, shift) in by_calendar.iter_mut().zip([0, -70]) {
        for found in strands.iter().filter(|f| !f.hotspots.is_empty()) {
            let all =
                attributions(&analysis, &held, found, &calendar(&london, shift), &EventParams::default(), stays_hot(found, 2.0))
                    .unwrap();
            let known = || all.iter().flatten();
            sums[0] += all.len();
            sums[1] += known().filter(|a| a.attributed > 0.0).count();
            sums[2] += known().filter(|a| a.only_by_events).count();
        }
    }
    println!(
        "hotspots, with attributed incidents, only by events: {by_calendar:?} (true and shifted calendar); {:?}",
        start.elapsed()
    );
    assert!(by_calendar.iter().all(|s| s[1] * 5 < s[0]), "most hotspots are places");

    let start = Instant::now();
    let coarse = units.level(8).unwrap();
    let mut reports = coarse.counts(&facts, &Filter::over(window));
    let population = coarse.roll_up(&residents, 0.0);
    let near = neighbour_measure(&reports, &population, coarse.neighbors).unwrap();
    let asked = |reports: &[u32], near: &[f64]| {
        let measures = [Measure { name: "residents", values: &population }, Measure { name: "neighbours", values: near }];
        silence(reports, &measures, &SilenceParams::default()).unwrap()
    };
    let as_it_is = asked(&reports, &near);
    println!(
        "silence: {} tested, {} expecting, {} named, {:?}",
        as_it_is.tested,
        as_it_is.expecting,
        as_it_is.places.len(),
        as_it_is.measures
    );
    // The twenty units with most residents report a twentieth of what they would.
    let mut most: Vec<usize> = (0..reports.len()).collect();
    most.sort_by(|a, b| population[*b].total_cmp(&population[*a]));
    for unit in &most[..20] {
        reports[*unit] /= 20;
    }
    let near = neighbour_measure(&reports, &population, coarse.neighbors).unwrap();
    let thinned = asked(&reports, &near);
    let true_ones = thinned.places.iter().filter(|p| most[..20].contains(&(p.unit as usize))).count();
    println!(
        "twenty silenced: {} named, {true_ones} of them, first {:?}; {:?}",
        thinned.places.len(),
        thinned.places.first(),
        start.elapsed()
    );
    assert!(as_it_is.places.len() * 20 <= as_it_is.expecting.max(20), "nobody is silent here");

    let start = Instant::now();
    let records = level.counts(&facts, &Filter::over(window));
    let mut need = vec![0.0; level.len()];
    for (cell, expected) in london.truth.intensity(None, window) {
        need[units.row(9, &cell.to_string()).unwrap() as usize] += expected;
    }
    let own = discovery_share(&facts, &Filter::over(window)).unwrap();
    println!("police-generated share {own:.4}");
    for discovery in [own, 0.1, 0.25, 0.5, 0.9] {
        let found = lock_in(&records, &need, &LockInParams::new(discovery)).unwrap();
        println!(
            "w {discovery:.3}: top {} units, need {:.4}, start {:.4}, by the loop {:.4}",
            found.top_units,
            found.need_share,
            found.start_share,
            found.by_the_loop().unwrap()
        );
        for map in Map::ALL {
            println!("    {} {:?}", map.id(), found.figure(map).unwrap());
        }
        let corrected = found.figure(Map::Corrected).unwrap().excess[1];
        assert!(corrected < found.figure(Map::All).unwrap().excess[1], "the correction corrects");
    }
    println!("five urns {:?}", start.elapsed());
}
