//! Cases as they may fall when there is no cluster. All totals that the model holds are held exactly.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// The stream of random numbers of a replica: the same for the same seed, whatever the number of threads.
pub(super) fn stream(seed: u64, replica: u32) -> Pcg64 {
    // Neighbouring states would run side by side: both halves are spread first.
    let high = mix(mix(seed) ^ u64::from(replica));
    Pcg64::new(u128::from(high) << 64 | u128::from(mix(high)), u128::from(replica))
}

/// SplitMix64 (Steele, Lea and Flood 2014).
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A whole number below `n`, without a bias that 2^64 draws would show.
fn below(random: &mut Pcg64, n: u64) -> u64 {
    ((u128::from(random.next_u64()) * u128::from(n)) >> 64) as u64
}

/// How replicas are drawn.
#[derive(Debug)]
pub(super) enum Null {
    /// Poisson given the total: each case falls into a cell (unit and step) in proportion to what is expected there.
    Multinomial {
        /// Number of cases.
        cases: u64,
        cells: Alias,
    },
    /// Bernoulli given the total: as many of all persons as there are cases, none twice.
    Hypergeometric {
        /// Persons by cell.
        persons: Vec<u32>,
        /// Number of cases.
        cases: u64,
        cells: Alias,
    },
    /// Space-time permutation: the times are dealt anew to the cases, each of which stays where it is.
    Permutation {
        steps: usize,
        /// Unit of each case.
        units: Vec<u32>,
        /// Step of each case.
        times: Vec<u32>,
    },
}

impl Null {
    /// Adds the cases of one replica to `counts`, by unit and step.
    pub(super) fn draw(&self, random: &mut Pcg64, counts: &mut [u32]) {
        match self {
            Self::Multinomial { cases, cells } => {
                for _ in 0..*cases {
                    counts[cells.draw(random) as usize] += 1;
                }
            }
            Self::Hypergeometric { persons, cases, cells } => {
                let all: u64 = persons.iter().map(|p| u64::from(*p)).sum();
                // The smaller part is drawn, so that half of the tries or more succeed.
                let few = *cases <= all / 2;
                let mut left = if few { *cases } else { all - cases };
                while left > 0 {
                    let cell = cells.draw(random) as usize;
                    // The persons of a cell are taken in order: one that has been taken is no draw.
                    if below(random, u64::from(persons[cell])) >= u64::from(counts[cell]) {
                        counts[cell] += 1;
                        left -= 1;
                    }
                }
                if !few {
                    for (count, persons) in counts.iter_mut().zip(persons) {
                        *count = persons - *count;
                    }
                }
            }
            Self::Permutation { steps, units, times } => {
                let mut times = times.clone();
                for (i, unit) in units.iter().enumerate() {
                    let j = i + below(random, (times.len() - i) as u64) as usize;
                    times.swap(i, j);
                    counts[*unit as usize * steps + times[i] as usize] += 1;
                }
            }
        }
    }
}

/// Draws from fixed weights in constant time (Walker 1977, Vose 1991): one random word gives a column and a place in it.
#[derive(Debug)]
pub(super) struct Alias {
    /// Up to where the column is itself, of 2^64, and whose the rest is.
    columns: Vec<(u64, u32)>,
}

