//! What is to be said of one series in one month.
//!
//! | figure | what | needs |
//! | --- | --- | --- |
//! | count | records of the month | a figure of the month |
//! | rate | per 1,000 residents, the month alone, with exact limits below 10 and Byar's from 10 on (PHE's rule) | fit residents |
//! | rolling year | the twelve months that end with the month, against the twelve before, with the exact limits of a Poisson ratio | 24 months without a break or a gap, whose reports are in |
//! | last year | the same month a year before | no break between |
//! | chart | XmR when the baseline's mean is [`XMR_MEAN`] or more, else exact limits: negative binomial where the baseline varies more than chance, Poisson where not; the baseline is the months since the last break but the last three; by occurrence it ends with the last month of which nearly all reports are in | 12 months in the baseline |
//! | nowcast | by occurrence: how many records the last months will have in the end | see [`crate::time::delay`] |
//! | share | of London's records of the strand | London's figure |
//! | funnel | where the rolling year of the borough stands among boroughs by residents, random effects | rolling years of three boroughs |
//!
//! Percentages are not given on a base under 30 ([`RollingChange::small_base`]): the counts are said instead.

use super::nowcast::Nowcasts;
use super::{Basis, Counted, Cube, Level, Series, SummaryInput, strands};
use crate::error::Result;
use crate::incident::Strand;
use crate::month::{Month, MonthRange, SeriesBreak};
use crate::rate::funnel::{Funnel, FunnelParams, Position, funnel};
use crate::rate::poisson::phe_limits;
use crate::rate::proportion::wilson_limits;
use crate::rate::ratio::{RollingChange, rolling_change};
use crate::time::control_chart::{ChartParams, ControlChart, Limits, negative_binomial_chart, poisson_chart, xmr};
use crate::time::delay::NowcastMonth;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::fmt;

/// Months of a rolling year.
pub const YEAR: usize = 12;
/// Months at the end of a chart that are judged by those before.
pub const JUDGED: usize = 3;
/// Mean of the baseline from which a chart is XmR.
pub const XMR_MEAN: f64 = 5.0;

/// p value below which months of a small series vary more than chance.
const OVERDISPERSED: f64 = 0.05;

/// Why a figure is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gap {
    /// It is withheld, or would tell a figure that is: `[c]`.
    Suppressed,
    /// The publisher has no figure: `[x]`.
    NotAvailable,
    /// It makes no sense here, such as a rate without a fit denominator: `[z]`.
    NotApplicable,
    /// It would cross a break of recording: `[b]`.
    Break,
    /// There are too few months: `[x]`.
    TooFewMonths,
    /// Late reports are still to come, so that it would look low: `[x]`.
    Incomplete,
}

impl Gap {
    /// The shorthand of official statistics.
    pub const fn shorthand(self) -> &'static str {
        match self {
            Self::Suppressed => "[c]",
            Self::NotAvailable | Self::TooFewMonths | Self::Incomplete => "[x]",
            Self::NotApplicable => "[z]",
            Self::Break => "[b]",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suppressed => "withheld by the publisher",
            Self::NotAvailable => "not available",
            Self::NotApplicable => "not applicable",
            Self::Break => "not compared across a break in the series",
            Self::TooFewMonths => "too few months",
            Self::Incomplete => "late reports are still to come",
        })
    }
}

/// A figure, or why there is none.
pub type Marked<T> = std::result::Result<T, Gap>;

/// A rolling year against the one before.
pub type Change = RollingChange;

/// The chart of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its months.
    pub months: MonthRange,
    /// Limits and signals.
    pub chart: ControlChart,
}

/// Everything that is said of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The month.
    pub count: Marked<Counted>,
    /// Records of the month per 1,000 residents: rate, lower and upper 95 % limit.
    pub rate: Marked<[f64; 3]>,
    /// The twelve months that end with the month.
    pub year: Marked<u64>,
    /// Whether some of these have a flag that is still under review.
    pub year_provisional: bool,
    /// The same per 1,000 residents a year, with limits.
    pub year_rate: Marked<[f64; 3]>,
    /// The twelve months against the twelve before.
    pub change: Marked<Change>,
    /// The same month a year before.
    pub last_year: Marked<u32>,
    /// Whether the edition before had another figure of that month.
    pub last_year_revised: bool,
    /// Control chart.
    pub chart: Marked<Chart>,
    /// Share of London's records of the strand in the month, 0 to 1, with Wilson's 95 % limits.
    pub share: Marked<[f64; 3]>,
    /// Where a borough's rolling year stands among boroughs.
    pub funnel: Marked<Position>,
    /// How many records of the last months there will be in the end; by occurrence, for London and for all records of boroughs and command
    /// units.
    pub nowcast: Marked<Vec<NowcastMonth>>,
    /// The middle of the rolling rates of the boroughs most like this one: see [`super::similar`].
    pub similar: Marked<f64>,
}

