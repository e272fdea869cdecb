use super::*;
use crate::density::test_points::{TWELVE, cloud};
use proptest::prelude::*;

#[test]
fn likelihoods_are_those_of_the_definition() {
    // numpy.
    let wanted =
        [(10.0, -132.82144296468314), (15.0, -121.71801968470288), (20.0, -119.38206721276832), (30.0, -119.4009099552823)];
    let scored = cross_validate(&TWELVE, Kernel::Gaussian, Criterion::Likelihood, &wanted.map(|w| w.0)).expect("valid input");
    for (score, (h, wanted)) in scored.scores.iter().zip(wanted) {
        assert!((score - wanted).abs() < 1e-4, "{h}: {score} is not {wanted}");
    }
    assert_eq!((scored.best_m, scored.at_end, scored.n), (Some(20.0), false, 12));
    let scored = cross_validate(&TWELVE, Kernel::Quartic, Criterion::Likelihood, &[20.0, 30.0, 40.0, 60.0]).expect("valid input");
    assert_eq!(scored.scores[..2], [f64::NEG_INFINITY; 2]);
    assert!((scored.scores[2] + 121.61174211595203).abs() < 1e-9 && (scored.scores[3] + 118.62264419966043).abs() < 1e-9);
    assert_eq!((scored.best_m, scored.at_end), (Some(60.0), true));
}

#[test]
fn least_squares_scores_are_those_of_an_integral_taken_numerically() {
    // numpy, the integral of the squared density on a raster of 0.2.
    let wanted = [9.406515274232243e-05, 2.370065339402761e-05, -1.928304030454724e-05, -4.694145888502255e-05];
    let scored = cross_validate(&TWELVE, Kernel::Quartic, Criterion::LeastSquares, &[20.0, 30.0, 40.0, 60.0]).expect("valid input");
    for (score, wanted) in scored.scores.iter().zip(wanted) {
        assert!((score - wanted).abs() < 1e-9, "{score} is not {wanted}");
    }
}

#[test]
fn the_overlap_of_two_quartic_kernels_is_exact() {
    // mpmath, 25 digits.
    let wanted = [
        (0.0, 0.572_957_795_130_823_2),
        (0.3, 0.49349853137664694),
        (1.0, 0.097_672_493_939_044_84),
        (1.5, 0.004_374_947_298_833_029),
        (1.9, 1.0157131643140728e-6),
        (2.0, 0.0),
    ];
    for (d, wanted) in wanted {
        assert!((quartic_overlap(d) - wanted).abs() < 1e-15, "{d}: {}", quartic_overlap(d));
    }
}

#[test]
fn a_lonely_point_rules_out_every_compact_kernel_that_does_not_reach() {
    let mut points = TWELVE.to_vec();
    points.push([5_000.0, 0.0]);
    let scored = cross_validate(&points, Kernel::Quartic, Criterion::Likelihood, &[30.0, 60.0]).expect("valid input");
    assert_eq!((scored.best_m, scored.at_end), (None, false));
}

#[test]
fn ties_count_as_others_and_pull_least_squares_to_nothing() {
    let points: Vec<[f64; 2]> = (0..60).map(|i| [f64::from(i / 3) * 40.0, f64::from(i / 3 % 4) * 30.0]).collect();
    let candidates = geometric_candidates(0.01, 100.0, 9);
    let scored = cross_validate(&points, Kernel::Quartic, Criterion::LeastSquares, &candidates).expect("valid input");
    assert_eq!((scored.best_m, scored.at_end), (Some(candidates[0]), true));
    let scored = cross_validate(&points, Kernel::Quartic, Criterion::Likelihood, &[0.01]).expect("valid input");
    let wanted = 60.0 * (2.0 * Kernel::Quartic.at(0.0, 0.01) / 59.0).ln();
    assert!((scored.scores[0] - wanted).abs() < 1e-9 * wanted);
}

#[test]
fn candidates_are_a_constant_factor_apart() {
    let candidates = geometric_candidates(100.0, 1_600.0, 5);
    for (got, wanted) in candidates.iter().zip([100.0, 200.0, 400.0, 800.0, 1_600.0]) {
        assert!((got - wanted).abs() < 1e-9);
    }
    assert_eq!(geometric_candidates(7.0, 9.0, 1), [7.0]);
}

#[test]
fn wrong_input_is_named() {
    let run = |points: &[[f64; 2]], kernel, criterion, h: &[f64]| cross_validate(points, kernel, criterion, h).is_err();
    assert!(run(&TWELVE[..1], Kernel::Quartic, Criterion::Likelihood, &[1.0]));
    assert!(run(&TWELVE, Kernel::Quartic, Criterion::Likelihood, &[]));
    assert!(run(&TWELVE, Kernel::Quartic, Criterion::Likelihood, &[1.0, -1.0]));
    assert!(run(&TWELVE, Kernel::Gaussian, Criterion::LeastSquares, &[1.0]));
    assert!(run(&[[f64::NAN, 0.0], [0.0, 0.0]], Kernel::Quartic, Criterion::Likelihood, &[1.0]));
    for criterion in [Criterion::Likelihood, Criterion::LeastSquares] {
        assert_eq!(criterion.to_string().parse(), Ok(criterion));
    }
}

proptest! {
    #[test]
    fn likelihood_is_a_sum_over_left_out_points(points in cloud(), h in 20.0..900.0_f64) {
        prop_assume!(points.len() > 1);
        let scored = cross_validate(&points, Kernel::Quartic, Criterion::Likelihood, &[h]).unwrap();
        let of = |i: usize| -> f64 {
            let others = points.iter().enumerate().filter(|(j, _)| *j != i);
            others.map(|(_, p)| Kernel::Quartic.at((p[0] - points[i][0]).hypot(p[1] - points[i][1]), h)).sum::<f64>() / (points.len() - 1) as f64
        };
        let wanted: f64 = (0..points.len()).map(|i| of(i).ln()).sum();
        prop_assert!(scored.scores[0] == wanted || (scored.scores[0] - wanted).abs() < 1e-6 * (1.0 + wanted.abs()));
    }
}
