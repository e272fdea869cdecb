//! Points of London to H3 cells of resolution 10: h3o in a loop against the verified locator, with and without its making.
//!
//! `cargo bench -p hotspot-core --bench h3_index` prints one table. Answers are compared bit for bit before anything is timed.

#![expect(clippy::print_stdout, reason = "a program of its own, beside the library")]

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
    divan::main();
}

fn london() -> &'static CellGrid {
    static GRID: OnceLock<CellGrid> = OnceLock::new();
    GRID.get_or_init(CellGrid::london)
}

/// Uniform in the bounds of London: a third of them outside, as in a raw file.
fn points() -> &'static [LonLat] {
    static POINTS_OF_LONDON: OnceLock<Vec<LonLat>> = OnceLock::new();
    POINTS_OF_LONDON.get_or_init(|| (0..POINTS).map(point).collect())
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
