use super::*;
use crate::local::inference::{Alternative, Direction, Tails};
use proptest::prelude::*;

/// A ring of units, each with the `reach` units before and after it.
fn ring(n: u32, reach: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> = (0..n).map(|i| (1..=reach).flat_map(|d| [(i + d) % n, (i + n - d) % n]).collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

/// A ring whose weights fall with the distance and differ between rows.
fn sloping(n: u32, reach: u32) -> SpatialWeights {
    let weight = |i: u32, d: u32| (1.0 + f64::from(i % 3)) / f64::from(d);
    let lists: Vec<Vec<(u32, f64)>> = (0..n)
        .map(|i| (1..=reach).flat_map(|d| [((i + d) % n, weight(i, d)), ((i + n - d) % n, 0.9 * weight(i, d))]).collect())
        .collect();
    SpatialWeights::from_weighted_lists(&lists).expect("neighbours are rows")
}

fn scattered(n: u32) -> Vec<f64> {
    (0..n).map(|i| (f64::from(i) * 0.618_033_988_75).fract().powi(3) * 100.0 - 20.0).collect()
}

const ALTERNATIVES: [Tails; 5] = [
    Tails::Of(Alternative::Greater),
    Tails::Of(Alternative::Less),
    Tails::Of(Alternative::TwoSided),
    Tails::Directed,
    Tails::Folded,
];

fn upwards(alternative: impl Into<Tails>) -> impl Fn(usize, f64, f64) -> Option<Region> + Sync {
    let alternative = alternative.into();
    move |_, sum, mean| Some(alternative.region(Direction::Upwards, sum, mean))
}

#[test]
fn ranks_and_counts_are_the_same_numbers() {
    // Islands, several degrees, and few units, so that many replicates draw the unit itself.
    let lists: Vec<Vec<u32>> = (0..14).map(|i: u32| (0..i % 6).map(|d| (i + d * d + 1) % 14).collect()).collect();
    let weights = SpatialWeights::from_lists(&lists).unwrap();
    for values in [scattered(14), (0..14).map(|i| f64::from(i % 3)).collect()] {
        for drawn in [Drawn::Others, Drawn::All, Drawn::AllWithOwn] {
            for alternative in ALTERNATIVES {
                let permutations = Permutations::fixed(700, 3);
                let simulation = Simulation { values: &values, weights: &weights, kernel: Kernel::Sum, drawn, permutations };
                let plan = Plan::new(&simulation);
                let units: Vec<Unit> = (0..14).map(|row| plan.unit(row, &mut Vec::new(), &upwards(alternative))).collect();
                assert_eq!(plan.rank(&units), plan.count(&units), "{drawn:?} {alternative}");
            }
        }
    }
}

#[test]
fn very_large_and_very_small_values_have_the_p_of_ordinary_ones() {
    let ordinary = scattered(14);
    for weights in [ring(14, 2), sloping(14, 2)] {
        for kernel in [Kernel::Sum, Kernel::SquaredDifference] {
            let p = |factor: f64| {
                let values: Vec<f64> = ordinary.iter().map(|v| v * factor).collect();
                let permutations = Permutations::fixed(99, 3);
                let simulation = Simulation { values: &values, weights: &weights, kernel, drawn: Drawn::Others, permutations };
                simulation.run(upwards(Alternative::Greater)).unwrap().p
            };
            for exponent in [1000, -1000] {
                assert_eq!(p(2.0_f64.powi(exponent)), p(1.0), "{kernel:?} {exponent}");
            }
        }
    }
}

#[test]
fn a_unit_never_draws_itself_and_every_other_unit_alike() {
    // Powers of two tell which units are in a sum.
    let n = 12;
    let values: Vec<f64> = (0..n).map(|i| 2_f64.powi(i)).collect();
    let weights = ring(n as u32, 2);
    let replicates = 20_000;
    let permutations = Permutations::fixed(replicates, 8);
    let simulation = Simulation { values: &values, weights: &weights, kernel: Kernel::Sum, drawn: Drawn::Others, permutations };
    let plan = Plan::new(&simulation);
    let sample = Sample::new(&plan, 0, replicates as usize);
    let mut sums = vec![0.0; replicates as usize];
    for row in 0..n as usize {
        plan.sums(row, &sample, &mut Vec::new(), &mut sums);
        let mut times = vec![0_u32; n as usize];
        for sum in &sums {
            // The shift by the smallest value takes 1 off each.
            let set = *sum as u64 + 4;
            assert_eq!(set.count_ones(), 4, "four different units");
            for (unit, times) in times.iter_mut().enumerate() {
                *times += (set >> unit & 1) as u32;
            }
        }
        assert_eq!(times[row], 0);
        let expected = f64::from(replicates) * 4.0 / 11.0;
        for (unit, times) in times.iter().enumerate().filter(|(unit, _)| *unit != row) {
            let deviation = (f64::from(*times) - expected) / (expected * 7.0 / 11.0).sqrt();
            assert!(deviation.abs() < 4.5, "{row} draws {unit} {times} times");
        }
    }
}

#[test]
fn stopping_early_gives_what_the_first_replicates_say() {
    let (values, weights) = (scattered(60), sloping(60, 2));
    for alternative in ALTERNATIVES.into_iter().filter(|tails| *tails != Tails::Directed) {
        for kernel in [Kernel::Sum, Kernel::SquaredDifference] {
            let run = |permutations| {
                let simulation = Simulation { values: &values, weights: &weights, kernel, drawn: Drawn::Others, permutations };
                simulation.run(upwards(alternative)).unwrap()
            };
            let (most, exceedances) = (1999, 10);
            let early = run(Permutations::sequential(most, exceedances, 5));
            let all = run(Permutations::fixed(most, 5));
            assert_eq!(early.inference, Inference::Sequential { replicates: most, exceedances, seed: 5 });
            let taken = early.replicates.expect("each unit has its own number");
            assert!(all.replicates.is_none() && taken.iter().any(|t| *t < 200));
            for (row, taken) in taken.iter().copied().enumerate() {
                if taken == most && alternative != Tails::Of(Alternative::TwoSided) {
                    assert!((early.p[row] - all.p[row]).abs() < 1e-12 || early.p[row] == f64::from(exceedances) / f64::from(most));
                } else if alternative != Tails::Of(Alternative::TwoSided) {
                    // One replicate fewer, and the last needed is missing: h − 1 of l − 1.
                    let before = run(Permutations::fixed(taken - 1, 5));
                    assert_eq!(before.p[row], f64::from(exceedances) / f64::from(taken));
                    assert_eq!(early.p[row], before.p[row]);
                }
                // Both estimate the same number.
                assert!((early.p[row] / all.p[row]).ln().abs() < 1.5, "{} {}", early.p[row], all.p[row]);
            }
        }
    }
}

#[test]
fn sums_that_differ_by_rounding_are_ties() {
    // Tenths: every permutation of the ring has one of three sums, but for rounding.
    let values: Vec<f64> = (0..30).map(|i| if i % 3 == 0 { 0.1 } else { 0.7 }).collect();
    let whole: Vec<f64> = (0..30).map(|i| if i % 3 == 0 { 1.0 } else { 7.0 }).collect();
    let negative: Vec<f64> = values.iter().map(|v| v - 123.4).collect();
    for kernel in [Kernel::Sum, Kernel::SquaredDifference] {
        for weights in [ring(30, 2), sloping(30, 2)] {
            let p = |values: &[f64], alternative: Tails| {
                let permutations = Permutations::fixed(500, 2);
                Simulation { values, weights: &weights, kernel, drawn: Drawn::Others, permutations }
                    .run(upwards(alternative))
                    .unwrap()
                    .p
            };
            for alternative in ALTERNATIVES {
                assert_eq!(p(&values, alternative), p(&whole, alternative), "{alternative}");
                assert_eq!(p(&negative, alternative), p(&whole, alternative), "{alternative}, shifted");
            }
        }
    }
}

#[test]
fn directed_and_early_do_not_go_together() {
    let (values, weights) = (scattered(9), ring(9, 1));
    let permutations = Permutations::sequential(99, 5, 1);
    let simulation = Simulation { values: &values, weights: &weights, kernel: Kernel::Sum, drawn: Drawn::Others, permutations };
    assert!(matches!(simulation.run(upwards(Tails::Directed)), Err(Error::OutOfRange { what: "alternative", .. })));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let (values, weights) = (scattered(2000), sloping(2000, 3));
    for permutations in [Permutations::fixed(300, 4), Permutations::sequential(3000, 20, 4)] {
        let run = |threads: usize| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(|| {
                let simulation =
                    Simulation { values: &values, weights: &weights, kernel: Kernel::Sum, drawn: Drawn::Others, permutations };
                simulation.run(upwards(Alternative::TwoSided)).unwrap()
            })
        };
        assert_eq!(run(1), run(3));
    }
}

#[test]
fn no_unit_one_unit_and_two_are_defined() {
    for n in 0..3_usize {
        let lists: Vec<Vec<u32>> = (0..n).map(|i| (0..n as u32).filter(|j| *j as usize != i).collect()).collect();
        let weights = SpatialWeights::from_lists(&lists).unwrap();
        let values: Vec<f64> = (0..n).map(|i| i as f64).collect();
        for drawn in [Drawn::Others, Drawn::All, Drawn::AllWithOwn] {
            for kernel in [Kernel::Sum, Kernel::SquaredDifference] {
                for permutations in [Permutations::fixed(9, 1), Permutations::sequential(9, 2, 1)] {
                    let run = Simulation { values: &values, weights: &weights, kernel, drawn, permutations }
                        .run(upwards(Alternative::Less));
                    let p = run.unwrap().p;
                    assert!(p.len() == n && p.iter().all(|p| *p > 0.0 && *p <= 1.0));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_p_is_a_probability_and_two_sided_is_twice_the_smaller(
        values in prop::collection::vec(-1e6..1e6_f64, 4..30), seed in 0_u64..100, early in any::<bool>(),
    ) {
        let weights = sloping(values.len() as u32, 1);
        let permutations = if early { Permutations::sequential(199, 7, seed) } else { Permutations::fixed(199, seed) };
        let p = |alternative| {
            Simulation { values: &values, weights: &weights, kernel: Kernel::Sum, drawn: Drawn::Others, permutations }
                .run(upwards(alternative)).unwrap().p
        };
        let (greater, less, both) = (p(Alternative::Greater), p(Alternative::Less), p(Alternative::TwoSided));
        for i in 0..values.len() {
            prop_assert!(greater[i] > 0.0 && greater[i] <= 1.0);
            prop_assert!((both[i] - (2.0 * greater[i].min(less[i])).min(1.0)).abs() < 1e-15);
        }
    }
}
