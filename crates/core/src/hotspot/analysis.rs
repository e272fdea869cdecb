//! From facts to named hotspots, for all records or one strand.

use super::appraisal::Standing;
use super::detect::{DetectInput, DetectParams, Detection, HotPlace, detect};
use super::identity::{Before, Change, Ended, Footprint, Identity, identify};
use super::robustness::HotspotRobustness;
use super::{Hotspot, StrandAnalysis};
use crate::atlas::Atlas;
use crate::cube::{FactKind, Facts, Filter};
use crate::error::{Error, Result};
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use crate::projection::{EastingNorthing, LonLat, bng_from_wgs84};
use crate::units::{UnitLevel, Units};
use geo::{Area, Centroid, Contains};

/// A hotspot of an earlier release, as far as this one must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastHotspot {
    /// Its strand, or all records.
    pub strand: Option<Strand>,
    /// Its identifier.
    pub id: String,
    /// Month of the first release that had it.
    pub first_seen: Month,
    /// Its name.
    pub name: String,
    /// Incidents in the window of that release.
    pub n: u32,
    /// Its units: cells in hexadecimal, or codes of areas. Those that this release has not got are left out.
    pub units: Vec<String>,
}

/// What an analysis of one release has in common for all strands.
#[derive(Debug, Clone, Copy)]
pub struct Analysis<'a> {
    /// Units.
    pub units: &'a Units,
    /// Resolution of the hotspots; 0 for polygons.
    pub resolution: u8,
    /// Facts; police-generated records are left out by the filter.
    pub facts: &'a Facts,
    /// Position in metres of each fact; not finite where there is none.
    pub metres: &'a [[f64; 2]],
    /// Reference measure by unit at the resolution.
    pub reference: &'a [f64],
    /// Window.
    pub window: MonthRange,
    /// Settings of the rule.
    pub rule: DetectParams,
    /// Where names come from; `None` outside London.
    pub atlas: Option<&'a Atlas>,
    /// Hotspots of the release before, of all strands; `None` when there was none.
    pub before: Option<&'a [PastHotspot]>,
}

