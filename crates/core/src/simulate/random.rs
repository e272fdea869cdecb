//! Streams of random numbers, one for each purpose and month, and the few distributions that are drawn from them.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use std::f64::consts::TAU;

/// What a stream is for. Streams never share numbers, so that a change in one part leaves the others as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Planted places born in a month.
    Places = 1,
    /// Trigger events of a month.
    Triggers = 2,
    /// Events of a month: when and at which site.
    Events = 3,
    /// The record of one event.
    Record = 4,
    /// Pseudonyms.
    Pseudonym = 5,
    /// Points round a site.
    Points = 6,
    /// Risk of a site.
    Risk = 7,
    /// Records of a round of the urn.
    Urn = 8,
    /// White noise under a Gaussian field.
    Field = 9,
}

/// SplitMix64 (Steele, Lea and Flood 2014): spreads every bit of `x` over the word.
pub(super) const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A hash of the seed, the purpose and two indices.
pub(super) const fn hash(seed: u64, purpose: Purpose, a: u64, b: u64) -> u64 {
    mix(mix(mix(seed ^ ((purpose as u64) << 56)) ^ a) ^ b)
}

/// The stream of a purpose and two indices (a month and a running number, say).
pub(crate) fn stream(seed: u64, purpose: Purpose, a: u64, b: u64) -> Pcg64Mcg {
    let high = hash(seed, purpose, a, b);
    Pcg64Mcg::new((u128::from(high) << 64) | u128::from(mix(high ^ 0xD6E8_FEB8_6659_FD93)))
}

/// True with probability `p`.
pub(super) fn chance(rng: &mut Pcg64Mcg, p: f64) -> bool {
    rng.random::<f64>() < p
}

/// Between `low` and `high`, uniform in the logarithm.
pub(super) fn log_uniform(rng: &mut Pcg64Mcg, low: f64, high: f64) -> f64 {
    low * (rng.random::<f64>() * (high / low).ln()).exp()
}

/// Two independent standard normal numbers (Box and Muller 1958).
pub(super) fn normals(rng: &mut Pcg64Mcg) -> [f64; 2] {
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
    [radius * cos, radius * sin]
}

/// Poisson: products of uniforms (Knuth), in parts of at most 16 so that nothing underflows. O(mean).
pub(crate) fn poisson(rng: &mut Pcg64Mcg, mean: f64) -> u32 {
    let mut left = mean;
    let mut n = 0;
    while left > 0.0 {
        let part = left.min(16.0);
        left -= part;
        let limit = (-part).exp();
        let mut product = rng.random::<f64>();
        while product > limit {
            n += 1;
            product *= rng.random::<f64>();
        }
    }
    n
}

/// Geometric on 1, 2, …: the number of days until something with daily probability `p` happens.
pub(super) fn geometric(rng: &mut Pcg64Mcg, p: f64) -> i32 {
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    let u = 1.0 - rng.random::<f64>();
    1 + (u.ln() / (1.0 - p).ln()).floor().min(100_000.0) as i32
}

/// The member of a short table of (value, weight), in proportion to the weights.
pub(super) fn pick<T: Copy>(rng: &mut Pcg64Mcg, table: &[(T, f64)]) -> T {
    let total: f64 = table.iter().map(|(_, w)| w).sum();
    let mut left = rng.random::<f64>() * total;
    for (value, weight) in table {
        if left < *weight {
            return *value;
        }
        left -= weight;
    }
    table.iter().rev().find(|(_, w)| *w > 0.0).expect("a table has a positive weight").0
}

/// An index in proportion to weights, by their running sum; `sums` ascends and ends with a positive total.
pub(crate) fn pick_by_sum(rng: &mut Pcg64Mcg, sums: &[f64]) -> usize {
    let total = *sums.last().expect("weights are never empty");
    let u = rng.random::<f64>() * total;
    sums.partition_point(|s| *s <= u).min(sums.len() - 1)
}

/// Running sums.
pub(crate) fn running_sum(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    weights
        .into_iter()
        .scan(0.0, |sum, w| {
            *sum += w;
            Some(*sum)
        })
        .collect()
}

