//! Intervals: the probability that they hold the true value.
//!
//! Where counts have a distribution the probability is summed, not simulated. Between two neighbouring limits the same counts hold the
//! value, and the probability of a run of counts has no minimum inside: the smallest coverage is at a limit, just before or just after
//! it. So the minima here are minima, not what a grid happened to meet.

use crate::draws::Draws;
use crate::exact::poisson_terms;
use crate::form;
use hotspot_core::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights};
use hotspot_core::rate::poisson::PoissonMethod;
use hotspot_core::rate::ratio::{Exposed, RatioMethod, rate_ratio};
use hotspot_core::rate::{clopper_pearson_limits, weighted_displacement, wilson_limits};
use hotspot_core::time::mann_kendall::sen_slope;
use hotspot_core::time::survival::{Wait, WaitEnd, kaplan_meier};
use rayon::prelude::*;

const LEVELS: [f64; 3] = [0.8, 0.95, 0.998];
/// What an interval may fall short of its level.
const ALLOWED: f64 = 0.01;

/// The smallest coverage at true values from `least` to `most`, and where; `terms` gives the probabilities of the counts.
fn smallest(limits: &[[f64; 2]], [least, most]: [f64; 2], terms: impl Fn(f64) -> Vec<f64> + Sync) -> (f64, f64) {
    let ends = limits.iter().flatten().flat_map(|end| [end * (1.0 - 1e-9), *end, end * (1.0 + 1e-9)]);
    let mut candidates: Vec<f64> = ends.chain([least, most]).filter(|v| (least..=most).contains(v)).collect();
    candidates.sort_unstable_by(f64::total_cmp);
    candidates.dedup();
    let coverage = |truth: &f64| -> (f64, f64) {
        let holds = |[lower, upper]: &[f64; 2]| lower <= truth && truth <= upper;
        (limits.iter().zip(terms(*truth)).filter(|(l, _)| holds(l)).map(|(_, t)| t).sum(), *truth)
    };
    candidates.par_iter().map(coverage).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn limits_of_a_poisson_mean() {
    let most = form(60.0, 400.0);
    let counts = (most + 12.0 * f64::sqrt(most) + 40.0) as usize;
    for method in PoissonMethod::ALL {
        for level in LEVELS {
            let limits: Vec<[f64; 2]> = (0..=counts).map(|count| method.limits(count as u64, level)).collect();
            let (coverage, at) = smallest(&limits, [1e-6, most], |mean| poisson_terms(mean, counts));
            println!("Poisson mean, {method}, {level}: at least {coverage:.5}, at a mean of {at:.4}");
            // Exactly at least the level; by Byar's formula but for 0.00002.
            let least = if method == PoissonMethod::Exact { level - 1e-9 } else { level - 2e-5 };
            assert!(coverage >= least && coverage < level + 5e-4, "{method} {level}: {coverage}");
        }
    }
}

/// Binomial probabilities of 0 to n.
fn binomial_terms(n: usize, p: f64) -> Vec<f64> {
    let mut log = n as f64 * (-p).ln_1p();
    (0..=n)
        .map(|x| {
            let term = log.exp();
            log += ((n - x) as f64).ln() - ((x + 1) as f64).ln() + p.ln() - (-p).ln_1p();
            term
        })
        .collect()
}

#[test]
fn limits_of_a_proportion() {
    let trials: &[usize] =
        form(&[1, 2, 3, 5, 10, 20, 35, 50, 100, 200], &[1, 2, 3, 4, 5, 7, 10, 15, 20, 35, 50, 75, 100, 150, 200, 350, 500, 1000]);
    for (level, [anywhere, inside]) in LEVELS.into_iter().zip(WILSON) {
        let (mut wilson, mut middle) = (1.0_f64, 1.0_f64);
        for n in trials {
            let of = |limits: &dyn Fn(usize) -> [f64; 2], range| {
                let all: Vec<[f64; 2]> = (0..=*n).map(limits).collect();
                smallest(&all, range, |p| binomial_terms(*n, p))
            };
            let exact = of(&|x| clopper_pearson_limits(x as u64, *n as u64, level), [1e-9, 1.0 - 1e-9]);
            let score = |x: usize| wilson_limits(x as f64, *n as f64, level);
            let (anywhere, inside) = (of(&score, [1e-9, 1.0 - 1e-9]), of(&score, [0.1, 0.9]));
            println!(
                "proportion of {n}, {level}: Clopper-Pearson at least {:.4}; Wilson {:.4} (at {:.4}), from 0.1 to 0.9 {:.4}",
                exact.0, anywhere.0, anywhere.1, inside.0
            );
            assert!(exact.0 >= level - 1e-9, "{n}, {level}: {exact:?}");
            wilson = wilson.min(anywhere.0);
            middle = middle.min(if *n >= 20 { inside.0 } else { 1.0 });
        }
        println!("proportion, {level}: Wilson at least {wilson:.4}, of 20 trials and more between 0.1 and 0.9 {middle:.4}");
        assert!(wilson >= anywhere && wilson < anywhere + 0.005, "{level}: {wilson}");
        assert!(middle >= inside && middle < inside + 0.005, "{level}: {middle}");
    }
}

/// Documented minima of Wilson's limits: anywhere; of 20 trials and more, for shares from 0.1 to 0.9.
const WILSON: [[f64; 2]; 3] = [[0.495, 0.716], [0.793, 0.919], [0.905, 0.992]];

#[test]
fn limits_of_a_ratio_of_rates() {
    for (method, documented) in [(RatioMethod::Exact, LEVELS), (RatioMethod::MidP, MID_P)] {
        for (level, documented) in LEVELS.into_iter().zip(documented) {
            let counts = form(45, 120);
            let of = |count: usize, exposure| Exposed { count: count as u64, exposure };
            let limits: Vec<Vec<[f64; 2]>> = (0..=counts)
                .into_par_iter()
                .map(|x| {
                    let pair = |y: usize| {
                        let r = rate_ratio(of(x, 1.0), of(y, 1.0), level, method).unwrap();
                        [r.lower, r.upper]
                    };
                    (0..=counts).map(pair).collect()
                })
                .collect();
            // Exposures only scale the ratio.
            let means: &[f64] = form(
                &[0.3, 1.0, 2.0, 4.0, 8.0, 16.0],
                &[0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 40.0, 60.0],
            );
            let mut least = (1.0_f64, 0.0, 0.0);
            for first in means {
                let p = poisson_terms(*first, counts);
                for second in means {
                    let q = poisson_terms(*second, counts);
                    let truth = first / second;
                    let row = |x: usize| -> f64 {
                        limits[x].iter().zip(&q).filter(|([lo, hi], _)| *lo <= truth && truth <= *hi).map(|(_, t)| t).sum()
                    };
                    let coverage = p.iter().enumerate().map(|(x, t)| t * row(x)).sum::<f64>();
                    if coverage < least.0 {
                        least = (coverage, *first, *second);
                    }
                }
            }
            println!("rate ratio, {method}, {level}: at least {:.4}, at means {} and {}", least.0, least.1, least.2);
            assert!(least.0 >= documented - 1e-9, "{method} {level}: {least:?}");
            assert!(method == RatioMethod::MidP || least.0 >= level - ALLOWED);
        }
    }
}

/// Documented minima of the mid-p interval.
const MID_P: [f64; 3] = [0.779, 0.949, 0.998];

#[test]
fn limits_of_the_weighted_displacement_difference() {
    // With equal weights only two sums matter: what speaks for a rise, and what against one.
    for (level, documented) in LEVELS.into_iter().zip(DISPLACEMENT) {
        for (least_mean, documented) in [2.0, 5.0, 10.0, 50.0].into_iter().zip(documented) {
            let mut least = (1.0_f64, 0.0, 0.0);
            for first in [1.0, 1.3, 2.0, 3.0, 5.0].map(|k| k * least_mean) {
                for second in [1.0, 1.1, 1.7].map(|k| k * least_mean) {
                    let counts = (f64::max(first, second) + 9.0 * f64::max(first, second).sqrt() + 30.0) as usize;
                    let (p, q) = (poisson_terms(first, counts), poisson_terms(second, counts));
                    let mut coverage = 0.0;
                    for (x, a) in p.iter().enumerate() {
                        for (y, b) in q.iter().enumerate() {
                            let likely = a * b;
                            if likely < 1e-10 {
                                continue;
                            }
                            let treated = BeforeAfter { before: y as f64, after: x as f64 };
                            let counts = DisplacementCounts { treated, ..DisplacementCounts::default() };
                            let found = weighted_displacement(&counts, &DisplacementWeights::default(), level).unwrap();
                            if found.lower <= first - second && first - second <= found.upper {
                                coverage += likely;
                            }
                        }
                    }
                    if coverage < least.0 {
                        least = (coverage, first, second);
                    }
                }
            }
            println!("displacement, {level}, means from {least_mean}: at least {:.4}, at {} and {}", least.0, least.1, least.2);
            assert!(least.0 >= documented && least.0 < documented + 0.005, "{level} {least_mean}: {least:?}");
        }
    }
}

/// Documented minima for means from 2, 5, 10 and 50.
const DISPLACEMENT: [[f64; 4]; 3] = [[0.744, 0.791, 0.797, 0.798], [0.939, 0.944, 0.946, 0.949], [0.984, 0.996, 0.997, 0.9978]];

#[test]
fn limits_of_a_survival_curve() {
    // Nothing censored: the number that still wait at a time is binomial. Before the first event there are no limits, and no claim.
    for (level, documented) in [0.8, 0.95].into_iter().zip(LOG_LOG) {
        for (n, documented) in [20, 50, 200].into_iter().zip(documented) {
            let mut limits = [vec![[0.0, 1.0]; n + 1], vec![[0.0, 1.0]; n + 1]];
            let waits: Vec<Wait> = (1..=n).map(|time| Wait { time: time as f64, end: WaitEnd::Event }).collect();
            for point in kaplan_meier(&waits, level).unwrap().points {
                let left = n - point.time as usize;
                limits[0][left] = point.limits;
                limits[1][left] = point.log_log_limits(level).unwrap_or([0.0, 1.0]);
            }
            let [(product, _), (log_log, at)] = limits.map(|limits| smallest(&limits, [0.1, 0.9], |p| binomial_terms(n, p)));
            println!(
                "Kaplan-Meier, {level}, {n} waits, shares from 0.1 to 0.9: at least {product:.4}; log-log {log_log:.4}, at {at:.3}"
            );
            assert!(product >= level - 1e-9, "{level} {n}: {product}");
            assert!(log_log >= documented && log_log < documented + 0.005, "{level} {n}: {log_log}");
        }
    }
}

/// Documented minima for 20, 50 and 200 waits, at 0.8 and 0.95.
const LOG_LOG: [[f64; 3]; 2] = [[0.719, 0.727, 0.757], [0.922, 0.931, 0.937]];

#[test]
fn limits_of_a_censored_survival_curve() {
    const SEED: u64 = 51;
    let sets = form(2_000, 100_000);
    for n in [30, 100] {
        let held: Vec<[[bool; 3]; 2]> = (0..sets)
            .into_par_iter()
            .map(|set| {
                let mut draws = Draws::new(SEED, set);
                let wait = |_| {
                    let (event, censored) = (-draws.unit().ln(), 3.0 * draws.unit());
                    let end = if event <= censored { WaitEnd::Event } else { WaitEnd::Censored };
                    Wait { time: event.min(censored), end }
                };
                let waits: Vec<Wait> = (0..n).map(wait).collect();
                let curve = kaplan_meier(&waits, 0.95).unwrap();
                let last = TIMES.map(|time| curve.points.iter().rev().find(|p| p.time <= time));
                let holds =
                    |limits: Option<[f64; 2]>, time: f64| limits.is_none_or(|[lo, hi]| lo <= (-time).exp() && (-time).exp() <= hi);
                [
                    std::array::from_fn(|i| holds(last[i].map(|p| p.limits), TIMES[i])),
                    std::array::from_fn(|i| holds(last[i].and_then(|p| p.log_log_limits(0.95)), TIMES[i])),
                ]
            })
            .collect();
        for (i, time) in TIMES.iter().enumerate() {
            let [product, log_log] = [0, 1].map(|which: usize| held.iter().filter(|h| h[which][i]).count() as f64 / sets as f64);
            println!(
                "Kaplan-Meier, 0.95, {n} waits, censored, at {time}: {product:.4} of {sets} data sets, log-log {log_log:.4}, seed {SEED}"
            );
            assert!(product > 0.95 - ALLOWED, "{n} {time}: {product}");
        }
    }
}

const TIMES: [f64; 3] = [0.2, 0.7, 1.2];

/// Probabilities of 0, 1, … falling pairs in a random order of n different values.
fn falling_pairs(n: usize) -> Vec<f64> {
    (2..=n).fold(vec![1.0], |before, k| {
        let mut after = vec![0.0; before.len() + k - 1];
        for (at, p) in before.iter().enumerate() {
            for place in &mut after[at..at + k] {
                *place += p / k as f64;
            }
        }
        after
    })
}

#[test]
fn limits_of_sens_slope() {
    for level in LEVELS {
        let mut least = (1.0_f64, 0);
        for n in (3..=form(60, 200)).chain([400]) {
            // Slopes that all differ tell which of them are the limits; those do not depend on the values.
            let values: Vec<f64> = (0..n).map(|i| f64::sin(f64::from(i * i)) + 1e-4 * f64::from(i)).collect();
            let mut slopes: Vec<f64> = (0..values.len())
                .flat_map(|i| (i + 1..values.len()).map(move |j| (i, j)))
                .map(|(i, j)| (values[j] - values[i]) / (j - i) as f64)
                .collect();
            slopes.sort_unstable_by(f64::total_cmp);
            let limits = sen_slope(&values, level).unwrap().unwrap();
            let below = slopes.partition_point(|s| *s < limits.lower);
            let upto = slopes.partition_point(|s| *s <= limits.upper);
            // No slope: D pairs fall, so the limits hold 0 when D is above the slopes under the lower limit, and below the upper's rank.
            let from = if limits.lower.is_finite() { below + 1 } else { 0 };
            let until = if limits.upper.is_finite() { upto } else { slopes.len() + 1 };
            let coverage: f64 = falling_pairs(values.len())[from..until].iter().sum();
            if coverage < least.0 {
                least = (coverage, n);
            }
        }
        println!("Sen's slope, {level}: at least {:.4}, at {} values", least.0, least.1);
        assert!(least.0 >= level - ALLOWED, "{level}: {least:?}");
    }
}
