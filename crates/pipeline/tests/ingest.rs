//! From a file to a batch: every rule, real files, round trips, and damage.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "ingest/damage.rs"]
mod damage;
#[path = "ingest/fixtures.rs"]
mod fixtures;
#[path = "ingest/malformed.rs"]
mod malformed;
#[path = "ingest/properties.rs"]
mod properties;
#[path = "ingest/rules.rs"]
mod rules;
#[path = "ingest/withheld.rs"]
mod withheld;

use hotspot_pipeline::{Batch, Error, IngestOptions};
use jiff::civil::Date;
use std::path::Path;

/// The day of all tests.
fn options() -> IngestOptions {
    IngestOptions::new(Date::constant(2026, 11, 1))
}

fn read(path: &Path, options: &IngestOptions) -> Result<Batch, Error> {
    hotspot_pipeline::read(path, options, &mut |done, total| assert!(done <= total, "progress beyond the end"))
}
