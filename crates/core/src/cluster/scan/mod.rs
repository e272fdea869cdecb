//! Kulldorff's scan statistics: is there a cluster of cases, where, when, and how surprising is it?
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | where are more cases than the population explains? | [`scan`] with [`Model::Poisson`] | SaTScan *discrete Poisson*, `smerc::scan.test`, `SpatialEpi::kulldorff` |
//! | … of which each person is a case or a control | [`scan`] with [`Model::Bernoulli`] | SaTScan *Bernoulli*, `smacpod::spscan.test` |
//! | where and when? | [`scan`] with several steps | SaTScan *space-time*; cylinders |
//! | where and when, without a population? | [`scan`] with [`Model::SpaceTimePermutation`] | SaTScan *space-time permutation* |
//! | is there one now? | [`Period::Prospective`] | SaTScan *prospective*, recurrence interval |
//! | which set of clusters to show? | [`GiniParams`] | SaTScan *Gini optimized cluster collection* |
//! | what if the cases are not exactly where they are said to be? | [`scan_uncertain`] | no peer |
//!
//! # Definition
//! A window is a set of units near each other ([`Places`]) in a run of whole time steps ([`MaxDuration`], [`Period`]). Its log
//! likelihood ratio ([`poisson_llr`], [`bernoulli_llr`]) compares "one rate inside, another outside" with "one rate everywhere",
//! given the total C. The statistic of the scan is the largest LLR over all windows; replicas drawn without any cluster, with the
//! same totals, give its distribution and so one p value for the whole search ([`MonteCarlo`]).
//!
//! Expected cases: Poisson, E = C × population × length of the step, over the sum of that; Bernoulli, E = C n/N; space-time
//! permutation, E of a unit and a step = cases of the unit × cases of the step / C, as if place and time had nothing to do with
//! each other.
//!
//! Kulldorff (1997), *Communications in Statistics: Theory and Methods* 26:1481–1496 (Poisson, Bernoulli); Kulldorff (2001),
//! *JRSS A* 164:61–72 (prospective); Kulldorff and others (2005), *PLoS Medicine* 2:e59 (space-time permutation).
//!
//! # Parameters
//! [`ScanParams`], with SaTScan's defaults but one: [`ScanParams::min_cases`] is 1 here and 2 there. Half of the population is
//! the customary largest window, and for policing too large: 10 %, or a radius of about a kilometre, or the set chosen by Gini.
//!
//! # Where tools disagree
//! - Units at the same distance enter one by one, the lesser x first, then the lesser y, as in SaTScan: the windows do not depend
//!   on the order of the rows. (`smerc` takes the order of the rows.) Units with the same coordinates are one place: they enter
//!   together and are one centre.
//! - A unit whose own population is above the limit is in no window, as in SaTScan; `SpatialEpi` scans it by itself.
//! - Secondary clusters are the best windows of their centres, chosen as [`Secondary`] says. `smerc` looks through *all* windows
//!   that do not overlap with better ones, and reports more.
//! - With months as steps, population counts by days when `step_lengths` are days: SaTScan does the same.
//!
//! # Prospective scans
//! Each cluster reaches the last step. [`ScanCluster::recurrence_steps`] = 1/p: how many analyses, one a step, until one such
//! cluster is to be expected by chance; times the length of a step it is SaTScan's recurrence interval. With
//! [`Period::Prospective`]`{ since }` p allows for the analyses since then and there is no recurrence interval.
//!
//! # Pitfalls
//! - The shape is a circle: across a river or along a street the cluster found holds more than the true one. Its *outline* has no
//!   error bound; only "there is a cluster" has.
//! - p is about the strongest cluster anywhere. A secondary cluster's p is conservative.
//! - Cases that come in bursts (repeat victims, one long feud) are a cluster by this test. Poisson without clusters is the null,
//!   not "business as usual".
//! - Space-time permutation sees neither a place that is high at all times nor a month that is high everywhere, and takes a growing
//!   population for a cluster when the period is long.
//! - Recorded places that were snapped or jittered: see [`scan_uncertain`].
//!
//! # Complexity
//! Windows in space: up to n² / 2 for n units and half of the population, about n k with a radius that holds k units. Time is
//! replicas × windows in space × windows in time, at about a thirtieth of a nanosecond each in space and a fifteenth in space and
//! time; memory 4 bytes for each window in space, and for each thread 64 bytes for each unit and step. Results do not depend on
//! the number of threads.
//!
//! # Design
//! The search over replicas is exact: see the source of `search`. Drawing each replica's maximum from a table, or looking only
//! at the neighbourhood of the observed cluster, is faster and is not the same test.
//!
//! ```
//! use hotspot_core::cluster::scan::{Model, Places, ScanInput, ScanParams, scan};
//!
//! // A row of ten units, a hundred persons each; the cases lie round unit 3.
//! let centers: Vec<[f64; 2]> = (0..10).map(|i| [f64::from(i) * 500.0, 0.0]).collect();
//! let cases = [1, 0, 6, 7, 6, 1, 0, 1, 0, 1];
//! let input = ScanInput {
//!     places: Places::Circles { centers: &centers, max_radius_m: None },
//!     cases: &cases,
//!     step_lengths: &[1.0],
//!     model: Model::Poisson { population: &[100.0; 10] },
//! };
//! let found = scan(&input, &ScanParams::default())?;
//! let best = &found.clusters[0];
//! assert_eq!((best.center, best.cases), (3, 19));
//! assert_eq!(best.units, [3, 2, 4]);
//! assert!((best.expected - 6.9).abs() < 1e-9 && best.p < Some(0.01));
//! # Ok::<(), hotspot_core::Error>(())
//! ```

