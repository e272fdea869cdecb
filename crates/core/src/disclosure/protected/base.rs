//! The exact counts that protected figures are made from: kept as they were when a month was first published, so that no later figure can be
//! subtracted from an earlier one.

use crate::areas::AreaLayer;
use crate::cube::{Filter, NO_AREA};
use crate::error::Result;
use crate::release::Release;
use crate::residents::{ResidentPoints, residents_by_cell};
use crate::resource::challenge::atlas_of;
use crate::units::Units;
use crate::{Month, MonthRange, Strand};
use h3o::Resolution;
use std::collections::{BTreeMap, BTreeSet};

/// The strands of which figures are protected: those that lie in no other, in the order of the analyses.
pub const STRANDS: [Strand; 5] =
    [Strand::Race, Strand::Religion, Strand::SexualOrientation, Strand::Transgender, Strand::Disability];

/// Incidents, and how many of them carry each strand of [`STRANDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Incidents.
    pub n: u32,
    /// Of each strand; they overlap.
    pub strands: [u32; STRANDS.len()],
}

impl Counted {
    pub(super) const fn of(&self, strand: Option<usize>) -> u32 {
        match strand {
            None => self.n,
            Some(strand) => self.strands[strand],
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.n += other.n;
        for (sum, n) in self.strands.iter_mut().zip(other.strands) {
            *sum += n;
        }
    }
}

impl std::iter::Sum for Counted {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum.add(one);
            sum
        })
    }
}

/// Where an incident was, as far as figures go: the unit of the finest level, if it lies in one, and the reporting area, if any.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BasePlace {
    /// Code of the reporting area (borough); empty for none.
    pub area: String,
    /// Identifier of the unit; empty for none.
    pub unit: String,
}

/// Exact counts by place and month. Restricted: it never leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    /// Months that are counted, ascending, without a gap.
    pub months: Vec<Month>,
    /// What was counted, by place and month; nothing where nothing was.
    pub counts: BTreeMap<(BasePlace, Month), Counted>,
}

impl Base {
    /// The months before as they were, and the months of a release that follow them.
    pub fn grown(before: Option<&Self>, release: &Release) -> Self {
        let mut base = before.cloned().unwrap_or_default();
        let first = base.months.last().map_or(release.months.from(), |last| last.plus(1));
        let Some(new) = MonthRange::new(first, release.month) else { return base };
        base.months.extend(new.iter());
        let finest = release.units.finest();
        let mut ids: BTreeMap<u32, String> = BTreeMap::new();
        let filter = Filter::over(new);
        for row in 0..release.facts.len() {
            let total = release.facts.matches(row, &filter);
            let of = STRANDS.map(|strand| release.facts.matches(row, &Filter { strands: strand.into(), ..filter }));
            if !total && !of.contains(&true) {
                continue;
            }
            let Some(fact) = release.facts.get(row) else { continue };
            let unit = release.facts.unit(row).map_or_else(String::new, |unit| {
                ids.entry(unit).or_insert_with(|| release.units.id(finest, unit).unwrap_or_default()).clone()
            });
            let area = release.areas.get(usize::from(fact.area)).filter(|_| fact.area != NO_AREA);
            let place = BasePlace { area: area.map_or_else(String::new, |a| a.code.clone()), unit };
            let counted = Counted { n: if total { fact.count } else { 0 }, strands: of.map(|is| if is { fact.count } else { 0 }) };
            base.counts.entry((place, fact.month)).or_default().add(counted);
        }
        base
    }

    /// Counts of a place in some months.
    pub fn of(&self, place: &BasePlace, months: MonthRange) -> Counted {
        self.counts.range((place.clone(), months.from())..=(place.clone(), months.to())).map(|(_, counted)| *counted).sum()
    }
}

/// A unit of the finest level in the reporting area that holds its centre: what areas are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub place: BasePlace,
    /// Where something was counted in units of other reporting areas, nearest to this: it is counted with it, and tells nothing of it.
    pub slivers: Vec<BasePlace>,
    /// Row of the unit in the finest level.
    pub unit: u32,
    /// Reporting area, then ever finer units.
    pub path: Vec<u64>,
    pub residents: f64,
}

impl Piece {
    /// Wherever its incidents are counted.
    pub fn places(&self) -> impl Iterator<Item = &BasePlace> {
        std::iter::once(&self.place).chain(&self.slivers)
    }
}

