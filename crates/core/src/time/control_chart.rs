//! Control charts: is the latest value, or the latest run of them, unlike the baseline?
//!
//! # Charts
//! | values | chart | limits |
//! | --- | --- | --- |
//! | any, about equally spread | [`xmr`] (Shewhart, Wheeler) | mean ± 2.66 · mean moving range; range limit 3.268 · mean range |
//! | counts, or rates of counts, without over-dispersion | [`poisson_chart`] (c, u) | three sigma, or exact Poisson tails |
//! | the same with over-dispersion | [`negative_binomial_chart`] | exact negative binomial tails |
//! | whole days, or cases, between rare events | [`g_chart`] (Benneyan 2001) | exact geometric tails |
//! | time between rare events | [`t_chart`] (Nelson 1994) | XmR of `t^(1/3.6)`, turned back |
//!
//! Exact limits leave 0.00135 beyond each side, as three sigma of a normal variable does, and 0.02275 beyond each *near* limit, as
//! two sigma does: a value outside is more than that away. Crime counts are over-dispersed: prefer XmR, or the negative binomial,
//! to a c chart, whose false alarms are many. Counts below about five a month are too coarse for XmR: use exact limits, or for rarer
//! events the time between them. In g and t charts *below* is bad: events come faster; and the centre line is the median, since
//! they are skew.
//!
//! # Baseline
//! Limits come from the points of [`ChartParams::baseline`] alone, which is frozen before the break or event that is judged: with the
//! event inside, the limits widen until it fits. Recalculating them is a judgement to be recorded with its reason. At least twelve
//! points; fewer give [`Caution::ShortBaseline`].
//!
//! # Signals
//! As NHS England's *Making Data Count*: a point outside; seven in a row on one side of the centre; seven rising or falling; two of
//! three near a limit, all three on one side (`NHSRplotthedots`: near is the outer third, a point outside not counted). A point on
//! the centre line ends a run, equal neighbours end a rise. [`Rule::MovingRange`] is Wheeler's, off by default. Where nothing
//! happens and the limits are known, normal values give a point outside every 370 points on average, a run every 127, two of three
//! near a limit every 900, and some signal every 85: one false alarm in seven years of months.
//!
//! # Over-dispersion
//! Var = μ + φ μ²; φ solves `Σ (c − μ)² / (μ + φ μ²) = n − 1` over the baseline (Breslow, *Applied Statistics* 33, 1984), 0 when the
//! counts vary no more than Poisson. With equal exposures it is `(s² − mean) / mean²`.
//!
//! # Pitfalls
//! Months with a season, a trend, or counts that follow one another (a campaign, a backlog) signal without any change of the system:
//! take differences to the same month of last year, or look for the cause first. A change of recording is a new baseline. Twenty charts
//! that are read together have twenty times the false alarms. Values in any unit, one for each equal period; exposures in any unit.
//!
//! # Cost
//! A few passes; a binary search for each exact limit.

use crate::error::{Error, Result};
use crate::month::Month;
use counts::{Counts, NEAR, OUTSIDE, dispersion};
use std::fmt;
use std::ops::Range;

mod counts;
mod signals;

pub use signals::{Rule, Rules, Side, Signal};

/// Mean moving ranges from the mean to a limit: 3 / d₂ of two values, rounded as is the custom.
const XMR_LIMIT: f64 = 2.66;
/// Mean moving ranges to the limit of the moving range: D₄ of two values.
const RANGE_LIMIT: f64 = 3.268;
/// Power that makes an exponential waiting time nearly normal.
const WAITING: f64 = 3.6;

/// What to mind when reading a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caution {
    /// Fewer than twelve points in the baseline: the limits are uncertain.
    ShortBaseline,
    /// Whole numbers below five on average: too coarse for the distance between two to say how far the next may be.
    SmallCounts,
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ShortBaseline => "the baseline has fewer than twelve points, so the limits are uncertain",
            Self::SmallCounts => {
                "counts below five on average are too coarse for this chart: use exact limits or the time between events"
            }
        })
    }
}

