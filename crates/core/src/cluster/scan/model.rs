//! What is expected where, and how replicas are drawn: one for each model.

use super::replicas::{Alias, Null};
use super::statistic::Statistic;
use crate::error::{Error, Result};
use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// What the cases are compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model<'a> {
    /// Cases fall in proportion to a population (persons, residents, square metres: any measure) times the length of the step.
    /// With several steps it is the space-time Poisson model.
    Poisson {
        /// By unit; or by unit and step, that of unit u in step t at u · steps + t.
        population: &'a [f64],
    },
    /// Each person is a case or a control, and the cases are any of the persons. For cases that are not rare.
    Bernoulli {
        /// Cases and controls together, by unit and step.
        population: &'a [u32],
    },
    /// Times are dealt to places at random. It needs no population, and sees no cluster that lasts all the time or that is
    /// everywhere.
    SpaceTimePermutation,
}

/// The name of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelName {
    /// [`Model::Poisson`] with one step.
    Poisson,
    /// [`Model::Bernoulli`].
    Bernoulli,
    /// [`Model::SpaceTimePermutation`].
    SpaceTimePermutation,
    /// [`Model::Poisson`] with several steps.
    SpaceTimePoisson,
}

impl ModelName {
    pub(super) const fn of(model: Model<'_>, steps: usize) -> Self {
        match model {
            Model::Poisson { .. } if steps == 1 => Self::Poisson,
            Model::Poisson { .. } => Self::SpaceTimePoisson,
            Model::Bernoulli { .. } => Self::Bernoulli,
            Model::SpaceTimePermutation => Self::SpaceTimePermutation,
        }
    }

    /// The identifier in files, URLs and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Poisson => "poisson",
            Self::Bernoulli => "bernoulli",
            Self::SpaceTimePermutation => "space-time-permutation",
            Self::SpaceTimePoisson => "space-time-poisson",
        }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for ModelName {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        let all = [Self::Poisson, Self::Bernoulli, Self::SpaceTimePermutation, Self::SpaceTimePoisson];
        all.into_iter()
            .find(|m| m.id() == text.trim())
            .ok_or(UnknownName { what: "model", allowed: "poisson, bernoulli, space-time-permutation, space-time-poisson" })
    }
}

/// A model with its data.
#[derive(Debug)]
pub(super) struct Fitted {
    /// By unit and step.
    pub expected: Vec<f64>,
    pub statistic: Statistic,
    pub null: Null,
    /// Population at risk of each unit, averaged over time: what the largest window is a share of.
    pub measure: Vec<f64>,
}

impl Fitted {
    pub(super) fn new(model: Model<'_>, cases: &[u32], step_lengths: &[f64]) -> Result<Self> {
        let (steps, cells) = (step_lengths.len(), cases.len());
        let units = cells / steps;
        let total: u64 = cases.iter().map(|c| u64::from(*c)).sum();
        if total >= u64::from(u32::MAX) {
            return Err(Error::OutOfRange { what: "cases", must: "fewer than 4,294,967,295 in all" });
        }
        let poisson = Statistic { total: total as f64, population: None };
        match model {
            Model::Poisson { population } => {
                if population.len() != units && population.len() != cells {
                    return Err(Error::Length { what: "population", got: population.len(), expected: units });
                }
                if population.iter().any(|p| !p.is_finite() || *p < 0.0) {
                    return Err(Error::OutOfRange { what: "population", must: "finite and not negative" });
                }
                let of = |unit: usize, step: usize| {
                    if population.len() == cells { population[unit * steps + step] } else { population[unit] }
                };
                let mut expected: Vec<f64> =
                    (0..cells).map(|cell| of(cell / steps, cell % steps) * step_lengths[cell % steps]).collect();
                let (all, time) = (expected.iter().sum::<f64>(), step_lengths.iter().sum::<f64>());
                check_population(cases, &expected, all)?;
                let measure = expected.chunks_exact(steps).map(|of_unit| of_unit.iter().sum::<f64>() / time).collect();
                let rate = total as f64 / all;
                if rate.is_infinite() {
                    return Err(Error::OutOfRange { what: "population", must: "large enough to divide by" });
                }
                for value in &mut expected {
                    *value *= rate;
                }
                let null = Null::Multinomial { cases: total, cells: Alias::new(&expected) };
                Ok(Self { expected, statistic: poisson, null, measure })
            }
            Model::Bernoulli { population } => {
                if population.len() != cells {
                    return Err(Error::Length { what: "population", got: population.len(), expected: cells });
                }
                if cases.iter().zip(population).any(|(cases, persons)| cases > persons) {
                    return Err(Error::OutOfRange { what: "population", must: "at least the cases of its unit and step" });
                }
                let persons: Vec<f64> = population.iter().map(|p| f64::from(*p)).collect();
                let all: f64 = persons.iter().sum();
                check_population(cases, &persons, all)?;
                let expected = persons.iter().map(|p| p * (total as f64 / all)).collect();
                let measure = persons.chunks_exact(steps).map(|of_unit| of_unit.iter().sum()).collect();
                let null = Null::Hypergeometric { persons: population.to_vec(), cases: total, cells: Alias::new(&persons) };
                Ok(Self { expected, statistic: Statistic { population: Some(all), ..poisson }, null, measure })
            }
            Model::SpaceTimePermutation => {
                let by_unit: Vec<u64> = cases.chunks_exact(steps).map(|c| c.iter().map(|c| u64::from(*c)).sum()).collect();
                let mut by_step = vec![0_u64; steps];
                let (mut place, mut times) = (Vec::with_capacity(total as usize), Vec::with_capacity(total as usize));
                for (cell, count) in cases.iter().enumerate() {
                    by_step[cell % steps] += u64::from(*count);
                    for _ in 0..*count {
                        place.push((cell / steps) as u32);
                        times.push((cell % steps) as u32);
                    }
                }
                let expected =
                    (0..cells).map(|cell| by_unit[cell / steps] as f64 * by_step[cell % steps] as f64 / total.max(1) as f64);
                Ok(Self {
                    expected: expected.collect(),
                    statistic: poisson,
                    null: Null::Permutation { steps, units: place, times },
                    measure: by_unit.iter().map(|c| *c as f64).collect(),
                })
            }
        }
    }
}

fn check_population(cases: &[u32], population: &[f64], all: f64) -> Result<()> {
    if all <= 0.0 {
        return Err(Error::NoReference);
    }
    if !all.is_finite() {
        return Err(Error::OutOfRange { what: "population", must: "finite in all" });
    }
    if cases.iter().zip(population).any(|(cases, population)| *cases > 0 && *population <= 0.0) {
        return Err(Error::OutOfRange { what: "population", must: "positive where there are cases" });
    }
    Ok(())
}
