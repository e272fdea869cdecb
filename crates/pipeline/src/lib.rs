//! How does a file become facts, and facts a release?
//!
//! [`ingest`] reads any publisher's file into a [`Batch`] of validated records; the store keeps batches; facts are made
//! from the store, and a release from facts. Polars stays inside this crate.

pub mod batch;
pub mod error;
pub mod ingest;

pub use batch::{AreaCount, Batch, Format, IngestOptions, PseudonymKey, Records, Reject, StudyAreaChoice, StudyAreaOption};
pub use error::{Cause, Error, Result, Stage};
pub use ingest::read;
pub use ingest::rule::Rule;
