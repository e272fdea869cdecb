use super::*;
use crate::atlas::Atlas;
use crate::weights::h3_disks;
use geo::{Area, BooleanOps, Contains, MultiPolygon, Point, polygon};
use h3o::LatLng;
use h3o::geom::{ContainmentMode, TilerBuilder};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::sync::OnceLock;

fn london() -> &'static CellGrid {
    static GRID: OnceLock<CellGrid> = OnceLock::new();
    GRID.get_or_init(CellGrid::london)
}

fn tiled(polygon: &MultiPolygon<f64>, resolution: Resolution) -> Vec<CellIndex> {
    let mut tiler = TilerBuilder::new(resolution).containment_mode(ContainmentMode::Covers).build();
    tiler.add_batch(polygon.iter().cloned()).unwrap();
    let mut cells: Vec<_> = tiler.into_coverage().collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

fn h3(p: LonLat, resolution: Resolution) -> CellIndex {
    LatLng::new(p.lat, p.lon).unwrap().to_cell(resolution)
}

fn random_points(n: usize, [w, s, e, nn]: [f64; 4], seed: u64) -> impl Iterator<Item = LonLat> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..n).map(move |_| LonLat { lon: rng.random_range(w..e), lat: rng.random_range(s..nn) })
}

#[test]
fn the_grid_has_the_cells_of_h3os_own_covering() {
    let city = Atlas::london().boroughs()[0].polygon.clone();
    let ring = polygon!(
        exterior: [(x: 10.0, y: 60.0), (x: 10.4, y: 60.02), (x: 10.37, y: 60.2), (x: 10.01, y: 60.19)],
        interiors: [[(x: 10.1, y: 60.05), (x: 10.12, y: 60.15), (x: 10.3, y: 60.11), (x: 10.25, y: 60.06)]],
    );
    let grain = polygon![(x: -0.1, y: 51.5), (x: -0.0999, y: 51.5), (x: -0.0999, y: 51.5001)];
    let south = polygon![(x: 151.0, y: -33.9), (x: 151.3, y: -33.9), (x: 151.3, y: -33.7), (x: 151.0, y: -33.7)];
    let cases: [(MultiPolygon<f64>, Resolution); 5] = [
        (city, Resolution::Ten),
        (ring.into(), Resolution::Eight),
        (grain.into(), Resolution::Seven),
        (south.into(), Resolution::Nine),
        (Atlas::london().study_area().clone(), Resolution::Six),
    ];
    for (polygon, resolution) in cases {
        let grid = CellGrid::cover(StudyArea::new("case", polygon.clone()).unwrap(), resolution, resolution).unwrap();
        assert_eq!(grid.finest().cells(), tiled(&polygon, resolution), "{resolution}");
    }
}

#[test]
fn coarser_levels_are_exactly_the_parents() {
    let grid = london();
    assert_eq!(grid.levels().iter().map(|l| u8::from(l.resolution())).collect::<Vec<_>>(), [10, 9, 8]);
    for level in &grid.levels()[1..] {
        let r = level.resolution();
        let mut parents: Vec<_> = grid.finest().cells().iter().map(|c| c.parent(r).unwrap()).collect();
        let ancestors = grid.ancestors(r).unwrap();
        for (parent, row) in parents.iter().zip(ancestors) {
            assert_eq!(level.cells()[*row as usize], *parent);
            assert_eq!(level.row(*parent), Some(*row));
        }
        parents.sort_unstable();
        parents.dedup();
        assert_eq!(level.cells(), parents);
    }
    assert!(grid.ancestors(Resolution::Ten).unwrap().iter().enumerate().all(|(n, row)| n == *row as usize));
    assert!(grid.level(Resolution::Seven).is_none() && grid.level(Resolution::Eleven).is_none());
    assert!(grid.finest().row(grid.levels()[1].cells()[0]).is_none());
}

#[test]
fn cell_areas_add_up_to_the_study_area_at_every_level() {
    let grid = london();
    let whole = grid.study_area().area_km2();
    assert!((whole - 1589.0).abs() < 3.0, "{whole}");
    for level in grid.levels() {
        let sum: f64 = level.area_km2().iter().sum();
        assert!((sum / whole - 1.0).abs() < 1e-6, "{sum} {whole}");
        assert!(level.area_km2().iter().zip(level.h3_area_km2()).all(|(inside, all)| *inside <= all * 1.0001));
    }
    // The sphere against the plane: 0.37 % less at this latitude, all of it from H3's reading of latitudes.
    let plane = grid.study_area().projection;
    let metres = MapCoords::map_coords(&grid.study_area().polygon, |c| {
        let [x, y] = plane.metres_from_lonlat(LonLat { lon: c.x, lat: c.y }).unwrap();
        Coord { x, y }
    });
    let ratio = whole / (metres.unsigned_area() / 1e6);
    assert!((ratio - 0.9966).abs() < 2e-4, "{ratio}");
}

