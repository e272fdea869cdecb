//! Statistics on a plain table, as a caller from R or Python types them.

use crate::program::{hotspot, json, run, succeed};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

/// Tables in a folder of their own.
pub struct Tables(tempfile::TempDir);

impl Tables {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn with(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }
}

/// A column of a CSV.
pub fn column(csv: &str, name: &str) -> Vec<String> {
    let mut lines = csv.lines();
    let at = lines.next().unwrap().split(',').position(|h| h == name).unwrap_or_else(|| panic!("no column {name} in {csv}"));
    lines.map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
}

pub fn numbers(csv: &str, name: &str) -> Vec<f64> {
    column(csv, name).iter().map(|text| text.parse().unwrap()).collect()
}

pub fn near(got: &[f64], wanted: &[f64], within: f64) {
    assert_eq!(got.len(), wanted.len());
    for (g, w) in got.iter().zip(wanted) {
        assert!((g - w).abs() <= within, "{g} is not {w}");
    }
}

/// Points 1 to 6 of the `esda` documentation.
const PLACES: &str = "id,x,y\n1,10,10\n2,20,10\n3,40,10\n4,15,20\n5,30,20\n6,30,30\n";

/// The six points of the `esda` documentation, and those within 15 of one another.
const SIX: &str = "id,value\n1,2\n2,3\n3,3.2\n4,5\n5,8\n6,7\n";
const WITHIN_15: &str = "from,to\n1,2\n1,4\n2,1\n2,4\n2,5\n3,5\n4,1\n4,2\n4,5\n5,2\n5,3\n5,4\n5,6\n6,5\n";
const GI_STAR: [f64; 6] = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331];

#[test]
fn gi_and_gi_star_come_as_published() {
    let tables = Tables::new();
    let (values, links) = (tables.with("v.csv", SIX), tables.with("w.csv", WITHIN_15));
    let local_g = |more: &[&str]| {
        succeed([&["stats", "local-g", "--values", &values, "--weights", &links, "--inference", "analytical"], more].concat())
    };
    let star = local_g(&[]);
    assert_eq!(star.lines().next().unwrap(), "id,value,neighbors,z,p,q");
    near(&numbers(&star, "z"), &GI_STAR, 1e-8);
    let plain = local_g(&["--self", "exclude"]);
    near(&numbers(&plain, "z"), &[-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941], 1e-8);
    let whole = json(&local_g(&["--json"]));
    assert_eq!((&whole["method"], &whole["statistic"]), (&Value::from("local-g"), &Value::from("Gi*")));
    assert_eq!(whole["rows"][2]["neighbors"], 1);
}

