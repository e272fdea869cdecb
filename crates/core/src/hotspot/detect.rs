//! The hotspot rule: which units are hot, and how they make places.
//!
//! # Definition
//! Unit `i` has `y_i` incidents and `E_i` expected ones: the study-area total shared out by a named reference measure
//! (by default the area inside the study area). Its relative rate is `θ_i ~ Gamma(a, b)` before the data and
//! `θ_i | y ~ Gamma(a + y_i, b + E_i)` after them; `(a, b)` maximises the marginal (negative binomial) likelihood over all
//! units, zeros included (Clayton and Kaldor 1987). Units are ranked by `P(θ_i > threshold)`, and the hot ones are the
//! largest set whose mean `1 − P` is at most [`DetectParams::fdr`]: the Bayesian false discovery rate (Müller, Parmigiani
//! and Rice 2006; Newton and others 2004). A unit without an incident of its own never belongs.
//!
//! Hot units that touch are one place; so are hot units with incidents within [`DetectParams::join_radius_m`] metres of one
//! another. One incident is no gathering: a place has [`LEAST_INCIDENTS`] or more. A place of more than [`DetectParams::max_area_km2`] is split by watershed on the posterior mean: units are
//! taken from the highest mean down, each joins the place of its highest neighbour that still has room, or starts one.
//!
//! # Design
//! Gi* is not the rule: its conditional p says nothing of the unit's own count, its null contains the hotspots, and under
//! FDR it finds almost nothing on heavy-tailed counts. It is a layer ([`crate::local`]).
//!
//! # Complexity
//! One pass over the units for each step of the fit, one incomplete gamma function for each unit with an incident, and an
//! R-tree query for each distinct position in a hot unit.

use super::{Estimate, Verdict};
use crate::error::{Error, Result};
use crate::rate::shrinkage::{GammaPosterior, GammaPrior, fit_gamma_poisson};
use crate::weights::SpatialWeights;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Fewest incidents of a place: one says nothing of it, and would point at whom it happened to.
pub const LEAST_INCIDENTS: u32 = 2;

/// Settings of the hotspot rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectParams {
    /// Hot means a rate above this many times the study area's; positive. Default 2.
    pub threshold: f64,
    /// Highest mean probability of being wrong among hot units, 0 to 1. Default 0.05.
    pub fdr: f64,
    /// Incidents no further apart than this join hot units that do not touch, in metres. Default 150.
    pub join_radius_m: f64,
    /// A place larger than this is split, in square kilometres. Default 1.
    pub max_area_km2: f64,
    /// With fewer incidents than this there is no answer. Default 100.
    pub minimum: u32,
}

impl Default for DetectParams {
    fn default() -> Self {
        Self { threshold: 2.0, fdr: 0.05, join_radius_m: 150.0, max_area_km2: 1.0, minimum: 100 }
    }
}

impl DetectParams {
    fn check(&self) -> Result<()> {
        let rules = [
            (self.threshold > 0.0 && self.threshold.is_finite(), "threshold", "a positive number"),
            (self.fdr > 0.0 && self.fdr < 1.0, "fdr", "between 0 and 1"),
            (self.join_radius_m >= 0.0 && self.join_radius_m.is_finite(), "join radius", "zero or a positive number of metres"),
            (self.max_area_km2 > 0.0, "largest area", "a positive number of square kilometres"),
        ];
        rules.iter().find(|(holds, ..)| !holds).map_or(Ok(()), |(_, what, must)| Err(Error::OutOfRange { what, must }))
    }
}

/// What the rule works on; every column is aligned by unit.
#[derive(Debug, Clone, Copy)]
pub struct DetectInput<'a> {
    /// Incidents.
    pub counts: &'a [u32],
    /// Reference measure, zero or more. A unit without any can never be hot.
    pub reference: &'a [f64],
    /// Square kilometres inside the study area.
    pub area_km2: &'a [f64],
    /// Which units touch.
    pub neighbors: &'a SpatialWeights,
    /// Unit and position in metres of each incident; empty when only counts are known.
    pub points: &'a [(u32, [f64; 2])],
}

/// Relative rates of all units.
#[derive(Debug, Clone, PartialEq)]
pub struct RelativeRates {
    /// Expected incidents by unit; they sum to the total.
    pub expected: Vec<f64>,
    /// Prior fitted to all units.
    pub prior: GammaPrior,
}

