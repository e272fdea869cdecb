//! The exact distribution of the sum of k counts drawn without replacement.
//!
//! # Definition
//! With `n_v` units of count v, the number of k-subsets whose counts sum to s is the coefficient of `t^k z^s` in
//! `Π_v (1 + t z^v)^{n_v}`. The product is expanded one distinct count after the other; every term is positive, so nothing
//! cancels. Its cumulative sums give both tails for draws from *all* units.
//!
//! # Leaving one unit out
//! The draws of a conditional permutation are from the *other* units. Those with count x removed once obey
//! `all(k, s) = others(k, s) + others(k − 1, s − x)`, for tails as for single terms, so k subtractions give a tail without that
//! unit. A subtraction may cancel: in the far tail of a rare large count, when nearly all subsets with such a sum hold the unit
//! itself. Each result therefore carries a bound of its error, and where the bound exceeds [`RELATIVE_ERROR`] the product is
//! expanded without the unit, from positive terms again. All such counts share their work by halving: each half of them is
//! multiplied to what the other half needs.
//!
//! # Error
//! With V distinct counts, K the largest number drawn and S the largest sum, the expansion and the cumulative sums have a relative
//! error of at most about `(V K + 4 K + S) 2⁻⁵³`: K additions for each distinct count, at most 4 K operations in the binomial
//! coefficients and products along a term, S additions of the tail; all terms are positive, so relative errors add up. It
//! is 0 while the number of subsets stays below 2⁵³ (all numbers are whole then). The number of all subsets, by which a tail is divided,
//! adds 3 K. Under the limits below all that is less than 7e-10, so every p from here is within [`RELATIVE_ERROR`] of the exact one,
//! however far in the tail; where a subtraction was made, half of that is kept for it.
//!
//! # Cost
//! About `K³/6` multiplications for each distinct count times that count, then K look-ups for each unit.

use super::inference::{Region, Side};
use crate::error::{Error, Result};

/// Bound of the relative error of every tail probability.
pub(super) const RELATIVE_ERROR: f64 = 1e-9;

/// Most numbers held in one table: (K + 1) (S + 1), about.
const MAX_STATES: u64 = 1 << 22;

/// Most multiplications of one expansion.
const MAX_OPERATIONS: u64 = 1 << 31;

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Draws of `drawn` counts, for a unit that has the count `own`, and the sums whose probability is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draw {
    pub drawn: usize,
    pub own: u32,
    pub region: Region,
}

/// The smallest whole sum of an upper tail, and the largest of a lower one. The ends of a tail are whole sums but for rounding.
fn first_sum(at: f64) -> i64 {
    (at - 1e-6).ceil() as i64
}

fn last_sum(at: f64) -> i64 {
    (at + 1e-6).floor() as i64
}

/// How many subsets of each size have each sum, times a factor for each element drawn that keeps the numbers in range.
#[derive(Debug, Clone)]
struct Subsets {
    /// `by_size[k][s]`; empty when there is no subset of size k.
    by_size: Vec<Vec<f64>>,
    factor: f64,
}

impl Subsets {
    /// The empty set only.
    fn none(largest_size: usize, factor: f64) -> Self {
        let mut by_size = vec![Vec::new(); largest_size + 1];
        by_size[0].push(1.0);
        Self { by_size, factor }
    }

    /// Multiplies by `(1 + t z^value)^times`.
    fn include(&mut self, value: u32, times: u32) {
        let value = value as usize;
        for size in (1..self.by_size.len()).rev() {
            let most = size.min(times as usize);
            let (smaller, rest) = self.by_size.split_at_mut(size);
            let target = &mut rest[0];
            let sources = || (1..=most).map(|m| (m, &smaller[size - m])).filter(|(_, source)| !source.is_empty());
            let Some(len) = sources().map(|(m, source)| source.len() + m * value).max() else { continue };
            if target.len() < len {
                target.resize(len, 0.0);
            }
            let mut ways = 1.0;
            let mut counted = 0;
            for (m, source) in sources() {
                while counted < m {
                    counted += 1;
                    ways = ways * f64::from(times - counted as u32 + 1) / counted as f64 * self.factor;
                }
                for (to, from) in target[m * value..].iter_mut().zip(source) {
                    *to += ways * from;
                }
            }
        }
    }
}

/// Tails of sums of draws from one set of counts.
#[derive(Debug)]
pub(super) struct SumsOfDraws {
    /// Distinct counts, ascending, and how many units have each.
    histogram: Vec<(u32, u32)>,
    largest_size: usize,
    factor: f64,
    /// `at_least[k][s]`: subsets of size k with a sum of s or more.
    at_least: Vec<Vec<f64>>,
    /// `at_most[k][s]`.
    at_most: Vec<Vec<f64>>,
    /// Bound of the relative error of both, by size.
    error: Vec<f64>,
    /// Number of subsets of each size of all units but one.
    subsets_of_others: Vec<f64>,
    /// Number of subsets of each size of all units.
    subsets_of_all: Vec<f64>,
}

