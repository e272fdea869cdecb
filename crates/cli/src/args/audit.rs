//! What can be typed behind `hotspot audit`.

use clap::{Args as ClapArgs, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    #[command(subcommand)]
    pub step: AuditStep,
}

#[derive(Debug, Subcommand)]
pub enum AuditStep {
    /// Make the key that signs checkpoints, and beside it FILE.pub, by which others verify
    Key(KeyArgs),
    /// Walk the log: names the first entry that was altered, deleted, swapped, put in, renumbered or cut off
    Verify(VerifyArgs),
    /// Write entries to a table, from a log that is found whole
    Export(ExportArgs),
    /// Dispose of the names and reasons of old entries; what was done stays, and so does the chain
    Forget(ForgetArgs),
}

#[derive(Debug, ClapArgs)]
pub struct KeyArgs {
    /// Where to write the key: a new file that only you can read; keep it neither in the store nor beside the log
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct VerifyArgs {
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// The checkpoints, best a copy that was kept elsewhere: without them it cannot be told whether the end was cut off
    #[arg(long, value_name = "FILE.jsonl", requires = "public_key")]
    pub checkpoints: Option<PathBuf>,
    /// The public key that goes with them
    #[arg(long, value_name = "FILE.pub", requires = "checkpoints")]
    pub public_key: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Where to write: .csv or .jsonl, a file that only you can read
    #[arg(long, value_name = "FILE.csv|.jsonl")]
    pub out: PathBuf,
    /// First day, in London
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// Whoever acted, by key
    #[arg(long, value_name = "KEY")]
    pub actor: Option<String>,
    /// What it was about: a release, a product or a challenge
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct ForgetArgs {
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Of entries before this day, in London
    #[arg(long, value_name = "DATE")]
    pub before: Date,
    /// Your name, which goes into the log
    #[arg(long, value_name = "NAME")]
    pub by: String,
}
