//! What can be typed behind `hotspot retention`.

use clap::{Args as ClapArgs, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct RetentionArgs {
    #[command(subcommand)]
    pub step: RetentionStep,
}

#[derive(Debug, Subcommand)]
pub enum RetentionStep {
    /// Records that are past their date on a day, with the rule that holds for each; the list is of individuals
    List(ListArgs),
    /// Take these records out of the store, every version of them; cannot be undone
    Dispose(DisposeArgs),
}

/// Which records.
#[derive(Debug, ClapArgs)]
pub struct WhichArgs {
    /// The store
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// The day on which records must be past their date; not after today
    #[arg(long, value_name = "DATE")]
    pub on: Date,
    /// Years by offence, source, status and outcome (data/policy/retention-example.toml is an example, not advice)
    #[arg(long, value_name = "FILE.toml")]
    pub rules: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    #[command(flatten)]
    pub which: WhichArgs,
    /// Write the records to a file that only you can read: columns id, rule, due; without it they are counted by rule
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct DisposeArgs {
    #[command(flatten)]
    pub which: WhichArgs,
    /// Where the audit log is, which says afterwards what was done: a SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Your name, which goes into the log
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// A folder of releases: those that still hold these records are named
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
