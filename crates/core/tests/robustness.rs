//! Whatever it is given, a method answers with numbers or with an error: it neither panics nor gives NaN.

use hotspot_core::evaluate::concentration::{BenchmarkParams, concentration, expected_gini_at_random, lorenz, random_benchmark};
use hotspot_core::evaluate::pai::{Cut, Forecast, Order, PaiParams, pai, recapture_rate_index};
use hotspot_core::evaluate::stability::{Adjustment, OverlapParams, sppt, top_overlap, wilcoxon_signed_rank};
use hotspot_core::local::calibration::{local_g_ties, local_moran_ties};
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli, bonferroni};
use hotspot_core::local::geary::local_geary;
use hotspot_core::local::getis_ord::{local_g, local_g_test};
use hotspot_core::local::global::{Assumption, GlobalTest, geary, general_g, moran};
use hotspot_core::local::max_statistic::{local_g_max, local_moran_max};
use hotspot_core::local::moran::local_moran;
use hotspot_core::local::permutation::{local_g_exact, local_g_permutation};
use hotspot_core::local::standardized_rate::empirical_bayes_index;
use hotspot_core::local::{Alternative, LocalTest, Null, Permutations, Scaling};
use hotspot_core::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights};
use hotspot_core::rate::e_test::Variance;
use hotspot_core::rate::funnel::{Dispersion, FunnelParams, Target, Transform};
use hotspot_core::rate::location_quotient::Part;
use hotspot_core::rate::poisson::{PoissonMethod, poisson_tails};
use hotspot_core::rate::rank::RankParams;
use hotspot_core::rate::ratio::{Exposed, RatioMethod};
use hotspot_core::rate::{
    GammaPosterior, GammaPrior, byar_limits, clopper_pearson_limits, e_test, exact_limits, fit_gamma_poisson, funnel,
    location_quotient, marshall_rates, naus, phe_limits, rank_intervals, rate, rate_ratio, rolling_change, share_gaps,
    weighted_displacement, wilson_limits,
};
use hotspot_core::space_time_cube::SpaceTimeCube;
use hotspot_core::time::aoristic::{AoristicParams, Known, OpenEnd, aoristic_months, aoristic_week};
use hotspot_core::time::control_chart::{ChartParams, Limits, g_chart, negative_binomial_chart, poisson_chart, t_chart, xmr};
use hotspot_core::time::delay::{ReportingTriangle, Reports, nowcast};
use hotspot_core::time::emerging::{EmergingParams, emerging};
use hotspot_core::time::knox::{KnoxParams, Metric, SamePlace, knox, knox_test};
use hotspot_core::time::mann_kendall::{mann_kendall, mann_kendall_exact, sen_slope};
use hotspot_core::time::repeats::{RepeatParams, WaitsFrom, repeats, time_to_next};
use hotspot_core::time::survival::{Wait, WaitEnd, kaplan_meier};
use hotspot_core::weights::{
    Barriers, Gap, SelfWeight, SpatialWeights, distance_band, from_edges, from_weighted_edges, h3_disks, k_nearest,
};
use hotspot_core::{Error, Month, MonthRange};
use std::fmt::Debug;

/// An error, or an answer without NaN.
fn defined(what: &str, answer: impl Debug) {
    let text = format!("{answer:?}");
    assert!(!text.contains("NaN"), "{what}: {text}");
}

fn refused<T: Debug>(what: &str, answer: Result<T, Error>) {
    let refusal = answer.map_err(|e| e.to_string());
    assert!(refusal.is_err(), "{what}: {refusal:?}");
}

/// Columns of nothing, one, equal, sparse, huge and tiny numbers.
const COLUMNS: [&[f64]; 10] = [
    &[],
    &[3.0],
    &[0.0, 0.0],
    &[2.0, 5.0],
    &[0.1; 5],
    &[0.0, 0.0, 0.0, 0.0, 7.0],
    &[1.0, 2.0, 1.0, 8.0, 9.0],
    &[1e308, -1e308, 0.0, 1.0, 1e308],
    &[1e308; 5],
    &[5e-324, 0.0, 1e-320, 2e-310, 0.0],
];

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

