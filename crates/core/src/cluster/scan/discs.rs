//! The search when windows differ in space only.
//!
//! Units are taken several at a time: the cases after the last of them against the threshold of the expected number at the first
//! of them. Both err to the safe side, since cases and expected only grow along the list; the step is kept so small that
//! little is lost.

use super::lanes::{LANES, Lane, Row};
use super::search::{Best, Block, Search};

/// Units may be taken together while the expected number grows by less than this many standard deviations of a count.
const STRIDE: f64 = 0.6;

/// The way along the list of one zone: steps of equal size come in runs.
pub(super) struct Path {
    /// Units in a step (1, 2, 4 or 8) and the number of such steps.
    runs: Vec<(u8, u32)>,
    steps: Vec<Step>,
}

/// Several units taken together.
#[derive(Clone, Copy)]
struct Step {
    /// Expected before it.
    before: f64,
    /// Class of what is expected after its first unit.
    class: u16,
    /// Class of what is expected outside after its last unit.
    outside: u16,
}

/// Expected cases by unit in the only span.
fn expected_in(search: &Search<'_>) -> Vec<f64> {
    let (start, end) = search.spans.iter().next().unwrap_or((0, search.steps));
    search.expected.chunks_exact(search.steps).map(|of_unit| of_unit[start..end].iter().sum()).collect()
}

pub(super) fn plan(search: &Search<'_>) -> Vec<Path> {
    use rayon::prelude::*;
    let expected = expected_in(search);
    let (total, axis) = (search.statistic.total, &search.thresholds.axis);
    search
        .zones
        .par_iter()
        .map(|zone| {
            let (mut runs, mut steps): (Vec<(u8, u32)>, Vec<Step>) = (Vec::new(), Vec::new());
            let mut sums = Vec::with_capacity(zone.units.len() + 1);
            let mut sum = 0.0;
            sums.push(sum);
            for unit in &zone.units {
                sum += expected[*unit as usize];
                sums.push(sum);
            }
            let mut at = 0;
            while at < zone.units.len() {
                let first = sums[at + 1];
                let most = first + STRIDE * (first * (1.0 - first / total)).max(0.0).sqrt();
                let fits = |size: &usize| at + size <= zone.units.len() && sums[at + size] <= most;
                let size = [8, 4, 2].into_iter().find(fits).unwrap_or(1);
                match runs.last_mut() {
                    Some((same, count)) if *same as usize == size => *count += 1,
                    _ => runs.push((size as u8, 1)),
                }
                steps.push(Step { before: sums[at], class: axis.class(first), outside: axis.class(total - sums[at + size]) });
                at += size;
            }
            steps.shrink_to_fit();
            Path { runs, steps }
        })
        .collect()
}

/// Finds the best window of each lane; `None` when a count does not fit its lane.
pub(super) fn scan<L: Lane>(search: &Search<'_>, plan: &[Path], block: &mut Block<L>) -> Option<()> {
    let expected = expected_in(search);
    let (high, low) = (search.rates.high(), search.rates.low());
    for (row, (zone, path)) in search.zones.iter().zip(plan).enumerate() {
        let mut counts = Row::all(L::default());
        let (mut unit, mut step) = (0, 0);
        for (size, count) in &path.runs {
            let (size, count) = (*size as usize, *count as usize);
            let mut done = 0;
            while done < count {
                let run = Run {
                    units: &zone.units[unit + size * done..unit + size * count],
                    steps: &path.steps[step + done..step + count],
                    table: &block.table,
                    wall: &block.wall,
                    total: L::of(search.statistic.total as u32),
                };
                let stopped = match (size, high, low) {
                    (1, true, false) => run.walk::<1, true, false>(&mut counts),
                    (2, true, false) => run.walk::<2, true, false>(&mut counts),
                    (4, true, false) => run.walk::<4, true, false>(&mut counts),
                    (_, true, false) => run.walk::<8, true, false>(&mut counts),
                    (1, false, _) => run.walk::<1, false, true>(&mut counts),
                    (2, false, _) => run.walk::<2, false, true>(&mut counts),
                    (4, false, _) => run.walk::<4, false, true>(&mut counts),
                    (_, false, _) => run.walk::<8, false, true>(&mut counts),
                    (1, ..) => run.walk::<1, true, true>(&mut counts),
                    (2, ..) => run.walk::<2, true, true>(&mut counts),
                    (4, ..) => run.walk::<4, true, true>(&mut counts),
                    (..) => run.walk::<8, true, true>(&mut counts),
                };
                done += stopped;
                if done < count {
                    settle(search, block, &expected, row, unit + size * done, size, path.steps[step + done], &counts);
                    done += 1;
                }
            }
            unit += size * count;
            step += count;
        }
        if counts.contains(L::MAX) {
            return None;
        }
    }
    Some(())
}

