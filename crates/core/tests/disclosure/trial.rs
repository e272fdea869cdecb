//! How much a table gives away: with the small cells hidden, with two blanks in every line, and after repair.

use crate::london::{areas_by_strand, areas_by_strand_and_month};
use hotspot_core::disclosure::attack::Reader;
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::suppress::protect;
use hotspot_core::disclosure::table::{CellId, LinkedTables, Protection, Shown, Sign};
use std::time::Instant;

const THRESHOLD: u32 = 5;

/// Small cells that a reader finds exactly, and those of which he knows a range narrower than four: of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub asked: usize,
    pub exact: usize,
    pub narrow: usize,
}

/// Asks the reader with a solver for every `every`-th small cell.
pub fn ask(tables: &LinkedTables, every: usize) -> Open {
    let mut open = Open { asked: 0, exact: 0, narrow: 0 };
    let reader = Reader::of(tables);
    for cell in tables.cells().filter(|c| tables.is_sensitive(*c)).step_by(every) {
        let (low, high) = reader.range(cell, &[]).unwrap();
        let width = high.map_or(f64::INFINITY, |high| high - low);
        open.asked += 1;
        open.exact += usize::from(width < 0.5);
        open.narrow += usize::from(width < 4.0 - 1e-6);
    }
    open
}

/// The usual rule: as long as a line has one blank alone, the smallest of its cells is blanked too.
fn two_in_every_line(tables: &mut LinkedTables) {
    loop {
        let mut alone: Vec<CellId> = Vec::new();
        for relation in tables.relations().iter().filter(|r| r.sign == Sign::Zero) {
            let blank = |c: &CellId| tables.shown(*c) == Shown::Nothing;
            if relation.terms.iter().filter(|t| blank(&t.0)).count() == 1 {
                let others = relation.terms.iter().map(|t| t.0).filter(|c| !blank(c));
                alone.extend(others.min_by_key(|c| (tables.is_total(*c), tables.count(*c), *c)));
            }
        }
        if alone.is_empty() {
            return;
        }
        for cell in alone {
            tables.hide(cell);
        }
    }
}

fn hide_small(tables: &mut LinkedTables) -> usize {
    let small: Vec<CellId> = tables.cells().filter(|c| tables.count(*c) < THRESHOLD).collect();
    for cell in &small {
        tables.hide_sensitive(*cell);
    }
    small.len()
}

fn hidden(tables: &LinkedTables) -> usize {
    tables.cells().filter(|c| tables.shown(*c) != Shown::Count).count()
}

/// One line of the trial.
fn tried(name: &str, table: &LinkedTables, knowledge: Knowledge, every: usize) -> Open {
    let mut before = table.clone();
    let small = hide_small(&mut before);
    let mut usual = before.clone();
    two_in_every_line(&mut usual);
    let mut repaired = before.clone();
    let start = Instant::now();
    let certificate = protect(&mut repaired, Protection::of(THRESHOLD), knowledge).unwrap();
    let protected = start.elapsed();
    let start = Instant::now();
    certificate.verify(&repaired).unwrap();
    let verified = start.elapsed();
    let asked = [&before, &usual, &repaired].map(|tables| ask(tables, every));
    println!(
        "figure P1 {name}, {knowledge:?}: {} cells, {small} small; exact / narrower than 4 of {}: hidden {} / {}, two in a line {} / {}, repaired {} / {}; \
         blank {} -> {} -> {}; {} witnesses, protected in {protected:?}, verified in {verified:?}",
        table.len(),
        asked[0].asked,
        asked[0].exact,
        asked[0].narrow,
        asked[1].exact,
        asked[1].narrow,
        asked[2].exact,
        asked[2].narrow,
        hidden(&before),
        hidden(&usual),
        hidden(&repaired),
        certificate.witnesses.len(),
    );
    assert!(asked[0].narrow > 0, "the table gave nothing away");
    asked[2]
}

#[test]
fn a_year_of_wards_by_strand_gives_nothing_away_after_repair() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let table = areas_by_strand(20, 1);
    for knowledge in [Knowledge::Published, Knowledge::OneRecord, Knowledge::TwoOfAPlace] {
        let after = tried("660 wards by 5 strands", &table, knowledge, if long { 1 } else { 10 });
        assert_eq!((after.exact, after.narrow), (0, 0));
    }
}

#[test]
fn a_table_of_three_ways_gives_nothing_away_after_repair() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    for areas in if long { vec![1, 4] } else { vec![1] } {
        let table = areas_by_strand_and_month(areas, 1);
        let after = tried(&format!("{} areas by 5 strands by 12 months", areas * 33), &table, Knowledge::Published, 40 * areas);
        assert_eq!((after.exact, after.narrow), (0, 0));
    }
}
