//! The store's records counted by place, month and strand: the cube of the monthly summary.

use crate::commit::{self, Lock, TEMPORARY};
use crate::error::{Error, Result, Stage};
use crate::facts::Placed;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{Fact, FactKind, NO_AREA};
use hotspot_core::hotspot::protection::Role;
use hotspot_core::summary::{Basis, Counted, Cube, Level, Line, Place, Traits, strands};
use hotspot_core::{FlagStatus, Month, MonthRange, PlaceKind, Strand, StrandSet};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Name of the place of records whose borough is not known.
pub const NOT_KNOWN: &str = "Borough not known";
/// Months over which a victim is a repeat one.
const REPEAT_MONTHS: u16 = 12;

/// Counts what was placed by borough, month and strand, by the month of recording and by that of occurrence. Of incidents every month held has a
/// figure, be it 0; of published counts only what the publisher has given.
///
/// # Errors
/// When a count is too large to be added up.
pub fn cube(placed: &Placed, atlas: &Atlas) -> Result<Option<Cube>> {
    let facts = &placed.facts;
    let months = || facts.iter().flat_map(|f| [f.month, f.recorded]);
    let Some(range) = months().min().zip(months().max()).and_then(|(from, to)| MonthRange::new(from, to)) else {
        return Ok(None);
    };
    let (places, rows) = places(placed, atlas);
    let place_of = |fact: &Fact| if fact.area == NO_AREA { rows.len() } else { usize::from(fact.area) };
    let row_of = |area: usize| rows.get(area).copied().unwrap_or(places.len() as u16 - 1);
    let lines = match facts.kind() {
        FactKind::Events => {
            let counted = counted(placed, place_of).map_err(|e| Error::source(Stage::Facts, Path::new("records"), e))?;
            let victims = victims(placed, place_of);
            // A month before the first, or after the last, of a basis was never held by it: it is no month without records.
            let held = Basis::ALL.map(|basis| {
                let months = || counted.keys().filter(|key| key.0 == basis).map(|key| key.2);
                months().min().zip(months().max()).and_then(|(from, to)| MonthRange::new(from, to)).unwrap_or(range)
            });
            let mut lines = Vec::new();
            for area in 0..=rows.len() {
                for (basis, held) in Basis::ALL.into_iter().zip(held) {
                    for month in held.iter() {
                        for strand in strands() {
                            let key = (basis, area, month, strand);
                            let mut all = counted.get(&key).copied().unwrap_or_default();
                            [all.victims, all.repeat_victims] = victims.get(&key).copied().unwrap_or_default();
                            lines.push(Line { place: row_of(area), basis, month, strand, counted: all });
                        }
                    }
                }
            }
            lines
        }
        FactKind::Counts => facts
            .iter()
            .filter_map(|fact| {
                let strand = strands().find(|s| fact.strands == s.map_or(StrandSet::EMPTY, StrandSet::counted))?;
                let counted = Counted { recorded: fact.count, ..Counted::default() };
                Some(Basis::ALL.map(|basis| Line { place: row_of(place_of(&fact)), basis, month: fact.month, strand, counted }))
            })
            .flatten()
            .collect(),
    };
    Cube::new(places, range, lines).map(Some).map_err(|e| Error::source(Stage::Facts, Path::new("records"), e))
}

