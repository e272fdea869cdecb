//! No false discovery at all: adjusted p values by the largest statistic of each joint permutation.
//!
//! # Definition
//! Westfall and Young, *Resampling-Based Multiple Testing*, 1993, single step. All values are permuted over all units R times; of each
//! replicate only the largest statistic over the units counts. The adjusted p value of a unit with statistic t is
//!
//! ```text
//! (1 + #{replicates whose largest statistic is at least t}) / (R + 1)
//! ```
//!
//! so that with probability 1 − α no unit is at or below α when nothing is associated with anything. Unlike Bonferroni it knows how the
//! units depend on one another: overlapping neighbourhoods cost less.
//!
//! # What must be comparable
//! The statistic must have about the same distribution everywhere, or the units with the widest one decide alone: take z scores
//! ([`local_g_max`], [`local_moran_max`]), not sums or I_i. Even z is skewed for units with few neighbours and sparse counts.
//!
//! # Pitfalls
//! The permuted values hold the hotspots, so once some are there the test is conservative for the rest: a protection against any false
//! claim, not a way to find all true ones ([`super::fdr`] is).
//!
//! # Cost
//! R evaluations of all statistics, in parallel.

use super::getis_ord::{checked, z_scores};
use super::global::shuffle;
use super::inference::{Alternative, Inference, LocalTest};
use super::moran::{Scaling, local_moran};
use crate::error::{Error, Result};
use crate::weights::{SelfWeight, SpatialWeights};
use rayon::prelude::*;

/// Statistics nearer than this count as equal: sums of the same values in another order.
const TIE: f64 = 1e-9;

/// Adjusted p values and the replicates they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxStatistic {
    /// Adjusted p value of each unit, in (0, 1]; 1 where the statistic is not defined.
    pub p: Vec<f64>,
    /// The largest statistic of each replicate (of its absolute value for two-sided tests, of its negative for lower ones),
    /// ascending: a unit whose own is above the (1 − α)-quantile is significant at α. Infinite and negative where none was defined.
    pub maxima: Vec<f64>,
    /// The tail.
    pub alternative: Alternative,
    /// Replicates and seed.
    pub inference: Inference,
}

/// Adjusted p values of any statistic of the units.
///
/// `statistic` gives one number for each unit from values in the order of the units, `None` where it has none. It must not depend on
/// anything else.
///
/// # Errors
/// [`Error::OutOfRange`] when there is no replicate, and what `statistic` returns.
///
/// ```
/// use hotspot_core::local::Alternative;
/// use hotspot_core::local::max_statistic::max_statistic;
/// // The value itself: a permutation only moves it, so the largest is always the same.
/// let values = [3.0, 1.0, 2.0];
/// let own = |x: &[f64]| Ok(x.iter().copied().map(Some).collect());
/// assert_eq!(max_statistic(&values, own, Alternative::Greater, 99, 1)?.p, [1.0; 3]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn max_statistic<F>(values: &[f64], statistic: F, alternative: Alternative, replicates: u32, seed: u64) -> Result<MaxStatistic>
where
    F: Fn(&[f64]) -> Result<Vec<Option<f64>>> + Sync,
{
    if replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    let size = |t: f64| match alternative {
        Alternative::Less => -t,
        Alternative::TwoSided => t.abs(),
        Alternative::Greater => t,
    };
    let observed = statistic(values)?;
    let largest = |shuffled: &mut Vec<f64>, replicate: u32| {
        shuffled.clear();
        shuffled.extend_from_slice(values);
        shuffle(shuffled, seed, u64::from(replicate));
        let all = statistic(shuffled)?;
        Ok(all.into_iter().flatten().map(size).fold(f64::NEG_INFINITY, f64::max))
    };
    let mut maxima: Vec<f64> = (0..replicates).into_par_iter().map_init(Vec::new, largest).collect::<Result<_>>()?;
    maxima.sort_unstable_by(f64::total_cmp);
    let p = |t: Option<f64>| {
        let Some(t) = t.map(size) else { return 1.0 };
        let below = maxima.partition_point(|m| *m < t - TIE * t.abs().max(1.0));
        ((maxima.len() - below) as f64 + 1.0) / (f64::from(replicates) + 1.0)
    };
    Ok(MaxStatistic {
        p: observed.into_iter().map(p).collect(),
        maxima,
        alternative,
        inference: Inference::Permutation { replicates, seed },
    })
}

