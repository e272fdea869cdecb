//! What can go wrong in the pure part.

/// An input that has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two columns that must have the same length do not.
    #[error("{what} has {got} values where {expected} are needed")]
    Length {
        /// The column.
        what: &'static str,
        /// Its length.
        got: usize,
        /// The length needed.
        expected: usize,
    },
    /// A number outside its range.
    #[error("{what} must be {must}")]
    OutOfRange {
        /// The parameter.
        what: &'static str,
        /// The rule that it breaks.
        must: &'static str,
    },
    /// A study area or layer without area.
    #[error("the study area is empty")]
    EmptyArea,
    /// A polygon that cannot be used.
    #[error("polygon {row}: {rule}")]
    Polygon {
        /// Its row in the layer, from 0.
        row: u32,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// A row of a table that cannot be used.
    #[error("{table}, row {row}: {rule}")]
    Row {
        /// The table.
        table: &'static str,
        /// Its row, from 0.
        row: u32,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// Nothing to analyse: every reference measure is zero.
    #[error("the reference measure is zero everywhere")]
    NoReference,
    /// Exact inference would need more memory or time than its limit; the permutation test has none.
    #[error("exact inference needs {needed} {unit}, and {limit} is the limit: use permutation")]
    ExactTooLarge {
        /// What is counted: `states` (numbers held) or `operations`.
        unit: &'static str,
        /// How many the input would need.
        needed: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Bytes that are not an atlas of this version.
    #[error("not an atlas of this version: {what}")]
    Atlas {
        /// The part that does not fit.
        what: &'static str,
    },
    /// The place lies too far from any projection that can be used.
    #[error("coordinates are too far from the study area to be projected")]
    Projection,
}

/// Result of the pure part.
pub type Result<T> = std::result::Result<T, Error>;
