//! Numbers that others published, or that established programs print for the same input.

#![expect(clippy::disallowed_methods, reason = "a test reads its reference files")]

use hotspot_core::local::getis_ord::local_g;
use hotspot_core::local::permutation::local_g_exact;
use hotspot_core::local::{Alternative, Null};
use hotspot_core::rate::fit_gamma_poisson;
use hotspot_core::weights::{SelfWeight, SpatialWeights};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/reference").join(name)
}

/// Rows of a CSV file, gzipped when its name says so, by column name.
fn table(path: &Path) -> Vec<HashMap<String, String>> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text: Box<dyn Read> =
        if path.extension().is_some_and(|e| e == "gz") { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
    csv::Reader::from_reader(text).deserialize().map(|row| row.expect("a row of the header's width")).collect()
}

fn number<T: std::str::FromStr>(row: &HashMap<String, String>, column: &str) -> T {
    row[column].parse().unwrap_or_else(|_| panic!("column {column} has a number"))
}

/// Directory of the peers' results, which are large and made on demand: `HOTSPOT_PEERS`. The tests that need it say so and pass
/// without it.
fn peers(name: &str) -> Option<PathBuf> {
    std::env::var_os("HOTSPOT_PEERS").map(|dir| PathBuf::from(dir).join("reference").join(name)).filter(|path| path.is_file())
}

#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn skipped(name: &str) {
    eprintln!("skipped: set HOTSPOT_PEERS to the directory of the peers to compare with {name}");
}

/// The six points of the `esda` documentation: (10,10) (20,10) (40,10) (15,20) (30,20) (30,30), neighbours within 15.
fn six_points() -> (SpatialWeights, [f64; 6]) {
    let points = [(10.0, 10.0), (20.0, 10.0), (40.0, 10.0), (15.0, 20.0), (30.0, 20.0), (30.0, 30.0)];
    let near = |a: (f64, f64), b: (f64, f64)| f64::hypot(a.0 - b.0, a.1 - b.1) <= 15.0;
    let lists: Vec<Vec<u32>> = points.iter().map(|a| (0..6).filter(|j| near(*a, points[*j as usize])).collect()).collect();
    (SpatialWeights::from_lists(&lists).expect("neighbours are rows"), [2.0, 3.0, 3.2, 5.0, 8.0, 7.0])
}

const GI: [f64; 6] = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941];
const GI_STAR: [f64; 6] = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331];

#[test]
fn gi_and_gi_star_have_the_published_values() {
    let (binary, values) = six_points();
    for weights in [binary.row_standardized(), binary] {
        for (own, published) in [(SelfWeight::Excluded, GI), (SelfWeight::Included, GI_STAR)] {
            let z = local_g(&values, &weights, own).expect("valid input").z;
            for (got, wanted) in z.iter().zip(published) {
                let got = got.expect("values differ");
                assert!((got - wanted).abs() < 1e-8, "{got} is not {wanted}");
            }
        }
    }
}

#[test]
fn conflict_in_africa_has_the_values_of_spdep() {
    let mut lists = vec![Vec::new(); 42];
    for row in table(&reference("afcon_neighbours.csv")) {
        lists[number::<usize>(&row, "i") - 1].push(number::<u32>(&row, "j") - 1);
    }
    let weights = SpatialWeights::from_lists(&lists).expect("neighbours are rows");
    let rows = table(&reference("afcon_local.csv"));
    assert_eq!(rows.len(), 42);
    let values: Vec<f64> = rows.iter().map(|row| number(row, "value")).collect();
    for (own, column) in [(SelfWeight::Excluded, "localG_z_binary"), (SelfWeight::Included, "localGstar_z_binary_self")] {
        let z = local_g(&values, &weights, own).expect("valid input").z;
        for (row, got) in rows.iter().zip(z) {
            let (got, wanted) = (got.expect("values differ"), number::<f64>(row, column));
            assert!((got - wanted).abs() < 1e-11, "{column}: {got} is not {wanted}");
        }
    }
}

