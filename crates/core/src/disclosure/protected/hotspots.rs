//! Hotspots as objects: what oversight needs to ask about a place, and no more.
//!
//! Their outlines are rounded out to the areas that they touch, and their counts are in the audit: an area less the part of a hotspot in it is
//! a figure too, which anybody can form. A hotspot without a count has nothing that follows from its count either: no rate, no interval, no
//! rank, no change of size.

use super::Rules;
use super::base::{Base, BasePlace, STRANDS};
use super::figures::{Figure, Key, Linked};
use super::period::Period;
use crate::MonthRange;
use crate::Strand;
use crate::cube::{Filter, Victim};
use crate::disclosure::table::{CellId, DoesNotAddUp, Relation, Sign};
use crate::hotspot::evidence::Evidence;
use crate::hotspot::identity::Change;
use crate::hotspot::{Hotspot, StrandAnalysis};
use crate::release::Release;
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
    /// Codes of the areas that it touches: its outline, rounded out.
    pub areas: Vec<String>,
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

/// A hotspot as it stands in the audit, of this release or of one before. Restricted: it holds exact counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The release.
    pub release: String,
    /// Row in [`STRANDS`]; `None` for all records.
    pub strand: Option<u8>,
    /// Its window.
    pub window: MonthRange,
    /// Incidents by area of the year; of no area under the empty code.
    pub pieces: BTreeMap<String, u32>,
    /// Areas that it touches.
    pub areas: BTreeSet<String>,
    /// Of these, areas that hotspots of the release cover: there is nothing beside them.
    pub covered: BTreeSet<String>,
    /// What is shown of its count; `None` until it is protected.
    pub n: Option<Figure>,
}

/// The hotspots of a release that are shown: those of all records and of the strands that lie in no other.
pub(super) fn of(release: &Release) -> impl Iterator<Item = (&StrandAnalysis, Option<u8>)> {
    release.analyses.iter().filter_map(|analysis| match analysis.strand {
        None => Some((analysis, None)),
        Some(strand) => STRANDS.iter().position(|s| *s == strand).map(|row| (analysis, Some(row as u8))),
    })
}

/// The hotspots of a release with their exact counts, as its months were first published; in the order of [`of`].
pub(super) fn counted(linked: &Linked, release: &Release, base: &Base) -> Vec<Counted> {
    let finest = release.units.resolutions().into_iter().max().unwrap_or(0);
    let year = linked.partition_year(release.month.year());
    let mut under: HashMap<u32, Vec<String>> = HashMap::new();
    for unit in 0..release.units.level(finest).map_or(0, |level| level.len() as u32) {
        if let (Some(id), Some(above)) = (release.units.id(finest, unit), release.units.row_at(finest, unit, release.resolution)) {
            under.entry(above).or_default().push(id);
        }
    }
    let mut all = Vec::new();
    for (analysis, strand) in of(release) {
        let mut of_unit: HashMap<&str, usize> = HashMap::new();
        for (row, hotspot) in analysis.hotspots.iter().enumerate() {
            let units = hotspot.units.iter().filter_map(|unit| under.get(unit)).flatten();
            of_unit.extend(units.map(|id| (id.as_str(), row)));
        }
        let mut pieces: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); analysis.hotspots.len()];
        for ((place, _), counted) in base.counts.iter().filter(|((_, month), _)| release.window.contains(*month)) {
            if let Some(row) = of_unit.get(place.unit.as_str()) {
                let area = linked.area_of.get(&(year, place.clone())).cloned().unwrap_or_default();
                *pieces[*row].entry(area).or_default() += counted.of(strand.map(usize::from));
            }
        }
        let mut beside: BTreeSet<&String> = BTreeSet::new();
        for ((of, place), area) in &linked.area_of {
            if *of == year && !of_unit.contains_key(place.unit.as_str()) {
                beside.insert(area);
            }
        }
        for (hotspot, pieces) in analysis.hotspots.iter().zip(pieces) {
            let areas = touched(linked, release, &under, hotspot, year, pieces.keys());
            let covered = areas.iter().filter(|area| !beside.contains(area)).cloned().collect();
            all.push(Counted { release: release.id.clone(), strand, window: release.window, pieces, areas, covered, n: None });
        }
    }
    all
}

