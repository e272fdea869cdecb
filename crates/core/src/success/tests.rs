use super::figure::MOST;
use super::*;
use crate::month::{Month, SeriesBreak};
use proptest::prelude::*;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn entry(measure: &str, last: &str, months: u16, figure: Figure) -> Entry {
    Entry {
        measure: Definition::of(measure).unwrap(),
        period: MonthRange::ending(month(last), months),
        area: Area::London,
        strand: None,
        figure,
        source: "x".to_owned(),
        note: String::new(),
    }
}

fn made(entries: &[Entry]) -> Factors {
    factors(entries, &BreakRegistry::default(), &SuccessPolicy::current()).unwrap()
}

fn only(entries: &[Entry]) -> Series {
    let mut made = made(entries).series;
    assert_eq!(made.len(), 1);
    made.remove(0)
}

fn cohort(reached: u64, recorded: u64, open: u64) -> Figure {
    Figure::Cohort { reached, recorded, open }
}

/// A count of every month that ends with `last`.
fn months(measure: &str, last: &str, counts: &[u64]) -> Vec<Entry> {
    let n = counts.len() as u16;
    let of =
        |(at, count): (usize, &u64)| entry(measure, &month(last).minus(n - 1 - at as u16).to_string(), 1, Figure::Count(*count));
    counts.iter().enumerate().map(of).collect()
}

#[test]
fn values_and_limits_are_those_of_r() {
    // binom.test(65, 100); poisson.test(5); prop.test(65, 100, correct = FALSE).
    for (measure, figure, value, limits) in [
        ("portal_outcome", Figure::Part { part: 65, whole: 100 }, 65.0, Some([54.815_063_8, 74.270_622_1])),
        ("attrition_charged", cohort(65, 100, 0), 65.0, Some([54.815_063_8, 74.270_622_1])),
        ("recorded_hate_crime", Figure::Count(5), 5.0, Some([1.623_486_4, 11.668_332_1])),
        (
            "victim_satisfaction",
            Figure::Survey { percent: 65.0, respondents: 180, effective: 100.0 },
            65.0,
            Some([55.254_443_3, 73.635_751_8]),
        ),
        ("liaison_in_post", Figure::Part { part: 3, whole: 4 }, 75.0, None),
        ("portal_days_to_update", Figure::Median { value: 9.5, n: 80, limits: Some([8.0, 12.0]) }, 9.5, Some([8.0, 12.0])),
    ] {
        let series = only(&[entry(measure, "2026-03", 3, figure)]);
        let got = series.shown().unwrap().estimate.unwrap();
        assert!((got.value - value).abs() < 1e-9, "{measure}");
        match (got.limits, limits) {
            (Some(got), Some(wanted)) => assert!(got.iter().zip(wanted).all(|(g, w)| (g - w).abs() < 1e-6), "{measure}: {got:?}"),
            (got, wanted) => assert_eq!(got, wanted, "{measure}"),
        }
    }
}

#[test]
fn a_survey_of_too_few_has_no_figure_however_many_were_asked() {
    let survey = |effective| Figure::Survey { percent: 40.0, respondents: 400, effective };
    let least = SuccessPolicy::current().minimum_effective;
    let shown = |effective| only(&[entry("victim_satisfaction", "2026-03", 12, survey(effective))]).shown().unwrap().estimate;
    assert_eq!(shown(least - 0.5), Err(NoFigure::TooFew));
    assert!(shown(least).is_ok());
    let nothing = only(&[entry("portal_outcome", "2026-03", 1, Figure::Part { part: 0, whole: 0 })]);
    assert_eq!(nothing.shown().unwrap().estimate, Err(NoFigure::Nothing));
}

#[test]
fn a_cohort_shows_its_latest_closed_one_and_open_ones_with_their_range() {
    let series = only(&[
        entry("attrition_charged", "2025-06", 3, cohort(30, 200, 0)),
        entry("attrition_charged", "2025-09", 3, cohort(24, 200, 20)),
        entry("attrition_charged", "2025-12", 3, cohort(10, 200, 21)),
        entry("attrition_charged", "2026-03", 3, cohort(2, 100, 90)),
    ]);
    // 180 of 200 decided are 90 per cent: closed. 179 are not.
    assert_eq!(series.shown, Some(1));
    assert_eq!(series.points.iter().map(|p| p.open).collect::<Vec<_>>(), [None, None, Some([5.0, 15.5]), Some([2.0, 92.0])]);
    let all_open = only(&[entry("attrition_charged", "2026-03", 3, cohort(2, 100, 90))]);
    assert_eq!((all_open.shown, all_open.signals().len()), (None, 0));
}

