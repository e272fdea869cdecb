//! Gi and Gi*: is the sum of values around a unit high?
//!
//! # Definition
//! Getis and Ord, *Geographical Analysis* 24, 1992; Ord and Getis, *Geographical Analysis* 27, 1995. With n units, weights
//! `w_ij`, their sum `W_i` and sum of squares `S1_i` over the unit's window, mean m and variance s² (divisor n) of the values,
//!
//! ```text
//! z_i = ( Σ_j w_ij x_j − m W_i ) / ( s √( (n S1_i − W_i²) / (n − 1) ) )
//! ```
//!
//! Gi* counts the unit itself in its window; Gi does not, and takes n − 1 units, their mean and their variance without the unit.
//! In Gi* the unit's own weight is the largest of its row (1 for binary weights), as in `esda`.
//!
//! # What the numbers mean
//! z is the distance of the window's sum from its expectation under random permutation, in standard deviations. Multiplying the
//! weights of a row leaves it unchanged, so row-standardised and binary weights give the same z. (`esda` with `transform="R"`
//! does not have this property: it uses `W_i` where `S1_i` belongs.)
//!
//! # Pitfalls
//! The normal p value needs many neighbours and values that are not very skewed. Counts of rare incidents are neither: use
//! [`super::permutation`]. Constant values have no z; it is `None`, not 0.
//!
//! # Cost
//! One pass over the links: about 1 ms for 116,583 hexagons.

use super::LocalG;
use super::inference::{Alternative, Direction, Inference, LocalTest, Null, Tails, Wanted};
use super::permutation::{drawn, exact, local_g_permutation, whole};
use crate::error::{Error, Result};
use crate::weights::{SelfWeight, SpatialWeights};

/// Gi (own value excluded) or Gi* (included) of every unit, with the upper normal tail as p.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite.
///
/// ```
/// use hotspot_core::local::getis_ord::local_g;
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// let neighbors = [vec![1, 3], vec![0, 3, 4], vec![4], vec![0, 1, 4], vec![1, 2, 3, 5], vec![4]];
/// let weights = SpatialWeights::from_lists(&neighbors)?;
/// let gi_star = local_g(&[2.0, 3.0, 3.2, 5.0, 8.0, 7.0], &weights, SelfWeight::Included)?;
/// assert!((gi_star.z[5].expect("values differ") - 2.02424331).abs() < 1e-8);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g(values: &[f64], weights: &SpatialWeights, own: SelfWeight) -> Result<LocalG> {
    analytical(values, weights, own, Alternative::Greater.into())
}

fn analytical(values: &[f64], weights: &SpatialWeights, own: SelfWeight, alternative: Tails) -> Result<LocalG> {
    let z = z_scores(values, weights, own)?;
    let p = z.iter().map(|z| z.map_or(1.0, |z| alternative.p_of_z(z))).collect();
    let null = match own {
        SelfWeight::Included => Null::Window,
        SelfWeight::Excluded => Null::Conditional,
    };
    Ok(LocalG {
        own,
        inference: Inference::Analytical,
        null,
        alternative,
        neighbors: neighbor_counts(weights),
        z,
        p,
        replicates: None,
    })
}

/// Gi (own value excluded) or Gi* (included) of every unit, with the inference that is asked for.
///
/// [`Wanted::Auto`] is exact where values are whole, weights equal within each row and the expansion within its limits (see
/// [`super::permutation`]); [`LocalG::inference`] says what it came to. The null of an analytical p is that of the z
/// formula: the window's for Gi*, the conditional for Gi.
///
/// # Errors
/// [`Error::Length`] when there is not one value for each unit, [`Error::OutOfRange`] when a value is not finite or permutations
/// cannot be made as asked; of [`Wanted::Exact`] also [`Error::OutOfRange`] when values are not whole or weights not equal within
/// rows, and [`Error::ExactTooLarge`].
///
/// ```
/// use hotspot_core::local::getis_ord::local_g_test;
/// use hotspot_core::local::{Alternative, Inference, LocalTest};
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let test = LocalTest::auto(Alternative::Greater, 7);
/// let counts = local_g_test(&[0.0, 3.0, 0.0, 4.0, 1.0], &weights, SelfWeight::Included, &test)?;
/// assert_eq!(counts.inference, Inference::Exact);
/// let rates = local_g_test(&[0.0, 3.1, 0.0, 4.2, 1.3], &weights, SelfWeight::Included, &test)?;
/// assert!(matches!(rates.inference, Inference::Sequential { .. }));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_test(values: &[f64], weights: &SpatialWeights, own: SelfWeight, test: &LocalTest) -> Result<LocalG> {
    let exact = || {
        let counts = whole(values)?;
        let region = |_, sum, mean| Some(test.alternative.region(Direction::Upwards, sum, mean));
        let p = exact(&counts, weights, drawn(own, test.null), region)?;
        let (null, alternative, inference) = (test.null, test.alternative, Inference::Exact);
        let z = z_scores(values, weights, own)?;
        Ok(LocalG { own, inference, null, alternative, neighbors: neighbor_counts(weights), z, p, replicates: None })
    };
    checked(values, weights)?;
    let simulated = |permutations| local_g_permutation(values, weights, own, test.null, test.alternative, permutations);
    match test.inference {
        Wanted::Analytical => analytical(values, weights, own, test.alternative),
        Wanted::Exact => exact(),
        Wanted::Permutation(permutations) => simulated(permutations),
        Wanted::Auto(permutations) => exact().or_else(|_no_exact_distribution| simulated(permutations)),
    }
}

