//! Pseudonyms: HMAC-SHA-256 (RFC 2104) of a value under the user's key.

use super::source::hex;
use crate::batch::PseudonymKey;
use crate::error::{Error, Result, Stage};
use sha2::{Digest, Sha256};
use std::path::Path;

const BLOCK: usize = 64;
/// Fewest and most bytes of a key.
const BYTES: std::ops::RangeInclusive<u64> = 32..=4096;

impl PseudonymKey {
    /// Reads the key in a file: 32 random bytes or more, as `head -c 32 /dev/urandom` makes them. It lies outside the store whose references it
    /// protects, where only its owner can read it.
    ///
    /// # Errors
    /// When the file cannot be read, is too short or too long, lies in the store, or may be read by others than its owner.
    pub fn read(file: &Path, store: &Path) -> Result<Self> {
        let refused = |what: &str| Err(Error::refused(Stage::Ingest, file, what));
        let fail = |e: std::io::Error| Error::source(Stage::Ingest, file, e);
        let whole = file.canonicalize().map_err(fail)?;
        // A store that is not there yet has nothing in it.
        if store.canonicalize().is_ok_and(|store| whole.starts_with(store)) {
            return refused("the key of the pseudonyms lies in the store that it protects; keep it elsewhere");
        }
        let about = whole.metadata().map_err(fail)?;
        if !about.is_file() || !BYTES.contains(&about.len()) {
            return refused("a key of pseudonyms is a file of 32 to 4096 random bytes: head -c 32 /dev/urandom > FILE");
        }
        #[cfg(unix)]
        if std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0 {
            return refused("the key of the pseudonyms may be read or written by others than its owner: chmod 600 FILE");
        }
        Ok(Self(std::fs::read(whole).map_err(fail)?))
    }

    /// What the store knows it by: 16 hexadecimal digits that say nothing of the key.
    pub fn id(&self) -> String {
        hex(&hmac(&self.0, &[b"hotspot-pseudonym-key/1"]))[..16].to_owned()
    }
}

/// First bytes of the HMAC of a row's digest: a name that says nothing of the row without the key.
pub(crate) fn keyed(key: &[u8], digest: &[u8; 12]) -> [u8; 12] {
    let whole = hmac(key, &[b"row", &[0], digest]);
    std::array::from_fn(|i| whole[i])
}

/// `HMAC-SHA-256(key, kind || 0x00 || value)` in hex. The kind keeps a victim and premises of one name apart.
pub(crate) fn pseudonym(key: &[u8], kind: &str, value: &str) -> String {
    hex(&hmac(key, &[kind.as_bytes(), &[0], value.as_bytes()]))
}

fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha256::new();
    inner.update(block.map(|b| b ^ 0x36));
    for part in message {
        inner.update(part);
    }
    let mut outer = Sha256::new();
    outer.update(block.map(|b| b ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_4231() {
        let case_2 = hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&case_2), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let case_6 = hmac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(hex(&case_6), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn a_row_without_identifier_is_named_by_one_who_has_the_key() {
        let digest = [1; 12];
        assert_ne!(keyed(&[7; 32], &digest), digest);
        assert_ne!(keyed(&[7; 32], &digest), keyed(&[8; 32], &digest));
        assert_eq!(keyed(&[7; 32], &digest), keyed(&[7; 32], &digest));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_long_its_owners_alone_and_outside_the_store() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (store, file) = (dir.path().join("store"), dir.path().join("key"));
        let said = |file: &Path| PseudonymKey::read(file, &store).unwrap_err().to_string();
        let write = |file: &Path, bytes: usize, mode: u32| {
            std::fs::write(file, vec![7; bytes]).unwrap();
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        write(&file, 32, 0o600);
        let key = PseudonymKey::read(&file, &store).unwrap();
        assert_eq!((key.id().len(), format!("{key:?}").as_str()), (16, "PseudonymKey(…)"));
        assert_ne!(key.id(), PseudonymKey(vec![8; 32]).id());
        write(&file, 31, 0o600);
        assert!(said(&file).contains("32 to 4096 random bytes"));
        for mode in [0o640, 0o604, 0o660] {
            write(&file, 32, mode);
            assert!(said(&file).contains("by others than its owner"), "{mode:o}");
        }
        std::fs::create_dir_all(store.join("data")).unwrap();
        let inside = store.join("data/key");
        write(&inside, 32, 0o600);
        assert!(said(&inside).contains("in the store that it protects"));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&inside, &link).unwrap();
        assert!(said(&link).contains("in the store that it protects"));
    }

    #[test]
    fn a_victim_and_premises_of_one_name_stay_apart() {
        assert_ne!(pseudonym(b"k", "victim", "12"), pseudonym(b"k", "premises", "12"));
        assert_eq!(pseudonym(b"k", "victim", "12").len(), 64);
    }
}
