//! Kernel density, bandwidths and edges beside `scikit-learn`, `scipy`, `spatstat`, `MASS`, `polyCub` and hand-written numba.

use crate::{Row, TWELVE};
use geo::{MultiPolygon, polygon};
use hotspot_core::density::bandwidth::choose;
use hotspot_core::density::edge::share_inside;
use hotspot_core::density::{
    Bandwidth, BandwidthRule, Comparison, Criterion, Edge, EdgeCorrection, KdeParams, Kernel, Mask, Points, cross_validate,
    dual_kde, kde,
};
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

pub fn rows() -> Vec<Row> {
    let mut rows = kernels();
    rows.extend(scipy());
    rows.push(beside_numba());
    rows.extend(units());
    rows.extend(bandwidths());
    rows.extend(edges());
    rows.extend([floor(), likelihood()]);
    rows
}

/// Three places among the twelve points.
const THREE: [[f64; 2]; 3] = [[50.0, 50.0], [80.0, 40.0], [20.0, 30.0]];

fn per_m2(points: &[[f64; 2]], at: &[[f64; 2]], kernel: Kernel, meters: f64) -> Vec<f64> {
    let params = KdeParams { kernel, ..KdeParams::fixed(meters) };
    kde(Points::each(points), at, &params).expect("valid input").density_per_km2.into_iter().map(|d| d * 1e-6).collect()
}

/// Largest relative difference, every pair being asserted to have the same length.
fn worst(got: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(got.len(), wanted.len());
    got.iter().zip(wanted).map(|(g, w)| if g == w { 0.0 } else { (g / w - 1.0).abs() }).fold(0.0, f64::max)
}

/// Points 0, 150 and 200 m from the origin, with a kernel of 300 m.
fn three_points_per_km2() -> f64 {
    per_m2(&[[0.0, 0.0], [150.0, 0.0], [0.0, 200.0]], &[[0.0, 0.0]], Kernel::Quartic, 300.0)[0] * 1e6
}

fn kernels() -> Vec<Row> {
    let formula = worst(&[0.0, 150.0, 299.0].map(|d| Kernel::Quartic.at(d, 300.0)), &[1.061033e-5, 5.968310e-6, 4.699996e-10]);
    let of_scikit_learn = [
        (Kernel::Gaussian, 15.0, [0.0007175143831216497, 0.001382213150057571, 0.001681326840407045]),
        (Kernel::Uniform, 40.0, [0.0009947183943243459, 0.0007957747154594774, 0.0007957747154594774]),
        (Kernel::Epanechnikov, 40.0, [0.0008438210811149742, 0.0011503897589954393, 0.0012345599199718607]),
        (Kernel::Triangular, 40.0, [0.0007792151132832484, 0.0012290727352612472, 0.001403043748772433]),
    ];
    let scikit_learn = of_scikit_learn
        .iter()
        .map(|(kernel, meters, wanted)| worst(&per_m2(&TWELVE, &THREE, *kernel, *meters), wanted))
        .fold(0.0, f64::max);
    vec![
        Row::agrees(
            "density::Kernel::at",
            "Silverman 1986, eq. 4.5",
            "quartic kernel of 300 m at 0, 150 and 299 m (relative)",
            formula,
            5e-7,
        ),
        Row::agrees(
            "density::kde::kde",
            "the definition, by hand",
            "points at 0, 150 and 200 m, h 300 m: 19.853433 per square kilometre",
            (three_points_per_km2() - 19.853433).abs(),
            5e-7,
        ),
        Row::agrees(
            "density::kde::kde",
            "scikit-learn 1.9.1 `KernelDensity`",
            "gaussian, tophat, epanechnikov, linear; 12 points, 3 places, times 12 (relative)",
            scikit_learn,
            1e-7,
        ),
    ]
}

