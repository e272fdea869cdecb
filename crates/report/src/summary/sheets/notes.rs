//! The notes of the workbook, by what they are about.

use std::fmt;

/// A note; the number is its place among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    Strands,
    Basis,
    Residents,
    Change,
    Similar,
    Funnel,
    Chart,
    Occurrence,
    Revised,
}

impl Note {
    pub const ALL: [Self; 9] = [
        Self::Strands,
        Self::Basis,
        Self::Residents,
        Self::Change,
        Self::Similar,
        Self::Funnel,
        Self::Chart,
        Self::Occurrence,
        Self::Revised,
    ];

    /// Its text; `similar` is the rule of similar boroughs.
    pub fn text(self, similar: &str) -> String {
        match self {
            Self::Strands => {
                "Strands overlap and nest: a record with two strands stands in the figure of each. All records are records, not the sum of \
                 strands; strands must not be added up."
            }
            Self::Basis => {
                "Records stand in the month in which they were recorded; published counts in the publisher's month. A record whose hate flag is \
                 still under review is counted, and its figure is provisional [p]."
            }
            Self::Residents => {
                "Rates are per 1,000 residents. No rate is given where offices dominate. Limits are exact below 10 records and Byar's from 10 on."
            }
            Self::Change => {
                "A change is not given on fewer than 30 records [z], nor across a break in the series [b], nor while late reports are still to \
                 come [x]. Limits of a change are exact Poisson ones."
            }
            Self::Similar => return format!("Similar boroughs are {similar}."),
            Self::Funnel => {
                "Among boroughs: where the rate of twelve months stands beside the rate of all boroughs, with limits that grow as residents fall \
                 and allow for boroughs that differ anyway. It is no league table."
            }
            Self::Chart => {
                "A control chart asks whether a month is unlike the months before it. A signal asks for a look; it is no finding, and says \
                 nothing of a cause. No signal: as far as can be told, chance alone."
            }
            Self::Occurrence => {
                "By the month in which the incident occurred, late months are not complete: what will have been reported in the end, with up to \
                 six months' delay, is estimated from how late reports came in before."
            }
            Self::Revised => {
                "A figure is revised [r] where the edition before had another: a later record, a flag that was taken off, a record moved to \
                 another month, or a figure given or withheld now."
            }
        }
        .to_owned()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = Self::ALL.iter().position(|note| note == self).map_or(0, |at| at + 1);
        write!(f, "[note {number}]")
    }
}
