//! Sign-in through an issuer (OpenID Connect, code flow with PKCE), and access tokens of the same issuer.

use super::address::WebAddress;
use super::keys::{Key, KeySet};
use super::principal::{Principal, Scope};
use super::session::UnderWay;
use super::token::{Kind, Object, Refused, Unverified, Wanted};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hotspot_core::disclosure::Role;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};

/// Largest answer of the issuer that is read.
const MOST: usize = 256 << 10;
/// Time for the issuer to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds between two readings of the keys.
const BETWEEN: i64 = 60;
/// Seconds after which keys are read again.
const OLD: i64 = 60 * 60;

/// A text that nobody is to see.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps it.
    pub const fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Reads the keys from where the caller has them: nothing here opens a file. The error says why not.
pub struct Reread(pub Box<ReadKeys>);

/// How the bytes of the keys are had.
type ReadKeys = dyn Fn() -> Result<Vec<u8>, String> + Send + Sync;

impl fmt::Debug for Reread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reread")
    }
}

/// Where the keys of the issuer are.
#[derive(Debug)]
pub enum Jwks {
    /// Where its description says.
    Discovered,
    /// At an address.
    At(WebAddress),
    /// With the caller: a site without a way out keeps them in a file.
    Kept(Reread),
}

/// Where the issuer is asked.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Where people sign in.
    pub authorization: WebAddress,
    /// Where a code becomes a token.
    pub token: WebAddress,
}

/// An issuer, and what we are to it.
#[derive(Debug)]
pub struct OidcSettings {
    /// Who vouches.
    pub issuer: WebAddress,
    /// As what we are known there.
    pub client_id: String,
    /// How we show it.
    pub client_secret: Secret,
    /// Where people find this service.
    pub public: WebAddress,
    /// For whom access tokens must be.
    pub audience: String,
    /// Where the issuer is asked; none: where its description says.
    pub endpoints: Option<Endpoints>,
    /// Where its keys are.
    pub jwks: Jwks,
    /// The claim that has the roles.
    pub roles_claim: String,
    /// Roles by what the claim says.
    pub roles: BTreeMap<String, Role>,
    /// The claim that names the agreement of a partner.
    pub agreement_claim: Option<String>,
}

/// What the issuer says about itself.
#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Where the issuer is asked, as it was found.
#[derive(Debug)]
struct Found {
    endpoints: Endpoints,
    jwks: Option<WebAddress>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Debug, Default)]
struct Read {
    set: KeySet,
    at: Option<i64>,
}

/// The issuer, and its keys as they were last read.
#[derive(Debug)]
pub(crate) struct Oidc {
    settings: OidcSettings,
    http: reqwest::Client,
    found: OnceCell<Found>,
    keys: ArcSwap<Read>,
    /// When the keys were last asked for.
    asked: Mutex<Option<i64>>,
}

impl Oidc {
    /// Asks nobody yet: the issuer may come up after us.
    pub fn new(settings: OidcSettings) -> Result<Self, reqwest::Error> {
        // No redirect is followed and no proxy of the environment used: we ask whom the settings name, and nobody else.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .https_only(settings.issuer.secure())
            .build()?;
        Ok(Self { settings, http, found: OnceCell::new(), keys: ArcSwap::default(), asked: Mutex::new(None) })
    }

