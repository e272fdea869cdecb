//! A release made of nothing but what is published below the analyst: what those who are not analysts ask about resources and need.
//!
//! # Why
//! A need that were computed from exact records and only then rounded would be one more equation about them: with enough questions it gives
//! small counts away. So it is computed from the [`ProtectedRelease`] alone, and from what everybody knows of the ground ([`Ground`]): whatever
//! is answered, whoever has the published figures could have computed it himself.
//!
//! # Definition
//! Units are the parts of the areas of the year: of each area what lies in each hotspot that has a count, and the rest. The months are those in
//! which hotspots are counted. A figure that is not told is put at the mean of the area's other quarters or, without one, at its part of what the borough
//! has beside the areas told. Quarters of a year with other areas are carried over by the reference measure, borough by borough. A hotspot's count is spread over its
//! areas and quarters as these have incidents, its measure (the expected number, which is published) as these have of it. Strands of an area are by its
//! last published year, or its borough's, and sum to what the borough has in the quarter where that is told. A hotspot without a count is in the
//! rest of its areas. Totals of areas are so those published; only how they lie within areas is supposed.
//!
//! Hotspots are chosen because they ran high: they come down by what is published of it ([`Regression`]).
//!
//! The incidents of a quarter stand in its last month: of months nothing is told, and how much quarters vary is seen as such.

mod counts;
mod parts;
mod supposed;

pub use supposed::Told;

use super::protected::{ALL, Figure, Key, Period, ProtectedArea, ProtectedHotspot, ProtectedRelease, Regression, STRANDS};
use crate::areas::AreaLayer;
use crate::atlas::Atlas;
use crate::cube::Filter;
use crate::error::{Error, Result};
use crate::hotspot::appraisal::Standing;
use crate::hotspot::denominator::Denominator;
use crate::hotspot::detect::DetectParams;
use crate::hotspot::engagement::SilenceMap;
use crate::hotspot::evidence::EvidencePolicy;
use crate::hotspot::identity::Identity;
use crate::hotspot::over_time::OverTime;
use crate::hotspot::robustness::HotspotRobustness;
use crate::hotspot::{Estimate, Hotspot, StrandAnalysis, Verdict};
use crate::incident::Strand;
use crate::month::{BreakRegistry, MonthRange};
use crate::provenance::Provenance;
use crate::release::{PersonCheck, Reconciliation, Release, ReportingArea, RobustnessSettings};
use crate::resource::challenge::{ChallengeInput, Level, Place, Resource, Target, atlas_of};
use crate::resource::gap::ChallengePolicy;
use crate::units::Units;
use counts::Counts;
use parts::{Parts, Unit};
use std::collections::{BTreeMap, BTreeSet};
use supposed::Supposed;

/// What everybody knows of a release: where it is, and who lives there. No record is in it.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    units: &'a Units,
    resolution: u8,
    denominators: &'a [Denominator],
    areas: &'a [ReportingArea],
    study_area: &'a str,
    reference: &'a str,
    licence: Option<&'a String>,
    rule: DetectParams,
    london: bool,
}

impl<'a> Ground<'a> {
    /// The ground of a release.
    pub fn of(release: &'a Release) -> Self {
        Self {
            units: &release.units,
            resolution: release.resolution,
            denominators: &release.denominators,
            areas: &release.areas,
            study_area: &release.study_area,
            reference: &release.reference,
            licence: release.licence.as_ref(),
            rule: release.rule,
            london: atlas_of(release).is_some(),
        }
    }
}

/// How an answer was made that is shown below the analyst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Version of the policy.
    pub policy: String,
    /// Counts below this are not told.
    pub threshold: u32,
    /// Months in which incidents are counted.
    pub counted: MonthRange,
    /// Hotspots, and those of them without a count, which are in the rest of their command unit.
    pub hotspots: [usize; 2],
}

/// A release made of what is published.
#[derive(Debug)]
pub struct Published {
    release: Release,
    basis: Basis,
    /// The areas of the year.
    layer: AreaLayer,
    /// Row in the atlas, by unit.
    pub(crate) borough: Vec<Option<u32>>,
    /// Row in the layer, by unit.
    pub(crate) area: Vec<u32>,
    pub(crate) area_km2: Vec<f64>,
    /// How many incidents are to be expected for each one counted, by unit; the rest of each area comes first, in the order of the areas.
    regression: Vec<f64>,
    /// Which counts are published, and which are not.
    supposed: Supposed,
    /// Code of the borough of each area of the year.
    boroughs: Vec<String>,
    /// What is published of the study area in the months counted; none where a quarter of it is not told.
    whole: Option<u32>,
    /// Where what is stated for something that is no place here goes: a hotspot without a count, a polygon that is part of an area.
    elsewhere: BTreeMap<String, String>,
}

