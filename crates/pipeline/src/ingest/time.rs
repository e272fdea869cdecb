//! When it happened: dates, months and London times from text.
//!
//! A date without a time is a whole day, not midnight. A local time that the clocks skipped is refused; one that they
//! repeated is taken as the first pass and marked. A second of 60 is no time of day here.

use super::rule::Rule;
use hotspot_core::{Month, Occurred, TimePrecision};
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A point in time as a text gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum When {
    Month(Month),
    Day(Date),
    /// London time.
    Local(DateTime),
    Instant(Timestamp),
}

/// Reads `YYYY-MM`, `YYYY-MM-DD`, and `YYYY-MM-DDTHH:MM[:SS[.fraction]][Z|±HH[:]MM]`.
pub(crate) fn iso(text: &str) -> Result<When, Rule> {
    let bytes = text.as_bytes();
    if bytes.len() < 7 || bytes[4] != b'-' {
        return Err(Rule::UnreadableDate);
    }
    let year = digits(&bytes[..4]).ok_or(Rule::UnreadableDate)? as i16;
    let month = digits(&bytes[5..7]).ok_or(Rule::UnreadableDate)? as i8;
    if bytes.len() == 7 {
        if !(1..=12).contains(&month) {
            return Err(Rule::UnreadableMonth);
        }
        return plausible_month(year, month as u8).map(When::Month);
    }
    if bytes.len() < 10 || bytes[7] != b'-' {
        return Err(Rule::UnreadableDate);
    }
    let day = digits(&bytes[8..10]).ok_or(Rule::UnreadableDate)? as i8;
    let date = plausible(Date::new(year, month, day).map_err(|_| Rule::UnreadableDate)?)?;
    match bytes.get(10) {
        None => Ok(When::Day(date)),
        Some(b'T' | b't' | b' ') => {
            let (time, rest) = time_of_day(&bytes[11..])?;
            let local = date.to_datetime(time);
            match rest {
                [] => Ok(When::Local(local)),
                [b'Z' | b'z'] => instant(local, Offset::UTC),
                rest => instant(local, offset(rest)?),
            }
        }
        Some(_) => Err(Rule::UnreadableDate),
    }
}

/// Reads the first of these strftime formats that fits.
pub(crate) fn with_formats(text: &str, formats: &[String]) -> Result<When, Rule> {
    let Some(parts) = formats.iter().find_map(|format| BrokenDownTime::parse(format, text).ok()) else {
        return Err(Rule::UnreadableDate);
    };
    let (Some(year), Some(month)) = (parts.year(), parts.month()) else {
        return parts.timestamp().map(When::Instant).ok_or(Rule::UnreadableDate);
    };
    let Some(_) = parts.day() else {
        return plausible_month(year, month as u8).map(When::Month);
    };
    let date = plausible(parts.to_date().map_err(|_| Rule::UnreadableDate)?)?;
    if parts.hour().is_none() {
        return Ok(When::Day(date));
    }
    if parts.second() == Some(60) {
        return Err(Rule::UnreadableTime);
    }
    let local = date.to_datetime(parts.to_time().map_err(|_| Rule::UnreadableTime)?);
    match parts.offset() {
        Some(offset) => instant(local, offset),
        None => Ok(When::Local(local)),
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

fn plausible(date: Date) -> Result<Date, Rule> {
    if date > Date::constant(1900, 1, 1) { Ok(date) } else { Err(Rule::ImplausibleDate) }
}

fn plausible_month(year: i16, month: u8) -> Result<Month, Rule> {
    match Month::new(year, month) {
        Some(month) if month.index() > 0 => Ok(month),
        None if year >= 2200 => Err(Rule::FutureDate),
        _ => Err(Rule::ImplausibleDate),
    }
}

/// A time of day, and what follows it.
fn time_of_day(bytes: &[u8]) -> Result<(Time, &[u8]), Rule> {
    let bad = Rule::UnreadableTime;
    if bytes.len() < 5 || bytes[2] != b':' {
        return Err(bad);
    }
    let hour = digits(&bytes[..2]).ok_or(bad)? as i8;
    let minute = digits(&bytes[3..5]).ok_or(bad)? as i8;
    let mut rest = &bytes[5..];
    let (mut second, mut nanos) = (0, 0);
    if rest.first() == Some(&b':') {
        second = rest.get(1..3).and_then(digits).ok_or(bad)? as i8;
        rest = &rest[3..];
        if matches!(rest.first(), Some(b'.' | b',')) {
            let len = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if !(1..=9).contains(&len) {
                return Err(bad);
            }
            nanos = digits(&rest[1..=len]).ok_or(bad)? as i32 * 10_i32.pow(9 - len as u32);
            rest = &rest[1 + len..];
        }
    }
    Time::new(hour, minute, second, nanos).map(|time| (time, rest)).map_err(|_| bad)
}

fn offset(bytes: &[u8]) -> Result<Offset, Rule> {
    let bad = Rule::UnreadableTime;
    let sign = match bytes.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(bad),
    };
    let (hours, minutes) = match &bytes[1..] {
        [h1, h2] => ([*h1, *h2], [b'0', b'0']),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([*h1, *h2], [*m1, *m2]),
        _ => return Err(bad),
    };
    let (hours, minutes) = (digits(&hours).ok_or(bad)?, digits(&minutes).ok_or(bad)?);
    if hours > 14 || minutes > 59 {
        return Err(bad);
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60) as i32).map_err(|_| bad)
}

