//! Incidents of the areas of the year, by quarter and strand: as published or, where that is not told, as supposed.

use super::Ground;
use crate::areas::PolygonIndex;
use crate::disclosure::protected::{ALL, Figure, Figures, Key, Partition, Period, ProtectedArea, ProtectedRelease, STRANDS};
use crate::error::{Error, Result};
use crate::resource::what_if::whole;
use crate::units::Units;
use std::collections::{BTreeMap, BTreeSet};

/// What is published, and supposed, of the areas of the year.
pub(super) struct Counts<'a> {
    pub areas: &'a [ProtectedArea],
    pub rows: BTreeMap<&'a str, u32>,
    /// Of each denominator, by area.
    pub measures: Vec<Vec<f64>>,
    pub area_km2: Vec<f64>,
    /// Incidents by area and quarter.
    pub n: Vec<Vec<u32>>,
    /// By strand, area and quarter.
    pub strands: [Vec<Vec<u32>>; STRANDS.len()],
    /// The area of each polygon of the ground, by its code.
    pub polygons: BTreeMap<String, u32>,
}

impl<'a> Counts<'a> {
    pub fn of(ground: Ground<'_>, shown: &'a ProtectedRelease, quarters: &[Period]) -> Result<Self> {
        let areas = shown.areas.as_slice();
        let level = ground.units.level(ground.resolution).ok_or(Error::NoReference)?;
        let first = ground.denominators.first().ok_or(Error::NoReference)?;
        let located = |areas: &[ProtectedArea]| -> Vec<Option<u32>> {
            let index = PolygonIndex::new(areas.iter().map(|a| &a.outline));
            (0..level.len() as u32).map(|row| index.locate(ground.units.center(ground.resolution, row)?)).collect()
        };
        let area_of = located(areas);
        let by_area = |values: &[f64]| {
            let mut sums = vec![0.0; areas.len()];
            for (value, area) in values.iter().zip(&area_of) {
                if let Some(area) = area {
                    sums[*area as usize] += value;
                }
            }
            sums
        };
        let measures: Vec<Vec<f64>> = ground.denominators.iter().map(|d| by_area(&d.values)).collect();
        let boroughs: BTreeSet<&str> = areas.iter().map(|a| a.borough.as_str()).collect();
        let mut n = vec![Vec::with_capacity(quarters.len()); areas.len()];
        let mut carries: BTreeMap<i16, Carry<'_>> = BTreeMap::new();
        for quarter in quarters {
            let counted = match made_for(shown, quarter.year()) {
                None => quarter_of(&shown.figures, areas, &measures[0], *quarter, quarters),
                Some(partition) => carries
                    .entry(partition.year)
                    .or_insert_with(|| Carry::of(partition, &located(&partition.areas), areas, &area_of, &first.values))
                    .over(&shown.figures, *quarter, quarters, areas.len()),
            };
            in_whole_numbers(areas, &boroughs, &counted)?.into_iter().zip(&mut n).for_each(|(count, of)| of.push(count));
        }
        let mut strands: [Vec<Vec<u32>>; STRANDS.len()] = Default::default();
        for (row, of) in strands.iter_mut().enumerate() {
            *of = strand_of(&shown.figures, areas, &boroughs, row, &n, quarters)?;
        }
        let code = |row: u32| ground.units.id(ground.resolution, row).unwrap_or_default();
        let is_polygons = matches!(ground.units, Units::Areas(_));
        let polygons = (0..).zip(&area_of).filter(|_| is_polygons).filter_map(|(row, area)| Some((code(row), (*area)?))).collect();
        Ok(Self {
            areas,
            rows: areas.iter().zip(0..).map(|(a, row)| (a.code.as_str(), row)).collect(),
            area_km2: by_area(level.area_km2),
            measures,
            n,
            strands,
            polygons,
        })
    }

    pub fn row(&self, code: &str) -> Option<u32> {
        self.rows.get(code).copied()
    }
}

/// Areas of a year before, and what part of each goes into which area of now.
struct Carry<'a> {
    areas: &'a [ProtectedArea],
    /// The reference measure of each.
    measure: Vec<f64>,
    /// By area of then: areas of now of the same borough, with parts that sum to 1.
    parts: Vec<Vec<(usize, f64)>>,
}

impl<'a> Carry<'a> {
    /// By the reference measure; `then` and `now` have the area of each unit of the ground.
    fn of(partition: &'a Partition, then: &[Option<u32>], areas: &[ProtectedArea], now: &[Option<u32>], values: &[f64]) -> Self {
        let mut measure = vec![0.0; partition.areas.len()];
        let mut both: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); partition.areas.len()];
        let mut of_now = vec![0.0; areas.len()];
        for ((value, then), now) in values.iter().zip(then).zip(now) {
            // Where nobody lives all units are alike.
            let value = value + 1e-9;
            let (then, now) = (then.map(|a| a as usize), now.map(|a| a as usize));
            if let Some(then) = then {
                measure[then] += value;
            }
            if let Some(now) = now {
                of_now[now] += value;
            }
            if let (Some(then), Some(now)) = (then, now)
                && partition.areas[then].borough == areas[now].borough
            {
                *both[then].entry(now).or_default() += value;
            }
        }
        let parts = both.into_iter().zip(&partition.areas).map(|(shared, area)| {
            // Where none of its middles lies in an area of now, it goes into all of the borough.
            let of_borough =
                || (0..areas.len()).filter(|now| areas[*now].borough == area.borough).map(|now| (now, of_now[now] + 1e-9));
            let shared: Vec<(usize, f64)> = if shared.is_empty() { of_borough().collect() } else { shared.into_iter().collect() };
            let all: f64 = shared.iter().map(|(_, value)| value).sum();
            shared.into_iter().map(|(now, value)| (now, value / all)).collect()
        });
        Self { areas: &partition.areas, measure, parts: parts.collect() }
    }

    /// Incidents of a quarter by area of now.
    fn over(&self, figures: &Figures, quarter: Period, quarters: &[Period], areas: usize) -> Vec<f64> {
        let mut carried = vec![0.0; areas];
        let counted = quarter_of(figures, self.areas, &self.measure, quarter, quarters);
        for (n, parts) in counted.iter().zip(&self.parts) {
            for (now, part) in parts {
                carried[*now] += n * part;
            }
        }
        carried
    }
}

