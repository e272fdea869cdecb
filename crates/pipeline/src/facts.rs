//! The store as known on a day becomes events, and events become facts on a grid or on areas.

use crate::batch::{AreaCount, Figure};
use crate::error::{Error, Result, Stage};
use crate::ingest::time::London;
use crate::links::{Events, Trace};
use crate::store::{State, Store};
use hotspot_core::areas::{AreaLayer, PolygonIndex};
use hotspot_core::atlas::{Atlas, Borough};
use hotspot_core::cube::{Fact, FactKind, Facts, NO_AREA, NO_DAY, NO_HOUR, NO_UNIT};
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::protection::{NOBODY, People, Role};
use hotspot_core::month::day_number;
use hotspot_core::release::{DataClass, Reconciliation, ReportingArea};
use hotspot_core::{
    AreaCode, FlagStatus, Incident, LonLat, Month, MonthRange, Offence, Outcome, Place, PlaceKind, Precision, Pseudonym, Setting,
    Source, SourceSet, Strand, StrandSet, Withheld,
};
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

/// How every row of every input file is accounted for on a day, in rows:
/// `rows = rejected + already_known + disposed + not_yet_known + superseded + removed + in_force`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Rows of all input files.
    pub rows: u64,
    /// Refused by a named rule.
    pub rejected: u64,
    /// Repeated what was known when they came in.
    pub already_known: u64,
    /// Past their date and taken out of the store.
    pub disposed: u64,
    /// Became known after the day.
    pub not_yet_known: u64,
    /// Replaced by a later version.
    pub superseded: u64,
    /// Records whose flag was taken off: in no count.
    pub removed: u64,
    /// Records that count, and published figures, withheld ones among them.
    pub in_force: u64,
    /// Records that are of the same event as another: events = `in_force` − `joined`.
    pub joined: u64,
    /// Published figures in force whose number is withheld.
    pub withheld: u64,
}

impl Account {
    /// Whether it adds up.
    pub const fn adds_up(&self) -> bool {
        let gone = self.rejected + self.already_known + self.disposed;
        self.rows == gone + self.not_yet_known + self.superseded + self.removed + self.in_force
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rows = {} in force + {} flag removed + {} superseded + {} not yet known + {} already known + {} rejected",
            self.rows, self.in_force, self.removed, self.superseded, self.not_yet_known, self.already_known, self.rejected
        )?;
        if self.disposed > 0 {
            write!(f, " + {} disposed of", self.disposed)?;
        }
        if self.joined > 0 {
            write!(f, "; {} events, {} records joined to another", self.in_force - self.joined, self.joined)?;
        }
        if self.withheld > 0 {
            write!(f, "; {} of the figures in force are withheld by the publisher", self.withheld)?;
        }
        Ok(())
    }
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventPlace {
    /// A point.
    Point {
        /// WGS84 degrees.
        location: LonLat,
        /// How well it is known.
        precision: Precision,
    },
    /// Somewhere in the area with this number in [`Known::area_codes`].
    Area(u32),
    /// Online.
    Online,
    /// No place; for a published count, the number in [`Known::area_names`] of the name that it stands under.
    Unknown(Option<u32>),
}

/// One event, or one published count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Where, as precisely as any of its records says.
    pub place: EventPlace,
    /// Month in which it happened: the earliest of its records.
    pub month: Month,
    /// Month in which it was recorded: the earliest; that in which it happened where no record says.
    pub recorded: Month,
    /// Strands of all its records.
    pub strands: StrandSet,
    /// Group of offence.
    pub offence: Offence,
    /// Everyone who reported it.
    pub sources: SourceSet,
    /// Confirmed when any of its records is.
    pub status: FlagStatus,
    /// Kind of place.
    pub setting: Setting,
    /// Where the investigation stands.
    pub outcome: Outcome,
    /// Local hour of the week, 0 to 167, if known.
    pub hour_of_week: Option<u8>,
    /// Local day on which it happened, if known: since 1 January 1970, in the month; else [`NO_DAY`].
    pub day: i32,
    /// 1 for an event.
    pub count: u32,
    /// Records that are of the event; for a published count, the count.
    pub offences: u32,
    /// Numbers in place of the pseudonyms of victim, reporter and premises, in the order of [`Role::ALL`]; [`NOBODY`] where none is known.
    /// They follow the order of the pseudonyms' texts, and mean nothing outside what was loaded with them.
    pub people: [u32; 3],
}

