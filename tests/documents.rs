//! What is written must stay true.

use crate::program::{root, succeed};

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

#[test]
fn every_statistic_that_a_page_types_exists_and_every_one_that_exists_is_on_a_page() {
    let help = succeed(["stats", "--help"]);
    let indented = |line: &&str| line.starts_with("  ") && !line.starts_with("   ") && !line.starts_with("  -");
    let known: Vec<&str> =
        help.lines().filter(indented).filter_map(|l| l.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(known.len() > 20, "{known:?}");
    let pages = ["README.md", "crates/core/FROM_R_AND_PYTHON.md"].map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let typed: Vec<&str> = pages
        .iter()
        .flat_map(|page| page.split("hotspot stats ").skip(1))
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-').next())
        .filter(|word| !word.is_empty() && !word.starts_with('-'))
        .collect();
    for word in &typed {
        assert!(known.contains(word), "a page types `hotspot stats {word}`, which does not exist");
    }
    for method in &known {
        let listed = typed.contains(method) || pages[1].contains(&format!("`{method}`"));
        assert!(listed, "`hotspot stats {method}` is on no page");
    }
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
    for command in ["demo", "simulate", "ingest", "analyse", "evaluate", "worklist", "serve", "stats", "config", "doctor"] {
        insta::assert_snapshot!(format!("help-{command}"), succeed([command, "--help"]));
    }
}
