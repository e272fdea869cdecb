//! Records, batches and releases to test with.

use crate::over_time::over_time;
use geo::{MultiPolygon, polygon};
use h3o::Resolution;
use hotspot_core::cube::{Fact, FactKind, Facts, NO_AREA, NO_HOUR, NO_UNIT};
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::appraisal::{PeakRank, ScanHit, Standing};
use hotspot_core::hotspot::denominator::{Denominator, PlaceRate, UnitRates};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::engagement::{NamedPlace, SilenceMap};
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy};
use hotspot_core::hotspot::feedback::{Feedback, FeedbackCase};
use hotspot_core::hotspot::identity::{Change, Ended, Identity};
use hotspot_core::hotspot::lock_in::Figure;
use hotspot_core::hotspot::robustness::HotspotRobustness;
use hotspot_core::hotspot::silence::SilenceParams;
use hotspot_core::hotspot::{Estimate, Hotspot, StrandAnalysis, Verdict};
use hotspot_core::provenance::Provenance;
use hotspot_core::rate::shrinkage::GammaPrior;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, ReportingArea, RobustnessSettings, Units};
use hotspot_core::{
    AreaCode, BreakRegistry, FlagStatus, Incident, IncidentId, LonLat, Month, MonthRange, Occurred, Offence, Outcome, Place,
    PlaceKind, Precision, Pseudonym, SeriesBreak, Setting, Source, SourceSet, Strand, StrandSet, TimePrecision,
};
use hotspot_pipeline::{AreaCount, Batch, Format, Records, StudyAreaChoice};
use jiff::civil::Date;
use std::collections::BTreeMap;

pub const TODAY: Date = Date::constant(2026, 11, 23);

pub fn day(n: i8) -> Date {
    Date::constant(2026, 3, n)
}

pub fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// A record in Southwark; `content` changes what it says.
pub fn incident(id: &str, known_on: Date, content: u8) -> Incident {
    let from = "2026-02-14T20:15:00Z".parse().unwrap();
    let place = match content % 5 {
        0 => Place::Area(AreaCode("E09000028".to_owned())),
        1 => Place::Online,
        2 => Place::Unknown,
        n => Place::Point {
            location: LonLat { lon: -0.08 + f64::from(n) * 1e-4 / 3.0, lat: 51.48 + f64::from(content) * 1e-4 / 3.0 },
            precision: Precision::Address,
        },
    };
    Incident {
        id: IncidentId(id.to_owned()),
        known_on,
        place,
        occurred: Occurred {
            from,
            to: from,
            precision: TimePrecision::Minute,
            month: month("2026-02"),
            hour_of_week: (content.is_multiple_of(2)).then_some(5 * 24 + 20),
            ambiguous: false,
        },
        recorded_on: (!content.is_multiple_of(3)).then_some(Date::constant(2026, 3, 1)),
        strands: [Strand::ALL[usize::from(content) % 8]].into_iter().collect(),
        offence: Offence::PublicOrder,
        source: Source::ALL[usize::from(content) % 6],
        status: if content % 7 == 6 { FlagStatus::Removed } else { FlagStatus::Confirmed },
        setting: Setting::Street,
        outcome: Outcome::Unknown,
        victim: (content.is_multiple_of(4)).then(|| Pseudonym(format!("v{content}"))),
        reporter: None,
        premises: None,
    }
}

pub fn batch(name: &str, incidents: Vec<Incident>) -> Batch {
    let mut reconciliation = Reconciliation::default();
    for incident in &incidents {
        reconciliation.accept(incident.place.kind(), 1);
    }
    reconciliation.reject();
    Batch {
        format: Format::Hotspot,
        file: format!("{name}.csv"),
        sha256: format!("{name:0>64}"),
        records: Records::Incidents(incidents),
        reconciliation,
        by_rule: BTreeMap::from([(hotspot_pipeline::Rule::NullIsland, 1)]),
        rejects: Vec::new(),
        notes: Vec::new(),
        study_area: StudyAreaChoice::London,
        declared_class: None,
        pseudonym_key: None,
    }
}

