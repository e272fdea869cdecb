//! Exact p values: their distribution by enumeration, with no random number.

use crate::form;
use hotspot_core::local::calibration::{TieBounds, local_g_ties, local_moran_ties};
use hotspot_core::local::getis_ord::local_g_test;
use hotspot_core::local::moran::local_moran;
use hotspot_core::local::{Alternative, LocalTest, Null, Scaling, Tails};
use hotspot_core::rate::e_test::{Variance, e_test};
use hotspot_core::rate::poisson::poisson_tails;
use hotspot_core::rate::ratio::{Exposed, RatioMethod, rate_ratio};
use hotspot_core::time::mann_kendall::mann_kendall_exact;
use hotspot_core::weights::{SelfWeight, SpatialWeights};
use std::collections::BTreeMap;

const ROUNDING: f64 = 1e-12;

/// Every distinct order of the values, all equally likely.
fn arrangements(values: &[u32]) -> Vec<Vec<f64>> {
    let mut now = values.to_vec();
    now.sort_unstable();
    let mut all = Vec::new();
    loop {
        all.push(now.iter().copied().map(f64::from).collect());
        let Some(i) = (1..now.len()).rev().find(|i| now[i - 1] < now[*i]) else { return all };
        let j = (i..now.len()).rev().find(|j| now[*j] > now[i - 1]).unwrap();
        now.swap(i - 1, j);
        now[i..].reverse();
    }
}

/// Units with no neighbour, with some and with all; what one takes from another the other need not.
fn network() -> SpatialWeights {
    let lists: [&[u32]; 8] = [&[1, 2, 3], &[0, 4], &[0, 3, 5], &[0], &[1, 2, 5, 6], &[], &[7], &[0, 1, 2, 3, 4, 5, 6]];
    SpatialWeights::from_lists(&lists).unwrap()
}

fn data() -> Vec<Vec<u32>> {
    let short = vec![vec![0, 0, 0, 1, 1, 2, 3, 7], vec![0, 0, 1, 1, 1, 1, 2, 2], vec![0, 0, 0, 0, 0, 0, 0, 5], vec![4; 8]];
    let long = [short.clone(), vec![vec![0, 1, 2, 4, 8, 16, 32, 64], vec![3, 3, 5, 6, 9, 9, 9, 40]]].concat();
    form(short, long)
}

/// How far P(p ≤ α) is above α, and below it, at the worst α that can occur: equally likely p values.
fn distance(p: &[f64]) -> [f64; 2] {
    let mut sorted = p.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut worst = [0.0_f64; 2];
    for (i, alpha) in sorted.iter().enumerate() {
        if sorted.get(i + 1).is_none_or(|next| *next > alpha + ROUNDING) {
            let at_most = (i + 1) as f64 / sorted.len() as f64;
            worst = [worst[0].max(at_most - alpha), worst[1].max(alpha - at_most)];
        }
    }
    worst
}

/// What a test says of every unit of every arrangement, by unit and by what the null holds.
fn by_group<T: Copy>(values: &[u32], null: Null, test: impl Fn(&[f64]) -> Vec<T>) -> BTreeMap<(usize, u64), Vec<T>> {
    let mut groups: BTreeMap<(usize, u64), Vec<T>> = BTreeMap::new();
    for arrangement in arrangements(values) {
        for (row, answer) in test(&arrangement).into_iter().enumerate() {
            let held = if null == Null::Conditional { arrangement[row] as u64 } else { 0 };
            groups.entry((row, held)).or_default().push(answer);
        }
    }
    groups
}

/// Each part of the larger of two.
fn larger(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0].max(b[0]), a[1].max(b[1])]
}

/// Largest distances over all groups.
fn worst(values: &[u32], null: Null, test: impl Fn(&[f64]) -> Vec<f64>) -> [f64; 2] {
    by_group(values, null, test).values().map(|p| distance(p)).fold([0.0; 2], larger)
}

/// Greater and less are exact where they can be; two-sided and folded never too small.
fn assert_exact(name: &str, tails: Tails, [above, below]: [f64; 2]) {
    println!("exact p of {name}, {tails}: P(p ≤ α) − α from −{below:.1e} to {above:.1e}");
    assert!(above < ROUNDING, "{name}, {tails}: {above}");
    if matches!(tails, Tails::Of(Alternative::Greater | Alternative::Less)) {
        assert!(below < ROUNDING, "{name}, {tails}: {below}");
    }
}

const TAILS: [Tails; 4] =
    [Tails::Of(Alternative::Greater), Tails::Of(Alternative::Less), Tails::Of(Alternative::TwoSided), Tails::Folded];

