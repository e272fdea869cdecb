//! Places in two periods: how the rate of recorded incidents changed, and how sure that is.
//!
//! # Definition
//! The change of a place is the ratio of its two rates, incidents by months, with exact 95 % limits
//! ([`rate_ratio`]). Of many places some seem to change by chance: a place is said to have *more* or
//! *fewer* only when its p value, adjusted over all places with an incident in either period (Benjamini and Hochberg, *J. R. Stat.
//! Soc. B* 57, 1995), is at most [`LEVEL`]. Every other one with incidents is *not sure*, whatever its ratio.
//!
//! # Pitfalls
//! * Periods of different calendar months differ by season alone: [`Periods::same_season`].
//! * Places that were chosen for being high in one of the periods, as hotspots are, come down in the other one by chance alone.
//! * Recorded crime varies more than Poisson counts: limits and p are the least of the uncertainty.

use crate::error::Result;
use crate::local::fdr::benjamini_hochberg;
use crate::month::{BreakRegistry, MonthRange, SeriesBreak};
use crate::rate::ratio::{Exposed, RateRatio, RatioMethod, rate_ratio};

/// Share of false ones among the places that are said to have changed.
pub const LEVEL: f64 = 0.05;

/// Two periods without a month in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    now: MonthRange,
    before: MonthRange,
}

impl Periods {
    /// The period looked at, and the one that it is compared with, which may also be the later one; `None` if they share a month.
    pub fn new(now: MonthRange, before: MonthRange) -> Option<Self> {
        (now.to() < before.from() || before.to() < now.from()).then_some(Self { now, before })
    }

    /// The period looked at.
    pub const fn now(self) -> MonthRange {
        self.now
    }

    /// The one that it is compared with.
    pub const fn before(self) -> MonthRange {
        self.before
    }

    /// Whether every calendar month has the same part in both.
    ///
    /// ```
    /// use hotspot_core::{MonthRange, comparison::Periods};
    /// let of = |from: &str, to: &str| MonthRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    /// assert!(Periods::new(of("2026-08", "2026-10"), of("2025-08", "2025-10")).unwrap().same_season());
    /// assert!(!Periods::new(of("2026-08", "2026-10"), of("2026-05", "2026-07")).unwrap().same_season());
    /// assert!(Periods::new(of("2026-08", "2026-10"), of("2026-10", "2026-12")).is_none());
    /// ```
    pub fn same_season(self) -> bool {
        let of = |range: MonthRange| {
            let mut months = [0usize; 12];
            range.iter().for_each(|month| months[usize::from(month.month()) - 1] += 1);
            months
        };
        let (now, before) = (of(self.now), of(self.before));
        now.iter().zip(before).all(|(n, b)| n * self.before.len() == b * self.now.len())
    }

    /// Breaks of recording across which the comparison would go.
    pub fn breaks(self, registry: &BreakRegistry) -> impl Iterator<Item = &SeriesBreak> {
        let whole = MonthRange::new(self.now.from().min(self.before.from()), self.now.to().max(self.before.to()));
        whole.into_iter().flat_map(|whole| registry.inside(whole))
    }

    /// The change of each place, by its counts in both periods.
    ///
    /// # Errors
    /// None that periods of months can bring about.
    ///
    /// # Panics
    /// When the two are not of one length.
    ///
    /// ```
    /// use hotspot_core::{MonthRange, comparison::{Change, Periods}};
    /// let year = |to: &str| MonthRange::ending(to.parse().unwrap(), 12);
    /// let periods = Periods::new(year("2026-10"), year("2025-10")).unwrap();
    /// let [much, little, none] = &periods.changes(&[90, 3, 0], &[30, 2, 0])?[..] else { unreachable!() };
    /// assert_eq!([much.change, little.change, none.change], [Change::More, Change::NotSure, Change::Nothing]);
    /// assert_eq!(much.ratio.ratio, Some(3.0));
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    pub fn changes(self, now: &[u64], before: &[u64]) -> Result<Vec<PlaceChange>> {
        assert_eq!(now.len(), before.len(), "both periods have the same places");
        let months = |range: MonthRange| range.len() as f64;
        let ratio = |n: u64, b: u64| {
            let of = |count, range| Exposed { count, exposure: months(range) };
            rate_ratio(of(n, self.now), of(b, self.before), 0.95, RatioMethod::Exact)
        };
        let ratios: Vec<RateRatio> = now.iter().zip(before).map(|(n, b)| ratio(*n, *b)).collect::<Result<_>>()?;
        let any = |at: &usize| now[*at] + before[*at] > 0;
        let asked: Vec<usize> = (0..now.len()).filter(any).collect();
        let adjusted = benjamini_hochberg(&asked.iter().map(|at| ratios[*at].p).collect::<Vec<_>>())?;
        let mut q = vec![1.0; now.len()];
        asked.iter().zip(adjusted).for_each(|(at, adjusted)| q[*at] = adjusted);
        let change = |at: usize| {
            let (n, b) = (now[at] as f64 / months(self.now), before[at] as f64 / months(self.before));
            match (any(&at), q[at] <= LEVEL) {
                (false, _) => Change::Nothing,
                (true, true) if n > b => Change::More,
                (true, true) => Change::Fewer,
                (true, false) => Change::NotSure,
            }
        };
        Ok((0..now.len())
            .map(|at| PlaceChange { now: now[at], before: before[at], ratio: ratios[at], q: q[at], change: change(at) })
            .collect())
    }
}

