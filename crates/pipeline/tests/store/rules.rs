//! What a store takes, refuses, survives and says.

use crate::sample::{TODAY, batch, counts_batch, day, incident, month};
use hotspot_core::cube::FactKind;
use hotspot_core::release::DataClass;
use hotspot_core::{AreaCode, Incident};
use hotspot_pipeline::links::{Link, LinkFile};
use hotspot_pipeline::store::{BatchOutcome, Store};
use hotspot_pipeline::{AreaCount, Batch, Figure};
use std::fs;
use std::path::Path;

fn records(n: u8) -> Vec<Incident> {
    (0..n).map(|i| incident(&format!("i{i}"), day(1), i)).collect()
}

fn append(dir: &Path, batches: &[Batch]) -> Store {
    let mut store = Store::create_or_open(dir, None, None).unwrap();
    store.append(batches, None, TODAY).unwrap();
    store
}

fn links() -> LinkFile {
    let link = Link { id: "i1".to_owned(), same_as: "i2".to_owned(), basis: "quoted".to_owned(), known_on: day(2) };
    LinkFile { file: "links.csv".to_owned(), sha256: "77".to_owned(), links: vec![link] }
}

#[test]
fn the_same_file_twice_adds_nothing_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(9))]);
    let before = fs::read(dir.path().join("manifest.json")).unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let appended = store.append(&[batch("a", records(9)), batch("a", records(9))], None, TODAY).unwrap();
    assert_eq!((appended.same_files(), appended.added()), (2, 0));
    assert!(appended.batches[0].to_string().contains("already known"));
    assert_eq!(fs::read(dir.path().join("manifest.json")).unwrap(), before, "not a byte changed");
    let links = links();
    assert_eq!(store.append(&[], Some(&links), TODAY).unwrap().links, Some(1));
    assert_eq!(store.append(&[], Some(&links), TODAY).unwrap().links, None);
    assert_eq!(Store::open(dir.path()).unwrap().links(day(1)).unwrap(), []);
    assert_eq!(Store::open(dir.path()).unwrap().links(day(2)).unwrap(), links.links);
}

#[test]
fn a_later_extract_adds_only_what_changed() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(9))]);
    let mut second = records(10);
    for record in &mut second {
        record.known_on = day(5);
    }
    second[3] = incident("i3", day(5), 8);
    let mut store = Store::open(dir.path()).unwrap();
    let appended = store.append(&[batch("b", second)], None, TODAY).unwrap();
    let outcome = BatchOutcome::Added { new_records: 1, new_versions: 1, already_known: 8 };
    assert_eq!(appended.batches[0].outcome, outcome);
    assert_eq!(appended.batches[0].to_string(), "b.csv: 1 new records, 1 new versions of known ones, 8 already known");
    let stored = &store.batches()[1];
    assert_eq!((stored.added, stored.already_known, stored.known_on), (2, 8, Some([day(5), day(5)])));
    assert_eq!(stored.by_rule["null-island"], 1);
    assert_eq!(store.incidents(day(4)).unwrap().len(), 9);
    assert_eq!(store.incidents(day(5)).unwrap().len(), 10);
}

/// Class and licence asked for, what the file says of itself; what becomes of a new store, or why nothing does.
type Case<'a> = (Option<DataClass>, Option<&'a str>, Option<DataClass>, Result<DataClass, &'a str>);