#[test]
fn exact_p_of_gi_and_gi_star() {
    for (own, null) in [
        (SelfWeight::Included, Null::Window),
        (SelfWeight::Included, Null::Conditional),
        (SelfWeight::Excluded, Null::Window),
        (SelfWeight::Excluded, Null::Conditional),
    ] {
        for tails in TAILS {
            let test = LocalTest { null, ..LocalTest::exact(tails) };
            let run = |values: &[f64]| local_g_test(values, &network(), own, &test).unwrap().p;
            let all = data().iter().map(|values| worst(values, null, run)).fold([0.0; 2], larger);
            assert_exact(&format!("Gi, own value {own:?}, {null} null"), tails, all);
        }
    }
}

#[test]
fn exact_p_of_local_moran() {
    for tails in TAILS {
        let test = LocalTest::exact(tails);
        let run = |values: &[f64]| local_moran(values, &network(), Scaling::Population, &test).unwrap().p;
        let all = data().iter().map(|values| worst(values, Null::Conditional, run)).fold([0.0; 2], larger);
        assert_exact("local Moran", tails, all);
    }
}

#[test]
fn the_convention_of_other_tools_is_not_calibrated() {
    // The smaller tail, the lower without its ties: what `esda` and `pygeoda` call p.
    let test = LocalTest::exact(Tails::Directed);
    let groups = by_group(&[0, 0, 0, 0, 0, 0, 0, 5], Null::Conditional, |v| {
        local_g_test(v, &network(), SelfWeight::Excluded, &test).unwrap().p
    });
    // Unit 0, without an incident, has three of the seven others round it: none of them is the one with incidents in 4 of 7.
    let p = &groups[&(0, 0)];
    let never = p.iter().filter(|p| **p < 1e-9).count() as f64 / p.len() as f64;
    println!("exact p of Gi, directed, of an empty unit: P(p < 1e-9) = {never:.3}");
    assert!((never - 4.0 / 7.0).abs() < ROUNDING, "{never}");
}

/// Largest distance of the randomised p from uniform, and of the mean of the mid-p from ½.
fn off_uniform(groups: &BTreeMap<(usize, u64), Vec<TieBounds>>) -> [f64; 2] {
    let mut worst = [0.0_f64; 2];
    for ties in groups.values() {
        let number = ties.len() as f64;
        let mid = ties.iter().map(TieBounds::mid_p).sum::<f64>() / number;
        worst[1] = worst[1].max((mid - 0.5).abs());
        // Uniform between the two bounds of each arrangement: the distribution function is piecewise linear.
        let ends = ties.iter().flat_map(|t| [t.strict, t.inclusive]);
        for alpha in (0..=100).map(|i| f64::from(i) / 100.0).chain(ends) {
            let at_most = |t: &TieBounds| {
                let width = t.inclusive - t.strict;
                if width > 0.0 { ((alpha - t.strict) / width).clamp(0.0, 1.0) } else { f64::from(u8::from(t.strict <= alpha)) }
            };
            let share = ties.iter().map(at_most).sum::<f64>() / number;
            worst[0] = worst[0].max((share - alpha).abs());
        }
    }
    worst
}

#[test]
fn randomised_p_is_uniform_and_mid_p_has_mean_one_half() {
    for alternative in [Alternative::Greater, Alternative::Less] {
        for values in &data()[..3] {
            for null in [Null::Conditional, Null::Window] {
                let test = LocalTest { null, ..LocalTest::exact(alternative) };
                let ties = |own| by_group(values, null, |v| local_g_ties(v, &network(), own, &test).unwrap());
                for own in [SelfWeight::Included, SelfWeight::Excluded] {
                    let [uniform, mid] = off_uniform(&ties(own));
                    println!(
                        "randomised p of Gi {own:?}, {null}, {alternative}, {values:?}: off by {uniform:.1e}, mid-p {mid:.1e}"
                    );
                    assert!(uniform < ROUNDING && mid < ROUNDING, "{own:?} {null} {alternative}: {uniform} {mid}");
                }
            }
            let test = LocalTest::exact(alternative);
            let ties = by_group(values, Null::Conditional, |v| local_moran_ties(v, &network(), &test).unwrap());
            let [uniform, mid] = off_uniform(&ties);
            println!("randomised p of local Moran, {alternative}, {values:?}: off by {uniform:.1e}, mid-p {mid:.1e}");
            assert!(uniform < ROUNDING && mid < ROUNDING, "local Moran {alternative}: {uniform} {mid}");
        }
    }
}

#[test]
fn exact_p_of_a_trend() {
    for values in [vec![1, 2, 3, 4, 5, 6, 7], vec![0, 0, 1, 1, 2, 5, 5], vec![0, 0, 0, 0, 1, 1, 1]] {
        let p: Vec<f64> = arrangements(&values).iter().map(|v| mann_kendall_exact(v).unwrap().p).collect();
        let [above, below] = distance(&p);
        println!("exact p of Mann-Kendall, {values:?}: P(p ≤ α) − α from −{below:.1e} to {above:.1e}");
        // Two-sided by symmetry, so that it is exact too.
        assert!(above < ROUNDING && below < ROUNDING, "{values:?}: {above} {below}");
    }
}

