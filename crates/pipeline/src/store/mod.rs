//! The store: an append-only folder of batches from which every earlier state of knowledge can be rebuilt.
//!
//! ```text
//! store/manifest.json          what the store holds; replaced in one step, and by nothing else does anything enter
//! store/data/<sha256>.parquet  rows of one input file, or links; never rewritten, but for what is disposed of
//! store/.lock                  held by the one writer
//! ```
//!
//! Two times are kept apart: when something happened, and on which day it became known. A record whose content changes
//! gets a further version; the state as known on a day is, for each identifier, the last version not after it. A flag that
//! is taken off is a version too (`FlagStatus::Removed`): it leaves the counts from then on, and stays accounted for.
//!
//! Records past their date are the one exception: [`Store::dispose`] takes every version of them out, so that earlier states are rebuilt
//! without them too; the manifest keeps how many rows went, by which rule, and when.
//!
//! Exact as long as the versions of a record come in by their day of knowledge. A version that comes in late and repeats
//! the one before it adds nothing, as any other does.

mod manifest;
mod retention;
mod table;
mod versions;

use crate::batch::{AreaCount, Batch, Records};
use crate::commit::{self, Lock};
use crate::error::{Error, Result, Stage};
use crate::frame::Table;
use crate::links::{Link, LinkFile};
use crate::schema::store as schema;
use hotspot_core::Incident;
use hotspot_core::cube::FactKind;
use hotspot_core::release::{DataClass, Reconciliation};
use jiff::civil::Date;
use manifest::{BatchEntry, DataFile, Days, Kind, LinksEntry, Manifest};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use versions::{Selection, Version};

pub use retention::{Disposed, PastRecord, RetentionRules};

/// Folder of the data files.
const DATA: &str = "data";

/// A store, as it was when it was opened; what other programs add later is not seen.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// What the caller says of the store, to be agreed with what it says of itself.
    asked_class: Option<DataClass>,
    asked_licence: Option<String>,
    manifest: Option<Manifest>,
}

/// One input file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How it was laid out.
    pub format: String,
    /// The study area that was applied.
    pub study_area: String,
    /// The day on which it was ingested.
    pub ingested_on: Date,
    /// First and last day on which its rows became known.
    pub known_on: Option<[Date; 2]>,
    /// Account of every row.
    pub reconciliation: Reconciliation,
    /// Refused rows by rule.
    pub by_rule: BTreeMap<String, u64>,
    /// Accepted rows that were added and are still there.
    pub added: u64,
    /// Accepted rows that repeated what was known.
    pub already_known: u64,
    /// Rows that were added and disposed of since; they are not among those added.
    pub disposed: u64,
}

impl StoredBatch {
    /// Whether something of it was known on a day. A file of which no row was accepted became known when it was ingested.
    pub fn was_known_on(&self, day: Date) -> bool {
        self.known_on.map_or(self.ingested_on, |[first, _]| first) <= day
    }
}

/// One file of links in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLinks {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The day on which it was ingested.
    pub ingested_on: Date,
    /// First day on which one of its links became known; `None` when it has none.
    pub known_from: Option<Date>,
    /// Number of links.
    pub links: u64,
}

/// What became of one input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutcome {
    /// The very same file is in the store: nothing was added.
    SameFile,
    /// It was read in.
    Added {
        /// Rows of records that were not known.
        new_records: u64,
        /// Rows that say something new of a known record.
        new_versions: u64,
        /// Rows that repeat what was known.
        already_known: u64,
    },
}

/// One input file and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendedBatch {
    /// Name of the file, without its folder.
    pub file: String,
    /// What became of it.
    pub outcome: BatchOutcome,
}

impl fmt::Display for AppendedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            BatchOutcome::SameFile => write!(f, "{}: already known, the same file is in the store; nothing added", self.file),
            BatchOutcome::Added { new_records, new_versions, already_known } => write!(
                f,
                "{}: {new_records} new records, {new_versions} new versions of known ones, {already_known} already known",
                self.file
            ),
        }
    }
}

/// What an append did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Appended {
    /// For each input file, in order.
    pub batches: Vec<AppendedBatch>,
    /// Links added; `None` when none were given or the same file of links is in the store.
    pub links: Option<u64>,
}

