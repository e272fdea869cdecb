//! What was counted: place by month by strand, by both dates.

use super::figures::{Gap, Marked};
use super::strands;
use crate::atlas::Borough;
use crate::error::{Error, Result};
use crate::hotspot::repeat_rule::REPEAT;
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Source, SourceSet, Strand, StrandSet};
use crate::month::{Month, MonthRange};
use std::collections::{BTreeMap, BTreeSet};

/// Months over which a victim is a repeat one.
const REPEAT_MONTHS: u16 = 12;
/// Columns of a place: all records, then each strand.
const SERIES: usize = 1 + Strand::ALL.len();

/// By which date a record is put into a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// When it was recorded: comparable with the Metropolitan Police's figures.
    Recorded,
    /// When the incident occurred.
    Occurred,
}

impl Basis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Recorded, Self::Occurred];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Occurred => "occurred",
        }
    }
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// All of it.
    London,
    /// A Basic Command Unit of the Metropolitan Police.
    CommandUnit,
    /// A borough.
    Borough,
    /// No borough: a unit of police without a place of its own, another force, or a borough that is not known.
    Elsewhere,
    /// An area that the caller supplied, such as a ward. It is a part of no sum here: records without a place are in none.
    Area,
}

impl Level {
    /// All, from the largest.
    pub const ALL: [Self; 5] = [Self::London, Self::CommandUnit, Self::Borough, Self::Elsewhere, Self::Area];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::London => "london",
            Self::CommandUnit => "bcu",
            Self::Borough => "borough",
            Self::Elsewhere => "elsewhere",
            Self::Area => "area",
        }
    }
}

/// A place of the summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is.
    pub level: Level,
    /// Code, such as a GSS code; empty for what has none.
    pub code: String,
    /// Name.
    pub name: String,
    /// Row of the command unit of a borough, or of the borough of an area.
    pub within: Option<u16>,
    /// Residents, where they are a fit denominator.
    pub residents: Option<u32>,
    /// What makes boroughs alike.
    pub traits: Option<Traits>,
}

/// What makes boroughs alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traits {
    /// Residents per km².
    pub density: f64,
    /// Whether it is inner London.
    pub inner: bool,
    /// Shares of residents aged 0 to 17, 18 to 64, and 65 and over.
    pub ages: [f64; 3],
}

impl Traits {
    /// Those of a borough of so many km²; nothing without area or residents.
    pub fn of(borough: &Borough, km2: f64) -> Option<Self> {
        let residents = f64::from(borough.population_mid2023);
        (km2 > 0.0 && residents > 0.0).then(|| Self {
            density: residents / km2,
            inner: borough.inner,
            ages: borough.ages_mid2023.map(|n| f64::from(n) / residents),
        })
    }

    /// As numbers by which boroughs are compared: the logarithm of the density, the shares of the young and of the old, inner London or not.
    pub(crate) fn features(&self) -> Option<[f64; 4]> {
        (self.density > 0.0).then(|| [self.density.ln(), self.ages[0], self.ages[2], f64::from(u8::from(self.inner))])
    }
}

/// What was counted of a place, month and strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Records.
    pub recorded: u32,
    /// Of these, with a flag that is still under review.
    pub provisional: u32,
    /// Of these, online.
    pub online: u32,
    /// Of these, without a place.
    pub no_place: u32,
    /// Victims known by a pseudonym.
    pub victims: u32,
    /// Of these, with more than one record in the twelve months that end with the month.
    pub repeat_victims: u32,
}

impl std::ops::AddAssign for Counted {
    fn add_assign(&mut self, other: Self) {
        self.recorded += other.recorded;
        self.provisional += other.provisional;
        self.online += other.online;
        self.no_place += other.no_place;
        self.victims += other.victims;
        self.repeat_victims += other.repeat_victims;
    }
}

/// A published figure of a place that is no sum of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Row of the place.
    pub place: u16,
    /// Month.
    pub month: Month,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// The figure, or why the publisher gives none.
    pub counted: Marked<u32>,
}

