//! Funnel: which units are further from the overall rate than chance allows?
//!
//! # Definition
//! Spiegelhalter (*Stat. Med.* 24, 2005). Unit i has O incidents where E is expected (or a population E), the target is
//! `θ₀ = ΣO / ΣE` or a given number, and μ = θ₀ E. Inner limits are at 95 %, outer at 99.8 %: of units like the target, one in 20 and one
//! in 500 lie outside.
//!
//! **Poisson.** O is above the upper limit when P(X ≥ O | μ) is below half the error, below the lower when P(X ≤ O | μ) is. As a
//! curve over μ the limits are interpolated between counts (the count at whose exact limit μ lies), so that they pass through
//! the published points: O = 1 lies on the lower 95 % limit where 5.571645 are expected (Public Health England's funnel).
//!
//! **Over-dispersion.** Rates of boroughs differ for reasons that no expected number knows: with Poisson limits nearly every borough is
//! an "outlier". With the transformed ratio y, its target and its standard error s,
//!
//! ```text
//!               y          target   s                     z = (y − target) / s
//! square root   √(O/E)     √θ₀      1 / (2√E)
//! raw           O/E        θ₀       √(θ₀/E)
//!
//! φ = Σ z_w² / n                     z_w: z with the lowest and highest 10 % put to those quantiles (winsorised)
//! multiplicative: z / √max(1, φ),    limits target ± z_α s √max(1, φ)
//! additive:       τ² = max(0, (n φ − (n − 1)) / (Σw − Σw²/Σw)), w = 1/s²;    z s / √(s² + τ²), limits target ± z_α √(s² + τ²)
//! ```
//!
//! Additive lets the large units vary too, and is the default; multiplicative widens every limit alike. φ and τ² are in the
//! result and belong beside the chart. Winsorising keeps the outliers from hiding themselves; it also takes about a third from φ
//! where there is no outlier, so that weak over-dispersion goes unseen.
//!
//! # Where tools disagree
//! `FunnelPlotR` draws as Poisson limits the *confidence* limits of a mean whose count was μ: at μ = 5 its lower 95 % limit
//! is 0.38 where this has 0.14, so that a count of 1 is called low although P(X ≤ 1) is 0.04. Its φ and τ² for the square root
//! agree with this, and so does the Poisson funnel of the public-health tools.
//!
//! # Pitfalls
//! Over-dispersed limits are normal: below about 5 expected they mislead; use the Poisson funnel or
//! [`super::shrinkage`]. Outside is a question, not a verdict: of 33 boroughs two lie outside the inner limits by chance.
//!
//! # Cost
//! Some twenty microseconds for each unit with Poisson limits, a tenth of one with the others.

use super::gamma::{normal_quantile, tails};
use super::poisson::poisson_tails;
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use statrs::function::erf::erfc;
use std::fmt;
use std::str::FromStr;

/// Level of the inner limits.
pub const INNER: f64 = 0.95;

/// Level of the outer limits.
pub const OUTER: f64 = 0.998;

/// Largest mean of a count whose exact limits are looked for: they take time in proportion to its root.
const MOST_EXPECTED: f64 = 1e10;

/// The rate, relative to the expected number, round which the funnel lies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Target {
    /// ΣO / ΣE.
    #[default]
    Overall,
    /// A number given, such as 1 or last year's rate.
    Fixed(f64),
}

/// How variation beyond chance widens the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dispersion {
    /// Not: chance only.
    Poisson,
    /// Every standard error times √φ.
    Multiplicative,
    /// τ² added to every variance: random effects.
    #[default]
    Additive,
}

impl Dispersion {
    /// All, in the order of their definition.
    pub const ALL: [Self; 3] = [Self::Poisson, Self::Multiplicative, Self::Additive];

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Poisson => "poisson",
            Self::Multiplicative => "multiplicative",
            Self::Additive => "additive",
        }
    }
}

/// On which scale z and the over-dispersed limits are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transform {
    /// √(O/E): its standard error does not depend on the rate.
    #[default]
    SquareRoot,
    /// O/E.
    Raw,
}

