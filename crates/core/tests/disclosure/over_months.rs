//! A London over many months: every month a release is protected after all those before, and everything published is attacked together.

use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{Facts, NO_AREA};
use hotspot_core::disclosure::attack::Reader;
use hotspot_core::disclosure::certificate::{Certificate, Knowledge};
use hotspot_core::disclosure::protected::{Figure, Geography, Key, NoRelease, Past, Period, Proven, Rules, prove};
use hotspot_core::disclosure::table::Protection;
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::engagement::SilenceMap;
use hotspot_core::hotspot::evidence::EvidencePolicy;
use hotspot_core::hotspot::over_time::OverTime;
use hotspot_core::provenance::Provenance;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, ReportingArea, RobustnessSettings};
use hotspot_core::simulate::{SimulateParams, simulate};
use hotspot_core::units::Units;
use hotspot_core::{BreakRegistry, Month, MonthRange};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::time::Instant;

pub const RULES: Rules = Rules {
    threshold: 5,
    geography: Geography::Adaptive,
    area_incidents: 10,
    area_residents: 200,
    area_months: 36,
    knowledge: Knowledge::TwoOfAPlace,
};

/// Releases of one London, one for each month from the thirteenth.
pub struct London {
    pub release: Release,
    metres: Vec<[f64; 2]>,
    first: Month,
}

impl London {
    pub fn new(seed: u64, months: u16) -> Self {
        let first: Month = "2023-01".parse().unwrap();
        let grid = CellGrid::london();
        let world = simulate(&SimulateParams { seed, start: first, months });
        let (without, metres) = world.facts(&grid).unwrap();
        let boroughs = AreaLayer::of_boroughs(Atlas::london().boroughs()).unwrap();
        let units = Units::Cells(grid);
        let finest = units.finest();
        let mut facts = Facts::new(without.kind());
        for fact in without.iter() {
            let borough = units.center(finest, fact.unit).and_then(|center| boroughs.locate(center));
            facts.push(hotspot_core::cube::Fact { area: borough.map_or(NO_AREA, |b| b as u16), ..fact });
        }
        let areas = Atlas::london().boroughs().iter();
        let release = Release {
            id: String::new(),
            month: first,
            window: MonthRange::ending(first, 1),
            months: MonthRange::new(first, first.plus(months - 1)).unwrap(),
            as_known_on: "2027-01-01".parse().unwrap(),
            class: DataClass::Synthetic,
            licence: None,
            study_area: "London".to_owned(),
            reference: "area".to_owned(),
            rule: DetectParams::default(),
            resolution: 9,
            reconciliation: Reconciliation::default(),
            outside: 0,
            person_check: PersonCheck::default(),
            robustness: RobustnessSettings::default(),
            evidence: EvidencePolicy::current(),
            denominators: Vec::new(),
            unit_rates: Vec::new(),
            units,
            areas: areas.map(|b| ReportingArea { code: b.code.clone(), name: b.name.clone(), residents: None }).collect(),
            facts,
            analyses: Vec::new(),
            silence: SilenceMap::default(),
            feedback: None,
            over_time: OverTime::default(),
            breaks: BreakRegistry::default(),
            provenance: Provenance::default(),
        };
        Self { release, metres, first }
    }

    /// The release of the month so many after the first, of the twelve months that end with it.
    pub fn release(&mut self, months: u16) -> &Release {
        let month = self.first.plus(months);
        let window = MonthRange::ending(month, 12);
        let reference = self.release.units.level(9).unwrap().area_km2.to_vec();
        let analysis = Analysis {
            units: &self.release.units,
            resolution: 9,
            facts: &self.release.facts,
            metres: &self.metres,
            reference: &reference,
            window,
            rule: self.release.rule,
            atlas: None,
            before: None,
        };
        self.release.analyses = analysis.all().unwrap();
        (self.release.month, self.release.window) = (month, window);
        self.release.id = format!("{month}-000000000000");
        &self.release
    }
}

/// What became of all months together.
struct Published {
    last: Proven,
    /// Seconds that all releases took, and the slowest.
    took: [f64; 2],
}