/// Which chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartKind {
    /// Individual values and moving ranges.
    Xmr,
    /// Poisson counts (c) or rates (u).
    Poisson,
    /// Counts or rates with over-dispersion.
    NegativeBinomial,
    /// Whole numbers between events.
    Geometric,
    /// Time between events.
    TimeBetween,
}

/// Where limits come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limits {
    /// Multiples of the mean moving range.
    MovingRange,
    /// Three, and for near limits two, standard deviations.
    ThreeSigma,
    /// Tails of the distribution: 0.00135 and 0.02275 on each side.
    Exact,
}

/// Which points are the baseline, and what makes a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartParams {
    /// Points from which the limits come.
    pub baseline: Range<usize>,
    /// What makes a signal.
    pub rules: Rules,
}

impl Signal {
    /// What it says of a chart of months, where so many figures lie from its first month to its last.
    pub fn words(&self, from: Month, to: Month, count: usize) -> String {
        self.between(&from.in_words(), &to.in_words(), count)
    }

    /// What it says of a chart whose first and last period of the signal are called so, with so many figures from the one to the other.
    pub fn between(&self, from: &str, to: &str, count: usize) -> String {
        let above = self.side == Side::Above;
        match self.rule {
            Rule::Outside => format!("{from} is {} limit", if above { "above the upper" } else { "below the lower" }),
            Rule::Run => {
                format!("{from} to {to}, {count} in a row, are {} the centre line", if above { "above" } else { "below" })
            }
            Rule::Trend => format!("{from} to {to}, {count} in a row, {}", if above { "rise" } else { "fall" }),
            Rule::TwoOfThree => {
                format!("{from} to {to}: two of three are near the {} limit", if above { "upper" } else { "lower" })
            }
            Rule::MovingRange => {
                format!("the step {} from {from} to {to} is larger than its limit", if above { "up" } else { "down" })
            }
        }
    }
}

impl ChartParams {
    /// A baseline, with the signals of *Making Data Count*.
    pub const fn new(baseline: Range<usize>) -> Self {
        Self { baseline, rules: Rules::MAKING_DATA_COUNT }
    }
}

/// A point and its limits, in the units of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Value.
    pub value: f64,
    /// Centre line.
    pub center: f64,
    /// A value below is a signal.
    pub lower: f64,
    /// A value above is a signal.
    pub upper: f64,
    /// A value below is near the lower limit.
    pub near_lower: f64,
    /// A value above is near the upper limit.
    pub near_upper: f64,
}

impl ChartPoint {
    fn side(&self) -> Option<Side> {
        (self.value != self.center).then_some(if self.value > self.center { Side::Above } else { Side::Below })
    }

    fn outside(&self) -> Option<Side> {
        if self.value > self.upper { Some(Side::Above) } else { (self.value < self.lower).then_some(Side::Below) }
    }

    fn is_near(&self) -> bool {
        self.outside().is_none() && (self.value > self.near_upper || self.value < self.near_lower)
    }
}

/// A chart: which it is, its baseline, its limits at every point, and its signals.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlChart {
    /// Which chart.
    pub kind: ChartKind,
    /// Where the limits come from.
    pub limits: Limits,
    /// Points from which they come.
    pub baseline: Range<usize>,
    /// What makes a signal.
    pub rules: Rules,
    /// Mean of the baseline; per unit of exposure where there is one.
    pub mean: f64,
    /// Mean moving range of the baseline, where limits come from it (of `t^(1/3.6)` in a t chart).
    pub mean_moving_range: Option<f64>,
    /// Upper limit of a moving range, where there is one.
    pub moving_range_limit: Option<f64>,
    /// φ of Var = μ + φ μ², where it is estimated.
    pub dispersion: Option<f64>,
    /// Every point with its limits.
    pub points: Vec<ChartPoint>,
    /// Signals by rule, then by point.
    pub signals: Vec<Signal>,
    /// What to mind.
    pub cautions: Vec<Caution>,
}

