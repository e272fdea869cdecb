//! The table of `data/README.md`: every file and its SHA-256.

use super::read;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The paths of all files under a folder, `/` between their parts, sorted.
pub fn files(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, before: &str, found: &mut Vec<String>) -> Result<(), String> {
    let at = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in fs::read_dir(folder).map_err(at)? {
        let entry = entry.map_err(at)?;
        let path = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(at)?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// What the table and the folder do not agree about, a line each; nothing when all is well.
pub fn differences(data: &Path) -> Result<Vec<String>, String> {
    let table = table(&text(data)?);
    let actual = checksums(data)?;
    let mut wrong = Vec::new();
    for path in table.keys().filter(|path| !actual.contains_key(*path)) {
        wrong.push(format!("  {path}: in the table, not in the folder"));
    }
    for (path, sum) in &actual {
        match table.get(path) {
            None => wrong.push(format!("  {path}: not in the table")),
            Some(stated) if stated != sum => wrong.push(format!("  {path}: another checksum")),
            Some(_) => {}
        }
    }
    wrong.sort();
    Ok(wrong)
}

/// Puts the checksums of the files into the table. A file without a row has to be described by hand.
pub fn write(data: &Path) -> Result<(), String> {
    let mut readme = text(data)?;
    let actual = checksums(data)?;
    let lines: Vec<String> = readme
        .lines()
        .map(|line| match row(line).and_then(|(path, stated)| Some(line.replace(stated, actual.get(path)?))) {
            Some(corrected) => corrected,
            None => line.to_owned(),
        })
        .collect();
    readme = lines.join("\n") + "\n";
    fs::write(data.join("README.md"), readme).map_err(|e| format!("data/README.md: {e}"))
}

fn text(data: &Path) -> Result<String, String> {
    fs::read_to_string(data.join("README.md")).map_err(|e| format!("data/README.md: {e}"))
}

fn table(readme: &str) -> BTreeMap<String, String> {
    readme.lines().filter_map(row).map(|(path, sum)| (path.to_owned(), sum.to_owned())).collect()
}

/// Path and checksum of a row: its first cell, and its last, both in backticks.
fn row(line: &str) -> Option<(&str, &str)> {
    let cells: Vec<&str> = line.strip_prefix("| `")?.trim_end().strip_suffix("` |")?.split('|').collect();
    let path = cells.first()?.trim().strip_suffix('`')?;
    let sum = cells.last()?.trim().strip_prefix('`')?;
    (sum.len() == 64).then_some((path, sum))
}

/// Whether a file belongs into the table: all but the table itself and what is source code.
pub fn is_described(path: &str) -> bool {
    path != "README.md" && !path.starts_with("mappings/") && path != "schema/hotspot-incidents.json"
}

fn checksums(data: &Path) -> Result<BTreeMap<String, String>, String> {
    let described = files(data)?.into_iter().filter(|path| is_described(path));
    described
        .map(|path| {
            let sum = Sha256::digest(read(&data.join(&path))?).iter().fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").expect("a string takes all that is written to it");
                hex
            });
            Ok((path, sum))
        })
        .collect()
}
