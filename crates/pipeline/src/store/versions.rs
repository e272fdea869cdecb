//! Which stored row speaks for a record, as known on a day.
//!
//! A row is a version of the record with its key. Versions of a key stand in the order of their day of knowledge, and on
//! the same day in the order in which they came in; the last one not after a day is what was known on it.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// One stored row, as far as versions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    key: u128,
    known_on: Date,
    file: u32,
    row: u32,
    content: u64,
}

impl Version {
    /// `file` and `row` say where the row stands, in the order in which rows came in.
    pub(crate) fn new(key: &str, known_on: Date, file: usize, row: usize, content: u64) -> Self {
        let digest = Sha256::digest(key.as_bytes());
        let key = u128::from_le_bytes(digest[..16].try_into().expect("SHA-256 has 32 bytes"));
        Self { key, known_on, file: file as u32, row: row as u32, content }
    }
}

/// What is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Additions {
    /// For each new file, which of its rows say something new.
    pub(crate) keep: Vec<Vec<bool>>,
    /// For each new file, how many rows are the first of their record.
    pub(crate) new_records: Vec<u64>,
    /// For each new file, how many rows are a further version of a record.
    pub(crate) new_versions: Vec<u64>,
}

/// Which rows of the new files (numbered from `first_new` on, with these lengths) say something new. A row that repeats
/// the version in force on its day of knowledge adds nothing.
pub(crate) fn additions(mut versions: Vec<Version>, first_new: usize, lengths: &[usize]) -> Additions {
    let mut additions = Additions {
        keep: lengths.iter().map(|n| vec![false; *n]).collect(),
        new_records: vec![0; lengths.len()],
        new_versions: vec![0; lengths.len()],
    };
    versions.sort_unstable();
    for record in versions.chunk_by(|a, b| a.key == b.key) {
        let mut in_force = None;
        let mut is_known = record.iter().any(|v| (v.file as usize) < first_new);
        for version in record {
            if let Some(file) = (version.file as usize).checked_sub(first_new) {
                if in_force == Some(version.content) {
                    continue;
                }
                additions.keep[file][version.row as usize] = true;
                let counter = if is_known { &mut additions.new_versions } else { &mut additions.new_records };
                counter[file] += 1;
                is_known = true;
            }
            in_force = Some(version.content);
        }
    }
    additions
}

/// What was known on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// For each file, which of its rows speak for their record.
    pub(crate) keep: Vec<Vec<bool>>,
    /// Rows that a later version had replaced by then.
    pub(crate) superseded: u64,
    /// Rows that were not known yet.
    pub(crate) not_yet_known: u64,
}

/// The rows that speak for their record on `day`, in files of these lengths.
pub(crate) fn as_known_on(mut versions: Vec<Version>, lengths: &[usize], day: Date) -> Selection {
    let mut selection = Selection { keep: lengths.iter().map(|n| vec![false; *n]).collect(), superseded: 0, not_yet_known: 0 };
    versions.sort_unstable();
    for record in versions.chunk_by(|a, b| a.key == b.key) {
        let known = record.partition_point(|v| v.known_on <= day);
        selection.not_yet_known += (record.len() - known) as u64;
        if let Some(version) = record[..known].last() {
            selection.keep[version.file as usize][version.row as usize] = true;
            selection.superseded += known as u64 - 1;
        }
    }
    selection
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i8) -> Date {
        Date::constant(2026, 1, n)
    }

    #[test]
    fn a_repeated_version_adds_nothing_and_a_changed_one_does() {
        let versions = vec![
            Version::new("a", day(1), 0, 0, 10),
            Version::new("a", day(2), 1, 0, 10),
            Version::new("a", day(3), 1, 1, 11),
            Version::new("b", day(3), 1, 2, 10),
        ];
        let additions = additions(versions, 1, &[3]);
        assert_eq!(additions.keep, [[false, true, true]]);
        assert_eq!((additions.new_records, additions.new_versions), (vec![1], vec![1]));
    }

    #[test]
    fn a_version_may_return_to_an_earlier_content() {
        let versions =
            vec![Version::new("a", day(1), 0, 0, 10), Version::new("a", day(2), 1, 0, 11), Version::new("a", day(3), 2, 0, 10)];
        assert_eq!(additions(versions, 2, &[1]).keep, [[true]]);
    }

    #[test]
    fn a_file_that_comes_late_fills_the_past_and_leaves_the_present() {
        let versions = vec![Version::new("a", day(5), 0, 0, 11), Version::new("a", day(2), 1, 0, 10)];
        assert_eq!(additions(versions.clone(), 1, &[1]).keep, [[true]]);
        let select = |d| as_known_on(versions.clone(), &[1, 1], day(d));
        assert_eq!(select(1), Selection { keep: vec![vec![false], vec![false]], superseded: 0, not_yet_known: 2 });
        assert_eq!(select(3), Selection { keep: vec![vec![false], vec![true]], superseded: 0, not_yet_known: 1 });
        assert_eq!(select(5), Selection { keep: vec![vec![true], vec![false]], superseded: 1, not_yet_known: 0 });
    }

    #[test]
    fn of_two_versions_of_one_day_the_later_to_come_in_holds() {
        let versions = vec![Version::new("a", day(2), 1, 0, 1), Version::new("a", day(2), 0, 7, 2)];
        let selection = as_known_on(versions, &[8, 1], day(2));
        assert!(selection.keep[1][0] && !selection.keep[0][7]);
    }
}
