//! What is to be said of one series in one month.
//!
//! | figure | what | needs |
//! | --- | --- | --- |
//! | count | records of the month | a figure of the month |
//! | rate | per 1,000 residents, the month alone, with exact limits below 10 and Byar's from 10 on (PHE's rule) | fit residents |
//! | rolling year | the twelve months that end with the month, against the twelve before, with the exact limits of a Poisson ratio | 24 months without a break or a gap |
//! | last year | the same month a year before | no break between |
//! | chart | XmR when the baseline's mean is 5 or more, else exact Poisson limits; the baseline is the months since the last break but the last three | 12 months in the baseline |
//! | share | of London's records of the strand | London's figure |
//! | funnel | where the rolling year of the borough stands among boroughs by residents, random effects | rolling years of three boroughs |
//!
//! Percentages are not given on a base under 30 ([`RollingChange::small_base`]): the counts are said instead.

use super::{Basis, Counted, Level, Series, SummaryInput, strands};
use crate::error::Result;
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use crate::rate::funnel::{FunnelParams, Position, funnel};
use crate::rate::poisson::phe_limits;
use crate::rate::ratio::{RollingChange, rolling_change};
use crate::time::control_chart::{ChartParams, ControlChart, Limits, poisson_chart, xmr};
use std::fmt;

/// Months of a rolling year.
pub const YEAR: usize = 12;
/// Months at the end of a chart that are judged by those before.
pub const JUDGED: usize = 3;
/// Mean of the baseline from which a chart is XmR.
pub const XMR_MEAN: f64 = 5.0;

/// Why a figure is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gap {
    /// The publisher has no figure: `[x]`.
    NotAvailable,
    /// It makes no sense here, such as a rate without a fit denominator: `[z]`.
    NotApplicable,
    /// It would cross a break of recording: `[b]`.
    Break,
    /// There are too few months: `[x]`.
    TooFewMonths,
}

