//! The result of a statistic, as CSV or JSON.

use crate::commands::{note, write_whole};
use crate::failure::{Done, Failure};
use serde_json::{Map, Number, Value};
use std::path::Path;

/// Columns of equal length, and what was done to get them.
#[derive(Debug)]
pub struct Answer {
    method: &'static str,
    /// Settings and totals by name; on stderr beside a CSV.
    facts: Vec<(&'static str, Value)>,
    columns: Vec<(&'static str, Column)>,
}

/// One column.
#[derive(Debug)]
pub enum Column {
    Text(Vec<String>),
    /// Undefined values are blank in CSV and null in JSON.
    Number(Vec<Option<f64>>),
    Whole(Vec<i64>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Whole(values) => values.len(),
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Text(values) => values[row].clone(),
            Self::Number(values) => values[row].filter(|v| v.is_finite()).map_or_else(String::new, number),
            Self::Whole(values) => values[row].to_string(),
        }
    }

    fn json(&self, row: usize) -> Value {
        match self {
            Self::Text(values) => Value::from(values[row].clone()),
            Self::Number(values) => values[row].and_then(Number::from_f64).map_or(Value::Null, Value::Number),
            Self::Whole(values) => Value::from(values[row]),
        }
    }
}

impl From<Vec<f64>> for Column {
    fn from(values: Vec<f64>) -> Self {
        Self::Number(values.into_iter().map(Some).collect())
    }
}

impl From<Vec<Option<f64>>> for Column {
    fn from(values: Vec<Option<f64>>) -> Self {
        Self::Number(values)
    }
}

impl From<Vec<u32>> for Column {
    fn from(values: Vec<u32>) -> Self {
        Self::Whole(values.into_iter().map(i64::from).collect())
    }
}

impl From<Vec<i64>> for Column {
    fn from(values: Vec<i64>) -> Self {
        Self::Whole(values)
    }
}

impl From<Vec<String>> for Column {
    fn from(values: Vec<String>) -> Self {
        Self::Text(values)
    }
}

/// The shortest text that gives the number back, in powers of ten where it is very small or large.
fn number(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

impl Answer {
    pub const fn new(method: &'static str) -> Self {
        Self { method, facts: Vec::new(), columns: Vec::new() }
    }

    /// States a setting or total.
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Adds a column.
    pub fn column(mut self, name: &'static str, column: impl Into<Column>) -> Self {
        self.columns.push((name, column.into()));
        self
    }

    /// Writes the columns as CSV, or all of it as JSON.
    pub fn write(&self, out: &Path, json: bool) -> Done {
        let rows = self.columns.first().map_or(0, |(_, column)| column.len());
        if json {
            let row = |row| self.columns.iter().map(|(name, c)| ((*name).to_owned(), c.json(row))).collect::<Map<_, _>>();
            let mut whole = Map::new();
            whole.insert("method".to_owned(), self.method.into());
            whole.extend(self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            whole.insert("rows".to_owned(), (0..rows).map(|r| Value::Object(row(r))).collect());
            return write_whole(out, |file| {
                serde_json::to_writer(&mut *file, &Value::Object(whole))?;
                Ok(writeln!(file)?)
            });
        }
        write_whole(out, |file| {
            let mut csv = csv::Writer::from_writer(file);
            let fail = |e: csv::Error| match e.into_kind() {
                csv::ErrorKind::Io(e) => Failure::from(e),
                _ => Failure::cannot("the result could not be written"),
            };
            csv.write_record(self.columns.iter().map(|(name, _)| name)).map_err(fail)?;
            for row in 0..rows {
                csv.write_record(self.columns.iter().map(|(_, column)| column.text(row))).map_err(fail)?;
            }
            Ok(csv.flush()?)
        })?;
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let known = self.facts.iter().filter(|(_, value)| !value.is_null());
        let facts: Vec<String> = known.map(|(name, value)| format!("{name} {}", plain(value))).collect();
        note(format_args!("{}: {}", self.method, facts.join("; ")));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_stay_short() {
        for (value, text) in [(3.0, "3"), (0.1, "0.1"), (1e-300, "1e-300"), (-2.5, "-2.5"), (123456789.0, "123456789")] {
            assert_eq!(number(value), text);
            assert_eq!(number(value).parse::<f64>().ok(), Some(value));
        }
    }
}
