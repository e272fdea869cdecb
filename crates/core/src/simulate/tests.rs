use super::density::tests::town;
use super::*;
use crate::hotspot::protection::Role;
use crate::incident::{FlagStatus, Place, PlaceKind, Source, Strand, TimePrecision};
use geo::{Contains, Coord};
use h3o::{CellIndex, LatLng, Resolution};
use std::collections::{BTreeMap, HashMap, HashSet};

fn params(seed: u64, start: &str, months: u16) -> SimulateParams {
    SimulateParams { seed, start: start.parse().unwrap(), months }
}

/// The last version of every record, as the store gives it out.
fn latest(simulation: &Simulation) -> BTreeMap<&str, &Incident> {
    // Versions are ordered by day: later ones replace earlier ones.
    simulation.incidents.iter().map(|i| (i.id.0.as_str(), i)).collect()
}

/// What the truth counts: last versions that keep their flag, not police-generated, linked duplicates once.
fn counted(simulation: &Simulation) -> Vec<&Incident> {
    let duplicates: HashSet<&str> = simulation.links.iter().map(|l| l.id.0.as_str()).collect();
    latest(simulation)
        .into_values()
        .filter(|i| i.status != FlagStatus::Removed && i.source != Source::PoliceGenerated && !duplicates.contains(i.id.0.as_str()))
        .collect()
}

fn cell(place: &Place) -> Option<CellIndex> {
    let Place::Point { location, .. } = place else { return None };
    LatLng::new(location.lat, location.lon).unwrap().to_cell(Resolution::Ten).parent(Resolution::Nine)
}

fn share(n: usize, of: usize) -> f64 {
    n as f64 / of as f64
}

#[test]
fn a_year_has_about_as_many_offences_as_are_published() {
    for seed in [1, 2, 3] {
        // The year to March 2025, with half a year on either side.
        let london = simulate(&params(seed, "2023-10", 24));
        let year = MonthRange::ending("2025-03".parse().unwrap(), 12);
        let duplicates: HashSet<&str> = london.links.iter().map(|l| l.id.0.as_str()).collect();
        let n = latest(&london)
            .values()
            .filter(|i| year.contains(i.occurred.month) && i.status != FlagStatus::Removed && !duplicates.contains(i.id.0.as_str()))
            .count();
        assert!((20_000..=23_000).contains(&n), "{n} with seed {seed}");
    }
}

#[test]
fn strands_sources_and_places_come_in_the_published_shares() {
    let london = simulate(&params(4, "2024-04", 24));
    let records: Vec<&Incident> = latest(&london).into_values().filter(|i| i.status != FlagStatus::Removed).collect();
    let n = records.len();
    let of = |f: &dyn Fn(&Incident) -> bool| share(records.iter().filter(|i| f(i)).count(), n);
    let strand = |s: Strand| of(&|i| i.strands.contains(s));
    for (what, got, expected, tolerance) in [
        ("race", strand(Strand::Race), 0.71, 0.03),
        ("religion", strand(Strand::Religion), 0.15, 0.03),
        ("antisemitic", strand(Strand::Antisemitic), 0.055, 0.02),
        ("islamophobic", strand(Strand::Islamophobic), 0.062, 0.02),
        ("sexual orientation", strand(Strand::SexualOrientation), 0.13, 0.02),
        ("transgender", strand(Strand::Transgender), 0.021, 0.008),
        ("disability", strand(Strand::Disability), 0.035, 0.012),
        ("online", of(&|i| i.place == Place::Online), 0.06, 0.02),
        ("area only", of(&|i| i.place.kind() == PlaceKind::AreaOnly), 0.047, 0.015),
        ("no place", of(&|i| i.place == Place::Unknown), 0.026, 0.01),
        ("third party and app", of(&|i| matches!(i.source, Source::ThirdParty | Source::App)), 0.12, 0.03),
        ("police-generated", of(&|i| i.source == Source::PoliceGenerated), 0.03, 0.01),
        ("known to the day", of(&|i| i.occurred.precision == TimePrecision::Day), 0.08, 0.01),
    ] {
        assert!((got - expected).abs() < tolerance, "{what}: {got} where {expected} is published");
    }
    let several = of(&|i| {
        let monitored = [Strand::Race, Strand::Religion, Strand::SexualOrientation, Strand::Transgender, Strand::Disability];
        monitored.iter().filter(|s| i.strands.contains(**s)).count() > 1
    });
    assert!((0.03..0.08).contains(&several), "{several} with more than one strand");
    assert!(records.iter().all(|i| !i.strands.is_empty()), "non-flagged crimes are not made");
}

