//! Layers that are made on one level and drawn on all: smoothed density, clusters of the scan, probabilities by named denominators.

use super::layer::KDE_BANDWIDTH_M;
use super::{Layer, level_of};
use crate::cube::Filter;
use crate::density::{Edge, EdgeCorrection, KdeParams, Mask, Points, kde};
use crate::error::{Error, Result};
use crate::hotspot::denominator::RESIDENTS;
use crate::hotspot::detect::RelativeRates;
use crate::hotspot::scan_clusters::scan_clusters;
use crate::rate::rank::{RankParams, rank_intervals};
use crate::release::Release;
use crate::units::Units;
use h3o::Resolution;

/// Kernel density per square kilometre at the centres of some cells of a level, from the counts of the finest cells.
pub(super) fn smoothed(release: &Release, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let Units::Cells(grid) = &release.units else {
        return Err(Error::OutOfRange { what: "layer", must: "one that the units have" });
    };
    let level = Resolution::try_from(resolution).ok().and_then(|r| grid.level(r));
    let level = level.ok_or(Error::OutOfRange { what: "resolution", must: "one that the release has" })?;
    let finest = grid.finest();
    let counts: Vec<f64> = release.facts.counts(&filter, finest.len()).into_iter().map(f64::from).collect();
    let at: Vec<[f64; 2]> = rows.iter().map(|row| level.centers_m()[*row]).collect();
    let mask = Mask::Cells { centers: finest.centers_m(), area_km2: finest.area_km2() };
    let params = KdeParams { edge: Some(Edge { correction: EdgeCorrection::Uniform, mask }), ..KdeParams::fixed(KDE_BANDWIDTH_M) };
    Ok(kde(Points::weighted(finest.centers_m(), &counts), &at, &params)?.density_per_km2)
}

/// Draws of a live layer: a probability of ½ has a standard error of 0.035.
const RANK_DRAWS: u32 = 199;

/// P(rate above the threshold) by residents, or P(among the highest 1 %) by area, of some units of a level. Made on the units of the
/// hotspots whatever the level: a smaller cell has the value of its parent, a larger one that of the cell in its middle.
pub(super) fn probabilities(release: &Release, layer: Layer, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let level = level_of(release, release.resolution)?;
    let counts = level.counts(&release.facts, &filter);
    let measure = match layer {
        Layer::Residents => {
            let residents = release.denominators.iter().find(|d| d.id == RESIDENTS);
            &residents.ok_or(Error::OutOfRange { what: "layer", must: "one that the release has" })?.values
        }
        _ => level.area_km2,
    };
    let with: Vec<usize> = (0..counts.len()).filter(|row| measure[*row] > 0.0).collect();
    let mut value = vec![0.0; counts.len()];
    // Without an incident there is no evidence for any place.
    if with.iter().any(|row| counts[*row] > 0) {
        let rates = RelativeRates::fit(&counts, measure)?;
        let posteriors: Vec<_> = with.iter().map(|row| rates.posterior(*row, counts[*row])).collect();
        if layer == Layer::Residents {
            for (row, posterior) in with.iter().zip(&posteriors) {
                value[*row] = posterior.exceedance(release.rule.threshold);
            }
        } else {
            let ranks = rank_intervals(&posteriors, &RankParams { replicates: RANK_DRAWS, ..RankParams::default() })?;
            for (row, p) in with.iter().zip(ranks.in_top) {
                value[*row] = p;
            }
        }
    }
    Ok(carried(release, &value, resolution, rows))
}

/// Incidents over expected ones of the cluster in which some units of a level lie; 0 in none. The scan is made on the units of
/// the hotspots whatever the level, so that the picture does not change with the zoom: a smaller cell lies where its parent
/// does, a larger one where the cell in its middle does.
pub(super) fn scanned(release: &Release, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let level = level_of(release, release.resolution)?;
    let counts = level.counts(&release.facts, &filter);
    let centers =
        release.units.centers_m(release.resolution).ok_or(Error::OutOfRange { what: "resolution", must: "one of the grid" })?;
    let mut ratio = vec![0.0; level.len()];
    if counts.iter().any(|n| *n > 0) {
        for cluster in scan_clusters(&counts, level.area_km2, &centers)? {
            for unit in &cluster.units {
                ratio[*unit as usize] = f64::from(cluster.cases) / cluster.expected;
            }
        }
    }
    Ok(carried(release, &ratio, resolution, rows))
}

/// A column of the units of the hotspots, at some units of another level.
fn carried(release: &Release, column: &[f64], resolution: u8, rows: &[usize]) -> Vec<f64> {
    let at = |row: &usize| release.units.row_at(resolution, *row as u32, release.resolution);
    rows.iter().map(|row| at(row).map_or(0.0, |unit| column[unit as usize])).collect()
}
