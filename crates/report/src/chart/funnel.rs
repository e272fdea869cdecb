//! Rates against their denominators, between the limits that chance allows.

use super::axis::Scale;
use super::field::{Area, Labels};
use super::legend::{Sign, legend};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};
use super::{ABSENT, ChartError, FIGURE, Fit, Frame, Table, axis, drawable};
use hotspot_core::rate::funnel::{Funnel, INNER, OUTER, Position};

/// A funnel.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelInput<'a> {
    /// What every chart is told; the unit is the rate's.
    pub frame: Frame<'a>,
    /// When: `January to December 2025`.
    pub period: &'a str,
    /// Records behind all rates.
    pub n: u64,
    /// What the denominator is: `residents`.
    pub denominator: &'a str,
    /// The rate round which the funnel lies.
    pub target: f64,
    /// Boroughs.
    pub points: Vec<FunnelPoint<'a>>,
    /// The curves, by ascending denominator.
    pub limits: Vec<FunnelLimits>,
}

/// A borough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelPoint<'a> {
    /// Identifier.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Denominator.
    pub denominator: f64,
    /// Rate; `None` where there is none, which only the table shows.
    pub rate: Option<f64>,
    /// Where it lies among the limits.
    pub position: Position,
}

/// Limits of the rate at one denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelLimits {
    /// Denominator.
    pub denominator: f64,
    /// At 95 %.
    pub inner: [f64; 2],
    /// At 99.8 %.
    pub outer: [f64; 2],
}

impl FunnelLimits {
    /// The curves of a funnel whose expected numbers are the denominators, up to the largest of these, as rates `per` so many.
    ///
    /// ```
    /// use hotspot_core::rate::funnel::{FunnelParams, funnel};
    /// use hotspot_report::chart::FunnelLimits;
    ///
    /// let made = funnel(&[600, 900], &[200_000.0, 300_000.0], &FunnelParams::default())?;
    /// let curves = FunnelLimits::curves(&made, 300_000.0, 1000.0);
    /// assert!(curves.iter().all(|at| at.outer[0] <= at.inner[0] && at.inner[0] < 3.0 && 3.0 < at.inner[1]));
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    pub fn curves(funnel: &Funnel, largest: f64, per: f64) -> Vec<Self> {
        const STEPS: u32 = 60;
        let at = |k: u32| {
            // Closer together where the curves are steep.
            let denominator = largest * (f64::from(k) / f64::from(STEPS)).powi(2);
            let limits = |level| funnel.limits_at(denominator, level).map(|rate| rate * per);
            Self { denominator, inner: limits(INNER), outer: limits(OUTER) }
        };
        (1..=STEPS).map(at).filter(|c| c.inner.iter().chain(&c.outer).all(|v| drawable(*v))).collect()
    }
}

