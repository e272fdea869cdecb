//! What is written must stay true.

use crate::program::{root, succeed};
use std::path::Path;

#[test]
fn the_readme_names_every_command_that_exists_and_no_other() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for command in
        ["cargo xtask demo", "cargo xtask test", "hotspot ingest", "hotspot analyse", "hotspot serve", "hotspot simulate"]
    {
        assert!(readme.contains(command), "README.md names {command}");
    }
    let help = succeed(["help"]);
    // What stands in a code block or in backticks is typed; the rest is prose.
    let typed =
        readme.split(['`', '\n']).filter_map(|text| text.strip_prefix("hotspot ")).filter_map(|rest| rest.split(' ').next());
    let known: Vec<&str> = help.lines().filter_map(|l| l.strip_prefix("  ")).filter_map(|l| l.split(' ').next()).collect();
    for word in typed.filter(|w| w.chars().all(|c| c.is_ascii_lowercase()) && !w.is_empty()) {
        assert!(known.contains(&word) || word == "help", "README.md types `hotspot {word}`, which does not exist");
    }
}

/// Methods of `hotspot stats`, from its help.
fn methods() -> Vec<String> {
    let help = succeed(["stats", "--help"]);
    let indented = |line: &&str| line.starts_with("  ") && !line.starts_with("   ") && !line.starts_with("  -");
    let names = help.lines().filter(indented).filter_map(|l| l.split_whitespace().next()).filter(|name| *name != "help");
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 20, "{names:?}");
    names
}

/// All Rust sources below a folder, one behind the other, with what follows `#[cfg(test)]` left out.
fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            all.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
        }
    }
}

#[test]
fn every_statistic_that_a_page_types_exists_and_every_one_that_exists_is_on_a_page_and_tested() {
    let known = methods();
    let pages = ["README.md", "crates/core/FROM_R_AND_PYTHON.md"].map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let typed: Vec<&str> = pages
        .iter()
        .flat_map(|page| page.split("hotspot stats ").skip(1))
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-').next())
        .filter(|word| !word.is_empty() && !word.starts_with('-'))
        .collect();
    for word in &typed {
        assert!(known.iter().any(|k| k == word), "a page types `hotspot stats {word}`, which does not exist");
    }
    let mut tests = String::new();
    sources(&root().join("tests"), &mut tests);
    let words: Vec<&str> = tests.split(['"', '\n']).collect();
    for method in &known {
        let listed = typed.contains(&method.as_str()) || pages[1].contains(&format!("`{method}`"));
        assert!(listed, "`hotspot stats {method}` is on no page");
        assert!(words.contains(&method.as_str()), "`hotspot stats {method}` is in no test");
    }
}

#[test]
fn every_option_that_a_page_types_exists() {
    for page in ["README.md", "crates/core/FROM_R_AND_PYTHON.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for command in text.split("hotspot stats ").skip(1).filter_map(|rest| rest.split(['`', '\n']).next()) {
            let mut words = command.split(' ');
            let Some(method) = words.next().filter(|m| methods().iter().any(|k| k == m)) else { continue };
            let help = succeed(["stats", method, "--help"]);
            for option in words.filter(|w| w.starts_with("--")) {
                assert!(help.contains(option), "{page} types `hotspot stats {method} {option}`, which does not exist");
            }
        }
    }
}

/// Public functions of the statistics that no method calls by name, and why not.
const INSIDE_OTHERS: [(&str, &str); 19] = [
    ("local_g", "local-g --inference analytical"),
    ("local_g_exact", "local-g --inference exact"),
    ("local_g_permutation", "local-g --inference permutation"),
    ("kde_of_counts", "kde, the counts in column weight"),
    ("mean_center", "ellipse, columns center_x and center_y"),
    ("poisson_llr", "scan, column llr"),
    ("bernoulli_llr", "scan, column llr"),
    ("gini_of_clusters", "scan --gini"),
    ("classify", "emerging, column pattern"),
    ("exact_limits", "poisson-limits, columns exact_lo and exact_hi"),
    ("byar_limits", "poisson-limits, columns byar_lo and byar_hi"),
    ("phe_limits", "poisson-limits, columns phe_lo and phe_hi"),
    ("marshall_rates", "empirical-bayes, column smoothed"),
    ("expected_gini_at_random", "gini, column random_gini"),
    ("recovery", "needs the truth of a simulation, not a table"),
    ("prove", "simulates by itself"),
    ("backtest", "hotspot evaluate, on a store"),
    ("summed", "adds what prove finds"),
    ("fit_free_form", "hotspot challenge, the need of places"),
];

