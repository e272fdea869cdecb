//! Published editions as they are read: what stands there, and each of its files.

use super::editions::{file_name, open_record};
use super::record::Record;
use crate::commit;
use crate::error::{Error, Result, Stage};
use hotspot_core::Month;
use serde::Deserialize;
use std::path::{Path, PathBuf};

const STAGE: Stage = Stage::Ingest;

/// Folders of editions.
#[derive(Debug, Clone)]
pub struct Shelf(Vec<PathBuf>);

/// An edition that stands there.
#[derive(Debug)]
pub struct OnShelf {
    /// What it says of itself.
    pub record: Record,
    /// What it has otherwise than the edition before; `None` where it was published without its changes.
    pub revised: Option<Revised>,
    folder: PathBuf,
}

/// What an edition has otherwise than the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revised {
    /// Figures that were revised, of every place and strand.
    pub figures: u64,
    /// Those of all records of the whole area, by month of recording.
    pub london: Vec<RevisedMonth>,
}

/// A month that the edition before had otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisedMonth {
    /// The month.
    pub month: String,
    /// The figure before, where there was one.
    pub before: Option<u64>,
    /// The figure now, where there is one.
    pub now: Option<u64>,
}

#[derive(Deserialize)]
struct Changes {
    counts: Counts,
    revisions: Vec<Revision>,
}

#[derive(Deserialize)]
struct Counts {
    revised_figures: Option<u64>,
}

#[derive(Deserialize)]
struct Revision {
    month: String,
    basis: String,
    level: String,
    strand: String,
    before_records: Option<u64>,
    records: Option<u64>,
}

impl Shelf {
    /// Each of these is an edition, such as `out/2026-10`, or holds some.
    ///
    /// # Errors
    /// When one of them is neither.
    pub fn open(folders: &[PathBuf]) -> Result<Self> {
        for folder in folders {
            if Self(vec![folder.clone()]).folders()?.is_empty() {
                let what = "no edition of hotspot summary, and none in it";
                return Err(Error::refused(STAGE, folder, what));
            }
        }
        Ok(Self(folders.to_vec()))
    }

    /// The folders that hold an edition now.
    fn folders(&self) -> Result<Vec<(Month, Record, PathBuf)>> {
        let mut all = Vec::new();
        for folder in &self.0 {
            if let Some((month, record)) = open_record(STAGE, folder)? {
                all.push((month, record, folder.clone()));
                continue;
            }
            for (name, path) in commit::entries(STAGE, folder)? {
                if name.parse::<Month>().is_ok()
                    && path.is_dir()
                    && let Some((month, record)) = open_record(STAGE, &path)?
                {
                    all.push((month, record, path));
                }
            }
        }
        Ok(all)
    }

    /// The editions that stand there now, the newest month first.
    ///
    /// # Errors
    /// When a folder cannot be read, or an edition is damaged.
    pub fn editions(&self) -> Result<Vec<OnShelf>> {
        let mut all = self.folders()?;
        all.sort_by_key(|(month, record, _)| (std::cmp::Reverse(*month), record.tier.clone()));
        all.into_iter()
            .map(|(month, record, folder)| Ok(OnShelf { revised: revised(month, &record, &folder)?, record, folder }))
            .collect()
    }

    /// A file of an edition, which its record names; `None` when there is no such edition or file.
    ///
    /// # Errors
    /// When the file is not the one that was published.
    pub fn file(&self, tier: &str, month: Month, name: &str) -> Result<Option<Vec<u8>>> {
        let of = self.folders()?.into_iter().find(|(of, record, _)| *of == month && record.tier == tier);
        let Some((_, record, folder)) = of else { return Ok(None) };
        let Some(file) = record.files.iter().find(|file| file.name == name) else { return Ok(None) };
        commit::read_verified(STAGE, &folder.join(&file.name), &file.sha256).map(Some)
    }

    /// The folder of the newest edition of exact figures.
    ///
    /// # Errors
    /// As [`Self::editions`].
    pub fn newest(&self, tier: &str) -> Result<Option<PathBuf>> {
        Ok(self.editions()?.into_iter().find(|edition| edition.record.tier == tier).map(|edition| edition.folder))
    }
}

