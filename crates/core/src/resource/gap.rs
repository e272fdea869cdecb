//! Resource share against need share, with its uncertainty.
//!
//! # Definition
//! Places partition the scope of a kind of resource: everywhere it could have gone, "the rest" included, so that both shares sum to 1. Place i
//! gets x_i of the resources; its need share is `s_i = N_i / Σ N`, with N drawn from the posterior of every place ([`super::need`]).
//!
//! * **gap** `x_i − s_i`, in percentage points; the gaps sum to 0.
//! * **location quotient** `x_i / s_i`.
//! * **P(under-resourced)**: the share of draws in which `x_i < (1 − δ) s_i`.
//! * **rank** by shortfall, 1 for the largest, with the limits of its rank over the draws.
//!
//! A place is **questioned** when P is at least the policy's probability and it expects at least the policy's number of incidents; the list, from
//! the surest, is cut so that its mean 1 − P is at most the policy's error. A place that expects fewer is **cannot tell**: tiny numbers are not
//! divided by tiny numbers.
//!
//! # Pitfalls
//! The prior is taken as known, and incidents as independent: P is somewhat too sure. Shares depend on the scope: state it.
//!
//! # Cost
//! 10,000 draws of 333 places: under 100 ms on two cores. The result does not depend on the number of threads.

use super::need::Need;
use crate::error::{Error, Result};
use crate::hotspot::Estimate;
use crate::policy::quantity;
use crate::rate::draw::{Draw, Random, Ziggurat};
use crate::rate::poisson::check_level;
use rayon::prelude::*;
use std::fmt;

/// The file of the policy that the program carries.
pub const POLICY: &str = include_str!("../../../../data/policy/challenge-1.csv");
/// Version of the policy.
pub const POLICY_VERSION: &str = "challenge-1";

/// When a place is questioned.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengePolicy {
    /// Version: the name of its file.
    pub version: String,
    /// δ: by which part of its need share a place may be short.
    pub delta: f64,
    /// P from which it is questioned.
    pub probability: f64,
    /// Largest mean 1 − P of the list.
    pub error: f64,
    /// Fewest expected incidents.
    pub minimum_expected: f64,
}

impl ChallengePolicy {
    /// The policy that the program carries.
    pub fn current() -> Self {
        let value = |name| quantity(POLICY, name);
        Self {
            version: POLICY_VERSION.to_owned(),
            delta: value("delta"),
            probability: value("probability"),
            error: value("error"),
            minimum_expected: value("minimum_expected"),
        }
    }
}

/// Draws of one stream of random numbers: to begin a stream costs as much as some draws.
const BLOCK: usize = 16;
/// Draws that limits of ranks come from, at most.
const RANKED: usize = 2_000;

/// How gaps are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapParams {
    /// Draws. Default 10,000.
    pub replicates: u32,
    /// Seed. Default 1.
    pub seed: u64,
    /// Level of the intervals. Default 0.95.
    pub level: f64,
}

impl Default for GapParams {
    fn default() -> Self {
        Self { replicates: 10_000, seed: 1, level: 0.95 }
    }
}

/// Whether a place is questioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It very likely gets less than its share of the need, by more than δ.
    Questioned,
    /// It is not on the list.
    NotQuestioned,
    /// Too few incidents are expected.
    CannotTell,
}

impl Verdict {
    /// All.
    pub const ALL: [Self; 3] = [Self::Questioned, Self::NotQuestioned, Self::CannotTell];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Questioned => "questioned",
            Self::NotQuestioned => "not_questioned",
            Self::CannotTell => "cannot_tell",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Questioned => "questioned",
            Self::NotQuestioned => "not questioned",
            Self::CannotTell => "cannot tell",
        })
    }
}

/// The gap of a place. Shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Share of the resources.
    pub resource_share: f64,
    /// Share of the need: posterior mean with its interval.
    pub need_share: Estimate,
    /// Resource share less need share: −1 to 1.
    pub gap: Estimate,
    /// Resource share over need share; infinite ends where the need may be 0.
    pub location_quotient: Estimate,
    /// P(resource share < (1 − δ) need share).
    pub p_under: f64,
    /// 1 for the largest shortfall in percentage points.
    pub rank: u32,
    /// Limits of the rank.
    pub ranks: [u32; 2],
    /// Whether it is questioned.
    pub verdict: Verdict,
}

/// Rows of the places by shortfall, the largest first.
pub fn by_shortfall(gaps: &[Gap]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..gaps.len()).collect();
    rows.sort_by_key(|row| gaps[*row].rank);
    rows
}

/// How many places have a verdict.
pub fn with(gaps: &[Gap], verdict: Verdict) -> usize {
    gaps.iter().filter(|g| g.verdict == verdict).count()
}

