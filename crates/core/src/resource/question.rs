//! How the need is asked for, and asked again with one choice changed.
//!
//! Every verdict is asked again with one choice changed at a time ([`settings`]): window, reference measure, rule of apportioning, resolution of the
//! model, weights of harm, confirmed flags only, and a reporting rate that is a quarter higher or a fifth lower in the place than elsewhere. "Holds in 9 of
//! 12" counts those with the published verdict.

use super::allocation::Rule;
use super::challenge::ChallengeInput;
use super::geography::Geography;
use super::levels::Levels;
use super::need::{Harm, Need, dispersion, weighted};
use super::victims::{NeedMeasure, weights};
use crate::cube::{Filter, Provisional};
use crate::error::{Error, Result};
use crate::incident::{Offence, OffenceSet};
use crate::month::MonthRange;
use crate::release::Release;
use std::collections::BTreeMap;

/// A choice that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// The last so many months instead of the window.
    Window(u16),
    /// Another reference measure of the need, by its row in [`Release::denominators`].
    Reference(u8),
    /// Other weights of harm, by their row in [`ChallengeInput::other_harm`].
    Harm(u8),
    /// Another rule of apportioning.
    Apportion(Rule),
    /// The model on the next finer cells.
    FinerCells,
    /// Confirmed flags only.
    Confirmed,
    /// Incidents, every one alike, where harm or victims are the need.
    Counts,
    /// A quarter more is reported in the place than elsewhere: its need is smaller than it looks.
    ReportedMore,
    /// A fifth less is reported in the place: its need is larger.
    ReportedLess,
}

impl Setting {
    /// It changes what is needed, not how it is shared out or reported.
    pub const fn concerns_the_need(self) -> bool {
        !matches!(self, Self::Apportion(_) | Self::ReportedMore | Self::ReportedLess)
    }

    /// In words.
    pub fn label(self, input: &ChallengeInput<'_>) -> String {
        match self {
            Self::Window(months) => format!("the last {months} months"),
            Self::Reference(row) => format!("the reference measure is {}", input.release.denominators[usize::from(row)].id),
            Self::Harm(row) => format!("weighted by {}", input.other_harm[usize::from(row)].version),
            Self::Apportion(rule) => format!("amounts of wider areas spread {}", rule.label()),
            Self::FinerCells => "the model on finer cells".to_owned(),
            Self::Confirmed => "confirmed flags only".to_owned(),
            Self::Counts => "every incident counted alike".to_owned(),
            Self::ReportedMore => "a quarter more is reported here than elsewhere".to_owned(),
            Self::ReportedLess => "a fifth less is reported here than elsewhere".to_owned(),
        }
    }
}

/// What is asked again: every choice but the published one. Rules of apportioning matter only where something is apportioned.
pub fn settings(input: &ChallengeInput<'_>, apportioned: bool) -> Vec<Setting> {
    let window = input.release.window.len() as u16;
    let mut all: Vec<Setting> = [window / 2, window * 2].into_iter().filter(|m| *m >= 1).map(Setting::Window).collect();
    all.extend((1..input.release.denominators.len() as u8).map(Setting::Reference));
    if apportioned {
        all.extend(Rule::ALL.into_iter().filter(|r| *r != input.rule).map(Setting::Apportion));
    }
    if input.published.is_none() {
        all.extend([Setting::FinerCells, Setting::Confirmed]);
    }
    if input.harm.is_some() || input.measure != NeedMeasure::Incidents {
        all.push(Setting::Counts);
    }
    all.extend((0..input.other_harm.len() as u8).map(Setting::Harm));
    all.extend([Setting::ReportedMore, Setting::ReportedLess]);
    all
}

/// How the need is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub window: MonthRange,
    /// What is changed, of that which concerns the need.
    pub changed: Option<Setting>,
}

impl Question {
    /// As the release has it.
    pub const fn published(release: &Release) -> Self {
        Self { window: release.window, changed: None }
    }

    /// With one choice changed.
    pub fn with(self, setting: Setting) -> Self {
        match setting {
            Setting::Window(months) => Self { window: MonthRange::ending(self.window.to(), months), changed: Some(setting) },
            _ => Self { changed: Some(setting), ..self },
        }
    }

    /// Length of the next months in windows.
    pub fn windows(self, months: u16) -> f64 {
        f64::from(months) / self.window.len() as f64
    }

    fn is(self, setting: Setting) -> bool {
        self.changed == Some(setting)
    }
}

