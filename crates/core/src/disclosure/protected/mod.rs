//! What of a release is shown below the analyst: fixed figures of adaptive areas and boroughs, hotspots as objects, and their proof.
//!
//! # Design
//! Everything is asked for once, for everybody, and published once: there is nothing to filter, and so no two answers to subtract but those
//! that were audited together. Periods are of the calendar. The counts of a month are kept as they were when it was first published
//! ([`Base`]), areas as they were made for the year ([`Partition`]), and every figure ever published is in the audit of every later release.
//!
//! Whatever is shown to partners and to the public is a function of these figures: what cannot be found out from these cannot be found out
//! from that.

mod base;
mod figures;
mod hotspots;
mod period;
mod regression;
mod told;

pub use base::{Base, BasePlace, Counted, STRANDS};
pub use figures::{ALL, Figure, Figures, Key, Partition, ProtectedArea};
pub use hotspots::{Counted as CountedHotspot, ProtectedHotspot, Victims};
pub use period::{NoPeriod, Period};
pub use regression::Regression;
pub use told::{Finest, OTHERS, Told};

use super::certificate::{Certificate, Flaw, Knowledge, Witness};
use super::suppress::{CannotProtect, Earlier, protect_after};
use super::table::{CellId, DoesNotAddUp, LinkedTables, Protection};
use crate::release::{DataClass, Release};
use crate::{Month, MonthRange, Strand};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::Range;

/// What areas are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Geography {
    /// Units joined until they are large enough.
    Adaptive,
    /// The polygons of the release, each for itself: many of their figures are hidden.
    Units,
}

/// How figures are protected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Counts below this are not shown; zero is not.
    pub threshold: u32,
    /// What areas are.
    pub geography: Geography,
    /// Incidents that an area has, on average, in a quarter, and a strand of a borough in each period that it is told by.
    pub area_incidents: u32,
    /// Residents that an area has.
    pub area_residents: u32,
    /// Months that areas are made from, at most.
    pub area_months: u16,
    /// What readers may know beside what is published.
    pub knowledge: Knowledge,
}

/// Everything that was published before, and what it was made from. Restricted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// Exact counts.
    pub base: Base,
    /// Areas, by the year that they were made for.
    pub partitions: Vec<Partition>,
    /// Every figure.
    pub figures: Figures,
    /// The hotspots of every release.
    pub hotspots: Vec<CountedHotspot>,
}

impl Past {
    /// Checks a proof of these figures, which were published after others, without the programme that found it.
    ///
    /// # Errors
    /// [`NoRelease`]: what is wrong.
    pub fn verify(&self, before: Option<&Self>, rules: Rules, certificate: &Certificate) -> Result<(), NoRelease> {
        if let Some(before) = before {
            let kept = before.figures.iter().all(|(key, figure)| self.figures.get(key) == Some(figure))
                && self.hotspots.starts_with(&before.hotspots)
                && before.base.counts.iter().all(|(key, counted)| self.base.counts.get(key) == Some(counted));
            if !kept {
                return Err(NoRelease::Altered);
            }
        }
        // All figures as they stand: linked as published, so that what should have been hidden and is not is seen.
        let mut linked = figures::link(&self.base, &self.partitions, Some(&self.figures), rules)?;
        hotspots::link(&mut linked, &self.hotspots, rules)?;
        let stated = linked.cells.iter().all(|(key, cell)| match self.figures.get(key) {
            Some(Figure::Count(n)) => *n == linked.tables.count(*cell) && *n >= rules.threshold,
            Some(Figure::Band { .. } | Figure::Hidden) => true,
            None => false,
        });
        if !stated || self.figures.len() != linked.cells.len() {
            return Err(NoRelease::Altered);
        }
        certificate.verify(&linked.tables)?;
        Ok(())
    }
}

/// How much is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hidden {
    /// Figures in all.
    pub figures: usize,
    /// Of these, too small to be shown.
    pub small: usize,
    /// Hidden beside them, since they would give them away.
    pub beside: usize,
    /// Hotspots of all records, and those of them without a count: small, or one that would give a small one away.
    pub hotspots: [usize; 2],
    /// The same of hotspots of strands.
    pub of_strands: [usize; 2],
}

/// What is shown of a release below the analyst.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedRelease {
    /// The release.
    pub release: String,
    /// Its last month.
    pub month: Month,
    /// Window in which its hotspots were found.
    pub window: MonthRange,
    /// The last four quarters that are complete, or as many as there are: what hotspots and areas are counted in.
    pub counted: Option<MonthRange>,
    /// State of the store.
    pub as_known_on: Date,
    /// Class of the store.
    pub class: DataClass,
    /// Version of the policy.
    pub policy: String,
    /// How figures are protected.
    pub rules: Rules,
    /// The areas of its year, with outlines.
    pub areas: Vec<ProtectedArea>,
    /// The first year that these are for.
    pub areas_made: i16,
    /// Areas of years before, oldest first: figures of these years are theirs.
    pub earlier: Vec<Partition>,
    /// Name and code of the reporting areas.
    pub boroughs: Vec<(String, String)>,
    /// Every figure published up to now.
    pub figures: Figures,
    /// Hotspots of all records and of each strand that was analysed, by rank.
    pub hotspots: Vec<(Option<Strand>, Vec<ProtectedHotspot>)>,
    /// How far hotspots are to come down, by analysis.
    pub regression: BTreeMap<Option<Strand>, Regression>,
    /// How much is hidden.
    pub hidden: Hidden,
}

/// A release with its proof, ready to be published.
#[derive(Debug, Clone)]
pub struct Proven {
    /// What is shown.
    pub protected: ProtectedRelease,
    /// What the next one is made from. Restricted.
    pub past: Past,
    /// The tables of the audit. Restricted.
    pub tables: LinkedTables,
    /// That nothing small can be found out. Restricted: it holds tables that could be true.
    pub certificate: Certificate,
}

