//! Multiverse robustness: in how many reasonable ways of making the analysis is a place hot?
//!
//! # Definition
//! The map depends on choices that nobody would defend to the death: the size of the cells and where their grid begins, the months, what
//! counts are held against, whether a victim of ten incidents is ten or one, whether provisional flags count, and where within its
//! precision an incident lies. A *setting* takes one level of each ([`Setting`]); a [`Design`] lists settings, the published analysis
//! first. In each setting the units are judged by the rule of [`detect`](super::detect), its false discovery rate included.
//!
//! For a unit `c` of the finest level, with its centre carried to each setting's grid,
//!
//! ```text
//! share(c) = settings in which the unit that holds c's centre is hot / settings that say anything of it
//! ```
//!
//! and a hotspot's share is the mean over its finest units, weighted by their incidents in the hotspot's own analysis. In one setting the
//! hotspot *holds* if at least half of that weight lies in hot units.
//!
//! * **Offset.** All points, the study area and the residents are moved by a fixed vector in metres over the grid, and the answers are
//!   carried back: as if the grid began elsewhere. Nothing is lost at the edge.
//! * **Redrawn.** Each incident is put uniformly into the part inside the study area of the disc in which it is known to lie
//!   ([`Precision::radius_m`](crate::incident::Precision::radius_m)). Each number of redrawing is another draw.
//! * **Offence.** An incident counts as often as recorded offences tell of it: those joined by links.
//! * **Victim.** Each victim counts once for each unit of the setting, strand and window. An incident without pseudonym counts as
//!   a victim of its own.
//! * **Window.** It ends with the release's month: as long as the published one, half, and twice as long.
//! * **Polygons** have one size and cannot be moved: settings with resolution 9 and no offset apply to them, the rest
//!   cannot be made.
//!
//! A setting that cannot be made ([`Obstacle`]) takes no part, and neither does one against residents where nobody lives or residents are
//! unfit: no rate is not a low rate.
//!
//! # Source
//! Openshaw, *The modifiable areal unit problem* (1984), for size and origin; Steegen, Tuerlinckx, Gelman and Vanpaemel, *Perspectives on
//! Psychological Science* 11 (2016) for multiverse analysis. No other tool for hotspots is known to publish such a share.
//!
//! # Pitfalls
//! - A share is not a probability: settings are not drawn from anything, and in [`Design::Fixed`] most differ from the published one in one
//!   or two choices, so that it says how far the published map depends on its choices, not how the average map looks.
//! - A hotspot that holds at resolution 10 and not at 8 is small, not false. The list of failing settings says more than their number.
//! - With few incidents many settings cannot be made; the share is then of those that can, and the list of obstacles belongs beside it.
//! - Counts of 24 months may lie across a change of recording; both sides then count alike.
//!
//! # Cost
//! For each offset one grid (half a second of one core for London, kept in [`Frames`] from release to release), for each offset and redraw
//! one look-up of every incident, for each setting and strand one fit of the prior. Settings run side by side; the answer has the same
//! bytes on any number of threads and in any order of the facts.

mod design;
mod frames;
mod redraw;

pub use design::{Counted, Design, MONTHS, OFFSETS_M, RESOLUTIONS, Reference, Setting, VERSION};
pub use frames::{Frames, Residents};

