//! Who asks, and whether he may: before every handler.

use super::look::Asked;
use super::principal::Principal;
use super::rate::Asker;
use super::rights::{Row, Who};
use super::session::Cookie;
use super::token::Refused;
use super::{Mode, csrf};
use crate::accept::Encrypted;
use crate::pages;
use crate::problem::ApiError;
use crate::shell::by_a_person;
use crate::state::AppState;
use axum::body::HttpBody;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hotspot_core::disclosure::Role;
use hotspot_core::disclosure::agreement::Agreement;
use hotspot_ledger::Author;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// How tokens begin that were made here.
const TOKEN_PREFIX: &str = "hs_";
/// For what a program looks, where its token does not say it.
static PURPOSE: HeaderName = HeaderName::from_static("x-hotspot-purpose");
static FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who asks, for the handlers.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// None where the server has no sign-in and no role is tried, or the address is for everybody.
    pub principal: Option<Arc<Principal>>,
    /// What the forms of his pages carry.
    pub token: Arc<str>,
    /// What he is given as a partner, where the address is for partners.
    pub agreement: Option<Arc<Agreement>>,
}

impl Visitor {
    /// Whether answers may be made from records for him: for analysts, and where the server has no sign-in, which it has for every release that is
    /// not for everybody. All others are answered from what is published.
    pub fn sees_records(&self) -> bool {
        self.principal.as_ref().is_none_or(|principal| principal.role == Role::Analyst)
    }

    /// Who writes into the record: who signed in, and then a name that is sent beside is refused; else whoever it says.
    pub fn author(&self, actor: &str, role: &str) -> Result<Author, ApiError> {
        match &self.principal {
            None => crate::steps::author(actor, role),
            Some(_) if !actor.is_empty() || !role.is_empty() => {
                Err(crate::query::BadParameter::new("actor", "nothing, and no role: who is signed in writes").into())
            }
            Some(principal) => principal.author(),
        }
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_else(|| state.nobody()))
    }
}

/// How somebody showed who he is.
enum Shown {
    /// A cookie: a browser sends it whatever page asks for it.
    Cookie(Visitor),
    /// A token that a program sends knowingly.
    Token(Visitor),
}

