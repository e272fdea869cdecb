//! What is said about a number, or in place of one.

/// A shorthand of the guidance: text in square brackets, never a dot, a dash or a star.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shorthand {
    /// `[b]`: the series breaks here.
    Break,
    /// `[c]`: withheld.
    Confidential,
    /// `[low]`: rounds to zero without being zero.
    Low,
    /// `[p]`: may still change.
    Provisional,
    /// `[r]`: has changed since it was first published.
    Revised,
    /// `[u]`: of low reliability.
    LowReliability,
    /// `[x]`: not available.
    NotAvailable,
    /// `[z]`: not applicable.
    NotApplicable,
}

impl Shorthand {
    /// All, in the order of their symbols.
    pub const ALL: [Self; 8] = [
        Self::Break,
        Self::Confidential,
        Self::Low,
        Self::Provisional,
        Self::Revised,
        Self::LowReliability,
        Self::NotAvailable,
        Self::NotApplicable,
    ];

    /// The text of the cell.
    ///
    /// ```
    /// assert_eq!(hotspot_report::workbook::Shorthand::Confidential.symbol(), "[c]");
    /// ```
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Break => "[b]",
            Self::Confidential => "[c]",
            Self::Low => "[low]",
            Self::Provisional => "[p]",
            Self::Revised => "[r]",
            Self::LowReliability => "[u]",
            Self::NotAvailable => "[x]",
            Self::NotApplicable => "[z]",
        }
    }

    /// What it means, as it is explained above a table and among the notes.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Break => "break in the series, figures before and after do not compare",
            Self::Confidential => "confidential, withheld so that nobody can be identified",
            Self::Low => "more than zero but rounds to zero",
            Self::Provisional => "provisional, may change",
            Self::Revised => "revised since first published",
            Self::LowReliability => "low reliability, read with caution",
            Self::NotAvailable => "not available",
            Self::NotApplicable => "not applicable",
        }
    }
}
