//! What can be typed. Names, columns and exit codes are a contract: see ARCHITECTURE and CHANGELOG before changing one.

pub mod agreement;
pub mod audit;
pub mod challenge;
pub mod ledger;
pub mod retention;
pub mod stats;
pub mod token;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use hotspot_core::evaluate::backtest::Method;
use hotspot_core::release::DataClass;
use hotspot_core::{Month, MonthRange, Strand};
use jiff::civil::Date;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Turns geocoded hate-crime incidents into a map that can be trusted and challenged.
///
/// Exit codes: 0 success, 1 the data or a stated threshold failed, 2 the command could not run.
#[derive(Debug, Parser)]
#[command(name = "hotspot", version, max_term_width = 110)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate London, ingest, analyse and serve: the whole thing with one command
    Demo(DemoArgs),
    /// Write synthetic incidents of London, with known truth
    Simulate(SimulateArgs),
    /// Read files of incidents or counts into a store
    Ingest(IngestArgs),
    /// Find the hotspots of a store and publish them as one immutable release
    Analyse(AnalyseArgs),
    /// Make and prove what is shown of a release below the analyst: protected figures of areas and boroughs, hotspots as objects
    Protect(ProtectArgs),
    /// Say how good the records of a release are: what is filled in, how they are placed, who brought them, how late they came
    Quality(QualityArgs),
    /// Test the ways to rank places against the months that followed
    Evaluate(EvaluateArgs),
    /// Publish the month's figures by borough and strand: CSV, ODS, XLSX and a page
    Summary(SummaryArgs),
    /// Ask whether resources follow need: shares, gaps and how sure they are
    Challenge(challenge::ChallengeArgs),
    /// Give a resource out otherwise: another budget, floors, caps; who would get what, and which gaps remain
    WhatIf(challenge::WhatIfArgs),
    /// Look for places where more sites would reach most of the need
    Sites(challenge::SitesArgs),
    /// Measures of success: values with intervals, and whether the last is unlike those before; no score, no colours
    Factors(FactorsArgs),
    /// Compare incidents before and after a resource changed, there and next door, with the rest
    Effect(challenge::EffectArgs),
    /// Write the persons on whom a hotspot depended, for referral; the file is about individuals
    Worklist(WorklistArgs),
    /// The record of challenges: what MOPAC asked, what the MPS answered, what became of it
    Ledger(ledger::LedgerArgs),
    /// Tokens of programs and partners: made, listed, revoked
    Token(token::TokenArgs),
    /// Data-sharing agreements: registered, listed, revoked, and what was given under them
    Agreement(agreement::AgreementArgs),
    /// Write what an agreement gives its recipient, and nothing without one
    Export(agreement::ExportArgs),
    /// The log of who looked at what: its key, whether it is whole, and what is in it
    Audit(audit::AuditArgs),
    /// Records past their date: listed, and disposed of with an entry in the audit log
    Retention(retention::RetentionArgs),
    /// Serve releases over HTTP, on this machine; beyond it behind a sign-in
    Serve(ServingArgs),
    /// Every statistic of the library on a plain table of your own
    Stats(stats::StatsArgs),
    /// Print the settings in force and where each comes from
    Config(ServeArgs),
    /// Check stores and releases byte by byte, and this program's own data
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

