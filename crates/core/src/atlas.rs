//! What the binary knows of London: boroughs, the Thames, population, postcodes, names for places, recording breaks.
//!
//! `data/atlas.bin` is written by `cargo xtask data` from the text files beside it (their provenance and licences:
//! `data/README.md`) and decoded once, on first use.
//!
//! # Layout of the bytes, version 2
//!
//! The magic `HSATLAS` and the version byte; then, without gaps, the parts below. An *unsigned* is LEB128; a *signed* is the
//! zigzag of an unsigned; a *text* is its length in bytes and UTF-8; a *shape* is the number of polygons, for each the number of
//! rings (the exterior first), for each the number of points without the closing one, for each point longitude and latitude in
//! 10⁻⁶ degrees as signed differences to the point before (the first to the last point of the ring before; 0, 0 at the start of
//! the shape).
//!
//! 1. Boroughs by GSS code: their number; for each code, name, Basic Command Unit (empty: none) as texts, inner London (0 or 1),
//!    residents of the 2011 census, residents of mid-2023 aged 0 to 17, 18 to 64, and 65 and over, the shape to assign by and the shape to draw.
//! 2. The shape of the tidal Thames; the shape of the study area.
//! 3. Postcode districts in alphabetical order: their number; a text each.
//! 4. Postcodes: the number of groups; for each group district, borough, live (0 or 1), number of postcodes, and for each easting
//!    and northing in metres as signed differences to the postcode before (0, 0 at the start of the group).
//! 5. LSOAs of 2011 by code: their number; for each the signed difference of its number (the digits of the code) to the one
//!    before, borough, residents, households, hectares.
//! 6. Recording breaks: their number; for each identifier, first day (ISO 8601), areas separated by `;`, what changed, source.

use crate::error::{Error, Result};
use crate::month::{BreakRegistry, SeriesBreak};
use crate::projection::EastingNorthing;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use rstar::RTree;
use rstar::primitives::GeomWithData;
use std::sync::OnceLock;

/// Residents for each live postcode under which a borough's postcodes are offices rather than homes.
///
/// The City of London has 8, Westminster 16, Camden 27; the next is Kensington and Chelsea with 34, and Newham has 84.
pub const RESIDENTS_FIT_FROM: f64 = 30.0;

/// How far away a postcode may lie and still name a place.
const NAMED_WITHIN_M: f64 = 2_000.0;

/// One of London's 32 boroughs, or the City.
#[derive(Debug, Clone, PartialEq)]
pub struct Borough {
    /// GSS code, `E09000001` to `E09000033`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Basic Command Unit of the Metropolitan Police; `None` for the City, which has a force of its own.
    pub bcu: Option<String>,
    /// Whether the Office for National Statistics counts it to inner London.
    pub inner: bool,
    /// Outline to assign points by: simplified to 20 %, lon/lat.
    pub polygon: MultiPolygon<f64>,
    /// Outline to draw: simplified to 10 %, lon/lat.
    pub display: MultiPolygon<f64>,
    /// Residents, census of 2011.
    pub population_2011: u32,
    /// Residents, mid-2023 (the year is not confirmed by the source).
    pub population_mid2023: u32,
    /// The same residents by age: 0 to 17, 18 to 64, 65 and over. They add up to [`Self::population_mid2023`].
    pub ages_mid2023: [u32; 3],
    /// Live postcodes.
    pub live_postcodes: u32,
    /// Whether residents are a sensible denominator: at least [`RESIDENTS_FIT_FROM`] for each live postcode. In the City,
    /// Westminster and Camden offices dominate: counts are shown there, no rate.
    pub residents_fit: bool,
}

/// Postcodes as columns of equal length, ordered by district, borough, live before ended, and then along a space-filling curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Postcodes {
    easting: Vec<u32>,
    northing: Vec<u32>,
    borough: Vec<u8>,
    live: Vec<bool>,
    district: Vec<u16>,
}

impl Postcodes {
    /// Number of postcodes.
    pub fn len(&self) -> usize {
        self.easting.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.easting.is_empty()
    }

