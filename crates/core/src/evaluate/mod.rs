//! Tests of the method itself.
pub mod recovery;
