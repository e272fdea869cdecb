//! What each place gets against what it needs, as shares.

use super::axis::Scale;
use super::field::{Area, Labels};
use super::legend::{Sign, legend};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};
use super::{ChartError, FIGURE, Fit, Frame, Table, axis, drawable};

/// Shares of places.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterInput<'a> {
    /// What every chart is told; the unit is that of both shares, such as `per cent of all`.
    pub frame: Frame<'a>,
    /// When: `January to December 2025`.
    pub period: &'a str,
    /// Records behind the need of all places.
    pub n: u64,
    /// What lies across: `share of the expected incidents`.
    pub need: &'a str,
    /// What lies upwards: `share of officers`.
    pub resource: &'a str,
    /// Places, 1 to 1,000.
    pub points: Vec<ScatterPoint<'a>>,
}

/// What is said of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Too few incidents are expected.
    CannotTell,
    /// It is not questioned.
    NotQuestioned,
    /// It is questioned, and named.
    Questioned,
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScatterPoint<'a> {
    /// Identifier.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Share of the need.
    pub need: f64,
    /// Lower and upper bound of it. What is given is stated, not estimated: it has none.
    pub interval: [f64; 2],
    /// Share of the resource.
    pub resource: f64,
    /// What is said of it.
    pub standing: Standing,
    /// It is named where there is room, whatever its standing.
    pub named: bool,
}

const fn mark(standing: Standing) -> (Paint, Shape, f64) {
    match standing {
        Standing::Questioned => (Paint::Mark, Shape::Down, 5.0),
        Standing::NotQuestioned => (Paint::Dot, Shape::Circle, 3.0),
        Standing::CannotTell => (Paint::Hollow, Shape::Circle, 2.5),
    }
}

const fn words_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Questioned => "questioned",
        Standing::NotQuestioned => "not questioned",
        Standing::CannotTell => "cannot tell: too few are expected",
    }
}

/// Up to so many intervals have strokes at their ends.
const ENDS: usize = 100;

/// Points with the interval of their need and the line on which both shares are the same; those below it get less than their share.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, there is no point or more than 1,000, a number is not finite, below zero or too large, or an
/// interval does not hold its share.
///
/// ```
/// use hotspot_report::chart::{Fit, Frame, ScatterInput, ScatterPoint, Standing, share_scatter};
///
/// let svg = share_scatter(&ScatterInput {
///     frame: Frame { id: "shares", title: "Officers and need", unit: "per cent of all", decimals: 1, fit: Fit::Any },
///     period: "2025",
///     n: 900,
///     need: "share of the expected incidents",
///     resource: "share of the officers",
///     points: vec![ScatterPoint {
///         id: "E09000007",
///         name: "Camden",
///         need: 4.0,
///         interval: [3.1, 5.0],
///         resource: 2.0,
///         standing: Standing::Questioned,
///         named: false,
///     }],
/// })?;
/// assert!(svg.contains("Questioned: Camden, 2.0 of the need 4.0"));
/// # Ok::<(), hotspot_report::chart::ChartError>(())
/// ```
pub fn share_scatter(input: &ScatterInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let frame = &input.frame;
    let room = frame.fit.width();
    let narrow = frame.fit == Fit::Narrow;
    let most = |of: &dyn Fn(&ScatterPoint<'_>) -> f64| input.points.iter().map(of).fold(0.0, f64::max);
    let up = Scale::from_zero(most(&|p| p.resource), frame.decimals, 5);
    let across = Scale::from_zero(most(&|p| p.interval[1]), frame.decimals, if narrow { 3 } else { 5 });
    let left = up.label_width() + 8.0;
    let right = across.ticks.last().map_or(0.0, |(_, label)| width(label) / 2.0) + 4.0;
    let mut canvas = Canvas::default();
    let heading = wrap(&format!("Upwards: {}, {}", input.resource, frame.unit), room, 3);
    for (at, line) in heading.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let area = Area {
        left,
        top: 20.0 + heading.len() as f64 * 16.0,
        width: room - left - right,
        height: if narrow { 250.0 } else { 340.0 },
        across: across.top,
        up: up.top,
    };
    for (value, label) in &up.ticks {
        let y = area.y(*value);
        canvas.line(if *value == 0.0 { Paint::Rule } else { Paint::Grid }, Dash::Solid, (left, y), (area.right(), y));
        canvas.text(Paint::Text, Anchor::End, left - 6.0, y + 4.0, label);
    }
    let apart = area.width / (across.ticks.len() - 1) as f64;
    let every = ((across.label_width() + 8.0) / apart).ceil() as usize;
    for (at, (value, label)) in across.ticks.iter().enumerate() {
        let (x, y) = (area.x(*value), area.bottom());
        canvas.line(Paint::Rule, Dash::Solid, (x, y), (x, y + 4.0));
        if at % every == 0 {
            canvas.text(Paint::Text, if *value == 0.0 { Anchor::Start } else { Anchor::Middle }, x, y + 17.0, label);
        }
    }
    let below = wrap(&format!("Across: {}, {}", input.need, frame.unit), room - left, 3);
    for (at, line) in below.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, left, area.bottom() + 34.0 + at as f64 * 16.0, line);
    }
    let end = across.top.min(up.top);
    canvas.line(Paint::Ink, Dash::Dashed, (area.x(0.0), area.y(0.0)), (area.x(end), area.y(end)));
    // Those questioned lie on top.
    let mut shown: Vec<&ScatterPoint<'_>> = input.points.iter().collect();
    shown.sort_by_key(|p| p.standing);
    let at = |p: &ScatterPoint<'_>| (area.x(p.need), area.y(p.resource));
    let bars: Vec<Vec<(f64, f64)>> = shown
        .iter()
        .flat_map(|p| {
            let y = area.y(p.resource);
            let [low, high] = p.interval.map(|v| area.x(v));
            let whole = [vec![(low, y), (high, y)], vec![(low, y - 3.0), (low, y + 3.0)], vec![(high, y - 3.0), (high, y + 3.0)]];
            // The ends of hundreds of intervals are more ink than sense.
            whole.into_iter().take(if shown.len() > ENDS { 1 } else { 3 })
        })
        .collect();
    canvas.paths(Paint::Rule, Dash::Solid, &bars);
    for point in &shown {
        let (paint, shape, radius) = mark(point.standing);
        canvas.of_place(point.id, paint, shape, at(point), radius);
    }
    let mut labels = Labels::new(&area, shown.iter().map(|p| at(p)).collect());
    let mut unnamed = Vec::new();
    for point in shown.iter().rev().filter(|p| p.named || p.standing == Standing::Questioned) {
        if !labels.place(&mut canvas, point.name, at(point)) {
            unnamed.push(format!("{} {}", point.name, frame.number(point.resource)));
        }
    }
    let mut items = Vec::new();
    for standing in [Standing::Questioned, Standing::NotQuestioned, Standing::CannotTell] {
        if shown.iter().any(|p| p.standing == standing) {
            let (paint, shape, radius) = mark(standing);
            items.push((Sign::Shape(paint, shape, radius), words_of(standing).to_owned()));
        }
    }
    items.push((Sign::Line(Paint::Ink, Dash::Dashed), "both shares are the same; below it a place gets less".to_owned()));
    items.push((Sign::Line(Paint::Rule, Dash::Solid), "95 % interval of the need".to_owned()));
    let mut height = legend(&mut canvas, room, area.bottom() + 28.0 + below.len() as f64 * 16.0, &items);
    if !unnamed.is_empty() {
        let text = format!("Without room for a name: {}.", unnamed.join(", "));
        for line in wrap(&text, room, 40) {
            canvas.text(Paint::Text, Anchor::Start, 0.0, height + 13.0, &line);
            height += 17.0;
        }
    }
    Ok(canvas.finish(frame, height + 4.0, &input.words()))
}

