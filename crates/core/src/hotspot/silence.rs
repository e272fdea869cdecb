//! The map of silence: where reports are to be expected and few come.
//!
//! # Definition
//! Units (wards, or H3 cells of resolution 8: large enough to expect something) have a count of reports `y_i`, and some [`Measure`]s: a stated
//! population, and other sources that say where something happens (third-party reports, all crime, the neighbours' reports for their
//! population: [`neighbour_measure`]). By each measure s alone, the study area's reports are shared out, `E_is`, and the gamma–Poisson model is
//! fitted to all units ([`rate::shrinkage`](crate::rate::shrinkage)); so `y_i` should be a draw of the negative binomial
//!
//! ```text
//! p_is = P(Y ≤ y_i),   Y ~ NB(shape a_s, mean E_is a_s / b_s)
//! ```
//!
//! which knows how much units differ from that measure anyway. The unit's p is the *largest* over the measures, its expected number the
//! *smallest*: it is silent only when every source says so (an intersection–union test: Berger, *Technometrics* 24, 1982; p keeps its level
//! whatever the dependence). Over all units p is adjusted by Benjamini and Hochberg ([`local::fdr`](crate::local::fdr)). A unit is a **place to
//! engage** when q is at most [`SilenceParams::q`] and every source predicts at least [`SilenceParams::minimum`] reports.
//!
//! # Bounds
//! [`PlaceToEngage::reporting`] says how far under-reporting would have to go to explain it: if a report here is `c` times as likely as
//! elsewhere, the mean is c times as large; the bounds are the c at which `y_i` would be at the end of its central interval, the widest over
//! the measures. "Between 0.02 and 0.4" reads: as few reports as this would be usual if what happens were reported at most 0.4 times as often
//! as elsewhere. Under-reporting is *one* explanation; fewer incidents is another, and the numbers cannot tell them apart.
//!
//! # What it is not
//! Not a count of crime, nor of what is missing: no number here may be shown as one. The list says where to go and ask.
//!
//! # Reporting and order
//! Recorded = incidence × reporting. [`reporting_sensitivity`] says by which factor reporting would have to differ between two places before
//! the order of their rates of *incidence* is another than that of their records: the ratio of the recorded rates, with its limits
//! ([`rate::ratio`](crate::rate::ratio)). "The order stands until reporting differs by a factor of 1.7" is said of the lower limit.
//!
//! # Parameters
//! At least 5 expected reports: below, no count is surprising. q 0.05, level 0.95.
//!
//! # Pitfalls
//! - Population by strand is from a census: of where people live, not where they are; of what they told the census. Where no fit
//!   population is known (transgender people by ward) there is no map of silence.
//! - The more units differ (small a), the less can be said: with a = 1, P(0) is 1 / (1 + E), and a single silent one among 600 units would
//!   have to expect 12,000; with a = 3.4, as residents give for cells of resolution 8 in the synthetic London, one of 2,333 about 80. An empty
//!   list is the rule and no sign that all is well: more measures do not help, better ones do. [`Silence::callable`] says how many units
//!   could have been named at all.
//! - A measure that follows reporting too (third-party reports, where there is a centre) repeats its gaps. All crime follows the centres of
//!   towns.
//! - The silent units are in the fit and in the neighbours' measure: a silent quarter is partly taken for usual. That errs towards
//!   saying nothing.
//!
//! # Cost
//! One fit for each measure, one incomplete beta function for each unit and measure.

use super::StrandAnalysis;
use super::detect::RelativeRates;
use crate::error::{Error, Result};
use crate::local::fdr::benjamini_hochberg;
use crate::rate::GammaPrior;
use crate::rate::ratio::{Exposed, RatioMethod, rate_ratio};
use crate::weights::SpatialWeights;

#[cfg(test)]
mod tests;

/// Something that says where reports are to be expected, by unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure<'a> {
    /// What it is and of when, such as `Muslim residents, census 2021`.
    pub name: &'a str,
    /// Zero or more for each unit, in any unit of measurement; a unit with 0 is not asked about.
    pub values: &'a [f64],
}

/// When a unit is a place to engage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SilenceParams {
    /// Every source predicts at least so many reports; 5 by default.
    pub minimum: f64,
    /// Highest false discovery rate; 0.05 by default.
    pub q: f64,
    /// Level of the bounds of reporting; 0.95 by default.
    pub level: f64,
}

