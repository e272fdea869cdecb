//! Reporting delay: how many incidents of the last months will have been reported in the end?
//!
//! # Definition
//! Incidents are counted by month of occurrence and by delay, the months until they are recorded: a triangle, since late reports of
//! late months are still to come. Let F_d be the share reported with a delay of at most d, of all that are within
//! [`ReportingTriangle::longest`].
//!
//! **Chain ladder** ([`ReportingTriangle::completeness`]): of the incidents reported with a delay of at most d, in months for which that
//! is over, a share q_d came with delay d itself; F_d = Π_{k > d} (1 − q_k). The estimate of a month is its reports over F_d. This
//! is the maximum likelihood of a Poisson model with one level for each month and one distribution of delays (Lawless 1994 for
//! disease reports; Mack 1991 for insurance).
//!
//! **Nowcast** ([`nowcast`]): the same with everything that is not known in the interval.
//!
//! 1. *Each month has a level of its own*, about which nothing is assumed: a surge is not pulled back to the average. (As for exact
//!    Poisson limits the prior errs on the safe side, λ⁻¹ for the lower limit and even for the upper; Jeffreys' for the median.)
//! 2. *Each month has delays of its own*: a Dirichlet distribution round the common one. Its spread σ (the standard deviation of a
//!    share p is σ √(p (1 − p))) is the over-dispersion. It is estimated from the triangle by its marginal likelihood, q_d integrated
//!    out by Laplace's method, with a uniform prior on σ between 0.001 and 0.5, and *averaged over*, not plugged in.
//! 3. *The common delays are estimated*: q_d has a Beta posterior, from counts that weigh less the more months differ; prior the
//!    Dirichlet whose parameters add up to 1.
//! 4. Given all that, F_d of a month has a known mean and variance, taken as a Beta distribution, and what is still to come is then
//!    *beta negative binomial*: its quantiles are summed, not simulated. No seed, no noise.
//!
//! The interval is equal-tailed and of whole numbers, so it covers a little more than its level for small counts. In simulations from
//! the model, with and without over-dispersion, from 5 to 1,000 incidents a month and through surges, it covers at least its level
//! less one percentage point (`tests/calibration`).
//!
//! # Defaults and limits
//! At least six months beyond the longest delay, and ten reports behind every q_d, or there is no answer. A month of which less than
//! 2 % is expected to have been reported has no estimate.
//!
//! # Pitfalls
//! Delays must go on as they were: a backlog, a campaign, a new system or a holiday changes them, and nothing here can see it until
//! the reports come. Take the triangle from after the last recording break. Reports later than `longest` are not predicted at all:
//! [`ReportingTriangle::beyond`] says how many there have been. Records that are withdrawn ("no crime") are to be left out, or the
//! counts of past states differ from those here. Intervals of several months share their delays: they are not independent, and adding
//! their limits is wrong.
//!
//! # Cost
//! 48 values of σ, for each the cells of the triangle, and one pass over the counts up to the upper limit: milliseconds.

use crate::cube::{Facts, Filter};
use crate::error::{Error, Result};
use crate::month::{Month, MonthRange};
use crate::rate::poisson::check_level;
use predictive::{Predictive, Shares};

mod predictive;

/// Months that must be complete.
const COMPLETE_MONTHS: usize = 6;
/// Reports that each delay's share must rest on.
const LEAST_REPORTS: u64 = 10;
/// Completeness below which there is no estimate.
const LEAST_COMPLETE: f64 = 0.02;

/// Reports by month of occurrence and delay, as known at the end of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportingTriangle {
    months: MonthRange,
    longest: usize,
    /// By month of occurrence: reports with delay 0, 1, … as far as the delay is over.
    rows: Vec<Vec<u64>>,
    beyond: u64,
}

/// Reports that came in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reports {
    /// Month in which it happened.
    pub occurred: Month,
    /// Month in which it was recorded.
    pub recorded: Month,
    /// How many.
    pub count: u64,
}

