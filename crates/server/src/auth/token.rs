//! Signed tokens (JWS in compact form) and what they claim.
//!
//! # Design
//! The cryptography is ring's; what is left is to take three parts apart, and that is done strictly: the crates that do it bring either an
//! RSA with an open advisory or a second cryptographic library in C, and count a claim of the wrong type as one that is not there. Here a
//! claim that is needed and is absent, of another type or there twice refuses the token, whatever it says. Why a token was refused is for
//! the log; the answer is the same for all.

use super::keys::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Largest token in bytes.
const MOST: usize = 16 << 10;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 60;

/// A token that was refused, and why: for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(pub &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

type Result<T> = std::result::Result<T, Refused>;

/// A JSON object of which no name comes twice.
#[derive(Debug)]
pub(crate) struct Object(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Object, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if all.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name comes twice"));
                    }
                }
                Ok(Object(all))
            }
        }
        from.deserialize_map(Names)
    }
}

impl Object {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text that says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Seconds since 1970 as a whole number.
    fn seconds(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64).filter(|s| (0..1 << 40).contains(s))
    }

    /// A text, or a list of texts.
    pub fn texts(&self, name: &str) -> Option<Vec<&str>> {
        match self.get(name)? {
            Value::String(one) => Some(vec![one]),
            Value::Array(all) => all.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }
}

/// How a token is signed: nothing else is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

/// A token taken apart; nothing of it is believed yet.
#[derive(Debug)]
pub(crate) struct Unverified<'t> {
    pub kid: String,
    algorithm: Algorithm,
    typ: String,
    signed: &'t str,
    payload: &'t str,
    signature: Vec<u8>,
}

impl<'t> Unverified<'t> {
    pub fn parse(token: &'t str) -> Result<Self> {
        if token.len() > MOST {
            return Err(Refused("the token is too large"));
        }
        let mut parts = token.split('.');
        let (Some(head), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(Refused("the token has not three parts"));
        };
        let header = object(head)?;
        let algorithm = match header.text("alg") {
            Some("RS256") => Algorithm::Rs256,
            Some("ES256") => Algorithm::Es256,
            _ => return Err(Refused("the algorithm is not one of RS256, ES256")),
        };
        // An extension that must be understood is none of ours.
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(Refused("the header needs an extension"));
        }
        let kid = header.text("kid").filter(|kid| kid.len() <= 256).ok_or(Refused("the header names no key"))?.to_owned();
        let typ = header.text("typ").ok_or(Refused("the header has no typ"))?.to_ascii_lowercase();
        let signature = bytes(signature)?;
        Ok(Self { kid, algorithm, typ, signed: &token[..head.len() + 1 + payload.len()], payload, signature })
    }

    /// The claims, when the key made the signature.
    pub fn verified(self, key: &Key) -> Result<Verified> {
        if !key.made(self.algorithm, self.signed.as_bytes(), &self.signature) {
            return Err(Refused("the signature is not the key's"));
        }
        Ok(Verified { typ: self.typ, claims: object(self.payload)? })
    }
}

fn bytes(part: &str) -> Result<Vec<u8>> {
    // Strict: no padding, no line breaks, no bits left over, so one token has one form.
    URL_SAFE_NO_PAD.decode(part).map_err(|_not_base64| Refused("a part is not base64url"))
}

fn object(part: &str) -> Result<Object> {
    serde_json::from_slice(&bytes(part)?).map_err(|_not_json| Refused("a part is no JSON object, or has a name twice"))
}

/// Claims that the issuer signed; whether they are for us, and now, is not known yet.
#[derive(Debug)]
pub(crate) struct Verified {
    typ: String,
    claims: Object,
}

/// For what a token must be good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
    pub now: i64,
    pub kind: Kind<'a>,
}

/// The two kinds of token, of which neither may stand for the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    /// Who signed in, for the client that asked with this nonce.
    Id {
        /// Sent with the request.
        nonce: &'a str,
    },
    /// Leave to use an interface.
    Access,
}

impl Verified {
    /// The claims, when they are for us, and now.
    pub fn for_us(self, wanted: &Wanted<'_>) -> Result<Object> {
        let claims = self.claims;
        if claims.text("iss") != Some(wanted.issuer) {
            return Err(Refused("iss is another"));
        }
        let audience = claims.texts("aud").ok_or(Refused("aud is not there, or no text"))?;
        if !audience.contains(&wanted.audience) {
            return Err(Refused("aud is another"));
        }
        let seconds = |name: &str, why: &'static str| claims.seconds(name).ok_or(Refused(why));
        if wanted.now >= seconds("exp", "exp is not there, or no whole number")? + LEEWAY {
            return Err(Refused("exp is past"));
        }
        for (name, why, early) in [
            ("nbf", "nbf is not there, or no whole number", "nbf is to come"),
            ("iat", "iat is not there, or no whole number", "iat is to come"),
        ] {
            if seconds(name, why)? > wanted.now + LEEWAY {
                return Err(Refused(early));
            }
        }
        if claims.text("sub").is_none_or(|sub| sub.len() > 255) {
            return Err(Refused("sub is not there, or no text"));
        }
        match wanted.kind {
            Kind::Id { nonce } => {
                if self.typ != "jwt" {
                    return Err(Refused("typ is not JWT"));
                }
                if claims.text("nonce") != Some(nonce) {
                    return Err(Refused("nonce is another"));
                }
                // Of several audiences one asked for the token: it says which.
                let party = claims.get("azp");
                if (audience.len() > 1 || party.is_some()) && party.and_then(Value::as_str) != Some(wanted.audience) {
                    return Err(Refused("azp is another"));
                }
            }
            Kind::Access => {
                let access = matches!(self.typ.as_str(), "at+jwt" | "application/at+jwt");
                // Some issuers call both kinds JWT: what answers a sign-in of ours has its nonce.
                if !access && (self.typ != "jwt" || claims.get("nonce").is_some()) {
                    return Err(Refused("typ is not that of an access token"));
                }
            }
        }
        Ok(claims)
    }
}