use super::StrandAnalysis;
use super::detect::{DetectParams, hot_rows};
use super::protection::{NOBODY, People, Role};
use crate::cube::{Facts, Filter, Provisional};
use crate::error::{Error, Result};
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use crate::units::UnitLevel;
use frames::{Frame, FrameLevel, finest};
use rayon::prelude::*;
use redraw::Redraw;
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// What is rerun.
#[derive(Debug, Clone, Copy)]
pub struct Multiverse<'a> {
    /// Units and settings.
    pub frames: &'a Frames<'a>,
    /// Facts, with units at the finest level; police-generated records are left out by the filter.
    pub facts: &'a Facts,
    /// Position in metres of each fact; not finite where there is none.
    pub metres: &'a [[f64; 2]],
    /// Radius in metres within which each fact's true place lies; it stays where it is when that is not positive or not finite.
    pub radius_m: &'a [f32],
    /// Pseudonyms of each fact.
    pub people: &'a People,
    /// Recorded offences that tell of each fact, joined by links: 1 for most.
    pub offences: &'a [u32],
    /// Months that the store covers; its last is the last of every window.
    pub held: MonthRange,
    /// Settings of the rule.
    pub rule: DetectParams,
    /// The published analyses, one for each strand that is asked about.
    pub analyses: &'a [StrandAnalysis],
    /// Resolution of their hotspots' units; 0 for polygons.
    pub resolution: u8,
    /// Seed of redrawn locations.
    pub seed: u64,
}

/// Why a setting cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The units have no such resolution or cannot be moved.
    NoSuchUnits,
    /// The window begins before the first month held.
    MonthsNotHeld,
    /// No residents are known.
    NoResidents,
    /// No victim's pseudonym is known.
    NoPseudonyms,
    /// Every incident is told of by one record: to count offences is to count incidents.
    OneOffenceEach,
    /// What it changes is nothing here (no flag under review, no place that could be redrawn): it would repeat another setting.
    NothingToChange,
    /// Fewer incidents than the rule needs.
    TooFew,
}

impl Obstacle {
    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::NoSuchUnits => "no_such_units",
            Self::MonthsNotHeld => "months_not_held",
            Self::NoResidents => "no_residents",
            Self::NoPseudonyms => "no_pseudonyms",
            Self::OneOffenceEach => "one_offence_each",
            Self::NothingToChange => "nothing_to_change",
            Self::TooFew => "too_few",
        }
    }
}

/// What came of one setting for one strand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It was judged.
    Made {
        /// What was counted in units in the window.
        n: u32,
        /// Hot units.
        hot: u32,
        /// The lowest probability of a hot unit; 1 when none is hot.
        cut: f64,
    },
    /// It cannot be made.
    NotMade(Obstacle),
}

/// The answer of all settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Robustness {
    /// The settings, the published one first.
    pub settings: Vec<Setting>,
    /// By strand, as the analyses.
    pub strands: Vec<StrandRobustness>,
}

/// The answer for one strand, or all records.
#[derive(Debug, Clone, PartialEq)]
pub struct StrandRobustness {
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// What came of each setting.
    pub outcomes: Vec<Outcome>,
    /// Share of each finest unit that is hot in some setting, ascending by row.
    pub cells: Vec<(u32, f32)>,
    /// By hotspot, as in the analysis.
    pub hotspots: Vec<HotspotRobustness>,
}

impl StrandRobustness {
    /// Settings that could be made.
    pub fn made(&self) -> usize {
        self.outcomes.iter().filter(|o| matches!(o, Outcome::Made { .. })).count()
    }
}

/// The answer for one hotspot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HotspotRobustness {
    /// Incident-weighted mean of its finest units' shares, 0 to 1; `None` when no setting says anything of it.
    pub share: Option<f64>,
    /// For each setting, whether it holds; `None` where the setting cannot be made, or has no rate for more than half of its incidents.
    pub holds: Vec<Option<bool>>,
}

impl HotspotRobustness {
    /// In how many settings it holds, and how many say so or not: "hot in 41 of 48 settings".
    pub fn held(&self) -> (usize, usize) {
        let said = self.holds.iter().flatten();
        (said.clone().filter(|holds| **holds).count(), said.count())
    }
}

/// A fact that can count: its unit, and what decides whether and where it counts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Record {
    unit: u32,
    at: [f64; 2],
    radius_m: f64,
    month: Month,
    /// One bit for each analysis that it belongs to: with provisional flags, and without.
    strands: [u16; 2],
    victim: u32,
    count: u32,
    offences: u32,
    /// Which of the facts at its position it is.
    occurrence: u32,
}

/// Finest units with their weights, ascending.
type Weighted = Vec<(u32, f64)>;

