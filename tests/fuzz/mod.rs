//! Any bytes at all into the five parsers: no panic, no wait, little memory, nothing repeated.
//!
//! Each target runs in a process of its own, so that even an abort is found and its memory is its own. Inputs come from the samples in
//! `tests/fixtures/fuzz/<target>`, cut, joined and changed; `HOTSPOT_FUZZ_SECONDS` says for how long (default 4). The same functions stand
//! behind `cargo fuzz` in `.fuzz/`.

pub mod mutate;
pub mod targets;

use crate::program::root;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use targets::{TARGETS, Target};

/// Longest time for one input, in a program that is not optimised.
const LONGEST: Duration = Duration::from_secs(1);
/// Most memory of a process, with all that it is made of.
const MOST_MIB: u64 = 256;

#[test]
fn no_bytes_make_a_parser_panic_wait_or_repeat_them() {
    let dir = tempfile::tempdir().unwrap();
    let children: Vec<_> = TARGETS
        .iter()
        .map(|(name, _)| {
            let folder = dir.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "fuzz::one_target", "--ignored", "--nocapture"])
                .env("HOTSPOT_FUZZ_TARGET", name)
                .env("HOTSPOT_FUZZ_DIR", folder)
                .env("POLARS_MAX_THREADS", "2")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut failed = Vec::new();
    for ((name, _), child) in TARGETS.iter().zip(children) {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.lines().filter(|l| l.starts_with("figure")).for_each(|l| println!("{l}"));
        if !output.status.success() {
            let input = std::fs::read(dir.path().join(name).join("input")).unwrap_or_default();
            let kept = std::env::temp_dir().join(format!("hotspot-fuzz-{name}"));
            std::fs::write(&kept, input).unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            failed.push(format!("{name}: {}; the input is kept as {}\n{said}{told}", output.status, kept.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_target_stands_behind_cargo_fuzz_too() {
    let manifest = std::fs::read_to_string(root().join(".fuzz/Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let target = std::fs::read_to_string(root().join(format!(".fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("targets::{name}(bytes)")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

/// One target in this process, as long as it is told.
#[test]
#[ignore = "started by the test above, once for each target"]
fn one_target() {
    let name = std::env::var("HOTSPOT_FUZZ_TARGET").unwrap();
    let (_, act) = *TARGETS.iter().find(|(n, _)| *n == name).unwrap();
    let seconds = std::env::var("HOTSPOT_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(4);
    // What a parser catches is an error like any other, and may quote what it choked on.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !hotspot_pipeline::panics_are_caught() {
            usual(panic);
        }
    }));
    let samples = samples(&name);
    let mut campaign = Campaign { target: (&name, act), done: 0, slowest: Duration::ZERO };
    for sample in &samples {
        campaign.run(sample);
    }
    let seed: [u8; 32] = std::array::from_fn(|i| name.as_bytes()[i % name.len()]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let inputs = mutate::inputs(&name, samples);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        campaign.run(&inputs.new_tree(&mut runner).unwrap().current());
    }
    let peak = peak_mib();
    println!(
        "figure S1 {name}: {} inputs in {} s, 0 panics, slowest {} ms, peak {peak} MiB",
        campaign.done,
        start.elapsed().as_secs(),
        campaign.slowest.as_millis()
    );
    assert!(peak <= MOST_MIB, "{peak} MiB");
}

struct Campaign<'a> {
    target: (&'a str, fn(&[u8])),
    done: u64,
    slowest: Duration,
}

impl Campaign<'_> {
    fn run(&mut self, input: &[u8]) {
        std::fs::write(targets::folder().join("input"), input).unwrap();
        let (name, act): Target = (TARGETS.iter().find(|(n, _)| *n == self.target.0).unwrap().0, self.target.1);
        let timed = || {
            let start = Instant::now();
            let done = catch_unwind(AssertUnwindSafe(|| act(input)));
            assert!(done.is_ok(), "{name} panicked after {} inputs", self.done);
            start.elapsed()
        };
        let mut took = timed();
        // The first input makes what all share, and other programs may have the processor.
        for _ in 0..3 {
            if took > LONGEST / 4 {
                took = took.min(timed());
            }
        }
        assert!(took <= LONGEST, "{name} took {took:?} for {} bytes", input.len());
        self.slowest = self.slowest.max(took);
        self.done += 1;
    }
}

/// Every sample of a target, in the order of their names.
fn samples(name: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fixtures/fuzz").join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "{} has too few samples", folder.display());
    files.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Most memory that this process has held, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
    line.trim().split(' ').next().unwrap().parse::<u64>().unwrap() / 1024
}
