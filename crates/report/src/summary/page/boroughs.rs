//! Boroughs, command units, what is no borough, and supplied areas.

use super::grid::{Cell, Grid};
use super::london::{change_cell, named, signals_cell};
use super::words::{self, grouped, late, marked};
use super::{Page, both};
use crate::chart::{
    DotsInput, Fit, Frame, FunnelInput, FunnelLimits, FunnelPoint, IntervalRow, MonthlySeries, MultiplesInput, Reference, Scales,
    SparklineInput, dots_table, funnel_chart, funnel_table, interval_dots, month_name, number, small_multiples, sparkline,
};
use crate::summary::ReportError;
use hotspot_core::MonthRange;
use hotspot_core::rate::ratio::SMALL_BASE;
use hotspot_core::summary::figures::YEAR;
use hotspot_core::summary::{Basis, Level, Measure, Series};
use minijinja::{Value, context};

/// Months of a sparkline.
const SPARK: u16 = 2 * YEAR as u16 + 1;
/// Panels of one chart.
const PANELS: usize = 12;
/// Supplied areas in the table of the page.
const AREAS: usize = 60;

/// Groups of rows: levels with their headings.
const GROUPS: [(Level, &str); 4] = [
    (Level::London, ""),
    (Level::Borough, "Boroughs"),
    (Level::Elsewhere, "No borough: these records are in London's total"),
    (Level::CommandUnit, "Command units: each is the sum of its boroughs, so do not add them"),
];

