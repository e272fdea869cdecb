//! Rings of tile units: clipped, snapped, and never degenerate.

use crate::coord::Frame;
use crate::{BUFFER, EXTENT};

/// Below this width in units a snapped ring is replaced by the hull of its points: rounding can no longer fold it.
pub(crate) const SMALL: i32 = 16;

/// Cuts a convex ring to the buffered tile; positions are from the tile's origin, in world units. What is left is in `ring`
/// (empty when nothing is); `spare` is working space.
pub(crate) fn clip(ring: &mut Vec<[i64; 2]>, spare: &mut Vec<[i64; 2]>, frame: Frame) {
    let lo = -frame.buffer();
    let hi = frame.side + frame.buffer();
    for axis in 0..2 {
        for (limit, sign) in [(lo, 1), (hi, -1)] {
            spare.clear();
            let Some(mut a) = ring.last().copied() else { return };
            for &b in ring.iter() {
                let inside = |p: [i64; 2]| (p[axis] - limit) * sign >= 0;
                if inside(a) != inside(b) {
                    let part = (limit - a[axis]) as f64 / (b[axis] - a[axis]) as f64;
                    let other = 1 - axis;
                    let mut cut = [limit; 2];
                    cut[other] = a[other] + (part * (b[other] - a[other]) as f64).round() as i64;
                    spare.push(cut);
                }
                if inside(b) {
                    spare.push(b);
                }
                a = b;
            }
            std::mem::swap(ring, spare);
        }
    }
}

/// Makes a snapped ring drawable: no repeated corner, more than a line, clockwise on the map. A ring that has shrunk to a
/// point or a line becomes one unit square, so that a shape never vanishes from a tile that it touches.
pub(crate) fn settle(ring: &mut Vec<[i32; 2]>) {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let [mut lo, mut hi] = [ring[0]; 2];
    for p in ring.iter() {
        for axis in 0..2 {
            lo[axis] = lo[axis].min(p[axis]);
            hi[axis] = hi[axis].max(p[axis]);
        }
    }
    if hi[0] - lo[0] < SMALL || hi[1] - lo[1] < SMALL {
        hull(ring);
    }
    if ring.len() < 3 {
        let most = (EXTENT + BUFFER - 1) as i32;
        let [x, y] = lo.map(|v| v.clamp(-(BUFFER as i32), most));
        ring.clear();
        ring.extend([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]);
    }
}

/// Andrew's monotone chain; strictly convex, in the turn that vector tiles want of an exterior ring.
pub(crate) fn hull(points: &mut Vec<[i32; 2]>) {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return;
    }
    let turn = |o: [i32; 2], a: [i32; 2], b: [i32; 2]| {
        i64::from(a[0] - o[0]) * i64::from(b[1] - o[1]) - i64::from(a[1] - o[1]) * i64::from(b[0] - o[0])
    };
    let mut chain: Vec<[i32; 2]> = Vec::with_capacity(points.len() + 1);
    for pass in 0..2 {
        let base = chain.len();
        let mut take = |p: [i32; 2]| {
            while chain.len() >= base + 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0 {
                chain.pop();
            }
            chain.push(p);
        };
        if pass == 0 {
            points.iter().copied().for_each(&mut take);
        } else {
            points.iter().rev().copied().for_each(&mut take);
        }
        chain.pop();
    }
    *points = chain;
}

/// Twice the area by the surveyor's formula; positive for the exterior ring of a vector tile.
#[cfg(test)]
pub(crate) fn doubled_area(ring: &[[i32; 2]]) -> i64 {
    let after = ring.iter().cycle().skip(1);
    ring.iter().zip(after).map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileCoord;
    use proptest::prelude::*;

    #[test]
    fn a_ring_across_the_corner_keeps_the_part_inside() {
        let frame = Frame::of(TileCoord::new(16, 0, 0).unwrap());
        let b = frame.buffer();
        let mut ring = vec![[-2 * b, -2 * b], [2 * b, -2 * b], [2 * b, 2 * b], [-2 * b, 2 * b]];
        clip(&mut ring, &mut Vec::new(), frame);
        ring.sort_unstable();
        assert_eq!(ring, [[-b, -b], [-b, 2 * b], [2 * b, -b], [2 * b, 2 * b]]);
        let mut away = vec![[-9 * b, 0], [-8 * b, 0], [-8 * b, b]];
        clip(&mut away, &mut Vec::new(), frame);
        assert!(away.is_empty());
    }

    #[test]
    fn a_point_and_a_line_become_a_unit_square() {
        for mut ring in [vec![[5, 5]; 6], vec![[1, 1], [2, 2], [3, 3], [2, 2]]] {
            settle(&mut ring);
            assert_eq!((ring.len(), doubled_area(&ring)), (4, 2));
        }
        let mut corner = vec![[4160, 4160]; 3];
        settle(&mut corner);
        assert!(corner.iter().flatten().all(|v| *v <= 4160));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_settled_small_ring_is_strictly_convex(points in prop::collection::vec([0i32..15, 0i32..15], 1..10)) {
            let mut ring = points;
            settle(&mut ring);
            prop_assert!(ring.len() >= 3 && doubled_area(&ring) > 0);
            for i in 0..ring.len() {
                let [a, b, c] = [0, 1, 2].map(|k| ring[(i + k) % ring.len()]);
                prop_assert!((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0);
            }
        }
    }
}
