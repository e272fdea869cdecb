//! Calendar months, ranges of them, and the places where a series breaks.

use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// Days since 1 January 1970: how days are counted in columns.
///
/// ```
/// assert_eq!(hotspot_core::month::day_number("1970-01-31".parse().unwrap()), 30);
/// ```
pub fn day_number(date: Date) -> i32 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() as i32 / 24
}

/// The date of a number of days since 1 January 1970; `None` beyond the calendar.
pub fn date_of_day(day: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(i64::from(day) * 24)).ok()
}

/// A text that is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month; write it as YYYY-MM, from 1900-01 to 2199-12")]
pub struct MonthError;

/// A calendar month, 1900-01 to 2199-12, as the number of months since 1900-01.
///
/// ```
/// use hotspot_core::Month;
/// let month: Month = "2026-10".parse().unwrap();
/// assert_eq!(month.minus(11).to_string(), "2025-11");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(u16);

impl Month {
    /// The month of a year; `None` outside 1900 to 2199 or when `month` is not 1 to 12.
    pub const fn new(year: i16, month: u8) -> Option<Self> {
        if year < 1900 || year > 2199 || month < 1 || month > 12 {
            return None;
        }
        Some(Self((year as u16 - 1900) * 12 + month as u16 - 1))
    }

    /// The month of a day; `None` outside 1900 to 2199.
    pub fn of(date: Date) -> Option<Self> {
        Self::new(date.year(), date.month() as u8)
    }

    /// Months since 1900-01.
    pub const fn index(self) -> u16 {
        self.0
    }

    /// From months since 1900-01; `None` beyond 2199-12.
    pub const fn from_index(index: u16) -> Option<Self> {
        if index < 3600 { Some(Self(index)) } else { None }
    }

    /// Year.
    pub const fn year(self) -> i16 {
        (self.0 / 12) as i16 + 1900
    }

    /// Month of the year, 1 to 12.
    pub const fn month(self) -> u8 {
        (self.0 % 12) as u8 + 1
    }

    /// Its name: `October`.
    pub const fn name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        NAMES[self.month() as usize - 1]
    }

    /// Name and year, as a sentence has them: `October 2026`.
    pub fn in_words(self) -> String {
        format!("{} {}", self.name(), self.year())
    }

    /// So many months later, at most 2199-12.
    #[must_use]
    pub fn plus(self, months: u16) -> Self {
        Self(self.0.saturating_add(months).min(3599))
    }

    /// So many months earlier, at least 1900-01.
    #[must_use]
    pub const fn minus(self, months: u16) -> Self {
        Self(self.0.saturating_sub(months))
    }

    /// The first day.
    pub fn first_day(self) -> Date {
        Date::new(self.year(), self.month() as i8, 1).expect("a month of 1900 to 2199 has a first day")
    }

    /// The last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' || !bytes.iter().enumerate().all(|(i, b)| i == 4 || b.is_ascii_digit()) {
            return Err(MonthError);
        }
        let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0i16, |n, b| n * 10 + i16::from(b - b'0'));
        Self::new(number(0..4), number(5..7) as u8).ok_or(MonthError)
    }
}

/// An inclusive range of months, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthRange {
    from: Month,
    to: Month,
}

impl MonthRange {
    /// `None` when `to` is before `from`.
    pub fn new(from: Month, to: Month) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The `months` months (at least one) that end with `last`.
    pub fn ending(last: Month, months: u16) -> Self {
        Self { from: last.minus(months.max(1) - 1), to: last }
    }

    /// First month.
    pub const fn from(self) -> Month {
        self.from
    }

    /// Last month.
    pub const fn to(self) -> Month {
        self.to
    }

    /// Number of months.
    #[expect(clippy::len_without_is_empty, reason = "a range of months is never empty")]
    pub const fn len(self) -> usize {
        (self.to.0 - self.from.0) as usize + 1
    }

    /// Whether the month lies in it.
    pub fn contains(self, month: Month) -> bool {
        self.from <= month && month <= self.to
    }

    /// The months in order.
    pub fn iter(self) -> impl Iterator<Item = Month> {
        (self.from.0..=self.to.0).map(Month)
    }
}

impl fmt::Display for MonthRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { self.from.fmt(f) } else { write!(f, "{} to {}", self.from, self.to) }
    }
}

