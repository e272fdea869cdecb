//! How people sign in to `hotspot serve`: the file of `--auth`.

use crate::config::Toml;
use crate::failure::{Done, Failure};
use hotspot_server::{Auth, Endpoints, Jwks, OidcSettings, Purposes, Reread, Secret, Site, WebAddress};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml::Spanned;

/// How people sign in, and what stands before the server.
pub struct SignIn {
    pub auth: Auth,
    /// Whether a proxy is named that speaks TLS for us.
    pub proxied: bool,
}

/// What the file may say; a name that is not known is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Who vouches for people.
    issuer: Spanned<String>,
    /// As what the service is known there.
    client_id: Spanned<String>,
    /// The file with the secret of the service, beside this one.
    #[serde(rename = "client_secret_file")]
    client_secret: Spanned<PathBuf>,
    /// Where people find this service; the issuer sends them back to /sign-in/callback under it.
    redirect: Spanned<String>,
    /// For whom access tokens must be; default the client_id.
    audience: Option<Spanned<String>>,
    /// Names that Host may carry; default that of redirect.
    hosts: Option<Vec<Spanned<String>>>,
    /// Addresses of proxies that are believed.
    #[serde(default)]
    proxy: Vec<Spanned<String>>,
    purposes: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    reason: bool,
    endpoints: Option<AskedAt>,
    jwks: Option<Spanned<Keys>>,
    roles: Roles,
}

/// Where the issuer is asked; without it the issuer says so itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedAt {
    authorization: Spanned<String>,
    token: Spanned<String>,
}

/// Where the keys of the issuer are; without it the issuer says so itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    url: Option<Spanned<String>>,
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    /// The claim that has them.
    claim: Spanned<String>,
    /// Our role by what the claim says.
    map: BTreeMap<String, Spanned<String>>,
    /// The claim that names the agreement of a partner; default none: then no partner is given anything.
    agreement: Option<Spanned<String>>,
}

impl SignIn {
    /// Nobody, `dev`, or as a file says.
    pub fn of(setting: Option<&Path>) -> Done<Self> {
        match setting {
            None => Ok(Self { auth: Auth::open(Timestamp::now), proxied: false }),
            Some(path) if path == Path::new("dev") => Ok(Self { auth: Auth::development(Timestamp::now), proxied: false }),
            Some(path) => read(path),
        }
    }
}

fn read(path: &Path) -> Done<SignIn> {
    let toml = Toml::read(path)?;
    let file: File = toml.parse()?;
    let beside = |other: &Path| path.parent().unwrap_or(Path::new("")).join(other);
    let wrong = |start: usize, key: &str, rule: &str| toml.wrong(start, format_args!("{key}: {rule}"));
    let text = |key: &str, given: &Spanned<String>| {
        let text = given.as_ref().trim();
        if text.is_empty() { Err(wrong(given.span().start, key, "a text that is not empty")) } else { Ok(text.to_owned()) }
    };
    let address = |key: &str, given: &Spanned<String>| {
        WebAddress::from_str(given.as_ref()).map_err(|rule| wrong(given.span().start, key, &rule.to_string()))
    };

    let public = address("redirect", &file.redirect)?;
    let client_id = text("client_id", &file.client_id)?;
    let secret_file = beside(file.client_secret.as_ref());
    let secret = std::fs::read_to_string(&secret_file).unwrap_or_default().trim().to_owned();
    if secret.is_empty() {
        return Err(wrong(file.client_secret.span().start, "client_secret_file", "a file with the secret in it, beside this file"));
    }
    let jwks = match &file.jwks {
        None => Jwks::Discovered,
        Some(given) => match (&given.as_ref().url, &given.as_ref().file) {
            (Some(url), None) => Jwks::At(address("jwks.url", url)?),
            (None, Some(file)) => {
                let kept = beside(file);
                let keys = move || std::fs::read(&kept).map_err(|e| e.to_string());
                keys().map_err(|e| {
                    wrong(given.span().start, "jwks.file", &format!("a file that can be read, beside this file: {e}"))
                })?;
                Jwks::Kept(Reread(Box::new(keys)))
            }
            _ => return Err(wrong(given.span().start, "jwks", "either url or file")),
        },
    };
    let endpoints = file.endpoints.as_ref().map(|asked| -> Done<Endpoints> {
        Ok(Endpoints {
            authorization: address("endpoints.authorization", &asked.authorization)?,
            token: address("endpoints.token", &asked.token)?,
        })
    });
    let mut roles = BTreeMap::new();
    for (name, role) in &file.roles.map {
        let known = role.as_ref().parse().map_err(|rule: hotspot_core::incident::UnknownName| {
            wrong(role.span().start, "roles.map", &format!("one of {}", rule.allowed))
        })?;
        roles.insert(name.clone(), known);
    }
    if roles.is_empty() {
        return Err(wrong(file.roles.claim.span().start, "roles.map", "at least one role: nobody could do anything"));
    }
    let proxies = file.proxy.iter().map(|given| {
        given.as_ref().parse::<IpAddr>().map_err(|_no_address| wrong(given.span().start, "proxy", "addresses such as 10.0.0.1"))
    });
    let proxies: Vec<IpAddr> = proxies.collect::<Done<_>>()?;
    let hosts = match &file.hosts {
        Some(hosts) => hosts.iter().map(|host| text("hosts", host)).collect::<Done<_>>()?,
        None => vec![public.host().to_owned()],
    };
    let purposes = purposes(&file, wrong)?;
    let proxied = !proxies.is_empty();
    let settings = OidcSettings {
        issuer: address("issuer", &file.issuer)?,
        audience: file.audience.as_ref().map_or_else(|| Ok(client_id.clone()), |given| text("audience", given))?,
        client_id,
        client_secret: Secret::new(secret),
        public,
        endpoints: endpoints.transpose()?,
        jwks,
        roles_claim: text("roles.claim", &file.roles.claim)?,
        agreement_claim: file.roles.agreement.as_ref().map(|given| text("roles.agreement", given)).transpose()?,
        roles,
    };
    let auth = Auth::oidc(settings, Site { hosts, proxies, secure: false }, purposes, Timestamp::now)?;
    Ok(SignIn { auth, proxied })
}

