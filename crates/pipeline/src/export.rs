//! What an agreement gives, as a folder of files: each says under which agreement, to whom, until when, of what, and what may not be done.
//!
//! ```text
//! out/manifest.json     what it is, and the SHA-256 of every other file
//! out/areas.csv         areas by quarter and year          out/areas.geojson   their outlines
//! out/boroughs.csv      boroughs by quarter and year       out/hotspots.json   hotspots as objects
//! ```
//!
//! The same release under the same agreement gives the same bytes, but for the number of the export and its day. The folder appears whole or
//! not at all, and only when [`Export::publish`] is called: what must be on record before is recorded between.

use crate::commit::{self, TEMPORARY, sha256_hex};
use crate::error::{Error, Result, Stage};
use crate::protected::{figure_file, outline_file};
use crate::schema::protected as column;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::agreement::{Agreement, CONDITION, Field, Product};
use hotspot_core::disclosure::products::{PartnerView, ProductHotspot};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STAGE: Stage = Stage::Agreement;
const MANIFEST: &str = "manifest.json";
/// Layout. Another number means another program.
const FORMAT: u32 = 1;

/// Under what something is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The agreement.
    pub agreement: &'a Agreement,
    /// SHA-256 of its text.
    pub sha256: &'a str,
    /// Number of the export.
    pub export: u64,
    /// The day.
    pub on: Date,
}

impl Given<'_> {
    /// The last day on which it may be kept.
    pub fn keep_until(&self) -> Date {
        self.agreement.keep_until(self.on)
    }

    /// What stands in every file, by column.
    pub(crate) fn mark(&self, view: &PartnerView) -> [(&'static str, String); 8] {
        [
            (column::AGREEMENT, self.agreement.id.clone()),
            (column::RECIPIENT, self.agreement.recipient.clone()),
            (column::EXPORT, self.export.to_string()),
            (column::KEEP_UNTIL, self.keep_until().to_string()),
            (column::RELEASE, view.origin.release.clone()),
            (column::CLASS, view.origin.class.to_string()),
            (column::POLICY, view.origin.policy.clone()),
            (column::CONDITION, CONDITION.to_owned()),
        ]
    }
}

#[derive(Debug, Serialize)]
struct Manifest<'a> {
    format: u32,
    mark: BTreeMap<&'static str, String>,
    agreement_sha256: &'a str,
    purpose: &'a str,
    given_on: String,
    as_known_on: String,
    /// First and last of the months in which hotspots are counted.
    counted: Option<[String; 2]>,
    products: Vec<&'static str>,
    fields: Vec<&'static str>,
    boroughs: Vec<&'a str>,
    /// Counts below are not given, and have one sign with those that are hidden: [c], in JSON null.
    least: u32,
    /// Counts are rounded to the nearest multiple.
    rounded_to: u32,
    rows: usize,
    files: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct HotspotFile {
    mark: BTreeMap<&'static str, String>,
    counted: Option<[String; 2]>,
    hotspots: Vec<BTreeMap<&'static str, serde_json::Value>>,
}

/// A folder that is written and not there yet; given up when it is dropped.
#[derive(Debug)]
pub struct Export {
    temporary: PathBuf,
    out: PathBuf,
    manifest: String,
    published: bool,
}

impl Export {
    /// Refuses a place where something stands, or that has no folder around it.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn may_stand_at(out: &Path) -> Result<()> {
        place(out).map(|_| ())
    }

    /// Writes everything aside, beside the folder where it will stand.
    ///
    /// # Errors
    /// When something stands there already, or the disk refuses.
    pub fn prepare(out: &Path, view: &Released<PartnerView>, given: &Given<'_>) -> Result<Self> {
        let (folder, name) = place(out)?;
        let (manifest, files) = contents(view, given);
        let temporary = folder.join(format!("{TEMPORARY}{name}-{}", std::process::id()));
        commit::make_private_folder(STAGE, &temporary)?;
        let export = Self { out: folder.join(name), temporary, manifest, published: false };
        for (file, bytes) in &files {
            commit::write_flushed(STAGE, &export.temporary.join(file), bytes)?;
        }
        commit::write_flushed(STAGE, &export.temporary.join(MANIFEST), export.manifest.as_bytes())?;
        commit::flush_folder(STAGE, &export.temporary)?;
        Ok(export)
    }

    /// The manifest as it stands in its file.
    pub fn manifest(&self) -> &str {
        &self.manifest
    }

    /// Lets the folder appear.
    ///
    /// # Errors
    /// When something stands there by now, or the disk refuses: nothing has appeared then.
    pub fn publish(mut self) -> Result<()> {
        free(&self.out)?;
        if let Err(error) = commit::rename(STAGE, &self.temporary, &self.out) {
            if !self.temporary.exists() {
                // It was moved, and is not known to last: what is told not to be given may not stand there.
                let _ = std::fs::rename(&self.out, &self.temporary);
            }
            return Err(error);
        }
        self.published = true;
        Ok(())
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if !self.published {
            // Nobody was given it; that it cannot be removed changes nothing about why it is not published.
            let _ = std::fs::remove_dir_all(&self.temporary);
        }
    }
}

