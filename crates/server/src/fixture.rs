//! A small release for tests: two square kilometres of London with a cluster in the middle.

use geo::{MultiPolygon, polygon};
use h3o::Resolution;
use hotspot_core::areas::AreaLayer;
use hotspot_core::cube::{Fact, FactKind, Facts, NO_AREA, NO_DAY, NO_HOUR, NO_UNIT};
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::protected::{Geography, ProtectedRelease, Rules, prove};
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::appraisal::Appraisal;
use hotspot_core::hotspot::denominator::{Denominator, RESIDENTS};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::event::{Event, EventParams};
use hotspot_core::hotspot::evidence::EvidencePolicy;
use hotspot_core::hotspot::history::Held;
use hotspot_core::hotspot::over_time::OverTime;
use hotspot_core::hotspot::protection::People;
use hotspot_core::incident::{Offence, Outcome, PlaceKind, Setting};
use hotspot_core::month::day_number;
use hotspot_core::provenance::Provenance;
use hotspot_core::rate::rank::RankParams;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, ReportingArea, RobustnessSettings};
use hotspot_core::units::Units;
use hotspot_core::{BreakRegistry, FlagStatus, LonLat, Month, MonthRange, Source, SourceSet, Strand, StrandSet};

/// West, south, east, north of the study area.
pub(crate) const BOUNDS: [f64; 4] = [-0.10, 51.46, -0.04, 51.49];
pub(crate) const ID: &str = "2026-10-0123456789ab";

/// A release of October 2026: 240 mapped records in the window, 160 of them in one cell and its neighbours, 12 police-generated
/// beside, two online, one without a place, three in no borough.
pub(crate) fn release(class: DataClass) -> Release {
    let [w, s, e, n] = BOUNDS;
    let square = polygon![(x: w, y: s), (x: e, y: s), (x: e, y: n), (x: w, y: n)];
    let area = StudyArea::new("Test square", MultiPolygon::new(vec![square])).unwrap();
    let grid = CellGrid::cover(area, Resolution::Ten, Resolution::Eight).unwrap();
    let last: Month = "2026-10".parse().unwrap();
    let months = MonthRange::ending(last, 24);
    let mut facts = Facts::new(FactKind::Events);
    let cells = grid.finest().len() as u32;
    let center = grid.locate(LonLat { lon: -0.07, lat: 51.475 }).unwrap();
    let around: Vec<u32> =
        std::iter::once(center).chain(grid.finest().neighbors().neighbors(center as usize).iter().copied()).collect();
    for i in 0..252u32 {
        let unit = if i < 160 { around[i as usize % around.len()] } else { i * 37 % cells };
        let strands: StrandSet = match i % 4 {
            0 => [Strand::Race].into_iter().collect(),
            1 => [Strand::Antisemitic].into_iter().collect(),
            2 => [Strand::Disability].into_iter().collect(),
            _ => [Strand::Race, Strand::Religion].into_iter().collect(),
        };
        let source = if i >= 240 { Source::PoliceGenerated } else { Source::Victim };
        let area = if i % 80 == 79 { NO_AREA } else { 0 };
        facts.push(fact(unit, area, last.minus((i % 12) as u16), strands, source, PlaceKind::Mapped));
    }
    // Before the window.
    facts.push(fact(0, 0, months.from(), [Strand::Race].into_iter().collect(), Source::Victim, PlaceKind::Mapped));
    for place in [PlaceKind::Online, PlaceKind::Online, PlaceKind::NoPlace] {
        facts.push(fact(NO_UNIT, NO_AREA, last, [Strand::Race].into_iter().collect(), Source::App, place));
    }
    made(class, Units::Cells(grid), 9, facts)
}

