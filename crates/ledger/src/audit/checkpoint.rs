//! Checkpoints: the end of the log, signed, in a file that can be kept where the log is not. They show what a chain alone cannot: that its end was
//! cut off, or that it was written anew.

use super::trail::AuditFault;
use crate::chain::{Digest, Head};
use crate::error::{Error, Result, Rule};
use crate::random::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Says what is signed.
const DOMAIN: &str = "hotspot-audit-checkpoint/1";
/// An Ed25519 key as PKCS #8 (RFC 8410), before its 32 bytes.
const PRIVATE: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// The public one as SubjectPublicKeyInfo.
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

fn pem(label: &str, prefix: &[u8], key: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode([prefix, key].concat()))
}

fn from_pem(text: &str, label: &str, prefix: &[u8]) -> Option<[u8; 32]> {
    let body = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?.strip_suffix(&format!("-----END {label}-----"))?;
    STANDARD.decode(body.trim()).ok()?.strip_prefix(prefix)?.try_into().ok()
}

/// The key that signs checkpoints: Ed25519, as `hotspot audit key` or `openssl genpkey -algorithm ed25519` makes it.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    fn of(seed: [u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        Ok(Self { seed, pair: pair.map_err(|_not_a_seed| Rule::Form("an Ed25519 key").of("the key"))? })
    }

    /// A new one.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn generate() -> Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_the_system_gives_none| Error::NoRandomness)?;
        Self::of(seed)
    }

    /// Reads PKCS #8 in PEM.
    ///
    /// # Errors
    /// [`Error::Field`] when the text is no such key; it is not quoted.
    pub fn from_pem(text: &str) -> Result<Self> {
        Self::of(from_pem(text, "PRIVATE KEY", &PRIVATE).ok_or(Rule::Form("an Ed25519 key: PKCS #8 in PEM").of("the key"))?)
    }

    /// Writes PKCS #8 in PEM: a secret.
    pub fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &PRIVATE, &self.seed)
    }

    /// The key by which others verify.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.pair.public_key().as_ref().try_into().expect("a public key has 32 bytes"))
    }
}

/// The key by which checkpoints are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// [`Error::Field`] when the text is no such key.
    pub fn from_pem(text: &str) -> Result<Self> {
        from_pem(text, "PUBLIC KEY", &PUBLIC).map(Self).ok_or(Rule::Form("an Ed25519 public key in PEM").of("the public key"))
    }

    /// Writes SubjectPublicKeyInfo in PEM.
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &PUBLIC, &self.0)
    }

    /// Digest by which a checkpoint names it.
    pub fn id(&self) -> String {
        Digest::of(&self.0).to_string()[..16].to_owned()
    }
}

/// The end of the log at a time, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Number of the last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// Its time, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
    /// Which key signed, by [`PublicKey::id`].
    pub key: String,
    /// Ed25519 over the three, in hexadecimal digits.
    pub signature: String,
}

impl Checkpoint {
    fn sign(head: Head, at: Timestamp, key: &SigningKey) -> Self {
        let at_us = at.as_microsecond();
        let signature = hex(key.pair.sign(&signed(head.seq, head.hash, at_us)).as_ref());
        Self { seq: head.seq, hash: head.hash, at_us, key: key.public().id(), signature }
    }

    /// The end of the log that it names.
    pub const fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }

    /// Whether the key has signed it; else what is wrong with the line.
    fn verify(&self, key: &PublicKey, line: usize) -> std::result::Result<(), AuditFault> {
        if self.key != key.id() {
            return Err(AuditFault::WrongKey { line });
        }
        let digit = |c: u8| char::from(c).to_digit(16).filter(|_| !c.is_ascii_uppercase());
        let byte = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8);
        let signature: Option<Vec<u8>> = self.signature.as_bytes().chunks(2).map(byte).collect();
        let right = signature.is_some_and(|signature| {
            UnparsedPublicKey::new(&ED25519, key.0).verify(&signed(self.seq, self.hash, self.at_us), &signature).is_ok()
        });
        if right { Ok(()) } else { Err(AuditFault::Forged { line }) }
    }
}

fn signed(seq: u64, hash: Digest, at_us: i64) -> Vec<u8> {
    [DOMAIN.as_bytes(), &seq.to_be_bytes(), &at_us.to_be_bytes(), hash.to_string().as_bytes()].concat()
}

/// Where checkpoints go, and by which key: a file of one JSON a line that only grows, best shipped to another system as it does.
#[derive(Debug)]
pub struct Checkpoints {
    /// The key, which lies neither in the store nor beside the log.
    pub key: SigningKey,
    /// The file; made where there is none, for its owner alone.
    pub file: PathBuf,
}

impl Checkpoints {
    /// Appends one and flushes it to the disk.
    pub(super) fn write(&self, head: Head, at: Timestamp) -> Result<()> {
        let checkpoint = Checkpoint::sign(head, at, &self.key);
        let line = serde_json::to_string(&checkpoint).expect("numbers and texts have a JSON") + "\n";
        self.append(line.as_bytes()).map_err(|e| storage(&self.file, "writing a checkpoint", &e))
    }

    fn append(&self, line: &[u8]) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file)?;
        // A loss of power may have left half a line, which was never a checkpoint.
        let mut last = [b'\n'];
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        if last != *b"\n" {
            let whole = std::fs::read(&self.file)?.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            file.set_len(whole as u64)?;
        }
        file.write_all(line)?;
        file.sync_all()
    }

    /// The last one that was written before, which the log must still have.
    pub(super) fn last(&self) -> Result<Head> {
        if !self.file.exists() {
            return Ok(Head::START);
        }
        let all = Checkpoint::read(&self.file, &self.key.public())?;
        Ok(all.into_iter().map(|checkpoint| checkpoint.head()).max_by_key(|head| head.seq).unwrap_or(Head::START))
    }
}

impl Checkpoint {
    /// All checkpoints of a file, each of which the key must have signed.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] with the first line that is forged or of another key; [`Error::Storage`] when the file cannot be read.
    pub fn read(file: &Path, key: &PublicKey) -> Result<Vec<Self>> {
        let text = std::fs::read(file).map_err(|e| storage(file, "reading the checkpoints", &e))?;
        let mut lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
        // What stands behind the last end of a line is no line: half of one, after a loss of power.
        lines.pop();
        let one = |(i, line): (usize, &&[u8])| {
            let line_number = i + 1;
            let checkpoint: Self =
                serde_json::from_slice(line).map_err(|_no_checkpoint| AuditFault::Forged { line: line_number })?;
            checkpoint.verify(key, line_number).map(|()| checkpoint)
        };
        lines.iter().enumerate().map(one).collect::<std::result::Result<_, _>>().map_err(Error::AuditDamaged)
    }
}

fn storage(file: &Path, doing: &'static str, e: &std::io::Error) -> Error {
    Error::Storage { ledger: file.display().to_string(), doing, reason: e.to_string() }
}
