//! `cargo xtask data`: the files of `data/`, checked and regenerated.
//!
//! Without an option, or with `--check`: `atlas.bin` must be what the text files make, and every file must have the checksum that
//! `data/README.md` gives. `--write` writes both instead. `--fetch` regenerates the text files from their packages into the build
//! folder and compares them with the checked-in ones (with `--write`, replaces those); `--oracle` also rebuilds the reference
//! points of OSTN15, which takes 4 minutes and 1.6 GB of memory.

mod atlas;
mod fetch;
mod manifest;
mod study_area;

use std::fs;
use std::path::{Path, PathBuf};

/// What is written when nothing is asked for.
const USAGE: &str = "cargo xtask data [--check | --write] [--fetch [--oracle]]";

/// Runs the command.
///
/// # Errors
/// What differs, what is missing, or what could not be run.
pub fn run(args: &[String]) -> Result<(), String> {
    let has = |name: &str| args.iter().any(|a| a == name);
    if let Some(unknown) = args.iter().find(|a| !["--check", "--write", "--fetch", "--oracle"].contains(&a.as_str())) {
        return Err(format!("unknown option {unknown}\n\nusage: {USAGE}"));
    }
    let write = has("--write");
    if write && has("--check") || has("--oracle") && !has("--fetch") {
        return Err(format!("these options do not go together\n\nusage: {USAGE}"));
    }
    let data = folder();
    if has("--fetch") {
        let fetched = fetch::regenerate(&data, has("--oracle"))?;
        compare(&fetched, &data, write)?;
    }
    if write {
        let bytes = atlas::encode(&data)?;
        fs::write(data.join("atlas.bin"), &bytes).map_err(|e| format!("atlas.bin: {e}"))?;
        eprintln!("atlas.bin: {} bytes", bytes.len());
        manifest::write(&data)?;
    }
    check(&data)?;
    println!("data: every file is what its sources make and has its checksum");
    Ok(())
}

/// The checks that need nothing but the checkout.
fn check(data: &Path) -> Result<(), String> {
    if atlas::encode(data)? != read(&data.join("atlas.bin"))? {
        return Err("data/atlas.bin is not what the files beside it make: run cargo xtask data --write".to_owned());
    }
    let wrong = manifest::differences(data)?;
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("data/README.md and the files differ:\n{}\nrun cargo xtask data --write", wrong.join("\n")))
}

/// Says of each regenerated file whether it is the checked-in one; writes those that are not.
fn compare(fetched: &Path, data: &Path, write: bool) -> Result<(), String> {
    let mut different = 0;
    for path in manifest::files(fetched)? {
        let new = read(&fetched.join(&path))?;
        let old = fs::read(data.join(&path)).unwrap_or_default();
        if new == old {
            eprintln!("  same     {path}");
        } else if Path::new(&path).extension().is_some_and(|e| e == "gz") && unpacked(&new)? == unpacked(&old)? {
            // Another version of zlib packs the same content into other bytes.
            eprintln!("  content  {path} (same content, packed otherwise)");
        } else if write {
            eprintln!("  written  {path}");
            fs::write(data.join(&path), new).map_err(|e| format!("{path}: {e}"))?;
        } else {
            eprintln!("  DIFFERS  {path}");
            different += 1;
        }
    }
    if different == 0 { Ok(()) } else { Err(format!("{different} regenerated files differ; --write replaces them")) }
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    match std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut content) {
        Ok(_) => Ok(content),
        Err(_) if bytes.is_empty() => Ok(content),
        Err(e) => Err(format!("not gzip: {e}")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// `data/` of this checkout.
fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("crates/xtask lies two folders below the root").join("data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_atlas_is_made_of_the_files_beside_it_and_every_file_has_the_checksum_of_the_table() {
        check(&folder()).unwrap();
    }

    #[test]
    fn a_changed_file_a_missing_one_and_one_too_many_are_all_found() {
        let copy = std::env::temp_dir().join(format!("hotspot-data-{}", std::process::id()));
        fs::create_dir_all(copy.join("sub")).unwrap();
        fs::write(copy.join("kept"), "a").unwrap();
        fs::write(copy.join("sub/changed"), "b").unwrap();
        fs::write(copy.join("new"), "c").unwrap();
        let hash = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"; // of "a"
        let row = |path: &str| format!("| `{path}` | what | `{hash}` |\n");
        fs::write(copy.join("README.md"), [row("kept"), row("sub/changed"), row("gone")].concat()).unwrap();
        let found = manifest::differences(&copy).unwrap();
        assert_eq!(
            found,
            ["  gone: in the table, not in the folder", "  new: not in the table", "  sub/changed: another checksum"]
        );
        fs::write(copy.join("new"), "").unwrap();
        fs::remove_file(copy.join("new")).unwrap();
        fs::write(copy.join("gone"), "d").unwrap();
        manifest::write(&copy).unwrap();
        assert!(manifest::differences(&copy).unwrap().is_empty());
        fs::remove_dir_all(copy).unwrap();
    }

    #[test]
    fn options_that_do_not_exist_or_do_not_go_together_are_refused() {
        for args in [&["--wrte"][..], &["--check", "--write"], &["--oracle"]] {
            let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
            assert!(run(&args).unwrap_err().contains("usage"));
        }
    }
}