#[test]
fn charts_are_of_closed_periods_in_a_row_and_judge_the_last_by_those_before() {
    let steady = [100, 102, 98, 101, 99, 103, 97, 100, 101, 99, 102, 98, 100, 101];
    let series = only(&months("recorded_hate_crime", "2026-03", &[&steady[..], &[140]].concat()));
    let chart = series.chart.as_ref().unwrap();
    assert_eq!((chart.rows.len(), chart.chart.baseline.clone()), (15, 0..12));
    // By hand: mean of the first twelve 100, mean moving range 34 / 11, limits 100 ± 2.66 · 34 / 11.
    assert!((chart.chart.points[0].upper - (100.0 + 2.66 * 34.0 / 11.0)).abs() < 1e-9, "{}", chart.chart.points[0].upper);
    let words: Vec<String> = series.signals().iter().map(|s| series.words(s)).collect();
    assert_eq!(words, ["March 2026 is above the upper limit"]);
    // One fewer cannot tell, nor can a gap.
    let short = only(&months("recorded_hate_crime", "2026-03", &[&steady[1..], &[140]].concat()));
    assert_eq!(short.chart, Err(NoChart::TooFewPeriods));
    let mut gap = months("recorded_hate_crime", "2026-03", &[&steady[..], &[140]].concat());
    gap.remove(5);
    assert_eq!(only(&gap).chart, Err(NoChart::TooFewPeriods));
}

#[test]
fn quarters_are_charted_and_named_as_quarters() {
    let quarter = |at: u16, percent| {
        entry(
            "victim_satisfaction",
            &month("2026-03").minus(3 * at).to_string(),
            3,
            Figure::Survey { percent, respondents: 300, effective: 200.0 },
        )
    };
    let entries: Vec<Entry> = (0..16).map(|at| quarter(at, if at == 0 { 20.0 } else { 60.0 + f64::from(at % 2) })).collect();
    let series = only(&entries);
    assert_eq!(series.words(series.signals()[0]), "January to March 2026 is below the lower limit");
}

#[test]
fn open_cohorts_are_not_charted_and_nothing_crosses_a_break() {
    let cohorts = |open_from: u16| -> Vec<Entry> {
        (0..20_u16)
            .map(|at| {
                entry(
                    "attrition_charged",
                    &month("2026-08").minus(at).to_string(),
                    1,
                    cohort(20 + u64::from(at % 3), 200, if at < open_from { 100 } else { 0 }),
                )
            })
            .collect()
    };
    let chart = only(&cohorts(3)).chart.unwrap();
    assert_eq!((chart.rows.len(), *chart.rows.last().unwrap()), (17, 16));
    assert_eq!(only(&cohorts(6)).chart, Err(NoChart::TooFewPeriods));
    let at = |from: &str, areas: Vec<String>| {
        BreakRegistry::new(vec![SeriesBreak {
            id: "b".into(),
            from: from.parse().unwrap(),
            areas,
            what: "x".into(),
            source: "x".into(),
        }])
    };
    let of = |entries: &[Entry], breaks: &BreakRegistry| {
        let made = factors(entries, breaks, &SuccessPolicy::current()).unwrap();
        made.series[0].chart.as_ref().map(|c| c.rows.len()).map_err(|why| *why)
    };
    // 2025-01 to 2026-08: after 2025-02-15 the first whole month is March, 18 months.
    assert_eq!(of(&cohorts(0), &at("2025-02-15", vec![])), Ok(18));
    assert_eq!(of(&cohorts(0), &at("2025-09-01", vec![])), Err(NoChart::Break));
    // A break elsewhere concerns London and not another borough.
    let mut camden = cohorts(0);
    for entry in &mut camden {
        entry.area = Area::of("Camden").unwrap();
    }
    let elsewhere = at("2025-09-01", vec!["E09000001".to_owned()]);
    assert_eq!((of(&cohorts(0), &elsewhere), of(&camden, &elsewhere)), (Err(NoChart::Break), Ok(20)));
}

