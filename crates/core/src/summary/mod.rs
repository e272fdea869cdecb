//! The monthly borough summary: one table that every exit prints.
//!
//! | question | here |
//! | --- | --- |
//! | what was counted, where, when, of which strand? | [`Cube`] |
//! | what is to be said of one series in one month? | [`figures`], [`nowcast`] |
//! | which boroughs are like this one? | [`similar`] |
//! | what did earlier editions say? | [`revision`] |
//! | what stands in the publication? | [`Summary`] |
//! | which rows and columns have its files? | [`measure`], [`tables`] |
//! | and below the analyst? | [`oversight`] |
//!
//! # Definitions
//! * **Places.** London, its Basic Command Units, its boroughs, and what is no borough: units of police that have no place of their own
//!   (aviation security, airports), records of another force, and records whose borough is not known. London is the sum of all of them:
//!   nothing is lost. Areas that the caller supplies, such as wards, stand beside them and are no part of a sum.
//! * **Basis.** By the month in which a record was *recorded* (comparable with the Metropolitan Police's figures) and in which the incident
//!   *occurred*.
//! * **Strands** overlap: a record of two strands stands in both. The total is of records, never the sum of strands.
//! * **A figure that is not there** is not 0: [`Gap`] says why, and marks it `[x]`, `[c]`, `[z]` or `[b]`.
//!
//! # What may be compared
//! Nothing crosses a recording break: a rolling year, a change, a chart's baseline that would is not given, and the reason is.

pub mod figures;
pub mod measure;
pub mod nowcast;
pub mod oversight;
pub mod revision;
pub mod similar;
pub mod tables;

mod cube;

pub use cube::{Basis, Counted, Cube, Level, Line, Part, Place, Sighting, Tally, Traits};
pub use figures::{BoroughFunnel, Change, Chart, Figures, Gap, Marked};
pub use measure::{Measure, Observation};
pub use revision::{Edition, HistoryRow};
pub use similar::Groups;

use crate::error::Result;
use crate::incident::Strand;
use crate::month::{BreakRegistry, Month, SeriesBreak};
use rayon::prelude::*;

/// What a summary is made of.
#[derive(Debug, Clone, Copy)]
pub struct SummaryInput<'a> {
    /// What was counted.
    pub cube: &'a Cube,
    /// The month that is published.
    pub month: Month,
    /// Breaks of recording.
    pub breaks: &'a BreakRegistry,
    /// Most similar boroughs: [`Groups::of`], or supplied.
    pub groups: &'a Groups,
    /// The edition before, if there is one.
    pub before: Option<&'a Edition>,
}

/// The publication of one month.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The month.
    pub month: Month,
    /// By basis, in the order of [`Cube::bases`]; of each, one for every place and strand, places in the order of the cube, all records before
    /// the strands.
    pub series: Vec<Series>,
    /// Boroughs among boroughs, by basis and strand.
    pub funnels: Vec<(Basis, BoroughFunnel)>,
    /// Every month held, beside the edition before.
    pub history: Vec<HistoryRow>,
    places: usize,
}

/// One place and strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// By which date.
    pub basis: Basis,
    /// Row of the place in the cube.
    pub place: u16,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// What is to be said of it.
    pub figures: Figures,
}

/// Whether a break concerns the figures of a place: its own, those of the borough that it lies in, and every sum over it.
pub fn concerns(cube: &Cube, place: u16, b: &SeriesBreak) -> bool {
    figures::concerns(cube, place, b)
}

/// All records, then each strand.
pub fn strands() -> impl Iterator<Item = Option<Strand>> {
    std::iter::once(None).chain(Strand::ALL.iter().copied().map(Some))
}

impl Summary {
    /// Everything of one month.
    ///
    /// # Errors
    /// When a count is too large for a method.
    pub fn of(input: &SummaryInput<'_>) -> Result<Self> {
        let places = input.cube.places().len();
        let mut summary = Self {
            month: input.month,
            series: Vec::new(),
            funnels: Vec::new(),
            history: revision::history(input.cube, input.month, input.before),
            places,
        };
        for basis in input.cube.bases() {
            let nowcasts = nowcast::Nowcasts::new(input, *basis)?;
            let wanted: Vec<(u16, Option<Strand>)> =
                (0..places as u16).flat_map(|place| strands().map(move |strand| (place, strand))).collect();
            let mut series: Vec<Series> = wanted
                .into_par_iter()
                .map(|(place, strand)| {
                    let figures = figures::of(input, *basis, &nowcasts, place, strand)?;
                    Ok(Series { basis: *basis, place, strand, figures })
                })
                .collect::<Result<_>>()?;
            summary.funnels.extend(figures::funnels(input, &mut series)?.into_iter().map(|f| (*basis, f)));
            similar::compare(input.groups, &mut series);
            summary.series.extend(series);
        }
        let a_year_ago = input.month.minus(figures::YEAR as u16);
        let revised: Vec<(Basis, u16, Option<Strand>)> =
            summary.revisions().filter(|r| r.month == a_year_ago).map(|r| (r.basis, r.place, r.strand)).collect();
        for (basis, place, strand) in revised {
            if let Some(series) = summary.row(basis, place, strand).and_then(|row| summary.series.get_mut(row)) {
                series.figures.last_year_revised = series.figures.last_year.is_ok();
            }
        }
        Ok(summary)
    }

    fn row(&self, basis: Basis, place: u16, strand: Option<Strand>) -> Option<usize> {
        let series = 1 + Strand::ALL.len();
        let bases = self.series.len() / (self.places * series).max(1);
        let basis = (0..bases).find(|b| self.series[b * self.places * series].basis == basis)?;
        let strand = strand.map_or(0, |s| 1 + usize::from(s.code()));
        (usize::from(place) < self.places).then_some((basis * self.places + usize::from(place)) * series + strand)
    }

    /// The series of a place and strand.
    pub fn series(&self, basis: Basis, place: u16, strand: Option<Strand>) -> Option<&Series> {
        self.series.get(self.row(basis, place, strand)?)
    }

    /// Figures that the edition before had otherwise.
    pub fn revisions(&self) -> impl Iterator<Item = &HistoryRow> {
        self.history.iter().filter(|row| row.is_revised())
    }
}

#[cfg(test)]
mod tests;