#[test]
fn a_small_part_of_the_victims_bears_more_than_one_incident() {
    let london = simulate(&params(5, "2024-04", 12));
    let mut by_victim: HashMap<&str, usize> = HashMap::new();
    for victim in latest(&london).values().filter_map(|i| i.victim.as_ref()) {
        *by_victim.entry(&victim.0).or_insert(0) += 1;
    }
    let repeated = by_victim.values().filter(|n| **n > 1);
    let incidents: usize = by_victim.values().sum();
    assert!((0.06..0.13).contains(&share(repeated.clone().count(), by_victim.len())));
    assert!((0.13..0.25).contains(&share(repeated.sum(), incidents)));
    assert!(by_victim.values().max().unwrap() >= &4, "somebody is hit again and again");
}

#[test]
fn the_same_seed_gives_the_same_london_on_any_number_of_threads() {
    let one = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| simulate_over(&town(), &params(6, "2024-01", 5)))
    };
    let london = one(1);
    assert_eq!(london, one(4));
    assert_ne!(london.incidents, simulate_over(&town(), &params(7, "2024-01", 5)).incidents);
}

#[test]
fn more_months_leave_the_earlier_ones_as_they_were() {
    let town = town();
    let (short, long) = (simulate_over(&town, &params(8, "2024-01", 4)), simulate_over(&town, &params(8, "2024-01", 9)));
    let last = short.truth.range.to().last_day();
    let known: Vec<&Incident> = long.incidents.iter().filter(|i| i.known_on <= last).collect();
    assert_eq!(short.incidents.iter().collect::<Vec<_>>(), known);
    assert!(short.links.iter().all(|l| long.links.contains(l)));
    for (a, b) in short.truth.months.iter().zip(&long.truth.months) {
        assert_eq!((a.month, a.strand, a.scale, &a.cells), (b.month, b.strand, b.scale, &b.cells));
        let names =
            |t: &Truth, m: &TruthMonth| m.hotspots.iter().map(|h| (t.places[h.place].id.clone(), h.strength)).collect::<Vec<_>>();
        assert_eq!(names(&short.truth, a), names(&long.truth, b));
    }
    assert_eq!(short.truth.background, long.truth.background);
}

#[test]
fn a_later_start_finds_the_same_places_and_triggers() {
    let town = town();
    let (early, late) = (simulate_over(&town, &params(9, "2023-06", 10)), simulate_over(&town, &params(9, "2023-12", 4)));
    let month = "2024-01".parse().unwrap();
    let month = MonthRange::new(month, month).unwrap();
    let (a, b) = (early.truth.intensity(None, month), late.truth.intensity(None, month));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    // The warm-up of four months has forgotten all but e^(−120/14) of what came before.
    assert!(a.iter().all(|(cell, n)| (n / b[cell] - 1.0).abs() < 1e-3));
}

#[test]
fn every_chain_of_versions_is_valid() {
    let london = simulate_over(&town(), &params(10, "2023-12", 14));
    assert!(london.incidents.is_sorted_by_key(|i| (i.known_on, i.id.clone())));
    let mut chains: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
    for incident in &london.incidents {
        chains.entry(&incident.id.0).or_default().push(incident);
    }
    let last = london.truth.range.to().last_day();
    let (mut confirmed, mut removed, mut corrected, mut closed) = (0, 0, 0, 0);
    for chain in chains.values() {
        let first = chain[0];
        assert!(london.truth.range.contains(first.occurred.month));
        assert!(first.occurred.from <= first.occurred.to);
        let zoned = jiff::tz::TimeZone::UTC.to_datetime(first.occurred.to).date();
        assert!(first.recorded_on.unwrap() >= zoned, "recorded after it happened");
        assert!(first.known_on > first.recorded_on.unwrap() && first.known_on <= last);
        for pair in chain.windows(2) {
            assert!(pair[0].known_on < pair[1].known_on, "one version a day");
            let unchanged = |i: &Incident| (i.place.clone(), i.occurred, i.recorded_on, i.offence, i.source, i.victim.clone());
            assert_eq!(unchanged(pair[0]), unchanged(pair[1]));
            assert_ne!(pair[0].status, FlagStatus::Removed, "nothing follows a removal");
            match (pair[0].status, pair[1].status) {
                (FlagStatus::Provisional, FlagStatus::Confirmed) => confirmed += 1,
                (FlagStatus::Provisional, FlagStatus::Removed) => removed += 1,
                (a, b) => assert_eq!(a, b),
            }
            corrected += usize::from(pair[0].strands != pair[1].strands);
            closed += usize::from(pair[0].outcome != pair[1].outcome);
        }
    }
    let n = chains.len();
    assert!(share(confirmed, n) > 0.08 && share(removed, n) > 0.005 && share(corrected, n) > 0.02 && share(closed, n) > 0.5);
    let ids: HashSet<&str> = chains.keys().copied().collect();
    for link in &london.links {
        let (a, b) = (chains[link.id.0.as_str()][0], chains[link.same_as.0.as_str()][0]);
        assert!(matches!(a.source, Source::ThirdParty | Source::App) && !matches!(b.source, Source::PoliceGenerated));
        assert!(a.strands.intersects(*chains[link.same_as.0.as_str()].last().map(|i| &i.strands).unwrap()));
        assert!(ids.contains(link.id.0.as_str()));
    }
    assert!(share(london.links.len(), n) > 0.02);
}

