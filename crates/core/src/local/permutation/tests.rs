use super::*;
use crate::local::Alternative;
use proptest::prelude::*;

/// A ring of units, each with the `reach` units before and after it.
fn ring(n: u32, reach: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> = (0..n).map(|i| (1..=reach).flat_map(|d| [(i + d) % n, (i + n - d) % n]).collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

fn sparse(n: u32) -> Vec<u32> {
    (0..n)
        .map(|i| {
            let u = f64::from(i * 7919 % n + 1) / f64::from(n);
            (0.5 / u.powf(0.7)) as u32
        })
        .collect()
}

/// Every ordering of the other values on the other places: the definition itself.
fn by_all_permutations(counts: &[u32], weights: &SpatialWeights, unit: usize) -> [f64; 2] {
    fn go(rest: &mut Vec<u32>, places: &[usize], values: &mut Vec<u32>, visit: &mut impl FnMut(&[u32])) {
        let Some((place, more)) = places.split_first() else { return visit(values) };
        for i in 0..rest.len() {
            let value = rest.remove(i);
            values[*place] = value;
            go(rest, more, values, visit);
            rest.insert(i, value);
        }
    }
    let sum = |values: &[u32]| weights.neighbors(unit).iter().map(|j| values[*j as usize]).sum::<u32>();
    let observed = sum(counts);
    let others: Vec<usize> = (0..counts.len()).filter(|i| *i != unit).collect();
    let mut rest: Vec<u32> = others.iter().map(|i| counts[*i]).collect();
    let mut values = counts.to_vec();
    let (mut all, mut greater, mut less) = (0_u32, 0_u32, 0_u32);
    go(&mut rest, &others, &mut values, &mut |v| {
        all += 1;
        greater += u32::from(sum(v) >= observed);
        less += u32::from(sum(v) <= observed);
    });
    [greater, less].map(|m| f64::from(m) / f64::from(all))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn exact_p_is_the_share_of_all_permutations(counts in prop::collection::vec(0_u32..6, 5..=7)) {
        let weights = ring(counts.len() as u32, 1);
        for own in [SelfWeight::Included, SelfWeight::Excluded] {
            let greater = local_g_exact(&counts, &weights, own, Null::Conditional, Alternative::Greater).expect("small");
            let less = local_g_exact(&counts, &weights, own, Null::Conditional, Alternative::Less).expect("small");
            let both = local_g_exact(&counts, &weights, own, Null::Conditional, Alternative::TwoSided).expect("small");
            for unit in 0..counts.len() {
                let [g, l] = by_all_permutations(&counts, &weights, unit);
                prop_assert!((greater.p[unit] - g).abs() < 1e-14);
                prop_assert!((less.p[unit] - l).abs() < 1e-14);
                prop_assert!((both.p[unit] - (2.0 * g.min(l)).min(1.0)).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_order_of_the_units_does_not_matter(counts in prop::collection::vec(0_u32..30, 6..40), turn in 1_usize..6) {
        let n = counts.len();
        let mut turned = counts.clone();
        turned.rotate_left(turn);
        let weights = ring(n as u32, 2);
        let one = local_g_exact(&counts, &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater).expect("small");
        let other = local_g_exact(&turned, &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater).expect("small");
        for i in 0..n {
            prop_assert_eq!(one.p[(i + turn) % n], other.p[i]);
            prop_assert!(one.p[i] > 0.0 && one.p[i] <= 1.0);
        }
    }
}

#[test]
fn long_simulation_agrees_with_exact_p() {
    let counts = sparse(600);
    let values: Vec<f64> = counts.iter().copied().map(f64::from).collect();
    let weights = ring(600, 3);
    let replicates = 20_000;
    for null in [Null::Conditional, Null::Window] {
        for alternative in [Alternative::Greater, Alternative::Less] {
            let exact = local_g_exact(&counts, &weights, SelfWeight::Included, null, alternative).expect("small");
            let simulated = local_g_permutation(
                &values,
                &weights,
                SelfWeight::Included,
                null,
                alternative,
                Permutations::fixed(replicates, 11),
            )
            .expect("valid input");
            let r = f64::from(replicates);
            let mut chi2 = 0.0;
            for (e, s) in exact.p.iter().zip(&simulated.p) {
                let deviation = (s * (r + 1.0) - 1.0 - r * e) / (r * e * (1.0 - e)).max(0.25).sqrt();
                assert!(deviation.abs() < 5.0, "exact {e}, simulated {s}");
                chi2 += deviation * deviation;
            }
            assert!(chi2 < 600.0 * 1.25, "600 deviations are larger than chance: {chi2}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_p_on_any_number_of_threads() {
    let values: Vec<f64> = sparse(300).into_iter().map(f64::from).collect();
    let weights = ring(300, 3).row_standardized();
    let run = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(|| {
            local_g_permutation(
                &values,
                &weights,
                SelfWeight::Excluded,
                Null::Conditional,
                Alternative::TwoSided,
                Permutations::fixed(199, 5),
            )
            .expect("valid input")
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn exact_p_is_the_same_on_any_number_of_threads() {
    let mut counts = sparse(2000);
    for i in 0..30 {
        counts[i * 50] = 900 + i as u32 * 13;
    }
    let weights = ring(2000, 3);
    let run = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(|| {
            local_g_exact(&counts, &weights, SelfWeight::Included, Null::Conditional, Alternative::TwoSided).expect("small")
        })
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn row_standardised_weights_have_the_p_of_binary_ones() {
    let counts = sparse(200);
    let weights = ring(200, 2);
    let p = |weights: &SpatialWeights| {
        local_g_exact(&counts, weights, SelfWeight::Included, Null::Conditional, Alternative::Greater).expect("small").p
    };
    assert_eq!(p(&weights), p(&weights.row_standardized()));
}

#[test]
fn constant_counts_and_islands_have_p_one() {
    for null in [Null::Conditional, Null::Window] {
        let same = local_g_exact(&[4; 8], &ring(8, 1), SelfWeight::Included, null, Alternative::TwoSided).expect("small");
        assert_eq!((same.p, same.z), (vec![1.0; 8], vec![None; 8]));
    }
    let island = SpatialWeights::from_lists(&[vec![], vec![2], vec![1]]).expect("neighbours are rows");
    let g = local_g_exact(&[9, 1, 2], &island, SelfWeight::Included, Null::Conditional, Alternative::Greater).expect("small");
    assert_eq!(g.p[0], 1.0);
    assert_eq!(g.neighbors, [0, 1, 1]);
    // Drawn itself under the window null: 9 is the largest of three.
    let g = local_g_exact(&[9, 1, 2], &island, SelfWeight::Included, Null::Window, Alternative::Greater).expect("small");
    assert!((g.p[0] - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn no_unit_and_one_unit_are_defined() {
    for n in 0..2_u32 {
        let weights = SpatialWeights::from_lists(&vec![Vec::<u32>::new(); n as usize]).expect("no neighbours");
        for null in [Null::Conditional, Null::Window] {
            let g = local_g_exact(&vec![3; n as usize], &weights, SelfWeight::Included, null, Alternative::Greater).expect("small");
            assert_eq!(g.p, vec![1.0; n as usize]);
            let values = vec![3.0; n as usize];
            let g =
                local_g_permutation(&values, &weights, SelfWeight::Included, null, Alternative::Greater, Permutations::fixed(9, 1))
                    .expect("valid");
            assert_eq!(g.p, vec![1.0; n as usize]);
        }
    }
}

#[test]
fn weights_that_differ_within_a_row_have_no_exact_p() {
    let weights = SpatialWeights::from_weighted_lists(&[vec![(1, 1.0), (2, 0.5)], vec![(0, 1.0)], vec![(0, 0.5)]]).expect("valid");
    let refused = local_g_exact(&[1, 2, 3], &weights, SelfWeight::Included, Null::Conditional, Alternative::Greater);
    assert!(matches!(refused, Err(Error::OutOfRange { what: "weights", .. })));
    let g = local_g_permutation(
        &[1.0, 2.0, 3.0],
        &weights,
        SelfWeight::Included,
        Null::Conditional,
        Alternative::Greater,
        Permutations::fixed(99, 1),
    );
    assert_eq!(g.expect("valid input").inference, Inference::Permutation { replicates: 99, seed: 1 });
}

#[test]
fn p_is_not_below_its_level_too_often_and_reaches_every_attainable_level() {
    // Under the null of one unit, each assignment of the other values is equally likely: P(p ≤ α) = α at every attainable α.
    let counts = [0, 0, 1, 1, 2, 3, 5];
    let weights = ring(7, 1);
    let mut p_values = Vec::new();
    for shift in 0..6 {
        for second in 0..5 {
            let mut others = counts[1..].to_vec();
            others.rotate_left(shift);
            others[1..].rotate_left(second);
            // The neighbours of unit 0 are units 1 and 6; put the first two of the others there.
            let placed = [counts[0], others[0], others[2], others[3], others[4], others[5], others[1]];
            let g = local_g_exact(&placed, &weights, SelfWeight::Excluded, Null::Conditional, Alternative::Greater).expect("small");
            p_values.push(g.p[0]);
        }
    }
    for alpha in p_values.clone() {
        let share = p_values.iter().filter(|p| **p <= alpha + 1e-12).count() as f64 / p_values.len() as f64;
        assert!((share - alpha).abs() < 1e-12, "P(p <= {alpha}) is {share}");
    }
}
