//! The folder of the editions: a folder for each month, replaced whole, by one writer at a time.

use super::record::{FileOf, Given, Ran, Record};
use super::table::read_history;
use crate::commit::{self, Lock, TEMPORARY, sha256_hex};
use crate::error::{Error, Result, Stage};
use hotspot_core::Month;
use hotspot_core::summary::Edition;
use hotspot_core::summary::tables::HISTORY;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How the name of every file of an edition starts.
pub const FILE: &str = "recorded-hate-crime-";
/// The file of runs.
const RUNS: &str = "runs.jsonl";
/// How the name of a folder starts that is being replaced.
const OLD: &str = "old-";
const STAGE: Stage = Stage::Write;

/// Name of a file of an edition: lower case, with dashes, unique.
pub fn file_name(month: Month, part: &str, extension: &str) -> String {
    let part = if part.is_empty() { String::new() } else { format!("-{part}") };
    format!("{FILE}{month}{part}.{extension}")
}

/// The record of the edition in a folder of its own, with its month; `None` when there is none.
pub(crate) fn open_record(stage: Stage, folder: &Path) -> Result<Option<(Month, Record)>> {
    for (name, path) in commit::entries(stage, folder)? {
        let month = name.strip_prefix(FILE).and_then(|n| n.strip_suffix("-record.json")).and_then(|n| n.parse().ok());
        let Some(month) = month else { continue };
        if let Some(bytes) = commit::read_optional(stage, &path)? {
            return Ok(Some((month, Record::parse(&path, &bytes)?)));
        }
    }
    Ok(None)
}

/// The right to publish into a folder. Whoever comes second waits for the first.
#[derive(Debug)]
pub struct Editions {
    out: PathBuf,
    /// Held by whoever publishes.
    lock: Option<Lock>,
}

/// What becomes of an edition that is there already, with other figures or files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It stays, and the new one is refused: what was published can always be read.
    Refused,
    /// It is replaced.
    Replaced,
}

/// The edition before a month.
#[derive(Debug)]
pub struct Before {
    /// Its figures.
    pub edition: Edition,
    /// What it was: its month and the digest of its record.
    pub given: Given,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The folder of the month.
    pub folder: PathBuf,
    /// The same bytes were there already.
    pub already_there: bool,
    /// Other files of the month were there, and were replaced.
    pub replaced: bool,
    /// Digest of the record.
    pub record_sha256: String,
}

impl Editions {
    /// Opens the folder, making it when missing, and mends what an interrupted writer left: an edition that was being replaced comes back.
    ///
    /// # Errors
    /// When the folder is a link, or the disk refuses.
    pub fn open(out: &Path) -> Result<Self> {
        commit::make_private_folder(STAGE, out)?;
        let out = fs::canonicalize(out).map_err(|e| Error::source(STAGE, out, e))?;
        let lock = Lock::exclusive(STAGE, &out)?;
        for (name, path) in commit::entries(STAGE, &out)? {
            let Some(month) = name.strip_prefix(TEMPORARY).and_then(|n| n.strip_prefix(OLD)) else { continue };
            let folder = out.join(month);
            if month.parse::<Month>().is_ok() && !folder.exists() {
                commit::rename(STAGE, &path, &folder)?;
            }
        }
        commit::sweep(STAGE, &out, |_| false)?;
        Ok(Self { out, lock: Some(lock) })
    }

