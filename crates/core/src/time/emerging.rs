//! Emerging hot spots: is a hot place new, lasting, growing, or over?
//!
//! # Definition
//! 1. Gi* in space and time of each unit at each step ([`space_time_gi_star`]): neighbours are the unit and its neighbours in space at
//!    the step and at the `lag` steps before; the mean and spread are those of the whole cube, or of the same steps ([`Reference`]).
//! 2. A step is *hot* or *cold* when z is significant: two-sided normal p, adjusted over all units and steps by Benjamini and
//!    Hochberg unless told otherwise.
//! 3. Mann–Kendall on the z of each unit ([`super::mann_kendall`]): up, down or no trend.
//! 4. One of 17 outcomes by [`classify`].
//!
//! With H_t, C_t for hot and cold at step t of n, and h for the share of hot steps, the eight hot outcomes are (the cold ones with hot
//! and cold, up and down exchanged):
//!
//! | outcome | condition |
//! | --- | --- |
//! | historical | h ≥ 0.9, not H_n |
//! | intensifying | h ≥ 0.9, H_n, trend up |
//! | diminishing | h ≥ 0.9, H_n, trend down |
//! | persistent | h ≥ 0.9, H_n, no trend |
//! | new | H_n and no earlier H |
//! | consecutive | H_n, one run of at least two H at the end and none before it, h < 0.9 |
//! | oscillating | H_n, an earlier C, h < 0.9 |
//! | sporadic | H_n, on and off before, never C, h < 0.9 |
//!
//! Several can be true at once; the first in this table stands (historical of either kind before all others). With fewer than ten
//! steps h ≥ 0.9 means every step. The wording of ArcMap 10.3 to Pro 2.8 differs in *sporadic*, which need not be hot at the end:
//! [`Definition::Earlier`].
//!
//! # Where tools disagree
//! ArcGIS's documentation leaves open what wins when two conditions hold. `sfdep` (R) takes the sign of Gi*
//! and a simulated p at 0.01 without adjustment; counts cold steps towards the 90 % of *intensifying*; calls nothing *new* that was
//! cold before; asks for Gi* < 0 at the end of *historical*.
//!
//! # Pitfalls
//! The cube tools ask for ten steps; with fewer, the trend has little power. Neighbouring steps share `lag` of their steps, so z is
//! correlated in time and the trend's p is too small. Sparse counts are not normal: most cells of a fine grid are empty, and one
//! incident makes such a neighbourhood "hot"; use coarse cells, long steps or the project's hotspot rule. Cold spots of rare events
//! do not exist: z cannot fall below that of zero. A recording break inside the cube makes patterns of its own.
//!
//! # Cost
//! One pass over the links for each step, and a sort of all p values: 116,583 cells and 36 steps take half a second; about 60 bytes
//! for each unit and step while it runs.

use super::mann_kendall::{Trend, mann_kendall};
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::local::fdr::benjamini_hochberg;
use crate::space_time_cube::SpaceTimeCube;
use crate::weights::SpatialWeights;
use rayon::prelude::*;
use statrs::function::erf::erfc;
use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;
use std::str::FromStr;

/// With what a neighbourhood is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reference {
    /// With every unit at every step: a rise everywhere makes the last steps hot everywhere.
    #[default]
    WholeCube,
    /// With every unit at the steps of the neighbourhood: a rise everywhere makes nothing hot.
    SameSteps,
}

/// Which p values decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Adjustment {
    /// Benjamini and Hochberg's, over all units and steps.
    #[default]
    FalseDiscoveryRate,
    /// None: among thousands of cells hundreds are hot by chance.
    Unadjusted,
}

/// Whose wording of the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Definition {
    /// ArcGIS Pro's current documentation: *sporadic* is hot at the last step.
    #[default]
    Current,
    /// ArcMap 10.3 to ArcGIS Pro 2.8: *sporadic* was hot at some step.
    Earlier,
}

impl Definition {
    /// The identifier in files and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Earlier => "earlier",
        }
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Definition {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "current" => Ok(Self::Current),
            "earlier" => Ok(Self::Earlier),
            _ => Err(UnknownName { what: "definition", allowed: "current, earlier" }),
        }
    }
}

/// What [`emerging`] is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmergingParams {
    /// Earlier steps that belong to a neighbourhood; 1 by default.
    pub lag: usize,
    /// With what a neighbourhood is compared; the whole cube by default.
    pub reference: Reference,
    /// Which p values decide; those adjusted for their number by default.
    pub adjustment: Adjustment,
    /// A step is hot or cold when its p is at most this; 0.05 by default.
    pub alpha: f64,
    /// A trend is one when its p is at most this; 0.05 by default.
    pub trend_alpha: f64,
    /// Whose wording; the current by default.
    pub definition: Definition,
}

