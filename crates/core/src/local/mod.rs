//! Local association: which units lie among high, or low, values.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | is the neighbourhood's sum high? z score | [`getis_ord::local_g`] | Hot Spot Analysis (ArcGIS), `esda.G_Local`, `spdep::localG` |
//! | how surprising is it, exactly? | [`permutation::local_g_exact`] | no peer; the limit of `esda`'s conditional permutation |
//! | the same for any weights and values, by simulation | [`permutation::local_g_permutation`] | `esda.G_Local(permutations=…)`, `spdep::localG_perm` |
//! | which survive when thousands are tested? | [`fdr`] | FDR correction |
//!
//! Gi* is a layer of the map and a library method, not the hotspot rule of this project: its conditional p value says nothing of
//! the unit's own count, and its null holds the hotspots themselves. The rule is in [`crate::hotspot`].

pub mod fdr;
pub mod getis_ord;
pub mod permutation;

mod draws;

use crate::incident::UnknownName;
use crate::weights::SelfWeight;
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

    fn from_str(text: &str) -> Result<Self, UnknownName> {
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
    /// P(S ≥ s): hot spots.
    #[default]
    Greater,
    /// P(S ≤ s): cold spots.
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

    /// The p value from both tails, within (0, 1]: a probability too small for a double is given as the smallest one.
    fn p(self, greater: f64, less: f64) -> f64 {
        let p = match self {
            Self::Greater => greater,
            Self::Less => less,
            Self::TwoSided => 2.0 * greater.min(less),
        };
        p.clamp(f64::MIN_POSITIVE, 1.0)
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Alternative {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.trim() {
            "greater" => Ok(Self::Greater),
            "less" => Ok(Self::Less),
            "two-sided" => Ok(Self::TwoSided),
            _ => Err(UnknownName { what: "alternative", allowed: "greater, less, two-sided" }),
        }
    }
}

/// Gi or Gi* of every unit; the result says which it is and how the p values were obtained.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalG {
    /// Whether the unit's own value belongs to its window: [`SelfWeight::Included`] is Gi*, [`SelfWeight::Excluded`] Gi.
    pub own: SelfWeight,
    /// Where the p values come from.
    pub inference: Inference,
    /// What was held under the null of the p values.
    pub null: Null,
    /// The tail of the p values.
    pub alternative: Alternative,
    /// Number of neighbours of each unit, itself not counted. Few neighbours make a z score mean little.
    pub neighbors: Vec<u32>,
    /// z score; `None` where it is not defined: constant values, or a window that is empty or everything.
    pub z: Vec<Option<f64>>,
    /// p value in (0, 1], not adjusted for the number of units (see [`fdr`]). 1 where z is undefined for want of neighbours or
    /// of different values.
    pub p: Vec<f64>,
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
        }
        let wrong = "bigger".parse::<Alternative>().expect_err("not a name");
        assert_eq!(wrong.to_string(), "not a known alternative; allowed: greater, less, two-sided");
        assert!("".parse::<Null>().is_err());
    }

    #[test]
    fn p_is_never_zero_nor_above_one() {
        assert_eq!(Alternative::TwoSided.p(0.7, 0.6), 1.0);
        assert_eq!(Alternative::TwoSided.p(0.01, 0.99), 0.02);
        assert!(Alternative::Greater.p(0.0, 1.0) > 0.0);
    }
}
