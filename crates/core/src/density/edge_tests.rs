use super::*;
use geo::{LineString, Polygon, polygon};
use proptest::prelude::*;

/// An L of 900 by 800 m with a hole of 100 m.
fn with_hole() -> MultiPolygon<f64> {
    let ring = |corners: &[(f64, f64)]| LineString::from(corners.to_vec());
    let outer = ring(&[(0.0, 0.0), (900.0, 0.0), (900.0, 300.0), (400.0, 300.0), (400.0, 800.0), (0.0, 800.0)]);
    let hole = ring(&[(100.0, 100.0), (100.0, 200.0), (200.0, 200.0), (200.0, 100.0)]);
    MultiPolygon::from(Polygon::new(outer, vec![hole]))
}

const H: [(Kernel, f64); 5] = [
    (Kernel::Quartic, 300.0),
    (Kernel::Gaussian, 120.0),
    (Kernel::Epanechnikov, 300.0),
    (Kernel::Triangular, 300.0),
    (Kernel::Uniform, 300.0),
];

#[test]
fn shares_are_those_of_poly_cub() {
    // polyCub.iso 0.8.1 with the integral of r K(r) given and a tolerance of 1e-10, in the order of `H`.
    let wanted: [([f64; 2], [f64; 5]); 8] = [
        (
            [50.0, 50.0],
            [0.379_386_911_226_981_9, 0.38339964625850076, 0.35316419591300285, 0.3723598533474437, 0.329_084_185_310_880_6],
        ),
        (
            [250.0, 250.0],
            [0.907_034_487_453_252_7, 0.873164010814094, 0.884_750_584_770_328_5, 0.893_667_410_138_645_5, 0.813_555_880_012_556_2],
        ),
        (
            [500.0, 100.0],
            [
                0.787_202_632_992_008_9,
                0.757_495_817_007_649_7,
                0.723_532_186_715_737,
                0.750_936_548_696_397,
                0.620_064_318_007_256_1,
            ],
        ),
        (
            [420.0, 320.0],
            [0.6776604203447113, 0.671_644_897_036_254, 0.688_745_504_596_585_5, 0.68116728016854, 0.697_014_898_605_490_4],
        ),
        (
            [150.0, 150.0],
            [
                0.730_978_724_377_443,
                0.693_516_873_744_539_9,
                0.686_607_981_771_661_4,
                0.694_745_313_166_151_2,
                0.598_427_677_749_664_8,
            ],
        ),
        (
            [950.0, 100.0],
            [0.266_840_265_634_851_9, 0.25380576233749597, 0.26492786830086873, 0.26150844199720075, 0.246_277_140_046_351_5],
        ),
        (
            [0.0, 400.0],
            [0.49751366506741657, 0.49280307711651505, 0.493_063_912_679_160_1, 0.494_432_798_280_520_4, 0.479_615_336_723_757_7],
        ),
        (
            [400.0, 300.0],
            [
                0.747_513_665_067_416_5,
                0.736_922_789_569_65,
                0.743_063_912_679_160_3,
                0.744_432_798_280_520_4,
                0.729_615_336_723_757_9,
            ],
        ),
    ];
    let mask = with_hole();
    for (place, shares) in wanted {
        for ((kernel, h), wanted) in H.into_iter().zip(shares) {
            let got = share_inside(Mask::Polygon(&mask), kernel, h, &[place]).expect("valid input")[0];
            // The Gaussian is cut.
            let within = if kernel == Kernel::Gaussian { 2e-8 } else { 1e-9 };
            assert!((got - wanted).abs() < within, "{kernel} at {place:?}: {got} is not {wanted}");
        }
    }
}

#[test]
fn the_direction_of_rings_does_not_matter() {
    let polygon = with_hole();
    let turned = MultiPolygon::new(
        polygon
            .iter()
            .map(|p| {
                let back = |ring: &LineString<f64>| LineString::new(ring.0.iter().rev().copied().collect());
                Polygon::new(back(p.exterior()), p.interiors().iter().map(back).collect())
            })
            .collect(),
    );
    let at = [[50.0, 50.0], [250.0, 250.0], [950.0, 100.0]];
    let of = |mask| share_inside(Mask::Polygon(mask), Kernel::Quartic, 300.0, &at).expect("valid input");
    for (a, b) in of(&polygon).iter().zip(of(&turned)) {
        assert!((a - b).abs() < 1e-12);
    }
}

