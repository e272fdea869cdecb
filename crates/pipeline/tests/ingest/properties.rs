//! What holds for every file.

use crate::{options, read};
use hotspot_core::release::DataClass;
use hotspot_core::simulate::{SimulateParams, simulate};
use hotspot_pipeline::{Figure, Format, IngestOptions, Records, StudyAreaOption, write_incidents_csv};
use proptest::prelude::*;

#[test]
fn a_simulated_london_reads_back_exactly() {
    // March has the hour that is skipped, October the one that is repeated.
    for start in ["2026-03", "2025-10"] {
        let made = simulate(&SimulateParams { seed: 5, start: start.parse().unwrap(), months: 1 });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("incidents.csv");
        write_incidents_csv(&made.incidents, std::fs::File::create(&path).unwrap()).unwrap();
        let batch = read(&path, &options()).unwrap();
        assert_eq!(batch.format, Format::Hotspot);
        assert_eq!(batch.declared_class.map(DataClass::id), Some("synthetic"));
        assert_eq!(batch.rejects, []);
        assert!(batch.reconciliation.adds_up());
        assert_eq!(batch.reconciliation.rows, made.incidents.len() as u64);
        let Records::Incidents(read) = batch.records else { panic!("incidents") };
        assert!(read.len() > 1_000);
        for (there, back) in made.incidents.iter().zip(&read) {
            assert_eq!(there, back);
        }
    }
}

/// Fields that rows may be made of: good, bad and odd.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z0-9-]{1,8}",
        Just("2026-05".to_owned()),
        Just("2026-05-17".to_owned()),
        Just("2026-03-29T01:30".to_owned()),
        Just("race;religion".to_owned()),
        (-1.0..1.0f64).prop_map(|v| v.to_string()),
        (51.0..52.0f64).prop_map(|v| v.to_string()),
        Just("\"a,b\"".to_owned()),
        "\\PC{0,6}".prop_map(|s| s.replace(['"', '\r', '\n'], "")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_accounted_for_once(rows in prop::collection::vec(prop::collection::vec(field(), 4..8), 0..30)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let mut text = "id,occurred_from,strands,lon,lat,place\n".to_owned();
        let mut lines = 0;
        for row in &rows {
            let line = row.join(",");
            lines += u64::from(!line.is_empty());
            text += &(line + "\n");
        }
        std::fs::write(&path, text).unwrap();
        let batch = read(&path, &options()).unwrap();
        prop_assert!(batch.reconciliation.adds_up());
        prop_assert_eq!(batch.reconciliation.rows, lines);
        prop_assert_eq!(batch.by_rule.values().sum::<u64>(), batch.reconciliation.rejected);
        prop_assert_eq!(batch.rejects.len() as u64, batch.reconciliation.rejected);
        prop_assert!(batch.rejects.is_sorted_by_key(|r| r.row));
        let Records::Incidents(records) = &batch.records else { panic!("incidents") };
        prop_assert_eq!(records.len() as u64 + batch.reconciliation.rejected, lines);
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        name in prop::sample::select(vec!["x", "x.csv", "x.csv.gz", "x.geojson", "x.parquet"]),
        start in prop::sample::select(vec![&b""[..], b"PAR1", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"{\"type\":\"FeatureCollection\",\"features\":[", b"id,month,strands\n", b"\xef\xbb\xbf"]),
        end in prop::sample::select(vec![&b""[..], b"PAR1", b"\x10\0\0\0PAR1", b"]}"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, [start, &bytes, end].concat()).unwrap();
        if let Ok(batch) = read(&path, &options()) {
            prop_assert!(batch.reconciliation.adds_up());
        }
    }
}

#[test]
fn bom_crlf_case_and_blank_lines_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, dressed] = ["plain.csv", "dressed.csv"].map(|n| folder.path().join(n));
    std::fs::write(&plain, "id,occurred_from,strands\na,2026-05,race\nb,2026-06,disability\n").unwrap();
    std::fs::write(&dressed, "\u{feff}ID,\"Occurred_From\",STRANDS\r\na,2026-05,Race\r\n\r\n\"b\", 2026-06 ,disability").unwrap();
    let [plain, dressed] = [plain, dressed].map(|p| read(&p, &options()).unwrap());
    assert_eq!(plain.records, dressed.records);
    assert_eq!(dressed.rejects, []);
}