#[derive(Debug, ClapArgs)]
pub struct DemoArgs {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Months to simulate
    #[arg(long, default_value_t = 36, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub months: u16,
    /// Seed: the same seed gives the same London
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder for the demo's own files: new, empty, or an earlier demo's; a temporary one by default
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct SimulateArgs {
    /// Months to simulate
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub months: u16,
    /// Seed: the same seed gives the same bytes
    #[arg(long)]
    pub seed: u64,
    /// Where to write the incidents, in our own schema; - for stdout
    #[arg(long, value_name = "incidents.csv")]
    pub out: PathBuf,
    /// First month
    #[arg(long, value_name = "YYYY-MM", default_value = "2023-11")]
    pub start: Month,
    /// Where to write the expected number of incidents by month, strand and cell, and the planted hotspots
    #[arg(long, value_name = "truth.json")]
    pub truth: Option<PathBuf>,
    /// Where to write the links between records of one event
    #[arg(long, value_name = "links.csv")]
    pub links: Option<PathBuf>,
    /// Where to write the calendar of the events that set off a strand
    #[arg(long, value_name = "events.csv")]
    pub events: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArg {
    /// Our own columns
    Hotspot,
    /// Street files of data.police.uk
    PoliceUk,
    /// Counts by area and month
    AreaCounts,
    /// Recognise it by its header
    Auto,
}

#[derive(Debug, ClapArgs)]
pub struct IngestArgs {
    /// CSV (plain or .gz), Parquet or GeoJSON
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The store; made when missing
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// Layout of the files
    #[arg(long, value_enum, default_value = "auto")]
    pub format: FormatArg,
    /// Columns, date formats and value tables of any other publisher (data/mappings has examples)
    #[arg(long, value_name = "FILE.toml")]
    pub mapping: Option<PathBuf>,
    /// Class of the store, set at its first ingest: synthetic, open or restricted (the default)
    #[arg(long)]
    pub class: Option<DataClass>,
    /// Licence or source statement of open data, shown on every page
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// Records of one event: columns id, same_as, basis
    #[arg(long, value_name = "FILE.csv")]
    pub links: Option<PathBuf>,
    /// Where to write likely records of one event that no link joins (never joined by themselves)
    #[arg(long, value_name = "FILE.csv")]
    pub link_candidates: Option<PathBuf>,
    /// Replace victim, reporter and premises by pseudonyms (HMAC-SHA-256) under the key in a file of 32 random bytes or more, which only you
    /// can read and which lies outside the store; every later file of the store needs the same
    #[arg(long, value_name = "KEYFILE")]
    pub pseudonymise: Option<PathBuf>,
    /// Where to write refused rows: file, row, column, rule; never the value
    #[arg(long, value_name = "FILE.csv")]
    pub rejects: Option<PathBuf>,
    /// Largest share of refused rows, 0 to 1, exact repeats left out; above it nothing is stored and the exit code is 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    pub max_rejected: f64,
    /// Where points must lie: london, any, or a GeoJSON file; auto is London, and for police.uk files any if most points lie elsewhere
    #[arg(long, value_name = "AREA", default_value = "auto")]
    pub study_area: String,
    /// The day on which rows became known that do not say so themselves; today by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub known_on: Option<Date>,
    /// Print the account as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReferenceArg {
    /// Square kilometres inside the study area
    Area,
    /// Residents, spread over live postcodes (London)
    Residents,
}

/// On what incidents are counted.
#[derive(Debug, Default, ClapArgs)]
pub struct UnitArgs {
    /// Study area other than London
    #[arg(long, value_name = "FILE.geojson")]
    pub study_area: Option<PathBuf>,
    /// Polygons as units instead of cells
    #[arg(long, value_name = "FILE.geojson")]
    pub areas: Option<PathBuf>,
    /// Property with the code of a polygon; the first of code, gss_code, LSOA21CD, lsoa_code by default
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
}

/// What is asked of a store: months, units, and what hot means.
#[derive(Debug, ClapArgs)]
pub struct QuestionArgs {
    /// The store
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// Last month of the window; the last complete month of the store by default
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<Month>,
    /// Months in the window
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub months: u16,
    /// Rebuild the state that was known on a day; all that is known by default
    #[arg(long, value_name = "DATE")]
    pub as_known_on: Option<Date>,
    /// H3 resolution of the hotspots
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(8..=10))]
    pub resolution: u8,
    #[command(flatten)]
    pub units: UnitArgs,
    /// Reference measure: hot means more than --threshold times its share
    #[arg(long, value_enum, default_value = "area")]
    pub reference: ReferenceArg,
    /// Hot means a rate above this many times the study area's
    #[arg(long, default_value_t = 2.0)]
    pub threshold: f64,
}

