//! What changed since an earlier edition.
//!
//! # Definition
//! An *edition* is what was published of all months held, when a month was published. A figure of a place, strand and month is *revised* when
//! it is another than in the edition before: a later record, a flag that was taken off, a record moved to another month, or a figure that is
//! given or withheld now. Beside it stands what was published first.
//!
//! Months that the edition before did not hold are no revisions, nor is what it was never asked for.

use super::figures::Marked;
use super::{Basis, Cube, Level, Place, strands};
use crate::incident::Strand;
use crate::month::{Month, MonthRange};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Months of a supplied area that an edition keeps; of other places it keeps all.
pub const MONTHS_OF_AREAS: u16 = 25;

/// Of what a figure is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FigureKey {
    /// By which date.
    pub basis: Basis,
    /// What the place is.
    pub level: Level,
    /// Its code; empty for none.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Month.
    pub month: Month,
}

/// A published number of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// In the edition.
    pub records: Marked<u32>,
    /// In the edition that had it first.
    pub first: Marked<u32>,
    /// The month of that edition.
    pub first_edition: Month,
}

/// An earlier edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The month that it published.
    pub month: Month,
    /// What it knew.
    pub known_on: Date,
    /// Its figures.
    pub figures: BTreeMap<FigureKey, Published>,
}

/// A row of an edition: its figure of a place, strand and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryRow {
    /// By which date.
    pub basis: Basis,
    /// Row of the place.
    pub place: u16,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Month.
    pub month: Month,
    /// Records now, and first.
    pub published: Published,
    /// Of these, with a flag under review.
    pub provisional: u32,
    /// What the edition before had; `None` where it had nothing.
    pub before: Option<Marked<u32>>,
}

impl HistoryRow {
    /// Whether the edition before had another figure.
    pub fn is_revised(&self) -> bool {
        self.before.is_some_and(|before| before != self.published.records)
    }
}

fn key(place: &Place, basis: Basis, strand: Option<Strand>, month: Month) -> FigureKey {
    FigureKey { basis, level: place.level, code: place.code.clone(), name: place.name.clone(), strand, month }
}

/// Every figure of an edition up to a month, beside that of the edition before.
pub fn history(cube: &Cube, month: Month, before: Option<&Edition>) -> Vec<HistoryRow> {
    let mut rows = Vec::new();
    for basis in cube.bases() {
        for (row, place) in (0..).zip(cube.places()) {
            let kept = MonthRange::ending(month, if place.level == Level::Area { MONTHS_OF_AREAS } else { u16::MAX });
            let Some(months) = MonthRange::new(cube.months().from().max(kept.from()), month.min(cube.months().to())) else {
                continue;
            };
            for strand in strands().filter(|s| cube.has(*basis, row, *s)) {
                for at in months.iter() {
                    let counted = cube.count(*basis, row, strand, at);
                    let records = counted.map(|c| c.recorded);
                    let known = before.and_then(|b| b.figures.get(&key(place, *basis, strand, at)));
                    let published = known.map_or(Published { records, first: records, first_edition: month }, |k| Published {
                        records,
                        first: k.first,
                        first_edition: k.first_edition,
                    });
                    rows.push(HistoryRow {
                        basis: *basis,
                        place: row,
                        strand,
                        month: at,
                        published,
                        provisional: counted.map_or(0, |c| c.provisional),
                        before: known.map(|k| k.records),
                    });
                }
            }
        }
    }
    rows
}
