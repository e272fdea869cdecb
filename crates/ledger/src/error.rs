//! Why something was not written, or cannot be believed.

use crate::audit::AuditFault;
use crate::chain::Fault;
use crate::challenge::{ChallengeId, State};
use crate::event::{Kind, Role};
use jiff::civil::Date;

/// Result of a ledger.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong. No text of a challenge, no evidence and no password is ever in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no ledger at the place.
    #[error("{ledger}: there is no ledger; raising a challenge, making a token or registering an agreement makes one")]
    NoLedger {
        /// Path, or host and database.
        ledger: String,
    },
    /// The address of a database cannot be understood.
    #[error("the address of the ledger: {rule}")]
    Address {
        /// What is wrong with it.
        rule: &'static str,
    },
    /// The database or the disk refused.
    #[error("{ledger}: {doing} failed: {reason}")]
    Storage {
        /// Path, or host and database.
        ledger: String,
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        reason: String,
    },
    /// Others wrote all the time.
    #[error("{ledger}: others were writing at each of {attempts} attempts: nothing was written; try again")]
    Busy {
        /// Path, or host and database.
        ledger: String,
        /// Attempts.
        attempts: u32,
    },
    /// There is no such challenge.
    #[error("there is no challenge {id}")]
    UnknownChallenge {
        /// Its identifier.
        id: ChallengeId,
    },
    /// The step does not follow the state.
    #[error("{id} is {state}: it cannot be {}; what may follow: {}", step.done(), listed(state.next()))]
    NotNow {
        /// The challenge.
        id: ChallengeId,
        /// Its state.
        state: State,
        /// The step that was tried.
        step: Kind,
    },
    /// The role may not do the step.
    #[error("a challenge is {} by {}, not by {role}", step.done(), roles(step.roles()))]
    NotYours {
        /// The step.
        step: Kind,
        /// The role that tried.
        role: Role,
    },
    /// The effect is told too soon.
    #[error("the effect of {id} can be recorded from {from} on: a change shows only after a time")]
    TooEarly {
        /// The challenge.
        id: ChallengeId,
        /// The first day.
        from: Date,
    },
    /// The key of a form was used for something else.
    #[error("this key was used before for another entry, event {seq}: nothing was written")]
    KeyReused {
        /// The event that has the key.
        seq: u64,
    },
    /// There is no such token.
    #[error("there is no token with this identifier; hotspot token list has those there are")]
    UnknownToken,
    /// There is no such agreement.
    #[error("there is no agreement with this identifier; hotspot agreement list has those there are")]
    UnknownAgreement,
    /// Nothing is given under an agreement that was revoked.
    #[error("the agreement was revoked on {on}: nothing is given any more")]
    AgreementRevoked {
        /// The day in London.
        on: Date,
    },
    /// The text of an agreement is not the one that was registered.
    #[error("the agreement is not as it was registered: nothing is given")]
    AgreementAltered,
    /// Another text has the identifier of an agreement.
    #[error(
        "an agreement with this identifier and another text is registered: give the changed one another identifier, and revoke the old one"
    )]
    AgreementDiffers,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: nothing was made")]
    NoRandomness,
    /// A field breaks a rule.
    #[error("{field} {rule}")]
    Field {
        /// Name of the field.
        field: &'static str,
        /// What it must be.
        rule: Rule,
    },
    /// The record was changed behind the back of the ledger.
    #[error("the record cannot be trusted: {0}")]
    Damaged(Fault),
    /// The audit log, or a checkpoint of it, was changed behind its back.
    #[error("the audit log cannot be trusted: {0}")]
    AuditDamaged(AuditFault),
}

/// What a field must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing but spaces.
    #[error("may not be empty")]
    Empty,
    /// More characters than it holds.
    #[error("is too long: at most {0} characters")]
    TooLong(usize),
    /// More bytes than it holds.
    #[error("is too large: at most {0} bytes as canonical JSON")]
    TooLarge(usize),
    /// A control character, or one that changes the direction of what follows.
    #[error("has a control character, or one that changes the direction of the text")]
    ControlCharacter,
    /// Two lines.
    #[error("must be one line")]
    OneLine,
    /// A character that an identifier may not have.
    #[error("may have letters without accents, digits, - _ . : only")]
    Identifier,
    /// NaN or infinite.
    #[error("must be a finite number")]
    NotFinite,
    /// More entries than it holds.
    #[error("has too many entries: at most {0}")]
    TooMany(usize),
    /// Not of the form of its kind.
    #[error("must be written as {0}")]
    Form(&'static str),
    /// None of a closed list.
    #[error("must be one of: {0}")]
    OneOf(&'static str),
    /// A day that was over already.
    #[error("may not lie before the day on which it is written")]
    Past,
    /// Not ahead, or too far.
    #[error("must lie ahead, and at most {0} days")]
    Ahead(i64),
}

impl Rule {
    pub(crate) fn of(self, field: &'static str) -> Error {
        Error::Field { field, rule: self }
    }
}

fn listed(kinds: &[Kind]) -> String {
    if kinds.is_empty() { "nothing".to_owned() } else { kinds.iter().map(|k| k.id()).collect::<Vec<_>>().join(", ") }
}

fn roles(roles: &[Role]) -> String {
    roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}