fn publish(seed: u64, months: u16) -> Published {
    let mut london = London::new(seed, months + 12);
    let mut before: Option<(Past, Certificate)> = None;
    let mut last = None;
    let mut took = [0f64; 2];
    for month in 0..months {
        let release = london.release(month + 12);
        let start = Instant::now();
        let proven = prove(release, before.as_ref().map(|(past, proof)| (past, proof)), RULES, "test").unwrap();
        let seconds = start.elapsed().as_secs_f64();
        took = [took[0] + seconds, took[1].max(seconds)];
        if let Some((past, _)) = &before {
            // Nothing that was published changes.
            assert!(past.figures.iter().all(|(key, figure)| proven.past.figures.get(key) == Some(figure)));
            assert!(proven.past.hotspots.starts_with(&past.hotspots));
        }
        proven.past.verify(before.as_ref().map(|(past, _)| past), RULES, &proven.certificate).unwrap();
        before = Some((proven.past.clone(), proven.certificate.clone()));
        last = Some(proven);
    }
    Published { last: last.unwrap(), took }
}

/// Whether a reader excludes one of two counts.
fn is_narrower([low, high]: [f64; 2], wanted: [u32; 2]) -> bool {
    low > f64::from(wanted[0]) + 1e-6 || high < f64::from(wanted[1]) - 1e-6
}

#[test]
fn an_archivist_finds_nothing_in_all_months_together() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let months = if long { 36 } else { 4 };
    let Published { last, took } = publish(1, months);
    let tables = &last.tables;
    let small: Vec<_> = tables.cells().filter(|c| tables.is_sensitive(*c)).collect();
    let protection = Protection::of(RULES.threshold);
    // The audit: of the witnesses, and of the figures as they stand, which are linked anew.
    let start = Instant::now();
    last.certificate.verify(tables).unwrap();
    let verified = start.elapsed();
    let start = Instant::now();
    last.past.verify(None, RULES, &last.certificate).unwrap();
    let audited = start.elapsed();
    let start = Instant::now();
    let reader = Reader::of(tables);
    let every = if long { 1 } else { 5 };
    let (mut asked, mut found, mut within_two) = (0, 0, 0);
    for cell in small.iter().step_by(every) {
        let wanted = protection.wanted(tables.count(*cell), tables.shown(*cell), 0).map(|n| n.min(tables.most(*cell)));
        let reached = reader.reaches(*cell, &[], wanted).unwrap();
        asked += 1;
        found += usize::from(is_narrower(reached, wanted));
        // What lies beside the hotspots of an area of which five are told cannot be six.
        let least = f64::from(tables.most(*cell).min(4));
        within_two += usize::from(
            reached[1] - reached[0] < least - 1e-6 && {
                let (low, high) = reader.range(*cell, &[]).unwrap();
                high.is_some_and(|high| high - low < least - 1e-6)
            },
        );
    }
    let attacked = start.elapsed();
    let hidden = last.protected.hidden;
    println!(
        "figure P1 months: {months} releases, {} figures of {} areas and boroughs, {} small, {} hidden beside; {} of {} hotspots of all records and {} of {} of \
         strands without a count; {found} of {asked} small cells asked of {} narrower than protected, {within_two} within two (seed 1); {} witnesses \
         verified in {:.3} s, whole audit in {:.3} s; attacked in {:.1} s; releases took {:.1} s, the slowest {:.1} s",
        hidden.figures,
        last.protected.areas.len(),
        hidden.small,
        hidden.beside,
        hidden.hotspots[1],
        hidden.hotspots[0],
        hidden.of_strands[1],
        hidden.of_strands[0],
        small.len(),
        last.certificate.witnesses.len(),
        verified.as_secs_f64(),
        audited.as_secs_f64(),
        attacked.as_secs_f64(),
        took[0],
        took[1],
    );
    assert_eq!((found, within_two), (0, 0));
    assert!(audited.as_secs_f64() < 2.0, "{audited:?}");
    // Somebody knows a record, or two of a place: what is left is as hidden from him.
    let known: Vec<_> = small.iter().copied().filter(|c| tables.may_be_known(*c, 2)).collect();
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let (mut asked, mut narrower) = (0, 0);
    for _ in 0..if long { 2_000 } else { 100 } {
        let one = known[rng.random_range(0..known.len())];
        let fellow = known.iter().copied().find(|c| {
            *c != one && tables.may_be_known(one, 1) && tables.may_be_known(*c, 1) && tables.group(*c) == tables.group(one)
        });
        let knows: Vec<_> = std::iter::once(one).chain(fellow).collect();
        let cell = small[rng.random_range(0..small.len())];
        if tables.is_made_of(cell, &knows) || tables.is_within(cell, &knows) {
            continue;
        }
        let inside = tables.known_of(cell, &knows);
        let wanted = protection.wanted(tables.count(cell), tables.shown(cell), inside).map(|n| n.min(tables.most(cell)));
        asked += 1;
        narrower += usize::from(is_narrower(reader.reaches(cell, &knows, wanted).unwrap(), wanted));
    }
    println!(
        "figure P2 known: {narrower} of {asked} hidden cells narrower for one who knows a record or two of a place (seed 5); the proof covers all"
    );
    assert!(asked > 50 && narrower == 0);
}

