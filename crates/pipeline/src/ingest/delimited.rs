//! Rows of a CSV file (RFC 4180), by physical line.
//!
//! Stricter than most readers, on purpose: a quote that is opened and not closed would otherwise swallow the rest of the file
//! as one field. A quoted field must end where its field does; a record is at most 1 MiB long.

use super::Sink;
use super::fields::{Fields, Next};
use super::rule::Rule;
use super::source::{Encoding, Input};
use crate::error::{Error, Result, Stage};
use encoding_rs::WINDOWS_1252;
use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::rc::Rc;

const MAX_RECORD: usize = 1 << 20;
/// Widest table.
pub(crate) const MAX_COLUMNS: usize = 256;

/// A CSV file, row by row.
pub(crate) struct CsvRows {
    path: PathBuf,
    reader: BufReader<Box<dyn Read>>,
    done: Rc<Cell<u64>>,
    encoding: Encoding,
    header: Vec<String>,
    /// Lines taken so far.
    line: u64,
    record: Vec<u8>,
    /// Ends of the fields in `record`, with the quotes taken off.
    cut: Vec<(usize, usize)>,
    plain: Vec<u8>,
}

impl CsvRows {
    /// Reads the header.
    pub(crate) fn open(input: &Input, encoding: Encoding) -> Result<Self> {
        let (text, done) = input.text()?;
        let mut rows = Self {
            path: input.path.clone(),
            reader: BufReader::with_capacity(256 << 10, text),
            done,
            encoding,
            header: Vec::new(),
            line: 0,
            record: Vec::new(),
            cut: Vec::new(),
            plain: Vec::new(),
        };
        let mut fields = Fields::default();
        match rows.next(&mut fields)? {
            Next::Row(_) => {}
            Next::Refused(row, rule) => return Err(rows.broken(rule).at_row(row)),
            Next::End => return Err(rows.broken(Rule::EmptyFile)),
        }
        if fields.len() > MAX_COLUMNS {
            return Err(rows.broken(Rule::TooManyColumns).at_row(rows.line));
        }
        rows.header = (0..fields.len()).map(|i| fields.get(i).trim_start_matches('\u{feff}').to_owned()).collect();
        Ok(rows)
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Reads every row.
    pub(crate) fn each(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let mut fields = Fields::default();
        loop {
            match self.next(&mut fields)? {
                Next::End => return Ok(()),
                next => sink(next, &fields, self.done.get())?,
            }
        }
    }

    fn broken(&self, rule: Rule) -> Error {
        Error::rule(Stage::Ingest, &self.path, rule)
    }

    /// The next row that is not blank.
    fn next(&mut self, fields: &mut Fields) -> Result<Next> {
        loop {
            self.record.clear();
            let row = self.line + 1;
            if !self.take_line(row)? {
                return Ok(Next::End);
            }
            if self.record.is_empty() {
                continue;
            }
            self.cut.clear();
            self.plain.clear();
            if self.record.contains(&b'"') {
                self.split_quoted(row)?;
            } else {
                let mut start = 0;
                for (i, byte) in self.record.iter().enumerate() {
                    if *byte == b',' {
                        self.cut.push((start, i));
                        start = i + 1;
                    }
                }
                self.cut.push((start, self.record.len()));
            }
            return Ok(self.decode(row, fields));
        }
    }

    /// Appends one physical line without its end to the record; false at the end of the file.
    fn take_line(&mut self, row: u64) -> Result<bool> {
        let room = (MAX_RECORD + 1).saturating_sub(self.record.len());
        let got = (&mut self.reader)
            .take(room as u64)
            .read_until(b'\n', &mut self.record)
            .map_err(|e| Error::source(Stage::Ingest, &self.path, e))?;
        if got == 0 {
            return Ok(false);
        }
        self.line += 1;
        if self.record.last() == Some(&b'\n') {
            self.record.pop();
            if self.record.last() == Some(&b'\r') {
                self.record.pop();
            }
        } else if self.record.len() > MAX_RECORD {
            return Err(self.broken(Rule::RecordTooLong).at_row(row));
        }
        Ok(true)
    }

    /// Splits a record with quotes, taking further lines while a quote is open. Fields go to `plain`.
    fn split_quoted(&mut self, row: u64) -> Result<()> {
        let mut at = 0;
        loop {
            let start = self.plain.len();
            if self.record.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    match self.record.get(at) {
                        Some(b'"') if self.record.get(at + 1) == Some(&b'"') => {
                            self.plain.push(b'"');
                            at += 2;
                        }
                        Some(b'"') => {
                            at += 1;
                            break;
                        }
                        Some(byte) => {
                            self.plain.push(*byte);
                            at += 1;
                        }
                        None => {
                            // The line ended inside the field: it goes on in the next, if there is one.
                            self.record.push(b'\n');
                            if self.record.len() > MAX_RECORD || !self.take_line(row)? {
                                return Err(self.broken(Rule::UnclosedQuote).at_row(row));
                            }
                        }
                    }
                }
                if !matches!(self.record.get(at), None | Some(b',')) {
                    return Err(self.broken(Rule::UnclosedQuote).at_row(row));
                }
            } else {
                while let Some(byte) = self.record.get(at).filter(|b| **b != b',') {
                    self.plain.push(*byte);
                    at += 1;
                }
            }
            self.cut.push((start, self.plain.len()));
            if at == self.record.len() {
                break;
            }
            at += 1;
        }
        std::mem::swap(&mut self.record, &mut self.plain);
        Ok(())
    }

    /// Turns the cut record into text.
    fn decode(&self, row: u64, fields: &mut Fields) -> Next {
        fields.clear();
        if !self.header.is_empty() && self.cut.len() != self.header.len() {
            return Next::Refused(row, Rule::RaggedRow);
        }
        if let Ok(text) = std::str::from_utf8(&self.record) {
            // The cuts are at ASCII bytes, so they are boundaries of characters too.
            for (start, end) in &self.cut {
                fields.push(text.get(*start..*end).unwrap_or_default());
            }
            return Next::Row(row);
        }
        if self.encoding == Encoding::Utf8 || self.record.iter().any(|b| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)) {
            return Next::Refused(row, Rule::BadEncoding);
        }
        for (start, end) in &self.cut {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&self.record[*start..*end]);
            fields.push(&text);
        }
        Next::Row(row)
    }
}

impl std::fmt::Debug for CsvRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvRows").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}
