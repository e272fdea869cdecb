//! `hotspot protect`.

use crate::args::ProtectArgs;
use crate::commands::say;
use crate::failure::Done;
use crate::progress;
use hotspot_core::disclosure::protected::ProtectedRelease;
use hotspot_pipeline::protected::{protect_release, read_policy};
use hotspot_pipeline::release::read_release;

/// Protects a release, proves it, and says how much is hidden.
pub fn run(args: &ProtectArgs) -> Done {
    let tiers = read_policy(args.policy.as_deref())?;
    let bar = progress::spinner("reading the release");
    let release = read_release(&args.releases, args.release.as_deref())?;
    bar.set_message("hiding what is small and what would give it away");
    let done = protect_release(&args.protected, &release, &tiers)?;
    bar.finish_and_clear();
    match done.witnesses {
        None => say(format_args!("{}: already protected, nothing to do", done.name))?,
        Some(witnesses) => say(format_args!("{}: protected, with a proof of {witnesses} tables that could be true", done.name))?,
    }
    say(account(&done.shown))
}

/// How much is hidden, in words.
fn account(shown: &ProtectedRelease) -> String {
    let hidden = shown.hidden;
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    format!(
        "policy {}: {} areas; of {} figures {} are below {} ({:.1} %) and {} are hidden beside them ({:.1} %)\n\
         without a count: {} of {} hotspots of all records ({:.1} %), {} of {} hotspots of strands ({:.1} %)",
        shown.policy,
        shown.areas.len(),
        hidden.figures,
        hidden.small,
        shown.rules.threshold,
        share(hidden.small, hidden.figures),
        hidden.beside,
        share(hidden.beside, hidden.figures),
        hidden.hotspots[1],
        hidden.hotspots[0],
        share(hidden.hotspots[1], hidden.hotspots[0]),
        hidden.of_strands[1],
        hidden.of_strands[0],
        share(hidden.of_strands[1], hidden.of_strands[0]),
    )
}
