//! Tiles of the ~118,000 resolution-10 cells of London, uncached: what a request costs beside HTTP.
//!
//! `cargo bench -p hotspot-tiles`. The peers' figures are in `benches/peers/martin.md`.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use h3o::Resolution;
use hotspot_core::MonthRange;
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::{Policy, Released};
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::release::DataClass;
use hotspot_core::view::{CellsView, Layer};
use hotspot_tiles::{CellTiles, TileCoord, TileIndex};
use std::sync::{Arc, LazyLock};

fn main() {
    divan::main();
}

static GRID: LazyLock<CellGrid> =
    LazyLock::new(|| CellGrid::cover(StudyArea::london(), Resolution::Ten, Resolution::Ten).expect("London has cells"));

/// Every cell has a count, a class and a value, as the table of the peers has.
fn view(layer: Layer) -> Released<CellsView> {
    let rows = GRID.finest().len() as u32;
    let n: Vec<u32> = (0..rows).map(|r| r.wrapping_mul(2_654_435_761) >> 28).collect();
    Policy::of(DataClass::Synthetic).expect("synthetic records may be shown").release(CellsView {
        layer,
        filter: Filter::over(MonthRange::ending("2026-10".parse().expect("a month"), 12)),
        resolution: 10,
        units: (0..rows).collect(),
        value: n.iter().map(|n| f64::from(*n) * 1.37 - 2.0).collect(),
        class: n.iter().map(|n| (*n / 3 + 1) as u8).collect(),
        total: n.iter().map(|n| u64::from(*n)).sum(),
        hour_unknown: None,
        off_map: hotspot_core::view::OffMap::default(),
        n,
        legend: Vec::new(),
    })
}

static TILES: LazyLock<CellTiles> = LazyLock::new(|| {
    let index = Arc::new(TileIndex::new(Resolution::Ten, GRID.finest().cells()));
    CellTiles::new(index, &view(Layer::Density), &view(Layer::Count)).expect("the views are of this grid")
});

/// The tile of Charing Cross.
fn tile(z: u8) -> TileCoord {
    TileCoord::holding(z, -0.1276, 51.5073).expect("a place in London")
}

#[divan::bench(args = [10, 12, 14, 16])]
fn mvt(bencher: Bencher, z: u8) {
    let bytes = TILES.mvt(tile(z)).len();
    bencher.counter(BytesCount::new(bytes)).bench(|| TILES.mvt(black_box(tile(z))));
}

#[divan::bench(args = [12, 14])]
fn geojson(bencher: Bencher, z: u8) {
    let bytes = TILES.geojson(tile(z)).len();
    bencher.counter(BytesCount::new(bytes)).bench(|| TILES.geojson(black_box(tile(z))));
}

#[divan::bench(sample_count = 5)]
fn project_and_sort_the_cells(bencher: Bencher) {
    let cells = GRID.finest().cells();
    bencher.counter(ItemsCount::new(cells.len())).bench(|| TileIndex::new(Resolution::Ten, black_box(cells)));
}
