//! Which counts are published, and which are supposed.

use crate::cube::{Facts, Filter};
use crate::disclosure::protected::{Figure, Key, Period, ProtectedRelease, STRANDS};
use crate::disclosure::signs::ESTIMATED;
use crate::incident::Strand;
use crate::month::MonthRange;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A count of which a part is supposed is shown to the nearest of these.
const ROUND: u32 = 5;
/// Incidents of a place: told, or in part supposed.
///
/// ```
/// use hotspot_core::disclosure::published::Told;
///
/// let told = Told { n: 33, supposed: None };
/// assert_eq!((told.shown(), told.status(), told.to_string()), (33, "", "33".to_owned()));
/// let in_part = Told { n: 33, supposed: Some(12) };
/// assert_eq!((in_part.shown(), in_part.status(), in_part.to_string()), (35, "[e]", "35 [e]".to_owned()));
/// // What is not told is no 0 either.
/// assert_eq!(Told { n: 0, supposed: Some(0) }.to_string(), "0 [e]");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// All of them.
    pub n: u32,
    /// Where not all is told, how many of them are supposed.
    pub supposed: Option<u32>,
}

impl Told {
    /// The number to show: rounded where a part is supposed, so that it is not taken for a count.
    pub const fn shown(self) -> u32 {
        if self.supposed.is_none() { self.n } else { (self.n + ROUND / 2) / ROUND * ROUND }
    }

    /// The sign beside it: [`ESTIMATED`] where a part is supposed, else nothing.
    pub const fn status(self) -> &'static str {
        if self.supposed.is_none() { "" } else { ESTIMATED }
    }

    /// Which share of it is supposed, 0 to 1; none where all is told.
    pub fn share_supposed(self) -> Option<f64> {
        let supposed = self.supposed?;
        Some(if self.n == 0 { 1.0 } else { f64::from(supposed.min(self.n)) / f64::from(self.n) })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.supposed {
            None => self.n.fmt(f),
            Some(_) => f.pad(&format!("{} {ESTIMATED}", self.shown())),
        }
    }
}

impl std::iter::Sum for Told {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            n: a.n + b.n,
            supposed: if a.supposed.is_none() && b.supposed.is_none() {
                None
            } else {
                Some(a.supposed.unwrap_or(0) + b.supposed.unwrap_or(0))
            },
        })
    }
}

/// Incidents of areas in the months counted, of all records and of each strand.
#[derive(Debug)]
pub(super) struct Supposed {
    /// By analysis, area and quarter.
    of: Vec<(Option<Strand>, Vec<Vec<Told>>)>,
    /// By analysis, borough and quarter: what is published.
    boroughs: BTreeMap<(Option<Strand>, String), Vec<Option<u32>>>,
}

impl Supposed {
    /// Of facts whose units lie in these areas.
    pub fn of(shown: &ProtectedRelease, facts: &Facts, area: &[u32], quarters: &[Period]) -> Self {
        let published = |place: &str, period: Period, strand: Option<Strand>| {
            let row = strand.and_then(|s| STRANDS.iter().position(|of| *of == s)).map(|row| row as u8);
            let figure = shown.figures.get(&Key { place: place.to_owned(), period, strand: row });
            if let Some(Figure::Count(n)) = figure { Some(*n) } else { None }
        };
        let analyses = std::iter::once(None).chain(STRANDS.into_iter().map(Some));
        let (mut of, mut boroughs) = (Vec::new(), BTreeMap::new());
        for strand in analyses {
            let mut made = vec![vec![Told::default(); quarters.len()]; shown.areas.len()];
            for (at, quarter) in quarters.iter().enumerate() {
                let months: MonthRange = quarter.months();
                let counts = facts.counts(&Filter { strands: strand.into(), ..Filter::over(months) }, area.len());
                counts.iter().zip(area).for_each(|(n, row)| made[*row as usize][at].n += n);
                for (told, of) in made.iter_mut().zip(&shown.areas) {
                    let told = &mut told[at];
                    told.supposed = (published(&of.code, *quarter, strand) != Some(told.n)).then_some(told.n);
                }
            }
            of.push((strand, made));
            let codes = shown.boroughs.iter().map(|(_, code)| code);
            boroughs
                .extend(codes.map(|code| {
                    ((strand, code.clone()), quarters.iter().map(|q| published(code, *q, strand)).collect::<Vec<_>>())
                }));
        }
        Self { of, boroughs }
    }

    /// Incidents of an area.
    pub fn area(&self, strand: Option<Strand>, area: usize) -> Told {
        self.quarters(strand, area).iter().copied().sum()
    }

    /// Incidents of the areas of a borough: those are told that are, and all of a quarter in which they sum to what is published of the borough.
    pub fn borough(&self, strand: Option<Strand>, code: &str, areas: &BTreeSet<usize>) -> Told {
        let published = self.boroughs.get(&(strand, code.to_owned()));
        let quarters = self.of.first().and_then(|(_, areas)| areas.first()).map_or(0, Vec::len);
        let of = |at: usize| {
            let sum: Told = areas.iter().filter_map(|area| self.quarters(strand, *area).get(at).copied()).sum();
            let is_told = published.is_some_and(|of| of[at] == Some(sum.n));
            Told { supposed: if is_told { None } else { sum.supposed }, ..sum }
        };
        (0..quarters).map(of).sum()
    }

    fn quarters(&self, strand: Option<Strand>, area: usize) -> &[Told] {
        self.of.iter().find(|(of, _)| *of == strand).map_or(&[], |(_, areas)| areas[area].as_slice())
    }
}
