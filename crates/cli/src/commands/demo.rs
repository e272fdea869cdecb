//! `hotspot demo`: the whole thing with one command.

use crate::args::{
    AnalyseArgs, DemoArgs, FormatArg, IngestArgs, QuestionArgs, ReferenceArg, ServeChallengesArgs, SimulateArgs, UnitArgs,
};
use crate::commands::{analyse, ingest, note, serve, simulate};
use crate::failure::{Done, Failure};
use hotspot_core::Month;
use hotspot_core::atlas::Atlas;
use hotspot_core::release::{DataClass, Release};
use hotspot_pipeline::release::read_release;
use std::net::Ipv4Addr;
use std::path::Path;

/// Last month of the simulated years.
const LAST: &str = "2026-10";

/// Simulates, ingests, analyses and serves.
pub fn run(args: &DemoArgs) -> Done {
    let temporary = tempfile::tempdir()?;
    let dir = match &args.dir {
        Some(dir) => {
            empty(dir)?;
            dir.as_path()
        }
        None => temporary.path(),
    };
    let last: Month = LAST.parse()?;
    let incidents = dir.join("incidents.csv");
    let links = dir.join("links.csv");
    let events = dir.join("events.csv");
    simulate::run(&SimulateArgs {
        months: args.months,
        seed: args.seed,
        out: incidents.clone(),
        start: last.minus(args.months - 1),
        truth: Some(dir.join("truth.json")),
        links: Some(links.clone()),
        events: Some(events.clone()),
    })?;
    let store = dir.join("store");
    let releases = dir.join("releases");
    ingest::run(&IngestArgs {
        files: vec![incidents],
        store: store.clone(),
        format: FormatArg::Hotspot,
        mapping: None,
        class: Some(DataClass::Synthetic),
        licence: None,
        links: Some(links),
        link_candidates: None,
        pseudonymise: false,
        rejects: Some(dir.join("rejects.csv")),
        max_rejected: 0.05,
        study_area: "london".to_owned(),
        known_on: Some(last.last_day()),
        json: false,
    })?;
    analyse::run(&AnalyseArgs {
        question: QuestionArgs {
            store,
            month: Some(last),
            months: 12,
            as_known_on: None,
            resolution: 9,
            units: UnitArgs::default(),
            reference: ReferenceArg::Area,
            threshold: 2.0,
        },
        releases: releases.clone(),
        settings: None,
        ambient: None,
        sources: None,
        events: Some(events),
        seed: args.seed,
        json: false,
    })?;
    note("synthetic data, about nobody: good for trying the program, for nothing else");
    let resources = dir.join("resources.csv");
    std::fs::write(&resources, made_up(&read_release(&releases, None)?))?;
    let ledger = dir.join("ledger.db").to_str().map(str::to_owned);
    let challenges = ServeChallengesArgs { resources: Some(resources), harm: None, ledger };
    serve::listen(&releases, (Ipv4Addr::LOCALHOST, args.port).into(), &challenges)
}

/// A table of resources that was made up: officers by command unit, all alike; patrol hours at every second hotspot; a liaison officer in each
/// borough, and four reporting sites. Nobody planned it by need, so that there is something to ask.
fn made_up(release: &Release) -> String {
    let year = format!("{0}-01-01,{0}-12-31", release.month.year());
    let mut rows = vec!["kind,place_type,place,period_start,period_end,amount,unit,status,source\n".to_owned()];
    let mut row = |kind: &str, place_type: &str, place: &str, amount: usize, unit: &str, status: &str| {
        rows.push(format!("{kind},{place_type},{place},{year},{amount},{unit},{status},made up for the demo\n"));
    };
    let boroughs = Atlas::london().boroughs();
    let mut units: Vec<&str> = boroughs.iter().filter_map(|b| b.bcu.as_deref()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        row("officers", "bcu", unit, 120, "fte", "delivered");
    }
    let hotspots = release.analysis(None).map(|a| a.hotspots.as_slice()).unwrap_or_default();
    for (at, hotspot) in hotspots.iter().enumerate() {
        row("patrol_hours", "hotspot", &hotspot.identity.id, 40, "hours a week", "planned");
        row("patrol_hours", "hotspot", &hotspot.identity.id, if at % 2 == 0 { 44 } else { 12 }, "hours a week", "delivered");
    }
    row("patrol_hours", "all", "", 2_000, "hours a week", "delivered");
    for at in ["-0.1276 51.5072 1500", "-0.0599 51.5432 1500", "-0.1143 51.4613 1500", "0.0648 51.5429 1500"] {
        row("reporting_site", "point", at, 1, "site", "delivered");
    }
    for borough in boroughs.iter().filter(|b| b.bcu.is_some()) {
        row("hclo", "area", &borough.code, 1, "fte", "delivered");
    }
    rows.concat()
}

/// What a demo makes in its folder.
const MADE: [&str; 12] = [
    MARK,
    "incidents.csv",
    "links.csv",
    "events.csv",
    "truth.json",
    "rejects.csv",
    "store",
    "releases",
    "resources.csv",
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
];

/// The file by which the folder of a demo is known.
const MARK: &str = ".hotspot-demo";

/// Makes the folder, or takes what an earlier demo made out of it. A folder that holds anything else is left alone.
fn empty(dir: &Path) -> Done {
    std::fs::create_dir_all(dir)?;
    let entries = std::fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    let made = |entry: &std::fs::DirEntry| MADE.iter().any(|name| entry.file_name() == *name);
    let ours = entries.is_empty() || entries.iter().any(|entry| entry.file_name() == MARK) && entries.iter().all(made);
    if !ours {
        return Err(Failure::cannot(format!("{}: not empty, and not the folder of an earlier demo alone", dir.display())));
    }
    for entry in entries {
        // The kind of the entry itself: a link is taken away, not followed.
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(std::fs::write(dir.join(MARK), "made by hotspot demo; emptied by the next one here\n")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_demo_made_is_taken_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        empty(dir.path()).expect("an empty folder will do");
        std::fs::create_dir(at("store")).expect("a folder");
        std::fs::write(at("truth.json"), "{}").expect("a file");
        empty(dir.path()).expect("an earlier demo's folder will do");
        assert!(at(MARK).exists() && !at("store").exists());
        std::fs::write(at("thesis.tex"), "mine").expect("a file");
        assert!(empty(dir.path()).is_err() && at("thesis.tex").exists());
        std::fs::remove_file(at(MARK)).expect("the mark");
        std::fs::rename(at("thesis.tex"), at("truth.json")).expect("a rename");
        assert!(empty(dir.path()).is_err() && at("truth.json").exists(), "a simulation's own folder is no demo's");
    }
}
