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
    /// Binary weights from each unit's neighbours; they are sorted, and a unit never neighbours itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a neighbour is not a row.
    pub fn from_lists<L: AsRef<[u32]>>(lists: &[L]) -> Result<Self> {
        let mut offsets = Vec::with_capacity(lists.len() + 1);
        let mut neighbors = Vec::new();
        offsets.push(0);
        for (row, list) in lists.iter().enumerate() {
            let start = neighbors.len();
            neighbors.extend(list.as_ref().iter().copied().filter(|n| *n as usize != row));
            if neighbors[start..].iter().any(|n| *n as usize >= lists.len()) {
                return Err(Error::OutOfRange { what: "neighbour", must: "a row of the table" });
            }
            neighbors[start..].sort_unstable();
            offsets.push(neighbors.len() as u32);
        }
        Ok(Self { offsets, neighbors, weights: None })
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