const COUNTS: [&[u32]; 7] = [&[], &[3], &[0, 0], &[0; 5], &[4; 5], &[0, 0, 0, 0, 900], &[u32::MAX, u32::MAX, 0, 1, u32::MAX]];

const LEVELS: [f64; 7] = [0.0, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Islands only; a ring; one link; all links; rows that add up to one; weights of very different size.
fn weights_of(units: usize) -> Vec<SpatialWeights> {
    let n = units as u32;
    let ring: Vec<Vec<u32>> = (0..n).map(|i| vec![(i + 1) % n, (i + n - 1) % n]).collect();
    let mut one = vec![Vec::new(); units];
    if n > 1 {
        one[0].push(1);
    }
    let all: Vec<Vec<u32>> = (0..n).map(|_| (0..n).collect()).collect();
    let sizes: Vec<Vec<(u32, f64)>> =
        (0..n).map(|i| (0..n).filter(|j| *j != i).map(|j| (j, if j % 2 == 0 { 1e-300 } else { 1e300 })).collect()).collect();
    let mut made: Vec<SpatialWeights> = [vec![Vec::new(); units], ring, one, all]
        .iter()
        .map(|lists| SpatialWeights::from_lists(lists).expect("neighbours are rows"))
        .collect();
    made.push(made[2].row_standardized());
    made.push(SpatialWeights::from_weighted_lists(&sizes).expect("neighbours are rows"));
    made
}

fn local_tests() -> Vec<LocalTest> {
    let all = [Alternative::Greater, Alternative::Less, Alternative::TwoSided].into_iter().flat_map(|a| {
        [
            LocalTest::analytical(a),
            LocalTest::exact(a),
            LocalTest::auto(a, 1),
            LocalTest::permutation(a, Permutations::fixed(19, 1)),
            LocalTest::permutation(a, Permutations::sequential(40, 3, 1)),
            LocalTest::permutation(a, Permutations::fixed(0, 1)),
        ]
    });
    all.flat_map(|test| [test, LocalTest { null: Null::Window, ..test }]).collect()
}

fn local_methods(values: &[f64], weights: &SpatialWeights, check: &dyn Fn(&str, Result<String, Error>)) {
    fn text<T: Debug>(answer: Result<T, Error>) -> Result<String, Error> {
        answer.map(|a| format!("{a:?}"))
    }
    for own in [SelfWeight::Included, SelfWeight::Excluded] {
        check("local_g", text(local_g(values, weights, own)));
        for test in local_tests() {
            check("local_g_test", text(local_g_test(values, weights, own, &test)));
            check("local_g_ties", text(local_g_ties(values, weights, own, &test)));
        }
        let permutations = Permutations::fixed(19, 1);
        check(
            "local_g_permutation",
            text(local_g_permutation(values, weights, own, Null::Window, Alternative::Less, permutations)),
        );
        check("local_g_max", text(local_g_max(values, weights, own, Alternative::TwoSided, 19, 1)));
    }
    for test in local_tests() {
        check("local_moran_ties", text(local_moran_ties(values, weights, &test)));
        for scaling in [Scaling::Population, Scaling::Sample] {
            check("local_moran", text(local_moran(values, weights, scaling, &test)));
            check("local_geary", text(local_geary(values, weights, scaling, &test)));
        }
    }
    check("local_moran_max", text(local_moran_max(values, weights, Alternative::Greater, 19, 1)));
    for assumption in [Assumption::Randomization, Assumption::Normality] {
        for permutations in [None, Some(Permutations::fixed(19, 1)), Some(Permutations::sequential(40, 3, 1))] {
            let test = GlobalTest { assumption, permutations, ..GlobalTest::default() };
            check("moran", text(moran(values, weights, &test)));
            check("geary", text(geary(values, weights, &test)));
            check("general_g", text(general_g(values, weights, &test)));
        }
    }
}

#[test]
fn local_association_is_defined_or_refused() {
    for values in COLUMNS {
        for (number, weights) in weights_of(values.len()).iter().enumerate() {
            local_methods(values, weights, &|what, answer| defined(&format!("{what} {values:?} {number}"), answer));
        }
        for wrong in [0, 4, 6] {
            let weights = SpatialWeights::from_lists(&vec![Vec::<u32>::new(); wrong]).expect("islands");
            if wrong != values.len() {
                local_methods(values, &weights, &|what, answer| refused(&format!("{what} {values:?} {wrong}"), answer));
            }
        }
    }
    for bad in NOT_FINITE {
        for weights in weights_of(5) {
            let values = [1.0, bad, 2.0, 3.0, 0.0];
            local_methods(&values, &weights, &|what, answer| refused(&format!("{what} {bad}"), answer));
        }
    }
}

#[test]
fn exact_permutation_and_corrections_are_defined_or_refused() {
    for counts in COUNTS {
        for weights in weights_of(counts.len()) {
            for own in [SelfWeight::Included, SelfWeight::Excluded] {
                for null in [Null::Conditional, Null::Window] {
                    defined("local_g_exact", local_g_exact(counts, &weights, own, null, Alternative::TwoSided));
                }
            }
        }
        for population in [0.0, 1e-320, 1.0, 1e308] {
            defined("empirical_bayes_index", empirical_bayes_index(counts, &vec![population; counts.len()]));
        }
        refused("empirical_bayes_index", empirical_bayes_index(counts, &[1.0; 9]));
    }
    for correction in [benjamini_hochberg, benjamini_yekutieli, bonferroni] {
        for p in [&[][..], &[0.0], &[1.0; 4], &[5e-324, 0.5]] {
            defined("correction", correction(p));
        }
        for bad in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            refused("correction", correction(&[0.5, bad]));
        }
    }
}

