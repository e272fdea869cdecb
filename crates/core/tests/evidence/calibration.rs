//! Are the probabilities of units what they say, and if not, why?
//!
//! Beside the rule itself stand four controls that tell the possible causes apart: each victim counted once in a unit (repeats against the same
//! victim are gone), Poisson counts drawn from the truth (every kind of over-dispersion is gone), and a prior of free form in place of the
//! gamma (its shape is gone), alone and with each victim once.

use crate::chain::{Answer, Chain};
use hotspot_core::cube::Filter;
use hotspot_core::evaluate::recovery::{TRULY_HOT, TrueRates};
use hotspot_core::hotspot::detect::RelativeRates;
use hotspot_core::hotspot::protection::Role;
use hotspot_core::rate::free_form::fit_free_form;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::{BTreeMap, BTreeSet};

/// Bins of width 0.05.
pub const BINS: usize = 20;

/// Units in bins of their probability.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bins(pub [Bin; BINS]);

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// How many units.
    pub units: u64,
    /// Their probabilities added up.
    pub said: f64,
    /// How many are truly hot.
    pub hot: u64,
}

impl Bins {
    fn add(&mut self, probability: f64, hot: bool) {
        let bin = &mut self.0[((probability * BINS as f64) as usize).min(BINS - 1)];
        *bin = Bin { units: bin.units + 1, said: bin.said + probability, hot: bin.hot + u64::from(hot) };
    }

    /// Expected calibration error: the mean over units of the difference between said and true in their bin.
    pub fn error(&self) -> f64 {
        let units: u64 = self.0.iter().map(|b| b.units).sum();
        self.0.iter().map(|b| (b.said - b.hot as f64).abs()).sum::<f64>() / units.max(1) as f64
    }
}

/// One way to get probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Way {
    /// All units.
    pub all: Bins,
    /// Units with an incident.
    pub with_incident: Bins,
    /// Units with an incident in the largest set whose mean probability of being wrong is at most [`FDR`], and the truly hot among them.
    pub taken: [u64; 2],
}

/// The rule's false discovery rate.
const FDR: f64 = 0.05;

impl Way {
    /// One world.
    fn new(counts: &[u32], probabilities: &[f64], truth: &TrueRates) -> Self {
        let mut way = Self::default();
        let mut ranked: Vec<(f64, bool)> = Vec::new();
        for ((count, probability), hot) in counts.iter().zip(probabilities).zip(&truth.hot) {
            way.all.add(*probability, *hot);
            if *count > 0 {
                way.with_incident.add(*probability, *hot);
                ranked.push((*probability, *hot));
            }
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut wrong = 0.0;
        for (i, (probability, hot)) in ranked.into_iter().enumerate() {
            wrong += 1.0 - probability;
            if wrong > FDR * (i + 1) as f64 {
                break;
            }
            way.taken[0] += 1;
            way.taken[1] += u64::from(hot);
        }
        way
    }

    /// Adds another.
    pub fn plus(&mut self, other: &Self) {
        let bins = self.all.0.iter_mut().chain(&mut self.with_incident.0);
        for (a, b) in bins.zip(other.all.0.iter().chain(&other.with_incident.0)) {
            *a = Bin { units: a.units + b.units, said: a.said + b.said, hot: a.hot + b.hot };
        }
        for (a, b) in self.taken.iter_mut().zip(other.taken) {
            *a += b;
        }
    }

    /// The rule itself.
    pub fn of_rule(chain: &Chain<'_>, answer: &Answer, filter: Filter, truth: &TrueRates) -> Self {
        let counts = chain.units.level(9).unwrap().counts(&answer.facts, &filter);
        Self::new(&counts, &gamma(&counts, chain.level.area_km2()), truth)
    }
}

/// Other ways, which tell why the rule's probabilities are not what they say.
pub const CONTROLS: [&str; 4] = [
    "gamma prior, each victim once in a unit",
    "gamma prior, Poisson counts of the same truth",
    "prior of free form, every incident",
    "prior of free form, each victim once in a unit",
];

/// All of [`CONTROLS`] in one world.
pub fn controls(chain: &Chain<'_>, answer: &Answer, filter: Filter, truth: &TrueRates, seed: u64) -> [Way; CONTROLS.len()] {
    let reference = chain.level.area_km2();
    let level = chain.units.level(9).unwrap();
    let counts = level.counts(&answer.facts, &filter);
    let mut once = vec![0u32; counts.len()];
    let mut seen = BTreeSet::new();
    for row in answer.facts.rows(&filter) {
        let Some(unit) = answer.facts.unit(row).and_then(|u| level.row_of(u)) else { continue };
        if answer.people.key(Role::Victim, row).is_none_or(|victim| seen.insert((unit, victim))) {
            once[unit as usize] += 1;
        }
    }
    let records: u32 = counts.iter().sum();
    let scale = f64::from(records) / truth.expected.iter().sum::<f64>();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let drawn: Vec<u32> = truth.expected.iter().map(|lambda| poisson(&mut rng, scale * lambda)).collect();
    [
        Way::new(&once, &gamma(&once, reference), truth),
        Way::new(&drawn, &gamma(&drawn, reference), truth),
        Way::new(&counts, &free(&counts, reference), truth),
        Way::new(&once, &free(&once, reference), truth),
    ]
}

/// The rule's probability of each unit; 0 without reference, where nothing can be hot.
fn gamma(counts: &[u32], reference: &[f64]) -> Vec<f64> {
    let rates = RelativeRates::fit(counts, reference).unwrap();
    let probability = |row: usize| rates.posterior(row, counts[row]).exceedance(TRULY_HOT);
    (0..counts.len()).map(|row| if rates.expected[row] > 0.0 { probability(row) } else { 0.0 }).collect()
}

/// The same with the prior that maximises the likelihood among all on a grid of rates (Kiefer and Wolfowitz 1956, by EM: Laird 1978).
fn free(counts: &[u32], reference: &[f64]) -> Vec<f64> {
    let measure: f64 = reference.iter().sum();
    let total: u32 = counts.iter().sum();
    let expected: Vec<f64> = reference.iter().map(|r| f64::from(total) * r / measure).collect();
    let prior = fit_free_form(counts, &expected, 1.0).unwrap();
    // Within 1 %, as the prior has them.
    let rounded = |e: f64| (f64::from((e.max(1e-9).ln() * 100.0).round() as i32) / 100.0).exp();
    let mut known: BTreeMap<(u32, u64), f64> = BTreeMap::new();
    let mut of = |count: u32, expected: f64| {
        *known.entry((count, expected.to_bits())).or_insert_with(|| prior.exceedance(count, expected, TRULY_HOT))
    };
    counts.iter().zip(expected).map(|(count, e)| of(*count, rounded(e))).collect()
}

/// Poisson by products of uniforms, in parts that cannot underflow.
fn poisson(rng: &mut Pcg64Mcg, mean: f64) -> u32 {
    let (mut left, mut n) = (mean, 0);
    while left > 0.0 {
        let part = left.min(16.0);
        left -= part;
        let mut product = rng.random::<f64>();
        while product > (-part).exp() {
            n += 1;
            product *= rng.random::<f64>();
        }
    }
    n
}
