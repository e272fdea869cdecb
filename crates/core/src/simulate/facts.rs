//! The short way from a simulation to facts, without files: for tests, benches and the proof of recovery.

use super::Simulation;
use crate::cube::{Fact, FactKind, Facts, NO_AREA, NO_HOUR, NO_UNIT};
use crate::error::Result;
use crate::grid::CellGrid;
use crate::incident::{FlagStatus, Incident, Place, SourceSet};
use crate::month::Month;
use std::collections::{BTreeMap, HashMap};

impl Simulation {
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
        let mut joined: HashMap<&str, &str> = HashMap::new();
        for link in &self.links {
            if let Some(duplicate) = latest.get(link.id.0.as_str()) {
                let sources = also.entry(link.same_as.0.as_str()).or_default();
                *sources = sources.union(SourceSet::only(duplicate.source));
                joined.insert(link.id.0.as_str(), link.same_as.0.as_str());
            }
        }
        let mut facts = Facts::new(FactKind::Events);
        let mut metres = Vec::new();
        let projection = grid.study_area().projection;
        for (id, incident) in latest {
            if incident.status == FlagStatus::Removed || joined.contains_key(id) {
                continue;
            }
            let (unit, at) = match &incident.place {
                Place::Point { location, .. } => {
                    (grid.locate(*location).unwrap_or(NO_UNIT), projection.metres_from_lonlat(*location)?)
                }
                _ => (NO_UNIT, [f64::NAN; 2]),
            };
            let sources = SourceSet::only(incident.source).union(also.get(id).copied().unwrap_or_default());
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
