//! Elements, text and shapes, the same bytes on every machine.

use super::{Fit, Frame};
use std::fmt::Write;

/// Size of all text in px.
pub const SIZE: f64 = 12.0;

/// The same in every chart.
const STYLE: &str = "\
.hc{max-width:100%;height:auto;break-inside:avoid}\
.hc-narrow{display:none}\
@media screen and (max-width:480px){.hc-wide{display:none}.hc-narrow{display:inline}}\
@media print{.hc-line{stroke:#0b0c0c}.hc-dot{fill:#0b0c0c;stroke:#0b0c0c}.hc-hollow{stroke:#0b0c0c}}\
@media (forced-colors:active){.hc{forced-color-adjust:none}\
.hc-text,.hc-muted{fill:CanvasText}.hc-halo{stroke:Canvas}.hc-paper{fill:Canvas}\
.hc-grid{stroke:CanvasText;stroke-opacity:0.35}.hc-rule,.hc-line,.hc-ink{stroke:CanvasText}\
.hc-dot,.hc-mark{fill:CanvasText;stroke:CanvasText}.hc-hollow,.hc-mark-hollow{fill:Canvas;stroke:CanvasText}}";

/// What an element is painted as: a class, and attributes that hold where there are no styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Text,
    Muted,
    Paper,
    Grid,
    Rule,
    Line,
    Ink,
    Dot,
    Hollow,
    Mark,
    MarkHollow,
}

impl Paint {
    const fn attributes(self) -> &'static str {
        match self {
            Self::Text => r##"class="hc-text" fill="#0b0c0c""##,
            Self::Muted => r##"class="hc-muted" fill="#4a5359""##,
            Self::Paper => r##"class="hc-paper" fill="#ffffff""##,
            Self::Grid => r##"class="hc-grid" fill="none" stroke="#b1b6bb" stroke-width="0.75""##,
            Self::Rule => r##"class="hc-rule" fill="none" stroke="#4a5359""##,
            Self::Line => r##"class="hc-line" fill="none" stroke="#12436d" stroke-width="1.5" stroke-linejoin="round""##,
            Self::Ink => r##"class="hc-ink" fill="none" stroke="#0b0c0c" stroke-width="1.5""##,
            Self::Dot => r##"class="hc-dot" fill="#12436d" stroke="#12436d""##,
            Self::Hollow => r##"class="hc-hollow" fill="#ffffff" stroke="#12436d" stroke-width="1.5""##,
            Self::Mark => r##"class="hc-mark" fill="#0b0c0c" stroke="#0b0c0c""##,
            Self::MarkHollow => r##"class="hc-mark-hollow" fill="#ffffff" stroke="#0b0c0c" stroke-width="1.5""##,
        }
    }
}

/// How a line is broken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    Solid,
    Dashed,
    Dotted,
}

impl Dash {
    const fn attribute(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Dashed => r#" stroke-dasharray="6 3""#,
            Self::Dotted => r#" stroke-dasharray="1 3""#,
        }
    }
}

/// A mark at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Circle,
    Diamond,
    Square,
    Up,
    Down,
    Plus,
    Cross,
}

/// Corners of a shape of radius 1.
impl Shape {
    const fn corners(self) -> &'static [(f64, f64)] {
        const T: f64 = 0.35;
        match self {
            Self::Circle => &[],
            Self::Diamond => &[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
            Self::Square => &[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
            Self::Up => &[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)],
            Self::Down => &[(0.0, 1.1), (1.1, -0.9), (-1.1, -0.9)],
            Self::Plus => &[
                (-T, -1.1),
                (T, -1.1),
                (T, -T),
                (1.1, -T),
                (1.1, T),
                (T, T),
                (T, 1.1),
                (-T, 1.1),
                (-T, T),
                (-1.1, T),
                (-1.1, -T),
                (-T, -T),
            ],
            Self::Cross => &[
                (0.0, -0.5),
                (0.6, -1.1),
                (1.1, -0.6),
                (0.5, 0.0),
                (1.1, 0.6),
                (0.6, 1.1),
                (0.0, 0.5),
                (-0.6, 1.1),
                (-1.1, 0.6),
                (-0.5, 0.0),
                (-1.1, -0.6),
                (-0.6, -1.1),
            ],
        }
    }
}

/// Which end of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// What has been drawn.
#[derive(Debug, Default)]
pub struct Canvas(String);

impl Canvas {
    pub fn line(&mut self, paint: Paint, dash: Dash, from: (f64, f64), to: (f64, f64)) {
        self.paths(paint, dash, &[vec![from, to]]);
    }

