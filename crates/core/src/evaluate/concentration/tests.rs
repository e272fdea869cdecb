use super::*;
use proptest::prelude::*;

/// By the definition, over all pairs.
fn gini_of_pairs(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
    let pairs: f64 = counts.iter().flat_map(|a| counts.iter().map(move |b| f64::from(a.abs_diff(*b)))).sum();
    pairs / (2.0 * counts.len() as f64 * total)
}

fn with_zeros(counts: &[u32], places: usize) -> Vec<u32> {
    let mut all = counts.to_vec();
    all.resize(places, 0);
    all
}

#[test]
fn coefficients_have_the_published_values() {
    let published: [(&[u32], usize, f64, f64); 4] =
        [(&[10, 8, 2], 10, 0.78, 0.78), (&[5, 2, 1], 10, 0.80, 0.75), (&[10], 10, 0.9, 0.9), (&[10], 100, 0.99, 0.9)];
    for (counts, places, gini, generalised) in published {
        let c = concentration(&with_zeros(counts, places)).expect("incidents");
        assert!((c.gini - gini).abs() < 1e-12 && (c.generalised_gini - generalised).abs() < 1e-12, "{c:?}");
    }
    let unbiased =
        |counts: &[u32], places| concentration(&with_zeros(counts, places)).expect("incidents").unbiased_gini.expect("several");
    assert!((unbiased(&[5, 2, 1], 10) - 0.857143).abs() < 1e-6);
    assert!((unbiased(&[10], 10) - 1.0).abs() < 1e-12 && (unbiased(&[10], 100) - 1.0).abs() < 1e-12);
}

#[test]
fn the_most_even_placement_has_a_generalised_gini_of_zero() {
    for (incidents, places) in [(8, 10), (3, 1000), (10, 10)] {
        let c = concentration(&with_zeros(&vec![1; incidents], places)).expect("incidents");
        assert!(c.generalised_gini.abs() < 1e-12, "{c:?}");
    }
    assert_eq!(concentration(&[4; 6]).expect("incidents").gini, 0.0);
}

#[test]
fn the_fewest_places_are_whole_places() {
    let c = concentration(&[1, 0, 5, 2, 0, 0, 0, 2, 0, 0]).expect("incidents");
    assert_eq!((c.places, c.incidents, c.filled), (10, 10, 4));
    assert_eq!((c.places_with_quarter, c.places_with_half), (0.1, 0.1));
    let even = concentration(&[2; 8]).expect("incidents");
    assert_eq!((even.places_with_quarter, even.places_with_half), (0.25, 0.5));
    let odd = concentration(&[3, 2, 2]).expect("incidents");
    assert_eq!(odd.places_with_half, 2.0 / 3.0);
}

