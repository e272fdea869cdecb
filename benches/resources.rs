//! Resources against need: all shares of the posterior, what if, and the sites that reach most.

use divan::{Bencher, black_box};
use hotspot_core::rate::GammaPosterior;
use hotspot_core::resource::coverage::{Cover, exact, greedy};
use hotspot_core::resource::gap::{ChallengePolicy, GapParams, gaps, need_shares};
use hotspot_core::resource::need::Need;
use hotspot_core::resource::what_if::{Wish, play};
use hotspot_core::view::WhatIfView;

fn main() {
    divan::main();
}

/// Numbers that look random and are always the same, 0 to 1.
fn spread(at: usize) -> f64 {
    (at as f64 * 0.618_033_988_749_895).fract()
}

/// Places with 5 to 105 incidents.
fn needs(places: usize) -> Vec<Need> {
    let need = |at: usize| {
        let count = (5.0 + 100.0 * spread(at)).floor();
        Need { incidents: count as u32, expected: GammaPosterior { shape: count, rate: 1.0 }, count }
    };
    (0..places).map(need).collect()
}

#[divan::bench(args = [33, 300])]
fn ten_thousand_draws_of_all_shares(bencher: Bencher, places: usize) {
    let needs = needs(places);
    let params = GapParams { replicates: 10_000, ..GapParams::default() };
    bencher.bench(|| need_shares(black_box(&needs), &params));
}

#[divan::bench(args = [33, 300])]
fn gaps_with_ranks_and_verdicts(bencher: Bencher, places: usize) {
    let needs = needs(places);
    let amounts: Vec<f64> = (0..places).map(|at| 10.0 + 90.0 * spread(7 * at)).collect();
    bencher.bench(|| gaps(black_box(&needs), &amounts, &ChallengePolicy::current(), &GapParams::default()));
}

/// As the page asks it: five kinds, each with a cap on change and whole steps.
#[divan::bench]
fn what_if_of_300_hotspots_and_5_kinds(bencher: Bencher) {
    let needs = needs(300);
    let params = GapParams { replicates: WhatIfView::REPLICATES, ..GapParams::default() };
    let wish = Wish { budget: Some(20_000.0), change: Some(0.5), step: Some(1.0), ..Wish::default() };
    let kinds: Vec<Vec<f64>> = (1..=5).map(|kind| (0..300).map(|at| 10.0 + 90.0 * spread(kind * at)).collect()).collect();
    let policy = ChallengePolicy::current();
    bencher
        .bench(|| kinds.iter().map(|now| play(black_box(&needs), now, &wish, &policy, &params).is_ok()).filter(|ok| *ok).count());
}

/// Needs on a square of 10 km, and sites that reach a kilometre.
fn cover(demands: usize, sites: usize, reach_m: f64) -> Cover {
    let at = |n: usize| [1e4 * spread(n), 1e4 * spread(7 * n + 3)];
    let needs = (0..demands).map(|n| 1.0 + 9.0 * spread(3 * n)).collect();
    let demands: Vec<[f64; 2]> = (0..demands).map(at).collect();
    let sites: Vec<[f64; 2]> = (0..sites).map(|n| at(11 * n + 5)).collect();
    Cover::within(needs, &demands, &sites, reach_m).expect("valid input")
}

#[divan::bench(args = [10, 50])]
fn greedy_sites_with_bound_of_5000_cells_and_500_candidates(bencher: Bencher, more: usize) {
    bencher.with_inputs(|| cover(5_000, 500, 1_000.0)).bench_refs(|cover| greedy(cover, more));
}

#[divan::bench(args = [3, 5, 8], sample_count = 5)]
fn best_sites_of_60_cells_and_20_candidates(bencher: Bencher, more: usize) {
    bencher.with_inputs(|| cover(60, 20, 2_500.0)).bench_refs(|cover| exact(cover, more));
}

#[divan::bench(args = [3, 5, 8], sample_count = 5)]
fn best_sites_of_20_cells_and_60_candidates(bencher: Bencher, more: usize) {
    bencher.with_inputs(|| cover(20, 60, 2_500.0)).bench_refs(|cover| exact(cover, more));
}

#[divan::bench(args = [5, 10], sample_count = 3)]
fn best_sites_of_60_cells_and_60_candidates(bencher: Bencher, more: usize) {
    bencher.with_inputs(|| cover(60, 60, 2_500.0)).bench_refs(|cover| exact(cover, more));
}
