//! `hotspot ingest`.

use crate::args::{FormatArg, IngestArgs};
use crate::commands::{apart, note, say, write_whole};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::release::{DataClass, Reconciliation};
use hotspot_pipeline::store::{Appended, Store};
use hotspot_pipeline::{Batch, Format, IngestOptions, PseudonymKey, Reject, Rule, facts, links, write_rejects};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Reads the files, and stores all of them or none.
pub fn run(args: &IngestArgs) -> Done {
    let today = TimeZone::get("Europe/London")?.to_datetime(Timestamp::now()).date();
    let read_from = args.files.iter().chain(&args.mapping).chain(&args.links).chain(&args.pseudonymise);
    apart([&args.rejects, &args.link_candidates].into_iter().flatten(), read_from)?;
    if args.known_on.is_some_and(|day| day > today) {
        return Err(Failure::cannot("--known-on lies in the future: nothing can be known then already"));
    }
    let batches = read(args, today)?;
    let account = batches.iter().fold(Reconciliation::default(), |sum, b| sum.plus(b.reconciliation));
    if let Some(path) = &args.rejects {
        let rejects: Vec<Reject> = batches.iter().flat_map(|b| b.rejects.iter().cloned()).collect();
        write_whole(path, |out| Ok(write_rejects(&rejects, out)?))?;
    }
    let appended = match refusal(args, &batches, &account) {
        Some(refusal) => {
            report(args, &batches, &account, None)?;
            return Err(refusal);
        }
        None => store(args, &batches, today)?,
    };
    report(args, &batches, &account, Some(&appended))
}

fn read(args: &IngestArgs, today: Date) -> Done<Vec<Batch>> {
    let mut options = IngestOptions::new(today);
    options.format = match args.format {
        FormatArg::Auto => None,
        FormatArg::Hotspot => Some(Format::Hotspot),
        FormatArg::PoliceUk => Some(Format::PoliceUk),
        FormatArg::AreaCounts => Some(Format::AreaCounts),
    };
    options.mapping.clone_from(&args.mapping);
    options.known_on = args.known_on.unwrap_or(today);
    options.study_area = args.study_area.as_str().into();
    options.pseudonym_key = args.pseudonymise.as_deref().map(|file| PseudonymKey::read(file, &args.store)).transpose()?;
    args.files
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bar = progress::bar(&name, 0);
            let batch = hotspot_pipeline::read(path, &options, &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            });
            bar.finish_and_clear();
            // A file that breaks a rule failed as data; one that cannot be read at all could not run.
            batch.map_err(|e| if e.broken_rule().is_some() { Failure::failed(e) } else { e.into() })
        })
        .collect()
}

/// Why nothing may be stored, if so.
fn refusal(args: &IngestArgs, batches: &[Batch], account: &Reconciliation) -> Option<Failure> {
    let class = args.class.unwrap_or_else(|| existing_class(args).unwrap_or(DataClass::Restricted));
    for batch in batches {
        if let Some(declared) = batch.declared_class.filter(|c| *c != class) {
            return Some(Failure::data(format!(
                "{}: the file says that it is {declared}, and the store is {class}: nothing stored",
                batch.file
            )));
        }
    }
    // A row that repeats another to the letter is counted as refused and loses nothing.
    let repeats: u64 = batches.iter().filter_map(|b| b.by_rule.get(&Rule::IdDuplicateSame)).sum();
    let refused = account.rejected - repeats;
    let share = refused as f64 / account.rows.max(1) as f64;
    (share > args.max_rejected).then(|| {
        Failure::data(format!(
            "{} of {} rows refused ({:.1} %), more than --max-rejected {:.1} %: nothing stored",
            refused,
            account.rows,
            share * 100.0,
            args.max_rejected * 100.0
        ))
    })
}

fn existing_class(args: &IngestArgs) -> Option<DataClass> {
    Store::open(&args.store).ok().map(|s| s.class())
}

fn store(args: &IngestArgs, batches: &[Batch], today: Date) -> Done<Appended> {
    let known_on = args.known_on.unwrap_or(today);
    let links = args.links.as_deref().map(|path| links::read_links(path, known_on)).transpose()?;
    let bar = progress::spinner("storing");
    let mut store = Store::create_or_open(&args.store, args.class, args.licence.as_deref())?;
    let appended = store.append(batches, links.as_ref(), today)?;
    bar.finish_and_clear();
    if let Some(path) = &args.link_candidates {
        let candidates = links::link_candidates(&facts::load(&store, Date::MAX)?);
        write_whole(path, |out| Ok(links::write_candidates_csv(&candidates, out)?))?;
        note(format_args!("{} likely pairs of records of one event; none is joined before --links says so", candidates.len()));
    }
    Ok(appended)
}

fn report(args: &IngestArgs, batches: &[Batch], account: &Reconciliation, appended: Option<&Appended>) -> Done {
    let mut by_rule: BTreeMap<Rule, u64> = BTreeMap::new();
    for (rule, n) in batches.iter().flat_map(|b| &b.by_rule) {
        *by_rule.entry(*rule).or_default() += n;
    }
    // What holds of several files alike is said once.
    let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
    for batch in batches {
        for text in &batch.notes {
            match notes.iter_mut().find(|(known, _)| known == text) {
                Some((_, files)) => files.push(&batch.file),
                None => notes.push((text, vec![&batch.file])),
            }
        }
    }
    for (text, files) in notes {
        match files.as_slice() {
            [file] => note(format_args!("{file}: {text}")),
            several => note(format_args!("{} files: {text}", several.len())),
        }
    }
    if args.json {
        let rules: Map<String, Value> = by_rule.iter().map(|(rule, n)| (rule.id().to_owned(), json!(n))).collect();
        return say(json!({
            "rows": account.rows,
            "mapped": account.mapped,
            "area_only": account.area_only,
            "online": account.online,
            "no_place": account.no_place,
            "rejected": account.rejected,
            "withheld": batches.iter().map(Batch::withheld).sum::<u64>(),
            "by_rule": rules,
            "stored": appended.is_some(),
            "added": appended.map_or(0, Appended::added),
            "already_known": appended.map_or(0, Appended::already_known),
            "same_files": appended.map_or(0, Appended::same_files),
            "links": appended.and_then(|a| a.links).unwrap_or(0),
        }));
    }
    say(account)?;
    for (rule, n) in &by_rule {
        say(format_args!("  {n:>8}  {rule}: {}", rule.explanation()))?;
    }
    for batch in appended.iter().flat_map(|a| &a.batches) {
        say(batch)?;
    }
    if let Some(links) = appended.and_then(|a| a.links) {
        say(format_args!("{links} links between records"))?;
    }
    if let Some(all) = appended.filter(|a| a.batches.len() > 1) {
        say(format_args!(
            "{} files: {} new records or versions, {} already known",
            all.batches.len(),
            all.added(),
            all.already_known()
        ))?;
    }
    Ok(())
}
