//! What a scan is given: units, steps of time, cases and population.

use super::points::MetrePoints;
use super::table::Table;
use crate::args::stats::scan::{ModelArg, ScanArgs, ShapeArg};
use crate::failure::{Done, Failure};
use h3o::CellIndex;
use hotspot_core::Month;
use hotspot_core::cluster::scan::{Model, Places, ScanInput, UncertainCases};
use jiff::civil::{Date, date};
use std::collections::HashMap;
use std::path::Path;

/// Steps of time: their names and lengths.
pub struct Steps {
    pub names: Vec<String>,
    lengths: Vec<f64>,
    /// Step of each row.
    of_row: Vec<usize>,
}

impl Steps {
    /// One step that is all of time.
    fn none(rows: usize) -> Self {
        Self { names: vec![String::new()], lengths: vec![1.0], of_row: vec![0; rows] }
    }

    /// All months from the first to the last, counted by their days, or all days.
    fn read(table: &Table) -> Done<Self> {
        let texts = table.texts("time")?;
        let months: Option<Vec<Month>> = texts.iter().map(|text| text.parse().ok()).collect();
        let at: Vec<i64> = match &months {
            Some(months) => months.iter().map(|m| i64::from(m.index())).collect(),
            None => table.days("time")?,
        };
        let first = at.iter().copied().min().ok_or_else(|| Failure::data("the table holds no case"))?;
        let last = at.iter().copied().max().unwrap_or(first);
        if last - first > 100_000 {
            return Err(Failure::data("the times are more than 100,000 days apart"));
        }
        let months = months.is_some();
        let numbers = texts.iter().all(|text| text.parse::<i64>().is_ok());
        let month = |step: i64| Month::from_index(step as u16).filter(|_| months);
        // A day is written as the table has it.
        let day = |step: i64| date(1970, 1, 1).checked_add(jiff::Span::new().days(step)).ok().filter(|_| !numbers);
        let name = |step: i64| match month(step) {
            Some(month) => month.to_string(),
            None => day(step).map_or_else(|| step.to_string(), |day: Date| day.to_string()),
        };
        let length = |step: i64| month(step).map_or(1.0, |m| f64::from(m.last_day().day()));
        Ok(Self {
            names: (first..=last).map(name).collect(),
            lengths: (first..=last).map(length).collect(),
            of_row: at.iter().map(|step| (step - first) as usize).collect(),
        })
    }

    /// The step with this name.
    pub fn named(&self, name: &str) -> Done<u32> {
        let found = self.names.iter().position(|n| n == name);
        found.map(|step| step as u32).ok_or_else(|| {
            let (first, last) = (&self.names[0], &self.names[self.names.len() - 1]);
            Failure::data(format!("--since is none of the steps, which are {first} to {last}"))
        })
    }
}

/// Units: where they are.
struct Units {
    ids: Vec<String>,
    centers: Vec<[f64; 2]>,
    cells: Vec<CellIndex>,
}

/// H3 cells of a column.
fn cells(table: &Table) -> Done<Vec<CellIndex>> {
    let cell = |(row, text): (usize, &String)| {
        text.parse().map_err(|_no_cell| Failure::failed(table.refused(row, "cell", "not an H3 cell")))
    };
    table.texts("cell")?.iter().enumerate().map(cell).collect()
}

/// All of it.
pub struct Input {
    units: Units,
    pub steps: Steps,
    cases: Vec<u32>,
    population: Vec<f64>,
    persons: Vec<u32>,
    model: ModelArg,
    shape: ShapeArg,
    max_radius_m: Option<f64>,
    max_rings: u32,
}

impl Input {
    /// Reads the tables; cases are left out when their places are uncertain.
    pub fn read(args: &ScanArgs) -> Done<Self> {
        let in_time = matches!(args.model, ModelArg::SpaceTimePermutation | ModelArg::SpaceTimePoisson);
        if args.uncertainty.is_none() && in_time != args.cases.is_some() {
            return Err(Failure::cannot(
                "--cases goes with the space-time models, and they with it; the others take cases from --areas",
            ));
        }
        if args.model != ModelArg::SpaceTimePermutation && args.areas.is_none() {
            return Err(Failure::cannot("this model needs a population: give --areas"));
        }
        if args.shape == ShapeArg::H3Disks && args.max_radius.is_some() {
            return Err(Failure::cannot("--max-radius goes with circles; disks of cells have --max-rings"));
        }
        let disks = args.shape == ShapeArg::H3Disks;
        let located = |path: &Path| -> Done<(Table, Units)> {
            if !disks {
                let MetrePoints { ids, places: centers, table, .. } = MetrePoints::read(path, None)?;
                return Ok((table, Units { ids, centers, cells: Vec::new() }));
            }
            let table = Table::read(path)?;
            let units = Units { ids: table.texts("id")?, centers: Vec::new(), cells: cells(&table)? };
            Ok((table, units))
        };
        let areas = args.areas.as_deref().map(located).transpose()?;
        let (units, steps, cases, table) = match (&args.cases, areas) {
            (_, Some((table, units))) if args.uncertainty.is_some() => {
                table.names("id")?;
                (units, Steps::none(0), Vec::new(), Some(table))
            }
            (None, Some((table, units))) => {
                table.names("id")?;
                let cases = table.counts("cases")?;
                (units, Steps::none(cases.len()), cases, Some(table))
            }
            (Some(path), Some((areas, units))) => {
                let table = Table::read(path)?;
                let steps = Steps::read(&table)?;
                let names = areas.names("id")?;
                let cases = counted(&table, &steps, &table.rows_in("id", &names)?, names.len())?;
                (units, steps, cases, Some(areas))
            }
            (Some(path), None) => {
                let (table, rows) = located(path)?;
                let steps = Steps::read(&table)?;
                let (units, unit_of_row) = distinct(&table, rows)?;
                let cases = counted(&table, &steps, &unit_of_row, units.ids.len())?;
                (units, steps, cases, None)
            }
            (None, None) => return Err(Failure::cannot("--areas or --cases is needed")),
        };
        let (mut population, mut persons) = (Vec::new(), Vec::new());
        if let Some(table) = &table {
            match args.model {
                ModelArg::Poisson | ModelArg::SpaceTimePoisson => population = table.not_negative("population")?,
                ModelArg::Bernoulli => persons = table.counts("population")?,
                ModelArg::SpaceTimePermutation => {}
            }
        }
        Ok(Self {
            units,
            steps,
            cases,
            population,
            persons,
            model: args.model,
            shape: args.shape,
            max_radius_m: args.max_radius,
            max_rings: args.max_rings,
        })
    }

