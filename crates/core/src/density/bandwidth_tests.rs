use super::*;
use crate::density::test_points::TWELVE;
use proptest::prelude::*;

const RULES: [BandwidthRule; 6] = [
    BandwidthRule::ArcGis,
    BandwidthRule::NormalReference,
    BandwidthRule::Scott,
    BandwidthRule::Silverman,
    BandwidthRule::Analyst,
    BandwidthRule::NearestNeighbors { neighbors: 3 },
];

fn meters(rule: BandwidthRule, points: Points<'_>) -> f64 {
    choose(rule, points, rule.kernel()).expect("valid input").meters
}

#[test]
fn rules_give_the_numbers_of_their_tools() {
    let wanted = [
        (BandwidthRule::ArcGis, 21.983_139_541_685_53),          // its formula in R
        (BandwidthRule::NormalReference, 74.502_575_393_687_27), // MASS::bandwidth.nrd 7.3-58.2, mean of x and y
        (BandwidthRule::Scott, 19.5356400067718),                // spatstat.explore::bw.scott.iso 3.0-6
        (BandwidthRule::NearestNeighbors { neighbors: 3 }, 35.20130140843029), // spatstat.geom::nndist
        (BandwidthRule::Analyst, (92.08 - 7.68) / 30.0),
        (BandwidthRule::Silverman, f64::midpoint(20.666144415621314_f64.powi(2), 18.466977816418645_f64.powi(2)).sqrt()), // bw.scott
    ];
    for (rule, wanted) in wanted {
        let got = meters(rule, Points::each(&TWELVE));
        assert!((got / wanted - 1.0).abs() < 1e-12, "{rule}: {got} is not {wanted}");
    }
}

#[test]
fn silvermans_constant_for_the_quartic_kernel_comes_out() {
    let factor = Kernel::Quartic.equivalent(1.0, Kernel::Gaussian);
    assert!((factor - 2.78).abs() < 0.005, "{factor}");
    let quartic = choose(BandwidthRule::Silverman, Points::each(&TWELVE), Kernel::Quartic).expect("valid input");
    assert!((quartic.meters - factor * meters(BandwidthRule::Silverman, Points::each(&TWELVE))).abs() < 1e-12);
    assert_eq!((quartic.kernel, quartic.n), (Kernel::Quartic, 12.0));
    for kernel in Kernel::ALL {
        assert!((kernel.equivalent(Kernel::Quartic.equivalent(3.0, kernel), Kernel::Quartic) - 3.0).abs() < 1e-12);
    }
}

#[test]
fn points_that_do_not_spread_have_no_bandwidth() {
    for points in [&[][..], &[[1.0, 2.0]], &[[1.0, 2.0]; 5]] {
        for rule in RULES {
            let got = choose(rule, Points::each(points), Kernel::Quartic);
            assert!(matches!(got, Err(Error::OutOfRange { .. })), "{rule}: {got:?}");
        }
    }
    let line = [[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [4.0, 0.0]];
    for (rule, defined) in RULES.into_iter().zip([true, true, false, true, false, true]) {
        assert_eq!(choose(rule, Points::each(&line), Kernel::Quartic).is_ok(), defined, "{rule}");
    }
}

#[test]
fn names_go_there_and_back() {
    for rule in RULES {
        assert_eq!(rule.to_string().parse(), Ok(rule));
    }
    for wrong in ["nearest-0", "nearest-", "nearest-x", "auto"] {
        assert!(wrong.parse::<BandwidthRule>().is_err());
    }
}

#[test]
fn wrong_input_is_named() {
    assert!(choose(BandwidthRule::ArcGis, Points::each(&[[f64::NAN, 0.0]]), Kernel::Quartic).is_err());
    assert!(choose(BandwidthRule::ArcGis, Points::weighted(&TWELVE, &[1.0]), Kernel::Quartic).is_err());
    for neighbors in [0, 12] {
        assert!(choose(BandwidthRule::NearestNeighbors { neighbors }, Points::each(&TWELVE), Kernel::Quartic).is_err());
    }
}

proptest! {
    #[test]
    fn whole_weights_are_repeated_points(counts in prop::collection::vec(0..4_usize, 12)) {
        prop_assume!(counts.iter().filter(|n| **n > 0).count() > 3);
        let weights: Vec<f64> = counts.iter().map(|n| *n as f64).collect();
        let repeated: Vec<[f64; 2]> = TWELVE.iter().zip(&counts).flat_map(|(p, n)| vec![*p; *n]).collect();
        for rule in &RULES[..5] {
            let (a, b) = (choose(*rule, Points::weighted(&TWELVE, &weights), Kernel::Quartic), choose(*rule, Points::each(&repeated), Kernel::Quartic));
            match (a, b) {
                (Ok(a), Ok(b)) => prop_assert!((a.meters / b.meters - 1.0).abs() < 1e-9 && a.n == b.n, "{}: {:?} {:?}", rule, a, b),
                (a, b) => prop_assert!(a.is_err() && b.is_err()),
            }
        }
    }

    #[test]
    fn bandwidths_scale_with_the_map_and_do_not_move_with_it(factor in 0.01..100.0_f64, shift in -1e5..1e5_f64) {
        let moved: Vec<[f64; 2]> = TWELVE.iter().map(|p| [factor * p[0] + shift, factor * p[1] - shift]).collect();
        for rule in RULES {
            let (a, b) = (meters(rule, Points::each(&TWELVE)), meters(rule, Points::each(&moved)));
            prop_assert!((a * factor / b - 1.0).abs() < 1e-6, "{}: {} {}", rule, a, b);
        }
    }
}
