//! A fair test: would the places that a method names this month have held the incidents of the next?
//!
//! # Definition
//! For every origin t the method sees the months t − train + 1 to t, ranks all units, and flags the first ones until a share of the
//! area is reached, the last one in part ([`Cut::AreaShareInPart`]); the months t + 1 to t + test then say what it caught. Origins roll
//! forward by one test period, so that no month is tested twice. All methods see the same months, units, incidents and shares.
//! Zones without an incident are units like all others.
//!
//! # Methods
//!
//! | method | a unit's predicted density |
//! | --- | --- |
//! | [`Method::Count`] | incidents of the training months over area: what any analyst would do, and the baseline |
//! | [`Method::Kde`] | quartic kernel density of their points at the unit's centre, [`KDE_BANDWIDTH_M`]; of polygons, that of their counts over that of their areas, all at their centres |
//! | [`Method::GiStar`] | z of Gi* of the counts, the unit among its neighbours |
//! | [`Method::Scan`] | log likelihood ratio of the scan cluster that holds it, 0 in none |
//! | [`Method::Posterior`] | gamma–Poisson posterior mean of its rate: the hotspot rule's own order |
//! | [`Method::Combined`] | mean of its ranks by the other five |
//!
//! # Measures
//! Hits, hit rate, PAI, PEI, PEI* ([`mod@super::pai`]); ties are taken as expected of a random order, and given at worst and at best. PEI
//! compares with the best flagging of the same area; PEI* with the best one by whole patrol areas: cells one resolution coarser
//! (polygons are their own). Of all origins together the sums are compared, not the means of ratios.
//!
//! # Intervals
//! Moving-block bootstrap over area and month together (Künsch 1989; Lahiri 2003): each replicate draws squares of
//! [`BLOCK_M`] metres with replacement and runs of [`BLOCK_ORIGINS`] successive origins, and takes hits, incidents and flagged area from
//! both. Repeats of one victim, and a busy month, so stay together. The percentile interval is of PAI; [`Score::gain`] has that of the difference
//! to the baseline, from the same draws. With few origins or squares it is too narrow: [`Backtest::origins`] and `n` stand beside it.
//!
//! # Verdict
//! A method is better than the baseline where the whole interval of its gain is above 0, worse where it is below, and otherwise the test
//! cannot tell: then the simplest method stands.
//!
//! # Pitfalls
//! - What is predicted is *records*. A method that follows patrols predicts patrols.
//! - Facts are those known today. Flags and late reports that came after the origin help every method alike.
//! - PAI at 1 % of the area says nothing of rural or thinly reported places, whatever their need.
//! - Months are by the month in which it happened. A recording break inside the months changes both sides of the ratio.
//!
//! # Cost
//! Methods × origins × one pass over units; the scan is the dearest, about 10 ms for 16,666 cells.

mod bootstrap;
mod predict;

#[cfg(test)]
mod tests;

use super::pai::{Cut, Forecast, Order, PaiParams, Tied, flagged, pai};
use crate::cube::{Facts, Filter};
use crate::error::{Error, Result};
use crate::incident::{Strand, UnknownName};
use crate::month::{Month, MonthRange};
use crate::units::Units;
use bootstrap::Resampled;
use h3o::Resolution;
use predict::Predictor;
use rayon::prelude::*;
use std::fmt;
use std::str::FromStr;

/// Bandwidth of [`Method::Kde`], metres.
pub const KDE_BANDWIDTH_M: f64 = 500.0;
/// Side of the squares of the bootstrap, metres.
pub const BLOCK_M: f64 = 5_000.0;
/// Successive origins of a block of the bootstrap; all when there are fewer.
pub const BLOCK_ORIGINS: usize = 3;

/// How places are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Incidents of the training months over area: the baseline.
    Count,
    /// Kernel density.
    Kde,
    /// Gi* z.
    GiStar,
    /// Clusters of the scan.
    Scan,
    /// Gamma–Poisson posterior mean.
    Posterior,
    /// Mean rank of the others.
    Combined,
}

