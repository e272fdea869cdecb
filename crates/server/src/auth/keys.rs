//! The keys of the issuer (JWKS).

use super::token::{Algorithm, Refused};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Keys of a set that are read.
const MOST: usize = 100;

/// A public key. Its type says with which algorithm it may be used, whatever a token says.
pub(crate) enum Key {
    /// RSA: RS256.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// On P-256: ES256.
    P256(UnparsedPublicKey<Vec<u8>>),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa(_) => "Rsa",
            Self::P256(_) => "P256",
        })
    }
}

impl Key {
    /// Whether this key made the signature, by this algorithm.
    pub fn made(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::Rs256) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
            (Self::P256(key), Algorithm::Es256) => key.verify(message, signature).is_ok(),
            _ => false,
        }
    }
}

/// Keys by identifier.
#[derive(Debug, Default)]
pub(crate) struct KeySet(HashMap<String, Arc<Key>>);

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// The keys that may sign tokens for us; those of other kinds are left out.
    pub fn parse(text: &[u8]) -> Result<Self, Refused> {
        let read: Jwks = serde_json::from_slice(text).map_err(|_not_json| Refused("the keys are no JWKS"))?;
        let mut all = HashMap::new();
        for jwk in read.keys.into_iter().take(MOST) {
            let Some(kid) = jwk.kid.clone().filter(|kid| !kid.is_empty()) else { continue };
            let Some(key) = key(&jwk) else { continue };
            if all.insert(kid, Arc::new(key)).is_some() {
                return Err(Refused("two keys have one kid"));
            }
        }
        if all.is_empty() { Err(Refused("there is no key for RS256 or ES256 among the keys")) } else { Ok(Self(all)) }
    }

    pub fn get(&self, kid: &str) -> Option<Arc<Key>> {
        self.0.get(kid).cloned()
    }
}

fn key(jwk: &Jwk) -> Option<Key> {
    if jwk.used_for.as_deref().is_some_and(|used_for| used_for != "sig") {
        return None;
    }
    let number = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    match (jwk.kty.as_deref()?, jwk.alg.as_deref().unwrap_or_default()) {
        ("RSA", "" | "RS256") => {
            let whole = |text| number(text).map(|n| n.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>());
            Some(Key::Rsa(RsaPublicKeyComponents { n: whole(&jwk.n)?, e: whole(&jwk.e)? }))
        }
        ("EC", "" | "ES256") if jwk.crv.as_deref() == Some("P-256") => {
            let (x, y) = (number(&jwk.x)?, number(&jwk.y)?);
            let point: Vec<u8> = [4].into_iter().chain(x).chain(y).collect();
            (point.len() == 65).then(|| Key::P256(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)))
        }
        _ => None,
    }
}
