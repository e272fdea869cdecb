//! Is one method, or one period, like another?
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | is method A better than B over the same months? | [`wilcoxon_signed_rank`] | `wilcox.test(paired = TRUE)`, `scipy.stats.wilcoxon` |
//! | do two patterns agree, unit by unit? | [`sppt`] | spatial point pattern test (Andresen), `sppt` |
//! | how many of the top places stay? | [`top_overlap`] | Jaccard index of the top k |
//!
//! # Definitions
//! **Wilcoxon** (*Biometrics Bulletin* 1, 1945): differences of pairs are ranked by size, ties have mean ranks, zeros are left out; V is the sum of the ranks
//! of positive ones. p comes from the exact distribution over all signs, ties included, up to 500 pairs (`wilcox.test` and SciPy turn
//! to the normal distribution as soon as there are ties), above from the normal one with correction for ties and continuity.
//!
//! **SPPT** (Andresen, *Appl. Geogr.* 29, 2009; Wheeler, Steenbeek and Andresen, *Trans. GIS* 22, 2018): for each unit Fisher's exact test of
//! its share of one pattern against its share of the other; p values adjusted (Benjamini–Yekutieli by default); S is the share of units that do not
//! differ, robust S among those with an incident in either.
//!
//! **Overlap**: `|A ∩ B| / |A ∪ B|` of the k units with the most incidents of two periods. Ties at the edge are broken at random: the value is
//! the mean over the replicates. Each replicate of the interval draws the incidents of both periods anew with replacement. Two random
//! sets of k overlap too: [`Overlap::at_random`].
//!
//! # Pitfalls
//! Rolling origins share training data: their differences are not quite independent. SPPT with few incidents finds everything
//! alike, and S rises with the number of empty units: read the robust one. A resampled top k is noisier than the data: the
//! interval lies a little below the value.
//!
//! # Cost
//! Wilcoxon: one sort, and exactly `O(n³)` for n pairs up to 500. SPPT: for each unit in proportion to its counts, in
//! parallel. Overlap: for each replicate a draw of every incident and a selection of the top.

use crate::error::{Error, Result};
use crate::local::fdr::{benjamini_hochberg, benjamini_yekutieli};
use crate::local::{Alternative, Inference};
use crate::rate::poisson::check_level;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;
use statrs::function::erf::erfc;

/// Up to this number of pairs the distribution is exact.
const EXACT_PAIRS: usize = 500;

/// Fisher's test holds a number for every table with the same margins.
const MOST_IN_UNIT: u32 = 10_000_000;

/// The outcome of the signed-rank test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignedRank {
    /// Pairs that differ.
    pub pairs: u32,
    /// Sum of the ranks of positive differences.
    pub v: f64,
    /// p value in (0, 1]; 1 when no pair differs.
    pub p: f64,
    /// Exact or analytical.
    pub inference: Inference,
    /// Which differences were looked for.
    pub alternative: Alternative,
}