impl Default for EmergingParams {
    fn default() -> Self {
        Self {
            lag: 1,
            reference: Reference::WholeCube,
            adjustment: Adjustment::FalseDiscoveryRate,
            alpha: 0.05,
            trend_alpha: 0.05,
            definition: Definition::Current,
        }
    }
}

/// A unit at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepState {
    /// Significantly high.
    Hot,
    /// Significantly low.
    Cold,
    /// Neither.
    Neither,
}

/// What a hot, or cold, place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Course {
    /// For the first time at the last step.
    New,
    /// In one run of steps at the end.
    Consecutive,
    /// Nearly always, and more and more.
    Intensifying,
    /// Nearly always, without a trend.
    Persistent,
    /// Nearly always, and less and less.
    Diminishing,
    /// On and off.
    Sporadic,
    /// At the last step, and once the opposite.
    Oscillating,
    /// Nearly always, but not at the last step.
    Historical,
}

impl Course {
    /// Every course.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Consecutive,
        Self::Intensifying,
        Self::Persistent,
        Self::Diminishing,
        Self::Sporadic,
        Self::Oscillating,
        Self::Historical,
    ];
}

/// One of the 17 outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmergingPattern {
    /// None of the others.
    NoPattern,
    /// A hot spot of some course.
    Hot(Course),
    /// A cold spot of some course.
    Cold(Course),
}

impl EmergingPattern {
    /// The identifier in files, such as `new_hot` or `no_pattern`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::NoPattern => "no_pattern",
            Self::Hot(Course::New) => "new_hot",
            Self::Hot(Course::Consecutive) => "consecutive_hot",
            Self::Hot(Course::Intensifying) => "intensifying_hot",
            Self::Hot(Course::Persistent) => "persistent_hot",
            Self::Hot(Course::Diminishing) => "diminishing_hot",
            Self::Hot(Course::Sporadic) => "sporadic_hot",
            Self::Hot(Course::Oscillating) => "oscillating_hot",
            Self::Hot(Course::Historical) => "historical_hot",
            Self::Cold(Course::New) => "new_cold",
            Self::Cold(Course::Consecutive) => "consecutive_cold",
            Self::Cold(Course::Intensifying) => "intensifying_cold",
            Self::Cold(Course::Persistent) => "persistent_cold",
            Self::Cold(Course::Diminishing) => "diminishing_cold",
            Self::Cold(Course::Sporadic) => "sporadic_cold",
            Self::Cold(Course::Oscillating) => "oscillating_cold",
            Self::Cold(Course::Historical) => "historical_cold",
        }
    }
}

impl EmergingPattern {
    /// The outcome with this identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        let courses = Course::ALL.into_iter().flat_map(|course| [Self::Hot(course), Self::Cold(course)]);
        std::iter::once(Self::NoPattern).chain(courses).find(|pattern| pattern.id() == id)
    }
}

impl fmt::Display for EmergingPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Outcomes as columns, one row for each unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Emerging {
    /// What was asked.
    pub params: EmergingParams,
    /// Number of steps; below ten, read with care.
    pub steps: usize,
    /// Outcome.
    pub pattern: Vec<EmergingPattern>,
    /// z at the last step; `None` where it is not defined.
    pub z_last: Vec<Option<f64>>,
    /// Share of hot steps.
    pub hot_share: Vec<f64>,
    /// Share of cold steps.
    pub cold_share: Vec<f64>,
    /// Mann–Kendall's z on the z of the steps; `None` where one of them is not defined.
    pub mk_z: Vec<Option<f64>>,
    /// Its two-sided p; `None` where there is no z.
    pub mk_p: Vec<Option<f64>>,
}