#[test]
fn weights_are_defined_or_refused() {
    let points: [&[[f64; 2]]; 6] = [
        &[],
        &[[1.0, 2.0]],
        &[[5.0, 5.0]; 9],
        &[[0.0, 0.0], [0.0, -0.0], [5e-324, 0.0]],
        &[[1e308, -1e308], [-1e308, 1e308], [0.0, 0.0]],
        &[[0.0, 0.0], [3.0, 4.0], [1e9, 0.0]],
    ];
    for points in points {
        for metres in [5e-324, 5.0, 1e308] {
            let band = distance_band(points, metres).expect("finite points and a positive band");
            assert_eq!(band.len(), points.len());
            let barrier = Barriers::new(&[vec![[1.0, -9.0], [1.0, 9.0]], vec![[2.0, 2.0]], vec![]], &[]).expect("finite");
            defined("cut", barrier.cut(&band, points));
            defined("symmetric_union", band.row_standardized().symmetric_union());
            assert!(band.is_symmetric() && band.islands().len() <= points.len());
        }
        for k in [0, 1, 2, 9, usize::MAX] {
            assert_eq!(k_nearest(points, k).is_ok(), points.is_empty() || k < points.len(), "{k} of {points:?}");
        }
    }
    for bad in NOT_FINITE {
        refused("distance_band", distance_band(&[[0.0, bad], [0.0, 0.0]], 5.0));
        refused("distance_band", distance_band(&[[0.0, 0.0]], bad));
        refused("k_nearest", k_nearest(&[[bad, 0.0], [0.0, 0.0]], 1));
        refused("barriers", Barriers::new(&[vec![[bad, 0.0], [0.0, 0.0]]], &[]));
        refused("barriers", Barriers::new(&[vec![[1.0, 0.0]]], &[Gap { center: [0.0, 0.0], radius_m: bad }]));
        refused("from_weighted_edges", from_weighted_edges(&[1, 2], [(1, 2, bad)]));
        refused("from_weighted_lists", SpatialWeights::from_weighted_lists(&[vec![(1, bad)], vec![]]));
    }
    for bad in [0.0, -1.0] {
        refused("distance_band", distance_band(&[[0.0, 0.0]], bad));
        refused("from_weighted_lists", SpatialWeights::from_weighted_lists(&[vec![(1, bad)], vec![]]));
    }
    let barriers = Barriers::new(&[vec![[0.0, 0.0], [0.0, 0.0]]], &[]).expect("a point bars what touches it");
    refused("cut", barriers.cut(&SpatialWeights::default(), &[[0.0, 0.0]]));
    refused("from_lists", SpatialWeights::from_lists(&[vec![0, 7]]));
    refused("from_edges", from_edges(&["a", "a"], []));
    refused("from_edges", from_edges(&["a"], [("a", "b")]));
    assert!(SpatialWeights::default().is_empty() && h3_disks(&[], u32::MAX).expect("nothing").is_empty());
    assert_eq!(SpatialWeights::default().row_standardized().symmetric_union().expect("nothing").links(), 0);
}

