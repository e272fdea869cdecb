//! What a filter by borough shows, and what of a count is on no unit.

use super::level_of;
use crate::areas::PolygonIndex;
use crate::atlas::Atlas;
use crate::cube::Filter;
use crate::error::Result;
use crate::incident::PlaceKind;
use crate::release::Release;

/// What is counted and lies in no unit: with the incidents on the map it is all that the filter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OffMap {
    /// Known to an area (borough) only, with those withheld from every unit.
    pub area_only: u64,
    /// With a point outside the study area.
    pub outside: u64,
    /// Online.
    pub online: u64,
    /// Without a place.
    pub no_place: u64,
}

impl OffMap {
    /// What the filter counts outside every unit.
    pub fn of(release: &Release, filter: &Filter) -> Self {
        let mut off = Self::default();
        for row in release.facts.rows(filter).filter(|row| release.facts.unit(*row).is_none()) {
            let Some(fact) = release.facts.get(row) else { continue };
            let n = match fact.place {
                PlaceKind::AreaOnly => &mut off.area_only,
                PlaceKind::Mapped => &mut off.outside,
                PlaceKind::Online => &mut off.online,
                PlaceKind::NoPlace => &mut off.no_place,
            };
            *n += u64::from(fact.count);
        }
        off
    }

    /// All of it.
    pub const fn total(&self) -> u64 {
        self.area_only + self.outside + self.online + self.no_place
    }
}

/// For each unit of a level, whether it is shown under a filter that counts `counts` in it: all without a borough, and else those whose
/// centre lies in the borough, and those with an incident of it. A unit on the border can so be shown with two boroughs, each with its own incidents.
pub(super) fn shown(release: &Release, filter: &Filter, resolution: u8, counts: &[u32]) -> Result<Vec<bool>> {
    let len = level_of(release, resolution)?.len();
    let Some(area) = filter.area else { return Ok(vec![true; len]) };
    let code = release.areas.get(usize::from(area)).map(|area| area.code.as_str());
    let outline = Atlas::london().boroughs().iter().filter(|borough| Some(borough.code.as_str()) == code);
    let index = PolygonIndex::new(outline.map(|borough| &borough.polygon));
    let inside = |row: usize| release.units.center(resolution, row as u32).is_some_and(|center| index.locate(center).is_some());
    Ok((0..len).map(|row| counts[row] > 0 || inside(row)).collect())
}
