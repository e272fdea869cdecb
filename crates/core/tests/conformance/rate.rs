use crate::Row;
use hotspot_core::local::Alternative;
use hotspot_core::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights};
use hotspot_core::rate::e_test::Variance;
use hotspot_core::rate::empirical_bayes::fit_moments;
use hotspot_core::rate::funnel::{Dispersion, FunnelParams, Target};
use hotspot_core::rate::location_quotient::Part;
use hotspot_core::rate::poisson::{PER_100_000, PoissonMethod, poisson_tails};
use hotspot_core::rate::ratio::{Exposed, RatioMethod};
use hotspot_core::rate::{
    GammaPrior, byar_limits, clopper_pearson_limits, e_test, exact_limits, funnel, location_quotient, marshall_rates, naus, rate,
    rate_ratio, weighted_displacement, wilson_limits,
};
use std::path::Path;

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    limits(&mut rows);
    two_counts(&mut rows);
    moving_window(&mut rows);
    shrinkage(&mut rows);
    single_units(&mut rows);
    funnels(&mut rows);
    rows
}

/// The largest difference.
fn worst(pairs: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    pairs.into_iter().map(|(got, wanted)| (got - wanted).abs()).fold(0.0, |a: f64, b| if b.is_nan() { f64::NAN } else { a.max(b) })
}

fn both(got: [f64; 2], wanted: [f64; 2]) -> [(f64, f64); 2] {
    [(got[0], wanted[0]), (got[1], wanted[1])]
}

fn exposed(count: u64, exposure: f64) -> Exposed {
    Exposed { count, exposure }
}

/// Successes, trials, level, exact limits, score limits.
type Case = (u64, u64, f64, [f64; 2], [f64; 2]);

fn limits(rows: &mut Vec<Row>) {
    let exact = [
        (0, 0.95, [0.0, 3.688879]),
        (0, 0.998, [0.0, 6.907755]),
        (1, 0.95, [0.025318, 5.571643]),
        (1, 0.998, [0.001001, 9.233413]),
        (2, 0.95, [0.242209, 7.224688]),
        (2, 0.998, [0.045402, 11.228872]),
        (5, 0.95, [1.623486, 11.668332]),
        (5, 0.998, [0.739372, 16.454745]),
    ];
    rows.push(Row::agrees(
        "rate::exact_limits",
        "PHEindicatormethods, test workbook",
        "counts 0, 1, 2, 5 at 95 and 99.8 %",
        worst(exact.iter().flat_map(|(o, level, wanted)| both(exact_limits(*o, *level), *wanted))),
        1e-6,
    ));
    let byar = [(65, 0.95, [50.163188, 82.849139]), (1045, 0.95, [982.593202, 1110.331213]), (10, 0.998, [2.916318, 24.193725])];
    rows.push(Row::agrees(
        "rate::byar_limits",
        "PHEindicatormethods, test workbook",
        "counts 65, 1045 at 95 %, 10 at 99.8 %",
        worst(byar.iter().flat_map(|(o, level, wanted)| both(byar_limits(*o, *level), *wanted))),
        1e-6,
    ));
    let of_200 = rate(2, 200.0, PER_100_000, 0.95, PoissonMethod::Phe).expect("valid input");
    rows.push(Row::agrees(
        "rate::rate",
        "PHEindicatormethods, phe_rate",
        "2 in 200 per 100,000",
        worst([(of_200.value, 1000.0), (of_200.lower, 121.10), (of_200.upper, 3612.34)]),
        0.005,
    ));
    let shares: [Case; 4] = [
        (65, 100, 0.95, [0.548150638176, 0.742706221469], [0.552544432969, 0.736357517569]),
        (0, 10, 0.998, [0.0, 0.498812766373], [0.0, 0.488478900453]),
        (1045, 5000, 0.998, [0.191530746409, 0.227254781066], [0.19179381799, 0.227315629025]),
        (1, 3000, 0.95, [8.43923371756e-6, 0.00185579999449], [5.88439418716e-5, 0.0018858188843]),
    ];
    rows.push(Row::agrees(
        "rate::wilson_limits",
        "R 4.2.2, prop.test(correct = FALSE)",
        "four shares from 0 to 0.65 at 95 and 99.8 %",
        worst(shares.iter().flat_map(|(x, n, level, _, score)| both(wilson_limits(*x as f64, *n as f64, *level), *score))),
        1e-10,
    ));
    rows.push(Row::agrees(
        "rate::clopper_pearson_limits",
        "R 4.2.2, binom.test",
        "four shares from 0 to 0.65 at 95 and 99.8 %",
        worst(shares.iter().flat_map(|(x, n, level, exact, _)| both(clopper_pearson_limits(*x, *n, *level), *exact))),
        1e-10,
    ));
}

