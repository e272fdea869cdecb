//! Poisson limits.
