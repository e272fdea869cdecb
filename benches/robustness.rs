//! Multiverse robustness on the synthetic London: 24 months, some 21,500 incidents a year on the map.
//!
//! `cargo bench -p hotspot-core --bench robustness`. The grids under the offsets are made once for a study area and are measured apart.

use divan::{Bencher, black_box};
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::Facts;
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::StrandAnalysis;
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::protection::{NOBODY, People};
use hotspot_core::hotspot::robustness::{Design, Frames, Multiverse, Residents, Robustness};
use hotspot_core::residents::ResidentPoints;
use hotspot_core::simulate::{SimulateParams, simulate};
use hotspot_core::units::Units;
use hotspot_core::{MonthRange, Precision};
use std::sync::LazyLock;

fn main() {
    divan::main();
}

struct London {
    units: Units,
    facts: Facts,
    metres: Vec<[f64; 2]>,
    radius_m: Vec<f32>,
    people: People,
    offences: Vec<u32>,
    held: MonthRange,
    analyses: Vec<StrandAnalysis>,
    residents: ResidentPoints,
}

static LONDON: LazyLock<London> = LazyLock::new(|| {
    let grid = CellGrid::london();
    let held = MonthRange::ending("2026-10".parse().expect("a month"), 24);
    let simulation = simulate(&SimulateParams { seed: 1, start: held.from(), months: 24 });
    let (facts, metres) = simulation.facts(&grid).expect("all places are in London");
    let mut people = People::default();
    let radius_m = (0..facts.len())
        .map(|row| {
            // One record in eight is of a person who has others: as in the simulation's households.
            people.push([if row % 8 == 0 { row as u32 / 64 } else { 1_000_000 + row as u32 }, NOBODY, NOBODY]);
            Precision::ALL[row % Precision::ALL.len()].radius_m() as f32
        })
        .collect();
    // One in twelve is told of by two records.
    let offences = (0..facts.len()).map(|row| if row % 12 == 0 { 2 } else { 1 }).collect();
    let units = Units::Cells(grid);
    let reference = units.level(9).expect("London has it").area_km2.to_vec();
    let analysis = Analysis {
        units: &units,
        resolution: 9,
        facts: &facts,
        metres: &metres,
        reference: &reference,
        window: MonthRange::ending(held.to(), 12),
        rule: DetectParams::default(),
        atlas: None,
        before: None,
    };
    let analyses = analysis.all().expect("columns fit");
    London { units, facts, metres, radius_m, people, offences, held, analyses, residents: ResidentPoints::of(Atlas::london()) }
});

impl London {
    fn frames(&self, design: Design) -> Frames<'_> {
        Frames::new(&self.units, design.settings(), Some(Residents::Points(&self.residents))).expect("London can be moved")
    }

    fn run(&self, frames: &Frames<'_>, analyses: usize) -> Robustness {
        let multiverse = Multiverse {
            frames,
            facts: &self.facts,
            metres: &self.metres,
            radius_m: &self.radius_m,
            people: &self.people,
            offences: &self.offences,
            held: self.held,
            rule: DetectParams::default(),
            analyses: &self.analyses[..analyses],
            resolution: 9,
            seed: 1,
        };
        multiverse.run().expect("columns fit")
    }
}

#[divan::bench(sample_count = 2, sample_size = 1)]
fn frames(bencher: Bencher) {
    let london = &*LONDON;
    bencher.bench(|| black_box(london.frames(Design::Fixed)));
}

/// All records alone (1), and with each strand (8).
#[divan::bench(args = [1, 8], sample_count = 3, sample_size = 1)]
fn fixed_48(bencher: Bencher, analyses: usize) {
    let london = &*LONDON;
    let frames = london.frames(Design::Fixed);
    bencher.bench(|| london.run(black_box(&frames), analyses));
}

#[divan::bench(args = [1, 8], sample_count = 3, sample_size = 1)]
fn random_200(bencher: Bencher, analyses: usize) {
    let london = &*LONDON;
    let frames = london.frames(Design::Random { settings: 200, seed: 1 });
    bencher.bench(|| london.run(black_box(&frames), analyses));
}
