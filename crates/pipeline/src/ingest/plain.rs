//! A plain table of the caller's own, for statistics: columns by name, each cell a text, a number, a count or a day.
//!
//! The table is read whole and as it is: a row that cannot be read stops it, since a statistic of part of a table is another
//! statistic. Errors name file, row, column and rule, never the value.

use super::fields::Next;
use super::rule::Rule;
use super::source::Input;
use super::{MAX_ROWS, Rows};
use crate::error::{Error, Result, Stage};
use jiff::civil::{Date, DateTime};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A CSV, Parquet or GeoJSON file as named columns of text.
#[derive(Debug)]
pub struct PlainTable {
    path: PathBuf,
    sha256: String,
    header: Vec<String>,
    columns: Vec<TextColumn>,
    /// Line (CSV) or number of each row.
    rows: Vec<u64>,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct TextColumn {
    text: String,
    ends: Vec<usize>,
}

impl TextColumn {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}

impl PlainTable {
    /// Reads a table. `progress` is told of bytes done and bytes in all.
    ///
    /// # Errors
    /// When the file cannot be read as a table of equal rows.
    pub fn read(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        let input = Input::open(path, progress)?;
        let mut reader = Rows::open(&input, input.encoding)?;
        let header: Vec<String> = reader.header().iter().map(|h| h.trim().to_owned()).collect();
        let needed: Vec<usize> = (0..header.len()).collect();
        let mut columns: Vec<TextColumn> = header.iter().map(|_| TextColumn::default()).collect();
        let mut rows = Vec::new();
        let half = input.len();
        reader.each(&needed, &mut |next, fields, done| {
            match next {
                Next::Row(row) => {
                    for (i, column) in columns.iter_mut().enumerate() {
                        column.push(fields.get(i));
                    }
                    rows.push(row);
                }
                Next::Refused(row, rule) => return Err(Error::rule(Stage::Ingest, path, rule).at_row(row)),
                Next::End => {}
            }
            if rows.len() as u64 > MAX_ROWS {
                return Err(Error::rule(Stage::Ingest, path, Rule::TooManyRows));
            }
            if rows.len().is_multiple_of(4096) {
                progress(half + done.min(half), 2 * half);
            }
            Ok(())
        })?;
        input.unchanged()?;
        progress(2 * half, 2 * half);
        Ok(Self { path: path.to_owned(), sha256: input.sha256.clone(), header, columns, rows })
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// SHA-256 of the file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Names of the columns as the file has them.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.header.iter().any(|h| h.eq_ignore_ascii_case(name))
    }

    fn column(&self, name: &str) -> Result<&TextColumn> {
        let mut found = self.header.iter().zip(&self.columns).filter(|(h, _)| h.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (None, _) => Err(Error::rule(Stage::Ingest, &self.path, Rule::MissingColumn).at_column(name)),
            (Some(_), Some(_)) => Err(Error::rule(Stage::Ingest, &self.path, Rule::DuplicateColumn).at_column(name)),
            (Some((_, column)), None) => Ok(column),
        }
    }

    /// An error at a row (from 0) and column of this table. `what` must not hold a value.
    pub fn refused(&self, row: usize, column: &str, what: &str) -> Error {
        Error::refused(Stage::Ingest, &self.path, what).at_row(self.rows[row]).at_column(column)
    }

    fn parsed<T>(&self, name: &str, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
        let column = self.column(name)?;
        (0..self.len()).map(|row| parse(column.get(row)).ok_or_else(|| self.refused(row, name, what))).collect()
    }

    /// A column of texts that are not blank.
    ///
    /// # Errors
    /// When the column is missing or a row is blank in it.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.parsed(name, "the field is blank", |text| (!text.is_empty()).then(|| text.to_owned()))
    }

    /// A column as it stands, blank fields included.
    ///
    /// # Errors
    /// When the column is missing.
    pub fn fields(&self, name: &str) -> Result<Vec<&str>> {
        let column = self.column(name)?;
        Ok((0..self.len()).map(|row| column.get(row)).collect())
    }