/// What may be said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// No incident in either period.
    Nothing,
    /// Fewer than in the period that it is compared with.
    Fewer,
    /// It cannot be told from chance.
    NotSure,
    /// More.
    More,
}

impl Change {
    /// The identifier in answers.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Fewer => "fewer",
            Self::NotSure => "not_sure",
            Self::More => "more",
        }
    }
}

/// One place in two periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaceChange {
    /// Incidents of the period looked at.
    pub now: u64,
    /// Incidents of the other one.
    pub before: u64,
    /// Rate of the one by that of the other.
    pub ratio: RateRatio,
    /// p adjusted over all places that were asked; 1 without an incident.
    pub q: f64,
    /// What may be said.
    pub change: Change,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn year(to: &str, months: u16) -> MonthRange {
        MonthRange::ending(to.parse().unwrap(), months)
    }

    proptest! {
        /// Turning the periods round turns every ratio round, and what may be said with it.
        #[test]
        fn a_comparison_turned_round_says_the_opposite(
            counts in prop::collection::vec((0u64..60, 0u64..60), 1..40), months in 1u16..13, others in 1u16..13,
        ) {
            let (now, before): (Vec<u64>, Vec<u64>) = counts.into_iter().unzip();
            let periods = Periods::new(year("2026-10", months), year("2025-09", others)).unwrap();
            let turned = Periods::new(periods.before(), periods.now()).unwrap();
            let (there, back) = (periods.changes(&now, &before).unwrap(), turned.changes(&before, &now).unwrap());
            for (a, b) in there.iter().zip(&back) {
                prop_assert!((a.ratio.p - b.ratio.p).abs() < 1e-9 && (a.q - b.q).abs() < 1e-9);
                prop_assert!((a.ratio.lower * b.ratio.upper - 1.0).abs() < 1e-6 || a.now == 0 || a.ratio.lower * b.ratio.upper == 0.0);
                let opposite = match a.change {
                    Change::More => Change::Fewer,
                    Change::Fewer => Change::More,
                    same => same,
                };
                prop_assert!(b.change == opposite || (a.q - LEVEL).abs() < 1e-9);
                prop_assert_eq!(a.change == Change::Nothing, a.now + a.before == 0);
                // Sure after correction is sure before it.
                prop_assert!(a.change != Change::More || a.ratio.lower > 1.0);
                prop_assert!(a.change != Change::Fewer || a.ratio.upper < 1.0);
            }
            prop_assert_eq!(periods.same_season(), turned.same_season());
        }
    }

    #[test]
    fn chance_alone_seldom_brings_a_change_and_a_real_one_is_found() {
        // 1,000 places of one Poisson rate in both periods, by a fixed sequence; then twenty of them tripled.
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let mut poisson = |mean: f64| {
            let (mut n, mut product) = (0u64, next());
            while product > (-mean).exp() {
                n += 1;
                product *= next();
            }
            n
        };
        let before: Vec<u64> = (0..1000).map(|_| poisson(20.0)).collect();
        let mut now: Vec<u64> = (0..1000).map(|_| poisson(20.0)).collect();
        let periods = Periods::new(year("2026-10", 12), year("2025-10", 12)).unwrap();
        let said = |now: &[u64]| {
            let changes = periods.changes(now, &before).unwrap();
            changes.iter().map(|c| c.change).collect::<Vec<_>>()
        };
        assert!(said(&now).iter().filter(|c| **c != Change::NotSure).count() <= 1);
        now.iter_mut().take(20).for_each(|n| *n = poisson(60.0));
        let found = said(&now);
        assert!(found[..20].iter().filter(|c| **c == Change::More).count() >= 18);
        assert!(found[20..].iter().filter(|c| **c != Change::NotSure).count() <= 3);
    }

    #[test]
    fn only_breaks_between_the_first_and_the_last_month_count() {
        let of = |from: &str| SeriesBreak {
            id: from.to_owned(),
            from: from.parse().unwrap(),
            areas: Vec::new(),
            what: String::new(),
            source: String::new(),
        };
        let registry = BreakRegistry::new(vec![of("2024-03-01"), of("2025-11-01"), of("2026-11-01"), of("2024-11-01")]);
        let periods = Periods::new(year("2026-10", 12), year("2025-10", 12)).unwrap();
        let found: Vec<String> = periods.breaks(&registry).map(|b| b.from.to_string()).collect();
        assert_eq!(found, ["2025-11-01"]);
    }
}