#[test]
fn a_table_may_come_from_stdin() {
    let tables = Tables::new();
    let links = tables.with("w.csv", WITHIN_15);
    let mut child = hotspot(["stats", "local-g", "--values", "-", "--weights", &links, "--inference", "analytical"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(SIX.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    near(&numbers(&String::from_utf8(output.stdout).unwrap(), "z"), &GI_STAR, 1e-8);
}

#[test]
fn what_a_table_lacks_is_said_with_its_place_and_without_its_values() {
    let tables = Tables::new();
    let links = tables.with("w.csv", WITHIN_15);
    for (values, said) in [
        ("id,value\n1,2\n2,SE15 4QN\n3,1\n4,1\n5,1\n6,1\n", "bad.csv, row 3, column value"),
        ("id,worth\n1,2\n2,1\n3,1\n4,1\n5,1\n6,1\n", "column value"),
        ("id,value\n1,2\n1,3\n", "row 3, column id"),
        ("id,value\n1,2\n", "w.csv, row 4, column from"),
        ("", "empty"),
    ] {
        let values = tables.with("bad.csv", values);
        let output = run(["stats", "local-g", "--values", &values, "--weights", &links, "--inference", "analytical"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && output.stdout.is_empty());
        assert!(error.contains(said) && !error.contains("SE15"), "{error}");
    }
}

#[test]
fn adjusted_p_values_and_limits_are_the_published_ones() {
    let tables = Tables::new();
    let p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
    let rows: Vec<String> = p.iter().enumerate().map(|(i, p)| format!("{i},{p}")).collect();
    let fdr = succeed(["stats", "fdr", "--values", &tables.with("p.csv", &format!("id,p\n{}\n", rows.join("\n")))]);
    near(&numbers(&fdr, "q_benjamini_hochberg")[..4], &[0.0015, 0.003, 0.0095, 0.035625], 1e-9);
    let counts = tables.with("c.csv", "id,count,population\na,2,200\nb,65,1000\n");
    let limits = succeed(["stats", "poisson-limits", "--values", &counts, "--per", "100000"]);
    near(&numbers(&limits, "exact_lo")[..1], &[0.242209], 1e-6);
    near(&numbers(&limits, "byar_hi")[1..], &[82.849139], 1e-6);
    near(&[numbers(&limits, "rate_lo")[0], numbers(&limits, "rate_hi")[0]], &[121.10, 3612.34], 0.01);
    let units = tables.with("u.csv", "id,count,expected\na,0,0.5\nb,6,2\nc,60,20\n");
    let shrunk = succeed(["stats", "shrink", "--values", &units, "--prior", "4", "4"]);
    near(&numbers(&shrunk, "shrunk"), &[0.888889, 1.666667, 2.666667], 1e-6);
}

#[test]
fn weights_made_here_are_weights_read_here() {
    let tables = Tables::new();
    let (places, values) = (tables.with("p.csv", PLACES), tables.with("v.csv", SIX));
    let made = succeed(["stats", "weights", "--points", &places, "--band", "15"]);
    assert_eq!(made.lines().count(), 1 + WITHIN_15.lines().count() - 1);
    let links = tables.with("w.csv", &made);
    let star = succeed(["stats", "local-g", "--values", &values, "--weights", &links, "--inference", "analytical"]);
    near(&numbers(&star, "z"), &GI_STAR, 1e-8);
    let moran = |scaling: &str| {
        let more = ["--row-standardise", "--inference", "permutation", "--scaling", scaling];
        let base = ["stats", "local-moran", "--values", &values, "--weights", &links];
        numbers(&succeed([&base[..], &more].concat()), "i")
    };
    let published = [0.395122, -0.106620, -1.034843, -0.022997, -0.103484, 1.586760];
    near(&moran("population"), &published, 1e-6);
    near(&moran("sample"), &published.map(|i| i * 5.0 / 6.0), 1e-6);
    // A river between the points of the south and those of the north cuts all links over it.
    let river = tables.with("river.csv", "line,x,y\nthames,0,15\nthames,100,15\n");
    let cut = succeed(["stats", "weights", "--points", &places, "--band", "15", "--barrier", &river]);
    assert_eq!(column(&cut, "from"), ["1", "2", "4", "5", "5", "6"]);
}

#[test]
fn densities_and_clusters_are_in_metres() {
    let tables = Tables::new();
    let points = tables.with("k.csv", "id,x,y\na,0,0\nb,150,0\nc,0,200\n");
    let at = tables.with("at.csv", "id,x,y\no,0,0\n");
    let density = succeed(["stats", "kde", "--points", &points, "--at", &at, "--bandwidth", "300"]);
    near(&numbers(&density, "density"), &[19.853433], 1e-6);
    // The same three places in degrees, about 150 m east and 200 m north of one another in London.
    let degrees = tables.with("d.csv", "id,lon,lat\na,-0.1,51.5\nb,-0.09784,51.5\nc,-0.1,51.5018\n");
    let clusters = succeed(["stats", "dbscan", "--points", &degrees, "--eps", "170", "--min-points", "2"]);
    assert_eq!(column(&clusters, "cluster"), ["0", "0", "-1"]);
    let hull = json(&succeed(["stats", "hull", "--points", &points, "--json"]));
    assert_eq!(hull["area_km2"], 0.015);
}

#[test]
fn the_strongest_cluster_of_new_york_is_the_published_one() {
    let tables = Tables::new();
    let source = std::fs::read_to_string(crate::program::root().join("data/reference/ny_leukemia.csv")).unwrap();
    let mut lines = source.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').map(|h| h.trim_matches('"')).collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap_or_else(|| panic!("{header:?}"));
    let (x, y, cases, population) = (at("X"), at("Y"), at("TRACTCAS"), at("POP8"));
    let row = |(row, line): (usize, &str)| {
        let fields: Vec<&str> = line.split(',').collect();
        let floor = fields[cases].parse::<f64>().unwrap().floor();
        format!("{},{},{},{floor},{}", row + 1, fields[x], fields[y], fields[population])
    };
    let rows: Vec<String> = lines.enumerate().map(row).collect();
    let text = format!("id,x,y,cases,population\n{}\n", rows.join("\n"));
    let areas = tables.with("ny.csv", &text);
    let found = succeed(["stats", "scan", "--areas", &areas, "--max-population", "0.1", "--replicates", "99"]);
    near(&numbers(&found, "llr")[..1], &[14.807678], 1e-6);
    assert_eq!((column(&found, "cases")[0].as_str(), column(&found, "members")[0].split(';').count()), ("93", 24));
    near(&numbers(&found, "expected")[..1], &[51.985], 1e-3);
    let cases = "id,x,y,time,count\na,0,0,2026-01,2\na,0,0,2026-02,1\na,0,0,2026-04,6\nb,9000,0,2026-01,3\nb,9000,0,2026-02,2\nb,9000,0,2026-03,2\nb,9000,0,2026-04,3\nc,0,9500,2026-01,1\nc,0,9500,2026-02,3\nc,0,9500,2026-03,2\nc,0,9500,2026-04,1\n";
    let permuted = succeed([
        "stats",
        "scan",
        "--cases",
        &tables.with("st.csv", cases),
        "--model",
        "space-time-permutation",
        "--replicates",
        "19",
    ]);
    assert_eq!(permuted.lines().next().unwrap(), "rank,center,members,start,end,cases,expected,llr,p,p_gumbel");
}

#[test]
fn forecasts_and_concentration_are_measured_as_published() {
    let tables = Tables::new();
    let forecast = "id,predicted,observed,area_km2\n1,8,6,1\n2,4,7,1\n3,4,3,1\n4,2,2,1\n5,1,1,1\n6,0,0,1\n";
    let pai = succeed(["stats", "pai", "--values", &tables.with("f.csv", forecast), "--top", "1,2,3,4,5"]);
    near(&numbers(&pai, "pai"), &[1.894737, 1.421053, 1.684211, 1.421053, 1.2], 1e-6);
    near(&numbers(&pai, "pei"), &[0.857143, 0.692308, 1.0, 1.0, 1.0], 1e-6);
    near(&numbers(&pai, "recovery_ratio"), &[1.333333, 1.333333, 1.0, 1.0, 1.0], 1e-6);
    let places = "id,count\n1,5\n2,2\n3,1\n4,0\n5,0\n6,0\n7,0\n8,0\n9,0\n10,0\n";
    let gini = succeed(["stats", "gini", "--values", &tables.with("g.csv", places)]);
    near(
        &[numbers(&gini, "gini")[0], numbers(&gini, "generalised_gini")[0], numbers(&gini, "unbiased_gini")[0]],
        &[0.8, 0.75, 0.857143],
        1e-6,
    );
    near(&numbers(&succeed(["stats", "naus", "--windows", "208", "--mean", "0.6", "--count", "6"]), "p"), &[0.0390], 5e-5);
    let counts = [
        "--treated",
        "207",
        "110",
        "--control",
        "308",
        "318",
        "--displacement-treated",
        "178",
        "157",
        "--displacement-control",
        "150",
        "140",
    ];
    let moved = succeed([&["stats", "displacement"][..], &counts].concat());
    near(&[numbers(&moved, "total")[0], numbers(&moved, "variance")[0]], &[-118.0, 1568.0], 1e-9);
    let pairs = succeed(["stats", "rate-ratio", "--values", &tables.with("e.csv", "id,count,base\na,0,3\nb,6,2\n")]);
    near(&numbers(&pairs, "p_e_test"), &[0.0884, 0.1749], 5e-5);
}