mod clusters;
mod cylinders;
mod discs;
mod gini;
mod gumbel;
mod inference;
mod lanes;
mod model;
mod observed;
mod replicas;
mod search;
mod spans;
mod statistic;
mod thresholds;
mod uncertain;
mod windows;

#[cfg(test)]
mod calibration_tests;
#[cfg(test)]
mod tests;

pub use clusters::Secondary;
pub use gini::{GiniParams, gini_of_clusters};
pub use gumbel::Gumbel;
pub use inference::{MonteCarlo, Stop};
pub use model::{Model, ModelName};
pub use spans::{MaxDuration, Period};
pub use statistic::{bernoulli_llr, poisson_llr};
pub use uncertain::{UncertainCases, UncertainScan, scan_uncertain};

use crate::error::{Error, Result};
use h3o::CellIndex;
use model::Fitted;
use search::{Best, Search};
use spans::Spans;
use thresholds::Thresholds;
use windows::Zone;

/// Where windows are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Places<'a> {
    /// Circles on the units' centres, growing unit by unit.
    Circles {
        /// Centre of each unit, in metres.
        centers: &'a [[f64; 2]],
        /// Largest radius, in metres; `None`: only the population limits them.
        max_radius_m: Option<f64>,
    },
    /// Disks of H3 cells, growing ring by ring.
    Disks {
        /// The cell of each unit: distinct, of one resolution.
        cells: &'a [CellIndex],
        /// Largest number of rings round the cell in the middle.
        max_rings: u32,
    },
}

impl Places<'_> {
    const fn len(&self) -> usize {
        match self {
            Self::Circles { centers, .. } => centers.len(),
            Self::Disks { cells, .. } => cells.len(),
        }
    }
}

/// What is scanned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScanInput<'a> {
    /// The units and the shape of the windows.
    pub places: Places<'a>,
    /// Cases by unit and step: those of unit u in step t at u · steps + t.
    pub cases: &'a [u32],
    /// Length of each step, in any one unit of time (days, for months). `&[1.0]`: in space only.
    pub step_lengths: &'a [f64],
    /// What the cases are compared with.
    pub model: Model<'a>,
}

/// Which rates are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rates {
    /// More cases than expected.
    #[default]
    High,
    /// Fewer.
    Low,
    /// Either.
    Both,
}

impl Rates {
    const fn high(self) -> bool {
        !matches!(self, Self::Low)
    }

    const fn low(self) -> bool {
        !matches!(self, Self::High)
    }
}