/// `scipy.stats.gaussian_kde`, Scott's factor, times the number of points.
fn scipy() -> Vec<Row> {
    let round = [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [2.0, 2.0], [-2.0, 2.0], [2.0, -2.0], [-2.0, -2.0]]
        .map(|p: [f64; 2]| p.map(|c| 100.0 * c));
    let chosen = choose(BandwidthRule::Scott, Points::each(&round), Kernel::Gaussian).expect("they spread").meters;
    let bandwidth = (chosen / 113.3893419027682 - 1.0).abs();
    let got = per_m2(&round, &[[0.0, 0.0], [50.0, 20.0], [300.0, -100.0]], Kernel::Gaussian, chosen);
    let density = worst(&got, &[3.576761207388555e-05, 3.4036108677800046e-05, 8.181336753341794e-06]);

    // Its kernel is an ellipse: the covariance of the points times n^(-1/3).
    let n = 12.0;
    let mean = [0, 1].map(|axis| TWELVE.iter().map(|p| p[axis]).sum::<f64>() / n);
    let moment = |a: usize, b: usize| {
        TWELVE.iter().map(|p| (p[a] - mean[a]) * (p[b] - mean[b])).sum::<f64>() / (n - 1.0) * n.powf(-1.0 / 3.0)
    };
    let (xx, xy, yy) = (moment(0, 0), moment(0, 1), moment(1, 1));
    let determinant = xx * yy - xy * xy;
    let places = [[50.0, 50.0], [0.0, 100.0], [100.0, 0.0]];
    let theirs = places.map(|at| {
        let of = |p: &[f64; 2]| {
            let (dx, dy) = (p[0] - at[0], p[1] - at[1]);
            (-0.5 * (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / determinant).exp()
        };
        TWELVE.iter().map(of).sum::<f64>() / (2.0 * PI * determinant.sqrt())
    });
    assert!(worst(&theirs, &[0.0009335434520346992, 7.291869684826645e-05, 0.00027839543568108325]) < 1e-12);
    let chosen = choose(BandwidthRule::Scott, Points::each(&TWELVE), Kernel::Gaussian).expect("they spread").meters;
    let ours = per_m2(&TWELVE, &places, Kernel::Gaussian, chosen);
    assert!(worst(&ours[1..2], &[9.515141756652747e-05]) < 1e-6 && worst(&ours, &theirs) > 0.3);
    vec![
        Row::agrees(
            "density::bandwidth::choose (Scott)",
            "scipy 1.17.1 `gaussian_kde`",
            "bandwidth of 8 points whose axes are uncorrelated and spread alike (relative)",
            bandwidth,
            1e-12,
        ),
        Row::agrees("density::kde::kde", "scipy 1.17.1 `gaussian_kde`", "their density at 3 places (relative)", density, 1e-7),
        Row::differs(
            "density::kde::kde",
            "scipy 1.17.1 `gaussian_kde`",
            "12 points that are correlated (r = 0.15), a place at their rim: 7.2919e-5 against 9.5151e-5",
            "its kernel is an ellipse that turns and stretches with the whole cloud of points; ours is a circle of a stated number of \
             metres, the same for every map of a city",
        ),
    ]
}

/// The peers' densities at 16,666 cells, when `HOTSPOT_PEERS` names their scripts and `HOTSPOT_PEERS_WORK` their work.
fn beside_numba() -> Row {
    let mut off = 0.0_f64;
    if let (Some(peers), Some(work)) = (std::env::var_os("HOTSPOT_PEERS"), std::env::var_os("HOTSPOT_PEERS_WORK")) {
        let (peers, work) = (PathBuf::from(peers), PathBuf::from(work));
        let scratch = std::env::var_os("PEERS_SCRATCH").map_or_else(|| work.join("../scratch"), PathBuf::from);
        let at = columns(&scratch.join("kde_at_r9.csv"), ["x", "y"]);
        for size in [25_000, 250_000] {
            let points = columns(&work.join(format!("incidents_{size}.csv")), ["easting", "northing"]);
            let wanted = columns(&peers.join(format!("reference/kde_quartic500_r9_{size}.csv.gz")), ["density_per_m2"]);
            off = off.max(worst(&per_m2(&points, &at, Kernel::Quartic, 500.0), &wanted.concat()));
        }
    }
    Row::agrees(
        "density::kde::kde",
        "hand-written numba 0.68.1, equal to scipy `cKDTree`",
        "25,000 and 250,000 points, quartic kernel of 500 m at 16,666 cells (relative; with HOTSPOT_PEERS, HOTSPOT_PEERS_WORK)",
        off,
        1e-9,
    )
}

fn columns<const N: usize>(path: &Path, names: [&str; N]) -> Vec<[f64; N]> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text: Box<dyn std::io::Read> = if path.extension().is_some_and(|e| e == "gz") {
        Box::new(flate2::read::GzDecoder::new(std::io::Cursor::new(bytes)))
    } else {
        Box::new(std::io::Cursor::new(bytes))
    };
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().expect("a header").clone();
    let at = names.map(|name| header.iter().position(|h| h == name).expect("a column"));
    reader.records().map(|row| at.map(|a| row.as_ref().expect("a row")[a].parse().expect("a number"))).collect()
}

