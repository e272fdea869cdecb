//! What a reader should take away: sentences by rules, each with its n.
//!
//! | sentence | rule |
//! | --- | --- |
//! | level | the figure of the month, what of it is provisional, the same month a year before |
//! | change | more or fewer only where the 95 % interval of the change leaves out 0; per cent only on a base of 30 and more |
//! | signal | a signal of the control chart that touches the last three months; else that there is none |
//! | strands, boroughs | by the same rules |
//! | funnel | boroughs beyond the 99.8 % limits |
//! | nowcast, revisions, hotspots | where there are any |
//!
//! No sentence says why.

use super::Page;
use super::words::{self, Verdict, change, counted, grouped, late, list, records};
use crate::chart::month_name;
use hotspot_core::Strand;
use hotspot_core::rate::funnel::Position;
use hotspot_core::summary::figures::JUDGED;
use hotspot_core::summary::{Basis, Level, Series};
use minijinja::{Value, context};

/// Names in a sentence; the table has them all.
const NAMED: usize = 8;

impl Page<'_> {
    /// Sentences with the words that lead in.
    pub fn headlines(&self) -> Vec<Value> {
        let all = self.leading(0);
        let mut lines = vec![("Level", self.level(all)), ("Change", self.change(all)), ("Signal or noise", Self::signal(all))];
        lines.extend(self.strand_lines());
        lines.extend(self.borough_lines());
        lines
            .extend(self.expected(self.month).map(|said| ("Still to come", format!("By the month in which it occurred: {said}."))));
        lines.push(("Revisions", self.revision_line()));
        lines.extend(self.hotspot_line().map(|said| ("Hotspots", said)));
        lines.into_iter().map(|(lead, said)| context! { lead, said }).collect()
    }

    fn level(&self, series: &Series) -> String {
        let month = month_name(self.month);
        let f = &series.figures;
        let what = self.lead_label();
        let count = match f.count {
            Ok(count) => count,
            Err(gap) => return format!("No figure of {} in {month}: {}.", what.to_lowercase(), words::gap(gap)),
        };
        let lead = self.lead.map_or_else(String::new, |_| format!("{what} (no figure of all records is published): "));
        let level = match count.recorded {
            0 => format!("No record in {month}"),
            n => format!("{} in {month}", records(n)),
        };
        let provisional = match count.provisional {
            0 => String::new(),
            n => format!(", {} of them provisional [p]", grouped(n)),
        };
        let then = month_name(self.month.minus(12));
        let last_year = match f.last_year {
            Ok(n) => format!("{} in {then}{}", grouped(n), if f.last_year_revised { " [r]" } else { "" }),
            Err(gap) => format!("{then}: {}", words::gap(gap)),
        };
        format!("{lead}{level}{provisional}; {last_year}.")
    }

    fn change(&self, series: &Series) -> String {
        match &series.figures.change {
            Err(gap) => {
                let year =
                    series.figures.year.map(|n| format!("{} in the twelve months to {}. ", records(n), month_name(self.month)));
                format!("{}No change on the twelve months before is given: {}.", year.unwrap_or_default(), words::gap(*gap))
            }
            Ok(c) => {
                let both = format!(
                    "{} in the twelve months to {}, {} in the twelve before",
                    records(c.current),
                    month_name(self.month),
                    grouped(c.base)
                );
                match (change(c), Verdict::of(c)) {
                    (None, _) => format!("{both}: too few for a percentage [z]."),
                    (Some(by), Verdict::More) => format!("{both}: more, beyond chance ({by})."),
                    (Some(by), Verdict::Fewer) => format!("{both}: fewer, beyond chance ({by})."),
                    (Some(by), Verdict::Unclear) => format!("{both}: no clear change ({by})."),
                }
            }
        }
    }

    fn signal(series: &Series) -> String {
        match &series.figures.chart {
            Err(gap) => format!("No control chart: {}.", words::gap(*gap)),
            Ok(chart) => {
                let judged = format!(
                    "{} to {}, judged by {}",
                    month_name(chart.months.to().minus(JUDGED as u16 - 1)),
                    month_name(chart.months.to()),
                    counted(chart.chart.baseline.len() as u64, "month", "months") + " before"
                );
                match late(chart).as_slice() {
                    [] => format!("No signal in {judged}: noise, as far as the chart can tell."),
                    found => format!("Signal: {} ({judged}). A signal asks for a look; it is no finding.", found.join("; ")),
                }
            }
        }
    }

    /// Strands by what their change says, and those with a signal.
    fn strand_lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        let strands: Vec<(Strand, &Series)> = self.strands().map(|s| (s, self.series(0, Some(s)))).collect();
        for (lead, wanted) in [
            ("Strands with more", Verdict::More),
            ("Strands with fewer", Verdict::Fewer),
            ("Strands without clear change in twelve months", Verdict::Unclear),
        ] {
            let said: Vec<String> = strands
                .iter()
                .filter_map(|(s, series)| {
                    let c = series.figures.change.as_ref().ok()?;
                    let by = change(c).filter(|_| Verdict::of(c) == wanted)?;
                    Some(if wanted == Verdict::Unclear {
                        format!("{} ({}, before {})", s.label(), grouped(c.current), grouped(c.base))
                    } else {
                        format!(
                            "{}: {} in twelve months, {} in the twelve before ({by})",
                            s.label(),
                            grouped(c.current),
                            grouped(c.base)
                        )
                    })
                })
                .collect();
            if !said.is_empty() {
                lines.push((lead, said.join("; ") + "."));
            }
        }
        let few: Vec<String> = strands
            .iter()
            .filter_map(|(s, series)| {
                let c = series.figures.change.as_ref().ok().filter(|c| change(c).is_none())?;
                Some(format!("{}: {} in twelve months, {} in the twelve before", s.label(), grouped(c.current), grouped(c.base)))
            })
            .collect();
        if !few.is_empty() {
            lines.push(("Strands with too few for a percentage [z]", few.join("; ") + "."));
        }
        let said: Vec<String> = strands
            .iter()
            .filter_map(|(s, series)| {
                let found = late(series.figures.chart.as_ref().ok()?);
                (!found.is_empty()).then(|| format!("{}: {}", s.label(), found.join(", ")))
            })
            .collect();
        if !said.is_empty() {
            lines.push(("Strands with a signal", said.join("; ") + "."));
        }
        let without = self.strands_without_figure();
        if !without.is_empty() {
            lines.push(("Strands without a figure", without + "."));
        }
        lines
    }

    /// Strands of which the month has no figure, each with the reason.
    pub fn strands_without_figure(&self) -> String {
        let said: Vec<String> = self
            .strands()
            .filter_map(|s| Some(format!("{}: {}", s.label(), words::gap(self.series(0, Some(s)).figures.count.err()?))))
            .collect();
        said.join("; ")
    }

    fn borough_lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        let boroughs: Vec<(&str, &Series)> =
            self.places(Level::Borough).map(|(row, p)| (p.name.as_str(), self.leading(row))).collect();
        let named = |names: Vec<String>| {
            let more = names.len().saturating_sub(NAMED);
            let mut names: Vec<String> = names.into_iter().take(NAMED).collect();
            if more > 0 {
                names.push(format!("{more} more"));
            }
            list(&names)
        };
        let n = |series: &Series| series.figures.count.map_or_else(|gap| gap.shorthand().to_owned(), |c| grouped(c.recorded));
        let charted: Vec<_> = boroughs.iter().filter(|(_, s)| s.figures.chart.is_ok()).collect();
        let signals: Vec<String> = charted
            .iter()
            .filter(|(_, s)| s.figures.chart.as_ref().is_ok_and(|c| !late(c).is_empty()))
            .map(|(name, s)| {
                let found = s.figures.chart.as_ref().map(late).unwrap_or_default();
                format!("{name} (n = {}; {})", n(s), found.first().map_or("", String::as_str))
            })
            .collect();
        for (lead, wanted) in [("Boroughs with more", Verdict::More), ("Boroughs with fewer", Verdict::Fewer)] {
            let said: Vec<String> = boroughs
                .iter()
                .filter_map(|(name, s)| {
                    let c = s.figures.change.as_ref().ok()?;
                    let by = change(c).filter(|_| Verdict::of(c) == wanted)?;
                    Some(format!("{name} ({} in twelve months, {} before: {by})", grouped(c.current), grouped(c.base)))
                })
                .collect();
            if !said.is_empty() {
                lines.push((lead, format!("{}.", named(said))));
            }
        }
        if !charted.is_empty() {
            let of = counted(charted.len() as u64, "borough", "boroughs");
            lines.push((
                "Boroughs with a signal",
                if signals.is_empty() {
                    format!("None of {of} in the last three months.")
                } else {
                    format!(
                        "{} of {of} in the last three months: {}. With so many charts some signal by chance.",
                        signals.len(),
                        named(signals)
                    )
                },
            ));
        }
        let beyond = |wanted: Position| {
            let there = boroughs.iter().filter(|(_, s)| s.figures.funnel == Ok(wanted));
            named(
                there
                    .map(|(name, s)| {
                        format!("{name} ({} in twelve months)", s.figures.year.map_or_else(|g| g.shorthand().to_owned(), grouped))
                    })
                    .collect(),
            )
        };
        for (lead, wanted) in [
            ("Boroughs above the funnel's 99.8% limit", Position::AboveOuter),
            ("Boroughs below the funnel's 99.8% limit", Position::BelowOuter),
        ] {
            let there = beyond(wanted);
            if !there.is_empty() {
                lines.push((lead, there + "."));
            }
        }
        lines
    }

    /// How many records there are of a month of occurrence, and how many there will be in the end.
    pub fn expected(&self, month: hotspot_core::Month) -> Option<String> {
        let series = self.from.summary.series(Basis::Occurred, 0, None)?;
        let late = series.figures.nowcast.as_ref().ok()?.iter().find(|m| m.month == month)?;
        let so_far = format!("{} so far of {}", grouped(late.reported), month_name(month));
        Some(match late.estimate {
            Some(e) => format!("{so_far}; {} to {} expected in the end (95% interval)", grouped(e.lower), grouped(e.upper)),
            None => format!("{so_far}; too little has been reported to say how many there will be in the end"),
        })
    }

    fn revision_line(&self) -> String {
        let Some(before) = self.from.before else {
            return "There is no edition before this one: nothing can have been revised.".to_owned();
        };
        let edition = month_name(before.month);
        match self.revised.len() as u64 {
            0 => format!("No figure is other than in the edition of {edition}."),
            n => format!("{} other than in the edition of {edition} [r].", counted(n, "figure is", "figures are")),
        }
    }
}
