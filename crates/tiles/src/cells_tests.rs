use super::*;
use crate::ring::doubled_area;
use fast_mvt::{MvtReaderRef, MvtValueRef};
use geo::{Area, BooleanOps, Contains, MultiPolygon, Validation};
use h3o::{CellIndex, LatLng, Resolution};
use hotspot_core::MonthRange;
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::Policy;
use hotspot_core::release::DataClass;
use hotspot_core::view::OffMap;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

fn disk(lon: f64, lat: f64, resolution: Resolution, k: u32) -> Vec<CellIndex> {
    let mut cells: Vec<CellIndex> = LatLng::new(lat, lon).unwrap().to_cell(resolution).grid_disk(k);
    cells.sort_unstable();
    cells
}

/// Row r holds r % 5 incidents; class 0 where there is none.
fn view(layer: Layer, resolution: Resolution, rows: usize) -> Released<CellsView> {
    let units: Vec<u32> = (0..rows as u32).filter(|r| r % 5 > 0).collect();
    let n: Vec<u32> = units.iter().map(|r| r % 5).collect();
    let value = |n: &u32| if layer == Layer::Count { f64::from(*n) } else { f64::from(*n) * 0.3 };
    Policy::of(DataClass::Synthetic).unwrap().release(CellsView {
        layer,
        filter: Filter::over(MonthRange::ending("2026-10".parse().unwrap(), 12)),
        resolution: u8::from(resolution),
        value: n.iter().map(value).collect(),
        class: n.iter().map(|n| *n as u8).collect(),
        total: n.iter().map(|n| u64::from(*n)).sum(),
        hour_unknown: None,
        off_map: OffMap::default(),
        units,
        n,
        legend: Vec::new(),
    })
}

fn tiles(layer: Layer, cells: &[CellIndex]) -> CellTiles {
    let resolution = cells[0].resolution();
    let index = Arc::new(TileIndex::new(resolution, cells));
    CellTiles::new(index, &view(layer, resolution, cells.len()), &view(Layer::Count, resolution, cells.len())).unwrap()
}

struct Drawn {
    h3: String,
    id: u64,
    n: u64,
    ring: Vec<[i32; 2]>,
}

fn read(bytes: &[u8]) -> Vec<Drawn> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut drawn = Vec::new();
    for layer in reader.layers() {
        for feature in layer.features() {
            let properties: HashMap<_, _> = feature.properties_vec().unwrap().into_iter().collect();
            let Some(MvtValueRef::String(h3)) = properties.get("h3") else { panic!("no h3") };
            let Some(MvtValueRef::UInt(n)) = properties.get("n") else { panic!("no n") };
            let geo::Geometry::Polygon(polygon) = feature.geometry().unwrap() else { panic!("no polygon") };
            let corners = &polygon.exterior().0;
            let ring = corners[..corners.len() - 1].iter().map(|c| [c.x, c.y]).collect();
            drawn.push(Drawn { h3: (*h3).to_owned(), id: feature.id().unwrap(), n: *n, ring });
        }
    }
    drawn
}

fn polygon(ring: &[[i32; 2]]) -> geo::Polygon<f64> {
    geo::Polygon::new(ring.iter().map(|[x, y]| (f64::from(*x), f64::from(*y))).collect(), vec![])
}

fn around(tile: TileCoord) -> Vec<TileCoord> {
    let beside = |v: u32| v.saturating_sub(1)..=v + 1;
    beside(tile.x()).flat_map(|x| beside(tile.y()).filter_map(move |y| TileCoord::new(tile.z(), x, y))).collect()
}

#[test]
fn hexadecimal_is_what_h3_prints() {
    for cell in disk(-0.1, 51.5, Resolution::Ten, 3) {
        assert_eq!(String::from_utf8(hex(u64::from(cell)).to_vec()).unwrap(), cell.to_string());
    }
}

#[test]
fn numbers_of_cells_differ_over_resolutions_and_are_exact_in_javascript() {
    let mut seen = HashSet::new();
    for resolution in [Resolution::Eight, Resolution::Nine, Resolution::Ten] {
        for cell in disk(-0.1, 51.5, resolution, 20) {
            let id = feature_id(u64::from(cell));
            assert!(id < 1 << 53 && seen.insert(id));
        }
    }
}

