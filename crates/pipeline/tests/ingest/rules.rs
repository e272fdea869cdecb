//! Every rule: the least input that breaks it, and where it says so.

use crate::{options, read};
use flate2::{Compression, write::GzEncoder};
use hotspot_pipeline::ingest::rule::Reach;
use hotspot_pipeline::{Format, IngestOptions, Rule, StudyAreaOption};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// Stands in every refused row and must stand nowhere else.
const CANARY: &str = "CANARY-7731";

struct Case {
    rule: Rule,
    name: &'static str,
    bytes: Vec<u8>,
    row: Option<u64>,
    column: Option<&'static str>,
    options: IngestOptions,
}

fn case(rule: Rule, name: &'static str, bytes: impl Into<Vec<u8>>, row: Option<u64>, column: Option<&'static str>) -> Case {
    Case { rule, name, bytes: bytes.into(), row, column, options: options() }
}

/// One row of our own schema: needed columns and these.
fn ours(rule: Rule, columns: &str, values: &str, column: &'static str) -> Case {
    let text = format!("id,occurred_from,strands,{columns}\n{CANARY},2026-05-02,race,{values}\n");
    case(rule, "x.csv", text, Some(2), Some(column))
}

/// Counts, the last of them bad.
fn count(rule: Rule, values: &str, column: &'static str) -> Case {
    let row = 1 + values.lines().count() as u64;
    case(rule, "x.csv", format!("gss_code,borough,month,strand,offences\n{values}\n"), Some(row), Some(column))
}

