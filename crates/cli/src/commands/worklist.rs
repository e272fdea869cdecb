//! `hotspot worklist`.

use crate::args::WorklistArgs;
use crate::commands::units::Asked;
use crate::commands::{apart, note};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Strand;
use hotspot_core::hotspot::protection::protect;
use hotspot_core::hotspot::repeat_rule::VERSION;
use hotspot_pipeline::store::Store;
use hotspot_pipeline::worklist::{Case, worklist};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Lists the persons on whom a hotspot depended.
pub fn run(args: &WorklistArgs) -> Done {
    apart([&args.out], args.question.units.areas.iter().chain(&args.question.units.study_area))?;
    if args.out.as_os_str() == "-" {
        return Err(Failure::cannot("--out: the list names individuals and goes to a file, not to the screen"));
    }
    let bar = progress::spinner("reading the store");
    let asked = Asked::load(&args.question, &bar)?;
    bar.set_message("asking who a hotspot depends on");
    let (_, _, protection) = protect(&asked.analysis(None), &asked.placed.people)?;
    let check = protection.check();
    if !check.possible() && check.known == [0; 3] {
        return Err(Failure::data(
            "no record has a pseudonym of victim, reporter or premises: who a hotspot depends on cannot be told",
        ));
    }
    let cases =
        worklist(&Store::open(&args.question.store)?, &asked.known, &asked.placed, &protection, asked.window.to().last_day())?;
    bar.finish_and_clear();
    write_private(&args.out, &cases)?;
    let referrals = cases.iter().filter(|c| c.assessment.referral()).count();
    note(format_args!(
        "{} cases, {referrals} at the referral threshold ({VERSION}, the 365 days to {}); {} of {} records in units are withheld from the map",
        cases.len(),
        asked.window.to().last_day(),
        check.withheld,
        check.mapped
    ));
    Ok(())
}

/// Columns of the list.
const COLUMNS: [&str; 15] = [
    "rule",
    "role",
    "pseudonym",
    "boroughs",
    "strands",
    "records_365_days",
    "first",
    "last",
    "shortest_gap_days",
    "count",
    "harm",
    "shortening_gap",
    "referral",
    "records_in_all",
    "record_ids",
];

fn row(case: &Case) -> [String; 15] {
    let a = &case.assessment;
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let day = |which: usize| case.days.map_or_else(String::new, |days| days[which].to_string());
    [
        VERSION.to_owned(),
        case.role.id().to_owned(),
        case.pseudonym.0.clone(),
        case.boroughs.join(";"),
        case.strands.iter().map(Strand::id).collect::<Vec<_>>().join(";"),
        a.records.to_string(),
        day(0),
        day(1),
        a.shortest_gap.map_or_else(String::new, |gap| gap.to_string()),
        yes(a.count),
        yes(a.harm),
        yes(a.shortening_gap),
        yes(a.referral()),
        case.records.len().to_string(),
        case.records.join(";"),
    ]
}

/// Writes a file that only its owner may read, and never over another.
fn write_private(path: &Path, cases: &[Case]) -> Done {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => Failure::cannot(format!("{}: is there already; give a new name", path.display())),
        _ => Failure::cannot(format!("{}: {e}", path.display())),
    })?;
    let written = (|| -> Done {
        let mut csv = csv::Writer::from_writer(&mut file);
        let fail = |e: csv::Error| Failure::cannot(format!("the list could not be written: {e}"));
        csv.write_record(COLUMNS).map_err(fail)?;
        for case in cases {
            csv.write_record(row(case)).map_err(fail)?;
        }
        csv.flush()?;
        drop(csv);
        file.flush()?;
        Ok(file.sync_all()?)
    })();
    if written.is_err() {
        // The half-written file is of no use; failing to remove it changes nothing about the error.
        let _ = std::fs::remove_file(path);
    }
    written
}