#[test]
fn no_figure_is_small_and_the_parts_of_a_place_sum_to_it() {
    let Published { last, .. } = publish(2, 2);
    let figures = &last.protected.figures;
    assert!(figures.values().all(|f| !matches!(f, Figure::Count(n) if *n < RULES.threshold)));
    assert!(figures.values().any(|f| *f == Figure::Hidden));
    let areas: Vec<&str> = last.protected.areas.iter().map(|a| a.code.as_str()).collect();
    assert!(areas.len() > 60, "{}", areas.len());
    let of = |period: &str, place: &str| {
        figures.iter().find(|(k, _)| k.place == place && k.period.to_string() == period && k.strand.is_none()).map(|(_, f)| *f)
    };
    let quarters: Vec<Option<Figure>> = (1..5).map(|q| of(&format!("2023-Q{q}"), areas[0])).collect();
    if let (Some(counts), Some(Figure::Count(year))) = (
        quarters.iter().map(|f| if let Some(Figure::Count(n)) = f { Some(*n) } else { None }).collect::<Option<Vec<u32>>>(),
        of("2023", areas[0]),
    ) {
        assert_eq!(counts.iter().sum::<u32>(), year);
    }
    // Areas have quarters and years, never months: those were too small to hide anything in.
    assert!(!figures.keys().any(|k| k.place.starts_with('A') && matches!(k.period, Period::Month(_))));
}

#[test]
fn whatever_is_altered_afterwards_is_refused() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let Published { last, .. } = publish(3, 2);
    let (past, certificate) = (&last.past, &last.certificate);
    past.verify(None, RULES, certificate).unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(7);
    let mut pick = |n: usize| rng.random_range(0..n);
    let shown: Vec<Key> = past.figures.iter().filter(|(_, f)| matches!(f, Figure::Count(_))).map(|(k, _)| k.clone()).collect();
    let small: Vec<Key> = past.figures.iter().filter(|(_, f)| **f == Figure::Hidden).map(|(k, _)| k.clone()).collect();
    let counted: Vec<_> = past.base.counts.keys().cloned().collect();
    let tries = if long { 1_000 } else { 40 };
    for number in 0..tries {
        let (mut past, mut certificate) = (past.clone(), certificate.clone());
        match number % 6 {
            // A figure that is not the count.
            0 => {
                let figure = past.figures.get_mut(&shown[pick(shown.len())]).unwrap();
                let Figure::Count(n) = figure else { unreachable!() };
                *figure = Figure::Count(*n + 1);
            }
            // Something hidden that is shown, as it is or as it is not.
            1 => *past.figures.get_mut(&small[pick(small.len())]).unwrap() = Figure::Count(pick(9) as u32),
            // A figure that is missing.
            2 => drop(past.figures.remove(&shown[pick(shown.len())])),
            // Exact counts that are others.
            3 => past.base.counts.get_mut(&counted[pick(counted.len())]).unwrap().n += 1,
            // A witness that is not a table.
            4 => {
                let witness = pick(certificate.witnesses.len());
                let changes = &mut certificate.witnesses[witness].changes;
                let at = pick(changes.len());
                changes[at].1 += if changes[at].1 == -1 { -1 } else { 1 };
            }
            // A proof without a part of it: the witnesses of a small cell are gone.
            _ => {
                let tables = &last.tables;
                let sensitive: Vec<_> = tables.cells().filter(|c| tables.is_sensitive(*c)).collect();
                let cell = sensitive[pick(sensitive.len())];
                certificate.witnesses.retain(|w| w.changes.iter().all(|(c, _)| *c != cell));
            }
        }
        assert!(past.verify(None, RULES, &certificate).is_err(), "alteration {number} of kind {} was not seen", number % 6);
    }
    println!("figure P3 altered: {tries} of {tries} alterations of figures, exact counts and proofs refused");
}