fn purposes(file: &File, wrong: impl Fn(usize, &str, &str) -> Failure) -> Done<Purposes> {
    let mut purposes = Purposes { reason: file.reason, ..Purposes::default() };
    if let Some(given) = &file.purposes {
        purposes.list = given.as_ref().iter().map(|text| text.trim().to_owned()).collect();
        let plain = |text: &String| (1..=120).contains(&text.chars().count()) && !text.contains(char::is_control);
        if purposes.list.is_empty() || !purposes.list.iter().all(plain) {
            return Err(wrong(given.span().start, "purposes", "at least one, each of 1 to 120 letters on one line"));
        }
    }
    Ok(purposes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"issuer = "https://login.example/tenant/v2.0"
client_id = "hotspot"
client_secret_file = "secret"
redirect = "https://hotspot.example"
proxy = ["10.0.0.1"]

[roles]
claim = "roles"
map = { "Hotspot.Analyst" = "analyst", "Hotspot.Oversight" = "oversight" }
"#;

    fn said(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "swordfish\n").unwrap();
        let path = folder.path().join("auth.toml");
        std::fs::write(&path, text).unwrap();
        match SignIn::of(Some(&path)) {
            Ok(sign_in) => format!("proxied {}", sign_in.proxied),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn a_file_that_is_wrong_is_told_by_line_key_and_rule_and_never_by_value() {
        assert_eq!(said(GOOD), "proxied true");
        assert_eq!(said(&GOOD.replace("proxy = [\"10.0.0.1\"]", "")), "proxied false");
        for (old, new, wanted) in [
            (
                "https://login.example/tenant/v2.0",
                "http://swordfish.example",
                "line 1: issuer: an address that begins with https://",
            ),
            ("https://hotspot.example", "https://a@swordfish", "line 4: redirect: an address"),
            ("client_secret_file = \"secret\"", "client_secret = \"swordfish\"", "unknown field `client_secret`"),
            ("\"secret\"", "\"swordfish\"", "line 3: client_secret_file: a file with the secret in it"),
            ("[\"10.0.0.1\"]", "[\"swordfish\"]", "line 5: proxy: addresses such as 10.0.0.1"),
            ("[\"10.0.0.1\"]", "\"swordfish\"", "line 5: invalid type"),
            ("\"oversight\"", "\"swordfish\"", "line 9: roles.map: one of analyst"),
            ("\"hotspot\"", "\" \"", "line 2: client_id: a text that is not empty"),
            ("\n[roles]", "purposes = [\"\"]\n[roles]", "line 6: purposes: at least one"),
            ("\n[roles]", "jwks = { url = \"https://a\", file = \"b\" }\n[roles]", "line 6: jwks: either url or file"),
            ("\n[roles]", "jwks = { file = \"swordfish\" }\n[roles]", "line 6: jwks.file: a file that can be read"),
            ("claim = \"roles\"\n", "", "missing field `claim`"),
            ("claim = \"roles\"\n", "claim = \"roles\"\nagreement = \" \"\n", "line 9: roles.agreement: a text that is not empty"),
        ] {
            let told = said(&GOOD.replacen(old, new, 1));
            assert!(told.contains("auth.toml, line") && told.contains(wanted), "{told}");
            assert!(!told.contains("swordfish"), "{told}");
        }
    }
}
