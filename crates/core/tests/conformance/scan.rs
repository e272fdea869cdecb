use crate::Row;
use hotspot_core::cluster::scan::{Extent, Gumbel, Model, Places, Scan, ScanInput, ScanParams, bernoulli_llr, poisson_llr, scan};
use std::path::Path;

pub fn rows() -> Vec<Row> {
    let mut rows = windows_of_new_york();
    rows.extend(new_york_tracts());
    rows.extend([permutation_of_a_toy(), bernoulli_formula(), gumbel_tail()]);
    rows.extend([ties_by_coordinates(), months_by_days(), fewest_cases()]);
    rows.extend(beside_satscan());
    rows
}

/// Population, cases and LLR of clusters of New York leukaemia that SaTScan 9.6 prints (552 cases among 1,057,673).
const SATSCAN_NEW_YORK: [(f64, f64, f64); 7] = [
    (111_674.0, 100.0, 14.083511),
    (95_249.0, 85.0, 11.577255),
    (34_083.0, 38.0, 9.019716),
    (78_280.0, 64.0, 6.114140),
    (24_571.0, 25.0, 4.651839),
    (9_840.0, 12.0, 3.363518),
    (8_839.0, 11.0, 3.209485),
];

fn windows_of_new_york() -> Vec<Row> {
    let worst = SATSCAN_NEW_YORK.iter().fold(0.0_f64, |worst, (population, cases, llr)| {
        worst.max((poisson_llr(*cases, 552.0 * population / 1_057_673.0, 552.0) - llr).abs())
    });
    vec![Row::agrees(
        "cluster::scan::poisson_llr",
        "SaTScan 9.6, smerc",
        "LLR of seven clusters of New York leukaemia",
        worst,
        5.1e-7,
    )]
}

/// The 281 tracts of the reference data, whole cases: at most 10 % of the population.
fn new_york_tracts() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/reference/ny_leukemia.csv");
    let mut reader = csv::Reader::from_path(path).expect("the reference data");
    let header = reader.headers().expect("a header").clone();
    let place = |name: &str| header.iter().position(|h| h == name).expect("a column");
    let columns = [place("X"), place("Y"), place("TRACTCAS"), place("POP8")];
    let (mut centers, mut cases, mut population) = (Vec::new(), Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.expect("a row");
        let [x, y, c, p] = columns.map(|at| record[at].parse::<f64>().expect("a number"));
        centers.push([x, y]);
        cases.push(c.floor() as u32);
        population.push(p);
    }
    let input = ScanInput {
        places: Places::Circles { centers: &centers, max_radius_m: None },
        cases: &cases,
        step_lengths: &[1.0],
        model: Model::Poisson { population: &population },
    };
    let found = scan(&input, &ScanParams { max_population: 0.1, ..ScanParams::default() }).expect("valid input");
    let best = &found.clusters[0];
    // Tracts count from 1 in the reference.
    assert_eq!((best.center + 1, best.units.len(), best.cases), (52, 24, 93));
    assert!((best.expected - 51.985).abs() < 5e-4, "{}", best.expected);
    assert!(best.p.is_some_and(|p| p <= 0.005), "{:?}", best.p);
    vec![Row::agrees(
        "cluster::scan::scan (Poisson)",
        "direct enumeration of all circles",
        "New York leukaemia, 281 tracts, 10 %: LLR 14.807678, 24 tracts round tract 52, 93 cases where 51.985 are expected",
        (best.llr - 14.807678).abs(),
        5e-7,
    )]
}

fn permutation_of_a_toy() -> Row {
    let input = ScanInput {
        places: Places::Circles { centers: &[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]], max_radius_m: None },
        cases: &[2, 1, 0, 6, 3, 2, 2, 3, 1, 3, 2, 1],
        step_lengths: &[1.0; 4],
        model: Model::SpaceTimePermutation,
    };
    let found = scan(&input, &ScanParams::default()).expect("valid input");
    let best = &found.clusters[0];
    assert_eq!((best.center, best.start, best.end, best.cases), (0, 3, 3, 6));
    Row::agrees(
        "cluster::scan::scan (space-time permutation)",
        "Kulldorff and others 2005, by hand",
        "three places, four months: LLR and expected cases of place 1 in month 4",
        (best.llr - 0.910458).abs().max((best.expected - 3.461538).abs()),
        5e-7,
    )
}

