//! Local Geary: how unlike its neighbours is a unit?
//!
//! # Definition
//! Anselin, *Geographical Analysis* 27, 1995, and 51, 2019:
//!
//! ```text
//! c_i = Σ_j w_ij (x_i − x_j)² / m2
//! ```
//!
//! with m2 the mean square deviation from the mean ([`Scaling`]: divisor n, or n − 1). Small is alike, large unlike. Local Moran
//! multiplies deviations from the mean and so asks for values *above or below* it; local Geary also sees a place of nearly equal
//! middling values. Weights are used as they are given; row-standardised ones are the rule.
//!
//! # Inference
//! Under the conditional null (the unit keeps its value): expectation and variance in closed form from the first four moments of the
//! values, z from these, and p from z or by simulated permutation. *There is no exact p here*: a neighbour adds (x_i − x_j)², which
//! depends on the unit's own value, so no distribution is shared. Every distinct own value would need an
//! expansion of its own, over sums that reach k times the *square* of the range, instead of one for all units.
//!
//! Tails are of c_i: [`super::Alternative::Less`] finds places that are alike, [`super::Alternative::Greater`] breaks.
//!
//! # What the pattern means
//! [`GearyPattern`] (Anselin 2019): where c_i is below its expectation the association is positive, and by the signs of the
//! deviations of the unit and its neighbours high among high, low among low, or other; above it is negative, and squares tell nothing of
//! which of the two is high.
//!
//! # Choices where tools disagree
//! `esda.Geary_Local` divides by n ([`Scaling::Population`]), `spdep::localC` by n − 1 ([`Scaling::Sample`]). `spdep::localC_perm` names
//! its clusters by the signs of the deviations alone, whatever c_i is, and calls high among low "Negative"; `esda`'s `labels`
//! call a positive association above the mean an outlier. Both are at odds with the papers, and are not followed.
//!
//! # Pitfalls
//! c_i is skewed to the right for a few neighbours: z is a description, not a test; the default inference simulates. A unit without
//! neighbours, and constant values, have no c.
//!
//! # Cost
//! One pass over the links, and simulation as in [`super::permutation`]: `O(n R k)`, less where permutations stop early.

use super::getis_ord::{Moments, checked, neighbor_counts};
use super::inference::{Direction, Inference, LocalTest, Null, Tails, Wanted};
use super::moran::{Quadrant, Scaling};
use super::simulation::{Drawn, Kernel, Simulation};
use crate::error::{Error, Result};
use crate::weights::SpatialWeights;
use std::fmt;

/// Kind of local association by Anselin (2019).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GearyPattern {
    /// Alike, above the mean.
    HighHigh,
    /// Alike, below the mean.
    LowLow,
    /// Alike, across the mean or at it.
    OtherPositive,
    /// Unlike.
    Negative,
}

impl GearyPattern {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::HighHigh => "HH",
            Self::LowLow => "LL",
            Self::OtherPositive => "other-positive",
            Self::Negative => "negative",
        }
    }
}

impl fmt::Display for GearyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Local Geary's c of every unit; the result says how it was scaled and how the p values were obtained.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalGeary {
    /// Divisor of m2.
    pub scaling: Scaling,
    /// Where the p values come from. Their null is the conditional one.
    pub inference: Inference,
    /// The tail of c that the p values are of.
    pub alternative: Tails,
    /// Number of neighbours of each unit.
    pub neighbors: Vec<u32>,
    /// c; `None` where it is not defined: constant values, or no neighbours.
    pub c: Vec<Option<f64>>,
    /// Expectation of c under the conditional null, where c is defined.
    pub expected: Vec<Option<f64>>,
    /// Variance of c under the conditional null, where c is defined.
    pub variance: Vec<Option<f64>>,
    /// (c − expectation) / √variance; `None` also where the variance is 0.
    pub z: Vec<Option<f64>>,
    /// p value in (0, 1], not adjusted for the number of units (see [`super::fdr`]); 1 where there is nothing to test.
    pub p: Vec<f64>,
    /// Kind of association; `None` where c is not defined or exactly as expected.
    pub pattern: Vec<Option<GearyPattern>>,
    /// Replicates that each unit took, when permutations stop early.
    pub replicates: Option<Vec<u32>>,
}

