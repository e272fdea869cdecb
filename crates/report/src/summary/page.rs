//! The summary as a page for people.
//!
//! | section | file |
//! | --- | --- |
//! | sentences from rules with thresholds | `page/headlines.rs` |
//! | London: all records, strands, by month of occurrence | `page/london.rs` |
//! | boroughs, command units and what is no borough; supplied areas | `page/boroughs.rs` |
//! | outcomes, offence groups, sources; data quality | `page/parts.rs` |
//! | hotspots of the release | `page/hotspots.rs` |
//! | what earlier editions said | `page/revised.rs` |
//! | links to the other files | `page/downloads.rs` |
//!
//! # Rules
//! Every figure has its n; a share or change is not given in per cent on fewer than [`SMALL_BASE`] records. A piece that is missing is said
//! in a sentence: there is no empty box, and no 0 for what is not known. Charts stand twice, for wide and for narrow screens.
//!
//! [`SMALL_BASE`]: hotspot_core::rate::ratio::SMALL_BASE

mod boroughs;
mod downloads;
pub(super) mod grid;
mod headlines;
mod hotspots;
mod london;
mod parts;
mod revised;
pub(super) mod words;

use super::{Edited, Publication, ReportError, strand_label};
use crate::chart::{ChartError, Fit, Frame, MonthlySeries, Note, month_name};
use hotspot_core::month::date_of_day;
use hotspot_core::release::DataClass;
use hotspot_core::summary::tables::Table;
use hotspot_core::summary::{Basis, Level, Place, Series, concerns};
use hotspot_core::{Month, MonthRange, Strand};
use minijinja::{Environment, Value, context};
use std::collections::BTreeSet;

/// How a table is written, and how pages look on screens and paper: of every page of a month.
pub(super) const TABLES: &str = include_str!("page/tables.html");
pub(super) const STYLE: &str = include_str!("page/style.html");
/// From the first line of a page to its body, with the title.
pub(super) const HEAD: &str = include_str!("page/head.html");

/// Months of the charts.
const SHOWN: u16 = 36;

impl Publication<'_> {
    /// A page that needs nothing else: styles and pictures are in it, and no script. `files` are the names and sizes in bytes of the files
    /// beside it, to which it links.
    ///
    /// # Errors
    /// [`ReportError`] when a chart or the page cannot be made.
    pub fn page(&self, files: &[(String, usize)]) -> Result<String, ReportError> {
        Page::new(self).render(files)
    }
}

/// A page in the making.
struct Page<'a> {
    publication: &'a Publication<'a>,
    from: Edited<'a>,
    month: Month,
    /// What boroughs are compared by: all records, or where no figure of these is published, the strand with most.
    lead: Option<Strand>,
    /// Figures that the edition before had otherwise.
    revised: BTreeSet<(Basis, u16, Option<Strand>, Month)>,
}

impl<'a> Page<'a> {
    fn new(publication: &'a Publication<'a>) -> Self {
        let from = publication.from;
        let revised = from.summary.revisions().map(|r| (r.basis, r.place, r.strand, r.month)).collect();
        let year = |s: Option<Strand>| from.summary.series(Basis::Recorded, 0, s).and_then(|s| s.figures.year.ok()).unwrap_or(0);
        let known = publication.strands();
        // Of equal ones the first.
        let most = known.iter().rev().copied().max_by_key(|s| year(*s)).flatten();
        let lead = if known.contains(&None) { None } else { most };
        Self { publication, from, month: from.summary.month, lead, revised }
    }

    fn render(&self, files: &[(String, usize)]) -> Result<String, ReportError> {
        let month = month_name(self.month);
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.add_template("tables", TABLES)?;
        environment.add_template("style", STYLE)?;
        environment.add_template("head", HEAD)?;
        environment.add_template("page", include_str!("page/page.html"))?;
        let marking = self.publication.marking();
        Ok(environment.get_template("page")?.render(context! {
            title => format!("Recorded hate crime in London, {month}"),
            month,
            running => match self.from.class {
                DataClass::Synthetic => "SYNTHETIC: about nobody",
                DataClass::Open => "OPEN",
                DataClass::Restricted => "RESTRICTED: for analysts only",
            },
            marking,
            known_on => words::day(self.from.known_on),
            edition_before => self.from.before.map(|b| format!("{}, as known on {}", month_name(b.month), words::day(b.known_on))),
            counts_only => self.counts_only(),
            lead => self.lead_label(),
            no_total => self.lead.is_some(),
            warnings => self.from.warnings.to_vec(),
            headlines => self.headlines(),
            london => self.london()?,
            boroughs => self.boroughs()?,
            areas => self.areas(),
            parts => self.parts(),
            hotspots => self.hotspots(),
            revisions => self.revisions(),
            quality => self.quality(),
            notes => self.notes(),
            downloads => self.downloads(files),
        })?)
    }

