//! `hotspot agreement`.

use crate::args::agreement::{AgreementArgs, AgreementStep, ListArgs, RegisterArgs, RevokeArgs};
use crate::commands::{columns, say, terminal, today};
use crate::failure::{Done, Failure};
use hotspot_core::disclosure::agreement::{Agreement, NotNow};
use hotspot_ledger::audit::{Action, AuditFilter, AuditLog, AuditTrail, Entry, Outcome};
use hotspot_ledger::{Agreements, Error, Handed, RegisteredAgreement, london_day};
use hotspot_pipeline::agreement::{parse_agreement, read_agreement};
use hotspot_pipeline::protected::read_policy;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Registers, lists, revokes, or lists what was given.
pub fn run(args: &AgreementArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &args.step {
            AgreementStep::Register(args) => register(args).await,
            AgreementStep::List(args) => list(args).await,
            AgreementStep::Revoke(args) => revoke(args).await,
            AgreementStep::Exports(args) => exports(args).await,
        }
    })
}

/// An agreement that is not there, or is another by now, failed as data; all else could not run.
pub fn failed(error: Error) -> Failure {
    match error {
        Error::UnknownAgreement
        | Error::AgreementDiffers
        | Error::AgreementAltered
        | Error::AgreementRevoked { .. }
        | Error::AuditDamaged(_) => Failure::failed(error),
        other => other.into(),
    }
}

/// Records, and ends the log.
pub async fn record(log: &AuditLog, entry: Entry) -> Done<u64> {
    let seq = log.record(entry, Timestamp::now()).await.map_err(failed)?;
    log.close().await?;
    Ok(seq)
}

async fn register(args: &RegisterArgs) -> Done {
    let (agreement, text) = read_agreement(&args.file).map_err(Failure::failed)?;
    let policy = read_policy(args.policy.as_deref())?;
    let at = |rule: String| Failure::data(format!("{}: {rule}", args.file.display()));
    let rules = policy.partner.ok_or_else(|| at("the policy gives partners nothing".to_owned()))?;
    if agreement.terms.least < rules.least {
        return Err(at(format!("least: must be no less than {}, as policy {} has it", rules.least, policy.version)));
    }
    // What cannot be recorded is not done.
    let log = AuditLog::open(&args.ledger, None).await?;
    let agreements = Agreements::create_or_open(&args.ledger).await?;
    let registered = agreements.register(&agreement.id, &text, Timestamp::now()).await.map_err(failed)?;
    agreements.close().await;
    // One that was revoked is not registered again.
    let outcome = if registered.revoked.is_some() { Outcome::Refused } else { Outcome::Done };
    let entry = Entry { object: registered.object(), outcome, ..terminal::entry(Action::Agreement, None) };
    let seq = record(&log, entry).await?;
    if let Some((at, _)) = registered.revoked {
        let on = london_day(at);
        return Err(Failure::data(format!("agreement {} was revoked on {on}: a new one has another identifier", registered.id)));
    }
    say(format_args!(
        "agreement {} for {}, from {} to {}, is registered, as entry {seq} of the audit log says",
        agreement.id, agreement.recipient, agreement.start, agreement.end
    ))?;
    say(format_args!("SHA-256 {}", registered.sha256))
}

/// Why nothing is given under an agreement.
#[derive(Debug)]
pub enum NotGiven {
    /// It was revoked, or is not as it was registered.
    Fallen(Error),
    /// Its text is no agreement.
    Unreadable(String),
    /// Its days are to come, or over.
    NotNow(NotNow),
}

impl NotGiven {
    /// In a word.
    const fn state(&self) -> &'static str {
        match self {
            Self::Fallen(Error::AgreementRevoked { .. }) => "revoked",
            Self::Fallen(_) | Self::Unreadable(_) => "altered",
            Self::NotNow(NotNow::Early { .. }) => "not yet",
            Self::NotNow(NotNow::Ended { .. }) => "ended",
        }
    }
}

impl From<NotGiven> for Failure {
    fn from(why: NotGiven) -> Self {
        match why {
            NotGiven::Fallen(error) => failed(error),
            NotGiven::Unreadable(rule) => Self::data(format!("the agreement: {rule}")),
            NotGiven::NotNow(error) => Self::failed(error),
        }
    }
}