/// Individual values and moving ranges (XmR) in order of time.
///
/// # Errors
/// [`Error::OutOfRange`] when a value is not finite, or the baseline is not at least two points of the series.
///
/// ```
/// use hotspot_core::time::control_chart::{ChartParams, xmr};
///
/// let months = [12.0, 15.0, 11.0, 14.0, 13.0, 18.0, 12.0, 16.0, 14.0, 15.0, 13.0, 31.0];
/// let chart = xmr(&months, &ChartParams::new(0..11))?;
/// assert!((chart.points[0].lower - 5.663091).abs() < 1e-6 && (chart.points[0].upper - 22.155091).abs() < 1e-6);
/// assert_eq!(chart.signals[0].to_string(), "point 12 is above the upper limit");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn xmr(values: &[f64], params: &ChartParams) -> Result<ControlChart> {
    finite(values)?;
    let Moving { mean, range } = Moving::of(values, params)?;
    let whole = values[params.baseline.clone()].iter().all(|v| *v >= 0.0 && v.fract() == 0.0);
    let points = values
        .iter()
        .map(|value| ChartPoint {
            value: *value,
            center: mean,
            lower: mean - XMR_LIMIT * range,
            upper: mean + XMR_LIMIT * range,
            near_lower: mean - XMR_LIMIT * range * 2.0 / 3.0,
            near_upper: mean + XMR_LIMIT * range * 2.0 / 3.0,
        })
        .collect();
    let base = Base { kind: ChartKind::Xmr, limits: Limits::MovingRange, mean, small: whole && mean < 5.0 };
    let limit = RANGE_LIMIT * range;
    let mut chart = base.chart(points, params);
    chart.mean_moving_range = Some(range);
    chart.moving_range_limit = Some(limit);
    chart.add_range_signals(values, limit);
    Ok(chart)
}

/// Counts in order of time, each over its `exposure` (days, residents; 1 for a c chart), as Poisson.
///
/// # Errors
/// [`Error::Length`] when there is not one exposure for each count. [`Error::OutOfRange`] when an exposure is not positive and finite,
/// the baseline is not at least two points of the series, or the limits are those of moving ranges.
///
/// ```
/// use hotspot_core::time::control_chart::{ChartParams, Limits, poisson_chart};
///
/// let chart = poisson_chart(&[2, 3, 1, 2, 2, 9], &[1.0; 6], Limits::Exact, &ChartParams::new(0..5))?;
/// assert_eq!((chart.points[5].lower, chart.points[5].upper), (0.0, 7.0));
/// assert_eq!(chart.signals.len(), 1);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn poisson_chart(counts: &[u64], exposure: &[f64], limits: Limits, params: &ChartParams) -> Result<ControlChart> {
    if limits == Limits::MovingRange {
        return Err(Error::OutOfRange { what: "limits", must: "exact or three sigma for counts" });
    }
    let rate = mean_rate(counts, exposure, params)?;
    let point = |(count, exposure): (&u64, &f64)| {
        let expected = rate * exposure;
        let [lower, upper, near_lower, near_upper] = if limits == Limits::Exact {
            Counts { mean: expected, dispersion: 0.0 }.limits()
        } else {
            let sigma = expected.sqrt();
            [-3.0, 3.0, -2.0, 2.0].map(|k| (expected + k * sigma).max(0.0))
        };
        ChartPoint { value: *count as f64, center: expected, lower, upper, near_lower, near_upper }.per(*exposure)
    };
    let base = Base { kind: ChartKind::Poisson, limits, mean: rate, small: false };
    Ok(base.chart(counts.iter().zip(exposure).map(point).collect(), params))
}

