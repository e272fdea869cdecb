//! Local and global association, weights and corrections, beside `spdep` 1.2-7, `esda` 2.9.0 and the papers.

use crate::Row;
use hotspot_core::local::fdr::{benjamini_hochberg, benjamini_yekutieli, bonferroni};
use hotspot_core::local::geary::local_geary;
use hotspot_core::local::getis_ord::{local_g, local_g_test};
use hotspot_core::local::global::{Assumption, GlobalTest, geary, general_g, moran};
use hotspot_core::local::moran::local_moran;
use hotspot_core::local::standardized_rate::empirical_bayes_index;
use hotspot_core::local::{Alternative, GearyPattern, Inference, LocalTest, Permutations, Scaling, Tails};
use hotspot_core::weights::{SelfWeight, SpatialWeights, distance_band};
use std::collections::HashMap;
use std::path::Path;

/// Largest difference, every pair being asserted to have the same length.
fn worst(got: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(got.len(), wanted.len());
    got.iter().zip(wanted).map(|(g, w)| (g - w).abs()).fold(0.0, f64::max)
}

fn defined(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().map(|v| v.expect("defined")).collect()
}

fn table(name: &str) -> Vec<HashMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/reference").join(name);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.expect("a row of the header's width")).collect()
}

fn column(rows: &[HashMap<String, String>], name: &str) -> Vec<f64> {
    rows.iter().map(|row| row[name].parse().expect("a number")).collect()
}

fn neighbours(name: &str, units: usize) -> SpatialWeights {
    let mut lists = vec![Vec::new(); units];
    for row in table(name) {
        let end = |column: &str| row[column].parse::<u32>().expect("a unit") - 1;
        lists[end("i") as usize].push(end("j"));
    }
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

fn six_points() -> (SpatialWeights, [f64; 6]) {
    let points = [[10.0, 10.0], [20.0, 10.0], [40.0, 10.0], [15.0, 20.0], [30.0, 20.0], [30.0, 30.0]];
    (distance_band(&points, 15.0).expect("a band"), [2.0, 3.0, 3.2, 5.0, 8.0, 7.0])
}

pub fn rows() -> Vec<Row> {
    [gi(), local_morans(), local_gearys(), globals(), rates(), corrections()].into_iter().flatten().collect()
}

const GI: [f64; 6] = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941];
const GI_STAR: [f64; 6] = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331];
const GI_STAR_OF_ESDA_STANDARDISED: [f64; 6] = [-0.62488094, -0.09144599, 0.41150696, -0.09144599, 0.24690418, 1.28024388];

