use super::*;
use crate::density::Mask;
use crate::density::test_points::{TWELVE, cloud};
use geo::{MultiPolygon, polygon};
use proptest::prelude::*;
use std::f64::consts::PI;

const THREE: [[f64; 2]; 3] = [[50.0, 50.0], [80.0, 40.0], [20.0, 30.0]];

fn per_m2(points: Points<'_>, at: &[[f64; 2]], params: &KdeParams<'_>) -> Vec<f64> {
    kde(points, at, params).expect("valid input").density_per_km2.into_iter().map(|d| d / 1e6).collect()
}

fn close(got: &[f64], wanted: &[f64], within: f64) {
    assert_eq!(got.len(), wanted.len());
    for (got, wanted) in got.iter().zip(wanted) {
        assert!((got - wanted).abs() <= within * wanted.abs(), "{got} is not {wanted}");
    }
}

/// The definition, without any file.
fn directly(points: Points<'_>, widths: &[f64], kernel: Kernel, at: [f64; 2]) -> f64 {
    let of = |(row, p): (usize, &[f64; 2])| points.weight(row) * kernel.at((p[0] - at[0]).hypot(p[1] - at[1]), widths[row]);
    points.places.iter().enumerate().map(of).sum::<f64>() * 1e6
}

#[test]
fn the_quartic_kernel_has_its_stated_values() {
    for (distance, wanted) in [(0.0, 1.061033e-5), (150.0, 5.968310e-6), (299.0, 4.699996e-10)] {
        close(&[Kernel::Quartic.at(distance, 300.0)], &[wanted], 5e-7);
    }
    assert_eq!(Kernel::Quartic.at(300.0, 300.0), 0.0);
    let points = [[1_000.0, 0.0], [1_000.0, 150.0], [800.0, 0.0]];
    let density = kde(Points::each(&points), &[[1_000.0, 0.0]], &KdeParams::fixed(300.0)).expect("valid input");
    assert!((density.density_per_km2[0] - 19.853433).abs() < 5e-7);
    assert_eq!((density.n, density.mass, density.left_out, density.range_m), (3, 3.0, 0, [300.0; 2]));
}

#[test]
fn every_kernel_integrates_to_one_with_the_stated_variance() {
    for kernel in Kernel::ALL {
        let h = 7.0;
        let steps = 400_000;
        let step = kernel.reach(h) / f64::from(steps);
        let (mut mass, mut variance) = (0.0, 0.0);
        for i in 0..steps {
            let r = (f64::from(i) + 0.5) * step;
            let ring = kernel.at(r, h) * 2.0 * PI * r * step;
            mass += ring;
            variance += 0.5 * ring * r * r;
        }
        assert!((mass - 1.0).abs() < 2e-8, "{kernel}: {mass}");
        assert!((variance / (h * h) - kernel.variance()).abs() < 1e-6, "{kernel}: {variance}");
    }
}

#[test]
fn five_kernels_have_the_densities_of_scikit_learn() {
    // KernelDensity 1.9.1 of kernels gaussian, tophat, epanechnikov, linear, times 12; quartic: a sum in numpy.
    let wanted: [(Kernel, f64, [f64; 3]); 5] = [
        (Kernel::Gaussian, 15.0, [0.0007175143831216497, 0.001382213150057571, 0.001681326840407045]),
        (Kernel::Uniform, 40.0, [0.0009947183943243459, 0.0007957747154594774, 0.0007957747154594774]),
        (Kernel::Epanechnikov, 40.0, [0.0008438210811149742, 0.0011503897589954393, 0.0012345599199718607]),
        (Kernel::Triangular, 40.0, [0.0007792151132832484, 0.0012290727352612472, 0.001403043748772433]),
        (Kernel::Quartic, 40.0, [0.0007457503439497009, 0.001368877539673818, 0.001576961148903297]),
    ];
    for (kernel, meters, wanted) in wanted {
        let params = KdeParams { kernel, ..KdeParams::fixed(meters) };
        close(&per_m2(Points::each(&TWELVE), &THREE, &params), &wanted, 1e-7);
    }
}