#[test]
fn every_statistic_of_the_library_can_be_typed() {
    let mut commands = String::new();
    sources(&root().join("crates/cli/src/commands/stats"), &mut commands);
    let called: Vec<&str> = commands.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut known = Vec::new();
    for family in ["local", "weights", "density", "cluster", "time", "rate", "evaluate"] {
        let mut library = String::new();
        sources(&root().join("crates/core/src").join(family), &mut library);
        let functions = library.lines().filter_map(|l| l.strip_prefix("pub fn ").or_else(|| l.strip_prefix("pub const fn ")));
        for name in functions.filter_map(|rest| rest.split(['(', '<']).next()) {
            known.push(name.to_owned());
            let inside = INSIDE_OTHERS.iter().any(|(other, _)| *other == name);
            assert!(called.contains(&name) || inside, "{family}: `{name}` cannot be reached from `hotspot stats`");
        }
    }
    assert!(known.len() > 60, "{known:?}");
    for (name, _) in INSIDE_OTHERS {
        assert!(known.iter().any(|k| k == name), "`{name}` is no function of the library any more");
    }
}

/// The document of the interface keeps shapes by their names: of two with one name it would have one.
#[test]
fn every_shape_of_the_interface_has_a_name_of_its_own() {
    let mut all = String::new();
    sources(&root().join("crates/server/src"), &mut all);
    let mut names: Vec<&str> = all
        .split("ToSchema")
        .skip(1)
        .filter_map(|after| {
            let (_, rest) = after.split_once(")]")?;
            let declared = rest.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '/']))?;
            let (_, name) = declared.split_once("struct ").or_else(|| declared.split_once("enum "))?;
            name.split(|c: char| !c.is_alphanumeric()).next()
        })
        .collect();
    assert!(names.len() > 80, "{names:?}");
    names.sort_unstable();
    let twice: Vec<&[&str]> = names.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn every_path_that_the_readme_links_to_exists() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(link.starts_with("http") || root().join(link).exists(), "README.md links to {link}");
    }
}

#[test]
fn the_help_is_as_the_contract_has_it() {
    for command in [
        "demo",
        "simulate",
        "ingest",
        "analyse",
        "quality",
        "evaluate",
        "summary",
        "challenge",
        "what-if",
        "sites",
        "factors",
        "effect",
        "worklist",
        "ledger",
        "token",
        "agreement",
        "export",
        "audit",
        "retention",
        "serve",
        "stats",
        "config",
        "doctor",
    ] {
        insta::assert_snapshot!(format!("help-{command}"), succeed([command, "--help"]));
    }
}

#[test]
fn every_command_of_the_page_of_jobs_exists_with_its_options_and_its_units_are_sound() {
    let page = std::fs::read_to_string(root().join("crates/cli/JOBS.md")).unwrap();
    let commands = page.split("hotspot ").skip(1).filter_map(|rest| rest.split(['`', '\n', '>', '&']).next());
    let mut typed = 0;
    for command in commands {
        let mut words = command.split(' ');
        let Some(name) = words.next().filter(|w| ["ingest", "analyse", "summary"].contains(w)) else { continue };
        let help = succeed([name, "--help"]);
        for option in words.filter(|w| w.starts_with("--")) {
            assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")), "hotspot {name} {option}");
        }
        typed += 1;
    }
    assert!(typed >= 9, "{typed}");
    // What systemd itself says of the units, where it is there.
    let dir = tempfile::tempdir().unwrap();
    let bin = dir.path().join("hotspot");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_hotspot"), &bin).unwrap();
    let blocks: Vec<String> = page
        .split("```ini\n")
        .skip(1)
        .filter_map(|b| b.split("```").next())
        .map(|b| b.replace("/usr/local/bin/hotspot", bin.to_str().unwrap()))
        .collect();
    let failed = "[Service]\nType=oneshot\nExecStart=/bin/true\n".to_owned();
    let units =
        [("hotspot-month.service", &blocks[0]), ("hotspot-month.timer", &blocks[1]), ("hotspot-month-failed@.service", &failed)];
    let files = units.map(|(name, text)| {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    });
    match std::process::Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&files[..2]).output() {
        Ok(said) => {
            let text = String::from_utf8_lossy(&said.stderr);
            let about: Vec<&str> = text.lines().filter(|l| l.contains("hotspot-month")).collect();
            assert!(about.is_empty(), "{text}");
        }
        Err(_) => println!("systemd-analyze is not here: the units were not asked about"),
    }
}
