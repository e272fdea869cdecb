//! Inference by permutation: exact, and simulated.
//!
//! # Definition
//! Under the conditional null the values of the other units are shuffled; the sum over a unit's k neighbours is then the sum of
//! k draws without replacement from the n − 1 others. Its distribution depends only on k and on the unit's own count, so it can
//! be computed once and read for every unit: [`local_g_exact`]. Local Moran's I is the unit's deviation times that sum, so the same
//! distribution gives its p ([`super::moran`]). Simulation estimates the same number with an error and cannot
//! give less than 1 / (R + 1): [`local_g_permutation`], which is for any weights and values.
//!
//! Tails count ties: greater is P(S ≥ s), less is P(S ≤ s), two-sided is min(1, 2 · the smaller). (`esda` and `pygeoda` fold the
//! lower tail without its ties, which calls nearly every empty neighbourhood of sparse counts significant; that convention is
//! [`Tails::Directed`].)
//!
//! # When exact
//! Whole values of moderate range, and equal weights *within each row*: binary, or row-standardised with any numbers of neighbours.
//! Values are counted from their smallest. The expansion may hold 4 million numbers and take 2 billion multiplications: hexagon
//! rings of counts up to about 100,000, or 50 neighbours of counts up to about 1,000. Above, [`local_g_exact`] returns
//! [`Error::ExactTooLarge`], and [`local_g_permutation`] is the way. [`super::inference::Wanted::Auto`] chooses, and the result says what
//! was chosen.
//!
//! # Accuracy
//! Each exact p has a relative error below 1e-9 however far in the tail, by a bound carried through the arithmetic (see the
//! source of `draws`), unless it is itself below 1e-290.
//!
//! # Simulation
//! All units share the replicates (see the source of `simulation`). [`super::inference::Stopping::Sequential`] ends a unit's simulation once
//! enough replicates were at least as extreme as the data (Besag and Clifford, *Biometrika* 78, 1991): units that are plainly not extreme need
//! tens of replicates, and only the extreme ones all. Both p values are valid: P(p ≤ α) ≤ α under the null.
//!
//! # Pitfalls
//! Under [`Null::Conditional`] the p value of Gi* is that of Gi: it says whether the *surroundings* are high. The null holds the
//! hotspots, so on heavy-tailed counts few units pass a correction for their number.
//!
//! # Cost
//! Exact: one expansion for all units, `O(d K S)` for d distinct counts, at most K draws and sums up to S, whatever n; then a look-up for
//! each unit. Simulated: `O(R K log R + n log R)` with equal weights, else `O(n R K)`, less where units stop early.

use super::LocalG;
use super::draws::{Draw, SumsOfDraws};
use super::getis_ord::{neighbor_counts, z_scores};
use super::inference::{Direction, Inference, Null, Permutations, Region, Tails};
use super::simulation::{Drawn, Kernel, Simulation};
use crate::error::{Error, Result};
use crate::weights::{SelfWeight, SpatialWeights};

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
    alternative: impl Into<Tails>,
) -> Result<LocalG> {
    let alternative = alternative.into();
    let values: Vec<f64> = counts.iter().copied().map(f64::from).collect();
    let z = z_scores(&values, weights, own)?;
    let p = exact(counts, weights, drawn(own, null), |_, sum, mean| Some(alternative.region(Direction::Upwards, sum, mean)))?;
    Ok(LocalG { own, inference: Inference::Exact, null, alternative, neighbors: neighbor_counts(weights), z, p, replicates: None })
}

/// From which units a window is drawn.
pub(super) const fn drawn(own: SelfWeight, null: Null) -> Drawn {
    match (null, own) {
        (Null::Conditional, _) => Drawn::Others,
        (Null::Window, SelfWeight::Excluded) => Drawn::All,
        (Null::Window, SelfWeight::Included) => Drawn::AllWithOwn,
    }
}