impl Appended {
    /// Rows added.
    pub fn added(&self) -> u64 {
        self.sum(|new_records, new_versions, _| new_records + new_versions)
    }

    /// Rows that repeated what was known.
    pub fn already_known(&self) -> u64 {
        self.sum(|_, _, already_known| already_known)
    }

    /// Files that were in the store already.
    pub fn same_files(&self) -> usize {
        self.batches.iter().filter(|b| b.outcome == BatchOutcome::SameFile).count()
    }

    fn sum(&self, of: impl Fn(u64, u64, u64) -> u64) -> u64 {
        self.batches
            .iter()
            .map(|b| match b.outcome {
                BatchOutcome::SameFile => 0,
                BatchOutcome::Added { new_records, new_versions, already_known } => of(new_records, new_versions, already_known),
            })
            .sum()
    }
}

/// What [`Store::verify`] looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Data files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
}

/// Every record of a store as known on a day, and the account of the rows that do not speak.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State<T> {
    /// Records in force, those removed included, in the order in which they came in.
    pub(crate) records: Vec<T>,
    pub(crate) superseded: u64,
    pub(crate) not_yet_known: u64,
}

impl Store {
    /// Opens the store in `folder`, or prepares one that the first [`Store::append`] makes. Nothing is written here.
    ///
    /// # Errors
    /// When class or licence are not those of the store that is there, when an open store is asked for without a licence
    /// text, when the folder holds something else, or when the store is damaged.
    pub fn create_or_open(folder: &Path, class: Option<DataClass>, licence: Option<&str>) -> Result<Self> {
        let licence = licence.map(str::trim).filter(|text| !text.is_empty());
        let store = Self {
            folder: folder.to_owned(),
            asked_class: class,
            asked_licence: licence.map(str::to_owned),
            manifest: Manifest::load(folder)?,
        };
        store.agree_with_caller()?;
        if store.manifest.is_none() {
            if class == Some(DataClass::Open) && licence.is_none() {
                return Err(store.refused("an open store needs the text of its licence: give --licence"));
            }
            let ours = |name: &str| name == DATA || name == ".lock" || name.starts_with(commit::TEMPORARY);
            if commit::entries(Stage::Store, folder)?.iter().any(|(name, _)| !ours(name)) {
                return Err(store.refused("the folder holds other files and no store; name an empty or new folder"));
            }
        }
        Ok(store)
    }

