//! Which libraries may lie beneath which crate.

use crate::program::root;
use std::process::Command;

/// Names of everything that a crate is linked with.
fn linked(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--package", package])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().filter_map(|l| l.split(' ').next().map(str::to_owned)).collect()
}

fn assert_without(package: &str, forbidden: &[&str]) {
    let linked = linked(package);
    assert!(linked.len() > 10, "the tree of {package} was read");
    for name in forbidden {
        assert!(
            !linked.iter().any(|l| l == name || l.starts_with(&format!("{name}-"))),
            "{package} must not be linked with {name}"
        );
    }
}

#[test]
fn the_pure_crates_know_neither_polars_nor_a_runtime() {
    assert_without("hotspot-core", &["polars", "serde", "tokio", "tracing", "axum", "hyper"]);
    assert_without("hotspot-report", &["polars", "tokio", "tracing", "axum", "hyper"]);
    assert_without("hotspot-ledger", &["polars", "axum", "hyper", "statrs", "hotspot-core", "hotspot-server"]);
    assert_without("hotspot-tiles", &["polars", "tokio", "tracing", "axum", "hyper"]);
}

#[test]
fn polars_lies_beneath_the_pipeline_only() {
    assert_without("hotspot-server", &["polars"]);
    assert_without("xtask", &["polars", "tokio"]);
    assert!(linked("hotspot-pipeline").iter().any(|l| l == "polars"));
}

#[test]
fn the_pipeline_speaks_no_http_itself() {
    // What lies beneath Polars is Polars' own affair; the pipeline names none of it.
    let manifest = std::fs::read_to_string(root().join("crates/pipeline/Cargo.toml")).unwrap();
    let named: Vec<&str> = manifest.lines().filter_map(|l| l.split(['.', ' ', '=']).next()).collect();
    assert!(named.contains(&"polars"));
    for library in ["axum", "hyper", "tokio", "reqwest", "tower-http", "hotspot-server"] {
        assert!(!named.contains(&library), "the pipeline must not name {library}");
    }
}