#[derive(Debug, ClapArgs)]
pub struct AnalyseArgs {
    #[command(flatten)]
    pub question: QuestionArgs,
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub releases: PathBuf,
    /// Calendar of events such as attacks: columns id, name, from, to, strands, areas. What followed them is told apart from places
    #[arg(long, value_name = "FILE.csv")]
    pub events: Option<PathBuf>,
    /// Ask for every hotspot again under so many settings drawn by the seed, instead of the 48 fixed ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub settings: Option<u16>,
    /// Denominators of your own beside area and residents, such as people there by day: id (H3 cell or area code), and a column for each
    #[arg(long, value_name = "FILE.csv")]
    pub ambient: Option<PathBuf>,
    /// What else says where reports are to be expected, for the map of silence: id (H3 cell or area code), and a column for each source
    #[arg(long, value_name = "FILE.csv")]
    pub sources: Option<PathBuf>,
    /// Seed of the places redrawn within their precision, of ranks, of drawn settings and of simulated patrols; the hotspot rule itself draws nothing by chance
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct EvaluateArgs {
    /// The store
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// Months that a method sees
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub train: u16,
    /// Months that it is tested on, and the step from one origin to the next
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub test: u16,
    /// Methods: count (the baseline), kde, gi-star, scan, posterior, combined
    #[arg(long, value_name = "METHOD", value_delimiter = ',', default_value = "count,kde,gi-star,scan,posterior,combined")]
    pub method: Vec<Method>,
    /// Shares of the area that are flagged, above 0 and below 1
    #[arg(long, value_name = "SHARE", value_delimiter = ',', default_value = "0.01,0.02,0.05")]
    pub shares: Vec<f64>,
    /// Strands: all, race, religion, antisemitic, islamophobic, sexual_orientation, transgender, disability; by default each with 100 incidents
    #[arg(long, value_name = "STRAND", value_delimiter = ',')]
    pub strand: Vec<StrandArg>,
    /// The state that was known on a day; all that is known by default
    #[arg(long, value_name = "DATE")]
    pub as_known_on: Option<Date>,
    /// H3 resolution of the cells that are ranked
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(8..=10))]
    pub resolution: u8,
    #[command(flatten)]
    pub units: UnitArgs,
    /// Replicates of the bootstrap
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replicates: u32,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where to write the table; - for stdout
    #[arg(long, value_name = "FILE.csv", default_value = "-")]
    pub out: PathBuf,
    /// Write JSON, with ties, stability and the gain over the baseline
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct QualityArgs {
    /// The releases; exact figures, for analysts
    #[arg(long, value_name = "DIR")]
    pub releases: PathBuf,
    /// Id of a release; the current one by default
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Who reads a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TierArg {
    /// Exact figures
    Analyst,
    /// Protected figures: with --protected
    Oversight,
    /// Not yet: exact figures must not leave
    Public,
}

/// A kind of file of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatOfSummary {
    /// Workbook, `OpenDocument`
    Ods,
    /// Workbook, Excel
    Xlsx,
    /// Tables, one observation a line
    Csv,
    /// The same tables
    Parquet,
    /// The whole for programs, and what changed since the edition before
    Json,
    /// The page for people
    Html,
}

/// Months from one to another.
#[derive(Debug, Clone, Copy)]
pub struct MonthsArg(pub MonthRange);

impl FromStr for MonthsArg {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").ok_or_else(|| "two months with .. between them: 2024-01..2026-10".to_owned())?;
        let month = |text: &str| text.parse::<Month>().map_err(|e| e.to_string());
        MonthRange::new(month(from)?, month(to)?).map(Self).ok_or_else(|| "the range ends before it begins".to_owned())
    }
}

