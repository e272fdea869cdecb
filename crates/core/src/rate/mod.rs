//! Rates of counts: limits and shrinkage.
pub mod poisson;
pub mod shrinkage;
