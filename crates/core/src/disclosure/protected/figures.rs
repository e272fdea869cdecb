//! The fixed figures: which places, periods and strands, how they hang together, and what was published of them before.

use super::base::{Base, BasePlace, Counted, Piece, STRANDS, pieces};
use super::period::Period;
use super::told::{OTHERS, Told, is_told, told};
use super::{Geography, Hidden, NoRelease, Past, Rules};
use crate::Strand;
use crate::disclosure::adaptive::{Leaf, Smallest, areas};
use crate::disclosure::signs::HIDDEN;
use crate::disclosure::table::{CellId, DoesNotAddUp, LinkedTables, NOWHERE, Relation, Shown, Sign};
use crate::release::Release;
use crate::units::Units;
use crate::{Month, MonthRange};
use geo::{MapCoords, MultiPolygon};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Code of the whole study area.
pub const ALL: &str = "all";
/// Code of what lies in no reporting area: never a figure of its own.
const ELSEWHERE: &str = "";

/// An area: of adaptive size, or a polygon.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedArea {
    /// `A` and year, borough and number of one of adaptive size, which lasts a year; the code of a polygon.
    pub code: String,
    /// Code of its reporting area.
    pub borough: String,
    /// Residents, rounded down; none where they are not known.
    pub residents: Option<u32>,
    /// Units that it is made of, each within the reporting area.
    pub places: Vec<BasePlace>,
    /// Outline, WGS84 degrees.
    pub outline: MultiPolygon<f64>,
}

/// The areas of a year, and by which periods strands are told in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// First year that they are for; the first ones are for all years before, too.
    pub year: i16,
    /// By code.
    pub areas: Vec<ProtectedArea>,
    /// Shortest periods of strands.
    pub told: Told,
}

/// What a figure counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Code of an area, of a reporting area, [`OTHERS`] or [`ALL`].
    pub place: String,
    /// When.
    pub period: Period,
    /// Row in [`STRANDS`]; `None` for incidents.
    pub strand: Option<u8>,
}

impl Key {
    /// The strand.
    pub fn strand(&self) -> Option<Strand> {
        self.strand.map(|row| STRANDS[usize::from(row)])
    }
}

/// What is shown of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The count.
    Count(u32),
    /// A band, ends included.
    Band {
        /// Least.
        low: u32,
        /// Most.
        high: u32,
    },
    /// Nothing: too small, or hidden so that a small one stays hidden.
    Hidden,
}

impl Figure {
    /// What stands in place of the number, where there is none: the band that is told, or that nothing is.
    ///
    /// ```
    /// use hotspot_core::disclosure::protected::Figure;
    ///
    /// assert_eq!(Figure::Count(7).sign(), None);
    /// assert_eq!(Figure::Band { low: 0, high: 4 }.sign().unwrap(), "0–4");
    /// assert_eq!(Figure::Hidden.sign().unwrap(), "[c]");
    /// ```
    pub fn sign(self) -> Option<String> {
        match self {
            Self::Count(_) => None,
            Self::Band { low, high } => Some(format!("{low}–{high}")),
            Self::Hidden => Some(HIDDEN.to_owned()),
        }
    }
}

/// Figures by what they count.
pub type Figures = BTreeMap<Key, Figure>;

/// The areas of a year: those made for it, or the ones before.
pub(super) fn partition_of(partitions: &[Partition], year: i16) -> &Partition {
    let made = partitions.iter().rev().find(|p| p.year <= year);
    made.or_else(|| partitions.first()).expect("there is at least one partition")
}