#[test]
fn limits_and_ratios_are_defined_or_refused() {
    const MANY: [u64; 5] = [0, 1, 7, 1_000_000, u32::MAX as u64];
    for count in MANY {
        for level in [1e-9, 0.5, 0.95, 0.998, 1.0 - 1e-12] {
            defined("limits", [exact_limits(count, level), byar_limits(count, level), phe_limits(count, level)]);
            defined("proportion", [clopper_pearson_limits(count.min(9), 9, level), wilson_limits(count as f64, 1e17, level)]);
            for other in MANY {
                for method in [RatioMethod::Exact, RatioMethod::MidP] {
                    let of = |count, exposure| Exposed { count, exposure };
                    defined("rate_ratio", rate_ratio(of(count, 1.0), of(other, 2.5), level, method));
                    defined("rolling_change", rolling_change(count, other, level));
                }
                let (area, whole) = (Part { count: count.min(other), of: 3.0 }, Part { count: other, of: 3.0 });
                defined("location_quotient", location_quotient(area, whole, level));
                defined("location_quotient", location_quotient(area, Part { of: 1e308, ..whole }, level));
            }
            for method in [PoissonMethod::Exact, PoissonMethod::Byar, PoissonMethod::Phe] {
                for denominator in [5e-324, 1.0, 1e308] {
                    defined("rate", rate(count, denominator, 1000.0, level, method));
                }
            }
        }
        for mean in [0.0, 5e-324, 1.0, 1e6, 1e300] {
            defined("poisson_tails", poisson_tails(count, mean));
        }
        for windows in [2.0, 1e9, 1e300] {
            for mean in [0.0, 5e-324, 1.0, 900.0, 1e300] {
                defined(&format!("naus {windows} {mean} {count}"), naus(windows, mean, count.min(2_000)));
            }
        }
    }
    let one = Exposed { count: 1, exposure: 1.0 };
    for (x, y, exposure) in [(0, 0, 1.0), (0, 9, 1e300), (9, 0, 1e-300), (3, 4, 1e300), (200, 1, 5e-324), (1 << 40, 1, 1.0)] {
        for variance in [Variance::Unpooled, Variance::Pooled] {
            let pair = (Exposed { count: x, exposure }, Exposed { count: y, exposure: 1.0 });
            defined(&format!("e_test {x} {y} {exposure}"), e_test(pair.0, pair.1, variance, Alternative::TwoSided));
        }
    }
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
        let wrong = Exposed { exposure: bad, ..one };
        refused("rate_ratio", rate_ratio(wrong, one, 0.95, RatioMethod::Exact));
        refused("e_test", e_test(one, wrong, Variance::Unpooled, Alternative::Less));
        refused("rate", rate(1, bad, 1.0, 0.95, PoissonMethod::Phe));
        refused("location_quotient", location_quotient(Part { count: 1, of: bad }, Part { count: 2, of: 9.0 }, 0.95));
        refused("naus", naus(bad, 1.0, 3));
    }
    for level in LEVELS {
        refused("rate_ratio", rate_ratio(one, one, level, RatioMethod::Exact));
        refused("rolling_change", rolling_change(1, 2, level));
        refused("rate", rate(1, 1.0, 1.0, level, PoissonMethod::Phe));
        refused("location_quotient", location_quotient(Part { count: 1, of: 1.0 }, Part { count: 2, of: 9.0 }, level));
    }
    let same = |v| BeforeAfter { before: v, after: v };
    for count in [0.0, 1.0, 1e308] {
        let counts = DisplacementCounts { treated: same(count), control: same(count), ..DisplacementCounts::default() };
        defined("weighted_displacement", weighted_displacement(&counts, &DisplacementWeights::default(), 0.95));
    }
    for bad in NOT_FINITE {
        let counts = DisplacementCounts { treated: same(bad), ..DisplacementCounts::default() };
        refused("weighted_displacement", weighted_displacement(&counts, &DisplacementWeights::default(), 0.95));
        let weights = DisplacementWeights { periods: same(bad), ..DisplacementWeights::default() };
        refused("weighted_displacement", weighted_displacement(&DisplacementCounts::default(), &weights, 0.95));
        refused("share_gaps", share_gaps(&[1.0], &[bad]));
    }
    defined("share_gaps", [share_gaps(&[], &[]), share_gaps(&[0.0], &[1.0]), share_gaps(&[1e308; 3], &[1e308; 3])]);
    refused("share_gaps", share_gaps(&[1.0], &[]));
}