impl RelativeRates {
    /// Shares the total out by the reference measure and fits the prior.
    ///
    /// # Errors
    /// [`Error::Length`] when the columns differ, [`Error::NoReference`] when the measure sums to nothing,
    /// [`Error::OutOfRange`] when it is negative or not finite.
    pub fn fit(counts: &[u32], reference: &[f64]) -> Result<Self> {
        if counts.len() != reference.len() {
            return Err(Error::Length { what: "reference measure", got: reference.len(), expected: counts.len() });
        }
        if reference.iter().any(|r| !r.is_finite() || *r < 0.0) {
            return Err(Error::OutOfRange { what: "reference measure", must: "finite and not negative" });
        }
        let measure: f64 = reference.iter().sum();
        if measure <= 0.0 {
            return Err(Error::NoReference);
        }
        let total: u64 = counts.iter().zip(reference).filter(|(_, r)| **r > 0.0).map(|(c, _)| u64::from(*c)).sum();
        let expected: Vec<f64> = reference.iter().map(|r| r / measure * total as f64).collect();
        // A unit without reference has no rate: its incidents are counted, and take no part in the model.
        let usable: Vec<u32> = counts.iter().zip(reference).map(|(c, r)| if *r > 0.0 { *c } else { 0 }).collect();
        let prior = fit_gamma_poisson(&usable, &expected)?;
        Ok(Self { expected, prior })
    }

    /// Posterior of one unit.
    pub fn posterior(&self, row: usize, count: u32) -> GammaPosterior {
        self.prior.posterior(count, self.expected[row])
    }
}

/// A connected set of hot units.
#[derive(Debug, Clone, PartialEq)]
pub struct HotPlace {
    /// Rows of its units, ascending.
    pub units: Vec<u32>,
    /// Unit with the highest posterior mean.
    pub peak: u32,
    /// Square kilometres inside the study area.
    pub area_km2: f64,
    /// Incidents.
    pub n: u32,
    /// Expected incidents.
    pub expected: f64,
    /// Relative rate of the place: the mean of its units' rates weighted by what they expect.
    pub ratio: Estimate,
    /// P(relative rate of the place > threshold).
    pub probability: f64,
    /// Whether it would still be a place if any one of its incidents were not there, prior and cut being what they are.
    pub stands_without_one: bool,
}

/// What the rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Whether there is an answer.
    pub verdict: Verdict,
    /// Rates, when there is one.
    pub rates: Option<RelativeRates>,
    /// The rule's threshold.
    pub threshold: f64,
    /// The lowest probability of a hot unit; 1 when none is hot.
    pub cut: f64,
    /// Places, the largest excess of incidents over expectation first.
    pub places: Vec<HotPlace>,
}

/// Finds hotspots.
///
/// ```
/// use hotspot_core::hotspot::detect::{DetectInput, DetectParams, detect};
/// use hotspot_core::weights::SpatialWeights;
/// // A row of 400 units of 0.1 km², one incident in each second one, and a peak of 60 in the middle.
/// let lists: Vec<Vec<u32>> = (0..400u32).map(|i| [i.checked_sub(1), (i < 399).then_some(i + 1)].into_iter().flatten().collect()).collect();
/// let neighbors = SpatialWeights::from_lists(&lists).unwrap();
/// let mut counts: Vec<u32> = (0..400).map(|i| i % 2).collect();
/// counts[200] = 60;
/// let input = DetectInput { counts: &counts, reference: &[0.1; 400], area_km2: &[0.1; 400], neighbors: &neighbors, points: &[] };
/// let found = detect(&input, &DetectParams::default()).unwrap();
/// assert_eq!(found.places.len(), 1);
/// assert_eq!((found.places[0].peak, found.places[0].n), (200, 60));
/// ```
///
/// # Errors
/// Columns that differ in length, settings outside their range, or a reference measure that is zero everywhere.
pub fn detect(input: &DetectInput<'_>, params: &DetectParams) -> Result<Detection> {
    params.check()?;
    let units = input.counts.len();
    for (what, got) in [("area", input.area_km2.len()), ("neighbours", input.neighbors.len())] {
        if got != units {
            return Err(Error::Length { what, got, expected: units });
        }
    }
    if input.points.iter().any(|(unit, _)| *unit as usize >= units) {
        return Err(Error::OutOfRange { what: "unit of an incident", must: "a row of the table" });
    }
    let Some((rates, hot, cut)) = judged(input.counts, input.reference, params)? else {
        let verdict = Verdict::CannotTell { minimum: params.minimum.max(1) };
        return Ok(Detection { verdict, rates: None, threshold: params.threshold, cut: 1.0, places: Vec::new() });
    };
    let joined = joined_units(&hot, input, params.join_radius_m);
    let mut places: Vec<HotPlace> = split_units(&hot, &joined, input.area_km2, params.max_area_km2)
        .into_iter()
        .map(|rows| place(&hot, &rows, input, &rates, params.threshold, cut))
        .filter(|place| place.n >= LEAST_INCIDENTS)
        .collect();
    places.sort_by(|a, b| (f64::from(b.n) - b.expected).total_cmp(&(f64::from(a.n) - a.expected)).then(a.peak.cmp(&b.peak)));
    Ok(Detection { verdict: Verdict::Analysed, rates: Some(rates), threshold: params.threshold, cut, places })
}