/// The gaps of places that partition a scope.
///
/// # Errors
/// [`Error::Length`] when there is not one amount for each need, [`Error::OutOfRange`] when an amount is negative or not finite, there is no
/// replicate, or the level is not in (0, 1); [`Error::NoReference`] when nothing is given or nothing is needed.
///
/// ```
/// use hotspot_core::rate::GammaPosterior;
/// use hotspot_core::resource::gap::{ChallengePolicy, GapParams, Verdict, gaps};
/// use hotspot_core::resource::need::Need;
///
/// let need = |incidents: u32| Need {
///     incidents,
///     expected: GammaPosterior { shape: f64::from(incidents), rate: 1.0 },
///     count: f64::from(incidents),
/// };
/// // 200 of 1,000 incidents, and a tenth of the officers.
/// let made = gaps(&[need(200), need(800)], &[10.0, 90.0], &ChallengePolicy::current(), &GapParams::default())?;
/// assert_eq!(made[0].verdict, Verdict::Questioned);
/// assert!((made[0].gap.mean + 0.1).abs() < 0.001 && (made[0].gap.mean + made[1].gap.mean).abs() < 1e-12);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn gaps(needs: &[Need], amounts: &[f64], policy: &ChallengePolicy, params: &GapParams) -> Result<Vec<Gap>> {
    gaps_where_reported(needs, amounts, 1.0, policy, params)
}

/// The gap of each place as if the need of that place alone were `factor` times what the records say: 1.25 where a fifth less of what happens is
/// reported there than elsewhere, 0.8 where a quarter more is. Each place is asked by itself, so that the shares no longer sum to 1.
///
/// # Errors
/// As [`gaps`]; and when the factor is not positive and finite.
pub fn gaps_where_reported(
    needs: &[Need],
    amounts: &[f64],
    factor: f64,
    policy: &ChallengePolicy,
    params: &GapParams,
) -> Result<Vec<Gap>> {
    if !(factor > 0.0 && factor.is_finite()) {
        return Err(Error::OutOfRange { what: "factor of the need", must: "positive and finite" });
    }
    let places = needs.len();
    if amounts.len() != places {
        return Err(Error::Length { what: "amounts", got: amounts.len(), expected: places });
    }
    if amounts.iter().any(|a| !(*a >= 0.0 && a.is_finite())) {
        return Err(Error::OutOfRange { what: "amount", must: "zero or more, and finite" });
    }
    if params.replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    let tail = check_level(params.level)?;
    let given: f64 = amounts.iter().sum();
    if given == 0.0 || needs.iter().all(|n| n.expected.mean() < 1e-100) {
        return Err(Error::NoReference);
    }
    let resource: Vec<f64> = amounts.iter().map(|a| a / given).collect();
    let draws = need_shares(needs, params);
    let replicates = params.replicates as usize;
    // Ranks by shortfall, draw by draw.
    let (rank, ranks) = ranks(&draws, &resource, places, tail);
    let mut made: Vec<Gap> = (0..places)
        .into_par_iter()
        .map(|place| {
            let x = resource[place];
            let changed = |s: &f64| factor * s / (1.0 - s + factor * s);
            let mut shares: Vec<f64> = draws.iter().skip(place).step_by(places).map(changed).collect();
            let mean = shares.iter().sum::<f64>() / replicates as f64;
            let under = shares.iter().filter(|s| x < (1.0 - policy.delta) * **s).count();
            let at = |p: f64| ((p * replicates as f64) as usize).min(replicates - 1);
            let lo = *shares.select_nth_unstable_by(at(tail), f64::total_cmp).1;
            let hi = *shares.select_nth_unstable_by(replicates - 1 - at(tail), f64::total_cmp).1;
            let quotient = |s: f64| if s > 0.0 { x / s } else { f64::INFINITY };
            let verdict = if needs[place].count < policy.minimum_expected { Verdict::CannotTell } else { Verdict::NotQuestioned };
            Gap {
                resource_share: x,
                need_share: Estimate { mean, lo, hi },
                gap: Estimate { mean: x - mean, lo: x - hi, hi: x - lo },
                location_quotient: Estimate { mean: quotient(mean), lo: quotient(hi), hi: quotient(lo) },
                p_under: under as f64 / replicates as f64,
                rank: rank[place],
                ranks: ranks[place],
                verdict,
            }
        })
        .collect();
    question(&mut made, policy);
    Ok(made)
}