/// Other records on the same ground, under the same identifier.
pub(crate) fn other_records(seed: u32) -> Release {
    let first = release(DataClass::Synthetic);
    let cells = first.facts.iter().filter_map(|f| (f.unit != NO_UNIT).then_some(f.unit)).max().unwrap() + 1;
    let mut facts = Facts::new(FactKind::Events);
    let last: Month = "2026-10".parse().unwrap();
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(97);
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let center = next(cells);
    for _ in 0..180 + next(300) {
        let unit = if next(2) == 0 { (center + next(7)) % cells } else { next(cells) };
        let strands: StrandSet =
            [[Strand::Race, Strand::Religion, Strand::Disability, Strand::Transgender][next(4) as usize]].into_iter().collect();
        let source = if next(9) == 0 { Source::PoliceGenerated } else { Source::Victim };
        let area = if next(40) == 0 { NO_AREA } else { 0 };
        facts.push(fact(unit, area, last.minus(next(24) as u16), strands, source, PlaceKind::Mapped));
    }
    let Units::Cells(grid) = first.units else { unreachable!("the first release is on cells") };
    made(DataClass::Synthetic, Units::Cells(grid), 9, facts)
}

/// What is published of it below the analyst.
pub(crate) fn protected(class: DataClass) -> ProtectedRelease {
    let rules = Rules {
        threshold: 5,
        geography: Geography::Adaptive,
        area_incidents: 10,
        area_residents: 1,
        area_months: 36,
        knowledge: Knowledge::OneRecord,
    };
    prove(&release(class), None, rules, "test").unwrap().protected
}

/// The same months by four areas of published counts, 30 or more of disability in each of the first three and none in the last.
pub(crate) fn areas() -> Release {
    let [w, s, e, n] = BOUNDS;
    let (x, y) = (f64::midpoint(w, e), f64::midpoint(s, n));
    let square = |code: &str, w: f64, s: f64, e: f64, n: f64| {
        let outline = MultiPolygon::new(vec![polygon![(x: w, y: s), (x: e, y: s), (x: e, y: n), (x: w, y: n)]]);
        (code.to_owned(), format!("Area {code}"), outline)
    };
    let squares = vec![square("A1", w, s, x, y), square("A2", x, s, e, y), square("A3", w, y, x, n), square("A4", x, y, e, n)];
    let layer = AreaLayer::new("areas".to_owned(), squares).unwrap();
    let mut facts = Facts::new(FactKind::Counts);
    let last: Month = "2026-10".parse().unwrap();
    for (unit, count) in [(0, 300), (1, 30), (2, 31)] {
        let counted = Fact {
            count,
            ..fact(unit, NO_AREA, last, StrandSet::counted(Strand::Disability), Source::Recorded, PlaceKind::AreaOnly)
        };
        facts.push(counted);
    }
    made(DataClass::Open, Units::Areas(layer), 0, facts)
}

/// The same areas, published by strand without a row of all records: race or religion, and of it religion and antisemitic.
pub(crate) fn by_strand() -> Release {
    let Release { units, .. } = areas();
    let mut facts = Facts::new(FactKind::Counts);
    for (strand, count) in
        [(Strand::RaceOrReligion, 300), (Strand::Religion, 200), (Strand::Antisemitic, 60), (Strand::Disability, 40)]
    {
        for (unit, count) in [(0, count), (1, 30)] {
            let of = StrandSet::counted(strand);
            facts
                .push(Fact { count, ..fact(unit, NO_AREA, "2026-10".parse().unwrap(), of, Source::Recorded, PlaceKind::AreaOnly) });
        }
    }
    made(DataClass::Open, units, 0, facts)
}

