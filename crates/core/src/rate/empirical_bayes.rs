//! Rates drawn towards the overall rate by moments (global empirical Bayes).
//!
//! # Definition
//! Marshall (*Appl. Stat.* 40, 1991). Counts `O_i` of populations `P_i`, raw rates `r_i = O_i / P_i`, n units:
//!
//! ```text
//! m = ΣO / ΣP        A = max(0, Σ P (r − m)² / ΣP − m / (ΣP / n))
//! w_i = A / (A + m / P_i)        estimate = w_i r_i + (1 − w_i) m
//! ```
//!
//! # Where tools disagree
//! A is a difference and falls below zero when counts vary no more than chance, as sparse ones do. `esda.Empirical_Bayes` keeps
//! the negative value: the weights then leave 0 to 1 and small populations are pushed *away* from the mean. Marshall, GeoDa and
//! this put it to 0: every estimate is the overall rate. [`MomentPrior::between_raw`] shows what A was. (Rates *standardised* with the
//! same moments, for Moran's I, follow another rule: see [`crate::local::standardized_rate`].)
//!
//! # Pitfalls
//! A method of moments: [`super::shrinkage`] fits the same idea by maximum likelihood and gives whole posteriors. Units without
//! population have no rate; their estimate is m. Missing data are not zeros.
//!
//! # Cost
//! Two passes.

use crate::error::{Error, Result};

/// The moments that the estimates are drawn by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MomentPrior {
    /// m: the overall rate.
    pub mean: f64,
    /// A: variance of the rates between units, not below 0.
    pub between: f64,
    /// A before it was clamped: negative when the counts vary no more than chance.
    pub between_raw: f64,
}

impl MomentPrior {
    /// w: what the unit's own rate weighs, in 0 to 1.
    pub fn weight(&self, population: f64) -> f64 {
        if self.between == 0.0 || population == 0.0 { 0.0 } else { self.between / (self.between + self.mean / population) }
    }

    /// The rate of a unit, drawn towards the mean.
    pub fn estimate(&self, count: u32, population: f64) -> f64 {
        let weight = self.weight(population);
        if weight == 0.0 { self.mean } else { weight * f64::from(count) / population + (1.0 - weight) * self.mean }
    }
}

/// Marshall's moments of all units; those without population are left out.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when a population is negative or not finite,
/// [`Error::NoReference`] when none is positive.
///
/// ```
/// use hotspot_core::rate::empirical_bayes::fit_moments;
///
/// let (counts, populations) = ([30, 25, 25, 15, 33, 21, 30, 20], [100.0, 100.0, 110.0, 90.0, 100.0, 90.0, 110.0, 90.0]);
/// let prior = fit_moments(&counts, &populations)?;
/// // They vary no more than chance: each estimate is the overall rate.
/// assert!(prior.between_raw < 0.0 && prior.estimate(33, 100.0) == prior.mean);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn fit_moments(counts: &[u32], populations: &[f64]) -> Result<MomentPrior> {
    if counts.len() != populations.len() {
        return Err(Error::Length { what: "populations", got: populations.len(), expected: counts.len() });
    }
    if populations.iter().any(|p| !(*p >= 0.0 && p.is_finite())) {
        return Err(Error::OutOfRange { what: "population", must: "zero or more, and finite" });
    }
    let units = || counts.iter().zip(populations).filter(|(_, p)| **p > 0.0).map(|(o, p)| (f64::from(*o), *p));
    let (mut n, mut incidents, mut population) = (0.0, 0.0, 0.0);
    for (o, p) in units() {
        n += 1.0;
        incidents += o;
        population += p;
    }
    if population == 0.0 {
        return Err(Error::NoReference);
    }
    let mean = incidents / population;
    let spread: f64 = units().map(|(o, p)| (o - mean * p).powi(2) / p).sum();
    let between_raw = spread / population - mean / (population / n);
    if !(between_raw.is_finite() && units().all(|(o, p)| (o / p).is_finite())) {
        return Err(Error::OutOfRange { what: "population", must: "0, or large enough that rates are finite" });
    }
    Ok(MomentPrior { mean, between: between_raw.max(0.0), between_raw })
}

/// Marshall's estimate of every unit.
///
/// # Errors
/// As [`fit_moments`].
pub fn marshall_rates(counts: &[u32], populations: &[f64]) -> Result<Vec<f64>> {
    let prior = fit_moments(counts, populations)?;
    Ok(counts.iter().zip(populations).map(|(o, p)| prior.estimate(*o, *p)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [u32; 6] = [0, 40, 3, 1, 120, 9];
    const POPULATIONS: [f64; 6] = [100.0, 900.0, 300.0, 50.0, 1500.0, 400.0];

    #[test]
    fn estimates_lie_between_the_raw_rate_and_the_mean() {
        let prior = fit_moments(&COUNTS, &POPULATIONS).expect("valid input");
        assert!(prior.between > 0.0 && prior.between == prior.between_raw);
        for (o, p) in COUNTS.iter().zip(POPULATIONS) {
            let (raw, estimate) = (f64::from(*o) / p, prior.estimate(*o, p));
            assert!(estimate >= raw.min(prior.mean) && estimate <= raw.max(prior.mean));
            assert!((0.0..1.0).contains(&prior.weight(p)));
        }
    }

    #[test]
    fn counts_that_vary_less_than_chance_are_all_the_mean() {
        let counts = [2, 1, 1, 2, 1, 0];
        let populations = [90.0, 100.0, 110.0, 100.0, 95.0, 10.0];
        let prior = fit_moments(&counts, &populations).expect("valid input");
        assert!(prior.between_raw < 0.0 && prior.between == 0.0);
        assert!(marshall_rates(&counts, &populations).expect("valid input").iter().all(|r| *r == prior.mean));
    }

    #[test]
    fn units_without_population_say_nothing() {
        let with = fit_moments(&[0, 40, 3, 7, 1], &[100.0, 900.0, 300.0, 0.0, 50.0]).expect("valid input");
        assert_eq!(with, fit_moments(&[0, 40, 3, 1], &[100.0, 900.0, 300.0, 50.0]).expect("valid input"));
        assert_eq!(with.estimate(7, 0.0), with.mean);
    }

    #[test]
    fn the_unit_of_population_does_not_matter() {
        let plain = fit_moments(&COUNTS, &POPULATIONS).expect("valid input");
        let scaled = fit_moments(&COUNTS, &POPULATIONS.map(|p| p * 1000.0)).expect("valid input");
        for (o, p) in COUNTS.iter().zip(POPULATIONS) {
            assert!((plain.estimate(*o, p) / scaled.estimate(*o, p * 1000.0) / 1000.0 - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn no_incident_and_wrong_input_are_defined() {
        let none = fit_moments(&[0, 0], &[1.0, 2.0]).expect("valid input");
        assert_eq!((none.mean, none.between, none.estimate(0, 1.0)), (0.0, 0.0, 0.0));
        let one = fit_moments(&[3], &[10.0]).expect("valid input");
        assert_eq!((one.mean, one.between), (0.3, 0.0));
        assert_eq!(fit_moments(&[], &[]), Err(Error::NoReference));
        assert!(matches!(fit_moments(&[1], &[1.0, 2.0]), Err(Error::Length { .. })));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(fit_moments(&[1, 2], &[1.0, bad]).is_err());
        }
    }
}