/// Points between curves; those outside the limits differ in shape and are named where there is room, else under the plot.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, there is no point, a number is not finite, below zero or too large, or the limits are not
/// in order.
///
/// ```
/// use hotspot_core::rate::funnel::{FunnelParams, funnel};
/// use hotspot_report::chart::{Fit, Frame, FunnelInput, FunnelLimits, FunnelPoint, funnel_chart};
///
/// let (names, counts, residents) = (["Barnet", "Bexley", "Brent"], [600, 500, 1900], [200e3, 250e3, 300e3]);
/// let made = funnel(&counts, &residents, &FunnelParams::default())?;
/// let point = |at: usize| made.units[at].map(|unit| FunnelPoint {
///     id: names[at],
///     name: names[at],
///     denominator: residents[at],
///     rate: Some(unit.ratio * 1000.0),
///     position: unit.position,
/// });
/// let svg = funnel_chart(&FunnelInput {
///     frame: Frame { id: "funnel", title: "Rates", unit: "offences per 1,000 residents", decimals: 1, fit: Fit::Any },
///     period: "2025",
///     n: 3000,
///     denominator: "residents",
///     target: made.target * 1000.0,
///     points: (0..3).filter_map(point).collect(),
///     limits: FunnelLimits::curves(&made, 300e3, 1000.0),
/// })?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn funnel_chart(input: &FunnelInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let frame = &input.frame;
    let room = frame.fit.width();
    let narrow = frame.fit == Fit::Narrow;
    let rates = || input.points.iter().filter_map(|p| p.rate.map(|rate| (p, rate)));
    let rate_scale = Scale::from_zero(rates().map(|(_, r)| r).fold(input.target * 1.2, f64::max), frame.decimals, 5);
    let largest = input.points.iter().map(|p| p.denominator).fold(0.0, f64::max);
    let across = Scale::from_zero(largest, 0, if narrow { 2 } else { 5 });
    let left = rate_scale.label_width() + 8.0;
    let right = across.ticks.last().map_or(0.0, |(_, label)| width(label) / 2.0) + 4.0;
    let mut canvas = Canvas::default();
    let unit = wrap(frame.unit, room, 2);
    for (at, line) in unit.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let top = 20.0 + unit.len() as f64 * 16.0;
    let area = Area {
        left,
        top,
        width: room - left - right,
        height: if narrow { 240.0 } else { 300.0 },
        across: across.top,
        up: rate_scale.top,
    };
    for (value, label) in &rate_scale.ticks {
        let y = area.y(*value);
        canvas.line(if *value == 0.0 { Paint::Rule } else { Paint::Grid }, Dash::Solid, (left, y), (area.right(), y));
        canvas.text(Paint::Text, Anchor::End, left - 6.0, y + 4.0, label);
    }
    for (value, label) in &across.ticks {
        let (x, y) = (area.x(*value), area.bottom());
        canvas.line(Paint::Rule, Dash::Solid, (x, y), (x, y + 4.0));
        canvas.text(Paint::Text, if *value == 0.0 { Anchor::Start } else { Anchor::Middle }, x, y + 17.0, label);
    }
    for (at, line) in wrap(input.denominator, area.width, 1).iter().enumerate() {
        canvas.text(Paint::Text, Anchor::End, area.right(), area.bottom() + 33.0 + at as f64 * 16.0, line);
    }
    let target = area.y(input.target);
    canvas.line(Paint::Rule, Dash::Solid, (left, target), (area.right(), target));
    let curve = |rate: &dyn Fn(&FunnelLimits) -> f64| {
        let points: Vec<(f64, f64)> = input.limits.iter().map(|l| (l.denominator, rate(l))).collect();
        area.curve(&points)
    };
    canvas.paths(Paint::Rule, Dash::Dashed, &[0, 1].map(|side| curve(&|l| l.inner[side])).concat());
    canvas.paths(Paint::Ink, Dash::Solid, &[0, 1].map(|side| curve(&|l| l.outer[side])).concat());
    // Those outside lie on top.
    let mut shown: Vec<(&FunnelPoint<'_>, f64)> = rates().collect();
    shown.sort_by_key(|(p, _)| rank(p.position));
    for (point, rate) in &shown {
        let (paint, shape, radius) = mark(point.position);
        canvas.of_place(point.id, paint, shape, (area.x(point.denominator), area.y(*rate)), radius);
    }
    let mut labels = Labels::new(&area, shown.iter().map(|(p, rate)| (area.x(p.denominator), area.y(*rate))).collect());
    let mut unnamed = Vec::new();
    for (point, rate) in shown.iter().rev().filter(|(p, _)| p.position != Position::Within) {
        if !labels.place(&mut canvas, point.name, (area.x(point.denominator), area.y(*rate))) {
            unnamed.push(format!("{} {}", point.name, frame.number(*rate)));
        }
    }
    let mut items = Vec::new();
    for position in [Position::Within, Position::AboveInner, Position::BelowInner, Position::AboveOuter, Position::BelowOuter] {
        if shown.iter().any(|(p, _)| p.position == position) {
            let (paint, shape, radius) = mark(position);
            items.push((Sign::Shape(paint, shape, radius), position_words(position).to_owned()));
        }
    }
    items.push((Sign::Line(Paint::Rule, Dash::Solid), format!("overall {}", frame.limit(input.target))));
    items.push((Sign::Line(Paint::Rule, Dash::Dashed), "95 % limits: 1 in 20 lies outside by chance".to_owned()));
    items.push((Sign::Line(Paint::Ink, Dash::Solid), "99.8 % limits: 1 in 500".to_owned()));
    let mut height = legend(&mut canvas, room, area.bottom() + 42.0, &items);
    if !unnamed.is_empty() {
        let text = format!("Outside, without room for a name: {}.", unnamed.join(", "));
        for line in wrap(&text, room, 40) {
            canvas.text(Paint::Text, Anchor::Start, 0.0, height + 13.0, &line);
            height += 17.0;
        }
    }
    Ok(canvas.finish(frame, height + 4.0, &input.words()))
}

