//! How good are the records? What is filled in, how they are placed, who brought them, how late they came.
//!
//! # Definition
//! Records of a period, by the month in which they happened, of every source: n of them, and of those n
//!
//! - **placed**: on the map, known to an area only, online, or without a place;
//! - **precision**: how well the point of each is known that lies in a unit; of a release that does not keep it, of none;
//! - **not stated**: the strand (none is), the offence (none, or one of no group), the outcome, the hour;
//! - **victim not known**: of those in a unit, the records without a pseudonym of the victim;
//! - **sources**: how many name each; a record may name several, so that they add up to more than n;
//! - **provisional**: flagged in the first instance, and not reviewed.
//!
//! **Delay** is asked of the records that were *recorded* in the period, whenever they happened: months from the month in which it happened to
//! the month in which it was recorded. Of those that *happened* in it, the late ones are still to come, and the delay would look shorter than
//! it is. Median and 90th percentile are by the nearest rank: the least delay within which half, or nine of ten, came.
//!
//! # Pitfalls
//! A record that does not say when it was recorded stands in the month in which it happened, without delay: where all do, nothing is known of it
//! ([`Delay::is_told`]). A full field is not a true one. Records that happened before the first month held are not there, so that delays beyond it are not seen.
//! Published counts ([`FactKind::Counts`]) say nothing of single records: of them only n, places and sources mean something.
//!
//! # Cost
//! One pass over the facts for each borough, strand and month together: milliseconds.

use crate::cube::{FactKind, Facts, NO_AREA, NO_HOUR};
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Precision, Source, Strand};
use crate::month::{Month, MonthRange};

/// What no map of records can say, whatever its quality.
pub const CANNOT_SAY: [&str; 9] = [
    "How much hate crime there is. Surveys find that most of it is never reported; the map has what was recorded.",
    "That a quiet place is safe. Few records can mean little harm, little trust, or nobody to report to; see the places to engage.",
    "Why a place has more records than another. More people, more cameras, a reporting centre, a campaign or more harm look the same on a map.",
    "Who did it, who lives there, or who is likely to be next. A place is not a person, and no cell is about anybody who lives in it.",
    "Where harm online is. Records without a place are counted, and are on no map.",
    "Where a record really was to the metre. A point is as good as the address or anchor that was written down, and some stand for a street.",
    "Which of two places is worse when their intervals overlap, or when reporting may differ by more than the order allows.",
    "Whether things got better or worse across a change of recording. Before and after are two different measures.",
    "That patrols would help. It says where records are, and nothing of what would change them.",
];

/// A field that may not be stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// No strand.
    Strand,
    /// No offence, or one of no group.
    Offence,
    /// No outcome.
    Outcome,
    /// No hour.
    Hour,
    /// No pseudonym of the victim; asked of records in a unit only.
    Victim,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Strand, Self::Offence, Self::Outcome, Self::Hour, Self::Victim];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Strand => "strand",
            Self::Offence => "offence",
            Self::Outcome => "outcome",
            Self::Hour => "hour",
            Self::Victim => "victim",
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Strand => "Strand not stated",
            Self::Offence => "Offence other or not stated",
            Self::Outcome => "Outcome not stated",
            Self::Hour => "Time of day not known",
            Self::Victim => "Victim not known by a pseudonym",
        }
    }
}

/// How late records came: months from happening to recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Recorded in the period.
    pub n: u64,
    /// Of these, in the month in which they happened.
    pub same_month: u64,
    /// Half came within so many months.
    pub median: u16,
    /// Nine of ten came within so many months.
    pub ninetieth: u16,
}

impl Delay {
    /// Whether any record came later than in its month: else most likely no record says when it was recorded.
    pub const fn is_told(&self) -> bool {
        self.same_month < self.n
    }
}

/// The quality of some of the records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quality {
    /// Records that happened in the period.
    pub n: u64,
    /// How they are placed, in the order of [`PlaceKind::ALL`].
    pub placed: [u64; PlaceKind::ALL.len()],
    /// Those that lie in a unit.
    pub in_units: u64,
    /// Of these, those whose point is known so well, in the order of [`Precision::ALL`]; fewer than `in_units` where it is not kept.
    pub precision: [u64; Precision::ALL.len()],
    /// Those without each field, in the order of [`Field::ALL`]; the victim of those in a unit.
    pub missing: [u64; Field::ALL.len()],
    /// Those that name each source, in the order of [`Source::ALL`].
    pub sources: [u64; Source::ALL.len()],
    /// Those whose flag is provisional.
    pub provisional: u64,
    /// How late the records of the period came; `None` when none was recorded in it.
    pub delay: Option<Delay>,
}