/// Local Geary's c of every unit with the inference that is asked for; [`Wanted::Auto`] simulates.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit; [`Error::OutOfRange`] when a value is not finite, permutations cannot be
/// made as asked, the null is not the conditional one, or exact inference is asked for.
///
/// ```
/// use hotspot_core::local::geary::local_geary;
/// use hotspot_core::local::{Alternative, GearyPattern, LocalTest, Permutations, Scaling};
/// use hotspot_core::weights::SpatialWeights;
///
/// // Five units in a line: 8 and 9 side by side are alike, 1 beside 8 is not.
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?.row_standardized();
/// let test = LocalTest::permutation(Alternative::Less, Permutations::fixed(999, 7));
/// let geary = local_geary(&[1.0, 2.0, 1.0, 8.0, 9.0], &weights, Scaling::Population, &test)?;
/// assert_eq!(geary.pattern[4], Some(GearyPattern::HighHigh));
/// assert_eq!(geary.pattern[3], Some(GearyPattern::HighHigh), "half of it");
/// assert_eq!(geary.pattern[1], Some(GearyPattern::LowLow));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_geary(values: &[f64], weights: &SpatialWeights, scaling: Scaling, test: &LocalTest) -> Result<LocalGeary> {
    checked(values, weights)?;
    if test.null != Null::Conditional {
        return Err(Error::OutOfRange { what: "null", must: "conditional: local Geary holds the unit's own value" });
    }
    let n = values.len();
    let mut geary = LocalGeary {
        scaling,
        inference: Inference::Analytical,
        alternative: test.alternative,
        neighbors: neighbor_counts(weights),
        c: vec![None; n],
        expected: vec![None; n],
        variance: vec![None; n],
        z: vec![None; n],
        p: vec![1.0; n],
        pattern: vec![None; n],
        replicates: None,
    };
    if let Some(moments) = Moments::new(values) {
        let sum = |power: i32| moments.centered.iter().map(|d| d.powi(power)).sum::<f64>();
        let sums = [sum(1), moments.squares, sum(3), sum(4)];
        for row in 0..n {
            geary.describe(row, weights, &moments, sums);
        }
    }
    match test.inference {
        Wanted::Exact => {
            return Err(Error::OutOfRange {
                what: "inference",
                must: "analytical or by permutation: local Geary has no exact one",
            });
        }
        Wanted::Analytical => geary.p = geary.z.iter().map(|z| z.map_or(1.0, |z| test.alternative.p_of_z(z))).collect(),
        Wanted::Permutation(permutations) | Wanted::Auto(permutations) => {
            let simulation = Simulation { values, weights, kernel: Kernel::SquaredDifference, drawn: Drawn::Others, permutations };
            let defined = |row: usize| geary.c[row].is_some();
            let simulated =
                simulation.run(|row, sum, mean| defined(row).then(|| test.alternative.region(Direction::Upwards, sum, mean)))?;
            (geary.p, geary.inference, geary.replicates) = (simulated.p, simulated.inference, simulated.replicates);
        }
    }
    Ok(geary)
}

impl LocalGeary {
    /// Sets all that needs no permutation. `sums` are of the first four powers of the deviations.
    fn describe(&mut self, row: usize, weights: &SpatialWeights, moments: &Moments, sums: [f64; 4]) {
        let neighbors = weights.neighbors(row);
        if neighbors.is_empty() {
            return;
        }
        let n = moments.centered.len() as f64;
        let own = moments.centered[row];
        let (mut c, mut lag, mut total, mut squared) = (0.0, 0.0, 0.0, 0.0);
        for (place, j) in neighbors.iter().enumerate() {
            let w = weights.weights(row).map_or(1.0, |of_row| of_row[place]);
            let other = moments.centered[*j as usize];
            c += w * ((own - other) * (own - other));
            lag += w * other;
            total += w;
            squared += w * w;
        }
        let scale = self.scaling.factor(moments.centered.len()) * n / moments.squares;
        // Squared differences to the others: their mean and their variance. The unit itself adds 0.
        let [s1, s2, s3, s4] = sums;
        let second = n * own * own - 2.0 * own * s1 + s2;
        let fourth = n * own.powi(4) - 4.0 * own.powi(3) * s1 + 6.0 * own * own * s2 - 4.0 * own * s3 + s4;
        let mean = second / (n - 1.0);
        let variance = (fourth / (n - 1.0) - mean * mean).max(0.0);
        let spread = if n > 2.0 { ((n - 1.0) * squared - total * total).max(0.0) / (n - 2.0) } else { 0.0 };
        let expected = total * mean;
        self.c[row] = Some(scale * c);
        self.expected[row] = Some(scale * expected);
        self.variance[row] = Some(scale * scale * variance * spread);
        // Below, all others are equally far, or the neighbours are all others: c is the same under every permutation.
        let varies = variance > 1e-12 * mean * mean && spread > 1e-12 * squared * n;
        self.z[row] = varies.then(|| (c - expected) / (variance * spread).sqrt());
        if lag.abs() <= moments.negligible * total * neighbors.len() as f64 {
            lag = 0.0;
        }
        self.pattern[row] = if !varies {
            None
        } else if c > expected {
            Some(GearyPattern::Negative)
        } else {
            Some(match Quadrant::of(moments.deviation(row), lag) {
                Some(Quadrant::HighHigh) => GearyPattern::HighHigh,
                Some(Quadrant::LowLow) => GearyPattern::LowLow,
                _ => GearyPattern::OtherPositive,
            })
        };
    }
}

#[cfg(test)]
mod tests;