#[test]
fn the_share_of_a_border_cell_is_that_of_its_intersection() {
    let grid = london();
    let level = grid.finest();
    let border: Vec<u32> = (0..level.len() as u32).filter(|row| grid.is_border(*row)).step_by(37).collect();
    assert!(border.len() > 30);
    let mut partial = 0;
    for row in border {
        let cell = MultiPolygon::from(level.boundary(row));
        let share = cell.intersection(&grid.study_area().polygon).unsigned_area() / cell.unsigned_area();
        let ours = level.area_km2()[row as usize] / level.h3_area_km2()[row as usize];
        assert!((share - ours).abs() < 1e-5, "{share} {ours}");
        partial += usize::from(share > 0.01 && share < 0.99);
    }
    assert!(partial > 20);
}

#[test]
fn neighbours_are_the_ring_around_each_cell() {
    for level in london().levels() {
        assert!(level.locator().is_mapped());
        for (row, cell) in level.cells().iter().enumerate().step_by(7) {
            let disk: Vec<CellIndex> = cell.grid_disk(1);
            let mut ring: Vec<u32> = disk.into_iter().filter(|c| c != cell).filter_map(|c| level.row(c)).collect();
            ring.sort_unstable();
            assert_eq!(level.neighbors().neighbors(row), ring);
        }
    }
}

#[test]
fn neighbours_beside_a_pentagon_come_from_h3() {
    let pentagon = Resolution::Four.pentagons().next().unwrap();
    let mut cells: Vec<CellIndex> = pentagon.grid_disk(6);
    cells.sort_unstable();
    let locator = CellLocator::new(Resolution::Four, cells.clone());
    assert!(!locator.is_mapped());
    let row = locator.row(pentagon).unwrap() as usize;
    assert_eq!(h3_disks(locator.cells(), 1).unwrap().neighbors(row).len(), 5);
    let center = locator::center_of(pentagon);
    for p in random_points(5_000, [center.lon - 1.0, center.lat - 1.0, center.lon + 1.0, center.lat + 1.0], 3) {
        assert_eq!(locator.cell_of(p), Some(h3(p, Resolution::Four)));
    }
}

#[test]
fn the_locator_says_what_h3_says_on_random_points() {
    let [w, s, e, n] = london().study_area().bounds();
    for (level, seed) in london().levels().iter().zip(1..) {
        let r = level.resolution();
        for p in random_points(200_000, [w - 0.05, s - 0.05, e + 0.05, n + 0.05], seed) {
            let cell = h3(p, r);
            assert_eq!(level.locator().cell_of(p), Some(cell));
            assert_eq!(level.locator().row_of(p), level.row(cell));
        }
    }
}

/// Points at, and 1e-9 to 1e-6 degrees off, the sides and vertices of cells.
fn points_on_sides(level: &GridLevel, n: usize, seed: u64) -> Vec<LonLat> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..n)
        .map(|k| {
            let boundary = level.cells()[rng.random_range(0..level.len())].boundary();
            let side = rng.random_range(0..boundary.len());
            let (a, b) = (boundary[side], boundary[(side + 1) % boundary.len()]);
            let t = if k % 3 == 0 { 0.0 } else { rng.random_range(0.0..1.0) };
            let off = if k % 10 == 0 { 0.0 } else { 10f64.powf(rng.random_range(-9.0..-6.0)) };
            let turn = rng.random_range(0.0..std::f64::consts::TAU);
            LonLat {
                lon: a.lng() + (b.lng() - a.lng()) * t + off * turn.cos(),
                lat: a.lat() + (b.lat() - a.lat()) * t + off * turn.sin(),
            }
        })
        .collect()
}

#[test]
fn the_locator_says_what_h3_says_on_the_sides_of_cells() {
    for (level, seed) in london().levels().iter().zip(11..) {
        for p in points_on_sides(level, 20_000, seed) {
            assert_eq!(level.locator().cell_of(p), Some(h3(p, level.resolution())));
        }
    }
}

