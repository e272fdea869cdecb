//! Global association: are values like their neighbours' on the whole?
//!
//! # Definition
//! Moran, *Biometrika* 37, 1950; Geary, *Incorporated Statistician* 5, 1954; moments from Cliff and Ord, *Spatial Processes*, 1981.
//! With n values, deviations z from their mean, weights w that add up to S0, S1 = ½ Σ (w_ij + w_ji)² and S2 = Σ_i (row sum + column sum)²,
//! and kurtosis b2 = n Σ z⁴ / (Σ z²)²,
//!
//! ```text
//! I = n / S0 · Σ w_ij z_i z_j / Σ z²                          expected −1 / (n − 1)
//! C = (n − 1) / (2 S0) · Σ w_ij (x_i − x_j)² / Σ z²           expected 1
//! ```
//!
//! I above its expectation, and C *below* 1, mean like beside like. The general G (Getis and Ord, *Geographical Analysis* 24, 1992) asks
//! another question of values that are not negative: are high values near high ones (above) or low near low (below)?
//!
//! ```text
//! G = Σ w_ij x_i x_j / Σ_{i≠j} x_i x_j                        expected S0 / (n (n − 1))
//! ```
//!
//! # Inference
//! The variance is that of normal values or that of all permutations of the given values ([`Assumption`]; G has the second only). The p value is the normal tail
//! of z, or by simulated permutation of all values. Tails are of the statistic itself, and z = (statistic − expected) / √variance:
//! positive association is [`Alternative::Greater`] for I and [`Alternative::Less`] for C.
//!
//! # Choices where tools disagree
//! `spdep::geary.test` turns the sign of z round, so that positive z means positive association for both; here it does not.
//! `spdep` leaves units without neighbours out of n (`adjust.n = TRUE`); here n counts all units, which gives the exact moments of
//! permuting all values over all units. `esda` does the same as this.
//!
//! # Pitfalls
//! One number for a whole city says that there is a pattern, not where. Rates of unequal populations: [`super::standardized_rate`]
//! first. Undefined, not 0, for constant values or without links.
//!
//! # Cost
//! One pass over the links; with permutations R passes and shuffles, in parallel.

use super::getis_ord::{Moments, checked};
use super::inference::{Alternative, Direction, Inference, Permutations, Region, Stopping, Tails};
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::weights::SpatialWeights;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;
use std::fmt;
use std::str::FromStr;

/// Under which assumption the variance is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Assumption {
    /// All permutations of the given values are equally likely.
    #[default]
    Randomization,
    /// Values are independent normal ones.
    Normality,
}

impl Assumption {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Randomization => "randomization",
            Self::Normality => "normality",
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Assumption {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "randomization" => Ok(Self::Randomization),
            "normality" => Ok(Self::Normality),
            _ => Err(UnknownName { what: "assumption", allowed: "randomization, normality" }),
        }
    }
}

/// A test of global association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GlobalTest {
    /// Of the variance, and so of z. Default: randomisation.
    pub assumption: Assumption,
    /// Which values of the statistic count as extreme. Default: greater.
    pub alternative: Alternative,
    /// How p is simulated; the normal tail of z when `None`, the default.
    pub permutations: Option<Permutations>,
}

/// Moran's I, Geary's C or the general G.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlobalAssociation {
    /// I, C or G; `None` for constant values or without links.
    pub statistic: Option<f64>,
    /// Its expectation without association; `None` for fewer than two units.
    pub expected: Option<f64>,
    /// Its variance without association; `None` where it is not defined: constant values, no links, fewer than two units (four, under
    /// randomisation).
    pub variance: Option<f64>,
    /// (statistic − expected) / √variance; `None` where that is not defined.
    pub z: Option<f64>,
    /// p value in (0, 1]; 1 where there is nothing to test.
    pub p: f64,
    /// What the variance assumes.
    pub assumption: Assumption,
    /// The tail that p is of.
    pub alternative: Alternative,
    /// How p was obtained.
    pub inference: Inference,
    /// Replicates that were drawn, when permutations stop early.
    pub replicates: Option<u32>,
}

