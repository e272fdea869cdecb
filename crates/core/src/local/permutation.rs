//! Inference for Gi and Gi* by permutation: exact, and simulated.
//!
//! # Definition
//! Under the conditional null the values of the other units are shuffled; the sum over a unit's k neighbours is then the sum of
//! k draws without replacement from the n − 1 others. Its distribution depends only on k and on the unit's own count, so it can
//! be computed once and read for every unit: [`local_g_exact`]. Simulation estimates the same number with an error and cannot
//! give less than 1 / (R + 1): [`local_g_permutation`].
//!
//! Tails count ties: greater is P(S ≥ s), less is P(S ≤ s), two-sided is min(1, 2 · the smaller). (`esda` and `pygeoda` fold the
//! lower tail without its ties, which calls nearly every empty neighbourhood of sparse counts significant.)
//!
//! # When exact
//! Counts (whole, not negative) of moderate range, and equal weights *within each row*: binary, or row-standardised. The
//! expansion may hold 4 million numbers and take 2 billion multiplications: hexagon rings of counts up to about 100,000, or
//! 50 neighbours of counts up to about 1,000. Above, [`local_g_exact`] returns [`Error::ExactTooLarge`], and
//! [`local_g_permutation`] is the way.
//!
//! # Accuracy
//! Each exact p has a relative error below 1e-9 however far in the tail, by a bound carried through the arithmetic (see the
//! source of `draws`), unless it is itself below 1e-290.
//!
//! # Pitfalls
//! Under [`Null::Conditional`] the p value of Gi* is that of Gi: it says whether the *surroundings* are high. The null holds the
//! hotspots, so on heavy-tailed counts few units pass a correction for their number.

use super::draws::{Draw, SumsOfDraws};
use super::getis_ord::{neighbor_counts, z_scores};
use super::{Alternative, Inference, LocalG, Null};
use crate::error::{Error, Result};
use crate::weights::{SelfWeight, SpatialWeights};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;

/// Gi or Gi* with exact permutation p values.
///
/// `counts` has one entry for each unit. Every p is in (0, 1]; units without neighbours have 1.
///
/// # Errors
/// [`Error::Length`] when there is not one count for each unit, [`Error::OutOfRange`] when the weights within a row differ,
/// [`Error::ExactTooLarge`] when counts or neighbours are too many.
///
/// ```
/// use hotspot_core::local::permutation::local_g_exact;
/// use hotspot_core::local::{Alternative, Null};
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// // Five units in a line. Unit 2 has neighbours with 3 and 4, of the others 0, 3, 4, 1: one pair of six reaches 7.
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let g = local_g_exact(&[0, 3, 0, 4, 1], &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater)?;
/// assert!((g.p[2] - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_exact(
    counts: &[u32],
    weights: &SpatialWeights,
    own: SelfWeight,
    null: Null,
    alternative: Alternative,
) -> Result<LocalG> {
    let values: Vec<f64> = counts.iter().copied().map(f64::from).collect();
    let z = z_scores(&values, weights, own)?;
    if (0..weights.len()).any(|row| weights.weights(row).is_some_and(|w| w.iter().any(|v| *v != w[0]))) {
        return Err(Error::OutOfRange { what: "weights", must: "equal within each row for exact inference: use permutation" });
    }
    let neighbors = neighbor_counts(weights);
    let own_drawn = null == Null::Window && own == SelfWeight::Included;
    let largest = neighbors.iter().max().map_or(0, |k| *k as usize) + usize::from(own_drawn);
    let sums = SumsOfDraws::new(counts, largest)?;
    let sum_around = |row: usize| weights.neighbors(row).iter().map(|j| u64::from(counts[*j as usize])).sum::<u64>();
    let mut p = vec![1.0; counts.len()];
    if null == Null::Window {
        for (row, p) in p.iter_mut().enumerate() {
            let drawn = neighbors[row] as usize + usize::from(own_drawn);
            let sum = sum_around(row) + if own_drawn { u64::from(counts[row]) } else { 0 };
            *p = sums.among_all(drawn, sum, alternative);
        }
    } else {
        let mut afresh = Vec::new();
        for (row, p) in p.iter_mut().enumerate() {
            let draw = Draw { drawn: neighbors[row] as usize, sum: sum_around(row), own: counts[row] };
            match sums.among_others(draw, alternative) {
                Some(value) => *p = value,
                None => afresh.push((row, draw)),
            }
        }
        let draws: Vec<Draw> = afresh.iter().map(|(_, draw)| *draw).collect();
        for ((row, _), value) in afresh.iter().zip(sums.among_others_afresh(&draws, alternative)) {
            p[*row] = value;
        }
    }
    Ok(LocalG { own, inference: Inference::Exact, null, alternative, neighbors, z, p })
}