/// Counts in order of time, each over its `exposure`, with the over-dispersion of the baseline.
///
/// # Errors
/// As [`poisson_chart`].
///
/// ```
/// use hotspot_core::time::control_chart::{ChartParams, Limits, negative_binomial_chart, poisson_chart};
///
/// let months = [20, 41, 12, 33, 25, 50, 18, 29, 44, 15, 38, 27, 58];
/// let chart = negative_binomial_chart(&months, &[1.0; 13], &ChartParams::new(0..12))?;
/// assert!(chart.dispersion.is_some_and(|phi| phi > 0.1));
/// assert!(chart.signals.is_empty());
/// // Poisson limits are too narrow for such months.
/// assert!(!poisson_chart(&months, &[1.0; 13], Limits::Exact, &ChartParams::new(0..12))?.signals.is_empty());
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn negative_binomial_chart(counts: &[u64], exposure: &[f64], params: &ChartParams) -> Result<ControlChart> {
    let rate = mean_rate(counts, exposure, params)?;
    let base = params.baseline.clone();
    let dispersion = dispersion(&counts[base.clone()], &exposure[base], rate);
    let point = |(count, exposure): (&u64, &f64)| {
        let expected = rate * exposure;
        let [lower, upper, near_lower, near_upper] = Counts { mean: expected, dispersion }.limits();
        ChartPoint { value: *count as f64, center: expected, lower, upper, near_lower, near_upper }.per(*exposure)
    };
    let base = Base { kind: ChartKind::NegativeBinomial, limits: Limits::Exact, mean: rate, small: false };
    let mut chart = base.chart(counts.iter().zip(exposure).map(point).collect(), params);
    chart.dispersion = Some(dispersion);
    Ok(chart)
}

/// Whole numbers of days, or of cases, between rare events (0 and up), in order of time, as geometric.
///
/// Below the lower limit events come too fast, above the upper they have become rare.
///
/// # Errors
/// [`Error::OutOfRange`] when the baseline is not at least two points of the series.
pub fn g_chart(gaps: &[u64], params: &ChartParams) -> Result<ControlChart> {
    if gaps.iter().any(|gap| *gap > MOST_COUNTED) {
        return Err(Error::OutOfRange { what: "gap", must: "1,000,000,000,000 at most" });
    }
    let base = baseline(gaps, params)?;
    let mean = base.iter().sum::<u64>() as f64 / base.len() as f64;
    // ln of P(gap > 0); −∞ when all gaps are 0.
    let ln_q = (mean / (1.0 + mean)).ln();
    // P(gap > c) = q^(c+1) is at most the tail; P(gap < c) = 1 − q^c is at most the tail.
    let upper = |tail: f64| if mean == 0.0 { 0.0 } else { ((tail.ln() / ln_q).ceil() - 1.0).max(0.0) };
    let lower = |tail: f64| if mean == 0.0 { 0.0 } else { ((-tail).ln_1p() / ln_q).floor() };
    let center = upper(0.5);
    let point = |gap: &u64| ChartPoint {
        value: *gap as f64,
        center,
        lower: lower(OUTSIDE),
        upper: upper(OUTSIDE),
        near_lower: lower(NEAR),
        near_upper: upper(NEAR),
    };
    let points = gaps.iter().map(point).collect();
    Ok(Base { kind: ChartKind::Geometric, limits: Limits::Exact, mean, small: false }.chart(points, params))
}

/// Times between rare events, in any unit, in order of time: XmR of `t^(1/3.6)`, limits turned back into times.
///
/// Below the lower limit events come too fast, above the upper they have become rare.
///
/// # Errors
/// [`Error::OutOfRange`] when a time is negative or not finite, or the baseline is not at least two points of the series.
pub fn t_chart(times: &[f64], params: &ChartParams) -> Result<ControlChart> {
    finite(times)?;
    if times.iter().any(|t| *t < 0.0) {
        return Err(Error::OutOfRange { what: "time between events", must: "not negative" });
    }
    let shown: Vec<f64> = times.iter().map(|t| t.powf(1.0 / WAITING)).collect();
    let Moving { mean, range } = Moving::of(&shown, params)?;
    let back = |y: f64| y.max(0.0).powf(WAITING);
    let point = |time: &f64| ChartPoint {
        value: *time,
        center: back(mean),
        lower: back(mean - XMR_LIMIT * range),
        upper: back(mean + XMR_LIMIT * range),
        near_lower: back(mean - XMR_LIMIT * range * 2.0 / 3.0),
        near_upper: back(mean + XMR_LIMIT * range * 2.0 / 3.0),
    };
    let points = times.iter().map(point).collect();
    let base = baseline(times, params)?;
    let mean = base.iter().sum::<f64>() / base.len() as f64;
    let mut chart = Base { kind: ChartKind::TimeBetween, limits: Limits::MovingRange, mean, small: false }.chart(points, params);
    chart.mean_moving_range = Some(range);
    chart.add_range_signals(&shown, RANGE_LIMIT * range);
    Ok(chart)
}