/// The partitions before, and a new one when a year has begun.
pub(super) fn partitions(
    past: Option<&Past>,
    release: &Release,
    base: &Base,
    homes: &[BasePlace],
    rules: Rules,
) -> Result<Vec<Partition>, NoRelease> {
    let mut partitions = past.map_or_else(Vec::new, |p| p.partitions.clone());
    let year = release.month.year();
    if partitions.last().is_some_and(|last| last.year >= year) {
        return Ok(partitions);
    }
    let last = base.months.last().copied().unwrap_or(release.month);
    let have = u16::try_from(base.months.len()).unwrap_or(u16::MAX).clamp(1, rules.area_months.max(1));
    let months = MonthRange::ending(last, have);
    let pieces: Vec<Piece> = pieces(release, base, homes);
    let areas = match rules.geography {
        Geography::Adaptive => adaptive(release, base, &pieces, months, year, rules),
        Geography::Units => polygons(release, &pieces)?,
    };
    let boroughs: BTreeSet<String> = release.areas.iter().map(|a| a.code.clone()).filter(|code| !code.is_empty()).collect();
    partitions.push(Partition { year, areas, told: told(base, &boroughs, months, rules) });
    Ok(partitions)
}

/// Areas as fine as their people and incidents allow.
fn adaptive(release: &Release, base: &Base, pieces: &[Piece], months: MonthRange, year: i16, rules: Rules) -> Vec<ProtectedArea> {
    let leaves: Vec<Leaf> = pieces
        .iter()
        .map(|p| Leaf {
            path: p.path.clone(),
            incidents: p.places().map(|place| base.of(place, months).n).sum(),
            residents: p.residents,
        })
        .collect();
    let quarters = months.iter().count() as f64 / 3.0;
    let smallest = Smallest {
        incidents: (f64::from(rules.area_incidents) * quarters).ceil() as u32,
        residents: f64::from(rules.area_residents),
    };
    let mut number: BTreeMap<&str, u32> = BTreeMap::new();
    areas(&leaves, smallest)
        .iter()
        .map(|rows| {
            let of: Vec<&Piece> = rows.iter().map(|row| &pieces[*row as usize]).collect();
            let borough = &of[0].place.area;
            let number = number.entry(borough).or_default();
            *number += 1;
            area(release, format!("A{year}-{borough}-{number:03}"), &of)
        })
        .collect()
}

/// Every polygon an area of its own.
fn polygons(release: &Release, pieces: &[Piece]) -> Result<Vec<ProtectedArea>, NoRelease> {
    if matches!(release.units, Units::Cells(_)) {
        return Err(NoRelease::Cells);
    }
    let mut codes: BTreeSet<&str> = release.areas.iter().map(|a| a.code.as_str()).chain([ALL, OTHERS]).collect();
    for piece in pieces {
        let code = piece.place.unit.as_str();
        let is_word = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_word || !codes.insert(code) {
            return Err(NoRelease::Polygon);
        }
    }
    Ok(pieces.iter().map(|piece| area(release, piece.place.unit.clone(), &[piece])).collect())
}

/// An area of these units. Its outline is theirs, wherever else in them something was counted.
fn area(release: &Release, code: String, of: &[&Piece]) -> ProtectedArea {
    let finest = release.units.finest();
    let mut units: Vec<u32> = of.iter().map(|p| p.unit).collect();
    units.sort_unstable();
    ProtectedArea {
        code,
        borough: of[0].place.area.clone(),
        residents: Some(of.iter().map(|p| p.residents).sum::<f64>()).filter(|n| n.is_finite()).map(|n| n as u32),
        places: of.iter().flat_map(|p| p.places().cloned()).collect(),
        outline: to_a_decimetre(&release.units.outline(finest, &units)),
    }
}

/// Degrees of six decimals: nothing is that exact, and a file is half as long.
fn to_a_decimetre(outline: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    outline.map_coords(|c| geo::coord! { x: (c.x * 1e6).round() / 1e6, y: (c.y * 1e6).round() / 1e6 })
}

/// The tables of the audit, with what each cell is.
pub(super) struct Linked {
    pub tables: LinkedTables,
    /// The cell of each figure that is published.
    pub cells: BTreeMap<Key, CellId>,
    /// The area that holds a place, by partition year.
    pub area_of: HashMap<(i16, BasePlace), String>,
    /// The first year of the partition of each year.
    partition_years: Vec<i16>,
    /// Cells up to the last figure of a period that ends with a month, by that month.
    until: BTreeMap<Month, usize>,
    /// All of a place, what of it is of a strand, and what is not.
    rests: Vec<[CellId; 3]>,
}

