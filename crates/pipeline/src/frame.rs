//! Tables as Parquet: typed columns in, typed columns out. Polars is touched here for the files that we write ourselves.

use crate::error::{Error, Result, Stage};
use h3o::CellIndex;
use hotspot_core::{
    FlagStatus, Month, Offence, Outcome, PlaceKind, Precision, Setting, Source, SourceSet, Strand, StrandSet, TimePrecision,
    Withheld,
};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use polars::prelude::*;
use std::io::Cursor;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// A column: its name, and by its type the dtype.
pub(crate) struct Col<T> {
    pub(crate) name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Col<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Col<T> {}

impl<T> Col<T> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }
}

/// What stands in a Parquet column.
pub(crate) trait Physical: Sized {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column;
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>>;
}

macro_rules! physical {
    ($($type:ty: $accessor:ident),+) => { $(
        impl Physical for $type {
            fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
                Column::new(name, values)
            }
            fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
                Ok(column.$accessor()?.iter().collect())
            }
        }
    )+ };
}

physical!(bool: bool, u8: u8, u16: u16, u32: u32, u64: u64, i64: i64, f64: f64);

impl Physical for String {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
        Column::new(name, values)
    }
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
        Ok(column.str()?.iter().map(|text| text.map(str::to_owned)).collect())
    }
}

impl Physical for Vec<u8> {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
        Column::new(name, values)
    }
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
        Ok(column.binary()?.iter().map(|bytes| bytes.map(<[u8]>::to_vec)).collect())
    }
}

impl Physical for Vec<u32> {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
        let items = values.iter().flatten().map(Self::len).sum();
        let mut builder = ListPrimitiveChunkedBuilder::<UInt32Type>::new(name, values.len(), items, DataType::UInt32);
        for list in &values {
            builder.append_opt_slice(list.as_deref());
        }
        builder.finish().into_series().into_column()
    }
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
        let lists = column.list()?;
        (0..lists.len())
            .map(|row| lists.get_as_series(row).map(|list| Ok(list.u32()?.into_no_null_iter().collect())).transpose())
            .collect()
    }
}

/// Days since 1970-01-01.
pub(crate) struct Days(i32);

impl Physical for Days {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
        let days: Vec<Option<i32>> = values.into_iter().map(|day| day.map(|d| d.0)).collect();
        Int32Chunked::new(name, days).into_date().into_series().into_column()
    }
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
        Ok(column.date()?.physical().iter().map(|day| day.map(Days)).collect())
    }
}

/// Microseconds since 1970-01-01T00:00Z.
pub(crate) struct Micros(i64);

impl Physical for Micros {
    fn column(name: PlSmallStr, values: Vec<Option<Self>>) -> Column {
        let micros: Vec<Option<i64>> = values.into_iter().map(|at| at.map(|m| m.0)).collect();
        Int64Chunked::new(name, micros).into_datetime(TimeUnit::Microseconds, None).into_series().into_column()
    }
    fn values(column: &Column) -> PolarsResult<Vec<Option<Self>>> {
        Ok(column.datetime()?.physical().iter().map(|at| at.map(Micros)).collect())
    }
}

/// A value of ours and how it stands in a column; `None` from a column means that the column holds no such value.
pub(crate) trait Stored: Sized {
    type Physical: Physical;
    fn to_physical(&self) -> Self::Physical;
    fn from_physical(physical: Self::Physical) -> Option<Self>;
}

macro_rules! stored_as_itself {
    ($($type:ty),+) => { $(
        impl Stored for $type {
            type Physical = Self;
            fn to_physical(&self) -> Self { self.clone() }
            fn from_physical(physical: Self) -> Option<Self> { Some(physical) }
        }
    )+ };
}

stored_as_itself!(bool, u8, u16, u32, u64, i64, f64, String, Vec<u8>, Vec<u32>);

macro_rules! stored_as_code {
    ($($type:ty),+) => { $(
        impl Stored for $type {
            type Physical = u8;
            fn to_physical(&self) -> u8 { self.code() }
            fn from_physical(code: u8) -> Option<Self> { Self::from_code(code) }
        }
    )+ };
}

stored_as_code!(FlagStatus, Offence, Outcome, PlaceKind, Precision, Setting, Source, Strand, TimePrecision, Withheld);

impl Stored for Month {
    type Physical = u16;
    fn to_physical(&self) -> u16 {
        self.index()
    }
    fn from_physical(index: u16) -> Option<Self> {
        Self::from_index(index)
    }
}

/// A set of strands. Published counts hold a strand without its parents, events with them: both come back as they went in.
impl Stored for StrandSet {
    type Physical = u8;
    fn to_physical(&self) -> u8 {
        self.bits()
    }
    fn from_physical(bits: u8) -> Option<Self> {
        let closed = Self::from_bits(bits);
        if closed.bits() == bits {
            return Some(closed);
        }
        Strand::ALL.iter().map(|s| Self::counted(*s)).find(|alone| alone.bits() == bits)
    }
}

