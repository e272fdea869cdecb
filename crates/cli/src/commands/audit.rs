//! `hotspot audit`.

use crate::args::audit::{AuditArgs, AuditStep, ExportArgs, ForgetArgs, KeyArgs, VerifyArgs};
use crate::commands::{midnight, note, private, say, terminal};
use crate::failure::{Done, Failure};
use hotspot_ledger::Error;
use hotspot_ledger::audit::{Action, AuditFilter, AuditLog, AuditTrail, Entry, PublicKey, Recorded, SigningKey};
use hotspot_report::summary::csv_field;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

/// Columns of an export.
const COLUMNS: &str = "seq,at,actor,name,reason,role,purpose,action,object,filter,area,returned,outcome,status,says,hash";

/// Makes a key, verifies, exports, or disposes of names.
pub fn run(args: &AuditArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &args.step {
            AuditStep::Key(args) => key(args),
            AuditStep::Verify(args) => verify(args).await,
            AuditStep::Export(args) => export(args).await,
            AuditStep::Forget(args) => forget(args).await,
        }
    })
}

/// A log that cannot be trusted failed as data; all else could not run.
fn failed(error: Error) -> Failure {
    match error {
        Error::AuditDamaged(_) => Failure::failed(error),
        other => other.into(),
    }
}

/// Writes a new file; one that is there may hold the key of a log that is still in use.
fn write_new(path: &Path, text: &str, mode: u32) -> Done {
    let at = |e: std::io::Error| Failure::cannot(format!("{}: {e}", path.display()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path).map_err(at)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at)
}

fn key(args: &KeyArgs) -> Done {
    let key = SigningKey::generate()?;
    let mut public = args.out.as_os_str().to_owned();
    public.push(".pub");
    let public = Path::new(&public);
    if public.exists() {
        return Err(Failure::cannot(format!("{}: it is there already, and is not overwritten", public.display())));
    }
    write_new(&args.out, &key.to_pem(), 0o600)?;
    write_new(public, &key.public().to_pem(), 0o644)?;
    say(format_args!("key {} in {}: keep it neither in the store nor beside the log", key.public().id(), args.out.display()))?;
    say(format_args!("public key in {}: give it to whoever verifies", public.display()))
}

async fn verify(args: &VerifyArgs) -> Done {
    let key = args.public_key.as_ref().map(|path| {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
        PublicKey::from_pem(&text).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))
    });
    let key = key.transpose()?;
    let trail = AuditTrail::open(&args.ledger).await?;
    let found = trail.verify(args.checkpoints.as_deref().zip(key.as_ref())).await;
    trail.close().await;
    if args.json
        && let Err(Error::AuditDamaged(fault)) = &found
    {
        say(json!({"whole": false, "first_bad": fault.seq(), "why": fault, "says": fault.to_string()}))?;
    }
    let found = found.map_err(failed)?;
    let signed = args.checkpoints.is_some().then_some(found.signed);
    if args.json {
        return say(json!({
            "whole": true,
            "entries": found.head.seq,
            "head": found.head.to_string(),
            "names_disposed_of": found.disposed,
            "checkpoints": found.checkpoints,
            "signed_to": signed,
        }));
    }
    let (entries, s) = (found.head.seq, if found.head.seq == 1 { "entry" } else { "entries" });
    say(format_args!("the log is whole: {entries} {s}, head {}", found.head))?;
    if found.disposed > 0 {
        say(format_args!("the names of {} were disposed of", found.disposed))?;
    }
    match signed {
        Some(signed) => say(format_args!(
            "it agrees with {} checkpoints up to entry {signed}; {} came after the last one",
            found.checkpoints,
            entries - signed
        )),
        None => say("without --checkpoints it cannot be told whether its end was cut off"),
    }
}

fn line(entry: &Recorded) -> Value {
    let person = |of: fn(&(String, String)) -> &String| entry.person.as_ref().map(of);
    json!({
        "seq": entry.seq,
        "at": entry.at().to_string(),
        "actor": entry.actor,
        "name": person(|p| &p.0),
        "reason": person(|p| &p.1),
        "role": entry.role,
        "purpose": entry.purpose,
        "action": entry.action,
        "object": entry.object,
        "filter": entry.filter,
        "area": entry.area,
        "returned": entry.returned,
        "outcome": entry.outcome,
        "status": entry.status,
        "says": entry.says(),
        "hash": entry.hash,
    })
}

async fn export(args: &ExportArgs) -> Done {
    let csv = match args.out.extension().and_then(|e| e.to_str()) {
        Some("csv") => true,
        Some("jsonl") => false,
        _ => return Err(Failure::cannot("--out: a name that ends in .csv or .jsonl")),
    };
    private::beside(&args.out, &args.ledger)?;
    let filter = AuditFilter {
        from: args.from.map(midnight).transpose()?,
        before: args.to.map(|day| midnight(day.checked_add(1.day())?)).transpose()?,
        actor: args.actor.clone(),
        object: args.release.clone(),
    };
    let trail = AuditTrail::open(&args.ledger).await?;
    let entries = trail.entries(&filter).await;
    trail.close().await;
    let entries = entries.map_err(failed)?;
    private::write(&args.out, |out| {
        if csv {
            writeln!(out, "{COLUMNS}")?;
        }
        for entry in &entries {
            let line = line(entry);
            if csv {
                let cell = |name: &str| match &line[name] {
                    Value::String(text) => csv_field(text),
                    Value::Null => String::new(),
                    number => number.to_string(),
                };
                writeln!(out, "{}", COLUMNS.split(',').map(cell).collect::<Vec<_>>().join(","))?;
            } else {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    })?;
    note(format_args!("{} entries of a log that is whole", entries.len()));
    Ok(())
}

async fn forget(args: &ForgetArgs) -> Done {
    let trail = AuditTrail::open(&args.ledger).await?;
    let whole = trail.verify(None).await;
    trail.close().await;
    whole.map_err(failed)?;
    let gone = AuditTrail::forget(&args.ledger, midnight(args.before)?).await?;
    let log = AuditLog::open(&args.ledger, None).await?;
    let entry = Entry {
        object: "audit-names".to_owned(),
        filter: format!("before={}", args.before),
        returned: Some(gone),
        ..terminal::entry(Action::Disposal, Some(&args.by))
    };
    let seq = log.record(entry, Timestamp::now()).await.map_err(failed)?;
    log.close().await?;
    say(format_args!("{gone} names before {} disposed of, as entry {seq} says", args.before))
}
