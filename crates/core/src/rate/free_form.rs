//! Shrinkage of relative rates with a prior of free form.
//!
//! # Definition
//! As in [`super::shrinkage`] unit i has y_i incidents where E_i is expected at a relative rate θ_i, but the rates of the units may be distributed in
//! any way: the prior is the one among all *smooth* ones on a grid of rates that makes the counts most probable (Kiefer and Wolfowitz, *Ann.
//! Math. Stat.* 27, 1956; by EM: Laird, *JASA* 73, 1978), after [`ROUNDS`] rounds from the uniform one. After every round it is smoothed by a
//! normal kernel of [`SMOOTHING`] on the logarithm of the rate (EMS; Silverman and others, *JRSS B* 52, 1990).
//!
//! **Why smooth.** The most probable prior without that is a few spikes: each of the few busiest units has one of its own, so that its posterior is
//! that spike and claims to know the rate. Smoothed, it is as sure as its count lets it be.
//!
//! With **dispersion** φ above 1 incidents come in clusters, such as repeats against one victim, so that a count says less: its log likelihood is
//! divided by φ (quasi-likelihood; McCullagh and Nelder 1989, chapter 9).
//!
//! # When
//! A gamma prior has one shape for the many quiet and the few busy places, and draws the middle ones too little to the rest: on simulated Londons
//! its probabilities over units with incidents are off by 0.09, those of the free form by 0.029 (`EVIDENCE.md`). Whoever picks the highest places
//! needs a prior that is right for them.
//!
//! # Pitfalls
//! The grid goes from 0.02 to 63, or to twice the largest rate that was counted, 77,000 at most: rates beyond are put to its ends. The prior is
//! taken as known, and units as not knowing of one another: those round a hot one are drawn to all units. Fewer than some hundred units say
//! little of a form.
//!
//! # Cost
//! Units that expect the same within 1 % and count the same are one: 16,666 cells take about 50 ms.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Rates of the grid, at least.
pub const RATES: usize = 122;
/// Rounds of EM.
pub const ROUNDS: usize = 300;
/// Standard deviation of the kernel by which the prior is smoothed, of the logarithm of the rate: a tenth. Of 0.05 to 0.3 any makes the intervals of
/// places right on simulated Londons (`tests/challenge`).
pub const SMOOTHING: f64 = 0.1;
/// The grid: rates below and above 2, at a ratio.
const MIDDLE: f64 = 2.0;
const BELOW: usize = 70;
const STEP: f64 = 0.066;
/// Rates above 2, at most.
const MOST_ABOVE: usize = 160;

/// A prior on a grid of rates, fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct FreeFormPrior {
    /// Rates, ascending.
    pub rates: Vec<f64>,
    /// Their probabilities.
    pub weights: Vec<f64>,
    dispersion: f64,
}

/// What is known of a unit's relative rate after its count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Posterior mean.
    pub mean: f64,
    /// Posterior variance.
    pub variance: f64,
}

impl FreeFormPrior {
    /// The posterior of every rate of the grid; the prior where nothing is expected.
    pub fn posterior(&self, count: u32, expected: f64) -> Vec<f64> {
        let made: Vec<f64> = if expected > 0.0 {
            likelihood(&self.rates, count, expected, self.dispersion).iter().zip(&self.weights).map(|(l, w)| l * w).collect()
        } else {
            self.weights.clone()
        };
        let sum: f64 = made.iter().sum();
        made.into_iter().map(|w| w / sum).collect()
    }

    /// Mean and variance of the posterior.
    pub fn moments(&self, count: u32, expected: f64) -> Moments {
        let weights = self.posterior(count, expected);
        let mean: f64 = weights.iter().zip(&self.rates).map(|(w, r)| w * r).sum();
        let variance = weights.iter().zip(&self.rates).map(|(w, r)| w * (r - mean).powi(2)).sum();
        Moments { mean, variance }
    }

