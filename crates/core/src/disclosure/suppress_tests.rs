use super::*;
use crate::disclosure::attack::Reader;
use crate::disclosure::table::{NOWHERE, Shown};
use proptest::prelude::*;

/// A table of two ways with its totals; cells below the threshold are hidden.
fn two_way(rows: &[Vec<u32>], threshold: u32) -> (LinkedTables, Vec<Vec<CellId>>) {
    let mut tables = LinkedTables::new();
    let weight = |n: u32| (1.0 + f64::from(n)).ln();
    let cells: Vec<Vec<CellId>> = rows
        .iter()
        .enumerate()
        .map(|(group, row)| row.iter().map(|n| tables.add(*n, group as u32, weight(*n))).collect())
        .collect();
    let columns = rows[0].len();
    let mut totals = Vec::new();
    for (row, ids) in rows.iter().zip(&cells) {
        let total = tables.add(row.iter().sum(), 0, 100.0);
        tables.sums(total, ids).unwrap();
        totals.push(total);
    }
    let mut column_totals = Vec::new();
    for column in 0..columns {
        let total = tables.add(rows.iter().map(|r| r[column]).sum(), 0, 100.0);
        tables.sums(total, &cells.iter().map(|r| r[column]).collect::<Vec<_>>()).unwrap();
        column_totals.push(total);
    }
    let grand = tables.add(rows.iter().flatten().sum(), 0, 10_000.0);
    tables.sums(grand, &totals).unwrap();
    tables.sums(grand, &column_totals).unwrap();
    for cell in tables.cells() {
        if tables.count(cell) < threshold {
            tables.hide_sensitive(cell);
        }
    }
    (tables, cells)
}

/// Every sensitive cell as a reader with a solver sees it.
fn all_are_open(tables: &LinkedTables, protection: Protection, known: &[CellId]) -> Result<(), TestCaseError> {
    let reader = Reader::of(tables);
    for cell in tables.cells().filter(|c| tables.is_sensitive(*c) && !tables.is_made_of(*c, known) && !tables.is_within(*c, known))
    {
        let (low, high) = reader.range(cell, known).unwrap();
        let inside = tables.known_of(cell, known);
        let [wanted_low, wanted_high] = protection.wanted(tables.count(cell), tables.shown(cell), inside);
        prop_assert!(low <= f64::from(wanted_low) + 1e-6, "{} {low}", tables.count(cell));
        prop_assert!(high.is_none_or(|high| high >= f64::from(wanted_high) - 1e-6), "{} {high:?}", tables.count(cell));
    }
    Ok(())
}

#[test]
fn two_blanks_in_every_line_are_not_enough() {
    // Both lines of each of four blanks have two, and yet the totals leave them no room: 1 + 1, 1 + 1.
    let (mut tables, cells) = two_way(&[vec![1, 1, 30], vec![1, 1, 30], vec![30, 30, 30]], 0);
    let hidden = [cells[0][0], cells[0][1], cells[1][0], cells[1][1]];
    for cell in hidden {
        tables.hide_sensitive(cell);
    }
    assert_eq!(Reader::of(&tables).range(cells[0][0], &[]), Some((0.0, Some(2.0))));
    let certificate = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap();
    certificate.verify(&tables).unwrap();
    assert!(Reader::of(&tables).range(cells[0][0], &[]).unwrap().1.is_none_or(|high| high >= 5.0));
}

#[test]
fn what_was_published_is_not_hidden_and_a_cell_that_it_gives_away_stops_everything() {
    let (mut tables, cells) = two_way(&[vec![3, 20], vec![30, 40]], 5);
    tables.cells().filter(|c| *c != cells[0][0]).for_each(|c| tables.publish(c));
    let no = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap_err();
    assert_eq!(no, CannotProtect { cell: cells[0][0], end: End::Low, published: true });
    assert_eq!(
        no.to_string(),
        "its count is small, and what was published before says that it is no lower, whatever else is hidden"
    );
}

#[test]
fn a_band_may_be_any_of_its_counts() {
    let mut tables = LinkedTables::new();
    let parts = [2, 9, 14].map(|n| tables.add(n, 0, f64::from(n)));
    let total = tables.add(25, 0, 1e3);
    tables.sums(total, &parts).unwrap();
    tables.band(parts[0], 0, 4);
    tables.hide_sensitive(parts[0]);
    let certificate = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap();
    certificate.verify(&tables).unwrap();
    assert_eq!(tables.shown(parts[0]), Shown::Band { low: 0, high: 4 });
    // The cheaper one beside it goes.
    assert_eq!([parts[1], parts[2]].map(|c| tables.shown(c)), [Shown::Nothing, Shown::Count]);
    assert_eq!(Reader::of(&tables).range(parts[0], &[]), Some((0.0, Some(4.0))));
}

