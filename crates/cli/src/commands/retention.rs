//! `hotspot retention`.

use crate::args::retention::{DisposeArgs, ListArgs, RetentionArgs, RetentionStep, WhichArgs};
use crate::commands::{apart, note, private, say, terminal, today};
use crate::failure::{Done, Failure};
use hotspot_ledger::Digest;
use hotspot_ledger::audit::{Action, AuditLog, Entry, Outcome};
use hotspot_pipeline::release::made_from;
use hotspot_pipeline::store::{PastRecord, RetentionRules, Store};
use hotspot_report::summary::csv_field;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// Lists, or disposes of.
pub fn run(args: &RetentionArgs) -> Done {
    match &args.step {
        RetentionStep::List(args) => list(args),
        RetentionStep::Dispose(args) => dispose(args),
    }
}

/// The rules, once the day is found to be none of the future.
fn rules(which: &WhichArgs, today: Date) -> Done<RetentionRules> {
    if which.on > today {
        return Err(Failure::cannot("--on lies in the future: no record is past its date there yet"));
    }
    Ok(RetentionRules::load(&which.rules)?)
}

/// Number of records by rule.
fn by_rule(records: &[PastRecord]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record.rule.as_str()).or_default() += 1;
    }
    counts
}

fn list(args: &ListArgs) -> Done {
    apart(args.out.iter(), [&args.which.rules])?;
    let rules = rules(&args.which, today()?)?;
    let records = Store::open(&args.which.store)?.past_retention(&rules, args.which.on)?;
    if let Some(out) = &args.out {
        private::write(out, |out| {
            writeln!(out, "id,rule,due")?;
            for record in &records {
                writeln!(out, "{},{},{}", csv_field(&record.id), record.rule, record.due)?;
            }
            Ok(())
        })?;
    }
    let counts = by_rule(&records);
    if args.json {
        return say(json!({"on": args.which.on.to_string(), "records": records.len(), "by_rule": counts}));
    }
    say(format_args!("{} records are past their date on {}", records.len(), args.which.on))?;
    counts.iter().try_for_each(|(rule, n)| say(format_args!("  {n:>8}  {rule}")))
}

fn dispose(args: &DisposeArgs) -> Done {
    let today = today()?;
    let rules = rules(&args.which, today)?;
    let mut store = Store::open(&args.which.store)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before anything goes: what cannot be recorded is not done.
    let log = runtime.block_on(AuditLog::open(&args.ledger, None))?;
    let disposed = store.dispose(&rules, args.which.on, today);
    let ids = |records: &[PastRecord]| {
        let mut digests: Vec<String> = records.iter().map(|record| Digest::of(record.id.as_bytes()).to_string()).collect();
        digests.sort();
        digests.join("\n")
    };
    let entry = Entry {
        purpose: "retention".to_owned(),
        object: format!("retention-rules/{}", rules.sha256),
        // Of the digests of the identifiers, one a line: whoever has the list can show that it was this one.
        filter: disposed.as_ref().map_or_else(|_| String::new(), |d| ids(&d.records)),
        returned: disposed.as_ref().ok().map(|d| d.records.len() as u64),
        outcome: if disposed.is_ok() { Outcome::Done } else { Outcome::Failed },
        ..terminal::entry(Action::Disposal, Some(&args.by))
    };
    let recorded = runtime.block_on(async {
        let seq = log.record(entry, Timestamp::now()).await?;
        log.close().await?;
        Ok::<u64, hotspot_ledger::Error>(seq)
    });
    let disposed = disposed?;
    let seq = recorded.map_err(|e| {
        Failure::cannot(format!("{} records were disposed of, and this could not be recorded: {e}", disposed.records.len()))
    })?;
    let releases = args.releases.as_deref().map(|folder| made_from(folder, &disposed.inputs)).transpose()?;
    let counts = by_rule(&disposed.records);
    if args.json {
        return say(json!({
            "records": disposed.records.len(),
            "rows": disposed.rows,
            "links": disposed.links,
            "by_rule": counts,
            "entry": seq,
            "releases": releases,
        }));
    }
    say(format_args!(
        "{} records disposed of ({} rows, {} links), as entry {seq} of the audit log says",
        disposed.records.len(),
        disposed.rows,
        disposed.links
    ))?;
    counts.iter().try_for_each(|(rule, n)| say(format_args!("  {n:>8}  {rule}")))?;
    if disposed.records.is_empty() {
        return Ok(());
    }
    match &releases {
        Some(ids) if ids.is_empty() => say("no release in the folder was made from the files that they came in")?,
        Some(ids) => {
            say("releases made from the files that they came in, which hold their cell, month and strands still:")?;
            ids.iter().try_for_each(|id| say(format_args!("  {id}")))?;
        }
        None => note("name the folder of releases with --releases to see which of them were made from these records"),
    }
    note(
        "a server that runs keeps its release in memory until it takes another; copies, exports and backups are not reached from here",
    );
    Ok(())
}