pub fn counts_batch(name: &str, counts: Vec<AreaCount>) -> Batch {
    let mut reconciliation = Reconciliation::default();
    for count in &counts {
        let kind = if count.area.is_some() { PlaceKind::AreaOnly } else { PlaceKind::NoPlace };
        reconciliation.accept(kind, 1);
    }
    Batch {
        records: Records::Counts(counts),
        format: Format::AreaCounts,
        reconciliation,
        by_rule: BTreeMap::new(),
        ..batch(name, Vec::new())
    }
}

/// A square of about 3 km by 3 km in Southwark.
pub fn grid() -> CellGrid {
    let square = polygon![(x: -0.1, y: 51.47), (x: -0.06, y: 51.47), (x: -0.06, y: 51.5), (x: -0.1, y: 51.5)];
    CellGrid::cover(StudyArea::new("Square", MultiPolygon::from(square)).unwrap(), Resolution::Nine, Resolution::Eight).unwrap()
}

pub fn fact(unit: u32, strands: StrandSet) -> Fact {
    Fact {
        unit,
        area: if unit == NO_UNIT { NO_AREA } else { 0 },
        month: month("2026-02"),
        recorded: month("2026-03"),
        strands,
        offence: Offence::Violence,
        sources: SourceSet::only(Source::App).union(SourceSet::only(Source::Recorded)),
        status: FlagStatus::Provisional,
        setting: Setting::Home,
        outcome: Outcome::Charged,
        hour_of_week: if unit == 0 { 167 } else { NO_HOUR },
        place: if unit == NO_UNIT { PlaceKind::Online } else { PlaceKind::Mapped },
        count: 1,
    }
}

fn silence() -> SilenceMap {
    let third = 1.0 / 3.0;
    let place = |unit, area_code, hi| NamedPlace {
        unit,
        name: "SE1, on the river".to_owned(),
        area_code,
        p: third * 1e-9,
        q: third * 1e-6,
        reporting: [0.0, hi],
    };
    SilenceMap {
        resolution: 8,
        params: SilenceParams { minimum: 5.0 + third, ..SilenceParams::default() },
        measures: vec!["residents".to_owned(), "third-party reports".to_owned()],
        reports: 7,
        tested: 12,
        expecting: 9,
        callable: 4,
        places: vec![place(0, Some("E09000028".to_owned()), third), place(3, None, f64::INFINITY)],
    }
}

fn feedback() -> Feedback {
    let third = 1.0 / 3.0;
    let figure = |rounds| Figure { excess: [-third, third, 2.0 * third], locked: 2, rounds };
    let case =
        |discovery| FeedbackCase { discovery, by_the_loop: third / 7.0, maps: [figure(Some(3)), figure(None), figure(Some(0))] };
    Feedback {
        records: 9,
        stated: 8,
        on_map: 7,
        top_units: 1,
        need_share: third,
        start_share: 0.1 + 0.2,
        rounds: 24,
        memory: 12,
        margin: 0.1,
        runs: 6,
        cases: [case(third / 100.0), case(0.5)],
    }
}

