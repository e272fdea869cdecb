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
//! What was proven before stays so: a witness of an earlier release needs but the cells that hang on it by what is new, and these are looked for
//! with all else as it is ([`protect_after`]). Where there are none, it is left out, and what it proved is proven anew. Witnesses that nothing
//! needs are left out as well.
//!
//! A band tells something too. Where all that a small hotspot lies in are areas with figures of their own, "below 5 in a year" says that none of
//! their quarters is 5, which is what must stay possible: such a band is not told, as if there were nothing to tell.
//!
//! What was published before cannot be hidden. When a cell cannot be protected without, nothing may be released.

use super::attack::{Component, Outcome, Programme, Room, Sums, unknown};
use super::certificate::{Certificate, End, Flaw, Knowledge, Reach, Witness, wanted, wanted_of};
use super::table::{CellId, LinkedTables, Protection, Shown, Sign, Standing};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// Gain of one step of a cell that is looked at, where cells that are shown may be hidden: more than hiding any.
const AT_ANY_PRICE: f64 = 1e6;
/// The same where many cells are looked at together: worth some cells hidden, not all.
const AT_A_PRICE: f64 = 2.0;
/// Price of a step of a cell that is hidden anyway: witnesses change few cells.
const STEP: f64 = 1e-3;
/// Cells in which a witness of one cell is looked for: near it, then everywhere.
const NEAR: [usize; 3] = [400, 4_000, usize::MAX];
/// Programmes that move many cells of a component at once.
const SWEEPS: usize = 12;

/// A small cell cannot be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "its count is small, and {}, whatever else is hidden",
    match (published, end) {
        (true, End::Low) => "what was published before says that it is no lower",
        (true, End::High) => "what was published before says that it is no higher",
        (false, End::Low) => "no table was found in which it is lower",
        (false, End::High) => "no table was found in which it is higher",
    }
)]
pub struct CannotProtect {
    /// The cell.
    pub cell: CellId,
    /// The end of its range that is not open.
    pub end: End,
    /// Whether anything was published before, which cannot be hidden any more.
    pub published: bool,
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
    protect_after(tables, protection, knowledge, &Earlier::default())
}

/// What was proven when less was published.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Its witnesses, over the cells as they are numbered now.
    pub witnesses: Vec<Witness>,
    /// Rows of the cells that were not there: from one to another, twice.
    pub new: [Range<usize>; 2],
}

/// [`protect`], where most is proven already: an earlier witness is one still when the new cells that hang on its cells can follow.
///
/// # Errors
/// [`CannotProtect`].
pub fn protect_after(
    tables: &mut LinkedTables,
    protection: Protection,
    knowledge: Knowledge,
    earlier: &Earlier,
) -> Result<Certificate, CannotProtect> {
    let certificate = Certificate { protection, knowledge: Knowledge::Published, witnesses: Vec::new() };
    let mut search = Search { certificate, reach: Reach::of(tables, &[]), sums: Sums::of(tables) };
    for witness in &earlier.witnesses {
        if let Some(witness) = search.followed(tables, witness, &earlier.new) {
            search.add(tables, witness);
        }
    }
    search.sweep(tables, Hold::Nothing, Price::Free);
    search.sweep(tables, Hold::Nothing, Price::Some);
    search.one_by_one(tables)?;
    if knowledge != Knowledge::Published {
        search.certificate.knowledge = knowledge;
        search.sweep(tables, Hold::Known, Price::Free);
        search.one_by_one(tables)?;
    }
    Ok(search.needed(tables))
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
    /// The same, and cells may leave bands that were not told before: these are not told then.
    AnyAndBands,
}

impl Price {
    const fn gain(self) -> f64 {
        match self {
            Self::Free => 1.0,
            Self::Some => AT_A_PRICE,
            Self::Any | Self::AnyAndBands => AT_ANY_PRICE,
        }
    }

