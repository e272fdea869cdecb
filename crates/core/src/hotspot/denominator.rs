//! Against what a place is hot: named denominators, the rate of every unit, and how sure its rank is.
//!
//! # Definition
//! A [`Denominator`] gives every unit a measure of what is at risk: square kilometres, residents, people there by day. By each alone
//! the study area's incidents are shared out, and the relative rate of unit `i` is `θ_i | y ~ Gamma(a + y_i, b + E_i)`, the prior fitted
//! to all units ([`rate::shrinkage`](crate::rate::shrinkage); Clayton and Kaldor 1987): the same model as the hotspot rule
//! ([`detect`](super::detect)), which uses the first denominator. For every unit [`unit_rates`] gives the posterior mean with its 95 %
//! interval, `P(θ_i > k)`, `P(θ_i among the highest 1 %)` and the interval of its rank ([`rate::rank`](crate::rate::rank)).
//!
//! # Where there is no rate
//! A unit whose measure is 0 has no rate, not a rate of 0: its incidents are counted and take no part. A place has a rate only if at
//! least [`FIT_SHARE`] of its incidents lie in units with one, and it holds [`Denominator::least`] of the measure: else the
//! denominator is unfit, and no number is given.
//!
//! # What the numbers mean
//! Two denominators answer two questions. Per resident: how often something happens *to those who live here*. Per person there by day, or per
//! km²: how often it happens *here*. A square with shops has few residents and is high by the one and not by the other: both stand side by
//! side, and neither is "the" rate.
//!
//! # Cost
//! One fit, one pair of quantiles for each unit, and the simulation of ranks.

use super::Estimate;
use super::detect::RelativeRates;
use crate::error::Result;
use crate::rate::GammaPosterior;
use crate::rate::poisson::exact_limits;
use crate::rate::rank::{RankParams, rank_intervals};
use rayon::prelude::*;

/// The least share of a place's incidents that lie where the denominator is known.
pub const FIT_SHARE: f64 = 0.9;

/// Identifier of the denominator of residents.
pub const RESIDENTS: &str = "residents";

/// A named measure of what is at risk.
#[derive(Debug, Clone, PartialEq)]
pub struct Denominator {
    /// Stable identifier, such as `residents`.
    pub id: String,
    /// What it is and where it comes from.
    pub name: String,
    /// Per what rates are given, such as `1,000 residents`.
    pub unit: String,
    /// How much of the measure that is; positive.
    pub per: f64,
    /// A place that holds less of the measure than this has no rate by it.
    pub least: f64,
    /// The measure by unit at the resolution of the hotspots, zero or more.
    pub values: Vec<f64>,
}

impl Denominator {
    /// Square kilometres inside the study area.
    pub fn area(area_km2: &[f64]) -> Self {
        Self {
            id: "area".to_owned(),
            name: "area inside the study area, km²".to_owned(),
            unit: "km²".to_owned(),
            per: 1.0,
            least: 0.0,
            values: area_km2.to_vec(),
        }
    }

    /// People of some kind: rates are per 1,000, and no place with fewer than 100 has one.
    pub fn people(id: &str, name: String, unit: &str, values: Vec<f64>) -> Self {
        Self { id: id.to_owned(), name, unit: format!("1,000 {unit}"), per: 1000.0, least: 100.0, values }
    }
}

/// The rate of a place by one denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaceRate {
    /// Incidents in its units that have a rate.
    pub n: u32,
    /// The measure in them.
    pub measure: f64,
    /// Incidents per [`Denominator::unit`] a year, with exact 95 % Poisson limits: rate, lower, upper.
    pub rate: [f64; 3],
    /// How many times the study area's rate, with 95 % credible interval.
    pub ratio: Estimate,
    /// P(more than the threshold times the study area's rate).
    pub probability: f64,
}

/// The rate of a set of units; `None` where the denominator is unfit. `years` is the length of the window.
pub fn place_rate(
    units: &[u32],
    counts: &[u32],
    denominator: &Denominator,
    rates: &RelativeRates,
    years: f64,
    threshold: f64,
) -> Option<PlaceRate> {
    let with: Vec<usize> = units.iter().map(|u| *u as usize).filter(|u| denominator.values[*u] > 0.0).collect();
    let all: u32 = units.iter().map(|u| counts[*u as usize]).sum();
    let n: u32 = with.iter().map(|u| counts[*u]).sum();
    let measure: f64 = with.iter().map(|u| denominator.values[*u]).sum();
    if f64::from(n) < FIT_SHARE * f64::from(all) || measure < denominator.least {
        return None;
    }
    let weighted: Vec<(f64, GammaPosterior)> = with.iter().map(|u| (rates.expected[*u], rates.posterior(*u, counts[*u]))).collect();
    let whole = GammaPosterior::weighted_mean(&weighted)?;
    let per = denominator.per / measure / years;
    let [lo, hi] = exact_limits(u64::from(n), 0.95);
    Some(PlaceRate {
        n,
        measure,
        rate: [f64::from(n) * per, lo * per, hi * per],
        ratio: whole.interval(0.95),
        probability: whole.exceedance(threshold),
    })
}

/// Rates of all units by one denominator, in columns aligned with `units`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRates {
    /// [`Denominator::id`].
    pub denominator: String,
    /// Rows of the units that have a rate, ascending.
    pub units: Vec<u32>,
    /// Incidents.
    pub n: Vec<u32>,
    /// Expected number if incidents followed the denominator.
    pub expected: Vec<f64>,
    /// How many times the study area's rate, with 95 % credible interval.
    pub ratio: Vec<Estimate>,
    /// P(more than the threshold times the study area's rate).
    pub probability: Vec<f64>,
    /// P(among the highest 1 % of units).
    pub in_top: Vec<f64>,
    /// 95 % interval of the rank, 1 the highest.
    pub rank: Vec<[u32; 2]>,
}

