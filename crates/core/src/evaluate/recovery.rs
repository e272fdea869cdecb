//! Recovery of planted truth: of the hotspots found, how many are places where much was to be expected, and of the places
//! where much was to be expected, how much was found.
//!
//! # Definition
//! In a window, `λ_i` is the expected number of records in cell `i` ([`Truth::intensity`]: background, planted places and
//! repeats), and `A_i` its area inside the study area, the reference measure of the hotspot rule.
//!
//! * A cell is **truly hot** when `λ_i / A_i ≥ 2 × Σλ / ΣA`: at least [`TRULY_HOT`] times the study area's mean, planted or
//!   not.
//! * A found hotspot is **true** when at least half of its expected records `Σλ_i` lie in truly hot cells.
//! * **Precision** is the share of found hotspots that are true, each alike or weighted by its incidents.
//! * **Recall** is the share of the truly hot cells' expected records that lie in cells of found hotspots.
//! * A **planted place** that lives in the window is found when at least half of its own expected records in the window lie
//!   in cells of found hotspots. Planted places are reported apart, by strength, since a weak one need not be truly hot.
//!
//! # What the numbers mean
//! The rule keeps the expected share of cells below the threshold under 5 % (Bayesian false discovery rate), if counts are
//! Poisson given the rates. Records here are more clustered than that, because of repeats, and rates pile up just below the
//! threshold: precision by hotspot is therefore a little below 0.95, and precision by incidents above it. Recall is bounded
//! by the data, not by the rule: a cell with twice the mean of London expects two records of all strands a year.
//!
//! # Pitfalls
//! It measures the method on incidents of its own making: it can show that a method fails, not that London is like the simulation.
//! One simulation has few hotspots and its precision is coarse: take the sum over many seeds ([`summed`]). Cells of other resolutions
//! or other windows have other truths.
//!
//! # Cost
//! One pass over the cells and the records of the window; making the incidents costs far more.

use crate::error::{Error, Result};
use crate::grid::GridLevel;
use crate::hotspot::StrandAnalysis;
use crate::hotspot::analysis::Analysis;
use crate::hotspot::detect::DetectParams;
use crate::incident::Strand;
use crate::month::MonthRange;
use crate::simulate::{SimulateParams, Truth, simulate};
use crate::units::Units;
use h3o::{CellIndex, Resolution};

/// From how many times the study area's mean a cell is truly hot.
pub const TRULY_HOT: f64 = 2.0;
/// Share of its expected records in truly hot cells from which a found hotspot is true.
const TRUE_SHARE: f64 = 0.5;

/// How much is to be expected at a planted place in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Fewer than 10 records.
    Weak,
    /// 10 to 25 records.
    Medium,
    /// 25 records or more.
    Strong,
}

impl Strength {
    /// From the weakest.
    pub const ALL: [Self; 3] = [Self::Weak, Self::Medium, Self::Strong];

    /// The class of an expected number of records.
    pub fn of(expected: f64) -> Self {
        match expected {
            e if e < 10.0 => Self::Weak,
            e if e < 25.0 => Self::Medium,
            _ => Self::Strong,
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Weak => "under 10 expected",
            Self::Medium => "10 to 25 expected",
            Self::Strong => "25 or more expected",
        }
    }
}

/// Planted places of one class of strength.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlantedRecovery {
    /// Class.
    pub strength: Strength,
    /// Places that live in the window and expect at least one record.
    pub places: u32,
    /// Of these, found.
    pub found: u32,
    /// Of these, places with at least half of their expected records in truly hot cells.
    pub truly_hot: u32,
    /// Of the truly hot ones, found.
    pub truly_hot_found: u32,
}

