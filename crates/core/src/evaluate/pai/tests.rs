use super::*;
use proptest::prelude::*;

fn near(got: f64, wanted: f64) {
    assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
}

fn all_cuts(n: u32) -> Vec<Cut> {
    (1..=n).map(Cut::Units).collect()
}

#[test]
fn the_worst_case_of_ties_has_the_published_values() {
    let forecast = Forecast { predicted: &[8.0, 4.0, 4.0, 2.0, 1.0, 0.0], observed: &[6, 7, 3, 2, 1, 0], area_km2: &[1.0; 6] };
    let rows = pai(&forecast, &all_cuts(5), &PaiParams::default()).expect("valid input");
    let published = [
        (1.894737, 0.857143, 1.333333),
        (1.421053, 0.692308, 1.333333),
        (1.684211, 1.0, 1.0),
        (1.421053, 1.0, 1.0),
        (1.2, 1.0, 1.0),
    ];
    for (row, (index, efficiency, recovery)) in rows.iter().zip(published) {
        near(row.pai.expect("incidents").worst, index);
        near(row.pei.expect("incidents").worst, efficiency);
        near(row.recovery_ratio.expect("incidents").worst, recovery);
        assert_eq!(row.optimum, Optimum::Exact);
        assert_eq!(row.pei, row.pei_star);
    }
    let second = &rows[1];
    assert_eq!(second.hits, Tied { worst: 9.0, expected: 11.0, best: 13.0 });
    near(second.pai.expect("incidents").best, 13.0 / 19.0 * 3.0);
    near(second.pai.expect("incidents").expected, 11.0 / 19.0 * 3.0);
    // Without a tie at the cut all three are one.
    assert_eq!(rows[2].hits, Tied { worst: 16.0, expected: 16.0, best: 16.0 });
}

#[test]
fn a_perfect_forecast_has_the_published_values() {
    let forecast = Forecast { predicted: &[3.0, 2.0, 1.0], observed: &[6, 3, 0], area_km2: &[1.0; 3] };
    let rows = pai(&forecast, &all_cuts(3), &PaiParams::default()).expect("valid input");
    for (row, (index, recovery)) in rows.iter().zip([(2.0, 0.5), (1.5, 5.0 / 9.0), (1.0, 6.0 / 9.0)]) {
        near(row.pai.expect("incidents").worst, index);
        near(row.pei.expect("incidents").worst, 1.0);
        near(row.recovery_ratio.expect("incidents").worst, recovery);
    }
}

#[test]
fn measures_follow_their_formulas() {
    let forecast = Forecast { predicted: &[5.0, 1.0, 3.0], observed: &[4, 2, 0], area_km2: &[2.0, 1.0, 1.0] };
    let params = PaiParams { penalty: 0.25, periods: 2.0, ..PaiParams::default() };
    // By density 3, 2.5, 1: the third unit comes first.
    let rows = pai(&forecast, &all_cuts(2), &params).expect("valid input");
    assert_eq!(rows[0].hits.worst, 0.0);
    assert_eq!(rows[0].recovery_ratio.expect("predicted").worst, f64::INFINITY);
    let two = &rows[1];
    near(two.area_share, 0.75);
    near(two.hit_rate.expect("incidents").expected, 4.0 / 6.0);
    near(two.pai.expect("incidents").expected, 4.0 / 6.0 / 0.75);
    near(two.penalised_pai.expect("incidents").expected, 4.0 / 6.0 / 0.75_f64.powf(0.25));
    near(two.search_efficiency.expect("an area").expected, 4.0 / 3.0 / 2.0);
    let [lower, upper] = two.pai_limits.expect("incidents");
    let exact = clopper_pearson_limits(4, 6, 0.95);
    near(lower, exact[0] / 0.75);
    near(upper, exact[1] / 0.75);
    // By score the first unit comes first.
    let by_score = pai(&forecast, &all_cuts(1), &PaiParams { order: Order::Score, ..params }).expect("valid input");
    assert_eq!(by_score[0].hits.worst, 4.0);
}

#[test]
fn penalties_at_the_ends_are_pai_and_hit_rate() {
    let forecast = Forecast { predicted: &[5.0, 1.0, 3.0], observed: &[4, 2, 0], area_km2: &[2.0, 1.0, 1.0] };
    let at =
        |penalty| pai(&forecast, &[Cut::Units(2)], &PaiParams { penalty, ..PaiParams::default() }).expect("valid input").remove(0);
    assert_eq!(at(1.0).penalised_pai, at(1.0).pai);
    assert_eq!(at(0.0).penalised_pai, at(0.0).hit_rate);
}

#[test]
fn a_share_of_the_area_takes_the_units_that_fit() {
    let forecast = Forecast { predicted: &[10.0, 9.0, 8.0, 1.0, 0.0], observed: &[1; 5], area_km2: &[1.0, 1.0, 1.0, 1.0, 6.0] };
    let units = |share| pai(&forecast, &[Cut::AreaShare(share)], &PaiParams::default()).expect("valid input")[0].units;
    assert_eq!([units(0.05), units(0.1), units(0.29), units(0.3), units(1.0), units(7.0)], [0, 1, 2, 3, 5, 5]);
    let none = pai(&forecast, &[Cut::AreaShare(0.01)], &PaiParams::default()).expect("valid input").remove(0);
    assert_eq!((none.pai, none.pai_limits, none.pei, none.search_efficiency, none.recovery_ratio), (None, None, None, None, None));
    assert_eq!(none.hit_rate.expect("incidents").best, 0.0);
}