/// Whether a break concerns the figures of a place: its own, those of the borough that it lies in, and every sum over it.
pub(super) fn concerns(cube: &Cube, place: u16, b: &SeriesBreak) -> bool {
    let here = &cube.places()[usize::from(place)];
    let borough = here.within.map(|row| &cube.places()[usize::from(row)]).filter(|p| p.level == Level::Borough);
    let sum = matches!(here.level, Level::London | Level::CommandUnit);
    b.concerns(std::iter::once(here).chain(borough).map(|p| p.code.as_str()).filter(|_| !sum))
}

/// The figures that need nothing but the series itself.
pub(super) fn of(
    input: &SummaryInput<'_>,
    basis: Basis,
    nowcasts: &Nowcasts,
    place: u16,
    strand: Option<Strand>,
) -> Result<Figures> {
    let cube = input.cube;
    let here = &cube.places()[usize::from(place)];
    let month = input.month;
    let count = |m: Month| cube.count(basis, place, strand, m);
    // Whether the whole months of a range are on one side of every break.
    let unbroken = |range: MonthRange| {
        let (whole, _) = input.breaks.since(range, |b| concerns(cube, place, b));
        whole == Some(range)
    };
    let sum = |range: MonthRange| -> Marked<u64> {
        if range.from() < cube.months().from() {
            return Err(Gap::TooFewMonths);
        }
        let mut total = 0;
        for m in range.iter() {
            total += u64::from(count(m)?.recorded);
        }
        if unbroken(range) { Ok(total) } else { Err(Gap::Break) }
    };
    let rate = |n: u64, years: f64| -> Marked<[f64; 3]> {
        let residents = here.residents.filter(|r| *r > 0).ok_or(Gap::NotApplicable)?;
        let per = 1000.0 / f64::from(residents) / years;
        let [lo, hi] = phe_limits(n, 0.95);
        Ok([n as f64 * per, lo * per, hi * per])
    };
    let counted = count(month);
    let years = |length: u16| MonthRange::ending(month, length);
    let before = years(YEAR as u16).from().minus(1);
    let year = sum(years(YEAR as u16));
    let change = year.and_then(|now| {
        let then = sum(MonthRange::ending(before, YEAR as u16))?;
        if unbroken(years(2 * YEAR as u16)) { Ok((now, then)) } else { Err(Gap::Break) }
    });
    let change = match change {
        Ok(_) if month > nowcasts.complete() => Err(Gap::Incomplete),
        Ok((now, then)) => Ok(rolling_change(now, then, 0.95)?),
        Err(gap) => Err(gap),
    };
    let a_year_ago = month.minus(YEAR as u16);
    let last_year = match count(a_year_ago) {
        Err(_) if a_year_ago < cube.months().from() => Err(Gap::TooFewMonths),
        Err(gap) => Err(gap),
        Ok(_) if !unbroken(MonthRange::ending(month, YEAR as u16 + 1)) => Err(Gap::Break),
        Ok(then) => Ok(then.recorded),
    };
    Ok(Figures {
        rate: counted.and_then(|c| rate(u64::from(c.recorded), 1.0 / 12.0)),
        count: counted,
        year_rate: year.and_then(|n| rate(n, 1.0)),
        year,
        year_provisional: years(YEAR as u16).iter().any(|m| count(m).is_ok_and(|c| c.provisional > 0)),
        change,
        last_year,
        last_year_revised: false,
        chart: chart(input, place, nowcasts.complete(), count)?,
        share: share(counted, cube.count(basis, 0, strand, month)),
        funnel: Err(Gap::NotApplicable),
        nowcast: nowcasts.of(place, strand)?,
        similar: Err(Gap::NotApplicable),
    })
}

/// The share of London.
fn share(here: Marked<Counted>, london: Marked<Counted>) -> Marked<[f64; 3]> {
    let (here, london) = (f64::from(here?.recorded), f64::from(london?.recorded));
    if london == 0.0 {
        return Err(Gap::NotApplicable);
    }
    let [lower, upper] = wilson_limits(here, london, 0.95);
    Ok([here / london, lower, upper])
}

