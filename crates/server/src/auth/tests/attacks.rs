//! Tokens that are not what they should be: none is taken. Each is signed with a good key of the issuer unless it says otherwise, so that the
//! fault it is named after is its only one.

use super::issuer::{Issuer, Keys, b64};
use super::{Browser, CLOCK, MORNING, now, to};
use crate::auth::Oidc;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use hotspot_core::release::DataClass;
use ring::hmac;
use ring::signature::{KeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};

/// Where a token is brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// To the interface.
    Interface,
    /// By the issuer, at a sign-in with this nonce.
    SignIn,
}

/// What stands in for the nonce until the sign-in has one.
const NONCE: &str = "the-nonce";

type Case = (String, String);

struct Forge<'a> {
    issuer: &'a Issuer,
    at: At,
}

impl Forge<'_> {
    fn keys(&self) -> &Keys {
        &self.issuer.keys
    }

    fn claims(&self, nonce: &str) -> Value {
        self.issuer.claims((self.at == At::SignIn).then_some(nonce))
    }

    fn typ(&self) -> &'static str {
        if self.at == At::SignIn { "JWT" } else { "at+jwt" }
    }

    fn header(&self, kid: &str) -> Value {
        json!({"alg": if kid == "ec" { "ES256" } else { "RS256" }, "kid": kid, "typ": self.typ()})
    }

    fn good(&self, kid: &str, nonce: &str) -> String {
        self.keys().sign(kid, &self.header(kid).to_string(), &self.claims(nonce).to_string())
    }

    /// Every attack, for a sign-in with this nonce.
    fn cases(&self, nonce: &str) -> Vec<Case> {
        let mut all = Vec::new();
        self.algorithms(nonce, &mut all);
        self.headers(nonce, &mut all);
        self.claimed(nonce, &mut all);
        self.signatures(nonce, &mut all);
        self.shapes(nonce, &mut all);
        all
    }

    fn algorithms(&self, nonce: &str, all: &mut Vec<Case>) {
        let claims = self.claims(nonce).to_string();
        for kid in ["rsa", "ec"] {
            for alg in [
                json!("none"),
                json!("None"),
                json!("NONE"),
                json!("nOnE"),
                json!("HS256"),
                json!("HS512"),
                json!("RS384"),
                json!("RS512"),
                json!("PS256"),
                json!("ES384"),
                json!("ES256K"),
                json!("EdDSA"),
                json!("rs256"),
                json!("es256"),
                json!("RS256 "),
                json!(""),
                json!(null),
                json!(1),
                json!(["RS256"]),
                json!({"alg": "RS256"}),
                // The other of the two that are read: the key is not of its kind.
                json!(if kid == "ec" { "RS256" } else { "ES256" }),
            ] {
                let mut header = self.header(kid);
                header["alg"] = alg.clone();
                let signed = self.keys().sign(kid, &header.to_string(), &claims);
                all.push((format!("alg {alg} with the key {kid}"), signed.clone()));
                if alg.as_str().is_some_and(|a| a.eq_ignore_ascii_case("none")) {
                    all.push((format!("alg {alg} without a signature"), signed[..=signed.rfind('.').unwrap()].to_owned()));
                }
            }
            let mut header = self.header(kid);
            header.as_object_mut().unwrap().remove("alg");
            all.push((format!("no alg with the key {kid}"), self.keys().sign(kid, &header.to_string(), &claims)));
        }
        // The public key as a shared secret.
        let jwks = self.keys().jwks();
        let modulus = RsaPublicKeyComponents::<Vec<u8>>::from(self.keys().rsa.public()).n;
        let rsa = self.keys().rsa.public();
        let secrets: [(&str, Vec<u8>); 6] = [
            ("modulus", modulus),
            ("modulus as text", jwks["keys"][0]["n"].as_str().unwrap().into()),
            ("public key", rsa.as_ref().to_vec()),
            ("point", self.keys().ec.public_key().as_ref().to_vec()),
            ("jwk", jwks["keys"][0].to_string().into()),
            ("nothing", Vec::new()),
        ];
        for (name, secret) in secrets {
            for (alg, algorithm) in [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("RS256", hmac::HMAC_SHA256)] {
                let header = json!({"alg": alg, "kid": "rsa", "typ": self.typ()});
                let message = format!("{}.{}", b64(header.to_string()), b64(&claims));
                let tag = hmac::sign(&hmac::Key::new(algorithm, &secret), message.as_bytes());
                all.push((format!("{alg} with the {name} as the secret"), format!("{message}.{}", b64(tag))));
            }
        }
    }

    fn headers(&self, nonce: &str, all: &mut Vec<Case>) {
        let claims = self.claims(nonce).to_string();
        let mut with = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut header = self.header("rsa");
            change(&mut header);
            all.push((format!("{name} {header}"), self.keys().sign("rsa", &header.to_string(), &claims)));
        };
        for kid in [
            json!(null),
            json!(""),
            json!(1),
            json!(["rsa"]),
            json!({"kid": "rsa"}),
            json!("RSA"),
            json!("rsa "),
            json!("rsa\u{0}"),
            json!("../../dev/null"),
            json!("/dev/null"),
            json!("https://evil.example/keys"),
            json!("' OR 1=1 --"),
            json!("ec"),
            json!("sealing"),
            json!("shared"),
            json!("other"),
            json!("r".repeat(300)),
        ] {
            with("kid", &|header| header["kid"] = kid.clone());
        }
        with("no kid", &|header| drop(header.as_object_mut().unwrap().remove("kid")));
        let other = if self.at == At::SignIn { "at+jwt" } else { "JOSE" };
        for typ in
            [json!(null), json!(""), json!(1), json!(["JWT"]), json!(other), json!("JWT "), json!("logout+jwt"), json!("JWS")]
        {
            with("typ", &|header| header["typ"] = typ.clone());
        }
        with("no typ", &|header| drop(header.as_object_mut().unwrap().remove("typ")));
        for crit in [json!([]), json!(["exp"]), json!(null), json!("b64")] {
            with("crit", &|header| header["crit"] = crit.clone());
        }
        with("b64", &|header| header["b64"] = json!(false));
        // A key that the token brings itself.
        let own = Keys::new();
        let jwk = own.jwks()["keys"][1].clone();
        for (name, value) in [
            ("jwk", jwk.clone()),
            ("jku", json!("https://evil.example/keys")),
            ("x5u", json!("https://evil.example/chain")),
            ("x5c", json!([STANDARD.encode(own.ec.public_key().as_ref())])),
        ] {
            for kid in ["ec", "mine"] {
                let mut header = json!({"alg": "ES256", "kid": kid, "typ": self.typ()});
                header[name] = value.clone();
                all.push((format!("{name} of its own, kid {kid}"), own.sign("ec", &header.to_string(), &claims)));
            }
        }
        all.push(("the key of another".to_owned(), own.sign("ec", &self.header("ec").to_string(), &claims)));
    }

    fn claimed(&self, nonce: &str, all: &mut Vec<Case>) {
        let second = now().as_second();
        let header = self.header("ec").to_string();
        let mut with = |name: &str, value: Option<Value>| {
            let mut claims = self.claims(nonce);
            match &value {
                Some(value) => claims[name] = value.clone(),
                None => drop(claims.as_object_mut().unwrap().remove(name)),
            }
            all.push((format!("{name} is {value:?}"), self.keys().sign("ec", &header, &claims.to_string())));
        };
        for time in ["exp", "nbf", "iat"] {
            let fine = if time == "exp" { second + 300 } else { second };
            with(time, None);
            for value in [
                json!(null),
                json!(fine.to_string()),
                json!(fine as f64 + 0.5),
                json!(-1),
                json!(1e300),
                json!(u64::MAX),
                json!(i64::MAX),
                json!(true),
                json!([fine]),
                json!({"at": fine}),
                json!(fine * 1_000_000),
                json!(""),
            ] {
                with(time, Some(value));
            }
        }
        for (time, late) in [("exp", -61), ("exp", -3600), ("exp", -60), ("nbf", 61), ("nbf", 3600), ("iat", 61), ("iat", 86_400)] {
            with(time, Some(json!(second + late)));
        }
        with("exp", Some(json!(0)));
        let ours = if self.at == At::SignIn { "hotspot" } else { "api://hotspot" };
        for aud in [
            None,
            Some(json!(null)),
            Some(json!(1)),
            Some(json!({"aud": ours})),
            Some(json!([])),
            Some(json!([1])),
            Some(json!([ours, 1])),
            Some(json!("")),
            Some(json!("another")),
            Some(json!(["another"])),
            Some(json!(ours.to_uppercase())),
            Some(json!(format!("{ours} "))),
            Some(json!(format!("{ours},another"))),
            Some(json!([[ours]])),
            Some(json!(true)),
        ] {
            with("aud", aud);
        }
        let issuer = &self.issuer.address;
        for iss in [
            None,
            Some(json!(null)),
            Some(json!("")),
            Some(json!(1)),
            Some(json!([issuer])),
            Some(json!(format!("{issuer}/"))),
            Some(json!(issuer.to_uppercase())),
            Some(json!("https://evil.example")),
            Some(json!(issuer.replace("tenant", "other"))),
            Some(json!(format!("{issuer}\u{0}"))),
        ] {
            with("iss", iss);
        }
        for sub in [None, Some(json!(null)), Some(json!("")), Some(json!(17)), Some(json!(["u-17"])), Some(json!("u".repeat(256)))]
        {
            with("sub", sub);
        }
        for roles in [
            None,
            Some(json!(null)),
            Some(json!([])),
            Some(json!("")),
            Some(json!(1)),
            Some(json!([1, "H.Analyst"])),
            Some(json!({"H.Analyst": true})),
            Some(json!("analyst")),
            Some(json!("h.analyst")),
            Some(json!("H.Analyst H.Admin")),
            Some(json!(["H.Analyst", "H.Admin"])),
            Some(json!(["H.Oversight", "H.Analyst"])),
            Some(json!([["H.Analyst"]])),
        ] {
            with("roles", roles);
        }
        if self.at == At::SignIn {
            for value in [
                None,
                Some(json!(null)),
                Some(json!("")),
                Some(json!(1)),
                Some(json!([nonce])),
                Some(json!("another")),
                Some(json!(format!("{nonce} "))),
                Some(json!(nonce.to_uppercase())),
                Some(json!(&nonce[1..])),
            ] {
                with("nonce", value);
            }
            for azp in [json!("another"), json!(null), json!(["hotspot"])] {
                with("azp", Some(azp));
            }
            with("aud", Some(json!(["hotspot", "another"])));
            with("roles", Some(json!("H.Batch")));
        }
    }

    fn signatures(&self, nonce: &str, all: &mut Vec<Case>) {
        for kid in ["rsa", "ec"] {
            let good = self.good(kid, nonce);
            let (message, signature) = good.rsplit_once('.').unwrap();
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
            let mut with = |name: &str, signature: String| all.push((format!("{kid}: {name}"), format!("{message}.{signature}")));
            with("no signature", String::new());
            with("padding", URL_SAFE.encode(&bytes) + "==");
            with("a space", format!("{signature} "));
            with("a line break", format!("{signature}\n"));
            with("one letter less", signature[..signature.len() - 1].to_owned());
            with("a null byte", format!("{signature}\u{0}"));
            for cut in [1, 2, bytes.len() / 2, bytes.len() - 1] {
                with(&format!("{cut} bytes less"), b64(&bytes[..bytes.len() - cut]));
            }
            for more in [1, 2, 64] {
                with(&format!("{more} bytes more"), b64([bytes.as_slice(), &vec![0; more]].concat()));
                with(&format!("{more} bytes before"), b64([&vec![0; more], bytes.as_slice()].concat()));
            }
            for at in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1;
                with(&format!("bit {at} turned"), b64(flipped));
            }
            with("all zero", b64(vec![0; bytes.len()]));
            with("all ones", b64(vec![255; bytes.len()]));
            with("halves swapped", b64([&bytes[bytes.len() / 2..], &bytes[..bytes.len() / 2]].concat()));
            let other = self.keys().sign(kid, "{}", "{}");
            with("of another message", other.rsplit_once('.').unwrap().1.to_owned());
            with("of the other key", if kid == "ec" { b64(self.keys().rs256(message)) } else { b64(self.keys().es256(message)) });
            if kid == "ec" {
                let integer = |half: &[u8]| [&[2, 33, 0], half].concat();
                let body = [integer(&bytes[..32]), integer(&bytes[32..])].concat();
                with("in DER", b64([&[0x30, body.len() as u8], body.as_slice()].concat()));
            }
            // What was signed is changed afterwards.
            let mut claims = self.claims(nonce);
            claims["sub"] = json!("u-18");
            let (head, _) = message.split_once('.').unwrap();
            all.push((format!("{kid}: other claims"), format!("{head}.{}.{signature}", b64(claims.to_string()))));
            let mut header = self.header(kid);
            header["x"] = json!(1);
            let (_, payload) = message.split_once('.').unwrap();
            all.push((format!("{kid}: another header"), format!("{}.{payload}.{signature}", b64(header.to_string()))));
        }
    }

    fn shapes(&self, nonce: &str, all: &mut Vec<Case>) {
        let (header, claims) = (self.header("ec").to_string(), self.claims(nonce).to_string());
        let good = self.good("ec", nonce);
        let parts: Vec<&str> = good.split('.').collect();
        let [head, body, signature] = parts[..] else { unreachable!("a token has three parts") };
        for (name, token) in [
            ("nothing", String::new()),
            ("a dot", ".".to_owned()),
            ("two dots", "..".to_owned()),
            ("one part", head.to_owned()),
            ("two parts", format!("{head}.{body}")),
            ("four parts", format!("{good}.")),
            ("five parts", format!("{good}.{body}.{signature}")),
            ("no header", format!(".{body}.{signature}")),
            ("no claims", format!("{head}..{signature}")),
            ("another alphabet", format!("{}.{body}.{signature}", STANDARD.encode(format!("{header}  ???>>>")))),
            ("escapes", good.replace('.', "%2E")),
            ("letters that are none", format!("{head}.ü{body}.{signature}")),
            ("as JSON", json!({"protected": head, "payload": body, "signature": signature}).to_string()),
            ("twice", format!("{good} {good}")),
            ("a space before the claims", format!("{head}. {body}.{signature}")),
        ] {
            all.push((name.to_owned(), token));
        }
        let mut signed = |name: &str, header: &str, claims: &str| {
            all.push((name.to_owned(), self.keys().sign("ec", header, claims)));
        };
        for text in ["", "null", "[]", "1", "\"a\"", "{", "{}", "{\"a\":}", "\u{feff}{}", "not json", "{'alg':'ES256'}"] {
            signed(&format!("claims {text:?}"), &header, text);
            signed(&format!("header {text:?}"), text, &claims);
        }
        signed("claims and more", &header, &format!("{claims}{claims}"));
        signed("claims with a byte order mark", &header, &format!("\u{feff}{claims}"));
        signed("claims in a list", &header, &format!("[{claims}]"));
        signed("header and more", &format!("{header}{header}"), &claims);
        for name in ["exp", "nbf", "iat", "aud", "iss", "sub", "roles"] {
            let value = &self.claims(nonce)[name];
            signed(&format!("{name} twice"), &header, &format!("{{\"{name}\":{value},{}", &claims[1..]));
            let escaped = format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..]);
            signed(&format!("{name} twice, once in disguise"), &header, &format!("{{\"{escaped}\":{value},{}", &claims[1..]));
        }
        for (name, value) in [("alg", "\"ES256\""), ("kid", "\"ec\""), ("typ", "\"JWT\""), ("alg", "\"none\"")] {
            signed(&format!("{name} {value} twice"), &format!("{{\"{name}\":{value},{}", &header[1..]), &claims);
        }
        signed("a name twice that nobody reads", &header, &format!("{{\"x\":1,\"x\":2,{}", &claims[1..]));
        signed("JSON two hundred deep", &header, &format!("{{\"x\":{}{},{}", "[".repeat(200), "]".repeat(200), &claims[1..]));
        signed("JSON ten thousand deep", &header, &format!("{{\"x\":{}", "[".repeat(9_000)));
        signed("a token of 20 kB", &header, &format!("{{\"x\":\"{}\",{}", "x".repeat(20_000), &claims[1..]));
        signed("a token of 1 MB", &header, &format!("{{\"x\":\"{}\",{}", "x".repeat(1_000_000), &claims[1..]));
        signed("a number without an end", &header, &format!("{{\"x\":{},{}", "9".repeat(15_000), &claims[1..]));
        signed("a token in a token", &header, &json!(good).to_string());
        // Neither kind stands for the other.
        let other = Forge { issuer: self.issuer, at: if self.at == At::SignIn { At::Interface } else { At::SignIn } };
        all.push(("a good token of the other kind".to_owned(), other.good("ec", nonce)));
        if self.at == At::Interface {
            let mut claims = self.claims(nonce);
            claims["nonce"] = json!(nonce);
            signed_as(self, "JWT", &claims, all);
        } else {
            signed_as(self, "at+jwt", &self.claims(nonce), all);
        }
    }
}