impl Stored for SourceSet {
    type Physical = u8;
    fn to_physical(&self) -> u8 {
        self.bits()
    }
    fn from_physical(bits: u8) -> Option<Self> {
        Some(Self::from_bits(bits)).filter(|set| set.bits() == bits)
    }
}

impl Stored for CellIndex {
    type Physical = u64;
    fn to_physical(&self) -> u64 {
        u64::from(*self)
    }
    fn from_physical(bits: u64) -> Option<Self> {
        Self::try_from(bits).ok()
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Stored for Date {
    type Physical = Days;
    fn to_physical(&self) -> Days {
        Days((self.duration_since(EPOCH).as_hours() / 24) as i32)
    }
    fn from_physical(days: Days) -> Option<Self> {
        EPOCH.checked_add(SignedDuration::from_hours(i64::from(days.0) * 24)).ok()
    }
}

/// To the microsecond.
impl Stored for Timestamp {
    type Physical = Micros;
    fn to_physical(&self) -> Micros {
        Micros(self.as_microsecond())
    }
    fn from_physical(micros: Micros) -> Option<Self> {
        Self::from_microsecond(micros.0).ok()
    }
}

/// A table in the making.
pub(crate) struct TableWriter {
    columns: Vec<Column>,
    metadata: Vec<(String, String)>,
}

impl TableWriter {
    pub(crate) const fn new() -> Self {
        Self { columns: Vec::new(), metadata: Vec::new() }
    }

    /// Adds a column in which every row has a value.
    pub(crate) fn with<'a, T: Stored + 'a>(self, col: Col<T>, values: impl Iterator<Item = &'a T>) -> Self {
        self.with_optional(col, values.map(Some))
    }

    /// Adds a column in which rows may lack a value.
    pub(crate) fn with_optional<'a, T: Stored + 'a>(mut self, col: Col<T>, values: impl Iterator<Item = Option<&'a T>>) -> Self {
        let values = values.map(|value| value.map(T::to_physical)).collect();
        self.columns.push(T::Physical::column(col.name.into(), values));
        self
    }

    /// Adds an entry to the file's own metadata.
    pub(crate) fn with_metadata(mut self, key: &str, value: String) -> Self {
        self.metadata.push((key.to_owned(), value));
        self
    }

    /// The Parquet file. The same rows give the same bytes.
    pub(crate) fn into_parquet(self, stage: Stage, path: &Path) -> Result<Vec<u8>> {
        let fail = |e: PolarsError| Error::source(stage, path, e);
        let mut frame = DataFrame::new_infer_height(self.columns).map_err(fail)?;
        let mut bytes = Vec::new();
        let metadata = (!self.metadata.is_empty()).then(|| KeyValueMetadata::from_static(self.metadata));
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(metadata)
            .finish(&mut frame)
            .map_err(fail)?;
        Ok(bytes)
    }
}

/// A table that was read.
pub(crate) struct Table {
    frame: DataFrame,
    stage: Stage,
    path: PathBuf,
}

impl Table {
    /// Reads these columns of a Parquet file (all when empty). The bytes must be known to be ours, by their hash.
    pub(crate) fn from_parquet(stage: Stage, path: &Path, bytes: Vec<u8>, columns: &[&str]) -> Result<Self> {
        let columns = (!columns.is_empty()).then(|| columns.iter().map(|c| (*c).to_owned()).collect());
        let frame =
            ParquetReader::new(Cursor::new(bytes)).with_columns(columns).finish().map_err(|e| Error::source(stage, path, e))?;
        Ok(Self { frame, stage, path: path.to_owned() })
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.frame.height()
    }

    /// A column in which every row has a value.
    pub(crate) fn column<T: Stored>(&self, col: Col<T>) -> Result<Vec<T>> {
        self.optional(col)?
            .into_iter()
            .enumerate()
            .map(|(row, value)| value.ok_or_else(|| self.error_at(row, col.name, "a value is missing")))
            .collect()
    }

    /// A column in which rows may lack a value.
    pub(crate) fn optional<T: Stored>(&self, col: Col<T>) -> Result<Vec<Option<T>>> {
        let fail = |e: PolarsError| Error::source(self.stage, &self.path, e).at_column(col.name);
        let column = self.frame.column(col.name).map_err(fail)?;
        T::Physical::values(column)
            .map_err(fail)?
            .into_iter()
            .enumerate()
            .map(|(row, physical)| match physical.map(T::from_physical) {
                None => Ok(None),
                Some(Some(value)) => Ok(Some(value)),
                Some(None) => Err(self.error_at(row, col.name, "a value lies outside what the column may hold")),
            })
            .collect()
    }

    /// A column that files written before it was thought of have not got: no row of theirs has a value.
    pub(crate) fn added_later<T: Stored>(&self, col: Col<T>) -> Result<Vec<Option<T>>> {
        if self.frame.get_column_index(col.name).is_some() {
            return self.optional(col);
        }
        Ok(std::iter::repeat_with(|| None).take(self.len()).collect())
    }

    /// An error that names this file, the row (from 1) and the column.
    pub(crate) fn error_at(&self, row: usize, column: &str, what: &str) -> Error {
        Error::refused(self.stage, &self.path, what).at_row(row as u64 + 1).at_column(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHEN: Col<Timestamp> = Col::new("when");
    const DAY: Col<Date> = Col::new("day");
    const LISTS: Col<Vec<u32>> = Col::new("lists");
    const STRANDS: Col<StrandSet> = Col::new("strands");
    const OFFENCE: Col<Offence> = Col::new("offence");
    const CODE: Col<u8> = Col::new("offence");
    const X: Col<f64> = Col::new("x");
    const TEXT: Col<String> = Col::new("text");

    fn path() -> &'static Path {
        Path::new("t.parquet")
    }

    #[test]
    fn every_kind_of_value_comes_back_as_it_went_in() {
        let days = ["1899-12-31", "1970-01-01", "2026-11-23"].map(|d| d.parse::<Date>().unwrap());
        let whens = ["1901-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-10-25T01:30:00.000001Z"]
            .map(|t| t.parse::<Timestamp>().unwrap());
        let lists = [vec![], vec![1, 2, u32::MAX], vec![7]];
        let sets = [StrandSet::EMPTY, StrandSet::counted(Strand::Antisemitic), StrandSet::from_iter([Strand::Islamophobic])];
        let xs = [-0.1f64, 51.507_400_000_000_01, f64::MIN_POSITIVE];
        let texts = [Some("a,\"b\"\nц".to_owned()), None, Some(String::new())];
        let bytes = TableWriter::new()
            .with(DAY, days.iter())
            .with(WHEN, whens.iter())
            .with(LISTS, lists.iter())
            .with(STRANDS, sets.iter())
            .with(X, xs.iter())
            .with_optional(TEXT, texts.iter().map(Option::as_ref))
            .with_metadata("geo", "{}".to_owned())
            .into_parquet(Stage::Store, path())
            .unwrap();
        let table = Table::from_parquet(Stage::Store, path(), bytes, &[]).unwrap();
        assert_eq!(table.len(), 3);
        assert_eq!(table.column(DAY).unwrap(), days);
        assert_eq!(table.column(WHEN).unwrap(), whens);
        assert_eq!(table.column(LISTS).unwrap(), lists);
        assert_eq!(table.column(STRANDS).unwrap(), sets);
        assert_eq!(table.column(X).unwrap().map_bits(), xs.map_bits());
        assert_eq!(table.optional(TEXT).unwrap(), texts);
        assert!(table.column(TEXT).unwrap_err().to_string().contains("row 2, column text"));
    }

    trait MapBits {
        fn map_bits(&self) -> Vec<u64>;
    }

    impl<T: AsRef<[f64]>> MapBits for T {
        fn map_bits(&self) -> Vec<u64> {
            self.as_ref().iter().map(|x| x.to_bits()).collect()
        }
    }

    #[test]
    fn a_table_without_rows_is_a_table() {
        let bytes = TableWriter::new()
            .with(LISTS, std::iter::empty())
            .with(DAY, std::iter::empty())
            .into_parquet(Stage::Store, path())
            .unwrap();
        let table = Table::from_parquet(Stage::Store, path(), bytes, &["lists"]).unwrap();
        assert_eq!(table.column(LISTS).unwrap(), Vec::<Vec<u32>>::new());
        assert!(table.column(DAY).is_err(), "a column that was not read is not there");
    }

    #[test]
    fn a_code_of_no_member_is_refused_with_its_row_and_not_its_value() {
        let bytes = TableWriter::new().with(CODE, [0u8, 213].iter()).into_parquet(Stage::Store, path()).unwrap();
        let table = Table::from_parquet(Stage::Store, path(), bytes, &[]).unwrap();
        let message = table.column(OFFENCE).unwrap_err().to_string();
        assert!(message.contains("row 2, column offence") && !message.contains("213"), "{message}");
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let xs: Vec<f64> = (0..700_000).map(|i| f64::from(i % 997) * 0.1).collect();
        let make = || TableWriter::new().with(X, xs.iter()).into_parquet(Stage::Store, path()).unwrap();
        assert_eq!(make(), make());
    }
}
