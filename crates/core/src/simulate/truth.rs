//! What was planted: the expected number of records in every cell and month.

use super::calendar::{Calendar, WARM_UP, date_of};
use super::density::Density;
use super::events::{Plan, counted_at_place, counted_elsewhere};
use super::shares::{LAYER, LAYERS, REPEAT_DAYS};
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use h3o::CellIndex;
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The truth behind a [`Simulation`](super::Simulation).
///
/// **What is expected.** The number of records that happen in the month and, when everything has become known, lie on the
/// map in the cell: mapped, flag not taken off, not police-generated, duplicates with a link counted once. The point of a
/// record is the one to which it was geocoded, so displacement is part of the truth; repeats and near repeats are part of
/// it as the mean over the process that makes them. Records still unknown or unreviewed on the last day of the simulation
/// are missing from the files alike everywhere: they lower every cell by the same factor.
///
/// **Layers.** Each record has one leading strand, so the layers written here add to all records. [`Self::also`] says which
/// share of a layer has a second strand. `Religion` as a leading strand stands for faiths other than both sub-strands.
///
/// **Cells** are of H3 resolution 9, as parents of resolution 10.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// Seed of the simulation.
    pub seed: u64,
    /// Months of the simulation.
    pub range: MonthRange,
    /// What is not planted, per month of an average year, for each leading strand.
    pub background: Vec<StrandBackground>,
    /// Second strands.
    pub also: Vec<AlsoStrand>,
    /// Planted places that live in one of the months, by birth.
    pub places: Vec<PlantedPlace>,
    /// One entry for each month and leading strand, by month.
    pub months: Vec<TruthMonth>,
}

/// Expected records of one leading strand that are not at planted places.
#[derive(Debug, Clone, PartialEq)]
pub struct StrandBackground {
    /// Leading strand.
    pub strand: Strand,
    /// Expected number in a month of scale 1, by cell, ascending.
    pub cells: Vec<(CellIndex, f64)>,
}

/// A share of the records with one leading strand has another strand too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlsoStrand {
    /// Leading strand.
    pub leading: Strand,
    /// The other one.
    pub also: Strand,
    /// Share of the records with that leading strand, alike in every cell.
    pub share: f64,
}

/// A planted place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedPlace {
    /// Month of birth and a running number.
    pub id: String,
    /// First day.
    pub born: Date,
    /// Last day.
    pub ends: Date,
    /// Cells in which its records fall, ascending, with their shares, which sum to 1.
    pub cells: Vec<(CellIndex, f64)>,
}

/// One month of one leading strand.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthMonth {
    /// Month.
    pub month: Month,
    /// Leading strand.
    pub strand: Strand,
    /// Factor of [`StrandBackground`] in this month: season, recording break, trigger events.
    pub scale: f64,
    /// Cells with a planted part, ascending. Every other cell has its background alone.
    pub cells: Vec<TruthCell>,
    /// Planted places that live in this month and have this leading strand.
    pub hotspots: Vec<TruthHotspot>,
}

/// Expected number of records in a cell in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthCell {
    /// Cell.
    pub cell: CellIndex,
    /// All of it.
    pub intensity: f64,
    /// The part that is not planted.
    pub background: f64,
}

/// A planted place in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthHotspot {
    /// Row in [`Truth::places`].
    pub place: usize,
    /// Expected number of its records in this month.
    pub strength: f64,
}

impl PlantedPlace {
    /// The fewest cells that hold at least 95 % of its records, ascending: what a file lists.
    pub fn core_cells(&self) -> Vec<CellIndex> {
        let mut by_share = self.cells.clone();
        by_share.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut held = 0.0;
        let mut core: Vec<CellIndex> = by_share
            .into_iter()
            .take_while(|(_, share)| {
                let before = held;
                held += share;
                before < 0.95
            })
            .map(|(cell, _)| cell)
            .collect();
        core.sort_unstable();
        core
    }
}

impl Truth {
    /// Share of the records with leading strand `leading` that count for `strand`; `None` is all records.
    pub fn share(&self, leading: Strand, strand: Option<Strand>) -> f64 {
        let Some(strand) = strand else { return 1.0 };
        let lies_in = |s: Strand| s.lies_in(strand);
        if lies_in(leading) {
            return 1.0;
        }
        self.also.iter().filter(|a| a.leading == leading && lies_in(a.also)).map(|a| a.share).sum()
    }

    /// Expected number of records of a strand (`None`: all, each once) in the window, by cell; months outside the
    /// simulation add nothing. Cells without any expectation are absent.
    pub fn intensity(&self, strand: Option<Strand>, window: MonthRange) -> BTreeMap<CellIndex, f64> {
        let mut cells: BTreeMap<CellIndex, f64> = BTreeMap::new();
        for background in &self.background {
            let share = self.share(background.strand, strand);
            let months = self.months.iter().filter(|m| m.strand == background.strand && window.contains(m.month));
            let (mut scale, mut planted) = (0.0, BTreeMap::new());
            for month in months {
                scale += month.scale;
                for cell in &month.cells {
                    *planted.entry(cell.cell).or_insert(0.0) += cell.intensity - cell.background;
                }
            }
            if share == 0.0 || scale == 0.0 {
                continue;
            }
            for (cell, base) in &background.cells {
                *cells.entry(*cell).or_insert(0.0) += share * scale * base;
            }
            for (cell, extra) in planted {
                *cells.entry(cell).or_insert(0.0) += share * extra;
            }
        }
        cells
    }