/// Places spread evenly over a hexagon of area 1 round a place, two of its sides upright.
fn hexagon([x, y]: [f64; 2]) -> Vec<[f64; 2]> {
    let side = (2.0 / 27_f64.sqrt()).sqrt();
    let half_width = 0.75_f64.sqrt() * side;
    let n = 30;
    let at = |i: i32| (f64::from(i) + 0.5) / f64::from(n) * side;
    (-n..n)
        .flat_map(|i| (-n..n).map(move |j| [at(i), at(j)]))
        .filter(|[dx, dy]| dx.abs() <= half_width && dy.abs() + dx.abs() / 3_f64.sqrt() <= side)
        .map(|[dx, dy]| [x + dx, y + dy])
        .collect()
}

#[test]
fn counts_at_centres_are_as_close_to_spread_points_as_is_said() {
    let step = (2.0 / 3_f64.sqrt()).sqrt();
    let rows = 24;
    let centers: Vec<[f64; 2]> = (0..rows * rows)
        .map(|i| {
            let (row, column) = (i / rows, i % rows);
            [step * (f64::from(column) + 0.5 * f64::from(row % 2)), step * 0.75_f64.sqrt() * f64::from(row)]
        })
        .collect();
    // Poisson of mean 2 by its quantiles, in an order of no pattern.
    let counts: Vec<u32> = (0..576_u32)
        .map(|i| {
            let share = f64::from(i * 1_009 % 577 * 331 % 577) / 577.0;
            [0.135, 0.406, 0.677, 0.857, 0.947, 0.983].iter().filter(|below| share > **below).count() as u32
        })
        .collect();
    let spread: Vec<[f64; 2]> = centers.iter().flat_map(|c| hexagon(*c)).collect();
    let in_cell = hexagon([0.0; 2]).len();
    let weights: Vec<f64> = counts.iter().flat_map(|n| vec![f64::from(*n) / in_cell as f64; in_cell]).collect();
    let variance = hexagon([0.0; 2]).iter().map(|p| p[0] * p[0]).sum::<f64>() / in_cell as f64;
    assert!((variance - 5.0 / (36.0 * 3_f64.sqrt())).abs() < 5e-4, "{variance}");
    for (h, single, random, widened) in [(1.625, 0.12, 0.06, 0.04), (3.25, 0.031, 0.007, 0.004), (4.3, 0.018, 0.003, 0.002)] {
        let one: Vec<[f64; 2]> = (0..200).map(|i| [1.6 * h * f64::from(i) / 200.0, 0.0]).collect();
        let params = KdeParams::fixed(h);
        let centered = kde_of_counts(&[1], &[[0.0; 2]], &one, &params).expect("valid input").density_per_km2;
        let exact = kde(Points::each(&hexagon([0.0; 2])), &one, &params).expect("valid input").density_per_km2;
        let worst = centered.iter().zip(exact).map(|(c, e)| (c - e / in_cell as f64).abs()).fold(0.0, f64::max) / centered[0];
        assert!(worst < single && worst > 0.9 * single, "{h}: {worst}");

        let inner: Vec<[f64; 2]> = centers
            .iter()
            .copied()
            .filter(|c| c.iter().all(|c| (h + 1.0..step * 0.75_f64.sqrt() * f64::from(rows - 1) - h - 1.0).contains(c)))
            .collect();
        let exact = kde(Points::weighted(&spread, &weights), &inner, &params).expect("valid input").density_per_km2;
        let off = |h: f64| {
            let got = kde_of_counts(&counts, &centers, &inner, &KdeParams::fixed(h)).expect("valid input").density_per_km2;
            let squares = got.iter().zip(&exact).map(|(g, e)| (g - e).powi(2)).sum::<f64>();
            (squares * exact.len() as f64).sqrt() / exact.iter().sum::<f64>()
        };
        let (plain, wider) = (off(h), off((h * h + variance / Kernel::Quartic.variance()).sqrt()));
        assert!(plain < random && wider < widened && wider < plain, "{h}: {plain} {wider}");
    }
}

