//! A hotspot keeps its name from release to release.
//!
//! # Definition
//! Places of the release before and of this one are compared by their units. The weight of a pair is the area of the units that both
//! have over the area of the units that either has (Jaccard). The assignment of largest total weight over all pairs (Kuhn 1955,
//! Munkres 1957) says who goes on: a matched place keeps its identifier, an unmatched one is given a new one, and a place of before that
//! is not matched has ended. A part of a place counts when it holds at least [`PART`] of its area:
//!
//! - a place of before of which two places hold a part each has **split**: the matched one goes on, the other is new and says from whom;
//! - a place that holds a part of two of before has **merged** them: the matched one goes on, the other has ended in it;
//! - else a matched place **grew** or **shrank** when its area is [`GREW`] times that of before or more, or the inverse or less, and
//!   has **continued** otherwise.
//!
//! # Identifiers
//! `all-2026-10-3`: the strand, the month of the first release, the number among the new places of that release in the order of their first
//! units. It says where, never how many: identifiers are shown below the analyst, also of places whose count is not. They depend on this release
//! and the one before it, and on nothing else.
//!
//! # Review and end
//! A place is due for review [`REVIEW_MONTHS`] months after it was first seen, and every so many months from then on, whatever it does;
//! it ends with the first release that does not find it. Nothing stays on the map because it was there.
//!
//! # Pitfalls
//! - Places of different strands, resolutions or kinds of units are never compared.
//! - A place that ends and comes back is a new one: what was there before is in the releases of then.
//!
//! # Cost
//! The assignment is solved for each set of overlapping places by itself, in cubic time of its size, which is small.

use crate::month::Month;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// Share of its area from which a piece counts as a part of a place.
pub const PART: f64 = 0.2;
/// Ratio of areas from which a place grew.
pub const GREW: f64 = 1.25;
/// Months from one review to the next.
pub const REVIEW_MONTHS: u16 = 3;

/// A place by what tells it apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint<'a> {
    /// Units and their areas in square kilometres, each unit once. Units are named alike in both releases: by cell or code.
    pub units: &'a [(&'a str, f64)],
}

/// A place of the release before.
#[derive(Debug, Clone, PartialEq)]
pub struct Before<'a> {
    /// Identifier.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Incidents in the window of that release.
    pub n: u32,
    /// Month of the first release that had it.
    pub first_seen: Month,
    /// Where it was.
    pub footprint: Footprint<'a>,
}

/// What became of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// There is no release before, so that nothing can be said.
    First,
    /// There was none here.
    New,
    /// As before.
    Continued,
    /// Larger than before.
    Grew,
    /// Smaller than before.
    Shrank,
    /// One of several into which a place came apart.
    Split,
    /// Holds more than one place of before.
    Merged,
}

impl Change {
    /// All changes.
    pub const ALL: [Self; 7] = [Self::First, Self::New, Self::Continued, Self::Grew, Self::Shrank, Self::Split, Self::Merged];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::New => "new",
            Self::Continued => "continued",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }

    /// The change with this identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.id() == id)
    }
}

/// Who a place of this release is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Identifier that lasts.
    pub id: String,
    /// Month of the first release that had it.
    pub first_seen: Month,
    /// What became of it.
    pub change: Change,
    /// Places of before of which it holds a part, but for itself.
    pub of: Vec<String>,
}

impl Identity {
    /// Month in which it is next due for review, seen from a release's month.
    pub fn review(&self, month: Month) -> Month {
        let age = month.index().saturating_sub(self.first_seen.index());
        self.first_seen.plus((age / REVIEW_MONTHS + 1) * REVIEW_MONTHS)
    }
}

/// A place that this release does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Identifier.
    pub id: String,
    /// Month of the first release that had it.
    pub first_seen: Month,
    /// Name.
    pub name: String,
    /// Incidents in the window of the last release that had it.
    pub n: u32,
    /// The place that holds a part of it now.
    pub into: Option<String>,
}