#[test]
fn the_optimum_of_unequal_areas_is_that_of_all_choices() {
    let observed = [5_u32, 4, 3, 7, 1, 2, 0, 6];
    let area = [2.0, 1.1, 0.7, 3.2, 0.2, 0.9, 0.4, 1.9];
    let forecast = Forecast { predicted: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], observed: &observed, area_km2: &area };
    let units: Vec<(u64, f64)> = forecast.observed.iter().map(|o| u64::from(*o)).zip(area).collect();
    let oracle = Oracle::new(units.clone());
    assert!(matches!(oracle, Oracle::Knapsack { .. }));
    let greedy = Oracle::in_part(units);
    for budget in [0.1, 0.2, 0.9, 1.0, 2.5, 3.0, 4.4, 6.0, 10.4] {
        let best = (0..256_u32)
            .filter(|set| (0..8).filter(|i| set >> i & 1 == 1).map(|i| area[i]).sum::<f64>() <= budget + 1e-9)
            .map(|set| (0..8).filter(|i| set >> i & 1 == 1).map(|i| observed[i]).sum::<u32>())
            .max()
            .expect("the empty set fits");
        assert_eq!(oracle.most(budget), f64::from(best), "{budget}");
        assert!(greedy.most(budget) >= f64::from(best) - 1e-9 && greedy.most(budget) <= f64::from(best) + 7.0);
    }
}

#[test]
fn allowed_units_bound_the_optimum() {
    let forecast = Forecast { predicted: &[1.0, 5.0, 4.0, 0.0], observed: &[9, 3, 2, 1], area_km2: &[1.0; 4] };
    let allowed = [false, true, true, true];
    let params = PaiParams { allowed: Some(&allowed), ..PaiParams::default() };
    let row = pai(&forecast, &[Cut::Units(1)], &params).expect("valid input").remove(0);
    near(row.pei.expect("incidents").worst, 3.0 / 9.0);
    near(row.pei_star.expect("incidents").worst, 1.0);
    let nowhere = [false; 4];
    let row = pai(&forecast, &[Cut::Units(1)], &PaiParams { allowed: Some(&nowhere), ..params }).expect("valid input").remove(0);
    assert!(row.pei_star.expect("hits").worst.is_infinite());
}

#[test]
fn no_later_incident_has_no_accuracy() {
    let forecast = Forecast { predicted: &[1.0, 0.0], observed: &[0, 0], area_km2: &[1.0, 2.0] };
    let row = pai(&forecast, &[Cut::Units(1)], &PaiParams::default()).expect("valid input").remove(0);
    assert_eq!((row.hit_rate, row.pai, row.pei, row.pai_limits), (None, None, None, None));
    assert_eq!(row.search_efficiency.expect("an area").best, 0.0);
    let zero = Forecast { predicted: &[0.0, 0.0], ..forecast };
    assert_eq!(pai(&zero, &[Cut::Units(2)], &PaiParams::default()).expect("valid input")[0].recovery_ratio, None);
    let empty = Forecast { predicted: &[], observed: &[], area_km2: &[] };
    let row = pai(&empty, &[Cut::Units(3), Cut::AreaShare(0.5)], &PaiParams::default()).expect("no unit");
    assert_eq!((row[0].units, row[0].pai, row[1].units), (0, None, 0));
}

#[test]
fn the_interval_covers_at_least_its_level() {
    // 30 later incidents, each inside with probability 0.3; the area share is 0.1, so PAI is 3.
    let mut covered = 0.0;
    let mut term = 0.7_f64.powi(30);
    for hits in 0..=30_u32 {
        let forecast = Forecast { predicted: &[1.0, 0.0], observed: &[hits, 30 - hits], area_km2: &[1.0, 9.0] };
        let [lower, upper] =
            pai(&forecast, &[Cut::Units(1)], &PaiParams::default()).expect("valid input")[0].pai_limits.expect("incidents");
        if lower <= 3.0 && 3.0 <= upper {
            covered += term;
        }
        term *= f64::from(30 - hits) / f64::from(hits + 1) * 0.3 / 0.7;
    }
    assert!(covered >= 0.95, "{covered}");
}

#[test]
fn growth_inside_is_set_against_growth_everywhere() {
    assert_eq!(recapture_rate_index([10, 20], [100, 200]), Some(1.0));
    assert_eq!(recapture_rate_index([10, 20], [100, 100]), Some(2.0));
    assert_eq!(recapture_rate_index([0, 20], [100, 100]), None);
    assert_eq!(recapture_rate_index([1, 2], [0, 100]), None);
    assert_eq!(recapture_rate_index([1, 0], [5, 0]), None);
}