/// Lets those through who may.
pub(super) async fn guard(State((state, row)): State<(AppState, &'static Row)>, request: Request, next: Next) -> Response {
    // Where nobody signs in, everybody is an analyst but who tries another role.
    if matches!(state.auth().mode, Mode::Open) && state.auth().session(request.headers()).is_none() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match admit(&state, row, &parts).await {
        Ok(visitor) => {
            let auth = state.auth();
            let Some(principal) = visitor.principal.clone().filter(|_| matches!(row.who, Who::Only(_))) else {
                parts.extensions.insert(visitor);
                return next.run(Request::from_parts(parts, body)).await;
            };
            let asked = Asked::of(&principal, row, &parts);
            if let Err(error) = auth.looks.begins(&asked, (auth.now)()).await {
                return error.into_response();
            }
            parts.extensions.insert(visitor);
            let response = next.run(Request::from_parts(parts, body)).await;
            if let Err(error) = auth.looks.answered(&asked, response.status(), (auth.now)()).await {
                return error.into_response();
            }
            auth.rate.spend(Asker::Taking(principal.key()), response.body().size_hint().lower(), (auth.now)());
            response
        }
        Err((error, visitor)) => refuse(&parts, error, visitor.as_ref()),
    }
}

type Refusal = (ApiError, Option<Visitor>);

async fn admit(state: &AppState, row: &Row, request: &Parts) -> Result<Visitor, Refusal> {
    let auth = state.auth();
    let now = (auth.now)();
    let nobody = |error| (error, None);
    let take = |asker| auth.rate.take(asker, now).map_err(|seconds| nobody(ApiError::TooOften { seconds }));
    let peer = auth.site.client(request);
    if row.who == Who::Everybody {
        let signing_in = row.path.starts_with("/sign-in/") || row.method == super::rights::Method::Post;
        take(if signing_in { Asker::signing_in(peer) } else { Asker::at(peer) })?;
        return Ok(state.nobody());
    }
    let Some(shown) = shown(state, row, &request.headers).await else {
        take(Asker::at(peer))?;
        return Err(nobody(ApiError::NotSignedIn));
    };
    let (Shown::Cookie(visitor) | Shown::Token(visitor)) = &shown;
    let Some(principal) = &visitor.principal else { return Err(nobody(ApiError::NotSignedIn)) };
    take(Asker::Known(principal.key()))?;
    let refused = |error| (error, Some(visitor.clone()));
    // A refusal that cannot be recorded is another one.
    let recorded = async |error: ApiError| match auth.looks.refused(Asked::of(principal, row, request), &error, now).await {
        Ok(()) => refused(error),
        Err(not_recorded) => refused(not_recorded),
    };
    if !row.admits(principal) {
        tracing::warn!(role = %principal.role, http.route = row.path, "a role asked for what is not its own");
        return Err(recorded(ApiError::NotYours { role: principal.role }).await);
    }
    if matches!(row.who, Who::Only(_)) && principal.purpose.is_none() {
        return Err(refused(ApiError::NoPurpose));
    }
    if matches!(shown, Shown::Cookie(_)) && !matches!(request.method, Method::GET | Method::HEAD) {
        csrf::check(&request.headers, &visitor.token, auth.site.scheme()).map_err(refused)?;
    }
    let agreement = if row.needs_agreement() {
        match auth.agreement_of(principal, now).await {
            Ok(agreement) => Some(Arc::new(agreement)),
            Err(error @ ApiError::NoAgreement { .. }) => return Err(recorded(error).await),
            Err(error) => return Err(refused(error)),
        }
    } else {
        None
    };
    if matches!(row.who, Who::Only(_))
        && let Err(seconds) = auth.rate.take(Asker::Taking(principal.key()), now)
    {
        tracing::warn!(role = %principal.role, http.route = row.path, "somebody took as much as anybody may in an hour");
        return Err(recorded(ApiError::TooMuch { seconds }).await);
    }
    Ok(Visitor { agreement, ..visitor.clone() })
}

/// Who asks. A request that brings a token is taken by its token alone.
async fn shown(state: &AppState, row: &Row, headers: &HeaderMap) -> Option<Shown> {
    let auth = state.auth();
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(first) = all.next() else {
        return state.auth().session(headers).map(Shown::Cookie);
    };
    let interface = ["/api/", "/tiles/", "/openapi.json"].iter().any(|start| row.path.starts_with(start));
    let token =
        first.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (Some((_, token)), None, true) = (token, all.next(), interface) else {
        tracing::warn!(why = "not one bearer token for the interface", "a token was refused");
        return None;
    };
    let known = match &auth.mode {
        _ if token.starts_with(TOKEN_PREFIX) => program(state, token).await,
        Mode::Oidc(issuer) => issuer.bearer(token, (auth.now)()).await,
        Mode::Open | Mode::Development => Err(Refused("there is no issuer")),
    };
    let mut principal = match known {
        Ok(principal) => principal,
        Err(why) => {
            tracing::warn!(%why, "a token was refused");
            return None;
        }
    };
    if principal.purpose.is_none() {
        let said = headers.get(&PURPOSE).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        principal.purpose = said.and_then(|text| auth.purposes.chosen(text).ok());
    }
    Some(Shown::Token(Visitor { principal: Some(Arc::new(principal)), token: state.nobody().token, agreement: None }))
}

/// The program of a token that was made here: its name says for what it looks.
async fn program(state: &AppState, presented: &str) -> Result<Principal, Refused> {
    let auth = state.auth();
    let tokens = auth.tokens.as_ref().ok_or(Refused("no token is made here"))?;
    let token = tokens.check(presented, (auth.now)()).await.map_err(|error| {
        tracing::error!(%error, "the tokens could not be read");
        Refused("the tokens could not be read")
    })?;
    let token = token.ok_or(Refused("the token is not known, or over"))?;
    let role = token.role.parse().map_err(|_no_role| Refused("the token is of no role"))?;
    let mut principal = Principal::new(super::TOKENS, &token.id, Some(&token.name), role);
    principal.scopes = token.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
    principal.purpose = Some(format!("program: {}", token.name));
    principal.agreement = token.agreement;
    Ok(principal)
}

/// The refusal: a person is led to where he can do something about it.
fn refuse(request: &Parts, error: ApiError, visitor: Option<&Visitor>) -> Response {
    if !by_a_person(&request.headers) || request.method != Method::GET {
        return error.into_response();
    }
    let here = request.uri.path_and_query().map_or("/", |p| p.as_str());
    match (&error, visitor) {
        (ApiError::NotSignedIn, _) => see(&with_next("/sign-in", here)),
        (ApiError::NoPurpose, _) => see(&with_next("/purpose", here)),
        (ApiError::NotYours { .. } | ApiError::NoAgreement { .. }, Some(visitor)) => {
            match pages::account(visitor, &[(String::new(), error.detail().into_owned())]) {
                Ok(page) => html(StatusCode::FORBIDDEN, page),
                Err(own) => own.into_response(),
            }
        }
        _ => error.into_response(),
    }
}

/// A page that nobody keeps.
pub(crate) fn html(status: StatusCode, page: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, page).into_response()
}

/// On to an address of this server, or the issuer's.
pub(crate) fn see(address: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(address) else { return ApiError::Internal.into_response() };
    let mut response = html(StatusCode::SEE_OTHER, Vec::new());
    response.headers_mut().insert(LOCATION, location);
    response
}

