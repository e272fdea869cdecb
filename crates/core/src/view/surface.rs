//! Layers whose value at a unit comes from its surroundings: smoothed density, and clusters of the scan.

use super::layer::KDE_BANDWIDTH_M;
use super::level_of;
use crate::cube::Filter;
use crate::density::{Edge, EdgeCorrection, KdeParams, Mask, Points, kde};
use crate::error::{Error, Result};
use crate::hotspot::scan_clusters::scan_clusters;
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
    Ok(rows
        .iter()
        .map(|row| release.units.row_at(resolution, *row as u32, release.resolution).map_or(0.0, |unit| ratio[unit as usize]))
        .collect())
}