impl Gap {
    /// The shorthand of official statistics.
    pub const fn shorthand(self) -> &'static str {
        match self {
            Self::NotAvailable | Self::TooFewMonths => "[x]",
            Self::NotApplicable => "[z]",
            Self::Break => "[b]",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAvailable => "not available",
            Self::NotApplicable => "not applicable",
            Self::Break => "not compared across a break in the series",
            Self::TooFewMonths => "too few months",
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
    /// The same per 1,000 residents a year, with limits.
    pub year_rate: Marked<[f64; 3]>,
    /// The twelve months against the twelve before.
    pub change: Marked<Change>,
    /// The same month a year before.
    pub last_year: Marked<u32>,
    /// Control chart.
    pub chart: Marked<Chart>,
    /// Share of London's records of the strand in the month, 0 to 1.
    pub share: Marked<f64>,
    /// Where a borough's rolling year stands among boroughs.
    pub funnel: Marked<Position>,
    /// The middle of the rolling rates of the boroughs most like this one, and their rows; see [`super::similar`].
    pub similar: Marked<(f64, [u16; super::similar::ALIKE])>,
}

/// The figures that need nothing but the series itself.
pub(super) fn of(input: &SummaryInput<'_>, basis: Basis, place: u16, strand: Option<Strand>) -> Result<Figures> {
    let cube = input.cube;
    let here = &cube.places()[usize::from(place)];
    let month = input.month;
    let count = |m: Month| cube.count(basis, place, strand, m);
    let code = here.code.as_str();
    let concerns = |areas: &[String]| areas.is_empty() || here.level < Level::Borough || areas.iter().any(|a| a == code);
    // Whether the whole months of a range are on one side of every break.
    let unbroken = |range: MonthRange| {
        let (whole, _) = input.breaks.since(range, |b| concerns(&b.areas));
        whole == Some(range)
    };
    let sum = |range: MonthRange| -> Marked<u64> {
        if range.from() < cube.months().from() {
            return Err(Gap::TooFewMonths);
        }
        let counts: Option<Vec<u64>> = range.iter().map(|m| count(m).map(|c| u64::from(c.recorded))).collect();
        let total = counts.ok_or(Gap::NotAvailable)?.into_iter().sum();
        if unbroken(range) { Ok(total) } else { Err(Gap::Break) }
    };
    let rate = |n: u64, years: f64| -> Marked<[f64; 3]> {
        let residents = here.residents.filter(|r| *r > 0).ok_or(Gap::NotApplicable)?;
        let per = 1000.0 / f64::from(residents) / years;
        let [lo, hi] = phe_limits(n, 0.95);
        Ok([n as f64 * per, lo * per, hi * per])
    };
    let counted = count(month).ok_or(Gap::NotAvailable);
    let years = |length: u16| MonthRange::ending(month, length);
    let before = years(YEAR as u16).from().minus(1);
    let year = sum(years(YEAR as u16));
    let change = year.and_then(|now| {
        let then = sum(MonthRange::ending(before, YEAR as u16))?;
        if unbroken(years(2 * YEAR as u16)) { Ok((now, then)) } else { Err(Gap::Break) }
    });
    let change = match change {
        Ok((now, then)) => Ok(rolling_change(now, then, 0.95)?),
        Err(gap) => Err(gap),
    };
    let a_year_ago = month.minus(YEAR as u16);
    let last_year = match count(a_year_ago) {
        None => Err(if a_year_ago < cube.months().from() { Gap::TooFewMonths } else { Gap::NotAvailable }),
        Some(_) if !unbroken(MonthRange::ending(month, YEAR as u16 + 1)) => Err(Gap::Break),
        Some(then) => Ok(then.recorded),
    };
    Ok(Figures {
        rate: counted.and_then(|c| rate(u64::from(c.recorded), 1.0 / 12.0)),
        count: counted,
        year_rate: year.and_then(|n| rate(n, 1.0)),
        year,
        change,
        last_year,
        chart: chart(input, &concerns, count)?,
        share: Err(Gap::NotAvailable),
        funnel: Err(Gap::NotApplicable),
        similar: Err(Gap::NotApplicable),
    })
}

/// The chart of the months since the last break, without gaps.
fn chart(
    input: &SummaryInput<'_>,
    concerns: &dyn Fn(&[String]) -> bool,
    count: impl Fn(Month) -> Option<Counted>,
) -> Result<Marked<Chart>> {
    let Some(held) = MonthRange::new(input.cube.months().from(), input.month) else { return Ok(Err(Gap::NotAvailable)) };
    let (whole, after) = input.breaks.since(held, |b| concerns(&b.areas));
    let Some(whole) = whole else { return Ok(Err(Gap::Break)) };
    // From the last month without a figure on.
    let known = whole.iter().collect::<Vec<_>>().into_iter().rev().take_while(|m| count(*m).is_some()).count();
    let too_few = if after.is_some() { Gap::Break } else { Gap::TooFewMonths };
    if known == 0 {
        return Ok(Err(Gap::NotAvailable));
    }
    if known < YEAR + JUDGED {
        return Ok(Err(too_few));
    }
    let months = MonthRange::ending(input.month, known as u16);
    let counts: Vec<u64> = months.iter().filter_map(&count).map(|c| u64::from(c.recorded)).collect();
    let baseline = 0..counts.len() - JUDGED;
    let mean = counts[baseline.clone()].iter().sum::<u64>() as f64 / baseline.len() as f64;
    let params = ChartParams::new(baseline);
    let chart = if mean >= XMR_MEAN {
        xmr(&counts.iter().map(|c| *c as f64).collect::<Vec<_>>(), &params)?
    } else {
        poisson_chart(&counts, &vec![1.0; counts.len()], Limits::Exact, &params)?
    };
    Ok(Ok(Chart { months, chart }))
}

/// Shares of London.
pub(super) fn shares(input: &SummaryInput<'_>, basis: Basis, series: &mut [Series]) {
    for one in series {
        let london = input.cube.count(basis, 0, one.strand, input.month);
        one.figures.share = match (one.figures.count, london) {
            (Ok(here), Some(all)) if all.recorded > 0 => Ok(f64::from(here.recorded) / f64::from(all.recorded)),
            (Ok(_), Some(_)) => Err(Gap::NotApplicable),
            _ => Err(Gap::NotAvailable),
        };
    }
}

/// Fewest boroughs of a funnel.
const FUNNEL: usize = 3;

/// Where each borough stands among boroughs, strand by strand.
pub(super) fn funnels(input: &SummaryInput<'_>, series: &mut [Series]) -> Result<()> {
    let places = input.cube.places();
    for strand in strands() {
        let rows: Vec<(usize, u32, f64)> = (0..series.len())
            .filter_map(|row| {
                let one = &series[row];
                let place = &places[usize::from(one.place)];
                let residents = place.residents.filter(|r| *r > 0 && place.level == Level::Borough && one.strand == strand)?;
                Some((row, u32::try_from(one.figures.year.ok()?).ok()?, f64::from(residents)))
            })
            .collect();
        if rows.len() < FUNNEL {
            continue;
        }
        let counts: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let residents: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let made = funnel(&counts, &residents, &FunnelParams::default())?;
        for ((row, ..), unit) in rows.iter().zip(made.units) {
            series[*row].figures.funnel = unit.map(|u| u.position).ok_or(Gap::NotApplicable);
        }
    }
    Ok(())
}