fn two_counts(rows: &mut Vec<Row>) {
    let ratio = |x, y, n, m| rate_ratio(exposed(x, n), exposed(y, m), 0.95, RatioMethod::Exact).expect("valid input");
    let limits = |x, y, n, m| {
        let r = ratio(x, y, n, m);
        [r.lower, r.upper]
    };
    rows.push(Row::agrees(
        "rate::rate_ratio",
        "R 4.2.2, poisson.test",
        "limits of four ratios, with unequal exposures",
        worst(
            [
                both(limits(10, 5, 1.0, 1.0), [0.622859554349, 7.45729591086]),
                both(limits(12, 888, 80.0, 11_920.0), [1.03645105872, 3.53495485316]),
                both(limits(310, 262, 1.0, 1.0), [1.00050407857, 1.40012289938]),
                both(limits(45, 30, 1.5, 2.25), [1.38667196771, 3.69896026816]),
            ]
            .concat(),
        ),
        1e-10,
    ));
    // R: p = 0.034294 while its own interval, 0 to 1.013260, holds 1.
    let none = ratio(0, 9, 1.0, 2.0);
    assert!((none.upper - 1.01326038059).abs() < 1e-10 && (none.p - 2.0 * (2.0_f64 / 3.0).powi(9)).abs() < 1e-12);
    assert!(none.p > 0.05);
    rows.push(Row::differs(
        "rate::rate_ratio",
        "R 4.2.2, poisson.test",
        "p of 0 in one period against 9 in two: 0.0520, R 0.0343",
        "R adds up the tables no more probable than the observed one, and rejects at 5 % while its 95 % interval holds 1; twice the smaller tail goes with the interval",
    ));
    let p = |x, y, n, m, variance| e_test(exposed(x, n), exposed(y, m), variance, Alternative::TwoSided).expect("valid input").p;
    rows.push(Row::agrees(
        "rate::e_test",
        "Krishnamoorthy and Thomson 2004",
        "0 against 3, 6 against 2",
        worst([(p(0, 3, 1.0, 1.0, Variance::Unpooled), 0.0884), (p(6, 2, 1.0, 1.0, Variance::Unpooled), 0.1749)]),
        5e-5,
    ));
    rows.push(Row::agrees(
        "rate::e_test",
        "SciPy 1.17.1, poisson_means_test",
        "five pairs, with unequal exposures",
        worst([
            (p(0, 3, 1.0, 1.0, Variance::Unpooled), 0.08837900945483518),
            (p(10, 3, 2.0, 1.0, Variance::Unpooled), 0.41246946659611533),
            (p(3, 10, 2.0, 1.0, Variance::Unpooled), 0.01779693606647598),
            (p(12, 4, 1.0, 3.0, Variance::Unpooled), 0.0166566169067643),
            (p(1, 0, 1.0, 10.0, Variance::Unpooled), 0.5825536222493763),
        ]),
        1e-10,
    ));
    // R 4.2.2, summed over all pairs with ties counted: 0.014246076754753; the pairs 60, 90 and 90, 60 alone have 0.00021.
    assert!((p(60, 90, 100.0, 100.0, Variance::Unpooled) - 0.014246076754753).abs() < 1e-12);
    rows.push(Row::differs(
        "rate::e_test",
        "SciPy 1.17.1, poisson_means_test",
        "60 in 100 against 90 in 100: 0.014246, SciPy 0.014035 (and 0.014246 for 60 in 1 against 90 in 1)",
        "by rounding SciPy does not count the observed pair itself as at least as extreme; ties are compared with a tolerance here",
    ));
    assert!((p(12, 4, 1.0, 3.0, Variance::Pooled) - 2.21322402448e-5).abs() < 1e-12);
    rows.push(Row::differs(
        "rate::e_test",
        "ptools, e_test",
        "12 in one period against 4 in three: 0.0167, ptools 0.00002",
        "ptools pools the variance where the paper does not; with equal exposures both are one. `Variance::Pooled` gives ptools' number",
    ));
    let of = |before, after| BeforeAfter { before, after };
    let counts = DisplacementCounts {
        treated: of(207.0, 110.0),
        control: of(308.0, 318.0),
        displacement_treated: of(178.0, 157.0),
        displacement_control: of(150.0, 140.0),
    };
    let wdd = |weights| weighted_displacement(&counts, &weights, 0.95).expect("valid input");
    let plain = wdd(DisplacementWeights::default());
    rows.push(Row::agrees(
        "rate::weighted_displacement",
        "Wheeler and Ratcliffe 2018",
        "the paper's four areas: estimate, variance, z, limits",
        worst([
            (plain.total.estimate, -118.0),
            (plain.total.standard_error.powi(2), 1568.0),
            ((plain.z.expect("counts") * 100.0).round() / 100.0, -2.98),
            (plain.lower.round(), -196.0),
            (plain.upper.round(), -40.0),
        ]),
        1e-9,
    ));
    let by_area = wdd(DisplacementWeights { areas: [1.2, 0.9, 1.5, 1.6], ..DisplacementWeights::default() });
    rows.push(Row::agrees(
        "rate::weighted_displacement",
        "ptools, own test of area weights",
        "estimate, standard error, z, limits",
        worst([
            (by_area.total.estimate, -99.69444444),
            (by_area.total.standard_error, 35.4280755),
            (by_area.z.expect("counts"), -2.813995483),
            (by_area.lower, -169.1321965),
            (by_area.upper, -30.25669241),
        ]),
        1e-7,
    ));
    let lq = location_quotient(Part { count: 12, of: 80.0 }, Part { count: 900, of: 12_000.0 }, 0.95).expect("valid input");
    rows.push(Row::agrees(
        "rate::location_quotient",
        "definition",
        "12 of 80 against 900 of 12,000",
        worst([(lq.quotient.expect("incidents"), 2.0)]),
        1e-12,
    ));
}