/// Outcomes of the units of a cube.
///
/// # Errors
/// [`Error::Length`] when there is not one unit for each row of the weights, [`Error::OutOfRange`] when a level is not in 0 to 1.
///
/// ```
/// use hotspot_core::space_time_cube::SpaceTimeCube;
/// use hotspot_core::time::emerging::{Course, EmergingParams, EmergingPattern, emerging};
/// use hotspot_core::weights::SpatialWeights;
///
/// // Sixty units in a row over twelve months; the first three flare up at the end.
/// let row: Vec<Vec<u32>> = (0..60).map(|i: u32| [i.wrapping_sub(1), i + 1].into_iter().filter(|j| *j < 60).collect()).collect();
/// let count = |unit: usize, month: usize| if unit < 3 && month == 11 { 30 } else { (unit * 5 + month * 3) % 4 };
/// let values = (0..60).flat_map(|u| (0..12).map(move |m| count(u, m) as f64)).collect();
/// let cube = SpaceTimeCube::new(60, 12, values)?;
/// let found = emerging(&cube, &SpatialWeights::from_lists(&row)?, &EmergingParams::default())?;
/// assert_eq!(found.pattern[1], EmergingPattern::Hot(Course::New));
/// assert_eq!(found.pattern[30], EmergingPattern::NoPattern);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn emerging(cube: &SpaceTimeCube, weights: &SpatialWeights, params: &EmergingParams) -> Result<Emerging> {
    for level in [params.alpha, params.trend_alpha] {
        if !(0.0..=1.0).contains(&level) {
            return Err(Error::OutOfRange { what: "significance level", must: "in 0 to 1" });
        }
    }
    let z = space_time_gi_star(cube, weights, params.lag, params.reference)?;
    let raw: Vec<f64> = z.iter().map(|z| z.map_or(1.0, two_sided)).collect();
    let p = match params.adjustment {
        Adjustment::FalseDiscoveryRate => benjamini_hochberg(&raw)?,
        Adjustment::Unadjusted => raw,
    };
    let steps = cube.steps();
    let mut result = Emerging {
        params: *params,
        steps,
        pattern: Vec::with_capacity(cube.units()),
        z_last: Vec::with_capacity(cube.units()),
        hot_share: Vec::with_capacity(cube.units()),
        cold_share: Vec::with_capacity(cube.units()),
        mk_z: Vec::with_capacity(cube.units()),
        mk_p: Vec::with_capacity(cube.units()),
    };
    for unit in 0..cube.units() {
        let range = unit * steps..(unit + 1) * steps;
        let states: Vec<StepState> =
            z[range.clone()].iter().zip(&p[range.clone()]).map(|(z, p)| state(*z, *p, params.alpha)).collect();
        let defined: Option<Vec<f64>> = z[range.clone()].iter().copied().collect();
        let test = defined.map(|z| mann_kendall(&z)).transpose()?;
        let trend = test.map_or(Trend::None, |t| t.trend(params.trend_alpha));
        let share = |state| if steps == 0 { 0.0 } else { states.iter().filter(|s| **s == state).count() as f64 / steps as f64 };
        result.pattern.push(classify(&states, trend, params.definition));
        result.z_last.push(z[range].last().copied().flatten());
        result.hot_share.push(share(StepState::Hot));
        result.cold_share.push(share(StepState::Cold));
        result.mk_z.push(test.map(|t| t.z));
        result.mk_p.push(test.map(|t| t.p));
    }
    Ok(result)
}

fn two_sided(z: f64) -> f64 {
    erfc(z.abs() * FRAC_1_SQRT_2)
}

fn state(z: Option<f64>, p: f64, alpha: f64) -> StepState {
    match z {
        Some(z) if p <= alpha && z > 0.0 => StepState::Hot,
        Some(z) if p <= alpha && z < 0.0 => StepState::Cold,
        _ => StepState::Neither,
    }
}

/// The outcome of a unit from its steps in order of time and the trend of its z.
///
/// ```
/// use hotspot_core::time::emerging::{Course, Definition, EmergingPattern, StepState, classify};
/// use hotspot_core::time::mann_kendall::Trend;
///
/// let steps = [StepState::Neither, StepState::Neither, StepState::Hot, StepState::Hot];
/// assert_eq!(classify(&steps, Trend::None, Definition::Current), EmergingPattern::Hot(Course::Consecutive));
/// ```
pub fn classify(states: &[StepState], trend: Trend, definition: Definition) -> EmergingPattern {
    let hot = Side { own: StepState::Hot, opposite: StepState::Cold, growing: Trend::Up };
    let cold = Side { own: StepState::Cold, opposite: StepState::Hot, growing: Trend::Down };
    if hot.is_historical(states) {
        EmergingPattern::Hot(Course::Historical)
    } else if cold.is_historical(states) {
        EmergingPattern::Cold(Course::Historical)
    } else if let Some(course) = hot.course(states, trend, definition) {
        EmergingPattern::Hot(course)
    } else if let Some(course) = cold.course(states, trend, definition) {
        EmergingPattern::Cold(course)
    } else {
        EmergingPattern::NoPattern
    }
}

/// Hot or cold.
struct Side {
    own: StepState,
    opposite: StepState,
    growing: Trend,
}

impl Side {
    fn is_nearly_always(&self, states: &[StepState]) -> bool {
        !states.is_empty() && 10 * states.iter().filter(|s| **s == self.own).count() >= 9 * states.len()
    }

    fn is_historical(&self, states: &[StepState]) -> bool {
        self.is_nearly_always(states) && states.last() != Some(&self.own)
    }

