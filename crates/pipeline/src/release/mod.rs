//! Releases on disk: each an immutable folder, published by one rename.
//!
//! ```text
//! releases/2026-10-<digest>/manifest.json      what it is, and the SHA-256 of every other file
//! releases/2026-10-<digest>/facts.parquet      one row an event: no coordinates, identifiers or pseudonyms; which
//!                                              rows are of one victim, by a number that means nothing elsewhere
//! releases/2026-10-<digest>/cells.parquet      units, or areas.parquet with geometry (GeoParquet)
//! releases/2026-10-<digest>/study_area.parquet its polygon (GeoParquet; with cells)
//! releases/2026-10-<digest>/boroughs.parquet   reporting areas
//! releases/2026-10-<digest>/analyses.parquet   one row for all records and one for each strand
//! releases/2026-10-<digest>/hotspots.parquet   hotspots with outline (GeoParquet)
//! releases/2026-10-<digest>/rates.parquet       rates of the hotspots by named denominators
//! releases/2026-10-<digest>/units.parquet       every unit by named denominators: rate, P(above the threshold), rank
//! releases/2026-10-<digest>/ended.parquet      hotspots of the release before that it has not got
//! releases/2026-10-<digest>/silence.parquet    places to engage, without counts
//! releases/2026-10-<digest>/history.parquet    hotspots over the months; attribution, hotspot_excess, events and effects beside it
//! releases/current                             the identifier of the one published last
//! ```
//!
//! The name holds the digest of everything inside: the same input, settings and seed give the same release, whenever and
//! wherever it is made.

mod appraisal;
mod feedback;
mod manifest;
mod silence;
mod tables;
mod time_tables;

use crate::commit::{self, Lock, TEMPORARY};
use crate::error::{Error, Result, Stage};
use crate::frame::Table;
use crate::schema::store::unit;
use h3o::Resolution;
use hotspot_core::Month;
use hotspot_core::areas::AreaLayer;
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::analysis::PastHotspot;
use hotspot_core::hotspot::{Hotspot, StrandAnalysis};
use hotspot_core::projection::Projection;
use hotspot_core::release::{DataClass, Release, Units};
use jiff::civil::Date;
use manifest::{Manifest, Stated};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::time::SystemTime;

const STAGE: Stage = Stage::Release;
/// The pointer to the release published last.
const CURRENT: &str = "current";

const FACTS: &str = "facts.parquet";
const CELLS: &str = "cells.parquet";
const AREAS: &str = "areas.parquet";
const STUDY_AREA: &str = "study_area.parquet";
const BOROUGHS: &str = "boroughs.parquet";
const ANALYSES: &str = "analyses.parquet";
const HOTSPOTS: &str = "hotspots.parquet";
const ENDED: &str = "ended.parquet";
const RATES: &str = "rates.parquet";
const UNITS: &str = "units.parquet";
const SILENCE: &str = "silence.parquet";

/// A release that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its identifier.
    pub id: String,
    /// Whether it was there already: the same input, settings and seed.
    pub already_there: bool,
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.already_there {
            write!(f, "{}: already released, nothing to do", self.id)
        } else {
            write!(f, "{}: released", self.id)
        }
    }
}

/// Writes a release and makes it the current one. Its `id` is not read but made from its content.
///
/// # Errors
/// When the disk refuses. Nothing is published then.
pub fn write_release(releases: &Path, release: &Release) -> Result<Published> {
    let (manifest, files) = contents(release, releases)?;
    let id = manifest.id();
    commit::make_private_folder(STAGE, releases)?;
    // The folder may stand behind a link of the user's.
    let releases = &std::fs::canonicalize(releases).map_err(|e| Error::source(STAGE, releases, e))?;
    let _lock = Lock::exclusive(STAGE, releases)?;
    commit::sweep(STAGE, releases, |_| false)?;
    let folder = releases.join(&id);
    let already_there = folder.exists() && verified(&folder).is_ok_and(|there| there == manifest);
    if !already_there {
        let temporary = releases.join(format!("{TEMPORARY}{id}"));
        commit::make_private_folder(STAGE, &temporary)?;
        for (name, bytes) in &files {
            commit::write_flushed(STAGE, &temporary.join(name), bytes)?;
        }
        commit::write_flushed(STAGE, &temporary.join(manifest::NAME), &manifest.to_bytes())?;
        commit::flush_folder(STAGE, &temporary)?;
        if folder.exists() {
            // Damaged after it was published: what it must be is known to the last bit.
            tracing::warn!(release = id, "the release on disk is damaged; putting it back");
            commit::rename(STAGE, &folder, &releases.join(format!("{TEMPORARY}damaged-{id}")))?;
        }
        commit::rename(STAGE, &temporary, &folder)?;
        commit::sweep(STAGE, releases, |_| false)?;
    }
    if current(releases)?.as_deref() != Some(&id) {
        commit::write_file(STAGE, releases, CURRENT, format!("{id}\n").as_bytes())?;
    }
    Ok(Published { id, already_there })
}

