//! The store's records counted by place, month and strand: the cube of the monthly summary.

use crate::error::{Error, Result, Stage};
use crate::facts::{self, Known, Placed};
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::{Atlas, Borough};
use hotspot_core::cube::{Fact, FactKind, NO_AREA, NO_UNIT};
use hotspot_core::hotspot::protection::Role;
use hotspot_core::summary::{Cube, Gap, Level, Line, Place, Sighting, Tally, Traits, strands};
use hotspot_core::{FlagStatus, Month, MonthRange, Offence, Outcome, PlaceKind, SourceSet, StrandSet, Withheld};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Name of the place of records whose borough is not known.
pub const NOT_KNOWN: &str = "Borough not known";
/// Most areas that may be supplied: wards, not output areas.
pub const MAX_AREAS: usize = 1_500;

/// Records by borough, and by the areas of a layer where one is given.
///
/// # Errors
/// When the layer has more than [`MAX_AREAS`] areas, or a point cannot be projected.
pub fn place(known: &Known, atlas: &Atlas, areas: Option<&AreaLayer>) -> Result<Placed> {
    match areas {
        Some(layer) if layer.len() > MAX_AREAS => {
            let what = format!("the summary takes {MAX_AREAS} areas at most, such as wards: use analyse for smaller ones");
            Err(Error::refused(Stage::Areas, Path::new(layer.name()), what))
        }
        Some(layer) => facts::facts_on_areas(known, layer, atlas.boroughs()),
        None => facts::facts_on_areas(known, &boroughs(atlas), atlas.boroughs()),
    }
}

fn boroughs(atlas: &Atlas) -> AreaLayer {
    AreaLayer::of_boroughs(atlas.boroughs()).expect("the boroughs are sound polygons")
}

/// Counts what was placed by borough, month and strand, by the month of recording and by that of occurrence. Of incidents every month held
/// has a figure, be it 0; of published counts only what the publisher has given. `None` without records.
///
/// # Errors
/// When the records cannot be counted.
pub fn cube(placed: &Placed, atlas: &Atlas, areas: Option<&AreaLayer>) -> Result<Option<Cube>> {
    let fail = |e: Box<dyn std::error::Error + Send + Sync>| Error::source(Stage::Facts, Path::new("records"), e);
    let facts = &placed.facts;
    let range = |month: fn(&Fact) -> Month| {
        let months = || facts.iter().map(|f| month(&f));
        months().min().zip(months().max()).and_then(|(from, to)| MonthRange::new(from, to))
    };
    let (places, rows) = places(placed, atlas, areas);
    let unknown = places.iter().position(|p| p.level == Level::Area).unwrap_or(places.len()) as u16 - 1;
    let first_area = areas.map(|_| unknown + 1);
    let place_of = |area: u16| if area == NO_AREA { unknown } else { rows[usize::from(area)] };
    let area_of = |unit: u32| Some(first_area? + u16::try_from(unit).ok().filter(|_| unit != NO_UNIT)?);
    let made = match facts.kind() {
        FactKind::Events => {
            let (Some(recorded), Some(occurred)) = (range(|f| f.recorded), range(|f| f.month)) else { return Ok(None) };
            let tallies = tallies(placed, |f| place_of(f.area), |f| area_of(f.unit)).map_err(|e| fail(e.into()))?;
            let sightings: Vec<Sighting> = facts
                .iter()
                .enumerate()
                .filter_map(|(row, fact)| {
                    let victim = placed.people.key(Role::Victim, row)?;
                    Some(Sighting { victim, record: tally(&fact, place_of(fact.area), area_of(fact.unit)) })
                })
                .collect();
            Cube::of_records(places, [recorded, occurred], tallies, &sightings)
        }
        FactKind::Counts => {
            let months = || facts.iter().map(|f| f.month).chain(placed.withheld.iter().map(|w| w.month));
            let Some(months) = months().min().zip(months().max()).and_then(|(from, to)| MonthRange::new(from, to)) else {
                return Ok(None);
            };
            let line = |area: u16, unit: u32, month, strand, counted| {
                let line = |place| Line { place, month, strand, counted };
                [Some(line(place_of(area))), area_of(unit).map(line)].into_iter().flatten()
            };
            let given = facts.iter().filter_map(|fact| {
                let strand = strands().find(|s| fact.strands == s.map_or(StrandSet::EMPTY, StrandSet::counted))?;
                Some(line(fact.area, fact.unit, fact.month, strand, Ok(fact.count)))
            });
            let withheld = placed.withheld.iter().map(|w| line(w.area, w.unit, w.month, w.strand, Err(gap(w.why))));
            Cube::of_figures(places, months, given.chain(withheld).flatten())
        }
    };
    made.map(Some).map_err(|e| fail(e.into()))
}

/// How a publisher's mark stands in the summary.
const fn gap(why: Withheld) -> Gap {
    match why {
        Withheld::Suppressed => Gap::Suppressed,
        Withheld::NotAvailable => Gap::NotAvailable,
        Withheld::NotApplicable => Gap::NotApplicable,
    }
}

const fn tally(fact: &Fact, place: u16, area: Option<u16>) -> Tally {
    Tally {
        place,
        area,
        occurred: fact.month,
        recorded: fact.recorded,
        strands: fact.strands,
        offence: fact.offence,
        sources: fact.sources,
        status: fact.status,
        outcome: fact.outcome,
        placed: fact.place,
        count: fact.count,
    }
}

