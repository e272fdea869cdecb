//! What is measured beside whom.

/// One operation at one size.
pub struct Beside {
    /// What a person reads.
    pub operation: &'static str,
    /// Size as the lines have it, and what it counts.
    pub size: u64,
    pub of: &'static str,
    /// Task of the lines.
    pub task: &'static str,
    /// Our bench.
    pub bench: &'static str,
    /// Scripts of the peers and their arguments.
    pub peers: &'static [(&'static str, &'static [&'static str])],
    /// Keys of the answers' checksums that must agree, and the largest relative difference.
    pub same: &'static [&'static str],
    pub within: f64,
    /// Figures of a peer that cannot be installed here: its name, CPU seconds, where they stand.
    pub stated: &'static [(&'static str, f64, &'static str)],
}

/// Every row of the table.
pub const BESIDE: &[Beside] = &[];
