//! Published figures that are withheld.

use crate::{options, read};
use hotspot_core::{Strand, Withheld};
use hotspot_pipeline::{Batch, Figure, Format, Records, Rule};
use proptest::prelude::*;
use std::fmt::Write;

fn read_text(name: &str, text: &str) -> Batch {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read(&path, &options()).unwrap()
}

fn figures(batch: &Batch) -> Vec<Figure> {
    let Records::Counts(counts) = &batch.records else { panic!("counts") };
    counts.iter().map(|c| c.figure).collect()
}

#[test]
fn every_mark_in_every_case_is_a_withheld_figure_and_the_account_adds_up() {
    use Withheld::{NotApplicable, NotAvailable, Suppressed};
    let cells = [
        ("[c]", Suppressed),
        ("[C]", Suppressed),
        ("*", Suppressed),
        (" * ", Suppressed),
        ("[low]", Suppressed),
        ("[Low]", Suppressed),
        ("[LOW]", Suppressed),
        ("[x]", NotAvailable),
        ("\" [X] \"", NotAvailable),
        ("..", NotAvailable),
        ("[z]", NotApplicable),
        ("[Z]", NotApplicable),
        ("-", NotApplicable),
    ];
    let mut text = "gss_code,borough,month,strand,offences\n".to_owned();
    for (row, (cell, _)) in cells.iter().enumerate() {
        // The last one stands for no place.
        let code = if row + 1 == cells.len() { String::new() } else { format!("E{row}") };
        writeln!(text, "{code},Somewhere,2026-05,disability,{cell}").unwrap();
    }
    text += "E99,Somewhere,2026-05,disability,0\nE98,Somewhere,2026-05,disability,\nE97,Somewhere,2026-05,disability,n/a\n";
    let batch = read_text("x.csv", &text);
    let wanted: Vec<Figure> = cells.iter().map(|(_, why)| Figure::Withheld(*why)).chain([Figure::Count(0)]).collect();
    assert_eq!(figures(&batch), wanted);
    let r = batch.reconciliation;
    assert!(r.adds_up());
    assert_eq!((batch.format, r.rows, r.area_only, r.no_place, r.rejected), (Format::AreaCounts, 16, 13, 1, 2));
    let refused: Vec<_> = batch.rejects.iter().map(|r| (r.rule, r.row, r.column.as_deref())).collect();
    assert_eq!(refused, [(Rule::MissingCount, 16, Some("offences")), (Rule::NotANumber, 17, Some("offences"))]);
    assert_eq!(batch.withheld(), 13);
    assert_eq!(batch.notes, ["13 figures are withheld by the publisher: kept as not known, never as 0"]);
    assert!(read_text("y.csv", "gss_code,month,offences\nE1,2026-05,0\n").notes.is_empty());
}

#[test]
fn other_containers_and_other_publishers_say_it_the_same_way() {
    let feature = |code: &str, count: &str| {
        format!(r#"{{"type":"Feature","properties":{{"code":"{code}","month":"2026-05","count":{count}}},"geometry":null}}"#)
    };
    let features = [feature("E1", "\"[c]\""), feature("E2", "7"), feature("E3", "null")].join(",");
    let batch = read_text("x.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#));
    assert_eq!(figures(&batch), [Figure::Withheld(Withheld::Suppressed), Figure::Count(7)]);
    assert_eq!(batch.by_rule.keys().copied().collect::<Vec<_>>(), [Rule::MissingCount]);
    // A mark is a word of the count alone: in any other column it is what it was before.
    let batch = read_text("x.csv", "gss_code,month,strand,offences\n[c],2026-05,race,3\nE1,[x],race,3\nE1,2026-05,[z],3\n");
    let rules: Vec<_> = batch.rejects.iter().map(|r| r.rule).collect();
    assert_eq!(rules, [Rule::BadAreaCode, Rule::UnreadableDate, Rule::UnknownStrand]);
}

/// Cells of a count: marks, what looks like one, numbers, and anything.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(Withheld::MARKS).prop_map(|(mark, _)| mark.to_owned()),
        prop::sample::select(Withheld::MARKS).prop_map(|(mark, _)| format!(" {} ", mark.to_uppercase())),
        (prop::sample::select(Withheld::MARKS), "[0-9a-z\\[\\]*.-]{1,3}").prop_map(|((mark, _), more)| format!("{mark}{more}")),
        (0u32..50).prop_map(|n| n.to_string()),
        "[\\[\\]a-z*. -]{0,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cell_is_a_number_or_a_mark_or_refused(cells in prop::collection::vec(cell(), 0..30)) {
        let mut text = "gss_code,month,strand,offences\n".to_owned();
        for (row, cell) in cells.iter().enumerate() {
            writeln!(text, "E{row},2026-05,disability,{cell}").unwrap();
        }
        let batch = read_text("x.csv", &text);
        prop_assert!(batch.reconciliation.adds_up());
        prop_assert_eq!(batch.reconciliation.rows, cells.len() as u64);
        let wanted: Vec<Figure> = cells
            .iter()
            .filter_map(|cell| {
                let number = || {
                    let read: f64 = cell.trim().parse().ok()?;
                    (read >= 0.0 && read.fract() == 0.0 && cell.contains(|c: char| c.is_ascii_digit())).then_some(Figure::Count(read as u32))
                };
                Withheld::from_mark(cell).map(Figure::Withheld).or_else(number)
            })
            .collect();
        prop_assert_eq!(figures(&batch), wanted);
        let Records::Counts(counts) = &batch.records else { panic!("counts") };
        prop_assert!(counts.iter().all(|c| c.strand == Some(Strand::Disability)));
    }
}