/// How well a list of hotspots recovers the truth. Every share is given as its two numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Window.
    pub window: MonthRange,
    /// Incidents on the map.
    pub n: u32,
    /// Hotspots found.
    pub hotspots: u32,
    /// Of these, true.
    pub true_hotspots: u32,
    /// Incidents in found hotspots.
    pub incidents: u32,
    /// Of these, in true hotspots.
    pub true_incidents: u32,
    /// Cells of found hotspots.
    pub cells: u32,
    /// Of these, truly hot.
    pub true_cells: u32,
    /// Truly hot cells.
    pub truly_hot: u32,
    /// Records expected in truly hot cells.
    pub expected: f64,
    /// Of these, in cells of found hotspots.
    pub covered: f64,
    /// Planted places, by [`Strength::ALL`].
    pub planted: [PlantedRecovery; 3],
}

impl Recovery {
    /// Share of found hotspots that are true; `None` when none was found.
    pub fn precision(&self) -> Option<f64> {
        share(f64::from(self.true_hotspots), f64::from(self.hotspots))
    }

    /// Share of the incidents in found hotspots that lie in true ones; `None` without any.
    pub fn precision_by_incident(&self) -> Option<f64> {
        share(f64::from(self.true_incidents), f64::from(self.incidents))
    }

    /// Share of the cells of found hotspots that are truly hot; `None` without any.
    pub fn precision_by_cell(&self) -> Option<f64> {
        share(f64::from(self.true_cells), f64::from(self.cells))
    }

    /// Share of the truly hot cells' expected records that found hotspots cover; `None` when no cell is truly hot.
    pub fn recall(&self) -> Option<f64> {
        share(self.covered, self.expected)
    }

    /// Both added up: shares of the sum weigh every hotspot, record and place alike. Strand and window are the first's.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.n += other.n;
        sum.hotspots += other.hotspots;
        sum.true_hotspots += other.true_hotspots;
        sum.incidents += other.incidents;
        sum.true_incidents += other.true_incidents;
        sum.cells += other.cells;
        sum.true_cells += other.true_cells;
        sum.truly_hot += other.truly_hot;
        sum.expected += other.expected;
        sum.covered += other.covered;
        for (a, b) in sum.planted.iter_mut().zip(&other.planted) {
            a.places += b.places;
            a.found += b.found;
            a.truly_hot += b.truly_hot;
            a.truly_hot_found += b.truly_hot_found;
        }
        sum
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// What is to be expected in each unit, and which are truly hot. See the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct TrueRates {
    /// Expected records, by unit.
    pub expected: Vec<f64>,
    /// Whether the unit is truly hot.
    pub hot: Vec<bool>,
}

impl TrueRates {
    /// Of a strand (`None`: all records) in a window, on the units of a grid level.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the level is finer than the truth (resolution 9).
    pub fn new(truth: &Truth, strand: Option<Strand>, level: &GridLevel, window: MonthRange) -> Result<Self> {
        if level.resolution() > Resolution::Nine {
            return Err(Error::OutOfRange { what: "resolution of the hotspots", must: "9 or coarser, as the truth is" });
        }
        let mut expected = vec![0.0; level.len()];
        for (cell, lambda) in truth.intensity(strand, window) {
            if let Some(row) = unit_of(level, cell) {
                expected[row] += lambda;
            }
        }
        let mean = expected.iter().sum::<f64>() / level.area_km2().iter().sum::<f64>();
        let hot = expected.iter().zip(level.area_km2()).map(|(l, a)| *l > 0.0 && *l >= TRULY_HOT * mean * a).collect();
        Ok(Self { expected, hot })
    }

    /// Expected records of some units, and the part of them that lies in truly hot ones. Rows that are no units have none.
    pub fn of(&self, units: &[u32]) -> [f64; 2] {
        let rows = units.iter().map(|unit| *unit as usize).filter(|row| *row < self.expected.len());
        rows.fold([0.0; 2], |[all, in_hot], row| {
            let lambda = self.expected[row];
            [all + lambda, in_hot + if self.hot[row] { lambda } else { 0.0 }]
        })
    }