/// Adjusted p values of Gi or Gi*, by z.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite or there is no
/// replicate.
///
/// ```
/// use hotspot_core::local::Alternative;
/// use hotspot_core::local::max_statistic::local_g_max;
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let adjusted = local_g_max(&[9.0, 8.0, 0.0, 1.0, 0.0], &weights, SelfWeight::Included, Alternative::Greater, 999, 1)?;
/// assert!(adjusted.p[0] < adjusted.p[4]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_max(
    values: &[f64],
    weights: &SpatialWeights,
    own: SelfWeight,
    alternative: Alternative,
    replicates: u32,
    seed: u64,
) -> Result<MaxStatistic> {
    checked(values, weights)?;
    max_statistic(values, |x| z_scores(x, weights, own), alternative, replicates, seed)
}

/// Adjusted p values of local Moran, by z.
///
/// # Errors
/// Those of [`local_g_max`].
pub fn local_moran_max(
    values: &[f64],
    weights: &SpatialWeights,
    alternative: Alternative,
    replicates: u32,
    seed: u64,
) -> Result<MaxStatistic> {
    checked(values, weights)?;
    let z = |x: &[f64]| Ok(local_moran(x, weights, Scaling::Population, &LocalTest::analytical(alternative))?.z);
    max_statistic(values, z, alternative, replicates, seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::getis_ord::local_g;

    fn ring(n: u32, reach: u32) -> SpatialWeights {
        let lists: Vec<Vec<u32>> = (0..n).map(|i| (1..=reach).flat_map(|d| [(i + d) % n, (i + n - d) % n]).collect()).collect();
        SpatialWeights::from_lists(&lists).expect("neighbours are rows")
    }

    fn values(n: u32) -> Vec<f64> {
        (0..n).map(|i| if (10..13).contains(&i) { 30.0 } else { f64::from(i * 7 % 10) }).collect()
    }

    #[test]
    fn adjusted_p_are_the_ranks_among_the_maxima() {
        let (x, weights) = (values(60), ring(60, 1));
        let adjusted = local_g_max(&x, &weights, SelfWeight::Included, Alternative::Greater, 199, 3).unwrap();
        let z = local_g(&x, &weights, SelfWeight::Included).unwrap().z;
        for (z, p) in z.iter().zip(&adjusted.p) {
            let at_least = adjusted.maxima.iter().filter(|m| **m >= z.unwrap() - 1e-9).count();
            assert_eq!(*p, (at_least + 1) as f64 / 200.0);
        }
        assert!(adjusted.p[11] <= 0.05 && adjusted.p[40] > 0.5);
        assert_eq!(adjusted.inference, Inference::Permutation { replicates: 199, seed: 3 });
    }

    #[test]
    fn two_sided_and_lower_tails_look_the_other_way() {
        let x: Vec<f64> = values(60).iter().map(|v| -v).collect();
        let weights = ring(60, 1);
        let p = |alternative| local_g_max(&x, &weights, SelfWeight::Excluded, alternative, 199, 3).unwrap().p[11];
        assert!(p(Alternative::Less) <= 0.05 && p(Alternative::TwoSided) <= 0.05 && p(Alternative::Greater) == 1.0);
        let moran = local_moran_max(&values(60), &weights, Alternative::Greater, 199, 3).unwrap();
        assert!(moran.p[11] <= 0.05);
    }

    #[test]
    fn nothing_to_test_has_p_one() {
        let constant = local_g_max(&[1.0; 6], &ring(6, 1), SelfWeight::Included, Alternative::Greater, 9, 1).unwrap();
        assert_eq!(constant.p, [1.0; 6]);
        let none = SpatialWeights::default();
        assert!(local_g_max(&[], &none, SelfWeight::Included, Alternative::Greater, 9, 1).unwrap().p.is_empty());
        assert!(local_g_max(&[], &none, SelfWeight::Included, Alternative::Greater, 0, 1).is_err());
        assert!(local_moran_max(&[1.0], &none, Alternative::Greater, 9, 1).is_err());
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let run = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads")
                .install(|| local_g_max(&values(60), &ring(60, 2), SelfWeight::Included, Alternative::TwoSided, 99, 3).unwrap())
        };
        assert_eq!(run(1), run(3));
    }
}