/// Reads a release, or with `None` the current one, after comparing every file with its SHA-256.
///
/// # Errors
/// When there is no such release, or a file of it is missing or damaged.
pub fn read_release(releases: &Path, id: Option<&str>) -> Result<Release> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => current(releases)?
            .ok_or_else(|| Error::refused(STAGE, releases, "there is no release here; hotspot analyse makes one"))?,
    };
    if !is_id(&id) {
        return Err(Error::refused(STAGE, releases, "not the identifier of a release; write it as YYYY-MM-xxxxxxxxxxxx"));
    }
    let folder = releases.join(&id);
    let manifest = Manifest::load(&folder)?.ok_or_else(|| Error::refused(STAGE, &folder, "there is no release of this name"))?;
    if manifest.id() != id {
        return Err(Error::refused(STAGE, &folder, "the folder holds a release of another name"));
    }
    let open = |name: &str| open(&folder, &manifest, name);
    let units = match &manifest.units {
        manifest::Units::Cells { finest, coarsest, cells, name, plane } => {
            let polygon = tables::study_area_from_table(&open(STUDY_AREA)?)?;
            let area = StudyArea { name: name.clone(), polygon, projection: Projection::from(plane) };
            let resolution = |r: u8| Resolution::try_from(r).map_err(|e| Error::source(STAGE, &folder, e));
            let grid = CellGrid::cover(area, resolution(*finest)?, resolution(*coarsest)?)
                .map_err(|e| Error::source(STAGE, &folder, e))?;
            let stored = open(CELLS)?.column(unit::H3)?;
            if stored.len() as u64 != *cells || stored != grid.finest().cells() {
                let what = "the cells of the release are not those that this program makes of its study area; analyse again";
                return Err(Error::refused(STAGE, &folder.join(CELLS), what));
            }
            Units::Cells(grid)
        }
        manifest::Units::Areas { areas, name } => {
            let outlines = tables::areas_from_table(&open(AREAS)?)?;
            let layer = AreaLayer::new(name.clone(), outlines).map_err(|e| Error::source(STAGE, &folder.join(AREAS), e))?;
            if layer.len() as u64 != *areas {
                return Err(Error::refused(
                    STAGE,
                    &folder.join(AREAS),
                    "the number of areas is not the one that the manifest states",
                ));
            }
            Units::Areas(layer)
        }
    };
    let Stated {
        month,
        window,
        months,
        as_known_on,
        class,
        licence,
        study_area,
        reference,
        rule,
        resolution,
        reconciliation,
        outside,
        person_check,
        robustness,
        evidence,
        mut denominators,
        feedback,
        breaks,
        provenance,
        facts,
    } = manifest.stated().ok_or_else(|| {
        Error::refused(STAGE, &folder, "a range of months ends before it starts, or a word is none of this program's")
    })?;
    let mut analyses = tables::analyses_from_table(&open(ANALYSES)?)?;
    tables::hotspots_from_table(&open(HOTSPOTS)?, &mut analyses)?;
    tables::ended_from_table(&open(ENDED)?, &mut analyses)?;
    appraisal::place_rates_from_table(&open(RATES)?, &mut analyses)?;
    let unit_rates = appraisal::unit_rates_from_table(&open(UNITS)?, &mut denominators)?;
    let silence = manifest.silence.with(silence::from_table(&open(SILENCE)?)?);
    let over_time = time_tables::from_tables(open, &analyses)?;
    let facts = tables::facts_from_table(&open(FACTS)?, facts)?;
    let areas = tables::reporting_from_table(&open(BOROUGHS)?)?;
    Ok(Release {
        id,
        month,
        window,
        months,
        as_known_on,
        class,
        licence,
        study_area,
        reference,
        rule,
        resolution,
        reconciliation,
        outside,
        person_check,
        robustness,
        evidence,
        denominators,
        unit_rates,
        units,
        areas,
        facts,
        analyses,
        silence,
        feedback,
        over_time,
        breaks,
        provenance,
    })
}

/// The tables of a release as files: Parquet, with the manifest that names them. Without that of single events, which is for programs that
/// read releases.
///
/// # Errors
/// When there is no such release, or a file of it cannot be read.
pub fn release_tables(releases: &Path, id: &str) -> Result<Vec<(String, Vec<u8>)>> {
    if !is_id(id) {
        return Err(Error::refused(STAGE, releases, "not the identifier of a release; write it as YYYY-MM-xxxxxxxxxxxx"));
    }
    let folder = releases.join(id);
    let mut files = commit::entries(STAGE, &folder)?;
    files.retain(|(name, _)| name == manifest::NAME || (name.ends_with(".parquet") && name != FACTS));
    files.sort();
    let read = |path: &Path| std::fs::read(path).map_err(|error| Error::source(STAGE, path, error));
    files.into_iter().map(|(name, path)| Ok((name, read(&path)?))).collect()
}

