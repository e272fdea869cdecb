//! Published figures that are withheld, from the store to where facts are.

use crate::sample::{TODAY, counts_batch, day, grid, month};
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{Filter, NO_AREA, NO_UNIT};
use hotspot_core::{AreaCode, Month, MonthRange, Strand, Withheld};
use hotspot_pipeline::facts::{Known, Placed, WithheldFigure, facts_on_areas, facts_on_grid, load};
use hotspot_pipeline::store::{BatchOutcome, Store};
use hotspot_pipeline::{AreaCount, Figure};
use jiff::civil::Date;
use proptest::prelude::*;

const SUPPRESSED: Figure = Figure::Withheld(Withheld::Suppressed);
const NOT_AVAILABLE: Figure = Figure::Withheld(Withheld::NotAvailable);

fn figure(code: Option<&str>, strand: Option<Strand>, figure: Figure, known_on: Date) -> AreaCount {
    AreaCount {
        area: code.map(|c| AreaCode(c.to_owned())),
        area_name: code.is_none().then(|| "Unknown".to_owned()),
        month: month("2026-01"),
        strand,
        figure,
        known_on,
    }
}

fn known(counts: Vec<AreaCount>) -> Known {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    store.append(&[counts_batch("a", counts)], None, TODAY).unwrap();
    load(&Store::open(dir.path()).unwrap(), TODAY).unwrap()
}

fn january() -> MonthRange {
    MonthRange::new(month("2026-01"), month("2026-01")).unwrap()
}

#[test]
fn a_figure_is_withheld_and_given_as_its_publisher_last_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    let (lambeth, southwark) = (Some("E09000022"), Some("E09000028"));
    let versions =
        |known_on, first, second| vec![figure(lambeth, None, first, known_on), figure(southwark, None, second, known_on)];
    let steps = [
        ("a", versions(day(1), SUPPRESSED, Figure::Count(9)), (2, 0, 0)),
        // What was withheld is published, and what was published is withheld.
        ("b", versions(day(2), Figure::Count(4), NOT_AVAILABLE), (0, 2, 0)),
        // The same once more says nothing new; another reason does.
        ("c", versions(day(3), Figure::Count(4), SUPPRESSED), (0, 1, 1)),
        ("d", versions(day(4), Figure::Count(0), SUPPRESSED), (0, 1, 1)),
    ];
    for (name, counts, (new_records, new_versions, already_known)) in steps {
        let appended = store.append(&[counts_batch(name, counts)], None, TODAY).unwrap();
        assert_eq!(appended.batches[0].outcome, BatchOutcome::Added { new_records, new_versions, already_known }, "{name}");
    }
    let store = Store::open(dir.path()).unwrap();
    store.verify().unwrap();
    for (on, figures, in_force, superseded, not_yet_known) in [
        (1, [SUPPRESSED, Figure::Count(9)], 2, 0, 4),
        (2, [Figure::Count(4), NOT_AVAILABLE], 2, 2, 2),
        (3, [Figure::Count(4), SUPPRESSED], 2, 3, 1),
        (4, [Figure::Count(0), SUPPRESSED], 2, 4, 0),
    ] {
        let mut counts = store.counts(day(on)).unwrap();
        counts.sort_by(|a, b| a.area.cmp(&b.area));
        assert_eq!(counts.iter().map(|c| c.figure).collect::<Vec<_>>(), figures, "on {on}");
        let known = load(&store, day(on)).unwrap();
        let a = known.account;
        assert!(a.adds_up() && known.reconciliation.adds_up());
        assert_eq!((a.in_force, a.superseded, a.not_yet_known, a.rows), (in_force, superseded, not_yet_known, 8), "on {on}");
        assert_eq!(known.reconciliation.area_only, 2, "a withheld figure is a row like any other");
        assert_eq!((known.events.len(), known.withheld.len(), a.withheld), (1, 1, 1), "on {on}");
        assert!(a.to_string().ends_with("; 1 of the figures in force are withheld by the publisher"), "{a}");
    }
    assert!(store.counts(Date::constant(2026, 2, 1)).unwrap().is_empty());
}

