//! Density: how many incidents per square kilometre, smoothed.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | how dense is it here? | [`kde::kde`] | Kernel Density (ArcGIS), `SpatialKDE::kde`, `hotspot_kde`, CrimeStat single kernel, `spatstat::density.ppp` |
//! | the same, from counts per cell | [`kde::kde_of_counts`] | |
//! | with a bandwidth that follows the data | [`Bandwidth::Abramson`], [`Bandwidth::Nearest`] | `densityAdaptiveKernel`, CrimeStat adaptive interval |
//! | without the loss at the border | [`edge::Edge`] | `density.ppp(edge = TRUE, diggle = …)` |
//! | denser than people, than last year? | [`dual_kde::dual_kde`] | CrimeStat dual kernel, `hotspot_dual_kde`, `relrisk` |
//! | how wide should the kernel be? | [`bandwidth::choose`] | ArcGIS default search radius, `bandwidth.nrd`, `bw.scott`, ratio rule of Ratcliffe |
//! | the same, by what predicts left-out points | [`cross_validation::cross_validate`] | `bw.ppl`, least-squares cross-validation |
//!
//! Everything is planar, in metres, and exact: no raster, no Fourier transform, no interpolation. A density is in incidents per
//! square kilometre, so that it means the same in every map; times the area of a cell it is the cell's expected count.

pub mod bandwidth;
pub mod cross_validation;
pub mod dual_kde;
pub mod edge;
pub mod kde;

mod bins;

#[cfg(test)]
mod robustness_tests;
#[cfg(test)]
pub(crate) mod test_points;

pub use bandwidth::{BandwidthRule, ChosenBandwidth};
pub use cross_validation::{Criterion, CrossValidation, cross_validate};
pub use dual_kde::{Comparison, DualKde, dual_kde};
pub use edge::{Edge, EdgeCorrection, Mask};
pub use kde::{Bandwidth, Kde, KdeParams, kde, kde_of_counts};

use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// Square metres of a square kilometre.
const M2_PER_KM2: f64 = 1e6;

/// Points in metres, and what each counts for.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a> {
    /// East and north, metres.
    pub places: &'a [[f64; 2]],
    /// One for each place, not negative; `None` is 1 for each. A whole weight counts as that many points at one place.
    pub weights: Option<&'a [f64]>,
}

impl<'a> Points<'a> {
    /// Points that count for one each.
    pub const fn each(places: &'a [[f64; 2]]) -> Self {
        Self { places, weights: None }
    }

    /// Points with weights.
    pub const fn weighted(places: &'a [[f64; 2]], weights: &'a [f64]) -> Self {
        Self { places, weights: Some(weights) }
    }

    /// What a point counts for.
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[row])
    }

    fn check(&self) -> Result<()> {
        check_places(self.places)?;
        let Some(weights) = self.weights else { return Ok(()) };
        if weights.len() != self.places.len() {
            return Err(Error::Length { what: "weights", got: weights.len(), expected: self.places.len() });
        }
        if weights.iter().any(|w| !(*w >= 0.0 && w.is_finite())) {
            return Err(Error::OutOfRange { what: "weight", must: "finite and not negative" });
        }
        Ok(())
    }
}

fn check_places(places: &[[f64; 2]]) -> Result<()> {
    // To the end in any case: that is several at a time.
    if places.iter().fold(true, |finite, p| finite & p[0].is_finite() & p[1].is_finite()) {
        Ok(())
    } else {
        Err(Error::OutOfRange { what: "coordinate", must: "finite" })
    }
}

fn check_bandwidth(meters: f64) -> Result<()> {
    if (1e-6..=1e9).contains(&meters) {
        Ok(())
    } else {
        Err(Error::OutOfRange { what: "bandwidth", must: "positive: 1e-6 to 1e9 metres" })
    }
}

/// The shape in which a point is spread. All are radially symmetric in the plane and integrate to 1.
///
/// With u = (d / h)², d the distance and h the bandwidth:
///
/// | kernel | K(d) | h is | reach |
/// | --- | --- | --- | --- |
/// | quartic | 3 / (π h²) · (1 − u)² | the radius | h |
/// | gaussian | 1 / (2π h²) · exp(−u / 2) | the standard deviation of each axis | 6 h |
/// | epanechnikov | 2 / (π h²) · (1 − u) | the radius | h |
/// | triangular | 3 / (π h²) · (1 − d / h) | the radius | h |
/// | uniform | 1 / (π h²) | the radius | h |
///
/// and 0 at and beyond the reach. The Gaussian is cut at 6 h, where it is 1.5e-8 of its height: every point loses 1.5e-8 of its
/// mass, and no density is further than 1.6e-8 · N · K(0) from the uncut one.
///
/// The kernels called quartic, Epanechnikov and triangular in one dimension have other constants (15/16, 3/4, 1): multiplied by
/// those they would not integrate to 1 in the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kernel {
    /// Smooth, and zero beyond the bandwidth: the usual one in crime mapping.
    #[default]
    Quartic,
    /// The bell curve. The same bandwidth in metres smooths 2.8 times as widely as with the quartic kernel.
    Gaussian,
    /// The most efficient one in theory; its surface has kinks.
    Epanechnikov,
    /// A cone.
    Triangular,
    /// Counts within a circle, divided by its area.
    Uniform,
}

