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
        let lies_in_another = |strand: Strand| std::iter::successors(strand.parent(), |above| above.parent()).any(|above| named.contains(above));
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
