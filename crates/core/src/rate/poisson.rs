//! Limits of a Poisson mean from one count.
//!
//! Exact (Garwood, *Biometrika* 28, 1936): the means for which a count as large, or as small, would have half the error
//! probability; coverage is never below the level. Byar's formula approximates them (Breslow and Day, *Statistical Methods in
//! Cancer Research II*, 1987, p. 69) to within 1 % from a count of 10. Both are limits of the *expected count*: divide by the
//! population, or by the expected number, for limits of a rate or a ratio.

use super::gamma::{Tail, normal_quantile, quantile};

/// Exact limits `[lower, upper]` of the mean of a Poisson variable that was `count`; `level` in (0, 1), such as 0.95.
///
/// The lower limit of 0 is 0. A level outside (0, 1) has no limits: both are NaN.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::exact_limits(1, 0.95);
/// assert!((lower - 0.025318).abs() < 1e-6 && (upper - 5.571643).abs() < 1e-6);
/// ```
pub fn exact_limits(count: u64, level: f64) -> [f64; 2] {
    let Some(tail) = half_error(level) else { return [f64::NAN; 2] };
    let lower = if count == 0 { 0.0 } else { quantile(count as f64, tail, Tail::Lower) };
    [lower, quantile(count as f64 + 1.0, tail, Tail::Upper)]
}

/// Byar's approximate limits `[lower, upper]` of the mean of a Poisson variable that was `count`; `level` in (0, 1).
///
/// For counts from about 10; below, use [`exact_limits`], as Public Health England's tools do. The lower limit is never below
/// 0. A level outside (0, 1) has no limits: both are NaN.
///
/// ```
/// let [lower, upper] = hotspot_core::rate::byar_limits(65, 0.95);
/// assert!((lower - 50.163188).abs() < 1e-6 && (upper - 82.849139).abs() < 1e-6);
/// ```
pub fn byar_limits(count: u64, level: f64) -> [f64; 2] {
    let Some(tail) = half_error(level) else { return [f64::NAN; 2] };
    let z = normal_quantile(tail);
    let at = |o: f64, z: f64| o * (1.0 - 1.0 / (9.0 * o) + z / (3.0 * o.sqrt())).powi(3);
    let lower = if count == 0 { 0.0 } else { at(count as f64, -z).max(0.0) };
    [lower, at(count as f64 + 1.0, z)]
}

/// Error probability of one side.
fn half_error(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then(|| (1.0 - level) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_limits_have_the_published_values() {
        let published = [
            (0, 0.95, 0.0, 3.688879),
            (0, 0.998, 0.0, 6.907755),
            (1, 0.95, 0.025318, 5.571643),
            (1, 0.998, 0.001001, 9.233413),
            (2, 0.95, 0.242209, 7.224688),
            (2, 0.998, 0.045402, 11.228872),
            (5, 0.95, 1.623486, 11.668332),
            (5, 0.998, 0.739372, 16.454745),
        ];
        for (count, level, lower, upper) in published {
            let got = exact_limits(count, level);
            assert!((got[0] - lower).abs() < 1e-6 && (got[1] - upper).abs() < 1e-6, "{count} at {level}: {got:?}");
        }
    }

    #[test]
    fn upper_limits_are_the_published_funnel_expectations() {
        let published = [5.571645, 7.224688, 8.767274, 10.241587, 11.668333, 13.059477];
        for (count, expected) in (1..).zip(published) {
            assert!((exact_limits(count, 0.95)[1] - expected).abs() < 3e-6);
        }
    }

    #[test]
    fn byar_limits_have_the_published_values() {
        let published = [(65, 0.95, 50.163188, 82.849139), (1045, 0.95, 982.593202, 1110.331213), (10, 0.998, 2.916318, 24.193725)];
        for (count, level, lower, upper) in published {
            let got = byar_limits(count, level);
            assert!((got[0] - lower).abs() < 1e-6 && (got[1] - upper).abs() < 1e-6, "{count} at {level}: {got:?}");
        }
    }

    #[test]
    fn exact_limits_cover_at_least_their_level() {
        // Coverage of the interval at a mean: the probability of the counts whose interval holds it.
        for mean in [0.05, 0.7, 2.3, 6.5, 15.0] {
            let (mut term, mut covered) = (f64::exp(-mean), 0.0);
            for count in 0..120_u64 {
                let [lower, upper] = exact_limits(count, 0.95);
                if lower <= mean && mean <= upper {
                    covered += term;
                }
                term *= mean / (count + 1) as f64;
            }
            assert!(covered >= 0.95, "mean {mean} is covered with {covered}");
        }
    }

    #[test]
    fn byar_is_within_one_per_cent_of_exact_from_a_count_of_ten() {
        for count in [10, 30, 100, 10_000, 1_000_000] {
            let (exact, byar) = (exact_limits(count, 0.95), byar_limits(count, 0.95));
            for side in 0..2 {
                assert!((byar[side] / exact[side] - 1.0).abs() < 0.01, "{count}: {exact:?} {byar:?}");
            }
        }
    }

    #[test]
    fn a_level_that_is_none_gives_no_number() {
        for level in [0.0, 1.0, -3.0, f64::NAN, f64::INFINITY] {
            assert!(exact_limits(3, level).iter().chain(&byar_limits(3, level)).all(|v| v.is_nan()));
        }
    }

    #[test]
    fn a_rate_of_two_in_two_hundred_has_the_published_limits() {
        let limits = exact_limits(2, 0.95).map(|l| l / 200.0 * 1e5);
        assert!((limits[0] - 121.10).abs() < 0.005 && (limits[1] - 3612.34).abs() < 0.005);
    }
}