/// Settings of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanParams {
    /// Which rates are looked for. Default high.
    pub rates: Rates,
    /// Largest share of the population at risk in a window, above 0 and up to 1. Default 0.5. For the space-time permutation it is
    /// a share of the cases.
    pub max_population: f64,
    /// The longest a cluster may last. Default half of the steps.
    pub max_duration: MaxDuration,
    /// When a cluster may end. Default at any step.
    pub period: Period,
    /// A window of high rate has at least so many cases. Default 1; SaTScan's is 2.
    pub min_cases: u32,
    /// Which clusters are reported beside the best. Default those that do not overlap.
    pub secondary: Secondary,
    /// No more clusters than this are reported. Default 1,000.
    pub max_clusters: usize,
    /// Choose a set of clusters by its Gini coefficient. Default not.
    pub gini: Option<GiniParams>,
    /// Replicas for the p values. Default 999.
    pub replicates: u32,
    /// When replicas end. Default when all are made.
    pub stop: Stop,
    /// Seed of the random numbers. Default 1.
    pub seed: u64,
}

impl Default for ScanParams {
    fn default() -> Self {
        Self {
            rates: Rates::High,
            max_population: 0.5,
            max_duration: MaxDuration::default(),
            period: Period::default(),
            min_cases: 1,
            secondary: Secondary::default(),
            max_clusters: 1_000,
            gini: None,
            replicates: 999,
            stop: Stop::Never,
            seed: 1,
        }
    }
}

/// How large a cluster is in space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// A circle: metres from its centre to that of the furthest unit.
    Circle {
        /// Radius.
        radius_m: f64,
    },
    /// A disk of cells.
    Disk {
        /// Rings round the cell in the middle.
        rings: u32,
    },
}

/// A cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanCluster {
    /// From 1, by LLR.
    pub rank: u32,
    /// Row of the unit in the middle.
    pub center: u32,
    /// Rows of its units in the order of their entry, the centre first.
    pub units: Vec<u32>,
    /// Size in space.
    pub extent: Extent,
    /// First step, from 0.
    pub start: u32,
    /// Last step.
    pub end: u32,
    /// Cases.
    pub cases: u32,
    /// Expected cases. A cluster of high rate has more cases than that.
    pub expected: f64,
    /// Rate inside over rate outside, (c/E) / ((C − c)/(C − E)); `None` when no case is outside, and for the space-time
    /// permutation, which knows no rates.
    pub relative_risk: Option<f64>,
    /// Log likelihood ratio.
    pub llr: f64,
    /// Monte Carlo p, adjusted for all windows; `None` without replicas.
    pub p: Option<f64>,
    /// p by the Gumbel distribution fitted to the maxima of the replicas: extrapolated.
    pub p_gumbel: Option<f64>,
    /// Analyses, one a step, until such a cluster is to be expected by chance: 1/p. Only for a prospective scan that is not
    /// adjusted for earlier ones.
    pub recurrence_steps: Option<f64>,
}

/// A set of clusters chosen by its Gini coefficient (see [`GiniParams`]).
#[derive(Debug, Clone, PartialEq)]
pub struct GiniSet {
    /// Largest share of the population that gave the set.
    pub max_population: f64,
    /// Its coefficient.
    pub gini: f64,
    /// The clusters.
    pub clusters: Vec<ScanCluster>,
    /// Each share that was tried, with the coefficient and the number of clusters of its set.
    pub tried: Vec<(f64, f64, usize)>,
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The model.
    pub model: ModelName,
    /// The rates that were looked for.
    pub rates: Rates,
    /// Cases in all.
    pub total: u32,
    /// Windows in space, each looked at in [`Self::spans`] runs of steps.
    pub windows: u64,
    /// Windows in time.
    pub spans: u32,
    /// The clusters: the best first, then the secondary ones.
    pub clusters: Vec<ScanCluster>,
    /// Where p comes from.
    pub inference: MonteCarlo,
    /// The set chosen by its Gini coefficient, when that was asked for and a cluster is significant.
    pub gini: Option<GiniSet>,
}

