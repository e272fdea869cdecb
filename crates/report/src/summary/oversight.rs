//! A month below the analyst: tables and a page, from what was protected and nothing else.

use super::files::csv;
use super::page::grid::{Cell, Grid};
use super::page::words::{self, day, grouped};
use super::page::{HEAD, STYLE, TABLES};
use super::{ReportError, strand_label};
use crate::chart::month_name;
use hotspot_core::MonthRange;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::protected::{ALL, Figure, Geography, OTHERS, Period, ProtectedHotspot, ProtectedRelease, STRANDS};
use hotspot_core::disclosure::signs::HIDDEN;
use hotspot_core::hotspot::identity::Change;
use hotspot_core::rate::ratio::SMALL_BASE;
use hotspot_core::release::DataClass;
use hotspot_core::summary::oversight::{Compared, compared, periods, places, tables};
use hotspot_core::summary::tables::Table;
use minijinja::{Environment, Value, context};

/// The month of a protected release, for oversight.
#[derive(Debug)]
pub struct ForOversight<'a> {
    view: &'a Released<ProtectedRelease>,
    tables: Vec<Table>,
}

impl<'a> ForOversight<'a> {
    /// Makes the tables.
    pub fn new(view: &'a Released<ProtectedRelease>) -> Self {
        Self { view, tables: tables(view) }
    }

    /// The tables of every exit.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The tables as CSV, with their identifiers.
    pub fn csv(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.tables.iter().map(|table| (table.id, csv(table)))
    }