/// Moran's I.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite or permutations cannot
/// be made as asked.
///
/// ```
/// use hotspot_core::local::global::{GlobalTest, moran};
/// use hotspot_core::weights::SpatialWeights;
/// let line = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2]])?;
/// let test = moran(&[1.0, 2.0, 3.0, 4.0], &line, &GlobalTest::default())?;
/// assert!((test.statistic.expect("values differ") - 1.0 / 3.0).abs() < 1e-15);
/// assert_eq!(test.expected, Some(-1.0 / 3.0));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn moran(values: &[f64], weights: &SpatialWeights, test: &GlobalTest) -> Result<GlobalAssociation> {
    associate(values, weights, test, Kind::Moran)
}

/// Geary's C.
///
/// # Errors
/// Those of [`moran()`].
///
/// ```
/// use hotspot_core::local::Alternative;
/// use hotspot_core::local::global::{GlobalTest, geary};
/// use hotspot_core::weights::SpatialWeights;
/// let line = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2]])?;
/// let alike = GlobalTest { alternative: Alternative::Less, ..GlobalTest::default() };
/// let test = geary(&[1.0, 2.0, 3.0, 4.0], &line, &alike)?;
/// assert!((test.statistic.expect("values differ") - 0.3).abs() < 1e-15);
/// assert!(test.z.expect("four units") < 0.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn geary(values: &[f64], weights: &SpatialWeights, test: &GlobalTest) -> Result<GlobalAssociation> {
    associate(values, weights, test, Kind::Geary)
}

/// The general G of Getis and Ord.
///
/// # Errors
/// Those of [`moran()`], and [`Error::OutOfRange`] when a value is negative or normality is assumed.
///
/// ```
/// use hotspot_core::local::global::{GlobalTest, general_g};
/// use hotspot_core::weights::SpatialWeights;
/// let line = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2]])?;
/// let test = general_g(&[9.0, 8.0, 1.0, 0.0], &line, &GlobalTest::default())?;
/// // Pairs in both directions: 72 + 8 of 72 + 9 + 8.
/// assert!((test.statistic.expect("values differ") - 80.0 / 89.0).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn general_g(values: &[f64], weights: &SpatialWeights, test: &GlobalTest) -> Result<GlobalAssociation> {
    if values.iter().any(|v| *v < 0.0) {
        return Err(Error::OutOfRange { what: "value", must: "0 or more for the general G" });
    }
    if test.assumption == Assumption::Normality {
        return Err(Error::OutOfRange { what: "assumption", must: "randomisation for the general G" });
    }
    associate(values, weights, test, Kind::G)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Moran,
    Geary,
    G,
}

/// Two units and the sum of the weights between them.
type Pair = (u32, u32, f64);

