//! From the store to facts.

use crate::sample::{TODAY, batch, counts_batch, day, grid, incident, month};
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{FactKind, Filter, NO_AREA, NO_UNIT};
use hotspot_core::{
    AreaCode, FlagStatus, Incident, LonLat, Offence, Place, PlaceKind, Precision, Setting, Source, SourceSet, Strand, StrandSet,
};
use hotspot_pipeline::facts::{Known, facts_on_areas, facts_on_grid, load};
use hotspot_pipeline::links::{Link, LinkFile, link_candidates, read_links, write_candidates_csv};
use hotspot_pipeline::store::Store;
use hotspot_pipeline::{AreaCount, Batch, Figure};
use jiff::civil::Date;

fn at(id: &str, lon: f64, lat: f64, precision: Precision) -> Incident {
    let place = Place::Point { location: LonLat { lon, lat }, precision };
    Incident { place, ..incident(id, day(1), 3) }
}

fn known(batches: &[Batch], links: Option<&LinkFile>, on: Date) -> Known {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
    store.append(batches, links, TODAY).unwrap();
    load(&Store::open(dir.path()).unwrap(), on).unwrap()
}

fn link(id: &str, same_as: &str, known_on: Date) -> Link {
    Link { id: id.to_owned(), same_as: same_as.to_owned(), basis: "quoted".to_owned(), known_on }
}

fn file(links: Vec<Link>) -> LinkFile {
    LinkFile { file: "links.csv".to_owned(), sha256: "77".to_owned(), links }
}

#[test]
fn linked_records_are_one_event_with_the_best_place_and_every_source() {
    let mut police = at("p", -0.08, 51.48, Precision::Street);
    (police.source, police.strands, police.offence) = (Source::Victim, StrandSet::from_iter([Strand::Race]), Offence::Violence);
    let mut app = at("a", -0.081, 51.481, Precision::Device);
    (app.source, app.strands, app.offence, app.setting) =
        (Source::App, StrandSet::from_iter([Strand::Antisemitic]), Offence::Other, Setting::Transport);
    (app.occurred.month, app.occurred.from) = (month("2026-01"), "2026-01-31T22:00:00Z".parse().unwrap());
    let mut third = Incident { place: Place::Unknown, ..at("t", 0.0, 0.0, Precision::Address) };
    (third.source, third.status) = (Source::ThirdParty, FlagStatus::Provisional);
    let other = at("o", -0.08, 51.48, Precision::Address);
    let all = [batch("a", vec![police, app, third, other])];
    // The third-party record is linked through one that is not in the store, and that link came later.
    let links = file(vec![link("a", "p", day(2)), link("gone", "p", day(2)), link("t", "gone", day(3))]);
    let after = known(&all, Some(&links), day(3));
    assert_eq!((after.account.in_force, after.account.joined, after.events.len()), (4, 2, 2));
    assert_eq!(after.reconciliation.rows, 5, "records, and one refused row");
    let event = after.events.iter().find(|e| e.sources.iter().count() == 3).unwrap();
    assert_eq!(event.month, month("2026-01"));
    assert_eq!((event.offence, event.setting, event.status), (Offence::Violence, Setting::Transport, FlagStatus::Confirmed));
    assert_eq!(event.strands, StrandSet::from_iter([Strand::Race, Strand::Antisemitic, Strand::RaceOrReligion, Strand::ALL[3]]));
    let placed = facts_on_grid(&after, &grid(), &[]).unwrap();
    assert_eq!(placed.facts.len(), 2);
    assert!(placed.metres.iter().all(|m| m[0] > 530_000.0 && m[0] < 535_000.0 && m[1] > 170_000.0), "{:?}", placed.metres);
    let counted = |on| known(&all, Some(&links), on).events.len();
    assert_eq!((counted(day(1)), counted(day(2)), counted(day(3))), (4, 3, 2));
}

#[test]
fn a_removed_flag_leaves_the_counts_and_stays_accounted_for() {
    let first = at("a", -0.08, 51.48, Precision::Address);
    let removed = Incident { known_on: day(5), status: FlagStatus::Removed, ..first.clone() };
    let batches = [batch("a", vec![first, at("b", -0.08, 51.48, Precision::Address)]), batch("b", vec![removed])];
    let before = known(&batches, None, day(4));
    assert_eq!((before.events.len(), before.removed(), before.account.not_yet_known), (2, 0, 1));
    let after = known(&batches, None, day(5));
    assert_eq!((after.events.len(), after.removed(), after.account.superseded), (1, 1, 1));
    assert_eq!(
        after.account.to_string(),
        "5 rows = 1 in force + 1 flag removed + 1 superseded + 0 not yet known + 0 already known + 2 rejected"
    );
    assert_eq!((after.reconciliation.mapped, after.reconciliation.rejected), (1, 2));
    assert_eq!(before.reconciliation.rejected, 1, "the second file was not known then");
}