/// Records that are alike in everything that the summary counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tally {
    /// Row of the borough, or of what is no borough.
    pub place: u16,
    /// Row of the supplied area.
    pub area: Option<u16>,
    /// Month in which it occurred.
    pub occurred: Month,
    /// Month in which it was recorded.
    pub recorded: Month,
    /// Strands.
    pub strands: StrandSet,
    /// Offence group.
    pub offence: Offence,
    /// Everyone who reported it.
    pub sources: SourceSet,
    /// How firm the flag is.
    pub status: FlagStatus,
    /// Where the investigation stands.
    pub outcome: Outcome,
    /// How it is placed.
    pub placed: PlaceKind,
    /// How many records.
    pub count: u32,
}

impl Tally {
    /// The month by one date.
    pub const fn month(&self, basis: Basis) -> Month {
        match basis {
            Basis::Recorded => self.recorded,
            Basis::Occurred => self.occurred,
        }
    }

    fn counted(&self) -> Counted {
        let if_so = |holds: bool| if holds { self.count } else { 0 };
        Counted {
            recorded: self.count,
            provisional: if_so(self.status == FlagStatus::Provisional),
            online: if_so(self.placed == PlaceKind::Online),
            no_place: if_so(self.placed == PlaceKind::NoPlace),
            ..Counted::default()
        }
    }
}

/// A record of a victim who is known by a pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sighting {
    /// Number in place of the pseudonym.
    pub victim: u32,
    /// What the record is.
    pub record: Tally,
}

/// Counts by place, month and strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    places: Vec<Place>,
    months: MonthRange,
    bases: Vec<Basis>,
    /// By basis, place, strand and month.
    counts: Vec<Marked<Counted>>,
    tallies: Vec<Tally>,
}

impl Cube {
    /// Counts records. The first place must be London; command units, boroughs, what is no borough and supplied areas follow, in this
    /// order. London and command units are the sums of boroughs and of what is no borough. Every month of `held` (by recording, by
    /// occurrence) has a figure, be it 0; others have none.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for places in the wrong order, or records of a place that is summed or does not exist, or of a month outside
    /// what is held.
    pub fn of_records(places: Vec<Place>, held: [MonthRange; 2], mut tallies: Vec<Tally>, sightings: &[Sighting]) -> Result<Self> {
        let months = MonthRange::new(held[0].from().min(held[1].from()), held[0].to().max(held[1].to())).unwrap_or(held[0]);
        tallies.sort_unstable();
        let mut cube = Self::empty(places, months, Basis::ALL.to_vec())?;
        for (basis, held) in Basis::ALL.into_iter().zip(held) {
            for place in 0..cube.places.len() as u16 {
                for strand in strands() {
                    for month in held.iter() {
                        *cube.at(basis, place, strand, month) = Ok(Counted::default());
                    }
                }
            }
        }
        for tally in &tallies {
            cube.check(tally.place)?;
            let area = |row: u16| cube.places.get(usize::from(row)).is_some_and(|p| p.level == Level::Area);
            if !tally.area.is_none_or(area) {
                return Err(Error::OutOfRange { what: "area of a record", must: "a supplied area" });
            }
            for (basis, held) in Basis::ALL.into_iter().zip(held) {
                if !held.contains(tally.month(basis)) {
                    return Err(Error::OutOfRange { what: "month of a record", must: "one of the months held" });
                }
                for place in cube.chain(tally) {
                    for strand in of(tally.strands) {
                        if let Ok(counted) = cube.at(basis, place, strand, tally.month(basis)) {
                            *counted += tally.counted();
                        }
                    }
                }
            }
        }
        cube.add_victims(sightings);
        cube.tallies = tallies;
        Ok(cube)
    }

    /// Takes published figures, which have one month and one date. London and command units are summed from what is given: a borough of a command
    /// unit that has no figure, or a suppressed one, makes the sum unknown. What is in no command unit (another force, aviation) is in the sum where
    /// it is given. Several figures of one place, month and strand add up.
    ///
    /// # Errors
    /// As [`Self::of_records`].
    pub fn of_figures(places: Vec<Place>, months: MonthRange, lines: impl IntoIterator<Item = Line>) -> Result<Self> {
        let mut cube = Self::empty(places, months, vec![Basis::Recorded])?;
        for line in lines {
            let area = cube.places.get(usize::from(line.place)).is_some_and(|p| p.level == Level::Area);
            if !area {
                cube.check(line.place)?;
            }
            if !months.contains(line.month) {
                return Err(Error::OutOfRange { what: "month of a figure", must: "one of the months held" });
            }
            let chain: Vec<u16> = if area { vec![line.place] } else { cube.sums_of(line.place).collect() };
            for place in chain {
                let at = cube.at(Basis::Recorded, place, line.strand, line.month);
                *at = match (*at, line.counted) {
                    (Err(Gap::Suppressed), _) | (_, Err(Gap::Suppressed)) => Err(Gap::Suppressed),
                    (Ok(sum), Ok(n)) => Ok(Counted { recorded: sum.recorded + n, ..sum }),
                    (Err(_), Ok(n)) => Ok(Counted { recorded: n, ..Counted::default() }),
                    (Err(_), Err(gap)) if place == line.place => Err(gap),
                    (known, Err(_)) => known,
                };
            }
        }
        cube.blank_incomplete_sums();
        Ok(cube)
    }