fn gi() -> Vec<Row> {
    let (weights, values) = six_points();
    let z = |weights: &SpatialWeights, own| defined(&local_g(&values, weights, own).expect("valid").z);
    let published = worst(&z(&weights, SelfWeight::Excluded), &GI).max(worst(&z(&weights, SelfWeight::Included), &GI_STAR));
    let standardised = z(&weights.row_standardized(), SelfWeight::Included);
    let invariant = worst(&standardised, &GI_STAR);
    assert!(worst(&standardised, &GI_STAR_OF_ESDA_STANDARDISED) > 0.7);
    // What the tool computes: the formula with W where S1 belongs, which for standardised rows with oneself is 1 and 1.
    let m = values.iter().sum::<f64>() / 6.0;
    let s = (values.iter().map(|v| v * v).sum::<f64>() / 6.0 - m * m).sqrt();
    let theirs: Vec<f64> = (0..6)
        .map(|row| {
            let window = || weights.neighbors(row).iter().map(|j| values[*j as usize]).chain([values[row]]);
            (window().sum::<f64>() / window().count() as f64 - m) / s
        })
        .collect();
    assert!(worst(&theirs, &GI_STAR_OF_ESDA_STANDARDISED) < 1e-8);
    let rows = table("afcon_local.csv");
    let values = column(&rows, "value");
    let weights = neighbours("afcon_neighbours.csv", 42);
    let of = |own, name: &str| worst(&defined(&local_g(&values, &weights, own).expect("valid").z), &column(&rows, name));
    let spdep = of(SelfWeight::Excluded, "localG_z_binary").max(of(SelfWeight::Included, "localGstar_z_binary_self"));
    // esda.G_Local(star=True, permutations=99999, seed=1).p_sim of the first eight countries.
    let simulated = [0.20169, 0.39032, 0.49714, 0.01822, 0.0049, 0.39162, 0.04553, 0.23139];
    let exact = |tails: Tails| local_g_test(&values, &weights, SelfWeight::Included, &LocalTest::exact(tails)).expect("small");
    let directed = exact(Tails::Directed);
    assert_eq!(directed.inference, Inference::Exact);
    let limit = worst(&directed.p[..8], &simulated);
    for (one, both) in directed.p.iter().zip(&exact(Alternative::TwoSided.into()).p) {
        assert!(2.0 * one <= both + 1e-12);
    }
    vec![
        Row::agrees("local::getis_ord::local_g", "esda documentation", "z of Gi and Gi*, six points, binary", published, 1e-8),
        Row::agrees(
            "local::getis_ord::local_g",
            "Ord and Getis 1995",
            "z of Gi* does not change by row standardisation",
            invariant,
            1e-8,
        ),
        Row::differs(
            "local::getis_ord::local_g",
            "esda 2.9.0",
            "z of Gi*, six points, `transform=\"R\"`: -0.62488 … against -1.39728 …",
            "its variance has W_i where the sum of squared weights belongs, so z changes with the scale of a row; ours does not",
        ),
        Row::agrees("local::getis_ord::local_g", "spdep 1.2-7 `localG`", "z of Gi and Gi*, 42 African countries", spdep, 1e-11),
        Row::agrees(
            "local::permutation::local_g_exact",
            "esda 2.9.0 `G_Local(permutations=99999)`",
            "p of Gi*, 8 countries, its \"directed\" convention: exact against simulated",
            limit,
            0.006,
        ),
        Row::differs(
            "local::permutation::local_g_exact",
            "esda 2.9.0 and pygeoda 0.1.3 by default",
            "p of Gi*",
            "they take the smaller tail, the lower without its ties, and do not pay for the choice: at most half of a two-sided p. \
             `Tails::Directed` reproduces it",
        ),
    ]
}