fn associate(values: &[f64], weights: &SpatialWeights, test: &GlobalTest, kind: Kind) -> Result<GlobalAssociation> {
    checked(values, weights)?;
    if let Some(permutations) = &test.permutations {
        permutations.check()?;
    }
    let n = values.len() as f64;
    let pairs = pairs(weights);
    let sums = Sums::new(weights, &pairs);
    let expected = (values.len() > 1).then(|| match kind {
        Kind::Moran => -1.0 / (n - 1.0),
        Kind::Geary => 1.0,
        Kind::G => sums.s0 / (n * (n - 1.0)),
    });
    let sequential = |p: &Permutations| matches!(p.stopping, Stopping::Sequential { .. });
    let mut result = GlobalAssociation {
        statistic: None,
        expected,
        variance: None,
        z: None,
        p: 1.0,
        assumption: test.assumption,
        alternative: test.alternative,
        inference: test.permutations.map_or(Inference::Analytical, |p| p.inference()),
        replicates: test.permutations.filter(sequential).map(|_| 0),
    };
    let (Some(moments), Some(expected), false) = (Moments::new(values), expected, pairs.is_empty()) else { return Ok(result) };
    // G is of the values themselves, the others of their deviations.
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let data: Vec<f64> = if kind == Kind::G { values.iter().map(|v| v / largest).collect() } else { moments.centered };
    let power = |p: i32| data.iter().map(|d| d.powi(p)).sum::<f64>();
    let powers = [power(1), power(2), power(3), power(4)];
    let scale = match kind {
        Kind::Moran => n / (sums.s0 * powers[1]),
        Kind::Geary => (n - 1.0) / (2.0 * sums.s0 * powers[1]),
        Kind::G => 1.0 / (powers[0] * powers[0] - powers[1]),
    };
    // A single value that is not 0: G has nothing to divide by.
    if kind == Kind::G && powers[0] * powers[0] - powers[1] <= 1e-12 * powers[1] {
        return Ok(result);
    }
    let statistic = scale * products(&data, &pairs, kind);
    let variance = sums.variance(kind, test.assumption, n, powers).filter(|v| *v > 0.0);
    let z = variance.map(|v| (statistic - expected) / v.sqrt());
    (result.statistic, result.variance, result.z) = (Some(statistic), variance, z);
    match &test.permutations {
        None => result.p = z.map_or(1.0, |z| Tails::Of(test.alternative).p_of_z(z)),
        Some(permutations) => {
            let region = Tails::Of(test.alternative).region(Direction::Upwards, statistic, expected);
            let tally = permuted(&data, &pairs, kind, scale, region, permutations);
            result.p = tally.p(region, permutations);
            result.replicates = result.replicates.map(|_| tally.taken(region, permutations));
        }
    }
    Ok(result)
}

/// Every pair of units with a link in either direction, once.
fn pairs(weights: &SpatialWeights) -> Vec<Pair> {
    let weight = |row: usize, place: usize| weights.weights(row).map_or(1.0, |w| w[place]);
    let mut pairs = Vec::with_capacity(weights.links() / 2);
    for row in 0..weights.len() {
        for (place, n) in weights.neighbors(row).iter().enumerate() {
            let other = *n as usize;
            match weights.neighbors(other).binary_search(&(row as u32)) {
                Ok(back) if row < other => pairs.push((row as u32, *n, weight(row, place) + weight(other, back))),
                Ok(_) => {}
                Err(_) => pairs.push((row as u32, *n, weight(row, place))),
            }
        }
    }
    pairs
}

fn products(data: &[f64], pairs: &[Pair], kind: Kind) -> f64 {
    match kind {
        Kind::Moran | Kind::G => pairs.iter().map(|(i, j, w)| w * data[*i as usize] * data[*j as usize]).sum(),
        Kind::Geary => pairs.iter().map(|(i, j, w)| w * (data[*i as usize] - data[*j as usize]).powi(2)).sum(),
    }
}

/// Sums of the weights.
struct Sums {
    s0: f64,
    s1: f64,
    s2: f64,
}

impl Sums {
    fn new(weights: &SpatialWeights, pairs: &[Pair]) -> Self {
        // Row sum and column sum of a unit are all that its pairs have.
        let mut both = vec![0.0; weights.len()];
        for (i, j, w) in pairs {
            both[*i as usize] += w;
            both[*j as usize] += w;
        }
        Self {
            s0: pairs.iter().map(|(_, _, w)| w).sum(),
            s1: pairs.iter().map(|(_, _, w)| w * w).sum(),
            s2: both.iter().map(|b| b * b).sum(),
        }
    }

