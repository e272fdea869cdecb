use super::*;
use crate::cluster::NOISE;
use crate::cluster::samples::{city, crowded, on_any_threads};
use proptest::prelude::*;

/// The definition, word for word: core flags, and for each point the clusters (by lowest core row) that it may belong to, with
/// the nearest core point's first.
fn by_definition(points: &[[f64; 2]], eps: f64, min_points: u32) -> (Vec<bool>, Vec<Option<usize>>) {
    let n = points.len();
    let squared = |i: usize, j: usize| (points[i][0] - points[j][0]).powi(2) + (points[i][1] - points[j][1]).powi(2);
    let near = |i: usize, j: usize| squared(i, j) <= eps * eps;
    let core: Vec<bool> = (0..n).map(|i| (0..n).filter(|j| near(i, *j)).count() >= min_points as usize).collect();
    let mut cluster: Vec<Option<usize>> = (0..n).map(|i| core[i].then_some(i)).collect();
    // Spread the lowest row along all chains of core points.
    loop {
        let mut changed = false;
        for i in (0..n).filter(|i| core[*i]) {
            let lowest = (0..n).filter(|j| core[*j] && near(i, *j)).filter_map(|j| cluster[j]).min();
            if lowest < cluster[i] {
                cluster[i] = lowest;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let of_core = cluster.clone();
    for i in (0..n).filter(|i| !core[*i]) {
        let nearest = (0..n).filter(|j| core[*j] && near(i, *j)).min_by(|a, b| {
            let by = |j: &usize| (squared(i, *j), points[*j][0], points[*j][1]);
            by(a).partial_cmp(&by(b)).expect("finite")
        });
        cluster[i] = nearest.and_then(|j| of_core[j]);
    }
    (core, cluster)
}

/// Labels as the module numbers them, from any names of clusters.
fn numbered(points: &[[f64; 2]], core: &[bool], names: &[Option<usize>]) -> Vec<i32> {
    let mut clusters: Vec<usize> = names.iter().flatten().copied().collect();
    clusters.sort_unstable();
    clusters.dedup();
    let rank = |c: &usize| {
        let size = names.iter().filter(|n| **n == Some(*c)).count();
        let west = (0..points.len())
            .filter(|i| core[*i] && names[*i] == Some(*c))
            .map(|i| points[i])
            .min_by(|a, b| a.partial_cmp(b).expect("finite"));
        (std::cmp::Reverse(size), west)
    };
    clusters.sort_by(|a, b| rank(a).partial_cmp(&rank(b)).expect("finite"));
    names.iter().map(|n| n.map_or(NOISE, |n| clusters.iter().position(|c| *c == n).expect("listed") as i32)).collect()
}

fn compare(points: &[[f64; 2]], eps: f64, min_points: u32) {
    let found = dbscan(points, eps, min_points).expect("valid input");
    let (core, names) = by_definition(points, eps, min_points);
    assert_eq!(found.core, core);
    assert_eq!(found.labels, numbered(points, &core, &names));
    let clusters = found.labels.iter().max().map_or(0, |m| (m + 1) as usize);
    let sizes: Vec<u32> = (0..clusters).map(|c| found.labels.iter().filter(|l| **l == c as i32).count() as u32).collect();
    assert_eq!(found.sizes, sizes);
    assert!(sizes.is_sorted_by(|a, b| a >= b));
    assert_eq!(found.noise(), found.labels.iter().filter(|l| **l == NOISE).count());
}

#[test]
fn the_ball_is_closed_and_a_point_counts_itself() {
    // 150 apart, on the side of a cell, and across both axes: 90² + 120² = 150².
    for points in [[[0.0, 0.0], [150.0, 0.0]], [[7.0, 5.0], [97.0, 125.0]], [[530_000.25, 180_000.5], [530_090.25, 179_880.5]]] {
        assert_eq!(dbscan(&points, 150.0, 2).expect("valid input").labels, [0, 0]);
        assert_eq!(dbscan(&points, 149.999_999_999, 2).expect("valid input").labels, [NOISE; 2]);
        assert_eq!(dbscan(&points, 150.0, 3).expect("valid input").labels, [NOISE; 2]);
        assert_eq!(dbscan(&points, 100.0, 1).expect("valid input").labels, [0, 1]);
    }
}

#[test]
fn a_border_point_belongs_to_the_nearest_core_point_and_its_ties_to_the_west() {
    // Two clusters of five, and a point between them that is no core point.
    let cluster = |x: f64| (0..5).map(move |i| [x, f64::from(i)]);
    let mut points: Vec<[f64; 2]> = cluster(0.0).chain(cluster(20.0)).collect();
    points.push([10.0, 2.0]);
    assert_eq!(dbscan(&points, 10.0, 5).expect("valid input").labels, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0]);
    points[10][0] = 10.001;
    let nearer = dbscan(&points, 10.01, 5).expect("valid input");
    assert_eq!(nearer.labels, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    assert!(!nearer.core[10]);
    points.reverse();
    assert_eq!(dbscan(&points, 10.01, 5).expect("valid input").labels, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
}

#[test]
fn no_points_one_point_and_points_all_at_one_place_are_defined() {
    let none = dbscan(&[], 10.0, 3).expect("valid input");
    assert!(none.labels.is_empty() && none.sizes.is_empty() && none.noise() == 0);
    assert_eq!(dbscan(&[[3.0, 4.0]], 10.0, 1).expect("valid input").labels, [0]);
    let one = dbscan(&[[3.0, 4.0]], 10.0, 2).expect("valid input");
    assert_eq!((one.labels, one.core, one.sizes), (vec![NOISE], vec![false], vec![]));
    let same = dbscan(&[[3.0, 4.0]; 50], 1e-3, 50).expect("valid input");
    assert_eq!((same.labels, same.sizes), (vec![0; 50], vec![50]));
    assert_eq!(dbscan(&[[3.0, 4.0]; 50], 1e-3, 51).expect("valid input").noise(), 50);
}

#[test]
fn wrong_input_is_named() {
    let good = [[0.0, 0.0], [1.0, 1.0]];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(dbscan(&[[0.0, bad]], 1.0, 1), Err(Error::OutOfRange { what: "coordinate", must: "finite" }));
        assert!(matches!(dbscan(&good, bad, 1), Err(Error::OutOfRange { what: "eps", .. })));
    }
    for bad in [0.0, -1.0, 1e-200, 1e200] {
        assert!(matches!(dbscan(&good, bad, 1), Err(Error::OutOfRange { what: "eps", .. })), "{bad}");
        assert!(matches!(dbscan(&[], bad, 1), Err(Error::OutOfRange { what: "eps", .. })), "{bad} without points");
    }
    assert_eq!(dbscan(&good, 1.0, 0), Err(Error::OutOfRange { what: "min_points", must: "at least 1" }));
    assert!(matches!(dbscan(&[[0.0, 0.0], [1e300, 0.0]], 1.0, 1), Err(Error::OutOfRange { what: "eps", .. })));
    assert!(matches!(dbscan(&[[-1.7e308, 0.0], [1.7e308, 0.0]], 1.0, 1), Err(Error::OutOfRange { what: "eps", .. })));
}

#[test]
fn far_from_the_origin_and_wide_apart_nothing_is_lost() {
    // Near the largest number of cells along an axis, pairs at exactly eps at both ends.
    let far = 1.8e8;
    let points = [[0.0, 0.0], [1.0, 0.0], [far - 1.0, far], [far, far], [far / 2.0, far / 2.0], [far / 2.0 + 1.5, far / 2.0]];
    compare(&points, 1.0, 2);
    assert_eq!(dbscan(&points, 1.0, 2).expect("valid input").sizes, [2, 2]);
}

#[test]
fn a_dense_cell_beside_a_gap_is_not_joined_across_it() {
    // Hundreds in two cells whose boxes touch the ball, none of whose points are near: two arcs that face each other.
    let arc = |x: f64, sign: f64| {
        (0..400).map(move |i| {
            let y = f64::from(i) / 4.0 - 50.0;
            [x + sign * y * y / 100.0, y]
        })
    };
    let points: Vec<[f64; 2]> = arc(0.0, -1.0).chain(arc(100.5, 1.0)).collect();
    compare(&points, 100.0, 5);
    assert_eq!(dbscan(&points, 100.0, 5).expect("valid input").sizes, [400, 400]);
    assert_eq!(dbscan(&points, 100.5, 5).expect("valid input").sizes, [800]);
}

#[test]
fn a_circle_of_points_has_exactly_those_within_reach() {
    // Whole-number right triangles: every point of the ring is at 65 from the middle, on the edge of the closed ball.
    let ring = [(16, 63), (25, 60), (33, 56), (39, 52), (65, 0), (0, 65), (52, 39), (56, 33), (60, 25), (63, 16)];
    let mut points: Vec<[f64; 2]> = vec![[0.0, 0.0]];
    for (x, y) in ring {
        for (sx, sy) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
            points.push([f64::from(sx * x), f64::from(sy * y)]);
        }
    }
    compare(&points, 65.0, points.len() as u32);
    assert!(dbscan(&points, 65.0, points.len() as u32).expect("valid input").core[0]);
    assert!(!dbscan(&points, 64.999_999, 2).expect("valid input").core[0]);
}

proptest! {
    #[test]
    fn clusters_are_those_of_the_definition(points in crowded(0..120), eps in prop_oneof![Just(50.0), 5.0..200.0_f64], min_points in 1_u32..12) {
        compare(&points, eps, min_points);
    }

    #[test]
    fn a_point_keeps_its_label_in_any_order_of_rows(points in crowded(0..120), eps in prop_oneof![Just(50.0), 5.0..200.0_f64], min_points in 1_u32..8, turn in 0_usize..120) {
        let found = dbscan(&points, eps, min_points).expect("valid input");
        let mut order: Vec<usize> = (0..points.len()).collect();
        if !order.is_empty() {
            let turn = turn % order.len();
            order.rotate_left(turn);
        }
        order.reverse();
        let moved: Vec<[f64; 2]> = order.iter().map(|i| points[*i]).collect();
        let again = dbscan(&moved, eps, min_points).expect("valid input");
        for (row, i) in order.iter().enumerate() {
            prop_assert_eq!(again.labels[row], found.labels[*i]);
        }
        prop_assert_eq!(again.sizes, found.sizes);
    }

    #[test]
    fn doubling_all_lengths_changes_nothing(points in crowded(0..120), eps in 5.0..200.0_f64, min_points in 1_u32..8) {
        let doubled: Vec<[f64; 2]> = points.iter().map(|p| [2.0 * p[0], 2.0 * p[1]]).collect();
        let (a, b) = (dbscan(&points, eps, min_points).expect("valid input"), dbscan(&doubled, 2.0 * eps, min_points).expect("valid input"));
        prop_assert_eq!((a.labels, a.core, a.sizes), (b.labels, b.core, b.sizes));
    }

    #[test]
    fn a_larger_ball_only_adds_core_points_and_joins_clusters(points in crowded(0..120), eps in 5.0..150.0_f64, min_points in 1_u32..8) {
        let (a, b) = (dbscan(&points, eps, min_points).expect("valid input"), dbscan(&points, 1.3 * eps, min_points).expect("valid input"));
        for i in 0..points.len() {
            prop_assert!(b.core[i] >= a.core[i]);
            prop_assert!(a.labels[i] == NOISE || b.labels[i] != NOISE);
            for j in 0..i {
                if a.core[i] && a.core[j] && a.labels[i] == a.labels[j] {
                    prop_assert_eq!(b.labels[i], b.labels[j]);
                }
            }
        }
    }
}

#[test]
fn threads_change_nothing() {
    let points = city(40_000);
    let found = on_any_threads(|| dbscan(&points, 60.0, 10).expect("valid input"));
    assert!(found.sizes.len() > 3 && found.noise() > 100);
}
