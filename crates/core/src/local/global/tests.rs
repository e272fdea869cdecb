use super::*;
use proptest::prelude::*;

/// Uneven and not symmetric.
fn uneven() -> SpatialWeights {
    SpatialWeights::from_weighted_lists(&[
        vec![(1, 1.0), (2, 0.5)],
        vec![(0, 0.3)],
        vec![(0, 0.5), (3, 2.0)],
        vec![(2, 1.0), (4, 1.0), (5, 0.2)],
        vec![],
        vec![(0, 0.7)],
    ])
    .expect("valid")
}

fn permutations_of(values: &[f64]) -> Vec<Vec<f64>> {
    if values.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for i in 0..values.len() {
        let mut rest = values.to_vec();
        let first = rest.remove(i);
        for mut tail in permutations_of(&rest) {
            tail.insert(0, first);
            all.push(tail);
        }
    }
    all
}

/// I, C and G by the definition, over ordered pairs.
fn by_definition(x: &[f64], w: &SpatialWeights) -> [f64; 3] {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let squares: f64 = x.iter().map(|v| (v - mean).powi(2)).sum();
    let (mut s0, mut i, mut c, mut g) = (0.0, 0.0, 0.0, 0.0);
    for row in 0..x.len() {
        for (place, j) in w.neighbors(row).iter().enumerate() {
            let weight = w.weights(row).map_or(1.0, |w| w[place]);
            s0 += weight;
            i += weight * (x[row] - mean) * (x[*j as usize] - mean);
            c += weight * (x[row] - x[*j as usize]).powi(2);
            g += weight * x[row] * x[*j as usize];
        }
    }
    let all = x.iter().sum::<f64>().powi(2) - x.iter().map(|v| v * v).sum::<f64>();
    [n / s0 * i / squares, (n - 1.0) / (2.0 * s0) * c / squares, g / all]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn statistic_and_randomisation_moments_are_those_of_all_permutations(values in prop::collection::vec(0_i32..14, 6)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        prop_assume!(values.iter().filter(|v| **v > 0.0).count() > 1);
        prop_assume!(values.iter().any(|v| *v != values[0]));
        let weights = uneven();
        let all: Vec<[f64; 3]> = permutations_of(&values).iter().map(|x| by_definition(x, &weights)).collect();
        for (kind, f) in [moran, geary, general_g].into_iter().enumerate() {
            let test = f(&values, &weights, &GlobalTest::default()).unwrap();
            let count = all.len() as f64;
            let mean = all.iter().map(|s| s[kind]).sum::<f64>() / count;
            let variance = all.iter().map(|s| (s[kind] - mean).powi(2)).sum::<f64>() / count;
            prop_assert!((test.statistic.unwrap() - by_definition(&values, &weights)[kind]).abs() < 1e-12);
            prop_assert!((test.expected.unwrap() - mean).abs() < 1e-10);
            prop_assert!((test.variance.unwrap() - variance).abs() < 1e-10);
            // A long simulation finds the share of permutations.
            let simulated = GlobalTest { permutations: Some(Permutations::fixed(4_000, 9)), ..GlobalTest::default() };
            let p = f(&values, &weights, &simulated).unwrap().p;
            let share = all.iter().filter(|s| s[kind] >= test.statistic.unwrap() - 1e-9).count() as f64 / count;
            prop_assert!((p - share).abs() < 5.0 * (share * (1.0 - share) / 4_000.0).sqrt() + 5e-4, "{p} is not {share}");
        }
    }
}

#[test]
fn normality_moments_are_those_of_the_integrals() {
    // For four units in a ring with binary weights, by Cliff and Ord: S0 = 8, S1 = 16, S2 = 64.
    let ring = SpatialWeights::from_lists(&[vec![1, 3], vec![0, 2], vec![1, 3], vec![2, 0]]).expect("valid");
    let test = GlobalTest { assumption: Assumption::Normality, ..GlobalTest::default() };
    let i = moran(&[1.0, 4.0, 2.0, 8.0], &ring, &test).expect("valid");
    assert!((i.variance.unwrap() - ((16.0 * 16.0 - 4.0 * 64.0 + 3.0 * 64.0) / (15.0 * 64.0) - 1.0 / 9.0)).abs() < 1e-15);
    let c = geary(&[1.0, 4.0, 2.0, 8.0], &ring, &test).expect("valid");
    assert!((c.variance.unwrap() - ((32.0 + 64.0) * 3.0 - 4.0 * 64.0) / (2.0 * 5.0 * 64.0)).abs() < 1e-15);
}