fn moving_window(rows: &mut Vec<Row>) {
    let p = |windows, mean| naus(windows, mean, 6).expect("valid input");
    rows.push(Row::agrees(
        "rate::naus",
        "Aberdein and Spiegelhalter 2013; ptools, scanw",
        "208 windows, mean 0.6, count 6",
        worst([(p(208.0, 0.6), 0.03902238)]),
        1e-6,
    ));
    // Three million simulated series: 0.48587, standard error 0.00029.
    rows.push(Row::agrees(
        "rate::naus",
        "simulation of 3,000,000 series",
        "260 windows, mean 1, count 6",
        worst([(p(260.0, 1.0), 0.48587)]),
        0.0009,
    ));
    assert!((p(260.0, 1.0) - 0.4856).abs() < 5e-5);
    assert!((scanw(260.0, 1.0, 1.0, 6) - 0.4868).abs() < 5e-5);
    assert!((scanw(208.0, 2.0, 0.6, 6) - 0.03902238).abs() < 1e-7);
    rows.push(Row::differs(
        "rate::naus",
        "ptools, scanw",
        "260 weeks, mean 1, count 6: 0.4856, ptools 0.4868",
        "ptools has the exponent L − k (k periods in a window) where Naus has L − 2, and its last sum ends one term early; the simulation is three standard errors from it",
    ));
}

/// As `ptools::scanw` reckons, from its description.
fn scanw(windows: f64, periods: f64, mean: f64, count: i64) -> f64 {
    let at_most = |n: i64| if n < 0 { 0.0 } else { poisson_tails(n as u64, mean)[0] };
    let exactly = |n: i64| if n < 0 { 0.0 } else { at_most(n) - at_most(n - 1) };
    let n = count as f64;
    let two = at_most(count - 1).powi(2)
        - (n - 1.0) * exactly(count) * exactly(count - 2)
        - (n - 1.0 - mean) * exactly(count) * at_most(count - 3);
    let first = 2.0 * exactly(count) * at_most(count - 1) * ((n - 1.0) * at_most(count - 2) - mean * at_most(count - 3));
    let second = 0.5
        * exactly(count).powi(2)
        * ((n - 1.0) * (n - 2.0) * at_most(count - 3) - 2.0 * (n - 2.0) * mean * at_most(count - 4)
            + mean * mean * at_most(count - 5));
    let third: f64 = (1..count).map(|r| exactly(2 * count - r) * at_most(r - 1).powi(2)).sum();
    let fourth: f64 = (1..count - 1)
        .map(|r| exactly(2 * count - r) * exactly(r) * ((r as f64 - 1.0) * at_most(r - 2) - mean * at_most(r - 3)))
        .sum();
    let three = at_most(count - 1).powi(3) - first + second + third - fourth;
    1.0 - two * (three / two).powf(windows - periods)
}