    /// Metres east on the National Grid.
    pub fn easting(&self) -> &[u32] {
        &self.easting
    }

    /// Metres north on the National Grid.
    pub fn northing(&self) -> &[u32] {
        &self.northing
    }

    /// Row in [`Atlas::boroughs`].
    pub fn borough(&self) -> &[u8] {
        &self.borough
    }

    /// Whether the postcode is in use.
    pub fn live(&self) -> &[bool] {
        &self.live
    }

    /// Row in [`Atlas::districts`].
    pub fn district(&self) -> &[u16] {
        &self.district
    }

    /// The place of one postcode, to a metre.
    pub fn location(&self, row: usize) -> EastingNorthing {
        EastingNorthing { easting: f64::from(self.easting[row]), northing: f64::from(self.northing[row]) }
    }
}

/// Residents of a lower-layer super output area (LSOA, 2011 boundaries) in the census of 2011.
#[derive(Debug, Clone, PartialEq)]
pub struct LsoaPopulation {
    /// GSS code, such as `E01000001`.
    pub code: String,
    /// Row in [`Atlas::boroughs`].
    pub borough: u8,
    /// Usual residents.
    pub persons: u32,
    /// Households.
    pub households: u32,
    /// Area in hectares, as published (whole hectares).
    pub hectares: f64,
}

/// Everything the binary knows of London.
///
/// ```
/// use hotspot_core::atlas::Atlas;
/// use hotspot_core::projection::EastingNorthing;
/// let atlas = Atlas::london();
/// assert_eq!(atlas.boroughs()[27].name, "Southwark");
/// let peckham = EastingNorthing { easting: 534_300.0, northing: 176_700.0 };
/// assert_eq!(atlas.nearest_district(peckham), Some("SE15"));
/// ```
#[derive(Debug)]
pub struct Atlas {
    boroughs: Vec<Borough>,
    thames: MultiPolygon<f64>,
    study_area: MultiPolygon<f64>,
    districts: Vec<String>,
    postcodes: Postcodes,
    lsoas: Vec<LsoaPopulation>,
    breaks: BreakRegistry,
    live: OnceLock<RTree<GeomWithData<[f64; 2], u16>>>,
}