#[test]
fn every_point_lies_inside_the_study_area() {
    let london = simulate(&params(11, "2024-06", 6));
    let area = geo::algorithm::indexed::IntervalTreeMultiPolygon::new(crate::atlas::Atlas::london().study_area());
    for incident in &london.incidents {
        if let Place::Point { location, .. } = &incident.place {
            assert!(area.contains(&Coord { x: location.lon, y: location.lat }));
        }
    }
    let codes: HashSet<&str> = crate::atlas::Atlas::london().boroughs().iter().map(|b| b.code.as_str()).collect();
    for incident in &london.incidents {
        if let Place::Area(code) = &incident.place {
            assert!(codes.contains(code.0.as_str()));
        }
    }
}

#[test]
fn hours_are_local_and_follow_the_day() {
    let london = simulate_over(&town(), &params(12, "2024-01", 12));
    let records = latest(&london);
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/London").unwrap();
    let (mut summer, mut by_hour) = (0, [0usize; 24]);
    for incident in records.values() {
        let local = zone.to_datetime(incident.occurred.from);
        assert_eq!(Month::of(local.date()), Some(incident.occurred.month));
        if let Some(hour) = incident.occurred.hour_of_week {
            assert_eq!(incident.occurred.precision, TimePrecision::Minute);
            assert_eq!(usize::from(hour), local.weekday().to_monday_zero_offset() as usize * 24 + local.hour() as usize);
            summer += usize::from(jiff::tz::TimeZone::UTC.to_datetime(incident.occurred.from) != local);
            by_hour[usize::from(hour % 24)] += 1;
        }
    }
    let n: usize = by_hour.iter().sum();
    assert!((0.5..0.7).contains(&share(summer, n)), "seven months of summer time");
    assert!(by_hour[4] * 4 < by_hour[16], "afternoons are busier than the early morning");
    assert!(by_hour[17] > by_hour[9]);
}

#[test]
fn the_truth_is_the_mean_of_what_is_generated() {
    // Months well before the end, so that all but the slowest records and reviews are known.
    let town = town();
    let window = MonthRange::ending("2024-06".parse().unwrap(), 6);
    let strands = [None, Some(Strand::Religion), Some(Strand::SexualOrientation), Some(Strand::Disability)];
    let (mut expected, mut seen) = ([0.0; 4], [0.0; 4]);
    for seed in 0..24 {
        let london = simulate_over(&town, &params(seed, "2024-01", 14));
        let records = counted(&london);
        for (k, strand) in strands.into_iter().enumerate() {
            expected[k] += london.truth.intensity(strand, window).values().sum::<f64>();
            seen[k] += records
                .iter()
                .filter(|i| window.contains(i.occurred.month) && cell(&i.place).is_some())
                .filter(|i| strand.is_none_or(|s| i.strands.contains(s)))
                .count() as f64;
        }
    }
    for k in 0..4 {
        // A branching process with Poisson offspring of mean r has variance / mean = 1 / (1 − r)²: 1.42 for r = 0.16.
        let z = (seen[k] - expected[k]) / (1.42f64 * expected[k]).sqrt();
        assert!(z.abs() < 3.5, "{:?}: {} where {:.1} are expected, z {z:.2}", strands[k], seen[k], expected[k]);
    }
}

