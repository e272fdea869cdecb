//! Lines that cut links: a river between two units makes them no neighbours.
//!
//! # Definition
//! A link is cut when the straight segment between the two centres meets a barrier line. Touching counts: a centre that lies on a
//! barrier loses all its links. The test is exact (Shewchuk's adaptive predicate), so it does not depend on the direction of the
//! link: symmetric weights stay symmetric.
//!
//! A bridge is a gap: give the river as lines that leave it out, or name its place and half its width as a [`Gap`], and the
//! barrier inside that circle is taken away. Only links that pass through the gap stay; a gap as wide as the cells are far apart
//! keeps the links of the cells on both banks.
//!
//! # Pitfalls
//! Two units stay neighbours of units on their own side, so neighbourhoods along the river have fewer members. Cut first and
//! standardise rows afterwards: weights are kept as they are. All lines and centres in the same plane, in metres.
//!
//! # Cost
//! `O(l log b)` for l links and b barrier segments, in an R-tree.

use super::{SpatialWeights, end_of_row};
use crate::error::{Error, Result};
use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::coord;
use rstar::primitives::Line;
use rstar::{AABB, RTree};

/// An opening in barriers: a bridge, a tunnel, a ferry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Its middle, metres.
    pub center: [f64; 2],
    /// Barriers nearer to the middle than this are open, metres.
    pub radius_m: f64,
}

/// Lines that links do not cross.
#[derive(Debug, Clone)]
pub struct Barriers {
    segments: RTree<Line<[f64; 2]>>,
}

/// Weights without the links that cross a barrier.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The links that are left.
    pub weights: SpatialWeights,
    /// How many links were cut, each direction counted.
    pub links_cut: usize,
}

impl Barriers {
    /// Barriers along lines of points in metres, open in the gaps. A line of fewer than two points bars nothing.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a coordinate is not finite, or the radius of a gap is negative or not finite.
    pub fn new<L: AsRef<[[f64; 2]]>>(lines: &[L], gaps: &[Gap]) -> Result<Self> {
        if gaps.iter().any(|gap| !(gap.radius_m >= 0.0 && gap.radius_m.is_finite())) {
            return Err(Error::OutOfRange { what: "radius of a gap", must: "0 or more, and finite" });
        }
        let coordinates = lines.iter().flat_map(AsRef::as_ref).chain(gaps.iter().map(|gap| &gap.center));
        if coordinates.flatten().any(|c| !c.is_finite()) {
            return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
        }
        let mut segments: Vec<[[f64; 2]; 2]> =
            lines.iter().flat_map(|line| line.as_ref().windows(2).map(|pair| [pair[0], pair[1]])).collect();
        for gap in gaps {
            segments = segments.into_iter().flat_map(|segment| outside(segment, gap)).flatten().collect();
        }
        Ok(Self { segments: RTree::bulk_load(segments.into_iter().map(|[a, b]| Line::new(a, b)).collect()) })
    }

    /// Whether the segment from `a` to `b` meets a barrier.
    pub fn separate(&self, a: [f64; 2], b: [f64; 2]) -> bool {
        self.segments.locate_in_envelope_intersecting(AABB::from_corners(a, b)).any(|line| meet([a, b], [line.from, line.to]))
    }