/// Identifiers of the releases that are there, newest first: by month, then by the day of knowledge, then by the time of
/// publication. A folder without a sound manifest is not a release.
///
/// # Errors
/// When the folder cannot be read. No folder is no release.
pub fn list_releases(releases: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, path) in commit::entries(STAGE, releases)? {
        if !is_id(&name) {
            continue;
        }
        match Manifest::load(&path) {
            Ok(Some(manifest)) if manifest.id() == name => {
                let published = path.join(manifest::NAME).metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                found.push((manifest.age(), published, name));
            }
            Ok(_) => tracing::warn!(folder = %path.display(), "not a release: its manifest is missing or of another"),
            Err(e) => tracing::warn!(error = %e, "not a release"),
        }
    }
    found.sort();
    Ok(found.into_iter().rev().map(|(.., name)| name).collect())
}

/// Identifiers of the releases that were made from any of these inputs (SHA-256), newest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn made_from(releases: &Path, inputs: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut found = list_releases(releases)?;
    let mut manifests = BTreeMap::new();
    for id in &found {
        if let Some(stated) = Manifest::load(&releases.join(id))?.and_then(|manifest| manifest.stated()) {
            manifests.insert(id.clone(), stated.provenance.inputs);
        }
    }
    found.retain(|id| manifests.get(id).is_some_and(|made| made.iter().any(|(_, sha256)| inputs.contains(sha256))));
    Ok(found)
}

/// The hotspots of the newest release of a month that was made from some of these inputs (SHA-256) and knew no more than was known on a day, with
/// its identifier; `None` when there is none.
///
/// # Errors
/// When a file of that release is missing or damaged.
pub fn hotspots_of(
    releases: &Path,
    month: Month,
    class: DataClass,
    known_on: Date,
    inputs: &[(String, String)],
) -> Result<Option<(String, Vec<StrandAnalysis>)>> {
    for id in list_releases(releases)? {
        let folder = releases.join(&id);
        let Some(manifest) = Manifest::load(&folder)? else { continue };
        let Some(stated) = manifest.stated() else { continue };
        let ours = |(_, sha256): &(String, String)| inputs.iter().any(|(_, known)| known == sha256);
        if stated.month != month
            || stated.class != class
            || stated.as_known_on > known_on
            || !stated.provenance.inputs.iter().any(ours)
        {
            continue;
        }
        let open = |name: &str| open(&folder, &manifest, name);
        let mut analyses = tables::analyses_from_table(&open(ANALYSES)?)?;
        tables::hotspots_from_table(&open(HOTSPOTS)?, &mut analyses)?;
        tables::ended_from_table(&open(ENDED)?, &mut analyses)?;
        return Ok(Some((id, analyses)));
    }
    Ok(None)
}

/// The release whose hotspots the next one goes on from, and those hotspots: the newest of an earlier month with the same study area,
/// class, kind of units and resolution. `None` when there is none.
///
/// # Errors
/// When a file of that release is missing or damaged.
pub fn hotspots_before(releases: &Path, next: &Next<'_>) -> Result<Option<(String, Vec<PastHotspot>)>> {
    for id in list_releases(releases)? {
        let folder = releases.join(&id);
        let Some(manifest) = Manifest::load(&folder)? else { continue };
        let Some(stated) = manifest.stated() else { continue };
        let like = stated.month < next.month
            && stated.study_area == next.study_area
            && stated.class == next.class
            && stated.resolution == next.resolution;
        if !like {
            continue;
        }
        let open = |name: &str| open(&folder, &manifest, name);
        let names: Vec<String> = match &manifest.units {
            manifest::Units::Cells { .. } => {
                let wanted = Resolution::try_from(stated.resolution).map_err(|e| Error::source(STAGE, &folder, e))?;
                let mut cells: Vec<_> = open(CELLS)?.column(unit::H3)?.iter().filter_map(|cell| cell.parent(wanted)).collect();
                cells.sort_unstable();
                cells.dedup();
                cells.iter().map(ToString::to_string).collect()
            }
            manifest::Units::Areas { .. } => open(AREAS)?.column(unit::CODE)?,
        };
        let mut analyses = tables::analyses_from_table(&open(ANALYSES)?)?;
        tables::hotspots_from_table(&open(HOTSPOTS)?, &mut analyses)?;
        let past = |strand, hotspot: Hotspot| PastHotspot {
            strand,
            id: hotspot.identity.id,
            first_seen: hotspot.identity.first_seen,
            name: hotspot.name,
            n: hotspot.n,
            units: hotspot.units.iter().filter_map(|row| names.get(*row as usize).cloned()).collect(),
        };
        let all = analyses.into_iter().flat_map(|a| a.hotspots.into_iter().map(move |h| past(a.strand, h))).collect();
        return Ok(Some((id, all)));
    }
    Ok(None)
}