fn feature(rule: Rule, feature: &str) -> Case {
    let good = r#"{"type":"Feature","properties":{"id":"a","occurred_from":"2026-05","strands":"race"},"geometry":null}"#;
    case(rule, "x.geojson", format!(r#"{{"type":"FeatureCollection","features":[{good},{feature}]}}"#), Some(2), None)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn header_and(row: &str) -> String {
    format!("id,occurred_from,strands\n{row}\n")
}

fn cases() -> Vec<Case> {
    use Rule::*;
    let any = |mut case: Case| {
        case.options.study_area = StudyAreaOption::Any;
        case
    };
    let mut cases = vec![
        // Identifiers.
        case(MissingId, "x.csv", header_and(",2026-05,race"), Some(2), Some("id")),
        case(IdDuplicateSame, "x.csv", header_and("a,2026-05,race\na,2026-05,race"), Some(3), Some("id")),
        case(IdDuplicateConflicting, "x.csv", header_and("a,2026-05,race\na,2026-05,disability"), Some(3), Some("id")),
        count(IdDuplicateSame, "E1,X,2026-05,race,3\nE1,X,2026-05,race,3", "gss_code"),
        count(IdDuplicateConflicting, "E1,X,2026-05,race,3\nE1,X,2026-05,race,4", "gss_code"),
        count(IdDuplicateSame, "E1,X,2026-05,race,[c]\nE1,X,2026-05,race,*", "gss_code"),
        count(IdDuplicateConflicting, "E1,X,2026-05,race,[c]\nE1,X,2026-05,race,[x]", "gss_code"),
        count(IdDuplicateConflicting, "E1,X,2026-05,race,0\nE1,X,2026-05,race,[c]", "gss_code"),
        case(FieldTooLong, "x.csv", header_and(&format!("{CANARY}{},2026-05,race", "a".repeat(128))), Some(2), Some("id")),
        case(ControlCharacter, "x.csv", header_and("\"CANARY-7731\nb\",2026-05,race"), Some(2), Some("id")),
        // Time.
        case(MissingDate, "x.csv", header_and("a,,race"), Some(2), Some("occurred_from")),
        case(UnreadableDate, "x.csv", header_and("a,CANARY-7731,race"), Some(2), Some("occurred_from")),
        case(UnreadableDate, "x.csv", header_and("a,2025-02-29,race"), Some(2), Some("occurred_from")),
        case(UnreadableMonth, "x.csv", header_and("a,2026-13,race"), Some(2), Some("occurred_from")),
        count(UnreadableMonth, "E1,X,2026-05-17,race,3", "month"),
        case(UnreadableTime, "x.csv", header_and("a,2026-05-01T25:00,race"), Some(2), Some("occurred_from")),
        case(UnreadableTime, "x.csv", header_and("a,2026-06-30T23:59:60Z,race"), Some(2), Some("occurred_from")),
        case(FutureDate, "x.csv", header_and("a,2026-11-02,race"), Some(2), Some("occurred_from")),
        case(FutureDate, "x.csv", header_and("a,2026-12,race"), Some(2), Some("occurred_from")),
        ours(FutureDate, "recorded_on", "2026-11-02", "recorded_on"),
        ours(FutureDate, "known_on", "2026-11-02", "known_on"),
        count(FutureDate, "E1,X,2026-12,race,3", "month"),
        case(ImplausibleDate, "x.csv", header_and("a,1900-01-01,race"), Some(2), Some("occurred_from")),
        case(ImplausibleDate, "x.csv", header_and("a,1899-12,race"), Some(2), Some("occurred_from")),
        ours(OccurredAfterRecorded, "recorded_on", "2026-05-01", "occurred_from"),
        ours(IntervalReversed, "occurred_to", "2026-05-01", "occurred_to"),
        case(LocalTimeGap, "x.csv", header_and("a,2026-03-29T01:30,race"), Some(2), Some("occurred_from")),
        ours(UnknownTimePrecision, "time_precision", CANARY, "time_precision"),
        // Numbers and coordinates.
        ours(NotANumber, "lon,lat", "CANARY-7731,51.5", "lon"),
        ours(NotANumber, "lon,lat", "-0.1,NaN", "lat"),
        ours(NotANumber, "lon,lat", "inf,51.5", "lon"),
        ours(ThousandSeparator, "easting,northing", "\"530,624\",178388", "easting"),
        ours(HalfCoordinate, "lon,lat", "-0.1,", "lat"),
        ours(HalfCoordinate, "easting,northing", ",178388", "easting"),
        ours(LonOutOfRange, "lon,lat", "-180.5,51.5", "lon"),
        ours(LatOutOfRange, "lon,lat", "-0.1,90.5", "lat"),
        ours(NullIsland, "lon,lat", "0,0.0", "lon"),
        ours(NullIsland, "lon,lat", "-0,0", "lon"),
        ours(AxesSwapped, "lon,lat", "51.5072,-0.1276", "lon"),
        any(ours(AxesSwapped, "lon,lat", "53.6,-1.55", "lon")),
        ours(AxesSwapped, "easting,northing", "178388,530624", "easting"),
        ours(BngInDegrees, "lon,lat", "530624,178388", "lon"),
        ours(WebMercatorInDegrees, "lon,lat", "-14204,6711542", "lon"),
        ours(DegreesInBng, "easting,northing", "-0.1276,51.5072", "easting"),
        ours(OutsideNationalGrid, "easting,northing", "900000,178388", "easting"),
        ours(OutsideStudyArea, "lon,lat", "-1.55,53.6", "lon"),
        ours(OutsideStudyArea, "easting,northing", "430000,433000", "easting"),
        // Places.
        ours(PointWithoutCoordinates, "place", "point", "place"),
        ours(PlaceContradicted, "place,lon,lat", "online,-0.1276,51.5072", "place"),
        ours(AreaWithoutCode, "place", "area", "area_code"),
        ours(BadAreaCode, "area_code", "CANARY-7731 / Flat 2", "area_code"),
        count(BadAreaCode, "CANARY-7731 £,X,2026-05,race,3", "gss_code"),
        // Words.
        ours(UnknownPlace, "place", CANARY, "place"),
        ours(UnknownPrecision, "precision", CANARY, "precision"),
        case(UnknownStrand, "x.csv", header_and("a,2026-05,race;CANARY-7731"), Some(2), Some("strands")),
        count(UnknownStrand, "E1,X,2026-05,CANARY-7731,3", "strand"),
        ours(UnknownOffence, "offence", CANARY, "offence"),
        case(
            UnknownOffence,
            "2026-05-street.csv",
            "Crime ID,Month,Longitude,Latitude,Crime type,Last outcome category\n,2026-05,-0.12,51.5,CANARY-7731,\n",
            Some(2),
            Some("Crime type"),
        ),
        ours(UnknownSource, "source", CANARY, "source"),
        ours(UnknownStatus, "status", CANARY, "status"),
        ours(UnknownSetting, "setting", CANARY, "setting"),
        ours(UnknownOutcome, "outcome", CANARY, "outcome"),
        // Counts.
        count(MissingCount, "E1,X,2026-05,race,", "offences"),
        count(NotANumber, "E1,X,2026-05,race,CANARY-7731", "offences"),
        count(NotANumber, "E1,X,2026-05,race,[c] CANARY-7731", "offences"),
        count(NotANumber, "E1,X,2026-05,race,3 [c]", "offences"),
        count(NotANumber, "E1,X,2026-05,race,[y]", "offences"),
        count(NotANumber, "E1,X,2026-05,race,--", "offences"),
        count(NotANumber, "E1,X,2026-05,race,**", "offences"),
        count(ThousandSeparator, "E1,X,2026-05,race,\"1,024\"", "offences"),
        count(NegativeCount, "E1,X,2026-05,race,-1", "offences"),
        count(FractionalCount, "E1,X,2026-05,race,2.5", "offences"),
        count(HugeCount, "E1,X,2026-05,race,4294967296", "offences"),
        // Rows.
        case(RaggedRow, "x.csv", header_and("a,2026-05"), Some(2), None),
        case(RaggedRow, "x.csv", header_and("a,2026-05,race,CANARY-7731"), Some(2), None),
        case(
            BadEncoding,
            "x.csv",
            b"id,occurred_from,strands\nr\xc3\xa9sum\xc3\xa9,2026-05,race\nCANARY-7731\xe9,2026-05,race\n",
            Some(3),
            None,
        ),
        case(BadEncoding, "x.csv", b"\xef\xbb\xbfid,occurred_from,strands\nCANARY-7731\xe9,2026-05,race\n", Some(2), None),
        case(BadEncoding, "x.csv", b"id,occurred_from,strands\nCANARY-7731\x81,2026-05,race\n", Some(2), None),
        feature(MalformedFeature, "17"),
        feature(MalformedFeature, r#"{"type":"CANARY-7731"}"#),
        feature(MalformedFeature, r#"{"type":"Feature","properties":["CANARY-7731"]}"#),
        feature(
            GeometryNotPoint,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,1],[2,3]]}}"#,
        ),
        feature(
            GeometryNotPoint,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["CANARY-7731",51.5]}}"#,
        ),
        feature(GeometryNotPoint, r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[0.1]}}"#),
        feature(FieldNotScalar, r#"{"type":"Feature","properties":{"id":{"a":"CANARY-7731"}},"geometry":null}"#),
        // Whole files.
        case(EmptyFile, "x.csv", "", None, None),
        case(EmptyFile, "x.csv", "\r\n \n", None, None),
        case(TooManyColumns, "x.csv", format!("{}\n", vec!["a"; 257].join(",")), Some(1), None),
        case(RecordTooLong, "x.csv", header_and(&"a".repeat((1 << 20) + 1)), Some(2), None),
        case(GzipDamaged, "x.csv.gz", &gzip(header_and("a,2026-05,race").as_bytes())[..30], Some(1), None),
        case(GzipDamaged, "x.csv.gz", header_and("a,2026-05,race"), None, None),
        case(ExpandsTooFar, "x.csv.gz", gzip(&vec![b'a'; 40 << 20]), Some(1), None),
        case(NulByte, "x.csv", b"id,occurred_from,strands\na,2026-05,race\nCANARY-7731,\0,race\n", Some(3), None),
        case(NulByte, "x.csv", "id,month,strands\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), Some(1), None),
        case(CrOnlyLines, "x.csv", "id,occurred_from,strands\ra,2026-05,race\r", None, None),
        case(UnclosedQuote, "x.csv", header_and("a,2026-05,race\n\"CANARY-7731,2026-05,race\nb,2026-05,race"), Some(3), None),
        case(UnclosedQuote, "x.csv", header_and("\"CANARY-7731,2026-05,race\nb,\"2026-05\",race"), Some(2), None),
        case(UnclosedQuote, "x.csv", header_and("\"CANARY-7731\"x,2026-05,race"), Some(2), None),
        case(UnknownHeader, "x.csv", "CANARY-7731,b,c\n1,2,3\n", None, None),
        case(DuplicateColumn, "x.csv", "id,occurred_from,strands,ID\na,2026-05,race,b\n", None, Some("id")),
        case(WrongContainer, "x.csv", b"PK\x03\x04CANARY-7731", None, None),
        case(ParquetMagic, "x.parquet", "CANARY-7731, no Parquet", None, None),
        case(ParquetMagic, "x.parquet", b"PAR1CANARY-7731", None, None),
        case(ParquetFooter, "x.parquet", b"PAR1CANARY-7731\xff\xff\xff\x7fPAR1", None, None),
        case(ParquetFooter, "x.parquet", b"PAR1CANARY-7731\x08\x00\x00\x00PAR1", None, None),
        case(JsonInvalid, "x.geojson", "CANARY-7731", None, None),
        case(JsonInvalid, "x.geojson", r#"{"type":"FeatureCollection","features":[CANARY-7731"#, Some(1), None),
        case(JsonTooDeep, "x.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}"#, "[".repeat(200)), Some(1), None),
        case(NotFeatureCollection, "x.geojson", r#"{"type":"CANARY-7731"}"#, None, None),
        case(NotFeatureCollection, "x.geojson", r#"{"type":"FeatureCollection","features":"CANARY-7731"}"#, Some(1), None),
        case(NotFeatureCollection, "x.geojson", r#"["CANARY-7731"]"#, Some(1), None),
        case(
            ForeignCrs,
            "x.geojson",
            r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[]}"#,
            None,
            None,
        ),
        case(UnknownClass, "x.csv", "id,occurred_from,strands,class\na,2026-05,race,CANARY-7731\n", Some(2), Some("class")),
        case(MixedClass, "x.csv", "id,occurred_from,strands,class\na,2026-05,race,open\nb,2026-05,race,\n", Some(3), Some("class")),
    ];
    let mut explicit = case(MissingColumn, "x.csv", "id,occurred_from\nCANARY-7731,2026-05\n", None, Some("strands"));
    explicit.options.format = Some(Format::Hotspot);
    cases.push(explicit);
    let mut explicit =
        case(MissingColumn, "x.csv", "month,count\n2026-05,3\n", None, Some("lsoa_code or wardcode or code or gss_code"));
    explicit.options.format = Some(Format::AreaCounts);
    cases.push(explicit);
    let mut mapped = case(MappingNeeded, "x.csv", header_and("a,2026-05,race"), None, None);
    mapped.options.format = Some(Format::Mapped);
    cases.push(mapped);
    cases
}

/// Rules that need a file made by hand for each: their tests follow.
const APART: &[Rule] = &[
    Rule::UnmappedValue,
    Rule::FileTooLarge,
    Rule::TooManyRows,
    Rule::ParquetDamaged,
    Rule::ParquetRowCount,
    Rule::ColumnType,
    Rule::NotPolygons,
];

#[test]
fn every_rule_is_broken_by_its_least_input_and_located() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<Rule> = APART.iter().copied().collect();
    for (i, case) in cases().into_iter().enumerate() {
        let Case { rule, name, bytes, row, column, options } = case;
        let place = folder.path().join(i.to_string());
        std::fs::create_dir(&place).unwrap();
        let path: PathBuf = place.join(name);
        std::fs::write(&path, bytes).unwrap();
        seen.insert(rule);
        let quotes = |said: String| assert!(!said.contains(CANARY), "case {i}, {rule} quotes the value: {said}");
        let (got, file) = match read(&path, &options) {
            Ok(batch) => {
                assert!(batch.reconciliation.adds_up());
                quotes(format!("{:?} {:?}", batch.rejects, batch.notes));
                let mut out = Vec::new();
                hotspot_pipeline::write_rejects(&batch.rejects, &mut out).unwrap();
                let out = String::from_utf8(out).unwrap();
                assert_eq!(out.lines().count(), 1 + batch.rejects.len());
                quotes(out);
                let found = batch.rejects.into_iter().map(|r| (r.rule, Some(r.row), r.column)).collect::<Vec<_>>();
                assert_eq!(batch.by_rule.values().sum::<u64>(), found.len() as u64);
                (found, Reach::Row)
            }
            Err(error) => {
                assert_eq!(error.path, path);
                quotes(format!("{error} {error:?}"));
                let broken = error.broken_rule().unwrap_or_else(|| panic!("case {i}, {rule}: {error:?}"));
                (vec![(broken, error.row, error.column)], Reach::File)
            }
        };
        let wanted = (vec![(rule, row, column.map(str::to_owned))], rule.reach());
        if (&got, file) != (&wanted.0, wanted.1) {
            wrong.push(format!("case {i}: wanted {wanted:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = Rule::ALL.iter().filter(|r| !seen.contains(r)).collect();
    assert!(missing.is_empty(), "rules without a case: {missing:?}");
}

#[test]
fn rules_have_distinct_names_and_say_something() {
    let ids: BTreeSet<_> = Rule::ALL.iter().map(|r| r.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert!(rule.id().bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()), "{rule}");
        assert!(rule.explanation().len() > 7 && !rule.explanation().contains('\n'), "{rule}");
    }
}

#[test]
fn a_value_that_the_mapping_does_not_know_is_refused_or_stands_for_what_the_mapping_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.csv");
    std::fs::write(&file, "No,When,Why\n1,31/05/2026,RACE\n2,01/06/2026,CANARY-7731\n").unwrap();
    let mapping = folder.path().join("m.toml");
    let text = "records = \"incidents\"\n[columns]\nid = \"No\"\noccurred_from = \"When\"\nstrands = \"Why\"\n\
                [dates]\nformats = [\"%d/%m/%Y\"]\n[values.strands]\n\"race\" = \"race\"\n";
    std::fs::write(&mapping, text).unwrap();
    let options = IngestOptions { mapping: Some(mapping.clone()), ..options() };
    let batch = read(&file, &options).unwrap();
    assert_eq!(batch.rejects.len(), 1);
    assert_eq!((batch.rejects[0].rule, batch.rejects[0].row), (Rule::UnmappedValue, 3));
    assert_eq!(batch.rejects[0].column.as_deref(), Some("Why"));
    std::fs::write(&mapping, format!("{text}[unmapped]\nstrands = []\n")).unwrap();
    assert_eq!(read(&file, &options).unwrap().reconciliation.no_place, 2);
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv.gz");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&[0x1f, 0x8b]).unwrap();
    file.set_len((256 << 20) + 1).unwrap();
    assert_eq!(read(&path, &options()).unwrap_err().broken_rule(), Some(Rule::FileTooLarge));
}

#[test]
fn a_study_area_without_polygons_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [file, area] = ["x.csv", "area.geojson"].map(|n| folder.path().join(n));
    std::fs::write(&file, header_and("a,2026-05,race")).unwrap();
    let options = IngestOptions { study_area: StudyAreaOption::File(area.clone()), ..options() };
    for text in [r#"{"type":"Point","coordinates":[0,51]}"#, r#"{"type":"FeatureCollection","features":[]}"#] {
        std::fs::write(&area, text).unwrap();
        let error = read(&file, &options).unwrap_err();
        assert_eq!((error.broken_rule(), &error.path), (Some(Rule::NotPolygons), &area));
    }
    std::fs::write(&area, r#"{"type":"Polygon","coordinates":[[[-2,53],[-1,53],[-1,54],[-2,54],[-2,53]]]}"#).unwrap();
    std::fs::write(
        &file,
        "id,occurred_from,strands,lon,lat\na,2026-05,race,-1.5,53.5\nb,2026-05,race,-0.1,51.5\nc,2026-05,race,53.5,-1.5\n",
    )
    .unwrap();
    let batch = read(&file, &options).unwrap();
    assert_eq!(batch.study_area.to_string(), "area");
    assert_eq!(batch.reconciliation.mapped, 1);
    assert_eq!(batch.rejects.iter().map(|r| r.rule).collect::<Vec<_>>(), [Rule::OutsideStudyArea, Rule::AxesSwapped]);
}
