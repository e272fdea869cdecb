//! One victim, one reporter, one address: what would not be a hotspot without them leaves the map.
//!
//! A household that is targeted again and again can be a "hotspot". Patrols are the wrong answer to it, and a map that shows it
//! points at the victim. So can one person who reports a place again and again.
//!
//! # Definition
//! Let a unit be hot by the rule of [`detect`](super::detect). It *depends* on a person (a victim, a reporter, the persons at one
//! premises) if without the records of that person its probability falls below that of every hot unit, prior and cut as fitted to
//! all records, or no record is left. A place depends on a person if none of its units stays hot once all records of that person in the
//! place are left out. Only persons with two records or more there are asked for: one record says nothing of a person.
//!
//! The records on which a unit or place depends are *withheld*: they keep their area (borough), month and strands, and lose their unit,
//! so that every tile, list, table and hotspot shows the value without them, whatever is asked for. Then everything is found anew,
//! until nothing depends on anybody. Where a unit depends on several persons, each alone, the one with the most records is withheld.
//! Each strand and all records together are looked at, in the release's own window and in every window of the same length before it.
//!
//! # Pitfalls
//! - Records without pseudonym cannot be asked about: [`Protection::known`] says how many have one.
//! - What is withheld is missing from the cells' counts, and said so in total, never by place.
//! - Pseudonyms that split one person in two hide the dependence; that merge two make one.

use super::analysis::Analysis;
use super::detect::{Detection, HotPlace};
use crate::cube::{Facts, Filter};
use crate::error::{Error, Result};
use crate::incident::Strand;
use crate::month::MonthRange;
use crate::release::PersonCheck;
use crate::units::UnitLevel;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// No pseudonym is known.
pub const NOBODY: u32 = u32::MAX;

/// What a person is to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Whom it happened to.
    Victim,
    /// Who reported it.
    Reporter,
    /// The address where it happened.
    Premises,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Victim, Self::Reporter, Self::Premises];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Victim => "victim",
            Self::Reporter => "reporter",
            Self::Premises => "premises",
        }
    }
}

/// Numbers in place of pseudonyms, aligned with the facts; [`NOBODY`] where none is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// By role, in the order of [`Role::ALL`].
    keys: [Vec<u32>; 3],
}

impl People {
    /// Nobody is known of so many facts.
    pub fn unknown(facts: usize) -> Self {
        Self { keys: std::array::from_fn(|_| vec![NOBODY; facts]) }
    }

    /// Adds one row: the numbers by role, in the order of [`Role::ALL`].
    pub fn push(&mut self, keys: [u32; 3]) {
        for (column, key) in self.keys.iter_mut().zip(keys) {
            column.push(key);
        }
    }

    /// The number of a fact's person in a role.
    pub fn key(&self, role: Role, row: usize) -> Option<u32> {
        self.keys[role as usize].get(row).copied().filter(|key| *key != NOBODY)
    }

    pub(super) fn len(&self) -> usize {
        self.keys[0].len()
    }
}

/// A person on whom a hotspot depended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependence {
    /// In which role.
    pub role: Role,
    /// The number in [`People`].
    pub key: u32,
    /// The strand whose hotspot it was; `None` for all records.
    pub strand: Option<Strand>,
    /// The window.
    pub window: MonthRange,
    /// Rows of the units at the resolution of the hotspots, ascending.
    pub units: Vec<u32>,
    /// Rows of the withheld facts, ascending.
    pub facts: Vec<u32>,
}

/// What was withheld, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Protection {
    /// Persons, in the order in which they were found.
    pub dependences: Vec<Dependence>,
    /// Mapped facts that have a pseudonym, by role in the order of [`Role::ALL`].
    pub known: [u64; 3],
    /// Mapped facts.
    pub mapped: u64,
}

impl Protection {
    /// In numbers.
    pub fn check(&self) -> PersonCheck {
        PersonCheck { mapped: self.mapped, known: self.known, withheld: self.withheld().len() as u64 }
    }

    /// Rows of all withheld facts, ascending.
    pub fn withheld(&self) -> Vec<u32> {
        let rows: BTreeSet<u32> = self.dependences.iter().flat_map(|d| d.facts.iter().copied()).collect();
        rows.into_iter().collect()
    }
}

/// Withholds what depends on one person: takes the unit, and the position in metres, of each such fact.
///
/// # Errors
/// [`Error::Length`] when people or positions are not as many as the facts, and what [`Analysis::strand`] finds wrong.
pub fn protect(analysis: &Analysis<'_>, people: &People) -> Result<(Facts, Vec<[f64; 2]>, Protection)> {
    for (what, got) in [("people", people.len()), ("positions", analysis.metres.len())] {
        if got != analysis.facts.len() {
            return Err(Error::Length { what, got, expected: analysis.facts.len() });
        }
    }
    let level = analysis.level()?;
    let (mut facts, mut metres) = (analysis.facts.clone(), analysis.metres.to_vec());
    let placed = || (0..analysis.facts.len()).filter(|row| analysis.facts.unit(*row).is_some());
    let known = Role::ALL.map(|role| placed().filter(|row| people.key(role, *row).is_some()).count() as u64);
    let mut protection = Protection { dependences: Vec::new(), known, mapped: placed().count() as u64 };
    if known == [0; 3] {
        return Ok((facts, metres, protection));
    }
    let strands: Vec<Option<Strand>> = std::iter::once(None).chain(Strand::ANALYSED.map(Some)).collect();
    for window in windows(analysis) {
        for strand in &strands {
            loop {
                let filter = Filter { strands: (*strand).into(), ..Filter::over(window) };
                let found = Analysis { facts: &facts, metres: &metres, ..*analysis }.detect(filter)?;
                let dependences = dependences(&found.1, &found.0, &facts, people, &level, filter);
                if dependences.is_empty() {
                    break;
                }
                for row in dependences.iter().flat_map(|d| &d.facts) {
                    facts.withhold(*row as usize);
                    metres[*row as usize] = [f64::NAN; 2];
                }
                protection.dependences.extend(dependences);
            }
        }
    }
    Ok((facts, metres, protection))
}