#[test]
fn on_the_outline_and_at_its_corners_there_is_no_jump() {
    // In the National Grid, where a coordinate has ten digits before those that are in doubt.
    let [x, y] = [530_123.4, 180_321.7];
    let square = MultiPolygon::from(
        polygon![(x: x, y: y), (x: x + 700.0, y: y + 100.0), (x: x + 600.0, y: y + 800.0), (x: x - 100.0, y: y + 700.0)],
    );
    let on = [[x, y], [x + 350.0, y + 50.0], [x + 650.0, y + 450.0], [x - 50.0, y + 350.0], [x + 600.0, y + 800.0]];
    for (kernel, h) in H {
        for place in on {
            let around: Vec<[f64; 2]> = (0..24)
                .map(|i| {
                    let (s, c) = (f64::from(i) * 0.262).sin_cos();
                    [place[0] + 1e-4 * s, place[1] + 1e-4 * c]
                })
                .collect();
            let near = share_inside(Mask::Polygon(&square), kernel, h, &around).expect("valid input");
            let at = share_inside(Mask::Polygon(&square), kernel, h, &[place]).expect("valid input")[0];
            assert!(near.iter().all(|n| (n - at).abs() < 1e-5), "{kernel} at {place:?}: {at} among {near:?}");
        }
    }
}

#[test]
fn a_straight_edge_has_a_half_and_a_right_corner_a_quarter() {
    // As tilted in the National Grid as a study area may be, and at the origin.
    for ([x, y], within) in [([0.0, 0.0], 1e-10), ([530_123.4, 180_321.7], 3e-8)] {
        let at = |dx: f64, dy: f64| geo::coord! { x: x + dx, y: y + dy };
        let corners = [at(0.0, 0.0), at(1_400.0, 200.0), at(1_200.0, 1_600.0), at(-200.0, 1_400.0)];
        let square = MultiPolygon::from(Polygon::new(LineString::new(corners.to_vec()), Vec::new()));
        let places: Vec<[f64; 2]> =
            corners.iter().map(|c| [c.x, c.y]).chain([[x + 700.0, y + 100.0], [x - 100.0, y + 700.0]]).collect();
        for (kernel, h) in H {
            // The corners of the second square are rounded to its coordinates: 1e-10 m, and its sides with them.
            let within = if kernel == Kernel::Gaussian { 2e-8 + within } else { within };
            let shares = share_inside(Mask::Polygon(&square), kernel, h, &places).expect("valid input");
            for (share, wanted) in shares.iter().zip([0.25, 0.25, 0.25, 0.25, 0.5, 0.5]) {
                assert!((share - wanted).abs() < within, "{kernel} at {x}: {share} is not {wanted}");
            }
        }
    }
}

#[test]
fn far_inside_and_far_outside_are_one_and_zero() {
    let square = MultiPolygon::from(polygon![(x: 0., y: 0.), (x: 9e4, y: 0.), (x: 9e4, y: 9e4), (x: 0., y: 9e4)]);
    for (kernel, h) in H {
        let shares =
            share_inside(Mask::Polygon(&square), kernel, h, &[[4e4, 4e4], [-1e4, 4e4], [1e300, 0.0]]).expect("valid input");
        assert!((shares[0] - 1.0).abs() < 2e-8);
        assert_eq!(shares[1..], [0.0, 0.0]);
    }
}

#[test]
fn two_parts_add_up() {
    let left = polygon![(x: 0., y: 0.), (x: 400., y: 0.), (x: 400., y: 800.), (x: 0., y: 800.)];
    let right = polygon![(x: 500., y: 0.), (x: 900., y: 0.), (x: 900., y: 800.), (x: 500., y: 800.)];
    let both = MultiPolygon::new(vec![left.clone(), right.clone()]);
    let at = [[450.0, 100.0], [390.0, 400.0], [500.0, 0.0]];
    for (kernel, h) in H {
        let of = |mask: &MultiPolygon<f64>| share_inside(Mask::Polygon(mask), kernel, h, &at).expect("valid input");
        let (l, r) = (of(&left.clone().into()), of(&right.clone().into()));
        for (i, both) in of(&both).iter().enumerate() {
            assert!((both - l[i] - r[i]).abs() < 1e-8);
        }
    }
}