/// Gi or Gi* with p values from `replicates` simulated permutations of each unit's window.
///
/// For any finite values and weights. p = (M + 1) / (R + 1), with M the replicates at least as extreme as the data; sums that
/// differ by rounding only count as ties. Each unit has its own stream of random numbers from `seed` and its row, so the result
/// does not depend on the number of threads.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite or there is no
/// replicate.
///
/// ```
/// use hotspot_core::local::permutation::local_g_permutation;
/// use hotspot_core::local::{Alternative, Null};
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let values = [0.0, 3.0, 0.0, 4.0, 1.0];
/// let g = local_g_permutation(&values, &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater, 9_999, 1)?;
/// assert!((g.p[2] - 1.0 / 6.0).abs() < 0.02);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_permutation(
    values: &[f64],
    weights: &SpatialWeights,
    own: SelfWeight,
    null: Null,
    alternative: Alternative,
    replicates: u32,
    seed: u64,
) -> Result<LocalG> {
    let z = z_scores(values, weights, own)?;
    if replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    let simulation = Simulation { values, weights, own, null, replicates, seed };
    let identity: Vec<u32> = (0..values.len() as u32).collect();
    let p = (0..values.len())
        .into_par_iter()
        .map_init(
            || identity.clone(),
            |deck, row| {
                let [greater, less] = simulation.at_least_as_extreme(row, deck);
                let of = f64::from(replicates) + 1.0;
                alternative.p((f64::from(greater) + 1.0) / of, (f64::from(less) + 1.0) / of)
            },
        )
        .collect();
    Ok(LocalG {
        own,
        inference: Inference::Permutation { replicates, seed },
        null,
        alternative,
        neighbors: neighbor_counts(weights),
        z,
        p,
    })
}

struct Simulation<'a> {
    values: &'a [f64],
    weights: &'a SpatialWeights,
    own: SelfWeight,
    null: Null,
    replicates: u32,
    seed: u64,
}

impl Simulation<'_> {
    /// Replicates whose weighted sum is at least, and at most, the observed. `deck` is 0, 1, 2, … and is left so.
    fn at_least_as_extreme(&self, row: usize, deck: &mut [u32]) -> [u32; 2] {
        let neighbors = self.weights.neighbors(row);
        let mut window: Vec<f64> = self.weights.weights(row).map_or_else(|| vec![1.0; neighbors.len()], <[f64]>::to_vec);
        let mut observed: f64 = neighbors.iter().zip(&window).map(|(j, w)| w * self.values[*j as usize]).sum();
        if self.null == Null::Window && self.own == SelfWeight::Included {
            let own = if window.is_empty() { 1.0 } else { window.iter().fold(0.0_f64, |m, w| m.max(*w)) };
            observed += own * self.values[row];
            window.push(own);
        }
        // The unit's own value is not drawn under the conditional null: it is put last, out of reach.
        let last = deck.len() - 1;
        let reach = if self.null == Null::Conditional { last } else { deck.len() };
        if self.null == Null::Conditional {
            deck.swap(row, last);
        }
        let mut random = Pcg64::new(u128::from(self.seed) << 64 | row as u128, row as u128);
        let mut swapped = vec![0; window.len()];
        let [mut greater, mut less] = [0; 2];
        for _ in 0..self.replicates {
            let (mut sum, mut size) = (0.0, 0.0);
            for (i, w) in window.iter().enumerate() {
                let j = i + ((u128::from(random.next_u64()) * (reach - i) as u128) >> 64) as usize;
                deck.swap(i, j);
                swapped[i] = j;
                let term = w * self.values[deck[i] as usize];
                sum += term;
                size += term.abs();
            }
            for (i, j) in swapped.iter().enumerate().rev() {
                deck.swap(i, *j);
            }
            let rounding = 1e-14 * (size + observed.abs()) * window.len() as f64;
            greater += u32::from(sum >= observed - rounding);
            less += u32::from(sum <= observed + rounding);
        }
        if self.null == Null::Conditional {
            deck.swap(row, last);
        }
        [greater, less]
    }
}

#[cfg(test)]
mod tests;
