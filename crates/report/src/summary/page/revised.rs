//! Figures that the edition before had otherwise.

use super::Page;
use super::grid::{Cell, Grid};
use super::words::{counted, marked};
use crate::chart::month_name;
use crate::summary::strand_label;
use hotspot_core::summary::measure::status;
use hotspot_core::summary::{Basis, HistoryRow, Level, Marked};
use minijinja::{Value, context};

/// The largest revisions in the page; all of them are in the table `revisions`.
const MOST: usize = 20;

fn figure(value: Marked<u32>) -> String {
    value.map_or_else(|gap| gap.shorthand().to_owned(), super::words::grouped)
}

impl Page<'_> {
    pub fn revisions(&self) -> Value {
        let Some(before) = self.from.before else { return Value::from(()) };
        let level = |r: &HistoryRow| self.from.cube.places()[usize::from(r.place)].level;
        let mut largest: Vec<&HistoryRow> = self
            .from
            .summary
            .revisions()
            .filter(|r| r.basis == Basis::Recorded && matches!(level(r), Level::London | Level::Borough))
            .collect();
        let step = |r: &HistoryRow| match (r.published.records, r.before) {
            (Ok(now), Some(Ok(then))) => now.abs_diff(then),
            // Given now, or withheld now: larger than any step.
            _ => u32::MAX,
        };
        let here = largest.len();
        largest.sort_by_key(|r| (level(r), std::cmp::Reverse(step(r)), r.strand, r.place, r.month));
        // Half of them for London at most.
        let london = largest.iter().filter(|r| level(r) == Level::London).count().min(MOST / 2);
        let of = |wanted: Level, most: usize| largest.iter().filter(move |r| level(r) == wanted).take(most);
        let rows: Vec<&&HistoryRow> = of(Level::London, london).chain(of(Level::Borough, MOST - london)).collect();
        let mut grid =
            Grid::new(format!("Largest revisions by the month of recording, London and boroughs ({} of {here})", rows.len()))
                .words("Place")
                .words("Strand")
                .words("Month")
                .words("Records");
        for r in &rows {
            let now = match r.published.records {
                Ok(n) => marked(super::words::grouped(n), status(None, r.provisional > 0, true)),
                Err(gap) => format!("{} [r]", gap.shorthand()),
            };
            let then = r.before.filter(|then| *then != r.published.first).map(|then| format!("then {}, ", figure(then)));
            grid.row(vec![
                Cell::Words(self.name(r.place).to_owned()),
                Cell::Words(strand_label(r.strand).to_owned()),
                Cell::Words(month_name(r.month)),
                Cell::Words(format!(
                    "first published {} ({}), {}now {now}",
                    figure(r.published.first),
                    month_name(r.published.first_edition),
                    then.unwrap_or_default()
                )),
            ]);
        }
        let n = |basis: Basis| self.revised.iter().filter(|r| r.0 == basis).count() as u64;
        let recorded = counted(n(Basis::Recorded), "figure", "figures");
        let occurred = self.from.cube.bases().contains(&Basis::Occurred).then(|| counted(n(Basis::Occurred), "figure", "figures"));
        context! {
            edition => month_name(before.month),
            known_on => super::words::day(before.known_on),
            recorded,
            occurred,
            any => !self.revised.is_empty(),
            table => grid.finish(),
        }
    }
}
