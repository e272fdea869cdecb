//! What is asked of a test, and how its p values were obtained.

use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// How the p values were obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inference {
    /// From the normal distribution of z. Good for many neighbours and values that are not very skewed; not for sparse counts.
    Analytical,
    /// From the exact distribution of the neighbourhood's sum under random permutation: no simulation, no smallest p.
    Exact,
    /// From simulated permutations: p = (M + 1) / (R + 1), M of the R replicates being at least as extreme.
    Permutation {
        /// R.
        replicates: u32,
        /// Seed of the random numbers: the same seed gives the same p values, on any number of threads.
        seed: u64,
    },
    /// From simulated permutations that stop early (Besag and Clifford, *Biometrika* 78, 1991): p = h / l when the h-th replicate
    /// at least as extreme was the l-th drawn, (M + 1) / (R + 1) when R replicates had fewer.
    Sequential {
        /// R.
        replicates: u32,
        /// h.
        exceedances: u32,
        /// Seed of the random numbers.
        seed: u64,
    },
}

impl Inference {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Analytical => "analytical",
            Self::Exact => "exact",
            Self::Permutation { .. } => "permutation",
            Self::Sequential { .. } => "sequential",
        }
    }
}

impl fmt::Display for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// When the simulation of a unit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    /// After all replicates.
    Fixed,
    /// Once so many replicates were at least as extreme as the data: a unit that is plainly not extreme needs few. Its p then has a
    /// relative standard error of about 1 / √h. For two-sided tests each tail stops on its own.
    Sequential {
        /// h.
        exceedances: u32,
    },
}

/// How permutations are simulated.
///
/// The largest p of no interest decides the number: q values among m units need replicates well above m / q, since no p is below
/// 1 / (R + 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutations {
    /// R, at least 1. Usual: 9,999; 99,999 where thousands of units are corrected for.
    pub replicates: u32,
    /// Seed of the random numbers: each replicate has its own stream from it.
    pub seed: u64,
    /// When to end.
    pub stopping: Stopping,
}

impl Permutations {
    /// All of so many replicates.
    pub const fn fixed(replicates: u32, seed: u64) -> Self {
        Self { replicates, seed, stopping: Stopping::Fixed }
    }

    /// At most so many replicates, ended after `exceedances` (50 is usual: p to 14 % of itself).
    pub const fn sequential(replicates: u32, exceedances: u32, seed: u64) -> Self {
        Self { replicates, seed, stopping: Stopping::Sequential { exceedances } }
    }

    pub(crate) const fn check(&self) -> Result<()> {
        if self.replicates == 0 || self.replicates == u32::MAX {
            return Err(Error::OutOfRange { what: "replicates", must: "at least 1 and below 2³² − 1" });
        }
        match self.stopping {
            Stopping::Sequential { exceedances: 0 } => Err(Error::OutOfRange { what: "exceedances", must: "at least 1" }),
            _ => Ok(()),
        }
    }

    pub(crate) const fn inference(&self) -> Inference {
        let Self { replicates, seed, stopping } = *self;
        match stopping {
            Stopping::Fixed => Inference::Permutation { replicates, seed },
            Stopping::Sequential { exceedances } => Inference::Sequential { replicates, exceedances, seed },
        }
    }
}

/// Which inference is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The normal tail of z.
    Analytical,
    /// The exact permutation distribution, or an error where there is none.
    Exact,
    /// Simulated permutations.
    Permutation(Permutations),
    /// Exact where that is possible, else simulated permutations; the result says which it was.
    Auto(Permutations),
}

/// A test of local association.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTest {
    /// How the p values are to be obtained.
    pub inference: Wanted,
    /// Which values count as extreme.
    pub alternative: Tails,
    /// What is held when values are permuted. Only Gi* knows [`Null::Window`].
    pub null: Null,
}

impl LocalTest {
    /// Exact where that is possible, else by 99,999 permutations that stop after 50 exceedances; conditional null.
    pub fn auto(alternative: impl Into<Tails>, seed: u64) -> Self {
        Self {
            inference: Wanted::Auto(Permutations::sequential(99_999, 50, seed)),
            alternative: alternative.into(),
            null: Null::Conditional,
        }
    }

    /// The normal tail of z.
    pub fn analytical(alternative: impl Into<Tails>) -> Self {
        Self { inference: Wanted::Analytical, alternative: alternative.into(), null: Null::Conditional }
    }

    /// The exact permutation distribution; conditional null.
    pub fn exact(alternative: impl Into<Tails>) -> Self {
        Self { inference: Wanted::Exact, alternative: alternative.into(), null: Null::Conditional }
    }

    /// Simulated permutations; conditional null.
    pub fn permutation(alternative: impl Into<Tails>, permutations: Permutations) -> Self {
        Self { inference: Wanted::Permutation(permutations), alternative: alternative.into(), null: Null::Conditional }
    }
}

