//! A fair test of the methods, as an analyst types it.

use crate::program::{json, run, simulated, succeed};
use std::fmt::Write;

const HEADER: &str = "method,strand,train,origin,area_share,hits,n,pai,pei,pei_star,hit_rate,lo,hi";

#[test]
fn every_method_is_tested_on_the_same_months_of_synthetic_london() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store").to_str().unwrap().to_owned();
    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    let evaluate = |more: &[&str]| {
        let mut args = vec!["evaluate", "--store", &store, "--train", "4", "--strand", "all,race", "--replicates", "99"];
        args.extend(more);
        succeed(args)
    };
    let csv = evaluate(&[]);
    assert_eq!(csv.lines().next().unwrap(), HEADER);
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    // Two strands, six methods, three shares; two origins and both together.
    assert_eq!(rows.len(), 2 * 6 * 3 * 3);
    let number = |row: &[&str], at: usize| row[at].parse::<f64>().unwrap();
    for row in &rows {
        assert_eq!(row[2], "4");
        let (share, hits, n, pai) = (number(row, 4), number(row, 5), number(row, 6), number(row, 7));
        assert!((pai - hits / n / share).abs() < 1e-9 && pai > 1.0, "{row:?}");
        assert!(number(row, 8) <= 1.0 + 1e-9 && number(row, 11) <= pai && pai <= number(row, 12), "{row:?}");
    }
    for together in rows.iter().filter(|row| row[3] == "all") {
        let same = |row: &&Vec<&str>| row[3] != "all" && [0, 1, 4].iter().all(|i| row[*i] == together[*i]);
        let sum: f64 = rows.iter().filter(same).map(|row| number(row, 5)).sum();
        assert!((sum - number(together, 5)).abs() < 1e-9, "the hits of all origins are the sum");
    }
    // A method alone gives the same rows, and JSON says more of them.
    let kde = evaluate(&["--method", "kde"]);
    assert!(kde.lines().skip(1).all(|line| csv.lines().any(|l| l == line)));
    let whole = json(&evaluate(&["--method", "posterior", "--json"]));
    let row = whole["rows"].as_array().unwrap().iter().find(|r| r["origin"] == "all").unwrap();
    assert!(row["hits_worst"].as_f64().unwrap() <= row["hits_best"].as_f64().unwrap());
    assert!(row["gain_lo"].as_f64().unwrap() <= row["gain"].as_f64().unwrap() && row["stability"].as_f64().unwrap() > 0.0);

    let short = run(["evaluate", "--store", &store, "--train", "6"]);
    let message = String::from_utf8(short.stderr).unwrap();
    assert_eq!((short.status.code(), message.contains("the store holds 6 months")), (Some(2), true), "{message}");
    let wrong = run(["evaluate", "--store", &store, "--method", "crystal-ball"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn counts_by_area_are_tested_as_a_hand_would() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    // Four squares in a row, each a quarter of the area.
    let square = |i: usize| {
        let (west, east) = (-0.10 + 0.01 * i as f64, -0.09 + 0.01 * i as f64);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"A{i}","name":"A{i}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},51.5],[{east},51.5],[{east},51.51],[{west},51.51],[{west},51.5]]]}}}}"#
        )
    };
    let features: Vec<String> = (0..4).map(square).collect();
    std::fs::write(path("areas.geojson"), format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")))
        .unwrap();
    let months =
        [("2025-01", [50, 10, 5, 0]), ("2025-02", [40, 20, 5, 0]), ("2025-03", [30, 30, 20, 20]), ("2025-04", [10, 60, 20, 10])];
    let mut counts = String::from("code,month,offences\n");
    for (month, of_area) in months {
        for (i, n) in of_area.iter().enumerate() {
            writeln!(counts, "A{i},{month},{n}").unwrap();
        }
    }
    std::fs::write(path("counts.csv"), counts).unwrap();
    let store = path("store");
    succeed(["ingest", &path("counts.csv"), "--store", &store, "--class", "open", "--licence", "OGL v3"]);
    let areas = path("areas.geojson");
    let base = ["evaluate", "--store", &store, "--areas", &areas, "--train", "2", "--method", "count", "--shares", "0.25,0.5"];
    let csv = succeed(base);
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let hits =
        |origin: &str, share: &str| rows.iter().find(|r| r[3] == origin && r[4] == share).unwrap()[5].parse::<f64>().unwrap();
    // February's order is A0, A1, A2, A3; March's too (A0 70, A1 50).
    for (origin, share, wanted) in [
        ("2025-02", "0.25", 30.0),
        ("2025-02", "0.5", 60.0),
        ("2025-03", "0.25", 10.0),
        ("2025-03", "0.5", 70.0),
        ("all", "0.25", 40.0),
        ("all", "0.5", 130.0),
    ] {
        assert!((hits(origin, share) - wanted).abs() < 0.05, "{origin} {share}: {}", hits(origin, share));
    }
    // Nothing is written over what is read.
    let same = run([&base[..], &["--out", &areas]].concat());
    assert_eq!(same.status.code(), Some(2));
}
