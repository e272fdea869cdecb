//! Tests of the method itself.

pub mod recovery;

pub use recovery::{PlantedRecovery, Recovery, Strength, recovery};
