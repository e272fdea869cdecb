//! What a reader with a solver finds out: the range of a cell, given everything published.
//!
//! The relations of the cells that are not shown are a linear programme. Its optimum is the range of somebody who allows for fractions of an
//! incident, which is at least as wide as that of one who does not; [`certificate`](super::certificate) proves the ranges of both.

use super::certificate::End;
use super::table::{CellId, LinkedTables, Shown, Sign};
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};
use std::collections::HashSet;

/// Cells that hang together through sums, and those sums.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    pub cells: Vec<CellId>,
    pub relations: Vec<usize>,
}

/// In which sums each cell is.
#[derive(Debug)]
pub(super) struct Sums(Vec<Vec<u32>>);

impl Sums {
    pub fn of(tables: &LinkedTables) -> Self {
        let mut sums = vec![Vec::new(); tables.len()];
        for (row, relation) in tables.relations().iter().enumerate() {
            relation.terms.iter().for_each(|(cell, _)| sums[cell.row()].push(row as u32));
        }
        Self(sums)
    }

    /// What hangs together with some cells through cells that can move, the nearest first and at most about so many; both lists ascending.
    /// Cells that are left out stand still.
    pub fn component(&self, tables: &LinkedTables, from: &[CellId], most: usize, moves: impl Fn(CellId) -> bool) -> Component {
        let (mut is_in, mut is_related) = (vec![false; tables.len()], vec![false; tables.relations().len()]);
        for cell in from {
            is_in[cell.row()] = true;
        }
        let mut cells = from.to_vec();
        let mut relations = Vec::new();
        let mut next = 0;
        while let Some(at) = cells.get(next) {
            next += 1;
            for row in self.0[at.row()].iter().map(|row| *row as usize) {
                if !std::mem::replace(&mut is_related[row], true) {
                    relations.push(row);
                    if cells.len() < most {
                        let terms = tables.relations()[row].terms.iter().map(|t| t.0);
                        cells.extend(terms.filter(|c| moves(*c) && !std::mem::replace(&mut is_in[c.row()], true)));
                    }
                }
            }
        }
        cells.sort_unstable();
        relations.sort_unstable();
        Component { cells, relations }
    }

    /// Takes cells apart into what hangs together.
    pub fn components(&self, tables: &LinkedTables, cells: &[CellId], moves: impl Fn(CellId) -> bool) -> Vec<Component> {
        let mut seen: HashSet<CellId> = HashSet::new();
        let mut found = Vec::new();
        for cell in cells {
            if !seen.contains(cell) {
                let component = self.component(tables, &[*cell], usize::MAX, &moves);
                seen.extend(&component.cells);
                found.push(component);
            }
        }
        found
    }

    /// The relations that a cell is in.
    pub fn of_cell(&self, cell: CellId) -> &[u32] {
        &self.0[cell.row()]
    }
}

/// Whether a reader does not know a cell.
pub(super) fn unknown(tables: &LinkedTables, cell: CellId) -> bool {
    tables.shown(cell) != Shown::Count
}

/// Nodes of a search for whole numbers.
const NODES: u64 = 500;

/// What a programme came to.
pub(super) enum Outcome {
    /// The best changes found, by cell.
    Best(Vec<(CellId, f64)>),
    /// There is no end to the gain.
    Endless,
    /// The solver came to no end.
    GaveUp,
}

/// A programme over changes to the true counts: it starts from a solution, the truth.
pub(super) struct Programme {
    problem: Problem,
    /// What is added to a cell, and what is taken.
    moves: Vec<(CellId, Variable, Option<Variable>)>,
}

/// How far a cell may move, and what a step costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Most that may be taken.
    pub down: u32,
    /// Most that may be added.
    pub up: Option<u32>,
    /// Gain of a step up and of a step down (costs are negative).
    pub gain: [f64; 2],
}

impl Programme {
    /// A programme over the cells of a component, in steps of so many; cells without room stand still. `changed` is what cells that stand still
    /// have added to a relation.
    pub fn over(
        tables: &LinkedTables,
        component: &Component,
        whole: bool,
        step: u32,
        changed: impl Fn(usize) -> i64,
        room: impl Fn(CellId) -> Option<Room>,
    ) -> Self {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut moves: Vec<(CellId, Variable, Option<Variable>)> = Vec::new();
        for cell in &component.cells {
            let Some(room) = room(*cell) else { continue };
            let mut add = |gain: f64, most: Option<u32>| {
                if whole {
                    let most = most.map_or(1_000, |m| i32::try_from(m).unwrap_or(i32::MAX));
                    problem.add_integer_var(gain, (0, most))
                } else {
                    problem.add_var(gain, (0.0, most.map_or(f64::INFINITY, f64::from)))
                }
            };
            let up = add(room.gain[0], room.up.map(|up| up / step));
            let down = (room.down >= step).then(|| add(room.gain[1], Some(room.down / step)));
            moves.push((*cell, up, down));
        }
        for row in &component.relations {
            let relation = &tables.relations()[*row];
            let mut terms: Vec<(Variable, f64)> = Vec::new();
            for (cell, factor) in &relation.terms {
                let Ok(at) = moves.binary_search_by_key(cell, |(cell, ..)| *cell) else { continue };
                let (_, up, down) = moves[at];
                terms.push((up, f64::from(*factor)));
                terms.extend(down.map(|down| (down, -f64::from(*factor))));
            }
            if terms.is_empty() {
                continue;
            }
            let changed = changed(*row);
            match relation.sign {
                Sign::Zero => problem.add_constraint(&terms, ComparisonOp::Eq, -changed as f64),
                Sign::AtMostZero => {
                    let slack = -relation.sum_of(tables) - changed;
                    problem.add_constraint(&terms, ComparisonOp::Le, slack.div_euclid(i64::from(step)) as f64);
                }
            }
        }
        Self { problem, moves }
    }