/// Wilcoxon's signed-rank test of differences of pairs: PAI of one method less that of another in the same month, say.
///
/// # Errors
/// [`Error::OutOfRange`] when a difference is not finite.
///
/// ```
/// use hotspot_core::evaluate::stability::wilcoxon_signed_rank;
/// use hotspot_core::local::Alternative;
///
/// let test = wilcoxon_signed_rank(&[1.1, 2.3, -0.4, 3.2, 0.7, -1.5, 2.9], Alternative::Greater)?;
/// assert!((test.p - 0.078125).abs() < 1e-12);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn wilcoxon_signed_rank(differences: &[f64], alternative: Alternative) -> Result<SignedRank> {
    if differences.iter().any(|d| !d.is_finite()) {
        return Err(Error::OutOfRange { what: "difference", must: "finite" });
    }
    let mut sizes: Vec<(f64, bool)> = differences.iter().filter(|d| **d != 0.0).map(|d| (d.abs(), *d > 0.0)).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let pairs = sizes.len();
    // Twice the mean ranks, which are whole.
    let mut ranks: Vec<u64> = Vec::with_capacity(pairs);
    let (mut positive, mut ties) = (0_u64, 0.0);
    for group in sizes.chunk_by(|a, b| a.0 == b.0) {
        let (before, t) = (ranks.len() as u64, group.len() as u64);
        let rank = 2 * before + t + 1;
        ranks.extend(group.iter().map(|_| rank));
        positive += rank * group.iter().filter(|g| g.1).count() as u64;
        ties += (t as f64).powi(3) - t as f64;
    }
    let (greater, less, inference) = if pairs <= EXACT_PAIRS {
        let (greater, less) = exact_tails(&ranks, positive as usize);
        (greater, less, Inference::Exact)
    } else {
        let n = pairs as f64;
        let (mean, variance) = (n * (n + 1.0) / 4.0, n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0);
        let distance = positive as f64 / 2.0 - mean;
        let tail = |z: f64| 0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2);
        (tail((distance - 0.5) / variance.sqrt()), tail((-distance - 0.5) / variance.sqrt()), Inference::Analytical)
    };
    let p = match alternative {
        Alternative::Greater => greater,
        Alternative::Less => less,
        Alternative::TwoSided => 2.0 * greater.min(less),
    };
    Ok(SignedRank { pairs: pairs as u32, v: positive as f64 / 2.0, p: p.clamp(f64::MIN_POSITIVE, 1.0), inference, alternative })
}

/// P(V ≥ v) and P(V ≤ v) when every sign is a coin's.
fn exact_tails(ranks: &[u64], v: usize) -> (f64, f64) {
    let total = ranks.iter().sum::<u64>() as usize;
    let mut p = vec![0.0; total + 1];
    p[0] = 1.0;
    let mut reach = 0;
    for rank in ranks {
        let rank = *rank as usize;
        reach += rank;
        for sum in (0..=reach).rev() {
            let with = if sum >= rank { p[sum - rank] } else { 0.0 };
            p[sum] = 0.5 * (p[sum] + with);
        }
    }
    (p[v..].iter().sum(), p[..=v].iter().sum())
}

/// How the p values of the pattern test are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Adjustment {
    /// Not at all.
    None,
    /// Benjamini–Hochberg.
    BenjaminiHochberg,
    /// Benjamini–Yekutieli: valid under any dependence.
    #[default]
    BenjaminiYekutieli,
}

/// The outcome of the pattern test.
#[derive(Debug, Clone, PartialEq)]
pub struct Sppt {
    /// p value of each unit, in (0, 1].
    pub p: Vec<f64>,
    /// Adjusted p value of each unit.
    pub q: Vec<f64>,
    /// How they were adjusted.
    pub adjustment: Adjustment,
    /// Share of units whose q is above α; `None` without units.
    pub s: Option<f64>,
    /// The same among units with an incident in either pattern; `None` without any.
    pub robust_s: Option<f64>,
}