/// A release with one hotspot and one strand of which nothing can be told. `n` facts make releases that differ.
pub fn release(units: Units, class: DataClass, n: u32) -> Release {
    let mut facts = Facts::new(FactKind::Events);
    facts.push(fact(NO_UNIT, StrandSet::EMPTY));
    for unit in 0..n {
        facts.push(fact(unit, [Strand::Islamophobic, Strand::Disability].into_iter().collect()));
    }
    let window = MonthRange::ending(month("2026-02"), 12);
    let third = 1.0 / 3.0;
    let outline = MultiPolygon::from(polygon![(x: -third, y: 51.47), (x: -0.06, y: 51.47), (x: -0.06, y: 51.5 + third)]);
    let hotspot = Hotspot {
        identity: Identity {
            id: "all-2026-09-1".to_owned(),
            first_seen: "2026-09".parse().unwrap(),
            change: Change::Merged,
            of: vec!["all-2026-09-2".to_owned(), "all-2026-08-7".to_owned()],
        },
        rank: 1,
        name: "SE15, north of Southwark".to_owned(),
        area_code: Some("E09000028".to_owned()),
        units: vec![0, 2, 5],
        peak: 2,
        outline,
        area_km2: third,
        n: 7,
        expected: 0.1 + 0.2,
        ratio: Estimate { mean: 10.0 * third, lo: third, hi: 20.0 * third },
        probability: 1.0 - 1e-15,
        stands_without_one: true,
        strands: [0, 1, 2, 3, 4, 5, 6, 7],
        months: vec![0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 3],
        robustness: HotspotRobustness { share: Some(third), holds: vec![Some(true), Some(false), None] },
        standing: Standing {
            evidence: Evidence::Weak,
            rates: vec![
                Some(PlaceRate {
                    n: 6,
                    measure: third,
                    rate: [third, 0.1, 0.7],
                    ratio: Estimate { mean: 2.0 * third, lo: 0.1 + 0.2, hi: 4.0 * third },
                    probability: 1.0 - 1e-15,
                }),
                None,
            ],
            gi_star: Some([1e-300, third]),
            peak: Some(PeakRank { rank: [1, 17], of: 90, in_top: third }),
            scan: Some(ScanHit { cluster: 2, cases: 9, expected: 2.0 * third, p: 0.005, shared: 4 }),
            known: [7, 0, 3],
        },
    };
    let analysed = StrandAnalysis {
        strand: None,
        window,
        n: 7,
        verdict: Verdict::Analysed,
        prior: Some(GammaPrior { shape: third, rate: 0.7 }),
        hotspots: vec![hotspot],
        ended: vec![Ended {
            id: "all-2026-09-2".to_owned(),
            first_seen: "2026-09".parse().unwrap(),
            name: "SE15, east of Southwark".to_owned(),
            n: 4,
            into: Some("all-2026-09-1".to_owned()),
        }],
    };
    let cannot_tell = StrandAnalysis {
        strand: Some(Strand::Transgender),
        window,
        n: 3,
        verdict: Verdict::CannotTell { minimum: 100 },
        prior: None,
        hotspots: Vec::new(),
        ended: Vec::new(),
    };
    let mut reconciliation =
        Reconciliation { rows: u64::from(n) + 1, online: 1, mapped: u64::from(n), ..Reconciliation::default() };
    reconciliation.reject();
    Release {
        id: String::new(),
        month: month("2026-02"),
        window,
        months: MonthRange::new(month("2026-02"), month("2026-02")).unwrap(),
        as_known_on: TODAY,
        class,
        licence: Some("Nobody's".to_owned()),
        study_area: "Square".to_owned(),
        reference: "area inside the study area, km²".to_owned(),
        rule: DetectParams { threshold: 2.0 + third, ..DetectParams::default() },
        resolution: 9,
        reconciliation,
        outside: 0,
        person_check: PersonCheck { mapped: 40, known: [30, 20, 10], withheld: 3 },
        robustness: RobustnessSettings {
            version: "robustness-1".to_owned(),
            settings: vec!["as published".to_owned(), "24 months".to_owned(), "resolution 8".to_owned()],
        },
        evidence: EvidencePolicy::current(),
        denominators: vec![
            Denominator::area(&[third, 0.2, 0.3]),
            Denominator::people("residents", "residents, made up".to_owned(), "residents", vec![100.0 * third, 0.0, 7.0]),
        ],
        unit_rates: vec![UnitRates {
            denominator: "residents".to_owned(),
            units: vec![0, 2],
            n: vec![3, 0],
            expected: vec![third, 0.1 + 0.2],
            ratio: vec![Estimate { mean: 3.0 * third, lo: third, hi: 4.0 }, Estimate { mean: 0.1, lo: 1e-300, hi: third }],
            probability: vec![1.0 - 1e-15, 1e-300],
            in_top: vec![third, 0.0],
            rank: vec![[1, 2], [1, 2]],
        }],
        units,
        areas: vec![
            ReportingArea { code: "E09000028".to_owned(), name: "Southwark".to_owned(), residents: Some(314_300) },
            ReportingArea { code: String::new(), name: "Aviation Security".to_owned(), residents: None },
        ],
        facts,
        over_time: over_time(&analysed),
        analyses: vec![analysed, cannot_tell],
        silence: silence(),
        feedback: Some(feedback()),
        breaks: BreakRegistry::new(vec![SeriesBreak {
            id: "connect".to_owned(),
            from: Date::constant(2024, 2, 28),
            areas: Vec::new(),
            what: "a new system".to_owned(),
            source: "stated".to_owned(),
        }]),
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            inputs: vec![("a.csv".to_owned(), "00".to_owned())],
            settings: vec![("threshold".to_owned(), "2".to_owned())],
            seed: u64::MAX,
        },
    }
}
