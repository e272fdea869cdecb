//! Which cells to hide beside the small ones, so that these cannot be worked out, with the proof that they cannot.
//!
//! # Design
//! "Two blanks in every line" is not protection: a blank may still be pinned to a narrow range by the other tables. Here protection is found by
//! attack and repair. A linear programme looks for tables that agree with everything published and in which a small cell is otherwise (one
//! programme moves many cells at once); where there is none, the programme may change published cells too, at the price of what hiding them
//! costs, and those that it changes are hidden: its solution is then the missing witness. The witnesses are the [`Certificate`], which is
//! checked in exact integers by code that knows nothing of programmes. Fractions of incidents are never a witness: where a solution has some
//! (tables of three ways), steps of two, three or four are tried, and then whole numbers.
//!
//! What was published before cannot be hidden. When a cell cannot be protected without, nothing may be released.

use super::attack::{Component, Outcome, Programme, Room, Sums, unknown};
use super::certificate::{Certificate, End, Flaw, Knowledge, Reach, Witness, wanted, wanted_of};
use super::table::{CellId, LinkedTables, Protection, Standing};
use std::collections::{HashMap, HashSet};

/// Gain of one step of a cell that is looked at, where cells that are shown may be hidden: more than hiding any.
const AT_ANY_PRICE: f64 = 1e6;
/// The same where many cells are looked at together: worth some cells hidden, not all.
const AT_A_PRICE: f64 = 2.0;
/// Price of a step of a cell that is hidden anyway: witnesses change few cells.
const STEP: f64 = 1e-3;
/// Cells in which a witness of one cell is looked for: near it, then everywhere.
const NEAR: [usize; 2] = [400, usize::MAX];
/// Programmes that move many cells of a component at once.
const SWEEPS: usize = 12;

/// A small cell cannot be protected: what was published gives it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a small cell cannot be protected from what was published before")]
pub struct CannotProtect {
    /// The cell.
    pub cell: CellId,
}

/// Hides what has to be hidden beside the sensitive cells, and proves it.
///
/// # Errors
/// [`CannotProtect`].
///
/// # Example
/// ```
/// use hotspot_core::disclosure::certificate::Knowledge;
/// use hotspot_core::disclosure::suppress::protect;
/// use hotspot_core::disclosure::table::{LinkedTables, Protection, Shown};
///
/// // Two places and two kinds with their totals; one cell is small.
/// let mut tables = LinkedTables::new();
/// let cells = [3, 20, 30, 40].map(|n| tables.add(n, 0, f64::from(n)));
/// for (total, parts) in [(23, [0, 1]), (70, [2, 3]), (33, [0, 2]), (60, [1, 3])] {
///     let total = tables.add(total, 0, 1000.0);
///     tables.sums(total, &parts.map(|p| cells[p]))?;
/// }
/// tables.hide_sensitive(cells[0]);
/// let certificate = protect(&mut tables, Protection::of(5), Knowledge::Published)?;
/// assert!(cells.iter().all(|cell| tables.shown(*cell) == Shown::Nothing));
/// certificate.verify(&tables)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn protect(tables: &mut LinkedTables, protection: Protection, knowledge: Knowledge) -> Result<Certificate, CannotProtect> {
    let certificate = Certificate { protection, knowledge: Knowledge::Published, witnesses: Vec::new() };
    let mut search = Search { certificate, reach: Reach::default(), sums: Sums::of(tables) };
    search.sweep(tables, Hold::Nothing, Price::Free);
    search.sweep(tables, Hold::Nothing, Price::Some);
    search.one_by_one(tables)?;
    if knowledge != Knowledge::Published {
        search.certificate.knowledge = knowledge;
        search.sweep(tables, Hold::Known, Price::Free);
        search.one_by_one(tables)?;
    }
    Ok(search.certificate)
}

/// Cells that stand still.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    Nothing,
    /// All that somebody may know.
    Known,
}

/// Whether cells that are shown may change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Price {
    Free,
    Some,
    Any,
}