/// The hot units alone, without the places that they make: rows, ascending, and the lowest probability among them (1 when none is hot).
/// `None` with fewer incidents than the rule needs.
///
/// ```
/// use hotspot_core::hotspot::detect::{DetectParams, hot_rows};
/// let mut counts: Vec<u32> = (0..400).map(|i| i % 2).collect();
/// counts[200] = 60;
/// let (rows, cut) = hot_rows(&counts, &[0.1; 400], &DetectParams::default())?.expect("enough incidents");
/// assert_eq!(rows, [200]);
/// assert!(cut > 0.99);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
///
/// # Errors
/// As [`detect`].
pub fn hot_rows(counts: &[u32], reference: &[f64], params: &DetectParams) -> Result<Option<(Vec<u32>, f64)>> {
    params.check()?;
    let judged = judged(counts, reference, params)?;
    Ok(judged.map(|(_, hot, cut)| (hot.into_iter().map(|h| h.row).collect(), cut)))
}

/// Rates, hot units by row and the lowest probability among them; `None` with fewer incidents than the rule needs.
fn judged(counts: &[u32], reference: &[f64], params: &DetectParams) -> Result<Option<(RelativeRates, Vec<Hot>, f64)>> {
    let total: u64 = counts.iter().map(|c| u64::from(*c)).sum();
    if total < u64::from(params.minimum.max(1)) {
        return Ok(None);
    }
    let rates = RelativeRates::fit(counts, reference)?;
    let (hot, cut) = hot_units(counts, &rates, params);
    Ok(Some((rates, hot, cut)))
}

/// A hot unit: its row and its posterior mean.
struct Hot {
    row: u32,
    mean: f64,
}

/// The largest set of units with incidents whose mean 1 − P is at most the rate, by row, and its lowest P.
fn hot_units(counts: &[u32], rates: &RelativeRates, params: &DetectParams) -> (Vec<Hot>, f64) {
    let mut ranked: Vec<(f64, Hot)> = counts
        .iter()
        .enumerate()
        .filter(|(row, count)| **count > 0 && rates.expected[*row] > 0.0)
        .map(|(row, count)| {
            let posterior = rates.posterior(row, *count);
            (posterior.exceedance(params.threshold), Hot { row: row as u32, mean: posterior.mean() })
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.mean.total_cmp(&a.1.mean)).then(a.1.row.cmp(&b.1.row)));
    let mut wrong = 0.0;
    let mut take = 0;
    for (i, (probability, _)) in ranked.iter().enumerate() {
        wrong += 1.0 - probability;
        if wrong > params.fdr * (i + 1) as f64 {
            break;
        }
        take = i + 1;
    }
    ranked.truncate(take);
    let cut = ranked.last().map_or(1.0, |(probability, _)| *probability);
    let mut hot: Vec<Hot> = ranked.into_iter().map(|(_, hot)| hot).collect();
    hot.sort_by_key(|h| h.row);
    (hot, cut)
}

