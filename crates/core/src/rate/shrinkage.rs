//! Gamma–Poisson shrinkage of relative rates.
//!
//! # Definition
//! Unit i has the count `y_i` where `E_i` is expected. Its relative rate is `θ_i`, and
//!
//! ```text
//! y_i | θ_i ~ Poisson(E_i θ_i),     θ_i ~ Gamma(shape a, rate b)
//! θ_i | y_i ~ Gamma(shape a + y_i, rate b + E_i),     mean (a + y_i) / (b + E_i)
//! ```
//!
//! (Clayton and Kaldor, *Biometrics* 43, 1987.) The prior is the one that makes the observed counts most probable with the θ
//! integrated out: maximum likelihood of the negative binomial, over *all* units. Leaving the empty ones out would make every
//! place look like the full ones.
//!
//! # What the numbers mean
//! A posterior mean of 3 says: about three times the rate that the reference measure predicts, after allowing for the count being
//! small. [`GammaPosterior::exceedance`] is the probability that the rate is above a stated multiple. The prior is estimated, not
//! known, and its own uncertainty is not carried (with thousands of units it is negligible).
//!
//! # Pitfalls
//! Shrinkage is towards *one* overall rate: where two kinds of places are mixed, the small ones of both are drawn to a mean that
//! neither has. Counts must be of separate incidents: a trigger event recorded forty times is not forty draws. A reference that is
//! wrong for a place (residents of a shopping street) makes a high rate that no shrinkage removes. Fewer than some ten units hardly
//! say what the prior is: give one.
//!
//! # Cost
//! Each evaluation of the likelihood is one pass over the units, with one logarithm for each unit that has a count and one for
//! eight that have none; six to ten evaluations are the rule. One thread, and the order of the sums is fixed: the same input
//! gives the same bits.

use super::beta::{Share, tails as beta_tails};
use super::gamma::{Tail, quantile, tails};
use crate::error::{Error, Result};
use crate::hotspot::Estimate;

/// Largest prior shape. At this bound the rates of the units vary by 0.1 %: the data show no over-dispersion.
pub const MAX_SHAPE: f64 = 1e6;

/// Smallest prior shape.
pub const MIN_SHAPE: f64 = 1e-8;

/// Prior of the relative rate: `θ ~ Gamma(shape, rate)`, mean `shape / rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaPrior {
    /// Shape, positive.
    pub shape: f64,
    /// Rate, positive.
    pub rate: f64,
}

impl GammaPrior {
    /// What is known of a unit's relative rate after its count.
    ///
    /// A unit with `expected` 0 has no rate of which its count could speak: the posterior is the prior.
    ///
    /// ```
    /// use hotspot_core::rate::GammaPrior;
    ///
    /// let prior = GammaPrior { shape: 4.0, rate: 4.0 };
    /// // Both raw ratios are 3; the one with more behind it moves less towards 1.
    /// assert!((prior.posterior(6, 2.0).mean() - 1.666667).abs() < 1e-6);
    /// assert!((prior.posterior(60, 20.0).mean() - 2.666667).abs() < 1e-6);
    /// ```
    pub fn posterior(&self, count: u32, expected: f64) -> GammaPosterior {
        if expected > 0.0 {
            GammaPosterior { shape: self.shape + f64::from(count), rate: self.rate + expected }
        } else {
            GammaPosterior { shape: self.shape, rate: self.rate }
        }
    }
}

impl GammaPrior {
    /// `[P(Y ≤ count), P(Y ≥ count)]` of the count of a unit where `expected` is expected and the rate is drawn from here: negative
    /// binomial of mean `expected · shape / rate`. NaN when `expected` is negative or NaN.
    ///
    /// ```
    /// // Shape 1: geometric with P(0) = rate / (rate + expected).
    /// let [less, greater] = hotspot_core::rate::GammaPrior { shape: 1.0, rate: 1.0 }.predictive_tails(1, 3.0);
    /// assert!((less - (1.0 - 0.75 * 0.75)).abs() < 1e-14 && (greater - 0.75).abs() < 1e-14);
    /// ```
    pub fn predictive_tails(&self, count: u32, expected: f64) -> [f64; 2] {
        if expected.is_nan() || expected < 0.0 {
            return [f64::NAN; 2];
        }
        let share = if expected == f64::INFINITY {
            Share { p: 0.0, q: 1.0 }
        } else {
            Share { p: self.rate / (self.rate + expected), q: expected / (self.rate + expected) }
        };
        let greater = if count == 0 { 1.0 } else { beta_tails(self.shape, f64::from(count), share)[1] };
        [beta_tails(self.shape, f64::from(count) + 1.0, share)[0], greater]
    }
}

