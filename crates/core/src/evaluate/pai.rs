//! How good was a forecast? Hit rate, PAI, PEI and their kin, with ties shown.
//!
//! # Definition
//! A forecast flags an area a of A; n of the N later incidents lie inside.
//!
//! | measure | formula | source |
//! | --- | --- | --- |
//! | hit rate | n / N | |
//! | PAI, predictive accuracy index | (n/N) / (a/A) | Chainey, Tompson and Uhlig 2008 |
//! | penalised PAI | (n/N) / (a/A)^α, that is PAI · (a/A)^(1−α) | Joshi, Curtis-Ham and others 2021 |
//! | PEI, prediction efficiency index | n / n*, n* the most that any choice of the same area could have caught | Hunt 2016 |
//! | PEI* | the same among the units where an operation is possible | White, Hunt and Green 2023 |
//! | recovery ratio | predicted / observed in the flagged area | "RRI" of ptools |
//! | SER, search efficiency rate | n per km² and period | Bowers, Johnson and Pease 2004 |
//! | recapture rate index | (n₂/n₁) / (N₂/N₁): growth inside against growth everywhere | Levine 2008, also "RRI" |
//!
//! Units are flagged by predicted density, the highest first, until the [`Cut`].
//!
//! # Ties
//! Sparse forecasts tie: of many units with the same score only some are flagged, and which is chance. Every measure is
//! therefore given at worst, as expected of a random choice, and at best. (`ptools` gives the worst, most code gives whatever the
//! sort left.) With unequal areas inside a tie, worst and best go by observed density, and the expected value is the ratio of the expectations.
//!
//! # The optimum n*
//! With equal areas it is the sum of the k largest counts. With unequal ones it is a knapsack, solved exactly (by least area for
//! each number of incidents) up to 200 million steps, above which the unit at the edge is taken in part: then PEI is a little
//! too small, and [`Optimum`] says so. Where the last unit is flagged in part ([`Cut::AreaShareInPart`]) the optimum may take its last unit in
//! part too, and the densest first is exact. (`ptools` compares with the same *number* of units, which unequal areas make wrong.) Rules of shape: [`PaiParams::patrol_areas`].
//!
//! # Interval
//! Exact binomial limits (Clopper–Pearson) of the hit rate given N, over the area share: from the worst case's lower to the
//! best case's upper limit. It takes the N incidents as independent; series of incidents make it too narrow. To compare two
//! methods use the same months and [`super::stability`].
//!
//! # Pitfalls
//! PAI rises by itself as the area shrinks: compare only at equal area. Its largest possible value is A/a. Drawve and Wooditch (2019)
//! prefer street length to area; give it as the area. N of 0 has no hit rate: `None`, not 0.
//!
//! # Cost
//! One sort of the units, and the knapsack once for all cuts.

use crate::error::{Error, Result};
use crate::rate::clopper_pearson_limits;
use crate::rate::poisson::check_level;
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// What was predicted and what came, by unit.
#[derive(Debug, Clone, Copy)]
pub struct Forecast<'a> {
    /// Score of each unit; for the recovery ratio, the predicted number of incidents.
    pub predicted: &'a [f64],
    /// Later incidents.
    pub observed: &'a [u32],
    /// Square kilometres, positive.
    pub area_km2: &'a [f64],
}

/// How much is flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// So many units; all when there are fewer.
    Units(u32),
    /// As many units as fit in this share of the area.
    AreaShare(f64),
    /// Exactly this share of the area: the last unit is flagged in part, and so are its incidents. Methods are compared at equal
    /// area only so.
    AreaShareInPart(f64),
}

/// By what units are flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Score over area: for scores that add up over units, such as predicted counts.
    #[default]
    Density,
    /// The score itself: for z scores, probabilities, ranks.
    Score,
}

/// How accuracy is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaiParams<'a> {
    /// By what units are flagged. Default: density.
    pub order: Order,
    /// α of the penalised PAI, in 0 to 1; 1 is PAI itself, 0 the hit rate. Default 0.5.
    pub penalty: f64,
    /// Periods that the observed incidents cover, for SER. Default 1.
    pub periods: f64,
    /// Level of the interval of PAI. Default 0.95.
    pub level: f64,
    /// Units where an operation is possible, for PEI*. Default: all, PEI* is then PEI.
    pub allowed: Option<&'a [bool]>,
    /// The patrol area of each unit, for PEI*: an operation takes whole areas. Default: each unit is its own.
    pub patrol_areas: Option<&'a [u32]>,
}

