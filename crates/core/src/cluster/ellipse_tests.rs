use super::*;
use crate::cluster::samples::TWELVE;
use geo::Contains;
use proptest::prelude::*;

const ALL: [EllipseConvention; 3] = [EllipseConvention::Yuill, EllipseConvention::CrimeStat, EllipseConvention::ArcGis];

fn near(got: f64, wanted: f64) {
    assert!((got / wanted - 1.0).abs() < 1e-12, "{got} is not {wanted}");
}

#[test]
fn twelve_points_have_the_ellipses_of_the_eigenvalues() {
    // eigen() of R 4.2.2; CrimeStat's and `aspace`'s formula gives 39.623867886462975 and 47.945446085971447 too.
    let wanted = [
        (EllipseConvention::Yuill, 30.948652369575502, 25.577_096_739_432_33, 40.149806489086735),
        (EllipseConvention::CrimeStat, 47.945_446_085_971_45, 39.623867886462975, 43.981_909_387_080_2),
        (EllipseConvention::ArcGis, 43.768_003_918_223_9, 36.171_477_095_033_87, 40.149806489086735),
    ];
    for (convention, major, minor, distance) in wanted {
        let e = ellipse(&TWELVE, None, convention).expect("valid input");
        near(e.semi_major_m, major);
        near(e.semi_minor_m, minor);
        near(e.standard_distance_m, distance);
        near(e.center[0], 52.571666666666665);
        near(e.center[1], 46.17166666666666);
        // The first eigenvector is (0.893, 0.450): 63.25 degrees clockwise from north.
        near(e.bearing_degrees.expect("not a circle"), 63.250_348_987_371_32);
        near(e.area_km2(), PI * major * minor / 1e6);
        near(e.eccentricity(), (1.0 - (minor / major).powi(2)).sqrt());
    }
}

#[test]
fn weights_are_repeated_points() {
    let weights = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    let e = ellipse(&TWELVE, Some(&weights), EllipseConvention::CrimeStat).expect("valid input");
    near(e.semi_major_m, 44.22147472373431);
    near(e.semi_minor_m, 40.322_126_422_232_61);
    near(e.center[0], 46.19233333333333);
    near(e.n, 30.0);
    let repeated: Vec<[f64; 2]> = TWELVE.iter().zip(weights).flat_map(|(p, w)| vec![*p; w as usize]).collect();
    let same = ellipse(&repeated, None, EllipseConvention::CrimeStat).expect("valid input");
    near(same.semi_major_m, e.semi_major_m);
    near(same.bearing_degrees.expect("not a circle"), e.bearing_degrees.expect("not a circle"));
}

#[test]
fn bearings_are_clockwise_from_north() {
    for (points, wanted) in [
        ([[0.0, 0.0], [0.0, 2.0], [0.0, 5.0]], 0.0),
        ([[0.0, 0.0], [2.0, 0.0], [5.0, 0.0]], 90.0),
        ([[0.0, 0.0], [2.0, 2.0], [5.0, 5.0]], 45.0),
        ([[0.0, 0.0], [2.0, -2.0], [5.0, -5.0]], 135.0),
    ] {
        let e = ellipse(&points, None, EllipseConvention::Yuill).expect("valid input");
        assert!((e.bearing_degrees.expect("a line") - wanted).abs() < 1e-9);
        assert_eq!(e.semi_minor_m, 0.0);
        assert!(e.contains(e.center, 1.0) && !e.contains([e.center[0] + 0.1, e.center[1] - 0.3], 1.0));
    }
}

#[test]
fn a_circle_and_one_place_have_no_bearing() {
    let square = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
    let e = ellipse(&square, None, EllipseConvention::CrimeStat).expect("valid input");
    assert_eq!((e.bearing_degrees, e.eccentricity()), (None, 0.0));
    let e = ellipse(&[[3.0, 4.0]; 5], None, EllipseConvention::CrimeStat).expect("valid input");
    assert_eq!((e.bearing_degrees, e.semi_major_m, e.standard_distance_m, e.eccentricity()), (None, 0.0, 0.0, 0.0));
    assert!(e.contains([3.0, 4.0], 1.0) && !e.contains([3.0, 4.1], 1.0));
}

#[test]
fn digits_do_not_get_lost_far_from_the_origin() {
    let far: Vec<[f64; 2]> = TWELVE.iter().map(|p| [p[0] + 530_000.0, p[1] + 180_000.0]).collect();
    let (here, there) = (ellipse(&TWELVE, None, ALL[1]).expect("valid input"), ellipse(&far, None, ALL[1]).expect("valid input"));
    assert!((here.semi_minor_m - there.semi_minor_m).abs() < 1e-8);
}

#[test]
fn wrong_input_is_named() {
    assert!(ellipse(&[], None, EllipseConvention::Yuill).is_err());
    assert!(ellipse(&TWELVE[..2], None, EllipseConvention::CrimeStat).is_err());
    assert!(ellipse(&TWELVE[..2], None, EllipseConvention::ArcGis).is_ok());
    assert!(ellipse(&[[f64::NAN, 0.0]], None, EllipseConvention::Yuill).is_err());
    assert!(ellipse(&TWELVE, Some(&[1.0]), EllipseConvention::Yuill).is_err());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(ellipse(&TWELVE[..1], Some(&[bad]), EllipseConvention::Yuill).is_err());
    }
    assert!(mean_center(&TWELVE, Some(&[0.0; 12])).is_err());
    let e = ellipse(&TWELVE, None, EllipseConvention::Yuill).expect("valid input");
    assert!(e.outline(1.0, 2).is_err() && e.outline(f64::NAN, 9).is_err() && e.outline(0.0, 9).is_err());
    assert!(hull(&[[f64::NAN, 0.0]], Hull::Convex).is_err());
    for concavity in [0.0, f64::NAN] {
        assert!(hull(&TWELVE, Hull::Concave { concavity, shortest_m: 0.0 }).is_err());
    }
    assert!(hull(&TWELVE, Hull::Concave { concavity: 2.0, shortest_m: -1.0 }).is_err());
    for convention in ALL {
        assert_eq!(convention.to_string().parse(), Ok(convention));
    }
    assert!("ebdon".parse::<EllipseConvention>().is_err());
}