impl Published {
    /// What is published of all records, or of a strand, on its ground.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when no quarter was complete, or nothing is published of the strand; [`Error::NoReference`] when the ground has no
    /// measure; those of [`AreaLayer::new`].
    pub fn of(ground: Ground<'_>, shown: &ProtectedRelease, strand: Option<Strand>) -> Result<Self> {
        let window = shown.counted.ok_or(Error::OutOfRange { what: "release", must: "one with a whole quarter" })?;
        let found = shown.hotspots.iter().find(|(s, _)| *s == strand);
        let (_, hotspots) = found.ok_or(Error::OutOfRange { what: "strand", must: "one of which figures are published" })?;
        let regression = shown.regression.get(&strand).copied().unwrap_or(Regression::NONE);
        let quarters: Vec<Period> = window.iter().map(Period::quarter_of).collect::<BTreeSet<_>>().into_iter().collect();
        let counts = Counts::of(ground, shown, &quarters)?;
        let told: Vec<(&ProtectedHotspot, u32)> = hotspots
            .iter()
            .filter_map(|h| if let Figure::Count(n) = h.n { Some((h, n)) } else { None })
            .filter(|(h, _)| h.areas.iter().any(|code| counts.row(code).is_some()))
            .collect();
        let parts = Parts::of(&counts, &told, strand.and_then(|s| STRANDS.iter().position(|of| *of == s)))?;
        let units = parts.units();
        let named = |unit: &&Unit| {
            let area = &shown.areas[unit.area as usize];
            let part = unit.hotspot.map_or("rest", |h| &told[h].0.id);
            (format!("{}/{part}", area.code), area.code.clone(), area.outline.clone())
        };
        let borough_name = |code: &str| shown.boroughs.iter().find(|(_, c)| c == code).map_or(code, |(name, _)| name).to_owned();
        let area_name = |a: &ProtectedArea| {
            let number = a.code.rsplit('-').next().unwrap_or_default().trim_start_matches('0');
            format!("{}, area {number}", borough_name(&a.borough))
        };
        let layer = AreaLayer::new(
            "areas of the year".to_owned(),
            shown.areas.iter().map(|a| (a.code.clone(), area_name(a), a.outline.clone())).collect(),
        )?;
        let made = AreaLayer::new("parts of areas".to_owned(), units.iter().map(named).collect())?;
        let atlas = ground.london.then(Atlas::london);
        let row_of = |code: &str| atlas?.boroughs().iter().position(|b| b.code == code).map(|row| row as u32);
        let scaled = |of_area: &[f64]| -> Vec<f64> { units.iter().map(|u| u.part * of_area[u.area as usize]).collect() };
        let denominators = ground
            .denominators
            .iter()
            .zip(&counts.measures)
            .map(|(d, of_area)| Denominator { values: scaled(of_area), ..d.clone() })
            .collect();
        let analysis = StrandAnalysis {
            strand,
            window,
            n: told.iter().map(|(_, n)| n).sum(),
            verdict: Verdict::Analysed,
            prior: None,
            hotspots: (0..told.len()).map(|h| object(&told, h, &units, shown)).collect(),
            ended: Vec::new(),
        };
        let release = Release {
            id: shown.release.clone(),
            month: shown.month,
            window,
            months: window,
            as_known_on: shown.as_known_on,
            class: shown.class,
            licence: ground.licence.cloned(),
            study_area: ground.study_area.to_owned(),
            reference: ground.reference.to_owned(),
            rule: ground.rule,
            resolution: 0,
            reconciliation: Reconciliation::default(),
            outside: 0,
            person_check: PersonCheck::default(),
            robustness: RobustnessSettings::default(),
            evidence: EvidencePolicy::current(),
            denominators,
            unit_rates: Vec::new(),
            units: Units::Areas(made),
            areas: ground.areas.to_vec(),
            facts: parts.facts(&counts, &units, &quarters)?,
            analyses: vec![analysis],
            silence: SilenceMap::default(),
            feedback: None,
            over_time: OverTime::default(),
            breaks: BreakRegistry::default(),
            provenance: Provenance::default(),
        };
        let all = shown.hotspots.iter().flat_map(|(_, of)| of);
        let without = all.filter(|h| !told.iter().any(|(t, _)| t.id == h.id)).filter_map(|h| Some((h.id.clone(), within(h)?)));
        let polygons = counts.polygons.iter().map(|(code, row)| (code.clone(), shown.areas[*row as usize].code.clone()));
        let area: Vec<u32> = units.iter().map(|u| u.area).collect();
        let row = strand.and_then(|s| STRANDS.iter().position(|of| *of == s)).map(|row| row as u8);
        let of_all = |quarter: &Period| match shown.figures.get(&Key { place: ALL.to_owned(), period: *quarter, strand: row }) {
            Some(Figure::Count(n)) => Some(*n),
            _ => None,
        };
        Ok(Self {
            supposed: Supposed::of(shown, &release.facts, &area, &quarters),
            boroughs: shown.areas.iter().map(|a| a.borough.clone()).collect(),
            whole: quarters.iter().map(of_all).sum(),
            basis: Basis {
                policy: shown.policy.clone(),
                threshold: shown.rules.threshold,
                counted: window,
                hotspots: [hotspots.len(), hotspots.len() - told.len()],
            },
            layer,
            borough: units.iter().map(|u| row_of(&shown.areas[u.area as usize].borough)).collect(),
            area,
            area_km2: scaled(&counts.area_km2),
            regression: units.iter().map(|u| u.hotspot.map_or(1.0, |h| regression.of(told[h].1))).collect(),
            elsewhere: without.chain(polygons).collect(),
            release,
        })
    }