impl ReportingTriangle {
    /// From reports of incidents in `months`, as known at the end of its last; delays of up to `longest` months.
    ///
    /// Reports recorded later, and of incidents before the first month, are left out.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when something is recorded before it happened, or a count is 2³² or more.
    pub fn new(reports: impl IntoIterator<Item = Reports>, months: MonthRange, longest: u16) -> Result<Self> {
        let longest = usize::from(longest);
        let last = months.to();
        let mut rows: Vec<Vec<u64>> =
            months.iter().map(|month| vec![0; longest.min(usize::from(last.index() - month.index())) + 1]).collect();
        let mut beyond = 0;
        for report in reports {
            if report.recorded < report.occurred {
                return Err(Error::OutOfRange { what: "month of recording", must: "not before the month of occurrence" });
            }
            if report.count > u64::from(u32::MAX) {
                return Err(Error::OutOfRange { what: "number of reports", must: "below 2³²" });
            }
            if !months.contains(report.occurred) || report.recorded > last {
                continue;
            }
            let delay = usize::from(report.recorded.index() - report.occurred.index());
            let row = usize::from(report.occurred.index() - months.from().index());
            match rows[row].get_mut(delay) {
                Some(cell) => *cell += report.count,
                None => beyond += report.count,
            }
        }
        Ok(Self { months, longest, rows, beyond })
    }

    /// From the facts that meet the filter, whose months are the months of occurrence.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_facts(facts: &Facts, filter: &Filter, longest: u16) -> Result<Self> {
        let reports = facts.rows(filter).filter_map(|row| facts.get(row)).map(|fact| Reports {
            occurred: fact.month,
            recorded: fact.recorded,
            count: u64::from(fact.count),
        });
        Self::new(reports, filter.months, longest)
    }

    /// Months of occurrence; the state is that at the end of the last.
    pub const fn months(&self) -> MonthRange {
        self.months
    }

    /// Longest delay in months.
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// Reports with a longer delay, which nothing here predicts.
    pub const fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Reports of a month of occurrence by delay, as far as the delay is over; empty outside the months.
    pub fn reports(&self, month: Month) -> &[u64] {
        let row = month.index().checked_sub(self.months.from().index());
        row.and_then(|row| self.rows.get(usize::from(row))).map_or(&[], Vec::as_slice)
    }

    /// The chain ladder's share reported by each delay, 0 to the longest (where it is 1). `None` where nothing is known: no reports in
    /// the months for which the delay is over.
    ///
    /// ```
    /// use hotspot_core::time::delay::{ReportingTriangle, Reports};
    /// use hotspot_core::{Month, MonthRange};
    ///
    /// let last: Month = "2026-03".parse()?;
    /// let reports = |occurred: u16, delay: u16, count| {
    ///     let occurred = last.minus(2).plus(occurred);
    ///     Reports { occurred, recorded: occurred.plus(delay), count }
    /// };
    /// // 60 + 30 + 10, 50 + 30, 40.
    /// let all = [reports(0, 0, 60), reports(0, 1, 30), reports(0, 2, 10), reports(1, 0, 50), reports(1, 1, 30), reports(2, 0, 40)];
    /// let triangle = ReportingTriangle::new(all, MonthRange::ending(last, 3), 2)?;
    /// // By delay 1: 90 of 100. By delay 0: 110 of 170 of that.
    /// let shares = triangle.completeness().expect("something is known");
    /// assert!((shares[1] - 0.9).abs() < 1e-15 && (shares[0] - 0.9 * 110.0 / 170.0).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn completeness(&self) -> Option<Vec<f64>> {
        let mut shares = vec![1.0; self.longest + 1];
        for delay in (1..=self.longest).rev() {
            let (new, all) = self.splits(delay).fold((0, 0), |(n, a), (new, all)| (n + new, a + all));
            if all == 0 {
                return None;
            }
            shares[delay - 1] = shares[delay] * (1.0 - new as f64 / all as f64);
        }
        Some(shares)
    }

    /// For each month for which the delay is over: reports with it, and with at most it.
    fn splits(&self, delay: usize) -> impl Iterator<Item = (u64, u64)> {
        self.rows.iter().filter_map(move |row| row.get(delay).map(|new| (*new, row[..=delay].iter().sum())))
    }
}

