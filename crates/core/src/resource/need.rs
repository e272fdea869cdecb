//! Need: how many incidents are to be expected in the next period, place by place.
//!
//! # Definition
//! Unit u has y_u incidents in the window where E_u would be expected by the reference measure. Its relative rate θ_u has a prior of free form
//! fitted to *all* units ([`crate::rate::free_form`]): whoever looks at the highest places needs a prior that is right for them. In a period of t windows the place P of several units expects
//!
//! ```text
//! N_P = t Σ_{u in P} E_u θ_u
//! ```
//!
//! taken as the gamma distribution with the same mean and variance. Where the measure has nobody (no residents in a street of shops) it says
//! nothing, and the count stands as it is, with the variance φ y. This is the *expected* number: what will be counted varies about it.
//!
//! **Clusters.** Incidents of one conflict follow one another, and places change: the monthly counts of places vary more than Poisson variables
//! by the factor φ ([`dispersion`]), and a count says so much less.
//!
//! **Boroughs.** Units of a release of London are drawn to the level of their *borough*, not of the city ([`super::challenge`]): thousands of units of a
//! borough that has half as much again would otherwise each be drawn down, and the borough with them, though its own count is as sure as can be.
//!
//! # Why not the count
//! Hotspots are chosen because they ran high: the next period's count is lower on average. The posterior mean of units that are drawn to all
//! units is not, if the prior is right (selection does not matter to a posterior). `tests/challenge` measures it on simulated worlds.
//!
//! # Harm
//! With a weight for each incident the need is N_P h_P. The mean weight h of a place is drawn to that of all incidents as if
//! [`HARM_PSEUDO`] incidents of the mean weight stood beside its own, and its own uncertainty is carried: Var = h² Var N + E² s²/(n + κ).
//!
//! # Pitfalls
//! Recorded incidents are not all incidents: where less is reported the need is larger than this. Incidents of one trigger are not
//! independent, so that the true uncertainty is larger.

use crate::error::{Error, Result};
use crate::rate::free_form::{Moments, fit_free_form};
use crate::rate::shrinkage::GammaPosterior;
use std::collections::BTreeMap;

/// Incidents of the mean weight that stand beside a place's own.
pub const HARM_PSEUDO: f64 = 10.0;

/// The need of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    /// Incidents in the window.
    pub incidents: u32,
    /// Expected number in the next period; with harm, in units of harm.
    pub expected: GammaPosterior,
    /// Mean of the expected number of incidents, whatever the weights are.
    pub count: f64,
}

/// Weights of the incidents of a place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Harm {
    /// Incidents.
    pub n: u32,
    /// Sum of their weights.
    pub sum: f64,
    /// Sum of their squares.
    pub squares: f64,
}

impl Harm {
    /// Adds an incident.
    pub fn add(&mut self, weight: f64) {
        self.n += 1;
        self.sum += weight;
        self.squares += weight * weight;
    }
}

/// φ: how much more than Poisson variables the monthly counts of places vary about what their totals and the months' would have, 1 at least.
/// Places with fewer than [`LEAST`] incidents are left out.
///
/// ```
/// use hotspot_core::resource::need::dispersion;
///
/// // Twelve at once, then none for three months, in turn: far from even.
/// assert!(dispersion(&[vec![12, 0, 0, 0], vec![0, 12, 0, 0], vec![0, 0, 12, 0], vec![0, 0, 0, 12]]) > 9.0);
/// assert_eq!(dispersion(&[vec![5, 5, 5, 5], vec![5, 5, 5, 5]]), 1.0);
/// ```
pub fn dispersion(monthly: &[Vec<u32>]) -> f64 {
    let used: Vec<&Vec<u32>> = monthly.iter().filter(|m| m.iter().sum::<u32>() >= LEAST).collect();
    let months = used.iter().map(|m| m.len()).min().unwrap_or(0);
    let of_month: Vec<f64> = (0..months).map(|at| used.iter().map(|m| f64::from(m[at])).sum()).collect();
    let total: f64 = of_month.iter().sum();
    let (mut index, mut freedom) = (0.0, 0.0);
    for place in &used {
        let n: f64 = place.iter().take(months).map(|c| f64::from(*c)).sum();
        for (count, all) in place.iter().zip(&of_month).filter(|(_, all)| **all > 0.0) {
            let expected = n * all / total;
            index += (f64::from(*count) - expected).powi(2) / expected;
        }
        freedom += of_month.iter().filter(|all| **all > 0.0).count().saturating_sub(1) as f64;
    }
    if freedom > 0.0 { (index / freedom).max(1.0) } else { 1.0 }
}

