use crate::Row;
use hotspot_core::evaluate::concentration::{concentration, expected_gini_at_random};
use hotspot_core::evaluate::pai::{Cut, Forecast, PaiParams, pai};
use hotspot_core::evaluate::stability::{Adjustment, sppt, wilcoxon_signed_rank};
use hotspot_core::local::Alternative;

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    forecasts(&mut rows);
    ginis(&mut rows);
    stability(&mut rows);
    rows
}

/// The largest difference.
fn worst(pairs: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    pairs.into_iter().map(|(got, wanted)| (got - wanted).abs()).fold(0.0, |a: f64, b| if b.is_nan() { f64::NAN } else { a.max(b) })
}

fn forecasts(rows: &mut Vec<Row>) {
    let of = |predicted: &[f64], observed: &[u32], area_km2: &[f64]| {
        let cuts: Vec<Cut> = (1..=predicted.len() as u32).map(Cut::Units).collect();
        pai(&Forecast { predicted, observed, area_km2 }, &cuts, &PaiParams::default()).expect("valid input")
    };
    let published = [
        [1.894737, 0.857143, 1.333333],
        [1.421053, 0.692308, 1.333333],
        [1.684211, 1.0, 1.0],
        [1.421053, 1.0, 1.0],
        [1.2, 1.0, 1.0],
    ];
    let got = of(&[8.0, 4.0, 4.0, 2.0, 1.0, 0.0], &[6, 7, 3, 2, 1, 0], &[1.0; 6]);
    let pairs = got.iter().zip(published).flat_map(|(row, wanted)| {
        let measures = [row.pai, row.pei, row.recovery_ratio].map(|m| m.expect("incidents").worst);
        measures.into_iter().zip(wanted)
    });
    rows.push(Row::agrees(
        "evaluate::pai",
        "ptools, pai",
        "help page: PAI, PEI, recovery ratio at worst, top 1 to 5",
        worst(pairs),
        1e-6,
    ));
    let got = of(&[3.0, 2.0, 1.0], &[6, 3, 0], &[1.0; 3]);
    let pairs = got
        .iter()
        .zip([2.0, 1.5, 1.0])
        .flat_map(|(row, index)| [(row.pai.expect("incidents").worst, index), (row.pei.expect("incidents").worst, 1.0)]);
    rows.push(Row::agrees("evaluate::pai", "ptools, own test", "PAI 2, 1.5, 1 and PEI 1", worst(pairs), 1e-12));
    // One unit of 2 km² with 4 incidents, one of 0.2 km² with 1: no choice of 2 km² catches more than 4.
    let unequal = &of(&[4.0, 0.1], &[4, 1], &[2.0, 0.2])[0];
    assert!(worst([(unequal.pei.expect("incidents").worst, 1.0)]) < 1e-12);
    let densest_unit = (1.0 / 5.0) / (0.2 / 2.2);
    assert!(worst([(unequal.pai.expect("incidents").worst / densest_unit, 0.4)]) < 1e-12);
    rows.push(Row::differs(
        "evaluate::pai",
        "ptools, pai",
        "PEI with unequal areas: 1, ptools 0.4",
        "ptools compares with the densest units of the same number; the definition compares with any choice of the same area",
    ));
}

fn ginis(rows: &mut Vec<Row>) {
    let of = |counts: &[u32], places: usize| {
        let mut all = counts.to_vec();
        all.resize(places, 0);
        concentration(&all).expect("incidents")
    };
    let (full, sparse, one) = (of(&[10, 8, 2], 10), of(&[5, 2, 1], 10), of(&[10], 100));
    rows.push(Row::agrees(
        "evaluate::concentration",
        "Bernasco and Steenbeek 2017; lorenzgini, help page",
        "10, 8, 2 and 5, 2, 1 over ten places, 10 over a hundred: G, G', unbiased",
        worst([
            (full.gini, 0.78),
            (full.generalised_gini, 0.78),
            (sparse.gini, 0.80),
            (sparse.generalised_gini, 0.75),
            (sparse.unbiased_gini.expect("incidents"), 0.857143),
            (one.gini, 0.99),
            (one.unbiased_gini.expect("incidents"), 1.0),
        ]),
        5e-7,
    ));
    // The sum over all placements of 8 on 10, in whole numbers.
    rows.push(Row::agrees(
        "evaluate::concentration::expected_gini_at_random",
        "sum over all placements",
        "8 incidents on 10 places",
        worst([(expected_gini_at_random(10, 8).expect("places"), 0.52745499)]),
        1e-12,
    ));
}

fn stability(rows: &mut Vec<Row>) {
    let p = |d: &[f64], alternative| wilcoxon_signed_rank(d, alternative).expect("finite").p;
    let plain = [1.1, 2.3, -0.4, 3.2, 0.7, -1.5, 2.9];
    rows.push(Row::agrees(
        "evaluate::wilcoxon_signed_rank",
        "R 4.2.2, wilcox.test",
        "seven pairs without ties: two-sided and greater",
        worst([(p(&plain, Alternative::TwoSided), 0.15625), (p(&plain, Alternative::Greater), 0.078125)]),
        1e-12,
    ));
    let tied = [1.0, -1.0, 1.0, 2.0, 2.0, -3.0, 0.0, 1.0];
    let got = p(&tied, Alternative::Greater);
    rows.push(Row::agrees(
        "evaluate::wilcoxon_signed_rank",
        "SciPy 1.17.1, wilcoxon",
        "eight pairs with ties and a zero",
        worst([(got, 0.234375)]),
        1e-12,
    ));
    assert!((got - 0.245157159835).abs() > 0.01 && (got - 0.2890625).abs() > 0.05);
    rows.push(Row::differs(
        "evaluate::wilcoxon_signed_rank",
        "R 4.2.2, wilcox.test; SciPy with method = \"exact\"",
        "the same pairs: 0.2344, R 0.2452, SciPy 0.2891",
        "with ties R turns to the normal distribution and SciPy's exact method to the one without ties; here it is exact over all signs of the tied ranks",
    ));
    let fisher = [(3, 100, 9, 120, 0.232439242223), (3, 4, 1, 4, 0.485714285714), (12, 25_000, 40, 24_000, 6.77098207371e-5)];
    let pairs = fisher.map(|(x, of_x, y, of_y, wanted)| {
        let test = sppt(&[x, of_x - x], &[y, of_y - y], 0.05, Adjustment::None).expect("valid input");
        (test.p[0], wanted)
    });
    rows.push(Row::agrees("evaluate::sppt", "R 4.2.2, fisher.test", "three tables", worst(pairs), 1e-10));
}