#[test]
fn the_cut_gaussian_is_as_near_as_it_says() {
    let h = 20.0;
    let uncut = |at: [f64; 2]| -> f64 {
        let of = |p: &[f64; 2]| (-((p[0] - at[0]).powi(2) + (p[1] - at[1]).powi(2)) / (2.0 * h * h)).exp();
        TWELVE.iter().map(of).sum::<f64>() / (2.0 * PI * h * h)
    };
    let params = KdeParams { kernel: Kernel::Gaussian, ..KdeParams::fixed(h) };
    let bound = 1.6e-8 * 12.0 * Kernel::Gaussian.at(0.0, h);
    for at in [[50.0, 50.0], [120.0, 50.0], [200.0, 50.0], [-60.0, 180.0], [500.0, 0.0]] {
        let off = (per_m2(Points::each(&TWELVE), &[at], &params)[0] - uncut(at)).abs();
        assert!(off < bound, "{off:e} at {at:?}");
    }
}

#[test]
fn adaptive_bandwidths_follow_their_definitions() {
    // Both computed in numpy from the definition.
    let abramson = KdeParams { bandwidth: Bandwidth::Abramson { meters: 40.0, pilot_m: 40.0, trim: 5.0 }, ..KdeParams::fixed(1.0) };
    let found = kde(Points::each(&TWELVE), &THREE, &abramson).expect("valid input");
    close(&found.range_m, &[33.22636300797024, 51.009709794520916], 1e-12);
    let wanted = [0.0007630486271161026, 0.0014892857721086651, 0.001969887576173381].map(|d| d * 1e6);
    close(&found.density_per_km2, &wanted, 1e-12);
    let nearest = KdeParams { bandwidth: Bandwidth::Nearest { neighbors: 3, least_m: 1.0 }, ..KdeParams::fixed(1.0) };
    let wanted = [0.0004960679689871039, 0.001588681985062677, 0.0019255422180441315];
    close(&per_m2(Points::each(&TWELVE), &THREE, &nearest), &wanted, 1e-12);
}

#[test]
fn the_trim_and_the_least_width_hold() {
    let mut points = vec![[0.0, 0.0]; 50];
    points.push([10_000.0, 0.0]);
    let params = KdeParams { bandwidth: Bandwidth::Abramson { meters: 100.0, pilot_m: 100.0, trim: 2.0 }, ..KdeParams::fixed(1.0) };
    let found = kde(Points::each(&points), &[[10_000.0, 0.0]], &params).expect("valid input");
    assert_eq!(found.range_m[1], 200.0);
    let params = KdeParams { bandwidth: Bandwidth::Nearest { neighbors: 1, least_m: 30.0 }, ..KdeParams::fixed(1.0) };
    let found = kde(Points::each(&points), &[[0.0, 0.0]], &params).expect("valid input");
    assert_eq!(found.range_m, [30.0, 10_000.0]);
    close(&found.density_per_km2, &[(50.0 * Kernel::Quartic.at(0.0, 30.0) + Kernel::Quartic.at(10_000.0, 10_000.0)) * 1e6], 1e-12);
}

#[test]
fn nothing_has_no_density() {
    let found = kde(Points::each(&[]), &THREE, &KdeParams::fixed(300.0)).expect("valid input");
    assert_eq!((found.density_per_km2, found.n, found.mass), (vec![0.0; 3], 0, 0.0));
    assert_eq!(kde(Points::each(&TWELVE), &[], &KdeParams::fixed(300.0)).expect("valid input").density_per_km2, [0.0; 0]);
    let abramson = KdeParams { bandwidth: Bandwidth::Abramson { meters: 40.0, pilot_m: 40.0, trim: 5.0 }, ..KdeParams::fixed(1.0) };
    assert_eq!(kde(Points::each(&[]), &THREE, &abramson).expect("valid input").density_per_km2, [0.0; 3]);
    let nothing = [0.0; 12];
    assert_eq!(kde(Points::weighted(&TWELVE, &nothing), &THREE, &abramson).expect("valid input").n, 0);
}

#[test]
fn one_place_and_far_places_are_defined() {
    let params = KdeParams::fixed(1e-6);
    let at = [[5e5, 2e5], [5e5 + 1.0, 2e5], [1e300, -1e300], [0.0, 0.0]];
    let found = kde(Points::each(&[[5e5, 2e5]; 7]), &at, &params).expect("valid input");
    close(&found.density_per_km2[..1], &[7.0 * Kernel::Quartic.at(0.0, 1e-6) * 1e6], 1e-12);
    assert_eq!(found.density_per_km2[1..], [0.0; 3]);
    let spread = [[-1e300, 0.0], [1e300, 1e300], [0.0, 0.0]];
    let found = kde(Points::each(&spread), &spread, &KdeParams::fixed(1e9)).expect("valid input");
    assert!(found.density_per_km2.iter().all(|d| d.is_finite()));
}

