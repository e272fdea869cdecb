//! How sure is a ranking? Intervals of ranks, and the probability of being among the highest.
//!
//! # Definition
//! Each unit has the posterior of its relative rate ([`super::shrinkage`]). A replicate draws one rate for every unit from its
//! posterior and ranks them, 1 being the highest (Goldstein and Spiegelhalter, *J. R. Stat. Soc. A* 159, 1996). Over R replicates:
//! mean rank; limits of the rank, leaving `m = ⌊R (1 − level) / 2⌋` replicates on each side; and the share of replicates in
//! which the unit is among the highest `⌈share · n⌉`.
//!
//! # What the numbers mean
//! "Between 2nd and 61st of 33" says that a league table says nothing. A unit with few incidents has a wide interval of ranks, not
//! a low one. The mean rank, divided by n, is a fair score; the rank of the posterior mean is not a rank anyone may rely on.
//!
//! # Pitfalls
//! Ranks of hundreds of units always look unstable; look at the probability of being in the top share. Units without a reference
//! measure have no rate: leave them out. A simulated probability p has the standard error √(p (1 − p) / R).
//!
//! # Cost
//! Draws and a sort for each replicate, on all threads: 17,000 units and 999 replicates take about a second of one core. Memory
//! is `8 (m + 1)` bytes for each unit and 16 ranks of each in work, not R. Each replicate has its own stream of random numbers: the result
//! does not depend on the number of threads.

use super::draw::{Draw, Random, Ziggurat};
use super::poisson::check_level;
use super::shrinkage::GammaPosterior;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// How ranks are simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankParams {
    /// R. Default 999.
    pub replicates: u32,
    /// Seed of the random numbers. Default 1.
    pub seed: u64,
    /// Level of the limits. Default 0.95.
    pub level: f64,
    /// Which share of the units is the top. Default 0.01.
    pub top_share: f64,
}

impl Default for RankParams {
    fn default() -> Self {
        Self { replicates: 999, seed: 1, level: 0.95, top_share: 0.01 }
    }
}

/// Ranks of every unit, 1 the highest rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// How they were simulated.
    pub params: RankParams,
    /// How many units are the top.
    pub top: u32,
    /// Mean rank.
    pub mean: Vec<f64>,
    /// Lower limit of the rank: the better end.
    pub lower: Vec<u32>,
    /// Upper limit of the rank.
    pub upper: Vec<u32>,
    /// Probability of being in the top.
    pub in_top: Vec<f64>,
}

/// Replicates in work at a time.
const BATCH: u32 = 16;