#[test]
fn conflict_in_africa_is_one_table_in_two_files() {
    let (places, local) = (table(&reference("afcon.csv")), table(&reference("afcon_local.csv")));
    assert_eq!(places.len(), 42);
    for (place, row) in places.iter().zip(local) {
        assert_eq!((&place["name"], number::<u32>(place, "totcon")), (&row["id"], number(&row, "value")));
    }
}

#[test]
fn sudden_infant_deaths_have_the_prior_found_with_thirty_digits() {
    // North Carolina 1974; the maximum of the negative binomial likelihood by mpmath.
    let rows = table(&reference("sids_rates.csv"));
    let deaths: Vec<u32> = rows.iter().map(|row| number(row, "sids74")).collect();
    let births: Vec<f64> = rows.iter().map(|row| number(row, "births74")).collect();
    assert_eq!((deaths.iter().sum::<u32>(), births.iter().sum::<f64>()), (667, 329_962.0));
    let expected: Vec<f64> = births.iter().map(|b| b * 667.0 / 329_962.0).collect();
    let prior = fit_gamma_poisson(&deaths, &expected).expect("valid input");
    assert!((prior.shape / 6.37197674865194 - 1.0).abs() < 1e-9 && (prior.rate / 6.06527534609935 - 1.0).abs() < 1e-9);
}

/// Counts, ring weights and rows of a file of the peers: one H3 cell a row, neighbours that are rows themselves.
fn peer_cells(path: &Path) -> (Vec<u32>, SpatialWeights, Vec<HashMap<String, String>>) {
    let rows = table(path);
    let cells: Vec<h3o::CellIndex> = rows.iter().map(|row| row["h3"].parse().expect("a cell")).collect();
    let row_of: HashMap<h3o::CellIndex, u32> = (0..).zip(&cells).map(|(row, cell)| (*cell, row)).collect();
    let lists: Vec<Vec<u32>> =
        cells.iter().map(|cell| cell.grid_disk::<Vec<_>>(1).iter().filter_map(|c| row_of.get(c).copied()).collect()).collect();
    let counts = rows.iter().map(|row| number::<f64>(row, "count") as u32).collect();
    (counts, SpatialWeights::from_lists(&lists).expect("neighbours are rows"), rows)
}

#[test]
fn z_of_london_is_that_of_the_peers() {
    for name in ["gi_star_z_r9_25000.csv.gz", "gi_star_z_r10_25000.csv.gz"] {
        let Some(path) = peers(name) else { return skipped(name) };
        let (counts, weights, rows) = peer_cells(&path);
        let values: Vec<f64> = counts.into_iter().map(f64::from).collect();
        let z = local_g(&values, &weights, SelfWeight::Included).expect("valid input").z;
        for (row, z) in rows.iter().zip(z) {
            assert!((z.expect("values differ") - number::<f64>(row, "gi_star_z")).abs() < 1e-8, "{name}");
        }
    }
}

#[test]
fn exact_p_of_london_is_that_of_the_peers() {
    let name = "gi_star_exact_p_r9_25000.csv.gz";
    let Some(path) = peers(name) else { return skipped(name) };
    let (counts, weights, rows) = peer_cells(&path);
    for (alternative, column) in [(Alternative::Greater, "p_upper"), (Alternative::Less, "p_lower")] {
        let g = local_g_exact(&counts, &weights, SelfWeight::Included, Null::Conditional, alternative).expect("small");
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(g.neighbors[i], number::<u32>(row, "degree"));
            let wanted: f64 = number(row, column);
            // The peer subtracts in doubles: its far tails are right to about 1e-13 absolutely, and it prints ten digits.
            assert!((g.p[i] - wanted).abs() < 1e-9 * wanted + 1e-12, "{column}: {} is not {wanted}", g.p[i]);
        }
    }
}