fn revised(month: Month, record: &Record, folder: &Path) -> Result<Option<Revised>> {
    let name = file_name(month, "changes", "json");
    let Some(file) = record.files.iter().find(|file| file.name == name) else { return Ok(None) };
    let path = folder.join(&name);
    let bytes = commit::read_verified(STAGE, &path, &file.sha256)?;
    let what = "not the changes of an edition that this program can read";
    let changes: Changes = serde_json::from_slice(&bytes).map_err(|_| Error::refused(STAGE, &path, what))?;
    let whole = |r: &&Revision| r.basis == "recorded" && r.level == "london" && r.strand == "all";
    let london = changes.revisions.iter().filter(whole);
    Ok(Some(Revised {
        figures: changes.counts.revised_figures.unwrap_or(0),
        london: london.map(|r| RevisedMonth { month: r.month.clone(), before: r.before_records, now: r.records }).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::{Again, Editions};
    use hotspot_core::release::DataClass;
    use std::collections::BTreeMap;
    use std::fs;

    fn publish(out: &Path, month: &str, tier: &str) {
        let month: Month = month.parse().unwrap();
        let mut record = Record::new(month, "2026-11-06".parse().unwrap(), DataClass::Synthetic);
        tier.clone_into(&mut record.tier);
        let changes = br#"{"counts": {"revised_figures": 3, "new_signals": 0}, "revisions": [
            {"month": "2026-08", "basis": "recorded", "level": "london", "strand": "all", "before_records": 212, "records": 219},
            {"month": "2026-08", "basis": "occurred", "level": "london", "strand": "all", "before_records": 1, "records": 2},
            {"month": "2026-08", "basis": "recorded", "level": "borough", "strand": "all", "before_records": 1, "records": 2}]}"#;
        let files = BTreeMap::from([
            (file_name(month, "", "csv"), b"month\n".to_vec()),
            (file_name(month, "changes", "json"), changes.to_vec()),
        ]);
        Editions::open(out).unwrap().publish(record, files, Again::Refused).unwrap();
    }

    #[test]
    fn an_edition_or_the_folder_of_several_is_read_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        for month in ["2026-09", "2026-10"] {
            publish(dir.path(), month, "analyst");
        }
        let months = |shelf: &Shelf| shelf.editions().unwrap().iter().map(|e| e.record.month.to_string()).collect::<Vec<_>>();
        let all = Shelf::open(&[dir.path().to_owned()]).unwrap();
        assert_eq!(months(&all), ["2026-10", "2026-09"]);
        let one = Shelf::open(&[dir.path().join("2026-09")]).unwrap();
        assert_eq!(months(&one), ["2026-09"]);
        let revised = all.editions().unwrap().remove(0).revised.unwrap();
        let now = RevisedMonth { month: "2026-08".to_owned(), before: Some(212), now: Some(219) };
        assert_eq!((revised.figures, revised.london), (3, vec![now]));
        assert_eq!(all.newest("analyst").unwrap().unwrap(), dir.path().join("2026-10"));
        assert!(all.newest("oversight").unwrap().is_none());
        assert!(Shelf::open(&[dir.path().join("2026-08")]).is_err());
    }

    #[test]
    fn only_a_file_that_the_record_names_is_read_and_only_as_it_was_published() {
        let dir = tempfile::tempdir().unwrap();
        publish(dir.path(), "2026-10", "oversight");
        let shelf = Shelf::open(&[dir.path().to_owned()]).unwrap();
        let month: Month = "2026-10".parse().unwrap();
        let name = file_name(month, "", "csv");
        assert_eq!(shelf.file("oversight", month, &name).unwrap().unwrap(), b"month\n");
        fs::write(dir.path().join("secret"), "no").unwrap();
        fs::write(dir.path().join("2026-10/other.csv"), "no").unwrap();
        for other in ["../secret", "other.csv", "", ".", "..", &format!("../2026-10/{name}")] {
            assert!(shelf.file("oversight", month, other).unwrap().is_none(), "{other}");
        }
        assert!(shelf.file("analyst", month, &name).unwrap().is_none(), "another tier is another edition");
        fs::write(dir.path().join("2026-10").join(&name), "other").unwrap();
        assert!(shelf.file("oversight", month, &name).is_err());
    }
}
