//! Whether a store and its releases are whole: what holds after any interruption, at any moment.

use crate::error::{Error, Result, Stage};
use crate::store::Store;
use crate::{facts, release};
use jiff::civil::Date;
use std::path::Path;

/// What was found whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// Input files in the store.
    pub batches: usize,
    /// Records that count.
    pub records: u64,
    /// Releases that are there.
    pub releases: usize,
}

/// Reads everything: every data file of the store against its hash, the account of every row, every file of every release
/// against its hash, and the current release as the server reads it. A store or release that was never made is whole.
///
/// # Errors
/// The first thing that is missing, damaged or does not add up.
pub fn check(store: &Path, releases: &Path) -> Result<Checked> {
    let mut checked = Checked::default();
    if store.join("manifest.json").exists() {
        let store = Store::open(store)?;
        store.verify()?;
        let known = facts::load(&store, Date::MAX)?;
        if !known.account.adds_up() || !known.reconciliation.adds_up() || !store.reconciliation().adds_up() {
            return Err(Error::refused(Stage::Store, store.folder(), "the account of its rows does not add up"));
        }
        checked.batches = store.batches().len();
        checked.records = known.account.in_force;
    }
    for id in release::list_releases(releases)? {
        release::verify_release(releases, &id)?;
        checked.releases += 1;
    }
    if release::current(releases)?.is_some() {
        release::read_release(releases, None)?;
    }
    Ok(checked)
}
