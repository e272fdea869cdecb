//! Several series of the same months, one small plot each.

use super::axis::{Scale, centred};
use super::control::key;
use super::legend::legend;
use super::plot::{Mark, Plot, row_base, signs};
use super::svg::{Anchor, Canvas, Paint, width, wrap};
use super::{ChartError, Fit, Frame, MonthlySeries, Table, month_short};

/// Small charts side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiplesInput<'a> {
    /// What every chart is told.
    pub frame: Frame<'a>,
    /// 1 to 12 series of the same months, in the order in which they are read.
    pub panels: Vec<MonthlySeries<'a>>,
    /// What has one scale.
    pub scales: Scales,
}

/// Which panels have one scale; where not all have, each says its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scales {
    /// All: heights can be compared.
    #[default]
    Common,
    /// The first three, the next three, and so on: heights of these can be compared.
    Threes,
    /// Each has its own: heights cannot be compared.
    Own,
}

/// Panels in a grid, in one column where it is narrow, on one scale unless it is said otherwise. Breaks and events have numbers that
/// are explained under the panels.
///
/// # Errors
/// As [`super::control_chart`] of every panel; when there is no panel or more than 12, or their months differ.
///
/// ```
/// use hotspot_report::chart::{Fit, Frame, MonthlySeries, MultiplesInput, Scales, small_multiples};
///
/// let start = "2025-11".parse()?;
/// let panels = vec![
///     MonthlySeries::new("Race", 29, start, &[Some(14.0), Some(15.0)]),
///     MonthlySeries::new("Disability", 3, start, &[None, Some(3.0)]),
/// ];
/// let frame = Frame { id: "strands", title: "Camden by strand", unit: "recorded offences a month", decimals: 0, fit: Fit::Any };
/// let svg = small_multiples(&MultiplesInput { frame, panels, scales: Scales::Common })?;
/// assert!(svg.contains("2 panels on one scale from 0 to 15. Race,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn small_multiples(input: &MultiplesInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let MultiplesInput { frame, panels, scales: shared } = input;
    let said = *shared != Scales::Common;
    let room = frame.fit.width();
    let columns = match (frame.fit, panels.len()) {
        (Fit::Narrow, _) => 1,
        (_, 4) if !said => 2,
        (_, count) => count.min(3),
    };
    let gap = 20.0;
    let wide = (room - gap * (columns - 1) as f64) / columns as f64;
    let alike = match shared {
        Scales::Common => panels.len(),
        Scales::Threes => 3,
        Scales::Own => 1,
    };
    let scale_of = |group: &[MonthlySeries<'_>]| {
        let largest = group.iter().map(MonthlySeries::largest).fold(0.0, f64::max);
        vec![Scale::from_zero(largest, frame.decimals, 3); group.len()]
    };
    let scales: Vec<Scale> = panels.chunks(alike).flat_map(scale_of).collect();
    let left = scales.iter().map(Scale::label_width).fold(0.0, f64::max) + 8.0;
    let last = |panel: &MonthlySeries<'_>| panel.last().map(|(_, value)| frame.number(value));
    let right = panels.iter().filter_map(last).map(|label| width(&label)).fold(0.0, f64::max) + 8.0;
    let mut marks: Vec<Mark<'_>> = panels.iter().flat_map(Mark::all).collect();
    marks.sort();
    marks.dedup();
    let headings: Vec<Vec<String>> = panels.iter().map(|panel| wrap(panel.name, wide, 2)).collect();
    let mut canvas = Canvas::default();
    let unit = wrap(frame.unit, room, 2);
    for (at, line) in unit.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let mut y = 10.0 + unit.len() as f64 * 16.0;
    let mut dense = false;
    for (row, chunk) in panels.chunks(columns).enumerate() {
        let first = row * columns;
        let lines = headings[first..first + chunk.len()].iter().map(Vec::len).max().unwrap_or(0) + usize::from(said);
        let mut plots: Vec<Plot> = (0..chunk.len())
            .map(|column| Plot {
                left: column as f64 * (wide + gap) + left,
                top: 0.0,
                width: (wide - left - right).max(20.0),
                height: 84.0,
                months: chunk[column].months.len(),
                largest: scales[first + column].top,
            })
            .collect();
        let keyed: Vec<_> = chunk
            .iter()
            .zip(&plots)
            .map(|(panel, plot)| {
                let own: Vec<(usize, Mark<'_>)> =
                    Mark::all(panel).into_iter().map(|m| (marks.binary_search(&m).unwrap_or(0), m)).collect();
                let labels: Vec<(f64, f64)> =
                    own.iter().map(|(k, m)| (plot.note_x(panel, m), width(&(k + 1).to_string()))).collect();
                (own, centred(&labels, plot.left, plot.right() + right))
            })
            .collect();
        let deepest = keyed.iter().flat_map(|(_, lanes)| lanes).map(|lane| lane.row + 1).max().unwrap_or(0);
        let top = y + lines as f64 * 16.0 + 8.0 + deepest as f64 * 16.0;
        for (column, (panel, plot)) in chunk.iter().zip(&mut plots).enumerate() {
            plot.top = top;
            dense = plot.dense();
            let (edge, scale) = (column as f64 * (wide + gap), &scales[first + column]);
            for (at, line) in headings[first + column].iter().enumerate() {
                canvas.bold(edge, y + 13.0 + at as f64 * 16.0, line);
            }
            if said {
                let base = y + 13.0 + headings[first + column].len() as f64 * 16.0;
                let own = if *shared == Scales::Own { "own scale" } else { "scale" };
                let words = wrap(&format!("{own}, 0 to {}", frame.number(scale.top)), wide, 1);
                canvas.text(Paint::Muted, Anchor::Start, edge, base, &words.concat());
            }
            plot.grid(&mut canvas, scale);
            let (own, lanes) = &keyed[column];
            for ((k, mark), lane) in own.iter().zip(lanes) {
                plot.upright(&mut canvas, panel, mark, plot.top - 4.0);
                canvas.text(Paint::Text, Anchor::Start, lane.start, row_base(plot.top, *lane), &(k + 1).to_string());
            }
            plot.series(&mut canvas, panel);
            if let Some((at, value)) = panel.last() {
                canvas.on_lines(Anchor::Start, plot.x(at) + 6.0, plot.y(value) + 4.0, &frame.number(value));
            }
            period(&mut canvas, plot, panel, edge, wide);
        }
        y = top + 84.0 + 34.0;
    }
    let mut items = signs(&panels.iter().collect::<Vec<_>>(), dense);
    items.extend(marks.iter().enumerate().map(|(k, mark)| key(k, mark)));
    let height = legend(&mut canvas, room, y, &items) + 4.0;
    let scale = match shared {
        Scales::Common => format!("on one scale from 0 to {}", frame.number(scales[0].top)),
        Scales::Threes => "each three on one scale".to_owned(),
        Scales::Own => "each on a scale of its own".to_owned(),
    };
    let count = if panels.len() == 1 { "1 panel".to_owned() } else { format!("{} panels", panels.len()) };
    let words: Vec<String> = panels.iter().map(|panel| panel.words(frame)).collect();
    Ok(canvas.finish(frame, height, &format!("{count} {scale}. {}", words.join(" "))))
}