    /// The issuer, as an answer names it.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    fn redirect(&self) -> String {
        self.settings.public.join("/sign-in/callback")
    }

    /// Where the browser goes to sign in.
    pub async fn address(&self, begun: &UnderWay) -> Result<String, Refused> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&begun.verifier));
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("scope", "openid profile")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.redirect())
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        Ok(format!("{}?{query}", self.found().await?.endpoints.authorization))
    }

    /// Who signed in, for the code that came back.
    pub async fn signed_in(&self, code: &str, begun: &UnderWay, now: Timestamp) -> Result<Principal, Refused> {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect())
            .append_pair("code_verifier", &begun.verifier)
            .finish();
        let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let us = format!("{}:{}", escaped(&self.settings.client_id), escaped(&self.settings.client_secret.0));
        let asked = self
            .http
            .post(self.found().await?.endpoints.token.as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header("authorization", format!("Basic {}", STANDARD.encode(us)))
            .body(body);
        let answer = bounded(asked).await?;
        let tokens: Tokens = serde_json::from_slice(&answer).map_err(|_no_token| Refused("the issuer gave no id_token"))?;
        self.identity(&tokens.id_token, &begun.nonce, now).await
    }

    /// Of whom an identity token speaks that was asked for with this nonce.
    pub async fn identity(&self, token: &str, nonce: &str, now: Timestamp) -> Result<Principal, Refused> {
        let claims = self.claims(token, &self.settings.client_id, Kind::Id { nonce }, now).await?;
        let person = self.principal(&claims)?;
        if person.role == Role::Batch { Err(Refused("a program does not sign in as a person")) } else { Ok(person) }
    }

    /// Who holds an access token.
    pub async fn bearer(&self, token: &str, now: Timestamp) -> Result<Principal, Refused> {
        let claims = self.claims(token, &self.settings.audience, Kind::Access, now).await?;
        let mut principal = self.principal(&claims)?;
        if principal.role == Role::Batch {
            let said = claims.text("scp").or_else(|| claims.text("scope")).unwrap_or_default();
            principal.scopes = said.split(' ').filter_map(|scope| scope.parse::<Scope>().ok()).collect();
        }
        Ok(principal)
    }

    async fn claims(&self, token: &str, audience: &str, kind: Kind<'_>, now: Timestamp) -> Result<Object, Refused> {
        let unverified = Unverified::parse(token)?;
        let key = self.key(&unverified.kid, now.as_second()).await.ok_or(Refused("the key is not one of the issuer"))?;
        unverified.verified(&key)?.for_us(&Wanted { issuer: self.issuer(), audience, now: now.as_second(), kind })
    }

    /// One role, or nobody: whoever has several would see more than either is meant to.
    fn principal(&self, claims: &Object) -> Result<Principal, Refused> {
        let said = claims.texts(&self.settings.roles_claim).ok_or(Refused("the claim of roles is not there, or no text"))?;
        let mut roles: Vec<Role> = said.iter().filter_map(|name| self.settings.roles.get(*name).copied()).collect();
        roles.sort_unstable();
        roles.dedup();
        let [role] = roles[..] else { return Err(Refused("the claim of roles has not exactly one of ours")) };
        let name = claims.text("name").or_else(|| claims.text("preferred_username"));
        let mut principal = Principal::new(self.issuer(), claims.text("sub").unwrap_or_default(), name, role);
        if role == Role::Partner {
            let said = self.settings.agreement_claim.as_ref().and_then(|claim| claims.text(claim));
            principal.agreement = said.map(str::to_owned);
        }
        Ok(principal)
    }

    /// The key of this name. An unknown one, or keys that are old, have the keys read again: once a minute, whoever asks.
    async fn key(&self, kid: &str, now: i64) -> Option<Arc<Key>> {
        let usable = |read: &Read| read.set.get(kid).filter(|_| read.at.is_some_and(|at| now - at < OLD));
        if let Some(key) = usable(&self.keys.load()) {
            return Some(key);
        }
        let mut asked = self.asked.lock().await;
        if let Some(key) = usable(&self.keys.load()) {
            return Some(key);
        }
        if asked.is_none_or(|at| now - at >= BETWEEN || now < at) {
            *asked = Some(now);
            match self.read_keys().await {
                Ok(set) => self.keys.store(Arc::new(Read { set, at: Some(now) })),
                Err(why) => tracing::warn!(%why, "the keys of the issuer could not be read; those read before stand"),
            }
        }
        self.keys.load().set.get(kid)
    }

    async fn read_keys(&self) -> Result<KeySet, Refused> {
        let bytes = match &self.settings.jwks {
            Jwks::Kept(reread) => (reread.0)().map_err(|why| {
                tracing::warn!(why, "the file of keys could not be read");
                Refused("the file of keys could not be read")
            })?,
            Jwks::At(address) => bounded(self.http.get(address.as_str())).await?,
            Jwks::Discovered => {
                let found = self.found().await?.jwks.as_ref().ok_or(Refused("the issuer does not say where its keys are"))?;
                bounded(self.http.get(found.as_str())).await?
            }
        };
        KeySet::parse(&bytes)
    }

    /// Where the issuer is asked: as the settings say, else as it says itself, asked until it answers once.
    async fn found(&self) -> Result<&Found, Refused> {
        self.found
            .get_or_try_init(async || match (&self.settings.endpoints, &self.settings.jwks) {
                (Some(endpoints), Jwks::At(_) | Jwks::Kept(_)) => Ok(Found { endpoints: endpoints.clone(), jwks: None }),
                (told, _) => {
                    let mut found = self.described().await?;
                    if let Some(endpoints) = told {
                        found.endpoints = endpoints.clone();
                    }
                    Ok(found)
                }
            })
            .await
    }

    async fn described(&self) -> Result<Found, Refused> {
        let bytes = bounded(self.http.get(self.settings.issuer.join("/.well-known/openid-configuration"))).await?;
        let said: Description =
            serde_json::from_slice(&bytes).map_err(|_no_description| Refused("the issuer does not describe itself"))?;
        if said.issuer != self.issuer() {
            return Err(Refused("the description is of another issuer"));
        }
        let address = |text: String| text.parse().map_err(|_no_address| Refused("the issuer names an address that is none"));
        Ok(Found {
            endpoints: Endpoints { authorization: address(said.authorization_endpoint)?, token: address(said.token_endpoint)? },
            jwks: Some(address(said.jwks_uri)?),
        })
    }
}

/// The body of an answer that is right, up to a bound.
async fn bounded(asked: reqwest::RequestBuilder) -> Result<Vec<u8>, Refused> {
    // What the error says may hold an address with a secret in it.
    let mut answer = asked.send().await.map_err(|error| {
        tracing::warn!(timeout = error.is_timeout(), connect = error.is_connect(), "the issuer could not be asked");
        Refused("the issuer does not answer")
    })?;
    if !answer.status().is_success() {
        tracing::warn!(http.status = answer.status().as_u16(), "the issuer refused");
        return Err(Refused("the issuer refused"));
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|_broken| Refused("the answer of the issuer broke off"))? {
        if body.len() + part.len() > MOST {
            return Err(Refused("the answer of the issuer is too large"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}
