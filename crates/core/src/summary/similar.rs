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
        let places = cube.places();
        let known: Vec<(u16, [f64; 4])> = (0..)
            .zip(places)
            .filter(|(_, p)| p.level == Level::Borough)
            .filter_map(|(row, p)| {
                let t = p.traits.filter(|t| t.density > 0.0)?;
                Some((row, [t.density.ln(), t.ages[0], t.ages[2], f64::from(u8::from(t.inner))]))
            })
            .collect();
        let n = known.len() as f64;
        let mean: [f64; 4] = std::array::from_fn(|i| known.iter().map(|(_, t)| t[i]).sum::<f64>() / n);
        let sd: [f64; 4] = std::array::from_fn(|i| (known.iter().map(|(_, t)| (t[i] - mean[i]).powi(2)).sum::<f64>() / n).sqrt());
        let scaled =
            |t: &[f64; 4]| -> [f64; 4] { std::array::from_fn(|i| if sd[i] > 0.0 { (t[i] - mean[i]) / sd[i] } else { 0.0 }) };
        let group = |row: u16| {
            let own = scaled(&known.iter().find(|(r, _)| *r == row)?.1);
            let mut others: Vec<(f64, u16)> = known
                .iter()
                .filter(|(r, _)| *r != row)
                .map(|(r, t)| (scaled(t).iter().zip(own).map(|(a, b)| (a - b).powi(2)).sum::<f64>(), *r))
                .collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            (others.len() >= ALIKE).then(|| others.into_iter().take(ALIKE).map(|(_, r)| r).collect())
        };
        Self { rule: RULE.to_owned(), rows: (0..places.len() as u16).map(group).collect() }
    }
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
        let half = of_group.len() / 2;
        let median = if of_group.len() % 2 == 1 { of_group[half] } else { f64::midpoint(of_group[half - 1], of_group[half]) };
        one.figures.similar = Ok(median);
    }
}