/// What is held when values are permuted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Null {
    /// The unit keeps its own value; its neighbours' are drawn from the others (as `esda` and `spdep` do). For Gi* the p value
    /// then equals that of Gi: a unit on its own can never be significant by it.
    #[default]
    Conditional,
    /// Every value of the window, the unit's own included where it belongs to the window (Gi*), is drawn from all units. It is
    /// the null of the z formula of Gi*.
    Window,
}

impl Null {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Conditional => "conditional",
            Self::Window => "window",
        }
    }
}

impl fmt::Display for Null {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Null {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "conditional" => Ok(Self::Conditional),
            "window" => Ok(Self::Window),
            _ => Err(UnknownName { what: "null", allowed: "conditional, window" }),
        }
    }
}

/// Which values count as extreme. Ties with the observed value always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Alternative {
    /// P(S ≥ s): high neighbourhoods (Gi, Gi*), similar neighbours (local Moran).
    #[default]
    Greater,
    /// P(S ≤ s): low neighbourhoods, dissimilar neighbours.
    Less,
    /// min(1, 2 · the smaller of both).
    TwoSided,
}

impl Alternative {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Greater => "greater",
            Self::Less => "less",
            Self::TwoSided => "two-sided",
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Alternative {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "greater" => Ok(Self::Greater),
            "less" => Ok(Self::Less),
            "two-sided" => Ok(Self::TwoSided),
            _ => Err(UnknownName { what: "alternative", allowed: "greater, less, two-sided" }),
        }
    }
}

/// Which values count as extreme in a local test: an [`Alternative`], or the convention of another tool, for comparison only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tails {
    /// One or two tails with their ties. The way to take.
    Of(Alternative),
    /// `esda`'s "directed", its default in old versions and `pygeoda`'s only one: min(P(S ≥ s), P(S < s)). The lower tail
    /// leaves out its ties and nothing pays for the choice of the tail, so the p values are too small: on sparse counts
    /// nearly every empty neighbourhood is "significant".
    Directed,
    /// `esda`'s "folded": P(|S − E| ≥ |s − E|), E being the expectation (`esda` takes the mean of the replicates instead). Valid, but
    /// on skewed values it can miss a whole tail.
    Folded,
}

impl From<Alternative> for Tails {
    fn from(alternative: Alternative) -> Self {
        Self::Of(alternative)
    }
}

impl Tails {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Of(alternative) => alternative.id(),
            Self::Directed => "directed",
            Self::Folded => "folded",
        }
    }

    /// The p value of a z score.
    pub(crate) fn p_of_z(self, z: f64) -> f64 {
        let upper = |z: f64| 0.5 * statrs::function::erf::erfc(z * std::f64::consts::FRAC_1_SQRT_2);
        let p = match self {
            Self::Of(Alternative::Greater) => upper(z),
            Self::Of(Alternative::Less) => upper(-z),
            Self::Of(Alternative::TwoSided) | Self::Folded => 2.0 * upper(z.abs()),
            Self::Directed => upper(z.abs()),
        };
        probability(p)
    }

    /// The sums that count as extreme when a statistic that grows with the sum (`Upwards`) or falls with it is observed at `sum`.
    pub(crate) const fn region(self, direction: Direction, sum: f64, mean: f64) -> Region {
        let upwards = matches!(direction, Direction::Upwards);
        let (high, low) = (Side::AtLeast(sum), Side::AtMost(sum));
        match self {
            Self::Of(Alternative::Greater) => Region::One(if upwards { high } else { low }),
            Self::Of(Alternative::Less) => Region::One(if upwards { low } else { high }),
            Self::Of(Alternative::TwoSided) => Region::TwiceTheSmaller(low, high),
            Self::Directed => Region::Strict(if upwards { high } else { low }),
            Self::Folded => {
                let mirrored = 2.0 * mean - sum;
                if mirrored <= sum {
                    Region::Both(Side::AtMost(mirrored), high)
                } else {
                    Region::Both(low, Side::AtLeast(mirrored))
                }
            }
        }
    }
}

/// Within (0, 1]: a probability too small for a double is given as the smallest one.
pub(crate) const fn probability(p: f64) -> f64 {
    p.clamp(f64::MIN_POSITIVE, 1.0)
}

/// Whether a statistic grows or falls with the sum over the neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Upwards,
    Downwards,
}

/// One tail of a sum, its end included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Side {
    AtLeast(f64),
    AtMost(f64),
}

/// The part of a distribution whose probability is the p value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Region {
    One(Side),
    /// Twice the smaller of two tails.
    TwiceTheSmaller(Side, Side),
    /// The smaller of a tail and all the rest.
    Strict(Side),
    /// Two tails together.
    Both(Side, Side),
}