/// Adds hotspots to the audit: the cell of each count, in their order.
pub(super) fn link(linked: &mut Linked, hotspots: &[Counted], rules: Rules) -> Result<Vec<CellId>, DoesNotAddUp> {
    let mut cells = Vec::with_capacity(hotspots.len());
    let mut windows: BTreeMap<(String, MonthRange), Option<CellId>> = BTreeMap::new();
    for group in hotspots.chunk_by(|a, b| (&a.release, a.strand) == (&b.release, b.strand)) {
        let (window, strand) = (group[0].window, group[0].strand);
        let quarters: BTreeSet<Period> = window.iter().map(Period::quarter_of).collect();
        // The window is made of whole quarters of the same areas: an area's count in it is the sum of published figures.
        let year = linked.partition_year(window.to().year());
        let aligned = quarters.iter().all(|q| {
            let months = q.months();
            window.contains(months.from()) && window.contains(months.to()) && linked.partition_year(q.year()) == year
        });
        let mut inside: BTreeMap<&str, Vec<CellId>> = BTreeMap::new();
        for hotspot in group {
            let n = hotspot.pieces.values().sum();
            let cell = linked.tables.add(n, u32::MAX - 1 - cells.len() as u32, DEAR * (1.1 + f64::from(n)).ln());
            if n < rules.threshold {
                linked.tables.hide_sensitive(cell);
                linked.tables.band(cell, 0, rules.threshold - 1);
            }
            if let Some(before) = hotspot.n {
                if before == Figure::Hidden {
                    linked.tables.hide(cell);
                }
                linked.tables.publish(cell);
            }
            let mut parts = Vec::new();
            for (area, n) in &hotspot.pieces {
                let part = linked.tables.add(*n, u32::MAX, 1.0);
                linked.tables.hide(part);
                parts.push(part);
                inside.entry(area).or_default().push(part);
            }
            linked.tables.sums(cell, &parts)?;
            if !aligned {
                no_more_than_its_areas(linked, hotspot, cell, &quarters);
            }
            cells.push(cell);
        }
        let covered = |area: &str| group.iter().any(|h| h.covered.contains(area));
        for (area, parts) in inside.into_iter().filter(|(area, _)| aligned && !area.is_empty()) {
            let known = windows.get(&(area.to_owned(), window)).copied();
            let whole = known.map_or_else(|| in_window(linked, area, &quarters), Ok)?;
            windows.insert((area.to_owned(), window), whole);
            let Some(whole) = whole else { continue };
            if strand.is_some() {
                linked.tables.within(whole, &parts)?;
                continue;
            }
            if covered(area) {
                linked.tables.sums(whole, &parts)?;
                continue;
            }
            let within: u32 = parts.iter().map(|p| linked.tables.count(*p)).sum();
            let rest = linked.tables.add(linked.tables.count(whole).saturating_sub(within), u32::MAX, 1.0);
            linked.tables.hide(rest);
            if linked.tables.count(rest) < rules.threshold {
                linked.tables.hide_sensitive(rest);
            }
            let all: Vec<CellId> = parts.into_iter().chain([rest]).collect();
            linked.tables.sums(whole, &all)?;
        }
    }
    Ok(cells)
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
fn no_more_than_its_areas(linked: &mut Linked, hotspot: &Counted, cell: CellId, quarters: &BTreeSet<Period>) {
    let keys = hotspot.areas.iter().flat_map(|area| quarters.iter().map(move |period| (area, period)));
    let key = |area: &String, period: &Period| Key { place: area.clone(), period: *period, strand: None };
    let wholes: Option<Vec<CellId>> = keys.map(|(area, period)| linked.cells.get(&key(area, period)).copied()).collect();
    if let Some(wholes) = wholes {
        let terms = std::iter::once((cell, 1)).chain(wholes.into_iter().map(|c| (c, -1))).collect();
        // It does not hold where some of its incidents lie in no area: then nobody can rely on it.
        linked.tables.relate(Relation { terms, sign: Sign::AtMostZero }).unwrap_or_default();
    }
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

/// The hotspots as they are shown; `counted` are those of the release, protected.
pub(super) fn shown(release: &Release, counted: &[Counted]) -> Vec<(Option<Strand>, Vec<ProtectedHotspot>)> {
    let mut all: Vec<(Option<Strand>, Vec<ProtectedHotspot>)> = Vec::new();
    let mut counted = counted.iter();
    for (analysis, _) in of(release) {
        let of = analysis.hotspots.iter().zip(counted.by_ref().take(analysis.hotspots.len()));
        let classes = victims(release, analysis).into_iter().map(|v| v.map_or([Victims::Unknown; 2], |v| v.map(Victims::of)));
        let mut hotspots: Vec<ProtectedHotspot> =
            of.zip(classes)
                .map(|((hotspot, Counted { areas, n, .. }), [victims, repeat_victims])| {
                    let n = n.unwrap_or(Figure::Hidden);
                    let counted = matches!(n, Figure::Count(_));
                    let tenth = |v: f64| (v * 10.0).round() / 10.0;
                    let strands = STRANDS.iter().map(|s| (*s, hotspot.strands[usize::from(s.code())])).filter(|(_, k)| {
                        counted && analysis.strand.is_none() && *k >= SPLIT && hotspot.n.saturating_sub(*k) >= SPLIT
                    });
                    ProtectedHotspot {
                        id: hotspot.identity.id.clone(),
                        name: hotspot.name.clone(),
                        borough: hotspot.area_code.clone(),
                        areas: areas.iter().cloned().collect(),
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
