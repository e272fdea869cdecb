//! Rates against their denominators, between the limits that chance allows.

use super::axis::Scale;
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
    canvas.paths(Paint::Rule, Dash::Dashed, &[0, 1].map(|side| area.curve(&input.limits, |l| l.inner[side])).concat());
    canvas.paths(Paint::Ink, Dash::Solid, &[0, 1].map(|side| area.curve(&input.limits, |l| l.outer[side])).concat());
    // Those outside lie on top.
    let mut shown: Vec<(&FunnelPoint<'_>, f64)> = rates().collect();
    shown.sort_by_key(|(p, _)| rank(p.position));
    for (point, rate) in &shown {
        let (paint, shape, radius) = mark(point.position);
        canvas.shape(paint, shape, (area.x(point.denominator), area.y(*rate)), radius);
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

/// The plot.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    across: f64,
    up: f64,
}

impl Area {
    fn x(&self, denominator: f64) -> f64 {
        self.left + self.width * denominator / self.across
    }

    fn y(&self, rate: f64) -> f64 {
        self.top + self.height * (1.0 - rate / self.up)
    }

    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// A curve, cut where it leaves the plot upwards or to the right.
    fn curve(&self, limits: &[FunnelLimits], rate: impl Fn(&FunnelLimits) -> f64) -> Vec<Vec<(f64, f64)>> {
        let mut lines = vec![Vec::new()];
        let points: Vec<(f64, f64)> =
            limits.iter().filter(|l| l.denominator <= self.across).map(|l| (l.denominator, rate(l))).collect();
        for (at, (x, y)) in points.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| points[at]);
            if let Some((x0, y0)) = before
                && (*y > self.up) != (y0 > self.up)
            {
                let cut = x0 + (x - x0) * (self.up - y0) / (y - y0);
                if *y <= self.up {
                    lines.push(Vec::new());
                }
                lines.last_mut().expect("there is a first line").push((self.x(cut), self.top));
            }
            if *y <= self.up {
                lines.last_mut().expect("there is a first line").push((self.x(*x), self.y(*y)));
            }
        }
        lines
    }
}

/// Left, top, right, bottom.
type Rect = [f64; 4];

fn overlap(a: Rect, b: Rect) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Names in a plot that keep off the points and one another.
struct Labels {
    within: Rect,
    points: Vec<Rect>,
    placed: Vec<Rect>,
    /// Points along the lines that lead from names to marks.
    leads: Vec<(f64, f64)>,
}

impl Labels {
    fn new(area: &Area, points: Vec<(f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| [x - 5.0, y - 5.0, x + 5.0, y + 5.0]).collect();
        let within = [area.left + 2.0, area.top - 8.0, area.right(), area.bottom() - 2.0];
        Self { within, points, placed: Vec::new(), leads: Vec::new() }
    }

    /// Draws a name near its point, if there is room: beside it, else further off with a line between.
    fn place(&mut self, canvas: &mut Canvas, name: &str, (x, y): (f64, f64)) -> bool {
        let name = wrap(name, 170.0, 1).concat();
        let (wide, high) = (width(&name), 13.0);
        for reach in [8.0, 16.0, 26.0, 38.0, 52.0, 68.0] {
            let slant = reach * 0.75;
            let (beside, before) = (x + reach, x - reach - wide);
            let places = [
                (beside, y - high / 2.0),
                (before, y - high / 2.0),
                (x + slant, y - slant - high),
                (x - slant - wide, y - slant - high),
                (x + slant, y + slant),
                (x - slant - wide, y + slant),
                (x - wide / 2.0, y - reach - high),
                (x - wide / 2.0, y + reach),
            ];
            for (left, top) in places {
                // Names a pixel apart are two names, also when rounded.
                let rect = [left - 1.0, top - 0.5, left + wide + 1.0, top + high + 0.5];
                let end = (x.clamp(rect[0], rect[2]), y.clamp(rect[1], rect[3]));
                let along = |k: u8| {
                    let share = f64::from(k) / 12.0;
                    (x + (end.0 - x) * share, y + (end.1 - y) * share)
                };
                let lead: Vec<(f64, f64)> = if reach > 8.0 { (0..=12).map(along).collect() } else { Vec::new() };
                if !self.clear(rect, &lead, (x, y)) {
                    continue;
                }
                if let (Some(from), Some(to)) = (lead.first(), lead.last()) {
                    canvas.line(Paint::Rule, Dash::Solid, *from, *to);
                }
                canvas.on_lines(Anchor::Start, left, top + 10.5, &name);
                self.placed.push(rect);
                self.leads.extend(lead);
                return true;
            }
        }
        false
    }

    fn clear(&self, rect: Rect, lead: &[(f64, f64)], own: (f64, f64)) -> bool {
        let w = self.within;
        let inside = rect[0] >= w[0] && rect[1] >= w[1] && rect[2] <= w[2] && rect[3] <= w[3];
        let holds = |r: &Rect, (x, y): (f64, f64)| r[0] <= x && x <= r[2] && r[1] <= y && y <= r[3];
        let mine = |r: &Rect| holds(r, own);
        inside
            && !self.placed.iter().any(|r| overlap(*r, rect) || lead.iter().any(|p| holds(r, *p)))
            && !self.points.iter().any(|r| overlap(*r, rect) || (!mine(r) && lead.iter().any(|p| holds(r, *p))))
            && !self.leads.iter().any(|p| holds(&rect, *p))
    }
}
