//! End to end: the real program on files, over HTTP, and killed at any moment.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreements;
mod audit;
mod canary;
mod challenge;
mod dependencies;
mod documents;
mod effect;
mod evaluate;
mod evidence;
mod factors;
mod fairness;
mod flow;
mod fuzz;
mod identity;
mod kill;
mod ledger;
mod malformed;
mod over_time;
mod program;
mod protect;
mod protection;
#[cfg(unix)]
mod pseudonyms;
mod quality;
mod retention;
mod silence;
mod stats;
mod stats_columns;
mod stats_counts;
mod stats_local;
mod stats_points;
mod stats_rate;
mod stats_scan;
mod stats_time;
mod summary;
mod summary_faults;
mod tokens;
mod week;
mod what_if;
mod withheld;
mod world;
