//! What is unlike the baseline, by rule.

use super::ChartPoint;
use std::fmt;

/// Points of a run on one side, or of a rise.
const RUN: usize = 7;

/// What makes a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A point outside the limits.
    Outside,
    /// Seven points in a row on one side of the centre.
    Run,
    /// Seven points in a row each above, or each below, the one before.
    Trend,
    /// Of three points in a row on one side, two near the limit.
    TwoOfThree,
    /// A moving range above its limit (XmR and t only).
    MovingRange,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 5] = [Self::Outside, Self::Run, Self::Trend, Self::TwoOfThree, Self::MovingRange];

    /// The identifier in files and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Run => "run",
            Self::Trend => "trend",
            Self::TwoOfThree => "two_of_three",
            Self::MovingRange => "moving_range",
        }
    }
}

/// A set of rules.
///
/// ```
/// use hotspot_core::time::control_chart::{Rule, Rules};
/// let set: Rules = [Rule::Outside, Rule::Run].into_iter().collect();
/// assert!(set.contains(Rule::Run) && !set.contains(Rule::Trend));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules(u8);

impl Rules {
    /// A point outside, a run, a trend, two of three near a limit.
    pub const MAKING_DATA_COUNT: Self = Self(0b1111);

    /// Whether the rule is in the set.
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u8) != 0
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::MAKING_DATA_COUNT
    }
}

impl FromIterator<Rule> for Rules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        Self(rules.into_iter().fold(0, |set, rule| set | 1 << rule as u8))
    }
}

/// Which way a signal points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above the centre or the upper limit; rising.
    Above,
    /// Below the centre or the lower limit; falling.
    Below,
}

/// Something unlike the baseline. Its text says which points and why, numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal {
    /// What made it.
    pub rule: Rule,
    /// Which way it points.
    pub side: Side,
    /// First point, from 0.
    pub from: usize,
    /// Last point, included.
    pub to: usize,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.from + 1, self.to + 1);
        let above = self.side == Side::Above;
        match self.rule {
            Rule::Outside => {
                write!(f, "point {first} is {} limit", if above { "above the upper" } else { "below the lower" })
            }
            Rule::Run => {
                let side = if above { "above" } else { "below" };
                write!(f, "points {first} to {last}, {} in a row, are {side} the centre line", last - self.from)
            }
            Rule::Trend => {
                write!(f, "points {first} to {last}, {} in a row, {}", last - self.from, if above { "rise" } else { "fall" })
            }
            Rule::TwoOfThree => {
                write!(
                    f,
                    "of points {first} to {last} at least two of three are near the {} limit",
                    if above { "upper" } else { "lower" }
                )
            }
            Rule::MovingRange => {
                write!(
                    f,
                    "the step {} from point {first} to point {last} is larger than its limit",
                    if above { "up" } else { "down" }
                )
            }
        }
    }
}

/// Signals by rule, then by point; those of moving ranges apart.
pub(super) fn signals(points: &[ChartPoint], rules: Rules) -> Vec<Signal> {
    let mut signals = Vec::new();
    if rules.contains(Rule::Outside) {
        for (at, point) in points.iter().enumerate() {
            signals.extend(point.outside().map(|side| Signal { rule: Rule::Outside, side, from: at, to: at }));
        }
    }
    if rules.contains(Rule::Run) {
        let sides: Vec<Option<Side>> = points.iter().map(ChartPoint::side).collect();
        signals.extend(runs(&sides).filter(|run| run.2 - run.1 + 1 >= RUN).map(|(side, from, to)| Signal {
            rule: Rule::Run,
            side,
            from,
            to,
        }));
    }
    if rules.contains(Rule::Trend) {
        let step = |pair: &[ChartPoint]| {
            let (before, after) = (pair[0].value, pair[1].value);
            (after != before).then_some(if after > before { Side::Above } else { Side::Below })
        };
        let steps: Vec<Option<Side>> = points.windows(2).map(step).collect();
        // A run of six steps is a rise of seven points.
        let long = runs(&steps).filter(|run| run.2 - run.1 + 2 >= RUN);
        signals.extend(long.map(|(side, from, to)| Signal { rule: Rule::Trend, side, from, to: to + 1 }));
    }
    if rules.contains(Rule::TwoOfThree) {
        let mut found: Vec<Signal> = Vec::new();
        for (from, three) in points.windows(3).enumerate() {
            let Some(side) = three[0].side().filter(|s| three.iter().all(|p| p.side() == Some(*s))) else { continue };
            if three.iter().filter(|p| p.is_near()).count() < 2 {
                continue;
            }
            match found.last_mut().filter(|s| s.side == side && s.to >= from) {
                Some(before) => before.to = from + 2,
                None => found.push(Signal { rule: Rule::TwoOfThree, side, from, to: from + 2 }),
            }
        }
        signals.extend(found);
    }
    signals
}

/// Longest stretches of one side: side, first and last place.
fn runs(sides: &[Option<Side>]) -> impl Iterator<Item = (Side, usize, usize)> {
    let mut start = 0;
    sides.chunk_by(|a, b| a == b).filter_map(move |chunk| {
        let from = start;
        start += chunk.len();
        chunk[0].map(|side| (side, from, start - 1))
    })
}
