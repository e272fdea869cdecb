//! How many cases a window needs to beat the best one so far, by what is expected in it.
//!
//! For a window of high rate the LLR grows with its cases and falls with what is expected. So "does it beat the best?" is "has
//! it at least so many cases?", with a number that depends on the expected one only, and is found once for all windows and
//! replicas: no logarithm in the inner loop. Expected numbers are taken in classes, LLRs in levels; both are rounded to the safe
//! side, so that no window that beats the best is ever missed, and the few others that pass are settled by the formula.
//!
//! Classes are equal steps of √E up to half of all cases and of √(C − E) above: about a sixteenth of two standard deviations of
//! a count. They mirror, since a window of low rate is one of high rate outside.

use super::statistic::Statistic;
use std::sync::OnceLock;

/// Classes in one unit of √E, when there are not too many.
const FINENESS: f64 = 16.0;
/// No more classes than about twice this.
const MOST: f64 = 2_000.0;
/// Levels in one unit of the LLR.
const LEVELS: f64 = 8.0;
/// Levels of that spacing; above, each is two percent above the one before.
const EVEN: usize = 400;
/// Levels in all: up to an LLR of about 5e9.
const ALL: usize = 1_400;

/// Classes of expected numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    total: f64,
    half: f64,
    fineness: f64,
    middle: usize,
}

impl Axis {
    pub(super) fn new(total: f64) -> Self {
        let half = total / 2.0;
        let fineness = FINENESS.min(MOST / half.sqrt().max(1e-9));
        Self { total, half, fineness, middle: (fineness * half.sqrt()).ceil() as usize + 1 }
    }

    /// Number of classes.
    pub(super) const fn len(&self) -> usize {
        2 * self.middle + 1
    }

    /// The class of an expected number.
    pub(super) fn class(&self, expected: f64) -> u16 {
        let near = expected.min(self.total - expected).max(0.0);
        let steps = (near.sqrt() * self.fineness + 0.5) as usize;
        (if expected <= self.half { steps } else { 2 * self.middle - steps }) as u16
    }

    /// [`Self::class`] of `ends[i] − start` for each i; single precision, without a branch.
    pub(super) fn classes(&self, start: f64, ends: &[f64], classes: &mut [u16]) {
        // Adding 2^23 leaves a whole number in the low bits of a single, rounded to nearest.
        const WHOLE: f32 = 8_388_608.0;
        let (fineness, top) = (self.fineness as f32, 2 * self.middle as u32);
        let (total, half) = (self.total, self.half);
        for (end, class) in ends.iter().zip(classes) {
            let expected = end - start;
            let outside = total - expected;
            let near = if expected < outside { expected } else { outside };
            let near = if near > 0.0 { near as f32 } else { 0.0 };
            let steps = (near.sqrt() * fineness + WHOLE).to_bits() & 0xFFFF;
            // All bits set in the upper half: top − steps.
            let upper = 0_u32.wrapping_sub(u32::from(expected > half));
            *class = (steps ^ upper).wrapping_sub(upper).wrapping_add(top & upper) as u16;
        }
    }

    /// At most the smallest expected number of a class. The margin covers single precision.
    fn low_edge(&self, class: usize) -> f64 {
        let square = |steps: f64| (steps / self.fineness).powi(2);
        let edge = if class <= self.middle {
            square((class as f64 - 0.5 - 1e-3).max(0.0)) * (1.0 - 1e-6)
        } else {
            self.total - square((2 * self.middle - class) as f64 + 0.5 + 1e-3) * (1.0 + 1e-6)
        };
        (edge - 1e-9 * self.total).max(0.0)
    }
}

/// Least numbers of cases by level and class; each level is made when first asked for.
#[derive(Debug)]
pub(super) struct Thresholds {
    pub axis: Axis,
    statistic: Statistic,
    least: u32,
    rows: Vec<OnceLock<Box<[u32]>>>,
}

impl Thresholds {
    /// `least`: a window of high rate with fewer cases than this is none.
    pub(super) fn new(statistic: Statistic, least: u32) -> Self {
        Self { axis: Axis::new(statistic.total), statistic, least, rows: vec![OnceLock::new(); ALL] }
    }

    /// The highest level that is not above an LLR.
    pub(super) fn level(llr: f64) -> usize {
        let even = EVEN as f64 / LEVELS;
        if llr < even {
            return (llr.max(0.0) * LEVELS) as usize;
        }
        let level = EVEN + (((llr / even).ln() / 1.02_f64.ln()) as usize).min(ALL - 1 - EVEN);
        // The logarithm may round up over the edge.
        if Self::llr(level) > llr { level - 1 } else { level }
    }

    /// The LLR of a level.
    fn llr(level: usize) -> f64 {
        if level <= EVEN { level as f64 / LEVELS } else { EVEN as f64 / LEVELS * 1.02_f64.powi((level - EVEN) as i32) }
    }