/// Compares the shares of two patterns unit by unit; `alpha` in (0, 1), 0.05 by custom.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when α is not in (0, 1) or a count is above ten million.
///
/// ```
/// use hotspot_core::evaluate::stability::{Adjustment, sppt};
///
/// let test = sppt(&[40, 10, 0, 50, 400], &[5, 12, 0, 60, 430], 0.05, Adjustment::default())?;
/// assert!(test.q[0] < 0.05 && test.q[1] > 0.05);
/// assert_eq!((test.s, test.robust_s), (Some(0.8), Some(0.75)));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn sppt(first: &[u32], second: &[u32], alpha: f64, adjustment: Adjustment) -> Result<Sppt> {
    if first.len() != second.len() {
        return Err(Error::Length { what: "second pattern", got: second.len(), expected: first.len() });
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Error::OutOfRange { what: "alpha", must: "between 0 and 1, such as 0.05" });
    }
    if first.iter().chain(second).any(|c| *c > MOST_IN_UNIT) {
        return Err(Error::OutOfRange { what: "count of a unit", must: "10,000,000 at most" });
    }
    let sum = |counts: &[u32]| counts.iter().map(|c| u64::from(*c)).sum::<u64>();
    let (all_first, all_second) = (sum(first), sum(second));
    let p: Vec<f64> =
        first.par_iter().zip(second).map(|(x, y)| fisher(u64::from(*x), all_first, u64::from(*y), all_second)).collect();
    let q = match adjustment {
        Adjustment::None => p.clone(),
        Adjustment::BenjaminiHochberg => benjamini_hochberg(&p)?,
        Adjustment::BenjaminiYekutieli => benjamini_yekutieli(&p)?,
    };
    let share_alike = |rows: &mut dyn Iterator<Item = usize>| {
        let (mut alike, mut all) = (0.0, 0.0);
        for row in rows {
            alike += f64::from(q[row] > alpha);
            all += 1.0;
        }
        (all > 0.0).then(|| alike / all)
    };
    let s = share_alike(&mut (0..q.len()));
    let robust_s = share_alike(&mut (0..q.len()).filter(|row| first[*row] > 0 || second[*row] > 0));
    Ok(Sppt { p, q, adjustment, s, robust_s })
}

/// Fisher's exact p of x of X against y of Y: the sum of the probabilities not above that of the observed table, as in R.
fn fisher(x: u64, of_x: u64, y: u64, of_y: u64) -> f64 {
    let both = x + y;
    let (low, high) = (both.saturating_sub(of_y), both.min(of_x));
    // Probabilities relative to the mode.
    let mode = ((u128::from(both + 1) * u128::from(of_x + 1) / u128::from(of_x + of_y + 2)) as u64).clamp(low, high);
    // Of k + 1 over that of k.
    let ratio = |k: u64| ((of_x - k) as f64 / (k + 1) as f64) * ((both - k) as f64 / (of_y + k + 1 - both) as f64);
    let mut terms = vec![0.0; (high - low + 1) as usize];
    terms[(mode - low) as usize] = 1.0;
    for k in mode..high {
        terms[(k + 1 - low) as usize] = terms[(k - low) as usize] * ratio(k);
    }
    for k in (low..mode).rev() {
        terms[(k - low) as usize] = terms[(k + 1 - low) as usize] / ratio(k);
    }
    let observed = terms[(x - low) as usize] * (1.0 + 1e-7);
    let total: f64 = terms.iter().sum();
    (terms.iter().filter(|t| **t <= observed).sum::<f64>() / total).clamp(f64::MIN_POSITIVE, 1.0)
}

/// How the overlap is resampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverlapParams {
    /// k: how many units are the top.
    pub top: u32,
    /// R. Default 999.
    pub replicates: u32,
    /// Seed of the random numbers. Default 1.
    pub seed: u64,
    /// Level of the interval. Default 0.95.
    pub level: f64,
}

impl OverlapParams {
    /// The defaults, for the `top` units.
    pub const fn of_top(top: u32) -> Self {
        Self { top, replicates: 999, seed: 1, level: 0.95 }
    }
}

/// The overlap of two tops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// How it was resampled.
    pub params: OverlapParams,
    /// Jaccard index, the mean over random orders of ties.
    pub value: f64,
    /// Lower limit (percentile bootstrap).
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Expected index of two random sets of the same size.
    pub at_random: f64,
}