/// Posterior of a relative rate: `θ ~ Gamma(shape, rate)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaPosterior {
    /// Shape, positive.
    pub shape: f64,
    /// Rate, positive.
    pub rate: f64,
}

impl GammaPosterior {
    /// Posterior mean.
    pub fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    /// Posterior variance.
    pub fn variance(&self) -> f64 {
        self.shape / (self.rate * self.rate)
    }

    /// P(θ > k), to 12 digits however small.
    ///
    /// ```
    /// let posterior = hotspot_core::rate::GammaPosterior { shape: 1.0, rate: 2.0 };
    /// assert!((posterior.exceedance(20.0) / f64::exp(-40.0) - 1.0).abs() < 1e-12);
    /// ```
    pub fn exceedance(&self, k: f64) -> f64 {
        tails(self.shape, self.rate * k).upper
    }

    /// P(θ ≤ k), to 12 digits however small.
    pub fn cdf(&self, k: f64) -> f64 {
        tails(self.shape, self.rate * k).lower
    }

    /// The value below which θ lies with probability `p` in [0, 1]; NaN for any other `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        quantile(self.shape, p, Tail::Lower) / self.rate
    }

    /// Posterior mean with the equal-tailed credible interval of `level` in (0, 1), such as 0.95; NaN ends for any other level.
    ///
    /// ```
    /// let ratio = hotspot_core::rate::GammaPosterior { shape: 4.0, rate: 2.0 }.interval(0.95);
    /// assert!((ratio.mean - 2.0).abs() < 1e-15);
    /// assert!((ratio.lo - 0.544932687).abs() < 1e-9 && (ratio.hi - 4.383636535).abs() < 1e-9);
    /// ```
    pub fn interval(&self, level: f64) -> Estimate {
        if !(level > 0.0 && level < 1.0) {
            return Estimate { mean: self.mean(), lo: f64::NAN, hi: f64::NAN };
        }
        let tail = (1.0 - level) / 2.0;
        Estimate {
            mean: self.mean(),
            lo: quantile(self.shape, tail, Tail::Lower) / self.rate,
            hi: quantile(self.shape, tail, Tail::Upper) / self.rate,
        }
    }

    /// The rate of several units taken together: the weighted mean of their independent rates, as the gamma distribution
    /// with the same mean and variance. Weight by the expected number for the relative rate of a whole hotspot.
    ///
    /// `None` when there is no unit, a weight is negative or not finite, or all are 0. With one unit, or with equal rates
    /// `b` and weights, the answer is exact (a sum of gammas of one rate is a gamma).
    ///
    /// ```
    /// use hotspot_core::rate::GammaPosterior;
    ///
    /// let unit = GammaPosterior { shape: 10.0, rate: 5.0 };
    /// let both = GammaPosterior::weighted_mean(&[(1.5, unit), (1.5, unit)]).expect("two units");
    /// assert!((both.mean() - 2.0).abs() < 1e-12 && (both.shape - 20.0).abs() < 1e-12);
    /// ```
    pub fn weighted_mean(posteriors: &[(f64, GammaPosterior)]) -> Option<GammaPosterior> {
        let (mut total, mut mean, mut variance) = (0.0, 0.0, 0.0);
        for (weight, posterior) in posteriors {
            if !(*weight >= 0.0 && weight.is_finite()) {
                return None;
            }
            total += weight;
            mean += weight * posterior.mean();
            variance += weight * weight * posterior.variance();
        }
        if total == 0.0 {
            return None;
        }
        mean /= total;
        variance /= total * total;
        Some(GammaPosterior { shape: mean * mean / variance, rate: mean / variance })
    }
}