#[test]
fn wrong_input_is_named() {
    let points = Points::each(&TWELVE);
    for meters in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-7, 1e10] {
        assert!(matches!(kde(points, &THREE, &KdeParams::fixed(meters)), Err(Error::OutOfRange { what: "bandwidth", .. })));
    }
    let params = KdeParams::fixed(300.0);
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(kde(Points::each(&[[bad, 0.0]]), &THREE, &params).is_err());
        assert!(kde(points, &[[0.0, bad]], &params).is_err());
        assert!(kde(Points::weighted(&TWELVE[..1], &[bad]), &THREE, &params).is_err());
    }
    assert!(kde(Points::weighted(&TWELVE[..1], &[-1.0]), &THREE, &params).is_err());
    assert!(matches!(kde(Points::weighted(&TWELVE, &[1.0]), &THREE, &params), Err(Error::Length { .. })));
    let with = |bandwidth| kde(points, &THREE, &KdeParams { bandwidth, ..params });
    for neighbors in [0, 12] {
        assert!(with(Bandwidth::Nearest { neighbors, least_m: 1.0 }).is_err());
    }
    assert!(with(Bandwidth::Nearest { neighbors: 1, least_m: 0.0 }).is_err());
    for trim in [0.5, f64::NAN, f64::INFINITY] {
        assert!(with(Bandwidth::Abramson { meters: 1.0, pilot_m: 1.0, trim }).is_err());
    }
    let counts = kde_of_counts(&[1], &THREE, &THREE, &params);
    assert!(matches!(counts, Err(Error::Length { .. })));
}

#[test]
fn names_go_there_and_back() {
    for kernel in Kernel::ALL {
        assert_eq!(kernel.to_string().parse(), Ok(kernel));
    }
    let wrong = "biweight".parse::<Kernel>().expect_err("not a name");
    assert_eq!(wrong.to_string(), "not a known kernel; allowed: quartic, gaussian, epanechnikov, triangular, uniform");
}

/// A square grid over a box: centres and the area of each cell in square kilometres.
fn grid(low: f64, high: f64, step: f64) -> (Vec<[f64; 2]>, f64) {
    let n = ((high - low) / step).round() as i32;
    let at = |i: i32| low + (f64::from(i) + 0.5) * step;
    ((0..n * n).map(|i| [at(i % n), at(i / n)]).collect(), step * step / 1e6)
}

#[test]
fn far_from_the_edge_the_density_integrates_to_the_number_of_points() {
    let (at, area) = grid(-1_500.0, 1_500.0, 10.0);
    let points: Vec<[f64; 2]> = TWELVE.iter().map(|p| [8.0 * p[0], 8.0 * p[1]]).collect();
    for kernel in Kernel::ALL {
        let h = if kernel == Kernel::Gaussian { 100.0 } else { 400.0 };
        let found = kde(Points::each(&points), &at, &KdeParams { kernel, ..KdeParams::fixed(h) }).expect("valid input");
        let total: f64 = found.density_per_km2.iter().map(|d| d * area).sum();
        let within = if kernel == Kernel::Uniform { 1e-2 } else { 1e-4 };
        assert!((total - 12.0).abs() < within, "{kernel}: {total}");
    }
}

#[test]
fn with_cells_for_mask_the_expected_counts_add_up_exactly() {
    let (at, area) = grid(0.0, 1_000.0, 50.0);
    let area_km2 = vec![area; at.len()];
    let points: Vec<[f64; 2]> = TWELVE.iter().map(|p| [10.0 * p[0], 10.0 * p[1]]).collect();
    let mask = Mask::Cells { centers: &at, area_km2: &area_km2 };
    let edge = Some(Edge { correction: EdgeCorrection::Diggle, mask });
    let bandwidths = [
        Bandwidth::Fixed { meters: 300.0 },
        Bandwidth::Abramson { meters: 300.0, pilot_m: 200.0, trim: 5.0 },
        Bandwidth::Nearest { neighbors: 2, least_m: 100.0 },
    ];
    for bandwidth in bandwidths {
        for kernel in Kernel::ALL {
            let found = kde(Points::each(&points), &at, &KdeParams { kernel, bandwidth, edge }).expect("valid input");
            let total: f64 = found.density_per_km2.iter().map(|d| d * area).sum();
            assert!((total / 12.0 - 1.0).abs() < 1e-12, "{kernel} {bandwidth:?}: {total}");
        }
    }
}

