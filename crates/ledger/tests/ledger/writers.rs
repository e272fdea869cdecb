//! Several writers at once, and writers that are killed: nothing acknowledged is lost, no number is given twice.

use crate::fresh::{Fresh, accept, answer, escalate, everywhere, first_day, mopac, mps, question};
use hotspot_ledger::{Error, Event, Filter, Ledger, Step};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Writes of one writer.
const WRITES: usize = 200;

/// A writer in a process of its own: this same program, which runs the test `writer` alone.
fn start(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["writers::writer", "--exact", "--nocapture", "--test-threads=1"])
        .env("HOTSPOT_TEST_WRITER", address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Does nothing but in such a process: there it says the number and hash of each event once it is written.
#[test]
fn writer() {
    let Ok(address) = std::env::var("HOTSPOT_TEST_WRITER") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ledger = Ledger::create_or_open(&address).await.unwrap();
        for _ in 0..WRITES {
            let event = ledger.raise(question(), &mopac(), first_day(), None).await.unwrap();
            let mut out = std::io::stdout();
            writeln!(out, "\nacknowledged {} {}", event.seq, event.hash).unwrap();
            out.flush().unwrap();
        }
    });
}

/// What a line of a writer acknowledges. The last one of a killed writer may be cut off.
fn acknowledged(line: &str) -> Option<(u64, String)> {
    let (seq, hash) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
    (hash.len() == 64).then(|| (seq.parse().unwrap(), hash.to_owned()))
}

/// A stream of numbers from a seed (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    let rounds = if std::env::var_os("HOTSPOT_PROVE").is_some() { 100 } else { 3 };
    let seed = 20_261_126;
    let mut state = seed;
    let (mut kills, mut all, mut unsaid) = (0, 0, 0);
    for _ in 0..rounds {
        let (after, wait) = (next(&mut state) as usize % WRITES, Duration::from_micros(next(&mut state) % 5_000));
        let counts = std::cell::RefCell::new((0, 0, 0));
        everywhere(async |fresh| {
            let mut child = start(&fresh.address);
            let mut said: Vec<(u64, String)> = Vec::new();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            while said.len() < after {
                said.extend(acknowledged(&lines.next().expect("the writer goes on").unwrap()));
            }
            std::thread::sleep(wait);
            child.kill().unwrap();
            child.wait().unwrap();
            said.extend(lines.map_while(Result::ok).filter_map(|line| acknowledged(&line)));
            let ledger = Ledger::create_or_open(&fresh.address).await.unwrap();
            let head = ledger.verify(None).await.unwrap();
            let kept: BTreeMap<u64, String> = ledger.export().await.unwrap().iter().map(|e| (e.seq, e.hash.to_string())).collect();
            for (seq, hash) in &said {
                assert_eq!(kept.get(seq), Some(hash), "event {seq} was acknowledged");
            }
            // The next one goes on where the killed one stopped.
            assert_eq!(ledger.raise(question(), &mopac(), first_day(), None).await.unwrap().seq, head.seq + 1);
            ledger.close().await;
            let mut counts = counts.borrow_mut();
            *counts = (counts.0 + 1, counts.1 + said.len(), counts.2 + kept.len() - said.len());
        });
        let counts = counts.into_inner();
        (kills, all, unsaid) = (kills + counts.0, all + counts.1, unsaid + counts.2);
    }
    println!("seed {seed}: {kills} kills, {all} events acknowledged, none lost, {unsaid} written that no one was told of");
}

#[test]
fn two_processes_that_write_at_once_lose_nothing_and_double_nothing() {
    everywhere(async |fresh| {
        let begun = Instant::now();
        let children = [start(&fresh.address), start(&fresh.address)];
        let mut said = BTreeMap::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            for (seq, hash) in String::from_utf8(output.stdout).unwrap().lines().filter_map(acknowledged) {
                assert_eq!(said.insert(seq, hash), None, "the number {seq} was given twice");
            }
        }
        let took = begun.elapsed();
        let ledger = Ledger::open(&fresh.address).await.unwrap();
        assert_eq!(ledger.verify(None).await.unwrap().seq, 2 * WRITES as u64);
        let kept: BTreeMap<u64, String> = ledger.export().await.unwrap().iter().map(|e| (e.seq, e.hash.to_string())).collect();
        assert_eq!(kept, said);
        assert_eq!(ledger.challenges(&Filter::default()).await.unwrap().len(), 2 * WRITES);
        println!("{}: two processes, {:.0} writes a second", ledger.name(), 2.0 * WRITES as f64 / took.as_secs_f64());
    });
}