/// Kernels and units that other tools take.
fn units() -> Vec<Row> {
    // Σ (1 − u)²: 1, 9/16, 25/81.
    let bare = 1.0 + 0.5625 + 25.0 / 81.0;
    let per_km2 = three_points_per_km2();
    assert!((per_km2 * 1e-6 * PI * 9e4 / 3.0 - bare).abs() < 1e-12);
    let scaled = bare * 116.0 / (5.0 * PI * 9e4) * 15.0 / 16.0 * 1e6;
    assert!((scaled / per_km2 - 7.25).abs() < 1e-12);
    assert!((300.0 * Kernel::Quartic.variance().sqrt() - 106.066017).abs() < 1e-6);
    // A grid of hectares: its cells' expected counts add up to the number of points.
    let points = [[0.0, 0.0], [150.0, 0.0], [0.0, 200.0]];
    let cells: Vec<[f64; 2]> =
        (0..1_600).map(|i| [f64::from(i % 40 - 20) * 25.0 + 12.5, f64::from(i / 40 - 20) * 25.0 + 12.5]).collect();
    let absolute: f64 = per_m2(&points, &cells, Kernel::Quartic, 300.0).iter().map(|d| d * 625.0).sum();
    vec![
        Row::differs(
            "density::kde::kde",
            "QGIS heat map, SpatialKDE, sfhotspot",
            "points at 0, 150 and 200 m: 1.871142 against 19.853433 per square kilometre",
            "they give the bare sum of (1 - u)² unless asked to scale it: it changes its meaning with the bandwidth and with the unit",
        ),
        Row::differs(
            "density::kde::kde",
            "SpatialKDE, QGIS before 3.42, scaled",
            "the same: 143.937 against 19.853433 per square kilometre",
            "116/(5π h²) · 15/16 where 16/(5π h²) · 15/16 was meant: 7.25 points for each",
        ),
        Row::differs(
            "density::kde::KdeParams",
            "spatstat `density.ppp(kernel = \"quartic\")`",
            "its sigma is 106.066 m where our bandwidth is 300 m",
            "it gives every kernel by its standard deviation, on a raster; here the quartic kernel ends at the bandwidth, as in crime mapping",
        ),
        Row::agrees(
            "density::kde::kde",
            "CrimeStat, absolute densities",
            "they add up to the number of points over the cells, far from the edge",
            (absolute - 3.0).abs(),
            2e-4,
        ),
    ]
}

fn bandwidths() -> Vec<Row> {
    let of =
        |rule: BandwidthRule, points: &[[f64; 2]]| choose(rule, Points::each(points), rule.kernel()).expect("they spread").meters;
    let rule = |rule, wanted: f64| (of(rule, &TWELVE) / wanted - 1.0).abs();
    let nrd = BandwidthRule::NormalReference;
    // bandwidth.nrd of x alone.
    let x_alone = of(nrd, &TWELVE.map(|p| [p[0], p[0]]));
    assert!((x_alone / of(nrd, &TWELVE) - 1.0).abs() > 0.01);
    let silverman = choose(BandwidthRule::Silverman, Points::each(&TWELVE), Kernel::Quartic).expect("they spread").meters;
    let spread = f64::midpoint(31.269648610792288_f64.powi(2), 27.94212096893191_f64.powi(2)).sqrt() * 12_f64.powf(-1.0 / 6.0);
    vec![
        Row::agrees(
            "density::bandwidth::choose (ArcGis)",
            "ArcGIS from 10.2.1, its stated formula",
            "default search radius of 12 points: 21.983140 (relative)",
            rule(BandwidthRule::ArcGis, 21.98313954168553),
            1e-12,
        ),
        Row::agrees(
            "density::bandwidth::choose (NormalReference)",
            "MASS 7.3-58.2 `bandwidth.nrd`",
            "mean of both axes, 12 points: 74.502575 (relative)",
            rule(nrd, 74.50257539368727),
            1e-12,
        ),
        Row::differs(
            "density::bandwidth::choose (NormalReference)",
            "sfhotspot `bandwidth.nrd` of both axes",
            "12 points",
            "`mean(nrd(x), nrd(y))` is in R the number of x alone, the second argument being a trim; here the mean of both, as its manual says",
        ),
        Row::agrees(
            "density::bandwidth::choose (Scott)",
            "spatstat.explore 3.0-6 `bw.scott.iso`",
            "12 points: 19.535640 (relative)",
            rule(BandwidthRule::Scott, 19.5356400067718),
            1e-12,
        ),
        Row::agrees(
            "density::bandwidth::choose (Silverman)",
            "Silverman 1986, table 4.1",
            "constant of the quartic kernel: 2.78",
            (silverman / spread - 2.78).abs(),
            5e-3,
        ),
        Row::agrees(
            "density::bandwidth::choose (NearestNeighbors)",
            "spatstat.geom 3.0-6 `nndist(k = 3)`",
            "mean of 12 points: 35.201301 (relative)",
            rule(BandwidthRule::NearestNeighbors { neighbors: 3 }, 35.20130140843029),
            1e-12,
        ),
    ]
}