/// A published figure whose number was not given: no event, and never a 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownWithheld {
    /// Where.
    pub place: EventPlace,
    /// Month.
    pub month: Month,
    /// The strand alone, without its parents; `None` for all.
    pub strand: Option<Strand>,
    /// Why there is no number.
    pub why: Withheld,
}

/// What was known on a day.
#[derive(Debug, Clone)]
pub struct Known {
    /// Events or published counts.
    pub kind: FactKind,
    /// The day.
    pub as_known_on: Date,
    /// Class of the store.
    pub class: DataClass,
    /// Licence of the store.
    pub licence: Option<String>,
    /// Name and SHA-256 of every input file of which something was known, in the order of ingest, then files of links.
    pub inputs: Vec<(String, String)>,
    /// Study areas that were applied at the ingest of these files.
    pub study_areas: BTreeSet<String>,
    /// The records that count by place, and the rows that were refused, in rows: a published count is one, whatever it says.
    pub reconciliation: Reconciliation,
    /// Every row of every input file.
    pub account: Account,
    /// Records after links, those with a removed flag left out.
    pub events: Vec<Event>,
    /// Published figures that were withheld on that day.
    pub withheld: Vec<KnownWithheld>,
    /// What [`EventPlace::Area`] points at.
    pub area_codes: Vec<String>,
    /// What [`EventPlace::Unknown`] points at.
    pub area_names: Vec<String>,
    persons: Persons,
    traces: Vec<Trace>,
    folder: PathBuf,
}

impl Known {
    /// First and last month that occur; `None` without events. A month of which every figure is withheld is not held.
    pub fn months(&self) -> Option<MonthRange> {
        let months = || self.events.iter().map(|e| e.month);
        MonthRange::new(months().min()?, months().max()?)
    }

    /// The pseudonym with this number in a role.
    pub fn pseudonym(&self, role: Role, number: u32) -> Option<&Pseudonym> {
        self.persons.0[role as usize].get(number as usize)
    }

    /// Records whose flag was taken off.
    pub const fn removed(&self) -> u64 {
        self.account.removed
    }

    /// Box round the points, `[west, south, east, north]` in degrees; `None` without points.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.events.iter().filter_map(|e| point(e.place)).fold(None, |bounds, p| {
            let [w, s, e, n] = bounds.unwrap_or([p.lon, p.lat, p.lon, p.lat]);
            Some([w.min(p.lon), s.min(p.lat), e.max(p.lon), n.max(p.lat)])
        })
    }

    pub(crate) fn traces(&self) -> &[Trace] {
        &self.traces
    }
}

/// Everything that the store held on a day, with linked records joined to events.
///
/// # Errors
/// When a file of the store is missing or damaged.
pub fn load(store: &Store, as_known_on: Date) -> Result<Known> {
    let batches = store.batches();
    let known_files: Vec<_> = batches.iter().filter(|b| b.was_known_on(as_known_on)).collect();
    let link_files = store.link_files();
    let known_links = link_files.iter().filter(|l| l.known_from.is_some_and(|day| day <= as_known_on));
    let mut known = Known {
        kind: store.kind().unwrap_or(FactKind::Events),
        as_known_on,
        class: store.class(),
        licence: store.licence().map(str::to_owned),
        inputs: known_files
            .iter()
            .map(|b| (b.file.clone(), b.sha256.clone()))
            .chain(known_links.map(|l| (l.file.clone(), l.sha256.clone())))
            .collect(),
        study_areas: known_files.iter().map(|b| b.study_area.clone()).collect(),
        reconciliation: Reconciliation::default(),
        account: Account {
            rejected: batches.iter().map(|b| b.reconciliation.rejected).sum(),
            already_known: batches.iter().map(|b| b.already_known).sum(),
            disposed: batches.iter().map(|b| b.disposed).sum(),
            ..Account::default()
        },
        events: Vec::new(),
        withheld: Vec::new(),
        area_codes: Vec::new(),
        area_names: Vec::new(),
        persons: Persons::default(),
        traces: Vec::new(),
        folder: store.folder().to_owned(),
    };
    known.account.rows = known.account.rejected
        + known.account.already_known
        + known.account.disposed
        + batches.iter().map(|b| b.added).sum::<u64>();
    match known.kind {
        FactKind::Events => {
            let links = Events::of(&store.links(as_known_on)?);
            known.take_incidents(store.incident_state(as_known_on)?, &links);
        }
        FactKind::Counts => known.take_counts(store.count_state(as_known_on)?),
    }
    let rejected: u64 = known_files.iter().map(|b| b.reconciliation.rejected).sum();
    known.reconciliation.rows += rejected;
    known.reconciliation.rejected += rejected;
    Ok(known)
}

