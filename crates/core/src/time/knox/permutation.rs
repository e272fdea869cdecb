//! Counts of close pairs when the times are shuffled among the events.
//!
//! # Design
//! Thirty-two replicates are shuffled side by side: the 32 times of one event lie in one cache line, so that a pair is looked up
//! once for all of them, and the comparison of its two lines is a few vector instructions. Events without a partner in space take
//! no part: only the times of the others are drawn, from all times without replacement, which is the same distribution. Pairs are
//! counted as *below* each end of time; bands, and what lies beyond the last end, follow by subtraction from totals that no
//! shuffling changes.
//!
//! Each replicate has its own stream of random numbers, from the seed and its number, and all sums are of whole numbers: the result
//! does not depend on the number of threads.

use super::pairs::{BandPairs, ClosePairs};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;

/// Replicates shuffled side by side.
const LANES: usize = 32;

/// Replicates written into the lines together.
const GROUP: usize = 8;

/// Most pairs counted before the narrow counters are emptied.
const MOST_COUNTED: usize = i16::MAX as usize;

/// A time, narrow enough for many to be compared at once; also the counter of comparisons.
trait Lane: Copy + Send + Sync {
    const ZERO: Self;
    fn from_days(days: u32) -> Self;
    fn apart(self, other: Self) -> Self;
    fn counting(self, below: bool) -> Self;
    fn is_below(self, end: Self) -> bool;
    fn total(self) -> u64;
}

macro_rules! lane {
    ($type:ty) => {
        impl Lane for $type {
            const ZERO: Self = 0;

            fn from_days(days: u32) -> Self {
                days.min(Self::MAX as u32) as Self
            }

            fn apart(self, other: Self) -> Self {
                self.max(other).wrapping_sub(self.min(other))
            }

            fn counting(self, below: bool) -> Self {
                self.wrapping_add(Self::from(below))
            }

            fn is_below(self, end: Self) -> bool {
                self < end
            }

            fn total(self) -> u64 {
                self as u64
            }
        }
    };
}

lane!(i16);
lane!(i32);

/// What is shuffled.
pub(super) struct Shuffle<'a> {
    /// Pairs close in space, without loners.
    pub pairs: &'a ClosePairs,
    /// Time of every event, in days since the first, in the order of the input.
    pub days: &'a [u32],
    /// Ends of time, ascending: days apart *below* which pairs are counted.
    pub ends: &'a [u32],
    pub replicates: u32,
    pub seed: u64,
}

/// Sums over the replicates, by cell of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    /// Replicates with at least the observed number.
    pub at_least: Vec<u32>,
    pub sum: Vec<u64>,
    pub squares: Vec<u128>,
}

impl Tally {
    fn new(cells: usize) -> Self {
        Self { at_least: vec![0; cells], sum: vec![0; cells], squares: vec![0; cells] }
    }

    fn add(mut self, other: &Self) -> Self {
        for cell in 0..self.sum.len() {
            self.at_least[cell] += other.at_least[cell];
            self.sum[cell] += other.sum[cell];
            self.squares[cell] += other.squares[cell];
        }
        self
    }
}