fn instant(local: DateTime, offset: Offset) -> Result<When, Rule> {
    offset.to_timestamp(local).map(When::Instant).map_err(|_| Rule::UnreadableTime)
}

/// London's calendar and clock.
#[derive(Debug)]
pub(crate) struct London {
    zone: TimeZone,
    /// The month that was looked up last, with its first and last second: whole files are of one month.
    month: Option<(Month, Timestamp, Timestamp)>,
    /// Times that fell into a repeated hour.
    pub ambiguous: u64,
}

impl London {
    pub(crate) fn new() -> Self {
        let zone = TimeZone::get("Europe/London").expect("the bundled time zone database has London");
        Self { zone, month: None, ambiguous: 0 }
    }

    pub(crate) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The day of an instant or text.
    pub(crate) fn day(&self, when: When) -> Date {
        match when {
            When::Month(month) => month.first_day(),
            When::Day(date) => date,
            When::Local(local) => local.date(),
            When::Instant(instant) => self.local(instant).date(),
        }
    }

    fn midnight(&self, date: Date) -> Timestamp {
        // London's clocks never changed at midnight, so no midnight is skipped or repeated.
        self.zone.to_timestamp(date.at(0, 0, 0, 0)).expect("midnights of the years 1900 to 9998 are instants")
    }

    fn first_and_last(&mut self, when: When) -> Result<(Timestamp, Timestamp, bool), Rule> {
        Ok(match when {
            When::Month(month) => match self.month {
                Some((known, from, to)) if known == month => (from, to, false),
                _ => {
                    let span = self.days(month.first_day(), month.last_day());
                    self.month = Some((month, span.0, span.1));
                    (span.0, span.1, false)
                }
            },
            When::Day(date) => {
                let (from, to) = self.days(date, date);
                (from, to, false)
            }
            When::Instant(instant) => (instant, instant, false),
            When::Local(local) => {
                let ambiguous = self.zone.to_ambiguous_timestamp(local);
                let repeated = match ambiguous.offset() {
                    AmbiguousOffset::Unambiguous { .. } => false,
                    AmbiguousOffset::Gap { .. } => return Err(Rule::LocalTimeGap),
                    AmbiguousOffset::Fold { .. } => true,
                };
                let instant = ambiguous.earlier().map_err(|_| Rule::UnreadableTime)?;
                (instant, instant, repeated)
            }
        })
    }

