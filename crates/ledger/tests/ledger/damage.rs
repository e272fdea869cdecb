//! Whatever is done to the record behind the back of the ledger is found, with its number.

use crate::fresh::{everywhere, lived, sql};
use hotspot_ledger::{Error, Event, Fault, Filter, Head, Kind, Ledger};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The hash of an event by the words of the README, written a second time.
fn hash(seq: u64, event: &Event, body: &str) -> String {
    let numbers = [seq.to_be_bytes(), event.at_us.to_be_bytes()];
    let (challenge, prev) = (event.challenge.to_string(), event.prev_hash.to_string());
    let texts = [&challenge, event.kind.id(), &event.author.actor, event.author.role.id(), &event.key, body, &prev];
    let mut bytes = Vec::new();
    let mut field = |content: &[u8]| {
        bytes.extend((content.len() as u64).to_be_bytes());
        bytes.extend(content);
    };
    field(b"hotspot-ledger-event/1");
    for number in &numbers {
        field(number);
    }
    for text in texts {
        field(text.as_bytes());
    }
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What is found after some statements, with and without a checkpoint at the end of before.
async fn found(address: &str, statements: &[String], checkpoint: Head) -> [Option<Fault>; 2] {
    for statement in statements {
        sql(address, statement).await;
    }
    let ledger = Ledger::create_or_open(address).await.unwrap();
    let mut faults = [None; 2];
    for (fault, checkpoint) in faults.iter_mut().zip([None, Some(checkpoint)]) {
        *fault = match ledger.verify(checkpoint).await {
            Ok(_) => None,
            Err(Error::Damaged(fault)) => Some(fault),
            Err(other) => panic!("{other}"),
        };
    }
    ledger.close().await;
    faults
}

/// One way of changing the record, from its events.
type Change = fn(&[Event]) -> Vec<String>;

#[test]
fn every_change_is_found_with_the_number_of_the_event() {
    let changes: Vec<(&str, Change, Option<Fault>, Option<Fault>)> = vec![
        (
            "a body",
            |_| vec!["UPDATE event SET body = replace(body, 'two', 'ten') WHERE seq = 3".to_owned()],
            Some(Fault::Altered { seq: 3 }),
            Some(Fault::Altered { seq: 3 }),
        ),
        (
            "a time",
            |_| vec!["UPDATE event SET at_us = at_us - 1 WHERE seq = 6".to_owned()],
            Some(Fault::Altered { seq: 6 }),
            Some(Fault::Altered { seq: 6 }),
        ),
        (
            "a hash",
            |_| vec![format!("UPDATE event SET hash = '{}' WHERE seq = 4", "0".repeat(64))],
            Some(Fault::Altered { seq: 4 }),
            Some(Fault::Altered { seq: 4 }),
        ),
        (
            "a body and its hash",
            |events| {
                let body = events[2].body.replace("two", "ten");
                assert_ne!(body, events[2].body);
                vec![format!("UPDATE event SET body = '{body}', hash = '{}' WHERE seq = 3", hash(3, &events[2], &body))]
            },
            Some(Fault::Unlinked { seq: 4 }),
            Some(Fault::Unlinked { seq: 4 }),
        ),
        (
            "the order of two",
            |_| {
                ["seq = 99 WHERE seq = 4", "seq = 4 WHERE seq = 5", "seq = 5 WHERE seq = 99"]
                    .map(|change| format!("UPDATE event SET {change}"))
                    .to_vec()
            },
            Some(Fault::Altered { seq: 4 }),
            Some(Fault::Altered { seq: 4 }),
        ),
        (
            "one in the middle deleted",
            |_| vec!["DELETE FROM event WHERE seq = 5".to_owned()],
            Some(Fault::Missing { seq: 5 }),
            Some(Fault::Missing { seq: 5 }),
        ),
        (
            "the first deleted",
            |_| vec!["DELETE FROM event WHERE seq = 1".to_owned()],
            Some(Fault::Missing { seq: 1 }),
            Some(Fault::Missing { seq: 1 }),
        ),
        // What a bare chain cannot know, the checkpoint does.
        ("the last deleted", |_| vec!["DELETE FROM event WHERE seq = 10".to_owned()], None, Some(Fault::CutOff { seq: 10 })),
        ("all deleted", |_| vec!["DELETE FROM event".to_owned()], None, Some(Fault::CutOff { seq: 1 })),
        (
            "the last written anew",
            |events| {
                let body = events[9].body.replace("30", "10");
                assert_ne!(body, events[9].body);
                vec![format!("UPDATE event SET body = '{body}', hash = '{}' WHERE seq = 10", hash(10, &events[9], &body))]
            },
            None,
            Some(Fault::Rewritten { seq: 10 }),
        ),
        (
            "an event that the rules forbid, well hashed",
            |events| {
                let forged = Event { kind: Kind::Accept, prev_hash: events[9].hash, ..events[5].clone() };
                let hash = hash(11, &forged, &forged.body);
                let Event { at_us, challenge, kind, author, body, prev_hash, .. } = forged;
                vec![format!(
                    "INSERT INTO event (seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash) \
                     VALUES (11, {at_us}, '{challenge}', '{kind}', '{}', 'mopac', '', '{body}', '{prev_hash}', '{hash}')",
                    author.actor
                )]
            },
            Some(Fault::Unlawful { seq: 11, kind: Kind::Accept }),
            Some(Fault::Unlawful { seq: 11, kind: Kind::Accept }),
        ),
        (
            "an event before the first",
            |_| vec!["UPDATE event SET seq = 0 WHERE seq = 1".to_owned()],
            Some(Fault::Altered { seq: 0 }),
            Some(Fault::Altered { seq: 0 }),
        ),
        (
            "evidence",
            |_| vec!["UPDATE evidence SET json = replace(json, '41', '14')".to_owned()],
            Some(Fault::Evidence { seq: 1 }),
            Some(Fault::Evidence { seq: 1 }),
        ),
        (
            "evidence deleted",
            |_| vec!["DELETE FROM evidence".to_owned()],
            Some(Fault::Evidence { seq: 1 }),
            Some(Fault::Evidence { seq: 1 }),
        ),
    ];
    for (what, change, alone, with_checkpoint) in changes {
        everywhere(async |fresh| {
            let ledger = fresh.ledger().await;
            lived(&ledger).await;
            let (events, head) = (ledger.export().await.unwrap(), ledger.head().await.unwrap());
            for event in &events {
                assert_eq!(hash(event.seq, event, &event.body), event.hash.to_string());
            }
            ledger.close().await;
            assert_eq!(found(&fresh.address, &[], head).await, [None; 2]);
            assert_eq!(found(&fresh.address, &change(&events), head).await, [alone, with_checkpoint], "{what}");
        });
    }
}

#[test]
fn an_altered_event_is_not_shown_and_nothing_is_written_upon_it() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let (id, _) = lived(&ledger).await;
        sql(&fresh.address, "UPDATE event SET body = replace(body, 'two', 'ten') WHERE seq = 5").await;
        let altered = Error::Damaged(Fault::Altered { seq: 5 });
        assert_eq!(ledger.challenge(id).await.unwrap_err(), altered);
        assert_eq!(ledger.events(id).await.unwrap_err(), altered);
        assert_eq!(ledger.challenges(&Filter::default()).await.unwrap_err(), altered);
        assert_eq!(ledger.export().await.unwrap_err(), altered);
        let step = crate::fresh::close();
        assert_eq!(ledger.append(id, step, &crate::fresh::mopac(), crate::fresh::first_day(), None).await.unwrap_err(), altered);
        assert_eq!(altered.to_string(), "the record cannot be trusted: event 5 was altered");
    });
}