#[test]
fn the_curve_goes_from_nothing_to_all_and_turns_down() {
    let values = [0.5, 3.0, 0.0, 3.0, 11.0, 0.25];
    let curve = lorenz(&values).expect("values");
    assert_eq!((curve.vertices[0], curve.vertices[curve.vertices.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
    let slopes: Vec<f64> = curve.vertices.windows(2).map(|w| (w[1][1] - w[0][1]) / (w[1][0] - w[0][0])).collect();
    assert!(slopes.windows(2).all(|s| s[0] > s[1]));
    assert_eq!(curve.held_by(0.0), 0.0);
    assert_eq!(curve.held_by(1.0), 1.0);
    assert!((curve.held_by(1.0 / 12.0) - 0.5 * 11.0 / 17.75).abs() < 1e-12);
    for share in [0.1, 0.3, 0.62, 0.9] {
        assert!((curve.held_by(curve.places_holding(share)) - share).abs() < 1e-12);
    }
    // All is held before the empty place is reached.
    assert!((curve.places_holding(1.0) - 5.0 / 6.0).abs() < 1e-12);
}

#[test]
fn values_of_any_size_have_a_curve() {
    let curve = lorenz(&[f64::MAX, f64::MAX, 0.0]).expect("values");
    assert!((curve.gini() - 1.0 / 3.0).abs() < 1e-12);
    assert!(lorenz(&[]).is_err() && lorenz(&[0.0, -0.0]).is_err() && lorenz(&[1.0, -1.0]).is_err() && lorenz(&[f64::NAN]).is_err());
    assert!(concentration(&[]).is_err() && concentration(&[0, 0]).is_err());
    let one = concentration(&[7]).expect("incidents");
    assert_eq!((one.gini, one.generalised_gini, one.unbiased_gini), (0.0, 0.0, None));
    let single = concentration(&[0, 1, 0]).expect("incidents");
    assert_eq!(single.unbiased_gini, None);
    assert!(single.generalised_gini.abs() < 1e-12);
}

#[test]
fn the_expected_gini_is_that_of_all_placements() {
    // Every placement of y incidents on n places, each equally likely.
    for (n, y) in [(2_u32, 1_u32), (2, 5), (3, 4), (4, 4), (5, 3), (7, 2), (6, 1), (3, 7)] {
        let (mut sum, mut all) = (0.0, 0.0);
        for placement in 0..n.pow(y) {
            let mut counts = vec![0; n as usize];
            let mut left = placement;
            for _ in 0..y {
                counts[(left % n) as usize] += 1;
                left /= n;
            }
            sum += gini_of_pairs(&counts);
            all += 1.0;
        }
        let got = expected_gini_at_random(u64::from(n), u64::from(y)).expect("places");
        assert!((got - sum / all).abs() < 1e-12, "{n} {y}: {got} is not {}", sum / all);
    }
    assert_eq!(expected_gini_at_random(0, 3), None);
    assert_eq!(expected_gini_at_random(3, 0), None);
    assert_eq!(expected_gini_at_random(1, 3), Some(0.0));
}

#[test]
fn the_expected_gini_of_many_is_the_mean_of_the_simulated() {
    for (places, incidents) in [(400, 100), (400, 2000)] {
        let mut counts = vec![0; places];
        let ginis: Vec<f64> =
            (0..2000).map(|r| gini_of(&random_groups(&mut counts, incidents, 9, r), places as u64, incidents)).collect();
        let mean = ginis.iter().sum::<f64>() / 2000.0;
        let sd = (ginis.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / 1999.0).sqrt();
        let exact = expected_gini_at_random(places as u64, incidents).expect("places");
        assert!((mean - exact).abs() < 4.0 * sd / 2000_f64.sqrt(), "{mean} {exact}");
    }
}

#[test]
fn the_random_walk_is_one_function_on_both_sides_of_its_series() {
    // Steps 600 and 602: the product on one side, the series on the other.
    let ratio = walk(602) / walk(600);
    assert!((ratio - 601.0 / 600.0).abs() < 1e-14, "{ratio}");
    assert_eq!([walk(0), walk(1), walk(2), walk(3), walk(4)], [0.0, 1.0, 1.0, 1.5, 1.5]);
    let large = expected_gini_at_random(33, 1_000_000_000).expect("places");
    assert!(large > 0.0 && large < 0.001);
}

#[test]
fn random_incidents_are_found_random_and_repeated_ones_are_not() {
    let mut counts = vec![0; 500];
    let mut placement =
        |r| -> Vec<u32> { random_groups(&mut counts, 300, 77, r).iter().flat_map(|(v, t)| vec![*v; *t as usize]).collect() };
    let of = |counts: &[u32]| {
        let c = concentration(counts).expect("incidents");
        let benchmark =
            random_benchmark(&c, &BenchmarkParams { replicates: 199, ..BenchmarkParams::default() }).expect("valid input");
        (c, benchmark)
    };
    let mut inside = 0;
    for r in 0..100 {
        let (c, benchmark) = of(&placement(r));
        inside += u32::from(benchmark.limits[0] <= c.gini && c.gini <= benchmark.limits[1]);
        assert!(benchmark.above_random.expect("places").abs() < 0.2);
        assert!((benchmark.places_with_half - c.places_with_half).abs() < 0.05);
    }
    // 95 are to be expected.
    assert!(inside >= 88, "{inside}");
    let mut repeated = placement(0);
    for count in repeated.iter_mut().filter(|c| **c > 0).take(10) {
        *count += 20;
    }
    let (c, benchmark) = of(&repeated);
    assert_eq!(benchmark.p, 1.0 / 200.0);
    assert!(c.places_with_half < 0.7 * benchmark.places_with_half);
}

#[test]
fn the_benchmark_depends_on_the_seed_and_not_on_the_threads() {
    let c = concentration(&[5, 2, 1, 0, 0, 0, 7, 0, 0, 0]).expect("incidents");
    let run = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| random_benchmark(&c, &BenchmarkParams { seed, replicates: 99, ..BenchmarkParams::default() }))
            .expect("valid input")
    };
    assert_eq!(run(1, 4), run(3, 4));
    assert_ne!(run(1, 4), run(1, 5));
    assert!(random_benchmark(&c, &BenchmarkParams { replicates: 0, ..BenchmarkParams::default() }).is_err());
    assert!(random_benchmark(&c, &BenchmarkParams { level: 0.0, ..BenchmarkParams::default() }).is_err());
}

proptest! {
    #[test]
    fn gini_is_that_of_all_pairs_in_any_order_and_scale(counts in prop::collection::vec(prop_oneof![Just(0_u32), 0_u32..9, 4000_u32..5000], 1..60), factor in 1_u32..5) {
        prop_assume!(counts.iter().any(|c| *c > 0));
        let c = concentration(&counts).expect("incidents");
        prop_assert!((c.gini - gini_of_pairs(&counts)).abs() < 1e-12);
        prop_assert!((c.gini - c.lorenz.gini()).abs() < 1e-12);
        prop_assert!(c.generalised_gini <= c.gini + 1e-12 && c.generalised_gini > -1e-12);
        prop_assert!(c.places_with_quarter <= c.places_with_half);
        let values: Vec<f64> = counts.iter().map(|c| f64::from(*c)).collect();
        let curve = lorenz(&values).expect("values");
        prop_assert!(curve.vertices.iter().flatten().zip(c.lorenz.vertices.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-12));
        let mut turned: Vec<u32> = counts.iter().map(|c| c * factor).collect();
        turned.reverse();
        prop_assert!((concentration(&turned).expect("incidents").gini - c.gini).abs() < 1e-12);
    }
}