impl Method {
    /// All, the baseline first.
    pub const ALL: [Self; 6] = [Self::Count, Self::Kde, Self::GiStar, Self::Scan, Self::Posterior, Self::Combined];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Kde => "kde",
            Self::GiStar => "gi-star",
            Self::Scan => "scan",
            Self::Posterior => "posterior",
            Self::Combined => "combined",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Method {
    type Err = UnknownName;
    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|m| m.id() == text)
            .ok_or(UnknownName { what: "method", allowed: "count, kde, gi-star, scan, posterior, combined" })
    }
}

/// What is tested on.
#[derive(Debug, Clone, Copy)]
pub struct BacktestInput<'a> {
    /// Units.
    pub units: &'a Units,
    /// Resolution of the cells that are ranked; 0 for polygons.
    pub resolution: u8,
    /// Facts; police-generated records are left out.
    pub facts: &'a Facts,
    /// Position in metres of each fact; not finite where there is none.
    pub metres: &'a [[f64; 2]],
    /// Months held.
    pub months: MonthRange,
}

/// How it is tested.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestParams {
    /// Months that a method sees. Default 6.
    pub train: u16,
    /// Months that it is tested on, and the step from origin to origin. Default 1.
    pub test: u16,
    /// Shares of the area. Default 1, 2 and 5 %.
    pub shares: Vec<f64>,
    /// Replicates of the bootstrap. Default 999.
    pub replicates: u32,
    /// Seed. Default 1.
    pub seed: u64,
    /// Level of the intervals. Default 0.95.
    pub level: f64,
}

impl Default for BacktestParams {
    fn default() -> Self {
        Self { train: 6, test: 1, shares: vec![0.01, 0.02, 0.05], replicates: 999, seed: 1, level: 0.95 }
    }
}

/// What a method caught, at one origin or at all together.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Method.
    pub method: Method,
    /// Last month seen; `None` for all origins together.
    pub origin: Option<Month>,
    /// Share of the area flagged.
    pub area_share: f64,
    /// Incidents of the test months in the flagged area.
    pub hits: Tied,
    /// Incidents of the test months.
    pub n: u64,
    /// Hit rate; `None` without incidents.
    pub hit_rate: Option<f64>,
    /// PAI, ties as expected.
    pub pai: Option<f64>,
    /// Interval of PAI.
    pub limits: Option<[f64; 2]>,
    /// Hits over the most that the area could have caught.
    pub pei: Option<f64>,
    /// The same by whole patrol areas.
    pub pei_star: Option<f64>,
    /// PAI less that of [`Method::Count`], with its interval; `None` of the baseline itself.
    pub gain: Option<[f64; 3]>,
    /// Mean Jaccard overlap of the flagged area from one origin to the next; of all origins together only, and when there are two.
    pub stability: Option<f64>,
}

/// Against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The whole interval of the gain is above 0.
    Better,
    /// It is below 0.
    Worse,
    /// It holds 0, or there is none.
    CannotTell,
}

impl Score {
    /// Whether it beats the baseline.
    pub fn against_baseline(&self) -> Against {
        match self.gain {
            Some([_, lower, _]) if lower > 0.0 => Against::Better,
            Some([.., upper]) if upper < 0.0 => Against::Worse,
            _ => Against::CannotTell,
        }
    }
}

/// What a backtest found.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Strand.
    pub strand: Option<Strand>,
    /// Last months seen.
    pub origins: Vec<Month>,
    /// By method, share and origin, all origins together at the end of each share.
    pub scores: Vec<Score>,
}

impl Backtest {
    /// Scores of all origins together.
    pub fn pooled(&self) -> impl Iterator<Item = &Score> {
        self.scores.iter().filter(|s| s.origin.is_none())
    }

    /// The method that the evidence supports at a share: of those that beat the baseline, the one with the highest PAI, else the baseline.
    pub fn supported(&self, area_share: f64) -> Method {
        self.pooled()
            .filter(|s| s.area_share == area_share && s.against_baseline() == Against::Better)
            .max_by(|a, b| a.pai.unwrap_or(0.0).total_cmp(&b.pai.unwrap_or(0.0)).then(b.method.cmp(&a.method)))
            .map_or(Method::Count, |s| s.method)
    }
}

/// One flagging: a method, an origin and a share.
struct Flagging {
    hits: Tied,
    n: u64,
    most: Option<f64>,
    most_by_patrol_areas: Option<f64>,
    /// Part of each unit that is flagged.
    part: Vec<f32>,
    /// By square: hits, incidents, flagged area, area.
    squares: Vec<[f64; 4]>,
}

