//! Hotspots as objects: what oversight needs to ask about a place, and no more.
//!
//! Their outlines are rounded out to the areas that they touch, and their counts are in the audit: an area less the part of a hotspot in it is
//! a figure too, which anybody can form. A hotspot without a count has nothing that follows from its count either: no rate, no interval, no
//! rank, no change of size.

use super::base::{Base, BasePlace, STRANDS};
use super::figures::{Figure, Key, Linked, Partition, figure, partition_of};
use super::period::Period;
use super::Rules;
use crate::Strand;
use crate::cube::{Filter, Victim};
use crate::disclosure::table::{CellId, DoesNotAddUp, LinkedTables, Relation, Sign};
use crate::hotspot::evidence::Evidence;
use crate::hotspot::identity::Change;
use crate::hotspot::{Hotspot, StrandAnalysis};
use crate::release::Release;
use geo::MultiPolygon;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What hiding a hotspot's count costs, for each logarithm of incidents: more than figures of areas, which it may take with it.
const DEAR: f64 = 20.0;

/// How many victims, in classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Victims {
    /// Not known, or not enough known.
    Unknown,
    /// 0 to 4.
    UnderFive,
    /// 5 to 9.
    FiveToNine,
    /// 10 to 19.
    TenToNineteen,
    /// 20 and more.
    TwentyOrMore,
}

impl Victims {
    /// The class of a number.
    pub const fn of(n: usize) -> Self {
        match n {
            0..5 => Self::UnderFive,
            5..10 => Self::FiveToNine,
            10..20 => Self::TenToNineteen,
            _ => Self::TwentyOrMore,
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "not known",
            Self::UnderFive => "0 to 4",
            Self::FiveToNine => "5 to 9",
            Self::TenToNineteen => "10 to 19",
            Self::TwentyOrMore => "20 or more",
        }
    }
}

/// A hotspot below the analyst.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedHotspot {
    /// Identifier that lasts over releases.
    pub id: String,
    /// Name.
    pub name: String,
    /// Code of its borough.
    pub borough: Option<String>,
    /// Codes of the areas that it touches.
    pub areas: Vec<String>,
    /// Outline of these areas, WGS84 degrees.
    pub outline: MultiPolygon<f64>,
    /// Incidents in the window.
    pub n: Figure,
    /// Place by excess; only with a count.
    pub rank: Option<u32>,
    /// Number expected if incidents followed the reference measure, whole; only with a count.
    pub expected: Option<u32>,
    /// How many times London's rate, with the ends of its 95 % credible interval, to a tenth; only with a count.
    pub ratio: Option<[f64; 3]>,
    /// How sure it is.
    pub evidence: Evidence,
    /// What became of it since the release before; without a count, nothing of its size.
    pub change: Change,
    /// The first release that had it.
    pub first_seen: crate::Month,
    /// Strands with their incidents: those where both they and what is not theirs are large enough.
    pub strands: Vec<(Strand, u32)>,
    /// Different victims among the records that name one.
    pub victims: Victims,
    /// Of these, those of more than one record.
    pub repeat_victims: Victims,
}

/// The cell of a hotspot's count.
pub(super) struct Object<'r> {
    analysis: &'r StrandAnalysis,
    hotspot: &'r Hotspot,
    cell: CellId,
    /// Areas that it touches.
    areas: BTreeSet<String>,
}

/// The row of an analysis in [`STRANDS`]; `None` for one that is not shown, which lies in another strand.
fn shown_strand(analysis: &StrandAnalysis) -> Option<Option<usize>> {
    match analysis.strand {
        None => Some(None),
        Some(strand) => STRANDS.iter().position(|s| *s == strand).map(Some),
    }
}

