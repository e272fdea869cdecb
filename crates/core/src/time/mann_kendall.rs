//! Mann–Kendall: does a series rise or fall, whatever the shape of the rise?
//!
//! # Definition
//! Mann, *Econometrica* 13, 1945; Kendall, *Rank Correlation Methods*, 1975. S is the number of pairs of steps that rise less the
//! number that fall, `S = Σ_{i<j} sign(x_j − x_i)`. Under a random order its variance is
//!
//! ```text
//! Var S = [ n(n−1)(2n+5) − Σ_t t(t−1)(2t+5) ] / 18
//! ```
//!
//! over the groups of t equal values. z is `(S − 1)/√Var` for S > 0, `(S + 1)/√Var` for S < 0 and 0 for S = 0: the 1 allows for S
//! moving in steps of 2. p is two-sided. Constant values have S = 0, z = 0 and p = 1.
//!
//! [`mann_kendall`] takes p from the normal distribution, as every tool does. [`mann_kendall_exact`] takes it from the exact
//! distribution of S, *with ties too*: the falling pairs of a random order of a multiset are counted by the q-multinomial
//! coefficient, which is built here from positive terms only. (`SciPy` is exact without ties only.) Near 0.05 both agree; in the tail
//! the normal p is far too large: five rising values have 0.027 for 0.017, ten have 8e-5 for 6e-7.
//!
//! [`sen_slope`] says how steep: the median of the slopes of all pairs (Sen, *J. Am. Stat. Assoc.* 63, 1968), with the limits of
//! Gilbert (*Statistical Methods for Environmental Pollution Monitoring*, 1987), whose ranks are rounded outwards.
//!
//! # Pitfalls
//! The null is *independent* values. Serial correlation inflates z, and overlapping windows make it meaningless: never run it on
//! rolling sums, whose neighbours share eleven of twelve months. A season is not a trend: compare like months. It says nothing of
//! a rise that ended, or of a step. Over a recording break a trend is one of recording.
//!
//! # Cost
//! `mann_kendall` sorts: n log n. `mann_kendall_exact` about n⁴/16 in the worst case of two large groups (milliseconds at its
//! limit of [`MAX_EXACT`] values). `sen_slope` holds n²/2 slopes, for at most [`MAX_SLOPES`] values.

use crate::error::{Error, Result};
use crate::local::Inference;
use crate::rate::normal_quantile;
use crate::rate::poisson::check_level;
use statrs::function::erf::erfc;
use std::f64::consts::FRAC_1_SQRT_2;

/// Longest series of [`mann_kendall_exact`].
pub const MAX_EXACT: usize = 100;

/// Longest series of [`sen_slope`].
pub const MAX_SLOPES: usize = 5_000;

/// Which way a series goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trend {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Neither can be told.
    None,
}

/// A test of trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// Number of values.
    pub n: usize,
    /// Rising pairs less falling pairs.
    pub s: i64,
    /// Variance of `s` under a random order, ties allowed for.
    pub variance: f64,
    /// `s` in standard deviations, less the continuity correction.
    pub z: f64,
    /// Kendall's tau-b: `s` over the largest that it could be with these ties; 0 when all values are equal.
    pub tau: f64,
    /// Two-sided p value in (0, 1].
    pub p: f64,
    /// Where p comes from: [`Inference::Analytical`] or [`Inference::Exact`].
    pub inference: Inference,
}

impl MannKendall {
    /// The direction, when p is at most `alpha`.
    pub fn trend(&self, alpha: f64) -> Trend {
        if self.p > alpha || self.s == 0 {
            Trend::None
        } else if self.s > 0 {
            Trend::Up
        } else {
            Trend::Down
        }
    }
}

/// Mann–Kendall test of values in order of time, with p from the normal distribution.
///
/// # Errors
/// [`Error::OutOfRange`] when a value is not finite.
///
/// ```
/// use hotspot_core::time::mann_kendall::mann_kendall;
///
/// let rising = mann_kendall(&[1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 6.0, 7.0, 7.0, 9.0, 8.0, 10.0])?;
/// assert_eq!(rising.s, 60);
/// assert!((rising.z - 4.06493963).abs() < 1e-8 && (rising.p - 4.8045e-5).abs() < 1e-9);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn mann_kendall(values: &[f64]) -> Result<MannKendall> {
    let (pairs, ties) = pairs(values)?;
    Ok(test(values.len(), &pairs, &ties))
}