/// Identities of the places of this release, in their order, and who has ended, by identifier.
///
/// `prefix` begins every new identifier: the strand.
///
/// ```
/// use hotspot_core::hotspot::identity::{Before, Change, Footprint, identify};
/// let month = "2026-10".parse().unwrap();
/// let before = [Before { id: "all-2026-09-1", name: "SE15", n: 7, first_seen: "2026-09".parse().unwrap(), footprint: Footprint { units: &[("a", 1.0), ("b", 1.0)] } }];
/// let now = [Footprint { units: &[("x", 1.0)] }, Footprint { units: &[("b", 1.0), ("a", 1.0)] }];
/// let (who, ended) = identify(&before, &now, "all", month);
/// assert_eq!((who[0].id.as_str(), who[0].change), ("all-2026-10-1", Change::New));
/// assert_eq!((who[1].id.as_str(), who[1].change), ("all-2026-09-1", Change::Continued));
/// assert!(ended.is_empty());
/// ```
pub fn identify(before: &[Before<'_>], now: &[Footprint<'_>], prefix: &str, month: Month) -> (Vec<Identity>, Vec<Ended>) {
    let area = |f: &Footprint<'_>| f.units.iter().map(|(_, area)| area).sum::<f64>();
    let shared = shared_areas(before, now);
    let weight = |(b, n): (usize, usize)| shared[&(b, n)] / (area(&before[b].footprint) + area(&now[n]) - shared[&(b, n)]);
    let pairs: Vec<(usize, usize, f64)> = shared.keys().map(|pair| (pair.0, pair.1, weight(*pair))).collect();
    let matched = assign(before.len(), now.len(), &pairs);
    // Parts are taken of the place that comes apart or is taken in.
    let part_of_before: Vec<(usize, usize)> =
        shared.iter().filter(|((b, _), s)| **s >= PART * area(&before[*b].footprint)).map(|(pair, _)| *pair).collect();
    let pieces = |b: usize| part_of_before.iter().filter(move |p| p.0 == b);
    let mut fresh: Vec<(Option<&str>, usize)> =
        (0..now.len()).filter(|n| matched[*n].is_none()).map(|n| (now[n].units.iter().map(|(unit, _)| *unit).min(), n)).collect();
    fresh.sort_unstable();
    let mut number = vec![0; now.len()];
    for ((_, n), at) in fresh.into_iter().zip(1u32..) {
        number[n] = at;
    }
    let mut identities = Vec::with_capacity(now.len());
    for (n, place) in now.iter().enumerate() {
        let went_on = matched[n];
        let others: Vec<usize> = part_of_before.iter().filter(|p| p.1 == n && Some(p.0) != went_on).map(|p| p.0).collect();
        // Of those that go on elsewhere it is a splinter; those that do not have merged into it.
        let taken_in = others.iter().any(|b| !matched.contains(&Some(*b)));
        let change = match went_on {
            Some(_) if taken_in => Change::Merged,
            Some(b) if pieces(b).count() > 1 => Change::Split,
            Some(b) => match area(place) / area(&before[b].footprint) {
                ratio if ratio >= GREW => Change::Grew,
                ratio if ratio <= GREW.recip() => Change::Shrank,
                _ => Change::Continued,
            },
            None if others.iter().any(|b| matched.contains(&Some(*b))) => Change::Split,
            None => Change::New,
        };
        let (id, first_seen) = went_on.map_or_else(
            || (format!("{prefix}-{month}-{}", number[n]), month),
            |b| (before[b].id.to_owned(), before[b].first_seen),
        );
        identities.push(Identity { id, first_seen, change, of: others.iter().map(|b| before[*b].id.to_owned()).collect() });
    }
    let mut ended: Vec<Ended> = (0..before.len())
        .filter(|b| !matched.contains(&Some(*b)))
        .map(|b| {
            let largest = pieces(b).max_by(|x, y| shared[*x].total_cmp(&shared[*y]).then(y.1.cmp(&x.1)));
            let into = largest.map(|(_, n)| identities[*n].id.clone());
            Ended {
                id: before[b].id.to_owned(),
                first_seen: before[b].first_seen,
                name: before[b].name.to_owned(),
                n: before[b].n,
                into,
            }
        })
        .collect();
    ended.sort_by(|a, b| a.id.cmp(&b.id));
    (identities, ended)
}