#[test]
fn a_store_has_one_class_for_ever() {
    use DataClass::{Open, Restricted, Synthetic};
    let declared = |name: &str, class| Batch { declared_class: class, ..batch(name, records(2)) };
    let cases: [Case; 9] = [
        (None, None, None, Ok(Restricted)),
        (None, None, Some(Synthetic), Ok(Synthetic)),
        (Some(Synthetic), None, None, Ok(Synthetic)),
        (Some(Open), Some("OGL v3"), None, Ok(Open)),
        (Some(Open), None, None, Err("--licence")),
        (Some(Open), Some("  "), None, Err("--licence")),
        (Some(Restricted), None, Some(Synthetic), Err("says that it is synthetic, and the store is restricted")),
        (Some(Synthetic), None, Some(Open), Err("says that it is open, and the store is synthetic")),
        (None, None, Some(Open), Err("--licence")),
    ];
    for (class, licence, says, becomes) in cases {
        let dir = tempfile::tempdir().unwrap();
        let made = Store::create_or_open(dir.path(), class, licence)
            .and_then(|mut store| store.append(&[declared("a", says)], None, TODAY).map(|_| store.class()));
        match (made, becomes) {
            (Ok(class), Ok(expected)) => assert_eq!(class, expected),
            (Err(e), Err(part)) => {
                assert!(e.to_string().contains(part), "{e}");
                assert!(Store::open(dir.path()).is_err(), "nothing was made");
            }
            (made, _) => panic!("{class:?} {licence:?} {says:?}: {made:?}"),
        }
    }
}

#[test]
fn a_later_ingest_agrees_with_the_store_or_fails() {
    let dir = tempfile::tempdir().unwrap();
    let synthetic = |name: &str| Batch { declared_class: Some(DataClass::Synthetic), ..batch(name, records(2)) };
    append(dir.path(), &[synthetic("a")]);
    append(dir.path(), &[synthetic("b")]);
    let refused = |class, batch: Batch| {
        Store::create_or_open(dir.path(), class, None).and_then(|mut s| s.append(&[batch], None, TODAY)).unwrap_err().to_string()
    };
    assert!(refused(Some(DataClass::Restricted), synthetic("c")).contains("the store is synthetic and stays so"));
    assert!(refused(None, batch("c", records(1))).contains("confirm with --class synthetic"));
    assert!(refused(None, Batch { declared_class: Some(DataClass::Restricted), ..batch("c", records(1)) }).contains("c.csv"));
    Store::create_or_open(dir.path(), Some(DataClass::Synthetic), None)
        .unwrap()
        .append(&[batch("c", records(1))], None, TODAY)
        .unwrap();
    let licensed = Store::create_or_open(dir.path(), None, Some("OGL v3"));
    assert!(licensed.unwrap_err().to_string().contains("another licence"));
    assert_eq!(Store::open(dir.path()).unwrap().batches().len(), 3);
}

#[test]
fn counts_and_incidents_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(2))]);
    let mut store = Store::open(dir.path()).unwrap();
    let message = store.append(&[counts_batch("b", vec![])], None, TODAY).unwrap_err().to_string();
    assert!(message.contains("counted twice"), "{message}");
    assert_eq!(store.batches().len(), 1);
}

#[test]
fn several_rows_of_one_area_and_month_stay_several() {
    let dir = tempfile::tempdir().unwrap();
    let count = |known_on, count| AreaCount {
        area: Some(AreaCode("E05013570".to_owned())),
        area_name: Some("Heathrow Villages".to_owned()),
        month: month("2026-01"),
        strand: None,
        figure: Figure::Count(count),
        known_on,
    };
    append(dir.path(), &[counts_batch("a", vec![count(day(1), 11), count(day(1), 5)])]);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.kind(), Some(FactKind::Counts));
    let appended = store.append(&[counts_batch("b", vec![count(day(2), 11), count(day(2), 6)])], None, TODAY).unwrap();
    assert_eq!((appended.added(), appended.already_known()), (1, 1));
    let number = |c: &AreaCount| if let Figure::Count(n) = c.figure { n } else { 0 };
    let sum = |d| store.counts(day(d)).unwrap().iter().map(number).sum::<u32>();
    assert_eq!((sum(1), sum(2)), (16, 17));
}