impl Analysis<'_> {
    /// All records, each of the five strands, and both faith sub-strands, in this order.
    ///
    /// # Errors
    /// As [`Analysis::strand`].
    pub fn all(&self) -> Result<Vec<StrandAnalysis>> {
        std::iter::once(None).chain(Strand::ANALYSED.into_iter().map(Some)).map(|s| self.strand(s)).collect()
    }

    /// One strand, or all records.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a resolution that the units have not got, [`Error::Length`] for columns that differ, and
    /// what [`detect`] finds wrong with the settings.
    pub fn strand(&self, strand: Option<Strand>) -> Result<StrandAnalysis> {
        let filter = Filter { strands: strand.into(), ..Filter::over(self.window) };
        let (counts, found) = self.detect(filter)?;
        let (identities, ended) = self.identified(strand, &found.places);
        let named = found.places.iter().zip(identities).enumerate();
        let mut hotspots: Vec<Hotspot> = named.map(|(i, (place, identity))| self.named(identity, i, place)).collect();
        self.tally(filter, &mut hotspots)?;
        Ok(StrandAnalysis {
            strand,
            window: self.window,
            n: counts.iter().sum(),
            verdict: found.verdict,
            prior: found.rates.map(|r| r.prior),
            hotspots,
            ended,
        })
    }

    /// The units of the hotspots.
    pub(super) fn level(&self) -> Result<UnitLevel<'_>> {
        let what = Error::OutOfRange { what: "resolution", must: "one of the resolutions of the grid" };
        self.units.level(self.resolution).ok_or(what)
    }

    /// Counts by unit, and what the rule finds in them.
    pub(super) fn detect(&self, filter: Filter) -> Result<(Vec<u32>, Detection)> {
        let level = self.level()?;
        if self.metres.len() != self.facts.len() {
            return Err(Error::Length { what: "positions", got: self.metres.len(), expected: self.facts.len() });
        }
        let counts = level.counts(self.facts, &filter);
        let points: Vec<(u32, [f64; 2])> = self
            .facts
            .rows(&filter)
            .filter(|row| self.metres[*row][0].is_finite())
            .filter_map(|row| Some((level.row_of(self.facts.unit(row)?)?, self.metres[row])))
            .collect();
        let input = DetectInput {
            counts: &counts,
            reference: self.reference,
            area_km2: level.area_km2,
            neighbors: level.neighbors,
            points: &points,
        };
        let found = detect(&input, &self.rule)?;
        Ok((counts, found))
    }

    /// Who the places are, by the hotspots of the release before.
    fn identified(&self, strand: Option<Strand>, places: &[HotPlace]) -> (Vec<Identity>, Vec<Ended>) {
        let level = self.units.level(self.resolution).expect("the level was there");
        let id = |row: u32| self.units.id(self.resolution, row).unwrap_or_default();
        let named: Vec<Vec<(String, f64)>> =
            places.iter().map(|p| p.units.iter().map(|row| (id(*row), level.area_km2[*row as usize])).collect()).collect();
        let of_strand = || self.before.unwrap_or_default().iter().filter(|b| b.strand == strand);
        let area = |unit: &str| self.units.row(self.resolution, unit).map(|row| level.area_km2[row as usize]);
        let then: Vec<Vec<(&str, f64)>> =
            of_strand().map(|b| b.units.iter().filter_map(|u| Some((u.as_str(), area(u)?))).collect()).collect();
        let before: Vec<Before<'_>> = of_strand()
            .zip(&then)
            .map(|(b, units)| Before { id: &b.id, name: &b.name, n: b.n, first_seen: b.first_seen, footprint: Footprint { units } })
            .collect();
        let now: Vec<Vec<(&str, f64)>> =
            named.iter().map(|units| units.iter().map(|(u, area)| (u.as_str(), *area)).collect()).collect();
        let now: Vec<Footprint<'_>> = now.iter().map(|units| Footprint { units }).collect();
        // Hotspots of other units have names of their own, so that no name stands for two places.
        let prefix = match self.resolution {
            9 => strand.map_or("all", Strand::id).to_owned(),
            0 => format!("{}-areas", strand.map_or("all", Strand::id)),
            other => format!("{}-r{other}", strand.map_or("all", Strand::id)),
        };
        let (mut who, ended) = identify(&before, &now, &prefix, self.window.to());
        if self.before.is_none() {
            for identity in &mut who {
                identity.change = Change::First;
            }
        }
        (who, ended)
    }

    fn named(&self, identity: Identity, index: usize, place: &HotPlace) -> Hotspot {
        let (name, area_code) = self.name_of(place.peak);
        Hotspot {
            identity,
            rank: index as u32 + 1,
            name,
            area_code,
            outline: self.units.outline(self.resolution, &place.units),
            units: place.units.clone(),
            peak: place.peak,
            area_km2: place.area_km2,
            n: place.n,
            expected: place.expected,
            ratio: place.ratio,
            probability: place.probability,
            stands_without_one: place.stands_without_one,
            strands: [0; Strand::ALL.len()],
            months: vec![0; self.window.len()],
            robustness: HotspotRobustness::default(),
            standing: Standing::default(),
        }
    }

    /// Counts strands and months of every hotspot in one pass over the facts.
    fn tally(&self, filter: Filter, hotspots: &mut [Hotspot]) -> Result<()> {
        for (i, row) in self.facts_of(hotspots, &filter)? {
            let hotspot = &mut hotspots[i];
            let fact = self.facts.get(row).expect("the row came from these facts");
            if self.facts.kind() == FactKind::Events {
                for strand in fact.strands.iter() {
                    hotspot.strands[usize::from(strand.code())] += fact.count;
                }
            }
            hotspot.months[usize::from(fact.month.index() - self.window.from().index())] += fact.count;
        }
        if self.facts.kind() == FactKind::Counts {
            // A published table has rows of their own for every strand, which are not those of the total; how many of one strand are of another too
            // it does not say, but for those that lie in it.
            let told = |strand: &Strand| filter.strands.one().is_none_or(|of| strand.lies_in(of));
            for strand in Strand::ALL.iter().copied().filter(told) {
                for (i, row) in self.facts_of(hotspots, &Filter { strands: strand.into(), ..filter })? {
                    hotspots[i].strands[usize::from(strand.code())] += self.facts.get(row).map_or(0, |fact| fact.count);
                }
            }
        }
        Ok(())
    }

    /// The facts that a filter counts in a hotspot: place of the hotspot in the list, and row of the fact, ascending.
    pub(super) fn facts_of<'b>(
        &'b self,
        hotspots: &[Hotspot],
        filter: &'b Filter,
    ) -> Result<impl Iterator<Item = (usize, usize)> + use<'b>> {
        let level = self.level()?;
        let mut owner = vec![None; level.len()];
        for (i, hotspot) in hotspots.iter().enumerate() {
            for unit in &hotspot.units {
                let slot = owner.get_mut(*unit as usize);
                *slot.ok_or(Error::OutOfRange { what: "unit of a hotspot", must: "a row of the level" })? = Some(i);
            }
        }
        let of = move |row| Some((owner[level.row_of(self.facts.unit(row)?)? as usize]?, row));
        Ok(self.facts.rows(filter).filter_map(of))
    }

    /// Postcode district and compass part of the borough; outside London the compass part of the study area, or the name of the polygon.
    pub(super) fn name_of(&self, peak: u32) -> (String, Option<String>) {
        let Some(at) = self.units.center(self.resolution, peak) else { return (String::new(), None) };
        if let Units::Areas(layer) = self.units {
            let row = peak as usize;
            return (layer.names()[row].clone(), Some(layer.codes()[row].clone()));
        }
        if let Some(named) = self.atlas.and_then(|atlas| london_name(atlas, at)) {
            return named;
        }
        let [west, south, east, north] = self.units.bounds();
        let middle = LonLat { lon: f64::midpoint(west, east), lat: f64::midpoint(south, north) };
        let metres = |p: LonLat| self.units.projection().metres_from_lonlat(p).ok();
        let study_area = match self.units {
            Units::Cells(grid) => grid.study_area().name.clone(),
            Units::Areas(_) => String::new(),
        };
        let part = match (metres(at), metres(middle), metres(LonLat { lon: east, lat: north })) {
            (Some(p), Some(m), Some(corner)) => {
                compass([p[0] - m[0], p[1] - m[1]], 0.5 * (corner[0] - m[0]).hypot(corner[1] - m[1]))
            }
            _ => "part",
        };
        (format!("{part} of {study_area}"), None)
    }
}

