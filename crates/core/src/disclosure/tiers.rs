//! The policy as data: what each tier is shown. A data-protection officer decides it; the numbers here are the project's own.

use super::protected::Rules;

/// How figures are coarsened for those below oversight: a function of what oversight is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coarse {
    /// Counts below this are not shown.
    pub threshold: u32,
    /// Counts are rounded to a multiple of this.
    pub round_to: u32,
}

/// What each tier is shown, and why anybody may look.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    /// Version, stated in everything that is released.
    pub version: String,
    /// SHA-256 of the policy as it was read, in hexadecimal.
    pub digest: String,
    /// Oversight.
    pub oversight: Rules,
    /// Partners under an agreement.
    pub partner: Coarse,
    /// Anybody; `None` keeps the public tier shut.
    pub public: Option<Coarse>,
    /// Purposes of which everybody who signs in chooses one.
    pub purposes: Vec<String>,
    /// Whether a reason in free text is asked for beside the purpose.
    pub reason: bool,
}
