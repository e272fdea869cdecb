//! How does a file become facts, and facts a release?
//!
//! [`ingest`] reads any publisher's file into a [`Batch`] of validated records; the store keeps batches; facts are made
//! from the store, and a release from facts. Polars stays inside this crate.

#![expect(clippy::map_err_ignore, reason = "the error of a parser may quote the value; only the rule may leave")]

pub mod agreement;
pub mod areas;
mod as_text;
pub mod batch;
pub mod calendar;
pub mod check;
mod commit;
pub mod error;
pub mod export;
pub mod facts;
mod frame;
pub mod ingest;
pub mod links;
pub mod people;
pub mod protected;
pub mod release;
pub mod resources;
pub mod schema;
pub mod sources;
pub mod store;
pub mod success;
pub mod summary;
pub mod truth;
mod wkb;
pub mod worklist;

pub use batch::{
    AreaCount, Batch, Figure, Format, IngestOptions, PseudonymKey, Records, Reject, StudyAreaChoice, StudyAreaOption, write_rejects,
};
pub use error::{Cause, Error, Result, Stage};
pub use ingest::rule::Rule;
pub use ingest::{
    CountColumns, CountedPlace, MonthlyCounts, PlainTable, count_points, panics_are_caught, read, read_study_area,
    write_incidents_csv,
};