/// The folder in which another is to stand, and its name.
fn place(out: &Path) -> Result<(PathBuf, String)> {
    let name =
        out.file_name().and_then(|n| n.to_str()).ok_or_else(|| Error::refused(STAGE, out, "must be the name of a folder"))?;
    let parent = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let folder = std::fs::canonicalize(parent).map_err(|e| Error::source(STAGE, parent, e))?;
    free(&folder.join(name))?;
    Ok((folder, name.to_owned()))
}

/// Refuses a place where something stands, also a link that leads nowhere.
fn free(out: &Path) -> Result<()> {
    match std::fs::symlink_metadata(out) {
        Ok(_) => Err(Error::refused(STAGE, out, "something stands there already; what was given is not overwritten")),
        Err(_) => Ok(()),
    }
}

fn contents(view: &PartnerView, given: &Given<'_>) -> (String, BTreeMap<&'static str, Vec<u8>>) {
    let mark = given.mark(view);
    let counted = view.origin.counted.map(|c| [c.from().to_string(), c.to().to_string()]);
    let of_area: BTreeMap<&str, &str> = view.areas.iter().map(|a| (a.code.as_str(), a.borough.as_str())).collect();
    let borough = |place: &str| {
        let code = of_area.get(place).copied().unwrap_or(place);
        view.boroughs.iter().find(|(_, own)| own == code).map_or("", |(name, _)| name.as_str())
    };
    let mut files = BTreeMap::new();
    if view.has(Product::Areas) {
        files.insert("areas.csv", figure_file(&view.area_figures, borough, &mark));
        if view.gives(Field::Outlines) {
            files.insert("areas.geojson", outline_file(&view.areas, &mark));
        }
    }
    if view.has(Product::Boroughs) {
        files.insert("boroughs.csv", figure_file(&view.borough_figures, borough, &mark));
    }
    if view.has(Product::Hotspots) {
        let hotspots = view.hotspots.iter().map(|h| hotspot(view, h)).collect();
        files.insert(
            "hotspots.json",
            json(&HotspotFile { mark: mark.clone().into(), counted: counted.clone(), hotspots }).into_bytes(),
        );
    }
    let manifest = Manifest {
        format: FORMAT,
        mark: mark.into(),
        agreement_sha256: given.sha256,
        purpose: &given.agreement.purpose,
        given_on: given.on.to_string(),
        as_known_on: view.origin.as_known_on.to_string(),
        counted,
        products: view.terms.products.iter().map(|p| p.id()).collect(),
        fields: view.terms.fields.iter().map(|f| f.id()).collect(),
        boroughs: view.boroughs.iter().map(|(_, code)| code.as_str()).collect(),
        least: view.least,
        rounded_to: view.base,
        rows: view.rows(),
        files: files.iter().map(|(name, bytes)| (*name, sha256_hex(bytes))).collect(),
    };
    (json(&manifest), files)
}

/// A hotspot with the fields that are given.
fn hotspot(view: &PartnerView, h: &ProductHotspot) -> BTreeMap<&'static str, serde_json::Value> {
    let mut entry = BTreeMap::from([
        (column::ID, h.id.as_str().into()),
        (column::STRAND, h.strand.map_or("all", Strand::id).into()),
        (column::NAME, h.name.as_str().into()),
        (column::BOROUGH, h.borough.as_str().into()),
        (column::AREAS, h.areas.clone().into()),
    ]);
    if view.gives(if h.strand.is_none() { Field::Incidents } else { Field::Strands }) {
        entry.insert(column::INCIDENTS, h.n.into());
    }
    entry.extend(h.evidence.map(|e| (column::EVIDENCE, e.id().into())));
    entry.extend(h.change.map(|c| (column::CHANGE, c.id().into())));
    entry
}

fn json(shape: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(shape).expect("these shapes have text keys and no failing part");
    text.push('\n');
    text
}