/// Mann–Kendall test with p from the exact distribution of S, ties included.
///
/// # Errors
/// [`Error::OutOfRange`] when a value is not finite or there are more than [`MAX_EXACT`].
///
/// ```
/// use hotspot_core::time::mann_kendall::mann_kendall_exact;
///
/// // Four rising values: one order of 24 rises as far, one falls as far.
/// let p = mann_kendall_exact(&[0.0, 1.0, 5.0, 6.0])?.p;
/// assert!((p - 2.0 / 24.0).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn mann_kendall_exact(values: &[f64]) -> Result<MannKendall> {
    if values.len() > MAX_EXACT {
        return Err(Error::OutOfRange { what: "series", must: "at most 100 values for an exact p" });
    }
    let (pairs, ties) = pairs(values)?;
    let falling = falling_pairs(values.len(), &ties);
    // The distribution is symmetric, so the smaller number of the two directions gives either tail; ties count.
    let smaller = pairs.rising.min(pairs.falling) as usize;
    let tail: f64 = falling[..=smaller].iter().sum();
    let p = if pairs.rising == pairs.falling { 1.0 } else { (2.0 * tail).min(1.0) };
    Ok(MannKendall { p, inference: Inference::Exact, ..test(values.len(), &pairs, &ties) })
}

/// How steep a series is, per step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenSlope {
    /// Median of the slopes of all pairs of steps.
    pub slope: f64,
    /// Lower limit; minus infinity when the series is too short for one.
    pub lower: f64,
    /// Upper limit; infinity when the series is too short for one.
    pub upper: f64,
    /// Confidence level of the limits.
    pub level: f64,
}

/// Sen's slope of values in order of time, per step, with limits at `level`; `None` for fewer than two values.
///
/// # Errors
/// [`Error::OutOfRange`] when a value is not finite, there are more than [`MAX_SLOPES`], or the level is not between 0 and 1.
///
/// ```
/// use hotspot_core::time::mann_kendall::sen_slope;
///
/// let slope = sen_slope(&[3.0, 5.0, 7.0, 90.0, 11.0], 0.95)?.expect("five values");
/// assert_eq!(slope.slope, 2.0, "one outlier does not matter");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn sen_slope(values: &[f64], level: f64) -> Result<Option<SenSlope>> {
    let tail = check_level(level)?;
    if values.len() > MAX_SLOPES {
        return Err(Error::OutOfRange { what: "series", must: "at most 5,000 values for Sen's slope" });
    }
    let trend = mann_kendall(values)?;
    if values.len() < 2 {
        return Ok(None);
    }
    let mut slopes: Vec<f64> =
        (0..values.len()).flat_map(|i| (i + 1..values.len()).map(move |j| (values[j] - values[i]) / (j - i) as f64)).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let n = slopes.len();
    let slope = if n % 2 == 1 { slopes[n / 2] } else { f64::midpoint(slopes[n / 2 - 1], slopes[n / 2]) };
    let reach = normal_quantile(tail) * trend.variance.sqrt();
    // Ranks from 1: (n − reach)/2 down, (n + reach)/2 + 1 up.
    let below = ((n as f64 - reach) / 2.0).floor();
    let above = (f64::midpoint(n as f64, reach) + 1.0).ceil();
    Ok(Some(SenSlope {
        slope,
        lower: if below < 1.0 { f64::NEG_INFINITY } else { slopes[below as usize - 1] },
        upper: if above > n as f64 { f64::INFINITY } else { slopes[above as usize - 1] },
        level,
    }))
}

/// Pairs of steps by what the value does from the earlier to the later.
struct Pairs {
    rising: u64,
    falling: u64,
}

