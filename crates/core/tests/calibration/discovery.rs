//! The share of false discoveries, over data sets: mean of false / max(1, found), with its standard error.

use crate::bayes::mean;
use crate::draws::Draws;
use crate::{form, torus};
use hotspot_core::hotspot::detect::{DetectInput, DetectParams, detect};
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli, bonferroni};
use hotspot_core::local::getis_ord::local_g_test;
use hotspot_core::local::{Alternative, LocalTest, Null, Tails};
use hotspot_core::time::emerging::{Adjustment, EmergingParams};
use hotspot_core::weights::{SelfWeight, SpatialWeights};
use rayon::prelude::*;

const SEED: u64 = 1_995;
const Q: f64 = 0.1;
const WIDE: u32 = 20;
const UNITS: usize = (WIDE * WIDE) as usize;

type Adjust = fn(&[f64]) -> hotspot_core::Result<Vec<f64>>;
const ADJUSTMENTS: [(&str, Adjust); 3] =
    [("Benjamini-Hochberg", benjamini_hochberg), ("Benjamini-Yekutieli", benjamini_yekutieli), ("Bonferroni", bonferroni)];

/// False discovery proportion and the number of true discoveries, by adjustment.
fn proportions(p: &[f64], null: &[bool]) -> [[f64; 2]; 3] {
    ADJUSTMENTS.map(|(_, adjust)| {
        let adjusted = adjust(p).unwrap();
        let found = adjusted.iter().zip(null).filter(|(p, _)| **p <= Q);
        let (all, wrong) = found.fold((0.0, 0.0), |(all, wrong), (_, null)| (all + 1.0, wrong + f64::from(u8::from(*null))));
        [wrong / f64::max(all, 1.0), all - wrong]
    })
}

/// Asserts that the rate is kept: at most q and three standard errors, since without anything true it may be q itself.
fn assert_kept(name: &str, sets: usize, of: impl Fn(&mut Draws) -> (Vec<f64>, Vec<bool>) + Sync) {
    let all: Vec<[[f64; 2]; 3]> = (0..sets)
        .into_par_iter()
        .map(|set| {
            let (p, null) = of(&mut Draws::new(SEED, set));
            proportions(&p, &null)
        })
        .collect();
    for (which, (adjustment, _)) in ADJUSTMENTS.iter().enumerate() {
        let rates: Vec<f64> = all.iter().map(|of| of[which][0]).collect();
        let found = all.iter().map(|of| of[which][1]).sum::<f64>() / sets as f64;
        let [rate, error] = mean(&rates);
        println!("{adjustment}, {name}: {rate:.4} ± {error:.4} false at q = {Q}, {found:.1} true a set; {sets} sets, seed {SEED}");
        assert!(rate <= Q + 3.0 * error, "{name}, {adjustment}: {rate} ± {error}");
    }
}

/// p of Gi*, exact, every value of a window drawn from all units: its windows overlap, so its p values depend on their neighbours'.
fn gi_star(counts: &[f64], weights: &SpatialWeights, tails: impl Into<Tails>) -> Vec<f64> {
    let test = LocalTest { null: Null::Window, ..LocalTest::exact(tails) };
    local_g_test(counts, weights, SelfWeight::Included, &test).unwrap().p
}

#[test]
fn no_more_than_q_where_nothing_is_true() {
    let weights = torus(WIDE, WIDE);
    let sets = form(500, 20_000);
    for (tail, alternative) in
        [("greater", Alternative::Greater), ("less", Alternative::Less), ("two-sided", Alternative::TwoSided)]
    {
        // Heavy tails, all exchangeable; means of 3, so that a low sum can be surprising too.
        assert_kept(&format!("Gi* of exchangeable counts, {tail}"), sets, |draws| {
            let counts: Vec<f64> = (0..UNITS)
                .map(|_| 3.0 * draws.gamma(1.0))
                .collect::<Vec<_>>()
                .iter()
                .map(|mean| f64::from(draws.poisson(*mean)))
                .collect();
            (gi_star(&counts, &weights, alternative), vec![true; UNITS])
        });
    }
}

/// A normal field of variance 1 whose neighbours are alike: a moving mean of independent normals.
fn field(draws: &mut Draws, reach: i32) -> Vec<f64> {
    let wide = WIDE as i32;
    let noise: Vec<f64> = (0..UNITS).map(|_| draws.normal()).collect();
    let width = f64::from(2 * reach + 1);
    (0..UNITS as i32)
        .map(|unit| {
            let (x, y) = (unit % wide, unit / wide);
            let window = (-reach..=reach).flat_map(|dx| (-reach..=reach).map(move |dy| (dx, dy)));
            window.map(|(dx, dy)| noise[((y + dy).rem_euclid(wide) * wide + (x + dx).rem_euclid(wide)) as usize]).sum::<f64>()
                / width
        })
        .collect()
}

