//! Where the places of a question are: units, the boroughs and areas that hold them, and what a resource is stated for.

use super::allocation::Measures;
use super::challenge::{ChallengeInput, Level, Place, Resource, Target};
use crate::areas::AreaLayer;
use crate::atlas::{Atlas, Borough};
use crate::error::{Error, Result};
use crate::incident::Strand;
use crate::release::Release;
use crate::summary::Traits;
use crate::units::Units;
use std::collections::BTreeMap;

/// The place of each unit.
pub(super) fn place_of(places: &[Place], units: usize) -> Vec<Option<u32>> {
    let mut of = vec![None; units];
    for (row, place) in (0..).zip(places) {
        for unit in &place.units {
            of[*unit as usize] = Some(row);
        }
    }
    of
}

/// Cells on the river or between outlines belong to whoever is nearest: somebody polices a bridge.
fn nearest(borough: &mut [Option<u32>], centers: &[[f64; 2]]) {
    let known: Vec<(usize, u32)> = borough.iter().enumerate().filter_map(|(row, b)| Some((row, (*b)?))).collect();
    for row in (0..borough.len()).filter(|row| borough[*row].is_none()).collect::<Vec<_>>() {
        let distance = |other: usize| (centers[other][0] - centers[row][0]).hypot(centers[other][1] - centers[row][1]);
        borough[row] = known.iter().min_by(|a, b| distance(a.0).total_cmp(&distance(b.0))).map(|(_, b)| *b);
    }
}

/// Units with the borough that each lies in, or is nearest to.
pub(super) struct Geography<'a> {
    pub(super) release: &'a Release,
    pub(super) atlas: Option<&'a Atlas>,
    /// Row in the atlas by unit.
    pub(super) borough: Vec<Option<u32>>,
    /// Traits of the boroughs of the atlas.
    pub(super) traits: Vec<Option<Traits>>,
    layer: Option<&'a AreaLayer>,
    /// Row in the layer by unit.
    area: Vec<Option<u32>>,
    pub(super) units: usize,
    /// Residents by unit, where they are known.
    pub(super) residents: Option<&'a [f64]>,
    pub(super) area_km2: &'a [f64],
}

impl<'a> Geography<'a> {
    pub(super) fn new(input: &ChallengeInput<'a>) -> Result<Self> {
        let release = input.release;
        let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
        let boroughs = input.atlas.map(|a| AreaLayer::of_boroughs(a.boroughs())).transpose()?;
        let row_in = |layer: Option<&AreaLayer>, row: u32| -> Option<u32> {
            // A polygon may be a borough, or the area, itself.
            if let Units::Areas(areas) = &release.units
                && let Some(same) = layer?.row(&areas.codes()[row as usize])
            {
                return Some(same);
            }
            layer?.locate(release.units.center(release.resolution, row)?)
        };
        let traits = |row: usize, borough: &Borough| Traits::of(borough, boroughs.as_ref()?.area_km2()[row]);
        let units = level.len() as u32;
        let residents = release.denominators.iter().find(|d| d.id == crate::hotspot::denominator::RESIDENTS);
        let mut borough: Vec<Option<u32>> = match input.published {
            Some(published) => published.borough.clone(),
            None => (0..units).map(|row| row_in(boroughs.as_ref(), row)).collect(),
        };
        if boroughs.is_some() && matches!(release.units, Units::Cells(_)) {
            nearest(&mut borough, &release.units.centers_m(release.resolution).ok_or(Error::NoReference)?);
        }
        Ok(Self {
            release,
            atlas: input.atlas,
            borough,
            traits: input.atlas.map_or_else(Vec::new, |a| a.boroughs().iter().enumerate().map(|(row, b)| traits(row, b)).collect()),
            layer: input.areas,
            area: match input.published {
                Some(published) => published.area.iter().copied().map(Some).collect(),
                None => (0..units).map(|row| row_in(input.areas, row)).collect(),
            },
            units: level.len(),
            residents: residents.map(|d| d.values.as_slice()),
            area_km2: input.published.map_or(level.area_km2, |published| &published.area_km2),
        })
    }

    pub(super) fn measures<'m>(&'m self, need: &'m [f64]) -> Measures<'m> {
        Measures { need, area_km2: self.area_km2, residents: self.residents }
    }