impl Default for PaiParams<'_> {
    fn default() -> Self {
        Self { order: Order::Density, penalty: 0.5, periods: 1.0, level: 0.95, allowed: None, patrol_areas: None }
    }
}

/// A number that depends on which of the tied units were flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tied {
    /// With the fewest incidents.
    pub worst: f64,
    /// Of a random choice.
    pub expected: f64,
    /// With the most incidents.
    pub best: f64,
}

impl Tied {
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { worst: f(self.worst), expected: f(self.expected), best: f(self.best) }
    }

    fn with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self { worst: f(self.worst, other.worst), expected: f(self.expected, other.expected), best: f(self.best, other.best) }
    }

    fn is_nan(self) -> bool {
        self.worst.is_nan() || self.expected.is_nan() || self.best.is_nan()
    }
}

/// Whether n* was found exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimum {
    /// The most that whole units could have caught.
    Exact,
    /// With the unit at the edge taken in part: at most one unit's incidents too many.
    Bound,
}

/// The accuracy at one cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// Units flagged, one in part included.
    pub units: u32,
    /// Area flagged, km².
    pub area_km2: f64,
    /// Share of the whole area.
    pub area_share: f64,
    /// Sum of the scores of the flagged units.
    pub predicted: Tied,
    /// Later incidents inside.
    pub hits: Tied,
    /// Hits over all later incidents; `None` without any.
    pub hit_rate: Option<Tied>,
    /// Hit rate over area share; `None` also when nothing is flagged.
    pub pai: Option<Tied>,
    /// Limits of PAI.
    pub pai_limits: Option<[f64; 2]>,
    /// Penalised PAI.
    pub penalised_pai: Option<Tied>,
    /// Hits over the most that the same area could have caught; `None` when that is 0.
    pub pei: Option<Tied>,
    /// The same among the allowed units: may be above 1 where units were flagged that are not allowed.
    pub pei_star: Option<Tied>,
    /// Whether the optima of PEI and PEI* are exact.
    pub optimum: Optimum,
    /// Predicted over observed inside: infinite without a hit, `None` when both are 0.
    pub recovery_ratio: Option<Tied>,
    /// Hits per km² and period; `None` when nothing is flagged.
    pub search_efficiency: Option<Tied>,
}

/// The accuracy of a forecast at each cut.
///
/// # Errors
/// [`Error::Length`] when columns differ in length; [`Error::OutOfRange`] when a score is not finite, an area, the periods or an
/// area share not positive and finite, a sum or a density is not finite, the penalty not in 0 to 1, or the level not in (0, 1).
///
/// ```
/// use hotspot_core::evaluate::pai::{Cut, Forecast, PaiParams, pai};
///
/// let forecast = Forecast {
///     predicted: &[8.0, 4.0, 4.0, 2.0, 1.0, 0.0],
///     observed: &[6, 7, 3, 2, 1, 0],
///     area_km2: &[1.0; 6],
/// };
/// let top = &pai(&forecast, &[Cut::Units(2)], &PaiParams::default())?[0];
/// let index = top.pai.expect("incidents");
/// // One of the two tied units was flagged: 6 + 3 incidents at worst, 6 + 7 at best.
/// assert!((index.worst - 1.421053).abs() < 1e-6 && (index.best - 2.052632).abs() < 1e-6);
/// assert!((top.pei.expect("incidents").worst - 0.692308).abs() < 1e-6);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn pai(forecast: &Forecast, cuts: &[Cut], params: &PaiParams) -> Result<Vec<Accuracy>> {
    check(forecast, cuts, params)?;
    let n = forecast.predicted.len();
    let sums = Sums::new(forecast, params.order);
    let all_area: f64 = forecast.area_km2.iter().sum();
    let densities = forecast.predicted.iter().zip(forecast.area_km2).map(|(p, a)| (p / a).abs() + p.abs());
    if !(all_area.is_finite() && densities.sum::<f64>().is_finite()) {
        return Err(Error::OutOfRange { what: "scores and areas", must: "of a size that leaves their sums and ratios finite" });
    }
    let incidents: u64 = forecast.observed.iter().map(|o| u64::from(*o)).sum();
    // The knapsack is worth its time only where it is asked for.
    let whole = LazyCell::new(|| Goals::new(forecast, params, Oracle::new));
    let in_part = LazyCell::new(|| Goals::new(forecast, params, Oracle::in_part));
    let of_cut = |cut: &Cut| {
        let goals: &Goals = if matches!(cut, Cut::AreaShareInPart(_)) { &in_part } else { &whole };
        let units = match cut {
            Cut::Units(units) => (*units as usize).min(n),
            Cut::AreaShare(share) => sums.expected.partition_point(|s| s.area <= share * all_area * (1.0 + 1e-9)).saturating_sub(1),
            Cut::AreaShareInPart(share) => sums.expected.partition_point(|s| s.area < share * all_area * (1.0 - 1e-9)).min(n),
        };
        let flagged_of = |sums: &[Sum]| match cut {
            Cut::AreaShareInPart(share) => Sum::at_area(sums, share * all_area),
            _ => sums[units],
        };
        let flagged = [flagged_of(&sums.worst), flagged_of(&sums.expected), flagged_of(&sums.best)];
        let at = |of: fn(&Sum) -> f64| Tied { worst: of(&flagged[0]), expected: of(&flagged[1]), best: of(&flagged[2]) };
        let (hits, area, predicted) = (at(|s| s.hits), at(|s| s.area), at(|s| s.predicted));
        let share = area.map(|a| if a == 0.0 { 0.0 } else { a / all_area });
        let hit_rate = (incidents > 0).then(|| hits.map(|h| h / incidents as f64));
        let flagged = units > 0;
        let efficiency = |oracle: &Oracle| {
            let index = hits.with(area.map(|a| oracle.most(a)), |h, most| h / most);
            Some(index).filter(|t| flagged && !t.is_nan())
        };
        Accuracy {
            units: units as u32,
            area_km2: area.expected,
            area_share: share.expected,
            predicted,
            hits,
            hit_rate,
            pai: hit_rate.filter(|_| flagged).map(|h| h.with(share, |h, s| h / s)),
            pai_limits: (flagged && incidents > 0).then(|| {
                let limits = |hits: f64| clopper_pearson_limits(hits as u64, incidents, params.level);
                [limits(hits.worst.floor())[0] / share.worst, limits(hits.best.ceil())[1] / share.best]
            }),
            penalised_pai: hit_rate.filter(|_| flagged).map(|h| h.with(share, |h, s| h / s.powf(params.penalty))),
            pei: efficiency(&goals.all),
            pei_star: efficiency(goals.possible.as_ref().unwrap_or(&goals.all)),
            optimum: goals.optimum(),
            recovery_ratio: Some(predicted.with(hits, |p, h| p / h)).filter(|t| flagged && !t.is_nan()),
            search_efficiency: flagged.then(|| hits.with(area, |h, a| h / a / params.periods)),
        }
    };
    Ok(cuts.iter().map(of_cut).collect())
}