#[test]
fn in_a_polygon_nothing_is_lost_over_the_border() {
    // An L: 0.6 of a square kilometre.
    let outline = MultiPolygon::from(polygon![
        (x: 0., y: 0.), (x: 1_000., y: 0.), (x: 1_000., y: 500.), (x: 200., y: 500.), (x: 200., y: 1_000.), (x: 0., y: 1_000.)
    ]);
    let mut points: Vec<[f64; 2]> = TWELVE.iter().map(|p| [9.0 * p[0], 4.5 * p[1]]).collect();
    points.extend([[100.0, 900.0], [0.5, 999.0], [990.0, 5.0], [500.0, 600.0], [-20.0, 100.0]]);
    let (everywhere, area) = grid(0.0, 1_000.0, 5.0);
    let at: Vec<[f64; 2]> = everywhere.into_iter().filter(|p| p[1] < 500.0 || p[0] < 200.0).collect();
    for bandwidth in [Bandwidth::Fixed { meters: 250.0 }, Bandwidth::Nearest { neighbors: 3, least_m: 50.0 }] {
        let edge = Some(Edge { correction: EdgeCorrection::Diggle, mask: Mask::Polygon(&outline) });
        let found = kde(Points::each(&points), &at, &KdeParams { kernel: Kernel::Quartic, bandwidth, edge }).expect("valid input");
        assert_eq!((found.n, found.left_out, found.mass), (15, 2, 15.0));
        let total: f64 = found.density_per_km2.iter().map(|d| d * area).sum();
        assert!((total - 15.0).abs() < 0.005, "{total}");
        let open = kde(Points::each(&points), &at, &KdeParams { bandwidth, ..KdeParams::fixed(1.0) }).expect("valid input");
        assert!(open.density_per_km2.iter().map(|d| d * area).sum::<f64>() < 14.5);
    }
}

#[test]
fn the_uniform_correction_keeps_an_even_density_level() {
    let (points, cell) = grid(0.0, 1_000.0, 10.0);
    let square = MultiPolygon::from(polygon![(x: 0., y: 0.), (x: 1_000., y: 0.), (x: 1_000., y: 1_000.), (x: 0., y: 1_000.)]);
    let at = [[500.0, 500.0], [0.0, 500.0], [0.0, 0.0], [3.0, 970.0], [-100.0, -100.0], [5_000.0, 0.0]];
    let of = |correction| {
        let edge = Some(Edge { correction, mask: Mask::Polygon(&square) });
        kde(Points::each(&points), &at, &KdeParams { edge, ..KdeParams::fixed(200.0) }).expect("valid input").density_per_km2
    };
    let uniform = of(EdgeCorrection::Uniform);
    // Also at a place outside, from what lies inside; where nothing of the mask is near there is nothing.
    for density in &uniform[..5] {
        assert!((density * cell - 1.0).abs() < 0.02, "{density}");
    }
    assert_eq!(uniform[5], 0.0);
    let open = kde(Points::each(&points), &at, &KdeParams::fixed(200.0)).expect("valid input").density_per_km2;
    assert!((open[1] * cell - 0.5).abs() < 0.03 && (open[2] * cell - 0.25).abs() < 0.03);
    let adaptive = KdeParams {
        bandwidth: Bandwidth::Nearest { neighbors: 3, least_m: 10.0 },
        edge: Some(Edge { correction: EdgeCorrection::Uniform, mask: Mask::Polygon(&square) }),
        ..KdeParams::fixed(1.0)
    };
    assert!(kde(Points::each(&points), &at, &adaptive).is_err());
}