impl Transform {
    /// Both, in the order of their definition.
    pub const ALL: [Self; 2] = [Self::SquareRoot, Self::Raw];

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::SquareRoot => "square-root",
            Self::Raw => "raw",
        }
    }
}

/// Where a unit lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    /// Below the outer limit.
    BelowOuter,
    /// Below the inner limit.
    BelowInner,
    /// Between the inner limits.
    Within,
    /// Above the inner limit.
    AboveInner,
    /// Above the outer limit.
    AboveOuter,
}

impl Position {
    /// From the lowest.
    pub const ALL: [Self; 5] = [Self::BelowOuter, Self::BelowInner, Self::Within, Self::AboveInner, Self::AboveOuter];

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BelowOuter => "below-99.8",
            Self::BelowInner => "below-95",
            Self::Within => "within",
            Self::AboveInner => "above-95",
            Self::AboveOuter => "above-99.8",
        }
    }
}

macro_rules! named {
    ($type:ident, $what:literal, $allowed:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.id())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
                let wanted = text.trim();
                Self::ALL.into_iter().find(|v| v.id() == wanted).ok_or(UnknownName { what: $what, allowed: $allowed })
            }
        }
    };
}

named!(Dispersion, "dispersion", "poisson, multiplicative, additive");
named!(Transform, "transform", "square-root, raw");
named!(Position, "position", "below-99.8, below-95, within, above-95, above-99.8");

/// How the funnel is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelParams {
    /// Centre. Default: the overall rate.
    pub target: Target,
    /// Over-dispersion. Default: additive.
    pub dispersion: Dispersion,
    /// Scale. Default: square root.
    pub transform: Transform,
    /// Share of the z winsorised at each end, 0 to below ½. Default 0.1.
    pub winsorise: f64,
}

impl Default for FunnelParams {
    fn default() -> Self {
        Self { target: Target::Overall, dispersion: Dispersion::Additive, transform: Transform::SquareRoot, winsorise: 0.1 }
    }
}

/// The funnel, and where every unit lies in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// How it was made.
    pub params: FunnelParams,
    /// θ₀.
    pub target: f64,
    /// φ, winsorised; below 1 too, where nothing is widened. 0 without a unit that has a z.
    pub phi: f64,
    /// τ² on the scale of the transform; 0 when the units vary no more than chance.
    pub tau2: f64,
    /// Units; `None` where nothing is expected.
    pub units: Vec<Option<FunnelUnit>>,
}

/// A unit in the funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelUnit {
    /// O / E.
    pub ratio: f64,
    /// z, widened as the params say; `None` when the target is 0.
    pub z: Option<f64>,
    /// Two-sided p value: exact for a Poisson funnel, else normal from z.
    pub p: f64,
    /// Limits of O / E at 95 %.
    pub inner: [f64; 2],
    /// Limits of O / E at 99.8 %.
    pub outer: [f64; 2],
    /// Which limits the unit passes.
    pub position: Position,
}