#[test]
fn windows_1252_is_recognised_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, b"id,occurred_from,strands\ncaf\xe9,2026-05,race\n\x93q\x94,2026-05,race\n").unwrap();
    let batch = read(&path, &options()).unwrap();
    assert!(batch.notes.iter().any(|n| n.contains("Windows-1252")), "{:?}", batch.notes);
    let Records::Incidents(records) = &batch.records else { panic!("incidents") };
    assert_eq!(records.iter().map(|i| i.id.0.as_str()).collect::<Vec<_>>(), ["café", "“q”"]);
}

#[test]
fn versions_of_a_record_are_told_apart_by_the_day_they_became_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "id,known_on,occurred_from,strands\na,2026-06-01,2026-05,race\na,2026-07-01,2026-05,religion\n").unwrap();
    assert_eq!(read(&path, &options()).unwrap().reconciliation.no_place, 2);
}

#[test]
fn pseudonyms_are_made_only_with_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "id,occurred_from,strands,victim,premises\na,2026-05,race,J Smith,J Smith\n").unwrap();
    let names = |options: &IngestOptions| {
        let Records::Incidents(records) = read(&path, options).unwrap().records else { panic!("incidents") };
        [records[0].victim.clone().unwrap().0, records[0].premises.clone().unwrap().0]
    };
    assert_eq!(names(&options()), ["J Smith", "J Smith"]);
    let key = Some(hotspot_pipeline::PseudonymKey(b"secret".to_vec()));
    let [victim, premises] = names(&IngestOptions { pseudonym_key: key.clone(), ..options() });
    assert!(victim.len() == 64 && premises.len() == 64 && victim != premises);
    assert!(!format!("{key:?}").contains("115"), "the key is not printed");
}

#[test]
fn national_grid_metres_become_degrees_and_say_how() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(
        &path,
        "id,occurred_from,strands,easting,northing\na,2026-05,race,530624.974,178388.464\nb,2026-05,race,430000,433000\n",
    )
    .unwrap();
    let options = IngestOptions { study_area: StudyAreaOption::Any, ..options() };
    let batch = read(&path, &options).unwrap();
    let Records::Incidents(records) = &batch.records else { panic!("incidents") };
    let hotspot_core::Place::Point { location, .. } = &records[0].place else { panic!("a point") };
    assert!((location.lon + 0.119925572).abs() < 1e-7 && (location.lat - 51.48936565).abs() < 1e-7);
    assert!(batch.notes.iter().any(|n| n.starts_with("1 points lie outside the OSTN15 grid")), "{:?}", batch.notes);
}

#[test]
fn counts_keep_rows_that_stand_for_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let text = "gss_code,borough,month,strand,offences\nE09000001,City,2019-12,racist_and_religious,3\n,Aviation Security(SO18),2019-12,faith,0\n,Unknown,2019-12,homophobic,2\nE09000001,City,2019-12,,4\n";
    std::fs::write(&path, text).unwrap();
    let batch = read(&path, &options()).unwrap();
    assert_eq!((batch.format, batch.reconciliation.area_only, batch.reconciliation.no_place), (Format::AreaCounts, 2, 2));
    let Records::Counts(counts) = &batch.records else { panic!("counts") };
    let strands: Vec<_> = counts.iter().map(|c| c.strand.map_or("all", hotspot_core::Strand::id)).collect();
    assert_eq!(strands, ["race_or_religion", "religion", "sexual_orientation", "all"]);
    assert_eq!(counts[1].area_name.as_deref(), Some("Aviation Security(SO18)"));
    assert_eq!(counts.iter().map(|c| c.figure).collect::<Vec<_>>(), [3, 0, 2, 4].map(Figure::Count));
}
