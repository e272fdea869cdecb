//! Vector tiles in the decoder that MapLibre uses (`@mapbox/vector-tile`), run by Node from `web/node_modules`. Without Node or
//! the modules there is nothing to compare with, and the test says so and ends; `cargo xtask test` installs both first.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

use geo::{Area, Contains, MultiPolygon, polygon};
use h3o::{CellIndex, LatLng, Resolution};
use hotspot_core::MonthRange;
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::{Policy, Released};
use hotspot_core::release::DataClass;
use hotspot_core::view::{CellsView, Layer, OffMap};
use hotspot_tiles::{CellTiles, ShapeTiles, TileCoord, TileIndex};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

fn decoded(tile: TileCoord, bytes: &[u8]) -> Option<geojson::JsonValue> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let web = here.join("../../web");
    if !web.join("node_modules/@mapbox/vector-tile").exists() {
        println!("no independent decoder here: web/node_modules is missing");
        return None;
    }
    #[expect(clippy::disallowed_methods, reason = "the decoder is another program")]
    let node = Command::new("node")
        .arg(here.join("tests/decode.mjs"))
        .arg(&web)
        .args([tile.z().to_string(), tile.x().to_string(), tile.y().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        println!("no independent decoder here: node is missing");
        return None;
    };
    node.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().parse().unwrap())
}

fn view(layer: Layer, rows: usize) -> Released<CellsView> {
    let n: Vec<u32> = (0..rows as u32).collect();
    Policy::of(DataClass::Synthetic).unwrap().release(CellsView {
        layer,
        filter: Filter::over(MonthRange::ending("2026-10".parse().unwrap(), 12)),
        resolution: 9,
        units: (0..rows as u32).collect(),
        value: n.iter().map(|n| f64::from(*n) * 0.5).collect(),
        class: n.iter().map(|n| (n % 7) as u8).collect(),
        total: 0,
        hour_unknown: None,
        off_map: OffMap::default(),
        n,
        legend: Vec::new(),
    })
}

fn rings(feature: &geojson::JsonValue) -> Vec<Vec<[f64; 2]>> {
    let point = |p: &geojson::JsonValue| [p[0].as_f64().unwrap(), p[1].as_f64().unwrap()];
    feature["rings"].as_array().unwrap().iter().map(|r| r.as_array().unwrap().iter().map(point).collect()).collect()
}

#[test]
fn cells_read_back_in_the_decoder_of_the_map() {
    let mut cells: Vec<CellIndex> = LatLng::new(51.5, -0.1).unwrap().to_cell(Resolution::Nine).grid_disk(6);
    cells.sort_unstable();
    let tiles = CellTiles::new(
        Arc::new(TileIndex::new(Resolution::Nine, &cells)),
        &view(Layer::Density, cells.len()),
        &view(Layer::Count, cells.len()),
    )
    .unwrap();
    let tile = TileCoord::holding(10, -0.1, 51.5).unwrap();
    let Some(layers) = decoded(tile, &tiles.mvt(tile)) else { return };
    let layer = &layers[0];
    assert_eq!(
        (layer["name"].as_str(), layer["version"].as_u64(), layer["extent"].as_u64()),
        (Some("density"), Some(2), Some(4096))
    );
    let features = layer["features"].as_array().unwrap();
    assert_eq!(features.len(), cells.len());
    let mut ids = std::collections::HashSet::new();
    for feature in features {
        let p = &feature["properties"];
        let cell: CellIndex = p["h3"].as_str().unwrap().parse().unwrap();
        let row = cells.binary_search(&cell).unwrap();
        assert_eq!(p["n"].as_u64(), Some(row as u64));
        assert_eq!(p["class"].as_u64(), Some(row as u64 % 7));
        assert_eq!(p["value"].as_f64(), (!row.is_multiple_of(7)).then_some(row as f64 * 0.5));
        assert!(ids.insert(feature["id"].as_u64().unwrap()), "ids stay apart in JavaScript");
        let geometry = &feature["geometry"];
        assert_eq!(geometry["type"], "Polygon", "one exterior ring");
        let ring = geometry["coordinates"][0].as_array().unwrap();
        let ring: geo::LineString<f64> = ring.iter().map(|c| (c[0].as_f64().unwrap(), c[1].as_f64().unwrap())).collect();
        let center = LatLng::from(cell);
        assert!(geo::Polygon::new(ring, vec![]).contains(&geo::Point::new(center.lng(), center.lat())));
    }
}

#[test]
fn an_outline_with_a_hole_reads_back_in_the_decoder_of_the_map() {
    let outline = MultiPolygon::new(vec![polygon!(
        exterior: [(x: -0.12, y: 51.48), (x: -0.08, y: 51.48), (x: -0.08, y: 51.52), (x: -0.12, y: 51.52)],
        interiors: [[(x: -0.11, y: 51.49), (x: -0.11, y: 51.51), (x: -0.09, y: 51.51), (x: -0.09, y: 51.49)]],
    )]);
    let tiles = ShapeTiles::outlines("boroughs", [("E09000001", "City of London", &outline)]);
    let tile = TileCoord::holding(11, -0.1, 51.5).unwrap();
    let Some(layers) = decoded(tile, &tiles.mvt(tile)) else { return };
    let feature = &layers[0]["features"][0];
    assert_eq!(feature["properties"]["name"], "City of London");
    assert_eq!(feature["id"], 1);
    let rings = rings(feature);
    let area = |ring: &[[f64; 2]]| geo::Polygon::new(ring.iter().map(|p| (p[0], p[1])).collect(), vec![]).signed_area();
    assert_eq!(rings.len(), 2);
    assert!(area(&rings[0]) > 0.0 && area(&rings[1]) < 0.0);
}