    /// Lines through points; those of fewer than two points are nothing.
    pub fn paths(&mut self, paint: Paint, dash: Dash, lines: &[Vec<(f64, f64)>]) {
        let mut d = String::new();
        for line in lines.iter().filter(|line| line.len() > 1) {
            for (at, (x, y)) in line.iter().enumerate() {
                let _ = write!(d, "{}{} {}", if at == 0 { 'M' } else { 'L' }, px(*x), px(*y));
            }
        }
        if !d.is_empty() {
            let _ = write!(self.0, r#"<path {}{} d="{d}"/>"#, paint.attributes(), dash.attribute());
        }
    }

    pub fn shape(&mut self, paint: Paint, shape: Shape, at: (f64, f64), radius: f64) {
        self.mark("", paint, shape, at, radius);
    }

    /// A shape that says which place it is of, so that a page can show the same place elsewhere.
    pub fn of_place(&mut self, place: &str, paint: Paint, shape: Shape, at: (f64, f64), radius: f64) {
        self.mark(&format!(r#"data-place="{}" "#, escape(place)), paint, shape, at, radius);
    }

    fn mark(&mut self, says: &str, paint: Paint, shape: Shape, (x, y): (f64, f64), radius: f64) {
        if shape == Shape::Circle {
            let _ = write!(self.0, r#"<circle {says}{} cx="{}" cy="{}" r="{}"/>"#, paint.attributes(), px(x), px(y), px(radius));
            return;
        }
        let points: Vec<String> =
            shape.corners().iter().map(|(a, b)| format!("{},{}", px(x + a * radius), px(y + b * radius))).collect();
        let _ = write!(self.0, r#"<polygon {says}{} points="{}"/>"#, paint.attributes(), points.join(" "));
    }

    /// Text whose baseline is at y.
    pub fn text(&mut self, paint: Paint, anchor: Anchor, x: f64, y: f64, text: &str) {
        self.write(paint.attributes(), anchor, x, y, text);
    }

    /// Bold text.
    pub fn bold(&mut self, x: f64, y: f64, text: &str) {
        let attributes = format!(r#"{} font-weight="bold""#, Paint::Text.attributes());
        self.write(&attributes, Anchor::Start, x, y, text);
    }

    /// Text with the paper round its letters, so that it can be read on a line.
    pub fn on_lines(&mut self, anchor: Anchor, x: f64, y: f64, text: &str) {
        let halo = r##"class="hc-text hc-halo" fill="#0b0c0c" stroke="#ffffff" stroke-width="3" paint-order="stroke""##;
        self.write(halo, anchor, x, y, text);
    }

    fn write(&mut self, attributes: &str, anchor: Anchor, x: f64, y: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let _ = write!(self.0, r#"<text {attributes}{anchor} x="{}" y="{}">{}</text>"#, px(x), px(y), escape(text));
    }

    /// The whole chart.
    pub fn finish(self, frame: &Frame<'_>, height: f64, description: &str) -> String {
        let (width, height) = (px(frame.fit.width()), px(height));
        // Without styles the narrow one is not shown.
        let (class, hidden) = match frame.fit {
            Fit::Any => ("hc", ""),
            Fit::Wide => ("hc hc-wide", ""),
            Fit::Narrow => ("hc hc-narrow", r#" display="none""#),
        };
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" id="{id}" class="{class}"{hidden} role="img" aria-labelledby="{id}-title {id}-desc" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="Arial, Helvetica, sans-serif" font-size="{SIZE}"><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc><style>{STYLE}</style><rect {paper} width="{width}" height="{height}"/>{body}</svg>"#,
            id = frame.id,
            title = escape(frame.title),
            description = escape(description),
            paper = Paint::Paper.attributes(),
            body = self.0,
        )
    }
}

/// A chart as a file of its own: `line` in bold above it.
pub fn under_line(chart: &str, line: &str) -> String {
    const HIGH: f64 = 18.0;
    let of = |name: &str| chart.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()?.parse::<f64>().ok());
    let (wide, high) = (of("width").unwrap_or_default(), of("height").unwrap_or_default());
    let lines = wrap(line, wide, 4);
    let above = 6.0 + HIGH * lines.len() as f64;
    let mut canvas = Canvas::default();
    for (at, text) in lines.iter().enumerate() {
        canvas.bold(0.0, 14.0 + HIGH * at as f64, text);
    }
    let moved = chart.replacen("<svg ", &format!(r#"<svg y="{}" "#, px(above)), 1);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" font-family="Arial, Helvetica, sans-serif" font-size="{SIZE}"><rect {paper} width="{w}" height="{h}"/>{body}{moved}</svg>"#,
        w = px(wide),
        h = px(high + above),
        paper = Paint::Paper.attributes(),
        body = canvas.0,
    )
}

/// A length with one decimal at most.
pub fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML holds it: the five signs as entities, and what XML forbids as U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Thousandths of the size by which Arial advances, from the space to the tilde.
#[rustfmt::skip]
const ADVANCE: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278,
    584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
    667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// About how wide a text is, in px, with room for bold and for fonts that are a little wider than Arial.
pub fn width(text: &str) -> f64 {
    let advance = |c: char| match u32::from(c) {
        c @ 32..127 => u32::from(ADVANCE[c as usize - 32]),
        0..0x2e80 => 800,
        _ => 1400,
    };
    f64::from(text.chars().map(advance).sum::<u32>()) / 1000.0 * SIZE * 1.08
}

/// Lines no wider than `room`; what does not fit in `most` of them, or a word that is too long, ends in an ellipsis.
pub fn wrap(text: &str, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match joined {
            Some(joined) if width(&joined) <= room => *lines.last_mut().expect("a line was joined") = joined,
            // The last line takes the rest, to be cut.
            Some(joined) if lines.len() == most => {
                *lines.last_mut().expect("a line was joined") = joined;
                break;
            }
            _ => lines.push(word.to_owned()),
        }
    }
    for line in &mut lines {
        if width(line) > room {
            while !line.is_empty() && width(line) + width("…") > room {
                line.pop();
            }
            line.push('…');
        }
    }
    lines
}
