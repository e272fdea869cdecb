//! Simulated p values, over data sets in which nothing is associated with anything.

use crate::draws::Draws;
use crate::{form, torus};
use hotspot_core::local::geary::local_geary;
use hotspot_core::local::getis_ord::local_g_test;
use hotspot_core::local::global::{GlobalTest, geary, general_g, moran};
use hotspot_core::local::max_statistic::{local_g_max, local_moran_max};
use hotspot_core::local::moran::local_moran;
use hotspot_core::local::{Alternative, LocalTest, Null, Permutations, Scaling};
use hotspot_core::time::knox::{KnoxParams, Metric, knox, knox_test};
use hotspot_core::weights::{SelfWeight, SpatialWeights};
use rayon::prelude::*;

const SEED: u64 = 20_260_401;
/// R and h of the simulated p values.
const REPLICATES: u32 = 19;
const EXCEEDANCES: u32 = 4;

/// Whether P(p ≤ α) must be α, or may be less.
#[derive(Clone, Copy, PartialEq)]
enum Ties {
    None,
    Some,
}

/// The levels that p can have.
fn fixed() -> Vec<f64> {
    (1..=REPLICATES + 1).map(|k| f64::from(k) / f64::from(REPLICATES + 1)).collect()
}

fn sequential() -> Vec<f64> {
    let few = (1..=EXCEEDANCES).map(|k| f64::from(k) / f64::from(REPLICATES + 1));
    few.chain((EXCEEDANCES..=REPLICATES).map(|l| f64::from(EXCEEDANCES) / f64::from(l))).collect()
}

/// Compares the share of data sets with p ≤ α with α at every level, in standard deviations.
fn assert_calibrated(name: &str, p: &[f64], levels: &[f64], ties: Ties) {
    let sets = p.len() as f64;
    let mut off = [0.0_f64; 2];
    for alpha in levels {
        let share = p.iter().filter(|p| **p <= alpha + 1e-9).count() as f64 / sets;
        let sd = (alpha * (1.0 - alpha) / sets).sqrt().max(0.5 / sets);
        off = [off[0].max((share - alpha) / sd), off[1].max((alpha - share) / sd)];
    }
    println!("{name}: {sets} data sets, seed {SEED}: P(p ≤ α) at most {:.1} sd above α, {:.1} below", off[0], off[1]);
    assert!(off[0] < 4.5, "{name}: {} sd above", off[0]);
    assert!(ties == Ties::Some || off[1] < 4.5, "{name}: {} sd below", off[1]);
}

/// p values of several tests on each of many data sets.
fn run<const N: usize>(sets: usize, stream: u64, tests: impl Fn(&mut Draws, u64) -> [f64; N] + Sync) -> [Vec<f64>; N] {
    let all: Vec<[f64; N]> = (0..sets).into_par_iter().map(|set| tests(&mut Draws::new(SEED + stream, set), set as u64)).collect();
    std::array::from_fn(|test| all.iter().map(|p| p[test]).collect())
}

const UNITS: usize = 60;

fn weighted() -> SpatialWeights {
    let plain = torus(10, 6);
    let lists: Vec<Vec<(u32, f64)>> =
        (0..UNITS).map(|i| plain.neighbors(i).iter().zip(1..).map(|(j, w)| (*j, f64::from(w))).collect()).collect();
    SpatialWeights::from_weighted_lists(&lists).unwrap()
}

fn continuous(draws: &mut Draws) -> Vec<f64> {
    (0..UNITS).map(|_| draws.normal().exp()).collect()
}

fn counts(draws: &mut Draws) -> Vec<f64> {
    (0..UNITS)
        .map(|_| {
            let mean = 1.2 * draws.gamma(0.7);
            f64::from(draws.poisson(mean))
        })
        .collect()
}

/// p of the first unit by each local statistic.
fn local(values: &[f64], permutations: Permutations, plain: &SpatialWeights, weighted: &SpatialWeights) -> [f64; 9] {
    let by = |alternative| LocalTest::permutation(alternative, permutations);
    let window = |alternative| LocalTest { null: Null::Window, ..by(alternative) };
    let g = |weights: &SpatialWeights, own, test: LocalTest| local_g_test(values, weights, own, &test).unwrap().p[0];
    let i = |alternative| local_moran(values, weighted, Scaling::Population, &by(alternative)).unwrap().p[0];
    let c = |alternative| local_geary(values, plain, Scaling::Population, &by(alternative)).unwrap().p[0];
    let (greater, less, both) = (Alternative::Greater, Alternative::Less, Alternative::TwoSided);
    [
        g(plain, SelfWeight::Excluded, by(greater)),
        g(plain, SelfWeight::Included, window(greater)),
        g(weighted, SelfWeight::Included, window(less)),
        g(weighted, SelfWeight::Excluded, by(less)),
        i(greater),
        i(less),
        c(less),
        g(plain, SelfWeight::Included, window(both)),
        c(both),
    ]
}

const LOCAL: [&str; 9] = [
    "Gi, conditional, greater",
    "Gi*, window, greater",
    "Gi* of weights, window, less",
    "Gi of weights, conditional, less",
    "local Moran of weights, greater",
    "local Moran of weights, less",
    "local Geary, less",
    "Gi*, window, two-sided",
    "local Geary, two-sided",
];

type Values = fn(&mut Draws) -> Vec<f64>;
type Rule = fn(u64) -> Permutations;