/// The Jaccard index of the `top` units of two periods, with a bootstrap interval.
///
/// # Errors
/// [`Error::Length`] when the columns differ in length, [`Error::OutOfRange`] when the top is not 1 to the number of units, there
/// is no replicate, or the level is not in (0, 1); [`Error::NoReference`] when a period has no incident.
///
/// ```
/// use hotspot_core::evaluate::stability::{OverlapParams, top_overlap};
///
/// let overlap = top_overlap(&[90, 80, 5, 4, 3, 2], &[85, 3, 70, 4, 1, 2], &OverlapParams::of_top(2))?;
/// assert_eq!((overlap.value, overlap.lower, overlap.upper), (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn top_overlap(first: &[u32], second: &[u32], params: &OverlapParams) -> Result<Overlap> {
    let n = first.len();
    if n != second.len() {
        return Err(Error::Length { what: "second period", got: second.len(), expected: n });
    }
    let top = params.top as usize;
    if top == 0 || top > n {
        return Err(Error::OutOfRange { what: "top", must: "1 to the number of units" });
    }
    if params.replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    check_level(params.level)?;
    // The unit of every incident.
    let spread =
        |counts: &[u32]| -> Vec<u32> { (0..).zip(counts).flat_map(|(row, c)| std::iter::repeat_n(row, *c as usize)).collect() };
    let incidents = [spread(first), spread(second)];
    if incidents.iter().any(Vec::is_empty) {
        return Err(Error::NoReference);
    }
    let replicate = |r: u32| {
        let mut random = Pcg64::new(u128::from(params.seed) << 64 | u128::from(r), u128::from(r));
        let tied = jaccard_of_tops(first, second, top, &mut random);
        let resampled = incidents.each_ref().map(|units| {
            let mut counts = vec![0_u32; n];
            for _ in 0..units.len() {
                let at = ((u128::from(random.next_u64()) * units.len() as u128) >> 64) as usize;
                counts[units[at] as usize] += 1;
            }
            counts
        });
        (tied, jaccard_of_tops(&resampled[0], &resampled[1], top, &mut random))
    };
    let all: Vec<(f64, f64)> = (0..params.replicates).into_par_iter().map(replicate).collect();
    let mut resampled: Vec<f64> = all.iter().map(|a| a.1).collect();
    resampled.sort_unstable_by(f64::total_cmp);
    let outside = (f64::from(params.replicates) * (1.0 - params.level) / 2.0 + 1e-9) as usize;
    // Equal values have an exact mean.
    let value =
        if all.iter().all(|a| a.0 == all[0].0) { all[0].0 } else { all.iter().map(|a| a.0).sum::<f64>() / all.len() as f64 };
    Ok(Overlap {
        params: *params,
        value,
        lower: resampled[outside],
        upper: resampled[resampled.len() - 1 - outside],
        at_random: random_overlap(n, top),
    })
}

fn jaccard_of_tops(first: &[u32], second: &[u32], top: usize, random: &mut Pcg64) -> f64 {
    let mut rows = [first, second].map(|counts| {
        // Count first, then a random number: ties have a random order.
        let mut keys: Vec<(u64, u32)> =
            (0..).zip(counts).map(|(row, c)| (u64::from(*c) << 32 | random.next_u64() >> 32, row)).collect();
        keys.select_nth_unstable_by(top - 1, |a, b| b.cmp(a));
        let mut rows: Vec<u32> = keys[..top].iter().map(|k| k.1).collect();
        rows.sort_unstable();
        rows
    });
    let other = std::mem::take(&mut rows[1]);
    let both = rows[0].iter().filter(|row| other.binary_search(row).is_ok()).count();
    both as f64 / (2 * top - both) as f64
}