fn local_morans() -> Vec<Row> {
    let (weights, values) = six_points();
    let weights = weights.row_standardized();
    let test = LocalTest::analytical(Alternative::TwoSided);
    let i = |scaling| defined(&local_moran(&values, &weights, scaling, &test).expect("valid").i);
    let by_hand = [0.395122, -0.106620, -1.034843, -0.022997, -0.103484, 1.586760];
    let of_esda = [
        0.32926829268292696,
        -0.08885017421602777,
        -0.8623693379790942,
        -0.019163763066202096,
        -0.08623693379790952,
        1.3222996515679442,
    ];
    let definition = worst(&i(Scaling::Population), &by_hand);
    let mean = values.iter().sum::<f64>() / 6.0;
    let lag = |row: usize| {
        let terms = weights.neighbors(row).iter().zip(weights.weights(row).expect("standardised"));
        terms.map(|(j, w)| w * (values[*j as usize] - mean)).sum::<f64>()
    };
    assert!(worst(&[0, 1, 2, 3, 4, 5].map(lag), &[-0.7, 0.3, 3.3, -0.366_667, -0.15, 3.3]) < 1e-6);
    let esda = worst(&i(Scaling::Sample), &of_esda);

    let rows = table("afcon_local.csv");
    let values = column(&rows, "value");
    let weights = neighbours("afcon_neighbours.csv", 42).row_standardized();
    let m = local_moran(&values, &weights, Scaling::Population, &test).expect("valid");
    let spdep = [(&m.i, "lisa_Ii"), (&m.expected, "lisa_E"), (&m.variance, "lisa_Var"), (&m.z, "lisa_Z")]
        .iter()
        .map(|(got, name)| worst(&defined(got), &column(&rows, name)))
        .fold(0.0, f64::max);
    let names = [("High-High", "HH"), ("Low-Low", "LL"), ("High-Low", "HL"), ("Low-High", "LH")];
    let theirs = |row: &HashMap<String, String>| names.iter().find(|(name, _)| *name == row["quadrant"]).expect("a quadrant").1;
    let differing: Vec<&str> = rows
        .iter()
        .zip(&m.quadrant)
        .filter(|(row, quadrant)| quadrant.expect("no country is at the mean").id() != theirs(row))
        .map(|(row, _)| row["id"].as_str())
        .collect();
    // Low, neighbours a little above the mean of all but below the mean of the neighbourhoods: I is negative.
    assert_eq!(differing, ["ZIMBABWE", "BOTSWANA"]);
    // spdep 1.2-7: localmoran(mlvar = FALSE), first three countries: I scaled, its moments not.
    let other = local_moran(&values, &weights, Scaling::Sample, &test).expect("valid");
    assert!(worst(&defined(&other.i)[..3], &[0.00525906903041885, -0.00979792288732772, -0.0946521045989509]) < 1e-15);
    assert!(worst(&defined(&m.expected)[..1], &[-3.02734720546447e-06]) < 1e-18);
    assert!(
        (other.z[0].expect("defined") - 0.684661439004263).abs() < 1e-12
            && (other.z[0].expect("defined") - 0.668369131427579).abs() > 0.01
    );
    // esda.Moran_Local(permutations=99999, seed=1).p_sim of the first eight countries.
    let simulated = [0.19942, 0.39032, 0.49714, 0.01822, 0.0049, 0.39178, 0.04553, 0.23147];
    let exact = local_moran(&values, &weights, Scaling::Sample, &LocalTest::exact(Tails::Directed)).expect("small");
    let limit = worst(&exact.p[..8], &simulated);
    let ties = ties_of_pygeoda();
    for [theirs, by_rounding, exact] in ties {
        assert!((theirs - by_rounding).abs() < 0.005 && (exact - 0.151515).abs() < 1e-6, "{ties:?}");
    }
    vec![
        Row::agrees("local::moran::local_moran", "the definition, by hand", "I, six points, divisor n", definition, 1e-6),
        Row::agrees("local::moran::local_moran", "esda 2.9.0", "I, six points, divisor n - 1 (`Scaling::Sample`)", esda, 1e-14),
        Row::agrees(
            "local::moran::local_moran",
            "spdep 1.2-7 `localmoran`",
            "I, conditional expectation and variance, z, 42 African countries",
            spdep,
            1e-11,
        ),
        Row::differs(
            "local::moran::local_moran",
            "spdep 1.2-7 `localmoran`, attribute `quadr$mean`",
            "quadrants: 40 of 42 countries are the same, Zimbabwe and Botswana are LL against LH",
            "it compares the neighbours with the mean of all neighbourhoods, so a quadrant may contradict the sign of I; here, as in its \
             `quadr$pysal` and in esda, with the mean of the values",
        ),
        Row::differs(
            "local::moran::local_moran",
            "spdep 1.2-7 `localmoran(mlvar = FALSE)`, esda 2.9.0 `EIc`, `VIc`",
            "z of the first country: 0.668369 against 0.684661",
            "they scale I by n - 1 and leave its moments as they were; here all scale together, and z does not depend on the divisor",
        ),
        Row::agrees(
            "local::moran::local_moran",
            "esda 2.9.0 `Moran_Local(permutations=99999)`",
            "p, 8 countries, its \"directed\" convention: exact against simulated",
            limit,
            0.006,
        ),
        Row::differs(
            "local::moran::local_moran",
            "pygeoda 0.1.3 `local_moran`",
            "p of two units of 12 with the same value among the same values: 0.152 and 0.152 (`Tails::Directed`) against 0.365 and 0.180; of \
             16,666 cells 2,270 against 2,808 at most 0.05",
            "it adds standardised values and compares the sums in floating point: whether a tie counts depends on the order of the \
             neighbours (an empty cell of six neighbours with one incident has 0.043 where that is the first or second, else 0.083; exactly \
             0.083). Here sums of counts are whole, and other sums within the rounding are ties; no `Tails` reproduces its p. Of few \
             units it also draws the first and the last half as often",
        ),
    ]
}

