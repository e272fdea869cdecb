//! Simulated conditional permutations: the same replicates for all units.
//!
//! # Definition
//! A replicate is an ordered draw of K + 1 different units, K being the most neighbours that a unit has. A unit with k
//! neighbours gets the values of the first k; where it has been drawn itself, the (k + 1)-th takes its place. Given that, the k values
//! are a uniform draw without replacement from the *other* units, as the conditional null wants, and every unit uses the same
//! replicates (as `esda` and `pygeoda` do). The p values of different units are then positively dependent, which the
//! Benjamini–Hochberg procedure allows (Bates, Candès, Lei, Romano and Sesia, *Annals of Statistics* 51, 2023).
//!
//! # Ties
//! Sums of the same values in another order differ by rounding. Values are shifted so that none is negative; a sum of k terms of
//! weights that add up to W is then within `(k + 2) ε W max|x|` of its tie, and what is nearer than that to the observed sum counts
//! as equal to it.
//!
//! # Cost
//! Units whose weights are equal share even the sums: they are sorted once for each number of neighbours, and a unit looks up its
//! rank, with a correction for the few replicates that drew it. `O(R K log R + n log R)`. Otherwise `O(n R K)` multiplications,
//! in blocks of replicates that stay in cache, fewer when units stop early. Memory: one block, or at most 2²³ numbers.

use super::inference::{Inference, Permutations, Region, Side, Stopping};
use super::tally::{Tally, hits, tails};
use crate::error::{Error, Result};
use crate::weights::SpatialWeights;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;

/// Replicates of one block.
const BLOCK: usize = 256;
/// Most numbers that are kept to rank sums at once.
const MOST_RANKED: usize = 1 << 23;
/// Units that one task works on.
const CHUNK: usize = 512;

/// What is added up over the neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    /// `w_ij x_j`.
    Sum,
    /// `w_ij (x_i − x_j)²`.
    SquaredDifference,
}

/// From which units the values of a window are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    /// From all but the unit itself; one for each neighbour.
    Others,
    /// From all; one for each neighbour.
    All,
    /// From all; one for each neighbour and one for the unit itself, which has the largest weight of its row.
    AllWithOwn,
}

/// A simulation to be run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simulation<'a> {
    pub values: &'a [f64],
    pub weights: &'a SpatialWeights,
    pub kernel: Kernel,
    pub drawn: Drawn,
    pub permutations: Permutations,
}

/// p values, and the replicates that each unit took where they differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Simulated {
    pub p: Vec<f64>,
    pub replicates: Option<Vec<u32>>,
    pub inference: Inference,
}

impl Simulation<'_> {
    /// The p value of each unit; `region` names what counts as extreme from the row, the observed sum and its expectation, and 1
    /// is the answer where it names nothing.
    pub fn run(&self, region: impl Fn(usize, f64, f64) -> Option<Region> + Sync) -> Result<Simulated> {
        self.permutations.check()?;
        let plan = Plan::new(self);
        let rows = (0..self.values.len()).into_par_iter().with_min_len(CHUNK);
        let units: Vec<Unit> = rows.map_init(Vec::new, |window, row| plan.unit(row, window, &region)).collect();
        let sequential = matches!(self.permutations.stopping, Stopping::Sequential { .. });
        if sequential && units.iter().any(|unit| matches!(unit.region, Some(Region::Strict(_)))) {
            return Err(Error::OutOfRange { what: "alternative", must: "another than directed where permutations stop early" });
        }
        let replicates = self.permutations.replicates as usize;
        let ranked = !sequential
            && self.kernel == Kernel::Sum
            && plan.weights.is_none()
            && replicates.saturating_mul(plan.width) <= MOST_RANKED;
        let tallies = if ranked { plan.rank(&units) } else { plan.count(&units) };
        let found = || tallies.iter().zip(&units).map(|(tally, unit)| (tally, unit.region));
        let p = found().map(|(tally, region)| region.map_or(1.0, |region| tally.p(region, &self.permutations))).collect();
        let taken = |(tally, region): (&Tally, Option<Region>)| region.map_or(0, |region| tally.taken(region, &self.permutations));
        let replicates = sequential.then(|| found().map(taken).collect());
        Ok(Simulated { p, replicates, inference: self.permutations.inference() })
    }
}

