//! A file becomes a [`Batch`]: recognised, read, mapped, projected and checked.

pub mod rule;

use crate::batch::{Batch, IngestOptions};
use crate::error::{Error, Stage};
use rule::Rule;
use std::path::Path;

/// Reads one file. `progress` is told bytes done and bytes in all.
///
/// # Errors
/// When the file as a whole breaks a rule: nothing of it can be used then.
pub fn read(path: &Path, _options: &IngestOptions, _progress: &mut dyn FnMut(u64, u64)) -> Result<Batch, Error> {
    Err(Error::rule(Stage::Ingest, path, Rule::UnknownHeader))
}
