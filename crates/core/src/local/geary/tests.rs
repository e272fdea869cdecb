use super::*;
use crate::local::inference::{Alternative, Permutations};
use proptest::prelude::*;

fn line(n: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> =
        (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

fn geary(values: &[f64], weights: &SpatialWeights, test: &LocalTest) -> LocalGeary {
    local_geary(values, weights, Scaling::Population, test).expect("valid input")
}

fn by_definition(values: &[f64], weights: &SpatialWeights, unit: usize) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let m2 = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let w = |place: usize| weights.weights(unit).map_or(1.0, |w| w[place]);
    let terms = weights.neighbors(unit).iter().enumerate();
    terms.map(|(place, j)| w(place) * (values[unit] - values[*j as usize]).powi(2)).sum::<f64>() / m2
}

/// c of one unit for every ordered pair of different others as its neighbours: a unit within the line.
fn by_all_pairs(values: &[f64], unit: usize, weights: [f64; 2]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let m2 = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let others: Vec<f64> = (0..values.len()).filter(|i| *i != unit).map(|i| values[i]).collect();
    let mut all = Vec::new();
    for (i, a) in others.iter().enumerate() {
        for (j, b) in others.iter().enumerate() {
            if i != j {
                all.push((weights[0] * (values[unit] - a).powi(2) + weights[1] * (values[unit] - b).powi(2)) / m2);
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn moments_and_long_simulation_are_those_of_all_permutations(counts in prop::collection::vec(0_u32..9, 5..=9), uneven in any::<bool>()) {
        let values: Vec<f64> = counts.iter().map(|c| f64::from(*c) * 0.1).collect();
        prop_assume!(values.iter().any(|v| *v != values[0]));
        let n = values.len() as u32;
        let pair = if uneven { [0.3, 0.7] } else { [0.5, 0.5] };
        let lists: Vec<Vec<(u32, f64)>> = (0..n).map(|i| vec![((i + n - 1) % n, pair[0]), ((i + 1) % n, pair[1])]).collect();
        let weights = SpatialWeights::from_weighted_lists(&lists).unwrap();
        let replicates = 4_000;
        let run = |alternative| geary(&values, &weights, &LocalTest::permutation(alternative, Permutations::fixed(replicates, 3)));
        let (greater, less) = (run(Alternative::Greater), run(Alternative::Less));
        for unit in 0..values.len() {
            let c = greater.c[unit].unwrap();
            prop_assert!((c - by_definition(&values, &weights, unit)).abs() < 1e-12);
            let all = by_all_pairs(&values, unit, pair);
            let count = all.len() as f64;
            let mean = all.iter().sum::<f64>() / count;
            let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
            prop_assert!((greater.expected[unit].unwrap() - mean).abs() < 1e-11);
            prop_assert!((greater.variance[unit].unwrap() - variance).abs() < 1e-10);
            match greater.z[unit] {
                Some(z) => prop_assert!((z - (c - mean) / variance.sqrt()).abs() < 1e-6),
                None => prop_assert!(variance < 1e-10),
            }
            for (p, extreme) in [(greater.p[unit], &(|v| v >= c - 1e-9) as &dyn Fn(f64) -> bool), (less.p[unit], &|v| v <= c + 1e-9)] {
                let share = all.iter().filter(|v| extreme(**v)).count() as f64 / count;
                let r = f64::from(replicates);
                let deviation = (p * (r + 1.0) - 1.0 - r * share) / (r * share * (1.0 - share)).max(0.25).sqrt();
                prop_assert!(deviation.abs() < 5.0, "{p} is not {share}");
            }
        }
    }
}

#[test]
fn patterns_are_those_of_the_paper() {
    // 9 and 8 alike and high; 1, 1 alike and low; 1 beside 9 unlike; 5 beside 5 alike, at the mean.
    let values = [9.0, 8.0, 1.0, 1.0, 2.0, 9.0, 5.0, 5.0, 5.0];
    let g = geary(&values, &line(9).row_standardized(), &LocalTest::analytical(Alternative::Less));
    assert_eq!(g.pattern[0], Some(GearyPattern::HighHigh));
    assert_eq!(g.pattern[3], Some(GearyPattern::LowLow));
    assert_eq!(g.pattern[5], Some(GearyPattern::Negative));
    assert_eq!(g.pattern[7], Some(GearyPattern::OtherPositive));
    assert_eq!(g.c[7], Some(0.0));
    assert_eq!(GearyPattern::OtherPositive.to_string(), "other-positive");
}

#[test]
fn islands_constant_values_and_small_tables_are_defined() {
    let island = SpatialWeights::from_lists(&[vec![1], vec![0], vec![]]).unwrap();
    let test = LocalTest::auto(Alternative::TwoSided, 1);
    let g = geary(&[1.0, 2.0, 5.0], &island, &test);
    assert_eq!((g.c[2], g.z[2], g.p[2], g.pattern[2]), (None, None, 1.0, None));
    for n in 0..4_u32 {
        for test in [test, LocalTest::analytical(Alternative::Less)] {
            let constant = geary(&vec![0.3; n as usize], &line(n), &test);
            assert_eq!((constant.c, constant.p), (vec![None; n as usize], vec![1.0; n as usize]));
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            assert!(geary(&values, &line(n), &test).p.iter().all(|p| *p > 0.0 && *p <= 1.0));
        }
    }
    // Equally far from all others: no z, no pattern.
    let same = geary(&[0.0, 1.0, 1.0, 1.0], &line(4), &LocalTest::analytical(Alternative::Less));
    assert_eq!((same.z[0], same.pattern[0], same.p[0]), (None, None, 1.0));
}

#[test]
fn there_is_no_exact_inference_and_no_window() {
    let fail = |test: LocalTest| local_geary(&[1.0, 2.0], &line(2), Scaling::Population, &test).expect_err("refused");
    assert!(matches!(fail(LocalTest::exact(Alternative::Less)), Error::OutOfRange { what: "inference", .. }));
    let window = LocalTest { null: Null::Window, ..LocalTest::auto(Alternative::Less, 1) };
    assert!(matches!(fail(window), Error::OutOfRange { what: "null", .. }));
}