    /// A sum of some boroughs is not London.
    fn blank_incomplete_sums(&mut self) {
        let boroughs: Vec<(u16, u16)> = (0..)
            .zip(&self.places)
            .filter(|(_, p)| p.level == Level::Borough)
            .filter_map(|(row, p)| Some((row, p.within?)))
            .collect();
        for strand in strands() {
            for month in self.months.iter() {
                for (borough, unit) in &boroughs {
                    if self.count(Basis::Recorded, *borough, strand, month) == Err(Gap::NotAvailable) {
                        for sum in [*unit, 0] {
                            let at = self.at(Basis::Recorded, sum, strand, month);
                            if at.is_ok() {
                                *at = Err(Gap::NotAvailable);
                            }
                        }
                    }
                }
            }
        }
    }

    fn empty(places: Vec<Place>, months: MonthRange, bases: Vec<Basis>) -> Result<Self> {
        let ordered = places.first().is_some_and(|p| p.level == Level::London) && places.is_sorted_by_key(|p| p.level);
        let level = |row: u16| places.get(usize::from(row)).map(|p| p.level);
        let within = |p: &Place| {
            let outer = if p.level == Level::Area { Level::Borough } else { Level::CommandUnit };
            p.within.is_none_or(|w| level(w) == Some(outer))
        };
        if !ordered || !places.iter().all(within) || places.len() > usize::from(u16::MAX) {
            return Err(Error::OutOfRange {
                what: "places",
                must: "London, command units, boroughs, elsewhere, areas, in this order",
            });
        }
        let counts = vec![Err(Gap::NotAvailable); bases.len() * places.len() * SERIES * months.len()];
        Ok(Self { places, months, bases, counts, tallies: Vec::new() })
    }

    fn check(&self, place: u16) -> Result<()> {
        match self.places.get(usize::from(place)).map(|p| p.level) {
            Some(Level::Borough | Level::Elsewhere) => Ok(()),
            _ => Err(Error::OutOfRange { what: "place of a record", must: "a borough or what is no borough" }),
        }
    }

    /// A place, its command unit, and London.
    pub(super) fn sums_of(&self, place: u16) -> impl Iterator<Item = u16> + use<> {
        [Some(place), self.places[usize::from(place)].within, Some(0)].into_iter().flatten()
    }

    /// Every place that a record counts for.
    fn chain(&self, tally: &Tally) -> impl Iterator<Item = u16> + use<> {
        self.sums_of(tally.place).chain(tally.area)
    }

    /// Whether a record counts for a place.
    pub fn counts_for(&self, tally: &Tally, place: u16) -> bool {
        self.chain(tally).any(|row| row == place)
    }

    fn start(&self, basis: Basis, place: u16, strand: Option<Strand>) -> Option<usize> {
        let basis = self.bases.iter().position(|b| *b == basis)?;
        let strand = strand.map_or(0, |s| 1 + usize::from(s.code()));
        (usize::from(place) < self.places.len())
            .then(|| ((basis * self.places.len() + usize::from(place)) * SERIES + strand) * self.months.len())
    }

    fn at(&mut self, basis: Basis, place: u16, strand: Option<Strand>, month: Month) -> &mut Marked<Counted> {
        let start = self.start(basis, place, strand).expect("the place is in the cube");
        &mut self.counts[start + usize::from(month.index() - self.months.from().index())]
    }

