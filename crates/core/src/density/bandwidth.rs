//! Bandwidths by named rules.
//!
//! There is no right one: each rule answers another question, and they differ by a factor of three on the same points. What
//! matters is that the rule is named and the number shown; both are in the result.
//!
//! | rule | bandwidth | made for | known elsewhere as |
//! | --- | --- | --- | --- |
//! | [`BandwidthRule::ArcGis`] | 0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5) | quartic | ArcGIS from 10.2.1, default search radius |
//! | [`BandwidthRule::NormalReference`] | mean over both axes of 4 · 1.06 · min(sd, IQR/1.34) · n^(−1/5) | quartic | `MASS::bandwidth.nrd`, `sfhotspot` |
//! | [`BandwidthRule::Scott`] | √(sd_x · sd_y) · n^(−1/6) | Gaussian | `spatstat::bw.scott.iso` |
//! | [`BandwidthRule::Silverman`] | √((sd_x² + sd_y²)/2) · n^(−1/6) | Gaussian | Silverman 1986, section 4.3.2 |
//! | [`BandwidthRule::Analyst`] | shorter side of the bounding box / 30 | quartic | five cells of a 150th of the shorter side (Ratcliffe); ArcGIS before 10.2.1 |
//! | [`BandwidthRule::NearestNeighbors`] | mean distance to the k-th nearest other point | quartic | Williamson and others 1999 |
//!
//! SD is the standard distance (divisor n), Dm the median distance to the mean centre, sd the standard deviation of an axis (divisor
//! n − 1), IQR its interquartile range (quantiles of R's type 7). With weights n is their sum, and every statistic is that of
//! as many points. The weights must then be numbers of incidents: n enters the rules.
//!
//! # From one kernel to another
//! A rule made for the Gaussian kernel gives a standard deviation, one made for the quartic a radius. Asked for another kernel,
//! the result is multiplied by the ratio of [canonical bandwidths](super::Kernel::equivalent), 2.7795 from Gaussian to quartic; so Silverman's rule
//! gives for the quartic kernel his own 2.78 σ n^(−1/6).
//!
//! # Where tools disagree
//! - `MASS::bandwidth.nrd` is made for `MASS::kde2d`, which divides it by 4 to have a standard deviation. `sfhotspot` takes all of
//!   it as a quartic radius, 1.44 times the equivalent of the Gaussian it stands for; and its code, `mean(nrd(x), nrd(y))`, is
//!   in R the number for x alone, the second argument of `mean` being a trim. Here it is the mean of both, as its documentation says.
//! - All rules of the form σ n^(−a) suppose one normal cloud. A city has many centres: they smooth too much, the more the larger
//!   the map is. [`super::cross_validation`] does not suppose it.
//!
//! # Cost
//! A sort of the coordinates; a tree for the nearest neighbours.

use super::kde::nearest;
use super::{Kernel, Points};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// A rule that makes a bandwidth from points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BandwidthRule {
    /// Standard distance, or median distance where outliers make that smaller.
    ArcGis,
    /// Normal reference of both axes, as `sfhotspot` documents it.
    NormalReference,
    /// Scott's, one number for both axes by the geometric mean.
    Scott,
    /// Silverman's for two dimensions, from the mean variance of the axes.
    Silverman,
    /// A thirtieth of the shorter side of the bounding box.
    Analyst,
    /// Mean distance to the k-th nearest other point. Weights do not matter but when they are 0.
    NearestNeighbors {
        /// k, at least 1 and less than the number of points.
        neighbors: usize,
    },
}

impl BandwidthRule {
    /// The kernel that the rule was made for.
    pub const fn kernel(self) -> Kernel {
        match self {
            Self::Scott | Self::Silverman => Kernel::Gaussian,
            Self::ArcGis | Self::NormalReference | Self::Analyst | Self::NearestNeighbors { .. } => Kernel::Quartic,
        }
    }
}

impl fmt::Display for BandwidthRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArcGis => f.write_str("arcgis"),
            Self::NormalReference => f.write_str("normal-reference"),
            Self::Scott => f.write_str("scott"),
            Self::Silverman => f.write_str("silverman"),
            Self::Analyst => f.write_str("analyst"),
            Self::NearestNeighbors { neighbors } => write!(f, "nearest-{neighbors}"),
        }
    }
}

impl FromStr for BandwidthRule {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "arcgis" => Ok(Self::ArcGis),
            "normal-reference" => Ok(Self::NormalReference),
            "scott" => Ok(Self::Scott),
            "silverman" => Ok(Self::Silverman),
            "analyst" => Ok(Self::Analyst),
            text => text
                .strip_prefix("nearest-")
                .and_then(|k| k.parse().ok())
                .filter(|k| *k > 0)
                .map(|neighbors| Self::NearestNeighbors { neighbors })
                .ok_or(UnknownName {
                    what: "bandwidth rule",
                    allowed: "arcgis, normal-reference, scott, silverman, analyst, nearest-K with K at least 1",
                }),
        }
    }
}

/// A bandwidth and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChosenBandwidth {
    /// Rule.
    pub rule: BandwidthRule,
    /// Kernel that it is for.
    pub kernel: Kernel,
    /// Number of points, or the sum of their weights.
    pub n: f64,
    /// Metres.
    pub meters: f64,
}