/// Bandwidths at which the Gaussian kernel is cut.
const GAUSSIAN_REACH: f64 = 6.0;

impl Kernel {
    /// All kernels.
    pub const ALL: [Self; 5] = [Self::Quartic, Self::Gaussian, Self::Epanechnikov, Self::Triangular, Self::Uniform];

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Quartic => "quartic",
            Self::Gaussian => "gaussian",
            Self::Epanechnikov => "epanechnikov",
            Self::Triangular => "triangular",
            Self::Uniform => "uniform",
        }
    }

    /// Distance from which the kernel is zero, metres.
    pub fn reach(self, bandwidth_m: f64) -> f64 {
        if self == Self::Gaussian { GAUSSIAN_REACH * bandwidth_m } else { bandwidth_m }
    }

    /// The kernel at a distance, per square metre.
    ///
    /// ```
    /// use hotspot_core::density::Kernel;
    /// assert!((Kernel::Quartic.at(150.0, 300.0) - 5.968310e-6).abs() < 1e-12);
    /// ```
    pub fn at(self, distance_m: f64, bandwidth_m: f64) -> f64 {
        self.shape(bandwidth_m, Once(distance_m * distance_m)) * self.scale(bandwidth_m)
    }

    /// What the sum of [`Self::shape`] must be multiplied by.
    fn scale(self, h: f64) -> f64 {
        let h2 = h * h;
        match self {
            Self::Quartic => 3.0 / (PI * h2 * h2 * h2),
            Self::Gaussian => 0.5 / (PI * h2),
            Self::Epanechnikov => 2.0 / (PI * h2 * h2),
            Self::Triangular => 3.0 / (PI * h2 * h),
            Self::Uniform => 1.0 / (PI * h2),
        }
    }

    /// The kernel without its constant, by the squared distance, handed to a sum: the choice is made once for a place, not for
    /// each of its points.
    #[inline]
    fn shape<S: KernelSum>(self, h: f64, sum: S) -> S::Sum {
        let h2 = h * h;
        // One instruction, where `f64::max` is three: it must tell numbers from NaN.
        let positive = |rest: f64| if rest > 0.0 { rest } else { 0.0 };
        match self {
            Self::Quartic => sum.of(|d2| {
                let rest = positive(h2 - d2);
                rest * rest
            }),
            Self::Gaussian => {
                let (cut, rate) = (GAUSSIAN_REACH * GAUSSIAN_REACH * h2, -0.5 / h2);
                sum.of(|d2| if d2 < cut { (d2 * rate).exp() } else { 0.0 })
            }
            Self::Epanechnikov => sum.of(|d2| positive(h2 - d2)),
            Self::Triangular => sum.of(|d2| positive(h - d2.sqrt())),
            Self::Uniform => sum.of(|d2| if d2 < h2 { 1.0 } else { 0.0 }),
        }
    }

    /// The bandwidth of this kernel that smooths as much as `bandwidth_m` of another, to first order: both have the same
    /// asymptotic mean squared error. (Canonical bandwidths: Marron and Nolan, *Statistics and Probability Letters* 7, 1988, in
    /// two dimensions.) From Gaussian to quartic the factor is 2.7795.
    pub fn equivalent(self, bandwidth_m: f64, of: Self) -> f64 {
        if self == of { bandwidth_m } else { bandwidth_m * self.canonical() / of.canonical() }
    }

    /// (∫K² / μ²)^(1/6), μ the variance of one axis, for bandwidth 1.
    fn canonical(self) -> f64 {
        let roughness = match self {
            Self::Quartic => 9.0 / (5.0 * PI),
            Self::Gaussian => 1.0 / (4.0 * PI),
            Self::Epanechnikov => 4.0 / (3.0 * PI),
            Self::Triangular => 3.0 / (2.0 * PI),
            Self::Uniform => 1.0 / PI,
        };
        (roughness / self.variance().powi(2)).powf(1.0 / 6.0)
    }

    /// Variance of one axis, in squared bandwidths.
    pub const fn variance(self) -> f64 {
        match self {
            Self::Quartic => 1.0 / 8.0,
            Self::Gaussian => 1.0,
            Self::Epanechnikov => 1.0 / 6.0,
            Self::Triangular => 3.0 / 20.0,
            Self::Uniform => 1.0 / 4.0,
        }
    }
}

/// Something that sums a function of the squared distance.
trait KernelSum {
    /// What comes of it.
    type Sum;
    fn of(self, kernel: impl Fn(f64) -> f64) -> Self::Sum;
}

/// One squared distance.
struct Once(f64);

impl KernelSum for Once {
    type Sum = f64;

    fn of(self, kernel: impl Fn(f64) -> f64) -> f64 {
        kernel(self.0)
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Kernel {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|k| k.id() == text)
            .ok_or(UnknownName { what: "kernel", allowed: "quartic, gaussian, epanechnikov, triangular, uniform" })
    }
}