/// The claims of one kind under the type of the other.
fn signed_as(forge: &Forge<'_>, typ: &str, claims: &Value, all: &mut Vec<Case>) {
    let header = json!({"alg": "ES256", "kid": "ec", "typ": typ}).to_string();
    all.push((format!("typ {typ} for the other kind"), forge.keys().sign("ec", &header, &claims.to_string())));
}

async fn brought(browser: &mut Browser, token: &str) -> Option<StatusCode> {
    // What cannot stand in a header cannot be brought.
    let value = axum::http::HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    let mut request = Request::get("/api/v1/me").body(Body::empty()).unwrap();
    request.headers_mut().insert("authorization", value);
    Some(browser.ask(request).await.status())
}

#[tokio::test]
async fn no_access_token_is_taken_that_is_not_right_in_everything() {
    let issuer = Issuer::start().await;
    let mut browser = Browser::of(issuer.auth("http://127.0.0.1:8080"), DataClass::Synthetic);
    let forge = Forge { issuer: &issuer, at: At::Interface };
    let mut refused = 0;
    for (name, token) in forge.cases(NONCE) {
        if let Some(status) = brought(&mut browser, &token).await {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
            refused += 1;
        }
    }
    println!("figure S4 access token: {refused} forged tokens brought to the interface, 0 accepted; right ones are");
    assert!(refused >= 200, "{refused}");
    for kid in ["rsa", "ec"] {
        assert_eq!(brought(&mut browser, &forge.good(kid, NONCE)).await, Some(StatusCode::OK), "{kid}");
    }
    // Good ones, at the very edge of the clock.
    let second = now().as_second();
    for (name, value) in [
        ("exp", json!(second - 59)),
        ("nbf", json!(second + 59)),
        ("iat", json!(second + 59)),
        ("aud", json!(["another", "api://hotspot"])),
        ("roles", json!("H.Oversight")),
        ("sub", json!("u".repeat(255))),
    ] {
        let mut claims = issuer.claims(None);
        claims[name] = value;
        assert_eq!(brought(&mut browser, &issuer.token("rsa", &claims)).await, Some(StatusCode::OK), "{claims}");
    }
    for typ in ["AT+JWT", "application/at+jwt", "JWT"] {
        let header = json!({"alg": "RS256", "kid": "rsa", "typ": typ}).to_string();
        let token = issuer.keys.sign("rsa", &header, &issuer.claims(None).to_string());
        assert_eq!(brought(&mut browser, &token).await, Some(StatusCode::OK), "{typ}");
    }
}

