//! Local Moran: is a unit like its neighbours (cluster), or unlike them (outlier)?
//!
//! # Definition
//! Anselin, *Geographical Analysis* 27, 1995. With deviations from the mean `z_i = x_i − m`,
//!
//! ```text
//! I_i = z_i Σ_j w_ij z_j / m2
//! ```
//!
//! m2 is their mean square, Σ z² / n, or Σ z² / (n − 1) ([`Scaling`]). Weights are used as they are given; row-standardised ones
//! ([`SpatialWeights::row_standardized`]) are the rule, and with them the mean of all I_i is the global I.
//! The quadrant names the signs of z_i and of its neighbours' weighted sum: HH and LL are clusters, HL and LH outliers.
//!
//! # Inference
//! All under the *conditional* null: the unit keeps its value, its neighbours' are drawn from the other units.
//!
//! * Expectation, variance and z: the conditional randomisation moments of Sokal, Oden and Thomson, *Geographical Analysis* 30,
//!   1998 (their "conditional", as `spdep::localmoran(conditional = TRUE)`; Anselin's 1995 moments permute the unit as well). They
//!   give the z score of Gi with the sign of z_i.
//! * Exact: given z_i, I_i grows or falls with the sum over the neighbours, so the distribution of [`super::permutation`] gives its p
//!   where values are whole and weights equal within each row.
//! * By simulation otherwise.
//!
//! Tails are of I_i: [`super::Alternative::Greater`] finds clusters of either kind, [`super::Alternative::Less`] outliers, [`super::Alternative::TwoSided`] both.
//!
//! # Choices where tools disagree
//! `esda` takes Σ z² / (n − 1) and folds its p ([`Tails::Directed`]). `spdep` takes Σ z² / n, and with `mlvar = FALSE` scales
//! I by n − 1 but not its moments, so that its z changes; here all scale together and z never changes. A unit at the mean (z_i = 0)
//! has I = 0 whatever its neighbours do: no z, p = 1 and no quadrant. A unit without neighbours has no I; `spdep` gives 0.
//!
//! # Pitfalls
//! A quadrant says nothing without its p. On sparse counts nearly all units lie just below the mean, and LL means "nothing, among
//! nothing". For rates of unequal populations use [`super::standardized_rate`] first.
//!
//! # Cost
//! One pass over the links, and the exact distribution as in [`super::permutation`].

use super::getis_ord::{Moments, checked, neighbor_counts};
use super::inference::{Direction, Inference, LocalTest, Null, Tails, Wanted};
use super::permutation::{exact, whole};
use super::simulation::{Drawn, Kernel, Simulation};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::weights::{SelfWeight, SpatialWeights};
use std::fmt;
use std::str::FromStr;

/// By what sums of squares are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scaling {
    /// By n: the definition, and `spdep`.
    #[default]
    Population,
    /// By n − 1: `esda`, GeoDa.
    Sample,
}

impl Scaling {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Sample => "sample",
        }
    }

    /// What a statistic over m2 with divisor n is multiplied by.
    pub(super) fn factor(self, n: usize) -> f64 {
        match self {
            Self::Population => 1.0,
            Self::Sample => (n as f64 - 1.0) / n as f64,
        }
    }
}

impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Scaling {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "population" => Ok(Self::Population),
            "sample" => Ok(Self::Sample),
            _ => Err(UnknownName { what: "scaling", allowed: "population, sample" }),
        }
    }
}

/// A unit's deviation from the mean, and that of its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quadrant {
    /// High among high: a cluster.
    HighHigh,
    /// Low among low: a cluster.
    LowLow,
    /// High among low: an outlier.
    HighLow,
    /// Low among high: an outlier.
    LowHigh,
}

impl Quadrant {
    /// The identifier in files, URLs and options: `HH`, `LL`, `HL`, `LH`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::HighHigh => "HH",
            Self::LowLow => "LL",
            Self::HighLow => "HL",
            Self::LowHigh => "LH",
        }
    }

    /// By the two deviations; `None` when one is 0.
    pub(super) fn of(own: f64, lag: f64) -> Option<Self> {
        match (own, lag) {
            (own, lag) if own > 0.0 && lag > 0.0 => Some(Self::HighHigh),
            (own, lag) if own < 0.0 && lag < 0.0 => Some(Self::LowLow),
            (own, lag) if own > 0.0 && lag < 0.0 => Some(Self::HighLow),
            (own, lag) if own < 0.0 && lag > 0.0 => Some(Self::LowHigh),
            _ => None,
        }
    }
}

impl fmt::Display for Quadrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Local Moran's I of every unit; the result says how it was scaled and how the p values were obtained.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalMoran {
    /// Divisor of m2.
    pub scaling: Scaling,
    /// Where the p values come from. Their null is the conditional one.
    pub inference: Inference,
    /// The tail of I that the p values are of.
    pub alternative: Tails,
    /// Number of neighbours of each unit.
    pub neighbors: Vec<u32>,
    /// I; `None` where it is not defined: constant values, or no neighbours.
    pub i: Vec<Option<f64>>,
    /// Expectation of I under the conditional null, where I is defined.
    pub expected: Vec<Option<f64>>,
    /// Variance of I under the conditional null, where I is defined.
    pub variance: Vec<Option<f64>>,
    /// (I − expectation) / √variance; `None` also where the variance is 0.
    pub z: Vec<Option<f64>>,
    /// p value in (0, 1], not adjusted for the number of units (see [`super::fdr`]); 1 where there is nothing to test.
    pub p: Vec<f64>,
    /// Signs of the deviations; `None` where one is 0.
    pub quadrant: Vec<Option<Quadrant>>,
    /// Replicates that each unit took, when permutations stop early.
    pub replicates: Option<Vec<u32>>,
}

