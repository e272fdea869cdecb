//! Neighbours by distance: all within a band, or the k nearest.
//!
//! # Definition
//! Points are in metres in the plane (easting, northing); degrees would make a band an ellipse whose size depends on the latitude.
//!
//! * [`distance_band`]: all other points at most the band away, the edge included. Symmetric. A point without any is an island.
//! * [`k_nearest`]: the k nearest other points; of those equally far the first in the order of rows, so that the answer does not
//!   depend on how the index was built. Not symmetric: a lonely point has k neighbours that need not have it
//!   ([`SpatialWeights::symmetric_union`] gives the relation in both directions).
//!
//! Points at one place are 0 m apart and neighbours of each other.
//!
//! # Pitfalls
//! Distances are compared as computed in double precision: a band of 0.3 does not reach from 0.1 to 0.4, which is
//! 0.30000000000000004 away. Whole metres are exact.
//!
//! # Cost
//! Band: points are sorted into strips of the band's height and by x within; each point looks at the three strips near it, so the
//! time is proportional to the links plus `n log n`, however the points cluster. Nearest: an R-tree,
//! `O(n k log n)`; points that share one place all look at one another.

use super::{SpatialWeights, end_of_row};
use crate::error::{Error, Result};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Rows that one task finds the neighbours of.
const CHUNK: usize = 1024;

/// Binary weights between points at most `metres` apart.
///
/// # Errors
/// [`Error::OutOfRange`] when the band is not positive and finite, a coordinate is not finite, or there are 2³² links or more.
///
/// ```
/// use hotspot_core::weights::distance_band;
/// let points = [[0.0, 0.0], [100.0, 0.0], [250.0, 0.0], [900.0, 0.0]];
/// let weights = distance_band(&points, 150.0)?;
/// assert_eq!(weights.neighbors(1), [0, 2]);
/// assert_eq!(weights.islands(), [3]);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn distance_band(points: &[[f64; 2]], metres: f64) -> Result<SpatialWeights> {
    if !(metres > 0.0 && metres.is_finite()) {
        return Err(Error::OutOfRange { what: "distance band", must: "positive and finite" });
    }
    check(points)?;
    let strips = Strips::new(points, metres);
    let lists = (0..points.len().div_ceil(CHUNK)).into_par_iter().map(|chunk| {
        let (mut lengths, mut neighbors) = (Vec::with_capacity(CHUNK), Vec::new());
        for (row, point) in points.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
            let start = neighbors.len();
            strips.within(*point, metres, &mut neighbors);
            let of_row = &mut neighbors[start..];
            of_row.sort_unstable();
            let own = of_row.binary_search(&(row as u32)).expect("a point is within any distance of itself");
            neighbors.remove(start + own);
            lengths.push(neighbors.len() - start);
        }
        (lengths, neighbors)
    });
    in_rows(lists.collect())
}

/// Binary weights from each point to its `k` nearest others; ties by the order of rows.
///
/// # Errors
/// [`Error::OutOfRange`] when there are not more than `k` points, a coordinate is not finite, or there are 2³² links or more.
///
/// ```
/// use hotspot_core::weights::k_nearest;
/// let weights = k_nearest(&[[0.0, 0.0], [100.0, 0.0], [250.0, 0.0], [900.0, 0.0]], 1)?;
/// assert_eq!(weights.neighbors(3), [2]);
/// assert_eq!(weights.neighbors(2), [1], "not symmetric");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn k_nearest(points: &[[f64; 2]], k: usize) -> Result<SpatialWeights> {
    check(points)?;
    if !points.is_empty() && k >= points.len() {
        return Err(Error::OutOfRange { what: "number of nearest neighbours", must: "below the number of points" });
    }
    let tree = RTree::bulk_load(points.iter().zip(0_u32..).map(|(p, row)| GeomWithData::new(*p, row)).collect());
    let lists = (0..points.len().div_ceil(CHUNK)).into_par_iter().map(|chunk| {
        let (mut lengths, mut neighbors) = (Vec::with_capacity(CHUNK), Vec::new());
        let mut near: Vec<(f64, u32)> = Vec::new();
        for (row, point) in points.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
            near.clear();
            for (other, squared) in tree.nearest_neighbor_iter_with_distance_2(*point) {
                if other.data as usize == row {
                    continue;
                }
                if near.len() >= k && near.get(k.wrapping_sub(1)).is_none_or(|(furthest, _)| squared > *furthest) {
                    break;
                }
                near.push((squared, other.data));
            }
            near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.truncate(k);
            let start = neighbors.len();
            neighbors.extend(near.iter().map(|(_, other)| *other));
            neighbors[start..].sort_unstable();
            lengths.push(neighbors.len() - start);
        }
        (lengths, neighbors)
    });
    in_rows(lists.collect())
}

