//! An issuer of our own, on loopback, with keys made at its start.

use super::now;
use crate::auth::token::Refused;
use crate::auth::{Auth, Jwks, OidcSettings, Purposes, Reread, Secret, Site, WebAddress};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hotspot_core::disclosure::Role;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// ring makes no RSA keys: this one was made for these tests and signs nothing else.
const RSA: &[u8] = include_bytes!("rsa-2048.der");

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The keys of an issuer.
pub(super) struct Keys {
    pub rsa: RsaKeyPair,
    pub ec: EcdsaKeyPair,
    random: SystemRandom,
}

impl Keys {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        Self { rsa: RsaKeyPair::from_der(RSA).unwrap(), ec, random }
    }

    pub fn rs256(&self, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, message.as_bytes(), &mut signature).unwrap();
        signature
    }

    pub fn es256(&self, message: &str) -> Vec<u8> {
        self.ec.sign(&self.random, message.as_bytes()).unwrap().as_ref().to_vec()
    }

    /// Signs as the key identifier says, whatever the header says beside.
    pub fn sign(&self, kid: &str, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        let signature = if kid == "ec" { self.es256(&message) } else { self.rs256(&message) };
        format!("{message}.{}", b64(signature))
    }

    pub fn jwks(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let rsa = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let [n, e] = [rsa.n, rsa.e].map(b64);
        json!({"keys": [
            {"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": n, "e": e},
            {"kty": "EC", "kid": "ec", "use": "sig", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..])},
            {"kty": "RSA", "kid": "sealing", "use": "enc", "n": n, "e": e},
            {"kty": "oct", "kid": "shared", "k": b64("a secret that is none")},
            {"kty": "OKP", "kid": "other", "crv": "Ed25519", "x": b64([7; 32])},
        ]})
    }
}

/// A code that was given out, and for what.
#[derive(Clone)]
struct Code {
    challenge: String,
    redirect: String,
    token: String,
}

#[derive(Default)]
struct Inner {
    codes: Mutex<HashMap<String, Code>>,
    jwks: Mutex<Value>,
    readings: AtomicUsize,
}

/// The issuer.
pub(super) struct Issuer {
    pub keys: Keys,
    pub address: String,
    inner: Arc<Inner>,
}