/// The areas of a year, where they are not those of the release.
fn made_for(shown: &ProtectedRelease, year: i16) -> Option<&Partition> {
    let later = |p: &&Partition| p.year <= year;
    let of_release = shown.areas_made;
    if year >= of_release {
        return None;
    }
    shown.earlier.iter().rev().find(later).or_else(|| shown.earlier.first())
}

fn told(figures: &Figures, place: &str, period: Period, strand: Option<usize>) -> Option<f64> {
    let key = Key { place: place.to_owned(), period, strand: strand.map(|s| s as u8) };
    if let Some(Figure::Count(n)) = figures.get(&key) { Some(f64::from(*n)) } else { None }
}

/// Incidents of areas in a quarter: as told or, together as many as the borough has beside those told, as supposed.
fn quarter_of(figures: &Figures, areas: &[ProtectedArea], measure: &[f64], quarter: Period, quarters: &[Period]) -> Vec<f64> {
    let mut counted = vec![0.0; areas.len()];
    let mut hidden: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut known: BTreeMap<&str, f64> = BTreeMap::new();
    for (row, area) in areas.iter().enumerate() {
        match told(figures, &area.code, quarter, None) {
            Some(n) => {
                counted[row] = n;
                *known.entry(&area.borough).or_default() += n;
            }
            None => hidden.entry(&area.borough).or_default().push(row),
        }
    }
    for (borough, rows) in hidden {
        let rest = told(figures, borough, quarter, None).map(|n| (n - known.get(borough).copied().unwrap_or(0.0)).max(0.0));
        let measured: f64 = rows.iter().map(|row| measure[*row] + 1e-9).sum();
        let supposed: Vec<f64> = rows
            .iter()
            .map(|row| {
                let others: Vec<f64> = quarters.iter().filter_map(|q| told(figures, &areas[*row].code, *q, None)).collect();
                match others.len() {
                    0 => rest.unwrap_or(0.0) * (measure[*row] + 1e-9) / measured,
                    some => others.iter().sum::<f64>() / some as f64,
                }
            })
            .collect();
        let sum: f64 = supposed.iter().sum();
        // What lies in no unit is in the rest too: it is not all theirs.
        let part = rest.filter(|_| sum > 0.0).map_or(1.0, |rest| (rest / sum).min(2.0));
        rows.iter().zip(supposed).for_each(|(row, n)| counted[*row] = n * part);
    }
    counted
}

/// Whole numbers with the sums of boroughs.
fn in_whole_numbers(areas: &[ProtectedArea], boroughs: &BTreeSet<&str>, counted: &[f64]) -> Result<Vec<u32>> {
    let mut made = vec![0; areas.len()];
    for borough in boroughs {
        let rows: Vec<usize> = (0..areas.len()).filter(|row| areas[*row].borough == *borough).collect();
        let amounts: Vec<f64> = rows.iter().map(|row| counted[*row]).collect();
        for (row, n) in rows.iter().zip(whole(&amounts, 1.0, &[])?) {
            made[*row] = n as u32;
        }
    }
    Ok(made)
}

/// Incidents of a strand by area and quarter.
fn strand_of(
    figures: &Figures,
    areas: &[ProtectedArea],
    boroughs: &BTreeSet<&str>,
    strand: usize,
    n: &[Vec<u32>],
    quarters: &[Period],
) -> Result<Vec<Vec<u32>>> {
    let years: Vec<Period> = figures
        .keys()
        .filter(|key| matches!(key.period, Period::Year(_)))
        .map(|key| key.period)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .rev()
        .collect();
    let share = |place: &str| {
        let of = |year: &Period| Some(told(figures, place, *year, Some(strand))? / told(figures, place, *year, None)?.max(1.0));
        years.iter().find_map(of)
    };
    let london = share(ALL).unwrap_or(0.0);
    let shares: Vec<f64> = areas.iter().map(|a| share(&a.code).or_else(|| share(&a.borough)).unwrap_or(london)).collect();
    let mut made = vec![Vec::with_capacity(quarters.len()); areas.len()];
    for (at, quarter) in quarters.iter().enumerate() {
        let mut counted: Vec<f64> = shares.iter().zip(n).map(|(share, n)| share * f64::from(n[at])).collect();
        for borough in boroughs {
            let Some(wanted) = told(figures, borough, *quarter, Some(strand)) else { continue };
            let of: Vec<usize> = (0..areas.len()).filter(|row| areas[*row].borough == *borough).collect();
            let sum: f64 = of.iter().map(|row| counted[*row]).sum();
            if sum > 0.0 {
                for row in of {
                    counted[row] *= wanted / sum;
                }
            }
        }
        let whole = in_whole_numbers(areas, boroughs, &counted)?;
        whole.into_iter().zip(&mut made).zip(n).for_each(|((k, of), n)| of.push(k.min(n[at])));
    }
    Ok(made)
}