#[test]
fn a_band_that_says_too_much_of_its_parts_is_not_told() {
    // A place has four incidents in four quarters, and a hotspot is all of it: "below 5" of the hotspot is "below 5" of every quarter.
    let quarters = [[1, 0, 2, 1], [20, 30, 25, 40]];
    let linked = |published: bool| {
        let mut tables = LinkedTables::new();
        let rows: Vec<Vec<CellId>> =
            quarters.iter().zip(0..).map(|(row, group)| row.iter().map(|n| tables.add(*n, group, 1.0)).collect()).collect();
        for quarter in 0..4 {
            let total = tables.add(quarters[0][quarter] + quarters[1][quarter], 2, 100.0);
            tables.sums(total, &[rows[0][quarter], rows[1][quarter]]).unwrap();
        }
        rows[0].iter().for_each(|cell| tables.hide_sensitive(*cell));
        let hotspot = tables.add(4, 9, 30.0);
        tables.band(hotspot, 0, 4);
        tables.hide_sensitive(hotspot);
        tables.sums(hotspot, &rows[0]).unwrap();
        if published {
            tables.publish(hotspot);
        }
        (tables, hotspot, rows)
    };
    for knowledge in [Knowledge::Published, Knowledge::OneRecord, Knowledge::TwoOfAPlace] {
        let (mut tables, hotspot, _) = linked(false);
        protect(&mut tables, Protection::of(5), knowledge).unwrap().verify(&tables).unwrap();
        assert_eq!(tables.shown(hotspot), Shown::Nothing);
        all_are_open(&tables, Protection::of(5), &[]).unwrap();
    }
    // What was told before is told.
    let (mut tables, hotspot, rows) = linked(true);
    let no = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap_err();
    assert!(rows[0].contains(&no.cell) && no.end == End::High && no.published);
    assert_eq!(tables.shown(hotspot), Shown::Band { low: 0, high: 4 });
}

#[test]
fn a_part_of_a_whole_is_protected_by_hiding_it() {
    // Eleven of an area's twelve are in a hotspot: the one outside must not be told.
    let mut tables = LinkedTables::new();
    let (area, inside, outside) = (tables.add(12, 0, 12.0), tables.add(11, 0, 1.0), tables.add(1, 0, 1.0));
    tables.sums(area, &[inside, outside]).unwrap();
    tables.publish(area);
    tables.hide_sensitive(outside);
    protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap().verify(&tables).unwrap();
    assert_eq!([area, inside, outside].map(|c| tables.shown(c)), [Shown::Count, Shown::Nothing, Shown::Nothing]);
}

#[test]
fn what_was_proven_is_carried_on_to_what_hangs_on_it() {
    // A place's four quarters, of which two are small, and beside it another; then the places' hotspots of the year.
    let quarters = [[3, 20, 4, 30], [40, 50, 60, 70]];
    let first = |tables: &mut LinkedTables| {
        let rows: Vec<Vec<CellId>> =
            quarters.iter().zip(0..).map(|(row, group)| row.iter().map(|n| tables.add(*n, group, 1.0)).collect()).collect();
        for quarter in 0..4 {
            let total = tables.add(quarters[0][quarter] + quarters[1][quarter], 2, 100.0);
            tables.sums(total, &[rows[0][quarter], rows[1][quarter]]).unwrap();
        }
        rows[0]
            .iter()
            .filter(|c| tables.count(**c) < 5)
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|c| tables.hide_sensitive(c));
        rows
    };
    let mut tables = LinkedTables::new();
    first(&mut tables);
    let before = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap();
    let mut next = LinkedTables::new();
    let rows = first(&mut next);
    tables.cells().filter(|c| tables.shown(*c) == Shown::Nothing).for_each(|c| next.hide(c));
    next.cells().for_each(|c| next.publish(c));
    let old = next.len();
    for (row, inside) in rows.iter().zip([50, 200]) {
        let whole = next.add(row.iter().map(|c| next.count(*c)).sum(), NOWHERE, 1.0);
        next.hide(whole);
        next.sums(whole, row).unwrap();
        let hotspot = next.add(inside, 9, 1.0);
        let rest = next.add(next.count(whole) - inside, NOWHERE, 1.0);
        next.hide(rest);
        next.sums(whole, &[hotspot, rest]).unwrap();
    }
    let (carried, changed) = (before.witnesses.clone(), next.clone());
    let earlier = Earlier { witnesses: before.witnesses, new: [old..next.len(), 0..0] };
    let proof = protect_after(&mut next, Protection::of(5), Knowledge::Published, &earlier).unwrap();
    proof.verify(&next).unwrap();
    // As they were, they break the sums of what is new; each is carried on, and nothing was hidden for it.
    let alone = Certificate { witnesses: carried.clone(), ..proof.clone() };
    assert!(matches!(alone.verify(&next), Err(Flaw::Breaks { .. })));
    assert!(proof.witnesses.iter().all(|w| carried.iter().any(|old| w.changes.starts_with(&old.changes))));
    assert!(next.cells().all(|c| next.shown(c) == changed.shown(c)));
    // Witnesses of other tables are no more than a loss of time.
    let wrong = Earlier { witnesses: vec![Witness { changes: vec![(rows[1][0], 1)] }], new: Default::default() };
    let mut other = changed;
    protect_after(&mut other, Protection::of(5), Knowledge::Published, &wrong).unwrap().verify(&other).unwrap();
}

