//! The monthly summary when something goes wrong: a full disk, two jobs at once, a damaged store, a damaged edition.

use crate::program::{hotspot, simulated, succeed};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Job {
    dir: tempfile::TempDir,
}

impl Job {
    fn new() -> Self {
        let job = Self { dir: tempfile::tempdir().unwrap() };
        succeed([
            "ingest",
            simulated().incidents.to_str().unwrap(),
            "--store",
            job.store().to_str().unwrap(),
            "--class",
            "synthetic",
        ]);
        job
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = hotspot(["summary", "--store"]);
        command.arg(self.store()).arg("--out").arg(self.out()).args(more);
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    /// Everything in the folder of editions, but for the runs and the lock.
    fn held(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(self.out()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                for file in std::fs::read_dir(&path).unwrap() {
                    let file = file.unwrap().path();
                    files.insert(file.clone(), std::fs::read(file).unwrap());
                }
            }
        }
        files
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A limit on the size of a file, whose signal is ignored, makes the write fail as on a full disk.
#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_leaves_the_last_edition_whole_and_nothing_else() {
    let job = Job::new();
    assert!(job.run(&["--month", "2025-09", "--as-known-on", "2025-10-06"]).status.success());
    let before = job.held();
    for month in ["2025-09", "2025-10"] {
        // 64 KiB: the small files are written, a larger one is not.
        let limited = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f 128; exec \"$@\"",
                "sh",
                env!("CARGO_BIN_EXE_hotspot"),
                "summary",
                "--replace",
                "--month",
                month,
            ])
            .arg("--store")
            .arg(job.store())
            .arg("--out")
            .arg(job.out())
            .output()
            .unwrap();
        assert_eq!(limited.status.code(), Some(2), "{}", said(&limited));
        assert!(said(&limited).contains("writing") && said(&limited).contains("File too large"), "{}", said(&limited));
        assert_eq!(job.held(), before, "{month}");
    }
    assert!(job.run(&["--month", "2025-10"]).status.success());
}

#[test]
fn months_stand_apart_from_stores_and_each_class_has_a_folder() {
    let job = Job::new();
    for out in [job.store(), job.store().join("months"), job.dir.path().to_owned()] {
        let wrong = hotspot(["summary", "--month", "2025-09", "--store"]).arg(job.store()).arg("--out").arg(&out).output().unwrap();
        assert!(wrong.status.code() == Some(2) && said(&wrong).contains("a folder of their own"), "{}", said(&wrong));
    }
    assert!(job.run(&["--month", "2025-08", "--formats", "csv"]).status.success());
    // The same records, called real.
    let text = std::fs::read_to_string(&simulated().incidents).unwrap().replace(",synthetic\n", ",restricted\n");
    let (file, store) = (job.dir.path().join("real.csv"), job.dir.path().join("real"));
    std::fs::write(&file, text).unwrap();
    succeed(["ingest", file.to_str().unwrap(), "--store", store.to_str().unwrap(), "--class", "restricted"]);
    let wrong = hotspot(["summary", "--month", "2025-09", "--store"]).arg(&store).arg("--out").arg(job.out()).output().unwrap();
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("each class has a folder of its own"), "{}", said(&wrong));
    let wrong = job.run(&["--month", "2025-09", "--releases", "nowhere"]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("no such folder"), "{}", said(&wrong));
}

#[test]
fn two_jobs_at_once_publish_one_after_the_other() {
    let job = Job::new();
    let start = |more: &[&str]| job.command(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The same month twice, and another.
    let jobs: Vec<_> = ["2025-09", "2025-09", "2025-10"].map(|month| start(&["--month", month, "--formats", "csv"])).into();
    let outputs: Vec<Output> = jobs.into_iter().map(|j| j.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().all(|o| o.status.success()), "{:?}", outputs.iter().map(said).collect::<Vec<_>>());
    assert_eq!(outputs[..2].iter().filter(|o| said(o).contains("already published")).count(), 1);
    let runs = std::fs::read_to_string(job.out().join("runs.jsonl")).unwrap();
    assert_eq!(runs.lines().count(), 3);
    let names: Vec<String> = std::fs::read_dir(job.out()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|n| n.starts_with(".tmp-")), "{names:?}");
}

/// Cuts a file to a half.
fn cut(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_damaged_store_or_edition_is_named_and_nothing_is_written() {
    let job = Job::new();
    assert!(job.run(&["--month", "2025-08", "--formats", "csv"]).status.success());
    let history = job.out().join("2025-08/recorded-hate-crime-2025-08-history.parquet");
    let good = std::fs::read(&history).unwrap();
    cut(&history);
    let before = job.held();
    let wrong = job.run(&["--month", "2025-09"]);
    assert!(
        wrong.status.code() == Some(2) && said(&wrong).contains("history.parquet") && said(&wrong).contains("damaged"),
        "{}",
        said(&wrong)
    );
    assert_eq!(job.held(), before);
    std::fs::write(&history, good).unwrap();
    // A file of the store.
    let before = job.held();
    let mut data = std::fs::read_dir(job.store().join("data")).unwrap().map(|e| e.unwrap().path());
    let batch = data.find(|p| p.extension().is_some_and(|e| e == "parquet")).unwrap();
    cut(&batch);
    let wrong = job.run(&["--month", "2025-09"]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("damaged"), "{}", said(&wrong));
    assert_eq!(job.held(), before);
}