/// What is the same for all units.
struct Plan<'a> {
    simulation: Simulation<'a>,
    /// Values, scaled so that their squares neither overflow nor vanish, and shifted so that none is negative.
    values: Vec<f64>,
    /// `None` when the weights are equal within each row: all are 1 then, since the factor of a row changes no p.
    weights: Option<&'a SpatialWeights>,
    /// Numbers drawn for a replicate: those of the largest window and a spare one.
    width: usize,
    /// The largest of the values' sizes, before and after the shift.
    largest: [f64; 2],
    total: f64,
    squares: f64,
}

/// A power of two, which loses no digit, that brings the largest value near 1 where squares would overflow or vanish; else 1.
fn power_of_two(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 || (1e-100..=1e100).contains(&largest) {
        return 1.0;
    }
    2.0_f64.powi(-(largest.log2() as i32).clamp(-1000, 1000))
}

/// What is asked of one unit.
#[derive(Debug, Clone, Copy)]
struct Unit {
    region: Option<Region>,
    tolerance: f64,
}

impl<'a> Plan<'a> {
    fn new(simulation: &Simulation<'a>) -> Self {
        let scale = power_of_two(simulation.values);
        let scaled: Vec<f64> = simulation.values.iter().map(|v| v * scale).collect();
        let least = scaled.iter().copied().fold(f64::INFINITY, f64::min);
        let values: Vec<f64> = scaled.iter().map(|v| v - least).collect();
        let largest = |values: &[f64]| values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let own = usize::from(simulation.drawn == Drawn::AllWithOwn);
        let weights = (!simulation.weights.are_equal_within_rows()).then_some(simulation.weights);
        Self {
            simulation: *simulation,
            weights,
            width: (simulation.weights.largest_degree() + own + 1).min(values.len()),
            largest: [largest(&scaled), largest(&values)],
            total: values.iter().sum(),
            squares: values.iter().map(|v| v * v).sum(),
            values,
        }
    }

    /// Number of values in the window of a unit.
    fn size(&self, row: usize) -> usize {
        self.simulation.weights.neighbors(row).len() + usize::from(self.simulation.drawn == Drawn::AllWithOwn)
    }

    /// The weights of the window; `None` when all are 1.
    fn window(&self, row: usize, window: &mut Vec<f64>) -> Option<()> {
        let of_row = self.weights?.weights(row)?;
        window.clear();
        window.extend_from_slice(of_row);
        if self.simulation.drawn == Drawn::AllWithOwn {
            window.push(if of_row.is_empty() { 1.0 } else { of_row.iter().fold(0.0_f64, |m, w| m.max(*w)) });
        }
        Some(())
    }

    fn term(&self, row: usize, weight: f64, value: f64) -> f64 {
        match self.simulation.kernel {
            Kernel::Sum => weight * value,
            Kernel::SquaredDifference => {
                let difference = self.values[row] - value;
                weight * (difference * difference)
            }
        }
    }

    fn unit(&self, row: usize, window: &mut Vec<f64>, region: &impl Fn(usize, f64, f64) -> Option<Region>) -> Unit {
        if self.window(row, window).is_none() {
            window.clear();
            window.resize(self.size(row), 1.0);
        }
        let neighbors = self.simulation.weights.neighbors(row);
        let members = neighbors.iter().map(|j| *j as usize).chain((self.simulation.drawn == Drawn::AllWithOwn).then_some(row));
        let observed: f64 = members.zip(window.iter()).map(|(j, w)| self.term(row, *w, self.values[j])).sum();
        let weight: f64 = window.iter().sum();
        let n = self.values.len() as f64;
        let mean = match (self.simulation.kernel, self.simulation.drawn) {
            (Kernel::Sum, Drawn::Others) => weight * (self.total - self.values[row]) / (n - 1.0),
            (Kernel::Sum, _) => weight * self.total / n,
            (Kernel::SquaredDifference, _) => {
                let own = self.values[row];
                weight * (self.squares - 2.0 * own * self.total + n * own * own) / (n - 1.0)
            }
        };
        let k = window.len() as f64;
        let [before, after] = self.largest;
        let tolerance = match self.simulation.kernel {
            Kernel::Sum => (k + 2.0) * f64::EPSILON * weight * before.max(after),
            Kernel::SquaredDifference => 2.0 * f64::EPSILON * weight * after * (2.0 * before.max(after) + (k + 2.0) * after),
        };
        // Without a choice of values there is nothing to test.
        let region = if window.is_empty() || self.values.len() < 2 { None } else { region(row, observed, mean) };
        Unit { region, tolerance }
    }

