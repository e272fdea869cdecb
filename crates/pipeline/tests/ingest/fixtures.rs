//! Real files, row by row.

use crate::{options, read};
use hotspot_core::{Offence, Place, Precision, Source, Strand, TimePrecision};
use hotspot_pipeline::{Format, Records, Rule, StudyAreaChoice, StudyAreaOption};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(path)
}

#[test]
fn every_row_of_west_yorkshire_is_accounted_for() {
    let batch = read(&data("fixtures/2016-07-west-yorkshire-street.csv.gz"), &options()).unwrap();
    assert_eq!(batch.format, Format::PoliceUk);
    let r = batch.reconciliation;
    assert!(r.adds_up());
    assert_eq!((r.rows, r.mapped, r.no_place, r.rejected), (27_176, 25_829, 1_347, 0));
    assert_eq!(batch.study_area, StudyAreaChoice::Any);
    assert!(batch.notes.iter().any(|n| n.starts_with("study area: any")), "{:?}", batch.notes);
    let Records::Incidents(incidents) = &batch.records else { panic!("incidents") };
    assert_eq!(incidents.len(), 27_176);
    assert!(
        incidents
            .iter()
            .all(|i| i.strands.is_empty() && i.source == Source::Recorded && i.occurred.precision == TimePrecision::Month)
    );
    assert_eq!(incidents.iter().filter(|i| i.offence == Offence::AntiSocialBehaviour).count(), 7_429);
    assert_eq!(incidents.iter().filter(|i| i.offence == Offence::Violence).count(), 6_000);
    assert_eq!(incidents.iter().map(|i| &i.id).collect::<BTreeSet<_>>().len(), 27_176, "blank identifiers are told apart");
    assert!(
        incidents[0].id.0.ends_with("-1") && incidents[1].id.0.ends_with("-2"),
        "the first two rows are identical and both legitimate"
    );
    assert!(matches!(incidents[0].place, Place::Point { location, precision: Precision::Snapped } if location.lat == 53.5974));
    // Unpacked and renamed: the same identifiers, so that nothing of it is new to a store.
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("again.csv");
    let mut text = Vec::new();
    let packed = std::fs::File::open(data("fixtures/2016-07-west-yorkshire-street.csv.gz")).unwrap();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    std::fs::write(&plain, text).unwrap();
    let Records::Incidents(again) = read(&plain, &options()).unwrap().records else { panic!("incidents") };
    assert_eq!(&again, incidents);
    // Again: the same identifiers.
    assert_eq!(read(&data("fixtures/2016-07-west-yorkshire-street.csv.gz"), &options()).unwrap(), batch);
}

#[test]
fn west_yorkshire_lies_outside_london() {
    let options = hotspot_pipeline::IngestOptions { study_area: StudyAreaOption::London, ..options() };
    let batch = read(&data("fixtures/2016-07-west-yorkshire-street.csv.gz"), &options).unwrap();
    assert!(batch.reconciliation.adds_up());
    assert_eq!(batch.by_rule[&Rule::OutsideStudyArea], 25_829);
}

#[test]
fn new_yorks_motives_become_strands() {
    let options = hotspot_pipeline::IngestOptions { mapping: Some(data("mappings/nypd-hate-crimes.toml")), ..options() };
    let batch = read(&data("fixtures/nypd_hate_crimes.csv.gz"), &options).unwrap();
    let r = batch.reconciliation;
    assert!(r.adds_up());
    assert_eq!((batch.format, r.rows, r.mapped), (Format::Mapped, 2_406, 0));
    assert_eq!(batch.by_rule.keys().copied().collect::<Vec<_>>(), [Rule::IdDuplicateSame], "{:?}", batch.by_rule);
    assert_eq!(r.area_only + r.rejected, 2_406);
    let Records::Incidents(incidents) = &batch.records else { panic!("incidents") };
    let of = |s: Strand| incidents.iter().filter(|i| i.strands.contains(s)).count();
    assert!(of(Strand::Antisemitic) > 900 && of(Strand::Antisemitic) < of(Strand::Religion));
    assert_eq!(of(Strand::Disability), 1);
    assert!(of(Strand::Race) > 500 && of(Strand::SexualOrientation) > 300 && of(Strand::Transgender) > 60);
    assert!(incidents.iter().any(|i| i.strands.is_empty()), "motives that are no monitored strand are kept without one");
}