impl Issuer {
    pub async fn start() -> Self {
        let keys = Keys::new();
        let inner = Arc::new(Inner { jwks: Mutex::new(keys.jwks()), ..Inner::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/tenant", listener.local_addr().unwrap());
        let described = json!({
            "issuer": address,
            "authorization_endpoint": format!("{address}/authorize"),
            "token_endpoint": format!("{address}/token"),
            "jwks_uri": format!("{address}/keys"),
        });
        #[expect(clippy::disallowed_methods, reason = "these are the addresses of the issuer, not ours")]
        let router = axum::Router::new()
            .route("/tenant/.well-known/openid-configuration", get(async move || described.to_string()))
            .route(
                "/tenant/keys",
                get(async |State(inner): State<Arc<Inner>>| {
                    inner.readings.fetch_add(1, Ordering::Relaxed);
                    inner.jwks.lock().unwrap().to_string()
                }),
            )
            .route("/tenant/token", post(token))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { keys, address, inner }
    }

    pub fn settings(&self, public: &str) -> OidcSettings {
        OidcSettings {
            issuer: self.address.parse().unwrap(),
            client_id: "hotspot".to_owned(),
            client_secret: Secret::new("s3cret/+".to_owned()),
            public: public.parse().unwrap(),
            audience: "api://hotspot".to_owned(),
            endpoints: None,
            jwks: Jwks::Discovered,
            roles_claim: "roles".to_owned(),
            roles: [
                ("H.Analyst", Role::Analyst),
                ("H.Oversight", Role::Oversight),
                ("H.Admin", Role::Admin),
                ("H.Batch", Role::Batch),
                ("H.Partner", Role::Partner),
            ]
            .map(|(name, role)| (name.to_owned(), role))
            .into(),
            agreement_claim: Some("agreement".to_owned()),
        }
    }

    pub fn auth(&self, public: &str) -> Auth {
        let site = Site { hosts: vec!["hotspot.example".to_owned()], ..Site::default() };
        Auth::oidc(self.settings(public), site, Purposes::default(), now).unwrap()
    }

    /// Claims that are good for us now; of the nonce those of a sign-in.
    pub fn claims(&self, nonce: Option<&str>) -> Value {
        let second = now().as_second();
        let mut claims = json!({
            "iss": self.address, "sub": "u-17", "name": "Ann Lee", "roles": ["H.Analyst", "Something.Else"],
            "aud": "api://hotspot", "iat": second, "nbf": second, "exp": second + 300,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
            claims["aud"] = json!("hotspot");
        }
        claims
    }

    /// A token that is good for us.
    pub fn token(&self, kid: &str, claims: &Value) -> String {
        let typ = if claims["nonce"].is_string() { "JWT" } else { "at+jwt" };
        let alg = if kid == "ec" { "ES256" } else { "RS256" };
        self.keys.sign(kid, &json!({"alg": alg, "kid": kid, "typ": typ}).to_string(), &claims.to_string())
    }

    /// What a browser brings back that was sent here, once somebody signed in.
    pub fn signs_in(&self, sent: &str, token: impl FnOnce(&str) -> String) -> String {
        let query = sent.strip_prefix(&format!("{}/authorize?", self.address)).expect("the browser is sent here");
        let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", "hotspot"));
        assert_eq!((asked["code_challenge_method"].as_str(), asked["scope"].contains("openid")), ("S256", true));
        let code = crate::auth::session::secret();
        let given = Code {
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
            token: token(&asked["nonce"]),
        };
        self.inner.codes.lock().unwrap().insert(code.clone(), given);
        format!("/sign-in/callback?code={code}&state={}&session_state=x", asked["state"])
    }

    /// How often the keys were read.
    pub fn readings(&self) -> usize {
        self.inner.readings.load(Ordering::Relaxed)
    }

    /// Other keys from now on.
    pub fn turns(&self, jwks: Value) {
        *self.inner.jwks.lock().unwrap() = jwks;
    }
}

/// A code becomes a token: once, for the client, and for whoever asked for the code.
async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let sent: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let us = format!("Basic {}", STANDARD.encode("hotspot:s3cret%2F%2B"));
    let code = inner.codes.lock().unwrap().remove(&sent["code"]);
    match code {
        Some(code)
            if headers["authorization"] == us.as_str()
                && sent["grant_type"] == "authorization_code"
                && sent["redirect_uri"] == code.redirect
                && b64(Sha256::digest(&sent["code_verifier"])) == code.challenge =>
        {
            (StatusCode::OK, json!({"id_token": code.token, "access_token": "opaque", "token_type": "Bearer"}).to_string())
        }
        _ => (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"}).to_string()),
    }
}

#[tokio::test]
async fn keys_are_read_again_for_a_key_that_is_not_known_and_once_a_minute() {
    use super::CLOCK;
    let issuer = Issuer::start().await;
    let oidc = crate::auth::Oidc::new(issuer.settings("http://127.0.0.1:8080")).unwrap();
    let read = async |kid: &str| oidc.bearer(&issuer.token(kid, &issuer.claims(None)), now()).await.is_ok();
    assert!(read("rsa").await && read("ec").await);
    assert_eq!(issuer.readings(), 1);
    for _ in 0..5 {
        let header = json!({"alg": "RS256", "kid": "unknown", "typ": "at+jwt"}).to_string();
        let token = issuer.keys.sign("rsa", &header, &issuer.claims(None).to_string());
        let refused = oidc.bearer(&token, now()).await.unwrap_err();
        assert_eq!(refused, Refused("the key is not one of the issuer"));
    }
    assert_eq!(issuer.readings(), 1, "within the minute nobody makes us ask");
    // The issuer turns its keys: the new one is found, and the old one is no more.
    let turned = Issuer::start().await;
    let mut jwks = turned.keys.jwks();
    jwks["keys"][1]["kid"] = json!("ec-2");
    issuer.turns(jwks);
    CLOCK.set(CLOCK.get() + 61);
    let header = json!({"alg": "ES256", "kid": "ec-2", "typ": "at+jwt"}).to_string();
    let token = turned.keys.sign("ec", &header, &issuer.claims(None).to_string());
    assert!(oidc.bearer(&token, now()).await.is_ok());
    assert!(!read("ec").await);
    assert_eq!(issuer.readings(), 2);
    // An hour later they are old.
    CLOCK.set(CLOCK.get() + 3600);
    assert!(read("rsa").await);
    assert_eq!(issuer.readings(), 3);
}

#[tokio::test]
async fn a_site_without_a_way_out_keeps_the_keys_in_a_file() {
    let issuer = Issuer::start().await;
    let jwks = issuer.keys.jwks().to_string();
    let settings = OidcSettings {
        jwks: Jwks::Kept(Reread(Box::new(move || Ok(jwks.clone().into_bytes())))),
        ..issuer.settings("http://127.0.0.1:8080")
    };
    let oidc = crate::auth::Oidc::new(settings).unwrap();
    assert!(oidc.bearer(&issuer.token("ec", &issuer.claims(None)), now()).await.is_ok());
    assert_eq!(issuer.readings(), 0);
}

#[tokio::test]
async fn an_issuer_that_is_not_there_or_another_signs_nobody_in() {
    let issuer = Issuer::start().await;
    let gone: WebAddress = "http://127.0.0.1:9/tenant".parse().unwrap();
    let other: WebAddress = format!("{}/", issuer.address).parse().unwrap();
    for address in [gone, other] {
        let oidc = crate::auth::Oidc::new(OidcSettings { issuer: address, ..issuer.settings("http://127.0.0.1:8080") }).unwrap();
        assert!(oidc.bearer(&issuer.token("ec", &issuer.claims(None)), now()).await.is_err());
    }
}
