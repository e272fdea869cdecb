//! Layers that are made on one level and drawn on all: smoothed density, clusters of the scan, probabilities by named denominators.

use super::layer::{COURSES, KDE_BANDWIDTH_M, resident_rate};
use super::{Layer, level_of};
use crate::cube::Filter;
use crate::density::{Edge, EdgeCorrection, KdeParams, Mask, Points, kde};
use crate::error::{Error, Result};
use crate::hotspot::denominator::RESIDENTS;
use crate::hotspot::detect::RelativeRates;
use crate::hotspot::history::EMERGING_MONTHS;
use crate::hotspot::scan_clusters::scan_clusters;
use crate::month::MonthRange;
use crate::rate::rank::{RankParams, rank_intervals};
use crate::release::Release;
use crate::space_time_cube::SpaceTimeCube;
use crate::time::emerging::{EmergingParams, EmergingPattern, emerging};
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

/// The smoothed rate by 1,000 residents, P(rate above the threshold) by residents, or P(among the highest 1 %) by area, of some units of a level. Made on the units of the
/// hotspots whatever the level: a smaller cell has the value of its parent, a larger one that of the cell in its middle.
pub(super) fn probabilities(release: &Release, layer: Layer, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let level = level_of(release, release.resolution)?;
    let counts = level.counts(&release.facts, &filter);
    let measure = match layer {
        Layer::Residents | Layer::ResidentRate => {
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
        let found: Vec<f64> = match layer {
            Layer::Residents => posteriors.iter().map(|p| p.exceedance(release.rule.threshold)).collect(),
            Layer::ResidentRate => {
                let rate = 1000.0 * resident_rate(release, &filter) * 12.0 / filter.months.len() as f64;
                posteriors.iter().map(|p| p.mean() * rate).collect()
            }
            _ => rank_intervals(&posteriors, &RankParams { replicates: RANK_DRAWS, ..RankParams::default() })?.in_top,
        };
        for (row, found) in with.iter().zip(found) {
            value[*row] = found;
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

/// Share of hot months, and class by what they do, of some units of a level; nothing of any where there are fewer than ten months. Made on the
/// units of the hotspots, of the months held up to the last of the filter, since the last break of recording.
pub(super) fn emerging_classes(release: &Release, filter: Filter, resolution: u8, rows: &[usize]) -> Result<(Vec<f64>, Vec<f64>)> {
    let level = level_of(release, release.resolution)?;
    let (mut share, mut class) = (vec![0.0; level.len()], vec![0.0; level.len()]);
    let held = MonthRange::new(release.months.from().min(filter.months.to()), filter.months.to()).unwrap_or(filter.months);
    let months = release.breaks.since(held, |_| true).0.filter(|months| months.len() >= EMERGING_MONTHS);
    if let Some(months) = months {
        let filter = Filter { months, ..filter };
        let cube = SpaceTimeCube::of_facts_by(&release.facts, &filter, level.len(), |unit| level.row_of(unit));
        let found = emerging(&cube, level.neighbors, &EmergingParams::default())?;
        for (unit, pattern) in found.pattern.iter().enumerate() {
            let EmergingPattern::Hot(course) = pattern else { continue };
            let at = COURSES.iter().position(|(_, courses)| courses.contains(course));
            (share[unit], class[unit]) = (found.hot_share[unit], at.map_or(0.0, |at| at as f64 + 1.0));
        }
    }
    Ok((carried(release, &share, resolution, rows), carried(release, &class, resolution, rows)))
}

/// Share of the settings in which the hotspot of some units of a level is hot; 0 in none, and where no setting says anything.
pub(super) fn robustness(release: &Release, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let mut share = vec![0.0; level_of(release, release.resolution)?.len()];
    for hotspot in release.analysis_beside(filter.strands).map_or(&[][..], |analysis| &analysis.hotspots) {
        for unit in &hotspot.units {
            share[*unit as usize] = hotspot.robustness.share.unwrap_or(0.0);
        }
    }
    Ok(carried(release, &share, resolution, rows))
}

/// A column of the units of the hotspots, at some units of another level.
fn carried(release: &Release, column: &[f64], resolution: u8, rows: &[usize]) -> Vec<f64> {
    let at = |row: &usize| release.units.row_at(resolution, *row as u32, release.resolution);
    rows.iter().map(|row| at(row).map_or(0.0, |unit| column[unit as usize])).collect()
}
