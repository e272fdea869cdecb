//! `hotspot export`: what an agreement gives, and nothing without one.

use crate::args::agreement::ExportArgs;
use crate::commands::agreement::{OnRecord, failed};
use crate::commands::{private, say, terminal, today};
use crate::failure::{Done, Failure};
use hotspot_core::disclosure::Policy;
use hotspot_core::disclosure::products::partner;
use hotspot_ledger::audit::{Action, AuditLog, Entry, Outcome};
use hotspot_ledger::{Agreements, Error, Handing};
use hotspot_pipeline::export::{Export, Given};
use hotspot_pipeline::protected::read_protected;
use jiff::Timestamp;

/// Gives it, on record before it appears.
pub fn run(args: &ExportArgs) -> Done {
    private::beside(&args.out, &args.ledger)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // What cannot be recorded is not done.
        let agreements = Agreements::open(&args.ledger).await?;
        let log = AuditLog::open(&args.ledger, None).await?;
        let mut entry = Entry { object: format!("agreement/{}/export", args.agreement), ..terminal::entry(Action::Export, None) };
        let done = give(args, &agreements, &log, &mut entry).await;
        if let Err(failure) = &done {
            entry.outcome = if failure.is_refusal() { Outcome::Refused } else { Outcome::Failed };
            log.record(entry, Timestamp::now()).await.map_err(failed)?;
        }
        agreements.close().await;
        log.close().await?;
        done
    })
}

/// `entry` says what is given, as far as it is known by the time this ends.
async fn give(args: &ExportArgs, agreements: &Agreements, log: &AuditLog, entry: &mut Entry) -> Done {
    let today = today()?;
    let registered = agreements.find(&args.agreement).await?.ok_or(Error::UnknownAgreement).map_err(failed)?;
    let agreement = OnRecord::read(&args.ledger).await?.judge(&registered, today)?;
    let at = |rule: &str| Failure::data(format!("{}: {rule}", args.protected.display()));
    let shown = read_protected(&args.protected)?.ok_or_else(|| at("nothing is protected here; hotspot protect does"))?;
    let rules = shown
        .tiers
        .as_ref()
        .and_then(|tiers| tiers.partner.as_ref())
        .ok_or_else(|| at("protected by a policy that gives partners nothing; protect it again"))?;
    let view = partner(&shown.release, rules, &agreement.terms).map_err(Failure::failed)?;
    let view = Policy::partner(view);
    Export::may_stand_at(&args.out)?;
    let handing = Handing {
        agreement: agreement.id.clone(),
        sha256: registered.sha256.clone(),
        recipient: agreement.recipient.clone(),
        release: view.origin.release.clone(),
        products: agreement.terms.products.iter().map(|p| p.id().to_owned()).collect(),
        on: today,
        keep_until: agreement.keep_until(today),
    };
    let number = agreements.begin(&handing).await?;
    let given = Given { agreement: &agreement, sha256: &registered.sha256, export: number, on: today };
    entry.purpose.clone_from(&agreement.purpose);
    entry.object = format!("agreement/{}/export-{number}/{}", agreement.id, view.origin.release);
    let export = Export::prepare(&args.out, &view, &given)?;
    // Its digest is that of manifest.json, which has those of all files.
    export.manifest().clone_into(&mut entry.filter);
    entry.returned = Some(view.rows() as u64);
    let allowed = Entry { outcome: Outcome::Allowed, ..entry.clone() };
    let seq = log.record(allowed, Timestamp::now()).await.map_err(failed)?;
    // Before the folder appears, so that nothing that was given is ever missing from the list; what could not appear is taken back.
    agreements.recorded(number, seq).await?;
    if let Err(error) = export.publish() {
        agreements.not_given(number).await?;
        return Err(error.into());
    }
    let seq = log.record(entry.clone(), Timestamp::now()).await.map_err(|error| {
        Failure::cannot(format!(
            "{}: given, as entry {seq} of the audit log allowed; its end could not be recorded: {error}",
            args.out.display()
        ))
    })?;
    say(format_args!(
        "export {number} under agreement {} for {}: {} rows of release {}, as entry {seq} of the audit log says",
        agreement.id,
        agreement.recipient,
        view.rows(),
        view.origin.release
    ))?;
    say(format_args!("{}: to be deleted by its recipient after {}", args.out.display(), given.keep_until()))
}
