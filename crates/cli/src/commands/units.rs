//! What a store knew, placed on units of analysis.

use crate::args::{ReferenceArg, UnitArgs};
use crate::commands::note;
use crate::failure::{Done, Failure};
use h3o::Resolution;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::FactKind;
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::residents::residents_by_cell;
use hotspot_core::units::Units;
use hotspot_core::{LonLat, MonthRange};
use hotspot_pipeline::areas::{parse_areas, parse_study_area};
use hotspot_pipeline::facts::{self, Known, Placed};
use hotspot_pipeline::store::Store;
use jiff::civil::Date;
use std::path::Path;

/// What a store knew on a day.
pub struct KnownThen {
    /// The records.
    pub known: Known,
    /// The day.
    pub as_known_on: Date,
    /// The months that they cover.
    pub months: MonthRange,
}

impl KnownThen {
    /// On the day, or all that is known.
    pub fn load(store: &Path, day: Option<Date>) -> Done<Self> {
        let store = Store::open(store)?;
        let records = store.batches().into_iter().filter_map(|b| b.known_on.map(|[_, last]| last));
        let latest = records.chain(store.links(Date::MAX)?.into_iter().map(|link| link.known_on)).max();
        let as_known_on = day.or(latest).ok_or_else(|| Failure::data("the store holds no record"))?;
        let known = facts::load(&store, as_known_on)?;
        let months = known.months().ok_or_else(|| Failure::data(format!("nothing was known on {as_known_on}")))?;
        Ok(Self { known, as_known_on, months })
    }
}

/// The reference measure by unit, and its name.
pub fn reference_of(wanted: ReferenceArg, units: &Units, resolution: u8, london: bool) -> Done<(Vec<f64>, String)> {
    let level = units.level(resolution).ok_or_else(|| Failure::cannot("the grid has no such resolution"))?;
    match (wanted, units) {
        (ReferenceArg::Area, _) => Ok((level.area_km2.to_vec(), "area inside the study area, km²".to_owned())),
        (ReferenceArg::Residents, Units::Cells(grid)) if london => Ok((
            level.roll_up(&residents_by_cell(grid, Atlas::london()), 0.0),
            "residents, mid-2023 (unconfirmed), spread over live postcodes; none where offices dominate".to_owned(),
        )),
        (ReferenceArg::Residents, _) => Err(Failure::cannot("--reference residents is known for cells of London only")),
    }
}

/// Units, facts on them, and whether they are London's.
pub fn place(args: &UnitArgs, known: &Known) -> Done<(Units, Placed, bool)> {
    let atlas = Atlas::london();
    let inside = london_share(known);
    if let Some(path) = &args.areas {
        let layer = parse_areas(path, args.area_code.as_deref())?;
        let [west, south, east, north] = layer.bounds();
        let london = StudyArea::london().contains(LonLat { lon: west.midpoint(east), lat: south.midpoint(north) });
        let placed = facts::facts_on_areas(known, &layer, if london { atlas.boroughs() } else { &[] })?;
        return Ok((Units::Areas(layer), placed, london));
    }
    if let Some(path) = &args.study_area {
        let grid = CellGrid::cover(parse_study_area(path)?, Resolution::Ten, Resolution::Eight)?;
        let placed = facts::facts_on_grid(known, &grid, &[])?;
        return Ok((Units::Cells(grid), placed, false));
    }
    if known.kind == FactKind::Counts {
        // Published counts have no points; those by borough have polygons that the program carries.
        let boroughs = atlas.boroughs().iter().map(|b| (b.code.clone(), b.name.clone(), b.polygon.clone())).collect();
        let layer = AreaLayer::new("London boroughs".to_owned(), boroughs)?;
        let placed = facts::facts_on_areas(known, &layer, atlas.boroughs())?;
        if known.area_codes.iter().any(|code| layer.row(code).is_some()) {
            return Ok((Units::Areas(layer), placed, true));
        }
        note("no count belongs to a borough: nothing is drawn; --areas FILE.geojson gives the polygons of the codes");
    }
    if inside.is_some_and(|share| share < 0.5) {
        return Err(Failure::cannot("most points lie outside London; --study-area FILE.geojson gives another study area"));
    }
    let grid = CellGrid::london();
    let placed = facts::facts_on_grid(known, &grid, atlas.boroughs())?;
    Ok((Units::Cells(grid), placed, true))
}

/// Share of the points in London's bounds; `None` without points.
fn london_share(known: &Known) -> Option<f64> {
    let [west, south, east, north] = StudyArea::london().bounds();
    let (mut points, mut inside) = (0u64, 0u64);
    for event in &known.events {
        if let facts::EventPlace::Point { location, .. } = event.place {
            points += 1;
            inside += u64::from(west <= location.lon && location.lon <= east && south <= location.lat && location.lat <= north);
        }
    }
    (points > 0).then(|| inside as f64 / points as f64)
}