#[test]
fn cells_have_nearly_the_shares_of_their_outline() {
    let step = 20.0;
    let (mut centers, mut area_km2) = (Vec::new(), Vec::new());
    let inside = PolygonEdges::new(&with_hole());
    for i in 0..50 {
        for j in 0..50 {
            let center = [(f64::from(i) + 0.5) * step, (f64::from(j) + 0.5) * step];
            if inside.contains(in_plane(center)) {
                centers.push(center);
                area_km2.push(step * step / 1e6);
            }
        }
    }
    let at = [[50.0, 50.0], [250.0, 250.0], [500.0, 100.0], [950.0, 100.0]];
    let polygon = with_hole();
    for (kernel, h) in H {
        let cells = share_inside(Mask::Cells { centers: &centers, area_km2: &area_km2 }, kernel, h, &at).expect("valid input");
        let exact = share_inside(Mask::Polygon(&polygon), kernel, h, &at).expect("valid input");
        let within = if kernel == Kernel::Uniform { 0.02 } else { 0.002 };
        assert!(cells.iter().zip(exact).all(|(c, e)| (c - e).abs() < within), "{kernel}");
    }
}

#[test]
fn wrong_masks_are_named() {
    let empty = MultiPolygon::new(Vec::new());
    assert_eq!(share_inside(Mask::Polygon(&empty), Kernel::Quartic, 300.0, &[[0.0, 0.0]]), Err(Error::EmptyArea));
    let bad = MultiPolygon::from(polygon![(x: 0., y: 0.), (x: f64::NAN, y: 0.), (x: 1., y: 1.)]);
    assert!(matches!(share_inside(Mask::Polygon(&bad), Kernel::Quartic, 300.0, &[]), Err(Error::OutOfRange { .. })));
    let centers = [[0.0, 0.0]];
    let cells = |area_km2| share_inside(Mask::Cells { centers: &centers, area_km2 }, Kernel::Quartic, 300.0, &centers);
    assert!(matches!(cells(&[]), Err(Error::Length { .. })));
    assert!(cells(&[-1.0]).is_err() && cells(&[f64::NAN]).is_err());
    assert!(share_inside(Mask::Polygon(&with_hole()), Kernel::Quartic, f64::NAN, &[]).is_err());
    for correction in [EdgeCorrection::Diggle, EdgeCorrection::Uniform] {
        assert_eq!(correction.to_string().parse(), Ok(correction));
    }
    assert!("torus".parse::<EdgeCorrection>().is_err());
}

proptest! {
    #[test]
    fn shares_are_those_of_many_small_squares(
        x in -200.0..1_100.0_f64, y in -200.0..1_000.0_f64, k in 0..5_usize, scale in 0.3..2.0_f64, turn in 0.0..TAU,
    ) {
        let (sin, cos) = turn.sin_cos();
        let rotate = |[x, y]: [f64; 2]| [x * cos - y * sin + 5e5, x * sin + y * cos + 2e5];
        let polygon = with_hole();
        let turned = geo::MapCoords::map_coords(&polygon, |c| { let [x, y] = rotate([c.x, c.y]); geo::coord! { x: x, y: y } });
        let (kernel, h) = (H[k].0, H[k].1 * scale);
        let got = share_inside(Mask::Polygon(&turned), kernel, h, &[rotate([x, y])]).unwrap()[0];
        let step = 10.0;
        let inside = PolygonEdges::new(&polygon);
        let mut sum = 0.0;
        for i in 0..90 {
            for j in 0..80 {
                let c = [(f64::from(i) + 0.5) * step, (f64::from(j) + 0.5) * step];
                if inside.contains(in_plane(c)) {
                    sum += kernel.at((c[0] - x).hypot(c[1] - y), h) * step * step;
                }
            }
        }
        let within = if kernel == Kernel::Uniform { 0.04 } else { 0.006 };
        prop_assert!((got - sum).abs() < within, "{} {}: {} is not {}", kernel, h, got, sum);
    }
}