impl Atlas {
    /// The atlas that the binary carries, decoded on the first call.
    pub fn london() -> &'static Self {
        static LONDON: OnceLock<Atlas> = OnceLock::new();
        LONDON.get_or_init(|| {
            Self::decode(include_bytes!("../../../data/atlas.bin")).expect("a test decodes the atlas that is checked in")
        })
    }

    /// Reads the bytes of an atlas.
    ///
    /// # Errors
    /// [`Error::Atlas`] when the bytes are not an atlas of this version, end early, go on after the end, or contradict themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { rest: bytes };
        if reader.take(8, "magic")? != b"HSATLAS\x02" {
            return Err(Error::Atlas { what: "magic" });
        }
        let mut boroughs = reader.list("boroughs", borough)?;
        let thames = reader.shape()?;
        let study_area = reader.shape()?;
        let districts = reader.list("districts", Reader::text)?;
        let postcodes = postcodes(&mut reader, boroughs.len(), districts.len())?;
        let lsoas = lsoas(&mut reader, boroughs.len())?;
        let breaks = reader.list("breaks", series_break)?;
        if !reader.rest.is_empty() {
            return Err(Error::Atlas { what: "end" });
        }
        for (borough, live) in postcodes.borough.iter().zip(&postcodes.live) {
            boroughs[usize::from(*borough)].live_postcodes += u32::from(*live);
        }
        for b in &mut boroughs {
            b.residents_fit = f64::from(b.population_mid2023) >= RESIDENTS_FIT_FROM * f64::from(b.live_postcodes);
        }
        let breaks = BreakRegistry::new(breaks);
        Ok(Self { boroughs, thames, study_area, districts, postcodes, lsoas, breaks, live: OnceLock::new() })
    }

    /// The 32 boroughs and the City, by GSS code.
    pub fn boroughs(&self) -> &[Borough] {
        &self.boroughs
    }

    /// The boroughs ([`Borough::polygon`]) and the tidal Thames with the slivers between them: one valid shape without holes,
    /// lon/lat. A point on a bridge is in it, and in no borough.
    pub fn study_area(&self) -> &MultiPolygon<f64> {
        &self.study_area
    }

    /// The tidal Thames and the docks that open to it, lon/lat.
    pub fn thames(&self) -> &MultiPolygon<f64> {
        &self.thames
    }

    /// All postcodes, live and ended.
    pub fn postcodes(&self) -> &Postcodes {
        &self.postcodes
    }

    /// Postcode districts, such as `SE15`, in alphabetical order.
    pub fn districts(&self) -> &[String] {
        &self.districts
    }

    /// Residents by LSOA, by code.
    pub fn lsoa_population(&self) -> &[LsoaPopulation] {
        &self.lsoas
    }

    /// Where the series of recorded crime break.
    pub fn breaks(&self) -> &BreakRegistry {
        &self.breaks
    }

    /// The district of the nearest live postcode, at most 2 km away; of several at the same distance the first district.
    ///
    /// The first call builds the tree (a few hundredths of a second).
    pub fn nearest_district(&self, p: EastingNorthing) -> Option<&str> {
        let at = [p.easting, p.northing];
        if !at.iter().all(|m| m.is_finite()) {
            return None;
        }
        let mut nearest = self.live_postcodes().nearest_neighbor_iter_with_distance_2(at);
        let (first, distance_2) = nearest.next()?;
        if distance_2 > NAMED_WITHIN_M * NAMED_WITHIN_M {
            return None;
        }
        let ties = nearest.take_while(|(_, d)| *d <= distance_2).map(|(postcode, _)| postcode.data);
        Some(&self.districts[usize::from(ties.fold(first.data, u16::min))])
    }

    /// The live postcodes with their districts.
    fn live_postcodes(&self) -> &RTree<GeomWithData<[f64; 2], u16>> {
        self.live.get_or_init(|| {
            let p = &self.postcodes;
            let live = (0..p.len()).filter(|&row| p.live[row]);
            let points =
                live.map(|row| GeomWithData::new([f64::from(p.easting[row]), f64::from(p.northing[row])], p.district[row]));
            RTree::bulk_load(points.collect())
        })
    }
}

fn borough(reader: &mut Reader) -> Result<Borough> {
    let (code, name, bcu) = (reader.text()?, reader.text()?, reader.text()?);
    let inner = reader.flag()?;
    let population_2011 = reader.number()?;
    let ages_mid2023 = [reader.number()?, reader.number()?, reader.number()?];
    let all = ages_mid2023.iter().try_fold(0_u32, |sum, n| sum.checked_add(*n));
    let population_mid2023 = all.ok_or(Error::Atlas { what: "residents" })?;
    let (polygon, display) = (reader.shape()?, reader.shape()?);
    let bcu = (!bcu.is_empty()).then_some(bcu);
    // Counted from the postcodes once they are read.
    let (live_postcodes, residents_fit) = (0, false);
    Ok(Borough {
        code,
        name,
        bcu,
        inner,
        polygon,
        display,
        population_2011,
        population_mid2023,
        ages_mid2023,
        live_postcodes,
        residents_fit,
    })
}

fn postcodes(reader: &mut Reader, boroughs: usize, districts: usize) -> Result<Postcodes> {
    const WHAT: Error = Error::Atlas { what: "postcodes" };
    let groups = reader.count("postcodes")?;
    // Two bytes a postcode is the least there can be.
    let mut p = Postcodes::default();
    let room = reader.rest.len() / 2;
    p.easting.reserve(room);
    p.northing.reserve(room);
    for _ in 0..groups {
        let district = reader.number()?;
        let borough = reader.number()?;
        let live = reader.flag()?;
        let count = reader.count("postcodes")?;
        if district as usize >= districts || borough as usize >= boroughs {
            return Err(WHAT);
        }
        let (mut easting, mut northing) = (0_i64, 0_i64);
        for _ in 0..count {
            easting += reader.signed()?;
            northing += reader.signed()?;
            p.easting.push(u32::try_from(easting).or(Err(WHAT))?);
            p.northing.push(u32::try_from(northing).or(Err(WHAT))?);
        }
        let len = p.easting.len();
        p.borough.resize(len, borough as u8);
        p.live.resize(len, live);
        p.district.resize(len, district as u16);
    }
    p.easting.shrink_to_fit();
    p.northing.shrink_to_fit();
    Ok(p)
}

