//! What if the cases are not exactly where they are said to be?
//!
//! Recorded places are snapped to a street centre, jittered, or known only as "somewhere in this ward". The scan takes them for
//! exact. Here each case has the units where it may have happened with their weights; it is placed at random by them, all cases
//! are scanned, and that many times over. The most likely cluster that comes up in nearly every draw does not hang on the places;
//! one that comes up in half of them does.
//!
//! # What the numbers mean
//! [`UncertainScan::share_in_best`] is the share of the draws in which a unit belongs to the most likely cluster, not a
//! probability that the unit is "really" in a cluster. The LLR of the draws is as a rule lower than that of the true places:
//! uncertainty spreads cases out. p of each draw takes its places for exact.
//!
//! # Cost
//! A draw costs what a replica costs; for the space-time permutation, whose expected numbers move with the cases, a whole scan.

use super::search::Best;
use super::{Model, ModelName, Prepared, ScanInput, ScanParams, Stop, replicas, scan};
use crate::error::{Error, Result};
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;

/// Cases with the units where each may have happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UncertainCases {
    steps: Vec<u32>,
    offsets: Vec<u32>,
    units: Vec<u32>,
    /// Running sums of the weights within each case, divided by their total.
    shares: Vec<f64>,
}

impl UncertainCases {
    /// From the step of each case and its (unit, weight) pairs; weights need not add up to 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a case has no unit, or a weight is negative or not finite, or all of a case's are zero.
    pub fn new(cases: &[(u32, Vec<(u32, f64)>)]) -> Result<Self> {
        let mut all = Self { offsets: vec![0], ..Self::default() };
        for (step, places) in cases {
            let total: f64 = places.iter().map(|p| p.1).sum();
            if places.iter().any(|p| p.1.is_nan() || p.1 < 0.0) || !(total > 0.0 && total.is_finite()) {
                return Err(Error::OutOfRange {
                    what: "weights of a case's places",
                    must: "not negative, with a positive and finite sum",
                });
            }
            let mut sum = 0.0;
            for (unit, weight) in places.iter().filter(|p| p.1 > 0.0) {
                sum += weight / total;
                all.units.push(*unit);
                all.shares.push(sum);
            }
            all.steps.push(*step);
            all.offsets.push(all.units.len() as u32);
        }
        Ok(all)
    }

    /// Number of cases.
    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is no case.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Places each case once: adds it to `counts`, by unit and step.
    fn draw(&self, seed: u64, draw: u32, steps: usize, counts: &mut [u32]) {
        // Apart from the streams of the replicas, which have the plain seed.
        let mut random = replicas::stream(!seed, draw);
        for (case, step) in self.steps.iter().enumerate() {
            let places = self.offsets[case] as usize..self.offsets[case + 1] as usize;
            let shares = &self.shares[places.clone()];
            let u = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            let place = shares.partition_point(|s| *s <= u).min(shares.len() - 1);
            counts[self.units[places.start + place] as usize * steps + *step as usize] += 1;
        }
    }
}

/// Scans of many placings of the cases.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainScan {
    /// The model.
    pub model: ModelName,
    /// Seed of the placings and of the replicas.
    pub seed: u64,
    /// LLR of the most likely cluster of each draw; 0 when it has none.
    pub llr: Vec<f64>,
    /// Monte Carlo p of each draw's most likely cluster; empty without replicas.
    pub p: Vec<f64>,
    /// For each unit, the share of the draws whose most likely cluster holds it.
    pub share_in_best: Vec<f64>,
}

