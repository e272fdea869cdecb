//! Exact limits of counts, Poisson or over-dispersed.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_lr;

/// Probability beyond three standard deviations of a normal variable, one side.
pub(super) const OUTSIDE: f64 = 0.001_349_898_031_630_094_6;
/// Probability beyond two.
pub(super) const NEAR: f64 = 0.022_750_131_948_179_21;

/// φ for which the squared deviations, each over its variance μ + φ μ², add up to their degrees of freedom.
pub(super) fn dispersion(counts: &[u64], exposure: &[f64], rate: f64) -> f64 {
    if rate == 0.0 {
        return 0.0;
    }
    let excess = |phi: f64| {
        let terms = counts.iter().zip(exposure).map(|(c, e)| {
            let mean = rate * e;
            (*c as f64 - mean).powi(2) / (mean + phi * mean * mean)
        });
        terms.sum::<f64>() - (counts.len() - 1) as f64
    };
    if excess(0.0) <= 0.0 {
        return 0.0;
    }
    let mut above = 1.0;
    while excess(above) > 0.0 {
        above *= 2.0;
    }
    let mut below = 0.0;
    // Halving to the last bit.
    loop {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            return middle;
        }
        if excess(middle) > 0.0 {
            below = middle;
        } else {
            above = middle;
        }
    }
}

/// Counts with Var = μ + φ μ².
pub(super) struct Counts {
    pub mean: f64,
    pub dispersion: f64,
}

impl Counts {
    /// P(X > c).
    fn above(&self, c: f64) -> f64 {
        let spread = self.dispersion * self.mean;
        if self.mean == 0.0 {
            0.0
        } else if spread < 1e-8 {
            gamma_lr(c + 1.0, self.mean)
        } else {
            beta_reg(c + 1.0, 1.0 / self.dispersion, spread / (1.0 + spread))
        }
    }

    /// Lower, upper, near lower and near upper limit.
    pub fn limits(&self) -> [f64; 4] {
        [self.lower(OUTSIDE), self.upper(OUTSIDE), self.lower(NEAR), self.upper(NEAR)]
    }

    /// The least c with P(X > c) of at most the tail.
    fn upper(&self, tail: f64) -> f64 {
        let sd = (self.mean + self.dispersion * self.mean * self.mean).sqrt();
        let mut above = self.mean + 10.0 * sd + 10.0;
        while self.above(above.floor()) > tail {
            above *= 2.0;
        }
        least(above.floor(), |c| self.above(c) <= tail)
    }

    /// The largest c with P(X < c) of at most the tail.
    fn lower(&self, tail: f64) -> f64 {
        // The least c with P(X ≤ c) above the tail is where P(X < c) is still at most the tail.
        least(self.mean.ceil(), |c| 1.0 - self.above(c) > tail)
    }
}

/// The least whole number up to `most` for which the condition, false before and true from some number on, is true.
fn least(most: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, most);
    while low < high {
        let middle = f64::midpoint(low, high).floor();
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1.0;
        }
    }
    high
}