impl ScatterInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        if !(1..=1000).contains(&self.points.len()) {
            return Err(ChartError::Input { what: "the number of points", must: "1 to 1,000" });
        }
        for (at, point) in self.points.iter().enumerate() {
            let [low, high] = point.interval;
            if ![point.need, low, high, point.resource].into_iter().all(drawable) {
                return Err(ChartError::Item { what: "the shares of point", number: at + 1, must: FIGURE });
            }
            if !(low <= point.need && point.need <= high) {
                return Err(ChartError::Item { what: "the interval of point", number: at + 1, must: "round its share" });
            }
        }
        Ok(())
    }

    fn words(&self) -> String {
        let frame = &self.frame;
        let mut words = vec![format!(
            "{} against {}, {}, {}; {} places, n = {}",
            self.resource,
            self.need,
            frame.unit,
            self.period,
            self.points.len(),
            axis::number(self.n as f64, 0)
        )];
        let said = |p: &ScatterPoint<'_>| format!("{}, {} of the need {}", p.name, frame.number(p.resource), frame.number(p.need));
        let largest = |of: &dyn Fn(&ScatterPoint<'_>) -> f64| self.points.iter().reduce(|a, b| if of(b) > of(a) { b } else { a });
        words.extend(largest(&|p| p.need).map(|p| format!("Largest need: {}", said(p))));
        words.extend(largest(&|p| p.resource).map(|p| format!("Largest resource: {}", said(p))));
        let questioned: Vec<String> = self.points.iter().filter(|p| p.standing == Standing::Questioned).map(said).collect();
        if questioned.is_empty() {
            words.push("No place is questioned".to_owned());
        } else {
            words.push(format!("Questioned: {}", questioned.join("; ")));
        }
        words.join(". ") + "."
    }
}

/// A row for every point: name, both shares, bounds of the need, what is said.
///
/// # Errors
/// As [`share_scatter`].
pub fn scatter_table(input: &ScatterInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&["Name", input.resource, input.need, "Lower bound", "Upper bound", "Verdict"]);
    let row = |p: &ScatterPoint<'_>| {
        let figures = [p.resource, p.need, p.interval[0], p.interval[1]].map(|v| input.frame.number(v));
        [vec![p.name.to_owned()], figures.to_vec(), vec![words_of(p.standing).to_owned()]].concat()
    };
    table.rows = input.points.iter().map(row).collect();
    Ok(table)
}