#[tokio::test]
async fn nobody_signs_in_with_a_token_that_is_not_right_in_everything() {
    let issuer = Issuer::start().await;
    let mut browser = Browser::of(issuer.auth("http://127.0.0.1:8080"), DataClass::Synthetic);
    let forge = Forge { issuer: &issuer, at: At::SignIn };
    let cases = forge.cases(NONCE);
    assert!(cases.len() >= 200, "{}", cases.len());
    let oidc = Oidc::new(issuer.settings("http://127.0.0.1:8080")).unwrap();
    for (name, token) in &cases {
        assert!(oidc.identity(token, NONCE, now()).await.is_err(), "{name}");
    }
    assert!(oidc.identity(&forge.good("ec", NONCE), NONCE, now()).await.is_ok());
    println!("figure S4 identity token: {} forged tokens at a sign-in, 0 accepted; right ones are", cases.len());
    // Some of them by the whole way.
    let mut sign_in = async |token: &dyn Fn(&str) -> String| {
        let sent = browser.get("/sign-in/start").await;
        let back = issuer.signs_in(to(&sent), |nonce| token(nonce));
        let answer = browser.get(&back).await;
        let signed_in = browser.cookies.iter().any(|(name, _)| name == "hotspot");
        browser.cookies.clear();
        (answer.status(), signed_in)
    };
    for case in (0..cases.len()).step_by(29) {
        let name = &cases[case].0;
        let answer = sign_in(&|nonce| forge.cases(nonce)[case].1.clone()).await;
        assert_eq!(answer, (StatusCode::UNAUTHORIZED, false), "{name}");
    }
    for kid in ["rsa", "ec"] {
        assert_eq!(sign_in(&|nonce| forge.good(kid, nonce)).await, (StatusCode::SEE_OTHER, true), "{kid}");
    }
    for (name, late) in [("exp", -59), ("nbf", 59), ("iat", 59)] {
        let token = |nonce: &str| {
            let mut claims = issuer.claims(Some(nonce));
            claims[name] = json!(now().as_second() + late);
            issuer.token("ec", &claims)
        };
        assert_eq!(sign_in(&token).await, (StatusCode::SEE_OTHER, true), "{name}");
    }
    assert_eq!(CLOCK.get(), MORNING);
}
