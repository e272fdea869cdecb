//! `hotspot export`: what an agreement gives, and nothing without one.

use crate::args::agreement::ExportArgs;
use crate::commands::agreement::{REVOKED, failed};
use crate::commands::{private, say, today};
use crate::failure::{Done, Failure};
use hotspot_core::disclosure::Policy;
use hotspot_core::disclosure::agreement::Agreement;
use hotspot_core::disclosure::products::partner;
use hotspot_ledger::audit::{Action, AuditFilter, AuditLog, AuditTrail, Entry, Outcome};
use hotspot_ledger::{Agreements, Error, Handing, RegisteredAgreement};
use hotspot_pipeline::agreement::parse_agreement;
use hotspot_pipeline::export::{Export, Given};
use hotspot_pipeline::protected::{Shown, read_protected};
use jiff::Timestamp;
use jiff::civil::Date;

/// Gives it, on record before it appears.
pub fn run(args: &ExportArgs) -> Done {
    private::beside(&args.out, &args.ledger)?;
    let shown = read_protected(&args.protected)?
        .ok_or_else(|| Failure::data(format!("{}: nothing is protected here; hotspot protect does", args.protected.display())))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // What cannot be recorded is not done.
        let agreements = Agreements::open(&args.ledger).await?;
        let log = AuditLog::open(&args.ledger, None).await?;
        let done = give(args, &shown, &agreements, &log).await;
        if let Err(failure) = &done
            && failure.is_refusal()
        {
            let entry = Entry {
                object: format!("agreement/{}/export", args.agreement),
                outcome: Outcome::Refused,
                ..Entry::new("command-line", "admin", Action::Refused)
            };
            log.record(entry, Timestamp::now()).await.map_err(failed)?;
        }
        agreements.close().await;
        log.close().await?;
        done
    })
}

/// The agreement as it stands, when something may be given under it today.
async fn stands(args: &ExportArgs, agreements: &Agreements, today: Date) -> Done<(RegisteredAgreement, Agreement)> {
    let registered = agreements.find(&args.agreement).await?.ok_or(Error::UnknownAgreement).map_err(failed)?;
    registered.stands().map_err(failed)?;
    on_record(&args.ledger, &registered).await?;
    let agreement = parse_agreement(&registered.text).map_err(|rule| Failure::data(format!("the agreement: {rule}")))?;
    agreement.gives_on(today).map_err(Failure::failed)?;
    Ok((registered, agreement))
}

/// The table of agreements could be changed with its digest: the log of the registration cannot, without being found out.
async fn on_record(ledger: &str, registered: &RegisteredAgreement) -> Done {
    let trail = AuditTrail::open(ledger).await?;
    let filter = AuditFilter { object: Some(registered.object()), ..AuditFilter::default() };
    let entries = trail.entries(&filter).await;
    trail.close().await;
    let entries = entries.map_err(failed)?;
    let said = |object: &str| entries.iter().any(|e| e.action == Action::Agreement && e.object == object);
    if !said(&registered.object()) || said(&format!("{}/{REVOKED}", registered.object())) {
        return Err(failed(Error::AgreementAltered));
    }
    Ok(())
}

async fn give(args: &ExportArgs, shown: &Shown, agreements: &Agreements, log: &AuditLog) -> Done {
    let today = today()?;
    let (registered, agreement) = stands(args, agreements, today).await?;
    let rules = shown.tiers.as_ref().and_then(|tiers| tiers.partner.as_ref()).ok_or_else(|| {
        Failure::data(format!("{}: protected by a policy that gives partners nothing; protect it again", args.protected.display()))
    })?;
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
    let export = Export::prepare(&args.out, &view, &given)?;
    let entry = Entry {
        purpose: agreement.purpose.clone(),
        object: format!("agreement/{}/export-{number}/{}", agreement.id, view.origin.release),
        // Its digest is that of manifest.json, which has those of all files.
        filter: export.manifest().to_owned(),
        returned: Some(view.rows() as u64),
        ..Entry::new("command-line", "admin", Action::Export)
    };
    let seq = log.record(entry.clone(), Timestamp::now()).await.map_err(failed)?;
    agreements.recorded(number, seq).await?;
    if let Err(error) = export.publish() {
        let entry = Entry { outcome: Outcome::Failed, ..entry };
        log.record(entry, Timestamp::now()).await.map_err(failed)?;
        return Err(error.into());
    }
    say(format_args!(
        "export {number} under agreement {} for {}: {} rows of release {}, as entry {seq} of the audit log says",
        agreement.id,
        agreement.recipient,
        view.rows(),
        view.origin.release
    ))?;
    say(format_args!("{}: to be deleted by its recipient after {}", args.out.display(), given.keep_until()))
}
