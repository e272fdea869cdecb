//! The distribution of what is still to be reported.

use statrs::function::gamma::ln_gamma;

/// Values of σ that are averaged over: from `LEAST` to `MOST`, in equal steps of its logarithm.
const SPREADS: usize = 48;
const LEAST: f64 = 1e-3;
const MOST: f64 = 0.5;

/// Part of the weight of the likeliest σ below which another is left out.
const NEGLIGIBLE: f64 = 1e-7;

/// How the delays of a month may be, by spread.
pub(super) struct Predictive {
    candidates: Vec<Candidate>,
}

/// One spread.
struct Candidate {
    spread: f64,
    weight: f64,
    /// Share of each delay, from 1 on, in what is reported with at most it.
    delays: Vec<Delay>,
}

/// Posterior of q_d, Beta(a, b), and the precision of a month's own q_d round it.
struct Delay {
    a: f64,
    b: f64,
    precision: f64,
}

/// Mean and variance of the share that has been reported of a month, for a spread of this weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    pub weight: f64,
    pub mean: f64,
    pub variance: f64,
}

impl Predictive {
    /// From the splits of each delay (reports with it, and with at most it, by month) and the chain ladder's completeness.
    pub fn new(splits: &[Vec<(u64, u64)>], completeness: &[f64]) -> Self {
        let mut candidates: Vec<Candidate> = (0..SPREADS)
            .map(|i| {
                let spread = LEAST * (MOST / LEAST).powf(i as f64 / (SPREADS - 1) as f64);
                let (delays, likelihood) = candidate(spread, splits, completeness);
                // Uniform in σ: equal steps of the logarithm stand for σ each.
                Candidate { spread, weight: likelihood + spread.ln(), delays }
            })
            .collect();
        let largest = candidates.iter().fold(f64::NEG_INFINITY, |m, c| m.max(c.weight));
        for candidate in &mut candidates {
            candidate.weight = (candidate.weight - largest).exp();
        }
        candidates.retain(|c| c.weight > NEGLIGIBLE);
        let all: f64 = candidates.iter().map(|c| c.weight).sum();
        for candidate in &mut candidates {
            candidate.weight /= all;
        }
        Self { candidates }
    }

    /// Posterior mean of σ.
    pub fn spread(&self) -> f64 {
        self.candidates.iter().map(|c| c.weight * c.spread).sum()
    }

    /// The share reported with a delay of at most `delay`, by spread: a product of independent 1 − q.
    pub fn shares(&self, delay: usize) -> Vec<Shares> {
        let of_candidate = |c: &Candidate| {
            let (mut mean, mut square) = (1.0, 1.0);
            for later in &c.delays[delay..] {
                let Delay { a, b, precision } = *later;
                let n = a + b;
                mean *= b / n;
                // E[(1 − q*)²] = E[(1 − q)² + q (1 − q) / (precision + 1)].
                square *= (b * (b + 1.0) + a * b / (precision + 1.0)) / (n * (n + 1.0));
            }
            Shares { weight: c.weight, mean, variance: (square - mean * mean).max(0.0) }
        };
        self.candidates.iter().map(of_candidate).collect()
    }
}

/// Posterior of the shares for a spread, and the logarithm of its marginal likelihood.
fn candidate(spread: f64, splits: &[Vec<(u64, u64)>], completeness: &[f64]) -> (Vec<Delay>, f64) {
    let prior = 1.0 / completeness.len() as f64;
    let dirichlet = 1.0 / (spread * spread) - 1.0;
    let mut likelihood = 0.0;
    let delays = splits
        .iter()
        .enumerate()
        .map(|(place, of_delay)| {
            let delay = place + 1;
            // A split of a Dirichlet distribution is a Beta with the precision of what is split.
            let precision = dirichlet * completeness[delay];
            let weight = |all: u64| (precision + 1.0) / (precision + all as f64);
            let (mut new, mut all) = (0.0, 0.0);
            for (n, a) in of_delay {
                new += *n as f64 * weight(*a);
                all += *a as f64 * weight(*a);
            }
            if new > 0.0 && new < all {
                let (a, b) = (precision * new / all, precision * (all - new) / all);
                let whole = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
                for (n, all) in of_delay.iter().filter(|s| s.1 > 0) {
                    let (n, all) = (*n as f64, *all as f64);
                    likelihood += whole + ln_gamma(a + n) + ln_gamma(b + all - n) - ln_gamma(a + b + all);
                }
                likelihood -= 0.5 * all.ln();
            }
            Delay { a: prior + new, b: prior * delay as f64 + all - new, precision }
        })
        .collect();
    (delays, likelihood)
}

/// What is still to come of a month of which `reported` have been reported: lower limit, median and upper limit, each limit with at
/// most `tail` beyond. `None` when they are out of reach.
///
/// The prior of the level is λ⁻¹ for the lower limit, λ^(−1/2) for the median and even for the upper: as for exact Poisson limits,
/// neither is then too narrow for small counts.
pub(super) fn limits(shares: &[Shares], reported: u64, tail: f64) -> Option<[u64; 3]> {
    let lower = if reported == 0 { 0 } else { quantile(shares, reported as f64, 0.0, tail)? };
    let median = quantile(shares, reported as f64, 0.5, 0.5)?;
    let upper = quantile(shares, reported as f64, 1.0, 1.0 - tail)?;
    Some([lower, median, upper])
}

/// The least whole number up to which the probability reaches `p`, with a prior of the level λ^(power − 1).
fn quantile(shares: &[Shares], reported: f64, power: f64, p: f64) -> Option<u64> {
    let size = reported + power;
    let mut terms: Vec<Term> = shares.iter().map(|s| Term::new(s, size, power)).collect();
    let mean: f64 = shares.iter().map(|s| s.weight * s.mean).sum();
    // Far beyond any estimate worth stating.
    let most = (100.0 * (size + 10.0) / mean) as u64;
    let mut sum = 0.0;
    for number in 0..=most {
        sum += terms.iter().map(|t| t.probability).sum::<f64>();
        if sum >= p {
            return Some(number);
        }
        for term in &mut terms {
            term.advance(number as f64, size);
        }
    }
    None
}

/// One term of a mixture of beta negative binomials: the weight times the probability of a number.
struct Term {
    probability: f64,
    /// Parameters of the Beta distribution of the share.
    a: f64,
    b: f64,
}

impl Term {
    fn new(share: &Shares, size: f64, power: f64) -> Self {
        let Shares { weight, mean, variance } = *share;
        // The narrowest Beta that is told from a point: beyond, digits of the log gamma function are lost.
        let precision = (mean * (1.0 - mean) / variance.max(f64::MIN_POSITIVE) - 1.0).clamp(1e-3, 1e9);
        let (a, b) = (mean * precision, (1.0 - mean) * precision);
        // With a prior λ^(power − 1), the same reports make a share F likelier by F^−power.
        let a = (a - power).max(0.5 * a);
        let none = ln_gamma(a + size) + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(a + b + size);
        Self { probability: weight * if b > 0.0 { none.exp() } else { 1.0 }, a, b }
    }

    /// From the probability of `number` to that of the next.
    fn advance(&mut self, number: f64, size: f64) {
        self.probability *= (number + size) * (self.b + number) / ((number + 1.0) * (self.a + self.b + size + number));
    }
}
