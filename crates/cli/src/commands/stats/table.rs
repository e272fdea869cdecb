//! The caller's table. What it lacks is a fault of the data: exit code 1; a file that cannot be opened is 2.

use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_pipeline::{Cause, PlainTable};
use jiff::civil::DateTime;
use std::path::Path;

/// A plain table, read.
#[derive(Debug)]
pub struct Table(PlainTable);

/// What the file lacks is a fault of the data.
pub(super) fn data<T>(result: hotspot_pipeline::Result<T>) -> Done<T> {
    result.map_err(|error| match error.cause {
        Cause::Source(_) => Failure::from(error),
        Cause::Rule(_) | Cause::Refused(_) => Failure::failed(error),
    })
}

/// Reads a file; `-` is stdin.
pub(super) fn with_file<T>(path: &Path, read: impl FnOnce(&Path) -> Done<T>) -> Done<T> {
    let bar = progress::spinner("reading");
    let made = if path.as_os_str() == "-" {
        let mut copy = tempfile::NamedTempFile::new()?;
        std::io::copy(&mut std::io::stdin().lock(), &mut copy)?;
        read(copy.path())
    } else {
        read(path)
    };
    bar.finish_and_clear();
    made
}

impl Table {
    /// Reads a table; `-` is stdin.
    pub fn read(path: &Path) -> Done<Self> {
        with_file(path, |path| data(PlainTable::read(path, &mut |_, _| {}))).map(Self)
    }

    pub fn has(&self, column: &str) -> bool {
        self.0.has(column)
    }

    pub fn texts(&self, column: &str) -> Done<Vec<String>> {
        data(self.0.texts(column))
    }

    pub fn numbers(&self, column: &str) -> Done<Vec<f64>> {
        data(self.0.numbers(column))
    }

    /// Numbers above 0: areas, exposures.
    pub fn positive(&self, column: &str) -> Done<Vec<f64>> {
        self.numbers_that(column, |v| v > 0.0, "not above 0")
    }

    /// Numbers of 0 or more: populations, expected counts.
    pub fn not_negative(&self, column: &str) -> Done<Vec<f64>> {
        self.numbers_that(column, |v| v >= 0.0, "below 0")
    }

    fn numbers_that(&self, column: &str, holds: impl Fn(f64) -> bool, otherwise: &str) -> Done<Vec<f64>> {
        let values = self.numbers(column)?;
        match values.iter().position(|v| !holds(*v)) {
            Some(row) => Err(Failure::failed(self.refused(row, column, otherwise))),
            None => Ok(values),
        }
    }

    pub fn counts(&self, column: &str) -> Done<Vec<u32>> {
        data(self.0.counts(column))
    }

    pub fn days(&self, column: &str) -> Done<Vec<i64>> {
        data(self.0.days(column))
    }

    /// Local clock times; `None` where the field is blank.
    pub fn times(&self, column: &str) -> Done<Vec<Option<DateTime>>> {
        data(self.0.times(column))
    }

    /// An error at a row (from 0) and column. `what` must not hold a value.
    pub fn refused(&self, row: usize, column: &str, what: &str) -> hotspot_pipeline::Error {
        self.0.refused(row, column, what)
    }

    /// A column of texts, each once.
    pub fn names(&self, column: &str) -> Done<Vec<String>> {
        data(self.0.names(column))
    }

    /// For each row the place of its text among `names`.
    pub fn rows_in(&self, column: &str, names: &[String]) -> Done<Vec<u32>> {
        data(self.0.rows_in(column, names))
    }
}