/// Adds the hotspots to the audit.
pub(super) fn link<'r>(
    linked: &mut Linked,
    release: &'r Release,
    base: &Base,
    rules: Rules,
) -> Result<Vec<Object<'r>>, DoesNotAddUp> {
    let finest = release.units.resolutions().into_iter().max().unwrap_or(0);
    let year = linked.partition_year(release.month.year());
    let window = release.window;
    let quarters: BTreeSet<Period> = window.iter().map(Period::quarter_of).collect();
    // The window is made of quarters whose areas are the same: an area's count in it is the sum of published figures.
    let aligned = quarters.iter().all(|q| window.contains(q.months().from()) && window.contains(q.months().to()))
        && quarters.iter().all(|q| linked.partition_year(q.year()) == year);
    let mut under: HashMap<u32, Vec<String>> = HashMap::new();
    for unit in 0..release.units.level(finest).map_or(0, |level| level.len() as u32) {
        if let (Some(id), Some(above)) = (release.units.id(finest, unit), release.units.row_at(finest, unit, release.resolution)) {
            under.entry(above).or_default().push(id);
        }
    }
    let mut windows: BTreeMap<String, Option<CellId>> = BTreeMap::new();
    let mut objects = Vec::new();
    for analysis in &release.analyses {
        let Some(strand) = shown_strand(analysis) else { continue };
        let mut of_unit: HashMap<String, usize> = HashMap::new();
        for (row, hotspot) in analysis.hotspots.iter().enumerate() {
            of_unit.extend(hotspot.units.iter().filter_map(|u| Some((release.units.id(release.resolution, *u)?, row))));
        }
        // Incidents of each hotspot by area, as they were first published.
        let mut pieces: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); analysis.hotspots.len()];
        let mut at: HashMap<&str, Option<usize>> = HashMap::new();
        for ((place, _), counted) in base.counts.iter().filter(|((_, month), _)| window.contains(*month)) {
            let row = at.entry(&place.unit).or_insert_with(|| {
                let unit = release.units.row(finest, &place.unit)?;
                let unit = release.units.row_at(finest, unit, release.resolution)?;
                of_unit.get(&release.units.id(release.resolution, unit)?).copied()
            });
            if let Some(row) = row {
                let area = linked.area_of.get(&(year, place.clone())).cloned().unwrap_or_default();
                *pieces[*row].entry(area).or_default() += counted.of(strand);
            }
        }
        let mut inside: BTreeMap<String, Vec<CellId>> = BTreeMap::new();
        for (hotspot, pieces) in analysis.hotspots.iter().zip(&pieces) {
            let n = pieces.values().sum();
            let cell = linked.tables.add(n, u32::MAX - 1 - objects.len() as u32, DEAR * (1.1 + f64::from(n)).ln());
            if n < rules.threshold {
                linked.tables.hide_sensitive(cell);
                linked.tables.band(cell, 0, rules.threshold - 1);
            }
            let mut parts = Vec::new();
            for (area, n) in pieces {
                let part = linked.tables.add(*n, u32::MAX, 1.0);
                linked.tables.hide(part);
                parts.push(part);
                inside.entry(area.clone()).or_default().push(part);
            }
            linked.tables.sums(cell, &parts)?;
            let areas = touched(linked, release, &under, hotspot, year, pieces.keys());
            objects.push(Object { analysis, hotspot, cell, areas });
        }
        for (area, parts) in inside.into_iter().filter(|(area, _)| !area.is_empty()) {
            if !aligned {
                continue;
            }
            let whole = match windows.get(&area) {
                Some(whole) => *whole,
                None => {
                    let whole = in_window(linked, &area, &quarters)?;
                    windows.insert(area.clone(), whole);
                    whole
                }
            };
            let Some(whole) = whole else { continue };
            if strand.is_some() {
                linked.tables.within(whole, &parts)?;
                continue;
            }
            let within: u32 = parts.iter().map(|p| linked.tables.count(*p)).sum();
            let rest = linked.tables.add(linked.tables.count(whole) - within, u32::MAX, 1.0);
            linked.tables.hide(rest);
            if linked.tables.count(rest) < rules.threshold {
                linked.tables.hide_sensitive(rest);
            }
            let all: Vec<CellId> = parts.into_iter().chain([rest]).collect();
            linked.tables.sums(whole, &all)?;
        }
    }
    if !aligned {
        no_more_than_its_areas(linked, &objects, &quarters)?;
    }
    Ok(objects)
}

/// An area's count in the window: a sum of quarters, which is shown as far as they are.
fn in_window(linked: &mut Linked, area: &str, quarters: &BTreeSet<Period>) -> Result<Option<CellId>, DoesNotAddUp> {
    let key = |period: &Period| Key { place: area.to_owned(), period: *period, strand: None };
    let parts: Option<Vec<CellId>> = quarters.iter().map(|period| linked.cells.get(&key(period)).copied()).collect();
    let Some(parts) = parts else { return Ok(None) };
    let n = parts.iter().map(|p| linked.tables.count(*p)).sum();
    let whole = linked.tables.add(n, u32::MAX, 1.0);
    linked.tables.hide(whole);
    linked.tables.sums(whole, &parts)?;
    Ok(Some(whole))
}

/// Where the window is not of whole quarters, a hotspot still has no more than its areas in the quarters that hold the window.
fn no_more_than_its_areas(linked: &mut Linked, objects: &[Object<'_>], quarters: &BTreeSet<Period>) -> Result<(), DoesNotAddUp> {
    for object in objects {
        let keys = object.areas.iter().flat_map(|area| quarters.iter().map(move |period| (area, period)));
        let cells: Option<Vec<CellId>> = keys
            .map(|(area, period)| linked.cells.get(&Key { place: area.clone(), period: *period, strand: None }).copied())
            .collect();
        if let Some(cells) = cells {
            let terms = std::iter::once((object.cell, 1)).chain(cells.into_iter().map(|c| (c, -1))).collect();
            // What was counted in no area may be the more.
            if linked.tables.relate(Relation { terms, sign: Sign::AtMostZero }).is_err() {
                continue;
            }
        }
    }
    Ok(())
}

/// Areas that hold a unit of a hotspot, or one of its incidents.
fn touched<'a>(
    linked: &Linked,
    release: &Release,
    under: &HashMap<u32, Vec<String>>,
    hotspot: &Hotspot,
    year: i16,
    counted: impl Iterator<Item = &'a String>,
) -> BTreeSet<String> {
    let units = hotspot.units.iter().filter_map(|unit| under.get(unit)).flatten();
    let places = units.flat_map(|unit| release.areas.iter().map(|a| BasePlace { area: a.code.clone(), unit: unit.clone() }));
    let codes = places.filter_map(|place| linked.area_of.get(&(year, place)).cloned());
    codes.chain(counted.cloned()).filter(|code| !code.is_empty()).collect()
}