#[test]
fn what_cannot_be_is_refused_at_its_row_and_field() {
    let part = |measure: &str, part, whole| entry(measure, "2026-03", 1, Figure::Part { part, whole });
    let survey = |percent, respondents, effective| {
        entry("victim_satisfaction", "2026-03", 1, Figure::Survey { percent, respondents, effective })
    };
    let at = |measure: &str, last: &str, length, reached| entry(measure, last, length, cohort(reached, 100, 0));
    let median = |value, n, limits| entry("portal_days_to_update", "2026-03", 1, Figure::Median { value, n, limits });
    let cases: Vec<(Vec<Entry>, usize, Field)> = vec![
        (vec![part("portal_open", 1, 2), part("portal_updated", 3, 2)], 1, Field::Numerator),
        (vec![part("portal_open", 2, 3), part("portal_updated", 1, 4)], 1, Field::Denominator),
        (vec![part("portal_open", 2, 3), part("portal_updated", 2, 3)], 1, Field::Numerator),
        (vec![part("recorded_hate_crime", 1, 2)], 0, Field::Measure),
        (vec![survey(101.0, 100, 80.0)], 0, Field::Value),
        (vec![survey(f64::NAN, 100, 80.0)], 0, Field::Value),
        (vec![survey(50.0, 100, 100.5)], 0, Field::EffectiveN),
        (vec![survey(50.0, 100, 0.0)], 0, Field::EffectiveN),
        (vec![entry("attrition_charged", "2026-03", 1, cohort(60, 100, 41))], 0, Field::Open),
        (vec![at("attrition_charged", "2026-03", 3, 5), at("attrition_charged", "2026-05", 3, 5)], 1, Field::PeriodStart),
        (vec![at("attrition_charged", "2026-03", 1, 5), at("attrition_charged", "2026-03", 1, 5)], 1, Field::PeriodStart),
        (vec![at("attrition_charged", "2026-03", 3, 5), at("attrition_charged", "2026-04", 1, 5)], 1, Field::PeriodEnd),
        (vec![at("attrition_uplift", "2026-03", 1, 9), at("attrition_charged", "2026-03", 1, 8)], 0, Field::Numerator),
        (vec![median(-1.0, 5, None)], 0, Field::Value),
        (vec![median(3.0, 0, None)], 0, Field::Denominator),
        (vec![median(3.0, 9, Some([4.0, 5.0]))], 0, Field::Lower),
        (vec![entry("recorded_hate_crime", "2026-03", 1, Figure::Count(MOST + 1))], 0, Field::Numerator),
    ];
    for (entries, row, field) in cases {
        let broken = check(&entries).unwrap_err();
        assert_eq!((broken.row, broken.field), (row, field), "{entries:?}");
        assert!(factors(&entries, &BreakRegistry::default(), &SuccessPolicy::current()).is_err());
    }
    // Stages in order, and parts that make up the whole, are sound.
    let sound = [
        at("attrition_suspect", "2026-03", 1, 40),
        at("attrition_charged", "2026-03", 1, 40),
        part("portal_open", 1, 3),
        part("portal_outcome", 2, 3),
    ];
    assert_eq!(check(&sound), Ok(()));
}

proptest! {
    #[test]
    fn a_value_lies_within_its_limits_and_no_order_of_rows_changes_anything(
        shares in prop::collection::vec((0_u64..200, 0_u64..200, 0_u64..200), 1..24),
        turn in 0_usize..24,
    ) {
        let mut entries: Vec<Entry> = shares
            .iter()
            .enumerate()
            .map(|(at, (a, b, c))| {
                entry("attrition_convicted", &month("2020-01").plus(at as u16).to_string(), 1, cohort(*a, a + b + c, *b))
            })
            .collect();
        let first = made(&entries);
        for point in &first.series[0].points {
            if let Ok(Estimated { value, limits: Some([lower, upper]) }) = point.estimate {
                prop_assert!(0.0 <= lower && lower <= value && value <= upper && upper <= 100.0);
            }
            if let Some([least, most]) = point.open {
                prop_assert!(0.0 <= least && least < most && most <= 100.0);
            }
        }
        let turned = turn % entries.len();
        entries.rotate_left(turned);
        prop_assert_eq!(made(&entries), first);
    }
}