#[test]
fn the_truth_of_every_cell_is_the_mean_of_what_falls_into_it() {
    let town = town();
    let seed = 3;
    let london = simulate_over(&town, &params(seed, "2022-01", 36));
    let window = MonthRange::ending("2024-06".parse().unwrap(), 30);
    let truth = london.truth.intensity(None, window);
    let mut seen: HashMap<CellIndex, f64> = HashMap::new();
    for incident in counted(&london).iter().filter(|i| window.contains(i.occurred.month)) {
        if let Some(cell) = cell(&incident.place) {
            *seen.entry(cell).or_insert(0.0) += 1.0;
        }
    }
    assert!(seen.keys().all(|c| truth.contains_key(c)), "nothing falls where nothing is expected");
    let z2: Vec<f64> =
        truth.iter().filter(|(_, e)| **e > 30.0).map(|(c, e)| (seen.get(c).copied().unwrap_or(0.0) - e).powi(2) / e).collect();
    let mean = z2.iter().sum::<f64>() / z2.len() as f64;
    // 1 for Poisson; repeats at one site make it more, a wrong truth makes it far more (counts are in the hundreds).
    assert!(z2.len() > 60 && (0.8..2.3).contains(&mean), "{} cells, mean squared residual {mean}", z2.len());
}

#[test]
fn intensity_of_all_is_each_record_once() {
    let london = simulate_over(&town(), &params(2, "2024-01", 3));
    let truth = &london.truth;
    let total = |s: Option<Strand>| truth.intensity(s, truth.range).values().sum::<f64>();
    let by_layer: f64 = truth
        .months
        .iter()
        .map(|m| {
            let base = truth.background.iter().find(|b| b.strand == m.strand).unwrap();
            m.scale * base.cells.iter().map(|(_, n)| n).sum::<f64>() + m.hotspots.iter().map(|h| h.strength).sum::<f64>()
        })
        .sum();
    assert!((total(None) / by_layer - 1.0).abs() < 1e-9);
    assert!(truth.months.iter().flat_map(|m| &m.hotspots).all(|h| h.strength > 0.0));
    let five = [Strand::RaceOrReligion, Strand::SexualOrientation, Strand::Transgender, Strand::Disability];
    let strands: f64 = five.iter().map(|s| total(Some(*s))).sum();
    assert!(strands > total(None) && strands < 1.06 * total(None), "several strands overlap a little");
    assert_eq!(truth.share(Strand::Islamophobic, Some(Strand::RaceOrReligion)), 1.0);
    assert_eq!(truth.share(Strand::Islamophobic, Some(Strand::Antisemitic)), 0.0);
    assert!((truth.share(Strand::Race, Some(Strand::Religion)) - 0.010).abs() < 1e-12);
}

#[test]
fn three_years_of_truth_fit_into_twenty_megabytes_of_json() {
    let truth = simulate(&params(1, "2023-10", 36)).truth;
    // "{"h3":"89194ad3003ffff","intensity":0.01234,"background":0.01234}," and its like, written with four digits.
    let cells: usize = truth.months.iter().map(|m| m.cells.len()).sum();
    let background: usize = truth.background.iter().map(|b| b.cells.len()).sum();
    let in_places: usize =
        truth.months.iter().flat_map(|m| &m.hotspots).map(|h| 70 + 18 * truth.places[h.place].core_cells().len()).sum();
    let bytes = cells * 66 + background * 38 + in_places;
    let living = truth.months.iter().filter(|m| m.strand == Strand::Race).map(|m| m.hotspots.len()).sum::<usize>();
    println!("{living} places with race and months");
    println!("{cells} planted cells, {background} background cells, {in_places} bytes of places, {bytes} bytes");
    assert!(bytes < 19_000_000, "{bytes}");
}

#[test]
fn people_precision_and_offences_stand_beside_the_facts() {
    let made = simulate_over(&town(), &params(3, "2024-01", 6));
    let (people, radius_m, offences) = (made.people(), made.radius_m(), made.offences());
    let facts = counted(&made)
        .into_iter()
        .chain(latest(&made).into_values().filter(|i| i.status != FlagStatus::Removed && i.source == Source::PoliceGenerated));
    assert_eq!(facts.count(), offences.len(), "a fact for each record that keeps its flag and is no linked duplicate");
    assert_eq!((radius_m.len(), made.days().len()), (offences.len(), offences.len()));
    let victims: Vec<u32> = (0..offences.len()).filter_map(|row| people.key(Role::Victim, row)).collect();
    let distinct: HashSet<&u32> = victims.iter().collect();
    let share = share(distinct.len(), victims.len());
    assert!((0.8..0.95).contains(&share), "one event in nine is against a victim of before: {share}");
    assert_eq!(**distinct.iter().max().unwrap() as usize, distinct.len() - 1, "numbers without gaps");
    let mapped = made.incidents.iter().filter(|i| matches!(i.place, Place::Point { .. })).count();
    assert!(mapped > 0 && radius_m.contains(&0.0) && radius_m.iter().any(|r| *r > 0.0));
    let joined: u32 = offences.iter().map(|n| n - 1).sum();
    assert!(joined > 0 && joined as usize <= made.links.len(), "links whose first record keeps its flag");
}
