//! What each method predicts for the units from the months that it sees.

use super::{BacktestInput, KDE_BANDWIDTH_M, Method};
use crate::cube::Filter;
use crate::density::{KdeParams, Points, kde};
use crate::error::{Error, Result};
use crate::hotspot::detect::RelativeRates;
use crate::hotspot::scan_clusters::strongest_clusters;
use crate::local::getis_ord::local_g;
use crate::units::{UnitLevel, Units};
use crate::weights::SelfWeight;

/// What does not change from origin to origin.
pub(super) struct Predictor<'a> {
    input: &'a BacktestInput<'a>,
    level: UnitLevel<'a>,
    /// Centres of the units, metres.
    pub(super) centers: Vec<[f64; 2]>,
}

impl<'a> Predictor<'a> {
    pub(super) fn new(input: &'a BacktestInput<'a>, level: UnitLevel<'a>) -> Result<Self> {
        let centers =
            input.units.centers_m(input.resolution).ok_or(Error::OutOfRange { what: "resolution", must: "one of the grid" })?;
        Ok(Self { input, level, centers: centers.into_owned() })
    }

    /// Predicted density of every unit by each method, the methods in the order of [`Method::ALL`].
    pub(super) fn all(&self, seen: Filter, methods: &[Method]) -> Result<Vec<Vec<f64>>> {
        let counts = self.level.counts(self.input.facts, &seen);
        let combine = methods.contains(&Method::Combined);
        let mut simple = Vec::new();
        for method in Method::ALL.into_iter().filter(|m| *m != Method::Combined && (combine || methods.contains(m))) {
            simple.push((method, self.one(method, seen, &counts)?));
        }
        let combined = combine.then(|| mean_ranks(&simple, counts.len()));
        let wanted = simple.into_iter().filter(|(method, _)| methods.contains(method)).map(|(_, values)| values);
        Ok(wanted.chain(combined).collect())
    }

    fn one(&self, method: Method, seen: Filter, counts: &[u32]) -> Result<Vec<f64>> {
        let area = self.level.area_km2;
        if counts.iter().all(|n| *n == 0) {
            // Nothing was seen: every place is like every other, by any method.
            return Ok(vec![0.0; counts.len()]);
        }
        match method {
            Method::Count | Method::Combined => Ok(counts.iter().zip(area).map(|(n, area)| f64::from(*n) / area).collect()),
            Method::Kde => self.density(seen, counts),
            Method::GiStar => {
                let values: Vec<f64> = counts.iter().map(|n| f64::from(*n)).collect();
                let found = local_g(&values, self.level.neighbors, SelfWeight::Included)?;
                Ok(found.z.into_iter().map(|z| z.unwrap_or(0.0)).collect())
            }
            Method::Scan => {
                let mut strength = vec![0.0; counts.len()];
                for cluster in strongest_clusters(counts, area, &self.centers)? {
                    for unit in &cluster.units {
                        strength[*unit as usize] = cluster.llr;
                    }
                }
                Ok(strength)
            }
            Method::Posterior => {
                let rates = RelativeRates::fit(counts, area)?;
                Ok(counts.iter().enumerate().map(|(row, n)| rates.posterior(row, *n).mean()).collect())
            }
        }
    }

    fn density(&self, seen: Filter, counts: &[u32]) -> Result<Vec<f64>> {
        let (facts, params) = (self.input.facts, KdeParams::fixed(KDE_BANDWIDTH_M));
        if matches!(self.input.units, Units::Areas(_)) {
            // Polygons differ in size: the kernel at a large one's centre would hold its count and not its area.
            let smoothed = |weights: &[f64]| kde(Points::weighted(&self.centers, weights), &self.centers, &params);
            let counts: Vec<f64> = counts.iter().map(|n| f64::from(*n)).collect();
            let (incidents, area) = (smoothed(&counts)?.density_per_km2, smoothed(self.level.area_km2)?.density_per_km2);
            return Ok(incidents.iter().zip(&area).map(|(n, area)| n / area).collect());
        }
        let placed = |row: &usize| facts.unit(*row).is_some() && self.input.metres[*row][0].is_finite();
        let points: Vec<[f64; 2]> = facts.rows(&seen).filter(placed).map(|row| self.input.metres[row]).collect();
        Ok(kde(Points::each(&points), &self.centers, &params)?.density_per_km2)
    }
}

/// The mean of each unit's ranks, the lowest 0; tied units share the middle rank.
fn mean_ranks(predictions: &[(Method, Vec<f64>)], units: usize) -> Vec<f64> {
    let mut means = vec![0.0; units];
    for (_, values) in predictions {
        let mut rows: Vec<u32> = (0..units as u32).collect();
        rows.sort_unstable_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]).then(a.cmp(b)));
        let mut below = 0;
        for tied in rows.chunk_by(|a, b| values[*a as usize] == values[*b as usize]) {
            let middle = below as f64 + (tied.len() - 1) as f64 / 2.0;
            for row in tied {
                means[*row as usize] += middle / predictions.len() as f64;
            }
            below += tied.len();
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_share_the_middle_of_a_tie() {
        let ranks = mean_ranks(&[(Method::Count, vec![5.0, 1.0, 1.0, 7.0]), (Method::Kde, vec![0.0, 0.0, 0.0, 0.0])], 4);
        assert_eq!(ranks, [1.75, 1.0, 1.0, 2.25]);
    }
}