    /// Known victims of each cell, each once, and how many of them have more than one record of the strand, anywhere, in the twelve months
    /// that end with its month.
    fn add_victims(&mut self, sightings: &[Sighting]) {
        let mut of_victim: BTreeMap<u32, Vec<&Tally>> = BTreeMap::new();
        for sighting in sightings {
            of_victim.entry(sighting.victim).or_default().push(&sighting.record);
        }
        for records in of_victim.into_values() {
            for basis in Basis::ALL {
                for strand in strands() {
                    let of_strand: Vec<&Tally> =
                        records.iter().copied().filter(|r| strand.is_none_or(|s| r.strands.contains(s))).collect();
                    let cells: BTreeSet<(u16, Month)> =
                        of_strand.iter().flat_map(|r| self.chain(r).map(|place| (place, r.month(basis)))).collect();
                    for (place, month) in cells {
                        let year = MonthRange::ending(month, REPEAT_MONTHS);
                        let times: u32 = of_strand.iter().filter(|r| year.contains(r.month(basis))).map(|r| r.count).sum();
                        if let Ok(counted) = self.at(basis, place, strand, month) {
                            counted.victims += 1;
                            counted.repeat_victims += u32::from(times >= REPEAT);
                        }
                    }
                }
            }
        }
    }

    /// Places, London first.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Months.
    pub const fn months(&self) -> MonthRange {
        self.months
    }

    /// By which dates records were counted: published figures have one.
    pub fn bases(&self) -> &[Basis] {
        &self.bases
    }

    /// Records by everything that they were counted by, in order; none of published figures.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Whether anything is known of a place and strand: a figure, or that it is suppressed.
    pub fn has(&self, basis: Basis, place: u16, strand: Option<Strand>) -> bool {
        let Some(start) = self.start(basis, place, strand) else { return false };
        self.counts[start..start + self.months.len()].iter().any(|c| *c != Err(Gap::NotAvailable))
    }

    /// The count of one month, or why there is none.
    ///
    /// # Errors
    /// The [`Gap`].
    pub fn count(&self, basis: Basis, place: u16, strand: Option<Strand>, month: Month) -> Marked<Counted> {
        let start = self.start(basis, place, strand).ok_or(Gap::NotAvailable)?;
        if self.months.contains(month) {
            self.counts[start + usize::from(month.index() - self.months.from().index())]
        } else {
            Err(Gap::NotAvailable)
        }
    }

    /// Records of a month by everything at once. `None` stands for all of a kind: what a reader adds up is in a line already. A record with
    /// two strands, or of two sources, stands in the line of each.
    pub fn breakdown(&self, basis: Basis, month: Month) -> Vec<(Part, Counted)> {
        let mut parts: BTreeMap<Part, Counted> = BTreeMap::new();
        for tally in self.tallies.iter().filter(|t| t.month(basis) == month) {
            for place in self.chain(tally) {
                for strand in of(tally.strands) {
                    for offence in [None, Some(tally.offence)] {
                        for source in std::iter::once(None).chain(tally.sources.iter().map(Some)) {
                            for status in [None, Some(tally.status)] {
                                *parts.entry(Part { place, strand, offence, source, status }).or_default() += tally.counted();
                            }
                        }
                    }
                }
            }
        }
        parts.into_iter().collect()
    }

    /// Records of each month of recording by where their investigation stands now, in the order of [`Outcome::ALL`]; only what has records.
    pub fn outcomes(&self, months: MonthRange) -> BTreeMap<(u16, Option<Strand>, Month), [u32; Outcome::ALL.len()]> {
        let mut cohorts: BTreeMap<_, [u32; Outcome::ALL.len()]> = BTreeMap::new();
        for tally in self.tallies.iter().filter(|t| months.contains(t.recorded)) {
            for place in self.chain(tally) {
                for strand in of(tally.strands) {
                    cohorts.entry((place, strand, tally.recorded)).or_default()[usize::from(tally.outcome.code())] += tally.count;
                }
            }
        }
        cohorts
    }
}

/// A part of the records of a month; `None` is all of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part {
    /// Row of the place.
    pub place: u16,
    /// Strand.
    pub strand: Option<Strand>,
    /// Offence group.
    pub offence: Option<Offence>,
    /// Who reported it.
    pub source: Option<Source>,
    /// How firm the flag is.
    pub status: Option<FlagStatus>,
}

/// All records, and each strand of a set.
fn of(set: StrandSet) -> impl Iterator<Item = Option<Strand>> {
    std::iter::once(None).chain(set.iter().map(Some))
}
