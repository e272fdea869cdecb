//! Are p values right? What ties do to them, for calibration plots only.
//!
//! # Definition
//! The p values of this crate count every tie with the observed statistic, so P(p ≤ α) ≤ α under the null, with equality at the levels
//! that can occur. On sparse counts ties are many, and p values pile up near 1; their histogram is not flat though nothing is
//! wrong. With P(more extreme) and P(at least as extreme) known,
//!
//! * the *randomised* p, `strict + u (inclusive − strict)` with u uniform, is exactly uniform under the null: a test of the method;
//! * the *mid-p* is its mean (Lancaster, *JASA* 56, 1961): its histogram is nearly flat, without random numbers. It does not bound the
//!   rate of errors.
//!
//! Neither is a p value to decide by: the first depends on a coin, the second is too small by half the ties.
//!
//! # Pitfalls
//! Calibrate under a null that is true: permute the values first. The data themselves hold hotspots, and their p values are not
//! uniform for that reason. P values of neighbours depend on one another, so a histogram of one map is rougher than independent draws.
//!
//! # Cost
//! Twice that of the test.

use super::getis_ord::{Moments, checked};
use super::inference::{Alternative, Direction, LocalTest, Null, Region, Side, Stopping, Tails, Wanted};
use super::moran::directions;
use super::permutation::{drawn, exact, whole};
use super::simulation::{Drawn, Kernel, Simulation};
use crate::error::{Error, Result};
use crate::weights::{SelfWeight, SpatialWeights};

/// Between these the p value lies, according to how ties are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TieBounds {
    /// Probability of a more extreme statistic.
    pub strict: f64,
    /// Probability of a statistic at least as extreme: the p value.
    pub inclusive: f64,
}

impl TieBounds {
    /// Half of the ties.
    pub const fn mid_p(&self) -> f64 {
        f64::midpoint(self.strict, self.inclusive)
    }

    /// A part of the ties: uniform under the null when `u` is uniform in [0, 1).
    pub fn randomized(&self, u: f64) -> f64 {
        self.strict + u * (self.inclusive - self.strict)
    }
}

/// Tie bounds of Gi or Gi*, exact or from a fixed number of permutations as the test says.
///
/// # Errors
/// Those of [`super::getis_ord::local_g_test`]; [`Error::OutOfRange`] when the alternative is neither greater nor less, or the inference is
/// analytical or stops early.
///
/// ```
/// use hotspot_core::local::calibration::local_g_ties;
/// use hotspot_core::local::{Alternative, LocalTest};
/// use hotspot_core::weights::{SelfWeight, SpatialWeights};
///
/// // Unit 2 has neighbours with 3 and 4, of the others 0, 3, 4, 1: one pair of six reaches 7, none exceeds it.
/// let weights = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3]])?;
/// let test = LocalTest::exact(Alternative::Greater);
/// let ties = local_g_ties(&[0.0, 3.0, 0.0, 4.0, 1.0], &weights, SelfWeight::Included, &test)?;
/// assert!((ties[2].mid_p() - 1.0 / 12.0).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn local_g_ties(values: &[f64], weights: &SpatialWeights, own: SelfWeight, test: &LocalTest) -> Result<Vec<TieBounds>> {
    checked(values, weights)?;
    ties(values, weights, drawn(own, test.null), test, |_| Some(Direction::Upwards))
}

/// Tie bounds of local Moran, as [`local_g_ties`] gives them.
///
/// # Errors
/// Those of [`super::moran::local_moran`]; [`Error::OutOfRange`] when the alternative is neither greater nor less, or the inference is
/// analytical or stops early.
pub fn local_moran_ties(values: &[f64], weights: &SpatialWeights, test: &LocalTest) -> Result<Vec<TieBounds>> {
    checked(values, weights)?;
    if test.null != Null::Conditional {
        return Err(Error::OutOfRange { what: "null", must: "conditional: local Moran holds the unit's own value" });
    }
    let directions = directions(Moments::new(values).as_ref(), weights);
    ties(values, weights, Drawn::Others, test, |row| directions[row])
}

