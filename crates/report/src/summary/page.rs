//! The summary as a page: headline sentences from rules, charts, a table of boroughs.

use super::{Publication, ReportError};
use crate::chart::{
    ControlChartInput, Fit, Frame, MonthlySeries, MultiplesInput, Note, SparklineInput, Table, control_chart, control_table,
    month_name, multiples_table, number, signal_words, small_multiples, sparkline,
};
use hotspot_core::summary::figures::{JUDGED, YEAR};
use hotspot_core::summary::{Basis, Chart, Level, Series};
use hotspot_core::time::control_chart::Signal;
use hotspot_core::{Month, MonthRange, Strand};
use minijinja::{Environment, context};

/// Months of the charts.
const SHOWN: u16 = 36;

/// A number with its thousands apart.
fn grouped(n: u64) -> String {
    number(n as f64, 0)
}

/// A change in per cent, signed; nothing has no sign.
fn percent(change: f64) -> String {
    let text = format!("{:+.0}", change * 100.0);
    if text == "-0" || text == "+0" { "0".to_owned() } else { text }
}

/// Signals that touch the months which are judged.
fn late(chart: &Chart) -> Vec<String> {
    let judged = chart.months.len() - JUDGED;
    let at = |point: usize| chart.months.from().plus(point as u16);
    let words = |s: &Signal| signal_words(s, at(s.from), at(s.to), s.to - s.from + 1);
    chart.chart.signals.iter().filter(|s| s.to >= judged).map(words).collect()
}