/// Simulates the ranks of units from their posteriors.
///
/// # Errors
/// [`Error::OutOfRange`] when a posterior is not positive and finite, there is no replicate, there are above 16 million units,
/// the level is not in (0, 1), or the top share not in (0, 1].
///
/// ```
/// use hotspot_core::rate::GammaPrior;
/// use hotspot_core::rate::rank::{RankParams, rank_intervals};
///
/// let prior = GammaPrior { shape: 4.0, rate: 4.0 };
/// let posteriors = [(0, 0.5), (6, 2.0), (60, 20.0)].map(|(count, expected)| prior.posterior(count, expected));
/// let ranks = rank_intervals(&posteriors, &RankParams { top_share: 0.3, ..RankParams::default() })?;
/// // The last is the highest nearly always; the first two cannot be told apart.
/// assert!(ranks.top == 1 && ranks.in_top[2] > 0.85 && ranks.upper[0] == 3 && ranks.upper[1] == 3);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn rank_intervals(posteriors: &[GammaPosterior], params: &RankParams) -> Result<Ranks> {
    if posteriors.iter().any(|p| !(p.shape > 0.0 && p.rate > 0.0 && p.shape.is_finite() && p.rate.is_finite())) {
        return Err(Error::OutOfRange { what: "posterior", must: "of positive, finite shape and rate" });
    }
    if posteriors.len() >= 1 << ROW_BITS {
        return Err(Error::OutOfRange { what: "number of units", must: "below 16,777,216" });
    }
    if params.replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    let tail = check_level(params.level)?;
    if !(params.top_share > 0.0 && params.top_share <= 1.0) {
        return Err(Error::OutOfRange { what: "top share", must: "above 0, and 1 at most" });
    }
    let n = posteriors.len();
    // The nearest double of share · n may lie a little above a whole number.
    let top = (params.top_share * n as f64 - 1e-9).ceil().max(0.0) as u32;
    let kept = (f64::from(params.replicates) * tail + 1e-9) as usize + 1;
    let draws: Vec<Draw> = posteriors.iter().map(Draw::new).collect();
    let ziggurat = Ziggurat::new();
    let mut tallies = vec![Tally { sum: 0, in_top: 0 }; n];
    let (mut lowest, mut highest) = (vec![u32::MAX; n * kept], vec![0; n * kept]);
    let mut first = 0;
    while first < params.replicates {
        let batch: Vec<Vec<u32>> = (first..(first + BATCH).min(params.replicates))
            .into_par_iter()
            .map(|replicate| ranks_of(&draws, Random::new(params.seed, replicate, &ziggurat)))
            .collect();
        first += BATCH;
        let units = tallies.par_iter_mut().zip(lowest.par_chunks_mut(kept)).zip(highest.par_chunks_mut(kept));
        units.enumerate().with_min_len(256).for_each(|(row, ((tally, lowest), highest))| {
            for ranks in &batch {
                let rank = ranks[row];
                tally.sum += u64::from(rank);
                tally.in_top += u32::from(rank <= top);
                if rank < lowest[kept - 1] {
                    let at = lowest.partition_point(|r| *r <= rank);
                    lowest.copy_within(at..kept - 1, at + 1);
                    lowest[at] = rank;
                }
                if rank > highest[kept - 1] {
                    let at = highest.partition_point(|r| *r >= rank);
                    highest.copy_within(at..kept - 1, at + 1);
                    highest[at] = rank;
                }
            }
        });
    }
    let of = f64::from(params.replicates);
    Ok(Ranks {
        params: *params,
        top,
        mean: tallies.iter().map(|t| t.sum as f64 / of).collect(),
        lower: lowest.chunks(kept).map(|l| l[kept - 1]).collect(),
        upper: highest.chunks(kept).map(|h| h[kept - 1]).collect(),
        in_top: tallies.iter().map(|t| f64::from(t.in_top) / of).collect(),
    })
}

#[derive(Clone)]
struct Tally {
    sum: u64,
    in_top: u32,
}

/// Bits of a sort key that hold the row; the others are the leading bits of the rate.
const ROW_BITS: u32 = 24;

/// The rank of each unit in one replicate.
fn ranks_of(draws: &[Draw], mut random: Random) -> Vec<u32> {
    let row_mask = (1_u64 << ROW_BITS) - 1;
    let mut keys: Vec<u64> = (0_u64..).zip(draws).map(|(row, draw)| descending(draw.rate(&mut random)) & !row_mask | row).collect();
    keys.sort_unstable();
    let mut ranks = vec![0; draws.len()];
    for (rank, key) in (1..).zip(keys) {
        ranks[(key & row_mask) as usize] = rank;
    }
    ranks
}