    /// Counts in blocks of replicates; units that are done leave.
    fn count(&self, units: &[Unit]) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); units.len()];
        let mut active: Vec<u32> = (0..units.len() as u32).filter(|row| units[*row as usize].region.is_some()).collect();
        let replicates = self.simulation.permutations.replicates as usize;
        for first in (0..replicates).step_by(BLOCK) {
            if active.is_empty() {
                break;
            }
            let sample = Sample::new(self, first, BLOCK.min(replicates - first));
            let found: Vec<Vec<Tally>> = active
                .par_chunks(CHUNK)
                .map_init(
                    || (Vec::new(), vec![0.0; BLOCK]),
                    |(window, sums), rows| {
                        let count = |row: &u32| {
                            let row = *row as usize;
                            let (unit, mut tally) = (units[row], tallies[row]);
                            let sums = &mut sums[..sample.replicates];
                            self.sums(row, &sample, window, sums);
                            if let Some(region) = unit.region {
                                tally.add(region, self.simulation.permutations.stopping, unit.tolerance, first, sums);
                            }
                            tally
                        };
                        rows.iter().map(count).collect()
                    },
                )
                .collect();
            for (row, tally) in active.iter().zip(found.into_iter().flatten()) {
                tallies[*row as usize] = tally;
            }
            if matches!(self.simulation.permutations.stopping, Stopping::Sequential { .. }) {
                active.retain(|row| units[*row as usize].region.is_some_and(|region| !tallies[*row as usize].is_done(region)));
            }
        }
        tallies
    }

    /// The sum of each replicate of a block.
    fn sums(&self, row: usize, sample: &Sample, window: &mut Vec<f64>, sums: &mut [f64]) {
        let size = self.size(row);
        let own = self.values[row];
        let weighted = self.window(row, window).is_some();
        sums.fill(0.0);
        for (slot, given) in window.iter().copied().chain(std::iter::repeat(1.0)).take(size).enumerate() {
            let w = if weighted { given } else { 1.0 };
            let values = sample.slot(slot);
            match self.simulation.kernel {
                Kernel::Sum => {
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum += w * value;
                    }
                }
                Kernel::SquaredDifference => {
                    for (sum, value) in sums.iter_mut().zip(values) {
                        let difference = own - value;
                        *sum += w * (difference * difference);
                    }
                }
            }
        }
        if self.simulation.drawn == Drawn::Others {
            for (replicate, slot) in sample.times_drawn(row).iter().filter(|(_, slot)| (*slot as usize) < size) {
                let replicate = *replicate as usize;
                sums[replicate] = self.without_own(row, sample, replicate, *slot as usize, weighted.then_some(window));
            }
        }
    }

    /// The sum of a replicate that drew the unit itself at `drawn`: the next draw takes its place.
    fn without_own(&self, row: usize, sample: &Sample, replicate: usize, drawn: usize, window: Option<&Vec<f64>>) -> f64 {
        let size = self.size(row);
        let mut sum = 0.0;
        for slot in 0..size {
            let from = if slot == drawn { size } else { slot };
            sum += self.term(row, window.map_or(1.0, |w| w[slot]), sample.slot(from)[replicate]);
        }
        sum
    }

    /// The same numbers as [`Self::count`] where all weights are 1, by rank.
    fn rank(&self, units: &[Unit]) -> Vec<Tally> {
        let replicates = self.simulation.permutations.replicates as usize;
        let sample = Sample::new(self, 0, replicates);
        let mut by_size: Vec<(usize, u32)> = units
            .iter()
            .zip(0..)
            .filter(|(unit, _)| unit.region.is_some())
            .map(|(_, row)| (self.size(row as usize), row))
            .collect();
        by_size.sort_unstable();
        let mut tallies = vec![Tally::default(); units.len()];
        let mut sums = vec![0.0; replicates];
        let mut added = 0;
        for of_size in by_size.chunk_by(|a, b| a.0 == b.0) {
            let size = of_size[0].0;
            for slot in added..size {
                for (sum, value) in sums.iter_mut().zip(sample.slot(slot)) {
                    *sum += value;
                }
            }
            added = size;
            let mut sorted = sums.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let found: Vec<Tally> = of_size
                .par_iter()
                .with_min_len(CHUNK)
                .map(|(_, row)| self.tally(*row as usize, units[*row as usize], &sample, &sums, &sorted))
                .collect();
            for ((_, row), tally) in of_size.iter().zip(found) {
                tallies[*row as usize] = tally;
            }
        }
        tallies
    }

    fn tally(&self, row: usize, unit: Unit, sample: &Sample, sums: &[f64], sorted: &[f64]) -> Tally {
        let Some(region) = unit.region else { return Tally::default() };
        let counted = tails(region).map(|tail| {
            if tail[0].is_none() {
                return 0;
            }
            let below = |s: f64| sorted.partition_point(|sum| *sum < s);
            let upto = |s: f64| sorted.partition_point(|sum| *sum <= s);
            let among_all = |side: Side| match side {
                Side::AtLeast(at) => sorted.len() - below(at - unit.tolerance),
                Side::AtMost(at) => upto(at + unit.tolerance),
            };
            let both = tail.into_iter().flatten().map(among_all).sum::<usize>();
            // Two sides that overlap hold everything.
            let mut counted = both.min(sorted.len()) as u32;
            if self.simulation.drawn == Drawn::Others {
                let size = self.size(row);
                for (replicate, slot) in sample.times_drawn(row).iter().filter(|(_, slot)| (*slot as usize) < size) {
                    let replicate = *replicate as usize;
                    let right = self.without_own(row, sample, replicate, *slot as usize, None);
                    counted -= u32::from(hits(tail, sums[replicate], unit.tolerance));
                    counted += u32::from(hits(tail, right, unit.tolerance));
                }
            }
            counted
        });
        Tally::of(counted)
    }
}

