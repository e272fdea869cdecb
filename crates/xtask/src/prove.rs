//! Long proofs: what `test` runs in a short form. Each prints its seeds and figures.

use crate::postgres;
use crate::run::{cargo, step, succeed};

/// Name, test binary, filter.
const PROOFS: [(&str, &[&str], &str); 13] = [
    ("recovery", &["--test", "recovery"], ""),
    ("calibration", &["--test", "calibration"], ""),
    ("evidence", &["--test", "evidence"], ""),
    ("challenge", &["--test", "challenge"], ""),
    ("scan", &["--lib"], "calibration_of_p"),
    ("index", &["--lib"], "the_locator_says"),
    ("malformed", &["--test", "ingest"], "malformed"),
    ("scale", &["--test", "store"], "scale"),
    ("crash", &["--test", "store"], "crash"),
    ("kill", &["--test", "e2e"], "kill"),
    ("writers", &["--test", "ledger"], "writers"),
    ("audit", &["--lib", "--test", "ledger"], "audit::"),
    ("revisions", &["--test", "e2e"], "months_rebuilt"),
];

/// One proof by name, or `all`.
pub fn run(args: &[String]) -> Result<(), String> {
    let wanted = args.first().map_or("all", String::as_str);
    let names: Vec<&str> = PROOFS.iter().map(|p| p.0).collect();
    if wanted != "all" && !names.contains(&wanted) {
        return Err(format!("no such proof; there are: {}, all", names.join(", ")));
    }
    for (name, target, filter) in PROOFS.iter().filter(|p| wanted == "all" || p.0 == wanted) {
        step(&format!("proof: {name}"), || {
            // The whole workspace, whose features are those of `test`: with `--package` Polars would be compiled again.
            let mut test = cargo(&["test", "--workspace", "--locked"]);
            test.args(*target).args([filter, "--", "--nocapture"].iter().filter(|a| !a.is_empty())).env("HOTSPOT_PROVE", "1");
            if ["writers", "audit"].contains(name) {
                let postgres = postgres::start()?;
                return succeed(name, test.env(postgres::VARIABLE, &postgres.address));
            }
            succeed(name, &mut test)
        })?;
    }
    Ok(())
}