impl Default for SilenceParams {
    fn default() -> Self {
        Self { minimum: 5.0, q: 0.05, level: 0.95 }
    }
}

/// What one measure says of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Reports predicted: the mean of the predictive distribution. Not a count of crime.
    pub reports: f64,
    /// P(so few or fewer).
    pub p: f64,
}

/// A unit where few reports come.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceToEngage {
    /// Row of the unit.
    pub unit: u32,
    /// Reports that came.
    pub reports: u32,
    /// Reports that the measure with the lowest prediction predicts. Not a count of crime.
    pub predicted: f64,
    /// The largest p over the measures.
    pub p: f64,
    /// p adjusted over all units.
    pub q: f64,
    /// How likely a report would have to be, in parts of what it is elsewhere, for so few to be usual: bounds over all measures.
    pub reporting: [f64; 2],
    /// By measure.
    pub by_measure: Vec<Prediction>,
}

/// The map of silence.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// What was asked.
    pub params: SilenceParams,
    /// Names of the measures, with the prior that was fitted to each.
    pub measures: Vec<(String, GammaPrior)>,
    /// Units that were asked about: those with a positive value of every measure.
    pub tested: usize,
    /// Units of which every source predicts the minimum.
    pub expecting: usize,
    /// Of these, those that would be places to engage if not one report came from them, the model and all other units left as they are.
    pub callable: usize,
    /// Places to engage, the smallest p first.
    pub places: Vec<PlaceToEngage>,
}

/// Places where every measure predicts reports and few come.
///
/// # Errors
/// [`Error::Length`] when a measure has not one value for each count; [`Error::OutOfRange`] when there is no measure or no report, a value is
/// negative or not finite, or a setting is outside its range; [`Error::NoReference`] when a measure is zero everywhere.
///
/// ```
/// use hotspot_core::hotspot::silence::{Measure, SilenceParams, silence};
/// // Sixty alike wards with about 20 reports each, and one of the same size with a single one.
/// let mut reports: Vec<u32> = (0..60).map(|i| 16 + i % 9).collect();
/// reports.push(1);
/// let residents = Measure { name: "residents", values: &[1_000.0; 61] };
/// let found = silence(&reports, &[residents], &SilenceParams::default())?;
/// assert_eq!(found.places.iter().map(|p| p.unit).collect::<Vec<_>>(), [60]);
/// assert!(found.places[0].reporting[1] < 0.5);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn silence(reports: &[u32], measures: &[Measure<'_>], params: &SilenceParams) -> Result<Silence> {
    let rules = [
        (!measures.is_empty(), "number of measures", "one or more"),
        (params.minimum >= 0.0 && params.minimum.is_finite(), "minimum", "zero or a positive number of reports"),
        (params.q > 0.0 && params.q < 1.0, "q", "between 0 and 1"),
        (params.level > 0.0 && params.level < 1.0, "level", "between 0 and 1, such as 0.95"),
    ];
    if let Some((_, what, must)) = rules.iter().find(|(holds, ..)| !holds) {
        return Err(Error::OutOfRange { what, must });
    }
    any_report(reports)?;
    let fitted: Vec<RelativeRates> = measures.iter().map(|m| RelativeRates::fit(reports, m.values)).collect::<Result<_>>()?;
    let predictions = |unit: usize| -> Vec<Prediction> {
        let of = |rates: &RelativeRates| Prediction {
            reports: rates.expected[unit] * rates.prior.shape / rates.prior.rate,
            p: rates.prior.predictive_tails(reports[unit], rates.expected[unit])[0].clamp(0.0, 1.0),
        };
        fitted.iter().map(of).collect()
    };
    let tested: Vec<usize> = (0..reports.len()).filter(|unit| measures.iter().all(|m| m.values[*unit] > 0.0)).collect();
    let by_measure: Vec<Vec<Prediction>> = tested.iter().map(|unit| predictions(*unit)).collect();
    let p: Vec<f64> = by_measure.iter().map(|all| all.iter().fold(0.0_f64, |most, one| most.max(one.p))).collect();
    let predicted: Vec<f64> =
        by_measure.iter().map(|all| all.iter().fold(f64::INFINITY, |least, one| least.min(one.reports))).collect();
    let q = benjamini_hochberg(&p)?;
    let at_none =
        |unit: usize| fitted.iter().map(|r| r.prior.predictive_tails(0, r.expected[unit])[0].clamp(0.0, 1.0)).fold(0.0, f64::max);
    let none: Vec<f64> = tested.iter().map(|unit| at_none(*unit)).collect();
    let called = called_alone(&p, &none, params.q);
    let callable = called.iter().zip(&predicted).filter(|(called, predicted)| **called && **predicted >= params.minimum).count();
    let mut places: Vec<PlaceToEngage> = by_measure
        .into_iter()
        .enumerate()
        .filter(|(i, _)| q[*i] <= params.q && predicted[*i] >= params.minimum)
        .map(|(i, by_measure)| {
            let unit = tested[i];
            let bounds = fitted.iter().map(|r| reporting_bounds(&r.prior, reports[unit], r.expected[unit], params.level));
            let reporting = bounds.fold([f64::INFINITY, 0.0], |all, one| [all[0].min(one[0]), all[1].max(one[1])]);
            PlaceToEngage {
                unit: unit as u32,
                reports: reports[unit],
                predicted: predicted[i],
                p: p[i],
                q: q[i],
                reporting,
                by_measure,
            }
        })
        .collect();
    places.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.unit.cmp(&b.unit)));
    Ok(Silence {
        params: *params,
        measures: measures.iter().zip(&fitted).map(|(m, r)| (m.name.to_owned(), r.prior)).collect(),
        tested: tested.len(),
        expecting: predicted.iter().filter(|e| **e >= params.minimum).count(),
        callable,
        places,
    })
}

