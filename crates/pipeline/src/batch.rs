//! What one input file becomes: validated records, an account of every row, and the rows that were refused.

use crate::error::{Error, Stage};
use crate::ingest::rule::Rule;
use hotspot_core::release::{DataClass, Reconciliation};
use hotspot_core::{AreaCode, Incident, Month, Strand, UnknownName, Withheld};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own schema (`schema.rs`).
    Hotspot,
    /// A street file of data.police.uk.
    PoliceUk,
    /// Counts per area and month.
    AreaCounts,
    /// Any other, read through a mapping file.
    Mapped,
}

impl Format {
    /// Stable identifier, as `--format` takes it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Hotspot => "hotspot",
            Self::PoliceUk => "police-uk",
            Self::AreaCounts => "area-counts",
            Self::Mapped => "mapped",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Takes what `--format` takes. `auto` is no format but its absence, and `mapped` follows from a mapping file.
impl FromStr for Format {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Hotspot, Self::PoliceUk, Self::AreaCounts]
            .into_iter()
            .find(|f| f.id() == text)
            .ok_or(UnknownName { what: "format", allowed: "hotspot, police-uk, area-counts, auto" })
    }
}

/// The records of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Records {
    /// One record an incident.
    Incidents(Vec<Incident>),
    /// One record a published count.
    Counts(Vec<AreaCount>),
}

/// A published count of one strand, or of all, in one area and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaCount {
    /// Code of the area; `None` for a row that stands for no place on the map (an airport command, "unknown").
    pub area: Option<AreaCode>,
    /// Name of the area, if the file gives one.
    pub area_name: Option<String>,
    /// Month.
    pub month: Month,
    /// The strand alone, without its parents; `None` for all.
    pub strand: Option<Strand>,
    /// How many, or why the publisher does not say.
    pub figure: Figure,
    /// The day on which this figure became known.
    pub known_on: Date,
}

/// What a publisher says of one area, month and strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A number.
    Count(u32),
    /// No number: it is not known, and never 0.
    Withheld(Withheld),
}

/// A row that was refused: where and by which rule, never what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Name of the file, without its folder.
    pub file: String,
    /// Physical line of a CSV file (the header is line 1), or number of the record or feature, from 1.
    pub row: u64,
    /// Column as the format or mapping names it.
    pub column: Option<String>,
    /// The rule.
    pub rule: Rule,
}

/// One input file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// How it was laid out.
    pub format: Format,
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the bytes of the file, in hex.
    pub sha256: String,
    /// What was accepted, in the order of the file.
    pub records: Records,
    /// Account of every row; it always adds up.
    pub reconciliation: Reconciliation,
    /// Refused rows by rule.
    pub by_rule: BTreeMap<Rule, u64>,
    /// Refused rows, in the order of the file.
    pub rejects: Vec<Reject>,
    /// Assumptions that were made, to be said to the user.
    pub notes: Vec<String>,
    /// The study area outside which rows were refused.
    pub study_area: StudyAreaChoice,
    /// What the file says of itself in its `class` column.
    pub declared_class: Option<DataClass>,
    /// Identifier of the key under which references became pseudonyms; `None` when they were taken as they are, and for counts.
    pub pseudonym_key: Option<String>,
}

impl Batch {
    /// Figures that the publisher withholds; none of a file of incidents.
    pub fn withheld(&self) -> u64 {
        let Records::Counts(counts) = &self.records else { return 0 };
        counts.iter().filter(|c| matches!(c.figure, Figure::Withheld(_))).count() as u64
    }
}

/// The study area that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StudyAreaChoice {
    /// London.
    London,
    /// None: only the range of the coordinates is checked.
    Any,
    /// The polygon of a file, by the file's name.
    File(String),
}

impl fmt::Display for StudyAreaChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::London => f.write_str("London"),
            Self::Any => f.write_str("any"),
            Self::File(name) => f.write_str(name),
        }
    }
}

/// The study area that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StudyAreaOption {
    /// London; for police.uk files, London only if at least half of the placed rows lie in its bounds, and none otherwise.
    #[default]
    Auto,
    /// London.
    London,
    /// None.
    Any,
    /// The polygons of a GeoJSON file, together.
    File(PathBuf),
}

impl From<&str> for StudyAreaOption {
    /// `auto`, `london`, `any`, or the path of a GeoJSON file.
    fn from(text: &str) -> Self {
        match text {
            "auto" => Self::Auto,
            "london" => Self::London,
            "any" => Self::Any,
            path => Self::File(PathBuf::from(path)),
        }
    }
}

/// The key under which victims, reporters and premises become pseudonyms.
#[derive(Clone)]
pub struct PseudonymKey(pub Vec<u8>);

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

/// How to read a file. The clock is the caller's.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// The format; `None` to recognise it by its header.
    pub format: Option<Format>,
    /// A mapping file, for any other publisher.
    pub mapping: Option<PathBuf>,
    /// The day on which rows became known that do not say so themselves.
    pub known_on: Date,
    /// Today: dates after it are refused.
    pub today: Date,
    /// The study area.
    pub study_area: StudyAreaOption,
    /// Turns victim, reporter and premises into pseudonyms; without it they are taken to be pseudonyms already.
    pub pseudonym_key: Option<PseudonymKey>,
}

impl IngestOptions {
    /// Recognises the format, takes the default study area, and stamps rows as known today.
    pub const fn new(today: Date) -> Self {
        Self { format: None, mapping: None, known_on: today, today, study_area: StudyAreaOption::Auto, pseudonym_key: None }
    }
}

/// Writes refused rows as CSV: `file,row,column,rule,explanation`.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_rejects(rejects: &[Reject], out: impl Write) -> Result<(), Error> {
    let fail = |e: csv::Error| Error::source(Stage::Write, Path::new("rejects"), e);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["file", "row", "column", "rule", "explanation"]).map_err(fail)?;
    for reject in rejects {
        let row = reject.row.to_string();
        let column = reject.column.as_deref().unwrap_or_default();
        writer.write_record([&reject.file, &row, column, reject.rule.id(), reject.rule.explanation()]).map_err(fail)?;
    }
    writer.flush().map_err(|e| Error::source(Stage::Write, Path::new("rejects"), e))
}
