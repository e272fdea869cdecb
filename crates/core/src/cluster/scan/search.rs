//! The best window of each replica, exactly, many replicas at a time.
//!
//! A block is 32 replicas whose counts lie side by side. Walking the list of a centre is one addition per unit for all of them,
//! and whether any of them may have found a better window is one comparison with its threshold ([`super::thresholds`]), which
//! rises as better windows are found. What passes is settled by the formula. So the maximum of each replica is the maximum over
//! all windows, to the last bit.

use super::lanes::{LANES, Lane, Row};
use super::spans::Spans;
use super::statistic::Statistic;
use super::thresholds::Thresholds;
use super::windows::Zone;
use super::{Rates, cylinders, discs};
use rayon::prelude::*;

/// Blocks that are made between two looks of the sequential stop, or more when there are more threads.
pub(super) const LANES_IN_WAVE: u32 = 4;

/// A window by its place in the lists, with its LLR. An LLR of zero is no window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Best {
    pub llr: f64,
    /// Row of the zone.
    pub zone: u32,
    /// Number of its units.
    pub length: u32,
    /// First step.
    pub start: u32,
    /// Step after the last.
    pub end: u32,
}

/// What is searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    pub zones: &'a [Zone],
    pub spans: &'a Spans,
    /// Number of steps.
    pub steps: usize,
    /// Expected cases of unit u in step t, at u · steps + t.
    pub expected: &'a [f64],
    pub statistic: Statistic,
    pub thresholds: &'a Thresholds,
    pub rates: Rates,
    /// Fewest cases of a window of high rate.
    pub least: u32,
}

impl Search<'_> {
    /// The LLR of a window when it is of a rate that is looked for, and above `best`.
    pub(super) fn beats(&self, best: f64, cases: u32, expected: f64) -> Option<f64> {
        let c = f64::from(cases);
        let looked_for = (self.rates.high() && c > expected && cases >= self.least) || (self.rates.low() && c < expected);
        if !looked_for {
            return None;
        }
        let llr = self.statistic.llr(c, expected);
        (llr > best).then_some(llr)
    }

    /// Number of units.
    pub(super) const fn units(&self) -> usize {
        self.expected.len() / self.steps
    }

    /// The best window of replicas `first..first + count`; `draw` fills in the cases of a replica, by unit and step.
    pub(super) fn maxima(&self, first: u32, count: u32, draw: &(dyn Fn(u32, &mut [u32]) + Sync)) -> Vec<Best> {
        let plan = if self.spans.len() == 1 { Plan::Discs(discs::plan(self)) } else { Plan::Cylinders };
        let at_once = match plan {
            Plan::Discs(_) => LANES,
            Plan::Cylinders => LANES * cylinders::blocks_at_once(self),
        };
        let starts: Vec<u32> = (first..first + count).step_by(at_once).collect();
        let narrow = self.fits_16_bits();
        let runs = starts.into_par_iter().map_init(
            || vec![0; self.expected.len()],
            |cases, start| {
                let replicas = start..(start + at_once as u32).min(first + count);
                let counted = if narrow { self.run::<u16>(&plan, replicas.clone(), cases, draw) } else { None };
                counted.unwrap_or_else(|| self.run::<u32>(&plan, replicas, cases, draw).expect("32 bits hold all cases"))
            },
        );
        runs.flatten_iter().collect()
    }

    /// Whether 16 bits are worth trying. They are enough when no overflow is met, which is watched.
    fn fits_16_bits(&self) -> bool {
        let all = self.statistic.total;
        // Outside counts are differences from the total.
        if self.rates.low() && all > f64::from(u16::MAX) {
            return false;
        }
        let largest = self.zones.iter().map(|zone| zone.units.iter().map(|u| self.expected_of(*u as usize)).sum::<f64>());
        all <= f64::from(u16::MAX) || largest.fold(0.0, f64::max) < 0.9 * f64::from(u16::MAX)
    }

    /// Expected cases of a unit from the first step of any window on.
    fn expected_of(&self, unit: usize) -> f64 {
        self.expected[unit * self.steps + self.spans.first()..(unit + 1) * self.steps].iter().sum()
    }

    /// `None` when the lanes are too narrow.
    fn run<L: Lane>(
        &self,
        plan: &Plan,
        replicas: std::ops::Range<u32>,
        cases: &mut [u32],
        draw: &(dyn Fn(u32, &mut [u32]) + Sync),
    ) -> Option<Vec<Best>> {
        let firsts: Vec<u32> = replicas.clone().step_by(LANES).collect();
        let mut blocks: Vec<Block<L>> = firsts
            .iter()
            .map(|first| Block::new(self, *first..(first + LANES as u32).min(replicas.end), cases, draw))
            .collect::<Option<_>>()?;
        match plan {
            Plan::Discs(plan) => {
                for block in &mut blocks {
                    discs::scan(self, plan, block)?;
                }
            }
            Plan::Cylinders => cylinders::scan(self, &mut blocks)?,
        }
        Some(blocks.iter().flat_map(|b| b.best[..b.live].to_vec()).collect())
    }
}

enum Plan {
    Discs(Vec<discs::Path>),
    Cylinders,
}

/// Replicas side by side.
pub(super) struct Block<L> {
    /// Cases by unit and step, summed over steps from the first that matters: row u · s + t holds those of unit u up to and
    /// including step t. One row per unit when there is one span.
    pub table: Vec<Row<L>>,
    /// By class of the expected number: the most cases that cannot beat the best of the lane. One less than the threshold, so
    /// that above it means a look.
    pub wall: Vec<Row<L>>,
    pub best: [Best; LANES],
    level: [usize; LANES],
    /// Lanes in use.
    pub live: usize,
}

impl<L: Lane> Block<L> {
    fn new(
        search: &Search<'_>,
        replicas: std::ops::Range<u32>,
        cases: &mut [u32],
        draw: &(dyn Fn(u32, &mut [u32]) + Sync),
    ) -> Option<Self> {
        let first = search.spans.first();
        let last = first + search.spans.rows();
        let rows = if search.spans.len() == 1 { 1 } else { last - first };
        let mut block = Self {
            table: vec![Row::all(L::default()); search.units() * rows],
            wall: vec![Row::all(L::MAX); search.thresholds.axis.len()],
            best: [Best::default(); LANES],
            level: [0; LANES],
            live: replicas.len(),
        };
        for (lane, replica) in replicas.enumerate() {
            cases.fill(0);
            draw(replica, cases);
            for (unit, of_unit) in cases.chunks_exact(search.steps).enumerate() {
                let mut sum = 0;
                if rows == 1 {
                    sum = of_unit[first..last].iter().sum();
                    block.table[unit].0[lane] = L::of(sum);
                } else {
                    for (step, count) in of_unit[first..last].iter().enumerate() {
                        sum += count;
                        block.table[unit * rows + step].0[lane] = L::of(sum);
                    }
                }
                if sum >= L::MAX.into() {
                    return None;
                }
            }
            block.raise(search.thresholds, lane, 0);
        }
        Some(block)
    }

    /// Takes a better window of a lane.
    pub(super) fn improve(&mut self, thresholds: &Thresholds, lane: usize, best: Best) {
        self.best[lane] = best;
        let level = Thresholds::level(best.llr);
        if level > self.level[lane] {
            self.raise(thresholds, lane, level);
        }
    }

    fn raise(&mut self, thresholds: &Thresholds, lane: usize, level: usize) {
        self.level[lane] = level;
        for (row, least) in self.wall.iter_mut().zip(thresholds.row(level)) {
            row.0[lane] = L::of(least - 1);
        }
    }
}
