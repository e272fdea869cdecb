use super::*;
use crate::cluster::NOISE;
use crate::cluster::dbscan::dbscan;
use crate::cluster::samples::crowded;
use proptest::prelude::*;

const WEEK: StDbscanParams = StDbscanParams { eps_m: 200.0, eps_time: 7.0, min_points: 2 };

#[test]
fn both_balls_are_closed() {
    for (x, t, together) in [(200.0, 7.0, true), (200.0, 7.01, false), (200.01, 7.0, false), (0.0, -7.0, true)] {
        let found = st_dbscan(&[[0.0, 0.0], [x, 0.0]], &[3.0, 3.0 + t], WEEK).expect("valid input");
        assert_eq!(found.labels, if together { [0, 0] } else { [NOISE; 2] }, "{x} m, {t} days");
    }
}

#[test]
fn the_same_day_is_no_difference_of_time() {
    let params = StDbscanParams { eps_time: 0.0, ..WEEK };
    let found = st_dbscan(&[[0.0, 0.0]; 5], &[1.0, 2.0, 1.0, 2.5, 2.0], params).expect("valid input");
    assert_eq!(found.labels, [0, 1, 0, NOISE, 1]);
}

#[test]
fn wrong_input_is_named() {
    let point = [[0.0, 0.0]];
    assert!(matches!(st_dbscan(&point, &[], WEEK), Err(Error::Length { what: "times", got: 0, expected: 1 })));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(matches!(st_dbscan(&point, &[bad], WEEK), Err(Error::OutOfRange { what: "time", .. })));
        let params = StDbscanParams { eps_time: bad, ..WEEK };
        assert!(matches!(st_dbscan(&point, &[0.0], params), Err(Error::OutOfRange { what: "eps_time", .. })));
        let params = StDbscanParams { eps_m: bad, ..WEEK };
        assert!(matches!(st_dbscan(&point, &[0.0], params), Err(Error::OutOfRange { what: "eps", .. })));
        assert!(matches!(st_dbscan(&[[bad, 0.0]], &[0.0], WEEK), Err(Error::OutOfRange { what: "coordinate", .. })));
    }
    assert!(st_dbscan(&point, &[0.0], StDbscanParams { eps_time: -1.0, ..WEEK }).is_err());
    assert!(st_dbscan(&point, &[0.0], StDbscanParams { min_points: 0, ..WEEK }).is_err());
    assert!(st_dbscan(&[], &[], WEEK).expect("valid input").labels.is_empty());
    // A million slabs of a huge plane do not fit into a key.
    let far = [[0.0, 0.0], [1e8, 1e8]];
    let times: Vec<f64> = (0..1 << 12).map(f64::from).collect();
    let points: Vec<[f64; 2]> = (0..1 << 12).map(|i| far[i % 2]).collect();
    let params = StDbscanParams { eps_m: 1.0, eps_time: 0.0, min_points: 2 };
    assert!(matches!(st_dbscan(&points, &times, params), Err(Error::OutOfRange { what: "eps", .. })));
}

/// Partition by the definition: core flags, and for each point the lowest core row of its cluster.
fn by_definition(points: &[[f64; 2]], times: &[f64], params: StDbscanParams) -> (Vec<bool>, Vec<Option<usize>>) {
    let n = points.len();
    let squared = |i: usize, j: usize| (points[i][0] - points[j][0]).powi(2) + (points[i][1] - points[j][1]).powi(2);
    let near = |i: usize, j: usize| squared(i, j) <= params.eps_m * params.eps_m && (times[i] - times[j]).abs() <= params.eps_time;
    let core: Vec<bool> = (0..n).map(|i| (0..n).filter(|j| near(i, *j)).count() >= params.min_points as usize).collect();
    let mut cluster: Vec<Option<usize>> = vec![None; n];
    for start in (0..n).filter(|i| core[*i]) {
        if cluster[start].is_none() {
            let mut stack = vec![start];
            while let Some(i) = stack.pop() {
                cluster[i] = Some(start);
                stack.extend((0..n).filter(|j| core[*j] && cluster[*j].is_none() && near(i, *j)));
            }
        }
    }
    let of_core = cluster.clone();
    for i in (0..n).filter(|i| !core[*i]) {
        let by = |j: &usize| (squared(i, *j), (times[i] - times[*j]).abs(), points[*j][0], points[*j][1], times[*j]);
        let nearest = (0..n).filter(|j| core[*j] && near(i, *j)).min_by(|a, b| by(a).partial_cmp(&by(b)).expect("finite"));
        cluster[i] = nearest.and_then(|j| of_core[j]);
    }
    (core, cluster)
}

fn incidents() -> impl Strategy<Value = Vec<([f64; 2], f64)>> {
    crowded(0..120).prop_flat_map(|points| {
        let times = prop::collection::vec(prop_oneof![(0_i32..30).prop_map(f64::from), 0.0..30.0_f64], points.len());
        times.prop_map(move |times| points.iter().copied().zip(times).collect())
    })
}

proptest! {
    #[test]
    fn clusters_are_those_of_the_definition(
        incidents in incidents(), eps_m in prop_oneof![Just(50.0), 5.0..150.0_f64],
        eps_time in prop_oneof![Just(0.0), Just(3.0), 0.0..20.0_f64], min_points in 1_u32..8,
    ) {
        let (points, times): (Vec<[f64; 2]>, Vec<f64>) = incidents.into_iter().unzip();
        let params = StDbscanParams { eps_m, eps_time, min_points };
        let found = st_dbscan(&points, &times, params).expect("valid input");
        let (core, names) = by_definition(&points, &times, params);
        prop_assert_eq!(&found.core, &core);
        for i in 0..points.len() {
            prop_assert_eq!(found.labels[i] == NOISE, names[i].is_none());
            for j in 0..i {
                if names[i].is_some() && names[j].is_some() {
                    prop_assert_eq!(found.labels[i] == found.labels[j], names[i] == names[j]);
                }
            }
        }
        prop_assert!(found.sizes.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn with_all_time_it_is_dbscan(incidents in incidents(), eps_m in 5.0..150.0_f64, min_points in 1_u32..8) {
        let (points, times): (Vec<[f64; 2]>, Vec<f64>) = incidents.into_iter().unzip();
        let found = st_dbscan(&points, &times, StDbscanParams { eps_m, eps_time: 30.0, min_points }).expect("valid input");
        let plain = dbscan(&points, eps_m, min_points).expect("valid input");
        prop_assert_eq!(&found.core, &plain.core);
        prop_assert_eq!(&found.sizes.len(), &plain.sizes.len());
        for i in 0..points.len() {
            prop_assert_eq!(found.labels[i] == NOISE, plain.labels[i] == NOISE);
        }
    }

    #[test]
    fn time_runs_backwards_as_well(incidents in incidents(), eps_m in 5.0..150.0_f64, eps_time in 0.0..20.0_f64, min_points in 1_u32..8) {
        let (points, times): (Vec<[f64; 2]>, Vec<f64>) = incidents.into_iter().unzip();
        let back: Vec<f64> = times.iter().map(|t| -t).collect();
        let params = StDbscanParams { eps_m, eps_time, min_points };
        let (a, b) = (st_dbscan(&points, &times, params).expect("valid input"), st_dbscan(&points, &back, params).expect("valid input"));
        prop_assert_eq!(a.core, b.core);
        prop_assert_eq!(a.sizes.len(), b.sizes.len());
    }
}