/// Different victims of each hotspot in the window, and those of more than one of its records; `None` where no record names one.
fn victims(release: &Release, analysis: &StrandAnalysis) -> Vec<Option<[usize; 2]>> {
    let finest = release.units.resolutions().into_iter().max().unwrap_or(0);
    let mut of_unit: HashMap<u32, usize> = HashMap::new();
    for (row, hotspot) in analysis.hotspots.iter().enumerate() {
        of_unit.extend(hotspot.units.iter().map(|unit| (*unit, row)));
    }
    let mut once = vec![0usize; analysis.hotspots.len()];
    let mut known = vec![false; analysis.hotspots.len()];
    let mut several: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); analysis.hotspots.len()];
    let filter = Filter { strand: analysis.strand, ..Filter::over(release.window) };
    for row in release.facts.rows(&filter) {
        let unit = release.facts.unit(row).and_then(|unit| release.units.row_at(finest, unit, release.resolution));
        let (Some(hotspot), Some(victim)) = (unit.and_then(|u| of_unit.get(&u)), release.facts.victim(row)) else { continue };
        known[*hotspot] = true;
        match victim {
            Victim::Once => once[*hotspot] += 1,
            Victim::Number(number) => *several[*hotspot].entry(number).or_default() += 1,
        }
    }
    let counted = once.iter().zip(&several).zip(&known);
    counted
        .map(|((once, several), known)| known.then(|| [once + several.len(), several.values().filter(|times| **times > 1).count()]))
        .collect()
}

/// The hotspots as they are shown.
pub(super) fn shown(
    tables: &LinkedTables,
    release: &Release,
    objects: &[Object<'_>],
    partitions: &[Partition],
) -> Vec<(Option<Strand>, Vec<ProtectedHotspot>)> {
    let finest = release.units.resolutions().into_iter().max().unwrap_or(0);
    let areas = &partition_of(partitions, release.month.year()).areas;
    let outline = |codes: &BTreeSet<String>| {
        let places = areas.iter().filter(|a| codes.contains(&a.code)).flat_map(|a| &a.places);
        let units: BTreeSet<u32> = places.filter_map(|p| release.units.row(finest, &p.unit)).collect();
        release.units.outline(finest, &units.into_iter().collect::<Vec<_>>())
    };
    let mut all: Vec<(Option<Strand>, Vec<ProtectedHotspot>)> = Vec::new();
    for analysis in release.analyses.iter().filter(|a| shown_strand(a).is_some()) {
        let of = objects.iter().filter(|o| std::ptr::eq(o.analysis, analysis));
        let classes = victims(release, analysis).into_iter().map(|v| v.map_or([Victims::Unknown; 2], |v| v.map(Victims::of)));
        let mut hotspots: Vec<ProtectedHotspot> = of
            .zip(classes)
            .map(|(Object { hotspot, cell, areas, .. }, [victims, repeat_victims])| {
                let n = figure(tables, *cell);
                let counted = matches!(n, Figure::Count(_));
                let tenth = |v: f64| (v * 10.0).round() / 10.0;
                let strands = STRANDS
                    .iter()
                    .map(|s| (*s, hotspot.strands[usize::from(s.code())]))
                    .filter(|(_, k)| counted && analysis.strand.is_none() && *k >= SPLIT && hotspot.n.saturating_sub(*k) >= SPLIT);
                ProtectedHotspot {
                    id: hotspot.identity.id.clone(),
                    name: hotspot.name.clone(),
                    borough: hotspot.area_code.clone(),
                    areas: areas.iter().cloned().collect(),
                    outline: outline(areas),
                    n,
                    rank: counted.then_some(hotspot.rank),
                    expected: counted.then(|| hotspot.expected.round() as u32),
                    ratio: counted.then(|| [hotspot.ratio.mean, hotspot.ratio.lo, hotspot.ratio.hi].map(tenth)),
                    evidence: hotspot.standing.evidence,
                    change: match hotspot.identity.change {
                        Change::Grew | Change::Shrank if !counted => Change::Continued,
                        change => change,
                    },
                    first_seen: hotspot.identity.first_seen,
                    strands: strands.collect(),
                    victims,
                    repeat_victims,
                }
            })
            .collect();
        hotspots.sort_by(|a, b| (a.rank.unwrap_or(u32::MAX), &a.id).cmp(&(b.rank.unwrap_or(u32::MAX), &b.id)));
        all.push((analysis.strand, hotspots));
    }
    all
}

/// Least of a strand, and of what is not of it, for it to be told.
const SPLIT: u32 = 5;
