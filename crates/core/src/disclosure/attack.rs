//! What a reader with a solver finds out: the range of a cell, given everything published.
//!
//! The relations of the cells that are not shown are a linear programme. Its optimum is the range of somebody who allows for fractions of an
//! incident, which is at least as wide as that of one who does not; [`certificate`](super::certificate) proves the ranges of both.

use super::table::{CellId, LinkedTables, Shown, Sign};
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};
use std::collections::{HashMap, HashSet, VecDeque};

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

    /// What hangs together with a cell through cells that can move, the nearest first and at most so many; both lists ascending. Cells that are
    /// left out stand still.
    pub fn component(&self, tables: &LinkedTables, cell: CellId, most: usize, moves: impl Fn(CellId) -> bool) -> Component {
        let (mut cells, mut relations) = (HashSet::from([cell]), HashSet::new());
        let mut next = VecDeque::from([cell]);
        while let Some(at) = next.pop_front() {
            for row in &self.0[at.row()] {
                if relations.insert(*row) && cells.len() < most {
                    let terms = tables.relations()[*row as usize].terms.iter().map(|t| t.0);
                    next.extend(terms.filter(|c| moves(*c) && cells.insert(*c)));
                }
            }
        }
        let mut component =
            Component { cells: cells.into_iter().collect(), relations: relations.into_iter().map(|r| r as usize).collect() };
        component.cells.sort_unstable();
        component.relations.sort_unstable();
        component
    }

    /// Takes cells apart into what hangs together.
    pub fn components(&self, tables: &LinkedTables, cells: &[CellId], moves: impl Fn(CellId) -> bool) -> Vec<Component> {
        let mut seen: HashSet<CellId> = HashSet::new();
        let mut found = Vec::new();
        for cell in cells {
            if !seen.contains(cell) {
                let component = self.component(tables, *cell, usize::MAX, &moves);
                seen.extend(&component.cells);
                found.push(component);
            }
        }
        found
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
    /// A programme over the cells of a component, in steps of so many; cells without room stand still.
    pub fn over(
        tables: &LinkedTables,
        component: &Component,
        whole: bool,
        step: u32,
        room: impl Fn(CellId) -> Option<Room>,
    ) -> Self {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut moves = Vec::new();
        let mut at: HashMap<CellId, usize> = HashMap::new();
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
            at.insert(*cell, moves.len());
            moves.push((*cell, up, down));
        }
        for row in &component.relations {
            let relation = &tables.relations()[*row];
            let mut terms: Vec<(Variable, f64)> = Vec::new();
            for (cell, factor) in &relation.terms {
                let Some(at) = at.get(cell) else { continue };
                let (_, up, down) = moves[*at];
                terms.push((up, f64::from(*factor)));
                terms.extend(down.map(|down| (down, -f64::from(*factor))));
            }
            if terms.is_empty() {
                continue;
            }
            match relation.sign {
                Sign::Zero => problem.add_constraint(&terms, ComparisonOp::Eq, 0.0),
                Sign::AtMostZero => {
                    let count = |(cell, factor): &(CellId, i32)| i64::from(*factor) * i64::from(tables.count(*cell));
                    let slack = -relation.terms.iter().map(count).sum::<i64>();
                    problem.add_constraint(&terms, ComparisonOp::Le, (slack / i64::from(step)) as f64);
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

/// The least and the most that a cell can be for whoever knows everything published and, of these cells, their counts; no most when there is
/// none. `None` when the solver gave up.
pub fn range(tables: &LinkedTables, cell: CellId, known: &[CellId]) -> Option<(f64, Option<f64>)> {
    let known: HashSet<CellId> = known.iter().copied().collect();
    let moves = |c: CellId| unknown(tables, c) && (c == cell || !known.contains(&c));
    if !moves(cell) {
        let count = f64::from(tables.count(cell));
        return Some((count, Some(count)));
    }
    let component = Sums::of(tables).component(tables, cell, usize::MAX, moves);
    let end = |sign: f64| {
        let programme = Programme::over(tables, &component, false, 1, |other| {
            let (low, high) = tables.range(other);
            let gain = if other == cell { [sign, -sign] } else { [0.0; 2] };
            let count = tables.count(other);
            Some(Room { down: count - low, up: high.map(|h| h - count), gain })
        });
        match programme.solve() {
            Outcome::Best(changes) => {
                let change = changes.iter().find(|(c, _)| *c == cell).map_or(0.0, |(_, change)| *change);
                Some(Some(f64::from(tables.count(cell)) + change))
            }
            Outcome::Endless => Some(None),
            Outcome::GaveUp => None,
        }
    };
    Some((end(-1.0)??, end(1.0)?))
}
