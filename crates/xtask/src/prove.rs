//! Long proofs: what `test` runs in a short form. Each prints its seeds and figures.

use crate::figures;
use crate::postgres;
use crate::run::{cargo, step};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Name, test binary, filter.
const PROOFS: &[(&str, &[&str], &str)] = &[
    ("recovery", &["--test", "recovery"], ""),
    ("calibration", &["--test", "calibration"], ""),
    ("evidence", &["--test", "evidence"], ""),
    ("challenge", &["--test", "challenge"], ""),
    ("disclosure", &["--test", "disclosure"], ""),
    ("utility", &["--test", "disclosure"], "utility::"),
    ("products", &["--test", "disclosure"], "products::"),
    ("scan", &["--lib"], "calibration_of_p"),
    ("index", &["--lib"], "the_locator_says"),
    ("malformed", &["--test", "ingest"], "malformed"),
    ("malformed", &["--test", "e2e"], "malformed::"),
    ("scale", &["--test", "store"], "scale"),
    ("crash", &["--test", "store"], "crash"),
    ("kill", &["--test", "e2e"], "kill"),
    ("writers", &["--test", "ledger"], "writers"),
    ("audit", &["--lib", "--test", "ledger"], "audit::"),
    ("revisions", &["--test", "e2e"], "months_rebuilt"),
    ("canary", &["--test", "e2e"], "canary::"),
    ("slow", &["--lib"], "slow_clients"),
    ("twins", &["--lib"], "twins_with_other_records"),
    ("tokens", &["--lib"], "attacks::"),
    ("supply", &["--bins"], "supply::"),
    ("fuzz", &["--test", "e2e"], "fuzz::"),
];

/// One proof by name, or `all`.
pub fn run(args: &[String]) -> Result<(), String> {
    let (wanted, minutes) = match args {
        [] => ("all", 20_u32),
        [name] => (name.as_str(), 20),
        [name, option, minutes] if name == "fuzz" && option == "--minutes" => {
            (name.as_str(), minutes.parse().map_err(|_no_number| format!("{minutes} is no number of minutes"))?)
        }
        _ => return Err("usage: cargo xtask prove NAME, or cargo xtask prove fuzz --minutes N".to_owned()),
    };
    let mut names: Vec<&str> = PROOFS.iter().map(|p| p.0).collect();
    names.dedup();
    if wanted != "all" && !names.contains(&wanted) {
        return Err(format!("no such proof; there are: {}, all", names.join(", ")));
    }
    for (name, target, filter) in PROOFS.iter().filter(|p| wanted == "all" || p.0 == wanted) {
        step(&format!("proof: {name}"), || {
            // The whole workspace, whose features are those of `test`: with `--package` Polars would be compiled again.
            let mut test = cargo(&["test", "--workspace", "--locked"]);
            test.args(*target).args([filter, "--", "--nocapture"].iter().filter(|a| !a.is_empty())).env("HOTSPOT_PROVE", "1");
            test.env("HOTSPOT_FUZZ_SECONDS", (u64::from(minutes) * 60).to_string());
            let postgres = if ["writers", "audit"].contains(name) { Some(postgres::start()?) } else { None };
            if let Some(postgres) = &postgres {
                test.env(postgres::VARIABLE, &postgres.address);
            }
            figures::keep(&heard(name, &mut test)?)
        })?;
    }
    Ok(())
}

/// Runs a proof, repeats what it says, and returns its figures.
fn heard(name: &str, test: &mut Command) -> Result<Vec<String>, String> {
    let mut child = test.stdout(Stdio::piped()).spawn().map_err(|e| format!("{name}: cannot start: {e}"))?;
    let mut figures = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line.map_err(|e| format!("{name}: {e}"))?;
        println!("{line}");
        // Test names stand before the first line of a test.
        let from = line.find("figure ").map(|at| line[at..].to_owned());
        figures.extend(from.filter(|line| figures::said(line).is_some()));
    }
    let status = child.wait().map_err(|e| format!("{name}: {e}"))?;
    if status.success() { Ok(figures) } else { Err(format!("{name}: {status}")) }
}
