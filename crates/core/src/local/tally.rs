//! How many replicates were at least as extreme as the data, and the p value of that.

use super::inference::{Permutations, Region, Side, Stopping, probability};

/// What has been found for one test: replicates in its region, for up to two tails that are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    hits: [u32; 2],
    /// The replicate that was the last needed, counted from 1; 0 when none was.
    stopped: [u32; 2],
}

impl Tally {
    /// From counts of the tails, all replicates being counted.
    pub const fn of(hits: [u32; 2]) -> Self {
        Self { hits, stopped: [0; 2] }
    }

    /// Adds the statistics of replicates `first`, `first + 1`, …; what lies within `tolerance` of the end of a tail belongs to it.
    pub fn add(&mut self, region: Region, stopping: Stopping, tolerance: f64, first: usize, statistics: &[f64]) {
        for (number, tail) in tails(region).into_iter().enumerate() {
            if tail[0].is_none() || self.stopped[number] > 0 {
                continue;
            }
            let found = match tail {
                // Plain comparisons in a row, which the compiler makes several of at once.
                [Some(Side::AtLeast(at)), None] => statistics.iter().filter(|s| **s >= at - tolerance).count(),
                [Some(Side::AtMost(at)), None] => statistics.iter().filter(|s| **s <= at + tolerance).count(),
                both => statistics.iter().filter(|s| hits(both, **s, tolerance)).count(),
            };
            let before = self.hits[number];
            self.hits[number] += found as u32;
            if let Stopping::Sequential { exceedances } = stopping
                && self.hits[number] >= exceedances
            {
                let in_region = statistics.iter().enumerate().filter(|(_, s)| hits(tail, **s, tolerance));
                let last = in_region.map(|(n, _)| n).nth((exceedances - before - 1) as usize);
                self.stopped[number] = (first + last.expect("as many were counted")) as u32 + 1;
                self.hits[number] = exceedances;
            }
        }
    }

    /// Whether no further replicate can change the answer.
    pub fn is_done(&self, region: Region) -> bool {
        tails(region).iter().zip(self.stopped).all(|(tail, stopped)| tail[0].is_none() || stopped > 0)
    }

    /// The p value.
    pub fn p(&self, region: Region, permutations: &Permutations) -> f64 {
        let all = f64::from(permutations.replicates) + 1.0;
        let of = |tail: usize| match permutations.stopping {
            Stopping::Sequential { exceedances } if self.stopped[tail] > 0 => {
                f64::from(exceedances) / f64::from(self.stopped[tail])
            }
            _ => (f64::from(self.hits[tail]) + 1.0) / all,
        };
        probability(match region {
            Region::One(_) | Region::Both(..) => of(0),
            Region::TwiceTheSmaller(..) => 2.0 * of(0).min(of(1)),
            Region::Strict(_) => {
                let hits = self.hits[0].min(permutations.replicates - self.hits[0]);
                (f64::from(hits) + 1.0) / all
            }
        })
    }

    /// Replicates that were drawn until every tail had its answer.
    pub fn taken(&self, region: Region, permutations: &Permutations) -> u32 {
        let of = |tail: usize| if self.stopped[tail] > 0 { self.stopped[tail] } else { permutations.replicates };
        if matches!(region, Region::TwiceTheSmaller(..)) { of(0).max(of(1)) } else { of(0) }
    }
}

/// Tails that are counted apart, each as the sides that belong to it.
pub(super) const fn tails(region: Region) -> [[Option<Side>; 2]; 2] {
    match region {
        Region::One(side) | Region::Strict(side) => [[Some(side), None], [None, None]],
        Region::TwiceTheSmaller(low, high) => [[Some(low), None], [Some(high), None]],
        Region::Both(low, high) => [[Some(low), Some(high)], [None, None]],
    }
}

/// Whether a statistic lies in a tail.
pub(super) fn hits(tail: [Option<Side>; 2], statistic: f64, tolerance: f64) -> bool {
    tail.into_iter().flatten().any(|side| match side {
        Side::AtLeast(at) => statistic >= at - tolerance,
        Side::AtMost(at) => statistic <= at + tolerance,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMS: [f64; 8] = [5.0, 1.0, 7.0, 5.0, 2.0, 9.0, 5.0, 0.0];

    fn tallied(region: Region, permutations: &Permutations, block: usize) -> Tally {
        let mut tally = Tally::default();
        for (number, sums) in SUMS.chunks(block).enumerate() {
            tally.add(region, permutations.stopping, 1e-9, number * block, sums);
        }
        tally
    }

    #[test]
    fn all_replicates_give_one_more_over_one_more() {
        let permutations = Permutations::fixed(8, 1);
        let (low, high) = (Side::AtMost(5.0), Side::AtLeast(5.0));
        let p = |region| tallied(region, &permutations, 8).p(region, &permutations);
        assert_eq!(p(Region::One(high)), 6.0 / 9.0);
        assert_eq!(p(Region::One(low)), 7.0 / 9.0);
        assert_eq!(p(Region::TwiceTheSmaller(low, high)), 1.0);
        assert_eq!(p(Region::TwiceTheSmaller(low, Side::AtLeast(8.0))), 4.0 / 9.0);
        assert_eq!(p(Region::Strict(high)), 4.0 / 9.0, "three are below 5");
        assert_eq!(p(Region::Both(Side::AtMost(1.0), Side::AtLeast(9.0))), 4.0 / 9.0);
    }

    #[test]
    fn the_last_needed_replicate_does_not_depend_on_the_blocks() {
        let permutations = Permutations::sequential(8, 3, 1);
        let region = Region::TwiceTheSmaller(Side::AtMost(1.0), Side::AtLeast(5.0));
        for block in [1, 2, 3, 8] {
            let tally = tallied(region, &permutations, block);
            // Three sums of 5 or more are reached by the fourth; 1 or less occurs twice in all.
            assert_eq!(tally, Tally { hits: [2, 3], stopped: [0, 4] });
            assert!(!tally.is_done(region));
            assert_eq!(tally.p(region, &permutations), 2.0 * (3.0 / 9.0));
            assert_eq!(tally.taken(region, &permutations), 8);
            let one = Region::One(Side::AtLeast(5.0));
            let tally = tallied(one, &permutations, block);
            assert!(tally.is_done(one));
            assert_eq!((tally.p(one, &permutations), tally.taken(one, &permutations)), (3.0 / 4.0, 4));
        }
    }

    #[test]
    fn the_last_replicate_may_be_the_last_needed() {
        let permutations = Permutations::sequential(8, 3, 1);
        let region = Region::One(Side::AtMost(2.0));
        let tally = tallied(region, &permutations, 4);
        assert_eq!((tally.p(region, &permutations), tally.taken(region, &permutations)), (3.0 / 8.0, 8));
    }
}