/// Each unit of the finest level in the reporting area that holds its centre, or in none: a matter of public geography alone.
pub(super) fn homes(release: &Release) -> Result<Vec<BasePlace>> {
    let finest = release.units.finest();
    let units = match &release.units {
        Units::Cells(grid) => grid.finest().len(),
        Units::Areas(layer) => layer.len(),
    };
    let boroughs = atlas_of(release).map(|atlas| AreaLayer::of_boroughs(atlas.boroughs())).transpose()?;
    let is_area = |code: &String| release.areas.iter().any(|a| a.code == *code);
    let home = |unit: u32| {
        let id = release.units.id(finest, unit).unwrap_or_default();
        let around = || {
            let layer = boroughs.as_ref()?;
            Some(layer.codes()[layer.locate(release.units.center(finest, unit)?)? as usize].clone())
        };
        // A unit may be a reporting area itself.
        let area = Some(id.clone()).filter(is_area).or_else(|| around().filter(is_area));
        BasePlace { area: area.unwrap_or_default(), unit: id }
    };
    Ok((0..units as u32).map(home).collect())
}

/// All units that lie in a reporting area. Residents go with the centre.
pub(super) fn pieces(release: &Release, base: &Base, homes: &[BasePlace]) -> Vec<Piece> {
    let resolutions = release.units.resolutions();
    let finest = release.units.finest();
    let residents = atlas_of(release).map(|atlas| match &release.units {
        Units::Cells(grid) => residents_by_cell(grid, atlas),
        Units::Areas(layer) => ResidentPoints::of(atlas).in_areas(layer),
    });
    // Polygons have no levels: theirs are the cells that hold their middles, so that neighbours are joined to each other.
    let cells = |unit: u32| -> Vec<u64> {
        let middle = release.units.center(finest, unit).and_then(|c| h3o::LatLng::new(c.lat, c.lon).ok());
        let cell = |r: Resolution| middle.map_or(u64::MAX, |m| m.to_cell(r).into());
        [Resolution::Six, Resolution::Seven, Resolution::Eight].map(cell).to_vec()
    };
    let number = |code: &str| release.areas.iter().position(|a| a.code == code).map_or(u64::MAX, |row| row as u64);
    let level_of = |unit: u32, r: u8| u64::from(release.units.row_at(finest, unit, r).unwrap_or(u32::MAX));
    let mut pieces: Vec<Piece> = (0..)
        .zip(homes)
        .filter(|(_, place)| !place.area.is_empty())
        .map(|(unit, place)| {
            let levels: Vec<u64> = match release.units {
                Units::Cells(_) => resolutions.iter().map(|r| level_of(unit, *r)).collect(),
                Units::Areas(_) => cells(unit).into_iter().chain([u64::from(unit)]).collect(),
            };
            let path = std::iter::once(number(&place.area)).chain(levels).collect();
            // Where nothing is known of residents, nothing is asked of them.
            let residents = residents.as_ref().map_or(f64::INFINITY, |r| r[unit as usize]);
            Piece { place: place.clone(), slivers: Vec::new(), unit, path, residents }
        })
        .collect();
    pieces.sort_by(|a, b| a.place.cmp(&b.place));
    let rows: BTreeMap<&str, u32> = homes.iter().zip(0..).map(|(home, unit)| (home.unit.as_str(), unit)).collect();
    let counted: BTreeSet<&BasePlace> = base.counts.keys().map(|(place, _)| place).collect();
    for place in counted {
        let unit = rows.get(place.unit.as_str()).copied().filter(|unit| homes[*unit as usize] != *place);
        let Some(from) = unit.and_then(|unit| release.units.center(finest, unit)) else { continue };
        let first = pieces.partition_point(|p| p.place.area < place.area);
        let away = |unit: u32| {
            release
                .units
                .center(finest, unit)
                .map_or(f64::INFINITY, |to| ((to.lon - from.lon) * from.lat.to_radians().cos()).hypot(to.lat - from.lat))
        };
        let own = pieces[first..].iter_mut().take_while(|p| p.place.area == place.area);
        if let Some(nearest) = own.min_by(|a, b| away(a.unit).total_cmp(&away(b.unit))) {
            nearest.slivers.push(place.clone());
        }
    }
    pieces
}
