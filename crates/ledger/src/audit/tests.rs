//! Whatever is done to a log of a thousand entries behind its back is found, with the first number that is bad: every field, at every position.

use super::checkpoint::{Checkpoint, Checkpoints, PublicKey, SigningKey};
use super::entry::{Action, Entry, Outcome, Row};
use super::trail::{AuditFault, row_at, walk};
use super::writer::AuditLog;
use crate::chain::{Digest, Head};
use crate::database::Database;
use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use sqlx::{AnyConnection, AssertSqlSafe, Executor as _};
use std::collections::BTreeMap;

const ENTRIES: u64 = 1_000;
/// Entries that are signed.
const SIGNED: [u64; 4] = [250, 500, 750, 1_000];

fn start() -> Timestamp {
    "2026-11-26T09:00:00Z".parse().unwrap()
}

/// An entry with something in every field.
fn entry(number: u64) -> Entry {
    Entry {
        actor: format!("u-{}", number % 7),
        name: format!("Analyst {}", number % 7),
        reason: "Monthly review".to_owned(),
        role: "analyst".to_owned(),
        purpose: "tasking".to_owned(),
        action: Action::ALL[number as usize % Action::ALL.len()],
        object: format!("2026-10-4f2a/{number}"),
        filter: format!("strand=race&n={number}"),
        area: "E09000007".to_owned(),
        returned: Some(number),
        outcome: Outcome::Done,
        status: None,
    }
}

/// A log of a thousand entries, four of them signed.
struct Log {
    folder: tempfile::TempDir,
    database: Database,
    rows: Vec<Row>,
    checkpoints: Vec<Checkpoint>,
    key: PublicKey,
}

impl Log {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db").to_str().unwrap().to_owned();
        let log = AuditLog::open(&path, None).await.unwrap();
        let tasks: Vec<_> = (1..=ENTRIES)
            .map(|number| {
                let log = log.clone();
                async move { log.record(entry(number), start() + SignedDuration::from_secs(number as i64)).await.unwrap() }
            })
            .collect();
        for task in tasks {
            task.await;
        }
        log.close().await.unwrap();
        let database = Database::connect_to_read(&path).await.unwrap();
        let mut connection = database.acquire().await.unwrap();
        let mut rows = Vec::new();
        for seq in 1..=ENTRIES {
            rows.push(row_at(&mut connection, Some(seq)).await.unwrap().unwrap());
        }
        drop(connection);
        let checkpoints = Checkpoints { key: SigningKey::generate().unwrap(), file: folder.path().join("checkpoints.jsonl") };
        for seq in SIGNED {
            let row = &rows[seq as usize - 1];
            checkpoints.write(Head { seq, hash: row.computed() }, start()).unwrap();
        }
        let key = checkpoints.key.public();
        let checkpoints = Checkpoint::read(&checkpoints.file, &key).unwrap();
        Self { folder, database, rows, checkpoints, key }
    }

    fn row(&self, seq: u64) -> &Row {
        &self.rows[seq as usize - 1]
    }
}

/// A row as SQL that writes it.
fn insert(row: &Row) -> String {
    let texts = [&row.actor, &row.role, &row.purpose, &row.action, &row.object, &row.filter, &row.area].map(|t| format!("'{t}'"));
    format!(
        "INSERT INTO audit VALUES ({}, {}, {}, {}, '{}', '{}', '{}', '{}')",
        row.seq,
        row.at_us,
        texts.join(", "),
        row.returned,
        row.outcome,
        row.person,
        row.prev_hash,
        row.hash
    )
}

fn forged(row: &Row, previous: &str) -> Row {
    let mut forged = Row { actor: "u-forged".to_owned(), prev_hash: previous.to_owned(), ..row.clone() };
    forged.hash = forged.computed().to_string();
    forged
}

/// All later ones move by one, with their names.
fn shift(from: u64, by: i64) -> Vec<String> {
    ["audit", "audit_person"]
        .iter()
        .flat_map(|table| {
            [
                format!("UPDATE {table} SET seq = -seq WHERE seq >= {from}"),
                format!("UPDATE {table} SET seq = -seq + {by} WHERE seq < 0"),
            ]
        })
        .collect()
}

fn swap(seq: u64, with: u64) -> Vec<String> {
    ["audit", "audit_person"]
        .iter()
        .flat_map(|table| {
            [(seq as i64, -1), (with as i64, seq as i64), (-1, with as i64)]
                .map(|(from, to)| format!("UPDATE {table} SET seq = {to} WHERE seq = {from}"))
        })
        .collect()
}

