//! The bandwidth that best predicts points that were left out.
//!
//! # Definition
//! With f₋ᵢ the density of all points but the i-th, as a probability density,
//!
//! ```text
//! likelihood       Σ_i ln f₋ᵢ(x_i)                     largest is best
//! least squares    ∫ f² − (2/n) Σ_i f₋ᵢ(x_i)           smallest is best
//! ```
//!
//! (Likelihood: Duin, *IEEE Transactions on Computers* 25, 1976; `spatstat::bw.ppl` without its correction for the window. Least
//! squares, an unbiased estimate of the integrated squared error: Bowman, *Biometrika* 71, 1984.) Every candidate is scored exactly: the
//! integral of f² is a sum over pairs of the quartic kernel's convolution with itself, in closed form, so only the
//! quartic kernel has the least-squares score.
//!
//! # Pitfalls
//! - Likelihood: a point with no other one within reach makes the score −∞, so a compact kernel is made at least as wide as the loneliest
//!   point is far from its neighbour. Take the Gaussian kernel, or leave the outliers out.
//! - Least squares: points on the very same place (geocoded to one address) are predicted best by a bandwidth of nothing. Above
//!   a share of ties the score falls without end towards the smallest candidate; the result says so by
//!   [`CrossValidation::at_end`].
//! - Both find what describes these incidents best, not the next ones: see the backtests.
//!
//! # Cost
//! For each candidate one density at all points: n times the number of points within h (2h and dearer terms for least squares).

use super::bins::PointBins;
use super::kde::Near;
use super::{Kernel, KernelSum, Once, check_bandwidth, check_places};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use rayon::prelude::*;
use std::collections::HashMap;
use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// What is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Criterion {
    /// The largest likelihood of left-out points.
    #[default]
    Likelihood,
    /// The smallest integrated squared error. Quartic kernel only.
    LeastSquares,
}

impl Criterion {
    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Likelihood => "likelihood",
            Self::LeastSquares => "least-squares",
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Criterion {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "likelihood" => Ok(Self::Likelihood),
            "least-squares" => Ok(Self::LeastSquares),
            _ => Err(UnknownName { what: "criterion", allowed: "likelihood, least-squares" }),
        }
    }
}

/// Scores of candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossValidation {
    /// Criterion.
    pub criterion: Criterion,
    /// Kernel.
    pub kernel: Kernel,
    /// Number of points.
    pub n: usize,
    /// Candidates, metres, as given.
    pub candidates_m: Vec<f64>,
    /// Their scores: log likelihood, −∞ where a point has no other within reach; or estimated error less a constant, per square metre.
    pub scores: Vec<f64>,
    /// The best candidate, metres; of equals the widest. `None` when every likelihood is −∞.
    pub best_m: Option<f64>,
    /// Whether the best is the narrowest or the widest candidate: the true best may lie beyond it.
    pub at_end: bool,
}

/// Candidates from `from_m` to `to_m`, each the same factor wider than the one before.
pub fn geometric_candidates(from_m: f64, to_m: f64, number: usize) -> Vec<f64> {
    let step = if number > 1 { (to_m / from_m).ln() / (number - 1) as f64 } else { 0.0 };
    (0..number).map(|i| from_m * (step * i as f64).exp()).collect()
}

/// Scores candidate bandwidths on points in metres.
///
/// # Errors
/// [`Error::OutOfRange`] with fewer than two points, without candidates, when a coordinate or a candidate is not as it must be, or
/// for least squares with another kernel than the quartic.
///
/// ```
/// use hotspot_core::density::{Criterion, Kernel, cross_validation::geometric_candidates, cross_validate};
/// // Pairs a hundred metres apart, far from each other.
/// let points: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i / 2) * 5_000.0 + f64::from(i % 2) * 100.0, 0.0]).collect();
/// let scored = cross_validate(&points, Kernel::Quartic, Criterion::Likelihood, &geometric_candidates(50.0, 800.0, 17))?;
/// assert!(scored.scores[0] == f64::NEG_INFINITY && !scored.at_end);
/// assert!(scored.best_m.is_some_and(|h| (140.0..250.0).contains(&h)));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn cross_validate(points: &[[f64; 2]], kernel: Kernel, criterion: Criterion, candidates_m: &[f64]) -> Result<CrossValidation> {
    check_places(points)?;
    if points.len() < 2 {
        return Err(Error::OutOfRange { what: "number of points", must: "at least 2" });
    }
    if candidates_m.is_empty() {
        return Err(Error::OutOfRange { what: "number of candidates", must: "at least 1" });
    }
    if criterion == Criterion::LeastSquares && kernel != Kernel::Quartic {
        return Err(Error::OutOfRange { what: "kernel", must: "quartic for least squares" });
    }
    candidates_m.iter().try_for_each(|h| check_bandwidth(*h))?;
    let twins = twins(points);
    let scores: Vec<f64> = candidates_m
        .iter()
        .map(|h| match criterion {
            Criterion::Likelihood => likelihood(points, &twins, kernel, *h),
            Criterion::LeastSquares => least_squares(points, &twins, *h),
        })
        .collect();
    let better = |a: usize, b: usize| match criterion {
        Criterion::Likelihood => scores[a].total_cmp(&scores[b]),
        Criterion::LeastSquares => scores[b].total_cmp(&scores[a]),
    };
    let best = (0..scores.len())
        .filter(|i| scores[*i].is_finite())
        .max_by(|a, b| better(*a, *b).then(candidates_m[*a].total_cmp(&candidates_m[*b])));
    let best_m = best.map(|i| candidates_m[i]);
    let at_end = best_m.is_some_and(|best| candidates_m.iter().all(|h| *h >= best) || candidates_m.iter().all(|h| *h <= best));
    Ok(CrossValidation { criterion, kernel, n: points.len(), candidates_m: candidates_m.to_vec(), scores, best_m, at_end })
}

