//! What a hotspot carries beside its count: rates by named denominators, tests, its cluster, who is known, and the word for it all.
//!
//! Everything here is computed by the methods of other modules and brought together once for a release: no method is written a
//! second time, and no figure is computed in two places.

use super::StrandAnalysis;
use super::analysis::Analysis;
use super::denominator::{Denominator, PlaceRate, UnitRates, place_rate, unit_rates};
use super::detect::RelativeRates;
use super::evidence::{Evidence, EvidencePolicy};
use super::protection::{People, Role};
use super::scan_clusters::scan_clusters;
use crate::cube::Filter;
use crate::error::{Error, Result};
use crate::local::fdr::benjamini_hochberg;
use crate::local::permutation::local_g_exact;
use crate::local::{Alternative, Null};
use crate::rate::rank::RankParams;
use crate::release::DataClass;
use crate::weights::SelfWeight;
use rayon::prelude::*;

#[cfg(test)]
mod tests;

/// What a hotspot carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// How sure it is.
    pub evidence: Evidence,
    /// Rate by each denominator, in their order; `None` where it is unfit.
    pub rates: Vec<Option<PlaceRate>>,
    /// Exact conditional p of Gi* at its peak (greater), and the same adjusted for all units by Benjamini and Hochberg; `None` where counts
    /// are too large for an exact p.
    pub gi_star: Option<[f64; 2]>,
    /// Where its peak stands among all units by the first denominator; of all records only.
    pub peak: Option<PeakRank>,
    /// The cluster of the scan statistic in which most of its incidents lie.
    pub scan: Option<ScanHit>,
    /// Incidents with a known victim, reporter and premises, in the order of [`Role::ALL`].
    pub known: [u32; 3],
}

/// Rank of a unit among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeakRank {
    /// 95 % interval of the rank, 1 the highest.
    pub rank: [u32; 2],
    /// Units that are ranked.
    pub of: u32,
    /// P(among the highest 1 %).
    pub in_top: f64,
}

/// A cluster of the scan that a hotspot lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScanHit {
    /// From 1, the strongest.
    pub cluster: u32,
    /// Cases in the whole cluster.
    pub cases: u32,
    /// Expected cases.
    pub expected: f64,
    /// Monte Carlo p, adjusted for all circles.
    pub p: f64,
    /// Incidents of the hotspot that lie in it.
    pub shared: u32,
}

/// What hotspots are appraised with.
#[derive(Debug, Clone, Copy)]
pub struct Appraisal<'a> {
    /// The analysis that found them.
    pub analysis: &'a Analysis<'a>,
    /// Pseudonyms of each fact.
    pub people: &'a People,
    /// Denominators; the first is the reference measure of the rule.
    pub denominators: &'a [Denominator],
    /// Thresholds of the words.
    pub policy: &'a EvidencePolicy,
    /// Class of the records.
    pub class: DataClass,
    /// How ranks are simulated.
    pub ranks: RankParams,
}