/// Fewest incidents of a place that says something of clusters.
pub const LEAST: u32 = 12;

/// The needs of places, which are disjoint sets of units; `place_of` has the place of each unit, `None` for none. `periods` is the length of
/// the next period in windows; `dispersion` is φ.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when a reference is negative or not finite, the period is not
/// positive, or a place is not below `places`.
///
/// ```
/// use hotspot_core::resource::need::needs;
///
/// let counts = [0, 1, 0, 9, 2, 0, 0, 1];
/// let made = needs(&counts, &[1.0; 8], &[0, 0, 0, 1, 1, 0, 0, 0].map(Some), 2, 0.5, 1.0)?;
/// // The second place had 11 of 13 in a whole window; it is expected to have about 5.5 in half of one.
/// assert_eq!(made[1].incidents, 11);
/// assert!(made[1].expected.mean() < 6.0 && made[1].expected.mean() > 3.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn needs(
    counts: &[u32],
    reference: &[f64],
    place_of: &[Option<u32>],
    places: usize,
    periods: f64,
    dispersion: f64,
) -> Result<Vec<Need>> {
    if place_of.len() != counts.len() {
        return Err(Error::Length { what: "places of units", got: place_of.len(), expected: counts.len() });
    }
    if !(periods > 0.0 && periods.is_finite()) {
        return Err(Error::OutOfRange { what: "period", must: "positive and finite" });
    }
    if place_of.iter().flatten().any(|p| *p as usize >= places) {
        return Err(Error::OutOfRange { what: "place of a unit", must: "one of the places" });
    }
    let prior = fit_free_form(counts, reference, dispersion)?;
    let mut known: BTreeMap<(u32, u64), Moments> = BTreeMap::new();
    let mut parts = vec![(0u32, 0.0, 0.0); places];
    for ((count, reference), place) in counts.iter().zip(reference).zip(place_of) {
        let Some(place) = place else { continue };
        let part = &mut parts[*place as usize];
        part.0 += count;
        if *reference == 0.0 {
            part.1 += f64::from(*count);
            part.2 += f64::from(*count) * dispersion;
            continue;
        }
        let posterior = *known.entry((*count, reference.to_bits())).or_insert_with(|| prior.moments(*count, *reference));
        part.1 += reference * posterior.mean;
        part.2 += reference * reference * posterior.variance;
    }
    Ok(parts
        .into_iter()
        .map(|(incidents, mean, variance)| {
            let (mean, variance) = (mean * periods, variance * periods * periods);
            Need { incidents, expected: gamma(mean, variance), count: mean }
        })
        .collect())
}

/// The gamma distribution with a mean and variance; of no mean one that is as good as 0.
fn gamma(mean: f64, variance: f64) -> GammaPosterior {
    if mean > 0.0 && variance > 0.0 {
        GammaPosterior { shape: mean * mean / variance, rate: mean / variance }
    } else {
        GammaPosterior { shape: 1.0, rate: 1e300 }
    }
}

