//! Gamma–Poisson shrinkage of relative rates.

/// Prior of the relative rate: `θ ~ Gamma(shape, rate)`, mean `shape / rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaPrior {
    /// Shape, positive.
    pub shape: f64,
    /// Rate, positive.
    pub rate: f64,
}
