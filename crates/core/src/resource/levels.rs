//! Boroughs have levels of their own.
//!
//! A count of a unit is drawn to what is usual. Were that the whole city's rate, thousands of units of a borough that has half as much again would
//! each be drawn down, and the borough with them, though its own count is as sure as can be. So boroughs have levels of their own, with their own
//! uncertainty, and units are drawn to these: the level of a borough is (n + 10) / (E + 10) times the rate of the city, where n incidents are
//! recorded and E would be by the measure, and its relative variance is φ / (n + 10).

use super::need::{Need, needs};
use crate::error::Result;
use crate::rate::GammaPosterior;
use std::collections::BTreeMap;

/// Incidents of the mean rate that stand beside a borough's own.
const BOROUGH_PSEUDO: f64 = 10.0;
/// Fewest units of a borough that has a level of its own: where boroughs are the units the rates of units say it all.
const BOROUGH_UNITS: usize = 10;

/// What each unit would have if incidents followed the measure *within its borough*.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// By unit.
    pub reference: Vec<f64>,
    /// By unit; none where the borough has no level of its own.
    pub borough: Vec<Option<u32>>,
    /// Relative variance of the level, by borough.
    pub variance: BTreeMap<u32, f64>,
    /// How much more than chance months vary.
    pub dispersion: f64,
}

impl Levels {
    /// Levels of boroughs by the counts of units, what the measure says of each, and the borough that each is in. The columns have one length.
    pub fn of(counts: &[u32], measure: &[f64], mut borough: Vec<Option<u32>>, dispersion: f64) -> Self {
        let mut reference = expected(counts, measure);
        let mut of: BTreeMap<u32, (usize, f64, f64)> = BTreeMap::new();
        for ((count, wanted), b) in counts.iter().zip(&reference).zip(&borough) {
            if let Some(b) = b {
                let (units, n, e) = of.entry(*b).or_default();
                (*units, *n, *e) = (*units + 1, *n + f64::from(*count), *e + wanted);
            }
        }
        of.retain(|_, (units, _, _)| *units >= BOROUGH_UNITS);
        for (wanted, b) in reference.iter_mut().zip(&mut borough) {
            *b = b.filter(|b| of.contains_key(b));
            if let Some((_, n, e)) = b.as_ref().and_then(|b| of.get(b)) {
                *wanted *= (n + BOROUGH_PSEUDO) / (e + BOROUGH_PSEUDO);
            }
        }
        let variance = of.into_iter().map(|(b, (_, n, _))| (b, dispersion / (n + BOROUGH_PSEUDO))).collect();
        Self { reference, borough, variance, dispersion }
    }

    /// The needs of places, with the uncertainty of the boroughs' levels; `windows` is the length of the next period in windows.
    ///
    /// # Errors
    /// As [`needs`].
    pub fn needs(&self, counts: &[u32], place_of: &[Option<u32>], places: usize, windows: f64) -> Result<Vec<Need>> {
        let mut made = needs(counts, &self.reference, place_of, places, windows, self.dispersion)?;
        // By what part of it a place is in each borough.
        let mut parts: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); places];
        let mut whole = vec![0.0; places];
        for ((wanted, place), b) in self.reference.iter().zip(place_of).zip(&self.borough) {
            let Some(place) = place.map(|p| p as usize) else { continue };
            whole[place] += wanted;
            if let Some(b) = b {
                *parts[place].entry(*b).or_default() += wanted;
            }
        }
        for ((need, parts), whole) in made.iter_mut().zip(parts).zip(whole) {
            let (mean, variance) = (need.expected.mean(), need.expected.variance());
            let relative: f64 = parts.into_iter().map(|(b, part)| (part / whole).powi(2) * self.variance[&b]).sum();
            if relative > 0.0 && mean > 0.0 {
                let variance = variance + mean * mean * relative;
                need.expected = GammaPosterior { shape: mean * mean / variance, rate: mean / variance };
            }
        }
        Ok(made)
    }
}

/// What each unit would have if incidents followed the measure.
fn expected(counts: &[u32], measure: &[f64]) -> Vec<f64> {
    let total: f64 = measure.iter().sum();
    let incidents: f64 = counts.iter().map(|c| f64::from(*c)).sum();
    if total > 0.0 { measure.iter().map(|m| m / total * incidents).collect() } else { measure.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two boroughs of 1,000 units of one size; the first has three times what the second has.
    fn world() -> (Vec<u32>, Vec<Option<u32>>) {
        let counts = (0..2_000).map(|u| u32::from(if u < 1_000 { u % 2 == 0 } else { u % 6 == 0 })).collect();
        (counts, (0..2_000).map(|u| Some(u32::from(u >= 1_000))).collect())
    }

    #[test]
    fn a_borough_is_not_drawn_to_the_city_and_its_level_has_its_own_uncertainty() {
        let (counts, borough) = world();
        let made = Levels::of(&counts, &[1.0; 2_000], borough.clone(), 1.5).needs(&counts, &borough, 2, 1.0).expect("valid input");
        let share = made[1].expected.mean() / made[0].expected.mean();
        assert!((share / (167.0 / 500.0) - 1.0).abs() < 0.05, "{made:?}");
        for (need, counted) in made.iter().zip([500.0, 167.0]) {
            // The smooth prior is wider than these units, which have one rate: it puts all of them a little high.
            assert!((need.expected.mean() / counted - 1.0).abs() < 0.08, "{need:?}");
            assert!(need.expected.variance() > counted, "at least that of a count: {need:?}");
        }
        // As one city the units, and the boroughs with them, would be drawn to its mean.
        let one = Levels::of(&counts, &[1.0; 2_000], vec![None; 2_000], 1.5).needs(&counts, &borough, 2, 1.0).expect("valid input");
        assert!(one[0].expected.mean() < 0.9 * made[0].expected.mean(), "{one:?}");
    }

    #[test]
    fn a_borough_of_few_units_has_no_level_of_its_own() {
        let (counts, _) = world();
        let own: Vec<Option<u32>> = (0..2_000).map(Some).collect();
        let made = Levels::of(&counts, &[1.0; 2_000], own, 1.0);
        assert!(made.variance.is_empty() && made.borough.iter().all(Option::is_none));
    }
}