/// `pygeoda` adds standardised values in floating point and compares the sums with `>=`: whether a tie counts depends on the order of the
/// neighbours. It also rounds the random number of a draw, so that the first and the last unit are drawn half as often.
///
/// Of two units with the same value and the same values round them, in another order: its p, that by the same arithmetic over all draws,
/// and the exact p.
fn ties_of_pygeoda() -> [[f64; 3]; 2] {
    const VALUES: [f64; 12] = [0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0];
    let lists: Vec<[u32; 3]> = (0..12).map(|i| [(i + 1) % 12, (i + 2) % 12, (i + 3) % 12]).collect();
    let weights = SpatialWeights::from_lists(&lists).expect("neighbours are rows");
    let exact = local_moran(&VALUES, &weights, Scaling::Sample, &LocalTest::exact(Tails::Directed)).expect("small");
    let mean = VALUES.iter().sum::<f64>() / 12.0;
    let squares = VALUES.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
    let z = VALUES.map(|v| (v - mean) / (squares / 11.0).sqrt());
    let product = |own: usize, [a, b, c]: [usize; 3]| (z[a] + z[b] + z[c]) / 3.0 * z[own];
    let weight = |unit: usize| if unit == 0 || unit == 11 { 0.5 } else { 1.0 };
    let by_rounding = |own: usize| {
        let observed = product(own, [own + 1, own + 2, own + 3]);
        let all = 11.0 - weight(own);
        let mut larger = 0.0;
        let others = || (0..12).filter(move |unit| *unit != own);
        for a in others() {
            for b in others().filter(|b| *b != a) {
                for c in others().filter(|c| *c != a && *c != b) {
                    if product(own, [a, b, c]) >= observed {
                        let left = all - weight(a);
                        larger += weight(a) / all * weight(b) / left * weight(c) / (left - weight(b));
                    }
                }
            }
        }
        f64::min(larger, 1.0 - larger)
    };
    // pygeoda.local_moran(w, VALUES, permutations=99999, permutation_method="complete", seed=1).lisa_pvalues()
    [(7, 0.36478), (8, 0.18042)].map(|(unit, theirs)| [theirs, by_rounding(unit), exact.p[unit]])
}

