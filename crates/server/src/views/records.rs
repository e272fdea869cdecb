//! The records of one hotspot.

use super::{Period, bytes};
use crate::query::strand_name;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::incident::{Occurred, TimePrecision};
use hotspot_core::view::{RecordRow, RecordsView};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

/// The reported records whose points lie in a hotspot. The hotspot counts events, of which several records may tell, and leaves out what hangs on
/// one person: the numbers differ.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name in the answer")]
pub(crate) struct Records<'a> {
    release: &'a str,
    hotspot: &'a str,
    name: &'a str,
    strand: &'static str,
    period: Period,
    /// Events that the hotspot counts.
    n: u32,
    /// The latest first.
    records: Vec<RecordEntry<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RecordEntry<'a> {
    /// Reference at the publisher.
    id: &'a str,
    /// Local date and time, as exactly as it is known.
    #[schema(example = "2026-03-04 14:30")]
    occurred: String,
    /// minute, day, month or interval.
    known_to: &'static str,
    recorded_on: Option<String>,
    offence: &'static str,
    strands: Vec<&'static str>,
    source: &'static str,
    status: &'static str,
    setting: &'static str,
    /// How well its point is known.
    precision: &'static str,
    outcome: &'static str,
}

fn entry<'a>(row: &'a RecordRow, zone: &TimeZone) -> RecordEntry<'a> {
    RecordEntry {
        id: &row.id,
        occurred: when(&row.occurred, zone),
        known_to: row.occurred.precision.id(),
        recorded_on: row.recorded_on.map(|day| day.to_string()),
        offence: row.offence.label(),
        strands: row.strands.iter().map(Strand::label).collect(),
        source: row.source.label(),
        status: row.status.label(),
        setting: row.setting.label(),
        precision: row.precision.label(),
        outcome: row.outcome.label(),
    }
}

fn when(occurred: &Occurred, zone: &TimeZone) -> String {
    let minute = |at| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    match occurred.precision {
        TimePrecision::Minute => minute(occurred.from),
        TimePrecision::Day => zone.to_datetime(occurred.from).date().to_string(),
        TimePrecision::Month => occurred.month.to_string(),
        TimePrecision::Interval => format!("{} to {}", minute(occurred.from), minute(occurred.to)),
    }
}

pub(crate) fn records(release: &str, view: &Released<RecordsView>) -> Vec<u8> {
    let zone = TimeZone::get("Europe/London").expect("the bundled time zone database has London");
    bytes(&Records {
        release,
        hotspot: &view.hotspot,
        name: &view.name,
        strand: strand_name(view.strand),
        period: view.window.into(),
        n: view.n,
        records: view.rows.iter().map(|row| entry(row, &zone)).collect(),
    })
}
