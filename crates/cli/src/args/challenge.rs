//! What can be typed of resources and need.

use super::StrandArg;
use clap::{Args as ClapArgs, ValueEnum};
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::Level;
use hotspot_core::resource::victims::NeedMeasure;
use hotspot_ledger::ChallengeId;
use jiff::civil::Date;
use std::path::PathBuf;
use std::str::FromStr;

/// Which places are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Hotspots of the release, and the rest of each command unit
    Hotspot,
    /// Boroughs
    Borough,
    /// Basic Command Units
    Bcu,
    /// Areas such as wards: those of --areas, or the units of a release on areas
    Area,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Hotspot => Self::Hotspot,
            LevelArg::Borough => Self::Borough,
            LevelArg::Bcu => Self::CommandUnit,
            LevelArg::Area => Self::Area,
        }
    }
}

/// What the need of a place counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NeedArg {
    /// Incidents
    Incidents,
    /// Distinct victims
    Victims,
    /// Victims with two incidents or more in the window
    RepeatVictims,
}

impl From<NeedArg> for NeedMeasure {
    fn from(need: NeedArg) -> Self {
        match need {
            NeedArg::Incidents => Self::Incidents,
            NeedArg::Victims => Self::Victims,
            NeedArg::RepeatVictims => Self::RepeatVictims,
        }
    }
}

/// How an amount of a wider area is spread over the places in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ApportionArg {
    /// By expected incidents
    Need,
    /// By area
    Area,
    /// By residents
    Residents,
    /// Equally
    Equal,
}

impl From<ApportionArg> for Rule {
    fn from(rule: ApportionArg) -> Self {
        match rule {
            ApportionArg::Need => Self::Need,
            ApportionArg::Area => Self::Area,
            ApportionArg::Residents => Self::Residents,
            ApportionArg::Equal => Self::Equal,
        }
    }
}