/// What the audit log says of agreements. Their table could be changed with its digests; the log cannot, without being found out.
#[derive(Debug, Default)]
pub struct OnRecord {
    registered: BTreeSet<String>,
    revoked: BTreeMap<String, (Timestamp, String)>,
}

impl OnRecord {
    /// Of a log that is found whole.
    pub async fn read(ledger: &str) -> Done<Self> {
        let trail = AuditTrail::open(ledger).await?;
        let filter = AuditFilter { object: Some("agreement".to_owned()), ..AuditFilter::default() };
        let entries = trail.entries(&filter).await;
        trail.close().await;
        let mut all = Self::default();
        for entry in entries.map_err(failed)?.into_iter().filter(|e| e.action == Action::Agreement && e.outcome == Outcome::Done) {
            match entry.object.strip_suffix(REVOKED).and_then(|of| of.strip_suffix('/')) {
                Some(of) => {
                    all.revoked.entry(of.to_owned()).or_insert((entry.at(), entry.purpose.clone()));
                }
                None => {
                    all.registered.insert(entry.object);
                }
            }
        }
        Ok(all)
    }

    /// When and why it was revoked, as the table or the log says.
    fn revoked(&self, registered: &RegisteredAgreement) -> Option<(Timestamp, String)> {
        registered.revoked.clone().or_else(|| self.revoked.get(&registered.object()).cloned())
    }

    /// The agreement, when something is given under it on a day: the one rule of what is listed, exported, and for what a token is made.
    pub fn judge(&self, registered: &RegisteredAgreement, day: Date) -> Result<Agreement, NotGiven> {
        if let Some((at, _)) = self.revoked(registered) {
            return Err(NotGiven::Fallen(Error::AgreementRevoked { on: london_day(at) }));
        }
        registered.stands().map_err(NotGiven::Fallen)?;
        if !self.registered.contains(&registered.object()) {
            return Err(NotGiven::Fallen(Error::AgreementAltered));
        }
        let agreement = parse_agreement(&registered.text).map_err(NotGiven::Unreadable)?;
        agreement.gives_on(day).map_err(NotGiven::NotNow)?;
        Ok(agreement)
    }

    /// Whether something is given on a day, in a word; and the agreement, as far as it can be read.
    fn state(&self, registered: &RegisteredAgreement, day: Date) -> (&'static str, Option<Agreement>) {
        let state = self.judge(registered, day).map_or_else(|why| why.state(), |_agreement| "gives");
        (state, parse_agreement(&registered.text).ok().filter(|_| registered.is_whole()))
    }
}

/// All agreements and what the log says of them; where there is none there may be no log either.
async fn all_on_record(ledger: &str, agreements: &Agreements) -> Done<(Vec<RegisteredAgreement>, OnRecord)> {
    let all = agreements.list().await?;
    let said = if all.is_empty() { OnRecord::default() } else { OnRecord::read(ledger).await? };
    Ok((all, said))
}

async fn list(args: &ListArgs) -> Done {
    let today = today()?;
    let agreements = Agreements::open(&args.ledger).await?;
    let (all, said) = all_on_record(&args.ledger, &agreements).await?;
    agreements.close().await;
    let rows = all.iter().map(|registered| (registered, said.state(registered, today)));
    if args.json {
        let rows: Vec<Value> = rows
            .map(|(registered, (state, agreement))| {
                let of = agreement.as_ref();
                let terms = of.map(|a| &a.terms);
                let revoked = said.revoked(registered);
                json!({
                    "id": registered.id,
                    "state": state,
                    "sha256": registered.sha256,
                    "recipient": of.map(|a| &a.recipient),
                    "purpose": of.map(|a| &a.purpose),
                    "start": of.map(|a| a.start.to_string()),
                    "end": of.map(|a| a.end.to_string()),
                    "products": terms.map(|t| t.products.iter().map(|p| p.id()).collect::<Vec<_>>()),
                    "fields": terms.map(|t| t.fields.iter().map(|f| f.id()).collect::<Vec<_>>()),
                    "boroughs": terms.and_then(|t| t.boroughs.as_ref()),
                    "least": terms.map(|t| t.least),
                    "registered": registered.registered.to_string(),
                    "revoked": revoked.as_ref().map(|(at, _)| at.to_string()),
                    "reason": revoked.as_ref().map(|(_, reason)| reason),
                })
            })
            .collect();
        return say(json!({"agreements": rows}));
    }
    let mut table = vec![["agreement", "state", "from", "to", "products", "boroughs", "least", "recipient"].map(str::to_owned)];
    table.extend(rows.map(|(registered, (state, agreement))| {
        let of = |field: fn(&Agreement) -> String| agreement.as_ref().map(field).unwrap_or_default();
        [
            registered.id.clone(),
            state.to_owned(),
            of(|a| a.start.to_string()),
            of(|a| a.end.to_string()),
            of(|a| a.terms.products.iter().map(|p| p.id()).collect::<Vec<_>>().join(",")),
            of(|a| a.terms.boroughs.as_ref().map_or_else(|| "all".to_owned(), |list| list.join(","))),
            of(|a| a.terms.least.to_string()),
            of(|a| a.recipient.clone()),
        ]
    }));
    columns(&table)
}

