//! How good the records are.

use super::{Account, Period, account, bytes};
use hotspot_core::cube::FactKind;
use hotspot_core::disclosure::Released;
use hotspot_core::incident::PlaceKind;
use hotspot_core::quality::{CANNOT_SAY, Field, Quality};
use hotspot_core::view::QualityView;
use hotspot_core::{Precision, Source};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Quality of the records of a release, in its window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityAnswer<'a> {
    release: &'a str,
    /// synthetic, open or restricted.
    class: &'static str,
    /// State of the store, `YYYY-MM-DD`.
    as_known_on: &'a str,
    /// Months in which the records happened.
    period: Period,
    /// events, or counts: of published counts only n, places and sources mean something.
    counted: &'static str,
    /// Every row that the store holds, of any month.
    reconciliation: Account,
    /// Mapped, but outside the study area.
    outside: u64,
    /// Withheld from every unit, since a hotspot depended on one person.
    withheld: u64,
    total: QualityEntry,
    /// By borough; what lies in none comes last, without a code.
    boroughs: Vec<QualityRow<'a>>,
    /// By strand; strands overlap.
    strands: Vec<QualityRow<'a>>,
    /// By month in which they happened; for the delay, in which they were recorded.
    months: Vec<QualityMonth>,
    /// What no map of records can say.
    cannot_say: [&'static str; CANNOT_SAY.len()],
}

#[derive(Debug, Serialize, ToSchema)]
struct QualityRow<'a> {
    /// Code of the borough, or identifier of the strand; null for what lies in no borough.
    id: Option<&'a str>,
    name: &'a str,
    #[serde(flatten)]
    quality: QualityEntry,
}

#[derive(Debug, Serialize, ToSchema)]
struct QualityMonth {
    month: String,
    #[serde(flatten)]
    quality: QualityEntry,
}

/// Counts of records, never shares: n is beside each.
#[derive(Debug, Serialize, ToSchema)]
struct QualityEntry {
    n: u64,
    /// mapped, area_only, online and no_place; they add up to n.
    placed: BTreeMap<&'static str, u64>,
    /// Those that lie in a unit.
    in_units: u64,
    /// Of these by how well their point is known: address, device, postcode, street, snapped and unstated. Less than in_units where it is not kept.
    precision: BTreeMap<&'static str, u64>,
    /// Those without strand, offence, outcome and hour, of n; without a known victim, of those in units.
    missing: BTreeMap<&'static str, u64>,
    /// Those that name each source; a record may name several.
    sources: BTreeMap<&'static str, u64>,
    /// Flagged in the first instance, and not reviewed.
    provisional: u64,
    /// Months from happening to recording, of what was recorded in the period; null when nothing was.
    delay: Option<DelayEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DelayEntry {
    /// Recorded in the period.
    n: u64,
    /// Of these, in the month in which they happened.
    same_month: u64,
    /// Half came within so many months.
    median: u16,
    /// Nine of ten came within so many months.
    ninetieth: u16,
}

fn entry(quality: &Quality) -> QualityEntry {
    QualityEntry {
        n: quality.n,
        placed: PlaceKind::ALL.iter().map(|p| p.id()).zip(quality.placed).collect(),
        in_units: quality.in_units,
        precision: Precision::ALL.iter().map(|p| p.id()).zip(quality.precision).collect(),
        missing: Field::ALL.into_iter().map(Field::id).zip(quality.missing).collect(),
        sources: Source::ALL.iter().map(|s| s.id()).zip(quality.sources).collect(),
        provisional: quality.provisional,
        delay: quality.delay.map(|d| DelayEntry { n: d.n, same_month: d.same_month, median: d.median, ninetieth: d.ninetieth }),
    }
}

fn document(view: &QualityView) -> QualityAnswer<'_> {
    let table = &view.table;
    let named = view.areas.iter().map(|[code, name]| (Some(code.as_str()), name.as_str()));
    QualityAnswer {
        release: &view.release,
        class: view.class.id(),
        as_known_on: &view.as_known_on,
        period: table.months.into(),
        counted: match table.kind {
            FactKind::Events => "events",
            FactKind::Counts => "counts",
        },
        reconciliation: account(view.reconciliation),
        outside: view.outside,
        withheld: view.person_check.withheld,
        total: entry(&table.total),
        boroughs: named
            .chain([(None, "In no borough")])
            .zip(&table.areas)
            .map(|((id, name), quality)| QualityRow { id, name, quality: entry(quality) })
            .collect(),
        strands: table
            .strands
            .iter()
            .map(|(strand, quality)| QualityRow { id: Some(strand.id()), name: strand.label(), quality: entry(quality) })
            .collect(),
        months: table.by_month.iter().map(|(month, q)| QualityMonth { month: month.to_string(), quality: entry(q) }).collect(),
        cannot_say: CANNOT_SAY,
    }
}

/// The same as JSON for `hotspot quality --json`: on the analyst's own terminal.
pub fn quality_json(view: &QualityView) -> Vec<u8> {
    bytes(&document(view))
}

pub(crate) fn quality(view: &Released<QualityView>) -> Vec<u8> {
    bytes(&document(view))
}
