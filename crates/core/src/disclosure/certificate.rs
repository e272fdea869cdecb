//! The proof that a release may go out, and its independent check in exact integers.
//!
//! # Design
//! A witness is a whole table other than the true one that agrees with everything published. When one exists in which a small cell is low
//! enough and one in which it is high enough, no reader, with a solver or without, can say which is true: that is a proof, and it is checked by
//! adding integers. Where the witnesses came from (a linear programme, see [`suppress`](super::suppress)) does not matter, so nothing here
//! uses a solver.
//!
//! Whoever knows records of his own, or of his community, knows some small cells. A cell is safe from him when it has a witness that leaves
//! those cells as they are.

use super::table::{CellId, LinkedTables, Protection, Shown, Sign};
use std::collections::BTreeMap;

/// A table other than the true one: what is added to the true counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Witness {
    /// Cells, ascending, with what is added; never zero.
    pub changes: Vec<(CellId, i64)>,
}

/// What somebody knows beside everything published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Knowledge {
    /// Nothing more.
    Published,
    /// One record, of anybody (singleton attacker): every cell of count 1, one at a time.
    OneRecord,
    /// Two records of one place (small community): every cell of count 1 or 2, and every two of count 1 in one place.
    TwoOfAPlace,
}

impl Knowledge {
    /// Records that somebody may know.
    pub const fn records(self) -> u32 {
        match self {
            Self::Published => 0,
            Self::OneRecord => 1,
            Self::TwoOfAPlace => 2,
        }
    }
}

/// The count that must be possible at an end, whoever of these looks: a sum may hold records that he knows, and as much beside them.
pub(super) fn wanted(tables: &LinkedTables, protection: Protection, knowledge: Knowledge, cell: CellId, end: End) -> u32 {
    let (count, shown) = (tables.count(cell), tables.shown(cell));
    let most = if tables.is_total(cell) { knowledge.records().min(count) } else { 0 };
    match end {
        End::Low => protection.wanted(count, shown, 0)[0],
        End::High => {
            (0..=most).map(|known| protection.wanted(count, shown, known)[1]).max().unwrap_or_default().min(tables.most(cell))
        }
    }
}

/// The count that must be possible at an end for one who knows these cells.
pub(super) fn wanted_of(tables: &LinkedTables, protection: Protection, cell: CellId, end: End, known: &[CellId]) -> u32 {
    let to = protection.wanted(tables.count(cell), tables.shown(cell), tables.known_of(cell, known));
    match end {
        End::Low => to[0],
        End::High => to[1].min(tables.most(cell)),
    }
}

/// Proof that no sensitive cell can be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// How much must stay unknown.
    pub protection: Protection,
    /// From whom.
    pub knowledge: Knowledge,
    /// Tables that agree with everything published.
    pub witnesses: Vec<Witness>,
}

/// Which end of a cell's range is not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// A lower count is excluded.
    Low,
    /// A higher count is excluded.
    High,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A witness names a cell that is not there, twice, or without a change.
    #[error("witness {witness} is not well formed")]
    Malformed {
        /// Its number.
        witness: usize,
    },
    /// A witness disagrees with what is shown of a cell.
    #[error("witness {witness} disagrees with what is shown")]
    Disagrees {
        /// Its number.
        witness: usize,
    },
    /// A witness breaks a sum.
    #[error("witness {witness} breaks relation {relation}")]
    Breaks {
        /// Its number.
        witness: usize,
        /// The relation.
        relation: usize,
    },
    /// A sensitive cell is shown.
    #[error("sensitive cell {} is shown", cell.row())]
    IsShown {
        /// The cell.
        cell: CellId,
    },
    /// Nothing shows that a sensitive cell may be lower, or higher, for somebody.
    #[error("nothing proves that sensitive cell {} could be otherwise", cell.row())]
    Unproven {
        /// The cell.
        cell: CellId,
        /// Which end.
        end: End,
        /// What he knows whom it is not hidden from.
        known: [Option<CellId>; 2],
    },
}

impl Certificate {
    /// Checks all of it.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn verify(&self, tables: &LinkedTables) -> Result<(), Flaw> {
        let mut relations: Vec<Vec<(usize, i32)>> = vec![Vec::new(); tables.len()];
        for (row, relation) in tables.relations().iter().enumerate() {
            relation.terms.iter().for_each(|(cell, factor)| relations[cell.row()].push((row, *factor)));
        }
        for (number, witness) in self.witnesses.iter().enumerate() {
            agrees(tables, &relations, number, witness)?;
        }
        match self.open(tables).next() {
            Some(flaw) => Err(flaw),
            None => Ok(()),
        }
    }

    /// The sensitive cells that are not proven safe, supposing that the witnesses are right.
    pub fn open<'a>(&'a self, tables: &'a LinkedTables) -> impl Iterator<Item = Flaw> + 'a {
        let reach = Reach::of(tables, &self.witnesses);
        let cells = tables.cells().filter(|cell| tables.is_sensitive(*cell));
        cells.flat_map(move |cell| self.flaws(&reach, tables, cell))
    }

    /// What is open of one cell.
    pub(super) fn flaws(&self, reach: &Reach, tables: &LinkedTables, cell: CellId) -> Vec<Flaw> {
        if tables.shown(cell) == Shown::Count {
            return vec![Flaw::IsShown { cell }];
        }
        let unproven = |end| {
            let known = reach.unproven(tables, self.protection, self.knowledge, cell, end)?;
            Some(Flaw::Unproven { cell, end, known })
        };
        [End::Low, End::High].into_iter().filter_map(unproven).collect()
    }
}