    /// Whether a hotspot of these units is true.
    pub fn is_true(&self, units: &[u32]) -> bool {
        let [all, in_hot] = self.of(units);
        all > 0.0 && in_hot >= TRUE_SHARE * all
    }
}

/// The unit of a level in which a cell lies.
fn unit_of(level: &GridLevel, cell: CellIndex) -> Option<usize> {
    cell.parent(level.resolution()).and_then(|c| level.row(c)).map(|row| row as usize)
}

/// Compares hotspots with the truth. `level` is the grid level to whose rows the hotspots' units point.
///
/// # Errors
/// [`Error::OutOfRange`] when the level is finer than the truth (resolution 9), or a hotspot's unit is not a row of it.
pub fn recovery(truth: &Truth, analysis: &StrandAnalysis, level: &GridLevel, window: MonthRange) -> Result<Recovery> {
    let rows = level.len();
    let rates = TrueRates::new(truth, analysis.strand, level, window)?;
    let TrueRates { expected: lambda, hot } = &rates;
    let row_of = |cell: CellIndex| unit_of(level, cell);

    let mut found = vec![false; rows];
    let mut result = Recovery {
        strand: analysis.strand,
        window,
        n: analysis.n,
        hotspots: analysis.hotspots.len() as u32,
        true_hotspots: 0,
        incidents: 0,
        true_incidents: 0,
        cells: 0,
        true_cells: 0,
        truly_hot: hot.iter().filter(|h| **h).count() as u32,
        expected: 0.0,
        covered: 0.0,
        planted: Strength::ALL.map(|strength| PlantedRecovery { strength, places: 0, found: 0, truly_hot: 0, truly_hot_found: 0 }),
    };
    for hotspot in &analysis.hotspots {
        for unit in &hotspot.units {
            let row = *unit as usize;
            if row >= rows {
                return Err(Error::OutOfRange { what: "unit of a hotspot", must: "a row of the grid level" });
            }
            found[row] = true;
            result.cells += 1;
            result.true_cells += u32::from(hot[row]);
        }
        result.incidents += hotspot.n;
        if rates.is_true(&hotspot.units) {
            result.true_hotspots += 1;
            result.true_incidents += hotspot.n;
        }
    }
    for row in (0..rows).filter(|r| hot[*r]) {
        result.expected += lambda[row];
        if found[row] {
            result.covered += lambda[row];
        }
    }
    for (place, expected) in truth.places.iter().zip(truth.strengths(analysis.strand, window)) {
        if expected < 1.0 {
            continue;
        }
        let within = |set: &[bool]| {
            place.cells.iter().filter(|(cell, _)| row_of(*cell).is_some_and(|row| set[row])).map(|(_, w)| w).sum::<f64>() >= 0.5
        };
        let class = &mut result.planted[Strength::of(expected) as usize];
        let (is_found, is_hot) = (within(&found), within(hot));
        class.places += 1;
        class.found += u32::from(is_found);
        class.truly_hot += u32::from(is_hot);
        class.truly_hot_found += u32::from(is_found && is_hot);
    }
    Ok(result)
}

/// What one seed shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Seed of the simulation.
    pub seed: u64,
    /// All records first, then the strands of [`Strand::ANALYSED`].
    pub strands: Vec<Recovery>,
}

