//! What does a developer type?

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command speaks to its terminal")]

mod data;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("data") => data::run(&args[1..]),
        _ => Err("usage: cargo xtask data".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
