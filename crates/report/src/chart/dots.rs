//! Rates with their intervals, one under the other.

use super::axis::Scale;
use super::legend::{Sign, legend};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};
use super::{ABSENT, ChartError, FIGURE, Fit, Frame, Table, axis, drawable};

/// Rates with intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct DotsInput<'a> {
    /// What every chart is told; the unit is the rate's.
    pub frame: Frame<'a>,
    /// When: `January to December 2025`.
    pub period: &'a str,
    /// What the intervals are: `95 % intervals`.
    pub interval: &'a str,
    /// A line to compare with.
    pub reference: Option<Reference<'a>>,
    /// Rows from the top, 1 to 500.
    pub rows: Vec<IntervalRow<'a>>,
}

/// A rate to compare with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference<'a> {
    /// Rate.
    pub rate: f64,
    /// What it is: `London`.
    pub name: &'a str,
}

/// A borough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalRow<'a> {
    /// Name.
    pub name: &'a str,
    /// Records behind the rate.
    pub n: u64,
    /// Rate; `None` where there is none.
    pub rate: Option<f64>,
    /// Lower and upper bound; not without a rate.
    pub interval: Option<[f64; 2]>,
}

/// Which side of the reference an interval lies on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
    Across,
    /// There is no interval.
    Unknown,
}

impl Side {
    const fn mark(self) -> (Paint, Shape, f64) {
        match self {
            Self::Above => (Paint::Mark, Shape::Up, 3.5),
            Self::Below => (Paint::MarkHollow, Shape::Down, 3.5),
            Self::Across => (Paint::Dot, Shape::Circle, 3.0),
            Self::Unknown => (Paint::Hollow, Shape::Circle, 3.0),
        }
    }
}

/// Rows with a mark, its interval and the figures; the shape of the mark says whether the interval lies beside the reference.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, there is no row or more than 500, a number is not finite, below zero or too large, or an
/// interval does not hold its rate.
///
/// ```
/// use hotspot_report::chart::{DotsInput, Fit, Frame, IntervalRow, Reference, interval_dots};
///
/// let svg = interval_dots(&DotsInput {
///     frame: Frame { id: "rates", title: "Rates", unit: "offences per 1,000 residents", decimals: 1, fit: Fit::Any },
///     period: "2025",
///     interval: "95 % intervals",
///     reference: Some(Reference { rate: 2.9, name: "London" }),
///     rows: vec![IntervalRow { name: "Camden", n: 812, rate: Some(3.8), interval: Some([3.5, 4.1]) }],
/// })?;
/// assert!(svg.contains("Interval wholly above: Camden"));
/// # Ok::<(), hotspot_report::chart::ChartError>(())
/// ```
pub fn interval_dots(input: &DotsInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let frame = &input.frame;
    let room = frame.fit.width();
    let narrow = frame.fit == Fit::Narrow;
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text)).fold(0.0, f64::max);
    let left = widest(&mut input.rows.iter().map(|r| r.name.to_owned())).min(room * 0.42) + 10.0;
    let figures = |row: &IntervalRow<'_>| if narrow { input.rate(row) } else { input.figures(row) };
    let right = widest(&mut input.rows.iter().map(figures)) + 10.0;
    let across = (room - left - right).max(40.0);
    let reach = |row: &IntervalRow<'_>| row.rate.unwrap_or(0.0).max(row.interval.map_or(0.0, |i| i[1]));
    let largest = input.rows.iter().map(reach).fold(input.reference.map_or(0.0, |r| r.rate), f64::max);
    let fine = Scale::from_zero(largest, frame.decimals, if narrow { 2 } else { 5 });
    let x = |value: f64| left + across * value / fine.top;
    // Labels that would touch are left out, every second one and so on; the first and the grid stay.
    let apart = across / (fine.ticks.len() - 1) as f64;
    let every = ((fine.label_width() + 8.0) / apart).ceil() as usize;
    let mut canvas = Canvas::default();
    let unit = wrap(&format!("{}, {}", frame.unit, input.interval), room, 3);
    for (at, line) in unit.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let mut top = 8.0 + unit.len() as f64 * 16.0;
    let reference = input.reference.map(|r| (x(r.rate), wrap(&format!("{} {}", r.name, frame.limit(r.rate)), room, 1).concat()));
    if reference.is_some() {
        top += 18.0;
    }
    let names: Vec<Vec<String>> = input.rows.iter().map(|r| wrap(r.name, left - 10.0, 2)).collect();
    let high = |lines: &Vec<String>| if lines.len() > 1 { 34.0 } else { 20.0 };
    let bottom = top + names.iter().map(high).sum::<f64>();
    for (at, (value, label)) in fine.ticks.iter().enumerate() {
        canvas.line(Paint::Grid, Dash::Solid, (x(*value), top), (x(*value), bottom));
        if at % every == 0 {
            canvas.text(Paint::Text, Anchor::Middle, x(*value), bottom + 16.0, label);
        }
    }
    if let Some((at, label)) = &reference {
        canvas.line(Paint::Ink, Dash::Dashed, (*at, top - 4.0), (*at, bottom));
        let start = (at - width(label) / 2.0).min(room - width(label)).max(0.0);
        canvas.text(Paint::Text, Anchor::Start, start, top - 8.0, label);
    }
    let mut y = top;
    for (row, lines) in input.rows.iter().zip(&names) {
        let middle = y + high(lines) / 2.0;
        for (at, line) in lines.iter().enumerate() {
            let base = middle + 4.0 + (at as f64 - (lines.len() - 1) as f64 / 2.0) * 14.0;
            canvas.text(Paint::Text, Anchor::Start, 0.0, base, line);
        }
        if let Some([low, top]) = row.interval {
            let (low, top) = (x(low), x(top));
            let whole = [vec![(low, middle), (top, middle)], cap(low, middle), cap(top, middle)];
            canvas.paths(Paint::Line, Dash::Solid, &whole);
        }
        if let Some(rate) = row.rate {
            let (paint, shape, radius) = input.side(row).mark();
            canvas.shape(paint, shape, (x(rate), middle), radius);
        }
        canvas.text(Paint::Text, Anchor::End, room, middle + 4.0, &figures(row));
        y += high(lines);
    }
    let mut items = Vec::new();
    if let Some(reference) = input.reference {
        for side in [Side::Above, Side::Across, Side::Below, Side::Unknown] {
            if input.rows.iter().any(|r| r.rate.is_some() && input.side(r) == side) {
                let (paint, shape, radius) = side.mark();
                let words = match side {
                    Side::Above => format!("interval wholly above {}", reference.name),
                    Side::Across => format!("interval reaches both sides of {}", reference.name),
                    Side::Below => format!("interval wholly below {}", reference.name),
                    Side::Unknown => "no interval".to_owned(),
                };
                items.push((Sign::Shape(paint, shape, radius), words));
            }
        }
    }
    if input.rows.iter().any(|r| r.rate.is_none()) {
        items.push((Sign::Key(ABSENT.to_owned()), "not available".to_owned()));
    }
    let height = legend(&mut canvas, room, bottom + 26.0, &items) + 4.0;
    Ok(canvas.finish(frame, height, &input.words()))
}

