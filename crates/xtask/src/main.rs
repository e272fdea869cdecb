//! What does a developer type? `cargo xtask demo`, `test`, `bench`, `prove`, `data`, `screenshot`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command speaks to its terminal")]

mod bench;
mod data;
mod demo;
mod figures;
mod postgres;
mod prove;
mod run;
mod supply;
mod test;
mod web;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [ARGS]      build page and program in release, simulate London, ingest, analyse, serve on 127.0.0.1:8080
  test             format, lints, all tests, page checks, end-to-end tests with a real browser; installs what is missing
  prove NAME       a long proof: recovery, evidence, index, malformed, scale, crash, kill, writers, audit, fuzz [--minutes 20], canary, slow, or
                   all; figures of security go into SECURITY.md
  sbom [FILE]      what the program is made of (CycloneDX 1.5), by default beside the release build
  bench [NAME]     benchmarks (benches/README.md)
  data [--fetch]   check every file of data/ against its sources; --fetch regenerates them from their packages
  screenshot       draw web/screenshots/map.png from a running demo
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let done = match args.first().map(String::as_str) {
        Some("demo") => demo::run(rest),
        Some("test") => test::run(),
        Some("prove") => prove::run(rest),
        Some("bench") => bench::run(rest),
        Some("data") => data::run(rest),
        Some("sbom") => supply::sbom::run(rest),
        Some("screenshot") => demo::screenshot(),
        Some("help" | "--help" | "-h") | None => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Some(_) => Err(format!("unknown command\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