fn finite(values: &[f64]) -> Result<()> {
    if values.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(Error::OutOfRange { what: "value", must: "finite" }) }
}

/// The points of the baseline.
fn baseline<'a, T>(values: &'a [T], params: &ChartParams) -> Result<&'a [T]> {
    let points = values.get(params.baseline.clone()).filter(|points| points.len() >= 2);
    points.ok_or(Error::OutOfRange { what: "baseline", must: "at least two points of the series" })
}

/// Mean and mean moving range of a baseline.
struct Moving {
    mean: f64,
    range: f64,
}

impl Moving {
    fn of(values: &[f64], params: &ChartParams) -> Result<Self> {
        let base = baseline(values, params)?;
        let mean = base.iter().sum::<f64>() / base.len() as f64;
        let range = base.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / (base.len() - 1) as f64;
        // The widest limit is 3.268 times the range.
        if !(mean.abs() + 4.0 * range).is_finite() {
            return Err(Error::OutOfRange { what: "value", must: "small enough that its limits are finite" });
        }
        Ok(Self { mean, range })
    }
}

/// Largest count whose limits are looked for one by one.
const MOST_COUNTED: u64 = 1_000_000_000_000;

/// Counts over exposure in the baseline.
fn mean_rate(counts: &[u64], exposure: &[f64], params: &ChartParams) -> Result<f64> {
    if exposure.len() != counts.len() {
        return Err(Error::Length { what: "exposures", got: exposure.len(), expected: counts.len() });
    }
    if exposure.iter().any(|e| !(*e > 0.0 && e.is_finite())) {
        return Err(Error::OutOfRange { what: "exposure", must: "positive and finite" });
    }
    if counts.iter().any(|c| *c > MOST_COUNTED) {
        return Err(Error::OutOfRange { what: "count", must: "1,000,000,000,000 at most" });
    }
    let base = baseline(counts, params)?;
    let all: f64 = exposure[params.baseline.clone()].iter().sum();
    let rate = base.iter().map(|c| *c as f64).sum::<f64>() / all;
    if !all.is_finite() || exposure.iter().any(|e| !((rate * e).is_finite() && (1.0 / e).is_finite())) {
        return Err(Error::OutOfRange { what: "exposure", must: "of a size that leaves rates finite" });
    }
    Ok(rate)
}

impl ChartPoint {
    /// The same as a rate.
    fn per(self, exposure: f64) -> Self {
        Self {
            value: self.value / exposure,
            center: self.center / exposure,
            lower: self.lower / exposure,
            upper: self.upper / exposure,
            near_lower: self.near_lower / exposure,
            near_upper: self.near_upper / exposure,
        }
    }
}

/// What a chart is besides its points.
struct Base {
    kind: ChartKind,
    limits: Limits,
    mean: f64,
    small: bool,
}

impl Base {
    fn chart(self, points: Vec<ChartPoint>, params: &ChartParams) -> ControlChart {
        let mut cautions = Vec::new();
        if params.baseline.len() < 12 {
            cautions.push(Caution::ShortBaseline);
        }
        if self.small {
            cautions.push(Caution::SmallCounts);
        }
        let signals = signals::signals(&points, params.rules);
        ControlChart {
            kind: self.kind,
            limits: self.limits,
            baseline: params.baseline.clone(),
            rules: params.rules,
            mean: self.mean,
            mean_moving_range: None,
            moving_range_limit: None,
            dispersion: None,
            points,
            signals,
            cautions,
        }
    }
}

impl ControlChart {
    fn add_range_signals(&mut self, values: &[f64], limit: f64) {
        if self.rules.contains(Rule::MovingRange) {
            for (from, pair) in values.windows(2).enumerate() {
                if (pair[1] - pair[0]).abs() > limit {
                    let side = if pair[1] > pair[0] { Side::Above } else { Side::Below };
                    self.signals.push(Signal { rule: Rule::MovingRange, side, from, to: from + 1 });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