/// Numbers for pseudonyms, by role, in the order of the texts: the same whatever the order of the records.
#[derive(Debug, Clone, Default)]
struct Persons([Vec<Pseudonym>; 3]);

/// The pseudonyms of a record, in the order of [`Role::ALL`].
const fn pseudonyms(incident: &Incident) -> [Option<&Pseudonym>; 3] {
    [incident.victim.as_ref(), incident.reporter.as_ref(), incident.premises.as_ref()]
}

impl Persons {
    fn of(records: &[Incident]) -> Self {
        Self(std::array::from_fn(|role| {
            let known: BTreeSet<&Pseudonym> = records.iter().filter_map(|r| pseudonyms(r)[role]).collect();
            known.into_iter().cloned().collect()
        }))
    }

    /// Of one event: each role as the first record says that says it.
    fn numbers(&self, records: &[Incident]) -> [u32; 3] {
        std::array::from_fn(|role| {
            let known = records.iter().find_map(|r| pseudonyms(r)[role]).and_then(|p| self.0[role].binary_search(p).ok());
            known.map_or(NOBODY, |number| number as u32)
        })
    }
}

/// Numbers for texts, in the order of their first use.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str, all: &mut Vec<String>) -> u32 {
        if let Some(number) = self.0.get(text) {
            return *number;
        }
        let number = all.len() as u32;
        all.push(text.to_owned());
        self.0.insert(text.to_owned(), number);
        number
    }
}

impl Known {
    fn take_incidents(&mut self, state: State<Incident>, links: &Events) {
        let mut codes = Numbers::default();
        let london = London::new();
        self.persons = Persons::of(&state.records);
        let mut joined: BTreeMap<u32, Vec<Incident>> = BTreeMap::new();
        (self.account.superseded, self.account.not_yet_known) = (state.superseded, state.not_yet_known);
        self.events.reserve(state.records.len());
        for incident in state.records {
            if incident.status == FlagStatus::Removed {
                self.account.removed += 1;
                continue;
            }
            self.account.in_force += 1;
            self.reconciliation.accept(incident.place.kind(), 1);
            match links.event(&incident.id.0) {
                Some(event) => joined.entry(event).or_default().push(incident),
                None => self.push_event(std::slice::from_ref(&incident), &mut codes, &london),
            }
        }
        for mut records in joined.into_values() {
            records.sort_by(|a, b| a.id.cmp(&b.id));
            self.account.joined += records.len() as u64 - 1;
            self.push_event(&records, &mut codes, &london);
        }
    }

