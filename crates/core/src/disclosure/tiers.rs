//! The policy as data: what those below the analyst are shown. A data-protection officer decides it; the numbers here are the project's own.

use super::protected::Rules;

/// What each tier is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    /// Version, stated in everything that is released.
    pub version: String,
    /// SHA-256 of the policy as it was read, in hexadecimal.
    pub digest: String,
    /// Oversight.
    pub oversight: Rules,
}
