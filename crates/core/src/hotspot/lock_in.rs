//! Would sending patrols by this map make the map come true? An urn simulation on the real units.
//!
//! # Definition
//! Ensign, Friedler, Neville, Scheidegger and Venkatasubramanian (*Runaway Feedback Loops in Predictive Policing*, Proceedings of
//! Machine Learning Research 81, 2018) model a map that is fed by what patrols find as a generalised Pólya urn. Here, over all units of a map:
//!
//! 1. a round (a month) begins with the map: records by unit; patrols are shared out in proportion to them, `s_i`;
//! 2. victims report: about `(1 − w) N` records, in proportion to the need `λ_i`, which does not change;
//! 3. patrols find: about `w N` records, where they are and where there is something to find, in proportion to `s_i λ_i`;
//! 4. both are added, and records older than the map's memory fall off.
//!
//! N is the mean number of records of a round at the start; both numbers are Poisson. w is the **discovery weight**: the share of records
//! that come about by police presence, by default that of police-generated records in the store ([`discovery_share`]). Three maps
//! are followed, with the same reports:
//!
//! | map | records |
//! | --- | --- |
//! | [`Map::All`] | all alike: the loop |
//! | [`Map::Corrected`] | found ones weighted by the inverse of the attention that the unit had, `1/s_i`, to the same total weight: in the mean they are in proportion to need again (the paper's correction, as Horvitz and Thompson's weights) |
//! | [`Map::Reported`] | found ones left out: this project's map |
//!
//! # The figure
//! The *top* units are the 1 % with the most records at the start. The figure is the number of rounds until they get 10 percentage points more
//! of the patrols than their true share of the need ([`Course::locked`]), or what they get in excess after 24 rounds
//! ([`Course::excess`]). At the start they already get more than their share, because some are at the top by chance: what the loop does
//! is the difference to [`Map::Reported`] ([`LockIn::by_the_loop`]), whose chance peaks fade as new records come.
//!
//! # Parameters
//! Memory 12 rounds, over which the records at the start are spread evenly (the map's window; [`LockInParams::memory`] `None` keeps
//! everything, as in the paper). 24 rounds, top 1 %, margin 10 points, 20 runs. The same seed gives the same runs.
//!
//! # What the numbers mean
//! How much of the map would be its own doing, if patrols followed it and nothing else. With records that victims bring, the loop is weak: in
//! the mean the records settle where `x_i = (1 − w) λ_i + w x_i λ_i / Σ x λ` (shares), a fixed point, where a map of found records alone (w = 1)
//! runs away to a single unit. The simulation shows how far a given w is from that.
//!
//! # Limits
//! - The need is not known: it is what the caller gives (the posterior means of the release, or the truth of a simulation). Where the need is
//!   estimated from the same records, what is wrong in them is taken for true.
//! - A unit without a record gets no patrol, so nothing is found there and no weight can make up for it: where most records are found ones
//!   and most units are empty, the corrected map too has an excess that stays.
//! - Presence here finds, and neither deters nor encourages to report. Officers are also *victims* of police-generated hate crime; their
//!   records follow presence more than need.
//! - Shares by count are the plainest rule. A rule that sends everybody to a few places starts where this one ends; a map of posterior means
//!   is drawn to the mean, and loops less.
//! - Units are as they are: nobody moves.
//!
//! # Cost
//! Per run and round one pass over the units for each map, and one draw for each record: 16,666 cells, 21,000 records a year and 20 runs take
//! 0.6 s on two cores.

use crate::cube::{Facts, Filter};
use crate::error::{Error, Result};
use crate::incident::SourceSet;
use crate::simulate::random::{Alias, Purpose, pick_by_sum, poisson, running_sum, stream};
use rayon::prelude::*;
use std::collections::VecDeque;

#[cfg(test)]
mod tests;

