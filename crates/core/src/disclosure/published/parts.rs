//! Areas divided into what lies in each hotspot and the rest.

use super::counts::Counts;
use crate::cube::{Fact, FactKind, Facts, NO_AREA, NO_HOUR};
use crate::disclosure::protected::{Period, ProtectedHotspot, STRANDS};
use crate::error::Result;
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};
use crate::resource::what_if::whole;
use std::collections::BTreeMap;

/// Most of an area that its hotspots take of its measure.
const MOST_OF_AN_AREA: f64 = 0.95;

/// So many, or as many as there is room for, over places by the room in each.
fn spread(n: u32, room: &[f64]) -> Result<Vec<u32>> {
    let all: f64 = room.iter().sum();
    let fits = f64::from(n).min(all);
    let wanted: Vec<f64> = room.iter().map(|w| if all > 0.0 { fits * w / all } else { 0.0 }).collect();
    Ok(whole(&wanted, 1.0, &[])?.into_iter().map(|n| n as u32).collect())
}

/// Part of an area: what of it lies in a hotspot, or the rest.
pub(super) struct Unit {
    pub area: u32,
    pub hotspot: Option<usize>,
    /// Of the measure of the area.
    pub part: f64,
    /// Incidents by quarter.
    pub n: Vec<u32>,
    /// Of the strand that is asked about, where one is.
    pub of_strand: Vec<u32>,
}

/// How areas are divided.
pub(super) struct Parts {
    strand: Option<usize>,
    rest: Vec<Unit>,
    hotspots: Vec<Unit>,
}

impl Parts {
    pub fn of(counts: &Counts<'_>, told: &[(&ProtectedHotspot, u32)], strand: Option<usize>) -> Result<Self> {
        let periods = counts.n.first().map_or(0, Vec::len);
        // What can still be in a hotspot, by area and quarter.
        let mut left = strand.map_or_else(|| counts.n.clone(), |s| counts.strands[s].clone());
        let incidents: f64 = left.iter().flatten().map(|n| f64::from(*n)).sum();
        let measure: f64 = counts.measures[0].iter().sum();
        let mut hotspots: Vec<Unit> = Vec::new();
        let mut taken = vec![0.0; counts.areas.len()];
        let mut counted = counts.n.clone();
        let areas: Vec<Vec<u32>> =
            told.iter().map(|(hotspot, _)| hotspot.areas.iter().filter_map(|code| counts.row(code)).collect()).collect();
        // Those first that can be in fewest areas: others find room elsewhere.
        let mut order: Vec<usize> = (0..told.len()).collect();
        order.sort_by_key(|row| areas[*row].len());
        for row in order {
            let ((hotspot, n), areas) = (&told[row], &areas[row]);
            let held: f64 = areas.iter().map(|a| counts.measures[0][*a as usize]).sum();
            // A tenth is as fine as it is told.
            let expected = hotspot.expected.unwrap_or(0.0).max(0.05);
            let part = if held > 0.0 && incidents > 0.0 { (expected / incidents * measure / held).min(1.0) } else { 0.0 };
            let has = |left: &Vec<Vec<u32>>, areas: &[u32]| areas.iter().flat_map(|a| &left[*a as usize]).sum::<u32>();
            let missing = n.saturating_sub(has(&left, areas));
            if missing > 0 {
                // More than its areas are supposed to have: it is told, they are not all. Others of the borough have so much less.
                let first = areas[0] as usize;
                let others: Vec<usize> = (0..counts.areas.len())
                    .filter(|a| counts.areas[*a].borough == counts.areas[first].borough && !areas.contains(&(*a as u32)))
                    .collect();
                let room: Vec<f64> = others.iter().flat_map(|a| &left[*a]).map(|n| f64::from(*n)).collect();
                for (cell, moved) in spread(missing, &room)?.into_iter().enumerate() {
                    let (other, at) = (others[cell / periods], cell % periods);
                    left[other][at] -= moved;
                    left[first][at] += moved;
                    counted[other][at] = counted[other][at].saturating_sub(moved);
                    counted[first][at] += moved;
                }
            }
            let room: Vec<f64> = areas.iter().flat_map(|a| &left[*a as usize]).map(|n| f64::from(*n)).collect();
            let mut given = spread(*n, &room)?;
            // Nor has the borough as many.
            if let Some(last) = given.get_mut(periods.saturating_sub(1)) {
                *last += n.saturating_sub(has(&left, areas));
            }
            for (area, given) in areas.iter().zip(given.chunks(periods.max(1))) {
                left[*area as usize].iter_mut().zip(given).for_each(|(left, n)| *left = left.saturating_sub(*n));
                taken[*area as usize] += part;
                let given = given.to_vec();
                let of_strand = if strand.is_some() { given.clone() } else { Vec::new() };
                hotspots.push(Unit { area: *area, hotspot: Some(row), part, n: given, of_strand });
            }
        }
        for unit in &mut hotspots {
            unit.part *= (MOST_OF_AN_AREA / taken[unit.area as usize]).min(1.0);
        }
        let mut rest: Vec<Unit> = (0..counts.areas.len())
            .map(|area| Unit { area: area as u32, hotspot: None, part: 1.0, n: counted[area].clone(), of_strand: Vec::new() })
            .collect();
        for unit in &mut hotspots {
            let area = unit.area as usize;
            if let Some(s) = strand {
                // Records of other strands lie as the measure does.
                for (at, n) in unit.n.iter_mut().enumerate() {
                    let others = counted[area][at].saturating_sub(counts.strands[s][area][at]);
                    *n += (f64::from(others) * unit.part).floor() as u32;
                }
            }
            rest[area].part -= unit.part;
            rest[area].n.iter_mut().zip(&unit.n).for_each(|(left, n)| *left = left.saturating_sub(*n));
        }
        if strand.is_some() {
            for (unit, left) in rest.iter_mut().zip(left) {
                unit.of_strand = left;
                unit.n.iter_mut().zip(&unit.of_strand).for_each(|(n, k)| *n = (*n).max(*k));
            }
        }
        Ok(Self { strand, rest, hotspots })
    }

