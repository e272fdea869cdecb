//! How likely is the best cluster, or a better one, when there is none? Monte Carlo over replicas.
//!
//! # Definition
//! p = (M + 1)/(R + 1), M of the R replicas having a maximum of at least the cluster's LLR (Dwass 1957). All windows of all
//! sizes are tested at once, so p needs no correction for their number. Secondary clusters are compared with the same maxima,
//! that is with the best of each replica and not with its second: conservative.
//!
//! # Sequential stop
//! [`Stop::Exceedances`] (Besag and Clifford 1991): replicas end as soon as r of them have a maximum of at least the best
//! cluster's; with k made, p = r/k. When that does not happen within R, p is as above. Both are valid: P(p ≤ α) ≤ α when there
//! is no cluster. It saves the replicas that would only refine a large p.

use super::gumbel::Gumbel;

/// When replicas end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stop {
    /// When all are made.
    #[default]
    Never,
    /// When so many have a maximum of at least the best cluster's; at least 1, usually 10 to 50.
    Exceedances(u32),
}

/// The maxima of the replicas.
#[derive(Debug, Clone, PartialEq)]
pub struct MonteCarlo {
    /// Replicas asked for, R.
    pub requested: u32,
    /// Seed of the random numbers: the same seed gives the same maxima, on any number of threads.
    pub seed: u64,
    /// When they were to end.
    pub stop: Stop,
    /// Whether the sequential stop ended them early.
    pub stopped: bool,
    /// The best LLR of each replica that was made, in order.
    pub maxima: Vec<f64>,
    /// Fitted to the maxima.
    pub gumbel: Option<Gumbel>,
}

impl MonteCarlo {
    /// `maxima_of(first, count)` makes replicas; `top` is the LLR of the best cluster. `wave` replicas are made between two looks.
    pub(super) fn run(
        requested: u32,
        seed: u64,
        stop: Stop,
        top: f64,
        wave: u32,
        maxima_of: impl Fn(u32, u32) -> Vec<f64>,
    ) -> Self {
        let mut maxima = Vec::new();
        let mut stopped = false;
        match stop {
            Stop::Never => maxima = maxima_of(0, requested),
            Stop::Exceedances(exceedances) => {
                let mut seen = 0;
                while !stopped && (maxima.len() as u32) < requested {
                    let first = maxima.len() as u32;
                    let made = maxima_of(first, wave.min(requested - first));
                    // Without a case or a window there is nothing to draw.
                    if made.is_empty() {
                        break;
                    }
                    for maximum in made {
                        maxima.push(maximum);
                        seen += u32::from(reaches(maximum, top));
                        if seen >= exceedances {
                            stopped = true;
                            break;
                        }
                    }
                }
            }
        }
        let gumbel = Gumbel::by_moments(&maxima);
        Self { requested, seed, stop, stopped, maxima, gumbel }
    }

    /// Replicas made.
    pub const fn replicates(&self) -> u32 {
        self.maxima.len() as u32
    }

    /// Monte Carlo p of a cluster with this LLR; `None` without replicas.
    pub fn p(&self, llr: f64) -> Option<f64> {
        if self.maxima.is_empty() {
            return None;
        }
        let made = self.maxima.len() as f64;
        let reached = self.maxima.iter().filter(|m| reaches(**m, llr)).count() as u32;
        let stopped_by_it = self.stopped && self.stop == Stop::Exceedances(reached);
        Some(if stopped_by_it { f64::from(reached) / made } else { (f64::from(reached) + 1.0) / (made + 1.0) })
    }

    /// p by the fitted Gumbel distribution: extrapolated where it is below what the replicas can give.
    pub fn p_gumbel(&self, llr: f64) -> Option<f64> {
        self.gumbel.map(|gumbel| gumbel.p(llr))
    }
}

/// Whether a maximum is at least the LLR; sums that differ by rounding only are equal.
fn reaches(maximum: f64, llr: f64) -> bool {
    maximum >= llr - 1e-9 * (1.0 + llr)
}