/// What is asked of a release and a table of resources.
#[derive(Debug, ClapArgs)]
pub struct AskedArgs {
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub releases: PathBuf,
    /// The release; the current one by default
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
    /// Ask what is published below the analyst (hotspot protect) instead of the records: what oversight is answered
    #[arg(long, value_name = "DIR", conflicts_with_all = ["areas", "need", "harm", "other_harm"])]
    pub protected: Option<PathBuf>,
    /// What is given: columns kind, place_type, place, period_start, period_end, amount, unit, status, source, note; CSV or Parquet
    #[arg(long, value_name = "FILE")]
    pub resources: PathBuf,
    /// Which places
    #[arg(long, value_enum, default_value = "hotspot")]
    pub level: LevelArg,
    /// Polygons such as wards: what --level area asks about, and what resources may be stated for
    #[arg(long, value_name = "FILE.geojson")]
    pub areas: Option<PathBuf>,
    /// Property with the code of a polygon; the first of code, gss_code, wardcode by default
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
    /// What the need counts; the count of incidents stands beside it
    #[arg(long, value_enum, default_value = "incidents")]
    pub need: NeedArg,
    /// Strand, or all
    #[arg(long, value_name = "STRAND", default_value = "all")]
    pub strand: StrandArg,
    /// How amounts of wider areas are spread; every other way is asked too
    #[arg(long, value_enum, default_value = "need")]
    pub apportion: ApportionArg,
    /// The day on which resources are looked at; the last of the release's month by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<Date>,
    /// Length of the next period in months
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=24))]
    pub months: u16,
    /// Weights of harm by group of offences: columns offence, weight; by default incidents count alike
    #[arg(long, value_name = "FILE.csv", conflicts_with = "need")]
    pub harm: Option<PathBuf>,
    /// Other weights of harm, under which every verdict is asked again; may be given several times
    #[arg(long, value_name = "FILE.csv")]
    pub other_harm: Vec<PathBuf>,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct ChallengeArgs {
    #[command(flatten)]
    pub asked: AskedArgs,
    /// Who lives where: columns area_code, group, people, source; says which groups live in places that are questioned or short
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// Stops and searches: columns area_code, period_start, period_end, group, stops; groups and areas are those of --people
    #[arg(long, value_name = "FILE", requires = "people")]
    pub stops: Option<PathBuf>,
    /// Write the evidence as one archive: page, workbook, CSV, GeoJSON, charts, and a manifest that says how to make it again
    #[arg(long, value_name = "pack.zip")]
    pub out: Option<PathBuf>,
    /// The borough, by name or code, whose places the archive is about; it begins with a letter of one page
    #[arg(long, value_name = "NAME", requires = "out")]
    pub borough: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// An amount that is set: the place is before the last equals sign.
#[derive(Debug, Clone, PartialEq)]
pub struct SetArg {
    /// Identifier of the place.
    pub place: String,
    /// Zero or more.
    pub amount: f64,
}

impl FromStr for SetArg {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.rsplit_once('=').and_then(|(place, amount)| Some((place, amount.parse().ok()?)));
        match parts {
            Some((place, amount)) if !place.is_empty() && (0.0..=1e12).contains(&amount) => {
                Ok(Self { place: place.to_owned(), amount })
            }
            _ => Err("PLACE=AMOUNT, such as all-2026-10-3=40"),
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct WhatIfArgs {
    #[command(flatten)]
    pub asked: AskedArgs,
    /// Kind of resource
    #[arg(long)]
    pub kind: String,
    /// All that is given out; as much as now by default
    #[arg(long, value_name = "AMOUNT")]
    pub budget: Option<f64>,
    /// Every place keeps at least this part of what it has, 0 to 1
    #[arg(long, value_name = "PART")]
    pub floor: Option<f64>,
    /// No place changes by more than this part of what it has
    #[arg(long, value_name = "PART")]
    pub change: Option<f64>,
    /// Give out in whole steps of this
    #[arg(long, value_name = "AMOUNT")]
    pub step: Option<f64>,
    /// A place, by its identifier, and what it gets; may be given several times
    #[arg(long = "set", value_name = "PLACE=AMOUNT")]
    pub fixed: Vec<SetArg>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct SitesArgs {
    #[command(flatten)]
    pub asked: AskedArgs,
    /// Kind of resource; its points in the table are there already
    #[arg(long)]
    pub kind: String,
    /// How many more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub more: u16,
    /// How far a new one reaches, in metres as the crow flies
    #[arg(long, value_name = "METRES", value_parser = metres)]
    pub reach: f64,
    /// Where they could be: columns id, lon, lat; by default anywhere, on the cells of the release
    #[arg(long, value_name = "FILE.csv")]
    pub candidates: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

fn metres(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|m| (1.0..=100_000.0).contains(m)).ok_or("metres, 1 to 100000")
}

#[derive(Debug, ClapArgs)]
pub struct EffectArgs {
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub releases: PathBuf,
    /// The release; the current one by default
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
    /// What is given, as for hotspot challenge: a change is where the amount of a kind and place differs from one period to the next
    #[arg(long, value_name = "FILE", required_unless_present = "ledger", conflicts_with = "ledger")]
    pub resources: Option<PathBuf>,
    /// The record of challenges: the change is what the last answer to --challenge promised
    #[arg(long, value_name = "FILE|postgres://...", requires = "challenge")]
    pub ledger: Option<String>,
    /// The challenge, as C-2026-0001
    #[arg(long, value_name = "ID", requires = "ledger")]
    pub challenge: Option<ChallengeId>,
    /// One kind of resource; all by default
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Strand, or all
    #[arg(long, value_name = "STRAND", default_value = "all")]
    pub strand: StrandArg,
    /// Months before, and after, at most
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(3..=24))]
    pub months: u16,
    /// Print the result as JSON; hotspot ledger effect takes it with --measured
    #[arg(long)]
    pub json: bool,
}