/// London, its command units, its boroughs, and the rest; and the row of each reporting area among them. The last is the unknown borough.
fn places(placed: &Placed, atlas: &Atlas) -> (Vec<Place>, Vec<u16>) {
    let units: BTreeSet<&str> = atlas.boroughs().iter().filter_map(|b| b.bcu.as_deref()).collect();
    let place = |level, code: &str, name: &str| Place {
        level,
        code: code.to_owned(),
        name: name.to_owned(),
        within: None,
        residents: None,
        traits: None,
    };
    let residents = |of: &dyn Fn(&hotspot_core::atlas::Borough) -> bool| {
        Some(atlas.boroughs().iter().filter(|b| of(b)).map(|b| b.population_mid2023).sum::<u32>())
    };
    let mut places = vec![Place { residents: residents(&|_| true), ..place(Level::London, "", "London") }];
    for unit in &units {
        let here = |b: &hotspot_core::atlas::Borough| b.bcu.as_deref() == Some(*unit);
        places.push(Place { residents: residents(&here), ..place(Level::CommandUnit, "", unit) });
    }
    let layer = AreaLayer::of_boroughs(atlas.boroughs()).expect("the boroughs are sound polygons");
    let km2: BTreeMap<&str, f64> = layer.codes().iter().map(String::as_str).zip(layer.area_km2().iter().copied()).collect();
    let mut rows = vec![0u16; placed.areas.len()];
    let boroughs: BTreeMap<&str, _> = atlas.boroughs().iter().map(|b| (b.code.as_str(), b)).collect();
    for (row, area) in placed.areas.iter().enumerate() {
        let Some(borough) = boroughs.get(area.code.as_str()) else { continue };
        rows[row] = places.len() as u16;
        let within = borough.bcu.as_deref().and_then(|unit| units.iter().position(|u| *u == unit)).map(|at| at as u16 + 1);
        let km2 = km2.get(area.code.as_str()).copied().unwrap_or(0.0);
        let traits = (km2 > 0.0).then(|| Traits { density: f64::from(borough.population_mid2023) / km2, inner: borough.inner });
        places.push(Place { within, residents: area.residents, traits, ..place(Level::Borough, &area.code, &area.name) });
    }
    for (row, area) in placed.areas.iter().enumerate().filter(|(_, a)| !boroughs.contains_key(a.code.as_str())) {
        rows[row] = places.len() as u16;
        places.push(place(Level::Elsewhere, &area.code, &area.name));
    }
    places.push(place(Level::Elsewhere, "", NOT_KNOWN));
    (places, rows)
}

type Key = (Basis, usize, Month, Option<Strand>);

/// Sums by Polars: one lazy plan, collected once.
fn counted(placed: &Placed, place_of: impl Fn(&Fact) -> usize) -> PolarsResult<HashMap<Key, Counted>> {
    let facts: Vec<Fact> = placed.facts.iter().collect();
    let column = |name: &str, value: &dyn Fn(&Fact) -> u32| Column::new(name.into(), facts.iter().map(value).collect::<Vec<u32>>());
    let count = |f: &Fact, holds: bool| if holds { f.count } else { 0 };
    let frame = DataFrame::new_infer_height(vec![
        column("place", &|f| place_of(f) as u32),
        column("occurred", &|f| u32::from(f.month.index())),
        column("recorded", &|f| u32::from(f.recorded.index())),
        column("strands", &|f| u32::from(f.strands.bits())),
        column("n", &|f| f.count),
        column("provisional", &|f| count(f, f.status == FlagStatus::Provisional)),
        column("online", &|f| count(f, f.place == PlaceKind::Online)),
        column("no_place", &|f| count(f, f.place == PlaceKind::NoPlace)),
    ])?;
    let measures = ["n", "provisional", "online", "no_place"];
    let of_basis = |basis: Basis| {
        let mut sums = Vec::new();
        for (at, strand) in strands().enumerate() {
            for measure in measures {
                let has = strand.map_or(lit(true), |s| (col("strands").floor_div(lit(1u32 << s.code())) % lit(2u32)).eq(lit(1u32)));
                sums.push(col(measure).filter(has).sum().cast(DataType::UInt64).alias(format!("{measure}_{at}")));
            }
        }
        frame
            .clone()
            .lazy()
            .group_by([col("place"), col(basis.id()).alias("month")])
            .agg(sums)
            .with_column(lit(basis as u32).alias("basis"))
    };
    let whole = concat(Basis::ALL.map(of_basis), UnionArgs::default())?.collect()?;
    let numbers = |name: &str| -> PolarsResult<Vec<u64>> {
        Ok(whole.column(name)?.cast(&DataType::UInt64)?.u64()?.iter().map(Option::unwrap_or_default).collect())
    };
    let (place, month, basis) = (numbers("place")?, numbers("month")?, numbers("basis")?);
    let mut all = HashMap::new();
    for (at, strand) in strands().enumerate() {
        let [n, provisional, online, no_place] = measures.map(|m| numbers(&format!("{m}_{at}")));
        let (n, provisional, online, no_place) = (n?, provisional?, online?, no_place?);
        for row in 0..whole.height() {
            let month = Month::from_index(month[row] as u16).expect("the months came from facts");
            let counted = Counted {
                recorded: n[row] as u32,
                provisional: provisional[row] as u32,
                online: online[row] as u32,
                no_place: no_place[row] as u32,
                ..Counted::default()
            };
            all.insert((Basis::ALL[basis[row] as usize], place[row] as usize, month, strand), counted);
        }
    }
    Ok(all)
}