/// Area of the units that a place of before and one of now have in common, where they have any.
fn shared_areas(before: &[Before<'_>], now: &[Footprint<'_>]) -> BTreeMap<(usize, usize), f64> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (b, place) in before.iter().enumerate() {
        for (unit, _) in place.footprint.units {
            places.entry(unit).or_default().push(b);
        }
    }
    let mut shared = BTreeMap::new();
    for (n, place) in now.iter().enumerate() {
        for (unit, area) in place.units {
            for b in places.get(unit).into_iter().flatten() {
                *shared.entry((*b, n)).or_default() += area;
            }
        }
    }
    shared
}

/// The assignment of largest total weight: for each of now, who it is of before. Pairs are positive and sorted; of assignments of equal
/// weight the one is taken that the order of the pairs gives.
fn assign(before: usize, now: usize, pairs: &[(usize, usize, f64)]) -> Vec<Option<usize>> {
    let mut matched = vec![None; now];
    for component in components(before, now, pairs) {
        let (mut rows, mut columns): (BTreeSet<usize>, BTreeSet<usize>) = (BTreeSet::new(), BTreeSet::new());
        for (b, n, _) in &component {
            rows.insert(*b);
            columns.insert(*n);
        }
        let (rows, columns): (Vec<usize>, Vec<usize>) = (rows.into_iter().collect(), columns.into_iter().collect());
        let size = rows.len().max(columns.len());
        // Nobody is forced: a missing pair weighs nothing.
        let mut cost = vec![vec![0.0; size]; size];
        for (b, n, weight) in &component {
            let (row, column) = (rows.binary_search(b).expect("its row"), columns.binary_search(n).expect("its column"));
            cost[row][column] = -weight;
        }
        for (row, column) in cheapest(&cost).into_iter().enumerate() {
            if cost[row][column] < 0.0 {
                matched[columns[column]] = Some(rows[row]);
            }
        }
    }
    matched
}

/// Whose set a place belongs to.
fn find(root: &mut [usize], mut i: usize) -> usize {
    while root[i] != i {
        root[i] = root[root[i]];
        i = root[i];
    }
    i
}

/// Pairs by the set of places that overlap one another, directly or through others.
fn components(before: usize, now: usize, pairs: &[(usize, usize, f64)]) -> Vec<Vec<(usize, usize, f64)>> {
    let mut root: Vec<usize> = (0..before + now).collect();
    for (b, n, _) in pairs {
        let (x, y) = (find(&mut root, *b), find(&mut root, before + n));
        root[x.max(y)] = x.min(y);
    }
    let mut sets: BTreeMap<usize, Vec<(usize, usize, f64)>> = BTreeMap::new();
    for pair in pairs {
        sets.entry(find(&mut root, pair.0)).or_default().push(*pair);
    }
    sets.into_values().collect()
}

/// The column of each row in the assignment of least cost (Jonker–Volgenant's form of the Hungarian method).
fn cheapest(cost: &[Vec<f64>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let n = cost.len();
    let (mut of_row, mut of_column) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    // Column n is where each search begins.
    let mut row_of = vec![NONE; n + 1];
    for start in 0..n {
        let mut least = vec![f64::INFINITY; n + 1];
        let mut from = vec![n; n + 1];
        let mut done = vec![false; n + 1];
        let mut column = n;
        row_of[n] = start;
        loop {
            done[column] = true;
            let row = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, NONE);
            for other in (0..n).filter(|c| !done[*c]) {
                let reduced = cost[row][other] - of_row[row] - of_column[other];
                if reduced < least[other] {
                    least[other] = reduced;
                    from[other] = column;
                }
                if least[other] < step {
                    step = least[other];
                    next = other;
                }
            }
            for other in 0..=n {
                if done[other] {
                    of_row[row_of[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
            if row_of[column] == NONE {
                break;
            }
        }
        while column != n {
            row_of[column] = row_of[from[column]];
            column = from[column];
        }
    }
    let mut columns = vec![0; n];
    for (column, row) in row_of.iter().take(n).enumerate() {
        columns[*row] = column;
    }
    columns
}
