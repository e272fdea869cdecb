//! Random sequences of steps against a model that knows nothing of the ledger's code.

use crate::fresh::{Fresh, accept, answer, at, close, effect, escalate, mopac, mps, question};
use hotspot_ledger::{Answer, Author, Challenge, ChallengeId, Error, Filter, Ledger, Step};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// What a challenge is, in the words of the README.
#[derive(Debug, Clone)]
struct Model {
    state: &'static str,
    raised: Date,
    due: Option<Date>,
    entries: usize,
}

impl Model {
    fn new(day: Date) -> Self {
        Self { state: "raised", raised: day, due: Some(day + 10.days()), entries: 1 }
    }

    /// Whether the step is allowed; if so it is done.
    fn step(&mut self, kind: &str, role: &str, day: Date) -> bool {
        let promised = date(2027, 2, 1);
        let (state, due) = match (self.state, kind, role) {
            ("raised", "acknowledge", "mps") => ("acknowledged", Some(self.raised + 28.days())),
            ("acknowledged" | "escalated", "answer", "mps") => ("answered", Some(day + 28.days())),
            ("answered", "accept", "mopac") => ("accepted", Some(day.max(promised))),
            ("answered", "escalate", "mopac") => ("escalated", Some(day + 28.days())),
            ("accepted" | "escalated", "close", "mopac") => ("closed", Some(day + 6.months())),
            ("closed", "effect", _) if Some(day) >= self.due => ("reviewed", None),
            _ => return false,
        };
        self.state = state;
        self.due = due;
        self.entries += 1;
        true
    }
}

/// One attempt: which challenge, which step, by whom, how many days later. Half of them are drawn from the steps that the model allows.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    challenge: usize,
    allowed: bool,
    draw: usize,
    days: i64,
}

impl Attempt {
    fn choose(self, model: &Model, day: Date) -> (&'static str, Author) {
        let all: Vec<(&str, Author)> = KINDS.iter().flat_map(|kind| [(*kind, mopac()), (*kind, mps())]).collect();
        let fits = |(kind, author): &&(&str, Author)| model.clone().step(kind, author.role.id(), day);
        let fitting: Vec<&(&str, Author)> = all.iter().filter(fits).collect();
        if self.allowed && !fitting.is_empty() {
            fitting[self.draw % fitting.len()].clone()
        } else {
            all[self.draw % all.len()].clone()
        }
    }
}

const KINDS: [&str; 7] = ["acknowledge", "answer", "accept", "escalate", "close", "effect", "raise"];

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    // Far enough for an effect now and then.
    let days = prop_oneof![4 => 0_i64..3, 1 => 150_i64..250];
    let one = (0_usize..2, any::<bool>(), 0_usize..1_000, days);
    prop::collection::vec(one.prop_map(|(challenge, allowed, draw, days)| Attempt { challenge, allowed, draw, days }), 1..40)
}

fn step(kind: &str, raised: &Challenge, day: Date) -> Step {
    match kind {
        "acknowledge" => Step::Acknowledge,
        // Nothing is promised for a day that is over.
        "answer" => match answer() {
            Step::Answer(answer) => Step::Answer(Answer { by: answer.by.max(day), ..answer }),
            other => other,
        },
        "accept" => accept(),
        "escalate" => escalate(),
        "close" => close(),
        "effect" => effect(),
        _ => Step::Raise(raised.raised.clone()),
    }
}

async fn holds(fresh: &Fresh, attempts: &[Attempt]) -> usize {
    let ledger: Ledger = fresh.ledger().await;
    let mut day = date(2026, 11, 26);
    let mut models: Vec<(ChallengeId, Model)> = Vec::new();
    for _ in 0..2 {
        models.push((ledger.raise(question(), &mopac(), at(day), None).await.unwrap().challenge, Model::new(day)));
    }
    let first = ledger.challenge(models[0].0).await.unwrap();
    let mut written = 2;
    for attempt in attempts {
        day += attempt.days.days();
        let (id, model) = &mut models[attempt.challenge];
        let (kind, author) = attempt.choose(model, day);
        let allowed = model.step(kind, author.role.id(), day);
        let done = ledger.append(*id, step(kind, &first, day), &author, at(day), None).await;
        match done {
            Ok(event) => {
                written += 1;
                assert!(allowed, "{kind} by {} was written", author.role);
                assert_eq!(event.seq, written);
            }
            Err(Error::NotNow { .. } | Error::NotYours { .. } | Error::TooEarly { .. }) => assert!(!allowed, "{kind} was refused"),
            Err(other) => panic!("{other}"),
        }
    }
    let found = ledger.challenges(&Filter::default()).await.unwrap();
    for (challenge, (id, model)) in found.iter().zip(&models) {
        assert_eq!(challenge.id, *id);
        let is = (challenge.state.id(), challenge.due.map(|due| due.on), challenge.history.len(), challenge.raised_on());
        assert_eq!(is, (model.state, model.due, model.entries, model.raised));
        assert_eq!(ledger.challenge(*id).await.unwrap(), *challenge);
    }
    assert_eq!(ledger.verify(None).await.unwrap().seq, written);
    ledger.close().await;
    written as usize - 2
}

#[test]
fn only_what_the_rules_allow_is_written_and_the_chain_holds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let same = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, same);
    let (steps, ends) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    runner
        .run(&attempts(), |attempts| {
            runtime.block_on(async {
                for fresh in Fresh::all().await {
                    steps.set(steps.get() + holds(&fresh, &attempts).await);
                    ends.set(ends.get() + 1);
                }
            });
            Ok(())
        })
        .unwrap();
    assert!(steps.get() > 5 * ends.get(), "{} steps in {} records: hardly anything was written", steps.get(), ends.get());
}