/// Why nothing may be released.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoRelease {
    /// Something small cannot be protected.
    #[error("{of}: {error}")]
    CannotProtect {
        /// What it counts.
        of: String,
        /// Why.
        error: CannotProtect,
    },
    /// The proof does not hold.
    #[error("the proof does not hold: {0}")]
    Flaw(#[from] Flaw),
    /// The counts do not add up.
    #[error(transparent)]
    DoesNotAddUp(#[from] DoesNotAddUp),
    /// The release could not be read.
    #[error(transparent)]
    Core(#[from] crate::Error),
    /// A figure is not what it was, or not what the counts say.
    #[error("a figure is not what was published before, or not what the exact counts say")]
    Altered,
    /// There are no polygons.
    #[error("geography = \"units\": the release is of cells, and only polygons (hotspot analyse --areas) can be areas")]
    Cells,
    /// A polygon cannot be told from others.
    #[error(
        "geography = \"units\": the code of a polygon is not of letters, digits, -, _ and . alone, is that of two polygons, or is that of a borough: it \
         cannot be the code of an area"
    )]
    Polygon,
    /// It ends before what was published.
    #[error("figures up to {published} were published already: a release that ends earlier cannot follow")]
    Earlier {
        /// The last month published.
        published: Month,
    },
}

/// What may be shown of a release below the analyst, with the proof, after everything published before. What was proven before is carried on:
/// only what is new, and what hangs on it, is proven anew.
///
/// # Errors
/// [`NoRelease`]: nothing may be shown then.
pub fn prove(release: &Release, before: Option<(&Past, &Certificate)>, rules: Rules, policy: &str) -> Result<Proven, NoRelease> {
    let past = before.map(|(past, _)| past);
    if let Some(published) = past.and_then(|p| p.base.months.last()).filter(|last| **last > release.month) {
        return Err(NoRelease::Earlier { published: *published });
    }
    let base = Base::grown(past.map(|p| &p.base), release);
    let homes = base::homes(release)?;
    let partitions = figures::partitions(past, release, &base, &homes, rules)?;
    let mut linked = figures::link(&base, &partitions, past.map(|p| &p.figures), rules)?;
    let figures = linked.tables.len();
    let mut all: Vec<CountedHotspot> = past.map_or_else(Vec::new, |p| p.hotspots.clone());
    let published = all.len();
    let (counted, sums) = hotspots::counted(&linked, release, &base, &homes);
    all.extend(counted);
    let cells = hotspots::link(&mut linked, &all, rules)?;
    let earlier = before.map_or_else(Earlier::default, |(past, certificate)| {
        let until = past.base.months.last().map_or(0, |last| linked.cells_until(*last));
        let hotspots = cells.get(published).map_or(linked.tables.len(), |cell| cell.row());
        carried(certificate, [until, figures], hotspots..linked.tables.len())
    });
    let protected = protect_after(&mut linked.tables, Protection::of(rules.threshold), rules.knowledge, &earlier);
    let certificate = protected.map_err(|error| NoRelease::CannotProtect { of: linked.name(error.cell, &cells), error })?;
    certificate.verify(&linked.tables)?;
    let figures = linked.figures();
    for (hotspot, cell) in all.iter_mut().zip(cells) {
        hotspot.n = Some(figures::figure(&linked.tables, cell));
    }
    let hotspots = hotspots::shown(release, &base, &all[published..], &sums);
    let mut hidden = linked.hidden();
    for (strand, of) in &hotspots {
        let without = of.iter().filter(|h| !matches!(h.n, Figure::Count(_))).count();
        let [all, of_strands] = [&mut hidden.hotspots, &mut hidden.of_strands];
        let at = if strand.is_none() { all } else { of_strands };
        *at = [at[0] + of.len(), at[1] + without];
    }
    let mut regression = BTreeMap::new();
    for (strand, of) in &hotspots {
        let of_all_records = regression.get(&None).copied();
        let measured = Regression::measured(release, *strand, hotspots::quarters(&base.months), of, of_all_records)?;
        regression.insert(*strand, measured);
    }
    let partition = figures::partition_of(&partitions, release.month.year());
    let protected = ProtectedRelease {
        release: release.id.clone(),
        month: release.month,
        window: release.window,
        counted: hotspots::quarters(&base.months),
        as_known_on: release.as_known_on,
        class: release.class,
        policy: policy.to_owned(),
        rules,
        areas: partition.areas.clone(),
        areas_made: partition.year,
        earlier: partitions.iter().filter(|p| p.year < partition.year).cloned().collect(),
        boroughs: release.areas.iter().filter(|a| !a.code.is_empty()).map(|a| (a.name.clone(), a.code.clone())).collect(),
        figures: figures.clone(),
        regression,
        hotspots,
        hidden,
    };
    let past = Past { base, partitions, figures, hotspots: all };
    Ok(Proven { protected, past, tables: linked.tables, certificate })
}

/// The witnesses of a proof over cells as they are numbered when figures, which end at the second row and ended at the first, and hotspots are
/// added. Should anything else be otherwise, they are no witnesses any more, and found anew.
fn carried(certificate: &Certificate, [until, figures]: [usize; 2], hotspots: Range<usize>) -> Earlier {
    let row = |cell: CellId| if cell.row() < until { cell.row() } else { cell.row() + figures - until };
    let moved = |(cell, change): &(CellId, i64)| (CellId::at(row(*cell) as u32), *change);
    let witnesses = certificate.witnesses.iter().map(|w| Witness { changes: w.changes.iter().map(moved).collect() });
    Earlier { witnesses: witnesses.collect(), new: [until..figures, hotspots] }
}