impl Linked {
    /// What is shown of each figure.
    pub fn figures(&self) -> Figures {
        self.cells.iter().map(|(key, cell)| (key.clone(), figure(&self.tables, *cell))).collect()
    }

    /// How much is hidden.
    pub fn hidden(&self) -> Hidden {
        let mut hidden = Hidden { figures: self.cells.len(), ..Hidden::default() };
        for cell in self.cells.values() {
            let is_hidden = self.tables.shown(*cell) != Shown::Count;
            hidden.small += usize::from(self.tables.is_sensitive(*cell));
            hidden.beside += usize::from(is_hidden && !self.tables.is_sensitive(*cell));
        }
        hidden
    }

    /// What a cell counts, in words; `hotspots` are the cells of hotspots, in their order.
    pub fn name(&self, cell: CellId, hotspots: &[CellId]) -> String {
        if let Some((key, _)) = self.cells.iter().find(|(_, of)| **of == cell) {
            return format!("{} in {} ({})", key.place, key.period, key.strand().map_or("all records", Strand::id));
        }
        match hotspots.iter().position(|of| *of == cell) {
            Some(number) => format!("hotspot {number} of all releases"),
            None => "what is beside the hotspots of an area".to_owned(),
        }
    }

    /// Number of cells of the figures of all periods that end with a month or before.
    pub fn cells_until(&self, month: Month) -> usize {
        self.until.range(..=month).next_back().map_or(0, |(_, cells)| *cells)
    }

    /// The year whose partition is used in a year.
    pub fn partition_year(&self, year: i16) -> i16 {
        let made = self.partition_years.iter().rev().find(|p| **p <= year);
        made.or_else(|| self.partition_years.first()).copied().unwrap_or(year)
    }
}

/// What is shown of a cell.
pub(super) fn figure(tables: &LinkedTables, cell: CellId) -> Figure {
    match tables.shown(cell) {
        Shown::Count => Figure::Count(tables.count(cell)),
        Shown::Band { low, high } => Figure::Band { low, high },
        Shown::Nothing => Figure::Hidden,
    }
}

/// The months, quarters and years that are complete, in the order in which they were: what was published before keeps its cells.
fn periods(months: &[Month]) -> Vec<Period> {
    let have: BTreeSet<Month> = months.iter().copied().collect();
    let all = months.iter().flat_map(|m| [Period::Month(*m), Period::quarter_of(*m), Period::year_of(*m)]);
    let complete = all.filter(|p| p.months().iter().all(|m| have.contains(&m)));
    let all: BTreeSet<(Month, Period)> = complete.map(|period| (period.months().to(), period)).collect();
    all.into_iter().map(|(_, period)| period).collect()
}

/// What hiding a figure costs: more for more incidents, for boroughs, and for the whole.
fn weight(key: &Key, borough: bool, count: u32) -> f64 {
    let dear = if key.place == ALL {
        10_000.0
    } else if borough {
        100.0
    } else {
        1.0
    };
    let longer = match key.period {
        Period::Month(_) => 1.0,
        Period::Quarter(_) => 1.5,
        Period::Year(_) => 3.0,
    };
    dear * longer * (1.1 + f64::from(count)).ln()
}

