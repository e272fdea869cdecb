//! `hotspot doctor`.

use crate::args::DoctorArgs;
use crate::commands::say;
use crate::failure::{Done, Failure};
use hotspot_core::atlas::Atlas;
use hotspot_pipeline::protected::verify_protected;
use hotspot_pipeline::release::{current, list_releases, verify_release};
use hotspot_pipeline::store::Store;

/// Checks what it is given; the first thing that is broken ends it with 1.
pub fn run(args: &DoctorArgs) -> Done {
    let atlas = Atlas::london();
    say(format_args!("atlas: {} boroughs, {} postcodes", atlas.boroughs().len(), atlas.postcodes().len()))?;
    if let Some(dir) = &args.store {
        let store = Store::open(dir)?;
        let verified = store.verify().map_err(Failure::failed)?;
        say(format_args!(
            "store: {} files, {} rows, whole; class {}; {}",
            verified.files,
            verified.rows,
            store.class(),
            store.reconciliation()
        ))?;
    }
    if let Some(dir) = &args.protected {
        let names = verify_protected(dir).map_err(Failure::failed)?;
        names.iter().try_for_each(|name| say(format_args!("protected {name}: whole, follows the one before, its proof holds")))?;
    }
    if let Some(dir) = &args.releases {
        let releases = list_releases(dir)?;
        for id in &releases {
            verify_release(dir, id).map_err(Failure::failed)?;
            say(format_args!("release {id}: whole"))?;
        }
        match current(dir)? {
            Some(id) if releases.contains(&id) => say(format_args!("current: {id}"))?,
            Some(id) => {
                return Err(Failure::data(format!("{}: the current release, {id}, is not there or damaged", dir.display())));
            }
            None => return Err(Failure::data(format!("{}: no current release", dir.display()))),
        }
    }
    Ok(())
}