    /// The release.
    pub const fn release(&self) -> &Release {
        &self.release
    }

    /// How answers are made from it.
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What is asked of it about resources; nothing is weighted, since offences are not told.
    pub fn challenge<'a>(&'a self, resources: &'a [Resource], policy: &'a ChallengePolicy) -> ChallengeInput<'a> {
        ChallengeInput {
            areas: Some(&self.layer),
            strand: self.release.analyses[0].strand,
            published: Some(self),
            ..ChallengeInput::new(&self.release, resources, policy)
        }
    }

    /// Incidents of a place in the months counted, of the strand that was asked for. A hotspot has its count; what remains of a command unit has
    /// that of its boroughs without its hotspots, and is supposed as far as these reach into other units.
    pub(crate) fn told_of(&self, level: Level, place: &Place) -> Told {
        let analysis = &self.release.analyses[0];
        let n = self.told_in(&place.units, analysis.strand).n;
        if level == Level::Hotspot && !place.is_rest {
            let count = analysis.hotspots.iter().find(|h| h.identity.id == place.id).map(|h| h.n);
            return Told { n, supposed: (count != Some(n)).then_some(n) };
        }
        if level == Level::Area {
            let areas: BTreeSet<u32> = place.units.iter().map(|unit| self.area[*unit as usize]).collect();
            let all: Told = areas.iter().map(|area| self.supposed.area(analysis.strand, *area as usize)).sum();
            return Told { n, ..all };
        }
        let all = self.told_in(&place.units, analysis.strand);
        if !place.is_rest {
            return all;
        }
        let within: BTreeSet<&str> = place.units.iter().map(|unit| self.borough_of(*unit)).collect();
        let counts = self.counts(analysis.strand);
        let parted = |h: &Hotspot| -> Option<u32> {
            let own: Vec<u32> = h.units.iter().copied().filter(|unit| within.contains(self.borough_of(*unit))).collect();
            (!own.is_empty() && own.len() < h.units.len()).then(|| own.iter().map(|unit| counts[*unit as usize]).sum())
        };
        let parted = analysis.hotspots.iter().filter_map(parted).reduce(|a, b| a + b);
        [all, Told { n: 0, supposed: parted }].into_iter().sum()
    }

    /// Incidents of units in the months counted, of a strand or of all records: told of a borough, of which all areas are there, or of areas.
    pub(crate) fn told_in(&self, units: &[u32], strand: Option<Strand>) -> Told {
        let counts = self.counts(strand);
        let n = units.iter().map(|unit| counts[*unit as usize]).sum();
        let mut areas: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for unit in units {
            areas.entry(self.borough_of(*unit)).or_default().insert(self.area[*unit as usize] as usize);
        }
        let all: Told = areas.iter().map(|(code, areas)| self.supposed.borough(strand, code, areas)).sum();
        Told { n, ..all }
    }

    fn counts(&self, strand: Option<Strand>) -> Vec<u32> {
        self.release.facts.counts(&Filter { strands: strand.into(), ..Filter::over(self.release.window) }, self.area.len())
    }

    fn borough_of(&self, unit: u32) -> &str {
        &self.boroughs[self.area[unit as usize] as usize]
    }

    /// What is published of the study area in the months counted; none where a quarter of it is not told.
    pub const fn whole(&self) -> Option<u32> {
        self.whole
    }

    /// Incidents in the months counted, and the measure by which they are expected, by area of the year.
    pub(crate) fn by_area(&self) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); self.layer.len()];
        let counts = self.release.facts.counts(&Filter::over(self.release.window), self.area.len());
        let measure = self.release.denominators.first().map(|d| d.values.as_slice()).unwrap_or_default();
        for ((n, m), area) in counts.iter().zip(measure).zip(&self.area) {
            let (counted, measured) = &mut sums[*area as usize];
            (*counted, *measured) = (*counted + f64::from(*n), *measured + m);
        }
        sums
    }

    /// Counts by unit as they are to be expected again: hotspots come down to the mean, and what they lose is in the rest of their areas.
    pub(crate) fn drawn(&self, counts: &[u32]) -> Vec<u32> {
        let mut drawn = counts.to_vec();
        for (unit, (count, expected)) in counts.iter().zip(&self.regression).enumerate() {
            let left = (f64::from(*count) * expected).round() as u32;
            drawn[unit] = drawn[unit] - count + left;
            let rest = &mut drawn[self.area[unit] as usize];
            *rest = (*rest + count).saturating_sub(left);
        }
        drawn
    }

    /// Resources where they are here: what is stated for a hotspot without a count stands for the area or borough that it is in, what is stated
    /// for a polygon for its area.
    pub fn placed(&self, resources: &[Resource]) -> Vec<Resource> {
        let placed = |r: &Resource| {
            let (Target::Hotspot(id) | Target::Area(id)) = &r.target else { return r.clone() };
            let target = self.elsewhere.get(id).map_or_else(|| r.target.clone(), |code| Target::Area(code.clone()));
            Resource { target, ..r.clone() }
        };
        resources.iter().map(placed).collect()
    }
}

