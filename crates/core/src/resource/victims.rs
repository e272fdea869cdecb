//! What the need of a place counts: incidents, the victims of them, or those of the victims to whom it happened again.
//!
//! # Definition
//! Of the incidents in a place and window whose victim is known by a number ([`Facts::victim`]) each weighs 1 over how many of them are of its
//! victim: the weights of a place sum to its distinct victims. For *repeat victims* only those incidents weigh whose victim has
//! [`REPEAT`] or more in the window and all places. The need is the expected number of incidents times the mean weight of an incident,
//! with the uncertainty of both ([`weighted`](super::need::weighted)): the number of victims expected, when there are as many for each incident as in the window.
//!
//! # Pitfalls
//! Incidents without a known victim say nothing of the mean weight. Those that were withheld because a place depended on one person are in no
//! place: of repeat victims, those of whom most is known are missing on the map (`hotspot worklist` has them). A victim in two places is one in
//! each. In a next period longer than the window more incidents are of the same victims.

use super::need::Harm;
use crate::cube::{Facts, Filter, Victim};
use crate::hotspot::repeat_rule::REPEAT;
use std::collections::BTreeMap;

/// What the need counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum NeedMeasure {
    /// Incidents, with weights of harm where they are given.
    #[default]
    Incidents,
    /// Distinct victims.
    Victims,
    /// Victims with two or more incidents.
    RepeatVictims,
}

impl NeedMeasure {
    /// All.
    pub const ALL: [Self; 3] = [Self::Incidents, Self::Victims, Self::RepeatVictims];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Victims => "victims",
            Self::RepeatVictims => "repeat-victims",
        }
    }

    /// Several of it, in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Victims => "victims",
            Self::RepeatVictims => "repeat victims",
        }
    }
}

/// Weights of the incidents of each place; `place_of_fact` says where a row lies.
pub(super) fn weights(
    facts: &Facts,
    filter: Filter,
    measure: NeedMeasure,
    places: usize,
    place_of_fact: impl Fn(usize) -> Option<u32>,
) -> Vec<Harm> {
    let mut made = vec![Harm::default(); places];
    let mut of_victim: BTreeMap<u32, BTreeMap<u32, u32>> = BTreeMap::new();
    for row in facts.rows(&filter) {
        let (Some(place), Some(victim)) = (place_of_fact(row), facts.victim(row)) else { continue };
        match victim {
            Victim::Once => made[place as usize].add(if measure == NeedMeasure::RepeatVictims { 0.0 } else { 1.0 }),
            Victim::Number(number) => *of_victim.entry(number).or_default().entry(place).or_default() += 1,
        }
    }
    for by_place in of_victim.into_values() {
        let counts = measure != NeedMeasure::RepeatVictims || by_place.values().sum::<u32>() >= REPEAT;
        for (place, times) in by_place {
            let weight = if counts { 1.0 / f64::from(times) } else { 0.0 };
            (0..times).for_each(|_| made[place as usize].add(weight));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR};
    use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};

    #[test]
    fn a_victim_is_one_in_each_place_and_repeats_are_counted_wherever_they_were() {
        let month = "2026-01".parse().expect("a month");
        let fact = |unit: u32| Fact {
            unit,
            area: NO_AREA,
            month,
            recorded: month,
            strands: StrandSet::EMPTY,
            offence: Offence::Violence,
            sources: SourceSet::only(Source::Victim),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count: 1,
        };
        let mut facts = Facts::new(FactKind::Events);
        [0, 0, 0, 1, 1, 0, 1].map(fact).into_iter().for_each(|f| facts.push(f));
        // Seven three times in the first place and once in the second; nine once; of the last two nobody is known.
        facts.number_victims(|row| [Some(7), Some(7), Some(7), Some(7), Some(9), None, None][row]);
        let filter = Filter::over(facts.months().expect("rows"));
        let of = |measure| weights(&facts, filter, measure, 2, |row| facts.unit(row));
        let sums = |measure| of(measure).iter().map(|h| (h.n, (h.sum * 1e9).round() / 1e9)).collect::<Vec<_>>();
        assert_eq!(sums(NeedMeasure::Victims), [(3, 1.0), (2, 2.0)]);
        assert_eq!(sums(NeedMeasure::RepeatVictims), [(3, 1.0), (2, 1.0)]);
    }
}
