//! Releases on disk.

use crate::sample::{grid, release};
use geo::{MultiPolygon, polygon};
use hotspot_core::areas::AreaLayer;
use hotspot_core::release::{DataClass, Release, Units};
use hotspot_pipeline::release::{current, list_releases, read_release, verify_release, write_release};
use std::fs;

fn layer() -> AreaLayer {
    let square = |x: f64| {
        MultiPolygon::from(polygon![(x: x, y: 51.4), (x: x + 0.1, y: 51.4), (x: x + 0.1, y: 51.4 + 1.0 / 7.0), (x: x, y: 51.5)])
    };
    let areas = vec![("A".to_owned(), "West".to_owned(), square(-0.2)), ("B".to_owned(), "East".to_owned(), square(-0.1))];
    AreaLayer::new("squares".to_owned(), areas).unwrap()
}

/// Everything of a release but its units and identifier, as text that tells floats apart to the last bit.
pub fn text(release: &Release) -> String {
    let Release {
        id: _,
        month,
        window,
        months,
        as_known_on,
        class,
        licence,
        study_area,
        reference,
        rule,
        resolution,
        reconciliation,
        outside,
        person_check,
        robustness,
        evidence,
        denominators,
        unit_rates,
        units: _,
        areas,
        facts,
        analyses,
        silence,
        feedback,
        over_time,
        breaks,
        provenance,
    } = release;
    let head = (month, window, months, as_known_on, class, licence, study_area, reference);
    format!(
        "{head:?} {:?}",
        (
            rule,
            resolution,
            reconciliation,
            (outside, person_check, robustness),
            areas,
            facts,
            analyses,
            (over_time, silence, feedback, breaks, provenance),
            (evidence, denominators, unit_rates)
        )
    )
}

#[test]
fn a_release_of_cells_comes_back_to_the_last_bit() {
    let dir = tempfile::tempdir().unwrap();
    let made = release(Units::Cells(grid()), DataClass::Synthetic, 5);
    let published = write_release(dir.path(), &made).unwrap();
    assert!(published.id.starts_with("2026-02-") && published.id.len() == 20 && !published.already_there, "{published:?}");
    let back = read_release(dir.path(), None).unwrap();
    assert_eq!(back.id, published.id);
    assert_eq!(text(&back), text(&made));
    let (Units::Cells(a), Units::Cells(b)) = (&made.units, &back.units) else { panic!("cells") };
    assert_eq!(a.study_area().polygon, b.study_area().polygon);
    assert_eq!(a.study_area().projection, b.study_area().projection);
    assert_eq!(a.levels().len(), b.levels().len());
    for (a, b) in a.levels().iter().zip(b.levels()) {
        assert_eq!((a.cells(), a.area_km2()), (b.cells(), b.area_km2()));
    }
    let manifest = fs::read_to_string(dir.path().join(&back.id).join("manifest.json")).unwrap();
    assert!(manifest.contains("\"label\": \"SYNTHETIC\""));
}

#[test]
fn a_release_of_areas_comes_back_to_the_last_bit() {
    let dir = tempfile::tempdir().unwrap();
    let made = release(Units::Areas(layer()), DataClass::Open, 2);
    let id = write_release(dir.path(), &made).unwrap().id;
    let back = read_release(dir.path(), Some(&id)).unwrap();
    assert_eq!(text(&back), text(&made));
    let (Units::Areas(a), Units::Areas(b)) = (&made.units, &back.units) else { panic!("areas") };
    assert_eq!((a.name(), a.codes(), a.names(), a.polygons()), (b.name(), b.codes(), b.names(), b.polygons()));
    assert!(!fs::read_to_string(dir.path().join(id).join("manifest.json")).unwrap().contains("SYNTHETIC"));
}

#[test]
fn releasing_twice_is_no_second_release() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let make = || release(Units::Cells(grid()), DataClass::Restricted, 5);
    let first = write_release(one.path(), &make()).unwrap();
    let again = write_release(one.path(), &make()).unwrap();
    assert_eq!((&again.id, again.already_there), (&first.id, true));
    assert!(again.to_string().contains("already released"));
    assert_eq!(write_release(two.path(), &make()).unwrap().id, first.id, "whatever the folder");
    let mut other = make();
    other.provenance.seed -= 1;
    assert_ne!(write_release(one.path(), &other).unwrap().id, first.id);
    assert_eq!(list_releases(one.path()).unwrap().len(), 2);
}

#[test]
fn the_current_release_is_the_last_one_published_and_the_list_is_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!((current(dir.path()).unwrap(), list_releases(dir.path()).unwrap()), (None, vec![]));
    assert!(read_release(dir.path(), None).unwrap_err().to_string().contains("no release here"));
    let newer = release(Units::Areas(layer()), DataClass::Open, 1);
    let newer_id = write_release(dir.path(), &newer).unwrap().id;
    let older = Release { month: "2025-12".parse().unwrap(), ..release(Units::Areas(layer()), DataClass::Open, 1) };
    let older_id = write_release(dir.path(), &older).unwrap().id;
    assert_eq!(list_releases(dir.path()).unwrap(), [newer_id.clone(), older_id.clone()]);
    assert_eq!(current(dir.path()).unwrap(), Some(older_id));
    assert!(write_release(dir.path(), &newer).unwrap().already_there);
    assert_eq!(read_release(dir.path(), None).unwrap().id, newer_id);
}

#[test]
fn half_a_release_is_never_read_and_goes_with_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let id = write_release(dir.path(), &release(Units::Areas(layer()), DataClass::Open, 1)).unwrap().id;
    for half in [".tmp-2026-03-aaaaaaaaaaaa", "2026-03-bbbbbbbbbbbb"] {
        fs::create_dir(dir.path().join(half)).unwrap();
        fs::write(dir.path().join(half).join("facts.parquet"), b"PAR1").unwrap();
    }
    fs::create_dir(dir.path().join("notes")).unwrap();
    assert_eq!(list_releases(dir.path()).unwrap(), [id]);
    assert!(read_release(dir.path(), Some("2026-03-bbbbbbbbbbbb")).unwrap_err().to_string().contains("no release of this name"));
    write_release(dir.path(), &release(Units::Areas(layer()), DataClass::Open, 2)).unwrap();
    assert!(!dir.path().join(".tmp-2026-03-aaaaaaaaaaaa").exists());
    assert!(dir.path().join("notes").exists());
}

#[test]
fn a_damaged_release_is_not_read_and_is_put_back_when_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let make = || release(Units::Cells(grid()), DataClass::Open, 3);
    let id = write_release(dir.path(), &make()).unwrap().id;
    let names: Vec<_> =
        fs::read_dir(dir.path().join(&id)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 16);
    for name in names {
        let path = dir.path().join(&id).join(&name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        for message in
            [read_release(dir.path(), None).unwrap_err().to_string(), verify_release(dir.path(), &id).unwrap_err().to_string()]
        {
            assert!(message.contains(&name) && message.contains("damaged"), "{message}");
        }
        assert!(!write_release(dir.path(), &make()).unwrap().already_there);
        verify_release(dir.path(), &id).unwrap();
    }
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    for id in ["..", "../x", "2026-02-", "2026-02-AAAAAAAAAAAA", "2026-13-aaaaaaaaaaaa", "2026-02-aaaaaaaaaaa/", ""] {
        assert!(read_release(dir.path(), Some(id)).unwrap_err().to_string().contains("YYYY-MM"), "{id}");
        assert!(verify_release(dir.path(), id).is_err());
    }
}
