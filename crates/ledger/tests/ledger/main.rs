//! The ledger on SQLite, and on PostgreSQL where `HOTSPOT_TEST_POSTGRES` says that there is one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test is told by its environment where PostgreSQL is, and starts writers")]

mod agreements;
mod audit;
mod damage;
mod fresh;
mod life;
mod random;
mod tokens;
mod writers;
