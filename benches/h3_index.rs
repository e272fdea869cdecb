//! Points of London to H3 cells of resolution 10: h3o in a loop against the verified locator, with and without its making.
//!
//! `cargo bench -p hotspot-core --bench h3_index` compares the answers bit for bit, prints CPU seconds and their ratio (least of
//! seven: other work on the machine does not count), then the table of wall times.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own, beside the library")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use h3o::{CellIndex, LatLng, Resolution};
use hotspot_core::LonLat;
use hotspot_core::grid::{CellGrid, CellLocator};
use std::sync::OnceLock;

const POINTS: u64 = 1_000_000;

fn main() {
    let (grid, points) = (london(), points());
    let wrong = points.iter().filter(|p| grid.finest().locator().cell_of(**p) != Some(h3(**p))).count();
    println!("{POINTS} points, answers that differ from h3o: {wrong}");
    assert_eq!(wrong, 0);
    let (locator, cells) = (grid.finest().locator(), grid.finest().cells());
    let loops = least_cpu_seconds(|| sum(points.iter().map(|p| h3(*p))));
    let fast = least_cpu_seconds(|| sum(points.iter().filter_map(|p| locator.cell_of(*p))));
    let making = least_cpu_seconds(|| CellLocator::new(Resolution::Ten, cells.to_vec()).cells().len() as u64);
    let covering = least_cpu_seconds(|| CellGrid::london().finest().len() as u64);
    println!("CPU seconds: h3o {loops:.4}, locator {fast:.4}, its making {making:.4}, the whole grid {covering:.4}");
    println!("ratio: {:.1}, with the making {:.1}", loops / fast, loops / (fast + making));
    divan::main();
}

/// Least CPU seconds of seven runs, all threads.
fn least_cpu_seconds(work: impl Fn() -> u64) -> f64 {
    let measured = (0..7).map(|_| {
        let start = cpu_seconds();
        black_box(work());
        cpu_seconds() - start
    });
    measured.fold(f64::INFINITY, f64::min)
}

/// CPU seconds of this process so far, all threads.
fn cpu_seconds() -> f64 {
    let ticks = std::fs::read_dir("/proc/self/task").expect("Linux").filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    ticks.sum::<u64>() as f64 / 1e9
}

fn london() -> &'static CellGrid {
    static GRID: OnceLock<CellGrid> = OnceLock::new();
    GRID.get_or_init(CellGrid::london)
}

/// Uniform over London.
fn points() -> &'static [LonLat] {
    static POINTS_OF_LONDON: OnceLock<Vec<LonLat>> = OnceLock::new();
    POINTS_OF_LONDON.get_or_init(|| {
        let inside = (0..).map(point).filter(|p| london().locate(*p).is_some());
        inside.take(POINTS as usize).collect()
    })
}

/// SplitMix64 by index (Steele et al. 2014), so that every program makes the same points.
fn point(n: u64) -> LonLat {
    let unit = |k: u64| {
        let mut z = (k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    };
    LonLat { lon: -0.515 + unit(2 * n) * 0.855, lat: 51.28 + unit(2 * n + 1) * 0.415 }
}

fn h3(p: LonLat) -> CellIndex {
    LatLng::new(p.lat, p.lon).expect("finite").to_cell(Resolution::Ten)
}

fn sum(cells: impl Iterator<Item = CellIndex>) -> u64 {
    cells.fold(0, |sum, cell| sum.wrapping_add(u64::from(cell)))
}

#[divan::bench(sample_count = 15)]
fn h3o_in_a_loop(bencher: Bencher) {
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| sum(black_box(points()).iter().map(|p| h3(*p))));
}

#[divan::bench(sample_count = 15)]
fn locator(bencher: Bencher) {
    let locator = london().finest().locator();
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| sum(black_box(points()).iter().filter_map(|p| locator.cell_of(*p))));
}

#[divan::bench(sample_count = 15)]
fn locator_and_its_making(bencher: Bencher) {
    let cells = london().finest().cells();
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| {
        let locator = CellLocator::new(Resolution::Ten, black_box(cells).to_vec());
        sum(black_box(points()).iter().filter_map(|p| locator.cell_of(*p)))
    });
}

#[divan::bench(sample_count = 5)]
fn grid_of_london() -> CellGrid {
    CellGrid::london()
}
