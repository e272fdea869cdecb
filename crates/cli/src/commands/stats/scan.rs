//! Scan statistics.

use super::answer::Answer;
use super::computed;
use super::points::MetrePoints;
use super::table::Table;
use crate::args::stats::scan::{ModelArg, RatesArg, ScanArgs};
use crate::failure::{Done, Failure};
use hotspot_core::Month;
use hotspot_core::cluster::scan::{Model, Period, Places, Rates, ScanInput, ScanParams, Stop, scan as scan_of};
use std::collections::HashMap;

/// Steps of time: their names and lengths.
struct Steps {
    names: Vec<String>,
    lengths: Vec<f64>,
    /// Step of each row.
    of_row: Vec<usize>,
}

impl Steps {
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
        let month = |step: i64| Month::from_index(step as u16).filter(|_| months);
        let name = |step: i64| month(step).map_or_else(|| step.to_string(), |m| m.to_string());
        let length = |step: i64| month(step).map_or(1.0, |m| f64::from(m.last_day().day()));
        Ok(Self {
            names: (first..=last).map(name).collect(),
            lengths: (first..=last).map(length).collect(),
            of_row: at.iter().map(|step| (step - first) as usize).collect(),
        })
    }
}

/// `hotspot stats scan`
pub fn scan(args: &ScanArgs) -> Done<Answer> {
    let areas = args.areas.as_deref().map(|path| MetrePoints::read(path, None)).transpose()?;
    let in_time = matches!(args.model, ModelArg::SpaceTimePermutation | ModelArg::SpaceTimePoisson);
    if in_time != args.cases.is_some() {
        return Err(Failure::cannot(
            "--cases goes with the space-time models, and they with it; the others take cases from --areas",
        ));
    }
    if args.model != ModelArg::SpaceTimePermutation && areas.is_none() {
        return Err(Failure::cannot("this model needs a population: give --areas"));
    }
    let (ids, centers, steps, cases) = match (&args.cases, &areas) {
        (None, Some(areas)) => {
            let steps = Steps { names: vec![String::new()], lengths: vec![1.0], of_row: Vec::new() };
            (areas.ids.clone(), areas.places.clone(), steps, areas.table.counts("cases")?)
        }
        (Some(path), Some(areas)) => {
            let table = Table::read(path)?;
            let steps = Steps::read(&table)?;
            let mut cases = vec![0; areas.ids.len() * steps.names.len()];
            let rows = table.rows_in("id", &areas.ids)?;
            for ((row, step), count) in rows.iter().zip(&steps.of_row).zip(table.counts("count")?) {
                cases[*row as usize * steps.names.len() + step] += count;
            }
            (areas.ids.clone(), areas.places.clone(), steps, cases)
        }
        (Some(path), None) => {
            let points = MetrePoints::read(path, None)?;
            let steps = Steps::read(&points.table)?;
            let mut unit_of: HashMap<&str, usize> = HashMap::new();
            let (mut ids, mut centers) = (Vec::new(), Vec::new());
            for (row, (id, place)) in points.ids.iter().zip(&points.places).enumerate() {
                let unit = *unit_of.entry(id).or_insert(ids.len());
                if unit == ids.len() {
                    ids.push(id.clone());
                    centers.push(*place);
                } else if centers[unit] != *place {
                    return Err(Failure::failed(points.table.refused(row, "id", "an earlier row has this unit at another place")));
                }
            }
            let mut cases = vec![0; ids.len() * steps.names.len()];
            for ((id, step), count) in points.ids.iter().zip(&steps.of_row).zip(points.table.counts("count")?) {
                cases[unit_of[id.as_str()] * steps.names.len() + step] += count;
            }
            (ids, centers, steps, cases)
        }
        (None, None) => return Err(Failure::cannot("--areas or --cases is needed")),
    };
    let table = areas.as_ref().map(|a| &a.table);
    let population = match (args.model, table) {
        (ModelArg::Poisson | ModelArg::SpaceTimePoisson, Some(table)) => table.numbers("population")?,
        _ => Vec::new(),
    };
    let persons = match (args.model, table) {
        (ModelArg::Bernoulli, Some(table)) => table.counts("population")?,
        _ => Vec::new(),
    };
    let model = match args.model {
        ModelArg::Poisson | ModelArg::SpaceTimePoisson => Model::Poisson { population: &population },
        ModelArg::Bernoulli => Model::Bernoulli { population: &persons },
        ModelArg::SpaceTimePermutation => Model::SpaceTimePermutation,
    };
    let params = ScanParams {
        rates: match args.rates {
            RatesArg::High => Rates::High,
            RatesArg::Low => Rates::Low,
            RatesArg::Both => Rates::Both,
        },
        max_population: args.max_population,
        period: if args.prospective { Period::Prospective { since: None } } else { Period::default() },
        replicates: args.replicates,
        stop: if args.stop_after == 0 { Stop::Never } else { Stop::Exceedances(args.stop_after) },
        seed: args.seed,
        ..ScanParams::default()
    };
    let places = Places::Circles { centers: &centers, max_radius_m: args.max_radius };
    let found = computed(scan_of(&ScanInput { places, cases: &cases, step_lengths: &steps.lengths, model }, &params))?;
    let members = |units: &[u32]| units.iter().map(|u| ids[*u as usize].as_str()).collect::<Vec<_>>().join(";");
    let clusters = &found.clusters;
    Ok(Answer::new("scan")
        .fact("model", found.model.id())
        .fact("units", ids.len())
        .fact("steps", steps.names.len())
        .fact("cases", found.total)
        .fact("windows", found.windows)
        .fact("replicates", format!("{} of {} made, seed {}", found.inference.replicates(), args.replicates, args.seed))
        .fact("p_gumbel", "extrapolated from the maxima of the replicates")
        .column("rank", clusters.iter().map(|c| c.rank).collect::<Vec<_>>())
        .column("center", clusters.iter().map(|c| ids[c.center as usize].clone()).collect::<Vec<_>>())
        .column("members", clusters.iter().map(|c| members(&c.units)).collect::<Vec<_>>())
        .column("start", clusters.iter().map(|c| steps.names[c.start as usize].clone()).collect::<Vec<_>>())
        .column("end", clusters.iter().map(|c| steps.names[c.end as usize].clone()).collect::<Vec<_>>())
        .column("cases", clusters.iter().map(|c| c.cases).collect::<Vec<_>>())
        .column("expected", clusters.iter().map(|c| c.expected).collect::<Vec<_>>())
        .column("llr", clusters.iter().map(|c| c.llr).collect::<Vec<_>>())
        .column("p", clusters.iter().map(|c| c.p).collect::<Vec<_>>())
        .column("p_gumbel", clusters.iter().map(|c| c.p_gumbel).collect::<Vec<_>>()))
}