impl Price {
    const fn gain(self) -> f64 {
        match self {
            Self::Free => 1.0,
            Self::Some => AT_A_PRICE,
            Self::Any => AT_ANY_PRICE,
        }
    }
}

struct Search {
    certificate: Certificate,
    reach: Reach,
    sums: Sums,
}

impl Search {
    /// The cells of which an end is not proven.
    fn open(&self, tables: &LinkedTables) -> Vec<(CellId, End, [Option<CellId>; 2])> {
        let sensitive = tables.cells().filter(|cell| tables.is_sensitive(*cell));
        sensitive
            .flat_map(|cell| self.certificate.flaws(&self.reach, tables, cell))
            .filter_map(|flaw| match flaw {
                Flaw::Unproven { cell, end, known } => Some((cell, end, known)),
                _ => None,
            })
            .collect()
    }

    /// Moves many cells at once, component by component, as long as that proves something.
    fn sweep(&mut self, tables: &mut LinkedTables, hold: Hold, price: Price) {
        for _ in 0..SWEEPS {
            let open = self.open(tables);
            if open.is_empty() {
                return;
            }
            let movable = |cell| unknown(tables, cell) || (price != Price::Free && tables.standing(cell) == Standing::Open);
            let cells: Vec<CellId> = open.iter().map(|(cell, ..)| *cell).collect();
            let parts = self.sums.components(tables, &cells, movable);
            let mut part_of: HashMap<CellId, usize> = HashMap::new();
            parts.iter().enumerate().for_each(|(number, part)| part_of.extend(part.cells.iter().map(|c| (*c, number))));
            let mut targets: Vec<[HashSet<CellId>; 2]> = vec![Default::default(); parts.len()];
            for (cell, end, _) in &open {
                if hold == Hold::Nothing || !tables.may_be_known(*cell, 2) {
                    targets[part_of[cell]][usize::from(*end == End::High)].insert(*cell);
                }
            }
            let mut found = Vec::new();
            for (part, targets) in parts.iter().zip(&targets) {
                for (end, targets) in [End::Low, End::High].into_iter().zip(targets).filter(|(_, t)| !t.is_empty()) {
                    let held = |cell: CellId| hold == Hold::Known && !targets.contains(&cell) && tables.may_be_known(cell, 2);
                    found.extend(self.witness(tables, part, end, targets, &[], held, price, Numbers::InSteps(1)));
                }
            }
            for witness in found {
                self.add(tables, witness);
            }
            if self.open(tables).len() == open.len() {
                return;
            }
        }
    }

    /// Proves what is open, cell by cell: with what is hidden if that can be, else by hiding more.
    fn one_by_one(&mut self, tables: &mut LinkedTables) -> Result<(), CannotProtect> {
        loop {
            let open = self.open(tables);
            if open.is_empty() {
                return Ok(());
            }
            for (cell, end, known) in open {
                // Another cell's witness may have proven it meanwhile.
                if !self.is_open(tables, cell, end) {
                    continue;
                }
                let known: Vec<CellId> = known.into_iter().flatten().collect();
                let ways = [Numbers::InSteps(1), Numbers::InSteps(2), Numbers::InSteps(3), Numbers::InSteps(4), Numbers::Whole];
                let holds = [Hold::Known, Hold::Nothing];
                let mut tries = [Price::Free, Price::Any]
                    .into_iter()
                    .flat_map(|price| NEAR.into_iter().map(move |most| (price, most)))
                    .flat_map(|near| ways.into_iter().flat_map(move |numbers| holds.map(|hold| (near, hold, numbers))));
                // What he knows whom it is not hidden from stands still and, better, everything that anybody may know.
                let standing = |hold: Hold, c: CellId| {
                    known.contains(&c)
                        || (hold == Hold::Known
                            && c != cell
                            && self.certificate.knowledge != Knowledge::Published
                            && tables.may_be_known(c, 2))
                };
                let found = tries.find_map(|((price, most), hold, numbers)| {
                    let movable = |c| unknown(tables, c) || (price == Price::Any && tables.standing(c) == Standing::Open);
                    let part = self.sums.component(tables, cell, most, movable);
                    let targets = HashSet::from([cell]);
                    let witness = self.witness(tables, &part, end, &targets, &known, |c| standing(hold, c), price, numbers)?;
                    let change = witness.changes.iter().find(|(c, _)| *c == cell).map_or(0, |(_, change)| *change);
                    (change.unsigned_abs() >= u64::from(self.far(tables, cell, end, &known))).then_some(witness)
                });
                self.add(tables, found.ok_or(CannotProtect { cell })?);
            }
        }
    }

