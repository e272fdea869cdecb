//! The log likelihood ratio of a window: how much better "its own rate inside, another outside" explains the cases than one
//! rate everywhere.
//!
//! # Definition
//! With C cases in all, c in the window and E expected there (the expected of all windows add up to C),
//!
//! ```text
//! Poisson     LLR = c ln(c/E) + (C − c) ln((C − c)/(C − E))
//! Bernoulli   LLR = Poisson LLR of the cases + the same of the controls
//! ```
//!
//! The second line is the usual Bernoulli formula written with E = n C/N, n of the N persons being in the window: each person is
//! a case or a control, and both kinds are expected in proportion to n. Terms with a count of zero are zero.
//!
//! The LLR says nothing of the direction; a window of high rate has c > E. It grows with c and falls with E there, and the other
//! way round where c < E. It is the same for a window and for everything outside it.
//!
//! Kulldorff (1997), *Communications in Statistics: Theory and Methods* 26:1481–1496.

/// LLR of a window under the Poisson model (also that of the space-time permutation): `cases` of `total` where `expected` were
/// to be expected.
///
/// 0 when nothing, or everything, is expected in the window.
///
/// ```
/// use hotspot_core::cluster::scan::poisson_llr;
///
/// // New York leukaemia: 85 of 552 cases among 95,249 of 1,057,673 persons.
/// let expected = 552.0 * 95_249.0 / 1_057_673.0;
/// assert!((poisson_llr(85.0, expected, 552.0) - 11.577255).abs() < 5e-7);
/// ```
pub fn poisson_llr(cases: f64, expected: f64, total: f64) -> f64 {
    if expected <= 0.0 || expected >= total * (1.0 - 1e-12) {
        return 0.0;
    }
    term(cases, expected) + term(total - cases, total - expected)
}

/// LLR of a window under the Bernoulli model: `cases` among its `population` (cases and controls), of `total_cases` among
/// `total_population`. 0 when there is nobody.
///
/// ```
/// use hotspot_core::cluster::scan::{bernoulli_llr, poisson_llr};
///
/// // Ten of ten persons in the window are cases, and no one else of the 90 others: 10 ln 10 + 90 ln(10/9).
/// assert!((bernoulli_llr(10.0, 10.0, 10.0, 100.0) - 32.508297).abs() < 5e-7);
/// // When cases are rare the two models say the same.
/// let rare = bernoulli_llr(30.0, 1e6, 100.0, 1e7);
/// assert!((rare - poisson_llr(30.0, 10.0, 100.0)).abs() < 1e-3);
/// ```
pub fn bernoulli_llr(cases: f64, population: f64, total_cases: f64, total_population: f64) -> f64 {
    if total_population <= 0.0 {
        return 0.0;
    }
    let expected = population * total_cases / total_population;
    let controls = (population - cases).max(0.0);
    poisson_llr(cases, expected, total_cases) + poisson_llr(controls, population - expected, total_population - total_cases)
}

fn term(count: f64, expected: f64) -> f64 {
    let ratio = count / expected;
    // Of next to nothing expected the ratio is no number, its logarithm is.
    if count > 0.0 { count * if ratio.is_finite() { ratio.ln() } else { count.ln() - expected.ln() } } else { 0.0 }
}

/// The statistic of one scan: which formula, and its totals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Statistic {
    /// C.
    pub total: f64,
    /// N of the Bernoulli model; `None` is the Poisson formula.
    pub population: Option<f64>,
}

impl Statistic {
    /// LLR of `cases` where `expected` were to be expected, whatever the direction.
    pub(super) fn llr(&self, cases: f64, expected: f64) -> f64 {
        match self.population {
            None => poisson_llr(cases, expected, self.total),
            Some(population) => bernoulli_llr(cases, expected * population / self.total, self.total, population),
        }
    }

    /// The most cases that can be where `expected` are.
    pub(super) fn ceiling(&self, expected: f64) -> f64 {
        self.population.map_or(self.total, |population| expected * population / self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Population, cases, LLR: New York leukaemia, 552 cases among 1,057,673, as SaTScan 9.6 prints them and `smerc` tests.
    const NEW_YORK: [(f64, f64, f64); 7] = [
        (95_249.0, 85.0, 11.577255),
        (34_083.0, 38.0, 9.019716),
        (8_839.0, 11.0, 3.209485),
        (111_674.0, 100.0, 14.083511),
        (78_280.0, 64.0, 6.114140),
        (24_571.0, 25.0, 4.651839),
        (9_840.0, 12.0, 3.363518),
    ];

    #[test]
    fn published_windows_have_their_llr() {
        for (population, cases, published) in NEW_YORK {
            let llr = poisson_llr(cases, 552.0 * population / 1_057_673.0, 552.0);
            assert!((llr - published).abs() < 5.1e-7, "{llr} is not {published}");
        }
    }

    #[test]
    fn the_bernoulli_formula_is_that_of_the_paper() {
        let (c, n, all_c, all_n) = (30.0_f64, 100.0, 62.0, 203.0);
        let p = |c: f64, n: f64| c * (c / n).ln() + (n - c) * ((n - c) / n).ln();
        let paper = p(c, n) + p(all_c - c, all_n - n) - p(all_c, all_n);
        assert!((bernoulli_llr(c, n, all_c, all_n) - paper).abs() < 1e-12);
        let statistic = Statistic { total: all_c, population: Some(all_n) };
        assert!((statistic.llr(c, n * all_c / all_n) - paper).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_everything_are_no_windows() {
        for expected in [0.0, 50.0] {
            assert_eq!(poisson_llr(10.0, expected, 50.0), 0.0);
        }
        assert_eq!(poisson_llr(0.0, 0.0, 0.0), 0.0);
        assert!((poisson_llr(50.0, 25.0, 50.0) - 50.0 * 2_f64.ln()).abs() < 1e-12, "all cases inside");
        assert!((poisson_llr(0.0, 25.0, 50.0) - 50.0 * 2_f64.ln()).abs() < 1e-12, "none inside");
    }

    proptest! {
        #[test]
        fn the_llr_is_least_where_the_count_is_expected(total in 2.0f64..1e5, share in 0.001f64..0.999, part in 0.0f64..1.0) {
            let (expected, cases) = (share * total, part * total);
            let llr = poisson_llr(cases, expected, total);
            prop_assert!(llr >= -1e-9 * total, "{llr}");
            prop_assert!((llr - poisson_llr(total - cases, total - expected, total)).abs() <= 1e-9 * total, "inside and outside");
            let further = cases + 0.1 * (if cases > expected { total - cases } else { -cases });
            prop_assert!(poisson_llr(further, expected, total) >= llr - 1e-9 * total);
        }

        #[test]
        fn high_rates_grow_with_cases_and_fall_with_the_expected(
            total in 10.0f64..1e4, e in 0.001f64..0.9, more in 0.0f64..1.0, controls in 1.0f64..100.0
        ) {
            for population in [None, Some(total * (1.0 + controls))] {
                let statistic = Statistic { total, population };
                let expected = e * total;
                let ceiling = statistic.ceiling(expected).min(total);
                let cases = expected + more * (ceiling - expected);
                let less = expected * 0.9;
                prop_assume!(cases <= statistic.ceiling(less));
                prop_assert!(statistic.llr(cases, less) >= statistic.llr(cases, expected) - 1e-9 * total);
            }
        }
    }
}
