//! Sheets of many months.

use super::draft::{Draft, said, value};
use super::places::among_others;
use super::{level_label, notes::Note};
use crate::summary::{Publication, strand_label};
use crate::workbook::{Cell, Format, Sheet, WorkbookError};
use hotspot_core::incident::{Offence, Outcome, Source};
use hotspot_core::summary::tables::{BREAKDOWN, OUTCOMES, strand_id};
use hotspot_core::summary::{Basis, Gap, HistoryRow, Level, measure};
use hotspot_core::{Month, MonthRange, Strand};
use std::collections::BTreeMap;

/// Months of London's strands.
const LONDON_MONTHS: u16 = 36;
/// Months of boroughs: two years and the month.
const BOROUGH_MONTHS: u16 = 25;

fn records(row: Option<&&HistoryRow>) -> Cell {
    value(row.map_or(Err(Gap::NotAvailable), |r| r.published.records.map(f64::from)))
}

fn status(row: Option<&&HistoryRow>) -> &'static str {
    row.map_or(Gap::NotAvailable.shorthand(), |r| measure::status(r.published.records.err(), r.provisional > 0, r.is_revised()))
}

/// Months with a marker, those in a row that have the same together: `September 2026 to October 2026 [p]`.
fn marked_months(months: impl Iterator<Item = (Month, &'static str)>) -> String {
    let mut runs: Vec<(Month, Month, &str)> = Vec::new();
    for (month, marker) in months.filter(|(_, marker)| !marker.is_empty()) {
        match runs.last_mut().filter(|(_, to, same)| *same == marker && to.plus(1) == month) {
            Some(run) => run.1 = month,
            None => runs.push((month, month, marker)),
        }
    }
    let words = runs.into_iter().map(|(from, to, marker)| {
        let months = if from == to { from.in_words() } else { format!("{} to {}", from.in_words(), to.in_words()) };
        format!("{months} {marker}")
    });
    words.collect::<Vec<_>>().join("; ")
}

impl Publication<'_> {
    /// The last months that are held, at most so many.
    fn last(&self, months: u16) -> Vec<Month> {
        let held = self.from.cube.months();
        MonthRange::ending(self.from.summary.month, months).iter().filter(|m| held.contains(*m)).collect()
    }

    /// London by month and strand.
    pub(super) fn london_sheet(&self) -> Result<Sheet, WorkbookError> {
        let known: BTreeMap<_, &HistoryRow> = self
            .from
            .summary
            .history
            .iter()
            .filter(|r| r.place == 0 && r.basis == Basis::Recorded)
            .map(|r| ((r.month, r.strand), r))
            .collect();
        let rows = self.last(LONDON_MONTHS);
        let draft = Draft::of(&rows).column("Month", Format::Month, |m| (*m).into());
        let draft = self.strands().into_iter().fold(draft, |draft, strand| {
            draft
                .column(among_others(strand), Format::Integer, |m| records(known.get(&(*m, strand))))
                .text(format!("{}: status", strand_label(strand)), |m| status(known.get(&(*m, strand))))
        });
        draft.sheet(
            "London by month",
            "london_by_month_and_strand",
            format!("London by month of recording and strand, to {} {} {}", self.month(), Note::Strands, Note::Basis),
            vec!["Unit: records.".to_owned()],
        )
    }

    /// All records of each place by month.
    pub(super) fn boroughs_sheet(&self) -> Result<Sheet, WorkbookError> {
        let known: BTreeMap<_, &HistoryRow> = self
            .from
            .summary
            .history
            .iter()
            .filter(|r| r.strand.is_none() && r.basis == Basis::Recorded)
            .map(|r| ((r.place, r.month), r))
            .collect();
        let months = self.last(BOROUGH_MONTHS);
        let rows: Vec<_> = (0u16..).zip(self.from.cube.places()).filter(|(_, p)| p.level != Level::Area).collect();
        let draft = Draft::of(&rows)
            .text("Level", |(_, p)| level_label(p.level))
            .column("Code", Format::Text, |(_, p)| said(&p.code))
            .column("Place", Format::Text, |(_, p)| said(&p.name));
        let draft = months
            .iter()
            .fold(draft, |draft, m| draft.column(m.in_words(), Format::Integer, |(row, _)| records(known.get(&(*row, *m)))));
        draft
            .column("Status of months", Format::Text, |(row, _)| {
                said(&marked_months(months.iter().map(|m| (*m, status(known.get(&(*row, *m)))))))
            })
            .sheet(
                "Boroughs by month",
                "records_by_place_and_month",
                format!("All records by place and month of recording, to {} {}", self.month(), Note::Basis),
                vec!["Unit: records.".to_owned()],
            )
    }

    /// Where the investigations of London's records stand.
    pub(super) fn outcomes_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        let Some(table) = self.named(OUTCOMES) else { return Ok(None) };
        let mut cohorts: BTreeMap<(Strand, &str), BTreeMap<&str, i64>> = BTreeMap::new();
        let mut all: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
        for row in table.rows().filter(|row| table.is_of(Level::London, *row)) {
            let (month, outcome) = (table.text("month", row), table.text("outcome", row));
            let strand = Strand::ALL.iter().copied().find(|s| s.id() == table.text("strand", row));
            let cohort = match strand {
                None => all.entry(month).or_default(),
                Some(strand) => cohorts.entry((strand, month)).or_default(),
            };
            cohort.insert(outcome, table.integer("records", row).unwrap_or_default());
            cohort.insert("", table.integer("of", row).unwrap_or_default());
        }
        let rows: Vec<(&str, &str, BTreeMap<&str, i64>)> = all
            .into_iter()
            .map(|(month, n)| (strand_label(None), month, n))
            .chain(cohorts.into_iter().map(|((strand, month), n)| (strand.label(), month, n)))
            .collect();
        let count = |id: &'static str| {
            move |(.., n): &(&str, &str, BTreeMap<&str, i64>)| value(Ok(n.get(id).copied().unwrap_or_default() as f64))
        };
        let draft = Draft::of(&rows)
            .text("Strand", |(strand, ..)| strand)
            .column("Month of recording", Format::Month, |(_, month, _)| super::printed::month_cell(month))
            .column("All records of the month", Format::Integer, count(""));
        Outcome::ALL
            .iter()
            .fold(draft, |draft, outcome| draft.column(outcome.label(), Format::Integer, count(outcome.id())))
            .sheet(
                "Outcomes",
                "outcomes_of_london_by_month",
                format!("London: records by month of recording and where their investigation stands now {}", Note::Strands),
                vec!["Unit: records. Late months are still open: compare months of the same age only.".to_owned()],
            )
            .map(Some)
    }

    /// London's month by one kind of part and strand.
    fn parts_sheet(
        &self,
        kind: &str,
        kinds: &[(&'static str, &'static str)],
        about: [&str; 3],
        intro: &str,
    ) -> Result<Option<Sheet>, WorkbookError> {
        let Some(table) = self.named(BREAKDOWN) else { return Ok(None) };
        let other = if kind == "offence" { "source" } else { "offence" };
        let wanted = |row: &usize| {
            table.is_of(Level::London, *row)
                && table.text("basis", *row) == Basis::Recorded.id()
                && table.text(other, *row) == "all"
                && table.text(kind, *row) != "all"
        };
        let counts: BTreeMap<(&str, &str), i64> = table
            .rows()
            .filter(wanted)
            .map(|row| ((table.text(kind, row), table.text("strand", row)), table.integer("records", row).unwrap_or_default()))
            .collect();
        let rows: Vec<_> = kinds.iter().filter(|(id, _)| counts.contains_key(&(*id, "all"))).collect();
        let [header, name, table_name] = about;
        let draft = Draft::of(&rows).text(header, |(_, label)| label);
        self.strands()
            .into_iter()
            .fold(draft, |draft, strand| {
                let known = self.series(0, strand).figures.count;
                draft.column(among_others(strand), Format::Integer, |(id, _)| {
                    value(known.map(|_| counts.get(&(*id, strand_id(strand))).copied().unwrap_or_default() as f64))
                })
            })
            .sheet(
                name,
                table_name,
                format!("London: records by {} and strand, {} {}", header.to_lowercase(), self.month(), Note::Strands),
                vec![format!("Unit: records. {intro}")],
            )
            .map(Some)
    }

    /// London's month by offence group.
    pub(super) fn offences_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        let kinds: Vec<_> = Offence::ALL.iter().map(|o| (o.id(), o.label())).collect();
        self.parts_sheet(
            "offence",
            &kinds,
            ["Offence group", "Offence groups", "london_by_offence_group"],
            "A record has one offence group; groups without a record are left out.",
        )
    }

    /// London's month by who reported.
    pub(super) fn sources_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        let kinds: Vec<_> = Source::ALL.iter().map(|s| (s.id(), s.label())).collect();
        self.parts_sheet(
            "source",
            &kinds,
            ["Source", "Sources", "london_by_source"],
            "What several sources reported stands in the row of each; sources without a record are left out.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_in_a_row_with_one_marker_are_said_together() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let markers = ["", "[r]", "", "[p]", "[p]", "[p] [r]"];
        let months = MonthRange::ending(month("2026-10"), 6);
        assert_eq!(
            marked_months(months.iter().zip(markers)),
            "June 2026 [r]; August 2026 to September 2026 [p]; October 2026 [p] [r]"
        );
        assert_eq!(marked_months(months.iter().map(|m| (m, ""))), "");
    }
}
