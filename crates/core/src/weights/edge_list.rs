//! Weights from a table of links between ids.
//!
//! # Definition
//! An edge (from, to, weight) says what the unit *from* takes from the unit *to*: row *from* gets it. Give both directions for
//! symmetric weights, or take [`SpatialWeights::symmetric_union`]. An edge from a unit to itself is left out: whether a unit belongs to
//! its own neighbourhood is a choice of the statistic ([`super::SelfWeight`]). Units that no edge names are islands.
//!
//! # Pitfalls
//! Links in one direction only make weights that are not symmetric, which local statistics allow; say so where a file lists each
//! pair once. A weight is what a neighbour counts for, not a distance: give its inverse. Ids are compared as they stand (`E01 ` is
//! not `E01`).
//!
//! # Cost
//! A hash of the ids, then `O(e log e)` for e edges.

use super::SpatialWeights;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::hash::Hash;

/// Binary weights of the units `ids`, in their order, from edges (from, to); a repeated edge counts once.
///
/// # Errors
/// [`Error::Row`] with the row (from 0) and the rule when an id comes twice or an edge names no id of the table.
///
/// ```
/// use hotspot_core::weights::from_edges;
/// let weights = from_edges(&["E01", "E02", "E03"], [("E01", "E02"), ("E02", "E01")])?;
/// assert_eq!(weights.neighbors(0), [1]);
/// assert_eq!(weights.islands(), [2]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn from_edges<Id: Eq + Hash>(ids: &[Id], edges: impl IntoIterator<Item = (Id, Id)>) -> Result<SpatialWeights> {
    let row_of = rows(ids)?;
    let mut lists = vec![Vec::new(); ids.len()];
    for (row, (from, to)) in (0..).zip(edges) {
        let (from, to) = ends(&row_of, &from, &to, row)?;
        lists[from as usize].push(to);
    }
    SpatialWeights::from_lists(&lists)
}

/// Weights of the units `ids`, in their order, from edges (from, to, weight).
///
/// # Errors
/// [`Error::Row`] with the row (from 0) and the rule when an id comes twice, an edge names no id of the table or is repeated, or a
/// weight is not positive and finite.
///
/// ```
/// use hotspot_core::weights::from_weighted_edges;
/// let weights = from_weighted_edges(&[7, 8], [(7, 8, 0.25)])?;
/// assert_eq!((weights.neighbors(0), weights.weights(0)), (&[1][..], Some(&[0.25][..])));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn from_weighted_edges<Id: Eq + Hash>(ids: &[Id], edges: impl IntoIterator<Item = (Id, Id, f64)>) -> Result<SpatialWeights> {
    let row_of = rows(ids)?;
    let mut lists = vec![Vec::new(); ids.len()];
    let mut all: Vec<(u32, u32, u32)> = Vec::new();
    for (row, (from, to, weight)) in (0..).zip(edges) {
        let (from, to) = ends(&row_of, &from, &to, row)?;
        if !(weight > 0.0 && weight.is_finite()) {
            return Err(edge(row, "a weight is positive and finite"));
        }
        all.push((from, to, row));
        lists[from as usize].push((to, weight));
    }
    all.sort_unstable();
    if let Some(pair) = all.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1) && pair[0].0 != pair[0].1) {
        return Err(edge(pair[1].2, "an edge occurs once"));
    }
    SpatialWeights::from_weighted_lists(&lists)
}

fn rows<Id: Eq + Hash>(ids: &[Id]) -> Result<HashMap<&Id, u32>> {
    let mut row_of = HashMap::with_capacity(ids.len());
    for (row, id) in (0..).zip(ids) {
        if row_of.insert(id, row).is_some() {
            return Err(Error::Row { table: "units", row, rule: "an id occurs once" });
        }
    }
    Ok(row_of)
}

fn ends<Id: Eq + Hash>(row_of: &HashMap<&Id, u32>, from: &Id, to: &Id, row: u32) -> Result<(u32, u32)> {
    match (row_of.get(from), row_of.get(to)) {
        (Some(from), Some(to)) => Ok((*from, *to)),
        _ => Err(edge(row, "both ends are ids of the units")),
    }
}

const fn edge(row: u32, rule: &'static str) -> Error {
    Error::Row { table: "edges", row, rule }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_have_a_direction_and_oneself_is_left_out() {
        let weights = from_edges(&["a", "b", "c"], [("a", "c"), ("a", "a"), ("a", "c"), ("c", "b")]).unwrap();
        assert_eq!((weights.neighbors(0), weights.neighbors(1), weights.neighbors(2)), (&[2][..], &[][..], &[1][..]));
        let weighted = from_weighted_edges(&["a", "b"], [("b", "a", 2.0), ("b", "b", 1.0), ("b", "b", 1.0)]).unwrap();
        assert_eq!(weighted.weights(1), Some(&[2.0][..]));
    }

    #[test]
    fn a_row_that_cannot_be_used_is_named() {
        let rule = |result: Result<SpatialWeights>| match result {
            Err(Error::Row { table, row, rule }) => (table, row, rule),
            other => panic!("{other:?}"),
        };
        assert_eq!(rule(from_edges(&["a", "b", "a"], [])), ("units", 2, "an id occurs once"));
        assert_eq!(rule(from_edges(&["a", "b"], [("a", "b"), ("a", "x")])), ("edges", 1, "both ends are ids of the units"));
        let twice = [("a", "b", 1.0), ("b", "a", 1.0), ("a", "b", 2.0)];
        assert_eq!(rule(from_weighted_edges(&["a", "b"], twice)), ("edges", 2, "an edge occurs once"));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(rule(from_weighted_edges(&["a", "b"], [("a", "b", bad)])).2, "a weight is positive and finite");
        }
        assert!(from_edges::<&str>(&[], []).unwrap().is_empty());
    }
}