    /// One event of one or more records, in the order of their identifiers.
    fn push_event(&mut self, records: &[Incident], codes: &mut Numbers, london: &London) {
        self.traces.extend(records.iter().filter_map(|r| Trace::of(r, self.events.len() as u32)));
        let mut by_place: Vec<&Incident> = records.iter().collect();
        by_place.sort_by(|a, b| vagueness(&a.place).total_cmp(&vagueness(&b.place)));
        let mut by_time: Vec<&Incident> = records.iter().collect();
        by_time.sort_by_key(|r| (r.occurred.month, r.occurred.from));
        let best = by_place[0];
        let month = by_time[0].occurred.month;
        let recorded = |r: &Incident| r.recorded_on.and_then(Month::of);
        let day = |r: &&Incident| r.occurred.day(london.zone()).filter(|day| Month::of(*day) == Some(month));
        let stated = |offence: &Offence| *offence != Offence::Other;
        self.events.push(Event {
            place: match &best.place {
                Place::Point { location, precision } => EventPlace::Point { location: *location, precision: *precision },
                Place::Area(AreaCode(code)) => EventPlace::Area(codes.of(code, &mut self.area_codes)),
                Place::Online => EventPlace::Online,
                Place::Unknown => EventPlace::Unknown(None),
            },
            month,
            recorded: records.iter().filter_map(recorded).min().unwrap_or(month),
            strands: records.iter().fold(StrandSet::EMPTY, |set, r| set.union(r.strands)),
            offence: by_place.iter().map(|r| r.offence).find(stated).unwrap_or(Offence::Other),
            sources: records.iter().fold(SourceSet::default(), |set, r| set.union(SourceSet::only(r.source))),
            status: if records.iter().any(|r| r.status == FlagStatus::Confirmed) {
                FlagStatus::Confirmed
            } else {
                FlagStatus::Provisional
            },
            setting: by_place.iter().map(|r| r.setting).find(|s| *s != Setting::Other).unwrap_or(Setting::Other),
            outcome: by_place.iter().map(|r| r.outcome).find(|o| *o != Outcome::Unknown).unwrap_or(Outcome::Unknown),
            hour_of_week: by_time.iter().find_map(|r| r.occurred.hour_of_week),
            day: by_time.iter().find_map(day).map_or(NO_DAY, day_number),
            count: 1,
            offences: records.len() as u32,
            people: self.persons.numbers(records),
        });
    }

    fn take_counts(&mut self, state: State<AreaCount>) {
        let (mut codes, mut names) = (Numbers::default(), Numbers::default());
        (self.account.superseded, self.account.not_yet_known) = (state.superseded, state.not_yet_known);
        self.account.in_force = state.records.len() as u64;
        for row in state.records {
            let place = match (&row.area, &row.area_name) {
                (Some(AreaCode(code)), _) => EventPlace::Area(codes.of(code, &mut self.area_codes)),
                (None, Some(name)) => EventPlace::Unknown(Some(names.of(name, &mut self.area_names))),
                (None, None) => EventPlace::Unknown(None),
            };
            self.reconciliation.accept(kind_of(place), 1);
            let count = match row.figure {
                Figure::Count(count) => count,
                Figure::Withheld(why) => {
                    self.account.withheld += 1;
                    self.withheld.push(KnownWithheld { place, month: row.month, strand: row.strand, why });
                    continue;
                }
            };
            self.events.push(Event {
                place,
                month: row.month,
                recorded: row.month,
                strands: row.strand.map_or(StrandSet::EMPTY, StrandSet::counted),
                offence: Offence::Other,
                sources: SourceSet::only(Source::Recorded),
                status: FlagStatus::Confirmed,
                setting: Setting::Other,
                outcome: Outcome::Unknown,
                hour_of_week: None,
                day: NO_DAY,
                count,
                offences: count,
                people: [NOBODY; 3],
            });
        }
    }
}

/// How little a place says: metres for a point, more for anything else.
fn vagueness(place: &Place) -> f64 {
    match place {
        Place::Point { precision, .. } => precision.radius_m(),
        Place::Area(_) => 1e6,
        Place::Online => 1e7,
        Place::Unknown => 1e8,
    }
}

const fn kind_of(place: EventPlace) -> PlaceKind {
    match place {
        EventPlace::Point { .. } => PlaceKind::Mapped,
        EventPlace::Area(_) => PlaceKind::AreaOnly,
        EventPlace::Online => PlaceKind::Online,
        EventPlace::Unknown(_) => PlaceKind::NoPlace,
    }
}