/// Number of neighbours of each unit.
pub(super) fn neighbor_counts(weights: &SpatialWeights) -> Vec<u32> {
    (0..weights.len()).map(|row| weights.neighbors(row).len() as u32).collect()
}

/// One finite value for each unit.
pub(super) fn checked(values: &[f64], weights: &SpatialWeights) -> Result<()> {
    if values.len() != weights.len() {
        return Err(Error::Length { what: "values", got: values.len(), expected: weights.len() });
    }
    if values.iter().any(|v| !v.is_finite()) {
        return Err(Error::OutOfRange { what: "value", must: "finite" });
    }
    Ok(())
}

/// z of every unit.
pub(super) fn z_scores(values: &[f64], weights: &SpatialWeights, own: SelfWeight) -> Result<Vec<Option<f64>>> {
    checked(values, weights)?;
    let n = values.len();
    Ok(Moments::new(values).map_or_else(|| vec![None; n], |moments| (0..n).map(|row| moments.z(row, weights, own)).collect()))
}

/// Values with their mean and spread.
pub(super) struct Moments {
    /// Deviations from the mean, in units of the largest value.
    pub centered: Vec<f64>,
    /// What rounding has left of their sum.
    sum: f64,
    /// Their sum of squares.
    pub squares: f64,
    /// A deviation no larger than this is 0 but for rounding.
    pub negligible: f64,
}

impl Moments {
    /// `None` when there are fewer than two values or all are equal.
    pub fn new(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n < 2 || values.iter().all(|v| *v == values[0]) {
            return None;
        }
        // Centred, so that no digits are lost where the mean is large against the spread: z does not change by a shift. Scaled
        // by the largest, so that squares can neither overflow nor vanish: nor by a factor.
        let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let scaled: Vec<f64> = values.iter().map(|v| v / largest).collect();
        let rough = scaled.iter().sum::<f64>() / n as f64;
        let mean = rough + scaled.iter().map(|v| v - rough).sum::<f64>() / n as f64;
        let centered: Vec<f64> = scaled.iter().map(|v| v - mean).collect();
        let sum = centered.iter().sum();
        let squares = centered.iter().map(|d| d * d).sum();
        Some(Self { centered, sum, squares, negligible: 4.0 * f64::EPSILON })
    }

    pub fn z(&self, row: usize, weights: &SpatialWeights, own: SelfWeight) -> Option<f64> {
        let neighbors = weights.neighbors(row);
        let mut lag = 0.0;
        let (mut total, mut squared, mut largest);
        if let Some(of_row) = weights.weights(row) {
            (total, squared, largest) = (0.0, 0.0, 0.0_f64);
            for (&j, &w) in neighbors.iter().zip(of_row) {
                lag += w * self.centered[j as usize];
                total += w;
                squared += w * w;
                largest = largest.max(w);
            }
        } else {
            for &j in neighbors {
                lag += self.centered[j as usize];
            }
            total = neighbors.len() as f64;
            squared = total;
            largest = 1.0;
        }
        if neighbors.is_empty() {
            largest = 1.0;
        }
        let (n, mean, variance) = match own {
            SelfWeight::Included => {
                lag += largest * self.centered[row];
                total += largest;
                squared += largest * largest;
                let n = self.centered.len() as f64;
                let mean = self.sum / n;
                (n, mean, self.squares / n - mean * mean)
            }
            SelfWeight::Excluded => self.without(row),
        };
        let spread = n * squared - total * total;
        // The second: a window that is everything has the same sum under every permutation.
        (n > 1.0 && variance > 0.0 && spread > 1e-12 * n * squared)
            .then(|| (lag - mean * total) / (variance * spread / (n - 1.0)).sqrt())
    }

    /// A unit's deviation from the mean; exactly 0 where it is 0 but for rounding.
    pub fn deviation(&self, row: usize) -> f64 {
        if self.centered[row].abs() <= self.negligible { 0.0 } else { self.centered[row] }
    }

