//! The life of a challenge: who may do what, when, and what is due.

use crate::fresh::{accept, answer, at, close, effect, escalate, everywhere, first_day, lived, mopac, mps, question};
use hotspot_ledger::{
    Answer, Digest, Due, Duty, Error, Filter, Kind, Ledger, Place, Question, ResourceChange, Role, Rule, State, Step,
};
use jiff::civil::date;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn a_life_from_the_question_to_its_effect() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let (id, last) = lived(&ledger).await;
        assert_eq!((id.to_string().as_str(), last.seq), ("C-2026-0001", 10));
        let challenge = ledger.challenge(id).await.unwrap();
        assert_eq!((challenge.state, challenge.due), (State::Reviewed, None));
        let done: Vec<Kind> = challenge.history.iter().map(|entry| entry.step.kind()).collect();
        assert_eq!(
            done,
            [Kind::Raise, Kind::Acknowledge, Kind::Answer, Kind::Escalate, Kind::Answer, Kind::Accept, Kind::Close, Kind::Effect]
        );
        assert_eq!(challenge.raised.boroughs, ["Camden", "Islington"]);
        let evidence = ledger.evidence(challenge.raised.evidence, 1).await.unwrap();
        assert_eq!(evidence, r#"{"n":41,"need":{"high":0.06,"low":0.03,"share":0.04},"period":"2025-11 to 2026-10"}"#);
        assert_eq!(Digest::of(evidence.as_bytes()), challenge.raised.evidence);
        let events = ledger.events(id).await.unwrap();
        assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 10]);
        assert_eq!(ledger.verify(None).await.unwrap().to_string(), format!("10:{}", last.hash));
        assert_eq!(ledger.export().await.unwrap().len(), 10);
        let unknown = "C-2026-0003".parse().unwrap();
        assert_eq!(ledger.challenge(unknown).await.unwrap_err(), Error::UnknownChallenge { id: unknown });
        assert_eq!(ledger.events(unknown).await.unwrap_err(), Error::UnknownChallenge { id: unknown });
        // Opened anew, it is the same.
        ledger.close().await;
        assert_eq!(Ledger::open(&fresh.address).await.unwrap().challenge(id).await.unwrap(), challenge);
    });
}

#[test]
fn a_step_out_of_turn_by_the_wrong_side_or_too_early_is_refused_and_writes_nothing() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let now = first_day();
        let refused = ledger.raise(question(), &mps(), now, None).await.unwrap_err();
        assert_eq!(refused, Error::NotYours { step: Kind::Raise, role: Role::Mps });
        assert_eq!(refused.to_string(), "a challenge is raised by MOPAC, not by the MPS");
        let id = ledger.raise(question(), &mopac(), now, None).await.unwrap().challenge;
        let refused = ledger.append(id, answer(), &mps(), now, None).await.unwrap_err();
        assert_eq!(refused, Error::NotNow { id, state: State::Raised, step: Kind::Answer });
        assert_eq!(refused.to_string(), "C-2026-0001 is raised: it cannot be answered; what may follow: acknowledge");
        let refused = ledger.append(id, Step::Acknowledge, &mopac(), now, None).await.unwrap_err();
        assert_eq!(refused, Error::NotYours { step: Kind::Acknowledge, role: Role::Mopac });
        ledger.append(id, Step::Acknowledge, &mps(), now, None).await.unwrap();
        ledger.append(id, answer(), &mps(), now, None).await.unwrap();
        ledger.append(id, escalate(), &mopac(), now, None).await.unwrap();
        // What was not agreed can be closed too.
        ledger.append(id, close(), &mopac(), now, None).await.unwrap();
        let early = ledger.append(id, effect(), &mopac(), at(date(2027, 5, 25)), None).await.unwrap_err();
        assert_eq!(early, Error::TooEarly { id, from: date(2027, 5, 26) });
        ledger.append(id, effect(), &mopac(), at(date(2027, 5, 26)), None).await.unwrap();
        let refused = ledger.append(id, accept(), &mopac(), now, None).await.unwrap_err();
        assert_eq!(refused.to_string(), "C-2026-0001 is reviewed: it cannot be accepted; what may follow: nothing");
        assert_eq!(ledger.verify(None).await.unwrap().seq, 6);
    });
}

