//! What was counted: place by month by strand, by both dates.

use crate::error::{Error, Result};
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use std::collections::BTreeMap;

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
}

impl Level {
    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::London => "london",
            Self::CommandUnit => "bcu",
            Self::Borough => "borough",
            Self::Elsewhere => "elsewhere",
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
    /// Row of the command unit of a borough.
    pub within: Option<u16>,
    /// Residents, where they are a fit denominator.
    pub residents: Option<u32>,
    /// Residents per km², and whether it is inner London: what makes boroughs alike.
    pub traits: Option<Traits>,
}

/// What makes boroughs alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traits {
    /// Residents per km².
    pub density: f64,
    /// Whether it is inner London.
    pub inner: bool,
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

/// One line of what came in: a place that is no sum of others, a month, a strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Row of the place.
    pub place: u16,
    /// By which date.
    pub basis: Basis,
    /// Month.
    pub month: Month,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// What was counted.
    pub counted: Counted,
}

/// Counts by place, month and strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    places: Vec<Place>,
    months: MonthRange,
    counts: BTreeMap<(Basis, u16, Option<Strand>), Vec<Option<Counted>>>,
}

impl Cube {
    /// Puts lines together. The first place must be London, command units come before boroughs; London and command units are summed from
    /// the others here. A line that is not there is a figure that is not known: callers who hold every record give lines of 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a line of a place that is summed or does not exist, a month outside the range, or a place in the wrong order.
    pub fn new(places: Vec<Place>, months: MonthRange, lines: impl IntoIterator<Item = Line>) -> Result<Self> {
        let rank = |p: &Place| p.level;
        let ordered = places.first().is_some_and(|p| p.level == Level::London) && places.is_sorted_by_key(rank);
        let within = |p: &Place| p.within.is_none_or(|w| places.get(usize::from(w)).is_some_and(|w| w.level == Level::CommandUnit));
        if !ordered || !places.iter().all(within) {
            return Err(Error::OutOfRange { what: "places", must: "London, command units, boroughs, elsewhere, in this order" });
        }
        let mut cube = Self { places, months, counts: BTreeMap::new() };
        for line in lines {
            let summed = cube.places.get(usize::from(line.place)).is_none_or(|p| p.level < Level::Borough);
            if summed {
                return Err(Error::OutOfRange { what: "place of a line", must: "a borough or what is no borough" });
            }
            if !months.contains(line.month) {
                return Err(Error::OutOfRange { what: "month of a line", must: "one of the months of the cube" });
            }
            let unit = cube.places[usize::from(line.place)].within;
            for place in [Some(line.place), unit, Some(0)].into_iter().flatten() {
                let column = cube.counts.entry((line.basis, place, line.strand)).or_insert_with(|| vec![None; months.len()]);
                let at = &mut column[usize::from(line.month.index() - months.from().index())];
                *at.get_or_insert_default() += line.counted;
            }
        }
        Ok(cube)
    }

    /// Places, London first.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Months.
    pub const fn months(&self) -> MonthRange {
        self.months
    }

    /// Counts by month; nothing at all where no line was given.
    pub fn column(&self, basis: Basis, place: u16, strand: Option<Strand>) -> Option<&[Option<Counted>]> {
        self.counts.get(&(basis, place, strand)).map(Vec::as_slice)
    }

    /// The count of one month; `None` when it is not known.
    pub fn count(&self, basis: Basis, place: u16, strand: Option<Strand>, month: Month) -> Option<Counted> {
        let at = month.index().checked_sub(self.months.from().index())?;
        *self.column(basis, place, strand)?.get(usize::from(at))?
    }
}