/// One change: its kind, the statements, and the fault that must be found.
type Change = (&'static str, Vec<String>, AuditFault);

/// Every change at a position.
fn changes(log: &Log, seq: u64) -> Vec<Change> {
    let set = |what: &str| vec![format!("UPDATE audit SET {what} WHERE seq = {seq}")];
    let flipped = AuditFault::Flipped { seq };
    let mut all: Vec<Change> = Vec::new();
    for column in ["actor", "role", "purpose", "action", "object", "filter", "area", "outcome", "person"] {
        all.push(("flip", set(&format!("{column} = {column} || 'x'")), flipped));
    }
    for number in ["at_us", "returned"] {
        all.push(("flip", set(&format!("{number} = {number} + 1")), flipped));
    }
    for hash in ["prev_hash", "hash"] {
        all.push(("flip", set(&format!("{hash} = substr({hash}, 1, 63) || 'x'")), flipped));
    }
    let truncated = AuditFault::Truncated { seq, known: ENTRIES };
    for (to, now) in [("seq + 5000", seq as i64 + 5_000), ("-seq", -(seq as i64))] {
        // The last one leaves no gap behind when it goes before the first.
        let fault = if seq == ENTRIES && now < 0 { truncated } else { AuditFault::Renumbered { seq, now } };
        all.push(("renumber", set(&format!("seq = {to}")), fault));
    }
    for column in ["salt", "name", "reason"] {
        let one = format!("UPDATE audit_person SET {column} = {column} || 'x' WHERE seq = {seq}");
        all.push(("flip", vec![one], AuditFault::Person { seq }));
    }

    let gone = |table: &str, which: &str| format!("DELETE FROM {table} WHERE seq {which} {seq}");
    let deleted = if seq == ENTRIES { truncated } else { AuditFault::Deleted { seq } };
    all.push(("delete", vec![gone("audit", "=")], deleted));
    let both = vec![gone("audit", "="), gone("audit_person", "=")];
    all.push(("delete", both.clone(), deleted));
    all.push(("delete", [both, shift(seq + 1, -1)].concat(), deleted));
    all.push(("truncate", vec![gone("audit", ">=")], truncated));
    all.push(("truncate", vec![gone("audit", ">="), gone("audit_person", ">=")], truncated));

    for other in [seq % ENTRIES + 1, (seq + 499) % ENTRIES + 1] {
        let (first, second) = (seq.min(other), seq.max(other));
        all.push(("swap", swap(first, second), AuditFault::Swapped { seq: first, with: second }));
    }

    let row = log.row(seq);
    let after = SIGNED.iter().rev().find(|signed| **signed < seq).copied().unwrap_or(0);
    let mut fitting = Row { actor: "u-forged".to_owned(), person: String::new(), ..row.clone() };
    fitting.hash = fitting.computed().to_string();
    let unfitting = Row { hash: Digest::of(b"").to_string(), ..fitting.clone() };
    // A signed one stood where it stands.
    let known = if SIGNED.contains(&seq) { AuditFault::Rewritten { seq, after } } else { AuditFault::Inserted { seq } };
    for (put_in, fault) in [(unfitting, AuditFault::Inserted { seq }), (fitting, known)] {
        all.push(("insert", [shift(seq, 1), vec![insert(&put_in)]].concat(), fault));
    }

    let replaced = forged(row, &row.prev_hash);
    let fault = if SIGNED.contains(&seq) { AuditFault::Rewritten { seq, after } } else { AuditFault::Replaced { seq } };
    all.push(("replace", vec![gone("audit", "="), insert(&replaced)], fault));
    all
}

/// What is found after a change, which is undone.
async fn found(log: &Log, connection: &mut AnyConnection, statements: &[String]) -> Option<AuditFault> {
    connection.execute("BEGIN").await.unwrap();
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *connection).await.unwrap();
    }
    let done = walk(&log.database, connection, &log.checkpoints, |_| ()).await;
    connection.execute("ROLLBACK").await.unwrap();
    match done {
        Ok(_) => None,
        Err(Error::AuditDamaged(fault)) => Some(fault),
        Err(other) => panic!("{other}"),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a proof, which the environment asks for, looks at all positions")]
fn every_change_at_every_position_is_found_with_the_first_bad_number() {
    let prove = std::env::var_os("HOTSPOT_PROVE").is_some();
    let positions: Vec<u64> =
        (1..=ENTRIES).filter(|seq| prove || seq % 83 == 1 || SIGNED.contains(seq) || [2, 999].contains(seq)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = Log::new().await;
        let mut connection = log.database.acquire().await.unwrap();
        assert_eq!(found(&log, &mut connection, &[]).await, None);
        let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
        for seq in &positions {
            for (kind, statements, fault) in changes(&log, *seq) {
                assert_eq!(found(&log, &mut connection, &statements).await, Some(fault), "{kind} at {seq}: {statements:?}");
                *counted.entry(kind).or_default() += 1;
            }
        }
        let all: u64 = counted.values().sum();
        let kinds: Vec<String> = counted.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        println!(
            "figure S5 changes: {all} of {all} found with the first bad number, at {} of {ENTRIES} positions ({})",
            positions.len(),
            kinds.join(", ")
        );
    });
}