/// The prior that makes the counts most probable (maximum marginal likelihood), from all units, zeros included.
///
/// `counts` and `expected` have one entry for each unit; `expected` is the number that the unit would have if incidents
/// followed the reference measure. Units with expected 0 have no rate and are left out, whatever their count.
///
/// Cases without a maximum have a stated answer:
/// * **no over-dispersion** (the counts vary no more than Poisson counts, or there is one unit): the likelihood rises towards
///   equal rates for all; the shape stops at [`MAX_SHAPE`], the mean is Σ y / Σ E;
/// * **no incident**: shape ½ and rate Σ E, what Jeffreys' prior says of a common rate that produced nothing.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when an expected number is negative or not finite,
/// [`Error::NoReference`] when none is positive.
///
/// ```
/// use hotspot_core::rate::fit_gamma_poisson;
///
/// let prior = fit_gamma_poisson(&[0, 3, 1, 12, 0, 2], &[1.0, 2.0, 2.0, 3.0, 1.0, 2.0])?;
/// // Unequal rates: the mean of the prior is near the overall rate, its shape far below the bound.
/// assert!((prior.shape / prior.rate - 18.0 / 11.0).abs() < 0.5 && prior.shape < 10.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn fit_gamma_poisson(counts: &[u32], expected: &[f64]) -> Result<GammaPrior> {
    if counts.len() != expected.len() {
        return Err(Error::Length { what: "expected", got: expected.len(), expected: counts.len() });
    }
    if expected.iter().any(|e| !(*e >= 0.0 && e.is_finite())) {
        return Err(Error::OutOfRange { what: "expected number", must: "zero or more, and finite" });
    }
    let likelihood = Likelihood::new(counts, expected);
    if likelihood.exposure == 0.0 {
        return Err(Error::NoReference);
    }
    if likelihood.incidents == 0.0 {
        return Ok(GammaPrior { shape: 0.5, rate: likelihood.exposure });
    }
    let prior = likelihood.maximise();
    if prior.shape.is_finite() && prior.rate.is_finite() && prior.rate > 0.0 {
        Ok(prior)
    } else {
        Err(Error::OutOfRange { what: "expected number", must: "of a size that leaves rates finite" })
    }
}

/// Counts up to this have their `ln Γ(a + y) − ln Γ(a)` summed as `Σ ln(a + j)`, which keeps its digits at any shape.
const DIRECT: usize = 1024;

/// The marginal likelihood in `α = ln a` and `m = ln(a / b)`, up to a constant:
///
/// ```text
/// ℓ = Σ_i [ y_i m − (a + y_i) ln(1 + t_i) ] + Σ_j N_j ln(1 + j/a),   t_i = E_i e^m / a = E_i / b
/// ```
///
/// with N_j the number of units with a count over j. In these two parameters it is well conditioned up to the Poisson limit.
struct Likelihood {
    /// Count and expected number of the units that have incidents.
    filled: Vec<(f64, f64)>,
    /// Expected number of those that have none.
    empty: Vec<f64>,
    largest_empty: f64,
    /// For j below [`DIRECT`], how many units have a count over j.
    over: Vec<f64>,
    /// Distinct counts over [`DIRECT`], and how many units have them.
    large: Vec<(f64, f64)>,
    incidents: f64,
    exposure: f64,
}

/// The likelihood at a point, with its derivatives.
#[derive(Debug, Clone, Copy, Default)]
struct At {
    value: f64,
    d_alpha: f64,
    d_m: f64,
    d_alpha_alpha: f64,
    d_alpha_m: f64,
    d_m_m: f64,
}

impl Likelihood {
    fn new(counts: &[u32], expected: &[f64]) -> Self {
        let (mut filled, mut empty) = (Vec::new(), Vec::with_capacity(counts.len()));
        let (mut incidents, mut exposure, mut largest_empty) = (0.0, 0.0, 0.0_f64);
        let mut histogram = vec![0_u32; DIRECT + 1];
        let mut large_counts = Vec::new();
        for (&y, &e) in counts.iter().zip(expected) {
            if e > 0.0 {
                incidents += f64::from(y);
                exposure += e;
                if y > 0 {
                    filled.push((f64::from(y), e));
                } else {
                    empty.push(e);
                    largest_empty = largest_empty.max(e);
                }
                histogram[(y as usize).min(DIRECT)] += 1;
                if y as usize > DIRECT {
                    large_counts.push(y);
                }
            }
        }
        large_counts.sort_unstable();
        let mut large: Vec<(f64, f64)> = Vec::new();
        for y in large_counts.into_iter().map(f64::from) {
            match large.last_mut() {
                Some((last, times)) if *last == y => *times += 1.0,
                _ => large.push((y, 1.0)),
            }
        }
        // histogram[y] units have y; over[j] have more than j.
        let mut over = vec![0.0; DIRECT];
        let mut above = 0.0;
        for j in (0..DIRECT).rev() {
            above += f64::from(histogram[j + 1]);
            over[j] = above;
        }
        while over.last() == Some(&0.0) {
            over.pop();
        }
        Self { filled, empty, largest_empty, over, large, incidents, exposure }
    }