#[test]
fn rates_of_many_units_are_defined_or_refused() {
    for counts in COUNTS {
        for size in [0.0, 5e-324, 1e-6, 1.0, 1e300] {
            let sizes = vec![size; counts.len()];
            let what = format!("{counts:?} of {size}");
            defined(&what, marshall_rates(counts, &sizes));
            defined(&what, fit_gamma_poisson(counts, &sizes));
            for dispersion in Dispersion::ALL {
                for transform in Transform::ALL {
                    for target in [Target::Overall, Target::Fixed(0.0), Target::Fixed(1.0)] {
                        let params = FunnelParams { target, dispersion, transform, ..FunnelParams::default() };
                        defined(&format!("funnel {what} {params:?}"), funnel(counts, &sizes, &params));
                    }
                }
            }
        }
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            if !counts.is_empty() {
                let sizes = vec![bad; counts.len()];
                refused("marshall_rates", marshall_rates(counts, &sizes));
                refused("fit_gamma_poisson", fit_gamma_poisson(counts, &sizes));
                refused("funnel", funnel(counts, &sizes, &FunnelParams::default()));
            }
        }
        refused("marshall_rates", marshall_rates(counts, &[1.0; 9]));
        refused("fit_gamma_poisson", fit_gamma_poisson(counts, &[1.0; 9]));
        refused("funnel", funnel(counts, &[1.0; 9], &FunnelParams::default()));
    }
    let params = RankParams { replicates: 9, ..RankParams::default() };
    for (shape, rate) in [(1e-300, 1.0), (1e-3, 1e-3), (1.0, 1e-300), (1e300, 1.0), (4.0, 1e300)] {
        let posterior = GammaPosterior { shape, rate };
        defined("posterior", (posterior.mean(), posterior.exceedance(2.0), posterior.cdf(0.0), posterior.interval(0.95)));
        for units in [0, 1, 3] {
            defined("rank_intervals", rank_intervals(&vec![posterior; units], &params));
        }
    }
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        refused("rank_intervals", rank_intervals(&[GammaPosterior { shape: bad, rate: 1.0 }], &params));
        refused("rank_intervals", rank_intervals(&[GammaPosterior { shape: 1.0, rate: bad }], &params));
    }
    let prior = GammaPrior { shape: 0.5, rate: 0.5 };
    for level in LEVELS {
        refused("rank_intervals", rank_intervals(&[prior.posterior(1, 1.0)], &RankParams { level, ..params }));
    }
    refused("rank_intervals", rank_intervals(&[prior.posterior(1, 1.0)], &RankParams { replicates: 0, ..params }));
}