    pub fn ids(&self) -> &[String] {
        &self.units.ids
    }

    /// As the library takes it.
    pub fn view(&self) -> ScanInput<'_> {
        ScanInput {
            places: match self.shape {
                ShapeArg::Circles => Places::Circles { centers: &self.units.centers, max_radius_m: self.max_radius_m },
                ShapeArg::H3Disks => Places::Disks { cells: &self.units.cells, max_rings: self.max_rings },
            },
            cases: &self.cases,
            step_lengths: &self.steps.lengths,
            model: match self.model {
                ModelArg::Poisson | ModelArg::SpaceTimePoisson => Model::Poisson { population: &self.population },
                ModelArg::Bernoulli => Model::Bernoulli { population: &self.persons },
                ModelArg::SpaceTimePermutation => Model::SpaceTimePermutation,
            },
        }
    }

    /// Cases that may have happened in any unit within so many metres of their place, by its population where the model has one;
    /// in the nearest unit where none is; and how many rows that was so for. Sets the steps.
    pub fn uncertain(&mut self, areas: &Path, cases: &Path, column: &str) -> Done<(UncertainCases, usize)> {
        let areas = MetrePoints::read(areas, None)?;
        let (places, table) = MetrePoints::read_places(cases, &areas)?;
        let within = table.numbers(column)?;
        if let Some(row) = within.iter().position(|metres| *metres < 0.0) {
            return Err(Failure::failed(table.refused(row, column, "a distance below 0")));
        }
        let counts = if table.has("count") { table.counts("count")? } else { vec![1; places.len()] };
        self.steps = match self.model {
            ModelArg::SpaceTimePermutation | ModelArg::SpaceTimePoisson => Steps::read(&table)?,
            ModelArg::Poisson | ModelArg::Bernoulli => Steps::none(places.len()),
        };
        let weight = |unit: usize| self.population.get(unit).copied().unwrap_or(1.0);
        // A case cannot be where nobody is.
        let peopled: Vec<usize> = (0..areas.places.len()).filter(|unit| weight(*unit) > 0.0).collect();
        let (mut all, mut alone) = (Vec::new(), 0);
        for (row, place) in places.iter().enumerate() {
            let squared = |unit: usize| (areas.places[unit][0] - place[0]).powi(2) + (areas.places[unit][1] - place[1]).powi(2);
            let near = peopled.iter().filter(|unit| squared(**unit) <= within[row] * within[row]);
            let mut of_case: Vec<(u32, f64)> = near.map(|unit| (*unit as u32, weight(*unit))).collect();
            if of_case.is_empty() {
                alone += 1;
                let nearest = peopled.iter().min_by(|a, b| squared(**a).total_cmp(&squared(**b)));
                of_case.extend(nearest.map(|unit| (*unit as u32, 1.0)));
            }
            for _ in 0..counts[row] {
                all.push((self.steps.of_row[row] as u32, of_case.clone()));
            }
        }
        Ok((super::computed(UncertainCases::new(&all))?, alone))
    }
}

/// Cases by unit and step.
fn counted(table: &Table, steps: &Steps, unit_of_row: &[u32], units: usize) -> Done<Vec<u32>> {
    let mut cases = vec![0_u32; units * steps.names.len()];
    for (row, count) in table.counts("count")?.into_iter().enumerate() {
        let sum = &mut cases[unit_of_row[row] as usize * steps.names.len() + steps.of_row[row]];
        let more = sum.checked_add(count);
        *sum =
            more.ok_or_else(|| Failure::failed(table.refused(row, "count", "more than 4294967295 cases in one unit and step")))?;
    }
    Ok(cases)
}

/// The units of rows that name them again and again, and the unit of each row.
fn distinct(table: &Table, rows: Units) -> Done<(Units, Vec<u32>)> {
    let mut unit_of: HashMap<String, u32> = HashMap::new();
    let mut units = Units { ids: Vec::new(), centers: Vec::new(), cells: Vec::new() };
    let mut unit_of_row = Vec::with_capacity(rows.ids.len());
    for (row, id) in rows.ids.into_iter().enumerate() {
        let (center, cell) = (rows.centers.get(row), rows.cells.get(row));
        let unit = *unit_of.entry(id.clone()).or_insert(units.ids.len() as u32);
        unit_of_row.push(unit);
        if unit as usize == units.ids.len() {
            units.ids.push(id);
            units.centers.extend(center);
            units.cells.extend(cell);
        } else if units.centers.get(unit as usize) != center || units.cells.get(unit as usize) != cell {
            return Err(Failure::failed(table.refused(row, "id", "an earlier row has this unit at another place")));
        }
    }
    Ok((units, unit_of_row))
}