    /// Opens the store in `folder`.
    ///
    /// # Errors
    /// When there is none, or its manifest is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        let manifest = Manifest::load(folder)?
            .ok_or_else(|| Error::refused(Stage::Store, folder, "there is no store here; hotspot ingest makes one"))?;
        Ok(Self { folder: folder.to_owned(), asked_class: None, asked_licence: None, manifest: Some(manifest) })
    }

    /// Where it stands.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its class: of a store that is not yet made, the one asked for.
    pub fn class(&self) -> DataClass {
        self.manifest.as_ref().map(|m| m.class).or(self.asked_class).unwrap_or(DataClass::Restricted)
    }

    /// Its licence.
    pub fn licence(&self) -> Option<&str> {
        self.manifest.as_ref().map_or(self.asked_licence.as_deref(), |m| m.licence.as_deref())
    }

    /// What it holds; `None` while it holds nothing.
    pub fn kind(&self) -> Option<FactKind> {
        self.manifest.as_ref().map(|m| match m.kind {
            Kind::Incidents => FactKind::Events,
            Kind::Counts => FactKind::Counts,
        })
    }

    /// Every input file, in the order of ingest.
    pub fn batches(&self) -> Vec<StoredBatch> {
        self.entries().map(stored).collect()
    }

    /// Every file of links, in the order of ingest.
    pub fn link_files(&self) -> Vec<StoredLinks> {
        let stored = |entry: &LinksEntry| StoredLinks {
            file: entry.file.clone(),
            sha256: entry.sha256.clone(),
            ingested_on: entry.ingested_on,
            known_from: entry.known_on.map(|days| days.first),
            links: entry.data.rows,
        };
        self.manifest.iter().flat_map(|m| &m.links).map(stored).collect()
    }

    /// Account of every row of every input file.
    pub fn reconciliation(&self) -> Reconciliation {
        self.entries().fold(Reconciliation::default(), |sum, b| sum.plus(b.reconciliation.into()))
    }

    /// Adds what the batches and links say that is new, in one step: after it, all of it is in the store, and before it,
    /// nothing. Waits while another program adds to the store.
    ///
    /// # Errors
    /// When a batch declares another class than the store's, when counts meet incidents, or when the disk refuses.
    pub fn append(&mut self, batches: &[Batch], links: Option<&LinkFile>, ingested_on: Date) -> Result<Appended> {
        self.check_declarations(batches)?;
        commit::own_folder(Stage::Store, &self.folder.join(DATA))?;
        commit::make_private_folder(Stage::Store, &self.folder.join(DATA))?;
        let _lock = Lock::exclusive(Stage::Store, &self.folder)?;
        self.manifest = Manifest::load(&self.folder)?;
        self.agree_with_caller()?;
        self.check_declarations(batches)?;
        let mut manifest = match &self.manifest {
            Some(manifest) => manifest.clone(),
            None => Manifest::new(self.class_of(batches), self.asked_licence.clone(), self.kind_of(batches)?),
        };
        self.check_kind(&manifest, batches)?;
        self.check_pseudonyms(&mut manifest, batches)?;
        self.sweep(&manifest)?;

        let mut known: BTreeSet<&str> = BTreeSet::new();
        let before = manifest.clone();
        known.extend(before.batches.iter().map(|b| b.sha256.as_str()));
        let fresh: Vec<bool> = batches.iter().map(|b| known.insert(&b.sha256)).collect();
        let new: Vec<&Batch> = batches.iter().zip(&fresh).filter(|(_, fresh)| **fresh).map(|(b, _)| b).collect();
        let mut entries = self.write_batches(&manifest, &new, ingested_on)?.into_iter();
        let mut appended = Appended::default();
        for (batch, fresh) in batches.iter().zip(fresh) {
            let outcome = if fresh {
                let (entry, outcome) = entries.next().expect("every new batch has an entry");
                manifest.batches.push(entry);
                outcome
            } else {
                BatchOutcome::SameFile
            };
            appended.batches.push(AppendedBatch { file: batch.file.clone(), outcome });
        }
        if let Some(links) = links
            && manifest.links.iter().all(|l| l.sha256 != links.sha256)
        {
            manifest.links.push(self.write_links(links, ingested_on)?);
            appended.links = Some(links.links.len() as u64);
        }
        if self.manifest.as_ref() != Some(&manifest) {
            manifest.commit(&self.folder)?;
            self.manifest = Some(manifest);
        }
        Ok(appended)
    }

    /// Reads every data file and compares it with its SHA-256 and number of rows.
    ///
    /// # Errors
    /// The first file that is missing or damaged.
    pub fn verify(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for file in self.manifest.iter().flat_map(Manifest::data_files) {
            let table = self.table(file, &[])?;
            verified.files += 1;
            verified.rows += table.len() as u64;
        }
        Ok(verified)
    }

    /// The incidents as known on a day, those whose flag was removed included, in the order in which they came in. Empty
    /// for a store of counts.
    ///
    /// # Errors
    /// When a data file is missing or damaged.
    pub fn incidents(&self, as_known_on: Date) -> Result<Vec<Incident>> {
        Ok(self.incident_state(as_known_on)?.records)
    }

    /// The published counts as known on a day, in the order in which they came in. Empty for a store of incidents.
    ///
    /// # Errors
    /// When a data file is missing or damaged.
    pub fn counts(&self, as_known_on: Date) -> Result<Vec<AreaCount>> {
        Ok(self.count_state(as_known_on)?.records)
    }

    /// The links as known on a day, in the order in which they came in.
    ///
    /// # Errors
    /// When a data file is missing or damaged.
    pub fn links(&self, as_known_on: Date) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        for entry in self.manifest.iter().flat_map(|m| &m.links) {
            links.extend(crate::links::from_table(&self.table(&entry.data, &[])?)?);
        }
        links.retain(|link| link.known_on <= as_known_on);
        Ok(links)
    }

    pub(crate) fn incident_state(&self, day: Date) -> Result<State<Incident>> {
        self.state(Kind::Incidents, day, table::incidents_from_table)
    }

    pub(crate) fn count_state(&self, day: Date) -> Result<State<AreaCount>> {
        self.state(Kind::Counts, day, table::counts_from_table)
    }

    fn entries(&self) -> impl Iterator<Item = &BatchEntry> {
        self.manifest.iter().flat_map(|m| &m.batches)
    }

    fn state<T>(&self, kind: Kind, day: Date, read: impl Fn(&Table, &[bool]) -> Result<Vec<T>>) -> Result<State<T>> {
        let none = State { records: Vec::new(), superseded: 0, not_yet_known: 0 };
        let Some(manifest) = self.manifest.as_ref().filter(|m| m.kind == kind) else { return Ok(none) };
        let files: Vec<&DataFile> = manifest.batches.iter().filter_map(|b| b.data.as_ref()).collect();
        let versions = self.versions(kind, &files)?;
        let lengths: Vec<usize> = files.iter().map(|f| f.rows as usize).collect();
        let Selection { keep, superseded, not_yet_known } = versions::as_known_on(versions, &lengths, day);
        let mut records = Vec::with_capacity(keep.iter().flatten().filter(|k| **k).count());
        for (file, keep) in files.iter().zip(&keep) {
            if keep.contains(&true) {
                records.append(&mut read(&self.table(file, &[])?, keep)?);
            }
        }
        Ok(State { records, superseded, not_yet_known })
    }

    fn versions(&self, kind: Kind, files: &[&DataFile]) -> Result<Vec<Version>> {
        let mut versions = Vec::with_capacity(files.iter().map(|f| f.rows as usize).sum());
        for (number, file) in files.iter().enumerate() {
            match kind {
                Kind::Incidents => {
                    use schema::incident::{CONTENT, ID, KNOWN_ON};
                    let table = self.table(file, &[ID.name, KNOWN_ON.name, CONTENT.name])?;
                    table::versions_of_incidents(&table, number, &mut versions)?;
                }
                Kind::Counts => {
                    use schema::count::{CONTENT, KEY, KNOWN_ON};
                    let table = self.table(file, &[KEY.name, KNOWN_ON.name, CONTENT.name])?;
                    table::versions_of_counts(&table, number, &mut versions)?;
                }
            }
        }
        Ok(versions)
    }

    /// Reads a data file whose hash and number of rows must be those of the manifest.
    fn table(&self, file: &DataFile, columns: &[&str]) -> Result<Table> {
        let path = self.folder.join(DATA).join(file.name());
        let bytes = commit::read_verified(Stage::Store, &path, &file.sha256)?;
        let table = Table::from_parquet(Stage::Store, &path, bytes, columns)?;
        if table.len() as u64 == file.rows {
            Ok(table)
        } else {
            Err(Error::refused(Stage::Store, &path, "the number of rows is not the one that the manifest states"))
        }
    }

    /// Writes the new rows of each batch and says what to enter in the manifest.
    fn write_batches(&self, manifest: &Manifest, batches: &[&Batch], ingested_on: Date) -> Result<Vec<(BatchEntry, BatchOutcome)>> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let files: Vec<&DataFile> = manifest.batches.iter().filter_map(|b| b.data.as_ref()).collect();
        let mut versions = self.versions(manifest.kind, &files)?;
        let mut contents: Vec<Vec<u64>> = Vec::new();
        let mut keys: Vec<Vec<String>> = Vec::new();
        for (number, batch) in batches.iter().enumerate() {
            let file = files.len() + number;
            match &batch.records {
                Records::Incidents(incidents) => {
                    let digests: Vec<u64> = incidents.iter().map(table::incident_content).collect();
                    versions.extend(
                        incidents
                            .iter()
                            .zip(&digests)
                            .enumerate()
                            .map(|(row, (i, d))| Version::new(&i.id.0, i.known_on, file, row, *d)),
                    );
                    contents.push(digests);
                    keys.push(Vec::new());
                }
                Records::Counts(counts) => {
                    let digests: Vec<u64> = counts.iter().map(table::count_content).collect();
                    let names = table::count_keys(counts);
                    versions.extend(
                        counts
                            .iter()
                            .zip(&names)
                            .zip(&digests)
                            .enumerate()
                            .map(|(row, ((c, key), d))| Version::new(key, c.known_on, file, row, *d)),
                    );
                    contents.push(digests);
                    keys.push(names);
                }
            }
        }
        let lengths: Vec<usize> = contents.iter().map(Vec::len).collect();
        let additions = versions::additions(versions, files.len(), &lengths);
        let mut entries = Vec::with_capacity(batches.len());
        for (number, batch) in batches.iter().enumerate() {
            let keep = |row: &usize| additions.keep[number][*row];
            let path = self.folder.join(DATA);
            let (rows, bytes) = match &batch.records {
                Records::Incidents(incidents) => {
                    let rows: Vec<_> =
                        (0..incidents.len()).filter(keep).map(|row| (&incidents[row], contents[number][row])).collect();
                    (rows.len(), table::incidents_to_parquet(&rows, &path)?)
                }
                Records::Counts(counts) => {
                    let rows: Vec<_> = (0..counts.len())
                        .filter(keep)
                        .map(|row| (&counts[row], &keys[number][row], contents[number][row]))
                        .collect();
                    (rows.len(), table::counts_to_parquet(&rows, &path)?)
                }
            };
            let data = if rows == 0 { None } else { Some(self.write_data(rows, &bytes)?) };
            let already_known = (lengths[number] - rows) as u64;
            let (new_records, new_versions) = (additions.new_records[number], additions.new_versions[number]);
            let entry = BatchEntry {
                file: batch.file.clone(),
                sha256: batch.sha256.clone(),
                format: batch.format.id().to_owned(),
                study_area: batch.study_area.to_string(),
                ingested_on,
                known_on: days_of(&batch.records),
                reconciliation: batch.reconciliation.into(),
                by_rule: batch.by_rule.iter().map(|(rule, n)| (rule.id().to_owned(), *n)).collect(),
                already_known,
                data,
                disposed: Vec::new(),
            };
            entries.push((entry, BatchOutcome::Added { new_records, new_versions, already_known }));
        }
        Ok(entries)
    }

    fn write_links(&self, links: &LinkFile, ingested_on: Date) -> Result<LinksEntry> {
        let bytes = crate::links::to_parquet(&links.links, &self.folder)?;
        let data = self.write_data(links.links.len(), &bytes)?;
        let known_on = span(links.links.iter().map(|l| l.known_on));
        Ok(LinksEntry { file: links.file.clone(), sha256: links.sha256.clone(), ingested_on, known_on, data, disposed: 0 })
    }

    /// Writes a data file under its hash and reads it back.
    fn write_data(&self, rows: usize, bytes: &[u8]) -> Result<DataFile> {
        let file = DataFile { sha256: commit::sha256_hex(bytes), rows: rows as u64 };
        commit::write_file(Stage::Store, &self.folder.join(DATA), &file.name(), bytes)?;
        self.table(&file, &[])?;
        Ok(file)
    }

    /// Removes what interrupted writers left. Readers never look at what the manifest does not name.
    fn sweep(&self, manifest: &Manifest) -> Result<()> {
        let names: BTreeSet<String> = manifest.data_files().map(DataFile::name).collect();
        commit::sweep(Stage::Store, &self.folder.join(DATA), |name| DataFile::is_name(name) && !names.contains(name))?;
        // The store itself may stand behind a link of the user's.
        let folder = std::fs::canonicalize(&self.folder).map_err(|e| Error::source(Stage::Store, &self.folder, e))?;
        commit::sweep(Stage::Store, &folder, |_| false)
    }

    /// The class and licence that the caller named must be those of the store.
    fn agree_with_caller(&self) -> Result<()> {
        let Some(manifest) = &self.manifest else { return Ok(()) };
        if let Some(asked) = self.asked_class
            && asked != manifest.class
        {
            let what = format!("the store is {} and stays so; {asked} files need a store of their own", manifest.class);
            return Err(self.refused(what));
        }
        if self.asked_licence.is_some() && self.asked_licence != manifest.licence {
            return Err(self.refused("the store has another licence text; files under another licence need a store of their own"));
        }
        Ok(())
    }

    /// What files say of their own class must be the class of the store, and nothing enters a synthetic store unsaid.
    fn check_declarations(&self, batches: &[Batch]) -> Result<()> {
        let class = self.class_of(batches);
        if class == DataClass::Open && self.licence().is_none() {
            return Err(self.refused("an open store needs the text of its licence: give --licence"));
        }
        for batch in batches {
            match batch.declared_class {
                Some(declared) if declared != class => {
                    return Err(self.refused(format!(
                        "{} says that it is {declared}, and the store is {class}: give --class {declared} with a new store",
                        batch.file
                    )));
                }
                None if class == DataClass::Synthetic && self.asked_class.is_none() => {
                    let what = format!(
                        "{} does not say that it is synthetic, and the store is; confirm with --class synthetic",
                        batch.file
                    );
                    return Err(self.refused(what));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The store's class, or for a new store the one asked for, or what its first file says of itself, or restricted.
    fn class_of(&self, batches: &[Batch]) -> DataClass {
        let declared = || batches.iter().find_map(|b| b.declared_class);
        self.manifest.as_ref().map(|m| m.class).or(self.asked_class).or_else(declared).unwrap_or(DataClass::Restricted)
    }

    fn kind_of(&self, batches: &[Batch]) -> Result<Kind> {
        let first = batches.first().ok_or_else(|| self.refused("there is no store here to add links to; ingest records first"))?;
        Ok(kind(first))
    }

    fn check_kind(&self, manifest: &Manifest, batches: &[Batch]) -> Result<()> {
        batches.iter().find(|b| kind(b) != manifest.kind).map_or(Ok(()), |batch| {
            let (holds, brings) = match manifest.kind {
                Kind::Incidents => ("incidents", "counts per area"),
                Kind::Counts => ("counts per area", "incidents"),
            };
            let what = format!(
                "the store holds {holds} and {} brings {brings}: they would be counted twice; use a store of its own",
                batch.file
            );
            Err(self.refused(what))
        })
    }

    /// References of one store are pseudonyms under one key, or all as their publisher has them: else the same person would be two.
    fn check_pseudonyms(&self, manifest: &mut Manifest, batches: &[Batch]) -> Result<()> {
        for batch in batches.iter().filter(|b| kind(b) == Kind::Incidents) {
            let file = &batch.file;
            let what = match (&manifest.pseudonym_key, &batch.pseudonym_key) {
                (Some(ours), Some(theirs)) if ours != theirs => format!(
                    "the references of {file} are pseudonyms under another key ({theirs}) than those of the store ({ours}): one person would be two; \
                     give the key of the store"
                ),
                (Some(ours), None) => format!(
                    "the references of {file} are no pseudonyms, and those of the store are, under the key {ours}: give --pseudonymise with its file"
                ),
                (None, Some(_)) if !manifest.batches.is_empty() => format!(
                    "the references of {file} are pseudonyms under a key, and those of the store were taken as they came: one person would be two; \
                     use a store of its own"
                ),
                (None, Some(theirs)) => {
                    manifest.pseudonym_key = Some(theirs.clone());
                    continue;
                }
                _ => continue,
            };
            return Err(self.refused(what));
        }
        Ok(())
    }

    fn refused(&self, what: impl Into<String>) -> Error {
        Error::refused(Stage::Store, &self.folder, what)
    }
}

const fn kind(batch: &Batch) -> Kind {
    match batch.records {
        Records::Incidents(_) => Kind::Incidents,
        Records::Counts(_) => Kind::Counts,
    }
}

fn days_of(records: &Records) -> Option<Days> {
    match records {
        Records::Incidents(incidents) => span(incidents.iter().map(|i| i.known_on)),
        Records::Counts(counts) => span(counts.iter().map(|c| c.known_on)),
    }
}

fn span(mut days: impl Iterator<Item = Date>) -> Option<Days> {
    let first = days.next()?;
    Some(days.fold(Days { first, last: first }, |d, day| Days { first: d.first.min(day), last: d.last.max(day) }))
}

fn stored(entry: &BatchEntry) -> StoredBatch {
    StoredBatch {
        file: entry.file.clone(),
        sha256: entry.sha256.clone(),
        format: entry.format.clone(),
        study_area: entry.study_area.clone(),
        ingested_on: entry.ingested_on,
        known_on: entry.known_on.map(|days| [days.first, days.last]),
        reconciliation: entry.reconciliation.into(),
        by_rule: entry.by_rule.clone(),
        added: entry.data.as_ref().map_or(0, |d| d.rows),
        already_known: entry.already_known,
        disposed: entry.disposed.iter().map(|d| d.rows).sum(),
    }
}
