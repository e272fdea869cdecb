//! `hotspot effect`.

use crate::args::challenge::EffectArgs;
use crate::commands::say;
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Error as CoreError;
use hotspot_core::resource::challenge::{ChallengeInput, Target};
use hotspot_core::resource::effect::{Change, NO_CAUSE, changes};
use hotspot_core::resource::gap::ChallengePolicy;
use hotspot_core::view::EffectsView;
use hotspot_ledger::{ChallengeId, Ledger, Place, Step};
use hotspot_pipeline::release::read_release;
use hotspot_pipeline::resources::read_resources;
use hotspot_server::effects_json;

/// Compares incidents before and after a resource changed.
pub fn run(args: &EffectArgs) -> Done {
    let bar = progress::spinner("reading the release");
    let release = read_release(&args.releases, args.release.as_deref())?;
    let policy = ChallengePolicy::current();
    let file = args.resources.as_deref().map(read_resources).transpose()?;
    let resources = file.as_ref().map_or(&[][..], |f| &f.resources);
    let mut found = match (&args.ledger, args.challenge) {
        (Some(ledger), Some(id)) => vec![answered(ledger, id)?],
        _ => changes(resources, policy.delta),
    };
    if let Some(kind) = &args.kind {
        let kind = kind.trim().to_lowercase();
        if file.is_some() && !resources.iter().any(|r| r.kind == kind) {
            return Err(Failure::cannot("--kind must be one of the kinds of the table of resources"));
        }
        found.retain(|change| change.kind == kind);
    }
    bar.set_message("comparing");
    let input = ChallengeInput { strand: args.strand.0, months: args.months, ..ChallengeInput::new(&release, resources, &policy) };
    let view = EffectsView::of(&input, &found).map_err(|e| match (&file, e) {
        (Some(file), CoreError::Row { row, rule, .. }) => Failure::from(file.refused(row, rule)),
        (_, other) => other.into(),
    })?;
    bar.finish_and_clear();
    if args.json {
        return say(String::from_utf8_lossy(&effects_json(&view)));
    }
    let what = view.strand.map_or("all records", hotspot_core::Strand::label);
    say(format_args!(
        "Release {}: {what}, {} changes, {} months before and after at most",
        view.release,
        view.effects.len(),
        view.months
    ))?;
    if view.effects.is_empty() {
        say(format_args!(
            "No amount of the table changes by {:.0} % or more at a place from one period to the next.",
            100.0 * policy.delta
        ))?;
    }
    for effect in &view.effects {
        say(format_args!("\n{}", effect.sentence()))?;
    }
    say(format_args!("\n{NO_CAUSE}"))
}

/// The change that the last answer to a challenge promised.
fn answered(ledger: &str, id: ChallengeId) -> Done<Change> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let challenge = runtime.block_on(async { Ledger::open_to_read(ledger).await?.challenge(id).await })?;
    let promised = challenge.history.iter().rev().find_map(|entry| match &entry.step {
        Step::Answer(answer) => answer.change.clone(),
        _ => None,
    });
    let change =
        promised.ok_or_else(|| Failure::data(format!("{id}: no answer to it states a change of a resource with its day")))?;
    Ok(Change {
        kind: change.resource,
        unit: change.unit,
        target: match challenge.raised.place {
            Place::Hotspot(id) => Target::Hotspot(id),
            Place::Area(code) => Target::Area(code),
            Place::CommandUnit(name) => Target::CommandUnit(name),
        },
        status: None,
        on: change.from,
        by: change.amount,
        amounts: None,
        row: None,
    })
}
