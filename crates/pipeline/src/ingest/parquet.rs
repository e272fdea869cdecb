//! Rows of a Parquet file, read by Polars one row group at a time.
//!
//! Parquet readers trust what a file says of itself, and panic when it lies. So the frame of the file is checked first (magic,
//! footer, bounds of every column chunk, headers of every page that is read), every call into Polars is guarded against panics,
//! and the rows that come out are counted against those that the footer promised.

use super::delimited::MAX_COLUMNS;
use super::fields::{Fields, Next};
use super::rule::Rule;
use super::source::Input;
use super::{MAX_ROWS, Sink, pages};
use crate::error::{Error, Result, Stage};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use polars::prelude::*;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

const MAGIC: &[u8] = b"PAR1";
/// A footer larger than this describes more than the columns and rows that are allowed.
const MAX_FOOTER: u64 = 32 << 20;
/// Largest row group once expanded.
const MAX_EXPANDED: u64 = 4 << 30;

/// A Parquet file, row by row.
#[derive(Debug)]
pub(crate) struct ParquetRows {
    path: PathBuf,
    bytes: Arc<[u8]>,
    header: Vec<String>,
    needed: Vec<usize>,
    groups: Vec<Group>,
}

/// A row group as the footer describes it, and how many rows stand before it.
#[derive(Debug)]
struct Group {
    before: usize,
    rows: usize,
    /// Name of the top-level column and byte range of each column chunk.
    chunks: Vec<(String, Range<usize>)>,
}

impl ParquetRows {
    pub(crate) fn open(input: &Input) -> Result<Self> {
        let path = &input.path;
        let broken = |rule| Error::rule(Stage::Ingest, path, rule);
        let bytes: Arc<[u8]> = std::fs::read(path).map_err(|e| Error::source(Stage::Ingest, path, e))?.into();
        let len = bytes.len() as u64;
        if len < 12 || !bytes.starts_with(MAGIC) || !bytes.ends_with(MAGIC) {
            return Err(broken(Rule::ParquetMagic));
        }
        let at = bytes.len() - 8;
        let footer = u64::from(u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        if footer == 0 || footer > MAX_FOOTER || footer > len - 12 {
            return Err(broken(Rule::ParquetFooter));
        }
        let pages_end = len - 8 - footer;
        let frame = guarded(path, Rule::ParquetFooter, || {
            let mut reader = ParquetReader::new(Cursor::new(Arc::clone(&bytes)));
            let header: Vec<String> = reader.schema()?.iter_names().map(|n| n.as_str().to_owned()).collect();
            let metadata = reader.get_metadata()?;
            let mut groups = Vec::with_capacity(metadata.row_groups.len());
            let mut rows = 0u64;
            for group in &metadata.row_groups {
                let mut expanded = 0;
                let mut chunks = Vec::with_capacity(group.n_columns());
                for chunk in group.parquet_columns() {
                    let range = chunk.byte_range();
                    let inside = range.start >= 4 && range.start <= range.end && range.end <= pages_end;
                    if !inside || chunk.num_values() < 0 || chunk.uncompressed_size() < 0 {
                        return Ok(Err(Rule::ParquetFooter));
                    }
                    expanded += chunk.uncompressed_size() as u64;
                    let name = chunk.descriptor().path_in_schema.first().map(ToString::to_string).unwrap_or_default();
                    chunks.push((name, range.start as usize..range.end as usize));
                }
                if expanded > MAX_EXPANDED {
                    return Ok(Err(Rule::ExpandsTooFar));
                }
                groups.push(Group { before: rows as usize, rows: group.num_rows(), chunks });
                rows += group.num_rows() as u64;
            }
            if rows != metadata.num_rows as u64 {
                return Ok(Err(Rule::ParquetRowCount));
            }
            if rows > MAX_ROWS {
                return Ok(Err(Rule::TooManyRows));
            }
            Ok(Ok((header, groups)))
        })?;
        let (header, groups) = frame.map_err(broken)?;
        if header.len() > MAX_COLUMNS {
            return Err(broken(Rule::TooManyColumns));
        }
        Ok(Self { path: path.clone(), bytes, header, needed: Vec::new(), groups })
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Says which columns will be read.
    pub(crate) fn need(&mut self, needed: &[usize]) {
        needed.clone_into(&mut self.needed);
        self.needed.sort_unstable();
        self.needed.dedup();
    }

    /// Number of row groups.
    pub(crate) const fn groups(&self) -> usize {
        self.groups.len()
    }

    /// A row group: rows before it, its rows, and for every column of the file its values, if it is needed.
    pub(crate) fn group(&self, index: usize) -> Result<(usize, usize, Vec<Option<Values>>)> {
        let Group { before, rows, chunks } = &self.groups[index];
        let (before, rows) = (*before, *rows);
        let located = |e: Error| e.at_row(before as u64 + 1);
        for (name, range) in chunks {
            let wanted = self.needed.iter().any(|at| self.header[*at] == *name);
            if wanted && !pages::are_sound(&self.bytes[range.clone()], rows as u64) {
                return Err(located(Error::rule(Stage::Ingest, &self.path, Rule::ParquetDamaged)));
            }
        }
        let frame = guarded(&self.path, Rule::ParquetDamaged, || {
            ParquetReader::new(Cursor::new(Arc::clone(&self.bytes)))
                .with_projection(Some(self.needed.clone()))
                .with_slice(Some((before, rows)))
                .read_parallel(ParallelStrategy::None)
                .finish()
        })
        .map_err(located)?;
        if frame.height() != rows {
            return Err(located(Error::rule(Stage::Ingest, &self.path, Rule::ParquetRowCount)));
        }
        Ok((before, rows, self.columns(&frame)?))
    }

    /// Reads every row; of the columns only the needed ones, the others are blank.
    pub(crate) fn each(&mut self, needed: &[usize], sink: &mut Sink<'_>) -> Result<()> {
        self.need(needed);
        let total = self.bytes.len() as u64;
        let mut fields = Fields::default();
        for index in 0..self.groups() {
            let (before, rows, columns) = self.group(index)?;
            for row in 0..rows {
                fields.clear();
                for column in &columns {
                    fields.push_with(|text| {
                        if let Some(c) = column {
                            c.write(row, text);
                        }
                    });
                }
                sink(Next::Row((before + row) as u64 + 1), &fields, total * index as u64 / self.groups.len() as u64)?;
            }
        }
        Ok(())
    }

    /// For every column of the file its values, if it is needed.
    fn columns(&self, frame: &DataFrame) -> Result<Vec<Option<Values>>> {
        let mut columns: Vec<Option<Values>> = self.header.iter().map(|_| None).collect();
        for (&at, column) in self.needed.iter().zip(frame.columns()) {
            let values = guarded(&self.path, Rule::ParquetDamaged, || Values::of(column.as_materialized_series()))?;
            let Some(values) = values else {
                // The name stands in the file's own header, so the position is told instead.
                return Err(Error::rule(Stage::Ingest, &self.path, Rule::ColumnType).at_column(format!("number {}", at + 1)));
            };
            columns[at] = Some(values);
        }
        Ok(columns)
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a call whose panics are caught and become an error: a panic hook then has nothing to say.
pub fn panics_are_caught() -> bool {
    GUARDED.get()
}

/// Calls Polars: neither its panics nor the texts of its errors, which may quote values, come through.
fn guarded<T>(path: &Path, rule: Rule, call: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    GUARDED.set(true);
    let called = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(false);
    match called {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) | Err(_) => Err(Error::rule(Stage::Ingest, path, rule)),
    }
}

/// The values of one column in one row group.
pub(super) enum Values {
    Text(StringChunked),
    Whole(Int64Chunked),
    Unsigned(UInt64Chunked),
    Float(Float64Chunked),
    Single(Float32Chunked),
    Truth(BooleanChunked),
    /// Days since 1970-01-01.
    Day(Int32Chunked),
    Instant {
        ticks: Int64Chunked,
        per_second: i64,
        zoned: bool,
    },
    Nothing,
}

impl Values {
    /// `None` for a type that is no single text, number or date.
    fn of(series: &Series) -> PolarsResult<Option<Self>> {
        let series = series.rechunk();
        Ok(Some(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
                Self::Whole(series.cast(&DataType::Int64)?.i64()?.clone())
            }
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
                Self::Unsigned(series.cast(&DataType::UInt64)?.u64()?.clone())
            }
            DataType::Float64 => Self::Float(series.f64()?.clone()),
            DataType::Float32 => Self::Single(series.f32()?.clone()),
            DataType::Boolean => Self::Truth(series.bool()?.clone()),
            DataType::Date => Self::Day(series.to_physical_repr().i32()?.clone()),
            DataType::Datetime(unit, zone) => Self::Instant {
                ticks: series.to_physical_repr().i64()?.clone(),
                per_second: match unit {
                    TimeUnit::Nanoseconds => 1_000_000_000,
                    TimeUnit::Microseconds => 1_000_000,
                    TimeUnit::Milliseconds => 1_000,
                },
                zoned: zone.is_some(),
            },
            DataType::Null => Self::Nothing,
            _ => return Ok(None),
        }))
    }

