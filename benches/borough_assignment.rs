//! Points to London's boroughs: the table of squares with exact tests at borders.
//!
//! `cargo bench -p hotspot-core --bench borough_assignment` prints one table. With `-- --codes FILE POINTS` it assigns that
//! many points once, writes a byte for each (the borough's row, 255 for none) to FILE, the polygons to FILE.wkt, and prints one
//! line of JSON with CPU seconds: `peers/borough_strtree.py` compares both with shapely and geopandas in one run.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own, beside the library")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use geo::{LineString, MultiPolygon, Polygon};
use hotspot_core::LonLat;
use hotspot_core::areas::PolygonIndex;
use hotspot_core::atlas::Atlas;
use std::sync::OnceLock;

fn main() {
    let arguments: Vec<String> = std::env::args().skip_while(|a| a != "--codes").collect();
    if let [_, file, count, ..] = arguments.as_slice() {
        compare(file, count.parse().expect("a number of points"));
    } else {
        divan::main();
    }
}

fn compare(file: &str, count: u64) {
    let boroughs = Atlas::london().boroughs();
    let start = cpu_seconds();
    let index = prepared();
    let built = cpu_seconds();
    let points: Vec<LonLat> = (0..count).map(point).collect();
    let ready = cpu_seconds();
    let codes: Vec<u8> = points.iter().map(|p| index.locate(*p).map_or(u8::MAX, |row| row as u8)).collect();
    let done = cpu_seconds();
    std::fs::write(file, codes).expect("the file can be written");
    let polygons: Vec<String> = boroughs.iter().map(|b| wkt(&b.polygon)).collect();
    std::fs::write(format!("{file}.wkt"), polygons.join("\n")).expect("the file can be written");
    println!("{{\"points\":{count},\"index_cpu_s\":{:.4},\"assign_cpu_s\":{:.4}}}", built - start, done - ready);
}

/// Well-known text, with digits enough to read the same numbers back.
fn wkt(polygon: &MultiPolygon<f64>) -> String {
    let ring = |r: &LineString<f64>| {
        let points: Vec<String> = r.coords().map(|c| format!("{} {}", c.x, c.y)).collect();
        format!("({})", points.join(","))
    };
    let part = |p: &Polygon<f64>| {
        let rings: Vec<String> = std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect();
        format!("({})", rings.join(","))
    };
    let parts: Vec<String> = polygon.iter().map(part).collect();
    format!("MULTIPOLYGON({})", parts.join(","))
}

/// CPU seconds of this process so far, all threads.
fn cpu_seconds() -> f64 {
    let ticks = std::fs::read_dir("/proc/self/task").expect("Linux").filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    ticks.sum::<u64>() as f64 / 1e9
}

fn prepared() -> PolygonIndex {
    PolygonIndex::new(Atlas::london().boroughs().iter().map(|b| &b.polygon))
}

fn index() -> &'static PolygonIndex {
    static INDEX: OnceLock<PolygonIndex> = OnceLock::new();
    INDEX.get_or_init(prepared)
}

/// SplitMix64 by index (Steele et al. 2014): the Python side makes the same points.
fn point(n: u64) -> LonLat {
    let unit = |k: u64| {
        let mut z = (k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    };
    LonLat { lon: -0.515 + unit(2 * n) * 0.855, lat: 51.28 + unit(2 * n + 1) * 0.415 }
}

#[divan::bench(args = [1_000_000, 10_000_000], sample_count = 5)]
fn assign(bencher: Bencher, count: u64) {
    let points: Vec<LonLat> = (0..count).map(point).collect();
    let index = index();
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| black_box(&points).iter().map(|p| u64::from(index.locate(*p).unwrap_or(u32::MAX))).sum::<u64>());
}

#[divan::bench(sample_count = 5)]
fn prepare(bencher: Bencher) {
    Atlas::london();
    bencher.bench_local(prepared);
}
