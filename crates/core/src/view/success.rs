//! Measures of success as they may be shown.

use crate::release::DataClass;
use crate::success::Factors;
use jiff::civil::Date;

/// A file that figures come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessFile {
    /// Its name, without its folder.
    pub name: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// Measures of success with where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct SuccessView {
    /// Class of every figure.
    pub class: DataClass,
    /// Licence of the records, where their edition states one.
    pub licence: Option<String>,
    /// The day on which the latest of it was known: the edition's, or the last of the latest period.
    pub known_on: Date,
    /// Where figures come from.
    pub files: Vec<SuccessFile>,
    /// The measures.
    pub factors: Factors,
}

impl SuccessView {
    /// What of supplied measures is shown below the analyst: the series of which no count, in any period, is below the threshold. A single one
    /// that is left out could be worked out from limits and signals of the others, so that its whole series goes; `.1` says how many did.
    ///
    /// What an edition of the monthly summary adds is not among them: its exact figures are the analyst's, and what of recorded crime may be
    /// shown is protected by itself.
    #[must_use]
    pub fn below(&self, threshold: u64) -> (Self, usize) {
        let mut view = self.clone();
        let all = view.factors.series.len();
        view.factors.series.retain(|series| series.points.iter().all(|point| !point.figure.is_small(threshold)));
        let left_out = all - view.factors.series.len();
        (view, left_out)
    }
}
