#![doc = include_str!("../README.md")]

mod address;
mod agreement;
pub mod audit;
mod chain;
mod challenge;
mod database;
mod error;
mod event;
mod ledger;
mod random;
mod text;
mod token;

pub use agreement::{Agreements, Handed, Handing, REVOKE_REASONS, RegisteredAgreement};
pub use chain::{Digest, Fault, Head};
pub use challenge::{Challenge, ChallengeId, Due, Duty, Entry, Periods, State, london_day};
pub use error::{Error, Result, Rule};
pub use event::{Answer, Author, EVIDENCE, Effect, Event, Kind, LINE, Place, Question, Raise, ResourceChange, Role, Step, TEXT};
pub use ledger::{Filter, Ledger};
pub use text::canonical_json;
pub use token::{TOKEN_DAYS, TOKEN_ROLES, TOKEN_SCOPES, Token, Tokens};