const fn point(place: EventPlace) -> Option<LonLat> {
    match place {
        EventPlace::Point { location, .. } => Some(location),
        _ => None,
    }
}

const fn precision(place: EventPlace) -> Option<Precision> {
    match place {
        EventPlace::Point { precision, .. } => Some(precision),
        _ => None,
    }
}

/// A published figure of an area whose number was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WithheldFigure {
    /// Row in [`Placed::areas`]; [`NO_AREA`] for none. A figure of an LSOA stands under its borough, and so do its counts.
    pub area: u16,
    /// Row of the unit of the layer that the figure is of; [`NO_UNIT`] for none, and on a grid.
    pub unit: u32,
    /// Month.
    pub month: Month,
    /// The strand alone, without its parents; `None` for all.
    pub strand: Option<Strand>,
    /// Why there is no number.
    pub why: Withheld,
}

/// Facts and what goes with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// One row an event, in an order that depends on their content only.
    pub facts: Facts,
    /// Metres of each row in the projection of the study area; NaN for a row that is no point inside it.
    pub metres: Vec<[f64; 2]>,
    /// Radius in metres in which the true place of each row lies; 0 where there is no point.
    pub radius_m: Vec<f32>,
    /// Local day of each row since 1 January 1970; [`NO_DAY`] where it is not known, as of every count.
    pub days: Vec<i32>,
    /// Who is in each row.
    pub people: People,
    /// Records of each row that are of one event; of a published count, the count.
    pub offences: Vec<u32>,
    /// Points outside the study area, or in no area of the layer.
    pub outside: u64,
    /// What [`Fact::area`] points at: the boroughs, and for published counts the names that stand for no place.
    pub areas: Vec<ReportingArea>,
    /// Codes of areas that are no unit of the layer (or no borough, on a grid), with how many incidents they hold, by code.
    pub unmatched: Vec<(String, u64)>,
    /// Published figures without a number, in an order that depends on their content only. They are no facts: not known is not 0.
    pub withheld: Vec<WithheldFigure>,
}

impl Placed {
    /// How many units have no figure in these months but withheld ones, of all records or of one strand: the facts make a 0 of it.
    pub fn units_without_figure(&self, months: MonthRange) -> usize {
        let facts = self.facts.iter().filter(|f| months.contains(f.month));
        let given: HashSet<(u32, StrandSet)> = facts.map(|f| (f.unit, f.strands)).collect();
        let of = |figure: &WithheldFigure| (figure.unit, figure.strand.map_or(StrandSet::EMPTY, StrandSet::counted));
        let withheld = self.withheld.iter().filter(|w| w.unit != NO_UNIT && months.contains(w.month));
        withheld.filter(|w| !given.contains(&of(w))).map(|w| w.unit).collect::<HashSet<_>>().len()
    }
}

/// Facts on a grid. `boroughs` are those of the atlas when the study area is London, and none otherwise.
///
/// # Errors
/// When a point inside the study area cannot be projected.
pub fn facts_on_grid(known: &Known, grid: &CellGrid, boroughs: &[Borough]) -> Result<Placed> {
    let index = PolygonIndex::new(boroughs.iter().map(|b| &b.polygon));
    let reporting = Reporting::new(known, boroughs);
    let projection = grid.study_area().projection;
    let rows: Vec<Row> = known
        .events
        .par_iter()
        .map(|event| {
            let mut row = reporting.row(event);
            if let Some(p) = point(event.place) {
                row.fact.unit = grid.locate(p).unwrap_or(NO_UNIT);
                row.fact.area = index.locate(p).map_or(NO_AREA, |row| row as u16);
                if row.fact.unit != NO_UNIT {
                    row.metres = projection.metres_from_lonlat(p)?;
                }
            }
            Ok(row)
        })
        .collect::<hotspot_core::Result<_>>()
        .map_err(|e| known.fail(e))?;
    let matched = |code: &str| reporting.by_code.contains_key(code);
    let withheld = withheld(known, |place| (reporting.area(place), NO_UNIT));
    Ok(placed(known, rows, reporting.areas.clone(), withheld, matched))
}

