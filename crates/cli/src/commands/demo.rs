//! `hotspot demo`: the whole thing with one command.

use crate::args::{
    AnalyseArgs, DemoArgs, FormatArg, FormatOfSummary, IngestArgs, QuestionArgs, RecordArgs, ReferenceArg, ServeChallengesArgs,
    SimulateArgs, SummaryArgs, TierArg, TlsArgs, UnitArgs,
};
use crate::commands::{analyse, ingest, note, serve, simulate, summary};
use crate::failure::{Done, Failure};
use hotspot_core::Month;
use hotspot_core::atlas::Atlas;
use hotspot_core::release::{DataClass, Release};
use hotspot_pipeline::protected::{protect_release, read_policy};
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
        pseudonymise: None,
        rejects: Some(dir.join("rejects.csv")),
        max_rejected: 0.05,
        study_area: "london".to_owned(),
        known_on: Some(last.last_day()),
        json: false,
    })?;
    let analysed = |month: Month| {
        analyse::run(&AnalyseArgs {
            question: QuestionArgs {
                store: store.clone(),
                month: Some(month),
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
            events: Some(events.clone()),
            seed: args.seed,
            json: false,
        })
    };
    // With the month before it the last one has something that is new.
    if args.months > 12 {
        analysed(last.minus(1))?;
    }
    analysed(last)?;
    note("synthetic data, about nobody: good for trying the program, for nothing else");
    let resources = dir.join("resources.csv");
    let release = read_release(&releases, None)?;
    std::fs::write(&resources, made_up(&release))?;
    let protected = dir.join("protected");
    protect_release(&protected, &release, &read_policy(None)?)?;
    drop(release);
    let measures = dir.join("measures.csv");
    std::fs::write(&measures, measured(last))?;
    let out = dir.join("summary");
    summary::run(&SummaryArgs {
        store: Some(store.clone()),
        protected: None,
        out: Some(out.clone()),
        releases: None,
        month: Some(last),
        months: None,
        as_known_on: None,
        areas: None,
        area_code: None,
        events: None,
        similar: None,
        formats: vec![FormatOfSummary::Json, FormatOfSummary::Html, FormatOfSummary::Ods, FormatOfSummary::Csv],
        replace: false,
        tier: TierArg::Analyst,
        explain: None,
    })?;
    let ledger = dir.join("ledger.db").to_str().map(str::to_owned);
    let people = dir.join("people.csv");
    std::fs::write(&people, ages())?;
    let challenges = ServeChallengesArgs {
        resources: Some(resources),
        harm: None,
        other_harm: Vec::new(),
        people: Some(people),
        stops: None,
        areas: None,
        area_code: None,
        measures: Some(measures),
        summary: vec![out],
        ledger,
    };
    let folders = serve::Folders { releases: &releases, protected: Some(&protected), store: Some(&store) };
    serve::listen(folders, (Ipv4Addr::LOCALHOST, args.port).into(), None, &challenges, &TlsArgs::default(), &RecordArgs::default())
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
    // The City of London has a force of its own.
    let own = |code: &Option<String>| code.as_ref().is_some_and(|code| boroughs.iter().any(|b| b.code == *code && b.bcu.is_none()));
    for (at, hotspot) in hotspots.iter().filter(|h| !own(&h.area_code)).enumerate() {
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

/// A table of measures that was made up: satisfaction with boroughs that have too few answers, attrition whose late cohorts are open, the
/// victims' portal with one month unlike the others, and liaison officers with vacancies.
fn measured(last: Month) -> String {
    let head = "measure,period_start,period_end,area,strand,unit,numerator,denominator,effective_n,value,open,class,source,note\n";
    let mut rows = vec![head.to_owned()];
    let mut row = |measure: &str, to: Month, months: u16, area: &str, unit: &str, figures: &str| {
        let from = to.minus(months - 1).first_day();
        let marks = "synthetic,made up for the demo,simulated";
        rows.push(format!("{measure},{from},{},{area},all,{unit},{figures},{marks}\n", to.last_day()));
    };
    // A whole number that looks as if by chance, 0 to 9.
    let wobble = |at: u16, by: u16| u32::from((at * by + at / 3) % 10);
    for back in (0..20_u16).rev() {
        let quarter = last.minus(3 * back);
        let answers = 380 + 4 * wobble(back, 7);
        let share = 61.0 + f64::from(wobble(back, 3)) * 0.6;
        let figures = |share: f64| format!(",{answers},{:.1},{share:.1},", f64::from(answers) * 0.62);
        row("victim_satisfaction", quarter, 3, "london", "per cent", &figures(share));
        row("victim_kept_informed", quarter, 3, "london", "per cent", &figures(share - 9.0));
        let recorded = 4_800 + 30 * wobble(back, 7);
        let young = u32::from(8_u16.saturating_sub(back));
        for (measure, of, open) in [
            ("attrition_suspect", 41, young * 3 / 2),
            ("attrition_charged", 14, young * 3),
            ("attrition_convicted", 10, young * 6),
            ("attrition_uplift", 7, young * 7),
        ] {
            let open = recorded * open / 100;
            let reached = (recorded - open) * of / 100 + wobble(back, 9);
            row(measure, quarter, 3, "london", "per cent", &format!("{reached},{recorded},,,{open}"));
        }
    }
    for back in (0..24_u16).rev() {
        let month = last.minus(back);
        let cases = 900 + 8 * wobble(back, 7);
        let outcome = cases * 30 / 100 + wobble(back, 9);
        let updated = cases * 48 / 100 + wobble(back, 3);
        for (measure, part) in
            [("portal_open", cases - outcome - updated), ("portal_updated", updated), ("portal_outcome", outcome)]
        {
            row(measure, month, 1, "london", "per cent", &format!("{part},{cases},,,"));
        }
        let days = 11.0 + f64::from(wobble(back, 7)) * 0.2 + if back == 1 { 6.0 } else { 0.0 };
        row("portal_days_to_update", month, 1, "london", "days", &format!(",{},,{days:.1},", cases / 3));
    }
    for (borough, at) in Atlas::london().boroughs().iter().filter(|b| b.bcu.is_some()).zip(0..) {
        let answers = 48 + 12 * wobble(at, 7);
        let figures = format!(",{answers},{:.1},{:.1},", f64::from(answers) * 0.7, 58.0 + f64::from(wobble(at, 3)) * 1.5);
        row("victim_satisfaction", last, 12, &borough.code, "per cent", &figures);
        let established = 2 + at % 2;
        let vacant = u16::from(at % 5 == 2);
        row("liaison_in_post", last, 1, &borough.code, "per cent", &format!("{},{established},,,", established - vacant));
    }
    rows.concat()
}

/// Residents by borough and age, as the program knows them: who lives where.
fn ages() -> String {
    let mut rows = vec!["area_code,group,people,source\n".to_owned()];
    for borough in Atlas::london().boroughs() {
        for (group, people) in ["age: 0 to 17", "age: 18 to 64", "age: 65 and over"].into_iter().zip(borough.ages_mid2023) {
            rows.push(format!("{},{group},{people},mid-2023 estimates\n", borough.code));
        }
    }
    rows.concat()
}

/// What a demo makes in its folder.
const MADE: [&str; 15] = [
    MARK,
    "incidents.csv",
    "links.csv",
    "events.csv",
    "truth.json",
    "rejects.csv",
    "store",
    "releases",
    "resources.csv",
    "measures.csv",
    "summary",
    "people.csv",
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
