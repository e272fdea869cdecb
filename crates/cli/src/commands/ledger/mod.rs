//! `hotspot ledger`.

mod evidence;
mod read;

use crate::args::ledger::{AnswerArgs, By, EffectArgs, LedgerArgs, LedgerStep, Place as At, RaiseArgs};
use crate::commands::say;
use crate::failure::{Done, Failure};
use hotspot_core::atlas::Atlas;
use hotspot_ledger::{
    Answer, Author, ChallengeId, Due, EVIDENCE, Effect, Error, Event, Ledger, Periods, Place, Question, ResourceChange, Step,
    canonical_json,
};
use hotspot_pipeline::agreement::borough_named;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

/// Does one step, or reads.
pub fn run(args: LedgerArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reason = |args: &crate::args::ledger::DecideArgs| args.reason.clone();
    runtime.block_on(async {
        match args.step {
            LedgerStep::Raise(args) => raise(args).await,
            LedgerStep::Acknowledge(args) => step(&args.at, &args.by, args.id, Step::Acknowledge).await,
            LedgerStep::Answer(args) => step(&args.at, &args.by, args.id, answer(&args)).await,
            LedgerStep::Accept(args) => step(&args.at, &args.by, args.id, Step::Accept { reason: reason(&args) }).await,
            LedgerStep::Escalate(args) => step(&args.at, &args.by, args.id, Step::Escalate { reason: reason(&args) }).await,
            LedgerStep::Close(args) => step(&args.at, &args.by, args.id, Step::Close { reason: reason(&args) }).await,
            LedgerStep::Effect(args) => step(&args.at, &args.by, args.id, Step::Effect(effect(&args)?)).await,
            LedgerStep::List(args) => read::list(&args).await,
            LedgerStep::Show(args) => read::show(&args).await,
            LedgerStep::Export(args) => read::export(&args).await,
            LedgerStep::Verify(args) => read::verify(&args).await,
        }
    })
}

/// A record that cannot be trusted, or that says no, failed as data; all else could not run.
fn failed(error: Error) -> Failure {
    match error {
        Error::Damaged(_) | Error::NotNow { .. } | Error::NotYours { .. } | Error::TooEarly { .. } | Error::KeyReused { .. } => {
            Failure::failed(error)
        }
        other => other.into(),
    }
}