#[test]
fn every_record_lands_in_its_cell_its_borough_or_nowhere() {
    let southwark = Atlas::london().boroughs().iter().position(|b| b.name == "Southwark").unwrap() as u16;
    let mut lsoa = incident("l", day(1), 0);
    lsoa.place = Place::Area(AreaCode("E01003930".to_owned()));
    let records = vec![
        at("in", -0.08, 51.48, Precision::Address),
        at("out", -1.5, 53.8, Precision::Address),
        Incident { place: Place::Online, ..incident("web", day(1), 0) },
        Incident { place: Place::Unknown, ..incident("no", day(1), 0) },
        Incident { place: Place::Area(AreaCode("E09000028".to_owned())), ..incident("area", day(1), 0) },
        Incident { place: Place::Area(AreaCode("E92000001".to_owned())), ..incident("england", day(1), 0) },
        lsoa,
    ];
    let known = known(&[batch("a", records)], None, TODAY);
    let grid = grid();
    let placed = facts_on_grid(&known, &grid, Atlas::london().boroughs()).unwrap();
    assert_eq!((placed.facts.len(), placed.outside, placed.areas.len()), (7, 1, 33));
    assert_eq!(placed.unmatched, [("E92000001".to_owned(), 1)]);
    let areas = |kind| placed.facts.iter().filter(|f| f.place == kind).map(|f| f.area).collect::<Vec<_>>();
    assert_eq!(areas(PlaceKind::AreaOnly), [southwark, southwark, NO_AREA]);
    assert_eq!((areas(PlaceKind::Online), areas(PlaceKind::NoPlace)), (vec![NO_AREA], vec![NO_AREA]));
    let inside = placed.facts.iter().position(|f| f.unit != NO_UNIT).unwrap();
    assert_eq!(placed.facts.get(inside).unwrap().area, southwark);
    assert_eq!(Some(placed.facts.get(inside).unwrap().unit), grid.locate(LonLat { lon: -0.08, lat: 51.48 }));
    for (row, metres) in placed.metres.iter().enumerate() {
        assert_eq!(metres[0].is_nan(), row != inside);
    }
    assert_eq!(placed.areas[usize::from(southwark)].name, "Southwark");
    assert!(placed.areas.iter().find(|a| a.name == "City of London").unwrap().residents.is_none());
    let elsewhere = facts_on_grid(&known, &grid, &[]).unwrap();
    assert!(elsewhere.areas.is_empty() && elsewhere.facts.iter().all(|f| f.area == NO_AREA));
}

#[test]
fn the_order_of_files_and_rows_leaves_no_trace_in_the_facts() {
    let records: Vec<Incident> =
        (0..40).map(|i| at(&format!("i{i}"), -0.1 + f64::from(i) * 1e-3, 51.48, Precision::Address)).collect();
    let mut turned = records.clone();
    turned.reverse();
    let placed = |batches: &[Batch]| facts_on_grid(&known(batches, None, TODAY), &grid(), Atlas::london().boroughs()).unwrap();
    let a = placed(&[batch("a", records)]);
    let b = placed(&[batch("x", turned.split_off(17)), batch("y", turned)]);
    assert_eq!(a.facts, b.facts);
    assert_eq!(format!("{:?}", a.metres), format!("{:?}", b.metres));
}

