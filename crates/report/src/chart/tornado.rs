//! An answer under one changed choice at a time.

use super::legend::{Sign, legend};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};
use super::{ABSENT, ChartError, Fit, Frame, MOST, Table, axis};

/// A tornado: what each choice moves.
#[derive(Debug, Clone, PartialEq)]
pub struct TornadoInput<'a> {
    /// What every chart is told; the unit is the answer's, which may be below zero.
    pub frame: Frame<'a>,
    /// When: `January to December 2025`.
    pub period: &'a str,
    /// Records behind the answer as published.
    pub n: u64,
    /// The answer as published, with its lower and upper bound.
    pub published: [f64; 3],
    /// Choices, 1 to 100; the chart has the one that moves the answer most on top.
    pub rows: Vec<TornadoRow<'a>>,
}

/// A changed choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TornadoRow<'a> {
    /// What is changed.
    pub name: &'a str,
    /// The answer then, with its lower and upper bound; `None` where there is none.
    pub answer: Option<[f64; 3]>,
    /// Whether the verdict is the published one.
    pub holds: bool,
}

/// Bars from the published answer to that under each choice, with its interval; a hollow mark where the verdict is another.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, there is no row or more than 100, or an answer is not finite, too large, or outside its bounds.
///
/// ```
/// use hotspot_report::chart::{Fit, Frame, TornadoInput, TornadoRow, tornado};
///
/// let svg = tornado(&TornadoInput {
///     frame: Frame { id: "choices", title: "Camden", unit: "gap in points", decimals: 2, fit: Fit::Any },
///     period: "2025",
///     n: 120,
///     published: [-2.0, -3.0, -1.0],
///     rows: vec![TornadoRow { name: "confirmed flags only", answer: Some([-1.5, -2.5, -0.5]), holds: true }],
/// })?;
/// assert!(svg.contains("confirmed flags only, −1.50 (−2.50 to −0.50)"));
/// # Ok::<(), hotspot_report::chart::ChartError>(())
/// ```
pub fn tornado(input: &TornadoInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let frame = &input.frame;
    let room = frame.fit.width();
    let narrow = frame.fit == Fit::Narrow;
    let rows = input.ordered();
    let figures = |row: &TornadoRow<'_>| match row.answer {
        Some(answer) if !narrow => input.figures(answer),
        Some([mean, ..]) => frame.number(mean),
        None => ABSENT.to_owned(),
    };
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text)).fold(0.0, f64::max);
    let left = widest(&mut rows.iter().map(|r| r.name.to_owned())).min(room * 0.42) + 10.0;
    let right = widest(&mut rows.iter().map(figures)) + 10.0;
    let across = (room - left - right).max(40.0);
    let all = || rows.iter().filter_map(|r| r.answer).flatten().chain(input.published);
    let ticks = axis::around(all().fold(0.0, f64::min), all().fold(0.0, f64::max), frame.decimals, if narrow { 2 } else { 5 });
    let (from, to) = (ticks[0].0, ticks[ticks.len() - 1].0);
    let x = |value: f64| left + across * (value - from) / (to - from);
    let label_width = ticks.iter().map(|(_, label)| width(label)).fold(0.0, f64::max);
    let every = ((label_width + 8.0) / (across / (ticks.len() - 1) as f64)).ceil() as usize;
    let mut canvas = Canvas::default();
    let unit = wrap(&format!("{}, 95 % intervals", frame.unit), room, 3);
    for (at, line) in unit.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let [published, low, high] = input.published;
    let top = 26.0 + unit.len() as f64 * 16.0;
    let said = wrap(&format!("as published {}", frame.number(published)), room, 1).concat();
    let start = (x(published) - width(&said) / 2.0).min(room - width(&said)).max(0.0);
    canvas.text(Paint::Text, Anchor::Start, start, top - 8.0, &said);
    let names: Vec<Vec<String>> = rows.iter().map(|r| wrap(r.name, left - 10.0, 3)).collect();
    let tall = |lines: &Vec<String>| 20.0 + lines.len().saturating_sub(1) as f64 * 14.0;
    let bottom = top + names.iter().map(tall).sum::<f64>();
    // Labels that would touch are left out; that of zero stays.
    let zero = ticks.iter().position(|(value, _)| *value == 0.0).unwrap_or(0);
    for (at, (value, label)) in ticks.iter().enumerate() {
        canvas.line(if at == zero { Paint::Ink } else { Paint::Grid }, Dash::Solid, (x(*value), top), (x(*value), bottom));
        if at.abs_diff(zero) % every == 0 {
            canvas.text(Paint::Text, Anchor::Middle, x(*value), bottom + 16.0, label);
        }
    }
    canvas.line(Paint::Line, Dash::Dashed, (x(published), top - 4.0), (x(published), bottom));
    let band = [low, high].map(|v| vec![(x(v), top), (x(v), bottom)]);
    canvas.paths(Paint::Rule, Dash::Dotted, &band);
    let mut y = top;
    for (row, lines) in rows.iter().zip(&names) {
        let middle = y + tall(lines) / 2.0;
        for (at, line) in lines.iter().enumerate() {
            let base = middle + 4.0 + (at as f64 - lines.len().saturating_sub(1) as f64 / 2.0) * 14.0;
            canvas.text(Paint::Text, Anchor::Start, 0.0, base, line);
        }
        if let Some([mean, low, high]) = row.answer {
            let cap = |v: f64| vec![(x(v), middle - 4.0), (x(v), middle + 4.0)];
            canvas.paths(Paint::Rule, Dash::Solid, &[vec![(x(low), middle), (x(high), middle)], cap(low), cap(high)]);
            let bar = [-1.5, 0.0, 1.5].map(|dy| vec![(x(published), middle + dy), (x(mean), middle + dy)]);
            canvas.paths(Paint::Line, Dash::Solid, &bar);
            let paint = if row.holds { Paint::Mark } else { Paint::MarkHollow };
            canvas.shape(paint, Shape::Diamond, (x(mean), middle), 4.0);
        }
        canvas.text(Paint::Text, Anchor::End, room, middle + 4.0, &figures(row));
        y += tall(lines);
    }
    let mut items = Vec::new();
    for (holds, paint, words) in [(true, Paint::Mark, "the same verdict"), (false, Paint::MarkHollow, "another verdict")] {
        if rows.iter().any(|r| r.answer.is_some() && r.holds == holds) {
            items.push((Sign::Shape(paint, Shape::Diamond, 4.0), words.to_owned()));
        }
    }
    items.push((Sign::Upright(Paint::Line, Dash::Dashed), "as published".to_owned()));
    items.push((Sign::Upright(Paint::Rule, Dash::Dotted), "its 95 % interval".to_owned()));
    if rows.iter().any(|r| r.answer.is_none()) {
        items.push((Sign::Key(ABSENT.to_owned()), "no answer".to_owned()));
    }
    let height = legend(&mut canvas, room, bottom + 26.0, &items) + 4.0;
    Ok(canvas.finish(frame, height, &input.words()))
}

