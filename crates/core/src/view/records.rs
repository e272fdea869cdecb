//! The records of one hotspot, for analysts.

use crate::hotspot::Hotspot;
use crate::incident::{FlagStatus, Incident, Occurred, Offence, Outcome, Place, Precision, Setting, Source, SourceSet, StrandSet};
use crate::release::Release;
use crate::{MonthRange, Strand};
use jiff::civil::Date;

/// One record. It has no place finer than the hotspot that it is listed under, and no person.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// Reference of the record at its publisher.
    pub id: String,
    /// When it happened.
    pub occurred: Occurred,
    /// The day of recording, if given.
    pub recorded_on: Option<Date>,
    /// Strands.
    pub strands: StrandSet,
    /// Group of offence.
    pub offence: Offence,
    /// Who brought it about.
    pub source: Source,
    /// How firm the flag is.
    pub status: FlagStatus,
    /// Kind of place.
    pub setting: Setting,
    /// How well its point is known.
    pub precision: Precision,
    /// Where the investigation stands.
    pub outcome: Outcome,
}

/// The reported records of a hotspot's strand and window whose points lie in its units.
///
/// These are records and the hotspot counts events: several records of one event are listed each. Records that no place may rest on, since
/// they hang on one person, are listed too: they are in no hotspot's count, and an analyst has to know of them.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordsView {
    /// Identifier of the hotspot.
    pub hotspot: String,
    /// Its name.
    pub name: String,
    /// Its strand; `None` for all records.
    pub strand: Option<Strand>,
    /// Months.
    pub window: MonthRange,
    /// Events that the hotspot counts.
    pub n: u32,
    /// The records, the latest first, then by reference.
    pub rows: Vec<RecordRow>,
}

impl RecordsView {
    /// Takes those of the hotspot out of all records that were known when the release was made; `None` when there is no such hotspot.
    pub fn of(release: &Release, id: &str, incidents: &[Incident]) -> Option<Self> {
        let (strand, hotspot) = release
            .analyses
            .iter()
            .find_map(|analysis| Some((analysis.strand, analysis.hotspots.iter().find(|h| h.identity.id == id)?)))?;
        let mut rows: Vec<RecordRow> = incidents.iter().filter_map(|incident| row(release, strand, hotspot, incident)).collect();
        rows.sort_by(|a, b| b.occurred.from.cmp(&a.occurred.from).then_with(|| a.id.cmp(&b.id)));
        Some(Self { hotspot: id.to_owned(), name: hotspot.name.clone(), strand, window: release.window, n: hotspot.n, rows })
    }
}

fn row(release: &Release, strand: Option<Strand>, hotspot: &Hotspot, incident: &Incident) -> Option<RecordRow> {
    let Place::Point { location, precision } = incident.place else { return None };
    let counted = incident.status != FlagStatus::Removed
        && release.window.contains(incident.occurred.month)
        && SourceSet::REPORTED.contains(incident.source)
        && strand.is_none_or(|strand| incident.strands.contains(strand));
    let unit = counted.then(|| release.units.locate(location)).flatten()?;
    let own = release.units.level(release.resolution)?.row_of(unit)?;
    hotspot.units.binary_search(&own).ok()?;
    Some(RecordRow {
        id: incident.id.0.clone(),
        occurred: incident.occurred,
        recorded_on: incident.recorded_on,
        strands: incident.strands,
        offence: incident.offence,
        source: incident.source,
        status: incident.status,
        setting: incident.setting,
        precision,
        outcome: incident.outcome,
    })
}
