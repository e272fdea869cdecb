//! Pseudonyms: HMAC-SHA-256 (RFC 2104) of a value under the user's key.

use super::source::hex;
use sha2::{Digest, Sha256};

const BLOCK: usize = 64;

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
    fn a_victim_and_premises_of_one_name_stay_apart() {
        assert_ne!(pseudonym(b"k", "victim", "12"), pseudonym(b"k", "premises", "12"));
        assert_eq!(pseudonym(b"k", "victim", "12").len(), 64);
    }
}
