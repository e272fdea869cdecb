//! Entries of the audit log a second, each of them on disk before it counts: by one who waits for every entry, and by many at once who share commits.
//!
//! `cargo bench -p hotspot-ledger --bench audit`, on SQLite in a temporary folder (`TMPDIR` says on which disk), and on the PostgreSQL that
//! `HOTSPOT_BENCH_POSTGRES` names, in whose log the entries stay.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement has a clock, is told where PostgreSQL is, and prints"
)]

use hotspot_ledger::audit::{Action, AuditLog, AuditTrail, Entry};
use jiff::Timestamp;
use std::time::{Duration, Instant};

/// How long each row is measured.
const LONG: Duration = Duration::from_secs(3);

fn main() {
    // `cargo test --benches` and the like ask for a list of tests.
    if std::env::args().any(|a| a == "--list" || a == "--test") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("ledger.db").to_str().expect("text").to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        measure("SQLite", &file).await;
        if let Ok(address) = std::env::var("HOTSPOT_BENCH_POSTGRES") {
            measure("PostgreSQL", &address).await;
        }
    });
}

fn look(number: u64) -> Entry {
    Entry {
        name: "A. Analyst".to_owned(),
        object: "2026-10-4f2a".to_owned(),
        filter: format!("strand=race&n={number}"),
        returned: Some(412),
        ..Entry::new("u-17", "analyst", Action::Look)
    }
}

async fn measure(what: &str, address: &str) {
    let log = AuditLog::open(address, None).await.expect("a log");
    let at: Timestamp = "2026-11-26T09:00:00Z".parse().expect("a time");
    for at_once in [1_u32, 16, 256] {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..at_once)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move {
                    let (mut n, mut slowest) = (0, Duration::ZERO);
                    while begun.elapsed() < LONG {
                        let sent = Instant::now();
                        log.record(look(n), at).await.expect("it is recorded");
                        slowest = slowest.max(sent.elapsed());
                        n += 1;
                    }
                    (n, slowest)
                })
            })
            .collect();
        let (mut all, mut slowest) = (0, Duration::ZERO);
        for task in tasks {
            let (n, longest) = task.await.expect("it ends");
            (all, slowest) = (all + n, slowest.max(longest));
        }
        let rate = all as f64 / begun.elapsed().as_secs_f64();
        println!(
            "{what}: {at_once:>3} at once: {rate:>7.0} entries a second, the slowest after {:.1} ms",
            slowest.as_secs_f64() * 1e3
        );
    }
    log.close().await.expect("it closes");
    let begun = Instant::now();
    let entries = AuditTrail::open(address).await.expect("a log").verify(None).await.expect("it is whole").head.seq;
    println!("{what}: verified {entries} entries in {:.2} s", begun.elapsed().as_secs_f64());
}