    /// Whether a cell may be otherwise than what is shown of it now says, at its weight.
    fn may_change(self, tables: &LinkedTables, cell: CellId) -> bool {
        let changes = match tables.shown(cell) {
            Shown::Count => self != Self::Free,
            Shown::Band { .. } => self == Self::AnyAndBands,
            Shown::Nothing => false,
        };
        changes && tables.standing(cell) == Standing::Open
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

    /// An earlier witness, with what the new cells must be for it to be one; `None` when they cannot.
    fn followed(&self, tables: &LinkedTables, witness: &Witness, new: &[Range<usize>]) -> Option<Witness> {
        if witness.changes.iter().any(|(cell, _)| cell.row() >= tables.len() || new.iter().any(|rows| rows.contains(&cell.row()))) {
            return None;
        }
        let mut changed: BTreeMap<usize, i64> = BTreeMap::new();
        for (cell, change) in &witness.changes {
            for row in self.sums.of_cell(*cell).iter().map(|row| *row as usize) {
                let factor = tables.relations()[row].terms.iter().find(|t| t.0 == *cell).map_or(0, |t| t.1);
                *changed.entry(row).or_default() += i64::from(factor) * change;
            }
        }
        let is_broken = |(row, changed): &(&usize, &i64)| {
            let relation = &tables.relations()[**row];
            match relation.sign {
                Sign::Zero => **changed != 0,
                Sign::AtMostZero => relation.sum_of(tables) + **changed > 0,
            }
        };
        let broken: Vec<usize> = changed.iter().filter(is_broken).map(|(row, _)| *row).collect();
        if broken.is_empty() {
            return Some(witness.clone());
        }
        let may_follow = |cell: CellId| unknown(tables, cell) && new.iter().any(|rows| rows.contains(&cell.row()));
        let terms = broken.iter().flat_map(|row| tables.relations()[*row].terms.iter().map(|t| t.0));
        let from: BTreeSet<CellId> = terms.filter(|cell| may_follow(*cell)).collect();
        let from: Vec<CellId> = from.into_iter().collect();
        let part = self.sums.component(tables, &from, usize::MAX, may_follow);
        if broken.iter().any(|row| part.relations.binary_search(row).is_err()) {
            return None;
        }
        let changed_by = |row: usize| changed.get(&row).copied().unwrap_or_default();
        let programme = Programme::over(tables, &part, false, 1, changed_by, |cell| {
            let (low, high) = tables.range(cell);
            let count = tables.count(cell);
            let cost = if tables.may_be_known(cell, 2) { 1.0 } else { STEP };
            Some(Room { down: count - low, up: high.map(|h| h - count), gain: [-cost; 2] })
        });
        let Outcome::Best(mut changes) = programme.solve() else { return None };
        changes.extend(witness.changes.iter().map(|(cell, change)| (*cell, *change as f64)));
        whole(&changes)
    }

    /// Moves many cells at once, component by component, as long as that proves something.
    fn sweep(&mut self, tables: &mut LinkedTables, hold: Hold, price: Price) {
        let mut open = self.open(tables);
        for _ in 0..SWEEPS {
            if open.is_empty() {
                return;
            }
            let movable = |cell| unknown(tables, cell) || price.may_change(tables, cell);
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
                    let changes = self.changes(tables, part, end, targets, &[], held, price, Numbers::InSteps(1));
                    found.extend(changes.and_then(|changes| whole(&changes)));
                }
            }
            for witness in found {
                self.add(tables, witness);
            }
            let before = open.len();
            open.retain(|(cell, end, _)| self.is_open(tables, *cell, *end));
            if open.len() == before {
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
                let found = self.by_itself(tables, cell, end, &known);
                let published = tables.cells().any(|c| tables.standing(c) == Standing::Published);
                self.add(tables, found.ok_or(CannotProtect { cell, end, published })?);
            }
        }
    }

    /// A witness of one cell for one who knows these: with what is hidden, else with more hidden, else without some band.
    fn by_itself(&self, tables: &LinkedTables, cell: CellId, end: End, known: &[CellId]) -> Option<Witness> {
        for prices in [&[Price::Free][..], &[Price::Any, Price::AnyAndBands]] {
            let movable = |c| unknown(tables, c) || prices[0].may_change(tables, c);
            for most in NEAR {
                let part = self.sums.component(tables, &[cell], most, movable);
                let of_use = |price: &Price| {
                    let has_band = |c: &CellId| matches!(tables.shown(*c), Shown::Band { .. }) && price.may_change(tables, *c);
                    *price != Price::AnyAndBands || part.cells.iter().any(has_band)
                };
                let mut found =
                    prices.iter().filter(|p| of_use(p)).filter_map(|p| self.within(tables, &part, cell, end, known, *p));
                if let Some(witness) = found.next() {
                    return Some(witness);
                }
                if part.cells.len() < most {
                    break;
                }
            }
        }
        None
    }

    /// A witness of one cell for one who knows these, in which nothing moves but a part of the tables.
    fn within(
        &self,
        tables: &LinkedTables,
        part: &Component,
        cell: CellId,
        end: End,
        known: &[CellId],
        price: Price,
    ) -> Option<Witness> {
        let ways = [Numbers::InSteps(1), Numbers::InSteps(2), Numbers::InSteps(3), Numbers::InSteps(4), Numbers::Whole];
        // What he knows whom it is not hidden from stands still and, better, everything that anybody may know.
        let mut holds =
            if self.certificate.knowledge == Knowledge::Published { vec![Hold::Nothing] } else { vec![Hold::Known, Hold::Nothing] };
        let stands = |hold: Hold, c: CellId| known.contains(&c) || (hold == Hold::Known && c != cell && tables.may_be_known(c, 2));
        let far = f64::from(self.far(tables, cell, end, known));
        let targets = HashSet::from([cell]);
        for numbers in ways {
            for hold in holds.clone() {
                let changes = self.changes(tables, part, end, &targets, known, |c| stands(hold, c), price, numbers);
                let change = changes.iter().flatten().find(|(c, _)| *c == cell).map_or(0.0, |(_, change)| change.abs());
                if change < far - 1e-6 && numbers == Numbers::InSteps(1) {
                    // What cannot go that far in fractions cannot in whole numbers.
                    holds.retain(|h| *h != hold);
                } else if change >= far - 1e-6
                    && let Some(witness) = changes.and_then(|changes| whole(&changes))
                {
                    return Some(witness);
                }
            }
        }
        None
    }

    /// The certificate without the witnesses that it does not need: so that it is soon read, and soon carried on.
    fn needed(self, tables: &LinkedTables) -> Certificate {
        let Certificate { protection, knowledge, witnesses } = self.certificate;
        let mut kept = Reach::of(tables, &[]);
        let mut is_kept = vec![false; witnesses.len()];
        for cell in tables.cells().filter(|cell| tables.is_sensitive(*cell)) {
            for end in [End::Low, End::High] {
                while let Some(known) = kept.unproven(tables, protection, knowledge, cell, end) {
                    let known: Vec<CellId> = known.into_iter().flatten().collect();
                    let number = self.reach.witness(tables, protection, knowledge, cell, end, &known).expect("all is proven");
                    is_kept[number] = true;
                    kept.add(tables, &witnesses[number]);
                }
            }
        }
        let witnesses = witnesses.into_iter().zip(is_kept).filter(|(_, kept)| *kept).map(|(witness, _)| witness).collect();
        Certificate { protection, knowledge, witnesses }
    }

    fn is_open(&self, tables: &LinkedTables, cell: CellId, end: End) -> bool {
        let Certificate { protection, knowledge, .. } = self.certificate;
        self.reach.unproven(tables, protection, knowledge, cell, end).is_some()
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

    /// What is added to the counts in a table in which these cells are lower, or higher, as many as can be; maybe fractions.
    #[expect(clippy::too_many_arguments, reason = "what is asked of one programme; nowhere else")]
    fn changes(
        &self,
        tables: &LinkedTables,
        part: &Component,
        end: End,
        targets: &HashSet<CellId>,
        known: &[CellId],
        held: impl Fn(CellId) -> bool,
        price: Price,
        numbers: Numbers,
    ) -> Option<Vec<(CellId, f64)>> {
        let step = if let Numbers::InSteps(step) = numbers { step } else { 1 };
        let programme = Programme::over(
            tables,
            part,
            numbers == Numbers::Whole,
            step,
            |_| 0,
            |cell| {
                if held(cell) {
                    return None;
                }
                let count = tables.count(cell);
                let at_a_price = price.may_change(tables, cell);
                let (low, high) = if at_a_price { (0, None) } else { tables.range(cell) };
                let cost = if at_a_price { tables.weight(cell) } else { STEP };
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
            },
        );
        let Outcome::Best(changes) = programme.solve() else { return None };
        Some(changes.into_iter().map(|(cell, change)| (cell, change * f64::from(step))).collect())
    }

    /// Keeps a witness; what is shown of a cell, and is otherwise in it, is hidden.
    fn add(&mut self, tables: &mut LinkedTables, witness: Witness) {
        for (cell, change) in &witness.changes {
            let (low, high) = tables.range(*cell);
            let otherwise = i64::from(tables.count(*cell)) + change;
            if otherwise < i64::from(low) || high.is_some_and(|high| otherwise > i64::from(high)) {
                tables.hide(*cell);
            }
        }
        self.reach.add(tables, &witness);
        self.certificate.witnesses.push(witness);
    }
}

/// Changes as a witness; `None` when there are none, or some are no whole numbers.
fn whole(changes: &[(CellId, f64)]) -> Option<Witness> {
    if changes.iter().any(|(_, change)| (change - change.round()).abs() > 1e-6) {
        return None;
    }
    let whole = changes.iter().map(|(cell, change)| (*cell, change.round() as i64));
    let mut changes: Vec<(CellId, i64)> = whole.filter(|(_, change)| *change != 0).collect();
    changes.sort_unstable_by_key(|(cell, _)| *cell);
    (!changes.is_empty()).then_some(Witness { changes })
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