#[test]
fn the_convex_hull_is_that_of_pointpats() {
    let wanted = [
        [31.01, 81.21],
        [8.23, 39.93],
        [9.47, 31.02],
        [22.52, 22.39],
        [54.46, 8.48],
        [79.26, 7.68],
        [89.78, 42.53],
        [98.73, 77.17],
        [65.19, 92.08],
    ];
    let found = hull(&TWELVE, Hull::Convex).expect("valid input").expect("an area");
    let corners: Vec<[f64; 2]> = found.exterior().0.iter().skip(1).map(|c| [c.x, c.y]).collect();
    assert_eq!(corners.len(), 9);
    let start = corners.iter().position(|c| *c == wanted[0]).expect("a corner");
    for i in 0..9 {
        assert_eq!(corners[(start + i) % 9], wanted[i]);
    }
}

#[test]
fn points_without_area_have_no_hull() {
    for points in
        [&[][..], &[[1.0, 1.0]], &[[1.0, 1.0], [2.0, 2.0]], &[[1.0, 1.0]; 6], &[[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]]
    {
        for kind in [Hull::Convex, Hull::Concave { concavity: 2.0, shortest_m: 0.0 }] {
            assert_eq!(hull(points, kind).expect("valid input"), None);
        }
    }
}

#[test]
fn a_concave_hull_leaves_the_gap_of_a_horseshoe_out() {
    let points: Vec<[f64; 2]> = (0..60)
        .map(|i| {
            let (sin, cos) = (f64::from(i) / 59.0 * 4.7).sin_cos();
            [(100.0 + f64::from(i % 2) * 20.0) * cos, (100.0 + f64::from(i % 2) * 20.0) * sin]
        })
        .collect();
    let of = |kind| hull(&points, kind).expect("valid input").expect("an area").unsigned_area();
    assert!(of(Hull::Concave { concavity: 1.0, shortest_m: 0.0 }) < 0.5 * of(Hull::Convex));
    assert!((of(Hull::Concave { concavity: f64::INFINITY, shortest_m: 0.0 }) / of(Hull::Convex) - 1.0).abs() < 1e-9);
}

proptest! {
    #[test]
    fn squares_of_the_axes_add_up_to_the_spread(points in prop::collection::vec([-500.0..500.0_f64, -500.0..500.0_f64], 3..50)) {
        for convention in ALL {
            let e = ellipse(&points, None, convention).unwrap();
            let sum = e.semi_major_m.powi(2) + e.semi_minor_m.powi(2);
            prop_assert!((sum - convention.squared_factor() * e.standard_distance_m.powi(2)).abs() < 1e-6 * sum.max(1e-9));
            prop_assert!(e.semi_major_m >= e.semi_minor_m);
        }
    }

    #[test]
    fn the_ellipse_turns_with_the_points(points in prop::collection::vec([-500.0..500.0_f64, -50.0..50.0_f64], 5..50), turn in 0.0..180.0_f64) {
        let (sin, cos) = turn.to_radians().sin_cos();
        let turned: Vec<[f64; 2]> = points.iter().map(|[x, y]| [x * cos + y * sin, -x * sin + y * cos]).collect();
        let (a, b) = (ellipse(&points, None, ALL[1]).unwrap(), ellipse(&turned, None, ALL[1]).unwrap());
        prop_assume!(a.eccentricity() > 0.3);
        prop_assert!((a.semi_major_m - b.semi_major_m).abs() < 1e-6);
        let off = (b.bearing_degrees.unwrap() - a.bearing_degrees.unwrap() - turn).rem_euclid(180.0);
        prop_assert!(off.min(180.0 - off) < 1e-6, "{}", off);
    }

    #[test]
    fn the_outline_lies_on_the_ellipse(points in prop::collection::vec([-500.0..500.0_f64, -500.0..500.0_f64], 4..50)) {
        let e = ellipse(&points, None, ALL[2]).unwrap();
        prop_assume!(e.semi_minor_m > 1.0);
        let outline = e.outline(2.0, 90).unwrap();
        prop_assert!(outline.exterior().0.iter().all(|c| e.contains([c.x, c.y], 2.000001) && !e.contains([c.x, c.y], 1.999999)));
        prop_assert!(outline.signed_area() > 0.0);
        prop_assert!((outline.unsigned_area() / 4e6 / e.area_km2() - 1.0).abs() < 0.001);
    }

    #[test]
    fn a_hull_holds_every_point(points in prop::collection::vec([-500.0..500.0_f64, -500.0..500.0_f64], 4..80)) {
        for kind in [Hull::Convex, Hull::Concave { concavity: 2.0, shortest_m: 0.0 }] {
            let grown = geo::Buffer::buffer(&hull(&points, kind).unwrap().unwrap(), 1e-3);
            prop_assert!(points.iter().all(|p| grown.contains(&geo::point!(x: p[0], y: p[1]))));
        }
    }
}
