//! The map of silence: its settings as JSON of the manifest, its places as a table. No count of a place stands in either.

use super::STAGE;
use crate::as_text;
use crate::error::Result;
use crate::frame::{Table, TableWriter};
use crate::schema::store::silence;
use hotspot_core::hotspot::engagement::{NamedPlace, SilenceMap};
use hotspot_core::hotspot::silence::SilenceParams;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Everything of a [`SilenceMap`] but its places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AskedOfSilence {
    resolution: u8,
    measures: Vec<String>,
    #[serde(with = "as_text")]
    minimum: f64,
    #[serde(with = "as_text")]
    q: f64,
    #[serde(with = "as_text")]
    level: f64,
    reports: u64,
    tested: u32,
    expecting: u32,
    callable: u32,
}

impl From<&SilenceMap> for AskedOfSilence {
    fn from(map: &SilenceMap) -> Self {
        let SilenceMap { resolution, params: SilenceParams { minimum, q, level }, reports, tested, expecting, callable, .. } = *map;
        Self { resolution, measures: map.measures.clone(), minimum, q, level, reports, tested, expecting, callable }
    }
}

impl AskedOfSilence {
    /// With the places of the table.
    pub(super) fn with(&self, places: Vec<NamedPlace>) -> SilenceMap {
        let Self { resolution, measures, minimum, q, level, reports, tested, expecting, callable } = self.clone();
        let params = SilenceParams { minimum, q, level };
        SilenceMap { resolution, params, measures, reports, tested, expecting, callable, places }
    }
}

pub(super) fn to_parquet(map: &SilenceMap, path: &Path) -> Result<Vec<u8>> {
    TableWriter::new()
        .with(silence::UNIT, map.places.iter().map(|p| &p.unit))
        .with(silence::NAME, map.places.iter().map(|p| &p.name))
        .with_optional(silence::AREA_CODE, map.places.iter().map(|p| p.area_code.as_ref()))
        .with(silence::P, map.places.iter().map(|p| &p.p))
        .with(silence::Q, map.places.iter().map(|p| &p.q))
        .with(silence::REPORTING_LO, map.places.iter().map(|p| &p.reporting[0]))
        .with(silence::REPORTING_HI, map.places.iter().map(|p| &p.reporting[1]))
        .into_parquet(STAGE, path)
}

pub(super) fn from_table(table: &Table) -> Result<Vec<NamedPlace>> {
    let unit = table.column(silence::UNIT)?.into_iter();
    let name = table.column(silence::NAME)?;
    let area_code = table.optional(silence::AREA_CODE)?;
    let p = table.column(silence::P)?;
    let q = table.column(silence::Q)?;
    let lo = table.column(silence::REPORTING_LO)?;
    let hi = table.column(silence::REPORTING_HI)?;
    let rows = unit.zip(name).zip(area_code).enumerate();
    let place = |(row, ((unit, name), area_code))| NamedPlace {
        unit,
        name,
        area_code,
        p: p[row],
        q: q[row],
        reporting: [lo[row], hi[row]],
    };
    Ok(rows.map(place).collect())
}