fn shrinkage(rows: &mut Vec<Row>) {
    let prior = GammaPrior { shape: 4.0, rate: 4.0 };
    rows.push(Row::agrees(
        "rate::GammaPrior::posterior",
        "Clayton and Kaldor 1987",
        "means for a = b = 4",
        worst([(0, 0.5, 0.888889), (6, 2.0, 1.666667), (60, 20.0, 2.666667)].map(|(o, e, m)| (prior.posterior(o, e).mean(), m))),
        1e-6,
    ));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/reference/sids_rates.csv");
    let mut reader = csv::Reader::from_path(path).expect("the reference is there");
    let header = reader.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|h| h == name).expect("the column is there");
    let places = [column("sids74"), column("births74"), column("eb_global")];
    let (mut counts, mut populations, mut spdep) = (Vec::<u32>::new(), Vec::<f64>::new(), Vec::<f64>::new());
    for row in reader.records() {
        let row = row.expect("a row of the header's width");
        counts.push(row[places[0]].parse().expect("a count"));
        populations.push(row[places[1]].parse().expect("a population"));
        spdep.push(row[places[2]].parse().expect("a rate"));
    }
    let moments = fit_moments(&counts, &populations).expect("valid input");
    let rates = marshall_rates(&counts, &populations).expect("valid input");
    rows.push(Row::agrees(
        "rate::empirical_bayes::fit_moments",
        "Marshall 1991; esda 2.9.0",
        "sids2, North Carolina 1974: m and A",
        worst([(moments.mean, 0.0020214449), (moments.between, 7.692930647e-7)]),
        5e-11,
    ));
    let published = [0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349];
    rows.push(Row::agrees(
        "rate::marshall_rates",
        "esda 2.9.0, Empirical_Bayes",
        "sids2: the first five counties",
        worst(rates.iter().copied().zip(published)),
        5e-8,
    ));
    rows.push(Row::agrees(
        "rate::marshall_rates",
        "spdep 1.2-7, EBest",
        "sids2: all 100 counties",
        worst(rates.iter().copied().zip(spdep)),
        1e-14,
    ));
    // The example of esda's own documentation: less variation than chance.
    let (counts, populations) = ([30, 25, 25, 15, 33, 21, 30, 20], [100.0, 100.0, 110.0, 90.0, 100.0, 90.0, 110.0, 90.0]);
    let moments = fit_moments(&counts, &populations).expect("valid input");
    let unclamped = |o: u32, p: f64| {
        let w = moments.between_raw / (moments.between_raw + moments.mean / p);
        w * f64::from(o) / p + (1.0 - w) * moments.mean
    };
    let esda = [0.24352855, 0.25222914, 0.25669594, 0.26501867, 0.23830821, 0.25475654, 0.24784128, 0.2564669];
    for ((o, p), wanted) in counts.iter().zip(populations).zip(esda) {
        assert!((unclamped(*o, p) - wanted).abs() < 5e-9 && moments.estimate(*o, p) == moments.mean);
    }
    rows.push(Row::differs(
        "rate::marshall_rates",
        "esda 2.9.0, Empirical_Bayes",
        "8 regions of its documentation: the highest rate, 0.33, becomes 0.2519, the mean; esda 0.2383, below it",
        "A is below zero and esda keeps it: weights are negative and the order of the rates is turned round; Marshall clamps A at 0",
    ));
}

/// `spdep`'s tests of single counties: `probmap` and `choynowski`.
fn single_units(rows: &mut Vec<Row>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/reference/sids_rates.csv");
    let mut reader = csv::Reader::from_path(path).expect("the reference is there");
    let header = reader.headers().expect("a header").clone();
    let (mut ratios, mut lower, mut smaller) = (Vec::new(), Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row.expect("a row of the header's width");
        let of = |name: &str| &row[header.iter().position(|h| h == name).expect("the column is there")];
        let number = |name: &str| of(name).parse::<f64>().expect("a number");
        let (count, births) = (number("sids74") as u64, number("births74"));
        let expected = births * 667.0 / 329_962.0;
        let raw = rate(count, births, 1.0, 0.95, PoissonMethod::Exact).expect("valid input").value;
        ratios.extend([(raw, number("raw")), (count as f64 / expected, number("relrisk") / 100.0)]);
        let [less, greater] = poisson_tails(count, expected);
        lower.push((less, number("poisson_p")));
        let low = (count as f64) < expected;
        assert_eq!(of("choynowski_type"), if low { "TRUE" } else { "FALSE" });
        smaller.push((if low { less } else { greater }, number("choynowski_p")));
    }
    assert_eq!(smaller.len(), 100);
    rows.push(Row::agrees(
        "rate::rate",
        "spdep 1.2-7, probmap",
        "sids2: raw rates and relative risks, 100 counties",
        worst(ratios),
        1e-13,
    ));
    rows.push(Row::agrees(
        "rate::poisson::poisson_tails",
        "spdep 1.2-7, probmap",
        "sids2: P(X ≤ O), 100 counties",
        worst(lower),
        1e-13,
    ));
    rows.push(Row::agrees(
        "rate::poisson::poisson_tails",
        "spdep 1.2-7, choynowski",
        "sids2: P(X ≤ O) or P(X ≥ O) by side, 100 counties",
        worst(smaller),
        1e-13,
    ));
}

