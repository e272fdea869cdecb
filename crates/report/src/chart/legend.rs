//! What every mark means, in words, under a chart.

use super::svg::{Anchor, Canvas, Dash, Paint, Shape, width, wrap};

/// Height of a line.
const LINE: f64 = 17.0;

/// What stands before the words.
#[derive(Debug, Clone, PartialEq)]
pub enum Sign {
    Shape(Paint, Shape, f64),
    Line(Paint, Dash),
    Upright(Paint, Dash),
    Interval,
    Key(String),
}

/// An upright with ends and a longer stroke across: lower, middle, upper y.
pub fn interval(canvas: &mut Canvas, x: f64, [lower, middle, upper]: [f64; 3]) {
    canvas.line(Paint::Ink, Dash::Solid, (x, lower), (x, upper));
    for (y, half) in [(lower, 2.5), (middle, 5.0), (upper, 2.5)] {
        canvas.line(Paint::Ink, Dash::Solid, (x - half, y), (x + half, y));
    }
}

/// Draws the signs, a key always on a line of its own, with their words from `top` on, and gives the y at which they end.
pub fn legend(canvas: &mut Canvas, room: f64, top: f64, items: &[(Sign, String)]) -> f64 {
    let (mut x, mut y) = (0.0, top);
    for (sign, words) in items {
        let indent = match sign {
            Sign::Shape(..) | Sign::Upright(..) | Sign::Interval => 16.0,
            Sign::Line(..) => 28.0,
            Sign::Key(key) => width(key) + 8.0,
        };
        let lines = wrap(words, room - indent, 6);
        let wide = indent + lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        if x > 0.0 && (x + wide > room || matches!(sign, Sign::Key(_))) {
            (x, y) = (0.0, y + LINE);
        }
        let middle = y + LINE / 2.0;
        match sign {
            Sign::Shape(paint, shape, radius) => canvas.shape(*paint, *shape, (x + 6.0, middle), *radius),
            Sign::Line(paint, dash) => canvas.line(*paint, *dash, (x, middle), (x + 22.0, middle)),
            Sign::Upright(paint, dash) => canvas.line(*paint, *dash, (x + 6.0, y + 2.0), (x + 6.0, y + LINE - 2.0)),
            Sign::Interval => interval(canvas, x + 6.0, [middle + 6.0, middle, middle - 6.0]),
            Sign::Key(key) => canvas.text(Paint::Text, Anchor::Start, x, middle + 4.0, key),
        }
        for (at, line) in lines.iter().enumerate() {
            canvas.text(Paint::Text, Anchor::Start, x + indent, middle + 4.0 + at as f64 * LINE, line);
        }
        if lines.len() > 1 || matches!(sign, Sign::Key(_)) {
            (x, y) = (0.0, y + lines.len().max(1) as f64 * LINE);
        } else {
            x += wide + 16.0;
        }
    }
    if x > 0.0 { y + LINE } else { y }
}