impl Shuffle<'_> {
    /// Pairs below each end, by band and end, in the order of the input.
    pub fn observed(&self) -> Vec<u64> {
        let day = |point: usize| self.days[self.pairs.order[point] as usize];
        let mut below = vec![0; self.pairs.bands.len() * self.ends.len()];
        for (band, below) in self.pairs.bands.iter().zip(below.chunks_mut(self.ends.len().max(1))) {
            for point in 0..self.pairs.order.len() {
                for partner in band.of(point) {
                    let apart = day(point).abs_diff(day(*partner as usize));
                    for (end, below) in self.ends.iter().zip(&mut *below) {
                        *below += u64::from(apart < *end);
                    }
                }
            }
        }
        below
    }

    /// Simulates; `cells` turns numbers below the ends, by band and end, into those of the table's cells.
    pub fn simulate(&self, observed: &[u64], cells: impl Fn(&[u64]) -> Vec<u64> + Sync) -> Tally {
        let span = self.days.iter().copied().max().unwrap_or(0);
        if span < i16::MAX as u32 { self.simulate_as::<i16>(observed, &cells) } else { self.simulate_as::<i32>(observed, &cells) }
    }

    fn simulate_as<T: Lane>(&self, observed: &[u64], cells: &(impl Fn(&[u64]) -> Vec<u64> + Sync)) -> Tally {
        let days: Vec<T> = self.days.iter().map(|d| T::from_days(*d)).collect();
        let ends: Vec<T> = self.ends.iter().map(|d| T::from_days(*d)).collect();
        let batches = self.replicates.div_ceil(LANES as u32);
        (0..batches)
            .into_par_iter()
            .map(|batch| {
                let first = batch * LANES as u32;
                let lines = self.shuffled(&days, first);
                let mut below = vec![[0; LANES]; self.pairs.bands.len() * ends.len()];
                for (band, below) in self.pairs.bands.iter().zip(below.chunks_mut(ends.len().max(1))) {
                    count_below(&lines, band, &ends, below);
                }
                let mut tally = Tally::new(observed.len());
                let mut of_replicate = vec![0; below.len()];
                for lane in 0..LANES.min((self.replicates - first) as usize) {
                    for (to, from) in of_replicate.iter_mut().zip(&below) {
                        *to = from[lane];
                    }
                    for (cell, simulated) in cells(&of_replicate).into_iter().enumerate() {
                        tally.at_least[cell] += u32::from(simulated >= observed[cell]);
                        tally.sum[cell] += simulated;
                        tally.squares[cell] += u128::from(simulated) * u128::from(simulated);
                    }
                }
                tally
            })
            .reduce(|| Tally::new(observed.len()), |a, b| a.add(&b))
    }

    /// The times of each event in 32 replicates from `first`.
    fn shuffled<T: Lane>(&self, days: &[T], first: u32) -> Vec<[T; LANES]> {
        let drawn = self.pairs.order.len();
        let mut lines = vec![[T::ZERO; LANES]; drawn];
        let mut decks: [Vec<T>; GROUP] = std::array::from_fn(|_| days.to_vec());
        for group in 0..LANES / GROUP {
            for (deck, replicate) in decks.iter_mut().zip(first + (group * GROUP) as u32..) {
                deck.copy_from_slice(days);
                draw(deck, drawn, self.seed, replicate);
            }
            // Eight at a time: one lane after the other would write a new cache line for every two bytes.
            let tops: [&[T]; GROUP] = std::array::from_fn(|deck| &decks[deck][..drawn]);
            for (event, line) in lines.iter_mut().enumerate() {
                let place = &mut line[group * GROUP..(group + 1) * GROUP];
                for (to, top) in place.iter_mut().zip(tops) {
                    *to = top[event];
                }
            }
        }
        lines
    }
}

/// Puts a random draw of `drawn` of the deck, without replacement, on its top (Fisher and Yates).
fn draw<T>(deck: &mut [T], drawn: usize, seed: u64, replicate: u32) {
    let mut random = Pcg64::new(u128::from(seed) << 64 | u128::from(replicate), u128::from(replicate));
    let mut top = 0;
    if deck.len() < 1 << 16 {
        while top + 3 <= drawn {
            let left = (deck.len() - top) as u64;
            for (i, below) in numbers_below(&mut random, [left, left - 1, left - 2]).into_iter().enumerate() {
                deck.swap(top + i, top + i + below as usize);
            }
            top += 3;
        }
    }
    while top < drawn {
        let [below] = numbers_below(&mut random, [(deck.len() - top) as u64]);
        deck.swap(top, top + below as usize);
        top += 1;
    }
}

/// Independent numbers below each bound, from one random word: exact, by rejection (Brackett-Rozinsky and Lemire, *Software: Practice
/// and Experience* 55, 2025). The product of the bounds is below 2⁶⁴ and is best far below.
fn numbers_below<const K: usize>(random: &mut Pcg64, bounds: [u64; K]) -> [u64; K] {
    let product = bounds.iter().product::<u64>();
    let mut attempt = || {
        let mut rest = random.next_u64();
        let numbers = bounds.map(|bound| {
            let wide = u128::from(rest) * u128::from(bound);
            rest = wide as u64;
            (wide >> 64) as u64
        });
        (numbers, rest)
    };
    let (mut numbers, mut rest) = attempt();
    if rest < product {
        let rejected = product.wrapping_neg() % product;
        while rest < rejected {
            (numbers, rest) = attempt();
        }
    }
    numbers
}

/// Adds the pairs whose times are apart less than each end, in each lane.
fn count_below<T: Lane>(lines: &[[T; LANES]], band: &BandPairs, ends: &[T], below: &mut [[u64; LANES]]) {
    // Two ends at a time fill the vector registers of every x86-64.
    for (ends, below) in ends.chunks(2).zip(below.chunks_mut(2)) {
        match *ends {
            [end] => count_below_ends(lines, band, [end], below),
            [first, second] => count_below_ends(lines, band, [first, second], below),
            _ => {}
        }
    }
}