/// Bits that sort as the numbers do, the largest first.
fn descending(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { !bits & (u64::MAX >> 1) } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::GammaPrior;

    fn posterior(shape: f64, rate: f64) -> GammaPosterior {
        GammaPosterior { shape, rate }
    }

    #[test]
    fn two_units_change_places_with_the_exact_probability() {
        // P(θ₁ > θ₂) for gammas of equal rate is a beta tail: Beta(a₁, a₂) above ½. Shapes 3 and 5: 29/128.
        let params = RankParams { replicates: 40_000, top_share: 0.5, ..RankParams::default() };
        let ranks = rank_intervals(&[posterior(3.0, 2.0), posterior(5.0, 2.0)], &params).expect("valid input");
        let p = 29.0 / 128.0;
        assert!((ranks.in_top[0] - p).abs() < 4.0 * (p * (1.0 - p) / 40_000.0_f64).sqrt(), "{:?}", ranks.in_top);
        assert!((ranks.mean[0] - (2.0 - ranks.in_top[0])).abs() < 1e-12);
    }

    #[test]
    fn each_rank_is_taken_once() {
        let posteriors: Vec<_> = (1..=100).map(|i| posterior(f64::from(i % 7) + 0.4, 1.0)).collect();
        let draws: Vec<Draw> = posteriors.iter().map(Draw::new).collect();
        let mut ranks = ranks_of(&draws, Random::new(3, 0, &Ziggurat::new()));
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=100).collect::<Vec<u32>>());
        let all = rank_intervals(&posteriors, &RankParams { replicates: 200, top_share: 0.1, ..RankParams::default() })
            .expect("valid input");
        assert_eq!(all.top, 10);
        assert!((all.mean.iter().sum::<f64>() - 5050.0).abs() < 1e-9);
        assert!((all.in_top.iter().sum::<f64>() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn limits_leave_the_stated_replicates_outside() {
        let posteriors: Vec<_> = (1..=40).map(|i| posterior(f64::from(i), 4.0)).collect();
        let params = RankParams { replicates: 300, seed: 5, level: 0.9, top_share: 0.05 };
        let ranks = rank_intervals(&posteriors, &params).expect("valid input");
        let draws: Vec<Draw> = posteriors.iter().map(Draw::new).collect();
        let ziggurat = Ziggurat::new();
        let replicates: Vec<Vec<u32>> = (0..300).map(|r| ranks_of(&draws, Random::new(5, r, &ziggurat))).collect();
        for unit in 0..40 {
            let mut all: Vec<u32> = replicates.iter().map(|r| r[unit]).collect();
            all.sort_unstable();
            assert_eq!((ranks.lower[unit], ranks.upper[unit]), (all[15], all[299 - 15]));
            assert!((ranks.mean[unit] - all.iter().map(|r| f64::from(*r)).sum::<f64>() / 300.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_result_depends_on_the_seed_and_not_on_the_threads() {
        let posteriors: Vec<_> = (0..700).map(|i| posterior(0.3 + f64::from(i % 11), 1.0 + f64::from(i % 3))).collect();
        let params = RankParams { replicates: 61, ..RankParams::default() };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| rank_intervals(&posteriors, &params)).expect("valid input")
        };
        let one = run(1);
        assert_eq!(one, run(3));
        let other = rank_intervals(&posteriors, &RankParams { seed: 2, ..params }).expect("valid input");
        assert_ne!(one.mean, other.mean);
    }

    #[test]
    fn rates_too_small_for_a_double_are_ranked_all_the_same() {
        // Shape 1e-4: most draws are below 1e-300. All are alike, so each has the mean rank in the long run.
        let ranks = rank_intervals(&[posterior(1e-4, 1.0); 5], &RankParams { replicates: 4000, ..RankParams::default() })
            .expect("valid input");
        assert!(ranks.mean.iter().all(|m| (m - 3.0).abs() < 4.0 * (2.0_f64 / 4000.0).sqrt()), "{:?}", ranks.mean);
        assert!(
            descending(3.0) < descending(1e-290)
                && descending(1e-290) < descending(-700.0)
                && descending(-700.0) < descending(-1e9)
        );
    }

    #[test]
    fn the_scale_of_the_rates_does_not_matter() {
        let prior = GammaPrior { shape: 1.5, rate: 1.5 };
        let of = |scale: f64| {
            let posteriors: Vec<_> =
                (0..50).map(|i| prior.posterior(i % 9, 1.0)).map(|p| posterior(p.shape, p.rate * scale)).collect();
            rank_intervals(&posteriors, &RankParams { replicates: 100, ..RankParams::default() }).expect("valid input")
        };
        assert_eq!(of(1.0), of(1024.0));
    }

    #[test]
    fn the_ends_are_defined() {
        let none = rank_intervals(&[], &RankParams::default()).expect("nothing to rank");
        assert_eq!((none.top, none.mean.len()), (0, 0));
        let one = rank_intervals(&[posterior(2.0, 2.0)], &RankParams::default()).expect("one unit");
        assert_eq!((one.top, one.mean[0], one.lower[0], one.upper[0], one.in_top[0]), (1, 1.0, 1, 1, 1.0));
        let two = [posterior(2.0, 2.0), posterior(1.0, 1.0)];
        for params in [
            RankParams { replicates: 0, ..RankParams::default() },
            RankParams { level: 1.0, ..RankParams::default() },
            RankParams { top_share: 0.0, ..RankParams::default() },
            RankParams { top_share: f64::NAN, ..RankParams::default() },
        ] {
            assert!(rank_intervals(&two, &params).is_err());
        }
        for bad in [posterior(0.0, 1.0), posterior(1.0, f64::NAN), posterior(f64::INFINITY, 1.0)] {
            assert!(rank_intervals(&[two[0], bad], &RankParams::default()).is_err());
        }
        let single = rank_intervals(&two, &RankParams { replicates: 1, ..RankParams::default() }).expect("one replicate");
        assert_eq!(single.lower, single.upper);
    }
}