/// Whether each unit would be among those that Benjamini and Hochberg's rule takes at `level` if its p alone were the one in `instead`.
///
/// It takes the k smallest for the largest k such that the k-th is at most `k level / m`; so a unit is taken when, for some k, its own p is
/// at most that and k − 1 of the others' are.
fn called_alone(p: &[f64], instead: &[f64], level: f64) -> Vec<bool> {
    let limit = |k: usize| k as f64 * level / p.len() as f64;
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below: Vec<usize> = (1..=p.len()).map(|k| sorted.partition_point(|p| *p <= limit(k))).collect();
    let called = |(p, instead): (&f64, &f64)| {
        (1..=below.len()).any(|k| *instead <= limit(k) && below[k - 1] - usize::from(*p <= limit(k)) + 1 >= k)
    };
    p.iter().zip(instead).map(called).collect()
}

/// The factors c of `expected` at which `count` is at the ends of the central interval of the predictive distribution: what it leaves
/// possible of the mean.
fn reporting_bounds(prior: &GammaPrior, count: u32, expected: f64, level: f64) -> [f64; 2] {
    let tail = (1.0 - level) / 2.0;
    let lower = if count == 0 { 0.0 } else { crossing(|c| prior.predictive_tails(count, c * expected)[1] >= tail) };
    [lower, crossing(|c| prior.predictive_tails(count, c * expected)[0] <= tail)]
}

/// The factor, from 1e-12 to 1e12, from which a condition holds; infinite when it holds nowhere.
fn crossing(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (-40.0_f64, 40.0_f64);
    if !holds(high.exp2()) {
        return f64::INFINITY;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if holds(middle.exp2()) { high = middle } else { low = middle }
    }
    high.exp2()
}

/// A measure from the neighbours: each unit's population times the rate of its neighbours together, drawn to the study area's by the
/// gamma–Poisson prior of all units. A unit's own reports take no part but in the prior. Weights count as present or not.
///
/// # Errors
/// As [`silence`], and [`Error::Length`] when there is not one row of the weights for each unit.
///
/// ```
/// use hotspot_core::hotspot::silence::neighbour_measure;
/// use hotspot_core::weights::SpatialWeights;
/// let row = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1]])?;
/// let measure = neighbour_measure(&[40, 0, 0], &[1_000.0; 3], &row)?;
/// // The first has a quiet neighbour, the middle a busy and a quiet one.
/// assert!(measure[1] > measure[0] && measure[0] == measure[2]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn neighbour_measure(reports: &[u32], population: &[f64], weights: &SpatialWeights) -> Result<Vec<f64>> {
    if weights.len() != reports.len() {
        return Err(Error::Length { what: "neighbours", got: weights.len(), expected: reports.len() });
    }
    any_report(reports)?;
    let rates = RelativeRates::fit(reports, population)?;
    let of_unit = |(unit, population): (usize, &f64)| {
        let near = weights.neighbors(unit).iter().map(|n| *n as usize).filter(|n| *n != unit && rates.expected[*n] > 0.0);
        let sums = near.fold((0.0, 0.0), |(y, e), n| (y + f64::from(reports[n]), e + rates.expected[n]));
        population * (rates.prior.shape + sums.0) / (rates.prior.rate + sums.1)
    };
    Ok(population.iter().enumerate().map(of_unit).collect())
}

