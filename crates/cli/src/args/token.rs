//! What can be typed behind `hotspot token`.

use clap::{Args as ClapArgs, Subcommand};
use hotspot_ledger::{TOKEN_DAYS, TOKEN_ROLES, TOKEN_SCOPES};
use jiff::civil::Date;
use std::str::FromStr;

#[derive(Debug, ClapArgs)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub step: TokenStep,
}

#[derive(Debug, Subcommand)]
pub enum TokenStep {
    /// Make a token and print it, this once; only a digest of it is kept. Makes the ledger when there is none
    Create(CreateArgs),
    /// Tokens with what they open, when they end and when they were last used; never the secret
    List(ListArgs),
    /// End a token now
    Revoke(RevokeArgs),
}

#[derive(Debug, ClapArgs)]
pub struct CreateArgs {
    /// A SQLite file, or postgres://user@host/database (give the password in PGPASSWORD or ~/.pgpass)
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// For what it is
    #[arg(long)]
    pub name: String,
    /// As whom its holder acts
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(TOKEN_ROLES))]
    pub role: String,
    /// The agreement under which a partner is given something; with --role partner alone, and then needed
    #[arg(long, value_name = "ID", required_if_eq("role", "partner"))]
    pub agreement: Option<String>,
    /// What its holder may do; may be given several times
    #[arg(long, required = true, value_parser = clap::builder::PossibleValuesParser::new(TOKEN_SCOPES))]
    pub scope: Vec<String>,
    /// How many days it lives, at most 90, or the last day on which it opens something
    #[arg(long, value_name = "DAYS|DATE")]
    pub expires: Expiry,
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
    /// Identifier of the token, as list has it
    pub id: String,
    /// A SQLite file, or postgres://user@host/database
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
}

/// When a token ends.
#[derive(Debug, Clone, Copy)]
pub enum Expiry {
    /// So many times 24 hours after it was made.
    Days(i64),
    /// With a day in London.
    Day(Date),
}

impl FromStr for Expiry {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let days = text.parse().ok().filter(|days| (1..=TOKEN_DAYS).contains(days)).map(Self::Days);
        let day = || text.parse().ok().map(Self::Day);
        days.or_else(day).ok_or_else(|| format!("days from 1 to {TOKEN_DAYS}, or a day as 2026-12-31"))
    }
}
