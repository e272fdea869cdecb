//! Periods of protected figures: months, quarters and years of the calendar, never windows that move (two windows that overlap can be
//! subtracted).

use crate::{Month, MonthRange};
use std::fmt;
use std::str::FromStr;

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// `2026-10`.
    Month(Month),
    /// `2026-Q4`: by its first month.
    Quarter(Month),
    /// `2026`: by its first month.
    Year(Month),
}

impl Period {
    /// The quarter that holds a month.
    pub const fn quarter_of(month: Month) -> Self {
        Self::Quarter(month.minus((month.month() as u16 - 1) % 3))
    }

    /// The year that holds a month.
    pub const fn year_of(month: Month) -> Self {
        Self::Year(month.minus(month.month() as u16 - 1))
    }

    /// Its months.
    pub fn months(self) -> MonthRange {
        let (first, more) = match self {
            Self::Month(month) => (month, 0),
            Self::Quarter(first) => (first, 2),
            Self::Year(first) => (first, 11),
        };
        MonthRange::new(first, first.plus(more)).expect("a period has its first month")
    }

    /// The year that it lies in.
    pub fn year(self) -> i16 {
        self.months().from().year()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Quarter(first) => write!(f, "{}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Self::Year(first) => write!(f, "{}", first.year()),
        }
    }
}

/// A text is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period is a year, a quarter or a month: 2026, 2026-Q4, 2026-10")]
pub struct NoPeriod;

impl FromStr for Period {
    type Err = NoPeriod;
    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let first = |year: &str, month: u8| format!("{year}-{month:02}").parse::<Month>().map_err(|_no_month| NoPeriod);
        match text.split_once("-Q") {
            Some((year, quarter)) => match quarter {
                "1" | "2" | "3" | "4" => Ok(Self::Quarter(first(year, (quarter.as_bytes()[0] - b'1') * 3 + 1)?)),
                _ => Err(NoPeriod),
            },
            None if text.contains('-') => text.parse().map(Self::Month).map_err(|_no_month| NoPeriod),
            None => Ok(Self::Year(first(text, 1)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_they_are_written_and_know_their_months() {
        for (text, from, to) in
            [("2026", "2026-01", "2026-12"), ("2026-Q4", "2026-10", "2026-12"), ("2026-02", "2026-02", "2026-02")]
        {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!((period.months().from().to_string(), period.months().to().to_string()), (from.to_owned(), to.to_owned()));
        }
        let october: Month = "2026-10".parse().unwrap();
        assert_eq!(Period::quarter_of("2026-12".parse().unwrap()), Period::Quarter(october));
        assert_eq!(Period::year_of(october).to_string(), "2026");
        assert!(["26", "2026-Q0", "2026-Q5", "2026-13", "", "2026-Q1x"].iter().all(|text| text.parse::<Period>().is_err()));
    }
}