    /// Name of the command unit of a unit; the borough's own name where it has none.
    fn command_unit(&self, unit: u32) -> Option<&'a str> {
        let borough = &self.atlas?.boroughs()[self.borough[unit as usize]? as usize];
        Some(borough.bcu.as_deref().unwrap_or(&borough.name))
    }

    /// Boroughs of another force are in the scope of what is given only where something is stated for them.
    fn in_scope(borough: &Borough, resources: &[Resource]) -> bool {
        borough.bcu.is_some()
            || resources.iter().any(|r| match &r.target {
                Target::Area(code) => *code == borough.code,
                Target::CommandUnit(name) => *name == borough.name,
                Target::Hotspot(_) | Target::Point { .. } | Target::Everywhere => false,
            })
    }

    /// The places that are asked about.
    pub(super) fn places(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        match input.level {
            Level::Hotspot => self.hotspots(input),
            Level::Area => self.areas(input),
            Level::Borough | Level::CommandUnit => {
                let atlas = self
                    .atlas
                    .ok_or(Error::OutOfRange { what: "level", must: "hotspot: the release is not of London's boroughs" })?;
                let mut of: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
                for unit in 0..self.units as u32 {
                    let Some(row) = self.borough[unit as usize] else { continue };
                    let borough = &atlas.boroughs()[row as usize];
                    if !Self::in_scope(borough, input.resources) {
                        continue;
                    }
                    let key = if input.level == Level::Borough {
                        (borough.code.clone(), borough.name.clone())
                    } else {
                        let name = borough.bcu.as_ref().unwrap_or(&borough.name).clone();
                        (name.clone(), name)
                    };
                    of.entry(key).or_default().push(unit);
                }
                let place = |((id, name), units): ((String, String), Vec<u32>)| Place {
                    borough: (input.level == Level::Borough).then(|| id.clone()),
                    command_unit: units.first().and_then(|u| self.command_unit(*u)).map(str::to_owned),
                    id,
                    name,
                    is_rest: false,
                    units,
                };
                Ok(of.into_iter().map(place).collect())
            }
        }
    }

    /// The supplied areas that hold the middle of a unit, or the units of a release on areas; those in the scope.
    fn areas(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        let missing =
            Error::OutOfRange { what: "level", must: "another one where no areas are supplied and the release is on cells" };
        let (codes, names) = match (self.layer, &self.release.units) {
            (Some(layer), _) | (None, Units::Areas(layer)) => (layer.codes(), layer.names()),
            (None, Units::Cells(_)) => return Err(missing),
        };
        let stated = |code: &str| input.resources.iter().any(|r| matches!(&r.target, Target::Area(of) if of == code));
        let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for unit in 0..self.units as u32 {
            let area = if self.layer.is_some() { self.area[unit as usize] } else { Some(unit) };
            if let Some(area) = area {
                of.entry(area).or_default().push(unit);
            }
        }
        let place = |(row, units): (u32, Vec<u32>)| -> Option<Place> {
            let code = &codes[row as usize];
            // An area lies where most of its units do.
            let mut boroughs: BTreeMap<u32, usize> = BTreeMap::new();
            units.iter().filter_map(|u| self.borough[*u as usize]).for_each(|b| *boroughs.entry(b).or_default() += 1);
            let most = boroughs.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            let borough = most.and_then(|(row, _)| Some(&self.atlas?.boroughs()[row as usize]));
            let asked = borough.is_none_or(|b| Self::in_scope(b, input.resources) || stated(code));
            asked.then(|| Place {
                id: code.clone(),
                name: names[row as usize].clone(),
                is_rest: false,
                borough: borough.map(|b| b.code.clone()),
                command_unit: borough.map(|b| b.bcu.as_ref().unwrap_or(&b.name).clone()),
                units,
            })
        };
        Ok(of.into_iter().filter_map(place).collect())
    }

    fn hotspots(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        let analysis = self
            .release
            .analysis(input.strand)
            .ok_or(Error::OutOfRange { what: "strand", must: "one that the release has analysed" })?;
        // Another force's places are in no scope: nothing of this one's could have gone there.
        let elsewhere: Vec<bool> = (0..self.units)
            .map(|unit| {
                let borough = self.atlas.zip(self.borough[unit]).map(|(atlas, row)| &atlas.boroughs()[row as usize]);
                borough.is_some_and(|b| !Self::in_scope(b, input.resources))
            })
            .collect();
        let mut taken = elsewhere.clone();
        let mut places: Vec<Place> = analysis
            .hotspots
            .iter()
            .filter(|h| !elsewhere[h.peak as usize])
            .map(|h| {
                h.units.iter().for_each(|u| taken[*u as usize] = true);
                Place {
                    id: h.identity.id.clone(),
                    name: h.name.clone(),
                    is_rest: false,
                    borough: h
                        .area_code
                        .clone()
                        .or_else(|| Some(self.atlas?.boroughs()[self.borough[h.peak as usize]? as usize].code.clone())),
                    command_unit: self.command_unit(h.peak).map(str::to_owned),
                    units: h.units.clone(),
                }
            })
            .collect();
        // Of two places of one name each says which it is.
        let mut of_name: BTreeMap<String, u32> = BTreeMap::new();
        for place in &places {
            *of_name.entry(place.name.clone()).or_default() += 1;
        }
        for place in places.iter_mut().filter(|p| of_name[&p.name] > 1) {
            place.name = format!("{} ({})", place.name, place.id);
        }
        let mut rest: BTreeMap<Option<&str>, Vec<u32>> = BTreeMap::new();
        for unit in (0..self.units as u32).filter(|u| !taken[*u as usize]) {
            rest.entry(self.command_unit(unit)).or_default().push(unit);
        }
        for (unit, units) in rest {
            let name = unit.unwrap_or("the study area");
            places.push(Place {
                id: format!("rest-of-{}", name.to_lowercase().replace(' ', "-")),
                name: format!("Rest of {name}"),
                is_rest: true,
                borough: None,
                command_unit: unit.map(str::to_owned),
                units,
            });
        }
        Ok(places)
    }

    /// Units that a resource is stated for; the rule that is broken where there is no such place.
    pub(super) fn covered(
        &self,
        target: &Target,
        release: &Release,
        strand: Option<Strand>,
    ) -> std::result::Result<Vec<u32>, &'static str> {
        let all = 0..self.units as u32;
        let boroughs = self.atlas.map(Atlas::boroughs).unwrap_or_default();
        let in_borough = |wanted: &dyn Fn(usize) -> bool| -> Vec<u32> {
            all.clone().filter(|u| self.borough[*u as usize].is_some_and(|b| wanted(b as usize))).collect()
        };
        match target {
            Target::Everywhere => Ok(all.collect()),
            Target::Hotspot(id) => {
                let analyses = release.analysis(strand).into_iter().chain(&release.analyses);
                let found = analyses.flat_map(|a| &a.hotspots).find(|h| h.identity.id == *id);
                found.map(|h| h.units.clone()).ok_or("the place must be a hotspot of the release")
            }
            Target::Area(code) => {
                if let Some(row) = release.units.row(release.resolution, code) {
                    return Ok(vec![row]);
                }
                if let Some(row) = self.layer.and_then(|layer| layer.row(code)) {
                    return Ok(all.filter(|u| self.area[*u as usize] == Some(row)).collect());
                }
                if !boroughs.iter().any(|b| b.code == *code) {
                    return Err("the place must be the code of a borough, or of an area of the release or of those supplied");
                }
                Ok(in_borough(&|b| boroughs[b].code == *code))
            }
            Target::CommandUnit(name) => {
                // The police say "South" and "South Area".
                let bare = |name: &str| {
                    let name = name.trim().to_lowercase();
                    name.strip_suffix(" area").or_else(|| name.strip_suffix(" bcu")).unwrap_or(&name).to_owned()
                };
                let wanted = bare(name);
                let is = |b: usize| bare(boroughs[b].bcu.as_deref().unwrap_or(&boroughs[b].name)) == wanted;
                if !(0..boroughs.len()).any(is) {
                    return Err("the place must be the name of a Basic Command Unit, or City of London");
                }
                Ok(in_borough(&is))
            }
            Target::Point { at, reach_m } => {
                let outside = "the point must lie in the study area";
                let metres = release.units.projection().metres_from_lonlat(*at).map_err(|_far| outside)?;
                let centers = release.units.centers_m(release.resolution).ok_or(outside)?;
                let near: Vec<u32> = (0..)
                    .zip(centers.iter())
                    .filter(|(_, c)| (c[0] - metres[0]).hypot(c[1] - metres[1]) <= *reach_m)
                    .map(|(row, _)| row)
                    .collect();
                if !near.is_empty() {
                    return Ok(near);
                }
                let unit = release.units.locate(*at).and_then(|finest| release.units.level(release.resolution)?.row_of(finest));
                unit.map(|u| vec![u]).ok_or(outside)
            }
        }
    }
}