/// Pairs, and the sizes of the groups of equal values (groups of one left out).
fn pairs(values: &[f64]) -> Result<(Pairs, Vec<u64>)> {
    if values.iter().any(|v| !v.is_finite()) {
        return Err(Error::OutOfRange { what: "value", must: "finite" });
    }
    let mut sorted = values.to_vec();
    let falling = sort_counting_falls(&mut sorted);
    let ties: Vec<u64> = sorted.chunk_by(|a, b| a == b).map(|group| group.len() as u64).filter(|t| *t > 1).collect();
    let level: u64 = ties.iter().map(|t| t * (t - 1) / 2).sum();
    let n = values.len() as u64;
    let rising = n * n.saturating_sub(1) / 2 - level - falling;
    Ok((Pairs { rising, falling }, ties))
}

/// Sorts by merging and counts the pairs in which the later value is smaller.
fn sort_counting_falls(values: &mut Vec<f64>) -> u64 {
    let n = values.len();
    let mut merged = values.clone();
    let mut falls = 0;
    let mut width = 1;
    while width < n {
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = ((start + width).min(n), (start + 2 * width).min(n));
            let (mut left, mut right) = (start, middle);
            for place in &mut merged[start..end] {
                if left < middle && (right == end || values[left] <= values[right]) {
                    *place = values[left];
                    left += 1;
                } else {
                    *place = values[right];
                    right += 1;
                    falls += (middle - left) as u64;
                }
            }
        }
        std::mem::swap(values, &mut merged);
        width *= 2;
    }
    falls
}

fn test(n: usize, pairs: &Pairs, ties: &[u64]) -> MannKendall {
    let s = pairs.rising as i64 - pairs.falling as i64;
    let term = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let variance = ((term(n as f64) - ties.iter().map(|t| term(*t as f64)).sum::<f64>()) / 18.0).max(0.0);
    let z = if s == 0 { 0.0 } else { (s - s.signum()) as f64 / variance.sqrt() };
    let (all, untied) = ((n as f64) * (n as f64 - 1.0) / 2.0, (pairs.rising + pairs.falling) as f64);
    let tau = if untied > 0.0 { s as f64 / (all * untied).sqrt() } else { 0.0 };
    let p = erfc(z.abs() * FRAC_1_SQRT_2).clamp(f64::MIN_POSITIVE, 1.0);
    MannKendall { n, s, variance, z, tau, p, inference: Inference::Analytical }
}

/// Probability of each number of falling pairs in a random order of n values with these ties.
///
/// Values are put in group by group. A new group of t among m others makes falling pairs as a Mann–Whitney U of t and m does,
/// independently of those before.
fn falling_pairs(n: usize, ties: &[u64]) -> Vec<f64> {
    let mut groups: Vec<usize> = ties.iter().map(|t| *t as usize).collect();
    groups.resize(groups.len() + n - groups.iter().sum::<usize>(), 1);
    let mut distribution = vec![1.0];
    let mut placed = 0;
    for group in groups {
        let step = mann_whitney(group, placed);
        let mut next = vec![0.0; distribution.len() + step.len() - 1];
        for (i, a) in distribution.iter().enumerate() {
            for (to, b) in next[i..].iter_mut().zip(&step) {
                *to += a * b;
            }
        }
        distribution = next;
        placed += group;
    }
    distribution
}