/// Upper tail of the normal distribution.
fn upper(z: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

#[test]
fn no_more_than_q_in_dependent_fields() {
    let sets = form(500, 40_000);
    for reach in [0, 1, 3] {
        for hot in [0, 12, 80] {
            for two_sided in [false, true] {
                let tail = if two_sided { "two-sided" } else { "greater" };
                assert_kept(&format!("normal field, reach {reach}, {hot} of {UNITS} raised by 3, {tail}"), sets, |draws| {
                    let null: Vec<bool> = (0..UNITS).map(|unit| unit >= hot).collect();
                    let z = field(draws, reach).into_iter().zip(&null).map(|(z, null)| if *null { z } else { z + 3.0 });
                    let p = |z: f64| if two_sided { 2.0 * upper(z.abs()) } else { upper(z) };
                    (z.map(p).collect(), null)
                });
            }
        }
    }
}

#[test]
fn no_more_than_q_with_planted_hot_units() {
    // A unit is null when no planted unit lies in its window: its sum is then no larger than that of units drawn from all.
    let weights = torus(WIDE, WIDE);
    for (blocks, mean) in [(1, 1.0), (6, 1.0), (12, 3.0)] {
        assert_kept(
            &format!("Gi* of counts of {mean}, {blocks} planted blocks of four at six times that"),
            form(500, 20_000),
            |draws| {
                let mut hot = vec![false; UNITS];
                for _ in 0..blocks {
                    let (x, y) = (draws.below(WIDE as usize), draws.below(WIDE as usize));
                    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        hot[(y + dy) % WIDE as usize * WIDE as usize + (x + dx) % WIDE as usize] = true;
                    }
                }
                let counts: Vec<f64> =
                    hot.iter().map(|hot| f64::from(draws.poisson(if *hot { 6.0 * mean } else { mean }))).collect();
                let null = |unit: usize| !hot[unit] && weights.neighbors(unit).iter().all(|j| !hot[*j as usize]);
                (gi_star(&counts, &weights, Alternative::Greater), (0..UNITS).map(null).collect())
            },
        );
    }
}

#[test]
fn the_hotspot_rule_keeps_its_rate_under_its_own_model() {
    // Gamma rates of mean 1, Poisson counts; false is a unit of a place whose true rate is at most the threshold.
    let neighbors = torus(50, 50);
    let units = 2_500;
    let area = vec![0.1; units];
    for (shape, per_unit) in [(0.2, 0.5), (0.2, 3.0), (0.5, 1.0), (1.0, 6.0)] {
        for fdr in [0.05, 0.2] {
            let sets = form(40, 1_000);
            let all: Vec<[f64; 2]> = (0..sets)
                .into_par_iter()
                .map(|set| {
                    let mut draws = Draws::new(SEED + 1, set);
                    let rates: Vec<f64> = (0..units).map(|_| draws.gamma(shape) / shape).collect();
                    let counts: Vec<u32> = rates.iter().map(|r| draws.poisson(r * per_unit)).collect();
                    let input =
                        DetectInput { counts: &counts, reference: &area, area_km2: &area, neighbors: &neighbors, points: &[] };
                    let found = detect(&input, &DetectParams { fdr, ..DetectParams::default() }).unwrap();
                    let hot: Vec<u32> = found.places.iter().flat_map(|p| p.units.clone()).collect();
                    let wrong = hot.iter().filter(|unit| rates[**unit as usize] <= 2.0).count();
                    [wrong as f64 / f64::max(hot.len() as f64, 1.0), hot.len() as f64]
                })
                .collect();
            let [rate, error] = mean(&all.iter().map(|a| a[0]).collect::<Vec<_>>());
            let found = all.iter().map(|a| a[1]).sum::<f64>() / sets as f64;
            println!(
                "hotspot rule, shape {shape}, {per_unit} a unit, rate {fdr}: {rate:.4} ± {error:.4} false of {found:.0} units a set; {sets} sets, seed {}",
                SEED + 1
            );
            assert!(rate <= fdr + 3.0 * error, "{shape} {per_unit} {fdr}: {rate} ± {error}");
        }
    }
}

#[test]
fn every_tested_unit_counts_zeros_included() {
    // One peak among zeros: each unit has a p value, and m is the number of units, not of those with incidents.
    let weights = torus(WIDE, WIDE);
    let mut counts = vec![0.0; UNITS];
    counts[205] = 9.0;
    counts[206] = 7.0;
    let p = gi_star(&counts, &weights, Alternative::Greater);
    assert_eq!(p.len(), UNITS);
    let least = p.iter().copied().fold(1.0, f64::min);
    let tied = p.iter().filter(|v| **v == least).count() as f64;
    let adjusted = benjamini_hochberg(&p).unwrap();
    let smallest = adjusted.iter().copied().fold(1.0, f64::min);
    assert!((smallest - least * UNITS as f64 / tied).abs() < 1e-12, "{smallest} of {least}, {tied} tied");
    // The two with incidents alone would have been adjusted for two.
    let only: Vec<f64> = [205, 206].map(|unit: usize| p[unit]).to_vec();
    assert!(benjamini_hochberg(&only).unwrap()[0] < 0.02 * smallest);
    // A unit of p 1 more makes every other discovery dearer by its part.
    let more: Vec<f64> = p.iter().copied().chain([1.0]).collect();
    let dearer = benjamini_hochberg(&more).unwrap().iter().copied().fold(1.0, f64::min);
    assert!((dearer / smallest - (UNITS + 1) as f64 / UNITS as f64).abs() < 1e-12);
    // Emerging hot spots adjust over all units and steps unless told otherwise.
    assert_eq!(EmergingParams::default().adjustment, Adjustment::FalseDiscoveryRate);
}
