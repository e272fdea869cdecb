//! `hotspot analyse`.

use crate::args::{AnalyseArgs, ReferenceArg};
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use crate::progress;
use h3o::Resolution;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{FactKind, Filter};
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::{StrandAnalysis, Verdict};
use hotspot_core::provenance::Provenance;
use hotspot_core::release::Release;
use hotspot_core::residents::residents_by_cell;
use hotspot_core::units::Units;
use hotspot_core::{BreakRegistry, LonLat, Month, MonthRange};
use hotspot_pipeline::areas::{parse_areas, parse_study_area};
use hotspot_pipeline::facts::{self, Known, Placed};
use hotspot_pipeline::release::{Published, write_release};
use hotspot_pipeline::store::Store;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Makes one release of the store and publishes it.
pub fn run(args: &AnalyseArgs) -> Done {
    let (release, published) = release(args)?;
    let all = release.analysis(None).expect("a release analyses all records");
    let figures = Figures::of(&release, all);
    if published.already_there {
        note(format_args!("{}: already there, the same records and settings; nothing written", published.id));
    }
    if args.json {
        return say(figures.json(&release, &published));
    }
    say(format_args!("release {}", published.id))?;
    say(format_args!("{}", release.reconciliation))?;
    if release.outside > 0 {
        say(format_args!("{} mapped records lie outside the study area and in no unit", release.outside))?;
    }
    say(figures.text(&release))?;
    for analysis in &release.analyses {
        let name = analysis.strand.map_or("all records", |s| s.label());
        match analysis.verdict {
            Verdict::Analysed => say(format_args!("  {name}: {} hotspots of {} incidents", analysis.hotspots.len(), analysis.n))?,
            Verdict::CannotTell { minimum } => {
                say(format_args!("  {name}: cannot tell ({} incidents, {minimum} needed)", analysis.n))?;
            }
        }
    }
    Ok(())
}

/// Computes and publishes a release.
pub fn release(args: &AnalyseArgs) -> Done<(Release, Published)> {
    let bar = progress::spinner("reading the store");
    let store = Store::open(&args.store)?;
    let records = store.batches().into_iter().filter_map(|b| b.known_on.map(|[_, last]| last));
    let latest = records.chain(store.links(Date::MAX)?.into_iter().map(|link| link.known_on)).max();
    let as_known_on = args.as_known_on.or(latest).ok_or_else(|| Failure::data("the store holds no record"))?;
    let known = facts::load(&store, as_known_on)?;
    let months = known.months().ok_or_else(|| Failure::data(format!("nothing was known on {as_known_on}")))?;
    let month = args.month.unwrap_or_else(|| last_complete(months, as_known_on));
    if !months.contains(month) {
        return Err(Failure::cannot(format!("--month {month}: the store holds {months} as known on {as_known_on}")));
    }
    // Months that were never taken in are no months without incidents.
    let window = MonthRange::new(MonthRange::ending(month, args.months).from().max(months.from()), month).unwrap_or(months);
    if window.len() < usize::from(args.months) {
        note(format_args!("the window is {window}: the store holds no earlier month"));
    }
    bar.set_message("placing records");
    let (units, placed, london) = place(args, &known)?;
    bar.set_message("finding hotspots");
    let resolution = if matches!(units, Units::Areas(_)) { 0 } else { args.resolution };
    let level = units.level(resolution).ok_or_else(|| Failure::cannot("the grid has no such resolution"))?;
    let (reference, reference_name) = match (args.reference, &units) {
        (ReferenceArg::Area, _) => (level.area_km2.to_vec(), "area inside the study area, km²".to_owned()),
        (ReferenceArg::Residents, Units::Cells(grid)) if london => (
            level.roll_up(&residents_by_cell(grid, Atlas::london()), 0.0),
            "residents, mid-2023 (unconfirmed), spread over live postcodes; none where offices dominate".to_owned(),
        ),
        (ReferenceArg::Residents, _) => {
            return Err(Failure::cannot("--reference residents is known for cells of London only"));
        }
    };
    let rule = DetectParams { threshold: args.threshold, ..DetectParams::default() };
    let analyses = Analysis {
        units: &units,
        resolution,
        facts: &placed.facts,
        metres: &placed.metres,
        reference: &reference,
        window,
        rule,
        atlas: london.then(Atlas::london),
    }
    .all()?;
    if !placed.unmatched.is_empty() {
        let records: u64 = placed.unmatched.iter().map(|(_, n)| n).sum();
        note(format_args!("{} area codes are no unit: {records} records are counted and not drawn", placed.unmatched.len()));
    }
    let mut release = Release {
        id: String::new(),
        month,
        window,
        months,
        as_known_on,
        class: known.class,
        licence: known.licence.clone(),
        study_area: study_area_name(&units),
        reference: reference_name,
        rule,
        resolution,
        reconciliation: known.reconciliation,
        outside: placed.outside,
        units,
        areas: placed.areas,
        facts: placed.facts,
        analyses,
        breaks: if london { Atlas::london().breaks().clone() } else { BreakRegistry::default() },
        provenance: Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            inputs: known.inputs.clone(),
            settings: settings(args, &rule, window, &known),
            seed: args.seed,
        },
    };
    bar.set_message("publishing");
    let published = write_release(&args.releases, &release)?;
    bar.finish_and_clear();
    release.id.clone_from(&published.id);
    Ok((release, published))
}

