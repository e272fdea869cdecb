//! Reading the ledger: list, show, export, verify.

use super::{due, failed};
use crate::args::ledger::{ExportArgs, ListArgs, ShowArgs, VerifyArgs};
use crate::commands::{columns, note, private, say};
use crate::failure::Done;
use hotspot_ledger::{Challenge, Entry, Filter, Kind, Ledger, Step, london_day};
use hotspot_pipeline::agreement::borough_named;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Challenges, one a line.
pub async fn list(args: &ListArgs) -> Done {
    let ledger = Ledger::open_to_read(&args.at.ledger).await.map_err(failed)?;
    let on = args.on.unwrap_or_else(|| london_day(Timestamp::now()));
    let filter = Filter {
        overdue_on: args.overdue.then_some(on),
        borough: args.borough.as_deref().map(|text| borough_named(text).map_or(text, |b| &b.name).to_owned()),
        place: args.place.clone(),
        state: args.state,
    };
    // Evidence too: what is listed here is asked about there.
    ledger.verify(None).await.map_err(failed)?;
    let found = ledger.challenges(&filter).await.map_err(failed)?;
    ledger.close().await;
    if args.at.json {
        let rows: Vec<Value> = found.iter().map(|challenge| summary(challenge, on)).collect();
        return say(json!({"on": on.to_string(), "challenges": rows}));
    }
    let mut rows = vec![["challenge", "state", "next", "place", "boroughs", "resource", "release"].map(str::to_owned)];
    rows.extend(found.iter().map(|challenge| {
        let raised = &challenge.raised;
        [
            challenge.id.to_string(),
            challenge.state.to_string(),
            next(challenge, on),
            raised.place.to_string(),
            raised.boroughs.join(", "),
            raised.resource.clone(),
            raised.release.clone(),
        ]
    }));
    columns(&rows)?;
    let late = found.iter().filter(|challenge| challenge.overdue(on)).count();
    note(format_args!("{}, {late} of them overdue on {on}", counted(found.len() as u64, "challenge")));
    Ok(())
}

/// So many of something.
fn counted(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

fn summary(challenge: &Challenge, on: Date) -> Value {
    let raised = &challenge.raised;
    json!({
        "challenge": challenge.id,
        "state": challenge.state,
        "due": challenge.due.map(due),
        "overdue": challenge.overdue(on),
        "raised_on": challenge.raised_on().to_string(),
        "place": raised.place,
        "boroughs": raised.boroughs,
        "resource": raised.resource,
        "release": raised.release,
        "question": raised.question,
        "evidence": raised.evidence,
    })
}

/// What is due, in words.
fn next(challenge: &Challenge, on: Date) -> String {
    challenge.due.map_or_else(
        || "nothing".to_owned(),
        |due| {
            let late = if challenge.overdue(on) { ", overdue" } else { "" };
            format!("{} {} by {}{late}", due.duty.by(), due.duty, due.on)
        },
    )
}

/// One challenge, with all that happened.
pub async fn show(args: &ShowArgs) -> Done {
    let ledger = Ledger::open_to_read(&args.at.ledger).await.map_err(failed)?;
    ledger.verify(None).await.map_err(failed)?;
    let challenge = ledger.challenge(args.id).await.map_err(failed)?;
    let evidence = ledger.evidence(challenge.raised.evidence, challenge.history[0].seq).await.map_err(failed)?;
    ledger.close().await;
    let on = london_day(Timestamp::now());
    if args.at.json {
        let mut whole = serde_json::to_value(&challenge)?;
        whole["overdue"] = challenge.overdue(on).into();
        whole["evidence"] = serde_json::from_str(&evidence)?;
        return say(whole);
    }
    let raised = &challenge.raised;
    say(format_args!("{}  {}", challenge.id, challenge.state))?;
    say(format_args!("place     {} ({})", raised.place, raised.boroughs.join(", ")))?;
    say(format_args!("resource  {}", raised.resource))?;
    say(format_args!("release   {}", raised.release))?;
    say(format_args!("evidence  {} bytes of JSON, SHA-256 {}", evidence.len(), raised.evidence))?;
    say(format_args!("next      {}", next(&challenge, on)))?;
    say(format_args!("periods   {}", raised.periods))?;
    challenge.history.iter().try_for_each(happened)
}

/// One event, and what was said.
fn happened(entry: &Entry) -> Done {
    let Entry { seq, on, author, step, .. } = entry;
    say(format_args!("\n{on}  {} by {} for {} (event {seq})", step.kind().done(), author.actor, author.role))?;
    let indented = |text: &str| say(text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"));
    match step {
        Step::Raise(raise) => indented(&raise.question),
        Step::Acknowledge => Ok(()),
        Step::Answer(answer) => {
            indented(&answer.text)?;
            indented(&format!("action by {}: {}", answer.by, answer.action))?;
            answer.change.as_ref().map_or(Ok(()), |change| {
                indented(&format!("change of {}: {:+} {} from {}", change.resource, change.amount, change.unit, change.from))
            })
        }
        Step::Accept { reason } | Step::Escalate { reason } | Step::Close { reason } => indented(reason),
        Step::Effect(effect) => {
            indented(&format!("before: {}", effect.before))?;
            indented(&format!("after, to {}: {}", effect.measured_to, effect.after))
        }
    }
}

/// The whole record, which is verified first.
pub async fn export(args: &ExportArgs) -> Done {
    let to_file = args.out.as_os_str() != "-";
    private::beside(&args.out, &args.at.ledger)?;
    let ledger = Ledger::open_to_read(&args.at.ledger).await.map_err(failed)?;
    ledger.verify(None).await.map_err(failed)?;
    let events = ledger.export().await.map_err(failed)?;
    let mut lines = Vec::with_capacity(events.len());
    for event in &events {
        let mut line = serde_json::to_value(event)?;
        if event.kind == Kind::Raise
            && let Step::Raise(raise) = event.step().map_err(failed)?
        {
            line["evidence"] = ledger.evidence(raise.evidence, event.seq).await.map_err(failed)?.into();
        }
        lines.push(line);
    }
    ledger.close().await;
    private::write(&args.out, |out| {
        for line in &lines {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })?;
    let head = events.last().map_or_else(|| "0".to_owned(), |last| format!("{}:{}", last.seq, last.hash));
    if args.at.json && to_file {
        return say(json!({"events": events.len(), "head": head}));
    }
    note(format_args!("{}; head {head}: keep it elsewhere, and give it to verify --head", counted(events.len() as u64, "event")));
    Ok(())
}

/// The chain, from the first event to the last.
pub async fn verify(args: &VerifyArgs) -> Done {
    let ledger = Ledger::open_to_read(&args.at.ledger).await.map_err(failed)?;
    let head = ledger.verify(args.head).await.map_err(failed)?;
    ledger.close().await;
    if args.at.json {
        return say(json!({"events": head.seq, "head": head.to_string(), "checkpoint": args.head.map(|head| head.to_string())}));
    }
    say(format_args!("the record is whole: {}, head {head}", counted(head.seq, "event")))?;
    match args.head {
        Some(point) => say(format_args!("it has the event that the checkpoint names, {}", point.seq)),
        None => say("without --head it cannot be told whether its end was cut off: keep the head elsewhere"),
    }
}
