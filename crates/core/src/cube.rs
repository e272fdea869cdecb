//! Compact columns of incidents that answer any filter in memory, and counts aligned with units.

use crate::incident::{
    FlagStatus, Offence, OffenceSet, Outcome, OutcomeSet, PlaceKind, Precision, Setting, SettingSet, SourceSet, Strand, StrandSet,
};
use crate::month::{Month, MonthRange};
use crate::strands::Strands;
use std::collections::HashMap;

/// The unit of a fact that lies in none: online, without a place, known to a wider area only, or outside.
pub const NO_UNIT: u32 = u32::MAX;
/// The area (borough) of a fact that lies in none.
pub const NO_AREA: u16 = u16::MAX;
/// The hour of the week of a fact whose hour is not known.
pub const NO_HOUR: u8 = u8::MAX;

/// The day of a fact whose day is not known, in columns of days since 1 January 1970.
pub const NO_DAY: i32 = i32::MIN;

/// The victim of a row of which none is known, and of one who is the victim of no other row.
const UNKNOWN: u32 = u32::MAX;
const ONCE: u32 = 0;

/// The victim of a row of [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Victim {
    /// Of no other row.
    Once,
    /// Of several: a number that means nothing outside these facts.
    Number(u32),
}

/// Hours in one part of a day; a day has four, from midnight.
pub const PART_HOURS: u8 = 6;

/// Day of the week (0 to 6, Monday first) and part of the day (0 to 3) of an hour of the week; `None` where it is not known.
pub fn week_part(hour_of_week: u8) -> Option<(usize, usize)> {
    (hour_of_week < 168).then(|| (usize::from(hour_of_week / 24), usize::from(hour_of_week % 24 / PART_HOURS)))
}

/// Parts of the week: a bit for each of four parts of seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeekSet(u32);

impl WeekSet {
    /// The whole week, with what happened at an hour that is not known.
    pub const ALL: Self = Self((1 << 28) - 1);

    /// These days (0 to 6, Monday first) at these parts of the day (0 to 3).
    ///
    /// ```
    /// use hotspot_core::cube::WeekSet;
    /// let friday_evening = WeekSet::of([4], &[3]);
    /// assert!(friday_evening.contains(4 * 24 + 20) && !friday_evening.contains(4 * 24 + 17));
    /// assert!(!friday_evening.contains(u8::MAX) && WeekSet::ALL.contains(u8::MAX));
    /// ```
    pub fn of(days: impl IntoIterator<Item = u8>, parts: &[u8]) -> Self {
        let bits = days.into_iter().flat_map(|day| parts.iter().map(move |part| 1u32 << (day * 4 + part)));
        Self(bits.fold(0, |all, bit| all | bit) & Self::ALL.0)
    }

    /// The bits, by day and part.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Days of which a part is in the set.
    pub fn days(self) -> impl Iterator<Item = u8> + Clone {
        (0..7).filter(move |day| self.0 & (0b1111 << (day * 4)) != 0)
    }

    /// Parts of the day that are in the set on some day.
    pub fn parts(self) -> impl Iterator<Item = u8> + Clone {
        (0..4).filter(move |part| (0..7).any(|day| self.0 & (1 << (day * 4 + part)) != 0))
    }

    /// Whether the hour is in one of the parts. One that is not known is in the whole week alone.
    pub fn contains(self, hour_of_week: u8) -> bool {
        self == Self::ALL || week_part(hour_of_week).is_some_and(|(day, part)| self.0 & (1 << (day * 4 + part)) != 0)
    }
}

/// What one row of [`Facts`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// One event; its strands are a closed set.
    Events,
    /// A published count of one strand (or, without strand, of all) in an area and month.
    /// The strand stands alone: the table has rows of its own for the parents.
    Counts,
}

