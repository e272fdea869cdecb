//! Local association.
pub mod getis_ord;
pub mod permutation;