/// The code of what a hotspot lies in: its area, where it is one, or its borough.
fn within(hotspot: &ProtectedHotspot) -> Option<String> {
    match hotspot.areas.as_slice() {
        [one] => Some(one.clone()),
        _ => hotspot.borough.clone(),
    }
}

/// A hotspot as far as it is told.
fn object(told: &[(&ProtectedHotspot, u32)], row: usize, units: &[&Unit], shown: &ProtectedRelease) -> Hotspot {
    let (hotspot, n) = told[row];
    let own: Vec<u32> = (0..).zip(units).filter(|(_, u)| u.hotspot == Some(row)).map(|(unit, _)| unit).collect();
    let area = |unit: u32| &shown.areas[units[unit as usize].area as usize];
    let home = own.iter().copied().find(|unit| Some(&area(*unit).borough) == hotspot.borough.as_ref());
    let [mean, lo, hi] = hotspot.ratio.unwrap_or([f64::NAN; 3]);
    let mut strands = [0; Strand::ALL.len()];
    for (strand, n) in &hotspot.strands {
        strands[usize::from(strand.code())] = *n;
    }
    Hotspot {
        identity: Identity { id: hotspot.id.clone(), first_seen: hotspot.first_seen, change: hotspot.change, of: Vec::new() },
        rank: hotspot.rank.unwrap_or(row as u32 + 1),
        name: hotspot.name.clone(),
        area_code: hotspot.borough.clone(),
        peak: home.unwrap_or(own[0]),
        outline: geo::MultiPolygon::new(own.iter().flat_map(|unit| area(*unit).outline.0.clone()).collect()),
        units: own,
        // What is not told is no number.
        area_km2: f64::NAN,
        probability: f64::NAN,
        n,
        expected: hotspot.expected.unwrap_or(f64::NAN),
        ratio: Estimate { mean, lo, hi },
        stands_without_one: true,
        strands,
        months: Vec::new(),
        robustness: HotspotRobustness::default(),
        standing: Standing { evidence: hotspot.evidence, ..Standing::default() },
    }
}