/// London, its command units, its boroughs, the rest, and the areas; and the row of each reporting area among them. The last before the areas
/// is the unknown borough.
fn places(placed: &Placed, atlas: &Atlas, areas: Option<&AreaLayer>) -> (Vec<Place>, Vec<u16>) {
    let units: BTreeSet<&str> = atlas.boroughs().iter().filter_map(|b| b.bcu.as_deref()).collect();
    let place = |level, code: &str, name: &str| Place {
        level,
        code: code.to_owned(),
        name: name.to_owned(),
        within: None,
        residents: None,
        traits: None,
    };
    let residents =
        |of: &dyn Fn(&Borough) -> bool| Some(atlas.boroughs().iter().filter(|b| of(b)).map(|b| b.population_mid2023).sum::<u32>());
    let mut places = vec![Place { residents: residents(&|_| true), ..place(Level::London, "", "London") }];
    for unit in &units {
        let here = |b: &Borough| b.bcu.as_deref() == Some(*unit);
        places.push(Place { residents: residents(&here), ..place(Level::CommandUnit, "", unit) });
    }
    let layer = boroughs(atlas);
    let known: BTreeMap<&str, &Borough> = atlas.boroughs().iter().map(|b| (b.code.as_str(), b)).collect();
    let mut rows = vec![0u16; placed.areas.len()];
    let mut row_of_code: BTreeMap<&str, u16> = BTreeMap::new();
    for (row, area) in placed.areas.iter().enumerate() {
        let Some(borough) = known.get(area.code.as_str()) else { continue };
        rows[row] = places.len() as u16;
        row_of_code.insert(&borough.code, rows[row]);
        let within = borough.bcu.as_deref().and_then(|unit| units.iter().position(|u| *u == unit)).map(|at| at as u16 + 1);
        let km2 = layer.row(&borough.code).map_or(0.0, |row| layer.area_km2()[row as usize]);
        places.push(Place {
            within,
            residents: area.residents,
            traits: Traits::of(borough, km2),
            ..place(Level::Borough, &area.code, &area.name)
        });
    }
    for (row, area) in placed.areas.iter().enumerate().filter(|(_, a)| !known.contains_key(a.code.as_str())) {
        rows[row] = places.len() as u16;
        places.push(place(Level::Elsewhere, &area.code, &area.name));
    }
    places.push(place(Level::Elsewhere, "", NOT_KNOWN));
    for row in 0..areas.map_or(0, AreaLayer::len) as u32 {
        let layer_of = areas.expect("there are areas");
        let borough = layer.locate(layer_of.center(row)).map(|b| layer.codes()[b as usize].as_str());
        let within = borough.and_then(|code| row_of_code.get(code).copied());
        let (code, name) = (&layer_of.codes()[row as usize], &layer_of.names()[row as usize]);
        places.push(Place { within, ..place(Level::Area, code, name) });
    }
    (places, rows)
}

/// Groups records that are alike: one lazy plan, collected once.
fn tallies(placed: &Placed, place_of: impl Fn(&Fact) -> u16, area_of: impl Fn(&Fact) -> Option<u16>) -> PolarsResult<Vec<Tally>> {
    const KEYS: [&str; 10] =
        ["place", "area", "occurred", "recorded", "strands", "offence", "sources", "status", "outcome", "placed"];
    const NO: u32 = u32::MAX;
    let facts: Vec<Fact> = placed.facts.iter().collect();
    let column = |name: &str, value: &dyn Fn(&Fact) -> u32| Column::new(name.into(), facts.iter().map(value).collect::<Vec<u32>>());
    let frame = DataFrame::new_infer_height(vec![
        column("place", &|f| u32::from(place_of(f))),
        column("area", &|f| area_of(f).map_or(NO, u32::from)),
        column("occurred", &|f| u32::from(f.month.index())),
        column("recorded", &|f| u32::from(f.recorded.index())),
        column("strands", &|f| u32::from(f.strands.bits())),
        column("offence", &|f| u32::from(f.offence.code())),
        column("sources", &|f| u32::from(f.sources.bits())),
        column("status", &|f| u32::from(f.status.code())),
        column("outcome", &|f| u32::from(f.outcome.code())),
        column("placed", &|f| u32::from(f.place.code())),
        column("n", &|f| f.count),
    ])?;
    let sums = frame.lazy().group_by(KEYS.map(col)).agg([col("n").cast(DataType::UInt64).sum()]).collect()?;
    let numbers = |name: &str| -> PolarsResult<Vec<u32>> { Ok(sums.column(name)?.u32()?.into_no_null_iter().collect()) };
    let mut keys = Vec::new();
    for key in KEYS {
        keys.push(numbers(key)?);
    }
    let n: Vec<u64> = sums.column("n")?.u64()?.into_no_null_iter().collect();
    let month = |index: u32| Month::from_index(index as u16).expect("the months came from facts");
    Ok((0..n.len())
        .map(|row| {
            let [place, area, occurred, recorded, strands, offence, sources, status, outcome, placed] =
                std::array::from_fn(|key| keys[key][row]);
            Tally {
                place: place as u16,
                area: (area != NO).then_some(area as u16),
                occurred: month(occurred),
                recorded: month(recorded),
                strands: StrandSet::from_bits(strands as u8),
                offence: Offence::from_code(offence as u8).expect("the offences came from facts"),
                sources: SourceSet::from_bits(sources as u8),
                status: FlagStatus::from_code(status as u8).expect("the flags came from facts"),
                outcome: Outcome::from_code(outcome as u8).expect("the outcomes came from facts"),
                placed: PlaceKind::from_code(placed as u8).expect("the places came from facts"),
                count: u32::try_from(n[row]).unwrap_or(u32::MAX),
            }
        })
        .collect())
}
