//! Incidents as a file of our own schema.

use super::time::{London, texts};
use crate::error::{Error, Result, Stage};
use crate::schema::input::{Column, INCIDENT};
use hotspot_core::release::DataClass;
use hotspot_core::{Incident, Place};
use std::io::Write;
use std::path::Path;

/// Writes synthetic incidents as CSV of our own schema, labelled by `class = synthetic` in every row.
/// What is written reads back as exactly the same incidents.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_incidents_csv(incidents: &[Incident], out: impl Write) -> Result<()> {
    let fail = |e: csv::Error| Error::source(Stage::Write, Path::new("incidents"), e);
    let london = London::new();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(INCIDENT.iter().map(|c| c.name())).map_err(fail)?;
    let mut record = csv::StringRecord::new();
    for incident in incidents {
        let [from, to] = texts(&incident.occurred, &london);
        record.clear();
        for column in INCIDENT {
            record.push_field(&field(*column, incident, &from, &to));
        }
        writer.write_record(&record).map_err(fail)?;
    }
    writer.flush().map_err(|e| Error::source(Stage::Write, Path::new("incidents"), e))
}

fn field(column: Column, i: &Incident, from: &str, to: &str) -> String {
    let point = if let Place::Point { location, precision } = &i.place { Some((location, precision)) } else { None };
    match column {
        Column::Id => i.id.0.clone(),
        Column::KnownOn => i.known_on.to_string(),
        Column::OccurredFrom => from.to_owned(),
        Column::OccurredTo => to.to_owned(),
        Column::TimePrecision => i.occurred.precision.id().to_owned(),
        Column::RecordedOn => i.recorded_on.map_or_else(String::new, |d| d.to_string()),
        // The shortest digits that read back as the same number.
        Column::Lon => point.map_or_else(String::new, |(p, _)| p.lon.to_string()),
        Column::Lat => point.map_or_else(String::new, |(p, _)| p.lat.to_string()),
        Column::Precision => point.map_or_else(String::new, |(_, precision)| precision.id().to_owned()),
        Column::Place => match i.place {
            Place::Point { .. } => "point",
            Place::Area(_) => "area",
            Place::Online => "online",
            Place::Unknown => "unknown",
        }
        .to_owned(),
        Column::AreaCode => {
            if let Place::Area(code) = &i.place {
                code.0.clone()
            } else {
                String::new()
            }
        }
        Column::Strands => i.strands.iter().map(hotspot_core::Strand::id).collect::<Vec<_>>().join(";"),
        Column::Offence => i.offence.id().to_owned(),
        Column::Source => i.source.id().to_owned(),
        Column::Status => i.status.id().to_owned(),
        Column::Setting => i.setting.id().to_owned(),
        Column::Outcome => i.outcome.id().to_owned(),
        Column::Victim => i.victim.as_ref().map_or_else(String::new, |p| p.0.clone()),
        Column::Reporter => i.reporter.as_ref().map_or_else(String::new, |p| p.0.clone()),
        Column::Premises => i.premises.as_ref().map_or_else(String::new, |p| p.0.clone()),
        Column::Class => DataClass::Synthetic.id().to_owned(),
        Column::Easting | Column::Northing | Column::AreaName | Column::Count => String::new(),
    }
}