impl SumsOfDraws {
    /// Expands the distribution of sums of up to `largest_size` of the counts.
    pub fn new(counts: &[u32], largest_size: usize) -> Result<Self> {
        let histogram = histogram(counts);
        let units = counts.len() as u64;
        let largest_size = largest_size.min(counts.len());
        within_limits(&histogram, largest_size)?;
        let factor = factor(units, largest_size);
        let mut subsets = Subsets::none(largest_size, factor);
        for &(value, times) in &histogram {
            subsets.include(value, times);
        }
        let subsets_of_all = binomials(units, largest_size, factor);
        let operations = histogram.len() as f64 * largest_size as f64 + 7.0 * largest_size as f64;
        let error = (0..=largest_size)
            .map(|size| {
                let whole = factor == 1.0 && subsets_of_all[..=size].iter().all(|c| c * (size.max(1) as f64) < 2_f64.powi(53));
                if whole { 0.0 } else { (operations + subsets.by_size[size].len() as f64) * UNIT_ROUNDOFF }
            })
            .collect();
        let at_most: Vec<Vec<f64>> = subsets
            .by_size
            .iter()
            .map(|row| {
                let mut sum = 0.0;
                row.iter()
                    .map(|ways| {
                        sum += ways;
                        sum
                    })
                    .collect()
            })
            .collect();
        let mut at_least = subsets.by_size;
        for row in &mut at_least {
            let mut sum = 0.0;
            for ways in row.iter_mut().rev() {
                sum += *ways;
                *ways = sum;
            }
        }
        let subsets_of_others = binomials(units.saturating_sub(1), largest_size, factor);
        Ok(Self { histogram, largest_size, factor, at_least, at_most, error, subsets_of_others, subsets_of_all })
    }

    /// The p value of draws from all units.
    pub fn among_all(&self, drawn: usize, region: Region) -> f64 {
        let all = self.subsets_of_all[drawn];
        let of = |side| match side {
            Side::AtLeast(at) => at_least(&self.at_least[drawn], first_sum(at)),
            Side::AtMost(at) => at_most(&self.at_most[drawn], last_sum(at)),
        };
        region.p(|side| Some(of(side) / all)).expect("every tail is known")
    }

    /// The p value of draws from the units other than one with the count `draw.own`; `None` where the subtraction would lose
    /// too many digits.
    pub fn among_others(&self, draw: Draw) -> Option<f64> {
        let all = self.subsets_of_others[draw.drawn];
        let own = i64::from(draw.own);
        draw.region.p(|side| {
            let ways = match side {
                Side::AtLeast(at) => {
                    let sum = first_sum(at);
                    self.without(draw.drawn, |size| at_least(&self.at_least[size], sum - (draw.drawn - size) as i64 * own))
                }
                Side::AtMost(at) => {
                    let sum = last_sum(at);
                    self.without(draw.drawn, |size| at_most(&self.at_most[size], sum - (draw.drawn - size) as i64 * own))
                }
            };
            Some(ways? / all)
        })
    }

    /// `others(k) = all(k) − others(k − 1)`, from size 0 up, with the bound of the error. `all` gives the tail of each size at
    /// the sum that is left when the unit's own count is taken off once for each size less.
    fn without(&self, drawn: usize, all: impl Fn(usize) -> f64) -> Option<f64> {
        let mut value = all(0);
        let mut error = 0.0;
        for size in 1..=drawn {
            let with = all(size);
            value = with - value * self.factor;
            error = self.error[size] * with + error * self.factor;
            if error > 0.0 || self.factor != 1.0 {
                error += UNIT_ROUNDOFF * (with + value.abs());
            }
        }
        // No subset of all units is none of the others either.
        if all(drawn) == 0.0 {
            return Some(0.0);
        }
        (value > 0.0 && error <= 0.5 * RELATIVE_ERROR * value).then_some(value)
    }

    /// The p values of draws for which [`Self::among_others`] has none: by expansion without the unit. In the order given.
    pub fn among_others_afresh(&self, draws: &[Draw]) -> Vec<f64> {
        let mut order: Vec<usize> = (0..draws.len()).collect();
        order.sort_by_key(|i| draws[*i].own);
        let mut wanted: Vec<(u32, Vec<usize>)> = Vec::new();
        for i in order {
            match wanted.last_mut() {
                Some((own, list)) if *own == draws[i].own => list.push(i),
                _ => wanted.push((draws[i].own, vec![i])),
            }
        }
        let mut base = Subsets::none(self.largest_size, self.factor);
        for &(value, times) in &self.histogram {
            if wanted.binary_search_by_key(&value, |(own, _)| *own).is_err() {
                base.include(value, times);
            }
        }
        let mut p = vec![1.0; draws.len()];
        for (i, value) in self.halve(base, &wanted, draws) {
            p[i] = value;
        }
        p
    }