#[test]
fn simulated_p_of_local_statistics() {
    let (plain, weighted) = (torus(10, 6), weighted());
    let kinds: [(&str, Values, Ties); 2] = [("continuous", continuous, Ties::None), ("counts", counts, Ties::Some)];
    for (stream, (kind, values, ties)) in (0..).zip(kinds) {
        let rules: [(&str, Vec<f64>, Rule); 2] = [
            ("fixed", fixed(), |seed| Permutations::fixed(REPLICATES, seed)),
            ("early stopping", sequential(), |seed| Permutations::sequential(REPLICATES, EXCEEDANCES, seed)),
        ];
        for (rule, levels, permutations) in rules {
            let all = run(form(2_000, 100_000), stream, |draws, set| local(&values(draws), permutations(set), &plain, &weighted));
            for (test, (name, p)) in LOCAL.iter().zip(&all).enumerate() {
                // Two-sided p is twice the smaller tail: not every level can occur.
                let ties = if test < 7 { ties } else { Ties::Some };
                assert_calibrated(&format!("simulated p of {name}, {kind}, {rule}"), p, &levels, ties);
            }
        }
    }
}

#[test]
fn simulated_p_of_global_statistics() {
    // Not all with the same number of neighbours: I, C and G would be one statistic.
    let plain = torus(10, 6);
    let lists: Vec<Vec<u32>> =
        (0..UNITS).map(|i| plain.neighbors(i).iter().copied().take(if i % 3 == 0 { 1 } else { 4 }).collect()).collect();
    let weights = SpatialWeights::from_lists(&lists).unwrap();
    for (rule, levels) in [("fixed", fixed()), ("early stopping", sequential())] {
        let permutations = |seed| match rule {
            "fixed" => Permutations::fixed(REPLICATES, seed),
            _ => Permutations::sequential(REPLICATES, EXCEEDANCES, seed),
        };
        let all = run(form(2_000, 100_000), 10, |draws, set| {
            let (values, counts) = (continuous(draws), counts(draws));
            let test = |alternative| GlobalTest { alternative, permutations: Some(permutations(set)), ..GlobalTest::default() };
            [
                moran(&values, &weights, &test(Alternative::Greater)).unwrap().p,
                moran(&values, &weights, &test(Alternative::Less)).unwrap().p,
                geary(&values, &weights, &test(Alternative::Less)).unwrap().p,
                general_g(&values, &weights, &test(Alternative::Greater)).unwrap().p,
                moran(&values, &weights, &test(Alternative::TwoSided)).unwrap().p,
                moran(&counts, &weights, &test(Alternative::Greater)).unwrap().p,
                geary(&counts, &weights, &test(Alternative::Less)).unwrap().p,
                general_g(&counts, &weights, &test(Alternative::Greater)).unwrap().p,
            ]
        });
        let names = ["I, greater", "I, less", "C, less", "G, greater", "I, two-sided", "I of counts", "C of counts", "G of counts"];
        for (test, (name, p)) in names.iter().zip(&all).enumerate() {
            let ties = if test < 4 { Ties::None } else { Ties::Some };
            assert_calibrated(&format!("simulated p of {name}, {rule}"), p, &levels, ties);
        }
    }
}

#[test]
fn the_largest_statistic_bounds_the_chance_of_any_false_claim() {
    let weights = torus(10, 6);
    let smallest = |p: &[f64]| p.iter().copied().fold(1.0, f64::min);
    let all = run(form(2_000, 50_000), 20, |draws, set| {
        let (values, counts) = (continuous(draws), counts(draws));
        let g = |values: &[f64], alternative| {
            smallest(&local_g_max(values, &weights, SelfWeight::Included, alternative, REPLICATES, set).unwrap().p)
        };
        let i = smallest(&local_moran_max(&values, &weights, Alternative::Greater, REPLICATES, set).unwrap().p);
        [
            g(&values, Alternative::Greater),
            g(&values, Alternative::Less),
            g(&values, Alternative::TwoSided),
            i,
            g(&counts, Alternative::Greater),
            g(&counts, Alternative::TwoSided),
        ]
    });
    let names = ["Gi*, greater", "Gi*, less", "Gi*, two-sided", "local Moran", "Gi* of counts", "Gi* of counts, two-sided"];
    for (test, (name, p)) in names.iter().zip(&all).enumerate() {
        let ties = if test < 4 { Ties::None } else { Ties::Some };
        assert_calibrated(&format!("any false claim by the largest {name}"), p, &fixed(), ties);
    }
}

#[test]
fn simulated_p_of_knox() {
    let all = run(form(2_000, 50_000), 30, |draws, seed| {
        let points: Vec<[f64; 2]> = (0..40).map(|_| [1000.0 * draws.unit(), 1000.0 * draws.unit()]).collect();
        let days: Vec<i64> = (0..40).map(|_| draws.below(60) as i64).collect();
        let test = knox_test(&points, &days, 150.0, 7, Metric::Euclidean, REPLICATES, seed).unwrap();
        let params = KnoxParams { replicates: REPLICATES, ..KnoxParams::new(&[0.0, 100.0, 300.0], &[0.0, 7.0, 21.0], seed) };
        let table = knox(&points, &days, &params).unwrap();
        [test.both.p, table.cell(1, 0).unwrap().p, table.cell(2, 1).unwrap().p]
    });
    for (name, p) in ["at most 150 m and 7 days", "under 100 m, first week", "100 to 300 m, second and third week"].iter().zip(&all)
    {
        assert_calibrated(&format!("simulated p of Knox, {name}"), p, &fixed(), Ties::Some);
    }
}
