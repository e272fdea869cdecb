//! The lines, limits and points of one series of months in a rectangle.

use super::axis::{Lane, Scale};
use super::legend::{Sign, interval};
use super::series::{Band, MonthlySeries, Note};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape};
use hotspot_core::Month;
use hotspot_core::time::control_chart::Rule;

/// A rectangle, and what its sides mean.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    /// Months side by side.
    pub months: usize,
    /// The figure at the top edge; 0 is at the bottom.
    pub largest: f64,
}

impl Plot {
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The middle of a month.
    pub fn x(&self, at: usize) -> f64 {
        self.left + self.width * (at as f64 + 0.5) / self.months as f64
    }

    /// Where a month begins.
    pub fn edge(&self, at: usize) -> f64 {
        self.left + self.width * at as f64 / self.months as f64
    }

    pub fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - value / self.largest)
    }

    fn spacing(&self) -> f64 {
        self.width / self.months as f64
    }

    /// Whether months are so close that only the line shows them, without points.
    pub fn dense(&self) -> bool {
        self.spacing() < 5.0
    }

    /// Grid lines and the labels on their left.
    pub fn grid(&self, canvas: &mut Canvas, scale: &Scale) {
        for (value, label) in &scale.ticks {
            let y = self.y(*value);
            let paint = if *value == 0.0 { Paint::Rule } else { Paint::Grid };
            canvas.line(paint, Dash::Solid, (self.left, y), (self.right(), y));
            canvas.text(Paint::Text, Anchor::End, self.left - 6.0, y + 4.0, label);
        }
    }

    /// Limits, the line and the points.
    pub fn series(&self, canvas: &mut Canvas, series: &MonthlySeries<'_>) {
        let limits = [self.steps(series, |b| (b.lower >= 0.0).then_some(b.lower)), self.steps(series, |b| Some(b.upper))];
        canvas.paths(Paint::Rule, Dash::Solid, &self.steps(series, |b| Some(b.center)));
        canvas.paths(Paint::Rule, Dash::Dashed, &limits.concat());
        let mut lines: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for (at, month) in series.months.iter().enumerate() {
            if month.value.is_none() || series.breaks_at(at) {
                lines.push(Vec::new());
            }
            if let (Some(value), Some(line)) = (month.value, lines.last_mut()) {
                line.push((self.x(at), self.y(value)));
            }
        }
        canvas.paths(Paint::Line, Dash::Solid, &lines);
        if series.last().is_none() {
            canvas.on_lines(Anchor::Start, self.left + 6.0, self.top + self.height / 2.0, "no figure");
        }
        let spacing = self.spacing();
        let dense = self.dense();
        let radius = (spacing * 0.3).clamp(1.5, 3.0);
        let last = series.last().map(|(at, _)| at);
        for (at, expected) in series.months.iter().enumerate().filter_map(|(at, m)| m.expected.map(|e| (at, e))) {
            interval(canvas, self.x(at), expected.map(|v| self.y(v)));
        }
        for (at, month) in series.months.iter().enumerate() {
            let Some(value) = month.value else { continue };
            let place = (self.x(at), self.y(value));
            if let Some(rule) = series.rule_at(at) {
                let paint = if month.provisional { Paint::MarkHollow } else { Paint::Mark };
                // One outside is to be seen even where months are dense; those of a run must not melt into a bar.
                let least = if rule == Rule::Outside { 3.0 } else { 1.4 };
                canvas.shape(paint, shape(rule), place, (spacing * 0.5).clamp(least, 4.5));
                continue;
            }
            let alone = lines.iter().any(|line| line.len() == 1 && line[0] == place);
            if month.provisional {
                canvas.shape(Paint::Hollow, Shape::Circle, place, radius.max(2.0));
            } else if !dense || alone || last == Some(at) {
                canvas.shape(Paint::Dot, Shape::Circle, place, radius);
            }
        }
    }

    /// A level over the width of its months, with a step where it changes and an end at gaps and breaks.
    fn steps(&self, series: &MonthlySeries<'_>, level: impl Fn(Band) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
        let mut lines: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for (at, month) in series.months.iter().enumerate() {
            let level = month.band.and_then(&level).map(|value| self.y(value));
            if level.is_none() || series.breaks_at(at) {
                lines.push(Vec::new());
            }
            let (Some(y), Some(line)) = (level, lines.last_mut()) else { continue };
            if line.last().is_none_or(|(_, before)| *before != y) {
                line.push((self.edge(at), y));
            } else {
                line.pop();
            }
            line.push((self.edge(at + 1), y));
        }
        lines
    }

    /// The upright of a note, from the plot up to `top`.
    pub fn upright(&self, canvas: &mut Canvas, series: &MonthlySeries<'_>, note: &Mark<'_>, top: f64) {
        let x = self.note_x(series, note);
        let (paint, dash) = note.line();
        canvas.line(paint, dash, (x, top), (x, self.bottom()));
    }

    pub fn note_x(&self, series: &MonthlySeries<'_>, note: &Mark<'_>) -> f64 {
        let at = series.place(note.month).unwrap_or(0);
        if note.is_break { self.edge(at) } else { self.x(at) }
    }
}

