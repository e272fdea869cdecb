//! One series of months with its limits.

use super::axis::{Scale, centred, lanes, month_axis, spread};
use super::legend::{Sign, legend};
use super::plot::{Mark, Plot, row_base, signs};
use super::svg::{Anchor, Canvas, Paint, width, wrap};
use super::{ChartError, Fit, Frame, MonthlySeries, Table, month_short};

/// A control chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlChartInput<'a> {
    /// What every chart is told.
    pub frame: Frame<'a>,
    /// The months.
    pub series: MonthlySeries<'a>,
}

/// Months from left to right: figures, centre line, limits, signals by shape, breaks, events.
///
/// Events and breaks are named above the plot where there is room, else by numbers that are explained under it.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, there are no months or more than 1,200, a figure or limit is not finite, below zero or
/// too large, or a signal, break or event is of no month of the series.
///
/// ```
/// use hotspot_core::time::control_chart::{ChartParams, xmr};
/// use hotspot_report::chart::{ControlChartInput, Fit, Frame, MonthlySeries, Note, control_chart, control_table};
///
/// let counts = [12.0, 15.0, 11.0, 14.0, 13.0, 18.0, 12.0, 16.0, 14.0, 15.0, 13.0, 31.0];
/// let mut series = MonthlySeries::new("All strands", 184, "2025-01".parse()?, &counts.map(Some));
/// series.add_chart(&(0..12).collect::<Vec<_>>(), &xmr(&counts, &ChartParams::new(0..11))?)?;
/// series.events.push(Note { month: "2025-12".parse()?, text: "Attack in the borough" });
/// let frame = Frame { id: "all", title: "Camden", unit: "recorded offences a month", decimals: 0, fit: Fit::Wide };
/// let input = ControlChartInput { frame, series };
/// let svg = control_chart(&input)?;
/// assert!(svg.contains("Signals: December 2025 is above the upper limit"));
/// assert_eq!(control_table(&input)?.rows[11][..2], ["December 2025", "31"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn control_chart(input: &ControlChartInput<'_>) -> Result<String, ChartError> {
    let ControlChartInput { frame, series } = input;
    frame.check()?;
    series.check()?;
    let room = frame.fit.width();
    let narrow = frame.fit == Fit::Narrow;
    let scale = Scale::from_zero(series.largest(), frame.decimals, 5);
    let ends = end_labels(frame, series);
    let left = scale.label_width() + 8.0;
    let right = ends.iter().map(|(_, label)| width(label)).fold(10.0, f64::max) + 10.0;
    let mut canvas = Canvas::default();
    let unit = wrap(frame.unit, room, 2);
    for (at, line) in unit.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let head = 12.0 + unit.len() as f64 * 16.0;
    let mut plot = Plot {
        left,
        top: head,
        width: (room - left - right).max(20.0),
        height: if narrow { 180.0 } else { 220.0 },
        months: series.months.len(),
        largest: scale.top,
    };
    let marks = Mark::all(series);
    let at = |wide: f64, mark: &Mark<'_>| (plot.note_x(series, mark), wide);
    let named: Vec<(f64, f64)> = marks.iter().map(|m| at(width(m.text), m)).collect();
    let numbered: Vec<(f64, f64)> = marks.iter().enumerate().map(|(k, m)| at(width(&(k + 1).to_string()), m)).collect();
    let direct = lanes(&named, left, room, 3);
    let by_name = direct.is_some();
    let rows = direct.unwrap_or_else(|| centred(&numbered, left, room));
    plot.top = head + rows.iter().map(|lane| lane.row + 1).max().map_or(0.0, |rows| rows as f64 * 16.0 + 4.0);
    plot.grid(&mut canvas, &scale);
    for (mark, lane) in marks.iter().zip(&rows) {
        let top = if by_name { row_base(plot.top, *lane) - 10.0 } else { plot.top - 4.0 };
        plot.upright(&mut canvas, series, mark, top);
    }
    plot.series(&mut canvas, series);
    for (k, (mark, lane)) in marks.iter().zip(&rows).enumerate() {
        let number = (k + 1).to_string();
        let text = if by_name { mark.text } else { &number };
        canvas.text(Paint::Text, Anchor::Start, lane.start, row_base(plot.top, *lane), text);
    }
    let wanted: Vec<f64> = ends.iter().map(|(value, _)| plot.y(*value) + 4.0).collect();
    for (y, (_, label)) in spread(&wanted, 15.0, plot.top - 2.0, plot.bottom() + 4.0).iter().zip(&ends) {
        canvas.text(Paint::Text, Anchor::Start, plot.right() + 8.0, *y, label);
    }
    let axis = month_axis(&mut canvas, &plot, series.start);
    let mut items = signs(&[series], plot.dense());
    if !by_name {
        items.extend(marks.iter().enumerate().map(|(k, mark)| key(k, mark)));
    }
    let height = legend(&mut canvas, room, axis + 10.0, &items) + 4.0;
    Ok(canvas.finish(frame, height, &series.words(frame)))
}

/// A note's number with its month and words.
pub(super) fn key(at: usize, mark: &Mark<'_>) -> (Sign, String) {
    (Sign::Key((at + 1).to_string()), format!("{}: {}", month_short(mark.month), mark.text))
}

/// The last figure and the last month's limits, for the right edge.
fn end_labels(frame: &Frame<'_>, series: &MonthlySeries<'_>) -> Vec<(f64, String)> {
    let mut labels = Vec::new();
    if let Some((at, value)) = series.last() {
        let when = if at + 1 == series.months.len() { "last".to_owned() } else { format!("{}:", month_short(series.month(at))) };
        labels.push((value, format!("{when} {}", frame.number(value))));
    }
    if let Some(band) = series.months.last().and_then(|m| m.band) {
        labels.push((band.upper, format!("upper {}", frame.limit(band.upper))));
        labels.push((band.center, format!("centre {}", frame.limit(band.center))));
        if band.lower >= 0.0 {
            labels.push((band.lower, format!("lower {}", frame.limit(band.lower))));
        }
    }
    labels
}

/// A row for every month: month, figure, centre line, lower and upper limit, notes.
///
/// # Errors
/// As [`control_chart`].
pub fn control_table(input: &ControlChartInput<'_>) -> Result<Table, ChartError> {
    input.frame.check()?;
    input.series.check()?;
    Ok(input.series.table(&input.frame))
}