#[test]
fn a_geojson_tile_reads_back() {
    let cells = disk(-0.1, 51.5, Resolution::Nine, 4);
    let drawn = tiles(Layer::Density, &cells);
    let tile = TileCoord::holding(9, -0.1, 51.5).unwrap();
    let text = String::from_utf8(drawn.geojson(tile)).unwrap();
    let collection: geojson::FeatureCollection = text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap();
    assert_eq!(collection.features.len(), cells.len());
    for feature in &collection.features {
        let cell: CellIndex = feature.property("h3").unwrap().as_str().unwrap().parse().unwrap();
        let row = cells.binary_search(&cell).unwrap() as u64;
        assert_eq!(feature.property("n").unwrap().as_u64(), Some(row % 5));
        assert_eq!(
            feature.property("value").map(|v| (v.as_f64().unwrap() * 10.0).round() as u64),
            (!row.is_multiple_of(5)).then_some(row % 5 * 3)
        );
        let polygon: geo::Polygon<f64> = feature.geometry.clone().unwrap().try_into().unwrap();
        assert!(polygon.signed_area() > 0.0, "RFC 7946: exterior rings turn counterclockwise");
        let center = LatLng::from(cell);
        assert!(polygon.contains(&geo::Point::new(center.lng(), center.lat())));
        let expected = cell.boundary();
        for corner in expected.iter() {
            assert!(polygon.exterior().0.iter().any(|c| (c.x - corner.lng()).abs() < 6e-7 && (c.y - corner.lat()).abs() < 6e-7));
        }
    }
    assert!(text.split(',').all(|part| part.rsplit_once('.').is_none_or(|(_, d)| d.trim_end_matches([']', '}']).len() <= 7)));
}

#[test]
fn views_must_belong_together() {
    let cells = disk(-0.1, 51.5, Resolution::Nine, 2);
    let index = Arc::new(TileIndex::new(Resolution::Nine, &cells));
    let [nine, ten] = [Resolution::Nine, Resolution::Ten].map(|r| view(Layer::Count, r, cells.len()));
    assert_eq!(CellTiles::new(Arc::clone(&index), &ten, &nine).unwrap_err(), Mismatch::Resolution);
    let beyond = view(Layer::Count, Resolution::Nine, cells.len() + 5);
    assert_eq!(CellTiles::new(index, &beyond, &nine).unwrap_err(), Mismatch::Row);
}