/// The first and the last month under a panel: under the plot, or under the whole panel where the plot is too narrow for both.
fn period(canvas: &mut Canvas, plot: &Plot, panel: &MonthlySeries<'_>, edge: f64, wide: f64) {
    let base = plot.bottom() + 17.0;
    let (first, last) = (month_short(panel.start), month_short(panel.month(plot.months - 1)));
    let both = width(&first) + width(&last) + 8.0;
    let (from, to) = if both <= plot.width { (plot.left, plot.right()) } else { (edge, edge + wide) };
    canvas.text(Paint::Text, Anchor::Start, from, base, &first);
    if plot.months > 1 {
        canvas.text(Paint::Text, Anchor::End, to, base, &last);
    }
}

impl MultiplesInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        if !(1..=12).contains(&self.panels.len()) {
            return Err(ChartError::Input { what: "the number of panels", must: "1 to 12" });
        }
        let span = |panel: &MonthlySeries<'_>| (panel.start, panel.months.len());
        for (at, panel) in self.panels.iter().enumerate() {
            panel.check()?;
            if span(panel) != span(&self.panels[0]) {
                return Err(ChartError::Item { what: "panel", number: at + 1, must: "of the same months as the first" });
            }
        }
        Ok(())
    }
}

/// A row for every panel and month: panel, then as [`super::control_table`].
///
/// # Errors
/// As [`small_multiples`].
pub fn multiples_table(input: &MultiplesInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&["Series", "Month", input.frame.unit, "Centre line", "Lower limit", "Upper limit", "Notes"]);
    for panel in &input.panels {
        for mut row in panel.rows(&input.frame) {
            row.insert(0, panel.name.to_owned());
            table.rows.push(row);
        }
    }
    Ok(table)
}
