//! `hotspot`: what did the user ask for? Arguments, configuration, progress, printing and exit codes; no algorithm.

mod args;
mod commands;
mod config;
mod failure;
mod progress;

use args::{Args, Command};
use clap::Parser;
use std::io::IsTerminal as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    failure::install();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // Codes for colours are for eyes: in a file, or for whoever asks for none (no-color.org), they are noise.
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HOTSPOT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    let done = match args.command {
        Command::Demo(args) => commands::demo::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Ingest(args) => commands::ingest::run(&args),
        Command::Analyse(args) => commands::analyse::run(&args),
        Command::Protect(args) => commands::protect::run(&args),
        Command::Quality(args) => commands::quality::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Summary(args) => commands::summary::run(&args),
        Command::Challenge(args) => commands::challenge::run(&args),
        Command::WhatIf(args) => commands::challenge::what_if::run(&args),
        Command::Sites(args) => commands::challenge::sites::run(&args),
        Command::Factors(args) => commands::factors::run(&args),
        Command::Worklist(args) => commands::worklist::run(&args),
        Command::Effect(args) => commands::effect::run(&args),
        Command::Ledger(args) => commands::ledger::run(args),
        Command::Token(args) => commands::token::run(&args),
        Command::Agreement(args) => commands::agreement::run(&args),
        Command::Export(args) => commands::export::run(&args),
        Command::Audit(args) => commands::audit::run(&args),
        Command::Retention(args) => commands::retention::run(&args),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Stats(args) => commands::stats::run(&args),
        Command::Config(args) => commands::config::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Completions(args) => commands::shell::completions(&args),
        Command::Man => commands::shell::man(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit(),
    }
}