/// What is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LockInParams {
    /// Share of records that come about by police presence, 0 to 1.
    pub discovery: f64,
    /// Rounds; 24 by default.
    pub rounds: u16,
    /// Rounds after which a record falls off the map; `None` for never. 12 by default.
    pub memory: Option<u16>,
    /// Rounds over which the records at the start came; 12 by default.
    pub start_rounds: u16,
    /// Share of the units that are looked at, those with most records at the start; 0.01 by default.
    pub top: f64,
    /// Excess of the share of patrols over the share of need from which a map is locked in; 0.1 by default.
    pub margin: f64,
    /// Runs; 20 by default.
    pub runs: u16,
    /// Seed; 1 by default.
    pub seed: u64,
}

impl LockInParams {
    /// The defaults, for a discovery weight.
    pub const fn new(discovery: f64) -> Self {
        Self { discovery, rounds: 24, memory: Some(12), start_rounds: 12, top: 0.01, margin: 0.1, runs: 20, seed: 1 }
    }

    fn check(&self) -> Result<()> {
        let rules = [
            ((0.0..=1.0).contains(&self.discovery), "discovery weight", "0 to 1"),
            (self.memory != Some(0), "memory", "one round or more"),
            (self.start_rounds > 0, "rounds of the start", "one or more"),
            (self.memory.is_none_or(|m| m >= self.start_rounds), "rounds of the start", "no more than the memory"),
            (self.top > 0.0 && self.top <= 1.0, "top share", "above 0, and 1 at most"),
            ((0.0..=1.0).contains(&self.margin), "margin", "0 to 1"),
        ];
        rules.iter().find(|(holds, ..)| !holds).map_or(Ok(()), |(_, what, must)| Err(Error::OutOfRange { what, must }))
    }
}

/// Which records a map is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Map {
    /// Reported and found ones alike.
    All,
    /// Found ones weighted by the inverse of attention.
    Corrected,
    /// Reported ones alone.
    Reported,
}

impl Map {
    /// All maps.
    pub const ALL: [Self; 3] = [Self::All, Self::Corrected, Self::Reported];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Corrected => "corrected",
            Self::Reported => "reported",
        }
    }
}

/// The course of one map in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Share of the patrols that the top units get: at the start, and after each round.
    pub shares: Vec<f64>,
    /// The first round after which the excess reaches the margin; 0 when it does at the start.
    pub locked: Option<u16>,
    /// Share of the patrols after the last round over the share of need.
    pub excess: f64,
}

/// One run: the maps in the order of [`Map::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number, from 0: the stream of random numbers.
    pub number: u16,
    /// Courses of the maps.
    pub courses: [Course; 3],
}

/// What the simulation shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LockIn {
    /// What was asked.
    pub params: LockInParams,
    /// Number of top units.
    pub top_units: usize,
    /// Their share of the need.
    pub need_share: f64,
    /// Their share of the patrols at the start.
    pub start_share: f64,
    /// Runs.
    pub runs: Vec<Run>,
}

/// One map over all runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Excess after the last round: the lowest, the median and the highest of the runs.
    pub excess: [f64; 3],
    /// Runs that were locked in at some time.
    pub locked: u16,
    /// Median of the rounds until then, over all runs; `None` when half of them or more never were.
    pub rounds: Option<u16>,
}

impl LockIn {
    /// A map over all runs; `None` without runs.
    pub fn figure(&self, map: Map) -> Option<Figure> {
        let courses: Vec<&Course> = self.runs.iter().map(|run| &run.courses[map as usize]).collect();
        let mut excess: Vec<f64> = courses.iter().map(|c| c.excess).collect();
        let mut rounds: Vec<u16> = courses.iter().map(|c| c.locked.unwrap_or(u16::MAX)).collect();
        excess.sort_by(f64::total_cmp);
        rounds.sort_unstable();
        let median = f64::midpoint(*excess.get((excess.len().max(1) - 1) / 2)?, excess[excess.len() / 2]);
        Some(Figure {
            excess: [excess[0], median, excess[excess.len() - 1]],
            locked: rounds.iter().filter(|r| **r != u16::MAX).count() as u16,
            rounds: Some(rounds[rounds.len() / 2]).filter(|r| *r != u16::MAX),
        })
    }