    /// Looks at the folder without the right to publish: nothing is made, mended or locked.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn look(out: &Path) -> Result<Self> {
        Ok(Self { out: fs::canonicalize(out).map_err(|e| Error::source(STAGE, out, e))?, lock: None })
    }

    /// The records of the editions that are there, by month; of folders without a sound record none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn records(&self) -> Result<BTreeMap<Month, Record>> {
        let mut records = BTreeMap::new();
        for (name, path) in commit::entries(STAGE, &self.out)? {
            let Ok(month) = name.parse::<Month>() else { continue };
            let path = path.join(file_name(month, "record", "json"));
            if let Some(record) = commit::read_optional(STAGE, &path)?.and_then(|bytes| Record::parse(&path, &bytes).ok()) {
                records.insert(month, record);
            }
        }
        Ok(records)
    }

    /// What the edition of a month knew; `None` when there is none.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn known_on(&self, month: Month) -> Result<Option<Date>> {
        let path = self.out.join(month.to_string()).join(file_name(month, "record", "json"));
        let bytes = commit::read_optional(STAGE, &path)?;
        bytes.map(|bytes| Record::parse(&path, &bytes).map(|record| record.as_known_on)).transpose()
    }

    /// The last edition before the month; `None` when there is none.
    ///
    /// # Errors
    /// When a folder of a month has no record, or the edition is damaged: what it said cannot be told then.
    pub fn before(&self, month: Month) -> Result<Option<Before>> {
        let earlier = commit::entries(STAGE, &self.out)?
            .into_iter()
            .filter_map(|(name, path)| Some((name.parse::<Month>().ok().filter(|m| *m < month && path.is_dir())?, path)));
        let Some((month, folder)) = earlier.max_by_key(|(m, _)| *m) else { return Ok(None) };
        let path = folder.join(file_name(month, "record", "json"));
        let Some(bytes) = commit::read_optional(STAGE, &path)? else {
            let what = "the edition before has no record, so that nothing can be compared with it; rebuild it with --months, or take its folder \
                        away";
            return Err(Error::refused(STAGE, &folder, what));
        };
        let record = Record::parse(&path, &bytes)?;
        let name = file_name(month, HISTORY, "parquet");
        let Some(file) = record.files.iter().find(|f| f.name == name) else {
            return Err(Error::refused(STAGE, &path, "the record does not name the table of all months"));
        };
        let history = folder.join(&name);
        let figures = read_history(&history, commit::read_verified(STAGE, &history, &file.sha256)?)?;
        let edition = Edition { month, known_on: record.as_known_on, figures };
        Ok(Some(Before { edition, given: Given { name: month.to_string(), sha256: sha256_hex(&bytes) } }))
    }

    /// Puts the files of a month, and the record that names them, into the folder of the month in one step: a reader sees the old edition or
    /// the new one, never half of one.
    ///
    /// # Errors
    /// When the folder of the month holds what no summary wrote, or another edition that may not be replaced, or the disk refuses. What was there
    /// stays then.
    pub fn publish(&self, mut record: Record, mut files: BTreeMap<String, Vec<u8>>, again: Again) -> Result<Published> {
        if self.lock.is_none() {
            return Err(Error::refused(STAGE, &self.out, "whoever looks at editions publishes none"));
        }
        let month = record.month;
        let file = |(name, bytes): (&String, &Vec<u8>)| FileOf {
            name: name.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(bytes),
        };
        record.files = files.iter().map(file).collect();
        let json = record.to_json();
        let record_sha256 = sha256_hex(&json);
        files.insert(file_name(month, "record", "json"), json);
        let folder = self.out.join(month.to_string());
        commit::own_folder(STAGE, &folder)?;
        let there = commit::entries(STAGE, &folder)?;
        let same = there.len() == files.len()
            && there.iter().all(|(name, path)| files.get(name).is_some_and(|bytes| fs::read(path).is_ok_and(|b| b == *bytes)));
        if same {
            return Ok(Published { folder, already_there: true, replaced: false, record_sha256 });
        }
        if let Some((name, _)) = there.iter().find(|(name, _)| !name.starts_with(FILE)) {
            let what = format!("the folder of the month holds {name}, which no summary wrote; nothing was changed");
            return Err(Error::refused(STAGE, &folder, what));
        }
        if again == Again::Refused && !there.is_empty() {
            let then = self.known_on(month)?.map_or_else(String::new, |day| format!(", as known on {day}"));
            let what = format!(
                "the month is published already{then}, with other figures or files; nothing was changed. --as-known-on rebuilds what was known on a \
                 day, --replace puts the new edition in the place of the old one"
            );
            return Err(Error::refused(STAGE, &folder, what));
        }
        let temporary = self.out.join(format!("{TEMPORARY}{month}"));
        commit::make_private_folder(STAGE, &temporary)?;
        let written = self.write(&temporary, &folder, &files, !there.is_empty());
        if written.is_err() {
            // A full disk must not stay full of what nobody will read. What cannot be swept now is swept by the next run.
            let _ = commit::sweep(STAGE, &self.out, |_| false);
        }
        written?;
        Ok(Published { folder, already_there: false, replaced: !there.is_empty(), record_sha256 })
    }

    fn write(&self, temporary: &Path, folder: &Path, files: &BTreeMap<String, Vec<u8>>, replaces: bool) -> Result<()> {
        for (name, bytes) in files {
            commit::write_flushed(STAGE, &temporary.join(name), bytes)?;
        }
        commit::flush_folder(STAGE, temporary)?;
        if replaces {
            commit::exchange(STAGE, temporary, folder, &self.out.join(format!("{TEMPORARY}{OLD}{}", name_of(folder))))?;
        } else {
            commit::rename(STAGE, temporary, folder)?;
        }
        commit::sweep(STAGE, &self.out, |_| false)
    }

    /// Adds a line to the file of runs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn log(&self, ran: &Ran) -> Result<()> {
        let path = self.out.join(RUNS);
        let fail = |e: std::io::Error| Error::source(STAGE, &path, e);
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            return Err(Error::refused(STAGE, &path, "this file is a link to another place; nothing is added to it"));
        }
        let mut line = serde_json::to_vec(ran).expect("a run is plain data");
        line.push(b'\n');
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?;
        file.write_all(&line).map_err(fail)?;
        file.sync_all().map_err(fail)
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::release::DataClass;

    fn month() -> Month {
        "2026-10".parse().unwrap()
    }

    fn publish(out: &Path, text: &str) -> Result<Published> {
        publish_again(out, text, Again::Replaced)
    }

    fn publish_again(out: &Path, text: &str, again: Again) -> Result<Published> {
        let record = Record::new(month(), "2026-11-06".parse().unwrap(), DataClass::Synthetic);
        Editions::open(out)?.publish(record, BTreeMap::from([(file_name(month(), "", "csv"), text.as_bytes().to_vec())]), again)
    }

    fn held(out: &Path) -> String {
        fs::read_to_string(out.join("2026-10").join(file_name(month(), "", "csv"))).unwrap()
    }

    #[test]
    fn an_edition_is_published_once_and_replaced_whole() {
        let out = tempfile::tempdir().unwrap();
        let first = publish(out.path(), "one").unwrap();
        assert!(!first.already_there && !first.replaced);
        let again = publish(out.path(), "one").unwrap();
        assert!(again.already_there && again.record_sha256 == first.record_sha256);
        let refused = publish_again(out.path(), "two", Again::Refused).unwrap_err().to_string();
        assert!(refused.contains("published already, as known on 2026-11-06") && held(out.path()) == "one", "{refused}");
        assert!(publish(out.path(), "two").unwrap().replaced);
        assert_eq!(held(out.path()), "two");
        let names: Vec<_> = commit::entries(STAGE, out.path()).unwrap().into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, [".lock", "2026-10"]);
    }

    #[test]
    fn an_edition_that_was_being_replaced_when_the_program_was_killed_comes_back() {
        let out = tempfile::tempdir().unwrap();
        publish(out.path(), "one").unwrap();
        // As it stands between the two renames of a file system that cannot exchange.
        fs::rename(out.path().join("2026-10"), out.path().join(".tmp-old-2026-10")).unwrap();
        fs::create_dir(out.path().join(".tmp-2026-10")).unwrap();
        drop(Editions::open(out.path()).unwrap());
        assert_eq!(held(out.path()), "one");
        assert!(!out.path().join(".tmp-2026-10").exists());
    }

    #[test]
    fn what_no_summary_wrote_is_never_touched() {
        let out = tempfile::tempdir().unwrap();
        publish(out.path(), "one").unwrap();
        fs::write(out.path().join("2026-10/mine.txt"), "keep").unwrap();
        let message = publish(out.path(), "two").unwrap_err().to_string();
        assert!(message.contains("mine.txt") && held(out.path()) == "one", "{message}");
    }

    #[test]
    fn a_folder_of_a_month_without_a_record_cannot_be_compared_with() {
        let out = tempfile::tempdir().unwrap();
        let editions = Editions::open(out.path()).unwrap();
        assert!(editions.before(month()).unwrap().is_none());
        fs::create_dir(out.path().join("2026-09")).unwrap();
        assert!(editions.before(month()).unwrap_err().to_string().contains("has no record"));
        // A later month is none before.
        assert!(editions.before("2026-09".parse().unwrap()).unwrap().is_none());
    }
}