fn check(points: &[[f64; 2]]) -> Result<()> {
    if points.iter().flatten().all(|c| c.is_finite()) {
        Ok(())
    } else {
        Err(Error::OutOfRange { what: "coordinate", must: "finite" })
    }
}

/// Puts the rows of the chunks one after the other.
fn in_rows(chunks: Vec<(Vec<usize>, Vec<u32>)>) -> Result<SpatialWeights> {
    let mut offsets = vec![0];
    let mut neighbors = Vec::with_capacity(chunks.iter().map(|(_, n)| n.len()).sum());
    let mut end = 0;
    for (lengths, of_chunk) in chunks {
        for length in lengths {
            end += length;
            offsets.push(end_of_row(end)?);
        }
        neighbors.extend_from_slice(&of_chunk);
    }
    Ok(SpatialWeights { offsets, neighbors, weights: None })
}

/// Points in strips from south to north, each strip from west to east.
struct Strips {
    south: f64,
    height: f64,
    /// Number and first point of each strip that has points, ascending; one more at the end.
    starts: Vec<(i64, usize)>,
    points: Vec<([f64; 2], u32)>,
}

impl Strips {
    fn new(points: &[[f64; 2]], metres: f64) -> Self {
        let south = points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
        let north = points.iter().map(|p| p[1]).fold(f64::NEG_INFINITY, f64::max);
        // A little higher than the band, and never so low that the number of a strip is lost in rounding: what is in reach is then
        // in this strip or next to it.
        let height = (metres * (1.0 + 1e-6)).max((north - south) * 1e-9);
        let mut strips = Self { south, height, starts: Vec::new(), points: Vec::new() };
        let mut keyed: Vec<(i64, [f64; 2], u32)> = points.iter().zip(0..).map(|(p, row)| (strips.number(p[1]), *p, row)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1[0].total_cmp(&b.1[0])).then(a.2.cmp(&b.2)));
        for (place, (number, point, row)) in keyed.into_iter().enumerate() {
            if strips.starts.last().is_none_or(|(last, _)| *last != number) {
                strips.starts.push((number, place));
            }
            strips.points.push((point, row));
        }
        strips.starts.push((i64::MAX, points.len()));
        strips
    }

    fn number(&self, y: f64) -> i64 {
        ((y - self.south) / self.height) as i64
    }

    /// Rows of the points at most `metres` away, in no order.
    fn within(&self, [x, y]: [f64; 2], metres: f64, found: &mut Vec<u32>) {
        let number = self.number(y);
        let first = self.starts.partition_point(|(n, _)| *n < number - 1);
        for pair in self.starts[first..].windows(2).take_while(|pair| pair[0].0 <= number + 1) {
            let strip = &self.points[pair[0].1..pair[1].1];
            let from = strip.partition_point(|(p, _)| p[0] < x - self.height);
            let near = strip[from..].iter().take_while(|(p, _)| p[0] <= x + self.height);
            found.extend(near.filter(|(p, _)| (p[0] - x).powi(2) + (p[1] - y).powi(2) <= metres * metres).map(|(_, row)| *row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
        (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
    }

    #[test]
    fn the_six_points_of_the_esda_documentation_have_their_neighbours() {
        let points = [[10.0, 10.0], [20.0, 10.0], [40.0, 10.0], [15.0, 20.0], [30.0, 20.0], [30.0, 30.0]];
        let weights = distance_band(&points, 15.0).unwrap();
        let lists: Vec<&[u32]> = (0..6).map(|row| weights.neighbors(row)).collect();
        assert_eq!(lists, [&[1, 3][..], &[0, 3, 4], &[4], &[0, 1, 4], &[1, 2, 3, 5], &[4]]);
    }

    #[test]
    fn the_edge_of_the_band_is_in_it() {
        let points = [[0.0, 0.0], [3.0, 4.0], [-3.0, -4.000001]];
        assert_eq!(distance_band(&points, 5.0).unwrap().neighbors(0), [1]);
    }

    #[test]
    fn equally_near_points_are_taken_in_the_order_of_rows() {
        // All four are 1 from row 2, and rows 0 and 5 are at one place.
        let points = [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [-1.0, 0.0], [0.0, -1.0], [1.0, 0.0]];
        assert_eq!(k_nearest(&points, 2).unwrap().neighbors(2), [0, 1]);
        assert_eq!(k_nearest(&points, 3).unwrap().neighbors(2), [0, 1, 3]);
        assert_eq!(k_nearest(&points, 1).unwrap().neighbors(0), [5]);
        assert_eq!(k_nearest(&points, 0).unwrap().islands().len(), 6);
    }

    #[test]
    fn what_has_no_answer_is_refused_and_nothing_is_nothing() {
        assert!(distance_band(&[], 5.0).unwrap().is_empty());
        assert!(k_nearest(&[], 5).unwrap().is_empty());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(distance_band(&[[0.0; 2]], bad), Err(Error::OutOfRange { what: "distance band", .. })));
        }
        assert!(distance_band(&[[0.0, f64::NAN]], 1.0).is_err());
        assert!(k_nearest(&[[0.0, f64::INFINITY], [0.0; 2]], 1).is_err());
        assert!(k_nearest(&[[0.0; 2], [1.0; 2]], 2).is_err());
        assert_eq!(distance_band(&[[5.0; 2]], 1.0).unwrap().islands(), [0]);
    }

    #[test]
    fn far_away_points_keep_their_neighbours() {
        // A band that is tiny beside the extent: 2³⁰ strips.
        let points = [[0.0, 0.0], [0.0, 1.0], [0.0, 1e9], [0.0, 1e9 + 1.0]];
        let weights = distance_band(&points, 1.0).unwrap();
        assert_eq!((weights.neighbors(0), weights.neighbors(3)), (&[1][..], &[2][..]));
    }

    proptest! {
        #[test]
        fn neighbours_are_those_of_all_pairs(
            points in prop::collection::vec((0_i32..40, 0_i32..40), 2..60), metres in 0.5_f64..30.0, k in 1_usize..6,
        ) {
            let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x) * 0.7, f64::from(*y) * 0.7]).collect();
            let band = distance_band(&points, metres).unwrap();
            let nearest = k_nearest(&points, k.min(points.len() - 1)).unwrap();
            prop_assert!(band.is_symmetric());
            for (row, p) in points.iter().enumerate() {
                let others: Vec<u32> = (0..points.len() as u32).filter(|j| *j as usize != row).collect();
                let within: Vec<u32> = others.iter().copied().filter(|j| squared(*p, points[*j as usize]) <= metres * metres).collect();
                prop_assert_eq!(band.neighbors(row), within);
                let mut by_distance = others;
                by_distance.sort_by(|a, b| squared(*p, points[*a as usize]).total_cmp(&squared(*p, points[*b as usize])));
                by_distance.truncate(k);
                by_distance.sort_unstable();
                prop_assert_eq!(nearest.neighbors(row), by_distance);
            }
        }
    }
}
