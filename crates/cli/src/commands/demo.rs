//! `hotspot demo`: the whole thing with one command.

use crate::args::{AnalyseArgs, DemoArgs, FormatArg, IngestArgs, ReferenceArg, SimulateArgs};
use crate::commands::{analyse, ingest, note, serve, simulate};
use crate::failure::{Done, Failure};
use hotspot_core::Month;
use hotspot_core::release::DataClass;
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
    simulate::run(&SimulateArgs {
        months: args.months,
        seed: args.seed,
        out: incidents.clone(),
        start: last.minus(args.months - 1),
        truth: Some(dir.join("truth.json")),
        links: Some(links.clone()),
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
        store,
        releases: releases.clone(),
        month: Some(last),
        months: 12,
        as_known_on: None,
        resolution: 9,
        study_area: None,
        areas: None,
        area_code: None,
        reference: ReferenceArg::Area,
        threshold: 2.0,
        seed: args.seed,
        json: false,
    })?;
    note("synthetic data, about nobody: good for trying the program, for nothing else");
    serve::listen(&releases, (Ipv4Addr::LOCALHOST, args.port).into())
}

/// Makes the folder and empties it. A folder that is not a demo's is left alone.
fn empty(dir: &Path) -> Done {
    if dir.is_dir() && std::fs::read_dir(dir)?.next().is_some() {
        if !dir.join("truth.json").is_file() {
            return Err(Failure::cannot(format!("{}: not empty, and not the folder of an earlier demo", dir.display())));
        }
        std::fs::remove_dir_all(dir)?;
    }
    Ok(std::fs::create_dir_all(dir)?)
}