    pub fn units(&self) -> Vec<&Unit> {
        self.rest.iter().chain(&self.hotspots).collect()
    }

    /// The incidents of each unit and quarter, each with its strands: in every area as many of each as are told or supposed, in its parts alike.
    pub fn facts(&self, counts: &Counts<'_>, units: &[&Unit], quarters: &[Period]) -> Result<Facts> {
        let mut facts = Facts::new(FactKind::Events);
        let mut of_area: Vec<Vec<usize>> = vec![Vec::new(); counts.areas.len()];
        (0..).zip(units).for_each(|(row, unit)| of_area[unit.area as usize].push(row));
        for (area, rows) in of_area.iter().enumerate() {
            for (at, quarter) in quarters.iter().enumerate() {
                let all: f64 = rows.iter().map(|row| f64::from(units[*row].n[at])).sum();
                let mut of_strand: Vec<Vec<u32>> = Vec::with_capacity(STRANDS.len());
                for strand in 0..STRANDS.len() {
                    of_strand.push(if self.strand == Some(strand) {
                        rows.iter().map(|row| units[*row].of_strand[at]).collect()
                    } else {
                        let k = f64::from(counts.strands[strand][area][at]);
                        let part = |row: &usize| if all > 0.0 { k * f64::from(units[*row].n[at]) / all } else { 0.0 };
                        whole(&rows.iter().map(part).collect::<Vec<_>>(), 1.0, &[])?.into_iter().map(|n| n as u32).collect()
                    });
                }
                for (place, row) in rows.iter().enumerate() {
                    let of: [u32; STRANDS.len()] = std::array::from_fn(|strand| of_strand[strand][place]);
                    for (strands, count) in with_strands(units[*row].n[at], of) {
                        facts.push(Fact {
                            unit: *row as u32,
                            area: NO_AREA,
                            month: quarter.months().to(),
                            recorded: quarter.months().to(),
                            strands,
                            offence: Offence::Other,
                            sources: SourceSet::only(Source::Recorded),
                            status: FlagStatus::Confirmed,
                            setting: Setting::Other,
                            outcome: Outcome::Unknown,
                            hour_of_week: NO_HOUR,
                            place: PlaceKind::AreaOnly,
                            count,
                        });
                    }
                }
            }
        }
        Ok(facts)
    }
}

/// So many incidents, so many of each strand: one strand after the other, and round again where they are more than the incidents.
fn with_strands(n: u32, of: [u32; STRANDS.len()]) -> BTreeMap<StrandSet, u32> {
    let mut sets = vec![StrandSet::EMPTY; n as usize];
    let mut at = 0;
    for (strand, k) in STRANDS.iter().zip(of) {
        for _ in 0..k.min(n) {
            let set = &mut sets[at % n as usize];
            *set = set.union(std::iter::once(*strand).collect());
            at += 1;
        }
    }
    let mut counted = BTreeMap::new();
    for set in sets {
        *counted.entry(set).or_default() += 1;
    }
    counted
}