/// Whether a witness is a table that agrees with everything published; `relations` says in which sums, and with what factor, a cell is.
fn agrees(tables: &LinkedTables, relations: &[Vec<(usize, i32)>], number: usize, witness: &Witness) -> Result<(), Flaw> {
    let ascending = witness.changes.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !ascending || witness.changes.iter().any(|(cell, change)| cell.row() >= tables.len() || *change == 0) {
        return Err(Flaw::Malformed { witness: number });
    }
    for (cell, change) in &witness.changes {
        let (low, high) = tables.range(*cell);
        let count = i64::from(tables.count(*cell)).checked_add(*change).ok_or(Flaw::Malformed { witness: number })?;
        if count < i64::from(low) || high.is_some_and(|high| count > i64::from(high)) {
            return Err(Flaw::Disagrees { witness: number });
        }
    }
    let mut changed: BTreeMap<usize, i64> = BTreeMap::new();
    for (cell, change) in &witness.changes {
        for (row, factor) in &relations[cell.row()] {
            *changed.entry(*row).or_default() += i64::from(*factor) * change;
        }
    }
    let true_sum = |row: usize| tables.relations()[row].sum_of(tables);
    let broken = changed.into_iter().find(|(row, changed)| match tables.relations()[*row].sign {
        Sign::Zero => *changed != 0,
        Sign::AtMostZero => true_sum(*row) + changed > 0,
    });
    broken.map_or(Ok(()), |(row, _)| Err(Flaw::Breaks { witness: number, relation: row }))
}

/// Where the witnesses reach: which of them change a cell, and which cells that somebody may know.
#[derive(Debug)]
pub(super) struct Reach {
    /// By cell, the witnesses that change it, with the change.
    by_cell: Vec<Vec<(u32, i64)>>,
    /// Cells that somebody may know, changed by each witness, ascending.
    known: Vec<Vec<CellId>>,
}

impl Reach {
    pub fn of(tables: &LinkedTables, witnesses: &[Witness]) -> Self {
        let mut reach = Self { by_cell: vec![Vec::new(); tables.len()], known: Vec::with_capacity(witnesses.len()) };
        for witness in witnesses {
            reach.add(tables, witness);
        }
        reach
    }

    /// One witness more.
    pub fn add(&mut self, tables: &LinkedTables, witness: &Witness) {
        let number = self.known.len() as u32;
        for (cell, change) in &witness.changes {
            self.by_cell[cell.row()].push((number, *change));
        }
        self.known.push(witness.changes.iter().map(|c| c.0).filter(|c| tables.may_be_known(*c, 2)).collect());
    }

    /// A witness that hides an end of a cell from one who knows these cells: of several the one that changes fewest cells that may be known.
    pub fn witness(
        &self,
        tables: &LinkedTables,
        protection: Protection,
        knowledge: Knowledge,
        cell: CellId,
        end: End,
        known: &[CellId],
    ) -> Option<usize> {
        let to = match known {
            [] => wanted(tables, protection, knowledge, cell, end),
            known => wanted_of(tables, protection, cell, end, known),
        };
        let count = i64::from(tables.count(cell));
        let reaches = |change: i64| match end {
            End::Low => count + change <= i64::from(to),
            End::High => count + change >= i64::from(to),
        };
        let touches = |witness: u32| known.iter().any(|k| self.known[witness as usize].binary_search(k).is_ok());
        let hiding = self.by_cell[cell.row()].iter().filter(|(w, change)| reaches(*change) && !touches(*w));
        hiding.min_by_key(|(w, _)| self.known[*w as usize].len()).map(|(w, _)| *w as usize)
    }

    /// What somebody knows from whom an end of a cell is not hidden; `None` when it is hidden from everybody.
    pub fn unproven(
        &self,
        tables: &LinkedTables,
        protection: Protection,
        knowledge: Knowledge,
        cell: CellId,
        end: End,
    ) -> Option<[Option<CellId>; 2]> {
        let changes = &self.by_cell[cell.row()];
        let (count, records) = (tables.count(cell), knowledge.records());
        let reaches = |change: i64, to: u32| match end {
            End::Low => i64::from(count) + change <= i64::from(to),
            End::High => i64::from(count) + change >= i64::from(to),
        };
        let touches = |witness: u32, other: CellId| self.known[witness as usize].binary_search(&other).is_ok();
        let hidden_from = |known: &[CellId]| {
            let to = wanted_of(tables, protection, cell, end, known);
            tables.is_made_of(cell, known)
                || tables.is_within(cell, known)
                || reaches(0, to)
                || changes.iter().any(|(w, change)| reaches(*change, to) && !known.iter().any(|k| touches(*w, *k)))
        };
        let to = wanted(tables, protection, knowledge, cell, end);
        if reaches(0, to) {
            return None;
        }
        let reaching = changes.iter().filter(|(_, change)| reaches(*change, to));
        let Some((first, _)) = reaching.min_by_key(|(w, _)| self.known[*w as usize].len()) else { return Some([None; 2]) };
        // Who knows only cells that this witness leaves alone has it for a proof.
        for one in self.known[*first as usize].iter().filter(|c| **c != cell && tables.may_be_known(**c, records)) {
            if !hidden_from(&[*one]) {
                return Some([Some(*one), None]);
            }
            if records < 2 || !tables.may_be_known(*one, 1) {
                continue;
            }
            let to = wanted_of(tables, protection, cell, end, &[*one]);
            let Some((second, _)) = changes.iter().find(|(w, change)| reaches(*change, to) && !touches(*w, *one)) else { continue };
            let fellow = |c: &&CellId| **c != cell && tables.may_be_known(**c, 1) && tables.group(**c) == tables.group(*one);
            if let Some(two) = self.known[*second as usize].iter().filter(fellow).find(|two| !hidden_from(&[*one, **two])) {
                return Some([Some(*one), Some(*two)]);
            }
        }
        None
    }
}
