//! The search when windows differ in space and time.
//!
//! Cases of a zone are kept as running sums over time, so that the cases of any span are one difference. After each unit, every
//! span is compared with its threshold.

use super::lanes::{LANES, Lane, Row};
use super::observed::running;
use super::search::{Best, Block, Search};

/// Blocks that share the look-up of classes, which are the same for all replicas: as many as keep the tables near.
pub(super) fn blocks_at_once(search: &Search<'_>) -> usize {
    let one = search.units() * (search.steps - search.spans.first()) * LANES * 2;
    (8_000_000 / one.max(1)).clamp(1, 4)
}

/// Finds the best window of each lane; `None` when a count does not fit its lane.
pub(super) fn scan<L: Lane>(search: &Search<'_>, blocks: &mut [Block<L>]) -> Option<()> {
    let first = search.spans.first();
    let rows = search.spans.rows();
    let spans: Vec<(usize, usize)> = search.spans.iter().map(|(s, e)| (s - first, e - first)).collect();
    let groups: Vec<(usize, usize, usize)> =
        search.spans.groups.iter().map(|(s, low, high)| (s - first, low - first, high - first)).collect();
    let sums = running(search.expected, search.steps, first, rows);
    let axis = &search.thresholds.axis;
    let (high, low) = (search.rates.high(), search.rates.low());
    // Row 0 is the beginning of time: no case, nothing expected.
    let mut counts = vec![vec![Row::all(L::default()); rows + 1]; blocks.len()];
    let mut expected = vec![0.0; rows + 1];
    let (mut classes, mut outside) = (vec![0; spans.len()], vec![0; spans.len()]);
    for (row, zone) in search.zones.iter().enumerate() {
        expected.fill(0.0);
        for of_block in &mut counts {
            of_block.fill(Row::all(L::default()));
        }
        for (place, unit) in zone.units.iter().enumerate() {
            let unit = *unit as usize;
            for (sum, more) in expected[1..].iter_mut().zip(&sums[unit * rows..(unit + 1) * rows]) {
                *sum += more;
            }
            for (of_block, block) in counts.iter_mut().zip(blocks.iter()) {
                for (sum, more) in of_block[1..].iter_mut().zip(&block.table[unit * rows..(unit + 1) * rows]) {
                    sum.add(more);
                }
            }
            if !zone.ends_at(place) {
                continue;
            }
            let mut at = 0;
            for (start, low_end, high_end) in &groups {
                let ends = &expected[*low_end..=*high_end];
                axis.classes(expected[*start], ends, &mut classes[at..at + ends.len()]);
                at += ends.len();
            }
            if low {
                for (class, (start, end)) in outside.iter_mut().zip(&spans) {
                    *class = axis.class(search.statistic.total - (expected[*end] - expected[*start]));
                }
            }
            for (of_block, block) in counts.iter().zip(blocks.iter_mut()) {
                let look = Look { groups: &groups, classes: &classes, outside: &outside, wall: &block.wall };
                let total = L::of(search.statistic.total as u32);
                let over = match (high, low) {
                    (true, false) => look.over::<true, false>(of_block, total),
                    (false, _) => look.over::<false, true>(of_block, total),
                    (true, true) => look.over::<true, true>(of_block, total),
                };
                if over == Row::all(L::default()) {
                    continue;
                }
                for lane in (0..block.live).filter(|lane| over.0[*lane] != L::default()) {
                    settle(search, block, lane, of_block, &expected, &spans, (&classes, &outside), (row, place + 1, first));
                }
            }
        }
        if counts.iter().any(|of_block| of_block[rows].contains(L::MAX)) {
            return None;
        }
    }
    Some(())
}

struct Look<'a, L> {
    groups: &'a [(usize, usize, usize)],
    classes: &'a [u16],
    outside: &'a [u16],
    wall: &'a [Row<L>],
}

impl<L: Lane> Look<'_, L> {
    /// Not zero in each lane that may have a better window here.
    fn over<const HIGH: bool, const LOW: bool>(&self, counts: &[Row<L>], total: L) -> Row<L> {
        let mut over = [L::default(); LANES];
        let mut at = 0;
        for (start, low_end, high_end) in self.groups {
            let start = counts[*start].0;
            let ends = &counts[*low_end..=*high_end];
            let classes = &self.classes[at..at + ends.len()];
            let outside = &self.outside[at..at + ends.len()];
            at += ends.len();
            for ((end, class), outside) in ends.iter().zip(classes).zip(outside) {
                if HIGH {
                    let (end, wall) = (end.0, self.wall[*class as usize].0);
                    for lane in 0..LANES {
                        over[lane] = over[lane].or(end[lane].minus(start[lane]).above(wall[lane]));
                    }
                }
                if LOW {
                    let (end, wall) = (end.0, self.wall[*outside as usize].0);
                    for lane in 0..LANES {
                        over[lane] = over[lane].or(total.minus(end[lane].minus(start[lane])).above(wall[lane]));
                    }
                }
            }
        }
        Row(over)
    }
}

/// Looks at each span of one lane. `window` is the row of the zone, the number of its units, and the first step of all.
#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename them")]
fn settle<L: Lane>(
    search: &Search<'_>,
    block: &mut Block<L>,
    lane: usize,
    counts: &[Row<L>],
    expected: &[f64],
    spans: &[(usize, usize)],
    (classes, outside): (&[u16], &[u16]),
    (row, length, first): (usize, usize, usize),
) {
    let all = search.statistic.total as u32;
    for (at, (start, end)) in spans.iter().enumerate() {
        let cases: u32 = counts[*end].0[lane].minus(counts[*start].0[lane]).into();
        let high = search.rates.high() && cases > block.wall[classes[at] as usize].0[lane].into();
        let low = search.rates.low() && all - cases > block.wall[outside[at] as usize].0[lane].into();
        if !(high || low) {
            continue;
        }
        if let Some(llr) = search.beats(block.best[lane].llr, cases, expected[*end] - expected[*start]) {
            let (start, end) = ((first + start) as u32, (first + end) as u32);
            let best = Best { llr, zone: row as u32, length: length as u32, start, end };
            block.improve(search.thresholds, lane, best);
        }
    }
}
