//! `hotspot stats borough-counts`: what it counts is what is in the file.

use crate::program::{json, run, succeed};
use crate::stats::{Tables, column};
use crate::stats_time::refused;
use geo::{Contains, Point};
use hotspot_core::atlas::Atlas;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

type Counts = BTreeMap<[String; 3], u64>;

fn written(csv: &str) -> Counts {
    let columns = ["name", "month", "category", "count"].map(|name| column(csv, name));
    (0..columns[0].len()).map(|row| ([0, 1, 2].map(|c: usize| columns[c][row].clone()), columns[3][row].parse().unwrap())).collect()
}

/// Counts of a simulated file, by testing every row against every polygon.
fn counted(csv: &str) -> Counts {
    let columns = ["lon", "lat", "from", "strand"].map(|name| column(csv, name));
    let mut counts = Counts::new();
    let rows = columns[0].len();
    for [lon, lat, date, strand] in (0..rows).map(|row| [0, 1, 2, 3].map(|c: usize| columns[c][row].as_str())) {
        let place = if lon.is_empty() {
            "no place"
        } else {
            let point = Point::new(lon.parse().unwrap(), lat.parse().unwrap());
            Atlas::london().boroughs().iter().find(|b| b.polygon.contains(&point)).map_or("in no area", |b| b.name.as_str())
        };
        *counts.entry([place.to_owned(), date[..7].to_owned(), strand.to_owned()]).or_default() += 1;
    }
    counts
}

/// Rows of our own making: mostly in London, some beside it, some nowhere.
fn incidents(rows: u32) -> String {
    let mut text = "id,from,lon,lat,strand\n".to_owned();
    for i in 0..rows {
        let [u, v, w] = [0.754_877_666, 0.569_840_291, 0.618_033_989].map(|step| (f64::from(i) * step).fract());
        let strand = ["race", "religion", "sexual_orientation", "disability", "transgender"][(w * 5.0) as usize];
        let place = if i % 17 == 0 { ",".to_owned() } else { format!("{:.6},{:.6}", -0.52 + u * 0.86, 51.27 + v * 0.43) };
        writeln!(text, "{i},20{:02}-{:02}-{:02}T10:00:00,{place},{strand}", 21 + i % 3, 1 + i % 12, 1 + i % 28).unwrap();
    }
    text
}

#[test]
fn the_counts_are_those_of_every_point_against_every_polygon() {
    let tables = Tables::new();
    let text = incidents(4_000);
    let (csv, json_out) = (tables.with("i.csv", &text), tables.with("i.json", ""));
    let typed =
        |path: &str| ["stats", "borough-counts", "--points", path, "--date", "from", "--category", "strand"].map(str::to_owned);
    let found = succeed(typed(&csv));
    let (ours, theirs) = (written(&found), counted(&text));
    assert_eq!(ours.values().sum::<u64>(), 4_000);
    // 33 boroughs, what lies in none, what has no place: by every month from the first to the last and every strand.
    assert_eq!(ours.len(), 35 * 36 * 5);
    assert_eq!(ours.into_iter().filter(|(_, n)| *n > 0).collect::<Counts>(), theirs);

    let packed = tables.with("i.csv.gz", "");
    let mut gz = flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap();
    assert_eq!(succeed(typed(&packed)), found);

    succeed(typed(&csv).into_iter().chain(["--json".to_owned(), "--out".to_owned(), json_out.clone()]));
    let whole = json(&std::fs::read_to_string(json_out).unwrap());
    let total = ["in_areas", "in_no_area", "no_place"].map(|fact| whole[fact].as_u64().unwrap());
    assert!(total.iter().sum::<u64>() == 4_000 && total.iter().all(|n| *n > 0), "{total:?}");
    assert_eq!((whole["first_month"].as_str(), whole["last_month"].as_str()), (Some("2021-01"), Some("2023-12")));
}

#[test]
fn polygons_of_ones_own_share_the_points_on_their_borders_out() {
    let tables = Tables::new();
    let square = |code: &str, west: f64| {
        let ring = [[west, 53.0], [west + 0.25, 53.0], [west + 0.25, 53.25], [west, 53.25], [west, 53.0]];
        format!(r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring:?}]}}}}"#)
    };
    let layer = format!(r#"{{"type":"FeatureCollection","features":[{},{}]}}"#, square("W", -1.5), square("E", -1.25));
    let areas = tables.with("a.geojson", &layer);
    let points = tables.with(
        "p.csv",
        "Longitude,lat,month\n-1.25,53.125\n"
            .replace("53.125\n", "53.125,2026-01\n-1.25,53,2026-01\n-1.4,53.1,2026-03\n-1.0,53.1,2026-03\n")
            .as_str(),
    );
    let typed = ["stats", "borough-counts", "--points", &points, "--lon", "longitude", "--areas", &areas, "--area-code", "code"];
    let found = succeed(typed);
    assert_eq!(
        found,
        "code,name,month,category,count\nW,W,2026-01,,0\nW,W,2026-02,,0\nW,W,2026-03,,1\nE,E,2026-01,,2\nE,E,2026-02,,0\nE,E,2026-03,,0\n\
         ,in no area,2026-01,,0\n,in no area,2026-02,,0\n,in no area,2026-03,,1\n,no place,2026-01,,0\n,no place,2026-02,,0\n,no place,2026-03,,0\n"
    );
}

#[test]
fn a_row_that_cannot_be_counted_stops_it_and_is_named() {
    let tables = Tables::new();
    let good = "lon,lat,date,strand\n-0.1,51.5,2026-01-01,race\n";
    for (row, column, rule) in [
        ("NaN,51.5,2026-01-01,race", "lon", "not a finite decimal number"),
        ("-0.1,,2026-01-01,race", "lat", "one coordinate of the pair"),
        ("0,0,2026-01-01,race", "lon", "coordinates 0,0"),
        ("51.5,-0.1,2026-01-01,race", "lon", "swapped"),
        ("530000,180000,2026-01-01,race", "lon", "British National Grid"),
        ("-0.1,51.5,,race", "date", "no date"),
        ("-0.1,51.5,31/01/2026,race", "date", "not a date"),
        ("-0.1,51.5,2026-01-01", "", "more or fewer fields"),
    ] {
        let points = tables.with("p.csv", &format!("{good}{row}\n{good}"));
        let (code, message) = refused(&["stats", "borough-counts", "--points", &points]);
        assert_eq!(code, Some(1), "{message}");
        assert!(message.contains("row 3") && message.contains(column) && message.contains(rule), "{row}: {message}");
        assert!(!message.contains("530000") && !message.contains("31/01"), "{message}");
    }
    let points = tables.with("p.csv", good);
    for (more, column) in [(["--lon", "x"], "x"), (["--date", "when"], "when"), (["--category", "kind"], "kind")] {
        let (code, message) = refused(&[&["stats", "borough-counts", "--points", &points][..], &more].concat());
        assert!(code == Some(1) && message.contains(column) && message.contains("missing"), "{message}");
    }
    let ids: Vec<String> = (0..1_001).map(|i| format!("-0.1,51.5,2026-01-01,{i}")).collect();
    let points = tables.with("p.csv", &format!("lon,lat,date,id\n{}\n", ids.join("\n")));
    let (code, message) = refused(&["stats", "borough-counts", "--points", &points, "--category", "id"]);
    assert!(code == Some(1) && message.contains("it is no category"), "{message}");
    assert!(run(["stats", "borough-counts"]).status.code() == Some(2));
}