impl Region {
    /// The p value, when the probability of a side is known; the rest of [`Self::Strict`] is one minus that.
    pub(crate) fn p(self, mut of: impl FnMut(Side) -> Option<f64>) -> Option<f64> {
        let p = match self {
            Self::One(side) => of(side)?,
            Self::TwiceTheSmaller(low, high) => 2.0 * of(low)?.min(of(high)?),
            Self::Strict(side) => {
                let p = of(side)?;
                p.min(1.0 - p)
            }
            Self::Both(low, high) => of(low)? + of(high)?,
        };
        Some(probability(p))
    }
}

impl fmt::Display for Tails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Tails {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "directed" => Ok(Self::Directed),
            "folded" => Ok(Self::Folded),
            other => other.parse().map(Self::Of).map_err(|_unknown: UnknownName| UnknownName {
                what: "alternative",
                allowed: "greater, less, two-sided, directed, folded",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for null in [Null::Conditional, Null::Window] {
            assert_eq!(null.to_string().parse(), Ok(null));
        }
        for alternative in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
            assert_eq!(alternative.to_string().parse(), Ok(alternative));
            assert_eq!(Tails::Of(alternative).to_string().parse(), Ok(Tails::Of(alternative)));
        }
        for tails in [Tails::Directed, Tails::Folded] {
            assert_eq!(tails.to_string().parse(), Ok(tails));
            assert!(tails.to_string().parse::<Alternative>().is_err());
        }
        let wrong = "bigger".parse::<Tails>().expect_err("not a name");
        assert_eq!(wrong.to_string(), "not a known alternative; allowed: greater, less, two-sided, directed, folded");
        assert!("".parse::<Null>().is_err());
        assert_eq!(Permutations::sequential(9, 3, 1).inference().to_string(), "sequential");
    }

    #[expect(clippy::unnecessary_wraps, reason = "the shape that a region asks for")]
    /// Of sums 0 to 3 with probabilities 0.1, 0.2, 0.3, 0.4.
    fn of(side: Side) -> Option<f64> {
        let all = [0.1, 0.2, 0.3, 0.4].into_iter().zip(0..);
        let holds = |s: i32| match side {
            Side::AtLeast(at) => f64::from(s) >= at,
            Side::AtMost(at) => f64::from(s) <= at,
        };
        Some(all.filter(|(_, s)| holds(*s)).map(|(p, _)| p).sum())
    }

    #[test]
    fn every_alternative_has_its_region() {
        let p = |tails: Tails, direction, sum| tails.region(direction, sum, 2.0).p(of).expect("known");
        let near = |got: f64, wanted: f64| assert!((got - wanted).abs() < 1e-12, "{got} is not {wanted}");
        let (upwards, downwards) = (Direction::Upwards, Direction::Downwards);
        let [greater, less, both] = [Alternative::Greater, Alternative::Less, Alternative::TwoSided].map(Tails::Of);
        near(p(greater, upwards, 1.0), 0.9);
        near(p(greater, downwards, 1.0), 0.3);
        near(p(less, upwards, 1.0), 0.3);
        near(p(less, downwards, 1.0), 0.9);
        near(p(both, upwards, 1.0), 0.6);
        near(p(both, downwards, 2.0), 1.0);
        // The lower tail without its ties: P(S < 1) = 0.1.
        near(p(Tails::Directed, upwards, 1.0), 0.1);
        // Falling with the sum, "at least" is S ≤ 1, and the rest S > 1.
        near(p(Tails::Directed, downwards, 1.0), 0.3);
        near(p(Tails::Directed, upwards, 0.0), f64::MIN_POSITIVE);
        // As far from 2 as 1 is: 1 and 3, and 0 beyond.
        near(p(Tails::Folded, upwards, 1.0), 0.7);
        near(p(Tails::Folded, upwards, 3.0), 0.7);
        near(p(Tails::Folded, upwards, 0.0), 0.1);
        near(p(Tails::Folded, downwards, 2.0), 1.0);
    }

    #[test]
    fn normal_tails_are_those_of_the_tables() {
        for (tails, wanted) in [
            (Tails::Of(Alternative::Greater), 0.975_002_104_851_780),
            (Tails::Of(Alternative::Less), 0.024_997_895_148_220),
            (Tails::Of(Alternative::TwoSided), 0.049_995_790_296_440),
            (Tails::Directed, 0.024_997_895_148_220),
            (Tails::Folded, 0.049_995_790_296_440),
        ] {
            let got = tails.p_of_z(-1.96);
            assert!((got - wanted).abs() < 1e-11, "{tails}: {got} is not {wanted}");
        }
        assert_eq!(Tails::Of(Alternative::TwoSided).p_of_z(0.0), 1.0);
        assert!(Tails::Of(Alternative::Greater).p_of_z(1e3) > 0.0);
    }

    #[test]
    fn no_replicate_and_no_exceedance_are_refused() {
        assert!(Permutations::fixed(0, 1).check().is_err());
        assert!(Permutations::fixed(u32::MAX, 1).check().is_err());
        assert!(Permutations::sequential(9, 0, 1).check().is_err());
        assert!(Permutations::sequential(9, 1, 1).check().is_ok());
    }
}