    /// Appends a value as text; a null is nothing.
    pub(super) fn write(&self, row: usize, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Text(v) => {
                text.push_str(v.get(row).unwrap_or_default());
                Ok(())
            }
            Self::Whole(v) => v.get(row).map_or(Ok(()), |v| write!(text, "{v}")),
            Self::Unsigned(v) => v.get(row).map_or(Ok(()), |v| write!(text, "{v}")),
            Self::Float(v) => v.get(row).map_or(Ok(()), |v| write!(text, "{v}")),
            Self::Single(v) => v.get(row).map_or(Ok(()), |v| write!(text, "{v}")),
            Self::Truth(v) => v.get(row).map_or(Ok(()), |v| write!(text, "{v}")),
            Self::Day(v) => v.get(row).map_or(Ok(()), |days| {
                let day = Date::constant(1970, 1, 1).checked_add(SignedDuration::from_hours(i64::from(days) * 24));
                match day {
                    Ok(day) => write!(text, "{day}"),
                    Err(_) => write!(text, "beyond the calendar"),
                }
            }),
            Self::Instant { ticks, per_second, zoned } => ticks.get(row).map_or(Ok(()), |ticks| {
                let nanos = ticks.rem_euclid(*per_second) * (1_000_000_000 / per_second);
                match Timestamp::new(ticks.div_euclid(*per_second), nanos as i32) {
                    Ok(instant) if *zoned => write!(text, "{instant}"),
                    // Without a zone the ticks count a wall clock, not instants.
                    Ok(instant) => write!(text, "{}", TimeZone::UTC.to_datetime(instant)),
                    Err(_) => write!(text, "beyond the calendar"),
                }
            }),
            Self::Nothing => Ok(()),
        };
    }
}