/// A file of JSON.
fn read(path: &Path) -> Done<Value> {
    let text = std::fs::read_to_string(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
    // Where it breaks is said, not what stands there.
    serde_json::from_str(&text)
        .map_err(|e| Failure::data(format!("{}, line {}, column {}: no JSON", path.display(), e.line(), e.column())))
}

/// The figures: as typed, or of the one change that was measured.
fn effect(args: &EffectArgs) -> Done<Effect> {
    let Some(path) = &args.measured else {
        // One of them asks for the others when it is read.
        let typed = args.before.clone().zip(args.after.clone()).zip(args.measured_to);
        let ((before, after), measured_to) =
            typed.ok_or_else(|| Failure::cannot("--before, --after and --measured-to, or --measured"))?;
        return Ok(Effect { before, after, measured_to });
    };
    let measured = read(path)?;
    let refused = |rule: &str| Failure::data(format!("{}: {rule}", path.display()));
    let all = measured["effects"].as_array().ok_or_else(|| refused("not what hotspot effect --json printed"))?;
    let [one] = all.as_slice() else {
        return Err(refused("one change is needed: hotspot effect --ledger FILE --challenge ID --json has that of a challenge"));
    };
    let figures = &one["ledger"];
    if figures.is_null() {
        return Err(refused("nothing was counted before and after this change, so that there is no effect to record"));
    }
    let text = |name: &str| figures[name].as_str().map(str::to_owned);
    let whole = || Some(Effect { before: text("before")?, after: text("after")?, measured_to: text("measured_to")?.parse().ok()? });
    whole().ok_or_else(|| refused("not what hotspot effect --json printed"))
}

async fn raise(args: RaiseArgs) -> Done {
    let evidence = evidence::read(&args.evidence)?;
    let bytes = canonical_json(&evidence).len();
    if bytes > EVIDENCE {
        return Err(Failure::data(format!(
            "{}: {bytes} bytes as canonical JSON, and evidence has {EVIDENCE} at most. Keep of hotspot challenge --json what the question is about, the \
             entry of its kind of resource (kinds) with its place, or ask with --level borough or bcu; the page /challenge freezes the place's part by itself",
            args.evidence.display()
        )));
    }
    let place = place(&args.place);
    let question = Question {
        boroughs: boroughs(&place, &args.borough)?,
        release: args.release,
        place,
        resource: args.kind,
        question: args.question,
        evidence,
        periods: Periods::default(),
    };
    let ledger = Ledger::create_or_open(&args.at.ledger).await.map_err(failed)?;
    let done = ledger.raise(question, &author(&args.by), Timestamp::now(), args.by.key.as_deref()).await;
    written(&args.at, &ledger, done).await
}

async fn step(at: &At, by: &By, id: ChallengeId, step: Step) -> Done {
    let ledger = Ledger::open(&at.ledger).await.map_err(failed)?;
    let done = ledger.append(id, step, &author(by), Timestamp::now(), by.key.as_deref()).await;
    written(at, &ledger, done).await
}

fn author(by: &By) -> Author {
    Author { actor: by.actor.clone(), role: by.role }
}

fn answer(args: &AnswerArgs) -> Step {
    let change = match (&args.kind, args.amount, &args.unit, args.from) {
        (Some(resource), Some(amount), Some(unit), Some(from)) => {
            Some(ResourceChange { resource: resource.clone(), amount, unit: unit.clone(), from })
        }
        // One of them asks for the others when it is read.
        _ => None,
    };
    Step::Answer(Answer { text: args.text.clone(), action: args.action.clone(), by: args.done_by, change })
}

/// Command units are known by name; a hotspot ends in a month and a number; any other is the code of an area.
fn place(id: &str) -> Place {
    let known =
        Atlas::london().boroughs().iter().filter_map(|b| b.bcu.as_deref()).find(|unit| unit.to_lowercase() == id.to_lowercase());
    let digits = |part: Option<&str>, length: usize| {
        part.is_some_and(|p| (length == 0 || p.len() == length) && !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut parts = id.rsplit('-');
    let hotspot = digits(parts.next(), 0) && digits(parts.next(), 2) && digits(parts.next(), 4) && parts.next().is_some();
    match known {
        Some(unit) => Place::CommandUnit(unit.to_owned()),
        None if hotspot => Place::Hotspot(id.to_owned()),
        None => Place::Area(id.to_owned()),
    }
}

/// The boroughs of a place: those that are given, else those that follow from it.
fn boroughs(place: &Place, given: &[String]) -> Done<Vec<String>> {
    if !given.is_empty() {
        let unknown =
            || Failure::cannot("--borough: must be one of the 33 boroughs of London, by name (Camden) or code (E09000007)");
        return given.iter().map(|text| Ok(borough_named(text).ok_or_else(unknown)?.name.clone())).collect();
    }
    let within = |keep: &dyn Fn(&hotspot_core::atlas::Borough) -> bool| -> Vec<String> {
        Atlas::london().boroughs().iter().filter(|b| keep(b)).map(|b| b.name.clone()).collect()
    };
    let found = match place {
        Place::CommandUnit(unit) => within(&|b| b.bcu.as_deref() == Some(unit)),
        Place::Area(code) => within(&|b| b.code == *code),
        Place::Hotspot(_) => Vec::new(),
    };
    if found.is_empty() {
        return Err(Failure::cannot(
            "--borough: say in which borough the place lies; only of boroughs and command units is it known",
        ));
    }
    Ok(found)
}

/// Says what was written, and what comes next.
async fn written(at: &At, ledger: &Ledger, done: hotspot_ledger::Result<Event>) -> Done {
    let event = done.map_err(failed)?;
    let challenge = ledger.challenge(event.challenge).await.map_err(failed)?;
    ledger.close().await;
    if at.json {
        return say(json!({
            "challenge": challenge.id,
            "seq": event.seq,
            "hash": event.hash,
            "state": challenge.state,
            "due": challenge.due.map(due),
        }));
    }
    say(format_args!("{} {} (event {}, hash {})", challenge.id, event.kind.done(), event.seq, event.hash))?;
    match challenge.due {
        Some(Due { duty, on }) => say(format_args!("next: {} {duty} by {on}", duty.by())),
        None => say("nothing is due any more"),
    }
}

fn due(due: Due) -> Value {
    json!({"duty": due.duty, "by": due.duty.by(), "on": due.on.to_string()})
}