    /// The best changes, by cell.
    pub fn solve(&self) -> Outcome {
        // A count of nodes and no time: the same everywhere.
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        let solution = match self.problem.solve_with(options) {
            Ok(SolveOutcome::Solution(solution)) => solution,
            Err(Error::Unbounded) => return Outcome::Endless,
            Ok(SolveOutcome::Interrupted(_)) | Err(_) => return Outcome::GaveUp,
        };
        let value = |variable: Variable| solution.var_value(variable);
        Outcome::Best(self.moves.iter().map(|(cell, up, down)| (*cell, value(*up) - down.map_or(0.0, value))).collect())
    }
}

/// Cells among which a reader looks first: near the one that he asks for.
const NEAR: usize = 400;

/// Somebody with a solver, who reads what is published.
#[derive(Debug)]
pub struct Reader<'a> {
    tables: &'a LinkedTables,
    sums: Sums,
}

impl<'a> Reader<'a> {
    /// A reader of these tables.
    pub fn of(tables: &'a LinkedTables) -> Self {
        Self { tables, sums: Sums::of(tables) }
    }

    /// The least and the most that a cell can be for whoever knows everything published and, of these cells, their counts; no most when there
    /// is none. `None` when the solver gave up.
    pub fn range(&self, cell: CellId, known: &[CellId]) -> Option<(f64, Option<f64>)> {
        let [low, high] = [End::Low, End::High].map(|end| self.end(cell, known, end, None, usize::MAX));
        Some((low??, high?))
    }

    /// How far a cell can be from its count towards two counts, for the same reader: as far as these or, when he excludes one of them, less. He
    /// looks near the cell first, where all else stands still: what is possible there is possible.
    pub fn reaches(&self, cell: CellId, known: &[CellId], wanted: [u32; 2]) -> Option<[f64; 2]> {
        let count = self.tables.count(cell);
        let reach = |end: End, to: u32| {
            let is_there = match end {
                End::Low => count <= to,
                End::High => count >= to,
            };
            if is_there {
                return Some(f64::from(to));
            }
            let far = count.abs_diff(to);
            let near = self.end(cell, known, end, Some(far), NEAR).flatten().filter(|at| (at - f64::from(to)).abs() < 1e-6);
            near.or_else(|| self.end(cell, known, end, Some(far), usize::MAX).flatten())
        };
        Some([reach(End::Low, wanted[0])?, reach(End::High, wanted[1])?])
    }

    /// One end of a cell's range, no further than so far from its count, with only so many cells around it moving: `None` when the solver gave
    /// up, nothing within when there is no end.
    #[expect(clippy::option_option, reason = "no answer, and no end")]
    fn end(&self, cell: CellId, known: &[CellId], end: End, far: Option<u32>, most: usize) -> Option<Option<f64>> {
        let tables = self.tables;
        let moves = |c: CellId| unknown(tables, c) && (c == cell || !known.contains(&c));
        if !moves(cell) {
            return Some(Some(f64::from(tables.count(cell))));
        }
        let component = self.sums.component(tables, &[cell], most, moves);
        let sign = if end == End::Low { -1.0 } else { 1.0 };
        let programme = Programme::over(
            tables,
            &component,
            false,
            1,
            |_| 0,
            |other| {
                let (low, high) = tables.range(other);
                let count = tables.count(other);
                let (down, up) = (count - low, high.map(|h| h - count));
                Some(if other == cell {
                    let far = far.unwrap_or(u32::MAX);
                    let up = up.map_or((far < u32::MAX).then_some(far), |up| Some(up.min(far)));
                    Room { down: down.min(far), up, gain: [sign, -sign] }
                } else {
                    Room { down, up, gain: [0.0; 2] }
                })
            },
        );
        match programme.solve() {
            Outcome::Best(changes) => {
                let change = changes.iter().find(|(c, _)| *c == cell).map_or(0.0, |(_, change)| *change);
                Some(Some(f64::from(tables.count(cell)) + change))
            }
            Outcome::Endless => Some(None),
            Outcome::GaveUp => None,
        }
    }
}
