use super::*;
use crate::local::getis_ord::local_g_test;
use crate::local::inference::{Alternative, Permutations};
use proptest::prelude::*;

fn ring(n: u32, reach: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> = (0..n).map(|i| (1..=reach).flat_map(|d| [(i + d) % n, (i + n - d) % n]).collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

/// A line: the ends have one neighbour.
fn line(n: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> =
        (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

fn sparse(n: u32) -> Vec<f64> {
    (0..n)
        .map(|i| {
            let u = f64::from(i * 7919 % n + 1) / f64::from(n);
            (0.5 / u.powf(0.7)).floor()
        })
        .collect()
}

fn moran(values: &[f64], weights: &SpatialWeights, test: &LocalTest) -> LocalMoran {
    local_moran(values, weights, Scaling::Population, test).expect("valid input")
}

/// I of one unit by the definition.
fn by_definition(values: &[f64], weights: &SpatialWeights, unit: usize) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let m2 = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let w = |place: usize| weights.weights(unit).map_or(1.0, |w| w[place]);
    let lag: f64 = weights.neighbors(unit).iter().enumerate().map(|(place, j)| w(place) * (values[*j as usize] - mean)).sum();
    (values[unit] - mean) * lag / m2
}

/// I of one unit for every ordering of the other values on the other places.
fn by_all_permutations(values: &[f64], weights: &SpatialWeights, unit: usize) -> Vec<f64> {
    fn go(rest: &mut Vec<f64>, places: &[usize], values: &mut Vec<f64>, visit: &mut impl FnMut(&[f64])) {
        let Some((place, more)) = places.split_first() else { return visit(values) };
        for i in 0..rest.len() {
            let value = rest.remove(i);
            values[*place] = value;
            go(rest, more, values, visit);
            rest.insert(i, value);
        }
    }
    let others: Vec<usize> = (0..values.len()).filter(|i| *i != unit).collect();
    let mut rest: Vec<f64> = others.iter().map(|i| values[*i]).collect();
    let mut placed = values.to_vec();
    let mut all = Vec::new();
    go(&mut rest, &others, &mut placed, &mut |v| all.push(by_definition(v, weights, unit)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn exact_p_and_moments_are_those_of_all_permutations(counts in prop::collection::vec(0_u32..6, 4..=7), standard in any::<bool>()) {
        let values: Vec<f64> = counts.iter().copied().map(f64::from).collect();
        let weights = line(values.len() as u32);
        let weights = if standard { weights.row_standardized() } else { weights };
        let [greater, less, both] = [Alternative::Greater, Alternative::Less, Alternative::TwoSided]
            .map(|a| moran(&values, &weights, &LocalTest::exact(a)));
        for unit in 0..values.len() {
            let Some(i) = greater.i[unit] else {
                prop_assert!(values.iter().all(|v| *v == values[0]));
                continue;
            };
            prop_assert!((i - by_definition(&values, &weights, unit)).abs() < 1e-12);
            let all = by_all_permutations(&values, &weights, unit);
            let n = all.len() as f64;
            let mean = all.iter().sum::<f64>() / n;
            let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
            prop_assert!((greater.expected[unit].unwrap() - mean).abs() < 1e-11);
            prop_assert!((greater.variance[unit].unwrap() - variance).abs() < 1e-11);
            if let Some(z) = greater.z[unit] {
                prop_assert!((z - (i - mean) / variance.sqrt()).abs() < 1e-7);
            } else {
                prop_assert!(variance < 1e-12);
            }
            let share = |extreme: &dyn Fn(f64) -> bool| all.iter().filter(|v| extreme(**v)).count() as f64 / n;
            let (g, l) = (share(&|v| v >= i - 1e-9), share(&|v| v <= i + 1e-9));
            prop_assert!((greater.p[unit] - g).abs() < 1e-13, "{} is not {g}", greater.p[unit]);
            prop_assert!((less.p[unit] - l).abs() < 1e-13, "{} is not {l}", less.p[unit]);
            prop_assert!((both.p[unit] - (2.0 * g.min(l)).min(1.0)).abs() < 1e-13);
        }
    }

    #[test]
    fn scale_and_shift_change_nothing_and_a_turn_turns(
        counts in prop::collection::vec(0_u32..40, 6..40), a in 0.01..100.0_f64, b in -1e4..1e4_f64,
    ) {
        let values: Vec<f64> = counts.iter().copied().map(f64::from).collect();
        let moved: Vec<f64> = values.iter().map(|v| a * v + b).collect();
        let negative: Vec<f64> = values.iter().map(|v| -v).collect();
        let weights = line(values.len() as u32).row_standardized();
        let test = LocalTest::analytical(Alternative::TwoSided);
        let (one, other, turned) = (moran(&values, &weights, &test), moran(&moved, &weights, &test), moran(&negative, &weights, &test));
        let exact = LocalTest::exact(Alternative::Greater);
        prop_assert_eq!(moran(&values, &weights, &exact).p, moran(&negative, &weights, &exact).p);
        for row in 0..values.len() {
            let near = |x: Option<f64>, y: Option<f64>| match (x, y) {
                (Some(x), Some(y)) => (x - y).abs() < 1e-6 * (1.0 + x.abs()),
                (x, y) => x == y,
            };
            prop_assert!(near(one.i[row], other.i[row]) && near(one.i[row], turned.i[row]));
            prop_assert!(near(one.z[row], other.z[row]) && near(one.z[row], turned.z[row]));
            prop_assert_eq!(one.quadrant[row].is_some(), turned.quadrant[row].is_some());
        }
    }
}

#[test]
fn long_simulation_agrees_with_exact_p() {
    let values = sparse(600);
    let weights = ring(600, 3).row_standardized();
    let replicates = 20_000;
    for alternative in [Alternative::Greater.into(), Alternative::Less.into(), Tails::Folded, Tails::Directed] {
        let exact = moran(&values, &weights, &LocalTest::exact(alternative));
        let simulated = moran(&values, &weights, &LocalTest::permutation(alternative, Permutations::fixed(replicates, 11)));
        let r = f64::from(replicates);
        for (e, s) in exact.p.iter().zip(&simulated.p) {
            let deviation = (s * (r + 1.0) - 1.0 - r * e) / (r * e * (1.0 - e)).max(0.25).sqrt();
            assert!(deviation.abs() < 5.0, "{alternative}: exact {e}, simulated {s}");
        }
    }
}

#[test]
fn z_is_that_of_gi_with_the_sign_of_the_unit() {
    let values = sparse(200);
    let weights = ring(200, 2);
    let i = moran(&values, &weights, &LocalTest::analytical(Alternative::TwoSided));
    let g =
        local_g_test(&values, &weights, SelfWeight::Excluded, &LocalTest::analytical(Alternative::TwoSided)).expect("valid input");
    let mean = values.iter().sum::<f64>() / 200.0;
    for (row, x) in values.iter().enumerate() {
        let (zi, zg) = (i.z[row].expect("values differ"), g.z[row].expect("values differ"));
        assert!((zi - zg * (x - mean).signum()).abs() < 1e-12);
        assert_eq!(i.p[row], g.p[row]);
        let (value, expected, variance) = (i.i[row].unwrap(), i.expected[row].unwrap(), i.variance[row].unwrap());
        assert!((zi - (value - expected) / variance.sqrt()).abs() < 1e-9 * (1.0 + zi.abs()));
    }
}

#[test]
fn an_outlier_does_not_lose_the_digits_of_the_others() {
    let mut values = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    values[3] = 1e9;
    let z = moran(&values, &line(7), &LocalTest::analytical(Alternative::Greater)).z[3].expect("others differ");
    let g =
        local_g_test(&values, &line(7), SelfWeight::Excluded, &LocalTest::analytical(Alternative::Greater)).expect("valid input");
    assert!((z - g.z[3].expect("others differ")).abs() < 1e-12);
    // Others 1, 2, 3, 5, 6, 7: mean 4, variance 28/6; neighbours 3 and 5.
    assert!(z.abs() < 1e-6);
}

#[test]
fn a_unit_at_the_mean_has_no_quadrant_and_p_one() {
    // Mean 2: unit 2 is at it, and the neighbours of unit 0 are.
    let weights = SpatialWeights::from_lists(&[vec![2], vec![0, 2], vec![3], vec![4], vec![]]).unwrap();
    let values = [3.0, 1.0, 2.0, 4.0, 0.0];
    for test in [
        LocalTest::exact(Alternative::Greater),
        LocalTest::permutation(Alternative::TwoSided, Permutations::fixed(99, 1)),
        LocalTest::analytical(Alternative::Less),
    ] {
        let m = moran(&values, &weights, &test);
        assert_eq!((m.i[2], m.z[2], m.p[2], m.quadrant[2]), (Some(0.0), None, 1.0, None));
        assert_eq!((m.i[0], m.quadrant[0]), (Some(0.0), None), "its lag is 0");
        assert!(m.z[0].is_some());
        assert_eq!(m.quadrant[1], Some(Quadrant::LowHigh));
        assert_eq!(m.quadrant[3], Some(Quadrant::HighLow));
        assert_eq!((m.i[4], m.expected[4], m.z[4], m.p[4], m.quadrant[4]), (None, None, None, 1.0, None), "an island");
    }
    // A mean that is no double: 0.1 + 0.2 + … is not exactly ten times 0.55, yet the middle is at it.
    let tenths: Vec<f64> = (1..=9).map(|i| f64::from(i) / 10.0).collect();
    assert_eq!(moran(&tenths, &line(9), &LocalTest::analytical(Alternative::Greater)).quadrant[4], None);
}

#[test]
fn both_scalings_differ_by_n_less_one_over_n_and_nothing_else() {
    let values = sparse(50);
    let weights = ring(50, 2).row_standardized();
    let test = LocalTest::exact(Alternative::TwoSided);
    let [one, other] =
        [Scaling::Population, Scaling::Sample].map(|s| local_moran(&values, &weights, s, &test).expect("valid input"));
    for row in 0..50 {
        let ratio = |a: &[Option<f64>], b: &[Option<f64>]| b[row].unwrap() / a[row].unwrap();
        assert!((ratio(&one.i, &other.i) - 0.98).abs() < 1e-12);
        assert!((ratio(&one.variance, &other.variance) - 0.98 * 0.98).abs() < 1e-12);
    }
    assert_eq!((&one.z, &one.p, &one.quadrant), (&other.z, &other.p, &other.quadrant));
}

#[test]
fn constant_values_and_small_tables_are_defined() {
    for n in 0..4_u32 {
        for test in [LocalTest::auto(Alternative::TwoSided, 1), LocalTest::analytical(Alternative::Greater)] {
            let m = moran(&vec![0.3; n as usize], &line(n), &test);
            assert_eq!((m.i, m.p), (vec![None; n as usize], vec![1.0; n as usize]));
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            assert!(moran(&values, &line(n), &test).p.iter().all(|p| *p > 0.0 && *p <= 1.0));
        }
    }
}

#[test]
fn the_inference_is_what_was_possible() {
    let (values, weights) = (sparse(60), ring(60, 2).row_standardized());
    let auto = LocalTest::auto(Alternative::Greater, 1);
    assert_eq!(moran(&values, &weights, &auto).inference, Inference::Exact);
    let shifted: Vec<f64> = values.iter().map(|v| v - 1000.0).collect();
    assert_eq!(moran(&shifted, &weights, &auto).p, moran(&values, &weights, &LocalTest::exact(Alternative::Greater)).p);
    let halves: Vec<f64> = values.iter().map(|v| v / 2.0).collect();
    assert!(matches!(
        moran(&halves, &weights, &auto).inference,
        Inference::Sequential { replicates: 99_999, exceedances: 50, seed: 1 }
    ));
    let uneven = SpatialWeights::from_weighted_lists(&[vec![(1, 1.0), (2, 2.0)], vec![(0, 1.0)], vec![(0, 1.0)]]).unwrap();
    assert!(matches!(moran(&[1.0, 2.0, 4.0], &uneven, &auto).inference, Inference::Sequential { .. }));
    let exact = LocalTest::exact(Alternative::Greater);
    assert!(matches!(local_moran(&halves, &weights, Scaling::Population, &exact), Err(Error::OutOfRange { what: "values", .. })));
    assert!(matches!(
        local_moran(&[1.0, 2.0, 4.0], &uneven, Scaling::Population, &exact),
        Err(Error::OutOfRange { what: "weights", .. })
    ));
    let mut huge = values;
    huge[3] = 4e9;
    assert!(matches!(local_moran(&huge, &weights, Scaling::Population, &exact), Err(Error::ExactTooLarge { .. })));
    assert!(matches!(moran(&huge, &weights, &auto).inference, Inference::Sequential { .. }));
}

#[test]
fn wrong_input_is_named() {
    let window = LocalTest { null: Null::Window, ..LocalTest::exact(Alternative::Greater) };
    let fail = |values: &[f64], test: LocalTest| local_moran(values, &line(2), Scaling::Population, &test).expect_err("refused");
    assert!(matches!(fail(&[1.0, 2.0], window), Error::OutOfRange { what: "null", .. }));
    assert!(matches!(fail(&[1.0], LocalTest::exact(Alternative::Greater)), Error::Length { .. }));
    assert!(matches!(fail(&[1.0, f64::NAN], LocalTest::exact(Alternative::Greater)), Error::OutOfRange { what: "value", .. }));
    let none = LocalTest::permutation(Alternative::Greater, Permutations::fixed(0, 1));
    assert!(matches!(fail(&[1.0, 2.0], none), Error::OutOfRange { what: "replicates", .. }));
}

#[test]
fn names_go_there_and_back() {
    for scaling in [Scaling::Population, Scaling::Sample] {
        assert_eq!(scaling.to_string().parse(), Ok(scaling));
    }
    assert!("n".parse::<Scaling>().is_err());
    assert_eq!(Quadrant::HighLow.to_string(), "HL");
}
