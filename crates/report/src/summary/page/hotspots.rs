//! Hotspots of the release of the month: which began, went on, merged, split and ended.

use super::Page;
use super::grid::{Cell, Grid};
use super::words::{counted, grouped};
use crate::chart::{month_name, number};
use crate::summary::strand_label;
use hotspot_core::hotspot::identity::{Change, Ended};
use hotspot_core::hotspot::{Hotspot, StrandAnalysis, Verdict};
use minijinja::{Value, context};

/// Rows of a group in the page; all of them are in the table `hotspots`.
const MOST: usize = 40;

/// Groups by what became of a hotspot.
const GROUPS: [(&str, &[Change]); 4] = [
    ("Found: there is no release before to compare with", &[Change::First]),
    ("Began", &[Change::New]),
    ("Went on", &[Change::Continued, Change::Grew, Change::Shrank]),
    ("Merged or split", &[Change::Merged, Change::Split]),
];

const fn change(change: Change) -> &'static str {
    match change {
        Change::First => "found",
        Change::New => "new",
        Change::Continued => "continued",
        Change::Grew => "grew",
        Change::Shrank => "shrank",
        Change::Split => "split",
        Change::Merged => "merged",
    }
}

impl Page<'_> {
    pub fn hotspots(&self) -> Value {
        let Some(analyses) = self.from.hotspots else { return Value::from(()) };
        let undecided: Vec<String> = analyses
            .iter()
            .filter_map(|a| match a.verdict {
                Verdict::Analysed => None,
                Verdict::CannotTell { minimum } => Some(format!(
                    "{}: cannot tell, {} in the window and {} needed",
                    strand_label(a.strand),
                    counted(a.n, "incident", "incidents"),
                    grouped(minimum)
                )),
            })
            .collect();
        let none: Vec<&str> = analyses
            .iter()
            .filter(|a| a.verdict == Verdict::Analysed && a.hotspots.is_empty())
            .map(|a| strand_label(a.strand))
            .collect();
        let found = GROUPS.into_iter().filter_map(|(heading, changes)| {
            let all: Vec<(&StrandAnalysis, &Hotspot)> = analyses
                .iter()
                .flat_map(|a| a.hotspots.iter().map(move |h| (a, h)))
                .filter(|(_, h)| changes.contains(&h.identity.change))
                .collect();
            let mut grid = Grid::new(format!("{heading} ({})", all.len()))
                .words("Hotspot")
                .words("Strand")
                .words("What became of it")
                .words("Evidence")
                .figures("Incidents (n)")
                .figures("Expected")
                .words("Window")
                .words("First seen");
            for (a, h) in all.iter().take(MOST) {
                grid.row(vec![
                    Cell::Words(format!("{}. {}", h.rank, h.name)),
                    Cell::Words(strand_label(a.strand).to_owned()),
                    Cell::Words(change(h.identity.change).to_owned()),
                    Cell::Words(h.standing.evidence.label().to_owned()),
                    Cell::Figure(grouped(h.n)),
                    Cell::Figure(number(h.expected, 1)),
                    Cell::Words(window(a)),
                    Cell::Words(month_name(h.identity.first_seen)),
                ]);
            }
            (!all.is_empty()).then(|| context! { heading, table => grid.finish(), left => all.len().saturating_sub(MOST) })
        });
        let gone: Vec<(&StrandAnalysis, &Ended)> = analyses.iter().flat_map(|a| a.ended.iter().map(move |e| (a, e))).collect();
        let mut groups: Vec<Value> = found.collect();
        if !gone.is_empty() {
            let mut grid = Grid::new(format!("Ended ({})", gone.len()))
                .words("Hotspot")
                .words("Strand")
                .figures("Incidents (n), last window")
                .words("First seen")
                .words("Now a part of");
            for (a, e) in gone.iter().take(MOST) {
                grid.row(vec![
                    Cell::Words(e.name.clone()),
                    Cell::Words(strand_label(a.strand).to_owned()),
                    Cell::Figure(grouped(e.n)),
                    Cell::Words(month_name(e.first_seen)),
                    Cell::Words(e.into.as_deref().and_then(|id| called(a, id)).unwrap_or("none").to_owned()),
                ]);
            }
            groups.push(context! { heading => "Ended", table => grid.finish(), left => gone.len().saturating_sub(MOST) });
        }
        context! { groups, undecided, none }
    }

    /// How many began, went on and ended, of all records.
    pub fn hotspot_line(&self) -> Option<String> {
        let all = self.from.hotspots?.iter().find(|a| a.strand.is_none())?;
        if let Verdict::CannotTell { minimum } = all.verdict {
            return Some(format!(
                "Cannot tell: {} in the window, {} are needed.",
                counted(all.n, "incident", "incidents"),
                grouped(minimum)
            ));
        }
        let of = |changes: &[Change]| all.hotspots.iter().filter(|h| changes.contains(&h.identity.change)).count() as u64;
        let [first, new, on, other] = GROUPS.map(|(_, changes)| of(changes));
        let found = counted(all.hotspots.len() as u64, "hotspot", "hotspots");
        let changes = if first > 0 {
            "there is no release before to compare with".to_owned()
        } else {
            format!(
                "{} began, {} went on, {} merged or split, {} ended",
                grouped(new),
                grouped(on),
                grouped(other),
                grouped(all.ended.len() as u64)
            )
        };
        Some(format!("{found} of all records in {} (n = {}); {changes}.", window(all), grouped(all.n)))
    }
}

fn window(a: &StrandAnalysis) -> String {
    format!("{} to {}", month_name(a.window.from()), month_name(a.window.to()))
}

fn called<'a>(a: &'a StrandAnalysis, id: &str) -> Option<&'a str> {
    a.hotspots.iter().find(|h| h.identity.id == id).map(|h| h.name.as_str())
}
