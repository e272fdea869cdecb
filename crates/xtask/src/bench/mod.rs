//! Benchmarks, and the table of ours beside the peers'; `benches/README.md` says what each compares.
//!
//! Without a name, each operation is measured on the peers' work, by our bench and by the peers' own scripts one after the other,
//! on one thread, and one table says how they compare. Where the peers are not installed ours is measured alone.

mod beside;
mod table;

use crate::run::{cargo, command, root, succeed};
use beside::{BESIDE, Beside};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One benchmark by the name of its file, or all beside the peers.
pub fn run(args: &[String]) -> Result<(), String> {
    match args.first() {
        Some(name) if !BESIDE.iter().any(|b| b.task == name) => {
            let mut bench = bench_of(name)?;
            bench.args(["--bench", name]);
            succeed("cargo bench", &mut bench)
        }
        wanted => beside(&BESIDE.iter().filter(|b| wanted.is_none_or(|w| b.task == w)).collect::<Vec<_>>()),
    }
}

/// `cargo bench` of the package that has this bench.
fn bench_of(name: &str) -> Result<std::process::Command, String> {
    let packages = ["core", "tiles", "server", "pipeline", "ledger"];
    let has = |package: &str| {
        let manifest = root().join("crates").join(package).join("Cargo.toml");
        std::fs::read_to_string(manifest).is_ok_and(|text| text.contains(&format!("benches/{name}.rs")))
    };
    let package = packages.iter().find(|package| has(package)).ok_or_else(|| format!("no such bench or task: {name}"))?;
    Ok(cargo(&["bench", "--locked", "--package", &format!("hotspot-{package}")]))
}

/// Where the peers are: their scripts, and what `setup.sh` installed.
struct Peers {
    scripts: PathBuf,
    installed: PathBuf,
}

impl Peers {
    fn find() -> Self {
        let scripts = std::env::var_os("HOTSPOT_PEERS").map_or_else(|| root().join("../shared/peers"), PathBuf::from);
        let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let installed = std::env::var_os("PEERS").map_or_else(|| home.join("peers"), PathBuf::from);
        Self { scripts, installed }
    }

    fn python(&self) -> PathBuf {
        self.installed.join("venv/bin/python")
    }
}

fn beside(rows: &[&Beside]) -> Result<(), String> {
    let peers = Peers::find();
    let work = peers.installed.join("work");
    if !work.join("manifest.json").exists() {
        return Err(format!(
            "the peers' work is not at {}: run setup.sh of the peers (HOTSPOT_PEERS, PEERS), or name one bench to run it alone",
            work.display()
        ));
    }
    let out = crate::run::target_dir().join("beside.jsonl");
    let fresh = |path: &Path| std::fs::write(path, "").map_err(|e| format!("{}: {e}", path.display()));
    fresh(&out)?;
    let benches: BTreeSet<&str> = rows.iter().map(|b| b.bench).collect();
    for bench in benches {
        let mut ours = bench_of(bench)?;
        ours.args(["--bench", bench])
            .env("HOTSPOT_PEERS_WORK", &work)
            .env("HOTSPOT_PEERS_OUT", &out)
            .env("PEERS_SCRATCH", peers.installed.join("scratch"))
            .env("RAYON_NUM_THREADS", "1")
            .env("POLARS_MAX_THREADS", "1");
        succeed(bench, &mut ours)?;
    }
    for row in rows {
        for (script, args) in row.peers {
            let path = peers.scripts.join(script);
            if !peers.python().exists() || !path.exists() {
                eprintln!("skipped: {script} {} (the peer is absent)", args.join(" "));
                continue;
            }
            let mut peer = command(&peers.python().to_string_lossy(), &[&path.to_string_lossy()]);
            peer.args(*args)
                .args(["--threads", "1", "--reps", "3"])
                .env("PEERS_WORK", &work)
                .env("PEERS_SCRATCH", peers.installed.join("scratch"))
                .env("PEERS_OUT", &out);
            if let Err(why) = succeed(script, &mut peer) {
                eprintln!("skipped: {why}");
            }
        }
    }
    let text = std::fs::read_to_string(&out).map_err(|e| format!("{}: {e}", out.display()))?;
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    print!("{}", table::of(rows, &lines));
    Ok(())
}