fn ties(
    values: &[f64],
    weights: &SpatialWeights,
    drawn: Drawn,
    test: &LocalTest,
    direction: impl Fn(usize) -> Option<Direction> + Sync,
) -> Result<Vec<TieBounds>> {
    let opposite = match test.alternative {
        Tails::Of(Alternative::Greater) => Alternative::Less.into(),
        Tails::Of(Alternative::Less) => Alternative::Greater.into(),
        _ => return Err(Error::OutOfRange { what: "alternative", must: "greater or less" }),
    };
    let region = |alternative: Tails| {
        let direction = &direction;
        move |row: usize, sum: f64, mean: f64| direction(row).map(|direction| alternative.region(direction, sum, mean))
    };
    let exactly = || {
        let counts = whole(values)?;
        let inclusive = exact(&counts, weights, drawn, region(test.alternative))?;
        // Sums are whole: more extreme is one further.
        let further = |row: usize, sum: f64, mean: f64| match region(test.alternative)(row, sum, mean)? {
            Region::One(Side::AtLeast(at)) => Some(Region::One(Side::AtLeast(at + 1.0))),
            Region::One(Side::AtMost(at)) => Some(Region::One(Side::AtMost(at - 1.0))),
            other => Some(other),
        };
        let strict = exact(&counts, weights, drawn, further)?;
        // Where there is nothing to test, all is a tie.
        let bounds = |(row, (strict, inclusive)): (usize, (f64, f64))| {
            // An exact p is never 0, but there may be nothing further.
            let tested = direction(row).is_some() && inclusive > strict && strict > f64::MIN_POSITIVE;
            TieBounds { strict: if tested { strict } else { 0.0 }, inclusive }
        };
        Ok(strict.into_iter().zip(inclusive).enumerate().map(bounds).collect())
    };
    let simulated = |permutations| {
        let simulation = Simulation { values, weights, kernel: Kernel::Sum, drawn, permutations };
        let inclusive = simulation.run(region(test.alternative))?.p;
        // Of R + 1, those not at least as extreme on the other side.
        let other = simulation.run(region(opposite))?.p;
        let bounds = |(inclusive, other): (f64, f64)| TieBounds { strict: (1.0 - other).clamp(0.0, inclusive), inclusive };
        Ok(inclusive.into_iter().zip(other).map(bounds).collect())
    };
    match test.inference {
        Wanted::Permutation(permutations) if permutations.stopping == Stopping::Fixed => simulated(permutations),
        Wanted::Auto(permutations) if permutations.stopping == Stopping::Fixed => {
            exactly().or_else(|_no_exact_distribution| simulated(permutations))
        }
        Wanted::Exact | Wanted::Auto(_) => exactly(),
        _ => Err(Error::OutOfRange { what: "inference", must: "exact or by a fixed number of permutations" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::inference::Permutations;

    fn line(n: u32) -> SpatialWeights {
        let lists: Vec<Vec<u32>> =
            (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
        SpatialWeights::from_lists(&lists).expect("neighbours are rows")
    }

    #[test]
    fn both_sides_of_a_tie_add_up() {
        // P(S > s) + P(S ≤ s) = 1.
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * 5 % 4)).collect();
        let exact: fn(Alternative) -> LocalTest = LocalTest::exact;
        let simulated = |a: Alternative| LocalTest::permutation(a, Permutations::fixed(999, 2));
        for test in [exact, simulated] {
            for own in [SelfWeight::Included, SelfWeight::Excluded] {
                for null in [Null::Conditional, Null::Window] {
                    let ties = |a| local_g_ties(&values, &line(12), own, &LocalTest { null, ..test(a) }).unwrap();
                    for (up, down) in ties(Alternative::Greater).iter().zip(ties(Alternative::Less)) {
                        assert!(
                            (up.strict + down.inclusive - 1.0).abs() < 1e-12 && (down.strict + up.inclusive - 1.0).abs() < 1e-12
                        );
                    }
                }
            }
            let ties = |a| local_moran_ties(&values, &line(12), &test(a)).unwrap();
            for (row, (up, down)) in ties(Alternative::Greater).iter().zip(ties(Alternative::Less)).enumerate() {
                // Four values, of which none is their mean 1.5.
                assert!((up.strict + down.inclusive - 1.0).abs() < 1e-12, "{row}: {up:?} {down:?}");
            }
        }
    }

    #[test]
    fn ties_agree_with_the_test_and_nothing_to_test_is_all_tie() {
        let values = [3.0, 0.0, 3.0, 1.0, 2.0, 0.0];
        let weights = SpatialWeights::from_lists(&[vec![1, 2], vec![0], vec![], vec![4, 5], vec![3], vec![0, 4]]).unwrap();
        for alternative in [Alternative::Greater, Alternative::Less] {
            let test = LocalTest::exact(alternative);
            let ties = local_moran_ties(&values, &weights, &test).unwrap();
            let moran = crate::local::moran::local_moran(&values, &weights, crate::local::Scaling::Population, &test).unwrap();
            for (tie, p) in ties.iter().zip(&moran.p) {
                assert_eq!(tie.inclusive, *p);
                assert!(tie.strict < tie.inclusive && tie.mid_p() < *p && tie.randomized(0.0) == tie.strict);
            }
            assert_eq!(ties[2], TieBounds { strict: 0.0, inclusive: 1.0 }, "an island");
        }
    }

    #[test]
    fn what_has_no_ties_is_refused() {
        let refused = |test| local_g_ties(&[1.0, 2.0], &line(2), SelfWeight::Excluded, &test).is_err();
        assert!(refused(LocalTest::exact(Alternative::TwoSided)));
        assert!(refused(LocalTest::analytical(Alternative::Greater)));
        assert!(refused(LocalTest::permutation(Alternative::Greater, Permutations::sequential(9, 3, 1))));
        let window = LocalTest { null: Null::Window, ..LocalTest::exact(Alternative::Greater) };
        assert!(local_moran_ties(&[1.0, 2.0], &line(2), &window).is_err());
    }
}