/// Scans `draws` placings of uncertain cases. `input` gives the units, steps and model; its own cases are left aside and may be
/// empty. The settings are those of [`scan`]; every replica is made, and of each draw only the best cluster is kept.
///
/// # Errors
/// As [`scan`], and [`Error::OutOfRange`] when a case names a unit or a step that is not there, for the Bernoulli model, whose
/// persons would have to move with the cases, and where a case may be without a population.
///
/// ```
/// use hotspot_core::cluster::scan::{Model, Places, ScanInput, ScanParams, UncertainCases, scan_uncertain};
///
/// let centers: Vec<[f64; 2]> = (0..8).map(|i| [f64::from(i) * 500.0, 0.0]).collect();
/// // Twenty cases in unit 2 or the next one, ten spread out.
/// let mut cases = vec![(0, vec![(2, 3.0), (3, 1.0)]); 20];
/// cases.extend((0..10).map(|i| (0, vec![(i % 8, 1.0)])));
/// let input = ScanInput {
///     places: Places::Circles { centers: &centers, max_radius_m: None },
///     cases: &[],
///     step_lengths: &[1.0],
///     model: Model::Poisson { population: &[100.0; 8] },
/// };
/// let params = ScanParams { max_population: 0.25, ..ScanParams::default() };
/// let found = scan_uncertain(&input, &UncertainCases::new(&cases)?, 200, &params)?;
/// assert_eq!(found.share_in_best[2], 1.0);
/// assert!(found.share_in_best[3] > 0.5 && found.share_in_best[7] == 0.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn scan_uncertain(input: &ScanInput<'_>, cases: &UncertainCases, draws: u32, params: &ScanParams) -> Result<UncertainScan> {
    let (units, steps) = (input.places.len(), input.step_lengths.len());
    if cases.units.iter().any(|u| *u as usize >= units) || cases.steps.iter().any(|s| *s as usize >= steps) {
        return Err(Error::OutOfRange { what: "places of a case", must: "units and a step of the table" });
    }
    if draws == 0 {
        return Err(Error::OutOfRange { what: "draws", must: "1 or more" });
    }
    let placed = |draw: u32| {
        let mut counts = vec![0; units * steps];
        cases.draw(params.seed, draw, steps, &mut counts);
        counts
    };
    match input.model {
        Model::Bernoulli { .. } => {
            Err(Error::OutOfRange { what: "model", must: "Poisson or space-time permutation when places are uncertain" })
        }
        Model::Poisson { .. } => {
            // Expected numbers and windows depend on the population and the total only, so all draws share them. One count per
            // place where a case may be is checked against the population.
            let mut anywhere = vec![0; units * steps];
            for (case, step) in cases.steps.iter().enumerate() {
                for unit in &cases.units[cases.offsets[case] as usize..cases.offsets[case + 1] as usize] {
                    anywhere[*unit as usize * steps + *step as usize] = 1;
                }
            }
            Prepared::new(&ScanInput { cases: &anywhere, ..*input }, params)?;
            let first = placed(0);
            let prepared = Prepared::new(&ScanInput { cases: &first, ..*input }, params)?;
            let draw = |draw: u32, counts: &mut [u32]| cases.draw(params.seed, draw, steps, counts);
            let best = if prepared.zones.is_empty() || cases.is_empty() {
                vec![Best::default(); draws as usize]
            } else {
                prepared.search(params, &prepared.data_spans).maxima(0, draws, &draw)
            };
            let inference = prepared
                .scan(&ScanInput { cases: &first, ..*input }, &ScanParams { stop: Stop::Never, gini: None, ..params.clone() })
                .inference;
            let members = |best: &Best| {
                let of_zone = prepared.zones.get(best.zone as usize).map(|z| &z.units[..best.length as usize]);
                if best.llr > 0.0 { of_zone.unwrap_or_default() } else { &[] }
            };
            Ok(UncertainScan {
                model: ModelName::of(input.model, steps),
                seed: params.seed,
                llr: best.iter().map(|b| b.llr).collect(),
                p: best.iter().filter_map(|b| inference.p(b.llr)).collect(),
                share_in_best: shares(units, best.iter().map(members)),
            })
        }
        Model::SpaceTimePermutation => {
            let only_best = ScanParams { max_clusters: 1, stop: Stop::Never, gini: None, ..params.clone() };
            let scans: Vec<_> = (0..draws)
                .into_par_iter()
                .map(|draw| scan(&ScanInput { cases: &placed(draw), ..*input }, &only_best))
                .collect::<Result<_>>()?;
            let best: Vec<_> = scans.iter().map(|s| s.clusters.first()).collect();
            Ok(UncertainScan {
                model: ModelName::SpaceTimePermutation,
                seed: params.seed,
                llr: best.iter().map(|b| b.map_or(0.0, |b| b.llr)).collect(),
                p: scans.iter().zip(&best).filter_map(|(s, b)| s.inference.p(b.map_or(0.0, |b| b.llr))).collect(),
                share_in_best: shares(units, best.iter().map(|b| b.map_or(&[][..], |b| &b.units))),
            })
        }
    }
}

/// For each unit, the share of the sets that hold it.
fn shares<'a>(units: usize, sets: impl ExactSizeIterator<Item = &'a [u32]>) -> Vec<f64> {
    let mut in_best = vec![0_u32; units];
    let draws = sets.len() as f64;
    for unit in sets.flatten() {
        in_best[*unit as usize] += 1;
    }
    in_best.iter().map(|n| f64::from(*n) / draws).collect()
}
