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
