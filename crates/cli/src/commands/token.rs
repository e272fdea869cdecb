//! `hotspot token`.

use crate::args::token::{CreateArgs, Expiry, ListArgs, RevokeArgs, TokenArgs, TokenStep};
use crate::commands::agreement::{NotGiven, OnRecord, REVOKED, failed, record};
use crate::commands::{columns, midnight, note, say, terminal, today};
use crate::failure::{Done, Failure};
use hotspot_core::disclosure::agreement::NotNow;
use hotspot_ledger::audit::{Action, AuditLog, Entry};
use hotspot_ledger::{Agreements, Error, Token, Tokens};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// Makes, lists or revokes.
pub fn run(args: &TokenArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &args.step {
            TokenStep::Create(args) => create(args).await,
            TokenStep::List(args) => list(args).await,
            TokenStep::Revoke(args) => revoke(args).await,
        }
    })
}

/// The token alone on stdout, so that it can go straight into a file; what else there is to say on stderr.
async fn create(args: &CreateArgs) -> Done {
    let now = Timestamp::now();
    let expires = match args.expires {
        Expiry::Days(days) => now + SignedDuration::from_hours(24 * days),
        // The day itself is in.
        Expiry::Day(day) => midnight(day.checked_add(1.day())?)?,
    };
    let tokens = Tokens::create_or_open(&args.ledger).await?;
    let log = AuditLog::open(&args.ledger, None).await?;
    if let Some(id) = &args.agreement {
        let agreements = Agreements::create_or_open(&args.ledger).await?;
        let found = agreements.find(id).await?;
        agreements.close().await;
        let found = found.ok_or(Error::UnknownAgreement).map_err(failed)?;
        match OnRecord::read(&args.ledger).await?.judge(&found, today()?) {
            // A token may be made before the agreement begins: it opens nothing until then.
            Ok(_) | Err(NotGiven::NotNow(NotNow::Early { .. })) => {}
            Err(why) => return Err(why.into()),
        }
    }
    let (token, presented) = tokens.create(&args.name, &args.role, &args.scope, expires, now, args.agreement.as_deref()).await?;
    tokens.close().await;
    // Before its secret is shown: a token that is not on record nobody can use.
    let purpose = format!("{} as {}", token.scopes.join(" "), token.role);
    record(&log, Entry { purpose, object: object(&token), ..terminal::entry(Action::Token, None) }).await?;
    say(presented)?;
    note(format_args!(
        "token {} for {} as {}, until {}: keep it now, since it is shown only this once",
        token.id,
        token.scopes.join(", "),
        token.role,
        minute(token.expires)
    ));
    Ok(())
}

/// As the audit log names it.
fn object(token: &Token) -> String {
    let agreement = token.agreement.as_ref().map_or_else(String::new, |id| format!("/{id}"));
    format!("token/{}{agreement}", token.id)
}

/// A time of London to the minute.
fn minute(at: Timestamp) -> String {
    TimeZone::get("Europe/London")
        .map_or_else(|_no_zones| at.to_string(), |zone| zone.to_datetime(at).strftime("%F %H:%M").to_string())
}

fn state(token: &Token, now: Timestamp) -> &'static str {
    match (token.revoked, token.holds(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "holds",
        (None, false) => "ended",
    }
}

async fn list(args: &ListArgs) -> Done {
    let now = Timestamp::now();
    let tokens = Tokens::open(&args.ledger).await?;
    let all = tokens.list().await?;
    tokens.close().await;
    if args.json {
        let rows: Vec<Value> = all
            .iter()
            .map(|token| {
                json!({
                    "id": token.id,
                    "name": token.name,
                    "role": token.role,
                    "scopes": token.scopes,
                    "agreement": token.agreement,
                    "state": state(token, now),
                    "created": token.created.to_string(),
                    "expires": token.expires.to_string(),
                    "revoked": token.revoked.map(|at| at.to_string()),
                    "last_used": token.last_used.map(|day| day.to_string()),
                })
            })
            .collect();
        return say(json!({"tokens": rows}));
    }
    let mut rows = vec![["token", "state", "until", "role", "scopes", "agreement", "last used", "name"].map(str::to_owned)];
    rows.extend(all.iter().map(|token| {
        [
            token.id.clone(),
            state(token, now).to_owned(),
            minute(token.expires),
            token.role.clone(),
            token.scopes.join(","),
            token.agreement.clone().unwrap_or_default(),
            token.last_used.map_or_else(|| "never".to_owned(), |day| day.to_string()),
            token.name.clone(),
        ]
    }));
    columns(&rows)
}

async fn revoke(args: &RevokeArgs) -> Done {
    let tokens = Tokens::open(&args.ledger).await?;
    let log = AuditLog::open(&args.ledger, None).await?;
    let token = tokens.revoke(&args.id, Timestamp::now()).await.map_err(|error| match error {
        Error::UnknownToken => Failure::failed(error),
        other => other.into(),
    })?;
    tokens.close().await;
    let object = format!("{}/{REVOKED}", object(&token));
    let seq = record(&log, Entry { object, ..terminal::entry(Action::Token, None) }).await?;
    let at = token.revoked.unwrap_or(token.expires);
    say(format_args!("token {} opens nothing any more: revoked {}, as entry {seq} of the audit log says", token.id, minute(at)))
}
