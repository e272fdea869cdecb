//! Numbers and gaps in words.

use crate::chart::{month_name, number, signal_words};
use hotspot_core::rate::funnel::Position;
use hotspot_core::rate::ratio::SMALL_BASE;
use hotspot_core::summary::figures::JUDGED;
use hotspot_core::summary::{Change, Chart, Gap};
use hotspot_core::time::control_chart::{ChartKind, Signal};
use jiff::civil::Date;

/// A number with its thousands apart.
pub fn grouped(n: impl Into<u64>) -> String {
    number(n.into() as f64, 0)
}

/// So many records.
pub fn records(n: impl Into<u64>) -> String {
    counted(n, "record", "records")
}

/// So many of what has a singular.
pub fn counted(n: impl Into<u64>, one: &str, many: &str) -> String {
    let n = n.into();
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `6 November 2026`.
pub fn day(date: Date) -> String {
    let month = hotspot_core::Month::of(date).map(month_name);
    month.map_or_else(|| date.to_string(), |month| format!("{} {month}", date.day()))
}

/// A change in per cent, signed; nothing has no sign.
pub fn percent(change: f64) -> String {
    let text = format!("{:+.0}", change * 100.0);
    if text == "-0" || text == "+0" { "0%".to_owned() } else { format!("{}%", text.replace('-', "−")) }
}

/// A part of a whole: in per cent from 30 on.
pub fn share(n: impl Into<u64>, of: impl Into<u64>) -> String {
    let (n, of) = (n.into(), of.into());
    if of < SMALL_BASE { format!("{} of {} [z]", grouped(n), grouped(of)) } else { format!("{:.1}%", n as f64 / of as f64 * 100.0) }
}

/// A figure with its marker.
pub fn marked(text: String, status: &str) -> String {
    if status.is_empty() { text } else { format!("{text} {status}") }
}

/// Why there is no figure, with its shorthand.
pub fn gap(gap: Gap) -> String {
    format!("{gap} {}", gap.shorthand())
}

/// What a change of twelve months says: the interval decides, not the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    More,
    Fewer,
    Unclear,
}

impl Verdict {
    pub fn of(change: &Change) -> Self {
        if change.lower > 0.0 {
            Self::More
        } else if change.upper < 0.0 {
            Self::Fewer
        } else {
            Self::Unclear
        }
    }
}

/// `+9%, 95% interval +7% to +12%`; nothing on a small base.
pub fn change(change: &Change) -> Option<String> {
    let by = change.change.filter(|_| !change.small_base)?;
    Some(format!("{}, 95% interval {} to {}", percent(by), percent(change.lower), percent(change.upper)))
}

/// Signals that touch the months which are judged.
pub fn late(chart: &Chart) -> Vec<String> {
    let judged = chart.months.len() - JUDGED;
    let at = |point: usize| chart.months.from().plus(point as u16);
    let words = |s: &Signal| signal_words(s, at(s.from), at(s.to), s.to - s.from + 1);
    chart.chart.signals.iter().filter(|s| s.to >= judged).map(words).collect()
}

/// How the limits of a chart are made.
pub fn limits(chart: &Chart) -> String {
    let how = match chart.chart.kind {
        ChartKind::Xmr => "XmR: the mean, and 2.66 times the mean step from month to month on each side",
        ChartKind::Poisson => "exact Poisson limits, for small counts",
        ChartKind::NegativeBinomial => "exact negative binomial limits, for small counts that vary more than chance",
        ChartKind::Geometric | ChartKind::TimeBetween => "the time between events",
    };
    format!("Limits from {} ({how}).", counted(chart.chart.baseline.len() as u64, "month", "months"))
}

/// Where a borough stands among boroughs.
pub const fn position(position: Position) -> &'static str {
    match position {
        Position::AboveOuter => "above the 99.8% limit",
        Position::AboveInner => "above the 95% limit",
        Position::Within => "within the limits",
        Position::BelowInner => "below the 95% limit",
        Position::BelowOuter => "below the 99.8% limit",
    }
}

/// Names with `and` before the last.
pub fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
