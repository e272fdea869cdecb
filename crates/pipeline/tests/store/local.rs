//! Real London data, where it is: `../shared/data/local` beside the repository, or `HOTSPOT_LOCAL_DATA`. Nothing of it is kept.

use crate::sample::{TODAY, grid};
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{FactKind, Filter, NO_UNIT};
use hotspot_core::release::{DataClass, Units};
use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::facts::{Known, facts_on_areas, facts_on_grid, load};
use hotspot_pipeline::store::Store;
use hotspot_pipeline::{IngestOptions, read};
use std::path::{Path, PathBuf};

fn local(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/local");
    let folder = std::env::var_os("HOTSPOT_LOCAL_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join(path);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn known(path: &Path) -> Known {
    let batch = read(path, &IngestOptions::new(TODAY), &mut |_, _| {}).unwrap();
    assert!(batch.reconciliation.adds_up());
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_or_open(dir.path(), Some(DataClass::Open), Some("OGL v2")).unwrap();
    store.append(std::slice::from_ref(&batch), None, TODAY).unwrap();
    assert!(store.append(&[batch], None, TODAY).unwrap().added() == 0);
    let known = load(&store, TODAY).unwrap();
    println!("{}: {} — {}", path.file_name().unwrap().display(), known.reconciliation, known.account);
    assert!(known.account.adds_up() && known.reconciliation.adds_up());
    assert_eq!(known.reconciliation, store.reconciliation(), "one file, every row in force");
    known
}

#[test]
fn published_counts_by_lsoa_find_their_polygons() {
    let Some(counts) = local("mps/rr_agg_public_fear_lsoa_month_2024-03_2025-06.csv.gz") else { return };
    let Some(areas) = local("geo/lsoa21_london_gen20.geojson.gz") else { return };
    let known = known(&counts);
    let layer = parse_areas(&areas, None).unwrap();
    let placed = facts_on_areas(&known, &layer, Atlas::london().boroughs()).unwrap();
    println!("{} areas, {} codes of none", layer.len(), placed.unmatched.len());
    assert_eq!((placed.facts.kind(), layer.len()), (FactKind::Counts, 4994));
    let all = Filter::over(placed.facts.months().unwrap());
    let in_units: u64 = placed.facts.counts(&all, layer.len()).iter().map(|n| u64::from(*n)).sum();
    let elsewhere: u64 = placed.facts.iter().filter(|f| f.unit == NO_UNIT).map(|f| u64::from(f.count)).sum();
    assert_eq!(in_units + elsewhere, placed.facts.total(&all));
    assert!(in_units as f64 > 0.99 * placed.facts.total(&all) as f64, "{in_units} of {}", placed.facts.total(&all));
    assert!(placed.facts.iter().filter(|f| f.unit != NO_UNIT).all(|f| f.area < 33), "every area has its borough");
    let units = Units::Areas(layer);
    let release = hotspot_core::release::Release { facts: placed.facts, ..crate::sample::release(units, DataClass::Open, 1) };
    let dir = tempfile::tempdir().unwrap();
    hotspot_pipeline::release::write_release(dir.path(), &release).unwrap();
    assert_eq!(hotspot_pipeline::release::read_release(dir.path(), None).unwrap().facts, release.facts);
}

#[test]
fn published_counts_by_borough_keep_what_is_no_place() {
    let Some(counts) = local("mps/mps_hate_crime_borough_month_2010-04_2019-12.csv.gz") else { return };
    let known = known(&counts);
    let placed = facts_on_grid(&known, &grid(), Atlas::london().boroughs()).unwrap();
    assert!(placed.areas[33..].iter().any(|a| a.name.starts_with("Aviation")), "{:?}", &placed.areas[33..]);
    assert_eq!(placed.unmatched, []);
}
