//! Hotspots by word, and what is truly hot by strength, added up over seeds.

use crate::calibration::{CONTROLS, Way, controls};
use crate::chain::{Answer, Chain, window};
use hotspot_core::cube::Filter;
use hotspot_core::evaluate::recovery::{Strength, TrueRates};
use hotspot_core::hotspot::StrandAnalysis;
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::simulate::Simulation;
use hotspot_core::{MonthRange, Strand};

/// Hotspots of one word.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Found {
    /// How many.
    pub hotspots: u64,
    /// Of these, true.
    pub right: u64,
}

impl Found {
    /// Share that is true; `None` without any.
    pub fn share(self) -> Option<f64> {
        (self.hotspots > 0).then(|| self.right as f64 / self.hotspots as f64)
    }

    fn plus(self, other: Self) -> Self {
        Self { hotspots: self.hotspots + other.hotspots, right: self.right + other.right }
    }
}

/// Things that are truly hot.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Hot {
    /// How many.
    pub there: u64,
    /// Found as a hotspot of whatever word.
    pub found: u64,
    /// Found as a clear one.
    pub clear: u64,
}

/// One analysis: all records or a strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysed {
    /// Strand.
    pub strand: Option<Strand>,
    /// Incidents in units.
    pub n: u64,
    /// By word and strength of what is expected in it.
    pub words: [[Found; 3]; 3],
    /// Connected areas of truly hot cells, by strength.
    pub areas: [Hot; 3],
    /// Planted places of which at least half lies in truly hot cells, by strength.
    pub places: [Hot; 3],
    /// Records expected in truly hot cells: all, in cells of hotspots, in cells of clear ones.
    pub records: [f64; 3],
    /// Share of clear hotspots that are true in the worst seed, and the seed.
    pub worst: (f64, u64),
    /// The rule's probabilities of units.
    pub rule: Way,
}

impl Analysed {
    fn new(strand: Option<Strand>) -> Self {
        Self {
            strand,
            n: 0,
            words: Default::default(),
            areas: Default::default(),
            places: Default::default(),
            records: [0.0; 3],
            worst: (1.0, 0),
            rule: Way::default(),
        }
    }

    /// What a person reads.
    pub fn label(&self) -> &'static str {
        self.strand.map_or("all records", Strand::label)
    }

    /// Hotspots of a word.
    pub fn word(&self, word: Evidence) -> Found {
        self.words[row_of(word)].into_iter().fold(Found::default(), Found::plus)
    }

    fn plus(&mut self, other: &Self) {
        self.n += other.n;
        for (a, b) in self.words.iter_mut().flatten().zip(other.words.iter().flatten()) {
            *a = a.plus(*b);
        }
        let hot = self.areas.iter_mut().chain(&mut self.places).zip(other.areas.iter().chain(&other.places));
        for (a, b) in hot {
            *a = Hot { there: a.there + b.there, found: a.found + b.found, clear: a.clear + b.clear };
        }
        for (a, b) in self.records.iter_mut().zip(other.records) {
            *a += b;
        }
        self.rule.plus(&other.rule);
        if other.worst.0 < self.worst.0 {
            self.worst = other.worst;
        }
    }
}

/// Row of a word in [`Evidence::ALL`].
pub fn row_of(word: Evidence) -> usize {
    Evidence::ALL.iter().position(|w| *w == word).unwrap()
}

/// All seeds of one generator.
#[derive(Debug, Clone)]
pub struct Tally {
    /// All records first, then the strands.
    pub analyses: Vec<Analysed>,
    /// Other probabilities of units, of all records, in the order of [`CONTROLS`].
    pub controls: [Way; CONTROLS.len()],
    /// Seeds that were added.
    pub seeds: u64,
}

impl Tally {
    pub fn new() -> Self {
        let analyses = std::iter::once(None).chain(Strand::ANALYSED.map(Some)).map(Analysed::new).collect();
        Self { analyses, controls: Default::default(), seeds: 0 }
    }

    /// The analysis of all records.
    pub fn all_records(&self) -> &Analysed {
        &self.analyses[0]
    }

    /// All analyses added up.
    pub fn pooled(&self) -> Analysed {
        let mut sum = Analysed::new(None);
        for analysis in &self.analyses {
            sum.plus(analysis);
        }
        sum
    }