    /// `base` holds every unit but those whose counts are wanted here.
    fn halve(&self, mut base: Subsets, wanted: &[(u32, Vec<usize>)], draws: &[Draw]) -> Vec<(usize, f64)> {
        match wanted {
            [] => Vec::new(),
            [(own, list)] => {
                base.include(*own, self.times(*own) - 1);
                list.iter().map(|i| (*i, self.tail_of(&base, draws[*i]))).collect()
            }
            _ => {
                let (left, right) = wanted.split_at(wanted.len() / 2);
                let with = |mut subsets: Subsets, half: &[(u32, Vec<usize>)]| {
                    for (own, _) in half {
                        subsets.include(*own, self.times(*own));
                    }
                    subsets
                };
                let for_left = with(base.clone(), right);
                let for_right = with(base, left);
                let (mut done, more) = rayon::join(|| self.halve(for_left, left, draws), || self.halve(for_right, right, draws));
                done.extend(more);
                done
            }
        }
    }

    fn tail_of(&self, others: &Subsets, draw: Draw) -> f64 {
        let ways = &others.by_size[draw.drawn];
        let all = self.subsets_of_others[draw.drawn];
        let of = |side| match side {
            Side::AtLeast(at) => ways.iter().skip(first_sum(at).max(0) as usize).rev().sum::<f64>(),
            Side::AtMost(at) => ways.iter().take((last_sum(at) + 1).max(0) as usize).sum::<f64>(),
        };
        draw.region.p(|side| Some(of(side) / all)).expect("every tail is known")
    }

    fn times(&self, value: u32) -> u32 {
        self.histogram.binary_search_by_key(&value, |(v, _)| *v).map_or(0, |at| self.histogram[at].1)
    }
}

/// Subsets with a sum of at least `sum`, from cumulative sums.
fn at_least(cumulative: &[f64], sum: i64) -> f64 {
    cumulative.get(sum.max(0) as usize).copied().unwrap_or(0.0)
}

/// Subsets with a sum of at most `sum`, from cumulative sums.
fn at_most(cumulative: &[f64], sum: i64) -> f64 {
    if sum < 0 { 0.0 } else { cumulative.get(sum as usize).or(cumulative.last()).copied().unwrap_or(0.0) }
}

/// Distinct counts, ascending, with their number of units.
fn histogram(counts: &[u32]) -> Vec<(u32, u32)> {
    const DENSE: usize = 1 << 16;
    let mut dense = vec![0_u32; DENSE];
    let mut sparse = Vec::new();
    for &count in counts {
        match dense.get_mut(count as usize) {
            Some(times) => *times += 1,
            None => sparse.push(count),
        }
    }
    let mut histogram: Vec<(u32, u32)> = (0..).zip(dense).filter(|(_, times)| *times > 0).collect();
    sparse.sort_unstable();
    histogram.extend(sparse.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u32)));
    histogram
}

/// Checks the size of the expansion before it is made.
fn within_limits(histogram: &[(u32, u32)], largest_size: usize) -> Result<()> {
    // Longest sum of each size so far, plus 1; 0 where there is no subset of that size.
    let mut lengths = vec![0_u64; largest_size + 1];
    lengths[0] = 1;
    let mut operations = 0_u64;
    for &(value, times) in histogram {
        for size in (1..=largest_size).rev() {
            let most = size.min(times as usize);
            // Ascending counts: the largest sum takes as many as it can of the largest count.
            if lengths[size - most] > 0 {
                lengths[size] = lengths[size].max(lengths[size - most] + most as u64 * u64::from(value));
            } else if lengths[size - 1] > 0 {
                lengths[size] = lengths[size].max(lengths[size - 1] + u64::from(value));
            }
            operations = operations.saturating_add(most as u64 * lengths[size - 1]);
        }
        if operations > MAX_OPERATIONS {
            return Err(Error::ExactTooLarge { unit: "operations", needed: operations, limit: MAX_OPERATIONS });
        }
    }
    let states: u64 = lengths.iter().fold(0, |sum, len| sum.saturating_add(*len));
    if states > MAX_STATES {
        return Err(Error::ExactTooLarge { unit: "states", needed: states, limit: MAX_STATES });
    }
    Ok(())
}

/// The factor of each element that keeps the number of subsets of every size below 10²⁶⁰: 1 unless there are more.
fn factor(units: u64, largest_size: usize) -> f64 {
    let mut log = 0.0;
    let mut needed = 0.0_f64;
    for size in 1..=largest_size {
        log += ((units - size as u64 + 1) as f64 / size as f64).ln();
        needed = needed.max((log - 600.0) / size as f64);
    }
    (-needed).exp()
}

/// Number of subsets of each size, times the factor to the size.
fn binomials(units: u64, largest_size: usize, factor: f64) -> Vec<f64> {
    let mut ways = 1.0;
    let mut all = vec![ways];
    for size in 1..=largest_size as u64 {
        ways = ways * (units + 1).saturating_sub(size) as f64 / size as f64 * factor;
        all.push(ways);
    }
    all
}

#[cfg(test)]
mod tests;
