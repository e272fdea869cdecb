//! The store, facts and releases, from outside the crate.

#[path = "store/common.rs"]
mod common;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/facts.rs"]
mod facts;
#[path = "store/history.rs"]
mod history;
#[path = "store/releases.rs"]
mod releases;
#[path = "store/rules.rs"]
mod rules;
