//! Which strands are asked for.

use crate::incident::{Strand, StrandSet};

/// All records, or those of any of some strands: a record with several of them counts once.
///
/// A strand stands for those that lie in it, so that two ways of asking for the same records are equal.
///
/// ```
/// use hotspot_core::{Strand, Strands};
/// let both = Strands::any_of([Strand::Religion, Strand::Antisemitic, Strand::Disability]);
/// assert_eq!(both, Strands::any_of([Strand::Disability, Strand::Religion]));
/// assert_eq!(both.one(), None);
/// assert_eq!(Strands::any_of([Strand::Religion, Strand::Antisemitic]).one(), Some(Strand::Religion));
/// assert_eq!(Strands::any_of([]), Strands::ALL);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Strands(StrandSet);

impl Strands {
    /// All records, those without a strand too.
    pub const ALL: Self = Self(StrandSet::EMPTY);

    /// Records of any of these; all records when there is none.
    pub fn any_of(strands: impl IntoIterator<Item = Strand>) -> Self {
        let named = strands.into_iter().fold(StrandSet::EMPTY, |all, strand| all.union(StrandSet::counted(strand)));
        let lies_in_another =
            |strand: Strand| std::iter::successors(strand.parent(), |above| above.parent()).any(|above| named.contains(above));
        let kept = named.iter().filter(|strand| !lies_in_another(*strand));
        Self(kept.fold(StrandSet::EMPTY, |all, strand| all.union(StrandSet::counted(strand))))
    }

    /// Whether all records are asked for.
    pub const fn is_all(self) -> bool {
        self.0.is_empty()
    }

    /// Whether more than one strand is asked for.
    pub fn are_several(self) -> bool {
        self.iter().nth(1).is_some()
    }

    /// The strand, where it is just one.
    pub fn one(self) -> Option<Strand> {
        self.iter().next().filter(|_| !self.are_several())
    }

    /// The strands, in the order of their code; none for all records.
    pub fn iter(self) -> impl Iterator<Item = Strand> {
        self.0.iter()
    }

    /// Whether a record with these strands, closed under [`Strand::parent`], is asked for.
    pub const fn meet(self, strands: StrandSet) -> bool {
        self.is_all() || self.0.intersects(strands)
    }
}

impl From<Option<Strand>> for Strands {
    fn from(strand: Option<Strand>) -> Self {
        Self::any_of(strand)
    }
}

impl From<Strand> for Strands {
    fn from(strand: Strand) -> Self {
        Self::any_of([strand])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Fact, FactKind, Facts, Filter, NO_AREA, NO_HOUR, NO_UNIT};
    use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet};
    use proptest::prelude::*;

    fn some_strands() -> impl Strategy<Value = Vec<Strand>> {
        proptest::sample::subsequence(Strand::ALL.to_vec(), 0..=4)
    }

    fn facts(records: &[Vec<Strand>]) -> Facts {
        let month = "2026-01".parse().unwrap();
        let mut facts = Facts::new(FactKind::Events);
        for strands in records {
            facts.push(Fact {
                unit: NO_UNIT,
                area: NO_AREA,
                month,
                recorded: month,
                strands: strands.iter().copied().collect(),
                offence: Offence::Other,
                sources: SourceSet::only(Source::Victim),
                status: FlagStatus::Confirmed,
                setting: Setting::Street,
                outcome: Outcome::Unknown,
                hour_of_week: NO_HOUR,
                place: PlaceKind::NoPlace,
                count: 1,
            });
        }
        facts
    }

    proptest! {
        #[test]
        fn a_record_with_any_of_the_strands_counts_once(
            records in proptest::collection::vec(some_strands(), 1..40),
            asked in proptest::sample::subsequence(Strand::ALL.to_vec(), 1..=Strand::ALL.len()),
        ) {
            let facts = facts(&records);
            let months = facts.months().unwrap();
            let count = |strands: Strands| facts.total(&Filter { strands, ..Filter::over(months) });
            let lies_in = |inner: Strand, outer: Strand| std::iter::successors(Some(inner), |s| s.parent()).any(|s| s == outer);
            let meets = |record: &&Vec<Strand>| record.iter().any(|has| asked.iter().any(|wanted| lies_in(*has, *wanted)));
            let union = count(Strands::any_of(asked.clone()));
            prop_assert_eq!(union, records.iter().filter(meets).count() as u64);
            let single: Vec<u64> = asked.iter().map(|strand| count((*strand).into())).collect();
            prop_assert!(union >= single.iter().copied().max().unwrap_or(0) && union <= single.iter().sum());
            prop_assert!(union <= count(Strands::ALL));
        }
    }
}
