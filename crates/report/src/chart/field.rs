//! A plot of two measures, and names in it.

use super::svg::{Anchor, Canvas, Dash, Paint, width, wrap};

/// A plot of two measures, each from zero.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    pub across: f64,
    pub up: f64,
}

impl Area {
    pub fn x(&self, value: f64) -> f64 {
        self.left + self.width * value / self.across
    }

    pub fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - value / self.up)
    }

    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// A curve through points by ascending x, cut where it leaves the plot upwards or to the right.
    pub fn curve(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut lines = vec![Vec::new()];
        let points: Vec<(f64, f64)> = points.iter().filter(|(x, _)| *x <= self.across).copied().collect();
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
pub struct Labels {
    within: Rect,
    points: Vec<Rect>,
    placed: Vec<Rect>,
    /// Points along the lines that lead from names to marks.
    leads: Vec<(f64, f64)>,
}

impl Labels {
    pub fn new(area: &Area, points: Vec<(f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| [x - 5.0, y - 5.0, x + 5.0, y + 5.0]).collect();
        let within = [area.left + 2.0, area.top - 8.0, area.right(), area.bottom() - 2.0];
        Self { within, points, placed: Vec::new(), leads: Vec::new() }
    }

    /// Draws a name near its point, if there is room: beside it, else further off with a line between.
    pub fn place(&mut self, canvas: &mut Canvas, name: &str, (x, y): (f64, f64)) -> bool {
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