/// The funnel of counts against expected numbers (or populations).
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when an expected number or the target is negative
/// or not finite, rates are not finite, Poisson limits are asked for above 10¹⁰ expected, or the winsorised share is not in 0 to below ½; [`Error::NoReference`] when nothing is expected anywhere.
///
/// ```
/// use hotspot_core::rate::funnel::{Dispersion, FunnelParams, Position, Target, funnel};
///
/// let params = FunnelParams { target: Target::Fixed(1.0), dispersion: Dispersion::Poisson, ..FunnelParams::default() };
/// let made = funnel(&[1, 1], &[5.57, 5.58], &params)?;
/// let positions: Vec<Position> = made.units.iter().flatten().map(|u| u.position).collect();
/// assert_eq!(positions, [Position::Within, Position::BelowInner]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn funnel(counts: &[u32], expected: &[f64], params: &FunnelParams) -> Result<Funnel> {
    if counts.len() != expected.len() {
        return Err(Error::Length { what: "expected", got: expected.len(), expected: counts.len() });
    }
    if expected.iter().any(|e| !(*e >= 0.0 && e.is_finite())) {
        return Err(Error::OutOfRange { what: "expected number", must: "zero or more, and finite" });
    }
    if !(0.0..0.5).contains(&params.winsorise) {
        return Err(Error::OutOfRange { what: "winsorised share", must: "0 or more, and below 0.5" });
    }
    let used = || counts.iter().zip(expected).filter(|(_, e)| **e > 0.0).map(|(o, e)| (f64::from(*o), *e));
    if used().any(|(o, e)| !(o / e).is_finite()) {
        return Err(Error::OutOfRange { what: "expected number", must: "0, or large enough that the ratio is finite" });
    }
    let whole: f64 = used().map(|(_, e)| e).sum();
    if whole == 0.0 {
        return Err(Error::NoReference);
    }
    let target = match params.target {
        Target::Overall => used().map(|(o, _)| o).sum::<f64>() / whole,
        Target::Fixed(target) if target >= 0.0 && target.is_finite() => target,
        Target::Fixed(_) => return Err(Error::OutOfRange { what: "target", must: "zero or more, and finite" }),
    };
    if params.dispersion == Dispersion::Poisson && used().any(|(_, e)| target * e > MOST_EXPECTED) {
        return Err(Error::OutOfRange { what: "count expected of a unit", must: "10¹⁰ at most for Poisson limits" });
    }
    let mut result = Funnel { params: *params, target, phi: 0.0, tau2: 0.0, units: Vec::new() };
    if target > 0.0 {
        let z: Vec<f64> = used().map(|(o, e)| (result.scaled(o / e) - result.scaled(target)) / result.chance_error(e)).collect();
        if z.iter().any(|z| !z.is_finite()) {
            return Err(Error::OutOfRange { what: "expected number", must: "of a size that leaves rates finite" });
        }
        let n = z.len() as f64;
        result.phi = winsorised(z, params.winsorise).iter().map(|z| z * z).sum::<f64>() / n;
        let (mut w, mut w_squared) = (0.0, 0.0);
        for (_, e) in used() {
            let weight = result.chance_error(e).powi(-2);
            w += weight;
            w_squared += weight * weight;
        }
        let room = w - w_squared / w;
        if room > 1e-12 * w {
            result.tau2 = ((n * result.phi - (n - 1.0)) / room).max(0.0);
        }
    }
    result.units = counts.iter().zip(expected).map(|(o, e)| (*e > 0.0).then(|| result.unit(*o, *e))).collect();
    Ok(result)
}

impl Funnel {
    /// Limits `[lower, upper]` of O / E where `expected` is expected, at a level in (0, 1): the curves of the chart. NaN for a
    /// level or an expected number that is none.
    ///
    /// ```
    /// use hotspot_core::rate::funnel::{Dispersion, FunnelParams, Target, funnel};
    ///
    /// let params = FunnelParams { target: Target::Fixed(1.0), dispersion: Dispersion::Poisson, ..FunnelParams::default() };
    /// let limits = funnel(&[4], &[5.0], &params)?.limits_at(7.224688, 0.95);
    /// assert!((limits[0] - 2.0 / 7.224688).abs() < 1e-6);
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    pub fn limits_at(&self, expected: f64, level: f64) -> [f64; 2] {
        let valid = level > 0.0 && level < 1.0 && expected > 0.0 && expected.is_finite();
        if !valid {
            return [f64::NAN; 2];
        }
        if self.target == 0.0 {
            return [0.0; 2];
        }
        let tail = (1.0 - level) / 2.0;
        if self.params.dispersion == Dispersion::Poisson {
            return poisson_counts_at(self.target * expected, tail).map(|o| o / expected);
        }
        let reach = normal_quantile(tail) * self.widened_error(expected);
        let centre = self.scaled(self.target);
        match self.params.transform {
            Transform::Raw => [(centre - reach).max(0.0), centre + reach],
            Transform::SquareRoot => [(centre - reach).max(0.0).powi(2), (centre + reach).powi(2)],
        }
    }

    fn scaled(&self, ratio: f64) -> f64 {
        match self.params.transform {
            Transform::Raw => ratio,
            Transform::SquareRoot => ratio.sqrt(),
        }
    }

