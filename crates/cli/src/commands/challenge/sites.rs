//! `hotspot sites`.

use super::Question;
use crate::args::challenge::SitesArgs;
use crate::commands::{last_part, say};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Error as CoreError;
use hotspot_core::resource::sites::SitesInput;
use hotspot_core::view::SitesView;
use hotspot_pipeline::resources::read_candidates;
use hotspot_report::challenge::words::{SITES_LIMITS, sites_sentence};
use hotspot_server::sites_json;

/// Looks for places where more sites would reach most of the need.
pub fn run(args: &SitesArgs) -> Done {
    let bar = progress::spinner("looking for places");
    let question = Question::read(&args.asked)?;
    let candidates = args.candidates.as_deref().map(read_candidates).transpose()?;
    let input = SitesInput {
        challenge: question.input(),
        kind: &args.kind.trim().to_lowercase(),
        reach_m: args.reach,
        more: args.more.into(),
        candidates: candidates.as_deref(),
    };
    let view = SitesView::of(&input).map_err(|error| match error {
        CoreError::NoReference => Failure::data("no incident is to be expected"),
        CoreError::OutOfRange { what: "kind", .. } => {
            let has: std::collections::BTreeSet<&str> = question.file.resources.iter().map(|r| r.kind.as_str()).collect();
            Failure::cannot(format!("--kind must be one of the table of resources: {}", Vec::from_iter(has).join(", ")))
        }
        CoreError::Row { table: "candidates", row, rule } => {
            let file = args.candidates.as_deref().map(last_part).unwrap_or_default();
            Failure::cannot(format!("{file}, row {}: {rule}", row + 2))
        }
        other => question.failed(other),
    })?;
    bar.finish_and_clear();
    if args.json {
        return say(String::from_utf8_lossy(&sites_json(&view)));
    }
    say(format_args!("Release {}. {}", view.release, sites_sentence(&view)))?;
    say(format_args!("{:>3}  {:<24} {:>10} {:>10} {:>10}  {}", "", "place", "longitude", "latitude", "adds %", "borough"))?;
    for (number, site) in (1..).zip(&view.sites.chosen) {
        say(format_args!(
            "{number:>3}  {:<24} {:>10.5} {:>10.5} {:>10.2}  {}",
            site.id,
            site.at.lon,
            site.at.lat,
            100.0 * site.adds,
            site.borough.as_deref().unwrap_or("")
        ))?;
    }
    say(SITES_LIMITS)
}