fn count_below_ends<T: Lane, const E: usize>(lines: &[[T; LANES]], band: &BandPairs, ends: [T; E], below: &mut [[u64; LANES]]) {
    let mut counts = [[T::ZERO; LANES]; E];
    let mut counted = 0;
    let mut empty = |counts: &mut [[T; LANES]; E]| {
        for (below, counts) in below.iter_mut().zip(counts) {
            for (below, count) in below.iter_mut().zip(counts) {
                *below += count.total();
                *count = T::ZERO;
            }
        }
    };
    for (event, own) in lines.iter().enumerate() {
        for partners in band.of(event).chunks(MOST_COUNTED / 2) {
            if counted + partners.len() > MOST_COUNTED {
                empty(&mut counts);
                counted = 0;
            }
            counted += partners.len();
            for partner in partners {
                let other = &lines[*partner as usize];
                for lane in 0..LANES {
                    let apart = own[lane].apart(other[lane]);
                    for end in 0..E {
                        counts[end][lane] = counts[end][lane].counting(apart.is_below(ends[end]));
                    }
                }
            }
        }
    }
    empty(&mut counts);
}

#[cfg(test)]
mod tests {
    use super::super::Metric;
    use super::super::pairs::{Ends, close_pairs};
    use super::*;

    #[test]
    fn numbers_below_their_bounds_are_equally_frequent() {
        let mut random = Pcg64::new(1, 2);
        let mut seen = [[0_u32; 7]; 3];
        for _ in 0..70_000 {
            for (seen, number) in seen.iter_mut().zip(numbers_below(&mut random, [7, 5, 3])) {
                seen[number as usize] += 1;
            }
        }
        for (seen, bound) in seen.iter().zip([7_usize, 5, 3]) {
            let expected = 70_000.0 / bound as f64;
            assert!(seen[bound..].iter().all(|n| *n == 0));
            assert!(seen[..bound].iter().all(|n| (f64::from(*n) - expected).abs() < 5.0 * expected.sqrt()), "{seen:?}");
        }
        // Half of the words are rejected here.
        let half = (1_u64 << 63) + 1;
        assert!((0..100).all(|_| numbers_below(&mut random, [half])[0] < half));
    }

    #[test]
    fn every_order_is_drawn_equally_often() {
        let mut seen = std::collections::BTreeMap::new();
        for replicate in 0..24_000 {
            let mut deck = [1, 2, 3, 4];
            draw(&mut deck, 4, 5, replicate);
            *seen.entry(deck).or_insert(0_i32) += 1;
        }
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|n| (n - 1000).abs() < 160), "{seen:?}");
    }

    #[test]
    fn a_deck_of_any_size_keeps_its_cards() {
        for (size, drawn) in [(1, 1), (2, 2), (5, 3), (5, 0), (70_000, 70_000), (70_000, 11)] {
            let mut deck: Vec<u32> = (0..size).collect();
            draw(&mut deck, drawn, 1, 0);
            deck.sort_unstable();
            assert!(deck.into_iter().eq(0..size));
        }
    }

    /// Wide times give the same numbers as narrow ones, and counters that are emptied the same as a plain count.
    #[test]
    fn every_width_counts_the_same() {
        // One crowded place: 400 points, 79,800 pairs.
        let points: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20), 0.0]).collect();
        let pairs = close_pairs(&points, &Ends::before(Metric::Euclidean, &[3.0, 50.0])).expect("few pairs").without_loners();
        let days: Vec<u32> = (0..400).map(|i| i * 7 % 311).collect();
        let shuffle = Shuffle { pairs: &pairs, days: &days, ends: &[1, 30, 100, 311, 40_000], replicates: 70, seed: 3 };
        let observed = shuffle.observed();
        let narrow = shuffle.simulate_as::<i16>(&observed, &<[u64]>::to_vec);
        assert_eq!(narrow, shuffle.simulate_as::<i32>(&observed, &<[u64]>::to_vec));
        assert_eq!((narrow.at_least[4], narrow.sum[4]), (70, 70 * pairs.bands[0].len()));
        let mut plain = Tally::new(observed.len());
        for replicate in 0..70 {
            let mut deck = days.clone();
            draw(&mut deck, pairs.order.len(), 3, replicate);
            let mut shuffled = vec![0; 400];
            for (row, day) in pairs.order.iter().zip(&deck) {
                shuffled[*row as usize] = *day;
            }
            let below = Shuffle { days: &shuffled, ..shuffle }.observed();
            for (cell, simulated) in below.into_iter().enumerate() {
                plain.at_least[cell] += u32::from(simulated >= observed[cell]);
                plain.sum[cell] += simulated;
                plain.squares[cell] += u128::from(simulated).pow(2);
            }
        }
        assert_eq!(narrow, plain);
    }
}
