//! Hotspots as objects: what oversight needs to ask about a place, and no more.
//!
//! Their outlines are rounded out to the areas that they touch. They are counted in the last four quarters that are complete, as areas are, and
//! never in a window that moves every month: two of those, or one and a quarter that is published later, could be subtracted. The counts are in
//! the audit: an area less the part of a hotspot in it is a figure too, which anybody can form. A small hotspot is told as one, by a band, unless
//! it is made of whole areas (polygons): then the band bounds each of their quarters. A hotspot without a count has nothing that
//! follows from its count either: no rate, no interval, no rank, no change of size.

use super::Rules;
use super::base::{self, Base, BasePlace, STRANDS};
use super::figures::{Figure, Key, Linked};
use super::period::Period;
use crate::cube::{Filter, Victim};
use crate::disclosure::table::{CellId, DoesNotAddUp, NOWHERE};
use crate::hotspot::evidence::Evidence;
use crate::hotspot::identity::Change;
use crate::hotspot::{Hotspot, StrandAnalysis};
use crate::rate::poisson::exact_limits;
use crate::release::Release;
use crate::{Month, MonthRange, Strand};
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
    /// Incidents in the quarters that are counted.
    pub n: Figure,
    /// Place by excess over expectation; only with a count.
    pub rank: Option<u32>,
    /// Number expected if incidents followed the reference measure, to a tenth; only with a count.
    pub expected: Option<f64>,
    /// How many times the study area's rate, with exact 95 % Poisson limits, to a tenth; only with a count.
    pub ratio: Option<[f64; 3]>,
    /// How sure it is.
    pub evidence: Evidence,
    /// What became of it since the release before; without a count, nothing of its size.
    pub change: Change,
    /// The first release that had it.
    pub first_seen: Month,
    /// Strands with their incidents: those where both they and what is not theirs are large enough.
    pub strands: Vec<(Strand, u32)>,
    /// Different victims among the records of the months counted that name one; only with a count.
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
    /// The quarters that are counted; none when none was complete.
    pub window: Option<MonthRange>,
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

/// The last four quarters that are complete, or as many as there are.
pub(super) fn quarters(months: &[Month]) -> Option<MonthRange> {
    let last = months.last()?;
    let end = Period::quarter_of(*last).months();
    let to = if end.to() == *last { end.to() } else { end.from().minus(1) };
    let complete = u16::try_from(months.iter().filter(|m| **m <= to).count()).unwrap_or(u16::MAX) / 3 * 3;
    (complete > 0).then(|| MonthRange::ending(to, complete.min(12)))
}

/// The hotspots of a release with their exact counts, as its months were first published, and all that was counted of each; in the order of
/// [`of`].
pub(super) fn counted(linked: &Linked, release: &Release, base: &Base, homes: &[BasePlace]) -> (Vec<Counted>, Vec<base::Counted>) {
    let finest = release.units.finest();
    let window = quarters(&base.months);
    let year = linked.partition_year(release.month.year());
    let mut under: HashMap<u32, Vec<&BasePlace>> = HashMap::new();
    for (unit, home) in (0..).zip(homes) {
        if let Some(above) = release.units.row_at(finest, unit, release.resolution) {
            under.entry(above).or_default().push(home);
        }
    }
    let (mut all, mut sums) = (Vec::new(), Vec::new());
    for (analysis, strand) in of(release) {
        let mut of_unit: HashMap<&str, usize> = HashMap::new();
        for (row, hotspot) in analysis.hotspots.iter().enumerate() {
            let units = hotspot.units.iter().filter_map(|unit| under.get(unit)).flatten();
            of_unit.extend(units.map(|home| (home.unit.as_str(), row)));
        }
        let mut pieces: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); analysis.hotspots.len()];
        let mut sum = vec![base::Counted::default(); analysis.hotspots.len()];
        for ((place, month), counted) in base.counts.iter().filter(|((_, month), _)| window.is_some_and(|w| w.contains(*month))) {
            if let Some(row) = of_unit.get(place.unit.as_str()) {
                let of_month = linked.partition_year(month.year());
                let area = linked.area_of.get(&(of_month, place.clone())).cloned().unwrap_or_default();
                *pieces[*row].entry(area).or_default() += counted.of(strand.map(usize::from));
                sum[*row].add(*counted);
            }
        }
        let mut beside: BTreeSet<&String> = BTreeSet::new();
        for ((_, place), area) in &linked.area_of {
            if !of_unit.contains_key(place.unit.as_str()) {
                beside.insert(area);
            }
        }
        let years: BTreeSet<i16> = window.into_iter().flat_map(MonthRange::iter).map(|m| linked.partition_year(m.year())).collect();
        for (hotspot, mut pieces) in analysis.hotspots.iter().zip(pieces) {
            let areas = touched(linked, &under, hotspot, year);
            // Nothing was counted in some of the areas that it touches: nobody else knows that.
            for area in years.iter().flat_map(|year| touched(linked, &under, hotspot, *year)) {
                pieces.entry(area).or_default();
            }
            let covered = pieces.keys().filter(|area| !area.is_empty() && !beside.contains(area)).cloned().collect();
            all.push(Counted { release: release.id.clone(), strand, window, pieces, areas, covered, n: None });
        }
        sums.extend(sum);
    }
    (all, sums)
}