#[test]
fn series_are_defined_or_refused() {
    for values in COLUMNS {
        defined("mann_kendall", mann_kendall(values));
        defined("mann_kendall_exact", mann_kendall_exact(values));
        defined(&format!("sen_slope {values:?}"), sen_slope(values, 0.95));
        for baseline in [0..0, 0..1, 0..2, 0..values.len(), std::ops::Range { start: 3, end: 1 }, 0..99] {
            let params = ChartParams::new(baseline.clone());
            defined(&format!("xmr {values:?} {baseline:?}"), xmr(values, &params));
            defined(&format!("t_chart {values:?} {baseline:?}"), t_chart(values, &params));
        }
    }
    for counts in [&[][..], &[5], &[0; 6], &[3; 6], &[0, 0, 90, 0, 0], &[u64::MAX; 3], &[1 << 40, 0, 3, 1 << 40]] {
        let params = ChartParams::new(0..counts.len());
        for exposure in [5e-324, 1.0, 1e308] {
            let exposures = vec![exposure; counts.len()];
            for limits in [Limits::Exact, Limits::ThreeSigma, Limits::MovingRange] {
                defined(&format!("poisson_chart {counts:?} {exposure}"), poisson_chart(counts, &exposures, limits, &params));
            }
            let what = format!("negative_binomial_chart {counts:?} {exposure}");
            defined(&what, negative_binomial_chart(counts, &exposures, &params));
        }
        defined("g_chart", g_chart(counts, &params));
        refused("poisson_chart", poisson_chart(counts, &[1.0; 9], Limits::Exact, &params));
        refused("negative_binomial_chart", negative_binomial_chart(counts, &[1.0; 9], &params));
    }
    for bad in NOT_FINITE {
        let values = [1.0, bad, 2.0];
        refused("mann_kendall", mann_kendall(&values));
        refused("mann_kendall_exact", mann_kendall_exact(&values));
        refused("sen_slope", sen_slope(&values, 0.95));
        refused("xmr", xmr(&values, &ChartParams::new(0..3)));
        refused("t_chart", t_chart(&values, &ChartParams::new(0..3)));
        refused("poisson_chart", poisson_chart(&[1, 2, 3], &values, Limits::Exact, &ChartParams::new(0..3)));
        refused("cube", SpaceTimeCube::new(1, 3, values.to_vec()));
        refused("kaplan_meier", kaplan_meier(&[Wait { time: bad, end: WaitEnd::Event }], 0.95));
    }
    for (units, steps) in [(0, 0), (0, 5), (3, 0), (1, 1), (5, 1), (1, 5), (5, 4)] {
        for value in [0.0, 1e308, 5e-324] {
            let values = (0..units * steps).map(|i| if i % 3 == 0 { value } else { 0.0 }).collect();
            let cube = SpaceTimeCube::new(units, steps, values).expect("as many values");
            for weights in weights_of(units) {
                for lag in [0, 1, 99, usize::MAX] {
                    defined("emerging", emerging(&cube, &weights, &EmergingParams { lag, ..EmergingParams::default() }));
                }
            }
            refused("emerging", emerging(&cube, &weights_of(7)[0], &EmergingParams::default()));
        }
    }
    for level in LEVELS {
        refused("sen_slope", sen_slope(&[1.0, 2.0], level));
        refused("kaplan_meier", kaplan_meier(&[], level));
    }
}