/// Distribution of Mann and Whitney's U for samples of a and b: the last of the order belongs to either in proportion to what is
/// left of it.
fn mann_whitney(a: usize, b: usize) -> Vec<f64> {
    let (small, large) = (a.min(b), a.max(b));
    // by_small[i] is the distribution for samples of i and j, j rising to `large`.
    let mut by_small: Vec<Vec<f64>> = vec![vec![1.0]; small + 1];
    for j in 1..=large {
        for i in 1..=small {
            let mut next = vec![0.0; i * j + 1];
            let all = (i + j) as f64;
            // The last is of the larger sample: it exceeds all i of the smaller.
            for (u, p) in by_small[i].iter().enumerate() {
                next[u + i] += p * j as f64 / all;
            }
            for (u, p) in by_small[i - 1].iter().enumerate() {
                next[u] += p * i as f64 / all;
            }
            by_small[i] = next;
        }
    }
    by_small.swap_remove(small)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_rising_values_have_the_tabulated_numbers() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let t = mann_kendall(&values).expect("finite");
        assert_eq!((t.n, t.s, t.variance, t.tau), (10, 45, 125.0, 1.0));
        assert!((t.z - 3.93547964).abs() < 1e-8 && (t.p - 8.3031e-5).abs() < 1e-9);
        assert_eq!((t.trend(0.05), t.trend(1e-6)), (Trend::Up, Trend::None));
        assert_eq!(t.inference, Inference::Analytical);
    }

    #[test]
    fn ties_take_their_part_of_the_variance() {
        let t = mann_kendall(&[1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 6.0, 7.0, 7.0, 9.0, 8.0, 10.0]).expect("finite");
        assert_eq!(t.s, 60);
        assert!((t.variance - 210.6666667).abs() < 1e-7 && (t.z - 4.06493963).abs() < 1e-8 && (t.p - 4.8045e-5).abs() < 1e-9);
    }

    #[test]
    fn constant_one_and_no_values_have_no_trend() {
        for values in [&[][..], &[3.0], &[2.0; 30]] {
            for t in [mann_kendall(values).expect("finite"), mann_kendall_exact(values).expect("short")] {
                assert_eq!((t.s, t.z, t.p, t.tau, t.trend(1.0)), (0, 0.0, 1.0, 0.0, Trend::None));
            }
        }
        assert_eq!(sen_slope(&[1.0], 0.95), Ok(None));
    }

    #[test]
    fn what_has_no_answer_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(mann_kendall(&[1.0, bad]), Err(Error::OutOfRange { what: "value", .. })));
            assert!(mann_kendall_exact(&[bad]).is_err() && sen_slope(&[0.0, bad], 0.9).is_err());
        }
        assert!(mann_kendall_exact(&[0.0; MAX_EXACT + 1]).is_err());
        assert!(sen_slope(&vec![0.0; MAX_SLOPES + 1], 0.9).is_err());
        for level in [0.0, 1.0, f64::NAN] {
            assert!(sen_slope(&[0.0, 1.0], level).is_err());
        }
    }

    #[test]
    fn exact_p_without_ties_is_that_of_the_tables() {
        // Kendall 1975, table 1: P(S ≥ s) for n = 4, 5, 8 and 10.
        for (n, s, upper) in [(4, 4, 0.167), (5, 6, 0.117), (8, 16, 0.031), (10, 21, 0.036), (10, 45, 1.0 / 3_628_800.0)] {
            let distribution = falling_pairs(n, &[]);
            let most_falls = (n * (n - 1) / 2 - s) / 2;
            let p: f64 = distribution[..=most_falls].iter().sum();
            assert!((p - upper).abs() < 0.0005, "n {n}, S {s}: {p}");
        }
    }

    /// Every order of the values.
    fn orders(values: &mut Vec<f64>, from: usize, each: &mut impl FnMut(&[f64])) {
        if from == values.len() {
            return each(values);
        }
        for i in from..values.len() {
            values.swap(from, i);
            orders(values, from + 1, each);
            values.swap(from, i);
        }
    }

    #[test]
    fn exact_p_with_ties_is_that_of_all_orders() {
        for mut values in
            [vec![1.0, 1.0, 2.0, 5.0, 5.0, 5.0, 7.0], vec![0.0, 0.0, 0.0, 1.0, 1.0, 2.0], vec![4.0, 3.0, 3.0, 1.0, 2.0]]
        {
            let observed = mann_kendall_exact(&values).expect("short");
            let (mut all, mut extreme) = (0, 0);
            orders(&mut values, 0, &mut |order| {
                all += 1;
                extreme += i32::from(mann_kendall(order).expect("finite").s.abs() >= observed.s.abs());
            });
            assert!((observed.p - f64::from(extreme) / f64::from(all)).abs() < 1e-14);
            assert_eq!(observed.inference, Inference::Exact);
        }
    }

    #[test]
    fn the_exact_distribution_adds_up_and_has_the_variance_of_the_formula() {
        for (n, ties) in [(1, vec![]), (12, vec![2, 2]), (60, vec![30, 30]), (100, vec![50, 7, 3]), (100, vec![])] {
            let distribution = falling_pairs(n, &ties);
            let values: Vec<f64> = ties.iter().zip(1..).flat_map(|(t, v)| vec![f64::from(-v); *t as usize]).collect();
            let values: Vec<f64> = values.iter().copied().chain((0..n - values.len()).map(|i| i as f64)).collect();
            let variance = mann_kendall(&values).expect("finite").variance;
            let (sum, mean) = distribution.iter().enumerate().fold((0.0, 0.0), |(s, m), (d, p)| (s + p, m + d as f64 * p));
            let spread: f64 = distribution.iter().enumerate().map(|(d, p)| 4.0 * (d as f64 - mean).powi(2) * p).sum();
            assert!((sum - 1.0).abs() < 1e-12 && (spread - variance).abs() < 1e-9 * variance.max(1.0), "{n} {ties:?}");
        }
    }

    #[test]
    fn a_slope_has_the_limits_of_the_ranks() {
        // Gilbert (1987), example 16.3: ten values over seven steps have ties in time; here without: R trend::sens.slope.
        let values = [10.0, 22.0, 21.0, 30.0, 22.0, 30.0, 40.0, 40.0];
        let s = sen_slope(&values, 0.90).expect("finite").expect("eight values");
        let mut slopes: Vec<f64> = (0..8).flat_map(|i| (i + 1..8).map(move |j| (values[j] - values[i]) / (j - i) as f64)).collect();
        slopes.sort_by(f64::total_cmp);
        // Var = (8·7·21 − 3·2·9)/18 = 62.33; reach = 1.6449 · 7.895 = 12.987; ranks (28 ∓ 12.987)/2 = 7.5 and 21.49.
        assert_eq!((s.lower, s.upper), (slopes[6], slopes[21]));
        assert_eq!(s.slope, f64::midpoint(slopes[13], slopes[14]));
        let short = sen_slope(&[1.0, 3.0, 2.0], 0.95).expect("finite").expect("three values");
        assert_eq!((short.lower, short.upper), (f64::NEG_INFINITY, f64::INFINITY));
    }

    proptest! {
        #[test]
        fn s_is_the_sum_of_signs(values in prop::collection::vec(-5i32..5, 0..70)) {
            let x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            let naive: i64 = (0..x.len()).flat_map(|i| (i + 1..x.len()).map(move |j| (i, j)))
                .map(|(i, j)| i64::from((values[j] - values[i]).signum())).sum();
            let t = mann_kendall(&x).expect("finite");
            prop_assert_eq!(t.s, naive);
            prop_assert!(t.p > 0.0 && t.p <= 1.0 && t.tau.abs() <= 1.0 + 1e-12);
        }

        #[test]
        fn turning_the_series_round_turns_the_sign(values in prop::collection::vec(-1e3..1e3f64, 2..40)) {
            let t = mann_kendall_exact(&values).expect("short");
            let negative: Vec<f64> = values.iter().map(|v| -v).collect();
            let back: Vec<f64> = values.iter().rev().copied().collect();
            for other in [mann_kendall_exact(&negative).expect("short"), mann_kendall_exact(&back).expect("short")] {
                prop_assert_eq!((other.s, other.z), (-t.s, -t.z));
                prop_assert_eq!(other.p, t.p);
            }
            let cubed: Vec<f64> = values.iter().map(|v| v.powi(3)).collect();
            prop_assert_eq!(mann_kendall(&cubed).expect("finite").s, t.s);
        }

        #[test]
        fn a_slope_moves_with_its_scale(values in prop::collection::vec(-1e3..1e3f64, 3..25), a in 0.1..10.0f64, b in -9.0..9.0f64) {
            let s = sen_slope(&values, 0.9).expect("finite").expect("values");
            let moved: Vec<f64> = values.iter().enumerate().map(|(i, v)| a * v + b * i as f64).collect();
            let m = sen_slope(&moved, 0.9).expect("finite").expect("values");
            prop_assert!((m.slope - (a * s.slope + b)).abs() < 1e-9 * 1e4);
            prop_assert!(s.lower <= s.slope && s.slope <= s.upper);
        }
    }
}
