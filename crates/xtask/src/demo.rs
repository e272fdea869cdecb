//! The whole thing with one command, and its picture.

use crate::run::{Running, cargo, command, root, step, succeed, target_dir};
use crate::supply::sbom;
use crate::web;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Builds page and program in release and starts `hotspot demo` with the arguments given.
pub fn run(args: &[String]) -> Result<(), String> {
    build()?;
    let mut demo = command(&binary(), &["demo"]);
    demo.args(args);
    succeed("hotspot demo", &mut demo)
}

fn build() -> Result<(), String> {
    step("page", web::build)?;
    step("program (release)", || {
        succeed("cargo build", &mut cargo(&["build", "--release", "--locked", "--package", "hotspot-cli"]))
    })?;
    sbom::run(&[])
}

fn binary() -> String {
    target_dir().join("release/hotspot").to_string_lossy().into_owned()
}

/// Starts a demo in a folder on a free port and returns it with its address.
pub fn start(program: &str, dir: &str) -> Result<(Running, String), String> {
    serving(program, &["demo", "--port", "0", "--dir", dir])
}

/// Starts a server on what a demo made, with another ledger.
pub fn beside(program: &str, dir: &str, ledger: &str) -> Result<(Running, String), String> {
    let (releases, resources) = (format!("{dir}/releases"), format!("{dir}/resources.csv"));
    serving(program, &["serve", "--listen", "127.0.0.1:0", "--releases", &releases, "--resources", &resources, "--ledger", ledger])
}

/// Starts a server on what a demo made, with the development sign-in.
pub fn signed(program: &str, dir: &str) -> Result<(Running, String), String> {
    let in_dir = |name: &str| format!("{dir}/{name}");
    let (releases, protected, resources) = (in_dir("releases"), in_dir("protected"), in_dir("resources.csv"));
    let (summary, ledger) = (in_dir("summary"), in_dir("signed.db"));
    let mut args = vec!["serve", "--listen", "127.0.0.1:0", "--auth", "dev", "--releases", &releases, "--protected", &protected];
    args.extend(["--resources", &resources, "--summary", &summary, "--ledger", &ledger]);
    serving(program, &args)
}

fn serving(program: &str, args: &[&str]) -> Result<(Running, String), String> {
    let mut child = command(program, args).stdout(Stdio::piped()).spawn().map_err(|e| format!("{program}: cannot start: {e}"))?;
    let out = child.stdout.take().expect("stdout is piped");
    let running = Running(child);
    for line in BufReader::new(out).lines() {
        let line = line.map_err(|e| format!("hotspot: {e}"))?;
        if let Some(at) = line.find("http://") {
            let url = line[at..].split_whitespace().next().unwrap_or_default().trim_end_matches('/').to_owned();
            return Ok((running, url));
        }
    }
    Err("hotspot ended before it said its address".to_owned())
}

/// Draws the README's picture from a running demo.
pub fn screenshot() -> Result<(), String> {
    build()?;
    web::browser()?;
    let dir = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
    let (_running, url) = start(&binary(), &dir.path().to_string_lossy())?;
    let picture = root().join("web/screenshots/map.png");
    let mut node = command("node", &["scripts/screenshot.mjs", &picture.to_string_lossy()]);
    node.current_dir(root().join("web")).env("HOTSPOT_URL", url);
    succeed("screenshot", &mut node)
}