    /// Adds what was found in one world.
    pub fn add(&mut self, chain: &Chain<'_>, world: &Simulation, answer: &Answer, seed: u64) {
        self.seeds += 1;
        for (sum, analysis) in self.analyses.iter_mut().zip(&answer.analyses) {
            assert_eq!(sum.strand, analysis.strand);
            let truth = TrueRates::new(&world.truth, analysis.strand, chain.level, window()).unwrap();
            let filter = Filter { strands: analysis.strand.into(), ..Filter::over(window()) };
            let rule = Way::of_rule(chain, answer, filter, &truth);
            sum.plus(&Analysed { rule, ..analysed(chain, world, analysis, &truth, seed) });
            if analysis.strand.is_none() {
                for (sum, way) in self.controls.iter_mut().zip(controls(chain, answer, filter, &truth, seed)) {
                    sum.plus(&way);
                }
            }
        }
    }
}

/// One analysis of one world.
fn analysed(chain: &Chain<'_>, world: &Simulation, analysis: &StrandAnalysis, truth: &TrueRates, seed: u64) -> Analysed {
    let mut made = Analysed { n: u64::from(analysis.n), ..Analysed::new(analysis.strand) };
    let units = truth.expected.len();
    let (mut found, mut clear) = (vec![false; units], vec![false; units]);
    for hotspot in &analysis.hotspots {
        let word = chain.word(hotspot);
        let [expected, _] = truth.of(&hotspot.units);
        let right = truth.is_true(&hotspot.units);
        let count = &mut made.words[row_of(word)][Strength::of(expected) as usize];
        *count = count.plus(Found { hotspots: 1, right: u64::from(right) });
        for unit in &hotspot.units {
            found[*unit as usize] = true;
            clear[*unit as usize] = word == Evidence::Clear;
        }
    }
    let said_clear = made.word(Evidence::Clear);
    if let Some(share) = said_clear.share() {
        made.worst = (share, seed);
    }
    // Half of what is expected in a thing must lie in cells of the set.
    let covered = |cells: &[(usize, f64)], set: &[bool]| {
        let all: f64 = cells.iter().map(|(_, w)| w).sum();
        2.0 * cells.iter().filter(|(row, _)| set[*row]).map(|(_, w)| w).sum::<f64>() >= all
    };
    let count = |classes: &mut [Hot; 3], expected: f64, cells: &[(usize, f64)]| {
        let class = &mut classes[Strength::of(expected) as usize];
        class.there += 1;
        class.found += u64::from(covered(cells, &found));
        class.clear += u64::from(covered(cells, &clear));
    };
    for area in hot_areas(chain, truth) {
        let cells: Vec<(usize, f64)> = area.iter().map(|row| (*row, truth.expected[*row])).collect();
        count(&mut made.areas, cells.iter().map(|(_, w)| w).sum(), &cells);
    }
    let window: MonthRange = window();
    for (place, expected) in world.truth.places.iter().zip(world.truth.strengths(analysis.strand, window)) {
        let cells: Vec<(usize, f64)> =
            place.cells.iter().filter_map(|(cell, share)| Some((chain.level.row(*cell)? as usize, *share))).collect();
        if expected >= 1.0 && covered(&cells, &truth.hot) {
            count(&mut made.places, expected, &cells);
        }
    }
    for row in (0..units).filter(|row| truth.hot[*row]) {
        for (sum, counts) in made.records.iter_mut().zip([true, found[row], clear[row]]) {
            *sum += if counts { truth.expected[row] } else { 0.0 };
        }
    }
    made
}

/// Truly hot cells that touch, as rows.
fn hot_areas(chain: &Chain<'_>, truth: &TrueRates) -> Vec<Vec<usize>> {
    let mut left = truth.hot.clone();
    let mut areas = Vec::new();
    for start in 0..left.len() {
        if !std::mem::replace(&mut left[start], false) {
            continue;
        }
        let mut area = vec![start];
        let mut next = 0;
        while let Some(row) = area.get(next).copied() {
            next += 1;
            for neighbor in chain.level.neighbors().neighbors(row) {
                if std::mem::replace(&mut left[*neighbor as usize], false) {
                    area.push(*neighbor as usize);
                }
            }
        }
        areas.push(area);
    }
    areas
}
