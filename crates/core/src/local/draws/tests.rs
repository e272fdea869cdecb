use super::*;
use crate::local::inference::{Alternative, Direction, Tails};
use proptest::prelude::*;

/// Draws whose sum is observed at `sum`; the expectation is asked for by no alternative here.
fn draw(drawn: usize, sum: u64, own: u32, alternative: Alternative) -> Draw {
    Draw { drawn, own, region: region(sum, alternative) }
}

fn region(sum: u64, alternative: Alternative) -> Region {
    Tails::Of(alternative).region(Direction::Upwards, sum as f64, f64::NAN)
}

/// Every subset of `drawn` of the others than `left_out`, counted in whole numbers: (subsets, with sum ≥, with sum ≤).
fn enumerate(counts: &[u32], left_out: Option<usize>, drawn: usize, sum: u64) -> (u64, u64, u64) {
    let others: Vec<u64> = counts.iter().enumerate().filter(|(i, _)| Some(*i) != left_out).map(|(_, c)| u64::from(*c)).collect();
    let (mut all, mut greater, mut less) = (0, 0, 0);
    for set in 0_u32..1 << others.len() {
        if set.count_ones() as usize == drawn {
            let total: u64 = others.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, c)| c).sum();
            all += 1;
            greater += u64::from(total >= sum);
            less += u64::from(total <= sum);
        }
    }
    (all, greater, less)
}

/// A whole number of any size, base 10⁹ from the lowest digit: only what the oracle needs.
#[derive(Clone, Default, PartialEq, Debug)]
struct Whole(Vec<u64>);

impl Whole {
    const BASE: u64 = 1_000_000_000;

    fn one() -> Self {
        Self(vec![1])
    }

    fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for i in 0.. {
            if i >= other.0.len() && carry == 0 {
                break;
            }
            if i >= self.0.len() {
                self.0.push(0);
            }
            let sum = self.0[i] + other.0.get(i).copied().unwrap_or(0) + carry;
            self.0[i] = sum % Self::BASE;
            carry = sum / Self::BASE;
        }
    }

    /// The ratio of two whole numbers to double precision.
    fn over(&self, other: &Self) -> f64 {
        // Mantissa from the three highest digits (at least 19 decimal digits), exponent counted apart.
        let parts = |w: &Self| {
            let top = w.0.iter().rev().take(3).fold(0.0, |value, digit| value * Self::BASE as f64 + *digit as f64);
            (top, w.0.len().saturating_sub(3) as i32)
        };
        let ((a, i), (b, j)) = (parts(self), parts(other));
        a / b * (Self::BASE as f64).powi(i - j)
    }
}

/// Exact tails for draws from the others than one with count `own`: one unit added after the other, in whole numbers.
fn exact_tails(counts: &[u32], own: Option<u32>, drawn: usize, sum: usize) -> (f64, f64) {
    let mut others = counts.to_vec();
    if let Some(own) = own {
        others.remove(others.iter().position(|c| *c == own).expect("the count occurs"));
    }
    let longest = 1 + drawn * others.iter().max().copied().unwrap_or(0) as usize;
    let mut ways = vec![vec![Whole::default(); longest]; drawn + 1];
    ways[0][0] = Whole::one();
    for count in others {
        for size in (1..=drawn).rev() {
            for s in (count as usize..longest).rev() {
                let add = ways[size - 1][s - count as usize].clone();
                ways[size][s].add(&add);
            }
        }
    }
    let total = |range: &mut dyn Iterator<Item = &Whole>| {
        let mut all = Whole::default();
        range.for_each(|w| all.add(w));
        all
    };
    let row = &ways[drawn];
    let all = total(&mut row.iter());
    (total(&mut row.iter().skip(sum)).over(&all), total(&mut row.iter().take(sum + 1)).over(&all))
}

fn near(got: f64, wanted: f64, relative: f64, what: &str) {
    assert!((got / wanted - 1.0).abs() <= relative, "{what}: {got:e} is not {wanted:e}");
}

#[test]
fn few_units_are_counted_as_by_hand() {
    // Others of the first 0: 0, 1, 1, 3. Pairs: 1, 1, 3, 2, 4, 4.
    let sums = SumsOfDraws::new(&[0, 0, 1, 1, 3], 2).expect("small");
    let p = |sum, alternative| sums.among_others(draw(2, sum, 0, alternative)).expect("no cancellation");
    assert_eq!(p(4, Alternative::Greater), 2.0 / 6.0);
    assert_eq!(p(4, Alternative::Less), 1.0);
    assert_eq!(p(1, Alternative::Less), 2.0 / 6.0);
    assert_eq!(p(1, Alternative::TwoSided), 4.0 / 6.0);
    // All five: pairs 0, 1, 1, 3, 1, 1, 3, 2, 4, 4.
    assert_eq!(sums.among_all(2, region(3, Alternative::Greater)), 4.0 / 10.0);
}