#[derive(Debug, ClapArgs)]
pub struct SummaryArgs {
    /// The store: exact figures for analysts
    #[arg(long, value_name = "DIR", required_unless_present = "protected")]
    pub store: Option<PathBuf>,
    /// What hotspot protect has published: figures for oversight, of its last release
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["store", "releases", "months", "as_known_on", "areas", "events", "similar", "explain"]
    )]
    pub protected: Option<PathBuf>,
    /// Where months are published, each in a folder of its own; runs.jsonl there has a line for every run
    #[arg(long, value_name = "DIR", required_unless_present = "explain")]
    pub out: Option<PathBuf>,
    /// Releases: the hotspots that the release of the month began, continued and ended are named
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// The month; the last complete one of the store by default
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<Month>,
    /// Publish every month of a range in a row, each as known on the sixth of the month after, or all on the day of --as-known-on
    #[arg(long, value_name = "FROM..TO", conflicts_with = "month")]
    pub months: Option<MonthsArg>,
    /// Rebuild the state that was known on a day; all that is known by default
    #[arg(long, value_name = "DATE")]
    pub as_known_on: Option<Date>,
    /// Polygons that are counted beside the boroughs, such as wards
    #[arg(long, value_name = "FILE.geojson")]
    pub areas: Option<PathBuf>,
    /// Property with the code of a polygon; the first of code, gss_code, wardcode by default
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
    /// Calendar of events that the charts show: columns id, name, from, to, strands, areas
    #[arg(long, value_name = "FILE.csv")]
    pub events: Option<PathBuf>,
    /// Most similar boroughs of your own: columns code and similar, a row for each pair; by default they are computed
    #[arg(long, value_name = "FILE.csv")]
    pub similar: Option<PathBuf>,
    /// Files to write
    #[arg(long, value_enum, value_delimiter = ',', default_value = "ods,xlsx,csv,parquet,json,html")]
    pub formats: Vec<FormatOfSummary>,
    /// Put the edition in the place of one of the month that is there with other figures or files; by default that is refused
    #[arg(long)]
    pub replace: bool,
    /// Who reads it
    #[arg(long, value_enum, default_value = "analyst")]
    pub tier: TierArg,
    /// Say how a figure came about, from rows to table, and publish nothing: a place (name or code), a month, a strand (or all)
    #[arg(long, value_name = "PLACE,YYYY-MM,STRAND", num_args = 1..=3, value_delimiter = ',', conflicts_with = "months")]
    pub explain: Option<Vec<String>>,
}

#[derive(Debug, ClapArgs)]
pub struct FactorsArgs {
    /// Figures: columns measure, period_start, period_end, area, strand, unit, numerator, denominator, effective_n, value, lower, upper,
    /// open, class, source, note; CSV or Parquet
    #[arg(long, value_name = "FILE")]
    pub measures: PathBuf,
    /// An edition of hotspot summary with its JSON, such as out/2026-10: records and outcomes come from it
    #[arg(long, value_name = "DIR")]
    pub summary: Option<PathBuf>,
    /// Write one archive: page, workbook, CSV, and a manifest that says how to make it again
    #[arg(long, value_name = "factors.zip")]
    pub out: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct ProtectArgs {
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub releases: PathBuf,
    /// Where what is protected is published, one folder after the other; made when missing
    #[arg(long, value_name = "DIR")]
    pub protected: PathBuf,
    /// Id of the release; by default the current one
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
    /// Who is shown what; by default the policy that the program carries (data/policy/tiers.toml)
    #[arg(long, value_name = "FILE.toml")]
    pub policy: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct WorklistArgs {
    #[command(flatten)]
    pub question: QuestionArgs,
    /// Where to write the list: a new file that only you can read
    #[arg(long, value_name = "FILE.csv")]
    pub out: PathBuf,
}

/// One strand, or all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrandArg(pub Option<Strand>);

impl FromStr for StrandArg {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(None));
        }
        let known = Strand::ANALYSED.into_iter().find(|s| s.id() == text);
        known.map(|s| Self(Some(s))).ok_or_else(|| format!("all, {}", Strand::ANALYSED.map(Strand::id).join(", ")))
    }
}

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// Settings; flags and HOTSPOT_* variables override it
    #[arg(long, value_name = "hotspot.toml")]
    pub config: Option<PathBuf>,
    /// Address on this machine; beyond it only behind a sign-in
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// How people sign in: dev (everybody is who he says, on this machine) or the settings of an issuer (OpenID Connect); by default nobody
    /// does
    #[arg(long, value_name = "dev|FILE.toml")]
    pub auth: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct ServingArgs {
    #[command(flatten)]
    pub settings: ServeArgs,
    /// What hotspot protect made: opens the page /protected to those below the analyst
    #[arg(long, value_name = "DIR")]
    pub protected: Option<PathBuf>,
    /// The store that the releases were made from: shows analysts the records of a hotspot, one by one, each look at them on record
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub challenges: ServeChallengesArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub record: RecordArgs,
}