/// Local Moran's I of every unit with the inference that is asked for.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit; [`Error::OutOfRange`] when a value is not finite, permutations cannot be
/// made as asked, or the null is not the conditional one; of [`Wanted::Exact`] also [`Error::OutOfRange`] when values are not whole or
/// weights not equal within rows, and [`Error::ExactTooLarge`].
///
/// ```
/// use hotspot_core::local::moran::local_moran;
/// use hotspot_core::local::{Alternative, Inference, LocalTest, Quadrant, Scaling};
/// use hotspot_core::weights::SpatialWeights;
///
/// let neighbors = [vec![1, 3], vec![0, 3, 4], vec![4], vec![0, 1, 4], vec![1, 2, 3, 5], vec![4]];
/// let weights = SpatialWeights::from_lists(&neighbors)?.row_standardized();
/// let test = LocalTest::auto(Alternative::Greater, 7);
/// let moran = local_moran(&[2.0, 3.0, 3.2, 5.0, 8.0, 7.0], &weights, Scaling::Population, &test)?;
/// assert!((moran.i[5].expect("values differ") - 1.586760).abs() < 1e-6);
/// assert_eq!(moran.quadrant[5], Some(Quadrant::HighHigh));
/// assert!(matches!(moran.inference, Inference::Sequential { .. }), "3.2 is not whole");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_moran(values: &[f64], weights: &SpatialWeights, scaling: Scaling, test: &LocalTest) -> Result<LocalMoran> {
    checked(values, weights)?;
    if test.null != Null::Conditional {
        return Err(Error::OutOfRange { what: "null", must: "conditional: local Moran holds the unit's own value" });
    }
    let n = values.len();
    let mut moran = LocalMoran {
        scaling,
        inference: Inference::Analytical,
        alternative: test.alternative,
        neighbors: neighbor_counts(weights),
        i: vec![None; n],
        expected: vec![None; n],
        variance: vec![None; n],
        z: vec![None; n],
        p: vec![1.0; n],
        quadrant: vec![None; n],
        replicates: None,
    };
    let moments = Moments::new(values);
    if let Some(moments) = &moments {
        for row in 0..n {
            moran.describe(row, weights, moments);
        }
    }
    let directions = directions(moments.as_ref(), weights);
    let region = |row: usize, sum, mean| directions[row].map(|direction| test.alternative.region(direction, sum, mean));
    let exactly = || exact(&whole(values)?, weights, Drawn::Others, region);
    let simulated =
        |permutations| Simulation { values, weights, kernel: Kernel::Sum, drawn: Drawn::Others, permutations }.run(region);
    let exact = match test.inference {
        Wanted::Exact => Some(exactly()?),
        Wanted::Auto(_) => exactly().ok(),
        _ => None,
    };
    match (exact, test.inference) {
        (Some(p), _) => (moran.p, moran.inference) = (p, Inference::Exact),
        (None, Wanted::Permutation(permutations) | Wanted::Auto(permutations)) => {
            let simulated = simulated(permutations)?;
            (moran.p, moran.inference, moran.replicates) = (simulated.p, simulated.inference, simulated.replicates);
        }
        _ => moran.p = moran.z.iter().map(|z| z.map_or(1.0, |z| test.alternative.p_of_z(z))).collect(),
    }
    Ok(moran)
}

/// How I follows the sum over the neighbours; `None` where it does not: at the mean, and without neighbours.
pub(super) fn directions(moments: Option<&Moments>, weights: &SpatialWeights) -> Vec<Option<Direction>> {
    let Some(moments) = moments else { return vec![None; weights.len()] };
    let direction = |row: usize| match moments.deviation(row) {
        _ if weights.neighbors(row).is_empty() => None,
        own if own > 0.0 => Some(Direction::Upwards),
        own if own < 0.0 => Some(Direction::Downwards),
        _ => None,
    };
    (0..weights.len()).map(direction).collect()
}

impl LocalMoran {
    /// Sets all that needs no permutation.
    fn describe(&mut self, row: usize, weights: &SpatialWeights, moments: &Moments) {
        let neighbors = weights.neighbors(row);
        if neighbors.is_empty() {
            return;
        }
        let n = moments.centered.len() as f64;
        let mean_square = moments.squares / n;
        let own = moments.deviation(row);
        let (mut lag, mut total, mut squared) = (0.0, 0.0, 0.0);
        if let Some(of_row) = weights.weights(row) {
            for (&j, &w) in neighbors.iter().zip(of_row) {
                lag += w * moments.centered[j as usize];
                total += w;
                squared += w * w;
            }
        } else {
            lag = neighbors.iter().map(|j| moments.centered[*j as usize]).sum();
            total = neighbors.len() as f64;
            squared = total;
        }
        if lag.abs() <= moments.negligible * total * neighbors.len() as f64 {
            lag = 0.0;
        }
        let factor = self.scaling.factor(moments.centered.len());
        let (others, mean, variance) = moments.without(row);
        let per_sum = factor * own / mean_square;
        self.i[row] = Some(per_sum * lag);
        self.expected[row] = Some(per_sum * total * mean);
        let spread = (others * squared - total * total).max(0.0) / (others - 1.0);
        self.variance[row] = Some(if others > 1.0 { per_sum * per_sum * variance.max(0.0) * spread } else { 0.0 });
        self.quadrant[row] = Quadrant::of(own, lag);
        if own != 0.0 {
            self.z[row] = moments.z(row, weights, SelfWeight::Excluded).map(|z| z * own.signum());
        }
    }
}

#[cfg(test)]
mod tests;