/// One row of [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Row of the unit in the finest level of the grid, or in the area layer; [`NO_UNIT`] for none.
    pub unit: u32,
    /// Row of the borough (or other reporting area) in the release's area table; [`NO_AREA`] for none.
    pub area: u16,
    /// Month in which it happened.
    pub month: Month,
    /// Month in which it was recorded.
    pub recorded: Month,
    /// Strands.
    pub strands: StrandSet,
    /// Offence group.
    pub offence: Offence,
    /// Everyone who reported the event.
    pub sources: SourceSet,
    /// How firm the flag is.
    pub status: FlagStatus,
    /// Kind of place.
    pub setting: Setting,
    /// Where the investigation stands.
    pub outcome: Outcome,
    /// Local hour of the week, 0 to 167, or [`NO_HOUR`].
    pub hour_of_week: u8,
    /// How it is placed.
    pub place: PlaceKind,
    /// How many it stands for: 1 for an event.
    pub count: u32,
}

/// Columns of incidents, aligned by row. Records whose flag was removed are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    kind: FactKind,
    unit: Vec<u32>,
    area: Vec<u16>,
    month: Vec<Month>,
    recorded: Vec<Month>,
    strands: Vec<StrandSet>,
    offence: Vec<Offence>,
    sources: Vec<SourceSet>,
    status: Vec<FlagStatus>,
    setting: Vec<Setting>,
    outcome: Vec<Outcome>,
    hour_of_week: Vec<u8>,
    place: Vec<PlaceKind>,
    count: Vec<u32>,
    /// [`UNKNOWN`], [`ONCE`], or a number of the release's own.
    victim: Vec<u32>,
    /// How well the point of each row is known; `None` for a row without a unit, and where a release does not keep it.
    precision: Vec<Option<Precision>>,
    /// Counts without a strand exist, so a total need not be pieced together from strands.
    has_total: bool,
    /// Strands that any row carries.
    all_strands: StrandSet,
}

/// Which facts to count. Every condition must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of any of these strands, or all records.
    pub strands: Strands,
    /// Recorded in this area (borough), by its row; `None` for anywhere.
    pub area: Option<u16>,
    /// Months in which it happened.
    pub months: MonthRange,
    /// At least one of these reported it.
    pub sources: SourceSet,
    /// Of one of these groups of offences.
    pub offences: OffenceSet,
    /// At one of these kinds of place.
    pub settings: SettingSet,
    /// The investigation stands at one of these.
    pub outcomes: OutcomeSet,
    /// At these parts of the week.
    pub week: WeekSet,
    /// Provisional flags count too.
    pub provisional: Provisional,
}

/// Whether provisional flags count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Provisional {
    /// Provisional and confirmed flags count.
    #[default]
    Included,
    /// Only confirmed flags count.
    Left,
}

impl Filter {
    /// All strands, areas and offences, reported sources, provisional flags included.
    pub const fn over(months: MonthRange) -> Self {
        Self {
            strands: Strands::ALL,
            area: None,
            months,
            sources: SourceSet::REPORTED,
            offences: OffenceSet::ALL,
            settings: SettingSet::ALL,
            outcomes: OutcomeSet::ALL,
            week: WeekSet::ALL,
            provisional: Provisional::Included,
        }
    }
}

/// How many records there are by what they can be filtered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCounts {
    /// By group of offences; those that occur.
    pub offences: Vec<(Offence, u64)>,
    /// By kind of place; those that occur.
    pub settings: Vec<(Setting, u64)>,
    /// By state of the investigation; those that occur.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Records whose hour is known.
    pub hour_known: u64,
}

/// The members that occur, with their counts.
fn occurring<T: Copy>(members: &[T], counts: &[u64]) -> Vec<(T, u64)> {
    members.iter().copied().zip(counts.iter().copied()).filter(|(_, n)| *n > 0).collect()
}

impl Facts {
    /// Counts the rows that meet the filter by what they can be filtered for beside it.
    pub fn filter_counts(&self, filter: &Filter) -> FilterCounts {
        let mut offences = vec![0; Offence::ALL.len()];
        let mut settings = vec![0; Setting::ALL.len()];
        let mut outcomes = vec![0; Outcome::ALL.len()];
        let mut hour_known = 0;
        for row in self.rows(filter) {
            let n = u64::from(self.count[row]);
            offences[usize::from(self.offence[row].code())] += n;
            settings[usize::from(self.setting[row].code())] += n;
            outcomes[usize::from(self.outcome[row].code())] += n;
            hour_known += if week_part(self.hour_of_week[row]).is_some() { n } else { 0 };
        }
        FilterCounts {
            offences: occurring(Offence::ALL, &offences),
            settings: occurring(Setting::ALL, &settings),
            outcomes: occurring(Outcome::ALL, &outcomes),
            hour_known,
        }
    }