#[test]
fn months_follow_each_other_through_quarters_and_a_year_with_strands_of_boroughs() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    for seed in if long { 1..=3 } else { 2..=2 } {
        let releases = if long { 14 } else { 3 };
        let Published { last, took } = publish(seed, releases);
        let hidden = last.protected.hidden;
        let of_strands = |key: &&Key| matches!(key.period, Period::Month(_)) && key.strand.is_some();
        let months: Vec<&Figure> = last.protected.figures.iter().filter(|(k, _)| of_strands(k)).map(|(_, f)| f).collect();
        let shown = months.iter().filter(|f| matches!(f, Figure::Count(_))).count();
        println!(
            "figure P1 strands by month, seed {seed}: {releases} releases; {shown} of {} figures of strands by month shown; of all {} figures {} small, {} \
             hidden beside; releases took {:.1} s, the slowest {:.1} s",
            months.len(),
            hidden.figures,
            hidden.small,
            hidden.beside,
            took[0],
            took[1],
        );
        assert!(2 * shown > months.len());
    }
}

#[test]
fn a_record_in_a_sliver_changes_no_outline_and_no_area_that_a_hotspot_touches() {
    let mut london = London::new(4, 13);
    let before = prove(london.release(12), None, RULES, "test").unwrap();
    // One record of a unit is one of the next borough: its polygon reaches into the unit, whose centre lies elsewhere.
    let hotspot = &london.release.analyses[0].hotspots[0];
    let inside = |unit: u32| {
        let row = london.release.units.row_at(london.release.units.finest(), unit, london.release.resolution);
        row.is_some_and(|row| hotspot.units.contains(&row))
    };
    let moved =
        london.release.facts.iter().position(|f| f.area != NO_AREA && f.month == london.release.month && inside(f.unit)).unwrap();
    let mut facts = Facts::new(london.release.facts.kind());
    for (row, fact) in london.release.facts.iter().enumerate() {
        let area = if row == moved { (fact.area + 1) % 33 } else { fact.area };
        facts.push(hotspot_core::cube::Fact { area, ..fact });
    }
    london.release.facts = facts;
    let after = prove(london.release(12), None, RULES, "test").unwrap();
    assert_ne!(before.past.base, after.past.base);
    let areas = |proven: &Proven| {
        let areas = proven.protected.areas.iter().map(|a| (a.code.clone(), a.borough.clone(), a.outline.clone()));
        areas.collect::<Vec<_>>()
    };
    assert!(areas(&before) == areas(&after), "the areas are others");
    let touched = |proven: &Proven| {
        let all = proven.protected.hotspots.iter().flat_map(|(_, of)| of.iter().map(|h| (h.id.clone(), h.areas.clone())));
        all.collect::<std::collections::BTreeMap<_, _>>()
    };
    assert_eq!(touched(&before), touched(&after));
    // It is counted where it belongs all the same.
    let places = after.past.partitions[0].areas.iter().flat_map(|a| a.places.iter().map(move |place| (&a.borough, place)));
    assert!(places.clone().all(|(borough, place)| *borough == place.area));
    assert_eq!(places.count(), before.past.partitions[0].areas.iter().map(|a| a.places.len()).sum::<usize>() + 1);
}

#[test]
fn cells_are_no_polygons_that_could_be_areas() {
    let mut london = London::new(1, 13);
    let units = Rules { geography: Geography::Units, ..RULES };
    assert_eq!(prove(london.release(12), None, units, "test").err(), Some(NoRelease::Cells));
}
