//! London: all records, strand by strand, and by the month of occurrence.

use super::grid::{Cell, Grid};
use super::words::{self, grouped, late, limits, marked};
use super::{Page, both};
use crate::chart::{ControlChartInput, Frame, MultiplesInput, Scales, control_chart, control_table, month_name, small_multiples};
use crate::summary::{ReportError, strand_label};
use hotspot_core::summary::measure::status;
use hotspot_core::summary::{Basis, Measure, Series};
use hotspot_core::{Month, Strand};
use minijinja::{Value, context};

/// What a figure of a chart is.
const UNIT: &str = "records a month";

/// One of the limits of a point of a chart.
type Limit = fn(&hotspot_core::time::control_chart::ChartPoint) -> f64;

impl Page<'_> {
    pub fn london(&self) -> Result<Value, ReportError> {
        let title = format!("London: {}", self.lead_label());
        Ok(context! {
            all => self.chart_of(self.leading(0), "london-all", &title)?,
            strand_table => self.strand_table().finish(),
            strands => self.strand_charts()?,
            no_strand => self.strands().next().is_none(),
            occurred => self.occurred()?,
        })
    }

    /// The control chart of a series of London, its figures, and how its limits are made; or why there is none.
    fn chart_of(&self, series: &Series, id: &str, title: &str) -> Result<Value, ReportError> {
        let Some(months) = self.monthly(series, "London")? else {
            return Ok(
                context! { said => format!("There is no figure of {} in these months, and so no chart.", strand_label(series.strand).to_lowercase()) },
            );
        };
        let frame = Frame { id, title, unit: UNIT, decimals: 0, fit: crate::chart::Fit::Wide };
        let chart = both(frame, |frame| control_chart(&ControlChartInput { frame, series: months.clone() }))?;
        let events: Vec<&str> = months.events.iter().map(|e| e.text).collect();
        let said = match &series.figures.chart {
            Ok(chart) => limits(chart),
            Err(gap) => format!("No limits are drawn: {}.", words::gap(*gap)),
        };
        let table = control_table(&ControlChartInput { frame, series: months.clone() })?;
        Ok(
            context! { chart, limits => said, has_events => !events.is_empty(), table => Grid::of(format!("{title}: figures of the chart"), table).finish() },
        )
    }

    /// What is said of each strand in the month.
    fn strand_table(&self) -> Grid {
        let month = month_name(self.month);
        let mut grid = Grid::new(format!("London by strand, {month}"))
            .words("Strand")
            .figures("Records")
            .figures("A year before")
            .figures("Twelve months")
            .figures("Twelve before")
            .figures("Change (95% interval)")
            .long("Signals in the last three months");
        for strand in self.publication.strands() {
            let series = self.series(0, strand);
            let f = &series.figures;
            let of = |m: Measure| {
                let o = series.observation(m);
                o.value.map_or_else(|_| o.status().to_owned(), |v| marked(grouped(v as u64), o.status()))
            };
            let name = strand.map_or_else(|| "All records".to_owned(), named);
            let before = f.change.as_ref().map_or_else(|gap| gap.shorthand().to_owned(), |c| grouped(c.base));
            grid.row(vec![
                Cell::Words(name),
                Cell::Figure(of(Measure::Records)),
                Cell::Figure(of(Measure::LastYear)),
                Cell::Figure(of(Measure::Year)),
                Cell::Figure(before),
                Cell::Figure(change_cell(series)),
                Cell::Words(signals_cell(series)),
            ]);
        }
        grid
    }

    fn strand_charts(&self) -> Result<Value, ReportError> {
        let mut panels = Vec::new();
        let mut undrawn = Vec::new();
        for strand in self.strands() {
            let series = self.series(0, Some(strand));
            match self.monthly(series, strand.label())? {
                Some(months) => panels.push(months),
                None => undrawn.push(format!(
                    "{} ({})",
                    strand.label(),
                    series.figures.count.err().map_or_else(String::new, words::gap)
                )),
            }
        }
        if panels.is_empty() {
            return Ok(context! { undrawn => words::list(&undrawn) });
        }
        let frame = Frame { id: "strands", title: "London by strand", unit: UNIT, decimals: 0, fit: crate::chart::Fit::Wide };
        let chart =
            both(frame, |frame| small_multiples(&MultiplesInput { frame, panels: panels.clone(), scales: Scales::Common }))?;
        let columns: Vec<(String, u16, Option<Strand>)> = self.strands().map(|s| (s.label().to_owned(), 0, Some(s))).collect();
        Ok(
            context! { chart, undrawn => words::list(&undrawn), table => self.months_table("London by strand: figures of the charts", &columns).finish() },
        )
    }

    /// Months down, series across, with the limits of each below.
    pub fn months_table(&self, caption: &str, columns: &[(String, u16, Option<Strand>)]) -> Grid {
        let mut grid = Grid::new(caption).words("Month");
        for (name, ..) in columns {
            grid = grid.figures(name);
        }
        for month in self.shown().iter() {
            let mut cells = vec![Cell::Words(month_name(month))];
            cells.extend(columns.iter().map(|(_, place, strand)| Cell::Figure(self.count_cell(*place, *strand, month))));
            grid.row(cells);
        }
        let rows: [(&str, Limit); 3] =
            [("Centre line", |p| p.center), ("Lower limit", |p| p.lower.max(0.0)), ("Upper limit", |p| p.upper)];
        for (name, of) in rows {
            let mut cells = vec![Cell::Words(name.to_owned())];
            cells.extend(columns.iter().map(|(_, place, strand)| {
                let chart = self.series(*place, *strand).figures.chart.as_ref();
                Cell::Figure(match chart.map(|c| c.chart.points.last()) {
                    Ok(Some(p)) => crate::chart::number(of(p), 1),
                    Ok(None) => "[x]".to_owned(),
                    Err(gap) => gap.shorthand().to_owned(),
                })
            }));
            grid.row(cells);
        }
        grid
    }

    /// The count of a month with its marker.
    pub fn count_cell(&self, place: u16, strand: Option<Strand>, month: Month) -> String {
        let revised = self.revised.contains(&(Basis::Recorded, place, strand, month));
        match self.from.cube.count(Basis::Recorded, place, strand, month) {
            Ok(c) => marked(grouped(c.recorded), status(None, c.provisional > 0, revised)),
            Err(gap) => status(Some(gap), false, revised).to_owned(),
        }
    }

    /// By the month in which it occurred.
    fn occurred(&self) -> Result<Value, ReportError> {
        let Some(series) = self.from.summary.series(Basis::Occurred, 0, None) else { return Ok(Value::from(())) };
        let chart = self.chart_of(series, "occurred", "London, all records by the month in which they occurred")?;
        let late: Vec<String> = match &series.figures.nowcast {
            Ok(months) => months
                .iter()
                .rev()
                .filter(|m| m.estimate.is_none_or(|e| e.upper > m.reported))
                .filter_map(|m| self.expected(m.month))
                .collect(),
            Err(_) => Vec::new(),
        };
        let none = series
            .figures
            .nowcast
            .as_ref()
            .err()
            .map(|gap| format!("How many there will be in the end is not said: {}.", words::gap(*gap)));
        let judged = series.figures.chart.as_ref().ok().map(|c| month_name(c.months.to()));
        Ok(context! { chart, late, none, judged })
    }
}

/// A strand, with the one in which it lies.
pub(super) fn named(strand: Strand) -> String {
    strand
        .parent()
        .map_or_else(|| strand.label().to_owned(), |outer| format!("{} (part of {})", strand.label(), outer.label().to_lowercase()))
}

/// A change with its interval; the counts on a small base.
pub(super) fn change_cell(series: &Series) -> String {
    match &series.figures.change {
        Err(gap) => gap.shorthand().to_owned(),
        Ok(c) => match c.change.filter(|_| !c.small_base) {
            Some(by) => format!("{} ({} to {})", words::percent(by), words::percent(c.lower), words::percent(c.upper)),
            None => format!("[z], {} before", grouped(c.base)),
        },
    }
}

/// Signals of the last three months.
pub(super) fn signals_cell(series: &Series) -> String {
    match &series.figures.chart {
        Err(gap) => gap.shorthand().to_owned(),
        Ok(chart) => match late(chart).as_slice() {
            [] => "none".to_owned(),
            found => found.join("; "),
        },
    }
}