/// Tests methods on one strand, or on all records.
///
/// # Errors
/// [`Error::OutOfRange`] when the months do not hold one training and one test period, a share is not above 0 and below 1, a number of
/// months or of replicates is 0, or the level is not between 0 and 1; what the methods find wrong.
pub fn backtest(
    input: &BacktestInput<'_>,
    strand: Option<Strand>,
    methods: &[Method],
    params: &BacktestParams,
) -> Result<Backtest> {
    check(input, params)?;
    let origins = origins(input.months, params);
    if origins.is_empty() {
        return Err(Error::OutOfRange { what: "months held", must: "at least one training and one test period" });
    }
    let level = input.units.level(input.resolution).ok_or(Error::OutOfRange { what: "resolution", must: "one of the grid" })?;
    let predictor = Predictor::new(input, level)?;
    let squares = squares(&predictor.centers);
    let patrol_areas = patrol_areas(input);
    let wanted = |method: &Method| methods.contains(method) || *method == Method::Count;
    let used: Vec<Method> = Method::ALL.into_iter().filter(wanted).collect();
    let of_origin = |origin: &Month| -> Result<Vec<Vec<Flagging>>> {
        let seen = MonthRange::ending(*origin, params.train);
        let tested = MonthRange::ending(origin.plus(params.test), params.test);
        let observed = level.counts(input.facts, &Filter { strands: strand.into(), ..Filter::over(tested) });
        let predicted = predictor.all(Filter { strands: strand.into(), ..Filter::over(seen) }, &used)?;
        predicted
            .iter()
            .map(|values| flaggings(values, &observed, level.area_km2, &squares, patrol_areas.as_deref(), params))
            .collect()
    };
    // Each origin by itself, in the order of time: the same on any number of threads.
    let by_origin: Vec<Vec<Vec<Flagging>>> = origins.par_iter().map(of_origin).collect::<Result<_>>()?;
    let mut scores = Vec::new();
    for (m, method) in used.iter().enumerate().filter(|(_, m)| methods.contains(m)) {
        for (s, share) in params.shares.iter().enumerate() {
            let of = |m: usize, origins: std::ops::Range<usize>| -> Vec<&Flagging> {
                by_origin[origins].iter().map(|o| &o[m][s]).collect()
            };
            let baseline = |origins: std::ops::Range<usize>| (*method != Method::Count).then(|| of(0, origins));
            let each = (0..origins.len()).map(|o| (Some(origins[o]), o..o + 1)).chain([(None, 0..origins.len())]);
            for (origin, range) in each {
                scores.push(score(*method, origin, *share, &of(m, range.clone()), baseline(range).as_deref(), params));
            }
        }
    }
    Ok(Backtest { strand, origins, scores })
}

/// Last months seen: the last test period ends with the months held, and each begins where the one before it ends.
fn origins(months: MonthRange, params: &BacktestParams) -> Vec<Month> {
    let (train, test) = (usize::from(params.train), usize::from(params.test));
    let count = months.len().saturating_sub(train) / test;
    (0..count).rev().map(|back| months.to().minus(((back + 1) * test) as u16)).collect()
}

fn check(input: &BacktestInput<'_>, params: &BacktestParams) -> Result<()> {
    if input.metres.len() != input.facts.len() {
        return Err(Error::Length { what: "positions", got: input.metres.len(), expected: input.facts.len() });
    }
    let rules = [
        (params.train > 0 && params.test > 0, "training and test months", "1 or more"),
        (
            params.shares.iter().all(|s| *s > 0.0 && *s < 1.0) && !params.shares.is_empty(),
            "area shares",
            "one or more between 0 and 1",
        ),
        (params.replicates > 0, "replicates", "1 or more"),
        (params.level > 0.0 && params.level < 1.0, "level", "between 0 and 1, such as 0.95"),
    ];
    rules.iter().find(|(holds, ..)| !holds).map_or(Ok(()), |(_, what, must)| Err(Error::OutOfRange { what, must }))
}