/// Exact p values of sums over the window; `region` names what counts as extreme from the row, the observed sum of the counts above
/// the smallest, and its expectation, and p is 1 where it names nothing.
pub(super) fn exact(
    counts: &[u32],
    weights: &SpatialWeights,
    drawn: Drawn,
    region: impl Fn(usize, f64, f64) -> Option<Region>,
) -> Result<Vec<f64>> {
    if !weights.are_equal_within_rows() {
        return Err(Error::OutOfRange { what: "weights", must: "equal within each row for exact inference: use permutation" });
    }
    let with_own = drawn == Drawn::AllWithOwn;
    let least = counts.iter().copied().min().unwrap_or(0);
    let counts: Vec<u32> = counts.iter().map(|c| c - least).collect();
    let sums = SumsOfDraws::new(&counts, weights.largest_degree() + usize::from(with_own))?;
    let n = counts.len() as f64;
    let total: f64 = counts.iter().copied().map(f64::from).sum();
    let mut p = vec![1.0; counts.len()];
    let mut afresh = Vec::new();
    for (row, p) in p.iter_mut().enumerate() {
        let neighbors = weights.neighbors(row);
        let number = neighbors.len() + usize::from(with_own);
        let own = counts[row];
        let sum = neighbors.iter().map(|j| u64::from(counts[*j as usize])).sum::<u64>() + if with_own { u64::from(own) } else { 0 };
        let mean = if drawn == Drawn::Others { (total - f64::from(own)) / (n - 1.0) } else { total / n };
        let Some(region) = region(row, sum as f64, number as f64 * mean).filter(|_| number > 0) else { continue };
        if drawn == Drawn::Others {
            let draw = Draw { drawn: number, own, region };
            match sums.among_others(draw) {
                Some(value) => *p = value,
                None => afresh.push((row, draw)),
            }
        } else {
            *p = sums.among_all(number, region);
        }
    }
    let draws: Vec<Draw> = afresh.iter().map(|(_, draw)| *draw).collect();
    for ((row, _), value) in afresh.iter().zip(sums.among_others_afresh(&draws)) {
        p[*row] = value;
    }
    Ok(p)
}

/// Whole values counted from their smallest; an error when one is not whole or the range is too large for exact inference anyway.
pub(super) fn whole(values: &[f64]) -> Result<Vec<u32>> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let count = |v: &f64| (v.fract() == 0.0 && v - least <= f64::from(u32::MAX)).then(|| (v - least) as u32);
    let counts: Option<Vec<u32>> = values.iter().map(count).collect();
    counts.ok_or(Error::OutOfRange { what: "values", must: "whole and of moderate range for exact inference: use permutation" })
}

/// Gi or Gi* with p values from simulated permutations of each unit's window.
///
/// For any finite values and weights. Replicates whose sum differs from the observed by rounding only count as ties. The result
/// depends on the seed, never on the number of threads.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite, there is no
/// replicate, or [`Tails::Directed`] is asked of permutations that stop early.
///
/// ```
/// use hotspot_core::local::permutation::local_g_permutation;
/// use hotspot_core::local::{Alternative, Null, Permutations};
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let values = [0.0, 3.0, 0.0, 4.0, 1.0];
/// let permutations = Permutations::fixed(9_999, 1);
/// let g = local_g_permutation(&values, &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater, permutations)?;
/// assert!((g.p[2] - 1.0 / 6.0).abs() < 0.02);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_permutation(
    values: &[f64],
    weights: &SpatialWeights,
    own: SelfWeight,
    null: Null,
    alternative: impl Into<Tails>,
    permutations: Permutations,
) -> Result<LocalG> {
    let alternative = alternative.into();
    let z = z_scores(values, weights, own)?;
    let simulation = Simulation { values, weights, kernel: Kernel::Sum, drawn: drawn(own, null), permutations };
    let simulated = simulation.run(|_, sum, mean| Some(alternative.region(Direction::Upwards, sum, mean)))?;
    Ok(LocalG {
        own,
        inference: simulated.inference,
        null,
        alternative,
        neighbors: neighbor_counts(weights),
        z,
        p: simulated.p,
        replicates: simulated.replicates,
    })
}

#[cfg(test)]
mod tests;