#[test]
fn wrong_input_is_named() {
    let good = Forecast { predicted: &[1.0, 2.0], observed: &[1, 2], area_km2: &[1.0, 1.0] };
    let params = PaiParams::default();
    let fails = |forecast: &Forecast, cut: Cut, params: &PaiParams| pai(forecast, &[cut], params).is_err();
    assert!(fails(&Forecast { observed: &[1], ..good }, Cut::Units(1), &params));
    assert!(fails(&Forecast { area_km2: &[1.0], ..good }, Cut::Units(1), &params));
    assert!(fails(&Forecast { area_km2: &[1.0, 0.0], ..good }, Cut::Units(1), &params));
    assert!(fails(&Forecast { predicted: &[f64::NAN, 1.0], ..good }, Cut::Units(1), &params));
    assert!(fails(&good, Cut::AreaShare(0.0), &params) && fails(&good, Cut::AreaShare(f64::NAN), &params));
    assert!(fails(&good, Cut::Units(1), &PaiParams { penalty: 1.5, ..params }));
    assert!(fails(&good, Cut::Units(1), &PaiParams { periods: 0.0, ..params }));
    assert!(fails(&good, Cut::Units(1), &PaiParams { level: 1.0, ..params }));
    assert!(fails(&good, Cut::Units(1), &PaiParams { allowed: Some(&[true]), ..params }));
}

proptest! {
    #[test]
    fn worst_is_below_expected_is_below_best_and_the_order_of_the_units_does_not_matter(
        units in prop::collection::vec((0_u32..4, 0_u32..6), 1..40), turn in 0_usize..40,
    ) {
        let mut units = units;
        let of = |units: &[(u32, u32)]| {
            let predicted: Vec<f64> = units.iter().map(|u| f64::from(u.0)).collect();
            let observed: Vec<u32> = units.iter().map(|u| u.1).collect();
            let area = vec![0.5; units.len()];
            let forecast = Forecast { predicted: &predicted, observed: &observed, area_km2: &area };
            pai(&forecast, &all_cuts(units.len() as u32), &PaiParams::default()).expect("valid input")
        };
        let rows = of(&units);
        for row in &rows {
            prop_assert!(row.hits.worst <= row.hits.expected + 1e-9 && row.hits.expected <= row.hits.best + 1e-9);
            if let Some(pei) = row.pei {
                prop_assert!(pei.best <= 1.0 + 1e-12);
            }
            if let (Some(index), Some([lower, upper])) = (row.pai, row.pai_limits) {
                prop_assert!(lower <= index.worst + 1e-12 && index.best <= upper + 1e-12);
            }
        }
        if let Some(index) = rows[rows.len() - 1].pai {
            prop_assert!((index.expected - 1.0).abs() < 1e-12);
        }
        let turn = turn % units.len();
        units.rotate_left(turn);
        prop_assert_eq!(rows, of(&units));
    }
}

#[test]
fn an_exact_share_of_the_area_takes_the_last_unit_in_part() {
    // Densities 10, 4, 4, 1: half of the second and third are tied for the second unit of area.
    let forecast = Forecast { predicted: &[10.0, 4.0, 8.0, 6.0], observed: &[6, 1, 5, 0], area_km2: &[1.0, 1.0, 2.0, 6.0] };
    let at = |share: f64| pai(&forecast, &[Cut::AreaShareInPart(share)], &PaiParams::default()).expect("valid input").remove(0);
    let row = at(0.05);
    near(row.hits.expected, 3.0);
    near(row.pai.expect("incidents").expected, 0.25 / 0.05);
    near(row.pei.expect("incidents").best, 1.0);
    let row = at(0.25);
    // 6, then 1.5 km² of the tied three with 6 incidents: the one of 1 first or last.
    near(row.hits.worst, 6.0 + 1.0 + 0.5 * 2.5);
    near(row.hits.expected, 6.0 + 6.0 * 0.5);
    near(row.hits.best, 6.0 + 1.5 * 2.5);
    near(row.pai.expect("incidents").best, 9.75 / 12.0 / 0.25);
    near(row.area_share, 0.25);
    near(row.pei.expect("incidents").best, 1.0);
    assert_eq!(row.optimum, Optimum::Exact);
    near(at(1.0).hits.worst, 12.0);
    near(at(3.0).hits.best, 12.0);
}

#[test]
fn patrol_areas_are_taken_whole_but_the_last() {
    let forecast = Forecast { predicted: &[4.0, 3.0, 2.0, 1.0], observed: &[8, 0, 5, 5], area_km2: &[1.0; 4] };
    let params = PaiParams { patrol_areas: Some(&[7, 7, 2, 2]), ..PaiParams::default() };
    let row = pai(&forecast, &[Cut::AreaShareInPart(0.5)], &params).expect("valid input").remove(0);
    near(row.pei.expect("incidents").expected, 8.0 / 13.0);
    near(row.pei_star.expect("incidents").expected, 8.0 / 10.0);
    let short = PaiParams { patrol_areas: Some(&[7, 7]), ..PaiParams::default() };
    assert!(pai(&forecast, &[Cut::Units(1)], &short).is_err());
}