    /// No rows yet.
    pub const fn new(kind: FactKind) -> Self {
        Self {
            kind,
            unit: Vec::new(),
            area: Vec::new(),
            month: Vec::new(),
            recorded: Vec::new(),
            strands: Vec::new(),
            offence: Vec::new(),
            sources: Vec::new(),
            status: Vec::new(),
            setting: Vec::new(),
            outcome: Vec::new(),
            hour_of_week: Vec::new(),
            place: Vec::new(),
            count: Vec::new(),
            victim: Vec::new(),
            precision: Vec::new(),
            has_total: false,
            all_strands: StrandSet::EMPTY,
        }
    }

    /// Adds one row.
    pub fn push(&mut self, fact: Fact) {
        self.unit.push(fact.unit);
        self.area.push(fact.area);
        self.month.push(fact.month);
        self.recorded.push(fact.recorded);
        self.strands.push(fact.strands);
        self.offence.push(fact.offence);
        self.sources.push(fact.sources);
        self.status.push(fact.status);
        self.setting.push(fact.setting);
        self.outcome.push(fact.outcome);
        self.hour_of_week.push(fact.hour_of_week);
        self.place.push(fact.place);
        self.count.push(fact.count);
        self.victim.push(UNKNOWN);
        self.precision.push(None);
        self.has_total |= fact.strands.is_empty();
        self.all_strands = self.all_strands.union(fact.strands);
    }

    /// Takes the unit of a row: it counts for its area from now on, and for no place. Nothing when there is no such row.
    pub fn withhold(&mut self, row: usize) {
        if let (Some(unit), Some(place)) = (self.unit.get_mut(row), self.place.get_mut(row)) {
            *unit = NO_UNIT;
            *place = PlaceKind::AreaOnly;
            self.victim[row] = UNKNOWN;
            self.precision[row] = None;
        }
    }

    /// Says which rows are of one victim, by any number for a victim. What is kept is the least that tells it: nothing of a row without a unit,
    /// [`Victim::Once`] of a victim with one row, and else a number in the order of the rows.
    pub fn number_victims(&mut self, of: impl Fn(usize) -> Option<u32>) {
        let known = |row: usize| of(row).filter(|_| self.unit[row] != NO_UNIT);
        let mut times: HashMap<u32, u32> = HashMap::new();
        (0..self.len()).filter_map(known).for_each(|victim| *times.entry(victim).or_default() += 1);
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut number = |victim: u32| {
            let next = numbers.len() as u32 + 1;
            if times[&victim] > 1 { *numbers.entry(victim).or_insert(next) } else { ONCE }
        };
        self.victim = (0..self.len()).map(|row| known(row).map_or(UNKNOWN, &mut number)).collect();
    }

    /// The victim of a row; `None` where none is known.
    pub fn victim(&self, row: usize) -> Option<Victim> {
        match *self.victim.get(row)? {
            UNKNOWN => None,
            ONCE => Some(Victim::Once),
            number => Some(Victim::Number(number)),
        }
    }

    /// Whether the victim of any row is known.
    pub fn knows_victims(&self) -> bool {
        self.victim.iter().any(|v| *v != UNKNOWN)
    }

    /// Takes the victims of the rows, in their order, as [`Self::victims`] gives them; of rows beyond its end none is known.
    pub fn take_victims(&mut self, victims: &[Option<u32>]) {
        self.victim = (0..self.len()).map(|row| victims.get(row).copied().flatten().unwrap_or(UNKNOWN)).collect();
    }

    /// The victims as columns of a release have them: 0 for one with no other row, `None` where none is known.
    pub fn victims(&self) -> impl Iterator<Item = Option<&u32>> {
        self.victim.iter().map(|v| (*v != UNKNOWN).then_some(v))
    }

    /// Says how well the point of each row is known, in the order of the rows. Nothing of it is kept of a row without a unit.
    pub fn take_precisions(&mut self, precisions: &[Option<Precision>]) {
        let of = |row: usize| precisions.get(row).copied().flatten().filter(|_| self.unit[row] != NO_UNIT);
        self.precision = (0..self.len()).map(of).collect();
    }