/// For each unit, the number of its square of the bootstrap, from 0 without gaps.
fn squares(centers: &[[f64; 2]]) -> Vec<u32> {
    let of = |[x, y]: &[f64; 2]| ((x / BLOCK_M).floor() as i64, (y / BLOCK_M).floor() as i64);
    let mut known: Vec<(i64, i64)> = centers.iter().map(of).collect();
    known.sort_unstable();
    known.dedup();
    centers.iter().map(|c| known.binary_search(&of(c)).expect("every square is known") as u32).collect()
}

/// For each cell its parent, numbered; `None` for polygons.
fn patrol_areas(input: &BacktestInput<'_>) -> Option<Vec<u32>> {
    let Units::Cells(grid) = input.units else { return None };
    let level = grid.level(Resolution::try_from(input.resolution).ok()?)?;
    let coarser = Resolution::try_from(input.resolution.checked_sub(1)?).ok()?;
    let parents: Vec<_> = level.cells().iter().map(|cell| cell.parent(coarser)).collect::<Option<_>>()?;
    let mut known = parents.clone();
    known.sort_unstable();
    known.dedup();
    Some(parents.iter().map(|p| known.binary_search(p).expect("every parent is known") as u32).collect())
}

fn flaggings(
    predicted: &[f64],
    observed: &[u32],
    area_km2: &[f64],
    squares: &[u32],
    patrol_areas: Option<&[u32]>,
    params: &BacktestParams,
) -> Result<Vec<Flagging>> {
    let forecast = Forecast { predicted, observed, area_km2 };
    let cuts: Vec<Cut> = params.shares.iter().map(|share| Cut::AreaShareInPart(*share)).collect();
    let accuracy = pai(&forecast, &cuts, &PaiParams { order: Order::Score, patrol_areas, ..PaiParams::default() })?;
    let n = observed.iter().map(|o| u64::from(*o)).sum();
    let count = squares.iter().max().map_or(0, |last| *last as usize + 1);
    Ok(accuracy
        .iter()
        .zip(&params.shares)
        .map(|(at, share)| {
            let part = flagged(predicted, area_km2, *share);
            let mut sums = vec![[0.0; 4]; count];
            for (row, square) in squares.iter().enumerate() {
                let sum = &mut sums[*square as usize];
                let (of, observed, area) = (part[row], f64::from(observed[row]), area_km2[row]);
                for (total, value) in sum.iter_mut().zip([of * observed, observed, of * area, area]) {
                    *total += value;
                }
            }
            let most = |index: Option<Tied>| index.map(|pei| at.hits.best / pei.best).filter(|most| most.is_finite());
            Flagging {
                hits: at.hits,
                n,
                most: most(at.pei),
                most_by_patrol_areas: most(at.pei_star),
                part: part.iter().map(|p| *p as f32).collect(),
                squares: sums,
            }
        })
        .collect())
}

fn score(
    method: Method,
    origin: Option<Month>,
    area_share: f64,
    flaggings: &[&Flagging],
    baseline: Option<&[&Flagging]>,
    params: &BacktestParams,
) -> Score {
    let sum = |of: fn(&Flagging) -> f64| flaggings.iter().map(|f| of(f)).sum::<f64>();
    let hits = Tied { worst: sum(|f| f.hits.worst), expected: sum(|f| f.hits.expected), best: sum(|f| f.hits.best) };
    let n: u64 = flaggings.iter().map(|f| f.n).sum();
    let most = |of: fn(&Flagging) -> Option<f64>| {
        let most: f64 = flaggings.iter().filter_map(|f| of(f)).sum();
        (most > 0.0).then(|| hits.expected / most)
    };
    let hit_rate = (n > 0).then(|| hits.expected / n as f64);
    let resampled = Resampled::new(flaggings, baseline, params);
    let overlap = |pair: &[&Flagging]| {
        let (both, either) = pair[0]
            .part
            .iter()
            .zip(&pair[1].part)
            .fold((0.0, 0.0), |(both, either), (a, b)| (both + f64::from(a.min(*b)), either + f64::from(a.max(*b))));
        both / either
    };
    let pairs: Vec<f64> = flaggings.windows(2).map(overlap).collect();
    Score {
        method,
        origin,
        area_share,
        hits,
        n,
        hit_rate,
        pai: hit_rate.map(|h| h / area_share),
        limits: resampled.pai(params.level),
        pei: most(|f| f.most),
        pei_star: most(|f| f.most_by_patrol_areas),
        gain: resampled.gain(params.level),
        stability: (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64),
    }
}