    /// What the loop adds to the share of the top units: [`Map::All`] over [`Map::Reported`] after the last round, the mean of the
    /// runs; `None` without runs.
    pub fn by_the_loop(&self) -> Option<f64> {
        let added = |run: &Run| run.courses[Map::All as usize].excess - run.courses[Map::Reported as usize].excess;
        (!self.runs.is_empty()).then(|| self.runs.iter().map(added).sum::<f64>() / self.runs.len() as f64)
    }
}

/// Share of records that only the police brought about; `None` without records.
pub fn discovery_share(facts: &Facts, filter: &Filter) -> Option<f64> {
    let all = facts.total(&Filter { sources: SourceSet::ALL, ..*filter });
    let reported = facts.total(&Filter { sources: SourceSet::REPORTED, ..*filter });
    (all > 0).then(|| (all - reported) as f64 / all as f64)
}

/// Follows the maps from records by unit, where the need is as given (in any unit of measurement).
///
/// # Errors
/// [`Error::Length`] when the columns differ, [`Error::NoReference`] when nobody needs anything, [`Error::OutOfRange`] when a need is negative or
/// not finite, there is no record, or a setting is outside its range.
///
/// ```
/// use hotspot_core::hotspot::lock_in::{LockInParams, Map, lock_in};
/// // A hundred alike units, of which the first has twice its share of records.
/// let mut records = [600; 100];
/// records[0] = 1_200;
/// let found = lock_in(&records, &[1.0; 100], &LockInParams::new(0.9))?;
/// assert!((found.need_share - 0.01).abs() < 1e-12 && (found.start_share - 1_200.0 / 60_600.0).abs() < 1e-12);
/// let [all, corrected] = [Map::All, Map::Corrected].map(|map| found.figure(map).expect("runs").excess[1]);
/// assert!(all > 0.004 && corrected.abs() < 0.0015);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn lock_in(records: &[u32], need: &[f64], params: &LockInParams) -> Result<LockIn> {
    params.check()?;
    if need.len() != records.len() {
        return Err(Error::Length { what: "need", got: need.len(), expected: records.len() });
    }
    if need.iter().any(|n| !(*n >= 0.0 && n.is_finite())) {
        return Err(Error::OutOfRange { what: "need", must: "zero or more, and finite" });
    }
    let largest = need.iter().fold(0.0_f64, |m, n| m.max(*n));
    // Scaled, so that sums stay finite.
    let need: Vec<f64> = need.iter().map(|n| if largest > 0.0 { n / largest } else { 0.0 }).collect();
    let reports = Alias::new(&need).ok_or(Error::NoReference)?;
    let total: u64 = records.iter().map(|n| u64::from(*n)).sum();
    if total == 0 {
        return Err(Error::OutOfRange { what: "number of records", must: "one or more" });
    }
    let mut order: Vec<u32> = (0..records.len() as u32).collect();
    order.sort_by_key(|unit| (std::cmp::Reverse(records[*unit as usize]), *unit));
    order.truncate((params.top * records.len() as f64 * (1.0 - 1e-12)).ceil() as usize);
    let need_share = order.iter().map(|unit| need[*unit as usize]).sum::<f64>() / need.iter().sum::<f64>();
    let urn = Urn { records, need: &need, reports: &reports, top: &order, need_share, total: total as f64, params };
    let runs: Vec<Run> = (0..params.runs).into_par_iter().map(|number| urn.run(number)).collect();
    Ok(LockIn { params: *params, top_units: order.len(), need_share, start_share: urn.top_share(&urn.start()), runs })
}