    /// Moment estimate: the mean, and the shape from the variance in excess of Poisson.
    fn start(&self) -> [f64; 2] {
        let mean = self.incidents / self.exposure;
        let (mut excess, mut squares) = (0.0, 0.0);
        for &(y, e) in &self.filled {
            excess += (y - mean * e) * (y - mean * e) - y;
            squares += e * e;
        }
        for &e in &self.empty {
            excess += mean * e * mean * e;
            squares += e * e;
        }
        let variance = excess / squares;
        let shape = if variance > 0.0 { (mean * mean / variance).clamp(1e-4, 1e3) } else { 1e3 };
        [shape.ln(), mean.ln()]
    }

    /// Newton's method with step control from the moment estimate; the shape stays within its bounds.
    fn maximise(&self) -> GammaPrior {
        let (lowest, highest) = (MIN_SHAPE.ln(), MAX_SHAPE.ln());
        let [mut alpha, mut m] = self.start();
        let mut at = self.at(alpha, m);
        for _ in 0..100 {
            // At a bound with the slope pointing outwards, only the mean is free.
            let held = (alpha >= highest && at.d_alpha >= 0.0) || (alpha <= lowest && at.d_alpha <= 0.0);
            let (step_alpha, step_m) = if held { (0.0, -at.d_m / at.d_m_m) } else { at.ascent() };
            let largest = step_alpha.abs().max(step_m.abs());
            if largest < 1e-11 || largest.is_nan() {
                break;
            }
            let gain = step_alpha * at.d_alpha + step_m * at.d_m;
            let mut scale = if largest > 2.0 { 2.0 / largest } else { 1.0 };
            loop {
                let next_alpha = (alpha + scale * step_alpha).clamp(lowest, highest);
                let next_m = m + scale * step_m;
                let next = self.at(next_alpha, next_m);
                // A short step changes the value by less than its rounding; there Newton's method is trusted.
                if next.value >= at.value + 1e-4 * scale * gain || scale * largest < 1e-5 {
                    (alpha, m, at) = (next_alpha, next_m, next);
                    break;
                }
                scale *= 0.5;
            }
            if largest < 1e-6 {
                break; // convergence is quadratic: the error is now of the order of 1e-12
            }
        }
        let shape = alpha.exp().clamp(MIN_SHAPE, MAX_SHAPE);
        GammaPrior { shape, rate: shape / m.exp() }
    }

    fn at(&self, alpha: f64, m: f64) -> At {
        let a = alpha.exp();
        let scale = m.exp() / a;
        let [mut logs, mut u, mut w] = sums_of_shares(&self.empty, self.largest_empty, scale);
        let (mut y_logs, mut y_u, mut y_w) = (0.0, 0.0, 0.0);
        for &(y, e) in &self.filled {
            let t = e * scale;
            let log = t.ln_1p();
            let inverse = 1.0 / (1.0 + t);
            let share = t * inverse;
            logs += log;
            y_logs += y * log;
            u += share;
            y_u += y * share;
            w += share * inverse;
            y_w += y * share * inverse;
        }
        let mut result = At {
            value: self.incidents * m - a * logs - y_logs,
            d_alpha: -a * logs + a * u + y_u,
            d_m: self.incidents - a * u - y_u,
            d_alpha_alpha: -a * logs + 2.0 * a * u - a * w - y_w,
            d_alpha_m: -a * u + a * w + y_w,
            d_m_m: -a * w - y_w,
        };
        for (j, &units) in self.over.iter().enumerate() {
            let v = j as f64 / a;
            let inverse = 1.0 / (1.0 + v);
            result.value += units * v.ln_1p();
            result.d_alpha -= units * v * inverse;
            result.d_alpha_alpha += units * v * inverse * inverse;
        }
        for &(y, units) in &self.large {
            let (value, slope, curvature) = rising(a, DIRECT as f64, y);
            result.value += units * value;
            result.d_alpha += units * slope;
            result.d_alpha_alpha += units * curvature;
        }
        result
    }
}