    /// Takes away the links between centres that a barrier separates.
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one centre for each unit, [`Error::OutOfRange`] when a coordinate is not finite.
    ///
    /// ```
    /// use hotspot_core::weights::{Barriers, Gap, distance_band};
    /// // Two units south of a river, two north of it, a bridge in the east.
    /// let centers = [[0.0, -100.0], [300.0, -100.0], [0.0, 100.0], [300.0, 100.0]];
    /// let river = vec![[-500.0, 0.0], [500.0, 0.0]];
    /// let bridge = Gap { center: [310.0, 0.0], radius_m: 20.0 };
    /// let weights = distance_band(&centers, 350.0)?;
    /// let cut = Barriers::new(&[river], &[bridge])?.cut(&weights, &centers)?;
    /// assert_eq!(cut.weights.neighbors(0), [1]);
    /// assert_eq!(cut.weights.neighbors(1), [0, 3]);
    /// # Ok::<(), hotspot_core::Error>(())
    /// ```
    pub fn cut(&self, weights: &SpatialWeights, centers: &[[f64; 2]]) -> Result<Cut> {
        if centers.len() != weights.len() {
            return Err(Error::Length { what: "centres", got: centers.len(), expected: weights.len() });
        }
        if centers.iter().flatten().any(|c| !c.is_finite()) {
            return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
        }
        let mut left = SpatialWeights {
            offsets: Vec::with_capacity(weights.len() + 1),
            neighbors: Vec::with_capacity(weights.neighbors.len()),
            weights: weights.weights.as_ref().map(|w| Vec::with_capacity(w.len())),
        };
        left.offsets.push(0);
        for row in 0..weights.len() {
            for (place, n) in weights.neighbors(row).iter().enumerate() {
                if self.separate(centers[row], centers[*n as usize]) {
                    continue;
                }
                left.neighbors.push(*n);
                if let (Some(kept), Some(of_row)) = (&mut left.weights, weights.weights(row)) {
                    kept.push(of_row[place]);
                }
            }
            left.offsets.push(end_of_row(left.neighbors.len())?);
        }
        let links_cut = weights.links() - left.links();
        Ok(Cut { weights: left, links_cut })
    }
}

/// The parts of a segment outside a gap.
fn outside([a, b]: [[f64; 2]; 2], gap: &Gap) -> [Option<[[f64; 2]; 2]>; 2] {
    let (along, from) = ([b[0] - a[0], b[1] - a[1]], [a[0] - gap.center[0], a[1] - gap.center[1]]);
    let length2 = along[0] * along[0] + along[1] * along[1];
    let middle = -(along[0] * from[0] + along[1] * from[1]) / length2;
    let off = [from[0] + middle * along[0], from[1] + middle * along[1]];
    let half2 = (gap.radius_m * gap.radius_m - off[0] * off[0] - off[1] * off[1]) / length2;
    let whole = [Some([a, b]), None];
    if half2.is_nan() {
        // A segment of no length.
        return if from[0].hypot(from[1]) < gap.radius_m { [None, None] } else { whole };
    }
    if half2 <= 0.0 {
        return whole;
    }
    let (enters, leaves) = (middle - half2.sqrt(), middle + half2.sqrt());
    if enters >= 1.0 || leaves <= 0.0 {
        return whole;
    }
    let at = |t: f64| [a[0] + t * along[0], a[1] + t * along[1]];
    [(enters > 0.0).then(|| [a, at(enters)]), (leaves < 1.0).then(|| [at(leaves), b])]
}

