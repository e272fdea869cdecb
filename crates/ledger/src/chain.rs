//! The chain that makes a change of the record visible.

use crate::error::Rule;
use crate::event::Kind;
use crate::random::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// Says what is hashed, and in which layout: another kind of record never has the hash of one of these.
const DOMAIN: &str = "hotspot-ledger-event/1";

/// A SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands before the first event.
    pub const NONE: Self = Self([0; 32]);

    /// The digest of bytes, as of evidence in its canonical JSON.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// The digest of fields, each behind its length in eight bytes, big-endian: none runs into the next.
    pub(crate) fn of_fields(fields: &[&[u8]]) -> Self {
        let mut sha = Sha256::new();
        for field in fields {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field);
        }
        Self(sha.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for Digest {
    type Err = Rule;
    fn from_str(text: &str) -> Result<Self, Rule> {
        let wrong = Rule::Form("64 lower-case hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(wrong);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'a' + 10 };
            *byte = digit(pair[0]) << 4 | digit(pair[1]);
        }
        Ok(Self(bytes))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = Rule;
    fn try_from(text: String) -> Result<Self, Rule> {
        text.parse()
    }
}

/// The end of a chain: kept elsewhere, it shows that the record was cut off or written anew. Written as `SEQ:HASH`.
///
/// ```
/// use hotspot_ledger::{Digest, Head};
/// let head: Head = "7:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse()?;
/// assert_eq!((head.seq, head.hash), (7, Digest::of(b"")));
/// # Ok::<(), hotspot_ledger::Rule>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last event; 0 when there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Head {
    /// The head of an empty ledger.
    pub const START: Self = Self { seq: 0, hash: Digest::NONE };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = Rule;
    fn from_str(text: &str) -> Result<Self, Rule> {
        let wrong = Rule::Form("SEQ:HASH, as export and verify print it");
        let (seq, hash) = text.split_once(':').ok_or(wrong)?;
        Ok(Self { seq: seq.parse().map_err(|_not_a_number| wrong)?, hash: hash.parse().map_err(|_no_digest| wrong)? })
    }
}

/// One row of the record as it lies there, believed in nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub seq: i64,
    pub at_us: i64,
    pub challenge: String,
    pub kind: String,
    pub actor: String,
    pub role: String,
    /// Key of a form; empty when there is none.
    pub key: String,
    pub body: String,
    pub prev_hash: String,
    pub hash: String,
}

impl Row {
    /// SHA-256 over the domain and every field.
    pub fn computed(&self) -> Digest {
        Digest::of_fields(&[
            DOMAIN.as_bytes(),
            &self.seq.to_be_bytes(),
            &self.at_us.to_be_bytes(),
            self.challenge.as_bytes(),
            self.kind.as_bytes(),
            self.actor.as_bytes(),
            self.role.as_bytes(),
            self.key.as_bytes(),
            self.body.as_bytes(),
            self.prev_hash.as_bytes(),
        ])
    }
}

/// The first thing that is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A number is not there, and later ones are.
    #[error("event {seq} is missing")]
    Missing {
        /// The number.
        seq: u64,
    },
    /// The content is not what was hashed.
    #[error("event {seq} was altered")]
    Altered {
        /// The number.
        seq: u64,
    },
    /// The event does not follow the one before it: that one, or this, was replaced.
    #[error("event {seq} does not follow the one before it: one of the two was replaced")]
    Unlinked {
        /// The number.
        seq: u64,
    },
    /// The event breaks a rule of the ledger, though its hash is right: it was not written by the ledger.
    #[error("event {seq} breaks the rules: {} {kind} cannot stand there", kind.article())]
    Unlawful {
        /// The number.
        seq: u64,
        /// Kind of event.
        kind: Kind,
    },
    /// The event is of a form that the ledger does not write, though its hash is right.
    #[error("event {seq} is of no form that the ledger writes")]
    Unreadable {
        /// The number.
        seq: u64,
    },
    /// The evidence of an event is not there, or is not what was hashed.
    #[error("the evidence of event {seq} is missing or was altered")]
    Evidence {
        /// The number.
        seq: u64,
    },
    /// The record ends before the checkpoint.
    #[error("the record ends before event {seq}, which the checkpoint names: event {seq} is missing")]
    CutOff {
        /// The first number that is missing.
        seq: u64,
    },
    /// The record has another hash at the checkpoint.
    #[error("event {seq} is not the one that the checkpoint names: the record was written anew")]
    Rewritten {
        /// Number of the checkpoint.
        seq: u64,
    },
}

impl Fault {
    /// The first bad or missing number.
    pub const fn seq(&self) -> u64 {
        match self {
            Self::Missing { seq }
            | Self::Altered { seq }
            | Self::Unlinked { seq }
            | Self::Unlawful { seq, .. }
            | Self::Unreadable { seq }
            | Self::Evidence { seq }
            | Self::CutOff { seq }
            | Self::Rewritten { seq } => *seq,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            seq: 1,
            at_us: 1_795_680_000_000_000,
            challenge: "C-2026-0001".to_owned(),
            kind: "acknowledge".to_owned(),
            actor: "A. Officer".to_owned(),
            role: "mps".to_owned(),
            key: String::new(),
            body: "{}".to_owned(),
            prev_hash: Digest::NONE.to_string(),
            hash: String::new(),
        }
    }

    #[test]
    fn every_field_is_hashed_and_none_runs_into_the_next() {
        let hash = row().computed();
        let changes: [fn(&mut Row); 9] = [
            |r| r.seq = 2,
            |r| r.at_us += 1,
            |r| r.challenge.push('0'),
            |r| r.kind = "accept".to_owned(),
            |r| r.actor.push('s'),
            |r| r.role = "mopac".to_owned(),
            |r| r.key.push('k'),
            |r| r.body.push(' '),
            |r| r.prev_hash.replace_range(..1, "1"),
        ];
        for change in changes {
            let mut row = row();
            change(&mut row);
            assert_ne!(row.computed(), hash);
        }
        // The last letter of one field moved to the front of the next.
        let mut moved = row();
        moved.kind = "acknowledg".to_owned();
        moved.actor = "eA. Officer".to_owned();
        assert_ne!(moved.computed(), hash);
    }

    #[test]
    fn a_digest_and_a_head_are_read_as_they_are_written_and_in_no_other_way() {
        let head = Head { seq: 12, hash: Digest::of(b"x") };
        assert_eq!(head.to_string().parse::<Head>().unwrap(), head);
        for wrong in ["", "12", ":", "12:ab", &head.to_string().to_uppercase(), &format!("-1:{}", head.hash)] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
