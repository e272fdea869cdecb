//! What is left of the map: how much of what is hot can still be seen below the analyst, and how much has gone into areas that are wide.

use super::protected::{Figure, ProtectedRelease};
use super::published::{Ground, Published};
use crate::areas::PolygonIndex;
use crate::error::{Error, Result};
use crate::release::Release;
use crate::units::Units;
use std::collections::{BTreeMap, BTreeSet};

/// How much of what is hot can still be seen; shares are of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utility {
    /// Square kilometres that are hot.
    pub hot_km2: f64,
    /// Of these, in hotspots that are shown with their count: as objects, what oversight and partners see.
    pub in_objects: f64,
    /// Of these, in the areas of the year that such hotspots touch, which is their outline; and the Jaccard index of that outline with them.
    pub in_outlines: [f64; 2],
    /// Of these, in areas of the year whose published incidents are at least the rule's threshold times those expected: what a map of areas shows, which
    /// is all that the public has; and the Jaccard index of these areas with them.
    pub in_hot_areas: [f64; 2],
    /// Of all incidents, in areas that are no whole cell and no whole borough but joined from what was too small around.
    pub in_joined: f64,
}

/// Compares what is hot (`hot`, rows at the release's resolution: the analyst's hotspots, or the truth where it is known) with what is shown of all
/// records.
///
/// # Errors
/// As [`Published::of`]; [`Error::OutOfRange`] when the areas do not know what they are made of, as those read from a folder.
pub fn utility(release: &Release, shown: &ProtectedRelease, hot: &[u32]) -> Result<Utility> {
    if shown.areas.iter().any(|a| a.places.is_empty()) {
        return Err(Error::OutOfRange { what: "areas", must: "as they were made, with their units" });
    }
    let published = Published::of(Ground::of(release), shown, None)?;
    let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
    let index = PolygonIndex::new(shown.areas.iter().map(|a| &a.outline));
    let area_of: Vec<Option<u32>> =
        (0..level.len() as u32).map(|row| index.locate(release.units.center(release.resolution, row)?)).collect();
    let km2 = |rows: &mut dyn Iterator<Item = usize>| rows.map(|row| level.area_km2[row]).sum::<f64>();
    let is_hot: BTreeSet<usize> = hot.iter().map(|row| *row as usize).collect();
    let hot_km2 = km2(&mut is_hot.iter().copied());
    let share = |part: f64| if hot_km2 > 0.0 { part / hot_km2 } else { 0.0 };
    let against = |areas: &BTreeSet<u32>| {
        let inside = |row: &usize| area_of[*row].is_some_and(|a| areas.contains(&a));
        let both = km2(&mut is_hot.iter().copied().filter(inside));
        let either = km2(&mut (0..level.len()).filter(|row| inside(row) || is_hot.contains(row)));
        [share(both), if either > 0.0 { both / either } else { 0.0 }]
    };
    let told: BTreeSet<&str> = shown
        .hotspots
        .iter()
        .filter(|(strand, _)| strand.is_none())
        .flat_map(|(_, all)| all)
        .filter(|h| matches!(h.n, Figure::Count(_)))
        .map(|h| h.id.as_str())
        .collect();
    let objects: BTreeSet<usize> = release
        .analysis(None)
        .into_iter()
        .flat_map(|a| &a.hotspots)
        .filter(|h| told.contains(h.identity.id.as_str()))
        .flat_map(|h| h.units.iter().map(|u| *u as usize))
        .collect();
    let rows: BTreeMap<&str, u32> = shown.areas.iter().zip(0..).map(|(a, row)| (a.code.as_str(), row)).collect();
    let drawn = shown.hotspots.iter().filter(|(strand, _)| strand.is_none()).flat_map(|(_, all)| all);
    let outlines: BTreeSet<u32> = drawn
        .filter(|h| told.contains(h.id.as_str()))
        .flat_map(|h| h.areas.iter().filter_map(|code| rows.get(code.as_str()).copied()))
        .collect();
    let counted = published.by_area();
    let all: f64 = counted.iter().map(|(n, _)| n).sum();
    let measure: f64 = counted.iter().map(|(_, m)| m).sum();
    let times = |(n, m): &(f64, f64)| if *m > 0.0 && all > 0.0 { (n / all) / (m / measure) } else { 0.0 };
    let hot_areas: BTreeSet<u32> =
        (0..).zip(&counted).filter(|(_, of)| times(of) >= release.rule.threshold).map(|(row, _)| row).collect();
    let joined = joined(release, shown);
    let in_joined: f64 = (0..).zip(&counted).filter(|(row, _)| joined.contains(row)).map(|(_, (n, _))| n).sum();
    Ok(Utility {
        hot_km2,
        in_objects: share(km2(&mut is_hot.intersection(&objects).copied())),
        in_outlines: against(&outlines),
        in_hot_areas: against(&hot_areas),
        in_joined: if all > 0.0 { in_joined / all } else { 0.0 },
    })
}

/// Areas that are joined from what was too small: no whole cell of any resolution, and no whole borough.
fn joined(release: &Release, shown: &ProtectedRelease) -> BTreeSet<u32> {
    let resolutions = release.units.resolutions();
    let finest = resolutions.iter().copied().max().unwrap_or(0);
    let levels: Vec<u8> = if matches!(release.units, Units::Cells(_)) { resolutions } else { vec![0] };
    // What holds a place at a level; a borough holds all of its places.
    let above = |borough: &str, unit: &str, level: Option<u8>| -> Option<(String, u32)> {
        let Some(level) = level else { return Some((borough.to_owned(), u32::MAX)) };
        let row = release.units.row(finest, unit)?;
        Some((borough.to_owned(), release.units.row_at(finest, row, level)?))
    };
    let mut joined: BTreeSet<u32> = (0..shown.areas.len() as u32).collect();
    for level in levels.into_iter().map(Some).chain([None]) {
        let mut size: BTreeMap<(String, u32), usize> = BTreeMap::new();
        for place in shown.areas.iter().flat_map(|a| &a.places) {
            if let Some(parent) = above(&place.area, &place.unit, level) {
                *size.entry(parent).or_default() += 1;
            }
        }
        for (row, area) in (0..).zip(&shown.areas) {
            let parents: BTreeSet<_> = area.places.iter().map(|p| above(&p.area, &p.unit, level)).collect();
            let whole = parents.len() == 1 && parents.first().and_then(|p| size.get(p.as_ref()?)) == Some(&area.places.len());
            if whole {
                joined.remove(&row);
            }
        }
    }
    joined
}