/// Facts on polygons: points by their position, area codes by their code. A code that is none of the layer's keeps its
/// row without a unit.
///
/// # Errors
/// When a point in the layer cannot be projected.
pub fn facts_on_areas(known: &Known, layer: &AreaLayer, boroughs: &[Borough]) -> Result<Placed> {
    let reporting = Reporting::new(known, boroughs);
    let outlines = PolygonIndex::new(boroughs.iter().map(|b| &b.polygon));
    let borough = |p: LonLat| outlines.locate(p).map_or(NO_AREA, |row| row as u16);
    let borough_of_unit: Vec<u16> = (0..layer.len() as u32).map(|row| borough(layer.center(row))).collect();
    let unit_of_code: Vec<u32> = known.area_codes.iter().map(|code| layer.row(code).unwrap_or(NO_UNIT)).collect();
    // Of what has no point: a code that is no borough's stands under the borough of its unit.
    let without_point = |place| {
        let area = reporting.area(place);
        let EventPlace::Area(code) = place else { return (area, NO_UNIT) };
        let unit = unit_of_code[code as usize];
        (if area == NO_AREA && unit != NO_UNIT { borough_of_unit[unit as usize] } else { area }, unit)
    };
    let projection = layer.projection();
    let rows: Vec<Row> = known
        .events
        .par_iter()
        .map(|event| {
            let mut row = reporting.row(event);
            match event.place {
                EventPlace::Point { location, .. } => {
                    row.fact.unit = layer.locate(location).unwrap_or(NO_UNIT);
                    row.fact.area = borough(location);
                    if row.fact.unit != NO_UNIT {
                        row.metres = projection.metres_from_lonlat(location)?;
                    }
                }
                place => (row.fact.area, row.fact.unit) = without_point(place),
            }
            Ok(row)
        })
        .collect::<hotspot_core::Result<_>>()
        .map_err(|e| known.fail(e))?;
    let withheld = withheld(known, without_point);
    Ok(placed(known, rows, reporting.areas, withheld, |code| layer.row(code).is_some()))
}

/// The withheld figures, by what they say; `of` gives area and unit of a place.
fn withheld(known: &Known, of: impl Fn(EventPlace) -> (u16, u32)) -> Vec<WithheldFigure> {
    let placed = known.withheld.iter().map(|figure| {
        let KnownWithheld { place, month, strand, why } = *figure;
        let (area, unit) = of(place);
        WithheldFigure { area, unit, month, strand, why }
    });
    let mut figures: Vec<WithheldFigure> = placed.collect();
    figures.sort_unstable();
    figures
}

impl Known {
    fn fail(&self, e: hotspot_core::Error) -> Error {
        Error::source(Stage::Facts, &self.folder, e)
    }
}

/// Reporting areas and how events without a point find theirs.
struct Reporting {
    areas: Vec<ReportingArea>,
    by_code: HashMap<String, u16>,
    /// For each of [`Known::area_codes`].
    of_code: Vec<u16>,
    /// For each of [`Known::area_names`].
    of_name: Vec<u16>,
}

impl Reporting {
    fn new(known: &Known, boroughs: &[Borough]) -> Self {
        let mut areas: Vec<ReportingArea> = boroughs
            .iter()
            .map(|b| ReportingArea {
                code: b.code.clone(),
                name: b.name.clone(),
                residents: b.residents_fit.then_some(b.population_mid2023),
            })
            .collect();
        let mut by_code: HashMap<String, u16> = HashMap::new();
        if !boroughs.is_empty() {
            for lsoa in Atlas::london().lsoa_population() {
                let borough = &Atlas::london().boroughs()[usize::from(lsoa.borough)].code;
                if let Some(row) = boroughs.iter().position(|b| b.code == *borough) {
                    by_code.insert(lsoa.code.clone(), row as u16);
                }
            }
            by_code.extend((0..).zip(boroughs).map(|(row, b)| (b.code.clone(), row)));
        }
        let of_code = known.area_codes.iter().map(|code| by_code.get(code).copied().unwrap_or(NO_AREA)).collect();
        let mut of_name = vec![NO_AREA; known.area_names.len()];
        if !boroughs.is_empty() {
            let mut order: Vec<usize> = (0..known.area_names.len()).collect();
            order.sort_by_key(|name| &known.area_names[*name]);
            for name in order {
                of_name[name] = areas.len() as u16;
                areas.push(ReportingArea { code: String::new(), name: known.area_names[name].clone(), residents: None });
            }
        }
        Self { areas, by_code, of_code, of_name }
    }