/// Ways of breaking the record after which nothing may be written, and what is named.
fn breaks() -> [(&'static str, Fault); 7] {
    [
        ("DELETE FROM event WHERE seq = 2", Fault::Missing { seq: 2 }),
        ("DELETE FROM event WHERE seq = 1", Fault::Missing { seq: 1 }),
        ("UPDATE event SET actor = 'Somebody' WHERE seq = 3", Fault::Altered { seq: 3 }),
        ("UPDATE event SET body = replace(body, 'two', 'ten') WHERE seq = 5", Fault::Altered { seq: 5 }),
        ("UPDATE event SET at_us = at_us + 1 WHERE seq = 8", Fault::Altered { seq: 8 }),
        ("UPDATE event SET hash = 'none' WHERE seq = 10 OR seq = 4", Fault::Altered { seq: 4 }),
        ("DELETE FROM evidence", Fault::Evidence { seq: 1 }),
    ]
}

#[test]
fn nothing_is_written_upon_a_broken_record_and_the_event_is_named_as_verify_names_it() {
    for (statement, fault) in breaks() {
        everywhere(async |fresh| {
            let ledger = fresh.ledger().await;
            let (id, _) = lived(&ledger).await;
            ledger.close().await;
            sql(&fresh.address, statement).await;
            // The first write of a process that has verified nothing yet; a key that was used before makes no difference.
            let ledger = fresh.ledger().await;
            let damaged = Error::Damaged(fault);
            let now = crate::fresh::first_day();
            assert_eq!(ledger.verify(None).await.unwrap_err(), damaged, "{statement}");
            for _ in 0..2 {
                let raised = ledger.raise(crate::fresh::question(), &crate::fresh::mopac(), now, None).await;
                assert_eq!(raised.unwrap_err(), damaged, "{statement}");
                let step = ledger.append(id, crate::fresh::close(), &crate::fresh::mopac(), now, Some("form-1")).await;
                assert_eq!(step.unwrap_err(), damaged, "{statement}");
            }
            if !matches!(fault, Fault::Evidence { .. }) {
                assert_eq!(ledger.challenge(id).await.unwrap_err(), damaged, "{statement}");
                assert_eq!(ledger.events(id).await.unwrap_err(), damaged, "{statement}");
                assert_eq!(ledger.challenges(&Filter::default()).await.unwrap_err(), damaged, "{statement}");
                assert_eq!(ledger.export().await.unwrap_err(), damaged, "{statement}");
            }
            ledger.close().await;
        });
    }
}

#[test]
fn a_server_that_runs_writes_nothing_once_events_are_gone_from_what_it_has_verified() {
    let breaks = [
        ("DELETE FROM event WHERE seq = 2", Fault::Missing { seq: 2 }),
        ("DELETE FROM event WHERE seq >= 9", Fault::CutOff { seq: 9 }),
        // Its own last event, which it has just written.
        ("DELETE FROM event WHERE seq = 10", Fault::CutOff { seq: 10 }),
        ("DELETE FROM event", Fault::CutOff { seq: 1 }),
        ("UPDATE event SET seq = 0 WHERE seq = 1", Fault::Altered { seq: 0 }),
        ("UPDATE evidence SET json = replace(json, '41', '14')", Fault::Evidence { seq: 1 }),
    ];
    for (statement, fault) in breaks {
        everywhere(async |fresh| {
            let ledger = fresh.ledger().await;
            lived(&ledger).await;
            let now = crate::fresh::first_day();
            let raise = async || ledger.raise(crate::fresh::question(), &crate::fresh::mopac(), now, None).await;
            sql(&fresh.address, statement).await;
            for _ in 0..2 {
                assert_eq!(raise().await.unwrap_err(), Error::Damaged(fault), "{statement}");
            }
        });
    }
}
