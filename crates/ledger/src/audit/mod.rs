//! What was looked at, by whom, and when: one table that only grows, each entry chained to the one before it.

mod checkpoint;
mod entry;
mod trail;
mod writer;

pub use checkpoint::{Checkpoint, Checkpoints, PublicKey, SigningKey};
pub use entry::{Action, Entry, Outcome, Recorded, actor_key};
pub use trail::{AuditFault, AuditFilter, AuditTrail, Verified};
pub use writer::AuditLog;

/// Columns only of types that both databases have. What names a person stands apart, and can go without breaking the chain.
const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS audit (seq bigint NOT NULL PRIMARY KEY, at_us bigint NOT NULL, actor text NOT NULL, role text NOT NULL, \
     purpose text NOT NULL, action text NOT NULL, object text NOT NULL, filter text NOT NULL, area text NOT NULL, returned bigint NOT NULL, \
     outcome text NOT NULL, person text NOT NULL, prev_hash text NOT NULL, hash text NOT NULL)",
    "CREATE INDEX IF NOT EXISTS audit_prev_hash ON audit (prev_hash)",
    "CREATE TABLE IF NOT EXISTS audit_person (seq bigint NOT NULL PRIMARY KEY, salt text NOT NULL, name text NOT NULL, reason text NOT NULL)",
];

#[cfg(test)]
mod tests;