    /// How well the point of a row is known; `None` without a unit, of a published count, and where the release does not keep it.
    pub fn precision(&self, row: usize) -> Option<Precision> {
        *self.precision.get(row)?
    }

    /// How well the points of all rows are known, in their order.
    pub fn precisions(&self) -> &[Option<Precision>] {
        &self.precision
    }

    /// What a row stands for.
    pub const fn kind(&self) -> FactKind {
        self.kind
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.unit.len()
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.unit.is_empty()
    }

    /// One row.
    pub fn get(&self, row: usize) -> Option<Fact> {
        (row < self.len()).then(|| self.at(row))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Fact> {
        (0..self.len()).map(|row| self.at(row))
    }

    fn at(&self, row: usize) -> Fact {
        Fact {
            unit: self.unit[row],
            area: self.area[row],
            month: self.month[row],
            recorded: self.recorded[row],
            strands: self.strands[row],
            offence: self.offence[row],
            sources: self.sources[row],
            status: self.status[row],
            setting: self.setting[row],
            outcome: self.outcome[row],
            hour_of_week: self.hour_of_week[row],
            place: self.place[row],
            count: self.count[row],
        }
    }

    /// First and last month that occur; `None` without rows.
    pub fn months(&self) -> Option<MonthRange> {
        MonthRange::new(*self.month.iter().min()?, *self.month.iter().max()?)
    }

    /// Whether the row is of the strand (all rows: of the total).
    ///
    /// Published counts keep a row for each strand beside its parents, so there a strand is matched alone, and a total
    /// is the rows without a strand or, where there are none, the strands that lie in no other.
    pub fn is_of(&self, row: usize, strand: Option<Strand>) -> bool {
        let set = self.strands[row];
        match (strand, self.kind) {
            (Some(s), _) => set.contains(s),
            (None, FactKind::Events) => true,
            (None, FactKind::Counts) if self.has_total => set.is_empty(),
            (None, FactKind::Counts) => set.iter().all(|s| s.parent().is_none()),
        }
    }

    /// Strands that any row carries.
    pub const fn all_strands(&self) -> StrandSet {
        self.all_strands
    }

    /// Whether there are rows, and each carries a strand.
    pub fn all_have_strands(&self) -> bool {
        !self.is_empty() && !self.has_total
    }

    /// Whether a total is the sum of strands, which overlap: of published counts by strand without a row of all.
    pub fn adds_strands(&self) -> bool {
        self.kind == FactKind::Counts && self.all_have_strands()
    }

    /// Whether records of any of these strands can be counted once each. Published counts of several strands share incidents, and the table does
    /// not say how many.
    pub fn can_unite(&self, strands: Strands) -> bool {
        self.kind == FactKind::Events || !strands.are_several()
    }

    /// Whether the row meets the filter, of which the facts [can unite](Self::can_unite) the strands.
    pub fn matches(&self, row: usize, filter: &Filter) -> bool {
        filter.months.contains(self.month[row])
            && self.sources[row].intersects(filter.sources)
            && filter.offences.contains(self.offence[row])
            && filter.settings.contains(self.setting[row])
            && filter.outcomes.contains(self.outcome[row])
            && filter.week.contains(self.hour_of_week[row])
            && (filter.provisional == Provisional::Included || self.status[row] == FlagStatus::Confirmed)
            && filter.area.is_none_or(|area| self.area[row] == area)
            && if filter.strands.is_all() { self.is_of(row, None) } else { filter.strands.meet(self.strands[row]) }
    }

    /// Rows that meet the filter.
    pub fn rows<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = usize> + 'a {
        (0..self.len()).filter(move |row| self.matches(*row, filter))
    }

    /// Sum of the counts of the rows that meet the filter and lie in a unit, by unit (`units` long).
    /// A row whose unit is beyond the end is left out, as one without unit is.
    pub fn counts(&self, filter: &Filter, units: usize) -> Vec<u32> {
        let mut counts = vec![0u32; units];
        for row in self.rows(filter) {
            if let Some(n) = counts.get_mut(self.unit[row] as usize) {
                *n += self.count[row];
            }
        }
        counts
    }