/// Puts places on the list, from the surest.
fn question(made: &mut [Gap], policy: &ChallengePolicy) {
    let mut list: Vec<usize> =
        (0..made.len()).filter(|i| made[*i].verdict == Verdict::NotQuestioned && made[*i].p_under >= policy.probability).collect();
    list.sort_by(|a, b| made[*b].p_under.total_cmp(&made[*a].p_under).then(made[*a].rank.cmp(&made[*b].rank)));
    let mut error = 0.0;
    for (n, place) in (1..).zip(list) {
        error += 1.0 - made[place].p_under;
        if error / f64::from(n) > policy.error + 1e-12 {
            break;
        }
        made[place].verdict = Verdict::Questioned;
    }
}

/// Draws of the need shares of all places: row by row, a draw after the other.
///
/// Each draw has its own stream of random numbers.
pub fn need_shares(needs: &[Need], params: &GapParams) -> Vec<f64> {
    let places = needs.len();
    let draws: Vec<Draw> = needs.iter().map(|n| Draw::new(&n.expected)).collect();
    let ziggurat = Ziggurat::new();
    let mut all = vec![0.0; places * params.replicates as usize];
    all.par_chunks_mut(places.max(1) * BLOCK).enumerate().for_each(|(block, rows)| {
        let mut random = Random::new(params.seed, block as u32, &ziggurat);
        for row in rows.chunks_mut(places.max(1)) {
            let mut total = 0.0;
            for (share, draw) in row.iter_mut().zip(&draws) {
                // A rate too small for a double comes as its logarithm.
                *share = draw.rate(&mut random).max(0.0);
                total += *share;
            }
            if total > 0.0 {
                for share in row.iter_mut() {
                    *share /= total;
                }
            }
        }
    });
    all
}

/// The rank of each place by mean shortfall, and its limits over the draws.
fn ranks(draws: &[f64], resource: &[f64], places: usize, tail: f64) -> (Vec<u32>, Vec<[u32; 2]>) {
    let replicates = draws.len() / places.max(1);
    let mut sums = vec![0.0; places];
    for row in draws.chunks(places.max(1)) {
        sums.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
    }
    let mean = resource.iter().zip(&sums).map(|(x, sum)| x - sum / replicates as f64);
    let mut rank = vec![0; places];
    order(mean, &mut Vec::new(), &mut rank);
    let used = replicates.min(RANKED);
    let mut by_draw = vec![0; used * places];
    by_draw.par_chunks_mut(places.max(1)).zip(draws.par_chunks(places.max(1))).for_each_init(Vec::new, |keys, (rank, shares)| {
        order(resource.iter().zip(shares).map(|(x, s)| x - s), keys, rank);
    });
    let limits = (0..places)
        .into_par_iter()
        .map(|place| {
            let mut of_place: Vec<u32> = by_draw.iter().skip(place).step_by(places).copied().collect();
            let at = ((tail * used as f64) as usize).min(used - 1);
            let lo = *of_place.select_nth_unstable(at).1;
            let hi = *of_place.select_nth_unstable(used - 1 - at).1;
            [lo, hi]
        })
        .collect();
    (rank, limits)
}

