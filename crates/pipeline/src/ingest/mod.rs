//! A file becomes a [`Batch`]: recognised, read, mapped, projected and checked.
//!
//! ```text
//! source     what kind of file, its digest, a first look over all of it
//! delimited  features  parquet     rows as text, whatever the file
//! mapping    layout                which field is which column, what its values mean
//! records    time  place  area     one row, checked rule by rule
//! account                          duplicates, rejects, reconciliation
//! plain  counts                    the caller's own table, for statistics
//! ```
//!
//! A row that breaks a rule is counted and located, and the others go in. A file that breaks a rule as a whole is an
//! [`Error`], and nothing of it goes in. Neither ever quotes a value: it may be somebody's address.

mod account;
pub mod area;
mod counts;
mod delimited;
mod features;
mod fields;
mod layout;
mod mapping;
mod pages;
mod parquet;
mod place;
mod plain;
mod pseudonym;
mod records;
pub mod rule;
mod source;
pub(crate) mod time;
mod write;

pub use area::{read_geojson, read_study_area};
pub use counts::{CountColumns, CountedPlace, MonthlyCounts, count_points};
pub use parquet::panics_are_caught;
pub use plain::PlainTable;
pub use write::write_incidents_csv;

use crate::batch::{Batch, Format, IngestOptions, PseudonymKey, StudyAreaChoice, StudyAreaOption};
use crate::error::{Error, Result, Stage};
use account::Account;
use area::{Fence, london};
use fields::{Fields, Next};
use layout::Layout;
use mapping::{Kind, Mapping};
use place::Bounds;
use records::RecordReader;
use rule::Rule;
use source::{Container, Encoding, Input};
use std::path::Path;

/// Most rows of one file.
pub(crate) const MAX_ROWS: u64 = 50_000_000;

/// Takes rows: what comes next, its fields, and the bytes of the file done so far.
pub(crate) type Sink<'a> = dyn FnMut(Next, &Fields, u64) -> Result<()> + 'a;

/// The rows of a file of any kind.
#[derive(Debug)]
enum Rows {
    Csv(delimited::CsvRows),
    GeoJson(features::FeatureRows),
    Parquet(parquet::ParquetRows),
}

impl Rows {
    fn open(input: &Input, encoding: Encoding) -> Result<Self> {
        Ok(match input.container {
            Container::Csv => Self::Csv(delimited::CsvRows::open(input, encoding)?),
            Container::GeoJson => Self::GeoJson(features::FeatureRows::open(input)?),
            Container::Parquet => Self::Parquet(parquet::ParquetRows::open(input)?),
        })
    }

    fn header(&self) -> &[String] {
        match self {
            Self::Csv(rows) => rows.header(),
            Self::GeoJson(rows) => rows.header(),
            Self::Parquet(rows) => rows.header(),
        }
    }

    fn each(&mut self, needed: &[usize], sink: &mut Sink<'_>) -> Result<()> {
        match self {
            Self::Csv(rows) => rows.each(sink),
            Self::GeoJson(rows) => rows.each(needed, sink),
            Self::Parquet(rows) => rows.each(needed, sink),
        }
    }
}

/// Reads one file. `progress` is told of bytes done and bytes in all (every byte is looked at twice).
///
/// # Errors
/// When the file as a whole breaks a rule, or cannot be read: nothing of it can be used then.
pub fn read(path: &Path, options: &IngestOptions, progress: &mut dyn FnMut(u64, u64)) -> Result<Batch> {
    let given = options.mapping.as_deref().map(Mapping::load).transpose()?;
    let input = Input::open(path, progress)?;
    let encoding = given.as_ref().and_then(|m| m.encoding).unwrap_or(input.encoding);
    let mut rows = Rows::open(&input, encoding)?;
    let (format, mapping) = match given {
        Some(mapping) => (Format::Mapped, mapping),
        None => layout::recognise(path, rows.header(), options.format)?,
    };
    let layout = Layout::new(path, rows.header(), &mapping)?;

    let file_area = match &options.study_area {
        StudyAreaOption::File(file) => Some(Fence::new(read_study_area(file)?)),
        _ => None,
    };
    let decide_later = options.study_area == StudyAreaOption::Auto && format == Format::PoliceUk;
    let bounds = match (&options.study_area, &file_area) {
        (StudyAreaOption::File(_), Some(fence)) => Bounds::Area(fence),
        (StudyAreaOption::Any, _) => Bounds::Any,
        _ if decide_later || mapping.kind == Kind::Counts => Bounds::Any,
        _ => Bounds::Area(london()),
    };

    let mut reader =
        RecordReader::new(&layout, &mapping, bounds, [options.today, options.known_on], options.pseudonym_key.as_ref());
    let mut account = Account::new(&input, &layout, mapping.kind, mapping.repeated_id);
    let half = input.len();
    rows.each(&layout.needed(), &mut |next, fields, done| {
        match next {
            Next::Row(row) => {
                account.declare(row, &layout.class(fields))?;
                match mapping.kind {
                    Kind::Incidents => account.incident(row, reader.incident(fields)),
                    Kind::Counts => account.count(row, reader.count(fields)),
                }
            }
            Next::Refused(row, rule) => account.refuse(row, (None, rule)),
            Next::End => {}
        }
        if account.seen() > MAX_ROWS {
            return Err(Error::rule(Stage::Ingest, path, Rule::TooManyRows));
        }
        if account.seen().is_multiple_of(4096) {
            progress(half + done.min(half), 2 * half);
        }
        Ok(())
    })?;
    input.unchanged()?;
    progress(2 * half, 2 * half);

    let mut notes = Vec::new();
    let study_area = if decide_later {
        let (choice, note) = account.choose_area(london());
        notes.push(note);
        choice
    } else {
        match &options.study_area {
            StudyAreaOption::File(_) => {
                StudyAreaChoice::File(file_area.as_ref().map(|f| f.area().name.clone()).unwrap_or_default())
            }
            StudyAreaOption::Any => StudyAreaChoice::Any,
            _ if mapping.kind == Kind::Counts => StudyAreaChoice::Any,
            option => {
                if *option == StudyAreaOption::Auto && account.has_points() {
                    notes.push("study area: London, since none was named; points outside are refused".to_owned());
                }
                StudyAreaChoice::London
            }
        }
    };
    if input.container == Container::Csv && encoding == Encoding::Windows1252 {
        notes.push("text: not UTF-8, read as Windows-1252".to_owned());
    }
    if format == Format::PoliceUk {
        notes.push(
            "police.uk: months only, points snapped to anchor points, no hate flag; records without identifier are named after what their row says"
                .to_owned(),
        );
    }
    if reader.london.ambiguous > 0 {
        notes
            .push(format!("{} times fall into the hour that the clocks repeat; the first pass was taken", reader.london.ambiguous));
    }
    if reader.helmert > 0 {
        notes.push(format!(
            "{} points lie outside the OSTN15 grid of London and were converted by a Helmert transformation (about 2 m)",
            reader.helmert
        ));
    }
    if layout.unused() > 0 {
        notes.push(format!("{} columns of the file are not used", layout.unused()));
    }
    if account.seen() == 0 {
        notes.push("the file has a header and no rows".to_owned());
    }
    let mut batch = account.finish(format, study_area, notes);
    if mapping.kind == Kind::Incidents {
        batch.pseudonym_key = options.pseudonym_key.as_ref().map(PseudonymKey::id);
    }
    if batch.withheld() > 0 {
        batch.notes.push(format!("{} figures are withheld by the publisher: kept as not known, never as 0", batch.withheld()));
    }
    Ok(batch)
}