fn cap(x: f64, y: f64) -> Vec<(f64, f64)> {
    vec![(x, y - 4.0), (x, y + 4.0)]
}

impl DotsInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        if !(1..=500).contains(&self.rows.len()) {
            return Err(ChartError::Input { what: "the number of rows", must: "1 to 500" });
        }
        if !self.reference.is_none_or(|r| drawable(r.rate)) {
            return Err(ChartError::Input { what: "the reference", must: FIGURE });
        }
        for (at, row) in self.rows.iter().enumerate() {
            if !row.rate.is_none_or(drawable) || row.interval.is_some_and(|i| !i.into_iter().all(drawable)) {
                return Err(ChartError::Item { what: "the rate and interval of row", number: at + 1, must: FIGURE });
            }
            if row.interval.is_some_and(|[low, high]| !row.rate.is_some_and(|rate| low <= rate && rate <= high)) {
                return Err(ChartError::Item { what: "the interval of row", number: at + 1, must: "round its rate" });
            }
        }
        Ok(())
    }

    fn side(&self, row: &IntervalRow<'_>) -> Side {
        match (self.reference, row.interval) {
            (Some(r), Some([low, _])) if low > r.rate => Side::Above,
            (Some(r), Some([_, high])) if high < r.rate => Side::Below,
            (_, None) => Side::Unknown,
            _ => Side::Across,
        }
    }

    fn rate(&self, row: &IntervalRow<'_>) -> String {
        row.rate.map_or_else(|| ABSENT.to_owned(), |rate| self.frame.number(rate))
    }

    fn figures(&self, row: &IntervalRow<'_>) -> String {
        let interval = row.interval.map(|i| i.map(|v| self.frame.number(v)));
        self.rate(row) + &interval.map_or_else(String::new, |[low, high]| format!(" ({low} to {high})"))
    }

    fn words(&self) -> String {
        let n = self.rows.iter().map(|r| u128::from(r.n)).sum::<u128>();
        let mut words = vec![format!(
            "{} with {}, {}; {} rows, n = {}",
            self.frame.unit,
            self.interval,
            self.period,
            self.rows.len(),
            axis::number(n as f64, 0)
        )];
        let rated = || self.rows.iter().filter_map(|r| r.rate.map(|rate| (r, rate)));
        if let Some((row, _)) = rated().reduce(|a, b| if b.1 > a.1 { b } else { a }) {
            words.push(format!("Largest {} in {}", self.figures(row), row.name));
        }
        if let Some((row, _)) = rated().reduce(|a, b| if b.1 < a.1 { b } else { a }) {
            words.push(format!("Smallest {} in {}", self.figures(row), row.name));
        }
        if let Some(reference) = self.reference {
            words.push(format!("{} {}", reference.name, self.frame.limit(reference.rate)));
            for (side, said) in [(Side::Above, "Interval wholly above"), (Side::Below, "Interval wholly below")] {
                let there: Vec<&str> = self.rows.iter().filter(|r| self.side(r) == side).map(|r| r.name).collect();
                if !there.is_empty() {
                    words.push(format!("{said}: {}", there.join(", ")));
                }
            }
        }
        let absent: Vec<&str> = self.rows.iter().filter(|r| r.rate.is_none()).map(|r| r.name).collect();
        if !absent.is_empty() {
            words.push(format!("Not available: {}", absent.join(", ")));
        }
        words.join(". ") + "."
    }
}

/// A row for every row: name, n, rate, lower and upper bound.
///
/// # Errors
/// As [`interval_dots`].
pub fn dots_table(input: &DotsInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&["Name", "n", input.frame.unit, "Lower bound", "Upper bound"]);
    let bound = |value: Option<f64>| value.map_or_else(|| ABSENT.to_owned(), |v| input.frame.number(v));
    table.rows = input
        .rows
        .iter()
        .map(|r| {
            let n = axis::number(r.n as f64, 0);
            vec![r.name.to_owned(), n, input.rate(r), bound(r.interval.map(|i| i[0])), bound(r.interval.map(|i| i[1]))]
        })
        .collect();
    Ok(table)
}
