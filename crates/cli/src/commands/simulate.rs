//! `hotspot simulate`.

use crate::args::SimulateArgs;
use crate::commands::{apart, note, write_whole};
use crate::failure::Done;
use crate::progress;
use hotspot_core::simulate::{SimulateParams, simulate};
use hotspot_pipeline::{calendar, links, truth, write_incidents_csv};

/// Writes incidents, truth, links and the calendar.
pub fn run(args: &SimulateArgs) -> Done {
    apart([Some(&args.out), args.truth.as_ref(), args.links.as_ref(), args.events.as_ref()].into_iter().flatten(), [])?;
    let bar = progress::spinner("simulating London");
    let london = simulate(&SimulateParams { seed: args.seed, start: args.start, months: args.months });
    bar.finish_and_clear();
    write_whole(&args.out, |out| Ok(write_incidents_csv(&london.incidents, out)?))?;
    if let Some(path) = &args.truth {
        write_whole(path, |out| Ok(truth::write_truth(&london.truth, out)?))?;
    }
    if let Some(path) = &args.links {
        write_whole(path, |out| Ok(links::write_links_csv(&links::simulated_links(&london), out)?))?;
    }
    if let Some(path) = &args.events {
        write_whole(path, |out| Ok(calendar::write_calendar_csv(&london.events, out)?))?;
    }
    note(format_args!("synthetic, about nobody: {} versions of records, {} links", london.incidents.len(), london.links.len()));
    Ok(())
}
