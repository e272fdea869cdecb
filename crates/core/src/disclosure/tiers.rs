//! The policy as data: what those below the analyst are shown. A data-protection officer decides it; the numbers here are the project's own.

use super::protected::Rules;
use crate::Strand;
use std::collections::BTreeMap;

/// What each tier is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    /// Version, stated in everything that is released.
    pub version: String,
    /// SHA-256 of the policy as it was read, in hexadecimal.
    pub digest: String,
    /// The policy as it was read: it goes into every folder that is protected by it.
    pub text: String,
    /// Oversight.
    pub oversight: Rules,
    /// Partners; nothing when the policy has no such tier.
    pub partner: Option<PartnerRules>,
    /// Everybody; nothing when the policy has no such tier.
    pub public: Option<PublicRules>,
}

/// What partners are given, at most: an agreement may ask for less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerRules {
    /// Counts below this are not given.
    pub least: u32,
    /// Counts are rounded to the nearest multiple of this.
    pub base: u32,
    /// Strands that are told, each from how many incidents on.
    pub strands: BTreeMap<Strand, u32>,
}

/// What everybody is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicRules {
    /// Whether anything is.
    pub open: bool,
    /// Counts below this are not shown.
    pub least: u32,
    /// Areas of fewer residents, or of a number that is not known, are not shown.
    pub residents: u32,
    /// Counts are rounded to the nearest multiple of this.
    pub base: u32,
    /// Where classes of rounded counts begin, ascending.
    pub classes: Vec<u32>,
    /// Strands that are told of areas.
    pub area_strands: Vec<Strand>,
    /// Strands that are told of boroughs.
    pub borough_strands: Vec<Strand>,
}

/// A count rounded to the nearest multiple of a base.
///
/// ```
/// use hotspot_core::disclosure::tiers::rounded;
/// assert_eq!([10, 12, 13, 17, 18].map(|n| rounded(n, 5)), [10, 10, 15, 15, 20]);
/// ```
pub const fn rounded(n: u32, base: u32) -> u32 {
    let base = if base == 0 { 1 } else { base };
    let down = n / base * base;
    if n - down > base / 2 || (base % 2 == 0 && n - down == base / 2) { down.saturating_add(base) } else { down }
}
