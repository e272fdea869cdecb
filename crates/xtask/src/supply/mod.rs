//! What others wrote and we ship: where it comes from, under which licence, and what is known against it.
//!
//! The rules stand in `deny.toml`, where `cargo deny` reads them too; the advisories in `advisories.toml` beside this file.

mod advisories;
mod licence;
pub mod sbom;

use crate::run::{cargo, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// A package of the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// SPDX expression; the old `/` between two is read as OR.
    pub licence: String,
    /// Of the registry's archive; our own have none.
    pub checksum: Option<String>,
    id: String,
}

/// Everything that cargo resolves for this machine.
#[derive(Debug)]
pub struct Tree {
    packages: BTreeMap<String, Package>,
    /// What each is linked with.
    links: BTreeMap<String, Vec<String>>,
    /// `Cargo.lock`.
    pub lock: String,
}

/// A package of the lock, whatever machine it is for.
#[derive(Debug, PartialEq, Eq)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

fn locked(lock: &str) -> Vec<Locked> {
    lock.split("[[package]]")
        .skip(1)
        .map(|package| {
            let field = |name: &str| {
                package.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"')).map(str::to_owned)
            };
            Locked {
                name: field("name").unwrap_or_default(),
                version: field("version").unwrap_or_default(),
                source: field("source"),
                checksum: field("checksum"),
            }
        })
        .collect()
}

impl Tree {
    /// Asks cargo, without the network.
    pub fn read() -> Result<Self, String> {
        let verbose = Command::new("rustc").arg("-vV").output().map_err(|e| format!("rustc: {e}"))?;
        let verbose = String::from_utf8_lossy(&verbose.stdout).into_owned();
        let host = verbose.lines().find_map(|l| l.strip_prefix("host: ")).ok_or("rustc does not say its host")?;
        let asked = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
        let output = cargo(&asked).output().map_err(|e| format!("cargo metadata: {e}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let said: Value = serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
        let lock = fs::read_to_string(root().join("Cargo.lock")).map_err(|e| format!("Cargo.lock: {e}"))?;
        let sums: BTreeMap<(String, String), Option<String>> =
            locked(&lock).into_iter().map(|p| ((p.name, p.version), p.checksum)).collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let packages = list(&said["packages"]).into_iter().map(|p| {
            let (name, version) = (text(&p["name"]), text(&p["version"]));
            let checksum = sums.get(&(name.clone(), version.clone())).cloned().flatten();
            let licence = text(&p["license"]).replace(" / ", " OR ").replace('/', " OR ");
            let id = text(&p["id"]);
            (id.clone(), Package { name, version, licence, checksum, id })
        });
        let packages = packages.collect();
        let normal = |dependency: &&Value| list(&dependency["dep_kinds"]).iter().any(|k| k["kind"].is_null());
        let links = list(&said["resolve"]["nodes"]).into_iter().map(|node| {
            let on = list(&node["deps"]).iter().filter(normal).map(|d| text(&d["pkg"])).collect();
            (text(&node["id"]), on)
        });
        let links = links.collect();
        Ok(Self { packages, links, lock })
    }

    /// What a package is linked with itself.
    pub fn dependencies(&self, package: &Package) -> Vec<&Package> {
        self.links.get(&package.id).into_iter().flatten().filter_map(|id| self.packages.get(id)).collect()
    }

    /// A package of ours with everything that is linked into it, by name and version.
    pub fn linked(&self, name: &str) -> Result<Vec<Package>, String> {
        let first = self.packages.values().find(|p| p.name == name).ok_or_else(|| format!("no package {name}"))?;
        let (mut seen, mut open) = (BTreeSet::new(), vec![first]);
        while let Some(package) = open.pop() {
            if seen.insert(package.clone()) {
                open.extend(self.dependencies(package));
            }
        }
        Ok(seen.into_iter().collect())
    }
}

/// Whether everything that is linked keeps the rules.
pub fn check() -> Result<(), String> {
    let faults = faults(&Tree::read()?)?;
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Everything that is against the rules; nothing when all is well.
fn faults(tree: &Tree) -> Result<Vec<String>, String> {
    let path = root().join("deny.toml");
    let rules = fs::read_to_string(&path).map_err(|e| format!("deny.toml: {e}"))?;
    let rules: toml::Table = toml::from_str(&rules).map_err(|e| format!("deny.toml: {e}"))?;
    let texts = |table: &str, name: &str| -> Vec<String> {
        let list = rules.get(table).and_then(|t| t.get(name)).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|v| v.as_str().or_else(|| v.get("crate")?.as_str()).map(str::to_owned)).collect()
    };
    let (allowed, banned, registries) = (texts("licenses", "allow"), texts("bans", "deny"), texts("sources", "allow-registry"));
    let mut faults = Vec::new();
    for package in tree.packages.values() {
        if !licence::is_allowed(&package.licence, &allowed) {
            faults.push(format!("{} {}: licence {:?} is not in deny.toml", package.name, package.version, package.licence));
        }
    }
    let locked = locked(&tree.lock);
    for package in &locked {
        if banned.contains(&package.name) {
            faults.push(format!("{}: banned by deny.toml", package.name));
        }
        let known = package
            .source
            .as_ref()
            .is_none_or(|source| source.strip_prefix("registry+").is_some_and(|registry| registries.iter().any(|r| r == registry)));
        if !known || package.source.is_some() && package.checksum.is_none() {
            faults.push(format!("{} {}: of another source than the registry, or without checksum", package.name, package.version));
        }
    }
    faults.extend(advisories::faults(&locked)?);
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_keeps_the_rules() {
        let tree = Tree::read().unwrap();
        assert!(tree.packages.len() > 300, "the tree was read");
        assert_eq!(faults(&tree).unwrap(), Vec::<String>::new());
        println!(
            "figure S7 tree: {} packages for this machine, {} in the lock: 0 licences, sources or names against deny.toml; {}",
            tree.packages.len(),
            locked(&tree.lock).len(),
            advisories::summary().unwrap()
        );
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let mut tree = Tree::read().unwrap();
        let some = tree.packages.keys().next().unwrap().clone();
        "SSPL-1.0".clone_into(&mut tree.packages.get_mut(&some).unwrap().licence);
        tree.lock += "\n[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.100\"\nsource = \"git+https://example.org/x\"\n\
                      \n[[package]]\nname = \"rustls\"\nversion = \"0.23.20\"\n\
                      source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"00\"\n";
        let found = faults(&tree).unwrap().join("\n");
        for fault in
            ["SSPL-1.0", "openssl-sys: banned", "openssl-sys 0.9.100: of another source", "rustls 0.23.20: RUSTSEC-2026-0285"]
        {
            assert!(found.contains(fault), "{fault}: {found}");
        }
    }

    #[test]
    fn own_crates_forbid_unsafe_code() {
        let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(workspace.contains("unsafe_code = \"forbid\""));
        for entry in fs::read_dir(root().join("crates")).unwrap() {
            let manifest = entry.unwrap().path().join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap();
            assert!(text.contains("[lints]\nworkspace = true"), "{} takes the lints of the workspace", manifest.display());
        }
    }
}