/// For each hot unit (by index), the hot units that it touches or is joined to by near incidents; sorted.
fn joined_units(hot: &[Hot], input: &DetectInput<'_>, radius_m: f64) -> Vec<Vec<u32>> {
    let index_of = |row: u32| hot.binary_search_by_key(&row, |h| h.row).ok();
    let mut joined: Vec<Vec<u32>> = hot
        .iter()
        .map(|h| input.neighbors.neighbors(h.row as usize).iter().filter_map(|n| index_of(*n)).map(|i| i as u32).collect())
        .collect();
    let mut points: Vec<([f64; 2], u32)> = input
        .points
        .iter()
        .filter(|(_, at)| at[0].is_finite() && at[1].is_finite())
        .filter_map(|(row, at)| index_of(*row).map(|i| (*at, i as u32)))
        .collect();
    // Many incidents share a position (anchor points, one address): each is asked for once.
    points.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]).then(a.0[1].total_cmp(&b.0[1])).then(a.1.cmp(&b.1)));
    points.dedup();
    let tree = RTree::bulk_load(points.iter().map(|(at, i)| GeomWithData::new(*at, *i)).collect());
    for (at, i) in &points {
        for near in tree.locate_within_distance(*at, radius_m * radius_m) {
            if near.data != *i && !joined[*i as usize].contains(&near.data) {
                joined[*i as usize].push(near.data);
            }
        }
    }
    for list in &mut joined {
        list.sort_unstable();
        list.dedup();
    }
    joined
}

/// Connected sets of hot units, split by watershed where they are larger than allowed. Indices into `hot`.
fn split_units(hot: &[Hot], joined: &[Vec<u32>], area_km2: &[f64], max_area_km2: f64) -> Vec<Vec<u32>> {
    const NONE: u32 = u32::MAX;
    let mut seen = vec![false; hot.len()];
    let mut label = vec![NONE; hot.len()];
    let mut sets = Vec::new();
    for start in 0..hot.len() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let mut members = vec![start as u32];
        let mut next = 0;
        while let Some(i) = members.get(next).copied() {
            next += 1;
            for n in &joined[i as usize] {
                if !std::mem::replace(&mut seen[*n as usize], true) {
                    members.push(*n);
                }
            }
        }
        let area_of = |i: u32| area_km2[hot[i as usize].row as usize];
        if members.iter().map(|i| area_of(*i)).sum::<f64>() <= max_area_km2 {
            sets.push(members);
            continue;
        }
        members.sort_by(|a, b| hot[*b as usize].mean.total_cmp(&hot[*a as usize].mean).then(a.cmp(b)));
        let mut basins: Vec<(f64, Vec<u32>)> = Vec::new();
        for i in members {
            let mut uphill: Vec<u32> = joined[i as usize].iter().copied().filter(|n| label[*n as usize] != NONE).collect();
            uphill.sort_by(|a, b| hot[*b as usize].mean.total_cmp(&hot[*a as usize].mean).then(a.cmp(b)));
            let room = uphill.iter().map(|n| label[*n as usize]).find(|b| basins[*b as usize].0 + area_of(i) <= max_area_km2);
            let basin = room.unwrap_or_else(|| {
                basins.push((0.0, Vec::new()));
                basins.len() as u32 - 1
            });
            basins[basin as usize].0 += area_of(i);
            basins[basin as usize].1.push(i);
            label[i as usize] = basin;
        }
        sets.extend(basins.into_iter().map(|(_, members)| members));
    }
    sets
}

fn place(hot: &[Hot], members: &[u32], input: &DetectInput<'_>, rates: &RelativeRates, threshold: f64, cut: f64) -> HotPlace {
    let mut units: Vec<u32> = members.iter().map(|i| hot[*i as usize].row).collect();
    units.sort_unstable();
    let peak = members
        .iter()
        .map(|i| &hot[*i as usize])
        .max_by(|a, b| a.mean.total_cmp(&b.mean).then(b.row.cmp(&a.row)))
        .expect("a place has at least one unit")
        .row;
    let weighted: Vec<(f64, GammaPosterior)> =
        units.iter().map(|u| (rates.expected[*u as usize], rates.posterior(*u as usize, input.counts[*u as usize]))).collect();
    let whole = GammaPosterior::weighted_mean(&weighted).expect("a hot unit expects a positive number");
    let n: u32 = units.iter().map(|u| input.counts[*u as usize]).sum();
    // An incident less changes one unit: of several, the others stay hot.
    let still_hot = |row: u32| rates.posterior(row as usize, input.counts[row as usize] - 1).exceedance(threshold) >= cut;
    let stands_without_one = n > LEAST_INCIDENTS && (units.len() > 1 || still_hot(peak));
    HotPlace {
        peak,
        stands_without_one,
        area_km2: units.iter().map(|u| input.area_km2[*u as usize]).sum(),
        n,
        expected: weighted.iter().map(|(e, _)| e).sum(),
        ratio: whole.interval(0.95),
        probability: whole.exceedance(threshold),
        units,
    }
}

#[cfg(test)]
#[path = "detect_tests.rs"]
mod tests;