fn edges() -> Vec<Row> {
    // An L of 900 by 800 m with a hole: polyCub.iso 0.8.1, quartic kernel of 300 m.
    let l: MultiPolygon<f64> = polygon!(
        exterior: [(x: 0., y: 0.), (x: 900., y: 0.), (x: 900., y: 300.), (x: 400., y: 300.), (x: 400., y: 800.), (x: 0., y: 800.)],
        interiors: [[(x: 100., y: 100.), (x: 100., y: 200.), (x: 200., y: 200.), (x: 200., y: 100.)]],
    )
    .into();
    let share =
        |mask: &MultiPolygon<f64>, at: &[[f64; 2]]| share_inside(Mask::Polygon(mask), Kernel::Quartic, 300.0, at).expect("valid");
    let poly_cub = worst(
        &share(&l, &[[50.0, 50.0], [250.0, 250.0], [500.0, 100.0], [400.0, 300.0]]),
        &[0.3793869112269819, 0.9070344874532527, 0.7872026329920089, 0.7475136650674165],
    );
    let square: MultiPolygon<f64> = polygon![(x: 0., y: 0.), (x: 900., y: 0.), (x: 900., y: 900.), (x: 0., y: 900.)].into();
    let half = worst(&share(&square, &[[450.0, 0.0], [0.0, 0.0]]), &[0.5, 0.25]);

    let centers: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20) * 5.0 + 2.5, f64::from(i / 20) * 5.0 + 2.5]).collect();
    let area_km2 = vec![25e-6; centers.len()];
    let edge = Some(Edge { correction: EdgeCorrection::Diggle, mask: Mask::Cells { centers: &centers, area_km2: &area_km2 } });
    let total = |edge, bandwidth| {
        let found = kde(Points::each(&TWELVE), &centers, &KdeParams { edge, bandwidth, ..KdeParams::fixed(30.0) }).expect("valid");
        found.density_per_km2.iter().map(|d| d * 25e-6).sum::<f64>()
    };
    let fixed = Bandwidth::Fixed { meters: 30.0 };
    assert!(total(None, fixed) < 11.0);
    let kept =
        (total(edge, fixed) - 12.0).abs().max((total(edge, Bandwidth::Nearest { neighbors: 3, least_m: 10.0 }) - 12.0).abs());
    vec![
        Row::agrees(
            "density::edge::share_inside",
            "polyCub 0.8.1 `polyCub.iso`",
            "quartic kernel of 300 m in an L with a hole, 4 places (relative)",
            poly_cub,
            1e-9,
        ),
        Row::agrees(
            "density::edge::share_inside",
            "geometry",
            "on a straight edge 1/2, at a right corner 1/4 (relative)",
            half,
            1e-10,
        ),
        Row::agrees(
            "density::edge::EdgeCorrection::Diggle",
            "Jones 1993",
            "12 points in cells of their box: expected counts add up to 12, fixed and adaptive bandwidth",
            kept,
            1e-11,
        ),
        Row::differs(
            "density::edge::share_inside",
            "spatstat `density.ppp(edge = TRUE)`",
            "the share of a kernel inside the window",
            "it adds up pixels of a raster that covers the window; here the integral over the polygon in closed form",
        ),
    ]
}

/// Three incidents where nobody lives.
fn floor() -> Row {
    let (incidents, homes) = ([[0.0, 0.0], [5_000.0, 0.0], [5_050.0, 0.0], [4_950.0, 0.0]], [[0.0, 0.0], [100.0, 0.0]]);
    let at = [[0.0, 0.0], [5_000.0, 0.0], [20_000.0, 0.0]];
    let found = dual_kde(Points::each(&incidents), Points::each(&homes), &at, &KdeParams::fixed(500.0), 0.1, Comparison::Ratio);
    let values = found.as_ref().expect("valid input").values.clone();
    assert!(values[0].is_some() && values[1..] == [None, None]);
    let found = found.expect("valid input");
    let theirs = |row: usize| found.first.density_per_km2[row] / found.second.density_per_km2[row];
    assert!(theirs(1).is_infinite() && theirs(2).is_nan());
    Row::differs(
        "density::dual_kde::dual_kde",
        "sfhotspot `hotspot_dual_kde`",
        "incidents where nobody lives, and where there is nothing at all",
        "it prints infinite and not-a-number ratios; here a ratio is undefined below a stated floor of the denominator, not 0 and not \
         infinite",
    )
}

fn likelihood() -> Row {
    let scored = cross_validate(&TWELVE, Kernel::Gaussian, Criterion::Likelihood, &[10.0, 20.0]).expect("valid input");
    let off = (scored.scores[0] + 132.82144296468314).abs().max((scored.scores[1] + 119.38206721276832).abs());
    Row::agrees(
        "density::cross_validation::cross_validate",
        "the definition in numpy",
        "log likelihood of 12 points, 2 bandwidths",
        off,
        1e-4,
    )
}