fn lsoas(reader: &mut Reader, boroughs: usize) -> Result<Vec<LsoaPopulation>> {
    let mut number = 0_i64;
    reader.list("LSOAs", |r| {
        number += r.signed()?;
        let borough = r.number()?;
        if borough as usize >= boroughs || !(0..100_000_000).contains(&number) {
            return Err(Error::Atlas { what: "LSOAs" });
        }
        let (persons, households, hectares) = (r.number()?, r.number()?, r.number()?);
        let code = format!("E{number:08}");
        Ok(LsoaPopulation { code, borough: borough as u8, persons, households, hectares: f64::from(hectares) })
    })
}

fn series_break(reader: &mut Reader) -> Result<SeriesBreak> {
    let (id, from, areas) = (reader.text()?, reader.text()?, reader.text()?);
    let (what, source) = (reader.text()?, reader.text()?);
    let from = from.parse().or(Err(Error::Atlas { what: "breaks" }))?;
    let areas = areas.split(';').filter(|a| !a.is_empty()).map(str::to_owned).collect();
    Ok(SeriesBreak { id, from, areas, what, source })
}

/// What is left of the bytes.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Error::Atlas { what })?;
        self.rest = rest;
        Ok(taken)
    }

    fn unsigned(&mut self) -> Result<u64> {
        let mut value = 0;
        for (i, byte) in self.rest.iter().enumerate().take(9) {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(Error::Atlas { what: "a number" })
    }

    fn signed(&mut self) -> Result<i64> {
        let z = self.unsigned()?;
        Ok((z >> 1) as i64 ^ -((z & 1) as i64))
    }

    fn number(&mut self) -> Result<u32> {
        u32::try_from(self.unsigned()?).or(Err(Error::Atlas { what: "a number" }))
    }

    /// How many things follow; never more than there are bytes, so that it may be allocated.
    fn count(&mut self, what: &'static str) -> Result<usize> {
        let count = self.unsigned()?;
        if count > self.rest.len() as u64 { Err(Error::Atlas { what }) } else { Ok(count as usize) }
    }

    fn flag(&mut self) -> Result<bool> {
        match self.unsigned()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::Atlas { what: "a flag" }),
        }
    }

    fn text(&mut self) -> Result<String> {
        let length = self.count("a text")?;
        let bytes = self.take(length, "a text")?;
        Ok(std::str::from_utf8(bytes).or(Err(Error::Atlas { what: "a text" }))?.to_owned())
    }

    fn list<T>(&mut self, what: &'static str, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.count(what)?;
        (0..count).map(|_| item(self)).collect()
    }

    fn shape(&mut self) -> Result<MultiPolygon<f64>> {
        let (mut lon, mut lat) = (0_i64, 0_i64);
        let polygons = self.list("a shape", |r| {
            let mut rings = r.list("a shape", |r| {
                let mut ring = r.list("a shape", |r| {
                    lon += r.signed()?;
                    lat += r.signed()?;
                    Ok(Coord { x: lon as f64 / 1e6, y: lat as f64 / 1e6 })
                })?;
                ring.extend(ring.first().copied());
                Ok(LineString(ring))
            })?;
            if rings.is_empty() {
                return Err(Error::Atlas { what: "a shape" });
            }
            let exterior = rings.remove(0);
            Ok(Polygon::new(exterior, rings))
        })?;
        Ok(MultiPolygon(polygons))
    }
}