fn bernoulli_formula() -> Row {
    // Kulldorff (1997), the four terms as printed there.
    let paper = |c: f64, n: f64, all_c: f64, all_n: f64| {
        let half = |c: f64, n: f64| {
            (if c > 0.0 { c * (c / n).ln() } else { 0.0 }) + (if n > c { (n - c) * (1.0 - c / n).ln() } else { 0.0 })
        };
        half(c, n) + half(all_c - c, all_n - n) - half(all_c, all_n)
    };
    let tried = [(30.0, 100.0, 62.0, 203.0), (10.0, 10.0, 10.0, 100.0), (0.0, 20.0, 30.0, 90.0), (29.0, 40.0, 590.0, 1612.0)];
    let worst = tried.iter().fold(0.0_f64, |w, (c, n, all_c, all_n)| {
        w.max((bernoulli_llr(*c, *n, *all_c, *all_n) - paper(*c, *n, *all_c, *all_n)).abs())
    });
    Row::agrees("cluster::scan::bernoulli_llr", "Kulldorff 1997", "the formula as printed, four windows", worst, 1e-10)
}

fn gumbel_tail() -> Row {
    let gumbel = Gumbel::by_moments(&[3.1, 4.2, 2.8, 5.0, 3.6, 4.4, 3.9, 2.5, 6.1, 3.3]).expect("ten maxima");
    let worst = [(gumbel.scale, 0.848123), (gumbel.location, 3.400450), (gumbel.p(7.5), 0.00792567), (gumbel.p(10.0), 0.000417358)];
    let worst = worst.iter().fold(0.0_f64, |w, (got, wanted)| w.max((got - wanted).abs()));
    Row::agrees(
        "cluster::scan::Gumbel",
        "Abrams, Kulldorff and Kleinman 2010",
        "fit by moments to ten maxima, two tails",
        worst,
        5e-7,
    )
}

fn poisson(centers: &[[f64; 2]], cases: &[u32], lengths: &[f64], population: &[f64], params: &ScanParams) -> Scan {
    let places = Places::Circles { centers, max_radius_m: None };
    scan(&ScanInput { places, cases, step_lengths: lengths, model: Model::Poisson { population } }, params).expect("valid input")
}

fn ties_by_coordinates() -> Row {
    // Unit 0 in the middle of four at the same distance; the cases lie in 0 and the one with the least x, given last.
    let centers = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]];
    let params = ScanParams { replicates: 0, ..ScanParams::default() };
    let found = poisson(&centers, &[9, 1, 1, 1, 9], &[1.0], &[1.0; 5], &params);
    let best = &found.clusters[0];
    assert_eq!(best.units, [0, 4]);
    assert_eq!(best.extent, Extent::Circle { radius_m: 1.0 });
    Row::differs(
        "cluster::scan::scan (windows)",
        "smerc",
        "units at equal distance from a centre",
        "they enter one by one, the lesser x first, then the lesser y, as in SaTScan; smerc takes the order of the rows, so that sorting the table changes its windows",
    )
}

fn months_by_days() -> Row {
    let (centers, cases) = ([[0.0, 0.0], [5.0, 0.0]], [31, 28, 62, 56]);
    let params = ScanParams { replicates: 0, ..ScanParams::default() };
    let by_days = poisson(&centers, &cases, &[31.0, 28.0], &[1.0, 2.0], &params);
    assert!(by_days.clusters.is_empty(), "{:?}", by_days.clusters);
    let alike = poisson(&centers, &cases, &[1.0, 1.0], &[1.0, 2.0], &params);
    assert_eq!((alike.clusters[0].start, alike.clusters[0].end), (0, 0), "January, only because it is longer");
    Row::differs(
        "cluster::scan::scan (space-time Poisson)",
        "scanstatistics",
        "months of 31 and 28 days with as many cases a day",
        "steps count by their length, as in SaTScan; steps taken as equal make a cluster of every January",
    )
}