/// Finds clusters.
///
/// # Errors
/// [`Error::Length`] when columns do not fit each other, [`Error::OutOfRange`] when a number is not what it must be (cases where
/// there is no population, more cases than persons, a place that is not finite, parameters out of their range),
/// [`Error::NoReference`] when the population is zero everywhere.
///
/// Without a unit or a case, or when every unit alone is above the largest window, there is no cluster and no error.
pub fn scan(input: &ScanInput<'_>, params: &ScanParams) -> Result<Scan> {
    let prepared = Prepared::new(input, params)?;
    Ok(prepared.scan(input, params))
}

/// All that does not depend on the cases' places.
#[derive(Debug)]
struct Prepared {
    fitted: Fitted,
    zones: Vec<Zone>,
    data_spans: Spans,
    replica_spans: Spans,
    thresholds: Thresholds,
    steps: usize,
}

impl Prepared {
    fn new(input: &ScanInput<'_>, params: &ScanParams) -> Result<Self> {
        let steps = input.step_lengths.len();
        check(input, params)?;
        let fitted = Fitted::new(input.model, input.cases, input.step_lengths)?;
        let limit = limit(&fitted, params.max_population);
        let zones = match input.places {
            Places::Circles { centers, max_radius_m } => windows::circles(centers, &fitted.measure, limit, max_radius_m),
            Places::Disks { cells, max_rings } => windows::disks(cells, &fitted.measure, limit, max_rings)?,
        };
        let [data_spans, replica_spans] = Spans::of(steps, params.period, params.max_duration)?;
        // A window of low rate has its threshold outside, where the fewest cases of a cluster do not count.
        let least = if params.rates.low() { 1 } else { params.min_cases.max(1) };
        let thresholds = Thresholds::new(fitted.statistic, least);
        Ok(Self { fitted, zones, data_spans, replica_spans, thresholds, steps })
    }

    fn search<'a>(&'a self, params: &ScanParams, spans: &'a Spans) -> Search<'a> {
        Search {
            zones: &self.zones,
            spans,
            steps: self.steps,
            expected: &self.fitted.expected,
            statistic: self.fitted.statistic,
            thresholds: &self.thresholds,
            rates: params.rates,
            least: params.min_cases,
        }
    }

    /// Maxima of replicas `first..first + count` without a cluster.
    fn null_maxima(&self, params: &ScanParams, first: u32, count: u32) -> Vec<f64> {
        let draw = |replica: u32, cases: &mut [u32]| self.fitted.null.draw(&mut replicas::stream(params.seed, replica), cases);
        self.search(params, &self.replica_spans).maxima(first, count, &draw).iter().map(|b| b.llr).collect()
    }

    fn scan(&self, input: &ScanInput<'_>, params: &ScanParams) -> Scan {
        let units = input.places.len();
        let sizes = params.gini.as_ref().map_or_else(Vec::new, |gini| gini.sizes(params.max_population));
        let mut limits: Vec<f64> = sizes.iter().map(|share| limit(&self.fitted, *share)).collect();
        limits.push(limit(&self.fitted, params.max_population));
        let search = self.search(params, &self.data_spans);
        let mut best = observed::best_by_zone(&search, input.cases, &self.fitted.measure, &limits);
        let all = best.pop().expect("one limit at least");
        let choose = |best: &[Best]| clusters::choose(best, &self.zones, units, params.secondary, params.max_clusters);
        let chosen = choose(&all);
        let top = chosen.first().map_or(0.0, |b| b.llr);
        let nothing = self.zones.is_empty() || self.fitted.statistic.total == 0.0;
        let wave = search::LANES_IN_WAVE.max(rayon::current_num_threads() as u32) * lanes::LANES as u32;
        let inference = MonteCarlo::run(params.replicates, params.seed, params.stop, top, wave, |first, count| {
            if nothing { Vec::new() } else { self.null_maxima(params, first, count) }
        });
        let describe = |(best, rank): (&Best, u32)| self.describe(input, params, &inference, best, rank);
        let clusters: Vec<ScanCluster> = chosen.iter().zip(1..).map(describe).collect();
        let gini = params.gini.as_ref().and_then(|gini| {
            let sets = sizes.iter().zip(&best).map(|(share, best)| {
                let set: Vec<ScanCluster> = choose(best).iter().zip(1..).map(describe).collect();
                (*share, set.into_iter().filter(|c| c.p.is_some_and(|p| p <= gini.alpha)).collect())
            });
            GiniSet::choose(sets, self.fitted.statistic.total)
        });
        Scan {
            model: ModelName::of(input.model, self.steps),
            rates: params.rates,
            total: self.fitted.statistic.total as u32,
            windows: self.zones.iter().map(|z| z.windows() as u64).sum(),
            spans: self.data_spans.len() as u32,
            clusters,
            inference,
            gini,
        }
    }