/// Ranks from the lowest, of equal ones the first. Whole numbers that sort as the gaps do are compared faster than these.
fn order(gaps: impl Iterator<Item = f64>, keys: &mut Vec<(i64, u32)>, rank: &mut [u32]) {
    let key = |gap: f64| {
        let bits = gap.to_bits().cast_signed();
        bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
    };
    keys.clear();
    keys.extend(gaps.map(key).zip(0..));
    keys.sort_unstable();
    for (at, (_, place)) in (1..).zip(keys) {
        rank[*place as usize] = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::GammaPosterior;

    fn need(incidents: u32) -> Need {
        let n = f64::from(incidents);
        Need { incidents, expected: GammaPosterior { shape: n, rate: 1.0 }, count: n }
    }

    fn made(needs: &[Need], amounts: &[f64]) -> Vec<Gap> {
        gaps(needs, amounts, &ChallengePolicy::current(), &GapParams::default()).expect("valid input")
    }

    #[test]
    fn twelve_of_eighty_for_900_of_12000_is_twice_the_share() {
        let all = made(&[need(900), need(11_100)], &[12.0, 68.0]);
        let quotient = all[0].location_quotient;
        assert!((quotient.mean - 2.0).abs() < 0.01 && quotient.lo < 2.0 && quotient.hi > 2.0, "{quotient:?}");
        assert!((all[0].gap.mean - (0.15 - 0.075)).abs() < 1e-3, "{:?}", all[0].gap);
    }

    #[test]
    fn shares_sum_to_one_and_gaps_to_zero() {
        let needs: Vec<Need> = (1..=40).map(|i| need(5 * i)).collect();
        let amounts: Vec<f64> = (0..40).map(|i| f64::from(i * i % 17)).collect();
        let all = made(&needs, &amounts);
        let sum = |of: fn(&Gap) -> f64| all.iter().map(of).sum::<f64>();
        assert!((sum(|g| g.need_share.mean) - 1.0).abs() < 1e-9 && (sum(|g| g.resource_share) - 1.0).abs() < 1e-12);
        assert!(sum(|g| g.gap.mean).abs() < 1e-9);
        let mut ranks: Vec<u32> = all.iter().map(|g| g.rank).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=40).collect::<Vec<_>>());
        assert!(
            all.iter().all(|g| g.ranks[0] <= g.rank && g.rank <= g.ranks[1] && g.gap.lo <= g.gap.mean && g.gap.mean <= g.gap.hi)
        );
    }

    #[test]
    fn two_places_have_the_exact_probability_of_a_beta() {
        // s = Beta(30, 70); P(0.2 < 0.8 s) = P(s > 0.25).
        let all = made(&[need(30), need(70)], &[2.0, 8.0]);
        let beta = statrs::distribution::Beta::new(30.0, 70.0).expect("a distribution");
        let exact = 1.0 - statrs::distribution::ContinuousCDF::cdf(&beta, 0.25);
        assert!((all[0].p_under - exact).abs() < 0.015, "{} {exact}", all[0].p_under);
        let [lo, hi] = [0.025, 0.975].map(|p| statrs::distribution::ContinuousCDF::inverse_cdf(&beta, p));
        assert!((all[0].need_share.lo - lo).abs() < 0.004 && (all[0].need_share.hi - hi).abs() < 0.004);
    }

    #[test]
    fn a_place_with_few_incidents_cannot_be_told_and_a_well_resourced_one_is_not_questioned() {
        let all = made(&[need(9), need(300), need(700)], &[0.0, 30.0, 70.0]);
        assert_eq!(
            all.iter().map(|g| g.verdict).collect::<Vec<_>>(),
            [Verdict::CannotTell, Verdict::NotQuestioned, Verdict::NotQuestioned]
        );
        assert_eq!(all[0].location_quotient.mean, 0.0);
    }

    #[test]
    fn the_list_is_cut_where_its_mean_error_would_be_too_large() {
        let gap = |p_under: f64| Gap {
            resource_share: 0.1,
            need_share: Estimate { mean: 0.2, lo: 0.1, hi: 0.3 },
            gap: Estimate { mean: -0.1, lo: -0.2, hi: 0.0 },
            location_quotient: Estimate { mean: 0.5, lo: 0.3, hi: 1.0 },
            p_under,
            rank: 1,
            ranks: [1, 1],
            verdict: Verdict::NotQuestioned,
        };
        let mut all = [0.99, 0.90, 0.80, 0.97, 0.999].map(gap);
        question(&mut all, &ChallengePolicy { probability: 0.5, ..ChallengePolicy::current() });
        // Means of 1 − P from the surest: 0.001, 0.0055, 0.0137, 0.0353, 0.0682.
        let questioned: Vec<bool> = all.iter().map(|g| g.verdict == Verdict::Questioned).collect();
        assert_eq!(questioned, [true, true, false, true, true]);
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
        let needs: Vec<Need> = (1..=60).map(|i| need(3 * i)).collect();
        let amounts = vec![1.0; 60];
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| made(&needs, &amounts))
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn a_place_that_reports_less_needs_more_and_is_asked_by_itself() {
        let needs = [need(30), need(70)];
        let policy = ChallengePolicy::current();
        let at = |factor| gaps_where_reported(&needs, &[3.0, 7.0], factor, &policy, &GapParams::default()).expect("valid input");
        // 30 · 3 of 30 · 3 + 70.
        assert!((at(3.0)[0].need_share.mean - 90.0 / 160.0).abs() < 0.01 && at(3.0)[0].p_under > 0.99);
        assert!(at(0.5)[0].p_under < at(1.0)[0].p_under && at(1.0) == made(&needs, &[3.0, 7.0]));
        assert!(gaps_where_reported(&needs, &[3.0, 7.0], 0.0, &policy, &GapParams::default()).is_err());
    }

    #[test]
    fn wrong_input_is_refused() {
        let policy = ChallengePolicy::current();
        let try_it = |needs: &[Need], amounts: &[f64], params: GapParams| gaps(needs, amounts, &policy, &params).is_err();
        let default = GapParams::default();
        assert!(try_it(&[need(3)], &[], default) && try_it(&[need(3)], &[-1.0], default) && try_it(&[need(3)], &[0.0], default));
        assert!(try_it(&[need(3)], &[1.0], GapParams { replicates: 0, ..default }));
        assert!(try_it(&[need(3)], &[1.0], GapParams { level: 1.0, ..default }));
        assert!((policy.delta, policy.probability) == (0.2, 0.95));
    }
}
