//! How unequally resources follow need: the concentration curve.

use super::axis::Scale;
use super::field::Area;
use super::legend::{Sign, legend};
use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};
use super::{ChartError, Frame, Table};

/// A concentration curve. Shares are 0 to 1 and shown as per cent.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcentrationInput<'a> {
    /// What every chart is told; the unit is of both shares.
    pub frame: Frame<'a>,
    /// When: `January to December 2025`.
    pub period: &'a str,
    /// What lies across: `share of the expected incidents`.
    pub need: &'a str,
    /// What lies upwards: `share of officers`.
    pub resource: &'a str,
    /// `[share of the need, share of the resource]` from `[0, 0]` to `[1, 1]`, the places with the least per need first.
    pub curve: &'a [[f64; 2]],
    /// Gini coefficient, 0 to 1.
    pub gini: f64,
    /// Share of the resource that would have to move, 0 to 1.
    pub misplaced: f64,
}

/// The curve below the diagonal on which every place gets its share of the need.
///
/// # Errors
/// [`ChartError`] when the id cannot be one, the curve does not ascend from `[0, 0]` to `[1, 1]`, or a number is not in 0 to 1.
///
/// ```
/// use hotspot_report::chart::{ConcentrationInput, Fit, Frame, concentration_curve};
///
/// let svg = concentration_curve(&ConcentrationInput {
///     frame: Frame { id: "curve", title: "Officers by need", unit: "per cent of all", decimals: 1, fit: Fit::Any },
///     period: "2025",
///     need: "share of the expected incidents",
///     resource: "share of the officers",
///     curve: &[[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]],
///     gini: 0.25,
///     misplaced: 0.25,
/// })?;
/// assert!(svg.contains("The half of the need that gets the least gets 25.0"));
/// # Ok::<(), hotspot_report::chart::ChartError>(())
/// ```
pub fn concentration_curve(input: &ConcentrationInput<'_>) -> Result<String, ChartError> {
    input.check()?;
    let frame = &input.frame;
    let room = frame.fit.width();
    let scale = Scale::from_zero(100.0, 0, 5);
    let left = scale.label_width() + 8.0;
    let right = width("100") / 2.0 + 4.0;
    // A square, so that the diagonal is one.
    let side = (room - left - right).min(340.0);
    let mut canvas = Canvas::default();
    let heading = wrap(&format!("Upwards: {}, {}", input.resource, frame.unit), room, 3);
    for (at, line) in heading.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, 13.0 + at as f64 * 16.0, line);
    }
    let area = Area { left, top: 20.0 + heading.len() as f64 * 16.0, width: side, height: side, across: 100.0, up: 100.0 };
    for (value, label) in &scale.ticks {
        let (x, y) = (area.x(*value), area.y(*value));
        canvas.line(if *value == 0.0 { Paint::Rule } else { Paint::Grid }, Dash::Solid, (left, y), (area.right(), y));
        canvas.text(Paint::Text, Anchor::End, left - 6.0, y + 4.0, label);
        canvas.line(Paint::Rule, Dash::Solid, (x, area.bottom()), (x, area.bottom() + 4.0));
        canvas.text(Paint::Text, if *value == 0.0 { Anchor::Start } else { Anchor::Middle }, x, area.bottom() + 17.0, label);
    }
    let below = wrap(&format!("Across: {}, {}, those that get the least for it first", input.need, frame.unit), room, 3);
    for (at, line) in below.iter().enumerate() {
        canvas.text(Paint::Text, Anchor::Start, 0.0, area.bottom() + 34.0 + at as f64 * 16.0, line);
    }
    canvas.line(Paint::Ink, Dash::Dashed, (area.x(0.0), area.y(0.0)), (area.x(100.0), area.y(100.0)));
    let points: Vec<(f64, f64)> = input.curve.iter().map(|[n, r]| (area.x(100.0 * n), area.y(100.0 * r))).collect();
    canvas.paths(Paint::Line, Dash::Solid, std::slice::from_ref(&points));
    if points.len() <= 40 {
        for p in &points {
            canvas.shape(Paint::Dot, Shape::Circle, *p, 2.0);
        }
    }
    let items = [
        (Sign::Line(Paint::Line, Dash::Solid), format!("what is given; Gini {:.2}", input.gini)),
        (Sign::Line(Paint::Ink, Dash::Dashed), "every place gets its share of the need".to_owned()),
    ];
    let height = legend(&mut canvas, room, area.bottom() + 28.0 + below.len() as f64 * 16.0, &items);
    Ok(canvas.finish(frame, height + 4.0, &input.words()))
}

impl ConcentrationInput<'_> {
    fn check(&self) -> Result<(), ChartError> {
        self.frame.check()?;
        let within = |v: &f64| (0.0..=1.0).contains(v);
        let ends = self.curve.first() == Some(&[0.0, 0.0]) && self.curve.last() == Some(&[1.0, 1.0]);
        // Sums of many shares may pass 1 by a rounding.
        let ascends = self.curve.windows(2).all(|w| w[0][0] <= w[1][0] + 1e-9 && w[0][1] <= w[1][1] + 1e-9);
        if !ends || !ascends || !self.curve.iter().flatten().all(|v| (0.0..=1.0 + 1e-9).contains(v)) {
            return Err(ChartError::Input { what: "the curve", must: "ascending from 0, 0 to 1, 1" });
        }
        if ![self.gini, self.misplaced].iter().all(within) {
            return Err(ChartError::Input { what: "the coefficients of the curve", must: "0 to 1" });
        }
        Ok(())
    }

    /// Share of the resource of the share of the need that gets the least.
    fn given_to(&self, need: f64) -> f64 {
        let step = self.curve.windows(2).find(|w| w[1][0] >= need);
        step.map_or(1.0, |w| {
            let wide = w[1][0] - w[0][0];
            if wide > 0.0 { w[0][1] + (w[1][1] - w[0][1]) * (need - w[0][0]) / wide } else { w[1][1] }
        })
    }

    fn words(&self) -> String {
        let percent = |share: f64| self.frame.number(100.0 * share);
        format!(
            "{} against {}, {}, {}; n = {} places. The half of the need that gets the least gets {}. Gini {:.2}. To agree, {} would have to move.",
            self.resource,
            self.need,
            self.frame.unit,
            self.period,
            self.curve.len() - 1,
            percent(self.given_to(0.5)),
            self.gini,
            percent(self.misplaced)
        )
    }
}

/// A row for every tenth of the need, the part that gets the least first.
///
/// # Errors
/// As [`concentration_curve`].
pub fn concentration_table(input: &ConcentrationInput<'_>) -> Result<Table, ChartError> {
    input.check()?;
    let mut table = Table::new(&[input.need, input.resource]);
    let row = |tenth: u8| {
        let need = f64::from(tenth) / 10.0;
        vec![input.frame.number(100.0 * need), input.frame.number(100.0 * input.given_to(need))]
    };
    table.rows = (0..=10).map(row).collect();
    Ok(table)
}
