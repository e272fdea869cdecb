//! Figures as supplied, and their values.

use super::check::Field;
use super::{Kind, SuccessPolicy};
use crate::rate::poisson::phe_limits;
use crate::rate::proportion::{clopper_pearson_limits, wilson_limits};
use std::fmt;

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// A figure as supplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Events.
    Count(u64),
    /// A part of a whole.
    Part {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
    /// An estimate from a sample.
    Survey {
        /// Weighted share in per cent.
        percent: f64,
        /// Who answered.
        respondents: u64,
        /// What the sample is worth after its weights.
        effective: f64,
    },
    /// What became of the records of a period.
    Cohort {
        /// Those that reached the stage.
        reached: u64,
        /// All of them.
        recorded: u64,
        /// Those that may still reach it.
        open: u64,
    },
    /// A median.
    Median {
        /// In the unit of the measure.
        value: f64,
        /// Of so many cases.
        n: u64,
        /// Its limits, where they are known.
        limits: Option<[f64; 2]>,
    },
}

impl Figure {
    /// Numerator and denominator, where it has them.
    pub const fn parts(&self) -> Option<[u64; 2]> {
        match *self {
            Self::Part { part, whole } => Some([part, whole]),
            Self::Cohort { reached, recorded, .. } => Some([reached, recorded]),
            Self::Count(_) | Self::Survey { .. } | Self::Median { .. } => None,
        }
    }

    /// Whether a count in it, or what is left of its whole, is below a threshold; zero is.
    pub const fn is_small(&self, threshold: u64) -> bool {
        match *self {
            Self::Count(n) | Self::Survey { respondents: n, .. } | Self::Median { n, .. } => n < threshold,
            Self::Part { part, whole } => part < threshold || whole.saturating_sub(part) < threshold,
            Self::Cohort { reached, recorded, open } => {
                reached < threshold
                    || recorded.saturating_sub(reached).saturating_sub(open) < threshold
                    || (open > 0 && open < threshold)
            }
        }
    }

    /// How many it is of: see [`Kind::n`].
    pub const fn n(&self) -> u64 {
        match *self {
            Self::Count(n)
            | Self::Part { whole: n, .. }
            | Self::Survey { respondents: n, .. }
            | Self::Cohort { recorded: n, .. }
            | Self::Median { n, .. } => n,
        }
    }

    const fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Count(_), Kind::Count)
                | (Self::Part { .. }, Kind::Proportion | Kind::Complete)
                | (Self::Survey { .. }, Kind::Survey)
                | (Self::Cohort { .. }, Kind::Cohort)
                | (Self::Median { .. }, Kind::Median)
        )
    }

    /// What of it cannot be.
    pub(super) fn broken(&self, kind: Kind) -> Option<(Field, &'static str)> {
        if !self.fits(kind) {
            return Some((Field::Measure, "the figure is not of the kind of the measure"));
        }
        match *self {
            Self::Count(n) if n > MOST => Some((Field::Numerator, MOST_RULE)),
            Self::Part { whole, .. } | Self::Cohort { recorded: whole, .. } if whole > MOST => {
                Some((Field::Denominator, MOST_RULE))
            }
            Self::Part { part, whole } | Self::Cohort { reached: part, recorded: whole, .. } if part > whole => {
                Some((Field::Numerator, "at most the denominator"))
            }
            Self::Cohort { reached, recorded, open } if open > recorded - reached => {
                Some((Field::Open, "numerator and open together at most the denominator"))
            }
            Self::Survey { percent, .. } if !(0.0..=100.0).contains(&percent) => Some((Field::Value, "0 to 100 per cent")),
            Self::Survey { respondents, effective, .. } if !(effective > 0.0 && effective <= respondents as f64) => {
                Some((Field::EffectiveN, "above 0, and at most the sample, which is the denominator"))
            }
            Self::Median { value, .. } if !(0.0..=MOST as f64).contains(&value) => Some((Field::Value, MOST_RULE)),
            Self::Median { n: 0, .. } => Some((Field::Denominator, "at least one case")),
            Self::Median { value, limits: Some([lower, upper]), .. }
                if !(0.0 <= lower && lower <= value && value <= upper && upper <= MOST as f64) =>
            {
                Some((Field::Lower, "zero or more, and the value between lower and upper"))
            }
            _ => None,
        }
    }

    pub(super) fn estimate(&self, kind: Kind, policy: &SuccessPolicy) -> Result<Estimated, NoFigure> {
        let percent = |v: f64| 100.0 * v;
        match *self {
            Self::Count(n) => Ok(Estimated { value: n as f64, limits: Some(phe_limits(n, LEVEL)) }),
            Self::Part { whole: 0, .. } | Self::Cohort { recorded: 0, .. } => Err(NoFigure::Nothing),
            Self::Part { part, whole } | Self::Cohort { reached: part, recorded: whole, .. } => Ok(Estimated {
                value: percent(part as f64 / whole as f64),
                limits: (kind != Kind::Complete).then(|| clopper_pearson_limits(part, whole, LEVEL).map(percent)),
            }),
            Self::Survey { effective, .. } if effective < policy.minimum_effective => Err(NoFigure::TooFew),
            Self::Survey { percent: share, effective, .. } => Ok(Estimated {
                value: share,
                limits: Some(wilson_limits((share / 100.0 * effective).min(effective), effective, LEVEL).map(percent)),
            }),
            Self::Median { value, limits, .. } => Ok(Estimated { value, limits }),
        }
    }
}

/// Largest figure.
pub(super) const MOST: u64 = 1_000_000_000;
const MOST_RULE: &str = "zero or more, and 1,000,000,000 at most";

/// Why there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoFigure {
    /// Fewer effective respondents than the policy asks for.
    TooFew,
    /// A share of nothing.
    Nothing,
}

impl NoFigure {
    /// The shorthand of official statistics.
    pub const fn shorthand(self) -> &'static str {
        match self {
            Self::TooFew => "[c]",
            Self::Nothing => "[z]",
        }
    }
}

impl fmt::Display for NoFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFew => "too few respondents",
            Self::Nothing => "nothing to take a share of",
        })
    }
}

/// A value with its limits, in the unit of its measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// The value.
    pub value: f64,
    /// 95 % limits, where the kind has them.
    pub limits: Option<[f64; 2]>,
}