/// Analyses that fit into the bits of a record.
const MOST_ANALYSES: usize = u16::BITS as usize;

/// Hot rows and the lowest probability among them, or none with too few incidents; and how much was counted.
struct Judged {
    n: u32,
    found: Option<(Vec<u32>, f64)>,
}

impl Multiverse<'_> {
    /// Reruns the analysis.
    ///
    /// # Errors
    /// [`Error::Length`] when a column is not as long as the facts, [`Error::OutOfRange`] for a resolution that the units have not got, a
    /// hotspot's unit that is not a row of it, or more than 16 analyses, and what the rule finds wrong with its settings.
    pub fn run(&self) -> Result<Robustness> {
        let frames = self.frames;
        let hotspots = self.hotspots()?;
        let records = self.records();
        let known = records.iter().any(|r| r.victim != NOBODY);
        let joined = records.iter().any(|r| r.offences > r.count);
        let mut obstacles: Vec<Option<Obstacle>> = (0..frames.settings.len()).map(|s| self.obstacle(s, known, joined)).collect();
        let repeats = self.repeats(&records, &obstacles);
        for (obstacle, repeats) in obstacles.iter_mut().zip(repeats) {
            *obstacle = obstacle.or(repeats.then_some(Obstacle::NothingToChange));
        }
        // Incidents are looked up once for each offset and redraw.
        let mut groups: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
        for (row, setting) in frames.settings.iter().enumerate().filter(|(row, _)| obstacles[*row].is_none()) {
            let frame = frames.row_of(row).expect("a setting without obstacle has units");
            groups.entry((frame, setting.redraw)).or_default().push(row);
        }
        let groups: Vec<((usize, u32), Vec<usize>)> = groups.into_iter().collect();
        let judged: Vec<Vec<(usize, Vec<Judged>)>> = groups
            .par_iter()
            .map(|((frame, redraw), settings)| {
                let located = self.located(frames.frame(*frame), *redraw, &records);
                settings.par_iter().map(|row| Ok((*row, self.judged(*row, &records, &located)?))).collect()
            })
            .collect::<Result<_>>()?;
        let mut of_setting: Vec<Option<Vec<Judged>>> = frames.settings.iter().map(|_| None).collect();
        for (row, judged) in judged.into_iter().flatten() {
            of_setting[row] = Some(judged);
        }
        let strands =
            (0..self.analyses.len()).into_par_iter().map(|s| self.carried_back(s, &hotspots[s], &obstacles, &of_setting)).collect();
        Ok(Robustness { settings: frames.settings.clone(), strands })
    }

    /// Finest units of each hotspot of each analysis, with their weights.
    fn hotspots(&self) -> Result<Vec<Vec<Weighted>>> {
        let facts = self.facts.len();
        for (what, got) in [
            ("positions", self.metres.len()),
            ("radii", self.radius_m.len()),
            ("people", self.people.len()),
            ("offences", self.offences.len()),
        ] {
            if got != facts {
                return Err(Error::Length { what, got, expected: facts });
            }
        }
        if self.analyses.len() > MOST_ANALYSES {
            return Err(Error::OutOfRange { what: "number of analyses", must: "at most 16" });
        }
        let units = self.frames.units;
        let level = units
            .level(self.resolution)
            .ok_or(Error::OutOfRange { what: "resolution", must: "one of the resolutions of the grid" })?;
        let rows = finest(units).len();
        self.analyses
            .iter()
            .map(|analysis| {
                let mut owner: BTreeMap<u32, usize> = BTreeMap::new();
                for (i, hotspot) in analysis.hotspots.iter().enumerate() {
                    if hotspot.units.iter().any(|unit| *unit as usize >= level.len()) {
                        return Err(Error::OutOfRange { what: "unit of a hotspot", must: "a row of the resolution" });
                    }
                    owner.extend(hotspot.units.iter().map(|unit| (*unit, i)));
                }
                let filter = Filter { strands: analysis.strand.into(), ..Filter::over(analysis.window) };
                let counts = self.facts.counts(&filter, rows);
                let mut cells: Vec<Weighted> = vec![Vec::new(); analysis.hotspots.len()];
                for (row, count) in (0..).zip(&counts) {
                    if let Some(i) = level.row_of(row).and_then(|unit| owner.get(&unit)) {
                        cells[*i].push((row, f64::from(*count)));
                    }
                }
                for hotspot in &mut cells {
                    if hotspot.iter().any(|(_, weight)| *weight > 0.0) {
                        hotspot.retain(|(_, weight)| *weight > 0.0);
                    } else {
                        // No incident of the analysis is among these facts: its area is asked about.
                        for (_, weight) in hotspot {
                            *weight = 1.0;
                        }
                    }
                }
                Ok(cells)
            })
            .collect()
    }

    /// The facts that some setting counts, in an order that does not depend on theirs.
    fn records(&self) -> Vec<Record> {
        let longest = (0..self.frames.settings.len()).map(|s| self.months(s)).max().unwrap_or(1);
        let months = MonthRange::ending(self.held.to(), longest);
        let mut strands = vec![[0u16; 2]; self.facts.len()];
        for (bit, analysis) in self.analyses.iter().enumerate() {
            for (i, provisional) in [Provisional::Included, Provisional::Left].into_iter().enumerate() {
                let filter = Filter { strands: analysis.strand.into(), provisional, ..Filter::over(months) };
                for row in self.facts.rows(&filter) {
                    strands[row][i] |= 1 << bit;
                }
            }
        }
        let rows = finest(self.frames.units).len();
        let mut records: Vec<Record> = (0..self.facts.len())
            .filter(|row| strands[*row] != [0; 2])
            .filter_map(|row| {
                let fact = self.facts.get(row).filter(|fact| (fact.unit as usize) < rows)?;
                let radius_m = f64::from(self.radius_m[row]);
                Some(Record {
                    unit: fact.unit,
                    at: self.metres[row],
                    radius_m: if radius_m.is_finite() { radius_m.max(0.0) } else { 0.0 },
                    month: fact.month,
                    strands: strands[row],
                    victim: self.people.key(Role::Victim, row).unwrap_or(NOBODY),
                    count: fact.count,
                    // A published count is of offences already.
                    offences: self.offences[row].max(fact.count),
                    occurrence: 0,
                })
            })
            .collect();
        // Records that are alike in everything here may change places: nothing depends on which is which.
        records.sort_unstable_by(|a, b| {
            let position = a.at[0].total_cmp(&b.at[0]).then(a.at[1].total_cmp(&b.at[1]));
            position.then(a.radius_m.total_cmp(&b.radius_m)).then_with(|| {
                (a.unit, a.month, a.strands, a.victim, a.count, a.offences)
                    .cmp(&(b.unit, b.month, b.strands, b.victim, b.count, b.offences))
            })
        });
        let same = |a: &Record, b: &Record| a.at.map(f64::to_bits) == b.at.map(f64::to_bits);
        for row in 1..records.len() {
            if same(&records[row - 1], &records[row]) {
                records[row].occurrence = records[row - 1].occurrence + 1;
            }
        }
        records
    }

    /// Months of a setting's window, by those of the published analyses.
    fn months(&self, setting: usize) -> u16 {
        let published = self.analyses.first().map_or(usize::from(Setting::BASE.months), |a| a.window.len());
        self.frames.settings[setting].for_window(published).months
    }

    /// Whether each setting would repeat an earlier one, because what it changes is nothing among these records.
    fn repeats(&self, records: &[Record], obstacles: &[Option<Obstacle>]) -> Vec<bool> {
        let under_review = records.iter().any(|r| r.strands[0] != r.strands[1]);
        let movable = records.iter().any(|r| r.radius_m > 0.0 && r.at[0].is_finite() && r.at[1].is_finite());
        let mut seen = Vec::new();
        (0..self.frames.settings.len())
            .map(|row| {
                let mut setting = self.frames.settings[row];
                setting.months = self.months(row);
                if !under_review {
                    setting.provisional = Provisional::Included;
                }
                if !movable {
                    setting.redraw = 0;
                }
                let repeats = obstacles[row].is_none() && seen.contains(&setting);
                if obstacles[row].is_none() && !repeats {
                    seen.push(setting);
                }
                repeats
            })
            .collect()
    }

    /// Why a setting cannot be made whatever is counted.
    fn obstacle(&self, setting: usize, known: bool, joined: bool) -> Option<Obstacle> {
        let Some((_, level, _)) = self.frames.level(setting) else { return Some(Obstacle::NoSuchUnits) };
        let months = self.months(setting);
        let setting = &self.frames.settings[setting];
        let missing = [
            (usize::from(months) > self.held.len(), Obstacle::MonthsNotHeld),
            (setting.reference == Reference::Residents && level.residents.is_none(), Obstacle::NoResidents),
            (setting.unit == Counted::Victim && !known, Obstacle::NoPseudonyms),
            (setting.unit == Counted::Offence && !joined, Obstacle::OneOffenceEach),
        ];
        missing.into_iter().find(|(holds, _)| *holds).map(|(_, obstacle)| obstacle)
    }

    /// The finest unit of the frame in which each record lies.
    fn located(&self, frame: &Frame, redraw: u32, records: &[Record]) -> Vec<u32> {
        let base = self.frames.units;
        let (units, projection) = (frame.units(base), base.projection());
        let at = |[x, y]: [f64; 2]| projection.lonlat_from_metres([x + frame.offset_m[0], y + frame.offset_m[1]]).ok();
        let recorded = |record: &Record| {
            let moved = (!frame.is_base() && record.at[0].is_finite() && record.at[1].is_finite()).then(|| at(record.at)).flatten();
            moved.and_then(|p| frame.near(p, base)).unwrap_or_else(|| frame.finest_row(record.unit))
        };
        let redrawn = |record: &Record| {
            let mut draws = Redraw::new(self.seed, redraw, record.at, record.occurrence, record.radius_m);
            draws.find_map(|p| units.locate(at(p)?))
        };
        records
            .par_iter()
            .map(|record| {
                let moves = redraw > 0 && record.radius_m > 0.0 && record.at[0].is_finite() && record.at[1].is_finite();
                moves.then(|| redrawn(record)).flatten().unwrap_or_else(|| recorded(record))
            })
            .collect()
    }

    /// What the rule finds in one setting, by analysis.
    fn judged(&self, setting: usize, records: &[Record], located: &[u32]) -> Result<Vec<Judged>> {
        let (_, frame_level, level) = self.frames.level(setting).expect("a setting without obstacle has a level");
        let months = MonthRange::ending(self.held.to(), self.months(setting));
        let setting = &self.frames.settings[setting];
        let reference = reference(setting, frame_level, &level);
        let counts = self.counts(setting, months, records, located, &level);
        counts.iter().map(|counts| Ok(Judged { n: counts.iter().sum(), found: hot_rows(counts, reference, &self.rule)? })).collect()
    }

    /// Counts by unit of each analysis.
    fn counts(
        &self,
        setting: &Setting,
        months: MonthRange,
        records: &[Record],
        located: &[u32],
        level: &UnitLevel<'_>,
    ) -> Vec<Vec<u32>> {
        let mut counts = vec![vec![0u32; level.len()]; self.analyses.len()];
        let mut add = |unit: u32, strands: u16, n: u32| {
            let mut left = strands;
            while left != 0 {
                counts[left.trailing_zeros() as usize][unit as usize] += n;
                left &= left - 1;
            }
        };
        let mut victims: Vec<(u32, u32, u16)> = Vec::new();
        for (record, row) in records.iter().zip(located).filter(|(record, _)| months.contains(record.month)) {
            let strands = record.strands[usize::from(setting.provisional == Provisional::Left)];
            let unit = level.row_of(*row).expect("a row of the finest level");
            if setting.unit == Counted::Victim && record.victim != NOBODY {
                victims.push((unit, record.victim, strands));
            } else {
                add(unit, strands, if setting.unit == Counted::Offence { record.offences } else { record.count });
            }
        }
        victims.sort_unstable();
        for of_one in victims.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            add(of_one[0].0, of_one.iter().fold(0, |all, (_, _, strands)| all | strands), 1);
        }
        counts
    }

    /// Shares of one analysis at the study area's own finest units, and of its hotspots.
    fn carried_back(
        &self,
        analysis: usize,
        hotspots: &[Weighted],
        obstacles: &[Option<Obstacle>],
        judged: &[Option<Vec<Judged>>],
    ) -> StrandRobustness {
        let rows = finest(self.frames.units).len();
        let (mut hot, mut said) = (vec![0u16; rows], vec![0u16; rows]);
        let mut outcomes = Vec::with_capacity(judged.len());
        let mut holds: Vec<Vec<Option<bool>>> = vec![Vec::with_capacity(judged.len()); hotspots.len()];
        for (row, (obstacle, judged)) in obstacles.iter().zip(judged).enumerate() {
            let judged = judged.as_ref().map(|j| &j[analysis]);
            let Some((n, (found, cut))) = judged.and_then(|j| Some((j.n, j.found.as_ref()?))) else {
                outcomes.push(Outcome::NotMade(obstacle.unwrap_or(Obstacle::TooFew)));
                for holds in &mut holds {
                    holds.push(None);
                }
                continue;
            };
            outcomes.push(Outcome::Made { n, hot: found.len() as u32, cut: *cut });
            let (_, frame_level, level) = self.frames.level(row).expect("a setting that was judged has a level");
            // By unit of the setting: 0 without a rate, 1 with one, 2 hot.
            let rates = reference(&self.frames.settings[row], frame_level, &level);
            let mut state: Vec<u8> = rates.iter().map(|r| u8::from(*r > 0.0)).collect();
            for unit in found {
                state[*unit as usize] = 2;
            }
            for ((unit, hot), said) in frame_level.row_of.iter().zip(&mut hot).zip(&mut said) {
                let state = state[*unit as usize];
                *hot += u16::from(state == 2);
                *said += u16::from(state > 0);
            }
            for (cells, holds) in hotspots.iter().zip(&mut holds) {
                let weight_of = |least: u8| {
                    let in_state = |cell: u32| state[frame_level.row_of[cell as usize] as usize] >= least;
                    cells.iter().filter(|(cell, _)| in_state(*cell)).map(|(_, weight)| weight).sum::<f64>()
                };
                let (all, rated, hot) = (weight_of(0), weight_of(1), weight_of(2));
                holds.push((2.0 * rated >= all && rated > 0.0).then_some(2.0 * hot >= rated));
            }
        }
        let share = |cell: usize| f64::from(hot[cell]) / f64::from(said[cell]);
        let of_hotspot = |cells: &[(u32, f64)]| {
            let (mut sum, mut all) = (0.0, 0.0);
            for (cell, weight) in cells.iter().filter(|(cell, _)| said[*cell as usize] > 0) {
                sum += weight * share(*cell as usize);
                all += weight;
            }
            (all > 0.0).then(|| (sum / all).min(1.0))
        };
        StrandRobustness {
            strand: self.analyses[analysis].strand,
            cells: (0..rows).filter(|row| hot[*row] > 0).map(|row| (row as u32, share(row) as f32)).collect(),
            hotspots: hotspots
                .iter()
                .zip(holds)
                .map(|(cells, holds)| HotspotRobustness { share: of_hotspot(cells), holds })
                .collect(),
            outcomes,
        }
    }
}

/// The reference measure of a setting.
fn reference<'a>(setting: &Setting, frame_level: &'a FrameLevel, level: &UnitLevel<'a>) -> &'a [f64] {
    match setting.reference {
        Reference::Area => level.area_km2,
        Reference::Residents => frame_level.residents.as_deref().expect("a setting without residents is not made"),
    }
}