/// What a release must have in common with the one that it goes on from.
#[derive(Debug, Clone, Copy)]
pub struct Next<'a> {
    /// Its month.
    pub month: Month,
    /// Name of its study area.
    pub study_area: &'a str,
    /// Class of its store.
    pub class: DataClass,
    /// Resolution of its hotspots; 0 for areas.
    pub resolution: u8,
}

/// The identifier of the release published last; `None` before the first.
///
/// # Errors
/// When the pointer cannot be read, or is not the name of a release.
pub fn current(releases: &Path) -> Result<Option<String>> {
    let path = releases.join(CURRENT);
    let Some(bytes) = commit::read_optional(STAGE, &path)? else { return Ok(None) };
    let id = String::from_utf8(bytes).ok().map(|text| text.trim_end().to_owned()).filter(|id| is_id(id));
    id.map(Some).ok_or_else(|| Error::refused(STAGE, &path, "the pointer to the current release is damaged"))
}

/// Compares every file of a release with its SHA-256.
///
/// # Errors
/// The first file that is missing or damaged.
pub fn verify_release(releases: &Path, id: &str) -> Result<()> {
    if !is_id(id) {
        return Err(Error::refused(STAGE, releases, "not the identifier of a release; write it as YYYY-MM-xxxxxxxxxxxx"));
    }
    verified(&releases.join(id)).map(|_| ())
}

/// `2026-10-` and twelve hex digits; nothing else may become part of a path.
fn is_id(text: &str) -> bool {
    text.split_at_checked(8).is_some_and(|(month, digest)| {
        month.strip_suffix('-').is_some_and(|m| m.parse::<Month>().is_ok())
            && digest.len() == 12
            && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn verified(folder: &Path) -> Result<Manifest> {
    let manifest = Manifest::load(folder)?.ok_or_else(|| Error::refused(STAGE, folder, "there is no release of this name"))?;
    for (name, sha256) in &manifest.files {
        commit::read_verified(STAGE, &folder.join(name), sha256)?;
    }
    Ok(manifest)
}

fn open(folder: &Path, manifest: &Manifest, name: &str) -> Result<Table> {
    let path = folder.join(name);
    let sha256 = manifest.files.get(name).ok_or_else(|| Error::refused(STAGE, &path, "the manifest does not name the file"))?;
    Table::from_parquet(STAGE, &path, commit::read_verified(STAGE, &path, sha256)?, &[])
}

/// The manifest and every other file of a release.
fn contents(release: &Release, path: &Path) -> Result<(Manifest, BTreeMap<&'static str, Vec<u8>>)> {
    let mut files = BTreeMap::new();
    let units = match &release.units {
        Units::Cells(grid) => {
            let area = grid.study_area();
            files.insert(CELLS, tables::cells_to_parquet(grid.finest(), path)?);
            files.insert(STUDY_AREA, tables::study_area_to_parquet(&area.name, &area.polygon, path)?);
            let coarsest = grid.levels().last().map_or(grid.finest().resolution(), hotspot_core::grid::GridLevel::resolution);
            manifest::Units::Cells {
                finest: u8::from(grid.finest().resolution()),
                coarsest: u8::from(coarsest),
                cells: grid.finest().len() as u64,
                name: area.name.clone(),
                plane: area.projection.into(),
            }
        }
        Units::Areas(layer) => {
            files.insert(AREAS, tables::areas_to_parquet(layer, path)?);
            manifest::Units::Areas { areas: layer.len() as u64, name: layer.name().to_owned() }
        }
    };
    files.insert(FACTS, tables::facts_to_parquet(&release.facts, path)?);
    files.insert(BOROUGHS, tables::reporting_to_parquet(&release.areas, path)?);
    files.insert(ANALYSES, tables::analyses_to_parquet(&release.analyses, path)?);
    files.insert(HOTSPOTS, tables::hotspots_to_parquet(&release.analyses, path)?);
    files.insert(ENDED, tables::ended_to_parquet(&release.analyses, path)?);
    files.insert(RATES, appraisal::place_rates_to_parquet(release, path)?);
    files.insert(UNITS, appraisal::unit_rates_to_parquet(release, path)?);
    files.insert(SILENCE, silence::to_parquet(&release.silence, path)?);
    files.extend(time_tables::to_parquet(&release.over_time, path)?);
    let digests = files.iter().map(|(name, bytes)| ((*name).to_owned(), commit::sha256_hex(bytes))).collect();
    Ok((Manifest::of(release, units, digests), files))
}