fn fewest_cases() -> Row {
    let (centers, cases, population) = ([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]], [1, 12, 12], [1.0, 500.0, 500.0]);
    let with = |min_cases| {
        poisson(&centers, &cases, &[1.0], &population, &ScanParams { min_cases, replicates: 0, ..ScanParams::default() })
    };
    assert_eq!(with(1).clusters[0].units, [0]);
    assert!(with(2).clusters.iter().all(|c| c.cases >= 2));
    Row::differs(
        "cluster::scan::ScanParams::min_cases",
        "SaTScan 10",
        "a window of a single case",
        "1 by default, the definition of the paper; SaTScan leaves out single cases (2), which min_cases gives",
    )
}

/// The peers' work, when `HOTSPOT_PEERS_WORK` names it. The rows are printed in any case: their numbers are SaTScan's.
fn beside_satscan() -> Vec<Row> {
    let (mut space, mut spacetime) = (0.0, 0.0);
    if let Some(work) = std::env::var_os("HOTSPOT_PEERS_WORK") {
        let read = |name: &str, columns: &[&str]| -> Vec<Vec<f64>> {
            let mut reader = csv::Reader::from_path(Path::new(&work).join(name)).expect("the peers' work");
            let header = reader.headers().expect("a header").clone();
            let at: Vec<usize> = columns.iter().map(|c| header.iter().position(|h| h == *c).expect("a column")).collect();
            reader
                .records()
                .map(|r| at.iter().map(|a| r.as_ref().expect("a row")[*a].parse().expect("a number")).collect())
                .collect()
        };
        let params = ScanParams { replicates: 99, ..ScanParams::default() };
        let areas = read("lsoa.csv", &["easting", "northing", "pop", "cases"]);
        let centers: Vec<[f64; 2]> = areas.iter().map(|a| [a[0], a[1]]).collect();
        let population: Vec<f64> = areas.iter().map(|a| a[2]).collect();
        let cases: Vec<u32> = areas.iter().map(|a| a[3] as u32).collect();
        let found = poisson(&centers, &cases, &[1.0], &population, &params);
        let best = &found.clusters[0];
        assert_eq!((best.units.len(), best.cases), (140, 1379));
        assert!((best.expected - 736.76).abs() < 0.005);
        assert_eq!(found.clusters.iter().filter(|c| c.p < Some(1.0)).count(), 3);
        space = (best.llr - 230.819771).abs();

        let areas = read("msoa_pop.csv", &["easting", "northing", "pop"]);
        let centers: Vec<[f64; 2]> = areas.iter().map(|a| [a[0], a[1]]).collect();
        let population: Vec<f64> = areas.iter().map(|a| a[2]).collect();
        let mut cases = vec![0; areas.len() * 36];
        for row in read("msoa_cases.csv", &["id", "month", "cases"]) {
            cases[row[0] as usize * 36 + row[1] as usize] = row[2] as u32;
        }
        let days = |m: usize| {
            if m % 12 == 1 {
                if m == 25 { 29.0 } else { 28.0 }
            } else if [3, 5, 8, 10].contains(&(m % 12)) {
                30.0
            } else {
                31.0
            }
        };
        let found = poisson(
            &centers,
            &cases,
            &(0..36).map(days).collect::<Vec<f64>>(),
            &population,
            &ScanParams { replicates: 0, ..params },
        );
        let best = &found.clusters[0];
        // January to June 2024.
        assert_eq!((best.units.len(), best.cases, best.start, best.end), (38, 1531, 24, 29));
        assert!((best.expected - 771.71).abs() < 0.005);
        spacetime = (best.llr - 293.469075).abs();
    }
    vec![
        Row::agrees(
            "cluster::scan::scan (Poisson)",
            "SaTScan 10.3.2",
            "4,835 areas, half of the population: LLR 230.819771, 140 areas, 1,379 cases, three clusters with p < 1 (with HOTSPOT_PEERS_WORK)",
            space,
            5e-7,
        ),
        Row::agrees(
            "cluster::scan::scan (space-time Poisson)",
            "SaTScan 10.3.2",
            "625 areas, 36 months by their days: LLR 293.469075, 38 areas, January to June 2024, 1,531 cases (with HOTSPOT_PEERS_WORK)",
            spacetime,
            5e-7,
        ),
    ]
}