impl Quality {
    /// Records of which a field was asked.
    pub const fn asked(&self, field: Field) -> u64 {
        match field {
            Field::Victim => self.in_units,
            Field::Strand | Field::Offence | Field::Outcome | Field::Hour => self.n,
        }
    }
}

/// The quality of the records of a period: of all, and by borough, strand and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityTable {
    /// The period.
    pub months: MonthRange,
    /// What a row stands for.
    pub kind: FactKind,
    /// All records.
    pub total: Quality,
    /// By reporting area, and in none of them at the end.
    pub areas: Vec<Quality>,
    /// By strand; strands overlap.
    pub strands: Vec<(Strand, Quality)>,
    /// By month: in which they happened, and for the delay in which they were recorded.
    pub by_month: Vec<(Month, Quality)>,
}

/// Counts on the way to a [`Quality`].
#[derive(Debug, Clone, Default)]
struct Tally {
    quality: Quality,
    /// Recorded in the period, by delay.
    delays: Vec<u64>,
}

impl Tally {
    fn happened(&mut self, facts: &Facts, row: usize) {
        let Some(fact) = facts.get(row) else { return };
        let n = u64::from(fact.count);
        let all = &mut self.quality;
        all.n += n;
        all.placed[usize::from(fact.place.code())] += n;
        let in_unit = facts.unit(row).is_some();
        all.in_units += if in_unit { n } else { 0 };
        if let Some(precision) = facts.precision(row) {
            all.precision[usize::from(precision.code())] += n;
        }
        for (field, missing) in Field::ALL.into_iter().zip(&mut all.missing) {
            let absent = match field {
                Field::Strand => fact.strands.is_empty(),
                Field::Offence => fact.offence == Offence::Other,
                Field::Outcome => fact.outcome == Outcome::Unknown,
                Field::Hour => fact.hour_of_week == NO_HOUR,
                Field::Victim => in_unit && facts.victim(row).is_none(),
            };
            *missing += if absent { n } else { 0 };
        }
        for source in fact.sources.iter() {
            all.sources[usize::from(source.code())] += n;
        }
        all.provisional += if fact.status == FlagStatus::Provisional { n } else { 0 };
    }

    fn recorded(&mut self, delay: u16, n: u64) {
        let delay = usize::from(delay);
        if self.delays.len() <= delay {
            self.delays.resize(delay + 1, 0);
        }
        self.delays[delay] += n;
    }

    fn done(self) -> Quality {
        let n: u64 = self.delays.iter().sum();
        let within = |share: u64| {
            let rank = (n * share).div_ceil(10).max(1);
            let mut came = 0;
            let reached = |of: &u64| {
                came += of;
                came >= rank
            };
            self.delays.iter().position(reached).unwrap_or(0) as u16
        };
        let delay = (n > 0).then(|| Delay { n, same_month: self.delays[0], median: within(5), ninetieth: within(9) });
        Quality { delay, ..self.quality }
    }
}