#[test]
fn the_mean_of_local_moran_is_the_global_one() {
    use crate::local::{LocalTest, Scaling, moran::local_moran};
    let lists: Vec<Vec<u32>> = (0..20_u32).map(|i| vec![(i + 1) % 20, (i + 7) % 20]).collect();
    let weights = SpatialWeights::from_lists(&lists).expect("valid").row_standardized();
    let values: Vec<f64> = (0..20).map(|i| f64::from(i * i % 11)).collect();
    let local = local_moran(&values, &weights, Scaling::Population, &LocalTest::analytical(Alternative::Greater)).expect("valid");
    let mean = local.i.iter().flatten().sum::<f64>() / 20.0;
    assert!((moran(&values, &weights, &GlobalTest::default()).expect("valid").statistic.unwrap() - mean).abs() < 1e-14);
}

#[test]
fn tails_are_of_the_statistic() {
    // Alike along a line: I is high, C is low.
    let line = SpatialWeights::from_lists(&[vec![1], vec![0, 2], vec![1, 3], vec![2, 4], vec![3, 5], vec![4]]).expect("valid");
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    for permutations in [None, Some(Permutations::fixed(999, 1)), Some(Permutations::sequential(9_999, 20, 1))] {
        let p = |f: fn(&[f64], &SpatialWeights, &GlobalTest) -> Result<GlobalAssociation>, alternative| {
            f(&values, &line, &GlobalTest { alternative, permutations, ..GlobalTest::default() }).expect("valid").p
        };
        assert!(p(moran, Alternative::Greater) < 0.05 && p(moran, Alternative::Less) > 0.9);
        assert!(p(geary, Alternative::Less) < 0.05 && p(geary, Alternative::Greater) > 0.9);
        assert!(p(moran, Alternative::TwoSided) < 0.1);
    }
}

#[test]
fn what_is_not_defined_is_none_and_never_a_panic() {
    let empty = SpatialWeights::default();
    for f in [moran, geary, general_g] {
        for permutations in [None, Some(Permutations::fixed(9, 1))] {
            let test = GlobalTest { permutations, ..GlobalTest::default() };
            let none = f(&[], &empty, &test).expect("valid");
            assert_eq!((none.statistic, none.expected, none.p), (None, None, 1.0));
            let one = SpatialWeights::from_lists(&[Vec::<u32>::new()]).expect("valid");
            assert_eq!(f(&[3.0], &one, &test).expect("valid").statistic, None);
            let pair = SpatialWeights::from_lists(&[vec![1], vec![0]]).expect("valid");
            let two = f(&[3.0, 4.0], &pair, &test).expect("valid");
            assert!(two.statistic.is_some() && two.variance.is_none() && two.z.is_none() && two.p == 1.0);
            let constant = f(&[0.1, 0.1], &pair, &test).expect("valid");
            assert_eq!((constant.statistic, constant.p), (None, 1.0));
            let unlinked = SpatialWeights::from_lists(&[Vec::<u32>::new(), vec![]]).expect("valid");
            assert_eq!(f(&[1.0, 2.0], &unlinked, &test).expect("valid").statistic, None);
        }
        assert!(matches!(f(&[1.0], &empty, &GlobalTest::default()), Err(Error::Length { .. })));
    }
}

#[test]
fn the_general_g_is_of_values_that_are_not_negative() {
    let pair = SpatialWeights::from_lists(&[vec![1], vec![0], vec![]]).expect("valid");
    assert!(general_g(&[1.0, -1.0, 2.0], &pair, &GlobalTest::default()).is_err());
    let normal = GlobalTest { assumption: Assumption::Normality, ..GlobalTest::default() };
    assert!(general_g(&[1.0, 1.0, 2.0], &pair, &normal).is_err());
    // One value alone: nothing to divide by.
    assert_eq!(general_g(&[0.0, 0.7, 0.0], &pair, &GlobalTest::default()).expect("valid").statistic, None);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let weights = uneven();
    for permutations in [Permutations::fixed(500, 3), Permutations::sequential(5_000, 20, 3)] {
        let run = |threads| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(|| {
                let test = GlobalTest { permutations: Some(permutations), ..GlobalTest::default() };
                moran(&[1.0, 5.0, 2.0, 2.5, 9.0, 0.0], &weights, &test).expect("valid")
            })
        };
        assert_eq!(run(1), run(3));
    }
    assert_eq!(Assumption::Normality.to_string().parse(), Ok(Assumption::Normality));
}
