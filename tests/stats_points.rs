//! `hotspot stats`: density, shape and clusters of points.

use crate::program::{json, run, succeed};
use crate::stats::{Tables, column, near, numbers};
use crate::stats_time::refused;

const POINTS: &str = "id,x,y\na,0,0\nb,150,0\nc,0,200\nd,10,10\ne,5000,0\n";

#[test]
fn a_density_may_adapt_and_know_its_study_area() {
    let tables = Tables::new();
    let points = tables.with("p.csv", POINTS);
    // Cells of 0.01 km² all round the first place, out to a kilometre.
    let cells: Vec<String> =
        (-10..=10).flat_map(|x| (-10..=10).map(move |y| format!("{x}:{y},{},{},0.01", x * 100, y * 100))).collect();
    let at = tables.with("at.csv", &format!("id,x,y,area_km2\n{}\n", cells.join("\n")));
    let kde = |more: &[&str]| succeed([&["stats", "kde", "--points", &points, "--at", &at, "--bandwidth", "300"], more].concat());
    let inside = kde(&["--cells", "--share-inside"]);
    let shares = numbers(&inside, "share_inside");
    // Whole in the middle, about a quarter at a corner.
    assert!((shares[220] - 1.0).abs() < 0.01 && (0.2..0.45).contains(&shares[0]), "{} {}", shares[220], shares[0]);
    let fixed = numbers(&kde(&[]), "density");
    assert!(numbers(&kde(&["--adaptive", "--pilot", "200", "--trim", "2"]), "density") != fixed);
    near(&numbers(&kde(&["--nearest", "1"]), "density")[..1], &[0.0], 0.0);
    assert_eq!(refused(&["stats", "kde", "--points", &points, "--at", &at, "--bandwidth", "300", "--edge", "uniform"]).0, Some(2));
    let against = tables.with("b.csv", "id,x,y,weight\nq,0,0,10\n");
    let dual =
        ["stats", "dual-kde", "--points", &points, "--against", &against, "--at", &at, "--bandwidth", "300", "--floor", "0.001"];
    // Where the one point of the denominator does not reach, a ratio is undefined.
    assert_eq!(column(&succeed(dual), "value")[0], "");
}

#[test]
fn bandwidths_are_tried_one_by_one() {
    let tables = Tables::new();
    // Pairs a hundred metres apart, far from each other.
    let rows: Vec<String> = (0..40).map(|i| format!("{i},{},0", i / 2 * 5_000 + i % 2 * 100)).collect();
    let points = tables.with("p.csv", &format!("id,x,y\n{}\n", rows.join("\n")));
    let tried = ["stats", "bandwidth", "--points", &points, "--from", "50", "--to", "800", "--candidates", "17"];
    let scores = succeed([&tried[..], &["--scores", "likelihood"]].concat());
    assert_eq!((column(&scores, "score")[0].as_str(), scores.lines().count()), ("", 18));
    let chosen = succeed(tried);
    let best: f64 = column(&chosen, "metres")[6].parse().unwrap();
    assert!((140.0..250.0).contains(&best), "{chosen}");
    assert_eq!(refused(&["stats", "bandwidth", "--points", &points, "--from", "900", "--to", "800"]).0, Some(2));
}

#[test]
fn an_ellipse_and_a_hull_have_an_outline() {
    let tables = Tables::new();
    let points = tables.with("e.csv", "id,x,y\n1,0,0\n2,100,100\n3,200,200\n4,300,300\n5,130,170\n6,170,130\n");
    let found = succeed(["stats", "ellipse", "--points", &points]);
    near(&numbers(&found, "bearing_degrees"), &[45.0], 1e-9);
    let outline = succeed(["stats", "ellipse", "--points", &points, "--outline", "36", "--times", "2"]);
    assert_eq!(outline.lines().next().unwrap(), "corner,x,y");
    let reach =
        numbers(&outline, "x").iter().zip(numbers(&outline, "y")).map(|(x, y)| (x - 150.0).hypot(y - 150.0)).fold(0.0, f64::max);
    near(&[reach], &[2.0 * numbers(&found, "semi_major_m")[0]], 1e-6);
    let hull =
        |more: &[&str]| json(&succeed([&["stats", "hull", "--points", &points, "--json"], more].concat()))["area_km2"].as_f64();
    assert!(hull(&["--concave", "1", "--shortest", "1"]) <= hull(&[]));
    assert_eq!(refused(&["stats", "hull", "--points", &points, "--shortest", "3"]).0, Some(2));
}

#[test]
fn clusters_say_who_is_at_their_core_and_how_firm_they_are() {
    let tables = Tables::new();
    let points = tables.with("c.csv", "id,x,y,t\n1,1,2,0\n2,2,2,1\n3,2,3,2\n4,8,7,0\n5,8,8,0\n6,25,80,0\n");
    let found = succeed(["stats", "dbscan", "--points", &points, "--eps", "3", "--min-points", "2", "--core"]);
    assert_eq!(column(&found, "cluster"), ["0", "0", "0", "1", "1", "-1"]);
    assert_eq!(column(&found, "core"), ["1", "1", "1", "1", "1", "0"]);
    let timed = ["stats", "st-dbscan", "--points", &points, "--eps", "3", "--eps-time", "1", "--min-points", "3", "--core"];
    assert_eq!(column(&succeed(timed), "core"), ["0", "1", "0", "0", "0", "0"]);
    let rows: Vec<String> = (0..40).map(|i| format!("{i},{},{}", i / 20 * 9000 + i % 5 * 10, i % 20 / 5 * 10)).collect();
    let two = tables.with("h.csv", &format!("id,x,y\n{}\n", rows.join("\n")));
    let clusters = succeed(["stats", "hdbscan", "--points", &two, "--min-cluster-size", "5", "--clusters", "--self", "include"]);
    assert_eq!(column(&clusters, "points"), ["20", "20"]);
    assert!(numbers(&clusters, "persistence").iter().all(|p| *p > 0.5 && *p <= 1.0), "{clusters}");
}

#[test]
fn degrees_in_disguise_are_pointed_out() {
    let tables = Tables::new();
    let points = tables.with("d.csv", "id,x,y\n1,-0.1234,51.5012\n2,-0.1301,51.4987\n");
    let output = run(["stats", "dbscan", "--points", &points, "--eps", "100", "--min-points", "2"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("if they are degrees, name them lon and lat"));
    let (code, error) = refused(&["stats", "hull", "--points", &tables.with("n.csv", "id,longitude,latitude\n1,0,0\n")]);
    assert!(code == Some(1) && error.contains("n.csv: needed are columns x, y (metres) or lon, lat (degrees)"), "{error}");
}