fn position_words(position: Position) -> &'static str {
    match position {
        Position::Within => "within the limits",
        Position::AboveInner => "above the 95 % limit",
        Position::BelowInner => "below the 95 % limit",
        Position::AboveOuter => "above the 99.8 % limit",
        Position::BelowOuter => "below the 99.8 % limit",
    }
}

const fn rank(position: Position) -> u8 {
    match position {
        Position::Within => 0,
        Position::AboveInner | Position::BelowInner => 1,
        Position::AboveOuter | Position::BelowOuter => 2,
    }
}

const fn mark(position: Position) -> (Paint, Shape, f64) {
    match position {
        Position::Within => (Paint::Dot, Shape::Circle, 3.0),
        Position::AboveInner => (Paint::MarkHollow, Shape::Up, 4.5),
        Position::BelowInner => (Paint::MarkHollow, Shape::Down, 4.5),
        Position::AboveOuter => (Paint::Mark, Shape::Up, 5.0),
        Position::BelowOuter => (Paint::Mark, Shape::Down, 5.0),
    }
}

impl FunnelInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        if self.points.is_empty() || self.points.len() > 1000 {
            return Err(ChartError::Input { what: "the number of points", must: "1 to 1,000" });
        }
        if !drawable(self.target) {
            return Err(ChartError::Input { what: "the target", must: FIGURE });
        }
        for (at, point) in self.points.iter().enumerate() {
            if !drawable(point.denominator) || !point.rate.is_none_or(drawable) {
                return Err(ChartError::Item { what: "the rate and denominator of point", number: at + 1, must: FIGURE });
            }
        }
        for (at, limits) in self.limits.iter().enumerate() {
            let [inner, outer] = [limits.inner, limits.outer];
            let numbers = [limits.denominator, inner[0], inner[1], outer[0], outer[1]];
            let ascends = at == 0 || self.limits[at - 1].denominator < limits.denominator;
            if !numbers.into_iter().all(drawable) || inner[0] > inner[1] || outer[0] > outer[1] || !ascends {
                let must = "by ascending denominator, the lower first, zero or more, and 1,000,000,000 at most";
                return Err(ChartError::Item { what: "limits", number: at + 1, must });
            }
        }
        Ok(())
    }

    fn words(&self) -> String {
        let frame = &self.frame;
        let mut words = vec![format!(
            "{}, {}; {} points against {}, n = {}. Overall {}",
            frame.unit,
            self.period,
            self.points.len(),
            self.denominator,
            axis::number(self.n as f64, 0),
            frame.limit(self.target)
        )];
        let rates = || self.points.iter().filter_map(|p| p.rate.map(|rate| (p.name, rate)));
        if let Some((name, rate)) = rates().reduce(|a, b| if b.1 > a.1 { b } else { a }) {
            words.push(format!("Largest {} in {name}", frame.number(rate)));
        }
        if let Some((name, rate)) = rates().reduce(|a, b| if b.1 < a.1 { b } else { a }) {
            words.push(format!("Smallest {} in {name}", frame.number(rate)));
        }
        for position in Position::ALL.into_iter().rev().filter(|p| *p != Position::Within) {
            let there: Vec<String> = self
                .points
                .iter()
                .filter(|p| p.position == position)
                .filter_map(|p| p.rate.map(|rate| format!("{} {}", p.name, frame.number(rate))))
                .collect();
            if !there.is_empty() {
                // The first letter of the words is ASCII.
                let said = position_words(position);
                words.push(format!("{}{}: {}", said[..1].to_uppercase(), &said[1..], there.join(", ")));
            }
        }
        words.join(". ") + "."
    }
}

/// A row for every point: name, denominator, rate, where it lies.
///
/// # Errors
/// As [`funnel_chart`].
pub fn funnel_table(input: &FunnelInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&["Name", input.denominator, input.frame.unit, "Limits"]);
    table.rows = input
        .points
        .iter()
        .map(|p| {
            vec![
                p.name.to_owned(),
                axis::number(p.denominator, 0),
                p.rate.map_or_else(|| ABSENT.to_owned(), |rate| input.frame.number(rate)),
                if p.rate.is_some() { position_words(p.position).to_owned() } else { ABSENT.to_owned() },
            ]
        })
        .collect();
    Ok(table)
}