/// The top of a row of labels above a plot.
pub fn row_base(plot_top: f64, lane: Lane) -> f64 {
    plot_top - 6.0 - lane.row as f64 * 16.0
}

/// A break or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark<'a> {
    pub month: Month,
    /// Events sort after the break of their month, which is where the month begins.
    is_event: bool,
    pub is_break: bool,
    pub text: &'a str,
}

impl<'a> Mark<'a> {
    /// Breaks and events from left to right.
    pub fn all(series: &MonthlySeries<'a>) -> Vec<Self> {
        let mark =
            |is_break: bool| move |note: &Note<'a>| Self { month: note.month, is_event: !is_break, is_break, text: note.text };
        let mut marks: Vec<Self> = series.breaks.iter().map(mark(true)).chain(series.events.iter().map(mark(false))).collect();
        marks.sort();
        marks.dedup();
        marks
    }

    const fn line(&self) -> (Paint, Dash) {
        if self.is_break { (Paint::Ink, Dash::Solid) } else { (Paint::Rule, Dash::Dotted) }
    }
}

const fn shape(rule: Rule) -> Shape {
    match rule {
        Rule::Outside => Shape::Diamond,
        Rule::Run => Shape::Square,
        Rule::Trend => Shape::Up,
        Rule::TwoOfThree => Shape::Plus,
        Rule::MovingRange => Shape::Cross,
    }
}

/// What the marks of these series mean; only of those that are there.
pub fn signs(all: &[&MonthlySeries<'_>], dense: bool) -> Vec<(Sign, String)> {
    let months = || all.iter().flat_map(|s| s.months.iter().enumerate().map(move |(at, m)| (*s, at, m)));
    let figures = || months().filter(|(_, _, m)| m.value.is_some());
    let mut signs = Vec::new();
    let mut add = |there: bool, sign: Sign, words: &str| {
        if there {
            signs.push((sign, words.to_owned()));
        }
    };
    let plain = figures().any(|(s, at, m)| !m.provisional && s.rule_at(at).is_none());
    let month = if dense { Sign::Line(Paint::Line, Dash::Solid) } else { Sign::Shape(Paint::Dot, Shape::Circle, 3.0) };
    add(plain, month, "monthly figure");
    add(
        figures().any(|(_, _, m)| m.provisional),
        Sign::Shape(Paint::Hollow, Shape::Circle, 3.0),
        "hollow: provisional, may still change",
    );
    add(months().any(|(_, _, m)| m.expected.is_some()), Sign::Interval, "expected in the end, with its limits");
    add(months().any(|(_, _, m)| m.band.is_some()), Sign::Line(Paint::Rule, Dash::Solid), "centre line");
    add(months().any(|(_, _, m)| m.band.is_some()), Sign::Line(Paint::Rule, Dash::Dashed), "upper and lower limit");
    for rule in Rule::ALL {
        let words = match rule {
            Rule::Outside => "outside a limit",
            Rule::Run => "7 or more in a row on one side of the centre line",
            Rule::Trend => "7 or more in a row rising, or falling",
            Rule::TwoOfThree => "2 of 3 near a limit",
            Rule::MovingRange => "a larger step from the month before than expected",
        };
        add(figures().any(|(s, at, _)| s.rule_at(at) == Some(rule)), Sign::Shape(Paint::Mark, shape(rule), 4.5), words);
    }
    let broken = all.iter().any(|s| !s.breaks.is_empty());
    add(broken, Sign::Upright(Paint::Ink, Dash::Solid), "break in recording: do not compare across it");
    add(all.iter().any(|s| !s.events.is_empty()), Sign::Upright(Paint::Rule, Dash::Dotted), "event");
    signs
}
