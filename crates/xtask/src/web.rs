//! The page: installing its packages, building it, and the browser that tests it.

use crate::run::{command, exists, root, succeed};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

const CHROMIUM: &str = "/usr/bin/chromium";

/// npm in `web/`.
pub fn npm(args: &[&str]) -> Result<(), String> {
    let mut npm = command("npm", args);
    npm.current_dir(root().join("web"));
    succeed(&format!("npm {}", args.join(" ")), &mut npm)
}

/// Installs the packages of the lock file, unless they are those already.
pub fn install() -> Result<(), String> {
    if !exists("node") || !exists("npm") {
        return Err("Node.js 20.19 or newer with npm is needed; on Debian: apt-get install nodejs npm".to_owned());
    }
    let stamp = root().join("web/node_modules/.installed");
    let lock = digest(&[root().join("web/package-lock.json")])?;
    if fs::read_to_string(&stamp).is_ok_and(|s| s == lock) {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])?;
    fs::write(stamp, lock).map_err(|e| format!("web/node_modules: {e}"))
}

/// Builds the page, unless nothing that goes into it has changed.
pub fn build() -> Result<(), String> {
    install()?;
    let web = root().join("web");
    let mut inputs = vec![root().join("data/boroughs"), root().join("data/context"), root().join("data/postcodes")];
    for entry in fs::read_dir(&web).map_err(|e| format!("web: {e}"))? {
        let path = entry.map_err(|e| format!("web: {e}"))?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if !matches!(name, "node_modules" | "dist" | "tests" | "screenshots" | "public") {
            inputs.push(path);
        }
    }
    let inputs = digest(&inputs)?;
    let stamp = web.join("dist/.built");
    if fs::read_to_string(&stamp).is_ok_and(|s| s == inputs) {
        return Ok(());
    }
    npm(&["run", "build"])?;
    fs::write(stamp, inputs).map_err(|e| format!("web/dist: {e}"))
}

/// Installs Chromium from Debian's packages when it is missing, or says what to install.
pub fn browser() -> Result<(), String> {
    if Path::new(CHROMIUM).exists() {
        return Ok(());
    }
    let install = succeed("apt-get update", &mut command("apt-get", &["update", "-qq"])).and_then(|()| {
        succeed(
            "apt-get install",
            command("apt-get", &["install", "-y", "-qq", "chromium"]).env("DEBIAN_FRONTEND", "noninteractive"),
        )
    });
    match install {
        Ok(()) if Path::new(CHROMIUM).exists() => Ok(()),
        _ => Err(format!(
            "the browser tests need Chromium at {CHROMIUM}, and it could not be installed; as root: apt-get install chromium"
        )),
    }
}

/// SHA-256 over the names and bytes of files, and of everything in folders.
fn digest(paths: &[PathBuf]) -> Result<String, String> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = paths.to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(|e| format!("{}: {e}", path.display()))? {
                open.push(entry.map_err(|e| format!("{}: {e}", path.display()))?.path());
            }
        } else if path.exists() {
            files.push(path);
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?);
    }
    Ok(hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