/// The part of each unit that is flagged when exactly this share of the area is, the highest scores first; tied units share what is
/// left for them by area, as is expected of a random order.
///
/// ```
/// use hotspot_core::evaluate::pai::flagged;
/// assert_eq!(flagged(&[3.0, 1.0, 1.0, 0.0], &[1.0; 4], 0.5), [1.0, 0.5, 0.5, 0.0]);
/// ```
pub fn flagged(score: &[f64], area_km2: &[f64], area_share: f64) -> Vec<f64> {
    let mut rows: Vec<u32> = (0..score.len() as u32).collect();
    rows.sort_unstable_by(|a, b| score[*b as usize].total_cmp(&score[*a as usize]).then(a.cmp(b)));
    let mut left = area_share * area_km2.iter().sum::<f64>();
    let mut part = vec![0.0; score.len()];
    for tied in rows.chunk_by(|a, b| score[*a as usize] == score[*b as usize]) {
        if left <= 0.0 {
            break;
        }
        let area: f64 = tied.iter().map(|row| area_km2[*row as usize]).sum();
        for row in tied {
            part[*row as usize] = (left / area).min(1.0);
        }
        left -= area;
    }
    part
}

/// Levine's recapture rate index: crime inside a flagged area after over before, relative to everywhere; above 1 the area kept
/// more than its share of the change. `None` when a count before, or all after, is 0.
///
/// ```
/// use hotspot_core::evaluate::pai::recapture_rate_index;
/// // 40 then 30 inside, 1,000 then 900 everywhere.
/// assert!((recapture_rate_index([40, 30], [1000, 900]).expect("counts") - 0.75 / 0.9).abs() < 1e-12);
/// ```
pub fn recapture_rate_index(inside: [u64; 2], everywhere: [u64; 2]) -> Option<f64> {
    let ratio = |[before, after]: [u64; 2]| (before > 0).then(|| after as f64 / before as f64);
    let (inside, everywhere) = (ratio(inside)?, ratio(everywhere)?);
    (everywhere > 0.0).then(|| inside / everywhere)
}