#[test]
fn published_counts_keep_their_areas_and_the_names_that_are_no_place() {
    let count = |code: Option<&str>, name: &str, strand, count| AreaCount {
        area: code.map(|c| AreaCode(c.to_owned())),
        area_name: Some(name.to_owned()),
        month: month("2026-01"),
        strand,
        figure: Figure::Count(count),
        known_on: day(1),
    };
    let counts = vec![
        count(Some("E09000028"), "Southwark", Some(Strand::RaceOrReligion), 4),
        count(Some("E09000028"), "Southwark", Some(Strand::Antisemitic), 3),
        count(None, "Aviation Security(SO18)", Some(Strand::RaceOrReligion), 2),
        count(None, "Unknown", Some(Strand::RaceOrReligion), 1),
        count(Some("E05013570"), "Heathrow Villages", Some(Strand::RaceOrReligion), 5),
    ];
    let known = known(&[counts_batch("a", counts)], None, TODAY);
    assert_eq!((known.kind, known.account.in_force), (FactKind::Counts, 5));
    assert!(known.reconciliation.adds_up());
    assert_eq!((known.reconciliation.area_only, known.reconciliation.no_place), (3, 2));
    let placed = facts_on_grid(&known, &grid(), Atlas::london().boroughs()).unwrap();
    let names: Vec<_> = placed.areas[33..].iter().map(|a| (a.code.as_str(), a.name.as_str())).collect();
    assert_eq!(names, [("", "Aviation Security(SO18)"), ("", "Unknown")]);
    assert_eq!(placed.unmatched, [("E05013570".to_owned(), 5)]);
    let all = Filter::over(placed.facts.months().unwrap());
    assert_eq!(placed.facts.total(&all), 12, "a sub-strand is not added to its strand");
    assert_eq!(placed.facts.total(&Filter { strands: Strand::Antisemitic.into(), ..all }), 3);

    let boroughs = Atlas::london().boroughs();
    let layer = boroughs.iter().map(|b| (b.code.clone(), b.name.clone(), b.polygon.clone())).collect();
    let layer = hotspot_core::areas::AreaLayer::new("boroughs".to_owned(), layer).unwrap();
    let placed = facts_on_areas(&known, &layer, boroughs).unwrap();
    assert_eq!(placed.facts.counts(&all, 33)[layer.row("E09000028").unwrap() as usize], 4);
    assert_eq!(placed.facts.iter().filter(|f| f.unit == NO_UNIT).map(|f| f.count).sum::<u32>(), 8);
}

#[test]
fn candidates_are_listed_in_the_form_of_links_and_never_joined() {
    let metre = 1.0 / 111_250.0;
    let source = |mut i: Incident, source| {
        i.source = source;
        i
    };
    let mut late = source(at("late", -0.08, 51.48, Precision::Address), Source::App);
    late.occurred.from = "2026-02-15T20:15:01Z".parse().unwrap();
    late.occurred.to = late.occurred.from;
    let mut other_strand = source(at("other-strand", -0.08, 51.48, Precision::Address), Source::App);
    other_strand.strands = StrandSet::from_iter([Strand::Disability]);
    let records = vec![
        source(at("police", -0.08, 51.48, Precision::Address), Source::Victim),
        source(at("near", -0.08, 51.48 + 199.0 * metre, Precision::Device), Source::App),
        source(at("far", -0.08, 51.48 - 202.0 * metre, Precision::Device), Source::App),
        source(at("same-source", -0.08, 51.48, Precision::Address), Source::Victim),
        late,
        other_strand,
    ];
    let batches = [batch("a", records)];
    let known_then = known(&batches, None, TODAY);
    assert_eq!(known_then.events.len(), 6);
    let found = link_candidates(&known_then);
    let pairs: Vec<_> = found.iter().map(|c| (c.id.as_str(), c.same_as.as_str(), c.metres.round())).collect();
    assert_eq!(pairs, [("near", "police", 199.0), ("near", "same-source", 199.0)]);
    let mut csv = Vec::new();
    write_candidates_csv(&found, &mut csv).unwrap();
    let text = String::from_utf8(csv).unwrap();
    assert!(text.starts_with("id,same_as,basis,metres,hours,strands,sources\nnear,police,,199,0.0,"), "{text}");

    // Filled in by a person, it is a file of links; what is linked is no candidate any more.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("links.csv");
    std::fs::write(&path, text.lines().take(2).map(|l| l.replace(",,", ",same caller,") + "\n").collect::<String>()).unwrap();
    let links = read_links(&path, day(2)).unwrap();
    let joined = known(&batches, Some(&links), TODAY);
    assert_eq!(joined.events.len(), 5);
    assert_eq!(link_candidates(&joined).iter().map(|c| c.same_as.as_str()).collect::<Vec<_>>(), ["same-source"]);
}

#[test]
fn a_source_filter_sees_every_source_of_an_event() {
    let mut app = at("a", -0.08, 51.48, Precision::Device);
    app.source = Source::App;
    let mut police = at("p", -0.08, 51.48, Precision::Address);
    police.source = Source::PoliceGenerated;
    let known = known(&[batch("a", vec![app, police])], Some(&file(vec![link("a", "p", day(1))])), TODAY);
    let placed = facts_on_grid(&known, &grid(), &[]).unwrap();
    let filter = Filter::over(placed.facts.months().unwrap());
    assert_eq!(placed.facts.total(&filter), 1);
    assert_eq!(placed.facts.total(&Filter { sources: SourceSet::only(Source::PoliceGenerated), ..filter }), 1);
}
