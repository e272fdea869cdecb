use crate::{Row, TWELVE};
use geo::{Area, Euclidean, Length};
use hotspot_core::cluster::NOISE;
use hotspot_core::cluster::dbscan::dbscan;
use hotspot_core::cluster::ellipse::{Ellipse, EllipseConvention, Hull, ellipse, hull};
use hotspot_core::cluster::hdbscan::{HdbscanParams, hdbscan};
use hotspot_core::cluster::st_dbscan::{StDbscanParams, st_dbscan};
use hotspot_core::weights::SelfWeight;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

pub fn rows() -> Vec<Row> {
    let city = City::new();
    let mut rows = dbscan_rows(&city);
    rows.extend(st_dbscan_rows(&city));
    rows.extend(hdbscan_rows(&city));
    rows.extend(ellipse_rows());
    rows.extend(hull_rows());
    rows.extend(beside_the_peers());
    rows
}

/// Columns of a CSV file.
fn columns(path: PathBuf) -> HashMap<String, Vec<f64>> {
    let mut reader = csv::Reader::from_path(path).expect("the file");
    let header = reader.headers().expect("a header").clone();
    let mut columns: HashMap<String, Vec<f64>> = HashMap::new();
    for record in reader.records() {
        for (name, cell) in header.iter().zip(&record.expect("a row")) {
            columns.entry(name.to_owned()).or_default().push(cell.parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

fn points(columns: &HashMap<String, Vec<f64>>) -> Vec<[f64; 2]> {
    columns["easting"].iter().zip(&columns["northing"]).map(|(x, y)| [*x, *y]).collect()
}

/// 600 incidents in five crowds and around them, with what Python programs say of them: DBSCAN (scikit-learn 1.9.1; 100 m, 8
/// points) in the order of the rows and, by the same numbers, in the reverse order; ST-DBSCAN (st_dbscan 0.2.3; 150 m, 14 days, 5);
/// HDBSCAN (10, 10) of hdbscan 0.8.44 with the exact tree, fast-hdbscan 0.3.4, and scikit-learn with 10 and 11 samples.
struct City {
    columns: HashMap<String, Vec<f64>>,
    points: Vec<[f64; 2]>,
}

impl City {
    fn new() -> Self {
        let columns = columns(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/clusters.csv"));
        let points = points(&columns);
        Self { columns, points }
    }

    fn labels(&self, column: &str) -> Vec<i32> {
        self.columns[column].iter().map(|v| *v as i32).collect()
    }
}

/// Rows of which two labellings do not say the same, when each cluster of the one is the cluster of the other that shares most with it.
fn differing(ours: &[i32], theirs: &[i32]) -> Vec<usize> {
    let mut shared: HashMap<(i32, i32), u32> = HashMap::new();
    for (a, b) in ours.iter().zip(theirs).filter(|(a, b)| **a != NOISE && **b != NOISE) {
        *shared.entry((*a, *b)).or_default() += 1;
    }
    let twin =
        |a: i32| shared.iter().filter(|(pair, _)| pair.0 == a).max_by_key(|(pair, n)| (**n, -pair.1)).map(|(pair, _)| pair.1);
    let twins: HashMap<i32, i32> = ours.iter().filter(|a| **a != NOISE).filter_map(|a| Some((*a, twin(*a)?))).collect();
    assert_eq!(twins.values().collect::<HashSet<_>>().len(), twins.len(), "two clusters with one twin");
    (0..ours.len()).filter(|i| twins.get(&ours[*i]).copied().unwrap_or(NOISE) != theirs[*i]).collect()
}

/// 1 − the adjusted Rand index, noise being a group like any other (`sklearn.metrics.adjusted_rand_score`).
fn disagreement(a: &[i32], b: &[i32]) -> f64 {
    let pairs = |n: u32| f64::from(n) * (f64::from(n) - 1.0) / 2.0;
    let sum = |key: &dyn Fn(usize) -> (i32, i32)| {
        let mut counts: HashMap<(i32, i32), u32> = HashMap::new();
        for i in 0..a.len() {
            *counts.entry(key(i)).or_default() += 1;
        }
        counts.values().map(|n| pairs(*n)).sum::<f64>()
    };
    let (both, of_a, of_b) = (sum(&|i| (a[i], b[i])), sum(&|i| (a[i], 0)), sum(&|i| (0, b[i])));
    let by_chance = of_a * of_b / pairs(a.len() as u32);
    1.0 - (both - by_chance) / (0.5 * (of_a + of_b) - by_chance)
}

fn dbscan_rows(city: &City) -> Vec<Row> {
    let found = dbscan(&city.points, 100.0, 8).expect("valid input");
    let (theirs, reversed) = (city.labels("dbscan"), city.labels("dbscan_reversed"));
    let core: Vec<bool> = city.columns["dbscan_core"].iter().map(|c| *c == 1.0).collect();
    assert_eq!((found.sizes.len(), found.noise(), core.iter().filter(|c| **c).count()), (6, 209, 329));
    let noise_differs = theirs.iter().zip(&found.labels).filter(|(a, b)| (**a == NOISE) != (**b == NOISE)).count();
    let core_differs = core.iter().zip(&found.core).filter(|(a, b)| a != b).count();
    let differs = differing(&found.labels, &theirs);
    let of_core = differs.iter().filter(|i| core[**i]).count();
    // The four border points within reach of two clusters go with the one that the order of the rows finds first.
    let contested: Vec<usize> = (0..theirs.len()).filter(|i| theirs[*i] != reversed[*i]).collect();
    assert_eq!(contested.len(), 4);
    let differs_reversed = differing(&found.labels, &reversed);
    assert!(contested.iter().all(|i| differs.contains(i) != differs_reversed.contains(i)), "{differs:?} {differs_reversed:?}");
    assert_eq!(differs.len() + differs_reversed.len(), 4);
    let nearest = |i: usize| {
        let squared = |j: &usize| (0..2).map(|k| (city.points[i][k] - city.points[*j][k]).powi(2)).sum::<f64>();
        (0..core.len()).filter(|j| core[*j]).min_by(|a, b| squared(a).total_cmp(&squared(b))).expect("a core point")
    };
    assert!(contested.iter().all(|i| found.labels[*i] == found.labels[nearest(*i)]));

    // The middle one has three neighbours, itself counted.
    let line = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
    assert_eq!(dbscan(&line, 1.0, 3).expect("valid input").core, [false, true, false]);
    assert_eq!(dbscan(&line, 1.0, 4).expect("valid input").noise(), 3);
    vec![
        Row::agrees(
            "cluster::dbscan::dbscan",
            "scikit-learn 1.9.1",
            "600 incidents, 100 m, 8 points: rows that are core (329), noise (209), or of another of the six clusters though core",
            (noise_differs + core_differs + of_core) as f64,
            0.0,
        ),
        Row::differs(
            "cluster::dbscan::dbscan (border points)",
            "scikit-learn 1.9.1, R dbscan, QGIS, Ester and others 1996",
            "4 of 62 border points, within reach of two clusters",
            "theirs go with the cluster that comes first in the order of the rows and change when the table is reversed; ours go with the nearest core point, whatever the order",
        ),
        Row::differs(
            "cluster::dbscan::dbscan (min_points)",
            "Apache Commons Math 3 DBSCANClusterer",
            "three points in a row, the middle one with two others within reach",
            "a point counts itself, as in the paper, scikit-learn, R and QGIS: 3 make it a core point; there only others count, and 3 here are 2 there",
        ),
    ]
}

/// The rule of the paper that is left out, on points all of which are core points: a point joins while its value is within `most`
/// of the mean of the cluster so far.
fn with_values(points: &[f64], values: &[f64], most: f64) -> Vec<i32> {
    let near = |i: usize| (0..points.len()).filter(move |j| (points[i] - points[*j]).abs() <= 1.0);
    let mut labels = vec![NOISE; points.len()];
    let mut next = 0;
    for start in 0..points.len() {
        if labels[start] != NOISE {
            continue;
        }
        let mut members = vec![start];
        labels[start] = next;
        let mut at = 0;
        while at < members.len() {
            for j in near(members[at]) {
                let mean = members.iter().map(|m| values[*m]).sum::<f64>() / members.len() as f64;
                if labels[j] == NOISE && (values[j] - mean).abs() <= most {
                    labels[j] = next;
                    members.push(j);
                }
            }
            at += 1;
        }
        next += 1;
    }
    labels
}

fn st_dbscan_rows(city: &City) -> Vec<Row> {
    let params = StDbscanParams { eps_m: 150.0, eps_time: 14.0, min_points: 5 };
    let found = st_dbscan(&city.points, &city.columns["day"], params).expect("valid input");
    let theirs = city.labels("st_dbscan");
    assert_eq!((found.sizes.len(), theirs.iter().filter(|l| **l == NOISE).count()), (9, 200));
    let differs = differing(&found.labels, &theirs);
    let wrong = differs.iter().filter(|i| found.core[**i] || theirs[**i] == NOISE).count();

    // Five at a time at one place on one day, 4,000 times; the very last a day earlier. st_dbscan says 1 cluster and 19,995 noise,
    // and 400 clusters of the first 2,000 rows alone.
    let n = 20_000_usize;
    let places: Vec<[f64; 2]> = (0..n).map(|i| [(i / 5) as f64 * 1000.0 + (i % 5) as f64, 0.0]).collect();
    let mut days: Vec<f64> = (0..n).map(|i| (i / 5) as f64 * 1000.0).collect();
    days[n - 1] -= 1.0;
    let same_day = StDbscanParams { eps_m: 100.0, eps_time: 7.0, min_points: 5 };
    let ours = st_dbscan(&places, &days, same_day).expect("valid input");
    assert!(ours.sizes.len() == 4_000 && !ours.labels.contains(&NOISE));

    let (line, values) = ([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 4.0, 8.0, 12.0, 16.0]);
    let back = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
    assert_eq!(with_values(&line, &values, 5.0), [0, 0, 1, 1, 2]);
    assert_eq!(with_values(&back(&line), &back(&values), 5.0), [0, 0, 1, 1, 2], "from the other end the pairs are others");
    let plain = StDbscanParams { eps_m: 1.0, eps_time: 0.0, min_points: 2 };
    assert_eq!(st_dbscan(&line.map(|x| [x, 0.0]), &[0.0; 5], plain).expect("valid input").labels, [0; 5]);
    vec![
        Row::agrees(
            "cluster::st_dbscan::st_dbscan",
            "st_dbscan 0.2.3 (Python)",
            "600 incidents, 150 m, 14 days, 5 points: rows that are noise (200), or of another of the nine clusters though core",
            wrong as f64,
            0.0,
        ),
        Row::differs(
            "cluster::st_dbscan::st_dbscan (many incidents)",
            "st_dbscan 0.2.3 (Python)",
            "20,000 incidents, five at a time at one place on one day",
            "4,000 clusters and no noise; from 20,000 rows on theirs keeps differences in sparse tables that drop zeros, so that incidents of the same day are no neighbours: 1 cluster and 19,995 noise",
        ),
        Row::differs(
            "cluster::st_dbscan::st_dbscan (values)",
            "Birant and Kut 2007",
            "five core points in a row whose value rises",
            "one cluster; the third threshold of the paper (a value near the mean of the cluster so far) splits them into other parts from the one end than from the other, and incidents have no such value",
        ),
    ]
}

fn hdbscan_rows(city: &City) -> Vec<Row> {
    let params = HdbscanParams::new(10);
    let found = hdbscan(&city.points, params).expect("valid input");
    let own = hdbscan(&city.points, HdbscanParams { min_samples: 11, own: SelfWeight::Included, ..params }).expect("valid input");
    assert_eq!((own.labels, found.sizes.len()), (found.labels.clone(), 4));
    let mut rows: Vec<Row> = [
        ("hdbscan", "hdbscan 0.8.44, exact tree"),
        ("fast_hdbscan", "fast-hdbscan 0.3.4"),
        ("sklearn_hdbscan_11", "scikit-learn 1.9.1, 11 samples"),
    ]
    .into_iter()
    .map(|(column, tool)| {
        Row::agrees(
            "cluster::hdbscan::hdbscan",
            tool,
            "600 incidents, clusters of 10, 10 samples: 1 − adjusted Rand index (the tools differ by as much among themselves)",
            disagreement(&found.labels, &city.labels(column)),
            0.02,
        )
    })
    .collect();

    let as_theirs = HdbscanParams { own: SelfWeight::Included, ..params };
    let ten = hdbscan(&city.points, as_theirs).expect("valid input");
    assert_eq!(ten.sizes.len(), 5);
    assert!(disagreement(&ten.labels, &city.labels("sklearn_hdbscan_10")) < 0.02);
    assert!(disagreement(&found.labels, &city.labels("sklearn_hdbscan_10")) > 0.1);
    rows.push(Row::differs(
        "cluster::hdbscan::HdbscanParams::own",
        "scikit-learn 1.9.1, R dbscan, Campello and others 2013",
        "10 samples: four clusters here, five there",
        "there the point is one of its own samples; here it is not unless `own` says so, as in hdbscan and fast-hdbscan, which are most used: 10 here are 11 there",
    ));

    // Rows of eight, three and two points, 1 m apart in each, the rows 100 m apart. hdbscan 0.8.44 (clusters of 5, 1 sample, exact
    // tree) says noise in this order, and in the reverse order 0 for the eight and 1 for the five.
    let mut lines: Vec<[f64; 2]> = (0..8).map(|i| [f64::from(i), 0.0]).collect();
    lines.extend((0..3).map(|i| [107.0 + f64::from(i), 0.0]));
    lines.extend((0..2).map(|i| [209.0 + f64::from(i), 0.0]));
    for _ in 0..2 {
        let found = hdbscan(&lines, HdbscanParams { min_samples: 1, ..HdbscanParams::new(5) }).expect("valid input");
        assert_eq!(found.noise(), 13);
        lines.reverse();
    }
    rows.push(Row::differs(
        "cluster::hdbscan::hdbscan (equal distances)",
        "hdbscan 0.8.44",
        "rows of 8, 3 and 2 points at equal gaps, clusters of 5: none here; none there, but clusters of 8 and 5 when the table is reversed",
        "links of one length go at once, as the paper has it, and no label depends on the order of the rows; theirs go one by one",
    ));
    rows
}

fn twelve(convention: EllipseConvention) -> Ellipse {
    ellipse(&TWELVE, None, convention).expect("valid input")
}

/// sx, sy and degrees as `aspace::calc_sde` and `sfdep::std_dev_ellipse` write them: y is turned clockwise onto the axis.
fn aspace(points: &[[f64; 2]]) -> [f64; 3] {
    let n = points.len() as f64;
    let mean = |k: usize| points.iter().map(|p| p[k]).sum::<f64>() / n;
    let center = [mean(0), mean(1)];
    let sum = |f: fn(f64, f64) -> f64| points.iter().map(|p| f(p[0] - center[0], p[1] - center[1])).sum::<f64>();
    let (xx, yy, xy) = (sum(|x, _| x * x), sum(|_, y| y * y), sum(|x, y| x * y));
    let tan = (xx - yy + ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt()) / (2.0 * xy);
    let theta = if tan < 0.0 { tan.atan() + std::f64::consts::PI } else { tan.atan() };
    let (sin, cos) = theta.sin_cos();
    let axis = |squares: f64| (2.0 * squares / (n - 2.0)).sqrt();
    let x = xx * cos * cos - 2.0 * xy * sin * cos + yy * sin * sin;
    let y = xx * sin * sin + 2.0 * xy * sin * cos + yy * cos * cos;
    [axis(x), axis(y), theta.to_degrees()]
}

fn ellipse_rows() -> Vec<Row> {
    // ellipse(method="yuill") with the corrections on and off, and method="crimestat".
    let pointpats = [
        (EllipseConvention::CrimeStat, 47.945446085971454, 39.62386788646298),
        (EllipseConvention::ArcGis, 43.768003918223904, 36.17147709503388),
        (EllipseConvention::Yuill, 30.948652369575502, 25.577096739432335),
    ];
    let worst = pointpats.iter().fold(0.0_f64, |worst, (convention, major, minor)| {
        let e = twelve(*convention);
        worst.max((e.semi_major_m - major).abs()).max((e.semi_minor_m - minor).abs())
    });
    let e = twelve(EllipseConvention::CrimeStat);
    let [sx, sy, degrees] = aspace(&TWELVE);
    let of_r =
        (sx - e.semi_minor_m).abs().max((sy - e.semi_major_m).abs()).max((degrees - e.bearing_degrees.expect("no circle")).abs());
    assert!((sx - 39.623867886462975).abs() < 1e-9 && (sy - 47.94544608597145).abs() < 1e-9 && sx < sy);

    let (plain, arcgis) = (twelve(EllipseConvention::Yuill), twelve(EllipseConvention::ArcGis));
    assert!((arcgis.semi_major_m / plain.semi_major_m - 2_f64.sqrt()).abs() < 1e-12);
    assert!((e.semi_major_m / plain.semi_major_m - (2.0 * 12.0 / 10.0_f64).sqrt()).abs() < 1e-12);
    // pointpats.std_distance divides by n, even where its ellipse does not.
    assert!((plain.standard_distance_m - 40.149806489086714).abs() < 1e-9);
    assert!((e.standard_distance_m - 43.9819093870802).abs() < 1e-9);

    let weights = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    let weighted = ellipse(&TWELVE, Some(&weights), EllipseConvention::CrimeStat).expect("valid input");
    let repeated: Vec<[f64; 2]> = TWELVE.iter().zip(weights).flat_map(|(p, w)| vec![*p; w as usize]).collect();
    let same = ellipse(&repeated, None, EllipseConvention::CrimeStat).expect("valid input");
    assert!((weighted.semi_major_m - same.semi_major_m).abs() < 1e-9);
    assert!((weighted.semi_major_m - 44.22147472373431).abs() < 1e-9);
    // Theirs: the sums over 30, corrected for 12 points.
    let theirs = weighted.semi_major_m * (28.0 / 30.0 * 12.0 / 10.0_f64).sqrt();
    assert!((theirs - 46.79960989101188).abs() < 1e-9);

    // Their angle is 0.4669, of which the documentation says that it is clockwise.
    let angle = 0.46686948392980593_f64.to_degrees();
    assert!((90.0 - angle - e.bearing_degrees.expect("no circle")).abs() < 1e-9);
    vec![
        Row::agrees(
            "cluster::ellipse::ellipse",
            "pointpats 2.5.5",
            "semi-axes of 12 points, in each of three conventions (its corrections on and off)",
            worst,
            1e-12,
        ),
        Row::agrees(
            "cluster::ellipse::ellipse (CrimeStat)",
            "formula of R aspace and sfdep (CrimeStat's)",
            "semi-axes and bearing of 12 points",
            of_r,
            1e-9,
        ),
        Row::differs(
            "cluster::ellipse::EllipseConvention",
            "CrimeStat, aspace, sfdep, pointpats against ArcGIS against Yuill",
            "longer semi-axis of 12 points: 47.945 against 43.768 against 30.949",
            "√2 longer, or not, and divided by n − 2, or by n: none is wrong, so each has a name here. CrimeStat's is the default because it is the one that police analysts' programs share",
        ),
        Row::differs(
            "cluster::ellipse::ellipse (axes)",
            "R sfdep",
            "sx 39.624 and sy 47.945 of 12 points",
            "it calls sx the major axis, which is the shorter one here: sx is whichever lies across theta. semi_major_m is the longer one always",
        ),
        Row::differs(
            "cluster::ellipse::Ellipse::bearing_degrees",
            "pointpats 2.5.5",
            "direction of the longer axis of 12 points: 63.25 against 26.75 degrees",
            "clockwise from north, as a compass has it; its angle runs from the east and against the clock, though its documentation says clockwise",
        ),
        Row::differs(
            "cluster::ellipse::ellipse (weights)",
            "pointpats 2.5.5",
            "12 points of weight 1 to 4, 30 in all: longer semi-axis 44.221 against 46.800",
            "a weight of 3 is the point three times over, to the last digit; it corrects for n − 2 with the number of rows",
        ),
        Row::differs(
            "cluster::ellipse::Ellipse::standard_distance_m (CrimeStat)",
            "pointpats 2.5.5, ArcGIS",
            "12 points: 43.982 against 40.150",
            "CrimeStat divides by n − 2 here too; with ArcGis or Yuill it is theirs",
        ),
    ]
}

fn hull_rows() -> Vec<Row> {
    let convex = hull(&TWELVE, Hull::Convex).expect("valid input").expect("an area");
    let around = Euclidean.length(convex.exterior());
    let worst = (convex.unsigned_area() - 5294.003949999999).abs().max((around - 276.1923782383056).abs());
    assert_eq!(convex.exterior().0.len(), 10);
    let closest = hull(&TWELVE, Hull::Concave { concavity: 1.0, shortest_m: 0.0 }).expect("valid input").expect("an area");
    let open = hull(&TWELVE, Hull::Concave { concavity: f64::INFINITY, shortest_m: 0.0 }).expect("valid input").expect("an area");
    // shapely.concave_hull(ratio=0): 4219.09625, of all 12 points; ratio=1 is convex.
    assert!((closest.unsigned_area() - 4219.09625).abs() > 1.0, "{}", closest.unsigned_area());
    let limit = (open.unsigned_area() - 5294.003949999999).abs();
    vec![
        Row::agrees(
            "cluster::ellipse::hull (convex)",
            "shapely 2.2.0 (GEOS)",
            "12 points: area 5294.004 and length 276.192, 9 corners",
            worst,
            1e-9,
        ),
        Row::agrees(
            "cluster::ellipse::hull (concave, at its limit)",
            "shapely 2.2.0 (GEOS)",
            "12 points, nothing dug: area 5294.004",
            limit,
            1e-9,
        ),
        Row::differs(
            "cluster::ellipse::hull (concave)",
            "shapely 2.2.0 (GEOS)",
            "12 points, dug as far as it goes: area, 4219.096 there",
            "another construction: concaveman digs sides towards near points (Park and Oh 2012), GEOS takes triangles of the Delaunay mesh away by the length of their sides; neither is a definition of the other's parameter",
        ),
    ]
}

/// The peers' work, when `HOTSPOT_PEERS_WORK` names it. The rows are printed in any case: their numbers are the peers'.
fn beside_the_peers() -> Vec<Row> {
    // Points, clusters, noise, core points, sum of the squared numbers of core points.
    const DBSCAN: [(u32, usize, usize, usize, u64); 2] =
        [(25_000, 40, 20_308, 2_899, 625_419), (250_000, 171, 92_929, 140_337, 3_193_445_359)];
    let (mut off, mut share) = (0, 0.0);
    if let Some(work) = std::env::var_os("HOTSPOT_PEERS_WORK") {
        for (size, clusters, noise, core, squares) in DBSCAN {
            let points = points(&columns(Path::new(&work).join(format!("incidents_{size}.csv"))));
            let found = dbscan(&points, 150.0, 20).expect("valid input");
            let mut of_cluster = vec![0_u64; found.sizes.len()];
            for (label, _) in found.labels.iter().zip(&found.core).filter(|(_, core)| **core) {
                of_cluster[*label as usize] += 1;
            }
            let ours =
                (found.sizes.len(), found.noise(), of_cluster.iter().sum::<u64>() as usize, of_cluster.iter().map(|n| n * n).sum());
            off += usize::from(ours != (clusters, noise, core, squares));
            if size == 25_000 {
                let found = hdbscan(&points, HdbscanParams::new(20)).expect("valid input");
                share = (found.noise() as f64 / 10_783.0 - 1.0).abs().max((found.sizes.len() as f64 / 124.0 - 1.0).abs());
            }
        }
    }
    vec![
        Row::agrees(
            "cluster::dbscan::dbscan",
            "scikit-learn 1.9.1",
            "25,000 and 250,000 incidents, 150 m, 20 points: clusters (40, 171), noise (20,308, 92,929), core points (2,899, 140,337) and the squares of their numbers (with HOTSPOT_PEERS_WORK)",
            off as f64,
            0.0,
        ),
        Row::agrees(
            "cluster::hdbscan::hdbscan",
            "hdbscan 0.8.44",
            "25,000 incidents, clusters of 20, 20 samples, exact tree: clusters (124) and noise (10,783), relative (with HOTSPOT_PEERS_WORK)",
            share,
            0.02,
        ),
    ]
}
