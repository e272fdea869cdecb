//! Our line beside the peers': the same work, timed in their way, printed in their format.
//!
//! A bench does this when `HOTSPOT_PEERS_WORK` names the folder with the peers' work (CSV files that `make_work.py` writes); each
//! measurement is one line of JSON on stdout, appended to the file that `HOTSPOT_PEERS_OUT` names.

#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "each bench needs a part; a measurement has a clock and prints"
)]

pub mod cells;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Columns of the peers' incidents.
#[derive(Default)]
pub struct Incidents {
    pub lon: Vec<f64>,
    pub lat: Vec<f64>,
    pub easting: Vec<f64>,
    pub northing: Vec<f64>,
    /// Days since the first event, whole.
    pub day: Vec<i64>,
}

/// Folder of the work, when the run is beside the peers.
pub fn work() -> Option<PathBuf> {
    std::env::var_os("HOTSPOT_PEERS_WORK").map(PathBuf::from)
}

/// Rows of a CSV file of the work by column name, as text; `None`, said aloud, when the file is absent.
pub fn table(name: &str, columns: &[&str]) -> Option<Vec<Vec<String>>> {
    let path = work()?.join(name);
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    };
    let header = reader.headers().expect("a header").clone();
    let places: Vec<usize> =
        columns.iter().map(|c| header.iter().position(|h| h == *c).unwrap_or_else(|| panic!("{name} has no column {c}"))).collect();
    let rows = reader.records().map(|row| {
        let row = row.expect("a row of the header's width");
        places.iter().map(|p| row[*p].to_owned()).collect()
    });
    Some(rows.collect())
}

/// The peers' incidents of one size.
pub fn incidents(size: usize) -> Option<Incidents> {
    let rows = table(&format!("incidents_{size}.csv"), &["lon", "lat", "easting", "northing", "occurred_at"])?;
    let mut all = Incidents::default();
    let mut seconds = Vec::with_capacity(rows.len());
    for row in &rows {
        let number = |i: usize| row[i].parse::<f64>().expect("a number");
        all.lon.push(number(0));
        all.lat.push(number(1));
        all.easting.push(number(2));
        all.northing.push(number(3));
        let at: jiff::civil::DateTime = row[4].parse().expect("a time");
        seconds.push(at.duration_since(jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs());
    }
    let first = seconds.iter().copied().min().unwrap_or(0);
    all.day = seconds.iter().map(|s| (s - first).div_euclid(86_400)).collect();
    Some(all)
}

/// CPU seconds of this process so far, all threads.
pub fn cpu_seconds() -> f64 {
    let ticks = std::fs::read_dir("/proc/self/task").expect("Linux").filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    ticks.sum::<u64>() as f64 / 1e9
}

/// Runs `body` once to warm up, then often enough to be timed (at least 3 times and half a second), and prints the peers' line.
/// A first run of ten seconds or more is no warm-up but the measurement, as in the peers' scripts. `check` gives the answer's
/// checksum as a JSON object, the same keys as the peers print. `threads` is what `body` used.
pub fn measure<T>(task: &str, size: usize, threads: usize, body: impl Fn() -> T, check: impl Fn(&T) -> String) {
    let timed = || {
        let (start, busy) = (Instant::now(), cpu_seconds());
        let result = body();
        (result, start.elapsed().as_secs_f64(), cpu_seconds() - busy)
    };
    let (mut result, first, busy) = timed();
    let (mut wall, mut cpu) = if first >= 10.0 { (vec![first], vec![busy]) } else { (Vec::new(), Vec::new()) };
    let all = Instant::now();
    while first < 10.0 && (wall.len() < 3 || (all.elapsed().as_secs_f64() < 0.5 && wall.len() < 1000)) {
        let (again, seconds, busy) = timed();
        result = again;
        wall.push(seconds);
        cpu.push(busy);
    }
    wall.sort_by(f64::total_cmp);
    let middle = wall[wall.len() / 2];
    let busy = cpu.iter().sum::<f64>() / cpu.len() as f64;
    let line = format!(
        "{{\"task\": \"{task}\", \"peer\": \"hotspot\", \"version\": \"hotspot {}\", \"size\": {size}, \"threads\": {threads}, \"reps\": {}, \"seconds\": {middle:.6}, \"min\": {:.6}, \"cpu_seconds\": {busy:.6}, \"rss_mb\": {}, \"check\": {}}}",
        env!("CARGO_PKG_VERSION"),
        wall.len(),
        wall[0],
        peak_mb(),
        check(&result)
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("HOTSPOT_PEERS_OUT") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).expect("the results can be written");
        writeln!(file, "{line}").expect("the results can be written");
    }
}

/// Peak memory of this process in MB.
pub fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    peak.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
