//! Which units are neighbours.

use crate::error::{Error, Result};

/// Whether a unit is its own neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfWeight {
    /// Included: Gi*.
    Included,
    /// Excluded: Gi.
    Excluded,
}

/// Neighbours of each unit, without the unit itself, in compressed rows; binary unless weights are given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpatialWeights {
    offsets: Vec<u32>,
    neighbors: Vec<u32>,
    weights: Option<Vec<f64>>,
}

impl SpatialWeights {
    /// Binary weights from each unit's neighbours; they are sorted, each counts once, and a unit never neighbours itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a neighbour is not a row.
    pub fn from_lists<L: AsRef<[u32]>>(lists: &[L]) -> Result<Self> {
        let mut offsets = Vec::with_capacity(lists.len() + 1);
        let mut neighbors = Vec::new();
        let mut of_row: Vec<u32> = Vec::new();
        offsets.push(0);
        for (row, list) in lists.iter().enumerate() {
            of_row.clear();
            of_row.extend(list.as_ref().iter().copied().filter(|n| *n as usize != row));
            of_row.sort_unstable();
            of_row.dedup();
            if of_row.last().is_some_and(|n| *n as usize >= lists.len()) {
                return Err(Error::OutOfRange { what: "neighbour", must: "a row of the table" });
            }
            neighbors.extend_from_slice(&of_row);
            offsets.push(neighbors.len() as u32);
        }
        Ok(Self { offsets, neighbors, weights: None })
    }

    /// Weights from each unit's neighbours and their weights; they are sorted by neighbour, and a unit never neighbours itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a neighbour is not a row or comes twice, or a weight is not positive and finite.
    pub fn from_weighted_lists<L: AsRef<[(u32, f64)]>>(lists: &[L]) -> Result<Self> {
        let mut offsets = Vec::with_capacity(lists.len() + 1);
        let mut neighbors = Vec::new();
        let mut weights = Vec::new();
        let mut of_row: Vec<(u32, f64)> = Vec::new();
        offsets.push(0);
        for (row, list) in lists.iter().enumerate() {
            of_row.clear();
            of_row.extend(list.as_ref().iter().copied().filter(|(n, _)| *n as usize != row));
            of_row.sort_unstable_by_key(|(n, _)| *n);
            if of_row.last().is_some_and(|(n, _)| *n as usize >= lists.len()) {
                return Err(Error::OutOfRange { what: "neighbour", must: "a row of the table" });
            }
            if of_row.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(Error::OutOfRange { what: "neighbour", must: "named once for each unit" });
            }
            if of_row.iter().any(|(_, w)| !(*w > 0.0 && w.is_finite())) {
                return Err(Error::OutOfRange { what: "weight", must: "positive and finite" });
            }
            neighbors.extend(of_row.iter().map(|(n, _)| n));
            weights.extend(of_row.iter().map(|(_, w)| w));
            offsets.push(neighbors.len() as u32);
        }
        Ok(Self { offsets, neighbors, weights: Some(weights) })
    }

    /// The same neighbours with the weights of each unit divided by their sum; a unit without neighbours stays so.
    #[must_use]
    pub fn row_standardized(&self) -> Self {
        let mut weights = self.weights.clone().unwrap_or_else(|| vec![1.0; self.neighbors.len()]);
        for row in 0..self.len() {
            let of_row = &mut weights[self.offsets[row] as usize..self.offsets[row + 1] as usize];
            let sum: f64 = of_row.iter().sum();
            for weight in of_row {
                *weight /= sum;
            }
        }
        Self { offsets: self.offsets.clone(), neighbors: self.neighbors.clone(), weights: Some(weights) }
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there is no unit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Neighbours of a unit, ascending.
    pub fn neighbors(&self, row: usize) -> &[u32] {
        &self.neighbors[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// Weights of [`Self::neighbors`]; `None` when every weight is 1.
    pub fn weights(&self, row: usize) -> Option<&[f64]> {
        self.weights.as_ref().map(|w| &w[self.offsets[row] as usize..self.offsets[row + 1] as usize])
    }
}