/// All figures, what was published of them, and how they hang together.
pub(super) fn link(base: &Base, partitions: &[Partition], before: Option<&Figures>, rules: Rules) -> Result<Linked, DoesNotAddUp> {
    let mut linked = Linked {
        tables: LinkedTables::new(),
        cells: BTreeMap::new(),
        area_of: HashMap::new(),
        partition_years: partitions.iter().map(|p| p.year).collect(),
        until: BTreeMap::new(),
        rests: Vec::new(),
    };
    for partition in partitions {
        for area in &partition.areas {
            linked.area_of.extend(area.places.iter().map(|place| ((partition.year, place.clone()), area.code.clone())));
        }
    }
    let periods = periods(&base.months);
    let known: BTreeSet<Period> = periods.iter().copied().collect();
    // What is counted where and when; a borough's remainder is what lies in none of its areas.
    let mut sums: HashMap<(String, Period), Counted> = HashMap::new();
    let mut remainders: HashMap<(String, Period), Counted> = HashMap::new();
    let mut boroughs: BTreeSet<String> = partitions.iter().flat_map(|p| p.areas.iter().map(|a| a.borough.clone())).collect();
    for ((place, month), counted) in &base.counts {
        boroughs.insert(place.area.clone());
        for period in [Period::Month(*month), Period::quarter_of(*month), Period::year_of(*month)] {
            if !known.contains(&period) {
                continue;
            }
            for code in [ALL, &place.area] {
                sums.entry((code.to_owned(), period)).or_default().add(*counted);
            }
            if matches!(period, Period::Month(_)) {
                continue;
            }
            match linked.area_of.get(&(linked.partition_year(period.year()), place.clone())) {
                Some(code) => sums.entry((code.clone(), period)).or_default().add(*counted),
                None => remainders.entry((place.area.clone(), period)).or_default().add(*counted),
            }
        }
    }
    boroughs.remove(ELSEWHERE);
    let groups: HashMap<String, u32> = std::iter::once(ALL.to_owned())
        .chain([OTHERS.to_owned()])
        .chain(boroughs.iter().cloned())
        .chain(partitions.iter().flat_map(|p| p.areas.iter().map(|a| a.code.clone())))
        .zip(0..)
        .collect();
    let count = |of: &HashMap<(String, Period), Counted>, place: &str, period: Period, strand: Option<u8>| {
        of.get(&(place.to_owned(), period)).copied().unwrap_or_default().of(strand.map(usize::from))
    };
    // What lies in no area is told for the whole store at most, in the account of rows: where nothing does, everybody knows that too.
    let all_in_areas = remainders.values().all(|counted| *counted == Counted::default());
    let all_in_boroughs = !base.counts.keys().any(|(place, _)| place.area == ELSEWHERE);
    let extra = |tables: &mut LinkedTables, n: u32| {
        let cell = tables.add(n, NOWHERE, 1.0);
        tables.hide(cell);
        cell
    };
    for period in &periods {
        let Partition { areas, told, .. } = partition_of(partitions, period.year());
        for strand in std::iter::once(None).chain((0..STRANDS.len() as u8).map(Some)) {
            let has_areas = matches!((period, strand), (Period::Quarter(_), None) | (Period::Year(_), _));
            let add = |linked: &mut Linked, place: &str, n: u32| {
                let key = Key { place: place.to_owned(), period: *period, strand };
                let cell = linked.tables.add(n, groups[place], weight(&key, boroughs.contains(place), n));
                show(&mut linked.tables, cell, before.and_then(|b| b.get(&key)), rules.threshold);
                let whole = strand.and_then(|_| linked.cells.get(&Key { strand: None, ..key.clone() })).copied();
                linked.cells.insert(key, cell);
                if let Some(whole) = whole.filter(|_| place != OTHERS) {
                    let rest = linked.tables.add(linked.tables.count(whole) - n, NOWHERE, 1.0);
                    linked.tables.hide(rest);
                    if linked.tables.count(rest) < rules.threshold {
                        linked.tables.hide_sensitive(rest);
                        linked.tables.cap(rest, linked.tables.count(whole));
                    }
                    linked.rests.push([whole, cell, rest]);
                }
                cell
            };
            let whole = add(&mut linked, ALL, count(&sums, ALL, *period, strand));
            let (for_themselves, others): (Vec<&String>, Vec<&String>) =
                boroughs.iter().partition(|borough| strand.is_none_or(|strand| is_told(told, strand, borough, *period)));
            if for_themselves.is_empty() {
                continue;
            }
            let mut of_whole = Vec::with_capacity(boroughs.len() + 2);
            if !all_in_boroughs {
                of_whole.push(extra(&mut linked.tables, count(&sums, ELSEWHERE, *period, strand)));
            }
            if !others.is_empty() {
                of_whole.push(add(&mut linked, OTHERS, others.iter().map(|borough| count(&sums, borough, *period, strand)).sum()));
            }
            for borough in for_themselves {
                let total = add(&mut linked, borough, count(&sums, borough, *period, strand));
                of_whole.push(total);
                let within = areas.iter().filter(|a| has_areas && a.borough == *borough);
                let mut parts: Vec<CellId> =
                    within.map(|a| add(&mut linked, &a.code, count(&sums, &a.code, *period, strand))).collect();
                if !parts.is_empty() {
                    if !all_in_areas {
                        parts.push(extra(&mut linked.tables, count(&remainders, borough, *period, strand)));
                    }
                    linked.tables.sums(total, &parts)?;
                }
            }
            linked.tables.sums(whole, &of_whole)?;
        }
        linked.until.insert(period.months().to(), linked.tables.len());
    }
    over_time(&mut linked)?;
    strands(&mut linked, partitions, &boroughs)?;
    Ok(linked)
}