/// Draws an index in proportion to fixed weights in constant time (Walker 1977, Vose 1991).
#[derive(Debug, Clone)]
pub(crate) struct Alias {
    keep: Vec<f64>,
    other: Vec<u32>,
}

impl Alias {
    /// `None` when there is no positive weight.
    pub(crate) fn new(weights: &[f64]) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 || !total.is_finite() {
            return None;
        }
        let n = weights.len();
        let mut keep: Vec<f64> = weights.iter().map(|w| w * n as f64 / total).collect();
        let mut other: Vec<u32> = (0..n as u32).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..n as u32).partition(|i| keep[*i as usize] < 1.0);
        while let (Some(s), Some(l)) = (small.pop(), large.pop()) {
            other[s as usize] = l;
            keep[l as usize] -= 1.0 - keep[s as usize];
            if keep[l as usize] < 1.0 { small.push(l) } else { large.push(l) }
        }
        // What is left differs from 1 by rounding only.
        for i in small.into_iter().chain(large) {
            keep[i as usize] = 1.0;
        }
        Some(Self { keep, other })
    }

    pub(crate) fn draw(&self, rng: &mut Pcg64Mcg) -> u32 {
        let at = rng.random::<f64>() * self.keep.len() as f64;
        let i = (at as usize).min(self.keep.len() - 1);
        if at - i as f64 <= self.keep[i] { i as u32 } else { self.other[i] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_table_draws_in_proportion_and_never_a_zero() {
        let weights = [0.0, 1.0, 2.0, 0.0, 5.0];
        let alias = Alias::new(&weights).unwrap();
        let mut rng = stream(1, Purpose::Events, 0, 0);
        let mut seen = [0u32; 5];
        for _ in 0..80_000 {
            seen[alias.draw(&mut rng) as usize] += 1;
        }
        assert_eq!((seen[0], seen[3]), (0, 0));
        for (n, w) in seen.iter().zip(weights) {
            assert!((f64::from(*n) - w * 10_000.0).abs() < 4.0 * (w * 10_000.0).sqrt() + 1.0, "{seen:?}");
        }
        assert!(Alias::new(&[0.0, 0.0]).is_none() && Alias::new(&[]).is_none());
    }

    #[test]
    fn poisson_and_geometric_have_their_mean_and_variance() {
        let mut rng = stream(2, Purpose::Events, 0, 0);
        for mean in [0.3, 7.0, 40.0, 900.0] {
            let draws: Vec<f64> = (0..4000).map(|_| f64::from(poisson(&mut rng, mean))).collect();
            let m = draws.iter().sum::<f64>() / 4000.0;
            let v = draws.iter().map(|d| (d - m).powi(2)).sum::<f64>() / 3999.0;
            assert!((m - mean).abs() < 4.0 * (mean / 4000.0).sqrt(), "mean {m} for {mean}");
            assert!((v / mean - 1.0).abs() < 0.12, "variance {v} for {mean}");
        }
        assert_eq!(poisson(&mut rng, 0.0), 0);
        let lags: Vec<i32> = (0..20_000).map(|_| geometric(&mut rng, 1.0 / 14.0)).collect();
        assert!(lags.iter().all(|l| *l >= 1));
        assert!((lags.iter().map(|l| f64::from(*l)).sum::<f64>() / 20_000.0 - 14.0).abs() < 0.4);
    }

    #[test]
    fn streams_of_other_purposes_and_months_differ_and_repeat_themselves() {
        let first = |p, a, b| stream(7, p, a, b).random::<u64>();
        assert_eq!(first(Purpose::Events, 3, 0), first(Purpose::Events, 3, 0));
        assert_ne!(first(Purpose::Events, 3, 0), first(Purpose::Events, 4, 0));
        assert_ne!(first(Purpose::Events, 3, 0), first(Purpose::Places, 3, 0));
        assert_ne!(first(Purpose::Events, 3, 0), first(Purpose::Events, 0, 3));
    }
}