    /// P(θ > k) for a rate `k` between two of the grid, such as 2.
    pub fn exceedance(&self, count: u32, expected: f64, k: f64) -> f64 {
        let from = self.rates.partition_point(|r| *r <= k);
        let weights: Vec<f64> =
            likelihood(&self.rates, count, expected, self.dispersion).iter().zip(&self.weights).map(|(l, w)| l * w).collect();
        weights[from..].iter().sum::<f64>() / weights.iter().sum::<f64>()
    }
}

/// Up to a factor that is the same for all rates.
fn likelihood(rates: &[f64], count: u32, expected: f64, dispersion: f64) -> Vec<f64> {
    let log: Vec<f64> = rates.iter().map(|r| (f64::from(count) * (r * expected).ln() - r * expected) / dispersion).collect();
    let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    log.into_iter().map(|l| (l - top).exp()).collect()
}

/// The prior of free form that makes the counts most probable, from all units, zeros included. Units with expected 0 are left out.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when an expected number is negative or not finite or the dispersion is
/// below 1, [`Error::NoReference`] when nothing is expected.
///
/// ```
/// use hotspot_core::rate::free_form::fit_free_form;
///
/// // Nine quiet units for each busy one.
/// let counts: Vec<u32> = (0..500).map(|i| if i % 10 == 0 { 30 } else { 3 }).collect();
/// let prior = fit_free_form(&counts, &[3.0; 500], 1.0)?;
/// // A unit with 30 is one of the busy ones, at ten times the rate.
/// assert!((prior.moments(30, 3.0).mean - 10.0).abs() < 0.5);
/// // And a quiet one is hardly at twice it.
/// assert!(prior.exceedance(3, 3.0, 2.0) < 0.01);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn fit_free_form(counts: &[u32], expected: &[f64], dispersion: f64) -> Result<FreeFormPrior> {
    if counts.len() != expected.len() {
        return Err(Error::Length { what: "expected", got: expected.len(), expected: counts.len() });
    }
    if expected.iter().any(|e| !(*e >= 0.0 && e.is_finite())) {
        return Err(Error::OutOfRange { what: "expected number", must: "zero or more, and finite" });
    }
    if !(dispersion >= 1.0 && dispersion.is_finite()) {
        return Err(Error::OutOfRange { what: "dispersion", must: "1 or more" });
    }
    let rates = grid(counts, expected);
    // Units that expect the same within 1 % and count the same are one.
    let mut groups: BTreeMap<(u32, i32), f64> = BTreeMap::new();
    for (count, expected) in counts.iter().zip(expected).filter(|(_, e)| **e > 0.0) {
        *groups.entry((*count, (expected.max(1e-9).ln() * 100.0).round() as i32)).or_default() += 1.0;
    }
    if groups.is_empty() {
        return Err(Error::NoReference);
    }
    let likelihoods: Vec<Vec<f64>> = groups
        .keys()
        .map(|(count, expected)| likelihood(&rates, *count, (f64::from(*expected) / 100.0).exp(), dispersion))
        .collect();
    let mut weights = vec![1.0 / rates.len() as f64; rates.len()];
    let kernel = kernel();
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; rates.len()];
        for (units, likelihood) in groups.values().zip(&likelihoods) {
            let sum: f64 = likelihood.iter().zip(&weights).map(|(l, p)| l * p).sum();
            for ((next, l), p) in next.iter_mut().zip(likelihood).zip(&weights) {
                *next += units * l * p / sum;
            }
        }
        let next = smoothed(&next, &kernel);
        let sum: f64 = next.iter().sum();
        weights = next.into_iter().map(|n| n / sum).collect();
    }
    Ok(FreeFormPrior { rates, weights, dispersion })
}

/// Rates up to twice the largest that was counted: at a lower end the busiest units would all be put to it, and be sure of it.
fn grid(counts: &[u32], expected: &[f64]) -> Vec<f64> {
    let counted = counts.iter().zip(expected).filter(|(_, e)| **e > 0.0).map(|(c, e)| f64::from(*c) / e);
    let above = ((2.0 * counted.fold(1.0, f64::max) / MIDDLE).ln() / STEP).ceil();
    let above = above.clamp((RATES - BELOW) as f64, MOST_ABOVE as f64) as usize;
    (0..BELOW + above).map(|k| MIDDLE * (STEP * (k as f64 - BELOW as f64 + 0.5)).exp()).collect()
}