    /// Sum of the counts of the rows that meet the filter, wherever they lie.
    pub fn total(&self, filter: &Filter) -> u64 {
        self.rows(filter).map(|row| u64::from(self.count[row])).sum()
    }

    /// Unit of a row, if it lies in one.
    pub fn unit(&self, row: usize) -> Option<u32> {
        self.unit.get(row).copied().filter(|u| *u != NO_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Source;

    fn fact(unit: u32, strands: StrandSet, count: u32) -> Fact {
        let month = "2026-01".parse().unwrap();
        Fact {
            unit,
            area: NO_AREA,
            month,
            recorded: month,
            strands,
            offence: Offence::PublicOrder,
            sources: SourceSet::only(Source::Victim),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count,
        }
    }

    #[test]
    fn a_count_of_all_is_every_event_once() {
        let mut facts = Facts::new(FactKind::Events);
        facts.push(fact(0, [Strand::Race, Strand::Antisemitic].into_iter().collect(), 1));
        facts.push(fact(1, StrandSet::EMPTY, 1));
        facts.push(fact(NO_UNIT, [Strand::Disability].into_iter().collect(), 1));
        let mut filter = Filter::over(facts.months().unwrap());
        assert_eq!(facts.counts(&filter, 2), [1, 1]);
        assert_eq!(facts.total(&filter), 3);
        filter.strands = Strand::Religion.into();
        assert_eq!(facts.counts(&filter, 2), [1, 0]);
        filter.sources = SourceSet::only(Source::App);
        assert_eq!(facts.total(&filter), 0);
    }

    #[test]
    fn every_condition_must_hold_and_an_hour_that_is_not_known_is_in_the_whole_week_alone() {
        let friday_night = 4 * 24 + 1;
        let base = fact(0, StrandSet::EMPTY, 1);
        let other = Fact { offence: Offence::Violence, setting: Setting::Home, hour_of_week: friday_night, ..base };
        let mut facts = Facts::new(FactKind::Events);
        facts.push(base);
        facts.push(other);
        facts.push(Fact { outcome: Outcome::Charged, ..other });
        let all = Filter::over(facts.months().unwrap());
        let n = |filter: Filter| facts.total(&filter);
        assert_eq!(n(all), 3);
        assert_eq!(n(Filter { offences: OffenceSet::only(Offence::Violence), ..all }), 2);
        assert_eq!(n(Filter { settings: SettingSet::only(Setting::Street), ..all }), 1);
        assert_eq!(n(Filter { outcomes: OutcomeSet::only(Outcome::Charged), ..all }), 1);
        assert_eq!(n(Filter { week: WeekSet::of([4], &[0]), ..all }), 2);
        assert_eq!(n(Filter { week: WeekSet::of(0..6, &[0, 1, 2, 3]), ..all }), 2);
        assert_eq!(n(Filter { week: WeekSet::of(0..7, &[0, 1, 2, 3]), ..all }), 3, "every part is the whole week");
        let together =
            Filter { offences: OffenceSet::only(Offence::Violence), outcomes: OutcomeSet::only(Outcome::Unknown), ..all };
        assert_eq!(n(together), 1);
    }

    #[test]
    fn published_counts_do_not_add_a_strand_to_its_parent() {
        let alone = |s: Strand| StrandSet::counted(s);
        let mut facts = Facts::new(FactKind::Counts);
        facts.push(fact(0, alone(Strand::RaceOrReligion), 10));
        facts.push(fact(0, alone(Strand::Religion), 4));
        facts.push(fact(0, alone(Strand::Antisemitic), 3));
        facts.push(fact(0, alone(Strand::Disability), 2));
        let mut filter = Filter::over(facts.months().unwrap());
        assert_eq!(facts.total(&filter), 12);
        filter.strands = Strand::Religion.into();
        assert_eq!(facts.total(&filter), 4);
        assert!(facts.adds_strands(), "12 is a sum of strands");
        facts.push(fact(0, StrandSet::EMPTY, 11));
        filter.strands = Strands::ALL;
        assert_eq!(facts.total(&filter), 11);
        assert!(!facts.adds_strands());
    }
}