proptest! {
    #[test]
    fn every_p_is_that_of_enumeration(counts in prop::collection::vec(0_u32..9, 2..=10), pick in 0_usize..100, seed in 0_u64..1000) {
        let unit = pick % counts.len();
        let drawn = seed as usize % counts.len();
        let sums = SumsOfDraws::new(&counts, counts.len()).expect("small");
        for sum in 0..=drawn as u64 * 9 {
            let (all, greater, less) = enumerate(&counts, Some(unit), drawn, sum);
            if greater == 0 || less == 0 {
                continue;
            }
            for (alternative, wanted) in [
                (Alternative::Greater, greater as f64 / all as f64),
                (Alternative::Less, less as f64 / all as f64),
                (Alternative::TwoSided, (2.0 * greater.min(less) as f64 / all as f64).min(1.0)),
            ] {
                let draw = draw(drawn, sum, counts[unit], alternative);
                let afresh = sums.among_others_afresh(&[draw])[0];
                prop_assert!((afresh / wanted - 1.0).abs() < 1e-13, "afresh {afresh} not {wanted}");
                if let Some(quick) = sums.among_others(draw) {
                    prop_assert!((quick / wanted - 1.0).abs() < 1e-13, "quick {quick} not {wanted}");
                }
            }
            let (all, greater, less) = enumerate(&counts, None, drawn, sum);
            prop_assert!((sums.among_all(drawn, region(sum, Alternative::Greater)) - greater as f64 / all as f64).abs() < 1e-13);
            prop_assert!((sums.among_all(drawn, region(sum, Alternative::Less)) - less as f64 / all as f64).abs() < 1e-13);
        }
    }
}

/// Sparse, heavy-tailed counts, as incidents in cells are.
fn heavy_tailed(n: u32) -> Vec<u32> {
    (0..n)
        .map(|i| {
            let u = f64::from(i * 7919 % n + 1) / f64::from(n);
            (0.6 / u.powf(0.8)) as u32
        })
        .collect()
}

#[test]
fn the_far_tail_is_that_of_whole_numbers() {
    let counts = heavy_tailed(200);
    let mut distinct = counts.clone();
    distinct.sort_unstable();
    distinct.dedup();
    for drawn in [1, 3, 6] {
        let sums = SumsOfDraws::new(&counts, 6).expect("small");
        for own in [0, 1, distinct[distinct.len() / 2], distinct[distinct.len() - 2], distinct[distinct.len() - 1]] {
            let mut others = counts.clone();
            others.remove(others.iter().position(|c| *c == own).expect("the count occurs"));
            others.sort_unstable();
            let most: u32 = others.iter().rev().take(drawn).sum();
            for sum in [0, 1, most / 3, most / 2, most - 1, most] {
                let (greater, less) = exact_tails(&counts, Some(own), drawn, sum as usize);
                for (alternative, wanted) in [(Alternative::Greater, greater), (Alternative::Less, less)] {
                    let what = format!("{drawn} draws, sum {sum}, own {own}, {alternative}");
                    let draw = draw(drawn, u64::from(sum), own, alternative);
                    near(sums.among_others_afresh(&[draw])[0], wanted, 1e-12, &what);
                    if let Some(quick) = sums.among_others(draw) {
                        near(quick, wanted, RELATIVE_ERROR, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn a_subtraction_that_would_cancel_is_refused() {
    // One unit has 1000, all others 0 or 1: nearly every sum over 1000 holds that unit, and without it there is none.
    let mut counts: Vec<u32> = (0..50_000).map(|i| u32::from(i % 100 == 0)).collect();
    counts[7] = 1000;
    let sums = SumsOfDraws::new(&counts, 6).expect("small");
    let six = draw(6, 6, 1000, Alternative::Greater);
    assert_eq!(sums.among_others(six), None);
    let p = sums.among_others_afresh(&[six])[0];
    // C(500, 6) / C(49999, 6): six ones.
    let wanted: f64 = (0..6).map(|i| f64::from(500 - i) / f64::from(49_999 - i)).product();
    near(p, wanted, 1e-12, "six ones");
    // Seen from a common count nothing cancels.
    assert!(sums.among_others(Draw { own: 0, ..six }).is_some());
}

#[test]
fn many_draws_neither_overflow_nor_vanish() {
    let counts: Vec<u32> = (0..5000).map(|i| u32::from(i % 4 == 0)).collect();
    let sums = SumsOfDraws::new(&counts, 400).expect("within the limits");
    assert!(sums.factor < 1.0);
    // The number of ones among 400 draws from 4,999 with 1,250 ones is hypergeometric.
    let (mut greater, mut all) = (0.0, 0.0);
    let mut term = 1.0;
    for ones in 0..400 {
        // Ratio of neighbouring probabilities, from none upwards.
        all += term;
        if ones >= 150 {
            greater += term;
        }
        term *= f64::from((1250 - ones) * (400 - ones)) / f64::from((ones + 1) * (4999 - 1250 - 400 + ones + 1));
    }
    let p = sums.among_others(draw(400, 150, 0, Alternative::Greater)).expect("no cancellation");
    near(p, greater / all, 1e-9, "hypergeometric tail");
}

#[test]
fn what_is_too_large_is_refused_before_it_is_computed() {
    let counts: Vec<u32> = (0..100_000).map(|i| i * 40_000).collect();
    assert!(matches!(SumsOfDraws::new(&counts, 6), Err(Error::ExactTooLarge { .. })));
    let two: Vec<u32> = (0..100).map(|i| if i == 0 { u32::MAX } else { 0 }).collect();
    assert!(matches!(SumsOfDraws::new(&two, 6), Err(Error::ExactTooLarge { unit: "states", .. })));
}
