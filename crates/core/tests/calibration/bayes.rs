//! Posterior probabilities, ranks and nowcasts, under their own model.

use crate::draws::Draws;
use crate::form;
use hotspot_core::rate::rank::{RankParams, rank_intervals};
use hotspot_core::rate::{GammaPrior, fit_gamma_poisson};
use hotspot_core::time::delay::{ReportingTriangle, Reports, nowcast};
use hotspot_core::{Month, MonthRange};
use rayon::prelude::*;

const SEED: u64 = 77;

/// Mean and its standard error over data sets.
pub fn mean(of: &[f64]) -> [f64; 2] {
    let n = of.len() as f64;
    let mean = of.iter().sum::<f64>() / n;
    [mean, (of.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt()]
}

#[test]
fn exceedance_is_calibrated_under_its_prior() {
    // Σ_y P(y) P(θ > k | y) is P(θ > k) of the prior, and for each count what is said is what is so: by summation.
    let prior = GammaPrior { shape: 1.7, rate: 2.1 };
    let own = prior.posterior(0, 0.0);
    for expected in [0.1, 1.0, 7.0] {
        // Negative binomial, by its recurrence.
        let first = (prior.rate / (prior.rate + expected)).powf(prior.shape);
        for k in [0.5, 1.0, 2.0, 4.0] {
            let (mut sum, mut mass, mut now) = (0.0, 0.0, first);
            for y in 0..400_u32 {
                sum += now * prior.posterior(y, expected).exceedance(k);
                mass += now;
                now *= (prior.shape + f64::from(y)) / f64::from(y + 1) * expected / (prior.rate + expected);
            }
            assert!((mass - 1.0).abs() < 1e-9 && (sum - own.exceedance(k)).abs() < 1e-9, "{expected} {k}: {sum}");
        }
    }
}

#[test]
fn exceedance_is_calibrated_with_a_fitted_prior() {
    // By tenths of what is said: how often is it so?
    let sets = form(30, 1_000);
    let threshold = 2.0;
    // A prior that the data hardly show, of shape 5 and 2 expected a unit, is fitted too wide at times: then too much is said.
    for (shape, bias) in [(0.3, 0.005), (1.0, 0.005), (5.0, 0.09)] {
        let by_tenth: Vec<[[f64; 3]; 10]> = (0..sets)
            .into_par_iter()
            .map(|set| {
                let mut draws = Draws::new(SEED, set);
                let expected: Vec<f64> = (0..1_000).map(|_| 4.0 * draws.unit()).collect();
                let rates: Vec<f64> = expected.iter().map(|_| draws.gamma(shape) / shape).collect();
                let counts: Vec<u32> = expected.iter().zip(&rates).map(|(e, r)| draws.poisson(e * r)).collect();
                let prior = fit_gamma_poisson(&counts, &expected).unwrap();
                let mut tenths = [[0.0; 3]; 10];
                for ((count, expected), rate) in counts.iter().zip(&expected).zip(&rates) {
                    let said = prior.posterior(*count, *expected).exceedance(threshold);
                    let tenth = &mut tenths[(10.0 * said).min(9.0) as usize];
                    *tenth = [tenth[0] + 1.0, tenth[1] + said, tenth[2] + f64::from(u8::from(*rate > threshold))];
                }
                tenths
            })
            .collect();
        for tenth in 0..10 {
            let [units, said, so] = by_tenth.iter().fold([0.0; 3], |a, s| std::array::from_fn(|i| a[i] + s[tenth][i]));
            if units < 100.0 {
                continue;
            }
            let (said, so) = (said / units, so / units);
            println!("exceedance, shape {shape}, {units} units of {sets} data sets, seed {SEED}: said {said:.4}, so {so:.4}");
            let sd = (said * (1.0 - said) / units).sqrt();
            assert!((said - so).abs() < 4.5 * sd + bias, "{shape} {tenth}: {said} {so}");
        }
    }
}

#[test]
fn rank_intervals_hold_the_true_rank() {
    let sets = form(100, 3_000);
    let prior = GammaPrior { shape: 2.0, rate: 2.0 };
    for (level, replicates) in [(0.8, 199), (0.95, 399)] {
        let held: Vec<f64> = (0..sets)
            .into_par_iter()
            .map(|set| {
                let mut draws = Draws::new(SEED + 1, set);
                let expected: Vec<f64> = (0..40).map(|i| 0.5 * 1.1_f64.powi(i)).collect();
                let rates: Vec<f64> = expected.iter().map(|_| draws.gamma(2.0) / 2.0).collect();
                let posteriors: Vec<_> =
                    expected.iter().zip(&rates).map(|(e, r)| prior.posterior(draws.poisson(e * r), *e)).collect();
                let params = RankParams { replicates, level, seed: set as u64, ..RankParams::default() };
                let ranks = rank_intervals(&posteriors, &params).unwrap();
                let true_rank = |unit: usize| 1 + rates.iter().filter(|r| **r > rates[unit]).count() as u32;
                let holds = |unit: &usize| (ranks.lower[*unit]..=ranks.upper[*unit]).contains(&true_rank(*unit));
                (0..40).filter(holds).count() as f64 / 40.0
            })
            .collect();
        let [share, error] = mean(&held);
        println!("rank intervals, {level}: {share:.4} ± {error:.4} of 40 units of {sets} data sets, seed {}", SEED + 1);
        assert!(share > level - 0.01, "{level}: {share}");
    }
}

/// Delays of months differ by σ; levels by a gamma variable; the newest month may surge.
#[derive(Clone, Copy)]
struct World {
    mean: f64,
    level_shape: Option<f64>,
    spread: f64,
    surge: f64,
    months: usize,
    shares: &'static [f64],
}

impl World {
    /// Reports of each month by delay.
    fn history(&self, draws: &mut Draws) -> Vec<Vec<u64>> {
        let precision = if self.spread > 0.0 { 1.0 / self.spread.powi(2) - 1.0 } else { f64::INFINITY };
        (0..self.months)
            .map(|month| {
                let surge = if month + 1 == self.months { self.surge } else { 1.0 };
                let level = self.mean * surge * self.level_shape.map_or(1.0, |k| draws.gamma(k) / k);
                let share = |p: &f64| if precision.is_finite() { draws.gamma(precision * p) } else { *p };
                let shares: Vec<f64> = self.shares.iter().map(share).collect();
                let all: f64 = shares.iter().sum();
                shares.iter().map(|s| u64::from(draws.poisson(level * s / all))).collect()
            })
            .collect()
    }

    /// Whether the intervals of the newest month, and of the one before, hold what comes; `None` without an answer.
    fn held(&self, level: f64, history: usize) -> Option<[bool; 2]> {
        let rows = self.history(&mut Draws::new(SEED + 2, history));
        let last: Month = "2026-10".parse().unwrap();
        let months = MonthRange::ending(last, rows.len() as u16);
        let reports = months.iter().zip(&rows).flat_map(|(occurred, row)| {
            (0..).zip(row).map(move |(delay, count)| Reports { occurred, recorded: occurred.plus(delay), count: *count })
        });
        let triangle = ReportingTriangle::new(reports, months, self.shares.len() as u16 - 1).unwrap();
        let now = nowcast(&triangle, level).ok()?;
        Some([1, 2].map(|back| {
            let truth: u64 = rows[self.months - back].iter().sum();
            let month = &now.months[now.months.len() - back];
            month.estimate.is_some_and(|e| e.lower <= truth && truth <= e.upper)
        }))
    }
}

#[test]
fn nowcasts_hold_what_comes() {
    let slow: &[f64] = &[0.1, 0.2, 0.3, 0.25, 0.15];
    let shares: &[f64] = &[0.55, 0.2, 0.1, 0.06, 0.05, 0.03, 0.01];
    let world = World { mean: 100.0, level_shape: Some(20.0), spread: 0.1, surge: 1.0, months: 30, shares };
    let worlds = [
        ("over-dispersed", world),
        ("few", World { mean: 5.0, level_shape: Some(5.0), ..world }),
        ("many", World { mean: 1000.0, spread: 0.05, ..world }),
        ("Poisson", World { level_shape: None, spread: 0.0, ..world }),
        ("very unlike", World { mean: 200.0, spread: 0.25, ..world }),
        ("surge", World { surge: 4.0, ..world }),
        ("short", World { months: 13, mean: 30.0, ..world }),
        ("slow", World { shares: slow, ..world }),
    ];
    let histories = form(100, 5_000);
    for (name, world) in worlds {
        for level in [0.8, 0.95] {
            let held: Vec<[bool; 2]> = (0..histories).into_par_iter().filter_map(|history| world.held(level, history)).collect();
            assert!(held.len() * 10 > histories * 9, "too many histories without an answer");
            for back in [0, 1] {
                let share = held.iter().filter(|h| h[back]).count() as f64 / held.len() as f64;
                println!("nowcast, {name}, {back} months back, {level}: {share:.4} of {histories} histories, seed {}", SEED + 2);
                // The short form sees a fall below the level by three standard deviations.
                let error = (level * (1.0 - level) / held.len() as f64).sqrt();
                assert!(share > level - 0.01 - 2.5 * error, "{name}, {back}, {level}: {share}");
            }
        }
    }
}