fn local_gearys() -> Vec<Row> {
    let values = column(&table("afcon_local.csv"), "value");
    let weights = neighbours("afcon_neighbours.csv", 42).row_standardized();
    let run = |scaling, test: &LocalTest| local_geary(&values, &weights, scaling, test).expect("valid");
    let analytical = LocalTest::analytical(Alternative::TwoSided);
    let of_spdep =
        [0.390254565015625, 0.504604394280255, 0.512248935331742, 2.908148777419418, 3.400069006449391, 0.346142110214207];
    let of_esda = [0.39977296904039605, 0.5169118185309933, 0.5247428118032479, 2.979079235405258, 3.482997518801816];
    let sample = run(Scaling::Sample, &analytical);
    let spdep = worst(&defined(&sample.c)[..6], &of_spdep);
    let esda = worst(&defined(&run(Scaling::Population, &analytical).c)[..5], &of_esda);
    // localC_perm(nsim = 999, set.seed(1)): simulated expectation, standard error √(Var / 999).
    let simulated =
        [(1.00898861950403, 2.64425625819213), (1.03282238346772, 0.853386132405023), (1.15520230685092, 1.17933106944025)];
    let mut deviation = 0.0_f64;
    for (row, (mean, variance)) in simulated.iter().enumerate() {
        deviation = deviation.max((sample.expected[row].expect("defined") - mean).abs() / (variance / 999.0_f64).sqrt());
        assert!((sample.variance[row].expect("defined") / variance).ln().abs() < 0.25);
    }
    // esda.Geary_Local(permutations=9999, seed=3).p_sim, "directed".
    let p_of_esda = [0.4215, 0.3511, 0.2143, 0.0294, 0.0031, 0.3657, 0.0417, 0.2433];
    let permuted = run(Scaling::Population, &LocalTest::permutation(Tails::Directed, Permutations::fixed(99_999, 1)));
    let p = worst(&permuted.p[..8], &p_of_esda);
    // spdep calls Algeria (high among low, c below its expectation) "Negative", and Chad (low among high) "Other Positive".
    assert_eq!((sample.pattern[1], sample.pattern[2]), (Some(GearyPattern::OtherPositive), Some(GearyPattern::OtherPositive)));
    assert!(sample.c[1] < sample.expected[1]);
    vec![
        Row::agrees(
            "local::geary::local_geary",
            "spdep 1.2-7 `localC`",
            "c, 6 countries, divisor n - 1 (`Scaling::Sample`)",
            spdep,
            1e-13,
        ),
        Row::agrees("local::geary::local_geary", "esda 2.9.0 `Geary_Local`", "c, 5 countries, divisor n", esda, 1e-13),
        Row::agrees(
            "local::geary::local_geary",
            "spdep 1.2-7 `localC_perm`",
            "expectation in closed form against 999 replicates, in standard errors",
            deviation,
            3.5,
        ),
        Row::agrees(
            "local::geary::local_geary",
            "esda 2.9.0 `Geary_Local(permutations=9999)`",
            "p, 8 countries, \"directed\"",
            p,
            0.02,
        ),
        Row::differs(
            "local::geary::local_geary",
            "spdep 1.2-7 `localC_perm`",
            "cluster of Algeria: Negative against other-positive",
            "it names clusters by the signs of the deviations alone; by Anselin (2019) association is negative where c is above its \
             expectation",
        ),
    ]
}