/// A change of recording across which figures must not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesBreak {
    /// Stable identifier.
    pub id: String,
    /// The first day under the new recording.
    pub from: Date,
    /// Whose figures: GSS codes of boroughs, or empty for all of London.
    pub areas: Vec<String>,
    /// What changed, in a sentence.
    pub what: String,
    /// Where that is stated.
    pub source: String,
}

impl SeriesBreak {
    /// Whether it concerns figures of areas of these codes; none for a sum over many, which every break concerns.
    pub fn concerns<'a>(&self, codes: impl Iterator<Item = &'a str>) -> bool {
        let mut codes = codes.peekable();
        self.areas.is_empty() || codes.peek().is_none() || codes.any(|code| self.areas.iter().any(|area| area == code))
    }
}

/// Every known break, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BreakRegistry(Vec<SeriesBreak>);

impl BreakRegistry {
    /// Sorts by day, then identifier.
    pub fn new(mut breaks: Vec<SeriesBreak>) -> Self {
        breaks.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        Self(breaks)
    }

    /// All of them.
    pub fn all(&self) -> &[SeriesBreak] {
        &self.0
    }

    /// The breaks inside the range: those whose first new day is after the first day of the range and in it.
    pub fn inside(&self, range: MonthRange) -> impl Iterator<Item = &SeriesBreak> {
        self.0.iter().filter(move |b| b.from > range.from().first_day() && b.from <= range.to().last_day())
    }

    /// The whole months of the range that come after the last break inside it, of those that `concerns` says count, with that break;
    /// all months when there is none. `None` when the break leaves no whole month.
    pub fn since(&self, range: MonthRange, concerns: impl Fn(&SeriesBreak) -> bool) -> (Option<MonthRange>, Option<&SeriesBreak>) {
        let Some(last) = self.inside(range).filter(|b| concerns(b)).last() else { return (Some(range), None) };
        let whole = Month::of(last.from).map(|month| if last.from == month.first_day() { month } else { month.plus(1) });
        (whole.and_then(|from| MonthRange::new(from, range.to())), Some(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_read_back_and_reject_everything_else() {
        for text in ["1900-01", "2024-02", "2199-12"] {
            assert_eq!(text.parse::<Month>().unwrap().to_string(), text);
        }
        for text in ["2024-13", "2024-00", "24-01", "2024/01", "2024-1", "2024-01-01", "", "+024-01", "2024-٣1"] {
            assert_eq!(text.parse::<Month>(), Err(MonthError), "{text}");
        }
    }

    #[test]
    fn a_window_of_twelve_months_ends_with_its_month() {
        let last: Month = "2024-02".parse().unwrap();
        let window = MonthRange::ending(last, 12);
        assert_eq!((window.from().to_string().as_str(), window.len()), ("2023-03", 12));
        assert_eq!(window.iter().count(), 12);
        assert_eq!(last.last_day().day(), 29);
        assert!(MonthRange::new(last, last.minus(1)).is_none());
    }

    #[test]
    fn a_break_on_the_first_day_of_a_range_is_not_inside_it() {
        let at = |d: &str| SeriesBreak {
            id: d.to_owned(),
            from: d.parse().unwrap(),
            areas: vec![],
            what: String::new(),
            source: String::new(),
        };
        let registry = BreakRegistry::new(vec![at("2024-02-28"), at("2023-03-01"), at("2025-01-01")]);
        let range = MonthRange::ending("2024-02".parse().unwrap(), 12);
        assert_eq!(registry.inside(range).map(|b| b.id.as_str()).collect::<Vec<_>>(), ["2024-02-28"]);
        let since = |from: &str, to: &str| {
            let range = MonthRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
            let (months, last) = registry.since(range, |b| b.id != "2025-01-01");
            (months.map(|m| m.to_string()), last.map(|b| b.id.as_str()))
        };
        // A break on a first day begins its month, one within a month the next.
        assert_eq!(since("2022-01", "2023-06"), (Some("2023-03 to 2023-06".to_owned()), Some("2023-03-01")));
        assert_eq!(since("2022-01", "2025-06"), (Some("2024-03 to 2025-06".to_owned()), Some("2024-02-28")));
        assert_eq!(since("2022-01", "2024-02"), (None, Some("2024-02-28")));
        assert_eq!(since("2024-03", "2025-06"), (Some("2024-03 to 2025-06".to_owned()), None));
    }
}