impl Publication<'_> {
    /// A page that needs nothing else: styles and pictures are in it, and no script.
    ///
    /// # Errors
    /// [`ReportError`] when a chart or the page cannot be made.
    pub fn page(&self) -> Result<String, ReportError> {
        let month = month_name(self.from.summary.month);
        let breaks: Vec<String> = self.from.breaks.inside(self.shown()).map(|b| format!("{}: {}", b.from, b.what)).collect();
        let all = self.series(0, None);
        let london = ControlChartInput {
            frame: Frame { id: "london", title: "London, all records", unit: "records a month", decimals: 0, fit: Fit::Wide },
            series: self.months_of(all, "London")?,
        };
        let panels: Vec<MonthlySeries<'_>> = self
            .strands()
            .into_iter()
            .flatten()
            .map(|s| self.months_of(self.series(0, Some(s)), s.label()))
            .collect::<Result<_, _>>()?;
        let several = MultiplesInput {
            frame: Frame { id: "strands", title: "London by strand", unit: "records a month", decimals: 0, fit: Fit::Wide },
            panels,
            own_scales: false,
        };
        let has_strands = !several.panels.is_empty();
        let both = |wide: String, narrow: String| format!("{wide}\n{narrow}");
        let london_svg = both(
            control_chart(&london)?,
            control_chart(&ControlChartInput {
                frame: Frame { id: "london-narrow", fit: Fit::Narrow, ..london.frame },
                series: london.series.clone(),
            })?,
        );
        let (strands_svg, strands_table) = if has_strands {
            let small =
                MultiplesInput { frame: Frame { id: "strands-narrow", fit: Fit::Narrow, ..several.frame }, ..several.clone() };
            (both(small_multiples(&several)?, small_multiples(&small)?), rows_of(&multiples_table(&several)?))
        } else {
            (String::new(), minijinja::Value::UNDEFINED)
        };
        let rows: Vec<_> = self.rows()?;
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.add_template("page", include_str!("page.html"))?;
        Ok(environment.get_template("page")?.render(context! {
            title => format!("Recorded hate crime in London, {month}"),
            month,
            marking => self.marking(),
            known_on => self.from.known_on.to_string(),
            basis => if true { "recorded" } else { "said to have occurred" },
            headlines => self.headlines(),
            breaks,
            london => london_svg,
            london_table => rows_of(&control_table(&london)?),
            strands => strands_svg,
            strands_table,
            rows,
        })?)
    }

    /// Months of the charts: three years at most.
    fn shown(&self) -> MonthRange {
        let held = self.from.cube.months();
        let wanted = MonthRange::ending(self.from.summary.month, SHOWN);
        MonthRange::new(wanted.from().max(held.from()), self.from.summary.month).unwrap_or(wanted)
    }

    /// A series with its limits and breaks, for a chart.
    fn months_of<'b>(&'b self, series: &Series, name: &'b str) -> Result<MonthlySeries<'b>, ReportError> {
        let shown = self.shown();
        let count = |m: Month| self.from.cube.count(series.basis, series.place, series.strand, m);
        let values: Vec<Option<f64>> = shown.iter().map(|m| count(m).ok().map(|c| f64::from(c.recorded))).collect();
        let n = values.iter().flatten().sum::<f64>() as u64;
        let mut months = MonthlySeries::new(name, n, shown.from(), &values);
        for (figure, m) in months.months.iter_mut().zip(shown.iter()) {
            figure.provisional = count(m).is_ok_and(|c| c.provisional > 0);
        }
        if let Ok(chart) = &series.figures.chart {
            // The chart may begin before what is shown: its limits are those of all its months.
            let first = usize::from(shown.from().index().saturating_sub(chart.months.from().index()));
            let offset = usize::from(chart.months.from().index().saturating_sub(shown.from().index()));
            let mut part = chart.chart.clone();
            part.points.drain(..first);
            part.signals.retain(|s| s.from >= first);
            for signal in &mut part.signals {
                signal.from -= first;
                signal.to -= first;
            }
            let places: Vec<usize> = (offset..offset + part.points.len()).collect();
            months.add_chart(&places, &part)?;
        }
        let place = &self.from.cube.places()[usize::from(series.place)];
        let concerns = |areas: &[String]| areas.is_empty() || place.level < Level::Borough || areas.contains(&place.code);
        for b in self.from.breaks.inside(shown).filter(|b| concerns(&b.areas)) {
            if let Some(m) = Month::of(b.from) {
                months.breaks.push(Note { month: m, text: "Recording changed" });
            }
        }
        Ok(months)
    }

    /// What a reader should take away, by rules: level, change, signal; for London and each strand.
    fn headlines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let month = month_name(self.from.summary.month);
        for strand in self.strands() {
            let series = self.series(0, strand);
            let f = &series.figures;
            let what = strand.map_or("All strands", Strand::label);
            let Ok(count) = f.count else {
                lines.push(format!("{what}: no figure is available for {month} [x]."));
                continue;
            };
            let provisional = match count.provisional {
                0 => String::new(),
                n => format!(", {} of them provisional [p]", grouped(u64::from(n))),
            };
            let mut parts = vec![format!("{what}: {} records in {month}{provisional}", grouped(u64::from(count.recorded)))];
            parts.push(match &f.change {
                Ok(c) if c.small_base => {
                    format!("{} in twelve months, {} in the twelve before", grouped(c.current), grouped(c.base))
                }
                Ok(c) => {
                    let word = if c.lower > 0.0 {
                        "more than"
                    } else if c.upper < 0.0 {
                        "fewer than"
                    } else {
                        "not clearly different from"
                    };
                    format!(
                        "{} in twelve months, {word} the {} before ({}%, 95% interval {} to {})",
                        grouped(c.current),
                        grouped(c.base),
                        percent(c.change.unwrap_or_default()),
                        percent(c.lower),
                        percent(c.upper)
                    )
                }
                Err(gap) => format!("no change on a year before is given: {gap} {}", gap.shorthand()),
            });
            parts.push(match &f.chart {
                Ok(chart) if late(chart).is_empty() => "no signal in the last three months".to_owned(),
                Ok(chart) => format!("signal: {}", late(chart).join("; ")),
                Err(gap) => format!("no chart: {gap} {}", gap.shorthand()),
            });
            lines.push(parts.join("; ") + ".");
        }
        lines
    }

    /// Rows of the table of boroughs.
    fn rows(&self) -> Result<Vec<minijinja::Value>, ReportError> {
        let shown = MonthRange::ending(self.from.summary.month, 2 * YEAR as u16 + 1);
        let mut rows = Vec::new();
        for (row, place) in self.from.cube.places().iter().enumerate() {
            let series = self.series(row as u16, None);
            let f = &series.figures;
            let values: Vec<Option<f64>> = shown
                .iter()
                .map(|m| self.from.cube.count(Basis::Recorded, row as u16, None, m).ok().map(|c| f64::from(c.recorded)))
                .collect();
            let id = format!("spark-{row}");
            let title = format!("{}, records a month, {} to {}", place.name, month_name(shown.from()), month_name(shown.to()));
            let spark = sparkline(&SparklineInput { id: &id, title: &title, values: &values, limits: None, decimals: 0 })?;
            let shorthand = |gap: hotspot_core::summary::Gap| gap.shorthand().to_owned();
            rows.push(context! {
                place => &place.name,
                records => f.count.map_or_else(shorthand, |c| format!("{}{}", grouped(u64::from(c.recorded)), if c.provisional > 0 { " [p]" } else { "" })),
                spark,
                year => f.year.map_or_else(shorthand, grouped),
                rate => f.year_rate.map_or_else(shorthand, |[r, lo, hi]| format!("{r:.2} ({lo:.2} to {hi:.2})")),
                change => match &f.change {
                    Ok(c) if c.small_base => "[z]".to_owned(),
                    Ok(c) => format!("{}% ({} to {})", percent(c.change.unwrap_or_default()), percent(c.lower), percent(c.upper)),
                    Err(gap) => gap.shorthand().to_owned(),
                },
                signals => match &f.chart {
                    Ok(chart) if late(chart).is_empty() => "none".to_owned(),
                    Ok(chart) => late(chart).join("; "),
                    Err(gap) => gap.shorthand().to_owned(),
                },
            });
        }
        Ok(rows)
    }
}

/// A table of a chart, for the template.
fn rows_of(table: &Table) -> minijinja::Value {
    context! { head => &table.head, rows => &table.rows }
}