#[test]
fn two_servers_that_do_the_same_step_at_once_do_it_once() {
    everywhere(async |fresh| {
        let servers = [Arc::new(fresh.ledger().await), Arc::new(fresh.ledger().await)];
        let mut expected = 0;
        for _ in 0..20 {
            let id = servers[0].raise(question(), &mopac(), first_day(), None).await.unwrap().challenge;
            servers[0].append(id, Step::Acknowledge, &mps(), first_day(), None).await.unwrap();
            servers[1].append(id, answer(), &mps(), first_day(), None).await.unwrap();
            // One accepts while the other escalates: only one of the two can be.
            let both = [accept(), escalate()].into_iter().zip(&servers).map(|(step, server)| {
                let server = Arc::clone(server);
                tokio::spawn(async move { server.append(id, step, &mopac(), first_day(), None).await })
            });
            let mut done: Vec<Result<Event, Error>> = Vec::new();
            for task in both.collect::<Vec<_>>() {
                done.push(task.await.unwrap());
            }
            expected += 4;
            assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1);
            assert!(done.iter().any(|d| matches!(d, Err(Error::NotNow { .. }))), "{done:?}");
        }
        assert_eq!(servers[1].verify(None).await.unwrap().seq, expected);
    });
}

#[test]
fn many_tasks_of_two_servers_write_at_once_and_a_form_sent_to_both_is_written_once() {
    everywhere(async |fresh| {
        let servers = [Arc::new(fresh.ledger().await), Arc::new(fresh.ledger().await)];
        let tasks: Vec<_> = (0..60)
            .map(|i| {
                let server = Arc::clone(&servers[i % 2]);
                // Two and two have the same key.
                let key = format!("form-{}", i / 2);
                tokio::spawn(async move { server.raise(question(), &mopac(), first_day(), Some(&key)).await.unwrap() })
            })
            .collect();
        let mut by_key: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for task in tasks {
            let event = task.await.unwrap();
            by_key.entry(event.key).or_default().push(event.seq);
        }
        assert_eq!(by_key.len(), 30);
        assert!(by_key.values().all(|seqs| seqs.len() == 2 && seqs[0] == seqs[1]), "{by_key:?}");
        assert_eq!(servers[0].verify(None).await.unwrap().seq, 30);
    });
}

#[test]
fn two_that_make_the_same_ledger_at_once_both_find_it() {
    everywhere(async |fresh| {
        let made: Vec<_> = (0..16)
            .map(|_| {
                let address = fresh.address.clone();
                tokio::spawn(async move { Ledger::create_or_open(&address).await.unwrap() })
            })
            .collect();
        for task in made {
            task.await.unwrap().raise(question(), &mopac(), first_day(), None).await.unwrap();
        }
        assert_eq!(fresh.ledger().await.verify(None).await.unwrap().seq, 16);
    });
}

#[test]
fn evidence_that_two_challenges_share_is_kept_once() {
    everywhere(async |fresh: Fresh| {
        let ledger = fresh.ledger().await;
        let one = ledger.raise(question(), &mopac(), first_day(), None).await.unwrap();
        let two = ledger.raise(question(), &mopac(), first_day(), None).await.unwrap();
        let digest = ledger.challenge(one.challenge).await.unwrap().raised.evidence;
        assert_eq!(ledger.challenge(two.challenge).await.unwrap().raised.evidence, digest);
        assert_eq!(ledger.evidence(digest, two.seq).await.unwrap(), ledger.evidence(digest, one.seq).await.unwrap());
    });
}