fn check(forecast: &Forecast, cuts: &[Cut], params: &PaiParams) -> Result<()> {
    let n = forecast.predicted.len();
    for (what, got) in [("observed", forecast.observed.len()), ("area", forecast.area_km2.len())] {
        if got != n {
            return Err(Error::Length { what, got, expected: n });
        }
    }
    let lengths = [("allowed", params.allowed.map(<[bool]>::len)), ("patrol areas", params.patrol_areas.map(<[u32]>::len))];
    for (what, got) in lengths.into_iter().filter_map(|(what, got)| Some((what, got?))) {
        if got != n {
            return Err(Error::Length { what, got, expected: n });
        }
    }
    let positive = |v: f64| v > 0.0 && v.is_finite();
    if forecast.predicted.iter().any(|p| !p.is_finite()) {
        return Err(Error::OutOfRange { what: "score", must: "finite" });
    }
    if forecast.area_km2.iter().any(|a| !positive(*a)) {
        return Err(Error::OutOfRange { what: "area", must: "positive and finite" });
    }
    if !positive(params.periods) {
        return Err(Error::OutOfRange { what: "periods", must: "positive and finite" });
    }
    if !(0.0..=1.0).contains(&params.penalty) {
        return Err(Error::OutOfRange { what: "penalty", must: "in 0 to 1" });
    }
    check_level(params.level)?;
    if cuts.iter().any(|c| matches!(c, Cut::AreaShare(share) | Cut::AreaShareInPart(share) if !positive(*share))) {
        return Err(Error::OutOfRange { what: "area share", must: "positive and finite" });
    }
    Ok(())
}

/// What the first units hold.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    hits: f64,
    area: f64,
    predicted: f64,
}

impl Sum {
    fn plus(self, other: Self, part: f64) -> Self {
        Self {
            hits: self.hits + part * other.hits,
            area: self.area + part * other.area,
            predicted: self.predicted + part * other.predicted,
        }
    }
}

impl Sum {
    /// What exactly this area holds, or all units.
    fn at_area(sums: &[Self], area: f64) -> Self {
        let next = sums.partition_point(|s| s.area < area);
        let (Some(after), Some(before)) = (sums.get(next), next.checked_sub(1).map(|i| sums[i])) else {
            return if next == 0 { Self::default() } else { sums[sums.len() - 1] };
        };
        let part = (area - before.area) / (after.area - before.area);
        let step = Self { hits: after.hits - before.hits, area: 0.0, predicted: after.predicted - before.predicted };
        Self { area, ..before.plus(step, part) }
    }
}

/// Running sums in flagging order, from none to all units, for each way to break ties.
struct Sums {
    worst: Vec<Sum>,
    expected: Vec<Sum>,
    best: Vec<Sum>,
}

impl Sums {
    fn new(forecast: &Forecast, order: Order) -> Self {
        let n = forecast.predicted.len();
        let score = |row: usize| match order {
            Order::Density => forecast.predicted[row] / forecast.area_km2[row],
            Order::Score => forecast.predicted[row],
        };
        let observed = |row: usize| f64::from(forecast.observed[row]) / forecast.area_km2[row];
        // Highest score first; within ties the lowest observed density; rows in their order at last. −0 is 0.
        let mut rows: Vec<(f64, f64, usize)> = (0..n).map(|row| (score(row) + 0.0, observed(row), row)).collect();
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let of = |row: usize| Sum {
            hits: f64::from(forecast.observed[row]),
            area: forecast.area_km2[row],
            predicted: forecast.predicted[row],
        };
        let mut sums = Self { worst: vec![Sum::default()], expected: vec![Sum::default()], best: vec![Sum::default()] };
        for ties in rows.chunk_by(|a, b| a.0 == b.0) {
            let base = sums.worst[sums.worst.len() - 1];
            let whole = ties.iter().fold(Sum::default(), |sum, t| sum.plus(of(t.2), 1.0));
            let (mut low, mut high) = (base, base);
            for (i, (from_below, from_above)) in ties.iter().zip(ties.iter().rev()).enumerate() {
                low = low.plus(of(from_below.2), 1.0);
                high = high.plus(of(from_above.2), 1.0);
                sums.worst.push(low);
                sums.best.push(high);
                sums.expected.push(base.plus(whole, (i + 1) as f64 / ties.len() as f64));
            }
            // The same at the end of the ties, whatever the order of the additions.
            let end = sums.worst.len() - 1;
            (sums.best[end], sums.expected[end]) = (low, low);
        }
        sums
    }
}

/// The most steps of the knapsack.
const KNAPSACK_STEPS: u64 = 200_000_000;