    fn describe(&self, input: &ScanInput<'_>, params: &ScanParams, inference: &MonteCarlo, best: &Best, rank: u32) -> ScanCluster {
        let zone = &self.zones[best.zone as usize];
        let units = zone.units[..best.length as usize].to_vec();
        let (start, end) = (best.start as usize, best.end as usize);
        let cells = |unit: u32| unit as usize * self.steps + start..unit as usize * self.steps + end;
        let cases: u32 = units.iter().map(|u| input.cases[cells(*u)].iter().sum::<u32>()).sum();
        let expected: f64 = units.iter().map(|u| self.fitted.expected[cells(*u)].iter().sum::<f64>()).sum();
        let furthest = *units.last().expect("a window has a unit");
        let extent = match input.places {
            Places::Circles { centers, .. } => {
                let ([ax, ay], [bx, by]) = (centers[zone.center as usize], centers[furthest as usize]);
                Extent::Circle { radius_m: f64::hypot(ax - bx, ay - by) }
            }
            Places::Disks { cells, max_rings } => {
                let around: Vec<(CellIndex, u32)> = cells[zone.center as usize].grid_disk_distances(max_rings);
                let ring = around.iter().find(|(cell, _)| *cell == cells[furthest as usize]);
                Extent::Disk { rings: ring.expect("the disk has its cells").1 }
            }
        };
        let total = self.fitted.statistic.total;
        let outside = total - f64::from(cases);
        let rates = outside > 0.0 && !matches!(input.model, Model::SpaceTimePermutation);
        let p = inference.p(best.llr);
        ScanCluster {
            rank,
            center: zone.center,
            extent,
            start: best.start,
            end: best.end - 1,
            cases,
            expected,
            relative_risk: rates.then(|| f64::from(cases) / expected / (outside / (total - expected))),
            llr: best.llr,
            p,
            p_gumbel: inference.p_gumbel(best.llr),
            recurrence_steps: if params.period == (Period::Prospective { since: None }) { p.map(f64::recip) } else { None },
            units,
        }
    }
}

/// The largest measure in a window that may hold this share of the population; a sum may be above by rounding.
fn limit(fitted: &Fitted, share: f64) -> f64 {
    share * fitted.measure.iter().sum::<f64>() * (1.0 + 1e-12)
}

fn check(input: &ScanInput<'_>, params: &ScanParams) -> Result<()> {
    let steps = input.step_lengths.len();
    if steps == 0 || input.step_lengths.iter().any(|l| !(*l > 0.0 && l.is_finite())) {
        return Err(Error::OutOfRange { what: "step lengths", must: "one or more positive numbers" });
    }
    if input.cases.len() != input.places.len() * steps {
        return Err(Error::Length { what: "cases", got: input.cases.len(), expected: input.places.len() * steps });
    }
    let radius = match input.places {
        Places::Circles { centers, max_radius_m } => {
            // Squares of the differences must be finite.
            if centers.iter().flatten().any(|c| c.is_nan() || c.abs() >= 1e150) {
                return Err(Error::OutOfRange { what: "centres", must: "finite numbers of metres" });
            }
            max_radius_m
        }
        Places::Disks { .. } => None,
    };
    let shares = params.gini.iter().flat_map(|g| &g.max_populations).chain([&params.max_population]);
    let rules = [
        (shares.into_iter().all(|s| *s > 0.0 && *s <= 1.0), "largest population", "a share above 0 and up to 1"),
        (radius.is_none_or(|r| r >= 0.0 && r.is_finite()), "largest radius", "zero or a positive number of metres"),
        (params.stop != Stop::Exceedances(0), "exceedances", "1 or more"),
    ];
    rules.iter().find(|(holds, ..)| !holds).map_or(Ok(()), |(_, what, must)| Err(Error::OutOfRange { what, must }))
}