/// 100,000 points, and a tenth as many on sides; twenty times as many with the environment variable `HOTSPOT_PROVE` set.
#[test]
#[expect(clippy::disallowed_methods, reason = "a long proof is asked for by the environment")]
fn the_locator_says_what_h3_says_on_many_points() {
    let level = london().finest();
    let many = if std::env::var_os("HOTSPOT_PROVE").is_some() { 2_000_000 } else { 100_000 };
    for p in random_points(many, london().study_area().bounds(), 21) {
        assert_eq!(level.locator().cell_of(p), Some(h3(p, Resolution::Ten)));
    }
    for p in points_on_sides(level, many / 10, 22) {
        assert_eq!(level.locator().cell_of(p), Some(h3(p, Resolution::Ten)));
    }
}

#[test]
fn where_the_lattice_bends_h3_answers() {
    // Icosahedron edges cross these places at every resolution; the pole and the antimeridian have no tiles.
    let mut folded = 0;
    for (lon, lat) in [(0.0, 89.99), (179.99, 10.0), (-11.2, 64.7), (10.5, 58.3), (50.1, 5.25), (36.0, 31.8)] {
        let p = LonLat { lon, lat };
        let mut cells: Vec<CellIndex> = h3(p, Resolution::Seven).grid_disk(40);
        cells.sort_unstable();
        let locator = CellLocator::new(Resolution::Seven, cells);
        folded += usize::from(!locator.is_mapped());
        for q in random_points(20_000, [lon - 1.0, (lat - 1.0).max(-90.0), lon + 1.0, (lat + 1.0).min(90.0)], 5) {
            assert_eq!(locator.cell_of(q), Some(h3(q, Resolution::Seven)), "{lon} {lat}");
        }
    }
    assert!(folded >= 2, "{folded}");
    let locator = london().finest().locator();
    let sydney = LonLat { lon: 151.2, lat: -33.9 };
    assert_eq!(locator.cell_of(sydney), Some(h3(sydney, Resolution::Ten)));
    assert_eq!(locator.row_of(sydney), None);
    assert_eq!(locator.cell_of(LonLat { lon: f64::NAN, lat: 51.5 }), None);
    assert_eq!(locator.row_of(LonLat { lon: -0.1, lat: f64::INFINITY }), None);
}

#[test]
fn a_bent_lattice_is_seen_by_the_check() {
    // Cells astride an edge of the icosahedron, found by walking: the centres of such a grid fit no single plane.
    let astride = (0..20_000)
        .map(|k| LonLat { lon: f64::from(k) * 0.009 - 90.0, lat: 20.0 })
        .map(|p| h3(p, Resolution::Six))
        .find(|c| c.icosahedron_faces().len() > 1)
        .unwrap();
    let mut cells: Vec<CellIndex> = astride.grid_disk(12);
    cells.sort_unstable();
    assert!(!CellLocator::new(Resolution::Six, cells).is_mapped());
}

#[test]
fn every_vertex_lies_within_the_reach_of_its_cell() {
    for level in london().levels() {
        let reach = locator::reach_degrees(level.resolution());
        for cell in level.cells().iter().step_by(11) {
            let [w, s, e, n] = clip::reach_of(*cell, reach);
            assert!(cell.boundary().iter().all(|v| v.lng() > w && v.lng() < e && v.lat() > s && v.lat() < n));
        }
    }
}

#[test]
fn the_polygon_decides_who_is_inside() {
    let grid = london();
    let [w, s, e, n] = grid.study_area().bounds();
    let mut inside = 0;
    for p in random_points(4_000, [w, s, e, n], 31) {
        let contained = grid.study_area().polygon.contains(&Point::new(p.lon, p.lat));
        assert_eq!(grid.study_area().contains(p), contained);
        let row = grid.locate(p);
        assert_eq!(row.is_some(), contained);
        if let Some(row) = row {
            assert_eq!(grid.finest().cells()[row as usize], h3(p, Resolution::Ten));
            inside += 1;
        }
    }
    assert!(inside > 2_000);
}

