//! The short way from a simulation to facts, without files: for tests, benches and the proof of recovery.

use super::Simulation;
use crate::cube::{Fact, FactKind, Facts, NO_AREA, NO_DAY, NO_HOUR, NO_UNIT};
use crate::error::Result;
use crate::grid::CellGrid;
use crate::hotspot::protection::{NOBODY, People};
use crate::incident::{FlagStatus, Incident, Place, SourceSet};
use crate::month::{Month, day_number};
use jiff::tz::TimeZoneDatabase;
use std::collections::{BTreeMap, HashMap, HashSet};

impl Simulation {
    /// Day of each fact of [`Simulation::facts`], since 1 January 1970 in local time; [`NO_DAY`] where it is not known to the day.
    pub fn days(&self) -> Vec<i32> {
        let zone = TimeZoneDatabase::bundled().get("Europe/London").expect("the bundled time zones have Europe/London");
        let day = |incident: &Incident| incident.occurred.day(&zone).map_or(NO_DAY, day_number);
        self.last_versions().into_iter().map(day).collect()
    }

    /// Who is in each fact of [`Simulation::facts`]: victims, reporters and premises by number.
    pub fn people(&self) -> People {
        let records = self.last_versions();
        let of = |i: &&Incident| [&i.victim, &i.reporter, &i.premises].map(|p| p.as_ref().map(|p| p.0.clone()));
        let mut names: [Vec<String>; 3] = std::array::from_fn(|role| records.iter().filter_map(|i| of(i)[role].clone()).collect());
        for names in &mut names {
            names.sort_unstable();
            names.dedup();
        }
        let mut people = People::default();
        for record in &records {
            let keys = of(record);
            people.push(std::array::from_fn(|role| {
                let row = keys[role].as_ref().and_then(|name| names[role].binary_search(name).ok());
                row.map_or(NOBODY, |row| row as u32)
            }));
        }
        people
    }

    /// Radius in metres within which the true place of each fact of [`Simulation::facts`] lies; 0 where there is no point.
    pub fn radius_m(&self) -> Vec<f32> {
        let radius = |i: &Incident| match &i.place {
            Place::Point { precision, .. } => precision.radius_m() as f32,
            _ => 0.0,
        };
        self.last_versions().into_iter().map(radius).collect()
    }

    /// Recorded offences that tell of each fact of [`Simulation::facts`]: 1, and one for each linked record that is known.
    pub fn offences(&self) -> Vec<u32> {
        let known: HashSet<&str> = self.incidents.iter().map(|i| i.id.0.as_str()).collect();
        let mut also: HashMap<&str, u32> = HashMap::new();
        for link in self.links.iter().filter(|link| known.contains(link.id.0.as_str())) {
            *also.entry(link.same_as.0.as_str()).or_default() += 1;
        }
        self.last_versions().into_iter().map(|i| 1 + also.get(i.id.0.as_str()).copied().unwrap_or(0)).collect()
    }

    /// The latest version of every record that counts, by identifier: without removed flags and linked duplicates.
    fn last_versions(&self) -> Vec<&Incident> {
        // Versions come by day known, so later ones replace earlier ones.
        let latest: BTreeMap<&str, &Incident> = self.incidents.iter().map(|i| (i.id.0.as_str(), i)).collect();
        let joined: HashSet<&str> = self.links.iter().map(|l| l.id.0.as_str()).filter(|id| latest.contains_key(id)).collect();
        latest.into_iter().filter(|(id, i)| i.status != FlagStatus::Removed && !joined.contains(id)).map(|(_, i)| i).collect()
    }

    /// Facts as known on the last day: the latest version of every record, without removed flags, linked records as one
    /// event with all its sources; and the position in metres of each fact, NaN where there is none. Units are rows of the
    /// grid's finest level. Facts have no reporting area here.
    ///
    /// # Errors
    /// [`Error::Projection`](crate::Error::Projection) when a point is too far from the study area.
    pub fn facts(&self, grid: &CellGrid) -> Result<(Facts, Vec<[f64; 2]>)> {
        // Versions come by day known, so later ones replace earlier ones.
        let latest: BTreeMap<&str, &Incident> = self.incidents.iter().map(|i| (i.id.0.as_str(), i)).collect();
        let mut also: HashMap<&str, SourceSet> = HashMap::new();
        for link in &self.links {
            if let Some(duplicate) = latest.get(link.id.0.as_str()) {
                let sources = also.entry(link.same_as.0.as_str()).or_default();
                *sources = sources.union(SourceSet::only(duplicate.source));
            }
        }
        let mut facts = Facts::new(FactKind::Events);
        let mut metres = Vec::new();
        let projection = grid.study_area().projection;
        for incident in self.last_versions() {
            let (unit, at) = match &incident.place {
                Place::Point { location, .. } => {
                    (grid.locate(*location).unwrap_or(NO_UNIT), projection.metres_from_lonlat(*location)?)
                }
                _ => (NO_UNIT, [f64::NAN; 2]),
            };
            let sources = SourceSet::only(incident.source).union(also.get(incident.id.0.as_str()).copied().unwrap_or_default());
            facts.push(Fact {
                unit,
                area: NO_AREA,
                month: incident.occurred.month,
                recorded: incident.recorded_on.and_then(Month::of).unwrap_or(incident.occurred.month),
                strands: incident.strands,
                offence: incident.offence,
                sources,
                status: incident.status,
                setting: incident.setting,
                outcome: incident.outcome,
                hour_of_week: incident.occurred.hour_of_week.unwrap_or(NO_HOUR),
                place: incident.place.kind(),
                count: 1,
            });
            metres.push(at);
        }
        Ok((facts, metres))
    }
}