impl UnitRates {
    /// Position of a unit in the columns; `None` when it has no rate.
    pub fn position(&self, unit: u32) -> Option<usize> {
        self.units.binary_search(&unit).ok()
    }
}

/// The rate and rank of every unit.
///
/// ```
/// use hotspot_core::hotspot::denominator::{Denominator, unit_rates};
/// use hotspot_core::hotspot::detect::RelativeRates;
/// use hotspot_core::rate::rank::RankParams;
/// let residents = Denominator::people("residents", "residents, made up".into(), "residents", vec![500.0, 0.0, 300.0, 400.0]);
/// let counts = [40, 7, 2, 1];
/// let rates = RelativeRates::fit(&counts, &residents.values)?;
/// let all = unit_rates(&counts, &residents, &rates, 2.0, &RankParams::default())?;
/// assert_eq!(all.units, [0, 2, 3]); // nobody lives in unit 1
/// assert_eq!(all.rank[0], [1, 1]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`rank_intervals`].
pub fn unit_rates(
    counts: &[u32],
    denominator: &Denominator,
    rates: &RelativeRates,
    threshold: f64,
    ranks: &RankParams,
) -> Result<UnitRates> {
    let units: Vec<u32> = (0..counts.len() as u32).filter(|u| denominator.values[*u as usize] > 0.0).collect();
    let posteriors: Vec<GammaPosterior> = units.iter().map(|u| rates.posterior(*u as usize, counts[*u as usize])).collect();
    let ranks = rank_intervals(&posteriors, ranks)?;
    Ok(UnitRates {
        denominator: denominator.id.clone(),
        n: units.iter().map(|u| counts[*u as usize]).collect(),
        expected: units.iter().map(|u| rates.expected[*u as usize]).collect(),
        ratio: posteriors.par_iter().map(|p| p.interval(0.95)).collect(),
        probability: posteriors.par_iter().map(|p| p.exceedance(threshold)).collect(),
        in_top: ranks.in_top,
        rank: ranks.lower.into_iter().zip(ranks.upper).map(|(lower, upper)| [lower, upper]).collect(),
        units,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residents(values: &[f64]) -> Denominator {
        Denominator::people("residents", "residents".to_owned(), "residents", values.to_vec())
    }

    #[test]
    fn a_place_has_a_rate_by_the_definition_and_none_where_the_denominator_is_unfit() {
        let counts = [30, 10, 1, 1, 0, 2];
        let here = residents(&[600.0, 0.0, 900.0, 800.0, 700.0, 1000.0]);
        let rates = RelativeRates::fit(&counts, &here.values).expect("columns fit");
        let one = place_rate(&[0], &counts, &here, &rates, 0.5, 2.0).expect("600 live there");
        // 30 in half a year among 600: 100 per 1,000 a year; exact limits of 30 are 20.2407 and 42.8269.
        assert!((one.rate[0] - 100.0).abs() < 1e-9);
        assert!((one.rate[1] - 67.4690).abs() < 1e-3 && (one.rate[2] - 142.7564).abs() < 1e-3, "{:?}", one.rate);
        let posterior = rates.posterior(0, 30);
        assert!((one.ratio.mean - posterior.mean()).abs() < 1e-12 && (one.probability - posterior.exceedance(2.0)).abs() < 1e-12);
        // A quarter of the incidents lie where nobody lives; where few live there is no rate either.
        assert_eq!(place_rate(&[0, 1], &counts, &here, &rates, 1.0, 2.0), None);
        assert_eq!(place_rate(&[1], &counts, &here, &rates, 1.0, 2.0), None);
        let few = residents(&[99.0, 0.0, 900.0, 800.0, 700.0, 1000.0]);
        assert_eq!(place_rate(&[0], &counts, &few, &RelativeRates::fit(&counts, &few.values).expect("fits"), 1.0, 2.0), None);
    }

    #[test]
    fn every_unit_with_a_measure_has_a_rate_and_a_rank_and_the_same_seed_gives_the_same() {
        let counts: Vec<u32> = (0..300).map(|i| if i == 7 { 50 } else { i % 3 }).collect();
        let here = residents(&(0..300).map(|i| f64::from(i % 5) * 100.0).collect::<Vec<_>>());
        let rates = RelativeRates::fit(&counts, &here.values).expect("columns fit");
        let ranks = RankParams { replicates: 199, ..RankParams::default() };
        let all = unit_rates(&counts, &here, &rates, 2.0, &ranks).expect("positive posteriors");
        assert_eq!(all.units.len(), 240);
        assert_eq!(all.position(5), None);
        let seven = all.position(7).expect("it has residents");
        assert_eq!((all.n[seven], all.rank[seven]), (50, [1, 1]));
        assert!(all.in_top[seven] > 0.99 && all.probability[seven] > 0.999);
        assert!(all.rank.iter().all(|[lower, upper]| 1 <= *lower && lower <= upper && *upper <= 240));
        // One hundredth of 240 is 3 units: the probabilities sum to that.
        assert!((all.in_top.iter().sum::<f64>() - 3.0).abs() < 1e-9);
        assert_eq!(unit_rates(&counts, &here, &rates, 2.0, &ranks), Ok(all));
    }
}
