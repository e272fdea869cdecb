//! Moving blocks of origins, and squares of the map, drawn together.

use super::{BLOCK_ORIGINS, BacktestParams, Flagging};
use rand::Rng;
use rand_pcg::Pcg64;

/// PAI of each replicate, and the baseline's.
pub(super) struct Resampled {
    /// As observed: PAI, and the baseline's.
    observed: [Option<f64>; 2],
    pai: Vec<f64>,
    gain: Option<Vec<f64>>,
}

impl Resampled {
    /// Resamples one or more origins; method and baseline by the same draws. A replicate without an incident or a flagged area
    /// has no PAI and is left out.
    pub(super) fn new(flaggings: &[&Flagging], baseline: Option<&[&Flagging]>, params: &BacktestParams) -> Self {
        let origins = flaggings.len();
        let squares = flaggings.first().map_or(0, |f| f.squares.len());
        let block = BLOCK_ORIGINS.min(origins).max(1);
        let (mut pai, mut gain) = (Vec::new(), Vec::new());
        for replicate in 0..params.replicates {
            let mut random = Pcg64::new(u128::from(params.seed) << 64 | u128::from(replicate), u128::from(replicate));
            let mut times = vec![0.0; origins];
            let mut taken = 0;
            while taken < origins {
                let start = below(&mut random, origins - block + 1);
                for origin in (start..start + block).take(origins - taken) {
                    times[origin] += 1.0;
                    taken += 1;
                }
            }
            let mut copies = vec![0.0; squares];
            for _ in 0..squares {
                copies[below(&mut random, squares)] += 1.0;
            }
            let Some(own) = ratio(flaggings, &times, &copies) else { continue };
            pai.push(own);
            if let Some(theirs) = baseline.and_then(|b| ratio(b, &times, &copies)) {
                gain.push(own - theirs);
            }
        }
        let all = |of: &[&Flagging]| ratio(of, &vec![1.0; origins], &vec![1.0; squares]);
        Self { observed: [all(flaggings), baseline.and_then(all)], pai, gain: baseline.map(|_| gain) }
    }

    /// Percentile interval of PAI.
    pub(super) fn pai(&self, level: f64) -> Option<[f64; 2]> {
        interval(&self.pai, level)
    }

    /// Difference to the baseline and its percentile interval.
    pub(super) fn gain(&self, level: f64) -> Option<[f64; 3]> {
        let [lower, upper] = interval(self.gain.as_deref()?, level)?;
        Some([self.observed[0]? - self.observed[1]?, lower, upper])
    }
}

fn below(random: &mut Pcg64, count: usize) -> usize {
    ((u128::from(random.next_u64()) * count as u128) >> 64) as usize
}

/// Hits over incidents, over flagged area over area, each origin and square as often as drawn.
fn ratio(flaggings: &[&Flagging], times: &[f64], copies: &[f64]) -> Option<f64> {
    let mut sums = [0.0; 4];
    for (flagging, time) in flaggings.iter().zip(times).filter(|(_, time)| **time > 0.0) {
        for (square, copy) in flagging.squares.iter().zip(copies) {
            for (sum, value) in sums.iter_mut().zip(square) {
                *sum += time * copy * value;
            }
        }
    }
    let [hits, incidents, flagged, area] = sums;
    (incidents > 0.0 && flagged > 0.0).then(|| hits / incidents / (flagged / area))
}

fn interval(values: &[f64], level: f64) -> Option<[f64; 2]> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let tail = ((1.0 - level) / 2.0 * (sorted.len() as f64 + 1.0)) as usize;
    let (low, high) = (tail.max(1) - 1, sorted.len().checked_sub(tail.max(1))?);
    Some([*sorted.get(low)?, *sorted.get(high)?])
}
