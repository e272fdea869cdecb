//! Parts of the month in London: outcomes, offence groups, sources; how good the records are; what the words mean.

use super::Page;
use super::grid::{Cell, Grid};
use super::words::{grouped, list, share};
use crate::chart::month_name;
use crate::summary::named::Named;
use hotspot_core::summary::tables::{BREAKDOWN, OUTCOMES};
use hotspot_core::summary::{Basis, Counted, Level};
use hotspot_core::{Month, MonthRange, Offence, Outcome, Source};
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// Cohorts of the table of outcomes.
const COHORTS: u16 = 13;

impl Page<'_> {
    pub fn parts(&self) -> Value {
        if self.counts_only() {
            return Value::from(());
        }
        context! {
            outcomes => self.outcomes(),
            offences => self.part("offence", "source", "Offence group", |id| id.parse().map_or("", Offence::label)),
            sources => self.part("source", "offence", "Who reported it", |id| id.parse().map_or("", Source::label)),
        }
    }

    /// Cohorts of London by month of recording.
    fn outcomes(&self) -> Value {
        let Some(table) = self.table(OUTCOMES).map(Named) else { return Value::from(()) };
        let months = MonthRange::ending(self.month, COHORTS);
        let whole = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        let mut cohorts: BTreeMap<Month, (u64, BTreeMap<Outcome, u64>)> = BTreeMap::new();
        for row in table.rows().filter(|row| table.text("level", *row) == Level::London.id() && table.text("strand", *row) == "all")
        {
            let (Ok(month), Ok(outcome)) =
                (table.text("month", row).parse::<Month>(), table.text("outcome", row).parse::<Outcome>())
            else {
                continue;
            };
            if months.contains(month) {
                let cohort = cohorts.entry(month).or_default();
                cohort.0 = whole(table.integer("of", row));
                cohort.1.insert(outcome, whole(table.integer("records", row)));
            }
        }
        let known: Vec<Outcome> = Outcome::ALL.iter().copied().filter(|o| cohorts.values().any(|c| c.1.contains_key(o))).collect();
        if known.is_empty() || known == [Outcome::Unknown] {
            return context! { said => "No outcome is stated of any record of these months [x]." };
        }
        let mut grid = Grid::new(format!(
            "Records of London by month of recording and where the investigation stands now, {} to {}",
            month_name(months.from()),
            month_name(months.to())
        ))
        .words("Month of recording")
        .figures("Records");
        for outcome in &known {
            grid =
                grid.figures(if *outcome == Outcome::UnderInvestigation { "Open: under investigation" } else { outcome.label() });
        }
        let open = known.contains(&Outcome::UnderInvestigation);
        if open {
            grid = grid.figures("Open, share");
        }
        for (month, (all, outcomes)) in cohorts.iter().rev() {
            let of = |o: &Outcome| outcomes.get(o).copied().unwrap_or(0);
            let mut cells = vec![Cell::Words(month_name(*month)), Cell::Figure(grouped(*all))];
            cells.extend(known.iter().map(|o| Cell::Figure(grouped(of(o)))));
            if open {
                cells.push(Cell::Figure(share(of(&Outcome::UnderInvestigation), *all)));
            }
            grid.row(cells);
        }
        context! { table => grid.finish() }
    }

    /// London's records of the month by one kind of part, the largest first.
    fn part(&self, kind: &str, other: &str, head: &str, label: impl Fn(&str) -> &'static str) -> Value {
        let Some(table) = self.table(BREAKDOWN).map(Named) else { return Value::from(()) };
        let all = |row: usize, column: &str| table.text(column, row) == "all";
        let of_london = |row: &usize| {
            table.text("level", *row) == Level::London.id()
                && table.text("basis", *row) == Basis::Recorded.id()
                && all(*row, "strand")
                && all(*row, other)
        };
        let whole = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        let mut total = 0;
        let mut rows: Vec<(u64, &str)> = Vec::new();
        for row in table.rows().filter(of_london) {
            let n = whole(table.integer("records", row));
            if all(row, kind) { total = n } else { rows.push((n, label(table.text(kind, row)))) }
        }
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let mut grid =
            Grid::new(format!("{head}, London, {}", month_name(self.month))).words(head).figures("Records").figures("Share");
        for (n, name) in rows {
            grid.row(vec![Cell::Words(name.to_owned()), Cell::Figure(grouped(n)), Cell::Figure(share(n, total))]);
        }
        grid.finish()
    }

    /// What is known of how good London's records of the month are.
    pub fn quality(&self) -> Value {
        let Ok(all) = self.series(0, None).figures.count else { return Value::from(()) };
        let mut grid =
            Grid::new(format!("London, {}", month_name(self.month))).words("Records").figures("Number").figures("Share of records");
        let total = all.recorded;
        let mut row = |name: String, n: u32| {
            grid.row(vec![Cell::Words(name), Cell::Figure(grouped(n)), Cell::Figure(share(n, total))]);
        };
        row("All".to_owned(), total);
        if !self.counts_only() {
            for (name, of) in [
                ("Provisional: the flag is still under review [p]", (|c| c.provisional) as fn(&Counted) -> u32),
                ("Online", |c| c.online),
                ("Without a place", |c| c.no_place),
            ] {
                row(name.to_owned(), of(&all));
            }
        }
        for (place, p) in self.places(Level::Elsewhere) {
            if let Ok(c) = self.series(place, None).figures.count {
                row(format!("No borough: {}", p.name), c.recorded);
            }
        }
        let victims = (!self.counts_only()).then(|| {
            context! { known => grouped(all.victims), repeat => share(all.repeat_victims, all.victims), repeats => grouped(all.repeat_victims), none => all.victims == 0, records => grouped(total) }
        });
        context! { table => grid.finish(), victims }
    }

    /// What the words mean here.
    pub fn notes(&self) -> Value {
        let held = self.from.cube.months();
        let breaks: Vec<Value> = self
            .from
            .breaks
            .inside(held)
            .map(|b| {
                let whose: Vec<String> = b
                    .areas
                    .iter()
                    .map(|code| {
                        self.from.cube.places().iter().find(|p| p.code == *code).map_or_else(|| code.clone(), |p| p.name.clone())
                    })
                    .collect();
                context! { day => super::words::day(b.from), what => &b.what, source => &b.source, whose => list(&whose) }
            })
            .collect();
        let unfit: Vec<String> =
            self.places(Level::Borough).filter(|(_, p)| p.residents.is_none()).map(|(_, p)| p.name.clone()).collect();
        let missing: Vec<String> = hotspot_core::summary::strands()
            .flatten()
            .filter(|s| !self.strands().any(|known| known == *s))
            .map(|s| s.label().to_owned())
            .collect();
        context! {
            held => format!("{} to {}", month_name(held.from()), month_name(held.to())),
            breaks,
            unfit => list(&unfit),
            similar => &self.from.groups.rule,
            missing => list(&missing),
            expected => self.from.cube.bases().contains(&Basis::Occurred),
        }
    }
}