    /// The area of a place that is no point.
    fn area(&self, place: EventPlace) -> u16 {
        match place {
            EventPlace::Area(code) => self.of_code[code as usize],
            EventPlace::Unknown(Some(name)) => self.of_name[name as usize],
            EventPlace::Point { .. } | EventPlace::Online | EventPlace::Unknown(None) => NO_AREA,
        }
    }

    /// The row of an event, its unit still open.
    fn row(&self, event: &Event) -> Row {
        let fact = Fact {
            unit: NO_UNIT,
            area: self.area(event.place),
            month: event.month,
            recorded: event.recorded,
            strands: event.strands,
            offence: event.offence,
            sources: event.sources,
            status: event.status,
            setting: event.setting,
            outcome: event.outcome,
            hour_of_week: event.hour_of_week.unwrap_or(NO_HOUR),
            place: kind_of(event.place),
            count: event.count,
        };
        Row {
            fact,
            metres: [f64::NAN; 2],
            people: event.people,
            precision: precision(event.place),
            offences: event.offences,
            day: event.day,
        }
    }
}

#[derive(Clone, Copy)]
struct Row {
    fact: Fact,
    metres: [f64; 2],
    people: [u32; 3],
    precision: Option<Precision>,
    offences: u32,
    day: i32,
}

impl Row {
    /// Everything in the row: rows with the same key are interchangeable.
    fn key(&self) -> impl Ord + use<> {
        let f = &self.fact;
        (
            (f.month, f.unit, f.area, f.place, f.strands, f.offence, f.sources.bits()),
            (f.status, f.setting, f.outcome, f.hour_of_week, f.recorded, f.count),
            self.metres.map(f64::to_bits),
            self.people,
            self.precision,
            self.offences,
            self.day,
        )
    }
}

/// The order of the store says who came first to the police: facts are put into one that depends on their content only.
fn placed(
    known: &Known,
    mut rows: Vec<Row>,
    areas: Vec<ReportingArea>,
    withheld: Vec<WithheldFigure>,
    matched: impl Fn(&str) -> bool,
) -> Placed {
    let mut unmatched: BTreeMap<&str, u64> = BTreeMap::new();
    let counted = known.events.iter().map(|event| (event.place, event.count));
    for (place, count) in counted.chain(known.withheld.iter().map(|figure| (figure.place, 0))) {
        if let EventPlace::Area(code) = place {
            let code = known.area_codes[code as usize].as_str();
            if !matched(code) {
                *unmatched.entry(code).or_default() += u64::from(count);
            }
        }
    }
    rows.par_sort_unstable_by_key(Row::key);
    let mut facts = Facts::new(known.kind);
    let (mut metres, mut people) = (Vec::with_capacity(rows.len()), People::default());
    let precisions: Vec<Option<Precision>> = rows.iter().map(|row| row.precision).collect();
    let radius_m = precisions.iter().map(|precision| precision.map_or(0.0, |p| p.radius_m() as f32)).collect();
    let offences = rows.iter().map(|row| row.offences).collect();
    let days = rows.iter().map(|row| row.day).collect();
    let mut outside = 0;
    for row in rows {
        outside += u64::from(row.fact.place == PlaceKind::Mapped && row.fact.unit == NO_UNIT);
        facts.push(row.fact);
        metres.push(row.metres);
        people.push(row.people);
    }
    facts.take_precisions(&precisions);
    let unmatched = unmatched.into_iter().map(|(code, n)| (code.to_owned(), n)).collect();
    Placed { facts, metres, radius_m, days, people, offences, outside, areas, unmatched, withheld }
}