    /// What stands in every file: the class, in words.
    pub fn marking(&self) -> &'static str {
        match self.view.class {
            DataClass::Synthetic => "SYNTHETIC: about nobody; protected as if it were about somebody",
            DataClass::Open => "OPEN: protected figures",
            DataClass::Restricted => "OFFICIAL-SENSITIVE: protected figures, for oversight",
        }
    }

    /// What a file says of the edition when it was taken out of its folder: keys and values.
    pub fn said(&self) -> Vec<(&'static str, String)> {
        vec![
            ("month", self.view.month.to_string()),
            ("known_on", self.view.as_known_on.to_string()),
            ("class", self.view.class.id().to_owned()),
            ("marking", self.marking().to_owned()),
            ("tier", "oversight".to_owned()),
            ("policy", self.view.policy.clone()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ]
    }

    /// A page that needs nothing else, and prints. `files` are the names and sizes in bytes of the files beside it, to which it links.
    ///
    /// # Errors
    /// [`ReportError`] when the template is none.
    pub fn page(&self, files: &[(String, usize)]) -> Result<String, ReportError> {
        let view = self.view;
        let month = month_name(view.month);
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.add_template("tables", TABLES)?;
        environment.add_template("style", STYLE)?;
        environment.add_template("head", HEAD)?;
        environment.add_template("page", include_str!("oversight.html"))?;
        let files: Vec<Value> = files.iter().map(|(name, bytes)| context! { name, kilobytes => bytes.div_ceil(1000) }).collect();
        Ok(environment.get_template("page")?.render(context! {
            title => format!("Recorded hate crime in London, {month}: for oversight"),
            month,
            running => self.marking(),
            marking => self.marking(),
            known_on => day(view.as_known_on),
            release => &view.release,
            policy => &view.policy,
            threshold => view.rules.threshold,
            window => months_name(view.window),
            counted => view.counted.map(months_name),
            areas => self.areas(),
            hidden => self.hidden(),
            brief => self.brief(),
            london => self.london(),
            boroughs => self.boroughs(),
            strands => (0..STRANDS.len() as u8).map(|strand| self.strand(strand)).collect::<Vec<_>>(),
            hotspots => self.hotspots(),
            files,
        })?)
    }

    /// What areas are, in words.
    fn areas(&self) -> String {
        let rules = self.view.rules;
        match rules.geography {
            Geography::Adaptive => format!(
                "{} areas of {} records or more in a quarter, on average, and {} residents or more",
                self.view.areas.len(),
                rules.area_incidents,
                rules.area_residents
            ),
            Geography::Units => format!("{} polygons, each an area of its own", self.view.areas.len()),
        }
    }

    /// How much is not shown, and why.
    fn hidden(&self) -> Vec<String> {
        let hidden = self.view.hidden;
        let of = |part: usize, whole: usize| {
            format!("{} of {}", grouped(part as u64), words::counted(whole as u64, "figure", "figures"))
        };
        let hotspots = |[all, without]: [usize; 2], what: &str| {
            format!(
                "{without} of {all} hotspots of {what} are without a count, since they are small or would give a small one away."
            )
        };
        vec![
            format!(
                "{} ever published ({}) are below {}, zero among them, and not shown: a few records could be told apart.",
                of(hidden.small, hidden.figures),
                words::share(hidden.small as u64, hidden.figures as u64),
                self.view.rules.threshold
            ),
            format!(
                "{} ({}) are not shown since they would give one of these away by subtraction.",
                of(hidden.beside, hidden.figures),
                words::share(hidden.beside as u64, hidden.figures as u64)
            ),
            hotspots(hidden.hotspots, "all records"),
            hotspots(hidden.of_strands, "strands"),
        ]
    }

    /// The month in London, in sentences.
    fn brief(&self) -> Vec<String> {
        let view = self.view;
        let period = Period::Month(view.month);
        let mut said = Vec::new();
        if let Some(all) = compared(view, ALL, period, None) {
            said.push(format!(
                "London, {}: {} records ({} on the month before; {} on the same month a year before).",
                period_name(period),
                shown(Some(all.figure)),
                change(&all, all.before),
                change(&all, all.a_year_before)
            ));
        }
        let without =
            view.boroughs.iter().filter(|(_, code)| !matches!(compared(view, code, period, None), Some(c) if c.count().is_some()));
        let names: Vec<String> = without.map(|(name, _)| name.clone()).collect();
        said.push(if names.is_empty() {
            "Every borough has its count of the month.".to_owned()
        } else {
            format!("Without a count of the month: {}.", words::list(&names))
        });
        let hotspots = view.hotspots.iter().find(|(strand, _)| strand.is_none()).map_or(&[][..], |(_, all)| all);
        let new = hotspots.iter().filter(|h| h.change == Change::New).count();
        said.push(format!(
            "{}, {new} of them new.",
            words::counted(hotspots.len() as u64, "hotspot of all records", "hotspots of all records")
        ));
        said
    }

    /// Months and quarters of the year.
    fn year(&self, keep: impl Fn(Period) -> bool) -> Vec<Period> {
        periods(self.view).into_iter().filter(|p| keep(*p)).collect()
    }

    /// All records and each strand, by the months of the year.
    fn london(&self) -> Value {
        let months = self.year(|p| matches!(p, Period::Month(_)));
        let Some(last) = months.last().copied() else { return Value::from(()) };
        let mut grid = Grid::new(format!("London: records by month of {}", self.view.month.year())).words("Strand");
        for month in &months {
            grid = grid.figures(&short(*month));
        }
        grid = grid.figures_with("Change", "on the month before").figures_with("Change", "on the same month a year before");
        for strand in std::iter::once(None).chain((0..STRANDS.len() as u8).map(Some)) {
            let mut cells = vec![Cell::Words(strand_label(strand.map(|row| STRANDS[usize::from(row)])).to_owned())];
            cells.extend(months.iter().map(|month| self.cell(ALL, *month, strand)));
            cells.extend(self.changes(ALL, last, strand));
            grid.row(cells);
        }
        grid.finish()
    }

    /// Every borough: the months and the complete quarters of the year.
    fn boroughs(&self) -> Value {
        let periods = self.year(|p| !matches!(p, Period::Year(_)));
        let month = Period::Month(self.view.month);
        let mut grid = Grid::new(format!("Boroughs: all records, {}", self.view.month.year())).words("Borough");
        for period in &periods {
            grid = grid.figures(&short(*period));
        }
        grid = grid.figures_with("Change", "on the month before").figures_with("Change", "on the same month a year before");
        for [_, code, name] in places(self.view).iter().filter(|[_, code, _]| code != OTHERS) {
            let mut cells = vec![Cell::Words(name.clone())];
            cells.extend(periods.iter().map(|period| self.cell(code, *period, None)));
            cells.extend(self.changes(code, month, None));
            grid.row(cells);
        }
        grid.finish()
    }

    /// A strand: the boroughs that are told by month or quarter, the others together, and the last complete year of all.
    fn strand(&self, strand: u8) -> Value {
        let label = STRANDS[usize::from(strand)].label();
        let periods = periods(self.view);
        let mut grid = Grid::new(format!("{label}: records by borough")).words("Borough");
        for period in &periods {
            grid = grid.figures(&short(*period));
        }
        for [_, code, name] in places(self.view) {
            let has_any = periods.iter().any(|p| compared(self.view, &code, *p, Some(strand)).is_some());
            if has_any {
                let mut cells = vec![Cell::Words(name)];
                cells.extend(periods.iter().map(|period| self.cell(&code, *period, Some(strand))));
                grid.row(cells);
            }
        }
        context! { label, table => grid.finish() }
    }

    fn cell(&self, place: &str, period: Period, strand: Option<u8>) -> Cell {
        Cell::Figure(shown(compared(self.view, place, period, strand).map(|c| c.figure)))
    }

    fn changes(&self, place: &str, period: Period, strand: Option<u8>) -> [Cell; 2] {
        let of = compared(self.view, place, period, strand);
        let said = |on: fn(&Compared) -> Option<u32>| Cell::Figure(of.map_or_else(String::new, |c| change(&c, on(&c))));
        [said(|c| c.before), said(|c| c.a_year_before)]
    }

    fn hotspots(&self) -> Vec<Value> {
        let of = |(strand, all): &(Option<hotspot_core::Strand>, Vec<ProtectedHotspot>)| {
            let label = strand_label(*strand);
            let mut grid = Grid::new(format!("Hotspots: {label}"))
                .words("Hotspot")
                .words("Borough")
                .figures("Records")
                .figures_with("Times London’s rate", "95% interval")
                .words("Evidence")
                .words("Since the release before")
                .words("Seen since");
            for hotspot in all {
                let borough = self.view.boroughs.iter().find(|(_, code)| Some(code) == hotspot.borough.as_ref());
                grid.row(vec![
                    Cell::Words(hotspot.name.clone()),
                    Cell::Words(borough.map_or_else(String::new, |(name, _)| name.clone())),
                    Cell::Figure(shown(Some(hotspot.n))),
                    Cell::Figure(
                        hotspot.ratio.map_or_else(|| HIDDEN.to_owned(), |[mean, lo, hi]| format!("{mean:.1} ({lo:.1} to {hi:.1})")),
                    ),
                    Cell::Words(hotspot.evidence.label().to_owned()),
                    Cell::Words(hotspot.change.id().to_owned()),
                    Cell::Words(month_name(hotspot.first_seen)),
                ]);
            }
            context! { label, number => all.len(), table => grid.finish() }
        };
        self.view.hotspots.iter().map(of).collect()
    }
}

