//! `hotspot protect`.

use crate::args::ProtectArgs;
use crate::commands::say;
use crate::failure::Done;
use crate::progress;
use hotspot_core::disclosure::protected::ProtectedRelease;
use hotspot_core::disclosure::utility::{Utility, utility};
use hotspot_pipeline::protected::{protect_release, read_policy};
use hotspot_pipeline::release::read_release;

/// Protects a release, proves it, and says how much is hidden.
pub fn run(args: &ProtectArgs) -> Done {
    let tiers = read_policy(args.policy.as_deref())?;
    let bar = progress::spinner("reading the release");
    let release = read_release(&args.releases, args.release.as_deref())?;
    bar.set_message("hiding what is small and what would give it away");
    let done = protect_release(&args.protected, &release, &tiers)?;
    let hot: Vec<u32> =
        release.analysis(None).into_iter().flat_map(|a| &a.hotspots).flat_map(|h| h.units.iter().copied()).collect();
    // What was protected before knows its areas by their outlines alone.
    let left = done.witnesses.and_then(|_| utility(&release, &done.shown, &hot).ok());
    bar.finish_and_clear();
    match done.witnesses {
        None => say(format_args!("{}: already protected, nothing to do", done.name))?,
        Some(witnesses) => say(format_args!("{}: protected, with a proof of {witnesses} tables that could be true", done.name))?,
    }
    say(account(&done.shown))?;
    left.map_or(Ok(()), |left| say(kept(&left)))
}

/// How much of the hotspots can still be seen, in words.
fn kept(left: &Utility) -> String {
    let percent = |share: f64| format!("{:.0} %", (100.0 * share).abs());
    format!(
        "of {:.1} km² of hotspots of all records {} are seen as objects with a count, {} lie in the areas drawn round these (Jaccard {:.2}), and {} in areas that are \
         hot by the published figures (Jaccard {:.2}); {} of incidents are in areas joined from what was too small",
        left.hot_km2,
        percent(left.in_objects),
        percent(left.in_outlines[0]),
        left.in_outlines[1],
        percent(left.in_hot_areas[0]),
        left.in_hot_areas[1],
        percent(left.in_joined),
    )
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