#[test]
fn a_tile_elsewhere_is_empty() {
    let drawn = tiles(Layer::Count, &disk(-0.1, 51.5, Resolution::Nine, 2));
    let elsewhere = TileCoord::new(10, 0, 0).unwrap();
    assert!(drawn.mvt(elsewhere).is_empty());
    assert_eq!(drawn.geojson(elsewhere), br#"{"type":"FeatureCollection","features":[]}"#);
}

#[test]
fn the_edges_of_the_map_are_drawn_without_panic() {
    for (lon, lat) in [(180.0, 0.0), (-180.0, 60.0), (0.0, 89.999), (10.0, -89.999), (179.99, 85.05)] {
        for resolution in [Resolution::Zero, Resolution::Three, Resolution::Eight] {
            let cells = disk(lon, lat, resolution, 2);
            let drawn = tiles(Layer::Count, &cells);
            for z in [0, 1, 5, 10, 16] {
                let tile = TileCoord::holding(z, lon, lat).unwrap();
                for near in around(tile) {
                    let _: Vec<Drawn> = read(&drawn.mvt(near));
                    let text = String::from_utf8(drawn.geojson(near)).unwrap();
                    text.parse::<geojson::GeoJson>().unwrap();
                }
            }
        }
    }
}

#[test]
fn a_cell_on_the_antimeridian_is_drawn_on_both_sides() {
    let cells = disk(180.0, 10.0, Resolution::Five, 3);
    let drawn = tiles(Layer::Count, &cells);
    let seen = |x: u32, y: u32| -> HashSet<String> {
        read(&drawn.mvt(TileCoord::new(6, x, y).unwrap())).into_iter().map(|d| d.h3).collect()
    };
    let y = TileCoord::holding(6, 180.0, 10.0).unwrap().y();
    let both: Vec<String> = seen(0, y).intersection(&seen(63, y)).cloned().collect();
    assert!(both.len() >= 3, "{}", both.len());
}

/// Rings are valid and inside the buffer.
fn drawn_well(lon: f64, lat: f64, z: u8, r: u8) -> Result<(), TestCaseError> {
    let cells = disk(lon, lat, Resolution::try_from(r).unwrap(), 5);
    let drawn = tiles(Layer::Count, &cells);
    for tile in around(TileCoord::holding(z, lon, lat).unwrap()) {
        for Drawn { ring, h3, .. } in read(&drawn.mvt(tile)) {
            prop_assert!(ring.len() >= 3);
            prop_assert!(doubled_area(&ring) > 0, "{}", h3);
            prop_assert!(ring.iter().flatten().all(|v| (-64..=4160).contains(v)));
            prop_assert!(polygon(&ring).is_valid(), "{} {:?}", h3, ring);
        }
    }
    Ok(())
}

#[test]
fn a_corner_that_the_edge_cuts_off_is_not_folded_back() {
    drawn_well(-0.298_278_603_979_714_45, 51.459_947_537_155_486, 15, 10).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vector_tile_shows_every_cell_that_touches_it(lon in -0.4..0.3f64, lat in 51.3..51.6f64, z in 0u8..=16, r in 8u8..=10) {
        let cells = disk(lon, lat, Resolution::try_from(r).unwrap(), 5);
        let drawn = tiles(Layer::Count, &cells);
        let tile = TileCoord::holding(z, lon, lat).unwrap();
        let bytes = drawn.mvt(tile);
        let seen: HashMap<String, Drawn> = read(&bytes).into_iter().map(|d| (d.h3.clone(), d)).collect();
        let [w, s, e, n] = tile.bounds();
        for (row, cell) in cells.iter().enumerate() {
            let corners: Vec<(f64, f64)> = cell.boundary().iter().map(|c| (c.lng(), c.lat())).collect();
            let corner_inside = corners.iter().any(|(x, y)| *x > w && *x < e && *y > s && *y < n);
            let shown = seen.get(&cell.to_string());
            if corner_inside {
                prop_assert!(shown.is_some(), "{cell}");
            }
            if let Some(shown) = shown {
                prop_assert_eq!(shown.n, row as u64 % 5);
                prop_assert_eq!(shown.id, feature_id(u64::from(*cell)));
            }
        }
    }

    #[test]
    fn drawn_rings_are_valid_and_inside_the_buffer(lon in -0.4..0.3f64, lat in 51.3..51.6f64, z in 0u8..=16, r in 8u8..=10) {
        drawn_well(lon, lat, z, r)?;
    }

    #[test]
    fn tiles_side_by_side_make_up_the_whole_cell(lon in -0.4..0.3f64, lat in 51.3..51.6f64, z in 12u8..=16) {
        let cells = disk(lon, lat, Resolution::Ten, 0);
        let drawn = tiles(Layer::Count, &cells);
        let home = TileCoord::holding(z, lon, lat).unwrap();
        let mut area = 0.0;
        let mut whole = MultiPolygon::new(vec![]);
        for tile in around(home) {
            for part in read(&drawn.mvt(tile)) {
                let offset = [i64::from(tile.x()) - i64::from(home.x()), i64::from(tile.y()) - i64::from(home.y())].map(|v| v as i32 * 4096);
                let moved: Vec<[i32; 2]> = part.ring.iter().map(|p| [p[0] + offset[0], p[1] + offset[1]]).collect();
                let square = geo::Rect::new((f64::from(offset[0]), f64::from(offset[1])), (f64::from(offset[0] + 4096), f64::from(offset[1] + 4096)));
                area += polygon(&moved).intersection(&square.to_polygon()).unsigned_area();
                whole = whole.union(&polygon(&moved));
            }
        }
        let full = whole.unsigned_area();
        prop_assert!((area - full).abs() < full * 0.02 + 4.0, "{area} {full}");
    }
}