/// Simulates London over the window for each seed, finds hotspots of resolution 9 with the default rule as known on the last
/// day, and compares them with what was planted. `units` are the cells of London.
///
/// ```no_run
/// use hotspot_core::evaluate::recovery::{prove, summed};
/// use hotspot_core::grid::CellGrid;
/// use hotspot_core::units::Units;
/// use hotspot_core::MonthRange;
/// let window = MonthRange::ending("2025-03".parse().unwrap(), 12);
/// let proofs = prove(&Units::Cells(CellGrid::london()), &[1, 2, 3], window).unwrap();
/// assert!(summed(&proofs)[0].precision().unwrap() > 0.8);
/// ```
///
/// # Errors
/// [`Error::OutOfRange`] when the units are polygons or have no resolution 9; what the analysis finds wrong.
pub fn prove(units: &Units, seeds: &[u64], window: MonthRange) -> Result<Vec<Proof>> {
    let wrong = Error::OutOfRange { what: "units", must: "cells with resolution 9 among them" };
    let Units::Cells(grid) = units else { return Err(wrong) };
    let level = grid.level(Resolution::Nine).ok_or(wrong)?;
    let of_seed = |seed: &u64| {
        let london = simulate(&SimulateParams { seed: *seed, start: window.from(), months: window.len() as u16 });
        let (facts, metres) = london.facts(grid)?;
        let analysis = Analysis {
            units,
            resolution: 9,
            facts: &facts,
            metres: &metres,
            reference: level.area_km2(),
            window,
            rule: DetectParams::default(),
            atlas: None,
            before: None,
        };
        let strands = analysis.all()?.iter().map(|a| recovery(&london.truth, a, level, window)).collect::<Result<_>>()?;
        Ok(Proof { seed: *seed, strands })
    };
    seeds.iter().map(of_seed).collect()
}