#[test]
fn points_at_the_border_are_inside_or_outside_as_the_polygon_says() {
    let grid = london();
    let edges: Vec<_> = crate::areas::edges::directed_edges(&grid.study_area().polygon).step_by(13).collect();
    let mut rng = Pcg64Mcg::seed_from_u64(41);
    for [a, b] in edges {
        for off in [0.0, 1e-9, 1e-7, 1e-5] {
            let t = rng.random_range(0.0..1.0);
            let lon = a.x + (b.x - a.x) * t + off * rng.random_range(-1.0..1.0);
            let p = LonLat { lon, lat: a.y + (b.y - a.y) * t + off * rng.random_range(-1.0..1.0) };
            assert_eq!(grid.locate(p).is_some(), grid.study_area().contains(p));
            if off > 0.0 {
                assert_eq!(grid.study_area().contains(p), grid.study_area().polygon.contains(&Point::new(p.lon, p.lat)));
            }
        }
    }
}

#[test]
fn a_point_of_the_polygon_always_has_a_cell() {
    // Sides of resolution 4 cells bend by kilometres: points near the corners lie in cells that the covering left out.
    let wide = polygon![(x: 0.0, y: 50.0), (x: 5.0, y: 50.0), (x: 5.0, y: 54.0), (x: 0.0, y: 54.0)];
    let grid = CellGrid::cover(StudyArea::new("Wide", wide.into()).unwrap(), Resolution::Four, Resolution::Two).unwrap();
    for p in random_points(50_000, [0.0, 50.0, 5.0, 54.0], 51) {
        let row = grid.locate(p).expect("inside");
        assert!(grid.ancestors(Resolution::Two).unwrap()[row as usize] < grid.levels()[2].len() as u32);
    }
}

#[test]
fn the_same_grid_on_any_number_of_threads() {
    let city = || StudyArea::new("City", Atlas::london().boroughs()[0].polygon.clone()).unwrap();
    let built = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let grid = pool.install(|| CellGrid::cover(city(), Resolution::Eleven, Resolution::Nine).unwrap());
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        grid.levels()
            .iter()
            .map(|l| (l.cells().to_vec(), bits(l.area_km2()), bits(l.h3_area_km2()), l.neighbors().clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(built(1), built(3));
}

#[test]
fn a_grid_needs_an_area_and_ordered_resolutions() {
    assert_eq!(StudyArea::new("Nowhere", MultiPolygon::new(vec![])).unwrap_err(), Error::EmptyArea);
    let bow = polygon![(x: 0.0, y: 0.0), (x: 0.1, y: 0.1), (x: 0.1, y: 0.0), (x: 0.0, y: 0.1)];
    let repaired = StudyArea::new("Bow tie", bow.into()).unwrap();
    assert_eq!(repaired.polygon.0.len(), 2);
    let nan = polygon![(x: 0.0, y: 0.0), (x: f64::NAN, y: 0.1), (x: 0.1, y: 0.0)];
    assert!(matches!(StudyArea::new("NaN", nan.into()), Err(Error::Polygon { .. })));
    let round = polygon![(x: -179.0, y: 0.0), (x: 179.0, y: 0.0), (x: 179.0, y: 1.0), (x: -179.0, y: 1.0)];
    assert!(matches!(StudyArea::new("Round", round.into()), Err(Error::Polygon { .. })));
    let swapped = CellGrid::cover(repaired, Resolution::Seven, Resolution::Eight);
    assert!(matches!(swapped, Err(Error::OutOfRange { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn rolling_up_keeps_the_total(places in prop::collection::vec((0u32..118_000, 1u32..50), 1..200)) {
        let grid = london();
        let mut counts = vec![0u32; grid.finest().len()];
        for (row, n) in &places {
            counts[*row as usize] += n;
        }
        let total: u32 = places.iter().map(|p| p.1).sum();
        for level in grid.levels() {
            let up = grid.roll_up(&counts, level.resolution()).unwrap();
            prop_assert_eq!(up.len(), level.len());
            prop_assert_eq!(up.iter().sum::<u32>(), total);
        }
        prop_assert!(grid.roll_up(&counts[1..], Resolution::Nine).is_none());
    }

    #[test]
    fn a_point_inside_has_one_cell_and_one_parent_each(lon in -0.52f64..0.34, lat in 51.28f64..51.70) {
        let (grid, p) = (london(), LonLat { lon, lat });
        if let Some(row) = grid.locate(p) {
            prop_assert_eq!(grid.finest().cells()[row as usize], h3(p, Resolution::Ten));
            for level in &grid.levels()[1..] {
                let up = grid.ancestors(level.resolution()).unwrap()[row as usize];
                prop_assert_eq!(Some(level.cells()[up as usize]), grid.finest().cells()[row as usize].parent(level.resolution()));
            }
        } else {
            prop_assert!(!grid.study_area().contains(p));
        }
    }
}