fn settings(args: &AnalyseArgs, rule: &DetectParams, window: MonthRange, known: &Known) -> Vec<(String, String)> {
    let name = |path: &Option<std::path::PathBuf>| {
        path.as_ref().and_then(|p| p.file_name()).map_or_else(String::new, |n| n.to_string_lossy().into_owned())
    };
    let mut settings = vec![
        ("account".to_owned(), known.account.to_string()),
        ("window".to_owned(), window.to_string()),
        ("resolution".to_owned(), args.resolution.to_string()),
        ("reference".to_owned(), format!("{:?}", args.reference).to_lowercase()),
        ("threshold".to_owned(), rule.threshold.to_string()),
        ("fdr".to_owned(), rule.fdr.to_string()),
        ("join_radius_m".to_owned(), rule.join_radius_m.to_string()),
        ("max_area_km2".to_owned(), rule.max_area_km2.to_string()),
        ("minimum".to_owned(), rule.minimum.to_string()),
        ("study_area".to_owned(), name(&args.study_area)),
        ("areas".to_owned(), name(&args.areas)),
    ];
    settings.sort();
    settings
}

/// The last month that was over on the day, or the last one that there is.
fn last_complete(months: MonthRange, day: Date) -> Month {
    months.iter().filter(|m| m.last_day() <= day).last().unwrap_or(months.to())
}

/// Units, facts on them, and whether they are London's.
fn place(args: &AnalyseArgs, known: &Known) -> Done<(Units, Placed, bool)> {
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

fn study_area_name(units: &Units) -> String {
    match units {
        Units::Cells(grid) => grid.study_area().name.clone(),
        Units::Areas(layer) => layer.name().to_owned(),
    }
}

/// What a person asks of a release first.
struct Figures {
    n: u32,
    hotspots: usize,
    in_hotspots: u32,
    share_area: f64,
    fullest_covered: usize,
    fullest: usize,
    smallest_unit: u32,
    largest: Option<Value>,
    largest_text: String,
}

impl Figures {
    fn of(release: &Release, all: &StrandAnalysis) -> Self {
        let level = release.units.level(release.resolution).expect("a release has the resolution of its hotspots");
        let counts = level.counts(&release.facts, &Filter::over(release.window));
        let hot: std::collections::HashSet<u32> = all.hotspots.iter().flat_map(|h| h.units.iter().copied()).collect();
        let mut rows: Vec<u32> = (0..counts.len() as u32).filter(|r| counts[*r as usize] > 0).collect();
        rows.sort_by(|a, b| counts[*b as usize].cmp(&counts[*a as usize]).then(a.cmp(b)));
        rows.truncate(20);
        let largest = all.hotspots.first();
        Self {
            n: all.n,
            hotspots: all.hotspots.len(),
            in_hotspots: all.hotspots.iter().map(|h| h.n).sum(),
            share_area: all.hotspots.iter().map(|h| h.area_km2).sum::<f64>() / level.area_km2.iter().sum::<f64>(),
            fullest_covered: rows.iter().filter(|r| hot.contains(r)).count(),
            fullest: rows.len(),
            smallest_unit: hot.iter().map(|r| counts[*r as usize]).min().unwrap_or(0),
            largest: largest.map(|h| json!({"name": h.name, "n": h.n, "expected": h.expected, "area_km2": h.area_km2})),
            largest_text: largest
                .map_or_else(String::new, |h| format!("; the largest, {}: {}", h.name, h.sentence(release.window))),
        }
    }

    fn share(&self) -> f64 {
        f64::from(self.in_hotspots) / f64::from(self.n.max(1))
    }

    fn text(&self, release: &Release) -> String {
        format!(
            "{}: {} hotspots hold {} of {} incidents in units ({:.1} %) on {:.1} % of the area, and {} of the {} fullest units{}",
            release.window,
            self.hotspots,
            self.in_hotspots,
            self.n,
            self.share() * 100.0,
            self.share_area * 100.0,
            self.fullest_covered,
            self.fullest,
            self.largest_text
        )
    }

    fn json(&self, release: &Release, published: &Published) -> Value {
        let r = &release.reconciliation;
        json!({
            "release": published.id,
            "already_there": published.already_there,
            "window": {"from": release.window.from().to_string(), "to": release.window.to().to_string()},
            "as_known_on": release.as_known_on.to_string(),
            "reconciliation": {
                "rows": r.rows, "mapped": r.mapped, "area_only": r.area_only, "online": r.online, "no_place": r.no_place, "rejected": r.rejected
            },
            "outside": release.outside,
            "n": self.n,
            "hotspots": self.hotspots,
            "share_of_incidents": self.share(),
            "share_of_area": self.share_area,
            "fullest_units": self.fullest,
            "fullest_units_covered": self.fullest_covered,
            "fewest_incidents_of_a_hot_unit": self.smallest_unit,
            "largest": self.largest,
            "strands": release.analyses.iter().map(|a| json!({
                "strand": a.strand.map_or("all", |s| s.id()),
                "n": a.n,
                "hotspots": (a.verdict == Verdict::Analysed).then_some(a.hotspots.len()),
            })).collect::<Vec<_>>(),
        })
    }
}