fn globals() -> Vec<Row> {
    let values = column(&table("afcon_local.csv"), "value");
    let binary = neighbours("afcon_neighbours.csv", 42);
    let standardised = binary.row_standardized();
    let normal = GlobalTest { assumption: Assumption::Normality, ..GlobalTest::default() };
    let random = GlobalTest::default();
    let numbers = |a: &hotspot_core::local::global::GlobalAssociation| {
        [a.statistic, a.expected, a.variance, a.z].map(|v| v.expect("defined")).into_iter().chain([a.p]).collect::<Vec<f64>>()
    };
    let i = |w: &SpatialWeights, test: &GlobalTest| numbers(&moran(&values, w, test).expect("valid"));
    let alike = |test: GlobalTest| GlobalTest { alternative: Alternative::Less, ..test };
    let c = |w: &SpatialWeights, test: GlobalTest| numbers(&geary(&values, w, &alike(test)).expect("valid"));
    let expected = -1.0 / 41.0;
    let of_moran = [
        (i(&standardised, &random), vec![0.416795631943655, expected, 0.0102935774196267, 4.34848957082972, 6.85391679462904e-06]),
        (i(&standardised, &normal)[..4].to_vec(), vec![0.416795631943655, expected, 0.0113152955088819, 4.14752154051]),
        (i(&binary, &random), vec![0.428770867382012, expected, 0.00852056556645583, 4.90928699784123, 4.57040611559251e-07]),
        (i(&binary, &normal)[..4].to_vec(), vec![0.428770867382012, expected, 0.00932874096156451, 4.69181755854608]),
    ];
    let of_geary = [
        (c(&standardised, random), vec![0.58395772321127, 1.0, 0.0205993072606986, -2.89875263601017, 0.00187325171863627]),
        (c(&standardised, normal)[..4].to_vec(), vec![0.58395772321127, 1.0, 0.0145894721190256, -3.44443247474468]),
        (c(&binary, random), vec![0.668956672552339, 1.0, 0.0380946376180194, -1.69610570638649, 0.0449329315873159]),
        (c(&binary, normal)[..4].to_vec(), vec![0.668956672552339, 1.0, 0.0194645630372694, -2.37280751577279]),
    ];
    let largest = |all: &[(Vec<f64>, Vec<f64>)]| all.iter().map(|(got, wanted)| worst(got, wanted)).fold(0.0, f64::max);
    let (weights, six) = six_points();
    let g = general_g(&six, &weights, &GlobalTest::default()).expect("valid");
    let general = worst(&[g.statistic.expect("defined"), g.p], &[0.55709779, 0.172936]);
    let sids = table("sids_rates.csv");
    let counts = moran(&column(&sids, "sids74"), &neighbours("sids_neighbours.csv", 100), &random).expect("valid");
    let sids = worst(&numbers(&counts)[..4], &[0.112754956074563, -1.0 / 99.0, 0.00352433475797385, 2.0694630435135]);
    vec![
        Row::agrees(
            "local::global::moran",
            "spdep 1.2-7 `moran.test`, esda 2.9.0 `Moran`",
            "I, expectation, both variances, z, p; 42 African countries, binary and row-standardised",
            largest(&of_moran),
            1e-11,
        ),
        Row::agrees("local::global::moran", "spdep 1.2-7 `moran.test`", "the same of infant deaths, North Carolina", sids, 1e-12),
        Row::agrees(
            "local::global::geary",
            "esda 2.9.0 `Geary`; spdep 1.2-7 `geary.test` but for the sign of z",
            "C, expectation, both variances, z, p; 42 African countries, binary and row-standardised",
            largest(&of_geary),
            1e-11,
        ),
        Row::differs(
            "local::global::geary",
            "spdep 1.2-7 `geary.test`",
            "z: 2.898753 against -2.898753",
            "it turns the sign round so that positive means alike; here z is (statistic - expected) / sd and tails are of C itself",
        ),
        Row::agrees("local::global::general_g", "esda documentation", "G and p, six points", general, 5e-7),
    ]
}

