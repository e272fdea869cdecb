//! A line for a cell of a table.

use super::svg::{escape, px};
use super::{ChartError, FIGURE, axis, check_id, drawable};
use std::fmt::Write;

/// Width and height in px.
const SIZE: (f64, f64) = (120.0, 24.0);

/// A small line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparklineInput<'a> {
    /// Prefix of the id, unique on the page.
    pub id: &'a str,
    /// What and when: `Camden, January 2024 to December 2025, recorded offences a month`.
    pub title: &'a str,
    /// A figure for every period; `None` is a gap.
    pub values: &'a [Option<f64>],
    /// Periods with which recording changed: nothing is drawn across.
    pub breaks: &'a [usize],
    /// Lower and upper limit of the last period, drawn as a band.
    pub limits: Option<[f64; 2]>,
    /// Decimals of a figure, 3 at most.
    pub decimals: usize,
}

/// A line of 120 × 24 px from 0 up, the last figure marked, in the colour of the text round it.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, or a figure or limit is not finite, below zero (a lower limit may be) or too large.
///
/// ```
/// use hotspot_report::chart::{SparklineInput, sparkline};
///
/// let values = [Some(12.0), None, Some(15.0)];
/// let svg = sparkline(&SparklineInput { id: "camden", title: "Camden", values: &values, breaks: &[], limits: None, decimals: 0 })?;
/// assert!(svg.contains("Camden: last 15, lowest 12, highest 15, 3 periods, 1 without a figure</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sparkline(input: &SparklineInput<'_>) -> Result<String, ChartError> {
    let SparklineInput { id, title, values, breaks, limits, decimals } = *input;
    check_id(id)?;
    if decimals > 3 {
        return Err(ChartError::Input { what: "decimals", must: "3 at most" });
    }
    if values.len() > 1200 {
        return Err(ChartError::Input { what: "the number of periods", must: "1,200 at most" });
    }
    if let Some(at) = values.iter().position(|v| !v.is_none_or(drawable)) {
        return Err(ChartError::Item { what: "the figure of period", number: at + 1, must: FIGURE });
    }
    if limits.is_some_and(|[lower, upper]| !(drawable(upper) && lower >= -super::MOST && lower <= upper)) {
        return Err(ChartError::Input { what: "limits", must: "a lower and an upper one, in this order, 1,000,000,000 at most" });
    }
    let figures = || values.iter().enumerate().filter_map(|(at, v)| v.map(|v| (at, v)));
    let highest = figures().map(|(_, v)| v).fold(0.0, f64::max);
    let top = highest.max(limits.map_or(0.0, |[_, upper]| upper));
    let top = if top > 0.0 { top } else { 1.0 };
    let (width, height) = SIZE;
    let step = (width - 10.0) / values.len().saturating_sub(1).max(1) as f64;
    let x = |at: usize| if values.len() == 1 { width / 2.0 } else { 5.0 + at as f64 * step };
    let y = |value: f64| height - 3.5 - (height - 7.0) * value / top;
    let number = |value| axis::number(value, decimals);
    let mut body = String::new();
    if let Some([lower, upper]) = limits {
        let (upper, lower) = (y(upper), y(lower.max(0.0)));
        let _ = write!(
            body,
            r#"<rect fill="currentColor" fill-opacity="0.15" x="0" y="{}" width="{}" height="{}"/>"#,
            px(upper),
            px(width),
            px((lower - upper).max(1.0))
        );
    }
    let mut path = String::new();
    for (at, value) in figures() {
        let starts = at == 0 || values[at - 1].is_none() || breaks.contains(&at);
        let _ = write!(path, "{}{} {}", if starts { 'M' } else { 'L' }, px(x(at)), px(y(value)));
        // A figure between two gaps: a line of no length with round ends is a dot.
        if starts && (values.get(at + 1).copied().flatten().is_none() || breaks.contains(&(at + 1))) {
            path.push_str("h0");
        }
    }
    for at in breaks.iter().filter(|at| (1..values.len()).contains(*at)) {
        let edge = px(x(*at) - step / 2.0);
        let _ = write!(body, r#"<path stroke="currentColor" stroke-dasharray="2 2" d="M{edge} 1L{edge} {}"/>"#, px(height - 1.0));
    }
    if !path.is_empty() {
        let _ = write!(
            body,
            r#"<path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" d="{path}"/>"#
        );
    }
    let mut said = match figures().next_back() {
        None => {
            body.push_str(r#"<text fill="currentColor" x="0" y="16">no figure</text>"#);
            "no figure".to_owned()
        }
        Some((at, last)) => {
            let _ = write!(body, r#"<circle fill="currentColor" cx="{}" cy="{}" r="2.5"/>"#, px(x(at)), px(y(last)));
            let lowest = figures().map(|(_, v)| v).fold(last, f64::min);
            let when = if at + 1 == values.len() { String::new() } else { format!(" (period {})", at + 1) };
            format!("last {}{when}, lowest {}, highest {}", number(last), number(lowest), number(highest))
        }
    };
    let missing = values.iter().filter(|v| v.is_none()).count();
    let _ = write!(said, ", {} {}", values.len(), if values.len() == 1 { "period" } else { "periods" });
    if missing > 0 {
        let _ = write!(said, ", {missing} without a figure");
    }
    for at in breaks.iter().filter(|at| (1..values.len()).contains(*at)) {
        let _ = write!(said, ", recording changed with period {}", at + 1);
    }
    if let Some([lower, upper]) = limits {
        let _ = write!(said, ", limits {} to {}", number(lower.max(0.0)), number(upper));
    }
    Ok(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" id="{id}" role="img" aria-labelledby="{id}-title" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="Arial, Helvetica, sans-serif" font-size="12"><title id="{id}-title">{}: {said}</title>{body}</svg>"#,
        escape(title),
    ))
}
