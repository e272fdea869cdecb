//! What can be typed behind `hotspot agreement`, and `hotspot export`.

use clap::{Args as ClapArgs, Subcommand};
use hotspot_ledger::REVOKE_REASONS;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct AgreementArgs {
    #[command(subcommand)]
    pub step: AgreementStep,
}

#[derive(Debug, Subcommand)]
pub enum AgreementStep {
    /// Register an agreement; from then on it is known by the SHA-256 of its file. Makes the ledger when there is none
    Register(RegisterArgs),
    /// Agreements, with what they give, to whom, and whether they do so today
    List(ListArgs),
    /// End an agreement now: nothing is given under it any more, and what was given is to be deleted
    Revoke(RevokeArgs),
    /// What was given to whom, when, and what of it should be deleted by now
    Exports(ListArgs),
}

#[derive(Debug, ClapArgs)]
pub struct RegisterArgs {
    /// The agreement (data/policy/agreement-example.toml is an example, not advice)
    #[arg(value_name = "FILE.toml")]
    pub file: PathBuf,
    /// A SQLite file, or postgres://user@host/database (give the password in PGPASSWORD or ~/.pgpass)
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Who is shown what; by default the policy that the program carries (data/policy/tiers.toml)
    #[arg(long, value_name = "FILE.toml")]
    pub policy: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct RevokeArgs {
    /// Identifier of the agreement
    pub id: String,
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Why
    #[arg(long, default_value = REVOKE_REASONS[0], value_parser = clap::builder::PossibleValuesParser::new(REVOKE_REASONS))]
    pub reason: String,
}

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Identifier of the agreement, as hotspot agreement list has it
    #[arg(long, value_name = "ID")]
    pub agreement: String,
    /// Where the agreement is registered and what is given is recorded: a SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// What was protected with hotspot protect; the newest of it is given
    #[arg(long, value_name = "DIR")]
    pub protected: PathBuf,
    /// The folder to write; nothing may stand there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
