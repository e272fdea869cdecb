//! Rates made comparable before their association is measured: the empirical Bayes index.
//!
//! # Definition
//! Assunção and Reis, *Statistics in Medicine* 18, 1999. Rates of small populations vary more, so the values that Moran's I permutes are
//! not exchangeable and it finds patterns in the populations. With events y_i in populations n_i, rates r_i = y_i / n_i,
//!
//! ```text
//! b = Σ y / Σ n                       the overall rate
//! a = Σ n_i (r_i − b)² / Σ n − b / n̄   the variance of the underlying rates, by moments
//! z_i = (r_i − b) / √(a + b / n_i)
//! ```
//!
//! z has about the same spread everywhere; give it to [`super::global::moran`] or [`super::moran::local_moran`]. Where the variance
//! `a + b / n_i` of a unit is not positive (a can be negative) it is `b / n_i`, as the paper says (p. 2157); a itself stays as it is.
//!
//! # Choices where tools disagree
//! `esda` does as the paper. GeoDa puts a negative a to 0 for all units, as Marshall does for smoothed rates
//! ([`crate::rate::empirical_bayes`]): each z is then nearer to 0. `spdep` 1.2 replaces non-positive variances by those of the *first*
//! units instead of the same ones (`v[v < 0] <- b/x`).
//!
//! # Pitfalls
//! Inference is by permutation of z: it is not whole, so there is no exact p, and the null of equal risk is approximated, not simulated.
//! A unit without population has no rate: leave it out.
//!
//! # Cost
//! Three passes over the units.

use crate::error::{Error, Result};

/// Standardised rates and what they were standardised with.
#[derive(Debug, Clone, PartialEq)]
pub struct EmpiricalBayesIndex {
    /// Of each unit, its rate's distance from the overall rate in standard deviations.
    pub z: Vec<f64>,
    /// Overall rate b.
    pub rate: f64,
    /// Variance of the underlying rates a; negative when rates vary less than chance would make them.
    pub variance: f64,
    /// Units whose own variance was not positive without the replacement.
    pub replaced: usize,
}

/// Standardises rates by the empirical Bayes index.
///
/// Without any event all z are 0.
///
/// # Errors
/// [`Error::Length`] when there is not one population for each count, [`Error::OutOfRange`] when a population is not positive and
/// finite.
///
/// ```
/// use hotspot_core::local::standardized_rate::empirical_bayes_index;
/// let index = empirical_bayes_index(&[1, 0, 9], &[100.0, 200.0, 300.0])?;
/// assert!((index.rate - 10.0 / 600.0).abs() < 1e-15);
/// assert!(index.z[2] > 0.0 && index.z[1] < index.z[0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn empirical_bayes_index(events: &[u32], population: &[f64]) -> Result<EmpiricalBayesIndex> {
    if events.len() != population.len() {
        return Err(Error::Length { what: "populations", got: population.len(), expected: events.len() });
    }
    if population.iter().any(|n| !(*n > 0.0 && n.is_finite())) {
        return Err(Error::OutOfRange { what: "population", must: "positive and finite" });
    }
    let units = events.len() as f64;
    let people: f64 = population.iter().sum();
    let all: f64 = events.iter().copied().map(f64::from).sum();
    if all == 0.0 {
        return Ok(EmpiricalBayesIndex { z: vec![0.0; events.len()], rate: 0.0, variance: 0.0, replaced: 0 });
    }
    let rate = all / people;
    let rates = || events.iter().zip(population).map(|(y, n)| (f64::from(*y) / n, *n));
    let variance = rates().map(|(r, n)| n * (r - rate) * (r - rate)).sum::<f64>() / people - rate / (people / units);
    if !variance.is_finite() {
        return Err(Error::OutOfRange { what: "population", must: "large enough that rates are finite" });
    }
    let mut replaced = 0;
    let z: Vec<f64> = rates()
        .map(|(r, n)| {
            let mut own = variance + rate / n;
            if own <= 0.0 {
                own = rate / n;
                replaced += 1;
            }
            (r - rate) / own.sqrt()
        })
        .collect();
    if z.iter().any(|z| !z.is_finite()) {
        return Err(Error::OutOfRange { what: "population", must: "small enough that rates do not vanish" });
    }
    Ok(EmpiricalBayesIndex { z, rate, variance, replaced })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variance_that_is_not_positive_is_replaced_where_it_occurs() {
        // Rates as equal as can be: a is negative. Only large populations have too small a variance of their own.
        let index = empirical_bayes_index(&[1, 100, 1, 1], &[10.0, 1000.0, 10.0, 10.0]).unwrap();
        assert!(index.variance < 0.0);
        assert_eq!((index.replaced, &index.z[..]), (1, &[0.0; 4][..]));
        let index = empirical_bayes_index(&[1, 105, 1, 1], &[10.0, 1000.0, 10.0, 10.0]).unwrap();
        let b = 108.0 / 1030.0;
        assert_eq!(index.replaced, 1);
        assert!((index.z[1] - (0.105 - b) / (b / 1000.0_f64).sqrt()).abs() < 1e-12);
        assert!((index.z[0] - (0.1 - b) / (index.variance + b / 10.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn the_unit_of_population_does_not_matter() {
        let (events, population) = ([0, 40, 3, 1, 120, 9], [100.0, 900.0, 300.0, 50.0, 1500.0, 400.0]);
        let plain = empirical_bayes_index(&events, &population).unwrap();
        let scaled = empirical_bayes_index(&events, &population.map(|p| p * 1000.0)).unwrap();
        assert!(plain.z.iter().zip(&scaled.z).all(|(a, b)| (a - b).abs() < 1e-11));
    }

    #[test]
    fn no_event_no_unit_and_wrong_input() {
        assert_eq!(empirical_bayes_index(&[0, 0], &[1.0, 2.0]).unwrap().z, [0.0, 0.0]);
        assert!(empirical_bayes_index(&[], &[]).unwrap().z.is_empty());
        assert!(matches!(empirical_bayes_index(&[1], &[]), Err(Error::Length { .. })));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(empirical_bayes_index(&[1], &[bad]), Err(Error::OutOfRange { .. })));
        }
    }
}
