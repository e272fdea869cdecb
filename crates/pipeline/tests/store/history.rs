//! Random histories against a naive map.

use crate::sample::{TODAY, batch, day, incident};
use hotspot_core::Incident;
use hotspot_core::release::Reconciliation;
use hotspot_pipeline::store::{BatchOutcome, Store};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The rule in its plainest form: a list of versions for each identifier.
#[derive(Default)]
struct Naive {
    versions: BTreeMap<String, Vec<Incident>>,
}

impl Naive {
    /// Whether the record said something new.
    fn add(&mut self, record: &Incident) -> bool {
        let versions = self.versions.entry(record.id.0.clone()).or_default();
        let at = versions.iter().take_while(|v| v.known_on <= record.known_on).count();
        let same = at > 0 && Incident { known_on: record.known_on, ..versions[at - 1].clone() } == *record;
        if !same {
            versions.insert(at, record.clone());
        }
        !same
    }

    fn as_known_on(&self, day: jiff::civil::Date) -> BTreeMap<String, Incident> {
        let latest = |(id, versions): (&String, &Vec<Incident>)| {
            versions.iter().rev().find(|v| v.known_on <= day).map(|v| (id.clone(), v.clone()))
        };
        self.versions.iter().filter_map(latest).collect()
    }
}

/// Identifier, day of knowledge, content.
type Rows = Vec<(u8, i8, u8)>;

/// Files; `Err(i)` brings file `i` once more.
fn history() -> impl Strategy<Value = Vec<Result<Rows, usize>>> {
    let file = prop::collection::vec((0u8..12, 1i8..15, 0u8..9), 0..25);
    prop::collection::vec(prop_oneof![4 => file.prop_map(Ok), 1 => (0usize..3).prop_map(Err)], 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_day_of_every_history_is_what_a_naive_map_says(history in history()) {
        let dir = tempfile::tempdir().unwrap();
        let mut naive = Naive::default();
        let mut files: Vec<Rows> = Vec::new();
        let mut read = Reconciliation::default();
        for step in history {
            let is_new = step.is_ok();
            let (number, rows) = match step {
                Ok(rows) => { files.push(rows.clone()); (files.len() - 1, rows) }
                Err(again) => match files.get(again) { Some(rows) => (again, rows.clone()), None => continue },
            };
            let records: Vec<Incident> = rows.iter().map(|(id, known, content)| incident(&format!("i{id}"), day(*known), *content)).collect();
            let batch = batch(&format!("f{number}"), records.clone());
            let mut store = Store::create_or_open(dir.path(), None, None).unwrap();
            let appended = store.append(std::slice::from_ref(&batch), None, TODAY).unwrap();
            prop_assert_eq!(appended.batches[0].outcome == BatchOutcome::SameFile, !is_new);
            if !is_new {
                prop_assert_eq!(appended.added(), 0);
                continue;
            }
            // Rows of one file come in together: those of one identifier in the order of their days.
            let mut order: Vec<&Incident> = records.iter().collect();
            order.sort_by_key(|r| r.known_on);
            let added = order.into_iter().filter(|r| naive.add(r)).count() as u64;
            prop_assert_eq!(appended.added(), added);
            prop_assert_eq!(appended.already_known(), records.len() as u64 - added);
            read = read.plus(batch.reconciliation);
        }
        let Ok(store) = Store::open(dir.path()) else { return Ok(()) };
        store.verify().unwrap();
        prop_assert_eq!(store.reconciliation(), read);
        for n in 0..16 {
            let day = day(1).checked_add(jiff::SignedDuration::from_hours(24 * (n - 1))).unwrap();
            let found: BTreeMap<String, Incident> = store.incidents(day).unwrap().into_iter().map(|i| (i.id.0.clone(), i)).collect();
            prop_assert_eq!(&found, &naive.as_known_on(day));
            let known = hotspot_pipeline::facts::load(&store, day).unwrap();
            prop_assert!(known.account.adds_up(), "{}", known.account);
            prop_assert!(known.reconciliation.adds_up(), "{}", known.reconciliation);
            prop_assert_eq!(known.account.rows, read.rows);
            prop_assert_eq!(known.account.in_force + known.account.removed, found.len() as u64);
            prop_assert_eq!(known.events.len() as u64, known.account.in_force);
        }
    }
}