/// The recoveries of several seeds added up, by strand; empty without any.
pub fn summed(proofs: &[Proof]) -> Vec<Recovery> {
    let Some((first, others)) = proofs.split_first() else { return Vec::new() };
    others.iter().fold(first.strands.clone(), |sums, proof| {
        sums.iter().zip(&proof.strands).map(|(sum, recovery)| sum.plus(recovery)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{CellGrid, StudyArea};
    use crate::hotspot::identity::{Change, Identity};
    use crate::hotspot::robustness::HotspotRobustness;
    use crate::hotspot::{Estimate, Hotspot, Verdict};
    use crate::month::Month;
    use crate::simulate::{PlantedPlace, StrandBackground, TruthCell, TruthHotspot, TruthMonth};
    use geo::{MultiPolygon, polygon};
    use h3o::CellIndex;

    fn grid() -> CellGrid {
        let square = polygon![(x: -0.15, y: 51.48), (x: -0.05, y: 51.48), (x: -0.05, y: 51.54), (x: -0.15, y: 51.54)];
        let area = StudyArea::new("square", MultiPolygon(vec![square])).unwrap();
        CellGrid::cover(area, Resolution::Ten, Resolution::Eight).unwrap()
    }

    fn month() -> Month {
        "2026-01".parse().unwrap()
    }

    /// One record for each 0.1 km² of the cell, plus 60 at a place that lies in two cells, 40 and 20.
    fn truth(level: &GridLevel, place: [CellIndex; 2]) -> Truth {
        let base: Vec<(CellIndex, f64)> = level.cells().iter().zip(level.area_km2()).map(|(c, a)| (*c, a * 10.0)).collect();
        let background = |cell: CellIndex| base.iter().find(|(c, _)| *c == cell).unwrap().1;
        let shares = [(place[0], 2.0 / 3.0), (place[1], 1.0 / 3.0)];
        let mut cells: Vec<TruthCell> = shares
            .iter()
            .map(|(cell, w)| TruthCell { cell: *cell, intensity: background(*cell) + w * 60.0, background: background(*cell) })
            .collect();
        cells.sort_by_key(|c| c.cell);
        let day = month().first_day();
        Truth {
            seed: 0,
            range: MonthRange::ending(month(), 1),
            background: vec![StrandBackground { strand: Strand::Race, cells: base }],
            also: vec![],
            places: vec![PlantedPlace { id: "one".to_owned(), born: day, ends: day, cells: shares.to_vec() }],
            months: vec![TruthMonth {
                month: month(),
                strand: Strand::Race,
                scale: 1.0,
                cells,
                hotspots: vec![TruthHotspot { place: 0, strength: 60.0 }],
            }],
        }
    }

    fn found(units: &[&[u32]]) -> StrandAnalysis {
        let hotspot = |units: &[u32], n: u32| Hotspot {
            identity: Identity { id: String::new(), first_seen: month(), change: Change::New, of: Vec::new() },
            rank: 1,
            name: String::new(),
            area_code: None,
            units: units.to_vec(),
            peak: units[0],
            outline: MultiPolygon(vec![]),
            area_km2: 0.1,
            n,
            expected: 1.0,
            ratio: Estimate { mean: 3.0, lo: 2.0, hi: 4.0 },
            probability: 0.99,
            stands_without_one: true,
            strands: [0; Strand::ALL.len()],
            months: vec![n],
            robustness: HotspotRobustness::default(),
            standing: crate::hotspot::appraisal::Standing::default(),
        };
        StrandAnalysis {
            strand: None,
            window: MonthRange::ending(month(), 1),
            n: 100,
            verdict: Verdict::Analysed,
            prior: None,
            hotspots: units.iter().enumerate().map(|(i, u)| hotspot(u, 10 * (i as u32 + 1))).collect(),
            ended: Vec::new(),
        }
    }

    #[test]
    fn finding_one_of_two_hot_cells_covers_its_part_of_what_is_expected() {
        let grid = grid();
        let level = grid.level(Resolution::Nine).unwrap();
        let middle = level.row(level.cells()[level.len() / 2]).unwrap();
        let other = level.neighbors().neighbors(middle as usize)[0];
        let cells = [level.cells()[middle as usize], level.cells()[other as usize]];
        let truth = truth(level, cells);
        // A hotspot over the stronger cell, and one over a cell where nothing is planted.
        let cold = (0..level.len() as u32).find(|r| *r != middle && *r != other).unwrap();
        let r = recovery(&truth, &found(&[&[middle], &[cold]]), level, truth.range).unwrap();
        assert_eq!((r.truly_hot, r.hotspots, r.true_hotspots), (2, 2, 1));
        assert_eq!((r.precision(), r.precision_by_cell()), (Some(0.5), Some(0.5)));
        assert_eq!(r.precision_by_incident(), Some(10.0 / 30.0));
        let a = |row: u32| level.area_km2()[row as usize] * 10.0;
        let expected = 60.0 + a(middle) + a(other);
        assert!((r.recall().unwrap() - (40.0 + a(middle)) / expected).abs() < 1e-9);
        let strong = r.planted[Strength::Strong as usize];
        assert_eq!((strong.places, strong.found, strong.truly_hot, strong.truly_hot_found), (1, 1, 1, 1));
        assert_eq!(r.planted[0].places, 0);
    }

    #[test]
    fn a_hotspot_is_false_when_most_of_what_it_expects_lies_in_cold_cells() {
        let grid = grid();
        let level = grid.level(Resolution::Nine).unwrap();
        let middle = (level.len() / 2) as u32;
        let other = level.neighbors().neighbors(middle as usize)[0];
        let truth = truth(level, [level.cells()[middle as usize], level.cells()[other as usize]]);
        let everything: Vec<u32> = (0..level.len() as u32).collect();
        let r = recovery(&truth, &found(&[&everything]), level, truth.range).unwrap();
        assert_eq!((r.true_hotspots, r.recall()), (0, Some(1.0)));
        let none = recovery(&truth, &found(&[]), level, truth.range).unwrap();
        assert_eq!((none.precision(), none.recall(), none.planted[2].found), (None, Some(0.0), 0));
        assert_eq!(none.plus(&r).hotspots, 1);
    }

    #[test]
    fn hotspots_finer_than_the_truth_have_no_answer() {
        let grid = grid();
        let level = grid.level(Resolution::Nine).unwrap();
        let truth = truth(level, [level.cells()[0], level.cells()[1]]);
        let error = recovery(&truth, &found(&[&[0]]), grid.finest(), truth.range).unwrap_err();
        assert!(error.to_string().contains("9 or coarser"));
        assert!(recovery(&truth, &found(&[&[u32::MAX]]), level, truth.range).is_err());
    }
}