/// The analysis' own window and every one of its length before it; the earliest may reach before the first month.
fn windows(analysis: &Analysis<'_>) -> Vec<MonthRange> {
    let length = analysis.window.len() as u16;
    let first = analysis.facts.months().map_or(analysis.window.from(), MonthRange::from);
    let mut windows = vec![analysis.window];
    while let Some(last) = windows.last().filter(|w| w.from() > first) {
        windows.push(MonthRange::ending(last.from().minus(1), length));
    }
    windows
}

/// Records by unit and person.
type Records = BTreeMap<(Role, u32), Vec<u32>>;

fn dependences(
    found: &Detection,
    counts: &[u32],
    facts: &Facts,
    people: &People,
    level: &UnitLevel<'_>,
    filter: Filter,
) -> Vec<Dependence> {
    let Some(rates) = &found.rates else { return Vec::new() };
    let mut of_unit: BTreeMap<u32, Records> = found.places.iter().flat_map(|p| &p.units).map(|u| (*u, Records::new())).collect();
    for row in facts.rows(&filter) {
        let Some(records) = facts.unit(row).and_then(|u| level.row_of(u)).and_then(|u| of_unit.get_mut(&u)) else { continue };
        for role in Role::ALL {
            if let Some(key) = people.key(role, row) {
                records.entry((role, key)).or_default().push(row as u32);
            }
        }
    }
    let sum = |rows: &[u32]| rows.iter().filter_map(|row| facts.get(*row as usize)).map(|fact| fact.count).sum::<u32>();
    let stays = |unit: u32, without: u32| {
        let left = counts[unit as usize].saturating_sub(without);
        left > 0 && rates.posterior(unit as usize, left).exceedance(found.threshold) >= found.cut
    };
    let mut all = Vec::new();
    for place in &found.places {
        let mut of_place: BTreeMap<(Role, u32), Vec<Share<'_>>> = BTreeMap::new();
        for unit in &place.units {
            for (person, rows) in &of_unit[unit] {
                of_place.entry(*person).or_default().push(Share { unit: *unit, n: sum(rows), rows });
            }
        }
        let mut worst: Option<Heaviest<'_>> = None;
        for ((role, key), shares) in of_place {
            let Some(taken) = depends(place, shares, stays) else { continue };
            // The one with the most records there; of two, the one whose first record comes first.
            let first = taken.iter().filter_map(|share| share.rows.first()).min().copied().unwrap_or(u32::MAX);
            let weight = (taken.iter().map(|share| share.n).sum(), Reverse(first));
            if worst.as_ref().is_none_or(|heaviest| weight > heaviest.weight) {
                worst = Some(Heaviest { weight, role, key, taken });
            }
        }
        if let Some(Heaviest { role, key, taken, .. }) = worst {
            let mut facts: Vec<u32> = taken.iter().flat_map(|share| share.rows.iter().copied()).collect();
            facts.sort_unstable();
            let units = taken.iter().map(|share| share.unit).collect();
            all.push(Dependence { role, key, strand: filter.strands.one(), window: filter.months, units, facts });
        }
    }
    all
}

/// The person on whom a place depends most.
struct Heaviest<'a> {
    /// Records, and the first of them.
    weight: (u32, Reverse<u32>),
    role: Role,
    key: u32,
    taken: Vec<Share<'a>>,
}

/// A person's records in one unit of a place.
#[derive(Clone, Copy)]
struct Share<'a> {
    unit: u32,
    n: u32,
    rows: &'a [u32],
}

/// The part of a person's records on which the place depends: all, where no unit stays hot without them; else those of each unit that
/// does not stay hot without two records or more.
fn depends<'a>(place: &HotPlace, shares: Vec<Share<'a>>, stays: impl Fn(u32, u32) -> bool) -> Option<Vec<Share<'a>>> {
    if shares.iter().map(|share| share.n).sum::<u32>() < 2 {
        return None;
    }
    let (fallen, standing): (Vec<_>, Vec<_>) = shares.iter().copied().partition(|share| !stays(share.unit, share.n));
    if standing.is_empty() && fallen.len() == place.units.len() {
        return Some(shares);
    }
    let taken: Vec<Share<'a>> = fallen.into_iter().filter(|share| share.n >= 2).collect();
    (!taken.is_empty()).then_some(taken)
}