/// Σ_i ln f₋ᵢ(x_i).
fn likelihood(points: &[[f64; 2]], twins: &[f64], kernel: Kernel, h: f64) -> f64 {
    let to_density = kernel.scale(h) / (points.len() - 1) as f64;
    others(points, twins, kernel, h).iter().map(|sum| (sum * to_density).ln()).sum()
}

/// ∫ f² − (2/n) Σ_i f₋ᵢ(x_i) for the quartic kernel.
fn least_squares(points: &[[f64; 2]], twins: &[f64], h: f64) -> f64 {
    let n = points.len() as f64;
    let to_density = Kernel::Quartic.scale(h) / (n - 1.0);
    let left_out = others(points, twins, Kernel::Quartic, h).iter().sum::<f64>() * to_density;
    let reach = 2.0 * h;
    let bins = PointBins::new(points, None, reach);
    let overlap = |d2: f64| if d2 < reach * reach { quartic_overlap(d2.sqrt() / h) } else { 0.0 };
    let overlaps: Vec<f64> = points.par_iter().with_min_len(256).map(|place| bins.sum(*place, reach, overlap)).collect();
    overlaps.iter().sum::<f64>() / (n * n * h * h) - 2.0 * left_out / n
}

/// Sum of the kernel's shape at each point over all others.
fn others(points: &[[f64; 2]], twins: &[f64], kernel: Kernel, h: f64) -> Vec<f64> {
    let reach = kernel.reach(h);
    let bins = PointBins::new(points, None, reach);
    let own = kernel.shape(h, Once(0.0));
    let sum =
        |(place, twins): (&[f64; 2], &f64)| twins * own + kernel.shape(h, Apart(Near { points: &bins, place: *place, reach }));
    points.par_iter().zip(twins).with_min_len(256).map(sum).collect()
}

/// The points near a place that are not at it.
struct Apart<'a>(Near<'a>);

impl KernelSum for Apart<'_> {
    type Sum = f64;

    #[inline]
    fn of(self, kernel: impl Fn(f64) -> f64) -> f64 {
        self.0.of(|d2| if d2 > 0.0 { kernel(d2) } else { 0.0 })
    }
}

/// Number of other points at the place of each.
fn twins(points: &[[f64; 2]]) -> Vec<f64> {
    // Zero has two signs.
    let key = |p: &[f64; 2]| p.map(|c| (c + 0.0).to_bits());
    let mut at_place: HashMap<[u64; 2], f64> = HashMap::with_capacity(points.len());
    for p in points {
        *at_place.entry(key(p)).or_default() += 1.0;
    }
    points.iter().map(|p| at_place[&key(p)] - 1.0).collect()
}

/// ∫ K(|x|) K(|x − d|) dx of the quartic kernel with h = 1, for 0 ≤ d ≤ 2.
///
/// The lens where both are positive is cut into strips across the line of centres, at a from the first one. There with B = 1 − a² and
/// c = 2ad − d² the product is 9/π² (B − t²)² (B + c − t²)², whose integral over t is a sum of powers B^(9/2), B^(7/2), B^(5/2); and
/// those are integrated over a from d/2 to 1.
fn quartic_overlap(d: f64) -> f64 {
    let c = 0.5 * d;
    let b = (1.0 - c * c).max(0.0);
    let root = b.sqrt();
    // M_k = ∫ (1 − a²)^(k/2) da from c to 1, by parts from M_1.
    let m1 = 0.5 * (c.min(1.0).acos() - c * root);
    let m3 = (3.0 * m1 - c * b * root) / 4.0;
    let m5 = (5.0 * m3 - c * b * b * root) / 6.0;
    let m7 = (7.0 * m5 - c * b.powi(3) * root) / 8.0;
    let m9 = (9.0 * m7 - c * b.powi(4) * root) / 10.0;
    // N_k = ∫ a (1 − a²)^(k/2) da.
    let n5 = b.powi(3) * root / 7.0;
    let n7 = b.powi(4) * root / 9.0;
    let first = 128.0 / 315.0 * m9;
    let second = 32.0 / 35.0 * (2.0 * d * n7 - d * d * m7);
    let third = 8.0 / 15.0 * (4.0 * d * d * (m5 - m7) - 4.0 * d.powi(3) * n5 + d.powi(4) * m5);
    36.0 / (PI * PI) * (first + second + third)
}

#[cfg(test)]
#[path = "cross_validation_tests.rs"]
mod tests;