/// The bandwidth that a rule gives for points and a kernel.
///
/// # Errors
/// [`Error::OutOfRange`] when the points do not spread (fewer than two, all at one place, on a line for rules that need both axes),
/// when there are not enough neighbours, or when a coordinate or weight is not as it must be; [`Error::Length`] when there are not as many
/// weights as points.
///
/// ```
/// use hotspot_core::density::{BandwidthRule, Kernel, Points, bandwidth::choose};
/// let square = [[0.0, 0.0], [0.0, 600.0], [900.0, 0.0], [900.0, 600.0]];
/// let chosen = choose(BandwidthRule::Analyst, Points::each(&square), Kernel::Quartic)?;
/// assert_eq!(chosen.meters, 20.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn choose(rule: BandwidthRule, points: Points<'_>, kernel: Kernel) -> Result<ChosenBandwidth> {
    points.check()?;
    let cloud = Cloud::new(points);
    let of_rule = match rule {
        BandwidthRule::ArcGis => {
            let robust = (1.0 / std::f64::consts::LN_2).sqrt() * cloud.quantile(&cloud.distances_from_center(), 0.5);
            0.9 * cloud.standard_distance().min(robust) * cloud.n.powf(-0.2)
        }
        BandwidthRule::NormalReference => {
            let of_axis = |axis: usize| {
                let values = cloud.axis(axis);
                let range = cloud.quantile(&values, 0.75) - cloud.quantile(&values, 0.25);
                4.0 * 1.06 * cloud.deviation(axis).min(range / 1.34) * cloud.n.powf(-0.2)
            };
            f64::midpoint(of_axis(0), of_axis(1))
        }
        BandwidthRule::Scott => (cloud.deviation(0) * cloud.deviation(1)).sqrt() * cloud.n.powf(-1.0 / 6.0),
        BandwidthRule::Silverman => {
            f64::midpoint(cloud.deviation(0).powi(2), cloud.deviation(1).powi(2)).sqrt() * cloud.n.powf(-1.0 / 6.0)
        }
        BandwidthRule::Analyst => cloud.side(0).min(cloud.side(1)) / 30.0,
        BandwidthRule::NearestNeighbors { neighbors } => {
            let distances = nearest(&cloud.places, neighbors)?;
            distances.iter().sum::<f64>() / distances.len() as f64
        }
    };
    let meters = kernel.equivalent(of_rule, rule.kernel());
    if !(meters > 0.0 && meters.is_finite()) {
        return Err(Error::OutOfRange { what: "spread of the points", must: "positive for this bandwidth rule" });
    }
    Ok(ChosenBandwidth { rule, kernel, n: cloud.n, meters })
}

/// Points of positive weight and their moments.
struct Cloud {
    places: Vec<[f64; 2]>,
    weights: Vec<f64>,
    n: f64,
    center: [f64; 2],
}

impl Cloud {
    fn new(points: Points<'_>) -> Self {
        let rows: Vec<usize> = (0..points.places.len()).filter(|row| points.weight(*row) > 0.0).collect();
        let places: Vec<[f64; 2]> = rows.iter().map(|row| points.places[*row]).collect();
        let weights: Vec<f64> = rows.iter().map(|row| points.weight(*row)).collect();
        let n = weights.iter().sum();
        // Around the first point: no digits are lost to the distance from the origin.
        let origin = places.first().copied().unwrap_or_default();
        let mean =
            |axis: usize| origin[axis] + places.iter().zip(&weights).map(|(p, w)| w * (p[axis] - origin[axis])).sum::<f64>() / n;
        let center = [mean(0), mean(1)];
        Self { places, weights, n, center }
    }

    fn axis(&self, axis: usize) -> Vec<f64> {
        self.places.iter().map(|p| p[axis]).collect()
    }

    /// Sum of squares of an axis around the mean.
    fn squares(&self, axis: usize) -> f64 {
        self.places.iter().zip(&self.weights).map(|(p, w)| w * (p[axis] - self.center[axis]).powi(2)).sum()
    }

    /// Standard deviation of an axis, divisor n − 1.
    fn deviation(&self, axis: usize) -> f64 {
        (self.squares(axis) / (self.n - 1.0)).sqrt()
    }

    fn standard_distance(&self) -> f64 {
        ((self.squares(0) + self.squares(1)) / self.n).sqrt()
    }

    fn distances_from_center(&self) -> Vec<f64> {
        self.places.iter().map(|p| (p[0] - self.center[0]).hypot(p[1] - self.center[1])).collect()
    }

    fn side(&self, axis: usize) -> f64 {
        let low = self.places.iter().map(|p| p[axis]).fold(f64::INFINITY, f64::min);
        let high = self.places.iter().map(|p| p[axis]).fold(f64::NEG_INFINITY, f64::max);
        high - low
    }

    /// Quantile of R's type 7 of values with these weights, as if each stood that many times in the table.
    fn quantile(&self, values: &[f64], share: f64) -> f64 {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let place = share * (self.n - 1.0);
        // The value with `rank` (from 0) in the table.
        let ranked = |rank: f64| {
            let mut below = 0.0;
            for row in &order {
                below += self.weights[*row];
                if below > rank {
                    return values[*row];
                }
            }
            order.last().map_or(f64::NAN, |row| values[*row])
        };
        let low = ranked(place.floor());
        low + (ranked(place.floor() + 1.0) - low) * place.fract()
    }
}

#[cfg(test)]
#[path = "bandwidth_tests.rs"]
mod tests;
