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
///
/// Weights need not be symmetric: row `i` says what `i` takes from its neighbours.
///
/// ```
/// use hotspot_core::weights::SpatialWeights;
/// // Three units in a line.
/// let line = SpatialWeights::from_lists(&[vec![1], vec![2, 0], vec![1]])?;
/// assert_eq!(line.neighbors(1), [0, 2]);
/// assert_eq!(line.weights(1), None, "binary");
/// assert_eq!(line.row_standardized().weights(1), Some(&[0.5, 0.5][..]));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
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

    /// Whether each unit gives every neighbour the weight that it gets from it.
    pub fn is_symmetric(&self) -> bool {
        let weight = |row: usize, place: usize| self.weights(row).map_or(1.0, |w| w[place]);
        (0..self.len()).all(|row| {
            self.neighbors(row).iter().enumerate().all(|(place, n)| {
                let back = self.neighbors(*n as usize).binary_search(&(row as u32));
                back.is_ok_and(|b| weight(*n as usize, b) == weight(row, place))
            })
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn neighbours_are_sorted_once_each_and_never_oneself() {
        let w = SpatialWeights::from_lists(&[vec![2, 1, 0, 2], vec![0], vec![]]).unwrap();
        assert_eq!(w.neighbors(0), [1, 2]);
        assert_eq!(w.neighbors(2), [0u32; 0]);
        assert!(!w.is_symmetric(), "2 does not name 0");
        assert_eq!(w.len(), 3);
        assert!(SpatialWeights::default().is_empty());
    }

    #[test]
    fn a_neighbour_beyond_the_table_is_refused() {
        let beyond = Error::OutOfRange { what: "neighbour", must: "a row of the table" };
        assert_eq!(SpatialWeights::from_lists(&[vec![1], vec![2]]), Err(beyond.clone()));
        assert_eq!(SpatialWeights::from_weighted_lists(&[vec![(1, 1.0)], vec![(2, 1.0)]]), Err(beyond));
    }

    #[test]
    fn weights_keep_to_their_neighbours() {
        let w = SpatialWeights::from_weighted_lists(&[vec![(1, 2.0)], vec![(2, 0.5), (1, 9.0), (0, 2.0)], vec![]]).unwrap();
        assert_eq!((w.neighbors(1), w.weights(1)), (&[0, 2][..], Some(&[2.0, 0.5][..])));
        assert_eq!((w.neighbors(2), w.weights(2)), (&[][..], Some(&[][..])));
    }

    #[test]
    fn weights_that_mean_nothing_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            assert!(SpatialWeights::from_weighted_lists(&[vec![(1, bad)], vec![]]).is_err());
        }
        assert!(SpatialWeights::from_weighted_lists(&[vec![(1, 1.0), (1, 1.0)], vec![]]).is_err());
    }

    fn lists(edges: impl IntoIterator<Item = (u32, u32, f64)>) -> Vec<Vec<(u32, f64)>> {
        let mut lists = vec![Vec::new(); 20];
        for (from, to, weight) in edges {
            lists[from as usize].push((to, weight));
        }
        lists
    }

    fn edges() -> impl Strategy<Value = BTreeMap<(u32, u32), f64>> {
        prop::collection::btree_map((0u32..20, 0u32..20), 0.01f64..9.0, 0..80)
    }

    proptest! {
        #[test]
        fn standardised_rows_add_up_to_one(edges in edges()) {
            let weights = SpatialWeights::from_weighted_lists(&lists(edges.iter().map(|((a, b), w)| (*a, *b, *w)))).unwrap();
            let standard = weights.row_standardized();
            for row in 0..20 {
                prop_assert_eq!(weights.neighbors(row), standard.neighbors(row));
                prop_assert!(weights.neighbors(row).windows(2).all(|w| w[0] < w[1]));
                prop_assert!(!weights.neighbors(row).contains(&(row as u32)));
                let sum: f64 = standard.weights(row).unwrap().iter().sum();
                prop_assert!(weights.neighbors(row).is_empty() || (sum - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn edges_given_both_ways_are_symmetric(edges in edges()) {
            let up = edges.iter().filter(|((a, b), _)| a < b);
            let both = up.flat_map(|((a, b), w)| [(*a, *b, *w), (*b, *a, *w)]);
            prop_assert!(SpatialWeights::from_weighted_lists(&lists(both)).unwrap().is_symmetric());
        }
    }
}