/// The chart of the months since the last break up to the last complete one, without gaps.
fn chart(input: &SummaryInput<'_>, place: u16, last: Month, count: impl Fn(Month) -> Marked<Counted>) -> Result<Marked<Chart>> {
    let Some(held) = MonthRange::new(input.cube.months().from(), last) else { return Ok(Err(Gap::NotAvailable)) };
    let (whole, after) = input.breaks.since(held, |b| concerns(input.cube, place, b));
    let Some(whole) = whole else { return Ok(Err(Gap::Break)) };
    // From the last month without a figure on.
    let known = (0..whole.len() as u16).map(|back| whole.to().minus(back)).take_while(|m| count(*m).is_ok()).count();
    if let (0, Err(gap)) = (known, count(last)) {
        return Ok(Err(gap));
    }
    if known < YEAR + JUDGED {
        return Ok(Err(if known < whole.len() || after.is_none() { Gap::TooFewMonths } else { Gap::Break }));
    }
    let months = MonthRange::ending(last, known as u16);
    let counts: Vec<u64> = months.iter().filter_map(|m| count(m).ok()).map(|c| u64::from(c.recorded)).collect();
    Ok(Ok(Chart { months, chart: chart_of(&counts)? }))
}

/// The last points are judged by those before.
pub(crate) fn judged(points: usize) -> ChartParams {
    ChartParams::new(0..points.saturating_sub(JUDGED))
}

/// The chart of counts without a gap or a break among them.
pub(crate) fn chart_of(counts: &[u64]) -> Result<ControlChart> {
    let params = judged(counts.len());
    let baseline = &counts[params.baseline.clone()];
    let mean = baseline.iter().sum::<u64>() as f64 / baseline.len() as f64;
    let exposure = vec![1.0; counts.len()];
    if mean >= XMR_MEAN {
        xmr(&counts.iter().map(|c| *c as f64).collect::<Vec<_>>(), &params)
    } else if overdispersed(baseline) {
        negative_binomial_chart(counts, &exposure, &params)
    } else {
        poisson_chart(counts, &exposure, Limits::Exact, &params)
    }
}

/// Whether counts vary more than a Poisson variable: Fisher's index of dispersion, Σ(x − m)² / m against χ² with n − 1 degrees of freedom.
fn overdispersed(counts: &[u64]) -> bool {
    let n = counts.len() as f64;
    let mean = counts.iter().sum::<u64>() as f64 / n;
    if mean == 0.0 || n < 2.0 {
        return false;
    }
    let index = counts.iter().map(|c| (*c as f64 - mean).powi(2)).sum::<f64>() / mean;
    ChiSquared::new(n - 1.0).is_ok_and(|chi2| chi2.sf(index) < OVERDISPERSED)
}

/// Fewest boroughs of a funnel.
const FUNNEL: usize = 3;

/// The boroughs in a funnel, with their rows, counts and residents.
#[derive(Debug, Clone, PartialEq)]
pub struct BoroughFunnel {
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Row, records of the rolling year, residents.
    pub units: Vec<(u16, u32, u32)>,
    /// The funnel, its units in the same order.
    pub funnel: Funnel,
}

/// Where each borough stands among boroughs, strand by strand.
pub(super) fn funnels(input: &SummaryInput<'_>, series: &mut [Series]) -> Result<Vec<BoroughFunnel>> {
    let places = input.cube.places();
    let mut all = Vec::new();
    for strand in strands() {
        let rows: Vec<(usize, u32, u32)> = (0..series.len())
            .filter_map(|row| {
                let one = &series[row];
                let place = &places[usize::from(one.place)];
                let residents = place.residents.filter(|r| *r > 0 && place.level == Level::Borough && one.strand == strand)?;
                Some((row, u32::try_from(one.figures.year.ok()?).ok()?, residents))
            })
            .collect();
        if rows.len() < FUNNEL || rows.iter().all(|r| r.1 == 0) {
            continue;
        }
        let counts: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let residents: Vec<f64> = rows.iter().map(|r| f64::from(r.2)).collect();
        let made = funnel(&counts, &residents, &FunnelParams::default())?;
        let units = rows.iter().map(|(row, n, residents)| (series[*row].place, *n, *residents)).collect();
        for ((row, ..), unit) in rows.iter().zip(&made.units) {
            series[*row].figures.funnel = unit.as_ref().map(|u| u.position).ok_or(Gap::NotApplicable);
        }
        all.push(BoroughFunnel { strand, units, funnel: made });
    }
    Ok(all)
}