fn funnels(rows: &mut Vec<Row>) {
    let at = |target: f64, dispersion| FunnelParams { target: Target::Fixed(target), dispersion, ..FunnelParams::default() };
    // Of testdata_funnel_ratio_outputs.csv: count, expected on the lower and upper 95 % and 99.8 % limits.
    let published = [
        (1, [5.571644585, 0.025317898, 9.233410143, 0.001000547]),
        (2, [7.224687515, 0.242209467, 11.22886836, 0.04540199]),
        (3, [8.767273828, 0.618671905, 13.06224507, 0.190533306]),
        (4, [10.24158653, 1.089865762, 14.79414916, 0.42855244]),
        (5, [11.6683331, 1.623486324, 16.45474478, 0.739371928]),
        (6, [13.0594765, 2.201894435, 18.0616374, 1.107104434]),
        (10, [18.39035799, 4.795387629, 24.13397235, 2.960519925]),
        (100, [121.6268111, 81.36400699, 134.9243187, 71.92139974]),
        (716, [770.4222128, 664.5083011, 802.60414, 636.1521174]),
    ];
    let made = funnel(&[1], &[1.0], &at(1.0, Dispersion::Poisson)).expect("valid input");
    let on_limits = published.iter().flat_map(|(count, expected)| {
        let [low, high, low_outer, high_outer] = *expected;
        let of = |e: f64, level: f64, side: usize| made.limits_at(e, level)[side] * e / f64::from(*count);
        [of(low, 0.95, 0), of(high, 0.95, 1), of(low_outer, 0.998, 0), of(high_outer, 0.998, 1)].map(|v| (v, 1.0))
    });
    rows.push(Row::agrees(
        "rate::funnel",
        "PHEindicatormethods, funnel test files",
        "ratio funnel: the count on each limit at the published expected number, counts 1 to 716 (relative)",
        worst(on_limits),
        1e-5,
    ));
    let six = [5.571645, 7.224688, 8.767274, 10.241587, 11.668333, 13.059477];
    rows.push(Row::agrees(
        "rate::funnel",
        "PHEindicatormethods, funnel test files",
        "the count on the lower 95 % limit, counts 1 to 6",
        worst(six.iter().zip(1_u32..).map(|(e, count)| (made.limits_at(*e, 0.95)[0] * e, f64::from(count)))),
        3e-6,
    ));
    let (o, e) = ([100, 150, 180, 80, 120, 225], [108.0, 112.0, 165.0, 95.0, 100.0, 220.0]);
    let additive = funnel(&o, &e, &at(1.0, Dispersion::Additive)).expect("valid input");
    rows.push(Row::agrees(
        "rate::funnel",
        "FunnelPlotR, square-root (\"CQC\") method, formulas run in R 4.2.2",
        "its own test data: φ and τ²",
        worst([(additive.phi, 2.32717825759), (additive.tau2, 0.00343978015419)]),
        1e-10,
    ));
    // At 5 expected FunnelPlotR draws qchisq(0.025, 11) / 2 = 1.908 as the lower count: 1 is below it.
    let one = made.limits_at(5.0, 0.95)[0] * 5.0;
    assert!(one < 1.0 && (poisson_tails(1, 5.0)[0] - 0.0404276819945).abs() < 1e-12);
    let theirs = 0.381574825224 * 5.0;
    assert!(theirs > 1.0);
    rows.push(Row::differs(
        "rate::funnel",
        "FunnelPlotR, poisson_limits",
        "lower 95 % limit of the ratio at 5 expected: 0.14, FunnelPlotR 0.38",
        "it draws a confidence interval for a mean whose count was 5 as the limits of a count whose mean is 5: it calls 1 low although P(X ≤ 1) is 0.040, above 0.025",
    ));
}
