//! What made a result.

/// Enough to make the same bytes again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Version of this program.
    pub version: String,
    /// SHA-256 of every input that went in, with its name, in the order of ingest.
    pub inputs: Vec<(String, String)>,
    /// Every setting after defaults, as name and value, sorted by name.
    pub settings: Vec<(String, String)>,
    /// Seed; the same seed and input give the same bytes on any number of threads.
    pub seed: u64,
}