impl Geography<'_> {
    /// Counts by unit of a level.
    pub(super) fn counts(
        &self,
        input: &ChallengeInput<'_>,
        question: Question,
        resolution: u8,
        offence: Option<Offence>,
    ) -> Option<Vec<u32>> {
        Some(self.release.units.level(resolution)?.counts(&self.release.facts, &Self::filter(input, question, offence)))
    }

    fn filter(input: &ChallengeInput<'_>, question: Question, offence: Option<Offence>) -> Filter {
        let provisional = if question.is(Setting::Confirmed) { Provisional::Left } else { Provisional::Included };
        let offences = offence.map_or(OffenceSet::ALL, OffenceSet::only);
        Filter { strands: input.strand.into(), offences, provisional, ..Filter::over(question.window) }
    }

    /// The need of places; `windows` is the length of the next period in windows.
    pub(super) fn needs(
        &self,
        input: &ChallengeInput<'_>,
        question: Question,
        place_of: &[Option<u32>],
        places: usize,
        windows: f64,
    ) -> Result<Vec<Need>> {
        let held = self.release.months;
        if !held.contains(question.window.from()) {
            return Err(Error::OutOfRange { what: "window", must: "one of the months held" });
        }
        let resolution = self.release.resolution;
        let dispersion = self.dispersion(input, question, place_of, places);
        let made = if question.is(Setting::FinerCells) {
            let finer = resolution + 1;
            let level = self.release.units.level(finer).ok_or(Error::NoReference)?;
            let counts = self.counts(input, question, finer, None).ok_or(Error::NoReference)?;
            let parents: Vec<Option<u32>> =
                (0..level.len() as u32).map(|row| self.release.units.row_at(finer, row, resolution)).collect();
            let of = |all: &[Option<u32>]| -> Vec<Option<u32>> {
                parents.iter().map(|row| all.get((*row)? as usize).copied().flatten()).collect()
            };
            let reference = Levels::of(&counts, level.area_km2, of(&self.borough), dispersion);
            reference.needs(&counts, &of(place_of), places, windows)?
        } else {
            let counts = self.counts(input, question, resolution, None).ok_or(Error::NoReference)?;
            let row = if let Some(Setting::Reference(row)) = question.changed { usize::from(row) } else { 0 };
            let measure = self.release.denominators.get(row).ok_or(Error::NoReference)?;
            let of = |counts: &[u32]| {
                let reference = Levels::of(counts, &measure.values, self.borough.clone(), dispersion);
                reference.needs(counts, place_of, places, windows)
            };
            match input.published {
                None => of(&counts)?,
                // Below the analyst hotspots come down by what is published of it; their incidents are those counted.
                Some(published) => {
                    let mut made = of(&published.drawn(&counts))?;
                    for need in &mut made {
                        need.incidents = 0;
                    }
                    for (count, place) in counts.iter().zip(place_of) {
                        if let Some(place) = place {
                            made[*place as usize].incidents += count;
                        }
                    }
                    made
                }
            }
        };
        if question.is(Setting::Counts) {
            return Ok(made);
        }
        let other_harm =
            if let Some(Setting::Harm(row)) = question.changed { input.other_harm.get(usize::from(row)) } else { None };
        if other_harm.is_none() && input.measure != NeedMeasure::Incidents {
            let (facts, level) = (&self.release.facts, self.release.units.level(resolution).ok_or(Error::NoReference)?);
            let place = |row: usize| place_of.get(level.row_of(facts.unit(row)?)? as usize).copied().flatten();
            return weighted(&made, &weights(facts, Self::filter(input, question, None), input.measure, places, place));
        }
        match other_harm.or(input.harm) {
            None => Ok(made),
            Some(table) => {
                let mut harm = vec![Harm::default(); places];
                for offence in Offence::ALL {
                    let weight = table.weights.get(offence).copied().unwrap_or(0.0);
                    let counts = self.counts(input, question, resolution, Some(*offence)).ok_or(Error::NoReference)?;
                    for (count, place) in counts.iter().zip(place_of) {
                        if let Some(place) = place {
                            (0..*count).for_each(|_| harm[*place as usize].add(weight));
                        }
                    }
                }
                weighted(&made, &harm)
            }
        }
    }

    /// How much more the monthly counts of the places vary than by chance.
    fn dispersion(&self, input: &ChallengeInput<'_>, question: Question, place_of: &[Option<u32>], places: usize) -> f64 {
        let mut monthly = vec![vec![0u32; question.window.len()]; places];
        for (at, month) in question.window.iter().enumerate() {
            let one = Question { window: MonthRange::ending(month, 1), ..question };
            for (count, place) in self.counts(input, one, self.release.resolution, None).unwrap_or_default().iter().zip(place_of) {
                if let Some(place) = place {
                    monthly[*place as usize][at] += count;
                }
            }
        }
        dispersion(&monthly)
    }

    /// Need of each unit in one window.
    pub(super) fn unit_needs(&self, input: &ChallengeInput<'_>) -> Result<Vec<Need>> {
        self.needs(input, Question::published(self.release), &self.each_unit(), self.units, 1.0)
    }

    /// What each unit is to expect by the incidents of some months, for as many months.
    pub(super) fn unit_needs_in(&self, input: &ChallengeInput<'_>, window: MonthRange) -> Result<Vec<Need>> {
        self.needs(input, Question { window, changed: None }, &self.each_unit(), self.units, 1.0)
    }

    /// How much more the monthly counts of the units vary than by chance.
    pub(super) fn unit_dispersion(&self, input: &ChallengeInput<'_>, window: MonthRange) -> f64 {
        self.dispersion(input, Question { window, changed: None }, &self.each_unit(), self.units)
    }

    /// The borough of each unit that has a level of its own, and the relative variance of these levels by the counts of some months.
    pub(super) fn levels(&self, counts: &[u32], dispersion: f64) -> (Vec<Option<u32>>, BTreeMap<u32, f64>) {
        let within = Levels::of(counts, self.area_km2, self.borough.clone(), dispersion);
        (within.borough, within.variance)
    }

    fn each_unit(&self) -> Vec<Option<u32>> {
        (0..self.units as u32).map(Some).collect()
    }
}
