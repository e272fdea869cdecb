//! Which boroughs are alike, and how this one stands beside them.
//!
//! # Definition
//! Two boroughs are as far apart as they differ in density (the logarithm of residents per km²), in the shares of residents aged under 18
//! and 65 and over (the share between follows from these), and in being inner or outer London, each in standard deviations over all boroughs,
//! as a Euclidean distance. The [`ALIKE`] nearest are the most similar group. Groups may be supplied instead. Beside the borough's rolling
//! rate stands the median of theirs.
//!
//! # Pitfalls
//! The groups are those of this rule, not of the Home Office's most-similar-group model; residents say little where offices dominate.

use super::cube::Traits;
use super::figures::Gap;
use super::{Cube, Level, Series};

/// Boroughs in a computed group, the borough itself left out.
pub const ALIKE: usize = 5;
/// Fewest rates of a group that have a median.
const FEWEST: usize = 3;

/// The rule in words.
pub const RULE: &str = "the five boroughs nearest in residents per km² (logarithm), shares of residents under 18 and 65 and over, and inner or \
                        outer London, each in standard deviations";

/// The most similar boroughs of each place, nearest first; `None` where there is no group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// Where they come from, in words.
    pub rule: String,
    /// Rows by row of the place.
    pub rows: Vec<Option<Vec<u16>>>,
}

impl Groups {
    /// The groups of the rule; none where traits are missing or boroughs too few.
    pub fn of(cube: &Cube) -> Self {
        let known: Vec<Option<[f64; 4]>> = cube
            .places()
            .iter()
            .map(|p| p.traits.filter(|_| p.level == Level::Borough).as_ref().and_then(Traits::features))
            .collect();
        let rows = nearest(&known, [1.0; 4], [ALIKE; 2]);
        let rows = rows.into_iter().map(|group| Some(group?.into_iter().map(|row| row as u16).collect())).collect();
        Self { rule: RULE.to_owned(), rows }
    }
}

/// The nearest others of each place by its features, each feature in standard deviations over all that have them, times its weight: at most
/// `size[1]`, nearest first; `None` for a place without features, or where there are fewer others than `size[0]`. Of those as far away the first
/// come first.
pub fn nearest<const N: usize>(features: &[Option<[f64; N]>], weights: [f64; N], size: [usize; 2]) -> Vec<Option<Vec<usize>>> {
    let known: Vec<(usize, &[f64; N])> = features.iter().enumerate().filter_map(|(row, f)| Some((row, f.as_ref()?))).collect();
    let n = known.len() as f64;
    let mean: [f64; N] = std::array::from_fn(|i| known.iter().map(|(_, f)| f[i]).sum::<f64>() / n);
    let sd: [f64; N] = std::array::from_fn(|i| (known.iter().map(|(_, f)| (f[i] - mean[i]).powi(2)).sum::<f64>() / n).sqrt());
    let scaled = |f: &[f64; N]| -> [f64; N] {
        std::array::from_fn(|i| if sd[i] > 0.0 { weights[i] * (f[i] - mean[i]) / sd[i] } else { 0.0 })
    };
    let scaled: Vec<(usize, [f64; N])> = known.into_iter().map(|(row, f)| (row, scaled(f))).collect();
    let mut groups = vec![None; features.len()];
    for (row, own) in &scaled {
        let away = |f: &[f64; N]| f.iter().zip(own).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let mut others: Vec<(f64, usize)> = scaled.iter().filter(|(r, _)| r != row).map(|(r, f)| (away(f), *r)).collect();
        if others.len() < size[0] || others.is_empty() {
            continue;
        }
        let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if others.len() > size[1] {
            others.select_nth_unstable_by(size[1], order);
            others.truncate(size[1]);
        }
        others.sort_by(order);
        groups[*row] = Some(others.into_iter().map(|(_, r)| r).collect());
    }
    groups
}

/// The middle of values in order; of an even number the mean of the two.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

/// Puts the median rolling rate of the most similar boroughs beside each borough's.
pub(super) fn compare(groups: &Groups, series: &mut [Series]) {
    let rates: std::collections::BTreeMap<_, f64> =
        series.iter().filter_map(|s| Some(((s.place, s.strand), s.figures.year_rate.ok()?[0]))).collect();
    for one in series {
        let Some(group) = groups.rows.get(usize::from(one.place)).and_then(Option::as_ref) else { continue };
        let mut of_group: Vec<f64> = group.iter().filter_map(|row| rates.get(&(*row, one.strand)).copied()).collect();
        if of_group.len() < FEWEST {
            one.figures.similar = Err(Gap::NotAvailable);
            continue;
        }
        of_group.sort_by(f64::total_cmp);
        one.figures.similar = Ok(median(&of_group));
    }
}