    /// Standard error by chance alone.
    fn chance_error(&self, expected: f64) -> f64 {
        match self.params.transform {
            Transform::Raw => (self.target / expected).sqrt(),
            Transform::SquareRoot => 0.5 / expected.sqrt(),
        }
    }

    fn widened_error(&self, expected: f64) -> f64 {
        let s = self.chance_error(expected);
        match self.params.dispersion {
            Dispersion::Poisson => s,
            Dispersion::Multiplicative => s * self.phi.max(1.0).sqrt(),
            Dispersion::Additive => (s * s + self.tau2).sqrt(),
        }
    }

    fn unit(&self, count: u32, expected: f64) -> FunnelUnit {
        let ratio = f64::from(count) / expected;
        let z = (self.target > 0.0).then(|| (self.scaled(ratio) - self.scaled(self.target)) / self.widened_error(expected));
        // Probability of the side on which the unit lies.
        let (p, above) = match (self.params.dispersion, z) {
            (Dispersion::Poisson, _) => {
                let [less, greater] = poisson_tails(u64::from(count), self.target * expected);
                (less.min(greater), greater < less)
            }
            (_, Some(z)) => (0.5 * erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2), z > 0.0),
            (_, None) => (if count == 0 { 1.0 } else { 0.0 }, true),
        };
        let position = match (p < (1.0 - OUTER) / 2.0, p < (1.0 - INNER) / 2.0, above) {
            (true, _, true) => Position::AboveOuter,
            (true, _, false) => Position::BelowOuter,
            (false, true, true) => Position::AboveInner,
            (false, true, false) => Position::BelowInner,
            (false, false, _) => Position::Within,
        };
        FunnelUnit {
            ratio,
            z,
            p: (2.0 * p).clamp(f64::MIN_POSITIVE, 1.0),
            inner: self.limits_at(expected, INNER),
            outer: self.limits_at(expected, OUTER),
            position,
        }
    }
}

/// The values with those beyond the two quantiles put to them; quantiles by linear interpolation (type 7 of R).
fn winsorised(mut values: Vec<f64>, share: f64) -> Vec<f64> {
    if values.is_empty() {
        return values;
    }
    values.sort_by(f64::total_cmp);
    let at = |q: f64| {
        let place = q * (values.len() - 1) as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(values.len() - 1);
        values[below] + (place - place.floor()) * (values[above] - values[below])
    };
    let (low, high) = (at(share), at(1.0 - share));
    values.iter().map(|v| v.clamp(low, high)).collect()
}

/// The counts, interpolated, at whose exact limits this mean lies: on the lower limit and on the upper of a funnel.
fn poisson_counts_at(mean: f64, tail: f64) -> [f64; 2] {
    // P(X ≤ O) = P(Gamma(O + 1) > mean) rises with O, P(X ≥ O) = P(Gamma(O) ≤ mean) falls.
    let too_few = |o: f64| tails(o + 1.0, mean).upper.ln() - tail.ln();
    let too_many = |o: f64| tail.ln() - tails(o, mean).lower.ln();
    let lower = if too_few(0.0) >= 0.0 { 0.0 } else { root(too_few, 0.0, mean) };
    let z = normal_quantile(tail);
    let upper = root(too_many, mean.min(0.5) * 1e-3, mean + z * z + z * (z * z + 4.0 * mean).sqrt() + 3.0);
    [lower, upper]
}

/// The zero of a rising function between two points, by false position (Illinois), kept by halving where that is slow.
fn root(rising: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (rising(low), rising(high));
    let mut moved = 0_i8;
    for step in 0..200 {
        let by_line = (low * at_high - high * at_low) / (at_high - at_low);
        let middle = if step % 4 == 3 || !(by_line > low && by_line < high) { f64::midpoint(low, high) } else { by_line };
        let value = rising(middle);
        if value == 0.0 || high - low <= 1e-13 * high {
            return middle;
        }
        if value < 0.0 {
            (low, at_low) = (middle, value);
            if moved == -1 {
                at_high *= 0.5;
            }
            moved = -1;
        } else {
            (high, at_high) = (middle, value);
            if moved == 1 {
                at_low *= 0.5;
            }
            moved = 1;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests;