/// How many incidents an area could have caught at most.
enum Oracle {
    /// All units have this area; sums of the largest counts, from none.
    Equal { area: f64, sums: Vec<u64> },
    /// The least area that catches at least so many.
    Knapsack { least: Vec<f64> },
    /// Area and count of the densest units, summed from none; exact unless whole units are asked for.
    Greedy { sums: Vec<(f64, f64)>, whole: bool },
}

/// The optima of PEI and PEI*.
struct Goals {
    all: Oracle,
    possible: Option<Oracle>,
}

impl Goals {
    fn new(forecast: &Forecast, params: &PaiParams, oracle: fn(Vec<(u64, f64)>) -> Oracle) -> Self {
        let units = || forecast.observed.iter().zip(forecast.area_km2).map(|(o, a)| (u64::from(*o), *a)).enumerate();
        let restricted = params.allowed.is_some() || params.patrol_areas.is_some();
        let possible = restricted.then(|| {
            let allowed = units().filter(|(row, _)| params.allowed.is_none_or(|a| a[*row]));
            let Some(patrol_areas) = params.patrol_areas else { return oracle(allowed.map(|(_, unit)| unit).collect()) };
            let mut sums: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
            for (row, (observed, area)) in allowed {
                let sum = sums.entry(patrol_areas[row]).or_default();
                *sum = (sum.0 + observed, sum.1 + area);
            }
            oracle(sums.into_values().collect())
        });
        Self { all: oracle(units().map(|(_, unit)| unit).collect()), possible }
    }

    fn optimum(&self) -> Optimum {
        match (&self.all, &self.possible) {
            (Oracle::Greedy { whole: true, .. }, _) | (_, Some(Oracle::Greedy { whole: true, .. })) => Optimum::Bound,
            _ => Optimum::Exact,
        }
    }
}

impl Oracle {
    /// By whole units, of incidents and area.
    fn new(units: Vec<(u64, f64)>) -> Self {
        let (least, most) = units.iter().fold((f64::INFINITY, 0.0_f64), |(l, m), (_, a)| (l.min(*a), m.max(*a)));
        if most - least <= 1e-9 * most || units.is_empty() {
            let mut counts: Vec<u64> = units.iter().map(|(o, _)| *o).collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let mut sums = vec![0];
            for count in counts {
                sums.push(sums[sums.len() - 1] + count);
            }
            return Self::Equal { area: most, sums };
        }
        let filled: Vec<(u64, f64)> = units.iter().copied().filter(|(o, _)| *o > 0).collect();
        let incidents: u64 = filled.iter().map(|(o, _)| *o).sum();
        if incidents.saturating_mul(filled.len() as u64) <= KNAPSACK_STEPS {
            let mut least = vec![f64::INFINITY; incidents as usize + 1];
            least[0] = 0.0;
            let mut reach = 0;
            for (count, area) in filled {
                reach += count as usize;
                for sum in (count as usize..=reach).rev() {
                    least[sum] = least[sum].min(least[sum - count as usize] + area);
                }
            }
            for sum in (0..incidents as usize).rev() {
                least[sum] = least[sum].min(least[sum + 1]);
            }
            return Self::Knapsack { least };
        }
        Self::greedy(units, true)
    }

    /// By units of which the last may be taken in part: the densest first.
    fn in_part(units: Vec<(u64, f64)>) -> Self {
        Self::greedy(units, false)
    }

    fn greedy(mut units: Vec<(u64, f64)>, whole: bool) -> Self {
        units.retain(|(o, _)| *o > 0);
        units.sort_unstable_by(|a, b| (b.0 as f64 * a.1).total_cmp(&(a.0 as f64 * b.1)).then(b.1.total_cmp(&a.1)));
        let mut sums = vec![(0.0, 0.0)];
        for (count, area) in units {
            let (a, c) = sums[sums.len() - 1];
            sums.push((a + area, c + count as f64));
        }
        Self::Greedy { sums, whole }
    }

    fn most(&self, area: f64) -> f64 {
        match self {
            Self::Equal { area: each, sums } => {
                let units = if *each > 0.0 { (area / each + 1e-6) as usize } else { 0 };
                sums[units.min(sums.len() - 1)] as f64
            }
            Self::Knapsack { least } => (least.partition_point(|a| *a <= area * (1.0 + 1e-9)) - 1) as f64,
            Self::Greedy { sums, .. } => {
                let next = sums.partition_point(|(a, _)| *a <= area * (1.0 + 1e-9));
                let (inside, count) = sums[next - 1];
                sums.get(next).map_or(count, |(a, c)| count + (c - count) * ((area - inside) / (a - inside)).clamp(0.0, 1.0))
            }
        }
    }
}

#[cfg(test)]
mod tests;
