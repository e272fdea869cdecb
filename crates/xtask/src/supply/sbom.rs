//! `cargo xtask sbom`: what the program is made of, as CycloneDX 1.5 JSON. The same lock files give the same bytes.
//!
//! Every crate that is linked into `hotspot` with version, checksum and licence, and every npm package that stands in the page. `demo`
//! writes it beside the program that it builds.

use super::{Package, Tree};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::PathBuf;

/// Writes it to a file, by default beside the release build.
pub fn run(args: &[String]) -> Result<(), String> {
    let path = args.first().map_or_else(|| crate::run::target_dir().join("release/hotspot.cdx.json"), PathBuf::from);
    let text = serde_json::to_string_pretty(&document(&Tree::read()?)?).map_err(|e| e.to_string())?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    fs::write(&path, text + "\n").map_err(|e| format!("{}: {e}", path.display()))?;
    eprintln!("{}", path.display());
    Ok(())
}

fn document(tree: &Tree) -> Result<Value, String> {
    let linked = tree.linked("hotspot-cli")?;
    let (program, libraries): (Vec<&Package>, Vec<&Package>) = linked.iter().partition(|p| p.name == "hotspot-cli");
    let mut components: Vec<Value> = libraries.into_iter().map(crate_component).collect();
    let page = page_packages()?;
    components.extend(page.iter().cloned());
    let mut dependencies: Vec<Value> = linked
        .iter()
        .map(|package| {
            let mut on: Vec<String> = tree.dependencies(package).iter().map(|d| purl(d)).collect();
            if package.name == "hotspot-server" {
                on.extend(page.iter().filter_map(|p| p["bom-ref"].as_str().map(str::to_owned)));
            }
            on.sort();
            json!({ "ref": purl(package), "dependsOn": on })
        })
        .collect();
    dependencies.sort_by_key(|d| d["ref"].to_string());
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": purl(program[0]),
            "name": "hotspot",
            "version": program[0].version,
            "licenses": [{ "expression": program[0].licence }],
        }},
        "components": components,
        "dependencies": dependencies,
    }))
}

fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn crate_component(package: &Package) -> Value {
    let mut component = Map::new();
    component.insert("type".to_owned(), json!("library"));
    component.insert("bom-ref".to_owned(), json!(purl(package)));
    component.insert("name".to_owned(), json!(package.name));
    component.insert("version".to_owned(), json!(package.version));
    if let Some(checksum) = &package.checksum {
        component.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": checksum }]));
        component.insert("purl".to_owned(), json!(purl(package)));
    }
    component.insert("licenses".to_owned(), json!([{ "expression": package.licence }]));
    Value::Object(component)
}

/// The packages of the page, without those that only build it.
fn page_packages() -> Result<Vec<Value>, String> {
    let path = crate::run::root().join("web/package-lock.json");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lock: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let packages = lock["packages"].as_object().ok_or("web/package-lock.json has no packages")?;
    let page = packages.iter().filter(|(place, package)| !place.is_empty() && package["dev"] != true);
    Ok(page
        .map(|(place, package)| {
            let name = place.rsplit("node_modules/").next().unwrap_or(place);
            let version = package["version"].as_str().unwrap_or_default();
            let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
            json!({
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "licenses": [{ "expression": package["license"].as_str().unwrap_or_default().trim_matches(['(', ')']) }],
                "properties": [{ "name": "npm:integrity", "value": package["integrity"] }],
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_of_parts_is_that_of_the_lock_and_always_the_same() {
        let tree = Tree::read().unwrap();
        let bom = document(&tree).unwrap();
        assert_eq!(bom, document(&Tree::read().unwrap()).unwrap());
        let components = bom["components"].as_array().unwrap();
        let refs: BTreeSet<&str> = components.iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(refs.len(), components.len(), "each part once");
        for part in ["polars", "axum", "rustls", "sqlx", "hotspot-core"] {
            assert!(components.iter().any(|c| c["name"] == part), "{part} is a part");
        }
        assert!(components.iter().any(|c| c["name"] == "maplibre-gl"), "the page is a part");
        for tool in ["insta", "proptest", "xtask", "vite", "typescript"] {
            assert!(!components.iter().any(|c| c["name"] == tool), "{tool} is no part");
        }
        for component in components {
            let own = component["name"].as_str().unwrap().starts_with("hotspot-");
            let cargo = component["bom-ref"].as_str().unwrap().starts_with("pkg:cargo/");
            let locked = component["hashes"][0]["content"].as_str().is_some_and(|sum| tree.lock.contains(sum));
            assert!(own || !cargo || locked, "{} has the checksum of the lock", component["bom-ref"]);
            assert!(component["licenses"][0]["expression"].as_str().is_some_and(|l| !l.is_empty()));
        }
        println!("figure S7 sbom: {} parts, of which {} packages of the page", components.len(), page_packages().unwrap().len());
        for dependency in bom["dependencies"].as_array().unwrap() {
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(refs.contains(on.as_str().unwrap()), "{on} is listed");
            }
        }
    }
}