/// Some replicates.
struct Sample {
    replicates: usize,
    /// Values by slot, then by replicate.
    values: Vec<f64>,
    /// Of each unit, where its entries begin.
    starts: Vec<u32>,
    /// Replicate and slot of each time that a unit was drawn.
    entries: Vec<(u32, u32)>,
}

impl Sample {
    fn new(plan: &Plan<'_>, first: usize, replicates: usize) -> Self {
        let (n, width, seed) = (plan.values.len(), plan.width, plan.simulation.permutations.seed);
        let mut drawn = vec![0_u32; replicates * width];
        let deck: Vec<u32> = (0..n as u32).collect();
        drawn.par_chunks_mut((width * BLOCK).max(1)).enumerate().for_each(|(block, drawn)| {
            let mut deck = deck.clone();
            let mut swapped = vec![0; width];
            for (replicate, drawn) in (first + block * BLOCK..).zip(drawn.chunks_mut(width)) {
                draw(&mut deck, &mut swapped, seed, replicate as u64, drawn);
            }
        });
        let mut values = vec![0.0; replicates * width];
        for (replicate, drawn) in drawn.chunks(width.max(1)).enumerate() {
            for (slot, unit) in drawn.iter().enumerate() {
                values[slot * replicates + replicate] = plan.values[*unit as usize];
            }
        }
        let mut sample = Self { replicates, values, starts: Vec::new(), entries: Vec::new() };
        if plan.simulation.drawn == Drawn::Others {
            sample.starts = vec![0; n + 2];
            for unit in &drawn {
                sample.starts[*unit as usize + 2] += 1;
            }
            for unit in 2..n + 2 {
                sample.starts[unit] += sample.starts[unit - 1];
            }
            sample.entries = vec![(0, 0); drawn.len()];
            for (place, unit) in drawn.iter().enumerate() {
                let next = &mut sample.starts[*unit as usize + 1];
                sample.entries[*next as usize] = ((place / width) as u32, (place % width) as u32);
                *next += 1;
            }
        }
        sample
    }

    /// The value of each replicate at a place of the draw.
    fn slot(&self, slot: usize) -> &[f64] {
        &self.values[slot * self.replicates..(slot + 1) * self.replicates]
    }

    fn times_drawn(&self, unit: usize) -> &[(u32, u32)] {
        &self.entries[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }
}

/// Draws different units; `deck` is 0, 1, 2, … and is left so.
fn draw(deck: &mut [u32], swapped: &mut [usize], seed: u64, replicate: u64, drawn: &mut [u32]) {
    let mut random = Pcg64::new(u128::from(seed) << 64 | u128::from(replicate), u128::from(replicate));
    for (i, drawn) in drawn.iter_mut().enumerate() {
        let j = i + ((u128::from(random.next_u64()) * (deck.len() - i) as u128) >> 64) as usize;
        deck.swap(i, j);
        swapped[i] = j;
        *drawn = deck[i];
    }
    for (i, j) in swapped.iter().enumerate().take(drawn.len()).rev() {
        deck.swap(i, *j);
    }
}

#[cfg(test)]
mod tests;
