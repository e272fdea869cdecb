//! Which units are neighbours.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | H3 cells a few steps apart | [`h3_disks`] | `libpysal.graph.Graph.build_h3`, `h3.grid_disk` |
//! | points within so many metres | [`distance_band`] | `build_distance_band`, `spdep::dnearneigh`, "fixed distance band" (ArcGIS) |
//! | the nearest so many points | [`k_nearest`] | `build_knn`, `spdep::knearneigh` |
//! | polygons that share a border or a corner | [`crate::areas::AreaLayer::contiguity`] | queen and rook: `build_contiguity`, `spdep::poly2nb` |
//! | a table of links | [`from_edges`], [`from_weighted_edges`] | `build_W`, GAL and GWT files |
//! | not across the river | [`Barriers`] | barrier features |
//! | both directions | [`SpatialWeights::symmetric_union`] | `spdep::make.sym.nb` |
//! | weights that add up to one | [`SpatialWeights::row_standardized`] | `transform="R"` (PySAL), `style="W"` (spdep) |
//! | units without neighbours | [`SpatialWeights::islands`] | islands, isolates |

mod barrier;
mod distance;
mod edge_list;
mod h3;
#[cfg(test)]
mod tests;

pub use barrier::{Barriers, Cut, Gap};
pub use distance::{distance_band, k_nearest};
pub use edge_list::{from_edges, from_weighted_edges};
pub use h3::h3_disks;
pub(crate) use h3::lattice_coordinates;

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
    /// [`Error::OutOfRange`] when a neighbour is not a row, or there are 2³² links or more.
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
            offsets.push(end_of_row(neighbors.len())?);
        }
        Ok(Self { offsets, neighbors, weights: None })
    }

    /// Weights from each unit's neighbours and their weights; they are sorted by neighbour, and a unit never neighbours itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a neighbour is not a row or comes twice, a weight is not positive and finite, or there are 2³²
    /// links or more.
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
            offsets.push(end_of_row(neighbors.len())?);
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

    /// The links of both directions: i neighbours j when it did or j neighboured i, with the larger of the two weights.
    ///
    /// ```
    /// use hotspot_core::weights::k_nearest;
    /// let nearest = k_nearest(&[[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]], 1)?;
    /// assert!(!nearest.is_symmetric());
    /// assert_eq!(nearest.symmetric_union()?.neighbors(1), [0, 2]);
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when there would be 2³² links or more.
    pub fn symmetric_union(&self) -> Result<Self> {
        // Sorted by row already, so those that come back to a row are ascending too.
        let mut back: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.len()];
        for row in 0..self.len() {
            for (place, n) in self.neighbors(row).iter().enumerate() {
                back[*n as usize].push((row as u32, self.weights(row).map_or(1.0, |w| w[place])));
            }
        }
        let mut offsets = vec![0];
        let (mut neighbors, mut weights) = (Vec::new(), Vec::new());
        let mut of_row: Vec<(u32, f64)> = Vec::new();
        for (row, back) in back.iter().enumerate() {
            of_row.clear();
            let weight = |place: usize| self.weights(row).map_or(1.0, |w| w[place]);
            of_row.extend(self.neighbors(row).iter().enumerate().map(|(place, n)| (*n, weight(place))));
            of_row.extend_from_slice(back);
            of_row.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            of_row.dedup_by_key(|(n, _)| *n);
            neighbors.extend(of_row.iter().map(|(n, _)| *n));
            weights.extend(of_row.iter().map(|(_, w)| *w));
            offsets.push(end_of_row(neighbors.len())?);
        }
        Ok(Self { offsets, neighbors, weights: self.weights.is_some().then_some(weights) })
    }

    /// Units without neighbours, ascending.
    pub fn islands(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|row| self.neighbors(*row as usize).is_empty()).collect()
    }

    /// Number of links, each direction counted.
    pub const fn links(&self) -> usize {
        self.neighbors.len()
    }

    /// Most neighbours that a unit has; 0 without units.
    pub fn largest_degree(&self) -> usize {
        self.offsets.windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0)
    }

    /// Whether the weights within each row are equal: binary, or row-standardised with any number of neighbours. The condition of
    /// exact permutation inference.
    pub fn are_equal_within_rows(&self) -> bool {
        self.weights.is_none() || (0..self.len()).all(|row| self.weights(row).is_none_or(|w| w.iter().all(|v| *v == w[0])))
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

/// The offset at the end of a row, when so many links are there.
fn end_of_row(links: usize) -> Result<u32> {
    u32::try_from(links).map_err(|_too_many| Error::OutOfRange { what: "links", must: "fewer than 2³² in all" })
}
