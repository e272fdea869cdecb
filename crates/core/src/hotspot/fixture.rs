//! A small town for tests: two kilometres of cells, facts by day, and hotspots named by hand.

use super::analysis::Analysis;
use super::detect::DetectParams;
use super::history::Held;
use super::identity::{Change, Identity};
use super::{Estimate, Hotspot, StrandAnalysis, Verdict};
use crate::cube::{Fact, FactKind, Facts, NO_AREA, NO_DAY, NO_HOUR, NO_UNIT};
use crate::grid::{CellGrid, StudyArea};
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, Strand, StrandSet};
use crate::month::{BreakRegistry, Month, MonthRange, SeriesBreak, day_number};
use crate::projection::LonLat;
use crate::units::Units;
use geo::{MultiPolygon, Rect};
use h3o::Resolution;

/// The middle of the town.
pub const MIDDLE: LonLat = LonLat { lon: -0.115, lat: 51.505 };

pub struct Town {
    pub units: Units,
    pub facts: Facts,
    pub metres: Vec<[f64; 2]>,
    pub days: Vec<i32>,
    pub reference: Vec<f64>,
    pub months: MonthRange,
    pub breaks: BreakRegistry,
}

/// A record to add.
#[derive(Clone, Copy)]
pub struct Record {
    pub at: LonLat,
    pub day: i32,
    pub strand: Strand,
    pub hour_of_week: u8,
    pub area: u16,
    pub source: Source,
}

/// A record in the middle of the town.
pub fn on(day: i32) -> Record {
    Record { at: MIDDLE, day, strand: Strand::Race, hour_of_week: NO_HOUR, area: NO_AREA, source: Source::Victim }
}

pub fn day(text: &str) -> i32 {
    day_number(text.parse().unwrap())
}

pub fn months(from: &str, to: &str) -> MonthRange {
    MonthRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

pub fn a_break(id: &str, from: &str, areas: &[&str]) -> SeriesBreak {
    SeriesBreak {
        id: id.to_owned(),
        from: from.parse().unwrap(),
        areas: areas.iter().map(|a| (*a).to_owned()).collect(),
        what: String::new(),
        source: String::new(),
    }
}

impl Town {
    pub fn new(held: MonthRange) -> Self {
        let area: MultiPolygon<f64> = Rect::new((-0.13, 51.495), (-0.10, 51.515)).to_polygon().into();
        let grid = CellGrid::cover(StudyArea::new("Town", area).unwrap(), Resolution::Ten, Resolution::Nine).unwrap();
        let units = Units::Cells(grid);
        let reference = units.level(9).unwrap().area_km2.to_vec();
        Self {
            units,
            facts: Facts::new(FactKind::Events),
            metres: Vec::new(),
            days: Vec::new(),
            reference,
            months: held,
            breaks: BreakRegistry::default(),
        }
    }

    /// Adds a record; it happens in the month of its day.
    pub fn add(&mut self, record: Record) {
        let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(record.day)).unwrap();
        let month = Month::of(date).unwrap();
        self.add_in(record, month);
    }

    /// Adds a record to a month; its day may be unknown.
    pub fn add_in(&mut self, record: Record, month: Month) {
        let Units::Cells(grid) = &self.units else { panic!("a town of cells") };
        self.metres.push(self.units.projection().metres_from_lonlat(record.at).unwrap());
        self.days.push(record.day);
        self.facts.push(Fact {
            unit: grid.locate(record.at).unwrap_or(NO_UNIT),
            area: record.area,
            month,
            recorded: month,
            strands: [record.strand].into_iter().collect::<StrandSet>(),
            offence: Offence::PublicOrder,
            sources: SourceSet::only(record.source),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: record.hour_of_week,
            place: PlaceKind::Mapped,
            count: 1,
        });
    }

    pub fn add_undated(&mut self, month: &str) {
        self.add_in(on(NO_DAY), month.parse().unwrap());
    }

    /// The analysis of the last twelve months.
    pub fn analysis(&self) -> Analysis<'_> {
        Analysis {
            units: &self.units,
            resolution: 9,
            facts: &self.facts,
            metres: &self.metres,
            reference: &self.reference,
            window: MonthRange::ending(self.months.to(), 12),
            rule: DetectParams::default(),
            atlas: None,
            before: None,
        }
    }

    pub fn held(&self) -> Held<'_> {
        Held { months: self.months, days: &self.days, areas: &["E1", "E2"], breaks: &self.breaks }
    }

    /// The unit at the middle of the town as the only hotspot.
    pub fn found(&self, strand: Option<Strand>) -> StrandAnalysis {
        let Units::Cells(grid) = &self.units else { panic!("a town of cells") };
        let level = self.units.level(9).unwrap();
        let unit = level.row_of(grid.locate(MIDDLE).unwrap()).unwrap();
        let window = self.analysis().window;
        let of_window = crate::cube::Filter { strands: strand.into(), ..crate::cube::Filter::over(window) };
        let n = level.counts(&self.facts, &of_window)[unit as usize];
        let hotspot = Hotspot {
            identity: Identity { id: "all-2025-01-1".to_owned(), first_seen: window.to(), change: Change::New, of: Vec::new() },
            rank: 1,
            name: "Town".to_owned(),
            area_code: None,
            units: vec![unit],
            peak: unit,
            outline: MultiPolygon::new(Vec::new()),
            area_km2: 0.1,
            n,
            expected: 1.0,
            ratio: Estimate { mean: 3.0, lo: 2.0, hi: 4.0 },
            probability: 0.99,
            stands_without_one: true,
            strands: [0; Strand::ALL.len()],
            months: vec![0; window.len()],
            robustness: super::robustness::HotspotRobustness::default(),
            standing: super::appraisal::Standing::default(),
        };
        StrandAnalysis { strand, window, n, verdict: Verdict::Analysed, prior: None, hotspots: vec![hotspot], ended: Vec::new() }
    }
}