    /// First second of the first day and last second of the last.
    fn days(&self, first: Date, last: Date) -> (Timestamp, Timestamp) {
        let end = last.tomorrow().map_or_else(|_| self.midnight(last), |next| self.midnight(next) - SignedDuration::from_secs(1));
        (self.midnight(first), end)
    }

    /// When it happened, from the texts of its start and end. `to` is the same as `from` where it is missing.
    ///
    /// On failure: whether it was the start (`false`) or the end (`true`), and the rule.
    pub(crate) fn occurred(
        &mut self,
        from: When,
        to: Option<When>,
        stated: Option<TimePrecision>,
        today: Date,
    ) -> Result<Occurred, (bool, Rule)> {
        for (when, end) in [(Some(from), false), (to, true)] {
            if when.is_some_and(|w| self.day(w) > today) {
                return Err((end, Rule::FutureDate));
            }
        }
        let (start, mut end, ambiguous) = self.first_and_last(from).map_err(|rule| (false, rule))?;
        let mut precision = match from {
            When::Month(_) => TimePrecision::Month,
            When::Day(_) => TimePrecision::Day,
            When::Local(_) | When::Instant(_) => TimePrecision::Minute,
        };
        if let Some(to) = to.filter(|to| *to != from) {
            let (first, last, _) = self.first_and_last(to).map_err(|rule| (true, rule))?;
            if last < start || first < start && matches!(to, When::Local(_) | When::Instant(_)) {
                return Err((true, Rule::IntervalReversed));
            }
            if last != end {
                precision = TimePrecision::Interval;
            }
            end = last;
        }
        let precision = stated.unwrap_or(precision);
        let local = self.local(start);
        let month = Month::of(local.date()).ok_or((false, Rule::ImplausibleDate))?;
        let hour_of_week = (precision == TimePrecision::Minute)
            .then(|| local.date().weekday().to_monday_zero_offset() as u8 * 24 + local.hour() as u8);
        self.ambiguous += u64::from(ambiguous);
        Ok(Occurred { from: start, to: end, precision, month, hour_of_week, ambiguous })
    }
}