impl QualityTable {
    /// Of the facts of a period: by `areas` reporting areas, and by these strands.
    ///
    /// ```
    /// use hotspot_core::cube::{FactKind, Facts};
    /// use hotspot_core::month::{Month, MonthRange};
    /// use hotspot_core::quality::QualityTable;
    ///
    /// let months = MonthRange::ending("2026-10".parse::<Month>()?, 12);
    /// let nothing = QualityTable::of(&Facts::new(FactKind::Events), months, 33, &[]);
    /// assert_eq!((nothing.total.n, nothing.areas.len(), nothing.by_month.len()), (0, 34, 12));
    /// assert!(nothing.total.delay.is_none(), "nothing was recorded, so nothing came late");
    /// # Ok::<(), hotspot_core::month::MonthError>(())
    /// ```
    pub fn of(facts: &Facts, months: MonthRange, areas: usize, strands: &[Strand]) -> Self {
        let mut total = Tally::default();
        let mut by_area = vec![Tally::default(); areas + 1];
        let mut by_strand = vec![Tally::default(); strands.len()];
        let mut by_month = vec![Tally::default(); months.len()];
        for row in 0..facts.len() {
            let Some(fact) = facts.get(row) else { continue };
            let at = |month: Month| usize::from(month.index() - months.from().index());
            let happened = months.contains(fact.month).then(|| at(fact.month));
            let recorded = months.contains(fact.recorded).then(|| at(fact.recorded));
            // A record before it happened is refused when it comes in; here it would have come at once.
            let delay = fact.recorded.index().saturating_sub(fact.month.index());
            let n = u64::from(fact.count);
            let add = |tally: &mut Tally| {
                if happened.is_some() {
                    tally.happened(facts, row);
                }
                if recorded.is_some() {
                    tally.recorded(delay, n);
                }
            };
            if facts.is_of(row, None) {
                add(&mut total);
                add(&mut by_area[if fact.area == NO_AREA { areas } else { usize::from(fact.area).min(areas) }]);
                if let Some(at) = happened {
                    by_month[at].happened(facts, row);
                }
                if let Some(at) = recorded {
                    by_month[at].recorded(delay, n);
                }
            }
            for (strand, tally) in strands.iter().zip(&mut by_strand) {
                if facts.is_of(row, Some(*strand)) {
                    add(tally);
                }
            }
        }
        Self {
            months,
            kind: facts.kind(),
            total: total.done(),
            areas: by_area.into_iter().map(Tally::done).collect(),
            strands: strands.iter().copied().zip(by_strand.into_iter().map(Tally::done)).collect(),
            by_month: months.iter().zip(by_month.into_iter().map(Tally::done)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Fact, NO_UNIT};
    use crate::incident::{Setting, SourceSet, StrandSet};

    const AREAS: usize = 3;

    fn made_up(rows: u32, seed: u64) -> Facts {
        let mut state = seed;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let mut facts = Facts::new(FactKind::Events);
        let last: Month = "2026-10".parse().unwrap();
        for _ in 0..rows {
            let month = last.minus(below(20) as u16);
            let delay = if below(3) == 0 { below(9) as u16 } else { 0 };
            let recorded = month.plus(delay).min(last);
            let place = PlaceKind::ALL[below(4) as usize];
            facts.push(Fact {
                unit: if place == PlaceKind::Mapped && below(9) > 0 { below(50) as u32 } else { NO_UNIT },
                area: if below(5) == 0 { NO_AREA } else { below(AREAS as u64) as u16 },
                month,
                recorded,
                strands: StrandSet::from_bits(below(16) as u8),
                offence: Offence::ALL[below(12) as usize],
                sources: SourceSet::from_bits(1 + below(62) as u8),
                status: FlagStatus::ALL[below(2) as usize],
                setting: Setting::Street,
                outcome: Outcome::ALL[below(7) as usize],
                hour_of_week: if below(4) == 0 { NO_HOUR } else { below(168) as u8 },
                place,
                count: 1,
            });
        }
        let victims: Vec<Option<u32>> = (0..rows).map(|_| (below(2) == 0).then_some(0)).collect();
        facts.take_victims(&victims);
        let precisions: Vec<Option<Precision>> =
            (0..rows).map(|_| (below(5) > 0).then(|| Precision::ALL[below(6) as usize])).collect();
        facts.take_precisions(&precisions);
        facts
    }

    /// The same by listing the delays of everybody, and a filter for each figure.
    fn by_hand(facts: &Facts, months: MonthRange, has: &dyn Fn(usize, &Fact) -> bool) -> Quality {
        let rows: Vec<(usize, Fact)> = facts.iter().enumerate().filter(|(row, fact)| has(*row, fact)).collect();
        let there = |test: &dyn Fn(usize, &Fact) -> bool| {
            rows.iter().filter(|(row, f)| months.contains(f.month) && test(*row, f)).count() as u64
        };
        let in_unit = |f: &Fact| f.unit != NO_UNIT;
        let mut delays: Vec<u16> =
            rows.iter().filter(|(_, f)| months.contains(f.recorded)).map(|(_, f)| f.recorded.index() - f.month.index()).collect();
        delays.sort_unstable();
        let least = |share: f64| {
            delays.iter().copied().find(|d| delays.iter().filter(|o| *o <= d).count() as f64 >= share * delays.len() as f64)
        };
        let delay = least(0.5).zip(least(0.9)).map(|(median, ninetieth)| Delay {
            n: delays.len() as u64,
            same_month: delays.iter().filter(|d| **d == 0).count() as u64,
            median,
            ninetieth,
        });
        Quality {
            n: there(&|_, _| true),
            placed: [PlaceKind::Mapped, PlaceKind::AreaOnly, PlaceKind::Online, PlaceKind::NoPlace]
                .map(|place| there(&|_, f| f.place == place)),
            in_units: there(&|_, f| in_unit(f)),
            precision: ["address", "device", "postcode", "street", "snapped", "unstated"]
                .map(|id| there(&|row, f| in_unit(f) && facts.precision(row).is_some_and(|p| p.id() == id))),
            missing: [
                there(&|_, f| f.strands.iter().count() == 0),
                there(&|_, f| f.offence.id() == "other"),
                there(&|_, f| f.outcome.id() == "unknown"),
                there(&|_, f| f.hour_of_week > 167),
                there(&|row, f| in_unit(f) && facts.victim(row).is_none()),
            ],
            sources: std::array::from_fn(|s| there(&|_, f| f.sources.iter().any(|own| own == Source::ALL[s]))),
            provisional: there(&|_, f| f.status.id() == "provisional"),
            delay,
        }
    }

    #[test]
    fn every_figure_is_what_counting_by_hand_gives() {
        let months = MonthRange::ending("2026-10".parse().unwrap(), 12);
        for (rows, seed) in [(0, 1), (1, 2), (7, 3), (1_500, 4)] {
            let facts = made_up(rows, seed);
            let table = QualityTable::of(&facts, months, AREAS, Strand::ALL);
            assert_eq!(table.total, by_hand(&facts, months, &|_, _| true));
            for area in 0..AREAS {
                assert_eq!(table.areas[area], by_hand(&facts, months, &|_, f| usize::from(f.area) == area), "{area}");
            }
            assert_eq!(table.areas[AREAS], by_hand(&facts, months, &|_, f| f.area == NO_AREA));
            for (strand, quality) in &table.strands {
                assert_eq!(*quality, by_hand(&facts, months, &|_, f| f.strands.contains(*strand)), "{strand}");
            }
            for (month, quality) in &table.by_month {
                let one = MonthRange::ending(*month, 1);
                assert_eq!(*quality, by_hand(&facts, one, &|_, _| true), "{month}");
            }
        }
    }

    #[test]
    fn boroughs_and_months_add_up_to_all() {
        let months = MonthRange::ending("2026-10".parse().unwrap(), 12);
        let table = QualityTable::of(&made_up(900, 5), months, AREAS, &[]);
        assert_eq!(table.areas.iter().map(|q| q.n).sum::<u64>(), table.total.n);
        assert_eq!(table.by_month.iter().map(|(_, q)| q.n).sum::<u64>(), table.total.n);
        assert_eq!(table.total.placed.iter().sum::<u64>(), table.total.n);
        assert!(table.total.sources.iter().sum::<u64>() >= table.total.n, "a record may name several");
    }

    #[test]
    fn a_published_count_is_not_added_to_its_parent_and_weighs_as_much_as_it_says() {
        let month: Month = "2026-10".parse().unwrap();
        let mut facts = Facts::new(FactKind::Counts);
        let Some(one) = made_up(1, 6).get(0) else { return };
        for (strand, count) in [(Strand::RaceOrReligion, 10), (Strand::Race, 4), (Strand::Disability, 2)] {
            facts.push(Fact { month, recorded: month, strands: StrandSet::counted(strand), count, ..one });
        }
        let table = QualityTable::of(&facts, MonthRange::ending(month, 1), AREAS, &[Strand::Race]);
        assert_eq!((table.total.n, table.strands[0].1.n), (12, 4));
        let delay = table.total.delay.unwrap();
        assert_eq!(delay, Delay { n: 12, same_month: 12, median: 0, ninetieth: 0 });
        assert!(!delay.is_told());
    }
}