    /// `powers` are the sums of the first four powers of what the statistic is made of.
    fn variance(&self, kind: Kind, assumption: Assumption, n: f64, powers: [f64; 4]) -> Option<f64> {
        let Self { s0, s1, s2 } = *self;
        let s02 = s0 * s0;
        let b2 = n * powers[3] / (powers[1] * powers[1]);
        if assumption == Assumption::Randomization && n < 4.0 {
            return None;
        }
        Some(match (kind, assumption) {
            (Kind::Moran, Assumption::Normality) => {
                (n * n * s1 - n * s2 + 3.0 * s02) / ((n * n - 1.0) * s02) - 1.0 / ((n - 1.0) * (n - 1.0))
            }
            (Kind::Moran, Assumption::Randomization) => {
                let second =
                    n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s02) - b2 * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s02);
                second / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s02) - 1.0 / ((n - 1.0) * (n - 1.0))
            }
            (Kind::Geary, Assumption::Normality) => ((2.0 * s1 + s2) * (n - 1.0) - 4.0 * s02) / (2.0 * (n + 1.0) * s02),
            (Kind::G, _) => {
                let [m1, m2, m3, m4] = powers;
                let b = [
                    (n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s02,
                    -((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s02),
                    -(2.0 * n * s1 - (n + 3.0) * s2 + 6.0 * s02),
                    4.0 * (n - 1.0) * s1 - 2.0 * (n + 1.0) * s2 + 8.0 * s02,
                    s1 - s2 + s02,
                ];
                let second = b[0] * m2 * m2 + b[1] * m4 + b[2] * m1 * m1 * m2 + b[3] * m1 * m3 + b[4] * m1.powi(4);
                let pairs = n * (n - 1.0);
                let expected = s0 / pairs;
                second / ((m1 * m1 - m2).powi(2) * pairs * (n - 2.0) * (n - 3.0)) - expected * expected
            }
            (Kind::Geary, Assumption::Randomization) => {
                let first = (n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - (n - 1.0) * b2);
                let second = 0.25 * (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - (n * n - n + 2.0) * b2);
                let third = s02 * (n * n - 3.0 - (n - 1.0) * (n - 1.0) * b2);
                (first - second + third) / (n * (n - 2.0) * (n - 3.0) * s02)
            }
        })
    }
}

/// Replicates that one task makes.
const BLOCK: usize = 32;

fn permuted(data: &[f64], pairs: &[Pair], kind: Kind, scale: f64, region: Region, permutations: &Permutations) -> Tally {
    // Sums of the same terms in another order differ by rounding; what is nearer than that is a tie.
    let size: f64 = match kind {
        Kind::Moran | Kind::G => pairs.iter().map(|(i, j, w)| w * (data[*i as usize] * data[*j as usize]).abs()).sum(),
        Kind::Geary => products(data, pairs, kind),
    };
    let tolerance = 1e-12 * scale * size;
    let statistic = |shuffled: &mut Vec<f64>, replicate: usize| {
        shuffled.clear();
        shuffled.extend_from_slice(data);
        shuffle(shuffled, permutations.seed, replicate as u64);
        scale * products(shuffled, pairs, kind)
    };
    let mut tally = Tally::default();
    let replicates = permutations.replicates as usize;
    let block = match permutations.stopping {
        Stopping::Fixed => replicates,
        Stopping::Sequential { .. } => 8 * BLOCK,
    };
    for first in (0..replicates).step_by(block) {
        let numbers = first..replicates.min(first + block);
        let statistics: Vec<f64> = numbers
            .into_par_iter()
            .with_min_len(BLOCK.min(replicates))
            .map_init(Vec::new, |shuffled, r| statistic(shuffled, r))
            .collect();
        tally.add(region, permutations.stopping, tolerance, first, &statistics);
        if tally.is_done(region) {
            break;
        }
    }
    tally
}

/// A uniform shuffle of its own stream.
pub(super) fn shuffle(values: &mut [f64], seed: u64, replicate: u64) {
    let mut random = Pcg64::new(u128::from(seed) << 64 | u128::from(replicate), u128::from(replicate));
    for i in (1..values.len()).rev() {
        let j = ((u128::from(random.next_u64()) * (i as u128 + 1)) >> 64) as usize;
        values.swap(i, j);
    }
}

#[cfg(test)]
mod tests;