    /// Expected number of records of a strand in the window at each of [`Self::places`].
    pub fn strengths(&self, strand: Option<Strand>, window: MonthRange) -> Vec<f64> {
        let mut strengths = vec![0.0; self.places.len()];
        for month in self.months.iter().filter(|m| window.contains(m.month)) {
            let share = self.share(month.strand, strand);
            for hotspot in &month.hotspots {
                strengths[hotspot.place] += share * hotspot.strength;
            }
        }
        strengths
    }
}

/// Expected records a month below which a place is left out of a layer's month: late repeats of a place that has ended.
const LEAST_STRENGTH: f64 = 0.001;

/// Expected number of events in each month, warm-up included, of a part of the process whose new events have the daily
/// mean `base(row)`: the mean of a self-exciting process (Hawkes 1971) with branching ratio `repeats` and geometric lags.
pub(super) fn expected_by_month(calendar: &Calendar, repeats: f64, base: impl Fn(usize) -> f64) -> Vec<f64> {
    let p = 1.0 / REPEAT_DAYS;
    // Σ over earlier days of (1 − p)^(lag − 1) × their mean.
    let mut memory = 0.0;
    (0..calendar.months())
        .map(|month| {
            let mut sum = 0.0;
            for day in calendar.days(month) {
                let mean = base(day) + repeats * p * memory;
                memory = mean + (1.0 - p) * memory;
                sum += mean;
            }
            sum
        })
        .collect()
}

/// A planted place: share of each cell, and events by month for each leading strand.
struct Part {
    place: PlantedPlace,
    shares: Vec<(u32, f64)>,
    /// Records by layer and month.
    strength: Vec<Vec<f64>>,
}

/// The truth of a plan.
pub(super) fn truth_of(density: &Density, plan: &Plan, seed: u64, range: MonthRange) -> Truth {
    let calendar = &plan.calendar;
    let first = usize::from(WARM_UP);
    let cells = density.cells();

    let parts: Vec<Part> = plan
        .places
        .par_iter()
        .filter_map(|place| {
            let strength: Vec<Vec<f64>> = (0..LAYERS)
                .map(|layer| {
                    if place.mix[layer] == 0.0 {
                        return Vec::new();
                    }
                    let counted = counted_at_place(layer);
                    let events = expected_by_month(calendar, plan.repeats, |row| plan.at_place(place, layer, row));
                    events[first..].iter().map(|e| e * counted).collect()
                })
                .collect();
            if strength.iter().flatten().all(|s| *s < LEAST_STRENGTH) {
                return None;
            }
            let mut by_row: BTreeMap<u32, f64> = BTreeMap::new();
            for (site, weight) in place.weights() {
                density.spread(site, weight, |row, w| *by_row.entry(row).or_insert(0.0) += w);
            }
            let shares: Vec<(u32, f64)> = by_row.into_iter().collect();
            let place = PlantedPlace {
                id: place.id.clone(),
                born: date_of(place.born),
                ends: date_of(place.ends - 1),
                cells: shares.iter().map(|(row, w)| (cells[*row as usize], *w)).collect(),
            };
            Some(Part { place, shares, strength })
        })
        .collect();

    let layers: Vec<(StrandBackground, Vec<TruthMonth>)> = (0..LAYERS)
        .into_par_iter()
        .map(|layer| {
            let strand = LAYER[layer].strand;
            let counted = counted_elsewhere(layer);
            // An average month of an average year: the daily base with repeats.
            let unit = plan.background[layer] * 365.25 / 12.0 / (1.0 - plan.repeats) * counted;
            let shares = density.background(layer);
            let events = expected_by_month(calendar, plan.repeats, |row| plan.elsewhere(layer, row));
            let months = events[first..]
                .iter()
                .enumerate()
                .map(|(m, events)| {
                    let scale = if unit > 0.0 { events * counted / unit } else { 0.0 };
                    let mut planted: BTreeMap<u32, f64> = BTreeMap::new();
                    let mut hotspots = Vec::new();
                    for (row, part) in parts.iter().enumerate() {
                        let Some(strength) = part.strength[layer].get(m).copied().filter(|s| *s >= LEAST_STRENGTH) else {
                            continue;
                        };
                        for (cell, share) in &part.shares {
                            *planted.entry(*cell).or_insert(0.0) += share * strength;
                        }
                        hotspots.push(TruthHotspot { place: row, strength });
                    }
                    let cells = planted
                        .into_iter()
                        .map(|(row, extra)| {
                            let background = scale * unit * shares[row as usize];
                            TruthCell { cell: cells[row as usize], intensity: background + extra, background }
                        })
                        .collect();
                    TruthMonth { month: range.from().plus(m as u16), strand, scale, cells, hotspots }
                })
                .collect();
            let cells = cells.iter().zip(&shares).filter(|(_, w)| **w > 0.0).map(|(c, w)| (*c, unit * w)).collect();
            (StrandBackground { strand, cells }, months)
        })
        .collect();
    let (background, by_layer): (Vec<_>, Vec<_>) = layers.into_iter().unzip();
    let mut months: Vec<TruthMonth> = by_layer.into_iter().flatten().collect();
    // Stable: within a month the strands keep the order of the layers.
    months.sort_by_key(|m| m.month);
    let also = LAYER
        .iter()
        .flat_map(|l| l.also.iter().map(|(also, share)| AlsoStrand { leading: l.strand, also: *also, share: *share }))
        .collect();
    Truth { seed, range, background, also, places: parts.into_iter().map(|p| p.place).collect(), months }
}
