//! What a store knew, placed on units of analysis.

use crate::args::{QuestionArgs, ReferenceArg, UnitArgs};
use crate::commands::note;
use crate::failure::{Done, Failure};
use h3o::Resolution;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::FactKind;
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::analysis::{Analysis, PastHotspot};
use hotspot_core::hotspot::denominator::{Denominator, RESIDENTS};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::release::DataClass;
use hotspot_core::residents::{RESIDENTS_NAME, ResidentPoints};
use hotspot_core::simulate::is_simulated;
use hotspot_core::units::Units;
use hotspot_core::{BreakRegistry, LonLat, Month, MonthRange, SeriesBreak};
use hotspot_pipeline::areas::{parse_areas, parse_study_area};
use hotspot_pipeline::facts::{self, Known, Placed};
use hotspot_pipeline::store::Store;
use indicatif::ProgressBar;
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
        let withheld = known.withheld.len();
        let months = known.months().ok_or_else(|| {
            Failure::data(match withheld {
                0 => format!("nothing was known on {as_known_on}"),
                n => format!("no figure was known on {as_known_on}: the publisher withholds all {n}"),
            })
        })?;
        if withheld > 0 {
            note(format_args!(
                "{withheld} published figures are withheld by the publisher and count as not known: they are in no sum"
            ));
        }
        Ok(Self { known, as_known_on, months })
    }
}

/// A question with all that is needed to answer it.
pub struct Asked {
    pub known: Known,
    pub as_known_on: Date,
    /// Months held.
    pub months: MonthRange,
    pub month: Month,
    pub window: MonthRange,
    pub units: Units,
    pub placed: Placed,
    pub london: bool,
    /// Residents, where they are known: in London.
    pub residents: Option<ResidentPoints>,
    /// 0 for polygons.
    pub resolution: u8,
    pub by: ReferenceArg,
    pub reference: Vec<f64>,
    pub reference_name: String,
    pub rule: DetectParams,
}

impl Asked {
    /// Loads the records and places them.
    pub fn load(args: &QuestionArgs, bar: &ProgressBar) -> Done<Self> {
        let KnownThen { known, as_known_on, months } = KnownThen::load(&args.store, args.as_known_on)?;
        let month = args.month.unwrap_or_else(|| last_complete(months, as_known_on));
        let window = window_of(month, args.months, months, as_known_on)?;
        bar.set_message("placing records");
        let (units, placed, london) = place(&args.units, &known)?;
        let resolution = if matches!(units, Units::Areas(_)) { 0 } else { args.resolution };
        let residents = london.then(|| ResidentPoints::of(Atlas::london()));
        let (reference, reference_name) = reference_of(args.reference, &units, resolution, residents.as_ref())?;
        let rule = DetectParams { threshold: args.threshold, ..DetectParams::default() };
        Ok(Self {
            known,
            as_known_on,
            months,
            month,
            window,
            units,
            placed,
            london,
            residents,
            resolution,
            by: args.reference,
            reference,
            reference_name,
            rule,
        })
    }

    /// The analysis, going on from the hotspots of an earlier release.
    pub fn analysis<'a>(&'a self, before: Option<&'a [PastHotspot]>) -> Analysis<'a> {
        Analysis {
            units: &self.units,
            resolution: self.resolution,
            facts: &self.placed.facts,
            metres: &self.placed.metres,
            reference: &self.reference,
            window: self.window,
            rule: self.rule,
            atlas: self.london.then(Atlas::london),
            before,
        }
    }

    /// Measures of what is at risk by unit of the hotspots: the reference measure of the rule first, then what else is known.
    pub fn denominators(&self) -> Vec<Denominator> {
        let level = self.units.level(self.resolution).expect("the question was placed on this level");
        let area = Denominator::area(level.area_km2);
        let residents = self.residents.as_ref().map(|points| {
            let values = match &self.units {
                Units::Cells(grid) => level.roll_up(&points.on(grid, [0.0; 2]), 0.0),
                Units::Areas(layer) => points.in_areas(layer),
            };
            Denominator::people(RESIDENTS, RESIDENTS_NAME.to_owned(), "residents", values)
        });
        match (self.by, residents) {
            (ReferenceArg::Residents, Some(residents)) => vec![residents, area],
            (_, residents) => std::iter::once(area).chain(residents).collect(),
        }
    }
}

/// Breaks of recording that concern records of a class: London's; of a synthetic London those that it was made with.
pub fn breaks(class: DataClass, london: bool) -> BreakRegistry {
    let known = Atlas::london().breaks().all().iter().filter(|_| london);
    let concerns = |b: &&SeriesBreak| class != DataClass::Synthetic || is_simulated(b);
    BreakRegistry::new(known.filter(concerns).cloned().collect())
}

/// The reference measure by unit, and its name.
fn reference_of(
    wanted: ReferenceArg,
    units: &Units,
    resolution: u8,
    residents: Option<&ResidentPoints>,
) -> Done<(Vec<f64>, String)> {
    let level = units.level(resolution).ok_or_else(|| Failure::cannot("the grid has no such resolution"))?;
    match (wanted, units, residents) {
        (ReferenceArg::Area, ..) => Ok((level.area_km2.to_vec(), "area inside the study area, km²".to_owned())),
        (ReferenceArg::Residents, Units::Cells(grid), Some(points)) => {
            Ok((level.roll_up(&points.on(grid, [0.0; 2]), 0.0), RESIDENTS_NAME.to_owned()))
        }
        (ReferenceArg::Residents, ..) => Err(Failure::cannot("--reference residents is known for cells of London only")),
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
        let layer = AreaLayer::of_boroughs(atlas.boroughs())?;
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

/// The months to analyse.
fn window_of(month: Month, length: u16, held: MonthRange, as_known_on: Date) -> Done<MonthRange> {
    if !held.contains(month) {
        return Err(Failure::cannot(format!("--month {month}: the store holds {held} as known on {as_known_on}")));
    }
    // Months that were never taken in are no months without incidents.
    let window = MonthRange::new(MonthRange::ending(month, length).from().max(held.from()), month).unwrap_or(held);
    if window.len() < usize::from(length) {
        note(format_args!("the window is {window}: the store holds no earlier month"));
    }
    Ok(window)
}

/// The last month that was over on the day, or the last one that there is.
pub fn last_complete(months: MonthRange, day: Date) -> Month {
    months.iter().filter(|m| m.last_day() <= day).last().unwrap_or(months.to())
}