/// Poisson probabilities of 0 to `most`.
pub fn poisson_terms(mean: f64, most: usize) -> Vec<f64> {
    let mut log = -mean;
    let mut terms = Vec::with_capacity(most + 1);
    for k in 0..=most {
        terms.push(log.exp());
        log += mean.ln() - ((k + 1) as f64).ln();
    }
    terms
}

#[test]
fn exact_p_of_a_count() {
    for mean in [0.2, 1.0, 3.7, 20.0] {
        let terms = poisson_terms(mean, 120);
        for side in [0, 1] {
            let p: Vec<f64> = (0..=120).map(|k| poisson_tails(k, mean)[side]).collect();
            for alpha in &p {
                let at_most: f64 = p.iter().zip(&terms).filter(|(p, _)| *p <= alpha).map(|(_, t)| t).sum();
                assert!((at_most - alpha).abs() < ROUNDING, "mean {mean}: {at_most} is not {alpha}");
            }
        }
    }
}

const COUNTS: usize = 90;

/// p of every pair of counts.
fn pairs(p: impl Fn(Exposed, Exposed) -> f64, exposure: f64) -> Vec<Vec<f64>> {
    let of = |count: usize, exposure| Exposed { count: count as u64, exposure };
    (0..=COUNTS).map(|x| (0..=COUNTS).map(|y| p(of(x, exposure), of(y, 1.0))).collect()).collect()
}

/// The largest probability that p ≤ α when rates are equal, over rates for which the second count has a mean up to 30.
fn size(p: &[Vec<f64>], exposure: f64, alpha: f64) -> f64 {
    let steps = form(60, 600);
    let means = (0..=steps).map(|i| 0.05 * (30.0_f64 / exposure.max(1.0) / 0.05).powf(f64::from(i) / f64::from(steps)));
    means
        .map(|mean| {
            let (first, second) = (poisson_terms(mean * exposure, COUNTS), poisson_terms(mean, COUNTS));
            let row = |x: usize| -> f64 { p[x].iter().zip(&second).filter(|(p, _)| **p <= alpha).map(|(_, t)| t).sum() };
            first.iter().enumerate().map(|(x, t)| t * row(x)).sum::<f64>()
        })
        .fold(0.0, f64::max)
}

#[test]
fn the_conditional_test_of_two_rates_keeps_its_size() {
    for exposure in [1.0, 3.0, 10.0] {
        let p = pairs(|a, b| rate_ratio(a, b, 0.95, RatioMethod::Exact).unwrap().p, exposure);
        for alpha in [0.01, 0.05, 0.1] {
            let size = size(&p, exposure, alpha);
            println!("rate ratio, exposures {exposure} to 1: size {size:.4} at {alpha}");
            assert!(size <= alpha + ROUNDING, "{exposure}, {alpha}: {size}");
        }
    }
}

#[test]
fn the_e_test_exceeds_its_size_by_what_is_documented() {
    // Exposure of the first, largest size at 0.01, 0.05 and 0.10 by variance: the documentation of `e_test` gives these.
    for (exposure, variance, wanted) in E_TEST_SIZES {
        let mut worst = [0.0_f64; 3];
        for alternative in [Alternative::TwoSided, Alternative::Greater, Alternative::Less] {
            let p = pairs(|a, b| e_test(a, b, variance, alternative).unwrap().p, exposure);
            let sizes = [0.01, 0.05, 0.1].map(|alpha| size(&p, exposure, alpha));
            println!("E-test, exposures {exposure} to 1, {variance}, {alternative}: sizes {sizes:.4?} at 0.01, 0.05, 0.1");
            worst = std::array::from_fn(|i| worst[i].max(sizes[i]));
        }
        for (size, wanted) in worst.iter().zip(wanted) {
            assert!((size - wanted).abs() < 6e-4, "{exposure} {variance}: {worst:?}");
        }
    }
}

/// Over both tails and each alone.
const E_TEST_SIZES: [(f64, Variance, [f64; 3]); 5] = [
    (1.0, Variance::Unpooled, [0.0114, 0.0499, 0.1063]),
    (3.0, Variance::Unpooled, [0.0116, 0.0566, 0.1103]),
    (3.0, Variance::Pooled, [0.0102, 0.0563, 0.1103]),
    (10.0, Variance::Unpooled, [0.0103, 0.0624, 0.1186]),
    (10.0, Variance::Pooled, [0.0094, 0.0624, 0.1185]),
];