#[test]
fn a_log_that_is_written_anew_from_some_entry_on_is_found_by_its_checkpoints() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = Log::new().await;
        let mut connection = log.database.acquire().await.unwrap();
        for seq in [1, 2, 249, 250, 251, 500, 749, 999, 1_000] {
            let mut statements = Vec::new();
            let mut previous = log.row(seq).prev_hash.clone();
            for later in seq..=ENTRIES {
                let row = forged(log.row(later), &previous);
                previous.clone_from(&row.hash);
                statements.extend([format!("DELETE FROM audit WHERE seq = {later}"), insert(&row)]);
            }
            let signed = *SIGNED.iter().find(|signed| **signed >= seq).unwrap();
            let after = SIGNED.iter().rev().find(|signed| **signed < seq).copied().unwrap_or(0);
            assert_eq!(found(&log, &mut connection, &statements).await, Some(AuditFault::Rewritten { seq: signed, after }));
        }
    });
}

#[test]
fn every_byte_of_a_checkpoint_counts_and_another_key_is_told_apart() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = Log::new().await;
        let file = log.folder.path().join("checkpoints.jsonl");
        let whole = std::fs::read(&file).unwrap();
        let mut line = 1;
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            std::fs::write(&file, changed).unwrap();
            match Checkpoint::read(&file, &log.key) {
                Err(Error::AuditDamaged(AuditFault::Forged { line: named } | AuditFault::WrongKey { line: named })) => {
                    assert_eq!(named, line, "byte {at}");
                }
                // The end of the last line: half a line is no checkpoint.
                other => assert!(at == whole.len() - 1 && other.unwrap().len() == 3, "byte {at}"),
            }
            line += usize::from(whole[at] == b'\n');
        }
        std::fs::write(&file, &whole).unwrap();
        let other = SigningKey::generate().unwrap().public();
        assert_eq!(Checkpoint::read(&file, &other).unwrap_err(), Error::AuditDamaged(AuditFault::WrongKey { line: 1 }));
        // Signed by another who states the right key.
        let mut checkpoint = log.checkpoints[0].clone();
        checkpoint.signature = log.checkpoints[1].signature.clone();
        std::fs::write(&file, serde_json::to_string(&checkpoint).unwrap() + "\n").unwrap();
        assert_eq!(Checkpoint::read(&file, &log.key).unwrap_err(), Error::AuditDamaged(AuditFault::Forged { line: 1 }));
    });
}

#[test]
fn keys_are_read_as_they_are_written_and_half_a_line_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate().unwrap();
    let again = SigningKey::from_pem(&key.to_pem()).unwrap();
    assert_eq!(again.public(), key.public());
    assert_eq!(PublicKey::from_pem(&key.public().to_pem()).unwrap(), key.public());
    assert!(SigningKey::from_pem(&key.public().to_pem()).is_err() && PublicKey::from_pem("").is_err());
    // The example of RFC 8410.
    let known = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let public =
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let known_key = SigningKey::from_pem(known).unwrap();
    assert_eq!((known_key.to_pem().as_str(), known_key.public().to_pem().as_str()), (known, public));

    let checkpoints = Checkpoints { key, file: folder.path().join("c.jsonl") };
    let head = |seq| Head { seq, hash: Digest::of(b"x") };
    checkpoints.write(head(1), start()).unwrap();
    let whole = std::fs::read(&checkpoints.file).unwrap();
    std::fs::write(&checkpoints.file, [&whole[..], &whole[..50]].concat()).unwrap();
    assert_eq!(checkpoints.last().unwrap(), head(1));
    checkpoints.write(head(2), start()).unwrap();
    assert_eq!(checkpoints.last().unwrap(), head(2));
    assert_eq!(Checkpoint::read(&checkpoints.file, &checkpoints.key.public()).unwrap().len(), 2);
}
