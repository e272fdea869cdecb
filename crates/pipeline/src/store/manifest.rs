//! The one file that says what the store holds. Whatever it does not name is not in the store.

use crate::as_text;
use crate::commit::{self, sha256_hex};
use crate::error::{Error, Result, Stage};
use hotspot_core::release::{DataClass, Reconciliation};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the file.
pub(crate) const NAME: &str = "manifest.json";
/// Layout of the store. Another number means another program.
const FORMAT: u32 = 2;

/// What stands in the file: the content, and the digest of its text, so that a changed byte is found.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    format: u32,
    sha256: String,
    store: Manifest,
}

#[derive(Debug, Deserialize)]
struct FormatOnly {
    format: u32,
}

/// Everything that the store holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    #[serde(with = "as_text")]
    pub(crate) class: DataClass,
    pub(crate) licence: Option<String>,
    pub(crate) kind: Kind,
    /// Identifier of the key under which references became pseudonyms when they came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pseudonym_key: Option<String>,
    pub(crate) batches: Vec<BatchEntry>,
    pub(crate) links: Vec<LinksEntry>,
}

/// What a store holds: never both, since a count and its incidents would be added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Incidents,
    Counts,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BatchEntry {
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) format: String,
    pub(crate) study_area: String,
    #[serde(with = "as_text")]
    pub(crate) ingested_on: Date,
    /// Days of knowledge of the accepted rows.
    pub(crate) known_on: Option<Days>,
    pub(crate) reconciliation: Account,
    pub(crate) by_rule: BTreeMap<String, u64>,
    /// Accepted rows that repeat the version that was known already.
    pub(crate) already_known: u64,
    /// Accepted rows that were added, and are still there.
    pub(crate) data: Option<DataFile>,
    /// Rows that were added and disposed of since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) disposed: Vec<Disposal>,
}

/// Rows of one input file that were past their date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Disposal {
    /// When they were disposed of.
    #[serde(with = "as_text")]
    pub(crate) on: Date,
    /// Name of the rule.
    pub(crate) rule: String,
    pub(crate) rows: u64,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Days {
    #[serde(with = "as_text")]
    pub(crate) first: Date,
    #[serde(with = "as_text")]
    pub(crate) last: Date,
}

/// A set of links between records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinksEntry {
    pub(crate) file: String,
    pub(crate) sha256: String,
    #[serde(with = "as_text")]
    pub(crate) ingested_on: Date,
    /// Days of knowledge of the links.
    pub(crate) known_on: Option<Days>,
    pub(crate) data: DataFile,
    /// Links of records that were disposed of.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) disposed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A file in `data/`, named by its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataFile {
    pub(crate) sha256: String,
    pub(crate) rows: u64,
}

impl DataFile {
    pub(crate) fn name(&self) -> String {
        format!("{}.parquet", self.sha256)
    }

    /// Whether a file is named as data files are.
    pub(crate) fn is_name(name: &str) -> bool {
        name.strip_suffix(".parquet").is_some_and(|sha256| sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()))
    }
}

/// [`Reconciliation`] as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    rows: u64,
    mapped: u64,
    area_only: u64,
    online: u64,
    no_place: u64,
    rejected: u64,
}

impl From<Reconciliation> for Account {
    fn from(r: Reconciliation) -> Self {
        let Reconciliation { rows, mapped, area_only, online, no_place, rejected } = r;
        Self { rows, mapped, area_only, online, no_place, rejected }
    }
}

impl From<Account> for Reconciliation {
    fn from(a: Account) -> Self {
        let Account { rows, mapped, area_only, online, no_place, rejected } = a;
        Self { rows, mapped, area_only, online, no_place, rejected }
    }
}

impl Manifest {
    pub(crate) const fn new(class: DataClass, licence: Option<String>, kind: Kind) -> Self {
        Self { class, licence, kind, pseudonym_key: None, batches: Vec::new(), links: Vec::new() }
    }

    /// The manifest of a store; `None` where there is no store yet.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let Some(bytes) = commit::read_optional(Stage::Store, &path)? else { return Ok(None) };
        let damaged = |e: serde_json::Error| {
            Error::refused(Stage::Store, &path, format!("the manifest is damaged at line {}, column {}", e.line(), e.column()))
        };
        let FormatOnly { format } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if format != FORMAT {
            return Err(Error::refused(Stage::Store, &path, format!("the store has layout {format}; this program reads {FORMAT}")));
        }
        let sealed: Sealed = serde_json::from_slice(&bytes).map_err(damaged)?;
        if sealed.sha256 != sealed.store.digest() {
            return Err(Error::refused(
                Stage::Store,
                &path,
                "the manifest is damaged: its content does not have the SHA-256 that it states",
            ));
        }
        Ok(Some(sealed.store))
    }

    /// Makes this the content of the store: the one step by which anything enters it.
    pub(crate) fn commit(&self, folder: &Path) -> Result<()> {
        let sealed = Sealed { format: FORMAT, sha256: self.digest(), store: self.clone() };
        let mut text = serde_json::to_vec_pretty(&sealed).expect("a manifest has string keys only");
        text.push(b'\n');
        commit::write_file(Stage::Store, folder, NAME, &text)
    }

    fn digest(&self) -> String {
        sha256_hex(&serde_json::to_vec(self).expect("a manifest has string keys only"))
    }

    /// Every data file that the store is made of.
    pub(crate) fn data_files(&self) -> impl Iterator<Item = &DataFile> {
        self.batches.iter().filter_map(|b| b.data.as_ref()).chain(self.links.iter().map(|l| &l.data))
    }
}
