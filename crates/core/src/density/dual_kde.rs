//! Two densities beside each other: incidents per resident, this year against last.
//!
//! # Definition
//! With f and g the [kernel densities](super::kde()) of two sets of points, *by the same kernel and bandwidth*,
//!
//! ```text
//! ratio f/g      log-ratio ln(f/g)      difference f − g      sum f + g
//! ```
//!
//! The ratio has the unit of the weights: incidents per resident when the second set has residents for weights. Difference and
//! sum are per square kilometre. (Kelsall and Diggle, *Statistics in Medicine* 14, 1995; CrimeStat's dual kernel.)
//!
//! # The floor
//! Where g is nearly nothing f/g is anything: three incidents in a park are not an infinite risk. Below `floor_per_km2` the ratio
//! is undefined: `None`, not 0 and not infinite. So is the logarithm where f is 0. There is no good default: the floor is a number of people per square
//! kilometre that the reader accepts as inhabited.
//!
//! # Conventions that differ
//! `sfhotspot` takes the bandwidth of the first set for both unless told to find two, and prints infinite and not-a-number
//! ratios; its densities are bare sums, which cancel in a ratio, and do not in a difference. CrimeStat may take
//! two bandwidths. Different bandwidths make rings: the wider kernel is the smaller one in the centre of any cluster, whatever
//! the risk. With [`super::EdgeCorrection::Uniform`] the correction cancels in a ratio.
//!
//! # Cost
//! Two densities.

use super::kde::{Bandwidth, Kde, KdeParams, kde};
use super::{EdgeCorrection, Kernel, Points};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// How two densities are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Comparison {
    /// First divided by second; `None` below the floor.
    #[default]
    Ratio,
    /// Natural logarithm of the ratio; `None` below the floor and where the first is 0.
    LogRatio,
    /// First minus second, per square kilometre; the floor does not matter.
    Difference,
    /// Both together, per square kilometre; the floor does not matter.
    Sum,
}

impl Comparison {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::LogRatio => "log-ratio",
            Self::Difference => "difference",
            Self::Sum => "sum",
        }
    }

    fn of(self, first: f64, second: f64, floor: f64) -> Option<f64> {
        match self {
            Self::Ratio => (second >= floor).then(|| first / second),
            Self::LogRatio => (second >= floor && first > 0.0).then(|| first.ln() - second.ln()),
            Self::Difference => Some(first - second),
            Self::Sum => Some(first + second),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Comparison {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        let text = text.trim();
        [Self::Ratio, Self::LogRatio, Self::Difference, Self::Sum]
            .into_iter()
            .find(|c| c.id() == text)
            .ok_or(UnknownName { what: "comparison", allowed: "ratio, log-ratio, difference, sum" })
    }
}

/// Two densities and their comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct DualKde {
    /// What the values are.
    pub comparison: Comparison,
    /// Kernel of both.
    pub kernel: Kernel,
    /// Bandwidth of both, metres.
    pub bandwidth_m: f64,
    /// Correction at the edge of both.
    pub edge: Option<EdgeCorrection>,
    /// Below this density of the second, per square kilometre, a ratio is undefined.
    pub floor_per_km2: f64,
    /// The first set: numerator.
    pub first: Kde,
    /// The second set: denominator.
    pub second: Kde,
    /// For each place; `None` where undefined.
    pub values: Vec<Option<f64>>,
}

