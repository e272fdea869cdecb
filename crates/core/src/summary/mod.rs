//! The monthly borough summary: one table that every exit prints.
//!
//! | question | here |
//! | --- | --- |
//! | what was counted, where, when, of which strand? | [`Cube`] |
//! | what is to be said of one series in one month? | [`figures`] |
//! | which boroughs are like this one? | [`similar`] |
//! | what stands in the publication? | [`Summary`] |
//!
//! # Definitions
//! * **Places.** London, its Basic Command Units, its boroughs, and what is no borough: units of police that have no place of their own
//!   (aviation security, airports), records of another force, and records whose borough is not known. London is the sum of all of them:
//!   nothing is lost.
//! * **Basis.** By the month in which a record was *recorded* (comparable with the Metropolitan Police's figures) or in which the incident
//!   *occurred*.
//! * **Strands** overlap: a record of two strands stands in both. The total is of records, never the sum of strands.
//! * **A figure that is not there** is not 0: a publisher without a figure for a month gives [`None`], marked `[x]`.
//!
//! # What may be compared
//! Nothing crosses a recording break: a rolling year, a change, a chart's baseline that would is not given, and the reason is ([`Gap`]).

pub mod figures;
pub mod similar;

mod cube;

pub use cube::{Basis, Counted, Cube, Level, Line, Place, Traits};
pub use figures::{Change, Chart, Figures, Gap, Marked};

use crate::error::Result;
use crate::incident::Strand;
use crate::month::{BreakRegistry, Month};

/// What a summary is made of.
#[derive(Debug, Clone, Copy)]
pub struct SummaryInput<'a> {
    /// What was counted.
    pub cube: &'a Cube,
    /// The month that is published.
    pub month: Month,
    /// Breaks of recording.
    pub breaks: &'a BreakRegistry,
}

/// The publication of one month.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The month.
    pub month: Month,
    /// By which date.
    pub basis: Basis,
    /// One for each place and strand, places in the order of the cube, all records before the strands.
    pub series: Vec<Series>,
}

/// One place and strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Row of the place in the cube.
    pub place: u16,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// What is to be said of it.
    pub figures: Figures,
}

/// All records, then each strand.
pub fn strands() -> impl Iterator<Item = Option<Strand>> {
    std::iter::once(None).chain(Strand::ALL.iter().copied().map(Some))
}

impl Summary {
    /// Everything of one month, by one date.
    ///
    /// # Errors
    /// When a count is too large for a method.
    pub fn of(input: &SummaryInput<'_>, basis: Basis) -> Result<Self> {
        let cube = input.cube;
        let mut series = Vec::new();
        for place in 0..cube.places().len() as u16 {
            for strand in strands() {
                series.push(Series { place, strand, figures: figures::of(input, basis, place, strand)? });
            }
        }
        figures::shares(input, basis, &mut series);
        figures::funnels(input, &mut series)?;
        similar::compare(cube, &mut series);
        Ok(Self { month: input.month, basis, series })
    }

    /// The series of a place and strand.
    pub fn series(&self, place: u16, strand: Option<Strand>) -> Option<&Series> {
        self.series.iter().find(|s| s.place == place && s.strand == strand)
    }
}

#[cfg(test)]
mod tests;