    /// Number, mean and variance of all values but one.
    pub fn without(&self, row: usize) -> (f64, f64, f64) {
        let own = self.centered[row];
        let n = (self.centered.len() - 1) as f64;
        let mean = (self.sum - own) / n;
        let variance = (self.squares - own * own) / n - mean * mean;
        if variance > 1e-6 * self.squares / (n + 1.0) {
            return (n, mean, variance);
        }
        // Nearly all the variance was this one value's: what is left is lost in its rounding, so it is summed afresh. That can
        // be so of one unit only.
        let others = || self.centered.iter().enumerate().filter(move |(j, _)| *j != row).map(|(_, d)| *d);
        let origin = others().next().unwrap_or(0.0);
        let shift = others().map(|d| d - origin).sum::<f64>() / n;
        let variance = others().map(|d| (d - origin - shift).powi(2)).sum::<f64>() / n;
        (n, origin + shift, variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(n: u32) -> SpatialWeights {
        let lists: Vec<Vec<u32>> =
            (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
        SpatialWeights::from_lists(&lists).expect("neighbours are rows")
    }

    #[test]
    fn constant_values_have_no_z() {
        for own in [SelfWeight::Included, SelfWeight::Excluded] {
            let g = local_g(&[0.1; 5], &line(5), own).expect("valid input");
            assert_eq!(g.z, [None; 5]);
            assert_eq!(g.p, [1.0; 5]);
        }
    }

    #[test]
    fn gi_has_no_z_where_all_others_are_equal() {
        let mut values = [0.3; 9];
        values[4] = 1e9;
        let g = local_g(&values, &line(9), SelfWeight::Excluded).expect("valid input");
        assert_eq!(g.z[4], None);
        assert!(g.z.iter().enumerate().all(|(i, z)| z.is_some() == (i != 4)));
    }

    #[test]
    fn gi_keeps_its_digits_beside_an_outlier() {
        // Without unit 3 the values are 1, 2, 3, 4, 5: mean 3, variance 2; its neighbours 3 and 4, n = 5.
        let g = local_g(&[1.0, 2.0, 3.0, 1e7, 4.0, 5.0], &line(6), SelfWeight::Excluded).expect("valid input");
        let wanted = (7.0 - 6.0) / (2.0_f64 * (5.0 * 2.0 - 4.0) / 4.0).sqrt();
        assert!((g.z[3].expect("values differ") - wanted).abs() < 1e-8);
    }

    #[test]
    fn an_island_has_gi_star_of_itself_and_no_gi() {
        let weights = SpatialWeights::from_lists(&[vec![], vec![2], vec![1]]).expect("neighbours are rows");
        let star = local_g(&[3.0, 1.0, 2.0], &weights, SelfWeight::Included).expect("valid input");
        assert!((star.z[0].expect("values differ") - 1.0 / (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let plain = local_g(&[3.0, 1.0, 2.0], &weights, SelfWeight::Excluded).expect("valid input");
        assert_eq!(plain.z[0], None);
        assert_eq!(plain.neighbors, [0, 1, 1]);
    }

    #[test]
    fn a_window_that_is_everything_has_no_z() {
        let weights = SpatialWeights::from_lists(&[vec![1, 2], vec![0, 2], vec![0, 1]]).expect("neighbours are rows");
        for own in [SelfWeight::Included, SelfWeight::Excluded] {
            assert_eq!(local_g(&[3.0, 1.0, 2.5], &weights, own).expect("valid input").z, [None; 3]);
        }
    }

    #[test]
    fn small_tables_are_defined() {
        for n in 0..3 {
            for own in [SelfWeight::Included, SelfWeight::Excluded] {
                let values: Vec<f64> = (0..n).map(f64::from).collect();
                assert_eq!(local_g(&values, &line(n), own).expect("valid input").z.len(), n as usize);
            }
        }
    }

    #[test]
    fn wrong_input_is_named() {
        assert!(matches!(local_g(&[1.0], &line(2), SelfWeight::Included), Err(Error::Length { .. })));
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(matches!(local_g(&[1.0, bad], &line(2), SelfWeight::Included), Err(Error::OutOfRange { .. })));
        }
    }

    #[test]
    fn p_is_the_upper_normal_tail() {
        let g = local_g(&[2.0, 9.0, 1.0, 0.0, 4.0], &line(5), SelfWeight::Included).expect("valid input");
        for (z, p) in g.z.iter().zip(&g.p) {
            let z = z.expect("values differ");
            assert!((*p < 0.5) == (z > 0.0) && *p > 0.0 && *p <= 1.0);
        }
    }

    proptest! {
        #[test]
        fn z_does_not_change_by_scale_shift_or_row_factor(
            values in prop::collection::vec(0_u32..50, 4..40), a in 0.001..1000.0_f64, b in -1e4..1e4_f64,
        ) {
            let weights = line(values.len() as u32);
            let standard = weights.row_standardized();
            let x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            let moved: Vec<f64> = x.iter().map(|v| a * v + b).collect();
            for own in [SelfWeight::Included, SelfWeight::Excluded] {
                let plain = local_g(&x, &weights, own).expect("valid input").z;
                let scaled = local_g(&x, &standard, own).expect("valid input").z;
                let moved = local_g(&moved, &weights, own).expect("valid input").z;
                for i in 0..x.len() {
                    prop_assert_eq!(plain[i].is_some(), scaled[i].is_some());
                    if let (Some(p), Some(s)) = (plain[i], scaled[i]) {
                        prop_assert!((p - s).abs() < 1e-9);
                    }
                    if let (Some(p), Some(m)) = (plain[i], moved[i]) {
                        prop_assert!((p - m).abs() < 1e-6);
                    }
                }
            }
        }
    }
}
