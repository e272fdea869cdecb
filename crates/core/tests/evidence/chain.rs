//! The chain of an analysis, on simulated worlds: protect, find, ask again under 48 settings.

use h3o::Resolution;
use hotspot_core::MonthRange;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{Facts, Filter};
use hotspot_core::grid::{CellGrid, GridLevel};
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy};
use hotspot_core::hotspot::protection::{People, Role, protect};
use hotspot_core::hotspot::robustness::{Design, Frames, Multiverse, Residents};
use hotspot_core::hotspot::{Hotspot, StrandAnalysis};
use hotspot_core::release::DataClass;
use hotspot_core::residents::ResidentPoints;
use hotspot_core::simulate::{CoxParams, SimulateParams, Simulation, simulate, simulate_cox};
use hotspot_core::units::Units;

/// Months that the store holds.
const HELD: u16 = 24;

/// Who makes the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// Planted places on a background.
    Planted,
    /// A log-Gaussian Cox process.
    Cox,
}

impl Generator {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Planted, Self::Cox];

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planted => "planted places",
            Self::Cox => "log-Gaussian Cox process",
        }
    }

    /// Two years of a world.
    pub fn world(self, seed: u64, window: MonthRange) -> Simulation {
        let start = MonthRange::ending(window.to(), HELD).from();
        match self {
            Self::Planted => simulate(&SimulateParams { seed, start, months: HELD }),
            Self::Cox => simulate_cox(&CoxParams::new(seed, start, HELD)).unwrap(),
        }
    }
}

/// The twelve months that are analysed.
pub fn window() -> MonthRange {
    MonthRange::ending("2026-03".parse().unwrap(), 12)
}

/// London, made once.
pub struct Chain<'a> {
    pub units: &'a Units,
    pub level: &'a GridLevel,
    frames: Frames<'a>,
    policy: EvidencePolicy,
}

/// What a release would say of a world.
pub struct Answer {
    pub facts: Facts,
    pub people: People,
    pub analyses: Vec<StrandAnalysis>,
}

impl<'a> Chain<'a> {
    /// On the units of London.
    pub fn new(units: &'a Units) -> Self {
        let Units::Cells(grid) = units else { unreachable!("London has cells") };
        let residents = ResidentPoints::of(Atlas::london());
        let frames = Frames::new(units, Design::Fixed.settings(), Some(Residents::Points(&residents))).unwrap();
        Self { units, level: grid.level(Resolution::Nine).unwrap(), frames, policy: EvidencePolicy::current() }
    }

    /// The word for a hotspot of an [`Answer`], by the rules for records about real people, which ask the most.
    pub fn word(&self, hotspot: &Hotspot) -> Evidence {
        self.policy.judge(hotspot, DataClass::Restricted).evidence
    }

    fn grid(&self) -> &CellGrid {
        let Units::Cells(grid) = self.units else { unreachable!("London has cells") };
        grid
    }

    /// Protects, finds and asks again, as `hotspot analyse` does.
    pub fn answer(&self, world: &Simulation) -> Answer {
        let (facts, metres) = world.facts(self.grid()).unwrap();
        let (people, radius_m) = (world.people(), world.radius_m());
        let rule = DetectParams::default();
        let analysis = Analysis {
            units: self.units,
            resolution: 9,
            facts: &facts,
            metres: &metres,
            reference: self.level.area_km2(),
            window: window(),
            rule,
            atlas: None,
            before: None,
        };
        let (kept, metres, _) = protect(&analysis, &people).unwrap();
        let mut analyses = Analysis { facts: &kept, metres: &metres, ..analysis }.all().unwrap();
        let multiverse = Multiverse {
            frames: &self.frames,
            facts: &kept,
            metres: &metres,
            radius_m: &radius_m,
            people: &people,
            offences: &world.offences(),
            held: MonthRange::ending(window().to(), HELD),
            rule,
            analyses: &analyses,
            resolution: 9,
            seed: 0,
        };
        let robustness = multiverse.run().unwrap();
        for (analysis, found) in analyses.iter_mut().zip(robustness.strands) {
            for (hotspot, answer) in analysis.hotspots.iter_mut().zip(found.hotspots) {
                hotspot.robustness = answer;
            }
            self.count_known(analysis, &kept, &people);
        }
        Answer { facts: kept, people, analyses }
    }
    /// How many incidents of each hotspot have a known victim.
    fn count_known(&self, analysis: &mut StrandAnalysis, facts: &Facts, people: &People) {
        let level = self.units.level(9).unwrap();
        let mut owner = vec![None; level.len()];
        for (i, hotspot) in analysis.hotspots.iter().enumerate() {
            for unit in &hotspot.units {
                owner[*unit as usize] = Some(i);
            }
        }
        for row in facts.rows(&Filter { strands: analysis.strand.into(), ..Filter::over(window()) }) {
            let Some(i) = facts.unit(row).and_then(|unit| owner[level.row_of(unit)? as usize]) else { continue };
            analysis.hotspots[i].standing.known[Role::Victim as usize] += u32::from(people.key(Role::Victim, row).is_some());
        }
    }
}
