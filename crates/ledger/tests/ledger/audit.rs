//! The audit log on both databases: many who record at once, several servers, servers that are killed, checkpoints over restarts.

use crate::fresh::{everywhere, first_day, sql};
use hotspot_ledger::Error;
use hotspot_ledger::audit::{Action, AuditFault, AuditFilter, AuditLog, AuditTrail, Checkpoints, Entry, Outcome, SigningKey};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Entries of one process that records.
const ENTRIES: usize = 2_000;
/// Those who record at once in it.
const AT_ONCE: usize = 50;

fn look(actor: &str, object: &str) -> Entry {
    Entry {
        name: "A. Analyst".to_owned(),
        purpose: "tasking".to_owned(),
        object: object.to_owned(),
        filter: "strand=race".to_owned(),
        area: "E09000007".to_owned(),
        returned: Some(412),
        ..Entry::new(actor, "analyst", Action::Look)
    }
}

fn checkpoints(fresh_folder: &tempfile::TempDir, key: &SigningKey) -> Checkpoints {
    let key = SigningKey::from_pem(&key.to_pem()).unwrap();
    Checkpoints { key, file: fresh_folder.path().join("checkpoints.jsonl") }
}

fn start(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["audit::recorder", "--exact", "--nocapture", "--test-threads=1"])
        .env("HOTSPOT_TEST_RECORDER", address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Does nothing but in such a process: there it says the number of each entry once it is recorded, and what is in it.
#[test]
fn recorder() {
    let Ok(address) = std::env::var("HOTSPOT_TEST_RECORDER") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = AuditLog::open(&address, None).await.unwrap();
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|task| {
                let log = log.clone();
                tokio::spawn(async move {
                    for number in 0..ENTRIES / AT_ONCE {
                        let object = format!("{}-{task}-{number}", std::process::id());
                        let seq = log.record(look("u-1", &object), first_day()).await.unwrap();
                        let mut out = std::io::stdout();
                        write!(out, "\nrecorded {seq} {object}\n").unwrap();
                        out.flush().unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        log.close().await.unwrap();
    });
}

/// What a line of such a process says was recorded. The last one of a killed process may be cut off.
fn recorded(line: &str) -> Option<(u64, String)> {
    let (seq, object) = line.strip_prefix("recorded ")?.split_once(' ')?;
    Some((seq.parse().ok()?, object.to_owned()))
}

async fn kept(address: &str) -> BTreeMap<u64, String> {
    let trail = AuditTrail::open(address).await.unwrap();
    trail.verify(None).await.unwrap();
    let entries = trail.entries(&AuditFilter::default()).await.unwrap();
    trail.close().await;
    entries.into_iter().map(|entry| (entry.seq, entry.object)).collect()
}

#[test]
fn a_killed_server_loses_no_entry_that_it_acknowledged() {
    let rounds = if std::env::var_os("HOTSPOT_PROVE").is_some() { 50 } else { 3 };
    let (mut kills, mut all, mut state) = (0, 0, 20_261_126_u64);
    for _ in 0..rounds {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (after, wait) = ((state >> 33) as usize % (ENTRIES - AT_ONCE), Duration::from_micros((state >> 20) % 5_000));
        let counts = std::cell::Cell::new((0, 0));
        everywhere(async |fresh| {
            let mut child = start(&fresh.address);
            let mut said: Vec<(u64, String)> = Vec::new();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            while said.len() < after {
                said.extend(recorded(&lines.next().expect("it goes on").unwrap()));
            }
            std::thread::sleep(wait);
            child.kill().unwrap();
            child.wait().unwrap();
            let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
            // The last line may be half of one.
            rest.pop();
            said.extend(rest.iter().filter_map(|line| recorded(line)));
            let at_once = kept(&fresh.address).await;
            for (seq, object) in &said {
                assert_eq!(at_once.get(seq), Some(object), "entry {seq} was acknowledged");
            }
            // PostgreSQL may still commit what the killed process had sent: entries that nobody was told of, each behind the others.
            let log = AuditLog::open(&fresh.address, None).await.unwrap();
            let next = log.record(look("u-2", "after"), first_day()).await.unwrap();
            log.close().await.unwrap();
            let after = kept(&fresh.address).await;
            assert_eq!((after.len() as u64, after.keys().last().copied()), (next, Some(next)), "no number is missing");
            assert!(at_once.iter().all(|(seq, object)| after.get(seq) == Some(object)), "what was there stays");
            counts.set((counts.get().0 + 1, counts.get().1 + said.len()));
        });
        (kills, all) = (kills + counts.get().0, all + counts.get().1);
    }
    println!("figure S5 kills: {kills}, {all} entries acknowledged, none lost");
}

#[test]
fn two_servers_that_record_at_once_lose_nothing_and_give_no_number_twice() {
    everywhere(async |fresh| {
        let begun = Instant::now();
        let children = [start(&fresh.address), start(&fresh.address)];
        let mut said = BTreeMap::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            for (seq, object) in String::from_utf8(output.stdout).unwrap().lines().filter_map(recorded) {
                assert_eq!(said.insert(seq, object), None, "the number {seq} was given twice");
            }
        }
        let took = begun.elapsed();
        assert_eq!((said.len(), kept(&fresh.address).await), (2 * ENTRIES, said));
        println!("two processes, {AT_ONCE} at once in each: {:.0} entries a second", 2.0 * ENTRIES as f64 / took.as_secs_f64());
    });
}

#[test]
fn an_entry_is_written_whatever_it_says_and_is_found_by_time_actor_and_release() {
    everywhere(async |fresh| {
        let log = AuditLog::open(&fresh.address, None).await.unwrap();
        let at = |hours| first_day() + SignedDuration::from_hours(hours);
        let odd = "a\0\u{202e}\n'; DROP TABLE audit; --".repeat(100);
        let strange = Entry { name: odd.clone(), reason: odd.clone(), purpose: odd.clone(), area: odd.clone(), ..look(&odd, &odd) };
        assert_eq!(log.record(strange, at(0)).await.unwrap(), 1);
        let empty = Entry::new("", "", Action::Refused);
        assert_eq!(log.record(Entry { outcome: Outcome::Refused, ..empty }, at(1)).await.unwrap(), 2);
        log.record(look("u-1", "2026-10-4f2a/hotspots.csv"), at(2)).await.unwrap();
        log.record(look("u-1", "2026-10-4f2ab"), at(3)).await.unwrap();
        log.record(look("u-2", "2026-10-4f2a"), at(4)).await.unwrap();
        log.close().await.unwrap();
        assert!(log.record(look("u-2", "2026-10-4f2a"), at(4)).await.is_err());

        let trail = AuditTrail::open(&fresh.address).await.unwrap();
        let find = async |filter: AuditFilter| -> Vec<u64> {
            trail.entries(&filter).await.unwrap().iter().map(|entry| entry.seq).collect()
        };
        let about = |object: &str| AuditFilter { object: Some(object.to_owned()), ..AuditFilter::default() };
        assert_eq!(find(about("2026-10-4f2a")).await, [3, 5]);
        assert_eq!(find(AuditFilter { actor: Some("u-1".to_owned()), ..AuditFilter::default() }).await, [3, 4]);
        assert_eq!(find(AuditFilter { from: Some(at(1)), before: Some(at(3)), ..AuditFilter::default() }).await, [2, 3]);
        let all = trail.entries(&AuditFilter::default()).await.unwrap();
        assert_eq!((all[1].returned, all[1].person.clone(), all[1].outcome), (None, None, Outcome::Refused));
        assert_eq!(all[2].returned, Some(412));
        assert_eq!(all[2].filter.len(), 64, "a digest");
        assert!(!all[0].actor.contains(char::is_control) && all[0].actor.chars().count() == 120);
        trail.close().await;
    });
}

#[test]
fn names_can_be_disposed_of_without_breaking_the_chain() {
    everywhere(async |fresh| {
        let log = AuditLog::open(&fresh.address, None).await.unwrap();
        for hours in 0..4 {
            log.record(look("u-1", "2026-10-4f2a"), first_day() + SignedDuration::from_hours(hours)).await.unwrap();
        }
        log.close().await.unwrap();
        let before = first_day() + SignedDuration::from_hours(3);
        assert_eq!(AuditTrail::forget(&fresh.address, before).await.unwrap(), 3);
        assert_eq!(AuditTrail::forget(&fresh.address, before).await.unwrap(), 0);
        let trail = AuditTrail::open(&fresh.address).await.unwrap();
        let verified = trail.verify(None).await.unwrap();
        assert_eq!((verified.head.seq, verified.disposed), (4, 3));
        let names: Vec<bool> = trail.entries(&AuditFilter::default()).await.unwrap().iter().map(|e| e.person.is_some()).collect();
        assert_eq!(names, [false, false, false, true]);
        trail.close().await;
    });
}

#[test]
fn checkpoints_are_written_every_thousand_entries_and_at_the_end_and_hold_over_restarts() {
    everywhere(async |fresh| {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generate().unwrap();
        let log = AuditLog::open(&fresh.address, Some(checkpoints(&folder, &key))).await.unwrap();
        // How many entries one commit takes is chance: all of a thousand are there before the next are recorded.
        for count in [1_000, 500] {
            let many = (0..count).map(|_| {
                let log = log.clone();
                tokio::spawn(async move { log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap() })
            });
            for task in many.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        }
        log.close().await.unwrap();
        let (file, public) = (folder.path().join("checkpoints.jsonl"), key.public());
        let trail = AuditTrail::open(&fresh.address).await.unwrap();
        let verified = trail.verify(Some((&file, &public))).await.unwrap();
        assert_eq!((verified.head.seq, verified.signed), (1_500, 1_500));
        // At 1,000 and at the end, and one more where a minute was over.
        assert!((2..=3).contains(&verified.checkpoints), "{verified:?}");
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }

        // Its end is cut off while no server runs: the next one finds it, and writes nothing.
        sql(&fresh.address, "DELETE FROM audit WHERE seq > 1200").await;
        sql(&fresh.address, "DELETE FROM audit_person WHERE seq > 1200").await;
        let truncated = Error::AuditDamaged(AuditFault::Truncated { seq: 1_201, known: 1_500 });
        assert_eq!(trail.verify(None).await.unwrap().head.seq, 1_200, "a chain alone does not know");
        assert_eq!(trail.verify(Some((&file, &public))).await.unwrap_err(), truncated);
        trail.close().await;
        let log = AuditLog::open(&fresh.address, Some(checkpoints(&folder, &key))).await.unwrap();
        for _ in 0..2 {
            assert_eq!(log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap_err(), truncated);
        }
        log.close().await.unwrap();
        // With another key the file is not gone on with.
        let other = AuditLog::open(&fresh.address, Some(checkpoints(&folder, &SigningKey::generate().unwrap()))).await;
        assert_eq!(other.unwrap_err(), Error::AuditDamaged(AuditFault::WrongKey { line: 1 }));
    });
}

#[test]
fn a_server_that_runs_records_nothing_once_the_end_is_not_what_it_wrote() {
    let breaks = [
        ("DELETE FROM audit WHERE seq = 3", AuditFault::Truncated { seq: 3, known: 3 }),
        ("DELETE FROM audit", AuditFault::Truncated { seq: 1, known: 3 }),
        ("UPDATE audit SET actor = 'u-9' WHERE seq = 3", AuditFault::Flipped { seq: 3 }),
    ];
    for (statement, fault) in breaks {
        everywhere(async |fresh| {
            let log = AuditLog::open(&fresh.address, None).await.unwrap();
            for _ in 0..3 {
                log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap();
            }
            sql(&fresh.address, statement).await;
            for _ in 0..2 {
                let refused = log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap_err();
                assert_eq!(refused, Error::AuditDamaged(fault), "{statement}");
            }
            log.close().await.unwrap();
        });
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_stops_the_log_before_it_grows_beyond_what_can_be_shown() {
    everywhere(async |fresh| {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generate().unwrap();
        let gone = Checkpoints { file: folder.path().join("missing/checkpoints.jsonl"), ..checkpoints(&folder, &key) };
        let log = AuditLog::open(&fresh.address, Some(gone)).await.unwrap();
        let tasks: Vec<_> = (0..1_000)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move { log.record(look("u-1", "2026-10-4f2a"), first_day()).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let refused = log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap_err();
        assert!(refused.to_string().contains("writing a checkpoint failed"), "{refused}");
        std::fs::create_dir(folder.path().join("missing")).unwrap();
        assert_eq!(log.record(look("u-1", "2026-10-4f2a"), first_day()).await.unwrap(), 1_001);
        log.close().await.unwrap();
    });
}
