//! Long proofs: what `test` runs in a short form. Each prints its seeds and figures.

use crate::run::{cargo, step, succeed};

/// Name, package, test binary (`--lib` for unit tests), filter.
const PROOFS: [(&str, &str, &[&str], &str); 4] = [
    ("recovery", "hotspot-core", &["--test", "recovery"], ""),
    ("index", "hotspot-core", &["--lib"], "locator"),
    ("malformed", "hotspot-pipeline", &["--tests"], "malformed"),
    ("kill", "hotspot-cli", &["--test", "e2e"], "kill"),
];

/// One proof by name, or `all`.
pub fn run(args: &[String]) -> Result<(), String> {
    let wanted = args.first().map_or("all", String::as_str);
    let names: Vec<&str> = PROOFS.iter().map(|p| p.0).collect();
    if wanted != "all" && !names.contains(&wanted) {
        return Err(format!("no such proof; there are: {}, all", names.join(", ")));
    }
    for (name, package, target, filter) in PROOFS.iter().filter(|p| wanted == "all" || p.0 == wanted) {
        step(&format!("proof: {name}"), || {
            let mut test = cargo(&["test", "--locked", "--package", package]);
            test.args(*target).args([filter, "--", "--nocapture"].iter().filter(|a| !a.is_empty())).env("HOTSPOT_PROVE", "1");
            succeed(name, &mut test)
        })?;
    }
    Ok(())
}