    /// Whether only published counts are held: nothing is known of single records.
    fn counts_only(&self) -> bool {
        self.from.cube.tallies().is_empty()
    }

    /// Places of a level with their rows.
    fn places(&self, level: Level) -> impl Iterator<Item = (u16, &'a Place)> {
        (0..).zip(self.from.cube.places()).filter(move |(_, p)| p.level == level)
    }

    fn name(&self, place: u16) -> &'a str {
        &self.from.cube.places()[usize::from(place)].name
    }

    /// The series of a place by the month of recording.
    fn series(&self, place: u16, strand: Option<Strand>) -> &'a Series {
        self.from.summary.series(Basis::Recorded, place, strand).expect("every place has every strand")
    }

    /// The series by which places are compared.
    fn leading(&self, place: u16) -> &'a Series {
        self.series(place, self.lead)
    }

    fn lead_label(&self) -> &'static str {
        strand_label(self.lead)
    }

    /// Strands of which anything is known of London.
    fn strands(&self) -> impl Iterator<Item = Strand> {
        self.publication.strands().into_iter().flatten()
    }

    /// A table of the publication.
    fn table(&self, id: &str) -> Option<&'a Table> {
        self.publication.tables.iter().find(|t| t.id == id)
    }

    /// Months of the charts: three years at most.
    fn shown(&self) -> MonthRange {
        let held = self.from.cube.months();
        let wanted = MonthRange::ending(self.month, SHOWN);
        MonthRange::new(wanted.from().max(held.from()), self.month).unwrap_or(wanted)
    }

    /// The first months after breaks that concern a place.
    fn breaks_of(&self, place: u16, shown: MonthRange) -> Vec<Month> {
        let cube = self.from.cube;
        let mut months: Vec<Month> =
            self.from.breaks.inside(shown).filter(|b| concerns(cube, place, b)).filter_map(|b| Month::of(b.from)).collect();
        months.dedup();
        months
    }

    /// A series with its limits, breaks and events, for a chart; none without any figure.
    fn monthly(&self, series: &Series, name: &'a str) -> Result<Option<MonthlySeries<'a>>, ReportError> {
        let shown = self.shown();
        let Series { basis, place, strand, figures } = series;
        let count = |m: Month| self.from.cube.count(*basis, *place, *strand, m);
        let values: Vec<Option<f64>> = shown.iter().map(|m| count(m).ok().map(|c| f64::from(c.recorded))).collect();
        if values.iter().all(Option::is_none) {
            return Ok(None);
        }
        let n = values.iter().flatten().sum::<f64>() as u64;
        let mut months = MonthlySeries::new(name, n, shown.from(), &values);
        for (figure, m) in months.months.iter_mut().zip(shown.iter()) {
            figure.provisional = count(m).is_ok_and(|c| c.provisional > 0);
            figure.revised = self.revised.contains(&(*basis, *place, *strand, m));
            let late = figures.nowcast.as_ref().ok().and_then(|months| months.iter().find(|late| late.month == m));
            if let Some(e) = late.and_then(|l| l.estimate.filter(|e| e.upper > l.reported)) {
                figure.expected = Some([e.lower as f64, e.median as f64, e.upper as f64]);
                figure.provisional = true;
            }
        }
        if let Ok(chart) = &figures.chart {
            // The chart may begin before what is shown: its limits are those of all its months.
            let first = usize::from(shown.from().index().saturating_sub(chart.months.from().index()));
            let offset = usize::from(chart.months.from().index().saturating_sub(shown.from().index()));
            let mut part = chart.chart.clone();
            part.points.drain(..first.min(part.points.len()));
            part.signals.retain(|s| s.from >= first);
            for signal in &mut part.signals {
                signal.from -= first;
                signal.to -= first;
            }
            let places: Vec<usize> = (offset..offset + part.points.len()).collect();
            months.add_chart(&places, &part)?;
        }
        months.breaks = self.breaks_of(*place, shown).into_iter().map(|month| Note { month, text: "Recording changed" }).collect();
        let code = &self.from.cube.places()[usize::from(*place)].code;
        for event in
            self.from.events.iter().filter(|e| e.areas.is_empty() || e.areas.contains(code)).filter(|e| e.concerns(*strand))
        {
            if let Some(month) = date_of_day(event.from).and_then(Month::of).filter(|m| shown.contains(*m)) {
                months.events.push(Note { month, text: &event.name });
            }
        }
        Ok(Some(months))
    }
}

/// A chart for wide screens and paper, and the same for narrow screens.
fn both(frame: Frame<'_>, draw: impl Fn(Frame<'_>) -> Result<String, ChartError>) -> Result<Value, ReportError> {
    let id = format!("{}-narrow", frame.id);
    let wide = draw(Frame { fit: Fit::Wide, ..frame })?;
    let narrow = draw(Frame { id: &id, fit: Fit::Narrow, ..frame })?;
    Ok(Value::from_safe_string(format!("{wide}\n{narrow}")))
}

#[cfg(test)]
mod tests;
