//! What an edition says of itself, and what a run of the job says.

use crate::as_text;
use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use hotspot_core::Month;
use hotspot_core::release::DataClass;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Layout of an edition. Another number means another program.
const FORMAT: u32 = 1;

/// What went into an edition and what came out. It holds no clock: the same store, month and settings give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Layout.
    format: u32,
    /// The month that is published.
    #[serde(with = "as_text")]
    pub month: Month,
    /// State of the store.
    #[serde(with = "as_text")]
    pub as_known_on: Date,
    /// Class of the records: who may see the files.
    #[serde(with = "as_text")]
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<String>,
    /// Version of this program.
    pub version: String,
    /// Who reads it.
    pub tier: String,
    /// The edition before, with which figures were compared.
    pub before: Option<Given>,
    /// Every file of the store that was known, in the order of ingest.
    pub inputs: Vec<Given>,
    /// Every file that was given beside it: areas, events, similar boroughs, and the release whose hotspots are named.
    pub given: BTreeMap<String, Given>,
    /// Rows of the store by what became of them.
    pub account: BTreeMap<String, u64>,
    /// Rows of every table.
    pub tables: Vec<TableOf>,
    /// What a reader must know.
    pub warnings: Vec<String>,
    /// The other files of the edition.
    pub files: Vec<FileOf>,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Its name, or the identifier of a release, or the month of an edition.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl Given {
    /// A file as it is now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::source(Stage::Ingest, path, e))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, sha256: sha256_hex(&bytes) })
    }
}

/// A table that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOf {
    /// Identifier.
    pub id: String,
    /// Its rows.
    pub rows: u64,
}

/// A file that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOf {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl Record {
    /// A record of an edition of which nothing is said yet.
    pub fn new(month: Month, as_known_on: Date, class: DataClass) -> Self {
        Self {
            format: FORMAT,
            month,
            as_known_on,
            class,
            licence: None,
            version: String::new(),
            tier: String::new(),
            before: None,
            inputs: Vec::new(),
            given: BTreeMap::new(),
            account: BTreeMap::new(),
            tables: Vec::new(),
            warnings: Vec::new(),
            files: Vec::new(),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a record is plain data");
        text.push(b'\n');
        text
    }

    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        let record: Self = serde_json::from_slice(bytes)
            .map_err(|_| Error::refused(Stage::Write, path, "this is no record of an edition that this program can read"))?;
        if record.format == FORMAT {
            Ok(record)
        } else {
            Err(Error::refused(Stage::Write, path, "the edition has another layout: it was written by another version of hotspot"))
        }
    }
}

/// One run of the job, a line of `runs.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ran {
    /// When it began.
    #[serde(serialize_with = "as_text::serialize")]
    pub started: jiff::Timestamp,
    /// The month.
    #[serde(with = "as_text")]
    pub month: Month,
    /// State of the store.
    #[serde(with = "as_text")]
    pub as_known_on: Date,
    /// `published`, `replaced` or `already published`.
    pub outcome: &'static str,
    /// SHA-256 of the edition's record.
    pub record_sha256: String,
    /// Version of this program.
    pub version: String,
    /// Seconds by step.
    pub seconds: BTreeMap<&'static str, f64>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}
