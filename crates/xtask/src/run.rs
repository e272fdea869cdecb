//! Starting other programs from the root of the project.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies two folders below the root").to_path_buf()
}

/// A program with its arguments, to be started at the root.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// Cargo itself, as the caller uses it.
///
/// What the outer cargo tells `xtask` of itself is taken away: build scripts that ask for it (ring's) would make everything
/// above them be compiled anew, Polars included, whenever the same folder is built with and without `xtask`.
pub fn cargo(args: &[&str]) -> Command {
    let mut cargo = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), args);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_PRIMARY_PACKAGE" {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Runs a command to its end; an error says what failed.
pub fn succeed(what: &str, command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("{what}: cannot start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

/// Runs one named step and says how long it took.
pub fn step(what: &str, body: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    eprintln!("\n=== {what}");
    let start = Instant::now();
    body()?;
    eprintln!("=== {what}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Whether a program is there and answers `--version`.
pub fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A child that ends with its owner.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