#[test]
fn whatever_file_is_damaged_the_error_names_it() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(30)), batch("b", records(60).split_off(30))]);
    append(dir.path(), &[]);
    Store::open(dir.path()).unwrap().append(&[], Some(&links()), TODAY).unwrap();
    let mut files: Vec<_> = fs::read_dir(dir.path().join("data")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files.len(), 3);
    files.push(dir.path().join("manifest.json"));
    for path in files {
        let good = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let problem = || match Store::open(dir.path()) {
            Err(e) => e.to_string(),
            Ok(store) => {
                let message = store.verify().unwrap_err().to_string();
                assert!(store.incidents(TODAY).is_err() || store.links(TODAY).is_err(), "reading notices too");
                message
            }
        };
        for at in [0, good.len() / 3, good.len() / 2, good.len() - 2] {
            let mut bad = good.clone();
            bad[at] ^= 0x11;
            fs::write(&path, &bad).unwrap();
            let message = problem();
            assert!(message.contains(name) && message.contains("damaged") || message.contains("layout"), "{message}");
            fs::write(&path, &good[..at]).unwrap();
            assert!(problem().contains(name));
        }
        fs::remove_file(&path).unwrap();
        let message = problem();
        assert!(message.contains(name) || message.contains("no store here"), "{message}");
        fs::write(&path, &good).unwrap();
        Store::open(dir.path()).unwrap().verify().unwrap();
    }
}

#[test]
fn leftovers_of_an_interrupted_write_are_ignored_and_cleaned() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(5))]);
    let unnamed = format!("data/{}.parquet", "0".repeat(64));
    let strays = [".tmp-manifest.json", "data/.tmp-00.parquet", &unnamed].map(|name| dir.path().join(name));
    for stray in &strays {
        fs::write(stray, b"half").unwrap();
    }
    assert_eq!(Store::open(dir.path()).unwrap().verify().unwrap().rows, 5);
    append(dir.path(), &[batch("b", records(6))]);
    assert!(strays.iter().all(|stray| !stray.exists()));
    assert_eq!(Store::open(dir.path()).unwrap().verify().unwrap().rows, 6);
}

#[test]
fn what_others_keep_beside_the_data_stays() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), &[batch("a", records(5))]);
    fs::write(dir.path().join("data/notes.txt"), b"mine").unwrap();
    fs::create_dir(dir.path().join("data/backup")).unwrap();
    append(dir.path(), &[batch("b", records(6))]);
    assert!(dir.path().join("data/notes.txt").exists() && dir.path().join("data/backup").exists());
}

#[cfg(unix)]
#[test]
fn a_store_whose_data_lie_behind_a_link_is_refused_and_what_lies_there_is_left_alone() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    append(dir.path(), &[batch("a", records(5))]);
    fs::remove_dir_all(dir.path().join("data")).unwrap();
    for name in ["theirs", &format!("{}.parquet", "0".repeat(64))] {
        fs::write(elsewhere.path().join(name), b"dear").unwrap();
    }
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("data")).unwrap();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    let refused = store.append(&[batch("b", records(6))], None, TODAY).unwrap_err().to_string();
    assert!(refused.contains("a link to another place"), "{refused}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_of_other_things_does_not_become_a_store() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.tex"), b"x").unwrap();
    assert!(Store::create_or_open(dir.path(), None, None).unwrap_err().to_string().contains("other files"));
    assert!(Store::open(dir.path()).unwrap_err().to_string().contains("no store here"));
}

#[test]
fn writers_take_turns_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let dir = dir.path();
            scope.spawn(move || {
                for file in 0..3u8 {
                    let rows = (0..5).map(|i| incident(&format!("w{writer}-{file}-{i}"), day(1), i)).collect();
                    append(dir, &[batch(&format!("w{writer}f{file}"), rows)]);
                }
            });
        }
    });
    let store = Store::open(dir.path()).unwrap();
    assert_eq!((store.batches().len(), store.verify().unwrap().rows), (12, 60));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_a_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    append(&store, &[batch("a", records(1))]);
    assert_eq!(fs::metadata(&store).unwrap().permissions().mode() & 0o077, 0);
}