/// A figure as a person reads it: a dash where there is none of that period.
fn shown(figure: Option<Figure>) -> String {
    match figure {
        Some(Figure::Count(n)) => grouped(n),
        Some(figure) => figure.sign().unwrap_or_default(),
        None => "–".to_owned(),
    }
}

/// A difference, in per cent too where the base is not small; what is not shown has none.
fn change(now: &Compared, on: Option<u32>) -> String {
    match (now.change(on), on) {
        (Some(change), Some(base)) if u64::from(base) >= SMALL_BASE => {
            format!("{change:+} ({:+.0}%)", 100.0 * change as f64 / f64::from(base)).replace('-', "−")
        }
        (Some(change), _) => format!("{change:+}").replace('-', "−"),
        (None, _) => "not shown".to_owned(),
    }
}

fn months_name(months: MonthRange) -> String {
    format!("{} to {}", month_name(months.from()), month_name(months.to()))
}

fn period_name(period: Period) -> String {
    match period {
        Period::Month(month) => month_name(month),
        Period::Quarter(_) | Period::Year(_) => period.to_string(),
    }
}

/// The head of a column.
fn short(period: Period) -> String {
    match period {
        Period::Month(month) => month_name(month).chars().take(3).collect(),
        Period::Quarter(_) => period.to_string().split_once('-').map_or_else(String::new, |(_, quarter)| quarter.to_owned()),
        Period::Year(_) => period.to_string(),
    }
}
