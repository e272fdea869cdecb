//! By which periods strands of boroughs are told: as fine as their incidents allow, as areas are.
//!
//! # Design
//! Most strands of most boroughs are a few in a month: a table of boroughs, months and strands would be more blanks than counts, and those who
//! knew two records could work out many of them. So the boroughs of a strand are told by month, or by quarter, when there are enough of them
//! in one on average; what is not told goes together under [`OTHERS`], so that boroughs and the others sum to the whole. A year has them all. It
//! is decided once for a year, from the months that areas are made from. The others are two boroughs at least, and enough together.

use super::base::{Base, STRANDS};
use super::{Period, Rules};
use crate::MonthRange;
use std::collections::{BTreeMap, BTreeSet};

/// Code of the boroughs that are not told for themselves.
pub const OTHERS: &str = "others";

/// The shortest periods of a strand in a borough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finest {
    /// Quarters, and years.
    Quarter,
    /// Months, quarters and years.
    Month,
}

impl Finest {
    const fn months(self) -> u64 {
        match self {
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }
}

/// The shortest periods by strand (row in [`STRANDS`]) and reporting area; those that are not here are told by year alone.
pub type Told = BTreeMap<(u8, String), Finest>;

/// Whether a strand of a borough has a figure for such a period.
pub(super) fn is_told(told: &Told, strand: u8, borough: &str, period: Period) -> bool {
    let finest = match period {
        Period::Year(_) => return true,
        Period::Quarter(_) => Finest::Quarter,
        Period::Month(_) => Finest::Month,
    };
    told.get(&(strand, borough.to_owned())).is_some_and(|of| *of >= finest)
}

/// What is told of boroughs, from what was counted in some months.
pub(super) fn told(base: &Base, boroughs: &BTreeSet<String>, months: MonthRange, rules: Rules) -> Told {
    let mut counts: BTreeMap<&str, [u64; STRANDS.len()]> = boroughs.iter().map(|b| (b.as_str(), [0; STRANDS.len()])).collect();
    for ((place, _), counted) in base.counts.iter().filter(|((_, month), _)| months.contains(*month)) {
        if let Some(sums) = counts.get_mut(place.area.as_str()) {
            sums.iter_mut().zip(counted.strands).for_each(|(sum, n)| *sum += u64::from(n));
        }
    }
    let length = months.iter().count() as u64;
    let mut told = Told::new();
    for strand in 0..STRANDS.len() {
        let mut by_count: Vec<(u64, &str)> = counts.iter().map(|(borough, sums)| (sums[strand], *borough)).collect();
        by_count.sort_unstable();
        for finest in [Finest::Quarter, Finest::Month] {
            let enough = |n: u64| n * finest.months() >= u64::from(rules.area_incidents) * length;
            let mut first = by_count.partition_point(|(n, _)| !enough(*n));
            while first > 0 && first < by_count.len() && (first < 2 || !enough(by_count[..first].iter().map(|(n, _)| n).sum())) {
                first += 1;
            }
            told.extend(by_count[first..].iter().map(|(_, borough)| ((strand as u8, (*borough).to_owned()), finest)));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::base::{BasePlace, Counted};
    use super::*;
    use crate::disclosure::certificate::Knowledge;

    #[test]
    fn a_strand_is_told_as_often_as_there_are_enough_and_what_is_not_goes_together() {
        let rules = Rules {
            threshold: 5,
            area_incidents: 10,
            area_residents: 0,
            area_months: 36,
            knowledge: Knowledge::Published,
            geography: super::super::Geography::Adaptive,
        };
        let month = "2026-01".parse().unwrap();
        let of = |race: [u32; 4]| {
            let counts = ["a", "b", "c", "d"].into_iter().zip(race).map(|(area, n)| {
                let place = BasePlace { area: area.to_owned(), unit: String::new() };
                ((place, month), Counted { n, strands: [n, 0, 0, 0, 0] })
            });
            let base = Base { months: vec![month], counts: counts.collect() };
            let boroughs = ["a", "b", "c", "d"].map(str::to_owned).into();
            let told = told(&base, &boroughs, MonthRange::ending(month, 1), rules);
            ["a", "b", "c", "d"].map(|b| told.get(&(0, b.to_owned())).copied())
        };
        let (quarter, month) = (Some(Finest::Quarter), Some(Finest::Month));
        assert_eq!(of([10, 20, 30, 40]), [month; 4]);
        assert_eq!(of([0, 0, 0, 0]), [None; 4]);
        // One alone would be known from the others and the whole.
        assert_eq!(of([4, 20, 30, 40]), [quarter, quarter, month, month]);
        assert_eq!(of([3, 20, 30, 40]), [None, None, month, month], "one alone, by quarter, takes another with it");
        // Four a month are twelve a quarter: enough of others by quarter, too few by month, where they take one more.
        assert_eq!(of([2, 2, 30, 40]), [None, None, quarter, month]);
        assert_eq!(of([1, 2, 30, 40]), [None, None, None, month], "nine a quarter are too few for that too");
    }
}
