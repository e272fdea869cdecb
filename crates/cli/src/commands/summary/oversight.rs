//! `hotspot summary --tier oversight`: the month below the analyst, from what was protected and nothing else.

use super::{Clock, apart_from, commit, of_tier};
use crate::args::{FormatOfSummary, SummaryArgs};
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use hotspot_core::Month;
use hotspot_core::disclosure::{Access, Policy};
use hotspot_pipeline::protected::{list_protected, read_protected};
use hotspot_pipeline::summary::{Editions, Given, Record, TableOf, file_name, parquet};
use hotspot_report::summary::ForOversight;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The tier, in records.
const OVERSIGHT: &str = "oversight";

/// Publishes the month of the release that was protected last.
pub fn run(args: &SummaryArgs, protected: &Path) -> Done {
    let mut clock = Clock::start();
    let out = args.out.as_deref().ok_or_else(|| Failure::cannot("--out DIR says where months are published"))?;
    let protected = protected.to_owned();
    apart_from(out, std::iter::once::<&PathBuf>(&protected))?;
    let shown = read_protected(&protected)?
        .ok_or_else(|| Failure::cannot(format!("--protected {}: nothing is protected there", protected.display())))?
        .release;
    let (month, known_on, class) = (shown.month, shown.as_known_on, shown.class);
    if let Some(asked) = args.month.filter(|asked| *asked != month) {
        return Err(Failure::cannot(format!("--month {asked}: what was protected last is of {month}")));
    }
    let editions = Editions::open(out)?;
    for (of, record) in editions.records()? {
        of_tier(of, &record, OVERSIGHT)?;
        if record.class != class {
            return Err(Failure::cannot(format!(
                "--out: the edition of {of} there is of {} records, these are {class}: each class has a folder of its own",
                record.class
            )));
        }
    }
    clock.step("read");
    // Whoever may open the folder has what is in it: it is for oversight, and is handed on under the rules of the class.
    let policy = Policy::towards(class, Access::SignedIn).map_err(|e| Failure::cannot(e.to_string()))?;
    let view = policy.protected(shown);
    let edition = ForOversight::new(&view);
    let files = files(&edition, month, &args.formats)?;
    let mut record = Record::new(month, known_on, class);
    env!("CARGO_PKG_VERSION").clone_into(&mut record.version);
    OVERSIGHT.clone_into(&mut record.tier);
    if let Some(name) = list_protected(&protected)?.pop() {
        let manifest = Given::of(&protected.join(&name).join("manifest.json"))?;
        record.given.insert("protected".to_owned(), Given { name, ..manifest });
    }
    record.tables = edition.tables().iter().map(|t| TableOf { id: t.id.to_owned(), rows: t.len() as u64 }).collect();
    let (published, names) = commit(&editions, record, files, args, &mut clock)?;
    if published.already_there {
        note(format_args!("{}: already published, the same figures; nothing written", published.folder.display()));
    } else if published.replaced {
        note(format_args!("{}: other figures of the month stood here and were replaced", published.folder.display()));
    }
    let without = [(FormatOfSummary::Ods, "ods"), (FormatOfSummary::Xlsx, "xlsx"), (FormatOfSummary::Json, "json")];
    let without: Vec<&str> = without.into_iter().filter(|(of, _)| args.formats.contains(of)).map(|(_, name)| name).collect();
    if !without.is_empty() {
        note(format_args!("for oversight there is no {}: csv, parquet and the page hold all of it", without.join(", ")));
    }
    let hidden = view.hidden;
    say(format_args!(
        "{month}: for oversight, policy {}; of {} figures ever published {} are below {} and {} would give one away: they are not shown",
        view.policy, hidden.figures, hidden.small, view.rules.threshold, hidden.beside
    ))?;
    for name in names {
        say(format_args!("  {}", published.folder.join(name).display()))?;
    }
    Ok(())
}

/// Every file of the formats that are made below the analyst: tables and a page.
fn files(edition: &ForOversight<'_>, month: Month, formats: &[FormatOfSummary]) -> Done<BTreeMap<String, Vec<u8>>> {
    let wants = |format| formats.contains(&format);
    let mut files = BTreeMap::new();
    let said = edition.said();
    if wants(FormatOfSummary::Parquet) {
        for table in edition.tables() {
            files.insert(file_name(month, table.id, "parquet"), parquet(table, &said)?);
        }
    }
    if wants(FormatOfSummary::Csv) {
        files.extend(edition.csv().map(|(id, text)| (file_name(month, id, "csv"), text.into_bytes())));
    }
    // Last: it links to the others.
    if wants(FormatOfSummary::Html) {
        let others: Vec<(String, usize)> = files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
        let page = edition.page(&others).map_err(Failure::failed)?;
        files.insert(file_name(month, "", "html"), page.into_bytes());
    }
    if files.is_empty() {
        return Err(Failure::cannot("--formats: for oversight there are csv, parquet and html"));
    }
    Ok(files)
}