#[test]
fn a_withheld_figure_is_no_fact_and_in_no_sum() {
    let counts = vec![
        figure(Some("E09000028"), None, Figure::Count(5), day(1)),
        figure(Some("E09000028"), Some(Strand::Disability), SUPPRESSED, day(1)),
        figure(Some("E09000022"), None, NOT_AVAILABLE, day(1)),
        figure(Some("E01000001"), None, SUPPRESSED, day(1)),
        figure(Some("E05013570"), None, SUPPRESSED, day(1)),
        figure(None, None, Figure::Withheld(Withheld::NotApplicable), day(1)),
    ];
    let known = known(counts);
    assert_eq!((known.account.in_force, known.events.len(), known.withheld.len()), (6, 1, 5));
    assert_eq!((known.reconciliation.area_only, known.reconciliation.no_place), (5, 1));
    assert!(known.reconciliation.adds_up());
    let boroughs = Atlas::london().boroughs();
    let row = |code: &str| boroughs.iter().position(|b| b.code == code).unwrap();
    let (city, lambeth, southwark) = (row("E09000001") as u16, row("E09000022") as u16, row("E09000028") as u16);
    let layer = AreaLayer::of_boroughs(boroughs).unwrap();
    let placed = facts_on_areas(&known, &layer, boroughs).unwrap();
    let all = Filter::over(january());
    assert_eq!((placed.facts.len(), placed.facts.total(&all)), (1, 5));
    let unit = |code: &str| layer.row(code).unwrap();
    let withheld = |area, unit, strand, why| WithheldFigure { area, unit, month: january().from(), strand, why };
    let mut wanted = vec![
        withheld(city, NO_UNIT, None, Withheld::Suppressed),
        withheld(lambeth, unit("E09000022"), None, Withheld::NotAvailable),
        withheld(southwark, unit("E09000028"), Some(Strand::Disability), Withheld::Suppressed),
        withheld(33, NO_UNIT, None, Withheld::NotApplicable),
        withheld(NO_AREA, NO_UNIT, None, Withheld::Suppressed),
    ];
    wanted.sort();
    assert_eq!(placed.withheld, wanted);
    assert_eq!(placed.areas[33].name, "Unknown");
    assert_eq!(placed.unmatched, [("E01000001".to_owned(), 0), ("E05013570".to_owned(), 0)], "no code is lost");
    // Lambeth has no figure at all, and Southwark none of disability; a published figure of another strand does not help.
    assert_eq!(placed.units_without_figure(january()), 2);
    let february = MonthRange::new(month("2026-02"), month("2026-02")).unwrap();
    assert_eq!(placed.units_without_figure(february), 0);

    let on_cells = facts_on_grid(&known, &grid(), boroughs).unwrap();
    let of_area = |p: &Placed| p.withheld.iter().map(|w| (w.area, w.month, w.strand, w.why)).collect::<Vec<_>>();
    assert_eq!(of_area(&on_cells), of_area(&placed));
    assert!(on_cells.withheld.iter().all(|w| w.unit == NO_UNIT));
    assert_eq!(on_cells.units_without_figure(january()), 0);
    assert!(facts_on_grid(&known, &grid(), &[]).unwrap().withheld.iter().all(|w| w.area == NO_AREA));
}

#[test]
fn months_of_which_every_figure_is_withheld_are_not_held() {
    let at = |text: &str, what| AreaCount { month: month(text), ..figure(Some("E09000028"), None, what, day(1)) };
    let some = known(vec![at("2025-11", SUPPRESSED), at("2025-12", Figure::Count(0)), at("2026-01", SUPPRESSED)]);
    assert_eq!(some.months(), MonthRange::new(month("2025-12"), month("2025-12")));
    assert_eq!(known(vec![at("2026-01", SUPPRESSED)]).months(), None);
}

/// Figures of a few areas, months and strands, no two of the same.
fn figures() -> impl Strategy<Value = Vec<AreaCount>> {
    let one = prop_oneof![(0u32..9).prop_map(Figure::Count), prop::sample::select(Withheld::ALL).prop_map(Figure::Withheld),];
    let key = (0usize..6, 0u16..3, prop::option::of(prop::sample::select(Strand::ALL)));
    prop::collection::btree_map(key, one, 0..30).prop_map(|all| {
        let codes = [Some("E09000022"), Some("E09000028"), Some("E01000001"), Some("E05013570"), Some("W1"), None];
        let month = |n: u16| Month::from_index(january().from().index() + n).unwrap();
        let of = |((code, n, strand), what)| AreaCount { month: month(n), ..figure(codes[code], strand, what, day(1)) };
        all.into_iter().map(of).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_rows_leaves_no_trace_and_no_figure_is_lost(mut counts in figures(), turn in 0usize..30) {
        let boroughs = Atlas::london().boroughs();
        let layer = AreaLayer::of_boroughs(boroughs).unwrap();
        let place = |counts: Vec<AreaCount>| {
            let known = known(counts);
            assert!(known.account.adds_up() && known.reconciliation.adds_up());
            facts_on_areas(&known, &layer, boroughs).unwrap()
        };
        let first = place(counts.clone());
        let withheld = counts.iter().filter(|c| matches!(c.figure, Figure::Withheld(_))).count();
        prop_assert_eq!((first.withheld.len(), first.facts.len()), (withheld, counts.len() - withheld));
        let sum: u64 = counts.iter().map(|c| if let Figure::Count(n) = c.figure { u64::from(n) } else { 0 }).sum();
        prop_assert_eq!(first.facts.iter().map(|f| u64::from(f.count)).sum::<u64>(), sum);
        let by = turn.min(counts.len());
        counts.rotate_left(by);
        counts.reverse();
        let second = place(counts);
        prop_assert_eq!((first.withheld, first.facts, first.unmatched), (second.withheld, second.facts, second.unmatched));
    }
}