/// What all runs have in common.
struct Urn<'a> {
    records: &'a [u32],
    need: &'a [f64],
    reports: &'a Alias,
    top: &'a [u32],
    need_share: f64,
    total: f64,
    params: &'a LockInParams,
}

/// Records added in a round: unit and weight.
type Added = Vec<(u32, f64)>;

impl Urn<'_> {
    fn start(&self) -> Vec<f64> {
        self.records.iter().map(|n| f64::from(*n) / self.total).collect()
    }

    fn top_share(&self, shares: &[f64]) -> f64 {
        self.top.iter().map(|unit| shares[*unit as usize]).sum()
    }

    fn run(&self, number: u16) -> Run {
        Run { number, courses: Map::ALL.map(|map| self.course(map, number)) }
    }

    fn course(&self, map: Map, number: u16) -> Course {
        let mut shares = self.start();
        let mut course = Course { shares: vec![self.top_share(&shares)], locked: None, excess: 0.0 };
        let mut added: VecDeque<Added> = VecDeque::new();
        for round in 1..=self.params.rounds {
            added.push_back(self.round(map, number, round, &shares));
            if self.params.memory.is_some_and(|memory| added.len() > usize::from(memory)) {
                added.pop_front();
            }
            shares = self.shares_after(round, &added);
            course.shares.push(self.top_share(&shares));
        }
        let reached = course.shares.iter().position(|share| share - self.need_share >= self.params.margin);
        course.locked = reached.map(|round| round as u16);
        course.excess = course.shares[course.shares.len() - 1] - self.need_share;
        course
    }

    /// Records of a round. All maps have the same reports.
    fn round(&self, map: Map, number: u16, round: u16, shares: &[f64]) -> Added {
        let LockInParams { discovery, start_rounds, seed, .. } = *self.params;
        let per_round = self.total / f64::from(start_rounds);
        let stream = |kind: u64| stream(seed, Purpose::Urn, u64::from(number), (u64::from(round) << 2) | kind);
        let mut rng = stream(0);
        let reported = poisson(&mut rng, (1.0 - discovery) * per_round);
        let mut added: Added = (0..reported).map(|_| (self.reports.draw(&mut rng), 1.0)).collect();
        if map == Map::Reported || discovery == 0.0 {
            return added;
        }
        let sums = running_sum(shares.iter().zip(self.need).map(|(share, need)| share * need));
        if sums.last().is_none_or(|sum| *sum <= 0.0) {
            return added; // patrols are where there is nothing to find
        }
        let mut rng = stream(1);
        let found = poisson(&mut rng, discovery * per_round);
        let units: Vec<usize> = (0..found).map(|_| pick_by_sum(&mut rng, &sums)).collect();
        let weight = |unit: usize| if map == Map::Corrected { 1.0 / shares[unit] } else { 1.0 };
        let whole: f64 = units.iter().map(|unit| weight(*unit)).sum();
        added.extend(units.iter().map(|unit| (*unit as u32, weight(*unit) / whole * f64::from(found))));
        added
    }

    /// Share of each unit in the records on the map; the same for all where there is none.
    fn shares_after(&self, round: u16, added: &VecDeque<Added>) -> Vec<f64> {
        let LockInParams { memory, start_rounds, .. } = *self.params;
        // The records of the start came evenly, the last of them in the round before the first.
        let left = memory.map_or(1.0, |memory| {
            let kept = i32::from(memory) - i32::from(round);
            f64::from(kept.clamp(0, i32::from(start_rounds))) / f64::from(start_rounds)
        });
        let mut records: Vec<f64> = self.records.iter().map(|n| left * f64::from(*n)).collect();
        for (unit, weight) in added.iter().flatten() {
            records[*unit as usize] += weight;
        }
        let total: f64 = records.iter().sum();
        let even = 1.0 / records.len() as f64;
        records.iter().map(|n| if total > 0.0 { n / total } else { even }).collect()
    }
}