    /// A column of finite numbers.
    ///
    /// # Errors
    /// When the column is missing or a row holds no finite number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        self.parsed(name, "not a finite number", |text| text.parse::<f64>().ok().filter(|v| v.is_finite()))
    }

    /// A column of counts: whole and not negative. `3.0` is one.
    ///
    /// # Errors
    /// When the column is missing or a row holds no count below 2³².
    pub fn counts(&self, name: &str) -> Result<Vec<u32>> {
        let count = |text: &str| {
            text.parse::<u32>().ok().or_else(|| {
                let value = text.parse::<f64>().ok()?;
                (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value)).then_some(value as u32)
            })
        };
        self.parsed(name, "not a count (a whole number, 0 or more, below 4294967296)", count)
    }

    /// A column of whole numbers.
    ///
    /// # Errors
    /// When the column is missing or a row holds no whole number.
    pub fn whole(&self, name: &str) -> Result<Vec<i64>> {
        self.parsed(name, "not a whole number", |text| text.parse().ok())
    }

    /// A column of days (`YYYY-MM-DD`, a time behind it is left out) as days since 1970-01-01, or of such numbers already: one form
    /// for the whole column, the first row's.
    ///
    /// # Errors
    /// When the column is missing or a row holds neither.
    pub fn days(&self, name: &str) -> Result<Vec<i64>> {
        let epoch = Date::constant(1970, 1, 1);
        let date = |text: &str| text.get(..10)?.parse::<Date>().ok().map(|d| d.duration_since(epoch).as_hours() / 24);
        let number = |text: &str| text.parse::<i64>().ok();
        // One form for the whole column: 7 among dates is a slip, not the seventh day of 1970.
        let dates = self.texts(name)?.first().is_some_and(|text| number(text).is_none());
        if dates {
            return self.parsed(name, "not a day (YYYY-MM-DD)", date);
        }
        self.parsed(name, "not a day (YYYY-MM-DD, or a whole number of days throughout)", number)
    }

    /// A column of local clock times (`YYYY-MM-DD HH:MM`, seconds if they are known); `None` where it is blank.
    ///
    /// # Errors
    /// When the column is missing or a row holds something else, such as a day without a time or a time with a zone.
    pub fn times(&self, name: &str) -> Result<Vec<Option<DateTime>>> {
        // A day alone would be taken for its midnight.
        let time = |text: &str| (text.len() > "YYYY-MM-DD".len()).then(|| text.parse().ok())?;
        let what = "not a local time (YYYY-MM-DD HH:MM); blank where it is not known";
        self.parsed(name, what, |text| if text.is_empty() { Some(None) } else { time(text).map(Some) })
    }

    /// A column of texts, each once.
    ///
    /// # Errors
    /// When the column is missing, or a row is blank in it or repeats another.
    pub fn names(&self, name: &str) -> Result<Vec<String>> {
        let texts = self.texts(name)?;
        let mut seen = HashSet::with_capacity(texts.len());
        match texts.iter().position(|text| !seen.insert(text.as_str())) {
            Some(row) => Err(self.refused(row, name, "the identifier stands in an earlier row already")),
            None => Ok(texts),
        }
    }

    /// For each row of this table, the place of its text among names.
    ///
    /// # Errors
    /// When the column is missing or a row's text is none of the names.
    pub fn rows_in(&self, name: &str, names: &[String]) -> Result<Vec<u32>> {
        let places: HashMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        self.parsed(name, "no row of the other table has this identifier", |text| places.get(text).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn table(text: &str) -> Result<PlainTable> {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        PlainTable::read(file.path(), &mut |_, _| {})
    }

    #[test]
    fn columns_come_by_name_and_kind() {
        let t = table("\u{feff}ID, value ,n,day\r\na,1.5,3,2026-03-01\r\n\"b\",-2e3,4.0,2026-03-02T10:00:00\r\n").unwrap();
        assert_eq!(t.texts("id").unwrap(), ["a", "b"]);
        assert_eq!(t.numbers("value").unwrap(), [1.5, -2000.0]);
        assert_eq!(t.counts("n").unwrap(), [3, 4]);
        assert_eq!(t.days("day").unwrap(), [20513, 20514]);
        let times = table("from,until\n2026-03-01 22:30,\n,2026-03-01T22:30:15\n").unwrap();
        let texts = |name| times.times(name).unwrap().iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((texts("from"), texts("until")), (vec!["2026-03-01T22:30:00".into()], vec!["2026-03-01T22:30:15".into()]));
        for other in ["2026-03-01", "2026-03-01T10:00Z", "10 o'clock on Monday"] {
            assert_eq!(table(&format!("from\n{other}\n")).unwrap().times("from").unwrap_err().row, Some(2));
        }
        let edges = table("from,to\nb,a\na,b\n").unwrap();
        assert_eq!(edges.rows_in("from", &t.names("id").unwrap()).unwrap(), [1, 0]);
    }

    #[test]
    fn what_cannot_be_read_is_located_and_never_quoted() {
        for (text, column, row) in
            [("id,value\na,1\nb,secret\n", "value", 3), ("id,value\na,1\nb,inf\n", "value", 3), ("id,value\na,\nb,1\n", "value", 2)]
        {
            let error = table(text).unwrap().numbers(column).unwrap_err();
            assert_eq!((error.row, error.column.as_deref()), (Some(row), Some(column)));
            assert!(!error.to_string().contains("secret"));
        }
        assert_eq!(table("id,n\na,-1\n").unwrap().counts("n").unwrap_err().row, Some(2));
        assert_eq!(table("id,n\na,1.5\n").unwrap().counts("n").unwrap_err().row, Some(2));
        assert_eq!(table("id\na\na\n").unwrap().names("id").unwrap_err().row, Some(3));
        assert_eq!(table("id,value\na\n").unwrap_err().row, Some(2));
        assert_eq!(table("id\na\n").unwrap().numbers("x").unwrap_err().broken_rule(), Some(Rule::MissingColumn));
    }
}
