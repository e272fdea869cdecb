//! Charts as SVG text: does this differ from what was, or from the others, by more than chance?
//!
//! | question | here |
//! | --- | --- |
//! | which way has it gone, in a cell of a table? | [`sparkline`] |
//! | is a month unlike the months before it? | [`control_chart`] |
//! | the same for several strands, side by side | [`small_multiples`] |
//! | which boroughs differ from the overall rate by more than their size allows? | [`funnel_chart`] |
//! | how sure is each borough's rate? | [`interval_dots`] |
//! | which places get less than their share? | [`share_scatter`] |
//! | does what is given follow what is needed, over all places? | [`concentration_curve`] |
//! | does an answer hang on a choice? | [`tornado`] |
//!
//! # What a chart carries
//! A `<title>`, and a `<desc>` with n, the period, the unit, the largest and the last figure, and every signal, in words: a screen
//! reader reads the chart as one picture with these. [`control_table`], [`multiples_table`], [`funnel_table`], [`dots_table`],
//! [`scatter_table`], [`concentration_table`] and [`tornado_table`] give
//! the same figures as rows of plain text, to be printed under it. (A sparkline stands beside its figures.) The visible heading and
//! the line on how to read a chart are the page's.
//!
//! # Colour and shape
//! No meaning is in a colour: signals differ in shape, provisional figures are hollow, limits are dashed. Colours are attributes, so
//! that a chart keeps them where styles are stripped; the classes, which all begin with `hc`, change them for print and for forced
//! colours. The style element is the same in every chart, so that charts on one page do not disturb one another.
//!
//! # Width
//! Text is at least 11 px at natural size, and shrinking a wide chart to a phone would undo that. A page therefore prints two:
//! [`Fit::Wide`] and, with another id, [`Fit::Narrow`]; a media query shows one, to the eye and to a screen reader. [`Fit::Any`] is one
//! chart for a file or a mail.
//!
//! # Pitfalls
//! Widths of text are those of Arial with some room: a much wider font would run out of its place. Nothing here withholds a figure: give
//! released figures only.

use hotspot_core::Month;

mod axis;
mod concentration;
mod control;
mod dots;
mod field;
mod funnel;
mod legend;
mod multiples;
mod plot;
mod scatter;
mod series;
mod sparkline;
mod svg;
mod tornado;

pub use axis::number;
pub use concentration::{ConcentrationInput, concentration_curve, concentration_table};
pub use control::{ControlChartInput, control_chart, control_table};
pub use dots::{DotsInput, IntervalRow, Reference, dots_table, interval_dots};
pub use funnel::{FunnelInput, FunnelLimits, FunnelPoint, funnel_chart, funnel_table};
pub use multiples::{MultiplesInput, Scales, multiples_table, small_multiples};
pub use scatter::{ScatterInput, ScatterPoint, Standing, scatter_table, share_scatter};
pub(crate) use series::signal_words;
pub use series::{Band, MonthFigure, MonthlySeries, Note};
pub use sparkline::{SparklineInput, sparkline};
pub(crate) use svg::under_line;
pub use tornado::{TornadoInput, TornadoRow, tornado, tornado_table};

/// Largest figure that is drawn.
const MOST: f64 = 1e9;

/// Why there is no chart. The text never holds a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The prefix of the ids cannot be one.
    #[error("the id of a chart must be a letter, then letters, digits, - or _, 64 at most")]
    Id,
    /// A part of the input as a whole.
    #[error("{what} must be {must}")]
    Input {
        /// The part.
        what: &'static str,
        /// Its rule.
        must: &'static str,
    },
    /// One item of a list.
    #[error("{what} {number} must be {must}")]
    Item {
        /// The list.
        what: &'static str,
        /// The item, from 1.
        number: usize,
        /// Its rule.
        must: &'static str,
    },
}

/// Where a chart is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fit {
    /// Everywhere, 640 px wide.
    #[default]
    Any,
    /// On paper, and on screens wider than 480 px: 640 px wide.
    Wide,
    /// On screens of 480 px and less: 288 px wide, which leaves a margin at 320.
    Narrow,
}

impl Fit {
    /// Natural width in px.
    pub const fn width(self) -> f64 {
        match self {
            Self::Any | Self::Wide => 640.0,
            Self::Narrow => 288.0,
        }
    }
}

/// What every chart is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Prefix of every id, unique on the page: a letter, then letters, digits, `-` or `_`.
    pub id: &'a str,
    /// What the chart shows.
    pub title: &'a str,
    /// What a figure is, such as `recorded offences a month`.
    pub unit: &'a str,
    /// Decimals of a figure, 3 at most; limits have one at least below 1,000.
    pub decimals: usize,
    /// Where it is shown.
    pub fit: Fit,
}

impl Frame<'_> {
    fn check(&self) -> Result<(), ChartError> {
        check_id(self.id)?;
        if self.decimals > 3 {
            return Err(ChartError::Input { what: "decimals", must: "3 at most" });
        }
        Ok(())
    }

    fn number(&self, value: f64) -> String {
        number(value, self.decimals)
    }

    /// A limit or a mean: with a decimal even where figures are whole.
    fn limit(&self, value: f64) -> String {
        number(value, if value.abs() < 1000.0 { self.decimals.max(1) } else { self.decimals })
    }
}

fn check_id(id: &str) -> Result<(), ChartError> {
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let sound = id.len() <= 64 && id.starts_with(|c: char| c.is_ascii_alphabetic()) && id.chars().all(rest);
    if sound { Ok(()) } else { Err(ChartError::Id) }
}

/// Whether a figure can be drawn: zero or more, finite, [`MOST`] at most.
fn drawable(value: f64) -> bool {
    (0.0..=MOST).contains(&value)
}

const FIGURE: &str = "zero or more, and 1,000,000,000 at most";

/// A chart's figures as plain text, not escaped. Gaps are `[x]`, provisional figures are marked `[p]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Column headings.
    pub head: Vec<String>,
    /// Rows, as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }
}

const ABSENT: &str = "[x]";

/// `March 2025`.
pub(crate) fn month_name(month: Month) -> String {
    month.in_words()
}

/// `Mar 25`.
fn month_short(month: Month) -> String {
    format!("{} {:02}", &month.name()[..3], month.year() % 100)
}

#[cfg(test)]
mod tests;