impl Appraisal<'_> {
    /// Fills [`Hotspot::standing`](super::Hotspot::standing) of every hotspot, whose robustness must be known by then, and gives the rates of every
    /// unit for all records, by denominator: none where there is no answer.
    ///
    /// # Errors
    /// [`Error::Length`] for columns that differ, [`Error::OutOfRange`] for a resolution that the units have not got, and what the methods
    /// find wrong with their input.
    pub fn run(&self, analyses: &mut [StrandAnalysis]) -> Result<Vec<UnitRates>> {
        let units = self.analysis.level()?.len();
        for denominator in self.denominators {
            if denominator.values.len() != units {
                return Err(Error::Length { what: "denominator", got: denominator.values.len(), expected: units });
            }
        }
        if self.people.len() != self.analysis.facts.len() {
            return Err(Error::Length { what: "people", got: self.people.len(), expected: self.analysis.facts.len() });
        }
        let of_units: Vec<Vec<UnitRates>> = analyses.par_iter_mut().map(|found| self.of_strand(found)).collect::<Result<_>>()?;
        Ok(of_units.into_iter().flatten().collect())
    }

    fn of_strand(&self, found: &mut StrandAnalysis) -> Result<Vec<UnitRates>> {
        let analysis = self.analysis;
        let level = analysis.level()?;
        let filter = Filter { strands: found.strand.into(), ..Filter::over(found.window) };
        let counts = level.counts(analysis.facts, &filter);
        let everything = found.strand.is_none() && found.n > 0;
        if found.hotspots.is_empty() && !everything {
            return Ok(Vec::new());
        }
        let (fitted, (gi_star, clusters)) =
            rayon::join(|| self.rates(&counts, everything), || rayon::join(|| self.gi_star(&counts), || self.clusters(&counts)));
        let (fitted, gi_star, clusters) = (fitted?, gi_star?, clusters?);
        let years = found.window.len() as f64 / 12.0;
        let known = self.known(found, filter)?;
        for (hotspot, known) in found.hotspots.iter_mut().zip(known) {
            let rates = fitted.iter().zip(self.denominators);
            let rates = rates.map(|((relative, _), d)| {
                place_rate(&hotspot.units, &counts, d, relative.as_ref()?, years, analysis.rule.threshold)
            });
            let ranked = fitted.first().and_then(|(_, units)| units.as_ref());
            hotspot.standing = Standing {
                evidence: Evidence::CannotTell,
                rates: rates.collect(),
                gi_star: gi_star.as_ref().map(|[p, q]| [p[hotspot.peak as usize], q[hotspot.peak as usize]]),
                peak: ranked.and_then(|all| {
                    let at = all.position(hotspot.peak)?;
                    Some(PeakRank { rank: all.rank[at], of: all.units.len() as u32, in_top: all.in_top[at] })
                }),
                scan: hit(&clusters, &hotspot.units, &counts),
                known,
            };
            hotspot.standing.evidence = self.policy.judge(hotspot, self.class).evidence;
        }
        Ok(fitted.into_iter().filter_map(|(_, units)| units).collect())
    }

    /// The model of each denominator, and with `all` the rates of every unit; no model where nothing was counted on it.
    fn rates(&self, counts: &[u32], all: bool) -> Result<Vec<(Option<RelativeRates>, Option<UnitRates>)>> {
        self.denominators
            .par_iter()
            .map(|d| {
                let counted = counts.iter().zip(&d.values).any(|(n, v)| *n > 0 && *v > 0.0);
                let relative = counted.then(|| RelativeRates::fit(counts, &d.values)).transpose()?;
                let units = match &relative {
                    Some(rates) if all => Some(unit_rates(counts, d, rates, self.analysis.rule.threshold, &self.ranks)?),
                    _ => None,
                };
                Ok((relative, units))
            })
            .collect()
    }

    fn gi_star(&self, counts: &[u32]) -> Result<Option<[Vec<f64>; 2]>> {
        let neighbors = self.analysis.level()?.neighbors;
        match local_g_exact(counts, neighbors, SelfWeight::Included, Null::Conditional, Alternative::Greater) {
            Ok(found) => Ok(Some([benjamini_hochberg(&found.p)?, found.p]).map(|[q, p]| [p, q])),
            Err(Error::ExactTooLarge { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn clusters(&self, counts: &[u32]) -> Result<Vec<crate::cluster::scan::ScanCluster>> {
        let centers = self.analysis.units.centers_m(self.analysis.resolution);
        let centers = centers.ok_or(Error::OutOfRange { what: "resolution", must: "one of the resolutions of the grid" })?;
        scan_clusters(counts, self.analysis.reference, &centers)
    }

    /// Incidents of each hotspot with a known person, by role.
    fn known(&self, found: &StrandAnalysis, filter: Filter) -> Result<Vec<[u32; 3]>> {
        let mut known = vec![[0; 3]; found.hotspots.len()];
        for (i, row) in self.analysis.facts_of(&found.hotspots, &filter)? {
            let count = self.analysis.facts.get(row).map_or(0, |fact| fact.count);
            for role in Role::ALL.into_iter().filter(|role| self.people.key(*role, row).is_some()) {
                known[i][role as usize] += count;
            }
        }
        Ok(known)
    }
}

/// The cluster that shares most incidents with some units; of equal ones the strongest.
fn hit(clusters: &[crate::cluster::scan::ScanCluster], units: &[u32], counts: &[u32]) -> Option<ScanHit> {
    let shared = |c: &crate::cluster::scan::ScanCluster| -> u32 {
        c.units.iter().filter(|u| units.binary_search(u).is_ok()).map(|u| counts[*u as usize]).sum()
    };
    let (cluster, shared) =
        clusters.iter().map(|c| (c, shared(c))).filter(|(_, n)| *n > 0).min_by_key(|(c, n)| (u32::MAX - n, c.rank))?;
    Some(ScanHit { cluster: cluster.rank, cases: cluster.cases, expected: cluster.expected, p: cluster.p?, shared })
}
