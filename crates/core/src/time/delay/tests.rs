use super::*;
use crate::cube::{Fact, FactKind, NO_AREA, NO_HOUR, NO_UNIT};
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Setting, Source, SourceSet, StrandSet};

fn last() -> Month {
    "2026-10".parse().expect("a month")
}

/// The triangle of rows of reports by delay; what lies in the future is cut off.
fn triangle(rows: &[Vec<u64>], longest: u16) -> ReportingTriangle {
    let months = MonthRange::ending(last(), rows.len() as u16);
    let reports = months.iter().zip(rows).flat_map(|(occurred, row)| {
        (0..).zip(row).map(move |(delay, count)| Reports { occurred, recorded: occurred.plus(delay), count: *count })
    });
    ReportingTriangle::new(reports, months, longest).expect("recorded after it happened")
}

/// Taylor and Ashe 1983, cumulative, as `GenIns` in R's ChainLadder.
const TAYLOR_ASHE: [&[u64]; 10] = [
    &[357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    &[352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    &[290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    &[310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    &[443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    &[396132, 1333217, 2180715, 2985752, 3691712],
    &[440832, 1288463, 2419861, 3483130],
    &[359480, 1421128, 2864498],
    &[376686, 1363294],
    &[344014],
];

#[test]
fn the_chain_ladder_has_the_published_reserve() {
    let rows: Vec<Vec<u64>> = TAYLOR_ASHE
        .iter()
        .map(|row| row.iter().scan(0, |before, sum| Some(sum - std::mem::replace(before, *sum))).collect())
        .collect();
    let shares = triangle(&rows, 9).completeness().expect("known");
    let factors = [3.490607, 1.747333, 1.457413, 1.173852, 1.103824, 1.086269, 1.053874, 1.076555, 1.017725];
    for (pair, factor) in shares.windows(2).zip(factors) {
        assert!((pair[1] / pair[0] - factor).abs() < 1e-6);
    }
    let still: f64 = TAYLOR_ASHE.iter().map(|row| *row.last().expect("a value") as f64 * (1.0 / shares[row.len() - 1] - 1.0)).sum();
    assert!((still - 18_680_856.0).abs() < 1.0, "{still}");
}

#[test]
fn what_lies_outside_is_left_out_or_counted() {
    let months = MonthRange::ending(last(), 3);
    let report = |back: u16, delay: u16, count| {
        let occurred = last().minus(back);
        Reports { occurred, recorded: occurred.plus(delay), count }
    };
    // Before the first month; recorded after the last; beyond the longest delay.
    let t =
        ReportingTriangle::new([report(3, 0, 1), report(0, 1, 2), report(2, 2, 4), report(2, 1, 8), report(0, 0, 16)], months, 1);
    let t = t.expect("recorded after it happened");
    assert_eq!(
        (t.reports(last().minus(2)), t.reports(last()), t.reports(last().minus(3)), t.beyond()),
        (&[0, 8][..], &[16][..], &[][..], 4)
    );
    assert_eq!((t.months(), t.longest()), (months, 1));
    let early = Reports { occurred: last(), recorded: last().minus(1), count: 1 };
    assert!(matches!(ReportingTriangle::new([early], months, 1), Err(Error::OutOfRange { what: "month of recording", .. })));
}

#[test]
fn facts_are_counted_by_their_delay() {
    let mut facts = Facts::new(FactKind::Events);
    for (back, delay, count) in [(2, 0, 3), (2, 1, 2), (1, 0, 5), (1, 1, 1), (0, 0, 7), (3, 0, 100)] {
        let month = last().minus(back);
        facts.push(Fact {
            unit: NO_UNIT,
            area: NO_AREA,
            month,
            recorded: month.plus(delay),
            strands: StrandSet::EMPTY,
            offence: Offence::PublicOrder,
            sources: SourceSet::only(Source::Victim),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count,
        });
    }
    let t =
        ReportingTriangle::of_facts(&facts, &Filter::over(MonthRange::ending(last(), 3)), 1).expect("recorded after it happened");
    assert_eq!(t, triangle(&[vec![3, 2], vec![5, 1], vec![7]], 1));
}

#[test]
fn too_little_history_has_no_answer() {
    let row = vec![60, 30, 10];
    assert!(nowcast(&triangle(&vec![row.clone(); 8], 2), 0.9).is_ok());
    assert!(matches!(nowcast(&triangle(&vec![row.clone(); 7], 2), 0.9), Err(Error::OutOfRange { what: "history", .. })));
    assert!(nowcast(&triangle(&vec![vec![0, 0, 0]; 20], 2), 0.9).is_err());
    assert!(
        nowcast(&triangle(&vec![vec![1, 0, 0]; 11], 2), 0.9).is_err(),
        "nine reports only have a delay of two months behind them"
    );
    for level in [0.0, 1.0, f64::NAN] {
        assert!(nowcast(&triangle(&vec![row.clone(); 20], 2), level).is_err());
    }
    assert_eq!(triangle(&[], 2).completeness(), None);
    // Nothing comes late when delays are not counted: every month is complete.
    let at_once = nowcast(&triangle(&vec![vec![5]; 9], 0), 0.9).expect("enough");
    assert!(at_once.months.is_empty());
}

#[test]
fn a_month_without_reports_has_an_interval_too() {
    let mut rows = vec![vec![12, 6, 2]; 24];
    rows[23][0] = 0;
    let now = nowcast(&triangle(&rows, 2), 0.95).expect("enough");
    let e = now.months[1].estimate.expect("an estimate");
    assert_eq!((now.months[1].reported, e.lower), (0, 0));
    assert!(e.upper >= 2 && e.upper < 12, "{e:?}");
}

#[test]
fn a_month_that_is_hardly_reported_has_no_estimate() {
    let now = nowcast(&triangle(&vec![vec![1, 50, 49]; 24], 2), 0.95).expect("enough");
    assert!(now.months[1].completeness < 0.02 && now.months[1].estimate.is_none());
    assert!(now.months[0].estimate.is_some());
}

#[test]
fn months_that_differ_widen_the_interval() {
    let steady = vec![vec![60, 30, 10]; 24];
    let unsteady: Vec<Vec<u64>> = (0..24).map(|i| if i % 2 == 0 { vec![80, 15, 5] } else { vec![40, 45, 15] }).collect();
    let width = |rows: &[Vec<u64>]| {
        let now = nowcast(&triangle(rows, 2), 0.95).expect("enough");
        let e = now.months[1].estimate.expect("an estimate");
        ((e.upper - e.lower) as f64 / now.months[1].reported as f64, now.spread)
    };
    let ((narrow, small), (wide, large)) = (width(&steady), width(&unsteady));
    assert!(wide > 2.0 * narrow && large > 3.0 * small, "{narrow} {small} {wide} {large}");
}

#[test]
fn a_wider_level_has_a_wider_interval() {
    let t = triangle(&vec![vec![40, 25, 10, 5]; 30], 3);
    let at =
        |level| nowcast(&t, level).expect("enough").months.iter().map(|m| m.estimate.expect("an estimate")).collect::<Vec<_>>();
    for (inner, outer) in at(0.5).into_iter().zip(at(0.99)) {
        assert!(
            outer.lower <= inner.lower && inner.lower <= inner.median && inner.median <= inner.upper && inner.upper <= outer.upper
        );
        assert_eq!(inner.median, outer.median);
    }
}