/// The text from which [`London::occurred`] makes the same again: start, end (empty where it follows from the start).
pub(crate) fn texts(occurred: &Occurred, london: &London) -> [String; 2] {
    let local = london.local(occurred.from);
    let whole = match occurred.precision {
        TimePrecision::Month => Some((When::Month(occurred.month), occurred.month.to_string())),
        TimePrecision::Day => Some((When::Day(local.date()), local.date().to_string())),
        TimePrecision::Minute | TimePrecision::Interval => None,
    };
    if let Some((when, text)) = whole {
        let span = match when {
            When::Month(month) => london.days(month.first_day(), month.last_day()),
            other => london.days(london.day(other), london.day(other)),
        };
        if span == (occurred.from, occurred.to) && !occurred.ambiguous {
            return [text, String::new()];
        }
    }
    let from = if occurred.ambiguous { local.to_string() } else { occurred.from.to_string() };
    let to = if occurred.to == occurred.from { String::new() } else { occurred.to.to_string() };
    [from, to]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::constant(2026, 11, 1)
    }

    #[test]
    fn texts_are_read_as_exactly_as_they_are_written() {
        assert_eq!(iso("2026-02"), Ok(When::Month("2026-02".parse().unwrap())));
        assert_eq!(iso("2024-02-29"), Ok(When::Day(Date::constant(2024, 2, 29))));
        assert_eq!(iso("2026-07-01T23:59"), Ok(When::Local(Date::constant(2026, 7, 1).at(23, 59, 0, 0))));
        assert_eq!(iso("2026-07-01 23:59:07.5+01:00"), Ok(When::Instant("2026-07-01T22:59:07.5Z".parse().unwrap())));
        for (text, rule) in [
            ("2023-02-29", Rule::UnreadableDate),
            ("2026-13", Rule::UnreadableMonth),
            ("01/02/2026", Rule::UnreadableDate),
            ("2026-07-01T24:00", Rule::UnreadableTime),
            ("2026-12-31T23:59:60Z", Rule::UnreadableTime),
            ("2026-07-01T10:00 BST", Rule::UnreadableTime),
            ("1900-01-01", Rule::ImplausibleDate),
            ("1899-12-30", Rule::ImplausibleDate),
            ("1900-01", Rule::ImplausibleDate),
            ("", Rule::UnreadableDate),
            ("2026-٠٧", Rule::UnreadableDate),
        ] {
            assert_eq!(iso(text), Err(rule), "{text}");
        }
    }

    #[test]
    fn formats_of_a_mapping_keep_their_precision() {
        let formats = ["%m/%d/%Y %H:%M".to_owned(), "%m/%d/%Y".to_owned(), "%b %Y".to_owned()];
        assert_eq!(with_formats("03/07/2022", &formats), Ok(When::Day(Date::constant(2022, 3, 7))));
        assert_eq!(with_formats("03/07/2022 14:30", &formats), Ok(When::Local(Date::constant(2022, 3, 7).at(14, 30, 0, 0))));
        assert_eq!(with_formats("Mar 2022", &formats), Ok(When::Month("2022-03".parse().unwrap())));
        assert_eq!(with_formats("13/13/2022", &formats), Err(Rule::UnreadableDate));
    }

    #[test]
    fn the_hour_that_the_clocks_skip_is_refused_and_the_one_they_repeat_is_marked() {
        let mut london = London::new();
        let gap = iso("2026-03-29T01:30").unwrap();
        assert_eq!(london.occurred(gap, None, None, today()), Err((false, Rule::LocalTimeGap)));
        let fold = london.occurred(iso("2026-10-25T01:30").unwrap(), None, None, today()).unwrap();
        assert!(fold.ambiguous);
        assert_eq!(fold.from.to_string(), "2026-10-25T00:30:00Z");
        assert_eq!(london.ambiguous, 1);
        let second = london.occurred(iso("2026-10-25T01:30:00+00:00").unwrap(), None, None, today()).unwrap();
        assert!(!second.ambiguous);
        assert_eq!(second.from.to_string(), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn a_missing_time_is_not_midnight() {
        let mut london = London::new();
        let day = london.occurred(iso("2026-07-01").unwrap(), None, None, today()).unwrap();
        assert_eq!((day.precision, day.hour_of_week), (TimePrecision::Day, None));
        assert_eq!([day.from.to_string(), day.to.to_string()], ["2026-06-30T23:00:00Z", "2026-07-01T22:59:59Z"]);
        assert_eq!(day.month.to_string(), "2026-07");
        let midnight = london.occurred(iso("2026-07-01T00:00").unwrap(), None, None, today()).unwrap();
        assert_eq!((midnight.precision, midnight.hour_of_week), (TimePrecision::Minute, Some(48)));
    }

    #[test]
    fn the_month_is_londons() {
        let mut london = London::new();
        let late = london.occurred(iso("2026-06-30T23:30:00Z").unwrap(), None, None, today()).unwrap();
        assert_eq!(late.month.to_string(), "2026-07");
        assert_eq!(late.hour_of_week, Some(2 * 24));
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let mut london = London::new();
        for (from, to) in [
            ("2026-07", None),
            ("2026-07-01", None),
            ("2026-07-01T10:00", None),
            ("2026-10-25T01:30", None),
            ("2026-07-01T10:00:00.123456789Z", None),
            ("2026-07-01", Some("2026-07-04")),
            ("2026-10-25T01:30", Some("2026-10-25T05:00")),
            ("2026-07-01T10:00", Some("2026-07-02")),
        ] {
            let to = to.map(|t| iso(t).unwrap());
            let there = london.occurred(iso(from).unwrap(), to, None, today()).unwrap();
            let [from, to] = texts(&there, &london);
            let to = (!to.is_empty()).then(|| iso(&to).unwrap());
            let back = london.occurred(iso(&from).unwrap(), to, Some(there.precision), today());
            assert_eq!(back, Ok(there), "{from}");
        }
    }
}