    /// For each class, a number of cases such that no window of the class with fewer has a high rate and an LLR above that of
    /// the level.
    pub(super) fn row(&self, level: usize) -> &[u32] {
        self.rows[level].get_or_init(|| {
            let llr = Self::llr(level);
            let (mut cases, mut before) = (self.least, 0.0);
            (0..self.axis.len())
                .map(|class| {
                    let edge = self.axis.low_edge(class);
                    // Edges ascend but at the mirror, where the margins of both sides overlap.
                    cases = self.smallest(if edge < before { self.least } else { cases }, edge, llr);
                    before = edge;
                    cases
                })
                .collect()
        })
    }

    /// The smallest number from `from` on that may beat `llr` where at least `edge` is expected; one more than all cases when
    /// none does.
    fn smallest(&self, from: u32, edge: f64, llr: f64) -> u32 {
        let never = self.statistic.total as u32 + 1;
        let ceiling = self.statistic.ceiling(edge);
        let bar = llr * (1.0 - 1e-12) - 1e-9;
        // Above the ceiling of the edge the formula has no answer, but the window's own ceiling may be higher.
        let beats = |cases: u32| {
            let c = f64::from(cases);
            cases >= never || (c > edge && (c > ceiling || edge <= 0.0 || self.statistic.llr(c, edge) > bar))
        };
        if beats(from) {
            return from.min(never);
        }
        let (mut low, mut step) = (from, 1);
        while !beats(low.saturating_add(step)) {
            low += step;
            step *= 2;
        }
        let mut high = low.saturating_add(step);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if beats(middle) { high = middle } else { low = middle }
        }
        high.min(never)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_give_a_class_whose_edge_is_not_above(total in 1.0f64..1e7, share in 0.0f64..=1.0, start in 0.0f64..1e6) {
            let axis = Axis::new(total);
            let expected = share * total;
            let class = axis.class(expected);
            prop_assert!((class as usize) < axis.len());
            prop_assert!(axis.low_edge(class as usize) <= expected);
            let mut single = [0; 3];
            axis.classes(start, &[start + expected, start, start + total], &mut single);
            for (class, value) in single.iter().zip([(start + expected) - start, 0.0, total]) {
                prop_assert!((*class as usize) < axis.len());
                prop_assert!(axis.low_edge(*class as usize) <= value + 1e-9);
            }
        }

        #[test]
        fn no_window_that_beats_the_level_is_missed(
            total in 2u32..3_000, share in 0.0005f64..0.9995, cases in 0.0f64..=1.0, best in 0.0f64..30.0,
            controls in prop::option::of(0.2f64..50.0)
        ) {
            let c = f64::from(total);
            let statistic = Statistic { total: c, population: controls.map(|k| (c * (1.0 + k)).ceil()) };
            let thresholds = Thresholds::new(statistic, 1);
            let expected = share * c;
            let cases = (cases * statistic.ceiling(expected).min(c)).floor();
            if cases > expected && statistic.llr(cases, expected) > best {
                let level = Thresholds::level(best);
                let needed = thresholds.row(level)[thresholds.axis.class(expected) as usize];
                prop_assert!(cases >= f64::from(needed), "{cases} of {expected} is below {needed}");
            }
        }

        #[test]
        fn a_level_is_not_above_its_llr(llr in 0.0f64..1e6) {
            let level = Thresholds::level(llr);
            prop_assert!(Thresholds::llr(level) <= llr && level + 1 < ALL && Thresholds::llr(level + 1) > llr * (1.0 - 1e-12));
        }
    }

    #[test]
    fn nothing_is_missed_where_the_classes_mirror() {
        for population in [None, Some(151.0)] {
            let statistic = Statistic { total: 42.0, population };
            let thresholds = Thresholds::new(statistic, 1);
            for expected in (190..230).map(|e| f64::from(e) / 10.0) {
                for cases in (20..=42).filter(|c| f64::from(*c) > expected) {
                    let llr = statistic.llr(f64::from(cases), expected);
                    for level in (0..400).filter(|l| Thresholds::llr(*l) < llr) {
                        let needed = thresholds.row(level)[thresholds.axis.class(expected) as usize];
                        assert!(cases >= needed, "{cases} of {expected} is below {needed}");
                    }
                }
            }
        }
    }

    #[test]
    fn thresholds_are_tight_enough_to_be_of_use() {
        let statistic = Statistic { total: 25_000.0, population: None };
        let thresholds = Thresholds::new(statistic, 1);
        for (expected, llr) in [(3.0_f64, 8.0), (200.0, 8.0), (5_000.0, 10.0)] {
            let needed = f64::from(thresholds.row(Thresholds::level(llr))[thresholds.axis.class(expected) as usize]);
            let exact = (0..1_000_000).map(f64::from).find(|c| *c > expected && statistic.llr(*c, expected) > llr).unwrap();
            assert!(exact - needed <= 0.2 * expected.sqrt() + 1.0, "{needed} for {exact} at {expected}");
        }
    }
}
