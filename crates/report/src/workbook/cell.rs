//! What one cell of a table holds.

use super::shorthand::Shorthand;
use hotspot_core::Month;

/// What one cell of a table holds. There is no empty cell: one without a value says why by a [`Shorthand`].
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, never a formula. Tabs and line breaks are kept.
    Text(String),
    /// A finite number, written with all its digits and shown by the column's format. A share is 0 to 1, not 0 to 100.
    Number(f64),
    /// A month, written as the date of its first day.
    Month(Month),
    /// No value here, and why; or, in a column of text, a mark about the value to the left.
    Shorthand(Shorthand),
}

/// What stands where there is nothing to say.
pub(crate) const NONE: &str = "none";

impl Cell {
    /// A text that a workbook can carry: names come from the files of others.
    pub(crate) fn said(text: &str) -> Self {
        if text.trim().is_empty() {
            return NONE.into();
        }
        let carried = |c: char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
        text.chars().map(|c| if carried(c) { c } else { char::REPLACEMENT_CHARACTER }).collect::<String>().into()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<Month> for Cell {
    fn from(month: Month) -> Self {
        Self::Month(month)
    }
}

impl From<Shorthand> for Cell {
    fn from(shorthand: Shorthand) -> Self {
        Self::Shorthand(shorthand)
    }
}