#[test]
fn events_in_time_are_defined_or_refused() {
    let days: [&[i64]; 5] = [&[], &[0], &[7, 7, 7], &[i64::MIN, i64::MAX, 0], &[1, 40, 2, 39]];
    for days in days {
        let points: Vec<[f64; 2]> = days.iter().map(|d| [(*d % 5) as f64, 0.0]).collect();
        for metric in [Metric::Euclidean, Metric::Manhattan] {
            let params = KnoxParams { metric, replicates: 9, ..KnoxParams::new(&[0.0, 5.0, f64::INFINITY], &[0.0, 3.0], 1) };
            defined(&format!("knox {days:?}"), knox(&points, days, &params));
            defined("knox_test", knox_test(&points, days, 0.0, u32::MAX, metric, 9, 1));
            refused("knox", knox(&[[0.0, 0.0]; 9], days, &params));
        }
        let incidents: Vec<(u8, i64)> = days.iter().map(|d| (1, *d)).collect();
        for (from, until) in [(0, 0), (0, 50), (i64::MIN, i64::MAX), (9, 0)] {
            let params = RepeatParams { lookback_days: u32::MAX, ..RepeatParams::new(from, until) };
            defined(
                "repeats",
                repeats(&incidents, &params).map(|r| (r.share_of_subjects(), r.top_share(0.01), r.share_by_chance(1))),
            );
            for waits in [WaitsFrom::EveryIncident, WaitsFrom::FirstIncident] {
                defined("time_to_next", time_to_next(&incidents, &params, waits, 0.95));
            }
        }
    }
    let params = KnoxParams::new(&[0.0, 5.0], &[0.0, 3.0], 1);
    for bad in NOT_FINITE {
        refused("knox", knox(&[[0.0, bad], [0.0, 0.0]], &[1, 2], &params));
        refused("knox_test", knox_test(&[[0.0, 0.0]; 2], &[1, 2], bad, 1, Metric::Euclidean, 9, 1));
        refused("knox", knox(&[], &[], &KnoxParams { same_place: SamePlace::Within(bad), ..params.clone() }));
    }
    for edges in [&[][..], &[0.0], &[3.0, 1.0], &[0.0, 0.0], &[0.0, f64::NAN], &[-1.0, 2.0]] {
        refused("knox", knox(&[[0.0, 0.0]; 2], &[1, 2], &KnoxParams { distances_m: edges.to_vec(), ..params.clone() }));
        refused("knox", knox(&[[0.0, 0.0]; 2], &[1, 2], &KnoxParams { days: edges.to_vec(), ..params.clone() }));
    }
    for end in [WaitEnd::Event, WaitEnd::Censored] {
        for waits in [vec![], vec![0.0], vec![3.0; 4], vec![0.0, 1e308]] {
            let waits: Vec<Wait> = waits.into_iter().map(|time| Wait { time, end }).collect();
            defined("kaplan_meier", kaplan_meier(&waits, 0.95).map(|s| (s.at(0.0), s.at(1e308), s.median(), s)));
        }
    }
    let at = |year| jiff::civil::date(year, 1, 1).at(0, 0, 0, 0);
    for known in [Known::Nothing, Known::Between(at(2024), at(2024)), Known::Between(at(-9999), at(9999)), Known::From(at(9999))] {
        for open_end in [OpenEnd::AtKnownEnd, AoristicParams::default().open_end] {
            let params = AoristicParams { open_end, ..AoristicParams::default() };
            defined("aoristic_week", aoristic_week(&[known], params));
            defined("aoristic_months", aoristic_months(&[known], params));
        }
    }
    refused("aoristic_week", aoristic_week(&[Known::Between(at(2025), at(2024))], AoristicParams::default()));
    let last: Month = "2026-03".parse().expect("a month");
    for count in [0, 1, 1_000_000] {
        for (months, longest) in [(1, 0), (30, 3), (30, u16::MAX)] {
            let months = MonthRange::ending(last, months);
            let reports = months.iter().flat_map(|m| [Reports { occurred: m, recorded: m, count }; 2]);
            let triangle = ReportingTriangle::new(reports, months, longest).expect("in order");
            defined("nowcast", (triangle.completeness(), nowcast(&triangle, 0.95)));
            refused("nowcast", nowcast(&triangle, f64::NAN));
        }
    }
    let early = Reports { occurred: last, recorded: last.minus(1), count: 1 };
    refused("triangle", ReportingTriangle::new([early], MonthRange::ending(last, 3), 1));
}

