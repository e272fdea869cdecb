//! Numbers of every unit at every step of time.

use crate::cube::{Facts, Filter};
use crate::error::{Error, Result};

/// One value for each unit and step; a unit without incidents has zeros, not gaps.
///
/// ```
/// use hotspot_core::space_time_cube::SpaceTimeCube;
///
/// let cube = SpaceTimeCube::new(2, 3, vec![0.0, 1.0, 2.0, 5.0, 5.0, 5.0])?;
/// assert_eq!(cube.series(0), [0.0, 1.0, 2.0]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceTimeCube {
    units: usize,
    steps: usize,
    /// The series of each unit, one after the other.
    values: Vec<f64>,
}

impl SpaceTimeCube {
    /// From the series of each unit, one after the other.
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one value for each unit and step, [`Error::OutOfRange`] when a value is not finite.
    pub fn new(units: usize, steps: usize, values: Vec<f64>) -> Result<Self> {
        if units.checked_mul(steps) != Some(values.len()) {
            return Err(Error::Length { what: "values", got: values.len(), expected: units.saturating_mul(steps) });
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::OutOfRange { what: "value", must: "finite" });
        }
        Ok(Self { units, steps, values })
    }

    /// Counts of the facts that meet the filter and lie in one of `units` units, by month of the filter.
    pub fn of_facts(facts: &Facts, filter: &Filter, units: usize) -> Self {
        Self::of_facts_by(facts, filter, units, Some)
    }

    /// The same at another level, which `row_of` gives for the unit that a fact points at.
    pub fn of_facts_by(facts: &Facts, filter: &Filter, units: usize, row_of: impl Fn(u32) -> Option<u32>) -> Self {
        let steps = filter.months.len();
        let mut values = vec![0.0; units * steps];
        for row in facts.rows(filter) {
            let Some(fact) = facts.get(row) else { continue };
            let unit = row_of(fact.unit).map_or(usize::MAX, |row| row as usize);
            if unit < units {
                let step = usize::from(fact.month.index() - filter.months.from().index());
                values[unit * steps + step] += f64::from(fact.count);
            }
        }
        Self { units, steps, values }
    }

    /// Number of units.
    pub const fn units(&self) -> usize {
        self.units
    }

    /// Number of steps.
    pub const fn steps(&self) -> usize {
        self.steps
    }

    /// Values of a unit, in order of time.
    pub fn series(&self, unit: usize) -> &[f64] {
        &self.values[unit * self.steps..(unit + 1) * self.steps]
    }

    /// The series of each unit, one after the other.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR, NO_UNIT};
    use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};
    use crate::month::MonthRange;

    #[test]
    fn values_that_do_not_fill_it_are_refused() {
        assert!(matches!(SpaceTimeCube::new(2, 3, vec![0.0; 5]), Err(Error::Length { got: 5, expected: 6, .. })));
        assert!(matches!(SpaceTimeCube::new(usize::MAX, 2, vec![]), Err(Error::Length { .. })));
        assert!(matches!(SpaceTimeCube::new(1, 1, vec![f64::NAN]), Err(Error::OutOfRange { .. })));
        let none = SpaceTimeCube::new(3, 0, vec![]).expect("no step");
        assert_eq!(none.series(2), [0.0; 0]);
    }

    #[test]
    fn facts_are_counted_by_unit_and_month() {
        let last = "2026-03".parse().expect("a month");
        let months = MonthRange::ending(last, 3);
        let mut facts = Facts::new(FactKind::Events);
        for (unit, back, count) in [(0, 0, 1), (0, 0, 2), (1, 2, 5), (1, 3, 100), (NO_UNIT, 0, 9), (7, 1, 9)] {
            facts.push(Fact {
                unit,
                area: NO_AREA,
                month: last.minus(back),
                recorded: last,
                strands: StrandSet::EMPTY,
                offence: Offence::PublicOrder,
                sources: SourceSet::only(Source::Victim),
                status: FlagStatus::Confirmed,
                setting: Setting::Street,
                outcome: Outcome::Unknown,
                hour_of_week: NO_HOUR,
                place: PlaceKind::Mapped,
                count,
            });
        }
        let cube = SpaceTimeCube::of_facts(&facts, &Filter::over(months), 2);
        assert_eq!((cube.units(), cube.steps()), (2, 3));
        assert_eq!(cube.values(), [0.0, 0.0, 3.0, 5.0, 0.0, 0.0]);
        let whole = SpaceTimeCube::of_facts_by(&facts, &Filter::over(months), 1, |unit| (unit < 2).then_some(0));
        assert_eq!(whole.values(), [5.0, 0.0, 3.0]);
    }
}