#[test]
fn what_is_due_is_overdue_from_the_day_after() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let id = ledger.raise(question(), &mopac(), first_day(), None).await.unwrap().challenge;
        let due = async || ledger.challenge(id).await.unwrap().due.unwrap();
        assert_eq!(due().await, Due { duty: Duty::Acknowledge, on: date(2026, 12, 6) });
        let challenge = ledger.challenge(id).await.unwrap();
        assert!(!challenge.overdue(date(2026, 12, 6)) && challenge.overdue(date(2026, 12, 7)));
        // Half past eleven in the evening of the first of June in UTC is the second in London.
        let steps = [
            (Step::Acknowledge, mps(), date(2026, 12, 1), Due { duty: Duty::Answer, on: date(2026, 12, 24) }),
            (answer(), mps(), date(2026, 12, 20), Due { duty: Duty::Decide, on: date(2027, 1, 17) }),
            (escalate(), mopac(), date(2027, 1, 10), Due { duty: Duty::Answer, on: date(2027, 2, 7) }),
            (answer(), mps(), date(2027, 1, 20), Due { duty: Duty::Decide, on: date(2027, 2, 17) }),
            // The action was promised for the first of February.
            (accept(), mopac(), date(2027, 1, 25), Due { duty: Duty::Close, on: date(2027, 2, 1) }),
            (close(), mopac(), date(2027, 8, 31), Due { duty: Duty::Effect, on: date(2028, 2, 29) }),
        ];
        for (step, author, day, expected) in steps {
            ledger.append(id, step, &author, at(day), None).await.unwrap();
            assert_eq!(due().await, expected);
        }
        let late = ledger.raise(question(), &mopac(), "2027-06-01T23:30:00Z".parse().unwrap(), None).await.unwrap();
        assert_eq!(ledger.challenge(late.challenge).await.unwrap().raised_on(), date(2027, 6, 2));
        // Numbers begin anew each year, of London.
        assert_eq!(late.challenge.to_string(), "C-2027-0001");
        let midnight = ledger.raise(question(), &mopac(), "2026-12-31T23:59:59Z".parse().unwrap(), None).await.unwrap();
        assert_eq!(midnight.challenge.to_string(), "C-2026-0002");
    });
}

#[test]
fn challenges_are_found_by_borough_place_state_and_lateness() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let unit =
            Question { place: Place::CommandUnit("Central East".to_owned()), boroughs: vec!["Hackney".to_owned()], ..question() };
        ledger.raise(question(), &mopac(), first_day(), None).await.unwrap();
        let second = ledger.raise(unit, &mopac(), first_day(), None).await.unwrap().challenge;
        ledger.append(second, Step::Acknowledge, &mps(), first_day(), None).await.unwrap();
        let found =
            async |filter: Filter| -> Vec<u32> { ledger.challenges(&filter).await.unwrap().iter().map(|c| c.id.number).collect() };
        assert_eq!(found(Filter::default()).await, [1, 2]);
        assert_eq!(found(Filter { borough: Some("camden".to_owned()), ..Filter::default() }).await, [1]);
        assert_eq!(found(Filter { borough: Some("Cam".to_owned()), ..Filter::default() }).await, [0; 0]);
        assert_eq!(found(Filter { place: Some("central east".to_owned()), ..Filter::default() }).await, [2]);
        assert_eq!(found(Filter { state: Some(State::Acknowledged), ..Filter::default() }).await, [2]);
        assert_eq!(found(Filter { overdue_on: Some(date(2026, 12, 7)), ..Filter::default() }).await, [1]);
        assert_eq!(found(Filter { overdue_on: Some(date(2027, 1, 7)), ..Filter::default() }).await, [1, 2]);
    });
}

#[test]
fn the_same_key_and_entry_give_the_first_event_again_and_another_entry_is_refused() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let later = at(date(2026, 11, 27));
        let first = ledger.raise(question(), &mopac(), first_day(), Some("form-1")).await.unwrap();
        assert_eq!(ledger.raise(question(), &mopac(), later, Some("form-1")).await.unwrap(), first);
        let id = first.challenge;
        let seen = ledger.append(id, Step::Acknowledge, &mps(), first_day(), Some("form-2")).await.unwrap();
        // It could not be acknowledged twice; sent twice, it was acknowledged once.
        assert_eq!(ledger.append(id, Step::Acknowledge, &mps(), later, Some("form-2")).await.unwrap(), seen);
        let other = Question { question: "Why?".to_owned(), ..question() };
        assert_eq!(ledger.raise(other, &mopac(), later, Some("form-1")).await.unwrap_err(), Error::KeyReused { seq: 1 });
        assert_eq!(ledger.append(id, answer(), &mps(), later, Some("form-1")).await.unwrap_err(), Error::KeyReused { seq: 1 });
        assert_eq!(ledger.verify(None).await.unwrap().seq, 2);
    });
}