/// How the log of looks is signed.
#[derive(Debug, Default, ClapArgs)]
pub struct RecordArgs {
    /// The key that hotspot audit key made: every minute the end of the log of looks is signed with it; refused when others may read it
    #[arg(long, value_name = "FILE", requires_all = ["checkpoints", "ledger"])]
    pub audit_key: Option<PathBuf>,
    /// Where these signatures go, one a line: best on another machine
    #[arg(long, value_name = "FILE.jsonl", requires = "audit_key")]
    pub checkpoints: Option<PathBuf>,
}

/// Encryption of the service.
#[derive(Debug, Default, ClapArgs)]
pub struct TlsArgs {
    /// Serve over TLS with these certificates, the server's own first; read again when the file changes
    #[arg(long, value_name = "FILE.pem", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the first certificate; refused when others than its owner and group may read it
    #[arg(long, value_name = "FILE.pem", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// What the page of resources and need is made from.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct ServeChallengesArgs {
    /// What is given where, as for hotspot challenge: opens the page /challenge
    #[arg(long, value_name = "FILE")]
    pub resources: Option<PathBuf>,
    /// Weights of harm by group of offences: columns offence, weight; by default incidents count alike
    #[arg(long, value_name = "FILE.csv", requires = "resources")]
    pub harm: Option<PathBuf>,
    /// Other weights of harm, under which every verdict is asked again; may be given several times
    #[arg(long, value_name = "FILE.csv", requires = "resources")]
    pub other_harm: Vec<PathBuf>,
    /// Measures of success, as for hotspot factors: opens the page /success
    #[arg(long, value_name = "FILE")]
    pub measures: Option<PathBuf>,
    /// Published months: an edition of hotspot summary, such as out/2026-10, or the folder of several; opens the page /month, and the newest of
    /// exact figures stands on the page /success; may be given several times, such as once for oversight
    #[arg(long, value_name = "DIR")]
    pub summary: Vec<PathBuf>,
    /// Who lives where: columns area_code, group, people, source
    #[arg(long, value_name = "FILE", requires = "resources")]
    pub people: Option<PathBuf>,
    /// Stops and searches: columns area_code, period_start, period_end, group, stops
    #[arg(long, value_name = "FILE", requires = "people")]
    pub stops: Option<PathBuf>,
    /// Polygons such as wards: what the page asks about below boroughs, and what resources may be stated for
    #[arg(long, value_name = "FILE.geojson", requires = "resources")]
    pub areas: Option<PathBuf>,
    /// Property with the code of a polygon; the first of code, gss_code, wardcode by default
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
    /// The record of challenges, made where there is none: a SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE|postgres://...")]
    pub ledger: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
    /// A store to check
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// A folder of releases to check
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// A folder of protected figures to check: its chain and every proof
    #[arg(long, value_name = "DIR")]
    pub protected: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|s| (0.0..=1.0).contains(s)).ok_or_else(|| "a share is a number from 0 to 1".to_owned())
}