/// E of `i / (2k − i)` over the hypergeometric number i of common units of two random sets of k of n.
fn random_overlap(n: usize, k: usize) -> f64 {
    let low = (2 * k).saturating_sub(n);
    let mode = ((k + 1) * (k + 1) / (n + 2)).clamp(low, k);
    let ratio = |i: usize| ((k - i) as f64).powi(2) / ((i + 1) as f64 * (n + i + 1 - 2 * k) as f64);
    let (mut total, mut sum) = (0.0, 0.0);
    let mut add = |i: usize, term: f64| {
        total += term;
        sum += term * i as f64 / (2 * k - i) as f64;
    };
    let mut term = 1.0;
    add(mode, term);
    for i in mode..k {
        term *= ratio(i);
        add(i + 1, term);
    }
    term = 1.0;
    for i in (low..mode).rev() {
        term /= ratio(i);
        add(i, term);
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_ranks_have_the_p_of_r() {
        // wilcox.test of R 4.2.2: an example without ties, and Hollander and Wolfe's depression scores.
        let p = |d: &[f64], a| wilcoxon_signed_rank(d, a).expect("finite").p;
        let plain = [1.1, 2.3, -0.4, 3.2, 0.7, -1.5, 2.9];
        assert!((p(&plain, Alternative::TwoSided) - 0.15625).abs() < 1e-12);
        assert!((p(&plain, Alternative::Greater) - 0.078125).abs() < 1e-12);
        let change = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
        let test = wilcoxon_signed_rank(&change, Alternative::TwoSided).expect("finite");
        assert_eq!((test.v, test.inference), (40.0, Inference::Exact));
        assert!((test.p - 0.0390625).abs() < 1e-12 && (p(&change, Alternative::Greater) - 0.01953125).abs() < 1e-12);
    }

    #[test]
    fn ties_have_the_distribution_of_all_signs() {
        let differences = [1.0, -1.0, 1.0, 2.0, 2.0, -3.0, 0.0, 1.0];
        let test = wilcoxon_signed_rank(&differences, Alternative::Greater).expect("finite");
        // Seven differ; ranks 2.5 ×4, 5.5 ×2, 7.
        let ranks = [2.5, 2.5, 2.5, 5.5, 5.5, 7.0, 2.5];
        assert_eq!((test.pairs, test.v), (7, 18.5));
        let extreme = (0..128_u32)
            .filter(|signs| ranks.iter().enumerate().filter(|(i, _)| signs >> i & 1 == 1).map(|(_, r)| r).sum::<f64>() >= 18.5)
            .count();
        assert!((test.p - extreme as f64 / 128.0).abs() < 1e-12);
    }

    #[test]
    fn many_pairs_turn_to_the_normal_distribution_without_a_jump() {
        let of = |n: usize| {
            let d: Vec<f64> = (0..n).map(|i| (i as f64 * 0.618_033_988_749_895).fract() - 0.47).collect();
            wilcoxon_signed_rank(&d, Alternative::TwoSided).expect("finite")
        };
        let (exact, normal) = (of(500), of(501));
        assert_eq!((exact.inference, normal.inference), (Inference::Exact, Inference::Analytical));
        assert!((exact.p - normal.p).abs() < 0.01, "{} {}", exact.p, normal.p);
    }

    #[test]
    fn no_difference_has_no_evidence() {
        for d in [&[][..], &[0.0, -0.0][..]] {
            for a in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
                let test = wilcoxon_signed_rank(d, a).expect("finite");
                assert_eq!((test.pairs, test.v, test.p), (0, 0.0, 1.0));
            }
        }
        assert!(wilcoxon_signed_rank(&[f64::NAN], Alternative::Less).is_err());
    }

    #[test]
    fn fisher_has_the_p_of_r() {
        let cases = [
            (3, 100, 9, 120, 0.232439242223),
            (3, 4, 1, 4, 0.485714285714),
            (0, 50, 7, 67, 0.0195491090398),
            (12, 25_000, 40, 24_000, 6.77098207371e-05),
        ];
        for (x, of_x, y, of_y, wanted) in cases {
            let got = fisher(x, of_x, y, of_y);
            assert!((got / wanted - 1.0).abs() < 1e-8, "{got} is not {wanted}");
            assert!((fisher(y, of_y, x, of_x) / got - 1.0).abs() < 1e-10);
        }
        assert_eq!(fisher(0, 10, 0, 12), 1.0);
        assert_eq!(fisher(0, 0, 0, 0), 1.0);
        assert!((fisher(10, 10, 12, 12) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_pattern_is_like_itself_and_unlike_its_reverse() {
        let pattern: Vec<u32> = (0..52).map(|i| if i < 5 { 60 } else { i % 3 }).collect();
        let same = sppt(&pattern, &pattern, 0.05, Adjustment::default()).expect("valid input");
        assert_eq!((same.s, same.robust_s), (Some(1.0), Some(1.0)));
        let mut reversed = pattern.clone();
        reversed.reverse();
        let other = sppt(&pattern, &reversed, 0.05, Adjustment::default()).expect("valid input");
        assert_eq!(other.s, Some(42.0 / 52.0));
        assert!(other.robust_s.expect("incidents") < 0.75);
        let plain = sppt(&pattern, &reversed, 0.05, Adjustment::None).expect("valid input");
        let hochberg = sppt(&pattern, &reversed, 0.05, Adjustment::BenjaminiHochberg).expect("valid input");
        for row in 0..52 {
            assert!(plain.q[row] <= hochberg.q[row] && hochberg.q[row] <= other.q[row]);
        }
        let none = sppt(&[], &[], 0.05, Adjustment::default()).expect("nothing");
        assert_eq!((none.s, none.robust_s), (None, None));
        let empty = sppt(&[0, 0], &[0, 0], 0.05, Adjustment::default()).expect("nothing");
        assert_eq!((empty.s, empty.robust_s), (Some(1.0), None));
        assert!(sppt(&[1], &[1, 2], 0.05, Adjustment::default()).is_err() && sppt(&[1], &[1], 1.0, Adjustment::default()).is_err());
    }

    #[test]
    fn clear_tops_overlap_by_their_common_units() {
        let (mut a, mut b) = (vec![1; 100], vec![1; 100]);
        for i in 0..10 {
            a[i] = 500;
            b[i + 4] = 500;
        }
        let overlap = top_overlap(&a, &b, &OverlapParams::of_top(10)).expect("valid input");
        assert_eq!((overlap.value, overlap.lower, overlap.upper), (6.0 / 14.0, 6.0 / 14.0, 6.0 / 14.0));
        assert!(overlap.at_random < 0.06 && overlap.at_random > 0.05);
    }

    #[test]
    fn tops_of_ties_overlap_as_random_sets_do() {
        let overlap =
            top_overlap(&[3; 30], &[2; 30], &OverlapParams { replicates: 4000, ..OverlapParams::of_top(6) }).expect("valid input");
        assert!((overlap.value - overlap.at_random).abs() < 0.006, "{overlap:?}");
        assert!(overlap.lower <= overlap.value && overlap.value <= overlap.upper);
    }

    #[test]
    fn random_sets_overlap_as_all_pairs_of_sets_do() {
        for (n, k) in [(5_usize, 2_usize), (6, 4), (7, 7), (6, 1)] {
            let sets: Vec<u32> = (0..1_u32 << n).filter(|s| s.count_ones() as usize == k).collect();
            let mean =
                sets.iter().map(|s| f64::from((s & sets[0]).count_ones()) / f64::from((s | sets[0]).count_ones())).sum::<f64>()
                    / sets.len() as f64;
            assert!((random_overlap(n, k) - mean).abs() < 1e-12, "{n} {k}");
        }
    }

    #[test]
    fn the_overlap_depends_on_the_seed_and_not_on_the_threads() {
        let (a, b): (Vec<u32>, Vec<u32>) = (0..200).map(|i| (i * 7 % 13, i * 5 % 11)).unzip();
        let run = |threads: usize, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| top_overlap(&a, &b, &OverlapParams { seed, replicates: 50, ..OverlapParams::of_top(20) }))
                .expect("valid input")
        };
        assert_eq!(run(1, 1), run(3, 1));
        assert_ne!(run(1, 1), run(1, 2));
        let wrong = |top, replicates, level| top_overlap(&a, &b, &OverlapParams { top, replicates, seed: 1, level }).is_err();
        assert!(wrong(0, 9, 0.9) && wrong(201, 9, 0.9) && wrong(5, 0, 0.9) && wrong(5, 9, 1.0));
        assert!(top_overlap(&a, &b[1..], &OverlapParams::of_top(2)).is_err());
        assert_eq!(top_overlap(&a, &[0; 200], &OverlapParams::of_top(2)), Err(Error::NoReference));
    }
}