fn london_name(atlas: &Atlas, at: LonLat) -> Option<(String, Option<String>)> {
    let (grid, _) = bng_from_wgs84(at)?;
    let district = atlas.nearest_district(grid);
    let point = geo::Point::new(at.lon, at.lat);
    // A peak on the river lies in no borough: it is named after the nearest one by district alone.
    let Some(borough) = atlas.boroughs().iter().find(|b| b.polygon.contains(&point)) else {
        return district.map(|d| (format!("{d}, on the river"), None));
    };
    let center = borough.polygon.centroid()?;
    let (middle, _) = bng_from_wgs84(LonLat { lon: center.x(), lat: center.y() })?;
    // Degrees squared to metres squared at the borough's own latitude.
    let metres2 = borough.polygon.unsigned_area() * 111_195.0 * 111_195.0 * center.y().to_radians().cos();
    let radius = (metres2 / std::f64::consts::PI).sqrt();
    let EastingNorthing { easting, northing } = grid;
    let part = compass([easting - middle.easting, northing - middle.northing], radius);
    let name = district.map_or_else(|| format!("{part} of {}", borough.name), |d| format!("{d}, {part} of {}", borough.name));
    Some((name, Some(borough.code.clone())))
}

/// The part of a place in which an offset from its middle lies: `centre` within a quarter of the radius, else one of eight.
fn compass(offset: [f64; 2], radius: f64) -> &'static str {
    const PARTS: [&str; 8] = ["east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east"];
    if offset[0].hypot(offset[1]) < radius / 4.0 {
        return "centre";
    }
    let eighth = (offset[1].atan2(offset[0]) / std::f64::consts::FRAC_PI_4).round() as i32;
    PARTS[eighth.rem_euclid(8) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compass_has_eight_parts_and_a_centre() {
        assert_eq!(compass([10.0, 5.0], 100.0), "centre");
        assert_eq!(compass([100.0, 0.0], 100.0), "east");
        assert_eq!(compass([0.0, 100.0], 100.0), "north");
        assert_eq!(compass([-100.0, 1.0], 100.0), "west");
        assert_eq!(compass([-100.0, -1.0], 100.0), "west");
        assert_eq!(compass([0.0, -100.0], 100.0), "south");
        assert_eq!(compass([70.0, -70.0], 100.0), "south-east");
        assert_eq!(compass([-70.0, 70.0], 100.0), "north-west");
    }
}