proptest! {
    #[test]
    fn the_file_of_points_changes_nothing(points in cloud(), h in 5.0..3_000.0_f64, k in 0..5_usize, weighted in any::<bool>()) {
        let kernel = Kernel::ALL[k];
        let weights: Vec<f64> = (0..points.len()).map(|i| (i % 4) as f64).collect();
        let given = if weighted { Points::weighted(&points, &weights) } else { Points::each(&points) };
        let mut at = points.clone();
        at.extend([[530_100.0, 180_020.0], [529_000.0, 181_000.0], [533_000.0, 179_990.0]]);
        let found = kde(given, &at, &KdeParams { kernel, ..KdeParams::fixed(h) }).unwrap();
        for (place, density) in at.iter().zip(&found.density_per_km2) {
            let wanted = directly(given, &vec![h; points.len()], kernel, *place);
            prop_assert!((density - wanted).abs() <= 1e-9 * wanted + 1e-12 * kernel.at(0.0, h) * 1e6, "{} is not {}", density, wanted);
        }
    }

    #[test]
    fn classes_of_bandwidths_change_nothing(points in cloud(), neighbors in 1..6_usize, k in 0..5_usize) {
        prop_assume!(points.len() > neighbors);
        let kernel = Kernel::ALL[k];
        let params = KdeParams { kernel, bandwidth: Bandwidth::Nearest { neighbors, least_m: 20.0 }, edge: None };
        let found = kde(Points::each(&points), &points, &params).unwrap();
        let widths: Vec<f64> = points.iter().map(|p| {
            let mut all: Vec<f64> = points.iter().map(|q| (p[0] - q[0]).hypot(p[1] - q[1])).collect();
            all.sort_by(f64::total_cmp);
            all[neighbors].max(20.0)
        }).collect();
        for (place, density) in points.iter().zip(&found.density_per_km2) {
            let wanted = directly(Points::each(&points), &widths, kernel, *place);
            // A point at the very distance of a bandwidth is in or out of the uniform kernel by rounding.
            let slack = if kernel == Kernel::Uniform { 5.0 * kernel.at(0.0, 20.0) * 1e6 } else { 1e-8 * kernel.at(0.0, 20.0) * 1e6 };
            prop_assert!((density - wanted).abs() <= 1e-9 * wanted + slack);
        }
    }

    #[test]
    fn whole_weights_are_repeated_points(points in cloud(), h in 50.0..800.0_f64) {
        let weights: Vec<f64> = (0..points.len()).map(|i| (i % 3) as f64).collect();
        let repeated: Vec<[f64; 2]> = points.iter().enumerate().flat_map(|(i, p)| vec![*p; i % 3]).collect();
        for bandwidth in [Bandwidth::Fixed { meters: h }, Bandwidth::Abramson { meters: h, pilot_m: h, trim: 5.0 }] {
            let params = KdeParams { bandwidth, ..KdeParams::fixed(h) };
            let (a, b) = (kde(Points::weighted(&points, &weights), &points, &params).unwrap(), kde(Points::each(&repeated), &points, &params).unwrap());
            prop_assert!((a.mass - b.mass).abs() < 1e-9);
            for (a, b) in a.density_per_km2.iter().zip(&b.density_per_km2) {
                prop_assert!((a - b).abs() <= 1e-9 * b.max(1e-6));
            }
        }
    }

    #[test]
    fn order_and_threads_change_nothing(points in cloud(), h in 50.0..800.0_f64) {
        let params = KdeParams::fixed(h);
        let at = points.clone();
        let run = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
            .install(|| kde(Points::each(&points), &at, &params).unwrap());
        let one = run(1);
        prop_assert_eq!(&one, &run(3));
        let backwards: Vec<[f64; 2]> = points.iter().rev().copied().collect();
        let turned = kde(Points::each(&backwards), &at, &params).unwrap();
        for (a, b) in one.density_per_km2.iter().zip(&turned.density_per_km2) {
            prop_assert!((a - b).abs() <= 1e-12 * a);
        }
    }

    #[test]
    fn moving_and_stretching_do_what_they_should(points in cloud(), h in 50.0..800.0_f64, factor in 0.1..10.0_f64) {
        let at = points.clone();
        let one = kde(Points::each(&points), &at, &KdeParams::fixed(h)).unwrap();
        let stretch = |all: &[[f64; 2]]| all.iter().map(|p| p.map(|c| factor * c)).collect::<Vec<_>>();
        let stretched = kde(Points::each(&stretch(&points)), &stretch(&at), &KdeParams::fixed(h * factor)).unwrap();
        for (a, b) in one.density_per_km2.iter().zip(&stretched.density_per_km2) {
            prop_assert!((a - b * factor * factor).abs() <= 1e-7 * a);
        }
    }
}
