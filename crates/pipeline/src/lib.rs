//! How does a file become facts, and facts a release?
//!
//! [`ingest`] reads any publisher's file into a [`Batch`] of validated records; the store keeps batches; facts are made
//! from the store, and a release from facts. Polars stays inside this crate.

pub mod batch;
pub mod error;
pub mod ingest;
pub mod schema;

pub use batch::{
    AreaCount, Batch, Format, IngestOptions, PseudonymKey, Records, Reject, StudyAreaChoice, StudyAreaOption, write_rejects,
};
pub use error::{Cause, Error, Result, Stage};
pub use ingest::rule::Rule;
pub use ingest::{read, read_study_area, write_incidents_csv};