struct Run<'a, L> {
    units: &'a [u32],
    steps: &'a [Step],
    table: &'a [Row<L>],
    wall: &'a [Row<L>],
    total: L,
}

impl<L: Lane> Run<'_, L> {
    /// Adds steps of `SIZE` units until a lane may have found something better; which step that is, or their number.
    fn walk<const SIZE: usize, const HIGH: bool, const LOW: bool>(&self, counts: &mut Row<L>) -> usize {
        let mut sum = counts.0;
        for (at, (units, step)) in self.units.chunks_exact(SIZE).zip(self.steps).enumerate() {
            let mut over = L::default();
            if LOW {
                let wall = self.wall[step.outside as usize].0;
                for lane in 0..LANES {
                    over = over.or(self.total.minus(sum[lane]).above(wall[lane]));
                }
            }
            for unit in units {
                // A copy, so that the alignment of the row is known.
                let row = self.table[*unit as usize].0;
                for lane in 0..LANES {
                    sum[lane] = sum[lane].plus(row[lane]);
                }
            }
            if HIGH {
                let wall = self.wall[step.class as usize].0;
                for lane in 0..LANES {
                    over = over.or(sum[lane].above(wall[lane]));
                }
            }
            if over != L::default() {
                *counts = Row(sum);
                return at;
            }
        }
        *counts = Row(sum);
        self.steps.len()
    }
}

/// Looks at each window of a step in the lanes that passed. `counts` are those after the step.
#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename them")]
fn settle<L: Lane>(
    search: &Search<'_>,
    block: &mut Block<L>,
    expected: &[f64],
    row: usize,
    first: usize,
    size: usize,
    step: Step,
    counts: &Row<L>,
) {
    let zone = &search.zones[row];
    let units = &zone.units[first..first + size];
    for lane in 0..block.live {
        let added = units.iter().fold(L::default(), |sum, u| sum.plus(block.table[*u as usize].0[lane]));
        let before = counts.0[lane].minus(added);
        let high = search.rates.high() && counts.0[lane].above(block.wall[step.class as usize].0[lane]) != L::default();
        let outside = L::of(search.statistic.total as u32).minus(before);
        let low = search.rates.low() && outside.above(block.wall[step.outside as usize].0[lane]) != L::default();
        if !(high || low) {
            continue;
        }
        let (mut cases, mut sum): (u32, f64) = (before.into(), step.before);
        for (place, unit) in units.iter().enumerate() {
            cases += block.table[*unit as usize].0[lane].into();
            sum += expected[*unit as usize];
            if zone.ends_at(first + place)
                && let Some(llr) = search.beats(block.best[lane].llr, cases, sum)
            {
                let (start, end) = search.spans.iter().next().unwrap_or((0, search.steps));
                let best = Best { llr, zone: row as u32, length: (first + place + 1) as u32, start: start as u32, end: end as u32 };
                block.improve(search.thresholds, lane, best);
            }
        }
    }
}