#[test]
fn evaluation_is_defined_or_refused() {
    for counts in COUNTS {
        let n = counts.len();
        let few = BenchmarkParams { replicates: 3, ..BenchmarkParams::default() };
        defined("concentration", concentration(counts).and_then(|c| random_benchmark(&c, &few).map(|r| (c, r))));
        for score in [0.0, -1e308, 1e308] {
            let scores: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { score } else { 0.0 }).collect();
            for area in [5e-324, 1.0, 1e308] {
                let areas = vec![area; n];
                let cuts = [Cut::Units(0), Cut::Units(1), Cut::Units(u32::MAX), Cut::AreaShare(1e-9), Cut::AreaShare(2.0)];
                for order in [Order::Density, Order::Score] {
                    let forecast = Forecast { predicted: &scores, observed: counts, area_km2: &areas };
                    let params = PaiParams { order, ..PaiParams::default() };
                    defined(&format!("pai {counts:?} {score} {area}"), pai(&forecast, &cuts, &params));
                }
            }
        }
        defined("sppt", sppt(counts, counts, 0.05, Adjustment::default()));
        refused("sppt", sppt(counts, &[1; 9], 0.05, Adjustment::default()));
        refused("top_overlap", top_overlap(counts, &[1; 9], &OverlapParams::of_top(1)));
        if counts.iter().all(|c| *c < 1000) {
            defined("top_overlap", top_overlap(counts, counts, &OverlapParams { replicates: 3, ..OverlapParams::of_top(1) }));
        }
    }
    for values in COLUMNS {
        defined("lorenz", lorenz(values).map(|l| (l.gini(), l.held_by(0.5), l.places_holding(0.5), l)));
        for alternative in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
            defined("wilcoxon", wilcoxon_signed_rank(values, alternative));
        }
    }
    for (places, incidents) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (1 << 40, 1), (3, 1 << 40)] {
        defined("expected_gini", expected_gini_at_random(places, incidents));
    }
    defined("recapture", [recapture_rate_index([0, 0], [0, 0]), recapture_rate_index([0, 1], [0, 1])]);
    for bad in NOT_FINITE {
        refused("lorenz", lorenz(&[1.0, bad]));
        refused("wilcoxon", wilcoxon_signed_rank(&[1.0, bad], Alternative::Less));
        let forecast = Forecast { predicted: &[bad], observed: &[1], area_km2: &[1.0] };
        refused("pai", pai(&forecast, &[Cut::Units(1)], &PaiParams::default()));
        let forecast = Forecast { predicted: &[1.0], observed: &[1], area_km2: &[bad] };
        refused("pai", pai(&forecast, &[Cut::Units(1)], &PaiParams::default()));
        let forecast = Forecast { predicted: &[1.0], observed: &[1], area_km2: &[1.0] };
        refused("pai", pai(&forecast, &[Cut::AreaShare(bad)], &PaiParams::default()));
    }
    let short = Forecast { predicted: &[1.0], observed: &[1, 2], area_km2: &[1.0] };
    refused("pai", pai(&short, &[Cut::Units(1)], &PaiParams::default()));
    refused("lorenz", lorenz(&[-1.0]));
}
