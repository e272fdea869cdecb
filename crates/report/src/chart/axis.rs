//! Round numbers from zero, months in words, and labels that keep out of each other's way.

use super::plot::Plot;
use super::svg::{Anchor, Canvas, Dash, Paint, width};
use hotspot_core::Month;

/// A number with its thousands apart and a true minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("−", rest));
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    format!("{}{out}{fraction}", if zero { "" } else { sign })
}

/// An axis from zero.
#[derive(Debug, Clone)]
pub struct Scale {
    pub top: f64,
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// Round numbers from 0 to at least `largest`, about `intervals` of them, in steps that `decimals` can say.
    pub fn from_zero(largest: f64, decimals: usize, intervals: usize) -> Self {
        let finest = 0.1_f64.powi(decimals as i32);
        let wanted = largest / intervals as f64;
        let mut magnitude = 0.001;
        while magnitude * 10.0 <= wanted {
            magnitude *= 10.0;
        }
        let steps = [1.0, 2.0, 5.0, 10.0].map(|m| m * magnitude);
        let step = steps.into_iter().find(|step| *step >= wanted).unwrap_or(steps[3]).max(finest);
        // A largest figure just on a tick stays there in spite of rounding.
        let count = (largest / step - 1e-9).ceil().max(1.0) as usize;
        let shown = if step >= 1.0 { 0 } else { decimals };
        let ticks = (0..=count).map(|k| (k as f64 * step, number(k as f64 * step, shown))).collect();
        Self { top: count as f64 * step, ticks }
    }

    /// Width of the widest label.
    pub fn label_width(&self) -> f64 {
        self.ticks.iter().map(|(_, label)| width(label)).fold(0.0, f64::max)
    }
}

/// Round numbers round zero, from at most `least` to at least `most`: about `intervals` of them, in steps that `decimals` can say.
pub fn around(least: f64, most: f64, decimals: usize, intervals: usize) -> Vec<(f64, String)> {
    let whole = Scale::from_zero(most.max(0.0) - least.min(0.0), decimals, intervals);
    let step = whole.top / (whole.ticks.len() - 1) as f64;
    let shown = if step >= 1.0 { 0 } else { decimals };
    let (from, to) = ((least.min(0.0) / step + 1e-9).floor() as i64, (most.max(0.0) / step - 1e-9).ceil() as i64);
    let tick = |k: i64| {
        let value = k as f64 * step;
        (value, format!("{}{}", if value > 0.0 { "+" } else { "" }, number(value, shown)))
    };
    (from..=to.max(from + 1)).map(tick).collect()
}

/// Months under a plot: some of them, evenly, with the year where it begins. Gives the y at which they end.
pub fn month_axis(canvas: &mut Canvas, plot: &Plot, start: Month) -> f64 {
    let spacing = plot.width / plot.months as f64;
    let step = [1_u16, 2, 3, 6].into_iter().find(|step| f64::from(*step) * spacing >= 32.0);
    let bottom = plot.bottom();
    let mut free = plot.left - 20.0;
    let mut year_shown = None;
    let years = [12_u16, 24, 60, 120, 240, 600, 1200].into_iter().find(|step| f64::from(*step) * spacing >= 38.0).unwrap_or(1200);
    for at in 0..plot.months {
        let month = start.plus(at as u16);
        let x = plot.x(at);
        let since = month.index();
        let ticked = step.map_or(since.is_multiple_of(years), |step| since.is_multiple_of(step));
        if !ticked && plot.months > 2 {
            continue;
        }
        canvas.line(Paint::Rule, Dash::Solid, (x, bottom), (x, bottom + 4.0));
        let year = month.year().to_string();
        if step.is_none() {
            canvas.text(Paint::Text, Anchor::Middle, x, bottom + 17.0, &year);
            continue;
        }
        canvas.text(Paint::Text, Anchor::Middle, x, bottom + 17.0, &month.name()[..3]);
        let half = width(&year) / 2.0;
        // The first year may stand too near its successor: January keeps its own.
        let next_january = plot.x(at) + f64::from(12 - u16::from(month.month()) + 1) * spacing;
        let crowded =
            month.month() != 1 && at + 13 - usize::from(month.month()) < plot.months && next_january - x < 2.0 * half + 4.0;
        if year_shown != Some(month.year()) && x - half >= free && !crowded {
            canvas.text(Paint::Text, Anchor::Middle, x, bottom + 32.0, &year);
            year_shown = Some(month.year());
            free = x + half + 4.0;
        }
    }
    bottom + if step.is_none() { 20.0 } else { 35.0 }
}

/// Baselines at least `apart` px from one another, near those wanted, between two bounds where there is room.
pub fn spread(wanted: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut placed = wanted.to_vec();
    let mut least = top;
    for at in &order {
        placed[*at] = placed[*at].max(least);
        least = placed[*at] + apart;
    }
    let mut most = bottom;
    for at in order.iter().rev() {
        placed[*at] = placed[*at].min(most);
        most = placed[*at] - apart;
    }
    placed
}

/// A label over a plot: its row, from 0 just above the plot, and where it starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lane {
    pub row: usize,
    pub start: f64,
}

/// Rows for labels that begin beside the line they name, so that none lies on another or on another's line. The lines ascend.
/// `None` when that takes more rows than `most`, or a label fits on neither side of its line.
pub fn lanes(labels: &[(f64, f64)], left: f64, right: f64, most: usize) -> Option<Vec<Lane>> {
    let mut placed: Vec<(f64, f64, f64, usize)> = Vec::new();
    for (x, wide) in labels.iter().rev() {
        let start = [x + 4.0, x - 4.0 - wide].into_iter().find(|start| *start >= left && start + wide <= right)?;
        let (from, to) = (start - 3.0, start + wide + 3.0);
        let clear = |row: usize| {
            placed.iter().all(|(other, a, b, at)| match at.cmp(&row) {
                std::cmp::Ordering::Equal => to <= *a || from >= *b,
                // The line of a label rises through the rows below it.
                std::cmp::Ordering::Less => x <= a || x >= b,
                std::cmp::Ordering::Greater => *other <= from || *other >= to,
            })
        };
        let row = (0..most).find(|row| clear(*row))?;
        placed.push((*x, from, to, row));
    }
    Some(placed.iter().rev().map(|(_, from, _, row)| Lane { row: *row, start: from + 3.0 }).collect())
}

/// Rows for short labels centred over their lines, which end below the rows.
pub fn centred(labels: &[(f64, f64)], left: f64, right: f64) -> Vec<Lane> {
    let mut ends: Vec<f64> = Vec::new();
    let place = |(x, wide): &(f64, f64)| {
        let start = (x - wide / 2.0).min(right - wide).max(left);
        let row = ends.iter().position(|end| *end <= start).unwrap_or(ends.len());
        if row == ends.len() {
            ends.push(0.0);
        }
        ends[row] = start + wide + 4.0;
        Lane { row, start }
    };
    labels.iter().map(place).collect()
}