/// The number of incidents of a month that will have been reported in the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Median.
    pub median: u64,
    /// Lower limit.
    pub lower: u64,
    /// Upper limit.
    pub upper: u64,
}

/// A month whose reports are not complete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NowcastMonth {
    /// Month of occurrence.
    pub month: Month,
    /// Months since: the longest delay that is over.
    pub delay: usize,
    /// Reported so far.
    pub reported: u64,
    /// Share expected to have been reported so far.
    pub completeness: f64,
    /// What will have been reported in the end; `None` where too little has been reported to say.
    pub estimate: Option<Estimate>,
}

/// Estimates of the months whose reports are not complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Nowcast {
    /// Level of the intervals, for each month alone.
    pub level: f64,
    /// Longest delay in months: later reports are not predicted.
    pub longest: usize,
    /// σ: how much the delays of months differ (posterior mean).
    pub spread: f64,
    /// Months in order.
    pub months: Vec<NowcastMonth>,
}

/// Estimates, with intervals at `level`, for the months of occurrence whose longest delay is not over.
///
/// # Errors
/// [`Error::OutOfRange`] when the level is not between 0 and 1, and when the history does not suffice: fewer than six months beyond the
/// longest delay, or fewer than ten reports behind one of the shares.
///
/// ```
/// use hotspot_core::time::delay::{ReportingTriangle, Reports, nowcast};
/// use hotspot_core::{Month, MonthRange};
///
/// // Two years of 100 a month: 60 at once, 30 a month later, 10 after two.
/// let last: Month = "2026-10".parse()?;
/// let months = MonthRange::ending(last, 24);
/// let reports = months.iter().flat_map(|occurred| {
///     [(0, 60), (1, 30), (2, 10)].map(|(delay, count)| Reports { occurred, recorded: occurred.plus(delay), count })
/// });
/// let now = nowcast(&ReportingTriangle::new(reports, months, 2)?, 0.95)?;
/// let newest = now.months.last().expect("the newest is not complete");
/// let estimate = newest.estimate.expect("60 % are reported");
/// assert_eq!((newest.reported, estimate.median), (60, 100));
/// assert!(estimate.lower > 80 && estimate.upper < 125);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn nowcast(triangle: &ReportingTriangle, level: f64) -> Result<Nowcast> {
    let tail = check_level(level)?;
    if triangle.rows.len() < triangle.longest + COMPLETE_MONTHS {
        return Err(Error::OutOfRange { what: "history", must: "at least six months longer than the longest delay" });
    }
    let too_few = Error::OutOfRange { what: "history", must: "at least ten reports for every delay" };
    let splits: Vec<Vec<(u64, u64)>> = (1..=triangle.longest).map(|delay| triangle.splits(delay).collect()).collect();
    if splits.iter().any(|of_delay| of_delay.iter().map(|s| s.1).sum::<u64>() < LEAST_REPORTS) {
        return Err(too_few);
    }
    let completeness = triangle.completeness().ok_or(too_few)?;
    let predictive = Predictive::new(&splits, &completeness);
    let open = triangle.months.iter().zip(&triangle.rows).filter(|(_, row)| row.len() <= triangle.longest);
    let months = open
        .map(|(month, row)| {
            let reported = row.iter().sum();
            let shares: Vec<Shares> = predictive.shares(row.len() - 1);
            let completeness = shares.iter().map(|s| s.weight * s.mean).sum();
            let estimate = if completeness < LEAST_COMPLETE { None } else { predictive::limits(&shares, reported, tail) };
            let estimate = estimate.map(|[lower, median, upper]| Estimate {
                median: reported + median,
                lower: reported + lower,
                upper: reported + upper,
            });
            NowcastMonth { month, delay: row.len() - 1, reported, completeness, estimate }
        })
        .collect();
    Ok(Nowcast { level, longest: triangle.longest, spread: predictive.spread(), months })
}

#[cfg(test)]
mod tests;