/// One side of the kernel, its middle first, to four standard deviations.
fn kernel() -> Vec<f64> {
    let reach = (4.0 * SMOOTHING / STEP).ceil() as usize;
    (0..=reach).map(|step| (-0.5 * (step as f64 * STEP / SMOOTHING).powi(2)).exp()).collect()
}

/// Spreads every weight by the kernel; what would fall beyond the ends stays on the grid.
fn smoothed(weights: &[f64], kernel: &[f64]) -> Vec<f64> {
    let mut made = vec![0.0; weights.len()];
    for (at, weight) in weights.iter().enumerate() {
        let from = at.saturating_sub(kernel.len() - 1);
        let to = (at + kernel.len()).min(weights.len());
        let inside: f64 = (from..to).map(|to| kernel[to.abs_diff(at)]).sum();
        for (near, made) in made[from..to].iter_mut().enumerate() {
            *made += weight * kernel[(from + near).abs_diff(at)] / inside;
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_units_are_told_apart_and_a_gamma_would_mix_them() {
        let counts: Vec<u32> = (0..1000).map(|i| if i % 20 == 0 { 8 + i as u32 % 7 } else { u32::from(i % 3 == 0) }).collect();
        let prior = fit_free_form(&counts, &[1.0; 1000], 1.0).expect("valid input");
        assert!((prior.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12 && prior.rates.is_sorted());
        // Between the kinds there is nobody.
        let between: f64 = prior.rates.iter().zip(&prior.weights).filter(|(r, _)| (2.0..6.0).contains(*r)).map(|(_, w)| w).sum();
        assert!(between < 0.01, "{between}");
        assert!(prior.moments(1, 1.0).mean < 1.0 && prior.moments(11, 1.0).mean > 9.0);
        assert!((prior.exceedance(11, 1.0, 2.0) - prior.posterior(11, 1.0)[BELOW..].iter().sum::<f64>()).abs() < 1e-12);
    }

    #[test]
    fn the_busiest_unit_is_as_sure_as_its_count_however_busy_it_is() {
        // One unit at 400 times the rate of the others, beyond where a fixed grid would end.
        let mut counts = vec![1; 600];
        counts[7] = 400;
        let prior = fit_free_form(&counts, &[1.0; 600], 1.0).expect("valid input");
        let known = prior.moments(400, 1.0);
        assert!((known.mean / 400.0 - 1.0).abs() < 0.05, "{known:?}");
        // A Poisson variable of 400 is known to 5 %; a spike would be known to nothing.
        assert!((0.5..1.5).contains(&(known.variance / 400.0)), "{known:?}");
    }

    #[test]
    fn smoothing_keeps_the_sum_to_the_ends() {
        let kernel = kernel();
        for at in [0, 1, 60, 121] {
            let mut one = vec![0.0; RATES];
            one[at] = 1.0;
            let made = smoothed(&one, &kernel);
            assert!((made.iter().sum::<f64>() - 1.0).abs() < 1e-12 && made[at] >= made[at.abs_diff(1)], "{at}");
        }
    }

    #[test]
    fn clusters_say_less() {
        let fitted = fit_free_form(&[0, 1, 2, 9], &[1.0; 4], 1.0).expect("valid input");
        // The same prior, in which nothing is known.
        let with = |dispersion| FreeFormPrior { weights: vec![1.0 / RATES as f64; RATES], dispersion, ..fitted.clone() };
        assert!(with(3.0).moments(8, 1.0).variance > 2.0 * with(1.0).moments(8, 1.0).variance);
    }

    #[test]
    fn wrong_input_is_refused() {
        assert!(fit_free_form(&[1], &[], 1.0).is_err() && fit_free_form(&[1], &[-1.0], 1.0).is_err());
        assert!(fit_free_form(&[1], &[1.0], 0.5).is_err());
        assert_eq!(fit_free_form(&[1], &[0.0], 1.0), Err(Error::NoReference));
    }
}