impl TornadoInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        if !(1..=100).contains(&self.rows.len()) {
            return Err(ChartError::Input { what: "the number of rows", must: "1 to 100" });
        }
        let sound = |[mean, low, high]: [f64; 3]| {
            [mean, low, high].into_iter().all(|v| (-MOST..=MOST).contains(&v)) && low <= mean && mean <= high
        };
        let must = "finite, between its bounds, and 1,000,000,000 at most";
        if !sound(self.published) {
            return Err(ChartError::Input { what: "the answer as published", must });
        }
        match self.rows.iter().position(|r| !r.answer.is_none_or(sound)) {
            Some(at) => Err(ChartError::Item { what: "the answer of row", number: at + 1, must }),
            None => Ok(()),
        }
    }

    /// The rows, that which moves the answer most first, those without an answer last.
    fn ordered(&self) -> Vec<TornadoRow<'_>> {
        let moved = |row: &TornadoRow<'_>| row.answer.map_or(-1.0, |a| (a[0] - self.published[0]).abs());
        let mut rows = self.rows.clone();
        rows.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
        rows
    }

    fn figures(&self, answer: [f64; 3]) -> String {
        let [mean, low, high] = answer.map(|v| self.frame.number(v));
        format!("{mean} ({low} to {high})")
    }

    fn words(&self) -> String {
        let rows = self.ordered();
        let answers = rows.iter().filter(|r| r.answer.is_some()).count();
        let mut words = vec![format!(
            "{}, {}, n = {}. As published {}. The verdict is the same in {} of {answers} settings",
            self.frame.unit,
            self.period,
            axis::number(self.n as f64, 0),
            self.figures(self.published),
            rows.iter().filter(|r| r.answer.is_some() && r.holds).count(),
        )];
        let said = |(row, answer): (&TornadoRow<'_>, [f64; 3])| format!("{}, {}", row.name, self.figures(answer));
        words.extend(rows.iter().find_map(|r| r.answer.map(|a| format!("Moved most by: {}", said((r, a))))));
        let others: Vec<String> = rows.iter().filter(|r| !r.holds).filter_map(|r| r.answer.map(|a| said((r, a)))).collect();
        if !others.is_empty() {
            words.push(format!("Another verdict with: {}", others.join("; ")));
        }
        words.join(". ") + "."
    }
}

/// A row for every setting: name, answer, lower and upper bound, whether the verdict is the published one.
///
/// # Errors
/// As [`tornado`].
pub fn tornado_table(input: &TornadoInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&["Setting", input.frame.unit, "Lower bound", "Upper bound", "Verdict"]);
    let row = |name: &str, answer: Option<[f64; 3]>, verdict: &str| {
        let figures = answer.map_or_else(|| vec![ABSENT.to_owned(); 3], |a| a.map(|v| input.frame.number(v)).to_vec());
        [vec![name.to_owned()], figures, vec![if answer.is_some() { verdict } else { ABSENT }.to_owned()]].concat()
    };
    let changed = input.ordered();
    table.rows = std::iter::once(row("as published", Some(input.published), "as published"))
        .chain(changed.iter().map(|r| row(r.name, r.answer, if r.holds { "the same" } else { "another" })))
        .collect();
    Ok(table)
}