    /// The course but for historical.
    fn course(&self, states: &[StepState], trend: Trend, definition: Definition) -> Option<Course> {
        let ever_opposite = states.contains(&self.opposite);
        if states.last() != Some(&self.own) {
            let sporadic = definition == Definition::Earlier && states.contains(&self.own) && !ever_opposite;
            return sporadic.then_some(Course::Sporadic);
        }
        if self.is_nearly_always(states) {
            return Some(match trend {
                Trend::None => Course::Persistent,
                trend if trend == self.growing => Course::Intensifying,
                _ => Course::Diminishing,
            });
        }
        let run = states.iter().rev().take_while(|s| **s == self.own).count();
        let before = states[..states.len() - run].contains(&self.own);
        Some(match (before, run) {
            (false, 1) => Course::New,
            (false, _) => Course::Consecutive,
            _ if ever_opposite => Course::Oscillating,
            _ => Course::Sporadic,
        })
    }
}

/// z of Gi* in space and time, the series of each unit one after the other; `None` where it is not defined: constant values, or a
/// neighbourhood that is everything.
///
/// At step t the neighbourhood of a unit is itself and its neighbours at the steps t − `lag` to t, fewer at the beginning; each
/// keeps its weight at every step, and the unit has the largest of its neighbours' (1 when binary).
///
/// # Errors
/// [`Error::Length`] when there is not one unit for each row of the weights.
pub fn space_time_gi_star(
    cube: &SpaceTimeCube,
    weights: &SpatialWeights,
    lag: usize,
    reference: Reference,
) -> Result<Vec<Option<f64>>> {
    let (units, steps) = (cube.units(), cube.steps());
    if weights.len() != units {
        return Err(Error::Length { what: "units", got: units, expected: weights.len() });
    }
    if units == 0 || steps == 0 {
        return Ok(Vec::new());
    }
    // Scaled by the largest and centred, so that squares neither overflow nor lose digits: z changes by neither.
    let largest = cube.values().iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return Ok(vec![None; units * steps]);
    }
    let mean = cube.values().iter().map(|v| v / largest).sum::<f64>() / (units * steps) as f64;
    let centered: Vec<f64> = cube.values().iter().map(|v| v / largest - mean).collect();
    let moments: Vec<Option<Moments>> = match reference {
        Reference::WholeCube => {
            let moments = (!is_constant(cube.values())).then(|| Moments::of(centered.iter().copied()));
            vec![moments; steps]
        }
        Reference::SameSteps => (0..steps)
            .map(|step| {
                let from = step.saturating_sub(lag);
                let window = |values: &[f64]| -> Vec<f64> {
                    (0..units).flat_map(|unit| values[unit * steps + from..=unit * steps + step].iter().copied()).collect()
                };
                (!is_constant(&window(cube.values()))).then(|| Moments::of(window(&centered).into_iter()))
            })
            .collect(),
    };
    let of_unit = |unit: usize| {
        let neighbors = weights.neighbors(unit);
        let of_neighbors = weights.weights(unit);
        let own = of_neighbors.map_or(1.0, |w| w.iter().fold(0.0_f64, |m, w| m.max(*w)));
        let own = if neighbors.is_empty() { 1.0 } else { own };
        let mut at_step: Vec<f64> = centered[unit * steps..(unit + 1) * steps].iter().map(|v| own * v).collect();
        let (mut total, mut squared) = (own, own * own);
        for (place, neighbor) in neighbors.iter().enumerate() {
            let weight = of_neighbors.map_or(1.0, |w| w[place]);
            total += weight;
            squared += weight * weight;
            let series = &centered[*neighbor as usize * steps..(*neighbor as usize + 1) * steps];
            for (sum, value) in at_step.iter_mut().zip(series) {
                *sum += weight * value;
            }
        }
        (0..steps)
            .map(|step| {
                let from = step.saturating_sub(lag);
                let slices = (step - from + 1) as f64;
                let sum: f64 = at_step[from..=step].iter().sum();
                moments[step].and_then(|m| m.z(sum, slices * total, slices * squared))
            })
            .collect::<Vec<_>>()
    };
    Ok((0..units).into_par_iter().flat_map_iter(of_unit).collect())
}

fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// Number, mean and variance (divisor n) of what a neighbourhood is compared with.
#[derive(Clone, Copy)]
struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        Self { n, mean, variance: values.map(|v| (v - mean).powi(2)).sum::<f64>() / n }
    }

    fn z(&self, sum: f64, total: f64, squared: f64) -> Option<f64> {
        let spread = self.n * squared - total * total;
        (self.n > 1.0 && self.variance > 0.0 && spread > 1e-12 * self.n * squared)
            .then(|| (sum - self.mean * total) / (self.variance * spread / (self.n - 1.0)).sqrt())
    }
}

#[cfg(test)]
mod tests;
