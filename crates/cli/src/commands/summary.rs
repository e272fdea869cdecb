//! `hotspot summary`.

use crate::args::{BasisArg, SummaryArgs, TierArg, UnitArgs};
use crate::commands::units::{KnownThen, breaks, last_complete, place};
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::atlas::Atlas;
use hotspot_core::summary::{Basis, Summary, SummaryInput};
use hotspot_pipeline::summary::{FILE, cube, publish};
use hotspot_report::summary::Publication;
use std::collections::BTreeMap;

/// Counts, and publishes one month.
pub fn run(args: &SummaryArgs) -> Done {
    if args.tier != TierArg::Analyst {
        return Err(Failure::cannot("--tier: only exact figures for analysts can be made so far; they must not leave for others"));
    }
    let bar = progress::spinner("reading the store");
    let KnownThen { known, as_known_on, months } = KnownThen::load(&args.store, args.as_known_on)?;
    let month = args.month.unwrap_or_else(|| last_complete(months, as_known_on));
    bar.set_message("counting by borough");
    let (_, placed, london) = place(&UnitArgs::default(), &known)?;
    if !london {
        return Err(Failure::cannot("the summary is by London borough: most points lie elsewhere"));
    }
    let cube = cube(&placed, Atlas::london())?.ok_or_else(|| Failure::data("the store holds no record"))?;
    if !cube.months().contains(month) {
        return Err(Failure::cannot(format!("--month {month}: the store holds {} as known on {as_known_on}", cube.months())));
    }
    let breaks = breaks(known.class, london);
    let basis = match args.by {
        BasisArg::Recorded => Basis::Recorded,
        BasisArg::Occurred => Basis::Occurred,
    };
    bar.set_message("comparing");
    let summary = Summary::of(&SummaryInput { cube: &cube, month, breaks: &breaks }, basis)?;
    let publication = Publication {
        cube: &cube,
        summary: &summary,
        breaks: &breaks,
        known_on: as_known_on,
        class: known.class,
        licence: known.licence.as_deref(),
    };
    bar.set_message("writing");
    let book = publication.workbook().map_err(Failure::failed)?;
    let files: BTreeMap<String, Vec<u8>> = [
        ("csv", publication.csv().into_bytes()),
        ("html", publication.page().map_err(Failure::failed)?.into_bytes()),
        ("ods", book.to_ods().map_err(Failure::failed)?),
        ("xlsx", book.to_xlsx().map_err(Failure::failed)?),
    ]
    .into_iter()
    .map(|(extension, bytes)| (format!("{FILE}{month}-by-{}.{extension}", basis.id()), bytes))
    .collect();
    let published = publish(&args.out, month, &files)?;
    bar.finish_and_clear();
    if published.already_there {
        note(format_args!("{}: already published, the same figures; nothing written", published.folder.display()));
    } else if published.replaced {
        note(format_args!("{}: other figures of the month stood here and were replaced", published.folder.display()));
    }
    let all = summary.series(0, None).expect("London stands first");
    match all.figures.count {
        Ok(count) => {
            say(format_args!("{month}: {} records in London, by the month in which they were {}", count.recorded, basis.id()))?;
        }
        Err(gap) => say(format_args!("{month}: the figure of all records is {gap} {}", gap.shorthand()))?,
    }
    for name in files.keys() {
        say(format_args!("  {}", published.folder.join(name).display()))?;
    }
    Ok(())
}