/// Whether two segments have a point in common; their boxes do.
fn meet([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    let side = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| {
        RobustKernel::orient2d(coord! { x: p[0], y: p[1] }, coord! { x: q[0], y: q[1] }, coord! { x: r[0], y: r[1] })
    };
    let apart = |one: Orientation, other: Orientation| one == other && one != Orientation::Collinear;
    !apart(side(a, b, c), side(a, b, d)) && !apart(side(c, d, a), side(c, d, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::distance_band;
    use proptest::prelude::*;

    fn barrier(points: &[[f64; 2]], gaps: &[Gap]) -> Barriers {
        Barriers::new(&[points], gaps).unwrap()
    }

    #[test]
    fn crossing_touching_and_passing_by() {
        let wall = barrier(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], &[]);
        assert!(wall.separate([5.0, -1.0], [5.0, 1.0]));
        assert!(wall.separate([5.0, 1.0], [5.0, -1.0]));
        assert!(wall.separate([5.0, 0.0], [5.0, 1.0]), "a centre on the line");
        assert!(wall.separate([9.0, -1.0], [11.0, 1.0]), "through the corner");
        assert!(wall.separate([-5.0, 0.0], [0.0, 0.0]), "up to its end");
        assert!(wall.separate([2.0, 0.0], [4.0, 0.0]), "along it");
        assert!(!wall.separate([-5.0, 0.0], [-1.0, 0.0]), "on its line, short of it");
        assert!(!wall.separate([1.0, 1.0], [9.0, 9.0]));
        assert!(!wall.separate([20.0, -1.0], [20.0, 11.0]));
    }

    #[test]
    fn a_gap_lets_through_what_passes_in_it() {
        let river = [[-100.0, 0.0], [100.0, 0.0]];
        let bridges = [Gap { center: [0.0, 3.0], radius_m: 5.0 }, Gap { center: [98.0, 0.0], radius_m: 5.0 }];
        let wall = barrier(&river, &bridges);
        // Three off the middle leave four on either side.
        assert!(!wall.separate([3.9, -9.0], [3.9, 9.0]));
        assert!(wall.separate([4.1, -9.0], [4.1, 9.0]));
        assert!(wall.separate([-4.1, -9.0], [-4.1, 9.0]));
        assert!(!wall.separate([99.0, -9.0], [99.0, 9.0]), "at the end of the line");
        assert!(wall.separate([92.0, -9.0], [92.0, 9.0]));
        let all = barrier(&river, &[Gap { center: [0.0, 0.0], radius_m: 500.0 }]);
        assert!(!all.separate([50.0, -1.0], [50.0, 1.0]));
        let none = barrier(&river, &[Gap { center: [0.0, 0.0], radius_m: 0.0 }]);
        assert!(none.separate([0.0, -1.0], [0.0, 1.0]));
    }

    #[test]
    fn weights_keep_to_the_links_that_are_left() {
        let weights = SpatialWeights::from_weighted_lists(&[vec![(1, 0.2), (2, 0.8)], vec![(0, 3.0)], vec![(0, 4.0)]]).unwrap();
        let centers = [[0.0, -1.0], [0.0, 1.0], [5.0, -1.0]];
        let cut = barrier(&[[-1.0, 0.0], [1.0, 0.0]], &[]).cut(&weights, &centers).unwrap();
        assert_eq!(cut.links_cut, 2);
        assert_eq!((cut.weights.neighbors(0), cut.weights.weights(0)), (&[2][..], Some(&[0.8][..])));
        assert_eq!(cut.weights.islands(), [1]);
        assert_eq!(cut.weights.weights(2), Some(&[4.0][..]));
    }

    #[test]
    fn no_lines_cut_nothing_and_wrong_input_is_named() {
        let weights = SpatialWeights::from_lists(&[vec![1], vec![0]]).unwrap();
        let centers = [[0.0, 0.0], [1.0, 0.0]];
        let none = Barriers::new::<Vec<[f64; 2]>>(&[], &[]).unwrap().cut(&weights, &centers).unwrap();
        assert_eq!(none, Cut { weights: weights.clone(), links_cut: 0 });
        let dot = barrier(&[[0.5, 0.0]], &[]).cut(&weights, &centers).unwrap();
        assert_eq!(dot.links_cut, 0);
        assert!(matches!(barrier(&[], &[]).cut(&weights, &centers[..1]), Err(Error::Length { .. })));
        assert!(barrier(&[], &[]).cut(&weights, &[[f64::NAN, 0.0], [0.0, 0.0]]).is_err());
        assert!(Barriers::new(&[[[0.0, f64::INFINITY]]], &[]).is_err());
        assert!(Barriers::new(&[[[0.0, 0.0]]], &[Gap { center: [0.0; 2], radius_m: -1.0 }]).is_err());
    }

    proptest! {
        #[test]
        fn symmetric_weights_stay_symmetric_and_no_link_is_added(
            points in prop::collection::vec((0_i32..20, 0_i32..20), 2..40),
            wall in prop::collection::vec((0_i32..20, 0_i32..20), 2..6),
        ) {
            let plane = |points: &[(i32, i32)]| points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect::<Vec<[f64; 2]>>();
            let (points, wall) = (plane(&points), plane(&wall));
            let weights = distance_band(&points, 6.0).unwrap();
            let cut = barrier(&wall, &[]).cut(&weights, &points).unwrap();
            prop_assert!(cut.weights.is_symmetric());
            prop_assert_eq!(cut.weights.links() + cut.links_cut, weights.links());
            let line = geo::LineString::from(wall.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>());
            for (row, p) in points.iter().enumerate() {
                for n in weights.neighbors(row) {
                    let q = points[*n as usize];
                    let link = geo::Line::new((p[0], p[1]), (q[0], q[1]));
                    let stays = cut.weights.neighbors(row).contains(n);
                    prop_assert_eq!(stays, !geo::Intersects::intersects(&line, &link));
                }
            }
        }
    }
}
