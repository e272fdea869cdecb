//! Adjusted p values when many units are tested at once: false discovery rate, and Bonferroni.
//!
//! # Definition
//! With the p values sorted, `p_(1) ≤ … ≤ p_(m)`, the adjusted value of Benjamini and Hochberg (*J. R. Stat. Soc. B* 57, 1995) is
//! `min_{j ≥ i} m p_(j) / j`, at most 1: the smallest rate q at which the unit would be among the discoveries. That of Benjamini
//! and Yekutieli (*Ann. Stat.* 29, 2001) is larger by `Σ 1/i` and holds under any dependence between the tests.
//!
//! Bonferroni's is m p, at most 1: with probability 1 − q no discovery is false.
//!
//! The first is proved for independent tests and for positive regression dependence, which overlapping neighbourhoods have for tests of
//! one tail; for two-sided tests it holds in simulation (`tests/calibration`: exact Gi* of exchangeable counts, and smooth normal fields
//! without and with raised units), not by proof.
//!
//! # What counts as a test
//! m is the number of *all* tested units, those without incidents included, of one map: one strand in one window at one resolution.
//! Leaving out the empty units before adjusting is cheating, and so is adjusting for those on the screen. **Choosing among filters is not
//! corrected for**: who looks at seven strands, twelve windows and three resolutions and shows the one map with discoveries has made
//! 252 families of tests, and the rate holds in each, not for the choice.
//!
//! # Choices where tools disagree
//! `esda.fdr` returns a cut-off, compares with `<`, and gives α / n where nothing is rejected; here a unit is a discovery when its
//! adjusted p is at most q. ArcGIS decides its bins by the rate and shows the raw p: keep both columns, and name them.
//!
//! # Pitfalls
//! The rate is a mean over maps: on one map all discoveries may be false. A simulated p is at least 1/(R + 1): with 15,000 units and 999
//! replicates nothing can pass unless hundreds tie at that minimum; exact p values have no such floor.
//!
//! # Cost
//! One sort.

use crate::error::{Error, Result};

/// Benjamini–Hochberg adjusted p values, in the order of the input.
///
/// # Errors
/// [`Error::OutOfRange`] when a p value is not in 0 to 1.
///
/// ```
/// let adjusted = hotspot_core::local::fdr::benjamini_hochberg(&[0.01, 0.5, 0.02])?;
/// assert_eq!(adjusted, [0.03, 0.5, 0.03]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    adjust(p, 1.0)
}

/// Benjamini–Yekutieli adjusted p values, in the order of the input: valid under any dependence between the units.
///
/// # Errors
/// [`Error::OutOfRange`] when a p value is not in 0 to 1.
///
/// ```
/// let adjusted = hotspot_core::local::fdr::benjamini_yekutieli(&[0.01, 0.5])?;
/// assert!((adjusted[0] - 0.03).abs() < 1e-15 && (adjusted[1] - 0.75).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn benjamini_yekutieli(p: &[f64]) -> Result<Vec<f64>> {
    adjust(p, (1..=p.len()).rev().map(|i| 1.0 / i as f64).sum())
}

/// Bonferroni adjusted p values, in the order of the input: valid under any dependence, against any false discovery at all.
///
/// [`super::max_statistic`] does the same with what the dependence is known to be.
///
/// # Errors
/// [`Error::OutOfRange`] when a p value is not in 0 to 1.
///
/// ```
/// assert_eq!(hotspot_core::local::fdr::bonferroni(&[0.01, 0.75])?, [0.02, 1.0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>> {
    checked(p)?;
    Ok(p.iter().map(|v| (v.abs() * p.len() as f64).min(1.0)).collect())
}

fn checked(p: &[f64]) -> Result<()> {
    if p.iter().all(|p| (0.0..=1.0).contains(p)) { Ok(()) } else { Err(Error::OutOfRange { what: "p value", must: "in 0 to 1" }) }
}

fn adjust(p: &[f64], penalty: f64) -> Result<Vec<f64>> {
    checked(p)?;
    // The bits of non-negative doubles sort as the numbers do.
    let mut order: Vec<(u64, u32)> = (0..).zip(p).map(|(row, p)| (p.abs().to_bits(), row)).collect();
    order.sort_unstable();
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (i, (bits, row)) in order.iter().enumerate().rev() {
        least = least.min(f64::from_bits(*bits) * p.len() as f64 / (i + 1) as f64 * penalty);
        adjusted[*row as usize] = least;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The p values of Benjamini and Hochberg (1995), section 4.
    const PUBLISHED: [f64; 15] =
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];

    #[test]
    fn adjusted_values_are_the_published_ones() {
        let adjusted = benjamini_hochberg(&PUBLISHED).expect("p values");
        for (got, wanted) in adjusted.iter().zip([0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765]) {
            assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
        }
        assert_eq!(adjusted.iter().filter(|p| **p <= 0.05).count(), 4);
        let dependent = benjamini_yekutieli(&PUBLISHED).expect("p values");
        assert_eq!(dependent.iter().filter(|p| **p <= 0.05).count(), 3);
        assert!((dependent[0] / adjusted[0] - 3.318228993).abs() < 1e-9);
        assert_eq!(bonferroni(&PUBLISHED).expect("p values").iter().filter(|p| **p <= 0.05).count(), 3);
    }

    #[test]
    fn the_order_of_the_units_does_not_matter() {
        let mut turned = PUBLISHED;
        turned.rotate_left(6);
        turned.swap(0, 5);
        let mut got = benjamini_hochberg(&turned).expect("p values");
        got.sort_by(f64::total_cmp);
        assert_eq!(got, benjamini_hochberg(&PUBLISHED).expect("p values"));
    }

    #[test]
    fn equal_p_values_stay_equal_and_nothing_stays_nothing() {
        assert_eq!(benjamini_hochberg(&[0.2; 4]).expect("p values"), [0.2; 4]);
        assert_eq!(benjamini_hochberg(&[]).expect("no p values"), [0.0; 0]);
        assert_eq!(benjamini_hochberg(&[0.04]).expect("one p value"), [0.04]);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(benjamini_hochberg(&[0.5, bad]).is_err());
            assert!(benjamini_yekutieli(&[0.5, bad]).is_err());
            assert!(bonferroni(&[0.5, bad]).is_err());
        }
    }
}
