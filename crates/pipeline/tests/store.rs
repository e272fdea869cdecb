//! The store, facts and releases, from outside the crate.

#![allow(clippy::print_stdout, reason = "a test says what it measured")]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "store/crash.rs"]
mod crash;
#[path = "store/facts.rs"]
mod facts;
#[path = "store/history.rs"]
mod history;
#[path = "store/local.rs"]
mod local;
#[path = "store/over_time.rs"]
mod over_time;
#[path = "store/releases.rs"]
mod releases;
#[path = "store/rules.rs"]
mod rules;
#[path = "store/sample.rs"]
mod sample;
#[path = "store/scale.rs"]
mod scale;
#[path = "store/withheld.rs"]
mod withheld;
