//! Killed at any moment, the program leaves the old state or the new one.

use crate::program::{hotspot, json, simulated, succeed};
use std::path::Path;
use std::time::Duration;

/// Ten moments, or a hundred when proving.
fn moments() -> u64 {
    if std::env::var_os("HOTSPOT_PROVE").is_some() { 100 } else { 10 }
}

/// A stream of numbers from a seed (splitmix64): the moments are the same in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Kills the command after a share of the time that it usually takes; true when it ended by itself first.
fn kill_after(mut command: std::process::Command, usual: Duration, draw: u64) -> bool {
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(usual.mul_f64((draw % 1000) as f64 / 900.0));
    let ended = child.try_wait().unwrap().is_some_and(|s| s.success());
    let _ = child.kill();
    let _ = child.wait();
    ended
}

#[test]
fn a_kill_leaves_every_edition_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, out) = (path("store"), path("out"));
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let summary = |day: &str| {
        hotspot([
            "summary",
            "--store",
            &store,
            "--out",
            &out,
            "--month",
            "2025-09",
            "--as-known-on",
            day,
            "--replace",
            "--formats",
            "csv,html,ods",
        ])
    };
    let days = ["2025-10-06", "2025-10-20"];
    // Both editions of the month, each as one undisturbed run writes it.
    let start = std::time::Instant::now();
    let folder = Path::new(&out).join("2025-09");
    let held = || -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
            .map(|entries| {
                entries
                    .map(|e| e.unwrap())
                    .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
                    .collect()
            })
            .unwrap_or_default();
        files.sort();
        files
    };
    let whole = days.map(|day| {
        assert!(summary(day).output().unwrap().status.success());
        held()
    });
    let usual = start.elapsed() / 2;
    assert_ne!(whole[0], whole[1]);
    let mut state = 20_261_126;
    let (mut ended, mut replaced, mut left) = (0, 0, 0);
    let mut last = held();
    for moment in 0..moments() as usize {
        // Now and then there is nothing yet.
        if moment % 10 == 4 && folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
            last = Vec::new();
        }
        // Two in three near its end, where it publishes.
        let draw = if moment % 3 == 0 { next(&mut state) % 1000 } else { 600 + next(&mut state) % 400 };
        ended += u32::from(kill_after(summary(days[moment % 2]), usual.mul_f64(1.1), draw));
        let now = held();
        assert!(now == last || whole.contains(&now), "moment {moment}: a part of an edition stands in the folder");
        replaced += u32::from(now != last);
        left += u32::from(std::fs::read_dir(&out).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with(".tmp-")));
        last = now;
    }
    // Whatever the kills left behind, one undisturbed run publishes the whole and leaves nothing else.
    assert!(summary(days[1]).output().unwrap().status.success());
    assert_eq!(held(), whole[1]);
    let mut names: Vec<String> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".lock", "2025-09", "runs.jsonl"]);
    println!(
        "seed 20261126: {} moments, {ended} runs ended before their kill, {replaced} editions replaced, {left} kills left a temporary folder",
        moments()
    );
}

#[test]
fn a_kill_leaves_no_broken_store_and_no_broken_release() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases) = (path("store"), path("releases"));
    // Two halves of the same months, so that there is an old state and a new one.
    let text = std::fs::read_to_string(&simulated().incidents).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let halves: Vec<String> = [&rows[..rows.len() / 2], &rows[rows.len() / 2..]]
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let file = path(&format!("half-{i}.csv"));
            std::fs::write(&file, format!("{header}\n{}\n", part.join("\n"))).unwrap();
            file
        })
        .collect();
    let ingest =
        |i: usize| hotspot(["ingest", &halves[i], "--store", &store, "--class", "synthetic", "--known-on", "2026-06-01", "--json"]);
    let analyse = || hotspot(["analyse", "--store", &store, "--releases", &releases, "--months", "6", "--json"]);
    let rows_known = || {
        json(&succeed(["analyse", "--store", &store, "--releases", &path("probe"), "--months", "6", "--json"]))["reconciliation"]["rows"].as_u64().unwrap()
    };

    let start = std::time::Instant::now();
    assert!(ingest(0).status().unwrap().success());
    let usual_ingest = start.elapsed();
    let old = rows_known();
    let start = std::time::Instant::now();
    assert!(analyse().status().unwrap().success());
    let usual_analyse = start.elapsed();

    let mut state = 20_261_123;
    let mut whole = 0;
    for _ in 0..moments() {
        if next(&mut state).is_multiple_of(2) {
            whole += u32::from(kill_after(ingest(1), usual_ingest, next(&mut state)));
            succeed(["doctor", "--store", &store]);
        } else {
            whole += u32::from(kill_after(analyse(), usual_analyse, next(&mut state)));
            succeed(["doctor", "--releases", &releases]);
            assert!(Path::new(&releases).join("current").exists());
        }
    }
    let after = rows_known();
    assert!(after >= old, "nothing that was stored is lost");
    // Whatever the kills left behind, one undisturbed run converges to the whole.
    assert!(ingest(1).status().unwrap().success());
    let all = rows_known();
    assert!(all > old && (after == old || after == all), "old {old}, after {after}, all {all}");
    assert!(analyse().status().unwrap().success());
    succeed(["doctor", "--store", &store, "--releases", &releases]);
    println!("seed 20261123: {} moments, {whole} commands ended before their kill", moments());
}