/// Compares the densities of two sets of points at places.
///
/// # Errors
/// As [`kde`], and [`Error::OutOfRange`] when the bandwidth is not fixed or the floor is not positive and finite.
///
/// ```
/// use hotspot_core::density::{Comparison, KdeParams, Points, dual_kde};
/// let (incidents, homes, residents) = ([[0.0, 0.0], [4_000.0, 0.0]], [[0.0, 0.0], [100.0, 0.0]], [120.0, 80.0]);
/// let risk = dual_kde(
///     Points::each(&incidents), Points::weighted(&homes, &residents), &[[0.0, 0.0], [4_000.0, 0.0]],
///     &KdeParams::fixed(500.0), 100.0, Comparison::Ratio,
/// )?;
/// assert!((risk.values[0].expect("inhabited") - 1.0 / (120.0 + 80.0 * 0.96 * 0.96)).abs() < 1e-12);
/// assert_eq!(risk.values[1], None, "nobody lives there");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn dual_kde(
    first: Points<'_>,
    second: Points<'_>,
    at: &[[f64; 2]],
    params: &KdeParams<'_>,
    floor_per_km2: f64,
    comparison: Comparison,
) -> Result<DualKde> {
    let Bandwidth::Fixed { meters: bandwidth_m } = params.bandwidth else {
        return Err(Error::OutOfRange { what: "bandwidth of a comparison", must: "fixed: the same for both" });
    };
    if !(floor_per_km2 > 0.0 && floor_per_km2.is_finite()) {
        return Err(Error::OutOfRange { what: "floor", must: "positive and finite" });
    }
    let (first, second) = (kde(first, at, params)?, kde(second, at, params)?);
    let pairs = first.density_per_km2.iter().zip(&second.density_per_km2);
    let values = pairs.map(|(f, g)| comparison.of(*f, *g, floor_per_km2)).collect();
    Ok(DualKde { comparison, kernel: params.kernel, bandwidth_m, edge: first.edge, floor_per_km2, first, second, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACES: [[f64; 2]; 4] = [[0.0, 0.0], [300.0, 0.0], [900.0, 100.0], [9_000.0, 0.0]];

    fn compare(comparison: Comparison, floor: f64) -> DualKde {
        let (first, second) = ([[0.0, 0.0], [100.0, 50.0], [1_250.0, 100.0]], [[10.0, 0.0], [300.0, 0.0]]);
        let params = KdeParams::fixed(400.0);
        dual_kde(Points::each(&first), Points::each(&second), &PLACES, &params, floor, comparison).expect("valid input")
    }

    #[test]
    fn a_ratio_without_denominator_is_undefined() {
        let ratio = compare(Comparison::Ratio, 1e-9);
        assert!(ratio.first.density_per_km2[2] > 0.0 && ratio.second.density_per_km2[2] == 0.0);
        assert_eq!((ratio.values[2], ratio.values[3]), (None, None));
        assert!(ratio.values[0].is_some_and(|v| v > 0.0));
    }

    #[test]
    fn a_ratio_is_undefined_below_the_floor_and_not_at_it() {
        let at = compare(Comparison::Ratio, 1e-9).second.density_per_km2[0];
        assert!(compare(Comparison::Ratio, at).values[0].is_some());
        assert!(compare(Comparison::Ratio, at * 1.000001).values[0].is_none());
    }

    #[test]
    fn a_logarithm_of_nothing_is_undefined() {
        let first = [[5_000.0, 0.0]];
        let second = [[0.0, 0.0]];
        let of = |comparison| {
            let (first, second) = (Points::each(&first), Points::each(&second));
            dual_kde(first, second, &PLACES[..1], &KdeParams::fixed(400.0), 1e-9, comparison).expect("valid input").values[0]
        };
        assert_eq!((of(Comparison::Ratio), of(Comparison::LogRatio)), (Some(0.0), None));
    }

    #[test]
    fn the_four_agree_with_the_two_densities() {
        let [ratio, log, difference, sum] = [Comparison::Ratio, Comparison::LogRatio, Comparison::Difference, Comparison::Sum]
            .map(|comparison| compare(comparison, 1e-9));
        for row in 0..PLACES.len() {
            let (f, g) = (ratio.first.density_per_km2[row], ratio.second.density_per_km2[row]);
            assert_eq!(difference.values[row], Some(f - g));
            assert_eq!(sum.values[row], Some(f + g));
            match (ratio.values[row], log.values[row]) {
                (Some(r), Some(l)) => assert!((r - f / g).abs() < 1e-12 && (l - r.ln()).abs() < 1e-12),
                (r, l) => assert!(g < 1e-9 && r.is_none() && l.is_none()),
            }
        }
    }

    #[test]
    fn names_go_there_and_back() {
        for comparison in [Comparison::Ratio, Comparison::LogRatio, Comparison::Difference, Comparison::Sum] {
            assert_eq!(comparison.to_string().parse(), Ok(comparison));
        }
        assert!("quotient".parse::<Comparison>().is_err());
    }

    #[test]
    fn wrong_input_is_named() {
        let points = Points::each(&PLACES);
        for floor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(dual_kde(points, points, &PLACES, &KdeParams::fixed(400.0), floor, Comparison::Ratio).is_err());
        }
        let adaptive = KdeParams { bandwidth: Bandwidth::Nearest { neighbors: 1, least_m: 10.0 }, ..KdeParams::fixed(400.0) };
        assert!(dual_kde(points, points, &PLACES, &adaptive, 1.0, Comparison::Ratio).is_err());
    }

    proptest! {
        #[test]
        fn a_set_beside_itself_has_ratio_one(
            places in prop::collection::vec([-2_000.0..2_000.0, -2_000.0..2_000.0f64], 1..40), factor in 0.1..10.0f64,
        ) {
            let weights = vec![factor; places.len()];
            let result = dual_kde(
                Points::weighted(&places, &weights), Points::each(&places), &places, &KdeParams::fixed(500.0), 1e-9, Comparison::Ratio,
            ).unwrap();
            prop_assert!(result.values.iter().all(|v| (v.unwrap() / factor - 1.0).abs() < 1e-9));
        }
    }
}