#[test]
fn what_breaks_a_rule_is_named_by_its_field_and_never_quoted() {
    everywhere(async |fresh| {
        let ledger = fresh.ledger().await;
        let long = "secret ".repeat(600);
        let wrong: [(Question, &str, Rule); 9] = [
            (Question { question: " ".to_owned(), ..question() }, "the question", Rule::Empty),
            (Question { question: long.clone(), ..question() }, "the question", Rule::TooLong(4_000)),
            (Question { question: "secret\0".to_owned() + "x", ..question() }, "the question", Rule::ControlCharacter),
            (Question { release: "../secret".to_owned(), ..question() }, "the release", Rule::Identifier),
            (Question { resource: "secret things".to_owned(), ..question() }, "the kind of resource", Rule::Identifier),
            (Question { place: Place::Area("sec ret".to_owned()), ..question() }, "the area code", Rule::Identifier),
            (Question { boroughs: vec!["sec\nret".to_owned()], ..question() }, "a borough", Rule::OneLine),
            (Question { boroughs: vec!["secret".to_owned(); 34], ..question() }, "boroughs", Rule::TooMany(33)),
            (Question { evidence: json!("secret".repeat(200_000)), ..question() }, "the evidence", Rule::TooLarge(1 << 20)),
        ];
        for (question, field, rule) in wrong {
            let error = ledger.raise(question, &mopac(), first_day(), None).await.unwrap_err();
            assert_eq!(error, Error::Field { field, rule });
            assert!(!error.to_string().contains("sec"));
        }
        let id = ledger.raise(question(), &mopac(), first_day(), None).await.unwrap().challenge;
        ledger.append(id, Step::Acknowledge, &mps(), first_day(), None).await.unwrap();
        let change = ResourceChange {
            resource: "officers".to_owned(),
            amount: f64::NAN,
            unit: "officers".to_owned(),
            from: date(2027, 1, 4),
        };
        let unfit = Answer { text: "x".to_owned(), action: "x".to_owned(), by: date(2027, 1, 4), change: Some(change.clone()) };
        let error = ledger.append(id, Step::Answer(unfit.clone()), &mps(), first_day(), None).await.unwrap_err();
        assert_eq!(error, Error::Field { field: "the amount", rule: Rule::NotFinite });
        // What is promised for a day that is over is refused; the same day will do.
        let over = Answer { by: date(2026, 11, 25), change: None, ..unfit.clone() };
        let error = ledger.append(id, Step::Answer(over), &mps(), first_day(), None).await.unwrap_err();
        assert_eq!(error, Error::Field { field: "the day by which it will be done", rule: Rule::Past });
        // Every letter of every alphabet is kept as it is, and a change of a resource with its numbers.
        let fit = Answer {
            text: "Ответ 答 é\n\"quoted\" \\ 'x'; DROP TABLE event; --".to_owned(),
            change: Some(ResourceChange { amount: -2.5, ..change }),
            ..unfit
        };
        ledger.append(id, Step::Answer(fit.clone()), &mps(), first_day(), Some("key")).await.unwrap();
        assert_eq!(ledger.challenge(id).await.unwrap().answer(), Some(&fit));
    });
}

#[test]
fn a_ledger_that_is_not_there_is_not_made_by_looking() {
    everywhere(async |fresh| {
        let error = Ledger::open(&fresh.address).await.unwrap_err();
        assert!(matches!(error, Error::NoLedger { .. }), "{error}");
        let ledger = fresh.ledger().await;
        assert_eq!(ledger.verify(None).await.unwrap().seq, 0);
        Ledger::open(&fresh.address).await.unwrap();
    });
    // A file of another kind is left alone.
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("a b?#%é.txt");
    std::fs::write(&other, "not a database, but of some length".repeat(100)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(Ledger::create_or_open(other.to_str().unwrap())).unwrap_err();
    assert!(matches!(error, Error::Storage { .. }), "{error}");
    assert!(std::fs::read_to_string(&other).unwrap().starts_with("not a database"));
    // A name with every character that a URL would mistake, and one file when it is closed, for its owner alone.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?#%é&x=1.db");
    runtime.block_on(async {
        let ledger = Ledger::create_or_open(path.to_str().unwrap()).await.unwrap();
        ledger.raise(question(), &mopac(), first_day(), None).await.unwrap();
        ledger.close().await;
    });
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names, std::slice::from_ref(&path));
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Nobody listens on port 1.
    let error = runtime.block_on(Ledger::open("postgres://anna:s3cr3t@127.0.0.1:1/ledger")).unwrap_err();
    assert!(error.to_string().starts_with("postgres://127.0.0.1:1/ledger: connecting failed: "), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cr3t"));
}