fn made(class: DataClass, units: Units, resolution: u8, facts: Facts) -> Release {
    let last = "2026-10".parse().unwrap();
    let window = MonthRange::ending(last, 12);
    let months = MonthRange::ending(last, 24);
    let finest = units.finest();
    let metres: Vec<[f64; 2]> = facts
        .iter()
        .map(|f| units.center(finest, f.unit).map_or([f64::NAN; 2], |c| units.projection().metres_from_lonlat(c).unwrap()))
        .collect();
    let reference = units.level(resolution).unwrap().area_km2.to_vec();
    let rule = DetectParams::default();
    let analysis = Analysis {
        units: &units,
        resolution,
        facts: &facts,
        metres: &metres,
        reference: &reference,
        window,
        rule,
        atlas: None,
        before: None,
    };
    let mut analyses = analysis.all().unwrap();
    let people = (0..reference.len()).map(|row| if row % 2 == 0 { 300.0 } else { 0.0 }).collect();
    let residents = Denominator::people(RESIDENTS, "residents, made up".to_owned(), "residents", people);
    let denominators = vec![Denominator::area(&reference), residents];
    let evidence = EvidencePolicy::current();
    let appraisal = Appraisal {
        analysis: &analysis,
        people: &People::unknown(facts.len()),
        denominators: &denominators,
        policy: &evidence,
        class,
        ranks: RankParams { replicates: 99, ..RankParams::default() },
    };
    let unit_rates = appraisal.run(&mut analyses).unwrap();
    let living = match &units {
        Units::Cells(_) => Some(vec![900.0; units.level(8).unwrap().len()]),
        Units::Areas(_) => None,
    };
    let silence = analysis.silence_map(living.as_deref(), &[]).unwrap();
    let feedback = analysis.feedback(1).unwrap();
    let day = |(row, fact): (usize, Fact)| match facts.kind() {
        FactKind::Events => day_number(fact.month.first_day()) + (row % 28) as i32,
        FactKind::Counts => NO_DAY,
    };
    let days: Vec<i32> = facts.iter().enumerate().map(day).collect();
    let held = Held { months, days: &days, areas: &["E09000028"], breaks: &BreakRegistry::default() };
    let over_time = OverTime::of(&analysis, &held, &analyses, calendar(), &EventParams::default()).unwrap();
    Release {
        id: ID.to_owned(),
        month: last,
        window,
        months,
        as_known_on: "2026-11-20".parse().unwrap(),
        class,
        licence: (class == DataClass::Open).then(|| "OGL v3.0".to_owned()),
        study_area: "Test square".to_owned(),
        reference: "area inside the study area, km²".to_owned(),
        rule,
        resolution,
        reconciliation: Reconciliation { rows: 258, mapped: 253, area_only: 0, online: 2, no_place: 1, rejected: 2 },
        outside: 0,
        person_check: PersonCheck::default(),
        robustness: RobustnessSettings::default(),
        evidence,
        denominators,
        unit_rates,
        over_time,
        units,
        areas: vec![ReportingArea { code: "E09000028".to_owned(), name: "Southwark".to_owned(), residents: Some(314_000) }],
        facts,
        analyses,
        silence,
        feedback,
        breaks: BreakRegistry::default(),
        provenance: Provenance::default(),
    }
}

/// Two events in one week, one of them for a strand, and one long before anything was held.
fn calendar() -> Vec<Event> {
    let event = |id: &str, from: &str, strands: &[Strand]| {
        let from = day_number(from.parse().unwrap());
        let strands = strands.iter().copied().collect();
        Event { id: id.to_owned(), name: format!("The {id}"), from, to: from + 1, strands, areas: Vec::new() }
    };
    vec![
        event("vote", "2026-06-08", &[]),
        event("attack", "2026-06-10", &[Strand::Antisemitic]),
        event("war", "2014-08-04", &[Strand::Race]),
    ]
}

fn fact(unit: u32, area: u16, month: Month, strands: StrandSet, source: Source, place: PlaceKind) -> Fact {
    Fact {
        unit,
        area,
        month,
        recorded: month,
        strands,
        offence: Offence::PublicOrder,
        sources: SourceSet::only(source),
        status: FlagStatus::Confirmed,
        setting: Setting::Street,
        outcome: Outcome::Unknown,
        hour_of_week: NO_HOUR,
        place,
        count: 1,
    }
}