fn rates() -> Vec<Row> {
    let rows = table("sids_rates.csv");
    let deaths: Vec<u32> = column(&rows, "sids74").into_iter().map(|v| v as u32).collect();
    let index = empirical_bayes_index(&deaths, &column(&rows, "births74")).expect("valid");
    let of_esda = [-0.6823041890045876, -0.9113281135629153, -0.38244816040311114, -0.024294774037529658, 2.9126367201792913];
    let z = worst(&index.z[..5], &of_esda);
    let binary = neighbours("sids_neighbours.csv", 100);
    let test = GlobalTest { permutations: Some(Permutations::fixed(99_999, 1)), ..GlobalTest::default() };
    let global = moran(&index.z, &binary, &test).expect("valid");
    let i = (global.statistic.expect("defined") - 0.229437292520953).abs();
    // Two hundred thousand permutations by numpy give 0.00045 (`EBImoran.mc(nsim = 999, set.seed(1))`: 0.003).
    assert!((global.p - 0.00045).abs() < 0.0003, "{}", global.p);
    let standardised = binary.row_standardized();
    let local =
        local_moran(&index.z, &standardised, Scaling::Sample, &LocalTest::analytical(Alternative::TwoSided)).expect("valid");
    let of_esda = [0.5577226636735848, 0.5355801521599056, 0.37925972939247843, 0.06102473395587827, 4.91050569821883];
    let local = worst(&defined(&local.i)[..5], &of_esda);
    // The example of esda's documentation: rates vary less than chance would make them, so that a is negative.
    let population = [100.0, 100.0, 110.0, 90.0, 100.0, 90.0, 110.0, 90.0];
    let index = empirical_bayes_index(&[30, 25, 25, 15, 33, 21, 30, 20], &population).expect("valid");
    let of_esda = [1.03843594, -0.04099089, -0.56250375, -1.73061861, 1.68609205, -0.37696643, 0.47576252, -0.60257513];
    let negative = worst(&index.z, &of_esda);
    // GeoDa's rule, a at 0.
    let of_geoda: Vec<f64> =
        index.z.iter().zip(population).map(|(z, n)| z * (1.0 + index.variance * n / index.rate).sqrt()).collect();
    assert!(index.variance < 0.0 && index.replaced == 0);
    assert!((of_geoda[4] - 1.556127).abs() < 1e-6, "{}", of_geoda[4]);
    vec![
        Row::agrees(
            "local::standardized_rate::empirical_bayes_index",
            "esda 2.9.0 `assuncao_rate`",
            "z, 5 counties of North Carolina",
            z,
            1e-13,
        ),
        Row::agrees(
            "local::standardized_rate::empirical_bayes_index",
            "esda 2.9.0 `assuncao_rate`",
            "z, 8 regions of its documentation, a below zero",
            negative,
            5e-9,
        ),
        Row::differs(
            "local::standardized_rate::empirical_bayes_index",
            "GeoDa `RateStandardizeEB`",
            "z of the highest of 8 regions, a below zero: 1.686 against 1.556",
            "it puts a negative a to 0 for all units, as Marshall does for smoothed rates; the paper (p. 2157), esda and this replace the \
             variance of a unit only where that itself is not positive",
        ),
        Row::agrees("local::global::moran of it", "spdep 1.2-7 `EBImoran.mc`", "I of infant deaths, 100 counties", i, 1e-12),
        Row::agrees("local::moran::local_moran of it", "esda 2.9.0 `Moran_Local_Rate`", "I, 5 counties", local, 1e-12),
        Row::differs(
            "local::standardized_rate::empirical_bayes_index",
            "spdep 1.2-7 `EBImoran.mc`",
            "units whose variance is not positive",
            "`v[v < 0] <- b/x` gives them the values of the first units; here, and in esda and the paper, their own",
        ),
    ]
}

fn corrections() -> Vec<Row> {
    let p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
    let adjusted = benjamini_hochberg(&p).expect("p values");
    let bh = worst(&adjusted[..9], &[0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765]);
    let rejected = |adjusted: &[f64]| adjusted.iter().filter(|p| **p <= 0.05).count();
    assert_eq!(rejected(&adjusted), 4);
    let by = benjamini_yekutieli(&p).expect("p values");
    assert_eq!((rejected(&by), rejected(&bonferroni(&p).expect("p values"))), (3, 3));
    let penalty = (by[0] / adjusted[0] - 3.318228993).abs();
    vec![
        Row::agrees(
            "local::fdr::benjamini_hochberg",
            "Benjamini and Hochberg 1995",
            "15 adjusted p values; 4 at most 0.05",
            bh,
            1e-6,
        ),
        Row::agrees("local::fdr::benjamini_yekutieli", "Benjamini and Yekutieli 2001", "c(15); 3 at most 0.05", penalty, 1e-9),
        Row::differs(
            "local::fdr::benjamini_hochberg",
            "esda 2.9.0 `fdr`",
            "p 0.5, 0.6 at 0.05: cut-off 0.025 though nothing is rejected",
            "it returns a cut-off to compare with `<`, and that of Bonferroni where none is; here adjusted p values, a discovery being \
             at most q",
        ),
    ]
}
