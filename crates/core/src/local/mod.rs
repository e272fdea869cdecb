//! Local association: which units lie among high, or low, values.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | is the neighbourhood's sum high? z score | [`getis_ord::local_g`] | Hot Spot Analysis (ArcGIS), `esda.G_Local`, `spdep::localG` |
//! | how surprising is it, exactly? | [`permutation::local_g_exact`] | no peer; the limit of `esda`'s conditional permutation |
//! | the same for any weights and values, by simulation | [`permutation::local_g_permutation`] | `esda.G_Local(permutations=…)`, `spdep::localG_perm` |
//! | whichever of these is possible | [`getis_ord::local_g_test`] | |
//! | clusters and outliers: is it like its neighbours? | [`moran::local_moran`] | LISA, Cluster and Outlier Analysis (ArcGIS), `esda.Moran_Local`, `spdep::localmoran` |
//! | the same for rates of unequal populations | [`standardized_rate::empirical_bayes_index`], then `local_moran` | `esda.Moran_Local_Rate`, EB rate Moran (GeoDa), `spdep::EBImoran.mc` |
//! | how unlike its neighbours? | [`geary::local_geary`] | `esda.Geary_Local`, `spdep::localC` |
//! | are values like their neighbours' on the whole? | [`global::moran`], [`global::geary`] | Spatial Autocorrelation (ArcGIS), `esda.Moran`, `esda.Geary`, `spdep::moran.test`, `geary.test` |
//! | are high values together, or low ones? | [`global::general_g`] | High/Low Clustering (ArcGIS), `esda.G`, `spdep::globalG.test` |
//! | which survive when thousands are tested? | [`fdr`] | FDR correction, `esda.fdr`, `p.adjustSP` |
//! | the same with no false discovery at all, by joint permutation | [`max_statistic`] | Westfall–Young, max-T |
//! | are the p values right? | [`calibration`] | mid-p, randomised p |
//!
//! Gi* is a layer of the map and a library method, not the hotspot rule of this project: its conditional p value says nothing of
//! the unit's own count, and its null holds the hotspots themselves. The rule is in [`crate::hotspot`].

pub mod calibration;
pub mod fdr;
pub mod geary;
pub mod getis_ord;
pub mod global;
pub mod inference;
pub mod max_statistic;
pub mod moran;
pub mod permutation;
pub mod standardized_rate;

mod draws;
mod simulation;
mod tally;

pub use geary::{GearyPattern, LocalGeary};
pub use inference::{Alternative, Inference, LocalTest, Null, Permutations, Stopping, Tails, Wanted};
pub use moran::{LocalMoran, Quadrant, Scaling};

use crate::weights::SelfWeight;

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
    pub alternative: Tails,
    /// Number of neighbours of each unit, itself not counted. Few neighbours make a z score mean little.
    pub neighbors: Vec<u32>,
    /// z score; `None` where it is not defined: constant values, or a window that is empty or everything.
    pub z: Vec<Option<f64>>,
    /// p value in (0, 1], not adjusted for the number of units (see [`fdr`]). 1 where z is undefined for want of neighbours or
    /// of different values.
    pub p: Vec<f64>,
    /// Replicates that each unit took, when permutations stop early.
    pub replicates: Option<Vec<u32>>,
}
