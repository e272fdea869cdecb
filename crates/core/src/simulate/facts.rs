//! The short way from a simulation to facts, without files: for tests, benches and the proof of recovery.

use super::Simulation;
use crate::cube::{Fact, FactKind, Facts, NO_AREA, NO_DAY, NO_HOUR, NO_UNIT};
use crate::error::Result;
use crate::grid::CellGrid;
use crate::incident::{FlagStatus, Incident, Place, SourceSet, TimePrecision};
use crate::month::{Month, day_number};
use jiff::tz::TimeZoneDatabase;
use std::collections::{BTreeMap, HashMap, HashSet};

impl Simulation {
    /// Day of each fact of [`Simulation::facts`], since 1 January 1970 in local time; [`NO_DAY`] where it is not known to the day.
    pub fn days(&self) -> Vec<i32> {
        let zone = TimeZoneDatabase::bundled().get("Europe/London").expect("the bundled time zones have Europe/London");
        let day = |incident: &Incident| match incident.occurred.precision {
            TimePrecision::Minute | TimePrecision::Day => day_number(zone.to_datetime(incident.occurred.from).date()),
            _ => NO_DAY,
        };
        self.last_versions().into_iter().map(day).collect()
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
