//! The projection against the Ordnance Survey's own test points, an independent library, and geodesic distances.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use flate2::read::GzDecoder;
use geo::{Distance, Geodesic, Point};
use hotspot_core::projection::{DatumShift, EastingNorthing, LonLat, Projection, bng_from_wgs84, wgs84_from_bng};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Metres for a degree of latitude and of longitude in London, near enough to compare differences of centimetres.
const METRES_PER_DEGREE: [f64; 2] = [69_400.0, 111_250.0];

fn metres_between(a: LonLat, b: LonLat) -> f64 {
    ((a.lon - b.lon) * METRES_PER_DEGREE[0]).hypot((a.lat - b.lat) * METRES_PER_DEGREE[1])
}

fn forward(lon: f64, lat: f64) -> (EastingNorthing, DatumShift) {
    bng_from_wgs84(LonLat { lon, lat }).expect("inside the grid")
}

/// Rows of numbers, the header left out.
fn numbers(csv: &str, from: usize) -> Vec<Vec<f64>> {
    csv.lines().skip(1).map(|line| line.split(',').skip(from).map(|v| v.parse().unwrap()).collect()).collect()
}

#[test]
fn the_test_points_of_the_ordnance_survey_are_met_to_a_centimetre_in_london_and_five_metres_elsewhere() {
    let points = numbers(include_str!("../../../data/reference/os_test_points.csv"), 1);
    assert_eq!(points.len(), 40);
    let mut in_london = 0;
    let mut worst = 0.0_f64;
    for p in points {
        let (grid, shift) = forward(p[0], p[1]);
        let off = (grid.easting - p[2]).hypot(grid.northing - p[3]);
        let (back, back_shift) = wgs84_from_bng(EastingNorthing { easting: p[2], northing: p[3] }).unwrap();
        assert_eq!(shift, back_shift);
        let back_off = Geodesic.distance(Point::new(back.lon, back.lat), Point::new(p[0], p[1]));
        match shift {
            DatumShift::Ostn15 => {
                in_london += 1;
                assert!(off <= 0.0015 && back_off <= 0.0015, "{off} {back_off}");
            }
            DatumShift::Helmert => {
                worst = worst.max(off);
                assert!(off <= 5.0 && back_off <= 5.0, "{off} {back_off} at {p:?}");
            }
        }
    }
    println!("Helmert: {worst:.2} m at worst");
    assert_eq!(in_london, 1, "TP09 lies in London");
    assert!(worst > 1.0, "outside London the shift is the coarse one");
}

#[test]
fn ten_thousand_points_of_london_agree_with_an_independent_library_both_ways() {
    let mut csv = String::new();
    let bytes: &[u8] = include_bytes!("../../../data/reference/ostn15_oracle.csv.gz");
    std::io::Read::read_to_string(&mut GzDecoder::new(bytes), &mut csv).unwrap();
    let points = numbers(&csv, 0);
    assert_eq!(points.len(), 10_000);
    let (mut worst, mut worst_back) = (0.0_f64, 0.0_f64);
    for p in &points {
        let (grid, shift) = forward(p[0], p[1]);
        assert_eq!(shift, DatumShift::Ostn15);
        worst = worst.max((grid.easting - p[2]).hypot(grid.northing - p[3]));
        let (back, shift) = wgs84_from_bng(EastingNorthing { easting: p[2], northing: p[3] }).unwrap();
        assert_eq!(shift, DatumShift::Ostn15);
        worst_back = worst_back.max(metres_between(back, LonLat { lon: p[4], lat: p[5] }));
    }
    println!("OSTN15: {:.2} mm there, {:.2} mm back, at worst", worst * 1e3, worst_back * 1e3);
    assert!(worst <= 0.02 && worst_back <= 0.02, "{worst} {worst_back}");
}

#[test]
fn local_distances_are_right_to_one_in_ten_thousand_within_a_hundred_kilometres_of_the_origin() {
    for (lon, lat) in [(-73.98, 40.75), (0.0, 0.0), (151.2, -33.9), (179.99, -17.0), (18.06, 69.3)] {
        let origin = LonLat { lon, lat };
        let local = Projection::Local { origin };
        assert_eq!(local.metres_from_lonlat(origin).unwrap().map(|m| m.abs() < 1e-6), [true, true]);
        for bearing in 0..24 {
            for km in [0.1, 1.0, 10.0, 50.0, 100.0] {
                let angle = f64::from(bearing) * std::f64::consts::PI / 12.0;
                let there = local.lonlat_from_metres([km * 1e3 * angle.sin(), km * 1e3 * angle.cos()]).unwrap();
                let truth = Geodesic.distance(Point::new(lon, lat), Point::new(there.lon, there.lat));
                assert!((truth / (km * 1e3) - 1.0).abs() <= 1e-4, "{truth} for {km} km at {lon} {lat}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn london_survives_the_way_there_and_back(lon in -0.55..0.40_f64, lat in 51.25..51.75_f64) {
        let (grid, shift) = forward(lon, lat);
        prop_assert_eq!(shift, DatumShift::Ostn15);
        let (back, _) = wgs84_from_bng(grid).unwrap();
        let off = metres_between(back, LonLat { lon, lat });
        prop_assert!(off < 1e-3, "{off}");
    }

    #[test]
    fn great_britain_survives_the_way_there_and_back(lon in -6.0..-1.0_f64, lat in 50.0..59.0_f64) {
        let (grid, shift) = forward(lon, lat);
        prop_assert_eq!(shift, DatumShift::Helmert);
        let (back, back_shift) = wgs84_from_bng(grid).unwrap();
        prop_assert_eq!(back_shift, DatumShift::Helmert);
        let off = metres_between(back, LonLat { lon, lat });
        prop_assert!(off < 5e-3, "{off}");
    }

    #[test]
    fn a_local_plane_survives_the_way_there_and_back(
        lon in -180.0..180.0_f64, lat in -80.0..80.0_f64, x in -150_000.0..150_000.0_f64, y in -150_000.0..150_000.0_f64,
    ) {
        let local = Projection::Local { origin: LonLat { lon, lat } };
        // Near the poles 150 km are more than six degrees.
        prop_assume!(lat.abs() < 72.0);
        let there = local.lonlat_from_metres([x, y]).unwrap();
        prop_assert!((-180.0..=180.0).contains(&there.lon));
        let m = local.metres_from_lonlat(there).unwrap();
        prop_assert!((m[0] - x).hypot(m[1] - y) < 1e-3, "{:?}", m);
    }
}