async fn revoke(args: &RevokeArgs) -> Done {
    let log = AuditLog::open(&args.ledger, None).await?;
    let agreements = Agreements::open(&args.ledger).await?;
    let revoked = agreements.revoke(&args.id, &args.reason, Timestamp::now()).await.map_err(failed)?;
    let given = agreements.exports().await?.iter().filter(|e| e.handing.agreement == revoked.id && e.entry.is_some()).count();
    agreements.close().await;
    let (at, reason) = revoked.revoked.clone().unwrap_or((revoked.registered, String::new()));
    let entry = Entry {
        object: format!("{}/{REVOKED}", revoked.object()),
        purpose: reason.clone(),
        ..terminal::entry(Action::Agreement, None)
    };
    let seq = record(&log, entry).await?;
    say(format_args!(
        "agreement {} gives nothing any more: revoked on {} ({reason}), as entry {seq} of the audit log says",
        revoked.id,
        london_day(at)
    ))?;
    say(format_args!("{given} exports were made under it; ask its recipient to delete them (hotspot agreement exports has them)"))
}

/// How the audit log names the end of an agreement or a token, behind it.
pub const REVOKED: &str = "revoked";

/// What is to become of what was given.
fn fate(handed: &Handed, revoked: &BTreeMap<String, Date>, today: Date) -> (&'static str, String) {
    let until = handed.handing.keep_until;
    if handed.entry.is_none() {
        ("not-given", "begun, and nothing was given".to_owned())
    } else if let Some(on) = revoked.get(&handed.handing.agreement) {
        ("delete", format!("to be deleted: the agreement was revoked on {on}"))
    } else if until < today {
        ("delete", format!("to be deleted: it could be kept until {until}"))
    } else {
        ("keep", "may be kept".to_owned())
    }
}

async fn exports(args: &ListArgs) -> Done {
    let today = today()?;
    let agreements = Agreements::open(&args.ledger).await?;
    let (all, said) = all_on_record(&args.ledger, &agreements).await?;
    let exports = agreements.exports().await?;
    agreements.close().await;
    let revoked: BTreeMap<String, Date> = all.iter().filter_map(|a| Some((a.id.clone(), london_day(said.revoked(a)?.0)))).collect();
    if args.json {
        let rows: Vec<Value> = exports
            .iter()
            .map(|handed| {
                let of = &handed.handing;
                let (state, why) = fate(handed, &revoked, today);
                json!({
                    "export": handed.number,
                    "agreement": of.agreement,
                    "agreement_sha256": of.sha256,
                    "recipient": of.recipient,
                    "release": of.release,
                    "products": of.products,
                    "given": of.on.to_string(),
                    "keep_until": of.keep_until.to_string(),
                    "state": state,
                    "why": why,
                    "entry": handed.entry,
                })
            })
            .collect();
        return say(json!({"exports": rows}));
    }
    let mut table =
        vec![["export", "agreement", "given", "keep until", "release", "products", "recipient", "state"].map(str::to_owned)];
    table.extend(exports.iter().map(|handed| {
        let of = &handed.handing;
        [
            handed.number.to_string(),
            of.agreement.clone(),
            of.on.to_string(),
            of.keep_until.to_string(),
            of.release.clone(),
            of.products.join(","),
            of.recipient.clone(),
            fate(handed, &revoked, today).1,
        ]
    }));
    columns(&table)
}