/// An address that knows where to go afterwards.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    let next = local(next);
    if next == "/" {
        return path.to_owned();
    }
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish())
}

/// An address of this server to go on to; of anything else, its first page.
pub(crate) fn local(text: &str) -> &str {
    let plain = text.len() <= 1024 && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") { text } else { "/" }
}

/// Under which names this server answers, and who stands before it.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Names that Host may carry, beside those of this machine.
    pub hosts: Vec<String>,
    /// Proxies that are believed about where a request comes from.
    pub proxies: Vec<IpAddr>,
    /// Whether people reach it over TLS.
    pub secure: bool,
}

impl Site {
    pub(crate) const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// Whether a request names this server, or none (HTTP/1.0, or a test).
    pub(crate) fn is_called(&self, host: Option<&HeaderValue>) -> bool {
        let Some(host) = host else { return true };
        let name = super::address::host_of(host.to_str().unwrap_or_default());
        let name = name.strip_suffix('.').unwrap_or(name);
        super::address::is_loopback(name) || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether a request came past the proxies that speak TLS for this server: in the clear, from another machine.
    pub(crate) fn passed_by(&self, extensions: &Extensions) -> bool {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let foreign = peer.is_some_and(|ip| !ip.is_loopback() && !self.proxies.contains(&ip));
        !self.proxies.is_empty() && extensions.get::<Encrypted>().is_none() && foreign
    }

    /// Where a request comes from: its peer, or what a proxy that is believed says of its own peer, the last of the list. Whatever stands
    /// before that the client may have written.
    pub(crate) fn client(&self, request: &Parts) -> IpAddr {
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical());
        if !self.proxies.contains(&peer) {
            return peer;
        }
        let last = request.headers.get_all(&FORWARDED).iter().next_back().and_then(|value| value.to_str().ok());
        last.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok()).map_or(peer, |ip| ip.to_canonical())
    }
}

impl super::Auth {
    /// Who holds the session of these headers.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Visitor> {
        let (principal, token) = self.sessions.find(Cookie::Session.read(headers, self.site.secure)?, (self.now)())?;
        Some(Visitor { principal: Some(principal), token, agreement: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_a_stated_proxy_is_believed_and_only_about_its_own_peer() {
        let site = Site { proxies: vec!["10.0.0.1".parse().unwrap()], ..Site::default() };
        let from = |peer: &str, forwarded: &[&str]| {
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            for value in forwarded {
                request.headers_mut().append(&FORWARDED, HeaderValue::from_str(value).unwrap());
            }
            site.client(&request.into_parts().0).to_string()
        };
        assert_eq!(from("203.0.113.7", &["198.51.100.1"]), "203.0.113.7", "nobody speaks for himself");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &["198.51.100.1", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("::ffff:10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["nonsense"]), "10.0.0.1");
    }

    #[test]
    fn nobody_comes_past_a_proxy_in_the_clear() {
        let site = Site { proxies: vec!["10.0.0.1".parse().unwrap()], ..Site::default() };
        let from = |site: &Site, peer: &str, encrypted: bool| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            if encrypted {
                extensions.insert(Encrypted);
            }
            site.passed_by(&extensions)
        };
        assert!(from(&site, "203.0.113.7", false));
        for (peer, encrypted) in [("10.0.0.1", false), ("::ffff:10.0.0.1", false), ("127.0.0.1", false), ("203.0.113.7", true)] {
            assert!(!from(&site, peer, encrypted), "{peer}");
        }
        assert!(!from(&Site::default(), "203.0.113.7", false), "without a proxy there is TLS, or this machine alone");
    }

    #[test]
    fn the_server_answers_under_its_names_alone() {
        let site = Site { hosts: vec!["Hotspot.example".to_owned()], ..Site::default() };
        let called = |host: &'static str| site.is_called(Some(&HeaderValue::from_static(host)));
        for own in ["hotspot.example", "HOTSPOT.EXAMPLE:443", "hotspot.example.", "127.0.0.1:8080", "[::1]"] {
            assert!(called(own), "{own}");
        }
        for other in ["evil.example", "hotspot.example.evil", "hotspot.example@evil.example", "", "10.0.0.1", "xhotspot.example"] {
            assert!(!called(other), "{other}");
        }
    }

    #[test]
    fn one_goes_on_to_this_server_only() {
        for own in ["/", "/challenge?kind=a&place=b", "/challenge/C-2026-0001"] {
            assert_eq!(local(own), own);
        }
        for other in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "", "evil", "/ü"] {
            assert_eq!(local(other), "/", "{other:?}");
        }
        assert_eq!(with_next("/sign-in", "/a?b=c"), "/sign-in?next=%2Fa%3Fb%3Dc");
    }
}