impl Page<'_> {
    pub fn boroughs(&self) -> Result<Value, ReportError> {
        Ok(context! {
            table => self.borough_table()?.finish(),
            similar => &self.from.groups.rule,
            dots => self.rates()?,
            funnel => self.funnel()?,
            signals => self.signal_charts()?,
            strands => self.cross_table(),
        })
    }

    /// Months of a sparkline, as far as they are held.
    fn sparkline_months(&self) -> MonthRange {
        let wanted = MonthRange::ending(self.month, SPARK);
        MonthRange::new(wanted.from().max(self.from.cube.months().from()), self.month).unwrap_or(wanted)
    }

    fn borough_table(&self) -> Result<Grid, ReportError> {
        let shown = self.sparkline_months();
        let caption = format!(
            "{} by place, {}; lines from {} to {}",
            self.lead_label(),
            month_name(self.month),
            month_name(shown.from()),
            month_name(shown.to())
        );
        let mut grid = Grid::new(caption)
            .words("Place")
            .figures("Records")
            .words("Months")
            .figures("Share of London (95%)")
            .figures("Twelve months")
            .figures("Per 1,000 residents (95%)")
            .figures("Similar boroughs")
            .figures("Change on twelve months before (95%)")
            .words("Among boroughs")
            .long("Signals in the last three months");
        let london = self.leading(0).figures.count;
        for (level, heading) in GROUPS {
            grid.group(heading);
            for (row, place) in self.places(level) {
                let series = self.leading(row);
                let f = &series.figures;
                let whole = |m: Measure| {
                    let o = series.observation(m);
                    o.value.map_or_else(|_| o.status().to_owned(), |v| marked(grouped(v as u64), o.status()))
                };
                let share = match (f.share, london) {
                    (Ok(_), Ok(all)) if u64::from(all.recorded) < SMALL_BASE => "[z]".to_owned(),
                    (Ok([s, lo, hi]), _) if level != Level::London => {
                        format!("{:.1}% ({:.1} to {:.1})", s * 100.0, lo * 100.0, hi * 100.0)
                    }
                    (Ok(_), _) => "100%".to_owned(),
                    (Err(gap), _) => gap.shorthand().to_owned(),
                };
                let similar = f.similar.map_or_else(|gap| gap.shorthand().to_owned(), |rate| format!("{rate:.2}"));
                grid.row(vec![
                    Cell::Words(place.name.clone()),
                    Cell::Figure(whole(Measure::Records)),
                    Cell::Picture(self.spark(row, shown)?),
                    Cell::Figure(share),
                    Cell::Figure(whole(Measure::Year)),
                    Cell::Figure(rate_cell(series)),
                    Cell::Figure(similar),
                    Cell::Figure(change_cell(series)),
                    Cell::Words(f.funnel.map_or_else(|gap| gap.shorthand().to_owned(), |p| words::position(p).to_owned())),
                    Cell::Words(signals_cell(series)),
                ]);
            }
        }
        Ok(grid)
    }

    fn spark(&self, row: u16, shown: MonthRange) -> Result<String, ReportError> {
        let count = |m| self.from.cube.count(Basis::Recorded, row, self.lead, m).ok().map(|c| f64::from(c.recorded));
        let values: Vec<Option<f64>> = shown.iter().map(count).collect();
        let breaks: Vec<usize> =
            self.breaks_of(row, shown).into_iter().map(|m| usize::from(m.index() - shown.from().index())).collect();
        let limits = self.leading(row).figures.chart.as_ref().ok().and_then(|c| c.chart.points.last()).map(|p| [p.lower, p.upper]);
        let id = format!("spark-{row}");
        let title = format!("{}, records a month, {} to {}", self.name(row), month_name(shown.from()), month_name(shown.to()));
        Ok(sparkline(&SparklineInput { id: &id, title: &title, values: &values, breaks: &breaks, limits, decimals: 0 })?)
    }

    /// The twelve months of rates, in words.
    fn year(&self) -> String {
        let year = MonthRange::ending(self.month, YEAR as u16);
        format!("{} to {}", month_name(year.from()), month_name(year.to()))
    }

    /// Rates of boroughs, the highest first.
    fn rates(&self) -> Result<Value, ReportError> {
        let mut rows: Vec<IntervalRow<'_>> = self
            .places(Level::Borough)
            .map(|(row, place)| {
                let f = &self.leading(row).figures;
                let rate = f.year_rate.ok();
                IntervalRow {
                    name: &place.name,
                    n: f.year.unwrap_or(0),
                    rate: rate.map(|r| r[0]),
                    interval: rate.map(|r| [r[1], r[2]]),
                }
            })
            .filter(|r| r.rate.is_some())
            .collect();
        if rows.is_empty() {
            let gap = self.places(Level::Borough).find_map(|(row, _)| self.leading(row).figures.year.err());
            let why = gap.map_or_else(|| "there are no fit residents [z]".to_owned(), words::gap);
            return Ok(context! { said => format!("No rates of twelve months: {why}.") });
        }
        rows.sort_by(|a, b| b.rate.unwrap_or(0.0).total_cmp(&a.rate.unwrap_or(0.0)).then(a.name.cmp(b.name)));
        let without: Vec<String> = self
            .places(Level::Borough)
            .filter_map(|(row, p)| Some(format!("{} {}", p.name, self.leading(row).figures.year_rate.err()?.shorthand())))
            .collect();
        let period = self.year();
        let title = format!("{} per 1,000 residents by borough, the highest first", self.lead_label());
        let frame = Frame { id: "rates", title: &title, unit: "records per 1,000 residents", decimals: 2, fit: Fit::Wide };
        let reference = self.leading(0).figures.year_rate.ok().map(|r| Reference { rate: r[0], name: "London" });
        let input = DotsInput { frame, period: &period, interval: "95% intervals", reference, rows };
        let table = Grid::of(format!("Records per 1,000 residents by borough, {period}"), dots_table(&input)?);
        Ok(context! {
            chart => both(frame, |frame| interval_dots(&DotsInput { frame, ..input.clone() }))?,
            without => words::list(&without),
            table => table.finish(),
        })
    }

    /// Boroughs among boroughs.
    fn funnel(&self) -> Result<Value, ReportError> {
        let found = self.from.summary.funnels.iter().find(|(basis, f)| *basis == Basis::Recorded && f.strand == self.lead);
        let Some((_, made)) = found else {
            return Ok(
                context! { said => "No funnel: it needs twelve months without a break or a gap, and fit residents, of three boroughs." },
            );
        };
        let points: Vec<FunnelPoint<'_>> = made
            .units
            .iter()
            .zip(&made.funnel.units)
            .filter_map(|((row, n, residents), unit)| {
                let name = self.name(*row);
                Some(FunnelPoint {
                    id: name,
                    name,
                    denominator: f64::from(*residents),
                    rate: Some(f64::from(*n) / f64::from(*residents) * 1000.0),
                    position: unit.as_ref()?.position,
                })
            })
            .collect();
        let largest = points.iter().map(|p| p.denominator).fold(0.0, f64::max);
        let limits = FunnelLimits::curves(&made.funnel, largest, 1000.0);
        let n: u64 = made.units.iter().map(|u| u64::from(u.1)).sum();
        let period = self.year();
        let title = format!("Boroughs in a funnel: {}", self.lead_label());
        let frame = Frame { id: "funnel", title: &title, unit: "records per 1,000 residents", decimals: 2, fit: Fit::Wide };
        let input = FunnelInput {
            frame,
            period: &period,
            n,
            denominator: "residents",
            target: made.funnel.target * 1000.0,
            points,
            limits,
        };
        let table = Grid::of(format!("Boroughs in the funnel, {period}"), funnel_table(&input)?);
        Ok(context! {
            chart => both(frame, |frame| funnel_chart(&FunnelInput { frame, ..input.clone() }))?,
            period => &period,
            n => grouped(n),
            boroughs => input.points.len(),
            phi => number(made.funnel.phi, 1),
            tau => number(made.funnel.tau2.sqrt() * 1000.0_f64.sqrt(), 3),
            widened => made.funnel.tau2 > 0.0,
            table => table.finish(),
        })
    }

    /// Control charts of boroughs with a signal: the largest first, three on one scale.
    fn signal_charts(&self) -> Result<Value, ReportError> {
        let mut charted = 0u64;
        let mut panels: Vec<(f64, u16, MonthlySeries<'_>)> = Vec::new();
        for (row, place) in self.places(Level::Borough) {
            let series = self.leading(row);
            let Ok(chart) = &series.figures.chart else { continue };
            charted += 1;
            if late(chart).is_empty() {
                continue;
            }
            if let Some(months) = self.monthly(series, &place.name)? {
                let top =
                    months.months.iter().map(|m| m.value.unwrap_or(0.0).max(m.band.map_or(0.0, |b| b.upper))).fold(0.0, f64::max);
                panels.push((top, row, months));
            }
        }
        if charted == 0 {
            let gap = self.places(Level::Borough).find_map(|(row, _)| self.leading(row).figures.chart.as_ref().err().copied());
            return Ok(
                context! { said => format!("No control charts of boroughs: {}.", gap.map_or_else(|| "no borough is known".to_owned(), words::gap)) },
            );
        }
        if panels.is_empty() {
            return Ok(
                context! { said => format!("None of {} has a signal in the last three months.", words::counted(charted, "borough", "boroughs")) },
            );
        }
        panels.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let columns: Vec<_> = panels.iter().map(|(_, row, _)| (self.name(*row).to_owned(), *row, self.lead)).collect();
        let title = format!("Boroughs with a signal: {}", self.lead_label());
        let charts = panels
            .chunks(PANELS)
            .enumerate()
            .map(|(at, chunk)| {
                let id = format!("signals-{at}");
                let frame = Frame { id: &id, title: &title, unit: "records a month", decimals: 0, fit: Fit::Wide };
                let panels: Vec<MonthlySeries<'_>> = chunk.iter().map(|(.., months)| months.clone()).collect();
                both(frame, |frame| small_multiples(&MultiplesInput { frame, panels: panels.clone(), scales: Scales::Threes }))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(context! {
            charts,
            n => panels.len(),
            of => charted,
            table => self.months_table("Boroughs with a signal: figures of the charts", &columns).finish(),
        })
    }

    /// Strands across, places down.
    fn cross_table(&self) -> Value {
        if self.strands().next().is_none() {
            return Value::from(());
        }
        let mut grid = Grid::new(format!("Records by place and strand, {}", month_name(self.month))).words("Place");
        if self.lead.is_none() {
            grid = grid.figures("All records");
        }
        for strand in self.strands() {
            grid = grid.figures_with(&named(strand), "a record may stand in others too");
        }
        for (level, heading) in GROUPS {
            grid.group(heading);
            for (row, place) in self.places(level) {
                let mut cells = vec![Cell::Words(place.name.clone())];
                cells.extend(
                    self.publication.strands().into_iter().map(|strand| Cell::Figure(self.count_cell(row, strand, self.month))),
                );
                grid.row(cells);
            }
        }
        grid.finish()
    }

    /// Supplied areas: those with most records of the month; nothing without any.
    pub fn areas(&self) -> Value {
        let mut rows: Vec<(u64, u16, &str)> = self
            .places(Level::Area)
            .map(|(row, p)| (self.leading(row).figures.count.map_or(0, |c| u64::from(c.recorded)), row, p.name.as_str()))
            .collect();
        if rows.is_empty() {
            return Value::from(());
        }
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(b.2)).then(a.1.cmp(&b.1)));
        let all = rows.len();
        rows.truncate(AREAS);
        let mut grid = Grid::new(format!("Supplied areas with most records, {}", month_name(self.month)))
            .words("Area")
            .words("Borough")
            .figures("Records")
            .figures("Twelve months")
            .figures("Per 1,000 residents (95%)")
            .figures("Change on twelve months before (95%)");
        for (_, row, name) in &rows {
            let series = self.leading(*row);
            let year = series.observation(Measure::Year);
            let within = self.from.cube.places()[usize::from(*row)].within;
            grid.row(vec![
                Cell::Words((*name).to_owned()),
                Cell::Words(within.map_or_else(|| "[x]".to_owned(), |b| self.name(b).to_owned())),
                Cell::Figure(self.count_cell(*row, self.lead, self.month)),
                Cell::Figure(year.value.map_or_else(|_| year.status().to_owned(), |v| marked(grouped(v as u64), year.status()))),
                Cell::Figure(rate_cell(series)),
                Cell::Figure(change_cell(series)),
            ]);
        }
        context! { table => grid.finish(), shown => rows.len(), all }
    }
}

/// A rate of twelve months with its limits.
fn rate_cell(series: &Series) -> String {
    let o = series.observation(Measure::YearRate);
    match (o.value, o.limits) {
        (Ok(rate), Some([lo, hi])) => marked(format!("{rate:.2} ({lo:.2} to {hi:.2})"), o.status()),
        (Ok(rate), None) => marked(format!("{rate:.2}"), o.status()),
        (Err(_), _) => o.status().to_owned(),
    }
}
