//! Shrinkage of relative rates with a prior of free form.
//!
//! # Definition
//! As in [`super::shrinkage`] unit i has y_i incidents where E_i is expected at a relative rate θ_i, but the rates of the units may be distributed in
//! any way: the prior is the one among all on a grid of [`RATES`] rates that makes the counts most probable (Kiefer and Wolfowitz, *Ann. Math.
//! Stat.* 27, 1956; by EM: Laird, *JASA* 73, 1978), after [`ROUNDS`] rounds from the uniform one.
//!
//! With **dispersion** φ above 1 incidents come in clusters, such as repeats against one victim, so that a count says less: its log likelihood is
//! divided by φ (quasi-likelihood; McCullagh and Nelder 1989, chapter 9).
//!
//! # When
//! A gamma prior has one shape for the many quiet and the few busy places, and draws the middle ones too little to the rest: on simulated Londons
//! its probabilities over units with incidents are off by 0.09, those of the free form by 0.024 (`EVIDENCE.md`). Whoever picks the highest places
//! needs a prior that is right for them.
//!
//! # Pitfalls
//! The grid goes from 0.02 to 63: rates beyond are put to its ends. The prior is taken as known. Fewer than some hundred units say little of a form.
//!
//! # Cost
//! Units that expect the same within 1 % and count the same are one: 16,666 cells take about 50 ms.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Rates of the grid.
pub const RATES: usize = 122;
/// Rounds of EM.
pub const ROUNDS: usize = 300;
/// The grid: rates below and above 2, at a ratio.
const MIDDLE: f64 = 2.0;
const BELOW: usize = 70;
const STEP: f64 = 0.066;

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
/// assert!(prior.exceedance(3, 3.0, 2.0) < 1e-6);
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
    let rates: Vec<f64> = (0..RATES).map(|k| MIDDLE * (STEP * (k as f64 - BELOW as f64 + 0.5)).exp()).collect();
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
    let mut weights = vec![1.0 / RATES as f64; RATES];
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; RATES];
        for (units, likelihood) in groups.values().zip(&likelihoods) {
            let sum: f64 = likelihood.iter().zip(&weights).map(|(l, p)| l * p).sum();
            for ((next, l), p) in next.iter_mut().zip(likelihood).zip(&weights) {
                *next += units * l * p / sum;
            }
        }
        let sum: f64 = next.iter().sum();
        weights = next.into_iter().map(|n| n / sum).collect();
    }
    Ok(FreeFormPrior { rates, weights, dispersion })
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