/// Adds hotspots to the audit: the cell of each count, in their order.
pub(super) fn link(linked: &mut Linked, hotspots: &[Counted], rules: Rules) -> Result<Vec<CellId>, DoesNotAddUp> {
    let mut cells = Vec::with_capacity(hotspots.len());
    let mut windows: BTreeMap<(String, Option<MonthRange>), Option<CellId>> = BTreeMap::new();
    for group in hotspots.chunk_by(|a, b| (&a.release, a.strand) == (&b.release, b.strand)) {
        let strand = group[0].strand;
        let quarters: BTreeSet<Period> = group[0].window.into_iter().flat_map(MonthRange::iter).map(Period::quarter_of).collect();
        let mut inside: BTreeMap<&str, Vec<CellId>> = BTreeMap::new();
        for hotspot in group {
            let n = hotspot.pieces.values().sum();
            let cell = linked.tables.add(n, NOWHERE - 1 - cells.len() as u32, DEAR * (1.1 + f64::from(n)).ln());
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
                let part = linked.tables.add(*n, NOWHERE, 1.0);
                linked.tables.hide(part);
                parts.push(part);
                inside.entry(area).or_default().push(part);
            }
            if parts.is_empty() {
                linked.tables.hide(cell);
            } else {
                linked.tables.sums(cell, &parts)?;
            }
            cells.push(cell);
        }
        let covered = |area: &str| group.iter().any(|h| h.covered.contains(area));
        for (area, parts) in inside.into_iter().filter(|(area, _)| !area.is_empty()) {
            let window = group[0].window;
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
            let rest = linked.tables.add(linked.tables.count(whole).saturating_sub(within), NOWHERE, 1.0);
            linked.tables.hide(rest);
            if linked.tables.count(rest) < rules.threshold {
                linked.tables.hide_sensitive(rest);
                linked.tables.cap(rest, linked.tables.count(whole));
            }
            let all: Vec<CellId> = parts.into_iter().chain([rest]).collect();
            linked.tables.sums(whole, &all)?;
        }
    }
    Ok(cells)
}

/// An area's count in the quarters that are counted, of those for which it was made: a sum of figures, which is shown as far as they are.
fn in_window(linked: &mut Linked, area: &str, quarters: &BTreeSet<Period>) -> Result<Option<CellId>, DoesNotAddUp> {
    let key = |period: &Period| Key { place: area.to_owned(), period: *period, strand: None };
    let parts: Vec<CellId> = quarters.iter().filter_map(|period| linked.cells.get(&key(period)).copied()).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let n = parts.iter().map(|p| linked.tables.count(*p)).sum();
    let whole = linked.tables.add(n, NOWHERE, 1.0);
    linked.tables.hide(whole);
    linked.tables.sums(whole, &parts)?;
    Ok(Some(whole))
}

/// Areas of the year that hold a unit of a hotspot: by the centres of units, never by where something was counted in them.
fn touched(linked: &Linked, under: &HashMap<u32, Vec<&BasePlace>>, hotspot: &Hotspot, year: i16) -> BTreeSet<String> {
    let homes = hotspot.units.iter().filter_map(|unit| under.get(unit)).flatten();
    homes.filter_map(|home| linked.area_of.get(&(year, (*home).clone())).cloned()).collect()
}

/// Different victims of each hotspot in the months counted, and those of more than one of its records; `None` where no record names one.
fn victims(release: &Release, analysis: &StrandAnalysis, counted: Option<MonthRange>) -> Vec<Option<[usize; 2]>> {
    let finest = release.units.finest();
    let mut of_unit: HashMap<u32, usize> = HashMap::new();
    for (row, hotspot) in analysis.hotspots.iter().enumerate() {
        of_unit.extend(hotspot.units.iter().map(|unit| (*unit, row)));
    }
    let mut once = vec![0usize; analysis.hotspots.len()];
    let mut known = vec![false; analysis.hotspots.len()];
    let mut several: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); analysis.hotspots.len()];
    // A release may hold fewer months than were published.
    let Some(counted) = counted.filter(|c| release.months.contains(c.from())) else {
        return vec![None; analysis.hotspots.len()];
    };
    let filter = Filter { strands: analysis.strand.into(), ..Filter::over(counted) };
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