/// Shows of a cell what was shown before or, of a new one, its count unless it is small.
fn show(tables: &mut LinkedTables, cell: CellId, before: Option<&Figure>, threshold: u32) {
    if tables.count(cell) < threshold && !matches!(before, Some(Figure::Count(_))) {
        tables.hide_sensitive(cell);
    }
    if let Some(before) = before {
        if *before == Figure::Hidden {
            tables.hide(cell);
        }
        tables.publish(cell);
    }
}

/// Months make quarters, quarters years. The others are not the same boroughs in months and in quarters: what they make follows from the rest.
fn over_time(linked: &mut Linked) -> Result<(), DoesNotAddUp> {
    let Linked { tables, cells, .. } = linked;
    for (key, total) in cells.iter().filter(|(key, _)| key.place != OTHERS) {
        let parts: Vec<Period> = match key.period {
            Period::Month(_) => continue,
            Period::Quarter(_) => key.period.months().iter().map(Period::Month).collect(),
            Period::Year(_) => key.period.months().iter().step_by(3).map(Period::Quarter).collect(),
        };
        let parts: Option<Vec<CellId>> =
            parts.into_iter().map(|period| cells.get(&Key { period, ..key.clone() }).copied()).collect();
        if let Some(parts) = parts {
            tables.sums(*total, &parts)?;
        }
    }
    Ok(())
}

/// A strand is a part of all, and every incident has one. What of all is not of a strand is a count that anybody can form, and is protected as such.
fn strands(linked: &mut Linked, partitions: &[Partition], boroughs: &BTreeSet<String>) -> Result<(), DoesNotAddUp> {
    let Linked { tables, cells, rests, .. } = linked;
    for [whole, part, rest] in rests.iter().copied() {
        tables.within(whole, &[part, rest])?;
        tables.relate(Relation { terms: vec![(whole, 1), (part, -1), (rest, -1)], sign: Sign::AtMostZero })?;
    }
    for (key, part) in cells.iter().filter(|(key, _)| key.place == OTHERS) {
        let Some(strand) = key.strand else { continue };
        let told = &partition_of(partitions, key.period.year()).told;
        let all_of = |place: &String| cells.get(&Key { place: place.clone(), period: key.period, strand: None }).copied();
        let others = boroughs.iter().filter(|borough| !is_told(told, strand, borough, key.period)).filter_map(all_of);
        let terms = std::iter::once((*part, 1)).chain(others.map(|whole| (whole, -1))).collect();
        tables.relate(Relation { terms, sign: Sign::AtMostZero })?;
    }
    for (key, total) in cells.iter().filter(|(key, _)| key.strand.is_none()) {
        let of = |strand: usize| cells.get(&Key { strand: Some(strand as u8), ..key.clone() }).copied();
        let parts: Option<Vec<CellId>> = (0..STRANDS.len()).map(of).collect();
        let Some(parts) = parts else { continue };
        let sum: u32 = parts.iter().map(|p| tables.count(*p)).sum();
        if sum >= tables.count(*total) {
            let terms = std::iter::once((*total, 1)).chain(parts.iter().map(|p| (*p, -1))).collect();
            tables.relate(Relation { terms, sign: Sign::AtMostZero })?;
        }
    }
    Ok(())
}