/// Without any report nothing can be expected anywhere.
fn any_report(reports: &[u32]) -> Result<()> {
    if reports.iter().any(|n| *n > 0) { Ok(()) } else { Err(Error::OutOfRange { what: "number of reports", must: "one or more" }) }
}

/// Which of two places is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// The first has the higher recorded rate.
    First,
    /// The second has.
    Second,
    /// Neither: the rates are equal.
    Neither,
}

/// How much reporting would have to differ before the order of two places changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportingSensitivity {
    /// Which place has the higher recorded rate.
    pub ahead: Ahead,
    /// The order changes when reporting at the place ahead is more than so many times that of the other: the ratio of their recorded rates, 1
    /// or more; infinite when the other has no record.
    pub factor: f64,
    /// Lower limit of the factor: until then the order stands. Below 1 it does not stand even with equal reporting.
    pub lo: f64,
    /// Upper limit; from there on the order is the other.
    pub hi: f64,
}

impl ReportingSensitivity {
    /// Whether the order stands with equal reporting.
    pub fn order_stands(&self) -> bool {
        self.ahead != Ahead::Neither && self.lo > 1.0
    }
}

/// By which factor reporting would have to differ between two places before their order changes, with exact limits at `level`.
///
/// # Errors
/// [`Error::OutOfRange`] when an exposure is not positive and finite, or the level not in (0, 1).
///
/// ```
/// use hotspot_core::hotspot::silence::{Ahead, reporting_sensitivity};
/// use hotspot_core::rate::ratio::Exposed;
/// let found = reporting_sensitivity(Exposed { count: 30, exposure: 2.25 }, Exposed { count: 45, exposure: 1.5 }, 0.95)?;
/// assert_eq!((found.ahead, found.factor), (Ahead::Second, 2.25));
/// assert!((found.lo - 1.386672).abs() < 1e-6 && (found.hi - 3.698960).abs() < 1e-6 && found.order_stands());
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn reporting_sensitivity(first: Exposed, second: Exposed, level: f64) -> Result<ReportingSensitivity> {
    let rates = [first, second].map(|e| e.count as f64 / e.exposure);
    let (ahead, high, low) = if rates[1] > rates[0] {
        (Ahead::Second, second, first)
    } else if rates[0] > rates[1] {
        (Ahead::First, first, second)
    } else {
        (Ahead::Neither, first, second)
    };
    let ratio = rate_ratio(high, low, level, RatioMethod::Exact)?;
    let factor = if ahead == Ahead::Neither { 1.0 } else { ratio.ratio.unwrap_or(f64::INFINITY) };
    Ok(ReportingSensitivity { ahead, factor, lo: ratio.lower, hi: ratio.upper })
}

impl StrandAnalysis {
    /// For each hotspot, how much reporting would have to differ between it and the next one on the list before the order of their rates
    /// changes (level 0.95): rates are incidents by what the reference measure expects. `None` for the last one.
    ///
    /// The list is by excess, so the next one may have the higher rate: [`ReportingSensitivity::ahead`] says which.
    pub fn orders(&self) -> Vec<Option<ReportingSensitivity>> {
        let exposed = |h: &super::Hotspot| Exposed { count: u64::from(h.n), exposure: h.expected };
        let pairs = self.hotspots.windows(2).map(|pair| reporting_sensitivity(exposed(&pair[0]), exposed(&pair[1]), 0.95).ok());
        pairs.chain(self.hotspots.last().map(|_| None)).collect()
    }
}