/// `Σ ln(1 + t)`, `Σ t/(1 + t)` and `Σ t/(1 + t)²` with t = e · scale, for the e of many units, none above `largest`.
///
/// Eight sums side by side, so that the processor can add several at once; the logarithm of a product of eight in place of eight
/// logarithms. Where every t is small, 1 + t would lose its digits and the series is used.
fn sums_of_shares(expected: &[f64], largest: f64, scale: f64) -> [f64; 3] {
    const LANES: usize = 8;
    let small = largest * scale < 0.01;
    // A product of eight factors of at most 1e38 stays finite.
    let in_range = largest * scale < 1e38;
    let (mut logs, mut u, mut w) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let mut blocks = expected.chunks_exact(LANES * LANES);
    for block in &mut blocks {
        let mut product = [1.0; LANES];
        for lanes in block.chunks_exact(LANES) {
            for i in 0..LANES {
                let t = lanes[i] * scale;
                let inverse = 1.0 / (1.0 + t);
                let share = t * inverse;
                u[i] += share;
                w[i] += share * inverse;
                product[i] *= 1.0 + t;
            }
        }
        if small {
            for lanes in block.chunks_exact(LANES) {
                for i in 0..LANES {
                    let t = lanes[i] * scale;
                    let series = (1..8).rev().fold(1.0 / 8.0, |inner, k| 1.0 / f64::from(k) - t * inner);
                    logs[i] += t * series;
                }
            }
        } else if in_range {
            for i in 0..LANES {
                logs[i] += product[i].ln();
            }
        } else {
            logs[0] += block.iter().map(|e| (e * scale).ln_1p()).sum::<f64>();
        }
    }
    for e in blocks.remainder() {
        let t = e * scale;
        let inverse = 1.0 / (1.0 + t);
        logs[0] += t.ln_1p();
        u[0] += t * inverse;
        w[0] += t * inverse * inverse;
    }
    [logs.iter().sum(), u.iter().sum(), w.iter().sum()]
}

/// `Σ_{j=from}^{to−1} ln(1 + j/a)` with its first and second derivative by ln a, by Euler–Maclaurin: the integral with end
/// corrections, to 1e-15 because a + from is large.
fn rising(a: f64, from: f64, to: f64) -> (f64, f64, f64) {
    // f(j) = ln(1 + j/a); F its integral from 0: (a + j) ln(1 + j/a) − j. Derivatives of f by j: 1/(a+j), −1/(a+j)², 2/(a+j)³.
    let end = |j: f64| {
        let (s, v) = (a + j, j / a);
        let log = v.ln_1p();
        let value = s * log - j - 0.5 * log + 1.0 / (12.0 * s) - 1.0 / (360.0 * s.powi(3));
        // By α = ln a: d ln(1 + j/a) = −j/s; d s = a.
        let share = j / s;
        let slope = a * log - j + 0.5 * share - a / (12.0 * s * s) + a / (120.0 * s.powi(4));
        let curvature =
            a * log - a * share - 0.5 * share * a / s - a / (12.0 * s * s) + a * a / (6.0 * s.powi(3)) + a / (120.0 * s.powi(4))
                - a * a / (30.0 * s.powi(5));
        (value, slope, curvature)
    };
    let (upper, lower) = (end(to), end(from));
    (upper.0 - lower.0, upper.1 - lower.1, upper.2 - lower.2)
}

impl At {
    /// A direction in which the value rises: Newton's where the surface is concave, else the slope measured by the size of the
    /// curvature.
    fn ascent(&self) -> (f64, f64) {
        let determinant = self.d_alpha_alpha * self.d_m_m - self.d_alpha_m * self.d_alpha_m;
        if self.d_alpha_alpha < 0.0 && determinant > 1e-12 * self.d_alpha_m * self.d_alpha_m {
            (
                (self.d_alpha_m * self.d_m - self.d_m_m * self.d_alpha) / determinant,
                (self.d_alpha_m * self.d_alpha - self.d_alpha_alpha * self.d_m) / determinant,
            )
        } else {
            let by = |slope: f64, curvature: f64| if slope == 0.0 { 0.0 } else { slope / curvature.abs().max(slope.abs()) };
            (by(self.d_alpha, self.d_alpha_alpha), by(self.d_m, self.d_m_m))
        }
    }
}

#[cfg(test)]
mod tests;