impl Alias {
    /// `weights` are finite, not negative, and not all zero.
    pub(super) fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let n = weights.len();
        let mut keep: Vec<f64> = weights.iter().map(|w| w / total * n as f64).collect();
        let mut other: Vec<u32> = (0..n as u32).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..n as u32).partition(|i| keep[*i as usize] < 1.0);
        while let (Some(s), Some(l)) = (small.pop(), large.last().copied()) {
            other[s as usize] = l;
            keep[l as usize] -= 1.0 - keep[s as usize];
            if keep[l as usize] < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        // What is left differs from 1 by rounding only; a weight of zero is never among it but by rounding, and may not be drawn.
        let heaviest = (0..n).fold(0, |best, i| if weights[i] > weights[best] { i } else { best }) as u32;
        for i in small.into_iter().chain(large) {
            if weights[i as usize] > 0.0 {
                keep[i as usize] = 1.0;
            } else {
                other[i as usize] = heaviest;
                keep[i as usize] = 0.0;
            }
        }
        let columns = keep
            .iter()
            .zip(&other)
            .zip(0..)
            .map(|((keep, other), own)| if *keep >= 1.0 { (u64::MAX, own) } else { ((keep * 2_f64.powi(64)) as u64, *other) });
        Self { columns: columns.collect() }
    }

    pub(super) fn draw(&self, random: &mut Pcg64) -> u32 {
        let wide = u128::from(random.next_u64()) * self.columns.len() as u128;
        let column = (wide >> 64) as usize;
        let (keep, other) = self.columns[column];
        if (wide as u64) < keep { column as u32 } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Means over many replicas, and the counts of the last one.
    fn means(null: &Null, cells: usize) -> (Vec<f64>, Vec<u32>) {
        let (mut sums, mut counts) = (vec![0.0; cells], vec![0; cells]);
        for replica in 0..4_000 {
            counts.fill(0);
            null.draw(&mut stream(3, replica), &mut counts);
            for (sum, count) in sums.iter_mut().zip(&counts) {
                *sum += f64::from(*count) / 4_000.0;
            }
        }
        (sums, counts)
    }

    #[test]
    fn cases_fall_in_proportion_to_what_is_expected() {
        let weights = [0.0, 1.0, 2.0, 0.0, 5.0];
        let (means, last) = means(&Null::Multinomial { cases: 40, cells: Alias::new(&weights) }, 5);
        assert_eq!(last.iter().sum::<u32>(), 40);
        for (mean, weight) in means.iter().zip(weights) {
            let p = weight / 8.0;
            assert!((mean - 40.0 * p).abs() <= 4.0 * (40.0 * p * (1.0 - p) / 4_000.0).sqrt(), "{means:?}");
        }
    }

    #[test]
    fn persons_are_drawn_without_replacement() {
        let persons = vec![1, 0, 4, 15];
        for cases in [1_u64, 7, 10, 13, 19, 20] {
            let cells = Alias::new(&[1.0, 0.0, 4.0, 15.0]);
            let (means, last) = means(&Null::Hypergeometric { persons: persons.clone(), cases, cells }, 4);
            assert_eq!(last.iter().map(|c| u64::from(*c)).sum::<u64>(), cases);
            assert!(last.iter().zip(&persons).all(|(c, p)| c <= p), "{last:?}");
            let share = cases as f64 / 20.0;
            for (mean, n) in means.iter().zip(&persons) {
                let n = f64::from(*n);
                let variance = n * share * (1.0 - share) * (20.0 - n) / 19.0;
                assert!((mean - n * share).abs() <= 4.5 * (variance / 4_000.0).sqrt() + 1e-9, "{cases}: {means:?}");
            }
        }
    }

    #[test]
    fn hypergeometric_counts_have_their_exact_distribution() {
        // 3 of 6 persons, 2 of them in the first cell: P(0, 1, 2) = 1/5, 3/5, 1/5.
        let null = Null::Hypergeometric { persons: vec![2, 4], cases: 3, cells: Alias::new(&[2.0, 4.0]) };
        let mut seen = [0_u32; 3];
        for replica in 0..20_000 {
            let mut counts = [0; 2];
            null.draw(&mut stream(11, replica), &mut counts);
            seen[counts[0] as usize] += 1;
        }
        for (n, p) in seen.iter().zip([0.2, 0.6, 0.2]) {
            assert!((f64::from(*n) - 20_000.0 * p).abs() < 4.0 * (20_000.0 * p * (1.0 - p)).sqrt(), "{seen:?}");
        }
    }

    #[test]
    fn permutation_keeps_both_margins() {
        // Cases by unit: 3, 1; by step: 2, 1, 1.
        let null = Null::Permutation { steps: 3, units: vec![0, 0, 0, 1], times: vec![0, 0, 1, 2] };
        let (means, last) = means(&null, 6);
        assert_eq!([last[..3].iter().sum::<u32>(), last[3..].iter().sum()], [3, 1]);
        assert_eq!([last[0] + last[3], last[1] + last[4], last[2] + last[5]], [2, 1, 1]);
        for (mean, wanted) in means.iter().zip([1.5, 0.75, 0.75, 0.5, 0.25, 0.25]) {
            assert!((mean - wanted).abs() < 0.04, "{means:?}");
        }
    }

    proptest! {
        #[test]
        fn an_alias_table_holds_its_weights(weights in prop::collection::vec(prop_oneof![Just(0.0), 1e-6f64..1e6], 1..60)) {
            prop_assume!(weights.iter().any(|w| *w > 0.0));
            let alias = Alias::new(&weights);
            let mut share = vec![0.0; weights.len()];
            for (own, (keep, other)) in alias.columns.iter().enumerate() {
                let keep = if *keep == u64::MAX { 1.0 } else { *keep as f64 / 2_f64.powi(64) };
                share[own] += keep / weights.len() as f64;
                share[*other as usize] += (1.0 - keep) / weights.len() as f64;
            }
            let total: f64 = weights.iter().sum();
            for (got, weight) in share.iter().zip(&weights) {
                prop_assert!((got - weight / total).abs() < 1e-12);
                prop_assert!(*weight > 0.0 || *got == 0.0);
            }
        }
    }
}