/// The hotspots as they are shown; `counted` and `sums` are those of the release, protected.
pub(super) fn shown(
    release: &Release,
    base: &Base,
    counted: &[Counted],
    sums: &[base::Counted],
) -> Vec<(Option<Strand>, Vec<ProtectedHotspot>)> {
    let window = quarters(&base.months);
    let in_units = |(place, month): &(BasePlace, Month)| !place.unit.is_empty() && window.is_some_and(|w| w.contains(*month));
    let whole: base::Counted = base.counts.iter().filter(|(key, _)| in_units(key)).map(|(_, counted)| *counted).sum();
    let mut all: Vec<(Option<Strand>, Vec<ProtectedHotspot>)> = Vec::new();
    let mut counted = counted.iter().zip(sums);
    for (analysis, strand) in of(release) {
        let of = analysis.hotspots.iter().zip(counted.by_ref().take(analysis.hotspots.len()));
        let total = f64::from(whole.of(strand.map(usize::from)));
        let classes =
            victims(release, analysis, window).into_iter().map(|v| v.map_or([Victims::Unknown; 2], |v| v.map(Victims::of)));
        let mut hotspots: Vec<(f64, ProtectedHotspot)> = of
            .zip(classes)
            .map(|((hotspot, (Counted { areas, n, .. }, sum)), [victims, repeat_victims])| {
                let n = n.unwrap_or(Figure::Hidden);
                let count = if let Figure::Count(n) = n { Some(n) } else { None };
                let expected = hotspot.expected / f64::from(analysis.n.max(1)) * total;
                let tenth = |v: f64| (v * 10.0).round() / 10.0;
                let ratio = count.map(|n| {
                    let [lo, hi] = exact_limits(u64::from(n), 0.95);
                    [f64::from(n), lo, hi].map(|v| tenth(v / expected))
                });
                let parts = STRANDS.iter().zip(sum.strands);
                let told =
                    parts.filter(|(_, k)| strand.is_none() && count.is_some_and(|n| *k >= SPLIT && n.saturating_sub(*k) >= SPLIT));
                let shown = ProtectedHotspot {
                    id: hotspot.identity.id.clone(),
                    name: hotspot.name.clone(),
                    borough: hotspot.area_code.clone(),
                    areas: areas.iter().cloned().collect(),
                    n,
                    rank: None,
                    expected: count.map(|_| tenth(expected)),
                    ratio: ratio.filter(|r| r.iter().all(|v| v.is_finite())),
                    // What is found in other months than it is counted in would say something of single ones.
                    evidence: if count.is_some() { hotspot.standing.evidence } else { Evidence::CannotTell },
                    change: match hotspot.identity.change {
                        Change::Grew | Change::Shrank if count.is_none() => Change::Continued,
                        change => change,
                    },
                    first_seen: hotspot.identity.first_seen,
                    strands: told.map(|(strand, k)| (*strand, k)).collect(),
                    victims: if count.is_some() { victims } else { Victims::Unknown },
                    repeat_victims: if count.is_some() { repeat_victims } else { Victims::Unknown },
                };
                (count.map_or(f64::NEG_INFINITY, |n| f64::from(n) - expected), shown)
            })
            .collect();
        hotspots.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let mut ranked = Vec::with_capacity(hotspots.len());
        for ((_, mut hotspot), rank) in hotspots.into_iter().zip(1..) {
            hotspot.rank = matches!(hotspot.n, Figure::Count(_)).then_some(rank);
            ranked.push(hotspot);
        }
        all.push((analysis.strand, ranked));
    }
    all
}

/// Least of a strand, and of what is not of it, for it to be told.
const SPLIT: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hotspots_are_counted_in_the_last_whole_quarters() {
        let range = |from: &str, to: &str| MonthRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let of = |from: &str, to: &str| quarters(&range(from, to).iter().collect::<Vec<_>>());
        assert_eq!(of("2026-01", "2026-08"), Some(range("2026-01", "2026-06")));
        assert_eq!(of("2024-01", "2026-12"), Some(range("2026-01", "2026-12")));
        assert_eq!(of("2025-02", "2025-09"), Some(range("2025-04", "2025-09")), "a quarter of two months is none");
        assert_eq!(of("2026-02", "2026-03"), None);
        assert_eq!(quarters(&[]), None);
    }

    #[test]
    fn victims_are_told_in_classes() {
        let labels = [0, 4, 5, 9, 10, 19, 20, 400].map(|n| Victims::of(n).label());
        assert_eq!(labels, ["0 to 4", "0 to 4", "5 to 9", "5 to 9", "10 to 19", "10 to 19", "20 or more", "20 or more"]);
    }
}