/// The needs in units of harm.
///
/// # Errors
/// [`Error::Length`] when there is not one `harm` for each need, [`Error::OutOfRange`] when a weight is negative or not finite,
/// [`Error::NoReference`] when all weights are 0.
pub fn weighted(needs: &[Need], harm: &[Harm]) -> Result<Vec<Need>> {
    if harm.len() != needs.len() {
        return Err(Error::Length { what: "harm", got: harm.len(), expected: needs.len() });
    }
    if harm.iter().any(|h| !(h.sum >= 0.0 && h.sum.is_finite() && h.squares.is_finite())) {
        return Err(Error::OutOfRange { what: "weight of an incident", must: "zero or more, and finite" });
    }
    let (n, sum, squares) = harm.iter().fold((0.0, 0.0, 0.0), |a, h| (a.0 + f64::from(h.n), a.1 + h.sum, a.2 + h.squares));
    if n == 0.0 || sum == 0.0 {
        return Err(Error::NoReference);
    }
    let mean = sum / n;
    let variance = (squares / n - mean * mean).max(0.0);
    Ok(needs
        .iter()
        .zip(harm)
        .map(|(need, h)| {
            let own = f64::from(h.n) + HARM_PSEUDO;
            let weight = (h.sum + HARM_PSEUDO * mean) / own;
            let (m, v) = (need.expected.mean(), need.expected.variance());
            Need { expected: gamma(m * weight, weight * weight * v + m * m * variance / own), ..*need }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_needs_of_all_places_are_about_what_was_counted_and_clusters_make_them_less_sure() {
        let counts: Vec<u32> = (0..400).map(|i| if i % 40 == 0 { 12 } else { u32::from(i % 5 == 0) }).collect();
        let place_of: Vec<Option<u32>> = (0..400).map(|i| Some(u32::from(i < 200))).collect();
        let at = |dispersion| needs(&counts, &[0.5; 400], &place_of, 2, 1.0, dispersion).expect("valid input");
        let counted: u32 = counts.iter().sum();
        let total: f64 = at(1.0).iter().map(|n| n.expected.mean()).sum();
        assert!((total / f64::from(counted) - 1.0).abs() < 0.02, "{total} {counted}");
        assert!(at(2.5)[0].expected.variance() > 1.5 * at(1.0)[0].expected.variance());
        assert!((at(1.0)[0].count - at(1.0)[0].expected.mean()).abs() < 1e-9);
    }

    #[test]
    fn where_the_measure_has_nobody_the_count_stands() {
        let made = needs(&[40, 2, 3, 1], &[0.0, 2.0, 2.0, 2.0], &[0, 1, 1, 1].map(Some), 2, 0.5, 2.0).expect("valid input");
        assert!((made[0].count - 20.0).abs() < 1e-9 && (made[0].expected.variance() - 20.0).abs() < 1e-9);
    }

    #[test]
    fn harm_keeps_its_mean_and_adds_its_own_uncertainty() {
        let need = |mean: f64| Need { incidents: 50, expected: gamma(mean, mean), count: mean };
        let mut of_one = Harm::default();
        (0..50).for_each(|_| of_one.add(2.0));
        let same = weighted(&[need(50.0), need(50.0)], &[of_one, of_one]).expect("valid input");
        assert!((same[0].expected.mean() - 100.0).abs() < 1e-9 && (same[0].expected.variance() - 200.0).abs() < 1e-9);
        assert_eq!(same[0].count, 50.0);
        let mut heavy = Harm::default();
        (0..50).for_each(|i| heavy.add(if i % 2 == 0 { 1.0 } else { 7.0 }));
        let mixed = weighted(&[need(50.0), need(50.0)], &[of_one, heavy]).expect("valid input");
        // Mean weight 3; the heavy place has (200 + 30) / 60.
        assert!((mixed[1].expected.mean() - 50.0 * 230.0 / 60.0).abs() < 1e-9);
        assert!(mixed[1].expected.variance() > (230.0_f64 / 60.0).powi(2) * 50.0);
    }

    #[test]
    fn a_place_without_units_needs_nothing_and_wrong_columns_are_refused() {
        let made = needs(&[1, 2], &[1.0, 1.0], &[Some(0), None], 2, 1.0, 1.0).expect("valid input");
        assert_eq!((made[1].incidents, made[1].expected.mean() < 1e-200), (0, true));
        assert!(needs(&[1], &[1.0], &[], 1, 1.0, 1.0).is_err());
        assert!(needs(&[1], &[1.0], &[Some(1)], 1, 1.0, 1.0).is_err());
        assert!(needs(&[1], &[1.0], &[Some(0)], 1, 0.0, 1.0).is_err());
        assert!(weighted(&made, &[Harm::default()]).is_err());
        assert!(weighted(&made, &[Harm::default(); 2]).is_err());
    }
}