    fn is_open(&self, tables: &LinkedTables, cell: CellId, end: End) -> bool {
        self.certificate
            .flaws(&self.reach, tables, cell)
            .iter()
            .any(|flaw| matches!(flaw, Flaw::Unproven { end: e, .. } if *e == end))
    }

    /// How far a cell must be able to go, for one who knows these cells or, without any, for everybody.
    fn far(&self, tables: &LinkedTables, cell: CellId, end: End, known: &[CellId]) -> u32 {
        let Certificate { protection, knowledge, .. } = self.certificate;
        let to = match known {
            [] => wanted(tables, protection, knowledge, cell, end),
            known => wanted_of(tables, protection, cell, end, known),
        };
        tables.count(cell).abs_diff(to)
    }

    /// A table in which these cells are lower, or higher, as many as can be.
    #[expect(clippy::too_many_arguments, reason = "what is asked of one programme; nowhere else")]
    fn witness(
        &self,
        tables: &LinkedTables,
        part: &Component,
        end: End,
        targets: &HashSet<CellId>,
        known: &[CellId],
        held: impl Fn(CellId) -> bool,
        price: Price,
        numbers: Numbers,
    ) -> Option<Witness> {
        let step = if let Numbers::InSteps(step) = numbers { step } else { 1 };
        let programme = Programme::over(tables, part, numbers == Numbers::Whole, step, |cell| {
            if held(cell) {
                return None;
            }
            let count = tables.count(cell);
            let is_hidden = unknown(tables, cell);
            let (low, high) = if is_hidden { tables.range(cell) } else { (0, None) };
            let cost = if is_hidden { STEP } else { tables.weight(cell) };
            let mut room = Room { down: count - low, up: high.map(|h| h - count), gain: [-cost; 2] };
            if targets.contains(&cell) {
                // In whole steps, as far as a count can go.
                let most = if end == End::Low { count - low } else { u32::MAX };
                let far = (self.far(tables, cell, end, known).div_ceil(step) * step).min(most);
                match end {
                    End::Low => room = Room { down: far, up: Some(0), gain: [0.0, price.gain()] },
                    End::High => room = Room { down: 0, up: Some(far), gain: [price.gain(), 0.0] },
                }
            }
            Some(room)
        });
        let Outcome::Best(changes) = programme.solve() else { return None };
        let mut whole = Vec::with_capacity(changes.len());
        for (cell, change) in changes {
            let change = change * f64::from(step);
            let rounded = change.round();
            if (change - rounded).abs() > 1e-6 {
                return None;
            }
            if rounded != 0.0 {
                whole.push((cell, rounded as i64));
            }
        }
        whole.sort_unstable_by_key(|(cell, _)| *cell);
        (!whole.is_empty()).then_some(Witness { changes: whole })
    }

    /// Keeps a witness; what it changes is hidden.
    fn add(&mut self, tables: &mut LinkedTables, witness: Witness) {
        for (cell, _) in &witness.changes {
            if !unknown(tables, *cell) {
                tables.hide(*cell);
            }
        }
        self.reach.add(tables, &witness);
        self.certificate.witnesses.push(witness);
    }
}

/// Which numbers a witness is looked for in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// As a corner of the programme has them, times so many: whole in tables of two ways, and where corners are halves, thirds or quarters.
    InSteps(u32),
    /// Whole ones, by search.
    Whole,
}

#[cfg(test)]
#[path = "suppress_tests.rs"]
mod tests;