/// Known victims of each cell of the table, and how many of them have more than one record of the strand, anywhere, in the twelve months that
/// end with its month.
fn victims(placed: &Placed, place_of: impl Fn(&Fact) -> usize) -> HashMap<Key, [u32; 2]> {
    let mut of_victim: BTreeMap<u32, Vec<Fact>> = BTreeMap::new();
    for (row, fact) in placed.facts.iter().enumerate() {
        if let Some(victim) = placed.people.key(Role::Victim, row) {
            of_victim.entry(victim).or_default().push(fact);
        }
    }
    let mut all: HashMap<Key, [u32; 2]> = HashMap::new();
    for records in of_victim.into_values() {
        for basis in Basis::ALL {
            let month = |f: &Fact| if basis == Basis::Recorded { f.recorded } else { f.month };
            for strand in strands() {
                let of_strand: Vec<&Fact> = records.iter().filter(|f| strand.is_none_or(|s| f.strands.contains(s))).collect();
                let cells: BTreeSet<(usize, Month)> = of_strand.iter().map(|f| (place_of(f), month(f))).collect();
                for (place, at) in cells {
                    let year = MonthRange::ending(at, REPEAT_MONTHS);
                    let repeat = of_strand.iter().filter(|f| year.contains(month(f))).count() > 1;
                    let cell = all.entry((basis, place, at, strand)).or_default();
                    cell[0] += 1;
                    cell[1] += u32::from(repeat);
                }
            }
        }
    }
    all
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedMonth {
    /// The folder of the month.
    pub folder: PathBuf,
    /// Whether the same bytes were there already.
    pub already_there: bool,
    /// Whether other figures of the month were there, and were replaced.
    pub replaced: bool,
}

/// Puts the files of a month into `out/YYYY-MM/` in one step: a reader sees the old month or the new one, never half of one.
///
/// # Errors
/// When the disk refuses. What was there stays then.
pub fn publish(out: &Path, month: Month, files: &BTreeMap<String, Vec<u8>>) -> Result<PublishedMonth> {
    const STAGE: Stage = Stage::Write;
    commit::make_private_folder(STAGE, out)?;
    let out = &std::fs::canonicalize(out).map_err(|e| Error::source(STAGE, out, e))?;
    let _lock = Lock::exclusive(STAGE, out)?;
    commit::sweep(STAGE, out, |_| false)?;
    let folder = out.join(month.to_string());
    commit::own_folder(STAGE, &folder)?;
    let there = commit::entries(STAGE, &folder)?;
    let same = there.len() == files.len()
        && there.iter().all(|(name, path)| files.get(name).is_some_and(|bytes| std::fs::read(path).is_ok_and(|b| b == *bytes)));
    if same {
        return Ok(PublishedMonth { folder, already_there: true, replaced: false });
    }
    if let Some((name, _)) = there.iter().find(|(name, _)| !name.starts_with(FILE)) {
        let what = format!("the folder of the month holds {name}, which no summary wrote; nothing was changed");
        return Err(Error::refused(STAGE, &folder, what));
    }
    let temporary = out.join(format!("{TEMPORARY}{month}"));
    commit::make_private_folder(STAGE, &temporary)?;
    for (name, bytes) in files {
        commit::write_flushed(STAGE, &temporary.join(name), bytes)?;
    }
    commit::flush_folder(STAGE, &temporary)?;
    let replaced = !there.is_empty();
    if replaced {
        commit::rename(STAGE, &folder, &out.join(format!("{TEMPORARY}old-{month}")))?;
    }
    commit::rename(STAGE, &temporary, &folder)?;
    commit::sweep(STAGE, out, |_| false)?;
    Ok(PublishedMonth { folder, already_there: false, replaced })
}

/// How the name of every file of a summary starts.
pub const FILE: &str = "recorded-hate-crime-";
