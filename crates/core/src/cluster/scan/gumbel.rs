//! A Gumbel distribution fitted to the maxima of the replicas: small p values from few replicas.
//!
//! # Definition
//! With mean m and standard deviation s (divisor R − 1) of the R maxima, β = s √6/π and μ = m − γβ, γ being Euler's constant;
//! P(X ≥ x) = 1 − exp(−exp(−(x − μ)/β)). Fitted by moments, as Abrams, Kulldorff and Kleinman (2010), *International Journal of
//! Health Geographics* 9:61, found it to serve for the maxima of scan statistics.
//!
//! # Pitfalls
//! Beyond the largest replica this is extrapolation. It is reported beside the Monte Carlo p value, which is valid whatever the
//! distribution, and never instead of it. The maxima of very sparse data take few values and are not Gumbel.

use std::f64::consts::PI;

const EULER: f64 = 0.577_215_664_901_532_9;

/// A Gumbel distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gumbel {
    /// Location μ.
    pub location: f64,
    /// Scale β, positive.
    pub scale: f64,
}

impl Gumbel {
    /// Fits by moments; `None` for fewer than two values, or all equal.
    ///
    /// ```
    /// use hotspot_core::cluster::scan::Gumbel;
    ///
    /// let gumbel = Gumbel::by_moments(&[3.1, 4.2, 2.8, 5.0, 3.6, 4.4, 3.9, 2.5, 6.1, 3.3]).expect("ten values");
    /// assert!((gumbel.p(7.5) - 0.00792567).abs() < 5e-9);
    /// assert!((gumbel.p(10.0) - 0.000417358).abs() < 5e-10);
    /// ```
    pub fn by_moments(maxima: &[f64]) -> Option<Self> {
        let n = maxima.len() as f64;
        let mean = maxima.iter().sum::<f64>() / n;
        let variance = maxima.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let scale = variance.sqrt() * 6_f64.sqrt() / PI;
        (scale > 1e-12 * mean.abs() && scale.is_finite()).then_some(Self { location: mean - EULER * scale, scale })
    }

    /// P(X ≥ x), accurate however small.
    pub fn p(&self, x: f64) -> f64 {
        let p = -(-(-(x - self.location) / self.scale).exp()).exp_m1();
        p.clamp(f64::MIN_POSITIVE, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_are_those_of_the_reference() {
        let gumbel = Gumbel::by_moments(&[3.1, 4.2, 2.8, 5.0, 3.6, 4.4, 3.9, 2.5, 6.1, 3.3]).unwrap();
        assert!((gumbel.scale - 0.848123).abs() < 5e-7 && (gumbel.location - 3.400450).abs() < 5e-7, "{gumbel:?}");
    }

    #[test]
    fn what_cannot_be_fitted_is_not() {
        for maxima in [&[][..], &[1.0], &[2.0, 2.0, 2.0], &[f64::INFINITY, 1.0], &[f64::NAN, 1.0]] {
            assert_eq!(Gumbel::by_moments(maxima), None, "{maxima:?}");
        }
    }

    #[test]
    fn far_tails_neither_vanish_nor_pass_one() {
        let gumbel = Gumbel { location: 3.0, scale: 0.5 };
        assert!(gumbel.p(30.0) < 1e-20 && gumbel.p(1e9) > 0.0);
        assert_eq!(gumbel.p(-1e9), 1.0);
    }
}