#[test]
fn who_knows_a_record_of_a_strand_knows_one_of_all() {
    // One incident in a place, of one strand; elsewhere there are many.
    let mut tables = LinkedTables::new();
    let [places, strands] = [[1, 30, 40], [1, 10, 12]].map(|row: [u32; 3]| {
        let cells: Vec<CellId> = row.iter().zip(0..).map(|(n, group)| tables.add(*n, group, f64::from(*n))).collect();
        let total = tables.add(row.iter().sum(), 9, 1e4);
        tables.sums(total, &cells).unwrap();
        cells
    });
    for (place, strand) in places.iter().zip(&strands) {
        tables.within(*place, &[*strand]).unwrap();
    }
    tables.hide_sensitive(places[0]);
    tables.hide_sensitive(strands[0]);
    // Whoever knows that one finds none impossible, and that is all: he still does not know how many there are beside.
    let certificate = protect(&mut tables, Protection::of(5), Knowledge::OneRecord).unwrap();
    certificate.verify(&tables).unwrap();
    assert_eq!(tables.known_of(places[0], &[strands[0]]), 1);
    let (low, high) = Reader::of(&tables).range(places[0], &[strands[0]]).unwrap();
    assert!(low <= 1.0 && high.is_none_or(|high| high >= 6.0), "{low} {high:?}");
}

fn table() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let count = prop_oneof![4 => 0u32..5, 3 => 5u32..40];
    (2usize..7, 2usize..6)
        .prop_flat_map(move |(rows, columns)| prop::collection::vec(prop::collection::vec(count.clone(), columns), rows))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_solver_narrows_a_protected_cell(rows in table()) {
        let (mut tables, _) = two_way(&rows, 5);
        let certificate = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap();
        prop_assert_eq!(certificate.verify(&tables), Ok(()));
        all_are_open(&tables, Protection::of(5), &[])?;
    }

    #[test]
    fn nor_does_one_who_knows_a_record_or_two_of_a_place(rows in table()) {
        for knowledge in [Knowledge::OneRecord, Knowledge::TwoOfAPlace] {
            let (mut tables, _) = two_way(&rows, 5);
            let certificate = protect(&mut tables, Protection::of(5), knowledge).unwrap();
            prop_assert_eq!(certificate.verify(&tables), Ok(()));
            let small: Vec<CellId> = tables.cells().filter(|c| tables.is_sensitive(*c)).collect();
            let ones: Vec<CellId> = small.iter().copied().filter(|c| tables.may_be_known(*c, 1)).collect();
            for one in &ones {
                all_are_open(&tables, Protection::of(5), &[*one])?;
            }
            if knowledge == Knowledge::TwoOfAPlace {
                for two in small.iter().filter(|c| tables.count(**c) == 2 && tables.may_be_known(**c, 2)) {
                    all_are_open(&tables, Protection::of(5), &[*two])?;
                }
                for (i, one) in ones.iter().enumerate() {
                    for other in ones[i + 1..].iter().filter(|o| tables.group(**o) == tables.group(*one)) {
                        all_are_open(&tables, Protection::of(5), &[*one, *other])?;
                    }
                }
            }
        }
    }

    #[test]
    fn an_altered_certificate_is_refused_or_still_true(rows in table(), at in any::<prop::sample::Index>(), change in prop_oneof![Just(-1i64), Just(1)], kind in 0u8..3) {
        let (mut tables, _) = two_way(&rows, 5);
        let mut certificate = protect(&mut tables, Protection::of(5), Knowledge::Published).unwrap();
        prop_assume!(!certificate.witnesses.is_empty());
        let number = at.index(certificate.witnesses.len());
        let witness = &mut certificate.witnesses[number];
        let cell = at.index(witness.changes.len());
        match kind {
            0 => witness.changes[cell].1 += change,
            1 => { witness.changes.remove(cell); }
            _ => witness.changes.reverse(),
        }
        // A changed step of one cell breaks its sums; an order or a gap is seen.
        if kind != 2 || witness.changes.len() > 1 {
            prop_assert!(certificate.verify(&tables).is_err());
        }
    }
}
